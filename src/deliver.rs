//! The executor of the delivery protocol: record, act, record, in batches.
//!
//! In go the files that are to be sent ([`PlannedUpload`]); out comes how each ended ([`Outcome`]), and every step of it is
//! in the ledger. Each step of a batch is one commit to the ledger and one round of requests for all its files. Exactly-once
//! delivery rests on the order of the steps; `docs/reliability.md` says what may be lost between any two of them. Which step
//! may follow which is decided in [`crate::delivery`], not here.
//!
//! The files, in reading order: this one divides the files into batches and leads each through its steps; `names` makes
//! their names on the server; `steps` has steps 2 to 6, upload to rename; `original` reads a file while it is uploaded;
//! `finish` is step 7, the receipt and the original; `settle` is recovery; `picked_up` asks which files KP has taken.

use std::path::PathBuf;

use chrono::{DateTime, FixedOffset};

use crate::archive::Archive;
use crate::config::{Disposal, Publish, Sftp};
use crate::drop_folder::{FileSnapshot, FolderEntry};
use crate::exit::UserError;
use crate::failpoint::failpoint;
use crate::ledger::Journal;
use crate::ledger::event::{Event, Started};
use crate::messages::run as say;
use crate::model::decision::Reason;
use crate::model::delivery::{Key, State, Step};
use crate::model::keys::KeyedRecords;
use crate::model::ledger::{ContentTotals, Delivery};
use crate::remote::trial::TrialNote;
use crate::remote::{Connect, ConnectError, Load, Remote};

mod finish;
mod names;
mod original;
mod picked_up;
mod settle;
mod steps;

use crate::model::run_report::Warning;
pub use names::{remote_path, temporary_path};
pub use settle::{Recovered, Recovery};

/// The most files in one batch: enough to keep a slow connection busy, and to share the cost of the commits.
const BATCH: usize = 512;
/// A batch has at most so many bytes, or one file alone, so that uploaded files do not wait long to be published.
const BATCH_BYTES: u64 = 256 << 20;

/// One file that is to be delivered.
#[derive(Debug, Clone)]
pub struct PlannedUpload {
    /// The file.
    pub file: FolderEntry,
    /// What the scan read of it.
    pub reading: FileSnapshot,
    /// Its content's digest, series and period.
    pub key: Key,
    /// The path it gets on the server.
    pub remote_path: String,
    /// Why it is sent.
    pub reason: Reason,
    /// The number of the approval that releases it; none where it needs none.
    pub decision: Option<i64>,
    /// What its records come to, where its series has a format.
    pub content: Option<ContentTotals>,
    /// What would have held it and is only observed.
    pub observed: Vec<Reason>,
    /// The keys of its records, where its series has a format.
    pub keyed: Option<KeyedRecords>,
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
    /// Another file has its name on the server, so a person decides.
    Held(Reason),
}

/// What became of a planned upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The delivery's number; none where none was started.
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
}

/// Is told of the progress.
pub trait Watch: Sync {
    /// The server has acknowledged so many more bytes.
    fn bytes(&self, more: u64);
    /// The delivery of a file has ended.
    fn ended(&self, path: &str, end: &End);
}

/// Executes the delivery protocol.
pub struct Executor<'a> {
    journal: &'a mut dyn Journal,
    server: &'a mut Server,
    archive: &'a mut Archive,
    settings: Settings,
    run: i64,
    next: i64,
    now: &'a dyn Fn() -> DateTime<FixedOffset>,
    warnings: Vec<Warning>,
    /// Why a line of the witness could not be written: then nothing more is sent.
    unwitnessed: Option<String>,
}

/// The receiver's server: its connection is made when it is first needed, and kept for the whole run.
pub struct Server {
    connect: Box<dyn Connect>,
    connection: Option<Box<dyn Remote>>,
    unreachable: Option<ConnectError>,
}

impl Server {
    /// A server without a connection yet.
    #[must_use]
    pub fn new(connect: Box<dyn Connect>) -> Server {
        Server { connect, connection: None, unreachable: None }
    }

    /// Announces that a connection will be needed for this load, so that it can be made in the background.
    pub fn expect(&mut self, load: Load) {
        if self.connection.is_none() && self.unreachable.is_none() {
            self.connect.expect(load);
        }
    }

    /// The connection, or a new one where it is lost. After a failure to connect, this run does not try again: each try may
    /// take the whole time-out.
    fn connection(&mut self) -> Result<&mut dyn Remote, ConnectError> {
        if let Some(error) = &self.unreachable {
            return Err(error.clone());
        }
        let connection = match self.connection.take().filter(|connection| !connection.is_closed()) {
            Some(connection) => connection,
            None => self.connect.connect().inspect_err(|error| self.unreachable = Some(error.clone()))?,
        };
        Ok(self.connection.insert(connection).as_mut())
    }

    /// Removes what a check that was cut off left on the server. Nobody misses it, so what fails is left to the next run.
    pub(crate) fn clear_trial(&mut self, note: &TrialNote) {
        if note.is_there()
            && let Ok(connection) = self.connection()
        {
            let _ = note.clear(connection);
        }
    }

    /// The connection as it is, even where it is lost; none before the first one is made.
    fn current(&mut self) -> Option<&mut dyn Remote> {
        self.connection.as_deref_mut().map(|connection| connection as &mut dyn Remote)
    }

    fn is_closed(&self) -> bool {
        self.connection.as_ref().is_none_or(|connection| connection.is_closed())
    }
}

/// A delivery that has been started and recorded.
struct InFlight<'p> {
    planned: &'p PlannedUpload,
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
        Executor {
            journal,
            server,
            archive,
            settings,
            run,
            next,
            now,
            warnings: Vec::new(),
            unwitnessed: None,
        }
    }

    /// Delivers these files and returns what became of each, in their order.
    ///
    /// After a lost connection, renames without an answer are settled over a new one, and the files of later batches fail
    /// without being tried: so the run ends in bounded time, and the next run delivers them. They fail likewise after a line
    /// of the witness that could not be written.
    ///
    /// # Errors
    /// The ledger could not be written. The run must then end; recovery in the next run finds out how far it came.
    pub fn deliver(
        &mut self,
        uploads: &[PlannedUpload],
        watch: &dyn Watch,
    ) -> Result<Vec<Outcome>, UserError> {
        let mut outcomes = Vec::with_capacity(uploads.len());
        let mut stopped: Option<String> = None;
        for batch in batches(uploads) {
            let ended = match &stopped {
                Some(why) => batch.iter().map(|_| failed(why.clone())).collect(),
                None => match self.server.connection() {
                    Err(error) => {
                        stopped = Some(error.to_string());
                        batch.iter().map(|_| failed(error.to_string())).collect()
                    }
                    Ok(_) => self.batch(batch, watch)?,
                },
            };
            for (planned, outcome) in batch.iter().zip(&ended) {
                watch.ended(&planned.file.path, &outcome.end);
            }
            outcomes.extend(ended);
            if stopped.is_none() {
                let lost = self.server.is_closed().then(say::connection_was_lost);
                stopped = self.unwitnessed.clone().or(lost);
            }
        }
        Ok(outcomes)
    }

    /// Takes the warnings: what went wrong on this machine after KP had the files.
    pub fn take_warnings(&mut self) -> Vec<Warning> {
        std::mem::take(&mut self.warnings)
    }

    fn batch(&mut self, uploads: &[PlannedUpload], watch: &dyn Watch) -> Result<Vec<Outcome>, UserError> {
        let mut rows: Vec<InFlight<'_>> =
            uploads.iter().map(|planned| self.row(planned)).collect::<Result<_, _>>()?;
        self.write_down(rows.iter().map(|row| Event::Started(row.started.clone())))?;
        failpoint("uploading");
        match self.settings.sftp.publish {
            Publish::Rename => {
                let stats = self.upload(&mut rows, watch)?;
                self.hold_taken_names(&mut rows, stats)?;
                self.announce(&mut rows);
                self.publish(&mut rows)?;
            }
            Publish::Direct => {
                let paths: Vec<&str> = uploads.iter().map(|planned| planned.remote_path.as_str()).collect();
                let stats =
                    self.server.current().map(|connection| connection.stat(&paths)).unwrap_or_default();
                self.hold_taken_names(&mut rows, stats)?;
                self.announce(&mut rows);
                self.write_directly(&mut rows, watch)?;
            }
        }
        let delivered: Vec<_> =
            rows.iter().filter(|row| row.end == Some(End::Delivered)).map(finish::Finished::of).collect();
        self.finish(&delivered)?;
        Ok(rows.into_iter().map(InFlight::outcome).collect())
    }

    fn row<'p>(&mut self, planned: &'p PlannedUpload) -> Result<InFlight<'p>, UserError> {
        let delivery = self.next;
        self.next += 1;
        let started = Started {
            delivery,
            run: self.run,
            series: planned.key.slot.series.clone(),
            period: planned.key.slot.period,
            digest: planned.key.digest,
            size: planned.reading.size,
            path: planned.file.path.clone(),
            temporary: self.temporary(planned, delivery)?,
            remote_path: planned.remote_path.clone(),
            reason: planned.reason.name().to_owned(),
            decision: planned.decision,
            content: planned.content,
            observed: planned.observed.iter().map(|reason| reason.name().to_owned()).collect(),
            keyed: planned.keyed.clone(),
        };
        Ok(InFlight { planned, started, end: None })
    }

    fn temporary(&self, planned: &PlannedUpload, delivery: i64) -> Result<String, UserError> {
        match self.settings.sftp.publish {
            Publish::Direct => Ok(planned.remote_path.clone()),
            Publish::Rename => {
                // A ledger that was put back from a copy gives numbers out again, so a number alone is not enough.
                let id = format!("{delivery}-{}", self.journal.random_id()?);
                Ok(temporary_path(&self.settings.sftp, &planned.remote_path, &planned.key, &id))
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
        let end = self.end.unwrap_or_else(|| End::Failed(say::connection_was_lost()));
        Outcome { delivery: Some(self.started.delivery), end }
    }
}

/// Divides the uploads into batches, keeping their order. A file that is larger than a batch goes
/// by itself, so that none before it waits to be published until it is stored.
fn batches(mut uploads: &[PlannedUpload]) -> impl Iterator<Item = &[PlannedUpload]> {
    std::iter::from_fn(move || {
        let mut bytes: u64 = 0;
        let fits = uploads.iter().take(BATCH).take_while(|planned| {
            let begins = bytes == 0;
            bytes = bytes.saturating_add(planned.reading.size);
            begins || bytes <= BATCH_BYTES
        });
        let (batch, left) = uploads.split_at(fits.count());
        uploads = left;
        (!batch.is_empty()).then_some(batch)
    })
}

fn failed(why: String) -> Outcome {
    Outcome { delivery: None, end: End::Failed(why) }
}

fn stepped(delivery: i64, step: Step, why: Option<&str>) -> Event {
    Event::Stepped { delivery, step, why: why.map(str::to_owned), who: None }
}

/// The path of a delivery's original inside the drop folder, as the system writes paths.
fn inside(path: &str) -> PathBuf {
    path.split('/').collect()
}

/// Whether recovery must ask the server about a delivery.
#[must_use]
pub fn needs_server(delivery: &Delivery) -> bool {
    match delivery.state {
        State::Uploading | State::Publishing => true,
        State::NotDelivered => !delivery.temporary_is_gone() && !delivery.is_direct(),
        _ => false,
    }
}
