//! Files that a person asks for by name: a plan, a report.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::config::Config;
use crate::exit::UserError;
use crate::ledger::witness::FOLDER as RECEIPTS;
use crate::messages::document as say;
use crate::names;
use crate::platform;

/// The largest document that is read, in bytes: a plan of some 200,000 files.
const LARGEST: u64 = 64 << 20;

/// The endings of the files that the ledger keeps beside itself.
const LEDGERS_OWN: [&str; 7] = ["-wal", "-shm", "-journal", ".lock", ".checked", ".check", ".rebuilding"];

/// A kind of document.
#[derive(Clone, Copy)]
pub(crate) enum Document {
    /// `run --dry-run --save`.
    Plan,
    /// `report -o`.
    Report,
}

impl Document {
    /// Checks that a document may be written to `path`: outside the drop folder, where a run would send it, and over nothing
    /// but an older document of its kind, which `is_one` recognises by its bytes.
    ///
    /// # Errors
    /// Exit code 2 where it may not; nothing was changed.
    pub(crate) fn check_place(
        self,
        config: &Config,
        path: &Path,
        is_one: impl Fn(&[u8]) -> bool,
    ) -> Result<(), UserError> {
        let folder = platform::parent_or_dot(path);
        let folder = std::fs::metadata(folder.join("."))
            .and_then(|_| platform::canonical(folder))
            .map_err(|error| UserError::usage(say::no_place(&self.name(), path, &error)))?;
        is_clear(config, &folder, path)?;
        let is_one = |path: &Path| path.is_file() && read(path).is_ok_and(|bytes| is_one(&bytes));
        if path.file_name().is_none() || path.symlink_metadata().is_ok() && !is_one(path) {
            return Err(UserError::usage(say::not_over_it(&self.kind(), path)));
        }
        Ok(())
    }

    /// Writes the document in one step, for its owner alone to read.
    ///
    /// # Errors
    /// What the file system says; `path` is as it was.
    pub(crate) fn write(self, path: &Path, bytes: &[u8]) -> Result<(), UserError> {
        platform::replace_private(path, bytes)
            .map_err(|error| UserError::unexpected(say::not_saved(&self.name(), path, &error)))
    }

    fn name(self) -> String {
        match self {
            Document::Plan => say::the_plan(),
            Document::Report => say::the_report(),
        }
    }

    fn kind(self) -> String {
        match self {
            Document::Plan => say::a_plan(),
            Document::Report => say::a_report(),
        }
    }
}

/// Checks that a file may be written to `path`: outside the drop folder and the receipts, and under no name that the ledger
/// keeps a file of its own by. A folder that is not there is told of by whoever writes.
///
/// # Errors
/// Exit code 2 where it may not; nothing was changed.
pub(crate) fn keeps_clear(config: &Config, path: &Path) -> Result<(), UserError> {
    platform::canonical(platform::parent_or_dot(path))
        .map_or(Ok(()), |folder| is_clear(config, &folder, path))
}

/// The same for a file in this folder, whose path is canonical.
fn is_clear(config: &Config, folder: &Path, path: &Path) -> Result<(), UserError> {
    let is_in = |place: &Path| platform::canonical(place).is_ok_and(|place| folder.starts_with(place));
    if is_in(&config.drop) {
        return Err(UserError::usage(say::in_drop_folder(path)));
    }
    if is_in(&config.archive.join(RECEIPTS)) {
        return Err(UserError::usage(say::among_receipts(path)));
    }
    let beside = platform::canonical(platform::parent_or_dot(&config.ledger)).is_ok_and(|own| own == folder);
    let name = |path: &Path| path.file_name().map(|name| names::comparable(&name.to_string_lossy()));
    let own = LEDGERS_OWN.iter().map(|ending| name(&platform::with_suffix(&config.ledger, ending)));
    if beside && own.into_iter().any(|own| own == name(path)) {
        return Err(UserError::usage(say::ledgers_own(path)));
    }
    Ok(())
}

/// Reads at most [`LARGEST`] bytes of a document: a longer file is cut off, and then refused as invalid by its reader.
///
/// # Errors
/// What the file system says.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}
