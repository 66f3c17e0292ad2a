//! `check`: tries everything that a delivery needs, a line for each.
//!
//! This file has what lies on this machine and the ways to a person; `offline` has what `--offline` looks at, `server` tries the connection, and `trial` does in each
//! folder on the server what a run does there.

use std::fs;
use std::path::Path;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::cli::{self, Global};
use crate::config::{self, Config};
use crate::exit::{ExitCode, UserError};
use crate::ledger::LedgerReader;
use crate::ledger::query::Filter;
use crate::messages::{check as say, escape};
use crate::notify;
use crate::platform::{self, WriterSight};
use crate::report::paragraph;
use crate::report::text::line_width;
use crate::wording;

use super::context::{load_alone, not_retired, now, open_reader};
use crate::output::{Failure, answer_or_failure};

mod offline;
mod server;
mod trial;

mod calendar;
mod records_key;

/// With less free space than this, in bytes, the check fails.
const LITTLE_SPACE: u64 = 100 << 20;

#[derive(Serialize)]
pub(super) struct Answer {
    pub(super) checks: Vec<Checked>,
    exit_code: u8,
    /// What decided the exit code, where that is not 0.
    #[serde(skip)]
    pub(super) failure: Option<Failure>,
}

#[derive(Serialize)]
pub(super) struct Checked {
    name: &'static str,
    ok: bool,
    detail: String,
    /// Lines for the configuration that make up for what was found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    set: Vec<String>,
    #[serde(skip)]
    title: String,
    /// Whether a person is asked whether it is right, which alone is no failure.
    #[serde(skip)]
    asks: bool,
}

/// What one check found: a detail, or the exit code that it asks for and what is wrong.
type Found = Result<String, (ExitCode, String)>;

struct Checks {
    done: Vec<Checked>,
    exit: ExitCode,
    failure: Option<Failure>,
}

impl Checks {
    fn note(&mut self, name: &'static str, title: String, found: Found) -> bool {
        self.advise(name, title, found, &[])
    }

    /// Notes what was found, and the lines for the section `[sftp]` that make up for it.
    fn advise(&mut self, name: &'static str, title: String, found: Found, set: &[&str]) -> bool {
        let lines: String = set.iter().flat_map(|line| ["\n    ", line]).collect();
        let ok = found.is_ok();
        let detail = match found {
            Ok(detail) => detail + &lines,
            Err((exit, detail)) => {
                let detail = detail + &lines;
                if self.exit.or(exit) != self.exit {
                    self.exit = exit;
                    self.failure = Some(Failure::new(exit, format!("{title}: {detail}")));
                }
                detail
            }
        };
        let set = set.iter().map(|line| (*line).to_owned()).collect();
        self.done.push(Checked { name, ok, detail, set, title, asks: false });
        ok
    }

    /// Adds a line that asks a person whether something is right.
    fn ask(&mut self, name: &'static str, title: String, detail: String) {
        self.done.push(Checked { name, ok: true, detail, set: Vec::new(), title, asks: true });
    }
}

pub(super) fn check(options: &cli::Check, global: &Global) -> anyhow::Result<ExitCode> {
    let (json, exit) = tried(options, global);
    answer_or_failure(global, &json, json.failure.as_ref(), || text(&json.checks))?;
    Ok(exit)
}

/// Makes every check, and answers them with the exit code.
pub(super) fn tried(options: &cli::Check, global: &Global) -> (Answer, ExitCode) {
    let mut checks = Checks { done: Vec::new(), exit: ExitCode::Ok, failure: None };
    let config = match load_alone(global) {
        Ok(config) => {
            checks.note("config", say::config(), Ok(config.file.display().to_string()));
            Some(config)
        }
        Err(error) => {
            checks.note("config", say::config(), Err((error.exit, error.message)));
            None
        }
    };
    // What others could have changed is not used, not even to try it.
    let believed = |config: &&Config| {
        let trusted = config.check_trust().map(|()| say::own_alone()).map_err(plain);
        checks.note("access", say::access(), trusted)
    };
    let config = config.as_ref().filter(believed);
    if let Some(config) = config {
        calendar::calendar(config, &mut checks);
        formats(config, &mut checks);
    }
    if let Some(config) = config.filter(|_| options.offline) {
        offline::offline(config, &mut checks);
    } else if let Some(config) = config {
        here(config, &mut checks);
        server::try_all(config, &mut checks);
        ways_to_a_person(config, options.send_test_mail, &mut checks);
    }
    let exit = checks.exit;
    (Answer { checks: checks.done, exit_code: exit.code(), failure: checks.failure }, exit)
}

/// Names the series of each format. One that no series has looks into nothing, which nobody would notice.
fn formats(config: &Config, checks: &mut Checks) {
    for name in config.formats.keys() {
        let has_it = |at: &usize| config.content_of(Some(*at)).is_some_and(|rule| rule.name == *name);
        let series: Vec<String> =
            (0..config.series.len()).filter(has_it).map(|at| escape(&config.series[at].name)).collect();
        let shown = escape(name);
        if series.is_empty() {
            checks.ask("formats", say::formats(), say::format_unused(&shown));
        } else {
            checks.note("formats", say::formats(), Ok(say::format_used(&shown, &series.join(", "))));
        }
    }
}

/// Checks what lies on this machine.
fn here(config: &Config, checks: &mut Checks) {
    let folders = config.check_folders().map_err(plain);
    let sound = folders.is_ok();
    checks.note("folders", say::folders(), folders.map(|()| config.drop.display().to_string()));
    if sound {
        for (name, title, folder) in
            [("drop", say::drop(), &config.drop), ("archive", say::archive(), &config.archive)]
        {
            checks.note(name, title, writable(folder));
        }
        checks.note("space", say::space(), space(&config.archive));
        checks.note("open_files", say::open_files(), Ok(open_files(&config.drop)));
    }
    let (found, ledger) = match open_reader(config, true) {
        Ok(ledger) => (ledger_found(config, &ledger), Some(ledger)),
        Err(error) => (Err(error), None),
    };
    checks.note("ledger", say::ledger(), found.map_err(plain));
    records_key::records_key(config, ledger.as_ref(), checks);
}

/// How far the ledger's chain goes, and what it last says, if it is whole.
fn ledger_found(config: &Config, ledger: &LedgerReader) -> Result<String, UserError> {
    let last = ledger.verify_chain(1)?;
    not_retired(ledger)?;
    let newest = ledger.history(&Filter { limit: Some(1), ..Filter::default() })?.pop();
    let newest = newest.and_then(|delivery| delivery.delivered_at);
    let newest = newest.as_deref().map_or_else(|| "–".to_owned(), wording::moment);
    Ok(say::ledger_sound(&config.ledger, last, &newest))
}

/// Mail and the program of `[notify]`, with a test message where that is asked for.
fn ways_to_a_person(config: &Config, send: bool, checks: &mut Checks) {
    let failed = |why: String| (ExitCode::Unexpected, why);
    let config::Notify { mail, command, event_log, .. } = &config.notify;
    if let Some(mail) = mail {
        let reached = checks.note("mail", say::mail(), notify::mail::check(mail).map_err(failed));
        if reached && send {
            let to: Vec<String> = mail.to.iter().map(|to| escape(to.email.as_ref())).collect();
            let tried = notify::try_mail(mail, now()).map(|()| say::test_mail_sent(&to.join(", ")));
            checks.note("test_mail", say::test_mail(), tried.map_err(failed));
        }
    }
    if let Some(command) = command {
        let found = notify::command::check(command).map_err(failed);
        if checks.note("command", say::command(), found) && send {
            let given = notify::try_command(command).map(|()| say::test_command_done());
            checks.note("test_command", say::test_command(), given.map_err(failed));
        }
    }
    if *event_log && send {
        let written = notify::try_event_log().map(|()| say::test_event_done());
        checks.note("test_event", say::test_event(), written.map_err(failed));
    }
    if send && mail.is_none() && command.is_none() && !event_log {
        checks.note("test_mail", say::test_mail(), Err((ExitCode::Usage, say::nobody_to_tell())));
    }
}

/// Tries to make a file in a folder, or in its parent if the folder does not exist yet.
fn writable(folder: &Path) -> Found {
    let there = existing(folder);
    let trial = there.join(format!(".traekfil-check-{}.tmp", platform::drawn_number()));
    let tried = platform::create_new_private(&trial).and_then(|file| {
        drop(file);
        fs::remove_file(&trial)
    });
    match tried {
        Ok(()) => Ok(folder.display().to_string()),
        Err(error) => Err((ExitCode::Usage, say::not_writable(folder, &error))),
    }
}

fn space(folder: &Path) -> Found {
    match fs4::available_space(existing(folder)) {
        Ok(free) if free >= LITTLE_SPACE => Ok(wording::size(free)),
        Ok(free) => Err((ExitCode::Unexpected, say::little_space(folder, &wording::size(free)))),
        Err(error) => Err((ExitCode::Unexpected, say::space_unknown(folder, &error))),
    }
}

/// What tells, of this machine and this folder, that a file is still being written.
fn open_files(drop: &Path) -> String {
    match platform::writer_sight(drop) {
        WriterSight::All if cfg!(windows) => say::open_files_refused(),
        WriterSight::All => say::open_files_all(),
        WriterSight::SameUser => say::open_files_same_user(),
        WriterSight::Share => say::open_files_share(),
        WriterSight::Nobody => say::open_files_nobody(),
    }
}

/// The folder, or its parent if the folder does not exist yet.
fn existing(folder: &Path) -> &Path {
    match folder.parent() {
        _ if folder.exists() => folder,
        None => folder,
        Some(_) => platform::parent_or_dot(folder),
    }
}

fn plain(error: UserError) -> (ExitCode, String) {
    (error.exit, error.message)
}

fn text(checks: &[Checked]) -> String {
    let good = Style::new().fg_color(Some(AnsiColor::Green.into()));
    let doubt = Style::new().bold().fg_color(Some(AnsiColor::Yellow.into()));
    let bad = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
    let line = |check: &Checked| {
        let (style, mark) = match (check.ok, check.asks) {
            (true, true) => (doubt, '?'),
            (true, false) => (good, '✓'),
            (false, _) => (bad, '✗'),
        };
        let says = format!("{}: {}", check.title, check.detail);
        paragraph::fill(&says, &format!("{style}{mark}{style:#} "), "  ", line_width())
    };
    checks.iter().map(line).collect::<Vec<_>>().concat()
}
