//! `approve` and `reject`: a person decides about a held file, by its number or its name.

use std::collections::HashSet;

use serde::Serialize;

use crate::archive::{Archive, Expected, PutAway};
use crate::cli::{self, Global};
use crate::config::Config;
use crate::config::Disposal;
use crate::exit::{ExitCode, UserError};
use crate::failpoint::failpoint;
use crate::ledger::event::Event;
use crate::ledger::query::Sequence;
use crate::ledger::{Journal, LedgerReader};
use crate::messages::{escape, report as say, trust as say_trust};
use crate::model::decision::{Choice, Reason};
use crate::model::delivery::Key;
use crate::model::ledger::{Hold, Verdict};
use crate::model::person;
use crate::names;
use crate::platform::{self, Account};
use crate::report::text;
use crate::run::holds::Holds;
use crate::run::judge::{self, PlannedFile};
use crate::wording::{self, advice};

use super::context::{attest, now, open_ledger, who};
use crate::output::answer;

#[derive(Serialize)]
struct Answer {
    decisions: Vec<Judged>,
}

#[derive(Serialize)]
struct Judged {
    hold_id: Option<i64>,
    path: String,
    decision: Verdict,
    #[serde(rename = "text")]
    said: String,
}

pub(super) fn approve(
    config: &Config,
    options: &cli::DecisionArgs,
    global: &Global,
) -> anyhow::Result<ExitCode> {
    config.check_folders()?;
    let mut ledger = open_ledger(config, now())?;
    let files = named(config, &ledger, &options.files)?;
    let mut events = Vec::new();
    let mut judged = Vec::new();
    let mut keys = HashSet::new();
    let mut number = ledger.next(Sequence::Decision)?;
    for (hold, file) in &files {
        let OnHold { key, reason } = held(hold.as_ref(), file)?;
        let key = key.filter(|_| reason.can_be_approved()).ok_or_else(|| {
            UserError::usage(say::cannot_approve(
                &escape(&file.scanned.file.path),
                &advice::reason_alone(reason),
            ))
        })?;
        let path = escape(&file.scanned.file.path);
        let unknown = file.takes_two && !person::is_known(&who());
        if unknown && (!file.approvers.is_empty() || !file.covered.is_empty()) {
            return Err(
                UserError::usage(say_trust::unknown_is_no_second(&path, &Account::own().name())).into()
            );
        }
        if file.takes_two && file.approvers.iter().any(|approver| person::is_same(approver, &who())) {
            return Err(UserError::usage(say::approved_by_you(&path, &escape(&who()))).into());
        }
        let seen = seen_reasons(hold.as_ref(), file);
        let unseen: Vec<Reason> =
            file.judgement.reasons.iter().filter(|reason| !seen.contains(reason)).copied().collect();
        // A file may be named twice, by its number and its name.
        if keys.insert(key) {
            events.push(decided(number, Verdict::Approved, key, file, options, &seen));
            number += 1;
        }
        let said = if file.judgement.choice == Choice::Hold && !unseen.is_empty() {
            let reasons: Vec<String> = unseen.into_iter().map(advice::reason_alone).collect();
            say::said_approved_in_part(&path, &reasons.join(", "))
        } else if unknown {
            say_trust::approved_by_unknown(&path, &Account::own().name())
        } else if file.takes_two && file.approvers.is_empty() {
            say::said_approved_first(&path, &escape(&who()))
        } else {
            say::said_approved(&path, &wording::period(key.slot.period))
        };
        judged.push(of(hold.as_ref(), file, Verdict::Approved, said));
    }
    ledger.record(now(), &events)?;
    failpoint("approved");
    attest(config, &mut ledger)?;
    show(global, judged)
}

pub(super) fn reject(
    config: &Config,
    options: &cli::DecisionArgs,
    global: &Global,
) -> anyhow::Result<ExitCode> {
    config.check_folders()?;
    let mut ledger = open_ledger(config, now())?;
    let files = named(config, &ledger, &options.files)?;
    for (hold, file) in &files {
        held(hold.as_ref(), file)?;
    }
    let mut archive = Archive::new(&config.archive);
    let mut judged = Vec::new();
    for (hold, file) in &files {
        // Record the decision before moving the file: even if the move fails, the file is not sent.
        if let Some(key) = &file.scanned.key {
            let number = ledger.next(Sequence::Decision)?;
            ledger.record(now(), &[decided(number, Verdict::Rejected, key, file, options, &[])])?;
        }
        failpoint("rejected");
        attest(config, &mut ledger)?;
        let to = take_out(&mut archive, file)?;
        let (why, who) = (Some(options.reason.clone()), Some(who()));
        match hold {
            Some(hold) => ledger.record(now(), &[Event::HoldEnded { hold: hold.id, why, who }])?,
            // A file that could not be read has no key to decide about, so a hold records who took it out, and why.
            None if file.scanned.key.is_none() => {
                let (hold, opened) = Holds::read(&ledger)?.hold(file, &file.judgement.reasons);
                let events: Vec<Event> = opened
                    .map(Event::Held)
                    .into_iter()
                    .chain([Event::HoldEnded { hold, why, who }])
                    .collect();
                ledger.record(now(), &events)?;
            }
            None => {}
        }
        judged.push(of(
            hold.as_ref(),
            file,
            Verdict::Rejected,
            say::said_rejected(&escape(&file.scanned.file.path), &to),
        ));
    }
    attest(config, &mut ledger)?;
    show(global, judged)
}

/// The reasons that a person who approves a file has seen: those that its hold names, or where no run has held it yet, those
/// that a preview shows now. One that came up since is not among them.
fn seen_reasons(hold: Option<&Hold>, file: &PlannedFile) -> Vec<Reason> {
    match hold {
        Some(hold) => hold.reasons.iter().filter_map(|name| Reason::named(name)).collect(),
        None => file.judgement.reasons.clone(),
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

/// The files that a person names: numbers of open holds, or files of the drop folder, judged as a run would.
pub(super) fn named(
    config: &Config,
    ledger: &LedgerReader,
    names: &[String],
) -> Result<Vec<(Option<Hold>, PlannedFile)>, UserError> {
    let planned = judge::scan_and_judge(config, ledger, now())?.files;
    let holds = ledger.open_holds()?;
    names
        .iter()
        .map(|name| {
            let by_number = name.parse::<i64>().ok().and_then(|id| holds.iter().find(|hold| hold.id == id));
            let file = match by_number {
                Some(hold) => planned.iter().find(|file| is_about(hold, file)),
                None => planned.iter().find(|file| is_named(config, file, name)),
            };
            let file = file.ok_or_else(|| UserError::usage(say::no_such_file(&escape(name))))?.clone();
            let hold = by_number.or_else(|| holds.iter().find(|hold| is_about(hold, &file))).cloned();
            Ok((hold, file))
        })
        .collect()
}

/// Whether a hold is about this file with this content in this slot: a file that has changed since needs a new decision.
fn is_about(hold: &Hold, file: &PlannedFile) -> bool {
    let key = file.scanned.key.as_ref();
    hold.path == file.scanned.file.path
        && hold.digest == key.map(|key| key.digest)
        && hold.slot.as_ref() == key.map(|key| &key.slot)
}

fn is_named(config: &Config, file: &PlannedFile, name: &str) -> bool {
    let path = &file.scanned.file.path;
    let same_place = || {
        let canonical = |path: &std::path::Path| {
            let place = platform::canonical_in_folder(path)?.to_string_lossy().into_owned();
            Some(if cfg!(windows) { names::comparable(&place) } else { names::nfc(&place) })
        };
        canonical(std::path::Path::new(name))
            .is_some_and(|named| Some(named) == canonical(&file.scanned.file.place.path()))
    };
    names::nfc(name) == names::nfc(path)
        || cfg!(windows) && names::same(&name.replace('\\', "/"), path)
        || config.drop.join(name) == file.scanned.file.place.path()
        || same_place()
}

fn decided(
    number: i64,
    verdict: Verdict,
    key: &Key,
    file: &PlannedFile,
    options: &cli::DecisionArgs,
    seen: &[Reason],
) -> Event {
    Event::Decided {
        decision: number,
        verdict,
        series: key.slot.series.clone(),
        period: key.slot.period,
        digest: key.digest,
        path: file.scanned.file.path.clone(),
        why: options.reason.clone(),
        who: who(),
        reasons: seen.iter().map(|reason| reason.name().to_owned()).collect(),
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

fn of(hold: Option<&Hold>, file: &PlannedFile, decision: Verdict, said: String) -> Judged {
    Judged { hold_id: hold.map(|hold| hold.id), path: file.scanned.file.path.clone(), decision, said }
}

fn show(global: &Global, decisions: Vec<Judged>) -> anyhow::Result<ExitCode> {
    let text = decisions.iter().map(|judged| text::sentence(&judged.said)).collect();
    answer(global, &Answer { decisions }, || text)?;
    Ok(ExitCode::Ok)
}
