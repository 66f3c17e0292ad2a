//! The lines that repeat the events of the ledger, and which of them the witness lacks.

use std::collections::{HashMap, HashSet};

use super::files::Placed;
use super::line::{Kind, Line, Stamp};
use crate::delivery::witness::{Word, lacking};
use crate::exit::UserError;
use crate::ledger::LedgerReader;
use crate::ledger::event::{Event, Held};
use crate::messages::ledger as say;
use crate::model::delivery::{State, Step};
use crate::model::ledger::{Attested, Verdict};

impl LedgerReader {
    /// Every line that the events of the ledger need, for a witness that is written anew.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub(in crate::ledger) fn every_line(&self) -> Result<Vec<Line>, UserError> {
        self.lacking(&[], 0, &self.id()?)
    }

    /// The lines that events after number `from` need and that do not stand among `lines`.
    pub(in crate::ledger) fn lacking(
        &self,
        lines: &[Placed],
        from: i64,
        id: &str,
    ) -> Result<Vec<Line>, UserError> {
        let events = self.query(|db| {
            let mut events = Vec::new();
            let mut query = db.prepare("SELECT at, body FROM events WHERE seq > ?1 ORDER BY seq")?;
            let mut rows = query.query([from])?;
            while let Some(row) = rows.next()? {
                let (at, body): (String, String) = (row.get(0)?, row.get(1)?);
                events.push((at, body));
            }
            Ok(events)
        })?;
        let head = self.head()?;
        let mut told = Told::by(lines);
        let mut lacking = Vec::new();
        for (at, body) in events {
            let event: Event = serde_json::from_str(&body)
                .map_err(|_| UserError::ledger(say::chain_broken(self.path(), from)))?;
            for event in event.each() {
                if told.lacks(self, &event)? {
                    lacking.extend(self.line_for(&event, Stamp { ledger: id, head, at: &at })?);
                }
            }
        }
        Ok(lacking)
    }

    /// The line that repeats an event; none for an event that needs none.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub(in crate::ledger) fn line_for(
        &self,
        event: &Event,
        stamp: Stamp<'_>,
    ) -> Result<Option<Line>, UserError> {
        let Some(kind) = kind_of(event) else { return Ok(None) };
        Ok(Some(match event {
            Event::Stepped { delivery, step, why, who } => {
                let Some(row) = self.delivery(*delivery)? else { return Ok(None) };
                let by_person = matches!(step, Step::ResolveDelivered | Step::ResolveNotDelivered);
                let line = Line::of_delivery(kind, stamp, (&row).into(), row.temporary.clone());
                let decision = self.approval_of(*delivery)?;
                Line { decision, why: why.clone().filter(|_| by_person), who: who.clone(), ..line }
            }
            Event::Adopted { delivery, series, period, digest, size, path, why, who, content, .. } => {
                let about = Attested {
                    delivery: *delivery,
                    series: series.clone(),
                    period: *period,
                    digest: *digest,
                    size: *size,
                    path: path.clone(),
                    remote_path: None,
                    content: *content,
                };
                let line = Line::of_delivery(kind, stamp, about, None);
                Line { why: Some(why.clone()), who: Some(who.clone()), ..line }
            }
            Event::Restored { delivery, temporary, decision, why, who, delivered_at, .. } => {
                let stamp = Stamp { at: delivered_at, ..stamp };
                let line = Line::of_delivery(kind, stamp, delivery.clone(), temporary.clone());
                Line { decision: *decision, why: why.clone(), who: who.clone(), ..line }
            }
            Event::Decided { decision, series, period, digest, path, why, who, reasons, records, .. }
            | Event::RestoredDecision {
                decision,
                series,
                period,
                digest,
                path,
                why,
                who,
                reasons,
                records,
                ..
            } => {
                let at = match event {
                    Event::RestoredDecision { decided_at, .. } => decided_at,
                    _ => stamp.at,
                };
                Line {
                    decision: Some(*decision),
                    series: Some(series.clone()),
                    period: *period,
                    sha256: Some(*digest),
                    path: Some(path.clone()),
                    reasons: reasons.clone(),
                    records: *records,
                    why: Some(why.clone()),
                    who: Some(who.clone()),
                    ..Line::new(kind, Stamp { at, ..stamp })
                }
            }
            Event::Withdrawn { decision, why, who } => {
                let Some(approval) = self.decision(*decision)? else { return Ok(None) };
                Line {
                    decision: Some(*decision),
                    decided_at: Some(approval.at),
                    series: Some(approval.key.slot.series),
                    period: approval.key.slot.period,
                    sha256: Some(approval.key.digest),
                    path: Some(approval.path),
                    why: Some(why.clone()),
                    who: Some(who.clone()),
                    ..Line::new(kind, stamp)
                }
            }
            Event::Held(held) => about_hold(kind, stamp, held),
            Event::RestoredHold { opened_at, held } => {
                about_hold(kind, Stamp { at: opened_at, ..stamp }, held)
            }
            Event::HoldEnded { hold, why, who } => Line {
                hold: Some(*hold),
                path: self.hold(*hold)?.map(|(hold, _)| hold.path),
                why: why.clone(),
                who: who.clone(),
                ..Line::new(kind, stamp)
            },
            Event::Asked { .. } | Event::RestoredAsked { .. } => {
                return Ok(about_question(kind, stamp, event));
            }
            Event::Retired { why, who } => {
                Line { why: why.clone(), who: Some(who.clone()), ..Line::new(kind, stamp) }
            }
            _ => return Ok(None),
        }))
    }

    /// The approval that a delivery goes by.
    fn approval_of(&self, delivery: i64) -> Result<Option<i64>, UserError> {
        self.query(|db| {
            db.prepare_cached("SELECT decision FROM deliveries WHERE id = ?1")?
                .query_row([delivery], |row| row.get(0))
        })
    }
}

/// The line of a question to a supplier; none for another event.
fn about_question(kind: Kind, stamp: Stamp<'_>, event: &Event) -> Option<Line> {
    let (Event::Asked { asked, series, period, about, sent_to, subject, who, .. }
    | Event::RestoredAsked { asked, series, period, about, sent_to, subject, who, .. }) = event
    else {
        return None;
    };
    let at = match event {
        Event::RestoredAsked { asked_at, .. } => asked_at,
        _ => stamp.at,
    };
    Some(Line {
        asked: Some(*asked),
        series: Some(series.clone()),
        period: *period,
        about: Some(*about),
        sent_to: sent_to.clone(),
        subject: Some(subject.clone()),
        who: Some(who.clone()),
        ..Line::new(kind, Stamp { at, ..stamp })
    })
}

fn about_hold(kind: Kind, stamp: Stamp<'_>, held: &Held) -> Line {
    Line {
        hold: Some(held.hold),
        series: held.series.clone(),
        period: held.period,
        sha256: held.digest,
        path: Some(held.path.clone()),
        reasons: if held.reasons.is_empty() { vec![held.reason.clone()] } else { held.reasons.clone() },
        ..Line::new(kind, stamp)
    }
}

/// What kind of line an event needs; none where it needs none.
pub(in crate::ledger) fn kind_of(event: &Event) -> Option<Kind> {
    Some(match event {
        Event::Stepped { step, .. } => match step {
            Step::Publish => Kind::Publishing,
            Step::Confirm | Step::ResolveDelivered => Kind::Delivered,
            Step::ResolveNotDelivered => Kind::NotDelivered,
            Step::Abandon | Step::NotOpened => Kind::Abandoned,
            Step::Doubt | Step::PutAway => return None,
        },
        Event::Adopted { .. } => Kind::Adopted,
        Event::Restored { state, .. } => match state {
            State::Uploading | State::Publishing | State::InDoubt => Kind::Publishing,
            State::Delivered | State::Archived => Kind::Delivered,
            State::Abandoned => Kind::Abandoned,
            State::NotDelivered => Kind::NotDelivered,
            State::Adopted => Kind::Adopted,
        },
        Event::Decided { verdict, .. } | Event::RestoredDecision { verdict, .. } => match verdict {
            Verdict::Approved => Kind::Approved,
            Verdict::Rejected => Kind::Rejected,
        },
        Event::Withdrawn { .. } => Kind::Withdrawn,
        Event::Held(_) | Event::RestoredHold { .. } => Kind::Held,
        Event::HoldEnded { .. } => Kind::HoldEnded,
        Event::Retired { .. } => Kind::Retired,
        Event::Asked { .. } | Event::RestoredAsked { .. } => Kind::Asked,
        _ => return None,
    })
}

/// What the lines have told already.
#[derive(Default)]
struct Told {
    words: HashMap<i64, Vec<Word>>,
    decisions: HashSet<i64>,
    withdrawn: HashSet<i64>,
    holds: HashSet<i64>,
    ended: HashSet<i64>,
    /// Holds that are over and of which no line ever told.
    over: HashSet<i64>,
    asked: HashSet<i64>,
    retired: bool,
}

impl Told {
    fn by(lines: &[Placed]) -> Told {
        let mut told = Told::default();
        for Placed { line, .. } in lines {
            match line.attests {
                Kind::Approved | Kind::Rejected => told.decisions.extend(line.decision),
                Kind::Withdrawn => told.withdrawn.extend(line.decision),
                Kind::Held => told.holds.extend(line.hold),
                Kind::HoldEnded => told.ended.extend(line.hold),
                Kind::Asked => told.asked.extend(line.asked),
                Kind::Retired => told.retired = true,
                kind => {
                    if let (Some(delivery), Some(word)) = (line.delivery, kind.word()) {
                        told.words.entry(delivery).or_default().push(word);
                    }
                }
            }
        }
        told
    }

    /// Whether an event needs a line that is not among them.
    fn lacks(&mut self, ledger: &LedgerReader, event: &Event) -> Result<bool, UserError> {
        let Some(kind) = kind_of(event) else { return Ok(false) };
        Ok(match event {
            Event::Stepped { delivery, .. }
            | Event::Adopted { delivery, .. }
            | Event::Restored { delivery: Attested { delivery, .. }, .. } => {
                let told = self.words.get(delivery).map_or(&[][..], Vec::as_slice);
                let Some(word) = kind.word() else { return Ok(false) };
                // A restored delivery needs its line whatever came of it since.
                if matches!(event, Event::Restored { .. }) {
                    return Ok(!told.contains(&word));
                }
                // The state matters only for a publication: that spares a query for every other event.
                let row = if word == Word::Publishing { ledger.delivery(*delivery)? } else { None };
                lacking(word, row.map(|row| row.state), told)
            }
            Event::Decided { decision, .. } | Event::RestoredDecision { decision, .. } => {
                !self.decisions.contains(decision)
            }
            Event::Withdrawn { decision, .. } => !self.withdrawn.contains(decision),
            Event::Held(Held { hold, .. }) | Event::RestoredHold { held: Held { hold, .. }, .. } => {
                let over = ledger.hold(*hold)?.is_some_and(|(_, over)| over);
                if over && !self.holds.contains(hold) {
                    self.over.insert(*hold);
                }
                !over && self.holds.insert(*hold)
            }
            Event::HoldEnded { hold, .. } => !self.over.contains(hold) && self.ended.insert(*hold),
            Event::Asked { asked, .. } | Event::RestoredAsked { asked, .. } => !self.asked.contains(asked),
            Event::Retired { .. } => !self.retired,
            _ => false,
        })
    }
}
