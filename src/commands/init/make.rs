//! Makes what the answers ask for: folders, ledger, key, and last the configuration, whole or not at all.

use std::io;
use std::path::{Path, PathBuf};

use crate::commands::context::{now, open_ledger};
use crate::config::{self, Config};
use crate::exit::UserError;
use crate::ledger::Ledger;
use crate::messages::{config::shown_path, init as say, trust as say_trust};
use crate::platform::{self, Acting, Trust};

use super::answers::{Answers, Before, Key};
use super::worker::acting;
use super::{config_template, cut_off, key, others};

/// What was made.
pub(super) struct Created {
    pub(super) config: Config,
    /// The key's public line, where it is known.
    pub(super) public: Option<String>,
}

/// Makes everything, for a configuration that is new.
///
/// # Errors
/// What could not be made. Exit code 2 or 6: nothing was.
pub(super) fn make(answers: &Answers) -> Result<Created, UserError> {
    let text = config_template::text(answers)?;
    let config = Config::of(&answers.config, text.clone().into_bytes())?;
    believed(answers)?;
    as_worker(answers, || {
        if config.ledger.exists() {
            open_ledger(&config, now()).map(drop)
        } else {
            Ledger::may_begin(&config.ledger, &config.archive)
        }
    })?;
    cut_off::making();
    folders_of_root(answers)?;
    let public = as_worker(answers, || {
        folders(answers)?;
        config.check_folders()?;
        let public = public_key(answers)?;
        ledger(&config)?;
        others::note(&config.ledger, &answers.config);
        Ok(public)
    })?;
    write(answers, text.as_bytes())?;
    Ok(Created { config, public })
}

/// Makes what a changed configuration needs, and writes it. No ledger is begun: a new one beside a configuration that is
/// in use would know nothing of what KP has.
///
/// # Errors
/// What could not be made or written. Exit code 2 or 6: nothing was.
pub(super) fn change(answers: &Answers, before: &Before, text: &str) -> Result<Created, UserError> {
    let config = Config::of(&answers.config, text.as_bytes().to_vec())?;
    believed(answers)?;
    let moved = config.ledger != before.config.ledger || config.archive != before.config.archive;
    if moved {
        // Whoever moves the ledger or the archive has moved the files before: both must be there and belong together.
        as_worker(answers, || open_ledger(&config, now()).map(drop))?;
    }
    cut_off::making();
    folders_of_root(answers)?;
    let public = as_worker(answers, || {
        folders(answers)?;
        config.check_folders()?;
        public_key(answers)
    })?;
    platform::overwrite(&answers.config, text.as_bytes()).map_err(|error| {
        UserError::unexpected(say::config_not_written(&shown_path(&answers.config), &error))
    })?;
    Ok(Created { config, public })
}

/// Checks that nobody else can change the folders that the configuration and the ledger lie in.
fn believed(answers: &Answers) -> Result<(), UserError> {
    let trust = answers.worker.clone().map_or_else(Trust::own, Trust::of);
    [&answers.config, &answers.ledger].into_iter().try_for_each(|file| {
        trust
            .existing_above(file)
            .map_err(|breach| config::refused(&say_trust::configuration(), file, &breach))
    })?;
    let folder = platform::parent_or_dot(&answers.ledger);
    if !folder.exists() {
        return Ok(());
    }
    trust.check_folder(folder).map_err(|breach| config::refused(&say_trust::ledger_folder(), folder, &breach))
}

/// Does something as the user that the program works as.
fn as_worker<T>(answers: &Answers, work: impl FnOnce() -> Result<T, UserError>) -> Result<T, UserError> {
    let acting = answers.worker.as_ref().map(acting).transpose()?;
    let done = work();
    acting.map_or(Ok(()), Acting::end).map_err(|error| UserError::unexpected(error.to_string()))?;
    done
}

fn public_key(answers: &Answers) -> Result<Option<String>, UserError> {
    match &answers.key {
        Key::Unasked | Key::None => Ok(None),
        Key::Existing(_, known) => Ok(known.public.clone()),
        Key::New(file) => key::make(file, &format!("traekfil {}@{}", answers.user, answers.host)).map(Some),
    }
}

/// Begins the ledger and gives the archive its name; a ledger that is there already must be in order.
fn ledger(config: &Config) -> Result<(), UserError> {
    if config.ledger.exists() {
        return open_ledger(config, now()).map(drop);
    }
    Ledger::begin(&config.ledger, &config.archive, now())
}

/// The folders to be made, and those for the program alone.
fn wanted(answers: &Answers) -> ([Option<PathBuf>; 2], [Option<PathBuf>; 3]) {
    let of = |file: &Path| file.parent().map(Path::to_owned);
    // What is configured already may lie on a disk or a share that is not connected: it is not made anew in its place.
    let before = answers.before.as_ref().map(|before| &before.config);
    let is_new = |now: &Path, then: fn(&Config) -> &PathBuf| before.is_none_or(|before| then(before) != now);
    let drop = Some(answers.drop.clone()).filter(|folder| is_new(folder, |config| &config.drop));
    let archive = Some(answers.archive.clone()).filter(|_| before.is_none());
    let ledger = of(&answers.ledger).filter(|_| before.is_none());
    ([of(&answers.config), drop], [archive, ledger, answers.key.path().and_then(of)])
}

fn not_made(folder: &Path, error: &io::Error) -> UserError {
    UserError::unexpected(say::folder_not_made(&shown_path(folder), error))
}

/// Makes the folders. Suppliers need access to the drop folder; the archive, the ledger and the key are for the program
/// alone.
fn folders(answers: &Answers) -> Result<(), UserError> {
    let ([of_config, drop], private) = wanted(answers);
    let make = |folder: &PathBuf, how: fn(&Path) -> io::Result<()>| {
        how(folder).map_err(|error| not_made(folder, &error))
    };
    of_config.iter().try_for_each(|folder| make(folder, platform::folder_of_configuration))?;
    drop.iter().try_for_each(|folder| make(folder, platform::shared_folder))?;
    private.iter().flatten().try_for_each(|folder| make(folder, platform::create_private_folder))
}

/// Behind root, makes the folders that root alone can make: that of the configuration, which the worker may read, and the
/// worker's own.
fn folders_of_root(answers: &Answers) -> Result<(), UserError> {
    let Some(worker) = &answers.worker else { return Ok(()) };
    let of_config = platform::parent_or_dot(&answers.config);
    if !of_config.exists() {
        platform::shared_folder(of_config)
            .and_then(|()| worker.let_read(of_config))
            .map_err(|error| not_made(of_config, &error))?;
    }
    let ([_, drop], private) = wanted(answers);
    for folder in private.into_iter().chain([drop]).flatten() {
        // Below a folder of the worker's, the worker makes them.
        if Trust::root().existing_above(&folder.join("file")).is_ok() {
            worker.make_folder(&folder).map_err(|error| not_made(&folder, &error))?;
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
