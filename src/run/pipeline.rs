//! One run: recover, look, decide, deliver, tell.

use chrono::{DateTime, FixedOffset};

use super::holds::{Holds, held};
use super::leftovers;
use super::outcomes::{describe, recovered, tell, untouched};
use super::saved_plan::{self, Saved};
use crate::archive::Archive;
use crate::archive::retention::{self, PruneResult};
use crate::config::Config;
use crate::decide::{Choice, Judgement, Reason};
use crate::deliver::{Executor, PlannedUpload, Recovery, Server, Settings, Warning, Watch};
use crate::delivery::State;
use crate::drop_folder::Excluded;
use crate::exit::{ExitCode, UserError};
use crate::failpoint::failpoint;
use crate::ledger::event::Event;
use crate::ledger::query::Delivery;
use crate::ledger::query::Sequence;
use crate::ledger::{Book, LedgerReader, moment};
use crate::messages::{escape, run as say};
use crate::overview;
use crate::remote::trial::TrialNote;
use crate::remote::{Connect, Load};
use crate::report::{self, FileReport, OverdueReport, RunReport, Summary};
use crate::run::survey::{self, PlannedFile, Survey};

/// One run, from what earlier ones left open to the report: all of `run` but the way to the server, the
/// ledger's opening and the printing. `watch` is given the plan before anything is delivered.
///
/// # Errors
/// The run had to end: the ledger could not be read or written, or the drop folder not be listed. The
/// next run finds out how far this one came.
pub fn cycle<W: Watch>(
    config: &Config,
    ledger: &mut dyn Book,
    connect: Box<dyn Connect>,
    now: &dyn Fn() -> DateTime<FixedOffset>,
    watch: impl FnOnce(&[PlannedFile]) -> W,
) -> Result<(RunReport, ExitCode), UserError> {
    cycle_by(None, config, ledger, connect, now, watch)
}

/// [`cycle`], which sends no more than the plan says where there is one.
pub(crate) fn cycle_by<W: Watch>(
    plan: Option<&Saved>,
    config: &Config,
    ledger: &mut dyn Book,
    connect: Box<dyn Connect>,
    now: &dyn Fn() -> DateTime<FixedOffset>,
    watch: impl FnOnce(&[PlannedFile]) -> W,
) -> Result<(RunReport, ExitCode), UserError> {
    let started = now();
    let run_id = ledger.next(Sequence::Run)?;
    let mut run =
        Run { config, id: run_id, archive: Archive::new(&config.archive), server: Server::new(connect), now };
    let mut leftovers = leftovers::clear(config, &mut run.archive, ledger, started)?;
    // Where nothing is to be recovered, the plan can be made at once, and the server be reached while the disk works.
    let ahead = ledger.open_deliveries()?.iter().all(|delivery| delivery.state == State::InDoubt);
    let outlook = if ahead { Some(run.plan(ledger, plan)?) } else { None };
    ledger.record(started, &[Event::RunStarted { run: run_id }])?;
    failpoint("run_started");
    let (recovery, mut mishaps) = run.recover(ledger)?;
    mishaps.append(&mut leftovers);
    let Prepared { planned, told, left_out } = match outlook {
        Some(outlook) => outlook,
        None => run.plan(ledger, plan)?,
    };
    failpoint("looked");
    let mut files: Vec<FileReport> = planned.iter().map(describe).collect();
    saved_plan::mark(&mut files, told.as_ref());
    for file in &mut files {
        file.outcome = untouched(file.decision);
    }
    run.note_holds(ledger, &planned, &mut files)?;
    failpoint("held");
    run.put_duplicates_away(ledger, &planned, &mut files, &mut mishaps, Reason::AlreadyDelivered)?;
    let delivered = run.deliver(ledger, &planned, &mut files, &watch(&planned));
    mishaps.extend(delivered.map_err(|trouble| name_unfinished(trouble, &planned))?);
    run.put_duplicates_away(ledger, &planned, &mut files, &mut mishaps, Reason::DuplicateInRun)?;
    run.server.clear_trial(&TrialNote::beside(&config.ledger));
    run.look_for_delivered(ledger)?;
    let cleared = run.clear_archive(ledger)?;
    mishaps.extend(cleared.mishaps);

    let overdue = overdue(config, ledger, &files, now())?;
    let mut report = RunReport {
        schema: report::SCHEMA,
        run_id: Some(run_id),
        dry_run: false,
        started_at: moment(started),
        finished_at: moment(now()),
        files,
        recovered: recovery.done.iter().map(recovered).collect(),
        summary: Summary::default(),
        exit_code: 0,
        overdue,
        plan: told,
        in_doubt: ledger.open_deliveries()?.into_iter().filter(|d| d.state == State::InDoubt).collect(),
        not_picked_up: not_picked_up(config, ledger, now())?,
        cleared: cleared.deleted,
        troubles: recovery.left.clone(),
        excluded: left_out.files,
        folders: left_out.folders,
    };
    failpoint("done");
    let local = if mishaps.is_empty() { ExitCode::Ok } else { ExitCode::Unexpected };
    let left = if recovery.left.is_empty() { ExitCode::Ok } else { ExitCode::Incomplete };
    report.troubles.extend(mishaps.into_iter().map(|mishap| (mishap.path, mishap.message)));
    let exit = report.conclude(local.or(left));
    ledger.record(now(), &[Event::RunFinished { run: run_id, exit: exit.code() }])?;
    Ok((report, exit))
}

/// A run that has to stop still names the files it may not have come to.
fn name_unfinished(mut trouble: UserError, planned: &[PlannedFile]) -> UserError {
    let sends = planned.iter().filter(|file| file.judgement.choice == Choice::Send);
    let names: Vec<String> = sends.map(|file| escape(&file.looked.file.path)).collect();
    trouble.message.extend([" ", &say::unfinished(&names.join(", "))]);
    trouble
}

/// What a run sets out with.
struct Prepared {
    planned: Vec<PlannedFile>,
    told: Option<report::PlanReport>,
    left_out: Excluded,
}

pub(crate) struct Run<'a> {
    pub(crate) config: &'a Config,
    id: i64,
    pub(crate) archive: Archive,
    server: Server,
    now: &'a dyn Fn() -> DateTime<FixedOffset>,
}

impl Run<'_> {
    fn settings(&self, ledger: &dyn Book) -> Settings {
        Settings {
            drop: self.config.drop.clone(),
            sftp: self.config.sftp.clone(),
            disposal: self.config.originals.delivered,
            gone_is_delivered: self.config.policy.gone_is_delivered,
            ledger: ledger.id().to_owned(),
        }
    }

    fn executor<'a>(&'a mut self, ledger: &'a mut dyn Book) -> Result<Executor<'a>, UserError> {
        let settings = self.settings(ledger);
        let next = ledger.next(Sequence::Delivery)?;
        Ok(Executor::new(ledger, &mut self.server, &mut self.archive, settings, (self.id, next), self.now))
    }

    pub(crate) fn write_down(&self, ledger: &mut dyn Book, events: &[Event]) -> Result<(), UserError> {
        if events.is_empty() { Ok(()) } else { ledger.record((self.now)(), events) }
    }

    /// Looks, decides, and lets the server be reached where something is to be sent.
    fn plan(&mut self, ledger: &dyn Book, plan: Option<&Saved>) -> Result<Prepared, UserError> {
        let Survey { files: mut planned, left_out } =
            survey::look_and_judge(self.config, ledger, (self.now)())?;
        let told = plan.map(|plan| plan.narrow(ledger, &mut planned)).transpose()?;
        let sends = planned.iter().filter(|file| file.judgement.choice == Choice::Send);
        let load = sends.fold(Load::default(), |load, file| Load {
            files: load.files + 1,
            bytes: load.bytes.saturating_add(file.looked.size()),
        });
        if load.files > 0 {
            self.server.expect(load);
        }
        Ok(Prepared { planned, told, left_out })
    }

    /// What earlier runs left open comes before anything new.
    fn recover(&mut self, ledger: &mut dyn Book) -> Result<(Recovery, Vec<Warning>), UserError> {
        let open = ledger.open_deliveries()?;
        let mut executor = self.executor(ledger)?;
        let recovery = executor.recover(&open)?;
        Ok((recovery, executor.mishaps()))
    }

    fn deliver(
        &mut self,
        ledger: &mut dyn Book,
        planned: &[PlannedFile],
        files: &mut [FileReport],
        watch: &dyn Watch,
    ) -> Result<Vec<Warning>, UserError> {
        let (indices, parcels): (Vec<usize>, Vec<PlannedUpload>) =
            planned.iter().enumerate().filter_map(|(i, file)| Some((i, parcel(file)?))).unzip();
        let mut executor = self.executor(ledger)?;
        let outcomes = executor.deliver(&parcels, watch)?;
        let mishaps = executor.mishaps();
        drop(executor);
        let holds = Holds::new(ledger.open_holds()?);
        let mut next = ledger.next(Sequence::Hold)?;
        let mut events = Vec::new();
        for (i, outcome) in indices.into_iter().zip(outcomes) {
            let file = &mut files[i];
            tell(file, outcome);
            let known = holds.of(&planned[i]);
            if file.decision == Choice::Hold {
                let id = known.map_or(next, |hold| hold.id);
                next += i64::from(known.is_none());
                file.hold_id = Some(id);
                if known.is_none_or(|hold| hold.reason != file.reason.name()) {
                    events.push(Event::Held(held(id, &planned[i], file.reason)));
                }
            } else {
                events.extend(known.map(|hold| Event::HoldEnded { hold: hold.id, why: None, who: None }));
            }
        }
        self.write_down(ledger, &events)?;
        Ok(mishaps)
    }

    /// Asks the server which delivered files KP has taken since, where that is to be watched.
    fn look_for_delivered(&mut self, ledger: &mut dyn Book) -> Result<(), UserError> {
        if self.config.alert.not_picked_up_after.is_none() {
            return Ok(());
        }
        let waiting = ledger.awaiting_pick_up((self.now)())?;
        self.executor(ledger)?.note_picked_up(&waiting)
    }

    fn clear_archive(&mut self, ledger: &mut dyn Book) -> Result<PruneResult, UserError> {
        match self.config.originals.keep_archive {
            Some(keep) => retention::prune(&mut self.archive, ledger, keep, (self.now)()),
            None => Ok(PruneResult::default()),
        }
    }
}

fn parcel(file: &PlannedFile) -> Option<PlannedUpload> {
    let Judgement { choice: Choice::Send, reason, .. } = file.judgement else { return None };
    Some(PlannedUpload {
        file: file.looked.file.clone(),
        reading: file.looked.reading.as_ref().ok()?.clone(),
        key: file.looked.key.clone()?,
        remote_path: file.remote_path.clone()?,
        reason,
        decision: file.decision.filter(|_| reason == Reason::Approved),
    })
}

/// The months that are overdue, by the picture that `status` shows.
pub(crate) fn overdue(
    config: &Config,
    view: &LedgerReader,
    files: &[FileReport],
    now: DateTime<FixedOffset>,
) -> Result<Vec<OverdueReport>, UserError> {
    if config.series.iter().all(|rule| rule.due_day.is_none()) {
        // Nothing is expected on any day, so a large ledger need not be gone through for it.
        return Ok(Vec::new());
    }
    Ok(overview::of(config, view, files, now)?.matters.into_iter().filter_map(OverdueReport::of).collect())
}

/// The deliveries that KP should have taken by now, as of the last time a run looked.
pub(crate) fn not_picked_up(
    config: &Config,
    view: &LedgerReader,
    now: DateTime<FixedOffset>,
) -> Result<Vec<Delivery>, UserError> {
    config.alert.not_picked_up_after.map_or(Ok(Vec::new()), |limit| view.not_picked_up(limit, now))
}
