//! Windows.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use winapi_util::file::information;

const FILE_SHARE_READ: u32 = 1;
const FILE_SHARE_DELETE: u32 = 4;
const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;
const FILE_ATTRIBUTE_REPARSE_POINT: u32 = 0x400;
const ERROR_SHARING_VIOLATION: i32 = 32;
const ERROR_LOCK_VIOLATION: i32 = 33;

/// Opens for reading; a reparse point is refused, and a file that somebody is writing is refused.
///
/// # Errors
/// What the file system says; see [`is_elsewhere`].
pub fn open_plain(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .share_mode(FILE_SHARE_READ | FILE_SHARE_DELETE)
        .custom_flags(FILE_FLAG_OPEN_REPARSE_POINT)
        .open(path)?;
    // A link, or a file whose content lies elsewhere (deduplicated, in a cloud): read like this it could be zeros.
    if file.metadata()?.file_attributes() & FILE_ATTRIBUTE_REPARSE_POINT != 0 {
        return Err(io::Error::other("its content lies elsewhere (reparse point)"));
    }
    Ok(file)
}

/// Whether the error says that another program keeps the file to itself.
#[must_use]
pub fn is_elsewhere(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(ERROR_SHARING_VIOLATION | ERROR_LOCK_VIOLATION))
}

/// How many names a file has.
///
/// # Errors
/// What the file system says.
pub fn hard_links(file: &File) -> io::Result<u64> {
    Ok(information(file)?.number_of_links())
}

/// What tells one state of one file from any other, as far as the file system keeps count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    volume: u64,
    index: u64,
    size: u64,
    modified: u64,
}

impl Identity {
    /// Of an open file.
    ///
    /// # Errors
    /// What the file system says.
    pub fn of(file: &File) -> io::Result<Identity> {
        let about = information(file)?;
        let times = file.metadata()?;
        Ok(Identity {
            volume: about.volume_serial_number(),
            index: about.file_index(),
            size: about.file_size(),
            modified: times.last_write_time(),
        })
    }

    /// Whether this is the same file with the same content, its name or permissions aside.
    #[must_use]
    pub fn is_same_content(&self, later: &Identity) -> bool {
        self == later
    }
}

/// Locks are seen when the file is opened.
pub struct Lock;

impl Lock {
    /// Whether another process holds a lock that opening did not show.
    #[must_use]
    pub fn is_held(_file: &File) -> bool {
        false
    }
}

/// What is made takes its permissions from the folder it lies in.
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Makes a folder; that it is there already is no error.
///
/// # Errors
/// What the file system says.
pub fn private_folder(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(path)
}

/// NTFS journals names by itself, and a folder cannot be synced.
///
/// # Errors
/// None.
pub fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// There is no call for it in the standard library.
pub fn move_exclusively(_from: &Path, _to: &Path) -> Option<io::Result<()>> {
    None
}
