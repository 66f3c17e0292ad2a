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
use crate::report::text::sentence;
use crate::wording;

use self::server::Seen;
use super::context::{attest, now, open_ledger, who};
use crate::output::answer;

mod server;

#[derive(Serialize)]
struct Resolved {
    delivery_id: i64,
    from: State,
    to: State,
    /// What the server showed before; none where it was not asked, since nothing was unclear.
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<Seen>,
}

pub(super) fn resolve(config: &Config, options: &cli::Resolve, global: &Global) -> anyhow::Result<ExitCode> {
    let mut ledger = open_ledger(config, now())?;
    let id = options.delivery;
    let delivery = ledger.delivery(id)?.ok_or_else(|| UserError::usage(say::no_such_delivery(id)))?;
    let step = if options.delivered { Step::ResolveDelivered } else { Step::ResolveNotDelivered };
    let from = delivery.state;
    let seen = (from.is_unclear() && from.after(step).is_ok()).then(|| server::look(config, &delivery));
    if options.not_delivered && seen.as_ref().is_some_and(Seen::is_delivered) {
        return Err(UserError::usage(server::lies_there(&delivery)).into());
    }
    let to = match from.after(step) {
        Ok(to) => {
            let why = Some(options.reason.clone());
            ledger.record(now(), &[Event::Stepped { delivery: id, step, why, who: Some(who()) }])?;
            failpoint("resolved");
            to
        }
        // An earlier `resolve` recorded this and died before its line, which was written when the ledger was opened.
        Err(_) if options.not_delivered && took_back_at_last(&ledger, id) => from,
        Err(_) => return Err(UserError::usage(say::cannot_resolve(id, &wording::state(from))).into()),
    };
    attest(config, &mut ledger)?;
    let path = escape(&delivery.path);
    let said =
        if options.delivered { say::said_delivered(&path, id) } else { say::said_not_delivered(&path, id) };
    let shown = seen.as_ref().map(|seen| sentence(&seen.text(&delivery))).unwrap_or_default();
    let resolved = Resolved { delivery_id: id, from, to, server: seen };
    answer(global, &resolved, || shown + &sentence(&said))?;
    Ok(ExitCode::Ok)
}

/// Whether the line that takes this delivery back was written only now.
fn took_back_at_last(ledger: &Ledger, id: i64) -> bool {
    let mut lines = ledger.caught_up().iter();
    lines.any(|line| line.delivery == Some(id) && line.attests == Kind::NotDelivered)
}
