use proptest::prelude::*;

use super::*;

#[test]
fn however_it_is_written_it_is_no_longer_readable() {
    for (text, shown) in [
        ("ret_010190-0000.txt", "ret_******-****.txt"),
        ("ret_0101900000_x", "ret_**********_x"),
        ("01.01.90-0000", "**.**.**-****"),
        ("01-01-90-0000", "**-**-**-****"),
        ("01/01/90 0000", "**/**/** ****"),
        ("010190_0000", "******_****"),
        ("010190--0000", "******--****"),
        ("010190 - 0000", "****** - ****"),
        ("010190\u{a0}0000", "******\u{a0}****"),
        ("010190\\u{a0}0000", "******\\u{a0}****"),
        ("010190\\u{200b}0000", "******\\u{200b}****"),
        ("010190\n   0000", "******\n   ****"),
        ("010190\t0000", "******\t****"),
        ("010190\u{2013}0000", "******\u{2013}****"),
        ("010190\u{2014}\u{2014}0000", "******\u{2014}\u{2014}****"),
        ("(010190)0000", "(******)****"),
        ("0 1 0 1 9 0 0 0 0 0", "* * * * * * * * * *"),
        ("0101 9000 00", "**** **** **"),
        ("\u{ff10}\u{ff11}\u{ff10}\u{ff11}\u{ff19}\u{ff10}-0000", "******-****"),
        ("\u{660}\u{661}\u{660}\u{661}\u{669}\u{660}-0000", "******-****"),
        ("610190-0000", "******-****"),
        ("911290-0000", "******-****"),
        ("000000-0001", "******-****"),
        ("010190-0000 og 020290-0000", "******-**** og ******-****"),
        ("mad_202304_010190-0000.txt", "mad_202304_******-****.txt"),
        ("mad_010190-0000_202304.txt", "mad_******-****_202304.txt"),
        ("mad202304010190-0000", "mad20**********-****"),
    ] {
        let masked = without_cpr_numbers(text);
        // Digits beside the number may be masked with it.
        if text.contains("202304") {
            assert!(!masked.contains("010190") && !masked.contains("0000"), "{text}: {masked}");
        } else {
            assert_eq!(masked, shown, "{text}");
        }
        assert!(text.contains("000000") || holds_cpr_number(text), "{text}");
    }
    let with_century = without_cpr_numbers("01.01.1990-1234");
    assert!(!with_century.contains("1234") && !with_century.contains("01.01"), "{with_century}");
}

#[test]
fn what_is_none_stays() {
    for text in [
        "mad_korsbaek_202304.txt",
        "levering 12 den 2023-04-14 06:00",
        "2026-12-15 12:00:00",
        "2023-12-11 10:09:08",
        "2023-12-11T10:09:08.123+02:00",
        "mad_20230414060000.txt",
        "mad_20230414_0600.txt",
        "mad_20230414_0001.txt",
        "mad_202304_000123.txt",
        "mad_2023-04-12 06.00.00.txt",
        "os error 2147942405",
        "os error -2147024891",
        "0x80070005 (2147942405)",
        "os error 2147942405, 12 filer",
        "3221225477",
        "123456789",
        "0113900000",
        "3201900000",
        "6000000000",
        "9201900000",
        "0101901x2345",
        "10.123.456,78 kr.",
        "10,123,456.78",
        "10.10.1.25:22222",
        "Aftalt 12.11.2023 09:15 i telefon",
        "Aftalt d. 12-11-2023 kl. 09.15",
        "Ferie 10.-12.11.2023",
        "Ferie 10.11.-12.11.2023",
        "12.11.2023-14.11.2023",
        "12.11.2023 (12 filer)",
        "ring 12 34 56 78",
        "",
    ] {
        assert_eq!(without_cpr_numbers(text), text);
        assert!(!holds_cpr_number(text), "{text}");
    }
    assert!(!holds_cpr_number("bilag 0000001234"), "nobody is born on the zeroth");
}

/// The rule once more, without what is left alone: ten digits with no letter between them, the first six a date.
fn plainly(text: &str) -> bool {
    text.split(char::is_alphabetic).any(|part| {
        let digits: Vec<u32> = part.chars().filter_map(|c| c.to_digit(10)).collect();
        let is_one = |ten: &[u32]| {
            let (day, month) = (ten[0] * 10 + ten[1], ten[2] * 10 + ten[3]);
            matches!(day, 1..=31 | 61..=91) && (1..=12).contains(&month)
        };
        digits.windows(10).any(is_one)
    })
}

proptest! {
    #[test]
    fn none_is_left(
        day in prop_oneof![1..=31_u32, 61..=91_u32], month in 1..=12_u32, year in 0..=99_u32, rest in 0..=9999_u32,
        gaps in proptest::collection::vec("[-_./() \u{a0}\n]{0,3}", 4), before in "[a-zæ_ .-]{0,6}", after in "[a-zæ_ .-]{0,6}"
    ) {
        let [one, two, three, four] = &gaps[..] else { return Ok(()) };
        let number = format!("{day:02}{one}{month:02}{two}{year:02}{three}{:02}{four}{:02}", rest / 100, rest % 100);
        let text = format!("{before}{number}{after}");
        // A day with its century, such as 01.01.1990, may stand before less than four digits.
        prop_assume!(!text.contains("19") && !text.contains("20"));
        prop_assert!(holds_cpr_number(&text), "{text:?}");
        let masked = without_cpr_numbers(&text);
        prop_assert!(!masked.contains(|c: char| c.is_ascii_digit()), "{text:?}: {masked:?}");
    }

    #[test]
    fn nothing_else_is_masked_and_nothing_breaks(text in "[0-9 ._:,a\u{e5}-]{0,40}|\\PC{0,60}") {
        let masked = without_cpr_numbers(&text);
        prop_assert_eq!(masked.chars().count(), text.chars().count());
        prop_assert_eq!(&without_cpr_numbers(&masked), &masked);
        if text.is_ascii() && holds_cpr_number(&text) {
            prop_assert!(plainly(&text), "{}", text);
        }
    }

    #[test]
    fn a_text_without_digits_stays(text in "[^0-9]{0,80}") {
        prop_assume!(!text.contains(char::is_numeric));
        prop_assert_eq!(without_cpr_numbers(&text), text);
    }
}
