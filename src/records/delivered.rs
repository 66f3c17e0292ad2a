//! Which of a file's records KP has got already, told by their keys.

use super::amount::Ore;
use super::compare::Part;
use super::key::RecordKey;
use super::keyed::KeyedRecord;
use super::reader::Lines;

/// The keys of one month that count, by the delivery that they came with.
#[derive(Debug, Default)]
pub struct MonthKeys {
    /// The keys one after the other, as the ledger keeps them.
    deliveries: Vec<(i64, Vec<u8>)>,
    /// Where each key stands: its delivery's place among these, and its own, in as many parts as there are keys. Keys are
    /// hashes, so each part has about one.
    places: Vec<(u32, u32)>,
    /// Where each part ends.
    ends: Vec<usize>,
}

impl MonthKeys {
    /// Of the keys of each delivery, 16 bytes each, the oldest first.
    #[must_use]
    pub fn of(deliveries: Vec<(i64, Vec<u8>)>) -> MonthKeys {
        let parts = deliveries.iter().map(|(_, keys)| keys.as_chunks::<16>().0.len()).sum();
        let mut ends = vec![0; parts];
        for key in deliveries.iter().flat_map(|(_, keys)| keys.as_chunks().0) {
            ends[part(*key, parts)] += 1;
        }
        let mut sum = 0;
        for end in &mut ends {
            // for now, where the part begins
            sum += std::mem::replace(end, sum);
        }
        let mut places = vec![(0, 0); parts];
        for (delivery, (_, keys)) in (0..).zip(&deliveries) {
            for (at, key) in (0..).zip(keys.as_chunks().0) {
                let end = &mut ends[part(*key, parts)];
                places[*end] = (delivery, at);
                *end += 1;
            }
        }
        MonthKeys { deliveries, places, ends }
    }

    /// The deliveries that a key came with, the oldest first, each as often as it had it.
    pub fn with(&self, key: RecordKey) -> impl Iterator<Item = i64> {
        let places = match self.ends.len() {
            0 => &[],
            parts => {
                let part = part(*key.as_bytes(), parts);
                let start = part.checked_sub(1).map_or(0, |before| self.ends[before]);
                &self.places[start..self.ends[part]]
            }
        };
        places.iter().filter_map(move |(delivery, at)| {
            let (delivery, keys) = self.deliveries.get(usize::try_from(*delivery).ok()?)?;
            let known = keys.as_chunks().0.get(usize::try_from(*at).ok()?)?;
            (known == key.as_bytes()).then_some(*delivery)
        })
    }
}

/// Which of so many parts a key is in.
fn part(key: [u8; 16], parts: usize) -> usize {
    let number = key.first_chunk().map_or(0, |start| u64::from_be_bytes(*start));
    let part = (u128::from(number) * parts as u128) >> 64;
    usize::try_from(part).unwrap_or_default()
}

/// The records of a file that KP has got, and how many it has not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overlap {
    /// How many records the file has.
    pub records: u64,
    /// What each earlier delivery had of them, by its number.
    pub with: Vec<OverlapWith>,
    /// How many records were not looked up, because there are too many.
    pub unchecked: u64,
}

/// What one delivery had of a file's records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverlapWith {
    /// The delivery.
    pub delivery_id: i64,
    /// When KP got it, RFC 3339, where that is known.
    pub delivered_at: Option<String>,
    /// Whether nobody knows for certain that KP got it.
    pub uncertain: bool,
    /// Records with the same amount.
    pub same: Part,
    /// Records with another amount; the sum is how much more the file has.
    pub changed: Part,
}

impl Overlap {
    /// Notes a record of which an earlier delivery had one of this amount.
    pub fn note(&mut self, delivery_id: i64, record: &KeyedRecord, was: Ore) {
        let at = self.with.binary_search_by_key(&delivery_id, |with| with.delivery_id).unwrap_or_else(|at| {
            let (same, changed) = (Part::nothing(), Part::nothing());
            self.with
                .insert(at, OverlapWith { delivery_id, delivered_at: None, uncertain: false, same, changed });
            at
        });
        let with = &mut self.with[at];
        if was == record.amount {
            with.same.add(record.line, Some(record.amount));
        } else {
            with.changed.add(record.line, record.amount.minus(was));
        }
    }

    /// How many records KP has got, with this amount or another.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.with.iter().map(|with| with.same.count() + with.changed.count()).sum()
    }

    /// How many it has not got.
    #[must_use]
    pub fn not_delivered(&self) -> u64 {
        self.records.saturating_sub(self.count())
    }

    /// The lines of the records that KP has got.
    #[must_use]
    pub fn lines(&self) -> Vec<u64> {
        let mut all = Lines::default();
        let parts = self.with.iter().flat_map(|with| [&with.same, &with.changed]);
        parts.flat_map(|part| &part.lines.first).for_each(|line| all.note(*line));
        all.first
    }
}

/// Whether a record whose key KP has got comes after a reversal, and so is no deduction made twice.
///
/// `delivered` is every amount that KP has got of its citizen, deduction, month and reference, with its sign; `file` is every
/// amount that the file has of them. It is one where the file's own reversals take back exactly what stands, or earlier ones
/// did and the amount is a new one.
#[must_use]
pub fn follows_a_reversal(record: Ore, delivered: &[Ore], file: &[Ore]) -> bool {
    let Some(stands) = sum(delivered.iter()) else { return false };
    if stands == Ore::ZERO {
        // Amounts of zero take nothing back.
        let is_taken_back = delivered.iter().any(|amount| amount.is_negative());
        return is_taken_back && !record.is_negative() && !delivered.contains(&record);
    }
    let opposite = |amount: &Ore| amount.is_negative() != stands.is_negative();
    let taken_back = sum(file.iter().filter(|amount| opposite(amount)));
    taken_back.and_then(|taken_back| taken_back.plus(stands)) == Some(Ore::ZERO)
}

fn sum<'a>(mut amounts: impl Iterator<Item = &'a Ore>) -> Option<Ore> {
    amounts.try_fold(Ore::ZERO, |sum, amount| sum.plus(*amount))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follows(record: i128, delivered: &[i128], file: &[i128]) -> bool {
        let amounts = |amounts: &[i128]| amounts.iter().copied().map(Ore::new).collect::<Vec<Ore>>();
        follows_a_reversal(Ore::new(record), &amounts(delivered), &amounts(file))
    }

    #[test]
    fn a_correction_needs_a_reversal_of_all_that_stands() {
        assert!(follows(120, &[100], &[-100, 120]));
        assert!(follows(120, &[100, -100], &[120]), "the reversal came with an earlier file");
        assert!(follows(-120, &[100, -100, 120], &[-120, 130]), "corrected again");
        assert!(!follows(120, &[100], &[120]));
        assert!(!follows(100, &[100], &[100]));
        assert!(!follows(120, &[100], &[-50, 120]), "half of it stands");
        assert!(!follows(100, &[100, -100], &[100]), "the first file again");
        assert!(!follows(-100, &[100, -100], &[-100]), "the reversal again");
        assert!(!follows(120, &[100, -100, 120], &[-100, 120]), "reversal and correction again");
        assert!(!follows(120, &[0], &[120]), "nothing was taken back");
    }

    #[test]
    fn every_delivery_of_a_key_is_found() {
        let key = |byte| RecordKey::of([byte; 16]);
        let keys = MonthKeys::of(vec![
            (3, [[1; 16], [255; 16]].concat()),
            (4, vec![2; 16]),
            (5, vec![]),
            (9, [[2; 16], [2; 16], [7; 16]].concat()),
        ]);
        let with = |byte| keys.with(key(byte)).collect::<Vec<i64>>();
        assert_eq!((with(0), with(1), with(2)), (vec![], vec![3], vec![4, 9, 9]));
        assert_eq!((with(7), with(8), with(255)), (vec![9], vec![], vec![3]));
        assert_eq!(MonthKeys::default().with(key(1)).count(), 0);
    }
}
