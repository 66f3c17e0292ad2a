//! Two files side by side: record by record where there is a format, else line by line.

use std::collections::BTreeMap;

use hmac::{Hmac, Mac};
use memchr::memchr;
use sha2::Sha256;

use super::amount::Ore;
use super::key::{Keyer, RecordKey, Secret};
use super::reader::{Lines, Record};
use super::spelling;

/// How many records or lines of one file are compared; memory is some 50 bytes for each.
pub const MOST_COMPARED: usize = 4_000_000;
/// How many kinds of deduction are told apart; the others are counted together, under an empty name.
pub const MOST_DEDUCTIONS: usize = 200;

/// Whether the same deduction in another month is the same record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Months {
    /// No: a record is for one month.
    Apart,
    /// Yes: to see whether a file repeats another month's.
    Alike,
}

/// The records of one file, ready to be compared. Holds keys, amounts and line numbers; no citizen.
#[derive(Debug)]
pub struct Side {
    keyer: Keyer,
    months: Months,
    records: Vec<Entry>,
    deductions: Vec<String>,
    most: usize,
    unchecked: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    key: RecordKey,
    amount: Ore,
    line: u64,
    deduction: u32,
}

impl Side {
    /// An empty side. Both sides of a comparison need the same secret and months.
    #[must_use]
    pub fn new(secret: &Secret, months: Months) -> Side {
        let keyer = Keyer::new(secret);
        // the first name is that of the kinds past the bound
        let deductions = vec![String::new()];
        Side { keyer, months, records: Vec::new(), deductions, most: MOST_COMPARED, unchecked: 0 }
    }

    /// Takes one record.
    pub fn record(&mut self, record: &Record<'_>) {
        if self.records.len() >= self.most {
            self.unchecked += 1;
            return;
        }
        let period = if self.months == Months::Apart { record.period } else { None };
        let key = spelling::compared(record, |record| self.keyer.key(record, period));
        let deduction = self.deduction(record.deduction);
        self.records.push(Entry { key, amount: record.amount, line: record.line, deduction });
    }

    /// The records of a file by the ledger's keys, whose kinds of deduction nobody knows any more.
    #[must_use]
    pub fn of_keys(secret: &Secret, records: impl Iterator<Item = (RecordKey, Ore, u64)>) -> Side {
        let entry = |(key, amount, line)| Entry { key, amount, line, deduction: 0 };
        Side { records: records.map(entry).collect(), ..Side::new(secret, Months::Apart) }
    }

    fn deduction(&mut self, name: &str) -> u32 {
        let known = self.deductions.iter().position(|known| known == name);
        let number = known.unwrap_or_else(|| {
            if self.deductions.len() > MOST_DEDUCTIONS {
                return 0;
            }
            self.deductions.push(name.to_owned());
            self.deductions.len() - 1
        });
        u32::try_from(number).unwrap_or_default()
    }
}

/// So many records or lines, what they come to, and where they stand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Part {
    /// Where: in the file they stand in; in the newer one where they stand in both.
    pub lines: Lines,
    /// Their sum; none where it overflows.
    pub sum: Option<Ore>,
}

impl Part {
    pub(super) fn nothing() -> Part {
        Part { lines: Lines::default(), sum: Some(Ore::ZERO) }
    }

    pub(super) fn add(&mut self, line: u64, amount: Option<Ore>) {
        self.lines.note(line);
        self.sum = self.sum.and_then(|sum| sum.plus(amount?));
    }

    /// How many.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.lines.count
    }
}

/// How a newer file differs from an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// In both, with the same amount.
    pub same: Part,
    /// In the newer only.
    pub new: Part,
    /// In the earlier only.
    pub gone: Part,
    /// In both, with another amount; the sum is how much more the newer has.
    pub changed: Part,
}

impl Difference {
    fn nothing() -> Difference {
        let part = Part::nothing;
        Difference { same: part(), new: part(), gone: part(), changed: part() }
    }

    /// How much more the newer file comes to; none where that overflows.
    #[must_use]
    pub fn more(&self) -> Option<Ore> {
        self.new.sum?.minus(self.gone.sum?)?.plus(self.changed.sum?)
    }
}

/// Two files compared by their records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// All of it.
    pub all: Difference,
    /// By kind of deduction.
    pub by_deduction: BTreeMap<String, Difference>,
    /// How many records of either file were not looked at, because there are too many.
    pub unchecked: u64,
}

/// Lays the records of two files side by side. Where a record stands more than once, each is matched
/// with at most one of the other file's.
#[must_use]
pub fn compare(mut earlier: Side, mut newer: Side) -> Comparison {
    earlier.records.sort_unstable();
    newer.records.sort_unstable();
    let unchecked = earlier.unchecked + newer.unchecked;
    let mut comparison = Comparison { all: Difference::nothing(), by_deduction: BTreeMap::new(), unchecked };
    for (before, after) in pairs(&earlier.records, &newer.records) {
        if let ([was], [is]) = (before, after) {
            // nearly every record stands once, and needs no lists
            comparison.both(&newer.deductions, was, is);
            continue;
        }
        let (before, after) = comparison.take_same(&newer.deductions, before, after);
        // what has changed stands in the order of the amounts on both sides
        for (was, is) in before.iter().zip(&after) {
            comparison.both(&newer.deductions, was, is);
        }
        let changed = before.len().min(after.len());
        for gone in &before[changed..] {
            comparison.add(&earlier.deductions, gone, |difference| &mut difference.gone, Some(gone.amount));
        }
        for new in &after[changed..] {
            comparison.add(&newer.deductions, new, |difference| &mut difference.new, Some(new.amount));
        }
    }
    comparison
}

impl Comparison {
    fn both(&mut self, names: &[String], was: &Entry, is: &Entry) {
        if was.amount == is.amount {
            self.add(names, is, |difference| &mut difference.same, Some(is.amount));
        } else {
            self.add(names, is, |difference| &mut difference.changed, is.amount.minus(was.amount));
        }
    }

    fn add(
        &mut self,
        names: &[String],
        entry: &Entry,
        part: impl Fn(&mut Difference) -> &mut Part,
        amount: Option<Ore>,
    ) {
        part(&mut self.all).add(entry.line, amount);
        let name = usize::try_from(entry.deduction).ok().and_then(|number| names.get(number));
        let name = name.map_or("", String::as_str);
        if !self.by_deduction.contains_key(name) {
            self.by_deduction.insert(name.to_owned(), Difference::nothing());
        }
        if let Some(difference) = self.by_deduction.get_mut(name) {
            part(difference).add(entry.line, amount);
        }
    }

    /// Matches equal amounts of one key; gives what is left of either side.
    fn take_same<'a>(
        &mut self,
        names: &[String],
        before: &'a [Entry],
        after: &'a [Entry],
    ) -> (Vec<&'a Entry>, Vec<&'a Entry>) {
        let (mut rest_before, mut rest_after) = (Vec::new(), Vec::new());
        let mut before = before.iter().peekable();
        for is in after {
            while let Some(was) = before.next_if(|was| was.amount < is.amount) {
                rest_before.push(was);
            }
            if before.next_if(|was| was.amount == is.amount).is_some() {
                self.add(names, is, |difference| &mut difference.same, Some(is.amount));
            } else {
                rest_after.push(is);
            }
        }
        rest_before.extend(before);
        (rest_before, rest_after)
    }
}

/// The entries of each key, on either side, in the keys' order.
fn pairs<'a>(before: &'a [Entry], after: &'a [Entry]) -> impl Iterator<Item = (&'a [Entry], &'a [Entry])> {
    let groups = |entries: &'a [Entry]| entries.chunk_by(|a, b| a.key == b.key).peekable();
    let (mut before, mut after) = (groups(before), groups(after));
    std::iter::from_fn(move || {
        let key = match (before.peek(), after.peek()) {
            (None, None) => return None,
            (Some(group), None) | (None, Some(group)) => group[0].key,
            (Some(one), Some(other)) => one[0].key.min(other[0].key),
        };
        let of_key = |group: &&'a [Entry]| group[0].key == key;
        Some((before.next_if(of_key).unwrap_or_default(), after.next_if(of_key).unwrap_or_default()))
    })
}

/// The lines of one file, ready to be compared, whatever they say: a line is its bytes without the line
/// end. Holds a keyed hash of each.
#[derive(Debug)]
pub struct LineSide {
    keyer: Keyer,
    /// The line that has not ended yet, with whether it has any byte.
    open: Option<Hmac<Sha256>>,
    /// Whether its last byte so far is a carriage return, which may be part of the line end.
    held_return: bool,
    lines: Vec<(RecordKey, u64)>,
    most: usize,
    unchecked: u64,
}

impl LineSide {
    /// An empty side. Both sides of a comparison need the same secret.
    #[must_use]
    pub fn new(secret: &Secret) -> LineSide {
        let keyer = Keyer::new(secret);
        LineSide {
            keyer,
            open: None,
            held_return: false,
            lines: Vec::new(),
            most: MOST_COMPARED,
            unchecked: 0,
        }
    }

    /// Takes more bytes.
    pub fn push(&mut self, mut bytes: &[u8]) {
        while let Some(end) = memchr(b'\n', bytes) {
            self.hash(&bytes[..end]);
            self.end();
            bytes = &bytes[end + 1..];
        }
        self.hash(bytes);
    }

    fn hash(&mut self, bytes: &[u8]) {
        let Some((last, front)) = bytes.split_last() else { return };
        let open = self.open.get_or_insert_with(|| self.keyer.bytes());
        if self.held_return {
            open.update(b"\r");
        }
        self.held_return = *last == b'\r';
        open.update(if self.held_return { front } else { bytes });
    }

    fn end(&mut self) {
        let line = self.open.take().unwrap_or_else(|| self.keyer.bytes());
        self.held_return = false;
        if self.lines.len() >= self.most {
            self.unchecked += 1;
            return;
        }
        let number = u64::try_from(self.lines.len()).unwrap_or(u64::MAX).saturating_add(1);
        self.lines.push((Keyer::cut(line), number));
    }

    /// The entries of its lines, as those of records without an amount.
    fn entries(mut self) -> (Vec<Entry>, u64) {
        if self.open.is_some() {
            self.end();
        }
        let entry = |(key, line)| Entry { key, amount: Ore::ZERO, line, deduction: 0 };
        let mut entries: Vec<Entry> = self.lines.into_iter().map(entry).collect();
        entries.sort_unstable();
        (entries, self.unchecked)
    }
}

/// Two files compared by their lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LineComparison {
    /// Lines of both, as they stand in the newer.
    pub same: Lines,
    /// Lines of the newer only.
    pub new: Lines,
    /// Lines of the earlier only.
    pub gone: Lines,
    /// How many lines of either file were not looked at, because there are too many.
    pub unchecked: u64,
}

/// Lays the lines of two files side by side, in whatever order they stand.
#[must_use]
pub fn compare_lines(earlier: LineSide, newer: LineSide) -> LineComparison {
    let (earlier, not_earlier) = earlier.entries();
    let (newer, not_newer) = newer.entries();
    let mut comparison = LineComparison { unchecked: not_earlier + not_newer, ..LineComparison::default() };
    for (before, after) in pairs(&earlier, &newer) {
        let same = before.len().min(after.len());
        after[..same].iter().for_each(|line| comparison.same.note(line.line));
        after[same..].iter().for_each(|line| comparison.new.note(line.line));
        before[same..].iter().for_each(|line| comparison.gone.note(line.line));
    }
    comparison
}

#[cfg(test)]
mod tests;
