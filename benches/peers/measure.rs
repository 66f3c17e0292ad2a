//! One process, measured.

use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use wait4::Wait4 as _;

/// What a process took.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// From its start to its end.
    pub time: Duration,
    /// The most memory it had at once, in bytes; of several processes the largest.
    pub memory: u64,
}

/// Runs a command, its output thrown away, and answers how it ended and what it took.
///
/// What others left to be written to the disk is written first: nobody pays for it here.
pub fn run(command: &mut Command) -> anyhow::Result<(ExitStatus, Sample)> {
    rustix::fs::sync();
    let shown = command.get_program().display().to_string();
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let begin = Instant::now();
    let mut child = command.spawn().with_context(|| shown.clone())?;
    let used = child.wait4().with_context(|| shown)?;
    Ok((used.status, Sample { time: begin.elapsed(), memory: used.rusage.maxrss }))
}
