//! What a person reads when the configuration is wrong, in both languages.
//!
//! One test, since the language is the process's own. Paths look different on Windows, and secrets are
//! guarded otherwise there.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fmt::Write as _;
use std::fs;

use traekfil::config::Config;
use traekfil::messages::{Language, speak};
use traekfil::secrets::Secrets;

/// Configurations with something wrong in them, each under what it shows.
const WRONG: [(&str, &str); 10] = [
    ("nothing in it", ""),
    ("a Windows path in double quotes", "[folders]\ndrop = \"D:\\mappe\"\n"),
    ("a list that does not end", "[scan]\ninclude = [\"*.txt\"\n[sftp]\n"),
    ("a password", "[sftp]\npassword = \"sesam\\1234\"\n"),
    (
        "unknown keys",
        "langauge = 'da'\n[folder]\ndrop = 'x'\n[sftp]\nhost = 'sftp.example.dk'\nuser = 'korsbaek'\nhostkey = ''\n\
         password = 'sesam1234'\n[[series]]\nname = 'mad'\nfiles = ['mad_*']\ndueday = 20\n",
    ),
    (
        "wrong types",
        "language = 1\nledger = 'ledger.db'\nseries = [1]\n[folders]\ndrop = ['a']\n[scan]\ninclude = '*'\n\
         subfolders = 'ja'\nsettle = 10\n[sftp]\nhost = true\nuser = 2023-04-14\nport = '22'\nhost_key = [1]\n",
    ),
    (
        "wrong values",
        "[folders]\ndrop = \"D:\\ny\"\narchive = ''\n[scan]\ninclude = []\nexclude = ['gammel/*', '[æ]*']\nsettle = 'snart'\n\
         [period]\nmonths_back = 121\n[policy]\nold_period = 'vent'\n[sftp]\nhost = 'sftp://sftp.example.dk'\n\
         user = ' korsbaek'\nport = 0\nhost_key = ['SHA256:forkert']\nfolder = '..\\ind'\nremote_name = '{navn}.txt'\n\
         temporary_name = '{name}.part'\ntimeout = '2h'\n[originals]\nkeep_archive = '12m'\n",
    ),
    (
        "wrong names",
        "[scan]\nexclude = ['[a']\n[sftp]\nhost = 'sftp.example.dk'\nuser = 'korsbaek'\nknown_hosts = 'k'\n\
         host_key = ['SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']\nremote_name = 'ind/{name}'\n\
         temporary_name = '{id'\n",
    ),
    (
        "half a notice",
        "[sftp]\nhost = 'sftp.example.dk'\nuser = 'korsbaek'\n[notify]\nmail_to = ['drift@', 'it@korsbaek.example.dk']\n\
         smtp_tls = 'none'\nsmtp_user = 'traekfil'\nsmtp_port = 0\ncommand = []\n",
    ),
    (
        "wrong series",
        "[sftp]\nhost = 'sftp.example.dk'\nuser = 'korsbaek'\n[[series]]\nname = 'mad'\nfiles = ['mad_*']\n\
         period = '_(?<year>\\d{4}'\n[[series]]\nname = 'mad'\nfiles = ['mad2_*']\nperiod = '_(?<year>\\d{4})'\n\
         [[series]]\nname = 'a/b'\nperiod_in = 'content'\n",
    ),
];

/// Folders and files that are wrong, in a folder with `drop` and `config.toml` in it.
const HARMFUL: [(&str, &str); 11] = [
    ("folders.drop = 'none'", "no drop folder"),
    ("folders.drop = 'config.toml'", "the drop folder is a file"),
    ("folders.archive = 'config.toml'", "the archive is a file"),
    ("folders.archive = 'none/archive'", "the archive cannot be made"),
    ("folders.archive = '.'", "the drop folder lies in the archive"),
    ("folders.archive = 'drop/archive'\nscan.subfolders = true", "the archive lies in the drop folder"),
    ("ledger.path = 'none/ledger.db'", "the ledger's folder is missing"),
    ("ledger.path = 'drop'", "the ledger is a folder"),
    ("sftp.identity = 'drop/id_ed25519'", "the key would be sent to KP"),
    ("sftp.identity = 'id_ed25519'", "no such key"),
    ("sftp.identity = 'noegler'", "the key is a folder"),
];

fn all_messages() -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let mut all = String::new();
    let mut say = |title: &str, message: &str| {
        let message =
            message.replace(&format!("{}{}", folder.path().display(), std::path::MAIN_SEPARATOR), "");
        assert!(!message.contains("1234"), "{title}: {message}");
        writeln!(all, "=== {title}\n{message}\n").unwrap();
    };
    for (title, text) in WRONG {
        fs::write(&file, text).unwrap();
        say(title, &Config::load(&file).unwrap_err().message);
    }
    fs::create_dir(folder.path().join("drop")).unwrap();
    fs::create_dir(folder.path().join("noegler")).unwrap();
    for (text, title) in HARMFUL {
        fs::write(&file, format!("{text}\nsftp.host = 'sftp.example.dk'\nsftp.user = 'korsbaek'\n")).unwrap();
        let config = Config::load(&file).unwrap();
        let refused = config.check_folders().and_then(|()| config.check_sftp()).unwrap_err();
        say(title, &refused.message);
    }
    fs::write(&file, "[sftp]\nhost = 'sftp.example.dk'\nuser = 'korsbaek'\npassword_file = 'kode'\n")
        .unwrap();
    let config = Config::load(&file).unwrap();
    say("the server cannot be recognised", &config.check_host_key().unwrap_err().message);
    fs::write(folder.path().join("kode"), "sesam1234").unwrap();
    open_to_all(&folder.path().join("kode"));
    say("a secret that others can read", &Secrets::gather(&config.sftp).unwrap_err().message);
    fs::write(&file, b"drop = \"m\xe5ned\"").unwrap();
    say("not UTF-8", &Config::load(&file).unwrap_err().message);
    let none = folder.path().join("none.toml");
    say("no such file", &Config::find(Some(&none)).unwrap_err().message);
    all
}

fn open_to_all(file: &std::path::Path) {
    fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
}

#[test]
fn wrong_configurations_are_explained_in_both_languages() {
    for (language, name) in [(Language::Da, "danish"), (Language::En, "english")] {
        speak(language);
        insta::assert_snapshot!(name, all_messages());
    }
}
