//! What the page of one month is made of, asked of the ledger.

use std::collections::BTreeMap;

use crate::calendar::deadline::Deadline;
use crate::clock::moment;
use crate::commands::context::{now, open_reader};
use crate::config::Config;
use crate::exit::UserError;
use crate::ledger::LedgerReader;
use crate::period::Period;
use crate::report::page::month::Month;

/// Everything that happened to the files for this month.
///
/// # Errors
/// The ledger could not be opened or read.
pub(super) fn gather(config: &Config, month: Period) -> Result<Month, UserError> {
    let ledger = open_reader(config, true)?;
    let deliveries = ledger.deliveries_of_month(month)?;
    let mut runs = BTreeMap::new();
    for id in deliveries.iter().filter_map(|delivery| delivery.run) {
        if !runs.contains_key(&id)
            && let Some(run) = ledger.run(id)?
        {
            runs.insert(id, run);
        }
    }
    // What has no period belongs to the month of the calendar in which it happened.
    let in_month = |at: &str| at.starts_with(&month.to_string());
    let belongs = |period: Option<Period>, at: &str| period.map_or_else(|| in_month(at), |of| of == month);
    let mut decisions = ledger.decisions()?;
    decisions.retain(|decision| belongs(decision.key.slot.period, &decision.at));
    let mut taken_out = ledger.taken_out()?;
    taken_out.retain(|row| in_month(&row.at));
    let mut asked = ledger.asked()?;
    asked.retain(|row| belongs(row.period, &row.at));
    let all_runs = config.calendar.runs.all();
    Ok(Month {
        town: config.name.clone(),
        period: month,
        made_at: moment(now()),
        server: format!("{}@{}:{}", config.sftp.user, config.sftp.host, config.sftp.port),
        head: ledger.mark()?.map(|(_, head)| head),
        runs_of_kp: all_runs.iter().copied().filter(|run| Period::of(run.day) == Some(month)).collect(),
        expected: expected(config, &ledger, month)?,
        runs,
        holds: ledger.holds_of(month)?,
        decisions,
        taken_out,
        duplicates: ledger.duplicates_between(month, month)?,
        asked,
        deliveries,
    })
}

/// The series that were expected for the month: from the one in which the ledger was made, or an earlier one that the
/// series was delivered for, as the overview has it.
fn expected(
    config: &Config,
    ledger: &LedgerReader,
    month: Period,
) -> Result<Vec<(String, Deadline, bool)>, UserError> {
    let made = ledger.made_at()?;
    let made = made.as_deref().and_then(|at| at.get(..7)?.parse::<Period>().ok());
    let now = now();
    let mut expected = Vec::new();
    for rule in &config.series {
        let first = match rule.due_from {
            Some(from) => Some(from),
            None => ledger.first_period(&rule.name)?.into_iter().chain(made).min(),
        };
        let begun = first.is_none_or(|first| first <= month);
        let due = rule.due().filter(|_| begun && !rule.not_due.contains(&month));
        if let Some(deadline) = due.and_then(|due| due.deadline(month, &config.calendar.runs)) {
            expected.push((rule.name.clone(), deadline, deadline.is_missed_by(&now)));
        }
    }
    Ok(expected)
}
