//! Where passwords and passphrases come from: the environment, private files, the credentials folder.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::config::{Mail, Sftp, open_secret};
use crate::exit::UserError;
use crate::messages::config as say;
use crate::platform;

pub mod records_key;

/// What the secrets are called: behind `TRAEKFIL_` in the environment, and in small letters in the credentials folder.
const NAMES: [&str; 3] = [PASSWORD, PASSPHRASE, SMTP_PASSWORD];
const PASSWORD: &str = "PASSWORD";
const PASSPHRASE: &str = "PASSPHRASE";
const SMTP_PASSWORD: &str = "SMTP_PASSWORD";
/// Where systemd says which folder has the credentials.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

/// The longest file that is read as a secret, in bytes.
const LONGEST: u64 = 64 * 1024;

/// A command that is run without the program's secrets in its environment, and without the way to them.
#[must_use]
pub fn withheld_from(mut command: Command) -> Command {
    for name in NAMES {
        command.env_remove(variable(name));
    }
    command.env_remove(CREDENTIALS);
    command
}

fn variable(name: &str) -> String {
    format!("TRAEKFIL_{name}")
}

/// The secrets for the login. Their `Debug` hides the values, so that none ends in a log.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    /// The password for a login with one.
    pub password: Option<SecretString>,
    /// The passphrase of an encrypted private key.
    pub passphrase: Option<SecretString>,
}

impl Secrets {
    /// Looks for each secret in `TRAEKFIL_PASSWORD` / `TRAEKFIL_PASSPHRASE`, then in the file that the
    /// configuration names, then in systemd's `$CREDENTIALS_DIRECTORY`. An empty value counts as absent;
    /// one line break at the end of a file is not part of the secret, nor is a byte order mark before it.
    ///
    /// # Errors
    /// Exit code 2 where a file cannot be read, is not UTF-8, or can be read by others.
    pub fn gather(sftp: &Sftp) -> Result<Secrets, UserError> {
        Secrets::gather_in(sftp, &|name| std::env::var_os(name))
    }

    fn gather_in(sftp: &Sftp, env: &dyn Fn(&str) -> Option<OsString>) -> Result<Secrets, UserError> {
        let password = find(env, PASSWORD, sftp.password_file.as_deref())?;
        let passphrase = find(env, PASSPHRASE, sftp.passphrase_file.as_deref())?;
        Ok(Secrets { password, passphrase })
    }
}

/// The password for the mail server: `TRAEKFIL_SMTP_PASSWORD`, the file that the configuration names, or
/// `$CREDENTIALS_DIRECTORY`, as for the others. None where `notify.smtp_user` is not set.
///
/// # Errors
/// Exit code 2 as for [`Secrets::gather`], and where a login has no password.
pub fn smtp_password(mail: &Mail) -> Result<Option<SecretString>, UserError> {
    if mail.user.is_none() {
        return Ok(None);
    }
    let password = find(&|name| std::env::var_os(name), SMTP_PASSWORD, mail.password_file.as_deref())?;
    password.ok_or_else(|| UserError::usage(say::no_smtp_password())).map(Some)
}

fn find(
    env: &dyn Fn(&str) -> Option<OsString>,
    what: &str,
    named: Option<&Path>,
) -> Result<Option<SecretString>, UserError> {
    platform::keep_out_of_dumps();
    let variable = variable(what);
    if let Some(value) = env(&variable).filter(|value| !value.is_empty()) {
        let value =
            value.into_string().map_err(|_| UserError::usage(say::secret_variable_not_text(&variable)))?;
        return Ok(Some(value.into()));
    }
    let credentials = env(CREDENTIALS).filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let mut handed =
        [variable, what.to_lowercase()].into_iter().filter_map(|name| Some(credentials.as_ref()?.join(name)));
    // One that cannot be looked at may be there: reading it says why not.
    let handed = handed.find(|file| file.try_exists().unwrap_or(true));
    if let Some(file) = named
        && !(handed.is_some() && is_closed(file))
        && let Some(secret) = read(file, Guard::OwnerOnly)?
    {
        return Ok(Some(secret));
    }
    handed.map_or(Ok(None), |file| read(&file, Guard::System))
}

/// Whether this user may not open the file of a secret. systemd reads it as root and passes its content on, so the job's own user
/// may be unable to read it.
#[must_use]
pub fn is_closed(file: &Path) -> bool {
    File::open(file).is_err_and(|error| error.kind() == ErrorKind::PermissionDenied)
}

/// Who makes sure that nobody else can read a secret's file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Guard {
    /// The file's permissions, which are checked here.
    OwnerOnly,
    /// systemd, for files in its credentials folder.
    System,
}

fn read(path: &Path, guard: Guard) -> Result<Option<SecretString>, UserError> {
    let unreadable = |error| UserError::usage(say::secret_unreadable(&say::shown_path(path), &error));
    let mut file = match guard {
        Guard::OwnerOnly => open_secret(path)?,
        Guard::System => File::open(path).map_err(unreadable)?,
    };
    let text = read_secret(&mut file, LONGEST).map_err(unreadable)?;
    // Notepad writes a byte order mark before the text, which nobody sees.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let text = text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line));
    Ok((!text.is_empty()).then(|| text.into()))
}

/// Reads a secret from a file of at most so many bytes. What is read lies in one place, which is wiped when it is dropped.
///
/// # Errors
/// What the file system says, [`ErrorKind::FileTooLarge`], or [`ErrorKind::InvalidData`] where it is not UTF-8.
pub(crate) fn read_secret(file: &mut File, longest: u64) -> io::Result<Zeroizing<String>> {
    // Room for all of it from the start: a buffer that grows leaves copies behind.
    let room = usize::try_from(longest).unwrap_or(usize::MAX).saturating_add(2);
    let mut text = Zeroizing::new(String::with_capacity(room));
    file.take(longest + 1).read_to_string(&mut text)?;
    if text.len() as u64 > longest { Err(ErrorKind::FileTooLarge.into()) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use std::fs;

    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::config::Config;

    /// A folder with a configuration that names `named` as the password's file.
    fn sftp(folder: &Path) -> Sftp {
        let text = "[sftp]\nhost = 'sftp.example.dk'\nuser = 'korsbaek'\npassword_file = 'named'\n";
        let file = folder.join("config.toml");
        crate::platform::restrict_to_owner(folder).unwrap();
        fs::write(&file, text).unwrap();
        Config::load(&file).unwrap().sftp
    }

    fn private(file: &Path, content: &[u8]) {
        fs::write(file, content).unwrap();
        #[cfg(unix)]
        fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        #[cfg(windows)]
        crate::platform::restrict_to_owner(file).unwrap();
    }

    fn password(sftp: &Sftp, env: &[(&str, OsString)]) -> Option<String> {
        let value = |name: &str| env.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone());
        let secrets = Secrets::gather_in(sftp, &value).unwrap();
        secrets.password.map(|password| password.expose_secret().to_owned())
    }

    #[test]
    fn the_environment_then_the_file_then_the_credentials() {
        let folder = tempfile::tempdir().unwrap();
        let sftp = sftp(folder.path());
        let named = folder.path().join("named");
        let credentials = [("CREDENTIALS_DIRECTORY", OsString::from(folder.path()))];
        let variable = |value: &str| ("TRAEKFIL_PASSWORD", OsString::from(value));

        private(&named, b"");
        assert_eq!(password(&sftp, &[&[variable("")], &credentials[..]].concat()), None);
        fs::write(folder.path().join("password"), "lille\n").unwrap();
        assert_eq!(password(&sftp, &credentials).as_deref(), Some("lille"));
        fs::write(folder.path().join("TRAEKFIL_PASSWORD"), "stor").unwrap();
        assert_eq!(password(&sftp, &credentials).as_deref(), Some("stor"));
        private(&named, "fil æøå\n".as_bytes());
        assert_eq!(password(&sftp, &credentials).as_deref(), Some("fil æøå"));
        assert_eq!(
            password(&sftp, &[&[variable("miljø")], &credentials[..]].concat()).as_deref(),
            Some("miljø")
        );
    }

    #[test]
    fn one_line_break_at_the_end_does_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let sftp = sftp(folder.path());
        for (content, secret) in
            [("a", "a"), ("a\n", "a"), ("a\r\n", "a"), ("a\n\n", "a\n"), (" a \r", " a \r"), ("\r\n", "")]
        {
            private(&folder.path().join("named"), content.as_bytes());
            assert_eq!(password(&sftp, &[]).unwrap_or_default(), secret, "{content:?}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_a_secret() {
        let folder = tempfile::tempdir().unwrap();
        let sftp = sftp(folder.path());
        for (content, secret) in [
            ("\u{feff}æble\r\n", "æble"),
            ("\u{feff}", ""),
            ("\u{feff}\u{feff}a", "\u{feff}a"),
            ("a\u{feff}", "a\u{feff}"),
        ] {
            private(&folder.path().join("named"), content.as_bytes());
            assert_eq!(password(&sftp, &[]).unwrap_or_default(), secret, "{content:?}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_used_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let sftp = sftp(folder.path());
        let refused = || {
            let error = Secrets::gather_in(&sftp, &|_| None).unwrap_err();
            assert_eq!(error.exit, crate::exit::ExitCode::Usage);
            assert!(error.message.contains("named") && !error.message.contains("hemmelig"), "{error}");
            error.message
        };
        refused();
        private(&folder.path().join("named"), b"hemmelig \xff");
        refused();
        #[cfg(unix)]
        for mode in [0o604, 0o602, 0o644] {
            let named = folder.path().join("named");
            fs::write(&named, "hemmelig").unwrap();
            fs::set_permissions(&named, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
            assert!(refused().contains("chmod 600"));
        }
    }

    #[test]
    fn nothing_is_shown_by_debug() {
        let secrets = Secrets { password: Some("hemmelig".into()), passphrase: Some("hemmelig".into()) };
        assert!(!format!("{secrets:?}").contains("hemmelig"));
    }
}
