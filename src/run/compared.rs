//! A file beside the delivery that holds it: records that are the same, new, gone, changed.
//!
//! The earlier file is read from the archive. Nothing is kept of either but counts, sums and line numbers.

use std::sync::OnceLock;

use super::judge::PlannedFile;
use super::kept_content::{self, entry, read};
use super::{keying, secret};
use crate::config::Config;
use crate::exit::UserError;
use crate::ledger::LedgerReader;
use crate::model::decision::{Blocked, Choice, Reason, Unsafe, Unsettled};
use crate::model::delivery::Slot;
use crate::model::ledger::Delivery;
use crate::model::run_report::FileReport;
use crate::records::compare::{self, Comparison, LineComparison, LineSide, Months, Side};
use crate::records::content::ContentRule;
use crate::records::key::Secret;
use crate::records::keyed::unseal;
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
    /// The ledger could not be read.
    Ledger(UserError),
}

impl From<UserError> for NotCompared {
    fn from(error: UserError) -> NotCompared {
        NotCompared::Ledger(error)
    }
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
        if let Ok(Compared::Records(comparison, records)) =
            with((config, ledger), Some(rule), planned, &delivery)
        {
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
            Suspicion::RecordsDelivered(overlap) => {
                let most = overlap.with.iter().max_by_key(|with| with.same.count() + with.changed.count());
                if let Some(with) = most {
                    return ledger.delivery(with.delivery_id);
                }
            }
            Suspicion::NotComparable(with) => return ledger.delivery(with.delivery_id),
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
    (config, ledger): (&Config, &LedgerReader),
    rule: Option<&ContentRule>,
    planned: &PlannedFile,
    delivery: &Delivery,
) -> Result<Compared, NotCompared> {
    let key = match (&planned.scanned.key, &planned.scanned.reading) {
        (Some(key), _) => key,
        (None, Err(why)) => return Err(why.clone().into()),
        (None, Ok(_)) => return Err(Blocked::Unsettled(Unsettled::StillChanging).into()),
    };
    let earlier = match (kept_content::found(config, delivery).map_err(NotCompared::ArchiveUnread)?, rule) {
        (Some(found), _) => entry(&found),
        (None, Some(_)) => return by_keys((config, ledger), planned, delivery),
        (None, None) => return Err(NotCompared::Gone),
    };
    let newer = &planned.scanned.file;
    if let Some(rule) = rule {
        let same_month = delivery.key.slot.period == key.slot.period;
        let months = if same_month { Months::Apart } else { Months::Alike };
        let keyed = (session_secret()?, months);
        // Its supplier may be another, with a layout of his own.
        let own = keying::rule_of(config, &delivery.path, &delivery.key.slot.series).unwrap_or(rule);
        let ((), before, old) = own.side(keyed, |listener| read(&earlier, delivery.key.digest, listener))?;
        let ((), after, new) = rule.side(keyed, |listener| read(newer, key.digest, listener))?;
        if before.findings.is_empty() && after.findings.is_empty() {
            return Ok(Compared::Records(compare::compare(old, new), after.totals.records));
        }
    }
    let (mut old, mut new) = (LineSide::new(session_secret()?), LineSide::new(session_secret()?));
    read(&earlier, delivery.key.digest, &mut |bytes| old.push(bytes))?;
    read(newer, key.digest, &mut |bytes| new.push(bytes))?;
    Ok(Compared::Lines(compare::compare_lines(old, new)))
}

/// A file beside a delivery whose content is gone, by the keys that the ledger keeps of its records.
fn by_keys(
    (config, ledger): (&Config, &LedgerReader),
    planned: &PlannedFile,
    delivery: &Delivery,
) -> Result<Compared, NotCompared> {
    let of_file =
        planned.scanned.content.as_ref().and_then(|content| Some((content, content.keys.as_ref()?)));
    let (Some(secret), Some((content, keys))) = (secret::of(config), of_file) else {
        return Err(NotCompared::Gone);
    };
    let mut earlier = Vec::new();
    for (period, _) in ledger.keyed_months(delivery.id)? {
        let block = ledger.key_block(delivery.id, period)?;
        let amounts = block.and_then(|block| unseal(secret, &block)).ok_or(NotCompared::Gone)?;
        earlier.extend(amounts.into_iter().map(|(key, amount)| (key, amount, 0)));
    }
    // None were made, or some were deleted since; how many there were is not known where its format came later.
    let kept = u64::try_from(earlier.len()).unwrap_or(u64::MAX);
    if kept == 0 || delivery.content.is_some_and(|content| content.records != kept) {
        return Err(NotCompared::Gone);
    }
    let earlier = Side::of_keys(secret, earlier.into_iter());
    let newer = keys.records().iter().map(|record| (record.key, record.amount, record.line));
    let mut comparison = compare::compare(earlier, Side::of_keys(secret, newer));
    // Where the earlier records stood, and what they were for, nobody knows any more.
    comparison.all.gone.lines.first.clear();
    comparison.by_deduction.clear();
    comparison.unchecked += keys.unchecked;
    Ok(Compared::Records(comparison, content.reading.totals.records))
}

/// The secret under which this process lays records beside each other; it is kept nowhere.
///
/// # Errors
/// The system has no random bytes: then nothing can be compared.
fn session_secret() -> Result<&'static Secret, Blocked> {
    static SECRET: OnceLock<Result<Secret, String>> = OnceLock::new();
    let made = SECRET.get_or_init(|| Secret::random().map_err(|error| error.to_string()));
    made.as_ref().map_err(|error| Blocked::Unsafe(Unsafe::Unreadable(error.clone())))
}
