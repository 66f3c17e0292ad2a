//! The executor of the delivery protocol: write down, act, write down; in batches.
//!
//! Each step of a batch is one commit and one round of requests for all its files. The order of the steps
//! is what keeps the promise; `docs/reliability.md` says what may be lost between any two of them.

use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset};

use crate::archive::Archive;
use crate::config::{Disposal, Publish, Sftp};
use crate::decide::Reason;
use crate::delivery::{Key, State, Step};
use crate::drop_folder::{FileSnapshot, FolderEntry};
use crate::exit::UserError;
use crate::failpoint::failpoint;
use crate::ledger::Journal;
use crate::ledger::event::{Event, Started};
use crate::messages::run as say;
use crate::remote::trial::TrialNote;
use crate::remote::{Connect, ConnectError, Load, Remote};

mod finish;
mod names;
mod original;
mod picked_up;
mod settle;
mod steps;

pub use finish::Warning;
pub use names::{remote_path, temporary_path};
pub use settle::{Recovered, Recovery};

/// How many files are under way in one batch: enough to fill a slow line, and one commit a step.
const BATCH: usize = 512;
/// A batch is not filled beyond so many bytes, so that what is on the server is published before long.
const BATCH_BYTES: u64 = 256 << 20;

/// One file that is to be delivered.
#[derive(Debug, Clone)]
pub struct PlannedUpload {
    /// The file.
    pub file: FolderEntry,
    /// What was read of it.
    pub reading: FileSnapshot,
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
    mishaps: Vec<Warning>,
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

    /// Says that a line will be needed, and what for, so that it can be made meanwhile.
    pub fn expect(&mut self, load: Load) {
        if self.line.is_none() && self.away.is_none() {
            self.connect.expect(load);
        }
    }

    /// A line that is not lost. Once there was none to be had, this run does not try again.
    fn line(&mut self) -> Result<&mut dyn Remote, ConnectError> {
        if let Some(error) = &self.away {
            return Err(error.clone());
        }
        let line = match self.line.take().filter(|line| !line.is_closed()) {
            Some(line) => line,
            None => self.connect.connect().inspect_err(|error| self.away = Some(error.clone()))?,
        };
        Ok(self.line.insert(line).as_mut())
    }

    /// Removes what a check that was cut off left on the server. Nobody misses it, so what fails is left to the next run.
    pub(crate) fn clear_trial(&mut self, note: &TrialNote) {
        if note.is_there()
            && let Ok(line) = self.line()
        {
            let _ = note.clear(line);
        }
    }

    /// The line as it is, lost or not; none before the first.
    fn current(&mut self) -> Option<&mut dyn Remote> {
        self.line.as_deref_mut().map(|line| line as &mut dyn Remote)
    }

    fn is_closed(&self) -> bool {
        self.line.as_ref().is_none_or(|line| line.is_closed())
    }
}

/// A parcel on its way.
struct InFlight<'p> {
    parcel: &'p PlannedUpload,
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
    pub fn deliver(
        &mut self,
        parcels: &[PlannedUpload],
        watch: &dyn Watch,
    ) -> Result<Vec<Outcome>, UserError> {
        let mut outcomes = Vec::with_capacity(parcels.len());
        let mut away: Option<String> = None;
        for batch in batches(parcels) {
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
            if away.is_none() && self.server.is_closed() {
                away = Some(say::line_was_lost());
            }
        }
        Ok(outcomes)
    }

    /// What went wrong beside the deliveries, on this machine.
    pub fn mishaps(&mut self) -> Vec<Warning> {
        std::mem::take(&mut self.mishaps)
    }

    fn batch(&mut self, parcels: &[PlannedUpload], watch: &dyn Watch) -> Result<Vec<Outcome>, UserError> {
        let mut rows: Vec<InFlight<'_>> = parcels.iter().map(|parcel| self.row(parcel)).collect();
        self.write_down(rows.iter().map(|row| Event::Started(row.started.clone())))?;
        failpoint("uploading");
        match self.settings.sftp.publish {
            Publish::Rename => {
                let looks = self.upload(&mut rows, watch)?;
                self.hold_taken_names(&mut rows, looks)?;
                self.publish(&mut rows)?;
            }
            Publish::Direct => {
                let paths: Vec<&str> = parcels.iter().map(|parcel| parcel.remote_path.as_str()).collect();
                let looks = self.server.current().map(|line| line.stat(&paths)).unwrap_or_default();
                self.hold_taken_names(&mut rows, looks)?;
                self.write_directly(&mut rows, watch)?;
            }
        }
        let delivered: Vec<_> =
            rows.iter().filter(|row| row.end == Some(End::Delivered)).map(finish::Finished::of).collect();
        self.finish(&delivered)?;
        Ok(rows.into_iter().map(InFlight::outcome).collect())
    }

    fn row<'p>(&mut self, parcel: &'p PlannedUpload) -> InFlight<'p> {
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
        InFlight { parcel, started, end: None }
    }

    fn temporary(&self, parcel: &PlannedUpload, delivery: i64) -> String {
        match self.settings.sftp.publish {
            Publish::Direct => parcel.remote_path.clone(),
            Publish::Rename => {
                // The ledger's own name in it keeps two ledgers from ever meaning the same file.
                let id = format!("{delivery}-{}", self.settings.ledger);
                temporary_path(&self.settings.sftp, &parcel.remote_path, &parcel.key, &id)
            }
        }
    }

    fn write_down(&mut self, events: impl IntoIterator<Item = Event>) -> Result<(), UserError> {
        let events: Vec<Event> = events.into_iter().collect();
        if events.is_empty() {
            return Ok(());
        }
        self.journal.record((self.now)(), &events).map(drop)
    }
}

impl InFlight<'_> {
    fn outcome(self) -> Outcome {
        let end = self.end.unwrap_or_else(|| End::Failed(say::line_was_lost()));
        Outcome { delivery: Some(self.started.delivery), end }
    }
}

/// The parcels in batches, in their order.
fn batches(mut parcels: &[PlannedUpload]) -> impl Iterator<Item = &[PlannedUpload]> {
    std::iter::from_fn(move || {
        let mut bytes: u64 = 0;
        let fits = parcels.iter().take(BATCH).take_while(|parcel| {
            let fits = bytes < BATCH_BYTES;
            bytes = bytes.saturating_add(parcel.reading.size);
            fits
        });
        let (batch, left) = parcels.split_at(fits.count());
        parcels = left;
        (!batch.is_empty()).then_some(batch)
    })
}

fn failed(why: String) -> Outcome {
    Outcome { delivery: None, end: End::Failed(why) }
}

fn stepped(delivery: i64, step: Step, why: Option<&str>) -> Event {
    Event::Stepped { delivery, step, why: why.map(str::to_owned), who: None }
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
