//! Servers that do otherwise than the draft says, each an oddity that was reported of a real one. A row says which request is
//! answered how, with which keys, and how a run ends; docs/servers.md names these tests.

use serde_json::Value;

use crate::support::output::entry;
use crate::support::server::Answer::{Done, HangsUp, NoSize, Size, Status, Truncates};
use crate::support::server::Ask::{
    Close, Create, Fstat, List, Lstat, Read, Remove, Rename, Reopen, Stat, Sync,
};
use crate::support::server::Behaviour;
use crate::support::server::Odd;
use crate::support::server::When::{Absent, After, Always, Named, OtherOpen, SameOpen};
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, VASK, VASK_APRIL};

fn town(odd: &[Odd]) -> Town {
    let town = Town::new();
    town.set("sftp.timeout", "3s");
    town.server.as_embedded().behave(|b| b.odd = odd.to_vec());
    town
}

/// Delivers two files, and a third over a connection that knows nothing yet.
#[track_caller]
fn delivers(odd: &[Odd], keys: &[(&str, &str)]) -> Vec<Value> {
    let town = town(odd);
    for (key, value) in keys {
        town.set(key, *value);
    }
    town.file(MAD, MAD_APRIL);
    town.file(VASK, VASK_APRIL);
    let first = town.deliver(0);
    town.file("tredje_202304.txt", "tredje");
    // Without series of its own the town asks about a new one.
    town.set("policy.new_series", "send");
    let second = town.deliver(0);
    let names: Vec<String> = town.server.received().into_iter().map(|(path, _)| path).collect();
    assert_eq!(
        names,
        [format!("ind/{MAD}"), "ind/tredje_202304.txt".into(), format!("ind/{VASK}")],
        "{odd:?}"
    );
    assert_eq!(town.dropped(), [""; 0], "{odd:?}");
    assert_eq!(town.deliver(0)["files"], Value::Array(Vec::new()));
    vec![first, second]
}

/// Delivers nothing, says this in both languages, and delivers once the server behaves.
#[track_caller]
fn refuses(odd: &[Odd], words: &str) {
    let town = town(odd);
    town.file(MAD, MAD_APRIL);
    for language in ["da", "en"] {
        town.run(["run", "--language", language]).exit(4).says(words);
    }
    assert!(town.server.received().is_empty(), "{odd:?}");
    town.server.as_embedded().behave(|b| *b = Behaviour::default());
    town.deliver(0);
    assert_eq!(town.server.received(), [(format!("ind/{MAD}"), MAD_APRIL.into())]);
}

#[test]
fn sizes_that_are_not_told_are_asked_of_the_closed_file() {
    for answer in [Status(3), Status(4), Status(8), Size(0), NoSize, Size(7)] {
        delivers(&[Odd(Fstat, Always, answer)], &[]);
    }
}

#[test]
fn sizes_that_are_told_nowhere_are_read_back() {
    for answer in [Size(0), NoSize] {
        delivers(&[Odd(Fstat, Always, answer), Odd(Lstat, Always, answer), Odd(Stat, Always, answer)], &[]);
    }
}

#[test]
fn what_can_be_neither_measured_nor_read_needs_a_key() {
    let odd = [Odd(Fstat, Always, Status(3)), Odd(Lstat, Always, NoSize), Odd(Read, Always, Status(3))];
    refuses(&odd, "verify = \"none\"");
    delivers(&odd, &[("sftp.verify", "none")]);
    // A size that is told and wrong is held against the file all the same.
    let town = town(&[Odd(Fstat, Always, Size(7)), Odd(Lstat, Always, Size(7))]);
    town.set("sftp.verify", "none").file(MAD, MAD_APRIL);
    town.run(["run"]).exit(4);
    assert!(town.server.received().is_empty());
}

#[test]
fn absent_names_are_told_by_any_status() {
    for status in [3, 4, 5, 8] {
        let odd = [
            Odd(Lstat, Absent, Status(status)),
            Odd(Stat, Absent, Status(status)),
            Odd(Remove, Absent, Status(status)),
        ];
        delivers(&odd, &[]);
        delivers(&[&odd[..], &[Odd(List, Always, Status(3))]].concat(), &[]);
    }
}

#[test]
fn servers_without_lstat_are_asked_by_stat() {
    for status in [8, 5, 4, 3] {
        delivers(&[Odd(Lstat, Always, Status(status))], &[]);
    }
}

#[test]
fn a_name_that_is_taken_is_seen_on_such_servers_too() {
    for odd in [
        [Odd(Lstat, Absent, Status(4)), Odd(Stat, Absent, Status(4))],
        [Odd(Lstat, Always, Status(8)), Odd(Stat, Absent, Status(4))],
        // What is there is hidden, but a listing shows it.
        [Odd(Lstat, Named("ind/mad"), Status(3)), Odd(Stat, Named("ind/mad"), Status(3))],
    ] {
        let town = town(&[&odd[..], &[Odd(Lstat, Absent, Status(3)), Odd(Stat, Absent, Status(3))]].concat());
        // Its rename would overwrite, so only the look keeps the file there.
        town.server.as_embedded().behave(|b| b.rename = crate::support::server::Rename::Overwrites);
        town.server.as_embedded().put(&format!("ind/{MAD}"), b"en andens");
        town.file(MAD, MAD_APRIL);
        town.run(["run"]).exit_in(&[3, 4]);
        let files = town.server.as_embedded().files();
        assert!(files.contains(&(format!("ind/{MAD}"), b"en andens".to_vec())), "{odd:?}");
        assert!(town.server.received().is_empty(), "{odd:?}");
    }
}

#[test]
fn where_nothing_can_be_seen_nothing_is_taken_for_absent() {
    let blind = [Lstat, Stat, List].map(|ask| Odd(ask, Always, Status(3)));
    refuses(&blind, "SFTP");
}

#[test]
fn a_sync_that_is_offered_and_fails_is_required_unless_a_key_lets_it_go() {
    let odd = [Odd(Sync, Always, Status(4))];
    refuses(&odd, "sync = \"best_effort\"");
    let town = town(&odd);
    town.set("sftp.sync", "best_effort");
    for n in 0..3 {
        town.file(format!("{}_202304.txt", ["a", "b", "c"][n]), format!("fil {n}"));
    }
    let said = town.run(["run"]).exit(0).out();
    assert_eq!(said.matches("best_effort").count(), 1, "{said}");
    assert_eq!(town.server.received().len(), 3);
}

#[test]
fn one_open_file_a_session_is_learned() {
    for status in [3, 4] {
        let town = town(&[Odd(Create, OtherOpen, Status(status)), Odd(Read, OtherOpen, Status(status))]);
        town.set("sftp.verify", "read_back");
        for n in 0..150 {
            town.file(format!("fil-{n}-x_202304.txt"), format!("fil {n}"));
        }
        assert_eq!(town.deliver(0)["summary"]["delivered"], 150);
        assert_eq!(town.server.received().len(), 150);
        // Learned from the first refusals, not file by file.
        let opens = town.server.as_embedded().counts().opens;
        assert!(opens < 1_500, "{opens} requests to open a file");
    }
}

#[test]
fn a_server_that_ends_each_session_after_some_files_gets_all_of_them() {
    for odd in [
        &[Odd(Create, After(3), HangsUp)][..],
        &[Odd(Create, After(1), HangsUp)],
        &[Odd(Close, After(3), HangsUp)],
        &[Odd(Rename, After(3), HangsUp)],
        &[Odd(Lstat, After(5), HangsUp)],
        &[Odd(Create, After(3), HangsUp), Odd(Remove, After(3), HangsUp)],
    ] {
        let town = town(odd);
        for n in 0..40 {
            town.file(format!("fil-{n}-x_202304.txt"), format!("fil {n}"));
        }
        assert_eq!(town.deliver(0)["summary"]["delivered"], 40, "{odd:?}");
        assert_eq!(town.server.received().len(), 40, "each once");
        assert_eq!(town.server.as_embedded().leftovers(), [""; 0]);
    }
}

#[test]
fn the_file_at_which_a_server_hangs_up_is_named_and_the_others_go() {
    for ask in [Create, Close, Rename] {
        let town = town(&[Odd(ask, Named("gift"), HangsUp)]);
        for n in 0..39 {
            town.file(format!("fil-{n}-x_202304.txt"), format!("fil {n}"));
        }
        town.file("gift_202304.txt", "gift");
        let run = town.deliver(4);
        assert_eq!(run["summary"]["delivered"], 39, "{ask:?}");
        assert_eq!(entry(&run, "gift_202304.txt")["outcome"], "failed");
        assert_eq!(town.server.received().len(), 39, "each once");
        let connections = town.server.as_embedded().counts().connections;
        assert!(connections < 60, "{connections} connections");
        town.run(["run"]).exit(4).says("gift_202304.txt");
        town.server.as_embedded().behave(|b| *b = Behaviour::default());
        town.deliver(0);
        assert_eq!(town.server.received().len(), 40, "each once");
    }
}

#[test]
fn leftovers_that_may_not_be_removed_are_told_once_and_go_when_they_may() {
    let town = town(&[
        Odd(Remove, Always, Status(3)),
        Odd(Fstat, After(0), Size(7)),
        Odd(Lstat, Named("mad_korsbaek"), Size(7)),
    ]);
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(4).says(".part");
    let server = town.server.as_embedded();
    assert_eq!(server.leftovers().len(), 1);
    server.behave(|b| b.odd = vec![Odd(Remove, Always, Status(3))]);
    town.run(["run"]).exit(0).never_says(".part");
    assert_eq!(town.server.received(), [(format!("ind/{MAD}"), MAD_APRIL.into())]);
    assert_eq!(server.leftovers().len(), 1, "it is still there");
    server.behave(|b| *b = Behaviour::default());
    town.file(VASK, VASK_APRIL);
    town.set("policy.new_series", "send");
    town.deliver(0);
    assert_eq!(server.leftovers(), [""; 0], "now it may be removed");
}

#[test]
fn a_refused_temporary_name_names_its_key() {
    let odd = [Odd(Create, Named(".part"), Status(3))];
    refuses(&odd, "temporary_name");
    delivers(&odd, &[("sftp.temporary_name", ".{name}.{id}.undervejs")]);
}

#[test]
fn a_rename_that_is_said_to_be_done_and_is_not_is_no_delivery() {
    let town = town(&[Odd(Rename, Always, Done)]);
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(4).never_says("not sent again: ");
    assert!(town.server.received().is_empty());
    town.server.as_embedded().behave(|b| *b = Behaviour::default());
    town.deliver(0);
    assert_eq!(town.server.received(), [(format!("ind/{MAD}"), MAD_APRIL.into())]);
}

/// A large file that is opened twice is emptied by some servers: so by default it is opened once, and where a key says that
/// it may be opened more often, it is read back.
#[test]
fn a_large_file_on_a_server_that_truncates_at_the_second_open() {
    let large = "000000-0000;412,50\n".repeat((65 << 20) / 19);
    let odd = [Odd(Reopen, SameOpen, Truncates)];
    let whole = town(&odd);
    whole.set("sftp.timeout", "20s").file(MAD, &large);
    whole.deliver(0);
    assert!(whole.server.received() == [(format!("ind/{MAD}"), large.clone())], "whole");
    let pieces = town(&odd);
    pieces.set("sftp.timeout", "20s").set("sftp.pieces", true).file(MAD, &large);
    pieces.run(["run"]).exit_in(&[0, 4]);
    let received = pieces.server.received();
    assert!(received.is_empty() || received == [(format!("ind/{MAD}"), large)], "never with holes");
}
