//! Two commands in turns.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::ensure;

/// Runs both in turns, so many times, and prints how many times as long as the second the first takes.
pub fn compare(
    what: &str,
    pairs: u32,
    one: impl Fn() -> Command,
    other: impl Fn() -> Command,
) -> anyhow::Result<()> {
    let (mut ratios, mut times) = (Vec::new(), [Vec::new(), Vec::new()]);
    for pair in 0..pairs {
        let mut took = [Duration::ZERO; 2];
        // each goes first as often as the other
        for turn in [pair % 2, (pair + 1) % 2] {
            took[turn as usize] = timed(&mut if turn == 0 { one() } else { other() })?;
        }
        ratios.push(took[0].as_secs_f64() / took[1].as_secs_f64());
        times.iter_mut().zip(took).for_each(|(times, took)| times.push(took.as_secs_f64() * 1e3));
    }
    ratios.sort_by(f64::total_cmp);
    for times in &mut times {
        times.sort_by(f64::total_cmp);
    }
    let middle = ratios.len() / 2;
    let [[one, ..], [other, ..]] = [&times[0][..], &times[1][..]] else { return Ok(()) };
    println!(
        "{what}: {:.2} × (median of {pairs} pairs), {:.1} ms against {:.1} ms; the least {:.2} ×, {one:.1} ms against {other:.1} ms",
        ratios[middle],
        times[0][middle],
        times[1][middle],
        one / other,
    );
    Ok(())
}

/// How long a command takes.
pub fn timed(command: &mut Command) -> anyhow::Result<Duration> {
    let begin = Instant::now();
    let out = command.stdin(Stdio::null()).output()?;
    let took = begin.elapsed();
    ensure!(out.status.success(), "{}: {}", out.status, String::from_utf8_lossy(&out.stderr));
    Ok(took)
}
