//! Drafts the description of a layout from a sample file, and says how sure it is of each part.
//!
//! What is drafted is tried on the sample before it is given, so that a draft that is called proven did
//! read every record and add up to what the trailer says.

use super::format::table::FormatTable;
use super::format::{Format, SeriesUse};
use super::reader::{Ending, Reader, Reading, Record};

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
    /// One of several that would do: a person should look.
    Guessed,
    /// Nothing else in the sample would do.
    Likely,
    /// The sample's own totals come out right with it.
    Proven,
}

/// A part of the draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Its key, without the format's name: `record.amount`.
    pub key: &'static str,
    /// How sure it is.
    pub sureness: Sureness,
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
}

/// A draft in the making.
#[derive(Debug, Default)]
struct Draft {
    table: FormatTable,
    parts: Vec<Part>,
}

impl Draft {
    fn part(&mut self, key: &'static str, sureness: Sureness) {
        self.parts.push(Part { key, sureness });
    }
}

impl Sureness {
    /// Of what so many records have in common.
    fn of_all(records: usize) -> Sureness {
        if records > 4 { Sureness::Likely } else { Sureness::Guessed }
    }

    /// Of an amount: whether a sum proves it, and whether it is the only one that would do.
    fn of_amount(proven: bool, alone: bool) -> Sureness {
        match (proven, alone) {
            (true, _) => Sureness::Proven,
            (false, true) => Sureness::Likely,
            (false, false) => Sureness::Guessed,
        }
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
/// be a trailer; at most [`LARGEST_SAMPLE`] bytes are looked at.
///
/// # Errors
/// Where the sample has no records that could be told.
pub fn guess(sample: &[u8], whole: bool) -> Result<Guess, NoGuess> {
    let whole = whole && sample.len() <= LARGEST_SAMPLE;
    let sample = &sample[..sample.len().min(LARGEST_SAMPLE)];
    let (encoding, mut text) = text::decoded(sample);
    if !whole && let Some(end) = text.rfind('\n') {
        // the last line may be cut
        text.truncate(end + 1);
    }
    let mut draft = if text.trim_start().starts_with('<') {
        xml::draft(&text)?
    } else {
        csv::draft(&text, whole).map_or_else(|| fixed::draft(&text, whole), Ok)?
    };
    draft.table.encoding = encoding.map(str::to_owned);
    let format = Format::build("x", &draft.table, &[ANY_DEDUCTION]).map_err(|_| NoGuess::NoLayout)?;
    let mut reader = Reader::new(&format, "-", |_: &Record<'_>| {});
    reader.push(sample);
    let reading = reader.finish();
    Ok(Guess { table: draft.table, parts: draft.parts, reading })
}

#[cfg(test)]
mod tests;
