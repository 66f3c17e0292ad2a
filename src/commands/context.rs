//! What most commands begin with: the configuration, the ledger, the time, and who gives the command.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use chrono::{DateTime, FixedOffset};

use crate::cli::Global;
use crate::clock;
use crate::config::{self, Config, NotifyAlone};
use crate::exit::UserError;
use crate::ledger::{Journal, Ledger, LedgerReader};
use crate::messages::{self, ledger as say, trust as say_trust, witness as say_witness};
use crate::model::person::UNKNOWN;
use crate::platform::{self, Account, Breach, Trust};
use crate::wording;

/// Reads the configuration, and checks what it names to be believed. Commands that messages advise name it where it was named,
/// so that they work when pasted.
///
/// # Errors
/// Exit code 2: there is none, it is wrong, or others could have changed it or what it names.
pub(super) fn load(global: &Global) -> Result<Config, UserError> {
    let config = load_alone(global)?;
    config.check_trust()?;
    Ok(config)
}

/// Reads the configuration. Behind root, the program works from then on as the user whose configuration it is, or whose
/// ledger, where the configuration is root's: before anything is read that this user wrote, any secret, and any server.
///
/// # Errors
/// As [`load`], but what the configuration names is not looked at; or this process cannot become that user.
pub(super) fn load_alone(global: &Global) -> Result<Config, UserError> {
    let file = find(global)?;
    // Ask for the person before changing the user: the answer is remembered.
    who();
    become_owner(&file)?;
    if global.language.is_none()
        && let Some(language) = Config::language_of(&file)
    {
        messages::speak(language);
    }
    let config = Config::load(&file)?;
    messages::name_town(config.name.as_deref(), &file, file == config::platform_place());
    let folder = platform::parent_or_dot(&config.ledger);
    become_owner(folder.ancestors().find(|folder| folder.exists()).unwrap_or(folder))?;
    Ok(config)
}

/// Who is to be told that the configuration is wrong, where that can be read of it and nobody else could have changed it. Behind root,
/// the program works as the user of the ledger's folder from then on.
pub(super) fn told_of_configuration(global: &Global) -> Option<NotifyAlone> {
    let file = Config::find(global.config.as_deref()).ok()?;
    let alone = NotifyAlone::of(&file)?;
    let folder = platform::parent_or_dot(&alone.ledger);
    become_owner(folder.ancestors().find(|folder| folder.exists()).unwrap_or(folder)).ok()?;
    alone.notify.check_trust().ok()?;
    messages::name_town(alone.name.as_deref(), &file, file == config::platform_place());
    Some(alone)
}

/// Reads the configuration for a command that must stay root, and answers the user who could change it; none where that is
/// root alone. Nothing but the configuration may be read then.
///
/// On Windows, where an administrator becomes nobody else, it may also belong to the account that is named as the job's.
///
/// # Errors
/// As [`load_alone`].
pub(super) fn load_as_root(
    global: &Global,
    user: Option<&str>,
) -> Result<(Config, Option<Account>), UserError> {
    let file = find(global)?;
    let own = Account::own();
    if !own.is_root() {
        let named = user.filter(|_| cfg!(windows)).and_then(Account::named);
        let trust = named.map_or_else(Trust::own, Trust::of);
        return Ok((Config::load_of(&file, &trust)?, None));
    }
    let owner = platform::whose(&file).map_err(|error| unseen(&file, error))?;
    let trust = Trust::of(owner.clone().unwrap_or(own));
    Ok((Config::load_of(&file, &trust)?, owner))
}

fn find(global: &Global) -> Result<PathBuf, UserError> {
    let file = Config::find(global.config.as_deref())?;
    let by_variable = std::env::var_os(config::VARIABLE).is_some_and(|value| !value.is_empty());
    if global.config.is_some() || by_variable {
        messages::name_configuration(&file);
    }
    Ok(file)
}

/// Behind root, works from now on as the user who could change this file or folder.
///
/// # Errors
/// Nobody can tell who that is, or this process cannot become that user.
pub(super) fn become_owner(path: &Path) -> Result<(), UserError> {
    if !Account::own().is_root() {
        return Ok(());
    }
    match platform::whose(path) {
        Ok(None) => Ok(()),
        Ok(Some(owner)) => {
            let failed = |error| UserError::unexpected(say_trust::not_become(&owner.name(), &error));
            owner.become_it().map_err(failed)
        }
        Err(error) => Err(unseen(path, error)),
    }
}

fn unseen(path: &Path, error: std::io::Error) -> UserError {
    config::refused(&say_trust::configuration(), path, &Breach::unseen(path.to_owned(), error))
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

/// The person who gives the command, as the ledger writes it: the name of the user who logged in, or [`UNKNOWN`] where that
/// cannot be told, and for root and services.
pub(super) fn who() -> String {
    static PERSON: OnceLock<Option<String>> = OnceLock::new();
    PERSON.get_or_init(platform::person).clone().unwrap_or_else(|| UNKNOWN.to_owned())
}

/// The time now, with the local offset.
pub(super) fn now() -> DateTime<FixedOffset> {
    clock::now()
}
