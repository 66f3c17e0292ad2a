//! Measures a process, and summarises the measurements of a workload.

use std::collections::BTreeMap;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use wait4::Wait4 as _;

use crate::tools::{CARRIERS, Tool};
use crate::workload::Workload;

/// What a process took.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// From its start to its end.
    pub time: Duration,
    /// Its peak of memory, in bytes; that of the largest process if there are several.
    pub memory: u64,
}

/// Runs a command without its output, and answers how it ended and what it took.
///
/// Pending writes are flushed before the clock starts, so that no tool's time includes another's writes.
pub fn run(command: &mut Command) -> anyhow::Result<(ExitStatus, Sample)> {
    rustix::fs::sync();
    let shown = command.get_program().display().to_string();
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let begin = Instant::now();
    let mut child = command.spawn().with_context(|| shown.clone())?;
    let used = child.wait4().with_context(|| shown)?;
    Ok((used.status, Sample { time: begin.elapsed(), memory: used.rusage.maxrss }))
}

/// What was measured of one workload, by tool; a tool's samples in the order of the rounds.
pub struct Measured {
    /// The workload.
    pub workload: Workload,
    /// Its samples.
    pub samples: BTreeMap<Tool, Vec<Sample>>,
}

impl Measured {
    /// The median of a tool's times, in seconds.
    pub fn seconds(&self, tool: Tool) -> Option<f64> {
        median(self.samples.get(&tool)?.iter().map(|sample| sample.time.as_secs_f64()))
    }

    /// The median of a tool's peaks of memory, in MB.
    pub fn megabytes(&self, tool: Tool) -> Option<f64> {
        #[allow(clippy::cast_precision_loss)] // f64 is exact up to 2^53 bytes
        median(self.samples.get(&tool)?.iter().map(|sample| sample.memory as f64 / 1e6))
    }

    /// How many times as long as another tool this program takes: the median over the rounds that had both.
    pub fn ratio(&self, other: Tool) -> Option<f64> {
        let pairs = self.samples.get(&Tool::Ours)?.iter().zip(self.samples.get(&other)?);
        median(pairs.map(|(ours, theirs)| ours.time.as_secs_f64() / theirs.time.as_secs_f64()))
    }

    /// The fastest of the other tools that carry files.
    pub fn best_peer(&self) -> Option<Tool> {
        let peers = CARRIERS.into_iter().filter(|tool| tool.is_peer());
        let timed = peers.filter_map(|tool| Some((tool, self.seconds(tool)?)));
        timed.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(tool, _)| tool)
    }
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

/// A time in seconds, to three significant digits.
pub fn short(seconds: f64) -> String {
    let digits = if seconds < 10.0 { 2 } else { 1 };
    if seconds < 1.0 { format!("{seconds:.3}") } else { format!("{seconds:.digits$}") }
}
