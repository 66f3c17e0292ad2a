//! A month that stands in a name beside its period, without a year of its own: then the name is for both, or the period is only
//! the day on which the file was made.

use std::ops::Range;

use super::{Found, Piece, month_in_full, month_named};
use crate::period::Period;

/// The English months that are spelled in another way than the Danish ones. They are never read as the period, and in full they
/// speak against another one all the same.
const ENGLISH: [(&str, u8); 7] =
    [("january", 1), ("february", 2), ("march", 3), ("may", 5), ("june", 6), ("july", 7), ("october", 10)];
/// Words between two months: "jan og feb", "sep til nov".
const TIES: [&str; 5] = ["og", "til", "and", "to", "samt"];
/// Words for parts of a year that are longer than a month, and how many of them a year has.
const PARTS: [(&str, u16); 6] =
    [("q", 4), ("kv", 4), ("kvt", 4), ("kvartal", 4), ("halvår", 2), ("halvaar", 2)];

/// What in this name speaks of another month than the one that was found, or of more than that month; `found` is what was read as
/// its period, once or more often.
///
/// - a month in full, as a word of its own, wherever it stands: `oktober_20261103`;
/// - a shortened month beside the period or beside another month's name: `okt_20261103`, `jan-mar23`, `jan og feb 2023`;
/// - a second month in digits: `202609-11`, `09-11_2026`, `9+10_2026`;
/// - a quarter or half a year: `Q3_20261005`, `3. kvartal 202609`.
pub(super) fn other_month(name: &str, pieces: &[Piece<'_>], found: &[Found]) -> Option<Range<usize>> {
    let period = found.first()?.period;
    let span = |first: usize, last: usize| pieces[first].start..pieces[last].end();
    let names = (0..pieces.len()).find(|&at| names_another(pieces, at, found)).map(|at| span(at, at));
    let digits = || {
        let mut ends = found.iter().filter_map(|found| second_in_digits(name, pieces, found, period));
        ends.next().map(|at| span(at, at))
    };
    let part = || (0..pieces.len()).find_map(|at| part_of_year(pieces, at)).map(|(at, last)| span(at, last));
    names.or_else(digits).or_else(part)
}

/// Whether this piece names another month than the period's.
fn names_another(pieces: &[Piece<'_>], at: usize, found: &[Found]) -> bool {
    let piece = &pieces[at];
    let month = |named: Option<u8>| named.filter(|month| found.iter().all(|it| it.period.month() != *month));
    if piece.digits {
        false
    } else if month(month_in_full(piece.text).or_else(|| in_english(piece.text))).is_some() {
        true
    } else {
        month(shortened(piece.text)).is_some() && !is_extension(pieces, at) && is_joined(pieces, at, found)
    }
}

fn in_english(word: &str) -> Option<u8> {
    ENGLISH.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, month)| *month)
}

/// The month that a word names, Danish or the one that English shortens in another way.
fn shortened(word: &str) -> Option<u8> {
    month_named(word).or_else(|| word.eq_ignore_ascii_case("oct").then_some(10))
}

/// Whether this is the last piece and a dot stands before it: `.dec` and `.mar` are extensions as well.
fn is_extension(pieces: &[Piece<'_>], at: usize) -> bool {
    at + 1 == pieces.len() && pieces[at].joint == super::Joint::Separator('.')
}

/// Whether the shortened month at this piece stands beside the period, or beside the name of a month. Between the two may stand a
/// word such as `og`, and between two names days as well: `1. sep til 30. nov`.
fn is_joined(pieces: &[Piece<'_>], at: usize, found: &[Found]) -> bool {
    let is_tie = |piece: &Piece<'_>| TIES.iter().any(|tie| tie.eq_ignore_ascii_case(piece.text));
    let is_found = |at: usize| found.iter().any(|found| (found.first..=found.last).contains(&at));
    let is_name = |piece: &Piece<'_>| !piece.digits && month_named(piece.text).is_some();
    let is_day = |piece: &Piece<'_>| piece.digits && piece.text.len() <= 2;
    let beside = |others: &mut dyn Iterator<Item = usize>| {
        let mut days = false;
        for other in others.take(3) {
            let piece = &pieces[other];
            if is_name(piece) || is_found(other) && !days {
                return true;
            }
            if !(is_tie(piece) || is_day(piece)) {
                return false;
            }
            days |= is_day(piece);
        }
        false
    };
    beside(&mut (0..at).rev()) || beside(&mut (at + 1..pieces.len()))
}

/// What ties two numbers together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tie {
    /// `-`, as from one month to another.
    Dash,
    /// `+`, `&`, `/` or a word such as `og`.
    And,
}

/// The piece that is a second month, before or behind a period in digits.
fn second_in_digits(name: &str, pieces: &[Piece<'_>], found: &Found, period: Period) -> Option<usize> {
    let month = u16::from(period.month());
    // From one month to a later one: what is no later month may be a day or a part's number.
    let ascends = |from: u16, to: u16| from < to;
    let is_month = |number: u16| (1..=12).contains(&number) && number != month;
    let number = |at: usize, tie| {
        let piece = pieces.get(at)?;
        match tie {
            Tie::Dash => piece.number(2),
            Tie::And => piece.number(2).or_else(|| piece.number(1)),
        }
        .filter(|number| is_month(*number))
    };
    if month_stands_last(&pieces[found.first..=found.last], period)
        && let Some((at, tie)) = tied(name, pieces, found.last, &mut (found.last + 1..pieces.len()))
        && let Some(other) = number(at, tie)
        && (tie == Tie::And || ascends(month, other) && ends_there(pieces, at))
    {
        return Some(at);
    }
    let before = month_stands_first(&pieces[found.first..=found.last], period)
        .then(|| tied(name, pieces, found.first, &mut (0..found.first).rev()))??;
    let other = number(before.0, before.1)?;
    (before.1 == Tie::And || ascends(other, month)).then_some(before.0)
}

/// Whether no letter is glued to the end of this piece.
fn ends_there(pieces: &[Piece<'_>], at: usize) -> bool {
    pieces.get(at + 1).is_none_or(|next| next.joint != super::Joint::Nothing)
}

/// `YYYY-MM` or `YYYYMM`, without a day.
fn month_stands_last(pieces: &[Piece<'_>], period: Period) -> bool {
    match pieces {
        [run] => run.text.len() == 6 && run.text.starts_with(&format!("{}", period.year())),
        [year, month] => year.year().is_some() && month.digits,
        _ => false,
    }
}

/// `MM-YYYY` or `MMYYYY`.
fn month_stands_first(pieces: &[Piece<'_>], period: Period) -> bool {
    match pieces {
        [run] => run.text.len() == 6 && run.text.ends_with(&format!("{}", period.year())),
        [month, year] => month.number(2).is_some() && year.digits,
        _ => false,
    }
}

/// The next of these pieces that is no word such as `og`, and what ties it to the piece at `from`.
fn tied(
    name: &str,
    pieces: &[Piece<'_>],
    from: usize,
    others: &mut dyn Iterator<Item = usize>,
) -> Option<(usize, Tie)> {
    let at = others.next()?;
    if TIES.iter().any(|tie| tie.eq_ignore_ascii_case(pieces[at].text)) {
        return Some((others.next()?, Tie::And));
    }
    let (before, after) = (from.min(at), from.max(at));
    let between = &name[pieces[before].end()..pieces[after].start];
    let has = |of: &[char]| between.contains(of);
    if has(&['+', '&', '/', '\u{2044}', '\u{2215}']) {
        Some((at, Tie::And))
    } else if has(&['-', '\u{2010}', '\u{2011}', '\u{2013}', '\u{2014}']) {
        Some((at, Tie::Dash))
    } else {
        None
    }
}

/// A quarter or half a year that is named from this piece on, with its last piece.
fn part_of_year(pieces: &[Piece<'_>], at: usize) -> Option<(usize, usize)> {
    let next = pieces.get(at + 1)?;
    let (word, number, glued) =
        if next.digits { (&pieces[at], next, next.joint) } else { (next, &pieces[at], next.joint) };
    let word = word.text.to_lowercase();
    let (name, parts) = PARTS.iter().find(|(part, _)| *part == word)?;
    // `q` is a letter like another unless its number is glued to it.
    let is_near = *name != "q" || glued == super::Joint::Nothing;
    let counts = number.number(1).is_some_and(|number| (1..=*parts).contains(&number));
    (is_near && counts).then_some((at, at + 1))
}
