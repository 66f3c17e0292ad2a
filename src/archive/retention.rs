//! `originals.keep_archive`: archived content is deleted when it has been kept long enough. The ledger's and the
//! receipts' records of it are never deleted.
//!
//! A file is deleted only if the ledger recorded that it was archived and its digest is still the recorded one, and never
//! while a delivery of the same content is under way, in doubt or held. The file is deleted first and the deletion recorded
//! afterwards: where a run is cut off between the two, the next run finds no file and records that.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, FixedOffset};

use super::Archive;
use super::copies::Copies;
use crate::digest::Digest;
use crate::exit::UserError;
use crate::failpoint::failpoint;
use crate::ledger::Journal;
use crate::ledger::event::Event;
use crate::ledger::kept::{ArchivedContent, Origin};
use crate::ledger::witness;
use crate::messages::run as say;
use crate::model::run_report::Warning;

/// What [`prune`] did.
#[derive(Debug, Default)]
pub struct PruneResult {
    /// How many files were deleted.
    pub deleted: usize,
    /// What could not be deleted; the next run tries again.
    pub warnings: Vec<Warning>,
}

/// Deletes content that has been in the archive for longer than `keep`, counted back from `now`, and records it.
///
/// # Errors
/// The ledger could not be read or written.
pub fn prune(
    archive: &mut Archive,
    ledger: &mut dyn Journal,
    keep: Duration,
    now: DateTime<FixedOffset>,
) -> Result<PruneResult, UserError> {
    let mut result = PruneResult::default();
    // A folder without receipts is not the archive: its network share may not be mounted now.
    if !archive.root().join(witness::FOLDER).is_dir() {
        return Ok(result);
    }
    let needed = ledger.needed()?;
    let mut events = Vec::new();
    for ((folder, name, digest), rows) in by_content(archive, ledger.kept()?) {
        let old = rows.iter().all(|kept| kept.is_older(keep, now));
        if !old || needed.contains(&digest) || !rows.iter().any(|kept| kept.settled) {
            continue;
        }
        match archive.delete_copies(&folder, &name, digest) {
            Ok(Copies::OtherContent) => {}
            Ok(Copies::Gone) => events.push(deleted(digest, &rows, &[])),
            Ok(Copies::Deleted(files)) => {
                result.deleted += files.len();
                events.push(deleted(digest, &rows, &files));
            }
            Err(error) => {
                let path = rows.first().map(|kept| kept.path.clone()).unwrap_or_default();
                result.warnings.push(Warning { path, message: say::not_deleted(&folder, &error) });
            }
        }
    }
    if events.is_empty() {
        return Ok(result);
    }
    failpoint("content_deleted");
    if let Err(error) = archive.sync() {
        let message = say::not_deleted(archive.root(), &error);
        result.warnings.push(Warning { path: archive.root().display().to_string(), message });
        return Ok(result);
    }
    ledger.record(now, &events)?;
    Ok(result)
}

/// A folder of the archive, a file name, and the content's digest.
type Place = (PathBuf, String, Digest);

/// Groups what was archived by place. All copies of one content under one name in one folder are deleted together, once
/// the youngest is old enough: the ledger does not know which numbered copy belongs to which delivery.
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
