//! Puts away the files that KP has already, as `originals.duplicates` says. The events are answered, not recorded.

use std::collections::HashMap;

use super::judge::PlannedFile;
use crate::archive::{Archive, Expected, PutAway};
use crate::config::Disposal;
use crate::failpoint::failpoint;
use crate::ledger::event::Event;
use crate::messages::run as say;
use crate::model::decision::{Choice, Reason};
use crate::model::delivery::Key;
use crate::model::run_report::{FileOutcome, FileReport, Warning};

/// What was put away, as events to be recorded, and what could not be.
#[derive(Default)]
pub(super) struct PutAwayDuplicates {
    pub(super) events: Vec<Event>,
    pub(super) warnings: Vec<Warning>,
}

/// Puts away the duplicates whose reason is `kind`, and adds to `files` how they fared.
///
/// A duplicate of another file of this run goes only when KP has that file.
pub(super) fn put_away(
    archive: &mut Archive,
    disposal: Disposal,
    planned: &[PlannedFile],
    files: &mut [FileReport],
    kind: Reason,
) -> PutAwayDuplicates {
    let delivered = delivered_in_this_run(planned, files);
    let mut done = PutAwayDuplicates::default();
    let duplicates = planned
        .iter()
        .zip(files)
        .filter(|(_, file)| file.decision == Choice::Duplicate && file.reason == kind);
    for (planned, file) in duplicates {
        file.outcome = Some(FileOutcome::Duplicate);
        let Some(key) = &planned.scanned.key else { continue };
        let earlier = file.earlier.as_ref().map(|earlier| earlier.delivery_id);
        let original = earlier.or_else(|| delivered.get(key).copied());
        if let Some(original) = original.filter(|_| disposal != Disposal::Leave) {
            put_one_away(archive, disposal, planned, file, (key, original), &mut done);
        }
    }
    if let Err(error) = archive.sync() {
        let message = say::archive_not_synced(archive.root(), &error);
        done.warnings.push(Warning { path: archive.root().display().to_string(), message });
    }
    if !done.events.is_empty() {
        failpoint("duplicates_put_away");
    }
    done
}

/// The deliveries of this run that KP has, by key.
fn delivered_in_this_run(planned: &[PlannedFile], files: &[FileReport]) -> HashMap<Key, i64> {
    planned
        .iter()
        .zip(files)
        .filter(|(_, file)| file.outcome == Some(FileOutcome::Delivered))
        .filter_map(|(planned, file)| Some((planned.scanned.key.clone()?, file.delivery_id?)))
        .collect()
}

/// Puts one file away that has the key of the delivery `original`; one that has changed since it was read waits.
fn put_one_away(
    archive: &mut Archive,
    disposal: Disposal,
    planned: &PlannedFile,
    file: &mut FileReport,
    (key, original): (&Key, i64),
    done: &mut PutAwayDuplicates,
) {
    let Ok(reading) = &planned.scanned.reading else { return };
    let folder = archive.duplicates(key.slot.period);
    let expected = Expected { digest: key.digest, identity: Some(reading.identity) };
    match archive.put_away(&planned.scanned.file.place, expected, disposal, &folder) {
        Ok(PutAway::Changed) => {
            (file.decision, file.reason, file.outcome) =
                (Choice::Wait, Reason::Unsettled, Some(FileOutcome::Waiting));
            file.reasons = vec![Reason::Unsettled];
            file.blocked = Some(say::still_changing());
        }
        Ok(_) => {
            done.events.push(Event::DuplicatePutAway { path: file.path.clone(), delivery: original });
        }
        Err(error) => {
            let message = say::not_put_away(&file.path, &error);
            done.warnings.push(Warning { path: file.path.clone(), message });
        }
    }
}
