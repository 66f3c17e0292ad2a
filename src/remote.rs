//! The receiver's server, as the delivery protocol needs it: in batches.
//!
//! A batch lets many requests be under way at once, so that a thousand small files cost a few round
//! trips and not a few thousand. Every answer says what is known: done, refused by the server with a
//! status, never sent, or sent and unanswered. The last two differ: what was never sent has not
//! happened, and what was sent and not answered may have.
//!
//! A [`Remote`] whose line is lost stays lost: every later call answers [`RemoteError::NotSent`].
//! Recovery asks [`Connect`] for a new one.

use std::fmt;
use std::io;
use std::sync::Arc;

use crate::digest::Digest;

mod pool;
pub mod sftp;
pub mod ssh;
pub mod trial;

/// Why a line to the server is of no use any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectionFault {
    /// The server did not answer, or too slowly, within the time allowed.
    TimedOut,
    /// The connection ended.
    Closed(String),
    /// The server sent something that SFTP version 3 does not allow here.
    Protocol(String),
}

/// What is known of a request that was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemoteError {
    /// The server answered, and refused. The number is SFTP's status code, which is vague: 4 is an
    /// existing file, a full disk and much else. The text is the server's own.
    Refused {
        /// SFTP's status code (draft-ietf-secsh-filexfer-02, section 7).
        status: u32,
        /// What the server said with it; not to be trusted, escape it before showing it.
        text: String,
    },
    /// The request never left: it has not been done and will not be.
    NotSent(Arc<ConnectionFault>),
    /// The request left, at least in part, and no answer came: it may have been done, may be done
    /// yet, or may never be.
    NoAnswer(Arc<ConnectionFault>),
}

impl RemoteError {
    /// The fault of the line, where the server did not answer.
    #[must_use]
    pub fn line_fault(&self) -> Option<&Arc<ConnectionFault>> {
        match self {
            RemoteError::Refused { .. } => None,
            RemoteError::NotSent(fault) | RemoteError::NoAnswer(fault) => Some(fault),
        }
    }
}

impl fmt::Display for ConnectionFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::messages::transport::line_fault(self))
    }
}

impl fmt::Display for RemoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::messages::transport::remote_error(self))
    }
}

impl std::error::Error for ConnectionFault {}
impl std::error::Error for RemoteError {}

/// The bytes of one file on their way out. Read once, front to back.
///
/// Opened when its turn comes and closed when it has been read, so that a batch of many files does not
/// hold as many descriptors. `Send`, since a transport may read on the thread of a connection.
pub trait Source: Send {
    /// Fills `buffer` from the file and answers how many bytes; 0 at the end.
    ///
    /// # Errors
    /// What the file system said, or that the file is not the planned one any more.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize>;
}

/// One file to be stored under a name of our own.
pub struct Upload<'a> {
    /// The path on the server, `/` between its parts. It must not exist yet.
    pub path: &'a str,
    /// What to write into it.
    pub source: &'a mut dyn Source,
    /// How many bytes `source` is expected to give; for progress and time-outs only.
    pub size: u64,
}

/// A file that was stored, closed, and as far as the server can, synced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uploaded {
    /// Bytes sent, all acknowledged.
    pub sent: u64,
    /// Its size as the server tells it afterwards, in bytes; none where the server keeps it to itself.
    pub size: Option<u64>,
}

/// Why a file was not stored.
#[derive(Debug)]
pub enum UploadError {
    /// The server refused to make the file: nothing of ours is there.
    NotOpened(RemoteError),
    /// The original could not be read to its end; a part of it is on the server.
    Source(io::Error),
    /// Something failed after the file may have been made; a part of it may be on the server.
    Broken(RemoteError),
}

impl fmt::Display for UploadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UploadError::Source(error) => error.fmt(f),
            UploadError::NotOpened(error) | UploadError::Broken(error) => error.fmt(f),
        }
    }
}

/// What stands at a path on the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoteStat {
    /// Nothing.
    Absent,
    /// Something; its size in bytes where it is a regular file and the server tells.
    Present {
        /// Size in bytes.
        size: Option<u64>,
    },
}

/// One file of a folder on the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name, without the folder.
    pub name: String,
    /// Its size in bytes where the server tells.
    pub size: Option<u64>,
    /// Whether it is a folder itself.
    pub folder: bool,
}

/// Told how many more bytes the server has acknowledged.
pub type Progress<'a> = &'a (dyn Fn(u64) + Sync);

/// What was seen at each path.
pub type RemoteStats = Vec<Result<RemoteStat, RemoteError>>;

/// A line to the receiver's server. Answers stand in the order of the questions, one for each.
pub trait Remote {
    /// Makes each file exclusively (never an existing one), writes it, syncs it where the server
    /// offers that, asks its size and closes it.
    fn store(
        &mut self,
        files: &mut [Upload<'_>],
        progress: Progress<'_>,
    ) -> Vec<Result<Uploaded, UploadError>>;

    /// Stores like [`Remote::store`], and once all of them are written looks at `finals`, one for each file,
    /// without waiting in between.
    fn store_and_look(
        &mut self,
        files: &mut [Upload<'_>],
        finals: &[&str],
        progress: Progress<'_>,
    ) -> (Vec<Result<Uploaded, UploadError>>, RemoteStats) {
        (self.store(files, progress), self.stat(finals))
    }

    /// What stands at each path; links are not followed.
    fn stat(&mut self, paths: &[&str]) -> Vec<Result<RemoteStat, RemoteError>>;

    /// Renames each `(from, to)` without overwriting. Any error may hide a rename that was done.
    fn publish(&mut self, moves: &[(&str, &str)]) -> Vec<Result<(), RemoteError>>;

    /// Removes each file. That it was not there is no error.
    fn remove(&mut self, paths: &[&str]) -> Vec<Result<(), RemoteError>>;

    /// Reads each file back and digests it.
    fn digest(&mut self, paths: &[&str]) -> Vec<Result<Digest, RemoteError>>;

    /// Lists a folder, without `.` and `..`.
    ///
    /// # Errors
    /// What the server refused, or how the line was lost.
    fn list(&mut self, folder: &str) -> Result<Vec<Entry>, RemoteError>;

    /// Whether the line is lost, so that a new one is needed.
    fn is_closed(&self) -> bool;
}

/// Why no line could be had. Each says, in the person's language, what failed and what to do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectError {
    /// The server could not be reached, or did not speak SSH and SFTP in time.
    Unreachable(String),
    /// The server's host key is not the pinned one. No login was tried.
    HostKey(String),
    /// The server refused the login, or there is nothing to log in with.
    Login(String),
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConnectError::Unreachable(text) | ConnectError::HostKey(text) | ConnectError::Login(text) => {
                f.write_str(text)
            }
        }
    }
}

impl std::error::Error for ConnectError {}

/// How much a line is going to carry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// Files.
    pub files: usize,
    /// Bytes of all of them together.
    pub bytes: u64,
}

/// Where lines come from.
pub trait Connect {
    /// Is told that a line will be asked for, and what for. It may be made meanwhile.
    fn expect(&mut self, load: Load) {
        let _ = load;
    }

    /// Makes a new line, checked and logged in, within the configured time-out.
    ///
    /// # Errors
    /// Why there is none; nothing was sent but what SSH needs to find that out.
    fn connect(&mut self) -> Result<Box<dyn Remote>, ConnectError>;
}
