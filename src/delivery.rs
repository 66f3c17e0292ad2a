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

pub mod witness;

use crate::model::delivery::{State, Step};

impl State {
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

/// What reading the file at the final name showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentCheck {
    /// The content that was to be delivered.
    Ours,
    /// Other content.
    Other,
    /// The server refused to let it be read, and it is still there.
    Unreadable,
    /// It could not be read, and it is gone since it was looked at.
    Absent,
}

impl RecoveryAction {
    /// Whether the action takes the file at the final name for ours, so that it is read first.
    #[must_use]
    pub fn takes_final_for_ours(self) -> bool {
        matches!(self, RecoveryAction::Confirm | RecoveryAction::RemoveTemporaryAndConfirm)
    }
}

/// What recovery does once it has read the file at the final name: a file of the right size there may still be
/// another's. An action that takes nothing at the final name for ours stays as it is.
#[must_use]
pub fn confirm_content(action: RecoveryAction, content: ContentCheck) -> RecoveryAction {
    match (action, content) {
        (RecoveryAction::Confirm | RecoveryAction::RemoveTemporaryAndConfirm, ContentCheck::Other)
        // With our temporary file still there nobody can tell whose the file was, and to rename again might
        // deliver twice.
        | (RecoveryAction::RemoveTemporaryAndConfirm, ContentCheck::Unreadable | ContentCheck::Absent) => {
            RecoveryAction::Doubt
        }
        (RecoveryAction::Confirm, ContentCheck::Absent) => RecoveryAction::Gone,
        (action, _) => action,
    }
}

/// What the records of a delivery are to a new file that has the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordsStand {
    /// KP has them.
    Delivered,
    /// KP may have them, and nobody knows yet: they count as delivered.
    Unclear,
    /// A person says that KP never got them, and a rename that was asked for may still bring them: the file waits.
    MayCome,
    /// KP has not got them, and nothing of the delivery can come.
    Nowhere,
}

/// Where the records of a delivery stand, by its state. `temporary_is_gone` as in [`witness::may_go_again`]: until then a
/// late rename would bring the records as it would bring the file.
#[must_use]
pub fn records_stand(state: State, temporary_is_gone: bool) -> RecordsStand {
    match state {
        State::Delivered | State::Archived | State::Adopted => RecordsStand::Delivered,
        State::Publishing | State::InDoubt => RecordsStand::Unclear,
        State::NotDelivered if !temporary_is_gone => RecordsStand::MayCome,
        // Nothing of what is `uploading` has asked for its final name.
        State::Uploading | State::Abandoned | State::NotDelivered => RecordsStand::Nowhere,
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
            .flat_map(|&from| STEPS.map(|step| (from, step)))
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
    #[test]
    fn what_is_read_at_the_final_name_decides_whose_it_is() {
        use ContentCheck::{Absent, Other, Ours, Unreadable};
        use RecoveryAction::{Confirm, Doubt, Gone, RemoveTemporaryAndConfirm, RenameAgain};
        for (action, content, then) in [
            (Confirm, Ours, Confirm),
            (Confirm, Other, Doubt),
            (Confirm, Unreadable, Confirm),
            (Confirm, Absent, Gone),
            (RemoveTemporaryAndConfirm, Ours, RemoveTemporaryAndConfirm),
            (RemoveTemporaryAndConfirm, Other, Doubt),
            (RemoveTemporaryAndConfirm, Unreadable, Doubt),
            (RemoveTemporaryAndConfirm, Absent, Doubt),
        ] {
            assert_eq!(confirm_content(action, content), then, "{action:?} {content:?}");
        }
        for action in [RenameAgain, Gone, Doubt] {
            assert!(
                [Ours, Other, Unreadable, Absent].iter().all(|&read| confirm_content(action, read) == action)
            );
        }
    }
}
