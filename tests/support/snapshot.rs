//! A whole folder at one moment, to be compared with another.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

/// Everything under a folder, by path.
pub type Snapshot = BTreeMap<PathBuf, Thing>;

/// One thing in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thing {
    kind: fs::FileType,
    mode: u32,
    changed: SystemTime,
    length: u64,
    content: Option<[u8; 32]>,
}

impl Thing {
    /// Whether it is a folder.
    pub fn is_folder(&self) -> bool {
        self.kind.is_dir()
    }
}

/// Records everything under a folder, and the folder itself.
pub fn snapshot(folder: &Path) -> Snapshot {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| {
            let entry = entry.unwrap();
            let facts = fs::symlink_metadata(entry.path()).unwrap();
            let thing = Thing {
                kind: facts.file_type(),
                mode: mode(&facts),
                changed: facts.modified().unwrap(),
                length: facts.len(),
                content: facts.is_file().then(|| Sha256::digest(fs::read(entry.path()).unwrap()).into()),
            };
            (entry.path().strip_prefix(folder).unwrap().to_owned(), thing)
        })
        .collect()
}

#[cfg(unix)]
fn mode(facts: &fs::Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::mode(facts)
}

#[cfg(windows)]
fn mode(facts: &fs::Metadata) -> u32 {
    std::os::windows::fs::MetadataExt::file_attributes(facts)
}
