//! The content of a series' files: how it is looked into, and what is kept of it.

use std::mem;
use std::sync::{Arc, OnceLock};

use crate::period::Period;

use super::amount::Ore;
use super::compare::{Months, Side};
use super::format::{Field, Format};
use super::key::Secret;
use super::keyed::{Batch, FileKeys, KeyGatherer};
use super::reader::{Reader, Reading, Record, Visitor};
use super::spelling;
use super::totals::{Percent, Tallied, Tally};

/// The secret of the ledger's keys, once it was read; empty as long as no keys are to be made.
pub type SharedSecret = Arc<OnceLock<Secret>>;

/// How the content of a series' files is looked into.
#[derive(Debug, Clone)]
pub struct ContentRule {
    /// The name of the format.
    pub name: String,
    /// The format.
    pub format: Arc<Format>,
    /// What the records deduct for, where the format has no field for it.
    pub deduction: String,
    /// Above this, whatever the sign, a record is asked about.
    pub largest: Option<Ore>,
    /// How far count and sum may be from those of the last periods.
    pub unusual: Option<Percent>,
    /// Whether the series takes many files for a period.
    pub many: bool,
    /// What tells this description of a layout from every other: it changes with any key of the format.
    pub by: String,
    /// What the keys of records are made under.
    pub secret: SharedSecret,
}

/// What was found in a file: counts, sums and findings, and nothing of any citizen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// What was read.
    pub reading: Reading,
    /// What its records have against each other and against the largest amount.
    pub tallied: Tallied,
    /// The keys of its records, where they are made.
    pub keys: Option<FileKeys>,
}

impl Content {
    /// Whether records of it may not have been read, so that its keys do not tell all that it deducts.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        let of_a_record = |field: Field| {
            matches!(
                field,
                Field::Citizen | Field::Amount | Field::Deduction | Field::Reference | Field::Period
            )
        };
        self.reading.findings.iter().any(|finding| finding.field.is_none_or(of_a_record))
    }
}

/// Takes note of the records of a file as they are read.
struct Visited {
    tally: Tally,
    batch: Batch,
}

impl Visitor for Visited {
    fn record(&mut self, record: &Record<'_>) {
        spelling::compared(record, |record| {
            self.tally.record(record);
            self.batch.record(record);
        });
    }
}

/// Adds up the records of a file of which no keys are kept.
pub struct Tallier {
    visited: Visited,
    keys: KeyGatherer,
}

impl Tallier {
    /// An empty one. A record above `largest`, whatever its sign, is noted; `month` is the file's own, for records that name none.
    #[must_use]
    pub fn new(largest: Option<Ore>, month: Option<Period>) -> Tallier {
        let visited = Visited { tally: Tally::new(largest), batch: Batch::new(month) };
        Tallier { visited, keys: KeyGatherer::new(&Secret::passing()) }
    }

    /// What was found.
    #[must_use]
    pub fn finish(mut self) -> Tallied {
        self.keys.take(&mut self.visited.batch);
        self.visited.tally.finish(&self.keys.finish())
    }
}

impl Visitor for Tallier {
    fn record(&mut self, record: &Record<'_>) {
        self.visited.record(record);
        if self.visited.batch.is_full() {
            self.keys.take(&mut self.visited.batch);
        }
    }
}

impl ContentRule {
    /// Looks into a file whose bytes `feed` hands over as they come. Every record that could be read is visited here, once
    /// and in the file's order; while one piece is read, the records of the piece before get their keys on another core.
    /// `month` is the file's own: records that name none count for it.
    ///
    /// # Errors
    /// What `feed` says; then nothing is known of the content.
    pub fn look<T, E>(
        &self,
        month: Option<Period>,
        feed: impl FnOnce(&mut (dyn FnMut(&[u8]) + Send)) -> Result<T, E>,
    ) -> Result<(T, Content), E> {
        let mut keys = match self.secret.get() {
            Some(secret) => KeyGatherer::new(secret),
            // none are to be kept, but they tell the records apart all the same
            None => KeyGatherer::new(&Secret::passing()),
        };
        let mut waiting = Batch::new(month);
        let visited = Visited { tally: Tally::new(self.largest), batch: Batch::new(month) };
        let mut reader = Reader::new(&self.format, &self.deduction, visited);
        let answer = feed(&mut |bytes| {
            if waiting.is_empty() {
                reader.push(bytes);
            } else {
                rayon::join(|| reader.push(bytes), || keys.take(&mut waiting));
            }
            mem::swap(&mut waiting, &mut reader.visitor().batch);
        })?;
        let (reading, mut visited) = reader.finish_with();
        keys.take(&mut waiting);
        keys.take(&mut visited.batch);
        let keys = keys.finish();
        let tallied = visited.tally.finish(&keys);
        Ok((answer, Content { reading, tallied, keys: self.secret.get().map(|_| keys) }))
    }

    /// The same as one side of a comparison, record by record.
    ///
    /// # Errors
    /// What `feed` says.
    pub fn side<T, E>(
        &self,
        (secret, months): (&Secret, Months),
        feed: impl FnOnce(&mut (dyn FnMut(&[u8]) + Send)) -> Result<T, E>,
    ) -> Result<(T, Reading, Side), E> {
        let mut side = Side::new(secret, months);
        let mut reader =
            Reader::new(&self.format, &self.deduction, |record: &Record<'_>| side.record(record));
        let answer = feed(&mut |bytes| reader.push(bytes))?;
        let reading = reader.finish();
        Ok((answer, reading, side))
    }

    /// Whether nothing tells several records of one citizen apart where many files come, so that a repeat is expected.
    #[must_use]
    pub fn may_repeat(&self) -> bool {
        self.many && !self.format.has_reference()
    }
}

#[cfg(test)]
mod tests;
