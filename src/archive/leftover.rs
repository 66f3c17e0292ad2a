//! Files that still have a hidden name because the program was cut off while it deleted or copied them.

use std::io;
use std::path::{Path, PathBuf};

use super::Archive;
use super::hidden::name_before;
use super::originals::at_free_name;
use crate::platform;

/// The plain files in a folder, and below it down to `depth`, that still have such a name, each with the place it had
/// before; none where there is no such folder.
///
/// # Errors
/// What the file system says; then nobody knows.
pub fn below(folder: &Path, depth: usize, what: &str) -> io::Result<Vec<(PathBuf, PathBuf)>> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(platform::verbatim(folder)).max_depth(depth).follow_links(false) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) if error.io_error().is_some_and(|e| e.kind() == io::ErrorKind::NotFound) => continue,
            Err(error) => return Err(error.into()),
        };
        let before = entry.file_name().to_str().and_then(|hidden| name_before(hidden, what));
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
    pub fn give_back(&mut self, leftover: &Path, before: &Path) -> io::Result<()> {
        platform::rename_noreplace(leftover, before)?;
        self.lost.extend(before.parent().map(Path::to_owned));
        Ok(())
    }

    /// Gives a copy in the archive the name it was made for, or the first numbered form of it that is free. Durable after
    /// [`Archive::sync`].
    ///
    /// # Errors
    /// What the file system says; then it is where it was.
    pub fn keep_copy(&mut self, leftover: &Path, before: &Path) -> io::Result<()> {
        let folder = before.parent().unwrap_or(before);
        at_free_name(before, folder, |target| platform::rename_noreplace(leftover, target))?;
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
