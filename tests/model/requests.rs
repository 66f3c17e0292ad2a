//! What one request, line or move does, for one file.

use traekfil::delivery::witness::Word;
use traekfil::delivery::{ContentCheck, Observed, RecoveryAction, confirm_content, recover_publishing};

use crate::person;
use crate::phases::{enter, leave};
use crate::protocol::{How, Scenario};
use crate::rules::lacking_line;
use crate::world::{ATTEMPTS, Final, InFlight, Mark, Original, Phase, ServerFile, Temporary, World};

fn seen_temporary(server: &ServerFile, attempt: usize) -> Observed {
    match server.temporary[attempt] {
        Temporary::Absent => Observed::Nothing,
        Temporary::Part => Observed::Other,
        Temporary::Whole => Observed::RightSize,
    }
}

fn seen_published(server: &ServerFile) -> Observed {
    match server.published {
        Final::Nothing => Observed::Nothing,
        Final::OursInPart => Observed::Other,
        Final::Ours | Final::StrangersOfOurSize => Observed::RightSize,
    }
}

fn read_published(scenario: &Scenario, server: &ServerFile) -> ContentCheck {
    match server.published {
        Final::Nothing if scenario.guards.looks_again => ContentCheck::Absent,
        Final::Nothing => ContentCheck::Unreadable,
        Final::Ours => ContentCheck::Ours,
        Final::OursInPart | Final::StrangersOfOurSize => ContentCheck::Other,
    }
}

/// The server renames; false where it refuses.
pub fn rename(scenario: &Scenario, world: &mut World, file: usize, attempt: usize) -> bool {
    let server = &mut world.server[file];
    let taken = server.published != Final::Nothing;
    if server.temporary[attempt] == Temporary::Absent || (taken && !scenario.rename_overwrites) {
        return false;
    }
    let whole = server.temporary[attempt] == Temporary::Whole;
    world.overwritten |= taken;
    world.came_too_late |= server.superseded[attempt];
    server.published = if whole { Final::Ours } else { Final::OursInPart };
    server.temporary[attempt] = Temporary::Absent;
    server.rename_may_come[attempt] = false;
    server.publications += 1;
    server.got_whole |= whole;
    true
}

/// How a request of this phase may fail, apart from the process ending there. What is lost while nothing of it could
/// have had an effect leaves what a kill at that place leaves.
pub fn faults(scenario: &Scenario, phase: Phase, row: InFlight) -> &'static [How] {
    match phase {
        Phase::Store => &[How::Refused, How::ReplyLost],
        Phase::Publish if row.mark == Mark::Writing => &[How::ReplyLost],
        Phase::Publish if scenario.direct => &[How::Refused, How::RequestLost],
        Phase::Publish => &[How::Refused, How::RequestLost, How::ReplyLost, How::Late],
        Phase::Settle(_) if row.choice == Some(RecoveryAction::RenameAgain) => {
            &[How::Refused, How::RequestLost, How::ReplyLost, How::Late]
        }
        _ => &[],
    }
}

/// One request, line or move, for one file.
pub fn step(scenario: &Scenario, world: &mut World, file: usize, how: How) {
    let phase = world.host.phase;
    let attempt = usize::from(world.host.in_flight[file].attempt);
    let mark = match phase {
        Phase::Lacking => {
            append_lacking(world, file);
            Mark::Done
        }
        Phase::PersonsLine => {
            person::append_line(world, file);
            Mark::Done
        }
        Phase::RemoveUploading | Phase::GiveUp => {
            world.server[file].temporary[attempt] = Temporary::Absent;
            Mark::Removed
        }
        Phase::Settle(_) => settle(scenario, world, file, how),
        Phase::Receipts(_) => {
            world.witness[file].visible[attempt] = Some(Word::Delivered);
            Mark::Done
        }
        Phase::PutAway(_) => {
            world.originals[file] = Original::Away;
            Mark::Done
        }
        Phase::RemoveAfterWord => remove_after_word(scenario, world, file),
        Phase::Store => store(world, file, how),
        Phase::Look => match seen_published(&world.server[file]) {
            Observed::Nothing => Mark::Done,
            _ => Mark::GiveUp,
        },
        Phase::Append => {
            world.witness[file].visible[attempt] = Some(Word::Publishing);
            Mark::Done
        }
        Phase::Publish if scenario.direct => write(world, file, how),
        Phase::Publish => ask_to_rename(scenario, world, file, how),
        phase => unreachable!("{phase:?} is no step of one file"),
    };
    world.host.in_flight[file].mark = mark;
    if let Some(next) = leave(scenario, world, phase) {
        enter(scenario, world, next);
    }
}

/// The temporary file is made and written.
fn store(world: &mut World, file: usize, how: How) -> Mark {
    let attempt = usize::from(world.host.in_flight[file].attempt);
    let (is_there, mark) = match how {
        How::Answered => (Temporary::Whole, Mark::Done),
        How::Refused => (Temporary::Part, Mark::GiveUp),
        // The line is lost: the next run removes what came.
        How::RequestLost | How::ReplyLost | How::Late => (Temporary::Part, Mark::Left),
    };
    world.server[file].temporary[attempt] = is_there;
    mark
}

fn append_lacking(world: &mut World, file: usize) {
    for attempt in 0..ATTEMPTS {
        let state = world.host.ledger[file].attempts[attempt].state;
        let witness = &mut world.witness[file];
        if let Some(word) = lacking_line(state, witness.visible[attempt]) {
            witness.visible[attempt] = Some(word);
        }
    }
}

/// After `not_delivered`: the temporary file is removed, or seen absent.
fn remove_after_word(scenario: &Scenario, world: &mut World, file: usize) -> Mark {
    let attempt = usize::from(world.host.in_flight[file].attempt);
    let server = &mut world.server[file];
    let was_there = server.temporary[attempt] != Temporary::Absent;
    server.temporary[attempt] = Temporary::Absent;
    let gone = match scenario {
        // The final name itself was written: nothing there is ours to remove.
        Scenario { direct: true, .. } => server.published == Final::Nothing,
        Scenario { guards, .. } => was_there || !guards.absence_precedes_word,
    };
    if gone { Mark::Done } else { Mark::Left }
}

fn ask_to_rename(scenario: &Scenario, world: &mut World, file: usize, how: How) -> Mark {
    let attempt = usize::from(world.host.in_flight[file].attempt);
    match how {
        How::Answered if rename(scenario, world, file, attempt) => return Mark::Confirmed,
        How::ReplyLost => {
            rename(scenario, world, file, attempt);
        }
        How::Late => world.server[file].rename_may_come[attempt] = true,
        How::Answered | How::Refused | How::RequestLost => {}
    }
    Mark::Unclear
}

/// `publish = "direct"`: the final file is made, then written.
fn write(world: &mut World, file: usize, how: How) -> Mark {
    let row = &world.host.in_flight[file];
    let (writing, server) = (row.mark == Mark::Writing, &mut world.server[file]);
    match how {
        How::Answered if writing => {
            server.published = Final::Ours;
            server.got_whole = true;
            Mark::Confirmed
        }
        How::Answered if server.published == Final::Nothing => {
            server.published = Final::OursInPart;
            server.publications += 1;
            Mark::Writing
        }
        How::Answered | How::Refused => Mark::NotOpened,
        How::RequestLost | How::ReplyLost | How::Late => Mark::InDoubt,
    }
}

/// One step of the recovery table for one file.
fn settle(scenario: &Scenario, world: &mut World, file: usize, how: How) -> Mark {
    let row = world.host.in_flight[file];
    let attempt = usize::from(row.attempt);
    match (row.mark, row.choice) {
        (Mark::Todo, _) => {
            world.host.in_flight[file].temporary = Some(seen_temporary(&world.server[file], attempt));
            Mark::LookedAtTemporary
        }
        (Mark::LookedAtTemporary, _) => {
            let choice = recover_publishing(row.temporary.unwrap(), seen_published(&world.server[file]));
            world.host.in_flight[file].choice = Some(choice);
            let found = matches!(choice, RecoveryAction::Confirm | RecoveryAction::RemoveTemporaryAndConfirm);
            if found && scenario.guards.recovery_reads { Mark::ToRead } else { Mark::Chosen }
        }
        (Mark::ToRead, Some(choice)) => {
            let choice = confirm_content(choice, read_published(scenario, &world.server[file]));
            world.host.in_flight[file].choice = Some(choice);
            Mark::Chosen
        }
        (_, Some(RecoveryAction::RenameAgain)) => match ask_to_rename(scenario, world, file, how) {
            Mark::Confirmed => Mark::Confirmed,
            _ => Mark::Left,
        },
        (_, Some(RecoveryAction::RemoveTemporaryAndConfirm)) => {
            world.server[file].temporary[attempt] = Temporary::Absent;
            Mark::Confirmed
        }
        (_, Some(RecoveryAction::Confirm)) => Mark::Confirmed,
        (_, Some(RecoveryAction::Gone)) if scenario.gone_is_delivered => Mark::Confirmed,
        (_, Some(RecoveryAction::Gone | RecoveryAction::Doubt)) => Mark::InDoubt,
        (mark, choice) => unreachable!("{mark:?} {choice:?}"),
    }
}
