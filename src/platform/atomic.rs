//! Files that appear whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::paths::temporary_sibling;
use super::{Account, create_new_private, create_private, rename_noreplace, sync_folder_of};

/// Writes `bytes` to `path`, in place of what stands there, for its owner alone to read. Durable when it returns.
///
/// # Errors
/// What the file system says; then `path` is as it was.
pub fn replace_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_then(path, bytes, |temporary| fs::rename(temporary, path))
}

/// Writes `bytes` to a new file at `path`, for its owner alone to read. Durable when it returns.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] where something stands at `path`, else what the file system says; nothing was made.
pub fn write_new_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_then(path, bytes, |temporary| rename_noreplace(temporary, path))
}

/// Writes `bytes` to `path`, in place of what stands there, for everybody to read, as units of the system are. Durable when it
/// returns.
///
/// # Errors
/// What the file system says; then `path` is as it was.
pub fn replace_shared(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_then(path, bytes, |temporary| {
        #[cfg(unix)]
        fs::set_permissions(temporary, std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
        fs::rename(temporary, path)
    })
}

/// Writes `bytes` to a new file at `path` that `reader` may read as well. Durable when it returns.
///
/// # Errors
/// As [`write_new_private`].
pub fn write_new_for(path: &Path, bytes: &[u8], reader: &Account) -> io::Result<()> {
    write_then(path, bytes, |temporary| {
        reader.let_read(temporary)?;
        rename_noreplace(temporary, path)
    })
}

/// Writes `bytes` into a file that exists: its owner and its permissions stay as they are. A whole copy stands beside it
/// until it is written, so that a power cut loses neither. Durable when it returns.
///
/// # Errors
/// What the file system says.
pub fn overwrite(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let copy = temporary_sibling(path, "");
    let write = |mut file: fs::File| file.write_all(bytes).and_then(|()| file.sync_all());
    create_private(&copy).and_then(write).inspect_err(|_| drop(fs::remove_file(&copy)))?;
    // From here on the copy goes only once the file is whole.
    fs::OpenOptions::new().write(true).truncate(true).open(path).and_then(write)?;
    fs::remove_file(&copy)
}

fn write_then(path: &Path, bytes: &[u8], rename: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let temporary = temporary_sibling(path, "");
    // Outside of what follows: a file that somebody else has put there is not removed either.
    let mut file = create_new_private(&temporary)?;
    let written = (|| {
        file.write_all(bytes)?;
        file.sync_all()?;
        // Windows cannot rename a file that is open without sharing.
        drop(file);
        rename(&temporary)?;
        sync_folder_of(path)
    })();
    written.inspect_err(|_| drop(fs::remove_file(&temporary)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_replaces_nothing_and_the_other_does() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("fil.json");
        write_new_private(&path, b"en")?;
        let refused = write_new_private(&path, b"to").map_err(|error| error.kind());
        assert_eq!(refused, Err(io::ErrorKind::AlreadyExists));
        assert_eq!(fs::read(&path)?, b"en");
        replace_private(&path, b"tre")?;
        assert_eq!(fs::read(&path)?, b"tre");
        assert_eq!(fs::read_dir(folder.path())?.count(), 1, "a temporary file is left");
        Ok(())
    }
}
