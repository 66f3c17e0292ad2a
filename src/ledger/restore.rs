//! What the witness knows and a ledger does not, as events for that ledger.
//!
//! `ledger restored` writes them into a ledger that was put back from a copy, and `ledger rebuild` into a new one.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use chrono::{DateTime, FixedOffset};

use super::event::{Event, Held};
use super::query::Sequence;
use super::witness::check::{away, refused, verdict};
use super::witness::files::{self, Placed};
use super::witness::holdings::{self, Name};
use super::witness::line::{Kind, Line};
use super::{Journal, Ledger, LedgerReader, attest, witness};
use crate::delivery::witness::{Standing, Word, reconciled};
use crate::exit::UserError;
use crate::messages::witness as say;
use crate::model::delivery::{Key, State};

/// What `ledger restored` did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Reconciliation {
    /// Things that the witness knew and the ledger did not.
    pub entries: usize,
    /// Deliveries that are in doubt now.
    pub in_doubt: usize,
}

impl Ledger {
    /// Writes into the ledger at `path` what its witness in `archive` knows and it does not.
    ///
    /// # Errors
    /// As [`Ledger::open`], but for the lines that the ledger does not know.
    pub fn restored(
        path: &Path,
        archive: &Path,
        now: DateTime<FixedOffset>,
        why: Option<String>,
        who: String,
    ) -> Result<Reconciliation, UserError> {
        let mut ledger = Ledger::open_alone(path, archive, now)?;
        let holdings = holdings::look(archive).map_err(|error| away(archive, &error))?;
        match &holdings.name {
            Name::Of(name) if *name == ledger.id => {}
            Name::None => {}
            Name::Of(_) => {
                let file = archive.join(holdings::NAME);
                return Err(UserError::ledger(say::archive_of_another(path, &file)));
            }
            Name::Unreadable => {
                return Err(UserError::ledger(say::name_unreadable(&archive.join(holdings::NAME))));
            }
        }
        if let Some(aside) = &holdings.aside {
            return Err(UserError::ledger(say::rebuild_interrupted(aside)));
        }
        let (listing, lines) = whole(archive)?;
        if let Some(foreign) = lines.iter().find(|placed| placed.line.ledger != ledger.id) {
            let file = archive.join(witness::FOLDER).join(&foreign.file);
            return Err(UserError::ledger(say::archive_of_another(path, &file)));
        }
        let names: Vec<String> = listing.keys().cloned().collect();
        files::sync(archive, &names).map_err(|error| away(archive, &error))?;
        let mut events = ledger.missing(&lines)?;
        let entries = events.len();
        if entries > 0 {
            events.push(Event::Reconciled { why, who });
            // Nothing is owed for these events: their lines are what they were made of.
            ledger.attestor = attest::Attestor::new(archive, ledger.reach_of(archive, &listing)?, Vec::new());
            ledger.record(now, &events)?;
        }
        // An archive of an earlier version has no name yet; its lines are this ledger's.
        if holdings.name == Name::None && !lines.is_empty() {
            holdings::give_name(archive, &ledger.id).map_err(|error| away(archive, &error))?;
        }
        drop(ledger);
        let ledger = Ledger::open(path, archive, now)?;
        let open = ledger.open_deliveries()?;
        let in_doubt = open.iter().filter(|delivery| delivery.state == State::InDoubt).count();
        Ok(Reconciliation { entries, in_doubt })
    }
}

/// Every file of the witness with its length, and every line.
fn whole(archive: &Path) -> Result<(files::Listing, Vec<Placed>), UserError> {
    let mut lines = Vec::new();
    let listing = witness::check::listing(archive)?;
    for (name, &length) in &listing {
        let read = files::read(archive, (name, length), None, &mut 0);
        lines.extend(read.map_err(|unread| refused(archive, unread))?);
    }
    Ok((listing, lines))
}

impl LedgerReader {
    /// The events that bring the ledger up to these lines.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub(super) fn missing(&self, lines: &[Placed]) -> Result<Vec<Event>, UserError> {
        let mut lines: Vec<&Line> = lines.iter().map(|placed| &placed.line).collect();
        // What was said later counts, and the order in the files decides between lines of one event.
        lines.sort_by_key(|line| line.event);
        let mut events = self.missing_decisions(&lines)?;
        events.extend(self.missing_deliveries(&lines)?);
        events.extend(self.missing_holds(&lines)?);
        events.extend(self.missing_questions(&lines)?);
        let retired = lines.iter().rfind(|line| line.attests == Kind::Retired);
        if let Some(line) = retired
            && self.retired_at()?.is_none()
        {
            let who = line.who.clone().unwrap_or_default();
            events.push(Event::Retired { why: line.why.clone(), who });
        }
        Ok(events)
    }

    fn missing_decisions(&self, lines: &[&Line]) -> Result<Vec<Event>, UserError> {
        let is_one = |line: &&&Line| matches!(line.attests, Kind::Approved | Kind::Rejected);
        let told = lines.iter().filter(is_one);
        let mut numbers = Numbers::new(self, Sequence::Decision, told.clone().filter_map(|l| l.decision))?;
        let mut found: BTreeMap<(i64, &str), &Line> = BTreeMap::new();
        for &line in told {
            if self.standing(line)? != Standing::Known {
                found.insert((line.decision.unwrap_or_default(), &line.at), line);
            }
        }
        let mut events = Vec::new();
        let mut given = HashMap::new();
        for ((number, at), line) in found {
            let Some(Key { slot, digest }) = line.key() else { continue };
            let decision = numbers.free(number);
            given.insert((number, at), decision);
            events.push(Event::RestoredDecision {
                decision,
                verdict: verdict(line.attests),
                series: slot.series,
                period: slot.period,
                digest,
                path: line.path.clone().unwrap_or_default(),
                why: line.why.clone().unwrap_or_default(),
                who: line.who.clone().unwrap_or_default(),
                decided_at: line.at.clone(),
                reasons: line.reasons.clone(),
                records: line.records,
            });
        }
        // Before the deliveries: what was taken back was used up by none of them.
        for line in lines.iter().filter(|line| line.attests == Kind::Withdrawn) {
            events.extend(self.missing_withdrawal(line, &given)?);
        }
        Ok(events)
    }

    /// The event for a line that takes an approval back, where the ledger does not have it as taken back. `given` are the
    /// numbers that approvals of the witness get in this ledger, by their own number and moment.
    fn missing_withdrawal(
        &self,
        line: &Line,
        given: &HashMap<(i64, &str), i64>,
    ) -> Result<Option<Event>, UserError> {
        let own = (line.decision.unwrap_or_default(), line.decided_at.as_deref().unwrap_or_default());
        let decision = match (given.get(&own), self.withdrawn_approval(line)?) {
            (Some(&number), _) => number,
            (None, Some(approval)) if approval.withdrawn.is_none() => approval.id,
            (None, _) => return Ok(None),
        };
        let (why, who) = (line.why.clone().unwrap_or_default(), line.who.clone().unwrap_or_default());
        Ok(Some(Event::Withdrawn { decision, why, who }))
    }

    fn missing_deliveries(&self, lines: &[&Line]) -> Result<Vec<Event>, UserError> {
        let told = lines.iter().filter(|line| line.attests.word().is_some());
        let mut numbers = Numbers::new(self, Sequence::Delivery, told.clone().filter_map(|l| l.delivery))?;
        let mut events = Vec::new();
        for mut of_one in by_delivery(told.copied()).into_values() {
            // Where an older ledger was put back in between, its events count from there again.
            of_one.sort_by_key(|line| line.attests.word().map(Word::rank));
            let Some(last) = of_one.last() else { continue };
            let Some(state) = self.reconciled(&of_one)? else { continue };
            let Some(mut attested) = last.attested() else { continue };
            attested.delivery = match self.told_of_by(last)? {
                Some(row) => row.id,
                None => numbers.free(attested.delivery),
            };
            attested.remote_path = of_one.iter().rev().find_map(|line| line.remote_path.clone());
            let delivery = attested.delivery;
            events.push(Event::Restored {
                state,
                delivered_at: last.at.clone(),
                delivery: attested,
                temporary: of_one.iter().rev().find_map(|line| line.temporary.clone()),
                decision: of_one.iter().rev().find_map(|line| line.decision),
                why: last.why.clone(),
                who: last.who.clone(),
            });
            // What the server confirmed before it was taken back left no temporary file behind.
            let confirmed = |line: &&Line| line.attests == Kind::Delivered && line.who.is_none();
            if state == State::NotDelivered && of_one.iter().any(confirmed) {
                events.push(Event::TemporaryGone { delivery });
            }
        }
        Ok(events)
    }

    /// Where a delivery with these lines is to stand; none where the ledger knows all of them.
    fn reconciled(&self, of_one: &[&Line]) -> Result<Option<State>, UserError> {
        let Some(last) = of_one.last().and_then(|line| line.attests.word()) else { return Ok(None) };
        for line in of_one {
            let state = self.told_of_by(line)?.map(|delivery| delivery.state);
            if line.attests.word().and_then(|word| reconciled(state, word)).is_some() {
                // The last line counts, whichever of them the ledger lacks.
                return Ok(reconciled(state, last).or_else(|| reconciled(None, last)));
            }
        }
        Ok(None)
    }

    fn missing_holds(&self, lines: &[&Line]) -> Result<Vec<Event>, UserError> {
        let told = lines.iter().filter(|line| matches!(line.attests, Kind::Held | Kind::HoldEnded));
        let mut numbers = Numbers::new(self, Sequence::Hold, told.clone().filter_map(|l| l.hold))?;
        let mut by_hold: BTreeMap<(i64, Option<&str>), Vec<&Line>> = BTreeMap::new();
        for &line in told {
            let Some(hold) = line.hold else { continue };
            by_hold.entry((hold, line.path.as_deref())).or_default().push(line);
        }
        let mut events = Vec::new();
        for ((number, _), lines) in by_hold {
            let opened = lines.iter().rfind(|line| line.attests == Kind::Held);
            let ended = lines.iter().rfind(|line| line.attests == Kind::HoldEnded);
            let known = match opened.or(ended) {
                Some(line) => self.held(line)?,
                None => None,
            };
            let hold = match (&known, opened) {
                (Some((hold, _)), _) => hold.id,
                (None, Some(line)) => {
                    let hold = numbers.free(number);
                    events.push(restored_hold(hold, line));
                    hold
                }
                (None, None) => continue,
            };
            if let Some(line) = ended
                && known.is_none_or(|(_, over)| !over)
            {
                events.push(Event::HoldEnded { hold, why: line.why.clone(), who: line.who.clone() });
            }
        }
        Ok(events)
    }

    fn missing_questions(&self, lines: &[&Line]) -> Result<Vec<Event>, UserError> {
        let told = lines.iter().filter(|line| line.attests == Kind::Asked);
        let mut numbers = Numbers::new(self, Sequence::Asked, told.clone().filter_map(|line| line.asked))?;
        let mut found: BTreeMap<(i64, &str), &Line> = BTreeMap::new();
        for &line in told {
            if self.standing(line)? != Standing::Known {
                found.insert((line.asked.unwrap_or_default(), &line.at), line);
            }
        }
        let restored = found.into_iter().filter_map(|((number, at), line)| {
            let (series, about) = (line.series.clone()?, line.about?);
            Some(Event::RestoredAsked {
                asked: numbers.free(number),
                series,
                period: line.period,
                about,
                sent_to: line.sent_to.clone(),
                subject: line.subject.clone().unwrap_or_default(),
                who: line.who.clone().unwrap_or_default(),
                asked_at: at.to_owned(),
            })
        });
        Ok(restored.collect())
    }
}

/// A delivery, as its lines tell it from every other: its number, its key and its temporary path.
type Identity<'a> = (i64, Option<Key>, Option<&'a str>);

/// The lines of each delivery, in order. A number that two histories used stands for two deliveries, told apart by their
/// temporary paths.
fn by_delivery<'a>(lines: impl Iterator<Item = &'a Line> + Clone) -> BTreeMap<Identity<'a>, Vec<&'a Line>> {
    let mut temporaries: BTreeMap<(i64, Option<Key>), &str> = BTreeMap::new();
    for line in lines.clone() {
        if let (Some(delivery), Some(temporary)) = (line.delivery, line.own_temporary()) {
            temporaries.entry((delivery, line.key())).or_insert(temporary);
        }
    }
    let mut found: BTreeMap<_, Vec<&Line>> = BTreeMap::new();
    for line in lines {
        let Some(delivery) = line.delivery else { continue };
        let key = line.key();
        let first = temporaries.get(&(delivery, key.clone())).copied();
        found.entry((delivery, key, line.own_temporary().or(first))).or_default().push(line);
    }
    found
}

fn restored_hold(hold: i64, line: &Line) -> Event {
    Event::RestoredHold {
        opened_at: line.at.clone(),
        held: Held {
            hold,
            path: line.path.clone().unwrap_or_default(),
            digest: line.sha256,
            series: line.series.clone(),
            period: line.period,
            reason: line.reasons.first().cloned().unwrap_or_default(),
            reasons: line.reasons.clone(),
        },
    }
}

/// Numbers for what is restored: its own where that is free, else one above all that the ledger and the witness name.
struct Numbers {
    first: i64,
    next: i64,
    taken: Vec<i64>,
}

impl Numbers {
    fn new(
        ledger: &LedgerReader,
        of: Sequence,
        told: impl Iterator<Item = i64>,
    ) -> Result<Numbers, UserError> {
        let first = ledger.next(of)?;
        Ok(Numbers { first, next: told.max().map_or(first, |most| first.max(most + 1)), taken: Vec::new() })
    }

    fn free(&mut self, number: i64) -> i64 {
        if number >= self.first && !self.taken.contains(&number) {
            self.taken.push(number);
            return number;
        }
        self.next += 1;
        self.next - 1
    }
}
