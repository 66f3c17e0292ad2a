//! Putting an original away: into the archive, or deleted.
//!
//! The file is opened and its identity or digest checked before it is moved. What was moved is then compared with that
//! open file: somebody may have put another file in its place between the two, and that one is moved back.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::names::numbered;
use super::{Archive, DUPLICATES, hidden, sync_all};
use crate::config::Disposal;
use crate::digest::{Digest, Hasher};
use crate::drop_folder;
use crate::failpoint::failpoint;
use crate::model::decision::{Blocked, Unsettled};
use crate::platform::{self, Identity, Place};
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
        place: &Place,
        expected: Expected,
        disposal: Disposal,
        folder: &Path,
    ) -> io::Result<PutAway> {
        if disposal == Disposal::Leave {
            return Ok(PutAway::Left);
        }
        let place = &match place.pinned() {
            Ok(pinned) => pinned,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(PutAway::Gone),
            Err(error) if platform::leads_elsewhere(&error) => return Ok(PutAway::Changed),
            Err(error) => return Err(error),
        };
        let synced = self.synced.remove(&place.path());
        let synced =
            if synced.is_none() && disposal == Disposal::Archive { place.sync_content()? } else { synced };
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
        make_folder(folder)?;
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
        let moved = Place::from(target.as_path());
        if !has_identity(&moved, before)? {
            moved.rename_noreplace(place)?;
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
        place: &Place,
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
    pub fn take_out(&mut self, place: &Place, folder: &Path) -> io::Result<PutAway> {
        let place = place.pinned()?;
        // The file may not be ours to open, so its whole file system is synced where the system can do that.
        if place.sync_volume()?.is_none() {
            place.sync_content()?;
        }
        make_folder(folder)?;
        let target = move_to_free_name(&place, folder)?;
        Ok(self.note(&place, &target))
    }

    /// Remembers, for [`Archive::sync`], the folders at both ends of a move.
    fn note(&mut self, from: &Place, to: &Path) -> PutAway {
        self.note_lost(&from.path());
        self.note_gained(to);
        PutAway::Archived(to.to_owned())
    }

    /// Renames the file to a hidden name, checks under that name that it is the expected one, and only then deletes it:
    /// nobody can exchange a file whose name only this process knows.
    fn delete(&mut self, place: &Place, file: &File, before: Identity) -> io::Result<PutAway> {
        let aside = place.beside(&hidden::aside(&place.name(), hidden::DELETING));
        place.rename_noreplace(&aside)?;
        failpoint("set_aside");
        if !has_identity(&aside, before)? || !Identity::of(file)?.is_same_content(&before) {
            aside.rename_noreplace(place)?;
            return Ok(PutAway::Changed);
        }
        aside.remove()?;
        self.note_lost(&place.path());
        Ok(PutAway::Deleted)
    }
}

/// What it means that a file cannot be opened just now: only one that is not there is gone.
fn gone(place: &Place, why: Unsettled) -> io::Result<PutAway> {
    match place.is_there() {
        Ok(false) => Ok(PutAway::Gone),
        _ => Err(io::Error::other(wording::unsettled(why))),
    }
}

/// Whether the file at that place is the one with that identity.
fn has_identity(place: &Place, identity: Identity) -> io::Result<bool> {
    match place.open_plain() {
        Ok(file) => Ok(Identity::of(&file)?.is_same_content(&identity)),
        Err(_) => Ok(false),
    }
}

/// Makes a folder of the archive, and those above it. An earlier version of the program may have archived a file called as
/// the folder of duplicates: that one gets a number.
fn make_folder(folder: &Path) -> io::Result<()> {
    match platform::private_folder(folder) {
        Err(error)
            if folder.file_name() == Some(OsStr::new(DUPLICATES))
                && fs::symlink_metadata(folder).is_ok_and(|about| about.is_file()) =>
        {
            let month = folder.parent().ok_or(error)?;
            move_to_free_name(&folder.into(), month)?;
            platform::private_folder(folder)
        }
        made => made,
    }
}

/// Moves into a folder under the file's own name, or the first of `name.2.txt`, `name.3.txt`, … that is free.
fn move_to_free_name(place: &Place, folder: &Path) -> io::Result<PathBuf> {
    at_free_name(&place.name(), folder, |target| place.rename_noreplace(&target.into()))
}

pub(super) fn at_free_name(
    name: &OsStr,
    folder: &Path,
    put: impl Fn(&Path) -> io::Result<()>,
) -> io::Result<PathBuf> {
    let exact = platform::verbatim(folder);
    for n in 1..=MOST_OF_A_NAME {
        let Some(name) = numbered(name, n) else { continue };
        match put(&exact.join(&name)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            done => return done.map(|()| folder.join(name)),
        }
    }
    Err(io::Error::from(io::ErrorKind::AlreadyExists))
}

/// Copies the file into a folder on another file system: written under a hidden name, synced, read back, and only then
/// given its name.
fn copy(file: &mut File, place: &Place, folder: &Path, expected: Digest) -> io::Result<PathBuf> {
    let part = folder.join(hidden::aside(&place.name(), hidden::COPYING));
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
        at_free_name(&place.name(), folder, |target| platform::rename_noreplace(&part, target))
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
