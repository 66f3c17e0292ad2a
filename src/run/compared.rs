//! A file beside the delivery that holds it: records that are the same, new, gone, changed.
//!
//! The earlier file is read from the archive. Nothing is kept of either but counts, sums and line numbers.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::judge::PlannedFile;
use crate::archive::{Archive, search};
use crate::config::Config;
use crate::digest::Digest;
use crate::drop_folder::{self, FolderEntry, Limits, Listener, NotRead};
use crate::exit::UserError;
use crate::ledger::LedgerReader;
use crate::model::decision::{Blocked, Choice, Reason, Unsafe, Unsettled};
use crate::model::delivery::Slot;
use crate::model::ledger::Delivery;
use crate::model::run_report::FileReport;
use crate::records::compare::{self, Comparison, LineComparison, LineSide, Months};
use crate::records::content::ContentRule;
use crate::records::key::Secret;
use crate::records::totals::Suspicion;
use crate::wording::content as wording;

/// Two files beside each other.
pub(crate) enum Compared {
    /// By their records; how many the newer one has.
    Records(Comparison, u64),
    /// By their lines.
    Lines(LineComparison),
}

/// Why two files could not be compared.
pub(crate) enum NotCompared {
    /// The delivery's content is not in the archive any more.
    Gone,
    /// A file could not be read.
    Unread(Blocked),
    /// The archive could not be searched, in these words.
    ArchiveUnread(String),
}

impl From<Blocked> for NotCompared {
    fn from(blocked: Blocked) -> NotCompared {
        NotCompared::Unread(blocked)
    }
}

/// Adds to each file that is held because of another of KP's files how it differs from that one, where its series has a
/// format and both could be read by it. Where the other is gone or cannot be read, the hold stands without it.
///
/// # Errors
/// The ledger could not be read.
pub(super) fn annotate(
    config: &Config,
    ledger: &LedgerReader,
    planned: &[PlannedFile],
    files: &mut [FileReport],
) -> Result<(), UserError> {
    for (planned, file) in planned.iter().zip(files).filter(|(_, file)| file.decision == Choice::Hold) {
        let Some(rule) = config.content_of(planned.scanned.rule) else { continue };
        let Some(delivery) = holding(ledger, planned)? else { continue };
        if let Ok(Compared::Records(comparison, records)) = with(config, Some(rule), planned, &delivery) {
            file.compared = Some(wording::compared(delivery.id, records, &comparison.all));
        }
    }
    Ok(())
}

/// The delivery because of which a file is held; none where it is held for another reason alone.
///
/// # Errors
/// The ledger could not be read.
pub(crate) fn holding(ledger: &LedgerReader, planned: &PlannedFile) -> Result<Option<Delivery>, UserError> {
    let Some(key) = &planned.scanned.key else { return Ok(None) };
    let judgement = &planned.judgement;
    let newest = |slot: &Slot| -> Result<Option<Delivery>, UserError> {
        let counts = |delivery: &Delivery| {
            (delivery.state.is_delivered() || delivery.state.is_unclear())
                && delivery.key.digest != key.digest
        };
        Ok(ledger.deliveries_into(slot)?.into_iter().rev().find(counts))
    };
    if judgement.reasons.contains(&Reason::SlotTaken) {
        let named = judgement.earlier.as_ref().filter(|_| judgement.reason == Reason::SlotTaken);
        let alike = judgement.look_alike.as_deref();
        if let Some(earlier) = named {
            return ledger.delivery(earlier.delivery_id);
        }
        return match (newest(&key.slot)?, alike) {
            (Some(delivery), _) => Ok(Some(delivery)),
            (None, Some(alike)) => ledger.delivery(alike.delivery_id),
            (None, None) => Ok(None),
        };
    }
    for suspicion in &planned.suspicions {
        match suspicion {
            Suspicion::OtherPeriod { named, .. } => {
                let slot = Slot { period: Some(*named), ..key.slot.clone() };
                if let Some(delivery) = newest(&slot)? {
                    return Ok(Some(delivery));
                }
            }
            Suspicion::TotalsRepeat(of) => return ledger.delivery(of.delivery_id),
            _ => {}
        }
    }
    Ok(None)
}

/// A file of the drop folder beside a delivery: by records where there is a rule and both can be read by it, else by
/// lines.
///
/// # Errors
/// Why they could not be compared.
pub(crate) fn with(
    config: &Config,
    rule: Option<&ContentRule>,
    planned: &PlannedFile,
    delivery: &Delivery,
) -> Result<Compared, NotCompared> {
    let key = planned.scanned.key.as_ref().ok_or(Blocked::Unsettled(Unsettled::StillChanging))?;
    let earlier = entry(&found(config, delivery)?);
    let newer = &planned.scanned.file;
    if let Some(rule) = rule {
        let same_month = delivery.key.slot.period == key.slot.period;
        let months = if same_month { Months::Apart } else { Months::Alike };
        let keyed = (secret()?, months);
        let ((), before, old) = rule.side(keyed, |listener| read(&earlier, delivery.key.digest, listener))?;
        let ((), after, new) = rule.side(keyed, |listener| read(newer, key.digest, listener))?;
        if before.findings.is_empty() && after.findings.is_empty() {
            return Ok(Compared::Records(compare::compare(old, new), after.totals.records));
        }
    }
    let (mut old, mut new) = (LineSide::new(secret()?), LineSide::new(secret()?));
    read(&earlier, delivery.key.digest, &mut |bytes| old.push(bytes))?;
    read(newer, key.digest, &mut |bytes| new.push(bytes))?;
    Ok(Compared::Lines(compare::compare_lines(old, new)))
}

/// Where a delivery's content lies now: in the archive, or still in the drop folder.
fn found(config: &Config, delivery: &Delivery) -> Result<PathBuf, NotCompared> {
    let (digest, size) = (delivery.key.digest, delivery.size);
    let folder = Archive::new(&config.archive).delivered(delivery.key.slot.period);
    let archived = search::find_where(&folder, digest, size, &|_| true)
        .map_err(|error| NotCompared::ArchiveUnread(error.to_string()))?;
    if let Some(found) = archived {
        return Ok(found);
    }
    let name = delivery.path.rsplit('/').next().unwrap_or_default();
    let dropped = search::find_in_drop_folder(&config.drop, digest, size, &|other| other == name)
        .map_err(|error| NotCompared::ArchiveUnread(error.to_string()))?;
    dropped.ok_or(NotCompared::Gone)
}

fn entry(path: &Path) -> FolderEntry {
    FolderEntry { path: path.display().to_string(), place: path.into(), unsafe_because: None }
}

/// Reads a file that must have this digest still.
fn read(file: &FolderEntry, digest: Digest, listener: &mut Listener<'_>) -> Result<(), Blocked> {
    match drop_folder::read(file, Limits::NONE, false, Some(listener)) {
        Ok(snapshot) if snapshot.digest == digest => Ok(()),
        Ok(_) | Err(NotRead::Later(_)) => Err(Blocked::Unsettled(Unsettled::StillChanging)),
        Err(NotRead::Blocked(blocked)) => Err(blocked),
    }
}

/// The secret under which this process lays records beside each other; it is kept nowhere.
///
/// # Errors
/// The system has no random bytes: then nothing can be compared.
fn secret() -> Result<&'static Secret, Blocked> {
    static SECRET: OnceLock<Result<Secret, String>> = OnceLock::new();
    let made = SECRET.get_or_init(|| Secret::random().map_err(|error| error.to_string()));
    made.as_ref().map_err(|error| Blocked::Unsafe(Unsafe::Unreadable(error.clone())))
}
