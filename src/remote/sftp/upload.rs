//! Files on their way out.
//!
//! A file costs three overlapping round trips: OPEN; the WRITEs with sync, FSTAT and CLOSE right behind
//! them; and later its rename. Many files are opened ahead, but one source at a time is read, so neither
//! memory nor open descriptors grow with the batch.

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

/// The most files open on the server at once; it allows some 1,000.
const MOST_OPEN: usize = 256;
/// The most bytes written and not acknowledged: more only makes the server's memory grow.
const MOST_UNACKNOWLEDGED: usize = 4 * 1024 * 1024;
/// Bytes in a WRITE. What every server takes (its packet may have 34,000 bytes, section 3).
pub(super) const CHUNK: usize = 32_000;

/// The files of a batch, for one connection or several to take from.
pub(in crate::remote) struct Queue<'f, 's>(Mutex<Enumerate<IterMut<'f, Upload<'s>>>>);

impl<'f, 's> Queue<'f, 's> {
    pub(in crate::remote) fn new(files: &'f mut [Upload<'s>]) -> Queue<'f, 's> {
        Queue(Mutex::new(files.iter_mut().enumerate()))
    }

    /// The next file, with its place in the batch.
    fn take(&self) -> Option<(usize, &'f mut Upload<'s>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).next()
    }

    pub(in crate::remote) fn is_empty(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len() == 0
    }

    /// Leaves nothing more to be taken.
    pub(in crate::remote) fn close(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).by_ref().for_each(drop);
    }
}

/// How much one of several connections may have under way, so that all together stay within the limits.
#[derive(Debug, Clone, Copy)]
pub(in crate::remote) struct WindowShare {
    open: usize,
    pub(super) unacknowledged: usize,
}

impl WindowShare {
    /// Of so many connections.
    pub(in crate::remote) fn of(connections: usize) -> WindowShare {
        let connections = connections.max(1);
        WindowShare { open: MOST_OPEN / connections, unacknowledged: MOST_UNACKNOWLEDGED / connections }
    }
}

/// What became of the files that a connection took, by their places in the batch.
pub(in crate::remote) type Answers = Vec<(usize, Result<Uploaded, UploadError>)>;

/// What a request is about: the file's place among those taken, and the step.
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
    /// A look at the final name.
    FinalStat,
}

/// A file that was taken, and where it stands.
struct Progressing<'f, 's> {
    /// Its place in the batch.
    place: usize,
    file: &'f mut Upload<'s>,
    handle: Option<Handle>,
    /// Requests that are not answered.
    pending: usize,
    sent: u64,
    size: Option<u64>,
    /// The first thing that went wrong; the rest is only tidying up.
    trouble: Option<UploadError>,
    /// CLOSE is asked, and with it all that will be.
    ending: bool,
    /// All is answered.
    done: bool,
}

/// The batch of storing a batch, or what one connection takes of it.
pub(super) struct UploadBatch<'j, 'f, 's> {
    queue: &'j Queue<'f, 's>,
    states: Vec<Progressing<'f, 's>>,
    /// Nothing is left to be taken.
    drained: bool,
    /// Files whose handle is there and whose source is not read to its end.
    writing: VecDeque<usize>,
    open: usize,
    /// Files that were taken and whose end is not asked for yet.
    unended: usize,
    unacknowledged: usize,
    share: WindowShare,
    sync: bool,
    progress: Progress<'j>,
    chunk: Vec<u8>,
    /// Paths to look at when all files are written, and what was seen there.
    finals: &'j [&'j str],
    stats: Vec<Option<Result<RemoteStat, RemoteError>>>,
    looked: usize,
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
            looked: 0,
        }
    }

    /// What became of each file that was taken, and what was seen. Without a fault each of them is done.
    pub(super) fn finish(self, fault: Option<&Arc<ConnectionFault>>) -> (Answers, RemoteStats) {
        let outcome = |state: Progressing<'_, '_>| match (state.trouble, fault) {
            (Some(trouble), _) => Err(trouble),
            (None, Some(fault)) if !state.done => Err(match state.handle {
                Some(_) => UploadError::Broken(RemoteError::NoAnswer(Arc::clone(fault))),
                None => UploadError::NotOpened(RemoteError::NotSent(Arc::clone(fault))),
            }),
            (None, _) => Ok(Uploaded { sent: state.sent, size: state.size }),
        };
        let unsent = || fault.cloned().unwrap_or_else(|| Arc::new(ConnectionFault::Closed(String::new())));
        let stats =
            self.stats.into_iter().map(|look| look.unwrap_or_else(|| Err(RemoteError::NotSent(unsent()))));
        (self.states.into_iter().map(|state| (state.place, outcome(state))).collect(), stats.collect())
    }

    /// Takes the next file and opens it; whether there was one.
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
            trouble: None,
            ending: false,
            done: false,
        });
        self.open += 1;
        self.unended += 1;
        self.send(requests, self.states.len() - 1, Step::Open);
        true
    }

    /// Asks for the next look, once everything is written; whether there was one.
    fn look_next(&mut self, requests: &mut Requests<'_, Tag>) -> bool {
        let due = self.drained && self.unended == 0 && self.looked < self.finals.len();
        if due {
            requests.send(Tag(self.looked, Step::FinalStat), &Request::Lstat(self.finals[self.looked]));
            self.looked += 1;
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

    /// Sends the next piece of the file, or what ends it.
    fn go_on(&mut self, requests: &mut Requests<'_, Tag>, index: usize) {
        let mut at_end = true;
        if self.states[index].trouble.is_none() {
            match fill(self.states[index].file.source, &mut self.chunk) {
                Ok(length) => {
                    at_end = length < CHUNK;
                    if length > 0 {
                        self.send(requests, index, Step::Write(length));
                    }
                }
                Err(error) => self.states[index].trouble = Some(UploadError::Source(error)),
            }
        }
        if !at_end {
            return;
        }
        self.writing.pop_front();
        if self.states[index].trouble.is_none() {
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

/// Reads until the buffer is full or the source at its end.
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
            } else if !self.look_next(requests) {
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
                state.trouble = Some(UploadError::NotOpened(RemoteError::Refused { status, text }));
                self.unended -= 1;
            }
            (Step::Stat, Reply::Attrs(attrs)) => state.size = attrs.size,
            (Step::Stat, Reply::Status(status, _)) if status != packet::OK => {}
            (Step::Write(length), Reply::Status(packet::OK, _)) => (self.progress)(length as u64),
            (Step::Sync, Reply::Status(packet::OK | packet::UNSUPPORTED, _))
            | (Step::Close, Reply::Status(packet::OK, _)) => {}
            (Step::Write(_) | Step::Sync | Step::Close, Reply::Status(status, text)) => {
                state.trouble.get_or_insert(UploadError::Broken(RemoteError::Refused { status, text }));
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
        let trouble = match (step, error) {
            (Step::Open, error @ RemoteError::NotSent(_)) => UploadError::NotOpened(error),
            // The file is there, so whatever was left of its requests, it is broken, and not unsent.
            (_, RemoteError::NotSent(fault)) => UploadError::Broken(RemoteError::NoAnswer(fault)),
            (_, error) => UploadError::Broken(error),
        };
        self.states[index].trouble.get_or_insert(trouble);
    }

    fn budget(&self) -> Duration {
        let bytes = self.states.iter().fold(0, |sum: u64, state| sum.saturating_add(state.file.size));
        budget(self.states.len() + self.looked, bytes)
    }
}

/// What a reply to LSTAT tells.
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
