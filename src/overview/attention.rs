//! What needs a person, each with a sentence and the commands that settle it. The sentences are made in [`wording`].

use chrono::{DateTime, TimeDelta};

use super::facts::{Facts, is_of, waits_for_a_person};
use crate::calendar::due_soon::DueSoon;
use crate::model::attention::{AttentionItem, AttentionKind, CalendarEnd, Cell, MissingFile};
use crate::model::decision::Choice;
use crate::model::ledger::{AlteredOriginal, Asked, AskedAbout, Delivery, PastRun};
use crate::model::run_report::{Difference, FileOutcome, FileReport, OverdueReport, PlanReport, RunReport};
use crate::period::Period;
use crate::wording;
use crate::wording::advice::{self, Advice};
use crate::wording::calendar;
use crate::wording::mail::Mail;

/// All items of the overview, the most pressing first. `overdue` are the series' overdue months, oldest first,
/// `due_soon` the files that a deadline near at hand waits for.
pub(super) fn all(
    facts: &Facts,
    overdue: &[(&str, Cell)],
    due_soon: &[(DueSoon, MissingFile)],
    calendar_end: Option<CalendarEnd>,
) -> Vec<AttentionItem> {
    let doubts = facts.in_doubt.iter().map(|delivery| {
        let hold_id = facts.files.iter().find(|file| is_of(file, delivery)).and_then(|file| file.hold_id);
        AttentionItem { hold_id, ..in_doubt(delivery, None) }
    });
    let overdue = overdue.iter().map(|(series, cell)| late(facts, series, cell));
    let due_soon = due_soon.iter().map(|(due, file)| soon(facts, due, file));
    let held = facts.files.iter().filter(|file| waits_for_a_person(facts, file)).map(|file| {
        let since = file.hold_id.and_then(|hold| facts.held_since.get(&hold).cloned());
        let item = held(file);
        let asked = asked_since(facts, file, since.as_deref()).map(|asked| format!(" {asked}"));
        AttentionItem { since, message: item.message.clone() + &asked.unwrap_or_default(), ..item }
    });
    let waiting = facts.files.iter().filter_map(waiting);
    let altered = facts.altered.iter().map(original_changed);
    let left = facts.not_picked_up.iter().map(left_at_kp);
    let warned = facts.last_run.iter().flat_map(warned);
    let mut items: Vec<AttentionItem> = doubts
        .chain(overdue)
        .chain(due_soon)
        .chain(held)
        .chain(waiting)
        .chain(altered)
        .chain(left)
        .chain(calendar_end.and_then(calendar_ended))
        .chain(quiet(facts))
        .chain(warned)
        .collect();
    items.sort_by_key(|item| item.kind);
    items
}

/// All that a run, or its preview, has to tell a person. The overview's items are among them; the other kinds are about
/// this run alone.
///
/// A file that is held because of a delivery in doubt is one item with it.
#[must_use]
pub fn of_run(report: &RunReport) -> Vec<AttentionItem> {
    let files = || report.files.iter();
    // A file that waits for the end of an earlier delivery could not be delivered now either.
    let is_failed = |file: &FileReport| {
        file.outcome == Some(FileOutcome::Failed) || file.decision == Choice::Wait && file.error.is_some()
    };
    let is_doubted = |file: &FileReport| report.in_doubt.iter().any(|delivery| is_of(file, delivery));
    let held = files().filter(|file| file.decision == Choice::Hold && !is_doubted(file)).map(held);
    let waiting = files().filter_map(waiting);
    // A preview has tried nothing, so nothing has failed yet: it only says what waits.
    let kind = if report.dry_run { AttentionKind::Unsettled } else { AttentionKind::Failed };
    let failed = files().filter(|file| is_failed(file)).map(|file| AttentionItem {
        series: file.series.clone(),
        period: file.period,
        delivery_id: file.delivery_id,
        reason: report.dry_run.then_some(file.reason),
        ..caused(kind, &file.path, file.error.as_deref().unwrap_or_default())
    });
    let doubts = report.in_doubt.iter().map(|delivery| {
        let why = files().find(|file| file.delivery_id == Some(delivery.id) && !is_failed(file));
        let hold_id = files().find(|file| is_of(file, delivery)).and_then(|file| file.hold_id);
        AttentionItem { hold_id, ..in_doubt(delivery, why.and_then(|file| file.error.as_deref())) }
    });
    let altered = report.altered.iter().map(original_changed);
    let left = report.not_picked_up.iter().map(left_at_kp);
    let warnings =
        report.warnings.iter().map(|warning| caused(AttentionKind::Warning, &warning.path, &warning.message));
    let overdue = report.overdue.iter().map(overdue);
    // These are about the calendar, which the overview alone knows.
    let by_calendar =
        |item: &&AttentionItem| matches!(item.kind, AttentionKind::DueSoon | AttentionKind::CalendarEnded);
    let calendar = report.overview.iter().flat_map(|overview| &overview.matters).filter(by_calendar).cloned();
    let outdated = report.plan.iter().flat_map(PlanReport::needs).map(outdated);
    let of_files = held.chain(waiting).chain(failed).chain(doubts).chain(altered).chain(left);
    of_files.chain(warnings).chain(overdue).chain(calendar).chain(outdated).collect()
}

/// An item of this kind, without what it is about.
fn item(kind: AttentionKind, key: String, message: String) -> AttentionItem {
    AttentionItem {
        key,
        kind,
        series: None,
        period: None,
        path: None,
        hold_id: None,
        delivery_id: None,
        reason: None,
        reasons: Vec::new(),
        since: None,
        message,
        cause: None,
        commands: Vec::new(),
        mail: None,
    }
}

/// A delivery in doubt; `why` where the run that tells of it knows more than that.
fn in_doubt(delivery: &Delivery, why: Option<&str>) -> AttentionItem {
    let Advice { sentence, commands } = advice::in_doubt(delivery, why);
    AttentionItem {
        series: Some(delivery.key.slot.series.clone()),
        period: delivery.key.slot.period,
        path: Some(delivery.path.clone()),
        delivery_id: Some(delivery.id),
        since: Some(delivery.changed_at.clone()),
        commands,
        mail: Some(Mail::about(delivery).text("")),
        ..item(AttentionKind::InDoubt, format!("in_doubt:{}", delivery.id), sentence)
    }
}

fn late(facts: &Facts, series: &str, cell: &Cell) -> AttentionItem {
    let due = cell.due.unwrap_or_default();
    let rule = facts.series.iter().find(|rule| rule.name == series);
    let contact = rule.and_then(|rule| rule.contact.as_deref()).map(calendar::contact);
    let said = [Some(advice::overdue(series, cell, due)), contact, last_asked(facts, series, cell.period)];
    overdue(&OverdueReport {
        series: series.to_owned(),
        period: cell.period,
        due: due.to_string(),
        message: said.into_iter().flatten().collect::<Vec<_>>().join(" "),
        commands: calendar::ask_supplier(series, cell),
    })
}

/// When the supplier was last asked about this file, in a sentence.
fn last_asked(facts: &Facts, series: &str, period: Period) -> Option<String> {
    let about = |asked: &&Asked| asked.series == series && asked.period == Some(period);
    facts.asked.iter().rev().find(about).map(calendar::last_asked)
}

/// When the supplier was last asked about this held file: since it is held, and not about one that was missing.
fn asked_since(facts: &Facts, file: &FileReport, since: Option<&str>) -> Option<String> {
    let moment = |at: &str| DateTime::parse_from_rfc3339(at).ok();
    let since = moment(since?)?;
    let about = |asked: &&Asked| {
        file.series.as_deref() == Some(asked.series.as_str())
            && file.period == asked.period
            && asked.about != AskedAbout::Missing
            && moment(&asked.at).is_some_and(|at| at >= since)
    };
    facts.asked.iter().rev().find(about).map(calendar::last_asked)
}

fn soon(facts: &Facts, due: &DueSoon, file: &MissingFile) -> AttentionItem {
    let (sentence, commands) = calendar::due_soon(due, file);
    let asked = last_asked(facts, due.series, due.period).map(|asked| format!(" {asked}"));
    AttentionItem {
        series: Some(due.series.to_owned()),
        period: Some(due.period),
        path: file.path.clone(),
        hold_id: file.hold_id,
        delivery_id: file.delivery_id,
        since: Some(due.deadline.day.to_string()),
        commands,
        ..item(
            AttentionKind::DueSoon,
            format!("due_soon:{}:{}", due.series, due.period),
            sentence + &asked.unwrap_or_default(),
        )
    }
}

/// That KP's runs are not known any further.
fn calendar_ended(end: CalendarEnd) -> Option<AttentionItem> {
    end.has_ended.then(|| AttentionItem {
        since: Some(end.last_run.to_string()),
        ..item(AttentionKind::CalendarEnded, "calendar_ended".to_owned(), calendar::end(end))
    })
}

fn overdue(month: &OverdueReport) -> AttentionItem {
    let OverdueReport { series, period, due, message, commands } = month;
    AttentionItem {
        series: Some(series.clone()),
        period: Some(*period),
        since: Some(due.clone()),
        commands: commands.clone(),
        ..item(AttentionKind::Overdue, format!("overdue:{series}:{period}"), message.clone())
    }
}

/// What went wrong with a file; files with one cause are told of together.
fn caused(kind: AttentionKind, path: &str, cause: &str) -> AttentionItem {
    AttentionItem {
        path: Some(path.to_owned()),
        cause: Some(cause.to_owned()),
        ..item(kind, format!("failed:{path}"), advice::about_file(path, cause))
    }
}

/// What the last run warned of, as it said it then.
fn warned(run: &PastRun) -> impl Iterator<Item = AttentionItem> {
    run.warnings.iter().enumerate().map(|(n, said)| AttentionItem {
        since: run.finished_at.clone(),
        ..item(AttentionKind::Warning, format!("warning:{}:{n}", run.id), said.clone())
    })
}

/// A notice that could not be sent, with what to do, in full sentences.
#[must_use]
pub fn notice_not_sent(said: &str) -> AttentionItem {
    item(AttentionKind::NoticeNotSent, "notice_not_sent".to_owned(), said.to_owned())
}

/// A file about which the plan and the folder do not agree.
fn outdated(difference: &Difference) -> AttentionItem {
    let Difference { path, message, .. } = difference;
    AttentionItem {
        path: Some(path.clone()),
        ..item(
            AttentionKind::PlanOutdated,
            format!("plan:{path}"),
            advice::about_file(path, &format!("{message}.")),
        )
    }
}

fn held(file: &FileReport) -> AttentionItem {
    let Advice { sentence, commands } = advice::held(file);
    let key = file.hold_id.map_or_else(|| format!("held:{}", file.path), |hold| format!("held:{hold}"));
    AttentionItem {
        series: file.series.clone(),
        period: file.period,
        path: Some(file.path.clone()),
        hold_id: file.hold_id,
        delivery_id: file.earlier.as_ref().map(|earlier| earlier.delivery_id),
        reason: Some(file.reason),
        reasons: file.reasons.clone(),
        commands,
        ..item(AttentionKind::Held, key, sentence)
    }
}

/// A file that has been waiting to settle for too long; none for any other.
fn waiting(file: &FileReport) -> Option<AttentionItem> {
    let since = file.waiting_since.as_deref()?;
    let Advice { sentence, commands } = advice::waiting(file, since);
    let key = file.hold_id.map_or_else(|| format!("waiting:{}", file.path), |hold| format!("waiting:{hold}"));
    Some(AttentionItem {
        path: Some(file.path.clone()),
        hold_id: file.hold_id,
        reason: Some(file.reason),
        since: Some(since.to_owned()),
        commands,
        ..item(AttentionKind::Unsettled, key, sentence)
    })
}

/// A delivered file that was changed after it had been put away.
#[must_use]
pub fn original_changed(original: &AlteredOriginal) -> AttentionItem {
    let AlteredOriginal { delivery, .. } = original;
    AttentionItem {
        series: Some(delivery.key.slot.series.clone()),
        period: delivery.key.slot.period,
        path: Some(delivery.path.clone()),
        delivery_id: Some(delivery.id),
        since: Some(delivery.changed_at.clone()),
        ..item(
            AttentionKind::OriginalChanged,
            format!("original_changed:{}", delivery.id),
            wording::original_changed(original),
        )
    }
}

fn left_at_kp(delivery: &Delivery) -> AttentionItem {
    AttentionItem {
        series: Some(delivery.key.slot.series.clone()),
        period: delivery.key.slot.period,
        path: Some(delivery.path.clone()),
        delivery_id: Some(delivery.id),
        since: delivery.delivered_at.clone(),
        ..item(
            AttentionKind::NotPickedUp,
            format!("not_picked_up:{}", delivery.id),
            wording::left_at_kp(delivery),
        )
    }
}

/// No run for longer than `alert.quiet_for`; where there was no run yet, counted since the ledger was made.
fn quiet(facts: &Facts) -> Option<AttentionItem> {
    let allowed = TimeDelta::from_std(facts.quiet_for?).ok()?;
    let last_run = facts.last_run.as_ref().map(|run| run.started_at.as_str());
    let since = last_run.or(facts.made_at.as_deref())?;
    let quiet = facts.now - DateTime::parse_from_rfc3339(since).ok()?;
    let Advice { sentence, commands } = advice::quiet(last_run, since);
    (quiet > allowed).then(|| AttentionItem {
        since: Some(since.to_owned()),
        commands,
        ..item(AttentionKind::Quiet, "quiet".to_owned(), sentence)
    })
}
