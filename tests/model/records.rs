//! The records of the files, told by their keys: which of them stand at KP, and what that lets go, holds or keeps waiting.

use traekfil::delivery::{RecordsStand, records_stand};
use traekfil::model::delivery::State;

use crate::protocol::Scenario;
use crate::rules::may_go;
use crate::world::{ATTEMPTS, FILES, LedgerRow, Original, World};

/// The records of a file, a bit each.
pub type Records = u8;

/// How many records there are, where there are any.
pub const RECORDS: u8 = 2;

/// No series has a format: the content is not looked into.
pub const NOT_READ: [Records; FILES] = [0; FILES];

/// The first two files share a record, and so do the last two; no two have the same ones.
pub const SHARED: [Records; FILES] = [0b01, 0b11, 0b10];

/// What a file's records do to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block {
    /// KP has one of them, or may have it, or nobody can tell any more: a person decides.
    Held,
    /// A person says that KP never got one of them, and it may still come.
    Waits,
}

/// Whether a delivery's records are at KP, by the program's rule.
pub fn stand(scenario: &Scenario, row: LedgerRow) -> RecordsStand {
    let Some(state) = row.state else { return RecordsStand::Nowhere };
    let guards = scenario.guards;
    let gone = row.temporary_is_gone || !guards.keys_wait_with_the_file;
    match state {
        State::InDoubt if !guards.doubt_counts => RecordsStand::Nowhere,
        State::Publishing if !guards.publishing_counts => RecordsStand::Nowhere,
        state => records_stand(state, gone),
    }
}

/// Whether the row's keys are to be made from the content: it counts, and has none.
pub fn lacks_keys(scenario: &Scenario, world: &World, file: usize, attempt: usize) -> bool {
    let row = world.host.ledger[file].attempts[attempt];
    scenario.records[file] != 0 && !row.keyed && stand(scenario, row) != RecordsStand::Nowhere
}

/// Whether the content of a file can still be read: it lies in the folder, or in the archive.
pub fn has_content(scenario: &Scenario, world: &World, file: usize) -> bool {
    match world.originals[file] {
        Original::InFolder => true,
        Original::Away => !scenario.content_is_deleted,
        Original::NotYetThere => false,
    }
}

/// The delivery of a file whose keys the next run makes first, if there is one.
pub fn to_key(scenario: &Scenario, world: &World, file: usize) -> Option<usize> {
    let guards = scenario.guards;
    let makes = guards.keys_are_kept && guards.archive_is_keyed && has_content(scenario, world, file);
    (0..ATTEMPTS).find(|&attempt| makes && lacks_keys(scenario, world, file, attempt))
}

/// What the records of a file do to it, by the keys of the other files' deliveries.
pub fn block(scenario: &Scenario, world: &World, file: usize) -> Option<Block> {
    if world.host.ledger[file].approved {
        return None;
    }
    let mut waits = None;
    for other in (0..FILES).filter(|&other| other != file) {
        let shares = scenario.records[file] & scenario.records[other] != 0;
        for (attempt, row) in world.host.ledger[other].attempts.iter().enumerate() {
            // Without keys only the month tells: every file is held.
            if lacks_keys(scenario, world, other, attempt) {
                let holds = scenario.guards.gone_content_holds && !has_content(scenario, world, other);
                if holds && scenario.records[file] != 0 {
                    return Some(Block::Held);
                }
                continue;
            }
            match stand(scenario, *row) {
                RecordsStand::Delivered | RecordsStand::Unclear if shares && row.keyed => {
                    return Some(Block::Held);
                }
                RecordsStand::MayCome if shares && row.keyed => waits = Some(Block::Waits),
                _ => {}
            }
        }
    }
    waits
}

/// Whether a file is held for its records alone, so that a person may approve it.
pub fn is_held(scenario: &Scenario, world: &World, file: usize) -> bool {
    scenario.records[file] != 0
        && world.originals[file] == Original::InFolder
        && may_go(scenario, world, file)
        && block(scenario, world, file) == Some(Block::Held)
}

/// Whether a new delivery's keys are written in the commit of `uploading`.
pub fn written_with_uploading(scenario: &Scenario, file: usize) -> bool {
    scenario.records[file] != 0 && scenario.guards.keys_are_kept && scenario.guards.keys_with_uploading
}

/// Takes the keys away of what can bring nothing any more.
pub fn forget_what_cannot_come(scenario: &Scenario, row: &mut LedgerRow) {
    let ended = matches!(row.state, Some(State::Abandoned | State::NotDelivered));
    row.keyed &= !(ended && stand(scenario, *row) == RecordsStand::Nowhere);
}

/// How often KP got a record, and how often a person let it go again: `words` says how often for each file.
pub fn taken(scenario: &Scenario, world: &World, record: u8, words: impl Fn(usize) -> u8) -> (u8, u8) {
    let with = (0..FILES).filter(|&file| scenario.records[file] & 1 << record != 0);
    with.fold((0, 0), |(times, said), file| {
        let approved = u8::from(world.said[file].approved);
        (times + world.server[file].publications, said + words(file) + approved)
    })
}
