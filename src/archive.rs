//! The archive: where originals go when KP has got them, when they were duplicates, or when a person rejected them.
//!
//! `originals` puts a file away or deletes it, `copies` finds and deletes what the archive holds of one content, and
//! [`retention`] decides what has been kept long enough. Nothing is ever overwritten, and a file that is not the expected
//! one is left alone.
//!
//! The layout, which the receipts name and people look into: `YYYY-MM/` for delivered files of a period, `no-period/`
//! for those without one, `duplicates/` inside either, and `rejected/`.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::period::Period;
use crate::platform;

pub mod altered;
mod copies;
mod names;
mod originals;
pub mod retention;

pub use originals::{Expected, PutAway};

/// The archive's folder for files without a period.
const NO_PERIOD: &str = "no-period";
/// The archive's folder for rejected files.
pub const REJECTED: &str = "rejected";
/// The folder in a period's folder for duplicates.
const DUPLICATES: &str = "duplicates";

/// The archive folder, and the folders whose changes are not yet durable.
#[derive(Debug)]
pub struct Archive {
    root: PathBuf,
    unsynced: BTreeSet<PathBuf>,
}

impl Archive {
    /// The archive at `root`. No folder is made before a file is put into it.
    #[must_use]
    pub fn new(root: &Path) -> Archive {
        Archive { root: root.to_owned(), unsynced: BTreeSet::new() }
    }

    /// The archive's own folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder for delivered files of a period.
    #[must_use]
    pub fn delivered(&self, period: Option<Period>) -> PathBuf {
        self.root.join(period.map_or_else(|| NO_PERIOD.to_owned(), |period| period.to_string()))
    }

    /// The folder for duplicates of a period.
    #[must_use]
    pub fn duplicates(&self, period: Option<Period>) -> PathBuf {
        self.delivered(period).join(DUPLICATES)
    }

    /// The folder for rejected files.
    #[must_use]
    pub fn rejected(&self) -> PathBuf {
        self.root.join(REJECTED)
    }

    /// Makes everything durable that was put away or deleted since the last call.
    ///
    /// # Errors
    /// What the file system says.
    pub fn sync(&mut self) -> io::Result<()> {
        // Sync all folders in parallel: a file system can serve concurrent syncs with one commit of its journal.
        std::mem::take(&mut self.unsynced).par_iter().try_for_each(|folder| platform::sync_folder(folder))
    }
}
