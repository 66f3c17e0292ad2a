//! Files and listings on their way in.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::multiplexer::{Batch, Requests, Unexpected, budget};
use super::packet::{self, Handle, Reply, Request};
use super::upload::CHUNK;
use crate::digest::{Digest, Hasher};
use crate::remote::{ConnectionFault, Entry, RemoteError};

/// The most files that are read at once.
const MOST_OPEN: usize = 32;
/// The most READs of one file that are under way: 1 MiB.
const MOST_READS: usize = 32;
/// The most names taken of one folder.
const MOST_ENTRIES: usize = 100_000;

/// What a request is about: the file's place in the batch, and the step.
#[derive(Clone, Copy)]
pub(super) struct Tag(usize, Step);

#[derive(Clone, Copy)]
enum Step {
    Open,
    /// A read at this offset.
    Read(u64),
    Close,
}

/// A piece of a file, in the order of the file.
struct Piece {
    offset: u64,
    length: usize,
    /// Whether it is asked for.
    asked: bool,
    /// What came; empty is the end of the file.
    data: Option<Vec<u8>>,
}

/// Where a file stands.
#[derive(Default)]
struct Reading {
    handle: Option<Handle>,
    pieces: VecDeque<Piece>,
    /// Where the next new piece begins.
    next: u64,
    /// How many pieces may be under way: a small file should not cost many needless reads.
    ahead: usize,
    hasher: Hasher,
    pending: usize,
    at_end: bool,
    closing: bool,
    done: bool,
    trouble: Option<RemoteError>,
}

impl Reading {
    /// Hashes the pieces that have come and whose turn it is.
    fn digest(&mut self) {
        while let Some(piece) = self.pieces.front_mut() {
            let Some(data) = piece.data.take() else { break };
            if data.is_empty() {
                self.at_end = true;
                return;
            }
            self.hasher.update(&data);
            if data.len() < piece.length {
                // A short read is no end: ask for the rest.
                piece.offset += data.len() as u64;
                piece.length -= data.len();
                piece.asked = false;
                break;
            }
            self.pieces.pop_front();
            self.ahead = (self.ahead * 2).min(MOST_READS);
        }
    }

    /// The next piece to ask for, as offset and length.
    fn next_piece(&mut self) -> Option<(u64, usize)> {
        if let Some(piece) = self.pieces.iter_mut().find(|piece| !piece.asked) {
            piece.asked = true;
            return Some((piece.offset, piece.length));
        }
        if self.pieces.len() >= self.ahead {
            return None;
        }
        let offset = self.next;
        self.pieces.push_back(Piece { offset, length: CHUNK, asked: true, data: None });
        self.next += CHUNK as u64;
        Some((offset, CHUNK))
    }
}

/// The batch of reading files back to digest them.
pub(super) struct DigestBatch<'j> {
    paths: &'j [&'j str],
    states: Vec<Reading>,
    next: usize,
    open: Vec<usize>,
    received: u64,
}

impl<'j> DigestBatch<'j> {
    pub(super) fn new(paths: &'j [&'j str]) -> DigestBatch<'j> {
        let states = paths.iter().map(|_| Reading { ahead: 2, ..Reading::default() }).collect();
        DigestBatch { paths, states, next: 0, open: Vec::new(), received: 0 }
    }

    /// What became of each file. Without a fault each of them is done.
    pub(super) fn finish(self, fault: Option<&Arc<ConnectionFault>>) -> Vec<Result<Digest, RemoteError>> {
        let outcome = |state: Reading| match (state.trouble, fault) {
            (Some(trouble), _) => Err(trouble),
            (None, Some(fault)) if !state.done => Err(match state.handle {
                Some(_) => RemoteError::NoAnswer(Arc::clone(fault)),
                None => RemoteError::NotSent(Arc::clone(fault)),
            }),
            (None, _) => Ok(state.hasher.finish()),
        };
        self.states.into_iter().map(outcome).collect()
    }

    /// Asks the next thing of an open file; whether there was one.
    fn go_on(&mut self, requests: &mut Requests<'_, Tag>, index: usize) -> bool {
        let state = &mut self.states[index];
        if state.handle.is_none() || state.closing {
            return false;
        }
        let over = state.at_end || state.trouble.is_some();
        let piece = if over { None } else { state.next_piece() };
        let Some(handle) = &state.handle else { return false };
        match piece {
            Some((offset, length)) => {
                let length = u32::try_from(length).unwrap_or(u32::MAX);
                requests.send(Tag(index, Step::Read(offset)), &Request::Read(handle, offset, length));
            }
            None if over => {
                requests.send(Tag(index, Step::Close), &Request::Close(handle));
                state.closing = true;
            }
            None => return false,
        }
        state.pending += 1;
        true
    }
}

impl Batch for DigestBatch<'_> {
    type Tag = Tag;

    fn fill(&mut self, requests: &mut Requests<'_, Tag>) {
        while requests.room() && self.next < self.paths.len() && self.open.len() < MOST_OPEN {
            requests.send(Tag(self.next, Step::Open), &Request::Open(self.paths[self.next]));
            self.states[self.next].pending += 1;
            self.open.push(self.next);
            self.next += 1;
        }
        for index in self.open.clone() {
            while requests.room() && self.go_on(requests, index) {}
        }
    }

    fn answer(&mut self, Tag(index, step): Tag, reply: Reply) -> Result<(), Unexpected> {
        let state = &mut self.states[index];
        match (step, reply) {
            (Step::Open, Reply::Handle(handle)) => state.handle = Some(handle),
            (Step::Read(offset), reply) => {
                let piece = state.pieces.iter_mut().find(|piece| piece.offset == offset).ok_or(Unexpected)?;
                match reply {
                    Reply::Data(data) if (1..=piece.length).contains(&data.len()) => {
                        self.received += data.len() as u64;
                        piece.data = Some(data);
                    }
                    Reply::Status(packet::EOF, _) => piece.data = Some(Vec::new()),
                    Reply::Status(status, text) if status != packet::OK => {
                        state.trouble.get_or_insert(RemoteError::Refused { status, text });
                    }
                    _ => return Err(Unexpected),
                }
                state.digest();
            }
            (Step::Open, Reply::Status(status, text)) if status != packet::OK => {
                state.trouble = Some(RemoteError::Refused { status, text });
            }
            // Nothing was written, so a failed close takes nothing away.
            (Step::Close, Reply::Status(..)) => {}
            _ => return Err(Unexpected),
        }
        state.pending -= 1;
        if state.pending == 0 && (state.closing || state.handle.is_none()) {
            state.done = true;
            self.open.retain(|&open| open != index);
        }
        Ok(())
    }

    fn lost(&mut self, Tag(index, step): Tag, error: RemoteError) {
        let error = match (step, error) {
            (Step::Read(_) | Step::Close, RemoteError::NotSent(fault)) => RemoteError::NoAnswer(fault),
            (_, error) => error,
        };
        self.states[index].trouble.get_or_insert(error);
    }

    fn budget(&self) -> Duration {
        budget(self.paths.len(), self.received)
    }
}

/// The batch of listing a folder.
pub(super) struct ListBatch<'j> {
    folder: &'j str,
    handle: Option<Handle>,
    asked: usize,
    phase: Phase,
    /// Names that came, `.` and `..` too.
    seen: usize,
    entries: Vec<Entry>,
    trouble: Option<RemoteError>,
}

/// What a listing asks next.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Open,
    Read,
    Close,
    Done,
}

impl<'j> ListBatch<'j> {
    pub(super) fn new(folder: &'j str) -> ListBatch<'j> {
        // An empty path is not every server's login folder; a dot is.
        let folder = if folder.is_empty() { "." } else { folder };
        ListBatch {
            folder,
            handle: None,
            asked: 0,
            phase: Phase::Open,
            seen: 0,
            entries: Vec::new(),
            trouble: None,
        }
    }

    pub(super) fn finish(self, fault: Option<Arc<ConnectionFault>>) -> Result<Vec<Entry>, RemoteError> {
        match (self.trouble, fault) {
            (Some(trouble), _) => Err(trouble),
            (None, Some(fault)) if self.phase != Phase::Done => Err(RemoteError::NotSent(fault)),
            (None, _) => Ok(self.entries),
        }
    }

    fn take(&mut self, names: Vec<packet::Name>) -> Result<(), Unexpected> {
        self.seen += names.len();
        if names.is_empty() || self.seen > MOST_ENTRIES {
            return Err(Unexpected);
        }
        let names = names.into_iter().filter(|name| name.name != "." && name.name != "..");
        self.entries.extend(names.map(|packet::Name { name, attrs }| Entry {
            name,
            size: attrs.file_size(),
            folder: attrs.is_folder(),
        }));
        Ok(())
    }
}

impl Batch for ListBatch<'_> {
    type Tag = Phase;

    fn fill(&mut self, requests: &mut Requests<'_, Phase>) {
        if !requests.idle() {
            return;
        }
        let request = match (self.phase, &self.handle) {
            (Phase::Open, _) => Request::Opendir(self.folder),
            (Phase::Read, Some(handle)) => Request::Readdir(handle),
            (Phase::Close, Some(handle)) => Request::Close(handle),
            (Phase::Done, _) | (_, None) => return,
        };
        requests.send(self.phase, &request);
        self.asked += 1;
    }

    fn answer(&mut self, phase: Phase, reply: Reply) -> Result<(), Unexpected> {
        self.phase = match (phase, reply) {
            (Phase::Open, Reply::Handle(handle)) => {
                self.handle = Some(handle);
                Phase::Read
            }
            (Phase::Read, Reply::Names(names)) => {
                self.take(names)?;
                Phase::Read
            }
            (Phase::Read, Reply::Status(packet::EOF, _)) => Phase::Close,
            (Phase::Open | Phase::Read, Reply::Status(status, text)) if status != packet::OK => {
                self.trouble = Some(RemoteError::Refused { status, text });
                if phase == Phase::Open { Phase::Done } else { Phase::Close }
            }
            (Phase::Close, Reply::Status(..)) => Phase::Done,
            _ => return Err(Unexpected),
        };
        Ok(())
    }

    fn lost(&mut self, _: Phase, error: RemoteError) {
        self.trouble.get_or_insert(error);
    }

    fn budget(&self) -> Duration {
        budget(self.asked, 0)
    }
}
