//! A month that comes again under another name, and what an approval of it covers.

use serde_json::{Value, json};

use crate::story::id_text;
use crate::support::output::{assert_decided, entry};
use crate::support::town::Town;

const OCTOBER: &str = "mad_kommune21_202610.txt";
const FIRST: &str = "MAD;2026-10\n000000-0000;412,50\n";
const SECOND: &str = "MAD;2026-10\n000000-0000;425,00\n";
const MAD: &str = "name = \"mad\"\nfiles = [\"mad_*.txt\"]";

/// October lies at KP, delivered without `[[series]]`, and KP has taken it.
fn october() -> Town {
    let town = Town::new();
    town.set("language", "da").at("2026-10-14T06:00:00+02:00");
    town.file(OCTOBER, FIRST);
    town.run(["run"]).exit(0);
    town.server.as_embedded().empty();
    town
}

fn reasons(run: &Value, path: &str) -> Vec<String> {
    let reasons = entry(run, path)["reasons"].as_array().unwrap();
    reasons.iter().map(|reason| reason.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_corrected_or_copied_month_is_held_and_names_what_kp_has() {
    let town = october();
    let names = [
        "mad_kommune21_202610_v2.txt",
        "mad_kommune21_202610 (2).txt",
        "mad_kommune21_202610-ny.txt",
        "mad_kommune21_202610.csv",
        "Kopi af mad_kommune21_202610.txt",
        "mad_kommune21_oktober 2026 endelig.xml",
    ];
    for name in names {
        town.file(name, format!("{SECOND}{name}"));
    }
    let run = town.deliver(3);
    for name in names {
        assert_decided(&run, name, "hold", "new_series", "held");
        assert_eq!(entry(&run, name)["earlier"]["delivery_id"], 1, "{run:#}");
    }
    assert_eq!(town.server.received().len(), 1);
    let text = town.run(["run"]).exit(3);
    text.says("navnet ligner mad_kommune21_202610.txt").says("levering 1");
}

#[test]
fn a_name_that_fits_no_series_is_held() {
    let town = Town::new();
    town.series(MAD).at("2026-11-14T06:00:00+01:00");
    town.file("mad_202611.txt", FIRST);
    town.run(["run"]).exit(0);
    for name in ["rettet_mad_202611.txt", "mad_202611.csv", "snak_202611.txt"] {
        town.file(name, format!("{SECOND}{name}"));
    }
    let run = town.deliver(3);
    for (name, alike) in
        [("rettet_mad_202611.txt", true), ("mad_202611.csv", true), ("snak_202611.txt", false)]
    {
        assert_decided(&run, name, "hold", "unknown_series", "held");
        assert_eq!(entry(&run, name)["earlier"]["delivery_id"] == 1, alike, "{run:#}");
    }
    assert_eq!(town.server.received().len(), 1);
}

#[test]
fn both_in_one_run_are_held_on_a_fresh_ledger_too() {
    let town = Town::new();
    town.at("2026-10-14T06:00:00+02:00");
    town.file(OCTOBER, FIRST);
    town.file("mad_kommune21_202610_v2.txt", SECOND);
    town.file("vask_202610.txt", "vask");
    let run = town.deliver(3);
    assert_decided(&run, OCTOBER, "hold", "conflict_in_run", "held");
    assert_decided(&run, "mad_kommune21_202610_v2.txt", "hold", "conflict_in_run", "held");
    assert_decided(&run, "vask_202610.txt", "send", "new", "delivered");
    // The one that counts is approved, and the other one is then a correction of it.
    town.run(["approve", "mad_kommune21_202610_v2.txt", "--reason", "den nye gælder"]).exit(0);
    let run = town.deliver(3);
    assert_eq!(reasons(&run, OCTOBER), ["new_series", "conflict_in_run"]);
}

#[test]
fn of_equal_files_the_original_goes_and_the_copies_are_held() {
    let town = Town::new();
    town.at("2026-10-14T06:00:00+02:00");
    let copies =
        ["mad_kommune21_202610 (2).txt", "Kopi af mad_kommune21_202610.txt", "MAD_kommune21_202610-1.txt"];
    for name in copies.into_iter().chain([OCTOBER]) {
        town.file(name, FIRST);
    }
    let run = town.deliver(3);
    assert_decided(&run, OCTOBER, "send", "new", "delivered");
    for name in copies {
        assert_decided(&run, name, "hold", "same_content_other_slot", "held");
        assert_eq!(reasons(&run, name), ["same_content_other_slot"]);
    }
    assert_eq!(town.server.received(), [(format!("ind/{OCTOBER}"), FIRST.to_owned())]);
}

#[test]
fn the_same_file_is_held_whatever_the_policy_lets_pass_for_other_months() {
    let copies = ["mad_kommune21_202610 (2).txt", "Kopi af mad_kommune21_202610.txt"];
    // Beside the original, in one run.
    let town = Town::new();
    town.set("policy.same_content_other_slot", "send").at("2026-10-14T06:00:00+02:00");
    for name in copies.into_iter().chain([OCTOBER, "mad_kommune21_202611.txt"]) {
        town.file(name, FIRST);
    }
    let run = town.deliver(3);
    assert_decided(&run, OCTOBER, "send", "new", "delivered");
    assert_decided(&run, "mad_kommune21_202611.txt", "send", "new", "delivered");
    for name in copies {
        assert_decided(&run, name, "hold", "slot_taken", "held");
    }
    // In a later run, whether or not new series go unasked.
    for (new_series, all) in [("hold", &["new_series", "slot_taken"][..]), ("send", &["slot_taken"])] {
        let town = october();
        town.set("policy.same_content_other_slot", "send").set("policy.new_series", new_series);
        town.file(copies[0], FIRST);
        let run = town.deliver(3);
        assert_eq!(reasons(&run, copies[0]), all);
        assert_eq!(entry(&run, copies[0])["earlier"]["delivery_id"], 1);
        assert_eq!(town.server.received().len(), 1);
    }
    town.run(["run"]).exit(3);
}

#[test]
fn a_file_that_kp_has_is_held_under_the_series_that_was_added_since() {
    for series in [MAD.to_owned(), format!("{MAD}\nper_period = \"many\"")] {
        let town = october();
        town.set("policy.same_content_other_slot", "send").series(&series);
        town.file(OCTOBER, FIRST);
        let run = town.deliver(3);
        assert_decided(&run, OCTOBER, "hold", "slot_taken", "held");
        assert_eq!(town.server.received().len(), 1);
        town.run(["run"]).exit(3).says("indholdet er det samme").says("reject");
        town.run(["approve", OCTOBER, "--reason", "skal trækkes to gange"]).exit(0);
        assert_decided(&town.deliver(0), OCTOBER, "send", "approved", "delivered");
    }
    // Without that policy it is held as the same content, and an approval of that is enough.
    let town = october();
    town.series(MAD);
    town.file(OCTOBER, FIRST);
    assert_eq!(reasons(&town.deliver(3), OCTOBER), ["same_content_other_slot"]);
    town.run(["approve", OCTOBER, "--reason", "skal trækkes to gange"]).exit(0);
    assert_decided(&town.deliver(0), OCTOBER, "send", "approved", "delivered");
}

#[test]
fn a_look_alike_is_held_where_the_series_of_either_takes_one_file() {
    let (mad, copy) = ("mad_202610.txt", "Kopi af mad_202610.txt");
    for (one, other, held) in
        [("many", "one", true), ("one", "many", true), ("one", "one", true), ("many", "many", false)]
    {
        let town = || {
            let town = Town::new();
            town.series(&format!("name = \"mad\"\nfiles = [\"mad_*\"]\nper_period = \"{one}\""));
            town.series(&format!("name = \"kopi\"\nfiles = [\"Kopi*\"]\nper_period = \"{other}\""));
            town.at("2026-10-14T06:00:00+02:00");
            town
        };
        let exit = if held { 3 } else { 0 };
        let together = town();
        together.file(mad, FIRST);
        together.file(copy, SECOND);
        let run = together.deliver(exit);
        for name in [mad, copy] {
            let reason = if held { "conflict_in_run" } else { "new" };
            assert_eq!(entry(&run, name)["reason"], reason, "{one} {other}");
        }
        let later = town();
        later.file(mad, FIRST);
        later.run(["run"]).exit(0);
        later.file(copy, SECOND);
        let reason = if held { "slot_taken" } else { "new" };
        assert_eq!(entry(&later.deliver(exit), copy)["reason"], reason, "{one} {other}");
    }
}

#[test]
fn a_name_that_speaks_of_two_months_is_held_and_both_are_told() {
    let town = Town::new();
    town.set("language", "da").series("name = \"mad\"\nfiles = [\"mad*\"]").at("2026-11-14T06:00:00+01:00");
    let names = [
        ("mad_oktober_20261103.txt", "»20261103« og »oktober«"),
        ("mad_sep-nov26.txt", "»nov26« og »sep«"),
        ("mad_oktober_november_2026.txt", "»november_2026« og »oktober«"),
        ("mad_202609-11.txt", "»202609« og »11«"),
    ];
    for (name, _) in names {
        town.file(name, name);
    }
    town.file("mad_november_20261103.txt", FIRST);
    let run = town.deliver(3);
    for (name, both) in names {
        assert_decided(&run, name, "hold", "unknown_period", "held");
        let note = entry(&run, name)["notes"][0]["text"].as_str().unwrap().to_owned();
        assert!(note.contains(both), "{note}");
        town.run(["run"]).exit(3).says(both);
    }
    assert_decided(&run, "mad_november_20261103.txt", "send", "new", "delivered");
    assert_eq!(town.server.received().len(), 1);
}

#[test]
fn adding_series_frees_no_slot() {
    let town = october();
    town.series(MAD);
    town.file(OCTOBER, SECOND);
    let run = town.deliver(3);
    assert_decided(&run, OCTOBER, "hold", "slot_taken", "held");
    assert_eq!(entry(&run, OCTOBER)["earlier"]["series"], "mad_kommune21_*.txt");
    assert_eq!(town.server.received().len(), 1);
    town.file("mad_kommune21_202611.txt", "november");
    assert_decided(&town.deliver(3), "mad_kommune21_202611.txt", "send", "new", "delivered");
}

#[test]
fn a_pair_that_always_came_together_stays_one() {
    let town = Town::new();
    town.at("2026-09-14T06:00:00+02:00");
    let pair = ["mad_202609.txt", "mad_202609.txt.sha256"];
    for name in pair {
        town.file(name, name);
    }
    // The first time, nobody knows yet.
    town.run(["run"]).exit(3);
    town.run(["approve", pair[0], pair[1], "--reason", "filen og dens kontrolsum"]).exit(0);
    assert_eq!(town.deliver(0)["summary"]["delivered"], 2);
    town.at("2026-10-14T06:00:00+02:00");
    for name in ["mad_202610.txt", "mad_202610.txt.sha256"] {
        town.file(name, name);
    }
    assert_eq!(town.deliver(0)["summary"]["delivered"], 2);
}

#[test]
fn an_approval_covers_the_reasons_that_were_named_and_no_other() {
    let town = october();
    let copy = "mad_kommune21_202610_v2.txt";
    town.file(copy, SECOND);
    assert_eq!(reasons(&town.deliver(3), copy), ["new_series"]);
    town.run(["approve", copy, "--reason", "kommer oveni"]).exit(0).says("går med næste kørsel");
    // Before the run, another correction comes: nobody has said which of the two counts.
    town.file("mad_kommune21_202610_v3.txt", "en tredje");
    let run = town.deliver(3);
    assert_decided(&run, copy, "hold", "conflict_in_run", "held");
    assert_eq!(reasons(&run, copy), ["conflict_in_run"]);
    assert_eq!(town.server.received().len(), 1);
    town.run(["run"]).exit(3).says("den er godkendt, men ikke for dette");
    town.run(["approve", copy, "--reason", "den anden gælder"]).exit(0);
    assert_decided(&town.deliver(3), copy, "send", "approved", "delivered");
}

#[test]
fn a_reason_that_came_after_the_hold_is_not_approved_unseen() {
    let town = october();
    town.file(OCTOBER, SECOND);
    let run = town.deliver(3);
    assert_eq!(reasons(&run, OCTOBER), ["slot_taken"]);
    let hold = id_text(&entry(&run, OCTOBER)["hold_id"]);
    // The month of the file is over the next time somebody looks.
    town.at("2026-12-02T06:00:00+01:00");
    let approved = town.run(["approve", &hold, "--reason", "kommer oveni"]).exit(0);
    approved.says("bliver liggende").says("perioden er for gammel");
    let run = town.deliver(3);
    assert_decided(&run, OCTOBER, "hold", "old_period", "held");
    town.run(["approve", &hold, "--reason", "kommer oveni, om end sent"]).exit(0);
    assert_decided(&town.deliver(0), OCTOBER, "send", "approved", "delivered");
}

#[test]
fn every_reason_is_told_in_json_text_and_status() {
    let town = october();
    town.at("2026-12-02T06:00:00+01:00");
    town.file(OCTOBER, SECOND);
    let run = town.deliver(3);
    assert_eq!(reasons(&run, OCTOBER), ["old_period", "slot_taken"]);
    town.run(["run"]).exit(3).says("perioden er for gammel").says("Også: perioden har allerede en anden fil");
    let status = town.run(["status", "--json"]).exit(3).json();
    assert_eq!(status["matters"][0]["reasons"], json!(["old_period", "slot_taken"]), "{status:#}");
    town.run(["report", "-o", "overblik.html"]).exit(3);
    let page = std::fs::read_to_string(town.path("overblik.html")).unwrap();
    assert!(page.contains("Også: perioden har allerede en anden fil"));
}

#[test]
fn letters_with_marks_are_one_letter_however_they_are_written() {
    let town = Town::new();
    town.at("2026-10-14T06:00:00+02:00");
    town.file("måltid_202610.txt", FIRST);
    town.run(["run"]).exit(0);
    town.server.as_embedded().empty();
    let apart = "ma\u{30a}ltid_202610.txt";
    town.file(apart, SECOND);
    let run = town.deliver(3);
    assert_decided(&run, apart, "hold", "slot_taken", "held");
    assert_eq!(entry(&run, apart)["series"], "måltid_*.txt");
    // It is named as a keyboard writes it, and lies at KP under one form.
    town.run(["approve", "måltid_202610.txt", "--reason", "kommer oveni"]).exit(0);
    town.run(["run"]).exit(0);
    let names: Vec<String> = town.server.received().into_iter().map(|(path, _)| path).collect();
    assert!(names.iter().all(|name| name == "ind/måltid_202610.txt"), "{names:?}");
}

#[test]
fn a_correction_that_was_approved_once_makes_no_pair() {
    let town = Town::new();
    for (month, day) in [("202302", "2023-02-14"), ("202303", "2023-03-14"), ("202304", "2023-04-14")] {
        town.at(&format!("{day}T06:00:00+01:00"));
        town.file(format!("mad_korsbaek_{month}.txt"), month);
        town.deliver(0);
    }
    let correction = "mad_korsbaek_202304_rettet.txt";
    town.file(correction, "rettet april");
    town.deliver(3);
    town.run(["approve", correction, "--reason", "kommer oveni"]).exit(0);
    town.deliver(0);
    town.at("2023-05-14T06:00:00+02:00");
    town.file("mad_korsbaek_202305.txt", "maj");
    town.deliver(0);
    let next = "mad_korsbaek_202305_rettet.txt";
    town.file(next, "rettet maj");
    assert_eq!(entry(&town.deliver(3), next)["decision"], "hold");
}
