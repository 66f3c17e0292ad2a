//! What the small benchmarks work on.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use traekfil::digest::Digest;
use traekfil::ledger::LedgerReader;
use traekfil::model::decision::{Choice, Judgement, Reason};
use traekfil::model::delivery::{Key, Slot};
use traekfil::model::policy::{ContentPolicy, Policy, Rule};
use traekfil::names;
use traekfil::period::Period;
use traekfil::plan::Candidate;
use traekfil::records::amount::Ore;
use traekfil::records::content::{ContentRule, SharedSecret};
use traekfil::records::format::table::FormatTable;
use traekfil::records::format::{Format, SeriesUse};

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

/// How many records the large file has.
pub const RECORDS: u32 = 100_000;

/// A file of so many records, lines of 80 characters with a header and a trailer.
pub fn records(count: u32) -> Vec<u8> {
    let line = |text: String| format!("{text:<80}\r\n");
    let mut text = line("Z300 MADSERVICE    202304".to_owned());
    let mut sum = 0;
    for n in 0..count {
        let citizen =
            format!("{:02}{:02}{:02}{:04}", n % 28 + 1, n / 28 % 12 + 1, n / 336 % 100, 9999 - n / 33_600);
        let ore = 80_000 + n * 37 % 300_000;
        sum += u64::from(ore);
        text += &line(format!("G68         {citizen}       202304    {ore:09}"));
    }
    text += &line(format!("SLUTD{count:08}{sum:013}"));
    text.into_bytes()
}

/// How that file is looked into.
pub fn content_rule() -> anyhow::Result<ContentRule> {
    const FORMAT: &str = r#"
kind = "fixed"
encoding = "windows-1252"
line_length = 80
lines = { header = '^Z300', record = '^G68', trailer = '^SLUTD' }
record.citizen = "13-22"
record.amount = { at = "40-48", unit = "øre", sign = "39" }
record.period = { at = "30-35", form = "YYYYMM" }
header.period = { at = "20-25", form = "YYYYMM" }
trailer.records = "6-13"
trailer.sum = { at = "14-26", unit = "øre" }
"#;
    let table: FormatTable = toml::from_str(FORMAT)?;
    let series = [SeriesUse { name: "mad", deduction: Some("mad") }];
    let format = Format::build("mad", &table, &series);
    Ok(ContentRule {
        name: "mad".to_owned(),
        format: Arc::new(format.map_err(|faults| anyhow::anyhow!("{faults:?}"))?),
        deduction: "mad".to_owned(),
        largest: Some(Ore::new(450_000)),
        unusual: None,
        many: false,
        by: String::new(),
        secret: SharedSecret::default(),
    })
}

/// Looks into a file, and answers how many records it has.
pub fn look(rule: &ContentRule, file: &[u8]) -> u64 {
    let feed = |listener: &mut (dyn FnMut(&[u8]) + Send)| {
        for piece in file.chunks(256 * 1024) {
            listener(piece);
        }
        Ok::<(), Infallible>(())
    };
    let Ok(((), content)) = rule.look(None, feed);
    content.reading.totals.records
}
