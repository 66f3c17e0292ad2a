//! Held files and their numbers: which holds are opened, changed or ended. The events are answered, not recorded.

use std::collections::{HashMap, HashSet};

use super::judge::PlannedFile;
use crate::digest::Digest;
use crate::exit::UserError;
use crate::ledger::LedgerReader;
use crate::ledger::event::{Event, Held};
use crate::ledger::query::Sequence;
use crate::model::decision::{Choice, Reason};
use crate::model::delivery::Slot;
use crate::model::ledger::Hold;
use crate::model::run_report::FileReport;

/// The open holds, found by the file they are about, and the number of the next one. New holds get their numbers here
/// and nowhere else.
pub(crate) struct Holds {
    open: HashMap<(String, Option<Digest>, Option<Slot>), Hold>,
    next: i64,
}

impl Holds {
    /// Reads the open holds.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub(crate) fn read(ledger: &LedgerReader) -> Result<Holds, UserError> {
        let next = ledger.next(Sequence::Hold)?;
        let holds = ledger.open_holds()?.into_iter();
        let open = holds.map(|hold| ((hold.path.clone(), hold.digest, hold.slot.clone()), hold)).collect();
        Ok(Holds { open, next })
    }

    /// The open hold about this content of this file.
    pub(crate) fn of(&self, file: &PlannedFile) -> Option<&Hold> {
        let key = file.scanned.key.as_ref();
        self.open.get(&(
            file.scanned.file.path.clone(),
            key.map(|key| key.digest),
            key.map(|key| key.slot.clone()),
        ))
    }

    /// The number of a held file, and what the ledger is to be told where the ledger does not know it, or knows other
    /// reasons. The first of `reasons` is the deciding one.
    pub(crate) fn hold(&mut self, file: &PlannedFile, reasons: &[Reason]) -> (i64, Option<Held>) {
        let names: Vec<String> = reasons.iter().map(|reason| reason.name().to_owned()).collect();
        let known = self.of(file).map(|hold| (hold.id, hold.reasons == names));
        if let Some((id, true)) = known {
            return (id, None);
        }
        let id = known.map_or(self.next, |(id, _)| id);
        self.next += i64::from(known.is_none());
        let key = file.scanned.key.as_ref();
        let held = Held {
            hold: id,
            path: file.scanned.file.path.clone(),
            digest: key.map(|key| key.digest),
            series: key.map(|key| key.slot.series.clone()),
            period: key.and_then(|key| key.slot.period),
            reason: names.first().cloned().unwrap_or_default(),
            reasons: names,
        };
        (id, Some(held))
    }
}

/// Holds the files that were judged so, each with its number, and ends the holds of files that are held no more: one event,
/// or none where nothing changes.
pub(super) fn after_judging(
    mut holds: Holds,
    planned: &[PlannedFile],
    files: &mut [FileReport],
) -> Option<Event> {
    let mut changed = Vec::new();
    let mut kept = HashSet::new();
    for (planned, file) in planned.iter().zip(files).filter(|(_, file)| file.decision == Choice::Hold) {
        let (id, held) = holds.hold(planned, &file.reasons);
        file.hold_id = Some(id);
        kept.insert(id);
        changed.extend(held);
    }
    // The server's answer may hold a file that is to be sent, so its hold ends only after the delivery.
    let sends = planned.iter().filter(|file| file.judgement.choice == Choice::Send);
    kept.extend(sends.filter_map(|file| Some(holds.of(file)?.id)));
    let over = holds.open.values().map(|hold| hold.id).filter(|id| !kept.contains(id)).collect();
    at_once(changed, over)
}

/// Holds the files that the server's answer held, and ends the holds of the others. `sent` are the indices of the files
/// that were to be sent; `files` already say how they fared.
pub(super) fn after_delivery(
    mut holds: Holds,
    planned: &[PlannedFile],
    files: &mut [FileReport],
    sent: &[usize],
) -> Option<Event> {
    let (mut changed, mut over) = (Vec::new(), Vec::new());
    for &index in sent {
        let file = &mut files[index];
        if file.decision == Choice::Hold {
            let (id, held) = holds.hold(&planned[index], &file.reasons);
            file.hold_id = Some(id);
            changed.extend(held);
        } else {
            over.extend(holds.of(&planned[index]).map(|hold| hold.id));
        }
    }
    at_once(changed, over)
}

/// All changes in one event, so that thousands of held files do not make thousands of links in the chain.
fn at_once(held: Vec<Held>, mut ended: Vec<i64>) -> Option<Event> {
    ended.sort_unstable();
    (!held.is_empty() || !ended.is_empty()).then_some(Event::Holds { held, ended })
}
