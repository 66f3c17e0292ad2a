//! The period, which is the calendar month that deductions are for, and reading it from a file name.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};

mod recognise;

pub(crate) use recognise::month_named;
pub use recognise::{Recognised, recognise, two_months};

/// A calendar month of the years 2000 to 2099, `YYYY-MM`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    year: u16,
    month: u8,
}

impl Period {
    /// The period of this year (2000–2099) and month (1–12); none outside these.
    #[must_use]
    pub fn new(year: u16, month: u8) -> Option<Period> {
        ((2000..=2099).contains(&year) && (1..=12).contains(&month)).then_some(Period { year, month })
    }

    /// The period that a day lies in; none outside 2000–2099.
    #[must_use]
    pub fn of(day: NaiveDate) -> Option<Period> {
        Period::new(u16::try_from(day.year()).ok()?, u8::try_from(day.month()).ok()?)
    }

    /// The period that a day lies in, or the nearest one to a day outside 2000–2099, as a clock that is wrong tells it.
    #[must_use]
    pub fn nearest(day: NaiveDate) -> Period {
        let first = Period { year: 2000, month: 1 };
        let last = Period { year: 2099, month: 12 };
        Period::of(day).unwrap_or(if day.year() < 2000 { first } else { last })
    }

    /// How many months `self` lies after `earlier`; negative where it lies before.
    #[must_use]
    pub fn months_after(self, earlier: Period) -> i32 {
        self.months_after_month_of(earlier.first_day())
    }

    /// How many months `self` lies after the month of a day, of whatever year; negative where it lies before.
    #[must_use]
    pub fn months_after_month_of(self, day: NaiveDate) -> i32 {
        let months = |year: i32, month: u32| year * 12 + month.cast_signed();
        months(self.year.into(), self.month.into()) - months(day.year(), day.month())
    }

    /// The period so many months later, or earlier where negative; none outside 2000–2099.
    #[must_use]
    pub fn plus(self, months: i32) -> Option<Period> {
        let months = i32::from(self.year) * 12 + i32::from(self.month) - 1 + months;
        Period::new(u16::try_from(months.div_euclid(12)).ok()?, u8::try_from(months.rem_euclid(12) + 1).ok()?)
    }

    /// The first day of its month.
    #[must_use]
    pub fn first_day(self) -> NaiveDate {
        // Never the default: every month of 2000–2099 has a first day.
        NaiveDate::from_ymd_opt(self.year.into(), self.month.into(), 1).unwrap_or_default()
    }

    /// The year, 2000 to 2099.
    #[must_use]
    pub fn year(self) -> u16 {
        self.year
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u8 {
        self.month
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// The text was not `YYYY-MM`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a period of the form YYYY-MM")]
pub struct NotAPeriod;

impl FromStr for Period {
    type Err = NotAPeriod;

    fn from_str(text: &str) -> Result<Period, NotAPeriod> {
        let (year, month) = text.split_once('-').ok_or(NotAPeriod)?;
        let digits = |part: &str, n| part.len() == n && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return Err(NotAPeriod);
        }
        let year = year.parse().map_err(|_| NotAPeriod)?;
        let month = month.parse().map_err(|_| NotAPeriod)?;
        Period::new(year, month).ok_or(NotAPeriod)
    }
}

impl serde::Serialize for Period {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Period {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Period, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
