//! A ledger that has grown past the size up to which it is checked whole each time: what was changed in it past the
//! program is noticed all the same, before anything is sent.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use serde_json::Value;

use crate::support::output::{assert_decided, entry};
use crate::support::servers::Server;
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, VASK, VASK_APRIL};

const CHAIN_GUARDS: &str =
    "DROP TRIGGER IF EXISTS events_are_not_changed; DROP TRIGGER IF EXISTS events_are_not_removed;";

/// Two files were delivered, then 6,000 empty files swelled the ledger for good; then the first two come again.
fn swollen() -> Town {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.file(VASK, VASK_APRIL);
    town.run(["run"]).exit(0);
    for n in 0..6000 {
        town.file(format!("tom_leverandoer_nummer_{n:04}_korsbaek_kommune_202304.txt"), "");
    }
    town.run(["run", "--quiet"]).exit(3);
    for entry in fs::read_dir(town.path("drop")).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    town.run(["run"]).exit(0);
    town.run(["ledger", "verify"]).exit(0);
    assert!(fs::metadata(town.path("ledger.db")).unwrap().len() > 2 << 20, "it has swollen");
    assert!(town.path("ledger.db.checked").exists(), "its last state is noted");
    town.file(MAD, MAD_APRIL);
    town.file(VASK, VASK_APRIL);
    town
}

/// What was done to the ledger, and the SQL that does it.
type Change = (&'static str, String);

/// Restores the two triggers of the chain as the program makes them, so that only the events differ.
fn with_guards(sql: &str, guards: &str) -> String {
    format!("{CHAIN_GUARDS} {sql}; {guards}")
}

fn guards(ledger: &Path) -> String {
    let db = Connection::open(ledger).unwrap();
    let mut all = db.prepare("SELECT sql FROM sqlite_schema WHERE type = 'trigger'").unwrap();
    let texts: Vec<String> = all.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(texts.len(), 2);
    texts.join(";") + ";"
}

fn changes(guards: &str) -> Vec<Change> {
    let plain = |what, sql: &str| (what, sql.to_owned());
    vec![
        plain("a deleted delivery", "DELETE FROM deliveries WHERE id = 1"),
        ("an edited early event", with_guards("UPDATE events SET body = replace(body, 'mad', 'mat') WHERE seq = 3", guards)),
        plain("an edited delivery", "UPDATE deliveries SET state = 'abandoned' WHERE id = 1"),
        plain("another digest", "UPDATE deliveries SET digest = zeroblob(32) WHERE id = 2"),
        plain(
            "a delivery deleted and another put in its place",
            "DELETE FROM deliveries WHERE id = 1;
             INSERT INTO deliveries SELECT 1, run, state, zeroblob(32), series, series_key, period, path, size, temporary, remote_path,
                 reason, decision, started_at, changed_at, delivered_at, picked_up_at, content_deleted_at,
                 temporary_gone_at, records, sum_ore, first_period, last_period, observed, why, who FROM deliveries WHERE id = 2",
        ),
        ("an early event's moment", with_guards("UPDATE events SET at = '2020-01-01T00:00:00+01:00' WHERE seq = 2", guards)),
        ("a deleted early event", with_guards("DELETE FROM events WHERE seq = 2", guards)),
        plain("a delivery that gets other totals", "UPDATE deliveries SET records = 1, sum_ore = 1 WHERE id = 1"),
        plain("a deleted hold", "DELETE FROM holds WHERE id = 17"),
        plain("an index that lacks a row", "DROP INDEX deliveries_by_digest; CREATE INDEX deliveries_by_digest ON deliveries (digest) WHERE id > 1"),
    ]
}

#[test]
fn whatever_is_changed_in_it_is_noticed_and_nothing_goes_twice() {
    let town = swollen();
    let ledger = town.path("ledger.db");
    let guards = guards(&ledger);
    // Whoever only looked left it as it was noted.
    town.run(["run", "--dry-run"]).exit(0);
    for (n, (what, sql)) in changes(&guards).into_iter().enumerate() {
        let sound = fs::read(&ledger).unwrap();
        let db = Connection::open(&ledger).unwrap();
        db.execute_batch(&sql).unwrap_or_else(|error| panic!("{what}: {error}"));
        drop(db);
        assert_ne!(fs::read(&ledger).unwrap(), sound, "{what}");
        assert_eq!(town.run(["run"]).code(), Some(6), "{what}");
        if n < 2 {
            town.run(["status"]).exit(6);
            town.run(["ledger", "verify"]).exit(6);
        }
        fs::write(&ledger, &sound).unwrap();
        // What a restored file holds was checked and noted again.
        if n < 3 {
            town.run(["approve", "4711", "--reason", "findes ikke"]).exit(2);
        }
    }
    assert_eq!(town.server.received().len(), 2);
    assert_eq!(town.deliver(0)["summary"]["duplicate"], 2);
}

fn whole_at(town: &Town) -> String {
    let noted: Value = serde_json::from_slice(&fs::read(town.path("ledger.db.checked")).unwrap()).unwrap();
    noted["whole_at"].as_str().unwrap().to_owned()
}

#[test]
fn it_is_checked_whole_once_a_day_and_whenever_it_was_touched() {
    let town = swollen();
    let at = |now: &str| {
        town.at(now);
        town.run(["approve", "4711", "--reason", "findes ikke"]).exit(2);
        whole_at(&town)
    };
    let first = at("2023-04-14T07:00:00+02:00");
    assert_eq!(at("2023-04-14T08:00:00+02:00"), first, "nothing has happened to it");
    assert_eq!(at("2023-04-15T09:00:00+02:00"), "2023-04-15T09:00:00+02:00", "a day has passed");
    assert_eq!(at("2023-04-15T08:00:00+02:00"), "2023-04-15T08:00:00+02:00", "the clock was set back");
    let sound = fs::read(town.path("ledger.db")).unwrap();
    fs::write(town.path("ledger.db"), sound).unwrap();
    assert_eq!(at("2023-04-15T10:00:00+02:00"), "2023-04-15T10:00:00+02:00", "somebody has written to it");
    fs::write(town.path("ledger.db.checked"), "noget andet").unwrap();
    assert_eq!(
        at("2023-04-15T11:00:00+02:00"),
        "2023-04-15T11:00:00+02:00",
        "nobody can read what was noted"
    );
}

#[test]
fn the_holds_of_a_run_are_one_event() {
    let town = Town::new();
    for n in 0..50 {
        town.file(format!("tom_{n:02}_202304.txt"), "");
    }
    let events = |exit| {
        town.run(["run", "--quiet"]).exit(exit);
        town.run(["ledger", "verify", "--json"]).exit(0).json()["events"].as_i64().unwrap()
    };
    // The ledger, the run's begin, its holds, its end.
    assert_eq!(events(3), 4);
    assert_eq!(events(3), 6, "nothing has changed about them");
    for n in 0..50 {
        fs::remove_file(town.path("drop").join(format!("tom_{n:02}_202304.txt"))).unwrap();
    }
    assert_eq!(events(0), 9, "they end in one event too");
}

#[test]
fn what_was_planted_in_the_schema_is_noticed() {
    for planted in [
        "CREATE TRIGGER forget AFTER INSERT ON deliveries BEGIN UPDATE deliveries SET state = 'abandoned'; END",
        "CREATE VIEW delivered AS SELECT * FROM deliveries",
        "CREATE INDEX by_path ON deliveries (path)",
        "CREATE TABLE notes (text)",
        "ALTER TABLE deliveries ADD COLUMN note TEXT",
        "DROP INDEX deliveries_by_slot",
        "DROP TRIGGER events_are_not_changed",
    ] {
        let town = Town::new();
        town.file(MAD, MAD_APRIL);
        town.run(["run"]).exit(0);
        let db = Connection::open(town.path("ledger.db")).unwrap();
        db.execute_batch(planted).unwrap();
        drop(db);
        town.file(MAD, MAD_APRIL);
        assert_eq!(town.run(["run"]).code(), Some(6), "{planted}");
        assert_eq!(town.run(["ledger", "verify"]).code(), Some(6), "{planted}");
        assert_eq!(town.run(["status"]).code(), Some(6), "{planted}");
        assert_eq!(town.server.received().len(), 1);
    }
}

/// A ledger and its receipts as version 0.1.0 of the program made them, whose tables had the form 2: `mad` for November was
/// delivered, `vask` was delivered and then taken back, an empty file is held, and an old file is approved.
#[test]
fn a_ledger_of_version_2_goes_on() {
    let town = Town::without_ledger(Server::embedded());
    town.at("2026-11-27T06:00:00+00:00");
    let db = Connection::open(town.path("ledger.db")).unwrap();
    db.execute_batch(include_str!("version_2/ledger.sql")).unwrap();
    drop(db);
    fs::create_dir_all(town.path("archive/receipts")).unwrap();
    let receipts = include_str!("version_2/receipts.jsonl");
    fs::write(town.path("archive/receipts/2026-11.jsonl"), receipts).unwrap();
    let [mad, vask] = ["mad_korsbaek_202611.txt", "vask_korsbaek_202611.txt"];
    town.file(mad, MAD_APRIL);
    town.file(vask, VASK_APRIL);
    town.file("tom_202611.txt", "");
    town.file("mad_korsbaek_202601.txt", "MAD;2026-01\n");

    let before = fs::read(town.path("ledger.db")).unwrap();
    let preview = town.run(["run", "--dry-run", "--json"]).exit(3).json();
    assert_eq!(entry(&preview, mad)["decision"], "duplicate");
    // The server had confirmed it before a person took it back, so no rename of it can still come.
    assert_eq!(entry(&preview, vask)["decision"], "send", "{preview:#}");
    assert_eq!(entry(&preview, "tom_202611.txt")["hold_id"], 1);
    assert_eq!(entry(&preview, "mad_korsbaek_202601.txt")["reason"], "approved");
    assert_eq!(fs::read(town.path("ledger.db")).unwrap(), before, "a preview leaves it as it is");

    let run = town.deliver(3);
    assert_decided(&run, mad, "duplicate", "already_delivered", "duplicate");
    assert_decided(&run, vask, "send", "new", "delivered");
    assert_decided(&run, "mad_korsbaek_202601.txt", "send", "approved", "delivered");
    assert_eq!(town.server.as_embedded().leftovers(), [""; 0]);
    town.run(["ledger", "verify"]).exit(0);
    let db = Connection::open(town.path("ledger.db")).unwrap();
    let kept: String =
        db.query_row("SELECT lower(hex(hash)) FROM events WHERE seq = 17", [], |row| row.get(0)).unwrap();
    assert_eq!(
        kept, "6255ca440f4ff06e20fc6909635e7dbbd02feb12c8bb2f82d521cbc309f4a607",
        "old events keep their hash"
    );
}
