//! Reads the drop folder: which files lie there, what each holds, and which series and period it is for.
//!
//! The ledger is not asked here: [`super::judge`] does that. Files are read on other threads while the folder is still
//! being listed, and handed on in batches, so that the caller can work on the first while the last are read.

use std::convert::Infallible;
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use chrono::{DateTime, FixedOffset};
use rayon::prelude::*;

use crate::config::{Config, Scan};
use crate::drop_folder::{self, Excluded, FileSnapshot, FolderEntry, Limits, NotRead, Stability};
use crate::exit::UserError;
use crate::model::decision::{Blocked, Unsettled};
use crate::model::delivery::{Key, Slot};
use crate::model::ledger::ContentTotals;
use crate::period::Period;
use crate::records::amount::Ore;
use crate::records::content::{Content, ContentRule};
use crate::series::{self, SeriesRule};

/// The most files in a batch.
const LARGEST_BATCH: usize = 32;
/// A batch holds at most the files listed so far divided by this, so that the first batches hold one file each.
const BATCH_DIVISOR: usize = 32;

/// A file with more bytes is read after all others, the smaller before the larger, and sent after them: reading it takes
/// so long that the others would wait for it.
pub(super) const LARGE: u64 = 16 << 20;

/// The configured series, and beside each how the content of its files is looked into.
#[derive(Clone, Copy)]
pub struct Kinds<'a> {
    rules: &'a [SeriesRule],
    contents: &'a [Option<ContentRule>],
}

impl<'a> From<&'a Config> for Kinds<'a> {
    fn from(config: &'a Config) -> Kinds<'a> {
        Kinds { rules: &config.series, contents: &config.contents }
    }
}

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
    /// What is in it, where it was read and its series has a format.
    pub content: Option<Arc<Content>>,
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
            Err(_) => self.file.place.size().unwrap_or_default(),
        }
    }

    /// What its records come to; none where its series has no format, or more than the ledger has room for.
    #[must_use]
    pub fn totals(&self) -> Option<ContentTotals> {
        let reading = &self.content.as_ref()?.reading;
        let (first, last) = reading.period_range().unzip();
        Some(ContentTotals {
            records: reading.totals.records,
            sum_ore: Some(reading.totals.sum)
                .filter(|sum| sum.size() <= Ore::LARGEST_SUM.size())?
                .to_i64()?,
            first_period: first,
            last_period: last,
        })
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
    series: Kinds<'_>,
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
    series: Kinds<'_>,
    now: DateTime<FixedOffset>,
    work: impl Fn(Vec<ScannedFile>) -> R + Sync,
    take: impl FnMut(R) -> Result<(), UserError>,
) -> Result<Excluded, UserError> {
    let list = |each: &mut dyn FnMut(FolderEntry)| Ok(drop_folder::list(drop, rules, each)?);
    let work = |batch: Vec<(usize, ScannedFile)>| work(batch.into_iter().map(|(_, file)| file).collect());
    Reader::new(rules, series, now).read_each(list, work, take)
}

/// Reads these files, wherever they lie, as [`scan`] would; the result is in their order. They may have several names (hard links), as
/// in the snapshots of a backup, since they are only read.
#[must_use]
pub fn scan_files(
    files: Vec<FolderEntry>,
    rules: &Scan,
    series: Kinds<'_>,
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
    let mut reader = Reader::new(rules, series, now);
    reader.limits.may_be_linked = true;
    let Ok(()) = reader.read_each(list, |batch| batch, collect);
    scanned.sort_by_key(|(index, _)| *index);
    scanned.into_iter().map(|(_, file)| file).collect()
}

/// What is needed to read a file.
#[derive(Clone, Copy)]
struct Reader<'a> {
    limits: Limits,
    series: Kinds<'a>,
}

/// Files with their indices in the list.
type Indexed<T> = Vec<(usize, T)>;

/// What the first reading of a batch left for later.
#[derive(Default)]
struct Left {
    /// Too young to be read, with the reason.
    unsettled: Indexed<ScannedFile>,
    /// Too large to be read before others, with their sizes in bytes.
    large: Indexed<(u64, FolderEntry)>,
}

impl<'a> Reader<'a> {
    fn new(rules: &Scan, series: Kinds<'a>, now: DateTime<FixedOffset>) -> Reader<'a> {
        let limits = Limits {
            settle: rules.settle,
            now: now.with_timezone(&chrono::Utc).into(),
            largest: rules.largest,
            at_once: LARGE,
            may_be_linked: false,
        };
        Reader { limits, series }
    }

    /// Reads the files that `list` names, each with its index in the list; see [`scan_in_batches`].
    ///
    /// Large files come after the others, one by one, and those that have not settled yet last, in one batch: see
    /// [`Reader::read_unsettled`].
    fn read_each<T, R: Send, E>(
        self,
        list: impl FnOnce(&mut dyn FnMut(FolderEntry)) -> Result<T, E>,
        work: impl Fn(Vec<(usize, ScannedFile)>) -> R + Sync,
        mut take: impl FnMut(R) -> Result<(), E>,
    ) -> Result<T, E> {
        let work = &work;
        let mut left = Left::default();
        let listed = rayon::in_place_scope(|threads| {
            let (sender, results) = mpsc::channel();
            let hand_over = |batch: Vec<(usize, FolderEntry)>| {
                let sender = sender.clone();
                threads.spawn(move |_| {
                    let (settled, left) = self.read_batch(batch);
                    // The receiver is gone when `take` has failed; then nobody needs the result.
                    let _ = sender.send((work(settled), left));
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
            for (result, more) in results {
                take(result)?;
                left.unsettled.extend(more.unsettled);
                left.large.extend(more.large);
            }
            Ok(listed)
        })?;
        left.large.sort_by_key(|(_, (size, _))| *size);
        let large =
            left.large.into_par_iter().map(|(index, (_, file))| (index, self.read_whole(file, self.limits)));
        let (large, unsettled): (Vec<_>, Vec<_>) = large.partition(|(_, file)| is_settled(file));
        take(work(large))?;
        left.unsettled.extend(unsettled);
        take(work(self.read_unsettled(left.unsettled)))?;
        Ok(listed)
    }

    /// Reads the files of a batch that may be read at once.
    fn read_batch(self, batch: Indexed<FolderEntry>) -> (Indexed<ScannedFile>, Left) {
        let (mut settled, mut left) = (Vec::new(), Left::default());
        for (index, file) in batch {
            match self.read(file, self.limits) {
                Ok(file) if is_settled(&file) => settled.push((index, file)),
                Ok(file) => left.unsettled.push((index, file)),
                Err(large) => left.large.push((index, large)),
            }
        }
        (settled, left)
    }

    /// Looks again at files that were too young to be read.
    ///
    /// The age of a file tells nothing where its time of change lies in the future, as after a clock was set back or
    /// on a share with another clock. All such files are watched together for `scan.settle` instead, and read if they
    /// did not change meanwhile.
    fn read_unsettled(self, files: Indexed<ScannedFile>) -> Indexed<ScannedFile> {
        let Limits { settle, now, .. } = self.limits;
        let watched = drop_folder::watch(files.iter().map(|(_, file)| &file.file), settle, now);
        let read_again = |(index, file): (usize, ScannedFile), stability| match stability {
            Stability::Still => {
                (index, self.read_whole(file.file, Limits { settle: Duration::ZERO, ..self.limits }))
            }
            Stability::Moved => {
                (index, ScannedFile { reading: Err(Blocked::Unsettled(Unsettled::StillChanging)), ..file })
            }
            Stability::Not => (index, file),
        };
        files.into_par_iter().zip(watched).map(|(file, stability)| read_again(file, stability)).collect()
    }

    /// Reads a file now, however large it is.
    fn read_whole(self, file: FolderEntry, limits: Limits) -> ScannedFile {
        self.read(file, Limits { at_once: u64::MAX, ..limits }).unwrap_or_else(|(_, file)| ScannedFile {
            file,
            reading: Err(Blocked::Unsettled(Unsettled::StillChanging)),
            key: None,
            rule: None,
            content: None,
        })
    }

    /// Reads a file.
    ///
    /// # Errors
    /// Its size in bytes, and the file again, where it is too large to be read now.
    #[allow(
        clippy::result_large_err,
        reason = "the file is handed on; its place takes more bytes on Windows"
    )]
    fn read(self, file: FolderEntry, limits: Limits) -> Result<ScannedFile, (u64, FolderEntry)> {
        let rules = self.series.rules;
        let keep_head = series::needs_head(rules, name(&file));
        let content = if self.series.contents.iter().all(Option::is_none) {
            None
        } else {
            series::rule_of(rules, name(&file)).and_then(|at| self.series.contents.get(at)?.as_ref())
        };
        let read = match content {
            None => drop_folder::read(&file, limits, keep_head, None).map(|snapshot| (snapshot, None)),
            Some(rule) => {
                let by_name = series::identify(rules, name(&file), &[]).period;
                let look = |month: Option<Period>| {
                    rule.look(month, |listener| drop_folder::read(&file, limits, keep_head, Some(listener)))
                };
                look(by_name)
                    .and_then(|(snapshot, content)| {
                        let month = series::identify(rules, name(&file), &snapshot.head).period;
                        let lacks = content.keys.as_ref().is_some_and(|keys| keys.lacks_period);
                        // The first bytes name the month, and records that name none need it for their keys.
                        if lacks && month != by_name { look(month) } else { Ok((snapshot, content)) }
                    })
                    .map(|(snapshot, content)| (snapshot, Some(content)))
            }
        };
        let (mut snapshot, content) = match read {
            Ok((snapshot, content)) => (snapshot, content.map(Arc::new)),
            Err(NotRead::Later(size)) => return Err((size, file)),
            Err(NotRead::Blocked(blocked)) => {
                return Ok(ScannedFile { file, reading: Err(blocked), key: None, rule: None, content: None });
            }
        };
        let found = series::identify(rules, name(&file), &snapshot.head);
        // Only the identification needs the first bytes.
        snapshot.head = Vec::new();
        let slot = Slot { series: found.series, period: found.period };
        let key = Key { slot, digest: snapshot.digest };
        Ok(ScannedFile { file, reading: Ok(snapshot), key: Some(key), rule: found.rule, content })
    }
}

fn is_settled(file: &ScannedFile) -> bool {
    !matches!(file.reading, Err(Blocked::Unsettled(_)))
}

fn name(file: &FolderEntry) -> &str {
    file.path.rsplit('/').next().unwrap_or(&file.path)
}
