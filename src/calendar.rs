//! The calendar that due days are held against.

pub mod banking_days;
