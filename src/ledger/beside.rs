//! More readers of one ledger in one process, so that several threads can query it.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags};

use super::LedgerReader;

/// Opening a reader pays off from so many queries on.
const WORTH: usize = 8;

/// Readers of a ledger besides the first one, which stays open; each is opened when needed, and used again.
pub struct ReaderPool {
    path: PathBuf,
    archive: PathBuf,
    free: Mutex<Vec<LedgerReader>>,
}

/// A reader that goes back to the pool when dropped.
pub struct PooledReader<'a> {
    view: Option<LedgerReader>,
    beside: &'a ReaderPool,
}

impl ReaderPool {
    pub(super) fn new(path: &Path, archive: &Path) -> ReaderPool {
        ReaderPool { path: path.to_owned(), archive: archive.to_owned(), free: Mutex::default() }
    }

    /// A reader for so many queries; none where they are few or it cannot be opened: then use the first one.
    #[must_use]
    pub fn take(&self, questions: usize) -> Option<PooledReader<'_>> {
        if questions < WORTH {
            return None;
        }
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Some(PooledReader { view: Some(free.or_else(|| self.open())?), beside: self })
    }

    fn open(&self) -> Option<LedgerReader> {
        // A ledger in memory cannot be opened a second time.
        if !self.path.is_file() {
            return None;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(&self.path, flags).ok()?;
        let view = LedgerReader::over(db, &self.path, &self.archive);
        view.harden().ok()?;
        view.stabilize_query_plans().ok()?;
        Some(view)
    }
}

impl Deref for PooledReader<'_> {
    type Target = LedgerReader;

    fn deref(&self) -> &LedgerReader {
        match &self.view {
            Some(view) => view,
            None => unreachable!("it goes back when this is dropped"),
        }
    }
}

impl Drop for PooledReader<'_> {
    fn drop(&mut self) {
        let view = self.view.take();
        self.beside.free.lock().unwrap_or_else(PoisonError::into_inner).extend(view);
    }
}
