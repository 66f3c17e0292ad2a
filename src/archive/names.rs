//! The names that files get in the archive: always short enough for a file system, and never one of the archive's own.
//!
//! Pure: names in, names out.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::{DUPLICATES, NO_PERIOD, REJECTED};
use crate::ledger::witness;
use crate::names::{LONGEST_NAME, comparable};
use crate::platform::names::at_most;

/// The longest extension that is kept whole where a name is shortened, in bytes.
const LONGEST_EXTENSION: usize = 40;

/// The name that a file called `name` gets in the archive as the `n`-th of that name: its own for the first, then
/// `name.2.txt`, `name.3.txt`, …, with the stem cut where the whole would exceed 255 bytes. None for the first where
/// its own name is one of the archive's, in any case, or is too long itself.
pub(super) fn numbered(name: &OsStr, n: u32) -> Option<OsString> {
    // A name that is not Unicode is archived only when a person rejects it.
    let text = name.to_string_lossy();
    if n == 1 {
        return (text.len() <= LONGEST_NAME && !is_of_the_archive(&text)).then(|| name.to_owned());
    }
    let extension = Path::new(text.as_ref()).extension().and_then(OsStr::to_str);
    let extension = extension.filter(|extension| extension.len() <= LONGEST_EXTENSION);
    let end = extension.map_or_else(|| format!(".{n}"), |extension| format!(".{n}.{extension}"));
    let stem = extension.map_or(text.as_ref(), |extension| &text[..text.len() - extension.len() - 1]);
    let stem = at_most(stem, LONGEST_NAME - end.len());
    Some(format!("{stem}{end}").into())
}

/// Whether the archive may have given the name `found` to a file called `name`.
pub(super) fn may_be_of(found: &str, name: &str) -> bool {
    let numbers = found.split('.').rev().take(2).filter_map(|part| part.parse::<u32>().ok());
    found == name
        || numbers
            .filter(|n| *n > 1)
            .any(|n| numbered(OsStr::new(name), n).is_some_and(|given| given.to_str() == Some(found)))
}

/// Whether the archive calls a folder or file of its own so, or a file system that ignores case could take it for one.
fn is_of_the_archive(name: &str) -> bool {
    let name = comparable(name);
    [NO_PERIOD, REJECTED, DUPLICATES, witness::NAME, witness::FOLDER].contains(&name.as_str())
        || name.starts_with(&format!("{}-", witness::FOLDER))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(name: &str, n: u32) -> Option<String> {
        numbered(OsStr::new(name), n).map(|name| name.into_string().unwrap_or_default())
    }

    #[test]
    fn names_that_fit_keep_their_stem_and_their_extension() {
        let table = [
            ("mad.txt", 1, Some("mad.txt")),
            ("mad.txt", 2, Some("mad.2.txt")),
            ("mad", 2, Some("mad.2")),
            ("mad.tar.gz", 10_000, Some("mad.tar.10000.gz")),
            (".skjult", 3, Some(".skjult.3")),
            ("mad.", 2, Some("mad.2.")),
            ("duplicates", 1, None),
            ("duplicates", 2, Some("duplicates.2")),
            ("DUPLICATES", 1, None),
            ("duplicate\u{17f}", 1, None),
            ("Rejected", 1, None),
            ("No-Period", 1, None),
            ("receipts", 1, None),
            ("receipts-before-20230414-060000", 1, None),
            ("receipts-new", 1, None),
            ("ledger.json", 1, None),
            ("ledger.json", 2, Some("ledger.2.json")),
            ("duplicates.txt", 1, Some("duplicates.txt")),
            ("2023-04", 1, Some("2023-04")),
        ];
        for (name, n, expected) in table {
            assert_eq!(given(name, n).as_deref(), expected, "{name} {n}");
        }
    }

    #[test]
    fn the_longest_names_fit_under_every_number() {
        let letters = ["a", "æ", "€", "\u{1f600}"];
        let extensions = ["", ".txt", ".æøå", ".sha256", "."];
        for letter in letters {
            for extension in extensions {
                let times = (LONGEST_NAME - extension.len()) / letter.len();
                let name = letter.repeat(times) + extension;
                let mut seen = std::collections::BTreeSet::new();
                for n in [1, 2, 9, 10, 100, 9999, 10_000] {
                    let given = given(&name, n).unwrap_or_default();
                    assert!(!given.is_empty() && given.len() <= LONGEST_NAME, "{given}");
                    assert!(given.ends_with(extension), "{given}");
                    assert!(may_be_of(&given, &name), "{given}");
                    assert!(seen.insert(given));
                }
            }
        }
        let one_long_extension = format!("a.{}", "b".repeat(253));
        assert!(given(&one_long_extension, 2).is_some_and(|given| given.len() == 255));
    }

    #[test]
    fn names_that_the_archive_gives() {
        for found in ["mad.txt", "mad.2.txt", "mad.10000.txt"] {
            assert!(may_be_of(found, "mad.txt"), "{found}");
        }
        for found in [
            "mad (2).txt",
            "mad.txt.bak",
            "mad..txt",
            "mad.a.txt",
            "mad.1.txt",
            "mad.csv",
            "amad.txt",
            "mad_2.txt",
        ] {
            assert!(!may_be_of(found, "mad.txt"), "{found}");
        }
        assert!(may_be_of("mad", "mad") && may_be_of("mad.2", "mad") && !may_be_of("mad2", "mad"));
    }
}
