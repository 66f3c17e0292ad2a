#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::table::FormatTable;
use super::*;
use crate::records::samples::{EIGHTY, ELEMENTS, SECTIONS, SEMICOLONS, START_AND_END};

const SERIES: [SeriesUse<'_>; 2] =
    [SeriesUse { name: "mad", deduction: Some("mad") }, SeriesUse { name: "vask", deduction: Some("vask") }];

fn faults(text: &str) -> Vec<(String, FaultKind)> {
    let table: FormatTable = toml::from_str(text).unwrap();
    let faults = Format::build("x", &table, &SERIES).err().unwrap_or_default();
    faults
        .into_iter()
        .map(|fault| (fault.key.strip_prefix("formats.x.").unwrap().to_owned(), fault.problem))
        .collect()
}

/// The one fault of a format in which a piece was replaced.
fn fault(format: &str, from: &str, to: &str) -> (String, FaultKind) {
    assert!(format.contains(from), "{from}");
    let faults = faults(&format.replace(from, to));
    assert_eq!(faults.len(), 1, "{to}: {faults:?}");
    faults.into_iter().next().unwrap()
}

#[test]
fn the_layouts_met_in_the_sector_are_sound() {
    for text in [START_AND_END, SECTIONS, EIGHTY, SEMICOLONS, ELEMENTS] {
        assert_eq!(faults(text), []);
    }
}

fn check(format: &str, table: &[(&str, &str, &str, FaultKind)]) {
    for (from, to, key, problem) in table {
        assert_eq!(fault(format, from, to), ((*key).to_owned(), problem.clone()), "{to}");
    }
}

#[test]
fn each_fault_of_keys_lines_and_places() {
    use FaultKind as F;
    let table = [
        ("kind = \"fixed\"", "", "kind", F::Missing),
        ("kind = \"fixed\"", "kind = \"fast\"", "kind", F::NotOneOf(&["fixed", "csv", "xml"])),
        ("kind", "knd = 1\nkind", "knd", F::UnknownKey { nearest: Some("kind") }),
        ("kind", "heading = true\nkind", "heading", F::NotForKind(Kind::Fixed)),
        ("kind", "separator = \",\"\nkind", "separator", F::NotForKind(Kind::Fixed)),
        ("kind", "record_element = \"a\"\nkind", "record_element", F::NotForKind(Kind::Fixed)),
        ("encoding = \"windows-1252\"", "encoding = \"dansk\"", "encoding", F::UnknownEncoding),
        ("line_length = 230", "line_length = 0", "line_length", F::OutOfRange { most: LONGEST_LINE }),
        ("line_length = 230", "line_length = -7", "line_length", F::OutOfRange { most: LONGEST_LINE }),
        ("'^0020'", "'^0020$x'", "lines.record", F::NeverFits),
        ("'^0020'", "'x^0020'", "lines.record", F::NeverFits),
        ("'^0020'", "'[^\\s\\S]'", "lines.record", F::NeverFits),
        ("'^0020'", "''", "lines.record", F::FitsEvery),
        ("'^0020'", "'x*'", "lines.record", F::FitsEvery),
        ("'^0020'", "'^.*$'", "lines.record", F::FitsEvery),
        ("'^0010'", "'^'", "lines.header", F::FitsEvery),
        ("citizen = \"13-22\"", "", "record.citizen", F::Missing),
        ("citizen = \"13-22\"", "citizen = \"0-9\"", "record.citizen", F::NotAPlace(Kind::Fixed)),
        ("citizen = \"13-22\"", "citizen = \"22-13\"", "record.citizen", F::NotAPlace(Kind::Fixed)),
        ("citizen = \"13-22\"", "citizen = \"CPR\"", "record.citizen", F::NotAPlace(Kind::Fixed)),
        (
            "citizen = \"13-22\"",
            "citizen = \"225-234\"",
            "record.citizen",
            F::PastLine { last: 234, line_length: 230 },
        ),
        ("citizen = \"13-22\"", "citizen = { leading_zero = \"restore\" }", "record.citizen.at", F::Missing),
        (
            "citizen = \"13-22\"",
            "citizen = { at = \"13-22\", leading_zero = \"drop\" }",
            "record.citizen.leading_zero",
            F::NotOneOf(&["restore"]),
        ),
        (
            "citizen = \"13-22\"",
            "citizen = { at = \"13-22\", unit = \"øre\" }",
            "record.citizen.unit",
            F::NotForField,
        ),
        (
            "citizen = \"13-22\"",
            "citizen = { at = \"13-22\", att = \"\" }",
            "record.citizen.att",
            F::UnknownKey { nearest: Some("at") },
        ),
        (
            "citizen = \"13-22\"",
            "citizen = \"13-22\"\nciticen = \"1\"",
            "record.citicen",
            F::UnknownKey { nearest: Some("citizen") },
        ),
    ];
    check(START_AND_END, &table);
    let (key, problem) = fault(START_AND_END, "'^0020'", "'(0020'");
    assert!(key == "lines.record" && matches!(problem, F::Expression(_)), "{problem:?}");
    let wanted = [
        ("lines.trailr", F::UnknownKey { nearest: Some("trailer") }),
        ("trailer", F::NeedsLines { key: "lines.trailer" }),
    ];
    let found = faults(&START_AND_END.replace("trailer =", "trailr ="));
    assert_eq!(found, wanted.map(|(key, fault)| (key.to_owned(), fault)));
}

#[test]
fn a_wrong_kind_hides_nothing_else_that_is_wrong() {
    use FaultKind as F;
    let key = |(key, _): &(String, FaultKind)| key.clone();
    for (text, kind) in [(START_AND_END, "fixed"), (SEMICOLONS, "csv"), (ELEMENTS, "xml")] {
        for wrong in ["", "kind = \"Fixed \""] {
            let text = text.replace(&format!("kind = \"{kind}\""), wrong);
            assert_eq!(faults(&text).iter().map(key).collect::<Vec<_>>(), ["kind"], "{kind}");
            let more = text
                .replace("unit = \"kroner\"", "unit = \"kr\"")
                .replace("[record]", "[record]\ncitzen = 1");
            let found = faults(&more);
            assert_eq!(found[0].0, "kind", "{kind}");
            assert!(
                found.contains(&("record.citzen".to_owned(), F::UnknownKey { nearest: Some("citizen") })),
                "{kind}"
            );
            assert!(found.iter().any(|(key, _)| key == "record.amount.unit"), "{kind} {found:?}");
        }
    }
}

#[test]
fn each_fault_of_amounts_and_months() {
    use FaultKind as F;
    let table = [
        (
            "unit = \"kroner\", sign = \"40\"",
            "unit = \"kroner\", thousands = \",\"",
            "record.amount.thousands",
            F::NotOneOf(&[".", " ", "'"]),
        ),
        (
            "unit = \"kroner\", sign = \"40\"",
            "unit = \"kroner\", decimal = \".\", thousands = \".\"",
            "record.amount.thousands",
            F::NotOneOf(&[",", " ", "'"]),
        ),
        (
            "unit = \"kroner\", sign = \"40\"",
            "unit = \"øre\", thousands = \".\"",
            "record.amount.thousands",
            F::OnlyWith { key: "unit", value: "kroner" },
        ),
        (
            "unit = \"kroner\", sign = \"40\"",
            "unit = \"dollar\", sign = \"40\"",
            "record.amount.unit",
            F::NotOneOf(&["øre", "kroner"]),
        ),
        ("unit = \"kroner\", sign = \"40\"", "sign = \"40\"", "record.amount.unit", F::Missing),
        (
            "unit = \"kroner\", sign = \"40\"",
            "unit = \"øre\", decimal = \",\"",
            "record.amount.decimal",
            F::OnlyWith { key: "unit", value: "kroner" },
        ),
        (
            "unit = \"kroner\", sign = \"40\"",
            "unit = \"kroner\", decimal = \";\"",
            "record.amount.decimal",
            F::NotOneOf(&[",", "."]),
        ),
        (
            "sign = \"40\"",
            "sign = \"41\"",
            "record.amount.sign",
            F::Overlaps { with: "formats.x.record.amount".into() },
        ),
        ("sign = \"40\"", "sign = \"after\"", "record.amount.sign", F::NotAPlace(Kind::Fixed)),
        (
            "sign = \"40\"",
            "sign = { at = \"40\", plus = \"1\", minus = \"1\" }",
            "record.amount.sign",
            F::SignWords,
        ),
        ("sign = \"40\"", "sign = { minus = \"1\" }", "record.amount.sign", F::SignWords),
        ("sign = \"40\"", "sign = { at = \"leading\", minus = \"K\" }", "record.amount.sign", F::SignWords),
        (
            "sign = \"40\"",
            "sign = { at = \"40\", minos = \"K\" }",
            "record.amount.sign.minos",
            F::UnknownKey { nearest: Some("minus") },
        ),
        (
            "deduction = \"46\"",
            "deduction = \"22-23\"",
            "record.deduction",
            F::Overlaps { with: "formats.x.record.citizen".into() },
        ),
        ("form = \"YYYYMM\"", "form = \"YYYY\"", "header.period.form", F::NotAPeriodForm),
        ("form = \"YYYYMM\"", "form = \"YYMM\"", "header.period.form", F::FormLength { form: 4, field: 6 }),
        (", form = \"YYYYMM\"", "", "header.period.form", F::Missing),
        ("header = '^0010'", "", "header", F::NeedsLines { key: "lines.header" }),
    ];
    check(START_AND_END, &table);
}

#[test]
fn each_fault_of_columns_and_elements() {
    use FaultKind as F;
    let table = [
        (SEMICOLONS, "separator = \";\"", "separator = \";;\"", "separator", F::NotACharacter),
        (SEMICOLONS, "separator = \";\"", "separator = \"æ\"", "separator", F::NotACharacter),
        (SEMICOLONS, "separator = \";\"", "quote = \";\"", "quote", F::NotACharacter),
        (SEMICOLONS, "separator = \";\"", "line_length = 7", "line_length", F::NotForKind(Kind::Csv)),
        (
            SEMICOLONS,
            "at = \"Beløb\"",
            "at = \"CPR-nr\"",
            "record.amount",
            F::Overlaps { with: "formats.x.record.citizen".into() },
        ),
        (SEMICOLONS, "records = 2", "records = 0", "trailer.records", F::NotAPlace(Kind::Csv)),
        (
            SEMICOLONS,
            "records = 2",
            "records = 99999999",
            "trailer.records",
            F::PastLine { last: 99_999_999, line_length: LONGEST_LINE },
        ),
        (ELEMENTS, "record_element = \"post\"", "", "record_element", F::Missing),
        (ELEMENTS, "\"post\"", "\"a/b\"", "record_element", F::NotAPlace(Kind::Xml)),
        (ELEMENTS, "kind", "line_length = 1\nkind", "line_length", F::NotForKind(Kind::Xml)),
        (ELEMENTS, "[record]", "[lines]\nrecord = 'x'\n[record]", "lines", F::NotForKind(Kind::Xml)),
        (ELEMENTS, "\"person/cpr\"", "\"person//cpr\"", "record.citizen", F::NotAPlace(Kind::Xml)),
        (ELEMENTS, "\"person/cpr\"", "\"@person/cpr\"", "record.citizen", F::NotAPlace(Kind::Xml)),
        (
            ELEMENTS,
            "\"person/cpr\"",
            "\"beloeb\"",
            "record.amount",
            F::Overlaps { with: "formats.x.record.citizen".into() },
        ),
    ];
    for (format, from, to, key, problem) in table {
        assert_eq!(fault(format, from, to), (key.to_owned(), problem), "{to}");
    }
    let no_headings = faults(&SEMICOLONS.replace("heading = true", ""));
    let wanted = ["record.citizen", "record.amount"].map(|key| (key.to_owned(), F::NoHeadings));
    assert_eq!(no_headings, wanted);
}

#[test]
fn all_faults_come_at_once() {
    let text = "kind = \"fixed\"\nencoding = \"x\"\n[lines]\nignore = '('\n[record]\nreference = \"a\"\n[trailer]\nsum = \"1\"";
    let keys: Vec<String> = faults(text).into_iter().map(|(key, _)| key).collect();
    assert_eq!(
        keys,
        [
            "encoding",
            "lines.ignore",
            "record.citizen",
            "record.amount",
            "record.reference",
            "trailer",
            "trailer.sum.unit"
        ]
    );
}

#[test]
fn a_series_must_say_what_it_deducts_for_where_the_format_does_not() {
    let table: FormatTable = toml::from_str(SECTIONS).unwrap();
    let series =
        [SeriesUse { name: "mad", deduction: Some("mad") }, SeriesUse { name: "vask", deduction: None }];
    let faults = Format::build("x", &table, &series).unwrap_err();
    let problem = FaultKind::NoDeduction { series: "vask".to_owned() };
    assert_eq!(faults, [FormatFault { key: "formats.x.record.deduction".to_owned(), problem }]);
    let table: FormatTable = toml::from_str(EIGHTY).unwrap();
    assert!(Format::build("x", &table, &series).is_ok());
}

#[test]
fn an_expression_that_fits_some_line_is_taken() {
    for text in ["^\\s*$", "^.", "a|b^", "(?m)^x", "x$|^y", "^(0020|BS042)", "SLUT.*", "(x|^)y"] {
        let format = EIGHTY.replace("[record]", &format!("[lines]\nignore = '{text}'\n[record]"));
        assert_eq!(faults(&format), [], "{text}");
    }
    // a record's expression may fit all, where nothing is tried after it
    assert_eq!(faults(&EIGHTY.replace("[record]", "[lines]\nrecord = '.*'\n[record]")), []);
}

proptest! {
    #[test]
    fn what_lines_begin_with_is_told_as_the_expression_tells_it(line in "[ab0]{0,4}", text in "\\^?\\(?[ab]{1,2}(\\|[ab0]{1,2})?\\)?") {
        if let Ok(expression) = super::expression::compile(&text, true) {
            prop_assert_eq!(expression.fits(&line), regex::Regex::new(&text).unwrap().is_match(&line), "{}", text);
        }
    }

    #[test]
    fn any_values_are_a_format_or_faults(
        kind in proptest::sample::select(vec!["fixed", "csv", "xml", "æ"]),
        texts in proptest::collection::vec(".{0,12}", 12),
        spans in proptest::collection::vec((0..300_usize, 0..300_usize), 5),
        length in proptest::option::of(any::<i64>()),
        heading: Option<bool>,
    ) {
        let mut table: FormatTable = toml::from_str(if kind == "xml" { ELEMENTS } else { START_AND_END }).unwrap();
        let mut texts = texts.into_iter();
        let mut text = || texts.next().unwrap_or_default();
        (table.kind, table.line_length, table.heading) = (Some(kind.to_owned()), length, heading);
        table.lines.record = Some(text());
        table.lines.ignore = Some(text());
        (table.separator, table.quote, table.encoding) = (Some(text()), Some(text()), Some(text()));
        let field = |at: &(usize, usize)| table::FieldTable::at(format!("{}-{}", at.0, at.1));
        table.record.citizen = Some(field(&spans[0]));
        table.record.reference = Some(field(&spans[1]));
        table.record.deduction = Some(table::FieldTable::at(text()));
        table.record.period = Some(table::FieldTable { form: Some(text()), ..field(&spans[2]) });
        let built = Format::build("x", &table, &SERIES);
        prop_assert!(built.is_ok() || !built.unwrap_err().is_empty());
    }
}
