//! Drafts the description of a layout from a sample file, and says how sure it is of each part.
//!
//! What is drafted is tried on the sample before it is given, so that a draft that is called proven did
//! read every record and add up to what the trailer says.

use super::content::Tallier;
use super::format::table::{FormatTable, TrailerTable};
use super::format::{Format, SeriesUse};
use super::reader::{Ending, Reader, Reading};
use crate::period::Period;

mod citizens;
mod column;
mod csv;
mod draft;
mod fixed;
mod months;
mod numbers;
mod text;
mod xml;

pub use draft::{Comments, Remark};

/// How much of a sample is looked at, in bytes.
pub const LARGEST_SAMPLE: usize = 4 * 1024 * 1024;

/// What stands for the series' `deduction` while a draft is tried.
const ANY_DEDUCTION: SeriesUse<'static> = SeriesUse { name: "", deduction: Some("-") };

/// How sure a part of a draft is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sureness {
    /// Something else would do as well, or there are too few records to tell: a person should look.
    Guessed,
    /// Nothing else in the sample would do.
    Likely,
    /// The sample's own totals come out right with it.
    Proven,
}

/// A part of the draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its key, without the format's name: `record.amount`.
    pub key: &'static str,
    /// How sure it is.
    pub sureness: Sureness,
    /// Other places of the sample that would do as well.
    pub others: Vec<String>,
}

impl Part {
    fn new(key: &'static str, sureness: Sureness) -> Part {
        Part { key, sureness, others: Vec::new() }
    }
}

/// A drafted description.
#[derive(Debug, Clone)]
pub struct Guess {
    /// The description.
    pub table: FormatTable,
    /// How sure its parts are.
    pub parts: Vec<Part>,
    /// What reading the sample by the draft gives.
    pub reading: Reading,
    /// How many records of the sample are for a citizen who has one before, so that they would be held.
    pub repeats: u64,
    /// Whether the amounts show that they are kroner. A number without decimals may be kroner or øre.
    pub unit_is_shown: bool,
    /// The place that would tell the records of one citizen apart, where they repeat.
    pub reference: Option<String>,
}

/// Why there is no draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoGuess {
    /// Nothing in the sample looks like CPR numbers, each in the same place.
    NoCitizens,
    /// Nothing in its records looks like an amount.
    NoAmounts,
    /// What was drafted is no sound description: the sample is of no layout that can be described.
    NoLayout,
    /// Its lines end with a carriage return alone, as no format describes them.
    LineEnds,
}

/// A draft in the making.
#[derive(Debug, Default)]
struct Draft {
    table: FormatTable,
    parts: Vec<Part>,
    unit_is_shown: bool,
    reference: Option<String>,
}

impl Draft {
    fn part(&mut self, key: &'static str, sureness: Sureness) {
        self.parts.push(Part::new(key, sureness));
    }

    /// Takes out what was found in the last line: nothing tells it from other lines.
    fn without_trailer(&mut self) {
        self.table.trailer = TrailerTable::default();
        self.parts.retain(|part| !part.key.starts_with("trailer."));
    }
}

impl Sureness {
    /// Of what so many records have in common.
    fn of_all(records: usize) -> Sureness {
        if records > 4 { Sureness::Likely } else { Sureness::Guessed }
    }

    /// Of a month: a date may as well be the day on which the record was written.
    fn of_month(self, pattern: &str) -> Sureness {
        if pattern.contains("DD") { Sureness::Guessed } else { self }
    }

    /// No more than a guess where other places would do as well.
    fn without(self, others: &[String]) -> Sureness {
        if others.is_empty() { self } else { Sureness::Guessed }
    }
}

impl Guess {
    /// The draft as `[formats.name]`, to be put into the configuration as it is. What a person should
    /// know of its parts is said by `comments`.
    #[must_use]
    pub fn toml(&self, name: &str, comments: &dyn Comments) -> String {
        draft::toml(self, name, comments)
    }

    /// The draft as a format, for a series that says what its records deduct for; none where it is not sound.
    #[must_use]
    pub fn format(&self) -> Option<Format> {
        Format::build("x", &self.table, &[ANY_DEDUCTION]).ok()
    }

    /// Whether every record of the sample was read, and its totals, if it has any, are right.
    #[must_use]
    pub fn reads_the_sample(&self) -> bool {
        let Reading { findings, mismatches, ending, totals, .. } = &self.reading;
        findings.is_empty() && mismatches.is_empty() && *ending != Ending::CutShort && totals.records > 0
    }
}

/// Drafts a description from a sample. `whole` says that the sample is a whole file, whose last line may
/// be a trailer, and `month` is the one that the file's name tells; at most [`LARGEST_SAMPLE`] bytes are
/// looked at.
///
/// # Errors
/// Where the sample has no records that could be told.
pub fn guess(sample: &[u8], whole: bool, month: Option<Period>) -> Result<Guess, NoGuess> {
    let whole = whole && sample.len() <= LARGEST_SAMPLE;
    let sample = &sample[..sample.len().min(LARGEST_SAMPLE)];
    let (encoding, mut text) = text::decoded(sample);
    if !whole && let Some(end) = text.rfind('\n') {
        // the last line may be cut
        text.truncate(end + 1);
    }
    let mut draft = if text.trim_start().starts_with('<') {
        xml::draft(&text, month)?
    } else if text::ends_lines_otherwise(&text) {
        return Err(NoGuess::LineEnds);
    } else {
        csv::draft(&text, whole, month).map_or_else(|| fixed::draft(&text, whole, month), Ok)?
    };
    draft.table.encoding = encoding.map(str::to_owned);
    let format = Format::build("x", &draft.table, &[ANY_DEDUCTION]).map_err(|_| NoGuess::NoLayout)?;
    let mut reader = Reader::new(&format, "-", Tallier::new(None, month));
    reader.push(sample);
    let (reading, tallier) = reader.finish_with();
    if reading.totals.records == 0 {
        return Err(NoGuess::NoLayout);
    }
    let repeats = tallier.finish().repeats.count;
    let Draft { table, parts, unit_is_shown, reference } = draft;
    Ok(Guess { table, parts, reading, repeats, unit_is_shown, reference })
}

#[cfg(test)]
mod tests;
