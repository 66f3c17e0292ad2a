//! Checks the folders and files that the configuration names: they exist, and none of them would be taken for a file to send.

use std::path::{Path, PathBuf};

use super::Config;
use crate::exit::UserError;
use crate::messages::config as say;
use crate::platform::{self, Closed, Trust, Wrong, canonical_in_folder};

impl Config {
    /// Checks that the drop folder, the archive and the ledger's folder can be used, and that no private file lies where the
    /// scan would find it and send it to KP.
    ///
    /// The archive and the ledger need not exist yet; the folders they lie in must.
    ///
    /// # Errors
    /// Exit code 2, with the first problem.
    pub fn check_folders(&self) -> Result<(), UserError> {
        let drop = self.check_drop()?;
        self.check_archive(&drop)?;
        let ledger = say::shown_path(&self.ledger);
        above_is_seen("[ledger] path", &self.ledger)?;
        check(canonical_in_folder(&self.ledger).is_some(), || say::ledger_folder_missing(&ledger))?;
        check(!self.ledger.is_dir(), || say::ledger_is_folder(&ledger))?;
        self.check_nothing_private_is_taken(&drop)
    }

    /// Checks that no folder lies in another one in a way that a run refuses, and no private file where the scan would find it.
    /// The folders need not exist yet, nor be mounted.
    ///
    /// # Errors
    /// Exit code 2, with the first problem.
    pub fn check_places(&self) -> Result<(), UserError> {
        let drop = platform::canonical(&self.drop).ok().or_else(|| canonical_in_folder(&self.drop));
        let archive = platform::canonical(&self.archive).ok().or_else(|| canonical_in_folder(&self.archive));
        let Some(drop) = drop else { return Ok(()) };
        if archive.is_some() {
            self.check_archive(&drop)?;
        }
        self.check_nothing_private_is_taken(&drop)
    }

    /// Checks that the private key and the known_hosts file can be read, where the configuration names them.
    ///
    /// # Errors
    /// Exit code 2, with the key and the file.
    pub fn check_sftp(&self) -> Result<(), UserError> {
        let named = [("identity", &self.sftp.identity), ("known_hosts", &self.sftp.known_hosts)];
        for (key, file) in named {
            let Some(file) = file else { continue };
            let shown = say::shown_path(file);
            let unseen = |error| UserError::usage(say::file_unreadable(key, &shown, &error));
            check(file.try_exists().map_err(unseen)?, || say::file_missing(key, &shown))?;
            check(file.is_file(), || say::not_a_file(key, &shown))?;
            let closed = if key == "identity" { Closed::ToReaders } else { Closed::ToWriters };
            Trust::own().open(file, closed).map_err(|breach| match breach.wrong {
                Wrong::Unseen(error) if breach.mend.is_empty() => {
                    UserError::usage(say::file_unreadable(key, &shown, &error))
                }
                _ => super::refused(&format!("[sftp] {key}"), file, &breach),
            })?;
        }
        Ok(())
    }

    /// Checks that the configuration pins the server's host key.
    ///
    /// # Errors
    /// Exit code 2 where it does not: files could then go to somebody who only claims to be the receiver.
    pub fn check_host_key(&self) -> Result<(), UserError> {
        let pinned = !self.sftp.host_key.is_empty() || self.sftp.known_hosts.is_some();
        check(pinned, || say::no_host_key(&say::shown_path(&self.file)))
    }

    /// Returns the real path of the drop folder.
    fn check_drop(&self) -> Result<PathBuf, UserError> {
        let shown = say::shown_path(&self.drop);
        let unreadable = |error| UserError::usage(say::drop_unreadable(&shown, &error));
        check(self.drop.try_exists().map_err(unreadable)?, || say::drop_missing(&shown))?;
        check(self.drop.is_dir(), || say::drop_is_file(&shown))?;
        std::fs::read_dir(&self.drop).map_err(unreadable)?;
        // Whoever may list a folder need not be allowed to look at what lies in it.
        std::fs::metadata(self.drop.join(".")).map_err(unreadable)?;
        platform::canonical(&self.drop).map_err(unreadable)
    }

    fn check_archive(&self, drop: &Path) -> Result<(), UserError> {
        let shown = say::shown_path(&self.archive);
        check(!self.archive.exists() || self.archive.is_dir(), || say::archive_is_file(&shown))?;
        above_is_seen("[folders] archive", &self.archive)?;
        let archive = platform::canonical(&self.archive).ok().or_else(|| canonical_in_folder(&self.archive));
        let archive = archive.ok_or_else(|| UserError::usage(say::archive_parent_missing(&shown)))?;
        check(!drop.starts_with(&archive), || say::drop_in_archive(&say::shown_path(&self.drop), &shown))?;
        let taken = self.scan.subfolders && archive.starts_with(drop);
        check(!taken, || say::archive_in_drop(&shown, &say::shown_path(&self.drop)))
    }

    fn check_nothing_private_is_taken(&self, drop: &Path) -> Result<(), UserError> {
        let sftp = &self.sftp;
        let named = [
            ("[ledger] path", Some(&self.ledger)),
            ("--config", Some(&self.file)),
            ("[sftp] identity", sftp.identity.as_ref()),
            ("[sftp] password_file", sftp.password_file.as_ref()),
            ("[sftp] passphrase_file", sftp.passphrase_file.as_ref()),
            ("[sftp] known_hosts", sftp.known_hosts.as_ref()),
            ("[notify] smtp_password_file", self.notify.mail.as_ref().and_then(|m| m.password_file.as_ref())),
        ];
        for (key, file) in named {
            let Some(file) = file else { continue };
            // Check the place of a link and the place of its target.
            let taken =
                [canonical_in_folder(file), platform::canonical(file).ok()].into_iter().flatten().any(
                    |file| {
                        if self.scan.subfolders {
                            file.starts_with(drop)
                        } else {
                            file.parent() == Some(drop)
                        }
                    },
                );
            check(!taken, || {
                say::private_file_taken(key, &say::shown_path(file), &say::shown_path(&self.drop))
            })?;
        }
        Ok(())
    }
}

/// Checks that nothing keeps the program from seeing the folder that a path lies in: that one may well be there.
fn above_is_seen(key: &str, path: &Path) -> Result<(), UserError> {
    let seen = platform::parent_or_dot(path).try_exists();
    seen.map(drop).map_err(|error| UserError::usage(say::above_unseen(key, &say::shown_path(path), &error)))
}

fn check(fine: bool, message: impl FnOnce() -> String) -> Result<(), UserError> {
    if fine { Ok(()) } else { Err(UserError::usage(message())) }
}

#[cfg(test)]
mod tests;
