//! `[formats.x]`, what `[[series]]` says of its content, and the policies about it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use toml::{Table, Value};

use super::reader::{Problems, Section, unknown_key, wrong_type};
use crate::digest::Digest;
use crate::messages::{config as say, formats as say_format};
use crate::model::policy::{ContentPolicy, ContentRule as Choice};
use crate::names;
use crate::records::amount::Ore;
use crate::records::content::{ContentRule, SharedSecret};
use crate::records::format::table::FormatTable;
use crate::records::format::{FaultKind, Format, FormatFault, Kind, SeriesUse};
use crate::records::totals::Percent;
use crate::series::{PerPeriod, SeriesRule};

/// What `[[series]]` says of the content of its files.
pub(super) struct ContentKeys {
    series: String,
    many: bool,
    format: Option<String>,
    deduction: Option<String>,
    largest: Option<Ore>,
    unusual: Option<Percent>,
}

impl ContentKeys {
    /// Reads the keys of one series; `formats` are the tables that it may name.
    pub(super) fn read(of: &mut Section, rule: &SeriesRule, formats: &Table) -> ContentKeys {
        let has_format = of.has("format");
        for key in ["deduction", "largest_amount", "unusual"] {
            if of.has(key) && !has_format {
                of.problem(key, say_format::only_with_format());
            }
        }
        let near = |name: &str| names::nearest(name, formats.keys().map(String::as_str));
        let format = of.parsed("format", |name| match (formats.contains_key(name), near(name)) {
            (true, _) => Ok(name.to_owned()),
            (false, Some(near)) => Err(say_format::no_such_format(&say::shown(name), &say::shown(near))),
            (false, None) => Err(say_format::no_formats(&say::shown(name))),
        });
        ContentKeys {
            series: rule.name.clone(),
            many: rule.per_period == PerPeriod::Many,
            format,
            deduction: of.text("deduction"),
            largest: of.parsed("largest_amount", |text| match Ore::from_kroner(text) {
                Ok(amount) if amount > Ore::ZERO => Ok(amount),
                _ => Err(say_format::not_an_amount(&say::shown(text))),
            }),
            unusual: of.parsed("unusual", |text| {
                text.parse().map_err(|_| say_format::not_percent(&say::shown(text)))
            }),
        }
    }

    /// The rule for its files; none without a format, or with one that is wrong.
    ///
    /// `written` are the tables of the formats as they stand, and `secret` is what all rules share.
    pub(super) fn with(
        self,
        formats: &BTreeMap<String, Arc<Format>>,
        written: &Table,
        secret: &SharedSecret,
    ) -> Option<ContentRule> {
        let name = self.format?;
        let format = Arc::clone(formats.get(&name)?);
        let by = description(written.get(&name)?, self.deduction.as_deref().unwrap_or_default());
        Some(ContentRule {
            name,
            format,
            deduction: self.deduction.unwrap_or_default(),
            largest: self.largest,
            unusual: self.unusual,
            many: self.many,
            by,
            secret: Arc::clone(secret),
        })
    }
}

/// How kinds and references are spelled in keys. Another number has the keys made again from the archive.
const SPELLING: u32 = 2;

/// What tells a format with a series' kind of deduction from every other: 16 hexadecimal digits.
fn description(written: &Value, deduction: &str) -> String {
    let digest = Digest::of(format!("{SPELLING}\n{written:?}\n{deduction:?}").as_bytes()).to_string();
    digest[..16].to_owned()
}

/// Builds every format; what is wrong with one is noted, and the others are built all the same.
pub(super) fn build(
    formats: &Table,
    series: &[ContentKeys],
    problems: &Problems,
) -> BTreeMap<String, Arc<Format>> {
    let mut built = BTreeMap::new();
    for (name, value) in formats.clone() {
        let uses: Vec<SeriesUse> = series
            .iter()
            .filter(|keys| keys.format.as_deref() == Some(&name))
            .map(|keys| SeriesUse { name: &keys.series, deduction: keys.deduction.as_deref() })
            .collect();
        match format(&name, value, &uses) {
            Ok(format) => drop(built.insert(name, Arc::new(format))),
            Err(wrong) => problems.borrow_mut().extend(wrong),
        }
    }
    built
}

fn format(name: &str, value: Value, uses: &[SeriesUse]) -> Result<Format, Vec<String>> {
    let root = format!("formats.{name}");
    let mut types = Types::default();
    let value = types.shaped(&root, &Shape::Table(FORMAT), value);
    let noted = |key: &str| types.wrong.iter().any(|(known, _)| key == known || below(key, known));
    let line = |key: &str, what: &str| format!("{}: {what}", say::shown(key));
    let of_types = || types.wrong.iter().map(|(key, what)| line(key, what)).collect::<Vec<String>>();
    let table = match value.map(FormatTable::deserialize) {
        Some(Ok(table)) => table,
        // every value has the type that it needs by now, so only what was noted is in the way
        Some(Err(error)) if types.wrong.is_empty() => {
            return Err(vec![line(&root, &say_format::not_a_format(&say::shown(&error.to_string())))]);
        }
        _ => return Err(of_types()),
    };
    let faults = match Format::build(name, &table, uses) {
        Ok(format) if types.wrong.is_empty() => return Ok(format),
        Ok(_) => Vec::new(),
        Err(faults) => faults,
    };
    let mut wrong = of_types();
    wrong.extend(
        faults.iter().filter(|fault| !noted(&fault.key)).map(|fault| line(&fault.key, &words(fault))),
    );
    Err(wrong)
}

/// Whether a key stands below another.
fn below(key: &str, other: &str) -> bool {
    key.strip_prefix(other).is_some_and(|rest| rest.starts_with('.'))
}

/// What a value must be.
pub(super) enum Shape {
    Text,
    Number,
    Flag,
    /// A place alone, or a table with these keys.
    Place(&'static [(&'static str, Shape)]),
    /// One text, or several.
    Words,
    Table(&'static [(&'static str, Shape)]),
}

const SIGN: &[(&str, Shape)] =
    &[("at", Shape::Place(&[])), ("plus", Shape::Words), ("minus", Shape::Words), ("zero", Shape::Words)];
const FIELD: &[(&str, Shape)] = &[
    ("at", Shape::Place(&[])),
    ("unit", Shape::Text),
    ("decimal", Shape::Text),
    ("thousands", Shape::Text),
    ("sign", Shape::Place(SIGN)),
    ("form", Shape::Text),
    ("leading_zero", Shape::Text),
];
const LINES: &[(&str, Shape)] =
    &[("header", Shape::Text), ("record", Shape::Text), ("trailer", Shape::Text), ("ignore", Shape::Text)];
const RECORD: &[(&str, Shape)] = &[
    ("citizen", Shape::Place(FIELD)),
    ("amount", Shape::Place(FIELD)),
    ("deduction", Shape::Place(FIELD)),
    ("reference", Shape::Place(FIELD)),
    ("period", Shape::Place(FIELD)),
];
const HEADER: &[(&str, Shape)] = &[("period", Shape::Place(FIELD)), ("municipality", Shape::Place(FIELD))];
const TRAILER: &[(&str, Shape)] = &[
    ("records", Shape::Place(FIELD)),
    ("sum", Shape::Place(FIELD)),
    ("debit", Shape::Place(FIELD)),
    ("credit", Shape::Place(FIELD)),
];
/// The keys of `[formats.x]`.
pub(super) const FORMAT: &[(&str, Shape)] = &[
    ("kind", Shape::Text),
    ("encoding", Shape::Text),
    ("line_length", Shape::Number),
    ("separator", Shape::Text),
    ("quote", Shape::Text),
    ("heading", Shape::Flag),
    ("record_element", Shape::Text),
    ("lines", Shape::Table(LINES)),
    ("record", Shape::Table(RECORD)),
    ("header", Shape::Table(HEADER)),
    ("trailer", Shape::Table(TRAILER)),
];

/// The values of a wrong type, each by its whole key.
#[derive(Default)]
struct Types {
    wrong: Vec<(String, String)>,
}

impl Types {
    /// The value without what has a wrong type, which is noted; none where that is all of it.
    fn shaped(&mut self, key: &str, shape: &Shape, value: Value) -> Option<Value> {
        let wanted = match (shape, value) {
            (Shape::Text | Shape::Words | Shape::Place(_), value @ Value::String(_))
            | (Shape::Number, value @ Value::Integer(_))
            | (Shape::Flag, value @ Value::Boolean(_)) => return Some(value),
            (Shape::Place(_), Value::Integer(number)) if u32::try_from(number).is_ok() => {
                return Some(Value::Integer(number));
            }
            (Shape::Words, Value::Array(words)) if words.iter().all(Value::is_str) => {
                return Some(Value::Array(words));
            }
            (Shape::Table(keys), Value::Table(table)) => return Some(self.table(key, keys, table)),
            (Shape::Place(keys), Value::Table(table)) if !keys.is_empty() => {
                return Some(self.table(key, keys, table));
            }
            (shape, value) => (shape, value),
        };
        let (shape, value) = wanted;
        let wants = match shape {
            Shape::Text => say::wants_text(),
            Shape::Number => say::wants_number(),
            Shape::Flag => say::wants_flag(),
            Shape::Place(_) => say_format::wants_place(),
            Shape::Words => say::wants_list(),
            Shape::Table(_) => say::wants_section(key),
        };
        self.wrong.push((key.to_owned(), wrong_type(&value, &wants)));
        None
    }

    fn table(&mut self, key: &str, keys: &[(&str, Shape)], table: Table) -> Value {
        let value = |(name, value): (String, Value)| {
            let whole = format!("{key}.{name}");
            match keys.iter().find(|(known, _)| *known == name) {
                Some((_, shape)) => Some((name, self.shaped(&whole, shape, value)?)),
                // a key that nobody knows is told of with its nearest one
                None => Some((name, value)),
            }
        };
        Value::Table(table.into_iter().filter_map(value).collect())
    }
}

/// What is wrong with a key, and what to write.
fn words(fault: &FormatFault) -> String {
    let choices = |words: &[&str]| {
        let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
        quoted.join(", ")
    };
    match &fault.problem {
        FaultKind::Missing => say::required(),
        FaultKind::UnknownKey { nearest } => unknown_key(*nearest),
        FaultKind::NotForKind(kind) => say_format::not_for_kind(kind_word(*kind)),
        FaultKind::NotForField => say_format::not_for_field(),
        FaultKind::OnlyWith { key, value } => say_format::only_with(key, value),
        FaultKind::NotOneOf(words) => say_format::not_one_of(&choices(words)),
        FaultKind::UnknownEncoding => say_format::unknown_encoding(),
        FaultKind::NotACharacter => say_format::not_a_character(),
        FaultKind::OutOfRange { most } => say_format::out_of_range(*most),
        FaultKind::Expression(why) => {
            let lines: Vec<String> = why.lines().map(|line| format!("      {}", say::shown(line))).collect();
            say::bad_expression(&lines.join("\n"))
        }
        FaultKind::NeverFits => say_format::never_fits(),
        FaultKind::FitsEvery => say_format::fits_every(),
        FaultKind::NotAPlace(Kind::Fixed) => say_format::not_a_span(),
        FaultKind::NotAPlace(Kind::Csv) => say_format::not_a_column(),
        FaultKind::NotAPlace(Kind::Xml) => say_format::not_a_path(),
        FaultKind::NoHeadings => say_format::no_headings(),
        FaultKind::PastLine { last, line_length } => say_format::past_line(*last, *line_length),
        FaultKind::Overlaps { with } => say_format::overlaps(&say::shown(with)),
        FaultKind::NotAPeriodForm => say_format::not_a_period_form(),
        FaultKind::FormLength { form, field } => say_format::form_length(*form, *field),
        FaultKind::SignWords => say_format::sign_words(),
        FaultKind::NeedsLines { key } => say_format::needs_lines(key),
        FaultKind::NoDeduction { series } => say_format::no_deduction(&say::shown(series)),
    }
}

fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Fixed => "fixed",
        Kind::Csv => "csv",
        Kind::Xml => "xml",
    }
}

/// The policies about what is in a file.
pub(super) fn policy(of: &mut Section) -> ContentPolicy {
    const THREE: [(&str, Choice); 3] =
        [("hold", Choice::Hold), ("send", Choice::Send), ("observe", Choice::Observe)];
    const FOUR: [(&str, Choice); 4] = [("wait", Choice::Wait), THREE[0], THREE[1], THREE[2]];
    let usual = ContentPolicy::USUAL;
    ContentPolicy {
        incomplete: of.choice("incomplete", &FOUR).unwrap_or(usual.incomplete),
        unreadable_record: of.choice("unreadable_record", &THREE).unwrap_or(usual.unreadable_record),
        totals_differ: of.choice("totals_differ", &THREE).unwrap_or(usual.totals_differ),
        other_period: of.choice("other_period", &THREE).unwrap_or(usual.other_period),
        records_delivered: of.choice("records_delivered", &THREE).or(usual.records_delivered),
        records_repeat: of.choice("records_repeat", &THREE).or(usual.records_repeat),
        totals_repeat: of.choice("totals_repeat", &THREE).unwrap_or(usual.totals_repeat),
        unusual_total: of.choice("unusual_total", &THREE).unwrap_or(usual.unusual_total),
        amount_over: of.choice("amount_over", &THREE).unwrap_or(usual.amount_over),
    }
}
