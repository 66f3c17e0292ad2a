//! What runs that were cut off left behind under names of the program's own: `.NAME.PID.deleting.tmp` where a file was
//! about to be deleted, `.NAME.PID.copying.tmp` in the archive where one was being copied from another file system.
//!
//! The run lock is held, so whoever made them is gone. A deletion is finished only where the ledger says that KP has the
//! content; else the file gets its name back, and is planned or held like any other.

use std::io;
use std::path::Path;

use chrono::{DateTime, FixedOffset};

use crate::archive::{Archive, Expected, PutAway, leftover, search};
use crate::clock::moment;
use crate::config::{Config, Disposal};
use crate::digest::Digest;
use crate::drop_folder;
use crate::exit::UserError;
use crate::ledger::LedgerReader;
use crate::messages::run as say;
use crate::model::delivery::State;
use crate::model::run_report::Warning;
use crate::platform::{Identity, Place};
use crate::wording;

/// Clears the drop folder and the archive of them; answers what could not be cleared, for the next run to try again.
///
/// # Errors
/// The ledger could not be read, or the drop folder not be listed.
pub(crate) fn clear(
    config: &Config,
    archive: &mut Archive,
    ledger: &LedgerReader,
    now: DateTime<FixedOffset>,
) -> Result<Vec<Warning>, UserError> {
    let mut clearing = Clearing { config, archive, ledger, warnings: Vec::new() };
    clearing.drop_folder()?;
    clearing.archive(now)?;
    // The run syncs the folders along with its own; a leftover that comes back after a power cut is cleared again.
    Ok(clearing.warnings)
}

struct Clearing<'a> {
    config: &'a Config,
    archive: &'a mut Archive,
    ledger: &'a LedgerReader,
    warnings: Vec<Warning>,
}

impl Clearing<'_> {
    fn failed(&mut self, place: &Path, error: &dyn std::fmt::Display) {
        let path = place.strip_prefix(&self.config.drop).map_or(place, |inside| inside);
        let message = say::leftover_not_cleared(error);
        self.warnings.push(Warning { path: drop_folder::shown(path), message });
    }

    /// Deletions that were cut off.
    fn drop_folder(&mut self) -> Result<(), UserError> {
        let drop = &self.config.drop;
        for (place, before) in leftover::deletions(drop, &self.config.scan)? {
            let (digest, size, identity) = match drop_folder::digest(&place) {
                Ok(read) => read,
                Err(blocked) => {
                    self.failed(&place.path(), &wording::blocked(&blocked));
                    continue;
                }
            };
            let cleared = match self.may_go(digest, size)? {
                Ok(true) => self.delete(&place, digest, identity),
                // Only its own name: by another one it could be taken for another month's file, or another series'.
                Ok(false) => self.archive.give_back(&place, &before),
                Err(error) => Err(error),
            };
            match cleared {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    let name = before.path();
                    let path = drop_folder::shown(name.strip_prefix(drop).unwrap_or(&name));
                    let message = say::leftover_name_taken(&place.path());
                    self.warnings.push(Warning { path, message });
                }
                Err(error) => self.failed(&place.path(), &error),
                Ok(()) => {}
            }
        }
        Ok(())
    }

    /// Whether KP has the content, and nobody wanted the file to be kept who has no copy of it.
    fn may_go(&mut self, digest: Digest, size: u64) -> Result<io::Result<bool>, UserError> {
        let mut delivered = self.ledger.deliveries_of(&digest)?;
        delivered.retain(|delivery| delivery.state.is_delivered());
        if delivered.is_empty() {
            return Ok(Ok(false));
        }
        let originals = &self.config.originals;
        let open = delivered.iter().any(|delivery| delivery.state == State::Delivered);
        if originals.delivered == Disposal::Delete || !open && originals.duplicates == Disposal::Delete {
            return Ok(Ok(true));
        }
        // Copied to another file system, it was to be deleted here all the same.
        for delivery in &delivered {
            match self.archive.find(delivery.key.slot.period, digest, size) {
                Ok(None) => {}
                found => return Ok(found.map(|_| true)),
            }
        }
        Ok(Ok(false))
    }

    fn delete(&mut self, place: &Place, digest: Digest, identity: Identity) -> io::Result<()> {
        let expected = Expected { digest, identity: Some(identity) };
        match self.archive.put_away(place, expected, Disposal::Delete, &self.config.drop)? {
            PutAway::Deleted | PutAway::Gone => Ok(()),
            _ => Err(io::Error::other(say::still_changing())),
        }
    }

    /// Copies that were cut off. The archive may be large, so it is gone through only behind a run that was cut off, and by
    /// the first one of a month; `reject` may leave one at any time, where few files lie.
    fn archive(&mut self, now: DateTime<FixedOffset>) -> Result<(), UserError> {
        let last = self.ledger.last_run()?;
        let month = |at: &str| at.get(..7).map(str::to_owned);
        let whole =
            last.is_none_or(|run| run.finished_at.is_none() || month(&run.started_at) != month(&moment(now)));
        let folder = if whole { self.archive.root().to_owned() } else { self.archive.rejected() };
        match leftover::copies(&folder) {
            Ok(found) => {
                for (place, name) in found {
                    match self.copy(&place, &name)? {
                        Ok(()) => {}
                        Err(error) => self.failed(&place, &error),
                    }
                }
            }
            Err(error) => self.failed(&folder, &error),
        }
        Ok(())
    }

    /// A copy is made while its original is still there. Only a whole one whose original is gone for all that gets its name.
    fn copy(&mut self, place: &Path, name: &Path) -> Result<io::Result<()>, UserError> {
        let (digest, size, _) = match drop_folder::digest(&place.into()) {
            Ok(read) => read,
            Err(blocked) => return Ok(Err(io::Error::other(wording::blocked(&blocked)))),
        };
        let delivered = self.ledger.deliveries_of(&digest)?;
        let known = !delivered.is_empty()
            || self.ledger.decisions()?.iter().any(|decision| decision.key.digest == digest);
        Ok((|| {
            let folder = place.parent().unwrap_or(place);
            let is_other = |found: &Path| found.file_name() != place.file_name();
            let is_named_otherwise = |name: &str| is_other(Path::new(name));
            let elsewhere =
                search::find_in_drop_folder(&self.config.drop, digest, size, &is_named_otherwise)?.is_some()
                    || search::find_where(folder, digest, size, &is_other)?.is_some();
            if known && !elsewhere {
                self.archive.keep_copy(place, name)
            } else {
                self.archive.drop_copy(place)
            }
        })())
    }
}
