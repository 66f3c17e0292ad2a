//! The one place that asks what time it is. Everything else is told.

use chrono::{DateTime, FixedOffset, Local};

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
