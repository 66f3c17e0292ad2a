//! Every row of the table of decisions, through the program.

use std::time::Duration;

use serde_json::Value;

use crate::support::output::{assert_decided, entry};
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, MAD_MAY, VASK, VASK_APRIL};

/// A series `mad` whose files come under two names.
const TWO_NAMES: &str = r#"name = "mad"
files = ["mad_*.txt", "kost_*.txt"]"#;

fn delivered_april() -> Town {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    town
}

/// Runs with one file under a policy, and answers the run's result.
#[track_caller]
fn under_policy(town: &Town, file: &str, content: &str, policy: &str, value: &str) -> Value {
    town.set(&format!("policy.{policy}"), value);
    let before = town.server.received().len();
    town.file(file, content);
    let (exit, decision, outcome, sent, stays) = match value {
        "hold" => (3, "hold", "held", 0, true),
        "skip" => (0, "skip", "skipped", 0, true),
        "send" => (0, "send", "delivered", 1, false),
        other => panic!("no policy is called {other}"),
    };
    let run = town.deliver(exit);
    let got = entry(&run, file);
    assert_eq!(
        (got["decision"].as_str(), got["outcome"].as_str()),
        (Some(decision), Some(outcome)),
        "{run:#}"
    );
    assert_eq!(got["hold_id"].is_null(), value != "hold", "{run:#}");
    if value != "send" {
        assert_eq!(got["reason"], policy);
    }
    assert_eq!(town.server.received().len() - before, sent);
    assert_eq!(town.dropped().contains(&file.to_owned()), stays);
    run
}

#[test]
fn same_content_other_slot_obeys_its_policy() {
    for value in ["hold", "skip", "send"] {
        let town = delivered_april();
        under_policy(&town, "mad_korsbaek_202305.txt", MAD_APRIL, "same_content_other_slot", value);
    }
}

#[test]
fn unknown_period_obeys_its_policy() {
    for value in ["hold", "send"] {
        under_policy(&Town::new(), "mad_korsbaek.txt", MAD_APRIL, "unknown_period", value);
    }
}

#[test]
fn two_periods_in_a_name_are_none() {
    let name = "mad_korsbaek_202304_202305.txt";
    let run = under_policy(&Town::new(), name, MAD_APRIL, "unknown_period", "hold");
    assert_eq!(entry(&run, name)["period"], Value::Null);
}

#[test]
fn old_period_obeys_its_policy() {
    for value in ["hold", "skip", "send"] {
        under_policy(&Town::new(), "mad_korsbaek_202302.txt", MAD_APRIL, "old_period", value);
    }
}

#[test]
fn future_period_obeys_its_policy() {
    for value in ["hold", "send"] {
        under_policy(&Town::new(), "mad_korsbaek_202306.txt", MAD_APRIL, "future_period", value);
    }
}

#[test]
fn slot_taken_obeys_its_policy() {
    for value in ["hold", "send"] {
        let town = delivered_april();
        // KP takes the first file, since the second one would get its name on the server.
        town.server.as_embedded().empty();
        under_policy(&town, MAD, MAD_MAY, "slot_taken", value);
    }
}

#[test]
fn unknown_series_obeys_its_policy() {
    for value in ["hold", "skip", "send"] {
        let town = Town::new();
        town.series("name = \"mad\"\nfiles = [\"mad_*.txt\"]");
        under_policy(&town, "rettet_mad_korsbaek_202304.txt", MAD_APRIL, "unknown_series", value);
    }
}

#[test]
fn new_series_obeys_its_policy() {
    for value in ["hold", "send"] {
        under_policy(&delivered_april(), VASK, VASK_APRIL, "new_series", value);
    }
}

#[test]
fn a_policy_that_a_row_does_not_know_is_refused() {
    for policy in ["unknown_period", "future_period", "new_series", "slot_taken"] {
        let town = Town::new();
        town.set(&format!("policy.{policy}"), "skip");
        town.run(["run"]).exit(2).says(policy);
    }
}

#[test]
fn the_month_before_and_the_month_after_are_sent_unasked() {
    let town = Town::new();
    for (month, content) in [("202303", "marts"), ("202304", "april"), ("202305", "maj")] {
        town.file(format!("mad_korsbaek_{month}.txt"), content);
    }
    let run = town.deliver(0);
    assert_eq!(run["summary"]["delivered"], 3);
    town.set("period.months_back", 0).set("period.months_ahead", 0);
    town.file("vask_korsbaek_202303.txt", "marts!");
    town.file("vask_korsbaek_202305.txt", "maj!");
    let run = town.deliver(3);
    assert_decided(&run, "vask_korsbaek_202303.txt", "hold", "old_period", "held");
    assert_decided(&run, "vask_korsbaek_202305.txt", "hold", "future_period", "held");
}

#[test]
fn the_turn_of_the_year_is_a_month_like_others() {
    let town = Town::new();
    town.at("2024-01-05T06:00:00+01:00");
    town.file("mad_korsbaek_202312.txt", "december");
    town.file("mad_korsbaek_202311.txt", "november");
    let run = town.deliver(3);
    assert_decided(&run, "mad_korsbaek_202312.txt", "send", "new", "delivered");
    assert_decided(&run, "mad_korsbaek_202311.txt", "hold", "old_period", "held");
}

#[test]
fn two_different_aprils_in_one_run_are_both_held() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.file("mad_korsbaek_2023-04.txt", MAD_MAY);
    let run = town.deliver(3);
    assert_decided(&run, MAD, "hold", "conflict_in_run", "held");
    assert_decided(&run, "mad_korsbaek_2023-04.txt", "hold", "conflict_in_run", "held");
    assert!(town.server.received().is_empty());
    assert_eq!(town.dropped().len(), 2);
}

#[test]
fn the_same_file_under_two_names_goes_once() {
    let town = Town::new();
    town.series(TWO_NAMES);
    town.file(MAD, MAD_APRIL);
    town.file("kost_korsbaek_202304.txt", MAD_APRIL);
    let run = town.deliver(0);
    let reasons = ["kost_korsbaek_202304.txt", MAD].map(|name| entry(&run, name)["reason"].as_str().unwrap());
    assert!(matches!(reasons, ["new", "duplicate_in_run"] | ["duplicate_in_run", "new"]), "{run:#}");
    assert_eq!(run["summary"]["duplicate"], 1);
    assert_eq!(entry(&run, MAD)["series"], "mad");
    assert_eq!(town.server.received().len(), 1);
    assert!(town.dropped().is_empty());
}

#[test]
fn a_series_may_take_many_files_a_period() {
    let town = Town::new();
    town.series(&format!("{TWO_NAMES}\nper_period = \"many\""));
    town.file(MAD, MAD_APRIL);
    town.file("kost_korsbaek_202304.txt", MAD_MAY);
    assert_eq!(town.deliver(0)["summary"]["delivered"], 2);
    town.file("kost_korsbaek_2023-04.txt", "en tredje");
    let run = town.deliver(0);
    assert_decided(&run, "kost_korsbaek_2023-04.txt", "send", "new", "delivered");
}

#[test]
fn a_period_can_stand_in_the_content() {
    let town = Town::new();
    town.series(
        r#"name = "mad"
files = ["mad.txt"]
period = 'PERIODE (?<year>\d{4})(?<month>\d{2})'
period_in = "content""#,
    );
    town.file("mad.txt", "PERIODE 202304\n0000000000;100\n");
    let run = town.deliver(0);
    assert_eq!(entry(&run, "mad.txt")["period"], "2023-04");
    assert_eq!(entry(&run, "mad.txt")["series"], "mad");
}

#[test]
fn an_empty_file_is_held() {
    let town = Town::new();
    town.file(MAD, "");
    assert_decided(&town.deliver(3), MAD, "hold", "empty", "held");
    assert!(town.server.received().is_empty());
    assert_eq!(town.dropped(), [MAD]);
}

#[test]
fn a_file_that_was_just_written_waits() {
    let town = Town::new();
    town.set("scan.settle", "4s");
    town.file_aged(MAD, MAD_APRIL, Duration::from_secs(3));
    let run = town.deliver(0);
    assert_decided(&run, MAD, "wait", "unsettled", "waiting");
    assert_eq!(run["summary"]["wait"], 1);
    assert_eq!(town.dropped(), [MAD]);
    assert_eq!(town.server.connections(), 0, "nothing to deliver, nobody to call");
    town.at("2023-04-14T06:01:00+02:00");
    assert_decided(&town.deliver(0), MAD, "send", "new", "delivered");
}

#[test]
fn only_what_the_scan_includes_is_a_file() {
    let town = Town::new();
    town.set("scan.include", vec!["*.txt"]);
    for name in [MAD, "kladde.tmp", "mad_korsbaek_202304.csv", ".skjult.txt", "~$mad.txt"] {
        town.file(name, MAD_APRIL);
    }
    std::fs::create_dir(town.path("drop/gammelt")).unwrap();
    town.file("gammelt/mad_korsbaek_202305.txt", MAD_MAY);
    let run = town.deliver(0);
    assert_eq!(run["files"].as_array().unwrap().len(), 1, "{run:#}");
    assert_decided(&run, MAD, "send", "new", "delivered");
    town.set("scan.subfolders", true);
    let run = town.deliver(0);
    assert_decided(&run, "gammelt/mad_korsbaek_202305.txt", "send", "new", "delivered");
}

#[test]
fn a_file_from_the_future_waits_where_watching_it_would_take_long() {
    let town = Town::new();
    town.set("scan.settle", "10m");
    let file = town.file(MAD, MAD_APRIL);
    let later = std::time::SystemTime::now() + Duration::from_secs(3600);
    std::fs::File::options().write(true).open(file).unwrap().set_modified(later).unwrap();
    assert_decided(&town.deliver(0), MAD, "wait", "unsettled", "waiting");
}
