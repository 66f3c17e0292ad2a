//! Step 7: receipts, and the originals put away.

use std::io;
use std::path::PathBuf;

use super::{Executor, InFlight, place_of, stepped};
use crate::archive::{Expected, PutAway, search};
use crate::config::Disposal;
use crate::delivery::{Slot, Step};
use crate::digest::Digest;
use crate::exit::UserError;
use crate::failpoint::failpoint;
use crate::ledger::query::Delivery;
use crate::ledger::receipts::{self, Receipt, ReceiptKind};
use crate::ledger::{ChainPosition, moment};
use crate::messages::run as say;
use crate::platform::Identity;

/// Something that went wrong on this machine after KP had the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The file's path in the drop folder.
    pub path: String,
    /// What went wrong, and what to do now.
    pub message: String,
}

/// A delivered file whose original is still to be put away.
pub(super) struct Finished {
    delivery: i64,
    slot: Slot,
    digest: Digest,
    size: u64,
    path: String,
    remote_path: Option<String>,
    identity: Option<Identity>,
}

impl Finished {
    pub(super) fn of(row: &InFlight<'_>) -> Finished {
        Finished {
            delivery: row.started.delivery,
            slot: row.started.slot(),
            digest: row.started.digest,
            size: row.started.size,
            path: row.started.path.clone(),
            remote_path: Some(row.started.remote_path.clone()),
            identity: Some(row.parcel.reading.identity),
        }
    }
}

impl From<&Delivery> for Finished {
    fn from(delivery: &Delivery) -> Finished {
        Finished {
            delivery: delivery.id,
            slot: delivery.key.slot.clone(),
            digest: delivery.key.digest,
            size: delivery.size,
            path: delivery.path.clone(),
            remote_path: delivery.remote_path.clone(),
            identity: None,
        }
    }
}

impl Executor<'_> {
    /// Writes the receipts of these files, puts their originals away, and answers which deliveries are at their
    /// end. What fails here is no delivery that fails: the next run takes it up where it stands.
    pub(super) fn finish(&mut self, delivered: &[Finished]) -> Result<Vec<i64>, UserError> {
        if delivered.is_empty() {
            return Ok(Vec::new());
        }
        let head = self.journal.head();
        let at = moment((self.now)());
        let lines: Vec<Receipt> =
            delivered.iter().map(|file| receipt(file, head, &self.settings.ledger, &at)).collect();
        if let Err(error) = receipts::append(self.archive.root(), &lines) {
            let message = say::receipt_not_written(self.archive.root(), &error);
            return Ok(self.not_finished(delivered, &message));
        }
        failpoint("receipts");
        let (drop, disposal) = (&self.settings.drop, self.settings.disposal);
        let places: Vec<PathBuf> = delivered.iter().map(|file| place_of(drop, &file.path)).collect();
        if let Err(error) = self.archive.sync_originals(drop, &places, disposal) {
            let message = say::drop_not_synced(drop, &error);
            return Ok(self.not_finished(delivered, &message));
        }
        let mut ended = Vec::new();
        let mut steps = Vec::new();
        for file in delivered {
            if let Some(why) = self.put_away(file) {
                failpoint("moved");
                steps.push(stepped(file.delivery, Step::PutAway, Some(why)));
                ended.push(file.delivery);
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

    /// Says the same of all of them, of which none is at its end.
    fn not_finished(&mut self, delivered: &[Finished], message: &str) -> Vec<i64> {
        let each =
            delivered.iter().map(|file| Warning { path: file.path.clone(), message: message.to_owned() });
        self.mishaps.extend(each);
        Vec::new()
    }

    /// Puts one original away; none where that could not be done now.
    fn put_away(&mut self, file: &Finished) -> Option<&'static str> {
        let place = place_of(&self.settings.drop, &file.path);
        let expected = Expected { digest: file.digest, identity: file.identity };
        let folder = self.archive.delivered(file.slot.period);
        let mishap = match self.archive.put_away(&place, expected, self.settings.disposal, &folder) {
            Ok(PutAway::Archived(_)) => return Some("archived"),
            Ok(PutAway::Deleted) => return Some("deleted"),
            Ok(PutAway::Left) => return Some("left"),
            Ok(PutAway::Gone) => match self.look_for(file) {
                Ok(true) => return Some("original_gone"),
                Ok(false) => {
                    let message = say::original_nowhere(&file.path, self.archive.root());
                    self.mishaps.push(Warning { path: file.path.clone(), message });
                    return Some("original_gone");
                }
                Err(error) => say::not_put_away(&file.path, &error),
            },
            // What stands there now is a file of its own, and the next run plans it as one.
            Ok(PutAway::Changed) => return Some("original_changed"),
            Err(error) => say::not_put_away(&file.path, &error),
        };
        self.mishaps.push(Warning { path: file.path.clone(), message: mishap });
        None
    }
}

impl Executor<'_> {
    /// Whether the bytes of an original that is not at its place are in the archive, as after a run that was cut off
    /// behind the move, or elsewhere in the drop folder. What was to be deleted need be nowhere.
    fn look_for(&mut self, file: &Finished) -> io::Result<bool> {
        Ok(self.settings.disposal == Disposal::Delete
            || self.is_moved(file)?
            || search::find(&self.settings.drop, file.digest, file.size)?.is_some())
    }

    /// Whether the archive has the bytes; the move that brought them there is then made durable as if it were done now.
    fn is_moved(&mut self, file: &Finished) -> io::Result<bool> {
        let found = self.archive.find(file.slot.period, file.digest, file.size)?;
        if found.is_some() {
            self.archive.note_lost(&place_of(&self.settings.drop, &file.path));
        }
        Ok(found.is_some())
    }
}

fn receipt(file: &Finished, head: ChainPosition, ledger: &str, at: &str) -> Receipt {
    Receipt {
        schema: 1,
        attests: ReceiptKind::Delivered,
        ledger: ledger.to_owned(),
        event: head.seq,
        hash: head.hash,
        at: at.to_owned(),
        delivery: file.delivery,
        series: file.slot.series.clone(),
        period: file.slot.period,
        sha256: file.digest,
        size: file.size,
        path: file.path.clone(),
        remote_path: file.remote_path.clone(),
    }
}
