//! What a delivery is for, and where it can stand. [`crate::delivery`] says how it moves.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::digest::Digest;
use crate::names;
use crate::period::Period;

/// What KP should get once: a series' file for a period. Without a period only the same bytes are
/// recognised, since "another file without a period" says nothing about the month it is for.
///
/// Two slots are one where their series are one name by [`names::same`], as older versions of the program wrote a
/// series in the case and the normal form of the file's name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Slot {
    /// The series' name.
    pub series: String,
    /// The month, where one was found.
    pub period: Option<Period>,
}

impl PartialEq for Slot {
    fn eq(&self, other: &Slot) -> bool {
        self.period == other.period && names::same(&self.series, &other.series)
    }
}

impl Eq for Slot {}

impl PartialOrd for Slot {
    fn partial_cmp(&self, other: &Slot) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Slot {
    fn cmp(&self, other: &Slot) -> Ordering {
        let by = |slot: &Slot| (names::comparable(&slot.series), slot.period);
        by(self).cmp(&by(other))
    }
}

impl Hash for Slot {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (names::comparable(&self.series), self.period).hash(state);
    }
}

/// One delivery belongs to one key, and a key is delivered once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// What it is for.
    pub slot: Slot,
    /// What it is.
    pub digest: Digest,
}

/// Where a delivery stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// A file of its temporary name may be on the server.
    Uploading,
    /// It may have its final name; it is never uploaded again without a person's word.
    Publishing,
    /// It has its final name; the original is still to be put away.
    Delivered,
    /// The original is put away too.
    Archived,
    /// It never got a final name; its file is planned anew.
    Abandoned,
    /// Nobody but a person can find out whether KP got it.
    InDoubt,
    /// A person says that KP never got it.
    NotDelivered,
    /// A person says that KP got it before this ledger began.
    Adopted,
}

impl State {
    /// Every state, in the order of a delivery's life.
    pub const ALL: &'static [State] = State::VARIANTS;

    /// Whether KP has the file, as far as the ledger knows.
    #[must_use]
    pub fn is_delivered(self) -> bool {
        matches!(self, State::Delivered | State::Archived | State::Adopted)
    }

    /// Whether KP may have the file and nobody has looked yet, or nobody could tell.
    #[must_use]
    pub fn is_unclear(self) -> bool {
        matches!(self, State::Publishing | State::InDoubt)
    }

    /// The name it has in the ledger, in JSON and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The state of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<State> {
        name.parse().ok()
    }
}

/// What happens to a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The rename is about to be asked for.
    Publish,
    /// The server answered that it would not make the final file (`publish = "direct"` only).
    NotOpened,
    /// The final name is there.
    Confirm,
    /// The temporary file is gone, and the final name was never asked for.
    Abandon,
    /// What became of the final name cannot be told.
    Doubt,
    /// The original is put away.
    PutAway,
    /// A person says KP has it.
    ResolveDelivered,
    /// A person says KP never got it.
    ResolveNotDelivered,
}
