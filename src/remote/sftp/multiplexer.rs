//! Moves packets over a connection: many requests under way, replies matched by id, one loop that waits with
//! a deadline.
//!
//! For each request it is known whether it was never sent, sent and unanswered, or answered. Two
//! limits of time hold: the server may not be silent for longer than the time-out, and no batch may
//! take longer than its budget, so that a server that trickles does not keep us either.

use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::packet::{self, Malformed, Packet, Reply, Request};
use crate::messages::transport as say;
use crate::remote::{ConnectionFault, RemoteError};

/// Bytes both ways, without waiting: an SSH channel, or a script in a test.
pub trait ByteStream {
    /// Reads what is there. 0 is the end; [`ErrorKind::WouldBlock`] is nothing yet.
    ///
    /// # Errors
    /// What ended the connection.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize>;

    /// Takes bytes from the front of `bytes`, at least one, and says how many. After
    /// [`ErrorKind::WouldBlock`] the next call begins with the same bytes, since some may be on their way.
    ///
    /// # Errors
    /// What ended the connection.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize>;

    /// Waits, after both `read` and `write` had to, until one of them may get on, or until that time.
    ///
    /// # Errors
    /// What ended the connection.
    fn wait(&mut self, until: Instant) -> io::Result<()>;

    /// Ends the connection at once, so that as little as possible of what is on its way is still done.
    fn end(&mut self);

    /// The time, from a clock that only goes forward.
    fn now(&self) -> Instant {
        Instant::now()
    }
}

/// The most requests that may be unanswered at once.
const MOST_PENDING: usize = 1024;
/// No more is encoded while so many bytes wait to be written.
const OUT_LIMIT: usize = 256 * 1024;
/// Bytes offered to the connection in one call. libssh2 makes one SSH packet of a call, of at most 32,700 bytes.
const OFFER: usize = 32 * 1024;
/// The slowest server that is waited for, in bytes a second.
const SLOWEST: u64 = 8 * 1024;
/// What a request, or a file's few requests, may take beyond that.
const PER_ITEM: Duration = Duration::from_millis(250);
/// No limit of time is longer, so that adding them to the clock stays in its range.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 3600);

/// The time that a batch may take beyond the time-out.
pub(super) fn budget(items: usize, bytes: u64) -> Duration {
    let items = PER_ITEM.saturating_mul(u32::try_from(items).unwrap_or(u32::MAX));
    items.saturating_add(Duration::from_secs(bytes / SLOWEST)).min(LONGEST)
}

/// The reply does not fit the request.
#[derive(Debug)]
pub(super) struct Unexpected;

/// A batch: what to ask, and what to make of the replies.
pub(super) trait Batch {
    /// What a request is about.
    type Tag: Copy;

    /// Asks more, while [`Requests::room`] says so. Once nothing is asked and nothing is pending, the batch is over.
    fn fill(&mut self, requests: &mut Requests<'_, Self::Tag>);

    /// Takes the reply to a request.
    fn answer(&mut self, tag: Self::Tag, reply: Reply) -> Result<(), Unexpected>;

    /// Learns that a request will get no reply: [`RemoteError::NotSent`] or [`RemoteError::NoAnswer`].
    fn lost(&mut self, tag: Self::Tag, error: RemoteError);

    /// The time that it all may take beyond the time-out; may grow as more becomes known.
    fn budget(&self) -> Duration;
}

/// A request that is not answered.
struct Pending<T> {
    tag: T,
    /// Where in the stream of all bytes ever sent it begins.
    start: u64,
}

/// Where a batch puts its requests.
pub(super) struct Requests<'w, T> {
    out: &'w mut Out,
    pending: &'w mut HashMap<u32, Pending<T>>,
}

impl<T> Requests<'_, T> {
    /// Whether another request should be made now.
    pub(super) fn room(&self) -> bool {
        self.pending.len() < MOST_PENDING && self.out.bytes.len() < OUT_LIMIT
    }

    /// Whether no request is unanswered.
    pub(super) fn idle(&self) -> bool {
        self.pending.is_empty()
    }

    /// Makes a request.
    pub(super) fn send(&mut self, tag: T, request: &Request<'_>) {
        let id = self.out.next_id;
        self.out.next_id = id.wrapping_add(1);
        self.pending.insert(id, Pending { tag, start: self.out.written + self.out.bytes.len() as u64 });
        packet::encode(&mut self.out.bytes, id, request);
    }
}

/// Bytes on their way out.
#[derive(Default)]
struct Out {
    /// Not taken by the connection yet.
    bytes: Vec<u8>,
    /// How many bytes the connection has taken, ever.
    written: u64,
    /// How many it was ever offered. A connection that took none of them may have sent some all the same.
    offered: u64,
    next_id: u32,
}

/// A connection that speaks SFTP.
pub(super) struct Multiplexer<S> {
    connection: S,
    timeout: Duration,
    out: Out,
    input: Vec<u8>,
    /// How many bytes of `input` are decoded already.
    taken: usize,
    fault: Option<Arc<ConnectionFault>>,
    /// Whether the server offers `fsync@openssh.com`.
    pub(super) sync: bool,
}

impl<S: ByteStream> Multiplexer<S> {
    /// Says hello, and waits for the answer until the time given.
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

    /// The fault that lost the connection, if it is lost.
    pub(super) fn fault(&self) -> Option<&Arc<ConnectionFault>> {
        self.fault.as_ref()
    }

    /// Runs a batch to its end, or until the connection is lost: then each unanswered request of the batch has
    /// been told, and the fault is the answer. What the batch has not asked by then was not sent.
    pub(super) fn run<J: Batch>(&mut self, batch: &mut J) -> Result<(), Arc<ConnectionFault>> {
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

    fn talk<J: Batch>(
        &mut self,
        batch: &mut J,
        pending: &mut HashMap<u32, Pending<J::Tag>>,
    ) -> Result<(), ConnectionFault> {
        let mut silent_since = self.connection.now();
        let mut end = silent_since + self.timeout;
        loop {
            // Reading a file from a slow disk is not the server's fault.
            let before = self.connection.now();
            batch.fill(&mut Requests { out: &mut self.out, pending });
            let spent = self.connection.now() - before;
            silent_since += spent;
            end += spent;
            if pending.is_empty() {
                return Ok(());
            }
            // First write, then read: writing may pull replies out of the socket, which then would not wake us.
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

    /// Hands complete replies to the batch; whether there were any.
    fn deliver<J: Batch>(
        &mut self,
        batch: &mut J,
        pending: &mut HashMap<u32, Pending<J::Tag>>,
    ) -> Result<bool, ConnectionFault> {
        let mut answered = false;
        while let Some(packet) = self.take()? {
            let Packet::Reply(id, reply) = packet else {
                return Err(ConnectionFault::Protocol(say::second_hello()));
            };
            // A reply to what has not left us is no reply.
            let Some(&Pending { tag, .. }) = pending.get(&id).filter(|p| p.start < self.out.offered) else {
                return Err(ConnectionFault::Protocol(say::unknown_reply()));
            };
            batch.answer(tag, reply).map_err(|Unexpected| ConnectionFault::Protocol(say::wrong_reply()))?;
            pending.remove(&id);
            answered = true;
        }
        Ok(answered)
    }

    /// Writes what the connection takes; whether it took any.
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

    /// Reads what is there, up to one packet's worth; whether there was any.
    fn pump(&mut self) -> Result<bool, ConnectionFault> {
        self.input.drain(..self.taken);
        self.taken = 0;
        let before = self.input.len();
        let mut buffer = [0; 16 * 1024];
        while self.input.len() <= packet::MAX_PACKET + 4 {
            match self.connection.read(&mut buffer) {
                // What arrived before the end still counts: the end shows again on the next call.
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

    /// Takes the next complete packet out of what was read.
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
    ConnectionFault::Closed(error.to_string())
}
