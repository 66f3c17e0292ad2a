//! What a command tells: the same facts as JSON for programs and as text for people.

pub use crate::model::run_report::{
    Difference, DifferenceKind, FileOutcome, FileReport, OverdueReport, PlanReport, RecoveredReport,
    RunReport, Summary,
};

pub(crate) mod document;
pub mod history;
pub mod marks;
pub mod page;
pub mod paragraph;
pub mod status;
pub mod text;
