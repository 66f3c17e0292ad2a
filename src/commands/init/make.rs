//! Making what the answers ask for; the config last, whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::commands::{now, open_ledger};
use crate::config::Config;
use crate::exit::UserError;
use crate::messages::{config::shown_path, init as say};
use crate::platform;

use super::answers::{Answers, Key};
use super::{draft, key};

/// What there is now.
pub(super) struct Created {
    pub(super) config: Config,
    /// The key's public line, where it is known.
    pub(super) public: Option<String>,
}

pub(super) fn make(answers: &Answers) -> Result<Created, UserError> {
    let text = draft::text(answers)?;
    let config = Config::of(&answers.config, text.clone().into_bytes())?;
    folders(answers)?;
    config.check_folders()?;
    let public = match &answers.key {
        Key::None => None,
        Key::Existing(_, known) => known.public.clone(),
        Key::New(file) => Some(key::make(file, &format!("traekfil {}@{}", answers.user, answers.host))?),
    };
    drop(open_ledger(&config, now())?);
    write(&answers.config, text.as_bytes())?;
    Ok(Created { config, public })
}

/// The suppliers must get into the drop folder; into the archive and to the ledger nobody but the program.
fn folders(answers: &Answers) -> Result<(), UserError> {
    let of = |file: &Path| file.parent().map(Path::to_owned);
    let open = [of(&answers.config), Some(answers.drop.clone())];
    let private = [Some(answers.archive.clone()), of(&answers.ledger), answers.key.path().and_then(of)];
    let make = |folder: &PathBuf, how: fn(&Path) -> io::Result<()>| {
        how(folder).map_err(|error| UserError::unexpected(say::folder_not_made(&shown_path(folder), &error)))
    };
    open.iter().flatten().try_for_each(|folder| make(folder, platform::shared_folder))?;
    private.iter().flatten().try_for_each(|folder| make(folder, platform::closed_folder))
}

/// Writes a file that only its owner may read, in one step, and over nothing.
fn write(file: &Path, content: &[u8]) -> Result<(), UserError> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let draft = file.with_file_name(name);
    let written = (|| {
        let mut new = platform::create_private(&draft)?;
        new.write_all(content)?;
        new.sync_all()?;
        // Windows moves nothing that is open for us alone.
        drop(new);
        platform::rename_noreplace(&draft, file)?;
        platform::sync_folder_of(file)
    })();
    written.map_err(|error: io::Error| {
        drop(fs::remove_file(&draft));
        match error.kind() {
            io::ErrorKind::AlreadyExists => UserError::usage(say::config_exists(&shown_path(file))),
            _ => UserError::unexpected(say::config_not_written(&shown_path(file), &error)),
        }
    })
}
