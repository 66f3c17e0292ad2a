//! A note, beside the ledger, of the trial files that `check` makes on the server: whoever comes next removes what a check
//! that was cut off left there.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Remote;
use crate::platform;

/// The note; most of the time there is none.
#[derive(Debug, Clone)]
pub struct TrialNote {
    file: PathBuf,
}

impl TrialNote {
    /// The note beside the ledger at `path`.
    #[must_use]
    pub fn beside(ledger: &Path) -> TrialNote {
        let mut name = ledger.as_os_str().to_owned();
        name.push(".check");
        TrialNote { file: name.into() }
    }

    /// Adds the paths of trial files on the server, before they are made.
    ///
    /// # Errors
    /// What the file system says.
    pub fn add(&self, paths: &[&str]) -> io::Result<()> {
        let mut file = OpenOptions::new().append(true).create(true).open(&self.file)?;
        let lines: String = paths.iter().flat_map(|path| [*path, "\n"]).collect();
        file.write_all(lines.as_bytes())?;
        file.sync_all()?;
        platform::sync_folder_of(&self.file)
    }

    /// Whether there is one.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.file.symlink_metadata().is_ok()
    }

    /// Removes the files that are noted from the server, and then the note. Where one cannot be removed now, the note
    /// stays for the next time.
    ///
    /// # Errors
    /// What the file system says of the note.
    pub fn clear(&self, line: &mut dyn Remote) -> io::Result<()> {
        let noted = match fs::read_to_string(&self.file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            noted => noted?,
        };
        let paths: Vec<&str> = noted.lines().filter(|path| !path.is_empty()).collect();
        let removed = if paths.is_empty() { Vec::new() } else { line.remove(&paths) };
        if removed.iter().all(Result::is_ok) {
            fs::remove_file(&self.file)?;
        }
        Ok(())
    }
}
