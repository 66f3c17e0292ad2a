//! Kinds of files that a sample may be, and what a draft must not be sure of.

use super::*;

/// Amounts that are no whole kroner.
fn odd(count: usize) -> Vec<Deduction> {
    let odd = |(at, record): (usize, Deduction)| Deduction {
        ore: record.ore.abs() + i64::try_from(at % 97).unwrap(),
        ..record
    };
    deductions(count).into_iter().enumerate().map(odd).collect()
}

fn sum(records: &[Deduction]) -> i64 {
    records.iter().map(|record| record.ore).sum()
}

fn kroner(ore: i64, apart: &str) -> String {
    let (digits, sign) = ((ore.abs() / 100).to_string(), if ore < 0 { "-" } else { "" });
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        grouped += if at > 0 && (digits.len() - at).is_multiple_of(3) { apart } else { "" };
        grouped.push(digit);
    }
    format!("{sign}{grouped},{:02}", ore.abs() % 100)
}

fn text(lines: impl Iterator<Item = String>) -> String {
    lines.flat_map(|line| [line, "\r\n".to_owned()]).collect()
}

/// A file of these lines is read whole by its unedited draft, with the right sum and CPR numbers in this place.
fn reads(file: &str, records: &[Deduction], citizen: &str) -> Guess {
    let (guess, reading, toml) = drafted(file.as_bytes());
    assert!(guess.reads_the_sample(), "{toml}\n{:?}", guess.reading);
    assert_eq!(reading, guess.reading, "{toml}");
    assert_eq!(reading.totals.records, records.len() as u64, "{toml}");
    assert_eq!(reading.totals.sum.to_i64(), Some(sum(records)), "{toml}");
    assert_eq!(place(guess.table.record.citizen.as_ref()), Some(citizen), "{toml}");
    guess
}

fn part<'a>(guess: &'a Guess, key: &str) -> &'a Part {
    guess.parts.iter().find(|part| part.key == key).unwrap()
}

#[test]
fn numbers_before_a_cpr_number_that_make_a_date_with_its_first_digits_are_not_taken_for_one() {
    let records = odd(100);
    let file = text(records.iter().map(|r| format!("10000101{}{:09}NAVN", r.citizen, r.ore)));
    let guess = reads(&file, &records, "9-18");
    assert_eq!(part(&guess, "record.citizen"), &Part::new("record.citizen", Sureness::Likely));
}

#[test]
fn two_columns_of_cpr_numbers_are_told_as_a_guess_that_names_the_other() {
    let records = odd(60);
    let others = deductions(160).split_off(100);
    let pairs = || records.iter().zip(&others);
    let fixed = text(pairs().map(|(r, o)| format!("G68{}{}{:09} MAD", r.citizen, o.citizen, r.ore)));
    let columns = text(pairs().map(|(r, o)| format!("{};{};{}", r.citizen, o.citizen, kroner(r.ore, ""))));
    for (file, first, other) in [(fixed, "4-13", "14-23"), (columns, "1", "2")] {
        let guess = reads(&file, &records, first);
        let part = part(&guess, "record.citizen");
        assert_eq!((part.sureness, &part.others[..]), (Sureness::Guessed, &[other.to_owned()][..]));
    }
}

#[test]
fn decimals_and_thousands_in_positions_with_any_place_of_the_sign() {
    let mut records = odd(90);
    for apart in ["", "."] {
        let file = text(records.iter().map(|r| format!("G68{}{:>14} MAD", r.citizen, kroner(r.ore, apart))));
        let guess = reads(&file, &records, "4-13");
        let amount = guess.table.record.amount.clone().unwrap();
        assert_eq!((amount.at.as_deref(), amount.decimal.as_deref()), (Some("14-27"), Some(",")));
        assert_eq!(amount.thousands.as_deref(), Some(apart).filter(|apart| !apart.is_empty()));
        assert_eq!(part(&guess, "record.amount").sureness, Sureness::Likely);
        assert!(guess.unit_is_shown);
    }
    for record in records.iter_mut().step_by(7) {
        record.ore = -record.ore;
    }
    let leading = text(records.iter().map(|r| format!("G68{}{:>14} MAD", r.citizen, kroner(r.ore, ""))));
    let trailing = |r: &Deduction| {
        let sign = if r.ore < 0 { '-' } else { ' ' };
        format!("G68{}{:>12}{sign} MAD", r.citizen, kroner(r.ore.abs(), "."))
    };
    let zeros = text(records.iter().map(|r| format!("G68{}{:010} MAD", r.citizen, r.ore)));
    for file in [leading, text(records.iter().map(trailing)), zeros] {
        reads(&file, &records, "4-13");
    }
}

#[test]
fn the_sum_in_the_last_line_is_found_with_its_marks() {
    let records = odd(90);
    let lines = records.iter().map(|r| format!("G68{}{:>12} MAD", r.citizen, kroner(r.ore, ".")));
    let end = format!("SLUT{:06}{:>16}", records.len(), kroner(sum(&records), "."));
    let guess = reads(&text(lines.chain([end])), &records, "4-13");
    assert_eq!(part(&guess, "trailer.sum").sureness, Sureness::Proven);
    assert_eq!(guess.table.trailer.sum.unwrap().thousands.as_deref(), Some("."));
}

#[test]
fn a_small_count_and_what_only_looks_like_a_sum_prove_nothing() {
    let records = &odd(60)[5..10];
    let lines = records
        .iter()
        .enumerate()
        .map(|(at, r)| format!("G68{}{:02}00{:011} MAD", r.citizen, 71 + at, r.ore));
    let end = format!("Z99{:06}{:012}", records.len(), sum(records));
    let guess = reads(&text(lines.chain([end])), records, "4-13");
    assert_eq!(place(guess.table.trailer.records.as_ref()), Some("4-9"), "not the first digit of the sum");
    assert_eq!(part(&guess, "trailer.sum").sureness, Sureness::Proven);
    let lines =
        records.iter().enumerate().map(|(at, r)| format!("G68{}{:02} {:>11} MAD", r.citizen, 71 + at, r.ore));
    let by_chance: usize = (71..76).sum();
    let (guess, ..) = drafted(text(lines.chain([format!("Z99000005 {by_chance}")])).as_bytes());
    assert_eq!(part(&guess, "record.amount").sureness, Sureness::Guessed);
}

#[test]
fn last_digits_that_are_letters_tell_the_sign() {
    let mut records = odd(90);
    records.iter_mut().step_by(7).for_each(|record| record.ore = -record.ore);
    let letter = |ore: i64| {
        let letters = if ore < 0 { b"}JKLMNOPQR" } else { b"{ABCDEFGHI" };
        char::from(letters[usize::try_from(ore.unsigned_abs() % 10).unwrap()])
    };
    let line = |r: &Deduction| format!("G68{}{:08}{} MAD", r.citizen, r.ore.abs() / 10, letter(r.ore));
    reads(&text(records.iter().map(line)), &records, "4-13");
    // one letter after every amount is no digit
    let records = odd(90);
    let file = text(records.iter().map(|r| format!("G68{}{:09}M", r.citizen, r.ore)));
    assert!(reads(&file, &records, "4-13").table.record.amount.unwrap().sign.is_none());
}

#[test]
fn a_column_with_signs_is_rather_the_amount_than_one_without() {
    let mut records = odd(60);
    records.iter_mut().step_by(7).for_each(|record| record.ore = -record.ore);
    let sign = |r: &Deduction| if r.ore < 0 { '-' } else { '+' };
    let other = |at: usize| 20_000_000 + at * 7_919_377 % 70_000_000;
    let line = |(at, r): (usize, &Deduction)| {
        format!("G68{:09}{}{}{}MAD", r.ore.abs(), sign(r), r.citizen, other(at))
    };
    let guess = reads(&text(records.iter().enumerate().map(line)), &records, "14-23");
    assert_eq!(place(guess.table.record.amount.as_ref()), Some("4-12"));
}

#[test]
fn the_same_amount_for_everybody_is_one_as_well_and_never_more_than_a_guess() {
    let records: Vec<Deduction> =
        deductions(60).into_iter().map(|record| Deduction { ore: 411_350, ..record }).collect();
    let file = text(records.iter().map(|r| format!("G68{}{:09} MAD", r.citizen, r.ore)));
    let guess = reads(&file, &records, "4-13");
    assert_eq!(part(&guess, "record.amount").sureness, Sureness::Guessed);
}

#[test]
fn digits_that_all_records_have_in_common_are_no_part_of_the_amount_before_them() {
    let records = odd(60);
    // no file name tells that this is a month
    let file = text(records.iter().map(|r| format!("10000101{}{:09}2304NAVN", r.citizen, r.ore)));
    reads(&file, &records, "9-18");
    let file = text(
        records.iter().enumerate().map(|(at, r)| format!("1000010{}{}000145000MAD", at % 2 + 1, r.citizen)),
    );
    let (guess, ..) = drafted(file.as_bytes());
    assert_eq!(place(guess.table.record.amount.as_ref()), Some("19-27"), "not the job's number");
}

#[test]
fn a_citizen_with_several_records_is_told_of_with_the_field_that_tells_them_apart() {
    let citizens = deductions(40);
    let records: Vec<Deduction> = odd(120)
        .into_iter()
        .enumerate()
        .map(|(at, record)| Deduction { citizen: citizens[at / 3].citizen.clone(), ..record })
        .collect();
    let line =
        |(at, r): (usize, &Deduction)| format!("{at};{};{};{}", r.citizen, kroner(r.ore, ""), 14 + at % 3);
    let head = "Lbnr;CPR;Beløb;Uge".to_owned();
    let file = text(std::iter::once(head).chain(records.iter().enumerate().map(line)));
    let guess = reads(&file, &records, "CPR");
    assert_eq!((guess.repeats, guess.reference.as_deref()), (80, Some("Uge")));
    assert!(guess.toml("x", &words).contains("# reference = \"Uge\"\n"), "a person decides");
    let fixed = text(records.iter().map(|r| format!("G68{}{:09} MAD", r.citizen, r.ore)));
    let guess = reads(&fixed, &records, "4-13");
    assert_eq!((guess.repeats, guess.reference), (80, None));
    let line = |(at, r): (usize, &Deduction)| {
        format!("{:06}G{} {:02} {:09} {:06}", at, r.citizen, 14 + at % 3, r.ore, at)
    };
    let guess = reads(&text(records.iter().enumerate().map(line)), &records, "8-17");
    assert_eq!(guess.reference.as_deref(), Some("19-20"), "a week, and no running number");
}

#[test]
fn headings_say_which_of_several_columns_with_decimals_is_the_amount() {
    let records = odd(50);
    let line =
        |r: &Deduction| format!("{};{};45,50;{}", r.citizen, kroner(r.ore / 3, ""), kroner(r.ore, "."));
    let named = "CPR;Enhedspris;Takst;Beløb".to_owned();
    let guess = reads(&text(std::iter::once(named).chain(records.iter().map(line))), &records, "CPR");
    assert_eq!(part(&guess, "record.amount"), &Part::new("record.amount", Sureness::Likely));
    let (guess, ..) = drafted(text(records.iter().map(line)).as_bytes());
    let part = part(&guess, "record.amount");
    assert_eq!((part.sureness, part.others.len()), (Sureness::Guessed, 2));
}

#[test]
fn a_sign_in_a_column_of_its_own() {
    let mut records = odd(50);
    records.iter_mut().step_by(7).for_each(|record| record.ore = -record.ore);
    for [plus, minus] in [["+", "-"], ["", "-"], ["D", "K"], ["Debet", "Kredit"]] {
        let sign = |r: &Deduction| if r.ore < 0 { minus } else { plus };
        let line = |r: &Deduction| format!("{};{};{}", r.citizen, sign(r), kroner(r.ore.abs(), ""));
        reads(&text(records.iter().map(line)), &records, "1");
        let element = |r: &Deduction| {
            format!("<p><cpr>{}</cpr><f>{}</f><kr>{}</kr></p>", r.citizen, sign(r), kroner(r.ore.abs(), ""))
        };
        if !plus.is_empty() {
            let file = text(records.iter().map(element));
            reads(&format!("<t>{file}</t>"), &records, "cpr");
        }
    }
}

#[test]
fn what_spreadsheets_write_besides() {
    let records = odd(50);
    let line = |mark: &str| {
        let mark = mark.to_owned();
        move |r: &Deduction| format!("{mark}{}{mark};{mark}{}{mark};x", r.citizen, kroner(r.ore, "."))
    };
    let head = || std::iter::once("CPR;Beløb;Note".to_owned());
    let quoted = text(head().chain(records.iter().map(line("\""))).chain(["\"50\";;".to_owned()]));
    let empty = text(head().chain(records.iter().map(line(""))).chain([";;".to_owned(), ";;".to_owned()]));
    let counted =
        text(head().chain(records.iter().map(line(""))).chain(["50;;".to_owned(), ";;".to_owned()]));
    let currency = |r: &Deduction| format!("{};{} kr.;x", r.citizen, kroner(r.ore, "."));
    let currency = text(head().chain(records.iter().map(currency)));
    for file in [quoted, empty, counted, currency] {
        reads(&file, &records, "CPR");
    }
    // a number before each CPR number looks like the count of a last line
    let numbered = |(at, r): (usize, &Deduction)| format!("{};{};{}", at + 1, r.citizen, kroner(r.ore, ""));
    for end in ["50".to_owned(), format!("50;;{}", kroner(sum(&records), ""))] {
        let file = text(records.iter().enumerate().map(numbered).chain([end]));
        let guess = reads(&file, &records, "2");
        assert_eq!((guess.reading.trailers, guess.reading.claims.records), (1, Some(50)));
    }
}

#[test]
fn the_next_files_of_a_layout_are_read_by_the_same_draft() {
    let file = |count: usize, month: &str| {
        let lines = odd(count).into_iter().map(|r| format!("{}{:09} MAD", r.citizen, r.ore));
        text(std::iter::once(format!("H{month}")).chain(lines).chain([format!("T{count:06}")]))
    };
    let (guess, _, toml) = drafted(file(40, "202304").as_bytes());
    let format = guess.format().unwrap();
    for next in [file(123, "202305"), file(7, "202306"), file(7, "202306") + "\r\n\u{1a}\r\n"] {
        let reading = read(&format, next.as_bytes());
        assert_eq!((reading.findings.len(), reading.trailers, reading.mismatches.len()), (0, 1, 0), "{toml}");
    }
}

#[test]
fn a_header_and_a_trailer_that_begin_alike_are_told_apart() {
    let records = odd(40);
    let lines = records.iter().map(|r| format!("G68{}{:09} MAD", r.citizen, r.ore));
    let end = format!("Z999{:06}{:012}", records.len(), sum(&records));
    let file = text(std::iter::once("Z300 202304".to_owned()).chain(lines).chain([end]));
    let guess = reads(&file, &records, "4-13");
    assert_eq!((guess.reading.lines.header, guess.reading.trailers), (1, 1));
}

#[test]
fn short_forms_of_a_month_are_found_where_the_files_name_tells_it_and_a_date_of_another_month_is_none() {
    let records = odd(40);
    let april = "2023-04".parse().ok();
    for (written, form) in [("2304", "YYMM"), ("0423", "MMYY"), ("300423", "DDMMYY"), ("202304", "YYYYMM")] {
        let file = text(records.iter().map(|r| format!("G68{}{:09}{written}MAD", r.citizen, r.ore)));
        let guess = guess(file.as_bytes(), true, april).unwrap();
        assert_eq!(guess.table.record.period.as_ref().unwrap().form.as_deref(), Some(form));
        assert_eq!(guess.reading.totals.sum.to_i64(), Some(sum(&records)));
    }
    let file = text(records.iter().map(|r| format!("{};{};2023-03-28", r.citizen, kroner(r.ore, ""))));
    let month = |april| guess(file.as_bytes(), true, april).unwrap().table.record.period.is_some();
    assert_eq!((month(None), month(april)), (true, false));
}

#[test]
fn what_cannot_be_described_is_told_so() {
    let records = odd(20);
    let two = |r: &Deduction| {
        let kr = kroner(r.ore, "");
        format!("<b><cpr>{}</cpr><t><kr>{kr}</kr></t><t><kr>{kr}</kr></t></b>", r.citizen)
    };
    let nested = text(records.iter().map(two));
    let returns = text(records.iter().map(|r| format!("G68{}{:09}", r.citizen, r.ore))).replace('\n', "");
    for (file, why) in [(format!("<x>{nested}</x>"), NoGuess::NoLayout), (returns, NoGuess::LineEnds)] {
        assert_eq!(guess(file.as_bytes(), true, None).unwrap_err(), why);
    }
    let one = format!("<x><b><cpr>{}</cpr><t><kr>1,50</kr></t></b></x>", records[0].citizen);
    assert_eq!(guess(one.as_bytes(), true, None).unwrap().reading.totals.sum.get(), 150);
}
