//! One file a command: gather facts, decide, act or show.

use std::io::Write;
use std::sync::OnceLock;

use chrono::{DateTime, FixedOffset};
use serde::Serialize;

use crate::cli::{Cli, Command, Global, LedgerCommand};
use crate::clock;
use crate::config::{self, Config};
use crate::exit::{ExitCode, UserError};
use crate::ledger::receipts;
use crate::ledger::{Ledger, LedgerReader};
use crate::messages::{self, is_control_or_bidi, ledger as say};
use crate::platform;
use crate::report::marks;
use crate::report::paragraph::{self, WIDTH};

mod adopt;
mod check;
mod decisions;
mod help;
mod history;
mod init;
mod ledger;
mod progress;
mod report;
mod resolve;
pub mod run;
mod schedule;
mod status;

/// Does what the command line asks for.
///
/// # Errors
/// What failed; [`explain`] says it and knows the exit code.
pub fn dispatch(cli: &Cli) -> anyhow::Result<ExitCode> {
    let global = &cli.global;
    let config = || load(global);
    match &cli.command {
        Command::Run(options) if options.dry_run => run::preview(&config()?, options, global),
        Command::Run(options) => run::run(&to_write(global)?, options, global),
        Command::Status => status::status(&config()?, global),
        Command::Report(options) => report::report(&config()?, options, global),
        Command::History(options) => history::history(&config()?, options, global),
        Command::Approve(options) => decisions::approve(&to_write(global)?, options, global),
        Command::Reject(options) => decisions::reject(&to_write(global)?, options, global),
        Command::Resolve(options) => resolve::resolve(&to_write(global)?, options, global),
        Command::Adopt(options) if options.dry_run => adopt::adopt(&config()?, options, global),
        Command::Adopt(options) => adopt::adopt(&to_write(global)?, options, global),
        Command::Init(options) => init::init(options, global),
        Command::Check(options) => check::check(options, global),
        Command::Ledger(command @ LedgerCommand::Rebuild) => {
            ledger::ledger(&to_write(global)?, command, global)
        }
        Command::Ledger(command) => ledger::ledger(&config()?, command, global),
        Command::Schedule(options) => schedule::schedule(&config()?, options, global),
        Command::Completions { shell } => help::completions(*shell),
        Command::Man => help::man(),
        Command::Help { command } => help::help(command),
    }
}

/// Says what failed, on standard error, and answers the exit code.
#[must_use]
pub fn explain(error: &anyhow::Error) -> ExitCode {
    warn(&format!("{error:#}"));
    error.downcast_ref::<UserError>().map_or(ExitCode::Unexpected, |trouble| trouble.exit)
}

/// Says on standard error that something went wrong.
fn warn(what: &str) {
    let bold = anstyle::Style::new().bold().fg_color(Some(anstyle::AnsiColor::Red.into()));
    anstream::eprint!("{}", paragraph::fill(what, &format!("{bold}traekfil:{bold:#} "), "", WIDTH));
}

fn load(global: &Global) -> Result<Config, UserError> {
    let file = Config::find(global.config.as_deref())?;
    let by_variable = std::env::var_os(config::VARIABLE).is_some_and(|value| !value.is_empty());
    if global.config.is_some() || by_variable {
        messages::name_configuration(&file);
    }
    Config::load(&file)
}

/// The configuration, for a command that writes to the ledger: root becomes the user whose folder that lies in.
fn to_write(global: &Global) -> Result<Config, UserError> {
    let config = load(global)?;
    // Who gives the word is asked first.
    who();
    let folder = platform::parent_or_dot(&config.ledger);
    platform::become_owner_of_folder(folder)
        .map_err(|error| UserError::unexpected(say::not_its_owner(folder, &error)))?;
    Ok(config)
}

/// Opens the ledger for writing, held against the newest receipt.
fn open_ledger(config: &Config, now: DateTime<FixedOffset>) -> Result<Ledger, UserError> {
    let witness = witness(config)?;
    Ledger::open(&config.ledger, witness.as_ref(), now)
}

/// Opens the ledger for reading; `patient` reads on while a run is under way.
fn open_view(config: &Config, patient: bool) -> Result<LedgerReader, UserError> {
    let witness = witness(config)?;
    LedgerReader::open(&config.ledger, witness.as_ref(), patient)
}

fn witness(config: &Config) -> Result<Option<receipts::LatestReceipt>, UserError> {
    receipts::newest(&config.archive)
        .map_err(|error| UserError::unexpected(say::receipts_not_read(&config.archive, &error)))
}

/// Prints an answer: as JSON where that is asked for, else as text.
///
/// A reader that has seen enough (`| head`) is no error: what was done is done.
fn answer<T: Serialize>(global: &Global, json: &T, text: impl FnOnce() -> String) -> anyhow::Result<()> {
    match print(global, json, text) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        printed => Ok(printed?),
    }
}

fn print<T: Serialize>(global: &Global, json: &T, text: impl FnOnce() -> String) -> std::io::Result<()> {
    let mut out = anstream::stdout().lock();
    if global.json {
        json.serialize(&mut serde_json::Serializer::with_formatter(&mut out, Harmless))?;
        writeln!(out)?;
    } else {
        out.write_all(marks::fitting(text()).as_bytes())?;
    }
    out.flush()
}

/// JSON that is safe on a terminal too: what JSON itself leaves as it is, such as DEL and U+009B, is escaped.
struct Harmless;

impl serde_json::ser::Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, text: &str) -> std::io::Result<()> {
        let mut plain = 0;
        for (at, odd) in text.match_indices(is_control_or_bidi) {
            out.write_all(&text.as_bytes()[plain..at])?;
            for unit in odd.encode_utf16() {
                write!(out, "\\u{unit:04x}")?;
            }
            plain = at + odd.len();
        }
        out.write_all(&text.as_bytes()[plain..])
    }
}

/// Who gives the word: the name of the system's user, behind `sudo` too.
fn who() -> String {
    static PERSON: OnceLock<String> = OnceLock::new();
    let ask = || behind_sudo().or_else(|| whoami::username().ok()).unwrap_or_else(|| "?".to_owned());
    PERSON.get_or_init(ask).clone()
}

/// The first number that a person's user has, on all systems of today; below are root and the accounts of services.
#[cfg(unix)]
const FIRST_PERSON: u32 = 1000;

/// Anybody can set the variable, so it is believed of root and of a service's account alone: a person acts as one of those
/// by `sudo`, or could change the ledger anyway.
#[cfg(unix)]
fn behind_sudo() -> Option<String> {
    let user = std::env::var("SUDO_USER").ok().filter(|user| !user.is_empty());
    user.filter(|_| rustix::process::geteuid().as_raw() < FIRST_PERSON)
}

/// There is no such program here.
#[cfg(windows)]
fn behind_sudo() -> Option<String> {
    None
}

fn now() -> DateTime<FixedOffset> {
    clock::now()
}
