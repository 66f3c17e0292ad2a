#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::path::Path;

use super::*;
use crate::config::{Config, MINIMAL};

const SFTP: &str = "[sftp]\nhost = 'sftp.example.dk'\nuser = 'korsbaek'\n";

/// Whether the schema takes a configuration, and whether the program does.
fn taken(text: &str) -> (bool, bool) {
    let table: toml::Table = text.parse().unwrap_or_else(|error| panic!("{error}: {text}"));
    // An editor sees a date as a text.
    let json = serde_json::to_string(&table).unwrap();
    let dated = regex::Regex::new(r#"\{"\$__toml_private_datetime":("[^"]*")\}"#).unwrap();
    let json: Value = serde_json::from_str(&dated.replace_all(&json, "$1")).unwrap();
    let valid = jsonschema::draft202012::new(&schema()).unwrap().is_valid(&json);
    (valid, Config::of(Path::new("config.toml"), text.as_bytes().to_vec()).is_ok())
}

/// The example with its optional lines, but for those that others exclude.
fn whole_example() -> String {
    let line = |line: &str| match line.strip_prefix('#') {
        Some(used) if line.starts_with("#due =") || line.starts_with("#known_hosts") => format!("# {used}"),
        Some(used) if !used.starts_with(' ') => used.to_owned(),
        _ => line.to_owned(),
    };
    let whole = EXAMPLE.lines().map(line).collect::<Vec<_>>().join("\n");
    // The event log is Windows' own, and is off in the example.
    assert!(whole.contains("\n[[series]]\n") && whole.contains("\nsmtp_ca ="));
    whole
}

#[test]
fn it_is_a_schema_itself() {
    jsonschema::meta::validate(&schema()).unwrap();
}

#[test]
fn what_the_program_takes_it_takes() {
    let field = "[[series]]\nname = 'a'\nfiles = ['a']\nformat = 'f'\ndeduction = 'mad'\n[formats.f]\n";
    let right = [
        whole_example(),
        EXAMPLE.to_owned(),
        MINIMAL.to_owned(),
        SFTP.to_owned(),
        format!(
            "[calendar]\nruns = ['15. december 2026', 2027-01-14]\n[[series]]\nname = 'a'\nfiles = ['a']\ndue = 'run'\n{SFTP}"
        ),
        format!(
            "[scan]\nexclude = []\nsettle = '1h 30m'\nlargest = '2 MB'\n[alert]\nquiet_for = '3d'\n{SFTP}folder = ''\n"
        ),
        format!(
            "{SFTP}{field}kind = 'csv'\nheading = true\nquote = ''\n[formats.f.record]\ncitizen = {{ at = 'CPR', leading_zero = 'restore' }}\n\
             amount = {{ at = 2, unit = 'kroner', decimal = '.', sign = {{ at = 3, plus = 'D', minus = ['K', 'R'] }} }}\nreference = 4\n"
        ),
        format!(
            "{SFTP}{field}kind = 'xml'\nrecord_element = 'traek'\n[formats.f.record]\ncitizen = 'person/cpr'\n\
             amount = {{ at = 'beloeb', unit = 'øre' }}\n"
        ),
    ];
    for text in right {
        assert_eq!(taken(&text), (true, true), "{text}");
    }
}

#[test]
fn wrong_keys_types_and_choices_are_refused_by_both() {
    let top = |line: &str| format!("{line}\n{SFTP}");
    let series = |lines: &str| format!("{SFTP}[[series]]\nname = 'mad'\nfiles = ['mad_*']\n{lines}");
    let format = |lines: &str| {
        format!(
            "{SFTP}[[series]]\nname = 'a'\nfiles = ['a']\nformat = 'f'\ndeduction = 'mad'\n[formats.f]\n{lines}"
        )
    };
    let record = "[formats.f.record]\ncitizen = '1-10'\namount = { at = '11-20', unit = 'øre' }\n";
    let wrong = [
        String::new(),
        "[sftp]\nhost = 'sftp.example.dk'\n".to_owned(),
        top("langauge = 'da'"),
        top("[folder]\ndrop = 'x'"),
        top("language = 'dk'"),
        top("language = 1"),
        top("name = ''"),
        top("ledger = 'ledger.db'"),
        top("series = [1]"),
        top("[series]\nname = 'mad'"),
        top("[folders]\ndrop = ['a']"),
        top("[scan]\ninclude = '*'"),
        top("[scan]\ninclude = []"),
        top("[scan]\nsubfolders = 'ja'"),
        top("[scan]\nsettle = 10"),
        top("[scan]\nsettle = 'snart'"),
        top("[scan]\nlargest = '1024'"),
        top("[period]\nmonths_back = 121"),
        top("[period]\nmonths_back = 1.5"),
        top("[calendar]\nruns = '2026-12-15'"),
        top("[records]\nkeep = '2 years'"),
        top("[policy]\nunknown_period = 'skip'"),
        top("[policy]\nincomplete = 'skip'"),
        top("[policy]\ngone_after_publish = true"),
        top("[originals]\ndelivered = 'leave'"),
        top("[notify]\nmail_to = ['it@korsbaek.example.dk']"),
        top("[notify]\ncommand = []"),
        top("[alert]\nquiet_for = 3"),
        format!("{SFTP}password = 'x'"),
        format!("{SFTP}port = 0"),
        format!("{SFTP}port = '22'"),
        format!("{SFTP}verify = 'md5'"),
        format!("{SFTP}host_key = ['SHA256:AAA']"),
        format!("{SFTP}connections = 9"),
        format!("{SFTP}[[series]]\nname = 'mad'"),
        series("dueday = 20"),
        series("due_day = 32"),
        series("due_from = 'april'"),
        series("period_in = 'content'"),
        series("unusual = '50%'"),
        format("knd = 1"),
        format("kind = 'fixed'"),
        format(&format!("kind = 'excel'\n{record}")),
        format(&format!("kind = 'fixed'\nseparator = ';'\n{record}")),
        format(&format!("kind = 'xml'\n{record}")),
        format(&format!("kind = 'fixed'\nline_length = '80'\n{record}")),
        format(&format!("kind = 'fixed'\n{record}period = '21-26'")),
        format(&format!("kind = 'fixed'\n{record}reference = {{ at = '21-26', form = 'YYYYMM' }}")),
        format("kind = 'fixed'\n[formats.f.record]\ncitizen = '1-10'\namount = '11-20'"),
        format(
            "kind = 'fixed'\n[formats.f.record]\ncitizen = '1-10'\namount = { at = '11-20', unit = 'kr' }",
        ),
    ];
    for text in wrong {
        assert_eq!(taken(&text), (false, false), "{text}");
    }
}

/// The whole names of all keys, formats' with `*` for their names.
fn names(schema: &Value, above: &str, all: &mut BTreeSet<String>) {
    let parts = [&schema["items"], &schema["additionalProperties"], &schema["anyOf"][1]];
    for part in parts.into_iter().filter(|part| part.is_object()) {
        let format = if above == "formats" { "formats.*" } else { above };
        names(part, format, all);
    }
    for (key, below) in schema["properties"].as_object().into_iter().flatten() {
        let name = whole(above, key);
        assert!(!name.starts_with("series.") || below["type"] != "object");
        let is_section = below["type"] == "object" && !name.starts_with("formats.*")
            || below["items"].is_object() && key == "series";
        let described = below["description"].as_str().is_some_and(|text| !text.is_empty());
        assert!(described || is_section, "{name} has no description");
        all.insert(name.clone());
        names(below, &name, all);
    }
}

#[test]
fn it_has_the_keys_of_the_example_and_the_example_its_keys() {
    let mut all = BTreeSet::new();
    names(&schema(), "", &mut all);
    let said: BTreeSet<String> = example().into_keys().collect();
    let missing: Vec<&String> =
        said.iter().filter(|key| *key != "formats.*" && !all.contains(*key)).collect();
    assert!(missing.is_empty(), "not in the schema: {missing:?}");
    let only_described =
        ["separator", "quote", "heading", "record_element", "deduction", "municipality", "debit", "credit"];
    let fields = ["at", "unit", "decimal", "sign", "form", "leading_zero", "plus", "minus", "zero"];
    let more = |key: &str| {
        key.starts_with("formats.*.")
            && [&only_described[..], &fields].concat().iter().any(|last| key.ends_with(&format!(".{last}")))
    };
    let unsaid: Vec<&String> =
        all.iter().filter(|key| !said.contains(*key) && *key != "formats" && !more(key)).collect();
    assert!(unsaid.is_empty(), "not in the example: {unsaid:?}");
    assert!(all.len() > 120, "{all:?}");
}

#[test]
fn it_gives_the_defaults_that_the_program_takes() {
    let schema = schema();
    let default =
        |section: &str, key: &str| schema["properties"][section]["properties"][key]["default"].clone();
    assert_eq!(default("sftp", "port"), json!(22));
    assert_eq!(default("scan", "settle"), json!("10s"));
    assert_eq!(default("policy", "slot_taken"), json!("hold"));
    assert_eq!(default("notify", "monthly"), json!(false));
    assert_eq!(default("sftp", "host"), Value::Null, "the example's server is nobody's");
}
