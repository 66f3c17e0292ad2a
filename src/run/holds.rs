//! The numbers that held files have.

use std::collections::HashMap;

use super::pipeline::Run;
use crate::decide::{Choice, Reason};
use crate::delivery::Slot;
use crate::digest::Digest;
use crate::exit::UserError;
use crate::ledger::Journal;
use crate::ledger::event::{Event, Held};
use crate::ledger::query::{Hold, Sequence};
use crate::report::FileReport;
use crate::run::survey::PlannedFile;

impl Run<'_> {
    /// Gives every held file a number, and ends the holds of those that are held no more.
    pub(crate) fn note_holds(
        &self,
        ledger: &mut dyn Journal,
        planned: &[PlannedFile],
        files: &mut [FileReport],
    ) -> Result<(), UserError> {
        let holds = Holds::new(ledger.open_holds()?);
        let mut next = ledger.next(Sequence::Hold)?;
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
pub(crate) struct Holds(HashMap<(String, Option<Digest>, Option<Slot>), Hold>);

impl Holds {
    pub(crate) fn new(holds: Vec<Hold>) -> Holds {
        Holds(
            holds
                .into_iter()
                .map(|hold| ((hold.path.clone(), hold.digest, hold.slot.clone()), hold))
                .collect(),
        )
    }

    pub(crate) fn of(&self, file: &PlannedFile) -> Option<&Hold> {
        let key = file.looked.key.as_ref();
        self.0.get(&(
            file.looked.file.path.clone(),
            key.map(|key| key.digest),
            key.map(|key| key.slot.clone()),
        ))
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Hold> {
        self.0.values()
    }
}

/// A held file, as the ledger keeps it.
pub(crate) fn held(id: i64, file: &PlannedFile, reason: Reason) -> Held {
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
