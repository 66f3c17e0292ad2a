//! A run that is asked to stop, by Ctrl-C, a service manager, or a terminal that is closed: the first time lets what is under way
//! end, the second time ends at once. On Unix that is SIGINT, SIGTERM and SIGHUP. Windows waits for Ctrl-C and Ctrl-Break alone: a
//! window that is closed, or a session that ends, ends the program at once.
//!
//! Nothing depends on either: a run that is killed leaves what the next one finds and settles. The first only saves the work
//! that was begun, and lets the run say which files are left.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::messages::run as say;
use crate::output;

/// The code with which shells report a program that Ctrl-C ended.
const EXIT: i32 = 130;

/// So long after the first, a second signal is the same wish: a terminal that is closed sends SIGHUP, and so does its shell.
const SAME_WISH: Duration = Duration::from_millis(100);

/// When the run was first asked to stop.
static ASKED: Mutex<Option<Instant>> = Mutex::new(None);
/// Whether it was answered that the run stops.
static IS_SAID: AtomicBool = AtomicBool::new(false);
/// How many files are not delivered yet.
static LEFT: AtomicU64 = AtomicU64::new(0);

/// Answers from now on when the run is asked to stop.
pub(super) fn watch() {
    let answer = || {
        let left = LEFT.load(Ordering::SeqCst);
        let since = asked().get_or_insert_with(Instant::now).elapsed();
        if !IS_SAID.swap(true, Ordering::SeqCst) {
            output::warn(&say::stopping(left));
        } else if since >= SAME_WISH {
            output::warn(&say::stopped_at_once(left));
            std::process::exit(EXIT);
        }
    };
    // Without a handler the program ends all the same, only without a word.
    let _ = ctrlc::set_handler(answer);
}

fn asked() -> MutexGuard<'static, Option<Instant>> {
    ASKED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether the run was asked to stop.
pub(super) fn is_asked() -> bool {
    asked().is_some()
}

/// So many files are not delivered yet.
pub(super) fn left(files: u64) {
    LEFT.store(files, Ordering::SeqCst);
}
