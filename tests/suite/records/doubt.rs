//! Records of which nobody knows yet whether KP got them, and approvals that were given before KP got more.

use std::fs;

use super::{after_april, goes, held, said, town};
use crate::content::samples::{Record, record, records, semicolons, with_trailer};
use crate::support::output::{assert_decided, entry};
use crate::support::server::{Behaviour, Rename};
use crate::support::town::Town;

const REVERSAL: &str = "mad_tilbage_202304.txt";
const CORRECTION: &str = "mad_rettet_202304.txt";
const LIST: &str = "samlet_a_202304.csv";
const MORE: &str = "kost_mere_202304.csv";

/// Runs with a file whose rename the server leaves undone, and keeps from doing.
fn halfway(town: &Town, name: &str, text: &str) {
    town.file(name, text);
    town.server.as_embedded().behave(|b| b.rename = Rename::Refused(3));
    town.deliver(4);
    assert_eq!(town.server.as_embedded().leftovers().len(), 1);
}

fn sound(town: &Town) {
    town.server.as_embedded().behave(|b| *b = Behaviour::default());
}

/// Takes away what stands on the server under its temporary name, as a rename that comes late does.
fn take_temporary(town: &Town) {
    let temporary = town.server.as_embedded().leftovers().remove(0);
    town.server.as_embedded().rename(&temporary, "hos KP");
}

#[test]
fn a_reversal_in_doubt_takes_nothing_back() {
    let town = after_april(20);
    let line = |ore: i64| Record { ore, ..record(3) };
    let was = record(3).ore;
    halfway(&town, REVERSAL, &with_trailer(&[line(-was), record(60)], "202304"));
    take_temporary(&town);
    sound(&town);
    // KP may never have got the reversal: then the correction would come on top.
    let file = held(&town, CORRECTION, &with_trailer(&[line(was + 5700)], "202304"));
    let changed =
        "1 of 1 records was delivered on 14 April 2023 with another amount (delivery 1, +57.00 kr.)";
    assert!(said(&file).contains(changed), "{file:#}");
    town.run(["resolve", "2", "--delivered", "--reason", "KP har den"]).exit(0);
    let run = town.deliver(0);
    assert_decided(&run, CORRECTION, "send", "new", "delivered");
}

#[test]
fn records_in_doubt_count_and_are_called_so() {
    let town = town("per_period = \"many\"");
    halfway(&town, REVERSAL, &with_trailer(&records(20), "202304"));
    take_temporary(&town);
    sound(&town);
    let file = held(&town, LIST, &semicolons(&records(22), "202304"));
    let text = said(&file);
    assert!(text.contains("20 of 22 records were perhaps delivered (delivery 1 is not settled"), "{text}");
    town.run(["kør", "--language", "da"]).exit(3).plain().says("20 af 22 poster er måske leveret");
    town.run(["compare", LIST])
        .exit(0)
        .plain()
        .says(&format!("{LIST} beside delivery 1 ({REVERSAL}, in doubt)"));
    let compared = town.run(["compare", LIST, "--json"]).exit(0).json();
    assert_eq!(compared["state"], "in_doubt", "{compared:#}");
}

#[test]
fn records_that_may_still_come_are_waited_for() {
    let town = town("per_period = \"many\"");
    let april = with_trailer(&records(20), "202304");
    halfway(&town, REVERSAL, &april);
    town.server.as_embedded().behave(|b| b.unreachable = true);
    town.run(["resolve", "1", "--not-delivered", "--reason", "KP fik den aldrig"]).exit(0);
    fs::remove_file(town.path("drop").join(REVERSAL)).unwrap();
    // The rename comes late, and nobody saw it.
    take_temporary(&town);
    sound(&town);
    town.file(LIST, semicolons(&records(22), "202304"));
    town.file(MORE, semicolons(&[record(77)], "202304"));
    let run = town.deliver(4);
    assert_decided(&run, LIST, "wait", "unsettled", "waiting");
    assert_eq!(entry(&run, LIST)["earlier"]["delivery_id"], 1, "{run:#}");
    assert_decided(&run, MORE, "send", "new", "delivered");
    town.run(["ledger", "verify"]).exit(0);
    town.run(["resolve", "1", "--not-delivered", "--reason", "KP har den heller ikke nu"]).exit(0);
    assert_decided(&town.deliver(0), LIST, "send", "new", "delivered");
    town.run(["ledger", "verify"]).exit(0);
}

#[test]
fn an_approval_covers_no_more_records_than_it_was_told_of() {
    for by_adoption in [false, true] {
        let town = after_april(1);
        let file = held(&town, LIST, &semicolons(&records(20), "202304"));
        let hold = file["hold_id"].to_string();
        town.run(["approve", &hold, "--reason", "den ene kommer oven i"])
            .exit(0)
            .plain()
            .says("KP has mad_korsbaek_202304.txt")
            .says("1 of 20 records was delivered on 14 April 2023");
        let rest: Vec<Record> = (1..20).map(record).collect();
        if by_adoption {
            let rest = town.path(MORE);
            fs::write(&rest, semicolons(&(1..20).map(record).collect::<Vec<Record>>(), "202304")).unwrap();
            town.run([
                "adopt".as_ref(),
                rest.as_os_str(),
                "--reason".as_ref(),
                "leveret i forvejen".as_ref(),
            ])
            .exit(0);
        } else {
            // It sorts before the approved file, so it goes first in the same run.
            town.file(MORE, semicolons(&rest, "202304"));
        }
        let run = town.deliver(3);
        assert_decided(&run, LIST, "hold", "records_delivered", "held");
        town.run(["run"]).exit(3).plain().says("it was approved, but not for this");
        // Told of all of them, a person may still let it go; that outlives the ledger.
        town.run(["approve", &hold, "--reason", "alle kommer oven i"]).exit(0);
        if by_adoption {
            fs::remove_file(town.path("ledger.db")).unwrap();
            town.run(["ledger", "rebuild"]).exit(0);
        }
        assert_decided(&town.deliver(0), LIST, "send", "approved", "delivered");
        town.run(["ledger", "verify"]).exit(0);
    }
}

#[test]
fn a_rebuilt_approval_covers_no_more_either() {
    let town = after_april(1);
    held(&town, LIST, &semicolons(&records(20), "202304"));
    town.run(["approve", LIST, "--reason", "den ene kommer oven i"]).exit(0);
    fs::remove_file(town.path("ledger.db")).unwrap();
    town.run(["ledger", "rebuild"]).exit(0);
    let rest: Vec<Record> = (1..20).map(record).collect();
    town.file(MORE, semicolons(&rest, "202304"));
    let run = town.deliver(3);
    assert_decided(&run, LIST, "hold", "records_delivered", "held");
    assert_decided(&run, MORE, "send", "new", "delivered");
}

#[test]
fn an_amount_of_zero_takes_nothing_back() {
    let town = after_april(20);
    let zero = Record { ore: 0, ..record(50) };
    goes(&town, "mad_nul_202304.txt", &with_trailer(&[zero], "202304"));
    held(&town, "mad_beløb_202304.txt", &with_trailer(&[record(50)], "202304"));
}
