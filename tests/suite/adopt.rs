//! The first day: what KP had before the ledger began is recorded and never sent.

use serde_json::Value;

use crate::story::id_text;
use crate::support::output::{assert_decided, entry};
use crate::support::servers::on_both_servers;
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, MAD_MAY, VASK, VASK_APRIL, sha256};

const REASON: [&str; 2] = ["--reason", "leveret af KMD"];

fn adopt(town: &Town, args: &[&str], exit: i32) -> Value {
    let args = ["adopt", "--json"].iter().chain(args).chain(&REASON);
    let answer = town.run(args).exit(exit).json();
    assert_eq!((&answer["schema"], &answer["exit_code"]), (&1.into(), &exit.into()));
    answer
}

#[track_caller]
fn outcome<'a>(answer: &'a Value, path: &str) -> &'a str {
    entry(answer, path)["outcome"].as_str().unwrap()
}

fn everything_in_the_drop_folder_stays_unsent(town: &Town) {
    town.file(MAD, MAD_APRIL);
    town.file(VASK, VASK_APRIL);
    town.file("snak.txt", "uden måned");
    let answer = adopt(town, &["drop"], 0);
    assert_eq!(answer["files"].as_array().unwrap().len(), 3);
    let mad = entry(&answer, "drop/mad_korsbaek_202304.txt");
    assert_eq!(mad["outcome"], "adopted");
    assert_eq!(mad["sha256"], sha256(MAD_APRIL));
    assert_eq!((&mad["series"], &mad["period"]), (&"mad_korsbaek_*.txt".into(), &"2023-04".into()));
    assert!(entry(&answer, "drop/snak.txt")["note"].is_string(), "without a period: told");
    assert_eq!(town.dropped().len(), 3, "nothing is moved");

    let run = town.deliver(0);
    for path in [MAD, VASK, "snak.txt"] {
        assert_decided(&run, path, "duplicate", "already_delivered", "duplicate");
    }
    assert_eq!(town.server.received(), [], "not one of them went");
    assert_eq!(town.server.connections(), 0);
    assert!(town.dropped().is_empty() && town.archived().len() == 3, "put away as duplicates");
    town.run(["ledger", "verify"]).exit(0);
}

/// As in the snapshots of a backup. Adopting only reads; a run that would send the file still holds it.
#[test]
fn files_with_several_names_are_adopted() {
    let town = Town::new();
    for folder in ["i_gaar", "i_dag"] {
        std::fs::create_dir(town.path(folder)).unwrap();
    }
    std::fs::write(town.path("i_gaar").join(MAD), MAD_APRIL).unwrap();
    std::fs::hard_link(town.path("i_gaar").join(MAD), town.path("i_dag").join(MAD)).unwrap();
    let answer = adopt(&town, &["i_dag", "i_gaar"], 0);
    assert_eq!(outcome(&answer, &format!("i_dag/{MAD}")), "adopted");
    assert_eq!(outcome(&answer, &format!("i_gaar/{MAD}")), "known");
    town.file(MAD, MAD_APRIL);
    assert_decided(&town.deliver(0), MAD, "duplicate", "already_delivered", "duplicate");
    std::fs::hard_link(town.path("i_dag").join(MAD), town.path("drop").join(MAD)).unwrap();
    assert_decided(&town.deliver(3), MAD, "hold", "unsafe_file", "held");
    assert!(town.server.received().is_empty());
}

fn what_lies_at_kp_is_not_sent_again(town: &Town) {
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    // A new machine: its ledger knows nothing, and the same file lies in the folder again.
    for lost in ["ledger.db", "ledger.db-wal", "ledger.db-shm"] {
        let _ = std::fs::remove_file(town.path(lost));
    }
    std::fs::remove_dir_all(town.path("archive")).unwrap();
    town.run(["ledger", "begin"]).exit(0);
    town.file(MAD, MAD_APRIL);
    town.file(VASK, VASK_APRIL);
    let dry = town.run(["adopt", "--remote", "--dry-run", "--json"]).exit(0).json();
    assert_eq!((outcome(&dry, MAD), outcome(&dry, VASK)), ("adopted", "not_at_kp"));
    assert!(!town.path("archive/receipts/2023-04.jsonl").exists(), "nothing is written");
    let answer = adopt(town, &["--remote"], 0);
    assert_eq!((outcome(&answer, MAD), outcome(&answer, VASK)), ("adopted", "not_at_kp"));
    assert_eq!(answer["files"].as_array().unwrap().len(), 2);
    // To a ledger that knows one supplier, the other one is new.
    let run = town.deliver(3);
    assert_decided(&run, MAD, "duplicate", "already_delivered", "duplicate");
    assert_decided(&run, VASK, "hold", "new_series", "held");
    town.run(["approve", VASK, "--reason", "vaskeriet har sendt hele tiden"]).exit(0);
    assert_decided(&town.deliver(0), VASK, "send", "approved", "delivered");
    assert_eq!(town.server.received().len(), 2);
}

on_both_servers! { everything_in_the_drop_folder_stays_unsent what_lies_at_kp_is_not_sent_again }

#[test]
fn an_archive_is_taken_with_its_folders_and_known_the_second_time() {
    let town = Town::new();
    let old = town.path("gammelt/2023/april");
    std::fs::create_dir_all(&old).unwrap();
    std::fs::write(old.join(MAD), MAD_APRIL).unwrap();
    std::fs::write(old.join("notat.tmp"), "ikke en trækfil").unwrap();
    std::fs::write(town.path("gammelt").join(MAD), MAD_APRIL).unwrap();
    let first = adopt(&town, &["gammelt"], 0);
    let path = format!("gammelt/2023/april/{MAD}");
    assert_eq!(first["files"].as_array().unwrap().len(), 2, "{first:#}");
    assert_eq!(outcome(&first, &path), "adopted");
    assert_eq!(outcome(&first, &format!("gammelt/{MAD}")), "known", "the same bytes for the same slot");
    let one = town.path(format!("gammelt/{MAD}"));
    let again = adopt(&town, &[one.to_str().unwrap()], 0);
    assert_eq!(again["files"][0]["outcome"], "known");
    assert_eq!(again["files"][0]["delivery_id"], entry(&first, &path)["delivery_id"]);

    town.file(MAD, MAD_APRIL);
    assert_decided(&town.deliver(0), MAD, "duplicate", "already_delivered", "duplicate");
    town.file("mad_korsbaek_202305.txt", MAD_APRIL);
    let run = town.deliver(3);
    assert_decided(&run, "mad_korsbaek_202305.txt", "hold", "same_content_other_slot", "held");
    assert_eq!(town.server.received(), []);
    town.run(["history", "--state", "adopted"]).exit(0).stdout_has("2023-04");
}

#[test]
fn the_preview_shows_it_and_writes_nothing() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    let before = town.snapshot();
    let dry = town.run(["adopt", "drop", "--dry-run", "--json"]).exit(0).json();
    assert_eq!((&dry["dry_run"], outcome(&dry, &format!("drop/{MAD}"))), (&true.into(), "adopted"));
    assert!(dry["files"][0]["delivery_id"].is_null());
    town.run(["adopt", "drop", "-n"]).exit(0).stdout_has(MAD).plain();
    assert_eq!(town.snapshot(), before);
    assert_eq!(town.server.connections(), 0);
    assert_decided(&town.deliver(0), MAD, "send", "new", "delivered");
}

#[test]
fn it_wants_a_reason_and_paths_that_are_there() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    let before = town.snapshot();
    town.run(["adopt", "drop"]).exit(2).says("--reason");
    town.run(["adopt", "--reason", "fordi"]).exit(2).says("PATH");
    town.run(["adopt", "drop", "findes_ikke", "--reason", "fordi"]).exit(2).says("findes_ikke");
    assert_eq!(town.snapshot(), before);
}

#[test]
fn what_cannot_be_judged_is_named_and_the_rest_recorded() {
    let town = Town::new();
    town.set("scan.settle", "2s");
    town.file(MAD, MAD_APRIL);
    town.file(VASK, "");
    town.file_aged("frugt_korsbaek_202304.txt", "æbler", std::time::Duration::from_secs(1));
    let answer = adopt(&town, &["drop"], 3);
    assert_eq!(outcome(&answer, &format!("drop/{MAD}")), "adopted");
    for path in [VASK, "frugt_korsbaek_202304.txt"] {
        let file = entry(&answer, &format!("drop/{path}")).clone();
        assert_eq!(file["outcome"], "refused", "{file:#}");
        assert!(file["error"].is_string() && file["delivery_id"].is_null());
    }
    town.run(["adopt", "drop", "--reason", "igen", "--quiet"]).exit(3).stdout_has(VASK).stdout_lacks(MAD);
}

#[cfg(unix)]
#[test]
fn a_link_is_not_followed() {
    let town = Town::new();
    std::fs::write(town.path("andet.txt"), "noget andet").unwrap();
    std::os::unix::fs::symlink(town.path("andet.txt"), town.path("drop").join(MAD)).unwrap();
    for path in ["drop".to_owned(), format!("drop/{MAD}")] {
        assert_eq!(outcome(&adopt(&town, &[&path], 3), &format!("drop/{MAD}")), "refused");
    }
}

#[test]
fn a_hold_about_it_is_over_and_a_second_file_of_the_period_is_told() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    town.server.as_embedded().empty();
    town.file(MAD, MAD_MAY);
    assert_decided(&town.deliver(3), MAD, "hold", "slot_taken", "held");
    let answer = adopt(&town, &["drop"], 0);
    let note = answer["files"][0]["note"].as_str().unwrap();
    assert!(note.contains('1'), "the other delivery is named: {note}");
    assert_decided(&town.deliver(0), MAD, "duplicate", "already_delivered", "duplicate");
    assert_eq!(town.server.received().len(), 1);
}

#[test]
fn what_is_in_doubt_is_for_resolve() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.server.as_embedded().behave(|b| {
        b.rename = crate::support::server::Rename::DoneReplyLost;
        b.rename_times = Some(1);
        b.takes_at_once = true;
    });
    let run = town.deliver(3);
    let id = id_text(&entry(&run, MAD)["delivery_id"]);
    let answer = adopt(&town, &["drop"], 3);
    assert!(answer["files"][0]["error"].as_str().unwrap().contains(&format!("resolve {id}")), "{answer:#}");
}

#[test]
fn neither_receipts_nor_rejected_files_of_the_archive_are_taken() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    town.server.as_embedded().empty();
    town.file(MAD, MAD_MAY);
    town.run(["run"]).exit(3);
    town.run(["reject", MAD, "--reason", "forkert"]).exit(0);
    let answer = adopt(&town, &["archive"], 0);
    assert_eq!(answer["files"].as_array().unwrap().len(), 1, "{answer:#}");
    assert_eq!(answer["files"][0]["outcome"], "known");
}

#[test]
fn more_files_than_a_batch_and_a_ledger_made_again_from_their_receipts() {
    let town = Town::new();
    for n in 0..600 {
        town.file(format!("serie{n}_202304.txt"), format!("indhold {n}"));
    }
    let answer = adopt(&town, &["drop"], 0);
    assert!(answer["files"].as_array().unwrap().iter().all(|file| file["outcome"] == "adopted"));
    town.run(["ledger", "verify"]).exit(0);
    std::fs::remove_file(town.path("ledger.db")).unwrap();
    town.run(["run"]).exit(6);
    town.run(["ledger", "rebuild"]).exit(0);
    let run = town.deliver(0);
    assert_eq!(run["summary"]["duplicate"], 600);
    assert_eq!(town.server.received(), []);
}

#[test]
fn at_kp_a_file_is_known_by_its_bytes_and_where_they_cannot_be_read_by_name_and_size() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.file(VASK, VASK_APRIL);
    let server = town.server.as_embedded();
    server.put(&format!("ind/{MAD}"), MAD_APRIL.as_bytes());
    server.put(&format!("ind/{VASK}"), "VASK;2023-04\n000000-0002;99,25\n".as_bytes());
    server.put("ind/.mad.txt.7-0123456789abcdef.part", b"halv");
    let before = server.files();
    let dry = town.run(["adopt", "--remote", "-n", "--json"]).exit(3).json();
    assert_eq!(outcome(&dry, MAD), "adopted");
    assert_eq!(outcome(&dry, VASK), "refused", "the same name and size, but other bytes");
    assert_eq!(outcome(&dry, &format!("ind/{VASK}")), "adopted", "KP has those bytes all the same");
    assert_eq!(dry["files"].as_array().unwrap().len(), 3, "no temporary name: {dry:#}");

    server.behave(|b| b.denies_read = true);
    let blind = adopt(&town, &["--remote"], 0);
    assert_eq!((outcome(&blind, MAD), outcome(&blind, VASK)), ("adopted", "adopted"));
    assert!(entry(&blind, MAD)["note"].is_string(), "told that only name and size were compared");
    assert_eq!(server.files(), before, "nothing is changed there");
    assert_eq!(town.deliver(0)["summary"]["duplicate"], 2);
}

#[test]
fn what_lies_at_kp_alone_is_known_when_it_comes() {
    let town = Town::new();
    let server = town.server.as_embedded();
    server.put(&format!("ind/{MAD}"), MAD_APRIL.as_bytes());
    let answer = adopt(&town, &["--remote"], 0);
    let file = entry(&answer, &format!("ind/{MAD}"));
    assert_eq!((&file["outcome"], &file["period"]), (&"adopted".into(), &"2023-04".into()));
    server.empty();
    town.file(MAD, MAD_APRIL);
    assert_decided(&town.deliver(0), MAD, "duplicate", "already_delivered", "duplicate");
    assert_eq!(town.server.received(), []);

    server.behave(|b| b.denies_read = true);
    server.put(&format!("ind/{VASK}"), VASK_APRIL.as_bytes());
    let blind = adopt(&town, &["--remote"], 3);
    assert_eq!(outcome(&blind, &format!("ind/{VASK}")), "refused", "named: nobody knows its bytes");
}

#[test]
fn what_a_person_took_back_is_not_adopted_with_its_folder() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    let id = id_text(&entry(&town.deliver(0), MAD)["delivery_id"]);
    town.server.as_embedded().empty();
    town.run(["resolve", &id, "--not-delivered", "--reason", "KP mistede den"]).exit(0).stdout_has("archive");
    let path = format!("archive/2023-04/{MAD}");
    let answer = adopt(&town, &["archive"], 3);
    assert_eq!(outcome(&answer, &path), "refused", "a word about one file outweighs one about a folder");
    assert!(entry(&answer, &path)["error"].as_str().unwrap().contains(&id));

    town.file(MAD, MAD_APRIL);
    assert_decided(&town.deliver(0), MAD, "send", "new", "delivered");
    assert_eq!(outcome(&adopt(&town, &["archive"], 0), &path), "known");
}

#[test]
fn named_by_itself_even_what_was_taken_back_is_adopted() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    let id = id_text(&entry(&town.deliver(0), MAD)["delivery_id"]);
    town.run(["resolve", &id, "--not-delivered", "--reason", "KP mistede den"]).exit(0);
    let path = format!("archive/2023-04/{MAD}");
    assert_eq!(outcome(&adopt(&town, &[&path], 0), &path), "adopted", "KP found it after all");
    town.file(MAD, MAD_APRIL);
    assert_decided(&town.deliver(0), MAD, "duplicate", "already_delivered", "duplicate");
}

#[test]
fn a_file_that_the_server_had_already_is_settled_by_the_command_that_is_shown() {
    let town = Town::new();
    town.server.as_embedded().put(&format!("ind/{MAD}"), MAD_APRIL.as_bytes());
    town.file(MAD, MAD_APRIL);
    let command = format!("traekfil adopt {MAD} --reason");
    town.run(["run"]).exit(3).stdout_has(&command);
    town.run(["status"]).exit(3).stdout_has(&command);
    // It names the file as the run does, by its place in the drop folder.
    let answer = adopt(&town, &[MAD], 0);
    assert_eq!(answer["files"][0]["outcome"], "adopted");
    assert_decided(&town.deliver(0), MAD, "duplicate", "already_delivered", "duplicate");
    town.run(["status"]).exit(0);
}

#[test]
fn what_lies_at_kp_under_another_name_is_still_the_delivery_that_put_it_there() {
    let town = Town::new();
    town.set("sftp.remote_name", "{digest8}.{ext}");
    town.file(MAD, MAD_APRIL);
    let id = entry(&town.deliver(0), MAD)["delivery_id"].clone();
    let answer = adopt(&town, &["--remote"], 0);
    let file = &answer["files"][0];
    assert_eq!((&file["outcome"], &file["delivery_id"]), (&"known".into(), &id), "{answer:#}");
    assert_eq!(file["period"], "2023-04");
}

#[test]
fn a_server_that_is_away_leaves_everything_as_it_was() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.server.as_embedded().behave(|b| b.unreachable = true);
    town.run(["adopt", "--remote", "--reason", "fordi"]).exit(4);
    town.server.as_embedded().behave(|b| b.unreachable = false);
    assert_decided(&town.deliver(0), MAD, "send", "new", "delivered");
}

#[test]
fn a_pattern_is_expanded_where_the_shell_does_not() {
    let town = Town::new();
    std::fs::rename(town.path("drop"), town.path("mappe X")).unwrap();
    town.set("folders.drop", "mappe X");
    let file = |name: &str, content: &str| std::fs::write(town.path("mappe X").join(name), content).unwrap();
    file("vask_202304.txt", "a");
    file("VASK_202305.txt", "b");
    file("mad_202304.txt", "c");
    file("vask [1]_202306.txt", "d");
    let adopted = |pattern: &str, exit: i32| {
        let ran = town.run(["adopt", pattern, "--dry-run", "--json"]).exit(exit);
        if exit != 0 {
            ran.says(pattern);
            return Vec::new();
        }
        let json = ran.json();
        let path = |file: &Value| file["path"].as_str().unwrap().to_owned();
        json["files"].as_array().unwrap().iter().map(path).collect()
    };
    assert_eq!(adopted("mappe X/vask_*", 0), ["mappe X/VASK_202305.txt", "mappe X/vask_202304.txt"]);
    assert_eq!(adopted("map*/?ad*.txt", 0), ["mappe X/mad_202304.txt"]);
    assert_eq!(adopted("vask [1]_202306.txt", 0).len(), 1, "a name that is there is no pattern");
    assert_eq!(adopted("vask_20230[45]*", 0).len(), 2, "a pattern alone is tried in the drop folder");
    adopted("mappe X/vaks*", 2);
    adopted("nowhere/*", 2);
    let absolute = town.path("mappe X/mad_*");
    assert_eq!(adopted(absolute.to_str().unwrap(), 0).len(), 1);
    town.run(["adopt", "mappe X/vask_*", "--reason", "KP har dem"]).exit(0);
    assert_eq!(town.deliver(3)["summary"]["duplicate"], 2);
}

#[test]
fn where_nothing_is_to_be_recorded_it_says_so() {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    town.file(MAD, MAD_APRIL);
    for (language, nothing, known) in
        [("da", "Der er intet at indskrive", "1 kendt"), ("en", "There is nothing to record", "1 known")]
    {
        let args = ["adopt", "drop", "--reason", "kendt", "--language", language];
        for more in [&["--dry-run"][..], &[]] {
            let ran = town.run(args.iter().chain(more)).exit(0);
            ran.stdout_has(nothing).stdout_has(known).stdout_lacks("0 fil");
        }
    }
    std::fs::remove_file(town.path("drop").join(MAD)).unwrap();
    town.run(["adopt", "drop", "--dry-run", "--language", "da"])
        .exit(0)
        .stdout_has("Der er intet at indskrive.");
    // A file that cannot be judged is something to do, but none is recorded.
    town.file("mad_202304.txt", "");
    let ran = town.run(["adopt", "drop", "--dry-run", "--language", "da"]);
    ran.stdout_lacks("0 filer");
}
