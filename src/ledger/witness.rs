//! The witness: lines in the archive that repeat what the ledger must never forget.
//!
//! They lie in `archive/receipts/YYYY-MM.jsonl`, one JSON object a line, the month being that of the moment the line
//! tells of. Lines are only ever appended. A line about a publication is written before the ledger's commit, every
//! other one after the commit that it repeats; [`crate::delivery::witness`] says what a line means for the ledger
//! beside it. A ledger that is lost, or was restored from an older copy, is noticed by these lines before anything
//! is sent, and is made whole again from them.
//!
//! [`line`] is the form of a line, [`lines`] makes them of events, [`files`] reads and appends, [`holdings`] says what the archive holds and whose it
//! is, [`check`] holds the lines against the ledger, and [`lookup`] searches all of them for what is about to be sent.

pub(crate) mod check;
pub(crate) mod files;
pub(crate) mod holdings;
pub mod line;
pub(crate) mod lines;
pub(crate) mod lookup;

pub use holdings::NAME;

/// The folder in the archive that holds the lines.
pub const FOLDER: &str = "receipts";
