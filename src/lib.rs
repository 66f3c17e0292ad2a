//! Delivers trækfiler to KP (Kommunernes Pensionssystem): each file exactly once, or a person is told.
//!
//! The rooms are named for the job, which [`run`] puts together: look into the folder ([`drop_folder`]), read each
//! file's digest ([`digest`]) and period ([`period`], [`series`]), decide ([`decide`], [`plan`]), deliver
//! ([`delivery`], [`deliver`], [`remote`]) under a durable journal ([`ledger`]), put the original away ([`archive`])
//! and tell the person ([`report`], [`messages`], [`output`]).

pub mod archive;
pub mod calendar;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
pub mod decide;
pub mod deliver;
pub mod delivery;
pub mod digest;
pub mod drop_folder;
pub mod exit;
mod failpoint;
pub mod ledger;
pub mod messages;
pub mod model;
pub mod names;
pub mod notify;
pub mod output;
pub mod overview;
pub mod period;
pub mod plan;
pub mod platform;
pub mod remote;
pub mod report;
pub mod run;
pub mod secrets;
pub mod series;
pub mod template;
pub mod wording;
