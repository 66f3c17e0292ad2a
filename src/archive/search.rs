//! Looking for bytes that are not where they should be.

use std::io;
use std::path::{Path, PathBuf};

use super::Archive;
use crate::digest::Digest;
use crate::drop_folder;
use crate::messages::run as say;
use crate::model::decision::{Blocked, Unsafe};
use crate::period::Period;
use crate::platform::{self, Place};
use crate::wording;

impl Archive {
    /// A plain file with this content, `size` bytes long, in the archive's folders for that period and for rejected
    /// files. It is durable there when this answers.
    ///
    /// # Errors
    /// What the file system says; then nobody knows.
    pub fn find(&mut self, period: Option<Period>, digest: Digest, size: u64) -> io::Result<Option<PathBuf>> {
        for folder in [self.delivered(period), self.rejected()] {
            if let Some(found) = find(&folder, digest, size)? {
                Place::from(found.as_path()).sync_content()?;
                self.note_gained(&found);
                super::sync_all(&self.gained)?;
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

/// A plain file with this content, `size` bytes long, in the drop folder or below it, hidden ones too, whose name is
/// wanted. Links are not followed, and recycle bins and snapshots are not looked into.
///
/// # Errors
/// What the file system says, also of a folder that cannot be read; then nobody knows.
pub fn find_in_drop_folder(
    drop: &Path,
    digest: Digest,
    size: u64,
    is_wanted: &dyn Fn(&str) -> bool,
) -> io::Result<Option<PathBuf>> {
    let mut files = Vec::new();
    drop_folder::list_all(drop, is_wanted, |file| files.push(file)).map_err(|failed| failed.error)?;
    for file in files {
        match file.unsafe_because {
            Some(Unsafe::Symlink | Unsafe::NotAFile) => continue,
            Some(why) if why.is_about_a_folder() => {
                let why = io::Error::other(wording::blocked(&Blocked::Unsafe(why)));
                return Err(io::Error::other(say::not_looked_into(&file.place.path(), &why)));
            }
            _ => {}
        }
        if file.place.size()? == size && is_that(&file.place, digest)? {
            return Ok(Some(file.place.path()));
        }
    }
    Ok(None)
}

/// A plain file with this content, `size` bytes long, in a folder of the archive or below it, hidden ones too; none where
/// there is no such folder. Links are not followed.
///
/// # Errors
/// What the file system says; then nobody knows.
fn find(folder: &Path, digest: Digest, size: u64) -> io::Result<Option<PathBuf>> {
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
        if is_that(&entry.path().into(), digest)? {
            return Ok(Some(entry.into_path()));
        }
    }
    Ok(None)
}

/// Whether the file at that place has this content.
fn is_that(place: &Place, digest: Digest) -> io::Result<bool> {
    let read = place.open_plain().and_then(|mut file| super::originals::digest(&mut file));
    let read = read.map_err(|error| io::Error::other(say::not_looked_into(&place.path(), &error)))?;
    Ok(read == digest)
}
