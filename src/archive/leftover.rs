//! Files that still have a hidden name because the program was cut off while it deleted or copied them.

use std::io;
use std::path::{Path, PathBuf};

use super::Archive;
use super::hidden::{COPYING, DELETING, name_before};
use super::originals::at_free_name;
use crate::config::Scan;
use crate::drop_folder::{self, NotListed};
use crate::model::decision::Unsafe;
use crate::platform::{self, Place};

/// The plain files in the drop folder whose deletion was cut off, each with the place it had before. Where the scan
/// does not look, nothing is deleted, so nothing is looked for; a folder that cannot be read is held by the scan.
///
/// # Errors
/// [`NotListed`]: the drop folder itself cannot be listed.
pub fn deletions(drop: &Path, scan: &Scan) -> Result<Vec<(Place, Place)>, NotListed> {
    let mut found = Vec::new();
    drop_folder::list_named(drop, scan, &|name| name_before(name, DELETING).is_some(), |file| {
        let hidden = file.place.name();
        let before = hidden.to_str().and_then(|hidden| name_before(hidden, DELETING));
        // A hidden name begins with a dot, which counts against the files of others alone.
        let is_plain = matches!(file.unsafe_because, None | Some(Unsafe::Name(_)));
        if let Some(name) = before.filter(|_| is_plain) {
            let before = file.place.beside(name.as_ref());
            found.push((file.place, before));
        }
    })?;
    Ok(found)
}

/// The plain files in a folder of the archive, and below it, whose copying was cut off, each with the place it was for;
/// none where there is no such folder.
///
/// # Errors
/// What the file system says; then nobody knows.
pub fn copies(folder: &Path) -> io::Result<Vec<(PathBuf, PathBuf)>> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(platform::verbatim(folder)).follow_links(false) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) if error.io_error().is_some_and(|e| e.kind() == io::ErrorKind::NotFound) => continue,
            Err(error) => return Err(error.into()),
        };
        let before = entry.file_name().to_str().and_then(|hidden| name_before(hidden, COPYING));
        if let Some(name) = before.filter(|_| entry.file_type().is_file()) {
            let place = entry.into_path();
            let before = place.with_file_name(name);
            found.push((place, before));
        }
    }
    Ok(found)
}

impl Archive {
    /// Gives a leftover the name it had before. Durable after [`Archive::sync`].
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] where another file has that name now; else what the file system says. Then it is
    /// where it was.
    pub fn give_back(&mut self, leftover: &Place, before: &Place) -> io::Result<()> {
        let leftover = leftover.pinned()?;
        leftover.rename_noreplace(&leftover.beside(&before.name()))?;
        self.note_lost(&before.path());
        Ok(())
    }

    /// Gives a copy in the archive the name it was made for, or the first numbered form of it that is free. Durable after
    /// [`Archive::sync`].
    ///
    /// # Errors
    /// What the file system says; then it is where it was.
    pub fn keep_copy(&mut self, leftover: &Path, before: &Path) -> io::Result<()> {
        let folder = before.parent().unwrap_or(before);
        let name = before.file_name().unwrap_or_default();
        at_free_name(name, folder, |target| platform::rename_noreplace(leftover, target))?;
        self.lost.insert(folder.to_owned());
        Ok(())
    }

    /// Deletes a copy that was cut off. Durable after [`Archive::sync`].
    ///
    /// # Errors
    /// What the file system says.
    pub fn drop_copy(&mut self, leftover: &Path) -> io::Result<()> {
        std::fs::remove_file(leftover)?;
        self.lost.extend(leftover.parent().map(Path::to_owned));
        Ok(())
    }
}
