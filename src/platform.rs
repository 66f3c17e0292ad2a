//! Everything that differs between Linux and Windows, so that no other room asks which system it runs on.
//!
//! Paths and open files go in; out comes what the system says or did: opening a file without following links, telling files
//! apart, renaming without overwriting, making a change durable, restricting a file to its owner. Path helpers and atomic
//! writes stand here too, since they rest on these.
//!
//! The files: `unix.rs` and `windows.rs` have the same functions, and one of them is compiled; `names` and `access` are pure
//! and tell how Windows reads names and access lists; `trust` says whom files may belong to, `person` who gives the command,
//! each with a file for either system; `paths` and `atomic` are the helpers.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;
use std::time::SystemTime;

#[cfg_attr(unix, allow(dead_code, reason = "only Windows keeps such lists"))]
mod access;
#[cfg(unix)]
#[path = "platform/accounts_unix.rs"]
mod accounts;
mod atomic;
pub(crate) mod names;
mod paths;
#[cfg(unix)]
#[path = "platform/person_unix.rs"]
mod person;
#[cfg(windows)]
#[path = "platform/person_windows.rs"]
mod person;
#[cfg(unix)]
#[path = "platform/place_unix.rs"]
mod place;
#[cfg(windows)]
#[path = "platform/place_windows.rs"]
mod place;
#[cfg(unix)]
#[path = "platform/unix.rs"]
mod system;
#[cfg(windows)]
#[path = "platform/windows.rs"]
mod system;
mod trust;
#[cfg(unix)]
#[path = "platform/trust_unix.rs"]
mod trusted;
#[cfg(windows)]
#[path = "platform/trust_windows.rs"]
mod trusted;
mod writers;

pub use access::Access;
#[cfg(unix)]
pub use accounts::{Account, Acting};
pub use atomic::{overwrite, replace_private, replace_shared, write_new_for, write_new_private};
pub use paths::{canonical_in_folder, drawn_number, parent_or_dot, temporary_sibling, with_suffix};
pub use person::person;
pub use place::{Folder, Place, leads_elsewhere};
pub use system::{
    Identity, LocalSocket, Lock, acknowledge_at_once, canonical, is_unavailable, keep_out_of_dumps,
    local_sockets, open_plain, others_who_may, place_and_change, private, refuse_writes, restrict_to_owner,
    said_by_program, sync_folder, sync_volume, system_program, verbatim,
};
pub use trust::{Breach, Closed, Wrong};
#[cfg(windows)]
pub use trusted::{Account, Acting};
pub use trusted::{Trust, is_common_folder, is_own, whose};
pub use writers::{WriterSight, writer_sight, written_by_others};

/// What an entry of a folder is, as its listing tells; a link is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A folder.
    Folder,
    /// A regular file.
    File,
    /// A symbolic link; on Windows also a junction.
    Link,
    /// A device, FIFO or socket.
    Other,
}

/// What the system says of an open file, from one call.
#[derive(Debug, Clone, Copy)]
pub struct FileInfo {
    /// Whether it is a regular file: no folder, device or FIFO.
    pub is_file: bool,
    /// How many hard links it has.
    pub links: u64,
    /// Its size in bytes.
    pub size: u64,
    /// When its content last changed, as it says itself: a copy keeps the old time while it is being written.
    pub modified: SystemTime,
    /// When its status last changed: content, name, owner, permissions. On Windows, where the standard library does not
    /// tell that time, when it was created.
    pub changed: SystemTime,
    /// Which file it is, and in which state.
    pub identity: Identity,
}

impl Identity {
    /// The identity of an open file.
    ///
    /// # Errors
    /// What the file system says.
    pub fn of(file: &File) -> io::Result<Identity> {
        Ok(FileInfo::of(file)?.identity)
    }
}

/// A link of Windows' own, or a file whose content lies elsewhere, as in a cloud: read as it stands it could be zeros.
#[derive(Debug)]
#[cfg_attr(unix, allow(dead_code, reason = "only Windows has such files"))]
pub struct ContentElsewhere;

impl ContentElsewhere {
    /// Whether that is why a file could not be opened.
    #[must_use]
    pub fn is(error: &io::Error) -> bool {
        matches!(error.get_ref(), Some(inner) if inner.is::<ContentElsewhere>())
    }
}

impl fmt::Display for ContentElsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a link, or a file whose content lies elsewhere")
    }
}

impl std::error::Error for ContentElsewhere {}

/// Creates a file that only its owner may read and opens it for writing. A file that exists is replaced if it is empty: an
/// interrupted run may have left it.
///
/// # Errors
/// What the file system says.
pub fn create_private(path: &Path) -> io::Result<File> {
    match create_new_private(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let there = fs::symlink_metadata(path)?;
            if !there.is_file() || there.len() > 0 {
                return Err(error);
            }
            // Somebody else may have left it, so take it away rather than write into it.
            fs::remove_file(path)?;
            create_new_private(path)
        }
        other => other,
    }
}

/// Creates a file that only its owner may read and opens it for writing. It must not exist, not even empty.
///
/// # Errors
/// What the file system says.
pub fn create_new_private(path: &Path) -> io::Result<File> {
    // Open it exclusively until its permissions are set: on Windows it would first have those of its folder.
    let file = system::exclusive(private(OpenOptions::new().write(true).create_new(true))).open(path)?;
    restrict_to_owner(path)?;
    Ok(file)
}

/// Creates a folder, and those above it, for its owner alone. The permissions of a folder that exists are not changed.
/// What is created has a durable name.
///
/// # Errors
/// What the file system says.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    let there = path.is_dir();
    private_folder(path)?;
    if there { Ok(()) } else { restrict_to_owner(path) }
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

/// The same of the folder of a configuration. On Windows what is made is closed to others, since everybody may add to folders
/// as `%ProgramData%` has them, and the ledger may lie in it; on Linux others pass through it to the drop folder.
///
/// # Errors
/// What the file system says.
pub fn folder_of_configuration(path: &Path) -> io::Result<()> {
    if cfg!(windows) { create_private_folder(path) } else { shared_folder(path) }
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
    // The root has no parent, and nothing can be made or removed beside it.
    if path.parent().is_none() { Ok(()) } else { sync_folder(parent_or_dot(path)) }
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
    if let Some(moved) = system::rename_noreplace(from, to) {
        return moved;
    }
    // The system has no such call: create an empty file under the new name first, which fails where the name is taken, and
    // then replace that.
    OpenOptions::new().write(true).create_new(true).open(to)?;
    fs::rename(from, to).inspect_err(|_| drop(fs::remove_file(to)))
}

/// Whether another program holds a lock on a file. If not, this leaves a shared lock on it until the file is closed (not on
/// Windows), so that programs which respect locks do not write to it meanwhile. False where the file system has no locks.
#[must_use]
pub fn is_locked(file: &File) -> bool {
    let locked = matches!(file.try_lock_shared(), Err(fs::TryLockError::WouldBlock));
    // On Windows the open file already keeps writers out, and the lock could outlive the file's closing for a while.
    if cfg!(windows) && !locked {
        drop(file.unlock());
    }
    locked || Lock::is_held(file)
}
