//! What can be wrong with a description of a layout.

use super::Kind;

/// One thing that is wrong, with the key it stands under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatFault {
    /// The whole key: `formats.madservice.record.amount.sign`.
    pub key: String,
    /// What is wrong with it.
    pub problem: FaultKind,
}

/// What is wrong with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// The key must be there.
    Missing,
    /// Nobody knows the key; the nearest that stands in the same table.
    UnknownKey {
        /// The nearest key; none where no key is near.
        nearest: Option<&'static str>,
    },
    /// The key says nothing for files of this kind.
    NotForKind(Kind),
    /// The key says nothing for this field.
    NotForField,
    /// The key says something only where another key has this value.
    OnlyWith {
        /// The other key.
        key: &'static str,
        /// Its value.
        value: &'static str,
    },
    /// The value is not one of those that the key takes.
    NotOneOf(&'static [&'static str]),
    /// No encoding of this name is known.
    UnknownEncoding,
    /// It must be one character of ASCII, no line break, and not that of another key.
    NotACharacter,
    /// It must be a number from 1 to this one.
    OutOfRange {
        /// The largest number.
        most: usize,
    },
    /// The expression cannot be read; the reason in the words of the expressions' own library.
    Expression(String),
    /// The expression can match no line.
    NeverFits,
    /// The expression matches every line, so nothing after it is ever tried.
    FitsEvery,
    /// The place is not written as files of this kind need: `13-22`, a column, a path.
    NotAPlace(Kind),
    /// A heading is named, and the format has no headings.
    NoHeadings,
    /// The place ends past the line.
    PastLine {
        /// Its last position.
        last: usize,
        /// How many characters a line has.
        line_length: usize,
    },
    /// It shares positions, or its column or path, with another field of the same line.
    Overlaps {
        /// The other field's key.
        with: String,
    },
    /// The pattern is no way of writing a month.
    NotAPeriodForm,
    /// The pattern does not fill the field.
    FormLength {
        /// What the pattern takes, in characters.
        form: usize,
        /// What the field has, in characters.
        field: usize,
    },
    /// A word of one sign is a word of another too, or has no letter to be told by.
    SignWords,
    /// The field stands in lines that the format has no expression for.
    NeedsLines {
        /// The expression's key.
        key: &'static str,
    },
    /// Neither the format has a field for it nor this series a value.
    NoDeduction {
        /// The series' name.
        series: String,
    },
}

impl FaultKind {
    /// Whether files of another kind may not have it: it is about places.
    pub(super) fn depends_on_the_kind(&self) -> bool {
        matches!(
            self,
            FaultKind::NotForKind(_)
                | FaultKind::NotAPlace(_)
                | FaultKind::NoHeadings
                | FaultKind::PastLine { .. }
                | FaultKind::Overlaps { .. }
                | FaultKind::FormLength { .. }
                | FaultKind::NeedsLines { .. }
        )
    }
}
