//! The work that is measured inside the process: the same for times and for instructions.

#![allow(dead_code, reason = "each benchmark uses its part")]

use std::path::{Path, PathBuf};

use chrono::Local;
use traekfil::config::{Policy, Rule};
use traekfil::decide::{Choice, Judgement, Reason};
use traekfil::delivery::{Key, Slot};
use traekfil::digest::Digest;
use traekfil::ledger::{Ledger, View};
use traekfil::period::{Period, recognise};
use traekfil::plan::{self, Candidate};

#[path = "../peers/ledger.rs"]
mod ledger;

/// Rows in the ledger that is asked.
pub const ROWS: u32 = 1_000_000;
/// Files that are planned.
pub const FILES: u32 = 100_000;
/// Look-ups of one measurement: half of them of digests that are not there.
pub const LOOK_UPS: u32 = 1_000;

/// A ledger with [`ROWS`] deliveries in this folder.
pub fn large_ledger(folder: &Path) -> anyhow::Result<PathBuf> {
    let path = folder.join("ledger.db");
    let made = Ledger::open(&path, None, Local::now().fixed_offset());
    drop(made.map_err(|trouble| anyhow::anyhow!(trouble.message))?);
    ledger::grow(&path, ROWS)?;
    Ok(path)
}

/// A ledger to ask.
pub fn open(path: &Path) -> anyhow::Result<View> {
    View::open(path, None, false).map_err(|trouble| anyhow::anyhow!(trouble.message))
}

/// Asks for the deliveries of [`LOOK_UPS`] digests, as a run does for each file; how many there were.
#[inline(never)]
pub fn look_up(view: &View) -> usize {
    let digests = (0..LOOK_UPS).map(|n| Digest::of(&(n * (2 * ROWS / LOOK_UPS)).to_be_bytes()));
    digests.map(|digest| view.deliveries_of(&digest).map_or(0, |found| found.len())).sum()
}

/// [`FILES`] files of 5,000 suppliers: most are new, some come twice, and some stand against each other.
pub fn candidates() -> Vec<Candidate> {
    (0..FILES)
        .map(|n| {
            let (supplier, month) = (n % 5_000, n / 5_000);
            let period = Period::new(2023, u8::try_from(month % 12 + 1).unwrap_or(1));
            let path = format!("leverandoer_{supplier:05}_{month:02}.txt");
            let slot = Slot { series: format!("leverandoer_{supplier:05}_*.txt"), period };
            let content = if n % 50 == 0 { supplier } else { n };
            Candidate {
                index: n as usize,
                remote_path: Some(format!("ind/{path}")),
                path,
                key: Some(Key { slot, digest: Digest::of(&content.to_be_bytes()) }),
                one_per_period: true,
                judgement: Judgement { choice: Choice::Send, reason: Reason::New, earlier: None },
                one_approval: false,
            }
        })
        .collect()
}

/// Plans them; how many are to be sent.
#[inline(never)]
pub fn plan(files: Vec<Candidate>) -> usize {
    let policy = Policy {
        same_content_other_slot: Rule::Hold,
        unknown_period: Rule::Hold,
        old_period: Rule::Hold,
        future_period: Rule::Hold,
        slot_taken: Rule::Hold,
        two_persons: false,
        gone_is_delivered: false,
    };
    plan::plan(files, policy, &[]).iter().filter(|file| file.judgement.choice == Choice::Send).count()
}

/// Names as suppliers write them, and some that tell no period.
pub const NAMES: [&str; 6] = [
    "mad_korsbaek_202304.txt",
    "VASK Korsbæk april 2023.csv",
    "traek-2023-04-01-leverandoer-00017.txt",
    "mad_apr_23_rettet(2).txt",
    "12_2023_04.txt",
    "fakturagrundlag uden dato.txt",
];

/// Reads the period of each name; how many tell one.
pub fn recognise_all() -> usize {
    NAMES.iter().filter(|name| recognise(name).period.is_some()).count()
}
