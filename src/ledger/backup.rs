//! A right copy of a ledger, also while a run is under way.

use std::io;
use std::path::Path;

use super::{LedgerReader, RunLock};
use crate::exit::UserError;
use crate::messages::witness as say;
use crate::platform;

/// Copies the ledger that `reader` has open to a new file, for its owner alone to read. Durable when it returns.
///
/// # Errors
/// [`crate::exit::ExitCode::Usage`] where something stands at `file`, or its folder is missing; else what the file system or SQLite says. No half
/// copy is left.
pub fn backup(reader: &LedgerReader, file: &Path) -> Result<(), UserError> {
    if file.symlink_metadata().is_ok() {
        return Err(UserError::usage(say::backup_exists(file)));
    }
    let folder = platform::parent_or_dot(file);
    std::fs::metadata(folder.join("."))
        .map_err(|error| UserError::usage(say::no_place_for_backup(file, &error)))?;
    let part = platform::temporary_sibling(file, "backup");
    copy(reader, &part).and_then(|()| put(&part, file)).inspect_err(|_| {
        for left in ["", "-journal"] {
            let _ = std::fs::remove_file(platform::with_suffix(&part, left));
        }
    })
}

fn copy(reader: &LedgerReader, part: &Path) -> Result<(), UserError> {
    platform::create_new_private(part)
        .map_err(|error| UserError::unexpected(say::not_backed_up(part, &error)))?;
    let copied = (|| {
        // The copy is another file: the ledger itself is still only read.
        reader.db.pragma_update(None, "query_only", false)?;
        reader.db.execute("VACUUM INTO ?1", [part.to_string_lossy()])?;
        reader.db.pragma_update(None, "query_only", true)
    })();
    copied.map_err(|error| UserError::unexpected(say::not_backed_up(part, &error)))?;
    // A copy that cannot be read back is none.
    let copy = LedgerReader::open_alone(part, &reader.archive, RunLock::look(part)?)?;
    copy.integrity_check()?;
    copy.verify_chain(1)?;
    copy.verify_tables().map(drop)
}

fn put(part: &Path, file: &Path) -> Result<(), UserError> {
    let synced = std::fs::OpenOptions::new()
        .write(true)
        .open(part)
        .and_then(|copy| copy.sync_all())
        .and_then(|()| platform::rename_noreplace(part, file))
        .and_then(|()| platform::sync_folder_of(file));
    synced.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => UserError::usage(say::backup_exists(file)),
        _ => UserError::unexpected(say::not_backed_up(file, &error)),
    })
}
