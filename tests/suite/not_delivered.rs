//! A person says that KP never got a file: it goes again only once nothing of the first try can still come.

use serde_json::Value;

use crate::approvals::in_doubt;
use crate::support::output::{assert_decided, entry};
use crate::support::server::{Behaviour, Rename};
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, MAD_MAY};

const NEVER: [&str; 5] = ["resolve", "1", "--not-delivered", "--reason", "KP fik den aldrig"];
const GOT: [&str; 5] = ["resolve", "1", "--delivered", "--reason", "KP har kvitteret"];

/// A delivery whose rename the server would not do: it is `publishing`, and its temporary file is there.
fn publishing() -> Town {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.server.as_embedded().behave(|b| b.rename = Rename::Refused(3));
    town.deliver(4);
    assert_eq!(town.server.as_embedded().leftovers().len(), 1);
    town
}

fn down(town: &Town) {
    town.server.as_embedded().behave(|b| b.unreachable = true);
}

fn sound(town: &Town) {
    town.server.as_embedded().behave(|b| *b = Behaviour::default());
}

/// While the server cannot be reached, the file waits and is told of by name and reason.
#[track_caller]
fn waits(town: &Town, file: &str) {
    down(town);
    let run = town.deliver(4);
    assert_decided(&run, file, "wait", "unsettled", "waiting");
    assert_eq!(entry(&run, file)["earlier"]["delivery_id"], 1, "{run:#}");
    let why = entry(&run, file)["error"].as_str().unwrap();
    assert!(why.contains("temporary file"), "{why}");
    for (language, word) in [("da", "midlertidige fil"), ("en", "temporary file")] {
        let out = town.run(["run", "--language", language]).exit(4).out().replace('\n', " ");
        assert!(out.contains(file) && out.contains(word), "{out}");
    }
    let preview = town.run(["run", "--dry-run", "--json"]).exit(4).json();
    assert_eq!(entry(&preview, file)["decision"], "wait", "{preview:#}");
    assert!(town.dropped().contains(&file.to_owned()));
}

#[test]
fn what_is_still_being_published_waits_for_its_temporary_file() {
    let town = publishing();
    down(&town);
    town.run(NEVER).exit(0);
    waits(&town, MAD);
    sound(&town);
    assert_decided(&town.deliver(0), MAD, "send", "new", "delivered");
    assert_eq!(town.server.received(), [(format!("ind/{MAD}"), MAD_APRIL.to_owned())]);
    assert_eq!(town.server.as_embedded().leftovers(), [""; 0], "a late rename finds nothing");
    town.run(["ledger", "verify"]).exit(0);
}

#[test]
fn what_was_in_doubt_delivered_or_archived_waits_too() {
    let (town, _) = in_doubt();
    town.run(NEVER).exit(0);
    waits(&town, MAD);

    let archived = Town::new();
    archived.file(MAD, MAD_APRIL);
    archived.deliver(0);
    archived.server.as_embedded().empty();
    archived.run(NEVER).exit(0);
    archived.file(MAD, MAD_APRIL);
    waits(&archived, MAD);
    sound(&archived);
    assert_decided(&archived.deliver(0), MAD, "send", "new", "delivered");

    // The archive is in the way, so the delivery stays `delivered`.
    let delivered = Town::new();
    delivered.file(MAD, MAD_APRIL);
    std::fs::write(delivered.path("archive/2023-04"), "in the way").unwrap();
    delivered.deliver(1);
    delivered.run(["history", "--state", "delivered"]).exit(0).stdout_has(MAD);
    delivered.run(NEVER).exit(0);
    waits(&delivered, MAD);
}

#[test]
fn another_file_for_its_slot_waits_as_well() {
    let town = publishing();
    town.run(NEVER).exit(0);
    std::fs::remove_file(town.path("drop").join(MAD)).unwrap();
    let other = "mad_korsbaek_2023-04.txt";
    town.file(other, MAD_MAY);
    waits(&town, other);
    sound(&town);
    assert_decided(&town.deliver(0), other, "send", "new", "delivered");
}

#[test]
fn the_same_bytes_for_another_slot_wait_as_well() {
    let town = publishing();
    town.run(NEVER).exit(0);
    std::fs::remove_file(town.path("drop").join(MAD)).unwrap();
    let other = "mad_korsbaek_202305.txt";
    town.file(other, MAD_APRIL);
    waits(&town, other);
}

#[test]
fn a_server_that_does_not_remove_the_temporary_file_keeps_the_key() {
    let town = publishing();
    town.run(NEVER).exit(0);
    town.server.as_embedded().behave(|b| (b.rename, b.denies_remove) = (Rename::Honest, true));
    for _ in 0..2 {
        assert_decided(&town.deliver(4), MAD, "wait", "unsettled", "waiting");
    }
    assert!(town.server.received().is_empty());
    sound(&town);
    assert_decided(&town.deliver(0), MAD, "send", "new", "delivered");
}

#[test]
fn a_rename_that_came_late_is_seen_and_nothing_goes_twice() {
    let town = publishing();
    town.run(NEVER).exit(0);
    // The server does the rename after all.
    let temporary = town.server.as_embedded().leftovers().remove(0);
    town.server.as_embedded().rename(&temporary, &format!("ind/{MAD}"));
    sound(&town);
    assert_decided(&town.deliver(3), MAD, "hold", "already_on_server", "held");
    assert_eq!(town.server.received().len(), 1);
}

#[test]
fn a_file_that_was_written_directly_does_not_wait() {
    let town = Town::new();
    town.set("sftp.publish", "direct");
    town.file(MAD, MAD_APRIL);
    town.server.as_embedded().behave(|b| b.disk = Some(10));
    town.deliver(3);
    town.server.as_embedded().empty();
    town.run(NEVER).exit(0);
    down(&town);
    assert_decided(&town.deliver(4), MAD, "send", "new", "failed");
    sound(&town);
    assert_decided(&town.deliver(0), MAD, "send", "new", "delivered");
}

#[test]
fn resolve_says_what_the_server_shows() {
    let town = publishing();
    let said = town.run(NEVER.into_iter().chain(["--json"])).exit(0).json();
    assert_eq!(said["server"]["temporary"], "our_size", "{said:#}");
    assert_eq!(said["server"]["remote"], "nothing", "{said:#}");

    for (language, word) in [("da", "intet"), ("en", "nothing")] {
        let town = publishing();
        let out = town.run(GOT.into_iter().chain(["--language", language])).exit(0).out().replace('\n', " ");
        assert!(out.contains(&format!("ind/{MAD}")) && out.contains(word), "{out}");
    }
    let (doubt, _) = in_doubt();
    let said = doubt.run(GOT.into_iter().chain(["--json"])).exit(0).json();
    assert_eq!(
        (&said["server"]["temporary"], &said["server"]["remote"]),
        (&"nothing".into(), &"nothing".into())
    );
}

#[test]
fn a_file_that_lies_at_kp_is_not_called_not_delivered() {
    let town = publishing();
    town.server.as_embedded().put(&format!("ind/{MAD}"), MAD_APRIL.as_bytes());
    town.run(NEVER).exit(2).says("resolve 1 --delivered").says(MAD);
    town.run(["history", "--state", "publishing"]).exit(0).stdout_has(MAD);
    town.run(GOT).exit(0);
    sound(&town);
    town.run(["run"]).exit(0);
    assert!(town.server.received().is_empty(), "nothing was sent beside it");

    // Other content of the same size is no proof, and neither is a file that may not be read.
    let mut other = MAD_APRIL.as_bytes().to_vec();
    other[0] ^= 1;
    for (content, denies_read, shown) in [(other, false, "other"), (MAD_APRIL.into(), true, "our_size")] {
        let town = publishing();
        town.server.as_embedded().put(&format!("ind/{MAD}"), &content);
        town.server.as_embedded().behave(|b| b.denies_read = denies_read);
        let said = town.run(NEVER.into_iter().chain(["--json"])).exit(0).json();
        assert_eq!(said["server"]["remote"], shown, "{said:#}");
    }
}

#[test]
fn without_a_server_the_word_counts_and_that_is_said() {
    for command in [NEVER, GOT] {
        let town = publishing();
        down(&town);
        let said = town.run(command.into_iter().chain(["--json"])).exit(0).json();
        assert_eq!(said["server"]["remote"], Value::Null, "{said:#}");
        assert!(said["server"]["error"].is_string(), "{said:#}");
    }
    let town = publishing();
    down(&town);
    let out = town.run(NEVER).exit(0).out().replace('\n', " ");
    assert!(out.contains("your word alone"), "{out}");
}
