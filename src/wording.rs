//! Model types put into words: the only place where those types and the catalogue of sentences meet.

use crate::drop_folder::NotListed;
use crate::exit::UserError;
use crate::messages::run;
use crate::model::decision::{Blocked, Unsafe, Unsettled};

/// Why a file cannot be looked into.
#[must_use]
pub fn blocked(why: &Blocked) -> String {
    match why {
        Blocked::Unsafe(why) => unsafe_file(why),
        Blocked::Unsettled(why) => unsettled(*why),
    }
}

/// Why a file is never sent as it is.
#[must_use]
pub fn unsafe_file(why: &Unsafe) -> String {
    match why {
        Unsafe::Symlink => run::is_symlink(),
        Unsafe::NotAFile => run::is_not_a_file(),
        Unsafe::HardLinks => run::has_hard_links(),
        Unsafe::NameNotUnicode => run::name_not_unicode(),
        Unsafe::NameTooLong => run::name_too_long(),
        Unsafe::NameTakenForAnother => run::name_taken_for_another(),
        Unsafe::NameHasControls => run::name_has_controls(),
        Unsafe::ContentElsewhere => run::unreadable(&run::content_elsewhere()),
        Unsafe::Unreadable(error) => run::unreadable(error),
    }
}

/// Why a file is not read now.
#[must_use]
pub fn unsettled(why: Unsettled) -> String {
    match why {
        Unsettled::StillChanging => run::still_changing(),
        Unsettled::ChangedJustNow => run::changed_just_now(),
        Unsettled::InUse => run::in_use(),
        Unsettled::WentAway => run::went_away(),
    }
}

impl From<NotListed> for UserError {
    fn from(failed: NotListed) -> UserError {
        UserError::unexpected(run::not_listed(&failed.folder, &failed.error))
    }
}
