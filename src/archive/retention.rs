//! `originals.keep_archive`: archived content is deleted when it has been kept long enough; what the ledger and the
//! receipts tell of it never is.
//!
//! A file is deleted only if the ledger put it there and its digest is unchanged, and never while a file of the same
//! content is being delivered, in doubt or held. A file is deleted first and written down afterwards: if a run is
//! interrupted in between, the next run finds the file gone and writes that down.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, FixedOffset};

use crate::archive::{Archive, Copies};
use crate::digest::Digest;
use crate::exit::UserError;
use crate::failpoint::failpoint;
use crate::ledger::Journal;
use crate::ledger::event::Event;
use crate::ledger::kept::{ArchivedContent, Origin};
use crate::ledger::receipts;
use crate::messages::run as say;
use crate::model::run_report::Warning;

/// What became of the archive.
#[derive(Debug, Default)]
pub struct PruneResult {
    /// How many files were deleted.
    pub deleted: usize,
    /// What could not be deleted; the next run tries again.
    pub mishaps: Vec<Warning>,
}

/// Deletes what has been in the archive for longer than `keep`.
///
/// # Errors
/// The ledger could not be read or written.
pub fn prune(
    archive: &mut Archive,
    ledger: &mut dyn Journal,
    keep: Duration,
    now: DateTime<FixedOffset>,
) -> Result<PruneResult, UserError> {
    let mut cleared = PruneResult::default();
    // A folder without receipts is not the archive: perhaps the share that holds it is not mounted.
    if !archive.root().join(receipts::FOLDER).is_dir() {
        return Ok(cleared);
    }
    let needed = ledger.needed()?;
    let mut events = Vec::new();
    for ((folder, name, digest), rows) in by_content(archive, ledger.kept()?) {
        let old = rows.iter().all(|kept| kept.is_older(keep, now));
        if !old || needed.contains(&digest) || !rows.iter().any(|kept| kept.settled) {
            continue;
        }
        match archive.delete_copies(&folder, &name, digest) {
            Ok(Copies::Strange) => {}
            Ok(Copies::Gone) => events.push(deleted(digest, &rows, &[])),
            Ok(Copies::Deleted(files)) => {
                cleared.deleted += files.len();
                events.push(deleted(digest, &rows, &files));
            }
            Err(error) => {
                let path = rows.first().map(|kept| kept.path.clone()).unwrap_or_default();
                cleared.mishaps.push(Warning { path, message: say::not_deleted(&folder, &error) });
            }
        }
    }
    if events.is_empty() {
        return Ok(cleared);
    }
    failpoint("content_deleted");
    if let Err(error) = archive.sync() {
        let message = say::not_deleted(archive.root(), &error);
        cleared.mishaps.push(Warning { path: archive.root().display().to_string(), message });
        return Ok(cleared);
    }
    ledger.record(now, &events)?;
    Ok(cleared)
}

/// Where a content lies, under which name, and which content.
type Place = (PathBuf, String, Digest);

/// Groups the copies of one content under one name in one folder: they are deleted together, once the youngest is old.
fn by_content(archive: &Archive, kept: Vec<ArchivedContent>) -> BTreeMap<Place, Vec<ArchivedContent>> {
    let mut places: BTreeMap<Place, Vec<ArchivedContent>> = BTreeMap::new();
    for kept in kept {
        let folder = match kept.by {
            Origin::Delivery(_) => archive.delivered(kept.period),
            Origin::Duplicate(_) => archive.duplicates(kept.period),
            Origin::Rejection(_) => archive.rejected(),
        };
        let name = kept.path.rsplit('/').next().unwrap_or_default().to_owned();
        places.entry((folder, name, kept.digest)).or_default().push(kept);
    }
    places
}

fn deleted(digest: Digest, rows: &[ArchivedContent], files: &[PathBuf]) -> Event {
    let (mut deliveries, mut duplicates, mut decisions) = (Vec::new(), Vec::new(), Vec::new());
    for kept in rows {
        match kept.by {
            Origin::Delivery(id) => deliveries.push(id),
            Origin::Duplicate(id) => duplicates.push(id),
            Origin::Rejection(id) => decisions.push(id),
        }
    }
    let slashed = |file: &PathBuf| {
        let parts: Vec<_> = Path::new(file).iter().map(|part| part.to_string_lossy()).collect();
        parts.join("/")
    };
    Event::ContentDeleted {
        digest,
        deliveries,
        duplicates,
        decisions,
        files: files.iter().map(slashed).collect(),
    }
}
