//! The overview: how each series stands in each month, and what needs a person.
//!
//! In go the configuration, the ledger, the files as a run or its preview found them, and the time; out comes an
//! [`Overview`]. `status`, the report and the notices all show this one picture, so they never tell different things.
//!
//! The files, in reading order: `facts` gathers what the picture is made of, the only part that asks the ledger; `grid`
//! makes the picture from the facts alone; `attention` lists what needs a person, each with the commands that settle it.

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
pub use facts::{altered_lately, as_held};

/// The picture of this moment. `files` are those of the drop folder, as a run or its preview found them, `altered` the
/// originals of which [`altered_lately`] tells.
///
/// # Errors
/// The ledger could not be read.
pub fn of(
    config: &Config,
    ledger: &LedgerReader,
    files: &[FileReport],
    altered: &[AlteredOriginal],
    now: DateTime<FixedOffset>,
) -> Result<Overview, UserError> {
    Ok(grid::build(&facts::gather(config, ledger, (files, altered), now)?))
}

/// The same where a file is due on some day; none where no series has a due day, so that a large ledger is not read for
/// nothing.
///
/// # Errors
/// The ledger could not be read.
pub fn of_due(
    config: &Config,
    ledger: &LedgerReader,
    files: &[FileReport],
    altered: &[AlteredOriginal],
    now: DateTime<FixedOffset>,
) -> Result<Option<Overview>, UserError> {
    let is_due = config.series.iter().any(|rule| rule.due_day.is_some());
    is_due.then(|| of(config, ledger, files, altered, now)).transpose()
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
