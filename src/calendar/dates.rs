//! Dates that people write or paste: in Danish, in digits, in ISO form, alone or in a line of a mail. Pure.
//!
//! | form | examples |
//! |---|---|
//! | ISO 8601 | `2026-12-15`, `2026-12-15 12:00`, `2026-12-15T12:00` |
//! | with the month's Danish name | `15. december 2026`, `15. dec. 2026`, `tirsdag d. 15. december` |
//! | in digits, the day first | `15/12 2026`, `15/12-2026`, `15/12/2026`, `15-12-2026`, `15.12.2026`, `15/12/26`, `15/12` |
//!
//! A time of day may follow: `12:00`, `kl. 12`, `kl. 12.30`, `senest kl. 12`. A year that is not written comes from the
//! caller or not at all. Nothing is guessed in silence: every date says where its year comes from and whether its day
//! and month could be read the other way round, and every digit that belongs to no date is named.

use std::ops::Range;

use chrono::{Datelike, NaiveDate, NaiveTime, Weekday};

use super::deadline::Deadline;

mod written;

use written::{Clock, Token, Written};

/// Which year a date has that is written without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingYear {
    /// None: the date is refused.
    Refused,
    /// This one.
    Is(i32),
    /// That of the first such date on or after this day.
    NextFrom(NaiveDate),
}

/// Where the year of a date that was read comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum YearSource {
    /// It is written in four digits.
    Written,
    /// It is written in two digits, and taken to be one of 2000 to 2099.
    TwoDigits,
    /// It is not written; see [`MissingYear`].
    Missing,
}

/// A date that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateRead {
    /// The day.
    pub day: NaiveDate,
    /// The time of day, where one follows.
    pub time: Option<NaiveTime>,
    /// Where the year comes from.
    pub year: YearSource,
    /// Whether the date, written in digits and read with the day first as Danes write it, would be another date with
    /// the month first. Not where a weekday is written that fits the one order alone.
    pub either_order: bool,
}

impl DateRead {
    /// The date as a deadline.
    #[must_use]
    pub fn deadline(self) -> Deadline {
        Deadline { day: self.day, time: self.time }
    }
}

/// Why something is no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateFault {
    /// No month has that day, or no year that month: 31. februar.
    NoSuchDay,
    /// The second number is no month but the first one is: the month may stand first, as Americans write it.
    MonthFirst,
    /// The year is missing, and none was given to take.
    NoYear,
    /// The year is written in two digits where the day may be meant: 15-12-26.
    ShortYear,
    /// The year is outside 2000 to 2099.
    YearOutOfRange,
    /// What follows the date is no time of day: 25:00, kl. 12-14, or one with a time zone.
    NotATime,
    /// The weekday that is written is not the date's own.
    OtherWeekday {
        /// The one that is written.
        written: Weekday,
        /// The date's own.
        own: Weekday,
    },
    /// A number that belongs to no date.
    LooseNumber,
    /// There is no date in the text, or more around it than a weekday. Only [`read_date`] says so.
    NotOneDate,
}

/// A piece of a text that was read, or was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<T> {
    /// Where it stands, in bytes.
    pub span: Range<usize>,
    /// What it is.
    pub is: T,
}

/// What a text tells, in the order in which it stands there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DatesRead {
    /// What was understood.
    pub dates: Vec<Found<DateRead>>,
    /// What was not: dates that are none, and numbers that belong to none. Other words are passed over.
    pub not_read: Vec<Found<DateFault>>,
}

/// Reads the one date that the text is; blanks may stand around it.
///
/// # Errors
/// Why it is none.
pub fn read_date(text: &str, missing: MissingYear) -> Result<DateRead, DateFault> {
    let text = text.trim();
    let read = read_dates(text, missing);
    match (read.dates.as_slice(), read.not_read.as_slice()) {
        ([date], []) if date.span == (0..text.len()) => Ok(date.is),
        ([], [fault]) if fault.span == (0..text.len()) && fault.is != DateFault::LooseNumber => Err(fault.is),
        _ => Err(DateFault::NotOneDate),
    }
}

/// Reads every date in the text: a list, or lines of a mail with words between the dates.
///
/// A date does not go over the end of a line. Each digit (0 to 9) of the text stands in the span of a date or of something
/// that was not understood.
#[must_use]
pub fn read_dates(text: &str, missing: MissingYear) -> DatesRead {
    let tokens = written::tokens(text);
    let mut read = DatesRead::default();
    let mut rest: &[Token<'_>] = &tokens;
    let mut after_word = false;
    while let Some((first, after)) = rest.split_first() {
        // `A15/12` is the name of something.
        let date = if after_word && first.has_digits() { None } else { written::date(rest) };
        after_word = date.is_none() && first.is_word();
        if let Some((written, then)) = date {
            let last = tokens.len() - then.len() - 1;
            let span = first.start..tokens.get(last).map_or(first.end(), Token::end);
            match resolved(&written, missing) {
                Ok(is) => read.dates.push(Found { span, is }),
                Err(is) => read.not_read.push(Found { span, is }),
            }
            rest = then;
        } else {
            if first.has_digits() {
                add_loose(&mut read.not_read, text, first.start..first.end());
            }
            rest = after;
        }
    }
    read
}

/// Adds a number to those that were not understood, to the one before where only blanks stand between: `99 99 99 99`.
fn add_loose(not_read: &mut Vec<Found<DateFault>>, text: &str, span: Range<usize>) {
    if let Some(last) = not_read.last_mut()
        && last.is == DateFault::LooseNumber
        && text.get(last.span.end..span.start).is_some_and(|between| between.chars().all(written::is_blank))
    {
        last.span.end = span.end;
    } else {
        not_read.push(Found { span, is: DateFault::LooseNumber });
    }
}

fn resolved(date: &Written<'_>, missing: MissingYear) -> Result<DateRead, DateFault> {
    let (month, day) = (date.month, date.day);
    let (year, source) = match date.year {
        Some(year) if year.len() == 2 && date.year_may_be_day => return Err(DateFault::ShortYear),
        Some(year) => {
            let number = year.parse().map_err(|_| DateFault::YearOutOfRange)?;
            if year.len() == 2 {
                (2000 + number, YearSource::TwoDigits)
            } else {
                (number, YearSource::Written)
            }
        }
        None => match missing {
            MissingYear::Refused => return Err(DateFault::NoYear),
            MissingYear::Is(year) => (year, YearSource::Missing),
            MissingYear::NextFrom(from) => {
                let past = (month, day) < (from.month(), from.day());
                (from.year() + i32::from(past), YearSource::Missing)
            }
        },
    };
    if !(2000..=2099).contains(&year) {
        return Err(DateFault::YearOutOfRange);
    }
    let month_first = NaiveDate::from_ymd_opt(year, day, month).filter(|_| date.day_first_in_digits);
    let Some(day) = NaiveDate::from_ymd_opt(year, month, day) else {
        return Err(if month_first.is_some() { DateFault::MonthFirst } else { DateFault::NoSuchDay });
    };
    if let Some(written) = date.weekday.filter(|weekday| *weekday != day.weekday()) {
        return Err(DateFault::OtherWeekday { written, own: day.weekday() });
    }
    let time = match date.clock {
        Clock::None => None,
        Clock::At(time) => Some(time),
        Clock::Wrong => return Err(DateFault::NotATime),
    };
    let fits = |other: NaiveDate| date.weekday.is_none_or(|weekday| weekday == other.weekday());
    let either_order = month_first.is_some_and(|other| other != day && fits(other));
    Ok(DateRead { day, time, year: source, either_order })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests;
