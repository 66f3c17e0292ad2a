//! `ledger …`: how a ledger begins and ends, what the auditor asks, and what helps after a disk failed.

use std::io::IsTerminal;
use std::path::Path;

use serde::Serialize;

use crate::archive::Archive;
use crate::archive::altered::{Closely, altered};
use crate::cli::{ExportFormat, Global, LedgerBegin, LedgerCommand, LedgerReason};
use crate::config::Config;
use crate::exit::{ExitCode, UserError};
use crate::ledger::event::Event;
use crate::ledger::query::Filter;
use crate::ledger::{self, Journal, Ledger, Verified};
use crate::messages::{
    ledger as say, overview as say_overview, records as say_records, witness as say_witness,
};
use crate::model::attention::AttentionItem;
use crate::model::ledger::ChainMark;
use crate::overview;
use crate::platform::with_suffix;
use crate::report::csv;
use crate::report::document;
use crate::report::history::{History, More};
use crate::report::text::sentence;
use crate::run::secret;
use crate::secrets::records_key;
use crate::wording;

use super::context::{attest, now, open_ledger, open_reader, who};
use super::init::Prompter;
use crate::output::{answer, done};

pub(super) fn ledger(config: &Config, command: &LedgerCommand, global: &Global) -> anyhow::Result<ExitCode> {
    match command {
        LedgerCommand::Verify { head } => verify(config, head.as_ref(), global),
        LedgerCommand::Export { format } => export(config, *format, global),
        LedgerCommand::Rebuild => rebuild(config, global),
        LedgerCommand::Begin(options) if options.archive => begin_archive(config, global),
        LedgerCommand::Begin(options) => begin(config, options, global),
        LedgerCommand::Backup { file } => backup(config, file, global),
        LedgerCommand::Restored(options) => restored(config, options, global),
        LedgerCommand::Retire(options) => retire(config, options, global),
    }
}

fn verify(config: &Config, mark: Option<&ChainMark>, global: &Global) -> anyhow::Result<ExitCode> {
    let ledger = open_reader(config, true)?;
    let verified = ledger.verify()?;
    let unseen = secret::verify_amounts(config, &ledger)?;
    if let Some(mark) = mark {
        ledger.verify_mark(mark)?;
    }
    let archive = Archive::new(&config.archive);
    let altered = altered(&archive, &ledger, &ledger.archived(None)?, Closely::AtContent)?;
    let text = || {
        let receipts = match verified.receipts {
            0 => say::no_receipts_yet(),
            n => say::receipts_known(n),
        };
        let events = say::events_counted(verified.events);
        let in_order = sentence(&say::in_order_with(ledger.path(), &events, &receipts));
        let changed = altered.iter().map(|original| sentence(&wording::original_changed(original)));
        // On a line of its own and whole, so that it can be copied.
        let head = say_overview::chain_ends_at(&verified.head.to_string()) + "\n";
        let has = mark.map(|mark| sentence(&say::chain_has(&mark.to_string()))).unwrap_or_default();
        let unseen =
            unseen.as_ref().map(|why| sentence(&say_records::amounts_not_looked_at(why))).unwrap_or_default();
        in_order + &head + &has + &unseen + &changed.collect::<String>()
    };
    let changed = altered.iter().map(|original| Changed {
        delivery_id: original.delivery.id,
        path: original.delivery.path.clone(),
        archived: original.place.display().to_string(),
    });
    let exit = if altered.is_empty() { ExitCode::Ok } else { ExitCode::Attention };
    let matters = altered.iter().map(overview::original_changed).collect();
    let json = Verification {
        verified: &verified,
        contains: mark.map(ChainMark::to_string),
        amounts_unseen: unseen.as_deref(),
        changed: changed.collect(),
        matters,
        exit_code: exit.code(),
    };
    answer(global, &json, text)?;
    Ok(exit)
}

/// What `ledger verify --json` prints.
#[derive(Serialize)]
struct Verification<'a> {
    #[serde(flatten)]
    verified: &'a Verified,
    /// The mark of `--head`, which the chain contains.
    #[serde(skip_serializing_if = "Option::is_none")]
    contains: Option<String>,
    /// Why the amounts beside the records' keys were not looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    amounts_unseen: Option<&'a str>,
    /// Originals that were changed in the archive.
    changed: Vec<Changed>,
    /// The same as matters for a person.
    matters: Vec<AttentionItem>,
    exit_code: u8,
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
    let csv = csv::deliveries(&deliveries)?;
    let global = Global { json: global.json || format == ExportFormat::Json, ..global.clone() };
    let asked = ledger.asked()?;
    let history = History::new(&deliveries, &decisions, &taken_out, &More::new()).with_asked(&asked);
    answer(&global, &history, || csv)?;
    Ok(ExitCode::Ok)
}

fn rebuild(config: &Config, global: &Global) -> anyhow::Result<ExitCode> {
    if renewed(config)? {
        #[derive(Serialize)]
        struct Renewed<'a> {
            key: &'a Path,
        }
        let path = records_key::place(&config.ledger);
        return done(global, &Renewed { key: &path }, sentence(&say_records::secret_renewed(&path)));
    }
    let rebuilt = ledger::rebuild(&config.ledger, &config.archive, now())?;
    let mut text = sentence(&say::rebuilt(&config.ledger, rebuilt.deliveries, &rebuilt.old_receipts));
    if let Some(old) = &rebuilt.old_ledger {
        text += &sentence(&say::old_ledger_kept(old));
    }
    if rebuilt.unread > 0 {
        text += &sentence(&say::receipts_unread(rebuilt.unread));
    }
    if !rebuilt.missing_months.is_empty() {
        let months = rebuilt.missing_months.iter().map(|month| wording::period_in_full(*month));
        text += &sentence(&say::months_missing(&months.collect::<Vec<_>>().join(", ")));
    }
    if rebuilt.in_doubt > 0 {
        text += &sentence(&say_witness::doubts_left(rebuilt.in_doubt));
    }
    done(global, &rebuilt, text + &sentence(&say::not_known_after_rebuild()))
}

/// Puts a new secret in the place of one that is lost, or lets the keys be made again under the same one where their amounts
/// were changed; where the ledger itself is in order. Answers whether it did.
fn renewed(config: &Config) -> Result<bool, UserError> {
    let is_lost = match open_reader(config, false) {
        Ok(reader) => {
            let of_no_use = |error: UserError| error.exit == ExitCode::Ledger;
            secret::of_ledger(config, &reader).is_err_and(of_no_use)
                || secret::verify_amounts(config, &reader).is_err_and(of_no_use)
        }
        // The ledger is what has to be made again.
        Err(_) => return Ok(false),
    };
    let renew = || {
        let mut ledger = open_ledger(config, now())?;
        secret::renew(config, &mut ledger, now(), who())
    };
    if is_lost { renew() } else { Ok(false) }
}

/// What `ledger begin` and `ledger retire` answer with `--json`.
#[derive(Serialize)]
struct Done<'a> {
    ledger: &'a Path,
    archive: &'a Path,
}

fn begin(config: &Config, options: &LedgerBegin, global: &Global) -> anyhow::Result<ExitCode> {
    config.check_places()?;
    Ledger::may_begin(&config.ledger, &config.archive)?;
    let asked = !options.yes && !global.json && std::io::stdin().is_terminal();
    if asked {
        let text = say_witness::is_disk_mounted(&config.ledger, &config.archive);
        if !Prompter::new(false).confirm(&text, "--yes")? {
            return Err(UserError::usage(say_witness::not_begun()).into());
        }
    }
    Ledger::begin(&config.ledger, &config.archive, now())?;
    let said = say_witness::begun(&config.ledger, &config.archive);
    done(global, &Done { ledger: &config.ledger, archive: &config.archive }, sentence(&said))
}

fn begin_archive(config: &Config, global: &Global) -> anyhow::Result<ExitCode> {
    #[derive(Serialize)]
    struct Begun<'a> {
        archive: &'a Path,
        lines: usize,
    }
    config.check_places()?;
    let lines = Ledger::begin_archive(&config.ledger, &config.archive, now())?;
    let begun = Begun { archive: &config.archive, lines };
    done(global, &begun, sentence(&say_witness::archive_begun(&config.archive, lines)))
}

fn backup(config: &Config, file: &Path, global: &Global) -> anyhow::Result<ExitCode> {
    #[derive(Serialize)]
    struct Copied<'a> {
        file: &'a Path,
        #[serde(skip_serializing_if = "Option::is_none")]
        key: Option<&'a Path>,
    }
    let ledger = open_reader(config, true)?;
    document::keeps_clear(config, file)?;
    let kept = with_suffix(file, ".key");
    let secret = secret::of_ledger(config, &ledger)?;
    if secret.is_some() && kept.symlink_metadata().is_ok() {
        return Err(UserError::usage(say_witness::backup_exists(&kept)).into());
    }
    ledger::backup(&ledger, file)?;
    if let Some(secret) = &secret {
        let failed = |error| UserError::unexpected(say_witness::not_backed_up(&kept, &error));
        records_key::keep(secret, &kept).map_err(failed)?;
    }
    let key = secret.map(|_| kept.as_path());
    let of_key = key.map(|key| sentence(&say_records::backed_up(key)));
    done(global, &Copied { file, key }, sentence(&say_witness::backed_up(file)) + &of_key.unwrap_or_default())
}

fn restored(config: &Config, options: &LedgerReason, global: &Global) -> anyhow::Result<ExitCode> {
    let reason = options.reason.clone();
    let restored = Ledger::restored(&config.ledger, &config.archive, now(), reason, who())?;
    let mut text = sentence(&match restored.entries {
        0 => say_witness::nothing_to_reconcile(&config.ledger),
        n => say_witness::reconciled(&config.ledger, n),
    });
    if restored.in_doubt > 0 {
        text += &sentence(&say_witness::doubts_left(restored.in_doubt));
    }
    done(global, &restored, text)
}

fn retire(config: &Config, options: &LedgerReason, global: &Global) -> anyhow::Result<ExitCode> {
    let mut ledger = Ledger::open(&config.ledger, &config.archive, now())?;
    if ledger.retired_at()?.is_none() {
        ledger.record(now(), &[Event::Retired { why: options.reason.clone(), who: who() }])?;
    }
    attest(config, &mut ledger)?;
    let retired = Done { ledger: &config.ledger, archive: &config.archive };
    done(global, &retired, sentence(&say_witness::now_retired(&config.ledger)))
}
