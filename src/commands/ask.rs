//! `ask`: a finished mail to a supplier about a file that is missing, held, or wanted again.

use serde::Serialize;

use super::context::{now, open_ledger, open_reader, who};
use crate::cli::{self, Global};
use crate::config::{Config, Mail};
use crate::exit::{ExitCode, UserError};
use crate::ledger::event::Event;
use crate::ledger::query::{Filter, Sequence};
use crate::ledger::{Journal, Ledger, LedgerReader};
use crate::messages::{self, ask as say, command, escape};
use crate::model::attention::{AttentionKind, Overview};
use crate::model::decision::Choice;
use crate::model::delivery::State;
use crate::model::ledger::{Asked, AskedAbout, Delivery, Verdict};
use crate::model::run_report::FileReport;
use crate::names;
use crate::names::without_cpr_numbers;
use crate::notify;
use crate::output::answer;
use crate::overview;
use crate::period::Period;
use crate::run::preview::Preview;
use crate::series::SeriesRule;
use crate::wording;
use crate::wording::letter::{self, About, Context, Letter};

#[derive(Serialize)]
struct Answer<'a> {
    series: &'a str,
    period: Option<Period>,
    about: AskedAbout,
    to: Option<String>,
    subject: &'a str,
    body: &'a str,
    sent: bool,
    /// When the supplier was last asked about this file before, RFC 3339.
    asked_before: Option<&'a str>,
    exit_code: u8,
}

/// What is known when the question is put.
struct Known {
    overview: Overview,
    files: Vec<FileReport>,
    deliveries: Vec<Delivery>,
    /// What the supplier was asked already, oldest first.
    asked: Vec<Asked>,
    /// The newest rejection, as the period that it is for and its file.
    rejected: Vec<(Option<Period>, String, String)>,
}

/// `ask`. Makes the mail, sends it where that is asked for, and writes down that the supplier was asked.
pub(super) fn ask(config: &Config, options: &cli::Ask, global: &Global) -> anyhow::Result<ExitCode> {
    let rule = config.series.iter().find(|rule| names::same(&rule.name, &options.series));
    let way = if options.send { Some(way(config, rule, &options.series)?) } else { None };
    let known = gather(config, &options.series)?;
    let series = rule.map_or(options.series.as_str(), |rule| rule.name.as_str());
    if rule.is_none() && known.deliveries.is_empty() && !known.files.iter().any(|file| is_of(file, series)) {
        return Err(unknown(config, series).into());
    }
    let period = options.period.map_or_else(|| most_pressing(&known, series), Some);
    let held: Vec<&FileReport> = known
        .files
        .iter()
        .filter(|file| is_of(file, series) && file.decision == Choice::Hold && file.period == period)
        .collect();
    let about = about(&known, series, period, &held)?;
    let letter = compose(config, rule, (series, period), about);
    if let Some((mail, to)) = &way {
        notify::mail::write_to(mail, to, &letter.subject, &letter.body, now())
            .map_err(|why| UserError::unexpected(say::mail_failed(&why)))?;
    }
    let to = way.as_ref().map(|(_, to)| to.email.to_string());
    let holds = held.iter().filter_map(|file| file.hold_id).collect();
    let mut ledger =
        record(config, (series, period), about.kind(), holds, to.as_deref(), &letter).map_err(|error| {
            match &to {
                Some(to) => UserError { message: say::sent_not_recorded(to, &error.message), ..error },
                None => error,
            }
        })?;
    ledger.attest().map_err(|error| {
        let sent = to.as_deref().map(|to| say::sent(&escape(to)) + " ").unwrap_or_default();
        UserError::unexpected(sent + &say::line_not_written(&config.archive, &error))
    })?;
    let address = rule.and_then(|rule| rule.mail.as_ref()).map(|mail| mail.email.to_string());
    let before = known.asked.iter().rev().find(|asked| asked.period == period);
    let json = Answer {
        series,
        period,
        about: about.kind(),
        to: address.clone(),
        subject: &letter.subject,
        body: &letter.body,
        sent: to.is_some(),
        asked_before: before.map(|asked| asked.at.as_str()),
        exit_code: 0,
    };
    answer(global, &json, || text(&letter, address.as_deref(), to.as_deref(), before, global.quiet))?;
    Ok(ExitCode::Ok)
}

/// The mail server and the supplier's address.
fn way<'a>(
    config: &'a Config,
    rule: Option<&'a SeriesRule>,
    series: &str,
) -> Result<(&'a Mail, &'a lettre::message::Mailbox), UserError> {
    let to = rule.and_then(|rule| rule.mail.as_ref());
    let to = to.ok_or_else(|| UserError::usage(say::no_mail(&escape(series), &config.file)))?;
    let mail = config.notify.mail.as_ref();
    let mail = mail.ok_or_else(|| UserError::usage(say::no_mail_server(&config.file)))?;
    Ok((mail, to))
}

fn gather(config: &Config, series: &str) -> Result<Known, UserError> {
    config.check_folders()?;
    let now = now();
    let preview = Preview::of(config, &|| open_reader(config, true), now)?;
    let files = preview.files(config)?;
    let ledger: &LedgerReader = &preview.ledger;
    let overview = overview::of(config, ledger, &files, &[], now)?;
    let filter = Filter { series: Some(series.to_owned()), ..Filter::default() };
    let deliveries = ledger.history(&filter)?;
    let mut asked = ledger.asked()?;
    asked.retain(|asked| names::same(&asked.series, series));
    let mut rejected: Vec<_> = ledger.decisions()?;
    rejected.retain(|decision| names::same(&decision.key.slot.series, series));
    let rejected = rejected
        .into_iter()
        .filter(|decision| decision.verdict == Verdict::Rejected)
        .map(|decision| (decision.key.slot.period, decision.path, decision.at))
        .collect();
    Ok(Known { overview, files, deliveries, asked, rejected })
}

fn is_of(file: &FileReport, series: &str) -> bool {
    file.series.as_deref().is_some_and(|of| names::same(of, series))
}

/// The month that a question is about where none is named: that of a held file, else of what is overdue, due soon or
/// missing for KP's next run, else the current one.
fn most_pressing(known: &Known, series: &str) -> Option<Period> {
    let held = known.files.iter().find(|file| is_of(file, series) && file.decision == Choice::Hold);
    if let Some(file) = held {
        return file.period;
    }
    let kinds = [AttentionKind::Overdue, AttentionKind::DueSoon];
    let matters = known.overview.matters.iter().filter(|item| kinds.contains(&item.kind));
    let mut periods = matters
        .filter(|item| item.series.as_deref().is_some_and(|of| names::same(of, series)))
        .map(|item| item.period);
    let next = known.overview.next_run.iter().flat_map(|run| &run.missing);
    let mut next = next.filter(|file| names::same(&file.series, series)).map(|file| Some(file.period));
    periods.next().or_else(|| next.next()).unwrap_or_else(|| Period::of(now().date_naive()))
}

/// What there is to ask.
///
/// # Errors
/// Exit code 2: a file waits to be delivered, or only KP can answer.
fn about<'a>(
    known: &'a Known,
    series: &str,
    period: Option<Period>,
    held: &'a [&'a FileReport],
) -> Result<About<'a>, UserError> {
    let newest = known.deliveries.iter().find(|delivery| delivery.key.slot.period == period);
    let unclear = known.deliveries.iter().find(|delivery| {
        delivery.key.slot.period == period && matches!(delivery.state, State::InDoubt | State::Publishing)
    });
    if let Some(delivery) = unclear {
        let resolve = command(&format!("resolve {} --delivered|--not-delivered --reason \"…\"", delivery.id));
        return Err(UserError::usage(say::is_in_doubt(delivery.id, &resolve)));
    }
    if !held.is_empty() {
        return Ok(About::Held(held));
    }
    let waiting = known.files.iter().find(|file| {
        is_of(file, series) && file.period == period && matches!(file.decision, Choice::Send | Choice::Wait)
    });
    if let Some(file) = waiting {
        return Err(UserError::usage(say::is_waiting(&escape(&file.path), &command("run"))));
    }
    let got = known
        .deliveries
        .iter()
        .find(|delivery| delivery.key.slot.period == period && delivery.state.is_delivered());
    if let Some(delivery) = got.or_else(|| newest.filter(|newest| newest.state == State::NotDelivered)) {
        return Ok(About::Again(delivery));
    }
    if let Some((_, path, _)) = known.rejected.iter().rev().find(|(of, ..)| *of == period) {
        return Ok(About::Rejected(path));
    }
    Ok(About::Missing(known.deliveries.iter().find(|delivery| delivery.state.is_delivered())))
}

/// The letter in the town's own language, whatever is spoken here.
fn compose(
    config: &Config,
    rule: Option<&SeriesRule>,
    (series, period): (&str, Option<Period>),
    about: About,
) -> Letter {
    let deadline = rule.and_then(|rule| rule.due()?.deadline(period?, &config.calendar.runs));
    let deadline = deadline.map(|deadline| (deadline, deadline.is_missed_by(&now())));
    let from = config.notify.mail.as_ref().map(|mail| &mail.from);
    let from = from.map(|from| from.name.clone().unwrap_or_else(|| from.email.to_string()));
    let sender = config.name.clone().or(from).unwrap_or_else(who);
    let recipient = rule.and_then(|rule| rule.mail.as_ref()?.name.as_deref());
    let spoken = messages::language();
    messages::speak(config.language.unwrap_or(spoken));
    let letter = letter::letter(about, Context { series, period, deadline, recipient, sender: &sender });
    messages::speak(spoken);
    Letter { subject: without_cpr_numbers(&letter.subject), body: without_cpr_numbers(&letter.body) }
}

/// Writes down that the supplier was asked.
fn record(
    config: &Config,
    (series, period): (&str, Option<Period>),
    about: AskedAbout,
    holds: Vec<i64>,
    sent_to: Option<&str>,
    letter: &Letter,
) -> Result<Ledger, UserError> {
    let mut ledger = open_ledger(config, now())?;
    let event = Event::Asked {
        asked: ledger.next(Sequence::Asked)?,
        series: series.to_owned(),
        period,
        about,
        holds,
        sent_to: sent_to.map(str::to_owned),
        subject: letter.subject.clone(),
        who: who(),
    };
    ledger.record(now(), &[event])?;
    Ok(ledger)
}

fn unknown(config: &Config, series: &str) -> UserError {
    let known: Vec<String> = config.series.iter().map(|rule| escape(&rule.name)).collect();
    let known = if known.is_empty() { say::none_known() } else { known.join(", ") };
    UserError::usage(say::unknown_series(&escape(series), &known))
}

/// The mail to copy, and whether it was sent.
fn text(
    letter: &Letter,
    address: Option<&str>,
    sent_to: Option<&str>,
    before: Option<&Asked>,
    quiet: bool,
) -> String {
    let mut out = String::new();
    if let Some(to) = address {
        out.extend([say::to_line(&escape(to)).as_str(), "\n"]);
    }
    out.extend([say::subject_line(&letter.subject).as_str(), "\n\n", &letter.body]);
    if !quiet {
        let end = sent_to.map_or_else(say::not_sent, |to| say::sent(&escape(to)));
        out.extend(["\n---\n", &crate::report::text::sentence(&end)]);
        let before =
            before.map(|asked| crate::report::text::sentence(&wording::calendar::asked_before(asked)));
        out.extend(before);
    }
    out
}
