//! `run --dry-run` shows what `run` would do, and does nothing.

use serde_json::Value;

use crate::support::output::{decisions, entry};
use crate::support::servers::Server;
use crate::support::servers::on_both_servers;
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, MAD_MAY, VASK, VASK_APRIL};

/// A town with files of each kind: new, held for three reasons, in conflict, and two that were delivered before.
fn a_full_folder(town: &Town) {
    town.file(MAD, MAD_APRIL);
    town.file(VASK, VASK_APRIL);
    town.run(["run"]).exit(0);
    town.file(MAD, MAD_APRIL);
    town.file(VASK, "en anden april");
    town.file("mad_korsbaek_202305.txt", MAD_APRIL);
    town.file("vask_korsbaek_202305.txt", "vask i maj");
    town.file("snak.txt", "uden måned");
    town.file("tom_korsbaek_202304.txt", "");
    town.file("frugt_korsbaek_202304.txt", "æbler");
    town.file("frugt_korsbaek_2023-04.txt", "pærer");
}

fn it_changes_nothing_and_calls_nobody(town: &Town) {
    a_full_folder(town);
    let (before, calls) = (town.snapshot(), town.server.connections());
    for args in [&["run", "--dry-run"][..], &["run", "--dry-run", "--json"], &["run", "--dry-run", "-v"]] {
        town.run(args).exit(3).stdout_has("vask_korsbaek_202305.txt");
        assert_eq!(town.snapshot(), before, "{args:?}");
    }
    assert_eq!(town.server.connections(), calls);
}

on_both_servers! { it_changes_nothing_and_calls_nobody }

#[test]
fn without_a_ledger_it_says_how_to_begin_one_and_begins_none() {
    let town = Town::without_ledger(Server::embedded());
    town.file(MAD, MAD_APRIL);
    let before = town.snapshot();
    town.run(["run", "--dry-run"]).exit(6).says("ledger begin").plain();
    assert_eq!(town.snapshot(), before);
    assert_eq!(town.server.connections(), 0);
}

#[test]
fn it_decides_as_the_run_that_follows() {
    let town = Town::new();
    a_full_folder(&town);
    let dry = town.run(["run", "--dry-run", "--json"]).exit(3).json();
    assert_eq!(dry["dry_run"], true);
    assert_eq!(dry["exit_code"], 3);
    let files = dry["files"].as_array().unwrap();
    assert_eq!(files.len(), 8);
    assert!(files.iter().all(|file| file["outcome"].is_null() && file["delivery_id"].is_null()), "{dry:#}");
    let real = town.deliver(3);
    let decided = |run: &Value| -> Vec<_> {
        decisions(run).into_iter().map(|(path, decision, reason, _)| (path, decision, reason)).collect()
    };
    assert_eq!(decided(&dry), decided(&real));
    for count in ["send", "duplicate", "hold", "wait"] {
        assert_eq!(dry["summary"][count], real["summary"][count], "{count}");
    }
    assert_eq!(entry(&real, "vask_korsbaek_202305.txt")["outcome"], "delivered");
}

#[test]
fn it_does_not_need_the_server() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.server.as_embedded().behave(|b| b.unreachable = true);
    town.run(["run", "--dry-run"]).exit(0).stdout_has(MAD);
    assert_eq!(town.server.connections(), 0);
}

#[test]
fn an_approval_shows_in_it_and_is_not_used_up() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    town.server.as_embedded().empty();
    town.file(MAD, MAD_MAY);
    town.run(["run"]).exit(3);
    town.run(["approve", MAD, "--reason", "rettet"]).exit(0);
    for _ in 0..2 {
        let dry = town.run(["run", "--dry-run", "--json"]).exit(0).json();
        assert_eq!(entry(&dry, MAD)["reason"], "approved");
    }
    assert_eq!(entry(&town.deliver(0), MAD)["outcome"], "delivered");
}

#[test]
fn it_needs_no_host_key() {
    let town = Town::new();
    town.unset("sftp.host_key");
    town.file(MAD, MAD_APRIL);
    let dry = town.run(["run", "--dry-run", "--json"]).exit(0).json();
    assert_eq!(entry(&dry, MAD)["decision"], "send");
    assert_eq!(town.server.connections(), 0);
    town.run(["run"]).exit(2);
}
