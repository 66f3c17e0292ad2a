//! The one place that asks what time it is, and how a moment is written. Everything else is told the time.

use chrono::{DateTime, Datelike, FixedOffset, Local, NaiveDate, NaiveTime, SecondsFormat};

/// Now, with the local offset. A clock that stands outside the years 1 to 9999, which RFC 3339 cannot write, counts as standing
/// at the nearest moment that it can.
///
/// A program built with debug assertions, as tests are, takes the moment from `TRAEKFIL_NOW` (RFC 3339).
#[must_use]
pub fn now() -> DateTime<FixedOffset> {
    #[cfg(debug_assertions)]
    if let Some(fixed) =
        std::env::var("TRAEKFIL_NOW").ok().and_then(|text| DateTime::parse_from_rfc3339(&text).ok())
    {
        return fixed;
    }
    that_can_be_written(Local::now().fixed_offset())
}

fn that_can_be_written(at: DateTime<FixedOffset>) -> DateTime<FixedOffset> {
    let nearest = match at.year() {
        // A day from the ends, so that no offset leads across them.
        ..1 => NaiveDate::from_ymd_opt(1, 1, 2),
        1..=9999 => None,
        10_000.. => NaiveDate::from_ymd_opt(9999, 12, 30),
    };
    nearest.map_or(at, |day| day.and_time(NaiveTime::MIN).and_utc().fixed_offset())
}

/// The same moment by the town's own clock, which knows the daylight saving of other days as well.
#[must_use]
pub fn in_town(at: DateTime<FixedOffset>) -> DateTime<Local> {
    at.with_timezone(&Local)
}

/// How a moment is written in the ledger and in JSON: RFC 3339 with offset, whole seconds.
#[must_use]
pub fn moment(at: DateTime<FixedOffset>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, false)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn every_moment_of_the_clock_can_be_written_and_read() {
        let now = DateTime::parse_from_rfc3339("2023-04-14T06:00:00+02:00").unwrap();
        let year = TimeDelta::days(366);
        for (at, written) in [
            (now, "2023-04-14T06:00:00+02:00"),
            (now - year * 43, "1980-03-12T06:00:00+02:00"),
            (now - year * 3000, "0001-01-02T00:00:00+00:00"),
            (now + year * 9000, "9999-12-30T00:00:00+00:00"),
        ] {
            let at = that_can_be_written(at);
            assert_eq!(moment(at), written);
            assert_eq!(DateTime::parse_from_rfc3339(&moment(at)), Ok(at));
        }
    }
}
