//! What the configuration and the files that it names tell by themselves: nothing is connected to, and nothing is written.

use std::path::PathBuf;

use super::{Checks, plain, records_key};
use crate::commands::context::open_reader;
use crate::config::{Config, Mail};
use crate::exit::{ExitCode, UserError};
use crate::messages::check as say;
use crate::messages::config::shown_path;
use crate::notify;
use crate::remote::ssh;
use crate::secrets::{self, Secrets};

/// Checks all of it that a run would refuse.
pub(super) fn offline(config: &Config, checks: &mut Checks) {
    let folders = config.check_folders().map_err(plain);
    checks.note("folders", say::folders(), folders.map(|()| config.drop.display().to_string()));
    let key = config.check_sftp().map_err(plain).and_then(|()| key(config));
    checks.note("identity", say::identity(), key);
    let pinned = config.check_host_key().map_err(plain).and_then(|()| {
        ssh::check_pinned(&config.sftp).map_err(|error| (ExitCode::Incomplete, error.to_string()))
    });
    checks.note("host_key", say::host_key(), pinned.map(|()| say::pinned()));
    let sftp = &config.sftp;
    if sftp.password_file.is_some() || sftp.passphrase_file.is_some() {
        let named = [&sftp.password_file, &sftp.passphrase_file];
        secret(&named, checks, || Secrets::gather(sftp).map(drop));
    }
    // What is wrong with the ledger itself is no part of this.
    records_key::records_key(config, open_reader(config, true).ok().as_ref(), checks);
    if let Some(mail) = &config.notify.mail {
        mail_server(mail, checks);
    }
    if let Some(command) = &config.notify.command {
        let found = notify::command::check(command).map_err(|why| (ExitCode::Unexpected, why));
        checks.note("command", say::command(), found);
    }
}

/// The private key, as far as it tells without its passphrase, which may come from elsewhere.
fn key(config: &Config) -> super::Found {
    let Some(key) = &config.sftp.identity else { return Ok("–".to_owned()) };
    let looked = ssh::look_at_key(key).map_err(|why| (ExitCode::Incomplete, why));
    looked.map(|_| key.display().to_string())
}

/// Notes whether the secrets in these files can be used. One that only root may read is asked about: the job gets it from
/// systemd, and this user does not.
fn secret(named: &[&Option<PathBuf>], checks: &mut Checks, gather: impl FnOnce() -> Result<(), UserError>) {
    let named: Vec<&PathBuf> = named.iter().filter_map(|file| file.as_ref()).collect();
    if let Some(closed) = named.iter().find(|file| cfg!(unix) && secrets::is_closed(file)) {
        checks.ask("secrets", say::secrets(), say::secret_closed(closed));
        return;
    }
    let shown: Vec<String> = named.iter().map(|file| shown_path(file)).collect();
    let found = gather().map_err(plain);
    checks.note("secrets", say::secrets(), found.map(|()| shown.join(", ")));
}

/// The certificate and the password for the mail server.
fn mail_server(mail: &Mail, checks: &mut Checks) {
    if let Some(certificate) = &mail.ca {
        let read = notify::mail::check_certificate(mail).map_err(|why| (ExitCode::Unexpected, why));
        checks.note("certificate", say::certificate(), read.map(|()| shown_path(certificate)));
    }
    if mail.password_file.is_some() {
        secret(&[&mail.password_file], checks, || secrets::smtp_password(mail).map(drop));
    }
}
