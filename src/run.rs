//! The job: recover, scan, judge, deliver, put away, tell.

pub(crate) mod duplicates;
pub(crate) mod holds;
pub(crate) mod leftovers;
pub(crate) mod outcomes;
pub mod pipeline;
pub(crate) mod saved_plan;
pub mod survey;
