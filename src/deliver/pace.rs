//! How many files go at once, and when a run gives a server up that loses its connections. Pure.
//!
//! After a lost connection fewer files go at once, and in the end one by one. So a file at which the server hangs up is
//! found, and holds up no other; and a server that ends each session after a few files still gets all of them. Files that
//! were under way when the connection was lost go to the end of the queue, so that those at which it is not lost come first.

/// The most files at once: enough to keep a slow connection busy, and to share the cost of the commits.
pub(super) const BATCH: usize = 512;
/// After so many batches without a loss, more files go at once again.
const RECOVERED: usize = 4;
/// So many losses more than halving takes may follow each other without any file getting through.
const PATIENCE: usize = 8;
/// The same for connections that were lost by silence, over the whole run: each costs a time-out.
const SILENCES: usize = 4;

/// What is done with the files that were under way when a connection was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AfterLoss {
    /// They are tried next: the connection had carried others before, so it says nothing about these.
    Next,
    /// They are tried later, fewer at once.
    Later,
    /// It was one file alone, over a fresh connection: it fails.
    Fails,
}

/// The pace of one run.
#[derive(Debug)]
pub(super) struct Pace {
    at_once: usize,
    /// Batches in a row without a loss.
    smooth: usize,
    /// Losses in a row without any file getting through.
    fruitless: usize,
    silences: usize,
    losses: usize,
    /// The session in which a file got through.
    proven: Option<usize>,
    files: usize,
    halvings: usize,
}

impl Pace {
    /// For a run with so many files to send.
    pub(super) fn of(files: usize) -> Pace {
        let halvings = usize::try_from(files.max(1).ilog2()).unwrap_or(0) + 1;
        Pace {
            at_once: BATCH,
            smooth: 0,
            fruitless: 0,
            silences: 0,
            losses: 0,
            proven: None,
            files,
            halvings,
        }
    }

    /// How many files go at once.
    pub(super) fn at_once(&self) -> usize {
        self.at_once
    }

    /// How often the connection was lost.
    pub(super) fn losses(&self) -> usize {
        self.losses
    }

    /// Notes a batch without a loss in this session.
    pub(super) fn went_well(&mut self, session: usize) {
        self.proven = Some(session);
        self.fruitless = 0;
        self.smooth += 1;
        if self.smooth >= RECOVERED {
            self.smooth = 0;
            self.at_once = (self.at_once * 2).min(BATCH);
        }
    }

    /// Notes that the connection was lost while so many files were under way, of which `ended` had got through; `session` is
    /// the one that the batch began in, and `silences` how many connections this run has lost because the server fell silent.
    pub(super) fn lost(&mut self, files: usize, ended: usize, session: usize, silences: usize) -> AfterLoss {
        self.losses += 1;
        self.silences = silences;
        self.smooth = 0;
        if ended == 0 && self.proven == Some(session) {
            return AfterLoss::Next;
        }
        self.fruitless = if ended == 0 { self.fruitless + 1 } else { 0 };
        if ended == 0 && files == 1 {
            return AfterLoss::Fails;
        }
        self.at_once = (files / 2).clamp(1, self.at_once);
        AfterLoss::Later
    }

    /// Whether nothing more is to be tried in this run.
    pub(super) fn is_over(&self) -> bool {
        self.fruitless > self.halvings + PATIENCE
            || self.silences > self.halvings + SILENCES
            || self.losses > 2 * self.files + self.halvings + PATIENCE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays a run against a server that may lose the connection. `carry` gets the files of a batch and how many the session
    /// has carried, and says how many get through before the connection is lost; all where it is not. A batch is published
    /// as a whole, so that nothing of a batch that is lost has got through. Answers who got through, who failed, and how
    /// many connections it took.
    fn play(files: usize, carry: impl Fn(&[usize], usize) -> bool) -> (Vec<usize>, Vec<usize>, usize) {
        let mut pace = Pace::of(files);
        let mut queue: std::collections::VecDeque<usize> = (0..files).collect();
        let (mut through, mut failed) = (Vec::new(), Vec::new());
        let (mut session, mut carried) = (1, 0);
        while !queue.is_empty() && !pace.is_over() {
            let batch: Vec<usize> = queue.drain(..pace.at_once().min(queue.len())).collect();
            if carry(&batch, carried) {
                carried += batch.len();
                pace.went_well(session);
                through.extend(batch);
                continue;
            }
            match pace.lost(batch.len(), 0, session, 0) {
                AfterLoss::Next => batch.into_iter().rev().for_each(|file| queue.push_front(file)),
                AfterLoss::Later => queue.extend(batch),
                AfterLoss::Fails => failed.extend(batch),
            }
            session += 1;
            carried = 0;
        }
        through.sort_unstable();
        (through, failed, session)
    }

    #[test]
    fn the_file_at_which_the_server_hangs_up_is_found_and_the_others_go() {
        for (files, poison) in
            [(40, vec![0]), (40, vec![39]), (512, vec![300]), (40, vec![7, 8, 9]), (1, vec![0])]
        {
            let (through, failed, sessions) =
                play(files, |batch, _| !batch.iter().any(|f| poison.contains(f)));
            assert_eq!(failed.len(), poison.len(), "{failed:?}");
            assert_eq!(through.len(), files - poison.len());
            assert!(sessions <= 12 + 8 * poison.len(), "{sessions} connections for {poison:?} of {files}");
        }
    }

    #[test]
    fn a_server_that_ends_each_session_after_a_few_files_gets_all_of_them() {
        for most in [1, 2, 3, 7] {
            let (through, failed, sessions) = play(40, |batch, carried| carried + batch.len() <= most);
            assert_eq!((through.len(), failed.len()), (40, 0), "{most} a session");
            assert!(sessions < 90, "{sessions} connections at {most} a session");
        }
    }

    #[test]
    fn a_server_that_carries_nothing_is_given_up_soon() {
        let (through, failed, sessions) = play(500, |_, _| false);
        assert!(through.is_empty() && !failed.is_empty());
        assert!(sessions < 25, "{sessions} connections");
        let mut silent = Pace::of(500);
        let mut times = 0;
        while !silent.is_over() {
            silent.went_well(times);
            times += 1;
            silent.lost(2, 0, times, times);
        }
        assert!(times < 20, "{times} time-outs");
    }
}
