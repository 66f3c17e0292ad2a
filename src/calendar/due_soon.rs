//! What is missing before it is too late: the files that a deadline near at hand waits for. Pure.

use chrono::{DateTime, TimeZone};

use super::banking_days;
use super::deadline::Deadline;
use super::runs::{Runs, WarnBefore};
use crate::period::Period;

/// When a series' file for a period must be delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueRule {
    /// By the end of this day (1–31) of the period's month, or of the banking day before (`due_day`).
    Day(u8),
    /// Before KP's run of the period's month (`due = "run"`).
    Run,
}

impl DueRule {
    /// The deadline for this period; none where the calendar has no run in its month.
    #[must_use]
    pub fn deadline(self, period: Period, runs: &Runs) -> Option<Deadline> {
        match self {
            DueRule::Day(day) => Some(Deadline::end_of(banking_days::due(period, day))),
            DueRule::Run => runs.of_period(period),
        }
    }
}

/// A series of which a file is expected every month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpectedSeries<'a> {
    /// The series' name.
    pub name: &'a str,
    /// When its files are due.
    pub due: DueRule,
    /// The first period for which one is expected; none where every period is.
    pub first: Option<Period>,
    /// The periods for which none is (`not_due`).
    pub not_due: &'a [Period],
}

impl ExpectedSeries<'_> {
    /// The deadline for this period; none where no file is expected or the calendar has no run in that month.
    #[must_use]
    pub fn deadline(&self, period: Period, runs: &Runs) -> Option<Deadline> {
        let expected = self.first.is_none_or(|first| first <= period) && !self.not_due.contains(&period);
        self.due.deadline(period, runs).filter(|_| expected)
    }
}

/// How a series stands in a period. Where KP has a file of the slot it is `Delivered` or `Adopted`, whatever else lies
/// there, as in the grid of the overview; else it is the most pressing of what is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotStanding {
    /// No file came.
    Missing,
    /// A file waits for the next run.
    Waiting,
    /// A file waits for a person.
    Held {
        /// The number of its case; none where no run has seen the file yet.
        hold_id: Option<i64>,
    },
    /// Nobody knows whether KP has it.
    InDoubt {
        /// The delivery.
        delivery_id: i64,
    },
    /// KP has it.
    Delivered,
    /// A person says that KP has it.
    Adopted,
}

impl SlotStanding {
    /// Whether KP has the file, as far as is known.
    #[must_use]
    pub fn is_settled(self) -> bool {
        match self {
            SlotStanding::Delivered | SlotStanding::Adopted => true,
            SlotStanding::Missing
            | SlotStanding::Waiting
            | SlotStanding::Held { .. }
            | SlotStanding::InDoubt { .. } => false,
        }
    }
}

/// A file that a deadline near at hand waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueSoon<'a> {
    /// The series.
    pub series: &'a str,
    /// The period.
    pub period: Period,
    /// The deadline.
    pub deadline: Deadline,
    /// Banking days after today, up to and with the deadline's day.
    pub banking_days_left: u32,
    /// Days from today to the deadline's day.
    pub days_left: i64,
    /// Whether today is the last banking day, or a closed day after it: the tone rises.
    pub last_day: bool,
    /// How the slot stands; never settled.
    pub standing: SlotStanding,
}

/// How many months after the current one are looked at: the longest warning is 60 banking days, some three months, and a
/// day's deadline may lie in the month before.
pub const MONTHS_AHEAD: i32 = 5;

/// What is due soon at `now`, the nearest deadline first, then by period and series.
///
/// `standing` tells how a series stands in a period. `now` is in the town's own zone; see [`Deadline::is_missed_by`].
/// A slot whose deadline is missed is no longer due soon but overdue, and not told of here.
#[must_use]
pub fn due_soon<'a, Tz: TimeZone>(
    series: &[ExpectedSeries<'a>],
    standing: impl Fn(&str, Period) -> SlotStanding,
    runs: &Runs,
    warn_before: Option<WarnBefore>,
    now: &DateTime<Tz>,
) -> Vec<DueSoon<'a>> {
    let today = now.date_naive();
    let (Some(warn_before), Some(current)) = (warn_before, Period::of(today)) else { return Vec::new() };
    let near = |deadline: &Deadline| !deadline.is_missed_by(now) && warn_before.first_day(*deadline) <= today;
    let of_slot = |series: &ExpectedSeries<'a>, period: Period| {
        let deadline = series.deadline(period, runs).filter(near)?;
        let standing = standing(series.name, period);
        (!standing.is_settled()).then(|| DueSoon {
            series: series.name,
            period,
            deadline,
            banking_days_left: deadline.banking_days_left(today),
            days_left: deadline.days_left(today),
            last_day: deadline.is_last_day(today),
            standing,
        })
    };
    let periods = (0..=MONTHS_AHEAD).filter_map(|months| current.plus(months));
    let mut due: Vec<DueSoon<'a>> =
        periods.flat_map(|period| series.iter().filter_map(move |series| of_slot(series, period))).collect();
    due.sort_by_key(|slot| (slot.deadline, slot.period, slot.series));
    due
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests;
