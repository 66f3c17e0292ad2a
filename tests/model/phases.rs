//! What the host does, phase by phase, as `docs/reliability.md` orders the steps.

use traekfil::delivery::Observed;
use traekfil::delivery::witness::Word;
use traekfil::model::delivery::{State, Step};

use crate::protocol::{Scenario, end};
use crate::records;
use crate::rules::{lacking_line, may_go, place, publish_first};
use crate::world::{ATTEMPTS, FILES, InFlight, LedgerRow, Mark, Original, Phase, Stage, Temporary, World};

/// A run begins.
pub fn begin(scenario: &Scenario, world: &mut World) {
    world.host.restored = false;
    enter(scenario, world, Phase::Lacking);
}

/// Goes to a phase, or past it where it has nothing to do.
pub fn enter(scenario: &Scenario, world: &mut World, phase: Phase) {
    let mut next = Some(phase);
    while let Some(phase) = next {
        world.host.phase = phase;
        prepare(scenario, world, phase);
        next = leave(scenario, world, phase);
    }
    if world.host.phase == Phase::Idle {
        end(world);
    }
}

/// Marks the files that a phase concerns.
fn prepare(scenario: &Scenario, world: &mut World, phase: Phase) {
    for file in 0..FILES {
        let in_state = |state| first(world, file, |row| row.state == Some(state));
        let fresh = match phase {
            Phase::Lacking => {
                let lacks = |attempt: &usize| {
                    let state = world.host.ledger[file].attempts[*attempt].state;
                    lacking_line(state, world.witness[file].visible[*attempt]).is_some()
                };
                Some((0..ATTEMPTS).find(lacks))
            }
            Phase::RemoveUploading => Some(in_state(State::Uploading)),
            Phase::Settle(Stage::Recovery) => Some(in_state(State::Publishing)),
            Phase::Receipts(_) | Phase::PutAway(_) => Some(in_state(State::Delivered)),
            Phase::RemoveAfterWord => Some(first(world, file, |row| {
                let waits = scenario.guards.not_delivered_waits && !row.temporary_is_gone;
                row.state == Some(State::NotDelivered) && waits
            })),
            Phase::CommitUploading => Some(planned(scenario, world, file)),
            _ => None,
        };
        if let Some(attempt) = fresh {
            world.host.in_flight[file] = attempt.map_or_else(InFlight::default, |attempt| InFlight {
                attempt: u8::try_from(attempt).unwrap(),
                mark: Mark::Todo,
                ..InFlight::default()
            });
        }
        let mark = remarked(scenario, world, file, phase);
        world.host.in_flight[file].mark = mark;
    }
}

fn first(world: &World, file: usize, fits: impl Fn(&LedgerRow) -> bool) -> Option<usize> {
    world.host.ledger[file].attempts.iter().position(fits)
}

/// The mark with which a file begins a phase.
fn remarked(scenario: &Scenario, world: &World, file: usize, phase: Phase) -> Mark {
    let row = &world.host.in_flight[file];
    let attempt = usize::from(row.attempt);
    match (phase, row.mark) {
        // What is written directly has no temporary file, and what was interrupted there nobody can tell.
        (Phase::RemoveUploading, Mark::Todo) if scenario.direct => Mark::Removed,
        (Phase::GiveUp, Mark::GiveUp) => {
            if scenario.direct {
                Mark::Removed
            } else {
                Mark::Todo
            }
        }
        (Phase::Settle(Stage::Recovery), Mark::Todo) if scenario.direct => Mark::InDoubt,
        (Phase::Store, Mark::Todo) if scenario.direct => Mark::Done,
        (Phase::Look, Mark::Done) if scenario.guards.look_before_publishing => Mark::Todo,
        (Phase::Append, Mark::Done) if scenario.guards.line_before_publishing => Mark::Todo,
        (Phase::Publish, Mark::Done) | (Phase::Settle(Stage::Batch), Mark::Unclear) => Mark::Todo,
        (Phase::Receipts(_), Mark::Todo) if world.witness[file].visible[attempt] == Some(Word::Delivered) => {
            Mark::Done
        }
        (Phase::PutAway(_), Mark::Todo) if world.originals[file] != Original::InFolder => Mark::Done,
        (_, mark) => mark,
    }
}

/// Where a new delivery of this file is begun, if it is to go now.
fn planned(scenario: &Scenario, world: &World, file: usize) -> Option<usize> {
    let held = world.said[file].must_approve && !world.host.ledger[file].approved;
    let goes = world.originals[file] == Original::InFolder && !held && may_go(scenario, world, file);
    let goes =
        goes && records::block(scenario, world, file).is_none() && !goes_with_another(scenario, world, file);
    goes.then(|| place(world, file)).flatten()
}

/// Whether an earlier file of the same run brings a record of this one, and nobody has let it go on top.
fn goes_with_another(scenario: &Scenario, world: &World, file: usize) -> bool {
    let shares = |other: &usize| scenario.records[file] & scenario.records[*other] != 0;
    scenario.guards.one_run_is_looked_through
        && !world.host.ledger[file].approved
        && (0..file).filter(shares).any(|other| planned(scenario, world, other).is_some())
}

/// The next phase, where this one has nothing left to do.
pub fn leave(scenario: &Scenario, world: &World, phase: Phase) -> Option<Phase> {
    let any = |mark: Mark| world.host.in_flight.iter().any(|row| row.mark == mark);
    let unsynced = world.witness.iter().any(|file| file.visible != file.synced);
    let (waits, next) = match phase {
        Phase::LackingSync => (unsynced && scenario.guards.opening_syncs, Phase::PublishFirst),
        Phase::PublishFirst => {
            let due = (0..FILES).any(|file| publish_first(scenario, world, file).is_some());
            (due, Phase::CommitKeyed)
        }
        Phase::CommitKeyed => {
            let due = (0..FILES).any(|file| records::to_key(scenario, world, file).is_some());
            (due, Phase::RemoveUploading)
        }
        Phase::ReceiptsSync(stage) => (unsynced, Phase::PutAway(stage)),
        Phase::Sync => {
            let due = scenario.guards.line_before_publishing && any(Mark::Done) && unsynced;
            (due, Phase::CommitPublishing)
        }
        Phase::CommitUploading => (any(Mark::Todo), Phase::Idle),
        Phase::CommitPublishing => (any(Mark::Done), Phase::Receipts(Stage::Batch)),
        Phase::Idle => return None,
        phase if phase.is_commit() => return None,
        phase => {
            let busy = world.host.in_flight.iter().any(|row| row.mark.waits());
            (busy, after_requests(phase, any))
        }
    };
    (!waits).then_some(next)
}

/// The phase after one that asks for something file by file.
fn after_requests(phase: Phase, any: impl Fn(Mark) -> bool) -> Phase {
    let either = |needed, commit, otherwise| if needed { commit } else { otherwise };
    match phase {
        Phase::Lacking => Phase::LackingSync,
        Phase::RemoveUploading => {
            either(any(Mark::Removed), Phase::CommitInterrupted, Phase::Settle(Stage::Recovery))
        }
        Phase::Settle(stage) => {
            let settled = any(Mark::Confirmed) || any(Mark::InDoubt);
            either(settled, Phase::CommitSettled(stage), Phase::Receipts(stage))
        }
        Phase::Receipts(stage) => Phase::ReceiptsSync(stage),
        Phase::PutAway(stage) => {
            either(any(Mark::Done), Phase::CommitArchived(stage), after_commit(Phase::CommitArchived(stage)))
        }
        Phase::RemoveAfterWord => either(any(Mark::Done), Phase::CommitGone, Phase::CommitUploading),
        Phase::Store => Phase::Look,
        Phase::Look => Phase::GiveUp,
        Phase::GiveUp => either(any(Mark::Removed), Phase::CommitAbandoned, Phase::Append),
        Phase::Append => Phase::Sync,
        Phase::Publish => {
            let answered = any(Mark::Confirmed) || any(Mark::NotOpened) || any(Mark::InDoubt);
            either(answered, Phase::CommitDelivered, Phase::Settle(Stage::Batch))
        }
        _ => Phase::Idle,
    }
}

fn after_commit(phase: Phase) -> Phase {
    match phase {
        Phase::PublishFirst => Phase::CommitKeyed,
        Phase::CommitKeyed => Phase::RemoveUploading,
        Phase::CommitInterrupted => Phase::Settle(Stage::Recovery),
        Phase::CommitSettled(stage) => Phase::Receipts(stage),
        Phase::CommitArchived(Stage::Recovery) => Phase::RemoveAfterWord,
        Phase::CommitGone => Phase::CommitUploading,
        Phase::CommitUploading => Phase::Store,
        Phase::CommitAbandoned => Phase::Append,
        Phase::CommitPublishing => Phase::Publish,
        Phase::CommitDelivered => Phase::Settle(Stage::Batch),
        _ => Phase::Idle,
    }
}

/// One commit writes the phase down for every file that it concerns.
pub fn commit(scenario: &Scenario, world: &mut World) {
    let phase = world.host.phase;
    for file in 0..FILES {
        if let (Phase::PublishFirst, Some(attempt)) = (phase, publish_first(scenario, world, file)) {
            take_step(world, file, attempt, Step::Publish);
            continue;
        }
        if phase == Phase::CommitKeyed {
            while let Some(attempt) = records::to_key(scenario, world, file) {
                world.host.ledger[file].attempts[attempt].keyed = true;
            }
            continue;
        }
        let InFlight { attempt, mark, temporary, .. } = world.host.in_flight[file];
        let attempt = usize::from(attempt);
        let step = match (phase, mark) {
            (Phase::CommitInterrupted | Phase::CommitAbandoned, Mark::Removed) => Step::Abandon,
            (Phase::CommitSettled(_) | Phase::CommitDelivered, Mark::Confirmed) => Step::Confirm,
            (Phase::CommitSettled(_) | Phase::CommitDelivered, Mark::InDoubt) => Step::Doubt,
            (Phase::CommitDelivered, Mark::NotOpened) => Step::NotOpened,
            (Phase::CommitArchived(_), Mark::Done) => Step::PutAway,
            (Phase::CommitPublishing, Mark::Done) => Step::Publish,
            (Phase::CommitGone, Mark::Done) => {
                let row = &mut world.host.ledger[file].attempts[attempt];
                row.temporary_is_gone = true;
                records::forget_what_cannot_come(scenario, row);
                continue;
            }
            (Phase::CommitUploading, Mark::Todo) => {
                begin_delivery(scenario, world, file, attempt);
                continue;
            }
            _ => continue,
        };
        take_step(world, file, attempt, step);
        let absent = step == Step::Confirm || (step == Step::Doubt && temporary == Some(Observed::Nothing));
        world.host.ledger[file].attempts[attempt].temporary_is_gone |=
            absent && scenario.guards.absence_precedes_word;
        records::forget_what_cannot_come(scenario, &mut world.host.ledger[file].attempts[attempt]);
        if step != Step::Publish {
            world.host.in_flight[file].mark = Mark::Out;
        }
    }
    enter(scenario, world, after_commit(phase));
}

fn take_step(world: &mut World, file: usize, attempt: usize, step: Step) {
    let row = &mut world.host.ledger[file].attempts[attempt];
    let before = row.state.unwrap_or_else(|| panic!("no delivery to {step:?}"));
    row.state = Some(before.after(step).unwrap_or_else(|illegal| panic!("{illegal}")));
}

fn begin_delivery(scenario: &Scenario, world: &mut World, file: usize, attempt: usize) {
    let keyed = records::written_with_uploading(scenario, file);
    world.host.ledger[file].attempts[attempt] =
        LedgerRow { state: Some(State::Uploading), temporary_is_gone: false, keyed };
    let server = &mut world.server[file];
    for earlier in 0..ATTEMPTS {
        server.superseded[earlier] = earlier != attempt && server.temporary[earlier] != Temporary::Absent;
    }
}

/// The witness is synced, or that fails.
pub fn sync(scenario: &Scenario, world: &mut World, works: bool) {
    let phase = world.host.phase;
    if works {
        for file in &mut world.witness {
            file.synced = file.visible;
        }
        let next = leave(scenario, world, phase).unwrap();
        enter(scenario, world, next);
    } else if scenario.guards.failed_line_leaves_all {
        end(world);
    } else {
        for row in &mut world.host.in_flight {
            if row.mark == Mark::Done {
                row.mark = Mark::GiveUp;
            }
        }
        enter(scenario, world, Phase::GiveUp);
    }
}
