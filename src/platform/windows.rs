//! Windows.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::os::windows::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use oem_cp::code_table::DECODING_TABLE_CP850;
use winapi_util::file::information;
use windows_permissions::constants::SeObjectType::SE_FILE_OBJECT;
use windows_permissions::constants::SecurityInformation;
use windows_permissions::wrappers::{
    ConvertSecurityDescriptorToStringSecurityDescriptor, GetNamedSecurityInfo, GetSecurityInfo,
    LookupAccountSid, SetNamedSecurityInfo,
};
use windows_permissions::{LocalBox, SecurityDescriptor, Sid};

use super::FileInfo;
use super::access::{Access, closed, others, owner};
use super::names;

const GENERIC_READ: u32 = 0x8000_0000;
const DELETE: u32 = 0x0001_0000;
const READ_CONTROL: u32 = 0x0002_0000;
const FILE_APPEND_DATA: u32 = 4;
const FILE_READ_ATTRIBUTES: u32 = 0x80;
const FILE_SHARE_READ: u32 = 1;
const FILE_SHARE_WRITE: u32 = 2;
const FILE_SHARE_DELETE: u32 = 4;
const FILE_FLAG_BACKUP_SEMANTICS: u32 = 0x0200_0000;
const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;
const FILE_ATTRIBUTE_REPARSE_POINT: u32 = 0x400;
const ERROR_ACCESS_DENIED: i32 = 5;
const ERROR_SHARING_VIOLATION: i32 = 32;
const ERROR_LOCK_VIOLATION: i32 = 33;
const ERROR_NOT_SUPPORTED: i32 = 50;

/// Opens a file for reading. Refused are a reparse point, a file that somebody is writing, and one that somebody has open
/// without allowing it to be moved: it must be moved after its delivery.
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
        // Without the right to delete, whether the file can be moved shows only when that is tried.
        Err(error) if error.raw_os_error() == Some(ERROR_ACCESS_DENIED) => open(GENERIC_READ)?,
        opened => opened?,
    };
    // A link, or a placeholder for content kept elsewhere (deduplicated, in a cloud), which would be read as zeros.
    if file.metadata()?.file_attributes() & FILE_ATTRIBUTE_REPARSE_POINT != 0 {
        return Err(io::Error::other(super::ContentElsewhere));
    }
    Ok(file)
}

/// The path of a folder with the prefix that turns off the rules of DOS: they take `mad.txt.` for `mad.txt` and `nul.txt` for
/// a device, and limit a path to 260 characters.
#[must_use]
pub fn verbatim(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    whole.to_str().map(names::verbatim).map_or(whole, PathBuf::from)
}

/// The real path, with links resolved; on disks and network shares that cannot resolve it, the path itself.
///
/// # Errors
/// What the file system says.
pub fn canonical(path: &Path) -> io::Result<PathBuf> {
    path.canonicalize().or_else(|_| path.metadata().map(|_| verbatim(path)))
}

/// The full path of a system program, so that none of the same name in another folder is run.
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

/// What a program of the system wrote, as text: UTF-8, or the code page of western Europe's consoles.
#[must_use]
pub fn said_by_program(bytes: Vec<u8>) -> String {
    let letter = |byte: &u8| match byte.checked_sub(0x80) {
        Some(at) => DECODING_TABLE_CP850[usize::from(at)],
        None => char::from(*byte),
    };
    String::from_utf8(bytes).unwrap_or_else(|error| error.as_bytes().iter().map(letter).collect())
}

/// Changes nothing: Windows has this setting only for the whole machine (`TcpAckFrequency`).
pub fn acknowledge_at_once(_socket: &TcpStream) {}

/// One of two sockets that are connected with each other on this machine.
pub type LocalSocket = TcpStream;

/// Two sockets that are connected with each other over the loopback. Another program that connects in between is turned away.
///
/// # Errors
/// What the system says, or that other programs came first again and again.
pub fn local_sockets() -> io::Result<(LocalSocket, LocalSocket)> {
    const TRIES: usize = 100;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let near = TcpStream::connect(listener.local_addr()?)?;
    for _ in 0..TRIES {
        let (far, from) = listener.accept()?;
        if from == near.local_addr()? {
            near.set_nodelay(true)?;
            far.set_nodelay(true)?;
            return Ok((near, far));
        }
    }
    Err(io::ErrorKind::ConnectionRefused.into())
}

/// Ends both ways, since TCP cannot refuse what is written alone: what the other socket has not read yet still comes, then it
/// reads the end.
pub fn refuse_writes(socket: &LocalSocket) {
    // It fails only where the socket has ended already.
    let _ = socket.shutdown(Shutdown::Both);
}

/// Changes nothing: Windows keeps dumps of programs only where an administrator asks for them (`LocalDumps`), and gives this
/// process's memory to its user and to administrators alone.
pub fn keep_out_of_dumps() {}

/// Whether the error says that another program has the file open exclusively.
#[must_use]
pub fn is_unavailable(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(ERROR_SHARING_VIOLATION | ERROR_LOCK_VIOLATION))
}

/// Identifies a file and its state: it differs between files, and between two states of one file, as far as the file system
/// records times of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    volume: u64,
    index: u64,
    size: u64,
    modified: u64,
}

impl FileInfo {
    /// Asks the system about an open file.
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
            changed: about.created()?,
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
    /// The file's volume and number in it: the same for all names and all states of a file.
    #[must_use]
    pub fn number(&self) -> (u64, u64) {
        (self.volume, self.index)
    }

    /// Whether this is the same file with the same content, whatever its name and permissions.
    #[must_use]
    pub fn is_same_content(&self, later: &Identity) -> bool {
        // Some systems report volume 0 for a file that was renamed while it was open, so 0 equals any volume.
        let volume = if self.volume == 0 || later.volume == 0 { self.volume } else { later.volume };
        *self == Identity { volume, ..*later }
    }

    /// Whether both are on the same volume.
    #[must_use]
    pub fn is_beside(&self, other: &Identity) -> bool {
        self.volume == other.volume
    }
}

/// Locks of other processes. Windows reports those when the file is opened.
pub struct Lock;

impl Lock {
    /// Whether another process holds a lock that opening did not show.
    #[must_use]
    pub fn is_held(_file: &File) -> bool {
        false
    }
}

/// Changes nothing: a new file takes its permissions from its folder; see [`restrict_to_owner`].
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// With these options nobody else can open the file while it is open here.
pub fn exclusive(options: &mut OpenOptions) -> &mut OpenOptions {
    options.share_mode(0)
}

/// Creates a folder, and those above it, with the permissions of the folder it lies in. A folder that exists is no error.
///
/// # Errors
/// What the file system says.
pub fn private_folder(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(path)
}

/// Restricts a file, or a folder and everything made in it later, to its owner, SYSTEM and the administrators.
///
/// # Errors
/// What the file system says. One without access lists is no error.
pub fn restrict_to_owner(path: &Path) -> io::Result<()> {
    match security(path).and_then(|list| restrict(path, owner(&list))) {
        Err(error) if error.raw_os_error() == Some(ERROR_NOT_SUPPORTED) => Ok(()),
        done => done,
    }
}

fn restrict(path: &Path, owner: &str) -> io::Result<()> {
    let list = closed(owner, &user()?.to_string(), path.is_dir());
    let list: LocalBox<SecurityDescriptor> = list.parse()?;
    let what = SecurityInformation::Dacl | SecurityInformation::ProtectedDacl;
    SetNamedSecurityInfo(&verbatim(path), SE_FILE_OBJECT, what, None, None, list.dacl(), None)
}

/// Owner and access list of a file in their text form; see [`super::access`].
///
/// # Errors
/// What the file system says.
pub(super) fn security(path: &Path) -> io::Result<String> {
    // These calls take a long path in this form alone.
    text(&*GetNamedSecurityInfo(&verbatim(path), SE_FILE_OBJECT, what())?)
}

/// The same of an open file.
///
/// # Errors
/// What the file system says.
pub(super) fn security_of(file: &File) -> io::Result<String> {
    text(&*GetSecurityInfo(file, SE_FILE_OBJECT, what())?)
}

/// The same of a link itself, not of where it leads.
///
/// # Errors
/// What the file system says.
pub(super) fn security_of_link(link: &Path) -> io::Result<String> {
    let link = OpenOptions::new()
        .access_mode(READ_CONTROL)
        .share_mode(FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)
        .custom_flags(FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT)
        .open(link)?;
    security_of(&link)
}

fn what() -> SecurityInformation {
    SecurityInformation::Owner | SecurityInformation::Dacl
}

fn text(list: &SecurityDescriptor) -> io::Result<String> {
    let list = ConvertSecurityDescriptorToStringSecurityDescriptor(list, what())?;
    Ok(list.to_string_lossy().into_owned())
}

/// Who has this access to a file besides its owner, the user, SYSTEM and the administrators: by name where the machine knows
/// it, else as a SID.
///
/// # Errors
/// What the file system says.
pub fn others_who_may(may: Access, path: &Path) -> io::Result<Vec<String>> {
    let list = security(path)?;
    Ok(others(&list, &spelled(&user()?.to_string()), may).iter().map(|who| name(who)).collect())
}

/// An account as lists write it: some are two letters there.
pub(super) fn spelled(sid: &str) -> String {
    let whole = || -> io::Result<String> {
        let list: LocalBox<SecurityDescriptor> = format!("O:{sid}").parse()?;
        let list = ConvertSecurityDescriptorToStringSecurityDescriptor(&list, SecurityInformation::Owner)?;
        Ok(list.to_string_lossy().trim_start_matches("O:").to_owned())
    };
    whole().unwrap_or_else(|_| sid.to_owned())
}

/// An account of a list as `icacls` takes it in every language: its SID with a `*`.
pub(super) fn starred(who: &str) -> String {
    let sid = who.parse::<LocalBox<Sid>>().map_or_else(|_| who.to_owned(), |sid| sid.to_string());
    format!("*{sid}")
}

pub(super) fn user() -> io::Result<LocalBox<Sid>> {
    windows_permissions::utilities::current_process_sid()
}

/// `DOMAIN\name` for a SID or its two-letter form; `who` itself where the machine does not know it.
pub(super) fn name(who: &str) -> String {
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

/// Changes nothing: NTFS journals changes of names, and Windows cannot sync a folder.
///
/// # Errors
/// None.
pub fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// None: the standard library has no call that renames without overwriting.
pub fn rename_noreplace(_from: &Path, _to: &Path) -> Option<io::Result<()>> {
    None
}

/// When the file was made, in steps of 100 nanoseconds since 1601: more of which file it is cannot be asked without opening it.
#[must_use]
pub fn place_and_change(about: &Metadata) -> Vec<i64> {
    vec![about.creation_time().cast_signed()]
}
