//! A lost ledger made again from the witness in the archive.
//!
//! The new ledger has a random name of its own, and lines of its own. The ledger file is put in place last, so that after
//! an interruption the next try starts from receipts that say the same.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset};
use rusqlite::{Connection, OpenFlags};

use super::query::Filter;
use super::witness::FOLDER;
use super::witness::check::{away, refused};
use super::witness::files::{self, Placed};
use super::witness::holdings::{self, Name};
use super::witness::line::Line;
use super::{Journal, Ledger, LedgerReader, RunLock, SCHEMA_VERSION, checked, exists};
use crate::exit::{ExitCode, UserError};
use crate::messages::{ledger as say, witness as say_witness};
use crate::model::delivery::State;
use crate::period::Period;
use crate::platform::{self, with_suffix};

/// Marks the names of ledgers and receipts that were replaced.
const BEFORE: &str = "before-";

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Rebuilt {
    /// Deliveries that the receipts tell of.
    pub deliveries: usize,
    /// How many of them are in doubt.
    pub in_doubt: usize,
    /// Blocks of zeros that a power cut left among the lines.
    pub unread: usize,
    /// Months between others of which there are no receipts: nothing was delivered in them, or their file is lost.
    pub missing_months: Vec<Period>,
    /// Where the old ledger lies now, where there was one.
    pub old_ledger: Option<PathBuf>,
    /// Where the old receipts lie now.
    pub old_receipts: PathBuf,
}

/// Makes the ledger at `path` again from the witness in `archive`.
///
/// # Errors
/// [`ExitCode::Usage`] where the ledger is in order or there are no receipts, [`ExitCode::Ledger`] where it is sound and
/// only its witness is not, the archive is another ledger's, or a line of the witness cannot be read: nothing was touched. [`ExitCode::Busy`] while a run is under
/// way. Otherwise what the file system says.
pub fn rebuild(path: &Path, archive: &Path, now: DateTime<FixedOffset>) -> Result<Rebuilt, UserError> {
    let failed = |error: io::Error| UserError::unexpected(say::not_written(path, &error));
    if is_newer(path) {
        return Err(UserError::ledger(say::newer(path)));
    }
    let holdings = holdings::look(archive).map_err(|error| away(archive, &error))?;
    let is_sound = is_sound(path, archive, &holdings.name)?;
    if let Some(aside) = &holdings.aside {
        fs::rename(aside, archive.join(FOLDER)).map_err(failed)?;
    }
    let (old, unread) = files::all(archive).map_err(|unread| refused(archive, unread))?;
    if old.is_empty() {
        return Err(UserError::usage(say::no_receipts(archive)));
    }
    match LedgerReader::open(path, archive, false) {
        Ok(_) => return Err(UserError::usage(say::in_order(path))),
        // Where only the witness is incomplete, a ledger made from it would know less than this one does.
        Err(trouble) if is_sound || trouble.exit != ExitCode::Ledger => return Err(trouble),
        Err(_) => {}
    }
    platform::create_private_folder(platform::parent_or_dot(path)).map_err(failed)?;
    let _lock = RunLock::take(path)?;
    let new = with_suffix(path, ".rebuilding");
    for leftover in with_helpers(&new) {
        remove(&leftover).map_err(failed)?;
    }
    let staged = archive.join(format!("{FOLDER}-new"));
    let (id, deliveries, in_doubt) = restore(&new, &staged, &old, now)?;
    let aside = format!("{BEFORE}{}", now.format("%Y%m%d-%H%M%S"));
    let old_receipts = free(&archive.join(format!("{FOLDER}-{aside}")));
    fs::rename(archive.join(FOLDER), &old_receipts).map_err(failed)?;
    fs::rename(staged.join(FOLDER), archive.join(FOLDER)).map_err(failed)?;
    fs::remove_dir_all(&staged).map_err(failed)?;
    holdings::give_name(archive, &id).map_err(failed)?;
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
    let missing_months = missing_months(&old);
    Ok(Rebuilt { deliveries, in_doubt, unread, missing_months, old_ledger, old_receipts })
}

/// The months between the first and the last file of receipts that have none.
fn missing_months(lines: &[Placed]) -> Vec<Period> {
    let there: BTreeSet<Period> =
        lines.iter().filter_map(|placed| placed.file.strip_suffix(".jsonl")?.parse().ok()).collect();
    let (Some(&first), Some(&last)) = (there.first(), there.last()) else { return Vec::new() };
    let between = (1..last.months_after(first)).filter_map(|months| first.plus(months));
    between.filter(|month| !there.contains(month)).collect()
}

/// Whether a sound ledger stands at `path`, whatever its witness says: then nothing is lost of it.
///
/// # Errors
/// [`ExitCode::Ledger`] where that is so and the archive bears another one's name: only the configuration is wrong then.
fn is_sound(path: &Path, archive: &Path, name: &Name) -> Result<bool, UserError> {
    if !exists(path) {
        return Ok(false);
    }
    let Some(quiet) = RunLock::look(path)? else {
        return Err(UserError { exit: ExitCode::Busy, message: say::busy(path) });
    };
    let sound = LedgerReader::open_alone(path, archive, Some(quiet))
        .and_then(|ledger| ledger.check(None).and_then(|()| ledger.id()));
    match (sound, name) {
        (Ok(id), Name::Of(name)) if id != *name => {
            Err(UserError::ledger(say_witness::archive_of_another(path, &archive.join(holdings::NAME))))
        }
        (sound, _) => Ok(sound.is_ok()),
    }
}

/// Writes what the lines tell into a new ledger, and the lines, as its own, into a folder of their own until they take
/// the place of the old ones. Answers the ledger's random name, how many deliveries it has, and how many are in doubt.
fn restore(
    new: &Path,
    staged: &Path,
    old: &[Placed],
    now: DateTime<FixedOffset>,
) -> Result<(String, usize, usize), UserError> {
    let failed = |error: io::Error| UserError::unexpected(say::receipts_not_written(staged, &error));
    if staged.exists() {
        fs::remove_dir_all(staged).map_err(failed)?;
    }
    Ledger::begin(new, staged, now)?;
    let mut ledger = Ledger::open(new, staged, now)?;
    let events = ledger.missing(old)?;
    ledger.record(now, &events)?;
    let head = ledger.head();
    let lines: Vec<Line> = old
        .iter()
        .map(|Placed { line, .. }| Line {
            ledger: ledger.id().to_owned(),
            event: head.seq,
            hash: head.hash,
            ..line.clone()
        })
        .collect();
    files::append(staged, &lines).map_err(failed)?;
    let count = |state: Option<State>| {
        let filter = Filter { state, ..Filter::default() };
        ledger.history(&filter).map(|found| found.len())
    };
    Ok((ledger.id().to_owned(), count(None)?, count(Some(State::InDoubt))?))
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
