//! Lines with fields between separators, and quotes around some.

use csv_core::{ReadRecordResult, ReaderBuilder, Terminator};
use memchr::{memchr, memchr_iter};
use secrecy::zeroize::Zeroizing;

use crate::records::format::{Fields, Format, LONGEST_LINE, LineKind, Place};
use crate::records::lines::Line;

use super::Visitor;
use super::gather::Gather;
use super::reading::Problem;

/// A CSV file so far.
pub(super) struct Csv {
    core: csv_core::Reader,
    separator: u8,
    quote: Option<u8>,
    /// The format's fields, with each heading replaced by its column once the headings were read.
    fields: Fields,
    /// Whether the line with the headings has still to come.
    awaits_heading: bool,
    /// The record that quotes carry past the line's end: its first line, and what that line is.
    begun: Option<(u64, Role)>,
    /// That record's text so far, without quotes.
    text: Zeroizing<Vec<u8>>,
    written: usize,
    /// Where each field ends.
    ends: Vec<usize>,
    fields_ended: usize,
    /// How many bytes of lines the record took.
    size: usize,
}

#[derive(Clone, Copy)]
enum Role {
    Heading,
    Line(LineKind),
}

impl Csv {
    pub(super) fn new(format: &Format) -> Csv {
        let core = ReaderBuilder::new()
            .delimiter(format.separator)
            .quote(format.quote.unwrap_or(b'"'))
            .quoting(format.quote.is_some())
            .terminator(Terminator::Any(b'\n'))
            .build();
        Csv {
            core,
            separator: format.separator,
            quote: format.quote,
            fields: format.fields.clone(),
            awaits_heading: format.heading,
            begun: None,
            text: Zeroizing::default(),
            written: 0,
            ends: Vec::new(),
            fields_ended: 0,
            size: 0,
        }
    }

    /// Reads one line.
    pub(super) fn line<V: Visitor>(&mut self, gather: &mut Gather<'_, V>, number: u64, line: Line<'_>) {
        let Some(line) = line else {
            // what a quote had begun cannot be ended by a line that was not read
            if let Some((begun, _)) = self.begun.take() {
                gather.unknown(begun, Problem::UnclosedQuote);
            }
            return gather.unknown(number, Problem::TooLong);
        };
        if self.begun.is_some() {
            return self.go_on(gather, line);
        }
        let role = match gather.format.lines.of(line) {
            Some(LineKind::Record) | None if self.awaits_heading => Role::Heading,
            Some(kind) => Role::Line(kind),
            None => return gather.unknown(number, Problem::NoKind),
        };
        let quoted = self.quote.is_some_and(|quote| memchr(quote, line.as_bytes()).is_some());
        if !quoted || matches!(role, Role::Line(LineKind::Ignored)) {
            let mut ends = std::mem::take(&mut self.ends);
            ends.clear();
            ends.extend(memchr_iter(self.separator, line.as_bytes()));
            ends.push(line.len());
            self.whole(gather, number, role, &Row { text: line, ends: &ends, between: 1 });
            self.ends = ends;
            return;
        }
        self.begun = Some((number, role));
        self.core.reset();
        (self.written, self.fields_ended, self.size) = (0, 0, 0);
        self.go_on(gather, line);
    }

    /// The end of the file.
    pub(super) fn finish<V: Visitor>(&mut self, gather: &mut Gather<'_, V>) {
        if let Some((begun, _)) = self.begun.take() {
            gather.unknown(begun, Problem::UnclosedQuote);
        }
    }

    /// A line of the record that was begun.
    fn go_on<V: Visitor>(&mut self, gather: &mut Gather<'_, V>, line: &str) {
        let Some((begun, role)) = self.begun else { return };
        self.size += line.len() + 1;
        if self.size > LONGEST_LINE {
            self.begun = None;
            return gather.unknown(begun, Problem::TooLong);
        }
        // no text is longer than what it was read from, so this is the largest that the record can need
        self.text.resize(LONGEST_LINE + 1, 0);
        self.ends.resize(self.ends.len().max(64), 0);
        if !(self.feed(line.as_bytes()) || self.feed(b"\n")) {
            return;
        }
        self.begun = None;
        let text = std::mem::take(&mut self.text);
        let ends = std::mem::take(&mut self.ends);
        match std::str::from_utf8(&text[..self.written]) {
            Ok(text) => {
                let row = Row { text, ends: &ends[..self.fields_ended], between: 0 };
                self.whole(gather, begun, role, &row);
            }
            // separators and quotes are ASCII, so what was cut at them is still text
            Err(_) => gather.unknown(begun, Problem::Undecodable),
        }
        (self.text, self.ends) = (text, ends);
    }

    /// Parses more of the record; whether it ended.
    fn feed(&mut self, mut input: &[u8]) -> bool {
        loop {
            let text = &mut self.text[self.written..];
            let ends = &mut self.ends[self.fields_ended..];
            let (result, read, written, ended) = self.core.read_record(input, text, ends);
            input = &input[read..];
            self.written += written;
            self.fields_ended += ended;
            match result {
                ReadRecordResult::Record => return true,
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::OutputFull => {
                    let more = self.text.len() * 2;
                    self.text.resize(more, 0);
                }
                ReadRecordResult::InputEmpty | ReadRecordResult::End => return false,
            }
        }
    }

    /// A record that is whole.
    fn whole<V: Visitor>(&mut self, gather: &mut Gather<'_, V>, number: u64, role: Role, row: &Row<'_>) {
        match role {
            Role::Line(kind) => {
                let cell = |place: &Place| {
                    if let Place::Column(column) = place { row.column(*column) } else { None }
                };
                gather.line(number, kind, &self.fields, &cell);
            }
            Role::Heading => {
                self.awaits_heading = false;
                gather.reading.lines.header += 1;
                for (field, place) in self.fields.places_mut() {
                    let Place::Heading(heading) = place else { continue };
                    let mut found = (1..=row.ends.len())
                        .filter(|column| row.column(*column).map(str::trim) == Some(heading));
                    match (found.next(), found.next()) {
                        (Some(column), None) => *place = Place::Column(column),
                        (Some(_), Some(_)) => gather.find(number, Some(field), Problem::Repeated),
                        (None, _) => gather.find(number, Some(field), Problem::NoHeading),
                    }
                }
            }
        }
    }
}

/// The fields of one record.
struct Row<'a> {
    text: &'a str,
    ends: &'a [usize],
    /// How many bytes stand between two fields.
    between: usize,
}

impl<'a> Row<'a> {
    /// A column's text, from 1.
    fn column(&self, column: usize) -> Option<&'a str> {
        let end = *self.ends.get(column.checked_sub(1)?)?;
        let start = if column == 1 { 0 } else { self.ends[column - 2] + self.between };
        self.text.get(start..end)
    }
}
