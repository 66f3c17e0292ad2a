//! Originals that were changed after they had been put away: a program that had the file open goes on writing to it
//! wherever it is moved, and KP has only what was there before.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use chrono::DateTime;
use rayon::prelude::*;

use super::Archive;
use super::names::numbered;
use crate::digest::Digest;
use crate::drop_folder;
use crate::exit::UserError;
use crate::ledger::LedgerReader;
use crate::messages::run as say;
use crate::model::ledger::{AlteredOriginal, Delivery};

/// Moments of the ledger are whole seconds: a file may have been put away until so long after one.
const ROUNDED: Duration = Duration::from_secs(1);

/// How closely archived files are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closely {
    /// A file is read only where its size or its times say that it was changed.
    AtTimes,
    /// Every file is read.
    AtContent,
}

/// Those of these deliveries whose archived original was changed since. One that is not in the archive any more is
/// none of them.
///
/// # Errors
/// The archive or the ledger could not be read: then it is not known.
pub fn altered(
    archive: &Archive,
    ledger: &LedgerReader,
    deliveries: &[Delivery],
    closely: Closely,
) -> Result<Vec<AlteredOriginal>, UserError> {
    let suspects: Vec<(&Delivery, Vec<(PathBuf, Digest)>)> = deliveries
        .par_iter()
        .map(|delivery| Ok((delivery, others_in_its_place(archive, delivery, closely)?)))
        .filter(|found| !matches!(found, Ok((_, others)) if others.is_empty()))
        .collect::<io::Result<_>>()
        .map_err(|error| UserError::unexpected(say::archive_not_compared(archive.root(), &error)))?;
    let mut altered = Vec::new();
    for (delivery, others) in suspects {
        for (place, digest) in others {
            // Another delivery's original may have the same name with a number.
            if ledger.deliveries_of(&digest)?.is_empty() {
                altered.push(AlteredOriginal { delivery: delivery.clone(), place });
                break;
            }
        }
    }
    Ok(altered)
}

/// The files that may be this delivery's original and have another content, each with its digest, where they were changed
/// after the original was put away. None where the original is there, or no file of its name is.
fn others_in_its_place(
    archive: &Archive,
    delivery: &Delivery,
    closely: Closely,
) -> io::Result<Vec<(PathBuf, Digest)>> {
    let folder = archive.delivered(delivery.key.slot.period);
    let name = delivery.path.rsplit('/').next().unwrap_or_default();
    let mut suspects = Vec::new();
    for file in of_that_name(&folder, name) {
        let (place, about) = file?;
        let later = was_changed_after(&about, &delivery.changed_at)?;
        let looks_the_same = about.len() == delivery.size && !later;
        if looks_the_same && closely == Closely::AtTimes {
            return Ok(Vec::new());
        }
        suspects.push((place, later));
    }
    let mut others = Vec::new();
    for (place, later) in suspects {
        match drop_folder::digest(&place.as_path().into()) {
            Ok((digest, ..)) if digest == delivery.key.digest => return Ok(Vec::new()),
            Ok((digest, ..)) if later => others.push((place, digest)),
            // It was there before, so it is another file, or it cannot be read now; the next run looks again.
            Ok(_) | Err(_) => {}
        }
    }
    Ok(others)
}

/// The plain files in a folder that the archive may have made of a file called `name`, each looked at when it is asked for:
/// mostly the first one is the original, and the others need no look.
fn of_that_name(folder: &Path, name: &str) -> impl Iterator<Item = io::Result<(PathBuf, Metadata)>> {
    let places = (1..).filter_map(move |n| Some((n, folder.join(numbered(name.as_ref(), n)?))));
    let looked = places.map(|(n, place)| match fs::symlink_metadata(&place) {
        Ok(about) => Some(Ok(about.is_file().then_some((place, about)))),
        // A person may have taken the first one away.
        Err(error) if error.kind() == io::ErrorKind::NotFound && n == 1 => Some(Ok(None)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => Some(Err(error)),
    });
    looked.map_while(|found| found).filter_map(io::Result::transpose)
}

/// Whether a file's content or status was changed after that moment of the ledger, RFC 3339. Putting it away changes
/// its status too, a moment before.
fn was_changed_after(about: &Metadata, moment: &str) -> io::Result<bool> {
    let Ok(moment) = DateTime::parse_from_rfc3339(moment) else { return Ok(true) };
    let moment = SystemTime::from(moment);
    Ok(about.modified()? >= moment || status_changed(about) > moment + ROUNDED)
}

#[cfg(unix)]
fn status_changed(about: &Metadata) -> SystemTime {
    use std::os::unix::fs::MetadataExt;
    SystemTime::UNIX_EPOCH + Duration::from_secs(about.ctime().try_into().unwrap_or_default())
}

/// The time of status is not told on Windows; there nobody can keep a file open for writing while it is put away.
#[cfg(windows)]
fn status_changed(_about: &Metadata) -> SystemTime {
    SystemTime::UNIX_EPOCH
}
