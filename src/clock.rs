//! The one place that asks what time it is, and how a moment is written. Everything else is told the time.

use chrono::{DateTime, FixedOffset, Local, SecondsFormat};

/// Now, with the local offset.
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
    Local::now().fixed_offset()
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
