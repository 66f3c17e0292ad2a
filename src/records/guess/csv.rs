//! Lines with fields between separators: which column holds what.

use regex::Regex;

use super::citizens::{self, Likeness};
use super::column::{self, Amounts, Column};
use super::{Draft, Part, Sureness, months};
use crate::period::Period;
use crate::records::citizen::Citizen;
use crate::records::format::table::FieldTable;

/// The separators that are tried.
const SEPARATORS: [u8; 4] = [b';', b'\t', b',', b'|'];
/// How many columns are looked at.
const MOST_COLUMNS: usize = 200;

/// One line's fields, without quotes.
struct Row {
    fields: Vec<String>,
}

/// The draft, none where the text is not of this kind.
pub(super) fn draft(text: &str, whole: bool, month: Option<Period>) -> Option<Draft> {
    SEPARATORS.iter().find_map(|separator| with_separator(text, *separator, whole, month))
}

fn with_separator(text: &str, separator: u8, whole: bool, month: Option<Period>) -> Option<Draft> {
    let rows = rows(text, separator)?;
    let found = citizen(&rows)?;
    let (citizen, restore) = (found.column, found.restore);
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
    let others: Vec<String> = found.rivals.iter().map(|column| place(*column)).collect();
    let sureness = Sureness::of_all(records.len()).without(&others);
    draft.parts.push(Part { others, ..Part::new("record.citizen", sureness) });

    let width = records.iter().map(|row| row.fields.len()).min()?.min(MOST_COLUMNS);
    let texts = |at: usize| records.iter().filter_map(move |row| row.fields.get(at)).map(|cell| cell.trim());
    let of_month = |at: usize| Some((at, months::pattern_of(&texts(at), month)?));
    let period = (0..width).filter(|at| *at != citizen).find_map(of_month);
    if let Some((at, pattern)) = period {
        draft.table.record.period =
            Some(FieldTable { form: Some(pattern.to_owned()), ..FieldTable::at(place(at)) });
        draft.part("record.period", Sureness::of_all(records.len()).of_month(pattern));
    }
    let taken = [Some(citizen), period.map(|period| period.0)];
    let trailer = rows.get(last + 1).filter(|_| whole && last + 2 == rows.len());
    let columns: Vec<Column<'_>> = (0..width)
        .filter(|at| !taken.contains(&Some(*at)) && !found.rivals.contains(at))
        .map(|at| Column {
            place: place(at),
            name: headings.as_ref().and_then(|headings| headings.get(at).cloned()),
            texts: texts(at).collect(),
        })
        .collect();
    let amounts = column::candidates(&columns);
    let sum_at = |amounts: &Amounts| trailer.and_then(|row| find_sum(row, amounts));
    let chosen = column::choose(&amounts, |amounts| sum_at(amounts).is_some())?;
    draft.table.record.amount = Some(chosen.amounts.field());
    draft.unit_is_shown = chosen.amounts.shows_its_unit();
    draft.parts.push(chosen.part);
    draft.reference = column::reference(&texts(citizen).collect::<Vec<_>>(), &columns, &chosen.amounts.place);
    lines(&mut draft, &rows[..first], trailer, (separator, text));
    if let Some(row) = trailer.filter(|_| draft.table.lines.trailer.is_some()) {
        totals(&mut draft, row, records.len(), (chosen.amounts, sum_at(chosen.amounts)));
    }
    Some(draft)
}

/// The trailer's fields; `sum_at` is where the sum of the amounts stands.
fn totals(draft: &mut Draft, row: &Row, records: usize, (amounts, sum_at): (&Amounts, Option<usize>)) {
    let count = row.fields.iter().position(|cell| cell.trim() == records.to_string());
    if let Some(at) = count {
        draft.table.trailer.records = Some(FieldTable::at((at + 1).to_string()));
        // a count alone proves itself where it could hardly be anything else
        let sureness = if sum_at.is_some() { Sureness::Proven } else { Sureness::of_all(records) };
        draft.part("trailer.records", sureness);
    }
    if let Some(at) = sum_at.filter(|at| Some(*at) != count) {
        draft.table.trailer.sum = Some(column::written(&column::beside(&amounts.form), (at + 1).to_string()));
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

/// The rows of a text that has this separator in most of its lines, a title and a count apart.
fn rows(text: &str, separator: u8) -> Option<Vec<Row>> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let fields: Vec<String> = record.ok()?.iter().map(str::to_owned).collect();
        if fields.iter().any(|field| !is_blank(field)) {
            rows.push(Row { fields });
        }
    }
    let separated = rows.iter().filter(|row| row.fields.len() > 1).count();
    let most = separated * 5 >= rows.len() * 4 || separated + 2 >= rows.len();
    (most && separated > 0).then_some(rows)
}

/// Whether nothing is written there; DOS programs write one character after the last line.
fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c == '\u{1a}')
}

/// The column of CPR numbers.
struct Found {
    column: usize,
    /// Whether some of them lack their leading zero.
    restore: bool,
    /// The columns that would do as well.
    rivals: Vec<usize>,
}

fn citizen(rows: &[Row]) -> Option<Found> {
    let width = rows.iter().map(|row| row.fields.len()).max()?.min(MOST_COLUMNS);
    let cells = |at: usize| rows.iter().filter_map(move |row| row.fields.get(at)).map(|cell| cell.trim());
    let all: Vec<Likeness> = (0..width).map(|at| Likeness::of(cells(at), true)).collect();
    let is_named = |at: usize| cells(at).take(10).any(citizens::is_named);
    let enough = |likeness: &Likeness| likeness.valid * 2 >= rows.len().saturating_sub(2).max(1);
    let (column, best) = all
        .iter()
        .enumerate()
        .filter(|(_, likeness)| likeness.may_be() && enough(likeness))
        .max_by_key(|(at, likeness)| (likeness.score(), is_named(*at), width - at))?;
    let rivals =
        all.iter().enumerate().filter(|(at, other)| *at != column && other.may_be() && other.rivals(best));
    Some(Found { column, restore: best.short > 0, rivals: rivals.map(|(at, _)| at).collect() })
}

/// The trailer's field that is the sum.
fn find_sum(row: &Row, amounts: &Amounts) -> Option<usize> {
    let form = column::beside(&amounts.form);
    let is_sum = |cell: &String| form.read(cell, None).is_ok_and(|sum| sum == amounts.sum);
    row.fields.iter().position(|cell| amounts.sum.size() >= 1000 && is_sum(cell))
}

/// The expressions of lines that are no records.
fn lines(draft: &mut Draft, before: &[Row], trailer: Option<&Row>, (separator, text): (u8, &str)) {
    let table = &mut draft.table.lines;
    let mark = regex::escape(&char::from(separator).to_string());
    let first_text = |row: &Row| row.fields.first().map(|field| field.trim().to_owned()).unwrap_or_default();
    if let Some(row) = trailer {
        let start = first_text(row);
        let expressions = if start.is_empty() || start.bytes().all(|byte| byte.is_ascii_digit()) {
            // a count alone: fewer digits than a CPR number has, or fewer fields than a record
            let after = row.fields.len().saturating_sub(1);
            let shape: Vec<String> = row
                .fields
                .iter()
                .map(|field| if is_blank(field) { "\\s*".to_owned() } else { format!("[^{mark}]+") })
                .collect();
            let before = if start.is_empty() { format!("^[{mark}\"\\s]*") } else { "^\"?".to_owned() };
            vec![
                format!("{before}\\d{{1,8}}\"?({mark}|$)"),
                format!("{before}\\d{{1,8}}\"?({mark}[^{mark}]*){{0,{after}}}$"),
                // the fields that it leaves empty
                format!("^{}$", shape.join(&mark)),
            ]
        } else {
            vec![format!("^\"?{}", regex::escape(&start))]
        };
        let fits_the_last = |expression: &String| {
            Regex::new(expression).is_ok_and(|expression| {
                let mut lines =
                    text.lines().filter(|line| !is_blank(line.trim_matches([char::from(separator), '"'])));
                let is_last = lines.next_back().is_some_and(|line| expression.is_match(line));
                is_last && !lines.any(|line| expression.is_match(line))
            })
        };
        table.trailer = expressions.into_iter().find(fits_the_last);
    }
    // what stands above the headings
    let above = before.iter().rev().skip(1).rev().map(first_text).filter(|field| !field.is_empty());
    let mut ignored: Vec<String> = above.map(|field| format!("^\"?{}", regex::escape(&field))).collect();
    // rows of a spreadsheet without anything in them, and the end of a file as DOS marks it
    ignored.push(format!("^[\\s\\x1a\"{mark}]*$"));
    table.ignore = Some(ignored.join("|"));
}
