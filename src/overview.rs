//! The overview: how each series stands in each month, and what needs a person.
//!
//! `status`, the report and the notices all show this one picture, so they never tell different things. The facts
//! are gathered in one place ([`of`]), and a pure function makes the picture of them.

use chrono::{DateTime, FixedOffset};

use crate::config::Config;
use crate::exit::UserError;
use crate::ledger::LedgerReader;
use crate::model::attention::{AttentionKind, Overview};
use crate::model::ledger::AlteredOriginal;
use crate::model::run_report::{FileReport, OverdueReport};

mod attention;
mod facts;
mod grid;

pub use attention::of_run;
pub use facts::altered_lately;

/// The picture of this moment. `files` are those of the drop folder, as a run or its preview found them, `altered` the
/// originals of which [`altered_lately`] tells.
///
/// # Errors
/// The ledger could not be read.
pub fn of(
    config: &Config,
    view: &LedgerReader,
    files: &[FileReport],
    altered: &[AlteredOriginal],
    now: DateTime<FixedOffset>,
) -> Result<Overview, UserError> {
    Ok(grid::build(&facts::gather(config, view, (files, altered), now)?))
}

/// The same where a file is due on some day; none where no series has a due day, so that a large ledger is not read for
/// nothing.
///
/// # Errors
/// The ledger could not be read.
pub fn of_due(
    config: &Config,
    view: &LedgerReader,
    files: &[FileReport],
    altered: &[AlteredOriginal],
    now: DateTime<FixedOffset>,
) -> Result<Option<Overview>, UserError> {
    let is_due = config.series.iter().any(|rule| rule.due_day.is_some());
    is_due.then(|| of(config, view, files, altered, now)).transpose()
}

/// The overdue months of an overview, as a run reports them.
#[must_use]
pub fn overdue(overview: &Overview) -> Vec<OverdueReport> {
    let overdue = overview.matters.iter().filter(|item| item.kind == AttentionKind::Overdue);
    overdue
        .filter_map(|item| {
            Some(OverdueReport {
                series: item.series.clone()?,
                period: item.period?,
                due: item.since.clone()?,
                message: item.message.clone(),
            })
        })
        .collect()
}
