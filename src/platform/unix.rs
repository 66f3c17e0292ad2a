//! Linux and its like.

use std::ffi::CString;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::net::TcpStream;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::unistd::{Gid, Uid, User, geteuid, initgroups, setgid, setgroups, setuid};
use rustix::fs::{CWD, OFlags, RenameFlags};
use rustix::io::Errno;

use super::FileInfo;
use super::access::Access;

/// Opens for reading; a symlink is refused, and a FIFO does not keep us waiting.
///
/// # Errors
/// What the file system says.
pub fn open_plain(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)
}

/// A path is what it says, here.
#[must_use]
pub fn verbatim(path: &Path) -> PathBuf {
    path.to_owned()
}

/// Where a path really leads.
///
/// # Errors
/// What the file system says.
pub fn canonical(path: &Path) -> io::Result<PathBuf> {
    path.canonicalize()
}

/// A program of Windows' own: there is none here.
#[must_use]
pub fn system_program(name: &str) -> PathBuf {
    PathBuf::from(name)
}

/// Whether the error says that another program keeps the file to itself. Never so here.
#[must_use]
pub fn is_unavailable(_error: &io::Error) -> bool {
    false
}

/// What tells one state of one file from any other, as far as the file system keeps count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl FileInfo {
    /// Of an open file; it is asked once.
    ///
    /// # Errors
    /// What the file system says.
    pub fn of(file: &File) -> io::Result<FileInfo> {
        let about = file.metadata()?;
        Ok(FileInfo {
            is_file: about.is_file(),
            links: about.nlink(),
            size: about.size(),
            modified: about.modified()?,
            identity: Identity {
                device: about.dev(),
                inode: about.ino(),
                size: about.size(),
                modified: (about.mtime(), about.mtime_nsec()),
                changed: (about.ctime(), about.ctime_nsec()),
            },
        })
    }
}

impl Identity {
    /// Whether this is the same file with the same content, its name or permissions aside: a rename
    /// alone moves the time of change.
    #[must_use]
    pub fn is_same_content(&self, later: &Identity) -> bool {
        let content = |i: &Identity| (i.device, i.inode, i.size, i.modified);
        content(self) == content(later)
    }

    /// Whether both are on the same file system.
    #[must_use]
    pub fn is_beside(&self, other: &Identity) -> bool {
        self.device == other.device
    }
}

/// Record locks, which `flock` does not see.
pub struct Lock;

impl Lock {
    /// Whether another process holds a record lock on the file.
    #[must_use]
    pub fn is_held(file: &File) -> bool {
        use rustix::process::{Flock, FlockType, fcntl_getlk};
        matches!(fcntl_getlk(file, &Flock::from(FlockType::ReadLock)), Ok(Some(_)))
    }
}

/// Only the owner may read or write what is made with these options.
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(0o600)
}

/// There is no such way to open a file here, and no need of one.
pub fn unshared(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Makes a folder that only the owner may look into; that it is there already is no error.
///
/// # Errors
/// What the file system says.
pub fn private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Where root works in a folder that belongs to another user, it becomes that user, for good: what it makes there is for
/// that user to go on with, and whatever that user put there may be a trap for root. To be called while there is one
/// thread.
///
/// # Errors
/// What the system says; then nobody knows who this is.
pub fn become_owner_of_folder(folder: &Path) -> io::Result<()> {
    if !geteuid().is_root() {
        return Ok(());
    }
    // Where there is none, that is said by whoever needs it.
    let Ok(folder) = std::fs::metadata(folder) else { return Ok(()) };
    let owner = Uid::from_raw(folder.uid());
    if owner.is_root() {
        return Ok(());
    }
    let user = User::from_uid(owner)?;
    let group = user.as_ref().map_or(Gid::from_raw(folder.gid()), |user| user.gid);
    match user {
        Some(user) => initgroups(&CString::new(user.name)?, group)?,
        None => setgroups(&[group])?,
    }
    setgid(group)?;
    Ok(setuid(owner)?)
}

/// What is made by [`private`] and [`private_folder`] is closed from the beginning.
///
/// # Errors
/// None.
pub fn close(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Who may do that with a file, besides its owner: its mode, where that is anybody.
///
/// # Errors
/// What the file system says.
pub fn others_who_may(may: Access, path: &Path) -> io::Result<Vec<String>> {
    let mode = std::fs::metadata(path)?.mode();
    let others = match may {
        Access::Read => 0o077,
        Access::Write => 0o022,
    };
    Ok(if mode & others == 0 { Vec::new() } else { vec![format!("{:o}", mode & 0o7777)] })
}

/// What closes a file to others, as a person may type it.
#[must_use]
pub fn command_to_close(path: &Path) -> String {
    format!("chmod 600 '{}'", path.display())
}

/// Makes the content of a file durable, and answers the file that this was done to; none where there is no plain file to
/// be opened.
///
/// # Errors
/// What the file system says of the sync.
pub fn sync_content(path: &Path) -> io::Result<Option<Identity>> {
    let Ok(file) = open_plain(path) else { return Ok(None) };
    let about = FileInfo::of(&file)?;
    if !about.is_file {
        return Ok(None);
    }
    file.sync_all()?;
    Ok(Some(about.identity))
}

/// Makes all that is on the file system of a folder durable, and answers which folder that was; none where the system
/// has no call for it. Linux reports what could not be written since version 5.8.
///
/// # Errors
/// What the file system says.
pub fn sync_volume(folder: &Path) -> io::Result<Option<Identity>> {
    #[cfg(target_os = "linux")]
    {
        let folder = File::open(folder)?;
        rustix::fs::syncfs(&folder)?;
        Ok(Some(Identity::of(&folder)?))
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = folder;
        Ok(None)
    }
}

/// Makes the names in a folder durable.
///
/// # Errors
/// What the file system says. That it does not know how is no error.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    match File::open(path)?.sync_all() {
        Err(error) if error.raw_os_error() == Some(Errno::INVAL.raw_os_error()) => Ok(()),
        other => other,
    }
}

/// Has the system acknowledge at once what comes next, where it can be told to. By itself it waits for something to send
/// along with it, and a server that has more to say may wait for that: 40 ms in every login.
pub fn acknowledge_at_once(socket: &TcpStream) {
    #[cfg(target_os = "linux")]
    // It only costs time where it is not to be had.
    let _ = rustix::net::sockopt::set_tcp_quickack(socket, true);
    #[cfg(not(target_os = "linux"))]
    let _ = socket;
}

/// Moves without overwriting where the file system can do that in one step; none where it cannot.
pub fn move_exclusively(from: &Path, to: &Path) -> Option<io::Result<()>> {
    #[cfg(target_os = "linux")]
    match rustix::fs::renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS) => None,
        other => Some(other.map_err(io::Error::from)),
    }
    #[cfg(not(target_os = "linux"))]
    None
}
