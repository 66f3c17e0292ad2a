//! What a file's name tells before the file is opened: whether two names are one, whether a name may be
//! touched, which names are copies of each other, which are unfinished or spare files of a known program, and which
//! hold what could be a CPR number.
//!
//! Pure: texts in, answers out. Sentences for the answers are found where they are shown.

use std::borrow::Cow;

use unicase::UniCase;
use unicode_normalization::UnicodeNormalization;

mod cpr;
mod look_alike;
mod safety;
mod unfinished;
mod windows;

pub use cpr::{holds_cpr_number, without_cpr_numbers};
pub use look_alike::{Core, core_of, look_alike};
pub use safety::{LONGEST_NAME, UnsafeName, misleads, unsafe_because, unsafe_path};
pub use unfinished::{never_entered, unfinished_files};

/// The name in Unicode's normalization form C: `å` is one character, however it was written.
#[must_use]
pub fn nfc(name: &str) -> String {
    composed(name).into_owned()
}

/// The same without a copy where the name is ASCII, as most are.
#[must_use]
pub fn composed(name: &str) -> Cow<'_, str> {
    if name.is_ascii() { Cow::Borrowed(name) } else { Cow::Owned(name.nfc().collect()) }
}

/// What two names of one file have in common, whatever their case and normal form: equal answers, one name.
///
/// The answer is the name in full case folding (`ß` is `ss`) and NFC; the match is Unicode's canonical
/// caseless match (The Unicode Standard, D145). To be compared, not shown: it is not how the name is spelled.
#[must_use]
pub fn comparable(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    let decomposed: String = name.nfd().collect();
    nfc(&UniCase::unicode(decomposed).to_folded_case())
}

/// Whether two names are one, whatever their case and normal form: whether their [`comparable`] forms are equal.
#[must_use]
pub fn same(one: &str, other: &str) -> bool {
    if one.is_ascii() && other.is_ascii() {
        one.eq_ignore_ascii_case(other)
    } else {
        one == other || comparable(one) == comparable(other)
    }
}

/// The one of some known words that this word was most likely meant for, whatever its case; none where nothing is near.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    /// By Jaro and Winkler's measure, where 1 is the same word. Below it, words have some letters in common by chance.
    const NEAR: f64 = 0.75;
    let word = word.to_lowercase();
    let likeness = known.map(|known| (strsim::jaro_winkler(&known.to_lowercase(), &word), known));
    let (best, known) = likeness.max_by(|(one, _), (other, _)| one.total_cmp(other))?;
    (best >= NEAR).then_some(known)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_name_has_one_comparable_form() {
        let one_name = [
            ("måltid_202304.txt", "ma\u{30a}ltid_202304.txt"),
            ("MÅLTID_202304.TXT", "ma\u{30a}ltid_202304.txt"),
            ("\u{212b}se.txt", "åse.txt"),
            ("Straße.txt", "STRASSE.TXT"),
            ("ÆØÅ", "æøå"),
            ("ΜΑΣ.txt", "μας.txt"),
            ("Питание.txt", "ПИТАНИЕ.TXT"),
        ];
        for (one, other) in one_name {
            assert_eq!(comparable(one), comparable(other), "{one} {other}");
            assert!(same(one, other), "{one} {other}");
        }
        let apart = [("maltid", "måltid"), ("mad_1", "mad-1"), ("ø", "o"), ("mad", "mаd"), ("æ", "ae")];
        for (one, other) in apart {
            assert_ne!(comparable(one), comparable(other), "{one} {other}");
            assert!(!same(one, other), "{one} {other}");
        }
        assert_eq!(nfc("ma\u{30a}d.TXT"), "måd.TXT");
    }

    #[test]
    fn a_word_that_is_near_nothing_has_no_nearest_one() {
        let keys =
            ["language", "name", "folders", "notify", "incomplete", "host_key", "password_file", "files"];
        let near = |word| nearest(word, keys.into_iter());
        for (word, meant) in [
            ("langauge", "language"),
            ("Folder", "folders"),
            ("hostkey", "host_key"),
            ("password", "password_file"),
            ("filer", "files"),
        ] {
            assert_eq!(near(word), Some(meant), "{word}");
        }
        for word in ["x", "empty", "bogus", "æøå", ""] {
            assert_eq!(near(word), None, "{word}");
        }
        assert_eq!(nearest("name", std::iter::empty()), None);
    }

    proptest! {
        #[test]
        fn comparing_does_not_depend_on_form_or_case(name in "\\PC{0,12}|[a-zA-ZæøåÆØÅ_ .0-9]{0,20}") {
            let form = comparable(&name);
            prop_assert_eq!(&comparable(&form), &form);
            prop_assert_eq!(&comparable(&name.nfd().collect::<String>()), &form);
            prop_assert_eq!(&comparable(&nfc(&name)), &form);
            prop_assert_eq!(&nfc(&form), &form);
        }
    }
}
