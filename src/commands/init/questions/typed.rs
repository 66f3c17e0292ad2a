//! What counts as a path or a name that a person typed.

use std::path::{Path, PathBuf};

use crate::config::values;
use crate::messages::init as say;

/// A typed path; a relative one counts from the working folder. What nobody means as a path is none: a single letter, or a
/// sign that Windows knows in no name.
pub(super) fn path(text: &str) -> Result<PathBuf, String> {
    let text = unquoted(text);
    if text.is_empty() {
        return Err(say::answer_needed());
    }
    let home = text.strip_prefix("~/").and_then(|rest| Some(std::env::home_dir()?.join(rest)));
    let odd = |c: char| matches!(c, '?' | '*' | '<' | '>' | '|' | '"');
    // `\\?\` begins a long path on Windows.
    if text.trim_start_matches(r"\\?\").contains(odd)
        || (text.chars().count() == 1 && !matches!(text, "." | "/"))
    {
        return Err(say::not_a_path(text));
    }
    let typed = home.unwrap_or_else(|| PathBuf::from(text));
    std::path::absolute(typed).map_err(|error| error.to_string())
}

/// Without the quotes that Windows puts around a copied path.
fn unquoted(text: &str) -> &str {
    let inner = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\'')).unwrap_or(text).trim()
}

pub(super) fn filled(text: &str, read: fn(&str) -> Result<String, String>) -> Result<String, String> {
    if text.is_empty() {
        return Err(say::answer_needed());
    }
    if !text.contains(char::is_alphanumeric) {
        return Err(say::not_a_name(text));
    }
    read(text)
}

/// The town's name.
pub(super) fn name(text: &str) -> Result<String, String> {
    filled(text, |text| Ok(text.to_owned()))
}

/// A folder on the server.
pub(super) fn remote_folder(text: &str) -> Result<String, String> {
    if text.contains(['?', '*', '<', '>', '|', '"']) {
        return Err(say::not_a_path(text));
    }
    values::remote_folder(text)
}

/// The default place of a file: beside the config. Beside a config in /etc, data goes to /var/lib instead, since
/// /etc is for configuration.
pub(super) fn beside(config: &Path, name: &str) -> PathBuf {
    let folder = config.parent().unwrap_or(Path::new("."));
    if folder == Path::new("/etc/traekfil") && name != "id_ed25519" {
        return Path::new("/var/lib/traekfil").join(name);
    }
    folder.join(name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_nobody_means_as_a_path_is_none() {
        for wrong in ["", "?", "??", "n", "j", "x", "-", "mappe*", "<", "a|b", "\"\"", "' '"] {
            assert!(path(wrong).is_err(), "{wrong}");
        }
        for right in ["./n", ".", "drop", "mappe 'x'", "Æ/ø", "\"mappe x\"", "no/des"] {
            assert!(path(right).is_ok(), "{right}");
        }
        assert_eq!(path("\"mappe x\"").unwrap().file_name().unwrap(), "mappe x");
    }

    #[cfg(unix)]
    #[test]
    fn what_grows_does_not_lie_in_etc() {
        let default = |config: &str, name| beside(Path::new(config), name);
        assert_eq!(default("/etc/traekfil/config.toml", "drop"), Path::new("/var/lib/traekfil/drop"));
        assert_eq!(default("/etc/traekfil/config.toml", "id_ed25519"), Path::new("/etc/traekfil/id_ed25519"));
        assert_eq!(default("/srv/a/config.toml", "drop"), Path::new("/srv/a/drop"));
    }
}
