//! Whether a large ledger has to be checked whole, or is as an earlier command left it when it had checked it.
//!
//! Beside a large ledger lies a small file that names its state after the last command that wrote to it: its size, the
//! times of its last change, and the end of its chain. That command had found the ledger sound, and nobody else writes to
//! it, so as long as all of that is the same there is nothing new to check. Whatever else writes to the ledger
//! changes its times, and then all of it is checked again, as it is once a day in any case. The file proves nothing
//! to whoever is able to write both: it saves time, and losing it costs no more than time.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use super::{ChainPosition, has_beside};
use crate::digest::Digest;
use crate::platform::{self, with_suffix};

/// Up to this size, in bytes, a ledger is checked whole whenever it is opened.
const SMALL: u64 = 2 << 20;
/// After so long a large ledger is checked whole again, whatever its file looks like: a disk may lose bytes silently.
const TRUSTED_FOR: Duration = Duration::from_secs(24 * 60 * 60);
const ENDING: &str = ".checked";

/// The state of a ledger that was found sound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Checked {
    /// The form of this file; 1.
    schema: u32,
    file: FileState,
    /// The end of the chain.
    event: i64,
    hash: Digest,
    /// When all of it was last checked.
    whole_at: DateTime<FixedOffset>,
}

/// What the file system says of the ledger's file. It is asked by path: opening the file a second time would end SQLite's
/// locks on it as soon as it is closed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct FileState {
    size: u64,
    /// Nanoseconds since 1970.
    modified: u128,
    /// Which file it is and when anything about it was last changed, as far as the system tells.
    identity: Vec<i64>,
}

impl FileState {
    fn of(path: &Path) -> io::Result<FileState> {
        let about = fs::metadata(path)?;
        let modified = about.modified()?.duration_since(SystemTime::UNIX_EPOCH).map_err(io::Error::other)?;
        let identity = platform::place_and_change(&about);
        Ok(FileState { size: about.len(), modified: modified.as_nanos(), identity })
    }
}

/// A check that found a ledger sound, to which nothing has happened since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LastCheck {
    /// The end of its chain.
    pub(super) head: ChainPosition,
    /// When all of it was last checked.
    pub(super) whole_at: DateTime<FixedOffset>,
}

/// The last check of the ledger at `path`, for a command that writes to it at the moment `now`, or, without one, for a
/// command that only reads. None where all of it is to be checked now.
pub(super) fn last_check(path: &Path, now: Option<DateTime<FixedOffset>>) -> Option<LastCheck> {
    let text = fs::read(beside(path)).ok()?;
    let checked: Checked = serde_json::from_slice(&text).ok()?;
    let same = checked.schema == 1 && checked.file == FileState::of(path).ok()?;
    // A clock that was set back makes the last check lie in the future: then nobody knows how old it is.
    let fresh = now.is_none_or(|now| (now - checked.whole_at).to_std().is_ok_and(|age| age < TRUSTED_FOR));
    let head = ChainPosition { seq: checked.event, hash: checked.hash };
    (same && fresh && !is_small(path) && !has_beside(path, "-wal"))
        .then_some(LastCheck { head, whole_at: checked.whole_at })
}

/// Whether it takes no time to speak of to check all of the ledger at `path`.
pub(super) fn is_small(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.len() <= SMALL)
}

fn beside(path: &Path) -> PathBuf {
    with_suffix(path, ENDING)
}

/// Removes what lies beside the ledger at `path` and says that it was checked.
///
/// # Errors
/// What the file system says; that there is none is no error.
pub(super) fn forget(path: &Path) -> io::Result<()> {
    match fs::remove_file(beside(path)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Notes the state of a ledger that was found sound, when it is dropped: drop it after the ledger's connection.
#[derive(Debug)]
pub(super) struct NoteAtEnd {
    path: PathBuf,
    /// The end of the chain; none where that is not known, as after a commit that failed.
    pub(super) head: Option<ChainPosition>,
    whole_at: DateTime<FixedOffset>,
}

impl NoteAtEnd {
    pub(super) fn new(path: &Path, head: ChainPosition, whole_at: DateTime<FixedOffset>) -> NoteAtEnd {
        NoteAtEnd { path: path.to_owned(), head: Some(head), whole_at }
    }

    fn note(&self, head: ChainPosition) -> io::Result<()> {
        // What stands in the write-ahead log will still change the file.
        if is_small(&self.path) || has_beside(&self.path, "-wal") {
            return Ok(());
        }
        // File systems tell times in steps of some milliseconds, and a change within the same step would not show. The
        // exact time, which no such step has, makes every later change show.
        let file = File::options().write(true).open(&self.path)?;
        file.set_modified(SystemTime::now())?;
        drop(file);
        let checked = Checked {
            schema: 1,
            file: FileState::of(&self.path)?,
            event: head.seq,
            hash: head.hash,
            whole_at: self.whole_at,
        };
        let text = serde_json::to_vec(&checked)?;
        let mut options = OpenOptions::new();
        let file =
            platform::private(options.write(true).create(true).truncate(true)).open(beside(&self.path))?;
        io::Write::write_all(&mut &file, &text)
    }
}

impl Drop for NoteAtEnd {
    fn drop(&mut self) {
        // Where the state cannot be noted, the next command checks the whole ledger.
        if let Some(head) = self.head {
            let _ = self.note(head);
        }
    }
}
