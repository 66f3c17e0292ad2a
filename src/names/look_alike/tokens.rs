//! A name cut into words, numbers and the period.

use std::ops::Range;

use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A run of letters, marks on letters, and signs that are no punctuation.
    Word,
    /// A run of the digits 0 to 9.
    Number,
    /// What was read as the period, or a `*` in its place.
    Period,
}

/// What stands right before a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joint {
    /// Another token.
    Glued,
    /// A dot.
    Dot,
    /// Anything else, or the name begins with it.
    Apart,
}

/// A piece of a name.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Its text, without letters that are Danish alone; of a period none.
    pub(super) text: String,
    pub(super) joint: Joint,
    /// Whether it has brackets of its own.
    pub(super) bracketed: bool,
    /// Whether it follows a mark of a copy or a correction, and is none itself: who made it, perhaps.
    pub(super) after_mark: bool,
    /// Whether a dot and a blank or another separator follow, as after `2.` in `2. rettelse`.
    pub(super) ordinal: bool,
}

impl Token {
    /// Whether nothing stands between it and the token before.
    pub(super) fn glued(&self) -> bool {
        self.joint == Joint::Glued
    }

    /// Whether a dot stands right before it.
    pub(super) fn dotted(&self) -> bool {
        self.joint == Joint::Dot
    }

    /// Whether it is a number of one to three digits: what programs append to a copy, or suppliers to a part.
    pub(super) fn is_short_number(&self) -> bool {
        self.kind == Kind::Number && self.text.len() <= 3
    }
}

/// The tokens of a name in comparable form; `periods` are the byte ranges of its period.
pub(super) fn tokens(name: &str, periods: &[Range<usize>]) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut end = 0;
    let mut at = 0;
    while let Some(c) = name[at..].chars().next() {
        let period = periods.iter().find(|span| span.start == at);
        let kind = if period.is_some() { Some(Kind::Period) } else { kind_of(c) };
        let Some(kind) = kind else {
            at += c.len_utf8();
            continue;
        };
        let stop = match period {
            Some(span) => span.end,
            None => end_of(name, at, kind, periods),
        };
        let text = if kind == Kind::Period { String::new() } else { without_danish(&name[at..stop]) };
        let (between, after) = (&name[end..at], &name[stop..]);
        tokens.push(Token {
            kind,
            text,
            after_mark: false,
            joint: match between.chars().next_back() {
                None if at > 0 => Joint::Glued,
                Some('.') => Joint::Dot,
                _ => Joint::Apart,
            },
            bracketed: between.trim_end().ends_with(['(', '[', '{'])
                && after.trim_start().starts_with([')', ']', '}']),
            ordinal: after
                .strip_prefix('.')
                .and_then(|rest| rest.chars().next())
                .is_some_and(|c| kind_of(c).is_none()),
        });
        (at, end) = (stop, stop);
    }
    tokens
}

/// The runs of tokens that nothing stands between, as ranges of the list.
pub(super) fn runs(tokens: &[Token]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match runs.last_mut() {
            Some(run) if token.glued() => run.end = at + 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

/// Where the run of characters like the one at `at` ends.
fn end_of(name: &str, at: usize, kind: Kind, periods: &[Range<usize>]) -> usize {
    name[at..]
        .char_indices()
        .map(|(offset, c)| (at + offset, c))
        .find(|&(place, c)| kind_of(c) != Some(kind) || periods.iter().any(|span| span.start == place))
        .map_or(name.len(), |(place, _)| place)
}

/// What a character belongs to; none where it only stands between.
fn kind_of(c: char) -> Option<Kind> {
    if c.is_ascii_digit() {
        return Some(Kind::Number);
    }
    if c == '*' {
        return Some(Kind::Period);
    }
    if c.is_ascii() {
        return c.is_ascii_alphabetic().then_some(Kind::Word);
    }
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    let between = GeneralCategoryGroup::Punctuation
        .union(GeneralCategoryGroup::Separator)
        .union(GeneralCategoryGroup::Other);
    (!between.contains(category)).then_some(Kind::Word)
}

fn without_danish(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'æ' => written.push_str("ae"),
            'ø' => written.push_str("oe"),
            'å' => written.push_str("aa"),
            c => written.push(c),
        }
    }
    written
}
