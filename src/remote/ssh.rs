//! SSH through `ssh2`: reach the server, know it by its key, log in, and open SFTP.
//!
//! The session is non-blocking from its first byte to its last: every wait is our own and ends at a
//! deadline, and leaving does not wait for the server either.

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use ssh2::{Channel, ErrorCode, ExtendedData};

use self::byte_stream::SshByteStream;
use self::host_key::Rules;
use self::link::{Address, Link, StepError};
use super::pool::Pool;
use super::sftp::client::Client;
use super::{Connect, ConnectError, Load, Remote};
use crate::config::Sftp;
use crate::messages::transport as say;
use crate::secrets::Secrets;

mod byte_stream;
mod host_key;
mod key_file;
mod link;
mod login;

pub use self::host_key::SeenKey;
pub use self::key_file::{KnownKey, look_at as look_at_key};

/// LIBSSH2_ERROR_KEX_FAILURE: mostly, that there is no algorithm in common.
const NOT_AGREED: ErrorCode = ErrorCode::Session(-5);

/// No connecting takes longer, so that adding it to the clock stays in its range.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// A part of connecting that has been passed; for telling how far it got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The server was reached and speaks SSH.
    Reached,
    /// Its host key is a pinned one.
    HostKey,
    /// The login was accepted.
    Login,
    /// It speaks SFTP version 3.
    Sftp,
}

/// Makes connections to the configured server.
pub struct SshConnector {
    access: Arc<Access>,
    load: Load,
    /// The connection that is expected, on its way.
    coming: Option<JoinHandle<Result<Client<SshByteStream>, ConnectError>>>,
}

/// What it takes to come in.
struct Access {
    sftp: Sftp,
    secrets: Secrets,
}

impl SshConnector {
    /// Nothing is done before a connection is asked for, or expected.
    #[must_use]
    pub fn new(sftp: &Sftp, secrets: Secrets) -> SshConnector {
        let access = Arc::new(Access { sftp: sftp.clone(), secrets });
        SshConnector { access, load: Load::default(), coming: None }
    }

    /// Like [`Connect::connect`], and tells each stage that is passed. The connection may be given to a thread.
    ///
    /// # Errors
    /// Why there is no connection; it failed in the stage after the last one told.
    pub fn connect_telling(&self, passed: impl FnMut(Stage)) -> Result<Box<dyn Remote + Send>, ConnectError> {
        Ok(Box::new(self.access.client(passed)?))
    }
}

impl Access {
    fn client(&self, mut passed: impl FnMut(Stage)) -> Result<Client<SshByteStream>, ConnectError> {
        let until = Instant::now() + self.sftp.timeout.min(LONGEST);
        let address = Address::of(&self.sftp);
        // Mistakes in our own files come first: they need no server to be seen.
        let rules = Rules::read(&self.sftp)?;
        let identity = key_file::read(&self.sftp, &self.secrets)?;
        let link = reach(&address, &rules, until, &mut passed)?;
        login::log_in(&link, &self.sftp, identity.as_ref(), &self.secrets)?;
        passed(Stage::Login);
        let channel = open_sftp(&link).map_err(|stop| {
            ConnectError::Unreachable(say::no_sftp(&address.to_string(), &stop.to_string()))
        })?;
        let client =
            Client::start(SshByteStream::new(link, channel), self.sftp.timeout, until).map_err(|fault| {
                ConnectError::Unreachable(say::no_sftp(&address.to_string(), &fault.to_string()))
            })?;
        passed(Stage::Sftp);
        Ok(client)
    }
}

impl Connect for SshConnector {
    fn expect(&mut self, load: Load) {
        self.load = load;
        let access = Arc::clone(&self.access);
        // Where no thread is to be had, the connection is made when it is asked for.
        self.coming = thread::Builder::new().spawn(move || access.client(|_| ())).ok();
    }

    fn connect(&mut self) -> Result<Box<dyn Remote>, ConnectError> {
        let expected = self.coming.take().and_then(|connection| connection.join().ok());
        let first = expected.unwrap_or_else(|| self.access.client(|_| ()))?;
        let most = self.access.sftp.connections;
        let access = Arc::clone(&self.access);
        Ok(Box::new(Pool::new(first, self.load, most, move || access.client(|_| ()).ok())))
    }
}

/// The host key that the server shows first, unchecked: for a person to compare. No login is tried.
///
/// # Errors
/// The server could not be reached, or does not speak SSH.
pub fn seen_host_key(sftp: &Sftp) -> Result<SeenKey, ConnectError> {
    let until = Instant::now() + sftp.timeout.min(LONGEST);
    let address = Address::of(sftp);
    let link = address.connect(until)?;
    handshake(&address, &link, &Rules::default().preference())?;
    host_key::seen(&link).ok_or_else(|| ConnectError::HostKey(say::no_host_key(&address.to_string())))
}

/// Connects until the server shows a key that is pinned.
///
/// A server has several keys and shows one of them, of a type that we may ask for. A pinned
/// fingerprint does not tell its type, so before the server is refused each type is asked for.
fn reach(
    address: &Address,
    rules: &Rules,
    until: Instant,
    passed: &mut impl FnMut(Stage),
) -> Result<Link, ConnectError> {
    let link = address.connect(until)?;
    handshake(address, &link, &rules.preference())?;
    passed(Stage::Reached);
    let (first, refusal) = match rules.check(address, &link) {
        Ok(()) => {
            passed(Stage::HostKey);
            return Ok(link);
        }
        Err(mismatch) => mismatch,
    };
    drop(link);
    for family in rules.others(first) {
        let link = address.connect(until)?;
        match link.handshake(family.algorithms()) {
            Ok(()) if rules.check(address, &link).is_ok() => {
                passed(Stage::HostKey);
                return Ok(link);
            }
            // Another wrong key, or the server has none of this type.
            Ok(()) | Err(StepError::Failed(_)) => {}
            Err(StepError::TimedOut) => return Err(timed_out(address)),
        }
    }
    Err(refusal)
}

fn handshake(address: &Address, link: &Link, host_keys: &str) -> Result<(), ConnectError> {
    link.handshake(host_keys).map_err(|stop| match stop {
        StepError::TimedOut => timed_out(address),
        StepError::Failed(error) if error.code() == NOT_AGREED => {
            ConnectError::Unreachable(say::not_agreed(&address.to_string(), &say::printable(error.message())))
        }
        failed @ StepError::Failed(_) => {
            ConnectError::Unreachable(say::no_handshake(&address.to_string(), &failed.to_string()))
        }
    })
}

fn timed_out(address: &Address) -> ConnectError {
    ConnectError::Unreachable(say::no_answer_from(&address.to_string()))
}

fn open_sftp(link: &Link) -> Result<Channel, StepError> {
    let mut channel = link.drive(ssh2::Session::channel_session)?;
    link.drive(|_| channel.subsystem("sftp"))?;
    // What the server prints to standard error would fill the window, unread.
    link.drive(|_| channel.handle_extended_data(ExtendedData::Ignore))?;
    Ok(channel)
}
