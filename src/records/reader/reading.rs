//! What reading a file gives: counts, sums and findings, and nothing of any citizen.

use std::collections::BTreeMap;

use crate::period::Period;
use crate::records::amount::{AmountError, Ore};
use crate::records::format::{Field, Place};

/// How many line numbers are kept of anything that is found.
pub const LINES_KEPT: usize = 10;

/// What stands in a file, once all of it was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading {
    /// How many lines of each kind; XML has records only.
    pub lines: LineCounts,
    /// Count and sums of the records that could be read.
    pub totals: Totals,
    /// The months that records name, themselves or by the header before them.
    pub periods: BTreeMap<Period, Lines>,
    /// The months that headers name.
    pub header_periods: BTreeMap<Period, Lines>,
    /// The municipality's number in the first header that has one.
    pub municipality: Option<u16>,
    /// How many trailers there are.
    pub trailers: u64,
    /// What the last trailer says.
    pub claims: Claims,
    /// What trailers say that is not so; the first ten.
    pub mismatches: Vec<Mismatch>,
    /// Whether the file is whole.
    pub ending: Ending,
    /// What could not be read, each kind of trouble once.
    pub findings: Vec<Finding>,
}

impl Reading {
    /// The first and the last month that its records name, else its headers.
    #[must_use]
    pub fn period_range(&self) -> Option<(Period, Period)> {
        let named = if self.periods.is_empty() { &self.header_periods } else { &self.periods };
        Some((*named.first_key_value()?.0, *named.last_key_value()?.0))
    }

    /// The month of the header, where there is one and no other header names another.
    #[must_use]
    pub fn header_period(&self) -> Option<Period> {
        if self.header_periods.len() == 1 { self.header_periods.keys().next().copied() } else { None }
    }

    /// Notes a trouble with a line.
    pub(in crate::records) fn find(
        &mut self,
        line: u64,
        field: Option<Field>,
        problem: Problem,
        place: Option<&Place>,
    ) {
        let same = |finding: &&mut Finding| finding.problem == problem && finding.field == field;
        if let Some(finding) = self.findings.iter_mut().find(same) {
            finding.lines.note(line);
            return;
        }
        let lines = Lines::of(line);
        self.findings.push(Finding { problem, field, place: place.cloned(), lines });
    }
}

/// How many lines there are of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LineCounts {
    /// Fit the expression of headers, or name the columns.
    pub header: u64,
    /// Fit the expression of records, readable or not.
    pub record: u64,
    /// Fit the expression of trailers.
    pub trailer: u64,
    /// Are not looked into.
    pub ignored: u64,
    /// Fit none, or are too long.
    pub unknown: u64,
}

/// Count and sums of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// How many.
    pub records: u64,
    /// Deductions without what is taken back.
    pub sum: Ore,
    /// The deductions.
    pub debit: Ore,
    /// What is taken back, as a positive amount.
    pub credit: Ore,
}

impl Totals {
    /// With one record more; none where a sum overflows.
    pub(in crate::records) fn with(self, amount: Ore) -> Option<Totals> {
        let sum = self.sum.plus(amount)?;
        let (debit, credit) = if amount.is_negative() {
            (self.debit, self.credit.minus(amount)?)
        } else {
            (self.debit.plus(amount)?, self.credit)
        };
        Some(Totals { records: self.records + 1, sum, debit, credit })
    }

    /// What came since there were so many.
    pub(super) fn since(self, earlier: Totals) -> Totals {
        // neither of the two goes down, so nothing of this overflows
        let since = |now: Ore, then: Ore| now.minus(then).unwrap_or_default();
        let (debit, credit) = (since(self.debit, earlier.debit), since(self.credit, earlier.credit));
        Totals { records: self.records - earlier.records, sum: since(debit, credit), debit, credit }
    }
}

/// Line numbers from 1: the first few, and how many there are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lines {
    /// The lowest, at most [`LINES_KEPT`], ascending.
    pub first: Vec<u64>,
    /// How many in all.
    pub count: u64,
}

impl Lines {
    /// One line.
    #[must_use]
    pub fn of(line: u64) -> Lines {
        Lines { first: vec![line], count: 1 }
    }

    /// One more, in any order.
    pub fn note(&mut self, line: u64) {
        self.count += 1;
        if self.first.len() == LINES_KEPT {
            if self.first.last().is_some_and(|last| *last < line) {
                return;
            }
            self.first.pop();
        }
        let at = self.first.partition_point(|known| *known <= line);
        self.first.insert(at, line);
    }

    /// All of these as well.
    pub(super) fn add(&mut self, more: &Lines) {
        more.first.iter().for_each(|line| self.note(*line));
        self.count += more.count - u64::try_from(more.first.len()).unwrap_or_default();
    }
}

/// What a trailer says of the records before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Claims {
    /// How many.
    pub records: Option<i128>,
    /// Their net sum.
    pub sum: Option<Ore>,
    /// The sum of the deductions.
    pub debit: Option<Ore>,
    /// The sum of what is taken back.
    pub credit: Option<Ore>,
}

/// What a trailer's field counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Records.
    Records,
    /// Øre, net.
    Sum,
    /// Øre of deductions.
    Debit,
    /// Øre taken back.
    Credit,
}

/// A trailer that does not say what the records say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mismatch {
    /// The trailer's line.
    pub line: u64,
    /// What it counts.
    pub claim: Claim,
    /// Its number: records, or øre.
    pub claimed: i128,
    /// The number of the records that were read.
    pub found: i128,
}

/// Whether a file is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ending {
    /// The format has nothing that its files must end with.
    #[default]
    Unknown,
    /// It ends as its format says.
    Whole,
    /// It does not.
    CutShort,
}

/// A trouble with the reading, and the lines that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The trouble.
    pub problem: Problem,
    /// The field, where it is one field's.
    pub field: Option<Field>,
    /// Where that field stands.
    pub place: Option<Place>,
    /// The lines.
    pub lines: Lines,
}

/// Why something could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Problem {
    /// The line fits none of the format's expressions.
    NoKind,
    /// A line, a CSV record or an XML token is longer than is read.
    TooLong,
    /// The line has another length than the format says.
    LineLength,
    /// The line ends within the field, or has not so many columns, or the element is not there.
    Missing,
    /// The field is empty.
    Blank,
    /// The field is no CPR number.
    NotACitizen,
    /// The field is no amount.
    NotAnAmount(AmountError),
    /// The field is no month of the format's form.
    NotAPeriod,
    /// The field is no kind of deduction: it has ten digits or more, as a CPR number has.
    NotADeduction,
    /// The field is no number, or counts more records than a file can have.
    NotANumber,
    /// The field has bytes that are no characters in the file's encoding.
    Undecodable,
    /// The element stands in its record, or the control section, more than once.
    Repeated,
    /// No column has the heading that the format names.
    NoHeading,
    /// The file has no record, and does not say itself that it has none.
    NoRecords,
    /// Quoted text does not end.
    UnclosedQuote,
    /// What was added up is more than 128 bits hold.
    SumTooLarge,
    /// It is not well-formed XML; nothing after it was read.
    Malformed,
    /// It has a document type definition, which is never read; nothing after it was read.
    DocumentType,
    /// It has an entity of its own, which is never expanded; nothing after it was read.
    Entity,
    /// A record's element stands inside another record; nothing after it was read.
    RecordInRecord,
    /// Elements stand in each other deeper than is read; nothing after it was read.
    TooDeep,
}
