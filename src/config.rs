//! The configuration: reads TOML and returns checked values.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use globset::GlobSet;

use crate::exit::UserError;
use crate::messages::{Language, config as say, trust as say_trust};
use crate::platform::{self, Closed, Trust};
use crate::series::SeriesRule;
use crate::template::Template;

pub(crate) mod calendar;
mod checks;
mod formats;
pub(crate) mod glob;
mod notify;
mod reader;
pub(crate) mod schema;
mod sections;
mod syntax;
mod trust;
pub(crate) mod values;

use crate::model::policy::{PeriodLimits, Policy, Rule};
use crate::records::content::ContentRule;
use crate::records::format::Format;
pub use calendar::Calendar;
pub use notify::{Mail, Notify, SmtpTls};
pub(crate) use trust::{open_secret, refused};

/// The shortest complete configuration, shown to a person who has none.
const MINIMAL: &str = r#"[folders]
drop = "drop"
archive = "archive"

[sftp]
host = "sftp.example.dk"
user = "korsbaek"
identity = "id_ed25519"
folder = "ind"
"#;

/// A checked configuration. All paths are absolute, or relative to the working folder as given.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file it was read from.
    pub file: PathBuf,
    /// The town's name; none where the configuration gives none.
    pub name: Option<String>,
    /// The language it asks for.
    pub language: Option<Language>,
    /// `[folders] drop`.
    pub drop: PathBuf,
    /// `[folders] archive`.
    pub archive: PathBuf,
    /// `[ledger] path`.
    pub ledger: PathBuf,
    /// `[scan]`.
    pub scan: Scan,
    /// `[period]`.
    pub period: PeriodLimits,
    /// `[[series]]`, in their order; the first that fits a file wins.
    pub series: Vec<SeriesRule>,
    /// `[calendar]`.
    pub calendar: Calendar,
    /// How the content of each series' files is looked into, in the order of `series`; none where it is not.
    pub contents: Vec<Option<ContentRule>>,
    /// `[formats.x]`, by name.
    pub formats: BTreeMap<String, Arc<Format>>,
    /// `[records]`.
    pub records: Records,
    /// `[policy]`.
    pub policy: Policy,
    /// `[sftp]`.
    pub sftp: Sftp,
    /// `[originals]`.
    pub originals: Originals,
    /// `[alert]`.
    pub alert: Alert,
    /// `[notify]`.
    pub notify: Notify,
}

/// What of a configuration tells whom to tell that the rest of it is wrong.
#[derive(Debug, Clone)]
pub struct NotifyAlone {
    /// `[notify]`, which is right by itself.
    pub notify: Notify,
    /// The town's name, where it is right.
    pub name: Option<String>,
    /// `[ledger] path`, or its default where that is wrong.
    pub ledger: PathBuf,
}

impl NotifyAlone {
    /// Of the file; none where others could have changed it, it is not TOML, or its `[notify]` is wrong.
    #[must_use]
    pub fn of(file: &Path) -> Option<NotifyAlone> {
        sections::notify_alone(file, &syntax::table(file, syntax::read(file, &Trust::own()).ok()?).ok()?)
    }
}

/// The configuration in the working folder.
const HERE: &str = "config.toml";
/// The environment variable that names the configuration.
pub const VARIABLE: &str = "TRAEKFIL_CONFIG";

impl Config {
    /// The file to read: the one asked for, `$TRAEKFIL_CONFIG`, `config.toml` in the working folder, or
    /// the platform's own place, in this order.
    ///
    /// # Errors
    /// Exit code 2 where there is none, or not where it was said to be; or the one in the working folder, or that folder, is
    /// not the user's own.
    pub fn find(explicit: Option<&Path>) -> Result<PathBuf, UserError> {
        find_among(explicit, std::env::var_os(VARIABLE), &[PathBuf::from(HERE), platform_place()])
    }

    /// Reads the file and checks its keys and values. The folders and files that it names are not looked at; that is for
    /// [`Config::check_folders`], [`Config::check_sftp`] and [`Config::check_host_key`].
    ///
    /// # Errors
    /// Exit code 2, with all that is wrong with its keys and values at once; before anything of it is read, where others than
    /// root and the program's user could have changed it.
    pub fn load(file: &Path) -> Result<Config, UserError> {
        Config::load_of(file, &Trust::own())
    }

    /// Like [`Config::load`] for a configuration that may belong to others than the program's user.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn load_of(file: &Path, trust: &Trust) -> Result<Config, UserError> {
        Config::of(file, syntax::read(file, trust)?)
    }

    /// Like [`Config::load`] for bytes that were already read. `file` is not opened: it names the configuration in messages,
    /// and relative paths count from its folder.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn of(file: &Path, bytes: Vec<u8>) -> Result<Config, UserError> {
        sections::checked(file, syntax::table(file, bytes)?)
    }

    /// The folders on the server that files go to, each once, in alphabetical order; the empty one is the login folder.
    #[must_use]
    pub fn remote_folders(&self) -> Vec<&str> {
        let mut folders = vec![self.sftp.folder.as_str()];
        folders.extend(self.series.iter().filter_map(|series| series.remote_folder.as_deref()));
        folders.sort_unstable();
        folders.dedup();
        folders
    }

    /// How the content of a file is looked into that fell under this rule, counted from 0; none where it is not.
    #[must_use]
    pub fn content_of(&self, rule: Option<usize>) -> Option<&ContentRule> {
        self.contents.get(rule?)?.as_ref()
    }

    /// The language that the file asks for, even where the rest of it is not valid; none where it does not say. It decides in
    /// which language the errors of the file are told. None where others could have changed the file.
    #[must_use]
    pub fn language_of(file: &Path) -> Option<Language> {
        let mut bytes = Vec::new();
        Trust::own().open(file, Closed::ToWriters).ok()?.read_to_end(&mut bytes).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        let top = text
            .trim_start_matches('\u{feff}')
            .lines()
            .take_while(|line| !line.trim_start().starts_with('['));
        let mut values =
            top.filter_map(|line| line.trim().strip_prefix("language")?.trim_start().strip_prefix('='));
        match values.next()?.trim_start().get(1..3)? {
            "da" => Some(Language::Da),
            "en" => Some(Language::En),
            _ => None,
        }
    }
}

fn find_among(
    explicit: Option<&Path>,
    variable: Option<OsString>,
    places: &[PathBuf],
) -> Result<PathBuf, UserError> {
    let missing =
        |source: &str, file: &Path| UserError::usage(say::config_missing(source, &say::shown_path(file)));
    let there = |source: &str, file: &Path| match file.try_exists() {
        Ok(true) => Ok(file.to_owned()),
        Ok(false) => Err(missing(source, file)),
        // It may well be there: only nobody can look.
        Err(error) => Err(UserError::usage(say::config_unreadable(&say::shown_path(file), &error))),
    };
    if let Some(file) = explicit {
        return there("--config", file);
    }
    if let Some(file) = variable.filter(|value| !value.is_empty()).map(PathBuf::from) {
        return there("TRAEKFIL_CONFIG", &file);
    }
    // A link that leads nowhere is one too. Whoever may not look into the working folder has none there.
    if let Some(found) = places.iter().find(|file| file.symlink_metadata().is_ok()) {
        return only_own(found);
    }
    // Elsewhere nobody can tell that there is none.
    let denied = |file: &Path| match file.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Some(error),
        _ => None,
    };
    let mut others = places.iter().filter(|file| *file != Path::new(HERE));
    if let Some((file, error)) = others.find_map(|file| Some((file, denied(file)?))) {
        return Err(UserError::usage(say::config_unreadable(&say::shown_path(file), &error)));
    }
    let looked: Vec<String> = places.iter().map(|place| format!("  {}", say::shown_path(place))).collect();
    Err(UserError::usage(say::no_config(&looked.join("\n"), MINIMAL)))
}

/// The configuration in the working folder counts only for whom it and the folder belong to: whoever goes into a folder of
/// somebody else's does not mean to do what lies there.
fn only_own(file: &Path) -> Result<PathBuf, UserError> {
    if file != Path::new(HERE) || platform::is_own(file).unwrap_or(false) {
        return Ok(file.to_owned());
    }
    let real = |file: &Path| platform::canonical(file).ok();
    let system = platform_place();
    if real(file).is_some_and(|here| Some(here) == real(&system)) {
        return Ok(system);
    }
    Err(UserError::usage(say_trust::not_own(HERE)))
}

#[cfg(windows)]
pub(crate) fn platform_place() -> PathBuf {
    let data = std::env::var_os("ProgramData").unwrap_or_else(|| r"C:\ProgramData".into());
    PathBuf::from(data).join("traekfil").join("config.toml")
}

#[cfg(not(windows))]
pub(crate) fn platform_place() -> PathBuf {
    PathBuf::from("/etc/traekfil/config.toml")
}

/// `[scan]`: which files of the drop folder count.
#[derive(Debug, Clone)]
pub struct Scan {
    /// Patterns of the names that count, ignoring case.
    pub include: GlobSet,
    /// Patterns of the names, of files and of folders, that do not count, ignoring case.
    pub exclude: GlobSet,
    /// Whether folders inside the drop folder are read too.
    pub subfolders: bool,
    /// How long a file must have been unchanged before it is read.
    pub settle: Duration,
    /// The most bytes that a file may have; a larger one is not read.
    pub largest: u64,
}

/// `[records]`: what is remembered of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Records {
    /// For how many months; never fewer than may be sent.
    pub keep_months: u32,
}

/// `[sftp]`: the receiver's server.
#[derive(Debug, Clone)]
pub struct Sftp {
    /// The server's name or address.
    pub host: String,
    /// The server's port.
    pub port: u16,
    /// The user to log in as.
    pub user: String,
    /// The private key file; with none, the agent is tried and then the password.
    pub identity: Option<PathBuf>,
    /// A file that holds the password.
    pub password_file: Option<PathBuf>,
    /// A file that holds the key's passphrase.
    pub passphrase_file: Option<PathBuf>,
    /// Pinned host keys, `SHA256:…` as OpenSSH prints them.
    pub host_key: Vec<String>,
    /// A file of host keys in OpenSSH's known_hosts format.
    pub known_hosts: Option<PathBuf>,
    /// The folder on the server, `/` between its parts; empty is the login folder.
    pub folder: String,
    /// The template of a file's final name on the server.
    pub remote_name: Template,
    /// The template of its name until it is complete; it has `{id}`.
    pub temporary_name: Template,
    /// How an uploaded file is verified.
    pub verify: Verify,
    /// What becomes of a file that the server does not bring to its disk, though it offers that.
    pub sync: SyncRule,
    /// How an uploaded file gets its final name.
    pub publish: Publish,
    /// Whether a large file is written in pieces, over several connections at once.
    pub pieces: bool,
    /// The longest wait for an answer.
    pub timeout: Duration,
    /// The most connections at once, 1 to 8.
    pub connections: usize,
}

/// `sftp.verify`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verify {
    /// Compare the size that the server reports.
    Size,
    /// Also read the file back from the server and compare its digest.
    ReadBack,
    /// Take the file for stored where the server acknowledged every byte and does not tell a size.
    None,
}

/// `sftp.sync`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SyncRule {
    /// A file that the server refuses to sync is not delivered.
    #[default]
    Required,
    /// It is delivered all the same, and a person is told.
    BestEffort,
}

/// `sftp.publish`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Publish {
    /// Upload under a temporary name, then rename.
    Rename,
    /// Upload under the final name at once.
    Direct,
}

/// `[originals]`: what becomes of the files in the drop folder.
#[derive(Debug, Clone, Copy)]
pub struct Originals {
    /// For delivered files.
    pub delivered: Disposal,
    /// For duplicates.
    pub duplicates: Disposal,
    /// How long archived content is kept; none keeps it for ever.
    pub keep_archive: Option<Duration>,
}

/// `[alert]`: problems that show in no file.
#[derive(Debug, Clone, Copy)]
pub struct Alert {
    /// Alert when there was no run for longer than this; none never alerts.
    pub quiet_for: Option<Duration>,
    /// Alert when a delivered file is still in KP's folder after this long; none never looks.
    pub not_picked_up_after: Option<Duration>,
    /// Alert when a file has been waiting to settle for longer than this; none never alerts.
    pub unsettled_after: Option<Duration>,
}

/// What becomes of an original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposal {
    /// Moved into the archive.
    Archive,
    /// Deleted.
    Delete,
    /// Left where it is. Only for duplicates.
    Leave,
}

#[cfg(test)]
mod tests;
