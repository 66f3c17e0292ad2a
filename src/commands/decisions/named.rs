//! The files that a person names, and what KP has that bears on them.

use std::collections::BTreeMap;
use std::path::Path;

use crate::config::Config;
use crate::exit::UserError;
use crate::ledger::LedgerReader;
use crate::messages::{escape, report as say};
use crate::model::delivery::State;
use crate::model::ledger::{Delivery, Hold};
use crate::model::run_report::FileReport;
use crate::names;
use crate::platform;
use crate::report::case::AtKp;
use crate::run::judge::{self, PlannedFile};

use super::super::context::now;

/// The files that a person names: numbers of open holds, or files of the drop folder, judged as a run would.
pub(in crate::commands) fn named(
    config: &Config,
    ledger: &LedgerReader,
    names: &[String],
) -> Result<Vec<(Option<Hold>, PlannedFile)>, UserError> {
    let planned = judge::scan_and_judge(config, ledger, now())?.files;
    let holds = ledger.open_holds()?;
    names
        .iter()
        .map(|name| {
            let by_number = name.parse::<i64>().ok().and_then(|id| holds.iter().find(|hold| hold.id == id));
            let file = match by_number {
                Some(hold) => planned.iter().find(|file| is_about(hold, file)),
                None => planned.iter().find(|file| is_named(config, &file.scanned.file.path, name)),
            };
            let file = file.ok_or_else(|| UserError::usage(say::no_such_file(&escape(name))))?.clone();
            let hold = by_number.or_else(|| holds.iter().find(|hold| is_about(hold, &file))).cloned();
            Ok((hold, file))
        })
        .collect()
}

/// Whether a hold is about this file with this content in this slot: a file that has changed since needs a new decision.
fn is_about(hold: &Hold, file: &PlannedFile) -> bool {
    let key = file.scanned.key.as_ref();
    hold.path == file.scanned.file.path
        && hold.digest == key.map(|key| key.digest)
        && hold.slot.as_ref() == key.map(|key| &key.slot)
}

/// Whether a person names this file of the drop folder, a path with `/`: by its path there, or by where it lies.
pub(super) fn is_named(config: &Config, path: &str, name: &str) -> bool {
    let place = config.drop.join(path);
    let same_place = || {
        let canonical = |path: &Path| {
            let place = platform::canonical_in_folder(path)?.to_string_lossy().into_owned();
            Some(if cfg!(windows) { names::comparable(&place) } else { names::nfc(&place) })
        };
        canonical(Path::new(name)).is_some_and(|named| Some(named) == canonical(&place))
    };
    names::nfc(name) == names::nfc(path)
        || cfg!(windows) && names::same(&name.replace('\\', "/"), path)
        || config.drop.join(name) == place
        || same_place()
}

/// What KP has, or may have, that bears on a file: into its slot, of its bytes, with its records, and what the rules name; newest
/// first.
///
/// # Errors
/// The ledger could not be read.
pub(in crate::commands) fn at_kp(ledger: &LedgerReader, file: &FileReport) -> Result<Vec<AtKp>, UserError> {
    let mut found: BTreeMap<i64, Delivery> = BTreeMap::new();
    let mut add = |rows: Vec<Delivery>| {
        let has = |state: State| state.is_delivered() || state.is_unclear();
        found.extend(rows.into_iter().filter(|row| has(row.state)).map(|row| (row.id, row)));
    };
    if let Some(slot) = file.slot().filter(|slot| slot.period.is_some()) {
        add(ledger.deliveries_into(&slot)?);
    }
    if let Some(digest) = &file.sha256 {
        add(ledger.deliveries_of(digest)?);
    }
    for earlier in file.earlier.iter().chain(file.look_alike.as_deref()) {
        add(ledger.delivery(earlier.delivery_id)?.into_iter().collect());
    }
    for delivery in &file.delivered_with {
        add(ledger.delivery(*delivery)?.into_iter().collect());
    }
    Ok(found.values().rev().map(AtKp::from).collect())
}
