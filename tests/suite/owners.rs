//! What root makes belongs to whoever its folder belongs to: a person decides with `sudo`, and the job goes on.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};

use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, MAD_MAY, VASK, VASK_APRIL};

/// Nobody's number on most systems; any number does that is not root's.
const JOB: u32 = 65_534;

/// Everything in a folder, and the folder.
fn all_in(path: &Path) -> Vec<PathBuf> {
    let mut found = vec![path.to_owned()];
    if path.is_dir() {
        found.extend(fs::read_dir(path).unwrap().flat_map(|entry| all_in(&entry.unwrap().path())));
    }
    found
}

#[test]
fn what_root_makes_the_job_can_write_to() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: only root makes something for others");
        return;
    }
    let town = Town::new();
    for path in all_in(&town.path("")) {
        chown(path, Some(JOB), Some(JOB)).unwrap();
    }
    let put = |name, content| chown(town.file(name, content), Some(JOB), Some(JOB)).unwrap();
    put(MAD, MAD_APRIL);
    put(VASK, VASK_APRIL);
    town.run(["run"]).exit(0);
    town.server.as_embedded().empty();
    put(MAD, MAD_MAY);
    town.run(["run"]).exit(3);
    town.run(["reject", MAD, "--reason", "sendt ved en fejl"]).exit(0);
    let made = all_in(&town.path(""));
    for part in ["ledger.db", "ledger.db.lock", "archive/receipts/2023-04.jsonl", "archive/rejected"] {
        assert!(made.contains(&town.path(part)), "{part} is there: {made:?}");
    }
    let roots: Vec<_> =
        made.into_iter().filter(|path| fs::symlink_metadata(path).unwrap().uid() != JOB).collect();
    assert!(roots.is_empty(), "these are root's: {roots:?}");
}

#[test]
fn a_link_gives_nothing_away() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let town = Town::new();
    let precious = town.path("precious");
    fs::write(&precious, "root's").unwrap();
    std::os::unix::fs::symlink(&precious, town.path("ledger.db.lock")).unwrap();
    chown(town.path(""), Some(JOB), Some(JOB)).unwrap();
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    assert_eq!(fs::metadata(&precious).unwrap().uid(), 0, "it was not made by this run");
}
