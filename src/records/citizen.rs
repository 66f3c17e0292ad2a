//! A citizen's CPR number, while its record is read and no longer.

use std::fmt;

use secrecy::zeroize::Zeroize;

/// Ten digits, overwritten when they are dropped. No text form: what needs them asks for the digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Citizen([u8; 10]);

impl Citizen {
    /// Reads a CPR number: ten digits, with or without a hyphen before the last four. Where `restore`,
    /// nine digits are one whose leading zero a spreadsheet dropped. Blanks around it do not count.
    ///
    /// The first six must look like a day and a month: 1 to 31, or 61 to 91 for a replacement number
    /// (day + 60), and 1 to 12. Modulus 11 is not asked: numbers without it are valid (cpr.dk).
    #[must_use]
    pub fn read(text: &str, restore: bool) -> Option<Citizen> {
        let text = text.as_bytes();
        if let Ok(ten) = <[u8; 10]>::try_from(text) {
            // the usual form, which needs no taking apart
            let citizen = Citizen(ten);
            if citizen.is_plausible() {
                return Some(citizen);
            }
        }
        let text = text.trim_ascii();
        let mut citizen = Citizen([b'0'; 10]);
        let (front, serial) = text.split_at(text.len().checked_sub(4)?);
        let front = front.strip_suffix(b"-").unwrap_or(front);
        if !(front.len() == 6 || (restore && front.len() == 5)) {
            return None;
        }
        citizen.0[6 - front.len()..6].copy_from_slice(front);
        citizen.0[6..].copy_from_slice(serial);
        citizen.is_plausible().then_some(citizen)
    }

    fn is_plausible(&self) -> bool {
        // all of them without a stop, since a wrong one is rare
        if !self.0.iter().fold(true, |all, byte| all & byte.is_ascii_digit()) {
            return false;
        }
        let two = |at: usize| (self.0[at] - b'0') * 10 + self.0[at + 1] - b'0';
        matches!(two(0), 1..=31 | 61..=91) && matches!(two(2), 1..=12)
    }

    /// Its ten ASCII digits.
    #[must_use]
    pub fn digits(&self) -> &[u8; 10] {
        &self.0
    }
}

impl fmt::Debug for Citizen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("••••••-••••")
    }
}

impl Drop for Citizen {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_is_a_cpr_number() {
        let table = [
            ("0101009999", false, Some("0101009999")),
            ("010100-9999", false, Some("0101009999")),
            (" 010100-9999 ", false, Some("0101009999")),
            ("101009999", false, None),
            ("101009999", true, Some("0101009999")),
            ("10100-9999", true, Some("0101009999")),
            ("6101009999", false, Some("6101009999")),
            ("9112009999", false, Some("9112009999")),
            ("0000000000", false, None),
            ("3201009999", false, None),
            ("0113009999", false, None),
            ("01010099999", false, None),
            ("0101-009999", false, None),
            ("010100999x", false, None),
            ("01010æ999", false, None),
            ("", true, None),
        ];
        for (text, restore, wanted) in table {
            let read = Citizen::read(text, restore);
            let digits = read.as_ref().map(|citizen| std::str::from_utf8(citizen.digits()).unwrap());
            assert_eq!(digits, wanted, "{text:?}");
        }
    }

    #[test]
    fn no_debug_shows_it() {
        let citizen = Citizen::read("0101009999", false).unwrap();
        let shown = format!("{citizen:?} {citizen:#?}");
        assert!(!shown.contains(|c: char| c.is_ascii_digit()), "{shown}");
    }
}
