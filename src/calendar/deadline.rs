//! A day, or a moment of it, by which something must be done in the town's own time. Pure.

use std::fmt;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike};

use super::banking_days::{banking_days_between, last_banking_day_on_or_before};

/// The end of a day, or a time of that day. Ordered by when it falls; two of one day are not equal where their times
/// differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Deadline {
    /// The day.
    pub day: NaiveDate,
    /// The time of that day; none where the whole day counts.
    pub time: Option<NaiveTime>,
}

impl Deadline {
    /// The end of that day.
    #[must_use]
    pub fn end_of(day: NaiveDate) -> Deadline {
        Deadline { day, time: None }
    }

    /// The first moment, by the clock on the wall, that is too late.
    fn on_the_wall(self) -> NaiveDateTime {
        match self.time {
            Some(time) => self.day.and_time(time),
            None => self.day.checked_add_days(Days::new(1)).unwrap_or(self.day).and_time(NaiveTime::MIN),
        }
    }

    /// The first moment that is too late, in that time zone.
    ///
    /// A time that the clocks skip in spring counts from the moment they are set forward, and one that they show
    /// twice in autumn counts from the first time, so no deadline is believed later than it may be.
    #[must_use]
    pub fn moment<Tz: TimeZone>(self, zone: &Tz) -> DateTime<Tz> {
        let wall = self.on_the_wall();
        let at = |minutes| {
            zone.from_local_datetime(&wall.checked_sub_signed(TimeDelta::minutes(minutes))?).earliest()
        };
        // The latest minute before a gap exists, and the gap begins a minute after that one.
        let found = (0..=24 * 60).find_map(|minutes| Some((at(minutes)?, minutes)));
        match found {
            Some((moment, 0)) => moment,
            Some((before, _)) => before.clone().checked_add_signed(TimeDelta::minutes(1)).unwrap_or(before),
            None => zone.from_utc_datetime(&wall),
        }
    }

    /// Whether what happens at that moment comes too late. The moment's own zone is the town's.
    ///
    /// For daylight saving to count, the zone must know it: `Local`, not a `FixedOffset`, which takes today's offset
    /// for the deadline's as well.
    #[must_use]
    pub fn is_missed_by<Tz: TimeZone>(self, moment: &DateTime<Tz>) -> bool {
        *moment >= self.moment(&moment.timezone())
    }

    /// Days from `today` to the deadline's day; 0 on that day, negative after it.
    #[must_use]
    pub fn days_left(self, today: NaiveDate) -> i64 {
        (self.day - today).num_days()
    }

    /// Banking days after `today`, up to and with the deadline's day: on a Thursday, three to the Tuesday after it.
    #[must_use]
    pub fn banking_days_left(self, today: NaiveDate) -> u32 {
        banking_days_between(today, self.day)
    }

    /// The last banking day with time left before the deadline: the deadline's own day, or the banking day before where
    /// banks are closed on it or the deadline is at midnight when the day begins.
    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        let at_its_start = self.time == Some(NaiveTime::MIN);
        let day = self.day.checked_sub_days(Days::new(u64::from(at_its_start))).unwrap_or(self.day);
        last_banking_day_on_or_before(day)
    }

    /// Whether no banking day is left after `today`, the deadline not being missed yet. Closed days between the last
    /// banking day and the deadline are such days too.
    #[must_use]
    pub fn is_last_day(self, today: NaiveDate) -> bool {
        self.last_day() <= today && today <= self.day
    }
}

impl Ord for Deadline {
    fn cmp(&self, other: &Deadline) -> std::cmp::Ordering {
        let key = |deadline: &Deadline| (deadline.on_the_wall(), deadline.day);
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Deadline {
    fn partial_cmp(&self, other: &Deadline) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// As the configuration writes it: `2026-12-15`, or `2026-12-15 12:00`.
impl fmt::Display for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.time {
            None => write!(f, "{}", self.day),
            Some(time) if time.second() == 0 => write!(f, "{} {}", self.day, time.format("%H:%M")),
            Some(time) => write!(f, "{} {}", self.day, time.format("%H:%M:%S")),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use chrono::FixedOffset;
    use chrono_tz::Europe::Copenhagen;

    use super::*;

    fn deadline(text: &str) -> Deadline {
        let (day, time) = text.split_once(' ').map_or((text, None), |(day, time)| (day, Some(time)));
        Deadline {
            day: day.parse().unwrap(),
            time: time.map(|time| NaiveTime::parse_from_str(time, "%H:%M").unwrap()),
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_deadline_falls_at_the_towns_own_time() {
        for (text, utc) in [
            ("2026-12-15", "2026-12-15T23:00:00Z"),       // normal time
            ("2026-06-15", "2026-06-15T22:00:00Z"),       // summer time
            ("2026-03-29", "2026-03-29T22:00:00Z"),       // 23 hours long
            ("2026-10-25", "2026-10-25T23:00:00Z"),       // 25 hours long
            ("2026-12-15 12:00", "2026-12-15T11:00:00Z"), //
            ("2026-06-15 12:00", "2026-06-15T10:00:00Z"),
            ("2026-03-29 01:59", "2026-03-29T00:59:00Z"),
            ("2026-03-29 02:00", "2026-03-29T01:00:00Z"), // skipped
            ("2026-03-29 02:30", "2026-03-29T01:00:00Z"), // skipped
            ("2026-03-29 03:00", "2026-03-29T01:00:00Z"),
            ("2026-10-25 02:30", "2026-10-25T00:30:00Z"), // shown twice
            ("2026-10-25 03:00", "2026-10-25T02:00:00Z"),
        ] {
            let expected = DateTime::parse_from_rfc3339(utc).unwrap();
            assert_eq!(deadline(text).moment(&Copenhagen), expected, "{text}");
            let (before, at) = (expected - TimeDelta::seconds(1), expected);
            assert!(!deadline(text).is_missed_by(&before.with_timezone(&Copenhagen)), "{text}");
            assert!(deadline(text).is_missed_by(&at.with_timezone(&Copenhagen)), "{text}");
        }
    }

    #[test]
    fn a_fixed_offset_counts_for_the_deadline_as_well() {
        let summer = FixedOffset::east_opt(2 * 3600).unwrap();
        let expected = DateTime::parse_from_rfc3339("2026-12-15T22:00:00Z").unwrap();
        assert_eq!(deadline("2026-12-15").moment(&summer), expected);
    }

    #[test]
    fn days_are_counted_to_the_deadline() {
        // deadline, today, banking days left, days left, last day
        for (text, today, banking_days, days, last) in [
            ("2026-12-15", "2026-12-10", 3, 5, false), // Tuesday, from Thursday
            ("2026-12-15", "2026-12-12", 2, 3, false), // from Saturday
            ("2026-12-15", "2026-12-14", 1, 1, false),
            ("2026-12-15", "2026-12-15", 0, 0, true),
            ("2026-12-15", "2026-12-16", 0, -1, false),
            ("2026-12-15 12:00", "2026-12-15", 0, 0, true),
            ("2026-12-15 00:00", "2026-12-14", 1, 1, true), // midnight: Monday is the last day to do anything
            ("2026-12-13", "2026-12-11", 0, 2, true),       // a Sunday, from Friday
            ("2026-12-13", "2026-12-12", 0, 1, true),
            ("2026-12-13", "2026-12-13", 0, 0, true),
            ("2026-12-13", "2026-12-10", 1, 3, false),
            ("2026-04-07", "2026-04-01", 1, 6, false), // over Easter
        ] {
            let (deadline, today) = (deadline(text), day(today));
            let told =
                (deadline.banking_days_left(today), deadline.days_left(today), deadline.is_last_day(today));
            assert_eq!(told, (banking_days, days, last), "{text} on {today}");
        }
    }

    #[test]
    fn deadlines_are_ordered_by_when_they_fall() {
        let sorted = ["2026-12-14", "2026-12-15 00:00", "2026-12-15 12:00", "2026-12-15", "2026-12-16 08:00"];
        let deadlines: Vec<Deadline> = sorted.iter().map(|text| deadline(text)).collect();
        assert!(deadlines.is_sorted_by(|a, b| a < b), "{deadlines:?}");
    }

    #[test]
    fn a_deadline_is_written_as_it_is_configured() {
        for text in ["2026-12-15", "2026-12-15 12:00", "2026-01-02 00:00"] {
            assert_eq!(deadline(text).to_string(), text);
        }
        let with_seconds = Deadline { time: NaiveTime::from_hms_opt(12, 0, 30), ..deadline("2026-12-15") };
        assert_eq!(with_seconds.to_string(), "2026-12-15 12:00:30");
    }
}
