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

use crate::clock::moment;
use crate::exit::{ExitCode, UserError};
use crate::failpoint::failpoint;
use crate::ledger::receipts::LatestReceipt;
use crate::messages::ledger as say;
use crate::model::ledger::ChainPosition;
use crate::platform;

mod append;
mod beside;
mod chain;
pub mod event;
pub mod kept;
mod lock;
mod migrate;
pub mod query;
mod rebuild;
pub mod receipts;
mod rows;
mod verify;

pub use append::Journal;
pub use beside::ReaderPool;
pub use lock::RunLock;
pub use rebuild::{Rebuilt, rebuild};
pub use verify::Verified;

/// Marks a SQLite file as a ledger of this program ("trkf").
const APPLICATION_ID: i32 = 0x7472_6b66;
/// The version of [`TABLES`], raised whenever replaying the chain gives other tables; see `migrate.rs`.
const SCHEMA_VERSION: i32 = 3;
const CHAIN: &str = include_str!("ledger/chain.sql");
const TABLES: &str = include_str!("ledger/tables.sql");
/// Up to this size, in bytes, a ledger is checked whole whenever it is opened.
const CHECKED_WHOLE: u64 = 2 << 20;
/// How many of the last events are checked in a larger one.
const CHECKED_TAIL: i64 = 500;

/// A ledger opened for reading. If no run was under way then, none can begin until the reader is dropped, so keep it no
/// longer than needed.
pub struct LedgerReader {
    db: Connection,
    path: PathBuf,
    _quiet: Option<RunLock>,
    run_under_way: bool,
}

/// A ledger opened for writing. It holds the run lock until it is dropped.
pub struct Ledger {
    view: LedgerReader,
    head: ChainPosition,
    id: String,
    _lock: RunLock,
}

impl Deref for Ledger {
    type Target = LedgerReader;

    fn deref(&self) -> &LedgerReader {
        &self.view
    }
}

impl Ledger {
    /// Opens the ledger at `path` for writing. Where there is none, it is made, unless the `latest` receipt tells of
    /// earlier deliveries.
    ///
    /// # Errors
    /// [`ExitCode::Busy`] while another run holds the lock; [`ExitCode::Ledger`] when it is damaged, newer than the
    /// program, older than the receipts, or gone although receipts exist.
    pub fn open(
        path: &Path,
        latest: Option<&LatestReceipt>,
        now: DateTime<FixedOffset>,
    ) -> Result<Ledger, UserError> {
        let lock = RunLock::take(path)?;
        if !exists(path) {
            if let Some(latest) = latest {
                return Err(UserError::ledger(say::gone(path, &latest.file)));
            }
            platform::create_private(path)
                .and_then(|_| platform::sync_folder_of(path))
                .map_err(|error| UserError::unexpected(say::not_written(path, &error)))?;
        }
        let db = Connection::open_with_flags(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )
        .map_err(|error| trouble(path, &error))?;
        let mut view = LedgerReader { db, path: path.to_owned(), _quiet: None, run_under_way: false };
        view.stabilize_query_plans()?;
        if view.is_blank()? {
            if let Some(latest) = latest {
                return Err(UserError::ledger(say::gone(path, &latest.file)));
            }
            failpoint("ledger_created");
            view.make(now)?;
            failpoint("ledger_made");
        }
        if view.version()? < SCHEMA_VERSION {
            view.migrate()?;
        }
        view.check(latest)?;
        view.write_ahead()?;
        let head = view.head()?;
        let id = view.id()?;
        Ok(Ledger { view, head, id, _lock: lock })
    }
}

impl LedgerReader {
    /// Opens the ledger at `path` for reading alone; an empty one where there is none. Nothing is written,
    /// not even SQLite's own helper files, and no lock is left behind.
    ///
    /// # Errors
    /// [`ExitCode::Busy`] while a run is under way and `patient` is false; [`ExitCode::Ledger`] as for [`Ledger::open`].
    pub fn open(
        path: &Path,
        latest: Option<&LatestReceipt>,
        patient: bool,
    ) -> Result<LedgerReader, UserError> {
        let quiet = RunLock::look(path)?;
        let run_under_way = quiet.is_none();
        let empty = || Ok(LedgerReader { run_under_way, ..LedgerReader::empty()? });
        if quiet.is_none() && !patient {
            return Err(UserError { exit: ExitCode::Busy, message: say::busy(path) });
        }
        // A leftover rollback journal means that creation was interrupted; rolling back leaves nothing.
        if latest.is_none() && quiet.is_some() && has_beside(path, "-journal") {
            return empty();
        }
        if !exists(path) {
            return match latest {
                Some(latest) => Err(UserError::ledger(say::gone(path, &latest.file))),
                None => empty(),
            };
        }
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
        let view = LedgerReader { db, path: path.to_owned(), _quiet: quiet, run_under_way };
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
            return match latest {
                Some(latest) => Err(UserError::ledger(say::gone(path, &latest.file))),
                None => empty(),
            };
        }
        let view = if view.version()? < SCHEMA_VERSION { view.migrated()? } else { view };
        view.check(latest)?;
        Ok(view)
    }

    /// A ledger in memory without a single event.
    ///
    /// # Errors
    /// Only what the machine fails at.
    pub fn empty() -> Result<LedgerReader, UserError> {
        let path = PathBuf::from(":memory:");
        let db = Connection::open_in_memory().map_err(|error| trouble(&path, &error))?;
        db.execute_batch(CHAIN)
            .and_then(|()| db.execute_batch(TABLES))
            .map_err(|error| trouble(&path, &error))?;
        Ok(LedgerReader { db, path, _quiet: None, run_under_way: false })
    }

    /// A ledger in memory in which these events happened.
    #[cfg(test)]
    pub(crate) fn in_memory(at: &str, events: &[event::Event]) -> Result<LedgerReader, UserError> {
        let ledger = LedgerReader::empty()?;
        ledger.query(|db| append::append(db, chain::BEFORE_THE_FIRST, at, events))?;
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

    fn make(&mut self, now: DateTime<FixedOffset>) -> Result<(), UserError> {
        let path = self.path.clone();
        let made = (|| {
            self.db.pragma_update(None, "synchronous", "EXTRA")?;
            let transaction = self.db.transaction()?;
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
            transaction.execute_batch(CHAIN)?;
            transaction.execute_batch(TABLES)?;
            let ledger = transaction.query_row("SELECT lower(hex(randomblob(8)))", [], |row| row.get(0))?;
            append::append(
                &transaction,
                chain::BEFORE_THE_FIRST,
                &moment(now),
                &[event::Event::LedgerMade { ledger }],
            )?;
            transaction.commit()
        })();
        made.map_err(|error| trouble(&path, &error))
    }

    /// Makes commits survive a power cut. The statement is stepped to its end, since only then does a failed sync show;
    /// SQLite would otherwise go on in the old mode.
    fn write_ahead(&self) -> Result<(), UserError> {
        let modes: Vec<String> = self.query(|db| {
            db.pragma_update(None, "synchronous", "FULL")?;
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

    /// Whether the ledger is undamaged and knows of the latest receipt.
    fn check(&self, latest: Option<&LatestReceipt>) -> Result<(), UserError> {
        let whole = std::fs::metadata(&self.path).is_ok_and(|file| file.len() <= CHECKED_WHOLE);
        if whole {
            self.integrity_check()?;
            self.verify_chain(1)?;
            self.verify_tables()?;
        } else {
            self.verify_chain(self.head()?.seq - CHECKED_TAIL)?;
        }
        self.agrees_with(latest)
    }

    /// Whether the newest receipt is of this ledger, and the ledger still knows of it.
    fn agrees_with(&self, latest: Option<&LatestReceipt>) -> Result<(), UserError> {
        let Some(latest) = latest else { return Ok(()) };
        if self.id()? != latest.ledger {
            return Err(UserError::ledger(say::another_ledger(&self.path, &latest.file)));
        }
        if self.hash_of(latest.position.seq)? != Some(latest.position.hash) {
            return Err(UserError::ledger(say::rolled_back(&self.path, &latest.file)));
        }
        Ok(())
    }

    fn id(&self) -> Result<String, UserError> {
        self.query(|db| db.query_row("SELECT id FROM ledger", [], |row| row.get(0)))
    }

    /// More readers of the ledger, for other threads. Nobody may write to the ledger while they are open.
    #[must_use]
    pub fn beside(&self) -> ReaderPool {
        ReaderPool::new(&self.path)
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
