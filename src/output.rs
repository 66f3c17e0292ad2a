//! Standard output and standard error: the answer of a command, as text or JSON, and what went wrong.
//!
//! Every answer in JSON is one object that begins with `schema`, the version of its form; the envelope adds it, so
//! that the commands only know their own fields.

use std::io::{self, Write};

use serde::Serialize;

use crate::cli::{Global, Refusal};
use crate::exit::{ExitCode, UserError};
use crate::platform::names::is_control_or_bidi;
use crate::report::marks;
use crate::report::paragraph::{self, WIDTH};

/// The version of the JSON that commands print.
const SCHEMA: u32 = 1;

/// The one JSON object that a command prints: the version, then the fields of its answer.
#[derive(Serialize)]
struct Envelope<'a, T> {
    schema: u32,
    #[serde(flatten)]
    answer: &'a T,
}

/// Prints an answer on standard output: as JSON where that is asked for, else as text.
///
/// # Errors
/// Standard output cannot be written. A reader that closed it early (`| head`) is no error, since the command's work
/// is done by then.
pub(crate) fn answer<T: Serialize>(
    global: &Global,
    json: &T,
    text: impl FnOnce() -> String,
) -> anyhow::Result<()> {
    let printed = if global.json { print_json(json) } else { print_text(text()) };
    unless_closed(printed)
}

/// Prints text on standard output, with the marks that the terminal can show.
///
/// # Errors
/// Standard output cannot be written.
pub(crate) fn print_text(text: String) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    out.write_all(marks::fitting(text).as_bytes())?;
    out.flush()
}

/// Writes a document to standard output, byte for byte.
///
/// # Errors
/// Standard output cannot be written. A reader that closed it early is no error.
pub(crate) fn write_document(bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    unless_closed(out.write_all(bytes).and_then(|()| out.flush()))
}

/// Says on standard error that something went wrong.
pub(crate) fn warn(what: &str) {
    let bold = anstyle::Style::new().bold().fg_color(Some(anstyle::AnsiColor::Red.into()));
    let text = paragraph::fill(what, &format!("{bold}traekfil:{bold:#} "), "", WIDTH);
    let _ = write!(anstream::stderr(), "{text}");
}

/// Says on standard error why a command failed, and answers the exit code that goes with it.
#[must_use]
pub fn error(error: &anyhow::Error) -> ExitCode {
    warn(&format!("{error:#}"));
    error.downcast_ref::<UserError>().map_or(ExitCode::Unexpected, |error| error.exit)
}

/// Says why the command line leaves nothing to do, and answers the exit code that goes with it. Help that was asked
/// for goes to standard output, everything else to standard error.
#[must_use]
pub fn refusal(refusal: &Refusal) -> ExitCode {
    match refusal {
        Refusal::HelpAsked(text) => {
            // Unlike `print!`, this does not panic where the reader has gone.
            let _ = write!(anstream::stdout(), "{}", text.ansi());
            ExitCode::Ok
        }
        Refusal::NoCommand(text) => {
            let _ = write!(anstream::stderr(), "{}", text.ansi());
            ExitCode::Usage
        }
        Refusal::Wrong(error) => {
            warn(&error.message);
            error.exit
        }
    }
}

fn print_json<T: Serialize>(answer: &T) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    let envelope = Envelope { schema: SCHEMA, answer };
    envelope.serialize(&mut serde_json::Serializer::with_formatter(&mut out, TerminalSafe))?;
    writeln!(out)?;
    out.flush()
}

/// The same result, where a reader that closed its end early (`| head`) is no error.
///
/// # Errors
/// Any other than that.
pub(crate) fn unless_closed(printed: io::Result<()>) -> anyhow::Result<()> {
    match printed {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        printed => Ok(printed?),
    }
}

/// JSON that is safe on a terminal too: control characters that JSON allows in a string, such as DEL and U+009B, are
/// escaped, and so are those that change the direction of text.
struct TerminalSafe;

impl serde_json::ser::Formatter for TerminalSafe {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, text: &str) -> io::Result<()> {
        let mut written = 0;
        for (at, unsafe_char) in text.match_indices(is_control_or_bidi) {
            out.write_all(&text.as_bytes()[written..at])?;
            for unit in unsafe_char.encode_utf16() {
                write!(out, "\\u{unit:04x}")?;
            }
            written = at + unsafe_char.len();
        }
        out.write_all(&text.as_bytes()[written..])
    }
}
