//! What is in a file: its records, each one deduction for one citizen, and the totals they make.
//!
//! A layout is described, never built in: [`format`] checks the description, [`reader`] reads a file's
//! bytes by it as they come, [`totals`] says what is suspicious about what was read, [`content`] does both
//! for a series' files, [`keyed`] makes the keys that the ledger keeps of records, [`delivered`] says which of a file's
//! records KP has got by them, [`spelling`] says when two kinds or references are one, [`compare`] lays two files side by
//! side, and [`guess`] drafts a description from a sample.
//!
//! The room is pure: bytes come in, numbers and typed findings go out. A citizen's number lives only
//! while its record is visited; nothing that outlives the record carries it, and no `Debug` shows it.

pub mod amount;
pub mod citizen;
pub mod compare;
pub mod content;
mod decode;
pub mod delivered;
pub mod format;
pub mod guess;
pub mod key;
pub mod keyed;
mod lines;
pub mod period_form;
pub mod reader;
pub mod spelling;
pub mod totals;

#[cfg(test)]
mod samples;
