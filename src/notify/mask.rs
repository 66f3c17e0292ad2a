//! Masks numbers that could be somebody's CPR number, which must not stand in a notice.

use std::sync::LazyLock;

use regex::Regex;

/// Six digits and four, together or with a dash or a blank between them.
#[allow(clippy::unwrap_used)] // an expression of our own, which a test compiles
static CPR: LazyLock<Regex> = LazyLock::new(|| Regex::new("[0-9]{6}[- \u{2010}-\u{2014}]?[0-9]{4}").unwrap());

/// The text with every number masked that could be a CPR number. It is not checked whether it is one: a masked file name
/// does less harm than a CPR number that is shown.
#[must_use]
pub fn mask(text: &str) -> String {
    CPR.replace_all(text, "******-****").into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_could_be_a_cpr_number_is_not_shown() {
        for (text, shown) in [
            ("mad_000000-0001.txt", "mad_******-****.txt"),
            ("0000000001", "******-****"),
            ("000000 0001", "******-****"),
            ("000000\u{2013}0001", "******-****"),
            ("000000-0001 og 000000-0002", "******-**** og ******-****"),
            ("20230414060000", "******-****0000"),
            ("mad_korsbaek_202304.txt", "mad_korsbaek_202304.txt"),
            ("levering 12 den 2023-04-14 06:00", "levering 12 den 2023-04-14 06:00"),
        ] {
            assert_eq!(mask(text), shown);
        }
    }

    proptest! {
        #[test]
        fn none_is_left(text in "[0-9]{0,8}[- _a\u{2013}]?[0-9]{0,14}[- æ]?[0-9]{0,12}|\\PC{0,60}") {
            let masked = mask(&text);
            prop_assert!(!CPR.is_match(&masked), "{masked}");
            // The same rule without a regular expression: ten digits, with or without a dash after the sixth.
            let bytes: Vec<char> = masked.chars().collect();
            for start in 0..bytes.len() {
                let digits = |from: usize, n: usize| {
                    bytes.get(from..from + n).is_some_and(|part| part.iter().all(char::is_ascii_digit))
                };
                prop_assert!(!digits(start, 10), "{masked}");
                let dash = bytes.get(start + 6) == Some(&'-');
                prop_assert!(!(digits(start, 6) && dash && digits(start + 7, 4)), "{masked}");
            }
        }

        #[test]
        fn the_rest_stays(text in "[^0-9]{0,80}") {
            prop_assert_eq!(mask(&text), text);
        }
    }
}
