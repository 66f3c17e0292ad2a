//! Delivers trækfiler to KP (Kommunernes Pensionssystem): each file exactly once, or a person is told.
//!
//! This library is the program; `main.rs` only calls it. A room below uses the rooms after it, never one before it, and
//! `tests/architecture.rs` holds that. `docs/architecture.md` follows one file through the rooms.
//!
//! What is public is what `main.rs`, the tests and the benchmarks use; the other rooms are private to the crate, so that
//! the compiler names what nobody uses.

// One command each: reads its options, calls the rooms that do the work, shows the answer.
pub mod commands;
// Standard output and standard error, as text or as one JSON object.
pub mod output;
// The command line: its types, its texts, and what is wrong with what somebody typed.
pub mod cli;

// The job: recover, scan, judge, deliver, put away, tell.
pub mod run;
// A run, the months and the history as text and as one page.
pub(crate) mod report;
// Telling a person by mail, by a program or in Windows' event log.
pub(crate) mod notify;
// The executor of the delivery protocol: record, act, record, in batches.
pub mod deliver;
// How each series stands in each month, and what needs a person.
pub(crate) mod overview;
// Where originals go, how they are found again, and when they are deleted.
pub(crate) mod archive;
// Types of the model put into words.
pub(crate) mod wording;

// KP's server: SSH, SFTP, and many requests in flight.
pub mod remote;
// Lists the drop folder, checks its files and digests them.
pub mod drop_folder;
// Passwords and passphrases.
pub mod secrets;
// The configuration: reads TOML and returns checked values.
pub mod config;
// The journal of every delivery, decision and run, in SQLite, and the receipts beside it.
pub mod ledger;
// What differs between Linux and Windows.
pub mod platform;

// The files of one run, decided together. Pure.
pub mod plan;
// One file, decided by its own facts. Pure.
pub mod decide;
// How a delivery moves from state to state, and what recovery does. Pure.
pub mod delivery;
// Formats, and what a file's records say and add up to. Pure.
pub mod records;
// Plain types that several rooms speak of. Pure.
pub mod model;
// Which names mislead, look alike, or are those of unfinished files. Pure.
pub mod names;
// Every sentence in Danish and English: strings in, a string out.
pub mod messages;

// Which series and period a file is for. Pure.
pub mod series;
// The calendar month that deductions are for, and how it is found in a name. Pure.
pub mod period;
// Banking days, dates that people write, KP's runs. Pure.
pub mod calendar;
// Names on the server, made from a template. Pure.
pub mod template;
// The SHA-256 of a file's bytes.
pub mod digest;
// The exit codes, and the error that carries one.
pub mod exit;
// The one place that asks what time it is.
pub mod clock;
// Points at which tests halt the program.
mod failpoint;
