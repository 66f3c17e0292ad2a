use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// What was read, as a line: the deadline, with `~` where the year was not written in full and `?` where day and month
/// could be read the other way round; or the fault.
fn told(read: Result<DateRead, DateFault>) -> String {
    match read {
        Ok(date) => {
            let year = if date.year == YearSource::Written { "" } else { "~" };
            let order = if date.either_order { "?" } else { "" };
            format!("{}{year}{order}", date.deadline())
        }
        Err(fault) => format!("{fault:?}"),
    }
}

#[test]
fn one_date_is_read_in_every_form() {
    for (text, expected) in [
        ("2026-12-15", "2026-12-15"),
        ("  2026-12-15\u{a0}", "2026-12-15"),
        ("2026-1-5", "2026-01-05"),
        ("2026-12-15 12:00", "2026-12-15 12:00"),
        ("2026-12-15T12:00", "2026-12-15 12:00"),
        ("2026-12-15t12:00:30", "2026-12-15 12:00:30"),
        ("2026-12-15 kl. 12", "2026-12-15 12:00"),
        ("15. december 2026", "2026-12-15"),
        ("15.december 2026", "2026-12-15"),
        ("15 December 2026", "2026-12-15"),
        ("15. dec. 2026 kl. 12", "2026-12-15 12:00"),
        ("15. dec. 2026 kl. 9.05", "2026-12-15 09:05"),
        ("15. dec. 2026, klokken 12:30", "2026-12-15 12:30"),
        ("15. dec. 2026 senest kl. 12", "2026-12-15 12:00"),
        ("15. sept 2026 Inden KL 8", "2026-09-15 08:00"),
        ("15. maj 2026 før kl.8", "2026-05-15 08:00"),
        ("1. MARTS 2027 0:00", "2027-03-01 00:00"),
        ("tirsdag d. 15. december 2026", "2026-12-15"),
        ("Tirsdag den 15. december 2026", "2026-12-15"),
        ("tirsdag, 15/12 2026", "2026-12-15"),
        ("lørdag 12. december 2026", "2026-12-12"),
        ("d. 15. december 2026", "2026-12-15"),
        ("d.15/12 2026", "2026-12-15"),
        ("15/12 2026", "2026-12-15"),
        ("15/12-2026", "2026-12-15"),
        ("15/12/2026", "2026-12-15"),
        ("15-12-2026", "2026-12-15"),
        ("15-12 2026", "2026-12-15"),
        ("15.12.2026", "2026-12-15"),
        ("15.12. 2026", "2026-12-15"),
        ("15.12.2026 12:00", "2026-12-15 12:00"),
        ("15/12/26", "2026-12-15~"),
        ("15.12.26", "2026-12-15~"),
        ("29. februar 2028", "2028-02-29"),
        // read as Danes write it, and marked
        ("03/04 2026", "2026-04-03?"),
        ("3-4-2026", "2026-04-03?"),
        ("03.04.26", "2026-04-03~?"),
        ("4/4 2026", "2026-04-04"),
        ("fredag d. 3/4 2026", "2026-04-03"),    // 4 March is a Wednesday
        ("torsdag d. 3/12 2026", "2026-12-03?"), // 12 March is a Thursday too
        ("2026-03-04", "2026-03-04"),
        ("3. april 2026", "2026-04-03"),
    ] {
        assert_eq!(told(read_date(text, MissingYear::Refused)), expected, "{text}");
    }
}

#[test]
fn what_is_no_date_is_refused_with_the_reason() {
    for (text, expected) in [
        ("31. februar 2026", "NoSuchDay"),
        ("2026-02-31", "NoSuchDay"),
        ("2026-13-01", "NoSuchDay"),
        ("29/2 2026", "NoSuchDay"),
        ("0. december 2026", "NoSuchDay"),
        ("32.13.2026", "NoSuchDay"),
        ("13/31/2026", "NoSuchDay"),
        ("12/15/2026", "MonthFirst"),
        ("15. december", "NoYear"),
        ("d. 15. dec.", "NoYear"),
        ("15/12", "NoYear"),
        ("15-12-26", "ShortYear"),
        ("15. december 1999", "YearOutOfRange"),
        ("2100-01-01", "YearOutOfRange"),
        ("2026-12-15 24:00", "NotATime"),
        ("2026-12-15 12:60", "NotATime"),
        ("2026-12-15 12:3", "NotATime"),
        ("2026-12-15T12", "NotATime"),
        ("2026-12-15 12:00-14:00", "NotATime"),
        ("15. december 2026 kl. 12-14", "NotATime"),
        ("15. december 2026 kl. 1200", "NotATime"),
        ("2026-12-15T12:00:00Z", "NotATime"),
        ("2026-12-15T12:00:00+01:00", "NotATime"),
        ("onsdag d. 15. december 2026", "OtherWeekday { written: Wed, own: Tue }"),
        ("", "NotOneDate"),
        ("i morgen", "NotOneDate"),
        ("2026", "NotOneDate"),
        ("december 2026", "NotOneDate"),
        ("15.12", "NotOneDate"),
        ("15-12", "NotOneDate"),
        ("20261215", "NotOneDate"),
        ("2026-12-15x", "NotOneDate"),
        ("A15/12 2026", "NotOneDate"),
        ("d15/12 2026", "NotOneDate"),
        ("2026-12-15 12.00", "NotOneDate"),
        ("2026-12-15 efter kl. 12", "NotOneDate"),
        ("2026-12-15 2027-01-14", "NotOneDate"),
        ("senest 2026-12-15", "NotOneDate"),
        ("15 December 2026?", "NotOneDate"),
        ("15. may 2026", "NotOneDate"),
        ("000000-0000", "NotOneDate"),
        ("v1.15.12.2026", "NotOneDate"),
        ("192.168.15.12", "NotOneDate"),
    ] {
        assert_eq!(told(read_date(text, MissingYear::Refused)), expected, "{text}");
    }
}

#[test]
fn a_missing_year_is_the_one_that_was_given() {
    let from = MissingYear::NextFrom(day("2026-11-26"));
    for (text, missing, expected) in [
        ("d. 15. december", MissingYear::Is(2026), "2026-12-15~"),
        ("15/12 kl. 12", MissingYear::Is(2026), "2026-12-15 12:00~"),
        ("15. december 2027", MissingYear::Is(2026), "2027-12-15"),
        ("29. februar", MissingYear::Is(2026), "NoSuchDay"),
        ("15. december", MissingYear::Is(1999), "YearOutOfRange"),
        ("15. december", from, "2026-12-15~"),
        ("26. november", from, "2026-11-26~"),
        ("25. november", from, "2027-11-25~"),
        ("14/1", from, "2027-01-14~"),
        ("3/4", from, "2027-04-03~?"),
        // The weekday is held against the year that was taken.
        ("tirsdag d. 15. december", from, "2026-12-15~"),
        ("mandag d. 15. december", from, "OtherWeekday { written: Mon, own: Tue }"),
    ] {
        assert_eq!(told(read_date(text, missing)), expected, "{text}");
    }
}

/// What was understood and what was not, one line each, with the piece of text that says so.
fn listed(text: &str, missing: MissingYear) -> String {
    let read = read_dates(text, missing);
    let mut list = String::new();
    for date in &read.dates {
        writeln!(list, "{:?} = {}", &text[date.span.clone()], told(Ok(date.is))).unwrap();
    }
    for fault in &read.not_read {
        writeln!(list, "{:?} ! {:?}", &text[fault.span.clone()], fault.is).unwrap();
    }
    list
}

#[test]
fn a_line_of_a_mail_is_read() {
    let mail = "Hej. Månedskørslerne ligger d. 15. december, torsdag d. 14. januar kl. 12 og 12. februar 2027.\n\
                Ring på 99 99 99 99, hvis 31. februar passer jer bedre.";
    let read = listed(mail, MissingYear::NextFrom(day("2026-11-26")));
    assert_eq!(
        read,
        r#""d. 15. december" = 2026-12-15~
"torsdag d. 14. januar kl. 12" = 2027-01-14 12:00~
"12. februar 2027" = 2027-02-12
"99 99 99 99" ! LooseNumber
"31. februar" ! NoSuchDay
"#
    );
}

#[test]
fn a_pasted_list_is_read_and_a_year_is_never_taken_from_another_line() {
    let list = "KP 2027\n1)\t14/1 2027\r\n2)\t12/2-2027;15.03.2027 12:00\n\n> 15. december\n2028\n15. og 16. maj 2027";
    assert_eq!(
        listed(list, MissingYear::Refused),
        r#""14/1 2027" = 2027-01-14
"12/2-2027" = 2027-02-12?
"15.03.2027 12:00" = 2027-03-15 12:00
"16. maj 2027" = 2027-05-16
"2027" ! LooseNumber
"1" ! LooseNumber
"2" ! LooseNumber
"15. december" ! NoYear
"2028" ! LooseNumber
"15" ! LooseNumber
"#
    );
}

#[test]
fn the_end_of_a_sentence_is_not_the_stop_of_an_abbreviation() {
    for (text, expected) in [
        (
            "Kørsel 15. december. 2026 bliver godt.",
            "\"15. december\" = 2027-12-15~\n\"2026\" ! LooseNumber\n",
        ),
        ("Kørsel 15. dec. 2026.", "\"15. dec. 2026\" = 2026-12-15\n"),
        ("Den 15/12 2026.", "\"Den 15/12 2026\" = 2026-12-15\n"),
        ("(15. maj.)", "\"15. maj\" = 2027-05-15~\n"),
    ] {
        assert_eq!(listed(text, MissingYear::Is(2027)), expected, "{text}");
    }
}

const MONTHS: [(&str, &str); 12] = [
    ("januar", "jan."),
    ("februar", "feb"),
    ("marts", "mar."),
    ("april", "apr."),
    ("maj", "maj"),
    ("juni", "jun."),
    ("juli", "jul"),
    ("august", "aug."),
    ("september", "sept."),
    ("oktober", "okt."),
    ("november", "nov"),
    ("december", "dec."),
];
const WEEKDAYS: [&str; 7] = ["mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"];

/// That day in every form that names a year of four digits.
fn every_form(date: NaiveDate) -> Vec<String> {
    let (d, m, y) = (date.day(), date.month(), date.year());
    let (name, short) = MONTHS[date.month0() as usize];
    let weekday = WEEKDAYS[date.weekday().num_days_from_monday() as usize];
    vec![
        format!("{y}-{m:02}-{d:02}"),
        format!("{d}. {name} {y}"),
        format!("{d}. {short} {y}"),
        format!("{d:02}. {} {y}", name.to_uppercase()),
        format!("{weekday} d. {d}. {name} {y}"),
        format!("{weekday} den {d}. {short} {y}"),
        format!("d. {d}/{m} {y}"),
        format!("{d}/{m} {y}"),
        format!("{d}/{m}-{y}"),
        format!("{d:02}/{m:02}/{y}"),
        format!("{d:02}-{m:02}-{y}"),
        format!("{d}.{m}.{y}"),
        format!("{d}.{m}. {y}"),
    ]
}

/// Pieces that dates are made of, in any order.
fn date_like() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[0-9]{1,4}",
        "[-/.:, \n\t+()]",
        prop::sample::select(vec![
            "d.", "den ", "kl. ", "tirsdag ", "december", "dec.", "maj", "T", "Z", "æ", "og "
        ])
        .prop_map(str::to_owned),
        "\\PC{0,3}",
    ];
    prop::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn every_form_of_a_day_is_read_back(offset in 0..36_524i64, hour in 0..24u32, minute in 0..60u32) {
        let date = day("2000-01-01") + chrono::TimeDelta::days(offset);
        let time = NaiveTime::from_hms_opt(hour, minute, 0);
        for text in every_form(date) {
            let read = read_date(&text, MissingYear::Refused).unwrap();
            prop_assert_eq!((read.day, read.time, read.year), (date, None, YearSource::Written), "{}", text);
            for clock in [format!(" {hour:02}:{minute:02}"), format!(" kl. {hour}.{minute:02}")] {
                let text = format!("{text}{clock}");
                let read = read_date(&text, MissingYear::Refused).unwrap();
                prop_assert_eq!((read.day, read.time), (date, time), "{}", text);
            }
        }
        let written = Deadline { day: date, time }.to_string();
        prop_assert_eq!(read_date(&written, MissingYear::Refused).unwrap().deadline().to_string(), written);
    }

    #[test]
    fn a_list_of_dates_is_read_whole(offsets in prop::collection::vec((0..36_524i64, 0..13usize), 0..8)) {
        let dates: Vec<(NaiveDate, String)> = offsets
            .into_iter()
            .map(|(offset, form)| {
                let date = day("2000-01-01") + chrono::TimeDelta::days(offset);
                (date, every_form(date).swap_remove(form))
            })
            .collect();
        let texts: Vec<&str> = dates.iter().map(|(_, text)| text.as_str()).collect();
        for between in [", ", "\n", " og ", "; ", "\t", " samt "] {
            let read = read_dates(&texts.join(between), MissingYear::Refused);
            prop_assert_eq!(&read.not_read, &vec![]);
            let days: Vec<NaiveDate> = read.dates.iter().map(|date| date.is.day).collect();
            prop_assert_eq!(&days, &dates.iter().map(|(date, _)| *date).collect::<Vec<_>>());
        }
    }

    #[test]
    fn no_text_is_too_odd_and_no_digit_is_lost(text in date_like()) {
        let read = read_dates(&text, MissingYear::NextFrom(day("2026-11-26")));
        let spans = |spans: Vec<Range<usize>>| {
            assert!(spans.is_sorted_by(|a, b| a.end <= b.start), "{spans:?}");
            spans
        };
        let mut all = spans(read.dates.iter().map(|date| date.span.clone()).collect());
        all.extend(spans(read.not_read.iter().map(|fault| fault.span.clone()).collect()));
        all.sort_by_key(|span| span.start);
        let all = spans(all);
        prop_assert!(all.iter().all(|span| text.get(span.clone()).is_some_and(|piece| !piece.is_empty())));
        for (at, _) in text.match_indices(|c: char| c.is_ascii_digit()) {
            prop_assert!(all.iter().any(|span| span.contains(&at)), "{at} in {text:?}: {read:?}");
        }
        let _ = read_date(&text, MissingYear::Refused);
    }

    #[test]
    fn a_piece_that_was_read_is_read_the_same_alone(text in date_like()) {
        let missing = MissingYear::NextFrom(day("2026-11-26"));
        for date in read_dates(&text, missing).dates {
            prop_assert_eq!(read_date(&text[date.span.clone()], missing), Ok(date.is), "{:?}", &text[date.span]);
        }
    }
}
