//! Records of which nobody knows whether KP has them: a delivery in doubt, and one that may come although a person says that KP
//! never got it.

use std::fs;

use super::{APRIL, after_april, goes, held, said, town};
use crate::content::samples::{Record, record, records, semicolons, with_trailer};
use crate::support::output::{assert_decided, entry};
use crate::support::server::{Behaviour, Rename};
use crate::support::town::Town;

const BY_B: &str = "kost_korsbaek_202304.csv";

fn never(town: &Town, delivery: &str) {
    town.run(["resolve", delivery, "--not-delivered", "--reason", "KP fik den aldrig"]).exit(0);
}

/// A town whose server would not rename April's file: the delivery is `publishing`, and its temporary file is there.
fn publishing() -> Town {
    let town = town("per_period = \"many\"");
    town.file(APRIL, with_trailer(&records(20), "202304"));
    town.server.as_embedded().behave(|b| b.rename = Rename::Refused(3));
    town.deliver(4);
    town
}

#[test]
fn records_that_may_still_come_keep_the_same_ones_waiting() {
    let town = publishing();
    let text = semicolons(&records(22), "202304");
    town.server.as_embedded().behave(|b| b.unreachable = true);
    town.file(BY_B, &text);
    let run = town.deliver(4);
    assert_decided(&run, BY_B, "hold", "records_delivered", "held");
    never(&town, "1");
    // The temporary file is still there, so that a late rename would bring the records.
    let run = town.deliver(4);
    assert_decided(&run, BY_B, "wait", "unsettled", "waiting");
    assert_eq!(entry(&run, BY_B)["earlier"]["delivery_id"], 1, "{run:#}");
    let why = entry(&run, BY_B)["error"].as_str().unwrap();
    assert!(why.contains("temporary file"), "{why}");
    let preview = town.run(["run", "--dry-run", "--json"]).exit(3).json();
    assert_eq!(entry(&preview, BY_B)["decision"], "wait", "{preview:#}");
    // Once a run has removed it, they go; the first file, which is free as well, is held for them.
    fs::remove_file(town.path("drop").join(APRIL)).unwrap();
    town.server.as_embedded().behave(|b| *b = Behaviour::default());
    assert_decided(&town.deliver(0), BY_B, "send", "new", "delivered");
    assert_eq!(town.server.received().len(), 1);
    assert!(town.server.as_embedded().leftovers().is_empty());
    town.run(["ledger", "verify"]).exit(0);
}

#[test]
fn records_that_came_after_a_persons_word_are_not_sent_again() {
    let town = publishing();
    never(&town, "1");
    let server = town.server.as_embedded();
    server.rename(&server.leftovers().remove(0), &format!("ind/{APRIL}"));
    server.behave(|b| *b = Behaviour::default());
    server.empty();
    town.file(BY_B, semicolons(&records(22), "202304"));
    for _ in 0..2 {
        let run = town.deliver(4);
        assert_decided(&run, BY_B, "wait", "unsettled", "waiting");
        let why = entry(&run, BY_B)["error"].as_str().unwrap();
        assert!(why.contains("traekfil resolve 1 --not-delivered"), "{why}");
    }
    assert_eq!(town.server.received().len(), 1);
    // A ledger that is made again from the archive knows them as well.
    fs::remove_file(town.path("ledger.db")).unwrap();
    town.run(["ledger", "rebuild"]).exit(0);
    assert_decided(&town.deliver(4), BY_B, "wait", "unsettled", "waiting");
    assert_eq!(town.server.received().len(), 1);
}

#[test]
fn a_reversal_that_kp_may_not_have_got_frees_nothing() {
    let town = after_april(20);
    let line = |ore: i64| Record { ore, ..record(3) };
    let was = record(3).ore;
    town.server.as_embedded().behave(|b| {
        (b.rename, b.rename_times, b.takes_at_once) = (Rename::DoneReplyLost, Some(1), true);
    });
    let reversal = "mad_tilbage_202304.txt";
    town.file(reversal, with_trailer(&[line(-was), record(50)], "202304"));
    assert_eq!(entry(&town.deliver(3), reversal)["outcome"], "in_doubt");
    let correction = "mad_rettelse_202304.txt";
    let file = held(&town, correction, &with_trailer(&[line(was + 5700)], "202304"));
    assert!(said(&file).contains("(delivery 1,"), "{file:#}");
    town.run(["resolve", "2", "--delivered", "--reason", "KP har kvitteret"]).exit(0);
    fs::remove_file(town.path("drop").join(correction)).unwrap();
    goes(&town, correction, &with_trailer(&[line(was + 5700)], "202304"));
}
