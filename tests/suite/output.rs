//! What people and scripts read: languages, quiet, colours, `check`, and what must never be read.

use std::fs;

use crate::support::servers::{PASSPHRASE, PASSWORD, on_both_servers};
use crate::support::snapshot::Snapshot;
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, MAD_MAY};

/// One file goes and one is held.
fn mixed() -> Town {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.file("snak.txt", "uden måned");
    town
}

#[test]
fn it_speaks_danish_and_english() {
    let dry = ["run", "--dry-run", "--language"];
    let town = mixed();
    let say = |language: &str| {
        town.run(dry.iter().chain(&[language])).exit(3).stdout_has(MAD).stdout_has("snak.txt").out()
    };
    let (da, en) = (say("da"), say("en"));
    assert_ne!(da, en);
    assert!(da.contains(['æ', 'ø', 'å']), "{da}");
    assert!(!en.contains(['æ', 'ø', 'å']), "{en}");
    town.set("language", "da");
    assert_eq!(town.run(["run", "--dry-run"]).exit(3).out(), da, "the config's language");
    assert_eq!(say("en"), en, "the flag goes before the config");
    // Windows has its language from the account, not from the environment.
    if cfg!(unix) {
        town.unset("language").env("LC_ALL", "da_DK.UTF-8");
        assert_eq!(town.run(["run", "--dry-run"]).exit(3).out(), da, "the system's language");
    }
}

#[test]
fn errors_are_said_in_the_language_asked_for() {
    let town = mixed();
    town.set("folders.drop", "findes_ikke");
    let say = |language: &str| town.run(["run", "--language", language]).exit(2).err();
    assert_ne!(say("da"), say("en"));
}

#[test]
fn json_is_the_same_in_every_language() {
    let town = mixed();
    let json = |language: &str| {
        let mut json = town.run(["run", "--dry-run", "--json", "--language", language]).exit(3).json();
        let object = json.as_object_mut().unwrap();
        object.remove("run_id");
        // Sentences are for people.
        for matter in object["matters"].as_array_mut().unwrap() {
            let matter = matter.as_object_mut().unwrap();
            assert!(matter.remove("text").is_some() && matter.remove("message").is_some());
        }
        json
    };
    assert_eq!(json("da"), json("en"));
}

#[test]
fn quiet_says_nothing_when_nothing_needs_a_person() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    let ran = town.run(["run", "--quiet"]).exit(0);
    assert_eq!((ran.out(), ran.err()), (String::new(), String::new()));
    assert_eq!(town.server.received().len(), 1);
}

#[test]
fn quiet_still_names_what_is_held() {
    let town = mixed();
    town.run(["run", "--quiet"]).exit(3).says("snak.txt").never_says(MAD);
}

#[test]
fn colours_are_for_terminals_and_those_who_ask() {
    let town = mixed();
    let dry = |more: &[&str]| town.run(["run", "--dry-run"].iter().chain(more)).exit(3);
    dry(&[]).plain();
    dry(&["--color", "never"]).plain();
    dry(&["--color", "always"]).stdout_has("\u{1b}[");
    town.env("NO_COLOR", "1");
    dry(&[]).plain();
}

#[test]
fn json_stands_alone_on_standard_output() {
    let town = mixed();
    let ran = town.run(["run", "--json", "-v", "--color", "always"]).exit(3);
    assert!(!ran.json()["files"].as_array().unwrap().is_empty());
    assert!(!ran.out().contains('\u{1b}'));
}

#[test]
fn it_tells_its_version_and_its_commands() {
    let town = Town::new();
    town.run(["--version"]).exit(0).stdout_has(env!("CARGO_PKG_VERSION"));
    let help = town.run(["--help"]).exit(0).plain();
    let help = help.stdout_has("run").stdout_has("approve").stdout_has("history");
    help.stdout_has("check").stdout_has("--config").stdout_has("--json");
    town.run(["run", "--help"]).exit(0).stdout_has("--dry-run");
}

fn check_finds_all_well(town: &Town) {
    let ran = town.run(["check", "--color", "never"]).exit(0).plain();
    let ran = ran.stdout_has("✓").stdout_lacks("✗");
    assert!(ran.out().lines().filter(|line| line.contains('✓')).count() >= 6, "{}", ran.out());
    let json = town.run(["check", "--json"]).exit(0).json();
    assert_eq!(json["schema"], 1);
    assert!(town.server.received().is_empty(), "it leaves nothing on the server");
}

on_both_servers! { check_finds_all_well }

#[test]
fn check_leaves_no_trace() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    let before = files_of(&town);
    town.run(["check"]).exit(0).stdout_has("✓");
    assert_eq!(files_of(&town), before);
    assert_eq!(town.server.connections(), 1, "it logged in");
    assert!(town.server.as_embedded().files().is_empty());
}

#[test]
fn check_says_what_is_wrong() {
    let wrong = |town: &Town, exit: i32| {
        town.run(["check"]).exit(exit).stdout_has("✗");
    };
    let town = Town::new();
    town.server.as_embedded().behave(|b| b.unreachable = true);
    wrong(&town, 4);
    town.server.as_embedded().behave(|b| b.unreachable = false);
    town.run(["check"]).exit(0);

    town.set("sftp.folder", "findes/ikke");
    wrong(&town, 4);
    town.set("sftp.folder", "ind");

    town.server.as_embedded().change_host_key();
    wrong(&town, 4);
    town.set("sftp.host_key", vec![town.server.fingerprint()]);

    town.set("sftp.user", "fremmed");
    wrong(&town, 4);
    town.set("sftp.user", "korsbaek");

    let sound = fs::read(town.path("ledger.db")).unwrap();
    fs::write(town.path("ledger.db"), "vrøvl".repeat(1000)).unwrap();
    wrong(&town, 6);
    fs::remove_file(town.path("ledger.db")).unwrap();
    wrong(&town, 6);
    fs::write(town.path("ledger.db"), sound).unwrap();

    fs::remove_dir(town.path("drop")).unwrap();
    wrong(&town, 2);
}

/// Everything in the town's folder that the program wrote: not the secrets, nor the trækfiler.
fn written(town: &Town) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in walkdir::WalkDir::new(town.path("")) {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        let supplied = entry.path().extension() == Some("txt".as_ref());
        let given = supplied || name == "id_ed25519" || name == "config.toml";
        if entry.file_type().is_file() && !given {
            all.extend(fs::read(entry.path()).unwrap());
        }
    }
    all
}

#[test]
fn secrets_and_citizens_appear_nowhere() {
    let town = mixed();
    town.lock_key();
    town.env("TRAEKFIL_PASSPHRASE", PASSPHRASE).env("TRAEKFIL_PASSWORD", PASSWORD);

    let mut seen = Vec::new();
    let mut run = |args: &[&str]| {
        let ran = town.run(args);
        seen.extend([ran.stdout, ran.stderr].concat());
    };
    run(&["check", "-v"]);
    run(&["run", "--dry-run", "-v"]);
    run(&["run", "-v"]);
    town.file(MAD, MAD_MAY);
    run(&["run", "-v", "--json"]);
    run(&["approve", MAD, "--reason", "rettet"]);
    town.server.as_embedded().empty();
    run(&["run", "-v"]);
    run(&["history", "--json"]);
    assert_eq!(town.server.received().len(), 2, "it logged in and delivered");

    seen.extend(written(&town));
    assert!(seen.windows(MAD.len()).any(|part| part == MAD.as_bytes()), "what is looked through has content");
    for secret in [PASSWORD, PASSPHRASE, "000000-0000", "000000-0001", "412,50"] {
        let found = seen.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert!(!found, "`{secret}` was written or said");
    }
}

/// The folders themselves are left out: trying to write in them moves their time of change.
fn files_of(town: &Town) -> Snapshot {
    town.snapshot().into_iter().filter(|(_, thing)| !thing.is_folder()).collect()
}

/// A run that cannot tell of itself has still been carried through, and says so.
#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_is_told_of_and_undoes_nothing() {
    for args in [&["run", "--json"][..], &["run"], &["status"], &["history", "--json"]] {
        let town = Town::new();
        town.file(MAD, MAD_APRIL);
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ended = town.command(args).stdout(full).stderr(std::process::Stdio::piped()).output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(ended.status.code(), Some(1), "{args:?}: {said}");
        assert!(said.contains("could not be written to standard output"), "{args:?}: {said}");
        let runs = args[0] == "run";
        assert_eq!(said.contains("The run was carried through"), runs, "{args:?}: {said}");
        assert_eq!(town.server.received().len(), usize::from(runs), "{args:?}");
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let town = mixed();
    for args in [
        &["history"][..],
        &["history", "--json"],
        &["run", "--dry-run"],
        &["status"],
        &["report", "-o", "-"],
        &["ledger", "export"],
        &["ledger", "export", "--format", "json"],
        &["help"],
        &["help", "run"],
        &["run", "--help"],
        &["--version"],
        &["man"],
        &["completions", "bash"],
        &["check"],
    ] {
        let expected = town.run(args).code();
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = town.command(args);
        let ended = command.stdout(writer).stderr(std::process::Stdio::piped()).output().unwrap();
        assert_eq!(ended.status.code(), expected, "{}", String::from_utf8_lossy(&ended.stderr));
        assert!(ended.stderr.is_empty(), "{}", String::from_utf8_lossy(&ended.stderr));
    }
}
