//! The program killed at each of its failpoints, and run again.

use std::collections::BTreeSet;
use std::fs;

use crate::account::{File, comes_to_rest, everything_once, files};
use crate::halted::kill_at;
use crate::stride;
use crate::support::output::entry;
use crate::support::server::Rename;
use crate::support::servers::Server;
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, MAD_CHANGED, at_once};

/// The failpoints of a first delivery.
const DELIVERY: [&str; 15] = [
    "run_started",
    "looked",
    "held",
    "uploading",
    "reading",
    "stored",
    "announced",
    "publishing",
    "renamed",
    "delivered",
    "receipts",
    "recognised",
    "moved",
    "put_away",
    "archived",
];
/// The failpoint before all deliveries and the one after them, and those that only recovery reaches.
const AROUND: [&str; 2] = ["opening", "done"];
const RECOVERY: [&str; 4] = ["temporary_removed", "recovered_uploading", "renamed_again", "settled"];
/// The failpoints that only files reach which are not simply delivered.
const ASIDE: [&str; 17] = [
    "ledger_created",
    "ledger_made",
    "watching",
    "removed",
    "duplicates_put_away",
    "approved",
    "rejected",
    "withdrawn",
    "resolved",
    "content_deleted",
    "adopted",
    "set_aside",
    "copied",
    "tried",
    "late_rename_ruled_out",
    "records_key_made",
    "keyed",
];

/// Two towns: one whose receiver leaves the files, and one whose receiver takes them at once.
fn receivers() -> [Town; 2] {
    let [leaves, takes] = [Town::new(), Town::new()];
    takes.server.as_embedded().behave(|b| b.takes_at_once = true);
    [leaves, takes]
}

fn takes_at_once(town: &Town) -> bool {
    let mut takes = false;
    town.server.as_embedded().behave(|b| takes = b.takes_at_once);
    takes
}

/// If the receiver leaves the final file, the next run sees what became of it, and nothing is ever in doubt. If the receiver
/// takes it at once, a delivery is in doubt only if the run was killed between the rename and its record.
#[track_caller]
fn rests(town: &Town, files: &[File], killed: &[&str]) {
    eprintln!("killed at {killed:?}, receiver takes at once: {}", takes_at_once(town));
    let in_doubt = comes_to_rest(town, files);
    let unknown = takes_at_once(town) && killed.iter().any(|at| ["renamed", "renamed_again"].contains(at));
    assert!(in_doubt == 0 || unknown, "{in_doubt} in doubt");
}

#[test]
fn every_failpoint_is_tried() {
    let name = regex::Regex::new(r#"failpoint\("(\w+)"\)"#).unwrap();
    let mut there = BTreeSet::new();
    for file in walkdir::WalkDir::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")) {
        let file = file.unwrap();
        if file.file_type().is_file() {
            let text = fs::read_to_string(file.path()).unwrap_or_default();
            there.extend(name.captures_iter(&text).map(|found| found[1].to_owned()));
        }
    }
    let tried = [&DELIVERY[..], &AROUND, &RECOVERY, &ASIDE].concat();
    assert_eq!(there, tried.into_iter().map(str::to_owned).collect());
}

#[test]
fn killed_while_the_ledger_is_begun() {
    for point in ["ledger_created", "ledger_made"] {
        let town = Town::without_ledger(Server::embedded());
        let files = files(&town, 1);
        assert!(kill_at(&town, &["ledger", "begin"], point), "{point}");
        // Until it is there whole, there is none; said again, it is begun.
        let there = point == "ledger_made";
        town.run(["ledger", "begin"]).exit(if there { 2 } else { 0 });
        rests(&town, &files, &[point]);
        assert!(town.path("archive/ledger.json").exists(), "{point}: the archive bears the name");
    }
}

#[test]
fn killed_between_an_approval_and_its_line() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    town.file(MAD, MAD_CHANGED);
    town.run(["run"]).exit(3);
    town.server.as_embedded().empty();
    assert!(kill_at(&town, &["approve", MAD, "--reason", "efterlevering"], "approved"));
    // The next command that writes brings the line up.
    town.run(["run"]).exit(0);
    assert_eq!(town.server.received().len(), 2);
    let lines = fs::read_to_string(town.path("archive/receipts/2023-04.jsonl")).unwrap();
    assert_eq!(lines.matches(r#""attests":"approved""#).count(), 1, "{lines}");
}

#[test]
fn killed_between_taking_an_approval_back_and_its_line() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    town.file(MAD, MAD_CHANGED);
    town.run(["run"]).exit(3);
    town.server.as_embedded().empty();
    town.run(["approve", MAD, "--reason", "efterlevering"]).exit(0);
    let withdraw = ["withdraw", MAD, "--reason", "alligevel ikke"];
    assert!(kill_at(&town, &withdraw, "withdrawn"));
    // Said again, it is answered as done: the line was written when the ledger was opened.
    town.run(withdraw).exit(0);
    town.run(withdraw).exit(2);
    town.run(["run"]).exit(3);
    assert_eq!(town.server.received().len(), 1);
    let lines = fs::read_to_string(town.path("archive/receipts/2023-04.jsonl")).unwrap();
    assert_eq!(lines.matches(r#""attests":"withdrawn""#).count(), 1, "{lines}");
}

#[test]
fn killed_in_a_first_delivery() {
    for point in DELIVERY.iter().chain(&AROUND) {
        for town in receivers() {
            let files = files(&town, 1);
            assert!(kill_at(&town, &["run"], point), "{point}");
            rests(&town, &files, &[point]);
        }
    }
}

#[test]
fn killed_with_more_files_than_a_batch() {
    let second: Vec<String> = DELIVERY[3..].iter().map(|point| format!("{point}@2")).collect();
    let points = DELIVERY[3..].iter().copied().chain(second.iter().map(String::as_str)).chain(["moved@100"]);
    for (n, point) in points.enumerate().step_by(stride(3)) {
        let town = receivers().into_iter().nth(n % 2).unwrap();
        let files = files(&town, 600);
        assert!(kill_at(&town, &["run"], point), "{point}");
        rests(&town, &files, &[point.split('@').next().unwrap()]);
    }
}

/// The first run is killed, then the second one while it recovers, then the third.
fn killed_in_recovery(first: &str, passed: &[&str]) {
    let mut reached = BTreeSet::new();
    for second in DELIVERY.iter().chain(&RECOVERY) {
        for town in receivers() {
            let files = files(&town, 1);
            assert!(kill_at(&town, &["run"], first), "{first}");
            if kill_at(&town, &["run"], second) {
                reached.insert(*second);
                kill_at(&town, &["run"], second);
                rests(&town, &files, &[first, second]);
            }
        }
    }
    for point in passed {
        assert!(reached.contains(point), "{point} after {first}: {reached:?}");
    }
}

#[test]
fn killed_while_making_up_for_an_upload() {
    killed_in_recovery("stored", &["temporary_removed", "recovered_uploading", "uploading", "archived"]);
}

#[test]
fn killed_while_making_up_for_a_rename_not_asked() {
    killed_in_recovery("publishing", &["renamed_again", "settled", "receipts", "archived"]);
}

#[test]
fn killed_while_making_up_for_a_rename_not_confirmed() {
    killed_in_recovery("renamed", &["settled", "receipts", "moved", "archived"]);
}

#[test]
fn killed_while_putting_away() {
    killed_in_recovery("receipts", &["receipts", "moved", "put_away", "archived"]);
}

#[test]
fn killed_after_a_lost_reply() {
    for what in [Rename::DoneReplyLost, Rename::NotDoneReplyLost, Rename::HalfDone] {
        for point in ["renamed", "delivered", "settled"] {
            let town = Town::new();
            let files = files(&town, 3);
            town.server.as_embedded().behave(|b| (b.rename, b.rename_times) = (what, Some(1)));
            assert!(kill_at(&town, &["run"], point), "{point}");
            rests(&town, &files, &[point]);
        }
    }
}

/// With `publish = "direct"` a delivery is in doubt as soon as its final file may exist.
#[test]
fn killed_while_writing_directly() {
    for point in ["uploading", "publishing", "renamed", "delivered", "receipts"] {
        let town = Town::new();
        town.set("sftp.publish", "direct");
        let files = files(&town, 2);
        assert!(kill_at(&town, &["run"], point), "{point}");
        let in_doubt = comes_to_rest(&town, &files);
        assert_eq!(in_doubt, if ["publishing", "renamed"].contains(&point) { 2 } else { 0 }, "{point}");
    }
}

#[test]
fn killed_while_deleting() {
    for point in ["delivered", "receipts", "moved", "put_away"] {
        let town = Town::new();
        town.set("originals.delivered", "delete");
        town.file(MAD, MAD_APRIL);
        assert!(kill_at(&town, &["run"], point), "{point}");
        town.run(["run"]).exit(0);
        assert_eq!(town.server.received(), [(format!("ind/{MAD}"), MAD_APRIL.into())]);
        assert_eq!(town.dropped(), [""; 0]);
    }
}

#[test]
fn killed_before_a_name_that_is_taken_is_held() {
    let town = Town::new();
    let files = files(&town, 2);
    let taken = format!("ind/{}", files[0].0);
    town.server.as_embedded().put(&taken, b"noget andet");
    assert!(kill_at(&town, &["run"], "removed"));
    let run = town.deliver(3);
    assert_eq!(entry(&run, &files[0].0)["reason"], "remote_name_taken");
    assert_eq!(town.server.received(), [(format!("ind/{}", files[1].0), files[1].1.clone())]);
    assert_eq!(town.server.as_embedded().leftovers(), [""; 0]);
    town.server.as_embedded().empty();
    town.run(["run"]).exit(0);
    everything_once(&town, &files);
}

#[test]
fn killed_before_a_duplicate_is_written_down() {
    let town = Town::new();
    let files = files(&town, 1);
    town.run(["run"]).exit(0);
    town.file(&files[0].0, &files[0].1);
    assert!(kill_at(&town, &["run"], "duplicates_put_away"));
    town.run(["run"]).exit(0);
    assert_eq!(town.server.received().len(), 1);
    assert_eq!(town.archived().len(), 2, "the file and its duplicate");
    assert_eq!(town.dropped(), [""; 0]);
}

#[test]
fn killed_before_a_rejected_file_is_taken_out() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    town.file(MAD, MAD_CHANGED);
    town.run(["run"]).exit(3);
    let reject = ["reject", MAD, "--reason", "forkert fil"];
    assert!(kill_at(&town, &reject, "rejected"));
    assert_eq!(
        entry(&town.deliver(3), MAD)["reason"],
        "rejected",
        "the word counts from when it was written down"
    );
    town.run(reject).exit(0);
    town.run(["run"]).exit(0);
    assert_eq!(town.server.received().len(), 1);
    assert_eq!(town.dropped(), [""; 0]);
}

#[test]
fn killed_between_an_adoption_and_its_receipts() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    let adopt = ["adopt", "drop", "--reason", "leveret af KMD"];
    assert!(kill_at(&town, &adopt, "adopted"));
    assert!(!town.path("archive/receipts/2023-04.jsonl").exists(), "no line is written before the commit");
    let again = town.run(["adopt", "drop", "--reason", "leveret af KMD", "--json"]).exit(0).json();
    assert_eq!(again["files"][0]["outcome"], "known", "{again:#}");
    std::fs::remove_file(town.path("ledger.db")).unwrap();
    town.run(["ledger", "rebuild"]).exit(0);
    assert_eq!(entry(&town.deliver(0), MAD)["reason"], "already_delivered", "its receipt was written");
    assert!(town.server.received().is_empty());
}

#[test]
fn killed_after_a_delivery_was_taken_back() {
    let town = Town::new();
    let files = files(&town, 1);
    town.run(["run"]).exit(0);
    assert!(kill_at(
        &town,
        &["resolve", "1", "--not-delivered", "--reason", "KP fik den aldrig"],
        "resolved"
    ));
    town.server.as_embedded().empty();
    // Repeating the command writes the missing receipt; a third time it is refused, since nothing is missing.
    let again = ["resolve", "1", "--not-delivered", "--reason", "KP fik den aldrig"];
    town.run(again).exit(0);
    town.run(again).exit(2);
    std::fs::remove_file(town.path("ledger.db")).unwrap();
    town.run(["ledger", "rebuild"]).exit(0);
    town.file(&files[0].0, &files[0].1);
    town.run(["run"]).exit(0);
    assert_eq!(town.server.received().len(), 2, "once more, at a person's word");
}

#[test]
fn killed_while_a_late_rename_is_ruled_out() {
    let town = Town::new();
    let files = files(&town, 1);
    town.server.as_embedded().behave(|b| b.rename = Rename::Refused(3));
    town.run(["run"]).exit(4);
    town.run(["resolve", "1", "--not-delivered", "--reason", "KP fik den aldrig"]).exit(0);
    town.server.as_embedded().behave(|b| b.rename = Rename::Honest);
    assert!(kill_at(&town, &["run"], "late_rename_ruled_out"));
    town.server.as_embedded().behave(|b| b.unreachable = true);
    let run = town.deliver(4);
    assert_eq!(run["files"][0]["decision"], "wait", "nobody wrote down that it is gone: {run:#}");
    town.server.as_embedded().behave(|b| b.unreachable = false);
    // Who finds it gone cannot tell whether it was removed or renamed, so a person is asked again.
    let run = town.deliver(4);
    assert_eq!(run["files"][0]["decision"], "wait", "{run:#}");
    town.run(["resolve", "1", "--not-delivered", "--reason", "KP har den stadig ikke"]).exit(0);
    town.run(["run"]).exit(0);
    everything_once(&town, &files);
}

#[test]
fn a_preview_reads_what_a_killed_run_left_and_leaves_it() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    assert!(kill_at(&town, &["run"], "publishing"));
    assert!(town.path("ledger.db-wal").exists(), "the killed run left a log");
    let before = town.snapshot();
    let plan = town.run(["run", "--dry-run", "--json"]).exit(3).json();
    assert_eq!(plan["files"][0]["reason"], "in_doubt", "{plan:#}");
    town.run(["history", "--state", "publishing"]).exit(0).stdout_has(MAD);
    assert_eq!(town.snapshot(), before, "nothing was touched");
    assert_eq!(town.deliver(0)["recovered"][0]["to"], "delivered");
    assert_eq!(town.server.received().len(), 1);
}

#[test]
fn killed_while_the_archive_is_cleared() {
    for point in ["recognised", "content_deleted"] {
        let town = Town::new();
        town.set("originals.keep_archive", "30d");
        let files = files(&town, 3);
        comes_to_rest(&town, &files);
        let kept = town.archived();
        assert_eq!(kept.len(), 3);
        town.at("2023-05-20T06:00:00+02:00");
        assert!(kill_at(&town, &["run"], point), "{point}");
        town.run(["ledger", "verify"]).exit(0);
        town.run(["run"]).exit(0);
        assert!(town.archived().is_empty(), "{point}: {:?}", town.archived());
        let left = fs::read_dir(town.path("archive/2023-04")).unwrap().count();
        assert_eq!(left, 0, "{point}: no leftover of the deletion");
        // A further run deletes nothing, so it records nothing about deletions.
        let size = |town: &Town| town.run(["ledger", "verify", "--json"]).exit(0).json()["events"].as_i64();
        let before = size(&town);
        town.run(["run"]).exit(0);
        assert_eq!(size(&town), before.map(|events| events + 2), "the run's begin and end alone");
    }
}

/// The files of two suppliers of the same deductions, one citizen and amount in a line.
const LISTS: &str = r#"name = "mad"
files = ["mad_*.txt"]
format = "liste"
deduction = "mad"
per_period = "many"
[[series]]
name = "kost"
files = ["kost_*.txt"]
format = "liste"
deduction = "mad"
per_period = "many"
[formats.liste]
kind = "csv"
separator = ";"
[formats.liste.record]
citizen = 1
amount = { at = 2, unit = "øre" }
"#;
const LIST: &str = "0101009999;41250\r\n0201009998;38800\r\n";
const TURNED: &str = "0201009998;38800\r\n0101009999;41250\r\n";
const KOST: &str = "kost_korsbaek_202304.txt";

/// A town that looks into its files, with April's.
fn town_with_lists() -> Town {
    let town = Town::new();
    town.series(LISTS).set("policy.records_delivered", "hold");
    town.file(MAD, LIST);
    town
}

#[test]
fn the_same_records_go_once_wherever_a_run_is_killed() {
    let points = DELIVERY.iter().chain(&AROUND).copied().chain(["records_key_made"]);
    at_once(points, |point| {
        let town = town_with_lists();
        kill_at(&town, &["run"], point);
        town.file(KOST, TURNED);
        let run = town.deliver(3);
        let held = run["files"].as_array().unwrap().iter().filter(|file| file["decision"] == "hold");
        let reasons: Vec<_> = held.map(|file| file["reason"].as_str().unwrap()).collect();
        assert_eq!(reasons, ["records_delivered"], "{point}: {run:#}");
        assert_eq!(town.server.received().len(), 1, "{point}: {run:#}");
        town.run(["ledger", "verify"]).exit(0);
    });
}

#[test]
fn killed_while_keys_are_made_again() {
    let town = town_with_lists();
    town.run(["run"]).exit(0);
    let secret = fs::read_to_string(town.path("records.key")).unwrap();
    fs::remove_file(town.path("ledger.db")).unwrap();
    town.run(["ledger", "rebuild"]).exit(0);
    town.file(KOST, TURNED);
    for point in ["records_key_made", "keyed"] {
        assert!(kill_at(&town, &["run"], point), "{point}");
    }
    assert_eq!(entry(&town.deliver(3), KOST)["reason"], "records_delivered");
    assert_eq!(fs::read_to_string(town.path("records.key")).unwrap(), secret);
    assert_eq!(town.server.received().len(), 1);
}
