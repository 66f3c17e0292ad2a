//! Replaces marks that the screen cannot show.
//!
//! Windows' old console window draws only what its font has. That includes æ, ø and å, but not `✓` and `✗`; these are replaced
//! by signs that every console font has (the character set WGL4).

use std::io::{IsTerminal, stdout};

/// Environment variables that newer terminals set and the old window does not.
const NEWER: [&str; 4] = ["WT_SESSION", "TERM_PROGRAM", "ConEmuANSI", "TERM"];

/// The text as standard output can show it.
#[must_use]
pub fn fitting(text: String) -> String {
    let told = |name: &str| std::env::var_os(name).is_some();
    if is_old_window(cfg!(windows), stdout().is_terminal(), told) { plain(&text) } else { text }
}

fn is_old_window(windows: bool, terminal: bool, told: impl Fn(&str) -> bool) -> bool {
    windows && terminal && !NEWER.into_iter().any(told)
}

fn plain(text: &str) -> String {
    text.replace('✓', "√").replace('✗', "×")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_old_window_gets_plain_marks() {
        assert!(is_old_window(true, true, |_| false));
        assert!(!is_old_window(true, true, |name| name == "WT_SESSION"));
        assert!(!is_old_window(true, false, |_| false), "what is piped stays as it is");
        assert!(!is_old_window(false, true, |_| false));
        assert_eq!(plain("✓ mappe æøå ✗ – •"), "√ mappe æøå × – •");
    }
}
