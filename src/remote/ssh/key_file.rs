//! Reads and checks the private key file before libssh2 gets it: libssh2 gives nearly the same error for a missing file, an
//! unsupported type and a wrong passphrase, and the person needs to know which it is.

use std::io::ErrorKind;
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use ssh_key::{Algorithm, Cipher, PrivateKey};
use zeroize::Zeroizing;

use crate::config::{Sftp, open_secret};
use crate::messages::transport as say;
use crate::platform;
use crate::remote::ConnectError;
use crate::secrets::{Secrets, read_secret};

/// The longest file that is read as a private key, in bytes.
const LONGEST: u64 = 64 * 1024;

/// A private key that libssh2 should be able to use.
pub(super) struct Identity {
    /// The file's text, with Unix line endings.
    pub(super) text: SecretString,
    /// Whether the key is encrypted. The passphrase is then known to be configured.
    pub(super) locked: bool,
    /// The file's name, escaped for showing.
    pub(super) shown: String,
}

/// Reads the configured key; none where none is configured.
pub(super) fn read(sftp: &Sftp, secrets: &Secrets) -> Result<Option<Identity>, ConnectError> {
    let Some(path) = &sftp.identity else { return Ok(None) };
    let shown = say::printable(&path.display().to_string());
    let identity = load(path, &shown).and_then(|text| examine(text, &shown, secrets.passphrase.is_some()));
    identity.map(Some).map_err(ConnectError::Login)
}

/// What a private key file tells without being decrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownKey {
    /// Whether it needs a passphrase.
    pub locked: bool,
    /// The public key in one line; none where the file's format does not hold it.
    pub public: Option<String>,
}

/// Checks a private key file before it is configured.
///
/// # Errors
/// Why it cannot be used, in the person's language.
pub fn look_at(path: &Path) -> Result<KnownKey, String> {
    let shown = say::printable(&path.display().to_string());
    let identity = load(path, &shown).and_then(|text| examine(text, &shown, true))?;
    let key = PrivateKey::from_openssh(identity.text.expose_secret().trim_start());
    let public = key.ok().and_then(|key| key.public_key().to_openssh().ok());
    Ok(KnownKey { locked: identity.locked, public })
}

fn load(path: &Path, shown: &str) -> Result<SecretString, String> {
    let unreadable = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => say::key_missing(shown),
        ErrorKind::InvalidData | ErrorKind::FileTooLarge => say::key_unknown(shown),
        _ if path.is_dir() => say::key_is_folder(shown),
        _ => say::key_unreadable(shown, &error.to_string()),
    };
    if path.is_dir() {
        return Err(say::key_is_folder(shown));
    }
    platform::keep_out_of_dumps();
    std::fs::metadata(path).map_err(unreadable)?;
    let mut file = open_secret(path).map_err(|error| error.message)?;
    let text = read_secret(&mut file, LONGEST).map_err(unreadable)?;
    Ok(unix_lines(text.trim_start_matches('\u{feff}')))
}

/// The text with the line endings of Unix, in the one place where it is kept.
fn unix_lines(text: &str) -> SecretString {
    let mut kept = Zeroizing::new(String::with_capacity(text.len()));
    for line in text.split_inclusive('\n') {
        match line.strip_suffix("\r\n") {
            Some(line) => {
                kept.push_str(line);
                kept.push('\n');
            }
            None => kept.push_str(line),
        }
    }
    kept.as_str().into()
}

fn examine(text: SecretString, shown: &str, passphrase: bool) -> Result<Identity, String> {
    let content = text.expose_secret().trim_start();
    let first = content.lines().next().unwrap_or_default();
    if first.starts_with("PuTTY-User-Key-File") {
        return Err(say::key_putty(shown));
    }
    let public =
        ["ssh-", "ecdsa-", "sk-", "---- BEGIN SSH2 PUBLIC", "-----BEGIN PUBLIC", "-----BEGIN RSA PUBLIC"];
    if public.iter().any(|start| first.starts_with(start)) {
        return Err(say::key_public(shown));
    }
    let locked = match first.trim_end() {
        "-----BEGIN OPENSSH PRIVATE KEY-----" => openssh_locked(content, shown)?,
        "-----BEGIN ENCRYPTED PRIVATE KEY-----" => true,
        "-----BEGIN PRIVATE KEY-----" => false,
        "-----BEGIN RSA PRIVATE KEY-----" | "-----BEGIN EC PRIVATE KEY-----" => {
            content.lines().take(3).any(|line| line.starts_with("Proc-Type:") && line.contains("ENCRYPTED"))
        }
        begin if begin.starts_with("-----BEGIN ") => return Err(say::key_unsupported(shown)),
        _ => return Err(say::key_unknown(shown)),
    };
    if locked && !passphrase {
        return Err(say::key_locked(shown));
    }
    Ok(Identity { text, locked, shown: shown.to_owned() })
}

/// Whether a key in OpenSSH's own format is encrypted.
///
/// # Errors
/// Its type or cipher is not one that libssh2 supports.
fn openssh_locked(content: &str, shown: &str) -> Result<bool, String> {
    let key = PrivateKey::from_openssh(content).map_err(|_| say::key_damaged(shown))?;
    let algorithm = key.public_key().algorithm();
    let known = matches!(algorithm, Algorithm::Ed25519 | Algorithm::Ecdsa { .. } | Algorithm::Rsa { .. });
    let openable = !matches!(key.cipher(), Cipher::Aes128Gcm | Cipher::Aes256Gcm | Cipher::ChaCha20Poly1305);
    if known && openable { Ok(key.is_encrypted()) } else { Err(say::key_unsupported(shown)) }
}

#[cfg(test)]
mod tests;
