//! Where Linux and Windows differ: opening without being led astray, telling files apart, moving without
//! overwriting, making a change durable.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;
use std::time::SystemTime;

#[cfg_attr(unix, allow(dead_code, reason = "only Windows keeps such lists"))]
mod access;
pub mod names;
#[cfg(unix)]
#[path = "platform/unix.rs"]
mod system;
#[cfg(windows)]
#[path = "platform/windows.rs"]
mod system;

pub use access::Access;
pub use system::{
    Identity, Lock, acknowledge_at_once, become_owner_of_folder, canonical, close, command_to_close,
    is_unavailable, open_plain, others_who_may, private, sync_content, sync_folder, sync_volume,
    system_program, verbatim,
};

/// What the system says of an open file, all at one moment.
#[derive(Debug, Clone, Copy)]
pub struct FileInfo {
    /// Whether it is a file, and no folder, device or FIFO.
    pub is_file: bool,
    /// How many names it has.
    pub links: u64,
    /// In bytes.
    pub size: u64,
    /// When its content last changed.
    pub modified: SystemTime,
    /// Which file it is, and in what state.
    pub identity: Identity,
}

impl Identity {
    /// Of an open file.
    ///
    /// # Errors
    /// What the file system says.
    pub fn of(file: &File) -> io::Result<Identity> {
        Ok(FileInfo::of(file)?.identity)
    }
}

/// Makes an empty file that only its owner may read. It must not exist yet.
///
/// # Errors
/// What the file system says.
pub fn create_private(path: &Path) -> io::Result<File> {
    match create_closed(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && fs::metadata(path)?.len() == 0 => {
            OpenOptions::new().write(true).open(path)
        }
        other => other,
    }
}

/// The same of a file that must not exist, be it empty.
///
/// # Errors
/// What the file system says.
pub fn create_closed(path: &Path) -> io::Result<File> {
    // Until it is closed, nobody gets hold of it.
    let file = system::unshared(private(OpenOptions::new().write(true).create_new(true))).open(path)?;
    close(path)?;
    Ok(file)
}

/// Makes a folder that only its owner may look into, and the missing ones above it; one that is there stays as it
/// is. What is made has a durable name.
///
/// # Errors
/// What the file system says.
pub fn closed_folder(path: &Path) -> io::Result<()> {
    let there = path.is_dir();
    private_folder(path)?;
    if there { Ok(()) } else { close(path) }
}

/// Makes a folder for the program's own use, and the missing ones above it; that it is there already is no error. What
/// is made has a durable name.
///
/// # Errors
/// What the file system says.
pub fn private_folder(path: &Path) -> io::Result<()> {
    durable_folder(path, system::private_folder)
}

/// The same of a folder that others use too: its permissions are those that the system gives.
///
/// # Errors
/// What the file system says.
pub fn shared_folder(path: &Path) -> io::Result<()> {
    durable_folder(path, |path| fs::create_dir_all(path))
}

fn durable_folder(path: &Path, make: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let missing: Vec<&Path> =
        path.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()).collect();
    make(path)?;
    missing.into_iter().rev().try_for_each(sync_folder_of)
}

/// Makes the folder that holds `path` durable, so that a name made or removed in it survives a power cut.
///
/// # Errors
/// What the file system says.
pub fn sync_folder_of(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => sync_folder(Path::new(".")),
        Some(folder) => sync_folder(folder),
        None => Ok(()),
    }
}

/// Makes the name of a folder durable that may have been made long ago, or by others: the folder above it need not be
/// ours to read.
///
/// # Errors
/// What the file system says.
pub fn sync_name_of_folder(path: &Path) -> io::Result<()> {
    match sync_folder_of(path) {
        // With all that its file system has, the name is written down too.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied && sync_volume(path)?.is_some() => {
            Ok(())
        }
        synced => synced,
    }
}

/// Moves a file within a file system; an existing target is never overwritten.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] where something stands at `to`; else what the file system says.
pub fn rename_noreplace(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(moved) = system::move_exclusively(from, to) {
        return moved;
    }
    // No such call here: take the name first, then replace nothing but our own placeholder.
    OpenOptions::new().write(true).create_new(true).open(to)?;
    fs::rename(from, to).inspect_err(|_| drop(fs::remove_file(to)))
}

/// Whether another program is using a file, as far as the system tells. Where none is, and programs ask each other for
/// locks, none gets to write to it until it is closed here.
///
/// # Errors
/// None; a lock that cannot be asked for is no lock.
#[must_use]
pub fn is_locked(file: &File) -> bool {
    let locked = matches!(file.try_lock_shared(), Err(fs::TryLockError::WouldBlock));
    // Windows keeps out writers anyway, and may take its time with the locks of a file that is closed.
    if cfg!(windows) && !locked {
        drop(file.unlock());
    }
    locked || Lock::is_held(file)
}
