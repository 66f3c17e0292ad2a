//! What must never be forgotten: ledgers and archives that are lost, put back from a copy, damaged or not mounted.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::approvals::in_doubt;
use crate::support::output::{Output, Running, assert_decided, entry};
use crate::support::server::Rename;
use crate::support::servers::Server;
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, MAD_MAY, VASK, VASK_APRIL};

const RECEIPTS: &str = "archive/receipts/2023-04.jsonl";
const SENDING: [&[&str]; 2] = [&["run"], &["run", "--dry-run"]];
const REASON: [&str; 2] = ["--reason", "kontrolleret"];

/// April was delivered, and lies in the folder again.
fn april_again() -> Town {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    town.file(MAD, MAD_APRIL);
    town
}

fn lose_ledger(town: &Town) {
    for name in ["ledger.db", "ledger.db-wal", "ledger.db-shm"] {
        let path = town.path(name);
        assert!(!path.exists() || fs::remove_file(path).is_ok());
    }
}

/// Puts the ledger back as it was when this copy was made.
fn put_back(town: &Town, copy: &str) {
    lose_ledger(town);
    fs::copy(town.path(copy), town.path("ledger.db")).unwrap();
}

fn backup(town: &Town, to: &str) {
    town.run(["ledger", "backup", to]).exit(0);
}

/// Nothing is sent, by any command, until the trouble is over.
#[track_caller]
fn refuses(town: &Town, exit: i32, says: &str) {
    let received = town.server.received().len();
    for args in SENDING {
        town.run(args).exit(exit).says(says);
    }
    town.run(["status"]).exit(exit).says(says);
    assert_eq!(town.server.received().len(), received, "nothing was sent");
}

/// The restored ledger is noticed, made whole, and in order afterwards.
#[track_caller]
fn restored(town: &Town) -> Output {
    refuses(town, 6, "ledger restored");
    let answer = town.run(["ledger", "restored", "--reason", "disken gik i stykker"]).exit(0);
    town.run(["ledger", "verify"]).exit(0);
    town.run(["ledger", "restored"]).exit(0).stdout_has("Nothing was changed");
    answer
}

fn lines(town: &Town, kind: &str) -> Vec<Value> {
    let text = fs::read_to_string(town.path(RECEIPTS)).unwrap();
    let all = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    all.filter(|line| line["attests"] == kind).collect()
}

/// A run that stands still at a failpoint while something else happens.
fn while_halted(town: &Town, args: &[&str], point: &str, act: impl FnOnce()) -> Running {
    let sign = town.path("her");
    let mut command = town.command(args);
    command.env("TRAEKFIL_WAIT_AT", format!("{point}:{}", sign.display()));
    let mut run = Running::start(&mut command);
    while !town.path("her.reached").exists() {
        assert!(!run.is_over(), "it passes {point}");
        thread::sleep(Duration::from_millis(1));
    }
    act();
    run
}

fn go_on(town: &Town, run: Running) -> Output {
    fs::write(town.path("her.go"), "").unwrap();
    run.finish()
}

fn copy_tree(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.unwrap();
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(target).unwrap();
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn ledger_and_archive_on_a_disk_that_is_not_mounted() {
    let town = april_again();
    for name in ["ledger.db", "archive"] {
        fs::rename(town.path(name), town.path(format!("{name}.away"))).unwrap();
    }
    refuses(&town, 6, "mounted");
    fs::create_dir(town.path("archive")).unwrap();
    refuses(&town, 6, "mounted");
    assert!(!town.path("ledger.db").exists(), "no ledger is begun");
    assert_eq!(fs::read_dir(town.path("archive")).unwrap().count(), 0, "nothing is made in the mount point");
    fs::remove_dir(town.path("archive")).unwrap();
    for name in ["ledger.db", "archive"] {
        fs::rename(town.path(format!("{name}.away")), town.path(name)).unwrap();
    }
    assert_decided(&town.deliver(0), MAD, "duplicate", "already_delivered", "duplicate");
}

#[test]
fn an_archive_that_is_not_mounted() {
    let town = april_again();
    let (archive, away) = (town.path("archive"), town.path("away"));
    fs::rename(&archive, &away).unwrap();
    refuses(&town, 4, "mounted");
    fs::create_dir(&archive).unwrap();
    refuses(&town, 6, "mounted");
    fs::remove_dir(&archive).unwrap();
    fs::rename(&away, &archive).unwrap();
    assert_decided(&town.deliver(0), MAD, "duplicate", "already_delivered", "duplicate");
    assert_eq!(town.server.received().len(), 1);
}

#[test]
fn an_archive_of_another_ledger() {
    let (town, other) = (april_again(), april_again());
    fs::rename(town.path("archive"), town.path("ours")).unwrap();
    copy_tree(&other.path("archive"), &town.path("archive"));
    refuses(&town, 6, "belong together");
    // Nor is the sound ledger made again from lines that are not its own.
    town.run(["ledger", "rebuild"]).exit(6);
    town.run(["ledger", "restored"]).exit(6);
    // Without the name its lines tell as much.
    fs::remove_file(town.path("archive/ledger.json")).unwrap();
    refuses(&town, 6, "2023-04.jsonl");
    fs::remove_dir_all(town.path("archive")).unwrap();
    fs::rename(town.path("ours"), town.path("archive")).unwrap();
    let name = fs::read(town.path("archive/ledger.json")).unwrap();
    fs::write(town.path("archive/ledger.json"), "{}").unwrap();
    refuses(&town, 6, "ledger.json");
    fs::write(town.path("archive/ledger.json"), name).unwrap();
    assert_eq!(town.deliver(0)["summary"]["duplicate"], 1);
}

#[test]
fn a_ledger_is_begun_once_and_never_beside_an_archive_that_was_used() {
    let town = Town::without_ledger(Server::embedded());
    town.file(MAD, MAD_APRIL);
    refuses(&town, 6, "ledger begin");
    town.run(["ledger", "begin", "--json"]).exit(0).json();
    town.run(["ledger", "begin"]).exit(2).says("already");
    assert_eq!(town.deliver(0)["summary"]["delivered"], 1);
    town.file(MAD, MAD_APRIL);
    lose_ledger(&town);
    let keep = |name: &str| {
        for gone in ["ledger.json", "receipts", "2023-04"].iter().filter(|gone| **gone != name) {
            let path = town.path("archive").join(gone);
            if path.exists() {
                fs::rename(&path, town.path(gone)).unwrap();
            }
        }
    };
    let bring_back = || {
        for name in ["ledger.json", "receipts", "2023-04"] {
            if town.path(name).exists() {
                fs::rename(town.path(name), town.path("archive").join(name)).unwrap();
            }
        }
    };
    for left in ["ledger.json", "receipts", "2023-04"] {
        keep(left);
        refuses(&town, 6, left);
        for begin in [&["ledger", "begin"][..], &["ledger", "begin", "--yes"]] {
            town.run(begin).exit(6).says(left).says("mounted");
        }
        assert!(!town.path("ledger.db").exists(), "{left}");
        bring_back();
    }
    assert_eq!(town.server.received().len(), 1);
}

/// No ledger is begun beside folders that every run would refuse.
#[test]
fn an_archive_in_the_drop_folder_gets_no_ledger() {
    let town = Town::without_ledger(Server::embedded());
    town.set("folders.archive", "drop/archive").set("scan.subfolders", true);
    town.run(["ledger", "begin", "--yes"]).exit(2).says("subfolders");
    town.run(["ledger", "begin", "--archive"]).exit(2).says("subfolders");
    town.set("folders.archive", "archive").set("ledger.path", "drop/ledger.db");
    town.run(["ledger", "begin", "--yes"]).exit(2).says("ledger");
    for made in ["ledger.db", "drop/ledger.db", "drop/archive", "archive/ledger.json"] {
        assert!(!town.path(made).exists(), "{made}");
    }
    town.set("ledger.path", "ledger.db");
    town.run(["ledger", "begin", "--yes"]).exit(0);
}

#[test]
fn init_begins_no_ledger_beside_an_archive_that_was_used() {
    let town = april_again();
    fs::remove_file(town.path("config.toml")).unwrap();
    lose_ledger(&town);
    let port = town.server.port().to_string();
    let init = ["init", "--yes", "--language", "en", "--host", "127.0.0.1", "--port", &port, "--user", "u"];
    town.run(init).exit(6).says("mounted");
    assert!(!town.path("ledger.db").exists() && !town.path("config.toml").exists());
}

type Damage = (&'static str, fn(&Town));

const DAMAGES: [Damage; 9] = [
    ("2023-04.jsonl", |town| {
        let mut sound = fs::read(town.path(RECEIPTS)).unwrap();
        let last = sound.len() - 1;
        sound[last - 40..last].fill(0);
        fs::write(town.path(RECEIPTS), sound).unwrap();
    }),
    ("2023-04.jsonl", |town| {
        let sound = fs::read_to_string(town.path(RECEIPTS)).unwrap();
        fs::write(town.path(RECEIPTS), sound.replace("\"schema\":2", "\"schema\":3")).unwrap();
    }),
    ("2023-04.jsonl", |town| {
        let sound = fs::read_to_string(town.path(RECEIPTS)).unwrap();
        fs::write(town.path(RECEIPTS), sound.replacen("\"size\"", "\"si", 1)).unwrap();
    }),
    ("2023-04", |town| fs::rename(town.path(RECEIPTS), town.path(format!("{RECEIPTS}.gammel"))).unwrap()),
    ("2023-04", |town| {
        fs::rename(town.path(RECEIPTS), town.path("archive/receipts/april.jsonl")).unwrap();
    }),
    ("2023-04.jsonl", |town| fs::write(town.path(RECEIPTS), "").unwrap()),
    ("receipts", |town| fs::remove_dir_all(town.path("archive/receipts")).unwrap()),
    ("2023-04.jsonl", |town| fs::remove_file(town.path(RECEIPTS)).unwrap()),
    ("2023-04.jsonl", |town| {
        let sound = fs::read_to_string(town.path(RECEIPTS)).unwrap();
        let cut = sound.trim_end().rfind('\n').unwrap() + 1;
        fs::write(town.path(RECEIPTS), &sound[..cut]).unwrap();
    }),
];

#[test]
fn what_cannot_be_read_is_never_taken_for_nothing() {
    for (n, (_, damage)) in DAMAGES.iter().enumerate() {
        let town = april_again();
        damage(&town);
        eprintln!("damage {n}");
        refuses(&town, 6, "archive");
        town.run(["ledger", "verify"]).exit(6);
        assert_eq!(town.server.received().len(), 1);
    }
}

#[test]
fn what_cannot_be_read_is_never_taken_for_nothing_without_a_ledger_either() {
    for (n, (_, damage)) in DAMAGES.iter().enumerate() {
        let town = april_again();
        damage(&town);
        lose_ledger(&town);
        eprintln!("damage {n}");
        refuses(&town, 6, "archive");
        town.run(["ledger", "begin"]).exit(6);
        assert_eq!(town.server.received().len(), 1);
    }
}

#[test]
fn a_line_that_was_cut_off_by_a_crash_is_no_damage() {
    let town = april_again();
    let sound = fs::read_to_string(town.path(RECEIPTS)).unwrap();
    for torn in ["{", "{\"schema\":2,\"attests\":\"publ", "{\"schema\":2,\"attests\":\"held\",\"path\":\"æ"]
    {
        fs::write(town.path(RECEIPTS), format!("{sound}{torn}")).unwrap();
        town.run(["run", "--dry-run"]).exit(0);
    }
    town.file("mad_korsbaek_202305.txt", MAD_MAY);
    assert_eq!(town.deliver(0)["summary"]["delivered"], 1);
    town.run(["ledger", "verify"]).exit(0);
    lose_ledger(&town);
    town.run(["ledger", "rebuild"]).exit(0);
    town.file(MAD, MAD_APRIL);
    assert_eq!(town.deliver(0)["summary"]["duplicate"], 1);
}

/// The file got its length, and what was written last, and never synced, is zeros.
#[test]
fn zeros_that_a_power_cut_left_are_a_line_that_was_cut_off() {
    for torn in ["", "{", "{\"schema\":2,\"attests\":\"publ"] {
        for (zeros, closed) in [(1, ""), (60, ""), (4096, ""), (100, "\n")] {
            let town = april_again();
            let sound = fs::read_to_string(town.path(RECEIPTS)).unwrap();
            fs::write(town.path(RECEIPTS), format!("{sound}{torn}{}{closed}", "\0".repeat(zeros))).unwrap();
            town.run(["run", "--dry-run"]).exit(0);
            town.file("mad_korsbaek_202305.txt", MAD_MAY);
            let run = town.deliver(0);
            assert_eq!((&run["summary"]["delivered"], &run["summary"]["duplicate"]), (&json!(1), &json!(1)));
            town.run(["ledger", "verify"]).exit(0);
            town.file("mad_korsbaek_202305.txt", MAD_MAY);
            assert_eq!(town.deliver(0)["summary"]["duplicate"], 1);
        }
    }
}

/// A line that was on the disk but for its end is a line, so what it tells of is not sent.
#[test]
fn a_line_that_lost_its_end_to_zeros_still_counts() {
    let town = april_again();
    let sound = fs::read_to_string(town.path(RECEIPTS)).unwrap();
    let published = sound.lines().find(|line| line.contains("publishing")).unwrap();
    let other = published.replace("\"delivery\":1,", "\"delivery\":9,").replace(".part", ".other.part");
    fs::write(town.path(RECEIPTS), format!("{sound}{other}\0\0\0")).unwrap();
    refuses(&town, 6, "ledger restored");
}

#[test]
fn zeros_do_not_hide_that_the_ledger_is_lost() {
    let town = april_again();
    let sound = fs::read(town.path(RECEIPTS)).unwrap();
    fs::write(town.path(RECEIPTS), [sound, vec![0; 40_000]].concat()).unwrap();
    lose_ledger(&town);
    refuses(&town, 6, "ledger rebuild");
    town.run(["ledger", "rebuild"]).exit(0).says("zeros");
    assert_eq!(town.deliver(0)["summary"]["duplicate"], 1);
    // A line that stood there and cannot be read is another matter.
    let town = april_again();
    DAMAGES[2].1(&town);
    lose_ledger(&town);
    town.run(["ledger", "rebuild"]).exit(6).says("Line 1");
}

#[test]
fn a_delivery_that_ended_in_doubt_since_the_copy() {
    let town = Town::new();
    backup(&town, "i_gaar.db");
    town.file(MAD, MAD_APRIL);
    town.server.as_embedded().behave(|b| {
        (b.rename, b.rename_times, b.takes_at_once) = (Rename::DoneReplyLost, Some(1), true);
    });
    town.run(["run"]).exit(3);
    put_back(&town, "i_gaar.db");
    restored(&town).stdout_has("1 delivery is in doubt");
    assert_decided(&town.deliver(3), MAD, "hold", "in_doubt", "held");
    assert_eq!(town.server.received().len(), 1);
    town.run(["resolve", "1", "--delivered", REASON[0], REASON[1]]).exit(0);
    town.run(["run"]).exit(0);
    town.file(MAD, MAD_APRIL);
    assert_decided(&town.deliver(0), MAD, "duplicate", "already_delivered", "duplicate");
}

#[test]
fn a_delivery_that_went_well_since_the_copy() {
    let town = Town::new();
    backup(&town, "i_gaar.db");
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    town.file(MAD, MAD_APRIL);
    put_back(&town, "i_gaar.db");
    restored(&town);
    assert_decided(&town.deliver(0), MAD, "duplicate", "already_delivered", "duplicate");
    // Numbers go on above all that the witness names.
    town.file("mad_korsbaek_202305.txt", MAD_MAY);
    assert_eq!(entry(&town.deliver(0), "mad_korsbaek_202305.txt")["delivery_id"], 2);
    assert_eq!(town.server.received().len(), 2);
}

/// April was delivered, and a changed file for April is held.
fn held() -> Town {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    town.file(MAD, MAD_MAY);
    town.run(["run"]).exit(3);
    town
}

#[test]
fn a_rejection_since_the_copy() {
    let town = held();
    backup(&town, "i_gaar.db");
    town.run(["reject", MAD, REASON[0], REASON[1]]).exit(0);
    assert_eq!((lines(&town, "rejected").len(), lines(&town, "hold_ended").len()), (1, 1));
    put_back(&town, "i_gaar.db");
    restored(&town);
    town.file(MAD, MAD_MAY);
    assert_decided(&town.deliver(3), MAD, "hold", "rejected", "held");
    assert_eq!(town.server.received().len(), 1);
}

#[test]
fn an_approval_since_the_copy() {
    let town = held();
    backup(&town, "i_gaar.db");
    town.run(["approve", MAD, REASON[0], REASON[1]]).exit(0);
    put_back(&town, "i_gaar.db");
    restored(&town);
    town.server.as_embedded().empty();
    assert_decided(&town.deliver(0), MAD, "send", "approved", "delivered");
    assert_eq!(town.server.received().len(), 2);
}

#[test]
fn an_approval_that_was_used_up_since_the_copy_is_used_up() {
    let town = held();
    backup(&town, "i_gaar.db");
    town.run(["approve", MAD, REASON[0], REASON[1]]).exit(0);
    town.server.as_embedded().empty();
    town.run(["run"]).exit(0);
    put_back(&town, "i_gaar.db");
    restored(&town);
    town.run(["resolve", "2", "--not-delivered", REASON[0], REASON[1]]).exit(0);
    town.server.as_embedded().empty();
    town.file(MAD, MAD_MAY);
    assert_decided(&town.deliver(3), MAD, "hold", "slot_taken", "held");
    assert_eq!(town.server.received().len(), 2, "one approval, one delivery");
}

#[test]
fn what_a_person_settled_since_the_copy() {
    let (town, id) = in_doubt();
    backup(&town, "i_gaar.db");
    town.run(["resolve", &id, "--delivered", REASON[0], REASON[1]]).exit(0);
    put_back(&town, "i_gaar.db");
    restored(&town);
    town.run(["run"]).exit(0);
    town.file(MAD, MAD_APRIL);
    assert_decided(&town.deliver(0), MAD, "duplicate", "already_delivered", "duplicate");

    let town = april_again();
    backup(&town, "i_gaar.db");
    town.run(["resolve", "1", "--not-delivered", REASON[0], REASON[1]]).exit(0);
    put_back(&town, "i_gaar.db");
    restored(&town);
    town.run(["history", "--state", "not_delivered"]).exit(0).stdout_has(MAD);

    let town = Town::new();
    backup(&town, "i_gaar.db");
    town.file(MAD, MAD_APRIL);
    town.run(["adopt", "drop", REASON[0], REASON[1]]).exit(0);
    put_back(&town, "i_gaar.db");
    restored(&town);
    assert_decided(&town.deliver(0), MAD, "duplicate", "already_delivered", "duplicate");
    assert!(town.server.received().is_empty());
}

#[test]
fn a_hold_since_the_copy_keeps_its_number() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    backup(&town, "i_gaar.db");
    town.file(VASK, "");
    town.run(["run"]).exit(3);
    put_back(&town, "i_gaar.db");
    restored(&town);
    assert_eq!(entry(&town.deliver(3), VASK)["hold_id"], 1);
}

#[test]
fn a_copy_that_was_made_while_a_delivery_was_uploading() {
    for point in ["uploading", "stored", "announced", "publishing", "renamed"] {
        let town = Town::new();
        town.file(MAD, MAD_APRIL);
        town.server.as_embedded().behave(|b| b.takes_at_once = true);
        let run = while_halted(&town, &["run"], point, || backup(&town, "kopi.db"));
        go_on(&town, run).exit(0);
        town.file(MAD, MAD_APRIL);
        put_back(&town, "kopi.db");
        restored(&town);
        assert_decided(&town.deliver(0), MAD, "duplicate", "already_delivered", "duplicate");
        assert_eq!(town.server.received().len(), 1, "{point}");
    }
}

#[test]
fn a_copy_of_a_live_ledger_without_its_log_is_noticed_and_a_backup_is_right() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    let run = while_halted(&town, &["run"], "done", || {
        fs::copy(town.path("ledger.db"), town.path("uden_wal.db")).unwrap();
        backup(&town, "kopi.db");
    });
    go_on(&town, run).exit(0);
    town.file(MAD, MAD_APRIL);
    put_back(&town, "uden_wal.db");
    restored(&town);
    put_back(&town, "kopi.db");
    town.run(["ledger", "verify"]).exit(0);
    assert_eq!(town.deliver(0)["summary"]["duplicate"], 1);
    assert_eq!(town.server.received().len(), 1);
}

#[test]
fn a_backup_overwrites_nothing_and_is_private() {
    let town = april_again();
    fs::write(town.path("der.db"), "noget andet").unwrap();
    town.run(["ledger", "backup", "der.db"]).exit(2).says("der.db");
    assert_eq!(fs::read_to_string(town.path("der.db")).unwrap(), "noget andet");
    town.run(["ledger", "backup", "findes/ikke/kopi.db"]).exit(2);
    let before = town.snapshot();
    backup(&town, "kopi.db");
    let mut after = town.snapshot();
    assert!(after.remove(Path::new("kopi.db")).is_some());
    assert!(after.keys().eq(before.keys()), "only the copy");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(town.path("kopi.db")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn a_ledger_made_again_knows_doubts_holds_and_decisions() {
    let (town, id) = in_doubt();
    town.file(VASK, VASK_APRIL);
    town.run(["run"]).exit(3);
    town.file(VASK, "andet indhold");
    town.run(["run"]).exit(3);
    town.run(["reject", VASK, REASON[0], REASON[1]]).exit(0);
    town.file(VASK, "et tredje indhold");
    let held = entry(&town.deliver(3), VASK)["hold_id"].clone();
    town.run(["approve", VASK, REASON[0], REASON[1]]).exit(0);
    lose_ledger(&town);
    refuses(&town, 6, "ledger rebuild");
    town.run(["ledger", "rebuild"]).exit(0).says("1 delivery is in doubt");
    town.run(["ledger", "verify"]).exit(0);
    let plan = town.run(["run", "--dry-run", "--json"]).exit(3).json();
    assert_eq!(entry(&plan, MAD)["reason"], "in_doubt", "{plan:#}");
    assert_eq!(entry(&plan, VASK)["reason"], "approved", "{plan:#}");
    town.file(VASK, "andet indhold");
    let run = town.deliver(3);
    assert_decided(&run, VASK, "hold", "rejected", "held");
    assert!(entry(&run, VASK)["hold_id"].as_i64() > held.as_i64(), "{run:#}");
    town.run(["resolve", &id, "--delivered", REASON[0], REASON[1]]).exit(0);
    assert_eq!(town.server.received().len(), 2);
}

/// The events of a ledger that was put back count from the copy again, so that what was said later may have the lower number.
#[test]
fn a_ledger_that_was_put_back_and_is_then_lost_is_made_again_with_what_was_said_last() {
    let town = Town::new();
    backup(&town, "i_gaar.db");
    (0..4).for_each(|_| drop(town.deliver(0)));
    town.file(MAD, MAD_APRIL);
    town.server.as_embedded().behave(|b| {
        (b.rename, b.rename_times, b.takes_at_once) = (Rename::DoneReplyLost, Some(1), true);
    });
    town.run(["run"]).exit(3);
    put_back(&town, "i_gaar.db");
    restored(&town).stdout_has("1 delivery is in doubt");
    town.run(["resolve", "1", "--delivered", REASON[0], REASON[1]]).exit(0);
    lose_ledger(&town);
    town.run(["ledger", "rebuild"]).exit(0);
    town.run(["ledger", "verify"]).exit(0);
    assert_decided(&town.deliver(0), MAD, "duplicate", "already_delivered", "duplicate");
    assert_eq!(town.server.received().len(), 1);
}

#[test]
fn a_new_archive_gets_its_witness_from_the_ledger() {
    let (town, _) = in_doubt();
    town.run(["ledger", "begin", "--archive"]).exit(2).says("receipts");
    town.set("folders.archive", "nyt_arkiv");
    refuses(&town, 4, "nyt_arkiv");
    fs::create_dir(town.path("nyt_arkiv")).unwrap();
    refuses(&town, 6, "ledger begin --archive");
    town.run(["ledger", "begin", "--archive"]).exit(0);
    town.run(["ledger", "verify"]).exit(0);
    assert_decided(&town.deliver(3), MAD, "hold", "in_doubt", "held");
    lose_ledger(&town);
    town.run(["ledger", "rebuild"]).exit(0);
    assert_decided(&town.deliver(3), MAD, "hold", "in_doubt", "held");
    assert_eq!(town.server.received().len(), 1);
}

#[test]
fn a_retired_ledger_sends_nothing_and_is_read() {
    let town = april_again();
    backup(&town, "i_gaar.db");
    town.run(["ledger", "retire", "--reason", "flyttet"]).exit(0);
    for args in SENDING {
        town.run(args).exit(6).says("retired");
    }
    town.run(["approve", MAD, REASON[0], REASON[1]]).exit(6).says("retired");
    town.run(["status"]).exit(0);
    town.run(["history"]).exit(0).stdout_has(MAD);
    town.run(["ledger", "verify"]).exit(0);
    // A copy from before is not a way around it.
    put_back(&town, "i_gaar.db");
    restored(&town);
    town.run(["run"]).exit(6).says("retired");
}

#[test]
fn a_file_whose_line_cannot_be_written_is_not_published() {
    for publish in ["rename", "direct"] {
        let town = Town::new();
        town.set("sftp.publish", publish);
        town.file(MAD, MAD_APRIL);
        let point = if publish == "rename" { "stored" } else { "uploading" };
        let in_the_way = town.path(RECEIPTS);
        let run = while_halted(&town, &["run", "--json"], point, || fs::create_dir(&in_the_way).unwrap());
        let told = go_on(&town, run).exit(4).json();
        assert_eq!(entry(&told, MAD)["outcome"], "failed", "{told:#}");
        assert!(entry(&told, MAD)["error"].as_str().unwrap().contains("archive"), "{told:#}");
        assert!(town.server.received().is_empty());
        let left = town.server.as_embedded().files();
        assert_eq!(left.len(), usize::from(publish == "rename"), "the temporary file stays: {left:?}");
        fs::remove_dir(&in_the_way).unwrap();
        town.run(["history", "--state", "uploading"]).exit(0).stdout_has(MAD);
        let next = town.deliver(0);
        assert_eq!(next["recovered"][0]["to"], "abandoned", "without a line, {publish}: {next:#}");
        assert_eq!(next["summary"]["delivered"], 1, "{publish}");
        assert!(town.server.as_embedded().leftovers().is_empty(), "no temporary file is left");
        assert_eq!(town.server.received().len(), 1);
    }
}

#[test]
fn an_archive_that_is_unmounted_during_a_run() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    let (archive, away) = (town.path("archive"), town.path("away"));
    let run = while_halted(&town, &["run"], "stored", || {
        fs::rename(&archive, &away).unwrap();
        fs::create_dir(&archive).unwrap();
    });
    go_on(&town, run).exit(4).says(MAD);
    assert_eq!(fs::read_dir(&archive).unwrap().count(), 0, "nothing is made in the mount point");
    assert!(town.server.received().is_empty());
    fs::remove_dir(&archive).unwrap();
    fs::rename(&away, &archive).unwrap();
    assert_eq!(town.deliver(0)["summary"]["delivered"], 1);
    assert_eq!(town.server.received().len(), 1);
}

#[test]
fn a_line_whose_commit_was_lost_makes_the_delivery_unclear() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    while_halted(&town, &["run"], "announced", || ()).kill();
    assert_eq!(lines(&town, "publishing").len(), 1);
    let plan = town.run(["run", "--dry-run", "--json"]).exit(3).json();
    assert_eq!(entry(&plan, MAD)["reason"], "in_doubt", "{plan:#}");
    let run = town.deliver(0);
    assert_eq!(run["recovered"][0]["to"], "delivered", "{run:#}");
    assert_eq!(town.server.received().len(), 1);
    assert_eq!(lines(&town, "publishing").len(), 2, "its line was written anew before it was gone by");
}

#[test]
fn a_key_is_looked_up_in_lines_that_were_verified_long_ago_too() {
    let town = Town::new();
    backup(&town, "i_gaar.db");
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    town.run(["run"]).exit(0);
    // An older ledger that says that it has held all lines against itself.
    let now = rusqlite::Connection::open(town.path("ledger.db")).unwrap();
    let row = |row: &rusqlite::Row<'_>| {
        Ok((
            row.get::<_, String>(0)?,
            row.get::<_, i64>(1)?,
            row.get::<_, Vec<u8>>(2)?,
            row.get::<_, i64>(3)?,
        ))
    };
    let (file, length, last, events) =
        now.query_row("SELECT file, length, last, events FROM witness", [], row).unwrap();
    drop(now);
    put_back(&town, "i_gaar.db");
    let old = rusqlite::Connection::open(town.path("ledger.db")).unwrap();
    old.execute("INSERT INTO witness VALUES (?1, ?2, ?3, ?4)", (file, length, last, events)).unwrap();
    drop(old);
    town.run(["status"]).exit(0);
    town.file(MAD, MAD_APRIL);
    for args in SENDING {
        town.run(args).exit(6).says(MAD);
    }
    assert_eq!(town.server.received().len(), 1);
}

#[test]
fn two_deliveries_never_have_one_temporary_name() {
    let town = Town::new();
    backup(&town, "i_gaar.db");
    let mut temporaries = Vec::new();
    for _ in 0..2 {
        town.file(MAD, MAD_APRIL);
        while_halted(&town, &["run"], "uploading", || ()).kill();
        let db = rusqlite::Connection::open(town.path("ledger.db")).unwrap();
        let temporary: String =
            db.query_row("SELECT temporary FROM deliveries WHERE id = 1", [], |row| row.get(0)).unwrap();
        temporaries.push(temporary);
        drop(db);
        fs::remove_file(town.path("her.reached")).unwrap();
        put_back(&town, "i_gaar.db");
    }
    assert_ne!(temporaries[0], temporaries[1]);
}

/// A ledger and an archive as the version before the witness left them: delivered, in doubt, taken back, adopted,
/// approved, rejected and held.
fn of_the_earlier_version() -> Town {
    let town = Town::without_ledger(Server::embedded());
    fs::remove_dir(town.path("archive")).unwrap();
    copy_tree(
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/earlier_version")),
        &town.path(""),
    );
    town.at("2026-11-27T06:00:00+01:00");
    town
}

#[test]
fn a_ledger_and_archive_of_the_earlier_version_go_on_working() {
    let town = of_the_earlier_version();
    let before = town.snapshot();
    town.run(["run", "--dry-run"]).exit(3);
    town.run(["ledger", "verify"]).exit(0);
    assert_eq!(town.snapshot(), before, "reading names nothing");
    let run = town.deliver(3);
    assert_decided(&run, "mad_korsbaek_202612.txt", "hold", "in_doubt", "held");
    assert_decided(&run, "kmd_korsbaek_202610.txt", "duplicate", "already_delivered", "duplicate");
    assert_decided(&run, "vask_korsbaek_202611.txt", "send", "approved", "delivered");
    assert!(town.path("archive/ledger.json").exists(), "the archive is named");
    town.run(["ledger", "verify"]).exit(0);
    // What the earlier version wrote no line of stands in the witness now.
    lose_ledger(&town);
    town.run(["ledger", "rebuild"]).exit(0);
    let run = town.deliver(3);
    assert_decided(&run, "mad_korsbaek_202612.txt", "hold", "in_doubt", "held");
    town.file("mad_korsbaek_202611.txt", "MAD;2026-11\n000000-0003;20,00\n");
    assert_decided(&town.deliver(3), "mad_korsbaek_202611.txt", "hold", "rejected", "held");
    assert_eq!(town.server.received().len(), 1);
}

#[test]
fn a_copy_from_before_the_update_is_made_whole_and_names_the_archive() {
    let town = of_the_earlier_version();
    // The archive as the update found it, and a ledger that has forgotten the last word about a delivery.
    let fixture = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/earlier_version"));
    town.run(["run"]).exit(3);
    fs::remove_file(town.path("archive/ledger.json")).unwrap();
    lose_ledger(&town);
    fs::copy(fixture.join("ledger.db"), town.path("ledger.db")).unwrap();
    restored(&town);
    assert!(town.path("archive/ledger.json").exists());
    town.file("vask_korsbaek_202611.txt", "VASK;2026-11\n000000-0002;97,25\n");
    assert_decided(
        &town.deliver(3),
        "vask_korsbaek_202611.txt",
        "duplicate",
        "already_delivered",
        "duplicate",
    );
    assert_eq!(town.server.received().len(), 1);
}

#[test]
fn an_earlier_archive_without_a_name_is_not_taken_for_this_ledgers() {
    for lose in [
        |town: &Town| fs::remove_dir_all(town.path("archive/receipts")).unwrap(),
        |town: &Town| {
            fs::remove_dir_all(town.path("archive")).unwrap();
            fs::create_dir(town.path("archive")).unwrap();
        },
    ] {
        let town = of_the_earlier_version();
        lose(&town);
        refuses(&town, 6, "archive");
        assert!(!town.path("archive/ledger.json").exists());
        assert!(town.server.received().is_empty());
    }
}

#[test]
fn a_sound_ledger_is_not_made_again_from_a_witness_that_lacks_a_month() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.deliver(0);
    town.at("2023-05-14T06:00:00+02:00");
    town.file("mad_korsbaek_202305.txt", MAD_MAY);
    town.deliver(0);
    for month in ["2023-04.jsonl", "2023-05.jsonl"] {
        let file = town.path("archive/receipts").join(month);
        let lines = fs::read(&file).unwrap();
        fs::remove_file(&file).unwrap();
        refuses(&town, 6, month);
        let ledger = fs::read(town.path("ledger.db")).unwrap();
        town.run(["ledger", "rebuild"]).exit(6).says(month);
        assert_eq!(fs::read(town.path("ledger.db")).unwrap(), ledger, "{month}");
        fs::write(&file, lines).unwrap();
    }
    town.file(MAD, MAD_APRIL);
    assert_eq!(town.deliver(0)["summary"]["duplicate"], 1);
    assert_eq!(town.server.received().len(), 2);
}
