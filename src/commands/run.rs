//! `run`, and `run --dry-run`, which stops before anything is done.

use chrono::{DateTime, FixedOffset};

use crate::cli::{self, Global};
use crate::config::Config;
use crate::decide::Choice;
use crate::delivery::State;
use crate::drop_folder::Excluded;
use crate::exit::{ExitCode, UserError};
use crate::ledger::{Ledger, LedgerReader, moment};
use crate::notify::{self, Memory};
use crate::overview;
use crate::period::Period;
use crate::remote::ssh::SshConnector;
use crate::report::{self, FileReport, RunReport, Summary};
use crate::run::survey::{self, PlannedFile};
use crate::secrets::Secrets;

use super::{answer, now, open_ledger, open_view, progress, warn};
use crate::run::holds::Holds;
use crate::run::outcomes::describe;
use crate::run::pipeline::{cycle_by, not_picked_up};
use crate::run::saved_plan::{self, Document, Saved};

/// `run --dry-run`: the plan, from the same facts as the run's, and nothing done.
pub(super) fn preview(config: &Config, options: &cli::Run, global: &Global) -> anyhow::Result<ExitCode> {
    let plan = prepare(config, options)?;
    let started = now();
    if let Some(file) = &options.save {
        saved_plan::check_place(config, file)?;
    }
    let Preview { view, mut planned, left_out } = outlook(config, started, false)?;
    let told = match (&plan, &options.save) {
        (Some(plan), _) => Some(plan.narrow(&view, &mut planned)?),
        (None, Some(file)) => {
            let document = Document::of(config, &view, &planned, &moment(started))?;
            document.save(file)?;
            Some(document.saved(file))
        }
        (None, None) => None,
    };
    let mut files = described(&view, &planned)?;
    saved_plan::mark(&mut files, told.as_ref());
    let in_doubt =
        view.open_deliveries()?.into_iter().filter(|delivery| delivery.state == State::InDoubt).collect();
    let not_picked_up = not_picked_up(config, &view, started)?;
    let overview = overview::of_due(config, &view, &files, started)?;
    let mut overdue = overview.as_ref().map(overview::overdue).unwrap_or_default();
    overdue.retain(|due| !files.iter().any(|file| file.decision == Choice::Send && due.is_settled_by(file)));
    drop(view);
    let mut report = RunReport {
        schema: report::SCHEMA,
        run_id: None,
        dry_run: true,
        started_at: moment(started),
        finished_at: moment(now()),
        files,
        recovered: Vec::new(),
        summary: Summary::default(),
        exit_code: 0,
        overdue,
        plan: told,
        in_doubt,
        not_picked_up,
        attention: Vec::new(),
        overview,
        cleared: 0,
        troubles: Vec::new(),
        excluded: left_out.files,
        folders: left_out.folders,
    };
    let exit = report.conclude(overview::of_run(&report), ExitCode::Ok);
    answer(global, &report, || report::text::run(&report, global.quiet, global.verbose > 0))?;
    Ok(exit)
}

/// The drop folder as the next run would judge it, and the ledger that it was judged by.
pub(super) struct Preview {
    pub view: LedgerReader,
    pub planned: Vec<PlannedFile>,
    pub left_out: Excluded,
}

/// Looks ahead, and does nothing. `patient` reads on while a run is under way.
pub(super) fn outlook(
    config: &Config,
    started: DateTime<FixedOffset>,
    patient: bool,
) -> Result<Preview, UserError> {
    drop(open_view(config, patient)?);
    let survey = survey::scan(config, started)?;
    // The ledger is kept no longer than it is asked: a run that begins meanwhile need not wait.
    let view = open_view(config, patient)?;
    let planned = survey::judge(config, &view, survey.files, started)?;
    Ok(Preview { view, planned, left_out: survey.left_out })
}

/// The files as they are planned, with the numbers that runs gave to what is held.
pub(super) fn described(view: &LedgerReader, planned: &[PlannedFile]) -> Result<Vec<FileReport>, UserError> {
    let holds = Holds::new(view.open_holds()?);
    let known = |file: &PlannedFile| holds.of(file).filter(|_| file.judgement.choice == Choice::Hold);
    Ok(planned
        .iter()
        .map(|file| FileReport { hold_id: known(file).map(|hold| hold.id), ..describe(file) })
        .collect())
}

/// `run`.
pub(super) fn run(config: &Config, options: &cli::Run, global: &Global) -> anyhow::Result<ExitCode> {
    let (mut ledger, mut report, mut exit) = match carry_out(config, options, global) {
        Ok(done) => done,
        Err(trouble) if trouble.exit == ExitCode::Busy => return Err(trouble.into()),
        // Whoever names a plan is there to read what is wrong with it.
        Err(trouble) if trouble.exit == ExitCode::Usage && options.plan.is_some() => {
            return Err(trouble.into());
        }
        Err(trouble) => {
            complain(&notify::tell_failure(config, &trouble, now()));
            return Err(trouble.into());
        }
    };
    let text = |report: &RunReport| report::text::run(report, global.quiet, global.verbose > 0);
    // A person reads the answer while the mail server is spoken to; a program gets the exit code after it. Nobody
    // there to read it is no reason to tell nobody.
    let shown = if global.json { Ok(()) } else { answer(global, &report, || text(&report)) };
    let untold = tell_a_person(config, &mut ledger, &report);
    complain(&untold);
    if !untold.is_empty() {
        exit = exit.or(ExitCode::Unexpected);
        report.exit_code = exit.code();
    }
    let shown = if global.json { answer(global, &report, || text(&report)) } else { shown };
    shown?;
    Ok(exit)
}

fn carry_out(
    config: &Config,
    options: &cli::Run,
    global: &Global,
) -> Result<(Ledger, RunReport, ExitCode), UserError> {
    let plan = prepare(config, options)?;
    let connect = SshConnector::new(&config.sftp, Secrets::gather(&config.sftp)?);
    let mut ledger = open_ledger(config, now())?;
    let (report, exit) = cycle_by(plan.as_ref(), config, &mut ledger, Box::new(connect), &now, |planned| {
        progress::Progress::new(global, planned)
    })?;
    Ok((ledger, report, exit))
}

/// Sends the notices that are due; answers what failed of it.
fn tell_a_person(config: &Config, ledger: &mut Ledger, report: &RunReport) -> Vec<String> {
    if config.notify.mail.is_none() && config.notify.command.is_none() && !config.notify.event_log {
        return Vec::new();
    }
    let now = now();
    let this_month = Period::of(now.date_naive()).filter(|_| config.notify.monthly);
    let complete = report.overview.as_ref().zip(this_month);
    let complete = complete.map(|(overview, month)| notify::complete(overview, month)).unwrap_or_default();
    let open = notify::after(&report.attention);
    let mut untold = notify::tell(&config.notify, &mut Memory::Ledger(ledger), &open, &complete, now);
    untold.extend(notify::forget_failure(config).err().map(|error| error.to_string()));
    untold
}

/// Says, on standard error, what could not be told.
fn complain(untold: &[String]) {
    for why in untold {
        warn(&crate::messages::notify::not_told(why));
    }
}

/// What must be right before anything is touched, and the plan to go by. A ledger that is not to be trusted is told of
/// first, whatever else is wrong.
fn prepare(config: &Config, options: &cli::Run) -> Result<Option<Saved>, UserError> {
    config.check_folders()?;
    let sound = config.check_sftp().and_then(|()| config.check_host_key());
    sound.and_then(|()| plan_to_go_by(config, options)).map_err(|trouble| match open_view(config, true) {
        Err(worse) if worse.exit == ExitCode::Ledger => worse,
        _ => trouble,
    })
}

/// The plan that the run is to go by, where there is one: checked before anything is touched.
fn plan_to_go_by(config: &Config, options: &cli::Run) -> Result<Option<Saved>, UserError> {
    let Some(file) = &options.plan else { return Ok(None) };
    let plan = Saved::read(config, file)?;
    plan.check_ledger(&open_view(config, false)?)?;
    Ok(Some(plan))
}
