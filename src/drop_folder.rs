//! Reading the drop folder: listing its files, checking which of them are safe and complete, and digesting them.
//!
//! Others write to the folder while it is read. So a file is opened once, without following links; its kind, size and times
//! are asked of that descriptor before and after it is read through it. A file that is not a plain file, or was changed
//! within `scan.settle`, is reported with the reason instead.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use crate::digest::{Digest, Hasher};
use crate::failpoint::failpoint;
use crate::model::decision::{Blocked, Unsafe, Unsettled};
use crate::names;
use crate::platform::{self, ContentElsewhere, FileInfo, Identity, Place};
use crate::series::HEAD_BYTES;

mod listing;

pub use listing::{list, list_all, list_named};
const READ_SIZE: usize = 256 * 1024;
/// From so many bytes on, a file is digested and listened to on two threads.
const SHARED: u64 = 1 << 20;
/// The longest time that a run watches files for. Where `scan.settle` is longer, a file with a time of change in the future
/// waits for the next run.
const LONGEST_WATCH: Duration = Duration::from_secs(60);

thread_local! {
    /// Each thread's buffer for reading.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// What was left out of the list.
#[derive(Debug, Clone, Copy, Default)]
pub struct Excluded {
    /// How many files the scan rules exclude.
    pub files: usize,
    /// How many folders were not read.
    pub folders: usize,
}

/// One entry of the folder.
#[derive(Debug, Clone)]
pub struct FolderEntry {
    /// Its path in the drop folder, with `/`; what is not Unicode in it is replaced.
    pub path: String,
    /// Where it stands.
    pub place: Place,
    /// Why its name or kind makes it unsafe to touch; none where it is safe.
    pub unsafe_because: Option<Unsafe>,
}

/// A file as it was read.
#[derive(Debug, Clone)]
pub struct FileSnapshot {
    /// The digest of its bytes.
    pub digest: Digest,
    /// How many bytes it has.
    pub size: u64,
    /// Its first [`HEAD_BYTES`] bytes; empty where they were not asked for.
    pub head: Vec<u8>,
    /// The file's identity and state when it was read.
    pub identity: Identity,
}

/// The drop folder could not be listed.
#[derive(Debug)]
pub struct NotListed {
    /// The drop folder.
    pub folder: PathBuf,
    /// What the file system says.
    pub error: io::Error,
}

/// A path relative to the drop folder, with `/` on every system.
#[must_use]
pub fn shown(inside: &Path) -> String {
    let parts: Vec<_> =
        inside.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    parts.join("/")
}

/// Why a path relative to the drop folder is unsafe: it would mislead a person, a log or the server. None where it is safe.
#[must_use]
pub fn unsafe_name(inside: &Path) -> Option<Unsafe> {
    names::unsafe_path(inside).map(Unsafe::Name)
}

/// When a file may be read, and how much of it.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long the file must have been unchanged.
    pub settle: Duration,
    /// The moment from which that counts back.
    pub now: SystemTime,
    /// The most bytes that a file may have to be sent at all (`scan.largest`).
    pub largest: u64,
    /// The most bytes that a file may have to be read now; a larger one is [`NotRead::Later`].
    pub at_once: u64,
    /// Whether it may have several names (hard links), as files have that are only read and neither sent nor moved.
    pub may_be_linked: bool,
}

impl Limits {
    /// Whatever the file's age and size.
    pub const NONE: Limits = Limits {
        settle: Duration::ZERO,
        now: SystemTime::UNIX_EPOCH,
        largest: u64::MAX,
        at_once: u64::MAX,
        may_be_linked: false,
    };
}

/// Why a file was not read.
#[derive(Debug)]
pub enum NotRead {
    /// It must not be touched, or not yet.
    Blocked(Blocked),
    /// It has so many bytes, more than are to be read now.
    Later(u64),
}

impl From<Blocked> for NotRead {
    fn from(blocked: Blocked) -> NotRead {
        NotRead::Blocked(blocked)
    }
}

/// Is handed the bytes of a file while they are read for its digest, in pieces of any size.
pub type Listener<'a> = dyn FnMut(&[u8]) + Send + 'a;

/// Reads a file within these limits; `keep_head` also keeps its first bytes, and `listener` gets all of them.
///
/// # Errors
/// Why it was not read. Nothing is read of a file that is too large. What the listener got counts for nothing then.
pub fn read(
    file: &FolderEntry,
    limits: Limits,
    keep_head: bool,
    listener: Option<&mut Listener<'_>>,
) -> Result<FileSnapshot, NotRead> {
    if let Some(because) = &file.unsafe_because {
        return Err(Blocked::Unsafe(because.clone()).into());
    }
    // Taken out while it is used: a thread that waits for a listener may read another file meanwhile.
    let mut buffer = BUFFER.take();
    buffer.resize(READ_SIZE, 0);
    let read = read_one(&file.place, limits, keep_head, listener, &mut buffer);
    BUFFER.set(buffer);
    read
}

/// What watching a file for `scan.settle` showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stability {
    /// It did not change.
    Still,
    /// It changed, or would have had to be watched for longer than a minute.
    Moved,
    /// It was not watched: its time of change lies in the past, so its age says whether it is complete.
    Not,
}

/// Watches all files whose time of change lies after `now`, together, for `settle`: their age says nothing. Returns one
/// answer for each file, in their order.
#[must_use]
pub fn watch<'a>(
    unsettled: impl Iterator<Item = &'a FolderEntry>,
    settle: Duration,
    now: SystemTime,
) -> Vec<Stability> {
    // Compare the identity too: it shows a change even where somebody put size and time of change back.
    let state = |file: &FolderEntry| {
        let (_, about) = open(&file.place).ok()?;
        Some((age_of(&about, settle, now), about.identity))
    };
    let before: Vec<_> = unsettled
        .map(|file| {
            let in_future = state(file).filter(|(age, _)| *age == Age::Unknown);
            (file, in_future)
        })
        .collect();
    let watching = settle <= LONGEST_WATCH && before.iter().any(|(_, in_future)| in_future.is_some());
    if watching {
        failpoint("watching");
        thread::sleep(settle);
    }
    before
        .into_iter()
        .map(|(file, in_future)| match in_future {
            None => Stability::Not,
            Some(then) if watching && state(file) == Some(then) => Stability::Still,
            Some(_) => Stability::Moved,
        })
        .collect()
}

/// What the times of a file say of its age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Age {
    /// It has been unchanged for long enough.
    Settled,
    /// It was changed too recently.
    Young,
    /// It bears a time after `now`, as after a clock was set back, or since it was written while the folder was read. Its age
    /// says nothing.
    Unknown,
}

/// How old a file is at `now`, by the later of the times of its content and of its status.
fn age_of(about: &FileInfo, settle: Duration, now: SystemTime) -> Age {
    if settle.is_zero() {
        return Age::Settled;
    }
    let ages = [about.modified, about.changed].map(|time| now.duration_since(time).ok());
    if ages.iter().flatten().any(|age| *age < settle) {
        Age::Young
    } else if ages.contains(&None) {
        Age::Unknown
    } else {
        Age::Settled
    }
}

/// Reads one file through one descriptor.
fn read_one(
    place: &Place,
    limits: Limits,
    keep_head: bool,
    listener: Option<&mut Listener<'_>>,
    buffer: &mut [u8],
) -> Result<FileSnapshot, NotRead> {
    failpoint("opening");
    let (mut file, about) = open_any(place, limits.may_be_linked)?;
    if about.size > limits.largest {
        return Err(Blocked::Unsafe(Unsafe::TooLarge { largest: limits.largest }).into());
    }
    let Limits { settle, now, .. } = limits;
    if matches!(age_of(&about, settle, now), Age::Young | Age::Unknown) {
        return Err(Blocked::Unsettled(Unsettled::ChangedJustNow).into());
    }
    if about.size > limits.at_once {
        return Err(NotRead::Later(about.size));
    }
    if platform::is_locked(&file) {
        return Err(Blocked::Unsettled(Unsettled::InUse).into());
    }
    let (digest, size, head) =
        hash(&mut file, about.size, keep_head, listener, buffer).map_err(unreadable)?;
    if Identity::of(&file).map_err(unreadable)? != about.identity || size != about.size {
        return Err(Blocked::Unsettled(Unsettled::StillChanging).into());
    }
    Ok(FileSnapshot { digest, size, head, identity: about.identity })
}

/// Opens a file for reading and checks that it is a plain file with one name (no hard links).
///
/// # Errors
/// Why it must not be sent, or not yet.
pub fn open(place: &Place) -> Result<(File, FileInfo), Blocked> {
    open_any(place, false)
}

fn open_any(place: &Place, may_be_linked: bool) -> Result<(File, FileInfo), Blocked> {
    let file = place.open_plain().map_err(unreadable)?;
    let about = FileInfo::of(&file).map_err(unreadable)?;
    if !about.is_file {
        return Err(Blocked::Unsafe(Unsafe::NotAFile));
    }
    if about.links > 1 && !may_be_linked {
        return Err(Blocked::Unsafe(Unsafe::HardLinks));
    }
    Ok((file, about))
}

/// A file that disappears between listing and reading, or is in use, is not unsafe, only unsettled.
#[allow(clippy::needless_pass_by_value)] // so that it can be given to `map_err`
fn unreadable(error: io::Error) -> Blocked {
    if error.kind() == io::ErrorKind::NotFound {
        Blocked::Unsettled(Unsettled::WentAway)
    } else if platform::is_unavailable(&error) {
        Blocked::Unsettled(Unsettled::InUse)
    } else if ContentElsewhere::is(&error) {
        Blocked::Unsafe(Unsafe::ContentElsewhere)
    } else if platform::leads_elsewhere(&error) {
        Blocked::Unsafe(Unsafe::Symlink)
    } else {
        Blocked::Unsafe(Unsafe::Unreadable(error.to_string()))
    }
}

/// Digests the whole file. A read that returns fewer bytes than the buffer holds, and ends exactly at the expected size, is
/// taken for the end: this saves one system call for each file.
fn hash(
    file: &mut File,
    expected: u64,
    keep_head: bool,
    mut listener: Option<&mut Listener<'_>>,
    buffer: &mut [u8],
) -> io::Result<(Digest, u64, Vec<u8>)> {
    let mut hasher = Hasher::new();
    let mut size = 0;
    let mut head = Vec::new();
    loop {
        let n = match file.read(buffer) {
            Ok(0) => return Ok((hasher.finish(), size, head)),
            Ok(n) => n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if keep_head && head.len() < HEAD_BYTES {
            head.extend_from_slice(&buffer[..n.min(HEAD_BYTES - head.len())]);
        }
        match &mut listener {
            Some(listener) if expected >= SHARED => {
                // the listener on this thread, in whose cache the bytes are: it goes to and fro in them, the digest straight on
                rayon::join(|| listener(&buffer[..n]), || hasher.update(&buffer[..n]));
            }
            Some(listener) => {
                hasher.update(&buffer[..n]);
                listener(&buffer[..n]);
            }
            None => hasher.update(&buffer[..n]),
        }
        size += n as u64;
        if n < buffer.len() && size == expected {
            return Ok((hasher.finish(), size, head));
        }
    }
}

/// Digests a plain file, whatever its age.
///
/// # Errors
/// Why it cannot be read.
pub fn digest(place: &Place) -> Result<(Digest, u64, Identity), Blocked> {
    let mut buffer = vec![0; READ_SIZE];
    match read_one(place, Limits::NONE, false, None, &mut buffer) {
        Ok(reading) => Ok((reading.digest, reading.size, reading.identity)),
        Err(NotRead::Blocked(blocked)) => Err(blocked),
        // No file has more bytes than there are numbers.
        Err(NotRead::Later(_)) => Err(Blocked::Unsettled(Unsettled::StillChanging)),
    }
}

#[cfg(test)]
mod tests;
