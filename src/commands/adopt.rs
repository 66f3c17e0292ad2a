//! `adopt`: what KP has had since before the ledger began is recorded as delivered, and never sent.
//!
//! No file is moved or sent. A file is known by its bytes, its series and its period, as a run knows it, so the
//! next run finds those that still lie in the drop folder delivered already.

use std::collections::HashMap;

use serde::Serialize;

use crate::cli::{self, Global};
use crate::config::{Config, Disposal};
use crate::digest::Digest;
use crate::exit::{ExitCode, UserError};
use crate::failpoint::failpoint;
use crate::ledger::event::Event;
use crate::ledger::query::Sequence;
use crate::ledger::{Journal, Ledger, LedgerReader};
use crate::messages::{adopt as say, escape, report as say_report};
use crate::model::delivery::{Key, Slot, State};
use crate::model::keys::KeyedRecords;
use crate::model::ledger::{ContentTotals, Delivery};
use crate::period::Period;
use crate::report::listing::{Column, Listing};
use crate::report::text;
use crate::run::secret;
use crate::wording;

use self::places::{Claim, Found};
use super::context::{now, open_ledger, open_reader, who};
use crate::names;
use crate::output::answer;

mod places;
mod remote;

/// How many files are recorded in one commit.
const BATCH: usize = 500;

#[derive(Serialize)]
struct Answer {
    dry_run: bool,
    files: Vec<Adoption>,
    exit_code: u8,
    /// Files that the scan rules leave out, and what the archive keeps for itself.
    #[serde(rename = "excluded_files")]
    excluded: usize,
    /// The files about which a person has to decide.
    matters: Vec<Matter>,
}

/// A file that was not recorded, since a person has to decide.
#[derive(Serialize)]
struct Matter {
    kind: Outcome,
    series: Option<String>,
    period: Option<Period>,
    path: String,
    text: String,
    commands: Vec<String>,
}

/// What becomes of one file.
#[derive(Serialize)]
struct Adoption {
    path: String,
    size: u64,
    sha256: Option<Digest>,
    series: Option<String>,
    period: Option<Period>,
    outcome: Outcome,
    delivery_id: Option<i64>,
    remote_path: Option<String>,
    note: Option<String>,
    error: Option<String>,
    #[serde(skip)]
    content: Option<ContentTotals>,
    #[serde(skip)]
    keyed: Option<KeyedRecords>,
    #[serde(skip)]
    in_drop: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    /// Recorded as delivered.
    Adopted,
    /// Recorded before, or the same bytes for the same slot come earlier in the list.
    Known,
    /// Not recorded, since a person has to decide.
    Refused,
    /// With `--remote`: not at KP, so the next run sends it.
    NotAtKp,
}

pub(super) fn adopt(config: &Config, options: &cli::Adopt, global: &Global) -> anyhow::Result<ExitCode> {
    config.check_folders()?;
    let paths = places::expanded(config, &options.paths)?;
    let options = &cli::Adopt { paths: places::found_in_drop(config, &paths), ..options.clone() };
    places::all_there(&options.paths)?;
    let (files, excluded) = if options.dry_run {
        let ledger = open_reader(config, false)?;
        let known = remote::delivered_names(&ledger)?;
        secret::look(config, &ledger)?;
        // The ledger is not open while files are read, so that a run can start in the meantime.
        drop(ledger);
        let (found, excluded) = look(config, options, &known)?;
        let mut files = judge(&open_reader(config, false)?, found)?;
        // A preview records no deliveries, so they have no numbers.
        files
            .iter_mut()
            .filter(|file| file.outcome == Outcome::Adopted)
            .for_each(|file| file.delivery_id = None);
        (files, excluded)
    } else {
        let reason = options.reason.as_deref().unwrap_or_default();
        let mut ledger = open_ledger(config, now())?;
        secret::ready(config, &mut ledger, now())?;
        let known = remote::delivered_names(&ledger)?;
        let (found, excluded) = look(config, options, &known)?;
        let files = judge(&ledger, found)?;
        record(config, &mut ledger, &files, reason)?;
        (files, excluded)
    };
    let refused = files.iter().any(|file| file.outcome == Outcome::Refused);
    let exit = if refused { ExitCode::Attention } else { ExitCode::Ok };
    let refused = files.iter().filter(|file| file.outcome == Outcome::Refused);
    let matters = refused.map(Adoption::matter).collect();
    let json = Answer { dry_run: options.dry_run, files, exit_code: exit.code(), excluded, matters };
    answer(global, &json, || json.text(config, global.quiet))?;
    Ok(exit)
}

fn look(
    config: &Config,
    options: &cli::Adopt,
    known: &remote::Sent,
) -> Result<(Vec<Found>, usize), UserError> {
    let (mut found, mut excluded) = places::look(config, &options.paths, now())?;
    if options.remote {
        let (dropped, dropped_excluded) = places::look_into_drop(config, now())?;
        found.extend(dropped);
        excluded += dropped_excluded;
        found = remote::compare(config, found, known)?;
    }
    Ok((found, excluded))
}

/// Decides what becomes of each file, by what the ledger knows; the same for a preview and for an adoption.
fn judge(ledger: &LedgerReader, found: Vec<Found>) -> Result<Vec<Adoption>, UserError> {
    let next = ledger.next(Sequence::Delivery)?;
    let mut list = List { ledger, next, seen: HashMap::new(), slots: HashMap::new() };
    found.into_iter().map(|file| list.judge(file)).collect()
}

/// The files that are adopted together: each is judged as if those before it had been recorded.
struct List<'a> {
    ledger: &'a LedgerReader,
    /// The number of the next delivery.
    next: i64,
    seen: HashMap<Key, i64>,
    slots: HashMap<Slot, i64>,
}

impl List<'_> {
    fn judge(&mut self, file: Found) -> Result<Adoption, UserError> {
        let Some(key) = file.key.clone() else { return Ok(Adoption::of(file, Outcome::Refused, None)) };
        let mut same_key = self.ledger.deliveries_of(&key.digest)?;
        same_key.retain(|delivery| delivery.key == key);
        let newest = |counts: fn(State) -> bool| {
            same_key.iter().rev().find(|delivery| counts(delivery.state)).map(|delivery| delivery.id)
        };
        if let Some(unclear) = newest(State::is_unclear) {
            return Ok(Adoption::refused(file, unclear, say::in_doubt(unclear)));
        }
        if let Some(known) = newest(State::is_delivered).or_else(|| self.seen.get(&key).copied()) {
            return Ok(Adoption::of(file, Outcome::Known, Some(known)));
        }
        match file.claim {
            Claim::Delivered => {}
            Claim::NotAtKp => return Ok(Adoption::of(file, Outcome::NotAtKp, None)),
            Claim::Refused(_) => return Ok(Adoption::of(file, Outcome::Refused, None)),
        }
        let last = same_key.last().filter(|last| last.state == State::NotDelivered);
        if let Some(taken_back) = last.filter(|_| !file.certain) {
            return Ok(Adoption::refused(file, taken_back.id, say::taken_back(taken_back.id)));
        }
        let notes = self.notes(&file, &key)?;
        let mut adopted = Adoption::of(file, Outcome::Adopted, Some(self.next));
        adopted.note = (!notes.is_empty()).then(|| notes.join("; "));
        self.slots.insert(key.slot.clone(), self.next);
        self.seen.insert(key, self.next);
        self.next += 1;
        Ok(adopted)
    }

    /// What the person should know about a file that is adopted.
    fn notes(&self, file: &Found, key: &Key) -> Result<Vec<String>, UserError> {
        let mut notes: Vec<String> = file.note.iter().cloned().collect();
        if key.slot.period.is_none() {
            notes.push(say::no_period());
        } else if file.one_per_period {
            let other = match self.slots.get(&key.slot) {
                Some(other) => Some(*other),
                None => taken(&self.ledger.deliveries_into(&key.slot)?),
            };
            notes.extend(other.map(say::slot_has_another));
        }
        Ok(notes)
    }
}

/// The last delivery that KP got into a slot.
fn taken(into: &[Delivery]) -> Option<i64> {
    into.iter().rev().find(|delivery| delivery.state.is_delivered()).map(|delivery| delivery.id)
}

/// Records the adopted files, with one commit and one append of receipts for each batch, and ends the holds about
/// them.
fn record(config: &Config, ledger: &mut Ledger, files: &[Adoption], reason: &str) -> Result<(), UserError> {
    let who = who();
    let holds = ledger.open_holds()?;
    let adopted: Vec<&Adoption> = files.iter().filter(|file| file.outcome == Outcome::Adopted).collect();
    for batch in adopted.chunks(BATCH) {
        let mut events: Vec<Event> = batch.iter().filter_map(|file| file.event(reason, &who)).collect();
        let over = holds.iter().filter(|hold| {
            batch.iter().any(|file| {
                hold.digest == file.sha256
                    && hold.slot.as_ref().is_some_and(|slot| {
                        file.series.as_deref().is_some_and(|series| names::same(series, &slot.series))
                            && slot.period == file.period
                    })
            })
        });
        events.extend(over.map(|hold| Event::HoldEnded {
            hold: hold.id,
            why: Some(reason.to_owned()),
            who: Some(who.clone()),
        }));
        ledger.record(now(), &events)?;
        failpoint("adopted");
        ledger
            .attest()
            .map_err(|error| UserError::unexpected(say::receipts_not_written(&config.archive, &error)))?;
    }
    Ok(())
}

impl Adoption {
    fn of(file: Found, outcome: Outcome, delivery_id: Option<i64>) -> Adoption {
        let error = match file.claim {
            Claim::Refused(because) if outcome == Outcome::Refused => Some(because),
            _ => None,
        };
        Adoption {
            path: file.path,
            size: file.size,
            sha256: file.key.as_ref().map(|key| key.digest),
            series: file.key.as_ref().map(|key| key.slot.series.clone()),
            period: file.key.and_then(|key| key.slot.period),
            outcome,
            delivery_id,
            remote_path: file.remote_path,
            note: None,
            error,
            content: file.content,
            keyed: file.keyed,
            in_drop: file.in_drop,
        }
    }

    /// Why a person has to decide about a file: the delivery `because_of`.
    fn refused(file: Found, because_of: i64, error: String) -> Adoption {
        Adoption { error: Some(error), ..Adoption::of(file, Outcome::Refused, Some(because_of)) }
    }

    fn matter(&self) -> Matter {
        Matter {
            kind: self.outcome,
            series: self.series.clone(),
            period: self.period,
            path: self.path.clone(),
            text: say::needs(&escape(&self.path), self.error.as_deref().unwrap_or_default()),
            commands: Vec::new(),
        }
    }

    fn event(&self, why: &str, who: &str) -> Option<Event> {
        Some(Event::Adopted {
            delivery: self.delivery_id?,
            series: self.series.clone()?,
            period: self.period,
            digest: self.sha256?,
            size: self.size,
            path: self.path.clone(),
            why: why.to_owned(),
            who: who.to_owned(),
            content: self.content,
            keyed: self.keyed.clone(),
        })
    }

    fn what(&self, dry_run: bool) -> String {
        let id = self.delivery_id.unwrap_or_default();
        match self.outcome {
            Outcome::Adopted if dry_run => say::would_adopt(),
            Outcome::Adopted => say::adopted(id),
            Outcome::Known => say::known(id),
            Outcome::Refused => say::refused(),
            Outcome::NotAtKp => say::not_at_kp(),
        }
    }
}

impl Answer {
    fn text(&self, config: &Config, quiet: bool) -> String {
        let mut out = String::new();
        if !quiet && !self.files.is_empty() {
            let mut listing = Listing::new([
                Column::name(say_report::head_file()),
                Column::spare(say_report::head_series()),
                Column::fact(say_report::head_period()),
                Column::fact(if self.dry_run { say_report::head_would() } else { say_report::head_what() }),
            ]);
            for file in &self.files {
                listing.add(
                    [
                        escape(&file.path),
                        escape(file.series.as_deref().unwrap_or("–")),
                        wording::period(file.period),
                        file.what(self.dry_run),
                    ],
                    file.note.iter().chain(&file.error).cloned(),
                );
            }
            out.push_str(&listing.text(text::list_width()));
            out.push('\n');
        }
        let refused: Vec<(String, Vec<String>)> =
            self.matters.iter().map(|matter| (matter.text.clone(), Vec::new())).collect();
        if !refused.is_empty() {
            out.push_str(&text::attention(&refused));
            out.push('\n');
        }
        if !quiet || self.exit_code != 0 {
            out.push_str(&self.summary(config));
        }
        out
    }

    fn summary(&self, config: &Config) -> String {
        let count = |outcome| self.files.iter().filter(|file| file.outcome == outcome).count();
        let (adopted, known) = (count(Outcome::Adopted), count(Outcome::Known));
        let (refused, not_at_kp) = (count(Outcome::Refused), count(Outcome::NotAtKp));
        let mut parts = vec![match (adopted, self.dry_run) {
            (0, _) if refused + not_at_kp == 0 => say::nothing_to_adopt(),
            (0, true) => say::none_would(),
            (0, false) => say::none_adopted(),
            (n, true) => say::count_would(n),
            (n, false) => say::count_adopted(n),
        }];
        let others = [
            (known, say::count_known(known)),
            (refused, say::count_refused(refused)),
            (not_at_kp, say::count_not_at_kp(not_at_kp)),
            (self.excluded, say::count_excluded(self.excluded)),
        ];
        parts.extend(others.into_iter().filter(|(n, _)| *n > 0).map(|(_, part)| part));
        let mut lines = vec![format!("{}.", parts.join(", "))];
        lines.push(if self.dry_run { say_report::nothing_was_done() } else { say::nothing_moved() });
        let lie_there =
            |file: &&Adoption| file.in_drop && matches!(file.outcome, Outcome::Adopted | Outcome::Known);
        if self.files.iter().any(|file| lie_there(&file)) {
            lines.push(match config.originals.duplicates {
                Disposal::Archive => say::next_run_archives(),
                Disposal::Delete => say::next_run_deletes(),
                Disposal::Leave => say::next_run_leaves(),
            });
        }
        lines.iter().map(|line| text::sentence(line)).collect()
    }
}
