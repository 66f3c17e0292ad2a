//! What may happen next, and what comes of it: the world as `stateright` walks through it.

use stateright::{Model, Property};
use traekfil::model::delivery::State;

use crate::person;
use crate::phases;
use crate::promise;
use crate::records::{NOT_READ, Records};
use crate::requests;
use crate::world::{
    ATTEMPTS, Budget, FILES, Final, Host, InFlight, LedgerFile, Mark, Original, Phase, Said, ServerFile,
    Temporary, WitnessFile, World, spend,
};

/// The guards of the protocol; each can be taken out.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each guard is a switch of its own")]
pub struct Guards {
    /// Step 3b: a synced line before `publishing`.
    pub line_before_publishing: bool,
    /// Step 3: the final name is looked at first.
    pub look_before_publishing: bool,
    /// `not_delivered` frees a key only after a run removed the temporary file or saw it absent.
    pub not_delivered_waits: bool,
    /// Recovery reads the file at the final name.
    pub recovery_reads: bool,
    /// A line about a publication says that it was asked for, not that KP has it.
    pub line_is_no_receipt: bool,
    /// An opening syncs the witness before it acts by what it read there.
    pub opening_syncs: bool,
    /// Where the line of step 3b could not be synced, the temporary file stays and the delivery stays `uploading`.
    pub failed_line_leaves_all: bool,
    /// An absent temporary file frees a key only if it was seen absent before the person's word.
    pub absence_precedes_word: bool,
    /// A file at the final name that could not be read is looked at once more.
    pub looks_again: bool,
    /// The ledger keeps the keys of records.
    pub keys_are_kept: bool,
    /// The keys of a delivery's records are written in the commit of `uploading`.
    pub keys_with_uploading: bool,
    /// What has no keys gets them from its content before anything is planned.
    pub archive_is_keyed: bool,
    /// Where that content is gone, a file of the same month is held.
    pub gone_content_holds: bool,
    /// Records count as delivered while nobody knows whether KP has them.
    pub doubt_counts: bool,
    /// Records count as delivered once their final name is about to be asked for.
    pub publishing_counts: bool,
    /// `not_delivered` frees the keys of records only together with the file's own.
    pub keys_wait_with_the_file: bool,
    /// A record goes with one file of a run.
    pub one_run_is_looked_through: bool,
}

impl Guards {
    /// The protocol as `docs/reliability.md` has it.
    pub const ALL: Guards = Guards {
        line_before_publishing: true,
        look_before_publishing: true,
        not_delivered_waits: true,
        recovery_reads: true,
        line_is_no_receipt: true,
        opening_syncs: true,
        failed_line_leaves_all: true,
        absence_precedes_word: true,
        looks_again: true,
        keys_are_kept: true,
        keys_with_uploading: true,
        archive_is_keyed: true,
        gone_content_holds: true,
        doubt_counts: true,
        publishing_counts: true,
        keys_wait_with_the_file: true,
        one_run_is_looked_through: true,
    };
}

/// One world to explore.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a setting or a trait of the server of its own")]
pub struct Scenario {
    pub files: u8,
    /// `publish = "direct"`.
    pub direct: bool,
    /// `gone_after_publish = "delivered"`.
    pub gone_is_delivered: bool,
    /// The server's rename overwrites.
    pub rename_overwrites: bool,
    /// The first file goes only when a person has approved it.
    pub one_is_held: bool,
    /// KP had the first file before this ledger began.
    pub one_was_there: bool,
    /// The records of each file.
    pub records: [Records; FILES],
    /// `delivered = "delete"`: what KP has is not kept here.
    pub content_is_deleted: bool,
    pub budget: Budget,
    pub guards: Guards,
}

/// How a request ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Done and answered, or refused and answered because of what stands there.
    Answered,
    /// The server would not, for a reason of its own.
    Refused,
    /// It never arrived.
    RequestLost,
    /// Done; the answer was lost.
    ReplyLost,
    /// Not answered; the server may do it later.
    Late,
}

/// One step of anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Run,
    /// What the phase is about, for one file.
    Step(u8, How),
    Commit,
    Sync(bool),
    /// The process ends here.
    Killed,
    /// The machine loses its power: unsynced lines are gone.
    PowerCut,
    /// A copy of the ledger is set aside.
    Copy,
    /// The copy is put in the ledger's place.
    Restore,
    /// `ledger restored`.
    SayRestored,
    SayDelivered(u8, u8),
    /// `reached`: her command reached the server and looked at the temporary name first.
    SayNotDelivered {
        file: u8,
        attempt: u8,
        reached: bool,
    },
    Approve(u8),
    Reject(u8),
    Adopt(u8),
    Drop(u8),
    /// KP takes what stands at the final name.
    Take(u8),
    /// A rename that nobody waits for any more is done.
    RenameComes(u8, u8),
    /// A stranger puts a file of the same size at the final name.
    Stranger(u8),
    /// Somebody removes a temporary file.
    TemporaryRemoved(u8, u8),
}

impl Model for Scenario {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        let mut world = World {
            host: Host {
                phase: Phase::Idle,
                in_flight: [InFlight::default(); FILES],
                ledger: [LedgerFile::default(); FILES],
                copy: None,
                restored: false,
            },
            witness: [WitnessFile::default(); FILES],
            server: [ServerFile::default(); FILES],
            originals: [Original::NotYetThere; FILES],
            said: [Said::default(); FILES],
            budget: self.budget,
            overwritten: false,
            came_too_late: false,
            records: self.records,
        };
        for file in 0..usize::from(self.files) {
            world.originals[file] = Original::InFolder;
        }
        world.said[0].must_approve = self.one_is_held;
        if self.one_was_there {
            world.originals[0] = Original::NotYetThere;
            world.server[0].publications = 1;
            world.server[0].got_whole = true;
        }
        vec![world]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        self.actions_of_the_host(world, actions);
        if world.budget.restores > 0 && world.host.copy.is_none() {
            actions.push(Action::Copy);
        }
        let unsynced = world.witness.iter().any(|file| file.visible != file.synced);
        if world.budget.faults > 0 {
            if world.host.phase != Phase::Idle {
                actions.push(Action::Killed);
            }
            if unsynced {
                actions.push(Action::PowerCut);
            }
        }
        for file in 0..self.files {
            self.actions_of_others(world, file, actions);
        }
    }

    fn next_state(&self, before: &World, action: Action) -> Option<World> {
        let mut world = *before;
        match action {
            Action::Run => phases::begin(self, &mut world),
            Action::Step(file, how) => requests::step(self, &mut world, usize::from(file), how),
            Action::Commit => phases::commit(self, &mut world),
            Action::Sync(works) => phases::sync(self, &mut world, works),
            Action::Killed => end(&mut world),
            Action::PowerCut => {
                for file in &mut world.witness {
                    file.visible = file.synced;
                }
                end(&mut world);
            }
            Action::Copy => world.host.copy = Some(person::copied(&world)),
            Action::Restore => person::restore(&mut world),
            Action::SayRestored => person::say_restored(self, &mut world),
            Action::SayDelivered(file, attempt) => {
                person::say_delivered(&mut world, usize::from(file), usize::from(attempt));
            }
            Action::SayNotDelivered { file, attempt, reached } => {
                person::say_not_delivered(self, &mut world, usize::from(file), usize::from(attempt), reached);
            }
            Action::Approve(file) => person::approve(&mut world, usize::from(file)),
            Action::Reject(file) => person::reject(&mut world, usize::from(file)),
            Action::Adopt(file) => person::adopt(self, &mut world, usize::from(file)),
            Action::Drop(file) => world.originals[usize::from(file)] = Original::InFolder,
            Action::Take(file) => take(&mut world.server[usize::from(file)]),
            Action::RenameComes(file, attempt) => {
                requests::rename(self, &mut world, usize::from(file), usize::from(attempt));
            }
            Action::Stranger(file) => {
                world.server[usize::from(file)].published = Final::StrangersOfOurSize;
            }
            Action::TemporaryRemoved(file, attempt) => {
                world.server[usize::from(file)].temporary[usize::from(attempt)] = Temporary::Absent;
            }
        }
        let budget = &mut world.budget;
        let afforded = match action {
            Action::Step(_, How::Answered) | Action::Sync(true) => true,
            Action::Step(..) | Action::Sync(false) | Action::Killed | Action::PowerCut => {
                spend(&mut budget.faults)
            }
            Action::SayNotDelivered { .. } => spend(&mut budget.words),
            Action::Stranger(_) | Action::TemporaryRemoved(..) => spend(&mut budget.strangers),
            _ => true,
        };
        (afforded && world != *before).then_some(world)
    }

    fn properties(&self) -> Vec<Property<Scenario>> {
        let mut all = promise::always();
        all.extend(promise::sometimes());
        if self.records != NOT_READ {
            all.extend(promise::always_of_records());
            all.extend(promise::sometimes_of_records());
        }
        all
    }
}

/// The process is at its end, and what it knew is forgotten.
pub fn end(world: &mut World) {
    world.host.phase = Phase::Idle;
    world.host.in_flight = [InFlight::default(); FILES];
}

fn take(server: &mut ServerFile) {
    server.got_part |= server.published == Final::OursInPart;
    server.published = Final::Nothing;
}

impl Scenario {
    fn actions_of_the_host(&self, world: &World, actions: &mut Vec<Action>) {
        let fails = world.budget.faults > 0;
        match world.host.phase {
            Phase::Idle => person::actions(self, world, actions),
            phase if phase.is_commit() => actions.push(Action::Commit),
            phase if phase.is_sync() => {
                actions.push(Action::Sync(true));
                if fails && phase == Phase::Sync {
                    actions.push(Action::Sync(false));
                }
            }
            phase => {
                let settling = |row: &InFlight| {
                    matches!(row.mark, Mark::LookedAtTemporary | Mark::ToRead | Mark::Chosen | Mark::Writing)
                };
                // The requests for one file touch no name of another, so one file is gone through after the other.
                let one = world.host.in_flight.iter().position(settling);
                for file in 0..self.files {
                    let row = &world.host.in_flight[usize::from(file)];
                    let turn = one.map_or(row.mark.waits(), |one| one == usize::from(file));
                    if turn {
                        actions.push(Action::Step(file, How::Answered));
                        let faults = if fails { requests::faults(self, phase, *row) } else { &[] };
                        actions.extend(faults.iter().map(|&how| Action::Step(file, how)));
                    }
                }
            }
        }
    }

    fn actions_of_others(&self, world: &World, file: u8, actions: &mut Vec<Action>) {
        let at = usize::from(file);
        let (server, row) = (&world.server[at], &world.host.in_flight[at]);
        // With `direct`, a receiver that takes what is still being written is beyond what can be promised.
        if server.published != Final::Nothing && row.mark != Mark::Writing {
            actions.push(Action::Take(file));
        }
        let strangers = world.budget.strangers > 0;
        for attempt in 0..ATTEMPTS {
            if server.temporary[attempt] == Temporary::Absent {
                continue;
            }
            let attempt_number = u8::try_from(attempt).unwrap();
            let free = server.published == Final::Nothing || self.rename_overwrites;
            if server.rename_may_come[attempt] && free {
                actions.push(Action::RenameComes(file, attempt_number));
            }
            // `gone_after_publish = "delivered"` is for servers where nobody but KP removes files.
            if strangers && !self.gone_is_delivered {
                actions.push(Action::TemporaryRemoved(file, attempt_number));
            }
        }
        if strangers && server.published == Final::Nothing && !self.nobody_may_come(world, at) {
            actions.push(Action::Stranger(file));
        }
    }

    /// A server whose rename overwrites rests on it that nobody comes between our look and our rename.
    fn nobody_may_come(&self, world: &World, file: usize) -> bool {
        let asked = world.host.ledger[file].attempts.iter().any(|row| row.state == Some(State::Publishing));
        self.rename_overwrites
            && (asked
                || world.server[file].rename_may_come.contains(&true)
                || world.host.in_flight[file].mark != Mark::Out)
    }
}

impl Mark {
    /// Something is to be done for this file in this phase.
    pub fn waits(self) -> bool {
        matches!(self, Mark::Todo | Mark::LookedAtTemporary | Mark::ToRead | Mark::Chosen | Mark::Writing)
    }
}

impl Phase {
    pub fn is_commit(self) -> bool {
        matches!(
            self,
            Phase::PublishFirst
                | Phase::CommitKeyed
                | Phase::CommitInterrupted
                | Phase::CommitSettled(_)
                | Phase::CommitArchived(_)
                | Phase::CommitGone
                | Phase::CommitUploading
                | Phase::CommitAbandoned
                | Phase::CommitPublishing
                | Phase::CommitDelivered
        )
    }

    pub fn is_sync(self) -> bool {
        matches!(self, Phase::LackingSync | Phase::ReceiptsSync(_) | Phase::Sync)
    }
}
