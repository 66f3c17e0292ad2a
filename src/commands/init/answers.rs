//! The answers to `init`'s questions.

use std::path::{Path, PathBuf};

use crate::calendar::runs::{Runs, WarnBefore};
use crate::messages::Language;
use crate::platform::Account;

use super::key;

/// Everything that the config is written from. Paths are absolute.
#[derive(Debug, Clone)]
pub(super) struct Answers {
    pub(super) language: Language,
    pub(super) config: PathBuf,
    pub(super) drop: PathBuf,
    pub(super) archive: PathBuf,
    pub(super) ledger: PathBuf,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) user: String,
    pub(super) key: Key,
    pub(super) passphrase_file: Option<PathBuf>,
    pub(super) remote_folder: String,
    pub(super) host_key: Option<String>,
    pub(super) series: Vec<Series>,
    /// Behind root, the user that the program works as, where the configuration itself is root's; none where that is the
    /// process's own user.
    pub(super) worker: Option<Account>,
    pub(super) calendar: RunDates,
}

/// The private key that logs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    /// No key file: the ssh agent or a password.
    None,
    /// An existing key.
    Existing(PathBuf, key::Known),
    /// A new key, to be made at this path.
    New(PathBuf),
}

impl Key {
    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Key::None => None,
            Key::Existing(path, _) | Key::New(path) => Some(path),
        }
    }
}

/// One `[[series]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Series {
    pub(super) name: String,
    pub(super) pattern: String,
    pub(super) due_day: Option<u8>,
    /// Whether it is due before KP's run, instead of by a day.
    pub(super) before_run: bool,
}

/// The runs, and how long before them it is to be told what is missing; nothing where there are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct RunDates {
    pub(super) runs: Runs,
    pub(super) warn_before: Option<WarnBefore>,
}
