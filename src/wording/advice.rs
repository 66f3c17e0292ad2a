//! Why a file is as it is, and what a person does about it: said once, for `run`, `status` and the rest.

use chrono::NaiveDate;

use super::{day, doubt_of, moment, period, period_in_full, state};
use crate::messages::{command, content, escape, overview, pasted, report as say};
use crate::model::attention::{Cell, SlotStatus};
use crate::model::decision::{Choice, Earlier, Reason};
use crate::model::delivery::State;
use crate::model::ledger::Delivery;
use crate::model::run_report::{ComparedReport, ContentNote, FileReport};

/// The most faults of one reason that are told one by one.
const MOST_NOTES: usize = 3;

/// What a person does about a matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// What is the matter and what to do, in full sentences.
    pub sentence: String,
    /// The commands that settle it, any one of them, ready to be pasted.
    pub commands: Vec<String>,
}

/// Why, in a few words.
#[must_use]
pub fn reason(file: &FileReport) -> String {
    let earlier = file.earlier.as_ref();
    let slot = || {
        earlier.map_or_else(String::new, |earlier| {
            say::earlier(
                &escape(&earlier.series),
                &period(earlier.period),
                &earlier.delivered_at.as_deref().map_or_else(|| state(earlier.state), moment),
                earlier.delivery_id,
            )
        })
    };
    let is_doubtful = earlier.is_some_and(|earlier| earlier.state.is_unclear());
    match file.reason {
        _ if file.decision == Choice::Skip && file.blocked.is_some() => {
            file.blocked.clone().unwrap_or_default()
        }
        Reason::UnsafeFile | Reason::Unsettled => file.blocked.clone().unwrap_or_default(),
        Reason::AlreadyDelivered => say::already_delivered(&slot()),
        Reason::SameContentOtherSlot if is_doubtful => say::same_content_in_doubt(&slot()),
        Reason::SameContentOtherSlot if earlier.is_some() => say::same_content_other_slot(&slot()),
        Reason::SameContentOtherSlot => say::same_content_in_run(),
        Reason::UnknownSeries | Reason::NewSeries => reason_alone(file.reason) + &look_alike(file),
        Reason::SlotTaken if is_the_same_content(file) => say::same_content_delivered(
            &earlier.map_or_else(String::new, |earlier| escape(&earlier.path)),
            &slot(),
        ),
        Reason::SlotTaken if is_by_look_alike(file) => {
            let (path, slot) = (earlier.map_or_else(String::new, |earlier| escape(&earlier.path)), slot());
            if is_doubtful {
                say::look_alike_in_doubt(&path, &slot)
            } else {
                say::look_alike_delivered(&path, &slot)
            }
        }
        Reason::SlotTaken if is_doubtful => say::slot_in_doubt(&slot()) + &look_alike(file),
        Reason::SlotTaken if earlier.is_some() => say::slot_taken(&slot()) + &look_alike(file),
        Reason::SlotTaken => say::slot_taken_in_run(),
        Reason::RemoteNameTaken if file.delivery_id.is_none() => say::name_wanted_twice(),
        other => in_numbers(file, other),
    }
}

/// A reason that is about content in numbers, and any other alone.
fn in_numbers(file: &FileReport, reason: Reason) -> String {
    let notes: Vec<&str> =
        file.notes.iter().filter(|note| note.reason == reason).map(|note| note.text.as_str()).collect();
    let more = notes.len().saturating_sub(MOST_NOTES);
    let rest = if more > 0 { content::and_more(&more.to_string()) } else { String::new() };
    match &notes[..notes.len().min(MOST_NOTES)] {
        [] => reason_alone(reason),
        notes => notes.join("; ") + &rest,
    }
}

/// That a name has no period, since these parts of it speak of different months.
#[must_use]
pub fn two_months(one: &str, other: &str) -> String {
    say::two_months(&escape(one), &escape(other))
}

/// Whether the delivery that decided about a file has the same content.
fn is_the_same_content(file: &FileReport) -> bool {
    file.earlier.as_ref().is_some_and(|earlier| file.sha256 == Some(earlier.digest))
}

/// Whether KP got no other file for a held file's slot, but one for a slot whose files have look-alike names.
fn is_by_look_alike(file: &FileReport) -> bool {
    let number = |earlier: Option<&Earlier>| earlier.map(|earlier| earlier.delivery_id);
    file.look_alike.is_some() && number(file.earlier.as_ref()) == number(file.look_alike.as_deref())
}

/// The file of KP's that a held file's name looks like, as the rest of a sentence; empty where there is none.
fn look_alike(file: &FileReport) -> String {
    let Some(alike) = &file.look_alike else { return String::new() };
    let path = escape(&alike.path);
    if alike.state.is_unclear() {
        say::looks_like_one_in_doubt(&path, alike.delivery_id)
    } else {
        say::looks_like(&path, alike.delivery_id)
    }
}

fn is_about_names(reason: Reason) -> bool {
    matches!(reason, Reason::UnknownSeries | Reason::NewSeries | Reason::SlotTaken)
}

/// The reasons beside the deciding one, as the rest of a sentence; empty where there are none.
fn other_reasons(file: &FileReport) -> String {
    let others: Vec<String> = file
        .reasons
        .iter()
        .filter(|reason| **reason != file.reason)
        .map(|reason| in_numbers(file, *reason))
        .collect();
    if others.is_empty() {
        return String::new();
    }
    // The deciding reason has named the look-alike where that reason is about names.
    let alike = if is_about_names(file.reason) { String::new() } else { look_alike(file) };
    say::also(&others.join("; ")) + &alike
}

/// Whether what is said of the records that KP has got says already all that the comparison would: it names that delivery alone, and
/// the file lacks none of its records and has no others.
fn says_the_same(file: &FileReport, compared: &ComparedReport) -> bool {
    let names_it = |note: &ContentNote| note.deliveries == [compared.delivery_id];
    file.reasons.contains(&Reason::RecordsDelivered)
        && (compared.new, compared.gone) == (0, 0)
        && file.notes.iter().filter(|note| note.reason == Reason::RecordsDelivered).any(names_it)
}

/// Why a file is held, in a few words, with every reason.
#[must_use]
pub fn all_reasons(file: &FileReport) -> String {
    // How many records were delivered before says as much.
    let compared = file.compared.as_ref().filter(|_| file.reason != Reason::RecordsDelivered);
    let compared = compared.filter(|compared| !says_the_same(file, compared));
    let compared = compared.map(|compared| format!(". {}", compared.text));
    let reasons = reason(file) + &other_reasons(file) + &compared.unwrap_or_default();
    if file.approved_before { say::new_since_approved(&reasons) } else { reasons }
}

/// Why, where no earlier delivery is at hand to name.
#[must_use]
pub fn reason_alone(why: Reason) -> String {
    match why {
        Reason::UnsafeFile => say::unsafe_file(),
        Reason::Unsettled => crate::messages::run::still_changing(),
        Reason::Empty => say::empty(),
        Reason::InDoubt => say::in_doubt(),
        Reason::AlreadyDelivered => say::delivered_already(),
        Reason::Approved => say::approved(),
        Reason::Rejected => say::rejected(),
        Reason::SameContentOtherSlot => say::same_content_seen(),
        Reason::UnknownPeriod => say::unknown_period(),
        Reason::OldPeriod => say::old_period(),
        Reason::FuturePeriod => say::future_period(),
        Reason::UnknownSeries => say::unknown_series(),
        Reason::OtherRoute => say::other_route(),
        Reason::NewSeries => say::new_series(),
        Reason::SlotTaken => say::period_has_other_file(),
        Reason::Incomplete => content::incomplete(),
        Reason::UnreadableRecord => content::unreadable(),
        Reason::TotalsDiffer => content::totals_differ(),
        Reason::OtherPeriod => content::other_period(),
        Reason::RecordsDelivered => crate::messages::records::delivered(),
        Reason::RecordsRepeat => content::repeats(),
        Reason::TotalsRepeat => content::same_totals(),
        Reason::UnusualTotal => content::unusual(),
        Reason::AmountOver => content::over(),
        Reason::DuplicateInRun => say::duplicate_in_run(),
        Reason::ConflictInRun => say::conflict_in_run(),
        Reason::New => say::new_file(),
        Reason::RemoteNameTaken => say::remote_name_taken(),
        Reason::AlreadyOnServer => say::already_on_server(),
    }
}

/// A held file with the reason for it, without the full stop at the end.
fn held_because(file: &FileReport) -> String {
    let name = file.hold_id.map_or_else(|| escape(&file.path), |id| say::with_hold(&escape(&file.path), id));
    format!("{name}: {}", all_reasons(file))
}

/// Whether KP has another file for what this one is for, so that the supplier must say whether it comes on top of that one or
/// in place of it.
fn asks_on_top_or_in_place(file: &FileReport) -> bool {
    file.reason.can_be_approved()
        && !file.reasons.contains(&Reason::ConflictInRun)
        && (file.reasons.contains(&Reason::SlotTaken) || file.look_alike.is_some())
}

/// What to ask about a file for whose period there is another one, by what is known of whether KP got that.
fn next_slot_taken(file: &FileReport) -> String {
    let by_slot = file.earlier.as_ref().filter(|_| file.reason == Reason::SlotTaken);
    match by_slot.or(file.look_alike.as_deref()) {
        Some(earlier) if earlier.state.is_unclear() => {
            say::next_slot_in_doubt(&command(&format!("resolve {}", earlier.delivery_id)))
        }
        Some(_) => say::next_slot_taken(),
        None => say::next_slot_perhaps_taken(),
    }
}

/// What settles a held file, without the full stop at the end of its sentence.
fn about_held(file: &FileReport) -> Advice {
    let what = file.hold_id.map_or_else(|| quoted(&file.path), |id| id.to_string());
    let reject = command(&format!("reject {what} --reason \"…\""));
    let approve = command(&format!("approve {what} --reason \"…\""));
    if let Some(who) = &file.approved_by {
        return Advice { sentence: say::next_second_person(&escape(who)), commands: vec![approve, reject] };
    }
    let earlier = file.earlier.as_ref();
    let (sentence, commands) = match file.reason {
        // Rejecting a folder would take away what nobody has seen.
        Reason::UnsafeFile if file.is_folder => (say::next_bad_folder(), Vec::new()),
        Reason::UnsafeFile => (file.advice.clone().unwrap_or_else(say::next_unsafe), vec![reject]),
        Reason::Empty => (say::next_empty(), vec![reject]),
        Reason::InDoubt => {
            let interrupted = earlier.is_some_and(|earlier| earlier.state == State::Publishing);
            let delivery = earlier.map_or(0, |earlier| earlier.delivery_id);
            let sentence = if interrupted { say::next_publishing() } else { next_in_doubt(delivery) };
            (sentence, resolve(delivery))
        }
        Reason::RemoteNameTaken if file.delivery_id.is_none() => {
            (say::next_name_wanted_twice(), vec![reject])
        }
        Reason::RemoteNameTaken => (say::next_remote_name_taken(), vec![reject]),
        Reason::AlreadyOnServer => {
            let file = pasted(&file.path).unwrap_or_else(|| "--remote".to_owned());
            (say::next_already_on_server(), vec![command(&format!("adopt {file} --reason \"…\"")), reject])
        }
        Reason::Rejected => (say::next_rejected(), vec![reject, approve]),
        Reason::UnknownPeriod => (say::next_unknown_period(), vec![approve, reject]),
        Reason::UnknownSeries | Reason::NewSeries if file.reasons.contains(&Reason::ConflictInRun) => {
            (say::next_conflict(), vec![approve, reject])
        }
        Reason::OtherRoute => (say::next_other_route(), vec![reject, approve]),
        Reason::SlotTaken if is_the_same_content(file) => (say::next_same_content(), vec![reject, approve]),
        _ if asks_on_top_or_in_place(file) => (next_slot_taken(file), vec![approve, reject]),
        Reason::UnknownSeries => (say::next_unknown_series(), vec![approve, reject]),
        Reason::NewSeries => (say::next_new_series(), vec![approve, reject]),
        Reason::ConflictInRun => (say::next_conflict(), vec![approve, reject]),
        Reason::SlotTaken if file.compared.is_some() => {
            (content::on_top_or_in_place(), vec![approve, reject])
        }
        Reason::RecordsDelivered => (crate::messages::records::next_delivered(), vec![approve, reject]),
        Reason::UnreadableRecord => (content::next_unreadable(), vec![approve, reject]),
        Reason::OtherPeriod => (content::next_other_period(), vec![approve, reject]),
        _ => (say::next_approve(), vec![approve, reject]),
    };
    Advice { sentence, commands }
}

/// What settles a delivery that is in doubt, without the full stop at the end of its sentence.
fn about_doubt(delivery: i64) -> Advice {
    Advice { sentence: next_in_doubt(delivery), commands: resolve(delivery) }
}

fn next_in_doubt(delivery: i64) -> String {
    say::next_in_doubt(&command(&format!("resolve {delivery}")))
}

/// A held file with the reason for it and what to do, in full sentences.
#[must_use]
pub fn held(file: &FileReport) -> Advice {
    let Advice { sentence, commands } = about_held(file);
    // An amount of kroner ends with a full stop of its own.
    Advice { sentence: format!("{}. {sentence}.", held_because(file).trim_end_matches('.')), commands }
}

/// A file that has been waiting to settle for too long, since that moment (RFC 3339), and what to do, in full sentences.
#[must_use]
pub fn waiting(file: &FileReport, since: &str) -> Advice {
    if file.reason == Reason::Incomplete {
        let what = file.hold_id.map_or_else(|| quoted(&file.path), |id| id.to_string());
        let said = content::incomplete_long(&escape(&file.path), &moment(since), &all_reasons(file));
        let commands =
            ["approve", "reject"].map(|word| command(&format!("{word} {what} --reason \"…\""))).into();
        return Advice { sentence: format!("{said} {}.", content::next_incomplete()), commands };
    }
    let said = say::waiting_long(&escape(&file.path), &moment(since), &reason(file));
    Advice { sentence: format!("{said} {}.", say::next_waiting()), commands: Vec::new() }
}

/// A delivery in doubt, why if that is known, and what to do, in full sentences.
#[must_use]
pub fn in_doubt(delivery: &Delivery, why: Option<&str>) -> Advice {
    let Advice { sentence, commands } = about_doubt(delivery.id);
    Advice { sentence: format!("{} {sentence}.", doubt_of(delivery, why)), commands }
}

/// A file and what is the matter with it.
#[must_use]
pub fn about_file(path: &str, what: &str) -> String {
    format!("{}: {what}", escape(path))
}

/// An overdue month of a series, what is there of it, and what to do, in full sentences.
#[must_use]
pub fn overdue(series: &str, cell: &Cell, due: NaiveDate) -> String {
    let there: Vec<String> = cell
        .marks
        .iter()
        .filter_map(|mark| {
            let path = escape(mark.path.as_deref()?);
            match (mark.standing, mark.hold_id, mark.delivery_id) {
                (SlotStatus::InDoubt, _, Some(delivery)) => Some(overview::late_in_doubt(delivery)),
                (SlotStatus::Held, Some(hold), _) => Some(overview::late_held(&say::with_hold(&path, hold))),
                (SlotStatus::Held, None, _) => Some(overview::late_held(&path)),
                (SlotStatus::Waiting, ..) => Some(overview::late_waiting(&path)),
                _ => None,
            }
        })
        .collect();
    let next = if there.is_empty() { overview::late_ask() } else { there.join(" ") };
    let by = cell.deadline.map_or_else(|| day(due), super::calendar::deadline);
    format!("{} {next}", overview::late(&escape(series), &period_in_full(cell.period), &by))
}

/// That no run came for too long, in a full sentence. `since` is when the last run began or, without one, when the ledger
/// was made; RFC 3339.
#[must_use]
pub fn quiet(last_run: Option<&str>, since: &str) -> Advice {
    let sentence = match last_run {
        Some(at) => overview::quiet(&moment(at)),
        None => overview::never_ran(&moment(since)),
    };
    Advice { sentence, commands: vec![command("run")] }
}

fn resolve(delivery: i64) -> Vec<String> {
    ["--delivered", "--not-delivered"]
        .map(|answer| command(&format!("resolve {delivery} {answer} --reason \"…\"")))
        .into()
}

/// A path as it can be pasted into a command. Where a shell could read something else in it, the file is named by the
/// number that the next run gives it.
fn quoted(path: &str) -> String {
    pasted(path).unwrap_or_else(say::number_of_next_run)
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_name_is_pasted_only_where_no_shell_reads_more_in_it() {
        assert_eq!(quoted("mad/æble_202304.txt"), "mad/æble_202304.txt");
        assert_eq!(quoted("mad (2) & vask.txt"), "\"mad (2) & vask.txt\"");
        for wild in
            ["$(id).txt", "`id`.txt", "a\"b.txt", "%PATH%.txt", "wow!.txt", "--json", "a\u{202e}b", "a\\b"]
        {
            assert!(quoted(wild).starts_with(['N']), "{wild}: {}", quoted(wild));
        }
    }
}
