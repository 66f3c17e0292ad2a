//! Step 7: writing receipts and putting the originals away.

use std::io;

use super::{Executor, InFlight, inside, stepped};
use crate::archive::{Expected, PutAway, search};
use crate::config::Disposal;
use crate::exit::UserError;
use crate::failpoint::failpoint;
use crate::messages::run as say;
use crate::model::delivery::Step;
use crate::model::ledger::{Attested, Delivery};
use crate::model::run_report::Warning;
use crate::platform::{self, Folder, Identity, Place};

/// A delivered file whose original is still to be put away.
pub(super) struct Finished {
    file: Attested,
    /// What the original was when it was read; none where an earlier run delivered it.
    identity: Option<Identity>,
}

impl Finished {
    pub(super) fn of(row: &InFlight<'_>) -> Finished {
        Finished { file: (&row.started).into(), identity: Some(row.planned.reading.identity) }
    }
}

impl From<&Delivery> for Finished {
    fn from(delivery: &Delivery) -> Finished {
        Finished { file: delivery.into(), identity: None }
    }
}

impl Executor<'_> {
    /// Writes the receipts of these files, puts their originals away, and returns the deliveries that are complete.
    ///
    /// A failure here is a warning and not a failed delivery, since KP has the file; the next run tries this step again.
    pub(super) fn finish(&mut self, delivered: &[Finished]) -> Result<Vec<i64>, UserError> {
        if delivered.is_empty() {
            return Ok(Vec::new());
        }
        if let Err(error) = self.journal.attest() {
            let message = say::receipt_not_written(self.archive.root(), &error);
            return Ok(self.not_finished(delivered, &message));
        }
        failpoint("receipts");
        // Through its descriptor: whatever becomes of paths meanwhile, only files of this folder are moved.
        let drop = Folder::open(&platform::verbatim(&self.settings.drop)).map_err(|error| error.to_string());
        if let Err(error) = self.sync_originals(&drop, delivered) {
            let message = say::drop_not_synced(&self.settings.drop, &error);
            return Ok(self.not_finished(delivered, &message));
        }
        let mut ended = Vec::new();
        let mut steps = Vec::new();
        for finished in delivered {
            if let Some(why) = self.put_away(&drop, finished) {
                let delivery = finished.file.delivery;
                failpoint("moved");
                steps.push(stepped(delivery, Step::PutAway, Some(why)));
                ended.push(delivery);
            }
        }
        if let Err(error) = self.archive.sync() {
            let message = say::archive_not_synced(self.archive.root(), &error);
            return Ok(self.not_finished(delivered, &message));
        }
        failpoint("put_away");
        self.write_down(steps)?;
        failpoint("archived");
        Ok(ended)
    }

    /// Warns that none of these deliveries is finished, each time with the same message.
    fn not_finished(&mut self, delivered: &[Finished], message: &str) -> Vec<i64> {
        let each = delivered
            .iter()
            .map(|finished| Warning { path: finished.file.path.clone(), message: message.to_owned() });
        self.warnings.extend(each);
        Vec::new()
    }

    fn sync_originals(&mut self, drop: &Result<Folder, String>, delivered: &[Finished]) -> io::Result<()> {
        // A folder that could not be opened is told of for each original that stays in it.
        let Ok(drop) = drop else { return Ok(()) };
        let places: Vec<Place> =
            delivered.iter().map(|finished| drop.place(&inside(&finished.file.path))).collect();
        self.archive.sync_originals(&self.settings.drop, &places, self.settings.disposal)
    }

    /// Puts one original away and returns why that was the end of it; none where it failed and the next run tries again.
    fn put_away(&mut self, drop: &Result<Folder, String>, finished: &Finished) -> Option<&'static str> {
        let Finished { file, identity } = finished;
        let expected = Expected { digest: file.digest, identity: *identity };
        let folder = self.archive.delivered(file.period);
        let disposal = self.settings.disposal;
        let put_away = drop.as_ref().map_err(|error| io::Error::other(error.clone())).and_then(|drop| {
            self.archive.put_away(&drop.place(&inside(&file.path)), expected, disposal, &folder)
        });
        let message = match put_away {
            Ok(PutAway::Archived(_)) => return Some("archived"),
            Ok(PutAway::Deleted) => return Some("deleted"),
            Ok(PutAway::Left) => return Some("left"),
            Ok(PutAway::Gone) => match self.look_for(finished) {
                Ok(true) => return Some("original_gone"),
                Ok(false) => {
                    let message = say::original_nowhere(self.archive.root());
                    self.warnings.push(Warning { path: file.path.clone(), message });
                    return Some("original_gone");
                }
                Err(error) => stays(disposal, &error),
            },
            // Another content stands at its path now: the next run plans that as a file of its own.
            Ok(PutAway::Changed) => return Some("original_changed"),
            Err(error) => stays(disposal, &error),
        };
        self.warnings.push(Warning { path: file.path.clone(), message });
        None
    }
}

/// That a file that KP has stays in the drop folder, since this could not be done with it.
pub(crate) fn stays(disposal: Disposal, error: &io::Error) -> String {
    match disposal {
        Disposal::Delete => say::not_deleted_from_drop(error),
        Disposal::Archive | Disposal::Leave => say::not_put_away(error),
    }
}

impl Executor<'_> {
    /// Whether the bytes of an original that is not at its place are in the archive, as after a run that was cut off
    /// behind the move, or elsewhere in the drop folder. What was to be deleted need be nowhere.
    fn look_for(&mut self, finished: &Finished) -> io::Result<bool> {
        let file = &finished.file;
        Ok(self.settings.disposal == Disposal::Delete
            || self.is_moved(finished)?
            || search::find_in_drop_folder(&self.settings.drop, file.digest, file.size, &|_| true)?.is_some())
    }

    /// Whether the archive has the bytes; the move that brought them there is then made durable as if it were done now.
    fn is_moved(&mut self, finished: &Finished) -> io::Result<bool> {
        let file = &finished.file;
        let found = self.archive.find(file.period, file.digest, file.size)?;
        if found.is_some() {
            self.archive.note_lost(&self.settings.drop.join(inside(&file.path)));
        }
        Ok(found.is_some())
    }
}
