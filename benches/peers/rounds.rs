//! The rounds: in each of them every tool has its turn.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};

use crate::bed::{Bed, run};
use crate::home::Home;
use crate::measure::{self, Measured, Sample};
use crate::tools::{CARRIERS, Errand, Tool};
use crate::workload::{self, Workload};
use crate::{ledger, table};

/// What is asked for on the command line.
struct Options {
    workloads: Vec<Workload>,
    rounds: usize,
    write: bool,
    received: Option<PathBuf>,
}

impl Options {
    fn read(arguments: impl Iterator<Item = String>) -> anyhow::Result<Options> {
        let mut options = Options { workloads: Vec::new(), rounds: 7, write: false, received: None };
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                // `cargo bench` passes this to every benchmark.
                "--bench" => {}
                "--write" => options.write = true,
                "--received" => {
                    options.received = Some(arguments.next().context("--received FOLDER")?.into());
                }
                "--rounds" => options.rounds = arguments.next().context("--rounds N")?.parse()?,
                name => {
                    let known = workload::ALL.into_iter().find(|workload| workload.name == name);
                    options.workloads.push(known.with_context(|| format!("no workload {name}; W1 to W7"))?);
                }
            }
        }
        if options.workloads.is_empty() {
            options.workloads = workload::ALL.to_vec();
        }
        ensure!(options.rounds > 0, "--rounds 1 or more");
        Ok(options)
    }
}

/// Measures, and prints or writes the table.
pub fn main() -> anyhow::Result<()> {
    let options = Options::read(std::env::args().skip(1))?;
    let bed = Bed::start(options.received.as_deref())?;
    let mut all = Vec::new();
    for &workload in &options.workloads {
        let measured = match workload.idle {
            None => carried(&bed, workload, options.rounds)?,
            Some(rows) => idle(&bed, workload, rows, options.rounds)?,
        };
        println!("{}", table::summary(&measured));
        all.push(measured);
    }
    let text = table::text(&all, options.rounds);
    println!("\n{text}");
    if options.write {
        table::write(&text, &all)?;
    }
    Ok(())
}

/// Whether all that a tool needs is installed; prints a line if not.
fn is_there(tool: Tool) -> bool {
    let missing = tool.needs().iter().find(|program| found(program).is_none());
    if let Some(program) = missing {
        println!("{} is left out: {program} is not installed", tool.name());
    }
    missing.is_none()
}

/// Where a program lies.
fn found(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn carried(bed: &Bed, workload: Workload, rounds: usize) -> anyhow::Result<Measured> {
    let source = bed.path("source");
    let target = bed.target.clone();
    let port = if workload.delayed { bed.far } else { bed.near };
    let home = Home::make(bed, workload.name, port, &target)?;
    workload.make(&source)?;
    workload.make(&home.drop_folder())?;
    let tools: Vec<Tool> = CARRIERS.into_iter().filter(|&tool| is_there(tool)).collect();
    let errand = Errand { bed, workload, source: &source, target: &target };
    let mut samples: BTreeMap<Tool, Vec<Sample>> = BTreeMap::new();
    for round in 0..rounds {
        for &tool in tools.iter().filter(|tool| round < tool.rounds(workload)) {
            fs::create_dir(&target)?;
            let mut command = if tool == Tool::Ours {
                home.forget()?;
                home.command()
            } else {
                tool.command(&errand)?
            };
            let sample = measured(&mut command)?;
            workload.check(&target).with_context(|| tool.name())?;
            if tool == Tool::Ours {
                home.take_back(workload)?;
            }
            fs::remove_dir_all(&target)?;
            samples.entry(tool).or_default().push(sample);
        }
    }
    fs::remove_dir_all(&source)?;
    fs::remove_dir_all(home.drop_folder())?;
    Ok(Measured { workload, samples })
}

fn idle(bed: &Bed, workload: Workload, rows: u32, rounds: usize) -> anyhow::Result<Measured> {
    let target = bed.target.clone();
    let mut homes = vec![(Tool::Ours, delivered(bed, workload, &target, workload.name)?)];
    let source = homes[0].1.drop_folder();
    if rows > 0 {
        homes.push((Tool::Fresh, delivered(bed, workload, &target, "fresh")?));
        ledger::grow(&homes[0].1.ledger(), &homes[0].1.archive(), rows)?;
    }
    let mut samples: BTreeMap<Tool, Vec<Sample>> = BTreeMap::new();
    for _ in 0..rounds {
        for (tool, home) in &homes {
            samples.entry(*tool).or_default().push(measured(&mut home.command())?);
        }
        let errand = Errand { bed, workload, source: &source, target: &target };
        let sample = measured(&mut Tool::Sha256sum.command(&errand)?)?;
        samples.entry(Tool::Sha256sum).or_default().push(sample);
    }
    for (_, home) in homes {
        fs::remove_dir_all(home.drop_folder())?;
    }
    Ok(Measured { workload, samples })
}

/// A home whose files are all delivered, and put back into the drop folder.
fn delivered(bed: &Bed, workload: Workload, target: &Path, name: &str) -> anyhow::Result<Home> {
    let home = Home::make(bed, name, bed.near, target)?;
    workload.make(&home.drop_folder())?;
    fs::create_dir(target)?;
    run(&mut home.command())?;
    home.take_back(workload)?;
    fs::remove_dir_all(target)?;
    Ok(home)
}

fn measured(command: &mut Command) -> anyhow::Result<Sample> {
    let (status, sample) = measure::run(command)?;
    ensure!(status.success(), "{}: {status}", command.get_program().display());
    Ok(sample)
}
