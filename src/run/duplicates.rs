//! What becomes of the files that KP has already.

use std::collections::HashMap;

use super::pipeline::Run;
use crate::archive::{Expected, PutAway};
use crate::config::Disposal;
use crate::decide::{Choice, Reason};
use crate::deliver::Warning;
use crate::delivery::Key;
use crate::exit::UserError;
use crate::failpoint::failpoint;
use crate::ledger::Book;
use crate::ledger::event::Event;
use crate::messages::run as say;
use crate::report::{FileOutcome, FileReport};
use crate::run::survey::PlannedFile;

impl Run<'_> {
    /// Puts away the duplicates of one kind, as `originals.duplicates` says. Those of a file of this run go only
    /// when KP has that file.
    pub(crate) fn put_duplicates_away(
        &mut self,
        ledger: &mut dyn Book,
        planned: &[PlannedFile],
        files: &mut [FileReport],
        mishaps: &mut Vec<Warning>,
        kind: Reason,
    ) -> Result<(), UserError> {
        let disposal = self.config.originals.duplicates;
        let twins: HashMap<Key, i64> = planned
            .iter()
            .zip(files.iter())
            .filter(|(_, file)| file.outcome == Some(FileOutcome::Delivered))
            .filter_map(|(planned, file)| Some((planned.looked.key.clone()?, file.delivery_id?)))
            .collect();
        let mut events = Vec::new();
        let is_copy = |file: &FileReport| file.decision == Choice::Duplicate && file.reason == kind;
        let mut places = Vec::new();
        for (planned, file) in planned.iter().zip(files.iter_mut()).filter(|(_, file)| is_copy(file)) {
            file.outcome = Some(FileOutcome::Duplicate);
            places.push(planned.looked.file.place.clone());
        }
        if let Err(error) = self.archive.sync_originals(&self.config.drop, &places, disposal) {
            let message = say::drop_not_synced(&self.config.drop, &error);
            mishaps.push(Warning { path: self.config.drop.display().to_string(), message });
            return Ok(());
        }
        for (planned, file) in planned.iter().zip(files).filter(|(_, file)| is_copy(file)) {
            let (Some(key), Ok(reading)) = (&planned.looked.key, &planned.looked.reading) else { continue };
            let earlier =
                file.earlier.as_ref().map(|earlier| earlier.delivery_id).or_else(|| twins.get(key).copied());
            let Some(delivery) = earlier.filter(|_| disposal != Disposal::Leave) else { continue };
            let folder = self.archive.duplicates(key.slot.period);
            let expected = Expected { digest: key.digest, identity: Some(reading.identity) };
            match self.archive.put_away(&planned.looked.file.place, expected, disposal, &folder) {
                Ok(away @ (PutAway::Changed | PutAway::Gone)) => {
                    (file.decision, file.reason, file.outcome) =
                        (Choice::Wait, Reason::Unsettled, Some(FileOutcome::Waiting));
                    let gone = away == PutAway::Gone;
                    file.blocked = Some(if gone { say::went_away() } else { say::still_changing() });
                }
                Ok(PutAway::Archived(_) | PutAway::Deleted | PutAway::Left) => {
                    events.push(Event::DuplicatePutAway { path: file.path.clone(), delivery });
                }
                Err(error) => mishaps.push(Warning {
                    path: file.path.clone(),
                    message: say::not_put_away(&file.path, &error),
                }),
            }
        }
        if let Err(error) = self.archive.sync() {
            let message = say::archive_not_synced(self.archive.root(), &error);
            mishaps.push(Warning { path: self.archive.root().display().to_string(), message });
            return Ok(());
        }
        if !events.is_empty() {
            failpoint("duplicates_put_away");
        }
        self.write_down(ledger, &events)
    }
}
