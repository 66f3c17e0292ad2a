//! The [`Remote`] that speaks SFTP over a [`ByteStream`].

use std::sync::Arc;
use std::time::{Duration, Instant};

use self::look::Looks;
use super::fetch::{DigestBatch, ListBatch};
use super::multiplexer::{Batch, ByteStream, Multiplexer, Requests, Unexpected, budget};
use super::packet::{self, Handle, Reply, Request};
use super::pieces::{CloseBatch, PieceBatch, Pieces};
use super::upload::{Answers, Manner, Queue, UploadBatch, WindowShare};
use crate::config::SyncRule;
use crate::digest::Digest;
use crate::model::server::ServerTraits;
use crate::remote::{
    ConnectionFault, Entry, Progress, Remote, RemoteError, RemoteStat, RemoteStats, Removal, Terms, Upload,
    UploadError, Uploaded,
};

mod look;

/// An SFTP client over one byte stream.
pub struct Client<S> {
    multiplexer: Multiplexer<S>,
    rule: SyncRule,
    /// What is known of the server.
    pub(super) traits: ServerTraits,
    pub(super) looks: Looks,
}

impl<S: ByteStream> Client<S> {
    /// Opens the SFTP conversation (INIT and VERSION, section 4), which must be answered by `until`. `timeout` holds for all
    /// later waits.
    ///
    /// # Errors
    /// The connection ended, the server was silent, or it does not speak version 3.
    pub fn start(connection: S, timeout: Duration, until: Instant) -> Result<Client<S>, ConnectionFault> {
        Ok(Client {
            multiplexer: Multiplexer::open(connection, timeout, until)?,
            rule: SyncRule::default(),
            traits: ServerTraits::default(),
            looks: Looks::default(),
        })
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
        let mut batch = UploadBatch::new(queue, share, finals, self.manner(), progress);
        let fault = self.multiplexer.run(&mut batch).err();
        let finished = batch.finish(fault.as_ref());
        let mut answers = finished.answers;
        self.learn_sync(finished.sync_refused);
        self.traits.open_at_once = finished.open_at_once.or(self.traits.open_at_once);
        let mut stored: Vec<(&str, &mut Uploaded)> = finished
            .paths
            .into_iter()
            .zip(&mut answers)
            .filter_map(|(path, (_, answer))| Some((path, answer.as_mut().ok()?)))
            .collect();
        if let Some((path, _)) = stored.last() {
            self.looks.stored(path);
        }
        self.ask_sizes_again(&mut stored);
        let stats = self.understand(finals, finished.stats);
        (answers, stats)
    }

    fn manner(&self) -> Manner {
        Manner {
            sync: self.multiplexer.sync,
            rule: self.rule,
            open_at_once: self.traits.open_at_once,
            without_lstat: self.traits.without_lstat,
        }
    }

    fn learn_sync(&mut self, refused: Option<(u32, String)>) {
        self.traits.sync_refused = self.traits.sync_refused.take().or(refused);
    }

    /// Asks for the size of each closed file whose size, while it was open, was not told or is not what was sent. A size of
    /// 0 of a file that is not empty says nothing either: some servers tell it of every file.
    fn ask_sizes_again(&mut self, stored: &mut [(&str, &mut Uploaded)]) {
        let mut doubtful: Vec<_> =
            stored.iter_mut().filter(|(_, uploaded)| uploaded.size != Some(uploaded.sent)).collect();
        if doubtful.is_empty() {
            return;
        }
        let paths: Vec<&str> = doubtful.iter().map(|(path, _)| *path).collect();
        for (look, (_, uploaded)) in self.look(&paths).into_iter().zip(&mut doubtful) {
            let sent = uploaded.sent;
            let told = |size: Option<u64>| size.filter(|size| *size != 0 || sent == 0);
            let closed = match look {
                Ok(RemoteStat::Present { size }) => told(size),
                Ok(RemoteStat::Absent) | Err(_) => None,
            };
            self.traits.without_handle_size |= closed == Some(sent);
            uploaded.size = closed.or(told(uploaded.size));
            self.traits.without_size |= uploaded.size.is_none() && !self.is_closed();
        }
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
        path: &str,
        handle: &Handle,
        sent: u64,
        whole: bool,
    ) -> Result<Uploaded, UploadError> {
        let manner = self.manner();
        let mut batch = CloseBatch::new(handle, Manner { sync: whole && manner.sync, ..manner });
        let fault = self.multiplexer.run(&mut batch).err();
        self.learn_sync(batch.take_sync_refused());
        let mut stored = batch.finish(sent, fault.as_ref())?;
        self.looks.stored(path);
        self.ask_sizes_again(&mut [(path, &mut stored)]);
        Ok(stored)
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

    fn digest_at_once(&mut self, files: &[(&str, u64)]) -> Vec<Result<Option<Digest>, RemoteError>> {
        let mut batch = DigestBatch::new(files);
        let fault = self.multiplexer.run(&mut batch).err();
        batch.finish(fault.as_ref())
    }

    /// Sends one request for each of `count` items and makes an answer of each reply.
    pub(super) fn each<'r, T>(
        &mut self,
        count: usize,
        ask: impl Fn(usize) -> Request<'r>,
        judge: impl Fn(usize, Reply) -> Option<Result<T, RemoteError>>,
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
    J: Fn(usize, Reply) -> Option<Result<T, RemoteError>>,
{
    type Tag = usize;

    fn fill(&mut self, requests: &mut Requests<'_, usize>) {
        while self.next < self.results.len() && requests.room() {
            requests.send(self.next, &(self.ask)(self.next));
            self.next += 1;
        }
    }

    fn answer(&mut self, index: usize, reply: Reply) -> Result<(), Unexpected> {
        self.results[index] = Some((self.judge)(index, reply).ok_or(Unexpected)?);
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

/// The places of the answers by which the server refused, other than by saying that there is no such file.
fn refused_among<T>(answers: &[Result<T, RemoteError>]) -> Vec<usize> {
    let is_refused = |answer: &Result<T, RemoteError>| matches!(answer, Err(RemoteError::Refused { status, .. }) if *status != packet::NO_SUCH_FILE);
    (0..answers.len()).filter(|&i| is_refused(&answers[i])).collect()
}

impl<S: ByteStream> Remote for Client<S> {
    fn go_by(&mut self, terms: &Terms) {
        self.rule = terms.sync;
        self.traits.merge(&terms.known);
    }

    fn learned(&self) -> ServerTraits {
        self.traits.clone()
    }

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
        self.look(paths)
    }

    fn publish(&mut self, moves: &[(&str, &str)]) -> Vec<Result<(), RemoteError>> {
        self.each(
            moves.len(),
            |index| Request::Rename(moves[index].0, moves[index].1),
            |_, reply| status(reply),
        )
    }

    fn publish_and_look(&mut self, moves: &[(&str, &str)]) -> Vec<(Result<(), RemoteError>, bool)> {
        // Each rename is followed at once by the question: that takes no further round trip.
        let look = |index: usize| self.look_at(moves[index / 2].0);
        let requests: Vec<Request<'_>> = (0..moves.len() * 2)
            .map(|index| match (index % 2, moves[index / 2]) {
                (0, (from, to)) => Request::Rename(from, to),
                _ => look(index),
            })
            .collect();
        let judge = |index: usize, reply| match (index % 2, reply) {
            (0, reply) => status(reply).map(|answer| answer.map(|()| false)),
            (_, Reply::Attrs(_)) => Some(Ok(true)),
            (_, Reply::Status(..)) => Some(Ok(false)),
            _ => None,
        };
        let answers = self.each(requests.len(), |index| requests[index].clone(), judge);
        answers.chunks_exact(2).map(|pair| (pair[0].clone().map(drop), pair[1] == Ok(true))).collect()
    }

    fn remove(&mut self, paths: &[&str]) -> Vec<Result<Removal, RemoteError>> {
        let mut answers = self.each(
            paths.len(),
            |index| Request::Remove(paths[index]),
            |_, reply| match reply {
                Reply::Status(packet::NO_SUCH_FILE, _) => Some(Ok(Removal::NothingThere)),
                other => status(other).map(|answer| answer.map(|()| Removal::Removed)),
            },
        );
        // Not every server says so when there is nothing to remove.
        let refused = refused_among(&answers);
        let unclear: Vec<&str> = refused.iter().map(|&i| paths[i]).collect();
        let looks = if unclear.is_empty() { Vec::new() } else { self.look(&unclear) };
        for (i, look) in refused.into_iter().zip(looks) {
            if look == Ok(RemoteStat::Absent) {
                answers[i] = Ok(Removal::NothingThere);
            }
        }
        answers
    }

    fn digest(&mut self, files: &[(&str, u64)]) -> Vec<Result<Option<Digest>, RemoteError>> {
        let at_once = self.traits.open_at_once.unwrap_or(files.len()).max(1);
        let mut answers: Vec<_> =
            files.chunks(at_once).flat_map(|files| self.digest_at_once(files)).collect();
        // A server that lets fewer files be open says so only by refusing.
        for i in refused_among(&answers).into_iter().filter(|_| at_once > 1 && files.len() > 1) {
            if let Some(again) = self.digest_at_once(&[files[i]]).pop() {
                if again.is_ok() {
                    self.traits.open_at_once = Some(1);
                }
                answers[i] = again;
            }
        }
        answers
    }

    fn list(&mut self, folder: &str) -> Result<Vec<Entry>, RemoteError> {
        let mut batch = ListBatch::new(folder);
        let fault = self.multiplexer.run(&mut batch).err();
        batch.finish(fault)
    }

    fn is_closed(&self) -> bool {
        self.multiplexer.fault().is_some()
    }

    fn fault(&self) -> Option<Arc<ConnectionFault>> {
        self.multiplexer.fault().cloned()
    }
}
