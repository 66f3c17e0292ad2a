//! The connection below SFTP: resolving, connecting, the handshake, and the only function that waits.

use std::cell::{RefCell, RefMut};
use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, Timespec, poll};
use ssh2::{DisconnectCode, ErrorCode, MethodType, Session};

use super::relay::Relay;
use super::strict;
use crate::config::Sftp;
use crate::messages::technical::ssh_failed;
use crate::messages::transport as say;
use crate::platform;
use crate::remote::ConnectError;

/// LIBSSH2_ERROR_EAGAIN: the call would block and must be repeated with the same arguments.
const AGAIN: ErrorCode = ErrorCode::Session(-37);

/// Packets may be taken out of the beginning of a connection with this cipher, unless the key exchange is strict.
const NEEDS_STRICT: &str = "chacha20-poly1305@openssh.com";

/// What is offered, in order of preference. libssh2 offers all that it was built with unless it is told, so this names
/// everything that is allowed: nothing with SHA-1, MD5, CBC or a group of less than 2048 bits, and the cipher that is safe with
/// a strict key exchange alone last.
const OFFERS: [(&[MethodType], &str); 3] = [
    (
        &[MethodType::Kex],
        "mlkem768x25519-sha256,curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,\
         ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,\
         diffie-hellman-group18-sha512,diffie-hellman-group14-sha256",
    ),
    (
        &[MethodType::CryptCs, MethodType::CryptSc],
        "aes128-gcm@openssh.com,aes256-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr,chacha20-poly1305@openssh.com",
    ),
    (
        &[MethodType::MacCs, MethodType::MacSc],
        "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512",
    ),
];

/// The server's host name and port.
pub(super) struct Address {
    pub(super) host: String,
    pub(super) port: u16,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", say::printable(&self.host), self.port)
    }
}

impl Address {
    pub(super) fn of(sftp: &Sftp) -> Address {
        Address { host: sftp.host.clone(), port: sftp.port }
    }

    /// Connects to the host's addresses in turn, until one answers.
    pub(super) fn connect(&self, until: Instant) -> Result<Link, ConnectError> {
        let unreachable = |why: &io::Error| {
            ConnectError::Unreachable(say::not_reached(&self.to_string(), &why.to_string()))
        };
        let mut last = io::Error::from(io::ErrorKind::NotFound);
        let addresses = self.resolve(until)?;
        for (tried, address) in addresses.iter().enumerate() {
            // Divide the time that is left: an address that drops packets must not use up the time of the next one.
            let left = until.saturating_duration_since(Instant::now());
            let share = left / u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
            if share.is_zero() {
                last = io::ErrorKind::TimedOut.into();
                break;
            }
            match TcpStream::connect_timeout(address, share) {
                Ok(socket) => return Link::new(socket, until).map_err(|error| unreachable(&error)),
                Err(error) => last = error,
            }
        }
        Err(match last.kind() {
            io::ErrorKind::TimedOut => ConnectError::Unreachable(say::no_answer_from(&self.to_string())),
            _ => unreachable(&last),
        })
    }

    /// Resolves the name on a separate thread, since the system's resolver takes no time limit.
    fn resolve(&self, until: Instant) -> Result<Vec<SocketAddr>, ConnectError> {
        let (found, wait) = mpsc::channel();
        let (host, port) = (self.host.clone(), self.port);
        thread::spawn(move || {
            // Sending fails where the caller has given up waiting.
            let _ = found.send((host.as_str(), port).to_socket_addrs().map(Vec::from_iter));
        });
        let host = say::printable(&self.host);
        match wait.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(Ok(addresses)) if !addresses.is_empty() => Ok(addresses),
            Ok(Ok(_)) => Err(ConnectError::Unreachable(say::no_address(&host))),
            Ok(Err(error)) => Err(ConnectError::Unreachable(say::not_resolved(&host, &error.to_string()))),
            Err(_) => Err(ConnectError::Unreachable(say::resolver_silent(&host))),
        }
    }
}

/// Why a step of the SSH session failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum StepError {
    #[error("{}", say::timed_out())]
    TimedOut,
    #[error("{}", in_words(.0))]
    Failed(ssh2::Error),
    /// The server sends without being asked.
    #[error("{}", say::too_much_sent())]
    TooMuch,
    /// The only cipher in common is not safe with this server's key exchange.
    #[error("{}", say::not_strict(NEEDS_STRICT))]
    NotStrict,
}

/// What libssh2 reports, in the person's language, with its own words after it.
fn in_words(error: &ssh2::Error) -> String {
    match error.code() {
        ErrorCode::Session(code) => ssh_failed(code, error.message()),
        ErrorCode::SFTP(_) => say::printable(error.message()),
    }
}

/// A socket with an SSH session. Dropping it closes the connection without waiting for the server.
pub(super) struct Link {
    pub(super) session: Session,
    relay: RefCell<Relay>,
    /// The deadline for connecting and logging in.
    until: Instant,
}

impl Link {
    fn new(socket: TcpStream, until: Instant) -> io::Result<Link> {
        socket.set_nodelay(true)?;
        socket.set_nonblocking(true)?;
        let mut session = Session::new()?;
        session.set_blocking(false);
        for (methods, offer) in OFFERS {
            for method in methods {
                session.method_pref(*method, offer)?;
            }
        }
        let (relay, for_libssh2) = Relay::new(socket)?;
        session.set_tcp_stream(for_libssh2);
        Ok(Link { session, relay: RefCell::new(relay), until })
    }

    /// Moves and counts the bytes of this connection. Not to be held while libssh2 is called.
    pub(super) fn relay(&self) -> RefMut<'_, Relay> {
        self.relay.borrow_mut()
    }

    /// Does the SSH handshake, asking for a host key of one of these algorithms, in order of preference.
    pub(super) fn handshake(&self, host_keys: &str) -> Result<(), StepError> {
        self.session.method_pref(MethodType::HostKey, host_keys).map_err(StepError::Failed)?;
        let mut session = self.session.clone();
        self.drive(|_| session.handshake())?;
        let strict = strict::offered(&self.relay().take_opening());
        let uses = |method| self.session.methods(method) == Some(NEEDS_STRICT);
        if !strict && (uses(MethodType::CryptCs) || uses(MethodType::CryptSc)) {
            return Err(StepError::NotStrict);
        }
        Ok(())
    }

    /// Repeats a call of libssh2 until it no longer would block, or the deadline has passed. Each call gets a bounded number
    /// of bytes, so it comes back whatever the server sends.
    pub(super) fn drive<T>(
        &self,
        mut step: impl FnMut(&Session) -> Result<T, ssh2::Error>,
    ) -> Result<T, StepError> {
        loop {
            // The other errors of the socket show in libssh2's next call.
            self.relay().receive().map_err(|_| StepError::TooMuch)?;
            let result = step(&self.session);
            let moved = self.relay().send();
            match result {
                Err(error) if error.code() == AGAIN => {
                    if Instant::now() >= self.until {
                        return Err(StepError::TimedOut);
                    }
                    if !moved {
                        platform::acknowledge_at_once(self.relay().socket());
                        // Ignore an error of the wait: if the socket is broken, the next call says so.
                        let _ = self.wait(self.until);
                    }
                }
                other => return other.map_err(StepError::Failed),
            }
        }
    }

    /// Whether the server has ended the connection.
    pub(super) fn has_ended(&self) -> bool {
        self.relay().has_ended()
    }

    /// Closes the connection in both directions, whether or not a goodbye was sent.
    pub(super) fn shut(&self) {
        self.relay().shut();
    }

    /// Waits until bytes can be moved, or until that time.
    pub(super) fn wait(&self, until: Instant) -> io::Result<()> {
        let relay = self.relay();
        let flags = relay.awaited();
        if flags.is_empty() {
            return Ok(());
        }
        let left = until.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        let left = Timespec::try_from(left).map_err(io::Error::other)?;
        match poll(&mut [PollFd::new(relay.socket(), flags)], Some(&left)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // Try once to say goodbye, without waiting. With the sockets shut, nothing dropped after this can wait either.
        let _ = self.session.disconnect(Some(DisconnectCode::ByApplication), "bye", None);
        self.relay().send();
        self.shut();
    }
}
