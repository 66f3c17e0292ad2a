//! Standard output and standard error: the answer of a command, as text or JSON, and what went wrong.
//!
//! Every answer in JSON is one object that begins with `schema`, the version of its form; the envelope adds it, so
//! that the commands only know their own fields.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

use crate::cli::Global;
use crate::exit::{ExitCode, UserError};
use crate::messages::run as say;
use crate::platform::names::is_control_or_bidi;
use crate::report::marks;
use crate::report::paragraph::{self, WIDTH};
use crate::report::text;

/// The version of the JSON that commands print.
const SCHEMA: u32 = 1;

/// The one JSON object that a command prints: the version, the fields of its answer, and why it failed, where it did.
#[derive(Serialize)]
struct Envelope<'a, T> {
    schema: u32,
    #[serde(flatten)]
    answer: &'a T,
    error: Option<&'a Failure>,
}

/// Why a command failed, as its JSON tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Failure {
    /// The name of the exit code.
    code: &'static str,
    /// What failed and what to do now, in the person's language.
    message: String,
}

impl Failure {
    /// A failure that ends with this exit code.
    pub(crate) fn new(exit: ExitCode, message: impl Into<String>) -> Failure {
        Failure { code: exit.name(), message: message.into() }
    }
}

/// Whether the object was printed: a command prints one, also where it fails after that.
static ANSWERED: AtomicBool = AtomicBool::new(false);

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
    answer_or_failure(global, json, None, text)
}

/// Prints the answer of a command that ended well and whose text says all of it: the JSON has the same as `text`, beside its
/// fields, and the exit code.
///
/// # Errors
/// As [`answer`].
pub(crate) fn done<T: Serialize>(global: &Global, json: &T, text: String) -> anyhow::Result<ExitCode> {
    #[derive(Serialize)]
    struct Said<'a, T> {
        #[serde(flatten)]
        answer: &'a T,
        text: String,
        exit_code: u8,
    }
    let json = Said { answer: json, text: one_line(&text), exit_code: ExitCode::Ok.code() };
    answer(global, &json, || text)?;
    Ok(ExitCode::Ok)
}

/// The same for a command that may have failed: `failure` says why, where it did.
///
/// # Errors
/// As [`answer`].
pub(crate) fn answer_or_failure<T: Serialize>(
    global: &Global,
    json: &T,
    failure: Option<&Failure>,
    text: impl FnOnce() -> String,
) -> anyhow::Result<()> {
    let printed = if global.json { print_json(json, failure) } else { print_text(text()) };
    unless_closed(printed).map_err(|error| UserError::unexpected(say::answer_not_written(&error)).into())
}

/// Prints the object of an answer that cannot fail.
pub(crate) fn print_object<T: Serialize>(json: &T) {
    // Nothing is left to be said where standard output cannot be written.
    let _ = print_json(json, None);
}

/// Prints the object of a command that failed before it could print one.
pub(crate) fn failed<T: Serialize>(json: &T, failure: &Failure) {
    if !ANSWERED.load(Ordering::Relaxed) {
        // Standard error says the same, so nothing is lost where standard output cannot be written.
        let _ = print_json(json, Some(failure));
    }
}

/// Text that was broken into lines for a screen, as JSON has it.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
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

/// Prints text on standard output before the command's work is done.
///
/// # Errors
/// Standard output cannot be written. A reader that closed it early is no error.
pub(crate) fn print_aside(text: &str) -> anyhow::Result<()> {
    written(print_text(text.to_owned()))
}

/// Writes a document to standard output, byte for byte.
///
/// # Errors
/// Standard output cannot be written. A reader that closed it early is no error.
pub(crate) fn write_document(bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    written(out.write_all(bytes).and_then(|()| out.flush()))
}

/// The same result in words, where a reader that closed its end early is no error.
fn written(printed: io::Result<()>) -> anyhow::Result<()> {
    unless_closed(printed).map_err(|error| UserError::unexpected(say::output_not_written(&error)).into())
}

/// Says on standard error that something went wrong.
pub(crate) fn warn(what: &str) {
    let bold = anstyle::Style::new().bold().fg_color(Some(anstyle::AnsiColor::Red.into()));
    let text = paragraph::fill(what, &format!("{bold}traekfil:{bold:#} "), "", error_width());
    // A reader that closed standard error early must not stop what is under way.
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// How wide a line on standard error may be: the screen's width, if that is less than usual.
fn error_width() -> usize {
    text::columns(&console::Term::stderr()).min(WIDTH)
}

fn print_json<T: Serialize>(answer: &T, error: Option<&Failure>) -> io::Result<()> {
    ANSWERED.store(true, Ordering::Relaxed);
    let mut out = anstream::stdout().lock();
    let envelope = Envelope { schema: SCHEMA, answer, error };
    envelope.serialize(&mut serde_json::Serializer::with_formatter(&mut out, TerminalSafe))?;
    writeln!(out)?;
    out.flush()
}

/// That the report of a run could not be written, though the run itself was carried through.
pub(crate) fn report_not_written(error: &anyhow::Error) -> UserError {
    let why =
        error.downcast_ref::<UserError>().map_or_else(|| error.to_string(), |error| error.message.clone());
    UserError::unexpected(format!("{why} {}", say::run_is_over()))
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
