//! What looking into files costs a whole command: `cargo bench --bench records`, or a part of it with
//! `-- judging`, `memory`, `look-up` or `W5`; `--pairs N` for more or fewer pairs.
//!
//! Each line is of two towns that differ in one thing alone and are run in turns: the ratio is that of two runs next to each
//! other, so that what else the machine does meets both.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};
use chrono::Local;
use wait4::Wait4 as _;

use crate::files::Layout;
use crate::pairs::{compare, timed};
use crate::town::Town;

mod files;
#[path = "../peers/ledger.rs"]
mod ledger;
mod pairs;
mod town;

/// Keys in the large ledger.
const KEYS: u32 = 5_000_000;
/// The rows of W5.
const ROWS: u32 = 1_000_000;
const LAYOUTS: [Layout; 3] = [Layout::Fixed, Layout::Csv, Layout::Xml];

fn main() -> anyhow::Result<()> {
    let (mut parts, mut pairs) = (Vec::new(), 31);
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    while let Some(argument) = arguments.next() {
        match &argument[..] {
            "--pairs" => pairs = arguments.next().context("--pairs N")?.parse()?,
            part => parts.push(part.to_owned()),
        }
    }
    ensure!(pairs > 0, "--pairs 1 or more");
    let root = tempfile::Builder::new().prefix("traekfil-records-").tempdir()?;
    let wants = |part: &str| parts.is_empty() || parts.iter().any(|wanted| wanted == part);
    if wants("judging") {
        judging(&root.path().join("judging"), pairs)?;
    }
    if wants("memory") {
        memory(&root.path().join("memory"))?;
    }
    if wants("look-up") {
        look_up(&root.path().join("look-up"), pairs)?;
    }
    if wants("W5") {
        delivered(&root.path().join("W5"), pairs)?;
    }
    Ok(())
}

/// A dry run over one file, looked into and not.
fn judging(root: &Path, pairs: u32) -> anyhow::Result<()> {
    for layout in LAYOUTS {
        for records in [500, 100_000] {
            let [with, without] =
                [("with", layout.config()), ("without", String::new())].map(|(name, formats)| {
                    let town = Town::make(root, &format!("{}_{records}_{name}", layout.name()), &formats)?;
                    town.has(layout, records)?;
                    anyhow::Ok(town)
                });
            let (with, without) = (with?, without?);
            let what = format!("{}, {records} records, looked into against not", layout.name());
            compare(&what, pairs, || with.command(DRY), || without.command(DRY))?;
        }
    }
    Ok(())
}

/// What a run says that does nothing.
const DRY: &[&str] = &["run", "--dry-run"];

/// The peak of memory of a dry run over files of so many records.
fn memory(root: &Path) -> anyhow::Result<()> {
    for layout in LAYOUTS {
        let town = Town::make(root, layout.name(), &layout.config())?;
        let mut last = None;
        for records in [1, 10_000, 100_000, 1_000_000, 5_000_000] {
            town.has(layout, records)?;
            let peak = peak(&mut town.command(DRY))?;
            let each = last.map(|(fewer, less)| (peak.saturating_sub(less)) / u64::from(records - fewer));
            let each = each.map_or(String::new(), |bytes| format!(", {bytes} bytes for each further record"));
            println!("{}, {records} records: {} MB{each}", layout.name(), peak / 1_000_000);
            last = Some((records, peak));
        }
    }
    Ok(())
}

/// A command's peak of memory, in bytes.
fn peak(command: &mut Command) -> anyhow::Result<u64> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
    let used = child.wait4()?;
    ensure!(used.status.success(), "{}", used.status);
    Ok(used.rusage.maxrss)
}

/// A file of 1,000 records, held against few keys and against many.
fn look_up(root: &Path, pairs: u32) -> anyhow::Result<()> {
    let layout = Layout::Fixed;
    let [few, many] = [("few", KEYS / 1000), ("many", KEYS)].map(|(name, keys)| {
        let town = Town::make(root, name, &layout.config())?;
        town.deliver_keys(keys)?;
        town.has(layout, 1000)?;
        anyhow::Ok(town)
    });
    let (few, many) = (few?, many?);
    let more = fs::metadata(many.ledger())?.len() - fs::metadata(few.ledger())?.len();
    println!("1,000 keys take {} bytes of the ledger", more * 1000 / u64::from(KEYS - KEYS / 1000));
    let what = "look-up of 1,000 records, 5,000,000 keys against 5,000";
    compare(what, pairs, || many.command(DRY), || few.command(DRY))
}

/// W5, with a format and the keys of its records, and without either.
fn delivered(root: &Path, pairs: u32) -> anyhow::Result<()> {
    let plain = Town::make(root, "plain", "")?;
    ledger::grow(&plain.ledger(), &plain.archive(), ROWS)?;
    plain.have_files()?;
    let keyed = Town { path: root.join("keyed") };
    ensure!(Command::new("cp").arg("-a").args([&plain.path, &keyed.path]).status()?.success(), "cp");
    keyed.configure(&Layout::Fixed.config())?;
    keyed.deliver_keys(KEYS)?;
    let run: &[&str] = &["--quiet", "run"];
    for town in [&keyed, &plain] {
        // the first run holds the ledger against its witness
        timed(&mut town.command(run))?;
    }
    compare("W5, with 5,000,000 keys against without", pairs, || keyed.command(run), || plain.command(run))
}

impl Town {
    /// Puts a file of so many records into the drop folder, in the place of another.
    fn has(&self, layout: Layout, records: u32) -> anyhow::Result<()> {
        let name = format!("mad_{}.txt", Local::now().format("%Y%m"));
        Ok(layout.write(&self.path.join("drop").join(name), records)?)
    }
}
