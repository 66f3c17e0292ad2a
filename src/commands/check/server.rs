//! Tries the connection to the server, up to the first step that fails.

use super::{Checks, plain, trial};
use crate::config::Config;
use crate::exit::ExitCode;
use crate::messages::{check as say, escape};
use crate::remote::ssh::{self, SshConnector, Stage};
use crate::remote::trial::TrialNote;
use crate::secrets::Secrets;

/// Checks the key files, the server, its host key, the login, and the folders there.
pub(super) fn try_all(config: &Config, checks: &mut Checks) {
    if let Err(error) = config.check_sftp() {
        checks.note("identity", say::identity(), Err(plain(error)));
        return;
    }
    if config.check_host_key().is_err() {
        let seen = ssh::seen_host_key(&config.sftp);
        let reached =
            seen.as_ref().map(|_| address(config)).map_err(|error| (ExitCode::Incomplete, error.to_string()));
        checks.note("server", say::server(), reached);
        if let Ok(seen) = seen {
            let advice = say::pin_host_key(&seen.key_type, &seen.fingerprint);
            let line = format!("host_key = [\"{}\"]", seen.fingerprint);
            checks.advise("host_key", say::host_key(), Err((ExitCode::Usage, advice)), &[&line]);
        }
        return;
    }
    let secrets = match Secrets::gather(&config.sftp) {
        Ok(secrets) => secrets,
        Err(error) => {
            checks.note("secrets", say::secrets(), Err(plain(error)));
            return;
        }
    };
    let mut passed = Vec::new();
    let connector = SshConnector::new(&config.sftp, secrets);
    let connected = connector.connect_reporting(|stage| passed.push(stage));
    let stages = [
        (Stage::Reached, "server", say::server(), address(config)),
        (Stage::HostKey, "host_key", say::host_key(), say::host_key_pinned()),
        (Stage::Login, "login", say::login(), escape(&config.sftp.user)),
        (Stage::Sftp, "sftp", say::sftp(), "SFTP 3".to_owned()),
    ];
    for (stage, name, title, detail) in stages {
        let result = match &connected {
            Err(error) if !passed.contains(&stage) => Err((ExitCode::Incomplete, error.to_string())),
            _ => Ok(detail),
        };
        if !checks.note(name, title, result) {
            return;
        }
    }
    if let Ok(mut connection) = connected {
        let note = TrialNote::beside(&config.ledger);
        // Of a check that was cut off; what fails here fails the trial too, or is tried again by the next run.
        let _ = note.clear(connection.as_mut());
        for folder in config.remote_folders() {
            trial::try_folder(config, folder, connection.as_mut(), &note, checks);
        }
        // Where the connection was lost on the way, another one removes what is left.
        if note.is_there()
            && connection.is_closed()
            && let Ok(mut connection) = connector.connect_reporting(|_| ())
        {
            let _ = note.clear(connection.as_mut());
        }
    }
}

fn address(config: &Config) -> String {
    format!("{}:{}", escape(&config.sftp.host), config.sftp.port)
}
