//! The real program against real servers.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod adopt;
mod approvals;
mod bad_input;
mod big_ledger;
mod calendar;
mod calendar_year;
#[cfg(unix)]
mod cases;
mod chain_head;
mod check_server;
mod citizen_numbers;
mod content;
mod danish;
mod decisions;
mod dry_run;
mod exits;
mod help;
mod init;
mod json;
mod keep_archive;
mod ledger;
mod look_alikes;
mod not_delivered;
mod notify;
mod odd_servers;
mod output;
mod owners;
mod picked_up;
mod plan_document;
mod real_folder;
mod receiver;
mod records;
mod report;
mod schedule;
mod servers;
mod settings;
mod status;
mod story;
#[path = "../support/mod.rs"]
mod support;
mod task_scheduler_xml;
#[cfg(unix)]
mod third_party_servers;
mod trust;
mod two_persons;
mod unsafe_names;
mod windows;
mod withdraw;
mod witness;

use support::sha256::sha256;

/// The food supplier's file for April.
const MAD: &str = "mad_korsbaek_202304.txt";
/// The laundry's.
const VASK: &str = "vask_korsbaek_202304.txt";
const MAD_APRIL: &str = "MAD;2023-04\n000000-0000;412,50\n000000-0001;388,00\n";
const MAD_MAY: &str = "MAD;2023-05\n000000-0000;425,00\n";
const VASK_APRIL: &str = "VASK;2023-04\n000000-0002;96,25\n";
