//! Several connections to one server, for a batch that is worth it.
//!
//! A server that syncs each file to its disk does one at a time on a connection, and a cipher keeps one core busy. So the
//! files of a large batch are stored over several connections, each taking the next file when it has room, and of a large
//! file the next piece. Everything else, and above all what publishes, goes over the first connection: it alone decides whether the connection is lost. A
//! further connection that cannot be had, or that is lost, is done without; what it had under way stays unanswered.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::{self, ScopedJoinHandle};
use std::time::Duration;

use super::sftp::client::Client;
use super::sftp::multiplexer::ByteStream;
use super::sftp::pieces::Pieces;
use super::sftp::upload::{Queue, WindowShare};
use super::{
    Entry, Load, Progress, Remote, RemoteError, RemoteStat, RemoteStats, Upload, UploadError, Uploaded,
};
use crate::digest::Digest;

/// So many files are worth a further connection.
const FILES_PER_CONNECTION: usize = 100;
/// So many bytes are.
const BYTES_PER_CONNECTION: u64 = 64 << 20;
/// How soon a connection that has come is given work.
const SOON: Duration = Duration::from_millis(2);

/// How many connections a load is worth, the first one included.
fn worth(load: Load, most: usize) -> usize {
    let by_bytes = usize::try_from(load.bytes / BYTES_PER_CONNECTION).unwrap_or(usize::MAX);
    let connections = (load.files / FILES_PER_CONNECTION).max(by_bytes);
    connections.saturating_add(1).min(most)
}

/// The first connection and those beside it.
pub(super) struct Pool<S> {
    first: Client<S>,
    others: Vec<Client<S>>,
    /// Lines on their way.
    coming: Receiver<Client<S>>,
    most: usize,
}

impl<S: ByteStream + Send + 'static> Pool<S> {
    /// Begins to make, by `make`, as many further connections as the load is worth, once the first one is there: whoever is not
    /// let in is not let in once.
    pub(super) fn new(
        first: Client<S>,
        load: Load,
        most: usize,
        make: impl Fn() -> Option<Client<S>> + Send + Sync + 'static,
    ) -> Pool<S> {
        let (sender, coming) = mpsc::channel();
        let make = Arc::new(make);
        for _ in 1..worth(load, most) {
            let (sender, make) = (sender.clone(), Arc::clone(&make));
            // One that cannot be had, or that comes too late, is not missed.
            drop(thread::Builder::new().spawn(move || make().map(|connection| sender.send(connection))));
        }
        Pool { first, others: Vec::new(), coming, most }
    }

    /// Has all connections that are there work on something, the first one in its own way, and those that come while there is
    /// something left to do. `state` tells whether the others may begin, and whether it is over for those that come.
    fn work<A, B: Send>(
        &mut self,
        first: impl FnOnce(&mut Client<S>) -> A,
        help: impl Fn(&mut Client<S>) -> B + Sync,
        state: impl Fn() -> State + Send,
    ) -> (A, Vec<B>) {
        let mut waiting = std::mem::take(&mut self.others);
        let (connection, coming) = (&mut self.first, &mut self.coming);
        let (done, helped, unused) = thread::scope(|scope| {
            let help = &help;
            let usher = scope.spawn(move || {
                let mut helpers = Vec::new();
                let mut more = true;
                loop {
                    match state() {
                        State::Over => break,
                        State::NotYet => thread::sleep(SOON),
                        State::Going => {
                            for mut connection in waiting.drain(..) {
                                helpers.push(scope.spawn(move || (help(&mut connection), connection)));
                            }
                            if !more {
                                break;
                            }
                            match coming.recv_timeout(SOON) {
                                Ok(connection) => waiting.push(connection),
                                Err(RecvTimeoutError::Timeout) => {}
                                Err(RecvTimeoutError::Disconnected) => more = false,
                            }
                        }
                    }
                }
                (helpers, waiting)
            });
            let done = first(connection);
            let (helpers, unused) = joined(usher);
            (done, helpers.into_iter().map(joined).collect::<Vec<_>>(), unused)
        });
        self.others = unused;
        let mut answers = Vec::new();
        for (answer, connection) in helped {
            answers.push(answer);
            if !connection.is_closed() {
                self.others.push(connection);
            }
        }
        (done, answers)
    }

    /// Stores files over all connections, each as a whole over one of them.
    fn share_out(
        &mut self,
        files: &mut [Upload<'_>],
        progress: Progress<'_>,
    ) -> Vec<Result<Uploaded, UploadError>> {
        let count = files.len();
        let (queue, share) = (Queue::new(files), WindowShare::of(self.most));
        let (mut answers, helped) = self.work(
            |connection| {
                let answers = connection.take_from(&queue, share, &[], progress).0;
                if connection.is_closed() {
                    // What is stored now would not be published.
                    queue.close();
                }
                answers
            },
            |connection| connection.take_from(&queue, share, &[], progress).0,
            || if queue.is_empty() { State::Over } else { State::Going },
        );
        answers.extend(helped.into_iter().flatten());
        self.first.in_order(count, answers)
    }

    /// Stores one large file over all connections, in pieces.
    fn cut_up(&mut self, file: &mut Upload<'_>, progress: Progress<'_>) -> Result<Uploaded, UploadError> {
        let path = file.path;
        let (pieces, share) = (Pieces::new(file.source), WindowShare::of(self.most));
        let ((handle, trouble), helped) = self.work(
            |connection| connection.write_pieces(path, &pieces, true, share, progress),
            |connection| connection.write_pieces(path, &pieces, false, share, progress).1,
            || match (pieces.is_empty(), pieces.is_made()) {
                (true, _) => State::Over,
                (false, made) => {
                    if made {
                        State::Going
                    } else {
                        State::NotYet
                    }
                }
            },
        );
        let read = pieces.end();
        let trouble = trouble.or_else(|| helped.into_iter().flatten().next());
        let whole = trouble.is_none() && read.is_ok();
        let sent = *read.as_ref().unwrap_or(&0);
        let ended = handle.map(|handle| self.first.end_pieces(&handle, sent, whole));
        match (trouble, read, ended) {
            (Some(trouble), ..) => Err(trouble),
            (None, Err(error), _) => Err(UploadError::Source(error)),
            (None, Ok(_), Some(stored)) => stored,
            // Without a handle there is trouble.
            (None, Ok(_), None) => Err(UploadError::Source(io::ErrorKind::UnexpectedEof.into())),
        }
    }
}

/// How far a piece of work has come.
enum State {
    /// Other connections have to wait for the first one.
    NotYet,
    Going,
    Over,
}

fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

impl<S: ByteStream + Send + 'static> Remote for Pool<S> {
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
        let bytes = files.iter().fold(0, |sum: u64, file| sum.saturating_add(file.size));
        if worth(Load { files: files.len(), bytes }, self.most) == 1 {
            return self.first.store_and_stat(files, finals, progress);
        }
        // Large ones by themselves, between the others.
        let mut stored = Vec::new();
        for run in files.chunk_by_mut(|a, b| a.size < BYTES_PER_CONNECTION && b.size < BYTES_PER_CONNECTION) {
            match run {
                [large] if large.size >= BYTES_PER_CONNECTION => stored.push(self.cut_up(large, progress)),
                small => stored.extend(self.share_out(small, progress)),
            }
        }
        (stored, self.first.stat(finals))
    }

    fn stat(&mut self, paths: &[&str]) -> Vec<Result<RemoteStat, RemoteError>> {
        self.first.stat(paths)
    }

    fn publish(&mut self, moves: &[(&str, &str)]) -> Vec<Result<(), RemoteError>> {
        self.first.publish(moves)
    }

    fn remove(&mut self, paths: &[&str]) -> Vec<Result<(), RemoteError>> {
        self.first.remove(paths)
    }

    fn digest(&mut self, paths: &[&str]) -> Vec<Result<Digest, RemoteError>> {
        self.first.digest(paths)
    }

    fn list(&mut self, folder: &str) -> Result<Vec<Entry>, RemoteError> {
        self.first.list(folder)
    }

    fn is_closed(&self) -> bool {
        self.first.is_closed()
    }
}
