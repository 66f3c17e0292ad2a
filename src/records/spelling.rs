//! How kinds of deduction and references are compared: what two suppliers write of one thing differs in case, blanks and zeros.

use std::borrow::Cow;

use crate::names;

use super::reader::Record;

/// A kind of deduction or a reference as it is compared: whatever its case, its Unicode normal form, its blanks, and the zeros
/// before a number. Zeros alone are nothing, as in a field that is filled with them. To be compared, not shown.
#[must_use]
pub fn plain(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Cow::Borrowed(text.trim_start_matches('0'));
    }
    if text.bytes().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase()) {
        return Cow::Borrowed(text);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    Cow::Owned(names::comparable(&words.join(" ")))
}

/// Hands over a record with its texts as they are compared.
pub(super) fn compared<T>(record: &Record<'_>, with: impl FnOnce(&Record<'_>) -> T) -> T {
    let (deduction, reference) = (plain(record.deduction), plain(record.reference));
    let Record { line, citizen, amount, period, .. } = *record;
    with(&Record { line, citizen, deduction: &deduction, reference: &reference, amount, period })
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn one_thing_has_one_spelling() {
        for (one, other) in [
            ("mad", "MAD"),
            ("mad", " Mad  "),
            ("mad 2", "MAD\u{a0} 2"),
            ("køkken", "KØKKEN"),
            ("kåd", "ka\u{30a}d"),
            ("7", "007"),
            ("", "000"),
            ("", "   "),
            ("aft-7", "AFT-7"),
        ] {
            assert_eq!(plain(one), plain(other), "{one:?} {other:?}");
        }
        for (one, other) in [("mad", "made"), ("mad 2", "mad2"), ("7", "70"), ("a7", "a07"), ("1 0", "10")] {
            assert_ne!(plain(one), plain(other), "{one:?} {other:?}");
        }
    }
}
