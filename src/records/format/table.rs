//! `[formats.x]` as the configuration writes it: keys and values, nothing checked but their types.
//!
//! Keys that nobody knows are kept, so that [`Format::build`](super::Format::build) names all of them
//! together with everything else that is wrong.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor, value::MapAccessDeserializer};

/// Keys that are not known where they stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rest(pub BTreeSet<String>);

impl<'de> Deserialize<'de> for Rest {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Rest, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = Rest;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("keys and values")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Rest, A::Error> {
                let mut keys = BTreeSet::new();
                while let Some((key, IgnoredAny)) = map.next_entry::<String, IgnoredAny>()? {
                    keys.insert(key);
                }
                Ok(Rest(keys))
            }
        }
        from.deserialize_map(Keys)
    }
}

/// `[formats.x]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct FormatTable {
    /// `fixed`, `csv` or `xml`.
    pub kind: Option<String>,
    /// A WHATWG label, `cp850` or `cp865`.
    pub encoding: Option<String>,
    /// Fixed: how many characters each line has.
    pub line_length: Option<i64>,
    /// CSV: the character between fields; `;` where it is left out.
    pub separator: Option<String>,
    /// CSV: the character around fields; `"` where it is left out, none where it is empty.
    pub quote: Option<String>,
    /// CSV: whether the first line names the columns.
    pub heading: Option<bool>,
    /// XML: the name of the element that is one record.
    pub record_element: Option<String>,
    /// `[formats.x.lines]`.
    pub lines: LinesTable,
    /// `[formats.x.record]`.
    pub record: RecordTable,
    /// `[formats.x.header]`.
    pub header: HeaderTable,
    /// `[formats.x.trailer]`.
    pub trailer: TrailerTable,
    /// Unknown keys.
    #[serde(flatten)]
    pub rest: Rest,
}

/// `[formats.x.lines]`: an expression for each kind of line.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct LinesTable {
    /// Before the records.
    pub header: Option<String>,
    /// One record; every line that nothing else fits, where it is left out.
    pub record: Option<String>,
    /// After the records.
    pub trailer: Option<String>,
    /// Not looked into.
    pub ignore: Option<String>,
    /// Unknown keys.
    #[serde(flatten)]
    pub rest: Rest,
}

/// `[formats.x.record]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RecordTable {
    /// The CPR number.
    pub citizen: Option<FieldTable>,
    /// The amount.
    pub amount: Option<FieldTable>,
    /// The kind of deduction.
    pub deduction: Option<FieldTable>,
    /// What tells several lines of one citizen apart.
    pub reference: Option<FieldTable>,
    /// The month.
    pub period: Option<FieldTable>,
    /// Unknown keys.
    #[serde(flatten)]
    pub rest: Rest,
}

/// `[formats.x.header]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct HeaderTable {
    /// The month.
    pub period: Option<FieldTable>,
    /// The municipality's number.
    pub municipality: Option<FieldTable>,
    /// Unknown keys.
    #[serde(flatten)]
    pub rest: Rest,
}

/// `[formats.x.trailer]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct TrailerTable {
    /// How many records.
    pub records: Option<FieldTable>,
    /// The net sum.
    pub sum: Option<FieldTable>,
    /// The sum of the deductions.
    pub debit: Option<FieldTable>,
    /// The sum of what is taken back.
    pub credit: Option<FieldTable>,
    /// Unknown keys.
    #[serde(flatten)]
    pub rest: Rest,
}

/// Where a field stands and how it is written: a place alone, or a table with `at`.
#[derive(Debug, Clone, Default)]
pub struct FieldTable {
    /// `13-22`, a column's number or heading, or a path.
    pub at: Option<String>,
    /// `øre` or `kroner`.
    pub unit: Option<String>,
    /// `,` or `.`.
    pub decimal: Option<String>,
    /// The mark between thousands: `.`, `,`, a blank or `'`; none where it is left out.
    pub thousands: Option<String>,
    /// How the sign is told.
    pub sign: Option<SignTable>,
    /// How the month is written.
    pub form: Option<String>,
    /// `restore` where nine digits are a CPR number without its leading zero.
    pub leading_zero: Option<String>,
    /// Unknown keys.
    pub rest: Rest,
}

/// How a sign is told: a place or a word alone, or a table with the words of each sign.
#[derive(Debug, Clone, Default)]
pub struct SignTable {
    /// A place, or `leading`, `trailing`, `overpunch`.
    pub at: Option<String>,
    /// The words of a deduction.
    pub plus: Option<Words>,
    /// The words of one taken back.
    pub minus: Option<Words>,
    /// The words of no amount.
    pub zero: Option<Words>,
    /// Unknown keys.
    pub rest: Rest,
}

/// One word or a list of them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Words {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl Words {
    /// All of them.
    #[must_use]
    pub fn list(self) -> Vec<String> {
        match self {
            Words::One(word) => vec![word],
            Words::Several(words) => words,
        }
    }
}

/// A place as the configuration writes it: a column may be a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum At {
    Text(String),
    Column(u32),
}

impl At {
    fn text(self) -> String {
        match self {
            At::Text(text) => text,
            At::Column(column) => column.to_string(),
        }
    }
}

/// The table form of a field.
#[derive(Deserialize)]
struct FullField {
    at: Option<At>,
    unit: Option<String>,
    decimal: Option<String>,
    thousands: Option<String>,
    sign: Option<SignTable>,
    form: Option<String>,
    leading_zero: Option<String>,
    #[serde(flatten)]
    rest: Rest,
}

/// The table form of a sign.
#[derive(Deserialize)]
struct FullSign {
    at: Option<At>,
    plus: Option<Words>,
    minus: Option<Words>,
    zero: Option<Words>,
    #[serde(flatten)]
    rest: Rest,
}

impl FieldTable {
    /// A field of this place, with nothing said of its form.
    #[must_use]
    pub fn at(place: String) -> FieldTable {
        FieldTable { at: Some(place), ..FieldTable::default() }
    }
}

impl From<FullField> for FieldTable {
    fn from(full: FullField) -> FieldTable {
        let FullField { at, unit, decimal, thousands, sign, form, leading_zero, rest } = full;
        FieldTable { at: at.map(At::text), unit, decimal, thousands, sign, form, leading_zero, rest }
    }
}

impl From<FullSign> for SignTable {
    fn from(full: FullSign) -> SignTable {
        let FullSign { at, plus, minus, zero, rest } = full;
        SignTable { at: at.map(At::text), plus, minus, zero, rest }
    }
}

/// Reads a text or a number as a place, and a table as all of it.
struct PlaceOr<T, Full> {
    place: fn(String) -> T,
    full: fn(Full) -> T,
}

impl<'de, T, Full: Deserialize<'de>> Visitor<'de> for PlaceOr<T, Full> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a place, or a table with the key `at`")
    }

    fn visit_str<E>(self, place: &str) -> Result<T, E> {
        Ok((self.place)(place.to_owned()))
    }

    fn visit_i64<E>(self, column: i64) -> Result<T, E> {
        Ok((self.place)(column.to_string()))
    }

    fn visit_u64<E>(self, column: u64) -> Result<T, E> {
        Ok((self.place)(column.to_string()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        Full::deserialize(MapAccessDeserializer::new(map)).map(self.full)
    }
}

impl<'de> Deserialize<'de> for FieldTable {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<FieldTable, D::Error> {
        let full: fn(FullField) -> FieldTable = FieldTable::from;
        from.deserialize_any(PlaceOr { place: FieldTable::at, full })
    }
}

impl<'de> Deserialize<'de> for SignTable {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<SignTable, D::Error> {
        let full: fn(FullSign) -> SignTable = SignTable::from;
        let place = |at| SignTable { at: Some(at), ..SignTable::default() };
        from.deserialize_any(PlaceOr { place, full })
    }
}
