//! SSH through `ssh2`: connect to the server, check its host key, log in, and open SFTP.
//!
//! The session is never blocking: `link` does all the waiting, always with a deadline, and closing a connection does not
//! wait for the server. `relay` stands between libssh2 and the server, so that neither time nor memory depends on what the
//! server chooses to send.

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
mod relay;
mod strict;

pub use self::host_key::SeenKey;
pub use self::key_file::{KnownKey, look_at as look_at_key};

/// LIBSSH2_ERROR_KEX_FAILURE: usually means that client and server have no algorithm in common.
const NOT_AGREED: ErrorCode = ErrorCode::Session(-5);

/// The longest time-out for connecting: adding it to the clock must not overflow.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// A stage of connecting that succeeded; `check` shows them one by one.
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
    /// The thread that makes the announced connection.
    expected: Option<JoinHandle<Result<Client<SshByteStream>, ConnectError>>>,
}

/// Everything needed to make a connection.
struct Access {
    sftp: Sftp,
    secrets: Secrets,
}

impl SshConnector {
    /// Does nothing before a connection is asked for or announced.
    #[must_use]
    pub fn new(sftp: &Sftp, secrets: Secrets) -> SshConnector {
        let access = Arc::new(Access { sftp: sftp.clone(), secrets });
        SshConnector { access, load: Load::default(), expected: None }
    }

    /// Like [`Connect::connect`], and calls `passed` after each stage.
    ///
    /// # Errors
    /// Why no connection could be made: the stage after the last one passed failed.
    pub fn connect_reporting(
        &self,
        passed: impl FnMut(Stage),
    ) -> Result<Box<dyn Remote + Send>, ConnectError> {
        Ok(Box::new(self.access.client(passed)?))
    }
}

impl Access {
    fn client(&self, mut passed: impl FnMut(Stage)) -> Result<Client<SshByteStream>, ConnectError> {
        let until = Instant::now() + self.sftp.timeout.min(LONGEST);
        let address = Address::of(&self.sftp);
        // Read the local files first: a mistake in them shows without a server.
        let rules = Rules::read(&self.sftp)?;
        let identity = key_file::read(&self.sftp, &self.secrets)?;
        let link = reach(&address, &rules, until, &mut passed)?;
        login::log_in(&link, &self.sftp, identity.as_ref(), &self.secrets)?;
        link.relay().logged_in();
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
        // Without a thread the connection is made when `connect` is called.
        self.expected = thread::Builder::new().spawn(move || access.client(|_| ())).ok();
    }

    fn connect(&mut self) -> Result<Box<dyn Remote>, ConnectError> {
        let expected = self.expected.take().and_then(|connection| connection.join().ok());
        let first = expected.unwrap_or_else(|| self.access.client(|_| ()))?;
        let most = self.access.sftp.connections;
        let access = Arc::clone(&self.access);
        Ok(Box::new(Pool::new(first, self.load, most, move || access.client(|_| ()).ok())))
    }
}

/// The host key that the server presents, unchecked, for a person to compare. No login is tried.
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

/// Reads the pinned host keys as a connection does, and connects to nothing.
///
/// # Errors
/// No key of this server can be read from what the configuration names.
pub fn check_pinned(sftp: &Sftp) -> Result<(), ConnectError> {
    Rules::read(sftp).map(drop)
}

/// Connects and checks the host key, again for each type of key where needed.
///
/// A server has keys of several types and presents one of the type that the client asks for. A pinned fingerprint does not
/// tell its type, so the server is refused only after it was asked for every type.
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
            // This key is not pinned either, or the server has none of this type: try the next.
            Ok(()) | Err(StepError::Failed(_) | StepError::NotStrict) => {}
            Err(StepError::TimedOut) => return Err(timed_out(address)),
            Err(stop @ StepError::TooMuch) => return Err(no_handshake(address, &stop)),
        }
    }
    Err(refusal)
}

fn handshake(address: &Address, link: &Link, host_keys: &str) -> Result<(), ConnectError> {
    link.handshake(host_keys).map_err(|stop| match stop {
        StepError::TimedOut => timed_out(address),
        StepError::Failed(ref error) if error.code() == NOT_AGREED => {
            ConnectError::Unreachable(say::not_agreed(&address.to_string(), &say::printable(error.message())))
        }
        StepError::NotStrict => {
            ConnectError::Unreachable(say::not_agreed(&address.to_string(), &stop.to_string()))
        }
        StepError::Failed(_) | StepError::TooMuch => no_handshake(address, &stop),
    })
}

fn no_handshake(address: &Address, stop: &StepError) -> ConnectError {
    ConnectError::Unreachable(say::no_handshake(&address.to_string(), &stop.to_string()))
}

fn timed_out(address: &Address) -> ConnectError {
    ConnectError::Unreachable(say::no_answer_from(&address.to_string()))
}

fn open_sftp(link: &Link) -> Result<Channel, StepError> {
    let mut channel = link.drive(ssh2::Session::channel_session)?;
    link.drive(|_| channel.subsystem("sftp"))?;
    // Nobody reads the server's standard error here, and unread output would fill the channel's window.
    link.drive(|_| channel.handle_extended_data(ExtendedData::Ignore))?;
    Ok(channel)
}
