//! The records that KP has got, as the judging of one run needs them: read when a file first asks, and then shared by the
//! threads that judge.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, FixedOffset};

use super::keying::{self, Lacking};
use super::secret;
use crate::config::Config;
use crate::delivery::{RecordsStand, records_stand};
use crate::exit::UserError;
use crate::ledger::LedgerReader;
use crate::messages::records as say;
use crate::model::ledger::Delivery;
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

/// The keys of one month that count, and the deliveries of which it is not certain that KP has them.
struct Month {
    keys: MonthKeys,
    uncertain: HashMap<i64, RecordsStand>,
}

impl Month {
    fn stand(&self, delivery: i64) -> RecordsStand {
        self.uncertain.get(&delivery).copied().unwrap_or(RecordsStand::Delivered)
    }
}

/// What is known of a file's records.
#[derive(Default)]
pub(super) struct About {
    /// Which of them KP has got.
    pub(super) overlap: Overlap,
    /// The deliveries with which it cannot be compared, since their content is gone.
    pub(super) not_comparable: Vec<NotComparable>,
    /// The newest delivery with one of them that a person says KP never got, and that may still come.
    pub(super) may_come: Option<i64>,
}

/// The first month that was looked at, and the deliveries since then whose records have no keys.
type LackingSince = (Period, Arc<Vec<Lacking>>);

/// What was read so far.
#[derive(Default)]
pub(super) struct KnownRecords {
    months: Mutex<HashMap<Option<Period>, Arc<Month>>>,
    amounts: Mutex<HashMap<Block, Arc<Amounts>>>,
    lacking: Mutex<Option<LackingSince>>,
}

/// A file's question, and by what it is answered.
struct Question<'a> {
    config: &'a Config,
    ledger: &'a LedgerReader,
    lacking: &'a [Lacking],
}

impl KnownRecords {
    /// What is known of a file's records.
    ///
    /// # Errors
    /// The ledger could not be read, its keys are not what its chain says, or the archive could not be read.
    pub(super) fn about(
        &self,
        (config, ledger, now): (&Config, &LedgerReader, DateTime<FixedOffset>),
        (keys, own): (&FileKeys, Option<Period>),
    ) -> Result<About, UserError> {
        let months: Vec<Option<Period>> = keys.periods().chain(own.map(Some)).collect();
        // A file of an older month goes only where a person or a policy lets it: then that month counts as well.
        let old = months.iter().flatten().min();
        let first = keying::first_month(config, now);
        let first = old.map_or(first, |old| first.min(*old));
        let lacking = self.lacking(config, ledger, first)?;
        let ask = Question { config, ledger, lacking: &lacking };
        let records = u64::try_from(keys.len()).unwrap_or(u64::MAX).saturating_add(keys.unchecked);
        let mut overlap = Overlap { records, unchecked: keys.unchecked, ..Overlap::default() };
        let mut may_come = None;
        let known = |period| Ok((period, self.month(&ask, period)?));
        let of_months: Vec<(Option<Period>, Arc<Month>)> =
            keys.periods().map(known).collect::<Result<_, UserError>>()?;
        for record in keys.records() {
            let of = of_months.binary_search_by_key(&record.period, |(period, _)| *period);
            let Some((_, month)) = of.ok().and_then(|at| of_months.get(at)) else { continue };
            may_come = may_come.max(month.may_come(record.key));
            if let Some((delivery, was)) = self.delivered(&ask, month, record, keys)? {
                overlap.note(delivery, record, was);
            }
        }
        for with in &mut overlap.with {
            let delivery = ledger.delivery(with.delivery_id)?;
            with.uncertain = delivery.as_ref().is_none_or(|delivery| !delivery.state.is_delivered());
            with.delivered_at = delivery.and_then(|delivery| delivery.delivered_at);
        }
        let gone = lacking.iter().filter(|lacking| lacking.is_incomparable());
        let gone = gone.filter(|lacking| months.iter().any(|month| lacking.may_have(*month)));
        let not_comparable = gone.map(|lacking| NotComparable {
            delivery_id: lacking.delivery.id,
            period: lacking.delivery.key.slot.period,
        });
        Ok(About { overlap, not_comparable: not_comparable.collect(), may_come })
    }

    /// The newest delivery that KP got a record with, and the amount it then had; none where it is a new one, or comes after
    /// a reversal of all that stood.
    fn delivered(
        &self,
        ask: &Question<'_>,
        month: &Month,
        record: &KeyedRecord,
        file: &FileKeys,
    ) -> Result<Option<(i64, Ore)>, UserError> {
        let counted = |delivery: &i64| month.stand(*delivery) != RecordsStand::MayCome;
        let Some(newest) = month.keys.with(record.key).filter(counted).last() else { return Ok(None) };
        let mut stand = Vec::new();
        let mut certain = true;
        for key in [record.key, record.opposite] {
            let mut deliveries: Vec<i64> = month.keys.with(key).collect();
            deliveries.dedup();
            for delivery in deliveries {
                certain &= month.stand(delivery) == RecordsStand::Delivered;
                let amounts = self.amounts(ask, (delivery, record.period))?;
                stand.extend(amounts_of(&amounts, key).iter().map(|(_, amount)| *amount));
            }
        }
        let in_file: Vec<Ore> = [record.key, record.opposite]
            .iter()
            .flat_map(|key| file.with(record.period, *key).map(|other| other.amount))
            .collect();
        // A reversal that KP may not have got takes nothing back.
        if certain && follows_a_reversal(record.amount, &stand, &in_file) {
            return Ok(None);
        }
        let amounts = self.amounts(ask, (newest, record.period))?;
        let of = amounts_of(&amounts, record.key);
        let same = of.iter().find(|(_, amount)| *amount == record.amount).or(of.first());
        Ok(same.map(|(_, amount)| (newest, *amount)))
    }

    fn month(&self, ask: &Question<'_>, period: Option<Period>) -> Result<Arc<Month>, UserError> {
        let mut months = lock(&self.months);
        if let Some(known) = months.get(&period) {
            return Ok(Arc::clone(known));
        }
        let mut uncertain = HashMap::new();
        let mut blocks = Vec::new();
        for block in ask.ledger.keys_of_month(period)? {
            uncertain.insert(block.delivery, block.stand);
            blocks.push((block.delivery, block.keys));
        }
        for (delivery, records) in ask.made(period) {
            uncertain.insert(delivery.id, records_stand(delivery.state, delivery.temporary_is_gone()));
            let keys: Vec<[u8; 16]> = records.map(|record| *record.key.as_bytes()).collect();
            blocks.push((delivery.id, keys.into_flattened()));
        }
        uncertain.retain(|_, stand| *stand != RecordsStand::Delivered);
        // the newest of those that a key came with is told, so they stand in their order
        blocks.sort_by_key(|(delivery, _)| *delivery);
        let month = Arc::new(Month { keys: MonthKeys::of(blocks), uncertain });
        months.insert(period, Arc::clone(&month));
        Ok(month)
    }

    fn amounts(&self, ask: &Question<'_>, of: Block) -> Result<Arc<Amounts>, UserError> {
        let mut known = lock(&self.amounts);
        if let Some(amounts) = known.get(&of) {
            return Ok(Arc::clone(amounts));
        }
        let (delivery, period) = of;
        let made = ask.made(period).find(|(of, _)| of.id == delivery);
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
        first: Period,
    ) -> Result<Arc<Vec<Lacking>>, UserError> {
        if let Some((since, lacking)) = &*lock(&self.lacking)
            && *since <= first
        {
            return Ok(Arc::clone(lacking));
        }
        // not while it is locked: a thread that waits for the others to read a file may judge another file meanwhile
        let lacking = Arc::new(keying::lacking(config, ledger, first)?);
        *lock(&self.lacking) = Some((first, Arc::clone(&lacking)));
        Ok(lacking)
    }
}

impl Month {
    /// The newest delivery with this key that a person says KP never got, and that may still come.
    fn may_come(&self, key: RecordKey) -> Option<i64> {
        if self.uncertain.is_empty() {
            return None;
        }
        let may_come = |delivery: &i64| self.stand(*delivery) == RecordsStand::MayCome;
        self.keys.with(key).filter(may_come).last()
    }
}

impl Question<'_> {
    /// The keys of one month that the next run writes into the ledger, each with its delivery.
    fn made(
        &self,
        period: Option<Period>,
    ) -> impl Iterator<Item = (&Delivery, impl Iterator<Item = &KeyedRecord>)> {
        self.lacking.iter().filter_map(move |lacking| {
            let records =
                lacking.keys.as_ref()?.records().iter().filter(move |record| record.period == period);
            Some((&lacking.delivery, records))
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
