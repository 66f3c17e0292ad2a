//! The keys themselves: their secret, what becomes of them when the ledger, the secret or the content is lost, and how long
//! they are kept.

use std::fs;

use super::{APRIL, BY_B, MAY, TOGETHER, after_april, goes, held, said, town};
use crate::content::samples::{record, records, semicolons, with_trailer};
use crate::support::output::entry;
use crate::support::town::{Town, open_to_all};

fn count(town: &Town, sql: &str) -> i64 {
    let db = rusqlite::Connection::open(town.path("ledger.db")).unwrap();
    db.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// What another supplier's list of the same records is held for.
fn again(town: &Town) -> String {
    said(&held(town, TOGETHER, &semicolons(&records(22), "202304")))
}

#[test]
fn without_a_format_no_secret_is_made() {
    let town = Town::new();
    town.file(APRIL, with_trailer(&records(3), "202304"));
    town.deliver(0);
    assert!(!town.path("records.key").exists());
    assert_eq!(count(&town, "SELECT count(*) FROM key_marks"), 0);
    town.run(["ledger", "backup", "kopi.db"]).exit(0);
    assert!(!town.path("kopi.db.key").exists());
}

#[test]
fn the_secret_is_private_made_once_and_missed() {
    let town = town("");
    town.file(APRIL, with_trailer(&records(20), "202304"));
    town.run(["check", "--offline"]).exit(0).stdout_has("the next run makes it");
    town.run(["run", "--dry-run"]).exit(0);
    assert!(!town.path("records.key").exists(), "a dry run writes nothing");
    town.deliver(0);
    let secret = fs::read_to_string(town.path("records.key")).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(town.path("records.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    town.deliver(0);
    assert_eq!(fs::read_to_string(town.path("records.key")).unwrap(), secret);
    let checked = |exit: i32, ok: bool, says: &str| {
        for offline in [&[][..], &["--offline"]] {
            let checks = town.run([&["check", "--json"][..], offline].concat()).exit(exit).json();
            let checks = checks["checks"].as_array().unwrap();
            let line = checks.iter().find(|check| check["name"] == "records_key").unwrap();
            assert_eq!(line["ok"], ok, "{line:#}");
            assert!(line["detail"].as_str().unwrap().contains(says), "{line:#}");
        }
    };
    checked(0, true, "records.key");
    fs::remove_file(town.path("records.key")).unwrap();
    checked(6, false, "ledger rebuild");
    for command in [&["run"][..], &["run", "--dry-run"], &["ledger", "backup", "kopi.db"]] {
        town.run(command).exit(6).says("records.key").says("ledger rebuild");
    }
    town.secret("records.key", &"0".repeat(64));
    town.run(["run"]).exit(6).says("is not the one");
    checked(6, false, "is not the one");
    town.secret("records.key", "hemmelig");
    town.run(["run"]).exit(6).says("64 hexadecimal digits").never_says("hemmelig");
    checked(6, false, "64 hexadecimal digits");
    // As an editor of Windows keeps it.
    town.secret("records.key", &format!("\u{feff}{}\r\n", secret.trim()));
    checked(0, true, "records.key");
    town.secret("records.key", &secret);
    if cfg!(unix) {
        open_to_all(&town.path("records.key"));
        town.run(["run"]).exit(2).says("chmod 600");
        town.secret("records.key", &secret);
    }
    again(&town);
    // Handed over by systemd.
    fs::create_dir(town.path("handed")).unwrap();
    fs::rename(town.path("records.key"), town.path("handed/records.key")).unwrap();
    town.env("CREDENTIALS_DIRECTORY", &town.path("handed").display().to_string());
    again(&town);
}

#[test]
fn a_lost_secret_is_replaced_and_the_keys_made_again_from_the_archive() {
    let town = after_april(20);
    let before = fs::read_to_string(town.path("records.key")).unwrap();
    fs::remove_file(town.path("records.key")).unwrap();
    town.run(["ledger", "rebuild"]).exit(0).stdout_has("records.key");
    assert_ne!(fs::read_to_string(town.path("records.key")).unwrap(), before);
    assert!(again(&town).contains("20 of 22 records were delivered on 14 April 2023 (delivery 1"));
    town.run(["ledger", "verify"]).exit(0);
    town.run(["ledger", "rebuild"]).exit(2);
}

#[test]
fn a_backup_has_the_secret_apart() {
    let town = after_april(20);
    town.run(["ledger", "backup", "kopi.db"]).exit(0).stdout_has("kopi.db.key");
    let secret = fs::read_to_string(town.path("records.key")).unwrap();
    assert_eq!(fs::read_to_string(town.path("kopi.db.key")).unwrap(), secret);
    let hex = secret.trim();
    let raw: Vec<u8> = (0..32).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect();
    for file in ["kopi.db", "ledger.db"] {
        let bytes = fs::read(town.path(file)).unwrap();
        assert!(!bytes.windows(64).any(|part| part == hex.as_bytes()), "{file}");
        assert!(!bytes.windows(32).any(|part| part == raw), "{file}");
    }
    fs::remove_file(town.path("kopi.db")).unwrap();
    town.run(["ledger", "backup", "kopi.db"]).exit(2).says("kopi.db.key");
}

#[test]
fn no_key_and_no_secret_is_told_or_written_elsewhere() {
    let town = after_april(20);
    held(&town, TOGETHER, &semicolons(&records(22), "202304"));
    let secret = fs::read_to_string(town.path("records.key")).unwrap().trim().to_owned();
    let db = rusqlite::Connection::open(town.path("ledger.db")).unwrap();
    let keys: Vec<u8> = db.query_row("SELECT keys FROM record_keys", [], |row| row.get(0)).unwrap();
    drop(db);
    assert_eq!(keys.len(), 20 * 16);
    let mut told = vec![fs::read_to_string(town.path("archive/receipts/2023-04.jsonl")).unwrap()];
    for command in [
        &["run", "--json"][..],
        &["run", "-v"],
        &["run", "--dry-run", "--json"],
        &["status", "--json"],
        &["history", "--json"],
        &["compare", TOGETHER, "-v"],
        &["compare", TOGETHER, "--json"],
        &["ledger", "export", "--format", "json"],
        &["ledger", "export", "--format", "csv"],
        &["ledger", "verify", "--json"],
        &["report", "-o", "overblik.html"],
    ] {
        let output = town.run(command);
        told.push(output.out() + &output.err());
    }
    told.push(fs::read_to_string(town.path("overblik.html")).unwrap());
    let hex = |key: &[u8]| format!("{:016x}", u64::from_be_bytes(key[..8].try_into().unwrap()));
    let canaries: Vec<String> = keys.chunks(16).map(hex).chain([secret[..16].to_owned()]).collect();
    for text in &told {
        let text = text.to_lowercase();
        assert!(!canaries.iter().any(|canary| text.contains(canary)), "{text}");
    }
}

#[test]
fn a_changed_or_missing_key_is_found() {
    for sql in [
        "UPDATE record_keys SET keys = zeroblob(length(keys))",
        "DELETE FROM record_keys",
        "UPDATE record_keys SET delivery = 9",
        "UPDATE record_keys SET amounts = zeroblob(length(amounts))",
    ] {
        let town = after_april(20);
        let db = rusqlite::Connection::open(town.path("ledger.db")).unwrap();
        assert!(db.execute(sql, []).unwrap() > 0);
        drop(db);
        town.run(["ledger", "verify"]).exit(6).says("delivery");
        town.file(TOGETHER, semicolons(&records(22), "202304"));
        town.run(["run"]).exit(6);
        assert_eq!(town.server.received().len(), 1, "{sql}");
        town.run(["ledger", "rebuild"]).exit(0);
        again(&town);
    }
}

#[test]
fn without_the_secret_verify_says_what_it_did_not_look_at() {
    let town = after_april(20);
    fs::remove_file(town.path("records.key")).unwrap();
    town.run(["ledger", "verify"])
        .exit(0)
        .plain()
        .says("amounts beside the records' keys were not looked at");
    let json = town.run(["ledger", "verify", "--json"]).exit(0).json();
    assert!(json["amounts_unseen"].as_str().unwrap().contains("records.key"), "{json:#}");
}

#[test]
fn a_ledger_made_again_has_its_keys_from_the_archive() {
    let town = after_april(20);
    fs::remove_file(town.path("ledger.db")).unwrap();
    town.run(["ledger", "rebuild"]).exit(0);
    let preview = |town: &Town| {
        town.file(TOGETHER, semicolons(&records(22), "202304"));
        let run = town.run(["run", "--dry-run", "--json"]).exit(3).json();
        assert!(said(entry(&run, TOGETHER)).contains("20 of 22 records were delivered"), "{run:#}");
    };
    preview(&town);
    again(&town);
    town.run(["ledger", "verify"]).exit(0);
    assert_eq!(count(&town, "SELECT sum(records) FROM key_marks"), 20);
}

/// A month that is older than `period.months_back` is not keyed ahead: a file of it goes only where somebody lets it.
#[test]
fn an_old_month_is_compared_with_what_the_archive_has_of_it() {
    let town = town("per_period = \"many\"");
    town.set("policy.old_period", "send");
    goes(&town, "mad_korsbaek_202301.txt", &with_trailer(&records(20), "202301"));
    fs::remove_file(town.path("ledger.db")).unwrap();
    town.run(["ledger", "rebuild"]).exit(0);
    let old = "samlet_korsbaek_202301.csv";
    let file = held(&town, old, &semicolons(&records(22), "202301"));
    assert!(said(&file).contains("20 of 22 records were delivered"), "{file:#}");
    // Other months are not asked about it, whatever became of its content.
    fs::remove_dir_all(town.path("archive/2023-01")).unwrap();
    let file = held(&town, old, &semicolons(&records(22), "202301"));
    assert!(said(&file).contains("delivery 1 for January 2023 cannot be held against"), "{file:#}");
    fs::remove_file(town.path("drop").join(old)).unwrap();
    goes(&town, APRIL, &with_trailer(&records(20), "202304"));
}

#[test]
fn a_ledger_put_back_from_a_copy_has_its_keys_from_the_archive() {
    let town = town("per_period = \"many\"");
    town.file("mad_anden_202304.txt", with_trailer(&[record(70)], "202304"));
    town.deliver(0);
    town.run(["ledger", "backup", "kopi.db"]).exit(0);
    goes(&town, APRIL, &with_trailer(&records(20), "202304"));
    fs::rename(town.path("kopi.db"), town.path("ledger.db")).unwrap();
    for helper in ["ledger.db-wal", "ledger.db-shm"] {
        let _ = fs::remove_file(town.path(helper));
    }
    town.run(["ledger", "restored"]).exit(0);
    again(&town);
}

#[test]
fn what_was_adopted_is_recognised() {
    let town = town("");
    town.file(APRIL, with_trailer(&records(20), "202304"));
    town.run(["adopt", APRIL, "--reason", "leveret af KMD"]).exit(0);
    assert!(again(&town).contains("20 of 22 records"));
    town.run(["ledger", "verify"]).exit(0);
}

#[test]
fn a_format_that_comes_later_keys_the_archive_and_asks_where_the_content_is_gone() {
    for gone in [false, true] {
        let plain = Town::new();
        plain.series("name = \"mad\"\nfiles = [\"mad_*.txt\"]\nper_period = \"many\"");
        if gone {
            plain.set("originals.delivered", "delete");
        }
        plain.file(APRIL, with_trailer(&records(20), "202304"));
        plain.deliver(0);
        let with_format = town("per_period = \"many\"");
        for part in ["ledger.db", "archive", "drop"] {
            let to = with_format.path(part);
            if to.is_dir() {
                fs::remove_dir_all(&to).unwrap();
            } else {
                fs::remove_file(&to).unwrap();
            }
            fs::rename(plain.path(part), to).unwrap();
        }
        for helper in ["ledger.db-wal", "ledger.db-shm", "ledger.db.checked"] {
            let _ = fs::remove_file(with_format.path(helper));
        }
        let text = semicolons(&records(22), "202304");
        let file = held(&with_format, TOGETHER, &text);
        let expected =
            if gone { "delivery 1 for April 2023 cannot be held against" } else { "20 of 22 records" };
        assert!(said(&file).contains(expected), "{file:#}");
        if gone {
            with_format.run(["compare", TOGETHER]).exit(2).plain().says("The file of delivery 1");
            with_format.run(["approve", TOGETHER, "--reason", "set efter"]).exit(0);
            let run = with_format.deliver(0);
            assert_eq!(entry(&run, TOGETHER)["reason"], "approved", "{run:#}");
            // Another month is not asked about.
            with_format.at("2023-05-12T06:00:00+02:00");
            goes(&with_format, MAY, &with_trailer(&records(20), "202305"));
        }
        if !gone {
            // What it is compared with may go later: the keys tell.
            fs::remove_dir_all(with_format.path("archive/2023-04")).unwrap();
            let compared = with_format.run(["compare", TOGETHER]).exit(0).plain();
            compared.says("20 of 22 records are the same as in delivery 1");
        }
        with_format.run(["ledger", "verify"]).exit(0);
    }
}

#[test]
fn what_was_delivered_unread_is_asked_about() {
    let unread = record(40).citizen;
    let text = with_trailer(&records(20), "202304").replacen("SLUTD00000020", "SLUTD00000021", 1);
    let line = with_trailer(&[record(40)], "202304").lines().nth(1).unwrap().replace(&unread, "ukendt    ");
    let text = text.replacen("SLUTD", &format!("{line}\r\nSLUTD"), 1);
    let alone = with_trailer(&[record(40)], "202304");
    for policy in ["hold", "send"] {
        for adopted in [false, true] {
            let town = town("per_period = \"many\"");
            town.set("policy.unreadable_record", policy).set("policy.totals_differ", "send");
            town.file(APRIL, &text);
            if adopted {
                town.run(["adopt", APRIL, "--reason", "leveret af KMD"]).exit(0);
            } else if policy == "hold" {
                let run = town.deliver(3);
                assert_eq!(entry(&run, APRIL)["reason"], "unreadable_record", "{run:#}");
                town.run(["approve", APRIL, "--reason", "set efter"]).exit(0);
            }
            // In the same run and in a later one.
            for name in ["mad_sen_202304.txt", "mad_sidst_202304.txt"] {
                let exit = if policy == "send" && name == "mad_sen_202304.txt" { 0 } else { 3 };
                town.file(name, &alone);
                let run = town.deliver(exit);
                fs::remove_file(town.path("drop").join(name)).ok();
                if exit == 0 {
                    assert_eq!(entry(&run, name)["outcome"], "delivered", "{run:#}");
                    break;
                }
                let file = entry(&run, name);
                assert_eq!(file["reason"], "records_delivered", "{run:#}");
                let in_run = !adopted && name == "mad_sen_202304.txt";
                let why =
                    if in_run { "is not wholly read by" } else { "delivery 1 for April 2023 cannot be held" };
                assert!(said(file).contains(why), "{run:#}");
            }
            town.run(["ledger", "verify"]).exit(0);
        }
    }
}

#[test]
fn compare_tells_by_the_keys_where_the_content_is_gone() {
    let town = after_april(20);
    fs::remove_dir_all(town.path("archive/2023-04")).unwrap();
    let mut changed = records(22);
    changed[0].ore += 100;
    changed.remove(5);
    let file = held(&town, TOGETHER, &semicolons(&changed, "202304"));
    let compared = town.run(["compare", TOGETHER, "--json"]).exit(0).json();
    let part = |name: &str| compared[name]["count"].as_i64().unwrap();
    assert_eq!((part("same"), part("new"), part("gone"), part("changed")), (18, 2, 1, 1), "{compared:#}");
    assert_eq!(file["compared"]["same"], 18, "{file:#}");
    town.run(["compare", TOGETHER, "-v"])
        .exit(0)
        .plain()
        .says("18 of 21 records are the same as in delivery 1")
        .says("Same: lines 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 8 more");
    // What is not looked into is not called unfinished.
    let twice = town.file("mad_led_202304.txt", "");
    fs::hard_link(&twice, town.path("andetsteds")).unwrap();
    town.run(["compare", "mad_led_202304.txt", "--with", "1"]).exit(1).plain().never_says("still changing");
}

#[test]
fn keys_are_deleted_once_they_were_kept_long_enough() {
    let town = after_april(20);
    town.set("records.keep", "3 months");
    town.at("2023-07-14T06:00:00+02:00");
    town.deliver(0);
    assert_eq!(count(&town, "SELECT count(*) FROM record_keys"), 1);
    let db = rusqlite::Connection::open(town.path("ledger.db")).unwrap();
    let keys: Vec<u8> = db.query_row("SELECT keys FROM record_keys", [], |row| row.get(0)).unwrap();
    drop(db);
    let holds =
        |part: &[u8]| fs::read(town.path("ledger.db")).unwrap().windows(16).any(|bytes| bytes == part);
    assert!(holds(&keys[..16]));
    town.at("2023-08-01T06:00:00+02:00");
    town.deliver(0);
    assert!(!holds(&keys[..16]) && !holds(&keys[160..176]), "they are wiped");
    assert_eq!(count(&town, "SELECT count(*) FROM record_keys"), 0);
    town.run(["ledger", "verify"]).exit(0);
    // By then the month is too old to be sent without asking.
    town.file(TOGETHER, semicolons(&records(22), "202304"));
    let run = town.deliver(3);
    assert_eq!(entry(&run, TOGETHER)["reason"], "old_period", "{run:#}");
}

/// What the tables of version 3 had otherwise, and that its keys took references as they were spelled.
const AS_VERSION_3: &str =
    "PRAGMA journal_mode = DELETE; DROP INDEX deliveries_by_month; DROP TABLE left_on_server;
    ALTER TABLE decisions DROP COLUMN records; PRAGMA user_version = 3;";

#[test]
fn a_ledger_of_version_3_keeps_its_keys() {
    let town = after_april(20);
    let db = rusqlite::Connection::open(town.path("ledger.db")).unwrap();
    let read = |db: &rusqlite::Connection| -> Vec<u8> {
        db.query_row("SELECT keys FROM record_keys", [], |row| row.get(0)).unwrap()
    };
    let keys = read(&db);
    db.execute_batch(AS_VERSION_3).unwrap();
    drop(db);
    let before = fs::read(town.path("ledger.db")).unwrap();
    town.file(BY_B, semicolons(&records(20), "202304"));
    let preview = town.run(["run", "--dry-run", "--json"]).exit(3).json();
    assert_eq!(entry(&preview, BY_B)["reason"], "records_delivered", "{preview:#}");
    assert_eq!(fs::read(town.path("ledger.db")).unwrap(), before, "a preview leaves it as it is");
    let run = town.deliver(3);
    assert_eq!(entry(&run, BY_B)["reason"], "records_delivered", "{run:#}");
    town.run(["ledger", "verify"]).exit(0);
    let db = rusqlite::Connection::open(town.path("ledger.db")).unwrap();
    assert_eq!(read(&db), keys);
    let version: i32 = db.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 4);
}
