//! Putting an original away: into the archive, or deleted.
//!
//! The file is opened and its identity or digest checked before it is moved. What was moved is then compared with that
//! open file: somebody may have put another file in its place between the two, and that one is moved back.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::{Archive, hidden, sync_all};
use crate::config::Disposal;
use crate::digest::{Digest, Hasher};
use crate::drop_folder;
use crate::failpoint::failpoint;
use crate::model::decision::{Blocked, Unsettled};
use crate::platform::{self, Identity};
use crate::wording;

/// How many files of one name a folder of the archive takes.
const MOST_OF_A_NAME: u32 = 10_000;

/// What became of an original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PutAway {
    /// Moved to this path in the archive.
    Archived(PathBuf),
    /// Deleted.
    Deleted,
    /// Left in the drop folder, as the configuration says.
    Left,
    /// Nothing stood at its path any more.
    Gone,
    /// Another file, or another content, stands at its path and was left alone.
    Changed,
}

/// The file that should stand at a path.
#[derive(Debug, Clone, Copy)]
pub struct Expected {
    /// Its digest.
    pub digest: Digest,
    /// Its identity when it was read, where that is known: a file with the same identity need not be read again.
    pub identity: Option<Identity>,
}

impl Archive {
    /// Puts the file at `place` away, if it is the expected one. Durable after [`Archive::sync`].
    ///
    /// # Errors
    /// What the file system says; the file is where it was.
    pub fn put_away(
        &mut self,
        place: &Path,
        expected: Expected,
        disposal: Disposal,
        folder: &Path,
    ) -> io::Result<PutAway> {
        if disposal == Disposal::Leave {
            return Ok(PutAway::Left);
        }
        let synced = self.synced.remove(place);
        let synced = if synced.is_none() && disposal == Disposal::Archive {
            platform::sync_content(place)?
        } else {
            synced
        };
        let (mut file, before) = match drop_folder::open(place) {
            Ok((file, about)) => (file, about.identity),
            Err(Blocked::Unsettled(why)) => return gone(place, why),
            Err(Blocked::Unsafe(_)) => return Ok(PutAway::Changed),
        };
        if expected.identity != Some(before) && digest(&mut file)? != expected.digest {
            return Ok(PutAway::Changed);
        }
        failpoint("recognised");
        if disposal == Disposal::Delete {
            return self.delete(place, &file, before);
        }
        platform::private_folder(folder)?;
        if !synced.is_some_and(|synced| synced.is_same_content(&before)) {
            // Another file than was synced, or one that could not be.
            return self.replace_by_copy(&mut file, before, place, folder, expected.digest);
        }
        let target = match move_to_free_name(place, folder) {
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                return self.replace_by_copy(&mut file, before, place, folder, expected.digest);
            }
            moved => moved?,
        };
        if !has_identity(&target, before)? {
            platform::rename_noreplace(&target, place)?;
            return Ok(PutAway::Changed);
        }
        Ok(self.note(place, &target))
    }

    /// Puts a copy in the place of an original, content and name durable, and deletes the original: where that is on
    /// another file system, or cannot be synced itself.
    fn replace_by_copy(
        &mut self,
        file: &mut File,
        before: Identity,
        place: &Path,
        folder: &Path,
        expected: Digest,
    ) -> io::Result<PutAway> {
        let target = copy(file, place, folder, expected)?;
        self.note_gained(&target);
        let deleted = sync_all(&self.gained).and_then(|()| self.delete(place, file, before));
        if let Ok(PutAway::Deleted) = deleted {
            return Ok(PutAway::Archived(target));
        }
        // The original could not be deleted and stays in the drop folder, so the archive must not have it too.
        fs::remove_file(&target)?;
        deleted
    }

    /// Moves whatever stands at `place` into the archive without reading it: a link or a folder too.
    ///
    /// # Errors
    /// What the file system says; nothing was moved.
    pub fn take_out(&mut self, place: &Path, folder: &Path) -> io::Result<PutAway> {
        // The file may not be ours to open, so its whole file system is synced where the system can do that.
        if platform::sync_volume(platform::parent_or_dot(place))?.is_none() {
            platform::sync_content(place)?;
        }
        platform::private_folder(folder)?;
        let target = move_to_free_name(place, folder)?;
        Ok(self.note(place, &target))
    }

    /// Remembers, for [`Archive::sync`], the folders at both ends of a move.
    fn note(&mut self, from: &Path, to: &Path) -> PutAway {
        self.note_lost(from);
        self.note_gained(to);
        PutAway::Archived(to.to_owned())
    }

    /// Renames the file to a hidden name, checks under that name that it is the expected one, and only then deletes it:
    /// nobody can exchange a file whose name only this process knows.
    fn delete(&mut self, place: &Path, file: &File, before: Identity) -> io::Result<PutAway> {
        let aside = hidden::aside(place, hidden::DELETING);
        platform::rename_noreplace(place, &aside)?;
        failpoint("set_aside");
        if !has_identity(&aside, before)? || !Identity::of(file)?.is_same_content(&before) {
            platform::rename_noreplace(&aside, place)?;
            return Ok(PutAway::Changed);
        }
        fs::remove_file(&aside)?;
        self.lost.extend(place.parent().map(Path::to_owned));
        Ok(PutAway::Deleted)
    }
}

/// What it means that a file cannot be opened just now: only one that is not there is gone.
fn gone(place: &Path, why: Unsettled) -> io::Result<PutAway> {
    match fs::symlink_metadata(place) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(PutAway::Gone),
        _ => Err(io::Error::other(wording::unsettled(why))),
    }
}

/// Whether the file at `path` is the one with that identity.
fn has_identity(path: &Path, identity: Identity) -> io::Result<bool> {
    match platform::open_plain(path) {
        Ok(file) => Ok(Identity::of(&file)?.is_same_content(&identity)),
        Err(_) => Ok(false),
    }
}

/// Moves into a folder under the file's own name, or the first of `name.2.txt`, `name.3.txt`, … that is free.
fn move_to_free_name(place: &Path, folder: &Path) -> io::Result<PathBuf> {
    at_free_name(place, folder, |target| platform::rename_noreplace(place, target))
}

pub(super) fn at_free_name(
    place: &Path,
    folder: &Path,
    put: impl Fn(&Path) -> io::Result<()>,
) -> io::Result<PathBuf> {
    let exact = platform::verbatim(folder);
    for n in 1..=MOST_OF_A_NAME {
        let name = numbered(place, n);
        match put(&exact.join(&name)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            done => return done.map(|()| folder.join(name)),
        }
    }
    Err(io::Error::from(io::ErrorKind::AlreadyExists))
}

fn numbered(place: &Path, n: u32) -> std::ffi::OsString {
    if n == 1 {
        return place.file_name().unwrap_or_default().to_owned();
    }
    let mut name = place.file_stem().unwrap_or_default().to_owned();
    name.push(format!(".{n}"));
    if let Some(ending) = place.extension() {
        name.push(".");
        name.push(ending);
    }
    name
}

/// Copies the file into a folder on another file system: written under a hidden name, synced, read back, and only then
/// given its name.
fn copy(file: &mut File, place: &Path, folder: &Path, expected: Digest) -> io::Result<PathBuf> {
    let part = folder.join(hidden::aside(place, hidden::COPYING).file_name().unwrap_or_default());
    let written = (|| {
        file.rewind()?;
        let mut out =
            platform::private(OpenOptions::new().read(true).write(true).create_new(true)).open(&part)?;
        io::copy(file, &mut out)?;
        out.flush()?;
        out.set_modified(file.metadata()?.modified()?)?;
        out.sync_all()?;
        out.rewind()?;
        if digest(&mut out)? != expected {
            return Err(io::Error::other("the copy differs from the original"));
        }
        failpoint("copied");
        at_free_name(place, folder, |target| platform::rename_noreplace(&part, target))
    })();
    written.inspect_err(|_| drop(fs::remove_file(&part)))
}

pub(super) fn digest(file: &mut File) -> io::Result<Digest> {
    let mut hasher = Hasher::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finish()),
            n => hasher.update(&buffer[..n]),
        }
    }
}
