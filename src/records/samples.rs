//! Made-up files in the layouts met in the sector, and their formats. The CPR numbers are plainly not
//! anybody's: serials of 9999 and below with birthdays counted up, as no register gives them.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;

use super::format::table::FormatTable;
use super::format::{Format, SeriesUse};
use super::reader::{Reader, Reading, Record};

/// One record of a sample.
#[derive(Debug, Clone)]
pub(super) struct Deduction {
    pub(super) citizen: String,
    pub(super) ore: i64,
}

/// So many records, of different citizens and amounts in whole kroner; every ninth is taken back, every
/// eleventh citizen has a replacement number.
pub(super) fn deductions(count: usize) -> Vec<Deduction> {
    let one = |at: usize| {
        let day = at % 28 + 1 + if at % 11 == 5 { 60 } else { 0 };
        let citizen = format!("{day:02}{:02}{:02}{:04}", at / 28 % 12 + 1, at % 100, 9999 - at / 336 % 9999);
        let ore = i64::try_from(100 * (800 + at * 37 % 3000)).unwrap();
        Deduction { citizen, ore: if at % 9 == 8 { -ore } else { ore } }
    };
    (0..count).map(one).collect()
}

fn sum(records: &[Deduction]) -> i64 {
    records.iter().map(|record| record.ore).sum()
}

fn padded(line: &str, length: usize) -> String {
    format!("{line:<length$}\r\n")
}

/// Lines of 230 characters with a start and an end record, amounts in whole kroner beside their sign.
pub(super) fn start_and_end(records: &[Deduction], month: &str) -> String {
    let mut text =
        padded(&format!("0010TEST{:010}{:<27}{:<35}{month}", 7, "Køkkenet på Østergade", "Åvej 1"), 230);
    for (number, record) in records.iter().enumerate() {
        let sign = if record.ore < 0 { '-' } else { '+' };
        let kroner = record.ore.abs() / 100;
        let line = format!("002000000000{}{number:015}23{sign}{kroner:05}M", record.citizen);
        text += &padded(&line, 230);
    }
    let (count, sum) = (records.len(), sum(records));
    let sign = if sum < 0 { '-' } else { '+' };
    text + &padded(&format!("0090{count:08}{sign}{:012}", sum.abs() / 100), 230)
}

pub(super) const START_AND_END: &str = r#"
kind = "fixed"
encoding = "windows-1252"
line_length = 230
[lines]
header = '^0010'
record = '^0020'
trailer = '^0090'
[record]
citizen = "13-22"
amount = { at = "41-45", unit = "kroner", sign = "40" }
deduction = "46"
[header]
period = { at = "81-86", form = "YYYYMM" }
[trailer]
records = "5-12"
sum = { at = "14-25", unit = "kroner", sign = "13" }
"#;

/// The bytes of a text in Windows-1252.
pub(super) fn windows(text: &str) -> Vec<u8> {
    encoding_rs::WINDOWS_1252.encode(text).0.into_owned()
}

/// Lines of 128 characters in sections, each counted and summed, and the whole again; other record types between.
pub(super) fn sections(parts: &[&[Deduction]], month_and_year: &str) -> String {
    let mut text = padded(&format!("BS00200000001   0601{:29}010423", ""), 128);
    for part in parts {
        text += &padded(&format!("BS01200000001011{:12}00001", ""), 128);
        for record in *part {
            let sign = if record.ore < 0 { '2' } else { '1' };
            let line = format!(
                "BS042000000010280{:10}{:<15}000000101{month_and_year}{sign}{:013}",
                "",
                record.citizen,
                record.ore.abs()
            );
            text += &padded(&line, 128);
            text += &padded("BS052000000010241 Mad og vask", 128);
        }
        text += &padded(&section_end("BS092", part.len(), sum(part)), 128);
    }
    let all: Vec<Deduction> = parts.concat();
    text + &padded(&section_end("BS992", all.len(), sum(&all)), 128)
}

fn section_end(kind: &str, count: usize, sum: i64) -> String {
    let sign = if sum < 0 { '-' } else { ' ' };
    format!("{kind}{:25}{sign}{count:011}{:015}", "", sum.abs())
}

pub(super) const SECTIONS: &str = r#"
kind = "fixed"
line_length = 128
[lines]
header = '^BS002'
record = '^BS042'
trailer = '^BS[09]92'
ignore = '^BS0[15]2'
[record]
citizen = "28-37"
amount = { at = "61-73", unit = "øre", sign = { at = "60", plus = "1", minus = "2", zero = "0" } }
reference = "43-51"
period = { at = "52-59", form = "DDMMYYYY" }
[trailer]
records = "32-42"
sum = { at = "43-57", unit = "øre", sign = "31" }
"#;

/// Lines of 80 characters, without header or trailer.
pub(super) fn eighty(records: &[Deduction], month: &str) -> String {
    let line = |record: &Deduction| {
        let sign = if record.ore < 0 { '-' } else { ' ' };
        padded(&format!("05000017{}{month}{:09}{sign}MAD", record.citizen, record.ore.abs()), 80)
    };
    records.iter().map(line).collect()
}

pub(super) const EIGHTY: &str = r#"
kind = "fixed"
line_length = 80
[record]
citizen = "9-18"
amount = { at = "25-33", unit = "øre", sign = "34" }
deduction = "35-37"
period = { at = "19-24", form = "YYYYMM" }
"#;

/// Semicolons, headings, decimal commas, leading zeros dropped, and the count in the last line.
pub(super) fn semicolons(records: &[Deduction], month: &str) -> String {
    let mut text = "CPR-nr;Navn;Beløb;Måned\r\n".to_owned();
    for record in records {
        let sign = if record.ore < 0 { "-" } else { "" };
        let ore = record.ore.abs();
        let citizen = record.citizen.trim_start_matches('0');
        writeln!(text, "{citizen};\"Beboer; \"\"prøve\"\"\";{sign}{},{:02};{month}\r", ore / 100, ore % 100)
            .unwrap();
    }
    text + &format!("Antal;{};;\r\n", records.len())
}

pub(super) const SEMICOLONS: &str = r#"
kind = "csv"
separator = ";"
heading = true
[lines]
record = '^\d'
trailer = '^Antal;'
[record]
citizen = { at = "CPR-nr", leading_zero = "restore" }
amount = { at = "Beløb", unit = "kroner", decimal = ",", sign = "leading" }
period = { at = 4, form = "YYYY-MM" }
[trailer]
records = 2
"#;

/// Elements, with a control section of count, debit and credit.
pub(super) fn elements(records: &[Deduction], month: &str) -> String {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<t:traek xmlns:t=\"urn:x\">\n<hoved><periode>{month}</periode></hoved>\n<liste>\n"
    );
    for record in records {
        writeln!(
            text,
            "<t:post art=\"mad\"><person><cpr>{}</cpr><navn>Æ &amp; Ø &#229;</navn></person><beloeb>{}.{:02}</beloeb></t:post>",
            record.citizen,
            record.ore / 100,
            record.ore.abs() % 100
        )
        .unwrap();
    }
    let of =
        |wanted: fn(i64) -> bool| records.iter().map(|r| r.ore).filter(|ore| wanted(*ore)).sum::<i64>().abs();
    let (debit, credit) = (of(|ore| ore > 0), of(|ore| ore < 0));
    let count = records.len();
    text + &format!(
        "</liste>\n<kontrol><antal>{count}</antal><debet>{debit}</debet><kredit>{credit}</kredit></kontrol>\n</t:traek>\n"
    )
}

pub(super) const ELEMENTS: &str = r#"
kind = "xml"
record_element = "post"
[record]
citizen = "person/cpr"
amount = { at = "beloeb", unit = "kroner", decimal = ".", sign = "leading" }
deduction = "@art"
[header]
period = { at = "hoved/periode", form = "YYYY-MM" }
[trailer]
records = "kontrol/antal"
debit = { at = "kontrol/debet", unit = "øre" }
credit = { at = "kontrol/kredit", unit = "øre" }
"#;

/// The format of this text, for a series that deducts for `mad`.
pub(super) fn format(text: &str) -> Format {
    let table: FormatTable = toml::from_str(text).unwrap();
    Format::build("prøve", &table, &[SeriesUse { name: "mad", deduction: Some("mad") }]).unwrap()
}

/// What a record tells, kept for a test.
pub(super) type Seen = (u64, String, String, String, i128, Option<String>);

/// Reads bytes by a format in chunks, with all that was visited.
pub(super) fn read_in(format: &Format, bytes: &[u8], chunk: usize) -> (Reading, Vec<Seen>) {
    let mut seen = Vec::new();
    let mut reader = Reader::new(format, "mad", |record: &Record<'_>| {
        let citizen = String::from_utf8(record.citizen.digits().to_vec()).unwrap();
        let (deduction, reference) = (record.deduction.to_owned(), record.reference.to_owned());
        let period = record.period.map(|period| period.to_string());
        seen.push((record.line, citizen, deduction, reference, record.amount.get(), period));
    });
    for bytes in bytes.chunks(chunk) {
        reader.push(bytes);
    }
    let reading = reader.finish();
    (reading, seen)
}

/// Reads bytes by a format at once.
pub(super) fn read(format: &Format, bytes: &[u8]) -> Reading {
    read_in(format, bytes, usize::MAX).0
}
