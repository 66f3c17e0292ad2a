//! `report`: the overview and the history as one page.

use std::collections::HashMap;
use std::path::Path;

use serde::Serialize;

use crate::cli::{self, Global};
use crate::config::Config;
use crate::exit::{ExitCode, UserError};
use crate::ledger::LedgerReader;
use crate::ledger::query::Filter;
use crate::messages::page as say;
use crate::model::attention::{AttentionItem, Overview};
use crate::model::ledger::Volume;
use crate::names;
use crate::period::Period;
use crate::report::page::{self, Page, Year};
use crate::report::status;

mod month;

use super::context::open_reader;
use crate::output::{answer, write_document};
use crate::report::document::Document;

/// The most deliveries that are shown: nobody reads a longer table.
const MOST: u32 = 2_000;
/// How many months are plotted.
const MONTHS: i32 = 13;

#[derive(Serialize)]
struct Answer<'a> {
    file: &'a Path,
    matters: &'a [AttentionItem],
    exit_code: u8,
}

pub(super) fn report(config: &Config, options: &cli::Report, global: &Global) -> anyhow::Result<ExitCode> {
    let to_output = options.output == Path::new("-");
    if to_output && global.json {
        return Err(UserError::usage(say::page_or_json()).into());
    }
    if !to_output {
        Document::Report.check_place(config, &options.output, page::is_report)?;
    }
    if let Some(month) = options.month {
        return of_month(config, (options, month), to_output, global);
    }
    let overview = super::status::gather(config)?;
    let exit = overview.exit();
    let page = render(config, &overview)?;
    if to_output {
        write_document(page.as_bytes())?;
        return Ok(exit);
    }
    Document::Report.write(&options.output, page.as_bytes())?;
    let json = Answer { file: &options.output, matters: &overview.matters, exit_code: exit.code() };
    answer(global, &json, || {
        let written = if global.quiet { String::new() } else { say::written(&options.output) + "\n" };
        let attention = status::text(&overview, true, false);
        if written.is_empty() || attention.is_empty() {
            written + &attention
        } else {
            format!("{written}\n{attention}")
        }
    })?;
    Ok(exit)
}

/// One month's account. It is about what was, so nothing in it waits for a person: exit code 0.
fn of_month(
    config: &Config,
    (options, month): (&cli::Report, Period),
    to_output: bool,
    global: &Global,
) -> anyhow::Result<ExitCode> {
    let page = page::month::html(month::gather(config, month)?);
    if to_output {
        write_document(page.as_bytes())?;
        return Ok(ExitCode::Ok);
    }
    Document::Report.write(&options.output, page.as_bytes())?;
    let json = Answer { file: &options.output, matters: &[], exit_code: 0 };
    answer(
        global,
        &json,
        || {
            if global.quiet { String::new() } else { say::written(&options.output) + "\n" }
        },
    )?;
    Ok(ExitCode::Ok)
}

fn render(config: &Config, overview: &Overview) -> Result<String, UserError> {
    let ledger = open_reader(config, true)?;
    let deliveries = ledger.history(&Filter { limit: Some(MOST), ..Filter::default() })?;
    let (decisions, taken_out) = (ledger.decisions()?, ledger.taken_out()?);
    let asked = ledger.asked()?;
    let older = ledger.count()?.saturating_sub(deliveries.len());
    let volumes = volumes(&ledger, overview)?;
    let more = super::history::more(&ledger, &deliveries)?;
    let year = year(config, &ledger, overview)?;
    drop(ledger);
    Ok(page::html(&Page {
        town: config.name.as_deref(),
        contacts: config
            .series
            .iter()
            .filter_map(|rule| Some((&*rule.name, rule.contact.as_deref()?)))
            .collect(),
        year,
        overview,
        drop: &config.drop,
        server: format!("{}@{}:{}", config.sftp.user, config.sftp.host, config.sftp.port),
        volumes,
        deliveries: &deliveries,
        more,
        older,
        decisions: &decisions,
        taken_out: &taken_out,
        asked: &asked,
    }))
}

/// The last twelve months up to the current one, and for each series, whether KP has a file for each of them.
fn year(config: &Config, ledger: &LedgerReader, overview: &Overview) -> Result<Year, UserError> {
    // The grid's last month is the next one, so step back.
    let this_month = overview.months.iter().rev().nth(1);
    let months: Vec<Period> =
        this_month.iter().flat_map(|month| (-11..=0).filter_map(|back| month.plus(back))).collect();
    let (Some(&first), Some(&last)) = (months.first(), months.last()) else { return Ok(Year::default()) };
    let mut series: Vec<(String, Vec<bool>)> = Vec::new();
    let mut row = |name: &str| {
        let at = series.iter().position(|(known, _)| names::same(known, name));
        let at = at.unwrap_or(series.len());
        if at == series.len() {
            series.push((name.to_owned(), vec![false; months.len()]));
        }
        at
    };
    for rule in &config.series {
        row(&rule.name);
    }
    for shown in &overview.series {
        row(&shown.series);
    }
    let mut has = Vec::new();
    for delivery in ledger.deliveries_between(first, last)? {
        let month = months.iter().position(|month| Some(*month) == delivery.key.slot.period);
        if let Some(month) = month.filter(|_| delivery.state.is_delivered()) {
            has.push((row(&delivery.key.slot.series), month));
        }
    }
    for (at, month) in has {
        series[at].1[month] = true;
    }
    series.sort();
    Ok(Year { months, series })
}

/// The last months up to the current one, with those that have no delivery.
fn volumes(ledger: &LedgerReader, overview: &Overview) -> Result<Vec<Volume>, UserError> {
    // The grid's last month is the next one, so step back.
    let Some(this_month) = overview.months.iter().rev().nth(1) else { return Ok(Vec::new()) };
    let months: Vec<Period> = (1 - MONTHS..=0).filter_map(|back| this_month.plus(back)).collect();
    let Some(first) = months.first() else { return Ok(Vec::new()) };
    let known: HashMap<Period, Volume> =
        ledger.volumes(*first)?.into_iter().map(|volume| (volume.month, volume)).collect();
    let none = |month| Volume { month, files: 0, bytes: 0 };
    Ok(months.into_iter().map(|month| known.get(&month).copied().unwrap_or(none(month))).collect())
}
