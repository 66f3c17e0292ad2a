//! Reads a file by its format, as its bytes come: one pass, nothing held but the line at hand.

use std::fmt;

use crate::period::Period;

use super::amount::Ore;
use super::citizen::Citizen;
use super::decode::Decoder;
use super::format::{Format, Kind};
use super::lines::Splitter;

mod csv;
mod fields;
mod fixed;
mod gather;
mod reading;
mod xml;

pub use reading::{
    Claim, Claims, Ending, Finding, LINES_KEPT, LineCounts, Lines, Mismatch, Problem, Reading, Totals,
};

use gather::Gather;

/// One deduction for one citizen, while it is visited.
///
/// Its `Debug` shows neither the citizen nor the reference, which may tell who it is.
pub struct Record<'a> {
    /// The line it stands on, from 1; the first of them where it takes several.
    pub line: u64,
    /// Whose deduction it is.
    pub citizen: &'a Citizen,
    /// What is deducted for: the format's field, else what the series says.
    pub deduction: &'a str,
    /// What tells it from other deductions of the same kind; empty where the format has no such field.
    pub reference: &'a str,
    /// How much; negative where it is taken back.
    pub amount: Ore,
    /// The month: the record's own, else that of the header before it.
    pub period: Option<Period>,
}

impl fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("line", &self.line)
            .field("period", &self.period)
            .finish_non_exhaustive()
    }
}

/// Is shown each record that could be read, in the file's order.
pub trait Visitor {
    /// Takes one record.
    fn record(&mut self, record: &Record<'_>);
}

impl<F: FnMut(&Record<'_>)> Visitor for F {
    fn record(&mut self, record: &Record<'_>) {
        self(record);
    }
}

/// Reads the bytes of one file. Bytes come in by [`push`](Reader::push), in chunks of any size, which do
/// not change what is read; [`finish`](Reader::finish) gives what was found.
pub struct Reader<'f, V> {
    decoder: Decoder,
    splitter: Splitter,
    body: Body,
    gather: Gather<'f, V>,
}

enum Body {
    Fixed,
    Csv(Box<csv::Csv>),
    Xml(Box<xml::Xml>),
}

#[cfg(test)]
impl Body {
    /// How many bytes are held.
    fn held(&self) -> usize {
        match self {
            Body::Xml(xml) => xml.held(),
            Body::Fixed | Body::Csv(_) => 0,
        }
    }
}

impl<'f, V: Visitor> Reader<'f, V> {
    /// A reader of one file. `deduction` is what the series says its records deduct for, used where the
    /// format has no field for it; each record that could be read is shown to `visitor`.
    pub fn new(format: &'f Format, deduction: &str, visitor: V) -> Reader<'f, V> {
        let body = match format.kind {
            Kind::Fixed => Body::Fixed,
            Kind::Csv => Body::Csv(Box::new(csv::Csv::new(format))),
            Kind::Xml => Body::Xml(Box::new(xml::Xml::new(format))),
        };
        Reader {
            decoder: Decoder::new(format.encoding, format.kind == Kind::Xml),
            splitter: Splitter::new(),
            body,
            gather: Gather::new(format, deduction, visitor),
        }
    }

    /// Reads more bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        let Reader { decoder, splitter, body, gather } = self;
        decoder.push(bytes, &mut |text| take(splitter, body, gather, text));
    }

    /// Whom the records are shown to.
    pub fn visitor(&mut self) -> &mut V {
        &mut self.gather.visitor
    }

    /// Ends the file.
    #[must_use]
    pub fn finish(self) -> Reading {
        self.finish_with().0
    }

    /// The same, and whom the records were shown to.
    #[must_use]
    pub fn finish_with(mut self) -> (Reading, V) {
        let Reader { decoder, splitter, body, gather } = &mut self;
        decoder.finish(&mut |text| take(splitter, body, gather, text));
        match body {
            Body::Fixed => splitter.finish(&mut |number, line| fixed::line(gather, number, line)),
            Body::Csv(csv) => {
                splitter.finish(&mut |number, line| csv.line(gather, number, line));
                csv.finish(gather);
            }
            Body::Xml(xml) => xml.finish(gather),
        }
        gather.end();
        (self.gather.reading, self.gather.visitor)
    }
}

fn take<V: Visitor>(splitter: &mut Splitter, body: &mut Body, gather: &mut Gather<'_, V>, text: &str) {
    match body {
        Body::Fixed => splitter.push(text, &mut |number, line| fixed::line(gather, number, line)),
        Body::Csv(csv) => splitter.push(text, &mut |number, line| csv.line(gather, number, line)),
        Body::Xml(xml) => xml.push(gather, text),
    }
}

#[cfg(test)]
mod tests;
