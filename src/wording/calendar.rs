//! KP's runs, and what is due before them, in words.

use chrono::{Datelike, NaiveDate, NaiveTime, TimeDelta, Timelike};

use super::{day, moment, period_in_full};
use crate::calendar::deadline::Deadline;
use crate::calendar::due_soon::DueSoon;
use crate::messages::{calendar as say, command, escape, pasted};
use crate::model::attention::{CalendarEnd, Cell, Mark, MissingFile, NextRun, SlotStatus};
use crate::model::ledger::{Asked, AskedAbout};
use crate::period::Period;

/// A day in full with its weekday: tirsdag den 15. december 2026.
#[must_use]
pub fn long_day(on: NaiveDate) -> String {
    say::weekday_of(&say::weekday(on.weekday().num_days_from_monday()), &day(on))
}

/// A deadline: 15. december 2026 kl. 12:00, or the day alone.
#[must_use]
pub fn deadline(due: Deadline) -> String {
    with_time(day(due.day), due.time)
}

/// The same with the weekday.
#[must_use]
pub fn long_deadline(due: Deadline) -> String {
    with_time(long_day(due.day), due.time)
}

fn with_time(day: String, time: Option<NaiveTime>) -> String {
    match time {
        Some(time) => say::at_time(&day, &clock(time)),
        None => day,
    }
}

fn clock(time: NaiveTime) -> String {
    time.format(if time.second() == 0 { "%H:%M" } else { "%H:%M:%S" }).to_string()
}

/// How long it is until a day, in banking days where there are any.
#[must_use]
pub fn until(banking_days_left: u32, days_left: i64) -> String {
    match (days_left, banking_days_left) {
        (0, _) => say::today(),
        (days, 0) => say::in_closed_days(days),
        (_, n) => say::in_banking_days(n, &say::number(n)),
    }
}

/// KP's next run and what it still waits for, in full sentences.
#[must_use]
pub fn next_run(run: &NextRun) -> String {
    let (day, when) = (long_deadline(run.deadline), until(run.banking_days_left, run.days_left));
    let said = if run.days_left == 0 { say::next_run_today(&day) } else { say::next_run(&day, &when) };
    let missing: Vec<String> = run.missing.iter().map(missing).collect();
    match (run.is_awaited, missing.is_empty()) {
        (false, _) => said,
        (true, true) => format!("{said} {}", say::next_run_complete()),
        (true, false) if run.is_early => format!("{said} {}", say::next_run_awaits(&missing.join("; "))),
        (true, false) => format!("{said} {}", say::next_run_misses(&missing.join("; "))),
    }
}

/// A missing file: its series, how it stands, and whom to ask.
fn missing(file: &MissingFile) -> String {
    let standing = match (file.standing, file.hold_id, file.delivery_id) {
        (SlotStatus::Held, Some(hold), _) => Some(say::missing_held(hold)),
        (SlotStatus::Held, None, _) => Some(say::missing_held_unseen()),
        (SlotStatus::InDoubt, _, Some(delivery)) => Some(say::missing_in_doubt(delivery)),
        (SlotStatus::Waiting, ..) => Some(say::missing_waiting()),
        _ => None,
    };
    let contact = file.contact.as_deref().map(escape);
    let about: Vec<String> = standing.into_iter().chain(contact).collect();
    let series = escape(&file.series);
    if about.is_empty() { series } else { format!("{series} ({})", about.join(", ")) }
}

/// That the calendar ends soon, or has ended.
#[must_use]
pub fn end(end: CalendarEnd) -> String {
    let last = day(end.last_run);
    if end.has_ended { say::has_ended(&last) } else { say::ends_soon(&last) }
}

/// A file that is due soon and what to do, in full sentences; on the last day in another tone; and the
/// command that asks the supplier, where he can help.
#[must_use]
pub fn due_soon(due: &DueSoon, file: &MissingFile) -> (String, Vec<String>) {
    let (series, period) = (escape(due.series), period_in_full(due.period));
    let today = due.deadline.day - TimeDelta::days(due.days_left);
    let by = deadline(due.deadline);
    let what = if !due.last_day {
        say::due_soon(&series, &period, &by, &until(due.banking_days_left, due.days_left))
    } else if due.days_left == 0 {
        match due.deadline.time {
            None => say::due_today(&series, &period),
            Some(time) => say::due_today_at(&series, &period, &clock(time)),
        }
    } else if due.deadline.last_day() == today {
        say::due_last_banking_day(&series, &period, &by)
    } else {
        say::due_no_banking_day(&series, &period, &by)
    };
    let there = there(file);
    let ask = match (&file.contact, due.last_day) {
        (None, false) => say::soon_ask(),
        (Some(contact), false) => say::soon_ask_whom(&escape(contact)),
        (None, true) => say::soon_call(),
        (Some(contact), true) => say::soon_call_whom(&escape(contact)),
    };
    let by_supplier = matches!(file.standing, SlotStatus::Missing | SlotStatus::Held);
    let next = [there, by_supplier.then_some(ask)];
    let sentence = std::iter::once(what).chain(next.into_iter().flatten()).collect::<Vec<_>>().join(" ");
    let commands = if by_supplier { vec![ask_command(due.series, due.period)] } else { Vec::new() };
    (sentence, commands)
}

/// What is there of a missing file, in a sentence.
fn there(file: &MissingFile) -> Option<String> {
    let path = escape(file.path.as_deref().unwrap_or("–"));
    match (file.standing, file.hold_id, file.delivery_id) {
        (SlotStatus::Held, Some(hold), _) => Some(say::soon_held(&path, hold)),
        (SlotStatus::Held, None, _) => Some(say::soon_held_unseen(&path)),
        (SlotStatus::InDoubt, _, Some(delivery)) => Some(say::soon_in_doubt(delivery)),
        (SlotStatus::Waiting, ..) => Some(say::soon_waiting(&path)),
        _ => None,
    }
}

/// The command that makes a mail to the supplier about a file.
#[must_use]
pub fn ask_command(series: &str, period: Period) -> String {
    let series = pasted(series).unwrap_or_else(|| "…".to_owned());
    command(&format!("ask {series} {period}"))
}

/// The command that asks the supplier about an overdue month; none where KP must be asked, or the file waits to be sent.
#[must_use]
pub fn ask_supplier(series: &str, cell: &Cell) -> Vec<String> {
    let elsewhere = |mark: &Mark| matches!(mark.standing, SlotStatus::InDoubt | SlotStatus::Waiting);
    if cell.marks.iter().any(elsewhere) { Vec::new() } else { vec![ask_command(series, cell.period)] }
}

/// Whom to ask, in a sentence.
#[must_use]
pub fn contact(contact: &str) -> String {
    say::contact_is(&escape(contact))
}

/// When the supplier was last asked, in a sentence.
#[must_use]
pub fn last_asked(asked: &Asked) -> String {
    say::asked_at(&moment(&asked.at))
}

/// That the supplier was asked about this file before, in a sentence.
#[must_use]
pub fn asked_before(asked: &Asked) -> String {
    say::asked_before(&moment(&asked.at), &about(asked.about), &way(asked))
}

/// What a supplier was asked, in a line.
#[must_use]
pub fn asked(asked: &Asked) -> String {
    let period = asked.period.map_or_else(|| "–".to_owned(), period_in_full);
    let (series, who) = (escape(&asked.series), escape(&asked.who));
    say::asked_line(&moment(&asked.at), &series, &period, &about(asked.about), &who, &way(asked))
}

/// Why a supplier was asked.
#[must_use]
pub fn about(about: AskedAbout) -> String {
    match about {
        AskedAbout::Missing => say::about_missing(),
        AskedAbout::Held => say::about_held(),
        AskedAbout::Again => say::about_again(),
    }
}

/// How a supplier was asked: by which mail, or by a text that the program did not send.
#[must_use]
pub fn way(asked: &Asked) -> String {
    asked.sent_to.as_deref().map_or_else(say::by_text, |to| say::by_mail(&escape(to)))
}
