#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::convert::Infallible;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::records::key::{Keyer, RecordKey};
use crate::records::samples::*;
use crate::records::totals::Repeats;

/// How many records each sample has: enough that the keys of one piece are made on several cores.
const MANY: usize = 4000;

/// A rule for each layout, and a file of it in which some records stand twice.
static LAYOUTS: LazyLock<Vec<(ContentRule, Vec<u8>)>> = LazyLock::new(|| {
    let mut records = deductions(MANY);
    for at in (0..MANY).step_by(171) {
        records.push(Deduction { ore: records[at].ore / 2, ..records[at].clone() });
    }
    let bytes = String::into_bytes;
    vec![
        (rule(START_AND_END), windows(&start_and_end(&records, "202304"))),
        (rule(SECTIONS), bytes(sections(&[&records[..60], &records[60..]], "01042023"))),
        (rule(EIGHTY), bytes(eighty(&records, "202304") + &eighty(&records[..9], "202305"))),
        (rule(SEMICOLONS), bytes(semicolons(&records, "2023-04"))),
        (rule(ELEMENTS), bytes(elements(&records, "2023-04"))),
        // all elements on one line
        (rule(ELEMENTS), bytes(elements(&records, "2023-04").replace('\n', " "))),
    ]
});

fn rule(text: &str) -> ContentRule {
    ContentRule {
        name: "prøve".to_owned(),
        format: Arc::new(format(text)),
        deduction: "mad".to_owned(),
        largest: Some(Ore::new(300_000)),
        unusual: None,
        many: false,
        by: String::new(),
        secret: SharedSecret::default(),
    }
}

fn looked(rule: &ContentRule, month: Option<Period>, file: &[u8], chunk: usize) -> Content {
    let feed = |listener: &mut (dyn FnMut(&[u8]) + Send)| {
        file.chunks(chunk).for_each(listener);
        Ok::<(), Infallible>(())
    };
    let Ok(((), content)) = rule.look(month, feed);
    content
}

fn with_secret(rule: &ContentRule) -> ContentRule {
    let rule = ContentRule { secret: SharedSecret::default(), ..rule.clone() };
    rule.secret.set(Secret::of([7; 32])).unwrap();
    rule
}

/// A record's month, key, amount and line.
type Keyed = (Option<Period>, RecordKey, Ore, u64);

/// What one record after the other gives: the keys, and the repeats.
fn one_by_one(rule: &ContentRule, file: &[u8]) -> (Vec<Keyed>, Repeats) {
    let keyer = Keyer::new(rule.secret.get().unwrap());
    let (mut keys, mut seen) = (Vec::new(), HashMap::new());
    let mut repeats = Repeats { sum: Some(Ore::ZERO), ..Repeats::default() };
    let mut note = |record: &Record<'_>| {
        keys.push((record.period, keyer.key(record, record.period), record.amount, record.line));
        let (deduction, reference) = (record.deduction.to_owned(), record.reference.to_owned());
        let sign = record.amount.is_negative();
        match seen.entry((*record.citizen.digits(), deduction, reference, record.period, sign)) {
            Entry::Vacant(first) => _ = first.insert(record.line),
            Entry::Occupied(first) => {
                repeats.count += 1;
                repeats.sum = repeats.sum.unwrap().plus(record.amount);
                repeats.lines.push((*first.get(), record.line));
            }
        }
    };
    let mut reader =
        Reader::new(&rule.format, "mad", |record: &Record<'_>| spelling::compared(record, &mut note));
    reader.push(file);
    let _ = reader.finish();
    repeats.lines.truncate(10);
    keys.sort_by_key(|(period, key, ..)| (*period, *key));
    (keys, repeats)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn in_any_pieces_and_on_any_cores_the_content_is_that_of_one_record_after_the_other(
        which in 0..6_usize,
        chunk in prop_oneof![40..4000_usize, 60_000..400_000_usize],
        cut in prop_oneof![Just(usize::MAX), 0..300_000_usize],
    ) {
        let (rule, file) = &LAYOUTS[which];
        let (file, keyed) = (&file[..file.len().min(cut)], with_secret(rule));
        let whole = looked(&keyed, None, file, usize::MAX);
        prop_assert_eq!(&looked(&keyed, None, file, chunk), &whole);
        let (keys, repeats) = one_by_one(&keyed, file);
        let found = whole.keys.as_ref().unwrap();
        let found: Vec<_> = found.months().flat_map(|(_, records)| records).collect();
        let found: Vec<_> = found.iter().map(|one| (one.period, one.key, one.amount, one.line)).collect();
        prop_assert_eq!(found, keys);
        prop_assert_eq!(&whole.tallied.repeats, &repeats);
        // without a secret that is kept, the records are told apart all the same
        let unkeyed = looked(rule, None, file, chunk);
        prop_assert_eq!(unkeyed, Content { keys: None, ..whole });
    }
}

#[test]
fn records_that_name_no_month_count_for_that_of_the_file() {
    let text = EIGHTY.replace("period = { at = \"19-24\", form = \"YYYYMM\" }\n", "");
    let (rule, file) = (with_secret(&rule(&text)), eighty(&deductions(3), "202304"));
    let april = "2023-04".parse().ok();
    let keys = looked(&rule, april, file.as_bytes(), 100).keys.unwrap();
    assert!(keys.lacks_period && keys.records().iter().all(|record| record.period == april));
    let keys = looked(&with_secret(&LAYOUTS[2].0), april, &LAYOUTS[2].1, 100).keys.unwrap();
    assert_eq!((keys.lacks_period, keys.months().count()), (false, 2));
}

#[test]
fn the_last_record_has_a_key_without_an_end_of_its_line() {
    let (rule, file) = (with_secret(&rule(EIGHTY)), eighty(&deductions(3), "202304"));
    for chunk in [50, 100, 1000] {
        let content = looked(&rule, None, file.trim_end_matches("\r\n").as_bytes(), chunk);
        assert_eq!((content.reading.totals.records, content.keys.unwrap().len()), (3, 3), "{chunk}");
    }
}
