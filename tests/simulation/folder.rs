//! The drop folder as its suppliers fill it, and what they remember of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use chrono::{DateTime, FixedOffset};

use crate::chance::Chance;
use crate::records;

/// What KP should get once: the series and period of a file's name, and its bytes.
pub type Key = (String, Vec<u8>);

pub struct Folder {
    pub root: PathBuf,
    pub drop: PathBuf,
    pub archive: PathBuf,
    /// Every key that was ever dropped.
    pub dropped: BTreeSet<Key>,
    /// Those that the supplier removed or overwrote while they lay in the folder.
    pub withdrawn: BTreeSet<Key>,
    /// The series have a format, and a third one comes from another supplier.
    pub has_records: bool,
}

const SERIES: [&str; 2] = ["mad", "vask"];
const SERIES_WITH_RECORDS: [&str; 4] = ["mad", "mad", "kost", "vask"];
const MONTHS: [&str; 8] = ["202303", "202304", "202304", "202304", "202305", "202305", "202305", "202301"];
/// Few contents, nearly all of one length, so that the same bytes come again and a size alone says little.
const CONTENTS: [&str; 10] = [
    "content1",
    "content2",
    "content3",
    "content4",
    "content5",
    "content6",
    "content7",
    "content8",
    "longer content",
    "",
];

impl Folder {
    pub fn new(root: &Path, has_records: bool) -> Folder {
        let drop = root.join("drop");
        fs::create_dir(&drop).unwrap();
        Folder {
            root: root.to_owned(),
            drop,
            archive: root.join("archive"),
            dropped: BTreeSet::new(),
            withdrawn: BTreeSet::new(),
            has_records,
        }
    }

    pub fn some_name(&self, chance: &mut Chance) -> String {
        let series =
            if self.has_records { chance.one_of(&SERIES_WITH_RECORDS) } else { chance.one_of(&SERIES) };
        let town = chance.one_of(&["korsbaek", "korsbaek", "ny"]);
        match chance.below(20) {
            0 => format!("{series}_{town}.txt"),
            _ => format!("{series}_{town}_{}.txt", chance.one_of(&MONTHS)),
        }
    }

    /// The supplier drops a file, overwrites one, or removes one. The time of change is `now`, which is different for each
    /// change, since real files are told apart by it.
    pub fn supplier_acts(&mut self, chance: &mut Chance, now: DateTime<FixedOffset>) -> String {
        let files = self.files();
        let known = !files.is_empty() && chance.per_mille(300);
        let name = if known {
            files.keys().nth(chance.below(files.len())).cloned().unwrap()
        } else {
            self.some_name(chance)
        };
        let place = self.drop.join(&name);
        if let Some(before) = files.get(&name) {
            self.withdrawn.insert(key(&name, before));
        }
        if known && chance.per_mille(300) {
            fs::remove_file(&place).unwrap();
            return format!("supplier takes {name} back");
        }
        let bytes =
            if self.has_records { chance.one_of(&records::CONTENTS) } else { chance.one_of(&CONTENTS) };
        let target = if chance.per_mille(500) { place.clone() } else { self.root.join("new") };
        fs::write(&target, bytes).unwrap();
        let at: SystemTime = now.with_timezone(&chrono::Utc).into();
        File::options().write(true).open(&target).unwrap().set_modified(at).unwrap();
        if target != place {
            fs::rename(&target, &place).unwrap();
        }
        let key = key(&name, bytes.as_bytes());
        self.withdrawn.remove(&key);
        self.dropped.insert(key);
        format!("supplier drops {name} {bytes:?}")
    }

    /// The files that the scan rules include, by name.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        fs::read_dir(&self.drop)
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| (entry.file_name().into_string().unwrap(), entry.path()))
            .filter(|(name, _)| !name.starts_with('.'))
            .map(|(name, path)| (name, fs::read(path).unwrap()))
            .collect()
    }

    /// The content of every file in the archive, wherever it lies there.
    pub fn archived(&self) -> BTreeSet<Vec<u8>> {
        let mut found = BTreeSet::new();
        let mut folders = vec![self.archive.clone()];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = fs::read_dir(folder) else { continue };
            for path in entries.map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.insert(fs::read(path).unwrap());
                }
            }
        }
        found
    }
}

/// The key of a file of that name with those bytes.
pub fn key(name: &str, bytes: &[u8]) -> Key {
    let stem = name.trim_end_matches(".txt");
    let parts: Vec<&str> = stem.split('_').collect();
    (format!("{} {}", parts[0], parts.get(2).unwrap_or(&"?")), bytes.to_vec())
}
