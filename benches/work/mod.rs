//! What the small benchmarks work on.

use std::path::Path;

use anyhow::Context as _;
use traekfil::digest::Digest;
use traekfil::ledger::LedgerReader;
use traekfil::model::decision::{Choice, Judgement, Reason};
use traekfil::model::delivery::{Key, Slot};
use traekfil::model::policy::{ContentPolicy, Policy, Rule};
use traekfil::names;
use traekfil::period::Period;
use traekfil::plan::Candidate;

#[path = "../peers/ledger.rs"]
mod ledger;

/// Files of the large plan.
pub const FILES: u32 = 100_000;

/// The policy as it ships.
pub fn policy() -> Policy {
    Policy {
        same_content_other_slot: Rule::Hold,
        unknown_period: Rule::Hold,
        old_period: Rule::Hold,
        future_period: Rule::Hold,
        unknown_series: Rule::Hold,
        new_series: Rule::Hold,
        slot_taken: Rule::Hold,
        content: ContentPolicy::USUAL,
        gone_is_delivered: false,
        two_persons: false,
    }
}

/// So many new files, each of another series.
pub fn candidates(count: u32) -> Vec<Candidate> {
    let month = |n: u32| Period::new(2023, u8::try_from(n % 12 + 1).unwrap_or(1));
    (0..count)
        .map(|n| Candidate {
            index: n as usize,
            path: format!("leverandoer_{n:06}.txt"),
            key: Some(Key {
                slot: Slot { series: format!("leverandoer_{n:06}_*.txt"), period: month(n) },
                digest: Digest::of(&n.to_be_bytes()),
            }),
            core: Some(names::core_of(&format!("leverandoer_{n:06}.txt"))),
            one_per_period: true,
            remote_path: Some(format!("ind/leverandoer_{n:06}.txt")),
            judgement: Judgement::new(Choice::Send, Reason::New, None),
            covered: Vec::new(),
            one_approval: false,
        })
        .collect()
}

/// A ledger in this folder with so many deliveries, the n-th being that of the digest [`digest`]`(n)`.
pub fn ledger(folder: &Path, rows: u32) -> anyhow::Result<LedgerReader> {
    let path = folder.join("ledger.db");
    let archive = folder.join("archive");
    ledger::grow(&path, &archive, rows)?;
    LedgerReader::open(&path, &archive, false)
        .map_err(|error| anyhow::anyhow!(error.message))
        .context("the ledger")
}

/// The digest of the n-th delivery.
pub fn digest(n: u32) -> Digest {
    Digest::of(&n.to_be_bytes())
}
