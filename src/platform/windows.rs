//! Windows.

use std::fs::{File, OpenOptions};
use std::io;
use std::net::TcpStream;
use std::os::windows::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use winapi_util::file::information;
use windows_permissions::constants::SeObjectType::SE_FILE_OBJECT;
use windows_permissions::constants::SecurityInformation;
use windows_permissions::wrappers::{
    ConvertSecurityDescriptorToStringSecurityDescriptor, GetNamedSecurityInfo, LookupAccountSid,
    SetNamedSecurityInfo,
};
use windows_permissions::{LocalBox, SecurityDescriptor, Sid};

use super::FileInfo;
use super::access::{Access, others};
use super::names;

const GENERIC_READ: u32 = 0x8000_0000;
const DELETE: u32 = 0x0001_0000;
const FILE_APPEND_DATA: u32 = 4;
const FILE_READ_ATTRIBUTES: u32 = 0x80;
const FILE_SHARE_READ: u32 = 1;
const FILE_SHARE_WRITE: u32 = 2;
const FILE_SHARE_DELETE: u32 = 4;
const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;
const FILE_ATTRIBUTE_REPARSE_POINT: u32 = 0x400;
const ERROR_ACCESS_DENIED: i32 = 5;
const ERROR_SHARING_VIOLATION: i32 = 32;
const ERROR_LOCK_VIOLATION: i32 = 33;
const ERROR_NOT_SUPPORTED: i32 = 50;

/// Opens for reading; a reparse point is refused, and so is a file that somebody is writing, or has open in a way that
/// would keep us from moving it afterwards.
///
/// # Errors
/// What the file system says; see [`is_unavailable`].
pub fn open_plain(path: &Path) -> io::Result<File> {
    let open = |access| {
        OpenOptions::new()
            .access_mode(access)
            .share_mode(FILE_SHARE_READ | FILE_SHARE_DELETE)
            .custom_flags(FILE_FLAG_OPEN_REPARSE_POINT)
            .open(path)
    };
    let file = match open(GENERIC_READ | DELETE) {
        // Who may only read it finds out no more than that.
        Err(error) if error.raw_os_error() == Some(ERROR_ACCESS_DENIED) => open(GENERIC_READ)?,
        opened => opened?,
    };
    // A link, or a file whose content lies elsewhere (deduplicated, in a cloud): read like this it could be zeros.
    if file.metadata()?.file_attributes() & FILE_ATTRIBUTE_REPARSE_POINT != 0 {
        return Err(io::Error::other(crate::messages::run::content_elsewhere()));
    }
    Ok(file)
}

/// The path of a folder as it is: names in it are not read by the rules of DOS, which take `mad.txt.` for `mad.txt` and `nul.txt` for a
/// device, and it does not end at 260 characters.
#[must_use]
pub fn verbatim(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    whole.to_str().map(names::verbatim).map_or(whole, PathBuf::from)
}

/// Where a path really leads. Some disks and shares do not tell: then it is the path as it stands.
///
/// # Errors
/// What the file system says.
pub fn canonical(path: &Path) -> io::Result<PathBuf> {
    path.canonicalize().or_else(|_| path.metadata().map(|_| verbatim(path)))
}

/// A program of the system's own, by its full path: no other folder is searched for it.
///
/// Programs built with debug assertions, as tests are, look into `TRAEKFIL_SYSTEM32` instead.
#[must_use]
pub fn system_program(name: &str) -> PathBuf {
    #[cfg(debug_assertions)]
    if let Some(folder) = std::env::var_os("TRAEKFIL_SYSTEM32") {
        return PathBuf::from(folder).join(format!("{name}.exe"));
    }
    let root = std::env::var_os("SystemRoot").unwrap_or_else(|| r"C:\Windows".into());
    PathBuf::from(root).join("System32").join(format!("{name}.exe"))
}

/// Whoever may write into a folder may go on with what others make there; see [`close`].
///
/// # Errors
/// None.
pub fn become_owner_of_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Windows is told so for the whole machine alone (`TcpAckFrequency`).
pub fn acknowledge_at_once(_socket: &TcpStream) {}

/// Whether the error says that another program keeps the file to itself.
#[must_use]
pub fn is_unavailable(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(ERROR_SHARING_VIOLATION | ERROR_LOCK_VIOLATION))
}

/// What tells one state of one file from any other, as far as the file system keeps count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    volume: u64,
    index: u64,
    size: u64,
    modified: u64,
}

impl FileInfo {
    /// Of an open file.
    ///
    /// # Errors
    /// What the file system says.
    pub fn of(file: &File) -> io::Result<FileInfo> {
        let numbers = information(file)?;
        let about = file.metadata()?;
        Ok(FileInfo {
            is_file: about.is_file(),
            links: numbers.number_of_links(),
            size: numbers.file_size(),
            modified: about.modified()?,
            identity: Identity {
                volume: numbers.volume_serial_number(),
                index: numbers.file_index(),
                size: numbers.file_size(),
                modified: about.last_write_time(),
            },
        })
    }
}

impl Identity {
    /// Whether this is the same file with the same content, its name or permissions aside.
    #[must_use]
    pub fn is_same_content(&self, later: &Identity) -> bool {
        // Not every system tells the volume of a file that was renamed while it was open.
        let volume = if self.volume == 0 || later.volume == 0 { self.volume } else { later.volume };
        *self == Identity { volume, ..*later }
    }

    /// Whether both are on the same volume.
    #[must_use]
    pub fn is_beside(&self, other: &Identity) -> bool {
        self.volume == other.volume
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

/// What is made takes its permissions from the folder it lies in; see [`close`].
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// While it is open for us nobody else can open it.
pub fn unshared(options: &mut OpenOptions) -> &mut OpenOptions {
    options.share_mode(0)
}

/// Makes a folder, which takes its permissions from the one it lies in; that it is there already is no error.
///
/// # Errors
/// What the file system says.
pub fn private_folder(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(path)
}

/// Lets nobody read or write a file, or a folder and what will be made in it, but the user, SYSTEM and the
/// administrators.
///
/// # Errors
/// What the file system says. That it keeps no access lists is no error.
pub fn close(path: &Path) -> io::Result<()> {
    let inherited = if path.is_dir() { "OICI" } else { "" };
    let list = format!("D:P(A;{inherited};FA;;;SY)(A;{inherited};FA;;;BA)(A;{inherited};FA;;;{})", user()?);
    let list: LocalBox<SecurityDescriptor> = list.parse()?;
    let what = SecurityInformation::Dacl | SecurityInformation::ProtectedDacl;
    match SetNamedSecurityInfo(path, SE_FILE_OBJECT, what, None, None, list.dacl(), None) {
        Err(error) if error.raw_os_error() == Some(ERROR_NOT_SUPPORTED) => Ok(()),
        done => done,
    }
}

/// Who may do that with a file, besides its owner, the user, SYSTEM and the administrators: by name, as far as
/// the machine knows their names.
///
/// # Errors
/// What the file system says.
pub fn others_who_may(may: Access, path: &Path) -> io::Result<Vec<String>> {
    let what = SecurityInformation::Owner | SecurityInformation::Dacl;
    let list = GetNamedSecurityInfo(path, SE_FILE_OBJECT, what)?;
    let list = ConvertSecurityDescriptorToStringSecurityDescriptor(&list, what)?;
    // The user as such a list would write her: some accounts are two letters there.
    let user: LocalBox<SecurityDescriptor> = format!("O:{}", user()?).parse()?;
    let user = ConvertSecurityDescriptorToStringSecurityDescriptor(&user, SecurityInformation::Owner)?;
    let user = user.to_string_lossy();
    let found = others(&list.to_string_lossy(), user.trim_start_matches("O:"), may);
    Ok(found.iter().map(|who| name(who)).collect())
}

/// What closes a file to others, as a person may type it.
#[must_use]
pub fn command_to_close(path: &Path) -> String {
    let user = user().map_or_else(|_| "%USERNAME%".to_owned(), |user| name(&user.to_string()));
    format!(
        "icacls \"{}\" /inheritance:r /grant:r \"{user}:F\" \"*S-1-5-18:F\" \"*S-1-5-32-544:F\"",
        path.display()
    )
}

fn user() -> io::Result<LocalBox<Sid>> {
    windows_permissions::utilities::current_process_sid()
}

/// `DOMAIN\name` of a SID or its two letters; as it is, where nobody knows it.
fn name(who: &str) -> String {
    let known = who.parse::<LocalBox<Sid>>().and_then(|sid| LookupAccountSid(&sid));
    let Ok((name, domain)) = known else { return who.to_owned() };
    let (name, domain) = (name.to_string_lossy(), domain.to_string_lossy());
    if domain.is_empty() { name.into_owned() } else { format!("{domain}\\{name}") }
}

/// Makes the content of a file durable, and answers the file that this was done to; none where there is no plain file
/// to be opened for writing, as Windows wants it for this, or somebody has it open who allows no writer.
///
/// # Errors
/// What the file system says of the sync.
pub fn sync_content(path: &Path) -> io::Result<Option<Identity>> {
    let file = OpenOptions::new()
        .access_mode(FILE_APPEND_DATA | FILE_READ_ATTRIBUTES)
        .share_mode(FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)
        .custom_flags(FILE_FLAG_OPEN_REPARSE_POINT)
        .open(path);
    let Ok(file) = file else { return Ok(None) };
    let about = FileInfo::of(&file)?;
    if !about.is_file {
        return Ok(None);
    }
    file.sync_all()?;
    Ok(Some(about.identity))
}

/// Only an administrator may do that to a whole volume here.
///
/// # Errors
/// None.
pub fn sync_volume(_folder: &Path) -> io::Result<Option<Identity>> {
    Ok(None)
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
