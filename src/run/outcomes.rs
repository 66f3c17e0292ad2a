//! How each file fares and what the run comes to, as the report says it.

use chrono::{DateTime, FixedOffset};

use super::content;
use super::judge::PlannedFile;
use super::saved_plan;
use crate::clock::moment;
use crate::config::Config;
use crate::deliver::{End, Outcome, Recovered, Recovery};
use crate::drop_folder::Excluded;
use crate::exit::{ExitCode, UserError};
use crate::ledger::LedgerReader;
use crate::model::attention::AttentionKind;
use crate::model::decision::{Blocked, Choice, Reason};
use crate::model::delivery::State;
use crate::model::ledger::{AlteredOriginal, Delivery};
use crate::model::run_report::{
    ContentNote, FileOutcome, FileReport, OverdueReport, PlanReport, RecoveredReport, RunReport, Summary,
    Warning,
};
use crate::overview;
use crate::wording;
use crate::wording::cause::by_cause;

/// The most files that are named for one cause in the ledger.
const MOST_NAMED: usize = 20;

/// A file as it was judged; how it fares is added later.
pub(crate) fn describe(file: &PlannedFile) -> FileReport {
    let key = file.scanned.key.as_ref();
    let choice = file.judgement.choice;
    let not_free = file.judgement.earlier.as_ref().filter(|_| choice == Choice::Wait).map(wording::not_free);
    FileReport {
        path: file.scanned.file.path.clone(),
        size: file.scanned.size(),
        sha256: key.map(|key| key.digest),
        series: key.map(|key| key.slot.series.clone()),
        period: key.and_then(|key| key.slot.period),
        decision: choice,
        reason: file.judgement.reason,
        reasons: file.judgement.reasons.clone(),
        outcome: None,
        delivery_id: None,
        remote_path: file.remote_path.clone().filter(|_| choice == Choice::Send),
        hold_id: None,
        earlier: file.judgement.earlier.clone(),
        content: file.scanned.totals(),
        notes: two_months(file).into_iter().chain(content::notes(&file.suspicions)).collect(),
        delivered_records: file.delivered_records(),
        delivered_with: content::delivered_with(&file.suspicions),
        observed: file.judgement.observed.clone(),
        compared: None,
        look_alike: file.judgement.look_alike.clone(),
        approved_before: choice == Choice::Hold && !file.covered.is_empty() && !file.takes_two,
        blocked: file.scanned.reading.as_ref().err().map(wording::blocked).or_else(|| not_free.clone()),
        error: not_free,
        advice: file.scanned.reading.as_ref().err().and_then(wording::what_to_do),
        is_folder: matches!(&file.scanned.reading, Err(Blocked::Unsafe(why)) if why.is_about_a_folder()),
        waiting_since: None,
        approved_by: (file.takes_two && choice == Choice::Hold && !file.approvers.is_empty())
            .then(|| file.approvers.join(", ")),
    }
}

/// That a file's name speaks of two months, as a note on the reason that it makes.
fn two_months(file: &PlannedFile) -> Option<ContentNote> {
    let (one, other) = file.two_months.as_ref()?;
    let text = wording::advice::two_months(one, other);
    Some(ContentNote { reason: Reason::UnknownPeriod, text, lines: Vec::new(), deliveries: Vec::new() })
}

/// The files of a run as they were judged, with the outcome of those that the run leaves where they are.
pub(super) fn describe_all(planned: &[PlannedFile], plan: Option<&PlanReport>) -> Vec<FileReport> {
    let mut files: Vec<FileReport> = planned.iter().map(describe).collect();
    saved_plan::mark(&mut files, plan);
    for file in &mut files {
        file.outcome = if_left_alone(file.decision);
    }
    files
}

/// The outcome of a file that a run leaves where it is; none for one that is sent or put away.
fn if_left_alone(choice: Choice) -> Option<FileOutcome> {
    match choice {
        Choice::Hold => Some(FileOutcome::Held),
        Choice::Wait => Some(FileOutcome::Waiting),
        Choice::Skip => Some(FileOutcome::Skipped),
        Choice::Send | Choice::Duplicate => None,
    }
}

/// Adds how a delivery ended to its file.
pub(super) fn apply(outcome: Outcome, file: &mut FileReport) {
    file.delivery_id = outcome.delivery;
    match outcome.end {
        End::Delivered => file.outcome = Some(FileOutcome::Delivered),
        End::Failed(why) => (file.outcome, file.error) = (Some(FileOutcome::Failed), Some(why)),
        End::InDoubt(why) => (file.outcome, file.error) = (Some(FileOutcome::InDoubt), Some(why)),
        End::Held(reason) => {
            (file.decision, file.reason, file.outcome) = (Choice::Hold, reason, Some(FileOutcome::Held));
            file.reasons = vec![reason];
        }
    }
}

/// What recovery did to one delivery.
fn recovered(done: &Recovered) -> RecoveredReport {
    RecoveredReport { delivery_id: done.delivery, from: done.from, to: done.to, path: done.path.clone() }
}

/// The originals that were changed after an earlier run had put them away. An archive that cannot be read is a warning:
/// it keeps no file from being delivered.
///
/// # Errors
/// The ledger could not be read.
pub(super) fn altered_originals(
    config: &Config,
    ledger: &LedgerReader,
    now: DateTime<FixedOffset>,
) -> Result<(Vec<AlteredOriginal>, Option<Warning>), UserError> {
    match overview::altered_lately(config, ledger, now) {
        Ok(altered) => Ok((altered, None)),
        Err(error) if error.exit == ExitCode::Unexpected => {
            let path = config.archive.display().to_string();
            Ok((Vec::new(), Some(Warning { path, message: error.message })))
        }
        Err(error) => Err(error),
    }
}

/// What a run or its preview found and did; the rest of the report is asked of the ledger.
pub(super) struct Findings {
    /// None in a preview.
    pub(super) run_id: Option<i64>,
    pub(super) started: DateTime<FixedOffset>,
    pub(super) files: Vec<FileReport>,
    pub(super) recovery: Recovery,
    /// The plan that was saved, or that the run went by.
    pub(super) plan: Option<PlanReport>,
    pub(super) excluded: Excluded,
    /// Originals that were changed after an earlier run had put them away.
    pub(super) altered: Vec<AlteredOriginal>,
    /// How many files were deleted from the archive.
    pub(super) deleted: usize,
    /// What went wrong on this machine beside the files.
    pub(super) warnings: Vec<Warning>,
    /// What is told once and keeps no run from its end.
    pub(super) notes: Vec<Warning>,
}

/// Makes the report of a run or a preview, and works out the exit code. `as_of` is the moment at which files are
/// overdue or not.
///
/// # Errors
/// The ledger could not be read.
pub(super) fn report(
    config: &Config,
    ledger: &LedgerReader,
    findings: Findings,
    as_of: DateTime<FixedOffset>,
    now: &dyn Fn() -> DateTime<FixedOffset>,
) -> Result<(RunReport, ExitCode), UserError> {
    let dry_run = findings.run_id.is_none();
    let mut overview = overview::of_due(config, ledger, &findings.files, &findings.altered, as_of)?;
    let mut overdue = overview.as_ref().map(overview::overdue).unwrap_or_default();
    if dry_run {
        let delivers =
            |due: &OverdueReport, file: &FileReport| file.decision == Choice::Send && due.is_settled_by(file);
        overdue.retain(|due| !findings.files.iter().any(|file| delivers(due, file)));
        if let Some(overview) = &mut overview {
            overview::forget_due_soon(overview, &findings.files);
        }
    }
    let mut findings = findings;
    explain_waits(&mut findings.files, ledger, &findings.recovery.asked_again)?;
    let exit = exit_beside_files(&findings);
    let unsettled = findings.recovery.left.into_iter().map(|(path, message)| Warning { path, message });
    let mut report = RunReport {
        run_id: findings.run_id,
        dry_run,
        started_at: moment(findings.started),
        finished_at: moment(now()),
        files: findings.files,
        recovered: findings.recovery.done.iter().map(recovered).collect(),
        summary: Summary::default(),
        exit_code: 0,
        overdue,
        observed: Vec::new(),
        plan: findings.plan,
        in_doubt: ledger.open_deliveries()?.into_iter().filter(|d| d.state == State::InDoubt).collect(),
        not_picked_up: not_picked_up(config, ledger, as_of)?,
        altered: findings.altered,
        attention: Vec::new(),
        overview,
        cleared: findings.deleted,
        warnings: unsettled.chain(findings.warnings).collect(),
        notes: findings.notes,
        excluded: findings.excluded.files,
        folders: findings.excluded.folders,
    };
    let exit = report.conclude(overview::of_run(&report), exit);
    Ok((report, exit))
}

/// Tells of the files that wait for a person to say once more that KP did not get an earlier delivery. `asked_again` are
/// the deliveries whose temporary file this run found to be gone.
pub(super) fn explain_waits(
    files: &mut [FileReport],
    ledger: &LedgerReader,
    asked_again: &[i64],
) -> Result<(), UserError> {
    if !files.iter().any(|file| file.decision == Choice::Wait && file.earlier.is_some()) {
        return Ok(());
    }
    for delivery in ledger.not_free()? {
        if !delivery.is_direct() && !asked_again.contains(&delivery.id) {
            continue;
        }
        let why = wording::say_again(&delivery);
        for file in files.iter_mut().filter(|file| file.decision == Choice::Wait) {
            if file.earlier.as_ref().is_some_and(|earlier| earlier.delivery_id == delivery.id) {
                (file.blocked, file.error) = (Some(why.clone()), Some(why.clone()));
            }
        }
    }
    Ok(())
}

/// What the run warned of, each cause once, for whoever asks how things stand before the next run.
pub(super) fn warned(report: &RunReport) -> Vec<String> {
    let warnings = report.attention.iter().filter(|item| item.kind == AttentionKind::Warning);
    by_cause(warnings).iter().map(|cause| cause.text(MOST_NAMED)).collect()
}

/// The exit code of what the files do not show: a failure on this machine, and what recovery could not settle.
fn exit_beside_files(findings: &Findings) -> ExitCode {
    let local = if findings.warnings.is_empty() { ExitCode::Ok } else { ExitCode::Unexpected };
    let left = if findings.recovery.left.is_empty() { ExitCode::Ok } else { ExitCode::Incomplete };
    local.or(left)
}

/// The deliveries that KP should have taken out of its folder by now, as of the last time a run looked there.
fn not_picked_up(
    config: &Config,
    ledger: &LedgerReader,
    now: DateTime<FixedOffset>,
) -> Result<Vec<Delivery>, UserError> {
    config.alert.not_picked_up_after.map_or(Ok(Vec::new()), |limit| ledger.not_picked_up(limit, now))
}
