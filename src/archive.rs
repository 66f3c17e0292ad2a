//! The archive: where originals go when KP has got them, when they were duplicates, or when a person rejected them.
//!
//! `originals` puts a file away or deletes it, `copies` finds and deletes what the archive holds of one content, and
//! [`retention`] decides what has been kept long enough. Nothing is ever overwritten, and a file that is not the expected
//! one is left alone.
//!
//! Against a power cut everything is synced in this order: the content, then the folders that gained a name, then
//! those that lost one. So the bytes are found in one place or the other at every moment.
//!
//! The layout, which the receipts name and people look into: `YYYY-MM/` for delivered files of a period, `no-period/`
//! for those without one, `duplicates/` inside either, and `rejected/`.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::config::Disposal;
use crate::period::Period;
use crate::platform::{self, Identity, Place};

pub mod altered;
mod copies;
pub mod hidden;
pub mod leftover;
mod names;
mod originals;
pub mod retention;
pub mod search;

pub use originals::{Expected, PutAway};

/// The archive's folder for files without a period.
const NO_PERIOD: &str = "no-period";
/// The archive's folder for rejected files.
pub const REJECTED: &str = "rejected";
/// The folder in a period's folder for duplicates.
const DUPLICATES: &str = "duplicates";

/// From so many files on, the whole file system of the originals is synced once instead of each of them.
const SYNCED_TOGETHER: usize = 4;

/// The archive folder, and what is not yet durable of its changes.
#[derive(Debug)]
pub struct Archive {
    root: PathBuf,
    /// Folders that gained a name.
    gained: BTreeSet<PathBuf>,
    /// Folders that lost one.
    lost: BTreeSet<PathBuf>,
    /// The originals to be put away now whose content was made durable, each as it was right before.
    synced: HashMap<PathBuf, Identity>,
}

impl Archive {
    /// The archive at `root`. No folder is made before a file is put into it.
    #[must_use]
    pub fn new(root: &Path) -> Archive {
        Archive {
            root: root.to_owned(),
            gained: BTreeSet::new(),
            lost: BTreeSet::new(),
            synced: HashMap::new(),
        }
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

    /// Makes the content of the originals durable that are put away next, where they are many and the system can do
    /// that for all of them together. [`Archive::put_away`] sees to the others one by one.
    ///
    /// # Errors
    /// What the file system says; then nothing is to be put away.
    pub fn sync_originals(&mut self, drop: &Path, places: &[Place], disposal: Disposal) -> io::Result<()> {
        self.synced.clear();
        if disposal != Disposal::Archive || places.len() < SYNCED_TOGETHER {
            return Ok(());
        }
        // What is written to a file after this look changes its identity, and so it is synced by itself.
        let seen = places.iter().filter_map(|place| {
            let file = place.open_plain().ok()?;
            Some((place.path(), Identity::of(&file).ok()?))
        });
        let seen: Vec<(PathBuf, Identity)> = seen.collect();
        if let Some(volume) = platform::sync_volume(drop)? {
            self.synced.extend(seen.into_iter().filter(|(_, original)| original.is_beside(&volume)));
        }
        Ok(())
    }

    /// Makes everything durable that was put away or deleted since the last call.
    ///
    /// # Errors
    /// What the file system says.
    pub fn sync(&mut self) -> io::Result<()> {
        self.synced.clear();
        let (gained, lost) = (std::mem::take(&mut self.gained), std::mem::take(&mut self.lost));
        // A folder that forgets a name before the other one knows it would leave the bytes in neither.
        sync_all(&gained)?;
        sync_all(&lost)
    }

    /// Remembers, for [`Archive::sync`], that the file at `from` has another name now, or none. A folder that is gone
    /// itself needs no sync.
    pub fn note_lost(&mut self, from: &Path) {
        self.lost.extend(from.parent().filter(|folder| folder.is_dir()).map(Path::to_owned));
    }

    /// Remembers, for [`Archive::sync`], every folder of the archive above `to`: each may have been made for this file.
    fn note_gained(&mut self, to: &Path) {
        let folders = to.ancestors().skip(1).take_while(|up| up.starts_with(&self.root));
        self.gained.extend(folders.map(Path::to_owned));
    }
}

/// Syncs folders in parallel: a file system can serve concurrent syncs with one commit of its journal.
fn sync_all(folders: &BTreeSet<PathBuf>) -> io::Result<()> {
    folders.par_iter().try_for_each(|folder| platform::sync_folder(folder))
}
