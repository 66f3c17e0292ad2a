//! Files that a person asks for by name: a plan, a report.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::exit::UserError;
use crate::messages::document as say;
use crate::platform;

/// The largest document that is read, in bytes: enough for a plan of some 200,000 files.
const LARGEST: u64 = 64 << 20;

/// The kinds of documents.
#[derive(Clone, Copy)]
pub(crate) enum Document {
    /// `run --dry-run --save`.
    Plan,
    /// `report -o`.
    Report,
}

impl Document {
    /// Checks that it may be written there: not over anything but an older document of its kind, which `is_one`
    /// recognises by its bytes, and not in the drop folder, where a run would send it.
    ///
    /// # Errors
    /// Exit code 2; nothing was touched.
    pub(crate) fn check_place(
        self,
        config: &Config,
        path: &Path,
        is_one: impl Fn(&[u8]) -> bool,
    ) -> Result<(), UserError> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let folder = platform::canonical(folder)
            .map_err(|error| UserError::usage(say::no_place(&self.name(), path, &error)))?;
        if platform::canonical(&config.drop).is_ok_and(|drop| folder.starts_with(drop)) {
            return Err(UserError::usage(say::in_drop_folder(path)));
        }
        let is_one = |path: &Path| path.is_file() && read(path).is_ok_and(|bytes| is_one(&bytes));
        if path.file_name().is_none() || path.symlink_metadata().is_ok() && !is_one(path) {
            return Err(UserError::usage(say::not_over_it(&self.kind(), path)));
        }
        Ok(())
    }

    /// Writes it, whole or not at all, readable by its owner only.
    ///
    /// # Errors
    /// What the file system says; an older document is then still there.
    pub(crate) fn write(self, path: &Path, bytes: &[u8]) -> Result<(), UserError> {
        let beside = beside(path);
        let written = (|| {
            let mut file = platform::create_private(&beside)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            drop(file);
            fs::rename(&beside, path)?;
            platform::sync_folder_of(path)
        })();
        written.map_err(|error| {
            drop(fs::remove_file(&beside));
            UserError::unexpected(say::not_saved(&self.name(), path, &error))
        })
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

/// Reads a file, but no more than the largest document: what is longer is cut off and fails to parse.
///
/// # Errors
/// What the file system says.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.tmp", std::process::id()))
}
