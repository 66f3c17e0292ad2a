//! Names that differ by the marks of a copy or a correction alone.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use crate::period::{Period, recognise};

use super::comparable;
use tokens::{Kind, Token, runs, tokens};

mod tokens;
mod words;

/// The longest extension that is not known, in characters: what is longer is a word of the name.
const LONGEST_EXTENSION: usize = 10;

/// The longest initials of a person, in characters.
const LONGEST_INITIALS: usize = 4;

/// What is left of a name once its period and the marks of copies and corrections are taken out.
///
/// For finding look-alikes among many names: put the names under each of [`Core::keys`], then ask
/// [`Core::looks_like`] of those that meet, or [`Core::is_alike_but_for_the_period`] where a series reads its
/// period in another way than [`recognise`] and the slots' periods are compared instead.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Core {
    /// The period that the name tells; none where it tells none, or more than one.
    pub period: Option<Period>,
    /// The words that are left, without what stood between them; empty where only marks and a period stood there.
    pub words: String,
    /// What stood after the last dot, where it is no extension that is known: it may be one, or a word.
    pub extension: Option<String>,
    /// The number that stood last in the name: a part's, or a copy's.
    pub number: Option<u16>,
    /// Whether a mark of a copy or a correction was taken out.
    pub marked: bool,
}

impl Core {
    /// Whether the two names are look-alikes: one period, and alike but for it.
    #[must_use]
    pub fn looks_like(&self, other: &Core) -> bool {
        self.period == other.period && self.is_alike_but_for_the_period(other)
    }

    /// Whether the two names are look-alikes if they are for one period: the same words, and ends that agree.
    ///
    /// Ends agree where they are the same or one of the names has none. `mad_202610_1.txt` may be a browser's second
    /// copy of `mad_202610.txt`, and `mad_202610.nord` the same file as `mad_202610.txt`, so each of these pairs is alike.
    /// But `mad_202610_1.txt` and `mad_202610_2.txt` may be two parts of one month, and `mad_202610.nord` and
    /// `mad_202610.syd` two kitchens', so these are not; if they are copies, each is a look-alike of the file
    /// without that end. Look-alikes of one name therefore need not be look-alikes of each other.
    #[must_use]
    pub fn is_alike_but_for_the_period(&self, other: &Core) -> bool {
        let same_words =
            self.words == other.words && agree(self.extension.as_ref(), other.extension.as_ref());
        let same_in_full = || self.keys().any(|key| key == other.in_full()) || self.in_full() == other.words;
        agree(self.number.as_ref(), other.number.as_ref()) && (same_words || same_in_full())
    }

    /// Whether the name may be a copy's or a part's: it has a mark, or a number of its own at the end.
    #[must_use]
    pub fn is_marked(&self) -> bool {
        self.marked || self.number.is_some()
    }

    /// One text or two; look-alikes have one in common.
    pub fn keys(&self) -> impl Iterator<Item = String> {
        let in_full = self.extension.is_some().then(|| self.in_full());
        std::iter::once(self.words.clone()).chain(in_full)
    }

    /// The words, with the extension as one of them.
    fn in_full(&self) -> String {
        format!("{}{}", self.words, self.extension.as_deref().unwrap_or_default())
    }
}

/// Whether two ends of names are the same, or one is missing.
fn agree<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
    one.zip(other).is_none_or(|(one, other)| one == other)
}

/// Whether one of these two names may be a copy or a correction of the other: the same name in
/// [`comparable`] form, or look-alikes by [`core_of`].
///
/// The periods are those that [`recognise`] reads in the names.
#[must_use]
pub fn look_alike(one: &str, other: &str) -> bool {
    comparable(one) == comparable(other) || core_of(one).looks_like(&core_of(other))
}

/// The core of a file's name (without its folder), whatever its case and normal form.
///
/// A `*` stands for a period, so the core of a derived series (`mad_*.txt`) is that of its files, but for the period.
///
/// Taken out, wherever they stand and however many:
/// - the period, and all that stands between words: blanks, `-`, `_`, `.`, brackets;
/// - a number of one or two digits in brackets of its own: `(2)`, `[1]`;
/// - brackets that say copy, correction or conflict (`(3. kopi)`, `(rettet af AB)`, `(conflicted copy …)`), and a
///   synchronizer's conflict ending;
/// - who made a correction and when (`rettet af AB`, `rettet d. 12.4.`), and a time of day behind a date
///   (`_20261014T0812`);
/// - words for copies and corrections in Danish and English, as whole words only, with a number after them and a
///   word that ties them to the name: `Kopi (2) af`, `rettelse 2 til`, `- Copy`, `_final`;
/// - versions: `v2`, `ver. 2.1`, `version`, `rev1`, `rev. A`, `2. udgave`;
/// - extensions that are known: after any dot (`.txt.txt`, `.csv.gz`) or at the end (`_txt`).
///
/// Kept apart are what else may be an extension, or a person's initials or a stamp behind a mark
/// ([`Core::extension`], if a word is left without it), and a number
/// of up to three digits that stands for itself at the very end ([`Core::number`]). All other numbers and words stay:
/// `mad_nord`, `mad_syd`, `mad1`, `mad2`, `mad_101_202610` and `mad_102_202610` are different. `æ`, `ø` and `å` are
/// `ae`, `oe` and `aa`, as systems without these letters write them.
#[must_use]
pub fn core_of(name: &str) -> Core {
    let name = comparable(name).replace("%20", " ");
    let unmarked = without_conflict(&name);
    let plain = without_stamps(&unmarked);
    let recognised = recognise(&plain);
    let mut left = tokens(&plain, &recognised.spans);
    let all = left.len();
    drop_marks(&mut left);
    let marked = left.len() < all || unmarked != name;
    let known_before = drop_dotted_extensions(&mut left);
    let (extension, number) = drop_end(&mut left, known_before);
    Core { period: recognised.period, words: joined(&left), extension, number, marked }
}

/// Brackets that say copy, correction or conflict, as people, desktops and synchronizers write them, whose other words are a
/// person's, a machine's or a time: `(endnu en kopi)`, `(rettet af AB)`, `(Kontoret's conflicted copy 2026-10-03)`,
/// `.sync-conflict-20261003-120000-ABCDEFG`, `_conflict-20261003-120000`, `-KONTOR-safeBackup-0001`.
#[allow(clippy::unwrap_used)] // an expression of our own, which a test compiles
static CONFLICT: LazyLock<Regex> = LazyLock::new(|| {
    let done = done();
    let word = format!("kopi|copy|conflict|conflicted|konflikt|modstridende|{done}");
    let inside = r"[^()\[\]{}]*";
    let apart = r"[^()\[\]{}a-zæøå]";
    let brackets = format!(r"[(\[{{](?:{inside}{apart})?(?:{word})(?:{apart}{inside})?[)\]}}]");
    let ending = r"[._ -](?:sync-)?conflict-\d{8}-\d{6}(?:-[a-z0-9]{7})?";
    let spare = r"-[^_. ]*-safebackup-\d+";
    Regex::new(&format!("{brackets}|{ending}|{spare}")).unwrap()
});

/// When a correction was made, behind its mark: `rettet 12.4.`, `rettet d. 12-04-2026`, `rettet_120426`.
#[allow(clippy::unwrap_used)] // an expression of our own, which a test compiles
static DONE_ON: LazyLock<Regex> = LazyLock::new(|| {
    let done = done();
    let (day, month) = ("(?:0?[1-9]|[12][0-9]|3[01])", "(?:0?[1-9]|1[0-2])");
    let (two, both) = ("(?:0[1-9]|[12][0-9]|3[01])", "(?:0[1-9]|1[0-2])");
    let dated = format!(
        "{day}[./-]{month}(?:[./-](?:20)?[0-9]{{2}})?|20[0-9]{{2}}-?{both}-?{two}|{two}{both}(?:20)?[0-9]{{2}}"
    );
    let mark = format!("(?:^|[^a-zæøå])(?:{done})");
    let date =
        format!("(?:[ ._-]+(?:den|d|pr)[ ._-]+{two}{both}|[ ._-]+(?:(?:den|d|pr)[ ._-]+)?(?:{dated}))");
    Regex::new(&format!("(?P<mark>{mark}){date}(?P<after>$|[^0-9])")).unwrap()
});

/// A date with a time of day, as programs stamp names: `20261014T0812`, `20261014_081233`, `2026-10-14 08.12`.
#[allow(clippy::unwrap_used)] // an expression of our own, which a test compiles
static STAMP: LazyLock<Regex> = LazyLock::new(|| {
    let (month, day) = ("(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])");
    let (hour, minute) = ("(?:[01][0-9]|2[0-3])", "[0-5][0-9]");
    let date = format!("20[0-9]{{2}}(?:{month}{day}|[._-]{month}[._-]{day})");
    let time = [
        format!("t{hour}[:._-]?{minute}(?:[:._-]?{minute})?z?"),
        // Four digits alone may be a kitchen's number.
        format!("[ _-]{{0,2}}{hour}{minute}{minute}"),
        format!("{hour}{minute}"),
        format!("[ _-]+(?:kl[. ]*)?{hour}[:.-]{minute}(?:[:.-]{minute})?"),
        format!("[ _-]*kl[. ]*{hour}{minute}"),
    ];
    let time = time.join("|");
    Regex::new(&format!("(?P<before>^|[^0-9])(?P<date>{date})(?:{time})(?P<after>$|[^0-9])")).unwrap()
});

/// The words that say that something was done to a file, as the alternatives of an expression.
fn done() -> String {
    words::DONE.join("|").replace("aendr", "(?:ae|æ)ndr")
}

/// The name without brackets that say copy, correction or conflict.
fn without_conflict(name: &str) -> Cow<'_, str> {
    // Most names have nothing of the kind, and then the expression is not even compiled.
    let may_have = |sign: &str| name.contains(sign);
    if !["(", "[", "{", "conflict", "safebackup"].into_iter().any(may_have) {
        return Cow::Borrowed(name);
    }
    let without = CONFLICT.replace_all(name, " ");
    if tells_as_much(&without, name) { without } else { Cow::Borrowed(name) }
}

/// The name without the times at which it was corrected or written. A date is left of a stamp that alone tells the period.
fn without_stamps(name: &str) -> String {
    let mut undated = name.to_owned();
    if words::DONE.iter().any(|word| name.contains(word)) || name.contains("ændr") {
        let without = DONE_ON.replace_all(name, "$mark $after").into_owned();
        undated = if tells_as_much(&without, name) { without } else { undated };
    }
    // A date and a time of day have at least twelve digits.
    if undated.bytes().filter(u8::is_ascii_digit).count() < 12 {
        return undated;
    }
    let without = STAMP.replace_all(&undated, "$before $after").into_owned();
    if recognise(&without).period.is_some() {
        without
    } else {
        STAMP.replace_all(&undated, "$before$date$after").into_owned()
    }
}

/// Whether a name from which something was taken out still tells a period, if it told one.
fn tells_as_much(without: &str, name: &str) -> bool {
    recognise(without).period.is_some() || recognise(name).period.is_none()
}

/// What the tokens before this one said.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// No mark.
    Nothing,
    /// A mark that may have a number after it.
    Mark,
    /// A mark that has its number.
    Numbered,
}

/// Takes out the marks of copies, corrections and versions.
fn drop_marks(left: &mut Vec<Token>) {
    let mut keep = vec![true; left.len()];
    let mut before = Before::Nothing;
    let mut at = 0;
    while at < left.len() {
        let (length, after) = mark_at(left, at, before);
        keep[at..at + length].fill(false);
        left[at].after_mark = length == 0 && before != Before::Nothing;
        before = after;
        at += length.max(1);
    }
    let mut keep = keep.into_iter();
    left.retain(|_| keep.next().unwrap_or(true));
}

/// How many tokens from this one on are a mark, none where it is none; and what the next one is told.
fn mark_at(tokens: &[Token], at: usize, before: Before) -> (usize, Before) {
    let token = &tokens[at];
    let next = tokens.get(at + 1);
    match token.kind {
        Kind::Number if token.bracketed && token.text.len() <= 2 => (1, before),
        Kind::Number if before == Before::Mark && token.text.len() <= 2 => (1, Before::Numbered),
        Kind::Number if token.ordinal && token.text.len() <= 2 && next.is_some_and(is_mark) => {
            (1, Before::Nothing)
        }
        Kind::Number | Kind::Period => (0, Before::Nothing),
        Kind::Word => {
            let word = token.text.as_str();
            let numbered = next.is_some_and(|next| next.kind == Kind::Number && next.text.len() <= 2);
            if words::VERSIONS.contains(&word) && version_length(tokens, at) > 1 {
                (version_length(tokens, at), Before::Numbered)
            } else if is_mark(token) {
                (1, Before::Mark)
            } else if is_who_did_it(tokens, at) {
                (2, Before::Nothing)
            } else if before != Before::Nothing && words::TIES.contains(&word) {
                (1, Before::Nothing)
            } else if before == Before::Mark && numbered && words::NUMBER_SIGNS.contains(&word) {
                (1, Before::Mark)
            } else {
                (0, Before::Nothing)
            }
        }
    }
}

fn is_mark(token: &Token) -> bool {
    token.kind == Kind::Word && words::MARKS.contains(&token.text.as_str())
}

/// Whether this token and the next one say who made the correction before them: `af AB`. Where no other word is left, the
/// next one is the name itself.
fn is_who_did_it(tokens: &[Token], at: usize) -> bool {
    let has = |list: &[&str], token: &Token| token.kind == Kind::Word && list.contains(&token.text.as_str());
    let names = |(i, token): (usize, &Token)| {
        (i < at || i > at + 1)
            && token.kind == Kind::Word
            && !has(words::MARKS, token)
            && !has(words::EXTENSIONS, token)
    };
    has(words::BY, &tokens[at])
        && at.checked_sub(1).is_some_and(|before| has(words::DONE, &tokens[before]))
        && tokens.get(at + 1).is_some_and(|who| who.kind == Kind::Word)
        && tokens.iter().enumerate().any(names)
}

/// How many tokens a version takes: the word, its number with what is glued or dotted to it (`v2.1b`), a letter
/// (`rev. A`), or a date glued to it (`v20261003`).
fn version_length(tokens: &[Token], at: usize) -> usize {
    let is_letter = |token: &Token| token.kind == Kind::Word && token.text.chars().count() == 1;
    let follows = |next: &&Token| match next.kind {
        Kind::Number => next.text.len() <= 3,
        Kind::Period => next.glued(),
        Kind::Word => is_letter(next) && !next.glued() && tokens[at].text != "v",
    };
    let Some(first) = tokens.get(at + 1).filter(follows) else { return 1 };
    if first.kind != Kind::Number {
        // the period itself is no part of any core
        return 2;
    }
    let rest = &tokens[at + 2..];
    let minor = rest.iter().take_while(|token| token.kind == Kind::Number && token.dotted()).count();
    let letter = rest.get(minor).is_some_and(|token| is_letter(token) && token.glued());
    2 + minor + usize::from(letter)
}

/// Takes out known extensions after a dot, wherever they stand; answers whether one stood at the end.
fn drop_dotted_extensions(left: &mut Vec<Token>) -> bool {
    let mut found = runs(left);
    found.retain(|run| {
        left[run.start].dotted() && words::EXTENSIONS.contains(&text(&left[run.clone()]).as_str())
    });
    let at_end = found.last().is_some_and(|run| run.end == left.len());
    for run in found.into_iter().rev() {
        left.drain(run);
    }
    at_end
}

/// Takes known extensions, one other extension and one number off the end of the name; answers the latter two.
///
/// `known_before`: whether a known extension was taken off already.
fn drop_end(left: &mut Vec<Token>, mut known_before: bool) -> (Option<String>, Option<u16>) {
    let (mut extension, mut number) = (None, None);
    while let Some(run) = runs(left).pop() {
        let last = &left[run.clone()];
        if last.iter().any(|token| token.kind == Kind::Period) {
            break;
        }
        let ending = text(last);
        let before = &left[..run.start];
        let may_end = last.iter().any(|token| token.kind == Kind::Word)
            && before.iter().any(|token| token.kind == Kind::Word);
        // `mad_202610.kmd.txt` got its second extension later; in `202610_mad.nord.txt` `nord` is a word
        let alone = !known_before || before.last().is_some_and(|token| token.kind == Kind::Period);
        if may_end && words::EXTENSIONS.contains(&ending.as_str()) {
            known_before = true;
            left.truncate(run.start);
        } else if may_end && alone && extension.is_none() && is_extension(last, &ending)
            || extension.is_none() && is_aside(before, last, &ending)
        {
            extension = Some(ending);
            left.truncate(run.start);
        } else if number.is_none() && run.len() == 1 && last[0].is_short_number() {
            number = ending.parse().ok();
            left.truncate(run.start);
        } else {
            break;
        }
    }
    (extension, number)
}

fn is_extension(run: &[Token], text: &str) -> bool {
    run.first().is_some_and(Token::dotted) && text.chars().count() <= LONGEST_EXTENSION
}

/// Whether the end of a name may be no part of it: initials behind a mark (`rettet AB`), or six digits that can be a time of
/// day or a date (`_081233`, `_141026`).
fn is_aside(before: &[Token], run: &[Token], text: &str) -> bool {
    let ([token], true) = (run, before.iter().any(|token| token.kind == Kind::Word)) else { return false };
    match token.kind {
        Kind::Word => token.after_mark && text.chars().count() <= LONGEST_INITIALS,
        Kind::Number => is_time(text),
        Kind::Period => false,
    }
}

/// Whether six digits can be hours, minutes and seconds, or day, month and year.
fn is_time(digits: &str) -> bool {
    let part = |at: usize| digits.get(at..at + 2).and_then(|part| part.parse::<u8>().ok());
    match (digits.len(), part(0), part(2), part(4)) {
        (6, Some(a), Some(b), Some(c)) => {
            a < 24 && b < 60 && c < 60 || (1..=31).contains(&a) && (1..=12).contains(&b)
        }
        _ => false,
    }
}

fn text(tokens: &[Token]) -> String {
    tokens.iter().map(|token| token.text.as_str()).collect()
}

/// The words and numbers without what stood between them, but two numbers do not become one.
fn joined(tokens: &[Token]) -> String {
    let mut joined = String::new();
    let mut after_number = false;
    for token in tokens.iter().filter(|token| token.kind != Kind::Period) {
        let number = token.kind == Kind::Number;
        if number && after_number {
            joined.push('_');
        }
        joined.push_str(&token.text);
        after_number = number;
    }
    joined
}

#[cfg(test)]
mod tests;
