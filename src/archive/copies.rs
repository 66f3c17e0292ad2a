//! Finding and deleting the copies that a folder of the archive holds of one content.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::names::may_be_of;
use super::{Archive, Expected, PutAway};
use crate::config::Disposal;
use crate::digest::Digest;
use crate::messages::run as say;

/// How many characters of a file's stem a leftover of an interrupted deletion must begin with. Fewer than
/// [`platform::temporary_sibling`] keeps, so that a long name is recognised as well.
const BEGINNING: usize = 40;

/// What became of the copies of a content under one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Copies {
    /// There were none.
    Gone,
    /// There are files of that name, but none with that content; they were left alone.
    OtherContent,
    /// These were deleted, as paths in the archive.
    Deleted(Vec<PathBuf>),
}

impl Archive {
    /// Deletes every file in that folder of the archive that has this content and this name or a numbered form of it.
    /// All other files are left alone. Durable after [`Archive::sync`].
    ///
    /// # Errors
    /// What the file system says, and where the folder, or one above it in the archive, is not a folder but a link.
    pub(super) fn delete_copies(&mut self, folder: &Path, name: &str, digest: Digest) -> io::Result<Copies> {
        if !self.has(folder)? {
            return Ok(Copies::Gone);
        }
        let mut places: Vec<PathBuf> =
            fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
        places.retain(|place| {
            place.file_name().and_then(|found| found.to_str()).is_some_and(|found| is_copy(found, name))
        });
        let mut deleted = Vec::new();
        for place in &places {
            let expected = Expected { digest, identity: None };
            if self.put_away(&place.as_path().into(), expected, Disposal::Delete, folder)? == PutAway::Deleted
            {
                deleted.push(place.strip_prefix(&self.root).unwrap_or(place).to_owned());
            }
        }
        Ok(match (deleted.is_empty(), places.is_empty()) {
            (false, _) => Copies::Deleted(deleted),
            (true, true) => Copies::Gone,
            (true, false) => Copies::OtherContent,
        })
    }

    /// Whether the archive has that folder. A link is an error: following it could delete files outside the archive.
    fn has(&self, folder: &Path) -> io::Result<bool> {
        let parts = folder.ancestors().take_while(|part| *part != self.root);
        for part in parts.collect::<Vec<_>>().into_iter().rev() {
            match fs::symlink_metadata(part) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
                Err(error) => return Err(error),
                Ok(about) if about.is_dir() => {}
                Ok(_) => return Err(io::Error::other(say::is_not_a_folder(part))),
            }
        }
        Ok(true)
    }
}

/// Whether the archive may have given the name `found` to a file called `name`, or it is the hidden name of an interrupted
/// deletion.
pub(super) fn is_copy(found: &str, name: &str) -> bool {
    let stem = Path::new(name).file_stem().and_then(|stem| stem.to_str()).unwrap_or(name);
    let interrupted = || {
        let beginning: String = stem.chars().take(BEGINNING).collect();
        found.ends_with(".deleting.tmp") && found.trim_start_matches('.').starts_with(&beginning)
    };
    may_be_of(found, name) || interrupted()
}

#[cfg(test)]
mod tests {
    use super::is_copy;

    #[test]
    fn names_that_the_archive_gives() {
        for found in ["mad.txt", "mad.2.txt", "mad.10000.txt", ".mad.txt.4711.deleting.tmp"] {
            assert!(is_copy(found, "mad.txt"), "{found}");
        }
        for found in
            ["mad (2).txt", "mad.txt.bak", "mad..txt", "mad.a.txt", "mad.csv", "amad.txt", "mad_2.txt"]
        {
            assert!(!is_copy(found, "mad.txt"), "{found}");
        }
        assert!(is_copy("mad", "mad") && is_copy("mad.2", "mad") && !is_copy("mad2", "mad"));
    }
}
