//! Made-up files in layouts met in the sector. The CPR numbers are plainly nobody's: they count up through days and
//! months, with serials from 9999 down, as no register gives them; some are replacement numbers (day + 60).

use std::fmt::Write as _;

/// One deduction: whose, and how many øre; negative where it is taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub citizen: String,
    pub ore: i64,
}

/// So many deductions in whole kroner, each of another citizen.
pub fn records(count: usize) -> Vec<Record> {
    (0..count).map(record).collect()
}

/// The deduction of one citizen, whatever the month.
pub fn record(at: usize) -> Record {
    let day = at % 28 + 1 + if at % 11 == 5 { 60 } else { 0 };
    let citizen = format!("{day:02}{:02}{:02}{:04}", at / 28 % 12 + 1, at % 100, 9999 - at / 336 % 9999);
    Record { citizen, ore: i64::try_from(100 * (800 + at * 37 % 3000)).unwrap() }
}

fn sum(records: &[Record]) -> i64 {
    records.iter().map(|record| record.ore).sum()
}

/// Lines of 80 characters with a header, a trailer, and amounts in øre.
pub fn with_trailer(records: &[Record], month: &str) -> String {
    let line = |text: String| format!("{text:<80}\r\n");
    let mut text = line(format!("Z300 MADSERVICE    {month}"));
    for Record { citizen, ore } in records {
        let sign = if *ore < 0 { '-' } else { ' ' };
        text += &line(format!("G68         {citizen}       {month}   {sign}{:09}", ore.abs()));
    }
    text + &line(format!("SLUTD{:08}{:013}", records.len(), sum(records)))
}

/// The format of [`with_trailer`].
pub const WITH_TRAILER: &str = r#"kind = "fixed"
encoding = "windows-1252"
line_length = 80
[formats.madservice.lines]
header = '^Z300'
record = '^G68'
trailer = '^SLUTD'
[formats.madservice.record]
citizen = "13-22"
amount = { at = "40-48", unit = "øre", sign = "39" }
period = { at = "30-35", form = "YYYYMM" }
[formats.madservice.header]
period = { at = "20-25", form = "YYYYMM" }
[formats.madservice.trailer]
records = "6-13"
sum = { at = "14-26", unit = "øre" }
"#;

/// Start and end records of 230 characters, details with a sign beside whole kroner.
pub fn start_and_end(records: &[Record], month: &str) -> String {
    let line = |text: String| format!("{text:<230}\r\n");
    let mut text = line(format!("0010TEST{:010}{:<27}{:<35}{month}", 7, "Køkkenet på Østergade", "Åvej 1"));
    for (number, Record { citizen, ore }) in records.iter().enumerate() {
        let sign = if *ore < 0 { '-' } else { '+' };
        text += &line(format!("002000000000{citizen}{number:015}23{sign}{:05}M", ore.abs() / 100));
    }
    let sign = if sum(records) < 0 { '-' } else { '+' };
    text + &line(format!("0090{:08}{sign}{:012}", records.len(), sum(records).abs() / 100))
}

/// Sections of 128 characters with counted and summed ends, several record types, and sign 1, 2 or 0.
pub fn sections(parts: &[&[Record]], day: &str) -> String {
    let line = |text: String| format!("{text:<128}\r\n");
    let end = |kind: &str, records: &[Record]| {
        let sign = if sum(records) < 0 { '-' } else { ' ' };
        line(format!("{kind}{:25}{sign}{:011}{:015}", "", records.len(), sum(records).abs()))
    };
    let mut text = line(format!("BS00200000001   0601{:29}010423", ""));
    for part in parts {
        text += &line(format!("BS01200000001011{:12}00001", ""));
        for Record { citizen, ore } in *part {
            let sign = if *ore < 0 { '2' } else { '1' };
            let front = format!("BS042000000010280{:10}{citizen:<15}000000101{day}", "");
            text += &line(format!("{front}{sign}{:013}", ore.abs()));
            text += &line("BS052000000010241 Mad og vask".to_owned());
        }
        text += &end("BS092", part);
    }
    text + &end("BS992", &parts.concat())
}

/// Lines of 80 characters without header or trailer.
pub fn eighty(records: &[Record], month: &str) -> String {
    let mut text = String::new();
    for Record { citizen, ore } in records {
        let sign = if *ore < 0 { '-' } else { ' ' };
        let line = format!("05000017{citizen}{month}{:09}{sign}MAD", ore.abs());
        write!(text, "{line:<80}\r\n").unwrap();
    }
    text
}

/// Semicolons, headings, decimal commas, leading zeros dropped as spreadsheets do, and the count in the last line.
pub fn semicolons(records: &[Record], month: &str) -> String {
    let mut text = "CPR-nr;Navn;Beløb;Måned\r\n".to_owned();
    for Record { citizen, ore } in records {
        let sign = if *ore < 0 { "-" } else { "" };
        let (kroner, rest) = (ore.abs() / 100, ore.abs() % 100);
        let citizen = citizen.trim_start_matches('0');
        write!(text, "{citizen};\"Beboer; \"\"prøve\"\"\";{sign}{kroner},{rest:02};{month}\r\n").unwrap();
    }
    text + &format!("Antal;{};;\r\n", records.len())
}

/// Elements with a control section of count, debit and credit.
pub fn elements(records: &[Record], month: &str) -> String {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<traek>\n<hoved><periode>{month}</periode></hoved>\n<liste>\n"
    );
    for Record { citizen, ore } in records {
        let kroner = format!("{}{}.{:02}", if *ore < 0 { "-" } else { "" }, ore.abs() / 100, ore.abs() % 100);
        writeln!(
            text,
            "<post art=\"mad\"><person><cpr>{citizen}</cpr><navn>Æ &amp; Ø</navn></person><beloeb>{kroner}</beloeb></post>"
        )
        .unwrap();
    }
    let of = |wanted: fn(&i64) -> bool| -> i64 {
        records.iter().map(|record| record.ore).filter(wanted).sum::<i64>().abs()
    };
    let (count, debit, credit) = (records.len(), of(|ore| *ore > 0), of(|ore| *ore < 0));
    text + &format!(
        "</liste>\n<kontrol><antal>{count}</antal><debet>{debit}</debet><kredit>{credit}</kredit></kontrol>\n</traek>\n"
    )
}

/// Windows-1252, which most suppliers' systems write.
pub fn windows(text: &str) -> Vec<u8> {
    encoding_rs::WINDOWS_1252.encode(text).0.into_owned()
}

/// Code page 850 of DOS; of what is not ASCII these samples have Danish letters alone.
pub fn dos(text: &str) -> Vec<u8> {
    let byte = |c: char| match c {
        'æ' => 0x91,
        'ø' => 0x9b,
        'å' => 0x86,
        'Æ' => 0x92,
        'Ø' => 0x9d,
        'Å' => 0x8f,
        c => u8::try_from(c).unwrap(),
    };
    text.chars().map(byte).collect()
}
