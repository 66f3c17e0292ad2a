//! What was measured, for people.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use crate::measure::{Measured, short};
use crate::plot;
use crate::tools::{CARRIERS, Tool};

const BEGIN: &str = "<!-- measured: cargo bench --bench peers -- --write -->";
const END: &str = "<!-- /measured -->";

/// What is to be reached against whom.
enum Against {
    Tool(Tool),
    BestPeer,
}

/// The goal of a workload: against whom, and at most how many times its time.
fn goal(name: &str) -> (Against, f64) {
    match name {
        "W1" => (Against::Tool(Tool::Sftp), 0.45),
        "W2" => (Against::BestPeer, 0.5),
        "W3" => (Against::Tool(Tool::Sftp), 0.95),
        "W4" => (Against::Tool(Tool::Sha256sum), 0.6),
        "W5" => (Against::Tool(Tool::Fresh), 1.15),
        "W6" => (Against::BestPeer, 0.25),
        _ => (Against::Tool(Tool::Sftp), 0.6),
    }
}

/// The tool that a workload is compared with, and the goal: at most how many times that tool's time.
fn against(measured: &Measured) -> Option<(Tool, f64)> {
    let (against, reach) = goal(measured.workload.name);
    let tool = match against {
        Against::Tool(tool) => tool,
        Against::BestPeer => measured.best_peer()?,
    };
    Some((tool, reach))
}

/// A workload in one line, for whoever waits.
pub fn summary(measured: &Measured) -> String {
    let mut line = measured.workload.name.to_owned();
    for (tool, samples) in &measured.samples {
        let (seconds, memory) = (measured.seconds(*tool), measured.megabytes(*tool));
        let times: Vec<String> =
            samples.iter().map(|sample| format!("{:.3}", sample.time.as_secs_f64())).collect();
        let _ = write!(
            line,
            "\n  {:<12} {:8.3} s {:6.1} MB  ours × {:.2}  [{}]",
            tool.name(),
            seconds.unwrap_or_default(),
            memory.unwrap_or_default(),
            measured.ratio(*tool).unwrap_or_default(),
            times.join(" ")
        );
    }
    line
}

/// The tables in Markdown.
pub fn text(all: &[Measured], rounds: usize) -> String {
    let mut text = goals(all);
    text.push_str("\n| | traekfil |");
    let others: Vec<Tool> = CARRIERS
        .into_iter()
        .chain([Tool::Sha256sum, Tool::Fresh])
        .filter(|tool| *tool != Tool::Ours && all.iter().any(|measured| measured.samples.contains_key(tool)))
        .collect();
    for tool in &others {
        let _ = write!(text, " {} |", tool.name().replace('|', "\\|"));
    }
    let _ = write!(text, "\n|---|---|{}\n", "---|".repeat(others.len()));
    for measured in all {
        let _ = write!(text, "| {} |", measured.workload.name);
        for tool in [Tool::Ours].iter().chain(&others) {
            let cell = measured.seconds(*tool).zip(measured.megabytes(*tool));
            let cell =
                cell.map_or(String::new(), |(time, memory)| format!("{} s, {memory:.0} MB", short(time)));
            let few = measured.samples.get(tool).map_or(rounds, Vec::len);
            let few = if few < rounds { format!(" ({few} of the rounds)") } else { String::new() };
            let _ = write!(text, " {cell}{few} |");
        }
        text.push('\n');
    }
    let _ = write!(text, "\nMedians of {rounds} rounds. {}\n", circumstances());
    text
}

fn goals(all: &[Measured]) -> String {
    let mut text =
        String::from("| | work | against | reach | reached | memory |\n|---|---|---|---|---|---|\n");
    for measured in all {
        let Some((tool, reach)) = against(measured) else { continue };
        let ratio = measured.ratio(tool).map_or(String::new(), |ratio| format!("{ratio:.2} ×"));
        let memory = measured.megabytes(Tool::Ours).map_or(String::new(), |mb| format!("{mb:.0} MB"));
        let _ = writeln!(
            text,
            "| {} | {} | {} | {reach} × | {ratio} | {memory} |",
            measured.workload.name,
            measured.workload.what,
            tool.name(),
        );
    }
    text
}

/// The machine and the versions.
fn circumstances() -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let about = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let processor = about.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let processor = processor.map_or("an unknown processor", |(_, name)| name.trim());
    let mut versions: Vec<String> = Vec::new();
    for (program, ask) in CARRIERS.into_iter().chain([Tool::Sha256sum]).filter_map(Tool::version) {
        let Ok(said) = Command::new(program).arg(ask).output() else { continue };
        let said = [said.stdout, said.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        versions.extend(
            said.lines().next().map(|line| line.split(" (").next().unwrap_or(line).trim().replace('|', "")),
        );
    }
    format!("Server and client on one machine, {cores} cores of {processor}. {}.", versions.join("; "))
}

/// Puts the tables and the plot into `docs/`.
pub fn write(text: &str, all: &[Measured]) -> anyhow::Result<()> {
    let docs: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let page = docs.join("performance.md");
    let old = fs::read_to_string(&page).with_context(|| page.display().to_string())?;
    let (before, rest) = old.split_once(BEGIN).context("the page has no place for the table")?;
    let (_, after) = rest.split_once(END).context("the table's place on the page has no end")?;
    fs::write(&page, format!("{before}{BEGIN}\n{text}{END}{after}"))?;
    fs::write(docs.join("performance.svg"), plot::draw(all))?;
    Ok(())
}
