//! A simulation: the real run, decisions and ledger in thousands of random histories, in which anything may fail at any
//! moment. The simulated server remembers what KP really got, and that is compared with what the program says.
//!
//! `TRAEKFIL_SEEDS=n` plays n histories instead of 2,000; `TRAEKFIL_SEED=n` plays that one and prints all of it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../support/chance.rs"]
mod chance;
mod faulty_ledger;
mod folder;
mod history;
mod promise;
mod records;
mod server;
mod wire;
mod world;

use std::collections::BTreeMap;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::rc::Rc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use history::History;

const HISTORIES: u64 = 2_000;
/// The number of failing seeds that are shown; then the test stops.
const SHOWN: usize = 3;
/// What must have happened in at least one history; otherwise the test proves nothing about it.
const HAPPENS: [&str; 48] = [
    "a correction goes behind its reversal",
    "approved records go again",
    "archive fails",
    "commit fails",
    "commit fails, though it is on the disk",
    "content garbled",
    "delivered",
    "dies after a commit",
    "dies after a line",
    "dies after a request",
    "dies before a commit",
    "dies before a line",
    "dies before a request",
    "duplicate",
    "failed",
    "held",
    "held by records_delivered",
    "in doubt",
    "keys cannot be made",
    "keys made from the archive",
    "late rename after a person's word",
    "late rename of what is free finds nothing",
    "late request done",
    "ledger away",
    "ledger lost",
    "ledger put back from a copy",
    "line not written",
    "line not written, though it is on the disk",
    "older ledger noticed",
    "records in doubt hold a file",
    "records that may come keep a file waiting",
    "records that never came go with another file",
    "remove refused",
    "rename by half",
    "rename refused",
    "reply lost",
    "request late",
    "request lost",
    "said once more",
    "server away",
    "server full",
    "size lies",
    "skipped",
    "store refused",
    "stored short, without a word",
    "stranger's file",
    "supplier acts during a run",
    "temporary file vanishes",
];

type Tally = BTreeMap<&'static str, usize>;

struct Lived {
    tally: Tally,
    log: Vec<String>,
    broken: Vec<String>,
}

/// Plays the history of a seed, in a folder in memory if the system has one.
fn live(seed: u64, make: fn(u64, &Path) -> History) -> Lived {
    let memory = Path::new("/dev/shm");
    let place = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    let root = tempfile::Builder::new().prefix("traekfil-world-").tempdir_in(place).unwrap();
    let history = make(seed, root.path());
    let world = Rc::clone(&history.world);
    let ended = panic::catch_unwind(AssertUnwindSafe(|| history.live()));
    let mut world = world.borrow_mut();
    if ended.is_err() {
        world.violated("it panicked");
    }
    Lived {
        tally: std::mem::take(&mut world.tally),
        log: std::mem::take(&mut world.log),
        broken: std::mem::take(&mut world.violations),
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

fn show(seed: u64, lived: &Lived) {
    println!("history {seed}:\n{}\n", lived.log.join("\n"));
    println!("seed {seed} breaks the promise: {}", lived.broken.join("; "));
    println!("replay it: TRAEKFIL_SEED={seed} cargo test --test simulation -- --nocapture\n");
}

#[test]
fn each_file_is_delivered_once_or_a_person_is_told_whatever_breaks() {
    play(History::of, &HAPPENS);
}

/// A server that answers any request with any status, done or not, leads to no false "delivered", to no second delivery, and
/// to no run without an end.
#[test]
fn each_file_is_delivered_once_or_a_person_is_told_whatever_is_answered() {
    let happens = [
        "answered anyhow",
        "approved records go again",
        "delivered",
        "failed",
        "held by records_delivered",
        "in doubt",
        "records in doubt hold a file",
        "records that may come keep a file waiting",
    ];
    play(History::answered_anyhow, &happens);
}

/// The same below the program's SFTP client, which makes its own sense of such answers.
#[test]
fn each_file_is_delivered_once_or_a_person_is_told_whatever_comes_over_the_wire() {
    let happens = [
        "answered anyhow",
        "delivered",
        "failed",
        "falls silent",
        "hangs up",
        "held by records_delivered",
        "in doubt",
        "late request done",
        "records in doubt hold a file",
        "rename by half",
        "size lies",
    ];
    play(History::wired, &happens);
}

fn play(make: fn(u64, &Path) -> History, happens: &[&str]) {
    if let Some(seed) = number("TRAEKFIL_SEED") {
        let lived = live(seed, make);
        println!("history {seed}:\n{}", lived.log.join("\n"));
        assert!(lived.broken.is_empty(), "{:#?}", lived.broken);
        return;
    }
    let histories = number("TRAEKFIL_SEEDS").unwrap_or(HISTORIES);
    let next = AtomicU64::new(0);
    let failed: Mutex<Vec<(u64, Lived)>> = Mutex::default();
    let tally: Mutex<Tally> = Mutex::default();
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= histories || failed.lock().unwrap().len() >= SHOWN {
                break;
            }
            let lived = live(seed, make);
            for (what, times) in &lived.tally {
                *tally.lock().unwrap().entry(what).or_default() += times;
            }
            if !lived.broken.is_empty() {
                failed.lock().unwrap().push((seed, lived));
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, Into::into) {
            scope.spawn(work);
        }
    });
    let failed = failed.into_inner().unwrap();
    for (seed, lived) in &failed {
        show(*seed, lived);
    }
    assert!(failed.is_empty(), "seeds {:?}", failed.iter().map(|(seed, _)| seed).collect::<Vec<_>>());
    let tally = tally.into_inner().unwrap();
    println!("{histories} histories: {tally:#?}");
    if histories >= HISTORIES {
        let never: Vec<_> = happens.iter().filter(|what| !tally.contains_key(*what)).collect();
        assert!(never.is_empty(), "never happened: {never:?}");
    }
}
