//! Beginning a ledger, and an archive that bears its name.

use std::fs;
use std::io;
use std::path::Path;

use chrono::{DateTime, FixedOffset};
use rusqlite::{Connection, OpenFlags};

use super::schema;
use super::witness::check::away;
use super::witness::{files, holdings};
use super::{
    APPLICATION_ID, CHAIN, Ledger, LedgerReader, RunLock, SCHEMA_VERSION, TABLES, append, chain, event,
    exists, trouble,
};
use crate::clock::moment;
use crate::exit::UserError;
use crate::failpoint::failpoint;
use crate::messages::{ledger as say, witness as say_witness};
use crate::platform::{self, with_suffix};

impl Ledger {
    /// Begins a ledger at `path`, and gives the archive its name. Both are made with the folders above them.
    ///
    /// # Errors
    /// [`crate::exit::ExitCode::Usage`] where there is a ledger already, [`crate::exit::ExitCode::Ledger`] where the
    /// archive speaks of an earlier one: nothing was made. Otherwise what the file system says.
    pub fn begin(path: &Path, archive: &Path, now: DateTime<FixedOffset>) -> Result<(), UserError> {
        let failed = |error: io::Error| UserError::unexpected(say::not_written(path, &error));
        Ledger::may_begin(path, archive)?;
        platform::create_private_folder(platform::parent_or_dot(path)).map_err(failed)?;
        let _lock = RunLock::take(path)?;
        Ledger::may_begin(path, archive)?;
        // Made beside its place and moved there whole, so that a ledger that is there is never half of one.
        let new = with_suffix(path, ".beginning");
        for helper in ["", "-wal", "-shm", "-journal"] {
            remove(&with_suffix(&new, helper)).map_err(failed)?;
        }
        platform::create_private(&new).map_err(failed)?;
        failpoint("ledger_created");
        LedgerReader::make(&new, archive, now)?;
        // Empty files would be taken for parts of the new one; others were refused above.
        for helper in ["", "-wal", "-shm", "-journal"] {
            remove(&with_suffix(path, helper)).map_err(failed)?;
        }
        platform::create_private_folder(archive).map_err(|error| away(archive, &error))?;
        platform::rename_noreplace(&new, path)
            .and_then(|()| platform::sync_folder_of(path))
            .map_err(failed)?;
        failpoint("ledger_made");
        let id = LedgerReader::open_alone(path, archive, RunLock::look(&new)?)?.id()?;
        holdings::give_name(archive, &id)
            .and_then(|()| platform::sync_folder_of(archive))
            .map_err(|error| away(archive, &error))
    }

    /// Whether a ledger may be begun: nothing is made.
    ///
    /// # Errors
    /// As [`Ledger::begin`].
    pub fn may_begin(path: &Path, archive: &Path) -> Result<(), UserError> {
        if exists(path) {
            return Err(UserError::usage(say_witness::begun_already(path)));
        }
        let log = with_suffix(path, "-wal");
        match used(archive)?.or_else(|| exists(&log).then_some(log)) {
            Some(found) => Err(UserError::ledger(say_witness::archive_is_used(archive, &found))),
            None => Ok(()),
        }
    }

    /// Gives a new, empty archive the name of the ledger at `path`, and writes its witness from the ledger. Answers how
    /// many lines were written.
    ///
    /// # Errors
    /// [`crate::exit::ExitCode::Usage`] where the archive is not empty: nothing was changed. Otherwise as
    /// [`Ledger::open`].
    pub fn begin_archive(
        path: &Path,
        archive: &Path,
        now: DateTime<FixedOffset>,
    ) -> Result<usize, UserError> {
        if exists(path)
            && let Some(found) = used(archive)?
        {
            return Err(UserError::usage(say_witness::archive_not_empty(archive, &found)));
        }
        let ledger = Ledger::open_alone(path, archive, now)?;
        let failed = |error: io::Error| away(archive, &error);
        platform::create_private_folder(archive).map_err(failed)?;
        // What was read in another archive counts for nothing in this one.
        ledger.query(|db| db.execute("DELETE FROM witness", []).map(drop))?;
        let lines = ledger.every_line()?;
        let staged = archive.join("receipts-new");
        if staged.exists() {
            fs::remove_dir_all(&staged).map_err(failed)?;
        }
        if !lines.is_empty() {
            files::append(&staged, &lines).map_err(failed)?;
            fs::rename(staged.join(super::witness::FOLDER), archive.join(super::witness::FOLDER))
                .and_then(|()| fs::remove_dir(&staged))
                .and_then(|()| platform::sync_folder(archive))
                .map_err(failed)?;
        }
        holdings::give_name(archive, &ledger.id)
            .and_then(|()| platform::sync_folder_of(archive))
            .map_err(failed)?;
        drop(ledger);
        drop(Ledger::open(path, archive, now)?);
        Ok(lines.len())
    }
}

/// What in the archive speaks of an earlier ledger; an archive that is not there holds nothing.
fn used(archive: &Path) -> Result<Option<std::path::PathBuf>, UserError> {
    match holdings::look(archive) {
        Ok(holdings) => Ok(holdings.found(archive)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(away(archive, &error)),
    }
}

impl LedgerReader {
    fn make(path: &Path, archive: &Path, now: DateTime<FixedOffset>) -> Result<(), UserError> {
        let made = (|| {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let mut view = LedgerReader::over(Connection::open_with_flags(path, flags)?, path, archive);
            view.db.pragma_update(None, "synchronous", "EXTRA")?;
            let transaction = view.db.transaction()?;
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
            // SQLite keeps the text: without comments the file is smaller, and more of its bytes are checked.
            transaction.execute_batch(&schema::plain(CHAIN))?;
            transaction.execute_batch(&schema::plain(TABLES))?;
            let ledger = transaction.query_row("SELECT lower(hex(randomblob(8)))", [], |row| row.get(0))?;
            append::append(
                &transaction,
                chain::BEFORE_THE_FIRST,
                &moment(now),
                &[event::Event::LedgerMade { ledger }],
            )?;
            transaction.commit()
        })();
        made.map_err(|error| trouble(path, &error))
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
