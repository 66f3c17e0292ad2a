//! Questions on the terminal, and what is answered. The end of the input ends the dialogue and is no error: what was decided
//! before stands.

use std::io::{self, BufRead, Write};

use crate::cli;
use crate::exit::UserError;
use crate::messages::{case as say, escape};
use crate::report::paragraph::fill;
use crate::report::text::line_width;

/// One of the answers that a question takes.
pub(super) struct Choice<T> {
    /// What it means.
    pub(super) means: T,
    /// A letter for it.
    pub(super) letter: String,
    /// A word for it.
    pub(super) word: String,
    /// What it does.
    pub(super) does: String,
}

/// Prints a text as it is.
///
/// # Errors
/// Standard output cannot be written.
pub(super) fn print(text: &str) -> Result<(), UserError> {
    let mut out = anstream::stdout().lock();
    let printed = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    printed.map_err(|error| UserError::unexpected(say::not_heard(&error)))
}

/// Prints what is wrong with an answer, or went wrong with it.
///
/// # Errors
/// As [`print`].
pub(super) fn complain(what: &str) -> Result<(), UserError> {
    print(&fill(what, "  ! ", "    ", line_width()))
}

/// Shows the choices with what each does, and asks until one is answered; an empty line is the last of them, which changes
/// nothing. None where the input ended.
///
/// # Errors
/// The terminal cannot be read or written.
pub(super) fn choose<T: Copy>(choices: &[Choice<T>]) -> Result<Option<T>, UserError> {
    let Some(last) = choices.last() else { return Ok(None) };
    let wide = choices.iter().map(|choice| choice.word.chars().count()).max().unwrap_or_default();
    for Choice { letter, word, does, .. } in choices {
        let below = " ".repeat(wide + 10);
        print(&fill(does, &format!("    {letter}  {word:wide$}   "), &below, line_width()))?;
    }
    let letters: Vec<&str> = choices.iter().map(|choice| choice.letter.as_str()).collect();
    let letters = letters.join("/");
    loop {
        print(&format!("  {}", say::your_answer(&letters, &last.letter)))?;
        let Some(answer) = line()? else { return Ok(None) };
        let answer = answer.to_lowercase();
        let fits = |choice: &&Choice<T>| answer == choice.letter || answer == choice.word;
        match choices.iter().find(fits) {
            _ if answer.is_empty() => return Ok(Some(last.means)),
            Some(choice) => return Ok(Some(choice.means)),
            None => complain(&say::one_of(&letters))?,
        }
    }
}

/// Asks for a reason until it is one that the ledger may hold; none where the input ended, or the line is empty.
///
/// # Errors
/// The terminal cannot be read or written.
pub(super) fn reason() -> Result<Option<String>, UserError> {
    loop {
        print(&format!("  {}", say::why()))?;
        let Some(answer) = line()? else { return Ok(None) };
        if answer.is_empty() {
            return Ok(None);
        }
        match cli::reason(&answer) {
            Ok(reason) => return Ok(Some(reason)),
            Err(why) => complain(&say::reason_wrong(&why))?,
        }
    }
}

/// The next line, trimmed; none where the input ended.
fn line() -> Result<Option<String>, UserError> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().read_until(b'\n', &mut bytes);
    if read.map_err(|error| UserError::unexpected(say::not_heard(&error)))? == 0 {
        print("\n")?;
        return Ok(None);
    }
    let text = String::from_utf8_lossy(&bytes);
    // Control characters of a terminal's keys are no part of an answer.
    Ok(Some(escape(text.trim())))
}
