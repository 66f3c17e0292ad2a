//! Moves bytes between the server and libssh2, a bounded number at a time, and counts them.
//!
//! libssh2 reads from its socket for as long as something comes, and it keeps what nobody asked for. So it never holds the
//! server's socket, but one of two local sockets; what arrives is handed to it through the other one. Each of its calls then
//! ends, whatever the server sends, and a server that sends much more than what was asked of it is cut off before that can
//! fill the memory. Nothing here waits.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};

use rustix::event::PollFlags;

use crate::messages::transport as say;
use crate::platform::{self, LocalSocket};

/// The most bytes handed to libssh2 before it is called again.
const HANDED: usize = 64 * 1024;

/// Up to the login a server needs a few kilobytes: identification, key exchange, texts to the user.
const BEFORE_LOGIN: u64 = 1024 * 1024;
/// After it, what may come unasked: keep-alives, new keys now and then, and what has arrived and is not read yet.
const SLACK: u64 = 1024 * 1024;
/// What comes with the reply to a request, in bytes: the SSH packet around it, and room made for the next request.
const PER_REQUEST: u64 = 256;
/// One byte of SSH's own may come for so many bytes sent: each packet of 32 KB may be answered by a message that makes room.
const SENT_PER_BYTE: u64 = 256;
/// One byte of SSH's own may come for so many bytes of SFTP: the packets around a file's content.
const RECEIVED_PER_BYTE: u64 = 64;

/// What the server has sent, held against what it was asked. All numbers are of bytes, `requests` excepted.
#[derive(Debug, Default)]
struct Account {
    logged_in: bool,
    came: u64,
    requests: u64,
    sent: u64,
    received: u64,
}

impl Account {
    fn allowed(&self) -> u64 {
        if !self.logged_in {
            return BEFORE_LOGIN;
        }
        SLACK
            .saturating_add(self.requests.saturating_mul(PER_REQUEST))
            .saturating_add(self.sent / SENT_PER_BYTE)
            .saturating_add(self.received)
            .saturating_add(self.received / RECEIVED_PER_BYTE)
    }

    fn is_overdrawn(&self) -> bool {
        self.came > self.allowed()
    }
}

/// Bytes on their way from one socket to the other.
struct Transit {
    bytes: Box<[u8]>,
    start: usize,
    end: usize,
}

impl Transit {
    fn new() -> Transit {
        Transit { bytes: vec![0; HANDED].into_boxed_slice(), start: 0, end: 0 }
    }

    fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Reads once, where nothing is under way; none where nothing has arrived.
    fn read_from(&mut self, from: &mut impl Read) -> io::Result<Option<usize>> {
        match from.read(&mut self.bytes) {
            Ok(count) => {
                (self.start, self.end) = (0, count);
                Ok(Some(count))
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes as much as is taken. True where any byte was.
    fn write_to(&mut self, to: &mut impl Write) -> io::Result<bool> {
        let before = self.start;
        while self.start < self.end {
            match to.write(&self.bytes[self.start..self.end]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => self.start += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(self.start > before)
    }

    fn clear(&mut self) {
        (self.start, self.end) = (0, 0);
    }
}

/// The server's socket, and ours of the two local ones.
pub(super) struct Relay {
    server: TcpStream,
    inside: LocalSocket,
    arriving: Transit,
    leaving: Transit,
    account: Account,
    /// The first bytes from the server, until the handshake is over.
    opening: Option<Vec<u8>>,
    /// The server sends no more.
    ended: bool,
}

impl Relay {
    /// Takes the server's socket, which must not block, and answers the socket that libssh2 is to use.
    pub(super) fn new(server: TcpStream) -> io::Result<(Relay, LocalSocket)> {
        let (inside, for_libssh2) = platform::local_sockets()?;
        inside.set_nonblocking(true)?;
        for_libssh2.set_nonblocking(true)?;
        let relay = Relay {
            server,
            inside,
            arriving: Transit::new(),
            leaving: Transit::new(),
            account: Account::default(),
            opening: Some(Vec::new()),
            ended: false,
        };
        Ok((relay, for_libssh2))
    }

    /// Hands what has arrived to libssh2, at most [`HANDED`] bytes. True where that was anything, or the server has ended the
    /// connection just now.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] where the server has sent too much; the connection is closed then.
    pub(super) fn receive(&mut self) -> io::Result<bool> {
        let had_ended = self.ended;
        if self.arriving.is_empty() && !self.ended {
            match self.arriving.read_from(&mut self.server) {
                Ok(None) => {}
                // A connection that broke ends for libssh2 like one that was closed.
                Ok(Some(0)) | Err(_) => self.ended = true,
                Ok(Some(count)) => self.enter(count)?,
            }
        }
        // Fails where libssh2 has closed its socket; its next call says so.
        let moved = self.arriving.write_to(&mut self.inside).unwrap_or(false);
        if self.ended && self.arriving.is_empty() {
            let _ = self.inside.shutdown(Shutdown::Write);
        }
        Ok(moved || self.ended != had_ended)
    }

    fn enter(&mut self, count: usize) -> io::Result<()> {
        self.account.came += count as u64;
        if let Some(opening) = &mut self.opening {
            opening.extend_from_slice(&self.arriving.bytes[..count]);
        }
        if self.account.is_overdrawn() {
            self.arriving.clear();
            self.shut();
            return Err(io::Error::new(ErrorKind::InvalidData, say::too_much_sent()));
        }
        Ok(())
    }

    /// Sends what libssh2 has written, as much as the server's socket takes. True where that was anything.
    pub(super) fn send(&mut self) -> bool {
        let mut moved = false;
        loop {
            if self.leaving.is_empty() && !matches!(self.leaving.read_from(&mut self.inside), Ok(Some(1..))) {
                return moved;
            }
            let Ok(any) = self.leaving.write_to(&mut self.server) else {
                // The connection is broken: libssh2's next write must fail and not go nowhere.
                self.leaving.clear();
                platform::refuse_writes(&self.inside);
                return moved;
            };
            moved |= any;
            if !self.leaving.is_empty() {
                return moved;
            }
        }
    }

    /// What to wait for on the server's socket.
    pub(super) fn awaited(&self) -> PollFlags {
        let mut flags = PollFlags::empty();
        flags.set(PollFlags::IN, self.arriving.is_empty() && !self.ended);
        flags.set(PollFlags::OUT, !self.leaving.is_empty());
        flags
    }

    /// The server's socket.
    pub(super) fn socket(&self) -> &TcpStream {
        &self.server
    }

    /// Whether the server has ended the connection.
    pub(super) fn has_ended(&self) -> bool {
        self.ended
            || match self.server.peek(&mut [0]) {
                Ok(waiting) => waiting == 0,
                Err(error) => error.kind() != ErrorKind::WouldBlock,
            }
    }

    /// The first bytes that the server sent, once: they are not kept after that.
    pub(super) fn take_opening(&mut self) -> Vec<u8> {
        self.opening.take().unwrap_or_default()
    }

    /// The login has succeeded: from here on it counts what is asked.
    pub(super) fn logged_in(&mut self) {
        self.account = Account { logged_in: true, ..Account::default() };
    }

    /// So many requests were made.
    pub(super) fn asked(&mut self, requests: usize) {
        self.account.requests += requests as u64;
    }

    /// So many bytes of requests were accepted.
    pub(super) fn sent(&mut self, bytes: usize) {
        self.account.sent += bytes as u64;
    }

    /// So many bytes of replies were read.
    pub(super) fn received(&mut self, bytes: usize) {
        self.account.received += bytes as u64;
    }

    /// Closes both sockets in both directions.
    pub(super) fn shut(&mut self) {
        self.ended = true;
        // Each fails only where it has already ended.
        let _ = self.server.shutdown(Shutdown::Both);
        let _ = self.inside.shutdown(Shutdown::Both);
    }
}

#[cfg(test)]
mod tests;
