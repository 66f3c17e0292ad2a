//! How likely it is that the texts of one place are CPR numbers.

use crate::records::citizen::Citizen;

/// What the texts of one place have in common with CPR numbers.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Likeness {
    /// How many could be one.
    pub(super) valid: usize,
    /// How many could be one only with the leading zero that a spreadsheet drops.
    pub(super) short: usize,
    /// In how many of the ten digits they differ, those of day and month counted twice: a date or a number
    /// that all records have in common, beside digits that differ, can look like a CPR number as well.
    varying: usize,
}

impl Likeness {
    /// Of these texts; nine digits count where `restore`.
    pub(super) fn of<'a>(texts: impl Iterator<Item = &'a str>, restore: bool) -> Likeness {
        let mut likeness = Likeness::default();
        let mut first: Option<[u8; 10]> = None;
        let mut differs = [false; 10];
        for text in texts {
            let Some(citizen) = Citizen::read(text, restore) else { continue };
            likeness.valid += 1;
            let digits = text.bytes().filter(u8::is_ascii_digit).count();
            likeness.short += usize::from(digits < 10);
            let first = first.get_or_insert(*citizen.digits());
            for (differs, (one, other)) in differs.iter_mut().zip(first.iter().zip(citizen.digits())) {
                *differs |= one != other;
            }
        }
        likeness.varying = differs.iter().filter(|differs| **differs).count()
            + differs.iter().take(4).filter(|differs| **differs).count();
        likeness
    }

    /// The higher, the likelier.
    pub(super) fn score(&self) -> usize {
        self.valid * (1 + self.varying)
    }

    /// Whether they can be of several citizens, or are too few to tell.
    pub(super) fn may_be(&self) -> bool {
        self.valid > 0 && (self.varying > 0 || self.valid <= 2)
    }

    /// Whether this one would do nearly as well as the best.
    pub(super) fn rivals(&self, best: &Likeness) -> bool {
        self.valid * 10 >= best.valid * 9 && self.score() * 5 >= best.score() * 4
    }
}

/// Whether a heading or an element's name speaks of a CPR number.
pub(super) fn is_named(name: &str) -> bool {
    let name = name.to_lowercase();
    ["cpr", "personn", "person-n", "person n", "pnr", "ssn"].iter().any(|word| name.contains(word))
}
