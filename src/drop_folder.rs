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

use crate::config::Scan;
use crate::digest::{Digest, Hasher};
use crate::failpoint::failpoint;
use crate::model::decision::{Blocked, Unsafe, Unsettled};
use crate::names;
use crate::platform::{self, ContentElsewhere, FileInfo, Identity};
use crate::series::HEAD_BYTES;

const READ_SIZE: usize = 256 * 1024;
/// The longest time that a run watches files for. Where `scan.settle` is longer, a file with a time of change in the future
/// waits for the next run.
const LONGEST_WATCH: Duration = Duration::from_secs(60);

thread_local! {
    /// Each thread's buffer for reading.
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_SIZE]);
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
    /// Its full path.
    pub place: PathBuf,
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

/// The drop folder, or a folder in it, could not be listed.
#[derive(Debug)]
pub struct NotListed {
    /// The drop folder.
    pub folder: PathBuf,
    /// What the file system says.
    pub error: walkdir::Error,
}

/// Lists the drop folder and calls `each` for every file that the scan rules include, as it is found.
///
/// # Errors
/// [`NotListed`]: then nothing is known, and nothing is sent.
pub fn list(drop: &Path, scan: &Scan, mut each: impl FnMut(FolderEntry)) -> Result<Excluded, NotListed> {
    let mut left_out = Excluded::default();
    let depth = if scan.subfolders { usize::MAX } else { 1 };
    let root = platform::verbatim(drop);
    let walk = walkdir::WalkDir::new(&root).min_depth(1).max_depth(depth).follow_links(false);
    for entry in walk {
        let entry = entry.map_err(|error| NotListed { folder: drop.to_owned(), error })?;
        let kind = entry.file_type();
        if kind.is_dir() {
            left_out.folders += usize::from(!scan.subfolders);
            continue;
        }
        let name = entry.file_name().to_string_lossy();
        if !scan.include.is_match(name.as_ref()) || scan.exclude.is_match(name.as_ref()) {
            left_out.files += 1;
            continue;
        }
        let inside = match entry.depth() {
            1 => Path::new(entry.file_name()),
            _ => entry.path().strip_prefix(&root).unwrap_or(entry.path()),
        };
        let unsafe_because = unsafe_name(inside).or_else(|| {
            let is_link = kind.is_symlink().then_some(Unsafe::Symlink);
            is_link.or_else(|| (!kind.is_file()).then_some(Unsafe::NotAFile))
        });
        each(FolderEntry { path: shown(inside), unsafe_because, place: entry.into_path() });
    }
    Ok(left_out)
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

/// Reads a file that was last changed at least `settle` before `now`; `keep_head` also keeps its first bytes.
///
/// # Errors
/// Why it must not be touched, or not yet.
pub fn read(
    file: &FolderEntry,
    settle: Duration,
    now: SystemTime,
    keep_head: bool,
) -> Result<FileSnapshot, Blocked> {
    match &file.unsafe_because {
        Some(because) => Err(Blocked::Unsafe(because.clone())),
        None => BUFFER.with_borrow_mut(|buffer| read_one(&file.place, settle, now, keep_head, buffer)),
    }
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
        Some((about.modified, about.identity))
    };
    let before: Vec<_> = unsettled
        .map(|file| {
            let in_future = state(file).filter(|(modified, _)| !settle.is_zero() && *modified > now);
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

/// Reads one file through one descriptor.
fn read_one(
    place: &Path,
    settle: Duration,
    now: SystemTime,
    keep_head: bool,
    buffer: &mut [u8],
) -> Result<FileSnapshot, Blocked> {
    let (mut file, about) = open(place)?;
    // A time of change after `now` means that the file was written while the folder was read, so it has not settled.
    if !settle.is_zero() && now.duration_since(about.modified).map_or(true, |age| age < settle) {
        return Err(Blocked::Unsettled(Unsettled::ChangedJustNow));
    }
    if platform::is_locked(&file) {
        return Err(Blocked::Unsettled(Unsettled::InUse));
    }
    let (digest, size, head) = hash(&mut file, about.size, keep_head, buffer).map_err(unreadable)?;
    if Identity::of(&file).map_err(unreadable)? != about.identity || size != about.size {
        return Err(Blocked::Unsettled(Unsettled::StillChanging));
    }
    Ok(FileSnapshot { digest, size, head, identity: about.identity })
}

/// Opens a file for reading and checks that it is a plain file with one name (no hard links).
///
/// # Errors
/// Why it must not be sent, or not yet.
pub fn open(place: &Path) -> Result<(File, FileInfo), Blocked> {
    let file = platform::open_plain(place).map_err(unreadable)?;
    let about = FileInfo::of(&file).map_err(unreadable)?;
    if !about.is_file {
        return Err(Blocked::Unsafe(Unsafe::NotAFile));
    }
    if about.links > 1 {
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
        hasher.update(&buffer[..n]);
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
pub fn digest(place: &Path) -> Result<(Digest, u64, Identity), Blocked> {
    let mut buffer = vec![0; READ_SIZE];
    let reading = read_one(place, Duration::ZERO, SystemTime::UNIX_EPOCH, false, &mut buffer)?;
    Ok((reading.digest, reading.size, reading.identity))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_whose_content_lies_elsewhere_is_never_sent() {
        let error = io::Error::other(ContentElsewhere);
        assert_eq!(unreadable(error), Blocked::Unsafe(Unsafe::ContentElsewhere));
        let gone = io::Error::from(io::ErrorKind::NotFound);
        assert_eq!(unreadable(gone), Blocked::Unsettled(Unsettled::WentAway));
    }

    #[test]
    fn a_file_written_after_the_run_began_has_not_settled() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("mad_202304.txt");
        fs::write(&place, "halv").unwrap();
        let began = fs::metadata(&place).unwrap().modified().unwrap() - Duration::from_secs(1);
        let mut buffer = vec![0; READ_SIZE];
        let settle = Duration::from_secs(10);
        let read = |settle, now, buffer: &mut [u8]| read_one(&place, settle, now, false, buffer);
        assert!(matches!(read(settle, began, &mut buffer), Err(Blocked::Unsettled(_))));
        assert!(read(settle, began + Duration::from_secs(12), &mut buffer).is_ok());
        assert!(read(Duration::ZERO, began, &mut buffer).is_ok(), "it was watched instead");
    }
}
