//! Held files and their numbers: which holds are opened, changed or ended. The events are answered, not recorded.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use chrono::{DateTime, FixedOffset};

use super::judge::PlannedFile;
use crate::digest::Digest;
use crate::exit::UserError;
use crate::ledger::LedgerReader;
use crate::ledger::event::{Event, Held};
use crate::ledger::query::{Sequence, is_older};
use crate::model::decision::{Blocked, Choice, Reason, Unsettled};
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

/// When a file has been waiting to settle for so long that a person must know.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TooLong {
    /// `alert.unsettled_after`; none where nobody is told.
    pub(crate) limit: Option<Duration>,
    pub(crate) now: DateTime<FixedOffset>,
}

impl TooLong {
    /// Marks a waiting file that has been waiting for too long, as `hold` says, with the hold's number.
    pub(crate) fn mark(self, file: &mut FileReport, hold: Option<&Hold>) {
        let waited =
            hold.filter(|hold| self.limit.is_some_and(|limit| is_older(&hold.opened_at, limit, self.now)));
        if let Some(hold) = waited {
            (file.hold_id, file.waiting_since) = (Some(hold.id), Some(hold.opened_at.clone()));
        }
    }
}

/// Whether a file waits to settle or for the rest of it, and is still there. The ledger remembers since when, as a hold with that reason.
fn waits(planned: &PlannedFile, file: &FileReport) -> bool {
    let went_away = Some(&Blocked::Unsettled(Unsettled::WentAway));
    if file.decision == Choice::Wait && file.reason == Reason::Incomplete {
        return true;
    }
    file.decision == Choice::Wait
        && file.reason == Reason::Unsettled
        && planned.scanned.key.is_none()
        && planned.scanned.reading.as_ref().err() != went_away
}

/// Holds the files that were judged so, each with its number, and ends the holds of files that are held no more: one event,
/// or none where nothing changes. Files that wait to settle are remembered in the same way.
pub(super) fn after_judging(
    mut holds: Holds,
    planned: &[PlannedFile],
    files: &mut [FileReport],
    too_long: TooLong,
) -> Option<Event> {
    let mut changed = Vec::new();
    let mut kept = HashSet::new();
    for (planned, file) in planned.iter().zip(files.iter_mut()).filter(|(planned, file)| waits(planned, file))
    {
        too_long.mark(file, holds.of(planned));
        let (id, held) = holds.hold(planned, &file.reasons);
        kept.insert(id);
        changed.extend(held);
    }
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
