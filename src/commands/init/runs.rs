//! `init`'s question for the dates of KP's runs: a list or lines of a mail are pasted, and what was understood is shown.

use chrono::NaiveDate;

use crate::calendar::dates::{DateRead, DatesRead, Found, MissingYear, YearSource, read_dates};
use crate::calendar::deadline::Deadline;
use crate::calendar::runs::Runs;
use crate::cli;
use crate::clock;
use crate::config::calendar::{date_refused, refused};
use crate::exit::UserError;
use crate::messages::{calendar as say, escape, init as say_init};
use crate::wording::calendar::long_deadline;

use super::answers::{RunDates, Series};
use super::prompter::{Prompter, Question, paragraph};

/// Asks for the dates, unless `--runs` has them. Without questions and without the flag there are none.
///
/// # Errors
/// Exit code 2: the flag is wrong, the dates are needed for one of the series and nobody is asked, or the input ended.
pub(super) fn runs(
    options: &cli::Init,
    prompter: &Prompter,
    series: &[Series],
) -> Result<RunDates, UserError> {
    let wrong = |what: String| UserError::usage(say_init::flag_wrong("--runs", &what));
    let needed = series.iter().find(|one| one.before_run).map(|one| say::runs_needed(&escape(&one.name)));
    let runs = match &options.runs {
        Some(text) => of_flag(text).map_err(wrong)?,
        None if prompter.is_silent() => Runs::default(),
        None => asked(prompter, needed.as_deref())?,
    };
    match needed {
        Some(needed) if runs.is_empty() => return Err(wrong(needed)),
        _ if runs.is_empty() => return Ok(RunDates::default()),
        _ => {}
    }
    let default = Some(say::three_banking_days());
    let question = Question { text: say::ask_warn_before(), flag: "--runs", given: None, default };
    let warn_before = prompter.ask(question, |text| match text {
        "-" => Ok(None),
        text => text.parse().map(Some).map_err(|_| say::not_a_warning(&escape(text))),
    })?;
    Ok(RunDates { runs, warn_before })
}

/// The dates of the flag: nobody is there to be asked, so each must be clear by itself.
fn of_flag(text: &str) -> Result<Runs, String> {
    let read = read_dates(text, MissingYear::Refused);
    if let Some(fault) = read.not_read.first() {
        return Err(not_understood(text, fault.span.clone(), &date_refused(fault.is)));
    }
    if let Some(unclear) = read.dates.iter().find(|date| date.is.either_order) {
        return Err(not_understood(text, unclear.span.clone(), &say::either_order()));
    }
    if read.dates.is_empty() {
        return Err(say::no_dates());
    }
    in_order(&read)
}

fn asked(prompter: &Prompter, needed: Option<&str>) -> Result<Runs, UserError> {
    prompter.say(&paragraph("", &say::about_runs()))?;
    if let Some(needed) = needed {
        prompter.say(&paragraph("", needed))?;
    }
    let today = clock::now().date_naive();
    loop {
        let text = prompter.ask_lines(&say::ask_runs(), needed.is_some())?;
        if text.trim().is_empty() || text.trim() == "-" {
            match needed {
                None => return Ok(Runs::default()),
                Some(needed) => prompter.say(&paragraph("  ! ", needed))?,
            }
            continue;
        }
        let read = read_dates(&text, MissingYear::NextFrom(today));
        for line in shown(&text, &read, today) {
            prompter.say(&paragraph("  ", &line))?;
        }
        match in_order(&read) {
            Err(what) => prompter.say(&paragraph("  ! ", &what))?,
            Ok(runs) if prompter.confirm(say::confirm_runs(), "--runs")? => return Ok(runs),
            Ok(_) => {}
        }
        prompter.say(&say::runs_again())?;
    }
}

/// The dates as runs, earliest first and each once, however they were pasted.
fn in_order(read: &DatesRead) -> Result<Runs, String> {
    let mut deadlines: Vec<Deadline> = read.dates.iter().map(|date| date.is.deadline()).collect();
    deadlines.sort_unstable();
    deadlines.dedup();
    if deadlines.is_empty() {
        return Err(say::no_dates());
    }
    let text = |at: usize| deadlines.get(at).map(|run| long_deadline(*run)).unwrap_or_default();
    let fault = |faults: Vec<crate::calendar::runs::RunFault>| {
        let first = faults.first().map(|fault| (text(fault.index), refused(fault.kind, text)));
        first.map(|(date, why)| format!("{date}: {why}")).unwrap_or_default()
    };
    Runs::of(&deadlines).map_err(fault)
}

/// What was understood, and what was not, a line each.
fn shown(text: &str, read: &DatesRead, today: NaiveDate) -> Vec<String> {
    let line = |Found { is, .. }: &Found<DateRead>| {
        let mut line = say::understood_date(&long_deadline(is.deadline()));
        for (so, remark) in [
            (is.year == YearSource::Missing, say::year_taken()),
            (is.either_order, say::other_order()),
            (is.day < today, say::is_past()),
        ] {
            line += if so { remark.as_str() } else { "" };
        }
        line
    };
    let understood = read.dates.iter().map(line);
    let not =
        read.not_read.iter().map(|fault| not_understood(text, fault.span.clone(), &date_refused(fault.is)));
    std::iter::once(say::understood()).chain(understood).chain(not).collect()
}

fn not_understood(text: &str, span: std::ops::Range<usize>, why: &str) -> String {
    say::not_understood(&escape(text.get(span).unwrap_or_default()), why)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_flag_is_taken_only_where_it_is_clear() {
        let read = |text: &str| {
            of_flag(text).map(|runs| runs.all().iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        assert_eq!(read("2026-12-15, 14. januar 2027 kl. 12").unwrap(), ["2026-12-15", "2027-01-14 12:00"]);
        assert_eq!(read("14. januar 2027 og 15/12-2026, 15/12-2026").unwrap(), ["2026-12-15", "2027-01-14"]);
        for unclear in
            ["", "ingen", "31. februar 2027", "15. december", "03/04 2027", "15/12 2026 ring 99 99 99 99"]
        {
            assert!(read(unclear).is_err(), "{unclear}");
        }
        assert!(read("2026-12-15 og 2026-12-15 12:00").is_err());
    }
}
