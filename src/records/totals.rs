//! What is suspicious about a file's records and totals, each with its numbers.
//!
//! Banks look into payment files so: counts and sums against the trailer, against the months before,
//! and the same record twice. Nothing is decided here: policies say what holds a file.

use std::str::FromStr;

use crate::model::decision::Reason;
use crate::period::Period;

use super::amount::Ore;
use super::delivered::Overlap;
use super::format::Field;
use super::keyed::FileKeys;
use super::reader::{Ending, Finding, LINES_KEPT, Lines, Mismatch, Problem, Reading, Record, Totals};

/// What is kept of the records while they are read, besides the [`Reading`] and their keys.
#[derive(Debug)]
pub struct Tally {
    largest_allowed: Option<Ore>,
    over: Option<Over>,
}

/// What is left of a [`Tally`] once all records were seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tallied {
    /// Records that stand there more than once.
    pub repeats: Repeats,
    /// Records above the largest amount.
    pub over: Option<Over>,
    largest_allowed: Option<Ore>,
}

/// Records that stand in the file more than once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Repeats {
    /// How many stand there although the same stood before.
    pub count: u64,
    /// What they come to; none where that overflows.
    pub sum: Option<Ore>,
    /// The first ten: the line of the first, and of the one that repeats it.
    pub lines: Vec<(u64, u64)>,
    /// How many records were not looked at, because there are too many.
    pub unchecked: u64,
}

/// Records above the largest amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Over {
    /// The largest of them.
    pub largest: Ore,
    /// Their lines.
    pub lines: Lines,
}

impl Tally {
    /// An empty one. A record whose amount, whatever its sign, is more than `largest` is noted.
    #[must_use]
    pub fn new(largest: Option<Ore>) -> Tally {
        Tally { largest_allowed: largest, over: None }
    }

    /// Takes one record.
    pub fn record(&mut self, record: &Record<'_>) {
        if self.largest_allowed.is_some_and(|largest| record.amount.size() > largest.size()) {
            self.note_over(record);
        }
    }

    /// Ends the file, whose records have these keys.
    #[must_use]
    pub fn finish(self, keys: &FileKeys) -> Tallied {
        Tallied { repeats: Repeats::among(keys), over: self.over, largest_allowed: self.largest_allowed }
    }

    fn note_over(&mut self, record: &Record<'_>) {
        match &mut self.over {
            Some(over) => {
                over.lines.note(record.line);
                if record.amount.size() > over.largest.size() {
                    over.largest = record.amount;
                }
            }
            None => self.over = Some(Over { largest: record.amount, lines: Lines::of(record.line) }),
        }
    }
}

impl Repeats {
    /// The records whose key another has that stands before them.
    fn among(keys: &FileKeys) -> Repeats {
        let mut repeats = Repeats { sum: Some(Ore::ZERO), unchecked: keys.unchecked, ..Repeats::default() };
        for records in keys.repeated() {
            let [first, again @ ..] = &records[..] else { continue };
            for record in again {
                repeats.count += 1;
                repeats.sum = repeats.sum.and_then(|sum| sum.plus(record.amount));
                repeats.note(first.line, record.line);
            }
        }
        repeats
    }

    /// Keeps the lines that come first in the file.
    fn note(&mut self, first: u64, again: u64) {
        let at = self.lines.partition_point(|(known, of)| (*of, *known) <= (again, first));
        if at < LINES_KEPT {
            self.lines.insert(at, (first, again));
            self.lines.truncate(LINES_KEPT);
        }
    }
}

/// What a file is judged against.
#[derive(Debug, Clone, Copy, Default)]
pub struct Against<'a> {
    /// The month that the file is for, where its name or series tells one.
    pub period: Option<Period>,
    /// Which of its records KP has got, where they have keys.
    pub delivered: Option<&'a Overlap>,
    /// With which deliveries it cannot be compared.
    pub not_comparable: &'a [NotComparable],
    /// The series' other deliveries, of any period.
    pub others: &'a [Delivered],
    /// The totals of its last periods; the last three are looked at.
    pub recent: &'a [PeriodTotals],
    /// What the same period got before, where the series takes many files: then count and sum are those of
    /// all of them, and too few of either say nothing yet.
    pub so_far: Option<PeriodTotals>,
    /// How far from their median count and sum may be.
    pub unusual: Option<Percent>,
}

/// A delivery whose records nobody knows any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotComparable {
    /// The delivery.
    pub delivery_id: i64,
    /// The month it was for.
    pub period: Option<Period>,
}

/// A delivery's totals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivered {
    /// The delivery.
    pub delivery_id: i64,
    /// The month it was for.
    pub period: Option<Period>,
    /// Its records.
    pub records: u64,
    /// Their sum.
    pub sum: Ore,
}

/// The totals of a whole period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeriodTotals {
    /// The month.
    pub period: Period,
    /// Its records.
    pub records: u64,
    /// Their sum.
    pub sum: Ore,
}

/// A share in whole percent, as the configuration writes it: `50%`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(u16);

impl Percent {
    /// The number before the sign.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

/// The text was not whole percent from 1% to 1000%.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotPercent;

impl FromStr for Percent {
    type Err = NotPercent;

    fn from_str(text: &str) -> Result<Percent, NotPercent> {
        let number = text.strip_suffix('%').ok_or(NotPercent)?.trim_end();
        let number = number.bytes().all(|byte| byte.is_ascii_digit()).then(|| number.parse().ok()).flatten();
        number.filter(|number| (1..=1000).contains(number)).map(Percent).ok_or(NotPercent)
    }
}

/// Who names a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedBy {
    /// A header.
    Header,
    /// Records, themselves or by the header before them.
    Records,
}

/// One suspicious thing about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suspicion {
    /// The file does not end as its format says.
    Incomplete {
        /// How many trailers there are all the same, before its end.
        trailers: u64,
    },
    /// Something could not be read.
    UnreadableRecord(Finding),
    /// A trailer does not say what the records say.
    TotalsDiffer(Mismatch),
    /// Another month than the file's is named.
    OtherPeriod {
        /// The file's month.
        expected: Period,
        /// The other one.
        named: Period,
        /// Who names it.
        by: NamedBy,
        /// Where.
        lines: Lines,
    },
    /// Records of it were delivered before.
    RecordsDelivered(Overlap),
    /// Its records cannot be held against those of a delivery whose content is gone.
    NotComparable(NotComparable),
    /// Records of it stand in another file that goes in the same run.
    RecordsInRun {
        /// That file's path in the drop folder.
        path: String,
        /// How many records this one has.
        records: u64,
        /// Where those of both stand.
        lines: Lines,
    },
    /// Another file that goes in the same run has lines that could not be read, which may be records of this one.
    UnreadInRun {
        /// That file's path in the drop folder.
        path: String,
    },
    /// A record stands in the file more than once.
    RecordsRepeat(Repeats),
    /// Count and sum are those of another delivery.
    TotalsRepeat(Delivered),
    /// There are many more or many fewer records than in the months before.
    UnusualRecords {
        /// How many there are.
        records: u64,
        /// The median of the months before.
        median: u64,
    },
    /// The sum is much more or much less than in the months before.
    UnusualSum {
        /// The sum.
        sum: Ore,
        /// The median of the months before.
        median: Ore,
    },
    /// Records are above the largest amount.
    AmountOver {
        /// The largest amount that is allowed.
        limit: Ore,
        /// What is above it.
        over: Over,
    },
}

impl Suspicion {
    /// The reason that a file is held for it.
    #[must_use]
    pub fn reason(&self) -> Reason {
        match self {
            Suspicion::Incomplete { .. } => Reason::Incomplete,
            Suspicion::UnreadableRecord(_) => Reason::UnreadableRecord,
            Suspicion::TotalsDiffer(_) => Reason::TotalsDiffer,
            Suspicion::OtherPeriod { .. } => Reason::OtherPeriod,
            Suspicion::RecordsDelivered(_)
            | Suspicion::NotComparable(_)
            | Suspicion::RecordsInRun { .. }
            | Suspicion::UnreadInRun { .. } => Reason::RecordsDelivered,
            Suspicion::RecordsRepeat(_) => Reason::RecordsRepeat,
            Suspicion::TotalsRepeat(_) => Reason::TotalsRepeat,
            Suspicion::UnusualRecords { .. } | Suspicion::UnusualSum { .. } => Reason::UnusualTotal,
            Suspicion::AmountOver { .. } => Reason::AmountOver,
        }
    }

    /// Of how many records it says that KP has got them, or gets them in the same run.
    #[must_use]
    pub fn delivered_records(&self) -> u64 {
        match self {
            Suspicion::RecordsDelivered(overlap) => overlap.count(),
            Suspicion::RecordsInRun { lines, .. } => lines.count,
            _ => 0,
        }
    }
}

/// Everything suspicious about what was read, in the order of the reasons that files are held for.
#[must_use]
pub fn suspicions(reading: &Reading, tally: Option<&Tallied>, against: &Against<'_>) -> Vec<Suspicion> {
    let mut found = Vec::new();
    if reading.ending == Ending::CutShort {
        found.push(Suspicion::Incomplete { trailers: reading.trailers });
    }
    found.extend(reading.findings.iter().cloned().map(Suspicion::UnreadableRecord));
    found.extend(too_large(reading).map(Suspicion::UnreadableRecord));
    found.extend(reading.mismatches.iter().copied().map(Suspicion::TotalsDiffer));
    found.extend(against.period.into_iter().flat_map(|expected| other_periods(reading, expected)));
    let overlap = against.delivered.filter(|overlap| overlap.count() > 0 || overlap.unchecked > 0);
    found.extend(overlap.cloned().map(Suspicion::RecordsDelivered));
    found.extend(against.not_comparable.iter().copied().map(Suspicion::NotComparable));
    if let Some(tally) = tally
        && (tally.repeats.count > 0 || tally.repeats.unchecked > 0)
    {
        found.push(Suspicion::RecordsRepeat(tally.repeats.clone()));
    }
    let totals = &reading.totals;
    let same =
        |other: &&Delivered| totals.records > 0 && other.records == totals.records && other.sum == totals.sum;
    let repeated = against.others.iter().filter(same).max_by_key(|other| other.delivery_id);
    found.extend(repeated.copied().map(Suspicion::TotalsRepeat));
    found.extend(unusual(reading, against));
    if let Some(tally) = tally
        && let (Some(limit), Some(over)) = (tally.largest_allowed, &tally.over)
    {
        found.push(Suspicion::AmountOver { limit, over: over.clone() });
    }
    found
}

/// Sums that the ledger has no room for.
fn too_large(reading: &Reading) -> Option<Finding> {
    let Totals { sum, debit, credit, .. } = reading.totals;
    let fits = [sum, debit, credit].into_iter().all(|sum| sum.size() <= Ore::LARGEST_SUM.size());
    let known = reading.findings.iter().any(|finding| finding.problem == Problem::SumTooLarge);
    (!fits && !known).then(|| Finding {
        problem: Problem::SumTooLarge,
        field: Some(Field::Amount),
        place: None,
        lines: Lines::default(),
    })
}

fn other_periods(reading: &Reading, expected: Period) -> impl Iterator<Item = Suspicion> {
    let headers = reading.header_periods.iter().map(|(named, lines)| (*named, NamedBy::Header, lines));
    // records that name no month of their own have their header's, which is told already
    let is_told = |named: &Period| reading.header_periods.contains_key(named);
    let records = reading.periods.iter().filter(move |(named, _)| !is_told(named));
    let records = records.map(|(named, lines)| (*named, NamedBy::Records, lines));
    let other = move |(named, by, lines): (Period, NamedBy, &Lines)| {
        (named != expected).then(|| Suspicion::OtherPeriod { expected, named, by, lines: lines.clone() })
    };
    headers.chain(records).filter_map(other)
}

fn unusual(reading: &Reading, against: &Against<'_>) -> Vec<Suspicion> {
    let Some(limit) = against.unusual else { return Vec::new() };
    let mut recent = against.recent.to_vec();
    recent.sort_by_key(|totals| totals.period);
    let recent = &recent[recent.len().saturating_sub(3)..];
    let records = median(recent.iter().map(|totals| i128::from(totals.records)).collect());
    let sum = median(recent.iter().map(|totals| totals.sum.get()).collect());
    let (Some(records), Some(sum)) = (records, sum) else { return Vec::new() };
    let before = against.so_far.map_or((0, Ore::ZERO), |before| (before.records, before.sum));
    let count = reading.totals.records.saturating_add(before.0);
    let total = reading.totals.sum.plus(before.1).unwrap_or(reading.totals.sum);
    let far = |number: i128, median: i128| {
        is_far(number, median, limit)
            && (against.so_far.is_none() || number.unsigned_abs() > median.unsigned_abs())
    };
    let mut found = Vec::new();
    if far(i128::from(count), records) {
        let median = u64::try_from(records).unwrap_or_default();
        found.push(Suspicion::UnusualRecords { records: count, median });
    }
    if far(total.get(), sum) {
        found.push(Suspicion::UnusualSum { sum: total, median: Ore::new(sum) });
    }
    found
}

/// The middle of the numbers, or what lies between the two in the middle; none of none.
fn median(mut numbers: Vec<i128>) -> Option<i128> {
    numbers.sort_unstable();
    let middle = numbers.len() / 2;
    let upper = *numbers.get(middle)?;
    if numbers.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = numbers[middle - 1];
    Some(lower.midpoint(upper))
}

/// Whether a number is further from the median than so many percent of it. What cannot be reckoned in
/// 128 bits is far.
fn is_far(number: i128, median: i128, limit: Percent) -> bool {
    let apart = number.abs_diff(median).checked_mul(100);
    let allowed = median.unsigned_abs().checked_mul(limit.0.into());
    match (apart, allowed) {
        (Some(apart), Some(allowed)) => apart > allowed,
        _ => true,
    }
}

#[cfg(test)]
mod tests;
