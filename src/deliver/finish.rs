//! Step 7: writing receipts and putting the originals away.

use std::io;

use super::{Executor, InFlight, inside, stepped};
use crate::archive::{Expected, PutAway};
use crate::clock::moment;
use crate::exit::UserError;
use crate::failpoint::failpoint;
use crate::ledger::receipts::{self, Receipt, ReceiptKind};
use crate::messages::run as say;
use crate::model::delivery::Step;
use crate::model::ledger::{Attested, Delivery};
use crate::model::run_report::Warning;
use crate::platform::{self, Folder, Identity};

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
        let head = self.journal.head();
        let at = moment((self.now)());
        let lines: Vec<Receipt> = delivered
            .iter()
            .map(|Finished { file, .. }| {
                Receipt::of(ReceiptKind::Delivered, file.clone(), &self.settings.ledger, head, &at)
            })
            .collect();
        if let Err(error) = receipts::append(self.archive.root(), &lines) {
            let message = say::receipt_not_written(self.archive.root(), &error);
            self.warnings.extend(
                delivered
                    .iter()
                    .map(|finished| Warning { path: finished.file.path.clone(), message: message.clone() }),
            );
            return Ok(Vec::new());
        }
        failpoint("receipts");
        let mut ended = Vec::new();
        let mut steps = Vec::new();
        // Through its descriptor: whatever becomes of paths meanwhile, only files of this folder are moved.
        let drop = Folder::open(&platform::verbatim(&self.settings.drop)).map_err(|error| error.to_string());
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
            self.warnings.extend(
                delivered
                    .iter()
                    .map(|finished| Warning { path: finished.file.path.clone(), message: message.clone() }),
            );
            return Ok(Vec::new());
        }
        failpoint("put_away");
        self.write_down(steps)?;
        failpoint("archived");
        Ok(ended)
    }

    /// Puts one original away and returns why that was the end of it; none where it failed and the next run tries again.
    fn put_away(
        &mut self,
        drop: &Result<Folder, String>,
        Finished { file, identity }: &Finished,
    ) -> Option<&'static str> {
        let expected = Expected { digest: file.digest, identity: *identity };
        let folder = self.archive.delivered(file.period);
        let disposal = self.settings.disposal;
        let put_away = drop.as_ref().map_err(|error| io::Error::other(error.clone())).and_then(|drop| {
            let place = drop.place(&inside(&file.path));
            self.archive.put_away(&place, expected, disposal, &folder)
        });
        let message = match put_away {
            Ok(PutAway::Archived(_)) => return Some("archived"),
            Ok(PutAway::Deleted) => return Some("deleted"),
            Ok(PutAway::Left) => return Some("left"),
            Ok(PutAway::Gone) => return Some("original_gone"),
            // Another content stands at its path now: the next run plans that as a file of its own.
            Ok(PutAway::Changed) => return Some("original_changed"),
            Err(error) => say::not_put_away(&file.path, &error),
        };
        self.warnings.push(Warning { path: file.path.clone(), message });
        None
    }
}
