//! Ctrl-C in a run: the first lets what is under way end, the second ends at once.
//!
//! Nothing depends on either: a run that is killed leaves what the next one finds and settles. The first only saves the work
//! that was begun, and lets the run say which files are left.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::messages::run as say;
use crate::output;

/// The code with which shells report a program that Ctrl-C ended.
const EXIT: i32 = 130;

static PRESSED: AtomicUsize = AtomicUsize::new(0);
/// How many files are not delivered yet.
static LEFT: AtomicU64 = AtomicU64::new(0);

/// Answers Ctrl-C from now on.
pub(super) fn watch() {
    let answer = || {
        let left = LEFT.load(Ordering::SeqCst);
        if PRESSED.fetch_add(1, Ordering::SeqCst) == 0 {
            output::warn(&say::stopping(left));
        } else {
            output::warn(&say::stopped_at_once(left));
            std::process::exit(EXIT);
        }
    };
    // Without a handler Ctrl-C ends the program all the same, only without a word.
    let _ = ctrlc::set_handler(answer);
}

/// Whether somebody pressed Ctrl-C.
pub(super) fn is_pressed() -> bool {
    PRESSED.load(Ordering::SeqCst) > 0
}

/// So many files are not delivered yet.
pub(super) fn left(files: u64) {
    LEFT.store(files, Ordering::SeqCst);
}
