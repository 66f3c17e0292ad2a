//! `status`: how each series stands in each month, and what needs a person.

use crate::cli::Global;
use crate::config::Config;
use crate::exit::{ExitCode, UserError};
use crate::model::attention::Overview;
use crate::overview;
use crate::report::status::{self, Status};

use super::context::{now, open_reader};
use super::place::{Answer, Place};
use crate::output::answer;
use crate::run::preview::Preview;

pub(super) fn status(config: &Config, global: &Global) -> anyhow::Result<ExitCode> {
    let overview = gather(config)?;
    let exit = overview.exit();
    let json = Answer { report: Status::new(&overview, exit), place: Place::of(config) };
    answer(global, &json, || status::text(&overview, global.quiet, global.verbose > 0))?;
    Ok(exit)
}

/// The overview of this moment. Only reads, so it works while a run is under way.
///
/// # Errors
/// A folder is missing, or the drop folder or the ledger could not be read.
pub(super) fn gather(config: &Config) -> Result<Overview, UserError> {
    config.check_folders()?;
    let now = now();
    let preview = Preview::of(config, &|| open_reader(config, true), now)?;
    let altered = overview::altered_lately(config, &preview.ledger, now)?;
    overview::of(config, &preview.ledger, &preview.files(config)?, &altered, now)
}
