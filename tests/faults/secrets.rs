//! Secrets and personal data appear nowhere, files are readable only by their owner, and names cannot act on a terminal.

use std::fs;

use crate::halted::halt;
use crate::support::servers::{PASSPHRASE, PASSWORD};
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, MAD_CHANGED};

/// Contents that must appear nowhere but in the files themselves.
const CANARIES: [&str; 5] = [PASSWORD, PASSPHRASE, "000000-0000", "412,50", "999,99"];

#[track_caller]
fn silent(of: &str, bytes: &[u8]) {
    for canary in CANARIES {
        let found = bytes.windows(canary.len()).any(|part| part == canary.as_bytes());
        assert!(!found, "`{canary}` in {of}");
    }
}

fn town_with_secrets() -> Town {
    let town = Town::new();
    town.lock_key();
    town.env("TRAEKFIL_PASSPHRASE", PASSPHRASE).env("TRAEKFIL_PASSWORD", PASSWORD);
    town.file(MAD, MAD_APRIL);
    town
}

/// Everything that the program has written: all files but the trækfiler, the configuration and the key.
fn written(town: &Town) -> Vec<(String, Vec<u8>)> {
    let all = walkdir::WalkDir::new(town.path("")).into_iter().map(Result::unwrap);
    all.filter(|entry| entry.file_type().is_file())
        .map(|entry| (entry.path().display().to_string(), entry))
        .filter(|(path, _)| !["txt", "id_ed25519", "config.toml"].iter().any(|given| path.ends_with(given)))
        .map(|(path, entry)| (path, fs::read(entry.path()).unwrap()))
        .collect()
}

/// Looks for the secrets in the output of failing runs, and in what a killed run leaves.
#[test]
fn no_secret_in_errors_or_after_a_kill() {
    let town = town_with_secrets();
    let mut said = Vec::new();
    let mut run = |args: &[&str]| {
        for language in ["da", "en"] {
            let ran = town.run(args.iter().chain(&["--language", language, "-v"]));
            silent(&format!("{args:?}"), &ran.stdout);
            silent(&format!("{args:?}"), &ran.stderr);
            said.extend(ran.stderr);
        }
    };
    // A wrong passphrase, a wrong user, a refused rename, a server that hangs up.
    town.env("TRAEKFIL_PASSPHRASE", &format!("{PASSPHRASE}x"));
    run(&["run"]);
    run(&["check"]);
    town.env("TRAEKFIL_PASSPHRASE", PASSPHRASE);
    town.set("sftp.user", "fremmed");
    run(&["run", "--json"]);
    run(&["check"]);
    town.set("sftp.user", "korsbaek");
    town.server.as_embedded().behave(|b| b.closes_after_login = true);
    run(&["run"]);
    town.server.as_embedded().behave(|b| b.closes_after_login = false);
    for point in ["stored", "renamed", "receipts"] {
        halt(&town, &["run", "-v"], point).ok().unwrap().kill();
        let written = written(&town);
        assert!(written.iter().any(|(path, _)| path.ends_with("ledger.db-wal")), "{written:?}");
        for (path, bytes) in written {
            silent(&path, &bytes);
        }
    }
    run(&["run"]);
    town.file(MAD, MAD_CHANGED);
    run(&["run"]);
    run(&["history"]);
    assert!(!said.is_empty());
    assert_eq!(town.server.received().len(), 1);
}

/// Everybody on the machine can read the process list, so no secret may stand in it; the environment is protected.
#[cfg(target_os = "linux")]
#[test]
fn no_secret_in_the_process_list() {
    let town = town_with_secrets();
    let halted = halt(&town, &["run"], "stored").ok().unwrap();
    let process = format!("/proc/{}", halted.id());
    let mut seen = 0;
    for task in fs::read_dir(format!("{process}/task")).unwrap() {
        let task = task.unwrap().path();
        for file in ["cmdline", "comm", "status"] {
            let told = fs::read(task.join(file)).unwrap();
            assert!(!told.is_empty());
            silent(file, &told);
            seen += 1;
        }
    }
    assert!(seen >= 3);
    assert!(fs::read_to_string(format!("{process}/cmdline")).unwrap().contains("run"));
    halted.go_on().exit(0);
}

#[cfg(unix)]
#[test]
fn what_is_written_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let town = town_with_secrets();
    // Folders that the program makes are closed to others even with a permissive umask.
    fs::remove_dir_all(town.path("archive")).unwrap();
    fs::remove_file(town.path("ledger.db")).unwrap();
    town.run(["ledger", "begin"]).exit(0);
    let folders =
        ["archive", "archive/2023-04", "archive/2023-04/duplicates", "archive/receipts", "archive/rejected"];
    let files = ["ledger.db", "ledger.db.lock", "archive/ledger.json", "archive/receipts/2023-04.jsonl"];
    let private = |path: &str| {
        let mode = fs::metadata(town.path(path)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{path} is {mode:o}");
    };
    halt(&town, &["run"], "archived").ok().unwrap().kill();
    for path in ["ledger.db-wal", "ledger.db"] {
        private(path);
    }
    town.run(["run"]).exit(0);
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    town.file(MAD, MAD_CHANGED);
    town.run(["run"]).exit(3);
    town.run(["reject", MAD, "--reason", "forkert"]).exit(0);
    folders.iter().chain(&files).for_each(|path| private(path));
}

/// A terminal acts on control characters (those above 0x7f too) and on characters that change the direction of text.
#[cfg(unix)]
#[test]
fn hostile_names_are_escaped_in_every_output() {
    const HOSTILE: [&str; 4] =
        ["a\u{1b}[2J_202304.txt", "b\u{9b}31m_202304.txt", "c\u{202e}txt.202304.txt", "d\n\u{7f}_202304.txt"];
    let odd = |c: char| {
        c.is_control() && c != '\n'
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let town = Town::new();
    for name in HOSTILE {
        town.file(name, name);
    }
    // A reason is typed by a person and shown later, so it is escaped too.
    town.file(MAD, MAD_APRIL);
    let check = |args: &[&str]| {
        let ran = town.run(args);
        for text in [ran.out(), ran.err()] {
            assert!(!text.contains(odd), "{args:?} says {text:?}");
            assert!(!text.lines().any(|line| line.starts_with('\u{7f}')), "{args:?} says {text:?}");
        }
        ran
    };
    for args in
        [&["run", "--dry-run"][..], &["run", "--dry-run", "--json"], &["run", "-v"], &["run", "--json"]]
    {
        check(args);
    }
    // JSON has the name unescaped, since scripts need it.
    let run = check(&["run", "--json"]).json();
    let paths: Vec<_> =
        run["files"].as_array().unwrap().iter().filter_map(|file| file["path"].as_str()).collect();
    assert_eq!(paths, HOSTILE);
    for name in HOSTILE {
        check(&["approve", name, "--reason", "fordi"]);
        check(&["reject", name, "--reason", "\u{1b}[2J\u{202e}fordi"]);
        check(&["approve", name, "--reason", "fordi", "--json"]);
    }
    check(&["resolve", "1", "--not-delivered", "--reason", "\u{9b}31mfordi\u{202e}"]);
    check(&["history"]);
    check(&["history", "--json"]);
}
