#![allow(clippy::unwrap_used)]

use super::*;
use crate::records::format::Format;
use crate::records::key::Secret;
use crate::records::keyed::{Batch, KeyGatherer};
use crate::records::reader::{Claim, Problem, Reader, Visitor as _};
use crate::records::samples::*;

fn judged(format: &Format, file: &[u8], largest: Option<Ore>, against: &Against<'_>) -> Vec<Suspicion> {
    judged_by(KeyGatherer::new(&Secret::passing()), format, file, largest, against)
}

fn judged_by(
    mut keys: KeyGatherer,
    format: &Format,
    file: &[u8],
    largest: Option<Ore>,
    against: &Against<'_>,
) -> Vec<Suspicion> {
    let (mut tally, mut batch) = (Tally::new(largest), Batch::new(None));
    let mut reader = Reader::new(format, "mad", |record: &Record<'_>| {
        tally.record(record);
        batch.record(record);
    });
    reader.push(file);
    let reading = reader.finish();
    keys.take(&mut batch);
    suspicions(&reading, Some(&tally.finish(&keys.finish())), against)
}

fn month(text: &str) -> Period {
    text.parse().unwrap()
}

fn for_april() -> Against<'static> {
    Against { period: Some(month("2023-04")), ..Against::default() }
}

fn april(records: &[Deduction]) -> Vec<u8> {
    windows(&start_and_end(records, "202304"))
}

#[test]
fn an_ordinary_file_is_not_suspicious() {
    let file = april(&deductions(500));
    assert_eq!(judged(&format(START_AND_END), &file, Some(Ore::new(450_000)), &for_april()), []);
}

#[test]
fn a_file_that_ends_in_the_middle_is_incomplete() {
    let file = april(&deductions(10));
    let found = judged(&format(START_AND_END), &file[..1000], None, &for_april());
    assert_eq!(found[0], Suspicion::Incomplete { trailers: 0 });
}

#[test]
fn what_could_not_be_read_is_told_with_its_field() {
    let file = start_and_end(&deductions(3), "202304").replace("0020000000000101", "002000000000xx01");
    let file = windows(&file);
    let found = judged(&format(START_AND_END), &file, None, &for_april());
    let Suspicion::UnreadableRecord(finding) = &found[0] else { panic!("{found:?}") };
    assert_eq!((finding.problem, finding.lines.first.as_slice()), (Problem::NotACitizen, &[2][..]));
    assert!(matches!(
        found[1],
        Suspicion::TotalsDiffer(Mismatch { claim: Claim::Records, claimed: 3, found: 2, .. })
    ));
}

#[test]
fn april_written_anew_as_may_names_another_month() {
    let against = Against { period: Some(month("2023-05")), ..Against::default() };
    let found = judged(&format(START_AND_END), &april(&deductions(12)), None, &against);
    let other =
        |by, lines| Suspicion::OtherPeriod { expected: month("2023-05"), named: month("2023-04"), by, lines };
    assert_eq!(found, [other(NamedBy::Header, Lines::of(1))], "what the header says is said once");
    let found = judged(&format(EIGHTY), eighty(&deductions(12), "202304").as_bytes(), None, &against);
    let records = Lines { first: (1..11).collect(), count: 12 };
    assert_eq!(found, [other(NamedBy::Records, records)]);
}

#[test]
fn a_month_that_stands_twice_in_a_file_repeats_each_record() {
    let records = deductions(40);
    let both = eighty(&records, "202304").repeat(2);
    let found = judged(&format(EIGHTY), both.as_bytes(), None, &for_april());
    let [Suspicion::RecordsRepeat(repeats)] = &found[..] else { panic!("{found:?}") };
    let sum: i64 = records.iter().map(|record| record.ore).sum();
    assert_eq!((repeats.count, repeats.sum, repeats.unchecked), (40, Some(Ore::new(sum.into())), 0));
    assert_eq!(repeats.lines, (1..=10).map(|line| (line, line + 40)).collect::<Vec<_>>());
}

#[test]
fn a_correction_by_the_opposite_sign_and_another_month_repeat_nothing() {
    let records = deductions(20);
    let reversed: Vec<Deduction> =
        records.iter().map(|record| Deduction { ore: -record.ore, ..record.clone() }).collect();
    let file = eighty(&records, "202304") + &eighty(&reversed, "202304");
    assert_eq!(judged(&format(EIGHTY), file.as_bytes(), None, &for_april()), []);
    let file = eighty(&records, "202304") + &eighty(&records, "202305");
    assert_eq!(judged(&format(EIGHTY), file.as_bytes(), None, &Against::default()), []);
}

#[test]
fn past_the_bound_records_are_told_as_not_looked_at() {
    let (format, file) = (format(EIGHTY), eighty(&deductions(8), "202304"));
    let keys = KeyGatherer::new(&Secret::passing()).at_most(5);
    let found = judged_by(keys, &format, file.as_bytes(), None, &for_april());
    let [Suspicion::RecordsRepeat(repeats)] = &found[..] else { panic!("{found:?}") };
    assert_eq!((repeats.count, repeats.unchecked), (0, 3));
}

#[test]
fn count_and_sum_of_another_delivery_are_told_and_either_alone_is_not() {
    let records = deductions(10);
    let sum = Ore::new(records.iter().map(|record| i128::from(record.ore)).sum());
    let delivered = |delivery_id, records, sum| Delivered { delivery_id, period: None, records, sum };
    let others = [
        delivered(12, 10, sum),
        delivered(13, 10, sum),
        delivered(14, 11, sum),
        delivered(15, 10, sum.plus(Ore::new(1)).unwrap()),
    ];
    let against = Against { others: &others, ..for_april() };
    let found = judged(&format(START_AND_END), &april(&records), None, &against);
    assert_eq!(found, [Suspicion::TotalsRepeat(others[1])]);
    let against = Against { others: &others[2..], ..for_april() };
    assert_eq!(judged(&format(START_AND_END), &april(&records), None, &against), []);
}

#[test]
fn kroner_read_as_ore_are_far_from_the_median_of_the_last_three_months() {
    let records = deductions(100);
    let sum = Ore::new(records.iter().map(|record| i128::from(record.ore)).sum());
    let period_totals = |period: &str, records, sum| PeriodTotals { period: month(period), records, sum };
    let recent = [
        // the oldest is not looked at, and the median is not moved by one odd month
        period_totals("2022-01", 1, Ore::new(1)),
        period_totals("2023-03", 103, sum),
        period_totals("2023-01", 99, sum),
        period_totals("2023-02", 100, Ore::new(7)),
    ];
    let unusual = Some("50%".parse().unwrap());
    let against = Against { recent: &recent, unusual, ..for_april() };
    assert_eq!(judged(&format(START_AND_END), &april(&records), None, &against), []);
    let as_ore = format(&START_AND_END.replace("\"kroner\"", "\"øre\""));
    let found = judged(&as_ore, &april(&records), None, &against);
    let wrong = Ore::new(sum.get() / 100);
    assert_eq!(found, [Suspicion::UnusualSum { sum: wrong, median: sum }]);
    let half = april(&records[..49]);
    let found = judged(&format(START_AND_END), &half, None, &against);
    assert_eq!(found[0], Suspicion::UnusualRecords { records: 49, median: 100 });
    let against = Against { recent: &[], ..against };
    assert_eq!(judged(&as_ore, &april(&records), None, &against), []);
}

#[test]
fn a_year_of_ordinary_months_is_never_unusual() {
    let mut past: Vec<PeriodTotals> = Vec::new();
    let unusual = Some("20%".parse().unwrap());
    for number in 1..=12 {
        let period = Period::new(2023, number).unwrap();
        // three in a hundred come and go, and prices go up once
        let mut records = deductions(480 + usize::from(number) * 37 % 15);
        if number >= 7 {
            for record in &mut records {
                record.ore = record.ore / 100 * 103;
            }
        }
        let file = eighty(&records, &period.to_string().replace('-', ""));
        let against = Against { period: Some(period), recent: &past, unusual, ..Against::default() };
        assert_eq!(
            judged(&format(EIGHTY), file.as_bytes(), Some(Ore::new(450_000)), &against),
            [],
            "{period}"
        );
        let sum = Ore::new(records.iter().map(|record| i128::from(record.ore)).sum());
        past.push(PeriodTotals { period, records: records.len() as u64, sum });
    }
}

#[test]
fn amounts_over_the_largest_are_told_whatever_their_sign() {
    let mut records = deductions(5);
    (records[1].ore, records[3].ore) = (450_100, -450_200);
    let found = judged(&format(START_AND_END), &april(&records), Some(Ore::new(450_000)), &for_april());
    let over = Over { largest: Ore::new(-450_200), lines: Lines { first: vec![3, 5], count: 2 } };
    assert_eq!(found, [Suspicion::AmountOver { limit: Ore::new(450_000), over }]);
}

#[test]
fn what_is_far_and_what_is_percent() {
    let half = "50%".parse::<Percent>().unwrap();
    let table = [
        (150, 100, false),
        (151, 100, true),
        (50, 100, false),
        (49, 100, true),
        (0, 0, false),
        (1, 0, true),
        (-100, 100, true),
        (-149, -100, false),
        (i128::MAX, i128::MIN, true),
        (i128::MIN, i128::MIN, true),
    ];
    for (number, median, far) in table {
        assert_eq!(is_far(number, median, half), far, "{number} {median}");
    }
    assert_eq!(median(vec![4, 1]), Some(2));
    assert_eq!(median(vec![]), None);
    for text in ["50", "%", "0%", "1001%", "-5%", "5.0%", "æ%"] {
        assert!(text.parse::<Percent>().is_err(), "{text}");
    }
    assert_eq!(half.get(), 50);
}
