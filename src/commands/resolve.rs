//! `resolve`: a person says whether KP got a file.

use serde::Serialize;

use crate::cli::{self, Global};
use crate::config::Config;
use crate::exit::{ExitCode, UserError};
use crate::failpoint::failpoint;
use crate::ledger::event::Event;
use crate::ledger::witness::line::Kind;
use crate::ledger::{Journal, Ledger};
use crate::messages::{case as say_case, escape, mail as say_mail, report as say};
use crate::model::delivery::{State, Step};
use crate::model::ledger::Delivery;
use crate::report::text::{self, sentence};
use crate::wording::{self, advice, mail::Mail};

use self::server::Seen;
use super::context::{attest, now, open_ledger, open_reader, who};
use crate::output::{Failure, answer, answer_or_failure, one_line};

mod server;

#[derive(Serialize)]
struct Resolved {
    delivery_id: i64,
    from: State,
    to: State,
    /// What the server showed before; none where it was not asked, since nothing was unclear.
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<Seen>,
    text: String,
    exit_code: u8,
}

pub(super) fn resolve(config: &Config, options: &cli::Resolve, global: &Global) -> anyhow::Result<ExitCode> {
    match &options.reason {
        Some(reason) => {
            let (delivery, delivered) = (options.delivery, options.delivered);
            let settled = settle(config, &Word { delivery, delivered, reason, shown: None })?;
            let failure = (settled.exit != ExitCode::Ok)
                .then(|| Failure::new(settled.exit, settled.resolved.text.clone()));
            answer_or_failure(global, &settled.resolved, failure.as_ref(), || settled.said)?;
            Ok(settled.exit)
        }
        None => ask_kp(config, options.delivery, global),
    }
}

/// What a person says about a delivery.
pub(super) struct Word<'a> {
    /// Its number.
    pub(super) delivery: i64,
    /// Whether KP has the file.
    pub(super) delivered: bool,
    /// Her reason.
    pub(super) reason: &'a str,
    /// Where she was shown that it stands; where it stands elsewhere by now, her word is not taken.
    pub(super) shown: Option<State>,
}

/// What came of a person's word.
pub(super) struct Settled {
    resolved: Resolved,
    /// The same in sentences.
    pub(super) said: String,
    exit: ExitCode,
}

/// Shows a mail that asks KP whether a delivery in doubt was received, and how the answer is given.
fn ask_kp(config: &Config, id: i64, global: &Global) -> anyhow::Result<ExitCode> {
    #[derive(Serialize)]
    struct Asked {
        delivery_id: i64,
        from: State,
        to: State,
        mail: Mail,
        exit_code: u8,
    }
    let ledger = open_reader(config, true)?;
    let delivery = ledger.delivery(id)?.ok_or_else(|| UserError::usage(say::no_such_delivery(id)))?;
    if !delivery.state.is_unclear() {
        return Err(UserError::usage(say::not_in_doubt(id, &wording::state(delivery.state))).into());
    }
    let mail = Mail::about(&delivery);
    let exit = ExitCode::Attention;
    let advice = advice::in_doubt(&delivery, None);
    let shown = text::item("", &advice.sentence, &advice.commands, usize::from(text::width().min(100)));
    let text = format!("{}\n{}\n{shown}", sentence(&say_mail::shown_below()), mail.text("    "));
    let state = delivery.state;
    let asked = Asked { delivery_id: id, from: state, to: state, mail, exit_code: exit.code() };
    answer(global, &asked, || text)?;
    Ok(exit)
}

/// Records what a person says.
///
/// # Errors
/// Exit code 2: it does not fit where the delivery stands, or what the server shows; nothing was changed.
pub(super) fn settle(config: &Config, options: &Word) -> anyhow::Result<Settled> {
    let not_delivered = !options.delivered;
    let mut ledger = open_ledger(config, now())?;
    let id = options.delivery;
    let delivery = ledger.delivery(id)?.ok_or_else(|| UserError::usage(say::no_such_delivery(id)))?;
    let step = if options.delivered { Step::ResolveDelivered } else { Step::ResolveNotDelivered };
    let from = delivery.state;
    if options.shown.is_some_and(|shown| shown != from) {
        return Err(UserError::usage(say_case::changed_meanwhile(&escape(&delivery.path))).into());
    }
    // What a delivery that is confirmed or adopted left on the server is known without a look.
    let may_come = not_delivered && !delivery.temporary_is_gone() && !delivery.was_confirmed();
    let says_again = may_come && from == State::NotDelivered;
    let looks = (from.is_unclear() || may_come) && (from.after(step).is_ok() || says_again);
    let seen = looks.then(|| server::look(config, &delivery));
    if not_delivered && seen.as_ref().is_some_and(Seen::is_delivered) && !says_again {
        return Err(UserError::usage(server::lies_there(&delivery)).into());
    }
    if says_again && seen.as_ref().is_some_and(Seen::may_be_delivered) {
        return Err(UserError::usage(server::came_since(&delivery)).into());
    }
    let why = Some(options.reason.to_owned());
    let word = from.after(step).map(|to| (to, Event::Stepped { delivery: id, step, why, who: Some(who()) }));
    // An earlier `resolve` recorded this and died before its line, which was written when the ledger was opened.
    let at_last = not_delivered && took_back_at_last(&ledger, id);
    if word.is_err() && !says_again && !at_last {
        return Err(UserError::usage(say::cannot_resolve(id, &wording::state(from))).into());
    }
    let absent = seen.as_ref().is_some_and(|seen| seen.nothing_can_come(&delivery));
    let gone = not_delivered && !delivery.temporary_is_gone() && (delivery.was_confirmed() || absent);
    let to = word.as_ref().map_or(from, |(to, _)| *to);
    let looked = gone && absent;
    let gone_event = looked.then_some(Event::TemporaryGone { delivery: id });
    let events: Vec<Event> = word.into_iter().map(|(_, event)| event).chain(gone_event).collect();
    if !events.is_empty() {
        ledger.record(now(), &events)?;
        failpoint("resolved");
    }
    attest(config, &mut ledger)?;
    let unlooked = says_again && !at_last && seen.as_ref().is_some_and(|seen| !seen.looked());
    let ending = Ending {
        delivered: options.delivered,
        says_again: says_again && !at_last,
        may_come: may_come && !absent,
    };
    let said = said(&delivery, seen.as_ref(), ending);
    let exit = if unlooked { ExitCode::Incomplete } else { ExitCode::Ok };
    let resolved =
        Resolved { delivery_id: id, from, to, server: seen, text: one_line(&said), exit_code: exit.code() };
    Ok(Settled { resolved, said, exit })
}

/// How a person's word ends.
#[derive(Clone, Copy)]
struct Ending {
    /// KP has the file.
    delivered: bool,
    /// It was said before, and the file waited all the same.
    says_again: bool,
    /// Something of the delivery may still come, so its file waits for a run, or a person, to see to it.
    may_come: bool,
}

/// What is answered: what the server showed, what is written down, and whether the file goes with the next run.
fn said(delivery: &Delivery, seen: Option<&Seen>, ending: Ending) -> String {
    let Ending { delivered, says_again, may_come } = ending;
    let id = delivery.id;
    let path = escape(&delivery.path);
    let shown = match seen {
        Some(seen) if says_again && !seen.looked() => return sentence(&seen.not_looked_again(id)),
        Some(seen) => sentence(&seen.text(delivery)),
        None => String::new(),
    };
    let said = match (delivered, says_again) {
        (true, _) => say::said_delivered(&path, id),
        (false, true) if !may_come => server::free_now(delivery),
        (false, true) => server::still_there(delivery),
        (false, false) if may_come && delivery.may_come_directly() => {
            say::said_not_delivered_directly(&path, id)
        }
        (false, false) if may_come => say::said_not_delivered_yet(&path, id),
        (false, false) => say::said_not_delivered(&path, id),
    };
    let waits = !delivered && !says_again && may_come && delivery.may_come_directly();
    let waits = if waits { sentence(&wording::say_again(delivery)) } else { String::new() };
    shown + &sentence(&said) + &waits
}

/// Whether the line that takes this delivery back was written only now.
fn took_back_at_last(ledger: &Ledger, id: i64) -> bool {
    let mut lines = ledger.caught_up().iter();
    lines.any(|line| line.delivery == Some(id) && line.attests == Kind::NotDelivered)
}
