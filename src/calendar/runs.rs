//! The days of KP's runs (*månedskørsler*), as the town enters them in `[calendar] runs`, and how long before one is
//! warned of. Pure. No date is built in: KP's calendar is not public.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Days, NaiveDate, TimeZone};

use super::banking_days::{last_of_month, minus_banking_days};
use super::dates::{DateFault, MissingYear, read_date};
use super::deadline::Deadline;
use crate::period::Period;

/// A calendar ends soon where its last run is no more than so many days away.
pub const ENDS_SOON_DAYS: i64 = 30;

/// The runs, in the order in which they fall, no two on one day. What is not delivered before a run's deadline misses
/// the run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Runs(Vec<Deadline>);

/// Why an entry of the list is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunFault {
    /// Which entry, from 0.
    pub index: usize,
    /// Why.
    pub kind: RunFaultKind,
}

/// Why an entry can be refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunFaultKind {
    /// It is no date.
    NotADate(DateFault),
    /// It would be another date with the month first, and nobody is there to be asked: 03/04 2026.
    EitherOrder,
    /// An earlier entry has the same day.
    Twice {
        /// Which one, from 0.
        first: usize,
    },
    /// It lies before the entry that stands ahead of it, as it does where a year is mistyped.
    OutOfOrder {
        /// The entry ahead of it, from 0.
        after: usize,
    },
}

/// Something about a run that is to be asked about, though it may be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunFinding {
    /// Which run, from 0.
    pub index: usize,
    /// The run.
    pub run: Deadline,
    /// What is odd about it.
    pub kind: RunFindingKind,
}

/// What can be odd about a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunFindingKind {
    /// It is over. Of interest where dates are entered; in a list that has stood for a while it is the way of things.
    Past,
    /// It lies after the last banking day of its month, on which pensions must have been paid.
    AfterLastBankingDay {
        /// That day.
        last: NaiveDate,
    },
    /// An earlier run lies in the same month, and that one is the month's run.
    SecondInMonth {
        /// Which one, from 0.
        first: usize,
    },
    /// Between the run before it and this one there are months without a run, for which nothing can be told to be due.
    MonthsWithoutRun {
        /// The first of those months.
        from: Period,
        /// The last of them.
        to: Period,
    },
}

impl Runs {
    /// Reads the list of the configuration: dates in any form of [`super::dates`], each with its year, earliest first.
    ///
    /// # Errors
    /// Every entry that is refused, in order.
    pub fn read<T: AsRef<str>>(entries: &[T]) -> Result<Runs, Vec<RunFault>> {
        let read = |entry: &T| match read_date(entry.as_ref(), MissingYear::Refused) {
            Ok(date) if date.either_order => Err(RunFaultKind::EitherOrder),
            Ok(date) => Ok(date.deadline()),
            Err(fault) => Err(RunFaultKind::NotADate(fault)),
        };
        Runs::checked(entries.iter().map(read).collect())
    }

    /// The runs at these deadlines, earliest first.
    ///
    /// # Errors
    /// Every one that is refused, in order.
    pub fn of(deadlines: &[Deadline]) -> Result<Runs, Vec<RunFault>> {
        Runs::checked(deadlines.iter().copied().map(Ok).collect())
    }

    fn checked(entries: Vec<Result<Deadline, RunFaultKind>>) -> Result<Runs, Vec<RunFault>> {
        let mut runs: Vec<(usize, Deadline)> = Vec::new();
        let mut faults = Vec::new();
        for (index, entry) in entries.into_iter().enumerate() {
            let run = match entry {
                Ok(run) => run,
                Err(kind) => {
                    faults.push(RunFault { index, kind });
                    continue;
                }
            };
            if let Some(&(first, _)) = runs.iter().find(|(_, earlier)| earlier.day == run.day) {
                faults.push(RunFault { index, kind: RunFaultKind::Twice { first } });
            } else if let Some(&(after, _)) = runs.last().filter(|(_, before)| run < *before) {
                faults.push(RunFault { index, kind: RunFaultKind::OutOfOrder { after } });
            } else {
                runs.push((index, run));
            }
        }
        if faults.is_empty() { Ok(Runs(runs.into_iter().map(|(_, run)| run).collect())) } else { Err(faults) }
    }

    /// All of them, earliest first.
    #[must_use]
    pub fn all(&self) -> &[Deadline] {
        &self.0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first run that is not over. `now` is in the town's own zone; see [`Deadline::is_missed_by`].
    #[must_use]
    pub fn next<Tz: TimeZone>(&self, now: &DateTime<Tz>) -> Option<Deadline> {
        self.0.iter().copied().find(|run| !run.is_missed_by(now))
    }

    /// The run that a file for this period must reach: the first one in the period's month.
    #[must_use]
    pub fn of_period(&self, period: Period) -> Option<Deadline> {
        self.0.iter().copied().find(|run| Period::of(run.day) == Some(period))
    }

    /// Whether the last run is over. Never, where there is none.
    #[must_use]
    pub fn has_ended<Tz: TimeZone>(&self, now: &DateTime<Tz>) -> bool {
        self.0.last().is_some_and(|last| last.is_missed_by(now))
    }

    /// Whether the last run is not over and no more than [`ENDS_SOON_DAYS`] away.
    #[must_use]
    pub fn ends_soon<Tz: TimeZone>(&self, now: &DateTime<Tz>) -> bool {
        let soon = |last: &Deadline| last.days_left(now.date_naive()) <= ENDS_SOON_DAYS;
        self.0.last().is_some_and(|last| !last.is_missed_by(now) && soon(last))
    }

    /// What is to be asked about, in the order of the runs.
    #[must_use]
    pub fn findings<Tz: TimeZone>(&self, now: &DateTime<Tz>) -> Vec<RunFinding> {
        let of_run = |(index, &run): (usize, &Deadline)| {
            let past = run.is_missed_by(now).then_some(RunFindingKind::Past);
            let kinds = [past, late_in_month(run), self.second_in_month(index), self.months_before(index)];
            kinds.into_iter().flatten().map(move |kind| RunFinding { index, run, kind })
        };
        self.0.iter().enumerate().flat_map(of_run).collect()
    }

    fn second_in_month(&self, index: usize) -> Option<RunFindingKind> {
        let month = Period::of(self.0.get(index)?.day);
        let first = self.0.iter().take(index).position(|earlier| Period::of(earlier.day) == month)?;
        Some(RunFindingKind::SecondInMonth { first })
    }

    fn months_before(&self, index: usize) -> Option<RunFindingKind> {
        let before = Period::of(self.0.get(index.checked_sub(1)?)?.day)?;
        let (from, to) = (before.plus(1)?, Period::of(self.0.get(index)?.day)?.plus(-1)?);
        (from <= to).then_some(RunFindingKind::MonthsWithoutRun { from, to })
    }
}

fn late_in_month(run: Deadline) -> Option<RunFindingKind> {
    let last = last_of_month(Period::of(run.day)?);
    (last < run.day).then_some(RunFindingKind::AfterLastBankingDay { last })
}

/// How long before a deadline what is missing is told of (`[calendar] warn_before`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WarnBefore {
    /// So many banking days; 0 is the last day alone.
    BankingDays(u16),
    /// So many days; 0 is the last day alone.
    Days(u16),
}

/// The most days or banking days that `warn_before` takes.
pub const WARN_BEFORE_MOST: u16 = 60;

impl WarnBefore {
    /// The first day on which the deadline is warned of. Never later than [`Deadline::last_day`], so that a deadline
    /// on a day when banks are closed is warned of on a day when someone is at work.
    #[must_use]
    pub fn first_day(self, deadline: Deadline) -> NaiveDate {
        let last_day = deadline.last_day();
        match self {
            WarnBefore::BankingDays(count) => minus_banking_days(deadline.day, count).min(last_day),
            WarnBefore::Days(count) => {
                let first = deadline.day.checked_sub_days(Days::new(count.into()));
                first.unwrap_or(NaiveDate::MIN).min(last_day)
            }
        }
    }
}

/// The text is no `warn_before`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WarnBeforeFault {
    /// It is not of the form `3 banking days` or `2d`.
    Form,
    /// It is more than [`WARN_BEFORE_MOST`].
    TooLong,
}

impl FromStr for WarnBefore {
    type Err = WarnBeforeFault;

    /// Reads `3 banking days`, `1 banking day`, `2d`, `2 days` or `1 day`, whatever the case, and the same in Danish:
    /// `3 bankdage`, `2 dage`.
    fn from_str(text: &str) -> Result<WarnBefore, WarnBeforeFault> {
        let text = text.trim().to_ascii_lowercase();
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let unit: Vec<&str> = unit.split_ascii_whitespace().collect();
        let of: fn(u16) -> WarnBefore = match unit.as_slice() {
            ["d" | "day" | "days" | "dag" | "dage"] => WarnBefore::Days,
            ["banking", "day" | "days"] | ["bankdag" | "bankdage"] => WarnBefore::BankingDays,
            _ => return Err(WarnBeforeFault::Form),
        };
        if number.is_empty() {
            return Err(WarnBeforeFault::Form);
        }
        // Digits that are no u16 are too many.
        let number: u16 = number.parse().map_err(|_| WarnBeforeFault::TooLong)?;
        if number > WARN_BEFORE_MOST { Err(WarnBeforeFault::TooLong) } else { Ok(of(number)) }
    }
}

/// As the configuration writes it.
impl fmt::Display for WarnBefore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WarnBefore::BankingDays(1) => f.write_str("1 banking day"),
            WarnBefore::BankingDays(count) => write!(f, "{count} banking days"),
            WarnBefore::Days(count) => write!(f, "{count}d"),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests;
