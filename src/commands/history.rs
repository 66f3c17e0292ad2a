//! `history`: search the ledger.

use crate::cli::{self, Global};
use crate::config::Config;
use crate::exit::{ExitCode, UserError};
use crate::ledger::LedgerReader;
use crate::ledger::query::Filter;
use crate::model::ledger::Delivery;
use crate::names;
use crate::report::history::{History, More};

use super::context::open_reader;
use crate::output::answer;

pub(super) fn history(config: &Config, options: &cli::History, global: &Global) -> anyhow::Result<ExitCode> {
    let ledger = open_reader(config, true)?;
    let filter = Filter {
        series: options.series.clone(),
        period: options.period,
        state: options.state,
        limit: Some(options.limit),
    };
    let deliveries = ledger.history(&filter)?;
    let mut decisions = ledger.decisions()?;
    decisions.retain(|decision| {
        options.state.is_none()
            && filter.series.as_ref().is_none_or(|series| names::same(series, &decision.key.slot.series))
            && filter.period.is_none_or(|period| Some(period) == decision.key.slot.period)
    });
    let most = usize::try_from(options.limit).unwrap_or(usize::MAX);
    decisions.drain(..decisions.len().saturating_sub(most));
    let any = options.state.is_none() && filter.series.is_none() && filter.period.is_none();
    let mut taken_out = if any { ledger.taken_out()? } else { Vec::new() };
    taken_out.drain(..taken_out.len().saturating_sub(most));
    let history = History::new(&deliveries, &decisions, &taken_out, &more(&ledger, &deliveries)?);
    answer(global, &history, || history.text(global.verbose > 0))?;
    Ok(ExitCode::Ok)
}

/// How many more records and øre each delivery has than its series had in the month before.
pub(super) fn more(ledger: &LedgerReader, deliveries: &[Delivery]) -> Result<More, UserError> {
    let mut more = More::new();
    for delivery in deliveries {
        let (Some(content), Some(period)) = (delivery.content, delivery.key.slot.period) else { continue };
        let before = ledger.period_totals(&delivery.key.slot.series, Some(period), 1)?.pop();
        if let Some((_, before)) = before.filter(|(month, _)| period.months_after(*month) == 1) {
            let records = content.records.cast_signed().saturating_sub(before.records.cast_signed());
            more.insert(delivery.id, (records, content.sum_ore.saturating_sub(before.sum_ore)));
        }
    }
    Ok(more)
}
