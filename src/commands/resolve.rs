//! `resolve`: a person says whether KP got a file.

use serde::Serialize;

use crate::cli::{self, Global};
use crate::config::Config;
use crate::exit::{ExitCode, UserError};
use crate::failpoint::failpoint;
use crate::ledger::event::Event;
use crate::ledger::witness::line::Kind;
use crate::ledger::{Journal, Ledger};
use crate::messages::{escape, report as say};
use crate::model::delivery::{State, Step};
use crate::model::ledger::Delivery;
use crate::report::text::sentence;
use crate::wording;

use self::server::Seen;
use super::context::{attest, now, open_ledger, who};
use crate::output::{Failure, answer_or_failure, one_line};

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
}

pub(super) fn resolve(config: &Config, options: &cli::Resolve, global: &Global) -> anyhow::Result<ExitCode> {
    let mut ledger = open_ledger(config, now())?;
    let id = options.delivery;
    let delivery = ledger.delivery(id)?.ok_or_else(|| UserError::usage(say::no_such_delivery(id)))?;
    let step = if options.delivered { Step::ResolveDelivered } else { Step::ResolveNotDelivered };
    let from = delivery.state;
    // What a delivery that is confirmed or adopted left on the server is known without a look.
    let may_come = options.not_delivered && !delivery.temporary_is_gone() && !delivery.was_confirmed();
    let says_again = may_come && from == State::NotDelivered;
    let looks = (from.is_unclear() || may_come) && (from.after(step).is_ok() || says_again);
    let seen = looks.then(|| server::look(config, &delivery));
    if options.not_delivered && seen.as_ref().is_some_and(Seen::is_delivered) && !says_again {
        return Err(UserError::usage(server::lies_there(&delivery)).into());
    }
    if says_again && seen.as_ref().is_some_and(Seen::may_be_delivered) {
        return Err(UserError::usage(server::came_since(&delivery)).into());
    }
    let why = Some(options.reason.clone());
    let word = from.after(step).map(|to| (to, Event::Stepped { delivery: id, step, why, who: Some(who()) }));
    // An earlier `resolve` recorded this and died before its line, which was written when the ledger was opened.
    let at_last = options.not_delivered && took_back_at_last(&ledger, id);
    if word.is_err() && !says_again && !at_last {
        return Err(UserError::usage(say::cannot_resolve(id, &wording::state(from))).into());
    }
    let absent = seen.as_ref().is_some_and(|seen| seen.nothing_can_come(&delivery));
    let gone = options.not_delivered && !delivery.temporary_is_gone() && (delivery.was_confirmed() || absent);
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
    let said = said(&delivery, seen.as_ref(), (options.delivered, says_again && !at_last, gone));
    let text = one_line(&said);
    let failure = unlooked.then(|| Failure::new(ExitCode::Incomplete, text.clone()));
    let resolved = Resolved { delivery_id: id, from, to, server: seen, text };
    answer_or_failure(global, &resolved, failure.as_ref(), || said)?;
    Ok(if unlooked { ExitCode::Incomplete } else { ExitCode::Ok })
}

/// What is answered: what the server showed, what is written down, and whether the file goes with the next run.
fn said(
    delivery: &Delivery,
    seen: Option<&Seen>,
    (delivered, says_again, gone): (bool, bool, bool),
) -> String {
    let id = delivery.id;
    let path = escape(&delivery.path);
    let shown = match seen {
        Some(seen) if says_again && !seen.looked() => return sentence(&seen.not_looked_again(id)),
        Some(seen) => sentence(&seen.text(delivery)),
        None => String::new(),
    };
    let said = match (delivered, says_again) {
        (true, _) => say::said_delivered(&path, id),
        (false, true) if gone => server::free_now(delivery),
        (false, true) => server::still_there(delivery),
        (false, false) => say::said_not_delivered(&path, id),
    };
    let waits = !delivered && !says_again && !gone && delivery.may_come_directly();
    let waits = if waits { sentence(&wording::say_again(delivery)) } else { String::new() };
    shown + &sentence(&said) + &waits
}

/// Whether the line that takes this delivery back was written only now.
fn took_back_at_last(ledger: &Ledger, id: i64) -> bool {
    let mut lines = ledger.caught_up().iter();
    lines.any(|line| line.delivery == Some(id) && line.attests == Kind::NotDelivered)
}
