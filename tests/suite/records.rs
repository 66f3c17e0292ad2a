//! The same deduction never twice, in whatever file, under whatever name, by whatever supplier it comes again.

use std::fs;

use serde_json::{Value, json};

use crate::content::samples::{Record, WITH_TRAILER, record, records, semicolons, with_trailer};
use crate::support::output::entry;
use crate::support::town::Town;

mod doubt;
mod keys;
mod rewritten;
mod uncertain;

const APRIL: &str = "mad_korsbaek_202304.txt";
const MAY: &str = "mad_korsbaek_202305.txt";
/// The same deductions by another supplier, and by several together.
const BY_B: &str = "kost_korsbaek_202304.csv";
const TOGETHER: &str = "samlet_korsbaek_202304.csv";

/// The format of [`semicolons`], which names no month but in its lines.
const SEMICOLONS: &str = r#"kind = "csv"
separator = ";"
heading = true
[formats.liste.lines]
record = '^\d'
trailer = '^Antal;'
[formats.liste.record]
citizen = { at = "CPR-nr", leading_zero = "restore" }
amount = { at = "Beløb", unit = "kroner", decimal = ",", sign = "leading" }
period = { at = "Måned", form = "YYYYMM" }
[formats.liste.trailer]
records = 2
"#;

/// The format of [`elements`](crate::content::samples::elements).
const ELEMENTS: &str = r#"kind = "xml"
record_element = "post"
[formats.xml.record]
citizen = "person/cpr"
amount = { at = "beloeb", unit = "kroner", decimal = ".", sign = "leading" }
deduction = "@art"
[formats.xml.header]
period = { at = "hoved/periode", form = "YYYYMM" }
"#;

/// A town with two suppliers of food, a list of both together, and a laundry; `more` stands in the first one's `[[series]]`.
fn town(more: &str) -> Town {
    let town = Town::new();
    town.series(&format!(
        "name = \"mad\"\nfiles = [\"mad_*.txt\"]\nformat = \"madservice\"\ndeduction = \"mad\"\n{more}"
    ));
    for (name, deduction) in [("kost", "mad"), ("samlet", "mad"), ("vask", "vask")] {
        town.series(&format!(
            "name = \"{name}\"\nfiles = [\"{name}_*.csv\"]\nformat = \"liste\"\ndeduction = \"{deduction}\"\nper_period = \"many\""
        ));
    }
    town.series(&format!(
        "name = \"træk\"\nfiles = [\"træk_*.xml\"]\nformat = \"xml\"\n\
         [formats.madservice]\n{WITH_TRAILER}[formats.liste]\n{SEMICOLONS}[formats.xml]\n{ELEMENTS}"
    ));
    town.set("policy.records_delivered", "hold");
    town
}

/// The town once April's food is delivered.
fn after_april(count: usize) -> Town {
    let town = town("per_period = \"many\"");
    town.file(APRIL, with_trailer(&records(count), "202304"));
    town.deliver(0);
    town
}

/// Runs with one more file, which is held for its records, and answers its entry.
#[track_caller]
fn held(town: &Town, name: &str, text: &str) -> Value {
    let before = town.server.received().len();
    town.file(name, text);
    let run = town.deliver(3);
    let file = entry(&run, name).clone();
    assert_eq!(
        (&file["decision"], &file["reason"]),
        (&json!("hold"), &json!("records_delivered")),
        "{run:#}"
    );
    assert_eq!(town.server.received().len(), before);
    file
}

/// Runs with one more file, which goes without asking.
#[track_caller]
fn goes(town: &Town, name: &str, text: &str) {
    let before = town.server.received().len();
    town.file(name, text);
    let run = town.deliver(0);
    assert_eq!(entry(&run, name)["outcome"], "delivered", "{run:#}");
    assert!(!run["observed"].to_string().contains("records_"), "{run:#}");
    assert_eq!(town.server.received().len(), before + 1);
}

fn said(file: &Value) -> String {
    file["notes"].as_array().into_iter().flatten().filter_map(|note| note["text"].as_str()).collect()
}

#[test]
fn aprils_file_with_one_citizen_added_is_held_in_numbers_and_kroner() {
    let town = after_april(482);
    let mut more = records(483);
    let kroner: i64 = records(482).iter().map(|record| record.ore).sum();
    let file = held(&town, "mad_korsbaek_ny_202304.txt", &with_trailer(&more, "202304"));
    let sum =
        format!("{},{:03},{:03}.00 kr.", kroner / 100_000_000, kroner / 100_000 % 1000, kroner / 100 % 1000);
    let sum = sum.trim_start_matches("0,").to_owned();
    let numbers = format!("482 of 483 records were delivered on 14 April 2023 (delivery 1, {sum}); 1 is new");
    assert!(said(&file).contains(&numbers), "{numbers}: {file:#}");
    more[7].ore += 5700;
    let file = held(&town, "mad_korsbaek_ny_202304.txt", &with_trailer(&more, "202304"));
    assert!(said(&file).contains("481 of 483"), "{file:#}");
    assert!(said(&file).contains("1 is new; 1 has another amount (+57.00 kr.)"), "{file:#}");
    assert_eq!(file["notes"][0]["lines"].as_array().map(Vec::len), Some(10), "{file:#}");
    town.run(["run", "-v"]).exit(3).plain().says("lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 472 more");
    let hold = file["hold_id"].to_string();
    town.run(["compare", &hold]).exit(0).plain().says("481 of 483 records are the same as in delivery 1");
    town.run(["kør", "--language", "da"])
        .exit(3)
        .plain()
        .says("481 af 483 poster er leveret den 14. april 2023 (levering 1,")
        .says("1 er ny; 1 har et andet beløb (+57,00 kr.)");
}

#[test]
fn another_suppliers_file_and_files_merged_into_a_third_are_held() {
    let town = after_april(20);
    let by_b: Vec<Record> = (20..50).map(record).collect();
    goes(&town, BY_B, &semicolons(&by_b, "202304"));
    // The same deductions of the first supplier by the other route.
    held(&town, "kost_korsbaek_2_202304.csv", &semicolons(&records(20), "202304"));
    fs::remove_file(town.path("drop/kost_korsbaek_2_202304.csv")).unwrap();
    let file = held(&town, TOGETHER, &semicolons(&records(51), "202304"));
    let said = said(&file);
    for part in ["20 of 51 records were delivered", "(delivery 1,", "30 of 51", "(delivery 2,", "1 is new"] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn the_same_citizen_for_another_deduction_or_month_goes() {
    let town = after_april(20);
    goes(&town, "vask_korsbaek_202304.csv", &semicolons(&records(20), "202304"));
    goes(&town, MAY, &with_trailer(&records(20), "202305"));
}

#[test]
fn several_agreements_of_one_citizen_go_by_their_reference() {
    let town = Town::new();
    let format =
        WITH_TRAILER.replace("period = { at = \"30-35\"", "reference = \"24-27\"\nperiod = { at = \"30-35\"");
    town.series(&format!(
        "name = \"mad\"\nfiles = [\"mad_*.txt\"]\nformat = \"madservice\"\ndeduction = \"mad\"\nper_period = \"many\"\n\
         [formats.madservice]\n{format}"
    ));
    let with = |reference: &str| {
        let text = with_trailer(&records(9), "202304");
        text.lines()
            .map(|line| match line.strip_prefix("G68") {
                Some(_) => format!("{}{reference}{}\r\n", &line[..23], &line[27..]),
                None => format!("{line}\r\n"),
            })
            .collect::<String>()
    };
    goes(&town, "mad_a_202304.txt", &with("A001"));
    goes(&town, "mad_b_202304.txt", &with("B002"));
    held(&town, "mad_c_202304.txt", &with("A001").replacen("MADSERVICE ", "MADSERVICE2", 1));
}

#[test]
fn another_suppliers_spelling_is_the_same_deduction() {
    let town = Town::new();
    let format = "kind = \"csv\"\nseparator = \";\"\nheading = true\n[formats.liste.record]\n\
                  citizen = \"CPR\"\namount = { at = \"Beløb\", unit = \"kroner\", decimal = \",\" }\n\
                  deduction = \"Art\"\nreference = \"Aftale\"\n";
    town.series(&format!(
        "name = \"mad\"\nfiles = [\"mad_*.csv\"]\nformat = \"liste\"\nper_period = \"many\"\n[formats.liste]\n{format}"
    ));
    let list = |art: &str, agreement: &str| {
        let line = |at: usize| format!("{};100,00;{art};{agreement}\r\n", record(at).citizen);
        format!("CPR;Beløb;Art;Aftale\r\n{}", (0..9).map(line).collect::<String>())
    };
    goes(&town, "mad_a_202304.csv", &list("Køkken", "A7"));
    goes(&town, "mad_b_202304.csv", &list("23", "7"));
    goes(&town, "mad_c_202304.csv", &list("23", "8"));
    goes(&town, "mad_d_202304.csv", &list("23", ""));
    for (at, (art, agreement)) in
        [("KØKKEN ", "a7"), ("køkken", " A7"), ("023", "0007"), ("23", "0000")].into_iter().enumerate()
    {
        let name = format!("mad_igen{at}_202304.csv");
        held(&town, &name, &list(art, agreement));
        fs::remove_file(town.path("drop").join(name)).unwrap();
    }
    // Whatever encoding they are written in: cp850 and Mac have the letter elsewhere.
    for (at, byte) in [0x9b_u8, 0xbf, 0xf8].into_iter().enumerate() {
        let name = format!("mad_kode{at}_202304.csv");
        let text = list("K#kken", "A7").into_bytes();
        let text = text.into_iter().map(|of| if of == b'#' { byte } else { of }).collect::<Vec<u8>>();
        let text = [&b"CPR;Bel\xf8b"[..], &text["CPR;Beløb".len()..]].concat();
        town.file(&name, text);
        let run = town.deliver(3);
        assert_eq!(entry(&run, &name)["reason"], "records_delivered", "{run:#}");
        fs::remove_file(town.path("drop").join(name)).unwrap();
    }
    // Both spellings in one file are one record twice.
    let name = "mad_begge_202304.csv";
    town.file(name, list("Vask", "1") + &list("VASK", "01")["CPR;Beløb;Art;Aftale\r\n".len()..]);
    let run = town.deliver(3);
    assert_eq!(entry(&run, name)["reason"], "records_repeat", "{run:#}");
}

#[test]
fn a_reversal_and_its_correction_go_and_half_a_reversal_does_not() {
    let town = after_april(20);
    let line = |ore: i64| Record { ore, ..record(3) };
    let was = record(3).ore;
    let file = with_trailer(&[line(-was), line(was + 5700)], "202304");
    goes(&town, "mad_rettelse_202304.txt", &file);
    // The same correction in another file, and one that takes back too little.
    let again = file.replacen("MADSERVICE ", "MADSERVICE2", 1);
    held(&town, "mad_rettelse2_202304.txt", &again);
    fs::remove_file(town.path("drop/mad_rettelse2_202304.txt")).unwrap();
    held(&town, "mad_halv_202304.txt", &with_trailer(&[line(-100), line(was)], "202304"));
}

#[test]
fn an_approved_overlap_goes_once_and_its_keys_count() {
    let town = after_april(20);
    let file = held(&town, "mad_ny_202304.txt", &with_trailer(&records(25), "202304"));
    town.run(["approve", &file["hold_id"].to_string(), "--reason", "oven i"]).exit(0);
    let run = town.deliver(0);
    assert_eq!(entry(&run, "mad_ny_202304.txt")["reason"], "approved", "{run:#}");
    let fifth: Vec<Record> = (20..25).map(record).collect();
    let file = held(&town, "mad_femte_202304.txt", &with_trailer(&fifth, "202304"));
    assert!(said(&file).contains("5 of 5 records were delivered on 14 April 2023 (delivery 2"), "{file:#}");
    town.run(["ledger", "verify"]).exit(0);
}

#[test]
fn what_kp_never_got_does_not_count() {
    let town = after_april(20);
    town.server.as_embedded().empty();
    town.run(["resolve", "1", "--not-delivered", "--reason", "KP fik den aldrig"]).exit(0);
    goes(
        &town,
        "mad_ny_202304.txt",
        &with_trailer(&records(20), "202304").replace("MADSERVICE ", "MADSERVICE2"),
    );
    town.run(["ledger", "verify"]).exit(0);
}

#[test]
fn two_files_of_one_run_with_the_same_records_are_as_two_runs() {
    let town = town("");
    town.file(BY_B, semicolons(&records(20), "202304"));
    town.file(TOGETHER, semicolons(&records(30), "202304"));
    let preview = town.run(["run", "--dry-run", "--json"]).exit(3).json();
    let run = town.deliver(3);
    for run in [preview, run] {
        assert_eq!(entry(&run, BY_B)["decision"], "send", "{run:#}");
        let other = entry(&run, TOGETHER);
        assert_eq!(other["reason"], "records_delivered", "{run:#}");
        assert!(said(other).contains(&format!("20 of 30 records stand in {BY_B} as well")), "{run:#}");
    }
    let run = town.deliver(3);
    assert!(said(entry(&run, TOGETHER)).contains("(delivery 1,"), "{run:#}");
}

#[test]
fn a_year_of_ordinary_months_is_never_held() {
    let town = town("");
    for at in 0..12 {
        let (year, month) = if at < 9 { (2023, at + 4) } else { (2024, at - 8) };
        town.at(&format!("{year}-{month:02}-14T06:00:00+02:00"));
        let period = format!("{year}{month:02}");
        let of = |first: usize| (first..first + 30 + at % 3).map(record).collect::<Vec<Record>>();
        town.file(format!("mad_korsbaek_{period}.txt"), with_trailer(&of(at), &period));
        town.file(format!("kost_korsbaek_{period}.csv"), semicolons(&of(at + 100), &period));
        town.file(format!("vask_korsbaek_{period}.csv"), semicolons(&of(at + 10), &period));
        let run = town.deliver(0);
        assert_eq!(run["summary"]["delivered"], 3, "{run:#}");
        // That the same clients cost the same is no news.
        let observed = run["observed"].as_array().unwrap();
        assert!(observed.iter().all(|of| of["reason"] == "totals_repeat"), "{run:#}");
    }
}

#[test]
fn weeks_without_a_reference_are_observed() {
    let town = town("per_period = \"many\"");
    town.unset("policy.records_delivered");
    town.file("mad_uge1_202304.txt", with_trailer(&records(10), "202304"));
    town.deliver(0);
    town.file("mad_uge2_202304.txt", with_trailer(&records(12), "202304"));
    let run = town.deliver(0);
    assert_eq!(run["observed"][0]["reason"], "records_delivered", "{run:#}");
    assert!(
        run["observed"][0]["text"].as_str().unwrap().contains("10 of 12 records were delivered"),
        "{run:#}"
    );
}
