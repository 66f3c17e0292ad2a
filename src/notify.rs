//! Telling a person, by mail, by a program or in Windows' event log, what needs attention; `[notify]`.
//!
//! In goes what a run left open; out go the notices that are due, and the answer is why one could not be sent. Nothing that
//! fails here changes what was delivered: the run has been recorded before. A matter that stays open is told once per local
//! day on each way separately: if the mail server refused it and the program took it, the next run tries the mail again. No
//! notice holds the content of a file, and what could be a CPR number in a name is masked ([`names::without_cpr_numbers`]).
//! Each says where the ledger's chain ended, so that whoever keeps the notice can hold it against the ledger later.
//!
//! The files, in reading order: `notices` chooses what is told after a run, this one which of it is due on which way, `text`
//! puts it into words without what could be a CPR number, and `mail` (through `smtp`), `command` and `event_log` send it.
//!
//! [`names::without_cpr_numbers`]: crate::names::without_cpr_numbers

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset};

use crate::clock::moment;
use crate::config::{Config, Notify};
use crate::exit::UserError;
use crate::ledger::Journal;
use crate::ledger::event::Event;
use crate::messages::notify as say;
use crate::model::ledger::ChainPosition;
use crate::period::Period;
use crate::platform;

pub mod command;
mod event_log;
pub mod mail;
mod notices;
mod smtp;
mod text;

pub use notices::{after, complete, observed};
pub use text::host;

/// Something that a person is told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Identifies what the notice is about; the same in every run as long as that is open.
    pub keys: Vec<String>,
    /// The problem, in a sentence.
    pub message: String,
    /// The commands that settle it, any one of them.
    pub commands: Vec<String>,
    /// How many files or months the message names.
    pub named: usize,
    /// A finished mail to KP, where KP must be asked.
    pub mail: Option<String>,
}

/// A way of telling a person.
#[derive(Debug, Clone, Copy)]
enum Way {
    Mail,
    Command,
    EventLog,
}

impl Way {
    /// The key under which it is remembered that `item` was told on this way.
    fn key(self, item: &str) -> String {
        match self {
            Way::Mail => format!("mail:{item}"),
            Way::Command => format!("command:{item}"),
            Way::EventLog => format!("event_log:{item}"),
        }
    }
}

/// Where it is kept what was told, and when.
pub enum Memory<'a> {
    /// In the ledger.
    Ledger(&'a mut dyn Journal),
    /// In a small file beside the ledger, where the ledger cannot be used.
    File {
        /// Where the ledger lies.
        ledger: &'a Path,
        /// Where its chain ends, if it could be read.
        head: Option<ChainPosition>,
    },
}

/// Sends what is `open` and was not told today, and what is `observed` and the months in `complete` that were never told. Answers why a notice
/// could not be sent; the next run tries it again.
#[must_use]
pub fn tell(
    notify: &Notify,
    memory: &mut Memory<'_>,
    open: &[Notice],
    complete: &[Period],
    observed: &[Notice],
    now: DateTime<FixedOffset>,
) -> Vec<String> {
    let ways = [
        (Way::Mail, notify.mail.is_some()),
        (Way::Command, notify.command.is_some()),
        (Way::EventLog, notify.event_log),
    ];
    ways.into_iter()
        .filter(|(_, wanted)| *wanted)
        .filter_map(|(way, _)| tell_on(way, notify, memory, (open, complete, observed), now).err())
        .collect()
}

fn tell_on(
    way: Way,
    notify: &Notify,
    memory: &mut Memory<'_>,
    (open, complete, observed): (&[Notice], &[Period], &[Notice]),
    now: DateTime<FixedOffset>,
) -> Result<(), String> {
    let unread = |error: UserError| error.message;
    let (mut due, mut keys) = (Vec::new(), Vec::new());
    for notice in open {
        let mut is_due = false;
        for key in &notice.keys {
            is_due |= !memory.told_today(&way.key(key), now).map_err(unread)?;
        }
        if is_due {
            due.push(notice);
            keys.extend(notice.keys.iter().map(|key| way.key(key)));
        }
    }
    let mut months = Vec::new();
    for month in complete {
        let key = way.key(&format!("complete:{month}"));
        if memory.told_of(&key).map_err(unread)?.is_none() {
            months.push(*month);
            keys.push(key);
        }
    }
    let mut seen = Vec::new();
    for notice in observed {
        for key in notice.keys.iter().map(|key| way.key(key)) {
            if memory.told_of(&key).map_err(unread)?.is_none() {
                seen.push(notice);
                keys.push(key);
            }
        }
    }
    if keys.is_empty() {
        return Ok(());
    }
    let message = text::compose(&due, open.len() - due.len(), &months, &seen, memory.head());
    match (way, &notify.mail, &notify.command) {
        (Way::Mail, Some(mail), _) => mail::send(mail, &message, now, mail::LIMIT)?,
        (Way::Command, _, Some(command)) => command::send(command, &message, command::LIMIT)?,
        (Way::EventLog, ..) => event_log::write(&message)?,
        _ => {}
    }
    memory.note(keys, now).map_err(unread)
}

/// Sends the test message by mail.
///
/// # Errors
/// What failed and what to do.
pub fn try_mail(mail: &crate::config::Mail, now: DateTime<FixedOffset>) -> Result<(), String> {
    mail::send(mail, &text::trial(), now, mail::LIMIT)
}

/// Gives the test message to the program.
///
/// # Errors
/// What failed and what to do.
pub fn try_command(program: &[String]) -> Result<(), String> {
    command::send(program, &text::trial(), command::LIMIT)
}

/// Writes the test message into Windows' event log.
///
/// # Errors
/// What failed and what to do.
pub fn try_event_log() -> Result<(), String> {
    event_log::write(&text::trial())
}

/// Tells that a run could not finish. The ledger itself may be what failed, so a file beside it remembers that it was told;
/// `head` is the end of its chain, if that could be read.
#[must_use]
pub fn tell_failure(
    config: &Config,
    error: &UserError,
    head: Option<ChainPosition>,
    now: DateTime<FixedOffset>,
) -> Vec<String> {
    tell_failure_to(&config.notify, &config.ledger, error, head, now)
}

/// The same by `[notify]` alone, where the rest of the configuration cannot be read. `ledger` is where the ledger lies.
#[must_use]
pub fn tell_failure_to(
    notify: &Notify,
    ledger: &Path,
    error: &UserError,
    head: Option<ChainPosition>,
    now: DateTime<FixedOffset>,
) -> Vec<String> {
    let notice = Notice {
        keys: vec![format!("failed:{}", error.exit.code())],
        message: say::run_failed(&error.message),
        commands: Vec::new(),
        named: 1,
        mail: None,
    };
    tell(notify, &mut Memory::File { ledger, head }, &[notice], &[], &[], now)
}

/// Forgets earlier failures when a run has finished, so that a new failure is told at once.
///
/// # Errors
/// What the file system says.
pub fn forget_failure(config: &Config) -> std::io::Result<()> {
    match fs::remove_file(beside(&config.ledger)) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn beside(ledger: &Path) -> PathBuf {
    platform::with_suffix(ledger, ".told")
}

impl Memory<'_> {
    /// The end of the ledger's chain; none where the ledger could not be read.
    fn head(&self) -> Option<ChainPosition> {
        match self {
            Memory::Ledger(ledger) => Some(ledger.head()),
            Memory::File { head, .. } => *head,
        }
    }

    fn told_of(&self, key: &str) -> Result<Option<String>, UserError> {
        match self {
            Memory::Ledger(ledger) => ledger.told_of(key),
            Memory::File { ledger, .. } => Ok(read(ledger).remove(key)),
        }
    }

    /// Whether it was told of on this calendar day.
    fn told_today(&self, key: &str, now: DateTime<FixedOffset>) -> Result<bool, UserError> {
        let told = self.told_of(key)?.and_then(|at| DateTime::parse_from_rfc3339(&at).ok());
        Ok(told.is_some_and(|at| at.date_naive() == now.date_naive()))
    }

    fn note(&mut self, keys: Vec<String>, now: DateTime<FixedOffset>) -> Result<(), UserError> {
        match self {
            Memory::Ledger(ledger) => ledger.record(now, &[Event::Told { matters: keys }]),
            Memory::File { ledger, .. } => {
                let mut told = read(ledger);
                told.extend(keys.into_iter().map(|key| (key, moment(now))));
                let file = beside(ledger);
                let text = serde_json::to_vec(&told).map_err(std::io::Error::from);
                let written = text.and_then(|text| platform::replace_private(&file, &text));
                written.map_err(|error| UserError::unexpected(say::not_remembered(&file, &error)))
            }
        }
    }
}

/// What the file remembers; nothing where it cannot be read, so that a person is told once more rather than never.
fn read(ledger: &Path) -> BTreeMap<String, String> {
    fs::read(beside(ledger)).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
}
