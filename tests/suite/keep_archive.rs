//! Archived content is deleted when it has been kept long enough, and nothing else ever is.

use std::fs;

use serde_json::Value;

use crate::story::id_text;
use crate::support::output::entry;
use crate::support::server::Rename;
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, VASK, VASK_APRIL};

const A_MONTH_LATER: &str = "2023-05-15T06:00:00+02:00";

/// A town that keeps its archive for thirty days, with both files of April in it.
fn delivered() -> Town {
    let town = Town::new();
    town.set("originals.keep_archive", "30d");
    town.file(MAD, MAD_APRIL);
    town.file(VASK, VASK_APRIL);
    town.deliver(0);
    town.server.as_embedded().empty();
    town
}

fn in_april(name: &str) -> String {
    format!("2023-04/{name}")
}

/// The deletions in the ledger's chain, each with its files.
fn deletions(town: &Town) -> Vec<Value> {
    let db = rusqlite::Connection::open(town.path("ledger.db")).unwrap();
    let mut events = db.prepare("SELECT body FROM events ORDER BY seq").unwrap();
    let bodies = events.query_map([], |row| row.get::<_, String>(0)).unwrap();
    bodies
        .map(|body| serde_json::from_str::<Value>(&body.unwrap()).unwrap())
        .filter(|event| event["event"] == "content_deleted")
        .collect()
}

#[test]
fn content_goes_when_its_time_is_over_and_the_ledger_stays() {
    let town = delivered();
    town.at("2023-05-14T05:59:00+02:00");
    town.run(["run"]).exit(0).never_says("keep_archive");
    assert_eq!(town.archived(), [in_april(MAD), in_april(VASK)], "not a minute early");
    let receipts = fs::read(town.path("archive/receipts/2023-04.jsonl")).unwrap();

    town.at(A_MONTH_LATER);
    town.run(["run", "--language", "da"]).exit(0).stdout_has("2 filer er slettet fra arkivet").plain();
    assert!(town.archived().is_empty());
    assert_eq!(fs::read(town.path("archive/receipts/2023-04.jsonl")).unwrap(), receipts);
    let told = deletions(&town);
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0]["files"][0], in_april(MAD));
    assert_eq!(told[0]["digest"], crate::sha256(MAD_APRIL));
    town.run(["ledger", "verify"]).exit(0);
    let history = town.run(["history", "--json"]).exit(0).json();
    assert_eq!(history["entries"].as_array().unwrap().len(), 2);

    town.run(["run"]).exit(0).never_says("keep_archive");
    assert_eq!(deletions(&town).len(), 2, "what is gone is told of once");
    // The ledger still knows the file.
    town.file(MAD, MAD_APRIL);
    assert_eq!(entry(&town.deliver(0), MAD)["decision"], "duplicate");
}

#[test]
fn without_the_setting_nothing_ever_goes() {
    let town = delivered();
    town.unset("originals.keep_archive").at("2043-05-15T06:00:00+02:00");
    town.run(["run"]).exit(0);
    assert_eq!(town.archived(), [in_april(MAD), in_april(VASK)]);
}

#[test]
fn a_dry_run_deletes_nothing() {
    let town = delivered();
    town.at(A_MONTH_LATER);
    let before = town.snapshot();
    town.run(["run", "--dry-run"]).exit(0);
    assert_eq!(town.snapshot(), before);
}

#[test]
fn duplicates_and_rejected_files_have_an_age_of_their_own() {
    let town = delivered();
    town.at("2023-05-01T06:00:00+02:00");
    town.file(MAD, MAD_APRIL);
    town.file(VASK, "VASK;2023-04\nforkert\n");
    let held = town.deliver(3);
    let id = id_text(&entry(&held, VASK)["hold_id"]);
    town.run(["reject", &id, "--reason", "forkert fil"]).exit(0);
    let (twin, refused) = (format!("2023-04/duplicates/{MAD}"), format!("rejected/{VASK}"));

    town.at(A_MONTH_LATER);
    town.deliver(0);
    assert_eq!(town.archived(), [twin, refused], "delivered in April, put away in May");
    town.at("2023-06-01T06:00:00+02:00");
    town.run(["run", "--language", "en"]).exit(0).stdout_has("2 files were deleted from the archive");
    assert!(town.archived().is_empty());
    town.run(["ledger", "verify"]).exit(0);
}

#[test]
fn two_copies_go_when_the_younger_is_old() {
    let town = delivered();
    for day in ["2023-05-01T06:00:00+02:00", "2023-05-20T06:00:00+02:00"] {
        town.at(day);
        town.file(MAD, MAD_APRIL);
        town.deliver(0);
    }
    town.at("2023-06-10T06:00:00+02:00");
    town.deliver(0);
    assert_eq!(town.archived().len(), 2, "{:?}", town.archived());
    town.at("2023-06-20T06:00:00+02:00");
    town.deliver(0);
    assert!(town.archived().is_empty(), "{:?}", town.archived());
}

#[test]
fn what_is_not_the_file_that_was_delivered_stays() {
    let town = delivered();
    let strange = [(MAD, "noget andet"), ("mad_korsbaek_202304 (2).txt", MAD_APRIL), ("noter.txt", "noter")];
    for (name, content) in strange {
        fs::write(town.path("archive/2023-04").join(name), content).unwrap();
    }
    town.at(A_MONTH_LATER);
    town.run(["run", "--language", "da"]).exit(0).stdout_has("1 fil er slettet");
    for (name, content) in strange {
        assert_eq!(fs::read_to_string(town.path("archive/2023-04").join(name)).unwrap(), content);
    }
    assert!(!town.path("archive/2023-04").join(VASK).exists());
}

#[test]
fn what_is_in_doubt_or_held_stays() {
    let town = delivered();
    // The same bytes once more, for May: in doubt there, so nobody may delete April's copy of them.
    town.set("policy.same_content_other_slot", "send").at("2023-05-14T06:00:00+02:00");
    town.server.as_embedded().behave(|b| {
        (b.rename, b.rename_times, b.takes_at_once) = (Rename::DoneReplyLost, Some(1), true);
    });
    town.file("mad_korsbaek_202305.txt", MAD_APRIL);
    town.deliver(3);
    // The laundry's bytes once more, held.
    town.set("policy.same_content_other_slot", "hold");
    town.file("vask_korsbaek_202305.txt", VASK_APRIL);
    town.deliver(3);
    town.at("2023-07-20T06:00:00+02:00");
    town.deliver(3);
    assert_eq!(town.archived(), [in_april(MAD), in_april(VASK)]);
    assert_eq!(town.dropped(), ["mad_korsbaek_202305.txt", "vask_korsbaek_202305.txt"]);
    assert!(deletions(&town).is_empty());
}

#[test]
fn a_delivery_taken_back_keeps_its_original() {
    let town = delivered();
    let history = town.run(["history", "--json"]).exit(0).json();
    for delivery in history["entries"].as_array().unwrap() {
        let id = delivery["delivery_id"].to_string();
        town.run(["resolve", &id, "--not-delivered", "--reason", "KP mistede den"]).exit(0);
    }
    town.at("2023-07-20T06:00:00+02:00");
    town.deliver(0);
    assert_eq!(town.archived(), [in_april(MAD), in_april(VASK)]);
}

#[test]
fn a_missing_file_is_written_down_as_gone() {
    let town = delivered();
    fs::remove_file(town.path("archive/2023-04").join(MAD)).unwrap();
    town.at(A_MONTH_LATER);
    town.run(["run", "--language", "da"]).exit(0).stdout_has("1 fil er slettet");
    let told = deletions(&town);
    let files: Vec<usize> = told.iter().map(|event| event["files"].as_array().unwrap().len()).collect();
    assert_eq!(files, [0, 1], "{told:?}");
}

#[test]
fn an_archive_that_is_not_there_today_is_not_taken_for_empty() {
    let town = delivered();
    town.at(A_MONTH_LATER);
    let (archive, away) = (town.path("archive"), town.path("away"));
    fs::rename(&archive, &away).unwrap();
    fs::create_dir(&archive).unwrap();
    town.run(["run"]).exit(6).says("mounted");
    assert!(deletions(&town).is_empty());
    fs::remove_dir_all(&archive).unwrap();
    fs::rename(&away, &archive).unwrap();
    town.run(["run"]).exit(0);
    assert_eq!(deletions(&town).len(), 2);
}

#[cfg(unix)]
#[test]
fn links_in_the_archive_are_not_followed() {
    use std::os::unix::fs::symlink;

    let town = delivered();
    let outside = town.path("udenfor");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("vigtig.txt"), MAD_APRIL).unwrap();
    let mad = town.path("archive/2023-04").join(MAD);
    fs::remove_file(&mad).unwrap();
    symlink(outside.join("vigtig.txt"), &mad).unwrap();
    town.at(A_MONTH_LATER);
    town.run(["run"]).exit(0);
    assert_eq!(fs::read_to_string(outside.join("vigtig.txt")).unwrap(), MAD_APRIL);
    assert!(fs::symlink_metadata(&mad).unwrap().is_symlink(), "nor is the link itself taken away");

    // A month's folder that is a link to elsewhere is not touched, and the run says so.
    let town = delivered();
    let (month, moved) = (town.path("archive/2023-04"), town.path("udenfor"));
    fs::rename(&month, &moved).unwrap();
    symlink(&moved, &month).unwrap();
    town.at(A_MONTH_LATER);
    town.run(["run", "--language", "da"])
        .exit(1)
        .says("2023-04 er et link")
        .never_says("slettet fra arkivet");
    assert!(moved.join(MAD).exists() && moved.join(VASK).exists());
    assert!(deletions(&town).is_empty());
}
