//! Danish banking days, computed: a due date on a day when banks are closed is moved to the banking day before. Pure.
//!
//! Closed are Saturdays, Sundays, the days that the Danish banks' association, Finans Danmark, names as bank closing
//! days (Danmarks Nationalbank lists the same ones year by year), and until 2023 store bededag, which the act
//! of 2023 (bill L 13, *lov om konsekvenser ved afskaffelsen af store bededag som helligdag*) abolished from 2024.
//!
//! The rule stands for later years too, until the law or the banks' own rules change. Each year's list is published by
//! Danmarks Nationalbank (nationalbanken.dk, the page *Banklukkedage*, two years at a time) and by Finans Danmark
//! (finansdanmark.dk): hold a new year against it, and where it differs, change the constants below and add the year to
//! the tests, which have the closing days of 2023 to 2035 and the last banking days of 2023 to 2026.

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};

use crate::period::Period;

/// Days closed every year, as month and day: nytårsdag, grundlovsdag, the three days of Christmas and nytårsaften.
const FIXED: [(u32, u32); 6] = [(1, 1), (6, 5), (12, 24), (12, 25), (12, 26), (12, 31)];
/// Days closed by Easter, in days after Easter Sunday: skærtorsdag, langfredag, påskedag, 2. påskedag, Kristi
/// himmelfartsdag, the Friday after it, pinsedag, 2. pinsedag.
const BY_EASTER: [i64; 8] = [-3, -2, 0, 1, 39, 40, 49, 50];
/// Store bededag, the fourth Friday after Easter, in days after Easter Sunday.
const STORE_BEDEDAG: i64 = 26;
/// The last year that had store bededag.
const LAST_STORE_BEDEDAG: i32 = 2023;

/// Whether Danish banks are open on that day.
#[must_use]
pub fn is_banking_day(day: NaiveDate) -> bool {
    let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    let fixed = FIXED.contains(&(day.month(), day.day()));
    let moving = easter(day.year()).is_some_and(|easter| {
        let after = (day - easter).num_days();
        BY_EASTER.contains(&after) || (after == STORE_BEDEDAG && day.year() <= LAST_STORE_BEDEDAG)
    });
    !(weekend || fixed || moving)
}

/// The day itself if banks are open, otherwise the last day before it on which they are.
#[must_use]
pub fn last_banking_day_on_or_before(day: NaiveDate) -> NaiveDate {
    day.iter_days().rev().find(|day| is_banking_day(*day)).unwrap_or(day)
}

/// How many banking days lie after `from`, up to and with `to`; 0 where `to` is not later. From a Friday to the Monday
/// after it: 1.
#[must_use]
pub fn banking_days_between(from: NaiveDate, to: NaiveDate) -> u32 {
    let days = from.iter_days().skip(1).take_while(|day| *day <= to).filter(|day| is_banking_day(*day));
    u32::try_from(days.count()).unwrap_or(u32::MAX)
}

/// The banking day `count` banking days before `day`. If banks are closed on `day`, it is counted from the last banking day
/// before it. So it is the earliest day from which at most `count` banking days are left.
#[must_use]
pub fn minus_banking_days(day: NaiveDate, count: u16) -> NaiveDate {
    let mut days = day.iter_days().rev().filter(|day| is_banking_day(*day));
    days.nth(count.into()).unwrap_or(NaiveDate::MIN)
}

/// The last banking day of that month, on which pensions must be at the citizens' disposal (BEK 379/2023, § 38).
#[must_use]
pub fn last_of_month(month: Period) -> NaiveDate {
    due(month, 31)
}

/// When a file for this month is due: the last banking day on or before its `due_day` (1–31), or before the
/// month's last day where the month is shorter. May lie in the month before, as for `due_day` 1.
#[must_use]
pub fn due(period: Period, due_day: u8) -> NaiveDate {
    let first = period.first_day();
    let mut days = (0..i64::from(due_day)).rev().map(|days| first + TimeDelta::days(days));
    last_banking_day_on_or_before(days.find(|day| day.month() == first.month()).unwrap_or(first))
}

/// Easter Sunday of the Gregorian calendar, by the rule of Meeus, Jones and Butcher.
fn easter(year: i32) -> Option<NaiveDate> {
    let (golden, century, rest) = (year % 19, year / 100, year % 100);
    let correction = (century - (century + 8) / 25 + 1) / 3;
    let moon = (19 * golden + century - century / 4 - correction + 15) % 30;
    let week = (32 + 2 * (century % 4) + 2 * (rest / 4) - moon - rest % 4) % 7;
    let late = (golden + 11 * moon + 22 * week) / 451;
    let days = moon + week - 7 * late + 114;
    let (month, day) = (u32::try_from(days / 31).ok()?, u32::try_from(days % 31 + 1).ok()?);
    NaiveDate::from_ymd_opt(year, month, day)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn easter_falls_where_the_calendars_say() {
        let known = "2023-04-09 2024-03-31 2025-04-20 2026-04-05 2027-03-28 2028-04-16 2029-04-01 2030-04-21 \
                     2031-04-13 2032-03-28 2033-04-17 2034-04-09 2035-03-25";
        for text in known.split_whitespace() {
            assert_eq!(easter(day(text).year()), Some(day(text)), "{text}");
        }
    }

    /// The closing days of each year that are no Saturday and no Sunday.
    const CLOSED: [&str; 13] = [
        "2023 04-06 04-07 04-10 05-05 05-18 05-19 05-29 06-05 12-25 12-26",
        "2024 01-01 03-28 03-29 04-01 05-09 05-10 05-20 06-05 12-24 12-25 12-26 12-31",
        "2025 01-01 04-17 04-18 04-21 05-29 05-30 06-05 06-09 12-24 12-25 12-26 12-31",
        "2026 01-01 04-02 04-03 04-06 05-14 05-15 05-25 06-05 12-24 12-25 12-31",
        "2027 01-01 03-25 03-26 03-29 05-06 05-07 05-17 12-24 12-31",
        "2028 04-13 04-14 04-17 05-25 05-26 06-05 12-25 12-26",
        "2029 01-01 03-29 03-30 04-02 05-10 05-11 05-21 06-05 12-24 12-25 12-26 12-31",
        "2030 01-01 04-18 04-19 04-22 05-30 05-31 06-05 06-10 12-24 12-25 12-26 12-31",
        "2031 01-01 04-10 04-11 04-14 05-22 05-23 06-02 06-05 12-24 12-25 12-26 12-31",
        "2032 01-01 03-25 03-26 03-29 05-06 05-07 05-17 12-24 12-31",
        "2033 04-14 04-15 04-18 05-26 05-27 06-06 12-26",
        "2034 04-06 04-07 04-10 05-18 05-19 05-29 06-05 12-25 12-26",
        "2035 01-01 03-22 03-23 03-26 05-03 05-04 05-14 06-05 12-24 12-25 12-26 12-31",
    ];

    #[test]
    fn banks_are_closed_on_the_days_they_are_known_to_be() {
        for line in CLOSED {
            let (year, days) = line.split_once(' ').unwrap();
            let closed: Vec<NaiveDate> =
                days.split(' ').map(|month_day| day(&format!("{year}-{month_day}"))).collect();
            let found: Vec<NaiveDate> = day(&format!("{year}-01-01"))
                .iter_days()
                .take_while(|day| day.year().to_string() == year)
                .filter(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !is_banking_day(*day))
                .collect();
            assert_eq!(found, closed, "{year}");
        }
    }

    /// The last banking day of each month, January to December.
    const LAST_OF_MONTH: [(u16, &str); 4] = [
        (2023, "31 28 31 28 31 30 31 31 29 31 30 29"),
        (2024, "31 29 27 30 31 28 31 30 30 31 29 30"),
        (2025, "31 28 31 30 28 30 31 29 30 31 28 30"),
        (2026, "30 27 31 30 29 30 31 31 30 30 30 30"),
    ];

    #[test]
    fn months_end_on_the_banking_days_they_are_known_to() {
        for (year, days) in LAST_OF_MONTH {
            let found: Vec<String> = (1..=12)
                .map(|month| last_of_month(Period::new(year, month).unwrap()).format("%d").to_string())
                .collect();
            assert_eq!(found.join(" "), days, "{year}");
        }
    }

    #[test]
    fn banking_days_are_counted_after_the_first_day_and_with_the_last() {
        for (from, to, expected) in [
            ("2026-12-10", "2026-12-15", 3),
            ("2026-12-11", "2026-12-14", 1), // over a weekend
            ("2026-12-12", "2026-12-13", 0), // the weekend
            ("2026-12-15", "2026-12-15", 0),
            ("2026-12-15", "2026-12-10", 0), // backwards
            ("2026-03-31", "2026-04-08", 3), // over Easter
            ("2026-12-23", "2027-01-04", 4), // over Christmas and New Year
            ("2023-05-04", "2023-05-08", 1), // over store bededag
            ("2024-04-25", "2024-04-29", 2), // store bededag is no more
        ] {
            assert_eq!(banking_days_between(day(from), day(to)), expected, "{from} {to}");
        }
    }

    #[test]
    fn banking_days_are_taken_back_from_the_last_one() {
        for (from, count, expected) in [
            ("2026-12-15", 0, "2026-12-15"),
            ("2026-12-15", 3, "2026-12-10"),
            ("2026-12-13", 0, "2026-12-11"), // a Sunday
            ("2026-12-13", 1, "2026-12-10"),
            ("2026-04-08", 3, "2026-03-31"), // over Easter
        ] {
            assert_eq!(minus_banking_days(day(from), count), day(expected), "{from} {count}");
        }
    }

    #[test]
    fn store_bededag_ends_with_2023() {
        assert!(!is_banking_day(day("2022-05-13")));
        assert!(!is_banking_day(day("2023-05-05")));
        assert!(is_banking_day(day("2024-04-26")));
        assert!(is_banking_day(day("2025-05-16")));
    }

    #[test]
    fn a_due_day_is_moved_to_the_banking_day_before() {
        for (period, due_day, expected) in [
            ("2023-04", 20, "2023-04-20"),
            ("2023-05", 20, "2023-05-17"), // a Saturday; before it Ascension and the Friday after
            ("2023-04", 9, "2023-04-05"),  // Easter Sunday
            ("2023-02", 31, "2023-02-28"), // a short month
            ("2024-02", 30, "2024-02-29"), // a leap year
            ("2023-12", 31, "2023-12-29"),
            ("2024-12", 26, "2024-12-23"),
            ("2024-01", 1, "2023-12-29"), // into the year before
            ("2023-06", 5, "2023-06-02"),
        ] {
            assert_eq!(due(period.parse().unwrap(), due_day), day(expected), "{period} {due_day}");
        }
    }

    proptest! {
        #[test]
        fn the_last_banking_day_is_one_and_none_lies_between(offset in 0..36_000i64) {
            let asked = day("2000-01-01") + TimeDelta::days(offset);
            let last = last_banking_day_on_or_before(asked);
            prop_assert!(last <= asked && is_banking_day(last));
            prop_assert!(last.iter_days().skip(1).take_while(|day| *day <= asked).all(|day| !is_banking_day(day)));
            // Easter is the longest: Thursday to Monday.
            prop_assert!((asked - last).num_days() <= 5);
        }

        #[test]
        fn counting_forward_undoes_counting_back(offset in 0..36_000i64, count in 0..60u16) {
            let to = day("2000-01-01") + TimeDelta::days(offset);
            let from = minus_banking_days(to, count);
            prop_assert!(is_banking_day(from));
            prop_assert_eq!(banking_days_between(from, to), u32::from(count));
            prop_assert_eq!(banking_days_between(from - TimeDelta::days(1), to), u32::from(count) + 1);
        }

        #[test]
        fn easter_is_a_sunday_in_spring(year in 1600..4000i32) {
            let easter = easter(year).unwrap();
            prop_assert_eq!(easter.weekday(), Weekday::Sun);
            prop_assert!((3, 22) <= (easter.month(), easter.day()) && (easter.month(), easter.day()) <= (4, 25));
        }

        #[test]
        fn due_is_a_banking_day_and_no_later_due_day_is_due_sooner(
            year in 2000..=2099u16, month in 1..=12u8, due_day in 1..31u8,
        ) {
            let period = Period::new(year, month).unwrap();
            let date = due(period, due_day);
            prop_assert!(is_banking_day(date) && date <= due(period, due_day + 1));
            prop_assert!(date <= period.first_day() + TimeDelta::days(i64::from(due_day) - 1));
        }
    }
}
