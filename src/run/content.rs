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

/// What was found out about a file's content.
#[derive(Default)]
pub(super) struct Found {
    /// Everything that speaks against it.
    pub(super) suspicions: Vec<Suspicion>,
    /// The newest delivery with a record of it that a person says KP never got, and that may still come.
    pub(super) may_come: Option<i64>,
}

/// Everything that speaks against a file's content; nothing where its series has no format.
///
/// # Errors
/// The ledger could not be read.
pub(super) fn suspicions(
    (config, ledger, now): (&Config, &LedgerReader, DateTime<FixedOffset>),
    known: &KnownRecords,
    scanned: &ScannedFile,
) -> Result<Found, UserError> {
    let (Some(rule), Some(content), Some(key)) =
        (config.content_of(scanned.rule), &scanned.content, &scanned.key)
    else {
        return Ok(Found::default());
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
    let against = Against {
        period,
        delivered: about.as_ref().map(|about| &about.overlap),
        not_comparable: about.as_ref().map_or(&[], |about| &about.not_comparable),
        others: &others,
        recent: &recent,
        so_far,
        unusual: rule.unusual,
    };
    let suspicions = totals::suspicions(&content.reading, Some(&content.tallied), &against);
    Ok(Found { suspicions, may_come: about.and_then(|about| about.may_come) })
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

/// The reasons of all that is suspicious, each once, in the order of the rows.
pub(super) fn reasons(suspicions: &[Suspicion]) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = suspicions.iter().map(Suspicion::reason).collect();
    reasons.dedup();
    reasons
}

/// Of how many records of a file they say that KP has got them, or gets them in the same run.
pub(super) fn delivered_records(suspicions: &[Suspicion]) -> u64 {
    suspicions.iter().map(Suspicion::delivered_records).fold(0, u64::saturating_add)
}

/// The deliveries that have records of a file, or may have.
pub(super) fn delivered_with(suspicions: &[Suspicion]) -> Vec<i64> {
    let of = |suspicion: &Suspicion| match suspicion {
        Suspicion::RecordsDelivered(overlap) => overlap.with.iter().map(|with| with.delivery_id).collect(),
        Suspicion::NotComparable(with) => vec![with.delivery_id],
        _ => Vec::new(),
    };
    suspicions.iter().flat_map(of).collect()
}

/// All that is suspicious, in words, each with its lines.
pub(super) fn notes(suspicions: &[Suspicion]) -> Vec<ContentNote> {
    let note = |suspicion: &Suspicion| ContentNote {
        reason: suspicion.reason(),
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
        | Suspicion::UnreadInRun { .. }
        | Suspicion::TotalsRepeat(_)
        | Suspicion::UnusualRecords { .. }
        | Suspicion::UnusualSum { .. } => Vec::new(),
    }
}
