//! The configuration that `init` writes: the example with the answers filled in, and its comments in one language.

use std::path::Path;

use crate::exit::UserError;
use crate::messages::{Language, config::shown_path, init as say};

use super::answers::{Answers, Series};

const EXAMPLE: &str = include_str!("../../../config.example.toml");

/// The text of the config.
///
/// # Errors
/// Exit code 2: a path is not Unicode, which TOML cannot express.
pub(super) fn text(answers: &Answers) -> Result<String, UserError> {
    let mut template = ConfigTemplate::of(EXAMPLE, answers.language);
    let folder = answers.config.parent().unwrap_or(Path::new(""));
    let path = |path: &Path| {
        let text = path.strip_prefix(folder).unwrap_or(path).to_str();
        text.map(quoted).ok_or_else(|| UserError::usage(say::path_not_text(&shown_path(path))))
    };
    template.set("", "language", if answers.language == Language::Da { "\"da\"" } else { "\"en\"" });
    if let Some(name) = &answers.name {
        template.set("", "name", &quoted(name));
    }
    template.set("[folders]", "drop", &path(&answers.drop)?);
    template.set("[folders]", "archive", &path(&answers.archive)?);
    template.set("[ledger]", "path", &path(&answers.ledger)?);
    template.set("[sftp]", "host", &quoted(&answers.host));
    template.set("[sftp]", "port", &answers.port.to_string());
    template.set("[sftp]", "user", &quoted(&answers.user));
    template.set("[sftp]", "folder", &quoted(&answers.remote_folder));
    if let Some(key) = answers.key.path() {
        template.set("[sftp]", "identity", &path(key)?);
    }
    if let Some(file) = &answers.passphrase_file {
        template.set("[sftp]", "passphrase_file", &path(file)?);
    }
    match &answers.host_key {
        Some(fingerprint) => template.set("[sftp]", "host_key", &format!("[{}]", quoted(fingerprint))),
        None => template.remark("[sftp]", "host_key", &say::pin_later()),
    }
    template.set("[alert]", "quiet_for", "\"3d\"");
    if !answers.calendar.runs.is_empty() {
        let runs: Vec<String> =
            answers.calendar.runs.all().iter().map(|run| quoted(&run.to_string())).collect();
        template.set("[calendar]", "runs", &format!("[{}]", runs.join(", ")));
    }
    if let Some(before) = answers.calendar.warn_before {
        template.set("[calendar]", "warn_before", &quoted(&before.to_string()));
    }
    template.add_series(&answers.series);
    let formats = answers.formats.iter().flat_map(|(_, draft)| ["\n", draft]);
    Ok(template.0.join("\n") + "\n" + &formats.collect::<String>())
}

/// The lines of the example, to be filled in.
struct ConfigTemplate(Vec<String>);

impl ConfigTemplate {
    /// Keeps the comments of one language: in the example each Danish comment is followed by the English one. A key that is
    /// commented out has no blank after `#`, and is kept.
    fn of(example: &str, language: Language) -> ConfigTemplate {
        let mut lines = vec![format!("# {}", say::config_head())];
        let mut comments = 0;
        // Skip the first pair: it describes the example file.
        for line in example.lines().skip(2) {
            if line.starts_with("# ") {
                comments += 1;
                if (comments % 2 == 1) != (language == Language::Da) {
                    continue;
                }
            } else {
                comments = 0;
            }
            lines.push(line.to_owned());
        }
        ConfigTemplate(lines)
    }

    /// The range of a section's lines; its header may be commented out.
    fn section(&self, head: &str) -> (usize, usize) {
        let is_head = |line: &String| line.trim_start_matches('#').starts_with('[');
        let begin = match head {
            "" => 0,
            head => self.0.iter().position(|line| line == head).map_or(self.0.len(), |at| at + 1),
        };
        let length = self.0[begin..].iter().position(is_head);
        (begin, length.map_or(self.0.len(), |length| begin + length))
    }

    /// The index of a key's line, if the example has the key.
    fn find(&self, head: &str, key: &str) -> Option<usize> {
        let (begin, end) = self.section(head);
        let is_key = |line: &String| {
            let line = line.strip_prefix('#').unwrap_or(line);
            line.split_once('=').is_some_and(|(name, _)| name.trim_end() == key)
        };
        self.0[begin..end].iter().position(is_key).map(|at| begin + at)
    }

    fn set(&mut self, head: &str, key: &str, value: &str) {
        let line = format!("{key} = {value}");
        if let Some(at) = self.find(head, key) {
            self.0[at] = line;
        } else {
            let (begin, _) = self.section(head);
            self.0.insert(begin, line);
        }
    }

    /// Puts a comment above a key.
    fn remark(&mut self, head: &str, key: &str, text: &str) {
        if let Some(at) = self.find(head, key) {
            let lines =
                textwrap::wrap(text, textwrap::Options::new(98)).into_iter().map(|line| format!("# {line}"));
            self.0.splice(at..at, lines);
        }
    }

    /// Inserts the series after the commented-out example of one.
    fn add_series(&mut self, series: &[Series]) {
        let example = self.0.iter().position(|line| line == "#[[series]]").unwrap_or(self.0.len());
        let length = self.0[example..].iter().position(String::is_empty);
        let at = length.map_or(self.0.len(), |length| example + length);
        let lines = series.iter().flat_map(|one| {
            let mut lines = vec![
                String::new(),
                "[[series]]".to_owned(),
                format!("name = {}", quoted(&one.name)),
                format!("files = [{}]", quoted(&one.pattern)),
            ];
            lines.extend(one.due_day.map(|day| format!("due_day = {day}")));
            lines.extend(one.before_run.then(|| "due = \"run\"".to_owned()));
            lines
        });
        self.0.splice(at..at, lines);
    }
}

/// The text as a TOML string: in single quotes if it has backslashes, as in Windows paths, so that they need no escaping.
fn quoted(text: &str) -> String {
    if text.contains('\\') && !text.contains('\'') && !text.contains(char::is_control) {
        return format!("'{text}'");
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.extend(["\\u", &format!("{:04X}", u32::from(c))]),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests;
