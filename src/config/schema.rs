//! The JSON Schema of the configuration, by which editors complete and check it.
//!
//! Which keys there are, and what they take, is what reading a configuration asks for (`sections::keys`, `formats::FORMAT`); what
//! they mean and their defaults stand in `config.example.toml`, in both languages. So nothing of it is written down a second time.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::formats::{FORMAT, Shape};
use super::notify::MAIL;
use super::reader::{KeyRead, Keys, Wants};
use super::sections;
use crate::messages::{Language, config as say, formats as say_format, language};
use crate::names::unfinished_files;

/// The example, which names every key with its default.
const EXAMPLE: &str = include_str!("../../config.example.toml");

/// What more is known of texts than that they are texts. What is not listed takes any.
const PATTERNS: [(&str, &str); 10] = [
    ("scan.settle", DURATION),
    ("scan.largest", r"^\s*[0-9.]+\s*[A-Za-z]+\s*$"),
    ("series.due_from", MONTH),
    ("series.not_due", MONTH),
    ("series.unusual", r"^[0-9]+\s*%$"),
    ("records.keep", r"^\s*[0-9]+\s*months?$"),
    ("sftp.host_key", r"^SHA256:[A-Za-z0-9+/]{43}$"),
    ("sftp.timeout", DURATION),
    ("originals.keep_archive", DURATION),
    ("alert", DURATION),
];
/// A length of time, or `never`.
const DURATION: &str = r"^\s*(never|0|([0-9.]+\s*[A-Za-zµ]+\s*)+)$";
/// A month.
const MONTH: &str = "^[0-9]{4}-(0[1-9]|1[0-2])$";

/// The keys of fields, and those that must be there, by what the field is.
const PLAIN: (&[&str], &[&str]) = (&["at"], &["at"]);
const CITIZEN: (&[&str], &[&str]) = (&["at", "leading_zero"], &["at"]);
const AMOUNT: (&[&str], &[&str]) = (&["at", "unit", "decimal", "sign"], &["at", "unit"]);
const PERIOD: (&[&str], &[&str]) = (&["at", "form"], &["at", "form"]);

/// The JSON Schema (draft 2020-12) of a configuration, in the language that is spoken.
#[must_use]
pub(crate) fn schema() -> Value {
    let example = example();
    let keys = sections::keys();
    let mut schema = section("", &keys, &example);
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("title".to_owned(), json!(say::schema_title()));
    Value::Object(schema)
}

/// What the example says of a key or a section.
#[derive(Default)]
struct Said {
    description: String,
    /// The value where the example sets it, which is then the default.
    default: Option<Value>,
}

type Example = BTreeMap<String, Said>;

/// What the example says of each key by its whole name, such as `sftp.port`. A format's name is `*`.
fn example() -> Example {
    let (mut said, mut section, mut comments) = (Example::new(), String::new(), Vec::new());
    for line in EXAMPLE.lines() {
        if let Some(comment) = line.strip_prefix("# ") {
            comments.push(comment);
            continue;
        }
        let comments = std::mem::take(&mut comments);
        let (used, optional) = (line.trim_start_matches('#'), line.starts_with('#'));
        let key = if used.starts_with('[') {
            section = used.trim_matches(['[', ']']).replace("madservice", "*");
            section.clone()
        } else if let Some((key, _)) = used.split_once(" = ") {
            whole(&section, key)
        } else {
            continue;
        };
        let value = if optional || used.starts_with('[') { None } else { value(used) };
        said.insert(key, Said { description: spoken(&comments), default: value });
    }
    said
}

/// The lines of the comment in the language that is spoken: Danish and English take turns.
fn spoken(comments: &[&str]) -> String {
    let first = match language() {
        Language::Da => 0,
        Language::En => 1,
    };
    comments.iter().skip(first).step_by(2).copied().collect::<Vec<_>>().join(" ")
}

/// The value of a line `key = value`.
fn value(line: &str) -> Option<Value> {
    let table: toml::Table = line.parse().ok()?;
    serde_json::to_value(table.into_iter().next()?.1).ok()
}

fn whole(section: &str, key: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
}

/// A section that takes these keys and no other.
fn object(properties: Map<String, Value>, required: &[&str]) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert("type".to_owned(), json!("object"));
    object.insert("properties".to_owned(), Value::Object(properties));
    object.insert("additionalProperties".to_owned(), json!(false));
    if !required.is_empty() {
        object.insert("required".to_owned(), json!(required));
    }
    object
}

/// The keys of a section, and of those below it.
fn section(name: &str, keys: &Keys, example: &Example) -> Map<String, Value> {
    let mut properties = Map::new();
    for read in keys.read.iter().filter(|read| read.section == name) {
        let key = whole(name, read.key);
        let is_required = keys.required.contains(&(read.section, read.key));
        let mut of_key = takes(read, &key, keys, example);
        describe(&mut of_key, example.get(&key).map(|said| said.description.as_str()));
        if let Some(default) = default(&key, example).filter(|_| !is_required) {
            of_key.insert("default".to_owned(), default);
        }
        properties.insert(read.key.to_owned(), Value::Object(of_key));
    }
    let mut required: Vec<&str> =
        keys.required.iter().filter(|(section, _)| *section == name).map(|(_, key)| *key).collect();
    // A section with a key that must be there must be there itself, unless it may be there many times.
    let with_needs = |read: &&KeyRead| {
        read.section == name
            && read.wants == Wants::Section
            && keys.required.iter().any(|(section, _)| *section == read.key)
    };
    required.extend(keys.read.iter().filter(with_needs).map(|read| read.key));
    let mut object = object(properties, &required);
    object.extend(together(name));
    object
}

/// What a key takes.
fn takes(read: &KeyRead, key: &str, keys: &Keys, example: &Example) -> Map<String, Value> {
    let pattern =
        PATTERNS.iter().find(|(of, _)| *of == key || *of == read.section).map(|(_, pattern)| *pattern);
    let text = |may_be_empty: bool| match (pattern, may_be_empty) {
        (Some(pattern), _) => json!({"type": "string", "pattern": pattern}),
        (None, true) => json!({"type": "string"}),
        (None, false) => json!({"type": "string", "minLength": 1}),
    };
    let value = match &read.wants {
        Wants::Text { may_be_empty } => text(*may_be_empty),
        Wants::Flag => json!({"type": "boolean"}),
        Wants::Number { least, most } => json!({"type": "integer", "minimum": least, "maximum": most}),
        Wants::OneOf(words) => json!({"type": "string", "enum": words}),
        Wants::Texts { may_be_empty } => {
            let least = usize::from(!may_be_empty);
            json!({"type": "array", "items": text(false), "minItems": least})
        }
        Wants::Section => Value::Object(section(read.key, keys, example)),
        Wants::Entries => json!({"type": "array", "items": section(read.key, keys, example)}),
        Wants::Tables => json!({"type": "object", "additionalProperties": format(example)}),
    };
    into_map(value)
}

fn into_map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn describe(schema: &mut Map<String, Value>, description: Option<&str>) {
    if let Some(description) = description.filter(|description| !description.is_empty()) {
        schema.insert("description".to_owned(), json!(description));
    }
}

/// The default of a key; none where it has none, or it depends on others.
fn default(key: &str, example: &Example) -> Option<Value> {
    match key {
        "scan.exclude" => Some(json!(unfinished_files())),
        // In the example the whole series is optional, so none of its keys is set there.
        "series.period_in" => Some(json!("name")),
        "series.per_period" => Some(json!("one")),
        "series.route" => Some(json!("us")),
        _ => example.get(key)?.default.clone(),
    }
}

/// Which keys of a section need or exclude each other.
fn together(section: &str) -> Map<String, Value> {
    into_map(match section {
        "series" => json!({
            "dependentRequired": {"deduction": ["format"], "largest_amount": ["format"], "unusual": ["format"]},
            "not": {"required": ["due", "due_day"]},
            "if": {"properties": {"period_in": {"const": "content"}}, "required": ["period_in"]},
            "then": {"required": ["period"]},
        }),
        "notify" => {
            let needed = json!(["mail_to", "mail_from", "smtp_host"]);
            let mut needs: Map<String, Value> =
                MAIL.iter().map(|key| ((*key).to_owned(), needed.clone())).collect();
            let with_user = json!(["mail_to", "mail_from", "smtp_host", "smtp_user"]);
            needs.insert("smtp_password_file".to_owned(), with_user);
            json!({"dependentRequired": needs})
        }
        _ => json!({}),
    })
}

/// `[formats.x]`.
fn format(example: &Example) -> Map<String, Value> {
    let mut format = table("formats.*", FORMAT, &["kind", "record"], example);
    let forbidden = |keys: &[&str]| {
        let properties: Map<String, Value> =
            keys.iter().map(|key| ((*key).to_owned(), json!(false))).collect();
        json!({"properties": properties})
    };
    let of_kind =
        |kind: &str, then: Value| json!({"if": {"properties": {"kind": {"const": kind}}}, "then": then});
    let mut xml = into_map(forbidden(&["line_length", "separator", "quote", "heading", "lines"]));
    xml.insert("required".to_owned(), json!(["record_element"]));
    let kinds = json!([
        of_kind("fixed", forbidden(&["separator", "quote", "heading", "record_element"])),
        of_kind("csv", forbidden(&["line_length", "record_element"])),
        of_kind("xml", Value::Object(xml)),
    ]);
    format.insert("allOf".to_owned(), kinds);
    describe(&mut format, example.get("formats.*").map(|said| said.description.as_str()));
    format
}

/// A table of a format, by the types that its keys take.
fn table(name: &str, keys: &[(&str, Shape)], required: &[&str], example: &Example) -> Map<String, Value> {
    let mut properties = Map::new();
    for (key, shape) in keys {
        let whole = format!("{name}.{key}");
        let mut of_key = shaped(&whole, key, shape, example);
        let description = example.get(&whole).map_or_else(|| meaning(key), |said| said.description.clone());
        describe(&mut of_key, Some(&description));
        properties.insert((*key).to_owned(), Value::Object(of_key));
    }
    object(properties, required)
}

fn shaped(name: &str, key: &str, shape: &Shape, example: &Example) -> Map<String, Value> {
    let place = json!([{"type": "string", "minLength": 1}, {"type": "integer", "minimum": 1}]);
    let value = match shape {
        Shape::Text => match key {
            "kind" => json!({"type": "string", "enum": ["fixed", "csv", "xml"]}),
            "unit" => json!({"type": "string", "enum": ["øre", "kroner"]}),
            "decimal" => json!({"type": "string", "enum": [",", "."], "default": ","}),
            "leading_zero" => json!({"type": "string", "enum": ["restore"]}),
            "separator" => json!({"type": "string", "minLength": 1, "maxLength": 1, "default": ";"}),
            "quote" => json!({"type": "string", "maxLength": 1, "default": "\""}),
            _ => json!({"type": "string"}),
        },
        Shape::Number => json!({"type": "integer", "minimum": 1}),
        Shape::Flag => json!({"type": "boolean", "default": false}),
        Shape::Words => {
            json!({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})
        }
        Shape::Table(keys) => {
            let required: &[&str] = if key == "record" { &["citizen", "amount"] } else { &[] };
            Value::Object(table(name, keys, required, example))
        }
        Shape::Place([]) => json!({"anyOf": place}),
        Shape::Place(keys) => field(name, key, keys, example),
    };
    into_map(value)
}

/// A field: a place alone, or a table that says how it is written.
fn field(name: &str, key: &str, keys: &[(&str, Shape)], example: &Example) -> Value {
    let place = json!({"type": ["string", "integer"]});
    let (own, required) = match key {
        "sign" => return json!({"anyOf": [place, table(name, keys, &[], example)]}),
        "citizen" => CITIZEN,
        "amount" | "sum" | "debit" | "credit" => AMOUNT,
        "period" => PERIOD,
        _ => PLAIN,
    };
    let mut whole = table(name, keys, required, example);
    if let Some(Value::Object(properties)) = whole.get_mut("properties") {
        properties.retain(|key, _| own.contains(&key.as_str()));
    }
    let is_enough_alone = required == ["at"];
    if is_enough_alone { json!({"anyOf": [place, whole]}) } else { Value::Object(whole) }
}

/// What a key of a format means that the example does not use.
fn meaning(key: &str) -> String {
    match key {
        "separator" => say_format::about_separator(),
        "quote" => say_format::about_quote(),
        "heading" => say_format::about_heading(),
        "record_element" => say_format::about_record_element(),
        "deduction" => say_format::about_deduction(),
        "municipality" => say_format::about_municipality(),
        "debit" => say_format::about_debit(),
        "credit" => say_format::about_credit(),
        "at" => say_format::about_at(),
        "unit" => say_format::about_unit(),
        "decimal" => say_format::about_decimal(),
        "sign" => say_format::about_sign(),
        "form" => say_format::about_form(),
        "leading_zero" => say_format::about_leading_zero(),
        "plus" => say_format::about_plus(),
        "minus" => say_format::about_minus(),
        "zero" => say_format::about_zero(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests;
