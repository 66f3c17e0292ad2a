//! A pool of connections to one server, for batches large enough to gain from several.
//!
//! On one connection a server syncs one file at a time, and the cipher runs on one core. So a large batch is uploaded over
//! several connections: each takes the next file when it has room. A file goes over one connection, front to back, which is
//! what every server bears; only where `sftp.pieces` says so does each take the next piece of a very large one. Everything
//! else, publishing above all, goes over the first connection, and the pool counts as lost when that one is. A further connection
//! that cannot be made, or that is lost, is not replaced; the requests it had in flight stay unanswered.

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
    ConnectionFault, Entry, Load, PIECES_FROM, Progress, Remote, RemoteError, RemoteStat, RemoteStats,
    Removal, Terms, Upload, UploadError, Uploaded,
};
use crate::digest::Digest;
use crate::model::server::ServerTraits;

/// A further connection is made for each so many files of a load.
const FILES_PER_CONNECTION: usize = 100;
/// The same in bytes.
const BYTES_PER_CONNECTION: u64 = 64 << 20;
/// How long to wait before looking again for new connections and for the state of the work.
const SOON: Duration = Duration::from_millis(2);

/// How many connections to use for a load, the first one included. No more than files where none goes in pieces.
fn connections_for(load: Load, most: usize) -> usize {
    let by_bytes = usize::try_from(load.bytes / BYTES_PER_CONNECTION).unwrap_or(usize::MAX);
    let connections = (load.files / FILES_PER_CONNECTION).max(by_bytes);
    let useful = if load.pieces { most } else { most.min(load.files.max(1)) };
    connections.saturating_add(1).min(useful)
}

/// The first connection and the further ones.
pub(super) struct Pool<S> {
    first: Client<S>,
    others: Vec<Client<S>>,
    /// Delivers the further connections as they are made.
    coming: Receiver<Client<S>>,
    most: usize,
    terms: Terms,
}

impl<S: ByteStream + Send + 'static> Pool<S> {
    /// Starts threads that make the further connections for the load with `make`. The first connection must exist already, so
    /// that a refused login is tried once and not once for each connection.
    pub(super) fn new(
        first: Client<S>,
        load: Load,
        most: usize,
        make: impl Fn() -> Option<Client<S>> + Send + Sync + 'static,
    ) -> Pool<S> {
        let (sender, coming) = mpsc::channel();
        let make = Arc::new(make);
        for _ in 1..connections_for(load, most) {
            let (sender, make) = (sender.clone(), Arc::clone(&make));
            // Ignore failures to make or to hand over a connection: the first connection can do all the work alone.
            drop(
                thread::Builder::new()
                    .spawn(move || make().map(|connection| sender.send(connection).is_ok())),
            );
        }
        Pool { first, others: Vec::new(), coming, most, terms: Terms::default() }
    }

    /// Runs `first` on the first connection and `help` on every further one, each on its own thread. Connections that are made
    /// meanwhile join in until `state` says that nothing is left to do; while it says [`State::NotYet`], none of them starts.
    ///
    /// Returns the answer of `first` and those of the others.
    fn work<A, B: Send>(
        &mut self,
        first: impl FnOnce(&mut Client<S>) -> A,
        help: impl Fn(&mut Client<S>) -> B + Sync,
        state: impl Fn() -> State + Send,
    ) -> (A, Vec<B>) {
        let mut waiting = std::mem::take(&mut self.others);
        let (connection, coming, terms) = (&mut self.first, &mut self.coming, &self.terms);
        let (done, helped, unused) = thread::scope(|scope| {
            let help = &help;
            let dispatcher = scope.spawn(move || {
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
                                Ok(mut connection) => {
                                    connection.go_by(terms);
                                    waiting.push(connection);
                                }
                                Err(RecvTimeoutError::Timeout) => {}
                                Err(RecvTimeoutError::Disconnected) => more = false,
                            }
                        }
                    }
                }
                (helpers, waiting)
            });
            let done = first(connection);
            let (helpers, unused) = joined(dispatcher);
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

    /// Uploads files over all connections, each file over one of them.
    fn store_whole(
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
                    // Without the first connection nothing can be published, so uploading more is useless.
                    queue.close();
                }
                answers
            },
            |connection| connection.take_from(&queue, share, &[], progress).0,
            || if queue.is_empty() { State::Over } else { State::Going },
        );
        let refused: Vec<usize> =
            helped.iter().flatten().filter(|(_, answer)| is_refused(answer)).map(|(i, _)| *i).collect();
        answers.extend(helped.into_iter().flatten());
        if !refused.is_empty() {
            // A server that lets a user have few files open may have refused these for those of the first connection. Nothing
            // of them was read yet.
            let queue = Queue::some_of(files, |place| refused.contains(&place));
            answers.retain(|(place, _)| !refused.contains(place));
            answers.extend(self.first.take_from(&queue, share, &[], progress).0);
        }
        self.first.in_order(count, answers)
    }

    /// Uploads one large file in pieces over all connections.
    fn store_in_pieces(
        &mut self,
        file: &mut Upload<'_>,
        progress: Progress<'_>,
    ) -> Result<Uploaded, UploadError> {
        let path = file.path;
        let (pieces, share) = (Pieces::new(file.source), WindowShare::of(self.most));
        let ((handle, error), helped) = self.work(
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
        let error = error.or_else(|| helped.into_iter().flatten().next());
        let whole = error.is_none() && read.is_ok();
        let sent = *read.as_ref().unwrap_or(&0);
        let ended = handle.map(|handle| self.first.end_pieces(path, &handle, sent, whole));
        match (error, read, ended) {
            (Some(error), ..) => Err(error),
            (None, Err(error), _) => Err(UploadError::Source(error)),
            (None, Ok(_), Some(stored)) => stored,
            // Not reached: without a handle `error` says why.
            (None, Ok(_), None) => Err(UploadError::Source(io::ErrorKind::UnexpectedEof.into())),
        }
    }
}

/// Whether the further connections may work.
enum State {
    /// No: the first connection has not created the file yet.
    NotYet,
    /// Yes.
    Going,
    /// No: nothing is left to take.
    Over,
}

fn is_refused(answer: &Result<Uploaded, UploadError>) -> bool {
    matches!(answer, Err(UploadError::NotOpened(RemoteError::Refused { .. })))
}

fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

impl<S: ByteStream + Send + 'static> Remote for Pool<S> {
    fn go_by(&mut self, terms: &Terms) {
        self.terms = terms.clone();
        self.first.go_by(terms);
        for connection in &mut self.others {
            connection.go_by(terms);
        }
    }

    fn learned(&self) -> ServerTraits {
        let mut learned = self.first.learned();
        self.others.iter().for_each(|connection| learned.merge(&connection.learned()));
        learned
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
        let bytes = files.iter().fold(0, |sum: u64, file| sum.saturating_add(file.size));
        let pieces = self.terms.pieces;
        if connections_for(Load { files: files.len(), bytes, pieces }, self.most) == 1 {
            return self.first.store_and_stat(files, finals, progress);
        }
        let is_large = |file: &Upload<'_>| pieces && file.size >= PIECES_FROM;
        // Keep the order of the files: each large file is a group of its own between groups of smaller ones.
        let mut stored = Vec::new();
        for run in files.chunk_by_mut(|a, b| !is_large(a) && !is_large(b)) {
            match run {
                [large] if is_large(large) => stored.push(self.store_in_pieces(large, progress)),
                small => stored.extend(self.store_whole(small, progress)),
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

    fn publish_and_look(&mut self, moves: &[(&str, &str)]) -> Vec<(Result<(), RemoteError>, bool)> {
        self.first.publish_and_look(moves)
    }

    fn remove(&mut self, paths: &[&str]) -> Vec<Result<Removal, RemoteError>> {
        self.first.remove(paths)
    }

    fn digest(&mut self, files: &[(&str, u64)]) -> Vec<Result<Option<Digest>, RemoteError>> {
        self.first.digest(files)
    }

    fn list(&mut self, folder: &str) -> Result<Vec<Entry>, RemoteError> {
        self.first.list(folder)
    }

    fn is_closed(&self) -> bool {
        self.first.is_closed()
    }

    fn fault(&self) -> Option<Arc<ConnectionFault>> {
        self.first.fault()
    }
}
