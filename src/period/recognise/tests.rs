#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;

use super::*;

/// The period as text, and the name with what was read replaced by `*`.
fn read(name: &str) -> (String, String) {
    let recognised = recognise(name);
    let mut left = name.to_owned();
    for span in recognised.spans.iter().rev() {
        left.replace_range(span.clone(), "*");
    }
    (recognised.period.map(|period| period.to_string()).unwrap_or_default(), left)
}

#[test]
fn names_that_tell_a_period() {
    let table = [
        ("mad_korsbaek_202304.txt", "2023-04", "mad_korsbaek_*.txt"),
        ("mad_2023-04.txt", "2023-04", "mad_*.txt"),
        ("mad_2023_04.txt", "2023-04", "mad_*.txt"),
        ("mad 2023 04.txt", "2023-04", "mad *.txt"),
        ("mad.2023.04.txt", "2023-04", "mad.*.txt"),
        ("mad20230401.txt", "2023-04", "mad*.txt"),
        ("20240229", "2024-02", "*"),
        ("mad_2023-04-01.txt", "2023-04", "mad_*.txt"),
        ("mad_2023-04-31.txt", "2023-04", "mad_*-31.txt"),
        ("mad_2023-04_30.txt", "2023-04", "mad_*_30.txt"),
        ("mad_2023_04_2.txt", "2023-04", "mad_*_2.txt"),
        ("mad_04-2023.txt", "2023-04", "mad_*.txt"),
        ("mad_1_04-2023.txt", "2023-04", "mad_1_*.txt"),
        ("mad_042023.txt", "2023-04", "mad_*.txt"),
        ("Mad April2023.TXT", "2023-04", "Mad *.TXT"),
        ("mad_apr_23.txt", "2023-04", "mad_*.txt"),
        ("mad_APR.2023.txt", "2023-04", "mad_*.txt"),
        ("madsept23", "", "madsept23"),
        ("mad-sept23", "2023-09", "mad-*"),
        ("mad 1. maj 2023.txt", "2023-05", "mad 1. *.txt"),
        ("mad_2023april.txt", "2023-04", "mad_*.txt"),
        ("mad_2023_okt.txt", "2023-10", "mad_*.txt"),
        ("mad.202304", "2023-04", "mad.*"),
        ("200012_og_209901", "", "200012_og_209901"),
        ("200012", "2000-12", "*"),
        ("122099", "2099-12", "*"),
        // the same period twice, also where the two overlap
        ("2023-04_mad_apr23.txt", "2023-04", "*_mad_*.txt"),
        ("mad_2023_04_01_2023_04_30.txt", "2023-04", "mad_*_*.txt"),
        ("mad_04_2023_04.txt", "2023-04", "mad_*.txt"),
        ("mad_2023_apr_23.txt", "2023-04", "mad_*.txt"),
        // the month's own name beside its digits, and words that only hold a name
        ("mad_april_202304.txt", "2023-04", "mad_april_*.txt"),
        ("mad_apr_20230401.txt", "2023-04", "mad_apr_*.txt"),
        ("marts mad 202303 marts", "2023-03", "marts mad * marts"),
        ("majoren_202304", "2023-04", "majoren_*"),
        ("augustinus_202304", "2023-04", "augustinus_*"),
        ("janteloven_decimal_202304", "2023-04", "janteloven_decimal_*"),
        // a shortened month that stands apart, or as an extension, may be another word
        ("jan_mad_202304", "2023-04", "jan_mad_*"),
        ("mad_202304.dec", "2023-04", "mad_*.dec"),
        ("mad_202304_1_mar", "2023-04", "mad_*_1_mar"),
        // numbers that are a day, a part or a department
        ("mad_202304-01", "2023-04", "mad_*-01"),
        ("mad_202304-4", "2023-04", "mad_*-4"),
        ("mad_202304-13", "2023-04", "mad_*-13"),
        ("mad_202304_12", "2023-04", "mad_*_12"),
        ("mad_202304-12b", "2023-04", "mad_*-12b"),
        ("mad_12-202304", "2023-04", "mad_12-*"),
        ("mad_24-11_2026", "2026-11", "mad_24-*"),
        ("mad_11-09_2026", "2026-09", "mad_11-*"),
        ("mad_20230401-1200", "2023-04", "mad_*-1200"),
        ("mad_uge14_202304", "2023-04", "mad_uge14_*"),
        ("mad_q_3_202304", "2023-04", "mad_q_3_*"),
        ("mad_kvt_202304", "2023-04", "mad_kvt_*"),
        ("mad_1q2_kv9_202304", "", "mad_1q2_kv9_202304"),
        ("mad_kv9_202304", "2023-04", "mad_kv9_*"),
    ];
    for (name, period, left) in table {
        assert_eq!(read(name), (period.to_owned(), left.to_owned()), "{name}");
    }
}

#[test]
fn names_that_tell_none() {
    let table = [
        "",
        "mad.txt",
        "mad_2023.txt",
        "mad_04.txt",
        "mad_2023-4.txt",
        "mad_4-2023.txt",
        "mad_2023--04.txt",
        // no such month, day or year
        "202313",
        "202300",
        "132023",
        "199912",
        "210001",
        "20230431",
        "20231301",
        "2023-13",
        "00-2023",
        "april1999",
        // digit runs that are something else
        "0104202312",
        "010190-1234",
        "20230401120000",
        "01042023",
        "2304",
        "230401",
        "1234567",
        // words that only hold a month's name
        "marked_23",
        "majs2023",
        "2023majs",
        "åmaj2023",
        "majå2023",
        "23apr",
        "23_april",
        // dates of unclear order, whatever else stands there
        "01-04-2023",
        "01_04_2023",
        "1.04.2023",
        "01 04 2023",
        "01-04-2023_202304",
        "01_04_2023_05",
        // two periods
        "12_2023_04",
        "202304_202305",
        "2023-04_april_2024",
        "03_2023-04",
        "2023_apr_15",
        // a month in full beside another one
        "mad_oktober_20261103.txt",
        "mad_20261103 (oktober).txt",
        "oktober - mad fra køkkenet - 3. november 2026",
        "mad_oktober_november_2026.txt",
        "mad_OKTOBER20261103.txt",
        "mad_okt-november_2026.txt",
        "mad_september_til_november_2026.txt",
        "mad_october_20261103.txt",
        "a_april_maj_2023",
        "a_maj_202304.april",
        // a shortened one beside the period or another month
        "mad_sep-nov26.txt",
        "a_jan-mar23",
        "a_jan_feb_mar_2023",
        "mad okt 20261103.txt",
        "mad_okt20261103.txt",
        "mad_oct_20261103.txt",
        "mad_20261103_okt.txt",
        "mad_okt. (20261103).txt",
        "mad_2026_sep-nov.txt",
        "mad_nov2026-jan.txt",
        "a jan og feb 2023",
        "a jan til mar 2023",
        "a jan+feb23",
        "a jan & feb 2023",
        "1. sep til 30. nov 2026",
        "sep-nov_mad_202611",
        // a second month in digits
        "mad_202609-11",
        "mad_202609–11",
        "mad_202609 - 11",
        "mad_2026_09-11",
        "mad_09-11_2026",
        "mad_09–112026",
        "mad_202609 til 11",
        "mad_202611og12",
        "mad_9+10_2026",
        "mad_9 og 10 2026",
        // more than a month
        "mad_Q3_202609",
        "mad_Q3_20261005",
        "mad_3kvt_202609",
        "mad_3. kvartal_20261005",
        "mad_kvartal 3_20261005",
        "mad_1. HALVÅR_202606",
        "mad_Q3_2026",
        "mad_3kvt2026",
        "mad_1-3_2026",
        "mad_01-03_2026",
    ];
    for name in table {
        assert_eq!(recognise(name), Recognised { period: None, spans: Vec::new() }, "{name}");
    }
}

#[test]
fn the_two_months_of_a_name_are_told() {
    for (name, two) in [
        ("mad_oktober_20261103.txt", Some(("20261103", "oktober"))),
        ("mad_sep-nov26.txt", Some(("nov26", "sep"))),
        ("mad_202609-11.txt", Some(("202609", "11"))),
        ("mad_09-11_2026.txt", Some(("11_2026", "09"))),
        ("mad_3. kvartal 202609.txt", Some(("202609", "3. kvartal"))),
        ("mad_202304_202305.txt", Some(("202304", "202305"))),
        ("måltid_åbent_april_maj_2023.txt", Some(("maj_2023", "april"))),
        ("mad_202304.txt", None),
        ("mad.txt", None),
        ("01-04-2023", None),
    ] {
        assert_eq!(two_months(name), two, "{name}");
    }
}

#[test]
fn every_danish_month_is_known() {
    let months = "januar februar marts april maj juni juli august september oktober november december";
    for (number, month) in (1..).zip(months.split(' ')) {
        let short: String = month.chars().take(3).collect();
        for name in [month, &month.to_uppercase(), &short] {
            assert_eq!(month_named(name), Some(number), "{name}");
            assert_eq!(read(&format!("mad_{name}_2031")).0, format!("2031-{number:02}"));
        }
    }
    assert_eq!(month_named("sept"), Some(9));
    assert_eq!(month_named(""), None);
}

/// Any period, in any form that is read, with any separator.
fn form() -> impl Strategy<Value = (Period, String)> {
    let names =
        ["jan", "Februar", "MAR", "april", "maj", "Juni", "jul", "aug", "sept", "okt", "november", "dec"];
    let separator = prop::sample::select(vec!["-", "_", ".", " ", ""]);
    (2000..=2099u16, 1..=12u8, 1..=28u8, separator, 0..6).prop_map(move |(year, month, day, by, shape)| {
        let name = names[usize::from(month) - 1];
        let text = match shape {
            0 => format!("{year}{by}{month:02}"),
            1 => format!("{year}{by}{month:02}{by}{day:02}"),
            2 => format!("{month:02}{by}{year}"),
            3 => format!("{name}{by}{year}"),
            4 => format!("{name}{by}{:02}", year - 2000),
            _ => format!("{year}{by}{name}"),
        };
        (Period::new(year, month).unwrap(), text)
    })
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic_and_spans_fit(name in "\\PC*|[0-9_\\-. ]*|([0-9]{1,4}[_\\-. apråÅ]?)*") {
        let recognised = recognise(&name);
        let mut from = 0;
        for span in &recognised.spans {
            prop_assert!(from <= span.start && span.start < span.end);
            prop_assert!(name.get(span.clone()).is_some());
            from = span.end;
        }
        prop_assert_eq!(recognised.period.is_some(), !recognised.spans.is_empty());
    }

    #[test]
    fn every_form_is_read_whole_and_whatever_the_case((period, text) in form()) {
        for text in [text.clone(), text.to_uppercase(), text.to_lowercase()] {
            let name = format!("mad_{text}_æøå.txt");
            let at = "mad_".len();
            let spans = std::iter::once(at..at + text.len()).collect();
            prop_assert_eq!(recognise(&name), Recognised { period: Some(period), spans });
        }
    }

    #[test]
    fn a_second_period_must_be_the_same((one, first) in form(), (other, second) in form()) {
        let both = recognise(&format!("{first}_mad_{second}")).period;
        prop_assert_eq!(both, (one == other).then_some(one));
        prop_assert_eq!(recognise(&format!("{first}_mad_{first}")).period, Some(one));
    }
}
