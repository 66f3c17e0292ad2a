//! Looking for bytes that are not where they should be.

use std::io;
use std::path::{Path, PathBuf};

use super::Archive;
use crate::digest::Digest;
use crate::messages::run as say;
use crate::period::Period;
use crate::platform;

impl Archive {
    /// A plain file with this content, `size` bytes long, in the archive's folders for that period and for rejected
    /// files. It is durable there when this answers.
    ///
    /// # Errors
    /// What the file system says; then nobody knows.
    pub fn find(&mut self, period: Option<Period>, digest: Digest, size: u64) -> io::Result<Option<PathBuf>> {
        for folder in [self.delivered(period), self.rejected()] {
            if let Some(found) = find(&folder, digest, size)? {
                platform::sync_content(&found)?;
                self.note_gained(&found);
                super::sync_all(&self.gained)?;
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

/// A plain file with this content, `size` bytes long, in a folder or below it, hidden ones too; none where there is no
/// such folder. Links are not followed.
///
/// # Errors
/// What the file system says; then nobody knows.
pub fn find(folder: &Path, digest: Digest, size: u64) -> io::Result<Option<PathBuf>> {
    find_where(folder, digest, size, &|_| true)
}

/// The same of those files alone that are wanted.
///
/// # Errors
/// See [`find`].
pub fn find_where(
    folder: &Path,
    digest: Digest,
    size: u64,
    is_wanted: &dyn Fn(&Path) -> bool,
) -> io::Result<Option<PathBuf>> {
    for entry in walkdir::WalkDir::new(platform::verbatim(folder)).follow_links(false) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) if error.io_error().is_some_and(|e| e.kind() == io::ErrorKind::NotFound) => continue,
            Err(error) => return Err(error.into()),
        };
        if !entry.file_type().is_file() || !is_wanted(entry.path()) || entry.metadata()?.len() != size {
            continue;
        }
        let read =
            platform::open_plain(entry.path()).and_then(|mut file| super::originals::digest(&mut file));
        if read.map_err(|error| io::Error::other(say::not_looked_into(entry.path(), &error)))? == digest {
            return Ok(Some(entry.into_path()));
        }
    }
    Ok(None)
}
