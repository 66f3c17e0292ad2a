//! Lines with fields at positions.

use crate::records::format::{LineKind, Place};
use crate::records::lines::Line;

use super::Visitor;
use super::fields::Cells;
use super::gather::Gather;
use super::reading::Problem;

/// Reads one line.
pub(super) fn line<V: Visitor>(gather: &mut Gather<'_, V>, number: u64, line: Line<'_>) {
    let Some(line) = line else {
        return gather.unknown(number, Problem::TooLong);
    };
    let format = gather.format;
    let Some(kind) = format.lines.of(line) else {
        return gather.unknown(number, Problem::NoKind);
    };
    let ascii = line.is_ascii();
    let length = if ascii { line.len() } else { line.chars().count() };
    if kind != LineKind::Ignored && format.line_length.is_some_and(|wanted| wanted != length) {
        return gather.unknown(number, Problem::LineLength);
    }
    gather.line(number, kind, &format.fields, &Positions { line, length, ascii });
}

/// The texts at the positions of a line.
struct Positions<'a> {
    line: &'a str,
    /// How many characters it has.
    length: usize,
    ascii: bool,
}

impl<'a> Cells<'a> for Positions<'a> {
    #[inline]
    fn cell(&self, place: &Place) -> Option<&'a str> {
        let Place::Span { first, last } = *place else { return None };
        if first > self.length {
            // lines whose last fields are blank are often written without them
            return Some("");
        }
        if self.ascii { self.line.get(first - 1..last) } else { characters(self.line, first, last) }
    }

    fn are_ascii(&self) -> bool {
        self.ascii
    }
}

/// These characters of the line, from 1, both counted.
fn characters(line: &str, first: usize, last: usize) -> Option<&str> {
    let mut starts = line.char_indices().map(|(at, _)| at).chain(std::iter::once(line.len()));
    let from = starts.nth(first - 1)?;
    let to = starts.nth(last - first)?;
    line.get(from..to)
}
