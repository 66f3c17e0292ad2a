//! `history`: search the ledger.

use crate::cli::{self, Global};
use crate::config::Config;
use crate::exit::ExitCode;
use crate::ledger::query::Filter;
use crate::names;
use crate::report::history::History;

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
    let history = History::new(&deliveries, &decisions, &taken_out);
    answer(global, &history, || history.text(global.verbose > 0))?;
    Ok(ExitCode::Ok)
}
