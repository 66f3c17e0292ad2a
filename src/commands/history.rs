//! `history`: search the ledger.

use crate::cli::{self, Global};
use crate::config::Config;
use crate::exit::Exit;
use crate::ledger::query::Filter;
use crate::report::history::History;

use super::{answer, open_view};

pub(super) fn history(config: &Config, options: &cli::History, global: &Global) -> anyhow::Result<Exit> {
    let view = open_view(config, true)?;
    let filter = Filter {
        series: options.series.clone(),
        period: options.period,
        state: options.state,
        limit: Some(options.limit),
    };
    let deliveries = view.history(&filter)?;
    let mut decisions = view.decisions()?;
    decisions.retain(|decision| {
        options.state.is_none()
            && filter.series.as_ref().is_none_or(|series| *series == decision.key.slot.series)
            && filter.period.is_none_or(|period| Some(period) == decision.key.slot.period)
    });
    let most = usize::try_from(options.limit).unwrap_or(usize::MAX);
    decisions.drain(..decisions.len().saturating_sub(most));
    let history = History::new(&deliveries, &decisions);
    answer(global, &history, || history.text(global.verbose > 0))?;
    Ok(Exit::Ok)
}
