//! The series: drafted from the files that lie in the drop folder, or typed.

use std::path::PathBuf;

use crate::commands::format;
use crate::config::{glob, values};
use crate::exit::UserError;
use crate::messages::config as rules;
use crate::messages::init as say;
use crate::names;

use super::super::answers::{Answers, Series};
use super::super::lying::Lying;
use super::super::prompter::{Asked, Kind, Question};
use super::{Interview, typed};

/// The series that flags name; else those that the files in the drop folder are of, if the person wants them.
pub(super) fn drafted(interview: &mut Interview) -> Asked<()> {
    interview.answers.series = given(interview)?;
    interview.answers.formats.clear();
    let is_new = interview.answers.before.is_none();
    // A second `--yes` must not find other answers in other files.
    if !interview.options.series.is_empty() || !(interview.is_asking() || is_new) {
        return Ok(());
    }
    if !interview.answers.drop.is_dir() {
        return Ok(());
    }
    let lying = Lying::look(&interview.answers.drop)?;
    let before = interview.answers.before.as_ref();
    let drafts = lying.drafts(before.map_or(&[][..], |before| &before.config.series));
    if drafts.is_empty() {
        return Ok(());
    }
    let prompter = interview.prompter;
    prompter.say(&super::paragraph("", &say::series_drafted()))?;
    for draft in &drafts {
        let months = draft.months.join(", ");
        prompter.say(&format!("  {}: {} ({months})", draft.series.name, draft.series.pattern))?;
    }
    let wanted =
        !interview.is_asking() || prompter.ask_whether(say::ask_drafts(), say::about_series(), true)?;
    if !wanted {
        return Ok(());
    }
    let samples: Vec<PathBuf> =
        drafts.iter().map(|draft| interview.answers.drop.join(&draft.sample)).collect();
    for draft in drafts {
        let (due_day, before_run) = due_asked(interview, &draft.series.name)?;
        interview.answers.series.push(Series { due_day, before_run, ..draft.series });
    }
    formats(interview, &samples)
}

/// Offers a draft of the format of each of these files. No series has it before a person has looked at it and written so.
fn formats(interview: &mut Interview, samples: &[PathBuf]) -> Asked<()> {
    if !interview.is_asking() {
        return Ok(());
    }
    let mut offered: Vec<(String, String)> = Vec::new();
    for (name, draft) in samples.iter().filter_map(|file| format::offered(file)) {
        if offered.iter().all(|(other, _)| *other != name) {
            offered.push((name, draft));
        }
    }
    if !offered.is_empty()
        && interview.prompter.ask_whether(say::ask_formats(), say::help_formats(), false)?
    {
        interview.answers.formats = offered;
    }
    Ok(())
}

/// Series that no file lies there of yet.
pub(super) fn others(interview: &mut Interview) -> Asked<()> {
    if !interview.is_asking() || !interview.options.series.is_empty() {
        return Ok(());
    }
    let drafted = interview.answers.series.len();
    let outcome = typed_ones(interview);
    if outcome.is_err() {
        // Going back takes back what was typed here.
        interview.answers.series.truncate(drafted);
    }
    outcome
}

fn typed_ones(interview: &mut Interview) -> Asked<()> {
    interview.prompter.say(&super::paragraph("", &say::about_series()))?;
    loop {
        let asked = (say::ask_series_name(), say::about_series());
        let name = interview.text(asked, ("--series", None), Some("-".to_owned()), |text| match text {
            "-" => Ok(None),
            text => new_name(text, &interview.answers).map(Some),
        })?;
        let Some(name) = name else { return Ok(()) };
        let asked = (say::ask_series_pattern(), say::help_series_pattern());
        let pattern = interview.text(asked, ("--series", None), Some(format!("{name}_*.txt")), pattern)?;
        let (due_day, before_run) = due_asked(interview, &name)?;
        interview.answers.series.push(Series { name, pattern, due_day, before_run });
    }
}

fn due_asked(interview: &Interview, name: &str) -> Asked<(Option<u8>, bool)> {
    let question = Question {
        text: say::ask_due_day(name),
        help: say::help_due_day(),
        flag: "--series",
        given: None,
        default: Some("-".to_owned()),
        kind: Kind::Choice,
    };
    interview.prompter.ask(question, due)
}

/// By which day a file is due, or whether it is due before KP's run; `-` for neither.
fn due(text: &str) -> Result<(Option<u8>, bool), String> {
    match text.to_lowercase().as_str() {
        "-" => Ok((None, false)),
        "run" | "kørsel" | "kørslen" => Ok((None, true)),
        text => day(text).map(|day| (Some(day), false)),
    }
}

/// The series that flags name.
fn given(interview: &Interview) -> Result<Vec<Series>, UserError> {
    let mut all: Vec<Series> = Vec::new();
    for given in &interview.options.series {
        let one = one_series(given)
            .and_then(|one| Ok(Series { name: new_among(&one.name, &all)?, ..one }))
            .map_err(|what| UserError::usage(say::flag_wrong("--series", &what)))?;
        all.push(one);
    }
    Ok(all)
}

/// `name=pattern`, `name=pattern:day` or `name=pattern:run`.
fn one_series(text: &str) -> Result<Series, String> {
    let (name, rest) = text.split_once('=').ok_or_else(say::series_form)?;
    let (files, (due_day, before_run)) = match rest.rsplit_once(':') {
        Some((_, text)) if text.trim() == "-" => return Err(say::day_wrong()),
        Some((files, text)) => (files, due(text.trim())?),
        None => (rest, (None, false)),
    };
    Ok(Series { name: name.trim().to_owned(), pattern: pattern(files.trim())?, due_day, before_run })
}

/// A series' name that neither the answers nor the configuration have.
fn new_name(text: &str, answers: &Answers) -> Result<String, String> {
    let name = new_among(text, &answers.series)?;
    let before = answers.before.iter().flat_map(|before| &before.config.series);
    if before.into_iter().any(|rule| names::same(&rule.name, &name)) {
        return Err(rules::series_twice());
    }
    Ok(name)
}

fn new_among(text: &str, others: &[Series]) -> Result<String, String> {
    let name = typed::filled(text, values::part_of_a_file_name)?;
    if others.iter().any(|other| names::same(&other.name, &name)) {
        Err(rules::series_twice())
    } else {
        Ok(name)
    }
}

fn pattern(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err(say::answer_needed());
    }
    if !text.contains(char::is_alphanumeric) && !text.contains('*') {
        return Err(say::not_a_name(text));
    }
    glob::glob(text).map(|_| text.to_owned())
}

fn day(text: &str) -> Result<u8, String> {
    text.parse().ok().filter(|day| (1..=31).contains(day)).ok_or_else(say::day_wrong)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    #[test]
    fn a_series_is_its_name_its_pattern_and_perhaps_a_day() {
        let series = |name: &str, pattern: &str, due_day| Series {
            name: name.to_owned(),
            pattern: pattern.to_owned(),
            due_day,
            before_run: false,
        };
        assert_eq!(one_series("mad=mad_*.txt"), Ok(series("mad", "mad_*.txt", None)));
        assert_eq!(one_series("mad=mad_*.txt:20"), Ok(series("mad", "mad_*.txt", Some(20))));
        assert_eq!(one_series(" tøj = vask=*.csv : 1 "), Ok(series("tøj", "vask=*.csv", Some(1))));
        let by_run = Series { before_run: true, ..series("mad", "mad_*.txt", None) };
        assert_eq!(one_series("mad=mad_*.txt:run"), Ok(by_run));
        for wrong in ["mad", "mad=", "mad=mad_*:0", "mad=mad_*:32", "mad=mad_*:tyve", "mad=ind/*", "mad=[a"] {
            assert!(one_series(wrong).is_err(), "{wrong}");
        }
    }
}
