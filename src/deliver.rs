//! The executor of the delivery protocol: record, act, record, in batches.
//!
//! In go the files that are to be sent ([`PlannedUpload`]); out comes how each ended ([`Outcome`]), and every step of it is
//! in the ledger. Each step of a batch is one commit to the ledger and one round of requests for all its files. Exactly-once
//! delivery rests on the order of the steps; `docs/reliability.md` says what may be lost between any two of them. Which step
//! may follow which is decided in [`crate::delivery`], not here.
//!
//! The files, in reading order: this one divides the files into batches and leads each through its steps; `pace` says how
//! many go at once; `server` keeps the connection, and `reconnect` goes on over new ones; `names` makes their names on the server; `steps` has steps 2 to 6, upload to rename; `original` reads a file while it is uploaded;
//! `finish` is step 7, the receipt and the original; `settle` is recovery, and `freed` what a person's word needs of the server; `picked_up` asks which files KP has taken.

use std::collections::VecDeque;
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
use crate::remote::Terms;

mod finish;
mod freed;
mod names;
mod original;
mod pace;
mod picked_up;
mod reconnect;
mod server;
mod settle;
mod steps;

use crate::model::run_report::Warning;
pub(crate) use finish::stays;
pub use names::{remote_path, temporary_path};
use pace::{AfterLoss, Pace};
pub use server::Server;
pub use settle::{Recovered, Recovery};

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
    /// Whether a person wants the run to end: no further batch is begun.
    fn is_stopping(&self) -> bool {
        false
    }
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
    notes: Vec<Warning>,
    /// Why a line of the witness could not be written: then nothing more is sent.
    unwitnessed: Option<String>,
}

/// A delivery that has been started and recorded.
struct InFlight<'p> {
    planned: &'p PlannedUpload,
    started: Started,
    end: Option<End>,
    /// The connection was lost while it was being uploaded, so that it may be uploaded anew.
    lost: bool,
    /// It has ended without anything of it being renamed.
    abandoned: bool,
}

/// How a file of a batch ended.
struct Ended {
    outcome: Outcome,
    /// It is to be uploaded anew, as another delivery.
    again: bool,
}

/// A delivery that ends without having been renamed.
struct Left {
    delivery: i64,
    temporary: String,
    /// Whether a temporary file may exist.
    traces: bool,
}

impl Left {
    fn of(row: &InFlight<'_>, traces: bool) -> Left {
        let direct = row.started.temporary == row.started.remote_path;
        Left {
            delivery: row.started.delivery,
            temporary: row.started.temporary.clone(),
            traces: traces && !direct,
        }
    }
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
        server.go_by(Terms::of(&settings.sftp));
        Executor {
            journal,
            server,
            archive,
            settings,
            run,
            next,
            now,
            warnings: Vec::new(),
            notes: Vec::new(),
            unwitnessed: None,
        }
    }

    /// Delivers these files and returns what became of each, in their order.
    ///
    /// After a lost connection, renames without an answer are settled over a new one, and files that were still being
    /// uploaded are uploaded anew, fewer at once: see `pace`. What is left when the server cannot be reached again, or loses
    /// too many connections, fails without being tried, and the next run delivers it. So does all that is left after a line
    /// of the witness that could not be written.
    ///
    /// # Errors
    /// The ledger could not be written. The run must then end; recovery in the next run finds out how far it came.
    pub fn deliver(
        &mut self,
        uploads: &[PlannedUpload],
        watch: &dyn Watch,
    ) -> Result<Vec<Outcome>, UserError> {
        let mut outcomes: Vec<Option<Outcome>> = vec![None; uploads.len()];
        let mut queue: VecDeque<usize> = (0..uploads.len()).collect();
        let mut pace = Pace::of(uploads.len());
        while !queue.is_empty() {
            let batch = next_batch(&mut queue, uploads, pace.at_once());
            let stopped = watch.is_stopping().then(say::stopped_by_a_person);
            let (ended, after) = match stopped.or_else(|| self.why_stopped(&pace)) {
                Some(why) => {
                    let failed = |_| Ended { outcome: failed(why.clone()), again: false };
                    (batch.iter().map(failed).collect(), AfterLoss::Fails)
                }
                None => self.try_batch(uploads, &batch, &mut pace, watch)?,
            };
            let mut again = Vec::new();
            for (Ended { outcome, again: once_more }, i) in ended.into_iter().zip(batch) {
                if !once_more {
                    watch.ended(&uploads[i].file.path, &outcome.end);
                    outcomes[i] = Some(outcome);
                } else if after == AfterLoss::Next {
                    again.push(i);
                } else {
                    queue.push_back(i);
                }
            }
            again.into_iter().rev().for_each(|i| queue.push_front(i));
        }
        if let Some(error) = self.server.sync_skipped() {
            let path = self.settings.sftp.host.clone();
            self.notes.push(Warning { path, message: say::sync_skipped(&error) });
        }
        Ok(outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(|| failed(String::new()))).collect())
    }

    /// Why nothing more is sent by this run; none where it goes on.
    fn why_stopped(&mut self, pace: &Pace) -> Option<String> {
        if let Some(why) = &self.unwitnessed {
            return Some(why.clone());
        }
        if pace.is_over() {
            return Some(say::gave_up(pace.losses()));
        }
        self.server.connection().err().map(|error| error.to_string())
    }

    /// Delivers a batch, and says of each file how it ended, or that it is to be uploaded anew.
    fn try_batch(
        &mut self,
        uploads: &[PlannedUpload],
        batch: &[usize],
        pace: &mut Pace,
        watch: &dyn Watch,
    ) -> Result<(Vec<Ended>, AfterLoss), UserError> {
        let session = self.server.session();
        let planned: Vec<&PlannedUpload> = batch.iter().map(|&i| &uploads[i]).collect();
        let mut rows = self.batch(&planned, watch)?;
        let is_through = |row: &&InFlight<'_>| !matches!(row.end, None | Some(End::Failed(_)));
        let through = rows.iter().filter(is_through).count();
        let lost = rows.iter().any(|row| row.lost);
        let ended = |row: InFlight<'_>, again| Ended { outcome: row.outcome(), again };
        if !lost && !self.server.is_closed() && self.server.session() == session {
            pace.went_well(session);
            return Ok((rows.into_iter().map(|row| ended(row, false)).collect(), AfterLoss::Later));
        }
        let before = pace.losses();
        let after = pace.lost(rows.len(), through, session, self.server.silences());
        self.clear_lost(&mut rows)?;
        let close = |mut row: InFlight<'_>| {
            let again = row.lost && row.abandoned && after != AfterLoss::Fails;
            if let Some(End::Failed(why)) = &mut row.end
                && row.lost
                && after == AfterLoss::Fails
                && before > 0
            {
                *why = say::lost_when_alone(why);
            }
            ended(row, again)
        };
        Ok((rows.into_iter().map(close).collect(), after))
    }

    /// Ends, over a new connection, the deliveries that were being uploaded when the connection was lost: nothing of them
    /// was ever to be renamed, so what is left of them can go, and their files may be uploaded anew.
    fn clear_lost(&mut self, rows: &mut [InFlight<'_>]) -> Result<(), UserError> {
        let mut open: Vec<&mut InFlight<'_>> =
            rows.iter_mut().filter(|row| row.lost && !row.abandoned).collect();
        if open.is_empty() || self.server.connection().is_err() {
            return Ok(());
        }
        let left: Vec<Left> = open.iter().map(|row| Left::of(row, true)).collect();
        let gone = self.abandon_over_connections(&left, "interrupted")?;
        for row in &mut open {
            row.abandoned = gone.contains(&row.started.delivery);
        }
        Ok(())
    }

    /// Takes the warnings: what went wrong on this machine after KP had the files.
    pub fn take_warnings(&mut self) -> Vec<Warning> {
        std::mem::take(&mut self.warnings)
    }

    /// Takes what a person is told once, and what keeps no run from its end: what the server would not do, and no run needs.
    pub fn take_notes(&mut self) -> Vec<Warning> {
        std::mem::take(&mut self.notes)
    }

    fn batch<'p>(
        &mut self,
        uploads: &[&'p PlannedUpload],
        watch: &dyn Watch,
    ) -> Result<Vec<InFlight<'p>>, UserError> {
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
        Ok(rows)
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
        Ok(InFlight { planned, started, end: None, lost: false, abandoned: false })
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

/// Takes the next batch out of the queue, with at most so many files. A file that is larger than a batch goes by itself, so
/// that none before it waits to be published until it is stored.
fn next_batch(queue: &mut VecDeque<usize>, uploads: &[PlannedUpload], at_once: usize) -> Vec<usize> {
    let mut bytes: u64 = 0;
    let fits = queue.iter().take(at_once).take_while(|&&i| {
        let begins = bytes == 0;
        bytes = bytes.saturating_add(uploads[i].reading.size);
        begins || bytes <= BATCH_BYTES
    });
    let count = fits.count();
    queue.drain(..count).collect()
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
