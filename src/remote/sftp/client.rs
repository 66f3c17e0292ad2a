//! The [`Remote`] that speaks SFTP over a [`Line`].

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::fetch::{DigestJob, ListJob};
use super::packet::{self, Handle, Reply, Request};
use super::pieces::{EndJob, PieceJob, Pieces};
use super::store::{self, Answers, Queue, Share, StoreJob};
use super::wire::{Calls, Job, Line, Unexpected, Wire, budget};
use crate::digest::Digest;
use crate::remote::{
    Entry, LineFault, Look, Looks, Progress, Remote, RemoteError, Store, StoreError, Stored,
};

/// An SFTP client on one line.
pub struct Client<L> {
    wire: Wire<L>,
}

impl<L: Line> Client<L> {
    /// Says hello over the line. `timeout` holds for all later waits; the hello itself must be answered
    /// by `until`.
    ///
    /// # Errors
    /// The line ended, the server was silent, or it does not speak version 3.
    pub fn start(line: L, timeout: Duration, until: Instant) -> Result<Client<L>, LineFault> {
        Ok(Client { wire: Wire::open(line, timeout, until)? })
    }

    /// Stores what it takes from the queue, within its share, and then looks at `finals`.
    pub(in crate::remote) fn take_from(
        &mut self,
        queue: &Queue<'_, '_>,
        share: Share,
        finals: &[&str],
        progress: Progress<'_>,
    ) -> (Answers, Looks) {
        let mut job = StoreJob::new(queue, share, finals, self.wire.sync, progress);
        let fault = self.wire.run(&mut job).err();
        job.finish(fault.as_ref())
    }

    /// Opens a file whose pieces several lines write, and writes what it takes of it. The first line makes the file and
    /// keeps it open.
    pub(in crate::remote) fn write_pieces(
        &mut self,
        path: &str,
        pieces: &Pieces<'_>,
        first: bool,
        share: Share,
        progress: Progress<'_>,
    ) -> (Option<Handle>, Option<StoreError>) {
        let mut job = PieceJob::new(path, pieces, first, self.wire.sync, share, progress);
        let fault = self.wire.run(&mut job).err();
        job.finish(fault.as_ref())
    }

    /// Ends such a file, when all lines are done with it.
    pub(in crate::remote) fn end_pieces(
        &mut self,
        handle: &Handle,
        sent: u64,
        whole: bool,
    ) -> Result<Stored, StoreError> {
        let mut job = EndJob::new(handle, whole && self.wire.sync);
        let fault = self.wire.run(&mut job).err();
        job.finish(sent, fault.as_ref())
    }

    /// The answers of a batch in its order. A file that no line took was not sent.
    pub(in crate::remote) fn in_order(
        &self,
        count: usize,
        answers: Answers,
    ) -> Vec<Result<Stored, StoreError>> {
        let mut ordered: Vec<Option<_>> = (0..count).map(|_| None).collect();
        for (place, answer) in answers {
            ordered[place] = Some(answer);
        }
        let closed = || Arc::new(LineFault::Closed(String::new()));
        let unsent = || RemoteError::NotSent(self.wire.fault().cloned().unwrap_or_else(closed));
        ordered
            .into_iter()
            .map(|answer| answer.unwrap_or_else(|| Err(StoreError::NotOpened(unsent()))))
            .collect()
    }

    /// One request for each item, and one reply.
    fn each<'r, T>(
        &mut self,
        count: usize,
        ask: impl Fn(usize) -> Request<'r>,
        judge: impl Fn(Reply) -> Option<Result<T, RemoteError>>,
    ) -> Vec<Result<T, RemoteError>> {
        let mut job = Each { ask, judge, results: (0..count).map(|_| None).collect(), next: 0 };
        let fault = self.wire.run(&mut job).err();
        // What has no result was never asked.
        let unsent = || fault.clone().unwrap_or_else(|| Arc::new(LineFault::Closed(String::new())));
        job.results
            .into_iter()
            .map(|result| result.unwrap_or_else(|| Err(RemoteError::NotSent(unsent()))))
            .collect()
    }
}

/// The job of asking one thing of each item.
struct Each<A, J, T> {
    ask: A,
    judge: J,
    results: Vec<Option<Result<T, RemoteError>>>,
    next: usize,
}

impl<'r, A, J, T> Job for Each<A, J, T>
where
    A: Fn(usize) -> Request<'r>,
    J: Fn(Reply) -> Option<Result<T, RemoteError>>,
{
    type Tag = usize;

    fn fill(&mut self, calls: &mut Calls<'_, usize>) {
        while self.next < self.results.len() && calls.room() {
            calls.send(self.next, &(self.ask)(self.next));
            self.next += 1;
        }
    }

    fn answer(&mut self, index: usize, reply: Reply) -> Result<(), Unexpected> {
        self.results[index] = Some((self.judge)(reply).ok_or(Unexpected)?);
        Ok(())
    }

    fn lost(&mut self, index: usize, error: RemoteError) {
        self.results[index] = Some(Err(error));
    }

    fn budget(&self) -> Duration {
        budget(self.results.len(), 0)
    }
}

/// A reply that must be a status: done, or refused.
fn status(reply: Reply) -> Option<Result<(), RemoteError>> {
    match reply {
        Reply::Status(packet::OK, _) => Some(Ok(())),
        Reply::Status(status, text) => Some(Err(RemoteError::Refused { status, text })),
        _ => None,
    }
}

impl<L: Line> Remote for Client<L> {
    fn store(&mut self, files: &mut [Store<'_>], progress: Progress<'_>) -> Vec<Result<Stored, StoreError>> {
        self.store_and_look(files, &[], progress).0
    }

    fn store_and_look(
        &mut self,
        files: &mut [Store<'_>],
        finals: &[&str],
        progress: Progress<'_>,
    ) -> (Vec<Result<Stored, StoreError>>, Looks) {
        let count = files.len();
        let (answers, looks) = self.take_from(&Queue::new(files), Share::of(1), finals, progress);
        (self.in_order(count, answers), looks)
    }

    fn look(&mut self, paths: &[&str]) -> Vec<Result<Look, RemoteError>> {
        self.each(paths.len(), |index| Request::Lstat(paths[index]), store::seen)
    }

    fn publish(&mut self, moves: &[(&str, &str)]) -> Vec<Result<(), RemoteError>> {
        self.each(moves.len(), |index| Request::Rename(moves[index].0, moves[index].1), status)
    }

    fn remove(&mut self, paths: &[&str]) -> Vec<Result<(), RemoteError>> {
        self.each(
            paths.len(),
            |index| Request::Remove(paths[index]),
            |reply| match reply {
                Reply::Status(packet::NO_SUCH_FILE, _) => Some(Ok(())),
                other => status(other),
            },
        )
    }

    fn digest(&mut self, paths: &[&str]) -> Vec<Result<Digest, RemoteError>> {
        let mut job = DigestJob::new(paths);
        let fault = self.wire.run(&mut job).err();
        job.finish(fault.as_ref())
    }

    fn list(&mut self, folder: &str) -> Result<Vec<Entry>, RemoteError> {
        let mut job = ListJob::new(folder);
        let fault = self.wire.run(&mut job).err();
        job.finish(fault)
    }

    fn is_lost(&self) -> bool {
        self.wire.fault().is_some()
    }
}
