//! Ctrl-C: says what stands and what does not, and ends.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::messages::init as say;
use crate::output;

/// The code with which shells report a program that Ctrl-C ended.
const EXIT: i32 = 130;

static IS_MAKING: AtomicBool = AtomicBool::new(false);

/// Answers Ctrl-C from now on.
pub(super) fn watch() {
    let answer = || {
        let said = if IS_MAKING.load(Ordering::SeqCst) { say::cut_off_making() } else { say::cut_off() };
        eprintln!();
        output::warn(&said);
        std::process::exit(EXIT);
    };
    // Without a handler Ctrl-C ends the program all the same, only without a word.
    let _ = ctrlc::set_handler(answer);
}

/// From now on something is being made.
pub(super) fn making() {
    IS_MAKING.store(true, Ordering::SeqCst);
}
