//! The real ledger, with commits that may fail, and a process that may die before or after one.

use std::io;
use std::ops::Deref;

use chrono::{DateTime, FixedOffset};
use traekfil::exit::UserError;
use traekfil::ledger::event::{Event, Started};
use traekfil::ledger::{Journal, Ledger, LedgerReader};
use traekfil::model::delivery::State;
use traekfil::model::ledger::ChainPosition;

use crate::server::Shared;

pub struct FaultyLedger {
    pub ledger: Ledger,
    pub world: Shared,
    /// A commit has failed: the run must end.
    pub failed: bool,
}

/// The allowed changes of state, written down independently of the program.
const LEGAL: [(State, State); 10] = [
    (State::Uploading, State::Publishing),
    (State::Uploading, State::Abandoned),
    (State::Publishing, State::Delivered),
    (State::Publishing, State::InDoubt),
    (State::Delivered, State::Archived),
    (State::InDoubt, State::Delivered),
    (State::InDoubt, State::NotDelivered),
    (State::Delivered, State::NotDelivered),
    (State::Archived, State::NotDelivered),
    // only for a direct write: the server refused to make the final file
    (State::Publishing, State::Abandoned),
];

impl Deref for FaultyLedger {
    type Target = LedgerReader;

    fn deref(&self) -> &LedgerReader {
        &self.ledger
    }
}

impl FaultyLedger {
    fn states(&self, events: &[Event]) -> Vec<(i64, State)> {
        let moved = events.iter().filter_map(|event| match event {
            Event::Stepped { delivery, .. } => Some(*delivery),
            _ => None,
        });
        moved.map(|id| (id, self.ledger.delivery(id).unwrap().unwrap().state)).collect()
    }

    fn check_moves(&self, before: &[(i64, State)], after: &[(i64, State)]) {
        for ((id, from), (_, to)) in before.iter().zip(after) {
            let direct = self.ledger.delivery(*id).unwrap().unwrap().is_direct();
            let abandoned_late = (*from, *to) == (State::Publishing, State::Abandoned) && !direct;
            if !LEGAL.contains(&(*from, *to)) || abandoned_late {
                self.world.borrow_mut().violated(format!("delivery {id} went from {from:?} to {to:?}"));
            }
        }
    }
}

impl Journal for FaultyLedger {
    fn record(&mut self, at: DateTime<FixedOffset>, events: &[Event]) -> Result<(), UserError> {
        let failure = || Err(UserError::unexpected("the disk"));
        let named: Vec<String> = events.iter().map(short).collect();
        let what = format!("commit {}", named.join(", "));
        {
            let mut world = self.world.borrow_mut();
            world.step();
            if self.failed {
                world.violated(format!("{what}, after a commit had failed"));
            }
            world.may_die("dies before a commit", format!("before {what}"));
            if world.strikes("commit fails", 100) {
                world.tell(format!("{what}: fails"));
                self.failed = true;
                return failure();
            }
            world.tell(&what);
        }
        let before = self.states(events);
        self.ledger.record(at, events)?;
        self.check_moves(&before, &self.states(events));
        for event in events {
            if let Event::TemporaryGone { delivery } = event
                && let Some(temporary) = self.ledger.delivery(*delivery).unwrap().unwrap().temporary
            {
                self.world.borrow_mut().never_came.insert(temporary, true);
            }
        }
        let mut world = self.world.borrow_mut();
        for event in events {
            match event {
                Event::Keyed { .. } => *world.tally.entry("keys made from the archive").or_default() += 1,
                Event::NotKeyed { .. } => *world.tally.entry("keys cannot be made").or_default() += 1,
                _ => {}
            }
        }
        world.may_die("dies after a commit", format!("after {what}"));
        if world.strikes("commit fails, though it is on the disk", 100) {
            world.tell("  fails, though it is on the disk");
            self.failed = true;
            return failure();
        }
        Ok(())
    }

    fn announce(&mut self, at: DateTime<FixedOffset>, started: &[&Started]) -> io::Result<()> {
        let named: Vec<String> = started.iter().map(|started| started.delivery.to_string()).collect();
        let what = format!("witness {}", named.join(", "));
        {
            let mut world = self.world.borrow_mut();
            world.step();
            world.may_die("dies before a line", format!("before {what}"));
            if world.strikes("line not written", 100) {
                world.tell(format!("{what}: fails"));
                return Err(io::Error::other("the disk"));
            }
            world.tell(&what);
        }
        let written = self.ledger.announce(at, started);
        let mut world = self.world.borrow_mut();
        world.may_die("dies after a line", format!("after {what}"));
        if world.strikes("line not written, though it is on the disk", 100) {
            world.tell("  fails, though it is on the disk");
            return Err(io::Error::other("the disk"));
        }
        written
    }

    fn attest(&mut self) -> io::Result<()> {
        {
            let mut world = self.world.borrow_mut();
            world.step();
            world.may_die("dies before a line", "before the lines that are owed");
            if world.strikes("line not written", 100) {
                world.tell("the lines that are owed: fails");
                return Err(io::Error::other("the disk"));
            }
        }
        let written = self.ledger.attest();
        self.world.borrow_mut().may_die("dies after a line", "after the lines that were owed");
        written
    }

    fn head(&self) -> ChainPosition {
        self.ledger.head()
    }

    fn id(&self) -> &str {
        self.ledger.id()
    }
}

fn short(event: &Event) -> String {
    match event {
        Event::Started(started) => format!("{} uploading {}", started.delivery, started.path),
        Event::Stepped { delivery, step, .. } => format!("{delivery} {step:?}"),
        Event::Holds { held, ended } => {
            let held: Vec<String> =
                held.iter().map(|held| format!("{} {}", held.path, held.reason)).collect();
            format!("holds {held:?}, over {ended:?}")
        }
        Event::TemporaryGone { delivery } => format!("{delivery} is free"),
        other => format!("{other:?}").split([' ', '{']).next().unwrap_or_default().to_owned(),
    }
}
