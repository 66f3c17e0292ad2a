//! The records that KP has got, as the judging of one run needs them: read when a file first asks, and then shared by the
//! threads that judge.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, FixedOffset};

use super::keying::{self, Lacking};
use super::secret;
use crate::config::Config;
use crate::exit::UserError;
use crate::ledger::LedgerReader;
use crate::messages::records as say;
use crate::period::Period;
use crate::records::amount::Ore;
use crate::records::delivered::{MonthKeys, Overlap, follows_a_reversal};
use crate::records::key::RecordKey;
use crate::records::keyed::{FileKeys, KeyedRecord, unseal};
use crate::records::totals::NotComparable;

/// The keys of a block with their amounts, sorted.
type Amounts = Vec<(RecordKey, Ore)>;
/// A delivery and a month: a block of its keys.
type Block = (i64, Option<Period>);

/// What was read so far.
#[derive(Default)]
pub(super) struct KnownRecords {
    months: Mutex<HashMap<Option<Period>, Arc<MonthKeys>>>,
    amounts: Mutex<HashMap<Block, Arc<Amounts>>>,
    lacking: Mutex<Option<Arc<Vec<Lacking>>>>,
}

/// A file's question, and by what it is answered.
struct Question<'a> {
    config: &'a Config,
    ledger: &'a LedgerReader,
    lacking: &'a [Lacking],
}

impl KnownRecords {
    /// Which of a file's records KP has got, and with which deliveries it cannot be compared, since their content is gone.
    ///
    /// # Errors
    /// The ledger could not be read, its keys are not what its chain says, or the archive could not be read.
    pub(super) fn about(
        &self,
        (config, ledger, now): (&Config, &LedgerReader, DateTime<FixedOffset>),
        (keys, own): (&FileKeys, Option<Period>),
    ) -> Result<(Overlap, Vec<NotComparable>), UserError> {
        let lacking = self.lacking(config, ledger, now)?;
        let ask = Question { config, ledger, lacking: &lacking };
        let records = u64::try_from(keys.len()).unwrap_or(u64::MAX).saturating_add(keys.unchecked);
        let mut overlap = Overlap { records, unchecked: keys.unchecked, ..Overlap::default() };
        let known = |period| Ok((period, self.month(&ask, period)?));
        let months: Vec<(Option<Period>, Arc<MonthKeys>)> =
            keys.periods().map(known).collect::<Result<_, UserError>>()?;
        for record in keys.records() {
            let of = months.binary_search_by_key(&record.period, |(period, _)| *period);
            let Some((_, month)) = of.ok().and_then(|at| months.get(at)) else { continue };
            if let Some((delivery, was)) = self.delivered(&ask, month, record, keys)? {
                overlap.note(delivery, record, was);
            }
        }
        for with in &mut overlap.with {
            with.delivered_at = ledger.delivery(with.delivery_id)?.and_then(|delivery| delivery.delivered_at);
        }
        let months: Vec<Option<Period>> =
            months.into_iter().map(|(period, _)| period).chain(own.map(Some)).collect();
        let gone = lacking.iter().filter(|lacking| lacking.keys.is_none());
        let gone = gone.filter(|lacking| months.iter().any(|month| lacking.may_have(*month)));
        let not_comparable = gone.map(|lacking| NotComparable {
            delivery_id: lacking.delivery.id,
            period: lacking.delivery.key.slot.period,
        });
        Ok((overlap, not_comparable.collect()))
    }

    /// The newest delivery that KP got a record with, and the amount it then had; none where it is a new one, or comes after
    /// a reversal of all that stood.
    fn delivered(
        &self,
        ask: &Question<'_>,
        month: &MonthKeys,
        record: &KeyedRecord,
        file: &FileKeys,
    ) -> Result<Option<(i64, Ore)>, UserError> {
        let Some(newest) = month.with(record.key).last() else { return Ok(None) };
        let mut stand = Vec::new();
        for key in [record.key, record.opposite] {
            let mut deliveries: Vec<i64> = month.with(key).collect();
            deliveries.dedup();
            for delivery in deliveries {
                let amounts = self.amounts(ask, (delivery, record.period))?;
                stand.extend(amounts_of(&amounts, key).iter().map(|(_, amount)| *amount));
            }
        }
        let in_file: Vec<Ore> = [record.key, record.opposite]
            .iter()
            .flat_map(|key| file.with(record.period, *key).map(|other| other.amount))
            .collect();
        if follows_a_reversal(record.amount, &stand, &in_file) {
            return Ok(None);
        }
        let amounts = self.amounts(ask, (newest, record.period))?;
        let of = amounts_of(&amounts, record.key);
        let same = of.iter().find(|(_, amount)| *amount == record.amount).or(of.first());
        Ok(same.map(|(_, amount)| (newest, *amount)))
    }

    fn month(&self, ask: &Question<'_>, period: Option<Period>) -> Result<Arc<MonthKeys>, UserError> {
        let mut months = lock(&self.months);
        if let Some(known) = months.get(&period) {
            return Ok(Arc::clone(known));
        }
        let mut deliveries = ask.ledger.keys_of_month(period)?;
        deliveries.extend(ask.made(period).map(|(delivery, records)| {
            let keys: Vec<[u8; 16]> = records.map(|record| *record.key.as_bytes()).collect();
            (delivery, keys.into_flattened())
        }));
        // the newest of those that a key came with is told, so they stand in their order
        deliveries.sort_by_key(|(delivery, _)| *delivery);
        let month = Arc::new(MonthKeys::of(deliveries));
        months.insert(period, Arc::clone(&month));
        Ok(month)
    }

    fn amounts(&self, ask: &Question<'_>, of: Block) -> Result<Arc<Amounts>, UserError> {
        let mut known = lock(&self.amounts);
        if let Some(amounts) = known.get(&of) {
            return Ok(Arc::clone(amounts));
        }
        let (delivery, period) = of;
        let made = ask.made(period).find(|(of, _)| *of == delivery);
        let mut amounts: Amounts = match made {
            Some((_, records)) => records.map(|record| (record.key, record.amount)).collect(),
            None => Vec::new(),
        };
        if let Some(block) = ask.ledger.key_block(delivery, period)? {
            let unsealed = secret::of(ask.config).and_then(|secret| unseal(secret, &block));
            let changed = || UserError::ledger(say::keys_differ(ask.ledger.path(), delivery));
            amounts.extend(unsealed.ok_or_else(changed)?);
        }
        amounts.sort_unstable();
        let amounts = Arc::new(amounts);
        known.insert(of, Arc::clone(&amounts));
        Ok(amounts)
    }

    fn lacking(
        &self,
        config: &Config,
        ledger: &LedgerReader,
        now: DateTime<FixedOffset>,
    ) -> Result<Arc<Vec<Lacking>>, UserError> {
        if let Some(lacking) = &*lock(&self.lacking) {
            return Ok(Arc::clone(lacking));
        }
        // not while it is locked: a thread that waits for the others to read a file may judge another file meanwhile
        let lacking = Arc::new(keying::lacking(config, ledger, now)?);
        Ok(Arc::clone(lock(&self.lacking).get_or_insert(lacking)))
    }
}

impl Question<'_> {
    /// The keys of one month that the next run writes into the ledger, each with its delivery.
    fn made(
        &self,
        period: Option<Period>,
    ) -> impl Iterator<Item = (i64, impl Iterator<Item = &KeyedRecord>)> {
        self.lacking.iter().filter_map(move |lacking| {
            let records =
                lacking.keys.as_ref()?.records().iter().filter(move |record| record.period == period);
            Some((lacking.delivery.id, records))
        })
    }
}

fn amounts_of(amounts: &Amounts, key: RecordKey) -> &[(RecordKey, Ore)] {
    let first = amounts.partition_point(|(known, _)| *known < key);
    let rest = &amounts[first..];
    &rest[..rest.iter().take_while(|(known, _)| *known == key).count()]
}

fn lock<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}
