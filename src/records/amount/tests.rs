#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

const COMMA: Unit = Unit::Kroner(Decimal::Comma);
const POINT: Unit = Unit::Kroner(Decimal::Point);

fn read(unit: Unit, sign: SignForm, text: &str) -> Result<i128, AmountError> {
    AmountForm { unit, sign }.read(text, None).map(Ore::get)
}

fn words(plus: &[&str], minus: &[&str], zero: &[&str]) -> SignWords {
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    SignWords { plus: owned(plus), minus: owned(minus), zero: owned(zero) }
}

#[test]
fn each_way_of_writing_an_amount() {
    let table = [
        (Unit::Ore, SignForm::None, "000012345", Ok(12345)),
        (Unit::Ore, SignForm::None, "  12 ", Ok(12)),
        (Unit::Ore, SignForm::None, "12,00", Err(AmountError::Digits)),
        (Unit::Ore, SignForm::None, "-12", Err(AmountError::Digits)),
        (Unit::Ore, SignForm::None, "   ", Err(AmountError::Blank)),
        (Unit::Ore, SignForm::None, "1\0", Err(AmountError::Digits)),
        (COMMA, SignForm::None, "123,45", Ok(12345)),
        (COMMA, SignForm::None, "123,4", Ok(12340)),
        (COMMA, SignForm::None, "123", Ok(12300)),
        (COMMA, SignForm::None, "123,4500", Ok(12345)),
        (COMMA, SignForm::None, "123,456", Err(AmountError::Digits)),
        (COMMA, SignForm::None, "123,", Err(AmountError::Digits)),
        (COMMA, SignForm::None, ",45", Err(AmountError::Digits)),
        (COMMA, SignForm::None, "1.234,50", Err(AmountError::Digits)),
        (POINT, SignForm::None, "123.45", Ok(12345)),
        (POINT, SignForm::Leading, "-0.05", Ok(-5)),
        (COMMA, SignForm::Leading, "+1,00", Ok(100)),
        (COMMA, SignForm::Leading, "--1,00", Err(AmountError::Digits)),
        (COMMA, SignForm::Trailing, "57,00-", Ok(-5700)),
        (Unit::Ore, SignForm::Overpunch, "0012}", Ok(-120)),
        (Unit::Ore, SignForm::Overpunch, "0012C", Ok(123)),
        (Unit::Ore, SignForm::Overpunch, "0012R", Ok(-129)),
        (Unit::Ore, SignForm::Overpunch, "0012å", Ok(-120)),
        (Unit::Ore, SignForm::Overpunch, "0012x", Err(AmountError::Sign)),
    ];
    for (unit, sign, text, wanted) in table {
        assert_eq!(read(unit, sign.clone(), text), wanted, "{unit:?} {sign:?} {text:?}");
    }
}

#[test]
fn thousands_stand_apart_only_where_the_format_says_so_and_by_threes() {
    let danish = Unit::Grouped(Decimal::Comma, Thousands::Point);
    let table = [
        (danish, "1.234,50", Ok(123_450)),
        (danish, "1234,50", Ok(123_450)),
        (danish, "-1.234.567", Ok(-123_456_700)),
        (danish, "234,5", Ok(23_450)),
        (danish, "1.23,50", Err(AmountError::Digits)),
        (danish, "1234.567,00", Err(AmountError::Digits)),
        (danish, ".234,00", Err(AmountError::Digits)),
        (danish, "1..234,00", Err(AmountError::Digits)),
        (danish, "1 234,00", Err(AmountError::Digits)),
        (Unit::Grouped(Decimal::Point, Thousands::Comma), "1,234.50", Ok(123_450)),
        (Unit::Grouped(Decimal::Comma, Thousands::Blank), "1 234,50", Ok(123_450)),
        (Unit::Grouped(Decimal::Comma, Thousands::Blank), "1\u{a0}234,50", Ok(123_450)),
        (Unit::Grouped(Decimal::Point, Thousands::Apostrophe), "1'234.50", Ok(123_450)),
    ];
    for (unit, text, wanted) in table {
        assert_eq!(read(unit, SignForm::Leading, text), wanted, "{unit:?} {text:?}");
    }
}

#[test]
fn the_name_of_the_currency_may_stand_beside_kroner_and_nowhere_else() {
    let table = [
        (COMMA, "57,00 kr.", Ok(5700)),
        (COMMA, "kr. 57,00", Ok(5700)),
        (COMMA, "-57,00 KR", Ok(-5700)),
        (COMMA, "kr. -57,00", Ok(-5700)),
        (COMMA, "- kr. 57,00", Ok(-5700)),
        (COMMA, "DKK57", Ok(5700)),
        (COMMA, "5kr.7", Err(AmountError::Digits)),
        (COMMA, "kr. kr. 5", Err(AmountError::Digits)),
        (COMMA, "kr.", Err(AmountError::Blank)),
        (COMMA, "57,00 EUR", Err(AmountError::Digits)),
        (Unit::Ore, "57 kr.", Err(AmountError::Digits)),
    ];
    for (unit, text, wanted) in table {
        assert_eq!(read(unit, SignForm::Leading, text), wanted, "{unit:?} {text:?}");
    }
}

#[test]
fn a_sign_may_stand_in_a_field_or_be_a_letter() {
    let form = AmountForm { unit: Unit::Ore, sign: SignForm::Apart(words(&["1"], &["2"], &["0"])) };
    assert_eq!(form.read("100", Some("1")), Ok(Ore::new(100)));
    assert_eq!(form.read("100", Some(" 2 ")), Ok(Ore::new(-100)));
    assert_eq!(form.read("000", Some("0")), Ok(Ore::ZERO));
    assert_eq!(form.read("100", Some("0")), Err(AmountError::Sign));
    assert_eq!(form.read("100", Some("3")), Err(AmountError::Sign));
    assert_eq!(form.read("100", None), Err(AmountError::Sign));
    let plain = AmountForm { unit: Unit::Ore, sign: SignForm::Apart(SignWords::default()) };
    assert_eq!(plain.read("100", Some(" ")), Ok(Ore::new(100)));
    assert_eq!(plain.read("100", Some("-")), Ok(Ore::new(-100)));

    let letters = SignForm::Letters(words(&["D"], &["K"], &[]));
    assert_eq!(read(COMMA, letters.clone(), "12,50D"), Ok(1250));
    assert_eq!(read(COMMA, letters.clone(), "12,50 K"), Ok(-1250));
    assert_eq!(read(COMMA, letters, "12,50"), Err(AmountError::Sign));
}

#[test]
fn an_amount_or_sum_past_128_bits_is_told() {
    let digits = "9".repeat(40);
    assert_eq!(read(Unit::Ore, SignForm::None, &digits), Err(AmountError::TooLarge));
    let most = i128::MAX.to_string();
    assert_eq!(read(Unit::Ore, SignForm::None, &most), Ok(i128::MAX));
    assert_eq!(read(COMMA, SignForm::None, &most), Err(AmountError::TooLarge));
    assert_eq!(Ore::new(i128::MAX).plus(Ore::new(1)), None);
    assert_eq!(Ore::new(i128::MIN).minus(Ore::new(1)), None);
    assert_eq!(Ore::new(i128::MAX).to_i64(), None);
}

#[test]
fn the_configuration_writes_kroner_with_a_point() {
    assert_eq!(Ore::from_kroner("4500.00"), Ok(Ore::new(450_000)));
    assert_eq!(Ore::from_kroner("4500,00"), Err(AmountError::Digits));
}

proptest! {
    #[test]
    fn what_is_written_is_read(ore in -1_000_000_000_000_i128..1_000_000_000_000) {
        let sign = if ore < 0 { "-" } else { "" };
        let size = ore.unsigned_abs();
        let text = format!("{sign}{},{:02}", size / 100, size % 100);
        prop_assert_eq!(read(COMMA, SignForm::Leading, &text), Ok(ore));
    }

    #[test]
    fn any_text_is_an_amount_or_an_error(text in any::<String>(), sign in any::<Option<String>>()) {
        let forms = [
            SignForm::None,
            SignForm::Leading,
            SignForm::Trailing,
            SignForm::Overpunch,
            SignForm::Letters(SignWords::default()),
            SignForm::Apart(SignWords::default()),
        ];
        for form in forms {
            for unit in [Unit::Ore, COMMA, POINT] {
                let _ = AmountForm { unit, sign: form.clone() }.read(&text, sign.as_deref());
            }
        }
    }

    #[test]
    fn digits_are_the_number_that_they_write_and_nothing_else_is_one(text in "[0-9]{0,40}|[0-9]{0,12}[^0-9][0-9]{0,12}") {
        let wanted: Option<i128> = text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
        prop_assert_eq!(digits(text.as_bytes()).ok(), wanted);
    }
}
