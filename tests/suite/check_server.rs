//! `check` does on the server what a run does, and turns what it finds into lines for the configuration.

use serde_json::Value;

use crate::support::output::{Output, Running};
use crate::support::server::{Answer, Ask, Behaviour, Odd, Rename, When};
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL};

fn meets(change: impl FnOnce(&mut Behaviour)) -> Town {
    let town = Town::new();
    town.set("sftp.timeout", "5s");
    town.server.as_embedded().behave(change);
    town
}

/// The check with this name.
#[track_caller]
fn found<'a>(check: &'a Value, name: &str) -> &'a Value {
    let checks = check["checks"].as_array().unwrap();
    checks.iter().find(|check| check["name"] == name).unwrap_or_else(|| panic!("{name} in {check:#}"))
}

/// What `check` finds wrong under this name, the line that it advises, and that the text has the line too.
#[track_caller]
fn advises(town: &Town, exit: i32, name: &str, line: Option<&str>) {
    let json = town.run(["check", "--json"]).exit(exit).json();
    let check = found(&json, name);
    assert_eq!(check["ok"], false, "{check:#}");
    assert_eq!(check["set"][0].as_str(), line, "{check:#}");
    assert_eq!(json["error"]["code"].as_str(), Some(if exit == 3 { "attention" } else { "incomplete" }));
    let ran = town.run(["check", "--language", "da"]).exit(exit);
    if let Some(line) = line {
        assert!(ran.out().lines().any(|said| said.trim() == line), "{}", ran.out());
    }
}

#[test]
fn a_server_that_can_do_it_all_passes_each_step() {
    let town = Town::new();
    let json = town.run(["check", "--json"]).exit(0).json();
    for name in
        ["remote_folder", "remote_write", "remote_size", "remote_look", "remote_rename", "remote_remove"]
    {
        assert_eq!(found(&json, name)["ok"], true, "{json:#}");
    }
    let counts = town.server.as_embedded().counts();
    assert_eq!((counts.opens, counts.renames), (2, 1));
    assert!(town.server.received().is_empty() && town.server.as_embedded().files().is_empty());
}

#[test]
fn nothing_that_kp_takes_is_made() {
    for change in
        [(|_| {}) as fn(&mut Behaviour), |b| b.denies_remove = true, |b| b.refuses_hidden_names = true]
    {
        let town = meets(change);
        town.run(["check"]);
        assert!(town.server.received().is_empty());
    }
}

#[test]
fn a_size_that_is_wrong_has_no_line() {
    let town = meets(|b| b.size_lie = 7);
    advises(&town, 4, "remote_size", None);
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(4);
}

/// Servers that tell no size at all.
fn without_sizes(more: &[Odd]) -> Town {
    let silent = [Ask::Fstat, Ask::Lstat, Ask::Stat].map(|ask| Odd(ask, When::Always, Answer::NoSize));
    meets(|b| b.odd = [&silent[..], more].concat())
}

#[test]
fn sizes_that_are_not_told_are_read_back_or_left() {
    let town = without_sizes(&[]);
    let json = town.run(["check", "--json"]).exit(0).json();
    assert_eq!(found(&json, "remote_size")["ok"], true, "{json:#}");
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    let town = without_sizes(&[Odd(Ask::Read, When::Always, Answer::Status(3))]);
    advises(&town, 4, "remote_size", Some("verify = \"none\""));
    town.set("sftp.verify", "none");
    town.run(["check"]).exit(0);
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
}

#[test]
fn a_server_that_refuses_to_sync_is_told_with_its_line_and_the_rest_is_tried() {
    let town = meets(|b| b.odd = vec![Odd(Ask::Sync, When::Always, Answer::Status(4))]);
    advises(&town, 4, "remote_sync", Some("sync = \"best_effort\""));
    let json = town.run(["check", "--json"]).exit(4).json();
    assert_eq!(found(&json, "remote_rename")["ok"], true, "{json:#}");
    assert!(town.server.as_embedded().files().is_empty());
    town.set("sftp.sync", "best_effort");
    town.run(["check"]).exit(0);
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
}

#[test]
fn absent_names_that_are_told_by_another_status_pass() {
    for status in [3, 4] {
        let odd = [Ask::Lstat, Ask::Stat].map(|ask| Odd(ask, When::Absent, Answer::Status(status)));
        let town = meets(|b| b.odd = odd.to_vec());
        town.run(["check"]).exit(0);
        town.file(MAD, MAD_APRIL);
        town.run(["run"]).exit(0);
    }
}

#[test]
fn reading_back_is_tried_where_it_is_asked_for() {
    let town = Town::new();
    town.set("sftp.verify", "read_back");
    let json = town.run(["check", "--json"]).exit(0).json();
    assert_eq!(found(&json, "remote_read")["ok"], true);
    town.server.as_embedded().behave(|b| b.denies_read = true);
    advises(&town, 4, "remote_read", Some("verify = \"size\""));
}

#[test]
fn a_rename_that_is_refused_leads_to_writing_directly_and_leaves_nothing() {
    let town = meets(|b| b.rename = Rename::Refused(3));
    advises(&town, 4, "remote_rename", Some("publish = \"direct\""));
    assert!(town.server.as_embedded().files().is_empty());
    town.set("sftp.publish", "direct");
    town.run(["check"]).exit(0);
}

#[test]
fn a_temporary_name_that_is_refused_leads_to_one_that_is_not() {
    let town = meets(|b| b.refuses_hidden_names = true);
    advises(&town, 4, "remote_write", Some("temporary_name = \"{name}.{id}.part\""));
    assert!(town.server.as_embedded().files().is_empty());
    town.set("sftp.temporary_name", "{name}.{id}.part");
    town.run(["check"]).exit(0);
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
}

#[test]
fn a_server_that_takes_no_file_is_told_so() {
    advises(&meets(|b| b.denies_open = true), 4, "remote_write", None);
}

#[test]
fn a_server_that_keeps_one_file_open_passes_with_a_word() {
    let town = meets(|b| b.one_open_file = true);
    let json = town.run(["check", "--json"]).exit(0).json();
    let write = found(&json, "remote_write");
    assert!(write["ok"] == true && write["detail"].as_str().unwrap().contains("one by one"), "{write:#}");
}

#[test]
fn files_that_cannot_be_removed_are_a_matter_for_the_operator() {
    let town = meets(|b| b.denies_remove = true);
    advises(&town, 3, "remote_remove", None);
    assert!(town.path("ledger.db.check").exists(), "noted for whoever may remove them");
    town.server.as_embedded().behave(|b| *b = Behaviour::default());
    town.run(["check"]).exit(0);
    assert!(town.server.as_embedded().files().is_empty(), "removed by the next check");
}

#[test]
fn a_server_that_neither_syncs_nor_removes_is_told_of_both() {
    let town = meets(|b| {
        b.odd = vec![Odd(Ask::Sync, When::Always, Answer::Status(4))];
        b.denies_remove = true;
    });
    let json = town.run(["check", "--json"]).exit(4).json();
    assert_eq!(found(&json, "remote_sync")["set"], serde_json::json!(["sync = \"best_effort\""]), "{json:#}");
    for (name, ok) in [("remote_sync", false), ("remote_rename", true), ("remote_remove", false)] {
        assert_eq!(found(&json, name)["ok"], ok, "{name}: {json:#}");
    }
    // What the first one asks for is not enough for the second.
    town.set("sftp.sync", "best_effort");
    advises(&town, 3, "remote_remove", None);
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    town.server.as_embedded().behave(|b| *b = Behaviour::default());
    town.run(["check"]).exit(0);
    assert_eq!(town.server.as_embedded().leftovers(), [""; 0], "cleared up by the next check");
    assert_eq!(town.server.received().len(), 1);
}

/// The program's output with its line breaks replaced by blanks.
fn said(ran: &Output) -> String {
    format!("{} {}", ran.out(), ran.err()).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_key_that_is_not_enough_is_not_told_as_a_refused_one() {
    for (language, taken, refused) in
        [("da", "tog imod nøglen", "afviste brugeren"), ("en", "took the key", "refused the user")]
    {
        let town = Town::new();
        town.server.as_embedded().want_both("hemmelig");
        let ran = town.run(["check", "--language", language]).exit(4);
        let told = said(&ran);
        assert!(
            told.contains(taken) && told.contains("TRAEKFIL_PASSWORD") && !told.contains(refused),
            "{told}"
        );
        town.env("TRAEKFIL_PASSWORD", "forkert");
        let told = said(&town.run(["check", "--language", language]).exit(4));
        assert!(
            told.contains(taken) && told.contains("TRAEKFIL_PASSWORD") && !told.contains(refused),
            "{told}"
        );
        town.env("TRAEKFIL_PASSWORD", "hemmelig");
        town.run(["check"]).exit(0);
    }
}

#[test]
fn a_key_that_is_refused_is_told_so() {
    let town = Town::new();
    let stranger = crate::support::server::new_key();
    town.server.as_embedded().register(stranger.public_key().clone());
    let told = said(&town.run(["check"]).exit(4));
    assert!(told.contains("refused the user") && !told.contains("took the key"), "{told}");
}

#[test]
fn a_failure_beyond_the_files_in_direct_mode_says_one_thing_only() {
    for (language, doubt, never) in [
        ("da", "KP kan have fået", "ikke leveret; den næste"),
        ("en", "KP may have got", "was not delivered; the next"),
    ] {
        let town = meets(|b| b.disk = Some(10));
        town.set("sftp.publish", "direct");
        town.file(MAD, MAD_APRIL);
        let told = said(&town.run(["run", "--language", language]).exit(3));
        assert!(told.contains(doubt) && !told.contains(never), "{told}");
    }
}

/// A check that is killed leaves at most what its note names.
#[test]
fn a_check_that_is_killed_is_cleared_up_by_the_next() {
    let town = Town::new();
    let mark = town.path("halt");
    town.env("TRAEKFIL_WAIT_AT", &format!("tried:{}", mark.display()));
    let running = Running::start(&mut town.command(["check"]));
    while !town.path("halt.reached").exists() {
        std::thread::yield_now();
    }
    running.kill();
    let server = town.server.as_embedded();
    server.all_gone();
    assert!(!server.leftovers().is_empty());
    town.env("TRAEKFIL_WAIT_AT", "");
    town.run(["check"]).exit(0);
    assert!(server.files().is_empty() && !town.path("ledger.db.check").exists());
}
