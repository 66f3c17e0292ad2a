#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::records::amount::AmountError;
use crate::records::format::{Field, LONGEST_LINE};
use crate::records::samples::*;

mod bad;

fn problems(reading: &Reading) -> Vec<(Problem, Option<Field>, Vec<u64>, u64)> {
    let told = |finding: &Finding| {
        (finding.problem, finding.field, finding.lines.first.clone(), finding.lines.count)
    };
    reading.findings.iter().map(told).collect()
}

/// Every layout with its format and a file of 100 records.
fn layouts() -> Vec<(&'static str, Format, Vec<u8>)> {
    let records = deductions(100);
    let elements = elements(&records, "2023-04");
    vec![
        ("start and end", format(START_AND_END), windows(&start_and_end(&records, "202304"))),
        ("sections", format(SECTIONS), sections(&[&records[..60], &records[60..]], "01042023").into_bytes()),
        ("eighty", format(EIGHTY), eighty(&records, "202304").into_bytes()),
        ("semicolons", format(SEMICOLONS), semicolons(&records, "2023-04").into_bytes()),
        ("elements", format(ELEMENTS), elements.into_bytes()),
    ]
}

#[test]
fn each_layout_gives_its_records_and_totals() {
    let records = deductions(100);
    for (name, format, file) in layouts() {
        let (reading, seen) = read_in(&format, &file, 1 << 16);
        assert_eq!(problems(&reading), [], "{name}");
        assert_eq!(reading.mismatches, [], "{name}");
        assert_eq!(reading.totals.records, 100, "{name}");
        let sum: i64 = records.iter().map(|record| record.ore).sum();
        assert_eq!(reading.totals.sum.to_i64(), Some(sum), "{name}");
        let april = "2023-04".parse().unwrap();
        assert_eq!(reading.period_range(), Some((april, april)), "{name}");
        let wanted = if name == "eighty" { Ending::Unknown } else { Ending::Whole };
        assert_eq!(reading.ending, wanted, "{name}");
        for (record, seen) in records.iter().zip(&seen) {
            assert_eq!((&seen.1, seen.4), (&record.citizen, i128::from(record.ore)), "{name}");
        }
        let deduction = match name {
            "start and end" => "M",
            "eighty" => "MAD",
            _ => "mad",
        };
        assert!(seen.iter().all(|seen| seen.2 == deduction), "{name}");
    }
}

#[test]
fn a_file_without_any_record_is_not_taken_for_read_unless_it_says_so_itself() {
    let other_name = ELEMENTS.replace("\"post\"", "\"linje\"");
    let all_ignored = format!("{EIGHTY}[lines]\nrecord = '^99'\nignore = '^0'");
    let no_control = other_name.split("[trailer]").next().unwrap();
    let records = deductions(5);
    for (layout, file) in [
        (no_control, elements(&records, "2023-04")),
        (&all_ignored, eighty(&records, "202304")),
        (
            SEMICOLONS.split("[trailer]").next().unwrap(),
            "CPR-nr;Navn;Beløb;Måned\r\nAntal;0;;\r\n".to_owned(),
        ),
        (EIGHTY, String::new()),
    ] {
        assert_eq!(
            problems(&read(&format(layout), file.as_bytes())),
            [(Problem::NoRecords, None, vec![], 0)]
        );
    }
    let says_so = windows(&start_and_end(&[], "202304"));
    assert_eq!(problems(&read(&format(START_AND_END), &says_so)), []);
}

#[test]
fn a_month_of_the_root_or_of_the_part_around_the_records_is_theirs() {
    let text = ELEMENTS.replace("hoved/periode", "PLACE").split("[trailer]").next().unwrap().to_owned();
    let record = "<post art=\"mad\"><person><cpr>0101009999</cpr></person><beloeb>1.00</beloeb></post>";
    let month = |month: u8, tag: &str| match tag {
        "@" => format!("<liste maaned=\"2023-0{month}\">{record}</liste>"),
        _ => format!("<liste><maaned>2023-0{month}</maaned>{record}</liste>"),
    };
    for (place, file, wanted) in [
        ("@maaned", format!("<x maaned=\"2023-04\">{record}{record}</x>"), [Some("2023-04"); 2]),
        (
            "liste/@maaned",
            format!("<x>{}{}</x>", month(4, "@"), month(5, "@")),
            [Some("2023-04"), Some("2023-05")],
        ),
        (
            "liste/maaned",
            format!("<x>{}{}</x>", month(4, ""), month(5, "")),
            [Some("2023-04"), Some("2023-05")],
        ),
    ] {
        for chunk in [7, usize::MAX] {
            let (reading, seen) = read_in(&format(&text.replace("PLACE", place)), file.as_bytes(), chunk);
            assert_eq!(problems(&reading), [], "{file}");
            assert_eq!(seen.iter().map(|seen| seen.5.as_deref()).collect::<Vec<_>>(), wanted, "{file}");
        }
    }
    let none = read(&format(&text.replace("PLACE", "@maaned")), b"<x maaned=\"2023-04\"></x>");
    assert_eq!((none.header_periods.len(), none.findings[0].problem), (1, Problem::NoRecords));
}

#[test]
fn what_would_be_read_in_part_or_from_one_of_two_places_is_not_read() {
    let record = "<post art=\"mad\"><person><cpr>0101009999</cpr></person><beloeb>1.00</beloeb>MORE</post>";
    let file = |more: &str| format!("<x>{}</x>", record.replace("MORE", more));
    let text = ELEMENTS.split("[header]").next().unwrap();
    let inside = read(&format(text), file(&record.replace("MORE", "")).as_bytes());
    assert_eq!(inside.findings[0].problem, Problem::RecordInRecord);
    // the way to a field may lead through an element of the record's name
    let through = text.replace("\"person/cpr\"", "\"person/cpr\"\nreference = \"post/nr\"");
    let reading = read(&format(&through), file("<post><nr>7</nr></post>").as_bytes());
    assert_eq!((problems(&reading), reading.totals.records), (vec![], 1));

    let twice = "CPR-nr;Navn;Beløb;Beløb\r\n0101009999;x;1,00;9,00\r\n";
    let text = SEMICOLONS.split("[trailer]").next().unwrap().replace("trailer =", "ignore =");
    let text = text.replace("period = { at = 4, form = \"YYYY-MM\" }", "");
    let found = problems(&read(&format(&text), twice.as_bytes()));
    assert_eq!(found[0], (Problem::Repeated, Some(Field::Amount), vec![1], 1));
}

#[test]
fn lines_are_counted_by_their_kind() {
    let counted = |at: usize| {
        let (_, format, file) = &layouts()[at];
        let lines = read(format, file).lines;
        (lines.header, lines.record, lines.trailer, lines.ignored)
    };
    assert_eq!(counted(0), (1, 100, 1, 0));
    assert_eq!(counted(1), (1, 100, 3, 102));
    assert_eq!(counted(2), (0, 100, 0, 0));
    assert_eq!(counted(3), (1, 100, 1, 0));
    assert_eq!(counted(4), (0, 100, 0, 0));
}

#[test]
fn a_file_cut_anywhere_before_its_end_is_not_whole() {
    for (name, format, file) in layouts().into_iter().filter(|layout| layout.0 != "eighty") {
        for cut in [0, 1, 300, file.len() / 3, file.len() / 2, file.len() - 300] {
            let reading = read(&format, &file[..cut]);
            assert_eq!(reading.ending, Ending::CutShort, "{name} at {cut}");
        }
    }
}

#[test]
fn two_suppliers_files_in_one_are_each_added_up() {
    let records = deductions(30);
    let both = start_and_end(&records[..10], "202304") + &start_and_end(&records[10..], "202305");
    let reading = read(&format(START_AND_END), &windows(&both));
    assert_eq!((reading.trailers, reading.totals.records), (2, 30));
    assert_eq!((reading.ending, reading.mismatches.len()), (Ending::Whole, 0));
    assert_eq!((reading.header_periods.len(), reading.header_period()), (2, None));
    let (first, last) = reading.period_range().unwrap();
    assert_eq!((first.to_string(), last.to_string()), ("2023-04".to_owned(), "2023-05".to_owned()));
}

#[test]
fn a_trailer_that_does_not_add_up_says_both_numbers() {
    let records = deductions(10);
    let file = start_and_end(&records, "202304").replace("009000000010", "009000000011");
    let reading = read(&format(START_AND_END), &windows(&file));
    assert_eq!(reading.mismatches, [Mismatch { line: 12, claim: Claim::Records, claimed: 11, found: 10 }]);

    let file = elements(&records, "2023-04").replace("<kredit>", "<kredit>1");
    let reading = read(&format(ELEMENTS), file.as_bytes());
    assert_eq!(reading.mismatches.len(), 1);
    assert_eq!(reading.mismatches[0].claim, Claim::Credit);
    assert_eq!(reading.mismatches[0].found, reading.totals.credit.get());
}

#[test]
fn something_after_the_trailer_is_no_whole_file() {
    let records = deductions(3);
    let file = semicolons(&records, "2023-04") + "0101009999;x;1,00;2023-04\r\n";
    let reading = read(&format(SEMICOLONS), file.as_bytes());
    assert_eq!((reading.ending, reading.trailers), (Ending::CutShort, 1));
}

#[test]
fn each_trouble_with_a_field_is_told_once_with_its_lines() {
    let table: [(&str, Problem, Option<Field>); 9] = [
        ("050000173201009999202304000000100 MAD", Problem::NotACitizen, Some(Field::Citizen)),
        ("050000170101009999202313000000100 MAD", Problem::NotAPeriod, Some(Field::Period)),
        (
            "0500001701010099992023040000x0100 MAD",
            Problem::NotAnAmount(AmountError::Digits),
            Some(Field::Amount),
        ),
        ("050000170101009999202304          MAD", Problem::Blank, Some(Field::Amount)),
        (
            "050000170101009999202304000000100xMAD",
            Problem::NotAnAmount(AmountError::Sign),
            Some(Field::Amount),
        ),
        ("050000170101009999202304000000100    ", Problem::Blank, Some(Field::Deduction)),
        ("050000170101009999202304000000100 M\u{fffd}D", Problem::Undecodable, Some(Field::Deduction)),
        (
            "050000170101009999202304000\x00\x00\x00100 MAD",
            Problem::NotAnAmount(AmountError::Digits),
            Some(Field::Amount),
        ),
        ("x", Problem::LineLength, None),
    ];
    for (line, problem, field) in table {
        let line = if line == "x" { "x\r\n".to_owned() } else { format!("{line:<80}\r\n") };
        let reading = read(&format(EIGHTY), line.repeat(12).as_bytes());
        assert_eq!(problems(&reading), [(problem, field, (1..=10).collect(), 12)], "{line}");
        assert_eq!(reading.totals.records, 0);
        let place = field.and_then(|field| format(EIGHTY).place(field).cloned());
        assert_eq!(reading.findings[0].place, place);
    }
}

#[test]
fn misplaced_fields_show_no_citizen() {
    let text = EIGHTY.replace("citizen = \"9-18\"", "citizen = \"38-47\"").replace("\"35-37\"", "\"9-18\"");
    let line = "050000170101009999202304000000100 MAD0101009999";
    let reading = read(&format(&text), format!("{line:<80}").as_bytes());
    assert_eq!(problems(&reading), [(Problem::NotADeduction, Some(Field::Deduction), vec![1], 1)]);
    let text = format!("{EIGHTY}[lines]\ntrailer = '^05'\n[trailer]\nrecords = \"9-18\"");
    let reading = read(&format(&text), format!("{line:<80}").as_bytes());
    assert_eq!(problems(&reading), [(Problem::NotANumber, Some(Field::TrailerRecords), vec![1], 1)]);
}

#[test]
fn positions_are_characters_whatever_the_encoding() {
    let line = "ÆØÅ000170101009999202304000000100 MÅD";
    let utf8 = format!("\u{feff}{line:<80}\n");
    let (windows, _, _) = encoding_rs::WINDOWS_1252.encode(&utf8[3..]);
    let dos: Vec<u8> = utf8[3..]
        .chars()
        .map(|c| match c {
            'Æ' => 0x92,
            'Ø' => 0x9d,
            'Å' => 0x8f,
            c => u8::try_from(c).unwrap(),
        })
        .collect();
    let windows_format = format(&format!("encoding = \"latin1\"\n{EIGHTY}"));
    let dos_format = format(&format!("encoding = \"cp850\"\n{EIGHTY}"));
    for (format, bytes) in [
        (format(EIGHTY), utf8.as_bytes()),
        (format(EIGHTY), &*windows),
        (windows_format, &*windows),
        (dos_format, &*dos),
    ] {
        let (reading, seen) = read_in(&format, bytes, 7);
        assert_eq!(problems(&reading), []);
        assert_eq!((seen[0].2.as_str(), seen[0].4), ("MÅD", 100));
    }
}

#[test]
fn a_reference_past_the_end_of_a_short_line_is_blank_and_a_cut_one_is_not_read() {
    let text = EIGHTY.replace("line_length = 80", "").replace("period =", "reference = \"38-42\"\nperiod =");
    let format = format(&text);
    let line = "050000170101009999202304000000100 MAD";
    let (reading, seen) = read_in(&format, format!("{line}\n{line}12345\n{line}12\n").as_bytes(), 9);
    assert_eq!(seen.iter().map(|seen| seen.3.as_str()).collect::<Vec<_>>(), ["", "12345"]);
    assert_eq!(problems(&reading), [(Problem::Missing, Some(Field::Reference), vec![3], 1)]);
}

#[test]
fn quotes_carry_a_record_over_lines_and_headings_are_found() {
    let file = "Måned;\"Beløb\";CPR-nr\n2023-04;\"1\n,00\";x\n2023-04;\"12,50\";\"010100-9999\"\nAntal;2;\n";
    let text = SEMICOLONS.replace("at = 4", "at = \"Måned\"").replace(r"'^\d'", r"'^2'");
    for chunk in [1, 5, 100] {
        let (reading, seen) = read_in(&format(&text), file.as_bytes(), chunk);
        assert_eq!(
            seen,
            [(4, "0101009999".into(), "mad".into(), String::new(), 1250, Some("2023-04".into()))]
        );
        assert_eq!(problems(&reading), [(Problem::NotACitizen, Some(Field::Citizen), vec![2], 1)]);
    }
    let reading = read(&format(SEMICOLONS), "CPR;Navn;Kr;Måned\n".as_bytes());
    assert_eq!(
        problems(&reading),
        [
            (Problem::NoHeading, Some(Field::Citizen), vec![1], 1),
            (Problem::NoHeading, Some(Field::Amount), vec![1], 1)
        ]
    );
}

#[test]
fn a_whole_file_without_its_header_does_not_tell_its_month() {
    let file = windows(&start_and_end(&deductions(2), "202304"));
    let reading = read(&format(START_AND_END), &file[232..]);
    assert_eq!(problems(&reading), [(Problem::Missing, Some(Field::HeaderPeriod), vec![1], 1)]);
}

#[test]
fn the_first_expression_that_fits_says_what_a_line_is() {
    let text = START_AND_END.replace("'^0020'", "'^00'");
    let reading = read(&format(&text), &windows(&start_and_end(&deductions(2), "202304")));
    assert_eq!((reading.lines.header, reading.lines.record, reading.lines.trailer), (1, 3, 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn chunks_do_not_change_what_is_read(chunk in 1..400_usize, which in 0..5_usize, cut in 0..9000_usize) {
        let (_, format, file) = &layouts()[which];
        let file = &file[..file.len().min(cut)];
        prop_assert_eq!(read_in(format, file, chunk), read_in(format, file, usize::MAX));
    }
}
