//! What a person is told of after a run: what is open in the overview, and what could not be delivered.

use std::collections::HashSet;

use super::Notice;
use crate::model::attention::{AttentionItem, AttentionKind, Overview, SlotStatus};
use crate::model::decision::Reason;
use crate::model::run_report::RunReport;
use crate::period::Period;
use crate::wording::cause::by_cause;

/// At most so many files of one cause are named.
const MOST_NAMED: usize = 20;

/// Everything that is open after this run.
#[must_use]
pub fn after(report: &RunReport) -> Vec<Notice> {
    let of = |kind| report.attention.iter().filter(move |item| item.kind == kind);
    let failed = by_cause(of(AttentionKind::Failed).chain(of(AttentionKind::Warning)));
    let failed = failed.iter().map(|cause| Notice {
        keys: cause.paths.iter().map(|path| format!("failed:{path}")).collect(),
        message: cause.text(MOST_NAMED),
        commands: Vec::new(),
    });
    let in_doubt: HashSet<Option<i64>> = of(AttentionKind::InDoubt).map(|item| item.delivery_id).collect();
    // The delivery in doubt is told of, so the file that it holds need not be.
    let is_told =
        |item: &&AttentionItem| item.reason == Some(Reason::InDoubt) && in_doubt.contains(&item.delivery_id);
    let held = of(AttentionKind::Held).filter(|item| !is_told(item));
    let doubts = of(AttentionKind::InDoubt).chain(of(AttentionKind::Overdue));
    let matters = doubts.chain(held).chain(of(AttentionKind::NotPickedUp)).map(|item| Notice {
        keys: vec![item.key.clone()],
        message: item.message.clone(),
        commands: item.commands.clone(),
    });
    failed.chain(matters).collect()
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
