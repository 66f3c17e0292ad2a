//! All answers on one page, before anything is written.

use crate::exit::UserError;
use crate::messages::config::shown_path;
use crate::messages::{escape, init as say};
use crate::wording::calendar::long_deadline;

use super::answers::{Answers, Key};
use super::{edit, lying};

/// What is about to be made or changed; none where nothing would change.
///
/// # Errors
/// The configuration that is there cannot be edited.
pub(super) fn text(answers: &Answers) -> Result<Option<String>, UserError> {
    if let Some(before) = &answers.before {
        let edited = edit::edited(answers, before)?;
        if edited.changes.is_empty() {
            return Ok(None);
        }
        let mut lines = vec![format!("\n{}", say::summary_of_changes(&shown_path(&answers.config)))];
        lines.extend(edited.changes.iter().map(|change| format!("  {change}")));
        return Ok(Some(lines.join("\n")));
    }
    let path = |path: &std::path::Path| {
        if path.exists() { shown_path(path) } else { say::will_be_made(&shown_path(path)) }
    };
    let none = || "–".to_owned();
    let key = match &answers.key {
        Key::Unasked | Key::None => say::no_key(),
        Key::Existing(file, _) => shown_path(file),
        Key::New(file) => say::will_be_made(&shown_path(file)),
    };
    let folder = Some(&answers.remote_folder).filter(|folder| !folder.is_empty());
    let mut rows = vec![
        (say::made_config(), path(&answers.config)),
        (say::summary_name(), answers.name.as_deref().map_or_else(none, escape)),
        (say::made_drop(), path(&answers.drop)),
        (say::made_archive(), path(&answers.archive)),
        (say::made_ledger(), path(&answers.ledger)),
        (say::summary_server(), format!("{}:{}", escape(&answers.host), answers.port)),
        (say::summary_user(), escape(&answers.user)),
        (say::summary_folder(), folder.map_or_else(|| ".".to_owned(), |folder| escape(folder))),
        (say::summary_key(), key),
        (say::summary_host_key(), answers.host_key.clone().unwrap_or_else(say::pinned_later)),
    ];
    for series in &answers.series {
        let by_run = || if series.before_run { say::due_by_run() } else { String::new() };
        let due = series.due_day.map_or_else(by_run, say::due_on);
        rows.push((
            say::summary_series(),
            format!("{}: {}{due}", escape(&series.name), escape(&series.pattern)),
        ));
    }
    for (name, _) in &answers.formats {
        rows.push((say::summary_format(), name.clone()));
    }
    if !answers.calendar.runs.is_empty() {
        let runs: Vec<String> = answers.calendar.runs.all().iter().map(|run| long_deadline(*run)).collect();
        rows.push((say::summary_runs(), runs.join(", ")));
    }
    let mut lines = vec![format!("\n{}", say::summary())];
    lines.extend(rows.into_iter().map(|(what, value)| format!("  {what}: {value}")));
    if let Some(passed) = lying::due_already(&answers.series) {
        lines.push(super::paragraph("  ! ", &passed));
    }
    Ok(Some(lines.join("\n")))
}
