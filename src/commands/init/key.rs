//! The private key: checks an existing one, or makes a new one.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ssh_key::rand_core::OsRng;
use ssh_key::{Algorithm, LineEnding, PrivateKey};

use crate::exit::UserError;
use crate::messages::{config::shown_path, init as say};
use crate::platform;
pub(super) use crate::remote::ssh::{KnownKey as Known, look_at_key as look_at};

/// The path of the public key.
pub(super) fn public_file(key: &Path) -> PathBuf {
    let mut name = key.as_os_str().to_owned();
    name.push(".pub");
    name.into()
}

/// Makes a new Ed25519 key in a file that only its owner may read, and its public key beside it. It has no passphrase, since
/// nobody is there to type one when the scheduler starts a run. Answers the public key's line.
///
/// # Errors
/// Exit code 2 if a file with that name exists; otherwise the file system's error.
pub(super) fn make(file: &Path, comment: &str) -> Result<String, UserError> {
    let failed =
        |error: &dyn std::fmt::Display| UserError::unexpected(say::key_not_made(&shown_path(file), error));
    let mut key = PrivateKey::random(&mut OsRng, Algorithm::Ed25519).map_err(|error| failed(&error))?;
    key.set_comment(comment);
    let private = key.to_openssh(LineEnding::LF).map_err(|error| failed(&error))?;
    let public = key.public_key().to_openssh().map_err(|error| failed(&error))?;
    write_new(platform::create_new_private, file, private.as_bytes())?;
    write_new(|file: &Path| File::create_new(file), &public_file(file), format!("{public}\n").as_bytes())?;
    Ok(public)
}

fn write_new(
    create: impl Fn(&Path) -> io::Result<File>,
    file: &Path,
    content: &[u8],
) -> Result<(), UserError> {
    let write = || {
        let mut new = create(file)?;
        new.write_all(content)?;
        new.sync_all()?;
        platform::sync_folder_of(file)
    };
    write().map_err(|error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => UserError::usage(say::key_exists(&shown_path(file))),
        _ => UserError::unexpected(say::key_not_made(&shown_path(file), &error)),
    })
}
