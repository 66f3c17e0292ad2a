//! Root works as the user whose folder it is: a person decides with `sudo`, and the job goes on.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, MAD_MAY, VASK, VASK_APRIL};

/// A user id; any but root's will do.
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
    // Root names it: one of somebody else's that only lies there does not count.
    town.env("TRAEKFIL_CONFIG", town.path("config.toml").to_str().unwrap());
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

/// Root does not follow links that the job's user has put into its folders.
#[test]
fn a_link_leads_to_nothing_of_roots() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let town = Town::new();
    let precious = town.path("precious");
    fs::write(&precious, "root's").unwrap();
    fs::set_permissions(&precious, fs::Permissions::from_mode(0o600)).unwrap();
    for path in all_in(&town.path("")).iter().filter(|path| **path != precious) {
        chown(path, Some(JOB), Some(JOB)).unwrap();
    }
    fs::remove_file(town.path("ledger.db.lock")).unwrap();
    std::os::unix::fs::symlink(&precious, town.path("ledger.db.lock")).unwrap();
    chown(town.file(MAD, MAD_APRIL), Some(JOB), Some(JOB)).unwrap();
    town.env("TRAEKFIL_CONFIG", town.path("config.toml").to_str().unwrap());
    town.run(["run"]).exit(1).says("ledger.db");
    assert_eq!(fs::read_to_string(&precious).unwrap(), "root's");
    assert!(town.server.received().is_empty());
}
