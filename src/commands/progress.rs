//! Progress of a long delivery: a bar on a terminal, and a plain line every few seconds elsewhere.

use std::io::{IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::interrupt;
use crate::cli::Global;
use crate::deliver::{End, Watch};
use crate::messages::{escape, report as say};
use crate::model::decision::Choice;
use crate::model::run_report::FileOutcome;
use crate::run::judge::PlannedFile;
use crate::wording;

/// The time between two plain lines; shorter work prints none.
const LINE_INTERVAL: Duration = Duration::from_secs(10);

/// Counts files and bytes, and shows them on standard error.
pub(super) struct Progress {
    bar: ProgressBar,
    files: ProgressBar,
    lines: bool,
    each_file: bool,
    last: Mutex<Instant>,
}

impl Progress {
    /// Counts the files that are to be sent.
    pub(super) fn new(global: &Global, planned: &[PlannedFile]) -> Progress {
        let sends = planned.iter().filter(|file| file.judgement.choice == Choice::Send);
        let (files, bytes) = sends.fold((0, 0), |(n, bytes), file| (n + 1, bytes + file.scanned.size()));
        let terminal = std::io::stderr().is_terminal();
        let shown = terminal && !global.quiet;
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(bytes), target);
        let template = "{msg} {bar:24} {bytes}/{total_bytes} {binary_bytes_per_sec} {eta}";
        bar.set_style(
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        let counter = ProgressBar::hidden();
        counter.set_length(files);
        let progress = Progress {
            bar,
            files: counter,
            lines: !terminal && !global.quiet,
            each_file: !terminal && global.verbose > 0,
            last: Mutex::new(Instant::now()),
        };
        progress.bar.set_message(progress.count());
        interrupt::left(files);
        progress
    }

    fn count(&self) -> String {
        format!("{}/{}", self.files.position(), self.files.length().unwrap_or_default())
    }

    /// Prints a plain line if the last one is at least [`LINE_INTERVAL`] old.
    fn line(&self) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if self.lines && last.elapsed() >= LINE_INTERVAL {
            *last = Instant::now();
            let total = wording::size(self.bar.length().unwrap_or_default());
            aside(&say::so_far(&self.count(), &wording::size(self.bar.position()), &total));
        }
    }
}

/// Removes the bar.
impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl Watch for Progress {
    fn bytes(&self, more: u64) {
        self.bar.inc(more);
        self.line();
    }

    fn is_stopping(&self) -> bool {
        interrupt::is_asked()
    }

    fn ended(&self, path: &str, end: &End) {
        self.files.inc(1);
        interrupt::left(self.files.length().unwrap_or_default().saturating_sub(self.files.position()));
        self.bar.set_message(self.count());
        if self.each_file {
            let outcome = match end {
                End::Delivered => FileOutcome::Delivered,
                End::Failed(_) => FileOutcome::Failed,
                End::InDoubt(_) => FileOutcome::InDoubt,
                End::Held(_) => FileOutcome::Held,
            };
            aside(&format!("{}: {}", escape(path), wording::outcome(Choice::Send, Some(outcome))));
        }
        self.line();
    }
}

/// Prints a line on standard error. A reader that closed it early (`2>&1 | head`) must not stop a run.
fn aside(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}
