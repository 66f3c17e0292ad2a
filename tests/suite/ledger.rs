//! The ledger after a bad day: flipped, cut short, gone, put back from an old copy, changed past the program.

use std::fs;

use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, MAD_MAY, VASK};

/// Two files were delivered, and both lie in the folder again.
fn april_again() -> Town {
    let town = april();
    town.file(MAD, MAD_APRIL);
    town.file(VASK, "vask for april");
    town
}

fn april() -> Town {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.file(VASK, "vask for april");
    town.run(["run"]).exit(0);
    town
}

#[test]
fn verify_finds_a_sound_ledger_sound() {
    let town = april();
    town.run(["ledger", "verify"]).exit(0).stdout_has("ledger.db");
    let json = town.run(["ledger", "verify", "--json"]).exit(0).json();
    assert_eq!((&json["schema"], &json["receipts"]), (&1.into(), &2.into()));
}

#[test]
fn no_flipped_byte_makes_a_file_go_twice() {
    let town = april_again();
    let sound = fs::read(town.path("ledger.db")).unwrap();
    let mut noticed = 0;
    // Most of a small ledger is empty space; what is not is met at a prime stride.
    let used: Vec<usize> = (0..sound.len()).filter(|&at| sound[at] != 0).collect();
    for &at in used.iter().step_by(97) {
        let mut flipped = sound.clone();
        flipped[at] ^= 0x10;
        fs::write(town.path("ledger.db"), &flipped).unwrap();
        let ran = town.run(["run", "--dry-run", "--json"]);
        match ran.code() {
            Some(6) => noticed += 1,
            // The byte holds nothing: free space in a page.
            Some(0) => {
                let plan = ran.json();
                assert_eq!(plan["summary"]["duplicate"], 2, "byte {at}: {plan:#}");
            }
            other => panic!("byte {at}: exit {other:?}"),
        }
    }
    assert!(noticed > used.len() / 97 / 2, "only {noticed} flips were noticed");
    assert_eq!(town.server.received().len(), 2);
}

#[test]
fn a_ledger_cut_short_is_noticed() {
    let town = april_again();
    let sound = fs::read(town.path("ledger.db")).unwrap();
    for keep in [0, 1, 100, 4096, sound.len() / 2, sound.len() - 4096] {
        fs::write(town.path("ledger.db"), &sound[..keep]).unwrap();
        town.run(["run"]).exit(6).says("ledger.db");
        town.run(["ledger", "verify"]).exit(6);
    }
    assert_eq!(town.server.received().len(), 2);
}

#[test]
fn an_old_copy_is_noticed() {
    let town = april();
    let old = fs::read(town.path("ledger.db")).unwrap();
    town.file("mad_korsbaek_202305.txt", MAD_MAY);
    town.run(["run"]).exit(0);
    fs::write(town.path("ledger.db"), &old).unwrap();
    town.file("mad_korsbaek_202305.txt", MAD_MAY);
    town.run(["run"]).exit(6).says("receipts");
    town.run(["ledger", "verify"]).exit(6);
    assert_eq!(town.server.received().len(), 3);
}

#[test]
fn a_table_changed_past_the_program_is_noticed() {
    let town = april_again();
    let db = rusqlite::Connection::open(town.path("ledger.db")).unwrap();
    db.execute("UPDATE deliveries SET state = 'not_delivered'", []).unwrap();
    drop(db);
    town.run(["run"]).exit(6).says("deliveries");
    assert_eq!(town.server.received().len(), 2);
}

#[test]
fn the_chain_cannot_be_rewritten_by_hand() {
    let town = april();
    let db = rusqlite::Connection::open(town.path("ledger.db")).unwrap();
    assert!(db.execute("DELETE FROM events WHERE seq > 3", []).is_err());
    assert!(db.execute("UPDATE events SET at = ''", []).is_err());
}

#[test]
fn a_lost_ledger_is_made_again_from_the_receipts() {
    for lose in [
        |town: &Town| fs::remove_file(town.path("ledger.db")),
        |town: &Town| fs::write(town.path("ledger.db"), "ikke et regnskab"),
    ] {
        let town = april_again();
        lose(&town).unwrap();
        town.run(["run"]).exit(6).says("ledger rebuild");
        town.run(["ledger", "rebuild"]).exit(0).says("ledger.db");
        town.run(["ledger", "verify"]).exit(0);
        let run = town.deliver(0);
        assert_eq!(run["summary"]["duplicate"], 2, "{run:#}");
        // And life goes on: a new file, under a ledger whose receipts are its own.
        town.file("mad_korsbaek_202305.txt", MAD_MAY);
        assert_eq!(town.deliver(0)["summary"]["delivered"], 1);
        town.run(["ledger", "verify"]).exit(0);
        assert_eq!(town.server.received().len(), 3);
    }
}

#[test]
fn a_delivery_taken_back_stays_so_in_a_ledger_made_again() {
    let town = april();
    town.run(["resolve", "1", "--not-delivered", "--reason", "KP fik den aldrig"]).exit(0);
    fs::remove_file(town.path("ledger.db")).unwrap();
    town.run(["ledger", "rebuild"]).exit(0);
    town.run(["history", "--state", "not_delivered"]).exit(0).stdout_has(MAD);
}

#[test]
fn a_sound_ledger_is_not_made_again() {
    let town = april();
    let before = fs::read(town.path("ledger.db")).unwrap();
    town.run(["ledger", "rebuild"]).exit(2).says("ledger.db");
    assert_eq!(fs::read(town.path("ledger.db")).unwrap(), before);
    let empty = Town::new();
    empty.run(["ledger", "rebuild"]).exit(2).says("archive");
}

#[test]
fn the_auditor_gets_every_delivery() {
    let town = april();
    let csv = town.run(["ledger", "export", "--format", "csv"]).exit(0).out();
    let lines: Vec<&str> = csv.lines().collect();
    assert!(lines[0].starts_with("delivery_id,run_id,state,series,period,path"), "{csv}");
    assert_eq!(lines.len(), 3, "{csv}");
    assert!(lines[1].contains(MAD) && lines[1].contains("2023-04") && lines[1].contains("archived"), "{csv}");
    let json = town.run(["ledger", "export", "--format", "json"]).exit(0).json();
    assert_eq!(json["entries"].as_array().unwrap().len(), 2);
}

#[test]
fn a_name_that_a_spreadsheet_takes_for_a_formula_is_made_plain() {
    let town = Town::new();
    town.file("=2+2_202304.txt", MAD_APRIL);
    town.run(["run"]).exit(0);
    town.run(["ledger", "export"]).exit(0).stdout_has("'=2+2_202304.txt");
}

#[test]
fn a_rebuild_that_was_interrupted_is_noticed_and_done_again() {
    let town = april_again();
    fs::remove_file(town.path("ledger.db")).unwrap();
    fs::write(town.path("ledger.db-wal"), "left by a killed run").unwrap();
    // Killed between putting the old receipts aside and giving the new ones their place.
    fs::rename(town.path("archive/receipts"), town.path("archive/receipts-before-20230414-060000")).unwrap();
    town.run(["run"]).exit(6).says("receipts");
    assert_eq!(town.server.received().len(), 2);
    town.run(["ledger", "rebuild"]).exit(0);
    assert!(!town.path("ledger.db-wal").exists(), "the old log is not read into the new ledger");
    town.run(["ledger", "verify"]).exit(0);
    assert_eq!(town.deliver(0)["summary"]["duplicate"], 2);
}

#[test]
fn a_newer_ledger_is_not_made_again() {
    let town = april();
    let db = rusqlite::Connection::open(town.path("ledger.db")).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    town.run(["ledger", "rebuild"]).exit(6).says("ledger.db");
    assert!(town.path("archive/receipts").exists());
}

#[test]
fn a_ledger_of_the_first_version_is_brought_up_to_this_one() {
    let town = april_again();
    let db = rusqlite::Connection::open(town.path("ledger.db")).unwrap();
    db.execute_batch(
        "ALTER TABLE deliveries DROP COLUMN picked_up_at; DROP TABLE duplicates; DROP TABLE told;
         PRAGMA user_version = 1; PRAGMA wal_checkpoint(TRUNCATE);",
    )
    .unwrap();
    drop(db);
    let before = fs::read(town.path("ledger.db")).unwrap();

    let plan = town.run(["run", "--dry-run", "--json"]).exit(0).json();
    assert_eq!(plan["summary"]["duplicate"], 2, "a preview reads it as it is");
    assert_eq!(fs::read(town.path("ledger.db")).unwrap(), before, "and leaves it so");

    assert_eq!(town.deliver(0)["summary"]["duplicate"], 2);
    assert_eq!(town.server.received().len(), 2);
    town.run(["ledger", "verify"]).exit(0);
}

#[test]
fn a_month_without_receipts_between_others_is_named() {
    for lost in [true, false] {
        let town = Town::new();
        for month in ["04", "05", "06"] {
            town.at(&format!("2023-{month}-14T06:00:00+02:00"));
            town.file(format!("mad_korsbaek_2023{month}.txt"), month);
            town.deliver(0);
        }
        fs::remove_file(town.path("ledger.db")).unwrap();
        if lost {
            fs::remove_file(town.path("archive/receipts/2023-05.jsonl")).unwrap();
        }
        let ran = town.run(["ledger", "rebuild", "--language", "da"]).exit(0);
        let ran = if lost {
            ran.stdout_has("maj 2023").stdout_has("traekfil adopt")
        } else {
            ran.stdout_lacks("maj 2023")
        };
        drop(ran);
        fs::remove_file(town.path("ledger.db")).unwrap();
        let json = town.run(["ledger", "rebuild", "--json"]).exit(0).json();
        let months = if lost { serde_json::json!(["2023-05"]) } else { serde_json::json!([]) };
        assert_eq!(json["missing_months"], months, "{json:#}");
    }
}

#[test]
fn a_copy_goes_neither_to_kp_nor_among_the_receipts_nor_under_a_name_of_the_ledgers() {
    let town = april();
    fs::create_dir(town.path("drop/kopi")).unwrap();
    let before = town.snapshot();
    for (to, da, en) in [
        ("drop/ledger.db", "sendes til KP", "sent to KP"),
        ("drop/kopi/ledger.db", "sendes til KP", "sent to KP"),
        ("archive/../drop/ledger.db", "sendes til KP", "sent to KP"),
        ("archive/receipts/ledger.db", "kvitteringerne", "receipts"),
        ("archive/receipts/2023-05.jsonl", "kvitteringerne", "receipts"),
        ("ledger.db-wal", "regnskabet selv", "ledger itself"),
        ("ledger.db.checked", "regnskabet selv", "ledger itself"),
    ] {
        town.run(["ledger", "backup", to, "--language", "da"]).exit(2).says(da);
        town.run(["ledger", "backup", to, "--language", "en"]).exit(2).says(en);
        if to.ends_with("/ledger.db") {
            town.run(["report", "-o", to]).exit(2);
        }
    }
    assert_eq!(town.snapshot(), before);
    town.run(["ledger", "backup", "kopi.db"]).exit(0);
}

#[test]
fn check_says_that_a_ledger_is_retired() {
    let town = april();
    town.run(["ledger", "retire", "--reason", "flyttet"]).exit(0);
    for (language, word) in [("da", "blev nedlagt"), ("en", "was retired")] {
        town.run(["check", "--language", language]).exit(6).stdout_has(word);
    }
    let json = town.run(["check", "--json"]).exit(6).json();
    let ledger = json["checks"].as_array().unwrap().iter().find(|check| check["name"] == "ledger").unwrap();
    assert_eq!(ledger["ok"], false, "{json:#}");
}

/// What a person has to correct is exit 2, whatever is to be saved.
#[test]
fn a_place_that_is_no_folder_is_the_callers_to_correct() {
    let town = Town::new();
    for place in ["findes_ikke/fil", "config.toml/fil"] {
        for command in
            [&["ledger", "backup", place][..], &["report", "-o", place], &["run", "-n", "--save", place]]
        {
            town.run(command).exit(2).says(place);
        }
    }
    let left = crate::support::town::names_in(&town.path(""));
    assert!(!left.iter().any(|name| name.contains("tmp") || name == "findes_ikke"), "{left:?}");
}
