//! The built-in recogniser: the period that a file name tells.

use std::ops::Range;

use chrono::NaiveDate;

use super::Period;

mod several;

/// What a file name tells about its period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognised {
    /// The period; none where the name tells none, more than one, or a date of unclear order.
    pub period: Option<Period>,
    /// Where it stands: ascending byte ranges of the name, not overlapping; empty without a period.
    pub spans: Vec<Range<usize>>,
}

/// Reads the period in a file name, its extension included.
///
/// The name is cut into runs of digits, words (runs of letters) and what stands between them.
/// A period is one of these, in the years 2000–2099 and whatever the case; `-`, `_`, `.`, a blank or
/// nothing may stand where `-` stands here:
///
/// | form | example |
/// |---|---|
/// | `YYYY-MM`, `YYYYMM` | `2023-04`, `202304` |
/// | `YYYY-MM-DD` (the same separator twice), `YYYYMMDD`, of a day that exists | `20230401` |
/// | `MM-YYYY`, `MMYYYY` | `04-2023`, `042023` |
/// | a Danish month or its abbreviation, then the year in four digits or two | `april2023`, `apr_23` |
/// | the year in four digits, then the month's name | `2023-april` |
///
/// Runs are read whole: ten digits like a CPR number, time stamps of fourteen and `DDMMYYYY` are no
/// period, nor is `majs2023`. A day that was read with its month is not read again as a month.
///
/// `DD-MM-YYYY` (`01-04-2023`: April or January?) is a date of unclear order: the name tells no
/// period then, whatever else stands in it. Nor does it where two different periods stand in it, so
/// `12_2023_04` tells none, nor where another month than its period's does: `mad_oktober_20261103`, `jan-mar23`,
/// `202609-11`. The same period twice is one period.
#[must_use]
pub fn recognise(name: &str) -> Recognised {
    match read(name) {
        Reading::One(period, spans) => Recognised { period: Some(period), spans: united(spans.into_iter()) },
        Reading::None | Reading::Several(..) => Recognised { period: None, spans: Vec::new() },
    }
}

/// The two parts of a name that speak of different months, where it is for that reason that [`recognise`] finds no period.
#[must_use]
pub fn two_months(name: &str) -> Option<(&str, &str)> {
    match read(name) {
        Reading::Several(one, other) => Some((&name[one], &name[other])),
        Reading::None | Reading::One(..) => None,
    }
}

/// What stands in a name.
enum Reading {
    /// No period, or a date of unclear order.
    None,
    /// One period, and where.
    One(Period, Vec<Range<usize>>),
    /// These two, which are for different months.
    Several(Range<usize>, Range<usize>),
}

/// A period that was found, from one piece to another, both belonging to it.
struct Found {
    period: Period,
    first: usize,
    last: usize,
}

fn read(name: &str) -> Reading {
    let pieces = pieces(name);
    let mut found: Vec<Found> = Vec::new();
    let mut day_read = None;
    for at in 0..pieces.len() {
        if unclear_date(&pieces, at) && day_read != Some(at) {
            return Reading::None;
        }
        if let Some((period, last)) = period_at(&pieces, at, day_read) {
            found.push(Found { period, first: at, last });
            if last == at + 2 {
                day_read = Some(last);
            }
        }
    }
    let span = |found: &Found| pieces[found.first].start..pieces[found.last].end();
    let Some(first) = found.first() else { return Reading::None };
    let differs = found.iter().find(|other| other.period != first.period).map(span);
    match differs.or_else(|| several::other_month(name, &pieces, &found)) {
        Some(other) => Reading::Several(span(first), other),
        None => Reading::One(first.period, found.iter().map(span).collect()),
    }
}

/// The Danish months in full, and the ways to shorten them.
const NAMES: [(&str, &[&str]); 12] = [
    ("januar", &["jan"]),
    ("februar", &["feb"]),
    ("marts", &["mar"]),
    ("april", &["apr"]),
    ("maj", &[]),
    ("juni", &["jun"]),
    ("juli", &["jul"]),
    ("august", &["aug"]),
    ("september", &["sep", "sept"]),
    ("oktober", &["okt"]),
    ("november", &["nov"]),
    ("december", &["dec"]),
];

/// The month, 1 to 12, that this word names in Danish, in full or abbreviated, whatever the case.
pub(crate) fn month_named(word: &str) -> Option<u8> {
    month_in_full(word)
        .or_else(|| numbered(|(_, short)| short.iter().any(|name| name.eq_ignore_ascii_case(word))))
}

fn month_in_full(word: &str) -> Option<u8> {
    numbered(|(name, _)| name.eq_ignore_ascii_case(word))
}

fn numbered(is_it: impl Fn(&(&str, &[&str])) -> bool) -> Option<u8> {
    (1..).zip(&NAMES).find(|(_, names)| is_it(names)).map(|(month, _)| month)
}

/// A run of digits or of letters.
struct Piece<'a> {
    text: &'a str,
    start: usize,
    digits: bool,
    joint: Joint,
}

/// What stands between a piece and the one before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Joint {
    Nothing,
    Separator(char),
    Apart,
}

impl Piece<'_> {
    fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Its number, where it is exactly this many digits.
    fn number(&self, digits: usize) -> Option<u16> {
        (self.digits && self.text.len() == digits).then(|| self.text.parse().ok())?
    }

    fn year(&self) -> Option<u16> {
        self.number(4)
    }

    fn month(&self) -> Option<u8> {
        u8::try_from(self.number(2)?).ok()
    }

    fn month_name(&self) -> Option<u8> {
        if self.digits { None } else { month_named(self.text) }
    }
}

fn pieces(name: &str) -> Vec<Piece<'_>> {
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    let mut rest = name.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        if !first.is_alphanumeric() {
            continue;
        }
        let digits = first.is_ascii_digit();
        let alike = |c: char| c.is_alphanumeric() && c.is_ascii_digit() == digits;
        while rest.next_if(|&(_, c)| alike(c)).is_some() {}
        let end = rest.peek().map_or(name.len(), |&(end, _)| end);
        let before = pieces.last().map_or(0, Piece::end);
        pieces.push(Piece { text: &name[start..end], start, digits, joint: joint(&name[before..start]) });
    }
    pieces
}

fn joint(between: &str) -> Joint {
    let mut chars = between.chars();
    match (chars.next(), chars.next()) {
        (None, _) => Joint::Nothing,
        (Some(separator @ ('-' | '_' | '.' | ' ')), None) => Joint::Separator(separator),
        _ => Joint::Apart,
    }
}

/// The period that begins with this piece, and the last piece that belongs to it.
fn period_at(pieces: &[Piece<'_>], at: usize, day_read: Option<usize>) -> Option<(Period, usize)> {
    let first = &pieces[at];
    if let Some(period) = in_one_run(first) {
        return Some((period, at));
    }
    let second = pieces.get(at + 1).filter(|piece| piece.joint != Joint::Apart)?;
    if let Some(year) = first.year() {
        let month = second.month().or_else(|| second.month_name())?;
        let period = Period::new(year, month)?;
        let last = if second.digits && day_follows(pieces, at + 1, period) { at + 2 } else { at + 1 };
        return Some((period, last));
    }
    let period = match first.month_name() {
        Some(month) => Period::new(second.year().or_else(|| Some(2000 + second.number(2)?))?, month),
        None if day_read == Some(at) => None,
        None => Period::new(second.year()?, first.month()?),
    };
    period.map(|period| (period, at + 1))
}

/// `YYYYMM`, `MMYYYY` or `YYYYMMDD`. No six digits can be read both ways: no month begins with 20.
fn in_one_run(run: &Piece<'_>) -> Option<Period> {
    let part = |range: Range<usize>| run.text.get(range)?.parse::<u16>().ok();
    let period = |year, month| Period::new(year, u8::try_from(month).ok()?);
    match run.text.len() {
        6 if run.digits => period(part(0..4)?, part(4..6)?).or_else(|| period(part(2..6)?, part(0..2)?)),
        8 if run.digits => {
            let period = period(part(0..4)?, part(4..6)?)?;
            is_day(period, part(6..8)?).then_some(period)
        }
        _ => None,
    }
}

/// Whether the piece after this one is a day of the period, joined as the month is to the year.
fn day_follows(pieces: &[Piece<'_>], month: usize, period: Period) -> bool {
    pieces.get(month + 1).is_some_and(|day| {
        day.joint == pieces[month].joint && day.number(2).is_some_and(|day| is_day(period, day))
    })
}

fn is_day(period: Period, day: u16) -> bool {
    NaiveDate::from_ymd_opt(period.year().into(), period.month().into(), day.into()).is_some()
}

/// Whether `DD-MM-YYYY` or `D-MM-YYYY` ends its first two parts with this piece, as in `01-04-2023`.
fn unclear_date(pieces: &[Piece<'_>], month: usize) -> bool {
    let Some([day, month, year]) = month.checked_sub(1).and_then(|day| pieces.get(day..day + 3)) else {
        return false;
    };
    let is_period = || Period::new(year.year()?, month.month()?);
    let one_separator = matches!(month.joint, Joint::Separator(_)) && month.joint == year.joint;
    one_separator && (day.number(1).is_some() || day.number(2).is_some()) && is_period().is_some()
}

/// The same bytes in ranges that do not overlap.
fn united(spans: impl Iterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    let mut united: Vec<Range<usize>> = Vec::new();
    for span in spans {
        match united.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => united.push(span),
        }
    }
    united
}

#[cfg(test)]
mod tests;
