//! Files of a folder on Windows, where the standard library opens by path alone: before a file is touched, every folder
//! on the way to it is looked at, and none may be a link.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::os::windows::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use super::system::sync_content;
use super::{EntryKind, Identity};

const FILE_ATTRIBUTE_REPARSE_POINT: u32 = 0x400;

/// A folder whose files are reached without following links in it.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// A folder that the configuration names; links along its path are followed.
    ///
    /// # Errors
    /// What the file system says, also where it is no folder.
    pub fn open(path: &Path) -> io::Result<Folder> {
        if !fs::metadata(path)?.is_dir() {
            return Err(io::Error::from(io::ErrorKind::NotADirectory));
        }
        Ok(Folder { path: path.to_owned() })
    }

    /// The path by which it was opened.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A folder that lies directly in it and is no link.
    ///
    /// # Errors
    /// What the file system says.
    pub fn enter(&self, name: &OsStr) -> io::Result<Folder> {
        let path = self.path.join(name);
        no_link(&path)?;
        Folder::open(&path)
    }

    /// Which folder it is, among all of this machine.
    ///
    /// # Errors
    /// What the file system says.
    pub fn number(&self) -> io::Result<(u64, u64)> {
        let handle = winapi_util::Handle::from_path_any(&self.path)?;
        let about = winapi_util::file::information(&handle)?;
        Ok((about.volume_serial_number(), about.file_index()))
    }

    /// Calls `each` with everything that lies directly in it.
    ///
    /// # Errors
    /// What the file system says; `each` may have been called by then.
    pub fn each_entry(&self, mut each: impl FnMut(&OsStr, EntryKind)) -> io::Result<()> {
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            // A placeholder of a cloud is a file with a reparse point: opening it finds that out.
            let kind = if kind.is_symlink() {
                EntryKind::Link
            } else if kind.is_dir() {
                EntryKind::Folder
            } else if kind.is_file() {
                EntryKind::File
            } else {
                EntryKind::Other
            };
            each(&entry.file_name(), kind);
        }
        Ok(())
    }

    /// The place of a file in it, as a path from here; the file need not be there.
    #[must_use]
    pub fn place(&self, inside: &Path) -> Place {
        Place { folder: Some(self.clone()), inside: inside.to_owned() }
    }
}

/// Whether a place could not be reached since a folder on the way to it is a link, or no folder any more.
#[must_use]
pub fn leads_elsewhere(error: &io::Error) -> bool {
    super::ContentElsewhere::is(error) || error.kind() == io::ErrorKind::NotADirectory
}

/// Refuses a link: a symbolic one, a junction, a mount point.
fn no_link(path: &Path) -> io::Result<()> {
    if fs::symlink_metadata(path)?.file_attributes() & FILE_ATTRIBUTE_REPARSE_POINT == 0 {
        Ok(())
    } else {
        Err(io::Error::other(super::ContentElsewhere))
    }
}

/// Where a file stands: a path from a folder, or from the working folder.
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

    /// The same place, where no folder on the way to it is a link now.
    ///
    /// # Errors
    /// What the file system says; a link on the way is an error.
    pub fn pinned(&self) -> io::Result<Place> {
        let Some(folder) = &self.folder else { return Ok(self.clone()) };
        let mut path = folder.path.clone();
        for part in self.inside.parent().into_iter().flat_map(Path::components) {
            match part {
                Component::Normal(name) => path.push(name),
                _ => return Err(io::Error::from(io::ErrorKind::InvalidInput)),
            }
            no_link(&path)?;
        }
        Ok(self.clone())
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
        self.pinned()?;
        let file = super::open_plain(&self.path())?;
        // The way is looked at on both sides of the opening, since a folder may be exchanged between the two calls.
        self.pinned()?;
        Ok(file)
    }

    /// Makes the content of the file durable, and answers the file that this was done to; none where there is no plain
    /// file to be opened for writing, as Windows wants it for this, or somebody has it open who allows no writer.
    ///
    /// # Errors
    /// What the file system says of the sync.
    pub fn sync_content(&self) -> io::Result<Option<Identity>> {
        if self.pinned().is_err() {
            return Ok(None);
        }
        sync_content(&self.path())
    }

    /// None: only an administrator may make a whole volume durable here.
    ///
    /// # Errors
    /// None.
    #[allow(clippy::unused_self, clippy::unnecessary_wraps, reason = "the same call as on other systems")]
    pub fn sync_volume(&self) -> io::Result<Option<Identity>> {
        Ok(None)
    }

    /// Whether anything stands here, a link too.
    ///
    /// # Errors
    /// What the file system says: then nobody knows.
    pub fn is_there(&self) -> io::Result<bool> {
        match fs::symlink_metadata(self.path()) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// How many bytes the file has, as a person is shown; a link counts as itself.
    ///
    /// # Errors
    /// What the file system says.
    pub fn size(&self) -> io::Result<u64> {
        Ok(fs::symlink_metadata(self.pinned()?.path())?.len())
    }

    /// Removes the file. The place must be [`Place::pinned`].
    ///
    /// # Errors
    /// What the file system says.
    pub fn remove(&self) -> io::Result<()> {
        fs::remove_file(self.path())
    }

    /// Moves what stands here within a file system; an existing target is never overwritten. Both places must be
    /// [`Place::pinned`].
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] where something stands at `to`; else what the file system says.
    pub fn rename_noreplace(&self, to: &Place) -> io::Result<()> {
        super::rename_noreplace(&self.path(), &to.path())
    }
}
