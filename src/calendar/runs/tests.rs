use chrono_tz::Europe::Copenhagen;
use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;

fn runs(entries: &[&str]) -> Runs {
    Runs::read(entries).unwrap()
}

/// A moment on the clocks of Copenhagen.
fn at(text: &str) -> DateTime<Tz> {
    let moment = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap();
    Copenhagen.from_local_datetime(&moment).unwrap()
}

fn told(run: Option<Deadline>) -> String {
    run.map_or_else(|| "none".to_owned(), |run| run.to_string())
}

#[test]
fn the_list_is_read_in_any_form_of_date() {
    let read = runs(&["2026-12-15", "14. januar 2027 kl. 12", "15/2 2027", "2027-03-15T06:30:00"]);
    let written: Vec<String> = read.all().iter().map(ToString::to_string).collect();
    assert_eq!(written, ["2026-12-15", "2027-01-14 12:00", "2027-02-15", "2027-03-15 06:30"]);
    assert_eq!(Runs::of(read.all()), Ok(read));
    assert!(runs(&[]).is_empty());
}

#[test]
fn every_entry_that_is_wrong_is_refused_by_its_index() {
    let fault = |index, kind| RunFault { index, kind };
    let no_date = |index, why| fault(index, RunFaultKind::NotADate(why));
    for (entries, expected) in [
        (&["2026-12-15", "2026-12-15"][..], vec![fault(1, RunFaultKind::Twice { first: 0 })]),
        // at another time, in another form, and further on
        (
            &["2026-12-15 12:00", "2027-01-14", "15. december 2026"],
            vec![fault(2, RunFaultKind::Twice { first: 0 })],
        ),
        (&["03/04 2026", "2026-04-03"], vec![fault(0, RunFaultKind::EitherOrder)]),
        // the year was not moved on
        (&["2026-12-15", "2026-01-14"], vec![fault(1, RunFaultKind::OutOfOrder { after: 0 })]),
        (
            &["2026-12-15", "2026-01-14", "2027-02-12", "2027-02-11"],
            vec![
                fault(1, RunFaultKind::OutOfOrder { after: 0 }),
                fault(3, RunFaultKind::OutOfOrder { after: 2 }),
            ],
        ),
        (
            &["2026-02-31", "15. december", "snart", "", "2026-12-15", "14/1"],
            vec![
                no_date(0, DateFault::NoSuchDay),
                no_date(1, DateFault::NoYear),
                no_date(2, DateFault::NotOneDate),
                no_date(3, DateFault::NotOneDate),
                no_date(5, DateFault::NoYear),
            ],
        ),
        (
            &["tirsdag d. 14. januar 2027"],
            vec![no_date(
                0,
                DateFault::OtherWeekday { written: chrono::Weekday::Tue, own: chrono::Weekday::Thu },
            )],
        ),
    ] {
        assert_eq!(Runs::read(entries), Err(expected), "{entries:?}");
    }
}

#[test]
fn the_next_run_is_the_first_that_is_not_over() {
    let runs = runs(&["2026-12-15", "2027-01-14 12:00", "2027-03-15"]);
    for (now, next, ends_soon, has_ended) in [
        ("2026-11-26 08:00:00", "2026-12-15", false, false),
        ("2026-12-15 23:59:59", "2026-12-15", false, false),
        ("2026-12-16 00:00:00", "2027-01-14 12:00", false, false),
        ("2027-01-14 11:59:59", "2027-01-14 12:00", false, false),
        ("2027-01-14 12:00:00", "2027-03-15", false, false),
        ("2027-02-12 23:59:59", "2027-03-15", false, false), // 31 days
        ("2027-02-13 00:00:00", "2027-03-15", true, false),  // 30 days
        ("2027-03-15 23:59:59", "2027-03-15", true, false),
        ("2027-03-16 00:00:00", "none", false, true),
        ("2028-01-01 00:00:00", "none", false, true),
    ] {
        let now_ = at(now);
        let found = (told(runs.next(&now_)), runs.ends_soon(&now_), runs.has_ended(&now_));
        assert_eq!(found, (next.to_owned(), ends_soon, has_ended), "{now}");
    }
    let none = Runs::default();
    let now = at("2026-12-15 12:00:00");
    assert_eq!((none.next(&now), none.ends_soon(&now), none.has_ended(&now)), (None, false, false));
}

#[test]
fn a_run_ends_with_the_day_on_the_towns_clocks() {
    let runs = runs(&["2026-03-30", "2026-10-26"]);
    // Moments of the ledger have an offset of their own, whatever the season or the machine.
    for (moment, late) in [
        ("2026-03-30T21:59:59Z", false), // 23:59:59, summer time
        ("2026-03-30T22:00:00Z", true),
        ("2026-03-31T00:30:00+03:00", false),
    ] {
        let moment_ = DateTime::parse_from_rfc3339(moment).unwrap().with_timezone(&Copenhagen);
        assert_eq!(runs.all()[0].is_missed_by(&moment_), late, "{moment}");
    }
    let before = DateTime::parse_from_rfc3339("2026-10-26T22:59:59Z").unwrap().with_timezone(&Copenhagen);
    assert!(!runs.all()[1].is_missed_by(&before)); // 23:59:59, normal time
}

#[test]
fn a_period_has_the_first_run_of_its_month() {
    let runs = runs(&["2026-12-01", "2026-12-31", "2027-02-12"]);
    for (period, expected) in
        [("2026-11", "none"), ("2026-12", "2026-12-01"), ("2027-01", "none"), ("2027-02", "2027-02-12")]
    {
        assert_eq!(told(runs.of_period(period.parse().unwrap())), expected, "{period}");
    }
}

#[test]
fn odd_runs_are_asked_about() {
    let runs = runs(&[
        "2026-10-15",
        "2026-11-30",
        "2026-12-30",
        "2026-12-31",
        "2027-01-30",
        "2027-04-15",
        "2027-06-15",
    ]);
    let found: Vec<(usize, RunFindingKind)> = runs
        .findings(&at("2026-11-26 08:00:00"))
        .into_iter()
        .map(|found| (found.index, found.kind))
        .collect();
    let without = |from: &str, to: &str| RunFindingKind::MonthsWithoutRun {
        from: from.parse().unwrap(),
        to: to.parse().unwrap(),
    };
    let last = |text: &str| RunFindingKind::AfterLastBankingDay { last: text.parse().unwrap() };
    assert_eq!(
        found,
        [
            (0, RunFindingKind::Past),
            (3, last("2026-12-30")),
            (3, RunFindingKind::SecondInMonth { first: 2 }),
            (4, last("2027-01-29")), // a Saturday
            (5, without("2027-02", "2027-03")),
            (6, without("2027-05", "2027-05")),
        ]
    );
}

#[test]
fn warn_before_is_read_in_banking_days_or_days() {
    for (text, expected) in [
        ("3 banking days", Ok(WarnBefore::BankingDays(3))),
        ("1 banking day", Ok(WarnBefore::BankingDays(1))),
        (" 3  Banking Days ", Ok(WarnBefore::BankingDays(3))),
        ("0 banking days", Ok(WarnBefore::BankingDays(0))),
        ("60 banking days", Ok(WarnBefore::BankingDays(60))),
        ("2d", Ok(WarnBefore::Days(2))),
        ("2 days", Ok(WarnBefore::Days(2))),
        ("1 day", Ok(WarnBefore::Days(1))),
        ("61d", Err(WarnBeforeFault::TooLong)),
        ("61 banking days", Err(WarnBeforeFault::TooLong)),
        ("99999999999999d", Err(WarnBeforeFault::TooLong)),
        ("", Err(WarnBeforeFault::Form)),
        ("3", Err(WarnBeforeFault::Form)),
        ("d", Err(WarnBeforeFault::Form)),
        ("-1d", Err(WarnBeforeFault::Form)),
        ("banking days", Err(WarnBeforeFault::Form)),
        ("2h", Err(WarnBeforeFault::Form)),
        ("2d 3h", Err(WarnBeforeFault::Form)),
        ("3 banking days before", Err(WarnBeforeFault::Form)),
    ] {
        let read = text.parse::<WarnBefore>();
        assert_eq!(read, expected, "{text}");
        if let Ok(read) = read {
            assert_eq!(read.to_string().parse(), Ok(read), "{text}");
        }
    }
}

#[test]
fn warning_begins_so_long_before() {
    for (run, warn_before, expected) in [
        ("2026-12-15", "3 banking days", "2026-12-10"),
        ("2026-12-15", "3d", "2026-12-12"),
        ("2026-12-15", "0d", "2026-12-15"),
        ("2026-12-15", "0 banking days", "2026-12-15"),
        ("2026-12-13", "0d", "2026-12-11"), // a Sunday: on the Friday someone is at work
        ("2026-12-13", "0 banking days", "2026-12-11"),
        ("2026-12-13", "1 banking day", "2026-12-10"),
        ("2026-12-13", "4d", "2026-12-09"),
        ("2026-12-15 00:00", "0 banking days", "2026-12-14"),
        ("2026-04-08", "3 banking days", "2026-03-31"), // over Easter
    ] {
        let first = warn_before.parse::<WarnBefore>().unwrap().first_day(runs(&[run]).all()[0]);
        assert_eq!(first.to_string(), expected, "{run}, {warn_before}");
    }
}

proptest! {
    #[test]
    fn warning_begins_when_no_more_banking_days_are_left(offset in 0..36_000u64, count in 0..=WARN_BEFORE_MOST) {
        let day = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap() + Days::new(offset);
        let run = Deadline::end_of(day);
        let first = WarnBefore::BankingDays(count).first_day(run);
        prop_assert!(run.banking_days_left(first) <= count.into());
        let before = first - Days::new(1);
        prop_assert!(run.banking_days_left(before) > count.into(), "{first} for {day}");
    }

    #[test]
    fn no_text_is_too_odd_for_warn_before(text in "\\PC{0,12}|[0-9]{0,25} ?(d|days|banking days)?") {
        if let Ok(read) = text.parse::<WarnBefore>() {
            prop_assert_eq!(read.to_string().parse(), Ok(read));
        }
    }
}
