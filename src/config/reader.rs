//! Reads a section of the configuration key by key, and collects all problems instead of stopping at the first.

use std::cell::RefCell;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytesize::ByteSize;
use toml::{Table, Value};

use super::glob::glob;
use crate::messages::{calendar, config as say};
use crate::template::{Placeholder, Template, TemplateError};

/// The problems with keys and values, in the order in which these are read.
pub(super) type Problems = RefCell<Vec<String>>;

/// A section, or an entry of a list of sections. Reading a key takes it out, so the keys that are left when the section is
/// closed are unknown ones.
pub(super) struct Section<'a> {
    title: String,
    table: Table,
    known: Vec<&'static str>,
    /// The configuration's folder, from which relative paths count.
    base: &'a Path,
    problems: &'a Problems,
}

impl<'a> Section<'a> {
    /// The keys before the first section.
    pub(super) fn top(table: Table, base: &'a Path, problems: &'a Problems) -> Section<'a> {
        Section { title: String::new(), table, known: Vec::new(), base, problems }
    }

    /// The section `[key]`; an empty one where the file has none.
    pub(super) fn section(&mut self, key: &'static str) -> Section<'a> {
        let table = self.read(key, |value| match value {
            Value::Table(table) => Ok(table),
            other => Err(wrong_type(&other, &say::wants_section(key))),
        });
        self.part(format!("[{key}]"), table.unwrap_or_default())
    }

    /// All sections `[[key]]`, in their order.
    pub(super) fn entries(&mut self, key: &'static str) -> Vec<Section<'a>> {
        let tables = self.read(key, |value| {
            let Value::Array(values) = value else {
                return Err(wrong_type(&value, &say::wants_entries(key)));
            };
            let table = |value| match value {
                Value::Table(table) => Ok(table),
                other => Err(wrong_type(&other, &say::wants_entries(key))),
            };
            values.into_iter().map(table).collect::<Result<Vec<Table>, String>>()
        });
        let titled = |(number, table): (usize, Table)| {
            let name =
                table.get("name").and_then(Value::as_str).map(|name| format!(" ({})", say::shown(name)));
            self.part(say::entry(key, number, &name.unwrap_or_default()), table)
        };
        (1..).zip(tables.unwrap_or_default()).map(titled).collect()
    }

    /// The tables `[key.name]`, as they are written.
    pub(super) fn tables(&mut self, key: &'static str) -> Table {
        let table = self.read(key, |value| match value {
            Value::Table(table) => Ok(table),
            other => Err(wrong_type(&other, &say::wants_section(key))),
        });
        table.unwrap_or_default()
    }

    fn part(&self, title: String, table: Table) -> Section<'a> {
        Section { title, table, known: Vec::new(), base: self.base, problems: self.problems }
    }

    /// Ends the section and notes every key that was not read as unknown.
    pub(super) fn close(mut self) {
        for key in std::mem::take(&mut self.table).into_iter().map(|(key, _)| key) {
            let likeness = |known: &&&str| strsim::jaro_winkler(known, &key.to_lowercase());
            let near = self.known.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
            self.problem(&say::shown(&key), say::unknown_key(near.copied().unwrap_or_default()));
        }
    }

    /// Whether the section has this key and it was not read yet.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Notes a problem with a key.
    pub(super) fn problem(&self, key: &str, what: impl Display) {
        let space = if self.title.is_empty() { "" } else { " " };
        self.problems.borrow_mut().push(format!("{}{space}{key}: {what}", self.title));
    }

    /// Takes out a key's value and parses it; none where the key is missing, or its value is wrong, which is then noted.
    fn read<T>(&mut self, key: &'static str, read: impl FnOnce(Value) -> Result<T, String>) -> Option<T> {
        self.known.push(key);
        read(self.table.remove(key)?).map_err(|what| self.problem(key, what)).ok()
    }

    /// A text, parsed by `read`.
    pub(super) fn parsed<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        self.read(key, |value| read(text(&value)?))
    }

    /// A text that is not empty.
    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        self.parsed(key, |text| not_empty(text).map(str::to_owned))
    }

    /// The same for a required key; empty where it is missing, which is then noted.
    pub(super) fn required(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&str) -> Result<String, String>,
    ) -> String {
        if !self.has(key) {
            self.problem(key, say::required());
        }
        self.parsed(key, |text| not_empty(text).and_then(read)).unwrap_or_default()
    }

    pub(super) fn flag(&mut self, key: &'static str) -> Option<bool> {
        self.read(key, |value| value.as_bool().ok_or_else(|| wrong_type(&value, &say::wants_flag())))
    }

    pub(super) fn number<T: TryFrom<i64>>(
        &mut self,
        key: &'static str,
        range: RangeInclusive<i64>,
    ) -> Option<T> {
        self.read(key, |value| {
            let number = value.as_integer().ok_or_else(|| wrong_type(&value, &say::wants_number()))?;
            let fits = Some(number).filter(|number| range.contains(number)).and_then(|n| T::try_from(n).ok());
            fits.ok_or_else(|| say::number_out_of_range(number, *range.start(), *range.end()))
        })
    }

    /// A duration such as `"10s"`, within these bounds, which are written in the same form.
    pub(super) fn duration(&mut self, key: &'static str, least: &str, most: &str) -> Option<Duration> {
        self.read(key, |value| duration(&value, least, most))
    }

    /// A duration, or `"never"`, which is none.
    pub(super) fn duration_or_never(
        &mut self,
        key: &'static str,
        least: &str,
        most: &str,
    ) -> Option<Duration> {
        self.read(key, |value| match value.as_str() {
            Some("never") => Ok(None),
            _ => duration(&value, least, most).map(Some),
        })?
    }

    /// A size such as `"1GiB"`, in bytes, within these bounds, which are written in the same form.
    pub(super) fn size(&mut self, key: &'static str, least: &str, most: &str) -> Option<u64> {
        self.read(key, |value| size(&value, least, most))
    }

    pub(super) fn choice<T: Copy>(&mut self, key: &'static str, choices: &[(&str, T)]) -> Option<T> {
        self.parsed(key, |text| {
            let chosen = choices.iter().find(|(word, _)| *word == text);
            chosen.map(|(_, choice)| *choice).ok_or_else(|| {
                let words: Vec<String> = choices.iter().map(|(word, _)| format!("\"{word}\"")).collect();
                say::not_a_choice(&say::shown(text), &words.join(", "))
            })
        })
    }

    /// A path. A relative one is joined to the configuration's folder.
    pub(super) fn path(&mut self, key: &'static str) -> Option<PathBuf> {
        let path = self.parsed(key, |text| {
            let text = not_empty(text)?;
            if text.contains(char::is_control) {
                return Err(say::control_in_path(&say::shown(text), &say::windows_paths()));
            }
            Ok(PathBuf::from(text))
        });
        path.map(|path| self.base.join(path))
    }

    /// The same with a default for a missing key.
    pub(super) fn path_or(&mut self, key: &'static str, default: &str) -> PathBuf {
        self.path(key).unwrap_or_else(|| self.base.join(default))
    }

    /// A list of texts, each parsed by `read`.
    pub(super) fn list<T>(
        &mut self,
        key: &'static str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        self.read(key, |value| {
            let Value::Array(values) = value else {
                return Err(wrong_type(&value, &say::wants_list()));
            };
            let one = |value| match value {
                Value::String(text) => not_empty(&text).and_then(&read),
                other => Err(wrong_type(&other, &say::wants_list())),
            };
            values.into_iter().map(one).collect()
        })
    }

    /// A list of dates: as texts, or as TOML's own dates, which come as they are written in ISO form.
    pub(super) fn texts_and_dates(&mut self, key: &'static str) -> Option<Vec<String>> {
        self.read(key, |value| {
            let Value::Array(values) = value else {
                return Err(wrong_type(&value, &calendar::wants_runs()));
            };
            let one = |value| match value {
                Value::String(text) => not_empty(&text).map(str::to_owned),
                Value::Datetime(date) => Ok(date.to_string()),
                other => Err(wrong_type(&other, &calendar::wants_runs())),
            };
            values.into_iter().map(one).collect()
        })
    }

    /// Patterns on file names. An empty list is a problem unless it may be empty.
    pub(super) fn globs(&mut self, key: &'static str, may_be_empty: bool) -> Option<Vec<globset::Glob>> {
        let globs = self.list(key, glob)?;
        if globs.is_empty() && !may_be_empty {
            self.problem(key, say::empty_list());
            return None;
        }
        Some(globs)
    }

    /// A template of a name on the server. It must have `{id}` where `with_id`, and must not otherwise.
    pub(super) fn template(&mut self, key: &'static str, default: &str, with_id: bool) -> Template {
        let text = self.text(key).unwrap_or_else(|| default.to_owned());
        template(&text, with_id).map_err(|what| self.problem(key, what)).unwrap_or_default()
    }
}

fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| wrong_type(value, &say::wants_text()))
}

fn not_empty(text: &str) -> Result<&str, String> {
    if text.trim().is_empty() { Err(say::empty()) } else { Ok(text) }
}

pub(super) fn wrong_type(found: &Value, wanted: &str) -> String {
    let found = match found {
        Value::String(_) => say::a_text(),
        Value::Integer(_) | Value::Float(_) => say::a_number(),
        Value::Boolean(_) => say::a_flag(),
        Value::Datetime(_) => say::a_date(),
        Value::Array(_) => say::a_list(),
        Value::Table(_) => say::a_section(),
    };
    say::wrong_type(&found, wanted)
}

fn duration(value: &Value, least: &str, most: &str) -> Result<Duration, String> {
    let text = value.as_str().ok_or_else(|| wrong_type(value, &say::wants_duration()))?;
    let duration = humantime::parse_duration(text).map_err(|_| say::not_a_duration(&say::shown(text)))?;
    let within = humantime::parse_duration(least).is_ok_and(|least| least <= duration)
        && humantime::parse_duration(most).is_ok_and(|most| duration <= most);
    within.then_some(duration).ok_or_else(|| say::duration_out_of_range(&say::shown(text), least, most))
}

fn size(value: &Value, least: &str, most: &str) -> Result<u64, String> {
    let text = value.as_str().ok_or_else(|| wrong_type(value, &say::wants_size()))?;
    // A number alone would be bytes, which nobody means.
    let has_unit = text.contains(|c: char| c.is_ascii_alphabetic());
    let size = text.parse::<ByteSize>().ok().filter(|_| has_unit);
    let size = size.ok_or_else(|| say::not_a_size(&say::shown(text)))?;
    let within = least.parse::<ByteSize>().is_ok_and(|least| least <= size)
        && most.parse::<ByteSize>().is_ok_and(|most| size <= most);
    within.then_some(size.as_u64()).ok_or_else(|| say::size_out_of_range(&say::shown(text), least, most))
}

fn template(text: &str, with_id: bool) -> Result<Template, String> {
    let known = || {
        let places = Placeholder::ALL.iter().filter(|place| with_id || **place != Placeholder::Id);
        places.map(|place| format!("{{{}}}", place.word())).collect::<Vec<_>>().join(" ")
    };
    let template = Template::parse(text).map_err(|error| match error {
        TemplateError::Unknown(word) => say::unknown_placeholder(&say::shown(&word), &known()),
        TemplateError::Brace => say::lone_brace(&known()),
    })?;
    let literal = template.render(|_| String::new());
    if literal.contains(['/', '\\']) || literal.contains(char::is_control) || matches!(text, "." | "..") {
        return Err(say::not_a_file_name(&say::shown(text)));
    }
    match (template.has(Placeholder::Id), with_id) {
        (false, true) => Err(say::id_needed()),
        (true, false) => Err(say::unknown_placeholder("id", &known())),
        _ => Ok(template),
    }
}
