//! Elements: which of them is a record, and which of those below it holds what.

use std::collections::BTreeMap;

use quick_xml::events::Event;

use super::citizens::{self, Likeness};
use super::column::{self, Amounts, Column};
use super::{Draft, NoGuess, Part, Sureness, months};
use crate::period::Period;
use crate::records::amount::{AmountForm, SignForm, Unit};
use crate::records::format::table::FieldTable;

/// How deep elements may stand in each other.
const DEEPEST: usize = 64;
/// How many different paths are told apart.
const MOST_PATHS: usize = 500;

/// The texts that stand at each path of names, and how many elements have it.
#[derive(Default)]
struct Paths {
    texts: BTreeMap<Vec<String>, Vec<String>>,
    elements: BTreeMap<Vec<String>, usize>,
}

pub(super) fn draft(text: &str, month: Option<Period>) -> Result<Draft, NoGuess> {
    let paths = paths(text).ok_or(NoGuess::NoLayout)?;
    let likeness = |texts: &[String]| Likeness::of(texts.iter().map(String::as_str), true);
    let all: Vec<(&Vec<String>, &Vec<String>, Likeness)> = paths
        .texts
        .iter()
        .map(|(path, texts)| (path, texts, likeness(texts)))
        .filter(|(path, texts, like)| path.len() > 2 && like.may_be() && like.valid * 10 >= texts.len() * 9)
        .collect();
    let is_named = |path: &[String]| path.iter().rev().take(2).any(|name| citizens::is_named(name));
    let (citizen, texts, best) = all
        .iter()
        .max_by_key(|(path, _, likeness)| (likeness.score(), is_named(path)))
        .ok_or(NoGuess::NoCitizens)?;
    let chosen = records_of(&paths, citizen, texts.len(), month).ok_or(NoGuess::NoAmounts)?;
    let Inside { record, period, columns, amounts } = chosen;

    let mut draft = Draft::default();
    draft.table.kind = Some("xml".to_owned());
    draft.table.record_element = record.last().cloned();
    let leading_zero = (best.short > 0).then(|| "restore".to_owned());
    draft.table.record.citizen = Some(FieldTable { leading_zero, ..below(citizen, record.len()) });
    let rivals = all.iter().filter(|(path, _, other)| {
        path != citizen && path.starts_with(&record) && path.len() > record.len() && other.rivals(best)
    });
    let others: Vec<String> = rivals.map(|(path, ..)| path[record.len()..].join("/")).collect();
    let sureness = Sureness::of_all(texts.len()).without(&others);
    let columns: Vec<Column<'_>> =
        columns.into_iter().filter(|column| !others.contains(&column.place)).collect();
    draft.parts.push(Part { others, ..Part::new("record.citizen", sureness) });
    if let Some((path, pattern)) = &period {
        draft.table.record.period =
            Some(FieldTable { form: Some((*pattern).to_owned()), ..below(path, record.len()) });
        draft.part("record.period", Sureness::of_all(texts.len()).of_month(pattern));
    }
    let amounts: Vec<Amounts> = amounts
        .into_iter()
        .filter(|amounts| columns.iter().any(|column| column.place == amounts.place))
        .collect();
    let outside = paths.outside(&record);
    let chosen = column::choose(&amounts, |amounts| trailer(&outside, texts.len(), amounts).1)
        .ok_or(NoGuess::NoAmounts)?;
    draft.table.record.amount = Some(chosen.amounts.field());
    draft.unit_is_shown = chosen.amounts.shows_its_unit();
    let (fields, _) = trailer(&outside, texts.len(), chosen.amounts);
    draft.parts.push(chosen.part);
    for (key, sureness, field) in fields {
        draft.part(key, sureness);
        let trailer = &mut draft.table.trailer;
        *match key {
            "trailer.records" => &mut trailer.records,
            "trailer.sum" => &mut trailer.sum,
            "trailer.debit" => &mut trailer.debit,
            _ => &mut trailer.credit,
        } = Some(field);
    }
    let citizens: Vec<&str> = texts.iter().map(String::as_str).collect();
    draft.reference = column::reference(&citizens, &columns, &chosen.amounts.place);
    if period.is_none() {
        header(&mut draft, &outside, month);
    }
    Ok(draft)
}

/// What stands inside the element that is one record.
struct Inside<'a> {
    record: Vec<String>,
    period: Option<(&'a Vec<String>, &'static str)>,
    columns: Vec<Column<'a>>,
    amounts: Vec<Amounts>,
}

/// The element that is one record: the outermost around each CPR number and around no other. With one
/// record, everything stands around it, so it is the innermost that has an amount too.
fn records_of<'a>(
    paths: &'a Paths,
    citizen: &[String],
    count: usize,
    month: Option<Period>,
) -> Option<Inside<'a>> {
    let same = |length: &usize| paths.elements.get(&citizen[..*length]) == Some(&count);
    if count == 1 {
        let inner = (2..citizen.len()).rev().map(|length| inside(paths, citizen, length, month));
        return inner.into_iter().find(|inside| !inside.amounts.is_empty());
    }
    let length = (2..citizen.len()).find(same).unwrap_or(citizen.len() - 1);
    Some(inside(paths, citizen, length, month)).filter(|inside| !inside.amounts.is_empty())
}

fn inside<'a>(paths: &'a Paths, citizen: &[String], length: usize, month: Option<Period>) -> Inside<'a> {
    let record = citizen[..length].to_vec();
    let others: Vec<(&Vec<String>, &Vec<String>)> = paths
        .texts
        .iter()
        .filter(|(path, texts)| {
            path.len() > length && path.starts_with(&record) && *path != citizen && !texts.is_empty()
        })
        .collect();
    let period = others.iter().find_map(|(path, texts)| {
        Some((*path, months::pattern_of(&texts.iter().map(String::as_str), month)?))
    });
    let is_period = |path: &Vec<String>| period.is_some_and(|(taken, _)| taken == path);
    let columns: Vec<Column<'_>> = others
        .iter()
        .filter(|(path, _)| !is_period(path))
        .map(|(path, texts)| Column {
            place: path[length..].join("/"),
            name: path.last().cloned(),
            texts: texts.iter().map(String::as_str).collect(),
        })
        .collect();
    let amounts = column::candidates(&columns);
    Inside { record, period, columns, amounts }
}

/// A path below another, as the configuration writes it.
fn below(path: &[String], outer: usize) -> FieldTable {
    FieldTable::at(path[outer..].join("/"))
}

/// Names the element that tells the month of the file; a date is as likely the day it was written.
fn header(draft: &mut Draft, outside: &[(&Vec<String>, &String)], month: Option<Period>) {
    let pattern = |text: &str| {
        let pattern = months::pattern_of(&std::iter::once(text), month)?;
        (!pattern.contains("DD")).then_some(pattern)
    };
    let found = outside.iter().find_map(|(path, text)| Some((path, pattern(text)?)));
    if let Some((path, pattern)) = found {
        draft.table.header.period = Some(FieldTable { form: Some(pattern.to_owned()), ..below(path, 1) });
        let sureness = if month.is_some() { Sureness::Likely } else { Sureness::Guessed };
        draft.part("header.period", sureness);
    }
}

/// A field of the trailer, with its key and how sure it is.
type Found = (&'static str, Sureness, FieldTable);

/// The elements that count and add up the records, and whether a sum came out right.
fn trailer(outside: &[(&Vec<String>, &String)], count: usize, amounts: &Amounts) -> (Vec<Found>, bool) {
    let find = |wanted: &dyn Fn(&str) -> bool, taken: &[&Vec<String>]| {
        outside.iter().find(|(path, text)| !taken.contains(path) && wanted(text)).map(|(path, _)| *path)
    };
    let mut taken = Vec::new();
    let mut found = Vec::new();
    if let Some(path) = find(&|text| text == count.to_string(), &taken) {
        found.push(("trailer.records", Sureness::of_all(count), below(path, 1)));
        taken.push(path);
    }
    let mut proven = false;
    let ore = AmountForm { unit: Unit::Ore, sign: SignForm::Leading };
    for (key, sum) in
        [("trailer.sum", amounts.sum), ("trailer.debit", amounts.debit), ("trailer.credit", amounts.credit)]
    {
        for form in [&column::beside(&amounts.form), &ore] {
            let is_sum = |text: &str| {
                sum.size() >= 1000 && form.read(text, None).is_ok_and(|read| read.size() == sum.size())
            };
            let Some(path) = find(&is_sum, &taken) else { continue };
            found.push((key, Sureness::Proven, column::written(form, path[1..].join("/"))));
            taken.push(path);
            proven = true;
            break;
        }
    }
    (found, proven)
}

/// The texts of a whole file's elements and attributes; none where it cannot be read.
fn paths(text: &str) -> Option<Paths> {
    let mut reader = quick_xml::Reader::from_str(text);
    let mut paths = Paths::default();
    let mut open: Vec<String> = Vec::new();
    let mut at_hand = String::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                open.push(start.local_name().into_inner().to_owned());
                at_hand.clear();
                paths.element(&open, &start)?;
            }
            Event::Empty(empty) => {
                open.push(empty.local_name().into_inner().to_owned());
                paths.element(&open, &empty)?;
                open.pop();
            }
            Event::Text(more) => at_hand.push_str(&more),
            Event::CData(more) => at_hand.push_str(&more),
            Event::End(_) => {
                let text = std::mem::take(&mut at_hand);
                if !text.trim().is_empty() {
                    paths.text(open.clone(), text.trim());
                }
                open.pop();
            }
            Event::DocType(_) => return None,
            Event::Eof => return Some(paths),
            _ => {}
        }
        if open.len() > DEEPEST {
            return None;
        }
    }
}

impl Paths {
    /// What stands once in the file, beside its records.
    fn outside(&self, record: &[String]) -> Vec<(&Vec<String>, &String)> {
        let once = self
            .texts
            .iter()
            .filter(|(path, texts)| path.len() > 1 && texts.len() == 1 && !path.starts_with(record));
        once.filter_map(|(path, texts)| Some((path, texts.first()?))).collect()
    }

    fn element(&mut self, open: &[String], start: &quick_xml::events::BytesStart<'_>) -> Option<()> {
        if self.elements.len() < MOST_PATHS || self.elements.contains_key(open) {
            *self.elements.entry(open.to_vec()).or_default() += 1;
        }
        for attribute in start.attributes() {
            let attribute = attribute.ok()?;
            let mut path = open.to_vec();
            path.push(format!("@{}", attribute.key.local_name().into_inner()));
            self.text(path, &attribute.value);
        }
        Some(())
    }

    fn text(&mut self, path: Vec<String>, text: &str) {
        if self.texts.len() < MOST_PATHS || self.texts.contains_key(&path) {
            self.texts.entry(path).or_default().push(text.to_owned());
        }
    }
}
