//! Step 7: writing receipts and putting the originals away.

use super::{Executor, InFlight, place_of, stepped};
use crate::archive::{Expected, PutAway};
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
            identity: Some(row.planned.reading.identity),
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
    /// Writes the receipts of these files, puts their originals away, and returns the deliveries that are complete.
    ///
    /// A failure here is a warning and not a failed delivery, since KP has the file; the next run tries this step again.
    pub(super) fn finish(&mut self, delivered: &[Finished]) -> Result<Vec<i64>, UserError> {
        if delivered.is_empty() {
            return Ok(Vec::new());
        }
        let head = self.journal.head();
        let at = moment((self.now)());
        let receipts: Vec<Receipt> =
            delivered.iter().map(|file| receipt(file, head, &self.settings.ledger, &at)).collect();
        if let Err(error) = receipts::append(self.archive.root(), &receipts) {
            let message = say::receipt_not_written(self.archive.root(), &error);
            self.warnings.extend(
                delivered.iter().map(|file| Warning { path: file.path.clone(), message: message.clone() }),
            );
            return Ok(Vec::new());
        }
        failpoint("receipts");
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
            self.warnings.extend(
                delivered.iter().map(|file| Warning { path: file.path.clone(), message: message.clone() }),
            );
            return Ok(Vec::new());
        }
        failpoint("put_away");
        self.write_down(steps)?;
        failpoint("archived");
        Ok(ended)
    }

    /// Puts one original away and returns how; none where that failed.
    fn put_away(&mut self, file: &Finished) -> Option<&'static str> {
        let place = place_of(&self.settings.drop, &file.path);
        let expected = Expected { digest: file.digest, identity: file.identity };
        let folder = self.archive.delivered(file.slot.period);
        let mishap = match self.archive.put_away(&place, expected, self.settings.disposal, &folder) {
            Ok(PutAway::Archived(_)) => return Some("archived"),
            Ok(PutAway::Deleted) => return Some("deleted"),
            Ok(PutAway::Left) => return Some("left"),
            Ok(PutAway::Gone) => return Some("original_gone"),
            // Another content stands at its path now: the next run plans that as a file of its own.
            Ok(PutAway::Changed) => return Some("original_changed"),
            Err(error) => say::not_put_away(&file.path, &error),
        };
        self.warnings.push(Warning { path: file.path.clone(), message: mishap });
        None
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
