//! Which names would mislead a person, a log, another program or the server.

use std::ffi::OsStr;
use std::path::Path;

use icu_properties::props::{BidiControl, DefaultIgnorableCodePoint, GeneralCategory, WhiteSpace};
use icu_properties::{CodePointMapData, CodePointSetData};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};
use unicode_security::{GeneralSecurityProfile, MixedScript, skeleton};

use super::{nfc, windows};

/// The longest name of a file, in bytes: what every file system and server can hold.
pub const LONGEST_NAME: usize = 255;

/// The Unicode combining class of strokes that are laid over a letter: `o` with one looks like `ø`.
const OVERLAY: u8 = 1;

/// What speaks against a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnsafeName {
    /// The name is not Unicode, so it cannot be shown, written down or sent as it is.
    NotUnicode,
    /// The name has more than [`LONGEST_NAME`] bytes.
    TooLong,
    /// A control character: the end of a line, a tabulator, an escape sequence.
    Control,
    /// A character that changes the direction of reading: the name is shown as another one.
    Direction,
    /// A character that cannot be seen, or that no font is sure to have: two names look the same.
    Invisible,
    /// A backslash: a folder to a Windows server.
    Backslash,
    /// A blank of another kind than the one on the keyboard: two names look the same.
    OtherBlank,
    /// A sign that looks like a dot, a slash, a dash or another sign of ASCII, and is none.
    LookAlikeSign,
    /// A blank at an end, of any kind that Unicode has: it cannot be seen, and Windows cuts it off.
    BlankAtEnd,
    /// A dot at an end: Windows cuts the last one off, and a first one hides the file.
    DotAtEnd,
    /// The name of a device (asked on Windows only).
    Device,
    /// Letters of two scripts that look alike, or a letter that only looks like one of `a`–`z` or `0`–`9`.
    LookAlikeLetters,
}

/// What speaks against a path inside the drop folder: the first unsafe name in it.
#[must_use]
pub fn unsafe_path(inside: &Path) -> Option<UnsafeName> {
    inside.components().find_map(|part| unsafe_because(part.as_os_str()))
}

/// What speaks against the name of a file or folder; none where it may be touched.
///
/// Blanks and dots are looked for at the two ends of the whole name. A blank before the extension
/// (`mad .txt`) is no harm here: [`super::core_of`] takes it out, so that such a name is a look-alike of the name without it.
/// Blanks of other kinds, as the one that does not break a line, are unsafe wherever they stand. So is a sign in the form of another
/// one of ASCII (fullwidth, small), and one that is confused with a dot, a slash, a colon, a dash or a line beneath; dashes that text
/// programs set (`–`, `—`) are none.
///
/// Letters are judged by word, since the extension of a Greek or Cyrillic name is Latin. Unsafe are
/// - a word with letters of two scripts, after UTS 39's resolved script sets (`mаd` with a Cyrillic `а`);
/// - a word of another script whose letters all look like Latin ones, unless the rest of the name shows that it
///   is no Latin name: no Latin word stands before the extension, and another word of that script has a letter of its own;
/// - a letter or digit that is not for general use (UTS 39's Identifier_Status) and looks like ASCII: fullwidth,
///   mathematical, phonetic, ligatures;
/// - a letter with a stroke laid over it, which normalization does not make one letter.
#[must_use]
pub fn unsafe_because(name: &OsStr) -> Option<UnsafeName> {
    let Some(name) = name.to_str() else { return Some(UnsafeName::NotUnicode) };
    if name.len() > LONGEST_NAME {
        return Some(UnsafeName::TooLong);
    }
    if is_plain(name) {
        return None;
    }
    if let Some(because) = name.chars().find_map(unsafe_char) {
        return Some(because);
    }
    let is_white = |c: char| CodePointSetData::new::<WhiteSpace>().contains(c);
    if name.starts_with(is_white) || name.ends_with(is_white) {
        Some(UnsafeName::BlankAtEnd)
    } else if name.starts_with('.') || name.ends_with('.') {
        Some(UnsafeName::DotAtEnd)
    } else if name.contains(|c: char| c != ' ' && is_white(c)) {
        Some(UnsafeName::OtherBlank)
    } else if cfg!(windows) && windows::is_device(name) {
        Some(UnsafeName::Device)
    } else if !name.is_ascii() && has_look_alike_letters(&nfc(name)) {
        Some(UnsafeName::LookAlikeLetters)
    } else if !name.is_ascii() && nfc(name).contains(is_look_alike_sign) {
        Some(UnsafeName::LookAlikeSign)
    } else {
        None
    }
}

/// Whether a name is so plain that nothing has to be looked up: visible ASCII, and no device or other name to Windows.
fn is_plain(name: &str) -> bool {
    let ends = [name.chars().next(), name.chars().next_back()];
    !cfg!(windows)
        && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\' || byte == b' ')
        && ends.iter().flatten().all(|end| !matches!(end, ' ' | '.'))
}

/// Whether a character makes a text look like another one, or cannot be seen: controls, what changes the direction of
/// reading, and what no font shows.
#[must_use]
pub fn misleads(c: char) -> bool {
    matches!(unsafe_char(c), Some(UnsafeName::Control | UnsafeName::Direction | UnsafeName::Invisible))
}

fn unsafe_char(c: char) -> Option<UnsafeName> {
    if c.is_control() {
        Some(UnsafeName::Control)
    } else if c == '\\' {
        Some(UnsafeName::Backslash)
    } else if c.is_ascii() {
        None
    } else if CodePointSetData::new::<BidiControl>().contains(c) {
        Some(UnsafeName::Direction)
    } else if is_invisible(c) {
        Some(UnsafeName::Invisible)
    } else {
        None
    }
}

/// Whether a character cannot be seen. Blanks are no such characters, but the empty Braille cell is.
///
/// Private and unassigned characters count: no font is sure to have them, and some file servers write a
/// blank or a dot at a name's end as a private one.
fn is_invisible(c: char) -> bool {
    let without_form = matches!(
        CodePointMapData::<GeneralCategory>::new().get(c),
        GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::PrivateUse
            | GeneralCategory::Unassigned
    );
    without_form || c == '\u{2800}' || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// Whether letters of this name, in NFC, pass for others.
fn has_look_alike_letters(name: &str) -> bool {
    if name.chars().any(|c| canonical_combining_class(c) == OVERLAY || passes_for_ascii(c)) {
        return true;
    }
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let (mut imitations, mut clear) = (Vec::new(), Vec::new());
    for word in words(name).filter(|word| !word.is_ascii()) {
        if !word.is_single_script() {
            return true;
        }
        if !share_a_script(word, "a") {
            if looks_ascii(word) { imitations.push(word) } else { clear.push(word) }
        }
    }
    let latin_beside =
        || words(stem).any(|word| word.contains(char::is_alphabetic) && share_a_script(word, "a"));
    let is_bare = |imitation: &&str| !clear.iter().any(|word| share_a_script(word, imitation));
    imitations.iter().any(is_bare) || !imitations.is_empty() && latin_beside()
}

/// Runs of letters, digits and the marks on them.
fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c)).filter(|word| !word.is_empty())
}

/// Whether one script has the letters of both words.
fn share_a_script(one: &str, other: &str) -> bool {
    let mut shared = one.resolve_script_set();
    shared.intersect_with(other.resolve_script_set());
    !shared.is_empty()
}

fn looks_ascii(text: &str) -> bool {
    skeleton(text).all(|c| c.is_ascii_alphanumeric())
}

/// Whether a letter or digit that is not for general use looks like one of ASCII, or like a few of them.
fn passes_for_ascii(c: char) -> bool {
    let mut buffer = [0; 4];
    !c.is_ascii()
        && c.is_alphanumeric()
        && !is_raised_or_fraction(c)
        && !c.identifier_allowed()
        && looks_ascii(c.encode_utf8(&mut buffer))
}

/// Whether a sign, no letter or digit, is taken for one of ASCII: its compatible form holds one, or it is confused with one that says
/// something in a name.
fn is_look_alike_sign(c: char) -> bool {
    const DASHES: [char; 2] = ['\u{2013}', '\u{2014}'];
    if c.is_ascii() || c.is_alphanumeric() || DASHES.contains(&c) {
        return false;
    }
    let mut buffer = [0; 4];
    let text: &str = c.encode_utf8(&mut buffer);
    let says_something = |c: char| matches!(c, '.' | '/' | '\\' | '-' | '_' | ':');
    text.nfkc().any(|c| c.is_ascii_punctuation()) || skeleton(text).any(says_something)
}

/// `²`, `½`, `①`: their form tells them from the digits that they hold.
fn is_raised_or_fraction(c: char) -> bool {
    CodePointMapData::<GeneralCategory>::new().get(c) == GeneralCategory::OtherNumber
}

#[cfg(test)]
mod tests;
