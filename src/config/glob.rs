//! Patterns on file names, with the same meaning on every platform, ignoring case.

use globset::{Glob, GlobBuilder};

use crate::messages::config as say;
use crate::names;

/// The longest pattern, in bytes: enough for many alternatives, and short enough that compiling it cannot fail for its size.
const LONGEST: usize = 1000;

/// Parses a pattern that must match the whole file name.
///
/// `globset` compares bytes and ignores case for a–z only, so `å` is rewritten to match both cases and `?` to match a whole
/// character. The pattern counts in Unicode's NFC, as the names that it is tried on do.
pub(crate) fn glob(pattern: &str) -> Result<Glob, String> {
    if pattern.contains(['/', '\\']) {
        return Err(say::glob_with_folder(&say::shown(pattern)));
    }
    let too_complex = || {
        let begin: String = pattern.chars().take(60).collect();
        say::glob_too_complex(&say::shown(&begin))
    };
    // globset recurses once for each nested brace, without a limit of its own.
    if pattern.len() > LONGEST {
        return Err(too_complex());
    }
    let spelled =
        spelled_out(&names::nfc(pattern)).ok_or_else(|| say::glob_set_beyond_ascii(&say::shown(pattern)))?;
    let glob = GlobBuilder::new(&spelled).case_insensitive(true).build();
    let glob =
        glob.map_err(|error| say::bad_glob(&say::shown(pattern), &say::shown(&error.kind().to_string())))?;
    // Try to compile the pattern here: `compile_matcher` does the same later and panics where it fails.
    regex::bytes::Regex::new(glob.regex()).map(|_| glob).map_err(|_| too_complex())
}

/// A pattern for one character of a file name: one byte of ASCII, or the two bytes of a letter like `å`.
const ONE: &str = "{[\u{1}-\u{7f}],[!\u{1}-\u{7f}][!\u{1}-\u{7f}]}";

/// Rewrites a pattern; none where a set in `[…]` holds a character outside ASCII.
fn spelled_out(pattern: &str) -> Option<String> {
    let mut spelled = String::new();
    let mut in_set = false;
    for c in pattern.chars() {
        in_set = if in_set { c != ']' } else { c == '[' };
        match c {
            '?' if !in_set => spelled.push_str(ONE),
            c if c.is_ascii() => spelled.push(c),
            _ if in_set => return None,
            c => {
                spelled.push('{');
                spelled.extend(c.to_lowercase().chain([',']).chain(c.to_uppercase()));
                spelled.push('}');
            }
        }
    }
    Some(spelled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, name: &str) -> bool {
        glob(pattern).is_ok_and(|glob| glob.compile_matcher().is_match(name))
    }

    #[test]
    fn the_case_does_not_matter_beyond_ascii_either() {
        for name in ["måltid_1.txt", "MÅLTID_1.TXT", "Måltid_1.Txt"] {
            assert!(fits("måltid_*.txt", name) && fits("MÅLTID_*.TXT", name), "{name}");
            assert!(fits("{vask,m?ltid}_?.txt", name), "{name}");
            assert!(!fits("m?tid_*.txt", name) && !fits("maltid_*", name), "{name}");
        }
        assert!(fits("*", "€ æøå\u{1f600}") && fits(".*", ".skjult") && !fits(".*", "synlig"));
        assert!(fits("~$*", "~$mad.txt") && fits("[a-c]?.txt", "B1.TXT") && fits("ß–", "ß–"));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for pattern in ["mappe/*", r"mappe\*", "[æø]*", "[a", "{a", "[z-a]"] {
            assert!(glob(pattern).is_err(), "{pattern}");
        }
        let nested = |depth| format!("{}a{}", "{".repeat(depth), "}".repeat(depth));
        assert!(glob(&nested(50)).is_ok());
        for depth in [300, 100_000] {
            assert!(glob(&nested(depth)).is_err_and(|said| said.len() < 300), "{depth} deep");
        }
    }
}
