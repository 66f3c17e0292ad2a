//! The content of a series' files: how it is looked into, and what is kept of it.

use std::sync::Arc;

use super::amount::Ore;
use super::compare::{Months, Side};
use super::format::Format;
use super::key::Secret;
use super::reader::{Reader, Reading, Record};
use super::totals::{Percent, Tallied, Tally};

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
}

/// What was found in a file: counts, sums and findings, and nothing of any citizen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// What was read.
    pub reading: Reading,
    /// What its records have against each other and against the largest amount.
    pub tallied: Tallied,
}

impl ContentRule {
    /// Looks into a file whose bytes `feed` hands over as they come. Every record that could be read is visited here, once
    /// and in the file's order: what else is to be kept of records belongs beside the tally.
    ///
    /// # Errors
    /// What `feed` says; then nothing is known of the content.
    pub fn look<T, E>(
        &self,
        feed: impl FnOnce(&mut (dyn FnMut(&[u8]) + Send)) -> Result<T, E>,
    ) -> Result<(T, Content), E> {
        let mut tally = Tally::new(self.largest);
        let mut reader =
            Reader::new(&self.format, &self.deduction, |record: &Record<'_>| tally.record(record));
        let answer = feed(&mut |bytes| reader.push(bytes))?;
        let reading = reader.finish();
        Ok((answer, Content { reading, tallied: tally.finish() }))
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
