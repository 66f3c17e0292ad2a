//! `approve` and `reject`: a person decides about a held file, by its number or its name. `withdraw` takes an approval back.

use std::collections::HashSet;

use serde::Serialize;

use crate::archive::{Archive, Expected, PutAway};
use crate::cli::{self, Global};
use crate::config::Config;
use crate::config::Disposal;
use crate::digest::Digest;
use crate::exit::{ExitCode, UserError};
use crate::failpoint::failpoint;
use crate::ledger::event::Event;
use crate::ledger::query::Sequence;
use crate::ledger::{Journal, Ledger};
use crate::messages::{case as say_case, escape, report as say, trust as say_trust};
use crate::model::decision::{Choice, Reason};
use crate::model::delivery::Key;
use crate::model::ledger::{Hold, Verdict};
use crate::model::person;
use crate::model::run_report::ContentNote;
use crate::period::Period;
use crate::platform::Account;
use crate::report::case::{self, AtKp};
use crate::report::text;
use crate::run::holds::Holds;
use crate::run::judge::PlannedFile;
use crate::run::outcomes;
use crate::wording::{self, advice};

use super::context::{attest, now, open_ledger, who};
use crate::output::{answer, print_aside};

mod named;
mod withdraw;

pub(super) use named::{at_kp, named};
pub(super) use withdraw::withdraw;

#[derive(Serialize)]
struct Answer {
    decisions: Vec<Judged>,
    exit_code: u8,
}

/// What was decided about one file.
#[derive(Serialize)]
pub(super) struct Judged {
    hold_id: Option<i64>,
    path: String,
    decision: Verdict,
    size: u64,
    series: Option<String>,
    period: Option<Period>,
    /// What KP has, or may have, that bears on it.
    at_kp: Vec<AtKp>,
    /// What speaks against its content, in numbers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<ContentNote>,
    /// What came of it, in a sentence.
    #[serde(rename = "text")]
    pub(super) said: String,
}

/// Which files a person decides about, and why.
pub(super) struct Asked<'a> {
    /// Numbers of holds, or files.
    pub(super) files: &'a [String],
    /// Her reason.
    pub(super) reason: &'a str,
    /// The one file that she was shown, where she was shown it before.
    pub(super) shown: Option<Shown<'a>>,
}

/// A file as a person was shown it: nothing else is decided about.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    /// Its path in the drop folder, with `/`.
    pub(super) path: &'a str,
    /// Its content; none where it could not be read.
    pub(super) digest: Option<Digest>,
    /// The reasons that she saw.
    pub(super) reasons: &'a [Reason],
    /// How many of its records KP had got.
    pub(super) delivered_records: u64,
}

impl Asked<'_> {
    /// Refuses where the file is not the one that she was shown.
    fn is_shown(&self, file: &PlannedFile) -> Result<(), UserError> {
        let digest = file.scanned.key.as_ref().map(|key| key.digest);
        match self.shown {
            Some(shown) if shown.path != file.scanned.file.path || shown.digest != digest => {
                Err(UserError::usage(say_case::changed_meanwhile(&escape(shown.path))))
            }
            _ => Ok(()),
        }
    }

    /// The reasons that she has seen: those on her screen or, where she names a file unseen, those that its hold names;
    /// where no run has held it yet, those that a preview shows now. One that came up since is not among them.
    fn seen_reasons(&self, hold: Option<&Hold>, file: &PlannedFile) -> Vec<Reason> {
        match (self.shown, hold) {
            (Some(shown), _) => shown.reasons.to_vec(),
            (None, Some(hold)) => hold.reasons.iter().filter_map(|name| Reason::named(name)).collect(),
            (None, None) => file.judgement.reasons.clone(),
        }
    }
}

pub(super) fn approve(
    config: &Config,
    options: &cli::DecisionArgs,
    global: &Global,
) -> anyhow::Result<ExitCode> {
    let tell = |facts: &str| if global.json || global.quiet { Ok(()) } else { print_aside(facts) };
    let asked = Asked { files: &options.files, reason: &options.reason, shown: None };
    show(global, approve_named(config, &asked, tell)?)
}

/// Records the approvals. `tell` is given what each file is and what KP has, before anything is written.
///
/// # Errors
/// Exit code 2: a file is not there, not held, or not to be approved; nothing was changed.
pub(super) fn approve_named(
    config: &Config,
    asked: &Asked,
    tell: impl Fn(&str) -> anyhow::Result<()>,
) -> anyhow::Result<Vec<Judged>> {
    config.check_folders()?;
    let mut ledger = open_ledger(config, now())?;
    let files = named(config, &ledger, asked.files)?;
    let mut events = Vec::new();
    let mut judged = Vec::new();
    let mut keys = HashSet::new();
    let mut number = ledger.next(Sequence::Decision)?;
    for (hold, file) in &files {
        asked.is_shown(file)?;
        let key = approvable(hold.as_ref(), file)?;
        let seen = asked.seen_reasons(hold.as_ref(), file);
        // A file may be named twice, by its number and its name.
        if keys.insert(key) {
            events.push(decided(number, Verdict::Approved, key, file, asked, &seen));
            number += 1;
        }
        let said = said_approved(file, key, &seen);
        judged.push(of(&ledger, hold.as_ref(), file, Verdict::Approved, said)?);
    }
    for (judged, (hold, file)) in judged.iter().zip(&files) {
        let mut report = outcomes::describe(file);
        report.hold_id = hold.as_ref().map(|hold| hold.id);
        tell(&(case::facts(&report, &judged.at_kp) + &case::notes(&report.notes)))?;
    }
    ledger.record(now(), &events)?;
    failpoint("approved");
    attest(config, &mut ledger)?;
    Ok(judged)
}

/// The key of a file that a person may approve now.
///
/// # Errors
/// Exit code 2: it is not held, is not to be approved, or this person approved it before.
fn approvable<'a>(hold: Option<&Hold>, file: &'a PlannedFile) -> Result<&'a Key, UserError> {
    let OnHold { key, reason } = held(hold, file)?;
    let path = escape(&file.scanned.file.path);
    let key = key
        .filter(|_| reason.can_be_approved())
        .ok_or_else(|| UserError::usage(say::cannot_approve(&path, &advice::reason_alone(reason))))?;
    if by_unknown(file) && (!file.approvers.is_empty() || !file.covered.is_empty()) {
        return Err(UserError::usage(say_trust::unknown_is_no_second(&path, &Account::own().name())));
    }
    if file.takes_two && file.approvers.iter().any(|approver| person::is_same(approver, &who())) {
        return Err(UserError::usage(say::approved_by_you(&path, &escape(&who()))));
    }
    Ok(key)
}

/// Whether this takes two persons, and nothing tells who this one is.
fn by_unknown(file: &PlannedFile) -> bool {
    file.takes_two && !person::is_known(&who())
}

/// What an approval of these reasons comes to.
fn said_approved(file: &PlannedFile, key: &Key, seen: &[Reason]) -> String {
    let path = escape(&file.scanned.file.path);
    let unseen = file.judgement.reasons.iter().filter(|reason| !seen.contains(reason));
    let unseen: Vec<String> = unseen.map(|reason| advice::reason_alone(*reason)).collect();
    if file.judgement.choice == Choice::Hold && !unseen.is_empty() {
        say::said_approved_in_part(&path, &unseen.join(", "))
    } else if by_unknown(file) {
        say_trust::approved_by_unknown(&path, &Account::own().name())
    } else if file.takes_two && file.approvers.is_empty() {
        say::said_approved_first(&path, &escape(&who()))
    } else {
        say::said_approved(&path, &wording::period(key.slot.period))
    }
}

pub(super) fn reject(
    config: &Config,
    options: &cli::DecisionArgs,
    global: &Global,
) -> anyhow::Result<ExitCode> {
    let asked = Asked { files: &options.files, reason: &options.reason, shown: None };
    show(global, reject_named(config, &asked)?)
}

/// Records the rejections, and takes the files out of the drop folder.
///
/// # Errors
/// Exit code 2: a file is not there or not held; nothing was changed. Or it was rejected and could not be moved.
pub(super) fn reject_named(config: &Config, asked: &Asked) -> anyhow::Result<Vec<Judged>> {
    config.check_folders()?;
    let mut ledger = open_ledger(config, now())?;
    let files = named(config, &ledger, asked.files)?;
    for (hold, file) in &files {
        asked.is_shown(file)?;
        held(hold.as_ref(), file)?;
    }
    let mut archive = Archive::new(&config.archive);
    let mut judged = Vec::new();
    for (hold, file) in &files {
        // Record the decision before moving the file: even if the move fails, the file is not sent.
        if let Some(key) = &file.scanned.key {
            let number = ledger.next(Sequence::Decision)?;
            ledger.record(now(), &[decided(number, Verdict::Rejected, key, file, asked, &[])])?;
        }
        failpoint("rejected");
        attest(config, &mut ledger)?;
        let to = take_out(&mut archive, file)?;
        end_hold(&mut ledger, hold.as_ref(), file, asked)?;
        let path = escape(&file.scanned.file.path);
        let said = match in_doubt(&ledger, file)? {
            Some(delivery) => say::said_rejected_in_doubt(&path, &to, delivery),
            None => say::said_rejected(&path, &to),
        };
        judged.push(of(&ledger, hold.as_ref(), file, Verdict::Rejected, said)?);
    }
    attest(config, &mut ledger)?;
    Ok(judged)
}

/// The delivery of this very content of which nobody knows yet whether KP got it.
fn in_doubt(ledger: &Ledger, file: &PlannedFile) -> Result<Option<i64>, UserError> {
    let Some(key) = &file.scanned.key else { return Ok(None) };
    let rows = ledger.deliveries_of(&key.digest)?;
    Ok(rows.iter().rev().find(|row| row.state.is_unclear()).map(|row| row.id))
}

/// Ends the hold of a file that was rejected.
fn end_hold(
    ledger: &mut Ledger,
    hold: Option<&Hold>,
    file: &PlannedFile,
    asked: &Asked,
) -> Result<(), UserError> {
    let (why, who) = (Some(asked.reason.to_owned()), Some(who()));
    match hold {
        Some(hold) => ledger.record(now(), &[Event::HoldEnded { hold: hold.id, why, who }]),
        // A file that could not be read has no key to decide about, so a hold records who took it out, and why.
        None if file.scanned.key.is_none() => {
            let (hold, opened) = Holds::read(ledger)?.hold(file, &file.judgement.reasons);
            let events: Vec<Event> =
                opened.map(Event::Held).into_iter().chain([Event::HoldEnded { hold, why, who }]).collect();
            ledger.record(now(), &events)
        }
        None => Ok(()),
    }
}

struct OnHold<'a> {
    key: Option<&'a Key>,
    reason: Reason,
}

/// Why a file is held.
///
/// # Errors
/// Exit code 2: the file is not held, so there is nothing to decide.
fn held<'a>(hold: Option<&Hold>, file: &'a PlannedFile) -> Result<OnHold<'a>, UserError> {
    // A file that was held by the server's answer is new by its own facts; the reason is in its hold.
    let at_server =
        hold.and_then(|hold| Reason::named(&hold.reason)).filter(|_| file.judgement.choice == Choice::Send);
    let reason = at_server.unwrap_or(file.judgement.reason);
    if at_server.is_some() {
        return Ok(OnHold { key: file.scanned.key.as_ref(), reason });
    }
    // What waits for the rest of it may never get more, so a person may let it go or take it out.
    let waits = file.judgement.choice == Choice::Wait && reason == Reason::Incomplete;
    if file.judgement.choice != Choice::Hold && !waits && reason != Reason::Approved {
        let path = escape(&file.scanned.file.path);
        return Err(UserError::usage(say::not_held(&path, &advice::reason_alone(reason))));
    }
    Ok(OnHold { key: file.scanned.key.as_ref(), reason })
}

fn decided(
    number: i64,
    verdict: Verdict,
    key: &Key,
    file: &PlannedFile,
    asked: &Asked,
    seen: &[Reason],
) -> Event {
    let known = file.delivered_records();
    Event::Decided {
        decision: number,
        verdict,
        series: key.slot.series.clone(),
        period: key.slot.period,
        digest: key.digest,
        path: file.scanned.file.path.clone(),
        why: asked.reason.to_owned(),
        who: who(),
        reasons: seen.iter().map(|reason| reason.name().to_owned()).collect(),
        records: (verdict == Verdict::Approved && file.scanned.content.is_some())
            .then(|| asked.shown.map_or(known, |shown| shown.delivered_records)),
    }
}

fn take_out(archive: &mut Archive, file: &PlannedFile) -> Result<String, UserError> {
    let place = &file.scanned.file.place;
    let folder = archive.rejected();
    let moved = match (&file.scanned.key, &file.scanned.reading) {
        (Some(key), Ok(reading)) => {
            let expected = Expected { digest: key.digest, identity: Some(reading.identity) };
            archive.put_away(place, expected, Disposal::Archive, &folder)
        }
        _ => archive.take_out(place, &folder),
    };
    let synced = moved.and_then(|moved| archive.sync().map(|()| moved));
    match synced {
        Ok(PutAway::Archived(to)) => Ok(escape(&to.display().to_string())),
        Ok(_) => Err(UserError::unexpected(say::not_taken_out(
            &escape(&file.scanned.file.path),
            &crate::messages::run::still_changing(),
        ))),
        Err(error) => {
            Err(UserError::unexpected(say::not_taken_out(&escape(&file.scanned.file.path), &error)))
        }
    }
}

fn of(
    ledger: &Ledger,
    hold: Option<&Hold>,
    file: &PlannedFile,
    decision: Verdict,
    said: String,
) -> Result<Judged, UserError> {
    let key = file.scanned.key.as_ref();
    let report = outcomes::describe(file);
    Ok(Judged {
        hold_id: hold.map(|hold| hold.id),
        path: file.scanned.file.path.clone(),
        decision,
        size: file.scanned.size(),
        series: key.map(|key| key.slot.series.clone()),
        period: key.and_then(|key| key.slot.period),
        at_kp: at_kp(ledger, &report)?,
        notes: report.notes,
        said,
    })
}

fn show(global: &Global, decisions: Vec<Judged>) -> anyhow::Result<ExitCode> {
    let text = decisions.iter().map(|judged| text::sentence(&judged.said)).collect();
    answer(global, &Answer { decisions, exit_code: ExitCode::Ok.code() }, || text)?;
    Ok(ExitCode::Ok)
}
