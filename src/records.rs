//! What is in a file: its records, each one deduction for one citizen, and the totals they make.
//!
//! The room is pure: bytes come in, numbers and typed findings go out. A citizen's number lives only
//! while its record is visited; nothing that outlives the record carries it, and no `Debug` shows it.

pub mod amount;
pub mod citizen;
pub mod period_form;
