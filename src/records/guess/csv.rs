//! Lines with fields between separators: which column holds what.

use std::collections::HashSet;

use super::numbers::{are_kroner, is_counter};
use super::{Draft, Sureness, months, text};
use crate::records::amount::{AmountForm, Decimal, Ore, SignForm, Unit};
use crate::records::citizen::Citizen;
use crate::records::format::table::{FieldTable, SignTable};

/// The separators that are tried.
const SEPARATORS: [u8; 4] = [b';', b'\t', b',', b'|'];

/// One line's fields, without quotes.
struct Row {
    fields: Vec<String>,
}

/// The draft, none where the text is not of this kind.
pub(super) fn draft(text: &str, whole: bool) -> Option<Draft> {
    SEPARATORS.iter().find_map(|separator| with_separator(text, *separator, whole))
}

fn with_separator(text: &str, separator: u8, whole: bool) -> Option<Draft> {
    let rows = rows(text, separator)?;
    let (citizen, restore) = citizen(&rows)?;
    let is_record =
        |row: &Row| row.fields.get(citizen).is_some_and(|cell| Citizen::read(cell, restore).is_some());
    let first = rows.iter().position(is_record)?;
    let last = rows.iter().rposition(is_record)?;
    let records: Vec<&Row> = rows[first..=last].iter().collect();
    if records.iter().any(|row| row.fields.len() < 2) {
        return None;
    }

    let mut draft = Draft::default();
    draft.table.kind = Some("csv".to_owned());
    draft.table.separator = Some(char::from(separator).to_string());
    let headings: Option<Vec<String>> =
        (first > 0).then(|| rows[first - 1].fields.iter().map(|field| field.trim().to_owned()).collect());
    draft.table.heading = Some(headings.is_some());
    let place = |column: usize| place(column, headings.as_deref());
    let leading_zero = restore.then(|| "restore".to_owned());
    draft.table.record.citizen = Some(FieldTable { leading_zero, ..FieldTable::at(place(citizen)) });
    draft.part("record.citizen", Sureness::of_all(records.len()));

    let width = records.iter().map(|row| row.fields.len()).min()?;
    let column = |at: usize| records.iter().filter_map(move |row| row.fields.get(at)).map(|cell| cell.trim());
    let period =
        (0..width).filter(|at| *at != citizen).find_map(|at| Some((at, months::pattern_of(&column(at))?)));
    if let Some((at, pattern)) = period {
        draft.table.record.period =
            Some(FieldTable { form: Some(pattern.to_owned()), ..FieldTable::at(place(at)) });
        draft.part("record.period", Sureness::of_all(records.len()));
    }
    let taken = [Some(citizen), period.map(|period| period.0)];
    let trailer = rows.get(last + 1).filter(|_| whole && last + 2 == rows.len());
    let amounts =
        (0..width).filter(|at| !taken.contains(&Some(*at))).filter_map(|at| amount(at, &column(at)));
    let amounts: Vec<Amount> = amounts.collect();
    let proof = |amount: &Amount| trailer.and_then(|row| find_sum(row, amount));
    let proven = amounts.iter().find_map(|amount| Some((amount, proof(amount)?)));
    let chosen =
        proven.map(|proven| proven.0).or_else(|| amounts.iter().max_by_key(|amount| amount.decimals))?;
    draft.table.record.amount = Some(chosen.field(place(chosen.column)));
    let alone = amounts.len() == 1 && chosen.decimals;
    draft.part("record.amount", Sureness::of_amount(proven.is_some(), alone));
    lines(&mut draft, &rows, first, trailer, separator, text);
    if let Some(row) = trailer {
        totals(&mut draft, row, records.len(), proven);
    }
    Some(draft)
}

/// The trailer's fields; `proven` is the amount whose sum stands in one of them, and which.
fn totals(draft: &mut Draft, row: &Row, records: usize, proven: Option<(&Amount, usize)>) {
    let count = row.fields.iter().position(|cell| cell.trim() == records.to_string());
    if let Some(at) = count {
        draft.table.trailer.records = Some(FieldTable::at((at + 1).to_string()));
        draft.part("trailer.records", Sureness::of_amount(proven.is_some(), true));
    }
    if let Some((amount, at)) = proven.filter(|proven| Some(proven.1) != count) {
        draft.table.trailer.sum = Some(amount.field((at + 1).to_string()));
        draft.part("trailer.sum", Sureness::Proven);
    }
}

/// A column by its heading where that is the only one of its name, else by its number.
fn place(column: usize, headings: Option<&[String]>) -> String {
    let heading = headings.and_then(|headings| {
        let heading = headings.get(column)?;
        let once = headings.iter().filter(|other| *other == heading).count() == 1;
        let is_name = heading.chars().any(|c| !c.is_ascii_digit()) && !heading.contains(char::is_control);
        (once && is_name).then(|| heading.clone())
    });
    heading.unwrap_or_else(|| (column + 1).to_string())
}

/// The rows of a text that has this separator in most of its lines.
fn rows(text: &str, separator: u8) -> Option<Vec<Row>> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.trim_end_matches('\u{1a}').as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let fields: Vec<String> = record.ok()?.iter().map(str::to_owned).collect();
        if fields.iter().any(|field| !field.trim().is_empty()) {
            rows.push(Row { fields });
        }
    }
    let separated = rows.iter().filter(|row| row.fields.len() > 1).count();
    (separated * 5 >= rows.len() * 4 && separated > 0).then_some(rows)
}

/// The column of CPR numbers, and whether some of them lack their leading zero.
fn citizen(rows: &[Row]) -> Option<(usize, bool)> {
    let width = rows.iter().map(|row| row.fields.len()).max()?.min(200);
    let cells = |at: usize| rows.iter().filter_map(move |row| row.fields.get(at)).map(|cell| cell.trim());
    let count =
        |at: usize, restore: bool| cells(at).filter(|cell| Citizen::read(cell, restore).is_some()).count();
    let different = |at: usize| cells(at).collect::<HashSet<_>>().len();
    let best = (0..width).max_by_key(|at| (count(*at, true), different(*at), width - at))?;
    let all = count(best, true);
    if all * 2 < rows.len().saturating_sub(2).max(1) || different(best) * 2 <= all {
        return None;
    }
    Some((best, count(best, false) < all))
}

/// A column that may be the amount's.
struct Amount {
    column: usize,
    form: AmountForm,
    sum: Ore,
    /// Whether its amounts have decimals, as hardly anything else has.
    decimals: bool,
}

impl Amount {
    fn field(&self, at: String) -> FieldTable {
        let (unit, decimal) = match self.form.unit {
            Unit::Ore => ("øre", None),
            Unit::Kroner(Decimal::Comma) => ("kroner", Some(",")),
            Unit::Kroner(Decimal::Point) => ("kroner", Some(".")),
        };
        let sign = if self.form.sign == SignForm::Trailing { "trailing" } else { "leading" };
        FieldTable {
            unit: Some(unit.to_owned()),
            decimal: decimal.map(str::to_owned),
            sign: Some(SignTable { at: Some(sign.to_owned()), ..SignTable::default() }),
            ..FieldTable::at(at)
        }
    }
}

/// A column's form, where all its texts are amounts and not all the same.
fn amount<'a>(column: usize, texts: &(impl Iterator<Item = &'a str> + Clone)) -> Option<Amount> {
    let units = [Unit::Ore, Unit::Kroner(Decimal::Comma), Unit::Kroner(Decimal::Point)];
    let forms = units.into_iter().flat_map(|unit| {
        [SignForm::Leading, SignForm::Trailing].into_iter().map(move |sign| AmountForm { unit, sign })
    });
    for form in forms {
        let read: Option<Vec<Ore>> = texts.clone().map(|text| form.read(text, None).ok()).collect();
        let Some(amounts) = read else { continue };
        let sizes: Vec<u128> = amounts.iter().map(|amount| amount.size()).collect();
        let decimals = form.unit != Unit::Ore;
        let same = amounts.len() > 2 && amounts.windows(2).all(|pair| pair[0] == pair[1]);
        if !decimals && (same || is_counter(&sizes)) {
            return None;
        }
        let whole_kroner = !decimals && are_kroner(sizes);
        let form =
            if whole_kroner { AmountForm { unit: Unit::Kroner(Decimal::Comma), ..form } } else { form };
        let amounts: Option<Vec<Ore>> = texts.clone().map(|text| form.read(text, None).ok()).collect();
        let sum = amounts?.into_iter().try_fold(Ore::ZERO, Ore::plus)?;
        return Some(Amount { column, form, sum, decimals });
    }
    None
}

/// The trailer's field that is the sum.
fn find_sum(row: &Row, amount: &Amount) -> Option<usize> {
    let is_sum = |cell: &String| amount.form.read(cell, None).is_ok_and(|sum| sum == amount.sum);
    row.fields.iter().position(|cell| amount.sum.size() >= 1000 && is_sum(cell))
}

/// The expressions of lines that are no records.
fn lines(draft: &mut Draft, rows: &[Row], first: usize, trailer: Option<&Row>, separator: u8, text: &str) {
    let table = &mut draft.table.lines;
    if let Some(row) = trailer {
        let first = row.fields.first().map(|field| field.trim()).unwrap_or_default();
        let separator = regex::escape(&char::from(separator).to_string());
        table.trailer = Some(if first.is_empty() || first.bytes().all(|byte| byte.is_ascii_digit()) {
            // a count alone: fewer digits than a CPR number has
            format!("^\\d{{0,8}}({separator}|$)")
        } else {
            format!("^\"?{}", regex::escape(first))
        });
    }
    // what stands above the headings
    let above: Vec<String> = rows[..first.saturating_sub(1)]
        .iter()
        .filter_map(|row| row.fields.first())
        .map(|field| regex::escape(field.trim()))
        .filter(|field| !field.is_empty())
        .collect();
    let mut ignored: Vec<String> = above.iter().map(|field| format!("^\"?{field}")).collect();
    ignored.extend(text::blank_lines(text).map(str::to_owned));
    table.ignore = (!ignored.is_empty()).then(|| ignored.join("|"));
}
