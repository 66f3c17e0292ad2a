//! The life of one delivery: its states, the one transition function, and what recovery does.
//!
//! ```text
//! uploading → publishing → delivered → archived
//!     ↘ abandoned   ↘ in_doubt → delivered | not_delivered      (a person resolves)
//!                     delivered, archived → not_delivered       (a person takes it back)
//! ```
//! A person may also settle what is still `publishing`, where the server keeps refusing to.
//! With `publish = "direct"` there is one more: `publishing → abandoned`, when the server answers that it
//! refused to make the final file, so that nothing of ours can stand there.
//! Live work and recovery move a delivery through [`State::after`] alone, so that an illegal step is
//! refused wherever it is tried. `docs/reliability.md` says why the steps stand in this order.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::digest::Digest;
use crate::period::Period;
use crate::remote::RemoteStat;

/// What KP should get once: a series' file for a period. Without a period only the same bytes are
/// recognised, since "another file without a period" says nothing about the month it is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Slot {
    /// The series' name.
    pub series: String,
    /// The month, where one was found.
    pub period: Option<Period>,
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
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
    clap::ValueEnum,
)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
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

impl State {
    /// Every state, in the order of a delivery's life.
    pub const ALL: &'static [State] = State::VARIANTS;

    /// The state after a step.
    ///
    /// # Errors
    /// The step may not be taken from this state; nothing changes.
    pub fn after(self, step: Step) -> Result<State, IllegalStep> {
        match (self, step) {
            (State::Uploading, Step::Publish) => Ok(State::Publishing),
            (State::Uploading, Step::Abandon) | (State::Publishing, Step::NotOpened) => Ok(State::Abandoned),
            (State::Publishing, Step::Confirm | Step::ResolveDelivered)
            | (State::InDoubt, Step::ResolveDelivered) => Ok(State::Delivered),
            (State::Publishing, Step::Doubt) => Ok(State::InDoubt),
            (State::Delivered, Step::PutAway) => Ok(State::Archived),
            (
                State::Publishing | State::InDoubt | State::Delivered | State::Archived | State::Adopted,
                Step::ResolveNotDelivered,
            ) => Ok(State::NotDelivered),
            (from, step) => Err(IllegalStep { from, step }),
        }
    }

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

/// A step that may not be taken from a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a delivery that is {} cannot take the step {step:?}", from.name())]
pub struct IllegalStep {
    /// Where the delivery stands.
    pub from: State,
    /// What was tried.
    pub step: Step,
}

/// What stands at a name on the server, against what should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Observed {
    /// Nothing.
    Nothing,
    /// A file of the right size.
    RightSize,
    /// Something else, or a file whose size the server does not tell.
    Other,
}

impl Observed {
    /// What a look found, against the size the file should have, in bytes.
    #[must_use]
    pub fn of(look: RemoteStat, size: u64) -> Observed {
        match look {
            RemoteStat::Absent => Observed::Nothing,
            RemoteStat::Present { size: Some(seen) } if seen == size => Observed::RightSize,
            RemoteStat::Present { .. } => Observed::Other,
        }
    }
}

/// What recovery does with a delivery that was published and not confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecoveryAction {
    /// The rename was never done: ask for it again.
    RenameAgain,
    /// The rename was done: [`Step::Confirm`].
    Confirm,
    /// The rename was done by half, link made and old name left: remove the old name, then
    /// [`Step::Confirm`].
    RemoveTemporaryAndConfirm,
    /// Both names are gone. The receiver took the file, or somebody removed it:
    /// `policy.gone_after_publish` decides between [`Step::Confirm`] and [`Step::Doubt`].
    Gone,
    /// Something else stands there: touch nothing, [`Step::Doubt`].
    Doubt,
}

/// What to do with a delivery in [`State::Publishing`], from what stands at its two names: the
/// recovery table of the delivery protocol.
#[must_use]
pub fn recover_publishing(temporary: Observed, published: Observed) -> RecoveryAction {
    match (temporary, published) {
        (Observed::RightSize, Observed::Nothing) => RecoveryAction::RenameAgain,
        (Observed::Nothing, Observed::RightSize) => RecoveryAction::Confirm,
        (Observed::RightSize, Observed::RightSize) => RecoveryAction::RemoveTemporaryAndConfirm,
        (Observed::Nothing, Observed::Nothing) => RecoveryAction::Gone,
        (_, Observed::Other) | (Observed::Other, _) => RecoveryAction::Doubt,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: [Step; 8] = [
        Step::Publish,
        Step::NotOpened,
        Step::Confirm,
        Step::Abandon,
        Step::Doubt,
        Step::PutAway,
        Step::ResolveDelivered,
        Step::ResolveNotDelivered,
    ];

    #[test]
    fn these_steps_and_no_others_may_be_taken() {
        let allowed: Vec<_> = State::ALL
            .iter()
            .flat_map(|from| STEPS.map(|step| (from, step)))
            .filter_map(|(from, step)| from.after(step).ok().map(|to| (from.name(), to.name())))
            .collect();
        assert_eq!(
            allowed,
            [
                ("uploading", "publishing"),
                ("uploading", "abandoned"),
                ("publishing", "abandoned"),
                ("publishing", "delivered"),
                ("publishing", "in_doubt"),
                ("publishing", "delivered"),
                ("publishing", "not_delivered"),
                ("delivered", "archived"),
                ("delivered", "not_delivered"),
                ("archived", "not_delivered"),
                ("in_doubt", "delivered"),
                ("in_doubt", "not_delivered"),
                ("adopted", "not_delivered"),
            ]
        );
    }

    #[test]
    fn a_published_file_never_goes_back_to_uploading_by_itself() {
        // The ways out of `publishing` lead to KP having it, or to a person, or the server has said
        // that it made no file.
        for step in
            STEPS.into_iter().filter(|step| !matches!(step, Step::NotOpened | Step::ResolveNotDelivered))
        {
            if let Ok(to) = State::Publishing.after(step) {
                assert!(to.is_delivered() || to == State::InDoubt, "{to:?}");
            }
        }
    }

    #[test]
    fn names_are_read_back() {
        for &state in State::ALL {
            assert_eq!(State::named(state.name()), Some(state));
            assert_eq!(serde_json::to_value(state).ok(), Some(state.name().into()));
        }
    }

    #[test]
    fn the_recovery_table() {
        use Observed::{Nothing, Other, RightSize};
        for (temporary, published, then) in [
            (RightSize, Nothing, RecoveryAction::RenameAgain),
            (Nothing, RightSize, RecoveryAction::Confirm),
            (RightSize, RightSize, RecoveryAction::RemoveTemporaryAndConfirm),
            (Nothing, Nothing, RecoveryAction::Gone),
            (Nothing, Other, RecoveryAction::Doubt),
            (RightSize, Other, RecoveryAction::Doubt),
            (Other, Other, RecoveryAction::Doubt),
            (Other, Nothing, RecoveryAction::Doubt),
            (Other, RightSize, RecoveryAction::Doubt),
        ] {
            assert_eq!(recover_publishing(temporary, published), then, "{temporary:?} {published:?}");
        }
    }
}
