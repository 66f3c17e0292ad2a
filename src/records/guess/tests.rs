#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::records::samples::*;

mod kinds;

/// Words that name what they stand for, so that a test sees where they stand.
#[allow(clippy::needless_pass_by_value)] // as whoever finds words gets it
fn words(remark: Remark) -> String {
    format!("{remark:?}")
}

/// Drafts from a file, and reads it by the draft as the configuration would hold it, unedited.
fn drafted(file: &[u8]) -> (Guess, Reading, String) {
    let guess = guess(file, true, None).unwrap();
    let toml = guess.toml("ny", &words);
    let whole: toml::Table = toml::from_str(&toml).unwrap_or_else(|error| panic!("{toml}\n{error}"));
    let table = whole["formats"]["ny"].clone().try_into().unwrap();
    let series = [SeriesUse { name: "mad", deduction: Some("mad") }];
    let format = Format::build("ny", &table, &series).unwrap_or_else(|faults| panic!("{toml}\n{faults:?}"));
    (guess, read(&format, file), toml)
}

fn place(field: Option<&crate::records::format::table::FieldTable>) -> Option<&str> {
    field?.at.as_deref()
}

/// Checks that a draft works as it is: every record, the right sum, the month.
fn works(file: &[u8], records: &[Deduction]) -> Guess {
    let (guess, reading, toml) = drafted(file);
    assert!(guess.reads_the_sample(), "{toml}\n{:?}", guess.reading);
    assert_eq!(reading, guess.reading, "{toml}");
    let sum: i64 = records.iter().map(|record| record.ore).sum();
    assert_eq!(
        (reading.totals.records, reading.totals.sum.to_i64()),
        (records.len() as u64, Some(sum)),
        "{toml}"
    );
    let april = "2023-04".parse().unwrap();
    assert_eq!(reading.period_range(), Some((april, april)), "{toml}");
    guess
}

#[test]
fn lines_with_a_start_and_an_end_record() {
    for count in [12, 100, 481] {
        let records = deductions(count);
        let guess = works(&windows(&start_and_end(&records, "202304")), &records);
        assert_eq!(guess.table.encoding.as_deref(), Some("windows-1252"));
        assert_eq!(guess.table.line_length, Some(230));
        assert_eq!(place(guess.table.record.citizen.as_ref()), Some("13-22"));
        assert_eq!(place(guess.table.record.amount.as_ref()), Some("41-45"));
        assert_eq!(place(guess.table.header.period.as_ref()), Some("81-86"));
        assert!(guess.parts.contains(&Part::new("record.amount", Sureness::Proven)));
        assert_eq!(guess.reading.trailers, 1);
    }
}

#[test]
fn sections_with_other_lines_between() {
    let records = deductions(100);
    let guess = works(sections(&[&records[..60], &records[60..]], "01042023").as_bytes(), &records);
    assert_eq!(place(guess.table.record.citizen.as_ref()), Some("28-37"));
    assert_eq!(place(guess.table.record.period.as_ref()), Some("52-59"));
    assert_eq!(place(guess.table.record.amount.as_ref()), Some("61-73"));
    assert!(guess.table.trailer.records.is_some() && guess.table.trailer.sum.is_some());
}

#[test]
fn lines_without_header_or_trailer() {
    let records = deductions(100);
    let guess = works(eighty(&records, "202304").as_bytes(), &records);
    assert_eq!(place(guess.table.record.amount.as_ref()), Some("25-33"));
    assert!(guess.table.lines.record.is_none());
    assert!(guess.parts.contains(&Part::new("record.amount", Sureness::Guessed)));
}

#[test]
fn columns_with_headings_and_a_count_in_the_last_line() {
    let records = deductions(100);
    let guess = works(semicolons(&records, "2023-04").as_bytes(), &records);
    assert_eq!(place(guess.table.record.citizen.as_ref()), Some("CPR-nr"));
    assert_eq!(guess.table.record.citizen.unwrap().leading_zero.as_deref(), Some("restore"));
    assert_eq!(place(guess.table.record.amount.as_ref()), Some("Beløb"));
    assert_eq!(place(guess.table.trailer.records.as_ref()), Some("2"));
}

#[test]
fn elements_with_a_control_section() {
    let records = deductions(100);
    let guess = works(elements(&records, "2023-04").as_bytes(), &records);
    assert_eq!(guess.table.record_element.as_deref(), Some("post"));
    assert_eq!(place(guess.table.record.citizen.as_ref()), Some("person/cpr"));
    assert_eq!(place(guess.table.trailer.credit.as_ref()), Some("kontrol/kredit"));
}

#[test]
fn every_encoding_met_in_the_sector() {
    let records = deductions(30);
    let text = start_and_end(&records, "202304");
    let dos = |c: char| match c {
        'ø' => 0x9b,
        'Ø' => 0x9d,
        'Å' => 0x8f,
        c => u8::try_from(c).unwrap(),
    };
    let dos: Vec<u8> = text.chars().map(dos).collect();
    assert_eq!(works(&dos, &records).table.encoding.as_deref(), Some("cp850"));
    let marked = format!("\u{feff}{text}");
    assert_eq!(works(marked.as_bytes(), &records).table.encoding, None);
    assert_eq!(works(text.as_bytes(), &records).table.encoding, None);
}

#[test]
fn a_count_alone_in_the_last_line_and_no_headings() {
    let records = deductions(40);
    let text = semicolons(&records, "2023-04");
    let text = text.replace("Antal;40;;\r\n", "40\r\n").replace("CPR-nr;Navn;Beløb;Måned\r\n", "");
    let guess = works(text.as_bytes(), &records);
    assert_eq!(guess.table.heading, Some(false));
    assert_eq!(guess.reading.claims.records, Some(40));
}

#[test]
fn hyphens_blanks_before_amounts_and_another_end_of_file() {
    let records: Vec<Deduction> =
        deductions(50).into_iter().map(|record| Deduction { ore: record.ore.abs() + 25, ..record }).collect();
    let sum: i64 = records.iter().map(|record| record.ore).sum();
    let mut text = "Z300 Vaskeriet 202304\r\n".to_owned();
    for record in &records {
        let (day, serial) = record.citizen.split_at(6);
        write!(text, "G68{day}-{serial} Beboer {:>10}\r\n", record.ore).unwrap();
    }
    write!(text, "SLUTD{:>6}{sum:>14}\r\n\r\n\u{1a}", records.len()).unwrap();
    let guess = works(text.as_bytes(), &records);
    assert_eq!(place(guess.table.record.citizen.as_ref()), Some("4-14"));
    assert_eq!(guess.table.lines.record.as_deref(), Some("^G"));
    assert_eq!((guess.reading.trailers, guess.reading.lines.ignored > 0), (1, true));
    // ten times the amounts are read by the same draft
    let format = Format::build("x", &guess.table, &[ANY_DEDUCTION]).unwrap();
    let largest = records.iter().map(|record| record.ore).max().unwrap();
    let larger = text.replace(&format!("{largest:>10}"), &format!("{:>10}", largest * 10));
    let reading = read(&format, larger.as_bytes());
    assert_eq!(reading.totals.sum.get() - guess.reading.totals.sum.get(), i128::from(largest) * 9);
}

#[test]
fn tabs_points_and_a_title_above_the_headings() {
    let records = deductions(25);
    let text =
        semicolons(&records, "2023-04").replace(',', ".").replace("\"Beboer; \"\"prøve\"\"\"", "Beboer");
    let text = format!("Træk for april;;;\r\n{text}").replace(';', "\t");
    let guess = works(&windows(&text), &records);
    assert_eq!(guess.table.separator.as_deref(), Some("\t"));
    assert_eq!(guess.table.record.amount.unwrap().decimal.as_deref(), Some("."));
}

#[test]
fn the_beginning_of_a_file_is_a_sample_too() {
    let file = windows(&start_and_end(&deductions(100), "202304"));
    let guess = guess(&file[..5000], false, None).unwrap();
    assert_eq!(place(guess.table.record.citizen.as_ref()), Some("13-22"));
    assert!(guess.table.lines.trailer.is_none());
}

#[test]
fn every_part_has_its_remark_and_no_draft_names_a_citizen() {
    let records = deductions(20);
    let files = [
        start_and_end(&records, "202304"),
        sections(&[&records], "01042023"),
        eighty(&records, "202304"),
        semicolons(&records, "2023-04"),
        elements(&records, "2023-04"),
    ];
    for file in files {
        let (guess, _, toml) = drafted(file.as_bytes());
        for part in &guess.parts {
            assert!(toml.contains(&format!("# {:?}", Remark::Part(part.clone()))), "{toml}");
        }
        for record in &records {
            let short = record.citizen.trim_start_matches('0');
            assert!(!toml.contains(short) && !format!("{guess:?}").contains(short), "{toml}");
        }
    }
}

#[test]
fn what_has_no_records_gives_no_draft() {
    let table: [(&[u8], NoGuess); 6] = [
        (b"", NoGuess::NoCitizens),
        (b"\0\0\0", NoGuess::NoCitizens),
        (b"a;b;c\n1;2;3\n", NoGuess::NoCitizens),
        (b"<x></x>", NoGuess::NoCitizens),
        (b"<!DOCTYPE x><x>", NoGuess::NoLayout),
        (b"0101009999\n0201009999\n0301009999\n", NoGuess::NoAmounts),
    ];
    for (file, wanted) in table {
        assert_eq!(guess(file, true, None).unwrap_err(), wanted, "{}", String::from_utf8_lossy(file));
    }
}

#[test]
fn one_line_as_long_as_a_sample_among_many_takes_no_time() {
    let mut file = eighty(&deductions(300), "202304").into_bytes();
    file.extend(std::iter::repeat_n(b'7', LARGEST_SAMPLE));
    let guess = guess(&file, true, None).unwrap();
    assert_eq!(place(guess.table.record.citizen.as_ref()), Some("9-18"));
}

#[test]
fn a_name_that_needs_quotes_has_them() {
    let guess = guess(eighty(&deductions(9), "202304").as_bytes(), true, None).unwrap();
    for name in ["mad", "mad og vask", "a.b", "\"", "å\u{1}"] {
        let table: toml::Table = toml::from_str(&guess.toml(name, &|_: Remark| String::new())).unwrap();
        assert!(table["formats"].as_table().unwrap().contains_key(name), "{name:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_bytes_give_a_draft_or_none(
        which in 0..5_usize,
        cuts in proptest::collection::vec((0..4000_usize, 0..30_usize, proptest::collection::vec(any::<u8>(), 0..6)), 0..5),
        whole: bool,
    ) {
        let records = deductions(12);
        let mut file = match which {
            0 => start_and_end(&records, "202304"),
            1 => sections(&[&records], "01042023"),
            2 => eighty(&records, "202304"),
            3 => semicolons(&records, "2023-04"),
            _ => elements(&records, "2023-04"),
        }.into_bytes();
        for (at, length, bytes) in cuts {
            let at = at.min(file.len());
            let end = (at + length).min(file.len());
            file.splice(at..end, bytes);
        }
        if let Ok(guess) = guess(&file, whole, None) {
            let toml = guess.toml("x", &words);
            let parsed: Result<toml::Table, _> = toml::from_str(&toml);
            prop_assert!(parsed.is_ok(), "{}", toml);
        }
    }

    #[test]
    fn noise_gives_none(file in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = guess(&file, true, None);
    }
}
