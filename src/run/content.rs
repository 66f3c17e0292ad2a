//! What speaks against the content of a file: what was read of it, held against the ledger's totals.

use chrono::{DateTime, FixedOffset};

use super::known::KnownRecords;
use super::scan::ScannedFile;
use crate::config::Config;
use crate::exit::UserError;
use crate::ledger::LedgerReader;
use crate::model::decision::Reason;
use crate::model::ledger::{ContentTotals, Delivery};
use crate::model::run_report::ContentNote;
use crate::period::Period;
use crate::records::amount::Ore;
use crate::records::totals::{self, Against, Delivered, PeriodTotals, Suspicion};
use crate::wording::content as wording;

/// How many periods before a file's own tell what is usual.
const LOOKED_AT: u32 = 3;

/// Everything that speaks against a file's content; nothing where its series has no format.
///
/// # Errors
/// The ledger could not be read.
pub(super) fn suspicions(
    (config, ledger, now): (&Config, &LedgerReader, DateTime<FixedOffset>),
    known: &KnownRecords,
    scanned: &ScannedFile,
) -> Result<Vec<Suspicion>, UserError> {
    let (Some(rule), Some(content), Some(key)) =
        (config.content_of(scanned.rule), &scanned.content, &scanned.key)
    else {
        return Ok(Vec::new());
    };
    let (series, period) = (&key.slot.series, key.slot.period);
    let others: Vec<Delivered> = match scanned.totals().filter(|totals| totals.records > 0) {
        Some(totals) => {
            let same = ledger.same_totals(series, &key.digest, (totals.records, totals.sum_ore))?;
            same.as_ref().and_then(delivered).into_iter().collect()
        }
        None => Vec::new(),
    };
    let usual =
        if rule.unusual.is_some() { ledger.period_totals(series, period, LOOKED_AT)? } else { Vec::new() };
    let recent: Vec<PeriodTotals> =
        usual.into_iter().map(|(period, totals)| of_period(period, &totals)).collect();
    let so_far = match period.filter(|_| rule.many && rule.unusual.is_some()) {
        Some(period) => Some(so_far(ledger, series, period)?),
        None => None,
    };
    let about =
        content.keys.as_ref().map(|keys| known.about((config, ledger, now), (keys, period))).transpose()?;
    let (delivered, not_comparable) = about.unzip();
    let not_comparable = not_comparable.unwrap_or_default();
    let (delivered, not_comparable) = (delivered.as_ref(), &not_comparable[..]);
    let against = Against {
        period,
        delivered,
        not_comparable,
        others: &others,
        recent: &recent,
        so_far,
        unusual: rule.unusual,
    };
    Ok(totals::suspicions(&content.reading, Some(&content.tallied), &against))
}

/// What KP has got for a period of a series that takes many files.
fn so_far(ledger: &LedgerReader, series: &str, period: Period) -> Result<PeriodTotals, UserError> {
    let next = period.plus(1);
    let newest = ledger.period_totals(series, next, 1)?.into_iter().next().filter(|(of, _)| *of == period);
    let none = PeriodTotals { period, records: 0, sum: Ore::ZERO };
    Ok(newest.map_or(none, |(period, totals)| of_period(period, &totals)))
}

fn of_period(period: Period, totals: &ContentTotals) -> PeriodTotals {
    PeriodTotals { period, records: totals.records, sum: Ore::new(totals.sum_ore.into()) }
}

fn delivered(delivery: &Delivery) -> Option<Delivered> {
    let totals = delivery.content?;
    Some(Delivered {
        delivery_id: delivery.id,
        period: delivery.key.slot.period,
        records: totals.records,
        sum: Ore::new(totals.sum_ore.into()),
    })
}

/// The reason that something suspicious is.
#[must_use]
pub(super) fn reason(suspicion: &Suspicion) -> Reason {
    match suspicion {
        Suspicion::Incomplete { .. } => Reason::Incomplete,
        Suspicion::UnreadableRecord(_) => Reason::UnreadableRecord,
        Suspicion::TotalsDiffer(_) => Reason::TotalsDiffer,
        Suspicion::OtherPeriod { .. } => Reason::OtherPeriod,
        Suspicion::RecordsDelivered(_) | Suspicion::NotComparable(_) | Suspicion::RecordsInRun { .. } => {
            Reason::RecordsDelivered
        }
        Suspicion::RecordsRepeat(_) => Reason::RecordsRepeat,
        Suspicion::TotalsRepeat(_) => Reason::TotalsRepeat,
        Suspicion::UnusualRecords { .. } | Suspicion::UnusualSum { .. } => Reason::UnusualTotal,
        Suspicion::AmountOver { .. } => Reason::AmountOver,
    }
}

/// The reasons of all that is suspicious, each once, in the order of the rows.
pub(super) fn reasons(suspicions: &[Suspicion]) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = suspicions.iter().map(reason).collect();
    reasons.dedup();
    reasons
}

/// All that is suspicious, in words, each with its lines.
pub(super) fn notes(suspicions: &[Suspicion]) -> Vec<ContentNote> {
    let note = |suspicion: &Suspicion| ContentNote {
        reason: reason(suspicion),
        text: wording::suspicion(suspicion),
        lines: lines(suspicion),
        deliveries: match suspicion {
            Suspicion::RecordsDelivered(overlap) => {
                overlap.with.iter().map(|with| with.delivery_id).collect()
            }
            _ => Vec::new(),
        },
    };
    suspicions.iter().map(note).collect()
}

fn lines(suspicion: &Suspicion) -> Vec<u64> {
    match suspicion {
        Suspicion::UnreadableRecord(finding) => finding.lines.first.clone(),
        Suspicion::TotalsDiffer(mismatch) => vec![mismatch.line],
        Suspicion::OtherPeriod { lines, .. } | Suspicion::RecordsInRun { lines, .. } => lines.first.clone(),
        Suspicion::RecordsDelivered(overlap) => overlap.lines(),
        Suspicion::RecordsRepeat(repeats) => repeats.lines.iter().map(|(_, again)| *again).collect(),
        Suspicion::AmountOver { over, .. } => over.lines.first.clone(),
        Suspicion::Incomplete { .. }
        | Suspicion::NotComparable(_)
        | Suspicion::TotalsRepeat(_)
        | Suspicion::UnusualRecords { .. }
        | Suspicion::UnusualSum { .. } => Vec::new(),
    }
}
