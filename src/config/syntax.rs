//! Parses the configuration's text as TOML, and explains where it is not valid.

use std::io::Read as _;
use std::path::Path;

use toml::Table;

use crate::exit::UserError;
use crate::messages::{config as say, trust as say_trust};
use crate::platform::{Closed, Trust, Wrong};

/// Reads the file, where others than whom `trust` names could not have changed it.
pub(super) fn read(file: &Path, trust: &Trust) -> Result<Vec<u8>, UserError> {
    let unreadable = |error| UserError::usage(say::config_unreadable(&say::shown_path(file), &error));
    let mut opened = trust.open(file, Closed::ToWriters).map_err(|breach| match breach.wrong {
        Wrong::Unseen(error) if breach.mend.is_empty() => unreadable(error),
        _ => super::refused(&say_trust::configuration(), file, &breach),
    })?;
    let mut bytes = Vec::new();
    opened.read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

pub(super) fn table(file: &Path, bytes: Vec<u8>) -> Result<Table, UserError> {
    let shown = say::shown_path(file);
    let text = String::from_utf8(bytes).map_err(|_| UserError::usage(say::config_not_utf8(&shown)))?;
    text.parse().map_err(|error| UserError::usage(explained(&shown, &text, &error)))
}

fn explained(file: &str, text: &str, error: &toml::de::Error) -> String {
    let at = error.span().map_or(0, |span| span.start.min(text.len()));
    let before = text.get(..at).unwrap_or(text);
    let number = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let column = before[start..].chars().count() + 1;
    let line = text[start..].lines().next().unwrap_or_default();
    let mut message =
        say::not_toml(file, number, column, &say::shown(error.message()), &without_secret(line));
    if error_from_backslash(line) {
        message = format!("{message}\n{}", say::windows_paths());
    }
    message
}

/// Whether the line has a backslash in a double-quoted string, where it begins an escape: most likely a Windows path.
fn error_from_backslash(line: &str) -> bool {
    line.split_once('"').is_some_and(|(before, quoted)| !before.contains('\'') && quoted.contains('\\'))
}

/// The line for showing, cut after a word such as `password`: somebody may have written a password there although no key
/// takes one.
fn without_secret(line: &str) -> String {
    let lower = line.to_ascii_lowercase();
    let spoken = |word: &str| {
        let ends = lower.match_indices(word).map(|(at, _)| at + word.len());
        ends.filter(|end| !lower[*end..].starts_with("_file")).min()
    };
    match ["password", "passphrase", "kode", "secret"].iter().filter_map(|word| spoken(word)).min() {
        Some(end) => format!("{} …", say::shown(&line[..end])),
        None => say::shown(line),
    }
}
