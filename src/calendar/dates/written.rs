//! How a date stands in a text: its numbers and names, before anyone asks whether there is such a day.

use chrono::{NaiveTime, Weekday};

use crate::period::month_named;

/// A piece of the text. Digits that `-`, `/`, `.` or `:` join without a blank are one piece, so that a part of a
/// longer number, such as a version or a case number, is never taken for a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub text: &'a str,
    pub start: usize,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Numbers,
    Word,
    Blank,
    EndOfLine,
    Mark,
}

impl Token<'_> {
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    pub fn has_digits(&self) -> bool {
        self.kind == Kind::Numbers
    }

    pub fn is_word(&self) -> bool {
        self.kind == Kind::Word
    }
}

/// A date as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written<'a> {
    pub weekday: Option<Weekday>,
    pub day: u32,
    pub month: u32,
    /// Two digits or four.
    pub year: Option<&'a str>,
    /// Whether the month is a number that stands after the day.
    pub day_first_in_digits: bool,
    /// Whether a year of two digits could as well be the day, the year standing first.
    pub year_may_be_day: bool,
    pub clock: Clock,
}

/// The time of day that follows a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    None,
    At(NaiveTime),
    /// Something that begins like one and is none.
    Wrong,
}

type Rest<'t, 'a> = &'t [Token<'a>];

/// Whether that character is a blank within a line.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() && !is_end_of_line(c)
}

fn is_end_of_line(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{0B}' | '\u{0C}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut start = 0;
    while let Some(rest) = text.get(start..).filter(|rest| !rest.is_empty()) {
        let (kind, length) = first_token(rest);
        let Some(text) = rest.get(..length) else { break };
        tokens.push(Token { text, start, kind });
        start += length;
    }
    tokens
}

fn first_token(text: &str) -> (Kind, usize) {
    let while_all = |wanted: fn(char) -> bool| text.find(|c| !wanted(c)).unwrap_or(text.len());
    match text.chars().next() {
        Some(c) if c.is_ascii_digit() => (Kind::Numbers, numbers_length(text)),
        Some(c) if is_end_of_line(c) => (Kind::EndOfLine, while_all(is_end_of_line)),
        Some(c) if is_blank(c) => (Kind::Blank, while_all(is_blank)),
        Some(c) if c.is_alphabetic() => (Kind::Word, while_all(char::is_alphabetic)),
        Some(c) => (Kind::Mark, c.len_utf8()),
        None => (Kind::Mark, 0),
    }
}

/// How long the digits at the start are, with the marks that join them.
fn numbers_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let joins = |at: usize| bytes.get(at).is_some_and(|byte| b"-/.:".contains(byte)) && digit(at + 1);
    (0..bytes.len()).find(|&at| !digit(at) && !joins(at)).unwrap_or(bytes.len())
}

/// The date that the tokens begin with, the weekday before it included, and what follows it.
pub(super) fn date<'t, 'a>(tokens: Rest<'t, 'a>) -> Option<(Written<'a>, Rest<'t, 'a>)> {
    let (weekday, rest) = lead(tokens);
    let (mut date, rest) = day_month_year(rest)?;
    date.weekday = weekday;
    let (clock, rest) = clock(rest);
    // What stands right after a time may be its zone: `12:00Z`, `12:00+01:00`.
    let zone = skip_mark(rest, if matches!(clock, Clock::At(_)) { &["+"] } else { &[] });
    let glued = zone.iter().take_while(|token| matches!(token.kind, Kind::Numbers | Kind::Word)).count();
    date.clock = match clock {
        clock if glued == 0 => clock,
        // `2026-12-15x` is no date.
        Clock::None => return None,
        Clock::At(_) | Clock::Wrong => Clock::Wrong,
    };
    Some((date, if glued == 0 { rest } else { zone.get(glued..).unwrap_or_default() }))
}

/// A weekday, with `d.` or `den`: `tirsdag d. `, `tirsdag, den `, `d.`.
fn lead<'t, 'a>(tokens: Rest<'t, 'a>) -> (Option<Weekday>, Rest<'t, 'a>) {
    let mut rest = tokens;
    let weekday = word(rest).and_then(|(name, after)| Some((weekday_named(name)?, after)));
    if let Some((_, after)) = weekday {
        rest = skip_blank(skip_mark(after, &[",", "."]));
    }
    if let Some((name, after)) = word(rest)
        && ["d", "den"].iter().any(|wanted| name.eq_ignore_ascii_case(wanted))
    {
        // `d15` is a name, `d.15` a date.
        let after_stop = skip_mark(after, &["."]);
        if after_stop.len() < after.len() || blank(after).is_some() {
            rest = skip_blank(after_stop);
        }
    }
    (weekday.map(|(weekday, _)| weekday), rest)
}

fn weekday_named(name: &str) -> Option<Weekday> {
    const NAMES: [(&str, Weekday); 7] = [
        ("mandag", Weekday::Mon),
        ("tirsdag", Weekday::Tue),
        ("onsdag", Weekday::Wed),
        ("torsdag", Weekday::Thu),
        ("fredag", Weekday::Fri),
        ("lørdag", Weekday::Sat),
        ("søndag", Weekday::Sun),
    ];
    let name = name.to_lowercase();
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, weekday)| *weekday)
}

fn day_month_year<'t, 'a>(tokens: Rest<'t, 'a>) -> Option<(Written<'a>, Rest<'t, 'a>)> {
    let (numbers, rest) = numbers(tokens)?;
    let fields: Vec<&str> = numbers.split(['-', '/', '.', ':']).collect();
    let joints: Vec<&str> = numbers.matches(['-', '/', '.', ':']).collect();
    let digits = |day, month, year| {
        let written = written(day, month, year)?;
        Some(Written { day_first_in_digits: true, ..written })
    };
    match (fields.as_slice(), joints.as_slice()) {
        ([year, month, day], ["-", "-"]) if year.len() == 4 => {
            Some((written(day, short(month)?, Some(year))?, rest))
        }
        ([day, month, year], ["/", "/" | "-"] | ["-", "-"] | [".", "."]) if matches!(year.len(), 2 | 4) => {
            let year_may_be_day = joints.first() == Some(&"-");
            Some((Written { year_may_be_day, ..digits(day, short(month)?, Some(year))? }, rest))
        }
        ([day, month], [joint]) if *joint != ":" => {
            let stop: &[&str] = if *joint == "." { &["."] } else { &[] };
            let with_year = blank(skip_mark(rest, stop)).and_then(year);
            let (year, rest) = match with_year {
                Some((year, rest)) => (Some(year), rest),
                // 15.12 may be a time and 15-12 a span: without a year, only 15/12 is a date.
                None if *joint == "/" => (None, rest),
                None => return None,
            };
            Some((digits(day, short(month)?, year)?, rest))
        }
        ([day], []) => {
            let (name, rest) = word(skip_blank(skip_mark(rest, &["."])))?;
            let month = month_named(name)?;
            // The full stop of an abbreviation belongs to the date; after a whole name it ends a sentence.
            let abbreviated =
                name.len() <= 4 && !["maj", "juni", "juli"].contains(&name.to_lowercase().as_str());
            let rest = if abbreviated { skip_mark(rest, &["."]) } else { rest };
            let (year, rest) = year(skip_blank(rest)).map_or((None, rest), |(year, rest)| (Some(year), rest));
            Some((written(day, month.into(), year)?, rest))
        }
        _ => None,
    }
}

fn written<'a>(day: &str, month: u32, year: Option<&'a str>) -> Option<Written<'a>> {
    Some(Written {
        weekday: None,
        day: short(day)?,
        month,
        year,
        day_first_in_digits: false,
        year_may_be_day: false,
        clock: Clock::None,
    })
}

/// A number of one digit or two.
fn short(digits: &str) -> Option<u32> {
    matches!(digits.len(), 1 | 2).then(|| digits.parse().ok())?
}

/// A year of four digits.
fn year<'t, 'a>(tokens: Rest<'t, 'a>) -> Option<(&'a str, Rest<'t, 'a>)> {
    numbers(tokens).filter(|(year, _)| year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The time of day that follows a date, and what follows that.
fn clock<'t, 'a>(tokens: Rest<'t, 'a>) -> (Clock, Rest<'t, 'a>) {
    if let Some((t, rest)) = word(tokens)
        && t.eq_ignore_ascii_case("t")
        && let Some((time, rest)) = numbers(rest)
    {
        return (time_of(time, &[':']), rest);
    }
    let Some(rest) = blank(skip_mark(tokens, &[","])) else { return (Clock::None, tokens) };
    if let Some((time, after)) = numbers(rest)
        && time.contains(':')
    {
        return (time_of(time, &[':']), after);
    }
    let by = word(rest)
        .filter(|(name, _)| ["senest", "inden", "før"].iter().any(|wanted| name.to_lowercase() == *wanted));
    let rest = by.and_then(|(_, rest)| blank(rest)).unwrap_or(rest);
    let named = word(rest)
        .filter(|(name, _)| ["kl", "klokken"].iter().any(|wanted| name.eq_ignore_ascii_case(wanted)));
    let time = named.and_then(|(_, rest)| numbers(skip_blank(skip_mark(rest, &["."]))));
    time.map_or((Clock::None, tokens), |(time, rest)| (time_of(time, &[':', '.']), rest))
}

/// The time that is written as hours, or hours and minutes, or seconds as well; hours alone only where `.` may join.
fn time_of(text: &str, joints: &[char]) -> Clock {
    let fields: Vec<&str> = text.split(joints).collect();
    let two = |digits: &str| short(digits).filter(|_| digits.len() == 2);
    let time = || match fields.as_slice() {
        [hour] if joints.contains(&'.') => NaiveTime::from_hms_opt(short(hour)?, 0, 0),
        [hour, minute] => NaiveTime::from_hms_opt(short(hour)?, two(minute)?, 0),
        [hour, minute, second] => NaiveTime::from_hms_opt(short(hour)?, two(minute)?, two(second)?),
        _ => None,
    };
    time().map_or(Clock::Wrong, Clock::At)
}

fn of_kind<'t, 'a>(tokens: Rest<'t, 'a>, kind: Kind) -> Option<(&'a str, Rest<'t, 'a>)> {
    tokens.split_first().filter(|(first, _)| first.kind == kind).map(|(first, rest)| (first.text, rest))
}

fn numbers<'t, 'a>(tokens: Rest<'t, 'a>) -> Option<(&'a str, Rest<'t, 'a>)> {
    of_kind(tokens, Kind::Numbers)
}

fn word<'t, 'a>(tokens: Rest<'t, 'a>) -> Option<(&'a str, Rest<'t, 'a>)> {
    of_kind(tokens, Kind::Word)
}

fn blank<'t, 'a>(tokens: Rest<'t, 'a>) -> Option<Rest<'t, 'a>> {
    of_kind(tokens, Kind::Blank).map(|(_, rest)| rest)
}

fn skip_blank<'t, 'a>(tokens: Rest<'t, 'a>) -> Rest<'t, 'a> {
    blank(tokens).unwrap_or(tokens)
}

fn skip_mark<'t, 'a>(tokens: Rest<'t, 'a>, marks: &[&str]) -> Rest<'t, 'a> {
    of_kind(tokens, Kind::Mark).filter(|(mark, _)| marks.contains(mark)).map_or(tokens, |(_, rest)| rest)
}
