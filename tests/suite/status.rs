//! `status`: how each series stands, what needs a person, and the same in `run` where something is overdue.

use serde_json::{Value, json};

use crate::approvals::in_doubt;
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, MAD_MAY, VASK, VASK_APRIL};

/// mad is due on the 20th and vask on the 25th.
fn town() -> Town {
    let town = Town::new();
    town.series("name = \"mad\"\nfiles = [\"mad_*.txt\"]\ndue_day = 20");
    town.series("name = \"vask\"\nfiles = [\"vask_*.txt\"]\ndue_day = 25");
    town
}

fn status(town: &Town, language: &str, exit: i32) -> String {
    town.run(["status", "--language", language]).exit(exit).plain().out()
}

fn status_json(town: &Town, exit: i32) -> Value {
    let json = town.run(["status", "--json"]).exit(exit).json();
    assert_eq!((&json["schema"], &json["exit_code"]), (&json!(1), &json!(exit)));
    json
}

/// The standings of a series in a month.
fn standings(status: &Value, series: &str, period: &str) -> Vec<String> {
    let rows = status["series"].as_array().unwrap();
    let row =
        rows.iter().find(|row| row["series"] == series).unwrap_or_else(|| panic!("{series}: {status:#}"));
    let cells = row["cells"].as_array().unwrap();
    let cell = cells.iter().find(|cell| cell["period"] == period).unwrap();
    let marks = cell["marks"].as_array().unwrap();
    marks.iter().map(|mark| mark["standing"].as_str().unwrap().to_owned()).collect()
}

fn keys(status: &Value) -> Vec<&str> {
    status["matters"].as_array().unwrap().iter().map(|matter| matter["key"].as_str().unwrap()).collect()
}

#[test]
fn the_first_day_says_what_to_do_first() {
    let town = Town::new();
    let before = town.snapshot();
    assert_eq!(
        status(&town, "da", 0),
        "Der er ikke leveret noget endnu. Sådan kommer I i gang:
  traekfil check                        prøver mapper, nøgle og forbindelse
  traekfil adopt MAPPE --reason \"…\"     indskriver det, som KP har i forvejen
  traekfil run --dry-run                viser, hvad der vil ske
  traekfil run                          leverer

Der har ikke været nogen kørsel endnu.
"
    );
    assert!(
        status(&town, "en", 0).starts_with("Nothing has been delivered yet. To begin:\n  traekfil check ")
    );
    assert_eq!(town.run(["status", "--quiet"]).exit(0).out(), "");
    assert_eq!(town.snapshot(), before, "it writes nothing");
    assert_eq!(town.server.connections(), 0);
}

#[test]
fn a_full_month_on_one_screen() {
    let town = town();
    town.at("2023-03-14T06:00:00+01:00");
    town.file("mad_korsbaek_202303.txt", "mad i marts");
    town.file("vask_korsbaek_202303.txt", "vask i marts");
    town.run(["run"]).exit(0);
    town.at("2023-04-02T06:00:00+02:00");
    town.file("mad_korsbaek_202303.txt", "mad i marts");
    town.run(["run"]).exit(0);
    town.at("2023-04-14T06:00:00+02:00");
    town.file(VASK, VASK_APRIL);
    town.run(["run"]).exit(0);
    town.file(VASK, "vask i april, igen");
    town.file("mad_korsbaek_202305.txt", MAD_MAY);
    let before = town.snapshot();
    assert_eq!(
        status(&town, "da", 3),
        "      mar 2023  apr                maj
mad   ✓ 14. +1  – mangler          … venter
vask  ✓ 14.     ! tilbageholdt +1
  mad, marts 2023: også dublet, lagt væk 2. april 2023 (mad_korsbaek_202303.txt)
  vask, april 2023: også leveret 14. april 2023 (vask_korsbaek_202304.txt)
Mangler endnu: mad (senest 20. april 2023)

Dette kræver handling:
  • vask_korsbaek_202304.txt: der er allerede leveret en anden fil for perioden
    (vask 2023-04, levering 3, 14. april 2023 kl. 06:00). Spørg leverandøren:
    kommer den oven i den første, eller i stedet for den? Oven i: godkend den. I
    stedet for: spørg KP først, for KP har den første, og godkendes den nye,
    bliver begge trukket. Er den sendt ved en fejl: afvis den.
      traekfil approve vask_korsbaek_202304.txt --reason \"…\"
      traekfil reject vask_korsbaek_202304.txt --reason \"…\"

Sidste kørsel: nr. 3, 14. april 2023 kl. 06:00, alt gik godt.
"
    );
    assert_eq!(
        status(&town, "en", 3),
        "      mar 2023  apr        may
mad   ✓ 14 +1   – missing  … waiting
vask  ✓ 14      ! held +1
  mad, March 2023: also duplicate, put away 2 April 2023
    (mad_korsbaek_202303.txt)
  vask, April 2023: also delivered 14 April 2023 (vask_korsbaek_202304.txt)
Not there yet: mad (by 20 April 2023)

This needs a person:
  • vask_korsbaek_202304.txt: another file was delivered for the period already
    (vask 2023-04, delivery 3, 14 April 2023 06:00). Ask the supplier: does it
    come on top of the first one, or in place of it? On top: approve it. In
    place: ask KP first, since KP has the first one, and if the new one is
    approved, both are deducted. If it was sent by mistake: reject it.
      traekfil approve vask_korsbaek_202304.txt --reason \"…\"
      traekfil reject vask_korsbaek_202304.txt --reason \"…\"

Last run: no. 3, 14 April 2023 06:00, all went well.
"
    );
    assert_eq!(town.snapshot(), before, "it writes nothing");
    let json = status_json(&town, 3);
    assert_eq!(
        json["months"],
        json!(["2022-11", "2022-12", "2023-01", "2023-02", "2023-03", "2023-04", "2023-05"])
    );
    assert_eq!(standings(&json, "vask", "2023-04"), ["held", "delivered"]);
    assert_eq!(json["series"][0]["cells"][5]["due"], "2023-04-20");
    assert_eq!(json["last_run"]["exit_code"], 0);
    assert_eq!(json["made_at"], "2023-04-14T06:00:00+02:00");
}

#[test]
fn what_is_overdue_is_told_by_every_run_until_it_is_delivered() {
    let town = town();
    town.file(VASK, VASK_APRIL);
    town.run(["run"]).exit(0);
    town.at("2023-04-20T23:00:00+02:00");
    assert_eq!(town.deliver(0)["overdue"], json!([]));
    town.at("2023-04-21T06:00:00+02:00");
    for args in [&["run", "--json"][..], &["run", "--dry-run", "--json"]] {
        let run = town.run(args).exit(3).json();
        assert_eq!(run["overdue"], json!([{"series": "mad", "period": "2023-04", "due": "2023-04-20"}]));
        assert_eq!(run["exit_code"], 3);
    }
    let late = "mad: filen for april 2023 skulle være leveret senest 20. april 2023";
    town.run(["run", "--language", "da"]).exit(3).stdout_has(late).stdout_has("1 overskredet");
    town.run(["run", "--quiet", "--language", "da"]).exit(3).stdout_has(late);
    let json = status_json(&town, 3);
    assert_eq!(standings(&json, "mad", "2023-04"), ["overdue"]);
    assert_eq!(keys(&json), ["overdue:mad:2023-04"]);
    town.run(["status", "--quiet", "--language", "da"]).exit(3).stdout_has(late).stdout_lacks("✓");

    town.file(MAD, MAD_APRIL);
    let json = status_json(&town, 3);
    assert_eq!(standings(&json, "mad", "2023-04"), ["overdue", "waiting"], "it is late until KP has it");
    let plan = town.run(["run", "--dry-run", "--json"]).exit(0).json();
    assert_eq!(plan["overdue"], json!([]), "the run would deliver it");
    assert_eq!(town.deliver(0)["overdue"], json!([]));
    let json = status_json(&town, 0);
    assert_eq!(standings(&json, "mad", "2023-04"), ["delivered"]);
}

#[test]
fn a_held_file_does_not_make_good_for_one_that_is_overdue() {
    let town = town();
    town.file(VASK, VASK_APRIL);
    town.run(["run"]).exit(0);
    town.file(MAD, "");
    town.at("2023-04-21T06:00:00+02:00");
    let run = town.deliver(3);
    assert_eq!(run["overdue"][0]["series"], "mad");
    let json = status_json(&town, 3);
    assert_eq!(standings(&json, "mad", "2023-04"), ["overdue", "held"]);
    assert_eq!(keys(&json), ["overdue:mad:2023-04", "held:1"]);
    let da = town.run(["status", "--language", "da"]).exit(3).stdout_has("✗ overskredet +1");
    let da =
        da.stdout_has("(sag 1) ligger i mappen").stdout_has("\n      traekfil reject 1 --reason \"…\"\n");
    assert_eq!(da.out().matches("traekfil approve").count(), 0, "an empty file cannot be approved");
}

#[test]
fn a_delivery_that_was_taken_back_is_overdue_again() {
    let town = town();
    town.file(VASK, VASK_APRIL);
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    town.at("2023-04-24T06:00:00+02:00");
    assert!(keys(&status_json(&town, 0)).is_empty());
    town.run(["resolve", "1", "--not-delivered", "--reason", "KP mistede den"]).exit(0);
    assert_eq!(keys(&status_json(&town, 3)), ["overdue:mad:2023-04"]);
}

#[test]
fn in_doubt_is_one_matter_with_both_answers() {
    let (town, id) = in_doubt();
    let json = status_json(&town, 3);
    assert_eq!(keys(&json), [format!("in_doubt:{id}")]);
    assert_eq!(standings(&json, "mad_korsbaek_*.txt", "2023-04"), ["in_doubt"]);
    let commands =
        ["--delivered", "--not-delivered"].map(|end| format!("traekfil resolve {id} {end} --reason \"…\""));
    assert_eq!(json["matters"][0]["commands"], json!(commands));
    for (language, word) in [("da", "? uafklaret"), ("en", "? in doubt")] {
        let text = status(&town, language, 3);
        assert!(text.contains(word), "{text}");
        assert!(commands.iter().all(|command| text.contains(&format!("\n      {command}\n"))), "{text}");
    }
    town.run(["resolve", &id, "--delivered", "--reason", "KP har kvitteret"]).exit(0);
    assert!(keys(&status_json(&town, 0)).is_empty());
}

#[test]
fn a_held_file_without_a_period_is_a_matter_by_its_number() {
    let town = Town::new();
    town.file("snak.txt", "uden måned");
    let json = status_json(&town, 3);
    assert_eq!(keys(&json), ["held:snak.txt"], "no run has seen it");
    town.run(["run"]).exit(3);
    town.at("2023-04-15T06:00:00+02:00");
    let json = status_json(&town, 3);
    assert_eq!(keys(&json), ["held:1"]);
    let matter = &json["matters"][0];
    assert_eq!((&matter["reason"], &matter["hold_id"]), (&json!("unknown_period"), &json!(1)));
    assert_eq!(matter["since"], "2023-04-14T06:00:00+02:00");
    assert_eq!(json["last_run"]["exit_code"], 3);
    assert!(status(&town, "da", 3).contains("\n      traekfil approve 1 --reason \"…\"\n"));
    town.run(["reject", "1", "--reason", "den hører ikke til her"]).exit(0);
    assert!(keys(&status_json(&town, 0)).is_empty());
}

#[test]
fn a_file_that_the_server_had_already_stays_a_matter_between_the_runs() {
    let town = Town::new();
    town.server.as_embedded().put(&format!("ind/{MAD}"), MAD_APRIL.as_bytes());
    town.file(MAD, MAD_APRIL);
    town.deliver(3);
    let json = status_json(&town, 3);
    assert_eq!(json["matters"][0]["reason"], "already_on_server", "{json:#}");
    assert_eq!(standings(&json, "mad_korsbaek_*.txt", "2023-04"), ["held"]);
}

#[test]
fn nobody_ran_it_for_too_long() {
    let town = Town::new();
    town.set("alert.quiet_for", "2d");
    assert!(keys(&status_json(&town, 0)).is_empty(), "nothing has begun");
    town.run(["run"]).exit(0);
    town.at("2023-04-16T06:00:00+02:00");
    assert!(keys(&status_json(&town, 0)).is_empty());
    town.at("2023-04-16T06:00:01+02:00");
    assert_eq!(keys(&status_json(&town, 3)), ["quiet"]);
    town.run(["status", "--quiet", "--language", "da"]).exit(3).stdout_has("siden 14. april 2023 kl. 06:00");
    town.run(["run"]).exit(0);
    assert!(keys(&status_json(&town, 0)).is_empty());
}

#[test]
fn status_needs_config_and_ledger_and_nothing_else() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    town.server.as_embedded().behave(|b| b.unreachable = true);
    town.run(["status"]).exit(0).stdout_has("✓ 14");
    std::fs::write(town.path("ledger.db"), "ikke et regnskab").unwrap();
    town.run(["status"]).exit(6);
    town.set("folders.drop", "findes_ikke");
    town.run(["status"]).exit(2);
}

#[test]
fn a_long_list_of_series_still_fits_eighty_columns() {
    let town = Town::new();
    for supplier in
        ["leverandoer_af_varm_mad_i_nordbyen", "leverandoer_af_kold_mad_i_nordbyen", "øl & vand \u{202e}"]
    {
        for (month, at) in [("202302", "2023-02-14T06:00:00+01:00"), ("202304", "2023-04-14T06:00:00+02:00")]
        {
            town.at(at);
            town.file(format!("{supplier}_{month}.txt"), format!("{supplier} {month}"));
        }
        town.at("2023-02-14T06:00:00+01:00").run(["run"]).exit_in(&[0, 3]);
    }
    town.at("2023-04-14T06:00:00+02:00");
    for language in ["da", "en"] {
        let text = town.run(["status", "--language", language]).out();
        let commands = |line: &&str| !line.trim_start().starts_with("traekfil");
        assert!(text.lines().filter(commands).all(|line| line.chars().count() <= 80), "{text}");
        assert!(!text.contains('\u{202e}'), "{text}");
        assert!(text.contains("varm") || text.contains("…"), "{text}");
    }
}

#[test]
fn colours_are_for_terminals_and_those_who_ask() {
    let town = town();
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    town.run(["status"]).exit(0).plain();
    town.run(["status", "--color", "always"]).exit(0).stdout_has("\u{1b}[32m✓ 14\u{1b}[0m");
    town.env("NO_COLOR", "1").run(["status"]).exit(0).plain();
}
