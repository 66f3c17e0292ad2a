//! The ledger: a durable journal of every delivery, decision and run, in SQLite.
//!
//! Every change is an [`event::Event`] appended to a chain in which each hash covers the one before, and in
//! the same transaction the tables that are asked from are brought up to it. Commits survive a power
//! cut (WAL with `synchronous = FULL`); a commit that fails ends the run and is never tried again,
//! since after a failed sync nobody knows what the disk holds.

use std::ops::Deref;
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::exit::{ExitCode, UserError};
use crate::ledger::checked::{NoteAtEnd, is_small, last_check};
use crate::messages::{ledger as say, witness as say_witness};
use crate::model::delivery::Step;
use crate::model::ledger::ChainPosition;
use crate::platform;

mod append;
mod attest;
mod backup;
mod begin;
mod beside;
mod chain;
mod checked;
pub mod event;
pub(crate) mod kept;
mod keys;
mod lock;
mod migrate;
pub mod query;
mod rebuild;
mod restore;
mod rows;
mod schema;
mod verify;
pub mod witness;

pub use append::Journal;
pub use attest::WITNESSED;
pub use backup::backup;
pub use beside::ReaderPool;
pub use keys::Keying;
pub use lock::RunLock;
pub use rebuild::{Rebuilt, rebuild};
pub use restore::Reconciliation;
pub use verify::Verified;

/// Marks a SQLite file as a ledger of this program ("trkf").
const APPLICATION_ID: i32 = 0x7472_6b66;
/// The version of [`TABLES`], raised whenever replaying the chain gives other tables; see `migrate.rs`.
const SCHEMA_VERSION: i32 = 4;
const CHAIN: &str = include_str!("ledger/chain.sql");
const TABLES: &str = include_str!("ledger/tables.sql");
/// How many of the last events are checked where all of them were checked before.
const CHECKED_TAIL: i64 = 500;

/// A ledger opened for reading. If no run was under way then, none can begin until the reader is dropped, so keep it no
/// longer than needed.
pub struct LedgerReader {
    db: Connection,
    path: PathBuf,
    _quiet: Option<RunLock>,
    run_under_way: bool,
    /// Where its witness lies.
    archive: PathBuf,
    /// Deliveries that the ledger calls `uploading` and whose line says that they may have gone further.
    unclear: Vec<i64>,
}

/// A ledger opened for writing. It holds the run lock until it is dropped.
pub struct Ledger {
    view: LedgerReader,
    head: ChainPosition,
    id: String,
    attestor: attest::Attestor,
    /// Dropped after the connection and before the lock.
    noted: NoteAtEnd,
    _lock: RunLock,
}

impl Deref for Ledger {
    type Target = LedgerReader;

    fn deref(&self) -> &LedgerReader {
        &self.view
    }
}

impl Ledger {
    /// Opens the ledger at `path` for writing, held against its witness in `archive`. An archive that an earlier version
    /// left without a name gets one, lines that nobody has synced yet are synced, deliveries whose line was written are
    /// recorded as `publishing`, and lines that the witness lacks are written.
    ///
    /// # Errors
    /// [`ExitCode::Busy`] while another run holds the lock; [`ExitCode::Incomplete`] where the archive cannot be reached
    /// now, or not written to where that is needed; [`ExitCode::Ledger`] when there is no ledger, or it is damaged, newer than the program, or disagrees with its
    /// witness.
    pub fn open(path: &Path, archive: &Path, now: DateTime<FixedOffset>) -> Result<Ledger, UserError> {
        let mut ledger = Ledger::open_alone(path, archive, now)?;
        let found = ledger.hold_against_witness(archive, None, false)?;
        if found.unnamed {
            witness::holdings::give_name(archive, &ledger.id)
                .map_err(|error| witness::check::away(archive, &error))?;
        }
        let unwritten = |error: std::io::Error| UserError {
            exit: ExitCode::Incomplete,
            message: say_witness::not_synced(archive, &error),
        };
        // Before anything is done by lines that a power cut may still take away.
        witness::files::sync(archive, &found.unsynced).map_err(unwritten)?;
        ledger.attestor = attest::Attestor::new(archive, found.reach, found.lacking);
        if !found.publish_first.is_empty() {
            ledger.announce_anew(found.publish_first.values().cloned()).map_err(unwritten)?;
            let publish = |&delivery| event::Event::Stepped {
                delivery,
                step: Step::Publish,
                why: Some(WITNESSED.to_owned()),
                who: None,
            };
            let events: Vec<event::Event> = found.publish_first.keys().map(publish).collect();
            ledger.record(now, &events)?;
        }
        // Whoever writes the next lines writes these with them, and tells what fails.
        let _ = ledger.attest_all();
        Ok(ledger)
    }

    /// Opens the ledger for writing without looking at its witness.
    ///
    /// # Errors
    /// As [`Ledger::open`], but for the witness.
    fn open_alone(path: &Path, archive: &Path, now: DateTime<FixedOffset>) -> Result<Ledger, UserError> {
        if !exists(path) {
            return Err(no_ledger(path, archive));
        }
        let lock = RunLock::take(path)?;
        let db = Connection::open_with_flags(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )
        .map_err(|error| trouble(path, &error))?;
        let mut view = LedgerReader::over(db, path, archive);
        view.harden()?;
        view.stabilize_query_plans()?;
        let last_check = last_check(path, Some(now));
        if view.is_blank()? {
            return Err(no_ledger(path, archive));
        }
        if view.version()? < SCHEMA_VERSION {
            view.migrate()?;
        }
        view.check(last_check.map(|last| last.head))?;
        view.write_ahead()?;
        let head = view.head()?;
        let id = view.id()?;
        let attestor = attest::Attestor::new(archive, witness::check::Reach::default(), Vec::new());
        let noted = NoteAtEnd::new(path, head, last_check.map_or(now, |last| last.whole_at));
        Ok(Ledger { view, head, id, attestor, noted, _lock: lock })
    }
}

impl LedgerReader {
    /// Opens the ledger at `path` for reading alone, held against its witness in `archive`. Nothing is written, not even
    /// SQLite's own helper files, and no lock is left behind.
    ///
    /// # Errors
    /// [`ExitCode::Busy`] while a run is under way and `patient` is false; else as for [`Ledger::open`].
    pub fn open(path: &Path, archive: &Path, patient: bool) -> Result<LedgerReader, UserError> {
        if !exists(path) {
            return Err(no_ledger(path, archive));
        }
        let quiet = RunLock::look(path)?;
        if quiet.is_none() && !patient {
            return Err(UserError { exit: ExitCode::Busy, message: say::busy(path) });
        }
        // Lines that a run writes from now on may be about events that this reader does not see.
        let before = match quiet {
            Some(_) => None,
            None => Some(witness::check::listing(archive)),
        };
        let mut view = LedgerReader::open_alone(path, archive, quiet)?;
        let checked = match last_check(path, None) {
            // The run that is under way has checked it, and writes to it now.
            None if view.run_under_way && !is_small(path) => Some(view.head()?),
            last => last.map(|last| last.head),
        };
        view.check(checked)?;
        let before = before.transpose()?;
        let found = view.hold_against_witness(archive, before.as_ref(), false)?;
        view.unclear = found.publish_first.into_keys().collect();
        Ok(view)
    }

    fn open_alone(path: &Path, archive: &Path, quiet: Option<RunLock>) -> Result<LedgerReader, UserError> {
        // While nobody writes, the file itself is all there is to know and is read as it stands. What a killed run
        // left in the write-ahead log is read without SQLite's shared memory file, for which SQLite wants to lock the
        // ledger as a writer would; nothing is written all the same.
        let alone = quiet.is_some();
        let (mode, access) = match alone {
            true if has_beside(path, "-wal") => ("mode=rw", OpenFlags::SQLITE_OPEN_READ_WRITE),
            true => ("mode=ro&immutable=1", OpenFlags::SQLITE_OPEN_READ_ONLY),
            false => ("mode=ro", OpenFlags::SQLITE_OPEN_READ_ONLY),
        };
        let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
        let db =
            Connection::open_with_flags(uri(path, mode), flags).map_err(|error| trouble(path, &error))?;
        let view =
            LedgerReader { _quiet: quiet, run_under_way: !alone, ..LedgerReader::over(db, path, archive) };
        view.harden()?;
        view.stabilize_query_plans()?;
        view.query(|db| {
            db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
            db.pragma_update(None, "query_only", true)?;
            if alone {
                db.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
            }
            Ok(())
        })?;
        if view.is_blank()? {
            return Err(no_ledger(path, archive));
        }
        if view.version()? < SCHEMA_VERSION { view.migrated() } else { Ok(view) }
    }

    /// A reader over an open database.
    fn over(db: Connection, path: &Path, archive: &Path) -> LedgerReader {
        LedgerReader {
            db,
            path: path.to_owned(),
            _quiet: None,
            run_under_way: false,
            archive: archive.to_owned(),
            unclear: Vec::new(),
        }
    }

    /// A ledger in memory in which these events happened.
    #[cfg(test)]
    pub(crate) fn in_memory(at: &str, events: &[event::Event]) -> Result<LedgerReader, UserError> {
        let path = Path::new(":memory:");
        let db = Connection::open_in_memory().map_err(|error| trouble(path, &error))?;
        let ledger = LedgerReader::over(db, path, Path::new(""));
        ledger.query(|db| {
            db.execute_batch(CHAIN)?;
            db.execute_batch(TABLES)?;
            append::append(db, chain::BEFORE_THE_FIRST, at, events)
        })?;
        Ok(ledger)
    }

    /// Has SQLite plan each query once, whatever values it is given. One index covers some states alone, and without this
    /// SQLite would plan the query anew for each file.
    fn stabilize_query_plans(&self) -> Result<(), UserError> {
        self.query(|db| db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop))
    }

    /// Whether it was opened while another run held the lock.
    #[must_use]
    pub fn run_under_way(&self) -> bool {
        self.run_under_way
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn is_blank(&self) -> Result<bool, UserError> {
        self.query(|db| {
            let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
            let version: i32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
            Ok(tables == 0 && version == 0)
        })
    }

    /// Makes commits survive a power cut. The statement is stepped to its end, since only then does a failed sync show;
    /// SQLite would otherwise go on in the old mode.
    fn write_ahead(&self) -> Result<(), UserError> {
        let modes: Vec<String> = self.query(|db| {
            db.pragma_update(None, "synchronous", "FULL")?;
            // Keys of records that were deleted leave nothing in the file.
            db.pragma_update(None, "secure_delete", "ON")?;
            db.prepare("PRAGMA journal_mode = WAL")?.query_map([], |row| row.get(0))?.collect()
        })?;
        match modes.concat().as_str() {
            "wal" => Ok(()),
            mode => {
                Err(UserError::unexpected(say::not_written(&self.path, &format!("journal_mode = {mode}"))))
            }
        }
    }

    /// The version of its tables, where it is a ledger of this program and no newer one.
    fn version(&self) -> Result<i32, UserError> {
        let (application, version): (i32, i32) = self.query(|db| {
            Ok((
                db.pragma_query_value(None, "application_id", |row| row.get(0))?,
                db.pragma_query_value(None, "user_version", |row| row.get(0))?,
            ))
        })?;
        if application != APPLICATION_ID {
            return Err(UserError::ledger(say::not_a_ledger(&self.path)));
        }
        if version > SCHEMA_VERSION {
            return Err(UserError::ledger(say::newer(&self.path)));
        }
        Ok(version)
    }

    /// Whether the ledger is undamaged. All of it is checked, unless it was found sound when its chain ended at `checked` and
    /// nothing else has happened to it since.
    fn check(&self, checked: Option<ChainPosition>) -> Result<(), UserError> {
        self.in_snapshot(|| {
            self.verify_schema()?;
            match checked {
                Some(position) if self.has(position)? => {
                    self.verify_chain(self.head()?.seq - CHECKED_TAIL)?;
                }
                _ => {
                    self.integrity_check()?;
                    self.verify_chain(1)?;
                    self.verify_tables()?;
                    self.verify_keys()?;
                }
            }
            Ok(())
        })
    }

    fn id(&self) -> Result<String, UserError> {
        self.query(|db| db.query_row("SELECT id FROM ledger", [], |row| row.get(0)))
    }

    /// More readers of the ledger, for other threads. Nobody may write to the ledger while they are open.
    #[must_use]
    pub fn beside(&self) -> ReaderPool {
        ReaderPool::new(&self.path, &self.archive)
    }

    /// Runs many queries on one snapshot, for which SQLite takes its locks once.
    ///
    /// # Errors
    /// The ledger could not be read, or what `questions` says.
    pub fn in_snapshot<T>(&self, questions: impl FnOnce() -> Result<T, UserError>) -> Result<T, UserError> {
        let moment = self.db.unchecked_transaction().map_err(|error| trouble(&self.path, &error))?;
        let answer = questions()?;
        drop(moment);
        Ok(answer)
    }

    /// Runs a query; an error names the ledger that it failed on.
    fn query<T>(&self, question: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, UserError> {
        question(&self.db).map_err(|error| trouble(&self.path, &error))
    }
}

/// That there is no ledger, and what speaks of one.
fn no_ledger(path: &Path, archive: &Path) -> UserError {
    let log = platform::with_suffix(path, "-wal");
    let found = witness::holdings::look(archive).ok().and_then(|holdings| holdings.found(archive));
    let found = found.or_else(|| exists(&log).then_some(log));
    UserError::ledger(match found {
        Some(found) => say_witness::gone(path, &found),
        None => say_witness::no_ledger(path),
    })
}

fn exists(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|file| file.len() > 0)
}

/// Whether SQLite left one of its helper files beside the ledger, with something in it.
fn has_beside(path: &Path, ending: &str) -> bool {
    exists(&platform::with_suffix(path, ending))
}

/// The path as SQLite's URI, in which `?`, `#` and `%` have a meaning of their own.
fn uri(path: &Path, mode: &str) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let text = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let text = if cfg!(windows) { text.replace('\\', "/") } else { text };
    // Before a drive letter stands one more slash; a share and a Unix path bring theirs.
    let root = if text.starts_with('/') { "" } else { "/" };
    format!("file://{root}{text}?{mode}")
}

/// What an error of SQLite means to a person.
fn trouble(path: &Path, error: &rusqlite::Error) -> UserError {
    use rusqlite::ErrorCode;
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => UserError::unexpected(say::disk_full(path)),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            UserError { exit: ExitCode::Busy, message: say::busy(path) }
        }
        Some(
            ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::OutOfMemory,
        ) => UserError::unexpected(say::not_written(path, error)),
        _ => UserError::ledger(say::damaged(path, &error.to_string())),
    }
}
