//! Files reached through the descriptor of a folder, on Linux and other Unix systems.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::system::{sync_content, sync_volume_of};
use super::{EntryKind, Identity};

/// How a file is opened for reading: a symbolic link is refused, and opening a FIFO does not wait for a writer.
const PLAIN: OFlags = OFlags::RDONLY.union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);
/// How a folder inside another one is opened: a symbolic link is refused.
const INNER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// A folder that is held open. Whatever others do to its path meanwhile, what is reached through it lies in it.
#[derive(Debug, Clone)]
pub struct Folder {
    descriptor: Arc<OwnedFd>,
    path: PathBuf,
}

impl Folder {
    /// Opens a folder that the configuration names; links along its path are followed.
    ///
    /// # Errors
    /// What the file system says.
    pub fn open(path: &Path) -> io::Result<Folder> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let descriptor = rustix::fs::openat(CWD, path, flags, Mode::empty())?;
        Ok(Folder { descriptor: Arc::new(descriptor), path: path.to_owned() })
    }

    /// The path by which it was opened.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens a folder that lies directly in it and is no link.
    ///
    /// # Errors
    /// What the file system says.
    pub fn enter(&self, name: &OsStr) -> io::Result<Folder> {
        let descriptor = rustix::fs::openat(&self.descriptor, name, INNER, Mode::empty())?;
        Ok(Folder { descriptor: Arc::new(descriptor), path: self.path.join(name) })
    }

    /// Which folder it is, among all of this machine.
    ///
    /// # Errors
    /// What the file system says.
    pub fn number(&self) -> io::Result<(u64, u64)> {
        let about = rustix::fs::fstat(&self.descriptor)?;
        #[allow(clippy::unnecessary_cast, reason = "other systems have other widths")]
        Ok((about.st_dev as u64, about.st_ino as u64))
    }

    /// Calls `each` with everything that lies directly in it.
    ///
    /// # Errors
    /// What the file system says; `each` may have been called by then.
    pub fn each_entry(&self, mut each: impl FnMut(&OsStr, EntryKind)) -> io::Result<()> {
        for entry in Dir::read_from(&self.descriptor)? {
            let entry = entry?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if name == "." || name == ".." {
                continue;
            }
            let kind = match entry.file_type() {
                // Some file systems tell no kinds in a listing.
                FileType::Unknown => {
                    match rustix::fs::statat(&self.descriptor, name, AtFlags::SYMLINK_NOFOLLOW) {
                        Ok(about) => FileType::from_raw_mode(about.st_mode),
                        Err(Errno::NOENT) => continue,
                        Err(error) => return Err(error.into()),
                    }
                }
                kind => kind,
            };
            each(name, kind_of(kind));
        }
        Ok(())
    }

    /// The place of a file in it, as a path from here; the file need not be there.
    #[must_use]
    pub fn place(&self, inside: &Path) -> Place {
        Place { folder: Some(self.clone()), inside: inside.to_owned() }
    }

    /// Opens what lies at a path from here, if every part of that path lies in this folder and none is a link.
    fn open_beneath(&self, inside: &Path, flags: OFlags) -> io::Result<OwnedFd> {
        #[cfg(target_os = "linux")]
        {
            use rustix::fs::ResolveFlags;
            let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
            match rustix::fs::openat2(&self.descriptor, inside, flags, Mode::empty(), resolve) {
                // Linux before 5.6, and filters of system calls that do not know this one.
                Err(Errno::NOSYS | Errno::PERM) => {}
                // A rename beside this call could not be told from a way out.
                Err(Errno::AGAIN) => return self.open_part_by_part(inside, flags),
                opened => return Ok(opened?),
            }
        }
        self.open_part_by_part(inside, flags)
    }

    fn open_part_by_part(&self, inside: &Path, flags: OFlags) -> io::Result<OwnedFd> {
        let mut parts: Vec<&OsStr> = Vec::new();
        for part in inside.components() {
            match part {
                Component::Normal(name) => parts.push(name),
                _ => return Err(Errno::XDEV.into()),
            }
        }
        let last = parts.pop().ok_or(Errno::NOENT)?;
        let mut folder: Option<OwnedFd> = None;
        for part in parts {
            let at = folder.as_ref().map_or(self.descriptor.as_fd(), AsFd::as_fd);
            folder = Some(rustix::fs::openat(at, part, INNER, Mode::empty())?);
        }
        let at = folder.as_ref().map_or(self.descriptor.as_fd(), AsFd::as_fd);
        Ok(rustix::fs::openat(at, last, flags | OFlags::NOFOLLOW, Mode::empty())?)
    }
}

/// Whether a place could not be reached since a folder on the way to it is a link, or no folder any more.
#[must_use]
pub fn leads_elsewhere(error: &io::Error) -> bool {
    let kinds = [Errno::LOOP, Errno::NOTDIR, Errno::XDEV];
    error.raw_os_error().is_some_and(|code| kinds.iter().any(|kind| kind.raw_os_error() == code))
}

fn kind_of(kind: FileType) -> EntryKind {
    match kind {
        FileType::Directory => EntryKind::Folder,
        FileType::RegularFile => EntryKind::File,
        FileType::Symlink => EntryKind::Link,
        _ => EntryKind::Other,
    }
}

/// Where a file stands: a path from a folder that is held open, or from the working folder.
#[derive(Debug, Clone)]
pub struct Place {
    /// None: the path counts from the working folder, and nobody else writes along it.
    folder: Option<Folder>,
    inside: PathBuf,
}

/// A path of the program's own, along which nobody else puts links.
impl From<&Path> for Place {
    fn from(path: &Path) -> Place {
        Place { folder: None, inside: path.to_owned() }
    }
}

impl Place {
    /// Its full path, for people to read and for programs that take paths.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.folder.as_ref().map_or_else(|| self.inside.clone(), |folder| folder.path.join(&self.inside))
    }

    /// The name at its end.
    #[must_use]
    pub fn name(&self) -> OsString {
        self.inside.file_name().unwrap_or_default().to_owned()
    }

    /// The same place with the folder held open that it lies in directly. Before anything is moved or removed here: a
    /// folder on the way may have become a link since it was listed.
    ///
    /// # Errors
    /// What the file system says; a link on the way is an error.
    pub fn pinned(&self) -> io::Result<Place> {
        let parent = self.inside.parent().filter(|parent| !parent.as_os_str().is_empty());
        let (Some(folder), Some(parent)) = (&self.folder, parent) else { return Ok(self.clone()) };
        let descriptor = folder.open_beneath(parent, INNER)?;
        let folder = Folder { descriptor: Arc::new(descriptor), path: folder.path.join(parent) };
        Ok(Place { folder: Some(folder), inside: self.name().into() })
    }

    /// Another name in the same folder.
    #[must_use]
    pub fn beside(&self, name: &OsStr) -> Place {
        Place { folder: self.folder.clone(), inside: self.inside.with_file_name(name) }
    }

    /// Opens the file for reading. A link is refused, at the end of the path and along it.
    ///
    /// # Errors
    /// What the file system says.
    pub fn open_plain(&self) -> io::Result<File> {
        match &self.folder {
            Some(folder) => folder.open_beneath(&self.inside, PLAIN).map(File::from),
            None => super::open_plain(&self.inside),
        }
    }

    /// Makes the content of the file durable, and answers the file that this was done to; none where there is no plain
    /// file to be opened.
    ///
    /// # Errors
    /// What the file system says of the sync.
    pub fn sync_content(&self) -> io::Result<Option<Identity>> {
        self.open_plain().map_or(Ok(None), |file| sync_content(&file))
    }

    /// Makes all that is on the file system of the folder durable that the file lies in; answers that folder, or none
    /// where the system has no call for it. The place must be [`Place::pinned`].
    ///
    /// # Errors
    /// What the file system says.
    pub fn sync_volume(&self) -> io::Result<Option<Identity>> {
        match &self.folder {
            Some(folder) => sync_volume_of(&File::from(folder.descriptor.try_clone()?)),
            None => super::sync_volume(super::parent_or_dot(&self.inside)),
        }
    }

    /// Whether anything stands here, a link too.
    ///
    /// # Errors
    /// What the file system says: then nobody knows.
    pub fn is_there(&self) -> io::Result<bool> {
        match rustix::fs::statat(self.at(), &self.inside, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(_) => Ok(true),
            Err(Errno::NOENT) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// How many bytes the file has, as a person is shown; a link counts as itself.
    ///
    /// # Errors
    /// What the file system says.
    pub fn size(&self) -> io::Result<u64> {
        let place = self.pinned()?;
        let about = rustix::fs::statat(place.at(), &place.inside, AtFlags::SYMLINK_NOFOLLOW)?;
        Ok(u64::try_from(about.st_size).unwrap_or_default())
    }

    /// Removes the file. The place must be [`Place::pinned`].
    ///
    /// # Errors
    /// What the file system says.
    pub fn remove(&self) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(self.at(), &self.inside, AtFlags::empty())?)
    }

    /// Moves what stands here within a file system; an existing target is never overwritten. Both places must be
    /// [`Place::pinned`].
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] where something stands at `to`; else what the file system says.
    pub fn rename_noreplace(&self, to: &Place) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        {
            use rustix::fs::RenameFlags;
            let moved = rustix::fs::renameat_with(
                self.at(),
                &self.inside,
                to.at(),
                &to.inside,
                RenameFlags::NOREPLACE,
            );
            match moved {
                Err(Errno::INVAL | Errno::NOSYS) => {}
                moved => return Ok(moved?),
            }
        }
        // The system has no such call: create an empty file under the new name first, which fails where the name is
        // taken, and then replace that.
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        drop(rustix::fs::openat(to.at(), &to.inside, flags, Mode::RUSR | Mode::WUSR)?);
        Ok(rustix::fs::renameat(self.at(), &self.inside, to.at(), &to.inside)
            .inspect_err(|_| drop(to.remove()))?)
    }

    fn at(&self) -> BorrowedFd<'_> {
        self.folder.as_ref().map_or(CWD, |folder| folder.descriptor.as_fd())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    /// A drop folder with a file two folders down, and a place outside it with a file of the same name.
    fn folders() -> io::Result<(tempfile::TempDir, Folder)> {
        let root = tempfile::tempdir()?;
        fs::create_dir_all(root.path().join("drop/a/b"))?;
        fs::create_dir_all(root.path().join("outside/b"))?;
        fs::write(root.path().join("drop/a/b/fil"), "inde")?;
        fs::write(root.path().join("outside/b/fil"), "ude")?;
        let drop = Folder::open(&root.path().join("drop"))?;
        Ok((root, drop))
    }

    #[test]
    fn no_path_leads_out_of_the_folder() -> io::Result<()> {
        let (root, drop) = folders()?;
        symlink(root.path().join("outside"), root.path().join("drop/link"))?;
        symlink("../../outside/b/fil", root.path().join("drop/a/fil"))?;
        let absolute = root.path().join("outside/b/fil");
        let outside = ["link/b/fil", "a/fil", "../outside/b/fil", "a/../../outside/b/fil", "link"];
        for inside in outside.map(Path::new).into_iter().chain([absolute.as_path()]) {
            assert!(drop.place(inside).open_plain().is_err(), "{}", inside.display());
            assert!(drop.open_part_by_part(inside, PLAIN).is_err(), "{} by parts", inside.display());
        }
        assert!(drop.place(Path::new("link/b/fil")).pinned().is_err_and(|error| leads_elsewhere(&error)));
        let inside = Path::new("a/b/fil");
        assert_eq!(io::read_to_string(drop.place(inside).open_plain()?)?, "inde");
        assert_eq!(io::read_to_string(File::from(drop.open_part_by_part(inside, PLAIN)?))?, "inde");
        assert_eq!(drop.place(inside).size()?, 4);
        Ok(())
    }

    #[test]
    fn a_pinned_place_stays_in_its_folder_whatever_becomes_of_the_path() -> io::Result<()> {
        let (root, drop) = folders()?;
        let place = drop.place(Path::new("a/b/fil")).pinned()?;
        fs::rename(root.path().join("drop/a"), root.path().join("moved"))?;
        symlink(root.path().join("outside"), root.path().join("drop/a"))?;
        let target = root.path().join("target");
        place.rename_noreplace(&target.as_path().into())?;
        assert_eq!(fs::read_to_string(&target)?, "inde");
        assert!(!place.is_there()? && !root.path().join("moved/b/fil").exists());
        // Nothing is overwritten, in either direction.
        fs::write(root.path().join("moved/b/fil"), "nyt")?;
        let taken = Place::from(target.as_path()).rename_noreplace(&place).map_err(|error| error.kind());
        assert_eq!(taken, Err(io::ErrorKind::AlreadyExists));
        place.remove()?;
        assert!(!root.path().join("moved/b/fil").exists());
        assert_eq!(fs::read_to_string(root.path().join("outside/b/fil"))?, "ude");
        Ok(())
    }

    #[test]
    fn entries_are_told_with_their_kind() -> io::Result<()> {
        let (root, drop) = folders()?;
        fs::write(root.path().join("drop/fil"), "")?;
        symlink("fil", root.path().join("drop/link"))?;
        let mut found = Vec::new();
        drop.each_entry(|name, kind| found.push((name.to_owned(), kind)))?;
        found.sort_by(|a, b| a.0.cmp(&b.0));
        let expected = [("a", EntryKind::Folder), ("fil", EntryKind::File), ("link", EntryKind::Link)]
            .map(|(n, k)| (n.into(), k));
        assert_eq!(found, expected);
        assert!(drop.enter(OsStr::new("link")).is_err() && drop.enter(OsStr::new("a")).is_ok());
        Ok(())
    }
}
