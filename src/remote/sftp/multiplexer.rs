//! Moves packets over a byte stream: many requests in flight, replies matched by id, one loop that waits with a deadline.
//!
//! For each request it is known whether it was never sent, sent without an answer, or answered. Two time limits hold: the
//! server may not be silent for longer than the time-out, and a batch may not take longer than its budget, so that a server
//! which answers one byte at a time cannot hold the run up either.

use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::packet::{self, Malformed, Packet, Reply, Request};
use crate::messages::transport as say;
use crate::remote::{ConnectionFault, RemoteError};

/// A non-blocking stream of bytes in both directions: an SSH channel, or a script in a test.
pub trait ByteStream {
    /// Reads the bytes that have arrived and returns how many; 0 at the end of the stream.
    ///
    /// # Errors
    /// [`ErrorKind::WouldBlock`] where none have arrived yet; [`ErrorKind::InvalidData`] where the server sent what it may
    /// not; else why the connection ended.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize>;

    /// Accepts at least one byte from the front of `bytes` and returns how many.
    ///
    /// # Errors
    /// [`ErrorKind::WouldBlock`] where none can be accepted now: the next call must begin with the same bytes, since some of
    /// them may already be sent (libssh2 keeps a half-sent packet). Else why the connection ended.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize>;

    /// Tells that so many requests were made, whose replies may come now. A stream that counts what comes needs to know.
    fn asked(&mut self, requests: usize) {
        let _ = requests;
    }

    /// Waits until `read` or `write` can go on, or until that time. Called after both answered
    /// [`ErrorKind::WouldBlock`].
    ///
    /// # Errors
    /// Why the connection ended.
    fn wait(&mut self, until: Instant) -> io::Result<()>;

    /// Closes the connection at once, so that the server executes as few as possible of the requests in flight.
    fn end(&mut self);

    /// The current time, from a monotonic clock. A test has a clock of its own.
    fn now(&self) -> Instant {
        Instant::now()
    }
}

/// The most requests in flight.
const MOST_PENDING: usize = 1024;
/// No further request is encoded while so many bytes wait to be written.
const OUT_LIMIT: usize = 256 * 1024;
/// Bytes offered to the stream in one call. libssh2 makes one SSH packet of each call, of at most 32,700 bytes.
const OFFER: usize = 32 * 1024;
/// The slowest server that a batch waits for, in bytes per second.
const SLOWEST: u64 = 8 * 1024;
/// The time that each item of a batch may take on top of that.
const PER_ITEM: Duration = Duration::from_millis(250);
/// The longest time limit: adding several of them to the clock must not overflow.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 3600);

/// The time that a batch of so many items and bytes may take on top of the time-out.
pub(super) fn budget(items: usize, bytes: u64) -> Duration {
    let items = PER_ITEM.saturating_mul(u32::try_from(items).unwrap_or(u32::MAX));
    items.saturating_add(Duration::from_secs(bytes / SLOWEST)).min(LONGEST)
}

/// The reply does not fit the request.
#[derive(Debug)]
pub(super) struct Unexpected;

/// A batch: which requests to make, and what to do with the replies.
pub(super) trait Batch {
    /// What the batch needs to know of a request when its reply comes.
    type Tag: Copy;

    /// Makes further requests, as long as [`Requests::room`] allows. The batch is over when none is made and none is in
    /// flight.
    fn fill(&mut self, requests: &mut Requests<'_, Self::Tag>);

    /// Handles the reply to a request.
    fn answer(&mut self, tag: Self::Tag, reply: Reply) -> Result<(), Unexpected>;

    /// Handles a request that will get no reply, since the connection is lost. The error is [`RemoteError::NotSent`] or
    /// [`RemoteError::NoAnswer`].
    fn lost(&mut self, tag: Self::Tag, error: RemoteError);

    /// The time that the whole batch may take on top of the time-out. It may grow as the batch takes more files.
    fn budget(&self) -> Duration;
}

/// A request in flight.
struct Pending<T> {
    tag: T,
    /// The offset of its first byte in the stream of all bytes ever written.
    start: u64,
}

/// Takes the requests of a batch.
pub(super) struct Requests<'w, T> {
    out: &'w mut Out,
    pending: &'w mut HashMap<u32, Pending<T>>,
}

impl<T> Requests<'_, T> {
    /// Whether there is room for another request now.
    pub(super) fn room(&self) -> bool {
        self.pending.len() < MOST_PENDING && self.out.bytes.len() < OUT_LIMIT
    }

    /// Whether no request is in flight.
    pub(super) fn idle(&self) -> bool {
        self.pending.is_empty()
    }

    /// Encodes a request, to be written by the loop.
    pub(super) fn send(&mut self, tag: T, request: &Request<'_>) {
        let id = self.out.next_id;
        self.out.next_id = id.wrapping_add(1);
        self.pending.insert(id, Pending { tag, start: self.out.written + self.out.bytes.len() as u64 });
        packet::encode(&mut self.out.bytes, id, request);
    }
}

/// Encoded requests that wait to be written.
#[derive(Default)]
struct Out {
    /// The bytes that the stream has not accepted yet.
    bytes: Vec<u8>,
    /// How many bytes the stream has accepted in all.
    written: u64,
    /// How many bytes it was offered in all. Bytes of an offer that was not accepted may have been sent all the same, so a
    /// request counts as never sent only beyond this offset.
    offered: u64,
    next_id: u32,
}

/// An SFTP conversation over a byte stream.
pub(super) struct Multiplexer<S> {
    connection: S,
    timeout: Duration,
    out: Out,
    input: Vec<u8>,
    /// How many bytes of `input` are already decoded.
    taken: usize,
    fault: Option<Arc<ConnectionFault>>,
    /// Whether the server offers `fsync@openssh.com`.
    pub(super) sync: bool,
}

impl<S: ByteStream> Multiplexer<S> {
    /// Sends INIT and waits for VERSION until the time given.
    pub(super) fn open(
        connection: S,
        timeout: Duration,
        until: Instant,
    ) -> Result<Multiplexer<S>, ConnectionFault> {
        let timeout = timeout.min(LONGEST);
        let mut multiplexer = Multiplexer {
            connection,
            timeout,
            out: Out::default(),
            input: Vec::new(),
            taken: 0,
            fault: None,
            sync: false,
        };
        packet::encode_init(&mut multiplexer.out.bytes);
        loop {
            let moved = multiplexer.flush()? | multiplexer.pump()?;
            match multiplexer.take()? {
                Some(Packet::Version(packet::VERSION, sync)) => {
                    multiplexer.sync = sync;
                    return Ok(multiplexer);
                }
                Some(Packet::Version(other, _)) => {
                    return Err(ConnectionFault::Protocol(say::wrong_version(other)));
                }
                Some(Packet::Reply(..)) => return Err(ConnectionFault::Protocol(say::reply_before_hello())),
                None if multiplexer.connection.now() >= until => return Err(ConnectionFault::TimedOut),
                None if !moved => multiplexer.wait(until)?,
                None => {}
            }
        }
    }

    /// Why the connection is lost; none where it is not.
    pub(super) fn fault(&self) -> Option<&Arc<ConnectionFault>> {
        self.fault.as_ref()
    }

    /// Runs a batch to its end.
    ///
    /// # Errors
    /// Why the connection was lost. [`Batch::lost`] was then called for each request in flight; requests that the batch had
    /// not made yet were not sent.
    pub(super) fn run<B: Batch>(&mut self, batch: &mut B) -> Result<(), Arc<ConnectionFault>> {
        if let Some(fault) = &self.fault {
            return Err(Arc::clone(fault));
        }
        let mut pending = HashMap::new();
        let result = self.talk(batch, &mut pending);
        result.map_err(|fault| {
            let fault = Arc::new(fault);
            self.fault = Some(Arc::clone(&fault));
            self.connection.end();
            for Pending { tag, start } in pending.into_values() {
                let fault = Arc::clone(&fault);
                let sent = start < self.out.offered;
                batch
                    .lost(tag, if sent { RemoteError::NoAnswer(fault) } else { RemoteError::NotSent(fault) });
            }
            fault
        })
    }

    fn talk<B: Batch>(
        &mut self,
        batch: &mut B,
        pending: &mut HashMap<u32, Pending<B::Tag>>,
    ) -> Result<(), ConnectionFault> {
        let mut silent_since = self.connection.now();
        let mut end = silent_since + self.timeout;
        loop {
            // Filling may read a file from a slow disk: that time must not count against the server.
            let before = self.connection.now();
            let made = self.out.next_id;
            batch.fill(&mut Requests { out: &mut self.out, pending });
            self.connection.asked(self.out.next_id.wrapping_sub(made) as usize);
            let spent = self.connection.now() - before;
            silent_since += spent;
            end += spent;
            if pending.is_empty() {
                return Ok(());
            }
            // Write before reading: libssh2 may read replies from the socket while it writes, and a wait on the socket
            // would not notice those.
            let moved = self.flush()? | self.pump()?;
            let answered = self.deliver(batch, pending)?;
            let now = self.connection.now();
            if answered {
                silent_since = now;
            }
            let until = (silent_since + self.timeout).min(end + batch.budget());
            if now >= until {
                return Err(ConnectionFault::TimedOut);
            }
            if !moved && !answered {
                self.wait(until)?;
            }
        }
    }

    /// Hands the complete replies to the batch. True where there was one.
    fn deliver<B: Batch>(
        &mut self,
        batch: &mut B,
        pending: &mut HashMap<u32, Pending<B::Tag>>,
    ) -> Result<bool, ConnectionFault> {
        let mut answered = false;
        while let Some(packet) = self.take()? {
            let Packet::Reply(id, reply) = packet else {
                return Err(ConnectionFault::Protocol(say::second_hello()));
            };
            // A server cannot answer a request that was not sent, so such a reply is a fault of the protocol.
            let Some(&Pending { tag, .. }) = pending.get(&id).filter(|p| p.start < self.out.offered) else {
                return Err(ConnectionFault::Protocol(say::unknown_reply()));
            };
            batch.answer(tag, reply).map_err(|Unexpected| ConnectionFault::Protocol(say::wrong_reply()))?;
            pending.remove(&id);
            answered = true;
        }
        Ok(answered)
    }

    /// Writes as much as the stream accepts. True where it accepted any byte.
    fn flush(&mut self) -> Result<bool, ConnectionFault> {
        let mut done = 0;
        while done < self.out.bytes.len() {
            let left = &self.out.bytes[done..];
            let offer = &left[..left.len().min(OFFER)];
            self.out.offered = self.out.offered.max(self.out.written + offer.len() as u64);
            match self.connection.write(offer) {
                Ok(0) => return Err(ConnectionFault::Closed(String::new())),
                Ok(taken) => {
                    done += taken;
                    self.out.written += taken as u64;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(closed(&error)),
            }
        }
        self.out.bytes.drain(..done);
        Ok(done > 0)
    }

    /// Reads the bytes that have arrived, up to the size of one packet. True where there were any.
    fn pump(&mut self) -> Result<bool, ConnectionFault> {
        self.input.drain(..self.taken);
        self.taken = 0;
        let before = self.input.len();
        let mut buffer = [0; 16 * 1024];
        while self.input.len() <= packet::MAX_PACKET + 4 {
            match self.connection.read(&mut buffer) {
                // First handle the replies that arrived before the end; the next call meets the end again.
                Ok(0) if self.input.len() > before => break,
                Ok(0) => return Err(ConnectionFault::Closed(String::new())),
                Ok(count) => self.input.extend_from_slice(&buffer[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(_) if self.input.len() > before => break,
                Err(error) => return Err(closed(&error)),
            }
        }
        Ok(self.input.len() > before)
    }

    /// Decodes the next packet; none while it is incomplete.
    fn take(&mut self) -> Result<Option<Packet>, ConnectionFault> {
        match packet::decode(&self.input[self.taken..]) {
            Ok(found) => Ok(found.map(|(packet, length)| {
                self.taken += length;
                packet
            })),
            Err(Malformed::Length(_)) => Err(ConnectionFault::Protocol(say::giant_packet())),
            Err(Malformed::Type(_) | Malformed::Content) => {
                Err(ConnectionFault::Protocol(say::malformed_packet()))
            }
        }
    }

    fn wait(&mut self, until: Instant) -> Result<(), ConnectionFault> {
        self.connection.wait(until).map_err(|error| closed(&error))
    }
}

fn closed(error: &io::Error) -> ConnectionFault {
    match error.kind() {
        ErrorKind::InvalidData => ConnectionFault::Protocol(error.to_string()),
        _ => ConnectionFault::Closed(error.to_string()),
    }
}
