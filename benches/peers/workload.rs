//! What is carried, and how much of it.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::ensure;
use chrono::Local;

/// One kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Workload {
    /// Its short name.
    pub name: &'static str,
    /// What it is, in a few words.
    pub what: &'static str,
    /// How many files.
    pub files: usize,
    /// How many bytes each.
    pub size: u64,
    /// Whether the connection has a delay.
    pub delayed: bool,
    /// The number of additional rows in the ledger, for a workload in which nothing is sent.
    pub idle: Option<u32>,
}

const KB: u64 = 1000;

/// All workloads, the shortest first.
pub const ALL: [Workload; 7] = [
    carry("W1", "3 × 50 KB", 3, 50 * KB, false),
    carry("W2", "1,000 × 10 KB", 1000, 10 * KB, false),
    carry("W3", "1 × 1 GiB", 1, 1 << 30, false),
    idle("W4", "10,000 × 4 KB, all delivered already", 0),
    idle("W5", "W4 with 1,000,000 rows in the ledger", 1_000_000),
    carry("W6", "1,000 × 10 KB at 20 ms", 1000, 10 * KB, true),
    carry("W7", "3 × 50 KB at 20 ms", 3, 50 * KB, true),
];

const fn carry(name: &'static str, what: &'static str, files: usize, size: u64, delayed: bool) -> Workload {
    Workload { name, what, files, size, delayed, idle: None }
}

const fn idle(name: &'static str, what: &'static str, rows: u32) -> Workload {
    Workload { name, what, files: 10_000, size: 4 * KB, delayed: false, idle: Some(rows) }
}

impl Workload {
    /// The names of its files: each a series of its own, all for this month.
    pub fn names(self) -> impl Iterator<Item = String> {
        let month = Local::now().format("%Y%m").to_string();
        (0..self.files).map(move |n| format!("{}_{month}.txt", word(n)))
    }

    /// Makes the files, old enough to have settled, each with a content of its own.
    pub fn make(self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let mut chance = File::open("/dev/urandom")?;
        let mut chunk = vec![0; 1 << 20];
        for name in self.names() {
            let mut file = File::create(folder.join(name))?;
            let mut left = self.size;
            while left > 0 {
                let length = usize::try_from(left).unwrap_or(usize::MAX).min(chunk.len());
                chance.read_exact(&mut chunk[..length])?;
                file.write_all(&chunk[..length])?;
                left -= length as u64;
            }
            settled(&file)?;
        }
        Ok(())
    }

    /// Whether a folder holds all of them, whole.
    pub fn check(self, folder: &Path) -> anyhow::Result<()> {
        for name in self.names() {
            let there = fs::metadata(folder.join(&name)).map_or(0, |about| about.len());
            ensure!(there == self.size, "{}: {name} has {there} bytes on the server", self.name);
        }
        Ok(())
    }
}

/// Gives a file a time of change that lies well back.
pub fn settled(file: &File) -> io::Result<()> {
    file.set_modified(SystemTime::now() - Duration::from_secs(3600))
}

/// A number as a word that no month is read in: without vowels.
fn word(mut n: usize) -> String {
    let mut word = Vec::new();
    for _ in 0..5 {
        word.insert(0, b"bdfghkmpqv"[n % 10]);
        n /= 10;
    }
    String::from_utf8_lossy(&word).into_owned()
}
