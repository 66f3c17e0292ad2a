//! Numbers in a text that could be somebody's CPR number.
//!
//! The rule: ten digits with anything but letters between them, the first six of which could be a date as CPR numbers
//! have it. It is not checked whether such a number was ever given out, since modulus 11 no longer tells (cpr.dk).
//! Left alone are forms that are plainly something else: a date with a time, a large amount, an address with a port, a
//! hexadecimal error number; and no number is looked for from the middle of a date or of ten digits on, as in `20230414_0001`.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

/// How many digits a CPR number has.
const DIGITS: usize = 10;

/// A date and a time, as programs, file names and people write them: `2023-04-14T06:00:00+02:00`, `20230414_0600`,
/// `14.04.2023 kl. 06.00`; an amount with points or commas between thousands; an IPv4 address with its port;
/// an error number such as `0x80070005`.
static PLAINLY_OTHER: LazyLock<Regex> = LazyLock::new(|| {
    let (year, month, day) = ("(?:19|20)[0-9]{2}", "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])");
    let (hour, sixty) = ("(?:[01][0-9]|2[0-3])", "[0-5][0-9]");
    let offset = "(?: ?[+-](?:0[0-9]|1[0-4]):?(?:00|30|45))?";
    let dashed = format!(
        "{year}[-._]{month}[-._]{day}[ T_-]{{1,2}}{hour}[-:._]?{sixty}(?:[-:._]?{sixty}(?:[.,][0-9]{{1,9}})?)?{offset}"
    );
    let together = format!("{year}{month}{day}[ T_-]?{hour}{sixty}(?:{sixty})?");
    let amount = "[1-9][0-9]{0,2}(?:(?:\\.[0-9]{3})+(?:,[0-9]{2})?|(?:,[0-9]{3})+(?:\\.[0-9]{2})?)";
    let address = "[0-9]{1,3}(?:\\.[0-9]{1,3}){3}:[0-9]{1,5}";
    let error = "0x[0-9a-fA-F]{4,16}";
    ours(&format!("^({dashed}|{together}|{amount}|{address}|{error})(?:[^0-9]|$)"))
});

/// A day written the Danish way, with a time or as the end of a stretch of days: `14.04.2023 06:00`, `10.-12.11.2023`.
static DANISH_DAY: LazyLock<Regex> = LazyLock::new(|| {
    let (day, month) = ("(?:0?[1-9]|[12][0-9]|3[01])", "(?:0?[1-9]|1[0-2])");
    let (dot, stretch) = ("[-./]", format!("(?:{day}\\.(?:{month}\\.)? ?[-\u{2013}] ?)?"));
    let time = "(?:,? (?:kl\\.? ?)?(?:[01]?[0-9]|2[0-3])[:.][0-5][0-9](?:[:.][0-5][0-9])?)?";
    ours(&format!("^({stretch}{day}{dot}{month}{dot}(?:19|20)[0-9]{{2}}{time})(?:[^0-9]|$)"))
});

/// A date or a month with the year first, whole: `20230414`, `2023-04-14`, `202304`, `2023-04`; or ten digits together,
/// as Windows' error numbers have.
static WHOLE: LazyLock<Regex> = LazyLock::new(|| {
    let (month, day) = ("(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])");
    let date = format!("(?:19|20)[0-9]{{2}}(?:[-._/]{month}(?:[-._/]{day})?|{month}(?:{day})?)");
    ours(&format!("^({date}|[0-9]{{10}})(?:[^0-9]|$)"))
});

#[allow(clippy::unwrap_used)] // expressions of our own, which the tests compile
fn ours(expression: &str) -> Regex {
    Regex::new(expression).unwrap()
}

/// Whether the text holds a number that could be a CPR number.
#[must_use]
pub fn holds_cpr_number(text: &str) -> bool {
    !found(text, could_be_date).is_empty()
}

/// The text with every digit of such a number replaced by `*`; numbers that begin with six zeros, as people write them in
/// place of one, as well.
#[must_use]
pub fn without_cpr_numbers(text: &str) -> String {
    let mut shown = text.to_owned();
    loop {
        let found = found(&shown, |first| could_be_date(first) || first.iter().all(|digit| *digit == 0));
        if found.is_empty() {
            return shown;
        }
        // What is left on both sides of a masked number may be ten digits again.
        for digit in found.into_iter().rev() {
            shown.replace_range(digit, "*");
        }
    }
}

/// In place of the value of a digit whose value only its script knows.
const UNKNOWN: u8 = 10;

/// A digit: where it stands, and its value or [`UNKNOWN`].
struct Digit {
    at: Range<usize>,
    value: u8,
    /// Whether a number may begin with it.
    may_begin: bool,
}

/// The digits, in order, that are part of a number which could be a CPR number.
fn found(text: &str, is_date: impl Fn(&[u8]) -> bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for digits in stretches(text) {
        let mut covered = 0;
        for start in 0..(digits.len() + 1).saturating_sub(DIGITS) {
            let first: Vec<u8> = digits[start..start + 6].iter().map(|digit| digit.value).collect();
            if digits[start].may_begin && is_date(&first) {
                let new = start.max(covered)..start + DIGITS;
                covered = new.end;
                found.extend(digits[new].iter().map(|digit| digit.at.clone()));
            }
        }
    }
    found
}

/// Whether six digits can be the date of a CPR number: a day, or a day and 60 as replacement numbers have it, and a month.
fn could_be_date(first: &[u8]) -> bool {
    let fits = |at: usize, allowed: fn(u8) -> bool| {
        let (tens, ones) = (first[at], first[at + 1]);
        tens == UNKNOWN || ones == UNKNOWN || allowed(tens * 10 + ones)
    };
    fits(0, |day| matches!(day, 1..=31 | 61..=91)) && fits(2, |month| matches!(month, 1..=12))
}

/// The digits of the text, apart where a letter or something that is plainly no CPR number stands between them.
fn stretches(text: &str) -> Vec<Vec<Digit>> {
    let mut all = vec![Vec::<Digit>::new()];
    let mut at = 0;
    let mut inside = 0..0;
    let mut after_digit = false;
    while let Some(c) = text[at..].chars().next() {
        let alone = all.last().is_none_or(Vec::is_empty);
        let value = digit(c);
        let begins = value.is_some() && !after_digit;
        after_digit = value.is_some();
        if begins && let Some(other) = plainly_other(text, at, alone) {
            all.push(Vec::new());
            at += other;
            continue;
        }
        if begins && let Some(whole) = length(&WHOLE, &text[at..]) {
            inside = at + 1..at + whole;
        }
        let mut end = at + c.len_utf8();
        if let Some(value) = value {
            let may_begin = !inside.contains(&at);
            all.extend(all.is_empty().then(Vec::new));
            if let Some(digits) = all.last_mut() {
                digits.push(Digit { at: at..end, value, may_begin });
            }
        } else if let Some(escaped) = escape(&text[at..]) {
            end = at + escaped;
        } else if c.is_alphabetic() {
            all.push(Vec::new());
        }
        at = end;
    }
    all
}

/// How long the form that begins here is, in bytes, where it is plainly no CPR number. `alone`: no digit stands before it.
fn plainly_other(text: &str, at: usize, alone: bool) -> Option<usize> {
    let rest = &text[at..];
    if let Some(found) = length(&PLAINLY_OTHER, rest) {
        return Some(found);
    }
    let day = length(&DANISH_DAY, rest).filter(|_| alone)?;
    // Four digits after a day of birth with its century make it a CPR number.
    let after = rest[day..].chars().take_while(|c| !c.is_alphabetic());
    let digits = after.filter(|c| digit(*c).is_some()).count();
    let next = rest[day..].find(|c| digit(c).is_some()).map(|next| &rest[day + next..]);
    let is_day = digits < 4 || next.is_some_and(|next| length(&DANISH_DAY, next).is_some());
    is_day.then_some(day)
}

/// How long the form at the text's beginning is, in bytes.
fn length(form: &Regex, text: &str) -> Option<usize> {
    Some(form.captures(text)?.get(1)?.end())
}

/// The value of a digit of any script, where it is one; [`UNKNOWN`] for scripts whose digits have no ASCII form.
fn digit(c: char) -> Option<u8> {
    let ascii = |c: char| c.to_digit(10).and_then(|value| u8::try_from(value).ok());
    if c.is_ascii() {
        return ascii(c);
    }
    if c.is_alphabetic() || !c.is_numeric() {
        return None;
    }
    let mut plain = std::iter::once(c).nfkc();
    let value = plain.next().filter(|_| plain.next().is_none()).and_then(ascii);
    Some(value.unwrap_or(UNKNOWN))
}

/// How long the escape of a character that is not shown is, `\u{a0}` say: its letters and digits are not the name's.
fn escape(text: &str) -> Option<usize> {
    let inner = text.strip_prefix("\\u{")?;
    let end = inner.find('}').filter(|end| (1..=6).contains(end))?;
    inner[..end].bytes().all(|byte| byte.is_ascii_hexdigit()).then_some("\\u{".len() + end + 1)
}

#[cfg(test)]
mod tests;
