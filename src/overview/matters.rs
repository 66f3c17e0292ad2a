//! What needs a person, in her words. Pure but for the language.

use chrono::{DateTime, TimeDelta};

use super::facts::{Facts, is_of, waits_for_a_person};
use super::{AttentionItem, AttentionKind, Cell, SlotStatus};
use crate::ledger::query::Delivery;
use crate::messages::{command, escape, overview as say, report as said};
use crate::report::{FileReport, advice, text};

/// All matters, the most pressing first. `overdue` are the series' overdue months, oldest first.
pub(super) fn all(facts: &Facts, overdue: &[(&str, Cell)]) -> Vec<AttentionItem> {
    let doubts = facts.in_doubt.iter().map(|delivery| in_doubt(facts, delivery));
    let overdue = overdue.iter().map(|(series, cell)| late(series, cell));
    let held =
        facts.files.iter().filter(|file| waits_for_a_person(facts, file)).map(|file| held(facts, file));
    let left = facts.not_picked_up.iter().map(left_at_kp);
    let mut matters: Vec<AttentionItem> =
        doubts.chain(overdue).chain(held).chain(left).chain(quiet(facts)).collect();
    matters.sort_by_key(|matter| matter.kind);
    matters
}

/// A matter of this kind about nothing yet.
fn matter(kind: AttentionKind, key: String, message: String) -> AttentionItem {
    AttentionItem {
        key,
        kind,
        series: None,
        period: None,
        path: None,
        hold_id: None,
        delivery_id: None,
        reason: None,
        since: None,
        message,
        commands: Vec::new(),
    }
}

fn in_doubt(facts: &Facts, delivery: &Delivery) -> AttentionItem {
    let advice = advice::about_doubt(delivery.id);
    let message = format!("{} {}.", said::doubt_of(delivery), advice.sentence);
    AttentionItem {
        series: Some(delivery.key.slot.series.clone()),
        period: delivery.key.slot.period,
        path: Some(delivery.path.clone()),
        hold_id: facts.files.iter().find(|file| is_of(file, delivery)).and_then(|file| file.hold_id),
        delivery_id: Some(delivery.id),
        since: Some(delivery.changed_at.clone()),
        commands: advice.commands,
        ..matter(AttentionKind::InDoubt, format!("in_doubt:{}", delivery.id), message)
    }
}

fn late(series: &str, cell: &Cell) -> AttentionItem {
    let due = cell.due.unwrap_or_default();
    let there: Vec<String> = cell
        .marks
        .iter()
        .filter_map(|mark| {
            let path = escape(mark.path.as_deref()?);
            match (mark.standing, mark.hold_id, mark.delivery_id) {
                (SlotStatus::InDoubt, _, Some(delivery)) => Some(say::late_in_doubt(delivery)),
                (SlotStatus::Held, Some(hold), _) => Some(say::late_held(&said::with_hold(&path, hold))),
                (SlotStatus::Held, None, _) => Some(say::late_held(&path)),
                (SlotStatus::Waiting, ..) => Some(say::late_waiting(&path)),
                _ => None,
            }
        })
        .collect();
    let next = if there.is_empty() { say::late_ask() } else { there.join(" ") };
    let message = format!("{} {next}", say::late(&escape(series), &say::period(cell.period), &say::day(due)));
    AttentionItem {
        series: Some(series.to_owned()),
        period: Some(cell.period),
        since: Some(due.to_string()),
        ..matter(AttentionKind::Overdue, format!("overdue:{series}:{}", cell.period), message)
    }
}

fn held(facts: &Facts, file: &FileReport) -> AttentionItem {
    let advice = advice::about_held(file);
    let key = file.hold_id.map_or_else(|| format!("held:{}", file.path), |hold| format!("held:{hold}"));
    let message = format!("{}. {}.", advice::held(file), advice.sentence);
    AttentionItem {
        series: file.series.clone(),
        period: file.period,
        path: Some(file.path.clone()),
        hold_id: file.hold_id,
        delivery_id: file.earlier.as_ref().map(|earlier| earlier.delivery_id),
        reason: Some(file.reason),
        since: file.hold_id.and_then(|hold| facts.held_since.get(&hold).cloned()),
        commands: advice.commands,
        ..matter(AttentionKind::Held, key, message)
    }
}

fn left_at_kp(delivery: &Delivery) -> AttentionItem {
    AttentionItem {
        series: Some(delivery.key.slot.series.clone()),
        period: delivery.key.slot.period,
        path: Some(delivery.path.clone()),
        delivery_id: Some(delivery.id),
        since: delivery.delivered_at.clone(),
        ..matter(
            AttentionKind::NotPickedUp,
            format!("not_picked_up:{}", delivery.id),
            said::left_at_kp(delivery),
        )
    }
}

/// No run for longer than is allowed, counted from the making of the ledger where there was none yet.
fn quiet(facts: &Facts) -> Option<AttentionItem> {
    let allowed = TimeDelta::from_std(facts.quiet_for?).ok()?;
    let last_run = facts.last_run.as_ref().map(|run| run.started_at.as_str());
    let since = last_run.or(facts.made_at.as_deref())?;
    let quiet = facts.now - DateTime::parse_from_rfc3339(since).ok()?;
    let message = match last_run {
        Some(at) => say::quiet(&text::moment(at)),
        None => say::never_ran(&text::moment(since)),
    };
    (quiet > allowed).then(|| AttentionItem {
        since: Some(since.to_owned()),
        commands: vec![command("run")],
        ..matter(AttentionKind::Quiet, "quiet".to_owned(), message)
    })
}
