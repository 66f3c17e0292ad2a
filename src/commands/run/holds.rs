//! The numbers that held files have.

use std::collections::HashMap;

use super::cycle::Run;
use crate::decide::{Choice, Reason};
use crate::delivery::Slot;
use crate::digest::Digest;
use crate::exit::Trouble;
use crate::ledger::Book;
use crate::ledger::event::{Event, Held};
use crate::ledger::query::{Hold, Numbered};
use crate::report::FileReport;
use crate::survey::Planned;

impl Run<'_> {
    /// Gives every held file a number, and ends the holds of those that are held no more.
    pub(super) fn note_holds(
        &self,
        ledger: &mut dyn Book,
        planned: &[Planned],
        files: &mut [FileReport],
    ) -> Result<(), Trouble> {
        let holds = Holds::new(ledger.open_holds()?);
        let mut next = ledger.next(Numbered::Hold)?;
        let mut events = Vec::new();
        let mut kept = Vec::new();
        for (planned, file) in
            planned.iter().zip(files.iter_mut()).filter(|(_, file)| file.decision == Choice::Hold)
        {
            let known = holds.of(planned);
            let id = known.map_or(next, |hold| hold.id);
            next += i64::from(known.is_none());
            if known.is_none_or(|hold| hold.reason != file.reason.name()) {
                events.push(Event::Held(held(id, planned, file.reason)));
            }
            kept.push(id);
            file.hold_id = Some(id);
        }
        // A file that is to be sent keeps its hold until it is known what the server says.
        kept.extend(
            planned
                .iter()
                .filter(|file| file.judgement.choice == Choice::Send)
                .filter_map(|file| Some(holds.of(file)?.id)),
        );
        events.extend(holds.all().filter(|hold| !kept.contains(&hold.id)).map(|hold| Event::HoldEnded {
            hold: hold.id,
            why: None,
            who: None,
        }));
        self.write_down(ledger, &events)
    }
}

/// The open holds, to be found by the file they are about.
pub(super) struct Holds(HashMap<(String, Option<Digest>, Option<Slot>), Hold>);

impl Holds {
    pub(super) fn new(holds: Vec<Hold>) -> Holds {
        Holds(
            holds
                .into_iter()
                .map(|hold| ((hold.path.clone(), hold.digest, hold.slot.clone()), hold))
                .collect(),
        )
    }

    pub(super) fn of(&self, file: &Planned) -> Option<&Hold> {
        let key = file.looked.key.as_ref();
        self.0.get(&(
            file.looked.file.path.clone(),
            key.map(|key| key.digest),
            key.map(|key| key.slot.clone()),
        ))
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Hold> {
        self.0.values()
    }
}

/// A held file, as the ledger keeps it.
pub(in crate::commands) fn held(id: i64, file: &Planned, reason: Reason) -> Held {
    let key = file.looked.key.as_ref();
    Held {
        hold: id,
        path: file.looked.file.path.clone(),
        digest: key.map(|key| key.digest),
        series: key.map(|key| key.slot.series.clone()),
        period: key.and_then(|key| key.slot.period),
        reason: reason.name().to_owned(),
    }
}
