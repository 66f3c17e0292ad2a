//! What most commands begin with: the configuration, the ledger, the time, and who gives the command.

use std::path::Path;
use std::sync::OnceLock;

use chrono::{DateTime, FixedOffset};
use serde::Serialize;

use crate::cli::Global;
use crate::clock;
use crate::config::{self, Config};
use crate::exit::UserError;
use crate::ledger::{Journal, Ledger, LedgerReader};
use crate::messages::{self, ledger as say, witness as say_witness};
use crate::platform;
use crate::wording;

/// Reads the configuration. Commands that messages advise name it where it was named, so that they work when pasted.
///
/// # Errors
/// Exit code 2: there is none, or it is wrong.
pub(super) fn load(global: &Global) -> Result<Config, UserError> {
    let file = Config::find(global.config.as_deref())?;
    let by_variable = std::env::var_os(config::VARIABLE).is_some_and(|value| !value.is_empty());
    if global.config.is_some() || by_variable {
        messages::name_configuration(&file);
    }
    let config = Config::load(&file)?;
    let found_anywhere = file == config::platform_place();
    messages::name_town(config.name.as_deref(), &file, found_anywhere);
    Ok(config)
}

/// An answer in JSON, with whose it is: the town, the machine and the configuration.
#[derive(Serialize)]
pub(super) struct Whose<'a, T> {
    #[serde(flatten)]
    answer: &'a T,
    town: Option<&'a str>,
    host: String,
    config: String,
}

impl<'a, T> Whose<'a, T> {
    pub(super) fn of(config: &'a Config, answer: &'a T) -> Whose<'a, T> {
        let file = std::path::absolute(&config.file).unwrap_or_else(|_| config.file.clone());
        Whose {
            answer,
            town: config.name.as_deref(),
            host: whoami::hostname().unwrap_or_else(|_| "localhost".to_owned()),
            config: file.display().to_string(),
        }
    }
}

/// The configuration, for a command that writes to the ledger: root becomes the owner of the ledger's folder, so that
/// no file in it ends up owned by root.
///
/// # Errors
/// As [`load`]; or this process cannot become that user.
pub(super) fn to_write(global: &Global) -> Result<Config, UserError> {
    let config = load(global)?;
    // Ask for the name before changing the user: `who` remembers its first answer.
    who();
    let folder = config.ledger.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    platform::become_owner_of_folder(folder)
        .map_err(|error| UserError::unexpected(say::not_its_owner(folder, &error)))?;
    Ok(config)
}

/// Opens the ledger for a command that sends or decides, held against its witness.
///
/// # Errors
/// The ledger or its archive cannot be opened, they do not belong together, or the ledger was retired.
pub(super) fn open_ledger(config: &Config, now: DateTime<FixedOffset>) -> Result<Ledger, UserError> {
    let ledger = Ledger::open(&config.ledger, &config.archive, now)?;
    not_retired(&ledger)?;
    Ok(ledger)
}

/// Opens the ledger for reading; `patient` waits instead of refusing while a run is under way.
///
/// # Errors
/// The ledger or its archive cannot be opened, or they do not belong together.
pub(super) fn open_reader(config: &Config, patient: bool) -> Result<LedgerReader, UserError> {
    LedgerReader::open(&config.ledger, &config.archive, patient)
}

/// Refuses where the ledger was retired, since nothing is sent by it any more.
///
/// # Errors
/// Exit code 6.
pub(super) fn not_retired(ledger: &LedgerReader) -> Result<(), UserError> {
    match ledger.retired_at()? {
        Some(at) => Err(UserError::ledger(say_witness::retired(ledger.path(), &wording::moment(&at)))),
        None => Ok(()),
    }
}

/// Writes the lines to the witness that a person's decision owes, before the command answers.
///
/// # Errors
/// They could not be written; the decision stands in the ledger all the same.
pub(super) fn attest(config: &Config, ledger: &mut Ledger) -> Result<(), UserError> {
    ledger.attest().map_err(|error| UserError::unexpected(say::receipts_not_written(&config.archive, &error)))
}

/// Who gives the command: the name of the system's user, and of the one who called `sudo`.
pub(super) fn who() -> String {
    static PERSON: OnceLock<String> = OnceLock::new();
    let ask = || behind_sudo().or_else(|| whoami::username().ok()).unwrap_or_else(|| "?".to_owned());
    PERSON.get_or_init(ask).clone()
}

/// The lowest user id that systems give to a person; root and the accounts of services have lower ones.
#[cfg(unix)]
const FIRST_PERSON: u32 = 1000;

/// Anybody can set `SUDO_USER`, so it counts only for root and service accounts: a person gets there through `sudo`, and
/// whoever is root already could change the ledger in any case.
#[cfg(unix)]
fn behind_sudo() -> Option<String> {
    let user = std::env::var("SUDO_USER").ok().filter(|user| !user.is_empty());
    user.filter(|_| rustix::process::geteuid().as_raw() < FIRST_PERSON)
}

/// Windows has no `sudo` that names its caller.
#[cfg(windows)]
fn behind_sudo() -> Option<String> {
    None
}

/// The time now, with the local offset.
pub(super) fn now() -> DateTime<FixedOffset> {
    clock::now()
}
