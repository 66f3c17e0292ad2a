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
use crate::names;
use crate::wording::calendar::long_deadline;

use super::answers::{Answers, RunDates};
use super::prompter::{Asked, Kind, Prompter, Question, paragraph};

/// Asks for the dates, unless `--runs` has them. Those that stand already stay where nobody names others.
///
/// # Errors
/// Going back; or exit code 2: the flag is wrong, the dates are needed for one of the series and nobody is asked, or the input
/// ended.
pub(super) fn runs(options: &cli::Init, prompter: &Prompter, answers: &Answers) -> Asked<RunDates> {
    let wrong = |what: String| UserError::usage(say_init::flag_wrong("--runs", &what));
    let earlier = &answers.calendar;
    let needed = due_before_run(answers).map(|name| say::runs_needed(&escape(name)));
    let over = Over::of(answers);
    let runs = match &options.runs {
        Some(text) => of_flag(text, &over).map_err(wrong)?,
        None if prompter.is_silent() => earlier.runs.clone(),
        None => match asked(prompter, needed.as_deref(), earlier, &over)? {
            Some(runs) => runs,
            None => return Ok(earlier.clone()),
        },
    };
    match needed {
        Some(needed) if runs.is_empty() => return Err(wrong(needed).into()),
        _ if runs.is_empty() => return Ok(RunDates::default()),
        _ if options.runs.is_none() && prompter.is_silent() => return Ok(earlier.clone()),
        _ => {}
    }
    let default = if earlier.runs.is_empty() {
        say::three_banking_days()
    } else {
        earlier.warn_before.map_or_else(|| "-".to_owned(), |before| before.to_string())
    };
    let question = Question {
        text: say::ask_warn_before(),
        help: say::help_warn_before(),
        flag: "--runs",
        given: None,
        default: Some(default),
        kind: Kind::Choice,
    };
    let warn_before = prompter.ask(question, |text| match text {
        "-" => Ok(None),
        text => text.parse().map(Some).map_err(|_| say::not_a_warning(&escape(text))),
    })?;
    Ok(RunDates { runs, warn_before })
}

/// The first series that is due before KP's run, by the answers, or else by the configuration that is there.
fn due_before_run(answers: &Answers) -> Option<&str> {
    let answered = |name: &str| answers.series.iter().any(|one| names::same(&one.name, name));
    let rules = answers.before.iter().flat_map(|before| &before.config.series);
    let standing = rules.filter(|rule| rule.due_before_run && !answered(&rule.name)).map(|rule| &*rule.name);
    answers.series.iter().filter(|one| one.before_run).map(|one| &*one.name).chain(standing).next()
}

/// The runs of the configuration that is there. A new list has those to come, and the months before it are still told of.
struct Over(Vec<Deadline>);

impl Over {
    fn of(answers: &Answers) -> Over {
        let before = answers.before.as_ref();
        Over(before.map_or_else(Vec::new, |before| before.config.calendar.runs.all().to_vec()))
    }
}

/// The dates of the flag: nobody is there to be asked, so each must be clear by itself.
fn of_flag(text: &str, over: &Over) -> Result<Runs, String> {
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
    in_order(&read, over)
}

/// The dates that were pasted; none where those that stand already are kept.
fn asked(prompter: &Prompter, needed: Option<&str>, earlier: &RunDates, over: &Over) -> Asked<Option<Runs>> {
    let is_new = earlier.runs.is_empty();
    prompter.say(&paragraph("", &say::about_runs()))?;
    if !is_new {
        let standing: Vec<String> = earlier.runs.all().iter().map(|run| long_deadline(*run)).collect();
        prompter.say(&paragraph("", &say::runs_kept(&standing.join(", "))))?;
    }
    let needed_now = needed.filter(|_| is_new);
    if let Some(needed) = needed_now {
        prompter.say(&paragraph("", needed))?;
    }
    let today = clock::now().date_naive();
    loop {
        let text = prompter.ask_lines(&say::ask_runs(), &say::about_runs(), needed_now.is_some())?;
        if text.trim().is_empty() && !is_new {
            return Ok(None);
        }
        if text.trim().is_empty() || text.trim() == "-" {
            match needed {
                None => return Ok(Some(Runs::default())),
                Some(needed) => prompter.say(&paragraph("  ! ", needed))?,
            }
            continue;
        }
        let read = read_dates(&text, MissingYear::NextFrom(today));
        for line in shown(&text, &read, today) {
            prompter.say(&paragraph("  ", &line))?;
        }
        match in_order(&read, over) {
            Err(what) => prompter.say(&paragraph("  ! ", &what))?,
            Ok(runs) if prompter.ask_whether(say::confirm_runs(), say::help_confirm_runs(), true)? => {
                return Ok(Some(runs));
            }
            Ok(_) => {}
        }
        prompter.say(&say::runs_again())?;
    }
}

/// The dates as runs, earliest first and each once, however they were pasted; after the runs that were before all of them.
fn in_order(read: &DatesRead, over: &Over) -> Result<Runs, String> {
    let mut deadlines: Vec<Deadline> = read.dates.iter().map(|date| date.is.deadline()).collect();
    if let Some(first) = deadlines.iter().map(|run| run.day).min() {
        deadlines.extend(over.0.iter().filter(|run| run.day < first));
    }
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
            let runs = of_flag(text, &Over(Vec::new()))?;
            Ok::<_, String>(runs.all().iter().map(ToString::to_string).collect::<Vec<_>>())
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
