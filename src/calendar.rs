//! The calendar that due days and KP's runs are held against. Pure: the moment and its time zone are told.
//!
//! The files, in reading order: [`banking_days`] computes the days on which Danish banks are closed, and so the due day of a
//! month; [`dates`] reads the dates that people write or paste; [`deadline`] is a day, or a moment of it; [`runs`] are the
//! days of KP's runs; [`due_soon`] names the files that a deadline near at hand still waits for.

pub mod banking_days;
pub mod dates;
pub mod deadline;
pub mod due_soon;
pub mod runs;
