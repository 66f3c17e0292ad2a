//! What a layout says: which line is what, and where in it each field stands.

use std::fmt;

use encoding_rs::Encoding;

use super::amount::AmountForm;
use super::period_form::PeriodForm;

mod build;
mod expression;
mod fault;
mod field;
pub mod table;

use expression::Expression;

pub use build::SeriesUse;
pub use fault::{FaultKind, FormatFault};

/// The longest line, logical CSV record or XML token that is read, in bytes of UTF-8.
pub const LONGEST_LINE: usize = 64 * 1024;

/// A description of a layout that was found to be sound.
#[derive(Debug, Clone)]
pub struct Format {
    pub(super) kind: Kind,
    pub(super) encoding: Option<FileEncoding>,
    pub(super) line_length: Option<usize>,
    pub(super) separator: u8,
    pub(super) quote: Option<u8>,
    pub(super) heading: bool,
    pub(super) record_element: String,
    pub(super) lines: LineKinds,
    pub(super) fields: Fields,
}

/// The fields of each kind of line.
#[derive(Debug, Clone)]
pub(super) struct Fields {
    pub(super) record: RecordFields,
    pub(super) header: HeaderFields,
    pub(super) trailer: TrailerFields,
}

/// How a file is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// Lines, with fields at positions.
    #[default]
    Fixed,
    /// Lines, with fields between separators.
    Csv,
    /// Elements.
    Xml,
}

/// The bytes of a file's characters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum FileEncoding {
    /// One that the web knows.
    Web(&'static Encoding),
    /// A code page of DOS: the characters of the bytes from 128.
    Oem(&'static [char; 128]),
}

/// The expressions of lines, tried in this order.
#[derive(Debug, Clone, Default)]
pub(super) struct LineKinds {
    pub(super) header: Option<Expression>,
    /// None: every line that nothing else fits.
    pub(super) record: Option<Expression>,
    pub(super) trailer: Option<Expression>,
    pub(super) ignore: Option<Expression>,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineKind {
    Header,
    Record,
    Trailer,
    Ignored,
}

impl LineKinds {
    /// The first kind that fits; none where none does.
    pub(super) fn of(&self, line: &str) -> Option<LineKind> {
        let fits = |expression: &Option<Expression>| expression.as_ref().is_some_and(|e| e.fits(line));
        match () {
            () if fits(&self.header) => Some(LineKind::Header),
            () if fits(&self.record) => Some(LineKind::Record),
            () if fits(&self.trailer) => Some(LineKind::Trailer),
            () if fits(&self.ignore) => Some(LineKind::Ignored),
            () => self.record.is_none().then_some(LineKind::Record),
        }
    }
}

/// Where a field stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Characters of the line, from 1, both counted.
    Span {
        /// The first.
        first: usize,
        /// The last.
        last: usize,
    },
    /// A column, from 1.
    Column(usize),
    /// The column under this heading.
    Heading(String),
    /// An element or attribute (`@name`, last) below the record, or below the root for header and trailer.
    Path {
        /// The names on the way, without prefixes.
        names: Vec<String>,
        /// Its number among the format's paths, to find its text by.
        slot: usize,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Span { first, last } if first == last => write!(f, "{first}"),
            Place::Span { first, last } => write!(f, "{first}-{last}"),
            Place::Column(column) => write!(f, "{column}"),
            Place::Heading(heading) => f.write_str(heading),
            Place::Path { names, .. } => f.write_str(&names.join("/")),
        }
    }
}

/// An amount's place and form.
#[derive(Debug, Clone)]
pub(super) struct AmountField {
    pub(super) at: Place,
    pub(super) form: AmountForm,
    /// Where the sign has a field of its own.
    pub(super) sign_at: Option<Place>,
}

/// A month's place and form.
#[derive(Debug, Clone)]
pub(super) struct PeriodField {
    pub(super) at: Place,
    pub(super) form: PeriodForm,
}

/// The fields of a record.
#[derive(Debug, Clone)]
pub(super) struct RecordFields {
    pub(super) citizen: Place,
    /// Whether nine digits are a CPR number.
    pub(super) restore_zero: bool,
    pub(super) amount: AmountField,
    pub(super) deduction: Option<Place>,
    pub(super) reference: Option<Place>,
    pub(super) period: Option<PeriodField>,
}

/// The fields of a header.
#[derive(Debug, Clone, Default)]
pub(super) struct HeaderFields {
    pub(super) period: Option<PeriodField>,
    pub(super) municipality: Option<Place>,
}

/// The fields of a trailer.
#[derive(Debug, Clone, Default)]
pub(super) struct TrailerFields {
    pub(super) records: Option<Place>,
    pub(super) sum: Option<AmountField>,
    pub(super) debit: Option<AmountField>,
    pub(super) credit: Option<AmountField>,
}

impl TrailerFields {
    /// Whether it names any.
    pub(super) fn any(&self) -> bool {
        self.records.is_some() || self.sum.is_some() || self.debit.is_some() || self.credit.is_some()
    }
}

/// A field that a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// `record.citizen`
    Citizen,
    /// `record.amount`
    Amount,
    /// `record.deduction`
    Deduction,
    /// `record.reference`
    Reference,
    /// `record.period`
    Period,
    /// `header.period`
    HeaderPeriod,
    /// `header.municipality`
    Municipality,
    /// `trailer.records`
    TrailerRecords,
    /// `trailer.sum`
    TrailerSum,
    /// `trailer.debit`
    TrailerDebit,
    /// `trailer.credit`
    TrailerCredit,
}

impl Format {
    /// How its files are built.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether its files end with a trailer, so that one cut short is told from a whole one. XML ends with
    /// its root element.
    #[must_use]
    pub fn knows_its_end(&self) -> bool {
        self.kind == Kind::Xml || self.lines.trailer.is_some()
    }

    /// Whether its records tell several lines of one citizen apart.
    #[must_use]
    pub fn has_reference(&self) -> bool {
        self.fields.record.reference.is_some()
    }

    /// Where a field stands, where the format has it.
    #[must_use]
    pub fn place(&self, field: Field) -> Option<&Place> {
        let Fields { record, header, trailer } = &self.fields;
        match field {
            Field::Citizen => Some(&record.citizen),
            Field::Amount => Some(&record.amount.at),
            Field::Deduction => record.deduction.as_ref(),
            Field::Reference => record.reference.as_ref(),
            Field::Period => record.period.as_ref().map(|period| &period.at),
            Field::HeaderPeriod => header.period.as_ref().map(|period| &period.at),
            Field::Municipality => header.municipality.as_ref(),
            Field::TrailerRecords => trailer.records.as_ref(),
            Field::TrailerSum => trailer.sum.as_ref().map(|sum| &sum.at),
            Field::TrailerDebit => trailer.debit.as_ref().map(|debit| &debit.at),
            Field::TrailerCredit => trailer.credit.as_ref().map(|credit| &credit.at),
        }
    }
}

impl Fields {
    /// Every place, with the field it is of; an amount's sign counts to the amount.
    pub(super) fn places_mut(&mut self) -> Vec<(Field, &mut Place)> {
        fn amount(field: Field, amount: &mut AmountField) -> impl Iterator<Item = (Field, &mut Place)> {
            std::iter::once(&mut amount.at).chain(&mut amount.sign_at).map(move |place| (field, place))
        }
        let Fields { record, header, trailer } = self;
        let plain = [
            (Field::Citizen, Some(&mut record.citizen)),
            (Field::Deduction, record.deduction.as_mut()),
            (Field::Reference, record.reference.as_mut()),
            (Field::Period, record.period.as_mut().map(|period| &mut period.at)),
            (Field::HeaderPeriod, header.period.as_mut().map(|period| &mut period.at)),
            (Field::Municipality, header.municipality.as_mut()),
            (Field::TrailerRecords, trailer.records.as_mut()),
        ];
        let mut all: Vec<_> = plain.into_iter().filter_map(|(field, place)| Some((field, place?))).collect();
        all.extend(amount(Field::Amount, &mut record.amount));
        all.extend(trailer.sum.iter_mut().flat_map(|sum| amount(Field::TrailerSum, sum)));
        all.extend(trailer.debit.iter_mut().flat_map(|debit| amount(Field::TrailerDebit, debit)));
        all.extend(trailer.credit.iter_mut().flat_map(|credit| amount(Field::TrailerCredit, credit)));
        all
    }
}

#[cfg(test)]
mod tests;
