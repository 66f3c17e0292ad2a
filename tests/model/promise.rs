//! What must hold in every world, and what must happen in some.

use stateright::Property;
use traekfil::delivery::RecoveryAction;
use traekfil::model::delivery::State;

use crate::protocol::Scenario;
use crate::records::{self, Block, RECORDS};
use crate::rules::{may_go, older};
use crate::world::{FILES, LedgerRow, Original, World};

/// What becomes of a file that KP does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    AtKp,
    /// A person took it out, unsent.
    Rejected,
    /// The next run sends it.
    Planned,
    /// The next run goes on with it; until then exit 4.
    Waiting,
    /// A person is told: in doubt, held, or exit 6.
    Named,
    /// Nobody is told.
    Forgotten,
}

pub fn fate(scenario: &Scenario, world: &World, file: usize) -> Fate {
    let states = || world.host.ledger[file].attempts.iter().filter_map(|row| row.state);
    let waiting = |row: &State| matches!(row, State::Uploading | State::Publishing);
    if world.server[file].got_whole {
        Fate::AtKp
    } else if world.said[file].rejected {
        Fate::Rejected
    } else if world.originals[file] != Original::InFolder {
        Fate::Forgotten
    } else if older(scenario, world) || states().any(|state| state == State::InDoubt) {
        Fate::Named
    } else if states().any(State::is_delivered) {
        Fate::Forgotten
    } else if states().any(|state| waiting(&state)) {
        Fate::Waiting
    } else if !may_go(scenario, world, file) {
        // Only a word of a person that waits for the temporary file is left to block it.
        if states().any(|state| state == State::NotDelivered) { Fate::Waiting } else { Fate::Forgotten }
    } else if world.said[file].must_approve && !world.host.ledger[file].approved {
        Fate::Named
    } else {
        match records::block(scenario, world, file) {
            Some(Block::Held) => Fate::Named,
            Some(Block::Waits) => Fate::Waiting,
            None => Fate::Planned,
        }
    }
}

fn files(scenario: &Scenario) -> std::ops::Range<usize> {
    0..usize::from(scenario.files)
}

pub const NEVER_TWICE: &str = "a key is published at most once more than a person said that KP never got it";
pub const NEVER_TOO_LATE: &str = "nothing of an earlier delivery comes once its key goes again";
pub const TRUE_WORDS: &str = "where a person's word was true, KP gets the file once";
pub const WHOLE: &str = "KP gets whole files, and a part is never taken for delivered";
pub const NEVER_OVERWRITTEN: &str = "nothing at a final name is overwritten";
pub const NOT_FORGOTTEN: &str = "a file that KP lacks is planned, waiting, or named to a person";
pub const ORIGINALS: &str = "an original leaves the folder only when KP has it, or a person rejected it";
pub const APPROVED: &str = "a held file goes only when a person approved it";
pub const NO_RECORD_TWICE: &str = "KP gets a record at most once more than persons let it go";
pub const RECORDS_OF_TRUE_WORDS: &str =
    "where a person's word was true and she approved nothing, KP gets a record once";

pub fn always() -> Vec<Property<Scenario>> {
    vec![
        Property::always(NEVER_TWICE, |scenario: &Scenario, world: &World| {
            files(scenario).all(|file| world.server[file].publications <= 1 + world.said[file].not_delivered)
        }),
        Property::always(TRUE_WORDS, |scenario: &Scenario, world: &World| {
            files(scenario).all(|file| world.server[file].publications <= 1 + world.said[file].wrongly)
        }),
        Property::always(NEVER_TOO_LATE, |_, world: &World| !world.came_too_late),
        Property::always(WHOLE, |scenario: &Scenario, world: &World| {
            files(scenario).all(|file| {
                let delivered = |row: State| row.is_delivered();
                let counts =
                    world.host.ledger[file].attempts.iter().filter_map(|row| row.state).any(delivered);
                let server = &world.server[file];
                if scenario.direct { server.got_whole || !counts } else { server.is_whole() }
            })
        }),
        Property::always(NEVER_OVERWRITTEN, |_, world: &World| !world.overwritten),
        Property::always(NOT_FORGOTTEN, |scenario: &Scenario, world: &World| {
            files(scenario).all(|file| {
                world.originals[file] == Original::NotYetThere
                    || fate(scenario, world, file) != Fate::Forgotten
            })
        }),
        Property::always(ORIGINALS, |scenario: &Scenario, world: &World| {
            files(scenario).all(|file| {
                world.originals[file] != Original::Away
                    || world.server[file].got_whole
                    || world.said[file].rejected
            })
        }),
        Property::always(APPROVED, |_, world: &World| {
            (0..FILES).all(|file| {
                let said = &world.said[file];
                world.server[file].publications == 0 || !said.must_approve || said.approved
            })
        }),
    ]
}

/// The same of records, where files have some.
pub fn always_of_records() -> Vec<Property<Scenario>> {
    vec![
        Property::always(NO_RECORD_TWICE, |scenario: &Scenario, world: &World| {
            (0..RECORDS).all(|record| {
                let (times, said) =
                    records::taken(scenario, world, record, |file| world.said[file].not_delivered);
                times <= 1 + said
            })
        }),
        Property::always(RECORDS_OF_TRUE_WORDS, |scenario: &Scenario, world: &World| {
            (0..RECORDS).all(|record| {
                let (times, said) = records::taken(scenario, world, record, |file| world.said[file].wrongly);
                times <= 1 + said
            })
        }),
    ]
}

/// What must be reached with records.
pub fn sometimes_of_records() -> Vec<Property<Scenario>> {
    fn blocked(scenario: &Scenario, world: &World, block: Block) -> bool {
        let fresh = |file: &usize| world.originals[*file] == Original::InFolder;
        let goes = |file: &usize| may_go(scenario, world, *file);
        files(scenario)
            .filter(fresh)
            .filter(goes)
            .any(|file| records::block(scenario, world, file) == Some(block))
    }
    fn any_row(world: &World, fits: impl Fn(&LedgerRow) -> bool) -> bool {
        world.host.ledger.iter().flat_map(|file| &file.attempts).any(fits)
    }
    fn got_again(scenario: &Scenario, world: &World, fits: impl Fn(usize) -> bool) -> bool {
        let twice = |record: u8| records::taken(scenario, world, record, |_| 0).0 > 1;
        (0..RECORDS).any(twice) && files(scenario).any(fits)
    }
    vec![
        Property::sometimes("a file is held for its records", |scenario: &Scenario, world: &World| {
            blocked(scenario, world, Block::Held)
        }),
        Property::sometimes(
            "a file waits for records that may come",
            |scenario: &Scenario, world: &World| blocked(scenario, world, Block::Waits),
        ),
        Property::sometimes("records in doubt hold a file", |scenario: &Scenario, world: &World| {
            let doubt = |row: &LedgerRow| row.state == Some(State::InDoubt) && row.keyed;
            blocked(scenario, world, Block::Held)
                && any_row(world, doubt)
                && !any_row(world, |row| row.state.is_some_and(State::is_delivered))
        }),
        Property::sometimes("a record goes again, approved", |scenario: &Scenario, world: &World| {
            got_again(scenario, world, |file| {
                world.said[file].approved && world.server[file].publications > 0
            })
        }),
        Property::sometimes("what KP never got frees its records", |scenario: &Scenario, world: &World| {
            files(scenario).any(|file| {
                let never = world.said[file].not_delivered > 0 && world.server[file].publications == 0;
                let others = files(scenario).filter(|&other| other != file && !world.said[other].approved);
                never && others.into_iter().any(|other| world.server[other].got_whole)
            })
        }),
        Property::sometimes("a restored ledger lacks keys", |scenario: &Scenario, world: &World| {
            files(scenario).any(|file| records::to_key(scenario, world, file).is_some())
        }),
    ]
}

/// What must be reached by one scenario or another, or the walk proves nothing.
pub fn sometimes() -> Vec<Property<Scenario>> {
    fn state(world: &World, state: State) -> bool {
        world.host.ledger.iter().flat_map(|file| file.attempts).any(|row| row.state == Some(state))
    }
    fn row(world: &World, action: RecoveryAction) -> bool {
        world.host.in_flight.iter().any(|row| row.choice == Some(action))
    }
    vec![
        Property::sometimes("uploading", |_, world| state(world, State::Uploading)),
        Property::sometimes("publishing", |_, world| state(world, State::Publishing)),
        Property::sometimes("delivered", |_, world| state(world, State::Delivered)),
        Property::sometimes("archived", |_, world| state(world, State::Archived)),
        Property::sometimes("abandoned", |_, world| state(world, State::Abandoned)),
        Property::sometimes("in_doubt", |_, world| state(world, State::InDoubt)),
        Property::sometimes("not_delivered", |_, world| state(world, State::NotDelivered)),
        Property::sometimes("adopted", |_, world| state(world, State::Adopted)),
        Property::sometimes("recovery renames again", |_, world| row(world, RecoveryAction::RenameAgain)),
        Property::sometimes("recovery confirms", |_, world| row(world, RecoveryAction::Confirm)),
        Property::sometimes("recovery finds both names", |_, world| {
            row(world, RecoveryAction::RemoveTemporaryAndConfirm)
        }),
        Property::sometimes("recovery finds neither name", |_, world| row(world, RecoveryAction::Gone)),
        Property::sometimes("recovery doubts", |_, world| row(world, RecoveryAction::Doubt)),
        Property::sometimes("the ledger is older than its witness", older),
        Property::sometimes("a key goes again", |_, world: &World| {
            world.server.iter().any(|server| server.publications > 1)
        }),
    ]
}
