//! The delivery protocol, explored whole: within a scenario every world that can come about is visited, and the promise
//! is held against each. The steps are the model's; the rules are the program's own: [`State::after`],
//! [`recover_publishing`], [`confirm_content`], [`hold_against`] and [`may_go_again`].
//!
//! `cargo test --test model` explores one file with two faults, two files with one, and takes out each guard;
//! `cargo test --release --test model -- --ignored --nocapture` explores three files and prints the figures that stand
//! in `docs/reliability.md`. A counterexample is printed as a story.
//!
//! What the model leaves out, so that it stays finite:
//! - A batch is asked for file after file. The requests for one file touch no name of another.
//! - An upload, an append, a rename is one step. A file that came in part, a line that was not synced are states.
//! - What is lost while it could have had no effect is left out: a kill at that place leaves the same.
//! - Of late requests only the rename is there: a temporary file that comes late is one that nobody asks to rename.
//! - "Any earlier commit" of the ledger is a copy that is set aside at any moment.
//! - Files are alike, so worlds that differ only in which file is which count as one.
//!
//! [`State::after`]: traekfil::model::delivery::State::after
//! [`recover_publishing`]: traekfil::delivery::recover_publishing
//! [`confirm_content`]: traekfil::delivery::confirm_content
//! [`hold_against`]: traekfil::delivery::witness::hold_against
//! [`may_go_again`]: traekfil::delivery::witness::may_go_again
#![allow(clippy::unwrap_used, clippy::expect_used)]
#![allow(clippy::similar_names, reason = "a world and a word of the witness")]

mod mutations;
mod person;
mod phases;
mod promise;
mod protocol;
mod records;
mod requests;
mod rules;
mod story;
mod world;

use std::collections::BTreeSet;
use std::time::Instant;

use protocol::{Guards, Scenario};
use stateright::{Checker, Expectation, HasDiscoveries, Model, Property};
use world::{ANY, Budget};

/// Any number of faults, one word of a person that takes something back, one restored ledger, one stranger.
const WHATEVER: Budget = Budget { faults: ANY, words: 1, restores: 1, strangers: 1 };

/// One file, as the configuration comes, whatever happens.
const ONE_FILE: Scenario = Scenario {
    files: 1,
    direct: false,
    gone_is_delivered: false,
    rename_overwrites: false,
    one_is_held: false,
    one_was_there: false,
    records: records::NOT_READ,
    content_is_deleted: false,
    budget: WHATEVER,
    guards: Guards::ALL,
};

/// Walks through every world of a scenario, prints the figures, and answers what was reached.
fn explore(name: &str, scenario: Scenario) -> BTreeSet<&'static str> {
    let begun = Instant::now();
    let checker = scenario.checker().threads(2).finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    println!(
        "{name}: {} states, {} steps, depth {}, {:.1} s",
        checker.unique_state_count(),
        checker.state_count(),
        checker.max_depth(),
        begun.elapsed().as_secs_f64()
    );
    let mut reached = BTreeSet::new();
    let found = checker.discoveries();
    for property in scenario.properties() {
        match (found.get(property.name), property.expectation) {
            (Some(path), Expectation::Always) => {
                panic!(
                    "{name}, {scenario:?}\nnot so: {}\n{}",
                    property.name,
                    story::tell(&scenario, &path.clone().into_vec())
                )
            }
            (Some(_), _) => {
                reached.insert(property.name);
            }
            (None, _) => {}
        }
    }
    reached
}

fn all_reached(reached: &BTreeSet<&str>, wanted: &[Property<Scenario>]) {
    for property in wanted {
        assert!(reached.contains(property.name), "never reached: {}", property.name);
    }
}

/// Each configuration with one file, and so many faults.
fn alone(faults: u8) -> [(&'static str, Scenario); 6] {
    let one = Scenario { budget: Budget { faults, ..WHATEVER }, ..ONE_FILE };
    let held = Budget { faults, strangers: 0, ..WHATEVER };
    [
        ("one file", one),
        ("one file, gone is delivered", Scenario { gone_is_delivered: true, ..one }),
        ("one file, a rename that overwrites", Scenario { rename_overwrites: true, ..one }),
        ("one file, direct", Scenario { direct: true, ..one }),
        ("one file, held", Scenario { one_is_held: true, budget: held, ..one }),
        ("one file, adopted", Scenario { one_was_there: true, ..one }),
    ]
}

#[test]
fn one_file_and_two_faults() {
    let reached = alone(2).into_iter().flat_map(|(name, scenario)| explore(name, scenario)).collect();
    all_reached(&reached, &promise::sometimes());
}

#[test]
fn two_files_and_one_fault() {
    let budget = Budget { faults: 1, strangers: 0, ..WHATEVER };
    explore("two files", Scenario { files: 2, budget, ..ONE_FILE });
}

/// Two files with a record in common, one of them with a second one: as the configuration comes, with so many faults, and with
/// other settings, with as many restored ledgers.
fn records_of_two(faults: u8, restores: u8) -> [(&'static str, Scenario); 4] {
    let budget = Budget { faults, strangers: 0, ..WHATEVER };
    let two = Scenario { files: 2, records: records::SHARED, budget, ..ONE_FILE };
    let fewer = Scenario { budget: Budget { restores, ..budget }, ..two };
    let no_fault = Budget { faults: faults - 1, ..budget };
    [
        ("records of two files", two),
        ("records of two files, gone is delivered", Scenario { gone_is_delivered: true, ..fewer }),
        ("records of two files, direct", Scenario { direct: true, ..fewer }),
        (
            "records of two files, content deleted",
            Scenario { content_is_deleted: true, budget: no_fault, ..two },
        ),
    ]
}

#[test]
fn records_of_two_files_and_one_fault() {
    let reached: BTreeSet<&str> =
        records_of_two(1, 0).into_iter().flat_map(|(name, scenario)| explore(name, scenario)).collect();
    all_reached(&reached, &promise::sometimes_of_records());
}

#[test]
#[ignore = "minutes, in release"]
fn three_files_on_one_host() {
    let two_faults = Budget { faults: 2, ..WHATEVER };
    let nobody_else = Budget { strangers: 0, ..two_faults };
    let three = Scenario { files: 3, budget: nobody_else, ..ONE_FILE };
    let two = Scenario { files: 2, ..ONE_FILE };
    let scenarios = [
        ("three files, two faults, a stranger", Scenario { budget: two_faults, ..three }),
        ("three files, three faults", Scenario { budget: Budget { faults: 3, ..nobody_else }, ..three }),
        ("three files, two faults, gone is delivered", Scenario { gone_is_delivered: true, ..three }),
        ("three files, two faults, direct", Scenario { direct: true, ..three }),
        (
            "three files, any number of faults, no restored ledger",
            Scenario { budget: Budget { faults: ANY, restores: 0, ..nobody_else }, ..three },
        ),
        (
            "three files, one fault, three words",
            Scenario { budget: Budget { faults: 1, words: 3, ..nobody_else }, ..three },
        ),
        ("two files, any number of faults", Scenario { budget: Budget { strangers: 0, ..WHATEVER }, ..two }),
        (
            "one file, two words, two restored ledgers",
            Scenario { budget: Budget { words: 2, restores: 2, ..WHATEVER }, ..ONE_FILE },
        ),
    ];
    let reached = scenarios
        .into_iter()
        .chain(alone(ANY))
        .flat_map(|(name, scenario)| explore(name, scenario))
        .collect();
    all_reached(&reached, &promise::sometimes());
}

#[test]
#[ignore = "minutes, in release"]
fn records_of_three_files() {
    let budget = Budget { faults: 1, restores: 0, strangers: 0, ..WHATEVER };
    let three = Scenario { files: 3, records: records::SHARED, budget, ..ONE_FILE };
    let restored = Scenario { budget: Budget { faults: 0, restores: 1, ..budget }, ..three };
    let scenarios = [
        ("records of three files, one fault", three),
        ("records of three files, a restored ledger", restored),
    ];
    let reached: BTreeSet<&str> = scenarios
        .into_iter()
        .chain(records_of_two(2, 1))
        .flat_map(|(name, scenario)| explore(name, scenario))
        .collect();
    all_reached(&reached, &promise::sometimes_of_records());
}
