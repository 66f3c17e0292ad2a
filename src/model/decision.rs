//! What can happen to a file, and why. `decide` and [`crate::plan`] say when.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::delivery::State;
use super::ledger::Delivery;
use crate::digest::Digest;
use crate::names::UnsafeName;
use crate::period::Period;

/// What happens to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// It is delivered.
    Send,
    /// KP has it already; it is put away unsent.
    Duplicate,
    /// It stays, and waits for a person.
    Hold,
    /// It stays, and is looked at again by the next run.
    Wait,
    /// It stays, as the configuration says.
    Skip,
}

/// Why.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Not a plain file with a plain name.
    UnsafeFile,
    /// Somebody may still be writing it; or KP may still get an earlier delivery that a person says it never got.
    Unsettled,
    /// No bytes.
    Empty,
    /// Nobody knows whether KP got it.
    InDoubt,
    /// KP got it for this slot.
    AlreadyDelivered,
    /// A person let it go.
    Approved,
    /// A person refused it.
    Rejected,
    /// KP got the same bytes for another slot.
    SameContentOtherSlot,
    /// No period, or more than one.
    UnknownPeriod,
    /// Older than `period.months_back`.
    OldPeriod,
    /// Later than `period.months_ahead`.
    FuturePeriod,
    /// There are `[[series]]`, and its name fits none of them and is new to the ledger.
    UnknownSeries,
    /// Its supplier sends the files of its series to KP himself.
    OtherRoute,
    /// There are no `[[series]]`, and the series that its name gives is new to a ledger that knows others.
    NewSeries,
    /// KP got another file for this slot, or for a look-alike of it.
    SlotTaken,
    /// Its format has a trailer, and it does not end with one.
    Incomplete,
    /// A line of it fits no kind of its format, or a field cannot be read.
    UnreadableRecord,
    /// Its trailer's count or sum is not that of its records.
    TotalsDiffer,
    /// Its header or records name another period than its own.
    OtherPeriod,
    /// Records of it were delivered before, by any file, or nobody can tell any more whether they were.
    RecordsDelivered,
    /// One record stands in it more than once.
    RecordsRepeat,
    /// Count and sum are those of another delivery of the series.
    TotalsRepeat,
    /// Count or sum is further from the last periods' than `unusual` allows.
    UnusualTotal,
    /// A record is over `largest_amount`.
    AmountOver,
    /// The same bytes for the same slot stand earlier in this run.
    DuplicateInRun,
    /// Another file for the same slot, or for a look-alike of it, stands in this run.
    ConflictInRun,
    /// Nothing speaks against it.
    New,
    /// Something else has its name on the server.
    RemoteNameTaken,
    /// It is on the server already, though the ledger does not know of it.
    AlreadyOnServer,
}

impl Reason {
    /// Every reason.
    pub const ALL: &'static [Reason] = Reason::VARIANTS;

    /// Its name in JSON and in the ledger.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The reason of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Reason> {
        name.parse().ok()
    }

    /// Whether it is about what is in the file: [`super::policy::ContentPolicy`] says what becomes of it.
    #[must_use]
    pub fn is_about_content(self) -> bool {
        matches!(
            self,
            Reason::Incomplete
                | Reason::UnreadableRecord
                | Reason::TotalsDiffer
                | Reason::OtherPeriod
                | Reason::RecordsDelivered
                | Reason::RecordsRepeat
                | Reason::TotalsRepeat
                | Reason::UnusualTotal
                | Reason::AmountOver
        )
    }

    /// Whether approving a file that is held for this reason takes two persons, where `policy.two_persons` says so.
    #[must_use]
    pub fn can_take_two(self) -> bool {
        matches!(self, Reason::SameContentOtherSlot | Reason::SlotTaken)
    }

    /// Whether `traekfil approve` lets a file go that is held for this reason. What is unsafe or empty
    /// stays so, and what may be at KP's is settled by `resolve` or `adopt`.
    #[must_use]
    pub fn can_be_approved(self) -> bool {
        matches!(
            self,
            Reason::Rejected
                | Reason::SameContentOtherSlot
                | Reason::UnknownPeriod
                | Reason::OldPeriod
                | Reason::FuturePeriod
                | Reason::OtherRoute
                | Reason::UnknownSeries
                | Reason::NewSeries
                | Reason::SlotTaken
                | Reason::ConflictInRun
        ) || self.is_about_content()
    }
}

/// Why a file cannot be looked into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blocked {
    /// It can never be sent as it is: `unsafe_file`.
    Unsafe(Unsafe),
    /// Not now, but a later run may read it: `unsettled`.
    Unsettled(Unsettled),
}

/// Why a file is never sent as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsafe {
    /// A symbolic link.
    Symlink,
    /// A folder, device or FIFO.
    NotAFile,
    /// It has more than one name, so that it can be changed under another one.
    HardLinks,
    /// Its name, or that of a folder above it, would mislead a person or a program.
    Name(UnsafeName),
    /// A link of Windows' own, or a placeholder whose content lies elsewhere, as in a cloud.
    ContentElsewhere,
    /// The file system refused, in these words.
    Unreadable(String),
    /// It has more bytes than `scan.largest` allows.
    TooLarge {
        /// What is allowed, in bytes.
        largest: u64,
    },
    /// A folder that the file system did not list, in these words.
    FolderUnreadable(String),
    /// A folder that lies inside more folders than are looked into.
    FolderTooDeep,
    /// A folder that is mounted inside itself.
    FolderInItself,
}

impl Unsafe {
    /// Whether it is said of a folder.
    #[must_use]
    pub fn is_about_a_folder(&self) -> bool {
        matches!(self, Unsafe::FolderUnreadable(_) | Unsafe::FolderTooDeep | Unsafe::FolderInItself)
    }
}

/// Why a file is not read now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsettled {
    /// It changed while it was read or watched.
    StillChanging,
    /// It changed more recently than `scan.settle` allows.
    ChangedJustNow,
    /// Another program has it open or locked.
    InUse,
    /// It was listed, and is gone.
    WentAway,
}

/// An earlier delivery that decides about a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Earlier {
    /// Its number.
    pub delivery_id: i64,
    /// The period it was for.
    pub period: Option<Period>,
    /// The series it was for.
    pub series: String,
    /// When KP got it; none while that is in doubt.
    pub delivered_at: Option<String>,
    /// The file that was delivered, as a path in the drop folder with `/`.
    #[serde(skip)]
    pub path: String,
    /// What was delivered.
    #[serde(skip)]
    pub digest: Digest,
    /// Where it stands: a person settles what is in doubt, the next run what is still being published or not free yet.
    #[serde(skip)]
    pub state: State,
}

impl From<&Delivery> for Earlier {
    fn from(delivery: &Delivery) -> Earlier {
        Earlier {
            delivery_id: delivery.id,
            period: delivery.key.slot.period,
            series: delivery.key.slot.series.clone(),
            delivered_at: delivery.delivered_at.clone(),
            path: delivery.path.clone(),
            digest: delivery.key.digest,
            state: delivery.state,
        }
    }
}

/// What is made of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// What happens to it.
    pub choice: Choice,
    /// Why: the first row that fits.
    pub reason: Reason,
    /// For a hold, every row that fits, the deciding one first, so that a person sees all that is approved; otherwise
    /// that one alone.
    pub reasons: Vec<Reason>,
    /// The earlier delivery that decided it.
    pub earlier: Option<Earlier>,
    /// The delivery whose file has a name that differs by the marks of a copy or a correction alone, where one of the
    /// rows about series and slots holds the file.
    pub look_alike: Option<Box<Earlier>>,
    /// What speaks against the content and is only watched, as the policy says: it holds nothing.
    pub observed: Vec<Reason>,
}

impl Judgement {
    /// With this reason alone.
    #[must_use]
    pub fn new(choice: Choice, reason: Reason, earlier: Option<&Earlier>) -> Judgement {
        Judgement {
            choice,
            reason,
            reasons: vec![reason],
            earlier: earlier.cloned(),
            look_alike: None,
            observed: Vec::new(),
        }
    }

    /// Whether the file is held for reasons that a person may approve all of.
    #[must_use]
    pub fn is_held_to_be_approved(&self) -> bool {
        self.choice == Choice::Hold && self.reason.can_be_approved()
    }

    /// Names one more reason of a hold, unless it is named already.
    pub fn also(&mut self, reason: Reason) {
        if !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }
}
