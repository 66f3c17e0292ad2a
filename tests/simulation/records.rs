//! What is in the files of histories whose series have a format, and the promise over the records that KP really got.

use std::collections::BTreeMap;

use traekfil::digest::Digest;
use traekfil::ledger::LedgerReader;
use traekfil::ledger::query::Filter;
use traekfil::model::decision::Reason;
use traekfil::model::delivery::State;
use traekfil::model::ledger::{Delivery, Hold};
use traekfil::model::run_report::{FileOutcome, FileReport, RunReport};

use crate::folder::{Key, key};
use crate::world::World;

/// The series' formats, without their heading: a citizen and kroner on each line, and no month.
pub const FORMAT: &str = r#"
[formats.liste]
kind = "csv"
separator = ";"

[formats.liste.lines]
record = '^\d'

[formats.liste.record]
citizen = 1
amount = { at = 2, unit = "kroner", decimal = ",", sign = "leading" }
"#;

/// A month of two citizens; the same in another order, with one citizen more, for another amount; other suppliers' files, and
/// two of them in one; a reversal with its correction, and each of these alone. The numbers are plainly nobody's.
pub const CONTENTS: [&str; 13] = [
    "0101009991;100\n0101009992;100\n",
    "0101009991;100\n0101009992;100\n",
    "0101009992;100\n0101009991;100\n",
    "0101009991;100\n0101009992;100\n0101009993;100\n",
    "0101009993;100\n0101009994;100\n",
    "0101009991;100\n0101009992;100\n0101009993;100\n0101009994;100\n",
    "0101009994;100\n0101009995;100\n",
    "0101009995;100\n",
    "0101009991;-100\n0101009991;120\n",
    "0101009991;120\n",
    "0101009991;-100\n",
    "0101009991;120\n0101009992;100\n",
    "",
];

/// Whose deduction for what and for which month.
type Deduction = (String, String, String);

/// The records of a file of that key: each with its amount in kroner. A month that is not told is one of its own.
fn records((slot, bytes): &Key) -> Vec<(Deduction, i64)> {
    let (series, month) = slot.split_once(' ').unwrap_or((slot, "?"));
    let kind = if series == "vask" { "vask" } else { "mad" };
    let text = String::from_utf8_lossy(bytes);
    let record = |line: &str| {
        let (citizen, kroner) = line.split_once(';')?;
        Some(((citizen.to_owned(), kind.to_owned(), month.to_owned()), kroner.parse().ok()?))
    };
    text.lines().filter_map(record).collect()
}

/// What tells a record from every other: the deduction, and whether it is taken back.
fn named(records: &[(Deduction, i64)]) -> Vec<(&Deduction, bool)> {
    records.iter().map(|(of, kroner)| (of, *kroner < 0)).collect()
}

fn share(one: &Key, other: &Key) -> bool {
    let (one, other) = (records(one), records(other));
    named(&one).iter().any(|record| named(&other).contains(record))
}

/// Whether a record is no second deduction: all that stood of it was taken back, by this file or before it.
fn was_taken_back(kroner: i64, before: &[i64], file: &[i64]) -> bool {
    let stands: i64 = before.iter().sum();
    if stands == 0 {
        return kroner > 0 && !before.contains(&kroner);
    }
    stands + file.iter().filter(|other| (**other < 0) != (stands < 0)).sum::<i64>() == 0
}

/// KP takes no record twice unless a person let one of the files go that have it. Answers what is broken, and how often a
/// person let one go and KP took records again, and how often a reversal let one go.
pub fn taken_twice(world: &World) -> (Vec<String>, usize, usize) {
    let (mut broken, mut approved, mut reversed) = (Vec::new(), 0, 0);
    let mut taken: BTreeMap<Deduction, Vec<(i64, Key)>> = BTreeMap::new();
    // A file of which KP may have got a part counts as a whole one.
    for visible in world.visible.iter().filter(|visible| visible.whole || !visible.bytes.is_empty()) {
        let key = key(visible.path.trim_start_matches("ind/"), &visible.bytes);
        let found = records(&key);
        for (of, kroner) in &found {
            let before = taken.get(of).map_or(&[][..], Vec::as_slice);
            let again: Vec<&Key> =
                before.iter().filter(|(was, _)| (*was < 0) == (*kroner < 0)).map(|(_, of)| of).collect();
            if again.is_empty() {
                continue;
            }
            let amounts: Vec<i64> = before.iter().map(|(was, _)| *was).collect();
            let own: Vec<i64> =
                found.iter().filter(|(other, _)| other == of).map(|(_, kroner)| *kroner).collect();
            let words = &world.approved_records;
            if was_taken_back(*kroner, &amounts, &own) {
                reversed += 1;
            } else if words.contains(&key) || again.iter().all(|earlier| words.contains(*earlier)) {
                approved += 1;
            } else {
                broken.push(format!("KP got {of:?} {kroner} again with {}", visible.path));
            }
        }
        for (of, kroner) in found {
            taken.entry(of).or_default().push((kroner, key.clone()));
        }
    }
    (broken, approved, reversed)
}

/// The key of a held file, where a person who approves it lets its records go.
pub fn let_go(world: &World, hold: &Hold) -> Option<Key> {
    let slot = hold.slot.as_ref()?;
    let is_about_records = hold.reasons.iter().any(|reason| reason == Reason::RecordsDelivered.name());
    let key = of_slot(&slot.series, slot.period.map(|period| period.to_string()), hold.digest?, world)?;
    is_about_records.then_some(key)
}

fn of_slot(series: &str, period: Option<String>, digest: Digest, world: &World) -> Option<Key> {
    let month = period.map_or_else(|| "?".to_owned(), |period| period.replace('-', ""));
    let slot = format!("{series} {month}");
    let bytes = world.folder.dropped.iter().map(|(_, bytes)| bytes).find(|bytes| Digest::of(bytes) == digest);
    bytes.map(|bytes| (slot, bytes.clone()))
}

fn of_delivery(delivery: &Delivery, world: &World) -> Option<Key> {
    let slot = &delivery.key.slot;
    of_slot(&slot.series, slot.period.map(|period| period.to_string()), delivery.key.digest, world)
}

fn of_file(file: &FileReport, world: &World) -> Option<Key> {
    of_slot(file.series.as_ref()?, file.period.map(|period| period.to_string()), file.sha256?, world)
}

/// Counts what a run met of records.
pub fn tally(world: &mut World, report: &RunReport, ledger: &LedgerReader) {
    if !world.folder.has_records {
        return;
    }
    let deliveries = ledger.history(&Filter::default()).unwrap();
    let mut met = Vec::new();
    for file in &report.files {
        let Some(key) = of_file(file, world) else { continue };
        let with_its_records = |fits: &dyn Fn(&Delivery) -> bool| {
            deliveries.iter().any(|delivery| {
                let other = of_delivery(delivery, world).filter(|other| *other != key);
                fits(delivery) && other.is_some_and(|other| share(&key, &other))
            })
        };
        let held =
            file.outcome == Some(FileOutcome::Held) && file.reasons.contains(&Reason::RecordsDelivered);
        let delivered = with_its_records(&|delivery| delivery.state.is_delivered());
        let in_doubt = with_its_records(&|delivery| delivery.state == State::InDoubt);
        let may_come = with_its_records(&|delivery| {
            delivery.state == State::NotDelivered && !delivery.temporary_is_gone()
        });
        let never_came = with_its_records(&|delivery| {
            delivery.state == State::NotDelivered && delivery.temporary_is_gone()
        });
        if held {
            met.push("held by records_delivered");
        }
        if held && in_doubt && !delivered {
            met.push("records in doubt hold a file");
        }
        if file.outcome == Some(FileOutcome::Waiting) && may_come {
            met.push("records that may come keep a file waiting");
        }
        let approved = file.reason == Reason::Approved;
        if file.outcome == Some(FileOutcome::Delivered) && never_came && !approved {
            met.push("records that never came go with another file");
        }
    }
    let (_, approved, reversed) = taken_twice(world);
    met.extend((approved > 0).then_some("approved records go again"));
    met.extend((reversed > 0).then_some("a correction goes behind its reversal"));
    for what in met {
        *world.tally.entry(what).or_default() += 1;
    }
}
