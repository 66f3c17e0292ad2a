//! The keys of a file's records as the ledger keeps them: in blocks of a month, the amounts sealed beside them.
//!
//! While a file is read, its records wait in a [`Batch`], so that [`KeyGatherer::take`] can make their keys on other cores.

use std::fmt;
use std::sync::Arc;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use rayon::prelude::*;

use crate::digest::Digest;
use crate::model::keys::{KeyBlock, KeyMark, KeyedRecords};
use crate::period::Period;

use super::amount::Ore;
use super::key::{Keyer, Message, RecordKey, Secret};
use super::reader::{Record, Visitor};

/// What the key of the amounts is derived for.
const AMOUNTS: &str = "traekfil records amounts";
/// How many records of one file get keys; what comes after is counted as not looked at. Below 2 to the power of [`PLACE`].
const MOST_RECORDS: usize = 4_000_000;
/// The bits of a record's place in its file.
const PLACE: u32 = 22;
/// Those below the bits of its month: 31 of its key stand between.
const MONTH: u32 = PLACE + 31;
/// So many records are worth the while of a core, and few enough that no other waits long for it.
const WORTH_A_CORE: usize = 256;
/// Bytes of a nonce of AES-GCM.
const NONCE: usize = 12;

/// One record, by its key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyedRecord {
    /// The month that it counts for, where one is known.
    pub period: Option<Period>,
    /// Its key.
    pub key: RecordKey,
    /// How much.
    pub amount: Ore,
    /// The line that it stands on.
    pub line: u64,
    /// The key that it would have with the other sign.
    pub opposite: RecordKey,
}

/// The keys of a file's records. 72 bytes for each record.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct FileKeys {
    /// In the order of the file.
    records: Vec<KeyedRecord>,
    /// Their places by month and key, and those with the same in the order of the file. In the upper bits of each stands the
    /// beginning of month and key, so that most are told apart without a look at the record.
    order: Vec<u64>,
    /// How many records have no key, because there are too many.
    pub unchecked: u64,
    /// Whether a record names no month, so that the file's own was taken.
    pub lacks_period: bool,
}

impl fmt::Debug for FileKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileKeys").field("records", &self.records.len()).finish_non_exhaustive()
    }
}

/// Records that wait for their keys.
pub struct Batch {
    month: Option<Period>,
    messages: Message,
    records: Vec<Waiting>,
    lacks_period: bool,
}

/// One of them, and where its message stands.
struct Waiting {
    period: Option<Period>,
    amount: Ore,
    line: u64,
    message: (usize, usize),
}

impl Batch {
    /// An empty one. `month` is the file's own, for records that name none.
    #[must_use]
    pub fn new(month: Option<Period>) -> Batch {
        Batch { month, messages: Message::default(), records: Vec::new(), lacks_period: false }
    }

    /// Whether so many records wait that it is worth the while to make their keys.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.records.len() >= WORTH_A_CORE
    }

    /// Whether no record waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }
}

impl Visitor for Batch {
    fn record(&mut self, record: &Record<'_>) {
        self.lacks_period |= record.period.is_none();
        let period = record.period.or(self.month);
        let from = self.records.last().map_or(0, |last| last.message.1);
        let to = self.messages.append(record, period);
        let (amount, line) = (record.amount, record.line);
        self.records.push(Waiting { period, amount, line, message: (from, to) });
    }
}

/// Makes the keys of a file's records.
#[derive(Debug)]
pub struct KeyGatherer {
    keyer: Keyer,
    found: FileKeys,
    most: usize,
}

impl KeyGatherer {
    /// Makes keys under this secret.
    #[must_use]
    pub fn new(secret: &Secret) -> KeyGatherer {
        KeyGatherer { keyer: Keyer::new(secret), found: FileKeys::default(), most: MOST_RECORDS }
    }

    /// Keeps no more than so many.
    #[cfg(test)]
    pub(super) fn at_most(self, most: usize) -> KeyGatherer {
        KeyGatherer { most, ..self }
    }

    /// Makes the keys of the file's next records, on as many cores as are worth it, and empties the batch.
    pub fn take(&mut self, batch: &mut Batch) {
        let KeyGatherer { keyer, found, most } = self;
        let Batch { messages, records, lacks_period, .. } = batch;
        found.lacks_period |= *lacks_period;
        let room = most.saturating_sub(found.records.len()).min(records.len());
        let (kept, unchecked) = records.split_at(room);
        found.unchecked += u64::try_from(unchecked.len()).unwrap_or(u64::MAX);
        let keyed = |waiting: &Waiting| {
            let Waiting { period, amount, line, message: (from, to) } = *waiting;
            let (key, opposite) = keyer.pair_of(messages.between(from, to), amount.is_negative());
            KeyedRecord { period, key, amount, line, opposite }
        };
        let kept = kept.par_iter().with_min_len(WORTH_A_CORE).with_max_len(WORTH_A_CORE);
        found.records.par_extend(kept.map(keyed));
        records.clear();
        messages.clear();
    }

    /// Ends the file.
    #[must_use]
    pub fn finish(mut self) -> FileKeys {
        self.found.sort();
        self.found
    }
}

/// The beginning of month and key, as a number above the bits of a place.
fn beginning(period: Option<Period>, key: RecordKey) -> u64 {
    // years from 2000 to 2099, so that 11 bits hold the month; a record without one comes first
    let month = period.map_or(0, |period| u64::from(period.year() - 2000) * 12 + u64::from(period.month()));
    let key = key.as_bytes().first_chunk().map_or(0, |part| u64::from(u32::from_be_bytes(*part)));
    month << MONTH | (key >> 1) << PLACE
}

/// The amounts could not be sealed: the system gives no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotSealed(String);

impl FileKeys {
    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// All records, in the order of the file.
    #[must_use]
    pub fn records(&self) -> &[KeyedRecord] {
        &self.records
    }

    fn sort(&mut self) {
        let FileKeys { records, order, .. } = self;
        order.extend(records.iter().zip(0..).map(|(record, at)| beginning(record.period, record.key) | at));
        order.sort_unstable();
        for alike in order.chunk_by_mut(|one, other| one >> PLACE == other >> PLACE) {
            if alike.len() > 1 {
                alike.sort_by_key(|place| at(records, *place).map(|record| record.key));
            }
        }
    }

    /// The months of the records, in their order.
    pub fn periods(&self) -> impl Iterator<Item = Option<Period>> {
        let months = self.order.chunk_by(|one, other| one >> MONTH == other >> MONTH);
        months.filter_map(|places| self.at(places[0])).map(|record| record.period)
    }

    /// The records of each month with their month, sorted by key; those with the same key in the order of the file.
    pub fn months(&self) -> impl Iterator<Item = (Option<Period>, Vec<KeyedRecord>)> {
        let months = self.order.chunk_by(|one, other| one >> MONTH == other >> MONTH);
        let records = |places: &[u64]| places.iter().filter_map(|place| self.at(*place)).copied().collect();
        months.map(move |places| (self.at(places[0]).and_then(|record| record.period), records(places)))
    }

    /// Each key and month that more than one record has, as the records that have it in the order of the file.
    pub fn repeated(&self) -> impl Iterator<Item = Vec<&KeyedRecord>> {
        let same = |one: &u64, other: &u64| {
            one >> PLACE == other >> PLACE
                && self.at(*one).map(|record| record.key) == self.at(*other).map(|record| record.key)
        };
        let repeated = self.order.chunk_by(same).filter(|places| places.len() > 1);
        repeated.map(|places| places.iter().filter_map(|place| self.at(*place)).collect())
    }

    /// The records of this month with this key, in the order of the file.
    pub fn with(&self, period: Option<Period>, key: RecordKey) -> impl Iterator<Item = &KeyedRecord> {
        let alike = beginning(period, key);
        let first = self.order.partition_point(|place| *place < alike);
        let alike = self.order[first..].iter().take_while(move |place| **place >> PLACE == alike >> PLACE);
        alike.filter_map(|place| self.at(*place)).filter(move |record| record.key == key)
    }

    fn at(&self, place: u64) -> Option<&KeyedRecord> {
        at(&self.records, place)
    }

    /// What the ledger keeps of them, read by that description of their layout, the amounts sealed under `secret`.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn sealed(&self, secret: &Secret, by: &str) -> Result<KeyedRecords, NotSealed> {
        let (mut marks, mut blocks) = (Vec::new(), Vec::new());
        for (period, records) in self.months() {
            let keys: Vec<[u8; 16]> = records.iter().map(|record| *record.key.as_bytes()).collect();
            let keys = keys.into_flattened();
            let digest = Digest::of(&keys);
            let amounts = seal(secret, &keys, &records)?;
            marks.push(KeyMark { period, records: records.len() as u64, digest });
            blocks.push(KeyBlock { period, keys, amounts });
        }
        let partial = self.unchecked > 0;
        Ok(KeyedRecords { by: by.to_owned(), partial, marks, blocks: Arc::new(blocks) })
    }
}

/// The record at a place.
fn at(records: &[KeyedRecord], place: u64) -> Option<&KeyedRecord> {
    records.get(usize::try_from(place & ((1 << PLACE) - 1)).ok()?)
}

fn cipher(secret: &Secret) -> Aes256Gcm {
    Aes256Gcm::new(&Key::<Aes256Gcm>::from(*secret.derived(AMOUNTS)))
}

/// The amounts of a block, 8 bytes each, behind a nonce of their own; the keys are bound to them.
fn seal(secret: &Secret, keys: &[u8], records: &[KeyedRecord]) -> Result<Vec<u8>, NotSealed> {
    let mut sealed = vec![0; NONCE];
    getrandom::getrandom(&mut sealed).map_err(|error| NotSealed(error.to_string()))?;
    let nonce = Nonce::try_from(&sealed[..]).map_err(|error| NotSealed(error.to_string()))?;
    let plain: Vec<[u8; 8]> = records.iter().map(|record| stored(record.amount).to_le_bytes()).collect();
    let hidden = cipher(secret).encrypt(&nonce, Payload { msg: plain.as_flattened(), aad: keys });
    sealed.extend(hidden.map_err(|error| NotSealed(error.to_string()))?);
    Ok(sealed)
}

/// An amount as it is kept; one that a file can hardly have is cut to the largest that is.
fn stored(amount: Ore) -> i64 {
    amount.to_i64().unwrap_or(if amount.is_negative() { i64::MIN } else { i64::MAX })
}

/// The keys of a block with their amounts, sorted; none where they were sealed under another secret, or changed since.
#[must_use]
pub fn unseal(secret: &Secret, block: &KeyBlock) -> Option<Vec<(RecordKey, Ore)>> {
    let (nonce, hidden) = block.amounts.split_at_checked(NONCE)?;
    let nonce = Nonce::try_from(nonce).ok()?;
    let plain = cipher(secret).decrypt(&nonce, Payload { msg: hidden, aad: &block.keys }).ok()?;
    let (amounts, rest) = plain.as_chunks::<8>();
    let keys: Vec<RecordKey> = keys_of(&block.keys)?.collect();
    let fits = rest.is_empty() && keys.len() == amounts.len();
    let amounts = amounts.iter().map(|bytes| Ore::new(i64::from_le_bytes(*bytes).into()));
    fits.then(|| keys.into_iter().zip(amounts).collect())
}

/// The keys in the bytes of a block; none where these are no keys.
#[must_use]
pub fn keys_of(bytes: &[u8]) -> Option<impl Iterator<Item = RecordKey>> {
    let (keys, rest) = bytes.as_chunks::<16>();
    rest.is_empty().then(|| keys.iter().map(|key| RecordKey::of(*key)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::records::citizen::Citizen;

    fn keys(secret: &Secret, records: &[(&str, i128, Option<&str>)]) -> FileKeys {
        let mut batch = Batch::new("2023-04".parse().ok());
        for (line, (citizen, ore, period)) in (1..).zip(records) {
            let citizen = Citizen::read(citizen, false).unwrap();
            let period = period.map(|period| period.parse().unwrap());
            let (deduction, amount) = ("mad", Ore::new(*ore));
            batch.record(&Record { line, citizen: &citizen, deduction, reference: "", amount, period });
        }
        let mut gatherer = KeyGatherer::new(secret);
        gatherer.take(&mut batch);
        gatherer.finish()
    }

    const TWO: [(&str, i128, Option<&str>); 3] =
        [("0101009999", 100, None), ("0201009998", -7, Some("2023-03")), ("0301009997", 5, Some("2023-04"))];

    #[test]
    fn amounts_come_back_under_the_same_secret_and_the_same_keys_alone() {
        let secret = Secret::of([1; 32]);
        let kept = keys(&secret, &TWO).sealed(&secret, "a").unwrap();
        let counts: Vec<_> =
            kept.marks.iter().map(|mark| (mark.period.unwrap().to_string(), mark.records)).collect();
        assert_eq!(counts, [("2023-03".to_owned(), 1), ("2023-04".to_owned(), 2)]);
        let april = &kept.blocks[1];
        let amounts: i128 = unseal(&secret, april).unwrap().iter().map(|(_, amount)| amount.get()).sum();
        assert_eq!(amounts, 105);
        assert!(unseal(&Secret::of([2; 32]), april).is_none());
        for change in [0, 20] {
            let mut changed = april.clone();
            changed.keys[change] ^= 1;
            assert!(unseal(&secret, &changed).is_none());
        }
        let mut cut = april.clone();
        cut.amounts.truncate(5);
        assert!(unseal(&secret, &cut).is_none());
        let again = keys(&secret, &TWO).sealed(&secret, "a").unwrap();
        assert_eq!(again.marks, kept.marks);
        assert_ne!(again.blocks[1].amounts, april.amounts, "no two blocks are sealed alike");
    }

    #[test]
    fn keys_that_begin_alike_are_sorted_and_told_apart_by_all_of_them() {
        let key = |last: u8| RecordKey::of([9, 9, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last]);
        let record = |(line, month, last): (u64, Option<&str>, u8)| {
            let period = month.map(|month| month.parse().unwrap());
            KeyedRecord { period, key: key(last), amount: Ore::ZERO, line, opposite: key(0) }
        };
        let (may, april) = (Some("2023-05"), Some("2023-04"));
        let all = [(1, may, 7), (2, april, 8), (3, april, 7), (4, None, 7), (5, april, 8), (6, april, 6)];
        let mut found = FileKeys { records: all.map(record).to_vec(), ..FileKeys::default() };
        found.sort();
        let lines = |records: &[KeyedRecord]| records.iter().map(|record| record.line).collect::<Vec<u64>>();
        let months: Vec<_> = found.months().map(|(_, records)| lines(&records)).collect();
        assert_eq!(months, [vec![4], vec![6, 3, 2, 5], vec![1]]);
        assert_eq!(found.periods().map(|period| period.is_some()).collect::<Vec<_>>(), [false, true, true]);
        let repeated: Vec<Vec<u64>> =
            found.repeated().map(|records| records.iter().map(|record| record.line).collect()).collect();
        assert_eq!(repeated, [[2, 5]]);
        let with = |month: Option<&str>, last| {
            let period = month.map(|month| month.parse().unwrap());
            found.with(period, key(last)).map(|record| record.line).collect::<Vec<u64>>()
        };
        assert_eq!((with(april, 8), with(may, 8), with(None, 7)), (vec![2, 5], vec![], vec![4]));
        const { assert!(MOST_RECORDS < 1 << PLACE) };
    }

    #[test]
    fn nothing_is_shown_by_debug() {
        let secret = Secret::of([1; 32]);
        let found = keys(&secret, &TWO);
        assert_eq!(format!("{found:?}"), "FileKeys { records: 3, .. }");
        let shown = format!("{:?}", found.sealed(&secret, "a").unwrap().blocks);
        assert_eq!(shown.matches("KeyBlock { period").count(), 2, "{shown}");
        assert!(shown.len() < 200 && found.lacks_period, "{shown}");
    }
}
