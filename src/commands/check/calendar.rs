//! What `check` says of KP's runs: the next one, the end of the list, and dates that are odd.

use super::{Checks, now};
use crate::calendar::runs::{RunFinding, RunFindingKind};
use crate::config::Config;
use crate::exit::ExitCode;
use crate::messages::{calendar as say, escape};
use crate::model::attention::CalendarEnd;
use crate::series::Route;
use crate::wording::calendar::{deadline, end, long_day, long_deadline, until};
use crate::wording::period_in_full;

/// Adds a line for the calendar and one for each question; none where the town enters no runs.
pub(super) fn calendar(config: &Config, checks: &mut Checks) {
    let unused = |rule: &&crate::series::SeriesRule| {
        rule.route == Route::Supplier && (rule.due_before_run || rule.due_day.is_some())
    };
    for rule in config.series.iter().filter(unused) {
        checks.ask("route", say::not_watched_title(), say::not_watched(&escape(&rule.name)));
    }
    let (runs, now) = (&config.calendar.runs, now());
    let Some(last) = runs.all().last() else { return };
    let ends = |has_ended| end(CalendarEnd { last_run: last.day, has_ended });
    let Some(next) = runs.next(&now) else {
        checks.note("calendar", say::check_title(), Err((ExitCode::Attention, ends(true))));
        return;
    };
    let today = now.date_naive();
    let when = until(next.banking_days_left(today), next.days_left(today));
    let line = say::check_next(runs.all().len(), &long_deadline(next), &when, &deadline(*last));
    if runs.ends_soon(&now) {
        checks.ask("calendar", say::check_title(), format!("{line}. {}", ends(false)));
    } else {
        checks.note("calendar", say::check_title(), Ok(line));
    }
    // What is over asks nobody any more.
    for finding in runs.findings(&now).iter().filter(|finding| !finding.run.is_missed_by(&now)) {
        if let Some(question) = question(finding, runs.all()) {
            checks.ask("calendar_date", say::question_title(), question);
        }
    }
}

fn question(finding: &RunFinding, runs: &[crate::calendar::deadline::Deadline]) -> Option<String> {
    let run = long_deadline(finding.run);
    match finding.kind {
        RunFindingKind::Past => None,
        RunFindingKind::AfterLastBankingDay { last } => Some(say::question_late(&run, &long_day(last))),
        RunFindingKind::SecondInMonth { first } => {
            Some(say::question_second(&run, &long_deadline(*runs.get(first)?)))
        }
        RunFindingKind::MonthsWithoutRun { from, to } if from == to => {
            Some(say::question_gap_one(&run, &period_in_full(from)))
        }
        RunFindingKind::MonthsWithoutRun { from, to } => {
            Some(say::question_gap(&run, &period_in_full(from), &period_in_full(to)))
        }
    }
}
