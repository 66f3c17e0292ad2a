//! Patterns on file names: the same on every platform, whatever the case.

use globset::{Glob, GlobBuilder};

use crate::messages::config as say;

/// Reads a pattern that a whole file name must fit.
///
/// `globset` compares bytes and knows the case of a–z only, so what a person means by `å` and `?` is
/// spelled out for it.
pub(super) fn glob(pattern: &str) -> Result<Glob, String> {
    if pattern.contains(['/', '\\']) {
        return Err(say::glob_with_folder(&say::shown(pattern)));
    }
    let spelled = spelled_out(pattern).ok_or_else(|| say::glob_set_beyond_ascii(&say::shown(pattern)))?;
    let glob = GlobBuilder::new(&spelled).case_insensitive(true).build();
    glob.map_err(|error| say::bad_glob(&say::shown(pattern), &say::shown(&error.kind().to_string())))
}

/// One character of a file name: a byte of ASCII, or the two bytes of a letter like `å`.
const ONE: &str = "{[\u{1}-\u{7f}],[!\u{1}-\u{7f}][!\u{1}-\u{7f}]}";

/// None where a set in `[…]` holds more than ASCII.
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
    }
}
