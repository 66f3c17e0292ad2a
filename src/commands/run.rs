//! `run`, and `run --dry-run`, which stops before anything is done.

use anyhow::Error;

use crate::cli::{self, Global};
use crate::config::Config;
use crate::exit::{ExitCode, UserError};
use crate::ledger::Ledger;
use crate::messages::notify as say;
use crate::model::run_report::RunReport;
use crate::notify::{self, Memory};
use crate::output::{self, answer, warn};
use crate::overview;
use crate::period::Period;
use crate::remote::ssh::SshConnector;
use crate::report;
use crate::run::pipeline;
use crate::run::preview::Preview;
use crate::run::saved_plan::{self, Saved};
use crate::secrets::Secrets;

use super::context::{load_alone, not_retired, now, open_ledger, open_reader, told_of_configuration};
use super::failure::Stopped;
use super::place::{Answer, Place};
use super::{interrupt, progress};

/// `run --dry-run`: shows the plan that a run would make now, and does nothing.
pub(super) fn preview(config: &Config, options: &cli::Run, global: &Global) -> anyhow::Result<ExitCode> {
    // Nothing is sent, so the server need not be known yet.
    let plan = prepare(config, options, false)?;
    let started = now();
    if let Some(file) = &options.save {
        saved_plan::check_place(config, file)?;
    }
    let open = || {
        let ledger = open_reader(config, false)?;
        not_retired(&ledger)?;
        Ok(ledger)
    };
    let preview = Preview::of(config, &open, started)?;
    let (report, exit) = preview.report(config, plan.as_ref(), options.save.as_deref(), &now)?;
    show(&report, config, global)?;
    Ok(exit)
}

/// `run`, from the reading of the configuration on: where that is wrong, those are told whom `[notify]` names, as of any other
/// failure of a run.
pub(super) fn run(options: &cli::Run, global: &Global) -> anyhow::Result<ExitCode> {
    match load_alone(global) {
        Ok(config) => by(&config, options, global),
        Err(error) => {
            // Whoever names a plan reads the error.
            let to = options.plan.is_none().then(|| told_of_configuration(global)).flatten();
            let failures = to.map(|to| notify::tell_failure_to(&to.notify, &to.ledger, &error, None, now()));
            let failures = not_notified(&failures.unwrap_or_default());
            let matters = failures.iter().map(|said| overview::notice_not_sent(said)).collect();
            Err(Stopped { error, matters }.into())
        }
    }
}

/// `run` by a configuration.
fn by(config: &Config, options: &cli::Run, global: &Global) -> anyhow::Result<ExitCode> {
    let (mut ledger, mut report, mut exit) = match carry_out(config, options, global) {
        Ok(done) => done,
        Err(error) => {
            // No mail about a plan that cannot be used, since the person who named it reads the error; and none where another
            // run is under way, since that is no failure.
            let is_seen = error.exit == ExitCode::Usage && options.plan.is_some();
            let mut matters = Vec::new();
            if error.exit != ExitCode::Busy && !is_seen {
                let head = open_reader(config, true).and_then(|ledger| ledger.chain_head()).ok();
                let failures = not_notified(&notify::tell_failure(config, &error, head, now()));
                matters.extend(failures.iter().map(|said| overview::notice_not_sent(said)));
            }
            return Err(Stopped { error, matters }.into());
        }
    };
    // Print text before notifying (mail is slow), JSON after it (it carries the final exit code). A closed standard
    // output must not suppress notices.
    let finished = |error| Error::from(output::report_not_written(&error));
    let shown = if global.json { Ok(()) } else { show(&report, config, global).map_err(finished) };
    for said in not_notified(&notify_person(config, &mut ledger, &report)) {
        exit = report.add(overview::notice_not_sent(&said), exit);
    }
    if global.json {
        show(&report, config, global).map_err(finished)?;
    }
    shown?;
    Ok(exit)
}

fn show(report: &RunReport, config: &Config, global: &Global) -> anyhow::Result<()> {
    let json = Answer { report, place: Place::of(config) };
    answer(global, &json, || report::text::run(report, global.quiet, global.verbose > 0))
}

fn carry_out(
    config: &Config,
    options: &cli::Run,
    global: &Global,
) -> Result<(Ledger, RunReport, ExitCode), UserError> {
    interrupt::watch();
    let plan = prepare(config, options, true)?;
    let connect = SshConnector::new(&config.sftp, Secrets::gather(&config.sftp)?);
    let mut ledger = open_ledger(config, now())?;
    let (report, exit) =
        pipeline::run_planned(plan.as_ref(), config, &mut ledger, Box::new(connect), &now, |planned| {
            progress::Progress::new(global, planned)
        })?;
    Ok((ledger, report, exit))
}

/// Sends the notices that are due; answers why, where one could not be sent.
fn notify_person(config: &Config, ledger: &mut Ledger, report: &RunReport) -> Vec<String> {
    if config.notify.mail.is_none() && config.notify.command.is_none() && !config.notify.event_log {
        return Vec::new();
    }
    let now = now();
    let this_month = Period::of(now.date_naive()).filter(|_| config.notify.monthly);
    let complete = report.overview.as_ref().zip(this_month);
    let complete = complete.map(|(overview, month)| notify::complete(overview, month)).unwrap_or_default();
    let open = notify::after(&report.attention);
    let observed = notify::observed(&report.observed);
    let memory = &mut Memory::Ledger(ledger);
    let mut failures = notify::tell(&config.notify, memory, &open, &complete, &observed, now);
    failures.extend(notify::forget_failure(config).err().map(|error| error.to_string()));
    failures
}

/// Says on standard error which notices could not be sent; answers what was said.
fn not_notified(failures: &[String]) -> Vec<String> {
    let said: Vec<String> = failures.iter().map(|why| say::not_told(why)).collect();
    for sentence in &said {
        warn(sentence);
    }
    said
}

/// Checks the configuration before anything is touched, and reads the plan to go by, where one is named. A damaged
/// ledger (exit code 6) outranks every other error, so it is looked for when there is one. `connects` says that the server
/// will be reached, so its host key must be known.
fn prepare(config: &Config, options: &cli::Run, connects: bool) -> Result<Option<Saved>, UserError> {
    config.check_folders()?;
    // A ledger that others could have changed is not opened, not even to see whether it is damaged.
    config.check_trust()?;
    let known = || if connects { config.check_host_key() } else { Ok(()) };
    let checked = config.check_sftp().and_then(|()| known());
    checked.and_then(|()| read_plan(config, options)).map_err(|error| match open_reader(config, true) {
        Err(worse) if worse.exit == ExitCode::Ledger => worse,
        _ => error,
    })
}

/// Reads the plan that the run is to go by, where one is named, and checks that this ledger made it.
fn read_plan(config: &Config, options: &cli::Run) -> Result<Option<Saved>, UserError> {
    let Some(file) = &options.plan else { return Ok(None) };
    let plan = Saved::read(config, file)?;
    plan.check_ledger(&open_reader(config, false)?)?;
    Ok(Some(plan))
}
