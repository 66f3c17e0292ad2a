//! Files on their way out.
//!
//! A file costs three overlapping round trips: OPEN; the WRITEs with sync, FSTAT and CLOSE right behind
//! them; and later its rename. Many files are opened ahead, but one source at a time is read, so neither
//! memory nor open descriptors grow with the batch.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::time::Duration;

use super::packet::{self, Handle, Reply, Request};
use super::wire::{Calls, Job, Unexpected, budget};
use crate::remote::{LineFault, Progress, RemoteError, Source, Store, StoreError, Stored};

/// The most files open on the server at once; it allows some 1,000.
const MOST_OPEN: usize = 128;
/// The most bytes written and not acknowledged: more only makes the server's memory grow.
const MOST_UNACKNOWLEDGED: usize = 4 * 1024 * 1024;
/// Bytes in a WRITE. What every server takes (its packet may have 34,000 bytes, section 3).
pub(super) const CHUNK: usize = 32_000;

/// What a request is about: the file's place in the batch, and the step.
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
}

/// Where a file stands.
#[derive(Default)]
struct Progressing {
    handle: Option<Handle>,
    /// Requests that are not answered.
    pending: usize,
    sent: u64,
    size: Option<u64>,
    /// The first thing that went wrong; the rest is only tidying up.
    trouble: Option<StoreError>,
    /// CLOSE is asked, and with it all that will be.
    ending: bool,
    /// All is answered.
    done: bool,
}

/// The job of storing a batch.
pub(super) struct StoreJob<'j, 's> {
    files: &'j mut [Store<'s>],
    states: Vec<Progressing>,
    /// Files whose handle is there and whose source is not read to its end.
    writing: VecDeque<usize>,
    next: usize,
    open: usize,
    unacknowledged: usize,
    sync: bool,
    progress: Progress<'j>,
    chunk: Vec<u8>,
}

impl<'j, 's> StoreJob<'j, 's> {
    pub(super) fn new(files: &'j mut [Store<'s>], sync: bool, progress: Progress<'j>) -> StoreJob<'j, 's> {
        StoreJob {
            states: files.iter().map(|_| Progressing::default()).collect(),
            files,
            writing: VecDeque::new(),
            next: 0,
            open: 0,
            unacknowledged: 0,
            sync,
            progress,
            chunk: vec![0; CHUNK],
        }
    }

    /// What became of each file. Without a fault each of them is done.
    pub(super) fn finish(self, fault: Option<&Arc<LineFault>>) -> Vec<Result<Stored, StoreError>> {
        let outcome = |state: Progressing| match (state.trouble, fault) {
            (Some(trouble), _) => Err(trouble),
            (None, Some(fault)) if !state.done => Err(match state.handle {
                Some(_) => StoreError::Broken(RemoteError::NoAnswer(Arc::clone(fault))),
                None => StoreError::NotOpened(RemoteError::NotSent(Arc::clone(fault))),
            }),
            (None, _) => Ok(Stored { sent: state.sent, size: state.size }),
        };
        self.states.into_iter().map(outcome).collect()
    }

    fn send(&mut self, calls: &mut Calls<'_, Tag>, index: usize, step: Step) {
        let state = &mut self.states[index];
        let request = match (step, &state.handle) {
            (Step::Open, _) => Request::Create(self.files[index].path),
            (Step::Write(length), Some(handle)) => Request::Write(handle, state.sent, &self.chunk[..length]),
            (Step::Sync, Some(handle)) => Request::Sync(handle),
            (Step::Stat, Some(handle)) => Request::Fstat(handle),
            (Step::Close, Some(handle)) => Request::Close(handle),
            (_, None) => return,
        };
        calls.send(Tag(index, step), &request);
        state.pending += 1;
        if let Step::Write(length) = step {
            state.sent += length as u64;
            self.unacknowledged += length;
        }
    }

    /// Sends the next piece of the file, or what ends it.
    fn go_on(&mut self, calls: &mut Calls<'_, Tag>, index: usize) {
        let mut at_end = true;
        if self.states[index].trouble.is_none() {
            match fill(self.files[index].source, &mut self.chunk) {
                Ok(length) => {
                    at_end = length < CHUNK;
                    if length > 0 {
                        self.send(calls, index, Step::Write(length));
                    }
                }
                Err(error) => self.states[index].trouble = Some(StoreError::Source(error)),
            }
        }
        if !at_end {
            return;
        }
        self.writing.pop_front();
        if self.states[index].trouble.is_none() {
            if self.sync {
                self.send(calls, index, Step::Sync);
            }
            self.send(calls, index, Step::Stat);
        }
        self.states[index].ending = true;
        self.send(calls, index, Step::Close);
    }
}

/// Reads until the buffer is full or the source at its end.
fn fill(source: &mut dyn Source, buffer: &mut [u8]) -> io::Result<usize> {
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

impl Job for StoreJob<'_, '_> {
    type Tag = Tag;

    fn fill(&mut self, calls: &mut Calls<'_, Tag>) {
        while calls.room() {
            if self.next < self.files.len() && self.open < MOST_OPEN {
                self.send(calls, self.next, Step::Open);
                self.next += 1;
                self.open += 1;
            } else if let Some(&index) = self.writing.front()
                && self.unacknowledged + CHUNK <= MOST_UNACKNOWLEDGED
            {
                self.go_on(calls, index);
            } else {
                break;
            }
        }
    }

    fn answer(&mut self, Tag(index, step): Tag, reply: Reply) -> Result<(), Unexpected> {
        let state = &mut self.states[index];
        match (step, reply) {
            (Step::Open, Reply::Handle(handle)) => {
                state.handle = Some(handle);
                self.writing.push_back(index);
            }
            (Step::Open, Reply::Status(status, text)) if status != packet::OK => {
                state.trouble = Some(StoreError::NotOpened(RemoteError::Refused { status, text }));
            }
            (Step::Stat, Reply::Attrs(attrs)) => state.size = attrs.size,
            (Step::Stat, Reply::Status(status, _)) if status != packet::OK => {}
            (Step::Write(length), Reply::Status(packet::OK, _)) => (self.progress)(length as u64),
            (Step::Sync, Reply::Status(packet::OK | packet::UNSUPPORTED, _))
            | (Step::Close, Reply::Status(packet::OK, _)) => {}
            (Step::Write(_) | Step::Sync | Step::Close, Reply::Status(status, text)) => {
                state.trouble.get_or_insert(StoreError::Broken(RemoteError::Refused { status, text }));
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
        let trouble = match (step, error) {
            (Step::Open, error @ RemoteError::NotSent(_)) => StoreError::NotOpened(error),
            // The file is there, so whatever was left of its requests, it is broken, and not unsent.
            (_, RemoteError::NotSent(fault)) => StoreError::Broken(RemoteError::NoAnswer(fault)),
            (_, error) => StoreError::Broken(error),
        };
        self.states[index].trouble.get_or_insert(trouble);
    }

    fn budget(&self) -> Duration {
        budget(self.files.len(), self.files.iter().fold(0, |sum, file| sum.saturating_add(file.size)))
    }
}
