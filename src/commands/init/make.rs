//! Makes what the answers ask for: folders, ledger, key, and last the configuration, whole or not at all.

use std::io;
use std::path::{Path, PathBuf};

use crate::commands::context::{now, open_ledger};
use crate::config::{self, Config};
use crate::exit::UserError;
use crate::ledger::Ledger;
use crate::messages::{config::shown_path, init as say, trust as say_trust};
use crate::platform::{self, Account, Acting, Trust};

use super::answers::{Answers, Key};
use super::worker::acting;
use super::{config_template, key};

/// What was made.
pub(super) struct Created {
    pub(super) config: Config,
    /// The key's public line, where it is known.
    pub(super) public: Option<String>,
}

pub(super) fn make(answers: &Answers) -> Result<Created, UserError> {
    let text = config_template::text(answers)?;
    let config = Config::of(&answers.config, text.clone().into_bytes())?;
    let worker = answers.worker.as_ref();
    let trust = worker.cloned().map_or_else(Trust::own, Trust::of);
    for file in [&answers.config, &answers.ledger] {
        trust
            .existing_above(file)
            .map_err(|breach| config::refused(&say_trust::configuration(), file, &breach))?;
    }
    if let Some(worker) = worker {
        folders_of_root(answers, worker)?;
    }
    let acting = worker.map(acting).transpose()?;
    folders(answers)?;
    config.check_folders()?;
    let public = match &answers.key {
        Key::None => None,
        Key::Existing(_, known) => known.public.clone(),
        Key::New(file) => Some(key::make(file, &format!("traekfil {}@{}", answers.user, answers.host))?),
    };
    ledger(&config)?;
    acting.map_or(Ok(()), Acting::end).map_err(|error| UserError::unexpected(error.to_string()))?;
    write(answers, text.as_bytes())?;
    Ok(Created { config, public })
}

/// Begins the ledger and gives the archive its name; a ledger that is there already must be in order.
fn ledger(config: &Config) -> Result<(), UserError> {
    if config.ledger.exists() {
        return open_ledger(config, now()).map(drop);
    }
    Ledger::begin(&config.ledger, &config.archive, now())
}

/// Makes the folders. Suppliers need access to the drop folder; the archive, the ledger and the key are for the program
/// alone.
fn folders(answers: &Answers) -> Result<(), UserError> {
    let of = |file: &Path| file.parent().map(Path::to_owned);
    let open = [of(&answers.config), Some(answers.drop.clone())];
    let private = [Some(answers.archive.clone()), of(&answers.ledger), answers.key.path().and_then(of)];
    let make = |folder: &PathBuf, how: fn(&Path) -> io::Result<()>| {
        how(folder).map_err(|error| UserError::unexpected(say::folder_not_made(&shown_path(folder), &error)))
    };
    open.iter().flatten().try_for_each(|folder| make(folder, platform::shared_folder))?;
    private.iter().flatten().try_for_each(|folder| make(folder, platform::create_private_folder))
}

/// Makes the folders that root alone can make: that of the configuration, which the worker may read, and the worker's own.
fn folders_of_root(answers: &Answers, worker: &Account) -> Result<(), UserError> {
    let failed = |folder: &Path, error: io::Error| {
        UserError::unexpected(say::folder_not_made(&shown_path(folder), &error))
    };
    let of_config = platform::parent_or_dot(&answers.config);
    if !of_config.exists() {
        platform::shared_folder(of_config)
            .and_then(|()| worker.let_read(of_config))
            .map_err(|error| failed(of_config, error))?;
    }
    let of = |file: &Path| file.parent().map(Path::to_owned);
    let theirs = [of(&answers.ledger), answers.key.path().and_then(of)];
    let theirs = theirs.into_iter().flatten().chain([answers.drop.clone(), answers.archive.clone()]);
    for folder in theirs {
        // Below a folder of the worker's, the worker makes them.
        if Trust::root().existing_above(&folder.join("file")).is_ok() {
            worker.make_folder(&folder).map_err(|error| failed(&folder, error))?;
        }
    }
    Ok(())
}

/// Writes a configuration that only its owner may read, and behind root the worker, whole or not at all. An existing file is
/// never overwritten.
fn write(answers: &Answers, content: &[u8]) -> Result<(), UserError> {
    let file = &answers.config;
    let written = match &answers.worker {
        Some(worker) => platform::write_new_for(file, content, worker),
        None => platform::write_new_private(file, content),
    };
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => UserError::usage(say::config_exists(&shown_path(file))),
        _ => UserError::unexpected(say::config_not_written(&shown_path(file), &error)),
    })
}
