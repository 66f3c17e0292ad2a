//! The fields of one line or element, read from their texts.

use crate::period::Period;
use crate::records::amount::{AmountError, Ore, digits};
use crate::records::citizen::Citizen;
use crate::records::format::{
    AmountField, Field, HeaderFields, PeriodField, Place, RecordFields, TrailerFields,
};

use super::reading::{Claims, Problem};

/// What a decoder puts where bytes are no character.
const NO_CHARACTER: char = '\u{fffd}';

/// How many records a trailer may claim: below every CPR number, so that a misplaced field shows none.
const MOST_CLAIMED: i128 = 99_999_999;

/// Finds the text at a place; none where the line does not reach so far.
pub(super) trait Cells<'a> {
    fn cell(&self, place: &Place) -> Option<&'a str>;

    /// Whether every text is known to be ASCII.
    fn are_ascii(&self) -> bool {
        false
    }
}

impl<'a, F: Fn(&Place) -> Option<&'a str>> Cells<'a> for F {
    fn cell(&self, place: &Place) -> Option<&'a str> {
        self(place)
    }
}

/// A field that could not be read, and why.
pub(super) type Fault = (Field, Problem);

/// A record as its own line tells it.
pub(super) struct Row<'a> {
    pub(super) citizen: Citizen,
    pub(super) amount: Ore,
    pub(super) deduction: Option<&'a str>,
    pub(super) reference: &'a str,
    pub(super) period: Option<Period>,
}

/// The month that a record said last: the next one usually says it in the same way.
#[derive(Default)]
pub(super) struct LastMonth {
    text: String,
    period: Option<Period>,
}

impl LastMonth {
    fn read<'a>(&mut self, field: &PeriodField, cells: &impl Cells<'a>) -> Result<Period, Fault> {
        let text = text(cells, &field.at, Field::Period)?;
        if let Some(period) = self.period.filter(|_| self.text == text) {
            return Ok(period);
        }
        let period = field.form.read(text).ok_or((Field::Period, Problem::NotAPeriod))?;
        self.text.clear();
        self.text.push_str(text);
        self.period = Some(period);
        Ok(period)
    }
}

/// Reads a record; the first field that cannot be read is its fault.
pub(super) fn row<'a>(
    fields: &RecordFields,
    cells: &impl Cells<'a>,
    month: &mut LastMonth,
) -> Result<Row<'a>, Fault> {
    let citizen = text(cells, &fields.citizen, Field::Citizen)?;
    let citizen =
        Citizen::read(citizen, fields.restore_zero).ok_or((Field::Citizen, Problem::NotACitizen))?;
    let amount = amount(&fields.amount, cells, Field::Amount)?;
    let deduction = match &fields.deduction {
        Some(place) => Some(text(cells, place, Field::Deduction)?),
        None => None,
    };
    if deduction.is_some_and(str::is_empty) {
        return Err((Field::Deduction, Problem::Blank));
    }
    // kinds of deduction are shown to people, and a misplaced field must not show citizens
    if deduction.is_some_and(|deduction| deduction.bytes().filter(u8::is_ascii_digit).count() >= 10) {
        return Err((Field::Deduction, Problem::NotADeduction));
    }
    let reference = match &fields.reference {
        Some(place) => text(cells, place, Field::Reference)?,
        None => "",
    };
    let period = match &fields.period {
        Some(field) => Some(month.read(field, cells)?),
        None => None,
    };
    Ok(Row { citizen, amount, deduction, reference, period })
}

/// A header's month; none where the format has no such field.
pub(super) fn header_period<'a>(
    fields: &HeaderFields,
    cells: &impl Cells<'a>,
) -> Result<Option<Period>, Fault> {
    let Some(field) = &fields.period else { return Ok(None) };
    let read = field.form.read(text(cells, &field.at, Field::HeaderPeriod)?);
    read.map(Some).ok_or((Field::HeaderPeriod, Problem::NotAPeriod))
}

/// A header's municipality, a number of at most four digits; none where the format has no such field.
pub(super) fn municipality<'a>(fields: &HeaderFields, cells: &impl Cells<'a>) -> Result<Option<u16>, Fault> {
    let Some(place) = &fields.municipality else { return Ok(None) };
    let number = text(cells, place, Field::Municipality)?;
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit()) && number.len() <= 4;
    let number = if is_number { number.parse().ok() } else { None };
    number.map(Some).ok_or((Field::Municipality, Problem::NotANumber))
}

/// What a trailer says.
pub(super) fn claims<'a>(fields: &TrailerFields, cells: &impl Cells<'a>) -> Result<Claims, Fault> {
    let records = match &fields.records {
        Some(place) => {
            let number = text(cells, place, Field::TrailerRecords)?;
            let number = digits(number.as_bytes()).ok().filter(|number| *number <= MOST_CLAIMED);
            Some(number.ok_or((Field::TrailerRecords, Problem::NotANumber))?)
        }
        None => None,
    };
    let sum = |field: &Option<AmountField>, name| match field {
        Some(field) => amount(field, cells, name).map(Some),
        None => Ok(None),
    };
    Ok(Claims {
        records,
        sum: sum(&fields.sum, Field::TrailerSum)?,
        debit: sum(&fields.debit, Field::TrailerDebit)?,
        credit: sum(&fields.credit, Field::TrailerCredit)?,
    })
}

#[inline]
fn text<'a>(cells: &impl Cells<'a>, place: &Place, field: Field) -> Result<&'a str, Fault> {
    let text = without_blanks(cells.cell(place).ok_or((field, Problem::Missing))?);
    if cells.are_ascii() || text.is_ascii() {
        return Ok(text);
    }
    if text.contains(NO_CHARACTER) { Err((field, Problem::Undecodable)) } else { Ok(text.trim()) }
}

/// Most fields have no blanks around them, which two bytes tell.
#[inline]
fn without_blanks(text: &str) -> &str {
    let bytes = text.as_bytes();
    let is_blank = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_whitespace);
    if is_blank(bytes.first()) || is_blank(bytes.last()) { text.trim_ascii() } else { text }
}

fn amount<'a>(field: &AmountField, cells: &impl Cells<'a>, name: Field) -> Result<Ore, Fault> {
    let digits = text(cells, &field.at, name)?;
    let sign = match &field.sign_at {
        Some(place) => Some(text(cells, place, name)?),
        None => None,
    };
    field.form.read_trimmed(digits, sign).map_err(|error| match error {
        AmountError::Blank => (name, Problem::Blank),
        error => (name, Problem::NotAnAmount(error)),
    })
}
