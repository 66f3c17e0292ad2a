//! What the next run would do: the same scan and the same judgement, with nothing done and nothing recorded.
//!
//! `run --dry-run` reports it, and `status` and `report` build their overview on it.

use std::path::Path;

use chrono::{DateTime, FixedOffset};

use super::compared;
use super::holds::{Holds, TooLong};
use super::judge::{self, PlannedFile};
use super::outcomes::{self, Findings};
use super::saved_plan::{self, Document, Saved};
use super::scan;
use super::secret;
use super::writers;
use crate::clock::moment;
use crate::config::Config;
use crate::deliver::Recovery;
use crate::drop_folder::Excluded;
use crate::exit::{ExitCode, UserError};
use crate::ledger::LedgerReader;
use crate::model::decision::Choice;
use crate::model::run_report::{FileReport, PlanReport, RunReport};
use crate::overview;

/// The drop folder as the next run would judge it, and the ledger that it was judged by.
pub(crate) struct Preview {
    /// The ledger, open for as long as this is kept.
    pub(crate) ledger: LedgerReader,
    started: DateTime<FixedOffset>,
    too_long: TooLong,
    planned: Vec<PlannedFile>,
    excluded: Excluded,
}

impl Preview {
    /// Reads the drop folder and judges its files. `open` opens the ledger: once before the scan, so that a ledger that
    /// cannot be used is told of at once, and again after it, so that a run which begins meanwhile need not wait.
    ///
    /// # Errors
    /// The folder cannot be listed, or the ledger not be opened or read.
    pub(crate) fn of(
        config: &Config,
        open: &dyn Fn() -> Result<LedgerReader, UserError>,
        started: DateTime<FixedOffset>,
    ) -> Result<Preview, UserError> {
        secret::look(config, &open()?)?;
        let scanned = scan::scan(&config.drop, &config.scan, config.into(), started)?;
        let ledger = open()?;
        let mut planned = judge::judge(config, &ledger, scanned.files, started)?;
        writers::let_written_files_wait(config, &mut planned);
        judge::look_up(&ledger, &planned)?;
        let too_long = TooLong { limit: config.alert.unsettled_after, now: started };
        Ok(Preview { ledger, started, too_long, planned, excluded: scanned.excluded })
    }

    /// The files as they were judged, with the numbers that earlier runs gave to those that are held.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub(crate) fn files(&self, config: &Config) -> Result<Vec<FileReport>, UserError> {
        let holds = Holds::read(&self.ledger)?;
        let describe = |file: &PlannedFile| {
            let hold = holds.of(file);
            let mut report = outcomes::describe(file);
            match file.judgement.choice {
                Choice::Hold => report.hold_id = hold.map(|hold| hold.id),
                Choice::Wait => self.too_long.mark(&mut report, hold),
                Choice::Send | Choice::Duplicate | Choice::Skip => {}
            }
            report
        };
        // What the server held in an earlier run is still held, as far as anybody knows without asking it.
        let open = self.ledger.open_holds()?;
        let known = |file: FileReport| overview::as_held(&file, &open, &self.ledger);
        let mut files: Vec<FileReport> =
            self.planned.iter().map(|file| known(describe(file))).collect::<Result<_, _>>()?;
        compared::annotate(config, &self.ledger, &self.planned, &mut files)?;
        outcomes::explain_waits(&mut files, &self.ledger, &[])?;
        Ok(files)
    }

    /// Narrows the files to what `plan` says, or writes them as a plan to `save`; answers what is to be told of it.
    fn apply_plan(
        &mut self,
        config: &Config,
        plan: Option<&Saved>,
        save: Option<&Path>,
    ) -> Result<Option<PlanReport>, UserError> {
        match (plan, save) {
            (Some(plan), _) => plan.narrow(&self.ledger, &mut self.planned).map(Some),
            (None, Some(file)) => {
                let document = Document::of(config, &self.ledger, &self.planned, &moment(self.started))?;
                document.save(file)?;
                Ok(Some(document.saved(file)))
            }
            (None, None) => Ok(None),
        }
    }

    /// The report of `run --dry-run`, and its exit code. With `plan` nothing is shown as sent that the plan does not
    /// say; with `save` the plan is written there.
    ///
    /// # Errors
    /// The ledger could not be read, or the plan not be written.
    pub(crate) fn report(
        mut self,
        config: &Config,
        plan: Option<&Saved>,
        save: Option<&Path>,
        now: &dyn Fn() -> DateTime<FixedOffset>,
    ) -> Result<(RunReport, ExitCode), UserError> {
        let plan = self.apply_plan(config, plan, save)?;
        let mut files = self.files(config)?;
        saved_plan::mark(&mut files, plan.as_ref());
        let (altered, unread_archive) = outcomes::altered_originals(config, &self.ledger, self.started)?;
        let findings = Findings {
            run_id: None,
            started: self.started,
            files,
            recovery: Recovery::default(),
            plan,
            excluded: self.excluded,
            altered,
            deleted: 0,
            warnings: unread_archive.into_iter().collect(),
            notes: Vec::new(),
        };
        outcomes::report(config, &self.ledger, findings, self.started, now)
    }
}
