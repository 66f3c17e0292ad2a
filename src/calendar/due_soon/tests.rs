use std::fmt::Write as _;

use chrono::{Datelike, NaiveDate};
use chrono_tz::Europe::Copenhagen;
use chrono_tz::Tz;

use super::*;

/// A moment on the clocks of Copenhagen.
fn at(text: &str) -> DateTime<Tz> {
    let moment = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
    Copenhagen.from_local_datetime(&moment).unwrap()
}

fn month(text: &str) -> Period {
    text.parse().unwrap()
}

fn by_run(name: &str) -> ExpectedSeries<'_> {
    ExpectedSeries { name, due: DueRule::Run, first: None, not_due: &[] }
}

/// What is due soon, one line each.
fn told(due: &[DueSoon]) -> Vec<String> {
    due.iter()
        .map(|slot| {
            let left = format!("{} banking days, {} days", slot.banking_days_left, slot.days_left);
            let left = if slot.last_day { "last day".to_owned() } else { left };
            let DueSoon { series, period, deadline, standing, .. } = slot;
            format!("{series} {period} by {deadline}: {left}: {standing:?}")
        })
        .collect()
}

#[test]
fn what_is_due_soon_at_a_moment() {
    let runs = Runs::read(&["2026-12-15 12:00", "2027-01-14"]).unwrap();
    let three = Some("3 banking days".parse().unwrap());
    let due = |standing: SlotStanding, warn_before, now: &str| {
        let series = [by_run("vask"), by_run("mad")];
        told(&due_soon(
            &series,
            |name, _| if name == "vask" { standing } else { SlotStanding::Adopted },
            &runs,
            warn_before,
            &at(now),
        ))
    };
    let missing = SlotStanding::Missing;
    let line = |rest: &str| vec![format!("vask 2026-12 by 2026-12-15 12:00: {rest}")];
    assert_eq!(due(missing, three, "2026-12-09 23:59"), [""; 0]);
    assert_eq!(due(missing, three, "2026-12-10 00:00"), line("3 banking days, 5 days: Missing"));
    assert_eq!(due(missing, three, "2026-12-12 10:00"), line("2 banking days, 3 days: Missing"));
    assert_eq!(due(missing, three, "2026-12-15 11:59"), line("last day: Missing"));
    assert_eq!(due(missing, three, "2026-12-15 12:00"), [""; 0]); // missed: overdue from now on
    assert_eq!(due(missing, None, "2026-12-15 08:00"), [""; 0]);
    let days = Some("2d".parse().unwrap());
    assert_eq!(due(missing, days, "2026-12-12 10:00"), [""; 0]);
    assert_eq!(due(missing, days, "2026-12-13 10:00"), line("2 banking days, 2 days: Missing"));
    for (standing, expected) in [
        (SlotStanding::Waiting, line("last day: Waiting")),
        (SlotStanding::Held { hold_id: Some(7) }, line("last day: Held { hold_id: Some(7) }")),
        (SlotStanding::InDoubt { delivery_id: 9 }, line("last day: InDoubt { delivery_id: 9 }")),
        (SlotStanding::Delivered, vec![]),
        (SlotStanding::Adopted, vec![]),
    ] {
        assert_eq!(due(standing, three, "2026-12-15 08:00"), expected, "{standing:?}");
    }
}

#[test]
fn only_what_is_expected_is_due() {
    let runs = Runs::read(&["2026-12-15", "2027-02-12"]).unwrap();
    let off = [month("2026-12")];
    let series = [
        ExpectedSeries { not_due: &off, ..by_run("off") },
        ExpectedSeries { first: Some(month("2027-01")), ..by_run("not begun") },
        ExpectedSeries { first: Some(month("2026-12")), ..by_run("begun") },
        ExpectedSeries { due: DueRule::Day(13), ..by_run("by day") }, // a Sunday: Friday the 11th
        ExpectedSeries { due: DueRule::Day(1), ..by_run("by the first") },
    ];
    let due = |now: &str, warn_before: &str| -> Vec<String> {
        let warn_before = Some(warn_before.parse().unwrap());
        told(&due_soon(&series, |_, _| SlotStanding::Missing, &runs, warn_before, &at(now)))
    };
    assert_eq!(
        due("2026-12-11 08:00", "5d"),
        [
            "by day 2026-12 by 2026-12-11: last day: Missing",
            "begun 2026-12 by 2026-12-15: 2 banking days, 4 days: Missing"
        ]
    );
    // The deadline for January lies in December, and January has no run.
    assert_eq!(due("2026-12-30 08:00", "5d"), ["by the first 2027-01 by 2026-12-30: last day: Missing"]);
    // Nothing comes into view too late where the warning is the longest.
    let long = due("2026-12-01 08:00", "60 banking days");
    assert!(
        long.contains(&"by the first 2027-02 by 2027-02-01: 40 banking days, 62 days: Missing".to_owned()),
        "{long:?}"
    );
}

/// When each file of the year was delivered where it was not on the second day of its month, and between which moments
/// one was held.
struct Year {
    late: Vec<(&'static str, &'static str, Option<DateTime<Tz>>)>,
    held: (&'static str, &'static str, i64, DateTime<Tz>, DateTime<Tz>),
}

impl Year {
    fn standing(&self, series: &str, period: Period, now: &DateTime<Tz>) -> SlotStanding {
        let (held, held_period, hold_id, from, until) = &self.held;
        if series == *held && period == month(held_period) {
            return if now >= until {
                SlotStanding::Delivered
            } else if now >= from {
                SlotStanding::Held { hold_id: Some(*hold_id) }
            } else {
                SlotStanding::Missing
            };
        }
        let late = self.late.iter().find(|(late, of, _)| *late == series && month(of) == period);
        let usual = at(&format!("{period}-02 09:00"));
        let delivered = late.map_or(Some(usual), |(_, _, delivered)| *delivered);
        if delivered.is_some_and(|delivered| delivered <= *now) {
            SlotStanding::Delivered
        } else {
            SlotStanding::Missing
        }
    }
}

#[test]
fn a_year_is_played_day_by_day() {
    // Each run is on the tenth banking day or so; nothing is known after February.
    let runs = Runs::read(&[
        "2026-07-14",
        "2026-08-14",
        "2026-09-15",
        "2026-10-15 12:00",
        "2026-11-16",
        "2026-12-15",
        "2027-01-14",
        "2027-02-12",
    ])
    .unwrap();
    let summer = [month("2026-07")];
    let series = [
        by_run("mad"),
        ExpectedSeries { not_due: &summer, ..by_run("vask") },
        by_run("husleje"),
        ExpectedSeries { due: DueRule::Day(20), ..by_run("telefon") },
    ];
    let year = Year {
        late: vec![
            ("vask", "2026-07", None),                            // the month off
            ("mad", "2026-09", Some(at("2026-09-15 14:00"))),     // on the last day
            ("mad", "2026-12", None),                             // it never came
            ("telefon", "2027-03", Some(at("2027-03-18 10:00"))), // after the calendar's end
            ("mad", "2027-03", None),                             // no run is known for it
        ],
        held: ("husleje", "2026-10", 4, at("2026-10-12 09:00"), at("2026-10-15 09:30")),
    };
    let mut played = String::new();
    let (mut soon, mut ended) = (false, false);
    let first: NaiveDate = "2026-07-01".parse().unwrap();
    for day in first.iter_days().take_while(|day| (day.year(), day.month()) < (2027, 7)) {
        for hour in ["08:00", "16:00"] {
            let now = at(&format!("{day} {hour}"));
            let standing = |series: &str, period: Period| year.standing(series, period, &now);
            let warn_before = Some("3 banking days".parse().unwrap());
            for line in told(&due_soon(&series, standing, &runs, warn_before, &now)) {
                writeln!(played, "{} {hour} {line}", day.format("%a %F")).unwrap();
            }
            if (soon, ended) != (runs.ends_soon(&now), runs.has_ended(&now)) {
                (soon, ended) = (runs.ends_soon(&now), runs.has_ended(&now));
                writeln!(
                    played,
                    "{} {hour} calendar: ends soon {soon}, has ended {ended}",
                    day.format("%a %F")
                )
                .unwrap();
            }
        }
    }
    // By line: a checkout on Windows may end the lines of the text file otherwise.
    let expected: Vec<&str> = include_str!("year.txt").lines().collect();
    assert_eq!(played.lines().collect::<Vec<_>>(), expected);
}
