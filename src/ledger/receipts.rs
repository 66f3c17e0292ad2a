//! Receipts: a line in the archive for each delivery, as a second record beside the ledger.
//!
//! They lie in `archive/receipts/YYYY-MM.jsonl`, one JSON object a line, the month being that of the
//! delivery. A lost ledger is made again from them, and one that is missing, or was restored from
//! an old copy, is noticed by them before anything is sent.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::model::ledger::{Attested, ChainPosition};
use crate::period::Period;
use crate::platform;

/// The folder in the archive that holds them.
pub const FOLDER: &str = "receipts";
/// No receipt is longer than this, in bytes: the names in it are bounded.
const LONGEST: u64 = 16 * 1024;

/// What a receipt attests about a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptKind {
    /// KP has the file.
    Delivered,
    /// A person says that KP had it before the ledger began.
    Adopted,
    /// A person says that KP never got it.
    NotDelivered,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The form of this line; 1.
    pub schema: u32,
    /// What it attests.
    pub attests: ReceiptKind,
    /// The ledger it belongs to.
    pub ledger: String,
    /// The event that it stands for, and that event's hash.
    pub event: i64,
    /// See `event`.
    pub hash: Digest,
    /// When, RFC 3339.
    pub at: String,
    /// The delivery.
    pub delivery: i64,
    /// Its slot and content.
    pub series: String,
    /// See `series`.
    pub period: Option<Period>,
    /// See `series`.
    pub sha256: Digest,
    /// In bytes.
    pub size: u64,
    /// The file's path in the drop folder.
    pub path: String,
    /// Where KP got it.
    pub remote_path: Option<String>,
}

impl Receipt {
    /// The receipt for a delivery of the ledger with this random name, whose chain ends at `position`; `at` is RFC 3339.
    #[must_use]
    pub fn of(
        attests: ReceiptKind,
        delivery: impl Into<Attested>,
        ledger: &str,
        position: ChainPosition,
        at: &str,
    ) -> Receipt {
        let Attested { delivery, series, period, digest, size, path, remote_path } = delivery.into();
        Receipt {
            schema: 1,
            attests,
            ledger: ledger.to_owned(),
            event: position.seq,
            hash: position.hash,
            at: at.to_owned(),
            delivery,
            series,
            period,
            sha256: digest,
            size,
            path,
            remote_path,
        }
    }
}

impl From<&Receipt> for Attested {
    fn from(receipt: &Receipt) -> Attested {
        Attested {
            delivery: receipt.delivery,
            series: receipt.series.clone(),
            period: receipt.period,
            digest: receipt.sha256,
            size: receipt.size,
            path: receipt.path.clone(),
            remote_path: receipt.remote_path.clone(),
        }
    }
}

/// The newest receipt, to hold against a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LatestReceipt {
    /// The file it stands in.
    pub file: PathBuf,
    /// The ledger it belongs to.
    pub ledger: String,
    /// An event which that ledger must hold.
    pub position: ChainPosition,
}

/// Adds receipts to the file of their month and makes them durable.
///
/// # Errors
/// What the file system says.
pub fn append(archive: &Path, receipts: &[Receipt]) -> io::Result<()> {
    let Some(month) = receipts.first().and_then(|receipt| receipt.at.get(..7)) else { return Ok(()) };
    let folder = archive.join(FOLDER);
    platform::private_folder(&folder)?;
    let path = folder.join(format!("{month}.jsonl"));
    let mut file = platform::private(OpenOptions::new().read(true).append(true).create(true)).open(&path)?;
    if file.metadata()?.len() == 0 {
        // Before anything is in it: then a file with a line in it is known to keep its name.
        sync_names(archive)?;
    }
    let mut lines = Vec::new();
    if !ends_whole(&mut file)? {
        // The last writer was stopped within a line: end that line, so that ours stands on its own.
        lines.push(b'\n');
    }
    for receipt in receipts {
        serde_json::to_writer(&mut lines, receipt)?;
        lines.push(b'\n');
    }
    file.write_all(&lines)?;
    file.sync_all()
}

/// Makes the names of the files in the receipts' folder durable, and those of the folders that lead there, whoever
/// made them.
///
/// # Errors
/// What the file system says.
pub fn sync_names(archive: &Path) -> io::Result<()> {
    platform::sync_folder(&archive.join(FOLDER))?;
    platform::sync_folder(archive)?;
    platform::sync_name_of_folder(archive)
}

/// The newest receipt of the archive: the one with the latest event.
///
/// # Errors
/// What the file system says; that there is no archive yet is no error.
pub fn newest(archive: &Path) -> io::Result<Option<LatestReceipt>> {
    let mut newest: Option<LatestReceipt> = None;
    if let Some(file) = put_aside(archive)? {
        // `ledger rebuild` was interrupted. Name an event that no ledger has, so that no ledger is trusted until then.
        let position = ChainPosition { seq: i64::MAX, hash: Digest::from_bytes([0; 32]) };
        return Ok(Some(LatestReceipt { file, ledger: String::new(), position }));
    }
    for path in files(archive)? {
        let Some(receipt) = last_of(&path)? else { continue };
        let position = ChainPosition { seq: receipt.event, hash: receipt.hash };
        if newest.as_ref().is_none_or(|other| other.position.seq < position.seq) {
            newest = Some(LatestReceipt { file: path, ledger: receipt.ledger, position });
        }
    }
    Ok(newest)
}

/// The receipts that an interrupted `ledger rebuild` put aside and has not replaced yet.
fn put_aside(archive: &Path) -> io::Result<Option<PathBuf>> {
    if archive.join(FOLDER).exists() || !archive.exists() {
        return Ok(None);
    }
    let marked = format!("{FOLDER}-before-");
    let mut aside: Vec<PathBuf> = fs::read_dir(archive)?
        .map(|entry| Ok(entry?.path()))
        .filter(|path: &io::Result<PathBuf>| {
            path.as_ref()
                .is_ok_and(|path| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(&marked)))
        })
        .collect::<io::Result<_>>()?;
    aside.sort();
    Ok(aside.pop())
}

/// Puts receipts back that an interrupted [`crate::ledger::rebuild`] had put aside.
///
/// # Errors
/// What the file system says.
pub fn take_up_again(archive: &Path) -> io::Result<()> {
    match put_aside(archive)? {
        Some(aside) => fs::rename(aside, archive.join(FOLDER)),
        None => Ok(()),
    }
}

/// All receipts of an archive, in the order of their events, and how many lines could not be read.
///
/// # Errors
/// What the file system says; that there is no archive yet is no error.
pub fn all(archive: &Path) -> io::Result<(Vec<Receipt>, usize)> {
    let mut receipts: Vec<Receipt> = Vec::new();
    let mut unread = 0;
    for path in files(archive)? {
        for line in fs::read(&path)?.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            match serde_json::from_slice(line) {
                Ok(receipt) => receipts.push(receipt),
                Err(_) => unread += 1,
            }
        }
    }
    receipts.sort_by_key(|receipt| receipt.event);
    Ok((receipts, unread))
}

/// The receipt files of an archive, by name.
///
/// # Errors
/// What the file system says; that there is no archive yet is no error.
pub fn files(archive: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(archive.join(FOLDER)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "jsonl"));
    paths.sort();
    Ok(paths)
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

/// The last whole receipt of a file.
fn last_of(path: &Path) -> io::Result<Option<Receipt>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(2 * LONGEST)))?;
    let mut tail = Vec::new();
    file.take(2 * LONGEST).read_to_end(&mut tail)?;
    Ok(tail.split(|&byte| byte == b'\n').rev().find_map(|line| serde_json::from_slice(line).ok()))
}
