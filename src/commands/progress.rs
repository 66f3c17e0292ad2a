//! Long work shows how far it is: a bar on a terminal, plain lines elsewhere.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::Global;
use crate::decide::Choice;
use crate::deliver::{End, Watch};
use crate::messages::{escape, report as say};
use crate::report::Fate;
use crate::survey::Planned;

/// A bar over the bytes that are to be delivered, on standard error.
pub(super) struct Progress {
    bar: ProgressBar,
    files: ProgressBar,
    lines: bool,
}

impl Progress {
    /// Over the files that are to be sent.
    pub(super) fn new(global: &Global, planned: &[Planned]) -> Progress {
        let sends = planned.iter().filter(|file| file.judgement.choice == Choice::Send);
        let (files, bytes) = sends.fold((0, 0), |(n, bytes), file| (n + 1, bytes + file.looked.size()));
        let terminal = std::io::stderr().is_terminal() && !global.quiet;
        let target = if terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(bytes), target);
        let template = "{msg} {bar:24} {bytes}/{total_bytes} {binary_bytes_per_sec} {eta}";
        bar.set_style(
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        let counter = ProgressBar::hidden();
        counter.set_length(files);
        let progress = Progress { bar, files: counter, lines: !terminal && global.verbose > 0 };
        progress.show_count();
        progress
    }

    fn show_count(&self) {
        self.bar.set_message(format!(
            "{}/{}",
            self.files.position(),
            self.files.length().unwrap_or_default()
        ));
    }
}

/// Takes the bar away.
impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl Watch for Progress {
    fn bytes(&self, more: u64) {
        self.bar.inc(more);
    }

    fn ended(&self, path: &str, end: &End) {
        self.files.inc(1);
        self.show_count();
        if self.lines {
            let fate = match end {
                End::Delivered => Fate::Delivered,
                End::Failed(_) => Fate::Failed,
                End::InDoubt(_) => Fate::InDoubt,
                End::Held(_) => Fate::Held,
            };
            anstream::eprintln!("{}: {}", escape(path), say::fate(Choice::Send, Some(fate)));
        }
    }
}
