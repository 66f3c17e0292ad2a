//! Plain types that several rooms speak of. Pure: no file, no clock, no database, no server, no language.

pub(crate) mod attention;
pub mod decision;
pub mod delivery;
pub mod ledger;
pub mod policy;
pub mod run_report;
