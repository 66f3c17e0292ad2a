//! Looking into the drop folder: which files there are, which of them may be touched, and what they hold.
//!
//! The folder is written by others while it is read. So a file is opened once, without following links,
//! asked on that descriptor what it is, read through it, and asked again; whatever is not a plain
//! file left alone for `scan.settle` is named with its reason instead.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use rayon::prelude::*;

use crate::checkpoint::checkpoint;
use crate::config::Scan;
use crate::decide::Blocked;
use crate::digest::{Digest, Hasher};
use crate::exit::Trouble;
use crate::messages::{misleads, run as say};
use crate::platform::{self, Identity};
use crate::series::HEAD_BYTES;

/// The longest name of a file, in bytes: what every file system and server can hold.
const LONGEST_NAME: usize = 255;
const READ_SIZE: usize = 256 * 1024;
/// Where `scan.settle` is longer, a file from the future waits for the next run instead of being watched.
const LONGEST_WATCH: Duration = Duration::from_secs(60);

/// What the folder lists.
#[derive(Debug, Default)]
pub struct Listing {
    /// The files that the scan rules include, by path.
    pub files: Vec<Listed>,
    /// How many files they exclude.
    pub excluded: usize,
    /// How many folders were not looked into.
    pub folders: usize,
}

/// One entry of the folder.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its path in the drop folder, with `/`; what is not Unicode in it is replaced.
    pub path: String,
    /// Where it is.
    pub place: PathBuf,
    /// What its name and kind say against it.
    pub unsafe_because: Option<String>,
}

/// A file as it was read.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The digest of its bytes.
    pub digest: Digest,
    /// How many bytes it has.
    pub size: u64,
    /// Its first bytes, where they were asked for.
    pub head: Vec<u8>,
    /// Which file it was, and in what state.
    pub identity: Identity,
}

/// Lists the drop folder by path.
///
/// # Errors
/// [`crate::exit::Exit::Unexpected`] where the folder cannot be listed: then nothing is known, and nothing is sent.
pub fn list(drop: &Path, scan: &Scan) -> Result<Listing, Trouble> {
    let mut listing = Listing::default();
    let depth = if scan.subfolders { usize::MAX } else { 1 };
    let root = platform::exact(drop);
    let walk = walkdir::WalkDir::new(&root).min_depth(1).max_depth(depth).follow_links(false);
    for entry in walk {
        let entry = entry.map_err(|error| Trouble::unexpected(say::not_listed(drop, &error)))?;
        let kind = entry.file_type();
        if kind.is_dir() {
            listing.folders += usize::from(!scan.subfolders);
            continue;
        }
        let name = entry.file_name().to_string_lossy();
        if !scan.include.is_match(name.as_ref()) || scan.exclude.is_match(name.as_ref()) {
            listing.excluded += 1;
            continue;
        }
        let inside = entry.path().strip_prefix(&root).unwrap_or(entry.path());
        let unsafe_because = unsafe_name(inside).or_else(|| {
            let odd = if kind.is_symlink() { Some(say::is_symlink()) } else { None };
            odd.or_else(|| (!kind.is_file()).then(say::is_not_a_file))
        });
        listing.files.push(Listed { path: shown(inside), place: entry.path().to_owned(), unsafe_because });
    }
    listing.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(listing)
}

/// The path inside the drop folder, with `/` on every system.
#[must_use]
pub fn shown(inside: &Path) -> String {
    let parts: Vec<_> =
        inside.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    parts.join("/")
}

/// What speaks against a path inside the drop folder: it would mislead a person, a log, or the server.
#[must_use]
pub fn unsafe_name(inside: &Path) -> Option<String> {
    inside.components().find_map(|part| {
        let Some(name) = part.as_os_str().to_str() else { return Some(say::name_not_unicode()) };
        if name.len() > LONGEST_NAME {
            return Some(say::name_too_long());
        }
        if cfg!(windows) && platform::names::is_taken_for_another(name) {
            return Some(say::name_taken_for_another());
        }
        // Bidirectional controls make a name read as another one; a backslash is a folder to a Windows server.
        name.contains(|c| misleads(c) || c == '\\').then(say::name_has_controls)
    })
}

/// Reads files on all cores; answers in their order.
///
/// `heads` says which of them need their first bytes kept. A file whose time of change lies in the future, as
/// after a clock was set back or on a share with another clock, cannot be told to have settled by its
/// age: all such files are watched for `settle` instead, at once.
#[must_use]
pub fn read(
    files: &[Listed],
    settle: Duration,
    now: SystemTime,
    heads: impl Fn(&Listed) -> bool + Sync,
) -> Vec<Result<Reading, Blocked>> {
    let read_all = |wanted: &[usize], settle: Duration| -> Vec<(usize, Result<Reading, Blocked>)> {
        wanted
            .par_iter()
            .map_init(
                || vec![0; READ_SIZE],
                |buffer, &i| {
                    let file = &files[i];
                    let reading = match &file.unsafe_because {
                        Some(because) => Err(Blocked::Unsafe(because.clone())),
                        None => read_one(&file.place, settle, now, heads(file), buffer),
                    };
                    (i, reading)
                },
            )
            .collect()
    };
    let all: Vec<usize> = (0..files.len()).collect();
    let mut readings: Vec<_> = read_all(&all, settle).into_iter().map(|(_, reading)| reading).collect();
    let unsettled: Vec<usize> =
        all.into_iter().filter(|&i| matches!(readings[i], Err(Blocked::Unsettled(_)))).collect();
    let watched = watch(files, &unsettled, settle, now);
    for i in watched.moved {
        readings[i] = Err(Blocked::Unsettled(say::still_changing()));
    }
    for (i, reading) in read_all(&watched.still, Duration::ZERO) {
        readings[i] = reading;
    }
    readings
}

#[derive(Default)]
struct Watched {
    still: Vec<usize>,
    moved: Vec<usize>,
}

/// Watches those of the unsettled files whose time of change lies in the future.
fn watch(files: &[Listed], unsettled: &[usize], settle: Duration, now: SystemTime) -> Watched {
    // The identity counts what a size and a time of change put back do not show.
    let state = |file: &Listed| {
        let file = open(&file.place).ok()?;
        Some((file.metadata().ok()?.modified().ok()?, Identity::of(&file).ok()?))
    };
    let future: Vec<_> = unsettled
        .iter()
        .filter(|_| !settle.is_zero())
        .filter_map(|&i| Some((i, state(&files[i])?)).filter(|(_, (modified, _))| *modified > now))
        .collect();
    let mut watched = Watched::default();
    if settle > LONGEST_WATCH {
        watched.moved.extend(future.into_iter().map(|(i, _)| i));
    } else if !future.is_empty() {
        checkpoint("watching");
        thread::sleep(settle);
        for (i, before) in future {
            let still = state(&files[i]) == Some(before);
            (if still { &mut watched.still } else { &mut watched.moved }).push(i);
        }
    }
    watched
}

/// Reads one file through one descriptor.
fn read_one(
    place: &Path,
    settle: Duration,
    now: SystemTime,
    keep_head: bool,
    buffer: &mut [u8],
) -> Result<Reading, Blocked> {
    let mut file = open(place)?;
    let about = file.metadata().map_err(unreadable)?;
    // Later than `now` is younger than anything: it was written while the folder was being read.
    if let Ok(modified) = about.modified()
        && !settle.is_zero()
        && now.duration_since(modified).map_or(true, |age| age < settle)
    {
        return Err(Blocked::Unsettled(say::changed_just_now()));
    }
    if platform::is_locked(&file) {
        return Err(Blocked::Unsettled(say::in_use()));
    }
    let identity = Identity::of(&file).map_err(unreadable)?;
    let (digest, size, head) = hash(&mut file, keep_head, buffer).map_err(unreadable)?;
    if Identity::of(&file).map_err(unreadable)? != identity || size != about.len() {
        return Err(Blocked::Unsettled(say::still_changing()));
    }
    Ok(Reading { digest, size, head, identity })
}

/// Opens a file that may be sent: a plain file with one name.
///
/// # Errors
/// Why it may not.
pub fn open(place: &Path) -> Result<File, Blocked> {
    let file = platform::open_plain(place).map_err(unreadable)?;
    if !file.metadata().map_err(unreadable)?.is_file() {
        return Err(Blocked::Unsafe(say::is_not_a_file()));
    }
    if platform::hard_links(&file).map_err(unreadable)? > 1 {
        return Err(Blocked::Unsafe(say::has_hard_links()));
    }
    Ok(file)
}

/// A file that went away between listing and reading is not unsafe, only not settled.
#[allow(clippy::needless_pass_by_value)] // as `map_err` hands it over
fn unreadable(error: io::Error) -> Blocked {
    if error.kind() == io::ErrorKind::NotFound {
        Blocked::Unsettled(say::went_away())
    } else if platform::is_elsewhere(&error) {
        Blocked::Unsettled(say::in_use())
    } else {
        Blocked::Unsafe(say::unreadable(&error))
    }
}

fn hash(file: &mut File, keep_head: bool, buffer: &mut [u8]) -> io::Result<(Digest, u64, Vec<u8>)> {
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
    }
}

/// Digests a plain file, for holding it against what is known of it.
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
