//! Instructions, counted by callgrind: `cargo bench --bench instructions`. They do not depend on the machine's mood.
//!
//! This program runs itself under valgrind, once with the work and once without it, and prints the difference.

use std::env;
use std::process::Command;

use anyhow::{Context as _, bail, ensure};
use traekfil::decide::history::History;
use traekfil::plan;

mod work;

/// Rows of the ledger here: to make a larger one under valgrind takes very long, and a look-up goes down a tree that
/// is one level lower.
const ROWS: u32 = 20_000;
const LOOK_UPS: u32 = 1000;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => {
            let planning = counted("plan")?;
            println!("planning: {} instructions a file", planning / u64::from(work::FILES));
            let asking = counted("look-up")?;
            println!("ledger look-up: {} instructions", asking / u64::from(LOOK_UPS));
            let looking = counted("records")?;
            println!("records: {} instructions each", looking / u64::from(work::RECORDS));
            Ok(())
        }
        ["--work", work, times] => work_on(work, times.parse()?),
        _ => bail!("this takes no arguments"),
    }
}

fn work_on(work: &str, times: u32) -> anyhow::Result<()> {
    if work == "plan" {
        let files = work::candidates(work::FILES);
        let planned =
            if times > 0 { plan::plan(files, work::policy(), &History::default(), &[]) } else { files };
        ensure!(planned.len() == work::FILES as usize, "all files are planned");
        return Ok(());
    }
    if work == "records" {
        let (file, rule) = (work::records(work::RECORDS), work::content_rule()?);
        let seen = if times > 0 { work::look(&rule, &file) } else { u64::from(work::RECORDS) };
        ensure!(seen == u64::from(work::RECORDS), "all records are read");
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let ledger = work::ledger(folder.path(), ROWS)?;
    for n in 0..LOOK_UPS * times {
        let found = ledger.deliveries_of(&work::digest(n * 7919 % ROWS));
        ensure!(found.is_ok_and(|found| found.len() == 1), "each is there once");
    }
    Ok(())
}

/// The instructions of a piece of work, without those that prepare it.
fn counted(work: &str) -> anyhow::Result<u64> {
    let [without, with] = ["0", "1"].map(|times| instructions(work, times));
    Ok(with?.saturating_sub(without?))
}

fn instructions(work: &str, times: &str) -> anyhow::Result<u64> {
    let out = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe()?)
        .args(["--work", work, times])
        .output()
        .context("valgrind is not installed")?;
    let said = String::from_utf8_lossy(&out.stderr);
    ensure!(out.status.success(), "{said}");
    let count = said.lines().find_map(|line| line.split_once("Collected : ")).context("callgrind's count")?;
    Ok(count.1.trim().parse()?)
}
