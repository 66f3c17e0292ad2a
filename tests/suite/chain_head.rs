//! Where the chain ends is shown, so that a kept notice can later be held against the ledger.

use std::fs;

use sha2::{Digest, Sha256};

use crate::support::smtp::{Smtp, Speaks};
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, MAD_MAY, VASK, VASK_APRIL};

/// The end of the chain, as `status --json` tells it.
fn head(town: &Town) -> String {
    town.run(["status", "--json"]).json()["chain_head"].as_str().unwrap().to_owned()
}

/// A number, a colon and 64 hex digits.
fn assert_is_head(head: &str) {
    let (seq, hash) = head.split_once(':').unwrap();
    assert!(seq.parse::<u64>().unwrap() > 0, "{head}");
    assert!(hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{head}");
}

/// Changes an early event as somebody who knows the program would: every hash after it, and every table, made anew.
fn forge(town: &Town) {
    let db = rusqlite::Connection::open(town.path("ledger.db")).unwrap();
    let mut guards = db.prepare("SELECT sql FROM sqlite_schema WHERE type = 'trigger'").unwrap();
    let guards: Vec<String> = guards.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    db.execute_batch("DROP TRIGGER events_are_not_changed; DROP TRIGGER events_are_not_removed;").unwrap();
    let sql = "SELECT seq, at, body FROM events ORDER BY seq";
    let events: Vec<(i64, String, String)> = db
        .prepare(sql)
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let mut before = [0; 32];
    let mut changed = false;
    for (seq, at, body) in events {
        let new = body.replace("ikke til KP", "efter aftale");
        changed |= new != body;
        let mut hash = Sha256::new();
        hash.update(before);
        hash.update(seq.to_be_bytes());
        hash.update(at.as_bytes());
        hash.update([0]);
        hash.update(new.as_bytes());
        before = hash.finalize().into();
        let row = rusqlite::params![new, &before[..], seq];
        db.execute("UPDATE events SET body = ?1, hash = ?2 WHERE seq = ?3", row).unwrap();
    }
    assert!(changed, "there was something to change");
    db.execute("UPDATE decisions SET why = 'efter aftale' WHERE why = 'ikke til KP'", []).unwrap();
    db.execute_batch(&guards.join(";")).unwrap();
}

#[test]
fn a_forged_chain_does_not_contain_the_head_that_was_kept() {
    let town = Town::new();
    town.file("uden_maaned.txt", "x");
    town.run(["run"]).exit(3);
    town.run(["reject", "uden_maaned.txt", "--reason", "ikke til KP"]).exit(0);
    let kept = head(&town);
    assert_is_head(&kept);
    town.file(VASK, VASK_APRIL);
    town.run(["run"]).exit(0);

    let short = &kept[..kept.find(':').unwrap() + 17];
    for mark in [&*kept, short] {
        town.run(["ledger", "verify", "--head", mark]).exit(0).stdout_has(mark).plain();
        let json = town.run(["ledger", "verify", "--head", mark, "--json"]).exit(0).json();
        assert_eq!(json["contains"], mark, "{json:#}");
        assert_is_head(json["head"].as_str().unwrap());
    }
    let last = if kept.ends_with('0') { "1" } else { "0" };
    let other = format!("{}{last}", &kept[..kept.len() - 1]);
    town.run(["ledger", "verify", "--head", &other]).exit(6).says(&kept).plain();
    let ahead = format!("100000:{}", "0".repeat(64));
    town.run(["ledger", "verify", "--head", &ahead]).exit(6).says("event 12");
    for wrong in ["", "12", "12:0123", "x:0123456789abcdef"] {
        town.run(["ledger", "verify", "--head", wrong]).exit(2).says("--head");
    }

    // The witness in the archive names hashes too, so it has to go along with a forger; the kept head does not.
    let before = fs::read(town.path("ledger.db")).unwrap();
    forge(&town);
    assert_ne!(before, fs::read(town.path("ledger.db")).unwrap());
    town.run(["ledger", "verify", "--head", &kept]).exit(6);
}

#[test]
fn where_the_chain_ends_stands_in_notice_report_and_status() {
    let mail = Smtp::start(Speaks::Plainly);
    let town = Town::new();
    town.set("language", "da")
        .set("notify.mail_to", vec!["kp@korsbaek.example.dk"])
        .set("notify.mail_from", "traekfil@korsbaek.example.dk")
        .set("notify.smtp_host", "127.0.0.1")
        .set("notify.smtp_port", mail.port())
        .set("notify.smtp_tls", "none");
    town.file(MAD, MAD_APRIL);
    town.file("mad_korsbaek_202304_ny.txt", MAD_MAY);
    town.run(["run"]).exit(3);
    let letter = mail.letters().pop().unwrap().text();
    let told = letter.lines().find_map(|line| line.split_once("--head ")).unwrap().1;
    let told = told.split_whitespace().next().unwrap();
    assert_is_head(told);
    town.run(["ledger", "verify", "--head", told]).exit(0).stdout_has(told);

    let head = head(&town);
    town.run(["status", "-v"]).exit(3).stdout_has(&head);
    town.run(["status"]).exit(3).stdout_lacks(&head);
    town.run(["report", "-o", town.path("rapport.html").to_str().unwrap()]).exit(3);
    assert!(fs::read_to_string(town.path("rapport.html")).unwrap().contains(&head));

    // A run that failed before it could open anything tells it as well, as long as the ledger can be read.
    town.at("2023-04-15T06:00:00+02:00");
    fs::remove_dir_all(town.path("drop")).unwrap();
    town.run(["run"]).exit(2);
    let letter = mail.letters().pop().unwrap().text();
    assert!(letter.contains(&format!("--head {head}")), "{letter}");
}
