//! `run`: recover, look, decide, deliver, tell. `--dry-run` stops before anything is done.

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset};

use crate::checkpoint::checkpoint;
use crate::cli::{self, Global};
use crate::config::{Config, Disposal};
use crate::decide::{Blocked, Choice, Judgement, Reason};
use crate::deliver::{End, Executor, Mishap, Outcome, Parcel, Recovery, Server, Settings, Watch};
use crate::delivery::{Key, Slot, State};
use crate::drop_folder::LeftOut;
use crate::exit::{Exit, Trouble};
use crate::keep::{self, Cleared};
use crate::ledger::event::{Event, Held};
use crate::ledger::query::{Delivery, Hold, Numbered};
use crate::ledger::{Book, Ledger, View, moment};
use crate::messages::{escape, run as say};
use crate::notify::{self, Memory};
use crate::originals::{Archive, Expected, PutAway};
use crate::overview;
use crate::period::Period;
use crate::remote::ssh::SshConnector;
use crate::remote::{Connect, Load};
use crate::report::{self, Fate, FileReport, OverdueReport, RecoveredReport, RunReport, Summary};
use crate::secrets::Secrets;
use crate::survey::{self, Planned, Survey};

use super::plan_file::{self, Document, Saved};
use super::{answer, now, open_ledger, open_view, progress, warn};

/// `run --dry-run`: the plan, from the same facts as the run's, and nothing done.
pub(super) fn preview(config: &Config, options: &cli::Run, global: &Global) -> anyhow::Result<Exit> {
    let plan = prepare(config, options)?;
    let started = now();
    if let Some(file) = &options.save {
        plan_file::check_place(config, file)?;
    }
    let Outlook { view, mut planned, left_out } = outlook(config, started, false)?;
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
    plan_file::mark(&mut files, told.as_ref());
    let in_doubt =
        view.open_deliveries()?.into_iter().filter(|delivery| delivery.state == State::InDoubt).collect();
    let not_picked_up = not_picked_up(config, &view, started)?;
    let mut overdue = overdue(config, &view, &files, started)?;
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
        cleared: 0,
        troubles: Vec::new(),
        excluded: left_out.files,
        folders: left_out.folders,
    };
    let exit = report.conclude(Exit::Ok);
    answer(global, &report, || report::text::run(&report, global.quiet, global.verbose > 0))?;
    Ok(exit)
}

/// The drop folder as the next run would judge it, and the ledger that it was judged by.
pub(super) struct Outlook {
    pub view: View,
    pub planned: Vec<Planned>,
    pub left_out: LeftOut,
}

/// Looks ahead, and does nothing. `patient` reads on while a run is under way.
pub(super) fn outlook(
    config: &Config,
    started: DateTime<FixedOffset>,
    patient: bool,
) -> Result<Outlook, Trouble> {
    drop(open_view(config, patient)?);
    let survey = survey::look(config, started)?;
    // The ledger is kept no longer than it is asked: a run that begins meanwhile need not wait.
    let view = open_view(config, patient)?;
    let planned = survey::judge(config, &view, survey.files, started)?;
    Ok(Outlook { view, planned, left_out: survey.left_out })
}

/// The files as they are planned, with the numbers that runs gave to what is held.
pub(super) fn described(view: &View, planned: &[Planned]) -> Result<Vec<FileReport>, Trouble> {
    let holds = Holds::new(view.open_holds()?);
    let known = |file: &Planned| holds.of(file).filter(|_| file.judgement.choice == Choice::Hold);
    Ok(planned
        .iter()
        .map(|file| FileReport { hold_id: known(file).map(|hold| hold.id), ..describe(file) })
        .collect())
}

/// The months that are overdue, by the picture that `status` shows.
fn overdue(
    config: &Config,
    view: &View,
    files: &[FileReport],
    now: DateTime<FixedOffset>,
) -> Result<Vec<OverdueReport>, Trouble> {
    if config.series.iter().all(|rule| rule.due_day.is_none()) {
        // Nothing is expected on any day, so a large ledger need not be gone through for it.
        return Ok(Vec::new());
    }
    Ok(overview::of(config, view, files, now)?.matters.into_iter().filter_map(OverdueReport::of).collect())
}

/// `run`.
pub(super) fn run(config: &Config, options: &cli::Run, global: &Global) -> anyhow::Result<Exit> {
    let (mut ledger, mut report, mut exit) = match carry_out(config, options, global) {
        Ok(done) => done,
        Err(trouble) if trouble.exit == Exit::Busy => return Err(trouble.into()),
        // Whoever names a plan is there to read what is wrong with it.
        Err(trouble) if trouble.exit == Exit::Usage && options.plan.is_some() => return Err(trouble.into()),
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
        exit = exit.or(Exit::Unexpected);
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
) -> Result<(Ledger, RunReport, Exit), Trouble> {
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
    let overview = match overview::of(config, ledger, &report.files, now) {
        Ok(overview) => overview,
        Err(trouble) => return vec![trouble.message],
    };
    let this_month = Period::of(now.date_naive()).filter(|_| config.notify.monthly);
    let complete = this_month.map(|month| notify::complete(&overview, month)).unwrap_or_default();
    let open = notify::after(report, &overview.matters);
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
    watch: impl FnOnce(&[Planned]) -> W,
) -> Result<(RunReport, Exit), Trouble> {
    cycle_by(None, config, ledger, connect, now, watch)
}

/// What must be right before anything is touched, and the plan to go by. A ledger that is not to be trusted is told of
/// first, whatever else is wrong.
fn prepare(config: &Config, options: &cli::Run) -> Result<Option<Saved>, Trouble> {
    config.check_folders()?;
    let sound = config.check_sftp().and_then(|()| config.check_host_key());
    sound.and_then(|()| plan_to_go_by(config, options)).map_err(|trouble| match open_view(config, true) {
        Err(worse) if worse.exit == Exit::Ledger => worse,
        _ => trouble,
    })
}

/// The plan that the run is to go by, where there is one: checked before anything is touched.
fn plan_to_go_by(config: &Config, options: &cli::Run) -> Result<Option<Saved>, Trouble> {
    let Some(file) = &options.plan else { return Ok(None) };
    let plan = Saved::read(config, file)?;
    plan.check_ledger(&open_view(config, false)?)?;
    Ok(Some(plan))
}

/// [`cycle`], which sends no more than the plan says where there is one.
fn cycle_by<W: Watch>(
    plan: Option<&Saved>,
    config: &Config,
    ledger: &mut dyn Book,
    connect: Box<dyn Connect>,
    now: &dyn Fn() -> DateTime<FixedOffset>,
    watch: impl FnOnce(&[Planned]) -> W,
) -> Result<(RunReport, Exit), Trouble> {
    let started = now();
    let run_id = ledger.next(Numbered::Run)?;
    let mut run =
        Run { config, id: run_id, archive: Archive::new(&config.archive), server: Server::new(connect), now };
    // Where nothing is to be recovered, the plan can be made at once, and the server be reached while the disk works.
    let ahead = ledger.open_deliveries()?.iter().all(|delivery| delivery.state == State::InDoubt);
    let outlook = if ahead { Some(run.plan(ledger, plan)?) } else { None };
    ledger.record(started, &[Event::RunStarted { run: run_id }])?;
    checkpoint("run_started");
    let (recovery, mut mishaps) = run.recover(ledger)?;
    let Outset { planned, told, left_out } = match outlook {
        Some(outlook) => outlook,
        None => run.plan(ledger, plan)?,
    };
    checkpoint("looked");
    let mut files: Vec<FileReport> = planned.iter().map(describe).collect();
    plan_file::mark(&mut files, told.as_ref());
    for file in &mut files {
        file.outcome = untouched(file.decision);
    }
    run.note_holds(ledger, &planned, &mut files)?;
    checkpoint("held");
    run.put_duplicates_away(ledger, &planned, &mut files, &mut mishaps, Reason::AlreadyDelivered)?;
    let delivered = run.deliver(ledger, &planned, &mut files, &watch(&planned));
    mishaps.extend(delivered.map_err(|trouble| name_unfinished(trouble, &planned))?);
    run.put_duplicates_away(ledger, &planned, &mut files, &mut mishaps, Reason::DuplicateInRun)?;
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
    checkpoint("done");
    let local = if mishaps.is_empty() { Exit::Ok } else { Exit::Unexpected };
    let left = if recovery.left.is_empty() { Exit::Ok } else { Exit::Incomplete };
    report.troubles.extend(mishaps.into_iter().map(|mishap| (mishap.path, mishap.message)));
    let exit = report.conclude(local.or(left));
    ledger.record(now(), &[Event::RunFinished { run: run_id, exit: exit.code() }])?;
    Ok((report, exit))
}

/// The deliveries that KP should have taken by now, as of the last time a run looked.
fn not_picked_up(config: &Config, view: &View, now: DateTime<FixedOffset>) -> Result<Vec<Delivery>, Trouble> {
    config.alert.not_picked_up_after.map_or(Ok(Vec::new()), |limit| view.not_picked_up(limit, now))
}

/// A run that has to stop still names the files it may not have come to.
fn name_unfinished(mut trouble: Trouble, planned: &[Planned]) -> Trouble {
    let sends = planned.iter().filter(|file| file.judgement.choice == Choice::Send);
    let names: Vec<String> = sends.map(|file| escape(&file.looked.file.path)).collect();
    trouble.message.extend([" ", &say::unfinished(&names.join(", "))]);
    trouble
}

/// What a run sets out with.
struct Outset {
    planned: Vec<Planned>,
    told: Option<report::PlanReport>,
    left_out: LeftOut,
}

struct Run<'a> {
    config: &'a Config,
    id: i64,
    archive: Archive,
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

    fn executor<'a>(&'a mut self, ledger: &'a mut dyn Book) -> Result<Executor<'a>, Trouble> {
        let settings = self.settings(ledger);
        let next = ledger.next(Numbered::Delivery)?;
        Ok(Executor::new(ledger, &mut self.server, &mut self.archive, settings, (self.id, next), self.now))
    }

    fn write_down(&self, ledger: &mut dyn Book, events: &[Event]) -> Result<(), Trouble> {
        if events.is_empty() { Ok(()) } else { ledger.record((self.now)(), events) }
    }

    /// Looks, decides, and lets the server be reached where something is to be sent.
    fn plan(&mut self, ledger: &dyn Book, plan: Option<&Saved>) -> Result<Outset, Trouble> {
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
        Ok(Outset { planned, told, left_out })
    }

    /// What earlier runs left open comes before anything new.
    fn recover(&mut self, ledger: &mut dyn Book) -> Result<(Recovery, Vec<Mishap>), Trouble> {
        let open = ledger.open_deliveries()?;
        let mut executor = self.executor(ledger)?;
        let recovery = executor.recover(&open)?;
        Ok((recovery, executor.mishaps()))
    }

    /// Gives every held file a number, and ends the holds of those that are held no more.
    fn note_holds(
        &self,
        ledger: &mut dyn Book,
        planned: &[Planned],
        files: &mut [FileReport],
    ) -> Result<(), Trouble> {
        let holds = Holds::new(ledger.open_holds()?);
        let mut next = ledger.next(Numbered::Hold)?;
        let mut events = Vec::new();
        let mut kept = Vec::new();
        for (planned, file) in
            planned.iter().zip(files.iter_mut()).filter(|(_, file)| file.decision == Choice::Hold)
        {
            let known = holds.of(planned);
            let id = known.map_or(next, |hold| hold.id);
            next += i64::from(known.is_none());
            if known.is_none_or(|hold| hold.reason != file.reason.name()) {
                events.push(Event::Held(held(id, planned, file.reason)));
            }
            kept.push(id);
            file.hold_id = Some(id);
        }
        // A file that is to be sent keeps its hold until it is known what the server says.
        kept.extend(
            planned
                .iter()
                .filter(|file| file.judgement.choice == Choice::Send)
                .filter_map(|file| Some(holds.of(file)?.id)),
        );
        events.extend(holds.all().filter(|hold| !kept.contains(&hold.id)).map(|hold| Event::HoldEnded {
            hold: hold.id,
            why: None,
            who: None,
        }));
        self.write_down(ledger, &events)
    }

    fn deliver(
        &mut self,
        ledger: &mut dyn Book,
        planned: &[Planned],
        files: &mut [FileReport],
        watch: &dyn Watch,
    ) -> Result<Vec<Mishap>, Trouble> {
        let (indices, parcels): (Vec<usize>, Vec<Parcel>) =
            planned.iter().enumerate().filter_map(|(i, file)| Some((i, parcel(file)?))).unzip();
        let mut executor = self.executor(ledger)?;
        let outcomes = executor.deliver(&parcels, watch)?;
        let mishaps = executor.mishaps();
        drop(executor);
        let holds = Holds::new(ledger.open_holds()?);
        let mut next = ledger.next(Numbered::Hold)?;
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
    fn look_for_delivered(&mut self, ledger: &mut dyn Book) -> Result<(), Trouble> {
        if self.config.alert.not_picked_up_after.is_none() {
            return Ok(());
        }
        let waiting = ledger.awaiting_pick_up((self.now)())?;
        self.executor(ledger)?.note_picked_up(&waiting)
    }

    fn clear_archive(&mut self, ledger: &mut dyn Book) -> Result<Cleared, Trouble> {
        match self.config.originals.keep_archive {
            Some(keep) => keep::clear(&mut self.archive, ledger, keep, (self.now)()),
            None => Ok(Cleared::default()),
        }
    }

    /// Puts away the duplicates of one kind, as `originals.duplicates` says. Those of a file of this run go only
    /// when KP has that file.
    fn put_duplicates_away(
        &mut self,
        ledger: &mut dyn Book,
        planned: &[Planned],
        files: &mut [FileReport],
        mishaps: &mut Vec<Mishap>,
        kind: Reason,
    ) -> Result<(), Trouble> {
        let disposal = self.config.originals.duplicates;
        let twins: HashMap<Key, i64> = planned
            .iter()
            .zip(files.iter())
            .filter(|(_, file)| file.outcome == Some(Fate::Delivered))
            .filter_map(|(planned, file)| Some((planned.looked.key.clone()?, file.delivery_id?)))
            .collect();
        let mut events = Vec::new();
        let copies = planned
            .iter()
            .zip(files)
            .filter(|(_, file)| file.decision == Choice::Duplicate && file.reason == kind);
        for (planned, file) in copies {
            file.outcome = Some(Fate::Duplicate);
            let (Some(key), Ok(reading)) = (&planned.looked.key, &planned.looked.reading) else { continue };
            let earlier =
                file.earlier.as_ref().map(|earlier| earlier.delivery_id).or_else(|| twins.get(key).copied());
            let Some(delivery) = earlier.filter(|_| disposal != Disposal::Leave) else { continue };
            let folder = self.archive.duplicates(key.slot.period);
            let expected = Expected { digest: key.digest, identity: Some(reading.identity) };
            match self.archive.put_away(&planned.looked.file.place, expected, disposal, &folder) {
                Ok(PutAway::Changed) => {
                    (file.decision, file.reason, file.outcome) =
                        (Choice::Wait, Reason::Unsettled, Some(Fate::Waiting));
                    file.blocked = Some(say::still_changing());
                }
                Ok(_) => events.push(Event::DuplicatePutAway { path: file.path.clone(), delivery }),
                Err(error) => mishaps
                    .push(Mishap { path: file.path.clone(), message: say::not_put_away(&file.path, &error) }),
            }
        }
        if let Err(error) = self.archive.sync() {
            let message = say::archive_not_synced(self.archive.root(), &error);
            mishaps.push(Mishap { path: self.archive.root().display().to_string(), message });
        }
        if !events.is_empty() {
            checkpoint("duplicates_put_away");
        }
        self.write_down(ledger, &events)
    }
}

/// The open holds, to be found by the file they are about.
struct Holds(HashMap<(String, Option<crate::digest::Digest>, Option<Slot>), Hold>);

impl Holds {
    fn new(holds: Vec<Hold>) -> Holds {
        Holds(
            holds
                .into_iter()
                .map(|hold| ((hold.path.clone(), hold.digest, hold.slot.clone()), hold))
                .collect(),
        )
    }

    fn of(&self, file: &Planned) -> Option<&Hold> {
        let key = file.looked.key.as_ref();
        self.0.get(&(
            file.looked.file.path.clone(),
            key.map(|key| key.digest),
            key.map(|key| key.slot.clone()),
        ))
    }

    fn all(&self) -> impl Iterator<Item = &Hold> {
        self.0.values()
    }
}

/// A held file, as the ledger keeps it.
pub(super) fn held(id: i64, file: &Planned, reason: Reason) -> Held {
    let key = file.looked.key.as_ref();
    Held {
        hold: id,
        path: file.looked.file.path.clone(),
        digest: key.map(|key| key.digest),
        series: key.map(|key| key.slot.series.clone()),
        period: key.and_then(|key| key.slot.period),
        reason: reason.name().to_owned(),
    }
}

fn parcel(file: &Planned) -> Option<Parcel> {
    let Judgement { choice: Choice::Send, reason, .. } = file.judgement else { return None };
    Some(Parcel {
        file: file.looked.file.clone(),
        reading: file.looked.reading.as_ref().ok()?.clone(),
        key: file.looked.key.clone()?,
        remote_path: file.remote_path.clone()?,
        reason,
        decision: file.decision.filter(|_| reason == Reason::Approved),
    })
}

/// A file as it is planned; the run adds how it fared.
fn describe(file: &Planned) -> FileReport {
    let key = file.looked.key.as_ref();
    let choice = file.judgement.choice;
    FileReport {
        path: file.looked.file.path.clone(),
        size: file.looked.size(),
        sha256: key.map(|key| key.digest),
        series: key.map(|key| key.slot.series.clone()),
        period: key.and_then(|key| key.slot.period),
        decision: choice,
        reason: file.judgement.reason,
        outcome: None,
        delivery_id: None,
        remote_path: file.remote_path.clone().filter(|_| choice == Choice::Send),
        hold_id: None,
        earlier: file.judgement.earlier.clone(),
        error: None,
        blocked: match &file.looked.reading {
            Err(Blocked::Unsafe(because) | Blocked::Unsettled(because)) => Some(because.clone()),
            Ok(_) => None,
        },
        approved_by: (file.takes_two && choice == Choice::Hold && !file.approvers.is_empty())
            .then(|| file.approvers.join(", ")),
    }
}

/// How a file fares that nothing is done with.
fn untouched(choice: Choice) -> Option<Fate> {
    match choice {
        Choice::Hold => Some(Fate::Held),
        Choice::Wait => Some(Fate::Waiting),
        Choice::Skip => Some(Fate::Skipped),
        Choice::Send | Choice::Duplicate => None,
    }
}

/// Adds how a file fared.
fn tell(file: &mut FileReport, outcome: Outcome) {
    file.delivery_id = outcome.delivery;
    match outcome.end {
        End::Delivered => file.outcome = Some(Fate::Delivered),
        End::Failed(why) => (file.outcome, file.error) = (Some(Fate::Failed), Some(why)),
        End::InDoubt(why) => (file.outcome, file.error) = (Some(Fate::InDoubt), Some(why)),
        End::Held(reason) => {
            (file.decision, file.reason, file.outcome) = (Choice::Hold, reason, Some(Fate::Held));
        }
    }
}

fn recovered(done: &crate::deliver::Recovered) -> RecoveredReport {
    RecoveredReport { delivery_id: done.delivery, from: done.from, to: done.to, path: done.path.clone() }
}
