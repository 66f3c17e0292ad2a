//! Uploading files.
//!
//! A file costs three round trips, which overlap with those of other files: OPEN; the WRITEs followed at once by sync, FSTAT
//! and CLOSE; and later its rename. Many files are opened ahead on the server, but only one source is read at a time, so
//! neither memory nor open descriptors here grow with the batch.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::iter::Enumerate;
use std::slice::IterMut;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::multiplexer::{Batch, Requests, Unexpected, budget};
use super::packet::{self, Handle, Reply, Request};
use crate::remote::{
    ConnectionFault, Progress, RemoteError, RemoteStat, RemoteStats, Source, Upload, UploadError, Uploaded,
};

/// The most files open on the server at once. OpenSSH's server allows about 1,000.
const MOST_OPEN: usize = 256;
/// The most bytes sent and not acknowledged. More does not go faster, it only fills the server's memory.
const MOST_UNACKNOWLEDGED: usize = 4 * 1024 * 1024;
/// Bytes in a WRITE. Every server must accept packets of 34,000 bytes (section 3), so this fits with its header.
pub(super) const CHUNK: usize = 32_000;

/// The files of a batch that no connection has taken yet.
pub(in crate::remote) struct Queue<'f, 's>(Mutex<Enumerate<IterMut<'f, Upload<'s>>>>);

impl<'f, 's> Queue<'f, 's> {
    pub(in crate::remote) fn new(files: &'f mut [Upload<'s>]) -> Queue<'f, 's> {
        Queue(Mutex::new(files.iter_mut().enumerate()))
    }

    /// Takes the next file, with its index in the batch.
    fn take(&self) -> Option<(usize, &'f mut Upload<'s>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).next()
    }

    pub(in crate::remote) fn is_empty(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len() == 0
    }

    /// Drops the rest: no connection gets another file.
    pub(in crate::remote) fn close(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).by_ref().for_each(drop);
    }
}

/// One connection's share of the limits above, so that all connections together stay within them.
#[derive(Debug, Clone, Copy)]
pub(in crate::remote) struct WindowShare {
    open: usize,
    pub(super) unacknowledged: usize,
}

impl WindowShare {
    /// The share of each of so many connections.
    pub(in crate::remote) fn of(connections: usize) -> WindowShare {
        let connections = connections.max(1);
        WindowShare { open: MOST_OPEN / connections, unacknowledged: MOST_UNACKNOWLEDGED / connections }
    }
}

/// What became of the files that a connection took, each with its index in the batch.
pub(in crate::remote) type Answers = Vec<(usize, Result<Uploaded, UploadError>)>;

/// What a request is about: the index of its file among those taken (or of the path in `finals`), and the step.
#[derive(Clone, Copy)]
pub(super) struct Tag(usize, Step);

#[derive(Clone, Copy)]
enum Step {
    Open,
    /// A write of so many bytes.
    Write(usize),
    Sync,
    Stat,
    Close,
    /// Asking what is at the final name.
    FinalStat,
}

/// A file that was taken, and how far its upload is.
struct Progressing<'f, 's> {
    /// Its index in the batch.
    place: usize,
    file: &'f mut Upload<'s>,
    handle: Option<Handle>,
    /// How many of its requests are unanswered.
    pending: usize,
    sent: u64,
    size: Option<u64>,
    /// The first error. After it the file is only closed.
    error: Option<UploadError>,
    /// CLOSE is sent, so no further request follows.
    ending: bool,
    /// Every request is answered.
    done: bool,
}

/// The requests that upload the files which one connection takes from a queue.
pub(super) struct UploadBatch<'j, 'f, 's> {
    queue: &'j Queue<'f, 's>,
    states: Vec<Progressing<'f, 's>>,
    /// The queue is empty.
    drained: bool,
    /// Indices of files that are open on the server and not yet read to their end.
    writing: VecDeque<usize>,
    open: usize,
    /// How many files were taken and have neither failed to open nor had their CLOSE sent.
    unended: usize,
    unacknowledged: usize,
    share: WindowShare,
    sync: bool,
    progress: Progress<'j>,
    chunk: Vec<u8>,
    /// The paths to ask about when all files are written, with the answers.
    finals: &'j [&'j str],
    stats: Vec<Option<Result<RemoteStat, RemoteError>>>,
    asked: usize,
}

impl<'j, 'f, 's> UploadBatch<'j, 'f, 's> {
    pub(super) fn new(
        queue: &'j Queue<'f, 's>,
        share: WindowShare,
        finals: &'j [&'j str],
        sync: bool,
        progress: Progress<'j>,
    ) -> UploadBatch<'j, 'f, 's> {
        UploadBatch {
            queue,
            states: Vec::new(),
            drained: false,
            writing: VecDeque::new(),
            open: 0,
            unended: 0,
            unacknowledged: 0,
            share,
            sync,
            progress,
            chunk: vec![0; CHUNK],
            finals,
            stats: finals.iter().map(|_| None).collect(),
            asked: 0,
        }
    }

    /// What became of each file that was taken, and what is at the final paths. `fault` is why the connection was lost;
    /// without one every request was answered.
    pub(super) fn finish(self, fault: Option<&Arc<ConnectionFault>>) -> (Answers, RemoteStats) {
        let outcome = |state: Progressing<'_, '_>| match (state.error, fault) {
            (Some(error), _) => Err(error),
            (None, Some(fault)) if !state.done => Err(match state.handle {
                Some(_) => UploadError::Broken(RemoteError::NoAnswer(Arc::clone(fault))),
                None => UploadError::NotOpened(RemoteError::NotSent(Arc::clone(fault))),
            }),
            (None, _) => Ok(Uploaded { sent: state.sent, size: state.size }),
        };
        let unsent = || fault.cloned().unwrap_or_else(|| Arc::new(ConnectionFault::Closed(String::new())));
        let stats =
            self.stats.into_iter().map(|stat| stat.unwrap_or_else(|| Err(RemoteError::NotSent(unsent()))));
        (self.states.into_iter().map(|state| (state.place, outcome(state))).collect(), stats.collect())
    }

    /// Takes the next file and opens it. False where the queue is empty.
    fn open_next(&mut self, requests: &mut Requests<'_, Tag>) -> bool {
        let Some((place, file)) = self.queue.take() else {
            self.drained = true;
            return false;
        };
        self.states.push(Progressing {
            place,
            file,
            handle: None,
            pending: 0,
            sent: 0,
            size: None,
            error: None,
            ending: false,
            done: false,
        });
        self.open += 1;
        self.unended += 1;
        self.send(requests, self.states.len() - 1, Step::Open);
        true
    }

    /// Asks about the next final path, once everything is written. False where that is not due, or all are asked.
    fn stat_next(&mut self, requests: &mut Requests<'_, Tag>) -> bool {
        let due = self.drained && self.unended == 0 && self.asked < self.finals.len();
        if due {
            requests.send(Tag(self.asked, Step::FinalStat), &Request::Lstat(self.finals[self.asked]));
            self.asked += 1;
        }
        due
    }

    fn send(&mut self, requests: &mut Requests<'_, Tag>, index: usize, step: Step) {
        let state = &mut self.states[index];
        let request = match (step, &state.handle) {
            (Step::Open, _) => Request::Create(state.file.path),
            (Step::Write(length), Some(handle)) => Request::Write(handle, state.sent, &self.chunk[..length]),
            (Step::Sync, Some(handle)) => Request::Sync(handle),
            (Step::Stat, Some(handle)) => Request::Fstat(handle),
            (Step::Close, Some(handle)) => Request::Close(handle),
            (Step::FinalStat, _) | (_, None) => return,
        };
        requests.send(Tag(index, step), &request);
        state.pending += 1;
        if let Step::Write(length) = step {
            state.sent += length as u64;
            self.unacknowledged += length;
        }
    }

    /// Sends the next WRITE of the file; at its end also sync, FSTAT and CLOSE.
    fn go_on(&mut self, requests: &mut Requests<'_, Tag>, index: usize) {
        let mut at_end = true;
        if self.states[index].error.is_none() {
            match fill(self.states[index].file.source, &mut self.chunk) {
                Ok(length) => {
                    at_end = length < CHUNK;
                    if length > 0 {
                        self.send(requests, index, Step::Write(length));
                    }
                }
                Err(error) => self.states[index].error = Some(UploadError::Source(error)),
            }
        }
        if !at_end {
            return;
        }
        self.writing.pop_front();
        if self.states[index].error.is_none() {
            if self.sync {
                self.send(requests, index, Step::Sync);
            }
            self.send(requests, index, Step::Stat);
        }
        self.states[index].ending = true;
        self.unended -= 1;
        self.send(requests, index, Step::Close);
    }
}

/// Reads until the buffer is full or the source ends, and returns how many bytes were read.
pub(super) fn fill(source: &mut dyn Source, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match source.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

impl Batch for UploadBatch<'_, '_, '_> {
    type Tag = Tag;

    fn fill(&mut self, requests: &mut Requests<'_, Tag>) {
        while requests.room() {
            if !self.drained && self.open < self.share.open && self.open_next(requests) {
                continue;
            }
            if let Some(&index) = self.writing.front()
                && self.unacknowledged + CHUNK <= self.share.unacknowledged
            {
                self.go_on(requests, index);
            } else if !self.stat_next(requests) {
                break;
            }
        }
    }

    fn answer(&mut self, Tag(index, step): Tag, reply: Reply) -> Result<(), Unexpected> {
        if let Step::FinalStat = step {
            self.stats[index] = Some(stat_of(reply).ok_or(Unexpected)?);
            return Ok(());
        }
        let state = &mut self.states[index];
        match (step, reply) {
            (Step::Open, Reply::Handle(handle)) => {
                state.handle = Some(handle);
                self.writing.push_back(index);
            }
            (Step::Open, Reply::Status(status, text)) if status != packet::OK => {
                state.error = Some(UploadError::NotOpened(RemoteError::Refused { status, text }));
                self.unended -= 1;
            }
            (Step::Stat, Reply::Attrs(attrs)) => state.size = attrs.size,
            (Step::Stat, Reply::Status(status, _)) if status != packet::OK => {}
            (Step::Write(length), Reply::Status(packet::OK, _)) => (self.progress)(length as u64),
            (Step::Sync, Reply::Status(packet::OK | packet::UNSUPPORTED, _))
            | (Step::Close, Reply::Status(packet::OK, _)) => {}
            (Step::Write(_) | Step::Sync | Step::Close, Reply::Status(status, text)) => {
                state.error.get_or_insert(UploadError::Broken(RemoteError::Refused { status, text }));
            }
            _ => return Err(Unexpected),
        }
        state.pending -= 1;
        if let Step::Write(length) = step {
            self.unacknowledged -= length;
        }
        if state.pending == 0 && (state.ending || state.handle.is_none()) {
            state.done = true;
            self.open -= 1;
        }
        Ok(())
    }

    fn lost(&mut self, Tag(index, step): Tag, error: RemoteError) {
        if let Step::FinalStat = step {
            self.stats[index] = Some(Err(error));
            return;
        }
        let error = match (step, error) {
            (Step::Open, error @ RemoteError::NotSent(_)) => UploadError::NotOpened(error),
            // The file exists on the server, so it is incomplete even where this request of it was never sent.
            (_, RemoteError::NotSent(fault)) => UploadError::Broken(RemoteError::NoAnswer(fault)),
            (_, error) => UploadError::Broken(error),
        };
        self.states[index].error.get_or_insert(error);
    }

    fn budget(&self) -> Duration {
        let bytes = self.states.iter().fold(0, |sum: u64, state| sum.saturating_add(state.file.size));
        budget(self.states.len() + self.asked, bytes)
    }
}

/// Reads a reply to LSTAT; none where it is another kind of reply.
pub(super) fn stat_of(reply: Reply) -> Option<Result<RemoteStat, RemoteError>> {
    match reply {
        Reply::Attrs(attrs) => Some(Ok(RemoteStat::Present { size: attrs.file_size() })),
        Reply::Status(packet::NO_SUCH_FILE, _) => Some(Ok(RemoteStat::Absent)),
        Reply::Status(status, text) if status != packet::OK => {
            Some(Err(RemoteError::Refused { status, text }))
        }
        _ => None,
    }
}
