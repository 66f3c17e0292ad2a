//! A server in memory, and a line to it on which time goes by only while the client waits.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::remote::sftp::multiplexer::ByteStream;

/// What the peer does wrong.
#[derive(Default, Clone)]
pub(super) struct Script {
    /// The line ends after so many bytes to the peer.
    pub(super) cut_in: Option<usize>,
    /// The line ends after so many bytes from the peer.
    pub(super) cut_out: Option<usize>,
    /// No reply after so many of them.
    pub(super) silent_after: Option<usize>,
    /// One byte comes, each so much time after the one before it.
    pub(super) trickle: Option<Duration>,
    /// The line takes so many bytes at a time.
    pub(super) narrow: Option<usize>,
    /// Replies go out in groups of so many, last first.
    pub(super) backwards: usize,
    /// A READ brings at most so many bytes.
    pub(super) short: Option<usize>,
    /// This status to every request of this type.
    pub(super) refuse: Option<(u8, u32)>,
    /// These bytes instead of the reply of this number.
    pub(super) instead: Option<(usize, Vec<u8>)>,
    /// Whether fsync is not announced.
    pub(super) no_sync: bool,
}

/// A server's memory, and the line to it.
#[derive(Default)]
pub(super) struct Peer {
    pub(super) script: Script,
    pub(super) files: BTreeMap<String, Vec<u8>>,
    pub(super) handles: Vec<String>,
    pub(super) open: usize,
    pub(super) most_open: usize,
    pub(super) unread: Vec<u8>,
    pub(super) replies: Vec<Vec<u8>>,
    pub(super) out: Vec<u8>,
    pub(super) taken: usize,
    pub(super) given: usize,
    pub(super) answered: usize,
    pub(super) kinds: Vec<u8>,
    /// The next byte of a trickle is there.
    pub(super) dripped: bool,
    pub(super) ended: bool,
}

struct Field<'a>(&'a [u8]);

impl<'a> Field<'a> {
    fn number(&mut self) -> u32 {
        let (bytes, rest) = self.0.split_first_chunk().unwrap();
        self.0 = rest;
        u32::from_be_bytes(*bytes)
    }
    fn long(&mut self) -> usize {
        let high = u64::from(self.number());
        usize::try_from(high << 32 | u64::from(self.number())).unwrap()
    }
    fn bytes(&mut self) -> &'a [u8] {
        let length = self.number() as usize;
        let (bytes, rest) = self.0.split_at(length);
        self.0 = rest;
        bytes
    }
    fn text(&mut self) -> String {
        String::from_utf8(self.bytes().to_vec()).unwrap()
    }
}

pub(super) fn frame(kind: u8, parts: &[&[u8]]) -> Vec<u8> {
    let inside = parts.concat();
    let length = u32::try_from(inside.len() + 1).unwrap();
    [&length.to_be_bytes()[..], &[kind], &inside].concat()
}

pub(super) fn string(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
}

pub(super) fn status(id: u32, code: u32) -> Vec<u8> {
    frame(101, &[&id.to_be_bytes(), &code.to_be_bytes(), &string(b"ord"), &string(b"")])
}

impl Peer {
    fn take(&mut self, bytes: &[u8]) {
        self.unread.extend_from_slice(bytes);
        while let Some(prefix) = self.unread.first_chunk::<4>() {
            let length = u32::from_be_bytes(*prefix) as usize;
            if self.unread.len() < 4 + length {
                break;
            }
            let packet: Vec<u8> = self.unread.drain(..4 + length).skip(4).collect();
            let number = self.answered;
            self.answered += 1;
            let reply = self.handle(packet[0], &mut Field(&packet[1..]));
            if self.script.silent_after.is_some_and(|after| number >= after) {
                continue;
            }
            match &self.script.instead {
                Some((at, bytes)) if *at == number => self.replies.push(bytes.clone()),
                _ => self.replies.push(reply),
            }
            if packet[0] == 1 || self.replies.len() >= self.script.backwards {
                self.let_go();
            }
        }
    }

    fn let_go(&mut self) {
        let replies: Vec<Vec<u8>> = self.replies.drain(..).rev().collect();
        self.out.extend(replies.concat());
    }

    /// Answers one request. The function is long because it has a branch for each kind of request.
    fn handle(&mut self, kind: u8, field: &mut Field<'_>) -> Vec<u8> {
        self.kinds.push(kind);
        let id = field.number();
        if kind == 1 {
            let sync = [string(b"fsync@openssh.com"), string(b"1")].concat();
            return frame(2, &[&3u32.to_be_bytes(), if self.script.no_sync { b"" } else { &sync }]);
        }
        if let Some((refused, code)) = self.script.refuse
            && refused == kind
        {
            return status(id, code);
        }
        let id_bytes = id.to_be_bytes();
        match kind {
            3 => {
                let (path, flags) = (field.text(), field.number());
                assert!(matches!(flags, 0x2a | 0x01));
                if (flags == 0x2a) == self.files.contains_key(&path) {
                    return status(id, if flags == 0x2a { 4 } else { 2 });
                }
                self.files.entry(path.clone()).or_default();
                self.handles.push(path);
                self.open += 1;
                self.most_open = self.most_open.max(self.open);
                let handle = u32::try_from(self.handles.len() - 1).unwrap().to_be_bytes();
                frame(102, &[&id_bytes, &string(&handle)])
            }
            4 => {
                self.open -= 1;
                status(id, 0)
            }
            5 => {
                let path = self.path(field);
                let (offset, length) = (field.long(), field.number() as usize);
                let data = self.files[&path].get(offset..).unwrap_or_default();
                let data = &data[..data.len().min(length).min(self.script.short.unwrap_or(usize::MAX))];
                if data.is_empty() { status(id, 1) } else { frame(103, &[&id_bytes, &string(data)]) }
            }
            6 => {
                let (path, offset, data) = (self.path(field), field.long(), field.bytes());
                let file = self.files.get_mut(&path).unwrap();
                assert_eq!(file.len(), offset);
                file.extend_from_slice(data);
                status(id, 0)
            }
            7 | 8 | 17 => {
                let path = if kind == 8 { self.path(field) } else { field.text() };
                let Some(file) = self.files.get(&path) else { return status(id, 2) };
                let size = (file.len() as u64).to_be_bytes();
                frame(105, &[&id_bytes, &1u32.to_be_bytes(), &size])
            }
            13 => status(id, if self.files.remove(&field.text()).is_some() { 0 } else { 2 }),
            18 => {
                let (from, to) = (field.text(), field.text());
                if self.files.contains_key(&to) {
                    return status(id, 4);
                }
                let Some(file) = self.files.remove(&from) else { return status(id, 2) };
                self.files.insert(to, file);
                status(id, 0)
            }
            200 => {
                assert_eq!(field.text(), "fsync@openssh.com");
                status(id, 0)
            }
            other => panic!("request {other}"),
        }
    }

    fn path(&self, field: &mut Field<'_>) -> String {
        let handle = u32::from_be_bytes(field.bytes().try_into().unwrap());
        self.handles[handle as usize].clone()
    }
}

/// Time goes by only while the client waits, and when the script says so.
pub(super) struct Memory {
    pub(super) peer: Rc<RefCell<Peer>>,
    pub(super) now: Rc<Cell<Instant>>,
}

impl ByteStream for Memory {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let peer = &mut *self.peer.borrow_mut();
        let mut length = peer.out.len().min(buffer.len());
        if peer.script.trickle.is_some() {
            length = length.min(usize::from(std::mem::take(&mut peer.dripped)));
        }
        if let Some(cut) = peer.script.cut_out {
            length = length.min(cut - peer.given);
            if cut == peer.given {
                return Ok(0);
            }
        }
        if length == 0 {
            let cut = peer.script.cut_in.is_some_and(|cut| peer.taken >= cut);
            return if cut { Ok(0) } else { Err(io::ErrorKind::WouldBlock.into()) };
        }
        buffer[..length].copy_from_slice(&peer.out[..length]);
        peer.out.drain(..length);
        peer.given += length;
        Ok(length)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let peer = &mut *self.peer.borrow_mut();
        let mut length = bytes.len().min(peer.script.narrow.unwrap_or(usize::MAX));
        if let Some(cut) = peer.script.cut_in {
            length = length.min(cut.saturating_sub(peer.taken));
            if length == 0 {
                return Err(io::ErrorKind::ConnectionReset.into());
            }
        }
        peer.taken += length;
        peer.take(&bytes[..length]);
        Ok(length)
    }

    fn wait(&mut self, until: Instant) -> io::Result<()> {
        let peer = &mut *self.peer.borrow_mut();
        let waiting = !peer.replies.is_empty();
        peer.let_go();
        if let Some(pause) = peer.script.trickle.filter(|_| !peer.out.is_empty()) {
            peer.dripped = true;
            self.now.set((self.now.get() + pause).min(until));
        } else if !waiting {
            self.now.set(self.now.get().max(until));
        }
        Ok(())
    }

    fn end(&mut self) {
        self.peer.borrow_mut().ended = true;
    }

    fn now(&self) -> Instant {
        self.now.get()
    }
}
