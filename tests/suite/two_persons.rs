//! `[policy] two_persons`: a second file for KP goes only at two persons' word.
//!
//! A person is who logged in, which root can say of a process of its own, so these tests need root to have two.
#![cfg(target_os = "linux")]

use std::process::Command;

use crate::story::id_text;
use crate::support::output::{Output, Running, assert_decided, entry};
use crate::support::town::Town;
use crate::support::users::{self, ANNA, BO, SERVICE};
use crate::{MAD, MAD_APRIL, MAD_MAY};

/// April was delivered, and another April is held; the hold's id.
fn second_april() -> (Town, String) {
    let town = Town::new();
    town.set("policy.two_persons", true);
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    town.server.as_embedded().empty();
    town.file(MAD, MAD_MAY);
    let id = id_text(&entry(&town.deliver(3), MAD)["hold_id"]);
    (town, id)
}

fn approve(town: &Town, who: &str, what: &str) -> Output {
    users::as_person(town, who, &["approve", what, "--reason", "leverandøren bekræfter"])
}

#[test]
fn the_second_person_lets_it_go_by_number_or_name() {
    if !users::can_be_had() {
        return;
    }
    let (town, id) = second_april();
    approve(&town, "bente", &id).exit(0).says("bente");
    let run = town.deliver(3);
    assert_decided(&run, MAD, "hold", "slot_taken", "held");
    assert_eq!(id_text(&entry(&run, MAD)["hold_id"]), id, "the same matter still");
    town.run(["run"]).exit(3).stdout_has("bente").stdout_has(&format!("approve {id}"));
    town.run(["run", "--dry-run"]).exit(3).stdout_has("bente");
    approve(&town, "bente", MAD).exit(2).says("bente");
    approve(&town, "bente", &id).exit(2);
    assert_decided(&town.deliver(3), MAD, "hold", "slot_taken", "held");
    approve(&town, "anders", MAD).exit(0);
    assert_decided(&town.deliver(0), MAD, "send", "approved", "delivered");
    assert_eq!(town.server.received().len(), 2);
    town.run(["ledger", "verify"]).exit(0);
}

#[test]
fn one_person_named_twice_in_a_command_is_one() {
    if !users::can_be_had() {
        return;
    }
    let (town, id) = second_april();
    users::as_person(&town, "bente", &["approve", &id, MAD, "--reason", "begge veje"]).exit(0);
    assert_decided(&town.deliver(3), MAD, "hold", "slot_taken", "held");
}

#[test]
fn both_words_are_used_up_by_one_delivery() {
    if !users::can_be_had() {
        return;
    }
    let (town, id) = second_april();
    approve(&town, "bente", &id).exit(0);
    approve(&town, "anders", &id).exit(0);
    let delivered = id_text(&entry(&town.deliver(0), MAD)["delivery_id"]);
    let history = town.run(["history"]).exit(0).out();
    assert_eq!(history.matches(&format!(" {delivered})")).count(), 2, "{history}");
    // After the delivery was taken back, two approvals are needed again.
    town.server.as_embedded().empty();
    town.run(["resolve", &delivered, "--not-delivered", "--reason", "KP mistede den"]).exit(0);
    town.file(MAD, MAD_MAY);
    assert_decided(&town.deliver(3), MAD, "hold", "slot_taken", "held");
    approve(&town, "bente", MAD).exit(0);
    assert_decided(&town.deliver(3), MAD, "hold", "slot_taken", "held");
    approve(&town, "anders", MAD).exit(0);
    assert_decided(&town.deliver(0), MAD, "send", "approved", "delivered");
}

#[test]
fn a_rejection_or_another_content_begins_anew() {
    if !users::can_be_had() {
        return;
    }
    let (town, id) = second_april();
    approve(&town, "bente", &id).exit(0);
    town.file(MAD, "endnu en april");
    town.run(["run"]).exit(3).never_says("bente");
    approve(&town, "anders", MAD).exit(0);
    assert_decided(&town.deliver(3), MAD, "hold", "slot_taken", "held");

    town.file(MAD, MAD_MAY);
    users::as_person(&town, "dorte", &["reject", MAD, "--reason", "forkert"]).exit(0);
    assert!(town.dropped().is_empty());
    assert_eq!(town.archived().iter().filter(|path| path.starts_with("rejected/")).count(), 1);
    town.file(MAD, MAD_MAY);
    approve(&town, "anders", MAD).exit(0);
    assert_decided(&town.deliver(3), MAD, "hold", "slot_taken", "held");
    approve(&town, "bente", MAD).exit(0);
    assert_decided(&town.deliver(0), MAD, "send", "approved", "delivered");
}

#[test]
fn the_same_bytes_for_another_month_take_two_and_an_odd_name_takes_one() {
    if !users::can_be_had() {
        return;
    }
    let (town, id) = second_april();
    town.run(["reject", &id, "--reason", "forkert"]).exit(0);
    let may = "mad_korsbaek_202305.txt";
    town.file(may, MAD_APRIL);
    town.file("snak.txt", "uden måned");
    town.run(["run"]).exit(3);
    approve(&town, "bente", may).exit(0);
    approve(&town, "bente", "snak.txt").exit(0);
    let run = town.deliver(3);
    assert_decided(&run, "snak.txt", "send", "approved", "delivered");
    assert_decided(&run, may, "hold", "same_content_other_slot", "held");
    approve(&town, "anders", may).exit(0);
    assert_decided(&town.deliver(0), may, "send", "approved", "delivered");
}

#[test]
fn of_two_that_one_person_approved_the_second_says_why_it_waits() {
    if !users::can_be_had() {
        return;
    }
    let (town, id) = second_april();
    town.run(["reject", &id, "--reason", "forkert"]).exit(0);
    let files = ["mad_korsbaek_202305.txt", "mad_korsbaek_2023-05.txt"];
    town.file(files[0], "maj");
    town.file(files[1], "også maj");
    town.run(["run"]).exit(3);
    for file in files {
        approve(&town, "bente", file).exit(0);
    }
    let dry = town.run(["run", "--dry-run"]).exit(3);
    dry.stdout_has("another file for the period goes with this run").never_says("()");
    assert_decided(&town.deliver(3), files[0], "hold", "slot_taken", "held");
}

/// Whatever the environment says and whoever runs it: one who cannot be told is nobody's second person.
#[test]
fn who_cannot_be_told_is_no_second_person() {
    if !users::can_be_had() {
        return;
    }
    let (town, id) = second_april();
    let try_as = |user: u32, login: Option<u32>, words: &[&str]| {
        let program = users::program(&town);
        let program = program.to_str().unwrap();
        let all: Vec<&str> =
            words.iter().copied().chain([program, "approve", &id, "--reason", "igen"]).collect();
        Running::start(&mut users::command(&town, user, login, &all)).finish()
    };
    // Root by itself, with made-up variables: written as unknown, and told how to do it right.
    try_as(0, None, &["env", "SUDO_USER=bo", "SUDO_UID=4002"])
        .exit(0)
        .says("unknown")
        .says("sudo -u")
        .never_says("bo ");
    assert_decided(&town.deliver(3), MAD, "hold", "slot_taken", "held");
    approve(&town, "anna", &id).exit(0).says("anna");
    for words in [&["env", "SUDO_USER=bo"][..], &["env", "SUDO_UID=4002"], &["env", "-u", "SUDO_USER"]] {
        for login in [None, Some(ANNA)] {
            try_as(0, login, words).exit(2);
            assert_decided(&town.deliver(3), MAD, "hold", "slot_taken", "held");
        }
    }
    // Root's own login is nobody.
    try_as(0, Some(0), &["env"]).exit(2).says("sudo -u");
    approve(&town, "bo", &id).exit(0);
    assert_decided(&town.deliver(0), MAD, "send", "approved", "delivered");
    let told = town.run(["ledger", "export", "--format", "json"]).exit(0).out();
    assert!(told.contains("\"unknown\"") && told.contains("\"anna\"") && told.contains("\"bo\""), "{told}");
}

/// By `sudo` itself, in a town that is the service's.
#[test]
fn sudo_tells_who_called_it_and_its_variables_alone_do_not() {
    if !users::can_be_had() {
        return;
    }
    if Command::new("sudo").arg("--version").output().is_err() {
        eprintln!("skipped: sudo is not on this machine");
        return;
    }
    let (town, id) = second_april();
    let program = users::program(&town);
    users::command(&town, 0, None, &[]);
    users::give(&town.path(""), SERVICE);
    let config = town.path("config.toml");
    town.env("TRAEKFIL_CONFIG", config.to_str().unwrap());
    users::give(&town.path("users"), 0);
    users::give(&town.path("bin"), 0);
    let approve = |caller: u32, words: &[&str]| {
        let program = program.to_str().unwrap();
        let said: Vec<&str> =
            words.iter().copied().chain([program, "approve", &id, "--reason", "igen"]).collect();
        let mut command = users::command(&town, caller, None, &said);
        Running::start(&mut command).finish()
    };
    let sudo = ["sudo", "-E", "-n", "-u", "traekfil"];
    let with = |more: &[&'static str]| [&sudo[..], more].concat();
    approve(ANNA, &sudo).exit(0).says("anna");
    // Anna again, under other names.
    for again in
        [with(&["env", "SUDO_UID=4002"]), with(&["env", "SUDO_USER=bo"]), with(&["env", "-u", "SUDO_UID"])]
    {
        approve(ANNA, &again).exit(2);
    }
    approve(ANNA, &["sudo", "-E", "-n", "-u", "bo", "sudo", "-E", "-n", "-u", "traekfil"]).exit(2);
    assert_decided(&town.deliver(3), MAD, "hold", "slot_taken", "held");
    approve(BO, &["sudo", "-E", "-n"]).exit(0);
    assert_decided(&town.deliver(0), MAD, "send", "approved", "delivered");
}
