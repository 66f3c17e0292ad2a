//! The executor of the delivery protocol: write down, act, write down; in batches.
//!
//! Each step of a batch is one commit and one round of requests for all its files. The order of the steps
//! is what keeps the promise; `docs/reliability.md` says what may be lost between any two of them.

use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset};

use crate::checkpoint::checkpoint;
use crate::config::{Disposal, Publish, Sftp, Verify};
use crate::decide::Reason;
use crate::delivery::{Key, State, Step};
use crate::digest::Digest;
use crate::drop_folder::{Listed, Reading};
use crate::exit::Trouble;
use crate::ledger::Journal;
use crate::ledger::event::{Event, Started};
use crate::messages::run as say;
use crate::originals::Archive;
use crate::remote::{Connect, ConnectError, Look, Remote, RemoteError, Store, StoreError, Stored};
use crate::template::Placeholder;

mod finish;
mod original;
mod settle;

pub use finish::Mishap;
pub use settle::{Recovered, Recovery};

use original::Original;

/// How many files are under way in one batch: enough to fill a slow line, and one commit a step.
const BATCH: usize = 256;
/// The longest name of a temporary file, in bytes.
const LONGEST_NAME: usize = 255;

/// One file that is to be delivered.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// The file.
    pub file: Listed,
    /// What was read of it.
    pub reading: Reading,
    /// What it is and what it is for.
    pub key: Key,
    /// The path it gets on the server.
    pub remote_path: String,
    /// Why it is sent.
    pub reason: Reason,
    /// The approval it goes by.
    pub decision: Option<i64>,
}

/// How a delivery ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// KP has it.
    Delivered,
    /// KP does not have it; the next run tries again. The text says what failed and what to do.
    Failed(String),
    /// Nobody can tell whether KP has it.
    InDoubt(String),
    /// Something stands at its name on the server: a person decides.
    Held(Reason),
}

/// What became of a parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The delivery's number, where it came to one.
    pub delivery: Option<i64>,
    /// How it ended.
    pub end: End,
}

/// What the executor needs to know of the configuration.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The drop folder.
    pub drop: PathBuf,
    /// `[sftp]`.
    pub sftp: Sftp,
    /// `originals.delivered`.
    pub disposal: Disposal,
    /// `policy.gone_after_publish` is `delivered`.
    pub gone_is_delivered: bool,
    /// The ledger's random name.
    pub ledger: String,
}

/// Is told how the work goes on.
pub trait Watch: Sync {
    /// The server has acknowledged so many more bytes.
    fn bytes(&self, more: u64);
    /// A file has come to its end.
    fn ended(&self, path: &str, end: &End);
}

/// Delivers, on one line to the server at a time.
pub struct Executor<'a> {
    journal: &'a mut dyn Journal,
    server: &'a mut Server,
    archive: &'a mut Archive,
    settings: Settings,
    run: i64,
    next: i64,
    now: &'a dyn Fn() -> DateTime<FixedOffset>,
    mishaps: Vec<Mishap>,
}

/// The receiver's server: one line at a time, made when it is needed and kept for the whole run.
pub struct Server {
    connect: Box<dyn Connect>,
    line: Option<Box<dyn Remote>>,
    away: Option<ConnectError>,
}

impl Server {
    /// A server that nobody has spoken to yet.
    #[must_use]
    pub fn new(connect: Box<dyn Connect>) -> Server {
        Server { connect, line: None, away: None }
    }

    /// A line that is not lost. Once there was none to be had, this run does not try again.
    fn line(&mut self) -> Result<&mut dyn Remote, ConnectError> {
        if let Some(error) = &self.away {
            return Err(error.clone());
        }
        let line = match self.line.take().filter(|line| !line.is_lost()) {
            Some(line) => line,
            None => self.connect.connect().inspect_err(|error| self.away = Some(error.clone()))?,
        };
        Ok(self.line.insert(line).as_mut())
    }

    /// The line as it is, lost or not; none before the first.
    fn current(&mut self) -> Option<&mut dyn Remote> {
        self.line.as_deref_mut().map(|line| line as &mut dyn Remote)
    }

    fn is_lost(&self) -> bool {
        self.line.as_ref().is_none_or(|line| line.is_lost())
    }
}

/// A parcel on its way.
struct Row<'p> {
    parcel: &'p Parcel,
    started: Started,
    end: Option<End>,
}

impl<'a> Executor<'a> {
    /// An executor for run number `run`, whose first delivery gets the number `next`.
    pub fn new(
        journal: &'a mut dyn Journal,
        server: &'a mut Server,
        archive: &'a mut Archive,
        settings: Settings,
        (run, next): (i64, i64),
        now: &'a dyn Fn() -> DateTime<FixedOffset>,
    ) -> Executor<'a> {
        Executor { journal, server, archive, settings, run, next, now, mishaps: Vec::new() }
    }

    /// Delivers these files and answers what became of each, in their order.
    ///
    /// After a lost line the rows that it left unclear are settled on a new one, and the files that did not
    /// get their turn fail: the run ends in bounded time, and the next one takes them up.
    ///
    /// # Errors
    /// The ledger could not be written: the run must end, and the next one finds out how far this came.
    pub fn deliver(&mut self, parcels: &[Parcel], watch: &dyn Watch) -> Result<Vec<Outcome>, Trouble> {
        let mut outcomes = Vec::with_capacity(parcels.len());
        let mut away: Option<String> = None;
        for batch in parcels.chunks(BATCH) {
            let ended = match &away {
                Some(why) => batch.iter().map(|_| failed(why.clone())).collect(),
                None => match self.server.line() {
                    Err(error) => {
                        away = Some(error.to_string());
                        batch.iter().map(|_| failed(error.to_string())).collect()
                    }
                    Ok(_) => self.batch(batch, watch)?,
                },
            };
            for (parcel, outcome) in batch.iter().zip(&ended) {
                watch.ended(&parcel.file.path, &outcome.end);
            }
            outcomes.extend(ended);
            if away.is_none() && self.server.is_lost() {
                away = Some(say::line_was_lost());
            }
        }
        Ok(outcomes)
    }

    /// What went wrong beside the deliveries, on this machine.
    pub fn mishaps(&mut self) -> Vec<Mishap> {
        std::mem::take(&mut self.mishaps)
    }

    fn batch(&mut self, parcels: &[Parcel], watch: &dyn Watch) -> Result<Vec<Outcome>, Trouble> {
        let mut rows: Vec<Row<'_>> = parcels.iter().map(|parcel| self.row(parcel)).collect();
        self.write_down(rows.iter().map(|row| Event::Started(row.started.clone())))?;
        checkpoint("uploading");
        match self.settings.sftp.publish {
            Publish::Rename => {
                self.upload(&mut rows, watch)?;
                self.hold_taken_names(&mut rows)?;
                self.publish(&mut rows)?;
            }
            Publish::Direct => {
                self.hold_taken_names(&mut rows)?;
                self.write_directly(&mut rows, watch)?;
            }
        }
        let delivered: Vec<_> =
            rows.iter().filter(|row| row.end == Some(End::Delivered)).map(finish::Finished::of).collect();
        self.finish(&delivered)?;
        Ok(rows.into_iter().map(Row::outcome).collect())
    }

    fn row<'p>(&mut self, parcel: &'p Parcel) -> Row<'p> {
        let delivery = self.next;
        self.next += 1;
        let started = Started {
            delivery,
            run: self.run,
            series: parcel.key.slot.series.clone(),
            period: parcel.key.slot.period,
            digest: parcel.key.digest,
            size: parcel.reading.size,
            path: parcel.file.path.clone(),
            temporary: self.temporary(parcel, delivery),
            remote_path: parcel.remote_path.clone(),
            reason: parcel.reason.name().to_owned(),
            decision: parcel.decision,
        };
        Row { parcel, started, end: None }
    }

    fn temporary(&self, parcel: &Parcel, delivery: i64) -> String {
        match self.settings.sftp.publish {
            Publish::Direct => parcel.remote_path.clone(),
            Publish::Rename => {
                // The ledger's own name in it keeps two ledgers from ever meaning the same file.
                let id = format!("{delivery}-{}", self.settings.ledger);
                temporary_path(&self.settings.sftp, &parcel.remote_path, &parcel.key, &id)
            }
        }
    }

    /// Step 2: each file under its temporary name, held against the plan.
    fn upload(&mut self, rows: &mut [Row<'_>], watch: &dyn Watch) -> Result<(), Trouble> {
        let stored = self.store(rows, |started| &started.temporary, watch);
        checkpoint("stored");
        let mut refused = Vec::new();
        for (row, answer) in rows.iter_mut().zip(stored) {
            match answer {
                Ok(()) => {}
                Err(NotStored { why, traces }) => {
                    row.end = Some(End::Failed(why));
                    refused.push((row.started.delivery, row.started.temporary.clone(), traces));
                }
            }
        }
        self.abandon(&refused, "upload_failed")
    }

    /// Stores what is still under way, and verifies it as configured.
    fn store(
        &mut self,
        rows: &[Row<'_>],
        path: fn(&Started) -> &str,
        watch: &dyn Watch,
    ) -> Vec<Result<(), NotStored>> {
        let Some(line) = self.server.current() else { return Vec::new() };
        let mut originals: Vec<Original> = rows
            .iter()
            .map(|row| {
                Original::new(
                    row.parcel.file.place.clone(),
                    row.parcel.reading.identity,
                    row.parcel.reading.size,
                )
            })
            .collect();
        let mut files: Vec<Store<'_>> = rows
            .iter()
            .zip(&mut originals)
            .map(|(row, original)| Store {
                path: path(&row.started),
                source: original,
                size: row.started.size,
            })
            .collect();
        let stored = line.store(&mut files, &|more| watch.bytes(more));
        drop(files);
        let mut verdicts: Vec<_> = rows
            .iter()
            .zip(originals)
            .zip(stored)
            .map(|((row, original), stored)| compare(&row.started, original.digest(), stored))
            .collect();
        if self.settings.sftp.verify == Verify::ReadBack {
            read_back(line, rows, path, &mut verdicts);
        }
        verdicts
    }

    /// Step 3: a name that is taken is never overwritten.
    fn hold_taken_names(&mut self, rows: &mut [Row<'_>]) -> Result<(), Trouble> {
        let Some(line) = self.server.current() else { return Ok(()) };
        let mut under_way: Vec<&mut Row<'_>> = rows.iter_mut().filter(|row| row.end.is_none()).collect();
        let paths: Vec<&str> = under_way.iter().map(|row| row.parcel.remote_path.as_str()).collect();
        let found = line.look(&paths);
        let suspects: Vec<&str> = paths
            .iter()
            .zip(&found)
            .zip(&under_way)
            .filter(|((_, look), row)| matches!(look, Ok(Look::Present { size }) if *size == Some(row.started.size)))
            .map(|((path, _), _)| *path)
            .collect();
        let mut digests = line.digest(&suspects).into_iter();
        let mut left = Vec::new();
        for (row, look) in under_way.iter_mut().zip(found) {
            row.end = match look {
                Ok(Look::Absent) => continue,
                Ok(Look::Present { size }) => {
                    let same = size == Some(row.started.size)
                        && digests.next().is_some_and(|digest| digest == Ok(row.started.digest));
                    Some(End::Held(if same { Reason::AlreadyOnServer } else { Reason::RemoteNameTaken }))
                }
                Err(error) => Some(End::Failed(say::not_looked(&error))),
            };
            let direct = row.started.temporary == row.started.remote_path;
            left.push((row.started.delivery, row.started.temporary.clone(), !direct));
        }
        self.abandon(&left, "not_published")
    }

    /// Steps 4 to 6: from here on no row is ever uploaded again without a person's word.
    fn publish(&mut self, rows: &mut [Row<'_>]) -> Result<(), Trouble> {
        let mut under_way: Vec<&mut Row<'_>> = rows.iter_mut().filter(|row| row.end.is_none()).collect();
        self.write_down(under_way.iter().map(|row| stepped(row.started.delivery, Step::Publish, None)))?;
        checkpoint("publishing");
        let moves: Vec<(&str, &str)> = under_way
            .iter()
            .map(|row| (row.started.temporary.as_str(), row.started.remote_path.as_str()))
            .collect();
        let Some(line) = self.server.current() else { return Ok(()) };
        let answers = if moves.is_empty() { Vec::new() } else { line.publish(&moves) };
        checkpoint("renamed");
        let mut confirmed = Vec::new();
        let mut unclear = Vec::new();
        for (row, answer) in under_way.iter_mut().zip(answers) {
            match answer {
                Ok(()) => {
                    row.end = Some(End::Delivered);
                    confirmed.push(stepped(row.started.delivery, Step::Confirm, None));
                }
                Err(_) => unclear.push(row),
            }
        }
        self.write_down(confirmed)?;
        checkpoint("delivered");
        let asked: Vec<_> = unclear.iter().map(|row| settle::Published::of(&row.started)).collect();
        for (row, end) in unclear.into_iter().zip(self.settle(&asked)?) {
            row.end = Some(end);
        }
        Ok(())
    }

    /// `publish = "direct"`: the final name is written at once, so whatever breaks after it was made is in doubt.
    fn write_directly(&mut self, rows: &mut [Row<'_>], watch: &dyn Watch) -> Result<(), Trouble> {
        let (under_way, _): (Vec<usize>, Vec<usize>) = (0..rows.len()).partition(|&i| rows[i].end.is_none());
        let mut going: Vec<Row<'_>> = under_way
            .iter()
            .map(|&i| Row { parcel: rows[i].parcel, started: rows[i].started.clone(), end: None })
            .collect();
        self.write_down(going.iter().map(|row| stepped(row.started.delivery, Step::Publish, None)))?;
        checkpoint("publishing");
        let stored = self.store(&going, |started| &started.remote_path, watch);
        checkpoint("renamed");
        let mut steps = Vec::new();
        for (row, answer) in going.iter_mut().zip(stored) {
            let (step, end) = match answer {
                Ok(()) => (Step::Confirm, End::Delivered),
                Err(NotStored { why, traces: false }) => (Step::NotOpened, End::Failed(why)),
                Err(NotStored { why, traces: true }) => {
                    (Step::Doubt, End::InDoubt(say::direct_in_doubt(&why)))
                }
            };
            steps.push(stepped(row.started.delivery, step, None));
            row.end = Some(end);
        }
        self.write_down(steps)?;
        checkpoint("delivered");
        for (i, row) in under_way.into_iter().zip(going) {
            rows[i].end = row.end;
        }
        Ok(())
    }

    /// Ends deliveries whose final name was never asked for: `(delivery, temporary path, whether a temporary
    /// file may be there)`. One whose temporary file cannot be removed now stays for recovery.
    fn abandon(&mut self, left: &[(i64, String, bool)], why: &str) -> Result<(), Trouble> {
        let traces: Vec<&str> =
            left.iter().filter(|(.., traces)| *traces).map(|(_, path, _)| path.as_str()).collect();
        let mut removed = match self.server.current() {
            Some(line) if !traces.is_empty() => line.remove(&traces).into_iter(),
            _ => Vec::new().into_iter(),
        };
        checkpoint("removed");
        let gone: Vec<Event> = left
            .iter()
            .filter(|(.., traces)| !traces || removed.next().is_some_and(|answer| answer.is_ok()))
            .map(|(delivery, ..)| stepped(*delivery, Step::Abandon, Some(why)))
            .collect();
        self.write_down(gone)
    }

    fn write_down(&mut self, events: impl IntoIterator<Item = Event>) -> Result<(), Trouble> {
        let events: Vec<Event> = events.into_iter().collect();
        if events.is_empty() {
            return Ok(());
        }
        self.journal.record((self.now)(), &events).map(drop)
    }
}

impl Row<'_> {
    fn outcome(self) -> Outcome {
        let end = self.end.unwrap_or_else(|| End::Failed(say::line_was_lost()));
        Outcome { delivery: Some(self.started.delivery), end }
    }
}

/// A file that is not on the server as planned.
struct NotStored {
    why: String,
    /// Whether a file of ours, or a part of it, may be there.
    traces: bool,
}

/// Holds what was stored against the plan.
fn compare(planned: &Started, read: Digest, stored: Result<Stored, StoreError>) -> Result<(), NotStored> {
    let not = |why: String| Err(NotStored { why, traces: true });
    match stored {
        Ok(Stored { sent, size }) => {
            if sent != planned.size || read != planned.digest {
                not(say::changed_since_planned())
            } else if size != Some(planned.size) {
                not(say::wrong_size_on_server(planned.size, size))
            } else {
                Ok(())
            }
        }
        Err(StoreError::Source(error)) => not(say::original_not_read(&error)),
        Err(StoreError::Broken(error) | StoreError::NotOpened(error @ RemoteError::NoAnswer(_))) => {
            not(say::not_stored(&error))
        }
        Err(StoreError::NotOpened(error)) => Err(NotStored { why: say::not_opened(&error), traces: false }),
    }
}

/// `sftp.verify = "read_back"`.
fn read_back(
    line: &mut dyn Remote,
    rows: &[Row<'_>],
    path: fn(&Started) -> &str,
    verdicts: &mut [Result<(), NotStored>],
) {
    let (right, paths): (Vec<usize>, Vec<&str>) = rows
        .iter()
        .enumerate()
        .filter(|(i, _)| verdicts[*i].is_ok())
        .map(|(i, row)| (i, path(&row.started)))
        .unzip();
    for (i, answer) in right.into_iter().zip(line.digest(&paths)) {
        let why = match answer {
            Ok(digest) if digest == rows[i].started.digest => continue,
            Ok(_) => say::other_content_on_server(),
            Err(error) => say::not_read_back(&error),
        };
        verdicts[i] = Err(NotStored { why, traces: true });
    }
}

fn failed(why: String) -> Outcome {
    Outcome { delivery: None, end: End::Failed(why) }
}

fn stepped(delivery: i64, step: Step, why: Option<&str>) -> Event {
    Event::Stepped { delivery, step, why: why.map(str::to_owned), who: None }
}

/// The final path on the server of a file, from `sftp.remote_name` and the folder. Where that makes no name
/// of it, as `{ext}` of a file without one, or a name of a folder, the file keeps its own.
#[must_use]
pub fn remote_path(sftp: &Sftp, folder: Option<&str>, name: &str, key: &Key) -> String {
    let made = sftp.remote_name.render(|place| part(place, name, key, ""));
    let name = if matches!(made.as_str(), "" | "." | "..") { name } else { &made };
    match folder.unwrap_or(&sftp.folder) {
        "" => name.to_owned(),
        folder => format!("{}/{name}", folder.trim_end_matches('/')),
    }
}

/// The path on the server until a file is complete, beside its final path, from `sftp.temporary_name`.
///
/// `id` is what tells one delivery from all others, and stands in it in full; all else is cut where the name
/// would be longer than a server can hold.
#[must_use]
pub fn temporary_path(sftp: &Sftp, remote_path: &str, key: &Key, id: &str) -> String {
    let (folder, name) = remote_path.split_at(remote_path.rfind('/').map_or(0, |slash| slash + 1));
    let cut = |longest: usize| {
        sftp.temporary_name.render(|place| match (place, part(place, name, key, id)) {
            (Placeholder::Id, id) => id,
            (_, text) => text.chars().take(longest).collect(),
        })
    };
    let fitting = (1..=LONGEST_NAME).rev().map(cut).find(|name| name.len() <= LONGEST_NAME);
    format!("{folder}{}", fitting.unwrap_or_else(|| cut(0)))
}

fn part(place: Placeholder, name: &str, key: &Key, id: &str) -> String {
    let (stem, ext) = name.rsplit_once('.').unwrap_or((name, ""));
    match place {
        Placeholder::Name => name.to_owned(),
        Placeholder::Stem => stem.to_owned(),
        Placeholder::Ext => ext.to_owned(),
        // A series made from a name holds a `*`, which no file name on Windows may.
        Placeholder::Series => key.slot.series.replace('*', "x"),
        Placeholder::Period => key.slot.period.map(|period| period.to_string()).unwrap_or_default(),
        Placeholder::Digest8 => key.digest.short(),
        Placeholder::Id => id.to_owned(),
    }
}

/// Where the file of a delivery lies, if it is still there.
fn place_of(drop: &Path, path: &str) -> PathBuf {
    path.split('/').fold(drop.to_owned(), |place, part| place.join(part))
}

/// Whether recovery has something to ask the server about this delivery.
#[must_use]
pub fn needs_server(state: State) -> bool {
    matches!(state, State::Uploading | State::Publishing)
}
