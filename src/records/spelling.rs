//! How kinds of deduction and references are compared: what two suppliers write of one thing differs in case, blanks and zeros,
//! and what one supplier writes is read otherwise once his system has another encoding.

use std::borrow::Cow;

use crate::names;

use super::reader::Record;

/// Stands for letters outside ASCII.
const MARK: char = '?';

/// A kind of deduction or a reference as it is compared: whatever its case, its blanks, and the zeros before a number. Zeros
/// alone are nothing, as in a field that is filled with them.
///
/// Letters outside ASCII are one mark, however many there are: `ø` of one encoding is another character, or two, or a question
/// mark in others, and a name with such a letter that is taken for another name would be deducted twice. Two kinds that only
/// such letters tell apart are taken for one, and a person is asked. To be compared, not shown.
#[must_use]
pub fn plain(text: &str) -> Cow<'_, str> {
    // Most are so already.
    if text.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Cow::Borrowed(text);
    }
    let text = text.trim();
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Cow::Borrowed(text.trim_start_matches('0'));
    }
    if text.bytes().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase() && byte != MARK as u8) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    for word in names::nfc(text).split_whitespace() {
        if !plain.is_empty() {
            plain.push(' ');
        }
        for char in word.chars() {
            let char = if char.is_ascii() { char.to_ascii_lowercase() } else { MARK };
            if char != MARK || !plain.ends_with(MARK) {
                plain.push(char);
            }
        }
    }
    Cow::Owned(plain)
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
            // in cp850 and UTF-8 read as Windows-1252, and by a system that has no such letter
            ("køkken", "k›kken"),
            ("køkken", "kÃ¸kken"),
            ("køkken", "k?kken"),
            ("7", "007"),
            ("", "000"),
            ("", "   "),
            ("aft-7", "AFT-7"),
        ] {
            assert_eq!(plain(one), plain(other), "{one:?} {other:?}");
        }
        for (one, other) in
            [("mad", "made"), ("mad 2", "mad2"), ("7", "70"), ("a7", "a07"), ("1 0", "10"), ("kø", "k")]
        {
            assert_ne!(plain(one), plain(other), "{one:?} {other:?}");
        }
    }
}
