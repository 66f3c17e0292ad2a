//! Model types put into words: the only place where those types and the catalogue of sentences meet.
//!
//! In goes a type of [`crate::model`], out comes a sentence or a word in the language that is spoken.
//!
//! The files: this one has states, outcomes, days and periods; `advice` says why a file is as it is and what a person does
//! about it; `calendar` speaks of KP's runs and what is due before them; `letter` asks a supplier; `cause` tells what failed, each cause
//! once with all its files; `mail` is a finished mail to KP.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate};
use indicatif::HumanBytes;

use crate::drop_folder::NotListed;
use crate::exit::UserError;
use crate::messages::{command, config, escape, overview, page, report, run};
use crate::model::attention::SlotStatus;
use crate::model::decision::{Blocked, Choice, Earlier, Unsafe, Unsettled};
use crate::model::delivery::State;
use crate::model::ledger::{AlteredOriginal, Delivery, PastRun, Verdict};
use crate::model::run_report::FileOutcome;
use crate::names::UnsafeName;
use crate::period::Period;

pub mod advice;
pub mod calendar;
pub mod cause;
pub mod content;
pub mod letter;
pub mod mail;

/// Why a file cannot be looked into.
#[must_use]
pub fn blocked(why: &Blocked) -> String {
    match why {
        Blocked::Unsafe(why) => unsafe_file(why),
        Blocked::Unsettled(why) => unsettled(*why),
    }
}

/// What to do about a file that cannot be looked into, where that is not what usually helps: see [`advice`].
#[must_use]
pub fn what_to_do(why: &Blocked) -> Option<String> {
    match why {
        Blocked::Unsafe(Unsafe::TooLarge { .. }) => Some(report::next_too_large()),
        Blocked::Unsafe(_) | Blocked::Unsettled(_) => None,
    }
}

/// Why a file is never sent as it is.
#[must_use]
pub fn unsafe_file(why: &Unsafe) -> String {
    match why {
        Unsafe::Symlink => run::is_symlink(),
        Unsafe::NotAFile => run::is_not_a_file(),
        Unsafe::HardLinks => run::has_hard_links(),
        Unsafe::Name(why) => unsafe_name(*why),
        Unsafe::ContentElsewhere => run::unreadable(&run::content_elsewhere()),
        Unsafe::Unreadable(error) => run::unreadable(error),
        Unsafe::TooLarge { largest } => run::too_large(&size(*largest)),
        Unsafe::FolderUnreadable(error) => run::folder_unreadable(error),
        Unsafe::FolderTooDeep => run::folder_too_deep(),
        Unsafe::FolderInItself => run::folder_in_itself(),
    }
}

/// What speaks against a name.
#[must_use]
pub fn unsafe_name(why: UnsafeName) -> String {
    match why {
        UnsafeName::NotUnicode => run::name_not_unicode(),
        UnsafeName::TooLong => run::name_too_long(),
        UnsafeName::Control => run::name_has_controls(),
        UnsafeName::Direction => run::name_changes_direction(),
        UnsafeName::Invisible => run::name_has_invisible(),
        UnsafeName::Backslash => run::name_has_backslash(),
        UnsafeName::OtherBlank => run::name_has_other_blank(),
        UnsafeName::LookAlikeSign => run::name_has_look_alike_sign(),
        UnsafeName::BlankAtEnd => run::name_has_blank_at_end(),
        UnsafeName::DotAtEnd => run::name_has_dot_at_end(),
        UnsafeName::Device => run::name_of_device(),
        UnsafeName::LookAlikeLetters => run::name_has_look_alike_letters(),
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
        if failed.error.kind() == std::io::ErrorKind::PermissionDenied {
            let folder = config::shown_path(&failed.folder);
            return UserError::usage(config::drop_unreadable(&folder, &failed.error));
        }
        UserError::unexpected(run::not_listed(&failed.folder, &failed.error))
    }
}

/// A delivery that still lies at KP, in a sentence.
#[must_use]
pub fn left_at_kp(delivery: &Delivery) -> String {
    let remote = escape(delivery.remote_path.as_deref().unwrap_or("–"));
    let at = delivery.delivered_at.as_deref().map_or_else(|| "–".to_owned(), moment);
    report::not_picked_up(&escape(&delivery.path), delivery.id, &at, &remote)
}

/// A delivered file that was changed in the archive, and what to do, in full sentences.
#[must_use]
pub fn original_changed(original: &AlteredOriginal) -> String {
    let AlteredOriginal { delivery, place } = original;
    let place = escape(&place.display().to_string());
    report::original_changed(&escape(&delivery.path), delivery.id, &moment(&delivery.changed_at), &place)
}

/// A delivery in doubt, and why if that is known, in full sentences.
#[must_use]
pub fn doubt_of(delivery: &Delivery, why: Option<&str>) -> String {
    let remote = escape(delivery.remote_path.as_deref().unwrap_or("–"));
    match why {
        Some(why) => report::doubt_because(&escape(&delivery.path), delivery.id, &remote, why),
        None => report::doubt(&escape(&delivery.path), delivery.id, &remote),
    }
}

/// Why a file waits for the end of an earlier delivery that a person says KP never got.
#[must_use]
pub fn not_free(earlier: &Earlier) -> String {
    run::not_free_yet(earlier.delivery_id)
}

/// Why a file waits until a person says once more that KP never got an earlier delivery.
#[must_use]
pub fn say_again(delivery: &Delivery) -> String {
    let again = command(&format!("resolve {} --not-delivered --reason \"…\"", delivery.id));
    if delivery.is_direct() {
        let remote = escape(delivery.remote_path.as_deref().unwrap_or("–"));
        run::direct_may_come(delivery.id, &remote, &again)
    } else {
        run::gone_since(delivery.id, &again)
    }
}

/// A state in words.
#[must_use]
pub fn state(state: State) -> String {
    match state {
        State::Uploading => report::state_uploading(),
        State::Publishing => report::state_publishing(),
        State::Delivered => report::state_delivered(),
        State::Archived => report::state_archived(),
        State::Abandoned => report::state_abandoned(),
        State::InDoubt => report::state_in_doubt(),
        State::NotDelivered => report::state_not_delivered(),
        State::Adopted => report::state_adopted(),
    }
}

/// A decision in words.
#[must_use]
pub fn verdict(verdict: Verdict) -> String {
    match verdict {
        Verdict::Approved => report::verdict_approved(),
        Verdict::Rejected => report::verdict_rejected(),
    }
}

/// What happens, or happened, to a file, in a word.
#[must_use]
pub fn outcome(choice: Choice, outcome: Option<FileOutcome>) -> String {
    match (outcome, choice) {
        (Some(FileOutcome::Delivered), _) => report::delivered(),
        (Some(FileOutcome::Failed), _) => report::failed(),
        (Some(FileOutcome::InDoubt), _) => report::doubtful(),
        (Some(FileOutcome::Held), _) => report::held(),
        (Some(FileOutcome::Skipped), _) => report::skipped(),
        (None, Choice::Send) => report::would_send(),
        (None, Choice::Hold) => report::would_hold(),
        (None, Choice::Skip) => report::would_skip(),
        (Some(FileOutcome::Waiting), _) | (None, Choice::Wait) => report::would_wait(),
        (Some(FileOutcome::Duplicate), _) | (None, Choice::Duplicate) => report::duplicate(),
    }
}

/// How a series stands, in a word or two.
#[must_use]
pub fn slot_status(status: SlotStatus) -> String {
    match status {
        SlotStatus::Overdue => overview::overdue(),
        SlotStatus::InDoubt => overview::in_doubt(),
        SlotStatus::Held => overview::held(),
        SlotStatus::Waiting => overview::waiting(),
        SlotStatus::Missing => overview::missing(),
        SlotStatus::Delivered => overview::delivered(),
        SlotStatus::Adopted => overview::adopted(),
        SlotStatus::DuplicateRefused => overview::duplicate_refused(),
    }
}

/// How a run ended, in a few words.
#[must_use]
pub fn how_it_ended(run: &PastRun, under_way_now: bool) -> String {
    match run.exit_code {
        None if under_way_now => overview::under_way(),
        None => overview::broken_off(),
        Some(0) => overview::ended_well(),
        Some(3) => overview::ended_with_matters(),
        Some(4) => overview::ended_incomplete(),
        Some(_) => overview::ended_in_error(),
    }
}

/// A day in full: 20. april 2023.
#[must_use]
pub fn day(day: NaiveDate) -> String {
    overview::long_day(day.day(), &overview::month(day.month()), day.year())
}

/// A period in full: april 2023.
#[must_use]
pub fn period_in_full(period: Period) -> String {
    format!("{} {}", overview::month(period.month().into()), period.year())
}

/// A period, or a dash.
#[must_use]
pub fn period(period: Option<Period>) -> String {
    period.map_or_else(|| "–".to_owned(), |period| period.to_string())
}

/// A moment of the ledger for a person: the day in full and the minute.
#[must_use]
pub fn moment(at: &str) -> String {
    let said =
        |at: DateTime<FixedOffset>| overview::moment(&day(at.date_naive()), &at.format("%H:%M").to_string());
    DateTime::parse_from_rfc3339(at).map_or_else(|_| escape(at), said)
}

/// A number of bytes, written out in groups of three digits.
#[must_use]
pub fn bytes(bytes: u64) -> String {
    let digits = bytes.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push_str(&overview::thousands());
        }
        out.push(digit);
    }
    out
}

/// A size in bytes, in the unit in which it is easily read, as that is written in the language that is spoken.
#[must_use]
pub fn size(bytes: u64) -> String {
    HumanBytes(bytes).to_string().replace('.', &page::decimal_point())
}
