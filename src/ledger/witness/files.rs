//! Reading the files of the witness and appending to them.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::FOLDER;
use super::line::{self, Line};
use crate::digest::Digest;
use crate::platform;

/// So many bytes before a place in a file stand for everything before that place.
const BEFORE: u64 = 4096;

/// How far a file of the witness has been verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verified {
    /// Its length, in bytes.
    pub(crate) length: u64,
    /// The digest of the last bytes before that length, at most [`BEFORE`] of them.
    pub(crate) last: Digest,
}

/// The files of the witness by name (`YYYY-MM.jsonl`), with their lengths in bytes.
pub(crate) type Listing = BTreeMap<String, u64>;

/// What is wrong with the witness.
#[derive(Debug)]
pub(crate) enum Damage {
    /// A file in its folder that is none of its own.
    Strange(PathBuf),
    /// An empty file.
    Empty(PathBuf),
    /// A line that cannot be read, by its number from 1.
    Line(PathBuf, usize),
    /// A file that is shorter than it was, is gone, or has other lines.
    Changed(PathBuf),
}

/// Why it could not be read.
#[derive(Debug)]
pub(crate) enum Unread {
    /// The file system says so.
    Io(io::Error),
    /// It was read, and something is wrong with it.
    Damaged(Damage),
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Unread {
        Unread::Io(error)
    }
}

/// The files of the witness; none where its folder is not there.
///
/// # Errors
/// The folder cannot be listed, or holds something that is not the witness'.
pub(crate) fn list(archive: &Path) -> Result<Option<Listing>, Unread> {
    let entries = match fs::read_dir(archive.join(FOLDER)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        entries => entries?,
    };
    let mut listing = Listing::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_of_the_system(&name) {
            continue;
        }
        let month = name.strip_suffix(".jsonl").filter(|month| line::is_month(month));
        let about = fs::metadata(entry.path())?;
        if month.is_none() || !about.is_file() {
            return Err(Unread::Damaged(Damage::Strange(entry.path())));
        }
        if about.len() == 0 {
            return Err(Unread::Damaged(Damage::Empty(entry.path())));
        }
        listing.insert(name, about.len());
    }
    Ok(Some(listing))
}

/// What file managers leave in every folder, and hidden files such as our own before they get their name.
fn is_of_the_system(name: &str) -> bool {
    name.starts_with('.')
        || ["thumbs.db", "desktop.ini", "lost+found"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// A line, and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    /// The line.
    pub(crate) line: Line,
    /// The file's name.
    pub(crate) file: String,
}

/// The lines of one file from `verified` up to `length` bytes. Zeros at the end of a line are counted and
/// passed over, see [`line::without_zeros`]: a line whose sync was awaited has none, and one that was verified has not changed.
///
/// # Errors
/// A line cannot be read, or what was verified has changed.
pub(crate) fn read(
    archive: &Path,
    (name, length): (&str, u64),
    verified: Option<Verified>,
    zeros: &mut usize,
) -> Result<Vec<Placed>, Unread> {
    let path = archive.join(FOLDER).join(name);
    let changed = || Unread::Damaged(Damage::Changed(path.clone()));
    let mut file = File::open(&path)?;
    let from = verified.map_or(0, |verified| verified.length);
    if let Some(verified) = verified
        && (file.metadata()?.len() < verified.length || last_before(&mut file, from)? != verified.last)
    {
        return Err(changed());
    }
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(length.saturating_sub(from)).read_to_end(&mut bytes)?;
    parse(&bytes, name, zeros).or_else(|number| {
        // Which line that is matters only for the message.
        let before = if from > 0 { lines_before(&path, from)? } else { 0 };
        Err(Unread::Damaged(Damage::Line(path.clone(), before + number)))
    })
}

fn lines_before(path: &Path, length: u64) -> io::Result<usize> {
    let mut before = Vec::new();
    File::open(path)?.take(length).read_to_end(&mut before)?;
    Ok(memchr::memchr_iter(b'\n', &before).count())
}

/// The lines in these bytes, or the number of the first one that cannot be read.
fn parse(bytes: &[u8], name: &str, zeros: &mut usize) -> Result<Vec<Placed>, usize> {
    let mut lines = Vec::new();
    for (n, bytes) in bytes.split(|&byte| byte == b'\n').enumerate() {
        let written = line::without_zeros(bytes);
        *zeros += usize::from(written.len() < bytes.len());
        if let Some(line) = Line::read(written) {
            lines.push(Placed { line, file: name.to_owned() });
        } else if !line::is_torn(written) {
            // Only an interrupted append leaves the beginning of a line, which the next one closes.
            return Err(n + 1);
        }
    }
    Ok(lines)
}

/// All lines, in the order of the files and of the lines in them, and how many blocks of zeros stood between them.
///
/// # Errors
/// As [`read`].
pub(crate) fn all(archive: &Path) -> Result<(Vec<Placed>, usize), Unread> {
    let mut zeros = 0;
    let mut lines = Vec::new();
    for (name, length) in list(archive)?.unwrap_or_default() {
        lines.extend(read(archive, (&name, length), None, &mut zeros)?);
    }
    Ok((lines, zeros))
}

/// How far a file reaches now.
///
/// # Errors
/// What the file system says.
pub(crate) fn reach(archive: &Path, name: &str) -> io::Result<Verified> {
    let mut file = File::open(archive.join(FOLDER).join(name))?;
    let length = file.metadata()?.len();
    Ok(Verified { length, last: last_before(&mut file, length)? })
}

/// How far a file reached at that length.
///
/// # Errors
/// What the file system says.
pub(crate) fn reach_at(archive: &Path, name: &str, length: u64) -> io::Result<Verified> {
    let mut file = File::open(archive.join(FOLDER).join(name))?;
    Ok(Verified { length, last: last_before(&mut file, length)? })
}

fn last_before(file: &mut File, length: u64) -> io::Result<Digest> {
    let from = length.saturating_sub(BEFORE);
    file.seek(SeekFrom::Start(from))?;
    let mut last = Vec::new();
    file.take(length - from).read_to_end(&mut last)?;
    Ok(Digest::of(&last))
}

/// Adds lines to the files of their months and makes them durable; answers the names of those files.
///
/// # Errors
/// What the file system says.
pub(crate) fn append(archive: &Path, lines: &[Line]) -> io::Result<Vec<String>> {
    let mut months: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
    for line in lines {
        // A file that no reader takes would stop every later command.
        let month = line::month_of(&line.at).ok_or(io::ErrorKind::InvalidInput)?;
        let bytes = months.entry(month).or_default();
        serde_json::to_writer(&mut *bytes, line)?;
        bytes.push(b'\n');
    }
    let mut names = Vec::new();
    for (month, bytes) in months {
        let name = format!("{month}.jsonl");
        append_to(&archive.join(FOLDER), &name, &bytes)?;
        names.push(name);
    }
    Ok(names)
}

/// Makes these files durable as they are, with their names.
///
/// # Errors
/// What the file system says.
pub(crate) fn sync(archive: &Path, names: &[String]) -> io::Result<()> {
    let folder = archive.join(FOLDER);
    for name in names {
        // Windows syncs through a handle that may write.
        OpenOptions::new().append(true).open(folder.join(name))?.sync_all()?;
    }
    if names.is_empty() { Ok(()) } else { platform::sync_folder(&folder) }
}

fn append_to(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let path = folder.join(name);
    let mut file = match platform::private(OpenOptions::new().read(true).append(true)).open(&path) {
        // Given its name only when it has its content, so that an empty file is never one that was interrupted.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            platform::private_folder(folder)?;
            sync_names(folder)?;
            return platform::write_new_private(&path, bytes);
        }
        file => file?,
    };
    // The last writer was stopped within a line: end that line, so that ours stands on its own.
    let closed = if ends_whole(&mut file)? { &b""[..] } else { b"\n" };
    file.write_all(&[closed, bytes].concat())?;
    // Sync both at once, so that the file system can write them in one go.
    let (written, named) = rayon::join(|| file.sync_all(), || platform::sync_folder(folder));
    written.and(named)
}

/// Makes the names of the witness' folder and of the folders that lead there durable, whoever made them.
fn sync_names(folder: &Path) -> io::Result<()> {
    platform::sync_folder_of(folder)?;
    platform::sync_name_of_folder(platform::parent_or_dot(folder))
}

fn ends_whole(file: &mut File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}
