//! Records that stand in two files of one run: the later file fares as if the earlier one had been delivered by a run before.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use super::PlannedFile;
use crate::config::Config;
use crate::decide::Approval;
use crate::model::decision::{Choice, Judgement, Reason};
use crate::model::policy::ContentRule;
use crate::records::content;
use crate::records::key::{KeyHasher, RecordKey};
use crate::records::keyed::FileKeys;
use crate::records::reader::Lines;
use crate::records::totals::Suspicion;
use crate::run::secret;

/// The records of the files that go, each with its file's index.
type Going = HashMap<RecordKey, usize, BuildHasherDefault<KeyHasher>>;

/// Holds files whose records go with another file of the same run, or lets the policy pass them. `in_order` are the indices of
/// the files that are to be sent or may be approved, in the order of the run.
pub(super) fn hold_same_records(config: &Config, files: &mut [PlannedFile], in_order: &[usize]) {
    let mut going = Going::default();
    let last = in_order.iter().rfind(|&&at| keys_of(&files[at]).is_some()).copied();
    let mut unread: Vec<usize> = Vec::new();
    for &at in in_order {
        if files[at].judgement.choice != Choice::Send {
            continue;
        }
        for (of, found) in shared(&files[at], &going) {
            let path = files[of].scanned.file.path.clone();
            let records = records_of(&files[at]);
            suspect(config, &mut files[at], Suspicion::RecordsInRun { path, records, lines: found });
        }
        for &of in &unread {
            if files[at].judgement.choice == Choice::Send && share_a_month(&files[of], &files[at]) {
                let path = files[of].scanned.file.path.clone();
                suspect(config, &mut files[at], Suspicion::UnreadInRun { path });
            }
        }
        // none comes after the last that could have the same records
        if files[at].judgement.choice == Choice::Send && last != Some(at) {
            let content = files[at].scanned.content.as_ref();
            if content.is_some_and(|content| secret::is_partial(config, content)) {
                unread.push(at);
            }
            let records = keys_of(&files[at]).into_iter().flat_map(FileKeys::records);
            going.extend(records.map(|record| (record.key, at)));
        }
    }
}

/// Notes what speaks against a file, beside what else is known of records that were delivered, and judges it again.
fn suspect(config: &Config, file: &mut PlannedFile, suspicion: Suspicion) {
    let place = file.suspicions.iter().position(after).unwrap_or(file.suspicions.len());
    file.suspicions.insert(place, suspicion);
    judge(config, file);
}

/// Whether records of a file may be for a month of those that could not be read in another one.
fn share_a_month(unread: &PlannedFile, file: &PlannedFile) -> bool {
    let months = |file: &PlannedFile| {
        let own = file.scanned.key.as_ref().and_then(|key| key.slot.period);
        let range = file.scanned.content.as_ref().and_then(|content| content.reading.period_range());
        let (first, last) = range.unzip();
        Some((first.into_iter().chain(own).min()?, last.into_iter().chain(own).max()?))
    };
    let has_records = file.scanned.content.as_ref().is_some_and(|content| content.keys.is_some());
    // Where no month is known, it may be any.
    let apart = months(unread).zip(months(file)).is_some_and(|((a, b), (c, d))| b < c || d < a);
    has_records && !apart
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
    let records = file.delivered_records();
    let covers = |approval: &Approval| {
        approval.covers.contains(&Reason::RecordsDelivered) && approval.lets_go(records)
    };
    let is_approved = file.judgement.reason == Reason::Approved && file.approvals.iter().any(covers);
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
