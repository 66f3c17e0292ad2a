//! Makes what the answers ask for: folders, ledger, key, and last the configuration, whole or not at all.

use std::io;
use std::path::{Path, PathBuf};

use crate::commands::context::{now, open_ledger};
use crate::config::Config;
use crate::exit::UserError;
use crate::ledger::Ledger;
use crate::messages::{config::shown_path, init as say};
use crate::platform;

use super::answers::{Answers, Key};
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
    folders(answers)?;
    config.check_folders()?;
    let public = match &answers.key {
        Key::None => None,
        Key::Existing(_, known) => known.public.clone(),
        Key::New(file) => Some(key::make(file, &format!("traekfil {}@{}", answers.user, answers.host))?),
    };
    ledger(&config)?;
    write(&answers.config, text.as_bytes())?;
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

/// Writes a file that only its owner may read, whole or not at all. An existing file is never overwritten.
fn write(file: &Path, content: &[u8]) -> Result<(), UserError> {
    platform::write_new_private(file, content).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => UserError::usage(say::config_exists(&shown_path(file))),
        _ => UserError::unexpected(say::config_not_written(&shown_path(file), &error)),
    })
}
