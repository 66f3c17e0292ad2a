//! Columns and elements that may hold amounts: each way of writing one is tried on all of their texts.

use std::collections::HashSet;

use super::numbers::{are_kroner, has_a_plausible_size, is_counter};
use super::{Part, Sureness};
use crate::records::amount::{AmountForm, Decimal, Ore, SignForm, SignWords, Thousands, Unit};
use crate::records::format::table::{FieldTable, SignTable, Words};

/// How many other places are named beside a guessed one.
pub(super) const MOST_OTHERS: usize = 4;

/// The ways of writing an amount that are tried. Those in øre come first, and those with thousands apart last.
const UNITS: [Unit; 8] = [
    Unit::Ore,
    Unit::Kroner(Decimal::Comma),
    Unit::Kroner(Decimal::Point),
    Unit::Grouped(Decimal::Comma, Thousands::Point),
    Unit::Grouped(Decimal::Point, Thousands::Comma),
    Unit::Grouped(Decimal::Comma, Thousands::Blank),
    Unit::Grouped(Decimal::Point, Thousands::Blank),
    Unit::Grouped(Decimal::Point, Thousands::Apostrophe),
];

/// A column, or an element of each record.
pub(super) struct Column<'a> {
    /// Its place, as the configuration writes it.
    pub(super) place: String,
    /// Its heading or name, where it has one.
    pub(super) name: Option<String>,
    /// Its text in each record, without blanks around it.
    pub(super) texts: Vec<&'a str>,
}

/// A column that may be the amount's.
#[derive(Debug, Clone)]
pub(super) struct Amounts {
    pub(super) place: String,
    pub(super) form: AmountForm,
    /// Where the sign stands, if that is not beside the digits.
    sign_at: Option<String>,
    pub(super) sum: Ore,
    pub(super) debit: Ore,
    pub(super) credit: Ore,
    rank: Rank,
}

/// How likely it is, the most telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(clippy::struct_excessive_bools)] // what is compared, in this order
struct Rank {
    /// What its heading or name says: 2 an amount, 1 kroner, 0 nothing, -1 something else.
    named: i8,
    /// It has decimals or the currency's name, as hardly anything else has.
    money: bool,
    /// What a citizen pays in a month.
    plausible: bool,
    varies: bool,
    signed: bool,
}

/// The amount of a draft.
pub(super) struct Chosen<'a> {
    pub(super) amounts: &'a Amounts,
    pub(super) part: Part,
}

/// Every column that may be the amount's, with each way of telling its sign.
pub(super) fn candidates(columns: &[Column<'_>]) -> Vec<Amounts> {
    let mut found = Vec::new();
    for column in columns {
        let Some(plain) = amounts(column, None) else { continue };
        if plain.credit == Ore::ZERO {
            let signs = columns.iter().filter(|other| other.place != column.place);
            found.extend(signs.filter_map(|sign| Some((sign, words(&sign.texts)?))).filter_map(
                |(sign, words)| amounts(column, Some((sign, words))).filter(|with| with.credit != Ore::ZERO),
            ));
        }
        found.push(plain);
    }
    found
}

/// The one whose sum the trailer has, else the likeliest.
pub(super) fn choose(all: &[Amounts], is_proven: impl Fn(&Amounts) -> bool) -> Option<Chosen<'_>> {
    let proven = all.iter().filter(|amounts| is_proven(amounts)).max_by_key(|amounts| amounts.rank);
    let amounts = match proven {
        Some(amounts) => amounts,
        None => all.iter().filter(|amounts| !amounts.needs_proof()).max_by_key(|amounts| amounts.rank)?,
    };
    let key = "record.amount";
    if proven.is_some() {
        return Some(Chosen { amounts, part: Part::new(key, Sureness::Proven) });
    }
    // one that is named an amount needs another so named to be in doubt, one that is not needs any
    let rivals = all.iter().filter(|other| {
        let same = (other.rank.named, other.rank.money) == (amounts.rank.named, amounts.rank.money);
        other.place != amounts.place && !other.needs_proof() && same
    });
    let mut others: Vec<String> = rivals.map(|other| other.place.clone()).collect();
    others.dedup();
    others.truncate(MOST_OTHERS);
    let alone = others.is_empty() && amounts.rank.money && amounts.sign_at.is_none();
    let sureness = if alone { Sureness::Likely } else { Sureness::Guessed };
    Some(Chosen { amounts, part: Part { others, ..Part::new(key, sureness) } })
}

impl Amounts {
    /// Whether the sign is told by digits, which only a sum can show to be one.
    fn needs_proof(&self) -> bool {
        matches!(&self.form.sign, SignForm::Apart(words) if words.minus == ["2"])
    }

    /// Whether its texts show that they are kroner; a number without decimals may be kroner or øre.
    pub(super) fn shows_its_unit(&self) -> bool {
        self.rank.money
    }

    pub(super) fn field(&self) -> FieldTable {
        let field = written(&self.form, self.place.clone());
        let Some(at) = &self.sign_at else { return field };
        let mut sign = SignTable { at: Some(at.clone()), ..SignTable::default() };
        if let SignForm::Apart(words) = &self.form.sign
            && *words != SignWords::default()
        {
            let list = |words: &[String]| match words {
                [word] => Some(Words::One(word.clone())),
                [] => None,
                words => Some(Words::Several(words.to_vec())),
            };
            (sign.plus, sign.minus, sign.zero) = (list(&words.plus), list(&words.minus), list(&words.zero));
        }
        FieldTable { sign: Some(sign), ..field }
    }
}

/// The column that tells several records of one citizen apart, where there are any and one does.
pub(super) fn reference(citizens: &[&str], columns: &[Column<'_>], amount: &str) -> Option<String> {
    if citizens.iter().collect::<HashSet<_>>().len() == citizens.len() {
        return None;
    }
    let tells_apart = |column: &&Column<'_>| {
        let pairs: HashSet<_> = citizens.iter().zip(&column.texts).collect();
        let different = column.texts.iter().collect::<HashSet<_>>().len();
        // a number of its own for every record would hide each one that comes again
        column.place != amount && pairs.len() == citizens.len() && different * 2 <= citizens.len()
    };
    columns.iter().find(tells_apart).map(|column| column.place.clone())
}

/// A place with this form, as the configuration writes it.
pub(super) fn written(form: &AmountForm, at: String) -> FieldTable {
    let of = |decimal: Decimal| match decimal {
        Decimal::Comma => ",",
        Decimal::Point => ".",
    };
    let (unit, decimal, thousands) = match form.unit {
        Unit::Ore => ("øre", None, None),
        Unit::Kroner(decimal) => ("kroner", Some(of(decimal)), None),
        Unit::Grouped(decimal, thousands) => {
            let mark = match thousands {
                Thousands::Point => ".",
                Thousands::Comma => ",",
                Thousands::Blank => " ",
                Thousands::Apostrophe => "'",
            };
            ("kroner", Some(of(decimal)), Some(mark))
        }
    };
    let sign = match form.sign {
        SignForm::Leading => Some("leading"),
        SignForm::Trailing => Some("trailing"),
        SignForm::Overpunch => Some("overpunch"),
        _ => None,
    };
    FieldTable {
        unit: Some(unit.to_owned()),
        decimal: decimal.map(str::to_owned),
        thousands: thousands.map(str::to_owned),
        sign: sign.map(|sign| SignTable { at: Some(sign.to_owned()), ..SignTable::default() }),
        ..FieldTable::at(at)
    }
}

/// The form of a sum of such amounts: its sign stands beside the digits.
pub(super) fn beside(form: &AmountForm) -> AmountForm {
    let sign = if form.sign == SignForm::Trailing { SignForm::Trailing } else { SignForm::Leading };
    AmountForm { unit: form.unit, sign }
}

/// The units that are tried on these texts: where every point or comma has three digits after it, it parts
/// thousands rather than decimals.
pub(super) fn units(texts: &[&str]) -> Vec<Unit> {
    let parts_thousands = |mark: char| {
        let mut marked = texts.iter().filter(|text| text.contains(mark)).peekable();
        let by_threes = |text: &&&str| {
            text.split(mark).skip(1).all(|part| part.chars().take_while(char::is_ascii_digit).count() == 3)
        };
        marked.peek().is_some() && marked.all(|text| by_threes(&text))
    };
    let mut units = UNITS.to_vec();
    for (mark, unit) in [('.', UNITS[3]), (',', UNITS[4])] {
        if parts_thousands(mark) {
            units.insert(1, unit);
        }
    }
    units
}

/// The column read in the first way in which all of its texts are amounts.
fn amounts(column: &Column<'_>, sign: Option<(&Column<'_>, SignWords)>) -> Option<Amounts> {
    let texts = &column.texts;
    let forms = match &sign {
        Some((_, words)) => vec![SignForm::Apart(words.clone())],
        None => vec![SignForm::Leading, SignForm::Trailing],
    };
    let sign_text = |at: usize| sign.as_ref().and_then(|(sign, _)| sign.texts.get(at).copied());
    let read = |form: &AmountForm| -> Option<Vec<Ore>> {
        texts.iter().enumerate().map(|(at, text)| form.read(text, sign_text(at)).ok()).collect()
    };
    let mut forms = units(texts)
        .into_iter()
        .flat_map(|unit| forms.iter().map(move |sign| AmountForm { unit, sign: sign.clone() }));
    let (mut form, mut values) = forms.find_map(|form| Some((form.clone(), read(&form)?)))?;
    let sizes: Vec<u128> = values.iter().map(|amount| amount.size()).collect();
    if texts.is_empty() || (form.unit == Unit::Ore && is_counter(&sizes)) {
        return None;
    }
    let money = match form.unit {
        Unit::Ore => false,
        Unit::Kroner(decimal) | Unit::Grouped(decimal, _) => {
            let mark = if decimal == Decimal::Comma { ',' } else { '.' };
            let is_letter = |text: &&&str| text.contains(char::is_alphabetic);
            texts.iter().any(|text| text.contains(mark)) || texts.iter().any(|text| is_letter(&text))
        }
    };
    if form.unit == Unit::Ore && are_kroner(sizes.clone()) {
        form.unit = Unit::Kroner(Decimal::Comma);
        values = read(&form)?;
    }
    let add = |wanted: fn(&Ore) -> bool| values.iter().copied().filter(wanted).try_fold(Ore::ZERO, Ore::plus);
    let rank = Rank {
        named: column.name.as_deref().map_or(0, named),
        money,
        plausible: has_a_plausible_size(&sizes),
        varies: values.windows(2).any(|pair| pair[0] != pair[1]),
        signed: sign.is_some(),
    };
    Some(Amounts {
        place: column.place.clone(),
        form,
        sign_at: sign.map(|(sign, _)| sign.place.clone()),
        sum: add(|_| true)?,
        debit: add(|ore| !ore.is_negative())?,
        credit: add(|ore| ore.is_negative())?,
        rank,
    })
}

/// What a heading or an element's name says of an amount.
fn named(name: &str) -> i8 {
    let name = name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&[
        "pris", "price", "stk", "takst", "sats", "saldo", "moms", "antal", "enhed", "linje", "nr", "dato",
    ]) {
        return -1;
    }
    if has(&["beløb", "beloeb", "belob", "amount", "betal", "opkræv", "opkraev", "total", "i alt", "ialt"])
    {
        return 2;
    }
    i8::from(has(&["kr", "dkk", "sum", "træk", "traek", "øre", "oere"]))
}

/// The words for the sign, where these texts are nothing else.
fn words(texts: &[&str]) -> Option<SignWords> {
    let of = |plus: &[&str], minus: &str, zero: &[&str]| {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        SignWords { plus: owned(plus), minus: vec![minus.to_owned()], zero: owned(zero) }
    };
    let known = [
        SignWords::default(),
        of(&["D"], "K", &[]),
        of(&["D"], "C", &[]),
        of(&["d"], "k", &[]),
        of(&["Debet"], "Kredit", &[]),
        of(&["debet"], "kredit", &[]),
        of(&["DEBET"], "KREDIT", &[]),
        of(&["Debit"], "Credit", &[]),
        of(&["1"], "2", &["0"]),
    ];
    let is_one = |words: &SignWords, text: &str| {
        words.plus.iter().chain(&words.minus).chain(&words.zero).any(|word| word == text)
    };
    known.into_iter().find(|words| {
        texts.iter().all(|text| is_one(words, text)) && texts.iter().any(|text| words.minus[0] == *text)
    })
}
