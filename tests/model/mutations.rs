//! Each guard taken out: the walk must find what goes wrong without it. The budgets are no larger than the story needs.

use std::collections::BTreeSet;

use stateright::{Checker, HasDiscoveries, Model};

use crate::promise;
use crate::protocol::{Guards, Scenario};
use crate::records::SHARED;
use crate::story::{self, Walk};
use crate::world::Budget;
use crate::{ONE_FILE, explore};

const QUIET: Budget = Budget { faults: 0, words: 0, restores: 0, strangers: 0 };

/// Expects that a property holds with every guard in place, and that a world is found in which it does not where
/// `guards` are what is left; prints the shortest way to it.
fn without(guard: &str, guards: Guards, scenario: Scenario, property: &'static str) {
    assert!(
        way_to_break(&scenario, property, None).is_none(),
        "with every guard, and yet not so: {property}"
    );
    let scenario = Scenario { guards, ..scenario };
    let mut way = way_to_break(&scenario, property, None)
        .unwrap_or_else(|| panic!("without {guard}, no world was found in which this is not so: {property}"));
    while let Some(shorter) = way_to_break(&scenario, property, Some(way.len() - 1)) {
        way = shorter;
    }
    println!(
        "Without {guard}, after {} steps, this is not so: {property}\n{}",
        way.len() - 1,
        story::tell(&scenario, &way)
    );
}

/// A walk to a world in which a property does not hold, of fewer steps than so many; none where there is none.
fn way_to_break(scenario: &Scenario, property: &'static str, fewer: Option<usize>) -> Option<Walk> {
    let found = HasDiscoveries::AnyOf(BTreeSet::from([property]));
    let checker = scenario.checker().finish_when(found);
    let checker = match fewer {
        // The checker counts worlds, of which a walk has one more than steps, and leaves the last ones out.
        Some(steps) => checker.target_max_depth(steps + 1),
        None => checker,
    };
    let mut way = checker.spawn_bfs().join().discovery(property)?.into_vec();
    let holds = scenario.property(property).condition;
    let broken = way.iter().position(|(world, _)| !holds(scenario, world))?;
    way.truncate(broken + 1);
    Some(way)
}

#[test]
fn without_the_line_before_publishing() {
    let guards = Guards { line_before_publishing: false, ..Guards::ALL };
    let scenario = Scenario { budget: Budget { faults: 1, restores: 1, ..QUIET }, ..ONE_FILE };
    without("step 3b", guards, scenario, promise::NEVER_TWICE);
}

#[test]
fn without_the_look_before_publishing() {
    let guards = Guards { look_before_publishing: false, ..Guards::ALL };
    let scenario = Scenario { rename_overwrites: true, budget: Budget { strangers: 1, ..QUIET }, ..ONE_FILE };
    without("the look before publishing", guards, scenario, promise::NEVER_OVERWRITTEN);
}

#[test]
fn with_not_delivered_freeing_at_once() {
    let guards = Guards { not_delivered_waits: false, ..Guards::ALL };
    let scenario = Scenario { budget: Budget { faults: 2, words: 1, ..QUIET }, ..ONE_FILE };
    without("the wait after `not_delivered`", guards, scenario, promise::TRUE_WORDS);
    without("the wait after `not_delivered`", guards, scenario, promise::NEVER_TOO_LATE);
}

#[test]
fn with_recovery_trusting_a_size() {
    let guards = Guards { recovery_reads: false, ..Guards::ALL };
    let scenario = Scenario { budget: Budget { faults: 1, strangers: 1, ..QUIET }, ..ONE_FILE };
    without("reading the file at the final name", guards, scenario, promise::ORIGINALS);
}

#[test]
fn with_a_line_read_as_a_receipt() {
    let guards = Guards { line_is_no_receipt: false, ..Guards::ALL };
    let scenario = Scenario { budget: Budget { faults: 1, ..QUIET }, ..ONE_FILE };
    without("telling a line from a receipt", guards, scenario, promise::ORIGINALS);
}

#[test]
fn with_an_opening_that_does_not_sync() {
    let guards = Guards { opening_syncs: false, ..Guards::ALL };
    let scenario = Scenario { budget: Budget { faults: 2, restores: 1, ..QUIET }, ..ONE_FILE };
    without("the sync at each opening", guards, scenario, promise::NEVER_TWICE);
}

#[test]
fn with_a_failed_line_that_removes_the_temporary_file() {
    let guards = Guards { failed_line_leaves_all: false, ..Guards::ALL };
    let scenario = Scenario { gone_is_delivered: true, budget: Budget { faults: 2, ..QUIET }, ..ONE_FILE };
    without("leaving all as it is after a failed sync", guards, scenario, promise::ORIGINALS);
}

#[test]
fn with_any_absence_freeing_the_key() {
    let guards = Guards { absence_precedes_word: false, ..Guards::ALL };
    let scenario = Scenario { budget: Budget { faults: 2, words: 1, ..QUIET }, ..ONE_FILE };
    without("an absence from before the word", guards, scenario, promise::TRUE_WORDS);
}

#[test]
fn the_look_matters_where_a_rename_overwrites_and_only_there() {
    let guards = Guards { look_before_publishing: false, ..Guards::ALL };
    let budget = Budget { faults: 2, words: 1, strangers: 1, ..QUIET };
    explore("no look, and a rename that does not overwrite", Scenario { budget, guards, ..ONE_FILE });
}

/// One stranger removes our temporary file, another puts a file of the same size at our final name, and that one is gone
/// before it can be read.
#[test]
fn with_no_second_look_at_a_file_that_could_not_be_read() {
    let scenario = Scenario { budget: Budget { faults: 1, strangers: 2, ..QUIET }, ..ONE_FILE };
    explore("one file, two strangers", scenario);
    let guards = Guards { looks_again: false, ..Guards::ALL };
    without("the second look at what could not be read", guards, scenario, promise::NOT_FORGOTTEN);
}

/// Two files that share a record.
const TWO: Scenario = Scenario { files: 2, records: SHARED, budget: QUIET, ..ONE_FILE };

#[test]
fn without_the_keys_of_records() {
    let guards = Guards { keys_are_kept: false, ..Guards::ALL };
    without("the keys of records", guards, TWO, promise::NO_RECORD_TWICE);
}

/// What is not written in the commit of `uploading` is made by the next run, before it plans anything.
#[test]
fn keys_that_come_later_are_made_from_the_archive_in_time() {
    let late = Guards { keys_with_uploading: false, ..Guards::ALL };
    let budget = Budget { faults: 1, words: 1, ..QUIET };
    explore("keys from the archive alone", Scenario { guards: late, budget, ..TWO });
    let guards = Guards { archive_is_keyed: false, gone_content_holds: false, ..late };
    without("the keys of the archive", guards, TWO, promise::NO_RECORD_TWICE);
}

#[test]
fn without_looking_through_one_run() {
    let guards = Guards { one_run_is_looked_through: false, ..Guards::ALL };
    without("a look through the files of one run", guards, TWO, promise::NO_RECORD_TWICE);
}

#[test]
fn with_records_in_doubt_that_do_not_count() {
    let guards = Guards { doubt_counts: false, ..Guards::ALL };
    let scenario = Scenario { budget: Budget { faults: 1, ..QUIET }, ..TWO };
    without("counting the records of what is in doubt", guards, scenario, promise::NO_RECORD_TWICE);
}

#[test]
fn with_records_that_count_from_delivered_alone() {
    let guards = Guards { publishing_counts: false, doubt_counts: false, ..Guards::ALL };
    let scenario = Scenario { budget: Budget { faults: 1, ..QUIET }, ..TWO };
    without("counting records before they are delivered", guards, scenario, promise::NO_RECORD_TWICE);
    let guards = Guards { publishing_counts: false, ..Guards::ALL };
    let scenario = Scenario { budget: Budget { faults: 2, ..QUIET }, ..TWO };
    without("counting records from `publishing`", guards, scenario, promise::NO_RECORD_TWICE);
}

#[test]
fn with_records_that_not_delivered_frees_at_once() {
    let guards = Guards { keys_wait_with_the_file: false, ..Guards::ALL };
    let scenario = Scenario { budget: Budget { faults: 2, words: 1, ..QUIET }, ..TWO };
    without("the wait of records after `not_delivered`", guards, scenario, promise::RECORDS_OF_TRUE_WORDS);
}

#[test]
fn with_a_restored_ledger_whose_archive_is_not_keyed() {
    let guards = Guards { archive_is_keyed: false, gone_content_holds: false, ..Guards::ALL };
    let scenario = Scenario { budget: Budget { restores: 1, ..QUIET }, ..TWO };
    without("making keys from the archive first", guards, scenario, promise::NO_RECORD_TWICE);
}

#[test]
fn with_content_that_is_gone_and_holds_nothing() {
    let guards = Guards { gone_content_holds: false, ..Guards::ALL };
    let budget = Budget { restores: 1, ..QUIET };
    let scenario = Scenario { content_is_deleted: true, budget, ..TWO };
    without("holding what cannot be compared", guards, scenario, promise::NO_RECORD_TWICE);
}
