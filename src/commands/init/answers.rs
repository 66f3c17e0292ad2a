//! The answers to `init`'s questions.

use std::path::{Path, PathBuf};

use crate::calendar::runs::{Runs, WarnBefore};
use crate::config::Config;
use crate::messages::Language;
use crate::platform::Account;

use super::key;

/// Everything that the config is written from. Paths are absolute. While the questions are asked, what is empty was not
/// answered yet.
#[derive(Debug, Clone)]
pub(super) struct Answers {
    pub(super) language: Language,
    pub(super) config: PathBuf,
    /// The configuration that stands at that place, if there is one: it is edited.
    pub(super) before: Option<Before>,
    pub(super) name: Option<String>,
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
    /// The series to add; where one of the same name is there, it is changed.
    pub(super) series: Vec<Series>,
    /// Behind root, the user that the program works as, where the configuration itself is root's; none where that is the
    /// process's own user.
    pub(super) worker: Option<Account>,
    pub(super) calendar: RunDates,
    /// Drafts of formats that no series has yet, each with its name.
    pub(super) formats: Vec<(String, String)>,
}

/// The configuration before `init` edits it.
#[derive(Debug, Clone)]
pub(super) struct Before {
    pub(super) text: String,
    pub(super) config: Config,
}

/// The private key that logs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    /// Not answered yet.
    Unasked,
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
            Key::Unasked | Key::None => None,
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

impl Answers {
    /// What is known before the first question.
    pub(super) fn unasked(language: Language) -> Answers {
        Answers {
            language,
            config: PathBuf::new(),
            before: None,
            name: None,
            drop: PathBuf::new(),
            archive: PathBuf::new(),
            ledger: PathBuf::new(),
            host: String::new(),
            port: 22,
            user: String::new(),
            key: Key::Unasked,
            passphrase_file: None,
            remote_folder: String::new(),
            host_key: None,
            series: Vec::new(),
            worker: None,
            calendar: RunDates::default(),
            formats: Vec::new(),
        }
    }

    /// Whether the configuration that is there already knows this server by its host key.
    pub(super) fn knows_server(&self) -> bool {
        self.before.as_ref().is_some_and(|before| {
            let sftp = &before.config.sftp;
            let known = !sftp.host_key.is_empty() || sftp.known_hosts.is_some();
            known && sftp.host == self.host && sftp.port == self.port
        })
    }
}
