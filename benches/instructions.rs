//! How many instructions planning and look-up take, by callgrind: a figure that does not depend on what else the
//! machine does. `cargo bench --bench instructions` (needs valgrind).

use std::env;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

mod work;

fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => measure(),
        ["plan"] => {
            black_box(work::plan(work::candidates()));
            Ok(ExitCode::SUCCESS)
        }
        ["look-up", ledger] => {
            black_box(work::look_up(&work::open(Path::new(ledger))?));
            Ok(ExitCode::SUCCESS)
        }
        _ => bail!("usage: cargo bench --bench instructions"),
    }
}

/// Runs each work once under callgrind and counts what happens inside its function alone.
fn measure() -> Result<ExitCode> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        eprintln!("skipped: valgrind is not installed");
        return Ok(ExitCode::SUCCESS);
    }
    let folder = tempfile::tempdir()?;
    let ledger = work::large_ledger(folder.path())?;
    let ledger = ledger.to_str().context("a plain path")?;
    let works = [
        ("planning", work::FILES, "work::plan", vec!["plan"]),
        ("look-up", work::LOOK_UPS, "work::look_up", vec!["look-up", ledger]),
    ];
    for (name, items, function, words) in works {
        let counted = instructions(function, &words, folder.path())?;
        println!("{name}: {counted} instructions, {} for each of {items}", counted / u64::from(items));
    }
    Ok(ExitCode::SUCCESS)
}

fn instructions(function: &str, words: &[&str], folder: &Path) -> Result<u64> {
    let ran = Command::new("valgrind")
        .args(["--tool=callgrind", "--collect-atstart=no", &format!("--toggle-collect=*{function}*")])
        .arg(format!("--callgrind-out-file={}", folder.join("callgrind").display()))
        .arg(env::current_exe()?)
        .args(words)
        .output()?;
    let said = String::from_utf8_lossy(&ran.stderr);
    let counted =
        said.lines().find_map(|line| line.split_once("Collected : ")).map(|(_, count)| count.trim());
    match counted.and_then(|count| count.parse().ok()) {
        Some(count) if count > 0 => Ok(count),
        _ => bail!("callgrind counted nothing in {function}:\n{said}"),
    }
}
