//! What a line of the witness says about a delivery, held against what the ledger says of it.
//!
//! The archive keeps a line for everything that the ledger must never forget. A line about a publication is
//! written *before* the ledger's commit, so the ledger may lag behind it by that one step; every other line is
//! written *after* the commit that it repeats, so a ledger that lags behind one of those is an older copy.
//! The table stands in `docs/reliability.md`.

use super::State;

/// The last word of the witness about one delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Word {
    /// Its final name is about to be asked for.
    Publishing,
    /// It was given up, and its final name was never asked for.
    Abandoned,
    /// KP has it.
    Delivered,
    /// A person says that KP never got it.
    NotDelivered,
    /// A person says that KP had it before the ledger began.
    Adopted,
}

impl Word {
    /// The later of two words about one delivery has the higher number: nothing is said of it after `not_delivered`, and
    /// `publishing` first.
    #[must_use]
    pub fn rank(self) -> u8 {
        match self {
            Word::Publishing => 0,
            Word::Abandoned | Word::Delivered | Word::Adopted => 1,
            Word::NotDelivered => 2,
        }
    }
}

/// What a word of the witness means for the ledger beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// The ledger knows what the line says, or more.
    Known,
    /// The line was written and the commit that follows it was lost: commit [`State::Publishing`] first, then
    /// recover it like any other publication.
    PublishFirst,
    /// The ledger is an older copy: it has forgotten what the line says. Nothing may be sent by it.
    LedgerIsOlder,
}

/// Holds the witness' last word about a delivery against the delivery's state in the ledger, `None` where the
/// ledger does not know the delivery at all.
#[must_use]
pub fn hold_against(state: Option<State>, word: Word) -> Standing {
    use Standing::{Known, LedgerIsOlder, PublishFirst};
    let Some(state) = state else { return LedgerIsOlder };
    match (word, state) {
        (Word::Publishing, State::Uploading) => PublishFirst,
        // Whatever the ledger says beyond `uploading` was said after the line was written.
        (Word::Publishing, _)
        // Giving up is written down in the archive only after the ledger says so.
        | (Word::Abandoned, State::Abandoned)
        | (
            Word::Delivered,
            State::Delivered | State::Archived | State::NotDelivered,
        )
        | (Word::NotDelivered, State::NotDelivered)
        | (Word::Adopted, State::Adopted | State::NotDelivered) => Known,
        _ => LedgerIsOlder,
    }
}

/// Where a delivery stands once `ledger restored` has written in what the witness says of it; none where the ledger
/// knows that already. `word` is the witness' last one. Nobody knows how a publication without a later word ended.
#[must_use]
pub fn reconciled(state: Option<State>, word: Word) -> Option<State> {
    let stands = match word {
        Word::Publishing => State::InDoubt,
        Word::Abandoned => State::Abandoned,
        Word::Delivered => State::Archived,
        Word::NotDelivered => State::NotDelivered,
        Word::Adopted => State::Adopted,
    };
    (hold_against(state, word) != Standing::Known).then_some(stands)
}

/// Whether the witness lacks the line with this word, which the ledger has an event for. `state` is where the delivery
/// stands now, and `told` has the words that lines have told of it.
#[must_use]
pub fn lacking(word: Word, state: Option<State>, told: &[Word]) -> bool {
    match word {
        // What was settled since needs only the line that says so.
        Word::Publishing => told.is_empty() && state.is_some_and(State::is_unclear),
        // A delivery that was given up needs a line only where one says that it may have gone further.
        Word::Abandoned => !told.is_empty() && !told.contains(&word),
        Word::Delivered | Word::NotDelivered | Word::Adopted => !told.contains(&word),
    }
}

/// Whether a key may be uploaded, as far as one earlier delivery of it goes.
///
/// `state` is the ledger's, `None` where it does not know the delivery; `word` is the witness' last one, `None`
/// where no line tells of the delivery; `temporary_is_gone` tells that a run has removed the temporary file, or that
/// it was seen absent before a person's word. Until then a rename that was asked for may still come, also after a
/// person has said that KP never got the file; and where the file is absent only afterwards, it may have come.
#[must_use]
pub fn may_go_again(state: Option<State>, word: Option<Word>, temporary_is_gone: bool) -> bool {
    if word.is_some_and(|word| hold_against(state, word) != Standing::Known) {
        return false;
    }
    match state {
        None | Some(State::Abandoned) => true,
        Some(State::NotDelivered) => temporary_is_gone,
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: [Word; 5] =
        [Word::Publishing, Word::Abandoned, Word::Delivered, Word::NotDelivered, Word::Adopted];

    #[test]
    fn a_delivery_that_the_ledger_does_not_know_makes_it_an_older_copy() {
        for word in WORDS {
            assert_eq!(hold_against(None, word), Standing::LedgerIsOlder);
            assert!(!may_go_again(None, Some(word), true));
        }
        assert!(may_go_again(None, None, false), "a key that nobody ever sent");
    }

    #[test]
    fn the_table() {
        use Standing::{Known, LedgerIsOlder, PublishFirst};
        let rows = [
            (State::Uploading, [PublishFirst, LedgerIsOlder, LedgerIsOlder, LedgerIsOlder, LedgerIsOlder]),
            (State::Publishing, [Known, LedgerIsOlder, LedgerIsOlder, LedgerIsOlder, LedgerIsOlder]),
            (State::Delivered, [Known, LedgerIsOlder, Known, LedgerIsOlder, LedgerIsOlder]),
            (State::Archived, [Known, LedgerIsOlder, Known, LedgerIsOlder, LedgerIsOlder]),
            (State::Abandoned, [Known, Known, LedgerIsOlder, LedgerIsOlder, LedgerIsOlder]),
            (State::InDoubt, [Known, LedgerIsOlder, LedgerIsOlder, LedgerIsOlder, LedgerIsOlder]),
            (State::NotDelivered, [Known, LedgerIsOlder, Known, Known, Known]),
            (State::Adopted, [Known, LedgerIsOlder, LedgerIsOlder, LedgerIsOlder, Known]),
        ];
        assert_eq!(
            rows.iter().map(|(state, _)| state.name()).collect::<Vec<_>>(),
            State::ALL.iter().map(|state| state.name()).collect::<Vec<_>>(),
            "each state has its row"
        );
        for (state, expected) in rows {
            assert_eq!(WORDS.map(|word| hold_against(Some(state), word)), expected, "{state:?}");
        }
    }

    #[test]
    fn a_restored_ledger_says_what_the_last_line_says() {
        for word in WORDS {
            for state in State::ALL.iter().copied().map(Some).chain([None]) {
                let known = hold_against(state, word) == Standing::Known;
                let then = reconciled(state, word);
                assert_eq!(then.is_none(), known, "{state:?} {word:?}");
                let stands = then.is_none_or(|then| hold_against(Some(then), word) == Standing::Known);
                assert!(stands, "{state:?} {word:?}");
            }
        }
        assert_eq!(reconciled(Some(State::Uploading), Word::Publishing), Some(State::InDoubt));
    }

    #[test]
    fn a_line_is_lacking_until_it_was_written() {
        for word in WORDS {
            assert!(!lacking(word, Some(State::InDoubt), &[word]), "{word:?}");
        }
        for word in [Word::Delivered, Word::NotDelivered, Word::Adopted] {
            assert!(lacking(word, None, &[]) && lacking(word, None, &[Word::Publishing]), "{word:?}");
        }
        assert!(lacking(Word::Publishing, Some(State::Publishing), &[]));
        assert!(!lacking(Word::Publishing, Some(State::Archived), &[]));
        assert!(!lacking(Word::Publishing, Some(State::InDoubt), &[Word::NotDelivered]));
        assert!(lacking(Word::Abandoned, Some(State::Abandoned), &[Word::Publishing]));
        assert!(!lacking(Word::Abandoned, Some(State::Abandoned), &[]));
    }

    #[test]
    fn a_key_goes_again_only_after_it_was_given_up_or_a_person_said_so_and_the_temporary_file_is_gone() {
        for &state in State::ALL {
            let free = |gone| may_go_again(Some(state), None, gone);
            assert_eq!(free(false), state == State::Abandoned, "{state:?}");
            assert_eq!(free(true), matches!(state, State::Abandoned | State::NotDelivered), "{state:?}");
            for word in WORDS {
                let known = hold_against(Some(state), word) == Standing::Known;
                assert!(known || !may_go_again(Some(state), Some(word), true), "{state:?} {word:?}");
            }
        }
    }
}
