//! A person says that KP never got a file: it goes again only once nothing of the first try can still come.

use serde_json::{Value, json};

use crate::approvals::in_doubt;
use crate::support::output::{assert_decided, entry};
use crate::support::server::{Answer, Ask, Behaviour, Odd, Rename, When};
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
    // A preview tries nothing, so it only says what waits.
    let preview = town.run(["run", "--dry-run", "--json"]).exit(3).json();
    assert_eq!(entry(&preview, file)["decision"], "wait", "{preview:#}");
    assert_eq!(preview["matters"][0]["kind"], "unsettled", "{preview:#}");
    assert_eq!(preview["matters"][0]["path"], file, "{preview:#}");
    assert!(town.dropped().contains(&file.to_owned()));
}

#[test]
fn what_is_still_being_published_waits_for_its_temporary_file() {
    let town = publishing();
    down(&town);
    town.run(NEVER).exit(0).stdout_has("Its file waits until a run has seen on the server");
    waits(&town, MAD);
    sound(&town);
    assert_decided(&town.deliver(0), MAD, "send", "new", "delivered");
    assert_eq!(town.server.received(), [(format!("ind/{MAD}"), MAD_APRIL.to_owned())]);
    assert_eq!(town.server.as_embedded().leftovers(), [""; 0], "a late rename finds nothing");
    town.run(["ledger", "verify"]).exit(0);
}

/// The key is free: the file is sent as soon as the server can be reached.
#[track_caller]
fn goes(town: &Town) {
    down(town);
    assert_decided(&town.deliver(4), MAD, "send", "new", "failed");
    sound(town);
    assert_decided(&town.deliver(0), MAD, "send", "new", "delivered");
}

#[test]
fn what_was_seen_to_be_gone_before_the_word_goes_at_once() {
    let (town, _) = in_doubt();
    down(&town);
    town.run(NEVER).exit(0).stdout_has("The next run looks at its file as at a new one");
    goes(&town);

    let archived = Town::new();
    archived.file(MAD, MAD_APRIL);
    archived.deliver(0);
    archived.server.as_embedded().empty();
    down(&archived);
    archived.run(NEVER).exit(0);
    archived.file(MAD, MAD_APRIL);
    goes(&archived);
    archived.run(["ledger", "verify"]).exit(0);

    // The archive is in the way, so the delivery stays `delivered`.
    let delivered = Town::new();
    delivered.file(MAD, MAD_APRIL);
    std::fs::write(delivered.path("archive/2023-04"), "in the way").unwrap();
    delivered.deliver(1);
    delivered.run(["history", "--state", "delivered"]).exit(0).stdout_has(MAD);
    delivered.server.as_embedded().empty();
    delivered.run(NEVER).exit(0);
    std::fs::remove_file(delivered.path("archive/2023-04")).unwrap();
    goes(&delivered);
}

#[test]
fn what_only_a_person_called_delivered_waits_for_its_temporary_file() {
    let town = publishing();
    town.run(GOT).exit(0);
    town.run(NEVER).exit(0);
    waits(&town, MAD);
    sound(&town);
    assert_decided(&town.deliver(0), MAD, "send", "new", "delivered");
    assert_eq!(town.server.as_embedded().leftovers(), [""; 0]);
}

/// The server does the rename after all, once a person has said that KP never got the file.
fn renamed_after_the_word() -> Town {
    let town = publishing();
    town.run(NEVER).exit(0);
    let temporary = town.server.as_embedded().leftovers().remove(0);
    town.server.as_embedded().rename(&temporary, &format!("ind/{MAD}"));
    sound(&town);
    town
}

#[test]
fn a_temporary_file_that_went_after_the_word_keeps_the_key() {
    let town = renamed_after_the_word();
    // KP takes it at once: nothing on the server tells of it.
    town.server.as_embedded().empty();
    for _ in 0..2 {
        let run = town.deliver(4);
        assert_decided(&run, MAD, "wait", "unsettled", "waiting");
        let why = entry(&run, MAD)["error"].as_str().unwrap();
        assert!(why.contains("traekfil resolve 1 --not-delivered"), "{why}");
    }
    for (language, word) in [("da", "Spørg KP igen"), ("en", "Ask KP again")] {
        let out = town.run(["run", "--language", language]).exit(4).out().replace('\n', " ");
        let out = out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(out.contains(MAD) && out.contains(word), "{out}");
        assert!(out.contains("traekfil resolve 1 --not-delivered"), "{out}");
    }
    assert_eq!(town.server.received().len(), 1, "nothing goes twice");
    // Her second word counts only with a look.
    down(&town);
    for (language, word) in [("da", "venter stadig"), ("en", "still waits")] {
        let out = town.run(NEVER.into_iter().chain(["--language", language])).exit(4).out();
        assert!(out.replace('\n', " ").contains(word), "{out}");
    }
    assert_decided(&town.deliver(4), MAD, "wait", "unsettled", "waiting");
    sound(&town);
    let said = town.run(NEVER.into_iter().chain(["--json"])).exit(0).json();
    assert_eq!(said["server"]["temporary"], "nothing", "{said:#}");
    assert_decided(&town.deliver(0), MAD, "send", "new", "delivered");
    town.run(NEVER).exit(2);
    town.run(["ledger", "verify"]).exit(0);
}

#[test]
fn the_second_word_says_what_it_did() {
    for (language, word) in [("da", "kan komme mere"), ("en", "can come any more")] {
        let town = renamed_after_the_word();
        town.server.as_embedded().empty();
        let out = town.run(NEVER.into_iter().chain(["--language", language])).exit(0).out();
        assert!(out.replace('\n', " ").contains(word), "{out}");
    }
    let town = publishing();
    town.run(NEVER).exit(0);
    town.run(NEVER).exit(0).stdout_has("next run removes it");
    assert_eq!(town.server.as_embedded().leftovers().len(), 1, "the command only looks");
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
    town.server.as_embedded().behave(|b| b.denies_remove = true);
    for _ in 0..2 {
        assert_decided(&town.deliver(4), MAD, "wait", "unsettled", "waiting");
    }
    assert!(town.server.received().is_empty());
    // Under another temporary name no rename that was asked for finds it.
    town.server.as_embedded().behave(|b| b.rename = Rename::Honest);
    let run = town.deliver(0);
    assert_decided(&run, MAD, "send", "new", "delivered");
    assert_eq!(town.server.received().len(), 1);
    let left = town.server.as_embedded().leftovers();
    assert_eq!((run["notes"].as_array().unwrap().len(), left.len()), (1, 1), "{run:#}");
    // It is told once, and stands in the ledger until it may be removed.
    let stands = || {
        let status = town.run(["status", "--json"]).json();
        let history = town.run(["history", "--json"]).exit(0).json();
        let entry = history["entries"].as_array().unwrap().iter().find(|entry| entry["delivery_id"] == 1);
        let entry = entry.unwrap();
        (status["left_on_server"].clone(), entry["left_on_server"].clone())
    };
    let noted = (json!([{ "delivery_id": 1, "path": left[0] }]), json!(left[0]));
    assert_eq!(stands(), noted);
    for (language, word) in [("da", "midlertidig"), ("en", "temporary")] {
        for command in ["status", "history"] {
            let out = town.run([command, "--language", language]).plain();
            out.stdout_has(word).stdout_has(&left[0]);
        }
    }
    town.file("mad_korsbaek_202305.txt", MAD_MAY);
    assert_eq!(town.deliver(0)["notes"], json!([]));
    assert_eq!(stands(), noted);
    sound(&town);
    town.file("mad_korsbaek_202303.txt", "marts");
    town.deliver(0);
    assert_eq!(town.server.as_embedded().leftovers(), [""; 0]);
    let status = town.run(["status", "--json"]).json();
    assert_eq!(status["left_on_server"], json!([]));
    town.run(["ledger", "verify"]).exit(0);
}

#[test]
fn a_server_that_ends_each_session_early_frees_all_keys_in_one_run() {
    let town = Town::new();
    town.set("sftp.timeout", "5s");
    let names: Vec<String> = (1..=7).map(|n| format!("mad{n}_202304.txt")).collect();
    for name in &names {
        town.file(name, name);
    }
    town.server.as_embedded().behave(|b| b.rename = Rename::Refused(3));
    town.deliver(4);
    for id in 1..=7 {
        town.run(["resolve", &id.to_string(), "--not-delivered", "--reason", "KP fik den aldrig"]).exit(0);
    }
    sound(&town);
    town.server.as_embedded().behave(|b| b.odd = vec![Odd(Ask::Lstat, When::After(3), Answer::HangsUp)]);
    for name in &names {
        std::fs::remove_file(town.path("drop").join(name)).unwrap();
    }
    town.deliver(0);
    assert_eq!(town.server.as_embedded().leftovers(), [""; 0]);
    sound(&town);
    for name in &names {
        town.file(name, name);
    }
    assert_eq!(town.deliver(0)["summary"]["delivered"], 7);
}

#[test]
fn a_rename_that_came_late_is_seen_and_nothing_goes_twice() {
    let town = renamed_after_the_word();
    assert_decided(&town.deliver(4), MAD, "wait", "unsettled", "waiting");
    town.run(NEVER).exit(2).says(MAD);
    assert_decided(&town.deliver(4), MAD, "wait", "unsettled", "waiting");
    assert_eq!(town.server.received().len(), 1);
}

/// A direct delivery of which KP got a part, and nothing lies there any more.
fn written_in_part() -> Town {
    let town = Town::new();
    town.set("sftp.publish", "direct");
    town.file(MAD, MAD_APRIL);
    town.server.as_embedded().behave(|b| b.disk = Some(10));
    town.deliver(3);
    town
}

#[test]
fn a_file_that_was_written_directly_goes_once_its_name_was_seen_empty() {
    let town = written_in_part();
    town.server.as_embedded().empty();
    town.run(NEVER).exit(0);
    goes(&town);

    // Nobody could look, or something lies there.
    for away in [true, false] {
        let town = written_in_part();
        sound(&town);
        if away {
            down(&town);
        }
        town.run(NEVER).exit(0).stdout_has("resolve 1 --not-delivered");
        for (args, exit) in [(&["run", "--json"][..], 4), (&["run", "--dry-run", "--json"], 3)] {
            let run = town.run(args).exit(exit).json();
            let why = entry(&run, MAD)["error"].as_str().unwrap();
            assert!(why.contains("resolve 1 --not-delivered") && !why.contains("temporary"), "{why}");
        }
        sound(&town);
        town.run(NEVER).exit(0).stdout_has("still waits");
        town.server.as_embedded().empty();
        town.run(NEVER).exit(0);
        goes(&town);
    }
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
