//! What is kept of the lines as they are read.

use crate::period::Period;
use crate::records::amount::{Ore, SignForm};
use crate::records::format::{AmountField, Field, Fields, Format, LineKind, TrailerFields};

use super::fields::{Cells, LastMonth, claims, header_period, municipality, row};
use super::reading::{Claim, Claims, Ending, Finding, LINES_KEPT, Lines, Mismatch, Problem, Reading, Totals};
use super::{Record, Visitor};

/// The reading so far, and who is shown each record.
pub(super) struct Gather<'f, V> {
    pub(super) format: &'f Format,
    pub(super) reading: Reading,
    pub(super) visitor: V,
    deduction: String,
    header_period: Option<Period>,
    last_month: LastMonth,
    /// The month of the records that were read last, and their lines, which are not among the reading's yet.
    month: Option<(Period, Lines)>,
    /// The totals at the last trailer.
    before: Totals,
    /// Whether something stands after the last trailer.
    open: bool,
}

impl<'f, V: Visitor> Gather<'f, V> {
    pub(super) fn new(format: &'f Format, deduction: &str, visitor: V) -> Gather<'f, V> {
        Gather {
            format,
            reading: Reading::default(),
            visitor,
            deduction: deduction.to_owned(),
            header_period: None,
            last_month: LastMonth::default(),
            month: None,
            before: Totals::default(),
            open: true,
        }
    }

    /// Notes a trouble with a line.
    pub(super) fn find(&mut self, line: u64, field: Option<Field>, problem: Problem) {
        let place = field.and_then(|field| self.format.place(field));
        self.reading.find(line, field, problem, place);
    }

    /// A line that is of no kind.
    pub(super) fn unknown(&mut self, line: u64, problem: Problem) {
        self.reading.lines.unknown += 1;
        self.open = true;
        self.find(line, None, problem);
    }

    /// A line of this kind.
    pub(super) fn line<'a>(&mut self, number: u64, kind: LineKind, fields: &Fields, cells: &impl Cells<'a>) {
        match kind {
            LineKind::Header => {
                self.reading.lines.header += 1;
                self.open = true;
                self.header_period(number, fields, cells);
                self.municipality(number, fields, cells);
            }
            LineKind::Record => self.record(number, fields, cells),
            LineKind::Trailer => {
                self.reading.lines.trailer += 1;
                self.trailer(number, &fields.trailer, cells);
            }
            LineKind::Ignored => self.reading.lines.ignored += 1,
        }
    }

    /// One record.
    pub(super) fn record<'a>(&mut self, line: u64, fields: &Fields, cells: &impl Cells<'a>) {
        self.reading.lines.record += 1;
        self.open = true;
        let row = match row(&fields.record, cells, &mut self.last_month) {
            Ok(row) => row,
            Err((field, problem)) => return self.find(line, Some(field), problem),
        };
        let Some(totals) = self.reading.totals.with(row.amount) else {
            return self.find(line, Some(Field::Amount), Problem::SumTooLarge);
        };
        self.reading.totals = totals;
        let period = row.period.or(self.header_period);
        if let Some(period) = period {
            self.note_month(period, line);
        }
        self.visitor.record(&Record {
            line,
            citizen: &row.citizen,
            deduction: row.deduction.unwrap_or(&self.deduction),
            reference: row.reference,
            amount: row.amount,
            period,
        });
    }

    /// The next record usually is of the same month, so its lines are only now and then put with the others.
    fn note_month(&mut self, period: Period, line: u64) {
        match &mut self.month {
            Some((month, lines)) if *month == period => lines.note(line),
            _ => {
                self.put_month_away();
                self.month = Some((period, Lines::of(line)));
            }
        }
    }

    fn put_month_away(&mut self) {
        if let Some((month, lines)) = self.month.take() {
            self.reading.periods.entry(month).or_default().add(&lines);
        }
    }

    /// A header's month.
    pub(super) fn header_period<'a>(&mut self, line: u64, fields: &Fields, cells: &impl Cells<'a>) {
        match header_period(&fields.header, cells) {
            Ok(Some(period)) => {
                self.header_period = Some(period);
                self.reading.header_periods.entry(period).or_default().note(line);
            }
            Ok(None) => {}
            Err((field, problem)) => self.find(line, Some(field), problem),
        }
    }

    /// A header's municipality.
    pub(super) fn municipality<'a>(&mut self, line: u64, fields: &Fields, cells: &impl Cells<'a>) {
        match municipality(&fields.header, cells) {
            Ok(Some(number)) => {
                self.reading.municipality.get_or_insert(number);
            }
            Ok(None) => {}
            Err((field, problem)) => self.find(line, Some(field), problem),
        }
    }

    /// One trailer: it counts either what stands since the last one, or all before it.
    pub(super) fn trailer<'a>(&mut self, line: u64, fields: &TrailerFields, cells: &impl Cells<'a>) {
        self.reading.trailers += 1;
        self.open = false;
        match claims(fields, cells) {
            Ok(claims) => {
                self.reading.claims = claims;
                let section = mismatches(line, &claims, fields, &self.reading.totals.since(self.before));
                let whole = mismatches(line, &claims, fields, &self.reading.totals);
                if !section.is_empty() && !whole.is_empty() {
                    self.reading.mismatches.extend(section);
                    self.reading.mismatches.truncate(LINES_KEPT);
                }
            }
            Err((field, problem)) => self.find(line, Some(field), problem),
        }
        self.before = self.reading.totals;
    }

    /// The end of the file.
    pub(super) fn end(&mut self) {
        self.put_month_away();
        if self.format.lines.trailer.is_some() {
            self.reading.ending = if self.open { Ending::CutShort } else { Ending::Whole };
        }
        // a whole file of a format with a month in its header, but without a header, does not tell its month
        let field = Some(Field::HeaderPeriod);
        let told = self.format.fields.header.period.is_none()
            || !self.reading.header_periods.is_empty()
            || self.reading.findings.iter().any(|finding| finding.field == field);
        let whole = if self.format.knows_its_end() { Ending::Whole } else { Ending::Unknown };
        if !told && self.reading.ending == whole {
            self.find(1, field, Problem::Missing);
        }
        // where the format finds no record, nothing of the file was looked into; one cut short is told of as that
        let says_so = self.reading.claims.records == Some(0) || self.reading.ending == Ending::CutShort;
        if self.reading.lines.record == 0 && !says_so && self.reading.findings.is_empty() {
            let problem = Problem::NoRecords;
            self.reading.findings.push(Finding {
                problem,
                field: None,
                place: None,
                lines: Lines::default(),
            });
        }
    }
}

fn mismatches(line: u64, claims: &Claims, fields: &TrailerFields, totals: &Totals) -> Vec<Mismatch> {
    let unsigned =
        |field: &Option<AmountField>| field.as_ref().is_some_and(|field| field.form.sign == SignForm::None);
    // a field without a sign tells how much a sum is, not which way
    let sum = if unsigned(&fields.sum) {
        i128::try_from(totals.sum.size()).unwrap_or(i128::MAX)
    } else {
        totals.sum.get()
    };
    let pairs = [
        (Claim::Records, claims.records, i128::from(totals.records)),
        (Claim::Sum, claims.sum.map(Ore::get), sum),
        (Claim::Debit, claims.debit.map(Ore::get), totals.debit.get()),
        // what is taken back is written with its sign by some and without by others
        (Claim::Credit, claims.credit.map(|sum| sum.get().saturating_abs()), totals.credit.get()),
    ];
    let differs = |(claim, claimed, found): (Claim, Option<i128>, i128)| {
        let claimed = claimed.filter(|claimed| *claimed != found)?;
        Some(Mismatch { line, claim, claimed, found })
    };
    pairs.into_iter().filter_map(differs).collect()
}
