//! A draft as the text of a configuration.

use std::fmt::Write as _;

use super::{Guess, Part, Sureness};
use crate::records::format::table::{FieldTable, SignTable};

/// What a person should know of a draft; words are found elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// At the top: so many records were read, and whether all of the sample was.
    Read {
        /// How many.
        records: u64,
        /// Whether nothing of the sample was left unread or did not add up.
        all: bool,
    },
    /// How sure a part is.
    Part(Part),
    /// The kind of deduction was not told: the series says it, or a field must be named.
    Deduction,
    /// The amounts have no decimals, so they may be kroner or øre.
    Unit,
    /// What tells several records of one citizen apart was not told, and may be named.
    Reference {
        /// How many records are for a citizen who has one before.
        repeats: u64,
        /// Whether a place that tells them apart follows.
        found: bool,
    },
}

/// Finds the words for what a person should know.
pub trait Comments {
    /// The text of a remark, without the sign of a comment; may have several lines. Empty says nothing.
    fn text(&self, remark: Remark) -> String;
}

impl<F: Fn(Remark) -> String> Comments for F {
    fn text(&self, remark: Remark) -> String {
        self(remark)
    }
}

/// The text so far.
struct Writer<'a> {
    text: String,
    guess: &'a Guess,
    comments: &'a dyn Comments,
    name: &'a str,
}

pub(super) fn toml(guess: &Guess, name: &str, comments: &dyn Comments) -> String {
    let mut writer = Writer { text: String::new(), guess, comments, name };
    let table = &guess.table;
    writer.remark(Remark::Read { records: guess.reading.totals.records, all: guess.reads_the_sample() });
    writer.section("");
    writer.text("kind", table.kind.as_deref());
    writer.text("encoding", table.encoding.as_deref());
    if let Some(length) = table.line_length {
        writer.line(&format!("line_length = {length}"));
    }
    writer.text("separator", table.separator.as_deref());
    if let Some(heading) = table.heading {
        writer.line(&format!("heading = {heading}"));
    }
    writer.text("record_element", table.record_element.as_deref());
    let lines = [&table.lines.header, &table.lines.record, &table.lines.trailer, &table.lines.ignore];
    if lines.iter().any(|line| line.is_some()) {
        writer.section(".lines");
        for (key, line) in ["header", "record", "trailer", "ignore"].into_iter().zip(lines) {
            writer.text(key, line.as_deref());
        }
    }
    writer.section(".record");
    writer.field("record.citizen", table.record.citizen.as_ref());
    writer.field("record.amount", table.record.amount.as_ref());
    if !guess.unit_is_shown {
        writer.remark(Remark::Unit);
    }
    writer.remark(Remark::Deduction);
    writer.line("# deduction = \"\"");
    writer.remark(Remark::Reference { repeats: guess.repeats, found: guess.reference.is_some() });
    writer.line(&format!("# reference = {}", quoted(guess.reference.as_deref().unwrap_or_default())));
    writer.field("record.period", table.record.period.as_ref());
    if table.header.period.is_some() {
        writer.section(".header");
        writer.field("header.period", table.header.period.as_ref());
    }
    let trailer = &table.trailer;
    let fields = [&trailer.records, &trailer.sum, &trailer.debit, &trailer.credit];
    if fields.iter().any(|field| field.is_some()) {
        writer.section(".trailer");
        for (key, field) in
            ["trailer.records", "trailer.sum", "trailer.debit", "trailer.credit"].into_iter().zip(fields)
        {
            writer.field(key, field.as_ref());
        }
    }
    writer.text
}

impl Writer<'_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn remark(&mut self, remark: Remark) {
        for line in self.comments.text(remark).lines() {
            self.line(format!("# {line}").trim_end());
        }
    }

    fn section(&mut self, part: &str) {
        if !part.is_empty() {
            self.line("");
        }
        let name = self.name;
        let bare = !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        let name = if bare { name.to_owned() } else { quoted(name) };
        self.line(&format!("[formats.{name}{part}]"));
    }

    fn text(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.line(&format!("{key} = {}", quoted(value)));
        }
    }

    fn field(&mut self, key: &'static str, field: Option<&FieldTable>) {
        let Some(field) = field else { return };
        let known = self.guess.parts.iter().find(|part| part.key == key);
        self.remark(Remark::Part(known.cloned().unwrap_or(Part::new(key, Sureness::Guessed))));
        let short = key.rsplit('.').next().unwrap_or(key);
        self.line(&format!("{short} = {}", inline(field)));
    }
}

fn inline(field: &FieldTable) -> String {
    let mut keys = Vec::new();
    let at = quoted(field.at.as_deref().unwrap_or_default());
    let texts = [
        ("unit", &field.unit),
        ("decimal", &field.decimal),
        ("thousands", &field.thousands),
        ("form", &field.form),
        ("leading_zero", &field.leading_zero),
    ];
    for (key, value) in texts {
        if let Some(value) = value {
            keys.push(format!("{key} = {}", quoted(value)));
        }
    }
    if let Some(sign) = &field.sign {
        keys.push(format!("sign = {}", inline_sign(sign)));
    }
    if keys.is_empty() { at } else { format!("{{ at = {at}, {} }}", keys.join(", ")) }
}

fn inline_sign(sign: &SignTable) -> String {
    let at = quoted(sign.at.as_deref().unwrap_or_default());
    let mut keys = String::new();
    for (key, words) in [("plus", &sign.plus), ("minus", &sign.minus), ("zero", &sign.zero)] {
        let Some(words) = words else { continue };
        let words: Vec<String> = words.clone().list().iter().map(|word| quoted(word)).collect();
        // writing to a text cannot fail
        let _ = match &words[..] {
            [word] => write!(keys, ", {key} = {word}"),
            words => write!(keys, ", {key} = [{}]", words.join(", ")),
        };
    }
    if keys.is_empty() { at } else { format!("{{ at = {at}{keys} }}") }
}

/// A text as TOML writes it: as it is between single quotes where it can stand there.
fn quoted(text: &str) -> String {
    if text.contains(['\\', '"']) && !text.contains(|c: char| c == '\'' || c.is_control()) {
        return format!("'{text}'");
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
