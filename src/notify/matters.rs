//! What a person is told of after a run: the matters of the overview, and what could not be delivered.

use super::Notice;
use crate::messages::{escape, notify as say};
use crate::overview::{AttentionItem, AttentionKind, Overview, SlotStatus};
use crate::period::Period;
use crate::report::{FileOutcome, RunReport};

/// So many files of one cause are named.
const MOST_NAMED: usize = 20;

/// Everything that is open after this run. That no run came is nothing a run can tell.
#[must_use]
pub fn after(report: &RunReport, matters: &[AttentionItem]) -> Vec<Notice> {
    let failed = report
        .files
        .iter()
        .filter(|file| file.outcome == Some(FileOutcome::Failed))
        .map(|file| (file.path.as_str(), file.error.as_deref().unwrap_or_default()));
    let troubles = report.troubles.iter().map(|(path, message)| (path.as_str(), message.as_str()));
    let matters = matters.iter().filter(|matter| matter.kind != AttentionKind::Quiet).map(|matter| Notice {
        keys: vec![matter.key.clone()],
        message: matter.message.clone(),
        commands: matter.commands.clone(),
    });
    by_cause(failed.chain(troubles)).into_iter().chain(matters).collect()
}

/// Each cause once, with its files.
fn by_cause<'a>(failures: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<Notice> {
    let mut causes: Vec<(&str, Vec<&str>)> = Vec::new();
    for (path, why) in failures {
        match causes.iter_mut().find(|(cause, _)| *cause == why) {
            Some((_, paths)) => paths.push(path),
            None => causes.push((why, vec![path])),
        }
    }
    causes
        .into_iter()
        .map(|(why, paths)| {
            let named: Vec<String> = paths.iter().take(MOST_NAMED).map(|path| escape(path)).collect();
            let more = paths.len() - named.len();
            let rest = if more > 0 { say::and_others(more) } else { String::new() };
            Notice {
                keys: paths.iter().map(|path| format!("failed:{path}")).collect(),
                message: format!("{}{rest}: {why}", named.join(", ")),
                commands: Vec::new(),
            }
        })
        .collect()
}

/// Which of this month and the one before is complete: a file is expected of at least one series, and every one that
/// is expected has been delivered.
#[must_use]
pub fn complete(overview: &Overview, this_month: Period) -> Vec<Period> {
    let had = |standing: SlotStatus| matches!(standing, SlotStatus::Delivered | SlotStatus::Adopted);
    let months = overview.months.iter().filter(|month| (0..=1).contains(&this_month.months_after(**month)));
    months
        .copied()
        .filter(|month| {
            let mut expected = overview
                .series
                .iter()
                .flat_map(|row| &row.cells)
                .filter(|cell| cell.period == *month && cell.due.is_some())
                .peekable();
            expected.peek().is_some() && expected.all(|cell| cell.marks.iter().any(|mark| had(mark.standing)))
        })
        .collect()
}
