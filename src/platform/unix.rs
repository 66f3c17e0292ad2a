//! Linux and other Unix systems.

use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io;
use std::net::TcpStream;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::{CWD, OFlags, RenameFlags};
use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::FileInfo;
use super::access::Access;

/// Opens a file for reading. A symbolic link is refused, and opening a FIFO does not wait for a writer.
///
/// # Errors
/// What the file system says.
pub fn open_plain(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)
}

/// The path itself: only Windows reads some paths in a special way.
#[must_use]
pub fn verbatim(path: &Path) -> PathBuf {
    path.to_owned()
}

/// The real path, with links resolved.
///
/// # Errors
/// What the file system says.
pub fn canonical(path: &Path) -> io::Result<PathBuf> {
    path.canonicalize()
}

/// The name of a system program, as it is: `PATH` finds it. Only Windows needs a full path.
#[must_use]
pub fn system_program(name: &str) -> PathBuf {
    PathBuf::from(name)
}

/// What a program of the system wrote, as text.
#[must_use]
pub fn said_by_program(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// Whether the error says that another program has the file open exclusively. Unix has no such mode.
#[must_use]
pub fn is_unavailable(_error: &io::Error) -> bool {
    false
}

/// Identifies a file and its state: it differs between files, and between two states of one file, as far as the file system
/// records times of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl FileInfo {
    /// Asks the system about an open file, in one call.
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
            changed: moment(about.ctime(), about.ctime_nsec()),
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

/// A moment from the seconds since 1970, which may be negative, and the nanoseconds after them.
fn moment(seconds: i64, nanoseconds: i64) -> SystemTime {
    let whole = Duration::from_secs(seconds.unsigned_abs());
    let start = if seconds < 0 { UNIX_EPOCH.checked_sub(whole) } else { UNIX_EPOCH.checked_add(whole) };
    start.unwrap_or(UNIX_EPOCH) + Duration::from_nanos(nanoseconds.unsigned_abs())
}

impl Identity {
    /// The file's device and number in it: the same for all names and all states of a file.
    #[must_use]
    pub fn number(&self) -> (u64, u64) {
        (self.device, self.inode)
    }

    /// Whether this is the same file with the same content, whatever its name and permissions. The time of status change is
    /// left out, since a rename changes it.
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

/// Record locks (`fcntl`), which `flock` does not see.
pub struct Lock;

impl Lock {
    /// Whether another process holds a record lock on the file.
    #[must_use]
    pub fn is_held(file: &File) -> bool {
        use rustix::process::{Flock, FlockType, fcntl_getlk};
        matches!(fcntl_getlk(file, &Flock::from(FlockType::ReadLock)), Ok(Some(_)))
    }
}

/// With these options a new file may be read and written by its owner only.
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(0o600)
}

/// Changes nothing: [`private`] restricts a file from its creation, so it need not be opened exclusively.
pub fn exclusive(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Creates a folder, and those above it, for the owner alone. A folder that exists is no error.
///
/// # Errors
/// What the file system says.
pub fn private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Changes nothing: [`private`] and [`private_folder`] restrict files and folders from their creation.
///
/// # Errors
/// None.
pub fn restrict_to_owner(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Who besides the owner has this access to a file: its mode in octal, or nothing where nobody has.
///
/// # Errors
/// What the file system says.
pub fn others_who_may(may: Access, path: &Path) -> io::Result<Vec<String>> {
    let mode = std::fs::metadata(path)?.mode();
    let others = match may {
        Access::Read => 0o077,
        Access::Write | Access::Above | Access::Root => 0o022,
    };
    Ok(if mode & others == 0 { Vec::new() } else { vec![format!("{:o}", mode & 0o7777)] })
}

/// Makes the content of an open file durable, and answers the file that this was done to; none where it is no plain file.
///
/// # Errors
/// What the file system says of the sync.
pub fn sync_content(file: &File) -> io::Result<Option<Identity>> {
    let about = FileInfo::of(file)?;
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
    sync_volume_of(&File::open(folder)?)
}

/// The same of a folder that is open.
///
/// # Errors
/// What the file system says.
pub fn sync_volume_of(folder: &File) -> io::Result<Option<Identity>> {
    #[cfg(target_os = "linux")]
    {
        rustix::fs::syncfs(folder)?;
        Ok(Some(Identity::of(folder)?))
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = folder;
        Ok(None)
    }
}

/// Makes changes of the names in a folder durable.
///
/// # Errors
/// What the file system says. One that cannot sync folders is no error.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    match File::open(path)?.sync_all() {
        Err(error) if error.raw_os_error() == Some(Errno::INVAL.raw_os_error()) => Ok(()),
        other => other,
    }
}

/// Asks the system to acknowledge the next bytes at once, where it can. By default it delays the acknowledgement for data to
/// send with it, and a server that waits for it delays its next packet: 40 ms in every login.
pub fn acknowledge_at_once(socket: &TcpStream) {
    #[cfg(target_os = "linux")]
    // A failure only costs time.
    let _ = rustix::net::sockopt::set_tcp_quickack(socket, true);
    #[cfg(not(target_os = "linux"))]
    let _ = socket;
}

/// One of two sockets that are connected with each other on this machine.
pub type LocalSocket = std::os::unix::net::UnixStream;

/// Two sockets that are connected with each other and that nobody else can reach.
///
/// # Errors
/// What the system says.
pub fn local_sockets() -> io::Result<(LocalSocket, LocalSocket)> {
    LocalSocket::pair()
}

/// What is written to the other socket fails from here on. What it has not read yet still comes.
pub fn refuse_writes(socket: &LocalSocket) {
    // It fails only where the socket has ended already.
    let _ = socket.shutdown(std::net::Shutdown::Read);
}

/// From here on the system writes no dump of this process's memory, and no other program of the same user may read it.
/// To be called before a secret or a citizen's record is read; it holds until the process ends, and not for the programs that it
/// starts. Where the system refuses, its own settings hold.
pub fn keep_out_of_dumps() {
    // strace cannot show the paths of such a process to anybody but root; tests that read them leave it out.
    #[cfg(debug_assertions)]
    if std::env::var_os("TRAEKFIL_TRACED").is_some() {
        return;
    }
    let most = getrlimit(Resource::Core).maximum;
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: most });
    // A program that receives dumps (`core_pattern`) is given them in spite of the limit.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

/// Renames without overwriting in one step; none where the file system cannot do that.
pub fn rename_noreplace(from: &Path, to: &Path) -> Option<io::Result<()>> {
    #[cfg(target_os = "linux")]
    match rustix::fs::renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS) => None,
        other => Some(other.map_err(io::Error::from)),
    }
    #[cfg(not(target_os = "linux"))]
    None
}

/// Which file it is and when anything about it was last changed: device, inode, seconds and nanoseconds.
#[must_use]
pub fn place_and_change(about: &Metadata) -> Vec<i64> {
    vec![about.dev().cast_signed(), about.ino().cast_signed(), about.ctime(), about.ctime_nsec()]
}
