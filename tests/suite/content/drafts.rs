//! `format guess` and `format test`, by a person with a sample file and no manual.

use super::samples::{
    Record, dos, eighty, elements, record, records, sections, semicolons, start_and_end, windows,
    with_trailer,
};
use crate::support::output::entry;
use crate::support::town::Town;

/// A sample with every ninth deduction taken back.
fn sample() -> Vec<Record> {
    let back = |(at, record): (usize, Record)| {
        if at % 9 == 8 { Record { ore: -record.ore, ..record } } else { record }
    };
    records(40).into_iter().enumerate().map(back).collect()
}

/// Guesses the format of a file, appends the draft to the configuration as it is, names it in the series, and delivers.
#[track_caller]
fn drafted_and_delivered(name: &str, bytes: &[u8]) {
    let town = Town::new();
    town.file(name, bytes);
    let path = format!("drop/{name}");
    let draft = town.run(["format", "guess", &path]).exit(0).out();
    town.series(&format!(
        "name = \"mad\"\nfiles = [\"mad*\"]\nformat = \"mad\"\ndeduction = \"mad\"\n{draft}"
    ));
    let tested = town.run(["format", "test", name, "--json"]).exit(0).json();
    let sum: i64 = sample().iter().map(|record| record.ore).sum();
    assert_eq!((tested["records"].as_i64(), tested["sum_ore"].as_i64()), (Some(40), Some(sum)), "{draft}");
    let run = town.deliver(0);
    assert_eq!(entry(&run, name)["content"]["sum_ore"].as_i64(), Some(sum), "{run:#}");
}

#[test]
fn a_draft_works_without_editing() {
    let (one, other) = (sample(), sample());
    drafted_and_delivered("mad_202304.txt", &windows(&start_and_end(&one, "202304")));
    drafted_and_delivered("mad_202304.txt", sections(&[&one[..15], &other[15..]], "01042023").as_bytes());
    drafted_and_delivered("mad_202304.txt", eighty(&one, "202304").as_bytes());
    drafted_and_delivered("mad_202304.csv", &windows(&semicolons(&one, "2023-04")));
    drafted_and_delivered("mad_202304.csv", &dos(&semicolons(&one, "2023-04")));
    drafted_and_delivered("mad_202304.csv", format!("\u{feff}{}", semicolons(&one, "2023-04")).as_bytes());
    drafted_and_delivered("mad_202304.xml", elements(&one, "2023-04").as_bytes());
    drafted_and_delivered("mad_202304.txt", with_trailer(&one, "202304").as_bytes());
}

#[test]
fn what_is_no_file_of_records_gets_no_draft() {
    let town = Town::without_ledger(crate::support::servers::Server::embedded());
    town.file("brev.txt", "Kære leverandør\n\nTak for sidst.\n");
    town.run(["format", "guess", "drop/brev.txt"]).exit(2).says("CPR");
    town.run(["format", "guess", "drop/findes_ikke.txt"]).exit(2);
    town.run(["format", "guess", "drop"]).exit(2);
}

#[test]
fn a_test_shows_faults_by_line_and_never_a_citizen() {
    let town = Town::new();
    town.series(&format!(
        "name = \"mad\"\nfiles = [\"mad*\"]\nformat = \"madservice\"\ndeduction = \"mad\"\n[formats.madservice]\n{}",
        super::WITH_TRAILER
    ));
    let text = with_trailer(&records(12), "202304");
    town.file("mad_202304.txt", &text);
    let citizen = record(0).citizen;
    let shown = town.run(["format", "test", "mad_202304.txt"]).exit(0).plain();
    let shown = shown.says("••••••-••••").says("positions 13-22").says("12 records").never_says(&citizen);
    shown.never_says(&citizen[..6]);
    let birthday = format!("{}-••••", &citizen[..6]);
    town.run(["format", "test", "mad_202304.txt", "--show-birthdays"])
        .exit(0)
        .plain()
        .says(&birthday)
        .never_says(&citizen);
    town.file("mad_202304.txt", text.replacen("G68", "X68", 1));
    town.run(["format", "test", "mad_202304.txt", "--language", "da"])
        .exit(3)
        .plain()
        .says("linje 2: linjen passer ikke til nogen af formatets linjer");
    town.run(["format", "test", "mad_202304.txt", "--format", "andet"]).exit(2).says("madservice");
}

#[test]
fn a_test_says_all_that_the_file_itself_would_be_held_for() {
    let town = Town::new();
    town.series(&format!(
        "name = \"mad\"\nfiles = [\"mad*\"]\nformat = \"madservice\"\ndeduction = \"mad\"\nlargest_amount = \"900.00\"\n\
         [formats.madservice]\n{}",
        super::WITH_TRAILER
    ));
    let mut twice = records(3);
    twice.push(record(1));
    town.file("mad_202305.txt", with_trailer(&twice, "202304"));
    let tested = town.run(["format", "test", "mad_202305.txt", "--json"]).exit(3).json();
    let kinds: Vec<&str> =
        tested["matters"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    let run = town.deliver(3);
    assert_eq!(kinds, ["other_period", "records_repeat"], "{tested:#}");
    assert_eq!(entry(&run, "mad_202305.txt")["reasons"], serde_json::json!(kinds), "{run:#}");
    let tested = town.run(["format", "test", "mad_202305.txt", "--language", "da"]).exit(3).plain();
    tested.says("hoved siger april 2023").says("linje 5 gentager linje 3").never_says(&record(1).citizen);
}
