//! One field of a description: its place, and how it is written.

use super::build::Builder;
use super::table::{FieldTable, SignTable, Words};
use super::{AmountField, FaultKind, Kind, LONGEST_LINE, PeriodField, Place};
use crate::records::amount::{AmountForm, Decimal, SignForm, SignWords, Thousands, Unit};
use crate::records::period_form::PeriodForm;

/// The keys of a field's table.
const FIELD_KEYS: [&str; 7] = ["at", "unit", "decimal", "thousands", "sign", "form", "leading_zero"];
/// The keys of a sign's table.
const SIGN_KEYS: [&str; 4] = ["at", "plus", "minus", "zero"];

/// What a field is, and so which of its keys say something.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Plain,
    Citizen,
    Amount,
    Period,
}

impl Builder<'_> {
    /// A field that has nothing but a place.
    pub(super) fn plain(&mut self, key: &str, field: Option<&FieldTable>) -> Option<Place> {
        self.placed(key, field?, Sort::Plain)
    }

    /// The CPR number's place, and whether nine digits are one.
    pub(super) fn citizen(&mut self, key: &str, field: Option<&FieldTable>) -> Option<(Place, bool)> {
        let Some(field) = field else {
            self.fault(key, FaultKind::Missing);
            return None;
        };
        let restore = match field.leading_zero.as_deref() {
            None => false,
            Some("restore") => true,
            Some(_) => {
                self.fault(&format!("{key}.leading_zero"), FaultKind::NotOneOf(&["restore"]));
                false
            }
        };
        Some((self.placed(key, field, Sort::Citizen)?, restore))
    }

    /// An amount.
    pub(super) fn amount(&mut self, key: &str, field: Option<&FieldTable>) -> Option<AmountField> {
        let field = field?;
        let at = self.placed(key, field, Sort::Amount);
        let unit = self.unit(key, field);
        let (sign, sign_at) = match &field.sign {
            None => (Some(SignForm::None), None),
            Some(sign) => self.sign(&format!("{key}.sign"), sign),
        };
        Some(AmountField { at: at?, form: AmountForm { unit: unit?, sign: sign? }, sign_at })
    }

    fn unit(&mut self, key: &str, field: &FieldTable) -> Option<Unit> {
        let decimal = match field.decimal.as_deref() {
            None | Some(",") => Decimal::Comma,
            Some(".") => Decimal::Point,
            Some(_) => {
                self.fault(&format!("{key}.decimal"), FaultKind::NotOneOf(&[",", "."]));
                Decimal::Comma
            }
        };
        let thousands = self.thousands(key, field, decimal);
        match field.unit.as_deref() {
            Some("kroner") => {
                return Some(
                    thousands.map_or(Unit::Kroner(decimal), |thousands| Unit::Grouped(decimal, thousands)),
                );
            }
            Some("øre") => {
                for (part, is_there) in
                    [("decimal", field.decimal.is_some()), ("thousands", field.thousands.is_some())]
                {
                    if is_there {
                        let only = FaultKind::OnlyWith { key: "unit", value: "kroner" };
                        self.fault(&format!("{key}.{part}"), only);
                    }
                }
                return Some(Unit::Ore);
            }
            Some(_) => self.fault(&format!("{key}.unit"), FaultKind::NotOneOf(&["øre", "kroner"])),
            None => self.fault(&format!("{key}.unit"), FaultKind::Missing),
        }
        None
    }

    /// The mark between thousands, which is never that of the decimals.
    fn thousands(&mut self, key: &str, field: &FieldTable, decimal: Decimal) -> Option<Thousands> {
        let mark = field.thousands.as_deref()?;
        let known = match (mark, decimal) {
            (".", Decimal::Comma) => Some(Thousands::Point),
            (",", Decimal::Point) => Some(Thousands::Comma),
            (" ", _) => Some(Thousands::Blank),
            ("'", _) => Some(Thousands::Apostrophe),
            _ => None,
        };
        if known.is_none() {
            let marks = match decimal {
                Decimal::Comma => &[".", " ", "'"],
                Decimal::Point => &[",", " ", "'"],
            };
            self.fault(&format!("{key}.thousands"), FaultKind::NotOneOf(marks));
        }
        known
    }

    /// How the sign is told, and its place where it has one.
    fn sign(&mut self, key: &str, sign: &SignTable) -> (Option<SignForm>, Option<Place>) {
        self.unknown_keys(key, &sign.rest, &SIGN_KEYS);
        let has_words = sign.plus.is_some() || sign.minus.is_some() || sign.zero.is_some();
        let alone = match sign.at.as_deref() {
            Some("leading") => SignForm::Leading,
            Some("trailing") => SignForm::Trailing,
            Some("overpunch") => SignForm::Overpunch,
            Some(at) => {
                let place = self.place(key, at);
                return (self.sign_words(key, sign, false).map(SignForm::Apart), place);
            }
            None if has_words => return (self.sign_words(key, sign, true).map(SignForm::Letters), None),
            None => {
                self.fault(key, FaultKind::Missing);
                return (None, None);
            }
        };
        if has_words {
            self.fault(key, FaultKind::SignWords);
        }
        (Some(alone), None)
    }

    /// The words of each sign; `beside` where they stand beside the digits, so that none may hold one.
    fn sign_words(&mut self, key: &str, sign: &SignTable, beside: bool) -> Option<SignWords> {
        let list = |words: &Option<Words>, else_: Vec<String>| words.clone().map_or(else_, Words::list);
        let usual = SignWords::default();
        let words = SignWords {
            plus: list(&sign.plus, usual.plus),
            minus: list(&sign.minus, usual.minus),
            zero: list(&sign.zero, usual.zero),
        };
        let mut all: Vec<&String> = words.plus.iter().chain(&words.minus).chain(&words.zero).collect();
        let unclear = |word: &&String| word.bytes().any(|byte| byte.is_ascii_digit() || byte == b',');
        let told = !(beside && all.iter().any(unclear));
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        if told && all.len() == count && !words.minus.iter().any(String::is_empty) {
            return Some(words);
        }
        self.fault(key, FaultKind::SignWords);
        None
    }

    /// A month.
    pub(super) fn period(&mut self, key: &str, field: Option<&FieldTable>) -> Option<PeriodField> {
        let field = field?;
        let at = self.placed(key, field, Sort::Period);
        let form_key = format!("{key}.form");
        let Some(pattern) = field.form.as_deref() else {
            self.fault(&form_key, FaultKind::Missing);
            return None;
        };
        let Some(form) = PeriodForm::of(pattern) else {
            self.fault(&form_key, FaultKind::NotAPeriodForm);
            return None;
        };
        if let Some(Place::Span { first, last }) = at {
            let field = last - first + 1;
            if form.length() != field {
                self.fault(&form_key, FaultKind::FormLength { form: form.length(), field });
            }
        }
        Some(PeriodField { at: at?, form })
    }

    /// A field's place, once its other keys were found to say something for it.
    fn placed(&mut self, key: &str, field: &FieldTable, sort: Sort) -> Option<Place> {
        self.unknown_keys(key, &field.rest, &FIELD_KEYS);
        let given = [
            ("unit", field.unit.is_some(), Sort::Amount),
            ("decimal", field.decimal.is_some(), Sort::Amount),
            ("thousands", field.thousands.is_some(), Sort::Amount),
            ("sign", field.sign.is_some(), Sort::Amount),
            ("form", field.form.is_some(), Sort::Period),
            ("leading_zero", field.leading_zero.is_some(), Sort::Citizen),
        ];
        for (part, is_there, belongs) in given {
            if is_there && belongs != sort {
                self.fault(&format!("{key}.{part}"), FaultKind::NotForField);
            }
        }
        if field.at.is_none() {
            self.fault(&format!("{key}.at"), FaultKind::Missing);
        }
        self.place(key, field.at.as_deref()?)
    }

    /// A place as this kind of file has them, with what it overlaps.
    fn place(&mut self, key: &str, at: &str) -> Option<Place> {
        let place = match self.kind {
            Kind::Fixed => span(at),
            Kind::Csv => column(at),
            Kind::Xml => path(at, &mut self.paths),
        };
        let Some(place) = place else {
            self.fault(key, FaultKind::NotAPlace(self.kind));
            return None;
        };
        match &place {
            Place::Span { last, .. } => {
                let line_length = self.line_length.unwrap_or(LONGEST_LINE);
                if *last > line_length {
                    self.fault(key, FaultKind::PastLine { last: *last, line_length });
                }
            }
            Place::Column(column) if *column > LONGEST_LINE => {
                self.fault(key, FaultKind::PastLine { last: *column, line_length: LONGEST_LINE });
            }
            Place::Heading(_) if !self.heading => self.fault(key, FaultKind::NoHeadings),
            _ => {}
        }
        if let Some((with, _)) = self.taken.iter().find(|(_, other)| overlap(other, &place)) {
            let with = with.clone();
            self.fault(key, FaultKind::Overlaps { with });
        }
        self.taken.push((self.whole(key), place.clone()));
        Some(place)
    }
}

fn number(text: &str) -> Option<usize> {
    let number = text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())??;
    (number > 0).then_some(number)
}

fn span(at: &str) -> Option<Place> {
    let (first, last) = match at.split_once('-') {
        Some((first, last)) => (number(first.trim())?, number(last.trim())?),
        None => (number(at.trim())?, number(at.trim())?),
    };
    (first <= last).then_some(Place::Span { first, last })
}

fn column(at: &str) -> Option<Place> {
    let at = at.trim();
    if at.bytes().all(|byte| byte.is_ascii_digit()) {
        return number(at).map(Place::Column);
    }
    Some(Place::Heading(at.to_owned()))
}

fn path(at: &str, paths: &mut usize) -> Option<Place> {
    let names: Vec<String> = at.split('/').map(|name| name.trim().to_owned()).collect();
    let is_name = |name: &str| !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '@');
    let (last, before) = names.split_last()?;
    if !before.iter().all(|name| is_name(name)) || !is_name(last.strip_prefix('@').unwrap_or(last)) {
        return None;
    }
    let slot = *paths;
    *paths += 1;
    Some(Place::Path { names, slot })
}

fn overlap(one: &Place, other: &Place) -> bool {
    match (one, other) {
        (Place::Span { first, last }, Place::Span { first: from, last: to }) => first <= to && from <= last,
        (Place::Path { names: one, .. }, Place::Path { names: other, .. }) => one == other,
        _ => one == other,
    }
}
