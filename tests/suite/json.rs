//! `--json`: every command prints its object on every exit, and tells in it all that a person is told.

use std::fs::{self, File};

use serde_json::{Value, json};

use crate::content::samples::{WITH_TRAILER, records, with_trailer};
use crate::support::output::{Output, entry};
use crate::support::server::{Behaviour, Rename};
use crate::support::servers::Server;
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, VASK, VASK_APRIL};

/// Each command with what it needs, and the lists of its answer.
const COMMANDS: [(&[&str], &[&str]); 27] = [
    (&["run"], &["files", "recovered", "matters", "overdue"]),
    (&["run", "--dry-run"], &["files", "recovered", "matters", "overdue"]),
    (&["status"], &["months", "series", "matters"]),
    (&["history"], &["entries"]),
    (&["check"], &["checks"]),
    (&["approve", "1", "--reason", "rettet"], &["decisions"]),
    (&["reject", "1", "--reason", "forkert"], &["decisions"]),
    (&["withdraw", "1", "--reason", "fortrudt"], &["decisions"]),
    (&["cases"], &["cases", "matters"]),
    (&["resolve", "1", "--delivered", "--reason", "kvitteret"], &[]),
    (&["ask", "mad"], &[]),
    (&["compare", "1"], &[]),
    (&["format", "guess", "findes_ikke.txt"], &["files"]),
    (
        &["format", "test", "findes_ikke.txt"],
        &["fields", "periods", "header_periods", "faults", "first", "matters"],
    ),
    (&["adopt", "drop", "--reason", "leveret før"], &["files", "matters"]),
    (&["adopt", "drop", "--dry-run"], &["files", "matters"]),
    (&["report", "-o", "side.html"], &["matters"]),
    (&["schedule", "cron"], &["files"]),
    (&["ledger", "verify", "--head", "1:0123456789abcdef"], &["changed", "matters"]),
    (&["ledger", "verify"], &["changed", "matters"]),
    (&["ledger", "export"], &["entries"]),
    (&["ledger", "rebuild"], &[]),
    (&["ledger", "begin", "--yes"], &[]),
    (&["ledger", "backup", "kopi.db"], &[]),
    (&["ledger", "restored"], &[]),
    (&["ledger", "retire"], &[]),
    (&["init"], &["checks"]),
];

/// The one object that a command with `--json` prints; where it does not end with 0, it says why.
#[track_caller]
fn object(ran: &Output) -> Value {
    let json = ran.json();
    assert_eq!(json["schema"], 1, "{json:#}");
    let code = ran.code().unwrap();
    assert_eq!(json["exit_code"], code, "{json:#}");
    let matters = json["matters"].as_array().is_some_and(|matters| !matters.is_empty());
    assert!(
        code == 0 || matters || json["error"].is_object(),
        "ended with {code}, and says nothing of it: {json:#}"
    );
    for matter in json["matters"].as_array().into_iter().flatten() {
        assert!(matter["kind"].is_string() && !matter["text"].as_str().unwrap().is_empty(), "{matter:#}");
        assert!(matter["commands"].is_array(), "{matter:#}");
        assert!(matter.get("series").is_some() && matter.get("period").is_some(), "{matter:#}");
    }
    json
}

/// Each command fails with one of these codes, has its lists, and says the same on standard error.
#[track_caller]
fn all_fail(town: &Town, more: &[&str], name: &str, code: i32, skip: &[&str]) {
    for (args, lists) in COMMANDS.iter().filter(|(args, _)| !skip.contains(&args.join(" ").as_str())) {
        let ran = town.run(args.iter().chain(more).chain(&["--json"]));
        let json = object(&ran);
        assert_eq!((ran.code(), &json["error"]["code"]), (Some(code), &json!(name)), "{args:?}: {json:#}");
        for list in *lists {
            assert!(json[list].is_array(), "{list} of {args:?} in {json:#}");
        }
        let message = json["error"]["message"].as_str().unwrap();
        assert!(!message.contains('\u{1b}'), "{message}");
        if args[0] != "check" {
            assert_eq!(json["exit_code"], code, "{args:?}: {json:#}");
            let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(words(&ran.err()).contains(&words(message)), "{args:?}: {message} in {}", ran.err());
        }
    }
}

#[test]
fn a_command_line_that_is_wrong() {
    all_fail(&Town::new(), &["--findes-ikke"], "usage", 2, &[]);
    let town = Town::new();
    for args in [&["--json"][..], &["løb", "--json"], &["ledger", "--json"], &["help", "løb", "--json"]] {
        let ran = town.run(args).exit(2);
        assert_eq!(object(&ran)["error"]["code"], "usage", "{args:?}");
    }
    let run = object(&town.run(["run", "-n", "--tør", "--json"]).exit(2));
    assert_eq!((&run["dry_run"], &run["files"], &run["run_id"]), (&json!(true), &json!([]), &Value::Null));
    assert_eq!(run["summary"]["send"], 0);
    let named = object(&town.run(["--config", "run", "status", "--json", "--nej"]).exit(2));
    assert!(named["months"].is_array(), "a value is no command: {named:#}");
}

#[test]
fn a_configuration_that_is_wrong() {
    let town = Town::new();
    town.set("folders.drp", "drop");
    all_fail(&town, &[], "usage", 2, &["init"]);
    let none = ["--config", "findes_ikke.toml"];
    all_fail(&Town::new(), &none, "usage", 2, &["init"]);
}

#[test]
fn a_ledger_that_is_damaged() {
    let town = Town::new();
    fs::write(town.path("ledger.db"), "Dette er ikke en SQLite-database. ".repeat(500)).unwrap();
    let skip = [
        "schedule cron",
        "init",
        "ledger begin --yes",
        "ledger rebuild",
        "format guess findes_ikke.txt",
        "format test findes_ikke.txt",
    ];
    all_fail(&town, &[], "ledger", 6, &skip);
}

#[test]
fn another_run_that_holds_the_lock() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    let lock = File::create(town.path("ledger.db.lock")).unwrap();
    lock.lock().unwrap();
    for args in
        [&["run", "--json"][..], &["run", "-n", "--json"], &["approve", "1", "--reason", "x", "--json"]]
    {
        assert_eq!(object(&town.run(args).exit(5))["error"]["code"], "busy", "{args:?}");
    }
}

#[test]
fn what_goes_well_has_no_error() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.set("name", "Korsbæk Kommune");
    for args in
        [&["run"][..], &["status"], &["history"], &["check"], &["schedule", "cron"], &["ledger", "verify"]]
    {
        let json = object(&town.run(args.iter().chain(&["--json"])).exit(0));
        assert!(json.get("error").is_some_and(Value::is_null), "{args:?}: {json:#}");
    }
    for args in [&["man"][..], &["completions", "bash"], &["help", "run"], &["--help"], &["--version"]] {
        let json = object(&town.run(args.iter().chain(&["--json"])).exit(0));
        assert!(json["text"].as_str().unwrap().contains("traekfil"), "{args:?}");
    }
    let run = town.deliver(0);
    assert_eq!((&run["town"], &run["summary"]["skip"]), (&json!("Korsbæk Kommune"), &json!(0)));
    assert_eq!(run["matters"], json!([]));
    assert!(!run["host"].as_str().unwrap().is_empty());
    assert!(run["config"].as_str().unwrap().ends_with("config.toml"), "{run:#}");
    let failed = object(&town.run(["run", "--plan", "findes_ikke", "--json"]).exit(2));
    assert_eq!((&failed["town"], &failed["config"]), (&run["town"], &run["config"]));
}

#[test]
fn what_cases_and_a_tested_file_need_a_person_for_stands_in_their_matters() {
    let town = formatted();
    town.file("snak.txt", "uden måned");
    town.run(["run"]).exit(3);
    let cases = object(&town.run(["cases", "--json"]).exit(3));
    let [("held", text)] = matters(&cases)[..] else { panic!("{cases:#}") };
    assert_eq!(cases["cases"][0]["text"], text);
    let whole = with_trailer(&records(3), "202304");
    for (text, kinds) in [
        (whole.replacen("  0000", "  00x0", 1), &["unreadable_record", "totals_differ", "totals_differ"][..]),
        (whole.replace("SLUTD00000003", "SLUTD00000004"), &["totals_differ"]),
        (whole[..whole.len() - 82].to_owned(), &["incomplete"]),
        (with_trailer(&[], "202304"), &["no_records"]),
    ] {
        fs::write(town.path("prøve.txt"), text).unwrap();
        let tested = object(&town.run(["format", "test", "prøve.txt", "--json"]).exit(3));
        let told = matters(&tested);
        assert_eq!(told.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), kinds, "{tested:#}");
        let faults: Vec<&str> =
            tested["faults"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!(told.iter().map(|(_, text)| *text).collect::<Vec<_>>(), faults);
        assert!(tested["matters"].as_array().unwrap().iter().all(|one| one["path"] == "prøve.txt"));
    }
}

#[test]
fn commands_about_one_file_have_no_error_and_say_one_where_they_fail() {
    let town = formatted();
    town.file(MAD, with_trailer(&records(3), "202304"));
    town.deliver(0);
    town.file(MAD, with_trailer(&records(4), "202304"));
    town.deliver(3);
    fs::write(town.path("prøve.txt"), with_trailer(&records(9), "202304")).unwrap();
    for args in [
        &["compare", "1"][..],
        &["ask", "mad", "2023-04"],
        &["approve", "1", "--reason", "oven i"],
        &["withdraw", "1", "--reason", "fortrudt"],
        &["format", "guess", "prøve.txt"],
        &["format", "test", "prøve.txt"],
    ] {
        let json = object(&town.run(args.iter().chain(&["--json"])).exit(0));
        assert!(json.get("error").is_some_and(Value::is_null), "{args:?}: {json:#}");
    }
    fs::write(town.path("brev.txt"), "Kære kommune\nhermed filen\n").unwrap();
    for args in [
        &["compare", "99"][..],
        &["ask", "rejsekort"],
        &["withdraw", "1", "--reason", "fortrudt igen"],
        &["format", "guess", "brev.txt"],
        &["format", "guess", "drop"],
        &["format", "test", "prøve.txt", "--format", "findes_ikke"],
        &["cases", "--findes-ikke"],
    ] {
        let json = object(&town.run(args.iter().chain(&["--json"])).exit(2));
        assert_eq!((&json["error"]["code"], &json["exit_code"]), (&json!("usage"), &json!(2)), "{args:?}");
    }
}

/// A town whose food series has a format.
fn formatted() -> Town {
    let town = Town::new();
    town.series(&format!(
        "name = \"mad\"\nfiles = [\"mad_*.txt\"]\nformat = \"madservice\"\ndeduction = \"mad\"\n\
         [formats.madservice]\n{WITH_TRAILER}"
    ));
    town
}

/// The matters of a run, each with its kind and its text.
fn matters(run: &Value) -> Vec<(&str, &str)> {
    let each = run["matters"].as_array().unwrap().iter();
    each.map(|matter| (matter["kind"].as_str().unwrap(), matter["text"].as_str().unwrap())).collect()
}

/// What a person reads of a command that ended well stands in its JSON too, and its exit code.
#[test]
fn what_goes_well_says_in_json_what_it_says_in_words() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.deliver(0);
    town.file(MAD, "en rettet fil\n");
    town.deliver(3);
    let says = |args: &[&str]| object(&town.run(args.iter().chain(&["--json"])).exit(0));
    let compared = says(&["compare", "1"]);
    let text = compared["text"].as_str().unwrap();
    assert!(text.contains("lines are the same as in delivery 1"), "{compared:#}");
    assert_eq!(
        (&compared["earlier"]["path"], &compared["earlier"]["state"]),
        (&json!(MAD), &json!("archived"))
    );
    assert!(compared["earlier"]["delivered_at"].is_string(), "{compared:#}");
    says(&["approve", "1", "--reason", "rigtig"]);
    let withdrawn = says(&["withdraw", "1", "--reason", "fortrudt"]);
    assert!(withdrawn["text"].as_str().unwrap().contains("is taken back"), "{withdrawn:#}");
    for args in [
        &["history"][..],
        &["ledger", "export"],
        &["schedule", "list"],
        &["schedule", "cron"],
        &["man"],
        &["reject", "1", "--reason", "forkert"],
        &["resolve", "1", "--not-delivered", "--reason", "KP har den ikke"],
    ] {
        if args[0] == "resolve" {
            town.server.as_embedded().empty();
        }
        says(args);
    }
    let copy = town.path("kopi.db").display().to_string();
    assert!(says(&["ledger", "backup", &copy])["text"].as_str().unwrap().contains("kopi.db"));
    fs::remove_file(town.path("ledger.db")).unwrap();
    let rebuilt = says(&["ledger", "rebuild"]);
    assert!(rebuilt["text"].as_str().unwrap().contains("Ask KP what was received"), "{rebuilt:#}");
    let retired = says(&["ledger", "retire", "--reason", "flyttet"]);
    assert!(retired["text"].is_string(), "{retired:#}");
    let bare = Town::without_ledger(Server::embedded());
    let begun = object(&bare.run(["ledger", "begin", "--json"]).exit(0));
    assert!(begun["text"].as_str().unwrap().contains("adopt them before"), "{begun:#}");
}

#[test]
fn an_original_that_stays_is_one_matter_however_often_it_is_tried() {
    let town = Town::new();
    for file in [MAD, VASK] {
        town.file(file, file);
    }
    fs::write(town.path("archive/2023-04"), "en fil, hvor der skulle være en mappe").unwrap();
    for run in ["the one that delivers", "the next", "the one after that"] {
        let json = object(&town.run(["run", "--json"]).exit(1));
        let told: Vec<&str> =
            json["matters"].as_array().unwrap().iter().map(|m| m["path"].as_str().unwrap()).collect();
        assert_eq!(told, [MAD, VASK], "{run}: {json:#}");
    }
    // Each is named once, in front of its sentence.
    let said = town.run(["run"]).exit(1).out().split_whitespace().collect::<Vec<_>>().join(" ");
    for file in [MAD, VASK] {
        let sentence = format!("{file}: the file was delivered, but could not be moved into the archive");
        assert_eq!(said.matches(&sentence).count(), 1, "{said}");
    }
    let status = town.run(["status"]).exit(3).out().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(status.contains(&format!("{MAD}, {VASK}: the file was delivered, but could not")), "{status}");
}

#[test]
fn a_matter_of_no_file_stands_there_too_and_in_status_until_a_run_is_over_it() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    fs::write(town.path("archive/2023-04"), "en fil, hvor der skulle være en mappe").unwrap();
    let run = object(&town.run(["run", "--json"]).exit(1));
    let [("warning", text)] = matters(&run)[..] else { panic!("{run:#}") };
    assert!(text.contains(MAD) && text.contains("could not be moved"), "{text}");
    let status = object(&town.run(["status", "--json"]).exit(3));
    let [("warning", told)] = matters(&status)[..] else { panic!("{status:#}") };
    assert_eq!(told, text);
    town.run(["status"]).exit(3).stdout_has("could not be moved");
    fs::remove_file(town.path("archive/2023-04")).unwrap();
    assert_eq!(town.deliver(0)["matters"], json!([]));
    assert_eq!(object(&town.run(["status", "--json"]).exit(0))["matters"], json!([]));
}

#[test]
fn a_notice_that_could_not_be_sent_stands_there_too() {
    let town = Town::new();
    town.set("notify.command", vec!["findes-ikke-nogen-steder"]);
    town.file("snak.txt", "uden måned");
    let run = object(&town.run(["run", "--json"]).exit(1));
    let kinds: Vec<&str> = matters(&run).iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds, ["held", "notice_not_sent"], "{run:#}");
    assert_eq!(run["exit_code"], 1);
    fs::write(town.path("ledger.db"), "vrøvl".repeat(1000)).unwrap();
    let failed = object(&town.run(["run", "--json"]).exit(6));
    let [("notice_not_sent", text)] = matters(&failed)[..] else { panic!("{failed:#}") };
    assert!(text.contains("findes-ikke-nogen-steder"), "{text}");
}

#[test]
fn a_file_that_failed_is_a_matter_in_the_language_that_is_spoken() {
    for (language, said) in [("da", "ikke leveret"), ("en", "not delivered")] {
        let town = Town::new();
        town.file(MAD, MAD_APRIL);
        town.server.as_embedded().behave(|b| b.denies_open = true);
        let run = object(&town.run(["run", "--json", "--language", language]).exit(4));
        let [("failed", text)] = matters(&run)[..] else { panic!("{run:#}") };
        assert!(text.contains(MAD) && text.contains(said), "{text}");
        assert_eq!(run["matters"][0]["period"], "2023-04");
    }
}

#[test]
fn one_file_in_doubt_is_one_matter() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.file(VASK, VASK_APRIL);
    town.server.as_embedded().behave(|b| {
        (b.rename, b.rename_times, b.takes_at_once) = (Rename::DoneReplyLost, Some(1), true);
    });
    let one = |run: &Value| {
        let doubts = matters(run)
            .iter()
            .filter(|(_, text)| text.contains("resolve") || text.contains("in doubt"))
            .count();
        assert_eq!(doubts, 1, "{run:#}");
        let doubt =
            run["matters"].as_array().unwrap().iter().find(|matter| matter["kind"] == "in_doubt").unwrap();
        doubt.clone()
    };
    let run = object(&town.run(["run", "--json"]).exit(3));
    let first = one(&run);
    assert!(first["text"].as_str().unwrap().contains("KP may have taken it"), "{first:#}");
    town.server.as_embedded().behave(|b| *b = Behaviour::default());
    let again = object(&town.run(["run", "--json"]).exit(3));
    let second = one(&again);
    assert_eq!(second["delivery_id"], first["delivery_id"]);
    let path = second["path"].as_str().unwrap();
    assert_eq!(second["hold_id"], entry(&again, path)["hold_id"]);
    assert_eq!(again["matters"].as_array().unwrap().len(), 1, "{again:#}");
    town.run(["run"]).exit(3).stdout_has("This needs a person:");
}

#[test]
fn a_file_that_waits_says_why() {
    let town = Town::new();
    town.set("scan.settle", "2h");
    town.file(MAD, MAD_APRIL);
    let run = town.deliver(0);
    assert_eq!(entry(&run, MAD)["blocked"], "it was changed just now");
    town.run(["run"]).exit(0).stdout_has("it was changed just now");
}

#[test]
fn an_approval_says_what_a_person_reads() {
    let town = Town::new();
    town.file("snak.txt", "uden måned");
    town.run(["run"]).exit(3);
    let said = object(&town.run(["approve", "snak.txt", "--reason", "rettet", "--json"]).exit(0));
    assert!(said["decisions"][0]["text"].as_str().unwrap().contains("goes with the next run"), "{said:#}");
}

#[test]
fn a_failed_status_names_the_town_too() {
    let town = Town::new();
    town.set("name", "Korsbæk Kommune");
    fs::remove_file(town.path("ledger.db")).unwrap();
    for command in [&["status", "--json"][..], &["run", "--json"], &["run", "--dry-run", "--json"]] {
        let json = town.run(command).exit(6).json();
        assert_eq!(json["town"], "Korsbæk Kommune", "{json:#}");
        assert_eq!(json["error"]["code"], "ledger", "{json:#}");
        let config = json["config"].as_str().unwrap();
        assert!(config.ends_with("config.toml") && json["host"].is_string(), "{json:#}");
    }
}
