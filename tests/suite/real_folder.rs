//! Folders as suppliers and shares leave them: unfinished files, recycle bins, bad folders, files that are still being
//! written or never settle, and names that the archive has to fit.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::support::output::{assert_decided, entry};
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, MAD_MAY, VASK, VASK_APRIL};

fn names(run: &Value) -> Vec<&str> {
    run["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect()
}

fn verified(town: &Town, exit: i32) -> Value {
    town.run(["ledger", "verify", "--json"]).exit(exit).json()
}

#[test]
fn unfinished_and_spare_files_of_known_programs_are_left_alone() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    let unfinished = [
        format!("{MAD}.filepart"),
        format!("{MAD}.crdownload"),
        format!("{MAD}.part2"),
        format!("{MAD}.opdownload"),
        format!("{MAD}.lftp"),
        format!("{MAD}.aria2"),
        format!("{MAD}.camelLock"),
        format!("{MAD}.ocTransferId4711.part"),
        format!("{MAD}.bak (3)"),
        format!("{MAD}~"),
        format!(".{MAD}.swx"),
        format!("~${MAD}"),
        "Thumbs.db".to_owned(),
    ];
    for name in &unfinished {
        town.file(name, "halv");
    }
    assert_eq!(names(&town.deliver(0)), [MAD]);
    assert_eq!(town.server.received(), [(format!("ind/{MAD}"), MAD_APRIL.into())]);
    assert_eq!(town.dropped().len(), unfinished.len());
    // a list of one's own replaces all of them
    town.set("scan.exclude", Vec::<String>::new());
    let run = town.run(["run", "--dry-run", "--json"]).exit(3).json();
    assert_eq!(names(&run).len(), unfinished.len());
}

#[test]
fn recycle_bins_and_snapshots_are_never_looked_into() {
    let town = Town::new();
    town.set("scan.subfolders", true).set("scan.exclude", vec!["gammelt*"]);
    let folders = [
        "#recycle",
        "@Recycle",
        "@Recently-Snapshot",
        "$RECYCLE.BIN/S-1-5-21",
        ".snapshot/daily.0",
        "~snapshot",
        ".zfs/snapshot/i-går",
        ".Trash-1000/files",
        ".recycle/mette",
        "System Volume Information",
        "lost+found",
        "Gammelt",
        "leverandør/@eaDir",
    ];
    for folder in folders {
        // Windows' own names cannot all be made there.
        let _ = fs::create_dir_all(town.path("drop").join(folder))
            .map(|()| town.file(format!("{folder}/mad_korsbaek_202304.txt"), MAD_APRIL));
    }
    town.file(format!("leverandør/{VASK}"), VASK_APRIL);
    let run = town.deliver(0);
    assert_eq!(names(&run), [format!("leverandør/{VASK}")]);
    assert_eq!(town.server.received().len(), 1);
}

#[test]
fn a_folder_that_is_too_deep_is_held_and_stops_nobody() {
    let town = Town::new();
    town.set("scan.subfolders", true);
    town.file(MAD, MAD_APRIL);
    let deep = (0..105).map(|_| "x").collect::<Vec<_>>().join("/");
    fs::create_dir_all(town.path("drop").join(&deep)).unwrap();
    for run in [town.run(["run", "--dry-run", "--json"]).exit(3).json(), town.deliver(3)] {
        let bad: Vec<_> = names(&run).into_iter().filter(|name| *name != MAD).collect();
        assert_eq!(bad.len(), 1, "{run:#}");
        let bad = entry(&run, bad[0]);
        assert_eq!((bad["decision"].as_str(), bad["reason"].as_str()), (Some("hold"), Some("unsafe_file")));
    }
    assert_eq!(town.server.received().len(), 1);
    for (language, said) in
        [("da", "mappen ligger inden i så mange andre"), ("en", "the folder lies inside so many others")]
    {
        town.run(["run", "--language", language]).exit(3).stdout_has(said).stdout_has("[scan] exclude");
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_read_is_held_and_stops_nobody() {
    use std::os::unix::fs::{PermissionsExt, chown};
    const JOB: u32 = 65_534;
    let town = Town::new();
    town.set("scan.subfolders", true);
    for folder in ["leverandør", "hemmelig", "hemmelig/inderst"] {
        fs::create_dir(town.path("drop").join(folder)).unwrap();
    }
    town.file(MAD, MAD_APRIL);
    town.file(format!("leverandør/{VASK}"), VASK_APRIL);
    if rustix::process::geteuid().is_root() {
        // Root reads everything, so the program is to work as another user.
        for entry in walkdir::WalkDir::new(town.path("")) {
            chown(entry.unwrap().path(), Some(JOB), Some(JOB)).unwrap();
        }
        town.env("TRAEKFIL_CONFIG", town.path("config.toml").to_str().unwrap());
    }
    let locked = town.path("drop/hemmelig");
    let mode = |mode| fs::set_permissions(&locked, fs::Permissions::from_mode(mode)).unwrap();
    mode(0o000);
    let run = town.deliver(3);
    let held = entry(&run, "hemmelig");
    assert_eq!((held["reason"].as_str(), held["outcome"].as_str()), (Some("unsafe_file"), Some("held")));
    assert_decided(&run, MAD, "send", "new", "delivered");
    assert_decided(&run, &format!("leverandør/{VASK}"), "send", "new", "delivered");
    town.run(["run", "--language", "en"])
        .exit(3)
        .stdout_has("hemmelig (hold 1)")
        .stdout_lacks("reject")
        .stdout_has("cannot be read");
    mode(0o700);
    assert_eq!(town.deliver(0)["files"], serde_json::json!([]));
    // The drop folder itself is another matter.
    fs::set_permissions(town.path("drop"), fs::Permissions::from_mode(0o000)).unwrap();
    town.run(["run"]).exit_in(&[1, 2]);
    fs::set_permissions(town.path("drop"), fs::Permissions::from_mode(0o700)).unwrap();
}

/// As a supplier's program does that stalls: it has the file open and writes nothing for a while.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_another_program_has_open_for_writing_waits() {
    let openings: [fn(&mut OpenOptions) -> &mut OpenOptions; 3] =
        [|o| o.append(true), |o| o.write(true), |o| o.read(true).write(true)];
    for open in openings {
        let town = Town::new();
        // What came to wait in the first run is of a series that KP has not had, once others have gone.
        town.set("policy.new_series", "send");
        let path = town.file(MAD, MAD_APRIL);
        town.file(VASK, VASK_APRIL);
        let mut writer = open(&mut OpenOptions::new()).open(&path).unwrap();
        let before = town.snapshot();
        let dry = town.run(["run", "--dry-run", "--json"]).exit(0).json();
        assert_eq!(entry(&dry, MAD)["reason"], "unsettled");
        assert_eq!(town.snapshot(), before);
        let run = town.deliver(0);
        assert_decided(&run, MAD, "wait", "unsettled", "waiting");
        assert_decided(&run, VASK, "send", "new", "delivered");
        writer.write_all(MAD_APRIL.as_bytes()).unwrap();
        drop(writer);
        assert_decided(&town.deliver(0), MAD, "send", "new_series", "delivered");
        let whole = fs::read_to_string(town.path("archive/2023-04").join(MAD)).unwrap();
        assert!(town.server.received().contains(&(format!("ind/{MAD}"), whole)));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_duplicate_that_is_still_written_is_not_put_away_and_a_reader_disturbs_nobody() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    let path = town.file(MAD, MAD_APRIL);
    let writer = OpenOptions::new().append(true).open(&path).unwrap();
    assert_decided(&town.deliver(0), MAD, "wait", "unsettled", "waiting");
    assert_eq!(town.dropped(), [MAD]);
    drop(writer);
    let _reader = File::open(&path).unwrap();
    assert_decided(&town.deliver(0), MAD, "duplicate", "already_delivered", "duplicate");
    assert!(town.dropped().is_empty());
}

#[test]
fn an_original_that_changes_after_it_was_put_away_is_told_of() {
    let ways: [fn(&mut File); 2] = [
        |file| file.write_all(b"000000-0002;1,00\n").unwrap(),
        |file| {
            use std::io::Seek;
            file.rewind().unwrap();
            file.write_all(b"SAMME LAENGDE").unwrap();
        },
    ];
    for write in ways {
        let town = Town::new();
        town.file(MAD, MAD_APRIL);
        town.file(VASK, VASK_APRIL);
        town.run(["run"]).exit(0);
        assert_eq!(verified(&town, 0)["changed"], serde_json::json!([]));
        let archived = town.path("archive/2023-04").join(MAD);
        let mut handle = OpenOptions::new().read(true).write(true).open(&archived).unwrap();
        if archived.metadata().unwrap().len() > 0 {
            use std::io::Seek;
            handle.seek(std::io::SeekFrom::End(0)).unwrap();
        }
        write(&mut handle);
        drop(handle);
        town.run(["run", "--language", "en"])
            .exit(3)
            .stdout_has(MAD)
            .stdout_has("was changed after")
            .stdout_lacks(VASK);
        town.run(["run", "--language", "da"]).exit(3).stdout_has("blev ændret, efter");
        let status = town.run(["status", "--json"]).exit(3).json();
        assert_eq!(status["matters"][0]["kind"], "original_changed", "{status:#}");
        let changed = verified(&town, 3)["changed"].clone();
        assert_eq!(changed[0]["path"], MAD);
        assert_eq!(changed.as_array().unwrap().len(), 1);
        // Long after, only `ledger verify` looks.
        town.at("2023-05-14T06:00:00+02:00");
        town.run(["run"]).exit(0);
        verified(&town, 3);
        fs::remove_file(archived).unwrap();
        verified(&town, 0);
        assert_eq!(town.server.received().len(), 2);
    }
}

/// `cp -p`, `rsync -t`, `robocopy`: an old time from the first byte on.
#[test]
#[cfg_attr(windows, ignore = "wine tells the time of change for that of creation")]
fn a_copy_that_keeps_its_old_time_waits_until_it_has_settled() {
    let real = || chrono::DateTime::<chrono::Local>::from(SystemTime::now()).to_rfc3339();
    let town = Town::new();
    // What came to wait in the first run is of a series that KP has not had, once others have gone.
    town.set("policy.new_series", "send");
    town.set("scan.settle", "3s").set("policy.old_period", "send");
    for (name, age) in [(MAD, 3600), ("vask_korsbaek_202303.txt", 1_600_000_000)] {
        town.at(&real());
        town.file_aged(name, format!("{name} i dag"), Duration::from_secs(age));
        assert_decided(&town.deliver(0), name, "wait", "unsettled", "waiting");
        std::thread::sleep(Duration::from_millis(3500));
        town.at(&real());
        assert_decided(&town.deliver(0), name, "send", "old_period", "delivered");
    }
}

#[test]
fn a_file_that_never_settles_is_told_of_after_a_day() {
    let later = |days: u64| SystemTime::now() + Duration::from_secs(days * 24 * 3600);
    let town = Town::new();
    town.set("scan.settle", "10m");
    let path = town.file(MAD, MAD_APRIL);
    File::options().write(true).open(&path).unwrap().set_modified(later(20_000)).unwrap();
    assert_decided(&town.deliver(0), MAD, "wait", "unsettled", "waiting");
    town.at("2023-04-15T05:59:00+02:00");
    assert_eq!(entry(&town.deliver(0), MAD)["hold_id"], Value::Null);
    town.at("2023-04-15T06:01:00+02:00");
    let before = town.snapshot();
    let dry = town.run(["run", "--dry-run", "--json"]).exit(3).json();
    assert_decided_wait(&dry);
    assert_eq!(town.snapshot(), before);
    let run = town.deliver(3);
    assert_decided(&run, MAD, "wait", "unsettled", "waiting");
    assert_eq!(entry(&run, MAD)["hold_id"], 1);
    for (language, said) in [
        ("da", "har ventet siden 14. april 2023 kl. 06:00"),
        ("en", "has been waiting to settle since 14 April 2023 06:00"),
    ] {
        town.run(["run", "--language", language]).exit(3).stdout_has(said);
    }
    let status = town.run(["status", "--json"]).exit(3).json();
    assert_eq!(status["matters"][0]["kind"], "unsettled", "{status:#}");
    assert_eq!(status["matters"][0]["since"], "2023-04-14T06:00:00+02:00");
    town.set("alert.unsettled_after", "never");
    town.deliver(0);
    town.set("alert.unsettled_after", "1h");
    town.deliver(3);
    // It settles, is delivered, and is a matter no more; another one begins anew.
    town.set("scan.settle", "0s");
    assert_decided(&town.deliver(0), MAD, "send", "new", "delivered");
    town.set("scan.settle", "10m");
    let path = town.file(MAD, MAD_MAY);
    File::options().write(true).open(&path).unwrap().set_modified(later(1)).unwrap();
    assert_eq!(entry(&town.deliver(0), MAD)["hold_id"], Value::Null);
    verified(&town, 0);
}

fn assert_decided_wait(run: &Value) {
    let file = entry(run, MAD);
    assert_eq!((file["decision"].as_str(), file["hold_id"].as_i64()), (Some("wait"), Some(1)), "{run:#}");
}

#[cfg(unix)]
#[test]
fn a_file_that_stays_locked_is_told_of_too() {
    let town = Town::new();
    let lock = File::open(town.file(MAD, MAD_APRIL)).unwrap();
    lock.lock().unwrap();
    for (now, exit) in
        [("2023-04-14T06:00:00+02:00", 0), ("2023-04-14T18:00:00+02:00", 0), ("2023-04-15T07:00:00+02:00", 3)]
    {
        town.at(now);
        assert_decided(&town.deliver(exit), MAD, "wait", "unsettled", "waiting");
    }
    town.run(["run", "--language", "en"])
        .exit(3)
        .stdout_has("has been waiting")
        .stdout_has("another program is using it");
    drop(lock);
    assert_decided(&town.deliver(0), MAD, "send", "new", "delivered");
}

/// A heartbeat: its content changes all the time, and so does its digest.
#[test]
fn a_file_that_is_touched_again_and_again_is_told_of_too() {
    let town = Town::new();
    town.set("scan.settle", "10m");
    for (n, exit) in [0, 0, 0, 3].into_iter().enumerate() {
        town.at(&format!("2023-04-{}T0{n}:30:00+02:00", if exit == 0 { 14 } else { 15 }));
        town.file_aged(MAD, format!("{MAD_APRIL}{n}"), Duration::from_secs(1));
        assert_decided(&town.deliver(exit), MAD, "wait", "unsettled", "waiting");
    }
    assert!(town.server.received().is_empty());
}

#[test]
fn a_file_that_is_too_large_is_held_before_a_byte_is_read() {
    let town = Town::new();
    // What came to wait in the first run is of a series that KP has not had, once others have gone.
    town.set("policy.new_series", "send");
    town.file(MAD, MAD_APRIL);
    let huge = town.file("vask_korsbaek_202304.txt", "");
    let resize = |bytes| File::options().write(true).open(&huge).unwrap().set_len(bytes).unwrap();
    resize((1 << 30) + 1);
    let run = town.deliver(3);
    assert_decided(&run, MAD, "send", "new", "delivered");
    assert_decided(&run, VASK, "hold", "unsafe_file", "held");
    assert_eq!(entry(&run, VASK)["sha256"], Value::Null);
    assert_eq!(entry(&run, VASK)["size"], (1u64 << 30) + 1);
    town.run(["run", "--language", "da"]).exit(3).stdout_has("[scan] largest").stdout_has("1,00 GiB");
    town.run(["run", "--language", "en"]).exit(3).stdout_has("[scan] largest");
    // The limit is the town's own.
    resize(2048);
    town.set("scan.largest", "2KiB");
    assert_decided(&town.deliver(0), VASK, "send", "new_series", "delivered");
    town.file("vask_korsbaek_202305.txt", vec![b'x'; 2049]);
    assert_decided(&town.deliver(3), "vask_korsbaek_202305.txt", "hold", "unsafe_file", "held");
}

#[test]
fn small_files_go_before_large_ones() {
    let town = Town::new();
    let large = vec![b'x'; 17 << 20];
    town.file("a_202304.txt", &large);
    town.file("b_202304.txt", &large[..=16 << 20]);
    town.file("c_202304.txt", "lille");
    town.file("d_202305.txt", "lille også");
    town.run(["run"]).exit(0);
    let history = town.run(["history", "--json"]).exit(0).json();
    let mut order: Vec<_> = history["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["delivery_id"].as_i64(), entry["path"].as_str().unwrap()))
        .collect();
    order.sort_unstable();
    let order: Vec<_> = order.into_iter().map(|(_, path)| path).collect();
    assert_eq!(order, ["c_202304.txt", "d_202305.txt", "b_202304.txt", "a_202304.txt"]);
}

/// A name of 255 bytes that comes again has no room for a number.
#[test]
fn the_longest_names_are_archived_as_often_as_they_come() {
    let town = Town::new();
    town.series("name = \"alt\"\nfiles = [\"*\"]\nper_period = \"many\"");
    let names = [
        format!("{}_202304.txt", "m".repeat(244)),
        format!("{}_202304.txt", "å".repeat(122)),
        format!("{}_202304", "€".repeat(82)),
    ];
    for name in &names {
        assert!((253..=255).contains(&name.len()), "{}", name.len());
        for n in 0..3 {
            town.server.as_embedded().empty();
            town.file(name, format!("indhold {n} i {name}"));
            town.deliver(0);
            town.file(name, format!("indhold {n} i {name}"));
            assert_eq!(entry(&town.deliver(0), name)["decision"], "duplicate");
        }
    }
    let mut found: Vec<String> = walkdir::WalkDir::new(town.path("archive/2023-04"))
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| fs::read_to_string(entry.path()).unwrap())
        .collect();
    found.sort();
    assert_eq!(found.len(), 2 * 3 * names.len(), "each delivered file and its duplicate");
    found.dedup();
    assert_eq!(found.len(), 3 * names.len());
    verified(&town, 0);
}

/// With the period in the content a supplier may call a file as the archive calls its folders.
#[test]
fn names_of_ours_and_of_suppliers_never_meet() {
    let rule = "name = \"mad\"\nfiles = [\"*\"]\nperiod = 'MAD;(?<year>\\d{4})-(?<month>\\d{2})'\nperiod_in = \"content\"\n\
                per_period = \"many\"";
    for name in [
        "duplicates",
        "DUPLICATES",
        "Duplicates",
        "rejected",
        "receipts",
        "no-period",
        "ledger.json",
        "2023-04",
    ] {
        let town = Town::new();
        town.series(rule);
        for n in 0..2 {
            let content = format!("{MAD_APRIL}{n}\n");
            town.server.as_embedded().empty();
            town.file(name, &content);
            assert_decided(&town.deliver(0), name, "send", "new", "delivered");
            town.file(name, &content);
            assert_decided(&town.deliver(0), name, "duplicate", "already_delivered", "duplicate");
        }
        town.file(name, "");
        town.deliver(3);
        town.run(["reject", name, "--reason", "tom"]).exit(0);
        assert!(town.dropped().is_empty(), "{name}");
        let month = town.path("archive/2023-04");
        assert!(month.join("duplicates").is_dir(), "{name}");
        assert_eq!(fs::read_dir(month.join("duplicates")).unwrap().count(), 2, "{name}");
        verified(&town, 0);
    }
}

#[test]
fn an_archive_in_which_a_file_has_the_name_of_our_folder_goes_on() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    fs::write(town.path("archive/2023-04/duplicates"), "lagt her af en tidligere udgave").unwrap();
    town.file(MAD, MAD_APRIL);
    assert_decided(&town.deliver(0), MAD, "duplicate", "already_delivered", "duplicate");
    let kept = fs::read_to_string(town.path("archive/2023-04/duplicates.2")).unwrap();
    assert_eq!(kept, "lagt her af en tidligere udgave");
    let twin = fs::read_to_string(town.path("archive/2023-04/duplicates").join(MAD)).unwrap();
    assert_eq!(twin, MAD_APRIL);
}

#[test]
fn check_says_what_tells_that_a_file_is_still_written() {
    let town = Town::new();
    for (language, said) in [("da", "Filer, der stadig skrives i"), ("en", "Files still being written")] {
        let ran = town.run(["check", "--language", language]);
        assert!(ran.out().contains(said) && ran.out().contains("[scan] settle"), "{}", ran.out());
    }
    let checks = town.run(["check", "--json"]).json();
    let open =
        checks["checks"].as_array().unwrap().iter().find(|check| check["name"] == "open_files").unwrap();
    assert_eq!(open["ok"], true, "{open}");
}
