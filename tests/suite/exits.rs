//! The exit codes 1, 2, 5 and 6, reached through the program itself; 0, 3 and 4 are in the other files.

use std::fs::{self, File};

use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, MAD_MAY};

/// The command ends with this code, and neither the server nor anything in the folder was touched.
#[track_caller]
fn untouched(town: &Town, args: &[&str], exit: i32, says: &str) {
    let before = town.snapshot();
    town.run(args).exit(exit).says(says).plain();
    assert_eq!(town.server.connections(), 0, "nothing was sent");
    assert_eq!(town.snapshot(), before, "nothing was touched");
}

fn with_april() -> Town {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town
}

#[test]
fn ok_when_there_is_nothing_to_do() {
    let town = Town::new();
    let run = town.deliver(0);
    assert_eq!(run["files"], serde_json::json!([]));
    assert_eq!(town.server.connections(), 0, "nothing to deliver, nobody to call");
}

#[test]
fn unexpected_when_the_archive_will_not_have_it() {
    let town = with_april();
    fs::write(town.path("archive/2023-04"), "en fil, hvor der skulle være en mappe").unwrap();
    town.run(["run"]).exit(1).says(MAD);
    assert_eq!(town.dropped(), [MAD], "delivered, and kept until it can be put away");
    fs::remove_file(town.path("archive/2023-04")).unwrap();
    town.run(["run"]).exit(0);
    assert!(town.dropped().is_empty());
    assert_eq!(town.archived(), [format!("2023-04/{MAD}")]);
    assert_eq!(town.server.received().len(), 1);
}

#[test]
fn usage_when_arguments_are_wrong() {
    let town = with_april();
    untouched(&town, &["løb"], 2, "løb");
    untouched(&town, &["run", "--tør"], 2, "--tør");
    untouched(&town, &["run", "--language", "fr"], 2, "fr");
}

#[test]
fn usage_when_there_is_no_config() {
    let town = with_april();
    untouched(&town, &["run", "--config", "findes_ikke.toml"], 2, "findes_ikke.toml");
    town.env("TRAEKFIL_CONFIG", "heller_ikke.toml");
    untouched(&town, &["run"], 2, "heller_ikke.toml");
}

#[test]
fn usage_when_a_key_is_unknown_and_it_names_the_nearest() {
    let town = with_april();
    town.set("folders.drp", "drop");
    untouched(&town, &["run"], 2, "drp");
    town.run(["run"]).exit(2).says("drop");
}

#[test]
fn usage_when_the_config_is_no_toml() {
    let town = with_april();
    fs::write(town.path("config.toml"), "[folders\ndrop = ").unwrap();
    untouched(&town, &["run"], 2, "config.toml");
}

#[test]
fn usage_when_the_folders_cannot_be() {
    for (drop, archive) in
        [("findes_ikke", "archive"), ("drop", "drop"), ("archive/ind", "archive"), ("drop", "drop/arkiv")]
    {
        let town = with_april();
        fs::create_dir(town.path("archive/ind")).unwrap();
        town.set("folders.drop", drop).set("folders.archive", archive).set("scan.subfolders", true);
        untouched(&town, &["run"], 2, "drop");
    }
}

#[test]
fn usage_when_the_ledger_is_a_folder() {
    let town = with_april();
    fs::create_dir(town.path("bog")).unwrap();
    town.set("ledger.path", "bog");
    untouched(&town, &["run"], 2, "bog");
}

#[test]
fn usage_when_no_host_key_is_pinned() {
    let town = with_april();
    town.unset("sftp.host_key");
    untouched(&town, &["run"], 2, "host_key");
}

#[test]
fn busy_while_another_run_holds_the_lock() {
    let town = with_april();
    let lock = File::create(town.path("ledger.db.lock")).unwrap();
    lock.lock().unwrap();
    untouched(&town, &["run"], 5, "");
    untouched(&town, &["run", "--dry-run"], 5, "");
    drop(lock);
    town.run(["run"]).exit(0);
    assert_eq!(town.server.received().len(), 1);
}

#[test]
fn ledger_when_it_is_garbage() {
    let town = with_april();
    fs::write(town.path("ledger.db"), "Dette er ikke en SQLite-database. ".repeat(500)).unwrap();
    // The lock file stays after every run.
    File::create(town.path("ledger.db.lock")).unwrap();
    untouched(&town, &["run"], 6, "ledger.db");
    untouched(&town, &["run", "--dry-run"], 6, "ledger.db");
}

/// A town with one delivered and one new file, and how many connections its server has had.
fn later() -> (Town, u64) {
    let town = with_april();
    town.run(["run"]).exit(0);
    town.file("mad_korsbaek_202305.txt", MAD_MAY);
    let connections = town.server.connections();
    (town, connections)
}

#[track_caller]
fn refuses_for_the_ledger((town, connections): &(Town, u64)) {
    for args in [&["run"][..], &["run", "--dry-run"]] {
        town.run(args).exit(6).says("ledger.db");
        assert_eq!(town.server.connections(), *connections, "nothing was sent");
        assert_eq!(town.dropped(), ["mad_korsbaek_202305.txt"]);
    }
}

#[test]
fn ledger_when_it_is_gone_while_receipts_exist() {
    let later = later();
    for name in ["ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.db-journal"] {
        let path = later.0.path(name);
        assert!(!path.exists() || fs::remove_file(path).is_ok());
    }
    refuses_for_the_ledger(&later);
    assert!(!later.0.path("ledger.db").exists(), "no new one is begun");
    // 6 comes before 2, whatever the command line and the configuration lack.
    for args in [&["run", "--plan", "findes_ikke.json"][..], &["run", "-n", "--plan", "findes_ikke.json"]] {
        later.0.run(args).exit(6).says("ledger.db");
    }
    later.0.unset("sftp.host_key");
    refuses_for_the_ledger(&later);
}

#[test]
fn ledger_when_it_is_newer_than_the_program() {
    let later = later();
    let ledger = rusqlite::Connection::open(later.0.path("ledger.db")).unwrap();
    ledger.pragma_update(None, "user_version", 9999).unwrap();
    ledger.close().unwrap();
    refuses_for_the_ledger(&later);
}

#[test]
fn ledger_when_it_was_cut_short() {
    let later = later();
    let file = File::options().write(true).open(later.0.path("ledger.db")).unwrap();
    let length = file.metadata().unwrap().len();
    file.set_len(length / 2).unwrap();
    refuses_for_the_ledger(&later);
}
