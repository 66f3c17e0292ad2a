//! Reading files back to digest them, and listing folders.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::multiplexer::{Batch, Requests, Unexpected, budget};
use super::packet::{self, Handle, Reply, Request};
use super::upload::CHUNK;
use crate::digest::{Digest, Hasher};
use crate::messages::transport as say;
use crate::remote::{ConnectionFault, Entry, RemoteError};

/// The most files that are read at the same time.
const MOST_OPEN: usize = 32;
/// The most READs in flight for one file: 1 MiB together.
const MOST_READS: usize = 32;
/// The most names accepted in one listing.
const MOST_ENTRIES: usize = 100_000;
/// The most bytes that these names may take together, in MiB.
const MOST_NAMES_MIB: usize = 8;

/// What a request is about: the index of its file in the batch, and the step.
#[derive(Clone, Copy)]
pub(super) struct Tag(usize, Step);

#[derive(Clone, Copy)]
enum Step {
    Open,
    /// A READ at this offset.
    Read(u64),
    Close,
}

/// A piece of a file. Pieces are kept in the order of the file, whatever order they arrive in.
struct Piece {
    offset: u64,
    length: usize,
    /// Whether a READ for it is in flight or answered.
    asked: bool,
    /// The bytes that were read; empty at the end of the file.
    data: Option<Vec<u8>>,
}

/// A file that is being read.
#[derive(Default)]
struct Reading {
    handle: Option<Handle>,
    pieces: VecDeque<Piece>,
    /// How many bytes to ask for at most: one more than the size that is expected, which shows a longer file.
    end: u64,
    /// The offset of the next piece.
    next: u64,
    /// How many pieces may be in flight. It starts small and doubles, since every READ beyond the end of a small file is a
    /// wasted request.
    ahead: usize,
    hasher: Hasher,
    pending: usize,
    at_end: bool,
    closing: bool,
    done: bool,
    error: Option<RemoteError>,
}

impl Reading {
    /// Hashes the pieces that have arrived, up to the first one that is missing.
    fn digest(&mut self) {
        while let Some(piece) = self.pieces.front_mut() {
            let Some(data) = piece.data.take() else { break };
            if data.is_empty() {
                self.at_end = true;
                return;
            }
            self.hasher.update(&data);
            if data.len() < piece.length {
                // A short read need not be the end of the file: ask for the rest of the piece.
                piece.offset += data.len() as u64;
                piece.length -= data.len();
                piece.asked = false;
                break;
            }
            self.pieces.pop_front();
            self.ahead = (self.ahead * 2).min(MOST_READS);
        }
        if self.pieces.is_empty() && self.next == self.end {
            self.at_end = true;
        }
    }

    /// Whether there are more bytes than expected: then every piece was full. At its end a file leaves one that was empty.
    fn is_too_long(&self) -> bool {
        self.at_end && self.pieces.is_empty()
    }

    /// The offset and length of the next piece to ask for; none where enough are in flight.
    fn next_piece(&mut self) -> Option<(u64, usize)> {
        if let Some(piece) = self.pieces.iter_mut().find(|piece| !piece.asked) {
            piece.asked = true;
            return Some((piece.offset, piece.length));
        }
        if self.pieces.len() >= self.ahead {
            return None;
        }
        let offset = self.next;
        let length = usize::try_from(self.end - offset).unwrap_or(CHUNK).min(CHUNK);
        if length == 0 {
            return None;
        }
        self.pieces.push_back(Piece { offset, length, asked: true, data: None });
        self.next += length as u64;
        Some((offset, length))
    }
}

/// The requests that read files back to digest them.
pub(super) struct DigestBatch<'j> {
    files: &'j [(&'j str, u64)],
    states: Vec<Reading>,
    next: usize,
    open: Vec<usize>,
    received: u64,
}

impl<'j> DigestBatch<'j> {
    /// Each file is a path and the size in bytes that is expected there.
    pub(super) fn new(files: &'j [(&'j str, u64)]) -> DigestBatch<'j> {
        let reading = |size: u64| Reading { ahead: 2, end: size.saturating_add(1), ..Reading::default() };
        let states = files.iter().map(|(_, size)| reading(*size)).collect();
        DigestBatch { files, states, next: 0, open: Vec::new(), received: 0 }
    }

    /// The digest of each file, none for one that is too long, or why it was not read. `fault` is why the connection was lost; without one every request was
    /// answered.
    pub(super) fn finish(
        self,
        fault: Option<&Arc<ConnectionFault>>,
    ) -> Vec<Result<Option<Digest>, RemoteError>> {
        let outcome = |mut state: Reading| match (state.error.take(), fault) {
            (Some(error), _) => Err(error),
            (None, Some(fault)) if !state.done => Err(match state.handle {
                Some(_) => RemoteError::NoAnswer(Arc::clone(fault)),
                None => RemoteError::NotSent(Arc::clone(fault)),
            }),
            (None, _) => Ok((!state.is_too_long()).then(|| state.hasher.finish())),
        };
        self.states.into_iter().map(outcome).collect()
    }

    /// Sends the next request for an open file. False where there is none to send now.
    fn go_on(&mut self, requests: &mut Requests<'_, Tag>, index: usize) -> bool {
        let state = &mut self.states[index];
        if state.handle.is_none() || state.closing {
            return false;
        }
        let over = state.at_end || state.error.is_some();
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
        while requests.room() && self.next < self.files.len() && self.open.len() < MOST_OPEN {
            requests.send(Tag(self.next, Step::Open), &Request::Open(self.files[self.next].0));
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
                        state.error.get_or_insert(RemoteError::Refused { status, text });
                    }
                    _ => return Err(Unexpected),
                }
                state.digest();
            }
            (Step::Open, Reply::Status(status, text)) if status != packet::OK => {
                state.error = Some(RemoteError::Refused { status, text });
            }
            // The file was only read, so a failed CLOSE does not matter.
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
        self.states[index].error.get_or_insert(error);
    }

    fn budget(&self) -> Duration {
        budget(self.files.len(), self.received)
    }
}

/// The requests that list a folder.
pub(super) struct ListBatch<'j> {
    folder: &'j str,
    handle: Option<Handle>,
    asked: usize,
    phase: Phase,
    /// How many names have arrived, `.` and `..` included, and how many bytes they are.
    seen: usize,
    bytes: usize,
    entries: Vec<Entry>,
    error: Option<RemoteError>,
}

/// The next request of a listing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Open,
    Read,
    Close,
    Done,
}

impl<'j> ListBatch<'j> {
    pub(super) fn new(folder: &'j str) -> ListBatch<'j> {
        // Ask for `.`: not every server takes an empty path for the login folder.
        let folder = if folder.is_empty() { "." } else { folder };
        ListBatch {
            folder,
            handle: None,
            asked: 0,
            phase: Phase::Open,
            seen: 0,
            bytes: 0,
            entries: Vec::new(),
            error: None,
        }
    }

    pub(super) fn finish(self, fault: Option<Arc<ConnectionFault>>) -> Result<Vec<Entry>, RemoteError> {
        match (self.error, fault) {
            (Some(error), _) => Err(error),
            (None, Some(fault)) if self.phase != Phase::Done => Err(RemoteError::NotSent(fault)),
            (None, _) => Ok(self.entries),
        }
    }

    fn take(&mut self, names: Vec<packet::Name>) -> Result<(), Unexpected> {
        self.seen += names.len();
        self.bytes += names.iter().map(|name| name.name.len()).sum::<usize>();
        if self.seen > MOST_ENTRIES || self.bytes > MOST_NAMES_MIB << 20 {
            let fault = ConnectionFault::Protocol(say::listing_too_long(MOST_ENTRIES, MOST_NAMES_MIB));
            self.error = Some(RemoteError::NoAnswer(Arc::new(fault)));
            self.entries = Vec::new();
            return Err(Unexpected);
        }
        if names.is_empty() {
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
                self.error = Some(RemoteError::Refused { status, text });
                if phase == Phase::Open { Phase::Done } else { Phase::Close }
            }
            (Phase::Close, Reply::Status(..)) => Phase::Done,
            _ => return Err(Unexpected),
        };
        Ok(())
    }

    fn lost(&mut self, _: Phase, error: RemoteError) {
        self.error.get_or_insert(error);
    }

    fn budget(&self) -> Duration {
        budget(self.asked, 0)
    }
}
