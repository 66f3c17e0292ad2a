//! The world of the model: one host, its ledger and witness, the server, KP, a person.

use std::hash::{Hash, Hasher};

use traekfil::delivery::witness::Word;
use traekfil::delivery::{Observed, RecoveryAction};
use traekfil::model::delivery::State;

use crate::records::{RECORDS, Records};

/// Room for so many files; a scenario uses some of them.
pub const FILES: usize = 3;
/// How many deliveries of one key can matter at the same time.
pub const ATTEMPTS: usize = 3;

/// A delivery's row in the ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LedgerRow {
    pub state: Option<State>,
    /// A run removed the temporary file, or saw that it was absent.
    pub temporary_is_gone: bool,
    /// The keys of its records are kept.
    pub keyed: bool,
}

/// What the ledger says about one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LedgerFile {
    pub attempts: [LedgerRow; ATTEMPTS],
    pub approved: bool,
}

pub type Ledger = [LedgerFile; FILES];

/// The witness' last word about each delivery of one file: as a reader sees it now, and as it is after a power cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WitnessFile {
    pub visible: [Option<Word>; ATTEMPTS],
    pub synced: [Option<Word>; ATTEMPTS],
    pub approved: bool,
}

/// What stands at a temporary name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Temporary {
    #[default]
    Absent,
    Part,
    Whole,
}

/// What stands at a final name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Final {
    #[default]
    Nothing,
    Ours,
    /// A part of ours: written directly and not finished.
    OursInPart,
    /// A stranger's file that has the size of ours.
    StrangersOfOurSize,
}

/// One file's names on the server, and what KP got from there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServerFile {
    pub temporary: [Temporary; ATTEMPTS],
    /// A rename was asked for, nobody heard its answer, and the server may still do it.
    pub rename_may_come: [bool; ATTEMPTS],
    /// A later delivery of the same key was begun while this temporary file was there.
    pub superseded: [bool; ATTEMPTS],
    pub published: Final,
    /// How often ours appeared at the final name.
    pub publications: u8,
    /// Ours was there whole.
    pub got_whole: bool,
    /// KP got a part of ours.
    pub got_part: bool,
}

/// Where the original is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Original {
    #[default]
    NotYetThere,
    InFolder,
    Away,
}

/// What a person said about one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Said {
    pub not_delivered: u8,
    /// `not_delivered`, and KP had it.
    pub wrongly: u8,
    /// The file goes only when a person has approved it.
    pub must_approve: bool,
    pub approved: bool,
    pub rejected: bool,
}

/// How far the file has come in the phase under way; forgotten with the process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mark {
    /// The phase does not concern it.
    #[default]
    Out,
    Todo,
    /// Its temporary name was looked at.
    LookedAtTemporary,
    /// Both its names were looked at, and the file at the final one is to be read.
    ToRead,
    /// What to do with it is chosen.
    Chosen,
    /// Being written directly.
    Writing,
    Done,
    Confirmed,
    InDoubt,
    /// The server answered that it would not make the final file.
    NotOpened,
    /// Its answer was lost, or refused it.
    Unclear,
    /// It leaves the batch: its temporary file is to be removed.
    GiveUp,
    /// Its temporary file is removed; `abandoned` is to be committed.
    Removed,
    /// For the next run.
    Left,
}

/// What the process knows of one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InFlight {
    pub attempt: u8,
    pub mark: Mark,
    pub temporary: Option<Observed>,
    pub choice: Option<RecoveryAction>,
}

/// When the recovery table and the end of a delivery are gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    Recovery,
    Batch,
}

/// What the host is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    Idle,
    /// Lines that the witness lacks are appended.
    Lacking,
    LackingSync,
    PublishFirst,
    /// The keys of what was delivered and has none are made from its content.
    CommitKeyed,
    RemoveUploading,
    CommitInterrupted,
    Settle(Stage),
    CommitSettled(Stage),
    Receipts(Stage),
    ReceiptsSync(Stage),
    PutAway(Stage),
    CommitArchived(Stage),
    RemoveAfterWord,
    CommitGone,
    CommitUploading,
    Store,
    Look,
    GiveUp,
    CommitAbandoned,
    Append,
    Sync,
    CommitPublishing,
    Publish,
    CommitDelivered,
    /// A person's command has committed, and appends its line.
    PersonsLine,
}

/// One host: its process, and its ledger with the copy of it that may be restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Host {
    pub phase: Phase,
    pub in_flight: [InFlight; FILES],
    pub ledger: Ledger,
    pub copy: Option<Ledger>,
    /// The copy was put in the ledger's place, and nobody has run or said `ledger restored` since.
    pub restored: bool,
}

/// How much may still happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Budget {
    /// Crashes, lost or late requests, lost or refusing replies, failed syncs.
    pub faults: u8,
    /// Words of a person that take something back.
    pub words: u8,
    pub restores: u8,
    /// Strangers who put a file at our final name, or remove our temporary file.
    pub strangers: u8,
}

/// Without a limit.
pub const ANY: u8 = u8::MAX;

/// Takes one from a budget; false where there is none left.
pub fn spend(left: &mut u8) -> bool {
    match *left {
        ANY => true,
        0 => false,
        _ => {
            *left -= 1;
            true
        }
    }
}

/// Everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct World {
    pub host: Host,
    pub witness: [WitnessFile; FILES],
    pub server: [ServerFile; FILES],
    pub originals: [Original; FILES],
    pub said: [Said; FILES],
    pub budget: Budget,
    /// A rename replaced what stood at a final name.
    pub overwritten: bool,
    /// A delivery became visible although a later one of the same key was asked for before.
    pub came_too_late: bool,
    /// The records of each file: part of its name, so that files of different ones are not exchanged.
    pub records: [Records; FILES],
}

/// Bits, first in first out.
struct Bits(u128, u32);

impl Bits {
    fn push(&mut self, value: u8, width: u32) {
        assert!(u32::from(value) < 1 << width, "{value} does not fit into {width} bits");
        self.1 += width;
        assert!(self.1 <= 128, "a file does not fit into 128 bits");
        self.0 = self.0 << width | u128::from(value);
    }

    fn flag(&mut self, value: bool) {
        self.push(u8::from(value), 1);
    }
}

impl World {
    /// All that there is about one file, in as many bits as it takes: equal numbers, equal files.
    fn packed(&self, file: usize) -> u128 {
        let mut bits = Bits(0, 0);
        let (server, witness, said) = (&self.server[file], &self.witness[file], &self.said[file]);
        for attempt in 0..ATTEMPTS {
            let copy = self.host.copy.unwrap_or_default();
            for row in [self.host.ledger[file].attempts[attempt], copy[file].attempts[attempt]] {
                bits.push(row.state.map_or(0, |state| state as u8 + 1), 4);
                bits.flag(row.temporary_is_gone);
                bits.flag(row.keyed);
            }
            for word in [witness.visible[attempt], witness.synced[attempt]] {
                bits.push(word.map_or(0, |word| word as u8 + 1), 3);
            }
            bits.push(server.temporary[attempt] as u8, 2);
            bits.flag(server.rename_may_come[attempt]);
            bits.flag(server.superseded[attempt]);
        }
        bits.flag(self.host.ledger[file].approved);
        bits.flag(self.host.copy.is_some_and(|copy| copy[file].approved));
        bits.flag(witness.approved);
        bits.push(server.published as u8, 2);
        bits.push(server.publications, 3);
        bits.flag(server.got_whole);
        bits.flag(server.got_part);
        bits.push(self.originals[file] as u8, 2);
        bits.push(said.not_delivered, 2);
        bits.push(said.wrongly, 2);
        bits.flag(said.must_approve);
        bits.flag(said.approved);
        bits.flag(said.rejected);
        let row = &self.host.in_flight[file];
        bits.push(row.attempt, 2);
        bits.push(row.mark as u8, 4);
        bits.push(row.temporary.map_or(0, |seen| seen as u8 + 1), 2);
        bits.push(row.choice.map_or(0, |choice| choice as u8 + 1), 3);
        bits.push(self.records[file], u32::from(RECORDS));
        bits.0
    }
}

/// Worlds that differ only in which file is which count as one: the rules treat all files of the same records alike.
impl Hash for World {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let mut files: [u128; FILES] = std::array::from_fn(|file| self.packed(file));
        files.sort_unstable();
        files.hash(hasher);
        self.host.phase.hash(hasher);
        (self.host.copy.is_some(), self.host.restored, self.overwritten, self.came_too_late).hash(hasher);
        self.budget.hash(hasher);
    }
}

impl ServerFile {
    /// No part of ours stands at the final name, and KP took none.
    pub fn is_whole(&self) -> bool {
        self.published != Final::OursInPart && !self.got_part
    }
}
