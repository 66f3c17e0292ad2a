//! What a person decides: approve, reject, resolve, and looking things up.

use std::fs;

use serde_json::Value;

use crate::story::id_text;
use crate::support::output::{assert_decided, entry};
use crate::support::server::Rename;
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, MAD_MAY, VASK, VASK_APRIL};

/// April was delivered, and another April lies in the folder; its hold id.
fn second_april() -> (Town, String) {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    // KP has taken the first one.
    town.server.as_embedded().empty();
    town.file(MAD, MAD_MAY);
    let held = id_text(&entry(&town.deliver(3), MAD)["hold_id"]);
    (town, held)
}

/// The one list in an object of `--json`.
#[track_caller]
fn list(object: &Value) -> &Vec<Value> {
    assert_eq!(object["schema"], 1);
    let mut lists = object.as_object().unwrap().values().filter_map(Value::as_array);
    let first = lists.next().unwrap();
    assert!(lists.next().is_none(), "one list in {object:#}");
    first
}

fn approved_then_sent(town: &Town, what: &str) {
    town.run(["approve", what, "--reason", "rettet af leverandøren"]).exit(0);
    assert_eq!(town.server.received().len(), 1, "it goes with the next run, not before");
    let run = town.deliver(0);
    assert_decided(&run, MAD, "send", "approved", "delivered");
    assert_eq!(town.server.received().len(), 2);
}

#[test]
fn approved_by_its_id_it_goes() {
    let (town, id) = second_april();
    approved_then_sent(&town, &id);
}

#[test]
fn approved_by_its_name_it_goes() {
    let (town, _) = second_april();
    approved_then_sent(&town, MAD);
}

#[test]
fn an_approval_is_for_these_bytes_and_one_delivery() {
    let (town, id) = second_april();
    town.run(["approve", &id, "--reason", "rettet"]).exit(0);
    town.file(MAD, "endnu en april");
    assert_decided(&town.deliver(3), MAD, "hold", "slot_taken", "held");
    town.file(MAD, MAD_MAY);
    assert_decided(&town.deliver(0), MAD, "send", "approved", "delivered");
    town.file(MAD, MAD_MAY);
    assert_decided(&town.deliver(0), MAD, "duplicate", "already_delivered", "duplicate");
}

#[test]
fn a_decision_needs_a_reason_and_something_to_decide() {
    let (town, id) = second_april();
    for command in ["approve", "reject"] {
        town.run([command, &id]).exit(2).says("--reason");
        town.run([command, "--reason", "fordi"]).exit(2);
        town.run([command, "findes_ikke.txt", "--reason", "fordi"]).exit(2).says("findes_ikke.txt");
    }
    assert_decided(&town.deliver(3), MAD, "hold", "slot_taken", "held");
}

#[test]
fn rejected_it_leaves_the_folder_and_does_not_come_back() {
    let (town, id) = second_april();
    town.run(["reject", &id, "--reason", "forkert fil"]).exit(0).says(MAD);
    assert!(town.dropped().is_empty());
    let rejected: Vec<_> = town.archived().into_iter().filter(|path| path.starts_with("rejected/")).collect();
    assert_eq!(rejected.len(), 1, "{:?}", town.archived());
    assert_eq!(std::fs::read_to_string(town.path("archive").join(&rejected[0])).unwrap(), MAD_MAY);
    assert_eq!(town.deliver(0)["summary"]["hold"], 0);
    town.file(MAD, MAD_MAY);
    assert_decided(&town.deliver(3), MAD, "hold", "rejected", "held");
    assert_eq!(town.server.received().len(), 1);
}

/// A delivery whose rename was done, whose reply was lost, and whose file KP took at once; its id.
pub fn in_doubt() -> (Town, String) {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.server.as_embedded().behave(|b| {
        (b.rename, b.rename_times, b.takes_at_once) = (Rename::DoneReplyLost, Some(1), true);
    });
    let run = town.deliver(3);
    let file = entry(&run, MAD);
    assert_eq!(file["outcome"], "in_doubt", "{run:#}");
    assert_eq!(run["summary"]["in_doubt"], 1);
    assert_decided(&town.deliver(3), MAD, "hold", "in_doubt", "held");
    assert_eq!(town.server.received().len(), 1, "never again without a person's word");
    let id = id_text(&file["delivery_id"]);
    (town, id)
}

/// What is said of other files while nobody knows whether KP got this one.
#[test]
fn nothing_beside_a_delivery_in_doubt_says_that_kp_has_it() {
    let (town, id) = in_doubt();
    let copy = MAD.replace(".txt", " (2).txt");
    let later = MAD.replace("202304", "202305");
    for (file, content, doubt) in [
        (&copy, "en rettet fil", "it is not known whether KP got"),
        (&later, MAD_APRIL, "the same content may have been delivered"),
    ] {
        town.file(file, content);
        let said = town.run(["run"]).exit(3).out().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(doubt), "{said}");
        for untrue in ["was delivered", "for the period already", "KP has the first one, and", ", –)"] {
            assert!(!said.contains(untrue), "{untrue}: {said}");
        }
        fs::remove_file(town.path("drop").join(file)).unwrap();
    }
    let rejected = town.run(["reject", MAD, "--reason", "forkert"]).exit(0);
    rejected.says("it is still not known whether KP got it").says(&format!("resolve {id}"));
    assert_eq!(town.deliver(3)["matters"][0]["kind"], "in_doubt");
}

#[test]
fn in_doubt_resolved_as_delivered_is_done() {
    let (town, id) = in_doubt();
    town.run(["resolve", &id, "--delivered", "--reason", "KP har kvitteret"]).exit(0);
    town.run(["run"]).exit(0);
    assert!(town.dropped().is_empty());
    assert_eq!(town.server.received().len(), 1);
}

#[test]
fn in_doubt_resolved_as_not_delivered_goes_again() {
    let (town, id) = in_doubt();
    town.run(["resolve", &id, "--not-delivered", "--reason", "KP fik den aldrig"]).exit(0);
    let run = town.deliver(0);
    assert_eq!(entry(&run, MAD)["outcome"], "delivered", "{run:#}");
    assert_eq!(town.server.received().len(), 2);
}

#[test]
fn a_delivery_can_be_taken_back() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    let id = id_text(&entry(&town.deliver(0), MAD)["delivery_id"]);
    town.server.as_embedded().empty();
    town.run(["resolve", &id, "--not-delivered", "--reason", "KP mistede den"]).exit(0);
    town.file(MAD, MAD_APRIL);
    assert_eq!(entry(&town.deliver(0), MAD)["outcome"], "delivered");
    assert_eq!(town.server.received().len(), 2);
}

#[test]
fn resolve_wants_to_know_which_way() {
    let (town, id) = in_doubt();
    town.run(["resolve", &id, "--reason", "hm"]).exit(2);
    town.run(["resolve", &id, "--delivered", "--not-delivered", "--reason", "hm"]).exit(2);
    town.run(["resolve", "4711", "--delivered", "--reason", "hm"]).exit(2).says("4711");
}

#[test]
fn history_finds_by_series_period_state_and_number() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.file(VASK, VASK_APRIL);
    town.run(["run"]).exit(0);
    town.at("2023-05-12T06:00:00+02:00");
    town.file("mad_korsbaek_202305.txt", MAD_MAY);
    town.run(["run"]).exit(0);

    let found = |args: &[&str]| {
        let args = ["history", "--json"].iter().chain(args);
        list(&town.run(args).exit(0).json()).len()
    };
    assert_eq!(found(&[]), 3);
    assert_eq!(found(&["--series", "mad_korsbaek_*.txt"]), 2);
    assert_eq!(found(&["--period", "2023-04"]), 2);
    assert_eq!(found(&["--series", "mad_korsbaek_*.txt", "--period", "2023-05"]), 1);
    assert_eq!(found(&["--state", "archived"]), 3);
    // What is put away is delivered too.
    assert_eq!(found(&["--state", "delivered"]), 3);
    assert_eq!(found(&["--state", "leveret", "--period", "2023-05"]), 1);
    assert_eq!(found(&["--state", "in_doubt"]), 0);
    assert_eq!(found(&["--limit", "1"]), 1);

    let may = town.run(["history", "--period", "2023-05", "--json"]).exit(0).json();
    assert_eq!(list(&may)[0]["period"], "2023-05");
    assert_eq!(list(&may)[0]["state"], "archived");
    town.run(["history", "--period", "2023-04"])
        .exit(0)
        .plain()
        .stdout_has("2023-04")
        .stdout_lacks("2023-05")
        .stdout_has("vask_korsbaek");
    town.run(["history", "--period", "april"]).exit(2).says("april");
    town.run(["history", "--state", "sovende"]).exit(2).says("sovende");
}

#[test]
fn history_of_a_town_without_any_is_empty() {
    let town = Town::new();
    let before = town.snapshot();
    assert!(list(&town.run(["history", "--json"]).exit(0).json()).is_empty());
    town.run(["history"]).exit(0);
    assert_eq!(town.snapshot(), before);
}

#[test]
fn what_only_the_server_could_hold_can_be_rejected() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.server.as_embedded().put(&format!("ind/{MAD}"), b"somebody else's file");
    let held = town.deliver(3);
    assert_eq!(held["files"][0]["reason"], "remote_name_taken", "{held:#}");
    let id = held["files"][0]["hold_id"].to_string();
    town.run(["approve", &id, "--reason", "alligevel"]).exit(2);
    town.run(["reject", &id, "--reason", "sendt i hånden"]).exit(0);
    assert!(town.dropped().is_empty());
    town.run(["run"]).exit(0);
}

/// Whoever serves many municipalities pastes a command into a shell where another configuration is the usual one.
#[test]
fn commands_name_the_configuration_that_was_named() {
    let (town, id) = second_april();
    let commands = |args: &[&str]| -> Vec<String> {
        let status = town.run(args).exit(3).json();
        let matters = status["matters"].as_array().unwrap().iter();
        let commands = matters.flat_map(|matter| matter["commands"].as_array().unwrap().clone());
        commands.map(|command| command.as_str().unwrap().to_owned()).collect()
    };
    let plain = format!("traekfil approve {id} --reason \"…\"");
    assert!(commands(&["status", "--json"]).contains(&plain));
    let config = town.path("config.toml").display().to_string();
    // A drive's colon wants quotes.
    let quote = if cfg!(windows) { "\"" } else { "" };
    let named = format!("{plain} --config {quote}{}{quote}", config.replace('\\', "/"));
    assert!(commands(&["status", "--json", "--config", &config]).contains(&named), "{named}");
    town.run(["run", "--config", &config]).exit(3).stdout_has(&named);
    town.env("TRAEKFIL_CONFIG", &config);
    assert!(commands(&["status", "--json"]).contains(&named), "{named}");
}
