//! Writing the lines of the witness beside the events of the ledger.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset};
use rusqlite::{Connection, params};

use super::event::{Event, Started};
use super::witness::check::Reach;
use super::witness::files;
use super::witness::holdings::{self, Name};
use super::witness::line::{Kind, Line, Stamp};
use super::witness::lines::kind_of;
use super::{ChainPosition, Ledger, LedgerReader};
use crate::clock::moment;
use crate::exit::UserError;
use crate::model::delivery::Step;

/// Why a delivery is `publishing` whose line was found at the opening of the ledger, and its commit was lost.
pub const WITNESSED: &str = "witnessed";
/// After so many events the reach is written down again, though no line was.
const EVENTS: i64 = 500;

/// What the ledger still owes to its witness.
#[derive(Debug, Default)]
pub(super) struct Attestor {
    archive: PathBuf,
    /// Lines that are still to be written, of events that were committed.
    pending: Vec<Line>,
    /// The lines of deliveries that are on their way.
    announced: HashMap<i64, Line>,
    /// How far the witness agrees with the ledger.
    reach: Reach,
    /// The reach as the ledger has it is older.
    dirty: bool,
    /// Why an append failed: nobody knows what of it is on the disk, and a later sync that works would not tell.
    failed: Option<String>,
    /// Lines that were pending when the ledger was opened.
    caught_up: Vec<Line>,
}

impl Attestor {
    pub(super) fn new(archive: &Path, reach: Reach, pending: Vec<Line>) -> Attestor {
        let caught_up = pending.clone();
        Attestor {
            archive: archive.to_owned(),
            reach,
            pending,
            caught_up,
            dirty: true,
            ..Attestor::default()
        }
    }

    /// The event that the reach covers once these events are committed and end at `head`, where it is to be written
    /// down with them.
    pub(super) fn covers(&self, events: &[Event], head: ChainPosition) -> Option<i64> {
        let owes = !self.pending.is_empty() || events.iter().any(owes);
        let covered = if owes { self.reach.events } else { head.seq };
        (self.dirty || covered - self.reach.events > EVENTS).then_some(covered)
    }

    /// Writes the reach down, in the transaction of the events that it covers.
    pub(super) fn write_reach(&self, db: &Connection, covered: i64) -> rusqlite::Result<()> {
        let mut upsert = db.prepare_cached(
            "INSERT INTO witness (file, length, last, events) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (file) DO UPDATE SET length = excluded.length, last = excluded.last, events = excluded.events",
        )?;
        for (file, verified) in &self.reach.files {
            let length = verified.length.cast_signed();
            upsert.execute(params![file, length, verified.last.as_bytes(), covered])?;
        }
        Ok(())
    }

    /// Takes note of events that were committed.
    pub(super) fn committed(
        &mut self,
        ledger: &LedgerReader,
        (id, head, at): (&str, ChainPosition, &str),
        events: &[Event],
        covered: Option<i64>,
    ) -> Result<(), UserError> {
        if let Some(covered) = covered {
            self.reach.events = covered;
            self.dirty = false;
        }
        for event in events.iter().flat_map(Event::each).filter(|event| owes(event)) {
            let event = event.as_ref();
            let stamp = Stamp { ledger: id, head, at };
            let line = match event {
                Event::Stepped { delivery, step: Step::Confirm, .. } => self.confirmed(*delivery, stamp),
                _ => None,
            };
            self.pending.extend(match line {
                Some(line) => Some(line),
                None => ledger.line_for(event, stamp)?,
            });
        }
        Ok(())
    }

    /// The line of a delivery that was announced and has gone well.
    fn confirmed(&mut self, delivery: i64, stamp: Stamp<'_>) -> Option<Line> {
        let line = self.announced.remove(&delivery)?;
        let Stamp { head, at, .. } = stamp;
        Some(Line { attests: Kind::Delivered, event: head.seq, hash: head.hash, at: at.to_owned(), ..line })
    }

    /// Appends these lines and syncs them. After a failure nothing more is appended until the ledger is opened again,
    /// which reads what the files hold and syncs that.
    fn append(&mut self, id: &str, lines: &[Line], head: ChainPosition) -> io::Result<()> {
        if let Some(why) = &self.failed {
            return Err(io::Error::other(why.clone()));
        }
        let appended = self.try_to_append(id, lines);
        self.failed = appended.as_ref().err().map(io::Error::to_string);
        appended?;
        self.reach.events = head.seq;
        self.dirty = true;
        Ok(())
    }

    fn try_to_append(&mut self, id: &str, lines: &[Line]) -> io::Result<()> {
        // The disk may have been unmounted since the ledger was opened: never write into its empty mount point.
        if holdings::name(&self.archive)? != Name::Of(id.to_owned()) {
            return Err(io::ErrorKind::NotFound.into());
        }
        for name in files::append(&self.archive, lines)? {
            let reached = files::reach(&self.archive, &name)?;
            self.reach.files.insert(name, reached);
        }
        Ok(())
    }
}

/// Whether an event needs a line after its commit.
fn owes(event: &Event) -> bool {
    match event {
        // The line of a publication was written before, and what is given up before it has none.
        Event::Stepped { step: Step::Publish | Step::Abandon, .. } => false,
        Event::Holds { .. } => true,
        event => kind_of(event).is_some(),
    }
}

impl Ledger {
    /// Writes a line for each of these deliveries, and those that are owed, before their `publishing` is committed.
    ///
    /// # Errors
    /// What the file system says; then the lines may stand there all the same.
    pub(super) fn announce_all(&mut self, at: DateTime<FixedOffset>, started: &[&Started]) -> io::Result<()> {
        let at = moment(at);
        let stamp = Stamp { ledger: &self.id, head: self.head, at: &at };
        let announced: Vec<Line> = started
            .iter()
            .map(|&started| {
                let line = Line::of_delivery(
                    Kind::Publishing,
                    stamp,
                    started.into(),
                    Some(started.temporary.clone()),
                );
                Line { decision: started.decision, ..line }
            })
            .collect();
        let lines: Vec<Line> = self.attestor.pending.iter().chain(&announced).cloned().collect();
        if lines.is_empty() {
            return Ok(());
        }
        self.attestor.append(&self.id, &lines, self.head)?;
        self.attestor.pending.clear();
        self.attestor.announced =
            announced.into_iter().filter_map(|line| Some((line.delivery?, line))).collect();
        Ok(())
    }

    /// Writes these lines of deliveries that are to be `publishing` anew, and those that are owed: a sync that works now
    /// says nothing of a line whose own sync may have failed.
    ///
    /// # Errors
    /// What the file system says.
    pub(super) fn announce_anew(&mut self, lines: impl IntoIterator<Item = Line>) -> io::Result<()> {
        let lines: Vec<Line> = self.attestor.pending.iter().cloned().chain(lines).collect();
        self.attestor.append(&self.id, &lines, self.head)?;
        self.attestor.pending.clear();
        Ok(())
    }

    /// Writes the lines that are owed.
    ///
    /// # Errors
    /// What the file system says; they are owed still.
    pub(super) fn attest_all(&mut self) -> io::Result<()> {
        if self.attestor.pending.is_empty() {
            return Ok(());
        }
        let lines = self.attestor.pending.clone();
        self.attestor.append(&self.id, &lines, self.head)?;
        self.attestor.pending.clear();
        Ok(())
    }

    /// The lines that the witness lacked when the ledger was opened, since the process before had died.
    #[must_use]
    pub fn caught_up(&self) -> &[Line] {
        &self.attestor.caught_up
    }
}
