//! The calendar that due days and KP's runs are held against. Pure: the moment and its time zone are told.

pub mod banking_days;
pub mod dates;
pub mod deadline;
pub mod due_soon;
pub mod runs;
