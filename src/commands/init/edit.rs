//! Edits a configuration that is there: only what was answered otherwise is changed, and comments stay.

use std::path::Path;

use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, Value, value};

use crate::config::Config;
use crate::exit::UserError;
use crate::messages::{self, Language, config::shown_path, init as say};
use crate::names;

use super::answers::{Answers, Before, Key, Series};

/// The configuration's new text, and each key that was changed, with its new value.
pub(super) struct Edited {
    pub(super) text: String,
    pub(super) changes: Vec<String>,
}

/// The configuration with the answers in it.
///
/// # Errors
/// Exit code 2: a path is not Unicode; or `[[series]]` is written in a form that cannot be added to.
pub(super) fn edited(answers: &Answers, before: &Before) -> Result<Edited, UserError> {
    let file = shown_path(&answers.config);
    let document: DocumentMut =
        before.text.trim_start_matches('\u{feff}').parse().map_err(|error: toml_edit::TomlError| {
            UserError::usage(say::not_edited(&file, &error.message()))
        })?;
    let mut editing = Editing { document, changes: Vec::new() };
    town(&mut editing, answers, &before.config);
    places(&mut editing, answers, &before.config)?;
    server(&mut editing, answers, &before.config)?;
    runs(&mut editing, answers, &before.config);
    for series in &answers.series {
        editing
            .series(series, &before.config)
            .map_err(|()| UserError::usage(say::series_not_edited(&file)))?;
    }
    let new: Vec<&(String, String)> =
        answers.formats.iter().filter(|(name, _)| !editing.has_format(name)).collect();
    editing.changes.extend(new.iter().map(|(name, _)| format!("[formats.{name}]")));
    let mut text =
        if editing.changes.is_empty() { before.text.clone() } else { editing.document.to_string() };
    text.extend(new.into_iter().flat_map(|(_, draft)| ["\n", draft]));
    Ok(Edited { text, changes: editing.changes })
}

fn town(editing: &mut Editing, answers: &Answers, before: &Config) {
    if answers.language != before.language.unwrap_or_else(messages::system_language) {
        editing.set("", "language", if answers.language == Language::Da { "da" } else { "en" });
    }
    if answers.name != before.name {
        match &answers.name {
            Some(name) => editing.set("", "name", name.as_str()),
            None => editing.remove("", "name"),
        }
    }
}

fn places(editing: &mut Editing, answers: &Answers, before: &Config) -> Result<(), UserError> {
    let all = [
        ("folders", "drop", &answers.drop, &before.drop),
        ("folders", "archive", &answers.archive, &before.archive),
        ("ledger", "path", &answers.ledger, &before.ledger),
    ];
    for (section, key, now, then) in all {
        editing.path(answers, (section, key), Some(now), Some(then))?;
    }
    Ok(())
}

fn server(editing: &mut Editing, answers: &Answers, before: &Config) -> Result<(), UserError> {
    let sftp = &before.sftp;
    if answers.host != sftp.host {
        editing.set("sftp", "host", answers.host.as_str());
    }
    if answers.port != sftp.port {
        editing.set("sftp", "port", i64::from(answers.port));
    }
    if answers.user != sftp.user {
        editing.set("sftp", "user", answers.user.as_str());
    }
    if answers.remote_folder != sftp.folder {
        editing.set("sftp", "folder", answers.remote_folder.as_str());
    }
    editing.path(answers, ("sftp", "identity"), answers.key.path(), sftp.identity.as_deref())?;
    let passphrase = answers.passphrase_file.as_deref();
    // A key that needs none leaves the line alone: it does no harm, and may be wanted again.
    if passphrase.is_some() || matches!(answers.key, Key::None) {
        editing.path(answers, ("sftp", "passphrase_file"), passphrase, sftp.passphrase_file.as_deref())?;
    }
    if let Some(pin) = answers.host_key.as_ref().filter(|pin| !sftp.host_key.contains(pin)) {
        editing.set("sftp", "host_key", Value::Array(Array::from_iter([pin.as_str()])));
        editing.remove("sftp", "known_hosts");
    }
    Ok(())
}

fn runs(editing: &mut Editing, answers: &Answers, before: &Config) {
    let (now, then) = (&answers.calendar, &before.calendar);
    if now.runs != then.runs {
        if now.runs.is_empty() {
            editing.remove("calendar", "runs");
        } else {
            let runs = now.runs.all().iter().map(ToString::to_string);
            editing.set("calendar", "runs", Value::Array(runs.collect()));
        }
    }
    if now.warn_before != then.warn_before {
        match now.warn_before {
            Some(before) => editing.set("calendar", "warn_before", before.to_string()),
            None => editing.remove("calendar", "warn_before"),
        }
    }
}

struct Editing {
    document: DocumentMut,
    changes: Vec<String>,
}

impl Editing {
    /// The table of a section, `""` for the top; made where it is not there.
    fn section(&mut self, name: &str) -> Option<&mut dyn toml_edit::TableLike> {
        if name.is_empty() {
            return Some(self.document.as_table_mut());
        }
        self.document.entry(name).or_insert_with(|| Item::Table(Table::new())).as_table_like_mut()
    }

    fn has_format(&self, name: &str) -> bool {
        let formats = self.document.get("formats").and_then(Item::as_table_like);
        formats.is_some_and(|formats| formats.contains_key(name))
    }

    fn set(&mut self, section: &str, key: &str, new: impl Into<Value>) {
        let mut new: Value = new.into();
        self.changes.push(format!("{}{key} = {new}", prefix(section)));
        let Some(table) = self.section(section) else { return };
        if let Some(old) = table.get_mut(key).and_then(Item::as_value_mut) {
            // The blanks and the comment around the value stay.
            *new.decor_mut() = old.decor().clone();
            *old = new;
        } else {
            table.insert(key, value(new));
        }
    }

    fn remove(&mut self, section: &str, key: &str) {
        let gone = self.section(section).and_then(|table| table.remove(key));
        if gone.is_some() {
            self.changes.push(say::key_removed(&format!("{}{key}", prefix(section))));
        }
    }

    /// Sets a path where it is another one; inside the configuration's folder it is written from there.
    fn path(
        &mut self,
        answers: &Answers,
        (section, key): (&str, &str),
        now: Option<&Path>,
        then: Option<&Path>,
    ) -> Result<(), UserError> {
        let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        if now.map(absolute) == then.map(absolute) {
            return Ok(());
        }
        let Some(now) = now else {
            self.remove(section, key);
            return Ok(());
        };
        let folder = answers.config.parent().unwrap_or(Path::new(""));
        let text = now.strip_prefix(folder).unwrap_or(now).to_str();
        let text = text.ok_or_else(|| UserError::usage(say::path_not_text(&shown_path(now))))?;
        self.set(section, key, text);
        Ok(())
    }

    /// Adds a series, or changes the one of the same name.
    fn series(&mut self, series: &Series, before: &Config) -> Result<(), ()> {
        let all = self.document.entry("series").or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
        let all = all.as_array_of_tables_mut().ok_or(())?;
        let at = before.series.iter().position(|rule| names::same(&rule.name, &series.name));
        let files = Array::from_iter([series.pattern.as_str()]);
        let change = |key: &str, text: String| format!("[[series]] {}: {key} = {text}", series.name);
        let Some(table) = at.and_then(|at| all.get_mut(at)) else {
            let mut table = Table::new();
            table.insert("name", value(series.name.as_str()));
            self.changes.push(change("files", files.to_string()));
            table.insert("files", value(files));
            if let Some(day) = series.due_day {
                table.insert("due_day", value(i64::from(day)));
            } else if series.before_run {
                table.insert("due", value("run"));
            }
            all.push(table);
            return Ok(());
        };
        let patterns: Vec<&str> = table
            .get("files")
            .and_then(Item::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        if patterns != [series.pattern.as_str()] {
            self.changes.push(change("files", files.to_string()));
            table.insert("files", value(files));
        }
        let day = series.due_day.map(i64::from);
        if let Some(day) = day.filter(|_| table.get("due_day").and_then(Item::as_integer) != day) {
            self.changes.push(change("due_day", day.to_string()));
            table.insert("due_day", value(day));
            table.remove("due");
        }
        if series.before_run && table.get("due").and_then(Item::as_str) != Some("run") {
            self.changes.push(change("due", "\"run\"".to_owned()));
            table.insert("due", value("run"));
            table.remove("due_day");
        }
        Ok(())
    }
}

fn prefix(section: &str) -> String {
    if section.is_empty() { String::new() } else { format!("[{section}] ") }
}
