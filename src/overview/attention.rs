//! What needs a person, each with a sentence and the commands that settle it. The sentences are made in [`wording`].

use chrono::{DateTime, TimeDelta};

use super::facts::{Facts, is_of, waits_for_a_person};
use crate::model::attention::{AttentionItem, AttentionKind, Cell};
use crate::model::decision::Choice;
use crate::model::ledger::{AlteredOriginal, Delivery};
use crate::model::run_report::{Difference, FileOutcome, FileReport, OverdueReport, PlanReport, RunReport};
use crate::wording;
use crate::wording::advice::{self, Advice};
use crate::wording::mail::Mail;

/// All items of the overview, the most pressing first. `overdue` are the series' overdue months, oldest first.
pub(super) fn all(facts: &Facts, overdue: &[(&str, Cell)]) -> Vec<AttentionItem> {
    let doubts = facts.in_doubt.iter().map(|delivery| {
        let hold_id = facts.files.iter().find(|file| is_of(file, delivery)).and_then(|file| file.hold_id);
        AttentionItem { hold_id, ..in_doubt(delivery) }
    });
    let overdue = overdue.iter().map(|(series, cell)| late(series, cell));
    let held = facts.files.iter().filter(|file| waits_for_a_person(facts, file)).map(|file| {
        let since = file.hold_id.and_then(|hold| facts.held_since.get(&hold).cloned());
        AttentionItem { since, ..held(file) }
    });
    let waiting = facts.files.iter().filter_map(waiting);
    let altered = facts.altered.iter().map(original_changed);
    let left = facts.not_picked_up.iter().map(left_at_kp);
    let mut items: Vec<AttentionItem> = doubts
        .chain(overdue)
        .chain(held)
        .chain(waiting)
        .chain(altered)
        .chain(left)
        .chain(quiet(facts))
        .collect();
    items.sort_by_key(|item| item.kind);
    items
}

/// All that a run, or its preview, has to tell a person. The overview's items are among them; the other kinds are about
/// this run alone.
///
/// Every held file is an item, also where it is held because of a delivery in doubt that is an item as well.
#[must_use]
pub fn of_run(report: &RunReport) -> Vec<AttentionItem> {
    let files = || report.files.iter();
    // A file that waits for the end of an earlier delivery could not be delivered now either.
    let is_failed = |file: &FileReport| {
        file.outcome == Some(FileOutcome::Failed) || file.decision == Choice::Wait && file.error.is_some()
    };
    let held = files().filter(|file| file.decision == Choice::Hold).map(held);
    let waiting = files().filter_map(waiting);
    let failed = files()
        .filter(|file| is_failed(file))
        .map(|file| caused(AttentionKind::Failed, &file.path, file.error.as_deref().unwrap_or_default()));
    let doubts = report.in_doubt.iter().map(in_doubt);
    let altered = report.altered.iter().map(original_changed);
    let left = report.not_picked_up.iter().map(left_at_kp);
    let warnings =
        report.warnings.iter().map(|warning| caused(AttentionKind::Warning, &warning.path, &warning.message));
    let why_in_doubt = files()
        .filter(|file| !is_failed(file))
        .filter_map(|file| Some(caused(AttentionKind::WhyInDoubt, &file.path, file.error.as_deref()?)));
    let overdue = report.overdue.iter().map(overdue);
    let outdated = report.plan.iter().flat_map(PlanReport::needs).map(outdated);
    let of_files = held.chain(waiting).chain(failed).chain(doubts).chain(altered).chain(left);
    of_files.chain(warnings).chain(why_in_doubt).chain(overdue).chain(outdated).collect()
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
        commands: Vec::new(),
        mail: None,
    }
}

fn in_doubt(delivery: &Delivery) -> AttentionItem {
    let Advice { sentence, commands } = advice::in_doubt(delivery);
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

fn late(series: &str, cell: &Cell) -> AttentionItem {
    let due = cell.due.unwrap_or_default();
    overdue(&OverdueReport {
        series: series.to_owned(),
        period: cell.period,
        due: due.to_string(),
        message: advice::overdue(series, cell, due),
    })
}

fn overdue(month: &OverdueReport) -> AttentionItem {
    let OverdueReport { series, period, due, message } = month;
    AttentionItem {
        series: Some(series.clone()),
        period: Some(*period),
        since: Some(due.clone()),
        ..item(AttentionKind::Overdue, format!("overdue:{series}:{period}"), message.clone())
    }
}

/// What went wrong with a file, as the cause alone: files with one cause are told of together.
fn caused(kind: AttentionKind, path: &str, cause: &str) -> AttentionItem {
    AttentionItem { path: Some(path.to_owned()), ..item(kind, format!("failed:{path}"), cause.to_owned()) }
}

/// A file about which the plan and the folder do not agree.
fn outdated(difference: &Difference) -> AttentionItem {
    let Difference { path, message, .. } = difference;
    AttentionItem {
        path: Some(path.clone()),
        ..item(AttentionKind::PlanOutdated, format!("plan:{path}"), format!("{message}."))
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

fn original_changed(original: &AlteredOriginal) -> AttentionItem {
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
