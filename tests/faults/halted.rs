//! The program halted at one of its failpoints.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::output::{Output, Running};
use crate::support::town::Town;

/// A program that is halted at a failpoint until it is killed or released.
pub struct Halted {
    running: Running,
    signs: TempDir,
}

/// Runs the program until it reaches a failpoint; answers how the program ended if it never did.
pub fn halt(town: &Town, args: &[&str], point: &str) -> Result<Halted, Output> {
    let signs = tempfile::Builder::new().prefix("traekfil-signs-").tempdir().unwrap();
    let reached = signs.path().join("point.reached");
    let mut command = town.command(args);
    command.env("TRAEKFIL_WAIT_AT", format!("{point}:{}", signs.path().join("point").display()));
    let mut running = Running::start(&mut command);
    let until = Instant::now() + Duration::from_secs(60);
    while !reached.exists() {
        if running.is_over() {
            return Err(running.finish());
        }
        assert!(Instant::now() < until, "{args:?} came neither to {point} nor to its end");
        thread::sleep(Duration::from_millis(1));
    }
    Ok(Halted { running, signs })
}

/// Runs the program and kills it at a failpoint; answers whether it reached the failpoint.
pub fn kill_at(town: &Town, args: &[&str], point: &str) -> bool {
    halt(town, args, point).map(Halted::kill).is_ok()
}

impl Halted {
    /// Kills the program at the failpoint.
    pub fn kill(self) {
        self.running.kill();
    }

    /// Releases the program and waits for its end.
    pub fn go_on(self) -> Output {
        fs::write(self.signs.path().join("point.go"), "").unwrap();
        self.running.finish()
    }

    /// Waits until the program, which was ended by a signal, is gone.
    #[cfg(target_os = "linux")]
    pub fn wait(mut self) {
        while !self.running.is_over() {
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// The process id.
    #[cfg(target_os = "linux")]
    pub fn id(&self) -> u32 {
        self.running.id()
    }
}
