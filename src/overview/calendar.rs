//! What KP's next run, and other deadlines near at hand, still wait for. From the facts alone.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeZone};

use super::facts::Facts;
use crate::calendar::due_soon::{self, DueSoon, ExpectedSeries, SlotStanding};
use crate::clock::moment;
use crate::model::attention::{CalendarEnd, Mark, MissingFile, NextRun, SlotStatus};
use crate::model::ledger::Asked;
use crate::period::Period;
use crate::series::SeriesRule;

/// What is true of each series and period, without what is expected of them.
pub(super) type Slots<'a> = BTreeMap<(&'a str, Period), Vec<Mark>>;

/// From which month on files of a series are expected, and by when; none where none are.
pub(super) fn expected<'a>(facts: &Facts, rule: &'a SeriesRule) -> Option<ExpectedSeries<'a>> {
    let made = DateTime::parse_from_rfc3339(facts.made_at.as_deref().unwrap_or_default());
    let made = made.ok().and_then(|made| Period::of(made.date_naive()));
    let delivered = facts.first.get(&rule.name).copied();
    let first = rule.due_from.or_else(|| delivered.into_iter().chain(made).min());
    let first = first.or_else(|| Some(Period::nearest(facts.today())));
    Some(ExpectedSeries { name: &rule.name, due: rule.due()?, first, not_due: &rule.not_due })
}

/// The files that a deadline near at hand waits for, the nearest deadline first.
pub(super) fn due_soon<'a, Tz: TimeZone>(
    facts: &Facts<'a>,
    slots: &Slots,
    now: &DateTime<Tz>,
) -> Vec<(DueSoon<'a>, MissingFile)> {
    let standing = |series: &str, period: Period| standing(marks(slots, series, period));
    let calendar = facts.calendar;
    due_soon::due_soon(&all_expected(facts), standing, &calendar.runs, calendar.warn_before, now)
        .into_iter()
        .map(|due| {
            let file = missing(facts, slots, due.series, due.period);
            (due, file)
        })
        .collect()
}

/// KP's next run, and what it still waits for: the files for its month that are due by then.
pub(super) fn next_run<Tz: TimeZone>(facts: &Facts, slots: &Slots, now: &DateTime<Tz>) -> Option<NextRun> {
    let runs = &facts.calendar.runs;
    let run = runs.next(now)?;
    let period = Period::of(run.day)?;
    let series = all_expected(facts);
    let by_then = |series: &&ExpectedSeries| series.deadline(period, runs).is_some_and(|due| due <= run);
    let mut missing: Vec<MissingFile> = series
        .iter()
        .filter(by_then)
        .filter(|series| !standing(marks(slots, series.name, period)).is_settled())
        .map(|series| missing(facts, slots, series.name, period))
        .collect();
    missing.sort_by(|a, b| a.series.cmp(&b.series));
    let today = now.date_naive();
    Some(NextRun {
        on: run.day,
        before: moment(run.moment(&now.timezone()).fixed_offset()),
        deadline: run,
        banking_days_left: run.banking_days_left(today),
        days_left: run.days_left(today),
        is_early: Period::nearest(today) < period,
        is_awaited: series.iter().any(|series| by_then(&series)),
        missing,
    })
}

/// The end of the calendar, where it is near or past.
pub(super) fn end<Tz: TimeZone>(facts: &Facts, now: &DateTime<Tz>) -> Option<CalendarEnd> {
    let runs = &facts.calendar.runs;
    let has_ended = runs.has_ended(now);
    let last_run = runs.all().last()?.day;
    (has_ended || runs.ends_soon(now)).then_some(CalendarEnd { last_run, has_ended })
}

/// What suppliers were asked about the months of the grid, or about no month, and KP still lacks; and about what is held now.
pub(super) fn asked(facts: &Facts, slots: &Slots, months: &[Period]) -> Vec<Asked> {
    let shown = |asked: &&Asked| match asked.period {
        Some(period) => {
            let marks = marks(slots, &asked.series, period);
            let held = marks.iter().any(|mark| mark.standing == SlotStatus::Held);
            months.contains(&period) && (held || !standing(marks).is_settled())
        }
        None => facts
            .files
            .iter()
            .any(|file| file.period.is_none() && file.series.as_deref() == Some(asked.series.as_str())),
    };
    facts.asked.iter().filter(shown).cloned().collect()
}

fn all_expected<'a>(facts: &Facts<'a>) -> Vec<ExpectedSeries<'a>> {
    facts.series.iter().filter_map(|rule| expected(facts, rule)).collect()
}

fn marks<'a>(slots: &'a Slots<'_>, series: &str, period: Period) -> &'a [Mark] {
    // A key of the map lives as long as its names, so it is looked for by what it is.
    slots
        .iter()
        .find(|((of, at), _)| *of == series && *at == period)
        .map_or(&[], |(_, marks)| marks.as_slice())
}

/// The mark that decides how a slot stands: what is delivered first, else the most pressing.
fn deciding(marks: &[Mark]) -> Option<&Mark> {
    let order = [
        SlotStatus::Delivered,
        SlotStatus::Adopted,
        SlotStatus::InDoubt,
        SlotStatus::Held,
        SlotStatus::Waiting,
    ];
    order.iter().find_map(|wanted| marks.iter().find(|mark| mark.standing == *wanted))
}

fn standing(marks: &[Mark]) -> SlotStanding {
    match deciding(marks) {
        Some(Mark { standing: SlotStatus::Delivered, .. }) => SlotStanding::Delivered,
        Some(Mark { standing: SlotStatus::Adopted, .. }) => SlotStanding::Adopted,
        Some(Mark { standing: SlotStatus::InDoubt, delivery_id, .. }) => {
            SlotStanding::InDoubt { delivery_id: delivery_id.unwrap_or_default() }
        }
        Some(Mark { standing: SlotStatus::Held, hold_id, .. }) => SlotStanding::Held { hold_id: *hold_id },
        Some(_) => SlotStanding::Waiting,
        None => SlotStanding::Missing,
    }
}

fn missing(facts: &Facts, slots: &Slots, series: &str, period: Period) -> MissingFile {
    let mark = deciding(marks(slots, series, period));
    let standing = mark.map_or(SlotStatus::Missing, |mark| mark.standing);
    let rule = facts.series.iter().find(|rule| rule.name == series);
    MissingFile {
        series: series.to_owned(),
        period,
        standing,
        path: mark.and_then(|mark| mark.path.clone()),
        hold_id: mark.and_then(|mark| mark.hold_id),
        delivery_id: mark.and_then(|mark| mark.delivery_id).filter(|_| standing == SlotStatus::InDoubt),
        contact: rule.and_then(|rule| rule.contact.clone()),
    }
}
