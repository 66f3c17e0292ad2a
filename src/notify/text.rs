//! What a notice says.

use super::{Notice, mask};
use crate::messages::{escape, mail as say_mail, notify as say};
use crate::period::Period;

/// How wide the body's lines are, in characters.
const WIDTH: usize = 76;

/// A message, in the form that every way of sending takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// One line.
    pub subject: String,
    /// Plain text, with line breaks.
    pub body: String,
    /// How many items that need a person the message names.
    pub items: usize,
}

/// The message about the notices that are due, and about months whose expected files have all been delivered. `others`
/// counts notices that are open as well but were told of earlier today.
#[must_use]
pub fn compose(due: &[&Notice], others: usize, complete: &[Period]) -> Message {
    let host = host();
    let months = complete.iter().map(Period::to_string).collect::<Vec<_>>().join(", ");
    let subject = if due.is_empty() {
        say::subject_complete(&months, &host)
    } else {
        say::subject_matters(due.len(), &host)
    };
    let mut body = String::new();
    if !due.is_empty() {
        body += &wrapped(&say::matters(due.len(), &host), "", "");
        body.push('\n');
    }
    for notice in due {
        body += &wrapped(&notice.message, "- ", "  ");
        for command in &notice.commands {
            body.extend(["     ", command, "\n"]);
        }
        if let Some(mail) = &notice.mail {
            body.push('\n');
            body += &wrapped(&say_mail::shown_below(), "  ", "  ");
            body.extend(mail.lines().map(|line| format!("  > {line}").trim_end().to_owned() + "\n"));
        }
        body.push('\n');
    }
    if !complete.is_empty() {
        body += &wrapped(&say::complete(&months, &host), "", "");
        body.push('\n');
    }
    if others > 0 {
        body += &wrapped(&say::others(others), "", "");
        body.push('\n');
    }
    body += &wrapped(&say::see_all(), "", "");
    Message { subject: mask(&subject), body: mask(&body), items: due.len() }
}

/// What `check --send-test-mail` sends.
#[must_use]
pub fn trial() -> Message {
    let host = host();
    Message {
        subject: mask(&say::subject_trial(&host)),
        body: mask(&wrapped(&say::trial(&host), "", "")),
        items: 0,
    }
}

/// This machine's name.
pub(super) fn host() -> String {
    whoami::hostname().map_or_else(|_| "localhost".to_owned(), |name| escape(&name))
}

fn wrapped(text: &str, first: &str, rest: &str) -> String {
    let options = textwrap::Options::new(WIDTH).initial_indent(first).subsequent_indent(rest);
    textwrap::fill(text, options.break_words(false).word_splitter(textwrap::WordSplitter::NoHyphenation))
        + "\n"
}
