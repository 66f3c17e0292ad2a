//! A draft of a format, from sample files.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::{open, unread};
use crate::exit::UserError;
use crate::messages::{escape, format as say};
use crate::names;
use crate::period::{Period, recognise};
use crate::records::format::Format;
use crate::records::guess::{self, Guess, LARGEST_SAMPLE, NoGuess, Part, Remark, Sureness};
use crate::records::reader::{Ending, Reader, Reading, Record};
use crate::wording::content;

/// The first bytes of a file.
pub(super) struct Sample {
    bytes: Vec<u8>,
    /// Whether they are all of it.
    pub(super) whole: bool,
}

impl Sample {
    fn of(file: &Path) -> Result<Sample, UserError> {
        let mut bytes = Vec::new();
        let most = u64::try_from(LARGEST_SAMPLE).unwrap_or(u64::MAX).saturating_add(1);
        open(file)?.take(most).read_to_end(&mut bytes).map_err(|error| unread(file, &error))?;
        let whole = bytes.len() <= LARGEST_SAMPLE;
        Ok(Sample { bytes, whole })
    }

    /// What is read of it by a format.
    pub(super) fn read(&self, format: &Format) -> Reading {
        let mut reader = Reader::new(format, "-", |_: &Record<'_>| {});
        reader.push(&self.bytes);
        reader.finish()
    }
}

/// Whether nothing was left unread or did not add up; of a sample that is cut off, its last line may be.
pub(super) fn reads(reading: &Reading, whole: bool) -> bool {
    let ends = reading.ending != Ending::CutShort && reading.mismatches.is_empty();
    let is_read = reading.findings.is_empty() || !whole && reading.findings.len() == 1;
    is_read && (ends || !whole) && reading.totals.records > 0
}

/// The draft that reads the most of these files, made from one of them; and the samples, in the files' order.
///
/// # Errors
/// Exit code 2: a file cannot be read, or no draft can be made of the first one.
pub(super) fn best(files: &[PathBuf]) -> Result<(Guess, Format, Vec<Sample>), UserError> {
    let samples: Vec<Sample> = files.iter().map(|file| Sample::of(file)).collect::<Result<_, _>>()?;
    let mut best: Option<(usize, Guess, Format)> = None;
    let mut why = NoGuess::NoLayout;
    for (at, sample) in samples.iter().enumerate() {
        let guess = match guess::guess(&sample.bytes, sample.whole, month_of(&files[at])) {
            Ok(guess) => guess,
            Err(no_guess) => {
                why = if at == 0 { no_guess } else { why };
                continue;
            }
        };
        let Some(format) = guess.format() else { continue };
        let good = samples.iter().filter(|sample| reads(&sample.read(&format), sample.whole)).count();
        if best.as_ref().is_none_or(|(most, ..)| good > *most) {
            best = Some((good, guess, format));
        }
    }
    match best {
        Some((_, guess, format)) => Ok((guess, format, samples)),
        None => Err(UserError::usage(no_guess(files.first().map_or(Path::new(""), PathBuf::as_path), why))),
    }
}

/// The month that the file's name tells.
fn month_of(file: &Path) -> Option<Period> {
    recognise(&file.file_name()?.to_string_lossy()).period
}

fn no_guess(file: &Path, why: NoGuess) -> String {
    let file = escape(&file.display().to_string());
    match why {
        NoGuess::NoCitizens => say::no_citizens(&file),
        NoGuess::NoAmounts => say::no_amounts(&file),
        NoGuess::NoLayout => say::no_layout(&file),
        NoGuess::LineEnds => say::line_ends(&file),
    }
}

/// The draft as text for a configuration, with how sure each part is, and what its series still needs.
pub(super) fn written(guess: &Guess, name: &str) -> String {
    let comments = |remark: Remark| remark_text(remark, name);
    let needs: String = say::series_needs(name).lines().flat_map(|line| ["# ", line, "\n"]).collect();
    format!("{}\n{needs}", guess.toml(name, &comments))
}

fn remark_text(remark: Remark, name: &str) -> String {
    match remark {
        Remark::Read { records, all: true } => say::drafted(&content::grouped(records.into())),
        Remark::Read { records, all: false } => say::drafted_in_part(&content::grouped(records.into())),
        Remark::Part(Part { sureness: Sureness::Proven, .. }) => say::proven(),
        Remark::Part(Part { sureness: Sureness::Likely, .. }) => say::likely(),
        Remark::Part(Part { others, .. }) if others.is_empty() => say::guessed(),
        Remark::Part(Part { others, .. }) => {
            let others: Vec<String> = others.iter().map(|place| format!("\"{}\"", escape(place))).collect();
            say::guessed_among(&others.join(", "))
        }
        Remark::Unit => say::about_unit(),
        Remark::Deduction => say::about_deduction(name),
        Remark::Reference { repeats: 0, .. } => say::about_reference(),
        Remark::Reference { repeats, found: true } => say::reference_found(&content::grouped(repeats.into())),
        Remark::Reference { repeats, found: false } => {
            say::reference_wanted(&content::grouped(repeats.into()))
        }
    }
}

/// A name for the format of a file: the first word of the file's name that is no number.
pub(super) fn name_of(file: &Path) -> String {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
    let mut words = stem.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let word = words.find(|word| word.chars().all(char::is_alphabetic)).unwrap_or("format");
    names::nfc(word)
}
