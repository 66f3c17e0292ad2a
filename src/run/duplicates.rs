//! Puts away the files that KP has already, as `originals.duplicates` says. The events are answered, not recorded.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::judge::PlannedFile;
use crate::archive::{Archive, Expected, PutAway};
use crate::config::Disposal;
use crate::deliver::stays;
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
/// A duplicate of another file of this run goes only when KP has that file. `told` are the originals that this run has tried to
/// put away and told of already: they are left alone, so that nobody is told of them twice.
pub(super) fn put_away(
    archive: &mut Archive,
    (drop, disposal): (&Path, Disposal),
    planned: &[PlannedFile],
    files: &mut [FileReport],
    (kind, told): (Reason, &[Warning]),
) -> PutAwayDuplicates {
    let delivered = delivered_in_this_run(planned, files);
    let mut done = PutAwayDuplicates::default();
    let is_duplicate = |file: &FileReport| file.decision == Choice::Duplicate && file.reason == kind;
    let mut places = Vec::new();
    let told: HashSet<&str> = told.iter().map(|warning| warning.path.as_str()).collect();
    let is_left = |file: &FileReport| is_duplicate(file) && !told.contains(file.path.as_str());
    for file in files.iter_mut().filter(|file| is_duplicate(file)) {
        file.outcome = Some(FileOutcome::Duplicate);
    }
    for (planned, _) in planned.iter().zip(files.iter()).filter(|(_, file)| is_left(file)) {
        places.push(planned.scanned.file.place.clone());
    }
    if let Err(error) = archive.sync_originals(drop, &places, disposal) {
        let message = say::drop_not_synced(drop, &error);
        done.warnings.push(Warning { path: drop.display().to_string(), message });
        return done;
    }
    for (planned, file) in planned.iter().zip(files).filter(|(_, file)| is_left(file)) {
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
        // What a power cut may undo is not written down as put away; the next run finds it gone or does it again.
        done.events.clear();
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
        Ok(away @ (PutAway::Changed | PutAway::Gone)) => {
            (file.decision, file.reason, file.outcome) =
                (Choice::Wait, Reason::Unsettled, Some(FileOutcome::Waiting));
            file.reasons = vec![Reason::Unsettled];
            let gone = away == PutAway::Gone;
            file.blocked = Some(if gone { say::went_away() } else { say::still_changing() });
        }
        Ok(PutAway::Archived(_) | PutAway::Deleted | PutAway::Left) => {
            done.events.push(Event::DuplicatePutAway { path: file.path.clone(), delivery: original });
        }
        Err(error) => {
            let message = stays(disposal, &error);
            done.warnings.push(Warning { path: file.path.clone(), message });
        }
    }
}
