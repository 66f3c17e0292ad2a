//! What is in the files: records, control totals, plausibility, through the program against a server.

use serde_json::Value;

use crate::support::output::entry;
use crate::support::town::Town;

mod drafts;
mod privacy;
pub mod samples;

use samples::{Record, WITH_TRAILER, record, records, with_trailer};

const APRIL: &str = "mad_korsbaek_202304.txt";
const MAY: &str = "mad_korsbaek_202305.txt";

/// A town whose food series is looked into, with these keys more in its `[[series]]`.
fn town(more: &str) -> Town {
    let town = Town::new();
    town.series(&format!(
        "name = \"mad\"\nfiles = [\"mad_*.txt\"]\nformat = \"madservice\"\ndeduction = \"mad\"\n{more}\n\
         [formats.madservice]\n{WITH_TRAILER}"
    ));
    town
}

/// Delivers April, and moves on to May.
fn after_april(more: &str, april: &[Record]) -> Town {
    let town = town(more);
    town.file(APRIL, with_trailer(april, "202304"));
    let run = town.deliver(0);
    assert_eq!(entry(&run, APRIL)["content"]["records"], april.len());
    town.at("2023-05-12T06:00:00+02:00");
    town
}

/// Runs with one file, which is held for these reasons and not sent, and answers its entry.
#[track_caller]
fn held(town: &Town, name: &str, text: &str, reasons: &[&str]) -> Value {
    let before = town.server.received().len();
    town.file(name, text);
    let run = town.deliver(3);
    let file = entry(&run, name).clone();
    assert_eq!(
        (file["decision"].as_str(), file["reason"].as_str()),
        (Some("hold"), Some(reasons[0])),
        "{run:#}"
    );
    let named: Vec<&str> = file["reasons"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(named, reasons, "{run:#}");
    assert_eq!(town.server.received().len(), before);
    file
}

fn texts(file: &Value) -> String {
    file["notes"].as_array().into_iter().flatten().filter_map(|note| note["text"].as_str()).collect()
}

#[test]
fn april_written_anew_as_may_is_held_with_its_numbers() {
    let april = records(40);
    let town = after_april("", &april);
    let anew = with_trailer(&april, "202304").replacen("Z300 MADSERVICE ", "Z300 MADSERVICE2", 1);
    let file = held(&town, MAY, &anew, &["other_period", "records_delivered"]);
    assert!(texts(&file).contains("its header says April 2023 (line 1)"), "{file:#}");
    let compared = &file["compared"];
    assert_eq!(
        (compared["delivery_id"].as_i64(), compared["same"].as_i64()),
        (Some(1), Some(40)),
        "{file:#}"
    );
    assert_eq!((compared["new"].as_i64(), compared["more_ore"].as_i64()), (Some(0), Some(0)), "{file:#}");
    town.run(["compare", "1"]).exit(0).stdout_has("40 of 40 records are the same as in delivery 1");
    town.run(["sammenlign", "1", "--language", "da"])
        .exit(0)
        .stdout_has("40 af 40 poster er de samme som i levering 1");
}

#[test]
fn the_header_alone_written_anew_repeats_the_totals_and_is_held_where_that_is_asked_for() {
    let april = records(40);
    let text = |month: &str| with_trailer(&april, "202304").replace("202304", month);
    let town = after_april("", &april);
    town.file(MAY, text("202305"));
    let run = town.deliver(0);
    assert_eq!(run["observed"][0]["reason"], "totals_repeat", "{run:#}");
    assert_eq!(entry(&run, MAY)["reason"], "new");
    assert_eq!(entry(&run, MAY)["observed"], serde_json::json!(["totals_repeat"]));
    let held_town = after_april("", &april);
    held_town.set("policy.totals_repeat", "hold");
    let file = held(&held_town, MAY, &text("202305"), &["totals_repeat"]);
    assert_eq!(file["compared"]["same"], 40, "another month's records are recognised: {file:#}");
}

#[test]
fn tables_for_a_spreadsheet_have_records_and_oere_at_their_end() {
    let april = records(40);
    let town = after_april("", &april);
    town.file("brev_202305.txt", "uden format");
    town.run(["run"]).exit(3);
    town.run(["approve", "brev_202305.txt", "--reason", "prøve"]).exit(0);
    town.deliver(0);
    let sum: i64 = april.iter().map(|record| record.ore).sum();
    for command in [&["history", "--format", "csv"][..], &["ledger", "export", "--format", "csv"]] {
        let csv = town.run(command).exit(0).out();
        let lines: Vec<&str> = csv.lines().collect();
        assert!(lines[0].ends_with(",why,records,sum_ore"), "{csv}");
        assert!(lines[1].contains(APRIL) && lines[1].ends_with(&format!(",40,{sum}")), "{csv}");
        assert!(lines[2].contains("brev_202305.txt") && lines[2].ends_with(",,"), "{csv}");
    }
}

#[test]
fn a_file_in_which_the_format_finds_no_record_is_held_unless_it_says_so_itself() {
    let town = Town::new();
    town.series(
        "name = \"mad\"\nfiles = [\"mad_*\"]\nformat = \"ark\"\ndeduction = \"mad\"\n[formats.ark]\nkind = \"csv\"\n\
         heading = true\n[formats.ark.record]\ncitizen = \"CPR\"\namount = { at = \"Kr\", unit = \"kroner\" }",
    );
    let held = held(&town, APRIL, "CPR;Kr\n", &["unreadable_record"]);
    assert!(texts(&held).contains("no records"), "{held:#}");
    town.run(["run", "--dry-run", "--language", "da"]).exit(3).says("der er ingen poster i filen");
    let town = self::town("");
    town.file(APRIL, with_trailer(&[], "202304"));
    assert_eq!(entry(&town.deliver(0), APRIL)["content"]["records"], 0);
}

#[test]
fn a_format_that_no_series_has_is_told_of() {
    let town = town("");
    town.run(["check", "--offline"]).stdout_has("[formats.madservice] reads the files of the series mad");
    let none = Town::new();
    none.series(&format!("name = \"mad\"\nfiles = [\"mad_*.txt\"]\n[formats.madservice]\n{WITH_TRAILER}"));
    let told = none.run(["check", "--offline"]).plain();
    told.stdout_has("[formats.madservice] belongs to no series").stdout_has("format = \"madservice\"");
    none.run(["tjek", "--offline", "--language", "da"]).plain().stdout_has("hører ikke til nogen serie");
    Town::new().run(["check", "--offline"]).stdout_lacks("Formats");
}

#[test]
fn a_second_file_for_a_month_is_held_with_its_numbers_everywhere() {
    let town = after_april("", &records(40));
    town.at("2023-04-20T06:00:00+02:00");
    let mut more = records(40);
    more.push(Record { ore: 5700, ..record(999) });
    let reasons = ["slot_taken", "records_delivered"];
    let file = held(&town, "mad_korsbaek_202304_ny.txt", &with_trailer(&more, "202304"), &reasons);
    assert_eq!((file["compared"]["same"].as_i64(), file["compared"]["new"].as_i64()), (Some(40), Some(1)));
    assert_eq!(file["compared"]["more_ore"], 5700);
    let said = "40 of 41 records are the same as in delivery 1; 1 new; +57.00 kr.";
    for command in [["run", "-v"], ["status", "-v"]] {
        town.run(command).exit(3).plain().says(said).says("on top of the first one, or in place of it?");
    }
    town.run(["run", "--language", "da"])
        .exit(3)
        .plain()
        .says("40 af 41 poster er de samme som i levering 1; 1 ny; +57,00 kr.")
        .says("kommer den oven i den første, eller i stedet for den?");
    town.run(["report", "-o", "overblik.html"]).exit(3);
    let page = std::fs::read_to_string(town.path("overblik.html")).unwrap();
    assert!(page.contains(said), "{page}");
    let compared = town.run(["compare", "mad_korsbaek_202304_ny.txt", "--json"]).exit(0).json();
    assert_eq!(compared["new"]["lines"], serde_json::json!([42]), "{compared:#}");
    assert_eq!((compared["hold_id"].as_i64(), compared["by"].as_str()), (Some(1), Some("records")));
}

#[test]
fn without_a_format_files_are_compared_by_lines() {
    let town = Town::new();
    town.file(APRIL, "a\nb\nc\n");
    town.deliver(0);
    town.file(APRIL, "a\nc\nd\ne\n");
    let run = town.deliver(3);
    let file = entry(&run, APRIL);
    assert!(file.get("compared").is_none() && file.get("content").is_none(), "{run:#}");
    town.run(["compare", "1", "-v"])
        .exit(0)
        .plain()
        .says("2 lines are the same as in delivery 1, 2 are new, and 1 are gone")
        .says("New: lines 3, 4");
    town.run(["compare", "1", "--with", "9"]).exit(2);
    std::fs::remove_dir_all(town.path("archive/2023-04")).unwrap();
    town.run(["compare", "1"]).exit(2).says("lies neither in the archive nor in the folder");
}

#[test]
fn a_file_cut_off_waits_then_is_a_matter_and_goes_once_it_is_whole() {
    let town = town("");
    let whole = with_trailer(&records(12), "202304");
    let cut = &whole[..whole.len() - 100];
    town.file(APRIL, cut);
    let run = town.deliver(0);
    assert_eq!(entry(&run, APRIL)["decision"], "wait");
    assert_eq!(entry(&run, APRIL)["reason"], "incomplete");
    assert_eq!(entry(&run, APRIL)["reasons"], serde_json::json!(["incomplete", "unreadable_record"]));
    town.at("2023-04-15T07:00:00+02:00");
    let run = town.deliver(3);
    assert_eq!(run["files"][0]["decision"], "wait");
    town.run(["run"]).exit(3).plain().says("waiting for the rest of the file").says("approve 1");
    town.run(["approve", "1", "--reason", "as it is"]).exit(0);
    town.file(APRIL, &whole);
    let run = town.deliver(0);
    assert_eq!(
        (entry(&run, APRIL)["outcome"].as_str(), entry(&run, APRIL)["reason"].as_str()),
        (Some("delivered"), Some("new"))
    );
    assert_eq!(town.server.received().len(), 1);
}

#[test]
fn a_file_that_is_whole_as_it_is_may_be_approved_or_taken_out() {
    for (word, code, received) in [("approve", 0, 1), ("reject", 0, 0)] {
        let town = town("");
        let whole = with_trailer(&records(12), "202304");
        town.file(APRIL, &whole[..whole.len() - 82]);
        town.deliver(0);
        town.at("2023-04-16T07:00:00+02:00");
        town.deliver(3);
        town.run([word, "1", "--reason", "asked the supplier"]).exit(code);
        town.deliver(0);
        assert_eq!(town.server.received().len(), received, "{word}");
    }
}

#[test]
fn control_totals_that_do_not_add_up_and_what_cannot_be_read_are_held_with_lines() {
    let whole = with_trailer(&records(12), "202304");
    let town = town("");
    let file = held(&town, APRIL, &whole.replace("SLUTD00000012", "SLUTD00000013"), &["totals_differ"]);
    assert!(texts(&file).contains("(line 14) says 13 records, but there are 12"), "{file:#}");
    let broken = whole.replacen("  000080000", "  0000800x0", 1);
    assert_ne!(broken, whole);
    let file = held(&town, APRIL, &broken, &["unreadable_record", "totals_differ"]);
    assert!(texts(&file).contains("line 2: record.amount (positions 40-48)"), "{file:#}");
    assert_eq!(file["notes"][0]["lines"], serde_json::json!([2]));
    let strange = whole.replacen("G68", "G99", 1);
    held(&town, APRIL, &strange, &["unreadable_record", "totals_differ"]);
}

#[test]
fn a_citizen_twice_and_the_whole_month_twice_are_held() {
    let town = town("");
    let mut twice = records(12);
    twice.push(record(3));
    let file = held(&town, APRIL, &with_trailer(&twice, "202304"), &["records_repeat"]);
    assert!(texts(&file).contains("line 14 repeats line 5"), "{file:#}");
    let whole = [records(12), records(12)].concat();
    let file = held(&town, APRIL, &with_trailer(&whole, "202304"), &["records_repeat"]);
    assert!(texts(&file).contains("12 records repeat one that stands earlier in the file"), "{file:#}");
    let lines: Vec<u64> =
        file["notes"][0]["lines"].as_array().unwrap().iter().filter_map(Value::as_u64).collect();
    assert_eq!(lines, (14..24).collect::<Vec<u64>>());
}

#[test]
fn a_correction_by_opposite_sign_is_no_repeat() {
    let town = town("");
    let mut corrected = records(12);
    corrected.push(Record { ore: -record(3).ore, ..record(3) });
    let taken_back = with_trailer(&corrected, "202304");
    town.file(APRIL, taken_back);
    assert_eq!(entry(&town.deliver(0), APRIL)["content"]["records"], 13);
}

/// A month of a series that has grown and shrunk by three in a hundred since the first, with these prices.
fn month(at: usize, per_cent: i64) -> Vec<Record> {
    let first = at * 3;
    (first..first + 100 + at % 4).map(record).map(|r| Record { ore: r.ore * per_cent / 100, ..r }).collect()
}

#[test]
fn a_year_of_ordinary_months_is_never_held_and_observe_is_as_quiet() {
    for observe in [false, true] {
        let town = town("unusual = \"50%\"\nlargest_amount = \"4500.00\"");
        if observe {
            for policy in ["other_period", "totals_differ", "records_repeat", "unusual_total", "amount_over"]
            {
                town.set(&format!("policy.{policy}"), "observe");
            }
        }
        for at in 0..12 {
            let (year, month_number) = if at < 9 { (2023, at + 4) } else { (2024, at - 8) };
            town.at(&format!("{year}-{month_number:02}-14T06:00:00+02:00"));
            let name = format!("mad_korsbaek_{year}{month_number:02}.txt");
            let prices = if at < 6 { 100 } else { 104 };
            town.file(&name, with_trailer(&month(at, prices), &format!("{year}{month_number:02}")));
            let run = town.deliver(0);
            assert_eq!(run["observed"], serde_json::json!([]), "{run:#}");
        }
        assert_eq!(town.server.received().len(), 12);
    }
}

#[test]
fn kroner_read_as_ore_are_an_unusual_total_and_large_amounts_are_told_by_line() {
    let town = after_april("unusual = \"50%\"\nlargest_amount = \"4500.00\"", &records(40));
    let hundred: Vec<Record> =
        records(40).into_iter().map(|record| Record { ore: record.ore * 100, ..record }).collect();
    let file = held(&town, MAY, &with_trailer(&hundred, "202305"), &["unusual_total", "amount_over"]);
    assert!(texts(&file).contains("the middle of the last months is"), "{file:#}");
    town.set("policy.unusual_total", "observe").set("policy.amount_over", "observe");
    let run = town.deliver(0);
    let observed: Vec<&str> =
        run["observed"].as_array().unwrap().iter().filter_map(|of| of["reason"].as_str()).collect();
    assert_eq!(observed, ["unusual_total", "amount_over"], "{run:#}");
    assert_eq!(run["exit_code"], 0);
    town.run(["history"]).exit(0).plain().says("sent, but observed: unusual_total, amount_over");
}

#[test]
fn what_is_observed_is_said_on_the_screen_and_by_notice_and_needs_nobody() {
    let town = after_april("unusual = \"50%\"", &records(40));
    town.set("policy.unusual_total", "observe");
    town.file(MAY, with_trailer(&records(90), "202305"));
    let (told, script) = (town.path("besked.txt"), town.path("tell"));
    std::fs::write(&script, format!("#!/bin/sh\ncat >> {}\n", told.display())).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o700)).unwrap();
        town.set("notify.command", vec![script.display().to_string()]);
    }
    town.run(["run", "--dry-run"]).exit(0).plain().says("would be held if [policy] said hold");
    town.run(["run"])
        .exit(0)
        .plain()
        .says("would have been held if [policy] said hold")
        .says("unusual_total: there are 90 records; the middle of the last months is 40")
        .never_says("needs a person:");
    town.deliver(0);
    if cfg!(unix) {
        let notice = std::fs::read_to_string(&told).unwrap();
        assert_eq!(notice.matches("unusual_total: there are 90 records").count(), 1, "{notice}");
        assert!(!notice.contains("waits for you"), "{notice}");
    }
}

#[test]
fn a_policy_opens_each_row_and_an_approval_covers_what_it_saw() {
    let town = town("");
    let wrong = with_trailer(&records(12), "202305").replace("SLUTD00000012", "SLUTD00000013");
    held(&town, APRIL, &wrong, &["totals_differ", "other_period"]);
    town.set("policy.totals_differ", "send");
    held(&town, APRIL, &wrong, &["other_period"]);
    town.run(["approve", APRIL, "--reason", "the supplier's month is wrong"]).exit(0);
    assert_eq!(entry(&town.deliver(0), APRIL)["reason"], "approved");
    assert_eq!(town.server.received().len(), 1);
}

#[test]
fn records_and_kroner_are_shown_against_the_month_before() {
    let town = after_april("due_day = 20", &records(40));
    town.file(MAY, with_trailer(&records(41), "202305"));
    town.deliver(0);
    let more = record(40).ore;
    let said = format!("(+1, +{}.00 kr. against the month before)", crate_grouped(more / 100));
    town.run(["status"]).exit(0).plain().says("mad, May 2023: 41 records").says(&said);
    town.run(["history"]).exit(0).plain().says("41 records").says(&said);
    let status = town.run(["status", "--json"]).exit(0).json();
    let cells = status["series"][0]["cells"].as_array().unwrap();
    let may = cells.iter().find(|cell| cell["period"] == "2023-05").unwrap();
    assert_eq!(
        (may["totals"]["records"].as_i64(), may["totals"]["more_ore"].as_i64()),
        (Some(41), Some(more))
    );
    town.run(["report", "-o", "overblik.html"]).exit(0);
    let page = std::fs::read_to_string(town.path("overblik.html")).unwrap();
    assert!(page.contains("mad: number of records") && page.contains("mad: sum in"), "{page}");
    let history = town.run(["history", "--json"]).exit(0).json();
    assert_eq!(history["entries"][0]["content"]["first_period"], "2023-05");
}

fn crate_grouped(number: i64) -> String {
    let digits = number.to_string();
    match digits.len() {
        0..=3 => digits,
        length => format!("{},{}", &digits[..length - 3], &digits[length - 3..]),
    }
}

#[test]
fn totals_outlive_a_lost_ledger_and_are_known_of_what_was_adopted() {
    let town = town("");
    town.file(APRIL, with_trailer(&records(40), "202304"));
    town.run(["adopt", APRIL, "--reason", "by KMD"]).exit(0);
    std::fs::remove_file(town.path("ledger.db")).unwrap();
    town.run(["ledger", "rebuild"]).exit(0);
    let history = town.run(["history", "--json"]).exit(0).json();
    assert_eq!(history["entries"][0]["content"]["records"], 40, "{history:#}");
    town.run(["ledger", "verify"]).exit(0);
}

#[test]
fn a_format_of_the_configuration_that_is_wrong_stops_everything() {
    let town = Town::new();
    town.series("name = \"mad\"\nfiles = [\"mad_*.txt\"]\nformat = \"madservise\"\n[formats.madservice]\nkind = \"fixt\"");
    town.file(APRIL, "x");
    town.run(["run"]).exit(2).says("madservice").says("formats.madservice.kind");
    assert_eq!(town.server.received().len(), 0);
}

#[test]
fn a_series_of_many_files_a_month_observes_repeats_and_adds_its_files_up() {
    let town = town("per_period = \"many\"\nunusual = \"50%\"");
    let mut twice = records(12);
    twice.push(record(3));
    town.file("mad_uge1_202304.txt", with_trailer(&twice, "202304"));
    let run = town.deliver(0);
    assert_eq!(run["observed"][0]["reason"], "records_repeat", "{run:#}");
    town.at("2023-05-12T06:00:00+02:00");
    for (week, of_week, exit) in [(1, 0..6, 0), (2, 6..13, 0), (3, 13..22, 3)] {
        let name = format!("mad_uge{week}_202305.txt");
        let of_week: Vec<Record> = of_week.map(record).collect();
        town.file(&name, with_trailer(&of_week, "202305"));
        let run = town.deliver(exit);
        let reason = if exit == 3 { "unusual_total" } else { "new" };
        assert_eq!(entry(&run, &name)["reason"], reason, "{run:#}");
    }
}
