//! Putting originals away: into the archive, or deleted. Nothing is ever overwritten, and a file that is
//! not the one it should be is left alone.
//!
//! The file is opened and known before it is moved, and what was moved is held against that descriptor
//! afterwards; a file that slipped into its place meanwhile is moved back.
//!
//! Against a power cut everything is synced in this order: the content, then the folders that gained a name, then
//! those that lost one. So the bytes are found in one place or the other at every moment.

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::config::Disposal;
use crate::decide::Blocked;
use crate::digest::{Digest, Hasher};
use crate::drop_folder;
use crate::failpoint::failpoint;
use crate::period::Period;
use crate::platform::{self, Identity};

mod copies;
pub mod leftover;
pub mod retention;
pub mod search;

/// The archive's folder for files without a period.
const NO_PERIOD: &str = "no-period";
/// The archive's folder for rejected files.
pub const REJECTED: &str = "rejected";
/// The folder in a period's folder for duplicates.
const DUPLICATES: &str = "duplicates";
/// How many files of one name a folder of the archive takes.
const MOST_OF_A_NAME: u32 = 10_000;

/// What became of an original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PutAway {
    /// It lies there now.
    Archived(PathBuf),
    /// It is deleted.
    Deleted,
    /// It stays where it is, as the configuration says.
    Left,
    /// It was not there any more.
    Gone,
    /// Another file, or another content, has its place: left alone.
    Changed,
}

/// What of a content the archive holds under one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Copies {
    /// Nothing.
    Gone,
    /// Nothing that was recognised, though there are files of that name.
    Strange,
    /// These were deleted, as paths in the archive.
    Deleted(Vec<PathBuf>),
}

/// The file that should be there.
#[derive(Debug, Clone, Copy)]
pub struct Expected {
    /// Its digest.
    pub digest: Digest,
    /// Its identity when it was read, where that is known: it saves reading it again.
    pub identity: Option<Identity>,
}

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
    /// The originals under way whose content was made durable, each as it was right before.
    synced: HashMap<PathBuf, Identity>,
}

impl Archive {
    /// The archive at `root`. Nothing is made before it is needed.
    #[must_use]
    pub fn new(root: &Path) -> Archive {
        Archive {
            root: root.to_owned(),
            gained: BTreeSet::new(),
            lost: BTreeSet::new(),
            synced: HashMap::new(),
        }
    }

    /// Where it lies.
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
    pub fn sync_originals(&mut self, drop: &Path, places: &[PathBuf], disposal: Disposal) -> io::Result<()> {
        self.synced.clear();
        if disposal != Disposal::Archive || places.len() < SYNCED_TOGETHER {
            return Ok(());
        }
        // What is written to a file after this look changes its identity, and so it is synced by itself.
        let seen = places.iter().filter_map(|place| {
            let file = platform::open_plain(place).ok()?;
            Some((place.clone(), Identity::of(&file).ok()?))
        });
        let seen: Vec<(PathBuf, Identity)> = seen.collect();
        if let Some(volume) = platform::sync_volume(drop)? {
            self.synced.extend(seen.into_iter().filter(|(_, original)| original.is_beside(&volume)));
        }
        Ok(())
    }

    /// Puts the file at `place` away, if it is the expected one. Durable after [`Archive::sync`].
    ///
    /// # Errors
    /// What the file system says; then the file is where it was.
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
            Err(Blocked::Unsettled(because)) => return gone(place, because),
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
            // Another one than was synced, or none that could be.
            return self.replace_by_copy(&mut file, before, place, folder, expected.digest);
        }
        let target = match move_to_free_name(place, folder) {
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                return self.replace_by_copy(&mut file, before, place, folder, expected.digest);
            }
            moved => moved?,
        };
        if !is(&target, before)? {
            platform::rename_noreplace(&target, place)?;
            return Ok(PutAway::Changed);
        }
        Ok(self.note(place, &target))
    }

    /// Puts a copy that is durable, content and name, in the place of an original, and deletes that: where the original
    /// is on another file system, or cannot be synced itself.
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
        // The original stays, so its copy does not.
        fs::remove_file(&target)?;
        deleted
    }

    /// Moves whatever has this name into the archive, be it a link or something stranger.
    ///
    /// # Errors
    /// What the file system says; then it is where it was.
    pub fn take_out(&mut self, place: &Path, folder: &Path) -> io::Result<PutAway> {
        // It may not be ours to open, so all of its file system is synced where that can be done.
        if platform::sync_volume(place.parent().unwrap_or(place))?.is_none() {
            platform::sync_content(place)?;
        }
        platform::private_folder(folder)?;
        let target = move_to_free_name(place, folder)?;
        Ok(self.note(place, &target))
    }

    /// Makes everything that was put away durable.
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

    fn note(&mut self, from: &Path, to: &Path) -> PutAway {
        self.note_lost(from);
        self.note_gained(to);
        PutAway::Archived(to.to_owned())
    }

    /// The file at `from` has another name now, or none. Durable after [`Archive::sync`], where the folder is still there.
    pub fn note_lost(&mut self, from: &Path) {
        self.lost.extend(from.parent().filter(|folder| folder.is_dir()).map(Path::to_owned));
    }

    fn note_gained(&mut self, to: &Path) {
        let folders = to.ancestors().skip(1).take_while(|up| up.starts_with(&self.root));
        self.gained.extend(folders.map(Path::to_owned));
    }

    /// Takes the file aside under a name of ours, looks whether it is the one, and only then deletes it.
    fn delete(&mut self, place: &Path, file: &File, before: Identity) -> io::Result<PutAway> {
        let aside = leftover::aside(place, leftover::DELETING);
        platform::rename_noreplace(place, &aside)?;
        failpoint("set_aside");
        if !is(&aside, before)? || !Identity::of(file)?.is_same_content(&before) {
            platform::rename_noreplace(&aside, place)?;
            return Ok(PutAway::Changed);
        }
        fs::remove_file(&aside)?;
        self.lost.extend(place.parent().map(Path::to_owned));
        Ok(PutAway::Deleted)
    }
}

/// All at once: a file system writes down together what is asked of it together.
fn sync_all(folders: &BTreeSet<PathBuf>) -> io::Result<()> {
    folders.par_iter().try_for_each(|folder| platform::sync_folder(folder))
}

/// What it means that a file cannot be opened just now: only one that is not there is gone.
fn gone(place: &Path, because: String) -> io::Result<PutAway> {
    match fs::symlink_metadata(place) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(PutAway::Gone),
        _ => Err(io::Error::other(because)),
    }
}

/// Whether the file at `path` is the one with that identity.
fn is(path: &Path, identity: Identity) -> io::Result<bool> {
    match platform::open_plain(path) {
        Ok(file) => Ok(Identity::of(&file)?.is_same_content(&identity)),
        Err(_) => Ok(false),
    }
}

/// Moves into a folder under the file's own name, or the first of `name.2.txt`, `name.3.txt`, … that is free.
fn move_to_free_name(place: &Path, folder: &Path) -> io::Result<PathBuf> {
    at_free_name(place, folder, |target| platform::rename_noreplace(place, target))
}

fn at_free_name(place: &Path, folder: &Path, put: impl Fn(&Path) -> io::Result<()>) -> io::Result<PathBuf> {
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

/// Across file systems: copy, sync, verify, name.
fn copy(file: &mut File, place: &Path, folder: &Path, expected: Digest) -> io::Result<PathBuf> {
    let part = folder.join(leftover::aside(place, leftover::COPYING).file_name().unwrap_or_default());
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

fn digest(file: &mut File) -> io::Result<Digest> {
    let mut hasher = Hasher::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finish()),
            n => hasher.update(&buffer[..n]),
        }
    }
}
