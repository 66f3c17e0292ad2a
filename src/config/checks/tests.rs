#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;

use super::*;
use crate::config::sections;
use crate::exit::ExitCode;

const SFTP: &str = "[sftp]\nhost = 'sftp.example.dk'\nuser = 'korsbaek'\n";

/// A configuration in a folder of its own, with a drop folder and this besides.
fn in_folder(folder: &Path, text: &str) -> Config {
    let config = sections::checked(&folder.join("config.toml"), text.parse().unwrap()).unwrap();
    fs::create_dir_all(folder.join("drop/under")).unwrap();
    fs::write(&config.file, text).unwrap();
    config
}

#[test]
fn folders_that_would_harm_are_refused() {
    let table = [
        // what the configuration says, and what the message must name; nothing where all is well
        ("", ""),
        ("folders.archive = 'drop/archive'", ""),
        ("folders.archive = 'none/archive'", "archive"),
        ("folders.archive = 'drop'", "drop"),
        ("folders.archive = '.'", "drop"),
        ("folders.archive = 'config.toml'", "config.toml"),
        ("folders.archive = 'drop/archive'\nscan.subfolders = true", "subfolders"),
        ("folders.drop = 'none'", "none"),
        ("folders.drop = 'config.toml'", "config.toml"),
        ("ledger.path = 'none/ledger.db'", "[ledger] path"),
        ("ledger.path = 'drop/under'", "[ledger] path"),
        ("ledger.path = 'drop/ledger.db'", "[ledger] path"),
        ("ledger.path = 'drop/under/ledger.db'", ""),
        ("ledger.path = 'drop/under/ledger.db'\nscan.subfolders = true", "[ledger] path"),
        ("folders.drop = '.'\nfolders.archive = '../archive'\nledger.path = 'drop/l.db'", "--config"),
        ("sftp.identity = 'drop/key'", "[sftp] identity"),
        ("sftp.password_file = 'drop/under/../key'", "[sftp] password_file"),
        ("sftp.passphrase_file = 'drop/key'", "[sftp] passphrase_file"),
        ("sftp.known_hosts = 'drop/key'", "[sftp] known_hosts"),
        ("sftp.known_hosts = 'drop/under/key'", ""),
    ];
    for (text, named) in table {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("{text}\nsftp.host = 'x'\nsftp.user = 'x'");
        match (in_folder(folder.path(), &text).check_folders(), named) {
            (Ok(()), "") => {}
            (Err(error), named) if !named.is_empty() => {
                assert_eq!(error.exit, ExitCode::Usage);
                assert!(error.message.contains(named), "{text}: {error}");
            }
            (answer, _) => panic!("{text}: {answer:?}"),
        }
    }
}

#[cfg(unix)]
#[test]
fn links_are_seen_through() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let config = in_folder(folder.path(), &format!("{SFTP}identity = 'key'"));
    assert!(config.check_folders().is_ok());
    fs::write(folder.path().join("drop/key"), "").unwrap();
    symlink("drop/key", folder.path().join("key")).unwrap();
    assert!(config.check_folders().unwrap_err().message.contains("identity"));
    fs::remove_file(folder.path().join("key")).unwrap();
    symlink("drop", folder.path().join("archive")).unwrap();
    assert!(config.check_folders().unwrap_err().message.contains("archive"));
}

#[test]
fn the_key_and_known_hosts_must_be_files_that_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    platform::restrict_to_owner(folder.path()).unwrap();
    for key in ["identity", "known_hosts"] {
        let config = in_folder(folder.path(), &format!("{SFTP}{key} = '{key}'"));
        let file = folder.path().join(key);
        let named = || config.check_sftp().unwrap_err().message.contains(&format!("[sftp] {key}"));
        assert!(named());
        fs::create_dir(&file).unwrap();
        assert!(named());
        fs::remove_dir(&file).unwrap();
        drop(platform::create_new_private(&file).unwrap());
        assert!(config.check_sftp().is_ok());
    }
}
