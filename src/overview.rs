//! The overview: how each series stands in each month, and what needs a person.
//!
//! `status`, the report and the notices all show this one picture, so they never tell different things. The facts
//! are gathered in one place ([`of`]), and a pure function makes the picture of them.

use chrono::{DateTime, FixedOffset};

use crate::config::Config;
use crate::exit::UserError;
use crate::ledger::LedgerReader;
pub use crate::model::attention::{AttentionItem, AttentionKind, Cell, Mark, Overview, Row, SlotStatus};
use crate::model::run_report::{FileReport, OverdueReport};

mod facts;
mod grid;
mod matters;

/// The picture of this moment. `files` are those of the drop folder, as a run or its preview found them.
///
/// # Errors
/// The ledger could not be read.
pub fn of(
    config: &Config,
    view: &LedgerReader,
    files: &[FileReport],
    now: DateTime<FixedOffset>,
) -> Result<Overview, UserError> {
    Ok(grid::build(&facts::gather(config, view, files, now)?))
}

/// An overdue month as a run reports it; none where the item is about something else.
#[must_use]
pub fn overdue_report(item: AttentionItem) -> Option<OverdueReport> {
    let AttentionItem { kind: AttentionKind::Overdue, series, period, since, message, .. } = item else {
        return None;
    };
    Some(OverdueReport { series: series?, period: period?, due: since?, message })
}
