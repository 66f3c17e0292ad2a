//! One large file on its way out over several connections.
//!
//! The first connection makes the file; the others open what it made. Each takes the next piece of the source when it has
//! room, so the source is read, and digested, front to back. When every connection has closed its handle, the first one
//! syncs the file, asks its size and closes it.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::multiplexer::{Batch, Requests, Unexpected, budget};
use super::packet::{self, Handle, Reply, Request};
use super::upload::{CHUNK, WindowShare, fill};
use crate::remote::{ConnectionFault, Progress, RemoteError, Source, UploadError, Uploaded};

/// After so many bytes a connection has the server's disk begin with what has come, so that little is left at the end.
const SYNC_EVERY: u64 = 64 << 20;

/// What is left of a source, for several connections to take from.
pub(in crate::remote) struct Pieces<'s>(Mutex<Left<'s>>);

struct Left<'s> {
    source: &'s mut dyn Source,
    offset: u64,
    /// Whether the file is made on the server.
    made: bool,
    ended: bool,
    trouble: Option<io::Error>,
}

impl<'s> Pieces<'s> {
    pub(in crate::remote) fn new(source: &'s mut dyn Source) -> Pieces<'s> {
        Pieces(Mutex::new(Left { source, offset: 0, made: false, ended: false, trouble: None }))
    }

    /// The next piece, as where it belongs and how long it is.
    fn take(&self, buffer: &mut [u8]) -> Option<(u64, usize)> {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if left.ended {
            return None;
        }
        let offset = left.offset;
        match fill(left.source, buffer) {
            Ok(length) => {
                left.ended = length < buffer.len();
                left.offset += length as u64;
                (length > 0).then_some((offset, length))
            }
            Err(error) => {
                left.ended = true;
                left.trouble = Some(error);
                None
            }
        }
    }

    fn make(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).made = true;
    }

    /// Whether the file is there for other connections to open.
    pub(in crate::remote) fn is_made(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).made
    }

    /// Whether nothing is left to be taken.
    pub(in crate::remote) fn is_empty(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).ended
    }

    /// Leaves nothing more to be taken.
    pub(in crate::remote) fn close(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).ended = true;
    }

    /// How much was read, or why no more was.
    pub(in crate::remote) fn end(self) -> io::Result<u64> {
        let left = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        left.trouble.map_or(Ok(left.offset), Err)
    }
}

/// What a request is about.
#[derive(Clone, Copy)]
pub(super) enum Tag {
    Open,
    /// A write of so many bytes.
    Write(usize),
    Sync,
    Stat,
    Close,
}

/// How far a connection is with the file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    New,
    /// It is asked to be opened.
    Asked,
    Closing,
}

/// The batch of one connection: open the file, write what it takes, and close it unless it is the first.
pub(super) struct PieceBatch<'j, 's> {
    path: &'j str,
    pieces: &'j Pieces<'s>,
    /// Whether this connection makes the file, and keeps it open.
    first: bool,
    sync: bool,
    share: WindowShare,
    progress: Progress<'j>,
    phase: Phase,
    handle: Option<Handle>,
    unacknowledged: usize,
    written: u64,
    trouble: Option<UploadError>,
    chunk: Vec<u8>,
}

impl<'j, 's> PieceBatch<'j, 's> {
    pub(super) fn new(
        path: &'j str,
        pieces: &'j Pieces<'s>,
        first: bool,
        sync: bool,
        share: WindowShare,
        progress: Progress<'j>,
    ) -> PieceBatch<'j, 's> {
        PieceBatch {
            path,
            pieces,
            first,
            sync,
            share,
            progress,
            phase: Phase::New,
            handle: None,
            unacknowledged: 0,
            written: 0,
            trouble: None,
            chunk: vec![0; CHUNK],
        }
    }

    /// The handle of the file where it is kept open, and what went wrong. A connection that could not open what the first one
    /// made has taken nothing, and nothing is lost by it.
    pub(super) fn finish(
        self,
        fault: Option<&Arc<ConnectionFault>>,
    ) -> (Option<Handle>, Option<UploadError>) {
        let handle = self.handle.filter(|_| self.first && fault.is_none());
        match self.trouble {
            Some(UploadError::NotOpened(_)) if !self.first => (None, None),
            trouble => (handle, trouble),
        }
    }
}

impl Batch for PieceBatch<'_, '_> {
    type Tag = Tag;

    fn fill(&mut self, requests: &mut Requests<'_, Tag>) {
        if self.phase == Phase::New {
            self.phase = Phase::Asked;
            let open = if self.first { Request::Create(self.path) } else { Request::Reopen(self.path) };
            requests.send(Tag::Open, &open);
        }
        let Some(handle) = &self.handle else { return };
        while requests.room() && self.phase == Phase::Asked && self.trouble.is_none() {
            if self.unacknowledged + CHUNK > self.share.unacknowledged {
                return;
            }
            let Some((offset, length)) = self.pieces.take(&mut self.chunk) else { break };
            requests.send(Tag::Write(length), &Request::Write(handle, offset, &self.chunk[..length]));
            self.unacknowledged += length;
            self.written += length as u64;
            if self.sync && (offset + length as u64) / SYNC_EVERY > offset / SYNC_EVERY {
                requests.send(Tag::Sync, &Request::Sync(handle));
            }
        }
        let over = self.trouble.is_some() || self.pieces.is_empty();
        if over && !self.first && self.phase == Phase::Asked && requests.room() {
            self.phase = Phase::Closing;
            requests.send(Tag::Close, &Request::Close(handle));
        }
    }

    fn answer(&mut self, tag: Tag, reply: Reply) -> Result<(), Unexpected> {
        if let Tag::Write(length) = tag {
            self.unacknowledged -= length;
        }
        match (tag, reply) {
            (Tag::Open, Reply::Handle(handle)) => {
                self.handle = Some(handle);
                self.pieces.make();
            }
            (Tag::Open, Reply::Status(status, text)) if status != packet::OK => {
                if self.first {
                    self.pieces.close();
                }
                self.trouble = Some(UploadError::NotOpened(RemoteError::Refused { status, text }));
            }
            (Tag::Write(length), Reply::Status(packet::OK, _)) => (self.progress)(length as u64),
            (Tag::Sync, Reply::Status(packet::OK | packet::UNSUPPORTED, _))
            | (Tag::Close, Reply::Status(packet::OK, _)) => {}
            (Tag::Write(_) | Tag::Sync | Tag::Close, Reply::Status(status, text)) => {
                self.trouble.get_or_insert(UploadError::Broken(RemoteError::Refused { status, text }));
                self.pieces.close();
            }
            _ => return Err(Unexpected),
        }
        Ok(())
    }

    fn lost(&mut self, tag: Tag, error: RemoteError) {
        let trouble = match (tag, error) {
            // To open what is there changes nothing.
            (Tag::Open, error) if !self.first => {
                self.trouble = Some(UploadError::NotOpened(error));
                return;
            }
            (Tag::Open, error @ RemoteError::NotSent(_)) => UploadError::NotOpened(error),
            (_, RemoteError::NotSent(fault)) => UploadError::Broken(RemoteError::NoAnswer(fault)),
            (_, error) => UploadError::Broken(error),
        };
        self.pieces.close();
        self.trouble.get_or_insert(trouble);
    }

    fn budget(&self) -> Duration {
        budget(2, self.written)
    }
}

/// The batch of ending the file on the connection that made it.
pub(super) struct CloseBatch<'j> {
    handle: &'j Handle,
    sync: bool,
    asked: bool,
    size: Option<u64>,
    trouble: Option<UploadError>,
}

impl<'j> CloseBatch<'j> {
    /// `sync` where the server offers it and all went well.
    pub(super) fn new(handle: &'j Handle, sync: bool) -> CloseBatch<'j> {
        CloseBatch { handle, sync, asked: false, size: None, trouble: None }
    }

    pub(super) fn finish(
        self,
        sent: u64,
        fault: Option<&Arc<ConnectionFault>>,
    ) -> Result<Uploaded, UploadError> {
        match (self.trouble, fault) {
            (Some(trouble), _) => Err(trouble),
            (None, Some(fault)) => Err(UploadError::Broken(RemoteError::NoAnswer(Arc::clone(fault)))),
            (None, None) => Ok(Uploaded { sent, size: self.size }),
        }
    }
}

impl Batch for CloseBatch<'_> {
    type Tag = Tag;

    fn fill(&mut self, requests: &mut Requests<'_, Tag>) {
        if std::mem::replace(&mut self.asked, true) {
            return;
        }
        if self.sync {
            requests.send(Tag::Sync, &Request::Sync(self.handle));
        }
        requests.send(Tag::Stat, &Request::Fstat(self.handle));
        requests.send(Tag::Close, &Request::Close(self.handle));
    }

    fn answer(&mut self, tag: Tag, reply: Reply) -> Result<(), Unexpected> {
        match (tag, reply) {
            (Tag::Stat, Reply::Attrs(attrs)) => self.size = attrs.size,
            (Tag::Stat, Reply::Status(status, _)) if status != packet::OK => {}
            (Tag::Sync, Reply::Status(packet::OK | packet::UNSUPPORTED, _))
            | (Tag::Close, Reply::Status(packet::OK, _)) => {}
            (Tag::Sync | Tag::Close, Reply::Status(status, text)) => {
                self.trouble.get_or_insert(UploadError::Broken(RemoteError::Refused { status, text }));
            }
            _ => return Err(Unexpected),
        }
        Ok(())
    }

    fn lost(&mut self, _: Tag, error: RemoteError) {
        let error = match error {
            RemoteError::NotSent(fault) => RemoteError::NoAnswer(fault),
            other => other,
        };
        self.trouble.get_or_insert(UploadError::Broken(error));
    }

    fn budget(&self) -> Duration {
        budget(3, 0)
    }
}
