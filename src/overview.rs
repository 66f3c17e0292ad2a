//! The overview: how each series stands in each month, and what needs a person.
//!
//! In go the configuration, the ledger, the files as a run or its preview found them, and the time; out comes an
//! [`Overview`]. `status`, the report and the notices all show this one picture, so they never tell different things.
//!
//! The files, in reading order: `facts` gathers what the picture is made of, the only part that asks the ledger; `grid`
//! makes the picture from the facts alone, `calendar` what of it KP's next run and other deadlines still wait for; `attention` lists what needs a person, each with the commands that settle it.

use chrono::{DateTime, FixedOffset};

use crate::config::Config;
use crate::exit::UserError;
use crate::ledger::LedgerReader;
use crate::model::attention::{AttentionItem, AttentionKind, Overview};
use crate::model::decision::Choice;
use crate::model::ledger::AlteredOriginal;
use crate::model::run_report::{FileReport, OverdueReport};
use crate::names;

mod attention;
mod calendar;
mod facts;
mod grid;

pub use attention::{notice_not_sent, of_run, original_changed};
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

/// The same where a file is due on some day or the town knows KP's runs; none where not, so that a large ledger is not read for
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
    let is_due = !config.calendar.runs.is_empty() || config.series.iter().any(|rule| rule.due().is_some());
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
                commands: item.commands.clone(),
            })
        })
        .collect()
}

/// Takes out what is told to be due soon and these files would settle, since a preview sends them.
pub fn forget_due_soon(overview: &mut Overview, files: &[FileReport]) {
    let settles = |item: &AttentionItem, file: &FileReport| {
        let same = |series: &str| item.series.as_deref().is_some_and(|of| names::same(of, series));
        file.decision == Choice::Send
            && file.period == item.period
            && file.series.as_deref().is_some_and(same)
    };
    overview
        .matters
        .retain(|item| item.kind != AttentionKind::DueSoon || !files.iter().any(|file| settles(item, file)));
}
