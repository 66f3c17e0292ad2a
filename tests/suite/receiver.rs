//! Receivers that misbehave: nothing is delivered twice, and what was not delivered is named.

use serde_json::Value;

use crate::support::output::{assert_decided, entry};
use crate::support::server::{Behaviour, Rename};
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL};

fn meets(change: impl FnOnce(&mut Behaviour)) -> Town {
    let town = Town::new();
    town.file(MAD, MAD_APRIL);
    town.set("sftp.timeout", "2s");
    town.server.as_embedded().behave(change);
    town
}

/// Checks that a run fails and leaves the file in the folder, and that the file is delivered once when the receiver behaves
/// again. Answers the failed run.
#[track_caller]
fn fails_then_goes_once(town: &Town) -> Value {
    let failed = town.deliver(4);
    assert_eq!(entry(&failed, MAD)["outcome"], "failed", "{failed:#}");
    assert!(entry(&failed, MAD)["error"].is_string(), "{failed:#}");
    assert!(town.server.received().is_empty());
    assert_eq!(town.dropped(), [MAD]);
    town.server.as_embedded().behave(|b| *b = Behaviour::default());
    let after = town.deliver(0);
    delivered_once(town);
    after
}

#[track_caller]
fn delivered_once(town: &Town) {
    assert_eq!(town.server.received(), [(format!("ind/{MAD}"), MAD_APRIL.into())]);
    assert_eq!(town.server.as_embedded().leftovers(), [""; 0]);
    assert!(town.dropped().is_empty());
    assert_eq!(town.deliver(0)["files"], Value::Array(Vec::new()));
}

#[test]
fn takes_files_at_once() {
    let town = meets(|b| b.takes_at_once = true);
    assert_decided(&town.deliver(0), MAD, "send", "new", "delivered");
    delivered_once(&town);
}

#[test]
fn has_no_fsync() {
    let town = meets(|b| b.without_fsync = true);
    town.run(["run"]).exit(0);
    delivered_once(&town);
    assert_eq!(town.server.as_embedded().counts().fsyncs, 0);
}

#[test]
fn loses_the_reply_to_a_rename_it_did() {
    let town = meets(|b| (b.rename, b.rename_times) = (Rename::DoneReplyLost, Some(1)));
    assert_eq!(entry(&town.deliver(0), MAD)["outcome"], "delivered");
    delivered_once(&town);
}

#[test]
fn loses_a_rename_altogether() {
    let town = meets(|b| (b.rename, b.rename_times) = (Rename::NotDoneReplyLost, Some(1)));
    assert_eq!(entry(&town.deliver(0), MAD)["outcome"], "delivered");
    delivered_once(&town);
}

#[test]
fn does_a_rename_by_half() {
    let town = meets(|b| (b.rename, b.rename_times) = (Rename::HalfDone, Some(1)));
    assert_eq!(entry(&town.deliver(0), MAD)["outcome"], "delivered");
    delivered_once(&town);
}

#[test]
fn refuses_to_rename() {
    for status in [3, 4] {
        fails_then_goes_once(&meets(|b| b.rename = Rename::Refused(status)));
    }
}

#[test]
fn lies_about_sizes() {
    fails_then_goes_once(&meets(|b| b.size_lie = 1));
}

#[test]
fn has_a_full_disk() {
    fails_then_goes_once(&meets(|b| b.disk = Some(10)));
}

#[test]
fn denies_to_make_files() {
    fails_then_goes_once(&meets(|b| b.denies_open = true));
}

#[test]
fn closes_after_login() {
    fails_then_goes_once(&meets(|b| b.closes_after_login = true));
}

#[test]
fn falls_silent_at_any_request() {
    // INIT, OPEN, then a WRITE that is never answered.
    for answered in 0..3 {
        fails_then_goes_once(&meets(|b| b.silent_after = Some(answered)));
    }
}

#[test]
fn is_slow() {
    let town = meets(|b| b.delay = std::time::Duration::from_millis(30));
    town.run(["run"]).exit(0);
    delivered_once(&town);
}

#[test]
fn has_the_name_already() {
    for (there, reason) in [("noget andet", "remote_name_taken"), (MAD_APRIL, "already_on_server")] {
        let town = meets(|_| {});
        town.server.as_embedded().put(&format!("ind/{MAD}"), there.as_bytes());
        let run = town.deliver(3);
        assert_decided(&run, MAD, "hold", reason, "held");
        assert!(!entry(&run, MAD)["hold_id"].is_null());
        let files = town.server.as_embedded().files();
        assert_eq!(files, [(format!("ind/{MAD}"), there.as_bytes().to_vec())], "neither touched nor joined");
        assert_eq!(town.dropped(), [MAD]);
        // The preview does not ask the server, and knows what it held all the same.
        let dry = town.run(["run", "--dry-run", "--json"]).exit(3).json();
        let (was, is) = (entry(&run, MAD), entry(&dry, MAD));
        for key in ["decision", "reason", "hold_id"] {
            assert_eq!(is[key], was[key], "{key}");
        }
        assert_eq!(is["decision"], "hold");
        // Another file under that name is another matter.
        town.file(MAD, "ny aprilfil");
        let dry = town.run(["run", "--dry-run", "--json"]).json();
        assert_eq!(entry(&dry, MAD)["decision"], "send");
    }
}

#[test]
fn would_overwrite_if_it_were_asked() {
    let town = meets(|b| b.rename = Rename::Overwrites);
    town.server.as_embedded().put(&format!("ind/{MAD}"), b"noget andet");
    assert_decided(&town.deliver(3), MAD, "hold", "remote_name_taken", "held");
    assert!(town.server.received().is_empty());
}
