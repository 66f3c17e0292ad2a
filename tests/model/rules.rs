//! The program's own rules, asked about a delivery of the model.

use traekfil::delivery::witness::{Standing, Word, hold_against, lacking, may_go_again};
use traekfil::model::delivery::State;

use crate::protocol::Scenario;
use crate::world::{ATTEMPTS, FILES, Temporary, World};

/// The witness' last word about a delivery, as a reader takes it.
pub fn word_of(scenario: &Scenario, world: &World, file: usize, attempt: usize) -> Option<Word> {
    match world.witness[file].visible[attempt] {
        Some(Word::Publishing) if !scenario.guards.line_is_no_receipt => Some(Word::Delivered),
        word => word,
    }
}

/// How the ledger stands beside the witness' word about a delivery; none where there is no word.
pub fn standing(scenario: &Scenario, world: &World, file: usize, attempt: usize) -> Option<Standing> {
    let state = world.host.ledger[file].attempts[attempt].state;
    word_of(scenario, world, file, attempt).map(|word| hold_against(state, word))
}

/// Whether the ledger is older than its witness: exit 6.
pub fn older(scenario: &Scenario, world: &World) -> bool {
    (0..FILES).any(|file| {
        (world.witness[file].approved && !world.host.ledger[file].approved)
            || (0..ATTEMPTS)
                .any(|attempt| standing(scenario, world, file, attempt) == Some(Standing::LedgerIsOlder))
    })
}

/// The line that the witness lacks about a delivery, if it lacks one. (The receipt of what is `delivered` is for the end
/// of the delivery.)
pub fn lacking_line(state: Option<State>, word: Option<Word>) -> Option<Word> {
    let last = match state? {
        State::Publishing | State::InDoubt => Word::Publishing,
        State::Abandoned => Word::Abandoned,
        State::Archived => Word::Delivered,
        State::NotDelivered => Word::NotDelivered,
        State::Adopted => Word::Adopted,
        State::Uploading | State::Delivered => return None,
    };
    lacking(last, state, word.as_slice()).then_some(last)
}

/// The delivery of this file whose line was written and whose commit of `publishing` was lost.
pub fn publish_first(scenario: &Scenario, world: &World, file: usize) -> Option<usize> {
    (0..ATTEMPTS).find(|&attempt| standing(scenario, world, file, attempt) == Some(Standing::PublishFirst))
}

/// Whether the ledger and the witness let a file's key go.
pub fn may_go(scenario: &Scenario, world: &World, file: usize) -> bool {
    (0..ATTEMPTS).all(|attempt| {
        let row = world.host.ledger[file].attempts[attempt];
        let gone = row.temporary_is_gone || !scenario.guards.not_delivered_waits;
        may_go_again(row.state, word_of(scenario, world, file, attempt), gone)
    })
}

/// The place of a new delivery of the file: one that no ledger, line or name on the server knows any more. So a
/// place stands for one temporary name, as long as anything still tells of it.
pub fn place(world: &World, file: usize) -> Option<usize> {
    (0..ATTEMPTS).find(|&attempt| {
        matches!(world.host.ledger[file].attempts[attempt].state, None | Some(State::Abandoned))
            && world.host.copy.is_none_or(|copy| copy[file].attempts[attempt].state.is_none())
            && world.witness[file].visible[attempt].is_none()
            && world.witness[file].synced[attempt].is_none()
            && world.server[file].temporary[attempt] == Temporary::Absent
            && !world.server[file].rename_may_come[attempt]
    })
}
