//! What people do while no run is under way: decide, restore the ledger, drop a file.

use traekfil::delivery::witness::{Standing, Word, reconciled};
use traekfil::model::delivery::{State, Step};

use crate::protocol::{Action, Scenario};
use crate::records;
use crate::rules::{older, standing, word_of};
use crate::world::{
    ATTEMPTS, FILES, Final, Ledger, LedgerRow, Mark, Original, Phase, Temporary, World, spend,
};

/// What a person, or the clock that starts a run, may do now.
pub fn actions(scenario: &Scenario, world: &World, actions: &mut Vec<Action>) {
    let is_older = older(scenario, world);
    if !is_older {
        actions.push(Action::Run);
    }
    if world.host.copy.is_some() && world.budget.restores > 0 {
        actions.push(Action::Restore);
    }
    if is_older || world.host.restored {
        actions.push(Action::SayRestored);
    }
    if is_older {
        return;
    }
    for file in 0..scenario.files {
        let at = usize::from(file);
        let (said, ledger) = (&world.said[at], &world.host.ledger[at]);
        if said.must_approve && !ledger.approved && !said.rejected {
            actions.push(Action::Approve(file));
            if ledger.attempts == [LedgerRow::default(); ATTEMPTS] && world.witness[at].visible[0].is_none() {
                actions.push(Action::Reject(file));
            }
        }
        if records::is_held(scenario, world, at) {
            actions.push(Action::Approve(file));
        }
        if world.originals[at] == Original::NotYetThere {
            if world.witness[at].synced[0].is_some() {
                actions.push(Action::Drop(file));
            } else if matches!(ledger.attempts[0].state, None | Some(State::Adopted)) {
                actions.push(Action::Adopt(file));
            }
        }
        for attempt in 0..ATTEMPTS {
            let Some(state) = ledger.attempts[attempt].state else { continue };
            let attempt = u8::try_from(attempt).unwrap();
            // She says so only where KP has it.
            if world.server[at].got_whole && state.after(Step::ResolveDelivered).is_ok() {
                actions.push(Action::SayDelivered(file, attempt));
            }
            if world.budget.words == 0 {
                continue;
            }
            let looks = scenario.guards.absence_precedes_word;
            if state.after(Step::ResolveNotDelivered).is_ok() {
                actions.push(Action::SayNotDelivered { file, attempt, reached: false });
                if looks {
                    actions.push(Action::SayNotDelivered { file, attempt, reached: true });
                }
            } else if looks
                && state == State::NotDelivered
                && !ledger.attempts[usize::from(attempt)].temporary_is_gone
            {
                actions.push(Action::SayNotDelivered { file, attempt, reached: true });
            }
        }
    }
}

/// Her command commits her word; the line comes next.
pub fn say_delivered(world: &mut World, file: usize, attempt: usize) {
    let row = &mut world.host.ledger[file].attempts[attempt];
    row.state = Some(row.state.unwrap().after(Step::ResolveDelivered).unwrap());
    line_comes(world, file, attempt);
}

/// The same; where the server can be reached, the command first looks at the temporary name.
pub fn say_not_delivered(scenario: &Scenario, world: &mut World, file: usize, attempt: usize, reached: bool) {
    let row = &mut world.host.ledger[file].attempts[attempt];
    row.state = row.state.map(|state| state.after(Step::ResolveNotDelivered).unwrap_or(State::NotDelivered));
    if reached {
        // A look and no more: what is there is removed by a run, after the line of her word.
        let server = &world.server[file];
        let absent = server.temporary[attempt] == Temporary::Absent;
        row.temporary_is_gone = if scenario.direct { server.published == Final::Nothing } else { absent };
    }
    records::forget_what_cannot_come(scenario, &mut world.host.ledger[file].attempts[attempt]);
    let said = &mut world.said[file];
    said.not_delivered += 1;
    said.wrongly += u8::from(world.server[file].publications > 0);
    if world.originals[file] == Original::Away {
        // She fetches the file from the archive, for the next run.
        world.originals[file] = Original::InFolder;
    }
    line_comes(world, file, attempt);
}

pub fn approve(world: &mut World, file: usize) {
    world.host.ledger[file].approved = true;
    world.said[file].approved = true;
    line_comes(world, file, 0);
}

pub fn reject(world: &mut World, file: usize) {
    world.said[file].rejected = true;
    world.originals[file] = Original::Away;
}

pub fn adopt(scenario: &Scenario, world: &mut World, file: usize) {
    let keyed = scenario.records[file] != 0 && scenario.guards.keys_are_kept;
    let row = &mut world.host.ledger[file].attempts[0];
    (row.state, row.keyed) = (Some(State::Adopted), keyed);
    line_comes(world, file, 0);
}

fn line_comes(world: &mut World, file: usize, attempt: usize) {
    world.host.phase = Phase::PersonsLine;
    let row = &mut world.host.in_flight[file];
    (row.mark, row.attempt) = (Mark::Todo, u8::try_from(attempt).unwrap());
}

/// The line of a word, written and synced before it is answered as done.
pub fn append_line(world: &mut World, file: usize) {
    let attempt = usize::from(world.host.in_flight[file].attempt);
    let ledger = &world.host.ledger[file];
    let word = match ledger.attempts[attempt].state {
        Some(State::Delivered) => Some(Word::Delivered),
        Some(State::NotDelivered) => Some(Word::NotDelivered),
        Some(State::Adopted) => Some(Word::Adopted),
        _ => None,
    };
    let witness = &mut world.witness[file];
    witness.approved |= ledger.approved;
    if word.is_some() {
        witness.visible[attempt] = word;
        witness.synced = witness.visible;
    }
}

/// A copy of the ledger, without the deliveries that were given up before they got a line: they mean nothing more.
pub fn copied(world: &World) -> Ledger {
    let mut copy = world.host.ledger;
    for (file, witness) in copy.iter_mut().zip(&world.witness) {
        for (row, word) in file.attempts.iter_mut().zip(&witness.visible) {
            if row.state == Some(State::Abandoned) && word.is_none() {
                *row = LedgerRow::default();
            }
        }
    }
    copy
}

/// An earlier copy is put in the ledger's place; the witness stays as it is.
pub fn restore(world: &mut World) {
    let Some(copy) = world.host.copy else { return };
    spend(&mut world.budget.restores);
    world.host.ledger = copy;
    world.host.restored = true;
    if world.budget.restores == 0 {
        world.host.copy = None;
    }
}

/// `ledger restored`: what the witness knows and the ledger does not is written in, and what was asked for is in doubt.
pub fn say_restored(scenario: &Scenario, world: &mut World) {
    for file in 0..FILES {
        for attempt in 0..ATTEMPTS {
            let word = word_of(scenario, world, file, attempt);
            let standing = standing(scenario, world, file, attempt);
            let row = &mut world.host.ledger[file].attempts[attempt];
            if let Some(state) = word.and_then(|word| reconciled(row.state, word)) {
                // The original of what is `archived` goes as a duplicate; here the end of the delivery puts it away.
                row.state = Some(if state == State::Archived { State::Delivered } else { state });
            }
            if standing == Some(Standing::LedgerIsOlder) {
                row.temporary_is_gone = false;
            }
            records::forget_what_cannot_come(scenario, row);
        }
        world.host.ledger[file].approved |= world.witness[file].approved;
    }
    world.host.restored = false;
}
