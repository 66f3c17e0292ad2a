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
use crate::names;
use crate::template::{Placeholder, Template, TemplateError};

/// The problems with keys and values, in the order in which these are read.
pub(super) type Problems = RefCell<Vec<String>>;

/// Every key that is read, for the JSON Schema, so that nothing but the reading itself says which keys there are.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// The keys, in the order in which they are read.
    pub(super) read: Vec<KeyRead>,
    /// Those that must be there, each with its section.
    pub(super) required: Vec<(&'static str, &'static str)>,
}

/// A key that is read.
#[derive(Debug)]
pub(super) struct KeyRead {
    /// The section that it stands in; empty before the first one.
    pub(super) section: &'static str,
    /// The key.
    pub(super) key: &'static str,
    /// What its value must be.
    pub(super) wants: Wants,
}

/// What a value must be, by its type alone.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wants {
    /// A text. `may_be_empty` says whether it may be.
    Text { may_be_empty: bool },
    /// `true` or `false`.
    Flag,
    /// A whole number within these bounds, both counted.
    Number { least: i64, most: i64 },
    /// One of these texts.
    OneOf(Vec<String>),
    /// A list of texts. `may_be_empty` says whether it may have none.
    Texts { may_be_empty: bool },
    /// A section `[key]`.
    Section,
    /// Sections `[[key]]`.
    Entries,
    /// Sections `[key.name]`, whose names are free.
    Tables,
}

/// A section, or an entry of a list of sections. Reading a key takes it out, so the keys that are left when the section is
/// closed are unknown ones.
pub(super) struct Section<'a> {
    title: String,
    place: &'static str,
    table: Table,
    known: Vec<&'static str>,
    /// The configuration's folder, from which relative paths count.
    base: &'a Path,
    problems: &'a Problems,
    /// Where the keys are noted; none where nobody asks for them.
    keys: Option<&'a RefCell<Keys>>,
}

impl<'a> Section<'a> {
    /// The keys before the first section. `keys` is where those that are read are noted, if somebody asks for them.
    pub(super) fn top(
        table: Table,
        base: &'a Path,
        problems: &'a Problems,
        keys: Option<&'a RefCell<Keys>>,
    ) -> Section<'a> {
        Section { title: String::new(), place: "", table, known: Vec::new(), base, problems, keys }
    }

    /// The section `[key]`; an empty one where the file has none.
    pub(super) fn section(&mut self, key: &'static str) -> Section<'a> {
        let table = self.read(key, Wants::Section, |value| match value {
            Value::Table(table) => Ok(table),
            other => Err(wrong_type(&other, &say::wants_section(key))),
        });
        self.part(key, format!("[{key}]"), table.unwrap_or_default())
    }

    /// All sections `[[key]]`, in their order.
    pub(super) fn entries(&mut self, key: &'static str) -> Vec<Section<'a>> {
        let tables = self.read(key, Wants::Entries, |value| {
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
            self.part(key, say::entry(key, number, &name.unwrap_or_default()), table)
        };
        (1..).zip(tables.unwrap_or_default()).map(titled).collect()
    }

    /// The tables `[key.name]`, as they are written.
    pub(super) fn tables(&mut self, key: &'static str) -> Table {
        let table = self.read(key, Wants::Tables, |value| match value {
            Value::Table(table) => Ok(table),
            other => Err(wrong_type(&other, &say::wants_section(key))),
        });
        table.unwrap_or_default()
    }

    fn part(&self, place: &'static str, title: String, table: Table) -> Section<'a> {
        let (base, problems, keys) = (self.base, self.problems, self.keys);
        Section { title, place, table, known: Vec::new(), base, problems, keys }
    }

    /// Ends the section and notes every key that was not read as unknown.
    pub(super) fn close(mut self) {
        for key in std::mem::take(&mut self.table).into_iter().map(|(key, _)| key) {
            let near = names::nearest(&key, self.known.iter().copied());
            self.problem(&say::shown(&key), unknown_key(near));
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
    fn read<T>(
        &mut self,
        key: &'static str,
        wants: Wants,
        read: impl FnOnce(Value) -> Result<T, String>,
    ) -> Option<T> {
        self.known.push(key);
        if let Some(keys) = self.keys {
            keys.borrow_mut().read.push(KeyRead { section: self.place, key, wants });
        }
        read(self.table.remove(key)?).map_err(|what| self.problem(key, what)).ok()
    }

    /// A text, parsed by `read`.
    pub(super) fn parsed<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        self.read(key, Wants::Text { may_be_empty: true }, |value| read(text(&value)?))
    }

    /// A text that is not empty, parsed by `read`.
    pub(super) fn some_text<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        self.read(key, Wants::Text { may_be_empty: false }, |value| not_empty(text(&value)?).and_then(read))
    }

    /// A text that is not empty.
    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        self.some_text(key, |text| Ok(text.to_owned()))
    }

    /// Notes a key that must be there as a problem where it is not.
    pub(super) fn needs(&mut self, key: &'static str) {
        if let Some(keys) = self.keys {
            keys.borrow_mut().required.push((self.place, key));
        }
        if !self.has(key) {
            self.problem(key, say::required());
        }
    }

    /// The same for a required key; empty where it is missing, which is then noted.
    pub(super) fn required(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&str) -> Result<String, String>,
    ) -> String {
        self.needs(key);
        self.some_text(key, read).unwrap_or_default()
    }

    pub(super) fn flag(&mut self, key: &'static str) -> Option<bool> {
        self.read(key, Wants::Flag, |value| {
            value.as_bool().ok_or_else(|| wrong_type(&value, &say::wants_flag()))
        })
    }

    pub(super) fn number<T: TryFrom<i64>>(
        &mut self,
        key: &'static str,
        range: RangeInclusive<i64>,
    ) -> Option<T> {
        let wants = Wants::Number { least: *range.start(), most: *range.end() };
        self.read(key, wants, |value| {
            let number = value.as_integer().ok_or_else(|| wrong_type(&value, &say::wants_number()))?;
            let fits = Some(number).filter(|number| range.contains(number)).and_then(|n| T::try_from(n).ok());
            fits.ok_or_else(|| say::number_out_of_range(number, *range.start(), *range.end()))
        })
    }

    /// A duration such as `"10s"`, within these bounds, which are written in the same form.
    pub(super) fn duration(&mut self, key: &'static str, least: &str, most: &str) -> Option<Duration> {
        self.read(key, Wants::Text { may_be_empty: false }, |value| duration(&value, least, most))
    }

    /// A duration, or `"never"`, which is none.
    pub(super) fn duration_or_never(
        &mut self,
        key: &'static str,
        least: &str,
        most: &str,
    ) -> Option<Duration> {
        self.read(key, Wants::Text { may_be_empty: false }, |value| match value.as_str() {
            Some("never") => Ok(None),
            _ => duration(&value, least, most).map(Some),
        })?
    }

    /// A size such as `"1GiB"`, in bytes, within these bounds, which are written in the same form.
    pub(super) fn size(&mut self, key: &'static str, least: &str, most: &str) -> Option<u64> {
        self.read(key, Wants::Text { may_be_empty: false }, |value| size(&value, least, most))
    }

    pub(super) fn choice<T: Copy>(&mut self, key: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let words = choices.iter().map(|(word, _)| (*word).to_owned()).collect();
        self.read(key, Wants::OneOf(words), |value| {
            let text = text(&value)?;
            let chosen = choices.iter().find(|(word, _)| *word == text);
            chosen.map(|(_, choice)| *choice).ok_or_else(|| {
                let words: Vec<String> = choices.iter().map(|(word, _)| format!("\"{word}\"")).collect();
                say::not_a_choice(&say::shown(text), &words.join(", "))
            })
        })
    }

    /// A path. A relative one is joined to the configuration's folder.
    pub(super) fn path(&mut self, key: &'static str) -> Option<PathBuf> {
        let path = self.some_text(key, |text| {
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
        self.list_of(key, true, read)
    }

    /// The same, and whether the list may be empty, which the caller sees to.
    pub(super) fn list_of<T>(
        &mut self,
        key: &'static str,
        may_be_empty: bool,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        self.read(key, Wants::Texts { may_be_empty }, |value| {
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
        self.read(key, Wants::Texts { may_be_empty: true }, |value| {
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
        let globs = self.list_of(key, may_be_empty, glob)?;
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

/// What is said of a key that nobody knows.
pub(super) fn unknown_key(nearest: Option<&str>) -> String {
    nearest.map_or_else(say::no_such_key, say::unknown_key)
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
