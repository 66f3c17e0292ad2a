//! Uploading files.
//!
//! A file costs three round trips, which overlap with those of other files: OPEN; the WRITEs followed at once by sync, FSTAT
//! and CLOSE; and later its rename. Many files are opened ahead on the server, but only one source is read at a time, so
//! neither memory nor open descriptors here grow with the batch.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::multiplexer::{Batch, Requests, Unexpected, budget};
use super::packet::{self, Handle, Reply, Request};
use crate::config::SyncRule;
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
pub(in crate::remote) struct Queue<'f, 's>(Mutex<std::vec::IntoIter<(usize, &'f mut Upload<'s>)>>);

impl<'f, 's> Queue<'f, 's> {
    pub(in crate::remote) fn new(files: &'f mut [Upload<'s>]) -> Queue<'f, 's> {
        Queue::some_of(files, |_| true)
    }

    /// Only the files at those places in the batch.
    pub(in crate::remote) fn some_of(
        files: &'f mut [Upload<'s>],
        wanted: impl Fn(usize) -> bool,
    ) -> Queue<'f, 's> {
        let files: Vec<_> = files.iter_mut().enumerate().filter(|(place, _)| wanted(*place)).collect();
        Queue(Mutex::new(files.into_iter()))
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

/// What holds for a batch of uploads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// Whether the server offers to sync files.
    pub(super) sync: bool,
    /// What becomes of a file that it refuses to sync.
    pub(super) rule: SyncRule,
    /// How many files it lets be open at once, where it is known to refuse more.
    pub(super) open_at_once: Option<usize>,
    /// STAT is asked in place of LSTAT.
    pub(super) without_lstat: bool,
}

/// What a batch of uploads came to.
pub(super) struct Finished<'s> {
    pub(super) answers: Answers,
    /// What is at the final paths.
    pub(super) stats: RemoteStats,
    /// The path of each file among the answers.
    pub(super) paths: Vec<&'s str>,
    /// The first refusal to sync a file.
    pub(super) sync_refused: Option<(u32, String)>,
    /// How many files the server let be open at once, where it refused more.
    pub(super) open_at_once: Option<usize>,
}

/// The requests that upload the files which one connection takes from a queue.
///
/// A server may allow fewer open files than are opened ahead, and says so only by refusing. So a file that is refused while
/// others are open is opened again when they are closed, and then fewer are opened at once.
pub(super) struct UploadBatch<'j, 'f, 's> {
    queue: &'j Queue<'f, 's>,
    states: Vec<Progressing<'f, 's>>,
    /// Indices of files that were refused while others were open.
    again: VecDeque<usize>,
    /// How many files may be open at once, as far as is known.
    limit: usize,
    /// Whether a file that had been refused was opened once fewer others were open.
    limited: bool,
    /// Whether the server has opened any file.
    opened: bool,
    /// How many files the server holds open.
    held: usize,
    sync_refused: Option<(u32, String)>,
    /// The queue is empty.
    drained: bool,
    /// Indices of files that are open on the server and not yet read to their end.
    writing: VecDeque<usize>,
    open: usize,
    /// How many files were taken and have neither failed to open nor had their CLOSE sent.
    unended: usize,
    unacknowledged: usize,
    share: WindowShare,
    manner: Manner,
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
        manner: Manner,
        progress: Progress<'j>,
    ) -> UploadBatch<'j, 'f, 's> {
        UploadBatch {
            queue,
            states: Vec::new(),
            again: VecDeque::new(),
            limit: manner.open_at_once.unwrap_or(share.open).clamp(1, share.open.max(1)),
            limited: manner.open_at_once.is_some(),
            opened: false,
            held: 0,
            sync_refused: None,
            drained: false,
            writing: VecDeque::new(),
            open: 0,
            unended: 0,
            unacknowledged: 0,
            share,
            manner,
            progress,
            chunk: vec![0; CHUNK],
            finals,
            stats: finals.iter().map(|_| None).collect(),
            asked: 0,
        }
    }

    /// What became of each file that was taken, and what is at the final paths. `fault` is why the connection was lost;
    /// without one every request was answered.
    pub(super) fn finish(mut self, fault: Option<&Arc<ConnectionFault>>) -> Finished<'s> {
        // What was to be opened again was refused for want of room and not for itself.
        for index in self.again.drain(..) {
            self.states[index].error = None;
        }
        let paths = self.states.iter().map(|state| state.file.path).collect();
        let open_at_once = Some(self.limit).filter(|_| self.limited);
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
        Finished {
            answers: self.states.into_iter().map(|state| (state.place, outcome(state))).collect(),
            stats: stats.collect(),
            paths,
            sync_refused: self.sync_refused,
            open_at_once,
        }
    }

    /// Opens a file that was refused before, or the next one. False where that is not due, or none is left.
    fn open_one(&mut self, requests: &mut Requests<'_, Tag>) -> bool {
        if self.open >= self.limit {
            return false;
        }
        let Some(&index) = self.again.front() else { return !self.drained && self.open_next(requests) };
        if !self.limited && self.open > 0 {
            // Not yet known to be a limit: try this one alone.
            return false;
        }
        if !self.opened {
            self.give_up_refused();
            return true;
        }
        self.again.pop_front();
        self.states[index].error = None;
        self.open += 1;
        self.send(requests, index, Step::Open);
        true
    }

    /// Nothing was ever opened, so the files were not refused because of others.
    fn give_up_refused(&mut self) {
        for index in self.again.drain(..) {
            self.states[index].done = true;
            self.unended -= 1;
        }
        self.limit = self.share.open;
    }

    /// Notes that a file was not opened. One that was refused while others were open is tried again.
    fn not_opened(&mut self, index: usize, status: u32, text: String) {
        let others = self.open > 1;
        self.open -= 1;
        let state = &mut self.states[index];
        state.error = Some(UploadError::NotOpened(RemoteError::Refused { status, text }));
        if others && status != packet::NO_SUCH_FILE {
            self.limit = self.held.clamp(1, self.limit);
            self.again.push_back(index);
            return;
        }
        state.done = true;
        self.unended -= 1;
        if !self.limited && self.again.is_empty() {
            self.limit = self.share.open;
        }
    }

    /// Notes that a file was opened.
    fn is_opened(&mut self, index: usize, handle: Handle) {
        self.limited |= self.limit < self.share.open;
        self.opened = true;
        self.held += 1;
        self.states[index].handle = Some(handle);
        self.writing.push_back(index);
    }

    fn not_synced(&mut self, index: usize, status: u32, text: String) {
        self.sync_refused.get_or_insert_with(|| (status, text.clone()));
        if self.manner.rule == SyncRule::Required {
            let refused = RemoteError::Refused { status, text };
            self.states[index].error.get_or_insert(UploadError::NotSynced(refused));
        }
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
            let path = self.finals[self.asked];
            let look = if self.manner.without_lstat { Request::Stat(path) } else { Request::Lstat(path) };
            requests.send(Tag(self.asked, Step::FinalStat), &look);
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
            if self.manner.sync {
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
            if self.open_one(requests) {
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
            (Step::Open, Reply::Handle(handle)) => self.is_opened(index, handle),
            (Step::Open, Reply::Status(status, text)) if status != packet::OK => {
                state.pending -= 1;
                self.not_opened(index, status, text);
                return Ok(());
            }
            (Step::Stat, Reply::Attrs(attrs)) => state.size = attrs.size,
            (Step::Stat, Reply::Status(status, _)) if status != packet::OK => {}
            (Step::Write(length), Reply::Status(packet::OK, _)) => (self.progress)(length as u64),
            (Step::Sync, Reply::Status(packet::OK | packet::UNSUPPORTED, _))
            | (Step::Close, Reply::Status(packet::OK, _)) => {}
            (Step::Sync, Reply::Status(status, text)) => self.not_synced(index, status, text),
            (Step::Write(_) | Step::Close, Reply::Status(status, text)) => {
                state.error.get_or_insert(UploadError::Broken(RemoteError::Refused { status, text }));
            }
            _ => return Err(Unexpected),
        }
        let state = &mut self.states[index];
        state.pending -= 1;
        if let Step::Write(length) = step {
            self.unacknowledged -= length;
        }
        if state.pending == 0 && state.ending {
            state.done = true;
            self.open -= 1;
            self.held -= 1;
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
