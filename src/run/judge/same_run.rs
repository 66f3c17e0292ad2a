//! Records that stand in two files of one run: the later file fares as if the earlier one had been delivered by a run before.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use super::PlannedFile;
use crate::config::Config;
use crate::model::decision::{Choice, Judgement, Reason};
use crate::model::policy::ContentRule;
use crate::records::content;
use crate::records::key::{KeyHasher, RecordKey};
use crate::records::keyed::FileKeys;
use crate::records::reader::Lines;
use crate::records::totals::Suspicion;

/// The records of the files that go, each with its file's index.
type Going = HashMap<RecordKey, usize, BuildHasherDefault<KeyHasher>>;

/// Holds files whose records go with another file of the same run, or lets the policy pass them. `in_order` are the indices of
/// the files that are to be sent or may be approved, in the order of the run.
pub(super) fn hold_same_records(config: &Config, files: &mut [PlannedFile], in_order: &[usize]) {
    let mut going = Going::default();
    let last = in_order.iter().rfind(|&&at| keys_of(&files[at]).is_some()).copied();
    for &at in in_order {
        if files[at].judgement.choice != Choice::Send {
            continue;
        }
        for (of, found) in shared(&files[at], &going) {
            let path = files[of].scanned.file.path.clone();
            let (records, file) = (records_of(&files[at]), &mut files[at]);
            // Beside what else is known of records that were delivered.
            let place = file.suspicions.iter().position(after).unwrap_or(file.suspicions.len());
            file.suspicions.insert(place, Suspicion::RecordsInRun { path, records, lines: found });
            judge(config, file);
        }
        // none comes after the last that could have the same records
        if files[at].judgement.choice == Choice::Send && last != Some(at) {
            let records = keys_of(&files[at]).into_iter().flat_map(FileKeys::records);
            going.extend(records.map(|record| (record.key, at)));
        }
    }
}

/// The records of a file that go with others, by those others.
fn shared(file: &PlannedFile, going: &Going) -> Vec<(usize, Lines)> {
    let mut found: Vec<(usize, Lines)> = Vec::new();
    if going.is_empty() {
        return found;
    }
    for record in keys_of(file).into_iter().flat_map(FileKeys::records) {
        let Some(&of) = going.get(&record.key) else { continue };
        match found.iter_mut().find(|(known, _)| *known == of) {
            Some((_, lines)) => lines.note(record.line),
            None => found.push((of, Lines::of(record.line))),
        }
    }
    found
}

fn keys_of(file: &PlannedFile) -> Option<&FileKeys> {
    file.scanned.content.as_ref()?.keys.as_ref()
}

fn records_of(file: &PlannedFile) -> u64 {
    file.scanned.content.as_ref().map_or(0, |content| content.reading.totals.records)
}

/// Whether a suspicion belongs behind those about records that were delivered.
fn after(suspicion: &Suspicion) -> bool {
    matches!(
        suspicion,
        Suspicion::RecordsRepeat(_)
            | Suspicion::TotalsRepeat(_)
            | Suspicion::UnusualRecords { .. }
            | Suspicion::UnusualSum { .. }
            | Suspicion::AmountOver { .. }
    )
}

/// What the policy makes of it; an approval that covers the reason passes it.
fn judge(config: &Config, file: &mut PlannedFile) {
    let may_repeat = config.content_of(file.scanned.rule).is_some_and(content::ContentRule::may_repeat);
    let is_approved =
        file.judgement.reason == Reason::Approved && file.covered.contains(&Reason::RecordsDelivered);
    match config.policy.content.rule(Reason::RecordsDelivered, may_repeat) {
        ContentRule::Observe => {
            if !file.judgement.observed.contains(&Reason::RecordsDelivered) {
                file.judgement.observed.push(Reason::RecordsDelivered);
            }
        }
        ContentRule::Hold | ContentRule::Wait if !is_approved => {
            file.judgement = Judgement::new(Choice::Hold, Reason::RecordsDelivered, None);
        }
        ContentRule::Hold | ContentRule::Wait | ContentRule::Send => {}
    }
}
