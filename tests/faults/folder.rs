//! Races and tricks in the drop folder, two runs at once, and clocks that lie.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::halted::halt;
use crate::sha256;
use crate::support::output::{Output, Running, entry};
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, MAD_CHANGED};

/// What somebody does to a file while the program works on it.
#[derive(Debug, Clone, Copy)]
enum Trick {
    /// Another file gets its name.
    Swapped,
    /// Something is added to it.
    Grown,
    /// Its bytes are replaced by as many others, and its time of change is set back to what it was.
    Rewritten,
    /// It is removed.
    Removed,
    /// A link to a file elsewhere gets its name.
    #[cfg(unix)]
    Linked,
}

const TRICKS: &[Trick] = &[
    Trick::Swapped,
    Trick::Grown,
    Trick::Rewritten,
    Trick::Removed,
    #[cfg(unix)]
    Trick::Linked,
];

impl Trick {
    fn play(self, town: &Town, original: &Path) {
        let elsewhere = town.path("andetsteds.txt");
        let about = fs::metadata(original).unwrap();
        match self {
            Trick::Swapped => {
                fs::write(&elsewhere, MAD_CHANGED).unwrap();
                fs::rename(&elsewhere, original).unwrap();
            }
            Trick::Grown => fs::write(original, MAD_APRIL.to_owned() + "000000-0002;1,00\n").unwrap(),
            Trick::Rewritten => {
                fs::write(original, MAD_CHANGED).unwrap();
                let file = fs::File::options().write(true).open(original).unwrap();
                file.set_modified(about.modified().unwrap()).unwrap();
            }
            Trick::Removed => fs::remove_file(original).unwrap(),
            #[cfg(unix)]
            Trick::Linked => {
                fs::write(&elsewhere, MAD_APRIL).unwrap();
                fs::remove_file(original).unwrap();
                std::os::unix::fs::symlink(&elsewhere, original).unwrap();
            }
        }
    }

    /// What lies in the folder after it.
    fn content(self) -> Option<String> {
        match self {
            Trick::Swapped | Trick::Rewritten => Some(MAD_CHANGED.into()),
            Trick::Grown => Some(MAD_APRIL.to_owned() + "000000-0002;1,00\n"),
            Trick::Removed => None,
            #[cfg(unix)]
            Trick::Linked => Some(MAD_APRIL.into()),
        }
    }

    fn is_link(self) -> bool {
        !matches!(self, Trick::Swapped | Trick::Grown | Trick::Rewritten | Trick::Removed)
    }
}

/// Runs the program, and plays the trick while the program is halted at this failpoint.
fn tricked(trick: Trick, point: &str) -> (Town, Output) {
    eprintln!("{trick:?} at {point}");
    let town = Town::new();
    let original = town.file(MAD, MAD_APRIL);
    let halted = halt(&town, &["run", "--json"], point).ok().unwrap();
    trick.play(&town, &original);
    let ran = halted.go_on();
    (town, ran)
}

/// Checks that the digest in the ledger is that of the bytes that KP got.
#[track_caller]
fn ledger_tells_the_truth(town: &Town) {
    let history = town.run(["history", "--json", "--limit", "1000"]).exit(0).json();
    let entries = history["entries"].as_array().unwrap();
    let delivered = |entry: &&Value| ["delivered", "archived"].iter().any(|state| entry["state"] == *state);
    let mut told: Vec<_> = entries.iter().filter(delivered).map(|entry| entry["sha256"].clone()).collect();
    let mut got: Vec<_> = town.server.received().iter().map(|(_, text)| Value::from(sha256(text))).collect();
    told.sort_by_key(Value::to_string);
    got.sort_by_key(Value::to_string);
    assert_eq!(told, got);
}

/// A file that is exchanged between hashing and the end of the upload is not sent, since it is not the file that was judged.
#[test]
fn tricked_before_and_during_the_upload() {
    // On Windows a file that is being read cannot be replaced.
    let points = if cfg!(unix) { &["looked", "uploading", "reading"][..] } else { &["looked", "uploading"] };
    for &point in points {
        for &trick in TRICKS {
            let (town, ran) = tricked(trick, point);
            let failed = ran.exit(4).json();
            assert_eq!(entry(&failed, MAD)["outcome"], "failed", "{trick:?} at {point}: {failed:#}");
            assert!(town.server.received().is_empty(), "{trick:?} at {point}");
            assert_eq!(town.server.as_embedded().leftovers(), [""; 0]);

            let after = town.run(["run", "--json"]);
            match trick.content() {
                None => assert_eq!(after.exit(0).json()["files"], Value::Array(Vec::new())),
                Some(_) if trick.is_link() => {
                    assert_eq!(entry(&after.exit(3).json(), MAD)["reason"], "unsafe_file");
                    assert!(town.server.received().is_empty());
                }
                Some(content) => {
                    after.exit(0);
                    assert_eq!(town.server.received(), [(format!("ind/{MAD}"), content)]);
                }
            }
            ledger_tells_the_truth(&town);
        }
    }
}

/// A file that is exchanged between upload and archiving: KP has the one that was judged, and the new one is left alone.
#[test]
fn tricked_before_it_is_put_away() {
    for point in ["stored", "publishing", "renamed", "delivered", "receipts", "recognised"] {
        if cfg!(windows) && point == "recognised" {
            continue;
        }
        for &trick in TRICKS {
            // After the last check, changed bytes with the old time of change cannot be noticed; on Windows they never can.
            if matches!(trick, Trick::Rewritten) && (cfg!(windows) || point == "recognised") {
                continue;
            }
            let (town, ran) = tricked(trick, point);
            let code = ran.exit_in(&[0, 1]);
            assert_eq!(entry(&ran.json(), MAD)["outcome"], "delivered", "{trick:?} at {point}");
            assert_eq!(town.server.received(), [(format!("ind/{MAD}"), MAD_APRIL.into())]);
            ledger_tells_the_truth(&town);
            match trick.content() {
                None => {
                    // Its bytes are nowhere, and a person is told so: by this run, or by the next where this one could not look.
                    let next = town.run(["run"]);
                    if point == "recognised" {
                        next.exit(1).stdout_has("disappeared");
                    } else {
                        assert_eq!([code, next.exit_in(&[0, 1])], [1, 0], "{trick:?} at {point}");
                    }
                    assert_eq!(town.deliver(0)["files"], Value::Array(Vec::new()));
                }
                Some(content) => {
                    let original = town.path("drop").join(MAD);
                    assert_eq!(fs::read_to_string(original).unwrap(), content, "{trick:?} at {point}");
                    let reason = if trick.is_link() { "unsafe_file" } else { "slot_taken" };
                    assert_eq!(entry(&town.deliver(3), MAD)["reason"], reason, "{trick:?} at {point}");
                }
            }
            assert_eq!(town.server.received().len(), 1);
        }
    }
}

#[test]
fn two_runs_at_once() {
    let town = Town::new();
    town.set("policy.new_series", "send");
    for n in 0..100 {
        let letter = |n: u8| char::from(b'a' + n % 26);
        let name = format!("{}{}_202304.txt", letter(n / 26), letter(n));
        town.file(&name, format!("fil nummer {n}"));
        let pair = [0, 1].map(|_| Running::start(&mut town.command(["run"])));
        let exits = pair.map(|run| run.finish().exit_in(&[0, 5]));
        assert_ne!(exits, [5, 5], "one of them does the work");
        assert_eq!(town.server.received().len(), usize::from(n) + 1, "{name} went once");
        assert!(town.dropped().is_empty());
    }
    ledger_tells_the_truth(&town);
}

#[test]
fn a_second_run_while_the_first_one_works_is_told_so() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    let first = halt(&town, &["run"], "stored").ok().unwrap();
    let connections = town.server.connections();
    for args in [&["run"][..], &["run", "--dry-run"], &["approve", MAD, "--reason", "fordi"]] {
        town.run(args).exit(5);
    }
    assert_eq!(town.server.connections(), connections);
    first.go_on().exit(0);
    assert_eq!(town.server.received().len(), 1);
}

#[test]
fn a_clock_that_is_ten_years_off() {
    let town = Town::new();
    town.set("policy.new_series", "send");
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    let times = ["2033-04-14T06:00:00+02:00", "2013-04-14T06:00:00+02:00", "2023-04-14T06:00:00+02:00"];
    for (n, now) in times.into_iter().enumerate() {
        town.at(now);
        town.file(MAD, MAD_APRIL);
        let again = town.deliver(0);
        assert_eq!(entry(&again, MAD)["reason"], "already_delivered", "{now}");
        let name = format!("vask_{}04.txt", &now[..4]);
        town.file(&name, format!("vask {n}"));
        assert_eq!(entry(&town.deliver(0), &name)["outcome"], "delivered", "{now}");
        town.run(["run", "--dry-run"]).exit(0);
    }
    assert_eq!(town.server.received().len(), 4);
    ledger_tells_the_truth(&town);
}

#[test]
fn a_month_that_the_clock_gets_wrong_is_held() {
    for (now, reason) in
        [("2033-04-14T06:00:00+02:00", "old_period"), ("2013-04-14T06:00:00+02:00", "future_period")]
    {
        let town = Town::new();
        town.file(MAD, MAD_APRIL);
        town.at(now);
        assert_eq!(entry(&town.deliver(3), MAD)["reason"], reason);
        town.at("2023-04-14T06:00:00+02:00");
        assert_eq!(entry(&town.deliver(0), MAD)["outcome"], "delivered");
        assert_eq!(town.server.received().len(), 1);
    }
}

/// A battery that is flat, a year that was typed wrong: the witness' file is named after that year, and the next run reads it.
#[test]
fn a_clock_that_is_centuries_off() {
    for (now, reason) in [
        ("0001-06-15T06:00:00+02:00", "future_period"),
        ("1970-01-01T00:00:00+01:00", "future_period"),
        ("1999-12-31T23:59:59+01:00", "future_period"),
        ("2100-01-01T00:00:00+01:00", "old_period"),
        ("9999-12-30T06:00:00+01:00", "old_period"),
    ] {
        let town = Town::new();
        town.series("name = \"mad\"\nfiles = [\"mad*\"]\ndue_day = 20\n");
        town.set("originals.keep_archive", "400d").set("calendar.runs", vec!["2023-04-27"]);
        town.set("calendar.warn_before", "3 banking days");
        // Nothing that only waits for a month opens the one that a wrong clock makes.
        town.set("policy.unknown_period", "send");
        town.file(MAD, MAD_APRIL);
        town.at(now);
        let held = town.deliver(3);
        assert_eq!(entry(&held, MAD)["reason"], reason, "{now}");
        for command in [&["status"][..], &["history"], &["ledger", "verify"], &["run", "--dry-run"]] {
            town.run(command).exit_in(&[0, 3]);
        }
        town.at("2023-04-14T06:00:00+02:00");
        town.run(["run", "--dry-run"]).exit(0);
        assert_eq!(entry(&town.deliver(0), MAD)["outcome"], "delivered", "{now}");
        town.run(["ledger", "verify"]).exit(0);
        town.file(MAD, MAD_APRIL);
        town.at(now);
        assert_eq!(entry(&town.run(["run", "--json"]).json(), MAD)["reason"], "already_delivered", "{now}");
        town.at("2023-04-14T07:00:00+02:00");
        town.deliver(0);
        ledger_tells_the_truth(&town);
        // Without its ledger, the witness makes it again.
        fs::remove_file(town.path("ledger.db")).unwrap();
        town.run(["ledger", "rebuild"]).exit(0);
        town.file(MAD, MAD_APRIL);
        assert_eq!(entry(&town.deliver(0), MAD)["reason"], "already_delivered", "{now}");
        assert_eq!(town.server.received().len(), 1);
    }
}

/// The age of a file with a time of change in the future says nothing, so the file is watched instead.
#[test]
fn a_file_from_the_future_is_watched() {
    let town = Town::new();
    town.set("scan.settle", "2s");
    town.at("2023-04-15T06:00:00+02:00");
    let path = town.file_aged(MAD, MAD_APRIL, Duration::ZERO);
    town.at("2023-04-14T06:00:00+02:00");
    let mut run = Running::start(&mut town.command(["run", "--json"]));
    let future = fs::metadata(&path).unwrap().modified().unwrap();
    let mut content = MAD_APRIL.to_owned();
    while !run.is_over() {
        let longer = content.clone() + "000000-0002;1,00\n";
        let written = fs::write(&path, &longer);
        if written.is_ok() {
            content = longer;
        }
        let dated = written.and_then(|()| fs::File::options().write(true).open(&path)?.set_modified(future));
        // On Windows a file that is being read cannot be replaced.
        assert!(dated.is_ok() || cfg!(windows), "{dated:?}");
    }
    let waiting = run.finish().exit(0).json();
    assert_eq!(entry(&waiting, MAD)["reason"], "unsettled", "{waiting:#}");
    assert!(town.server.received().is_empty());
    assert_eq!(entry(&town.deliver(0), MAD)["outcome"], "delivered");
    assert_eq!(town.server.received(), [(format!("ind/{MAD}"), content)]);
}

/// A file that was overwritten with as many bytes, its time of change set back, still counts as changing.
#[cfg(unix)]
#[test]
fn a_file_from_the_future_that_hides_its_change() {
    let town = Town::new();
    town.set("scan.settle", "100ms");
    let path = town.file(MAD, MAD_APRIL);
    let file = fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(town.now() + Duration::from_secs(3600)).unwrap();
    let halted = halt(&town, &["run", "--json"], "watching").ok().unwrap();
    Trick::Rewritten.play(&town, &path);
    assert_eq!(entry(&halted.go_on().exit(0).json(), MAD)["reason"], "unsettled");
    assert!(town.server.received().is_empty());
}

/// On 29 October 2023 half past two came twice.
#[test]
fn the_hour_that_comes_twice() {
    let town = Town::new();
    town.set("policy.new_series", "send");
    town.set("scan.settle", "6s");
    town.at("2023-10-29T02:30:00+02:00");
    town.file("mad_202310.txt", "MAD");
    assert_eq!(town.deliver(0)["summary"]["delivered"], 1);
    town.at("2023-10-29T02:30:00+01:00");
    town.file("mad_202310.txt", "MAD");
    town.file_aged("vask_202310.txt", "VASK", Duration::from_secs(5));
    let second = town.deliver(0);
    assert_eq!(entry(&second, "mad_202310.txt")["reason"], "already_delivered");
    assert_eq!(entry(&second, "mad_202310.txt")["earlier"]["delivered_at"], "2023-10-29T02:30:00+02:00");
    assert_eq!(entry(&second, "vask_202310.txt")["reason"], "unsettled", "five seconds old, not an hour");
    town.at("2023-10-29T02:31:00+01:00");
    assert_eq!(town.deliver(0)["summary"]["delivered"], 1);
    assert_eq!(town.server.received().len(), 2);
    ledger_tells_the_truth(&town);
}

/// A folder in the drop folder becomes a link to a place that the supplier may not read, with a file of the same name.
#[cfg(unix)]
fn swap_for_a_link(town: &Town, folder: &str, secret: &str) {
    let inside = town.path("drop").join(folder);
    let elsewhere = town.path("hemmeligt");
    fs::create_dir(&elsewhere).unwrap();
    fs::write(elsewhere.join(MAD), secret).unwrap();
    fs::rename(&inside, town.path("taget væk")).unwrap();
    std::os::unix::fs::symlink(&elsewhere, inside).unwrap();
}

/// Whatever the moment, nothing of the other place is read, sent or moved, though it has the same size, bytes or name.
#[cfg(unix)]
#[test]
fn a_subfolder_swapped_for_a_link_leads_nowhere() {
    let points =
        ["opening", "looked", "uploading", "stored", "publishing", "renamed", "delivered", "receipts"];
    for point in points {
        for folder in ["leverandør", "leverandør/a/b"] {
            for secret in [MAD_CHANGED, MAD_APRIL, "-----BEGIN OPENSSH PRIVATE KEY-----"] {
                let town = Town::new();
                town.set("scan.subfolders", true);
                let path = format!("{folder}/{MAD}");
                town.file(&path, MAD_APRIL);
                let halted = halt(&town, &["run", "--json"], point).ok().unwrap();
                swap_for_a_link(&town, "leverandør", secret);
                fs::create_dir_all(town.path("hemmeligt/a/b")).unwrap();
                fs::write(town.path("hemmeligt/a/b").join(MAD), secret).unwrap();
                let ran = halted.go_on();
                ran.exit_in(&[0, 1, 3, 4]);
                for (_, content) in town.server.received() {
                    assert_eq!(content, MAD_APRIL, "{point} {folder}");
                }
                for kept in [format!("hemmeligt/{MAD}"), format!("hemmeligt/a/b/{MAD}")] {
                    assert_eq!(fs::read_to_string(town.path(&kept)).unwrap(), secret, "{point} {kept}");
                }
                let after = town.deliver(3);
                assert_eq!(entry(&after, "leverandør")["reason"], "unsafe_file", "{point}: {after:#}");
                ledger_tells_the_truth(&town);
            }
        }
    }
}

/// Put away, moved back or deleted: between the last look and the move too.
#[cfg(unix)]
#[test]
fn a_subfolder_swapped_before_the_move_loses_nothing() {
    for (disposal, duplicate) in [("archive", false), ("delete", false), ("archive", true), ("delete", true)]
    {
        let town = Town::new();
        town.set("scan.subfolders", true)
            .set("originals.delivered", disposal)
            .set("originals.duplicates", disposal);
        let path = format!("leverandør/{MAD}");
        if duplicate {
            town.file(&path, MAD_APRIL);
            town.run(["run"]).exit(0);
        }
        town.file(&path, MAD_APRIL);
        let halted = halt(&town, &["run", "--json"], "recognised").ok().unwrap();
        swap_for_a_link(&town, "leverandør", MAD_CHANGED);
        halted.go_on().exit(0);
        // The open folder is the one that was listed, wherever it is now.
        assert!(!town.path("taget væk").join(MAD).exists(), "{disposal}");
        assert_eq!(fs::read_to_string(town.path("hemmeligt").join(MAD)).unwrap(), MAD_CHANGED);
        assert_eq!(town.server.received().len(), 1);
        ledger_tells_the_truth(&town);
    }
}

/// The supplier's program was started before the run and goes on after it: KP has half of the file.
#[cfg(unix)]
#[test]
fn a_handle_that_is_kept_over_the_run_is_noticed() {
    use std::io::Write;
    for point in ["looked", "stored", "recognised"] {
        let town = Town::new();
        let original = town.file(MAD, MAD_APRIL);
        let halted = halt(&town, &["run", "--json"], point).ok().unwrap();
        let mut handle = fs::File::options().append(true).open(&original).unwrap();
        assert_eq!(entry(&halted.go_on().exit(0).json(), MAD)["outcome"], "delivered");
        handle.write_all(b"000000-0002;1,00\n").unwrap();
        for _ in 0..2 {
            let told = town.run(["run", "--language", "en"]).exit(3);
            assert!(told.out().contains("was changed after"), "{point}: {}", told.out());
        }
        town.run(["ledger", "verify", "--language", "en"]).exit(3).stdout_has("was changed after");
        // Put back into the folder, the whole file waits for a person.
        drop(handle);
        fs::rename(town.path("archive/2023-04").join(MAD), &original).unwrap();
        assert_eq!(entry(&town.deliver(3), MAD)["reason"], "slot_taken");
        assert_eq!(town.server.received(), [(format!("ind/{MAD}"), MAD_APRIL.into())]);
    }
}
