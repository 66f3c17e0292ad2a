//! Taking an approval back.

use serde_json::Value;

use crate::support::output::{assert_decided, entry};
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, MAD_MAY};

const REASON: [&str; 2] = ["--reason", "leverandøren sender en ny fil i stedet"];

/// April was delivered, another April is held, and approved.
fn approved() -> Town {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    town.server.as_embedded().empty();
    town.file(MAD, MAD_MAY);
    town.run(["run"]).exit(3);
    town.run(["approve", "1", "--reason", "oven i"]).exit(0);
    town
}

fn withdraw(town: &Town, what: &str, exit: i32) -> crate::support::output::Output {
    town.run(["withdraw", what, REASON[0], REASON[1], "--language", "da"]).exit(exit)
}

fn held_under_1(town: &Town) -> Value {
    let run = town.deliver(3);
    assert_decided(&run, MAD, "hold", "slot_taken", "held");
    assert_eq!(entry(&run, MAD)["hold_id"], 1, "the same hold");
    assert_eq!(town.server.received().len(), 1, "nothing more was sent");
    run
}

fn lines(town: &Town, kind: &str) -> usize {
    let lines = std::fs::read_to_string(town.path("archive/receipts/2023-04.jsonl")).unwrap();
    lines.matches(&format!("\"attests\":\"{kind}\"")).count()
}

#[test]
fn the_file_is_held_again_under_the_same_hold() {
    for what in ["1", MAD] {
        let town = approved();
        withdraw(&town, what, 0).says("trukket tilbage").says(MAD);
        assert_eq!(lines(&town, "withdrawn"), 1, "its line is written before it is answered as done");
        held_under_1(&town);
        town.run(["ledger", "verify"]).exit(0);
        let history = town.run(["history", "--language", "da"]).exit(0);
        history.stdout_has("godkendt").stdout_has("trukket tilbage 14. april 2023 kl. 06:00");
        let json = town.run(["history", "--json"]).exit(0).json();
        let decision =
            json["entries"].as_array().unwrap().iter().find(|one| one["kind"] == "decision").unwrap();
        assert_eq!(decision["withdrawn_why"], REASON[1]);
        withdraw(&town, what, 2).says("allerede trukket tilbage");
        town.run(["approve", "1", "--reason", "alligevel oven i"]).exit(0);
        assert_decided(&town.deliver(0), MAD, "send", "approved", "delivered");
        withdraw(&town, what, 2).says("brugt af levering 2");
        town.run(["ledger", "verify"]).exit(0);
        // What went is used up; the one that was taken back lets nothing go.
        town.file(MAD, MAD_MAY);
        assert_decided(&town.deliver(0), MAD, "duplicate", "already_delivered", "duplicate");
    }
}

#[test]
fn what_was_not_approved_has_nothing_to_take_back() {
    let town = approved();
    town.file("snak.txt", "uden måned");
    town.run(["run", "--dry-run"]).exit(3);
    for what in ["99", "snak.txt", "findes_ikke.txt"] {
        withdraw(&town, what, 2).says("ingen godkendelse").says(what);
    }
    town.run(["withdraw", "1"]).exit(2).says("--reason");
    assert_eq!(lines(&town, "withdrawn"), 0);
    // A rejection after the approval ends it already.
    town.run(["reject", "1", "--reason", "forkert"]).exit(0);
    withdraw(&town, MAD, 2).says("ingen godkendelse");
}

#[test]
fn an_approval_is_taken_back_of_a_file_that_has_left_the_folder() {
    for what in ["1", MAD] {
        let town = approved();
        std::fs::rename(town.path("drop").join(MAD), town.path(MAD)).unwrap();
        withdraw(&town, what, 0);
        std::fs::rename(town.path(MAD), town.path("drop").join(MAD)).unwrap();
        held_under_1(&town);
    }
}

#[test]
fn it_stays_taken_back_in_a_ledger_that_was_lost_or_put_back() {
    let town = approved();
    withdraw(&town, "1", 0);
    for name in ["ledger.db", "ledger.db-wal", "ledger.db-shm"] {
        let path = town.path(name);
        assert!(!path.exists() || std::fs::remove_file(path).is_ok());
    }
    town.run(["ledger", "rebuild"]).exit(0);
    held_under_1(&town);
    town.run(["ledger", "verify"]).exit(0);

    let town = approved();
    town.run(["ledger", "backup", "kopi.db"]).exit(0);
    withdraw(&town, "1", 0);
    for name in ["ledger.db", "ledger.db-wal", "ledger.db-shm"] {
        let path = town.path(name);
        assert!(!path.exists() || std::fs::remove_file(path).is_ok());
    }
    std::fs::copy(town.path("kopi.db"), town.path("ledger.db")).unwrap();
    town.run(["run"]).exit(6);
    assert_eq!(town.server.received().len(), 1);
    town.run(["ledger", "restored", "--reason", "disken gik i stykker"]).exit(0);
    held_under_1(&town);
    town.run(["ledger", "verify"]).exit(0);
}

#[test]
fn approving_shows_what_the_file_is_and_what_kp_has_first() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    town.server.as_embedded().empty();
    town.file(MAD, MAD_MAY);
    town.run(["run"]).exit(3);
    let said = town.run(["approve", "1", "--reason", "oven i", "--language", "da"]).exit(0).out();
    let facts = said.find("31 B, serie mad_korsbaek_*.txt, periode 2023-04").unwrap();
    let at_kp = said.find(&format!("KP har {MAD} (50 B")).unwrap();
    let done = said.find("er godkendt").unwrap();
    assert!(facts < at_kp && at_kp < done, "{said}");
    let town = approved();
    let json = town.run(["approve", "1", "--reason", "oven i", "--json"]).exit(0).json();
    let decision = &json["decisions"][0];
    assert_eq!((&decision["size"], &decision["period"]), (&31.into(), &"2023-04".into()), "{json:#}");
    assert_eq!(decision["at_kp"][0]["delivery_id"], 1);
}
