#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::records::format::Format;
use crate::records::reader::Reader;
use crate::records::samples::*;

fn side(format: &Format, file: &str, months: Months) -> Side {
    let mut side = Side::new(&Secret::of([3; 32]), months);
    let mut reader = Reader::new(format, "mad", |record: &Record<'_>| side.record(record));
    reader.push(file.as_bytes());
    let findings = reader.finish().findings;
    assert!(findings.is_empty() || file.is_empty(), "{findings:?}");
    side
}

fn compared(before: &str, after: &str, months: Months) -> Comparison {
    let format = format(EIGHTY);
    compare(side(&format, before, months), side(&format, after, months))
}

fn counts(difference: &Difference) -> [u64; 4] {
    [&difference.same, &difference.new, &difference.gone, &difference.changed].map(Part::count)
}

#[test]
fn a_corrected_file_beside_the_first() {
    let mut records = deductions(30);
    let before = eighty(&records, "202304");
    records.reverse();
    records[0].ore += 5700;
    let mut added = deductions(31).pop().unwrap();
    added.ore = 10_000;
    records[29] = added;
    let after = eighty(&records, "202304").replacen("MAD", "VSK", 2).replacen("VSK", "MAD", 1);
    let Comparison { all, by_deduction, unchecked } = compared(&before, &after, Months::Apart);
    assert_eq!((counts(&all), unchecked), ([27, 2, 2, 1], 0));
    assert_eq!((all.changed.sum, all.changed.lines.first.as_slice()), (Some(Ore::new(5700)), &[1][..]));
    assert_eq!(all.new.lines.first, [2, 30]);
    assert_eq!(all.gone.lines.first, [1, 29]);
    assert_eq!(counts(&by_deduction["MAD"]), [27, 1, 2, 1]);
    assert_eq!(counts(&by_deduction["VSK"]), [0, 1, 0, 0]);
    let first = deductions(1)[0].ore;
    assert_eq!(all.more(), Some(Ore::new(i128::from(10_000 - first + 5700))));
}

#[test]
fn another_month_is_the_same_only_where_months_are_alike() {
    let (april, may) = (eighty(&deductions(50), "202304"), eighty(&deductions(50), "202305"));
    assert_eq!(counts(&compared(&april, &may, Months::Apart).all), [0, 50, 50, 0]);
    assert_eq!(counts(&compared(&april, &may, Months::Alike).all), [50, 0, 0, 0]);
}

#[test]
fn a_record_that_stands_twice_is_matched_once_each() {
    let one = eighty(&deductions(1), "202304");
    let changed = one.replace("000080000", "000090000");
    let three = one.clone() + &one + &changed;
    assert_eq!(counts(&compared(&one, &three, Months::Apart).all), [1, 2, 0, 0]);
    assert_eq!(counts(&compared(&three, &one, Months::Apart).all), [1, 0, 2, 0]);
    let comparison = compared(&(one.clone() + &one), &(one.clone() + &changed), Months::Apart);
    assert_eq!(counts(&comparison.all), [1, 0, 0, 1]);
    assert_eq!(comparison.all.changed.sum, Some(Ore::new(10_000)));
}

#[test]
fn past_the_bounds_records_and_kinds_are_told() {
    let format = format(EIGHTY);
    let mut bounded = Side::new(&Secret::of([3; 32]), Months::Apart);
    bounded.most = 4;
    let mut reader = Reader::new(&format, "mad", |record: &Record<'_>| bounded.record(record));
    reader.push(eighty(&deductions(9), "202304").as_bytes());
    drop(reader);
    let other = Side::new(&Secret::of([3; 32]), Months::Apart);
    let comparison = compare(other, bounded);
    assert_eq!((counts(&comparison.all), comparison.unchecked), ([0, 4, 0, 0], 5));

    let many: String =
        (0..500).map(|kind| eighty(&deductions(1), "202304").replace("MAD", &format!("{kind:03}"))).collect();
    let comparison = compared("", &many, Months::Apart);
    assert_eq!(comparison.by_deduction.len(), MOST_DEDUCTIONS + 1);
    assert_eq!(comparison.by_deduction[""].new.count(), 300);
}

fn lines(before: &[u8], after: &[u8], chunk: usize) -> LineComparison {
    let side = |file: &[u8]| {
        let mut side = LineSide::new(&Secret::of([3; 32]));
        file.chunks(chunk).for_each(|bytes| side.push(bytes));
        side
    };
    compare_lines(side(before), side(after))
}

#[test]
fn without_a_format_lines_are_compared_in_any_order() {
    for chunk in [1, 2, 100] {
        let found = lines(b"a\nb\nc\nc\n\n", b"\r\nc\r\nd\r\na\r\ne", chunk);
        assert_eq!(found.same, Lines { first: vec![1, 2, 4], count: 3 });
        assert_eq!(found.new, Lines { first: vec![3, 5], count: 2 });
        assert_eq!(found.gone, Lines { first: vec![2, 4], count: 2 });
    }
    assert_eq!(lines(b"", b"", 1), LineComparison::default());
    assert_eq!(lines(b"a\rb", b"ab", 1).same.count, 0);
}

proptest! {
    #[test]
    fn a_file_is_the_same_as_itself_in_any_chunks(file: Vec<u8>, one in 1..50_usize, other in 1..50_usize) {
        let side = |chunk| {
            let mut side = LineSide::new(&Secret::of([3; 32]));
            file.chunks(chunk).for_each(|bytes| side.push(bytes));
            side
        };
        let found = compare_lines(side(one), side(other));
        prop_assert_eq!((found.new.count, found.gone.count), (0, 0));
    }
}
