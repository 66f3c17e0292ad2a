//! How a field writes the month: `YYYYMM`, `MMYYYY`, `YYYY-MM-DD` and the like.

use chrono::NaiveDate;

use crate::period::Period;

/// A way of writing a month, read from its pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodForm {
    parts: Vec<Part>,
    length: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Year4,
    Year2,
    Month,
    Day,
    Mark(u8),
}

impl Part {
    fn width(self) -> usize {
        match self {
            Part::Year4 => 4,
            Part::Year2 | Part::Month | Part::Day => 2,
            Part::Mark(_) => 1,
        }
    }
}

impl PeriodForm {
    /// The form of a pattern of `YYYY` or `YY`, `MM`, perhaps `DD`, each once, and the marks
    /// `-`, `.`, `/`, `_` and blank between them. Two digits of a year are of this century.
    #[must_use]
    pub fn of(pattern: &str) -> Option<PeriodForm> {
        let mut parts = Vec::new();
        let mut rest = pattern;
        let words = [("YYYY", Part::Year4), ("YY", Part::Year2), ("MM", Part::Month), ("DD", Part::Day)];
        while let Some(first) = rest.bytes().next() {
            if let Some((word, part)) = words.iter().find(|(word, _)| rest.starts_with(word)) {
                parts.push(*part);
                rest = &rest[word.len()..];
            } else if matches!(first, b'-' | b'.' | b'/' | b'_' | b' ') {
                parts.push(Part::Mark(first));
                rest = &rest[1..];
            } else {
                return None;
            }
        }
        let count = |wanted: &[Part]| parts.iter().filter(|part| wanted.contains(part)).count();
        let whole = count(&[Part::Year4, Part::Year2]) == 1 && count(&[Part::Month]) == 1;
        let length = parts.iter().map(|part| part.width()).sum();
        (whole && count(&[Part::Day]) <= 1).then_some(PeriodForm { parts, length })
    }

    /// How many characters it takes.
    #[must_use]
    pub fn length(&self) -> usize {
        self.length
    }

    /// The month a text of this form names; none for another form, a day that does not exist, or a
    /// year outside 2000–2099. Blanks around it do not count.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<Period> {
        let mut rest = text.as_bytes().trim_ascii();
        if rest.len() != self.length {
            return None;
        }
        let (mut year, mut month, mut day) = (0, 0, 1);
        for part in &self.parts {
            let (now, later) = rest.split_at(part.width());
            rest = later;
            match part {
                Part::Mark(mark) if now == [*mark] => {}
                Part::Mark(_) => return None,
                Part::Year4 => year = number(now)?,
                Part::Year2 => year = 2000 + number(now)?,
                Part::Month => month = number(now)?,
                Part::Day => day = number(now)?,
            }
        }
        let period = Period::new(year, u8::try_from(month).ok()?)?;
        if day != 1 {
            NaiveDate::from_ymd_opt(year.into(), month.into(), day.into())?;
        }
        Some(period)
    }
}

fn number(digits: &[u8]) -> Option<u16> {
    digits
        .iter()
        .try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u16::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn each_form_and_what_is_not_of_it() {
        let table = [
            ("YYYYMM", "202304", Some("2023-04")),
            ("YYYYMM", "042023", None),
            ("YYMM", "2304", Some("2023-04")),
            ("MMYYYY", "042023", Some("2023-04")),
            ("DDMMYYYY", "30042023", Some("2023-04")),
            ("DDMMYYYY", "31042023", None),
            ("DDMMYY", "010423", Some("2023-04")),
            ("YYYY-MM-DD", "2023-04-01", Some("2023-04")),
            ("YYYY-MM-DD", "2023.04.01", None),
            ("MM/YYYY", " 04/2023 ", Some("2023-04")),
            ("YYYYMM", "202313", None),
            ("YYYYMM", "199904", None),
            ("YYYYMM", "      ", None),
            ("YYYYMM", "20230", None),
        ];
        for (form, text, wanted) in table {
            let read = PeriodForm::of(form).unwrap().read(text);
            assert_eq!(read.map(|period| period.to_string()).as_deref(), wanted, "{form} {text:?}");
        }
    }

    #[test]
    fn a_pattern_without_a_month_or_with_two_is_none() {
        for pattern in ["", "YYYY", "MM", "YYYYMMMM", "YYYYYY", "YYYYMMDDDD", "yyyymm", "YYYYxMM", "ÅÅÅÅMM"]
        {
            assert_eq!(PeriodForm::of(pattern), None, "{pattern}");
        }
    }
}
