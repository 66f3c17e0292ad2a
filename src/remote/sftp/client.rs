//! The [`Remote`] that speaks SFTP over a [`ByteStream`].

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::fetch::{DigestBatch, ListBatch};
use super::multiplexer::{Batch, ByteStream, Multiplexer, Requests, Unexpected, budget};
use super::packet::{self, Handle, Reply, Request};
use super::pieces::{CloseBatch, PieceBatch, Pieces};
use super::upload::{self, Answers, Queue, UploadBatch, WindowShare};
use crate::digest::Digest;
use crate::remote::{
    ConnectionFault, Entry, Progress, Remote, RemoteError, RemoteStat, RemoteStats, Removal, Upload,
    UploadError, Uploaded,
};

/// An SFTP client over one byte stream.
pub struct Client<S> {
    multiplexer: Multiplexer<S>,
}

impl<S: ByteStream> Client<S> {
    /// Opens the SFTP conversation (INIT and VERSION, section 4), which must be answered by `until`. `timeout` holds for all
    /// later waits.
    ///
    /// # Errors
    /// The connection ended, the server was silent, or it does not speak version 3.
    pub fn start(connection: S, timeout: Duration, until: Instant) -> Result<Client<S>, ConnectionFault> {
        Ok(Client { multiplexer: Multiplexer::open(connection, timeout, until)? })
    }

    /// Uploads files from the queue, within this connection's share of the window, until the queue is empty, and then asks
    /// what is at `finals`.
    pub(in crate::remote) fn take_from(
        &mut self,
        queue: &Queue<'_, '_>,
        share: WindowShare,
        finals: &[&str],
        progress: Progress<'_>,
    ) -> (Answers, RemoteStats) {
        let mut batch = UploadBatch::new(queue, share, finals, self.multiplexer.sync, progress);
        let fault = self.multiplexer.run(&mut batch).err();
        batch.finish(fault.as_ref())
    }

    /// Writes pieces of a file that several connections upload together. The first connection creates the file and keeps it
    /// open: its handle is returned.
    pub(in crate::remote) fn write_pieces(
        &mut self,
        path: &str,
        pieces: &Pieces<'_>,
        first: bool,
        share: WindowShare,
        progress: Progress<'_>,
    ) -> (Option<Handle>, Option<UploadError>) {
        let mut batch = PieceBatch::new(path, pieces, first, self.multiplexer.sync, share, progress);
        let fault = self.multiplexer.run(&mut batch).err();
        batch.finish(fault.as_ref())
    }

    /// Syncs (where `whole`), asks the size of and closes such a file, after all other connections have closed it.
    pub(in crate::remote) fn end_pieces(
        &mut self,
        handle: &Handle,
        sent: u64,
        whole: bool,
    ) -> Result<Uploaded, UploadError> {
        let mut batch = CloseBatch::new(handle, whole && self.multiplexer.sync);
        let fault = self.multiplexer.run(&mut batch).err();
        batch.finish(sent, fault.as_ref())
    }

    /// Sorts the answers into the order of the batch. A file that no connection took was not sent.
    pub(in crate::remote) fn in_order(
        &self,
        count: usize,
        answers: Answers,
    ) -> Vec<Result<Uploaded, UploadError>> {
        let mut ordered: Vec<Option<_>> = (0..count).map(|_| None).collect();
        for (place, answer) in answers {
            ordered[place] = Some(answer);
        }
        let closed = || Arc::new(ConnectionFault::Closed(String::new()));
        let unsent = || RemoteError::NotSent(self.multiplexer.fault().cloned().unwrap_or_else(closed));
        ordered
            .into_iter()
            .map(|answer| answer.unwrap_or_else(|| Err(UploadError::NotOpened(unsent()))))
            .collect()
    }

    /// Sends one request for each of `count` items and makes an answer of each reply.
    fn each<'r, T>(
        &mut self,
        count: usize,
        ask: impl Fn(usize) -> Request<'r>,
        judge: impl Fn(Reply) -> Option<Result<T, RemoteError>>,
    ) -> Vec<Result<T, RemoteError>> {
        let mut batch = Each { ask, judge, results: (0..count).map(|_| None).collect(), next: 0 };
        let fault = self.multiplexer.run(&mut batch).err();
        // A request without a result was never made.
        let unsent = || fault.clone().unwrap_or_else(|| Arc::new(ConnectionFault::Closed(String::new())));
        batch
            .results
            .into_iter()
            .map(|result| result.unwrap_or_else(|| Err(RemoteError::NotSent(unsent()))))
            .collect()
    }
}

/// A batch of one request for each item.
struct Each<A, J, T> {
    ask: A,
    judge: J,
    results: Vec<Option<Result<T, RemoteError>>>,
    next: usize,
}

impl<'r, A, J, T> Batch for Each<A, J, T>
where
    A: Fn(usize) -> Request<'r>,
    J: Fn(Reply) -> Option<Result<T, RemoteError>>,
{
    type Tag = usize;

    fn fill(&mut self, requests: &mut Requests<'_, usize>) {
        while self.next < self.results.len() && requests.room() {
            requests.send(self.next, &(self.ask)(self.next));
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

/// Reads a reply that must be a status; none where it is another one.
fn status(reply: Reply) -> Option<Result<(), RemoteError>> {
    match reply {
        Reply::Status(packet::OK, _) => Some(Ok(())),
        Reply::Status(status, text) => Some(Err(RemoteError::Refused { status, text })),
        _ => None,
    }
}

impl<S: ByteStream> Remote for Client<S> {
    fn store(
        &mut self,
        files: &mut [Upload<'_>],
        progress: Progress<'_>,
    ) -> Vec<Result<Uploaded, UploadError>> {
        self.store_and_stat(files, &[], progress).0
    }

    fn store_and_stat(
        &mut self,
        files: &mut [Upload<'_>],
        finals: &[&str],
        progress: Progress<'_>,
    ) -> (Vec<Result<Uploaded, UploadError>>, RemoteStats) {
        let count = files.len();
        let (answers, stats) = self.take_from(&Queue::new(files), WindowShare::of(1), finals, progress);
        (self.in_order(count, answers), stats)
    }

    fn stat(&mut self, paths: &[&str]) -> Vec<Result<RemoteStat, RemoteError>> {
        self.each(paths.len(), |index| Request::Lstat(paths[index]), upload::stat_of)
    }

    fn publish(&mut self, moves: &[(&str, &str)]) -> Vec<Result<(), RemoteError>> {
        self.each(moves.len(), |index| Request::Rename(moves[index].0, moves[index].1), status)
    }

    fn remove(&mut self, paths: &[&str]) -> Vec<Result<Removal, RemoteError>> {
        self.each(
            paths.len(),
            |index| Request::Remove(paths[index]),
            |reply| match reply {
                Reply::Status(packet::NO_SUCH_FILE, _) => Some(Ok(Removal::NothingThere)),
                other => status(other).map(|answer| answer.map(|()| Removal::Removed)),
            },
        )
    }

    fn digest(&mut self, files: &[(&str, u64)]) -> Vec<Result<Option<Digest>, RemoteError>> {
        let mut batch = DigestBatch::new(files);
        let fault = self.multiplexer.run(&mut batch).err();
        batch.finish(fault.as_ref())
    }

    fn list(&mut self, folder: &str) -> Result<Vec<Entry>, RemoteError> {
        let mut batch = ListBatch::new(folder);
        let fault = self.multiplexer.run(&mut batch).err();
        batch.finish(fault)
    }

    fn is_closed(&self) -> bool {
        self.multiplexer.fault().is_some()
    }
}
