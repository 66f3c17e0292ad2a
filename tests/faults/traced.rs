//! The program is killed by strace at its N-th system call of each kind that changes something, for all N until the run
//! succeeds; or that call fails as on a broken disk. If strace is missing or not allowed to trace, a line says so.

use std::fs;
use std::process::{Command, Stdio};

use crate::account::{File, comes_to_rest, files};
use crate::halted::kill_at;
use crate::stride;
use crate::support::output::{Output, Running};
use crate::support::town::Town;

/// The names of the calls that sync a file on this system.
const SYNC: &str = "/^f(data)?sync$";

pub fn can_trace() -> bool {
    let tried = Command::new("strace").args(["-f", "-qq", "-o", "/dev/null", "true"]).output();
    let can = tried.is_ok_and(|tried| tried.status.success());
    if !can {
        eprintln!("skipped: no strace here that may trace");
    }
    can
}

/// `traekfil run` with a fault injected at its `n`-th call of a kind; and a line for each of its calls that concern the disk.
fn run_with(town: &Town, call: &str, n: usize, what: &str) -> (Output, String) {
    let calls = tempfile::NamedTempFile::new().unwrap();
    let run = town.command(["run"]);
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-y", "-e", &format!("trace=pwrite64,{call}"), "-o"]).arg(calls.path());
    strace.args(["-e", &format!("inject={call}:{what}:when={n}")]);
    strace.arg(run.get_program()).args(run.get_args()).current_dir(run.get_current_dir().unwrap());
    for (name, value) in run.get_envs() {
        match value {
            Some(value) => strace.env(name, value),
            None => strace.env_remove(name),
        };
    }
    // Else strace could not show paths to an ordinary user: the program keeps its memory to itself.
    strace.env("TRAEKFIL_TRACED", "1");
    strace.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let ran = Running::start(&mut strace).finish();
    (ran, fs::read_to_string(calls.path()).unwrap())
}

/// Kills a run at every `step`-th call of a kind, each in a town of its own that `town` makes, and checks that the next run
/// completes the delivery.
fn killed_at_each(call: &str, step: usize, town: impl Fn(usize) -> (Town, Vec<File>)) {
    let mut killed = 0;
    for n in (1..).step_by(step) {
        let (town, files) = town(n);
        let (ran, _) = run_with(&town, call, n, "signal=KILL");
        if !ran.was_killed() {
            ran.exit_in(&[0, 3]);
            comes_to_rest(&town, &files);
            break;
        }
        killed += 1;
        comes_to_rest(&town, &files);
    }
    eprintln!("killed at {killed} calls of {call}");
    assert!(killed > 0, "the run makes calls of {call}");
}

/// Every other town's receiver takes its files at once.
fn receiver(n: usize) -> Town {
    let town = Town::new();
    town.server.as_embedded().behave(|b| b.takes_at_once = n.is_multiple_of(2));
    town
}

fn with_files(town: Town, count: usize) -> (Town, Vec<File>) {
    let files = files(&town, count);
    (town, files)
}

fn killed_at_any(calls: &[&str], step: usize) {
    if can_trace() {
        for call in calls {
            killed_at_each(call, step, |n| with_files(receiver(n), 1));
        }
    }
}

#[test]
fn killed_at_any_write_and_send() {
    killed_at_any(&["pwrite64", "sendto"], stride(3));
}

#[test]
fn killed_at_any_other_call() {
    killed_at_any(&["write", SYNC, "/^rename", "/^unlink", "/^mkdir"], 1);
}

#[test]
fn killed_at_any_call_with_many_files() {
    if can_trace() {
        for call in ["pwrite64", SYNC, "/^rename", "sendto"] {
            killed_at_each(call, stride(91), |n| with_files(receiver(n), 300));
        }
    }
}

/// The first run is killed, and so is the second one while it recovers.
#[test]
fn killed_at_any_call_of_recovery() {
    if can_trace() {
        for first in ["stored", "publishing", "renamed"] {
            for call in ["pwrite64", SYNC, "sendto"] {
                killed_at_each(call, stride(9), |n| {
                    let town = receiver(n / 9);
                    let files = files(&town, 1);
                    assert!(kill_at(&town, &["run"], first));
                    (town, files)
                });
            }
        }
    }
}

/// A disk that fails at one call: the run reports it or succeeds all the same, and the next run completes the delivery.
fn fails_once(call: &str, error: &str) {
    for n in (1..).step_by(stride(3)) {
        let town = receiver(n);
        let files = files(&town, 1);
        let (ran, calls) = run_with(&town, call, n, &format!("error={error}"));
        // Where the line before the rename cannot be written, the file waits for the next run: 4.
        let exit = ran.exit_in(&[0, 1, 4]);
        comes_to_rest(&town, &files);
        let Some((_, after)) = calls.split_once("(INJECTED)") else {
            assert!(exit == 0 && n > 1, "{call} was called");
            break;
        };
        let failed = calls.lines().find(|line| line.ends_with("(INJECTED)")).unwrap();
        eprintln!("exit {exit} after {failed}");
        if call == SYNC && failed.contains("ledger.db") {
            let to_log = |line: &str| line.contains("pwrite64") && !line.contains("ledger.db>");
            let written = after.lines().any(to_log);
            assert!(!written, "after a failed sync nothing more is written down\n{failed}{after}");
        }
    }
}

#[test]
fn a_disk_that_fails_to_sync() {
    if can_trace() {
        fails_once(SYNC, "EIO");
    }
}

#[test]
fn a_disk_that_is_full_or_fails() {
    if can_trace() {
        fails_once("pwrite64", "ENOSPC");
        fails_once("/^rename", "EIO");
        fails_once("/^mkdir", "ENOSPC");
    }
}

/// A duplicate whose new place is not known to be durable is not written down as put away.
#[test]
fn a_disk_that_fails_under_a_duplicate() {
    if !can_trace() {
        return;
    }
    let duplicates = |town: &Town| -> i64 {
        let ledger = rusqlite::Connection::open(town.path("ledger.db")).unwrap();
        ledger.query_row("SELECT count(*) FROM duplicates", [], |row| row.get(0)).unwrap()
    };
    let mut failed = 0;
    for n in 1.. {
        let town = Town::new();
        let files = files(&town, 1);
        town.run(["run"]).exit(0);
        town.file(&files[0].0, &files[0].1);
        let (ran, calls) = run_with(&town, "fsync", n, "error=EIO");
        let Some(call) = calls.lines().find(|line| line.ends_with("(INJECTED)")) else {
            ran.exit(0);
            assert_eq!(duplicates(&town), 1);
            break;
        };
        if ["/drop", "/archive"].iter().any(|folder| call.contains(folder)) {
            ran.exit(1);
            assert_eq!(duplicates(&town), 0, "{call}");
            failed += 1;
        }
    }
    assert!(failed >= 3, "its content, and the folders it came from and went to: {failed}");
}
