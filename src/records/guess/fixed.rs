//! Lines with fields at positions: which position holds what, by what all records have in common.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

use super::citizens::Likeness;
use super::column::MOST_OTHERS;
use super::{Draft, NoGuess, Part, Sureness, months};
use crate::period::Period;
use crate::records::citizen::Citizen;
use crate::records::format::table::FieldTable;

mod amount;

/// How many lines are looked at to find a position.
const LOOKED_AT: usize = 2000;
/// How many characters of a line are looked at.
const WIDEST: usize = 4000;
/// The longest beginning of a line that tells its kind, in characters.
const LONGEST_PREFIX: usize = 8;
/// What DOS programs write after the last line.
const END_OF_DOS_FILE: u8 = 0x1a;
/// The widest field that may tell the records of one citizen apart, in digits.
const WIDEST_REFERENCE: usize = 10;
/// So few lines do not show which of two places that overlap is the right one.
const FEW: usize = 5;
/// How many kinds of lines a layout may have.
const MOST_KINDS: usize = 8;

/// A line with each character as one byte: what is not ASCII is a question mark, which no field looks for.
pub(super) type Cells = Vec<u8>;

/// A field's positions in a record, from 0, the last not counted.
pub(super) type Span = Range<usize>;

pub(super) fn draft(text: &str, whole: bool, month: Option<Period>) -> Result<Draft, NoGuess> {
    let cells = |line: &str| {
        line.chars().map(|c| u8::try_from(c).ok().filter(u8::is_ascii).unwrap_or(b'?')).collect()
    };
    let lines: Vec<Cells> = text.lines().map(cells).collect();
    let is_blank = |cell: &u8| cell.is_ascii_whitespace() || *cell == END_OF_DOS_FILE;
    let written: Vec<&Cells> = lines.iter().filter(|line| !line.iter().all(is_blank)).collect();
    let (citizen, rivals) = citizen(&written).ok_or(NoGuess::NoCitizens)?;
    let is_record = |line: &Cells| is_citizen(line, &citizen);
    let kinds = Kinds::of(&written, is_record, citizen.start);
    let records: Vec<&Cells> =
        written.iter().copied().filter(|line| kinds.is_record(line, is_record(line))).collect();

    let mut draft = Draft::default();
    draft.table.kind = Some("fixed".to_owned());
    let length = written.first().map_or(0, |line| line.len());
    if written.iter().all(|line| line.len() == length) {
        draft.table.line_length = i64::try_from(length).ok();
    }
    draft.table.record.citizen = Some(field(&citizen));
    let others: Vec<String> = rivals.iter().map(place).collect();
    let sureness = Sureness::of_all(records.len()).without(&others);
    draft.parts.push(Part { others, ..Part::new("record.citizen", sureness) });

    let mut taken = vec![citizen.clone()];
    if let Some((span, pattern)) = record_month(&records, &taken, month) {
        draft.table.record.period = Some(FieldTable { form: Some(pattern.to_owned()), ..field(&span) });
        draft.part("record.period", Sureness::of_all(records.len()).of_month(pattern));
        taken.push(span);
    }
    let trailer = written.last().copied().filter(|last| whole && !kinds.is_record(last, is_record(last)));
    taken.extend(amount::draft(&mut draft, &records, trailer, &taken)?);
    draft.reference = reference(&records, &citizen, &taken).map(|span| place(&span));
    let header = written.first().copied().filter(|first| !kinds.is_record(first, is_record(first)));
    lines_table(&mut draft, &kinds, &written, header, trailer);
    // empty lines, and the end of a file as DOS marks it, may stand in any file of the layout
    let others = draft.table.lines.ignore.take();
    let ignored: Vec<String> = others.into_iter().chain([r"^[\s\x1a]*$".to_owned()]).collect();
    draft.table.lines.ignore = Some(ignored.join("|"));
    if let (Some(header), None) = (header, &draft.table.record.period)
        && let Some((span, pattern)) = header_month(header, month)
    {
        draft.table.header.period = Some(FieldTable { form: Some(pattern.to_owned()), ..field(&span) });
        let sureness = if month.is_some() { Sureness::Likely } else { Sureness::Guessed };
        draft.part("header.period", sureness);
    }
    Ok(draft)
}

/// A place as the configuration writes it.
pub(super) fn field(span: &Span) -> FieldTable {
    FieldTable::at(place(span))
}

pub(super) fn place(span: &Span) -> String {
    if span.len() == 1 { span.end.to_string() } else { format!("{}-{}", span.start + 1, span.end) }
}

fn text_at(line: &[u8], span: &Span) -> Option<String> {
    line.get(span.clone()).map(|cells| String::from_utf8_lossy(cells).into_owned())
}

fn is_citizen(line: &[u8], span: &Span) -> bool {
    let text = line.get(span.clone()).and_then(|cells| std::str::from_utf8(cells).ok());
    text.is_some_and(|text| !text.contains(' ') && Citizen::read(text, false).is_some())
}

/// Where most lines have CPR numbers, and where else they might have.
fn citizen(lines: &[&Cells]) -> Option<(Span, Vec<Span>)> {
    let looked_at = &lines[..lines.len().min(LOOKED_AT)];
    let longest = looked_at.iter().map(|line| line.len()).max()?.min(WIDEST);
    let mut found: Vec<(Likeness, Span)> = Vec::new();
    for length in [11, 10] {
        for start in 0..longest.saturating_sub(length - 1) {
            let span = start..start + length;
            let texts = looked_at
                .iter()
                .filter_map(|line| std::str::from_utf8(line.get(span.clone())?).ok())
                .filter(|text| !text.contains(' '));
            let likeness = Likeness::of(texts, false);
            if likeness.may_be() && likeness.valid * 4 >= looked_at.len() {
                found.push((likeness, span));
            }
        }
    }
    let score = |(likeness, span): &&(Likeness, Span)| (likeness.score(), Reverse(span.start));
    let (best, span) = found.iter().max_by_key(score)?;
    let apart = |other: &Span| other.end <= span.start || span.end <= other.start;
    let rivals = found.iter().filter(|(likeness, other)| {
        *other != *span && likeness.rivals(best) && (apart(other) || looked_at.len() < FEW)
    });
    Some((span.clone(), rivals.map(|(_, other)| other.clone()).take(MOST_OTHERS).collect()))
}

/// What tells records from other lines.
enum Kinds {
    /// Every line is a record.
    Records,
    /// Records begin with one of these.
    Prefixes(BTreeSet<Cells>),
    /// Nothing but what stands in the CPR number's place.
    Citizen,
}

impl Kinds {
    fn of(lines: &[&Cells], is_record: impl Fn(&Cells) -> bool, citizen: usize) -> Kinds {
        let (records, others): (Vec<&Cells>, Vec<&Cells>) =
            lines.iter().copied().partition(|line| is_record(line));
        if others.is_empty() {
            return Kinds::Records;
        }
        // the digits of a CPR number are other ones in the next file, and tell no kind
        for length in 1..=LONGEST_PREFIX.min(citizen) {
            let prefixes = |lines: &[&Cells]| -> BTreeSet<Cells> {
                lines.iter().map(|line| line.iter().copied().take(length).collect()).collect()
            };
            let of_records = prefixes(&records);
            if of_records.len() <= MOST_KINDS && of_records.is_disjoint(&prefixes(&others)) {
                return Kinds::Prefixes(of_records);
            }
        }
        Kinds::Citizen
    }

    fn is_record(&self, line: &Cells, has_citizen: bool) -> bool {
        match self {
            Kinds::Records => true,
            Kinds::Prefixes(prefixes) => prefixes.iter().any(|prefix| line.starts_with(prefix)),
            Kinds::Citizen => has_citizen,
        }
    }
}

/// The expressions of the kinds of lines.
fn lines_table(
    draft: &mut Draft,
    kinds: &Kinds,
    lines: &[&Cells],
    header: Option<&Cells>,
    trailer: Option<&Cells>,
) {
    let (records, length) = match kinds {
        Kinds::Records => return,
        Kinds::Prefixes(prefixes) => (Some(prefixes), prefixes.first().map_or(1, Vec::len)),
        Kinds::Citizen => (None, LONGEST_PREFIX),
    };
    let prefix = |line: &Cells| -> Cells { line.iter().copied().take(length).collect() };
    // without a beginning that records share, what other lines begin with is as short as can be, since what
    // follows it may be another number in the next file
    let shortest = |line: &Cells| -> Cells {
        let own: Vec<&&Cells> = lines.iter().filter(|other| *other != &line).collect();
        let alone = |length: &usize| own.iter().all(|other| !other.starts_with(&line[..*length]));
        let most = LONGEST_PREFIX.min(line.len());
        line[..(1..=most).find(alone).unwrap_or(most)].to_vec()
    };
    let of_kind = |line: &Cells| if records.is_some() { prefix(line) } else { shortest(line) };
    let record_of = |line: &&&Cells| records.is_some_and(|prefixes| prefixes.contains(&prefix(line)));
    let (mut first, mut last) = (header.map(of_kind), trailer.map(of_kind));
    if let (Some(header), Some(trailer)) = (header, trailer)
        && first == last
    {
        let apart = (length..=LONGEST_PREFIX).find(|length| header.get(..*length) != trailer.get(..*length));
        let longer = |line: &Cells| apart.map(|length| line.iter().copied().take(length).collect());
        (first, last) = (first.and_then(|first| longer(header).or(Some(first))), longer(trailer));
    }
    let (header, trailer) = (first, last);
    if trailer.is_none() {
        draft.without_trailer();
    }
    let mut others: BTreeSet<Cells> =
        lines.iter().filter(|line| !record_of(line)).map(|line| prefix(line)).collect();
    others.retain(|other| {
        [&header, &trailer].iter().all(|known| known.as_ref().is_none_or(|known| !known.starts_with(other)))
    });
    let table = &mut draft.table.lines;
    table.header = header.map(|header| expression(&[header]));
    table.trailer = trailer.map(|trailer| expression(&[trailer]));
    if let Some(records) = records {
        table.record = Some(expression(&records.iter().cloned().collect::<Vec<_>>()));
        if !others.is_empty() && others.len() <= MOST_KINDS {
            table.ignore = Some(expression(&others.into_iter().collect::<Vec<_>>()));
        }
    }
}

/// An expression for lines that begin with one of these.
fn expression(prefixes: &[Cells]) -> String {
    let escaped = |prefix: &Cells| {
        // what is not ASCII was not kept, and any character may stand there
        let parts: Vec<String> = String::from_utf8_lossy(prefix).split('?').map(regex::escape).collect();
        parts.join(".")
    };
    match prefixes {
        [prefix] => format!("^{}", escaped(prefix)),
        prefixes => format!("^({})", prefixes.iter().map(escaped).collect::<Vec<_>>().join("|")),
    }
}

/// Where something tells several records of one citizen apart, where there are any: a few digits, which many
/// records share. A number of its own for every record would hide each one that comes again.
fn reference(records: &[&Cells], citizen: &Span, taken: &[Span]) -> Option<Span> {
    let records = &records[..records.len().min(LOOKED_AT)];
    let citizens: Vec<&[u8]> = records.iter().filter_map(|line| line.get(citizen.clone())).collect();
    if citizens.iter().collect::<HashSet<_>>().len() == records.len() || citizens.len() < records.len() {
        return None;
    }
    let shortest = records.iter().map(|line| line.len()).min()?.min(WIDEST);
    let free = |at: usize| {
        !taken.iter().any(|span| span.contains(&at)) && records.iter().all(|line| line[at].is_ascii_digit())
    };
    let digits: Vec<bool> = (0..shortest).map(free).collect();
    let mut runs: Vec<Span> = Vec::new();
    for (at, is_digit) in digits.iter().enumerate() {
        match runs.last_mut() {
            Some(run) if *is_digit && run.end == at => run.end = at + 1,
            _ if *is_digit => runs.push(at..at + 1),
            _ => {}
        }
    }
    runs.into_iter().filter(|run| run.len() <= WIDEST_REFERENCE).find(|run| {
        let texts = records.iter().map(|line| &line[run.clone()]);
        let pairs: HashSet<_> = citizens.iter().zip(texts.clone()).collect();
        pairs.len() == records.len() && texts.collect::<HashSet<_>>().len() * 2 <= records.len()
    })
}

/// Where all records name a month, apart from what is taken.
fn record_month(records: &[&Cells], taken: &[Span], month: Option<Period>) -> Option<(Span, &'static str)> {
    let records = &records[..records.len().min(LOOKED_AT)];
    let shortest = records.iter().map(|line| line.len()).min()?.min(WIDEST);
    for (pattern, form) in months::forms(month) {
        let first = records.first()?;
        for start in 0..(shortest + 1).saturating_sub(form.length()) {
            let span = start..start + form.length();
            let free = !taken.iter().any(|range| range.start < span.end && span.start < range.end);
            let reads = |line: &[u8]| {
                text_at(line, &span)
                    .filter(|text| !text.contains(' '))
                    .and_then(|text| form.read(&text))
                    .is_some_and(|period| months::is_plausible(period, None))
            };
            if !free || !reads(first) {
                continue;
            }
            let texts: Vec<String> = records.iter().filter_map(|line| text_at(line, &span)).collect();
            if months::pattern_of(&texts.iter().map(String::as_str), month) == Some(pattern) {
                return Some((span, pattern));
            }
        }
    }
    None
}

/// Where a header names a month and nothing else: a date there is as likely the day it was written.
fn header_month(header: &[u8], month: Option<Period>) -> Option<(Span, &'static str)> {
    let digit = |at: usize| header.get(at).is_some_and(u8::is_ascii_digit);
    for (pattern, form) in months::forms(month).filter(|(pattern, _)| !pattern.contains("DD")) {
        for start in 0..header.len().min(WIDEST).saturating_sub(form.length() - 1) {
            let span = start..start + form.length();
            let alone = !digit(span.end) && (start == 0 || !digit(start - 1));
            let period =
                text_at(header, &span).filter(|text| !text.contains(' ')).and_then(|text| form.read(&text));
            if alone && period.is_some_and(|period| months::is_plausible(period, month)) {
                return Some((span, pattern));
            }
        }
    }
    None
}
