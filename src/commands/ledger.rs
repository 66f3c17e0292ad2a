//! `ledger verify | export | rebuild`: for the auditor, and for the day a disk dies.

use serde::Serialize;

use crate::archive::Archive;
use crate::archive::altered::{Closely, altered};
use crate::cli::{ExportFormat, Global, LedgerCommand};
use crate::config::Config;
use crate::exit::{ExitCode, UserError};
use crate::ledger;
use crate::ledger::Verified;
use crate::ledger::query::Filter;
use crate::ledger::receipts;
use crate::messages::ledger as say;
use crate::model::ledger::Delivery;
use crate::report::history::History;
use crate::report::text::sentence;
use crate::wording;

use super::context::{now, open_reader};
use crate::output::answer;

pub(super) fn ledger(config: &Config, command: &LedgerCommand, global: &Global) -> anyhow::Result<ExitCode> {
    match command {
        LedgerCommand::Verify => verify(config, global),
        LedgerCommand::Export { format } => export(config, *format, global),
        LedgerCommand::Rebuild => rebuild(config, global),
    }
}

fn verify(config: &Config, global: &Global) -> anyhow::Result<ExitCode> {
    let ledger = open_reader(config, true)?;
    let (receipts, unread) = receipts::all(&config.archive)
        .map_err(|error| UserError::unexpected(say::receipts_not_read(&config.archive, &error)))?;
    let verified = ledger.verify(&receipts)?;
    let archive = Archive::new(&config.archive);
    let altered = altered(&archive, &ledger, &ledger.archived(None)?, Closely::AtContent)?;
    let text = || {
        let mut text = sentence(&say::in_order_with(ledger.path(), verified.events, verified.receipts));
        if unread > 0 {
            text += &sentence(&say::receipts_unread(unread));
        }
        text + &altered
            .iter()
            .map(|original| sentence(&wording::original_changed(original)))
            .collect::<String>()
    };
    let changed = altered.iter().map(|original| Changed {
        delivery_id: original.delivery.id,
        path: original.delivery.path.clone(),
        archived: original.place.display().to_string(),
    });
    answer(global, &Verification { verified: &verified, changed: changed.collect() }, text)?;
    Ok(if altered.is_empty() { ExitCode::Ok } else { ExitCode::Attention })
}

/// What `ledger verify --json` prints.
#[derive(Serialize)]
struct Verification<'a> {
    #[serde(flatten)]
    verified: &'a Verified,
    /// Originals that were changed in the archive.
    changed: Vec<Changed>,
}

#[derive(Serialize)]
struct Changed {
    delivery_id: i64,
    path: String,
    archived: String,
}

fn export(config: &Config, format: ExportFormat, global: &Global) -> anyhow::Result<ExitCode> {
    let ledger = open_reader(config, true)?;
    let deliveries = ledger.history(&Filter::default())?;
    let decisions = ledger.decisions()?;
    let taken_out = ledger.taken_out()?;
    let csv = csv(&deliveries)?;
    let global = Global { json: format == ExportFormat::Json, ..global.clone() };
    answer(&global, &History::new(&deliveries, &decisions, &taken_out), || csv)?;
    Ok(ExitCode::Ok)
}

/// One line a delivery, oldest first.
fn csv(deliveries: &[Delivery]) -> anyhow::Result<String> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record([
        "delivery_id",
        "run_id",
        "state",
        "series",
        "period",
        "path",
        "size",
        "sha256",
        "remote_path",
        "reason",
        "started_at",
        "changed_at",
        "delivered_at",
        "picked_up_at",
        "who",
        "why",
    ])?;
    for row in deliveries.iter().rev() {
        let optional = |text: &Option<String>| text.as_deref().map(plain).unwrap_or_default();
        out.write_record([
            row.id.to_string(),
            row.run.map(|run| run.to_string()).unwrap_or_default(),
            row.state.name().to_owned(),
            plain(&row.key.slot.series),
            row.key.slot.period.map(|period| period.to_string()).unwrap_or_default(),
            plain(&row.path),
            row.size.to_string(),
            row.key.digest.to_string(),
            optional(&row.remote_path),
            row.reason.clone(),
            row.started_at.clone(),
            row.changed_at.clone(),
            row.delivered_at.clone().unwrap_or_default(),
            row.picked_up_at.clone().unwrap_or_default(),
            optional(&row.who),
            optional(&row.why),
        ])?;
    }
    Ok(String::from_utf8(out.into_inner()?)?)
}

/// Text with an apostrophe in front where a spreadsheet would run it as a formula.
fn plain(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

fn rebuild(config: &Config, global: &Global) -> anyhow::Result<ExitCode> {
    let rebuilt = ledger::rebuild(&config.ledger, &config.archive, now())?;
    answer(global, &rebuilt, || {
        let mut text = sentence(&say::rebuilt(&config.ledger, rebuilt.deliveries, &rebuilt.old_receipts));
        if let Some(old) = &rebuilt.old_ledger {
            text += &sentence(&say::old_ledger_kept(old));
        }
        if rebuilt.unread > 0 {
            text += &sentence(&say::receipts_unread(rebuilt.unread));
        }
        text + &sentence(&say::not_known_after_rebuild())
    })?;
    Ok(ExitCode::Ok)
}
