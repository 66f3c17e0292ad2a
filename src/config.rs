//! The configuration: TOML in, checked values out.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use globset::GlobSet;

use crate::exit::UserError;
use crate::messages::{Language, config as say};
use crate::series::SeriesRule;
use crate::template::Template;

mod checks;
pub(crate) mod glob;
mod notify;
mod reader;
pub(crate) mod sections;
mod syntax;

pub use notify::{Mail, Notify, SmtpTls};

/// A whole configuration, as short as it can be: to copy where there is none.
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

/// The environment variable that names the configuration.
pub const VARIABLE: &str = "TRAEKFIL_CONFIG";

impl Config {
    /// The file to read: the one asked for, `$TRAEKFIL_CONFIG`, `config.toml` in the working folder, or
    /// the platform's own place, in this order.
    ///
    /// # Errors
    /// Exit code 2 where there is none, or not where it was said to be.
    pub fn find(explicit: Option<&Path>) -> Result<PathBuf, UserError> {
        find_among(explicit, std::env::var_os(VARIABLE), &[PathBuf::from("config.toml"), platform_place()])
    }

    /// Reads and checks the file. Nothing that it names is looked at: see [`Config::check_folders`],
    /// [`Config::check_sftp`] and [`Config::check_host_key`].
    ///
    /// # Errors
    /// Exit code 2, with all that is wrong with its keys and values at once.
    pub fn load(file: &Path) -> Result<Config, UserError> {
        Config::of(file, syntax::read(file)?)
    }

    /// The same of bytes that were read already. `file` is what they are called, and where relative
    /// paths count from; it is not looked at.
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

    /// The language that the file asks for, even where the rest of it cannot be read; none where it
    /// does not say.
    #[must_use]
    pub fn language_of(file: &Path) -> Option<Language> {
        let bytes = std::fs::read(file).ok()?;
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
    if let Some(file) = explicit {
        return if file.exists() { Ok(file.to_owned()) } else { Err(missing("--config", file)) };
    }
    if let Some(file) = variable.filter(|value| !value.is_empty()).map(PathBuf::from) {
        return if file.exists() { Ok(file) } else { Err(missing("TRAEKFIL_CONFIG", &file)) };
    }
    places.iter().find(|file| file.exists()).cloned().ok_or_else(|| {
        let looked: Vec<String> =
            places.iter().map(|place| format!("  {}", say::shown_path(place))).collect();
        UserError::usage(say::no_config(&looked.join("\n"), MINIMAL))
    })
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
    /// Names that count, whatever the case.
    pub include: GlobSet,
    /// Names that do not, whatever the case.
    pub exclude: GlobSet,
    /// Whether folders in the drop folder are looked into.
    pub subfolders: bool,
    /// How long a file must have been left alone.
    pub settle: Duration,
}

/// `[period]`: which periods are sent without asking, in months from the current one.
#[derive(Debug, Clone, Copy)]
pub struct PeriodLimits {
    /// Months before the current one.
    pub months_back: u32,
    /// Months after the current one.
    pub months_ahead: u32,
}

/// What a policy makes of a file that its row fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// A person decides.
    Hold,
    /// Send it all the same, unless a later row holds it.
    Send,
    /// Leave it, and say so.
    Skip,
}

/// `[policy]`.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// The same bytes were delivered for another slot.
    pub same_content_other_slot: Rule,
    /// No period, or more than one. Never [`Rule::Skip`].
    pub unknown_period: Rule,
    /// Older than `period.months_back`.
    pub old_period: Rule,
    /// Later than `period.months_ahead`. Never [`Rule::Skip`].
    pub future_period: Rule,
    /// The slot has another file already. Never [`Rule::Skip`].
    pub slot_taken: Rule,
    /// Approving a second file for a slot, or the same bytes for another slot, takes two persons.
    pub two_persons: bool,
    /// After a crash between the rename and its record, when the file is gone from the server:
    /// true takes it as delivered, false leaves it in doubt.
    pub gone_is_delivered: bool,
}

/// `[sftp]`: the receiver's server.
#[derive(Debug, Clone)]
pub struct Sftp {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whom to log in as.
    pub user: String,
    /// The private key file; none: the agent, then a password.
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
    /// The name a file gets there, as a template.
    pub remote_name: Template,
    /// The name it has until it is complete, as a template that holds `{id}`.
    pub temporary_name: Template,
    /// How a stored file is verified.
    pub verify: Verify,
    /// How a stored file gets its name.
    pub publish: Publish,
    /// The longest wait for an answer.
    pub timeout: Duration,
    /// The most connections at once, 1 to 8.
    pub connections: usize,
}

/// `sftp.verify`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verify {
    /// Compare the size that the server tells.
    Size,
    /// Also read the file back and compare its digest.
    ReadBack,
}

/// `sftp.publish`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Publish {
    /// Write under a temporary name, then rename.
    Rename,
    /// Write under the final name at once.
    Direct,
}

/// `[originals]`: what becomes of the files in the drop folder.
#[derive(Debug, Clone, Copy)]
pub struct Originals {
    /// Of delivered ones.
    pub delivered: Disposal,
    /// Of duplicates.
    pub duplicates: Disposal,
    /// How long archived content is kept; none is for ever.
    pub keep_archive: Option<Duration>,
}

/// `[alert]`: what counts as amiss although no file says so.
#[derive(Debug, Clone, Copy)]
pub struct Alert {
    /// No run for longer than this; none is never.
    pub quiet_for: Option<Duration>,
    /// A delivered file still lies in KP's folder after this long; none is never looked for.
    pub not_picked_up_after: Option<Duration>,
}

/// What becomes of an original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposal {
    /// Moved into the archive.
    Archive,
    /// Deleted.
    Delete,
    /// Left where it is. Only duplicates.
    Leave,
}

#[cfg(test)]
mod tests;
