//! A lost ledger made again from the receipts in the archive.
//!
//! The new ledger has a random name of its own, and receipts of its own. The ledger file is put in place last, so that after
//! an interruption the next try starts from receipts that say the same.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset};
use rusqlite::{Connection, OpenFlags};

use super::event::Event;
use super::{Journal, Ledger, LedgerReader, RunLock, SCHEMA_VERSION, checked, exists};
use crate::exit::{ExitCode, UserError};
use crate::ledger::receipts::{self, Receipt, ReceiptKind};
use crate::messages::ledger as say;
use crate::model::delivery::State;
use crate::platform::{self, with_suffix};

/// Marks the names of ledgers and receipts that were replaced.
const BEFORE: &str = "before-";

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Rebuilt {
    /// Deliveries that the receipts tell of.
    pub deliveries: usize,
    /// Lines of the receipts that could not be read.
    pub unread: usize,
    /// Where the old ledger lies now, where there was one.
    pub old_ledger: Option<PathBuf>,
    /// Where the old receipts lie now.
    pub old_receipts: PathBuf,
}

/// Makes the ledger at `path` again from the receipts in `archive`.
///
/// # Errors
/// [`ExitCode::Usage`] where the ledger is in order or there are no receipts: nothing was touched. [`ExitCode::Busy`] while a
/// run is under way. Otherwise what the file system says.
pub fn rebuild(path: &Path, archive: &Path, now: DateTime<FixedOffset>) -> Result<Rebuilt, UserError> {
    let failed = |error: io::Error| UserError::unexpected(say::not_written(path, &error));
    if is_newer(path) {
        return Err(UserError::ledger(say::newer(path)));
    }
    receipts::take_up_again(archive).map_err(failed)?;
    let latest = receipts::newest(archive)
        .map_err(|error| UserError::unexpected(say::receipts_not_read(archive, &error)))?;
    let (old, unread) = receipts::all(archive)
        .map_err(|error| UserError::unexpected(say::receipts_not_read(archive, &error)))?;
    if old.is_empty() {
        return Err(UserError::usage(say::no_receipts(archive)));
    }
    match LedgerReader::open(path, latest.as_ref(), false) {
        Ok(_) => return Err(UserError::usage(say::in_order(path))),
        Err(trouble) if trouble.exit != ExitCode::Ledger => return Err(trouble),
        Err(_) => {}
    }
    let _lock = RunLock::take(path)?;
    let new = with_suffix(path, ".rebuilding");
    for leftover in with_helpers(&new) {
        remove(&leftover).map_err(failed)?;
    }
    let deliveries = restore(&new, &old, now)?;
    let aside = format!("{BEFORE}{}", now.format("%Y%m%d-%H%M%S"));
    let old_receipts = free(&archive.join(format!("{}-{aside}", receipts::FOLDER)));
    let staged = archive.join(format!("{}-new", receipts::FOLDER));
    stage(&new, &deliveries, &staged, now)?;
    fs::rename(archive.join(receipts::FOLDER), &old_receipts).map_err(failed)?;
    fs::rename(staged.join(receipts::FOLDER), archive.join(receipts::FOLDER)).map_err(failed)?;
    fs::remove_dir(&staged).map_err(failed)?;
    platform::sync_folder(archive).map_err(failed)?;
    let old_ledger = exists(path).then(|| free(&with_suffix(path, &format!(".{aside}"))));
    if let Some(to) = &old_ledger {
        for (from, to) in with_helpers(path).into_iter().zip(with_helpers(to)) {
            if from.exists() {
                fs::rename(from, to).map_err(failed)?;
            }
        }
    } else {
        // SQLite would read a write-ahead log that was left behind into the new ledger.
        with_helpers(path).iter().try_for_each(|left| remove(left)).map_err(failed)?;
    }
    fs::rename(&new, path).and_then(|()| platform::sync_folder_of(path)).map_err(failed)?;
    // The staging ledger's own lock file.
    remove(&with_suffix(&new, ".lock")).map_err(failed)?;
    checked::forget(&new).map_err(failed)?;
    Ok(Rebuilt { deliveries: deliveries.len(), unread, old_ledger, old_receipts })
}

/// Writes what the receipts tell into a new ledger; the last word about a delivery counts.
fn restore(new: &Path, old: &[Receipt], now: DateTime<FixedOffset>) -> Result<Vec<Receipt>, UserError> {
    let mut last: BTreeMap<i64, &Receipt> = BTreeMap::new();
    for receipt in old {
        last.insert(receipt.delivery, receipt);
    }
    let events: Vec<Event> = last.values().map(|receipt| restored(receipt)).collect();
    let mut ledger = Ledger::open(new, None, now)?;
    ledger.record(now, &events)?;
    Ok(last.into_values().cloned().collect())
}

/// Receipts of the new ledger, in a folder of their own until they take the place of the old ones.
fn stage(
    new: &Path,
    deliveries: &[Receipt],
    staged: &Path,
    now: DateTime<FixedOffset>,
) -> Result<(), UserError> {
    let failed = |error: io::Error| UserError::unexpected(say::receipts_not_written(staged, &error));
    if staged.exists() {
        fs::remove_dir_all(staged).map_err(failed)?;
    }
    let ledger = Ledger::open(new, None, now)?;
    let lines: Vec<Receipt> = deliveries
        .iter()
        .map(|old| Receipt::of(old.attests, old, ledger.id(), ledger.head(), &old.at))
        .collect();
    let mut months: BTreeMap<&str, Vec<Receipt>> = BTreeMap::new();
    for line in &lines {
        months.entry(line.at.get(..7).unwrap_or_default()).or_default().push(line.clone());
    }
    months.values().try_for_each(|month| receipts::append(staged, month)).map_err(failed)
}

fn restored(receipt: &Receipt) -> Event {
    Event::Restored {
        state: match receipt.attests {
            ReceiptKind::Delivered => State::Archived,
            ReceiptKind::Adopted => State::Adopted,
            ReceiptKind::NotDelivered => State::NotDelivered,
        },
        delivered_at: receipt.at.clone(),
        delivery: receipt.into(),
    }
}

/// Whether a later version of the program wrote it: then there is nothing wrong with it.
fn is_newer(path: &Path) -> bool {
    let version = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .and_then(|db| db.pragma_query_value(None, "user_version", |row| row.get::<_, i32>(0)));
    version.is_ok_and(|version| version > SCHEMA_VERSION)
}

/// A ledger's file and the two that SQLite keeps beside it.
fn with_helpers(path: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|suffix| with_suffix(path, suffix))
}

/// The name, or the first numbered one that nothing has.
fn free(path: &Path) -> PathBuf {
    let mut name = path.to_owned();
    let mut n = 1;
    while name.exists() {
        n += 1;
        name = with_suffix(path, &format!(".{n}"));
    }
    name
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
