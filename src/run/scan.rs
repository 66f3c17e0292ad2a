//! Reads the drop folder: which files lie there, what each holds, and which series and period it is for.
//!
//! The ledger is not asked here: [`super::judge`] does that. Files are read on other threads while the folder is still
//! being listed, and handed on in batches, so that the caller can work on the first while the last are read.

use std::convert::Infallible;
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, FixedOffset};
use rayon::prelude::*;

use crate::config::Scan;
use crate::drop_folder::{self, Excluded, FileSnapshot, FolderEntry, Stability};
use crate::exit::UserError;
use crate::model::decision::{Blocked, Unsettled};
use crate::model::delivery::{Key, Slot};
use crate::series::{self, SeriesRule};

/// The most files in a batch.
const LARGEST_BATCH: usize = 32;
/// A batch holds at most the files listed so far divided by this, so that the first batches hold one file each.
const BATCH_DIVISOR: usize = 32;

/// A file as the folder shows it.
#[derive(Debug, Clone)]
pub struct ScannedFile {
    /// Where and what it is.
    pub file: FolderEntry,
    /// What was read, or why nothing was.
    pub reading: Result<FileSnapshot, Blocked>,
    /// Its slot and its digest, where it was read.
    pub key: Option<Key>,
    /// The series rule that it falls under, as an index into the configured rules.
    pub rule: Option<usize>,
}

/// The files of a folder, and what else lies there.
#[derive(Debug)]
pub struct Scanned<T = ScannedFile> {
    /// The files.
    pub files: Vec<T>,
    /// How much the scan rules leave out.
    pub excluded: Excluded,
}

impl ScannedFile {
    /// Its size in bytes; 0 where that is not known.
    #[must_use]
    pub fn size(&self) -> u64 {
        match &self.reading {
            Ok(reading) => reading.size,
            Err(_) => std::fs::symlink_metadata(&self.file.place).map_or(0, |about| about.len()),
        }
    }

    /// Its own name, without the folders that it lies in.
    #[must_use]
    pub fn name(&self) -> &str {
        name(&self.file)
    }
}

/// Lists and reads the drop folder; the files come ordered by path.
///
/// # Errors
/// The folder cannot be listed.
pub fn scan(
    drop: &Path,
    rules: &Scan,
    series: &[SeriesRule],
    now: DateTime<FixedOffset>,
) -> Result<Scanned, UserError> {
    let mut files: Vec<ScannedFile> = Vec::new();
    let collect = |batch| {
        files.extend::<Vec<_>>(batch);
        Ok(())
    };
    let excluded = scan_in_batches(drop, rules, series, now, |batch| batch, collect)?;
    files.sort_unstable_by(|a, b| a.file.path.cmp(&b.file.path));
    Ok(Scanned { files, excluded })
}

/// Lists and reads the drop folder. The threads that read call `work` on each batch of files as soon as it is read, and
/// this thread calls `take` on each result. Every file comes once, in no particular order.
///
/// # Errors
/// The folder cannot be listed, or `take` failed.
pub(super) fn scan_in_batches<R: Send>(
    drop: &Path,
    rules: &Scan,
    series: &[SeriesRule],
    now: DateTime<FixedOffset>,
    work: impl Fn(Vec<ScannedFile>) -> R + Sync,
    take: impl FnMut(R) -> Result<(), UserError>,
) -> Result<Excluded, UserError> {
    let list = |each: &mut dyn FnMut(FolderEntry)| Ok(drop_folder::list(drop, rules, each)?);
    let work = |batch: Vec<(usize, ScannedFile)>| work(batch.into_iter().map(|(_, file)| file).collect());
    Reader::new(rules, series, now).read_each(list, work, take)
}

/// Reads these files, wherever they lie, as [`scan`] would; the result is in their order.
#[must_use]
pub fn scan_files(
    files: Vec<FolderEntry>,
    rules: &Scan,
    series: &[SeriesRule],
    now: DateTime<FixedOffset>,
) -> Vec<ScannedFile> {
    let mut scanned = Vec::with_capacity(files.len());
    let list = |each: &mut dyn FnMut(FolderEntry)| {
        files.into_iter().for_each(each);
        Ok::<_, Infallible>(())
    };
    let collect = |batch| {
        scanned.extend::<Vec<_>>(batch);
        Ok(())
    };
    let Ok(()) = Reader::new(rules, series, now).read_each(list, |batch| batch, collect);
    scanned.sort_by_key(|(index, _)| *index);
    scanned.into_iter().map(|(_, file)| file).collect()
}

/// What is needed to read a file.
#[derive(Clone, Copy)]
struct Reader<'a> {
    settle: Duration,
    series: &'a [SeriesRule],
    now: SystemTime,
}

impl<'a> Reader<'a> {
    fn new(rules: &Scan, series: &'a [SeriesRule], now: DateTime<FixedOffset>) -> Reader<'a> {
        Reader { settle: rules.settle, series, now: now.with_timezone(&chrono::Utc).into() }
    }

    /// Reads the files that `list` names, each with its index in the list; see [`scan_in_batches`].
    ///
    /// The files that have not settled yet come last, in one batch: see [`Reader::read_unsettled`].
    fn read_each<T, R: Send, E>(
        self,
        list: impl FnOnce(&mut dyn FnMut(FolderEntry)) -> Result<T, E>,
        work: impl Fn(Vec<(usize, ScannedFile)>) -> R + Sync,
        mut take: impl FnMut(R) -> Result<(), E>,
    ) -> Result<T, E> {
        let work = &work;
        let mut unsettled = Vec::new();
        let listed = rayon::in_place_scope(|threads| {
            let (sender, results) = mpsc::channel();
            let hand_over = |batch: Vec<(usize, FolderEntry)>| {
                let sender = sender.clone();
                threads.spawn(move |_| {
                    let read = batch.into_iter().map(|(index, file)| (index, self.read(file, self.settle)));
                    let (settled, unsettled) = read.partition(|(_, file)| is_settled(file));
                    // The receiver is gone when `take` has failed; then nobody needs the result.
                    let _ = sender.send((work(settled), unsettled));
                });
            };
            let (mut batch, mut count) = (Vec::new(), 0);
            let listed = list(&mut |file| {
                batch.push((count, file));
                count += 1;
                // Start with single files to fill all cores; grow the batches to amortize the hand-over.
                if batch.len() >= (count / BATCH_DIVISOR).clamp(1, LARGEST_BATCH) {
                    hand_over(std::mem::take(&mut batch));
                }
            })?;
            hand_over(batch);
            drop(sender);
            for (result, not_settled) in results {
                take(result)?;
                unsettled.extend::<Vec<_>>(not_settled);
            }
            Ok(listed)
        })?;
        take(work(self.read_unsettled(unsettled)))?;
        Ok(listed)
    }

    /// Looks again at files that were too young to be read.
    ///
    /// The age of a file tells nothing where its time of change lies in the future, as after a clock was set back or
    /// on a share with another clock. All such files are watched together for `scan.settle` instead, and read if they
    /// did not change meanwhile.
    fn read_unsettled(self, files: Vec<(usize, ScannedFile)>) -> Vec<(usize, ScannedFile)> {
        let watched = drop_folder::watch(files.iter().map(|(_, file)| &file.file), self.settle, self.now);
        let read_again = |(index, file): (usize, ScannedFile), stability| match stability {
            Stability::Still => (index, self.read(file.file, Duration::ZERO)),
            Stability::Moved => {
                (index, ScannedFile { reading: Err(Blocked::Unsettled(Unsettled::StillChanging)), ..file })
            }
            Stability::Not => (index, file),
        };
        files.into_par_iter().zip(watched).map(|(file, stability)| read_again(file, stability)).collect()
    }

    fn read(self, file: FolderEntry, settle: Duration) -> ScannedFile {
        let keep_head = series::needs_head(self.series, name(&file));
        let mut snapshot = match drop_folder::read(&file, settle, self.now, keep_head) {
            Ok(snapshot) => snapshot,
            Err(blocked) => return ScannedFile { file, reading: Err(blocked), key: None, rule: None },
        };
        let found = series::identify(self.series, name(&file), &snapshot.head);
        // Only the identification needs the first bytes.
        snapshot.head = Vec::new();
        let slot = Slot { series: found.series, period: found.period };
        let key = Key { slot, digest: snapshot.digest };
        ScannedFile { file, reading: Ok(snapshot), key: Some(key), rule: found.rule }
    }
}

fn is_settled(file: &ScannedFile) -> bool {
    !matches!(file.reading, Err(Blocked::Unsettled(_)))
}

fn name(file: &FolderEntry) -> &str {
    file.path.rsplit('/').next().unwrap_or(&file.path)
}
