//! What is told of each file: as it is planned, and as it fared.

use crate::decide::Choice;
use crate::deliver::{End, Outcome, Recovered};
use crate::report::{FileOutcome, FileReport, RecoveredReport};
use crate::run::survey::PlannedFile;
use crate::wording;

/// A file as it is planned; the run adds how it fared.
pub(crate) fn describe(file: &PlannedFile) -> FileReport {
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
        blocked: file.looked.reading.as_ref().err().map(wording::blocked),
        approved_by: (file.takes_two && choice == Choice::Hold && !file.approvers.is_empty())
            .then(|| file.approvers.join(", ")),
    }
}

/// How a file fares that nothing is done with.
pub(crate) fn untouched(choice: Choice) -> Option<FileOutcome> {
    match choice {
        Choice::Hold => Some(FileOutcome::Held),
        Choice::Wait => Some(FileOutcome::Waiting),
        Choice::Skip => Some(FileOutcome::Skipped),
        Choice::Send | Choice::Duplicate => None,
    }
}

/// Adds how a file fared.
pub(crate) fn tell(file: &mut FileReport, outcome: Outcome) {
    file.delivery_id = outcome.delivery;
    match outcome.end {
        End::Delivered => file.outcome = Some(FileOutcome::Delivered),
        End::Failed(why) => (file.outcome, file.error) = (Some(FileOutcome::Failed), Some(why)),
        End::InDoubt(why) => (file.outcome, file.error) = (Some(FileOutcome::InDoubt), Some(why)),
        End::Held(reason) => {
            (file.decision, file.reason, file.outcome) = (Choice::Hold, reason, Some(FileOutcome::Held));
        }
    }
}

pub(crate) fn recovered(done: &Recovered) -> RecoveredReport {
    RecoveredReport { delivery_id: done.delivery, from: done.from, to: done.to, path: done.path.clone() }
}
