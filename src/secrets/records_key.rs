//! The secret that the keys of records are made under: a private file beside the ledger, or one that systemd hands over.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::{CREDENTIALS, read_secret};
use crate::config::open_secret;
use crate::exit::UserError;
use crate::messages::records as say;
use crate::platform;
use crate::records::key::Secret;

/// What the file is called, beside the ledger and in the credentials folder.
const NAME: &str = "records.key";
/// The longest file that is read, in bytes.
const LONGEST: u64 = 256;

/// Where the secret of the ledger at this path lies: in `$CREDENTIALS_DIRECTORY` where it has one, else beside the ledger.
#[must_use]
pub fn place(ledger: &Path) -> PathBuf {
    place_in(ledger, std::env::var_os(CREDENTIALS))
}

fn place_in(ledger: &Path, credentials: Option<OsString>) -> PathBuf {
    let credentials = credentials.filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let handed = credentials.map(|folder| folder.join(NAME)).filter(|file| file.exists());
    handed.unwrap_or_else(|| beside(ledger))
}

fn beside(ledger: &Path) -> PathBuf {
    platform::parent_or_dot(ledger).join(NAME)
}

/// The secret of the ledger at this path; none where there is none.
///
/// # Errors
/// Exit code 2 where others can read the file beside the ledger, 6 where it cannot be read or is no secret.
pub fn read(ledger: &Path) -> Result<Option<Secret>, UserError> {
    let path = place(ledger);
    match path.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(UserError::ledger(say::secret_not_opened(&path, &error))),
        Ok(_) => {}
    }
    platform::keep_out_of_dumps();
    let unread = |error: io::Error| match error.kind() {
        ErrorKind::FileTooLarge | ErrorKind::InvalidData => UserError::ledger(say::secret_unreadable(&path)),
        _ => UserError::ledger(say::secret_not_opened(&path, &error)),
    };
    // systemd makes sure that nobody else reads what it hands over.
    let mut file =
        if path == beside(ledger) { open_secret(&path)? } else { File::open(&path).map_err(unread)? };
    let text = read_secret(&mut file, LONGEST).map_err(unread)?;
    // Editors of Windows put a mark before the text.
    let secret = Secret::read(text.trim_start_matches('\u{feff}').trim());
    secret.map(Some).ok_or_else(|| UserError::ledger(say::secret_unreadable(&path)))
}

/// Makes a secret beside the ledger at this path, for its owner alone to read. Durable when it returns.
///
/// # Errors
/// Something stands there, or what the system says.
pub fn make(ledger: &Path) -> Result<Secret, UserError> {
    let path = beside(ledger);
    let failed = |error: &dyn std::fmt::Display| UserError::unexpected(say::secret_not_made(&path, error));
    platform::keep_out_of_dumps();
    let secret = Secret::random().map_err(|error| failed(&error))?;
    keep(&secret, &path).map_err(|error| failed(&error))?;
    Ok(secret)
}

/// Writes a secret to a new file, for its owner alone to read. Durable when it returns.
///
/// # Errors
/// Something stands there, or what the file system says.
pub fn keep(secret: &Secret, path: &Path) -> io::Result<()> {
    let mut line = secret.written();
    line.push('\n');
    platform::write_new_private(path, line.as_bytes())
}
