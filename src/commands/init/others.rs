//! Other configurations on this machine: what they use is not taken for this one.
//!
//! Two configurations with one drop folder would each deliver its files, and two with one ledger would each believe that the
//! other's deliveries were its own.

use std::fs;
use std::path::{Path, PathBuf};

use toml::Table;

use crate::config;
use crate::messages::config::shown_path;
use crate::messages::{command_with, init as say};
use crate::platform;

/// What a path is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Drop,
    Archive,
    Ledger,
}

/// A configuration that uses a path already.
pub(super) struct Used {
    config: PathBuf,
    what: What,
}

impl Used {
    /// Why the path cannot be taken, and what to do.
    pub(super) fn message(&self, path: &Path) -> String {
        let (path, config) = (shown_path(path), shown_path(&self.config));
        let edit = command_with("init", Some(&self.config));
        match self.what {
            What::Drop => say::drop_is_used(&path, &config, &edit),
            What::Archive => say::archive_is_used(&path, &config),
            What::Ledger => say::ledger_is_used(&path, &config, &edit),
        }
    }
}

/// The other configuration that uses `path`, which is to be `what` of the configuration `own`. Configurations are looked for
/// beside `own`, in the working folder, in the system's own place, and beside the path, where `init` suggests them.
pub(super) fn user_of(own: &Path, path: &Path, what: What) -> Option<Used> {
    let path = whole(path);
    let own = whole(own);
    let mut folders: Vec<PathBuf> = [own.parent(), path.parent(), config::platform_place().parent()]
        .into_iter()
        .flatten()
        .map(Path::to_owned)
        .collect();
    folders.extend(std::env::current_dir());
    let noted = fs::read_to_string(note_of(&path)).ok().filter(|_| what == What::Ledger).map(PathBuf::from);
    let files = folders.iter().flat_map(|folder| configurations(folder));
    noted.into_iter().chain(files).find_map(|file| {
        if whole(&file) == own {
            return None;
        }
        let used = Places::of(&file)?.use_of(&path, what)?;
        Some(Used { config: file, what: used })
    })
}

/// The file beside a ledger that names the configuration it was begun with, wherever that lies.
fn note_of(ledger: &Path) -> PathBuf {
    platform::with_suffix(ledger, ".config")
}

/// Notes which configuration uses a ledger.
pub(super) fn note(ledger: &Path, config: &Path) {
    // Without the note all is as safe, but `init` finds fewer mistakes: two configurations of one ledger.
    if let Some(config) = whole(config).to_str() {
        let _ = platform::replace_private(&note_of(ledger), config.as_bytes());
    }
}

/// The configurations beside `own`, and in the system's own place, that cannot be read: nobody can say what they use.
pub(super) fn unread(own: &Path) -> Vec<PathBuf> {
    let folders = [own.parent().map(Path::to_owned), config::platform_place().parent().map(Path::to_owned)];
    let files = folders.iter().flatten().flat_map(|folder| configurations(folder));
    let is_unread = |file: &Path| match fs::read_to_string(file) {
        Ok(text) => text.contains("sftp") && text.trim_start_matches('\u{feff}').parse::<Table>().is_err(),
        Err(_) => true,
    };
    let mut unread: Vec<PathBuf> = files.filter(|file| file != own && is_unread(file)).collect();
    unread.dedup();
    unread
}

/// The `*.toml` of a folder.
fn configurations(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ext| ext.eq_ignore_ascii_case("toml")))
        .collect();
    files.sort();
    files
}

/// What a configuration uses. It may have faults of its own: only these keys are read.
struct Places {
    drop: PathBuf,
    archive: PathBuf,
    ledger: PathBuf,
}

impl Places {
    /// None for a file that is no configuration of this program.
    fn of(file: &Path) -> Option<Places> {
        let table: Table = fs::read_to_string(file).ok()?.trim_start_matches('\u{feff}').parse().ok()?;
        if !table.contains_key("sftp") {
            return None;
        }
        let folder = file.parent()?;
        let place = |section: &str, key: &str, default: &str| {
            let named = table.get(section).and_then(|section| section.get(key)?.as_str());
            whole(&folder.join(named.unwrap_or(default)))
        };
        Some(Places {
            drop: place("folders", "drop", "drop"),
            archive: place("folders", "archive", "archive"),
            ledger: place("ledger", "path", "ledger.db"),
        })
    }

    /// What this configuration uses a path for that is to be `what` of another one.
    fn use_of(&self, path: &Path, what: What) -> Option<What> {
        match what {
            What::Drop if self.drop == path => Some(What::Drop),
            What::Drop if path.starts_with(&self.archive) => Some(What::Archive),
            What::Archive if self.archive == path || self.archive.starts_with(path) => Some(What::Archive),
            What::Archive if self.drop.starts_with(path) => Some(What::Drop),
            What::Ledger if self.ledger == path => Some(What::Ledger),
            _ => None,
        }
    }
}

/// The path in one form, by whatever links it was named; also where its last part does not exist yet.
fn whole(path: &Path) -> PathBuf {
    platform::canonical(path)
        .ok()
        .or_else(|| platform::canonical_in_folder(path))
        .or_else(|| std::path::absolute(path).ok())
        .unwrap_or_else(|| path.to_owned())
}
