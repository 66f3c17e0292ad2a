//! The content of what was delivered before, where it lies now: in the archive, or still in the drop folder.

use std::path::{Path, PathBuf};

use crate::archive::{Archive, search};
use crate::config::Config;
use crate::digest::Digest;
use crate::drop_folder::{self, FolderEntry, Limits, Listener, NotRead};
use crate::model::decision::{Blocked, Unsettled};
use crate::model::ledger::Delivery;
use crate::records::content::{Content, ContentRule};
use crate::wording;

/// Where a delivery's content lies now; none where it is gone.
///
/// # Errors
/// The archive or the drop folder could not be searched, in words.
pub(super) fn found(config: &Config, delivery: &Delivery) -> Result<Option<PathBuf>, String> {
    let (digest, size) = (delivery.key.digest, delivery.size);
    let folder = Archive::new(&config.archive).delivered(delivery.key.slot.period);
    let archived = search::find_where(&folder, digest, size, &|_| true).map_err(|error| error.to_string())?;
    if archived.is_some() {
        return Ok(archived);
    }
    let name = delivery.path.rsplit('/').next().unwrap_or_default();
    search::find_in_drop_folder(&config.drop, digest, size, &|other| other == name)
        .map_err(|error| error.to_string())
}

/// A file at this path, to be read.
pub(super) fn entry(path: &Path) -> FolderEntry {
    FolderEntry { path: path.display().to_string(), place: path.into(), unsafe_because: None }
}

/// Reads a file that must have this digest still.
///
/// # Errors
/// It could not be read, or has another by now.
pub(super) fn read(file: &FolderEntry, digest: Digest, listener: &mut Listener<'_>) -> Result<(), Blocked> {
    match drop_folder::read(file, Limits::NONE, false, Some(listener)) {
        Ok(snapshot) if snapshot.digest == digest => Ok(()),
        Ok(_) | Err(NotRead::Later(_)) => Err(Blocked::Unsettled(Unsettled::StillChanging)),
        Err(NotRead::Blocked(blocked)) => Err(blocked),
    }
}

/// What is in a delivery's file by a rule; none where the file is gone.
///
/// # Errors
/// Why it could not be read, in words.
pub(super) fn look(
    config: &Config,
    rule: &ContentRule,
    delivery: &Delivery,
) -> Result<Option<Content>, String> {
    let Some(path) = found(config, delivery)? else { return Ok(None) };
    let file = entry(&path);
    let month = delivery.key.slot.period;
    let look = rule.look(month, |listener| read(&file, delivery.key.digest, listener));
    look.map(|((), content)| Some(content)).map_err(|why| wording::blocked(&why))
}
