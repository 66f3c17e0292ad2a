//! The job: recover, scan, judge, deliver, put away, tell.
//!
//! This room puts the others together; it holds no rule of its own about what may be sent. [`pipeline`] is one run from
//! beginning to end, and `preview` is the same run up to the point where something would be done.
//!
//! The files, in reading order: [`pipeline`], `secret`, `kept_content`, `keying`, `scan`, `judge`, `known`, `writers`, `holds`, `duplicates`, `outcomes`, `preview`, `saved_plan`.
//!
//! # What happens to one file
//!
//! 1. `scan` finds it in the drop folder, reads it once, and so knows its digest, its series and its period: its key.
//!    A file that somebody may still be writing is left for the next run.
//! 2. `judge` asks the ledger what is known of that key, and lets `decide` decide: send it, put it away as a
//!    duplicate, hold it for a person, wait, or skip it. [`crate::plan`] then settles what the files of one run mean to
//!    each other, such as two files for one slot.
//! 3. `saved_plan` takes it out of the run again where the run goes by a plan that does not name it (`run --plan`).
//! 4. `holds` gives it a number where it is held, so that a person can name it. The hold ends when the file is no
//!    longer held.
//! 5. [`crate::deliver`] sends it: each step is recorded in the ledger before and after it is done. The server's answer
//!    can still hold the file, where something else has its name there.
//! 6. Its original is put away: a delivered one by [`crate::deliver`], a duplicate by `duplicates`.
//! 7. `outcomes` writes down how it fared, for the report that people and programs read.
//!
//! # What a crash leaves
//!
//! A run begins and ends with an event in the ledger, and a delivery is recorded step by step. The next run therefore
//! finds what this one left open, and settles it before it takes anything new ([`pipeline`], "recover").

pub(crate) mod compared;
mod content;
mod duplicates;
mod earlier;
pub(crate) mod holds;
pub(crate) mod judge;
mod kept_content;
mod keying;
mod known;
mod leftovers;
pub(crate) mod outcomes;
pub mod pipeline;
pub(crate) mod preview;
pub(crate) mod saved_plan;
pub(crate) mod scan;
pub(crate) mod secret;
mod writers;
