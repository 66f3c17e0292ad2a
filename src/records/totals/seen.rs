//! Tells the records of one file apart, and knows the line on which each stood first.
//!
//! What makes a record itself (citizen, deduction, month, sign, reference) fits 128 bits almost always. Then those bits are
//! its key, and no two records are ever taken for one. Where a text is too long for that, two keyed hashes stand for it. Both
//! are mixed with numbers that the process draws for itself, so that no citizen's number stands in memory as it is written.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher, RandomState};

use crate::records::key::KeyHasher;
use crate::records::reader::Record;

/// How many kinds of deduction get a number of their own.
const MOST_KINDS: usize = 1023;
/// The longest name of such a kind, in bytes, so that no file makes many long names stay.
const LONGEST_KIND: usize = 32;
/// In place of the number of a kind that has none.
const NO_KIND: u64 = 1023;

/// The records seen so far. Memory: some 25 bytes for each.
pub(super) struct Seen {
    hashers: [RandomState; 2],
    mixers: [Mixer; 2],
    short: Lines<Short>,
    long: Lines<Hashed>,
    kinds: HashMap<String, u64>,
    /// The kind of the record before, which the next one usually has as well.
    last: Option<(String, u64)>,
    most: usize,
}

type Lines<K> = HashMap<K, u64, BuildHasherDefault<KeyHasher>>;

/// What is known of a record that is noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Noted {
    /// It has not been seen before.
    First,
    /// It stood on this line first.
    Again(u64),
    /// It has not been seen, and is not kept: there are too many.
    TooMany,
}

/// All that makes a record itself, mixed but whole.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Short(u64, u64);

impl Hash for Short {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // both are mixed already, each by numbers of its own
        state.write_u64(self.0 ^ self.1);
    }
}

/// Two hashes of it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Hashed(u64, u64);

impl Hash for Hashed {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // it is a hash already, so a part of it spreads as well as all
        state.write_u64(self.0);
    }
}

impl Seen {
    /// None so far; room for `most`.
    pub(super) fn new(most: usize) -> Seen {
        Seen {
            hashers: [RandomState::new(), RandomState::new()],
            mixers: [Mixer::new(), Mixer::new()],
            short: HashMap::default(),
            long: HashMap::default(),
            kinds: HashMap::new(),
            last: None,
            most,
        }
    }

    /// Notes a record.
    pub(super) fn note(&mut self, record: &Record<'_>) -> Noted {
        let kind = self.kind(record.deduction);
        let full = self.short.len() + self.long.len() >= self.most;
        let short = text_of(record.reference).filter(|_| kind != NO_KIND);
        let Some((text, length)) = short else {
            let key = self.hashed(record, kind);
            return noted(self.long.entry(key), record.line, full);
        };
        let [one, other] = &self.mixers;
        let key = Short(one.mix(packed(record, kind, length)), other.mix(text));
        noted(self.short.entry(key), record.line, full)
    }

    fn hashed(&self, record: &Record<'_>, kind: u64) -> Hashed {
        let deduction = if kind == NO_KIND { record.deduction } else { "" };
        let what = (packed(record, kind, 0), deduction, record.reference);
        let [one, other] = &self.hashers;
        Hashed(one.hash_one(what), other.hash_one(what))
    }

    /// The number of a kind of deduction; [`NO_KIND`] where there are too many of them or its name is too long.
    fn kind(&mut self, name: &str) -> u64 {
        match &self.last {
            Some((last, number)) if last == name => *number,
            _ => self.other_kind(name),
        }
    }

    fn other_kind(&mut self, name: &str) -> u64 {
        if name.len() > LONGEST_KIND {
            return NO_KIND;
        }
        let next = self.kinds.len();
        let number = match self.kinds.get(name) {
            Some(number) => *number,
            None if next >= MOST_KINDS => return NO_KIND,
            None => {
                let number = u64::try_from(next).unwrap_or(NO_KIND);
                self.kinds.insert(name.to_owned(), number);
                number
            }
        };
        self.last = Some((name.to_owned(), number));
        number
    }
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seen").field("records", &(self.short.len() + self.long.len())).finish_non_exhaustive()
    }
}

fn noted<K>(entry: Entry<'_, K, u64>, line: u64, full: bool) -> Noted {
    match entry {
        Entry::Occupied(first) => Noted::Again(*first.get()),
        Entry::Vacant(_) if full => Noted::TooMany,
        Entry::Vacant(place) => {
            place.insert(line);
            Noted::First
        }
    }
}

/// All but the texts in 60 bits: citizen 34, month 11, sign 1, the reference's length 4, the kind of deduction 10.
fn packed(record: &Record<'_>, kind: u64, length: u64) -> u64 {
    let citizen = record.citizen.digits().iter().fold(0, |number, digit| {
        number * 10 + u64::from(digit.wrapping_sub(b'0')) // below 10^10, since all are digits
    });
    let month = record.period.map_or(0, |period| {
        // years from 2000 on, months from 1, so that none is 0
        u64::from(period.year().saturating_sub(2000)) * 12 + u64::from(period.month())
    });
    let sign = u64::from(record.amount.is_negative());
    (((citizen << 11 | month) << 1 | sign) << 4 | length) << 10 | kind
}

/// A reference of eight bytes at most as a number, and its length; none where it is longer.
fn text_of(reference: &str) -> Option<(u64, u64)> {
    let bytes = reference.as_bytes();
    let length = bytes.len();
    let mut text = [0; 8];
    text.get_mut(..length)?.copy_from_slice(bytes);
    Some((u64::from_le_bytes(text), u64::try_from(length).ok()?))
}

/// Numbers drawn by the process, by which others are mixed.
#[derive(Clone, Copy)]
struct Mixer {
    mask: u64,
    odd: [u64; 2],
}

impl Mixer {
    fn new() -> Mixer {
        let drawn = RandomState::new();
        Mixer { mask: drawn.hash_one(0), odd: [drawn.hash_one(1) | 1, drawn.hash_one(2) | 1] }
    }

    /// Another number for each number: each of these steps can be undone.
    fn mix(&self, number: u64) -> u64 {
        let [one, other] = self.odd;
        let mixed = (number ^ self.mask).wrapping_mul(one);
        let mixed = (mixed ^ mixed >> 32).wrapping_mul(other);
        mixed ^ mixed >> 29
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;
    use crate::period::Period;
    use crate::records::amount::Ore;
    use crate::records::citizen::Citizen;

    /// A record's parts: serial of the citizen, deduction, reference, month or none, and the amount.
    type Parts = (u8, String, String, Option<u8>, i128);

    fn note(seen: &mut Seen, line: u64, (serial, deduction, reference, month, ore): &Parts) -> Noted {
        let citizen = Citizen::read(&format!("010100{serial:04}"), false).unwrap();
        let period = month.map(|month| Period::new(2000 + u16::from(month) / 12, month % 12 + 1).unwrap());
        let amount = Ore::new(*ore);
        seen.note(&Record { line, citizen: &citizen, deduction, reference, amount, period })
    }

    fn texts() -> impl Strategy<Value = String> {
        // short and long ones, of which some begin alike or end with what could be taken for filling
        prop_oneof![
            "[a\0]{0,3}",
            "[a\0]{7,9}",
            "(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa){0,1}[ab\0]{0,2}",
            Just("ø".repeat(4)),
            Just("ø".repeat(20)),
        ]
    }

    proptest! {
        #[test]
        fn what_differs_in_anything_is_another_record(
            all in proptest::collection::vec((0..3_u8, texts(), texts(), proptest::option::of(0..3_u8), -1..2_i128), 0..200)
        ) {
            let mut seen = Seen::new(usize::MAX);
            let mut model = HashMap::new();
            for (line, parts) in (1..).zip(&all) {
                let (serial, deduction, reference, month, ore) = parts;
                let wanted = match model.entry((serial, deduction, reference, month, *ore < 0)) {
                    Entry::Occupied(first) => Noted::Again(*first.get()),
                    Entry::Vacant(place) => {
                        place.insert(line);
                        Noted::First
                    }
                };
                prop_assert_eq!(note(&mut seen, line, parts), wanted, "{:?}", parts);
            }
        }

        #[test]
        fn mixing_leaves_no_two_numbers_alike(numbers in proptest::collection::hash_set(any::<u64>(), 0..100)) {
            let mixer = Mixer::new();
            let mixed: std::collections::HashSet<u64> = numbers.iter().map(|number| mixer.mix(*number)).collect();
            prop_assert_eq!(mixed.len(), numbers.len());
        }
    }

    #[test]
    fn kinds_past_those_that_get_a_number_are_told_apart_as_well() {
        let mut seen = Seen::new(usize::MAX);
        let parts = |n: usize| (1, n.to_string(), "12345678".to_owned(), Some(3), 100);
        for n in 0..3000 {
            assert_eq!(note(&mut seen, n as u64, &parts(n)), Noted::First, "{n}");
        }
        for n in (0..3000).rev() {
            assert_eq!(note(&mut seen, 5000, &parts(n)), Noted::Again(n as u64));
        }
        assert_eq!((seen.short.len(), seen.long.len()), (MOST_KINDS, 3000 - MOST_KINDS));
    }

    #[test]
    fn every_month_and_the_largest_citizen_have_room() {
        let largest = Citizen::read("9112999999", false).unwrap();
        let mut packed_ones = std::collections::HashSet::new();
        let months = (2000..=2099).flat_map(|year| (1..=12).map(move |month| Period::new(year, month)));
        for period in months.chain([None]) {
            let record = Record {
                line: 1,
                citizen: &largest,
                deduction: "",
                reference: "",
                amount: Ore::new(-1),
                period,
            };
            let key = packed(&record, NO_KIND, 8);
            assert_eq!((key >> 60, key & 1023, key >> 10 & 15), (0, NO_KIND, 8));
            assert_eq!(key >> 26, 9_112_999_999);
            assert!(packed_ones.insert(key));
        }
    }

    #[test]
    fn what_does_not_fit_is_counted_and_what_was_seen_is_still_known() {
        let mut seen = Seen::new(2);
        let parts = |serial: u8, reference: &str| (serial, "mad".to_owned(), reference.to_owned(), None, 1);
        assert_eq!(note(&mut seen, 1, &parts(1, "")), Noted::First);
        assert_eq!(note(&mut seen, 2, &parts(1, "a long reference")), Noted::First);
        assert_eq!(note(&mut seen, 3, &parts(2, "")), Noted::TooMany);
        assert_eq!(note(&mut seen, 4, &parts(2, "a long reference")), Noted::TooMany);
        assert_eq!(note(&mut seen, 5, &parts(1, "a long reference")), Noted::Again(2));
    }
}
