//! One run, from what earlier runs left open to the report: recover, scan, judge, deliver, put away, tell.

use chrono::{DateTime, FixedOffset};

use super::compared;
use super::duplicates::{self, PutAwayDuplicates};
use super::holds::{self, Holds, TooLong};
use super::judge::{self, PlannedFile};
use super::keying;
use super::leftovers;
use super::outcomes::{self, Findings};
use super::saved_plan::Saved;
use super::scan::{LARGE, Scanned};
use super::secret;
use super::writers;
use crate::archive::Archive;
use crate::archive::retention::{self, PruneResult};
use crate::config::Config;
use crate::deliver::{Executor, PlannedUpload, Recovery, Server, Settings, Watch};
use crate::drop_folder::Excluded;
use crate::exit::{ExitCode, UserError};
use crate::failpoint::failpoint;
use crate::ledger::event::Event;
use crate::ledger::query::Sequence;
use crate::ledger::{Journal, LedgerReader};
use crate::messages::{escape, run as say};
use crate::model::decision::{Choice, Judgement, Reason};
use crate::model::delivery::State;
use crate::model::keys::KeyedRecords;
use crate::model::ledger::Delivery;
use crate::model::run_report::{FileReport, PlanReport, RunReport, Warning};
use crate::remote::trial::TrialNote;
use crate::remote::{Connect, Load, Terms};

/// One run: all of `traekfil run` except opening the ledger, choosing the connection, and printing.
///
/// `watch` gets the planned files before anything is delivered, and answers whom to tell of the progress.
///
/// # Errors
/// The run had to end: the ledger could not be read or written, or the drop folder not be listed. The next run finds
/// out how far this one came.
pub fn run<W: Watch>(
    config: &Config,
    ledger: &mut dyn Journal,
    connect: Box<dyn Connect>,
    now: &dyn Fn() -> DateTime<FixedOffset>,
    watch: impl FnOnce(&[PlannedFile]) -> W,
) -> Result<(RunReport, ExitCode), UserError> {
    run_planned(None, config, ledger, connect, now, watch)
}

/// [`run`] that sends no more than `plan` says, where there is one.
///
/// # Errors
/// As [`run`].
pub(crate) fn run_planned<W: Watch>(
    plan: Option<&Saved>,
    config: &Config,
    ledger: &mut dyn Journal,
    connect: Box<dyn Connect>,
    now: &dyn Fn() -> DateTime<FixedOffset>,
    watch: impl FnOnce(&[PlannedFile]) -> W,
) -> Result<(RunReport, ExitCode), UserError> {
    let started = now();
    let id = ledger.next(Sequence::Run)?;
    let mut run =
        Run { config, id, archive: Archive::new(&config.archive), server: Server::new(connect), now };
    secret::ready(config, ledger, started)?;
    keying::make(config, ledger, started)?;
    let leftovers = leftovers::clear(config, &mut run.archive, ledger, started)?;
    // With nothing to recover, plan first: the server is then connected to while the ledger is written.
    let early = if needs_recovery(ledger)? { None } else { Some(run.prepare(ledger, plan)?) };
    ledger.record(started, &[Event::RunStarted { run: id }])?;
    failpoint("run_started");

    let (altered, unread_archive) = outcomes::altered_originals(config, ledger, started)?;
    let (recovery, mut warnings, mut notes) = run.recover(ledger)?;
    warnings.extend(leftovers);
    warnings.extend(unread_archive);
    let Prepared { planned, plan, excluded } = early.map_or_else(|| run.prepare(ledger, plan), Ok)?;
    failpoint("looked");

    let mut files = outcomes::describe_all(&planned, plan.as_ref());
    compared::annotate(config, ledger, &planned, &mut files)?;
    run.hold(ledger, &planned, &mut files)?;
    failpoint("held");
    let undone =
        run.put_duplicates_away(ledger, &planned, &mut files, (Reason::AlreadyDelivered, &warnings))?;
    warnings.extend(undone);
    let delivered = run.deliver(ledger, &planned, &mut files, &watch(&planned));
    let (delivered, told_once) = delivered.map_err(|error| name_unfinished(error, &planned))?;
    warnings.extend(delivered);
    notes.extend(told_once);
    // Only now is it known whether KP has the files that these are duplicates of.
    let undone =
        run.put_duplicates_away(ledger, &planned, &mut files, (Reason::DuplicateInRun, &warnings))?;
    warnings.extend(undone);

    run.server.clear_trial(&TrialNote::beside(&config.ledger));
    run.note_picked_up(ledger)?;
    let pruned = run.prune_archive(ledger)?;
    keying::forget_old(config, ledger, now())?;
    warnings.extend(pruned.warnings);

    let findings = Findings {
        run_id: Some(id),
        started,
        files,
        recovery,
        plan,
        excluded,
        altered,
        deleted: pruned.deleted,
        warnings,
        notes,
    };
    let (report, exit) = outcomes::report(config, ledger, findings, now(), now)?;
    // Holds need no line before the run ends; where it cannot be written, the next run writes it.
    let _ = ledger.attest();
    failpoint("done");
    let warnings = outcomes::warned(&report);
    ledger.record(now(), &[Event::RunFinished { run: id, exit: exit.code(), warnings }])?;
    Ok((report, exit))
}

/// Whether an earlier run, or a person, left a delivery open that this run can settle. One in doubt waits for a person.
fn needs_recovery(ledger: &LedgerReader) -> Result<bool, UserError> {
    Ok(to_recover(ledger)?.iter().any(|delivery| delivery.state != State::InDoubt))
}

fn to_recover(ledger: &LedgerReader) -> Result<Vec<Delivery>, UserError> {
    Ok(ledger.open_deliveries()?.into_iter().chain(ledger.not_free()?).collect())
}

/// Names, in the error that ends a run, the files that may not have been delivered.
fn name_unfinished(mut error: UserError, planned: &[PlannedFile]) -> UserError {
    let names: Vec<String> = sends(planned).map(|file| escape(&file.scanned.file.path)).collect();
    error.message.extend([" ", &say::unfinished(&names.join(", "))]);
    error
}

/// The files that are to be sent.
fn sends(planned: &[PlannedFile]) -> impl Iterator<Item = &PlannedFile> {
    planned.iter().filter(|file| file.judgement.choice == Choice::Send)
}

/// The files with their decisions, narrowed by the plan, and how the plan differs.
struct Prepared {
    planned: Vec<PlannedFile>,
    plan: Option<PlanReport>,
    excluded: Excluded,
}

/// What the steps of a run share.
struct Run<'a> {
    config: &'a Config,
    id: i64,
    archive: Archive,
    server: Server,
    now: &'a dyn Fn() -> DateTime<FixedOffset>,
}

impl Run<'_> {
    /// Scans and judges the drop folder, and begins to connect where something is to be sent.
    fn prepare(&mut self, ledger: &LedgerReader, plan: Option<&Saved>) -> Result<Prepared, UserError> {
        let Scanned { files: mut planned, excluded } =
            judge::scan_and_judge(self.config, ledger, (self.now)())?;
        writers::let_written_files_wait(self.config, &mut planned);
        let plan = plan.map(|plan| plan.narrow(ledger, &mut planned)).transpose()?;
        judge::look_up(ledger, &planned)?;
        let pieces = Terms::of(&self.config.sftp).pieces;
        let load = sends(&planned).fold(Load { pieces, ..Load::default() }, |load, file| Load {
            files: load.files + 1,
            bytes: load.bytes.saturating_add(file.scanned.size()),
            pieces,
        });
        if load.files > 0 {
            self.server.expect(load);
        }
        Ok(Prepared { planned, plan, excluded })
    }

    /// Settles what earlier runs left open.
    fn recover(
        &mut self,
        ledger: &mut dyn Journal,
    ) -> Result<(Recovery, Vec<Warning>, Vec<Warning>), UserError> {
        let open = to_recover(ledger)?;
        let mut executor = self.executor(ledger)?;
        let recovery = executor.recover(&open)?;
        Ok((recovery, executor.take_warnings(), executor.take_notes()))
    }

    /// Numbers the files that are held, and ends the holds of files that are held no more.
    fn hold(
        &self,
        ledger: &mut dyn Journal,
        planned: &[PlannedFile],
        files: &mut [FileReport],
    ) -> Result<(), UserError> {
        let too_long = TooLong { limit: self.config.alert.unsettled_after, now: (self.now)() };
        let event = holds::after_judging(Holds::read(ledger)?, planned, files, too_long);
        self.record(ledger, event.as_slice())
    }

    /// Puts away the duplicates whose reason is `kind`, but for those that were told of already; answers what could not be put away.
    fn put_duplicates_away(
        &mut self,
        ledger: &mut dyn Journal,
        planned: &[PlannedFile],
        files: &mut [FileReport],
        kind: (Reason, &[Warning]),
    ) -> Result<Vec<Warning>, UserError> {
        let disposal = self.config.originals.duplicates;
        let PutAwayDuplicates { events, warnings } =
            duplicates::put_away(&mut self.archive, (&self.config.drop, disposal), planned, files, kind);
        self.record(ledger, &events)?;
        Ok(warnings)
    }

    /// Delivers the files that are to be sent, and adds to `files` how they fared; answers what went wrong beside that, and
    /// what is told once.
    fn deliver(
        &mut self,
        ledger: &mut dyn Journal,
        planned: &[PlannedFile],
        files: &mut [FileReport],
        watch: &dyn Watch,
    ) -> Result<(Vec<Warning>, Vec<Warning>), UserError> {
        let mut uploads: Vec<(usize, PlannedUpload)> = Vec::new();
        for (i, file) in planned.iter().enumerate() {
            let is_sent = file.judgement.choice == Choice::Send;
            let keyed = if is_sent { secret::sealed(self.config, &file.scanned)? } else { None };
            uploads.extend(planned_upload(file, keyed).map(|upload| (i, upload)));
        }
        // Large files last, the smallest of them first, so that a slow one stops nobody; the others keep their order.
        uploads.sort_by_key(|(_, upload)| Some(upload.reading.size).filter(|size| *size > LARGE));
        let (indices, uploads): (Vec<usize>, Vec<PlannedUpload>) = uploads.into_iter().unzip();
        let mut executor = self.executor(ledger)?;
        let outcomes = executor.deliver(&uploads, watch)?;
        executor.remove_left()?;
        let (warnings, notes) = (executor.take_warnings(), executor.take_notes());
        drop(executor);
        for (&index, outcome) in indices.iter().zip(outcomes) {
            outcomes::apply(outcome, &mut files[index]);
        }
        let event = holds::after_delivery(Holds::read(ledger)?, planned, files, &indices);
        self.record(ledger, event.as_slice())?;
        Ok((warnings, notes))
    }

    /// Asks the server which delivered files KP has taken out of its folder, where `alert.not_picked_up_after` is set.
    fn note_picked_up(&mut self, ledger: &mut dyn Journal) -> Result<(), UserError> {
        if self.config.alert.not_picked_up_after.is_none() {
            return Ok(());
        }
        let waiting = ledger.awaiting_pick_up((self.now)())?;
        self.executor(ledger)?.note_picked_up(&waiting)
    }

    /// Deletes what the archive has kept for longer than `originals.keep_archive`.
    fn prune_archive(&mut self, ledger: &mut dyn Journal) -> Result<PruneResult, UserError> {
        match self.config.originals.keep_archive {
            Some(keep) => retention::prune(&mut self.archive, ledger, keep, (self.now)()),
            None => Ok(PruneResult::default()),
        }
    }

    fn executor<'a>(&'a mut self, ledger: &'a mut dyn Journal) -> Result<Executor<'a>, UserError> {
        let settings = Settings {
            drop: self.config.drop.clone(),
            sftp: self.config.sftp.clone(),
            disposal: self.config.originals.delivered,
            gone_is_delivered: self.config.policy.gone_is_delivered,
        };
        let next = ledger.next(Sequence::Delivery)?;
        Ok(Executor::new(ledger, &mut self.server, &mut self.archive, settings, (self.id, next), self.now))
    }

    /// Records events, where there are any: an empty commit would cost a write to the disk.
    fn record(&self, ledger: &mut dyn Journal, events: &[Event]) -> Result<(), UserError> {
        if events.is_empty() { Ok(()) } else { ledger.record((self.now)(), events) }
    }
}

/// What the executor gets of a file that is to be sent; none for any other.
fn planned_upload(file: &PlannedFile, keyed: Option<KeyedRecords>) -> Option<PlannedUpload> {
    let Judgement { choice: Choice::Send, reason, .. } = file.judgement else { return None };
    Some(PlannedUpload {
        file: file.scanned.file.clone(),
        reading: file.scanned.reading.as_ref().ok()?.clone(),
        key: file.scanned.key.clone()?,
        remote_path: file.remote_path.clone()?,
        reason,
        decision: file.decision.filter(|_| reason == Reason::Approved),
        content: file.scanned.totals(),
        observed: file.judgement.observed.clone(),
        keyed,
    })
}
