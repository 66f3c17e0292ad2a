//! Elements: which of them is a record, and which of those below it holds what.

use std::collections::BTreeMap;

use quick_xml::events::Event;

use super::{Draft, NoGuess, Sureness, months};
use crate::records::amount::{AmountForm, Decimal, Ore, SignForm, Unit};
use crate::records::citizen::Citizen;
use crate::records::format::table::{FieldTable, SignTable};

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

pub(super) fn draft(text: &str) -> Result<Draft, NoGuess> {
    let paths = paths(text).ok_or(NoGuess::NoLayout)?;
    let citizens =
        |texts: &Vec<String>| texts.iter().filter(|text| Citizen::read(text, true).is_some()).count();
    let (citizen, texts) = paths
        .texts
        .iter()
        .filter(|(path, texts)| path.len() > 2 && citizens(texts) * 10 >= texts.len() * 9)
        .max_by_key(|(_, texts)| citizens(texts))
        .filter(|(_, texts)| citizens(texts) > 0)
        .ok_or(NoGuess::NoCitizens)?;
    let record = record_of(&paths, citizen, texts.len());
    let inside = |path: &[String]| path.len() > record.len() && path.starts_with(&record);

    let mut draft = Draft::default();
    draft.table.kind = Some("xml".to_owned());
    draft.table.record_element = record.last().cloned();
    let restore = texts.iter().any(|text| Citizen::read(text, false).is_none());
    let leading_zero = restore.then(|| "restore".to_owned());
    draft.table.record.citizen = Some(FieldTable { leading_zero, ..below(citizen, record.len()) });
    draft.part("record.citizen", Sureness::of_all(texts.len()));

    let others =
        || paths.texts.iter().filter(|(path, texts)| inside(path) && *path != citizen && !texts.is_empty());
    let period = others()
        .find_map(|(path, texts)| Some((path, months::pattern_of(&texts.iter().map(String::as_str))?)));
    if let Some((path, pattern)) = period {
        draft.table.record.period =
            Some(FieldTable { form: Some(pattern.to_owned()), ..below(path, record.len()) });
        draft.part("record.period", Sureness::of_all(texts.len()));
    }
    let amounts = others().filter(|(path, _)| Some(*path) != period.map(|period| period.0));
    let amounts: Vec<(&Vec<String>, Amount)> = amounts
        .filter_map(|(path, texts)| Some((path, amount(texts, citizens(texts) == texts.len())?)))
        .collect();
    let (path, amount) =
        amounts.iter().max_by_key(|(_, amount)| amount.decimals).ok_or(NoGuess::NoAmounts)?;
    draft.table.record.amount = Some(amount.field(below(path, record.len())));
    let outside = paths.outside(&record);
    let proven = trailer(&mut draft, &outside, texts.len(), amount);
    draft.part("record.amount", Sureness::of_amount(proven, amounts.len() == 1 && amount.decimals));
    if period.is_none() {
        header(&mut draft, &outside);
    }
    Ok(draft)
}

/// A path below another, as the configuration writes it.
fn below(path: &[String], outer: usize) -> FieldTable {
    FieldTable::at(path[outer..].join("/"))
}

/// Names the element that tells the month of the file; a date is as likely the day it was written.
fn header(draft: &mut Draft, outside: &[(&Vec<String>, &String)]) {
    let pattern =
        |text: &str| months::pattern_of(&std::iter::once(text)).filter(|pattern| !pattern.contains("DD"));
    let month = outside.iter().find_map(|(path, text)| Some((path, pattern(text)?)));
    if let Some((path, pattern)) = month {
        draft.table.header.period = Some(FieldTable { form: Some(pattern.to_owned()), ..below(path, 1) });
        draft.part("header.period", Sureness::Guessed);
    }
}

/// The outermost element that stands around each CPR number and around no other.
fn record_of(paths: &Paths, citizen: &[String], count: usize) -> Vec<String> {
    let same = |length: &usize| paths.elements.get(&citizen[..*length]) == Some(&count);
    // with one record, everything stands around it; its parent is the likeliest then
    let outermost = if count > 1 { (2..citizen.len()).find(same) } else { None };
    citizen[..outermost.unwrap_or(citizen.len() - 1)].to_vec()
}

/// Names the elements that count and add up the records; whether a sum came out right.
fn trailer(draft: &mut Draft, outside: &[(&Vec<String>, &String)], count: usize, amount: &Amount) -> bool {
    let find = |wanted: &dyn Fn(&str) -> bool, taken: &[&Vec<String>]| {
        outside.iter().find(|(path, text)| !taken.contains(path) && wanted(text)).map(|(path, _)| *path)
    };
    let at = |path: &Vec<String>| below(path, 1);
    let mut taken = Vec::new();
    if let Some(path) = find(&|text| text == count.to_string(), &taken) {
        draft.table.trailer.records = Some(at(path));
        draft.part("trailer.records", Sureness::Likely);
        taken.push(path);
    }
    let mut proven = false;
    let ore = AmountForm { unit: Unit::Ore, sign: SignForm::Leading };
    for (key, sum) in
        [("trailer.sum", amount.sum), ("trailer.debit", amount.debit), ("trailer.credit", amount.credit)]
    {
        for form in [&amount.form, &ore] {
            let is_sum = |text: &str| {
                sum.size() >= 1000 && form.read(text, None).is_ok_and(|read| read.size() == sum.size())
            };
            let Some(path) = find(&is_sum, &taken) else { continue };
            let field = Some(Amount { form: form.clone(), ..amount.clone() }.field(at(path)));
            match key {
                "trailer.sum" => draft.table.trailer.sum = field,
                "trailer.debit" => draft.table.trailer.debit = field,
                _ => draft.table.trailer.credit = field,
            }
            draft.part(key, Sureness::Proven);
            taken.push(path);
            proven = true;
            break;
        }
    }
    proven
}

/// An element that may be the amount.
#[derive(Clone)]
struct Amount {
    form: AmountForm,
    sum: Ore,
    debit: Ore,
    credit: Ore,
    decimals: bool,
}

impl Amount {
    fn field(&self, at: FieldTable) -> FieldTable {
        let (unit, decimal) = match self.form.unit {
            Unit::Ore => ("øre", None),
            Unit::Kroner(Decimal::Comma) => ("kroner", Some(",")),
            Unit::Kroner(Decimal::Point) => ("kroner", Some(".")),
        };
        let sign = Some(SignTable { at: Some("leading".to_owned()), ..SignTable::default() });
        FieldTable { unit: Some(unit.to_owned()), decimal: decimal.map(str::to_owned), sign, ..at }
    }
}

fn amount(texts: &[String], citizens: bool) -> Option<Amount> {
    let units = [Unit::Ore, Unit::Kroner(Decimal::Comma), Unit::Kroner(Decimal::Point)];
    let read = |unit: Unit| {
        let form = AmountForm { unit, sign: SignForm::Leading };
        let amounts: Option<Vec<Ore>> = texts.iter().map(|text| form.read(text, None).ok()).collect();
        Some((form, amounts?))
    };
    let (form, amounts) = units.into_iter().find_map(read).filter(|_| !citizens)?;
    let add =
        |wanted: fn(&Ore) -> bool| amounts.iter().copied().filter(wanted).try_fold(Ore::ZERO, Ore::plus);
    let decimals = form.unit != Unit::Ore;
    Some(Amount {
        form,
        sum: add(|_| true)?,
        debit: add(|ore| !ore.is_negative())?,
        credit: add(|ore| ore.is_negative())?,
        decimals,
    })
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
