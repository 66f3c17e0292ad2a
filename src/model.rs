//! Plain types that several rooms speak of. Pure: no file, no clock, no database, no server, no language.
//!
//! The files, in reading order: [`delivery`] has the key that says what a file is and is for, and the states of a delivery;
//! [`decision`] what can happen to a file, and why; [`policy`] what the configuration lets pass; [`ledger`] the ledger's
//! rows, [`keys`] what it keeps of records, [`person`] who gave a word; [`run_report`] what a run tells; `attention` the months of each
//! series, and what needs a person; [`server`] what was learned about a server.

pub(crate) mod attention;
pub mod decision;
pub mod delivery;
pub mod keys;
pub mod ledger;
pub mod person;
pub mod policy;
pub mod run_report;
pub mod server;
