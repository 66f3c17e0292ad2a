//! A plan that is looked at first and done later: nothing goes that it does not say.

use serde_json::Value;

use crate::support::output::{assert_decided, entry};
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, MAD_MAY, VASK, VASK_APRIL, sha256};

const SAVE: [&str; 4] = ["run", "--dry-run", "--save", "plan.json"];
const BY_PLAN: [&str; 4] = ["run", "--plan", "plan.json", "--json"];

fn planned() -> Town {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.file(VASK, VASK_APRIL);
    town.run(SAVE).exit(0).says("--plan");
    town
}

fn document(town: &Town) -> Value {
    serde_json::from_slice(&std::fs::read(town.path("plan.json")).unwrap()).unwrap()
}

/// The kind of the one difference about a file.
#[track_caller]
fn kind<'a>(run: &'a Value, path: &str) -> &'a str {
    let all = run["plan"]["differences"].as_array().unwrap();
    let found: Vec<_> = all.iter().filter(|difference| difference["path"] == path).collect();
    assert_eq!(found.len(), 1, "one difference about {path} in {run:#}");
    found[0]["kind"].as_str().unwrap()
}

#[test]
fn what_was_planned_goes_and_nothing_else_is_written() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    let before = town.snapshot();
    town.run(SAVE).exit(0);
    let mut after = town.snapshot();
    assert!(after.remove(std::path::Path::new("plan.json")).is_some());
    let folder = std::path::PathBuf::new();
    assert!(after.keys().eq(before.keys()), "only the plan");
    assert!(after.iter().all(|(path, thing)| *path == folder || before[path] == *thing));
    let plan = document(&town);
    let file = &plan["files"][0];
    assert_eq!((&plan["schema"], &plan["ledger"]["event"]), (&1.into(), &1.into()));
    assert_eq!((&file["path"], &file["sha256"]), (&MAD.into(), &sha256(MAD_APRIL).into()));
    assert_eq!((&file["decision"], &file["reason"]), (&"send".into(), &"new".into()));
    assert_eq!(file["remote_path"], format!("ind/{MAD}"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(town.path("plan.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let run = town.run(BY_PLAN).exit(0).json();
    assert_decided(&run, MAD, "send", "new", "delivered");
    assert_eq!(run["plan"]["differences"], Value::Array(Vec::new()));
    assert_eq!(town.server.received().len(), 1);
    assert_eq!(town.run(["run", "--json"]).exit(0).json()["plan"], Value::Null);
}

#[test]
fn what_has_changed_since_is_named_and_not_sent() {
    let town = planned();
    town.file(MAD, MAD_MAY);
    town.file("frugt_korsbaek_202304.txt", "æbler");
    std::fs::remove_file(town.path("drop").join(VASK)).unwrap();

    let before = town.snapshot();
    let dry = town.run(["run", "-n", "--plan", "plan.json", "--json"]).exit(3).json();
    assert_eq!(town.snapshot(), before);
    let run = town.run(BY_PLAN).exit(3).json();
    for told in [&dry, &run] {
        assert_eq!(kind(told, MAD), "changed");
        assert_eq!(kind(told, "frugt_korsbaek_202304.txt"), "new");
        assert_eq!(kind(told, VASK), "gone");
    }
    assert_decided(&run, MAD, "skip", "new", "skipped");
    assert_eq!(town.server.received(), []);
    assert_eq!(town.dropped().len(), 2, "they stay");
    let said = town.run(["run", "--quiet", "--plan", "plan.json"]).exit(3);
    said.stdout_has(MAD).stdout_has(VASK).stdout_has("frugt_korsbaek_202304.txt").plain();
    assert_eq!(town.deliver(0)["summary"]["delivered"], 2);
}

#[test]
fn a_decision_that_is_another_now_counts() {
    let town = planned();
    town.file("mad_korsbaek_2023-04.txt", MAD_MAY);
    let run = town.run(BY_PLAN).exit(3).json();
    assert_decided(&run, MAD, "hold", "conflict_in_run", "held");
    assert_eq!(kind(&run, MAD), "changed");
    assert_decided(&run, VASK, "send", "new", "delivered");
    assert_eq!(town.server.received().len(), 1);
}

#[test]
fn the_copy_of_a_file_outside_the_plan_is_named_too() {
    let town = planned();
    std::fs::remove_file(town.path("drop").join(MAD)).unwrap();
    let copies = ["mad_korsbaek_2023-04.txt", "mad_korsbaek_2023_04.txt"];
    town.file(copies[0], MAD_APRIL);
    town.file(copies[1], MAD_APRIL);
    let run = town.run(BY_PLAN).exit(3).json();
    assert_eq!((kind(&run, copies[0]), kind(&run, copies[1])), ("new", "changed"));
    for copy in copies {
        assert_eq!(entry(&run, copy)["outcome"], "skipped", "KP has neither");
    }
    assert_eq!(run["summary"]["duplicate"], 0);
    assert_eq!(town.dropped().len(), 2);
    // Vask was delivered, so mad would be new to the ledger.
    std::fs::create_dir(town.path("gammelt")).unwrap();
    std::fs::write(town.path("gammelt/mad_korsbaek_202303.txt"), "marts").unwrap();
    town.run(["adopt", "gammelt/mad_korsbaek_202303.txt", "--reason", "sendt i marts"]).exit(0);
    let run = town.deliver(0);
    assert_decided(&run, copies[0], "send", "new", "delivered");
    assert_decided(&run, copies[1], "duplicate", "duplicate_in_run", "duplicate");
}

#[test]
fn what_was_held_in_the_plan_does_not_go_though_it_was_approved_since() {
    let town = Town::new();
    town.file("snak.txt", "uden måned");
    town.run(["run"]).exit(3);
    town.run(SAVE).exit(3);
    town.run(["approve", "snak.txt", "--reason", "rigtig nok"]).exit(0);
    let run = town.run(BY_PLAN).exit(3).json();
    assert_eq!(kind(&run, "snak.txt"), "changed");
    assert_eq!(entry(&run, "snak.txt")["outcome"], "skipped");
    assert_decided(&town.deliver(0), "snak.txt", "send", "approved", "delivered");
}

#[test]
fn the_same_plan_a_second_time_sends_nothing_and_needs_nobody() {
    let town = planned();
    town.run(BY_PLAN).exit(0);
    let again = town.run(BY_PLAN).exit(0).json();
    assert_eq!((kind(&again, MAD), kind(&again, VASK)), ("delivered", "delivered"));
    town.file(MAD, MAD_APRIL);
    assert_eq!(kind(&town.run(BY_PLAN).exit(0).json(), MAD), "delivered");
    assert_eq!(town.server.received().len(), 2);
}

#[test]
fn a_plan_that_is_none_touches_nothing() {
    let town = planned();
    let good = document(&town);
    let with = |key: &str, value: Value| {
        let mut plan = good.clone();
        plan[key] = value;
        plan.to_string()
    };
    let other_host = {
        let mut plan = good.clone();
        plan["target"]["host"] = "sftp.example.dk".into();
        plan.to_string()
    };
    let other_ledger = serde_json::json!({"id": "00", "event": 1, "hash": sha256("")});
    for broken in [
        String::new(),
        "{".to_owned(),
        "[]".to_owned(),
        good.to_string()[..200].to_owned(),
        with("document", "noget andet".into()),
        with("schema", 2.into()),
        with("files", Value::Null),
        with("ledger", other_ledger),
        other_host,
    ] {
        std::fs::write(town.path("plan.json"), &broken).unwrap();
        let before = town.snapshot();
        town.run(["run", "--plan", "plan.json"]).exit(2).says("plan.json");
        town.run(["run", "-n", "--plan", "plan.json"]).exit(2).says("plan.json");
        assert_eq!(town.snapshot(), before, "{broken}");
    }
    #[cfg(unix)]
    town.run(["run", "-n", "--plan", "/dev/zero"]).exit(2).says("/dev/zero");
    town.run(["run", "--plan", "findes_ikke.json"]).exit(2).says("findes_ikke.json");
    assert_eq!(town.server.connections(), 0);
}

#[test]
fn a_plan_is_saved_over_a_plan_alone_and_never_where_it_would_be_sent() {
    let town = planned();
    town.run(SAVE).exit(0);
    std::fs::write(town.path("brev.json"), "{}").unwrap();
    let before = town.snapshot();
    town.run(["run", "-n", "--save", "brev.json"]).exit(2).says("brev.json");
    town.run(["run", "-n", "--save", "config.toml"]).exit(2);
    town.run(["run", "-n", "--save", "drop/plan.json"]).exit(2);
    town.run(["run", "-n", "--save", "ingen/mappe/plan.json"]).exit(2);
    town.run(["run", "--save", "ny.json"]).exit(2).says("--dry-run");
    town.run(["run", "-n", "--save", "ny.json", "--plan", "plan.json"]).exit(2);
    assert_eq!(town.snapshot(), before);
}

#[test]
fn what_an_earlier_run_left_open_is_finished_whatever_the_plan_says() {
    let town = planned();
    town.server.as_embedded().behave(|b| {
        (b.rename, b.rename_times) = (crate::support::server::Rename::NotDoneReplyLost, Some(1));
        b.unreachable = false;
    });
    let first = town.run(["run", "--json"]).json();
    assert!(first["exit_code"].is_number());
    let run = town.run(BY_PLAN).exit(0).json();
    assert_eq!((kind(&run, MAD), kind(&run, VASK)), ("delivered", "delivered"));
    assert_eq!(town.server.received().len(), 2);
}
