//! What an archive holds, and which ledger it belongs to.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::FOLDER;
use crate::period::Period;
use crate::platform;

/// The file in the archive that names its ledger.
pub const NAME: &str = "ledger.json";
/// Marks receipts that `ledger rebuild` put aside.
const ASIDE: &str = "receipts-before-";
/// The folders of delivered files beside those of the months.
const OTHER_FOLDERS: [&str; 1] = ["no-period"];

#[derive(Serialize, Deserialize)]
struct NameFile {
    schema: u32,
    ledger: String,
}

/// Which ledger an archive says that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Name {
    /// It bears no name.
    None,
    /// The ledger of this random name.
    Of(String),
    /// The file with the name cannot be understood.
    Unreadable,
}

/// What an archive holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holdings {
    /// Whose it is.
    pub(crate) name: Name,
    /// It has a folder for receipts.
    pub(crate) receipts: bool,
    /// A folder of a month in it, or of files without a period.
    pub(crate) month: Option<PathBuf>,
    /// Receipts that an interrupted `ledger rebuild` put aside and did not replace.
    pub(crate) aside: Option<PathBuf>,
}

impl Holdings {
    /// What in it speaks of an earlier ledger, as a path; none where nothing does.
    pub(crate) fn found(&self, archive: &Path) -> Option<PathBuf> {
        if let Some(aside) = &self.aside {
            return Some(aside.clone());
        }
        let name = (self.name != Name::None).then(|| archive.join(NAME));
        self.receipts.then(|| archive.join(FOLDER)).or(name).or_else(|| self.month.clone())
    }
}

/// What the archive holds.
///
/// # Errors
/// It cannot be read now: it is missing, or the file system says so.
pub(crate) fn look(archive: &Path) -> io::Result<Holdings> {
    let mut holdings = Holdings { name: name(archive)?, receipts: false, month: None, aside: None };
    let mut aside: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(archive)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        holdings.receipts |= name == FOLDER;
        let of_a_month = name.parse::<Period>().is_ok() || OTHER_FOLDERS.contains(&name.as_str());
        if of_a_month && entry.path().is_dir() {
            holdings.month = Some(entry.path());
        }
        if name.starts_with(ASIDE) {
            aside.push(entry.path());
        }
    }
    aside.sort();
    holdings.aside = aside.pop().filter(|_| !holdings.receipts);
    Ok(holdings)
}

/// Whose the archive is.
///
/// # Errors
/// What the file system says; that there is no name is no error.
pub(crate) fn name(archive: &Path) -> io::Result<Name> {
    let bytes = match fs::read(archive.join(NAME)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Name::None),
        bytes => bytes?,
    };
    let read = serde_json::from_slice::<NameFile>(&bytes).ok().filter(|file| file.schema == 1);
    Ok(read.map_or(Name::Unreadable, |file| Name::Of(file.ledger)))
}

/// Names the archive, in place of an earlier name, and makes the folder for its lines: where a named archive lacks that
/// folder, the folder was lost. Durable when it returns.
///
/// # Errors
/// What the file system says.
pub(crate) fn give_name(archive: &Path, ledger: &str) -> io::Result<()> {
    platform::private_folder(&archive.join(FOLDER))?;
    let file = NameFile { schema: 1, ledger: ledger.to_owned() };
    platform::replace_private(&archive.join(NAME), &serde_json::to_vec(&file)?)
}
