//! Whom the program believes: the configuration and what it names are used only where nobody but root and the program's user
//! could have changed them, or read what is secret.

use std::fs::File;
use std::path::Path;

use super::{Config, Notify};
use crate::exit::UserError;
use crate::messages::{config as say_config, trust as say};
use crate::platform::{self, Breach, Closed, Trust, Wrong};

/// Opens a file that holds a secret: nobody else can change or read it. What is read is the file that was checked.
///
/// # Errors
/// Exit code 2, with the command that mends it.
pub(crate) fn open_secret(file: &Path) -> Result<File, UserError> {
    Trust::own().open(file, Closed::ToReaders).map_err(|breach| refused(&say::secret(), file, &breach))
}

/// The error for a file that is not believed: what is wrong with which file or folder, and the command that mends it.
pub(crate) fn refused(what: &str, file: &Path, breach: &Breach) -> UserError {
    let why = match &breach.wrong {
        Wrong::Owner(who) => say::belongs_to(&say_config::shown(who)),
        Wrong::Writable(who) => say::writable_by(&say_config::shown(who)),
        Wrong::Readable(who) => say::readable_by(&say_config::shown(who)),
        Wrong::NotAFile => say::not_a_file(),
        Wrong::Unseen(error) => say::unseen(error),
    };
    let (path, shown) = (say_config::shown_path(&breach.path), say_config::shown_path(file));
    let is_itself = breach.path.file_name() == file.file_name();
    let said = if is_itself {
        say::refused(what, &path, &why)
    } else {
        say::refused_below(what, &shown, &path, &why)
    };
    let mend = match breach.mend.as_str() {
        "" => say::correct_the_path(),
        // A command that closes `/tmp` to others would harm the whole machine.
        _ if platform::is_common_folder(&breach.path) => say::put_it_elsewhere(),
        mend => say::run_this(&say_config::shown(mend)),
    };
    UserError::usage(format!("{said} {mend}"))
}

impl Config {
    /// Checks that nobody but root and the program's user could have changed the ledger, its folder and what the configuration
    /// names to be believed, nor have read the private key and the secrets. What is missing is left to who needs it, and so is a
    /// secret that cannot be seen, since systemd may hand it over.
    ///
    /// # Errors
    /// Exit code 2, with the first that is not so and the command that mends it.
    pub fn check_trust(&self) -> Result<(), UserError> {
        let trust = Trust::own();
        let folder = platform::parent_or_dot(&self.ledger);
        let what = say::ledger_folder();
        passed(trust.check_folder(folder)).map_err(|breach| refused(&what, folder, &breach))?;
        for end in ["", "-wal", "-shm", "-journal"] {
            let file = platform::with_suffix(&self.ledger, end);
            passed(trust.check(&file, Closed::ToWriters))
                .map_err(|breach| refused("[ledger] path", &file, &breach))?;
        }
        let secrets = [
            ("[sftp] identity", self.sftp.identity.as_deref()),
            ("[sftp] password_file", self.sftp.password_file.as_deref()),
            ("[sftp] passphrase_file", self.sftp.passphrase_file.as_deref()),
        ];
        secret(&trust, &secrets)?;
        believed(&trust, &[("[sftp] known_hosts", self.sftp.known_hosts.as_deref())])?;
        self.notify.check_trust()
    }
}

impl Notify {
    /// The same of what `[notify]` names.
    ///
    /// # Errors
    /// As [`Config::check_trust`].
    pub fn check_trust(&self) -> Result<(), UserError> {
        let trust = Trust::own();
        let mail = self.mail.as_ref();
        let password = mail.and_then(|mail| mail.password_file.as_deref());
        secret(&trust, &[("[notify] smtp_password_file", password)])?;
        let program = self.command.as_ref().and_then(|command| command.first()).map(Path::new);
        let named = [
            ("[notify] smtp_ca", mail.and_then(|mail| mail.ca.as_deref())),
            ("[notify] command", program.filter(|program| program.is_absolute())),
        ];
        believed(&trust, &named)
    }
}

/// Checks that nobody else can read or change these files.
fn secret(trust: &Trust, files: &[(&str, Option<&Path>)]) -> Result<(), UserError> {
    for (key, file) in files.iter().filter_map(|(key, file)| Some((key, (*file)?))) {
        match trust.check(file, Closed::ToReaders) {
            Ok(_) | Err(Breach { wrong: Wrong::Unseen(_), .. }) => {}
            Err(breach) => return Err(refused(key, file, &breach)),
        }
    }
    Ok(())
}

/// Checks that nobody else can change these files.
fn believed(trust: &Trust, files: &[(&str, Option<&Path>)]) -> Result<(), UserError> {
    for (key, file) in files.iter().filter_map(|(key, file)| Some((key, (*file)?))) {
        passed(trust.check(file, Closed::ToWriters)).map_err(|breach| refused(key, file, &breach))?;
    }
    Ok(())
}

/// A check that something missing passes.
fn passed<T>(checked: Result<T, Breach>) -> Result<(), Breach> {
    match checked {
        Err(breach) if breach.is_missing() => Ok(()),
        other => other.map(drop),
    }
}
