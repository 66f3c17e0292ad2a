//! `history`: search the ledger.

use crate::cli::{self, ExportFormat, Global, HistoryState};
use crate::config::Config;
use crate::exit::{ExitCode, UserError};
use crate::ledger::LedgerReader;
use crate::ledger::query::Filter;
use crate::model::delivery::Slot;
use crate::model::ledger::{Asked, Decision, Delivery, Hold, UnreadRejection, Verdict};
use crate::names;
use crate::report::csv;
use crate::report::history::{History, More};

use super::context::open_reader;
use crate::output::{answer, write_document};

pub(super) fn history(config: &Config, options: &cli::History, global: &Global) -> anyhow::Result<ExitCode> {
    let ledger = open_reader(config, true)?;
    let about_deliveries = options.state.is_none_or(|state| state.of_delivery().is_some());
    let deliveries = if about_deliveries {
        ledger.history(&Filter {
            series: options.series.clone(),
            period: options.period,
            state: options.state.and_then(HistoryState::of_delivery),
            limit: Some(options.limit),
        })?
    } else {
        Vec::new()
    };
    if options.format == Some(ExportFormat::Csv) && !global.json {
        write_document(csv::deliveries(&deliveries)?.as_bytes())?;
        return Ok(ExitCode::Ok);
    }
    let decisions = decisions(&ledger, options)?;
    let taken_out = taken_out(&ledger, options)?;
    let holds = holds(&ledger, options)?;
    let history =
        History::new(&deliveries, &decisions, &taken_out, &more(&ledger, &deliveries)?).with_holds(&holds);
    let asked = asked(&ledger, options)?;
    let history = history.with_asked(&asked);
    let json = global.json || options.format == Some(ExportFormat::Json);
    let global = Global { json, ..global.clone() };
    answer(&global, &history, || history.text(global.verbose > 0))?;
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

/// Whether something about this slot is asked for.
fn fits(options: &cli::History, slot: Option<&Slot>) -> bool {
    let series = |series: &String| slot.is_some_and(|slot| names::same(series, &slot.series));
    options.series.as_ref().is_none_or(series)
        && options.period.is_none_or(|period| slot.is_some_and(|slot| slot.period == Some(period)))
}

/// The newest of these, as many as are asked for.
fn newest<T>(mut rows: Vec<T>, options: &cli::History) -> Vec<T> {
    let most = usize::try_from(options.limit).unwrap_or(usize::MAX);
    rows.drain(..rows.len().saturating_sub(most));
    rows
}

fn decisions(ledger: &LedgerReader, options: &cli::History) -> anyhow::Result<Vec<Decision>> {
    let mut found = ledger.decisions()?;
    found.retain(|decision| {
        let verdict = match options.state {
            None => true,
            Some(HistoryState::Approved) => decision.verdict == Verdict::Approved,
            Some(HistoryState::Rejected) => decision.verdict == Verdict::Rejected,
            Some(_) => false,
        };
        verdict && fits(options, Some(&decision.key.slot))
    });
    Ok(newest(found, options))
}

/// The files that were rejected unread, of which neither series nor period is known.
fn taken_out(ledger: &LedgerReader, options: &cli::History) -> anyhow::Result<Vec<UnreadRejection>> {
    let asked = matches!(options.state, None | Some(HistoryState::Rejected)) && fits(options, None);
    Ok(if asked { newest(ledger.taken_out()?, options) } else { Vec::new() })
}

/// The files that wait for a person, where they are asked for.
fn holds(ledger: &LedgerReader, options: &cli::History) -> anyhow::Result<Vec<Hold>> {
    if options.state != Some(HistoryState::Held) {
        return Ok(Vec::new());
    }
    let mut found = ledger.open_holds()?;
    // The ledger remembers what waits to settle in the same way; nobody holds that.
    found.retain(|hold| hold.reason != "unsettled" && fits(options, hold.slot.as_ref()));
    Ok(newest(found, options))
}

/// What suppliers were asked; a question has no state, so none where one is named.
fn asked(ledger: &LedgerReader, options: &cli::History) -> anyhow::Result<Vec<Asked>> {
    if options.state.is_some() {
        return Ok(Vec::new());
    }
    let mut found = ledger.asked()?;
    found.retain(|asked| {
        let slot = Slot { series: asked.series.clone(), period: asked.period };
        fits(options, Some(&slot))
    });
    Ok(newest(found, options))
}
