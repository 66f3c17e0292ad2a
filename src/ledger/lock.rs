//! One run at a time: an OS lock on a file beside the ledger, which dies with its process.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::exit::{ExitCode, UserError};
use crate::messages::ledger as say;
use crate::platform;

/// How long a run waits for somebody who only reads, such as a preview or `history`.
const PATIENCE: Duration = Duration::from_millis(500);

/// The lock, held while this lives.
#[derive(Debug)]
pub struct RunLock {
    _file: Option<File>,
}

impl RunLock {
    /// Takes the lock of the ledger at `path`.
    ///
    /// # Errors
    /// [`ExitCode::Busy`] while another run holds it.
    pub fn take(path: &Path) -> Result<RunLock, UserError> {
        let file = platform::private(OpenOptions::new().read(true).write(true).create(true).truncate(false))
            .open(lock_file(path))
            .map_err(|error| UserError::unexpected(say::not_written(path, &error)))?;
        let give_up = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(RunLock { _file: Some(file) }),
                Err(TryLockError::WouldBlock) if Instant::now() < give_up => thread::sleep(PATIENCE / 10),
                Err(TryLockError::WouldBlock) => {
                    return Err(UserError { exit: ExitCode::Busy, message: say::busy(path) });
                }
                Err(TryLockError::Error(error)) => {
                    return Err(UserError::unexpected(say::not_written(path, &error)));
                }
            }
        }
    }

    /// Keeps runs away while this lives, without making a lock file; none while a run is under way.
    ///
    /// # Errors
    /// Only what the machine fails at.
    pub fn look(path: &Path) -> Result<Option<RunLock>, UserError> {
        let file = match File::open(lock_file(path)) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Some(RunLock { _file: None })),
            Err(error) => return Err(UserError::unexpected(say::not_read(path, &error))),
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(Some(RunLock { _file: Some(file) })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(UserError::unexpected(say::not_read(path, &error))),
        }
    }
}

fn lock_file(path: &Path) -> PathBuf {
    platform::with_suffix(path, ".lock")
}
