//! The picture, from the facts alone. Pure.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Offset, TimeZone};

use super::calendar::{Slots, expected};
use super::facts::{Facts, LOOK_BACK, MONTHS_AHEAD, MONTHS_BACK, is_of, waits_for_a_person};
use super::{attention, calendar};
use crate::calendar::deadline::Deadline;
use crate::clock::{in_town, moment};
use crate::model::attention::{Cell, Mark, MonthTotals, Overview, Row, SlotStatus};
use crate::model::decision::Choice;
use crate::model::delivery::State;
use crate::model::ledger::Delivery;
use crate::model::run_report::{FileOutcome, FileReport};
use crate::period::Period;
use crate::series::SeriesRule;

pub(super) fn build(facts: &Facts) -> Overview {
    // The machine's own zone knows daylight saving; a moment with another offset is not of this machine.
    let local = in_town(facts.now);
    if local.offset().fix() == *facts.now.offset() {
        build_at(facts, &local)
    } else {
        build_at(facts, &facts.now)
    }
}

fn build_at<Tz: TimeZone>(facts: &Facts, now: &DateTime<Tz>) -> Overview {
    let months = facts.months();
    let slots = slots(facts);
    let totals = totals(facts);
    let seen = slots.keys().filter(|(_, period)| months.contains(period)).map(|(series, _)| *series);
    let names: BTreeSet<&str> = facts.series.iter().map(|rule| rule.name.as_str()).chain(seen).collect();
    let rule = |name: &str| facts.series.iter().find(|rule| rule.name == name);
    let series = names
        .into_iter()
        .map(|name| Row {
            series: name.to_owned(),
            cells: months
                .iter()
                .map(|&period| Cell {
                    totals: month_totals(&totals, name, period),
                    ..cell(facts, &slots, name, (rule(name), period), now)
                })
                .collect(),
        })
        .collect();
    let calendar_end = calendar::end(facts, now);
    let due_soon = calendar::due_soon(facts, &slots, now);
    Overview {
        made_at: moment(facts.now),
        matters: attention::all(facts, &overdue(facts, &slots, now), &due_soon, calendar_end),
        next_run: calendar::next_run(facts, &slots, now),
        calendar_end,
        asked: calendar::asked(facts, &slots, &months),
        left_on_server: facts.left_on_server.clone(),
        months,
        series,
        last_run: facts.last_run.clone(),
        run_under_way: facts.run_under_way,
        chain_head: facts.chain_head,
    }
}

/// Records and their sum in øre of each series and period that KP got, where that is known.
type Totals<'a> = HashMap<(&'a str, Period), (u64, i64)>;

fn totals<'a>(facts: &'a Facts) -> Totals<'a> {
    let mut totals = Totals::new();
    for delivery in facts.deliveries.iter().filter(|delivery| delivery.state.is_delivered()) {
        let (Some(content), Some(period)) = (delivery.content, delivery.key.slot.period) else { continue };
        let (records, sum) = totals.entry((delivery.key.slot.series.as_str(), period)).or_default();
        *records = records.saturating_add(content.records);
        *sum = sum.saturating_add(content.sum_ore);
    }
    totals
}

fn month_totals(totals: &Totals, series: &str, period: Period) -> Option<MonthTotals> {
    let &(records, sum_ore) = totals.get(&(series, period))?;
    let before = period.plus(-1).and_then(|before| totals.get(&(series, before)));
    Some(MonthTotals {
        records,
        sum_ore,
        more_records: before.map(|(before, _)| records.cast_signed().saturating_sub(before.cast_signed())),
        more_ore: before.map(|(_, before)| sum_ore.saturating_sub(*before)),
    })
}

/// Every slot that is overdue, the oldest first, as far back as is looked.
fn overdue<'a, Tz: TimeZone>(facts: &Facts<'a>, slots: &Slots, now: &DateTime<Tz>) -> Vec<(&'a str, Cell)> {
    let current = Period::nearest(facts.today());
    (-MONTHS_BACK - LOOK_BACK..=MONTHS_AHEAD)
        .filter_map(|months| current.plus(months))
        .flat_map(|period| facts.series.iter().map(move |rule| (period, rule)))
        .map(|(period, rule)| (rule.name.as_str(), cell(facts, slots, &rule.name, (Some(rule), period), now)))
        .filter(|(_, cell)| cell.marks.iter().any(|mark| mark.standing == SlotStatus::Overdue))
        .collect()
}

fn cell<Tz: TimeZone>(
    facts: &Facts,
    slots: &Slots,
    series: &str,
    (rule, period): (Option<&SeriesRule>, Period),
    now: &DateTime<Tz>,
) -> Cell {
    let mut marks = slots.get(&(series, period)).cloned().unwrap_or_default();
    let deadline = rule.and_then(|rule| due(facts, rule, period));
    marks.extend(deadline.and_then(|deadline| lacking(&marks, deadline, now)));
    marks.sort_by_key(|mark| mark.standing);
    Cell { period, due: deadline.map(|deadline| deadline.day), deadline, marks, totals: None }
}

/// When a file is expected: in every month that has begun, or whose due date has come before it has begun; from the one
/// in which the ledger was made, or an earlier one that the series was delivered for; unless the configuration says
/// otherwise.
fn due(facts: &Facts, rule: &SeriesRule, period: Period) -> Option<Deadline> {
    let current = Period::nearest(facts.today());
    let due = expected(facts, rule)?.deadline(period, &facts.calendar.runs)?;
    (period <= current || due.day <= facts.today()).then_some(due)
}

/// The mark for an expected file that was not delivered. Once it is overdue it stays so, even with a file in the folder.
fn lacking<Tz: TimeZone>(marks: &[Mark], due: Deadline, now: &DateTime<Tz>) -> Option<Mark> {
    let has = |wanted: &[SlotStatus]| marks.iter().any(|mark| wanted.contains(&mark.standing));
    let standing = if has(&[SlotStatus::Delivered, SlotStatus::Adopted]) {
        return None;
    } else if due.is_missed_by(now) {
        SlotStatus::Overdue
    } else if has(&[SlotStatus::InDoubt, SlotStatus::Held, SlotStatus::Waiting]) {
        return None;
    } else {
        SlotStatus::Missing
    };
    Some(Mark { standing, on: Some(due.day), delivery_id: None, hold_id: None, path: None })
}

fn slots<'a>(facts: &'a Facts) -> Slots<'a> {
    let mut slots = Slots::new();
    let by_id: HashMap<i64, &Delivery> =
        facts.deliveries.iter().map(|delivery| (delivery.id, delivery)).collect();
    let put_away: HashSet<(i64, &str)> =
        facts.refused.iter().map(|refused| (refused.delivery, refused.path.as_str())).collect();
    for delivery in &facts.deliveries {
        let (Some(mark), Some(period)) = (of_delivery(facts, delivery), delivery.key.slot.period) else {
            continue;
        };
        slots.entry((&delivery.key.slot.series, period)).or_default().push(mark);
    }
    for file in &facts.files {
        let (Some(mark), Some(series), Some(period)) =
            (of_file(facts, &by_id, file), &file.series, file.period)
        else {
            continue;
        };
        let marks = slots.entry((series, period)).or_default();
        // A duplicate that this run put away is in the ledger as well, and is shown once.
        let known = mark.standing == SlotStatus::DuplicateRefused
            && mark.delivery_id.is_some_and(|id| put_away.contains(&(id, file.path.as_str())))
            && file.outcome.is_some();
        if !known {
            marks.push(mark);
        }
    }
    for refused in &facts.refused {
        let original = by_id.get(&refused.delivery);
        let Some((slot, period)) = original.and_then(|d| Some((&d.key.slot, d.key.slot.period?))) else {
            continue;
        };
        slots.entry((&slot.series, period)).or_default().push(Mark {
            standing: SlotStatus::DuplicateRefused,
            on: day(&refused.at),
            delivery_id: Some(refused.delivery),
            hold_id: None,
            path: Some(refused.path.clone()),
        });
    }
    slots
}

fn of_delivery(facts: &Facts, delivery: &Delivery) -> Option<Mark> {
    let (standing, at) = match delivery.state {
        State::Delivered | State::Archived => (SlotStatus::Delivered, delivery.delivered_at.as_deref()),
        State::Adopted => (SlotStatus::Adopted, delivery.delivered_at.as_deref()),
        State::InDoubt => (SlotStatus::InDoubt, Some(delivery.changed_at.as_str())),
        // The next run settles it. Where its file is still in the folder, the mark of the file is shown instead.
        State::Publishing if !facts.files.iter().any(|file| is_of(file, delivery)) => {
            (SlotStatus::Waiting, Some(delivery.changed_at.as_str()))
        }
        State::Publishing | State::Uploading | State::Abandoned | State::NotDelivered => return None,
    };
    Some(Mark {
        standing,
        on: at.and_then(day),
        delivery_id: Some(delivery.id),
        hold_id: None,
        path: Some(delivery.path.clone()),
    })
}

fn of_file(facts: &Facts, by_id: &HashMap<i64, &Delivery>, file: &FileReport) -> Option<Mark> {
    let standing = match (file.decision, file.outcome) {
        _ if waits_for_a_person(facts, file) => SlotStatus::Held,
        (Choice::Hold, _) if facts.in_doubt.iter().any(|delivery| is_of(file, delivery)) => return None,
        (Choice::Hold | Choice::Wait, _) | (Choice::Send, None | Some(FileOutcome::Failed)) => {
            SlotStatus::Waiting
        }
        (Choice::Duplicate, _) if is_original(by_id, file) => return None,
        (Choice::Duplicate, _) => SlotStatus::DuplicateRefused,
        (Choice::Send | Choice::Skip, _) => return None,
    };
    let since = file.hold_id.and_then(|hold| facts.held_since.get(&hold));
    Some(Mark {
        standing,
        on: since.and_then(|at| day(at)),
        delivery_id: file.earlier.as_ref().map(|earlier| earlier.delivery_id),
        hold_id: file.hold_id.filter(|_| standing == SlotStatus::Held),
        path: Some(file.path.clone()),
    })
}

/// Whether a file is what was delivered and not yet put away, rather than a copy of it.
fn is_original(by_id: &HashMap<i64, &Delivery>, file: &FileReport) -> bool {
    let of = file.earlier.as_ref().and_then(|earlier| by_id.get(&earlier.delivery_id));
    of.is_some_and(|delivery| delivery.state == State::Delivered && delivery.path == file.path)
}

/// The day of a moment of the ledger, where it was written.
fn day(at: &str) -> Option<NaiveDate> {
    DateTime::parse_from_rfc3339(at).ok().map(|at| at.date_naive())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests;
