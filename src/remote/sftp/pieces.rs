//! Uploading one large file over several connections.
//!
//! The first connection creates the file and the others open it. Each takes the next piece of the source when its window has
//! room, so the source is still read, and digested, front to back. When the others have closed their handles, the first one
//! syncs the file, asks its size and closes it.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::multiplexer::{Batch, Requests, Unexpected, budget};
use super::packet::{self, Handle, Reply, Request};
use super::upload::{CHUNK, Manner, WindowShare, fill};
use crate::config::SyncRule;
use crate::remote::{ConnectionFault, Progress, RemoteError, Source, UploadError, Uploaded};

/// Sync after each so many bytes: the server's disk then works during the upload, and the last sync is short.
const SYNC_EVERY: u64 = 64 << 20;

/// The rest of a source, shared by the connections that upload it.
pub(in crate::remote) struct Pieces<'s>(Mutex<Left<'s>>);

struct Left<'s> {
    source: &'s mut dyn Source,
    offset: u64,
    /// Whether the file exists on the server.
    made: bool,
    ended: bool,
    error: Option<io::Error>,
}

impl<'s> Pieces<'s> {
    pub(in crate::remote) fn new(source: &'s mut dyn Source) -> Pieces<'s> {
        Pieces(Mutex::new(Left { source, offset: 0, made: false, ended: false, error: None }))
    }

    /// Reads the next piece into `buffer` and returns its offset in the file and its length; none at the end.
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
                left.error = Some(error);
                None
            }
        }
    }

    fn set_made(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).made = true;
    }

    /// Whether the file exists on the server, so that other connections can open it.
    pub(in crate::remote) fn is_made(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).made
    }

    /// Whether no piece is left.
    pub(in crate::remote) fn is_empty(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).ended
    }

    /// Drops the rest: no connection gets another piece.
    pub(in crate::remote) fn close(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).ended = true;
    }

    /// How many bytes were read of the source, or why reading failed.
    pub(in crate::remote) fn end(self) -> io::Result<u64> {
        let left = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        left.error.map_or(Ok(left.offset), Err)
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

/// What a connection has asked for so far.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    New,
    /// OPEN is sent, and pieces are written as soon as there is a handle.
    Asked,
    Closing,
}

/// The requests of one connection: open the file, write pieces, and close it unless this is the first connection.
pub(super) struct PieceBatch<'j, 's> {
    path: &'j str,
    pieces: &'j Pieces<'s>,
    /// Whether this connection creates the file and keeps it open.
    first: bool,
    sync: bool,
    share: WindowShare,
    progress: Progress<'j>,
    phase: Phase,
    handle: Option<Handle>,
    unacknowledged: usize,
    written: u64,
    error: Option<UploadError>,
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
            error: None,
            chunk: vec![0; CHUNK],
        }
    }

    /// The handle, where this connection keeps the file open, and what went wrong. A further connection that could not open
    /// the file has taken no piece, so the upload goes on without it and that is no error.
    pub(super) fn finish(
        self,
        fault: Option<&Arc<ConnectionFault>>,
    ) -> (Option<Handle>, Option<UploadError>) {
        let handle = self.handle.filter(|_| self.first && fault.is_none());
        match self.error {
            Some(UploadError::NotOpened(_)) if !self.first => (None, None),
            error => (handle, error),
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
        while requests.room() && self.phase == Phase::Asked && self.error.is_none() {
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
        let over = self.error.is_some() || self.pieces.is_empty();
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
                self.pieces.set_made();
            }
            (Tag::Open, Reply::Status(status, text)) if status != packet::OK => {
                if self.first {
                    self.pieces.close();
                }
                self.error = Some(UploadError::NotOpened(RemoteError::Refused { status, text }));
            }
            (Tag::Write(length), Reply::Status(packet::OK, _)) => (self.progress)(length as u64),
            (Tag::Sync, Reply::Status(packet::OK | packet::UNSUPPORTED, _))
            | (Tag::Close, Reply::Status(packet::OK, _)) => {}
            // The sync at the end is the one that counts.
            (Tag::Sync, Reply::Status(..)) => self.sync = false,
            (Tag::Write(_) | Tag::Close, Reply::Status(status, text)) => {
                self.error.get_or_insert(UploadError::Broken(RemoteError::Refused { status, text }));
                self.pieces.close();
            }
            _ => return Err(Unexpected),
        }
        Ok(())
    }

    fn lost(&mut self, tag: Tag, error: RemoteError) {
        let error = match (tag, error) {
            // Opening an existing file changes nothing on the server, so a lost request does no harm.
            (Tag::Open, error) if !self.first => {
                self.error = Some(UploadError::NotOpened(error));
                return;
            }
            (Tag::Open, error @ RemoteError::NotSent(_)) => UploadError::NotOpened(error),
            (_, RemoteError::NotSent(fault)) => UploadError::Broken(RemoteError::NoAnswer(fault)),
            (_, error) => UploadError::Broken(error),
        };
        self.pieces.close();
        self.error.get_or_insert(error);
    }

    fn budget(&self) -> Duration {
        budget(2, self.written)
    }
}

/// The requests that end the file on the connection that created it: sync, size, close.
pub(super) struct CloseBatch<'j> {
    handle: &'j Handle,
    manner: Manner,
    asked: bool,
    size: Option<u64>,
    error: Option<UploadError>,
    sync_refused: Option<(u32, String)>,
}

impl<'j> CloseBatch<'j> {
    /// `manner.sync` is whether to sync first: where the server supports it and every piece was written.
    pub(super) fn new(handle: &'j Handle, manner: Manner) -> CloseBatch<'j> {
        CloseBatch { handle, manner, asked: false, size: None, error: None, sync_refused: None }
    }

    /// The refusal to sync the file, where it was refused.
    pub(super) fn take_sync_refused(&mut self) -> Option<(u32, String)> {
        self.sync_refused.take()
    }

    pub(super) fn finish(
        self,
        sent: u64,
        fault: Option<&Arc<ConnectionFault>>,
    ) -> Result<Uploaded, UploadError> {
        match (self.error, fault) {
            (Some(error), _) => Err(error),
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
        if self.manner.sync {
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
            (Tag::Sync, Reply::Status(status, text)) => {
                self.sync_refused = Some((status, text.clone()));
                if self.manner.rule == SyncRule::Required {
                    let refused = RemoteError::Refused { status, text };
                    self.error.get_or_insert(UploadError::NotSynced(refused));
                }
            }
            (Tag::Close, Reply::Status(status, text)) => {
                self.error.get_or_insert(UploadError::Broken(RemoteError::Refused { status, text }));
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
        self.error.get_or_insert(UploadError::Broken(error));
    }

    fn budget(&self) -> Duration {
        budget(3, 0)
    }
}
