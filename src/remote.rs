//! The receiver's server, as the delivery protocol needs it: every call is a batch.
//!
//! A batch keeps many requests in flight at once, so that a thousand small files cost a few round trips and not a few
//! thousand. Every answer says what is known of its request: done, refused by the server with a status, never sent, or sent
//! without an answer. The protocol depends on the difference between the last two: a request that was never sent has not
//! been executed, one that was sent without an answer may have been.
//!
//! The files, in reading order: this one has the traits [`Connect`] and [`Remote`] and the errors; `ssh` connects, checks the
//! host key and logs in; `sftp` speaks the protocol; `pool` divides a large batch among several connections.
//!
//! Once the connection of a [`Remote`] is lost, every later call on it answers [`RemoteError::NotSent`]; a new connection
//! comes from [`Connect`].

use std::fmt;
use std::io;
use std::sync::Arc;

use crate::config::{Publish, Sftp, SyncRule};
use crate::digest::Digest;
use crate::messages::transport as say;
use crate::model::server::ServerTraits;

mod pool;
pub mod sftp;
pub mod ssh;
pub mod trial;

/// Why a connection to the server cannot be used any more.
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
    /// The server refused. Its status code says little: 4 can mean that the file exists, that the disk is full, and much
    /// else.
    Refused {
        /// SFTP's status code (draft-ietf-secsh-filexfer-02, section 7).
        status: u32,
        /// The server's own text. It may hold anything: escape it before showing it.
        text: String,
    },
    /// The request was never sent: it has not been executed and will not be.
    NotSent(Arc<ConnectionFault>),
    /// The request was sent, at least in part, and no answer came: the server may have executed it, may still execute it,
    /// or may never do so.
    NoAnswer(Arc<ConnectionFault>),
}

impl RemoteError {
    /// Why the connection was lost; none where the server answered with a refusal.
    #[must_use]
    pub fn connection_fault(&self) -> Option<&Arc<ConnectionFault>> {
        match self {
            RemoteError::Refused { .. } => None,
            RemoteError::NotSent(fault) | RemoteError::NoAnswer(fault) => Some(fault),
        }
    }
}

impl fmt::Display for ConnectionFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            ConnectionFault::TimedOut => say::timed_out(),
            ConnectionFault::Closed(why) if why.is_empty() => say::closed(),
            ConnectionFault::Closed(why) => say::closed_because(&say::printable(why)),
            ConnectionFault::Protocol(what) => say::protocol(what),
        })
    }
}

impl fmt::Display for RemoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            RemoteError::Refused { status, text } if text.is_empty() => {
                say::refused(&status_text(*status), *status)
            }
            RemoteError::Refused { status, text } => {
                say::refused_saying(&status_text(*status), *status, &say::printable(text))
            }
            RemoteError::NotSent(fault) => say::not_sent(&fault.to_string()),
            RemoteError::NoAnswer(fault) => say::no_answer(&fault.to_string()),
        })
    }
}

/// What SFTP's status code means.
fn status_text(status: u32) -> String {
    match status {
        1 => say::status_eof(),
        2 => say::status_no_such_file(),
        3 => say::status_permission(),
        4 => say::status_failure(),
        5 => say::status_bad_message(),
        8 => say::status_unsupported(),
        _ => say::status_other(),
    }
}

impl std::error::Error for ConnectionFault {}
impl std::error::Error for RemoteError {}

/// The content of one file to upload. It is read once, front to back.
///
/// An implementation opens its file at the first read and closes it at the end, so that a large batch does not use up the
/// file descriptors. `Send`, because each connection may read on a thread of its own.
pub trait Source: Send {
    /// Reads into `buffer` and returns the number of bytes; 0 at the end of the file.
    ///
    /// # Errors
    /// What the file system says, or that the file has changed since it was planned.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize>;
}

/// From this size on, in bytes, a file is written in pieces where `sftp.pieces` says that the server bears them.
pub const PIECES_FROM: u64 = 64 << 20;

/// What holds for every file that is stored: what `[sftp]` says, and what earlier connections learned about the server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// `sftp.sync`.
    pub sync: SyncRule,
    /// Whether a file of [`PIECES_FROM`] bytes or more is written in pieces, over several connections. Never under its
    /// final name, where the receiver may take a file with holes.
    pub pieces: bool,
    /// What is known of the server.
    pub known: ServerTraits,
}

impl Terms {
    /// What the configuration says, with nothing known of the server yet.
    #[must_use]
    pub fn of(sftp: &Sftp) -> Terms {
        let pieces = sftp.pieces && sftp.publish == Publish::Rename;
        Terms { sync: sftp.sync, pieces, known: ServerTraits::default() }
    }
}

/// One file to upload.
pub struct Upload<'a> {
    /// The path on the server, with `/` between its parts. Nothing may stand there yet.
    pub path: &'a str,
    /// Its content.
    pub source: &'a mut dyn Source,
    /// How many bytes `source` is expected to give; for progress and time-outs only.
    pub size: u64,
}

/// A file that was uploaded and closed, and synced where the server supports that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uploaded {
    /// How many bytes were sent; the server has acknowledged all of them.
    pub sent: u64,
    /// Its size in bytes as the server reports it: of the open file after the last write, or else of the closed one. None
    /// where the server tells neither.
    pub size: Option<u64>,
}

/// Why a file was not uploaded.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// The file was not created, so nothing of it is on the server.
    #[error(transparent)]
    NotOpened(RemoteError),
    /// The original could not be read to its end; the file on the server is incomplete.
    #[error(transparent)]
    Source(io::Error),
    /// Something failed after the file may have been created; a part of it may be on the server.
    #[error(transparent)]
    Broken(RemoteError),
    /// The server offers to sync files and refused to sync this one, and [`Terms::sync`] requires it. The file is there.
    #[error(transparent)]
    NotSynced(RemoteError),
}

/// What is at a path on the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoteStat {
    /// Nothing.
    Absent,
    /// Something. Only a regular file has a size here.
    Present {
        /// Its size in bytes; none where it is no regular file, or the server does not report sizes.
        size: Option<u64>,
    },
}

/// One entry of a folder on the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name, without the folder.
    pub name: String,
    /// Its size in bytes where the server tells.
    pub size: Option<u64>,
    /// Whether it is a folder itself.
    pub folder: bool,
}

/// Called with the number of bytes that the server has acknowledged since the last call.
pub type Progress<'a> = &'a (dyn Fn(u64) + Sync);

/// What the server answered when it was asked to remove a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// It removed the file.
    Removed,
    /// There was none.
    NothingThere,
}

/// The answer for each path, in the order of the paths.
pub type RemoteStats = Vec<Result<RemoteStat, RemoteError>>;

/// A connection to the receiver's server. Each method returns one answer for each item, in the order of the items.
pub trait Remote {
    /// Sets what holds from now on. Until this is called, [`Terms::default`] holds.
    fn go_by(&mut self, terms: &Terms) {
        let _ = terms;
    }

    /// What is known of the server: what [`Remote::go_by`] told, and what was learned since.
    fn learned(&self) -> ServerTraits {
        ServerTraits::default()
    }

    /// Uploads each file: creates it (a file that exists is refused), writes it, syncs it where the server supports that,
    /// asks its size and closes it.
    fn store(
        &mut self,
        files: &mut [Upload<'_>],
        progress: Progress<'_>,
    ) -> Vec<Result<Uploaded, UploadError>>;

    /// Uploads like [`Remote::store`] and asks [`Remote::stat`] for `finals`, one path for each file, as soon as all files
    /// are written: without waiting for the answers to the uploads.
    fn store_and_stat(
        &mut self,
        files: &mut [Upload<'_>],
        finals: &[&str],
        progress: Progress<'_>,
    ) -> (Vec<Result<Uploaded, UploadError>>, RemoteStats) {
        (self.store(files, progress), self.stat(finals))
    }

    /// What is at each path; links are not followed.
    fn stat(&mut self, paths: &[&str]) -> Vec<Result<RemoteStat, RemoteError>>;

    /// Renames each `(from, to)` without overwriting. An error does not prove that the rename was not done.
    fn publish(&mut self, moves: &[(&str, &str)]) -> Vec<Result<(), RemoteError>>;

    /// Renames like [`Remote::publish`], and says of each old name whether a file was still seen there afterwards: then the
    /// rename was not done, or by half, whatever the server answered.
    fn publish_and_look(&mut self, moves: &[(&str, &str)]) -> Vec<(Result<(), RemoteError>, bool)> {
        let done = self.publish(moves);
        let old: Vec<&str> = moves.iter().map(|(from, _)| *from).collect();
        let seen = self.stat(&old);
        let is_there = |stat: Result<RemoteStat, RemoteError>| matches!(stat, Ok(RemoteStat::Present { .. }));
        done.into_iter().zip(seen.into_iter().map(is_there)).collect()
    }

    /// Removes each file; one that does not exist is no error.
    fn remove(&mut self, paths: &[&str]) -> Vec<Result<Removal, RemoteError>>;

    /// Reads each file from the server and returns its digest. Each is a path and the size in bytes that is expected there:
    /// no more than one byte beyond it is read, and a file that has that byte has no digest.
    fn digest(&mut self, files: &[(&str, u64)]) -> Vec<Result<Option<Digest>, RemoteError>>;

    /// Lists a folder, without `.` and `..`.
    ///
    /// # Errors
    /// What the server refused, or how the connection was lost.
    fn list(&mut self, folder: &str) -> Result<Vec<Entry>, RemoteError>;

    /// Whether the connection is lost, so that a new one is needed.
    fn is_closed(&self) -> bool;

    /// Why the connection was lost, where that is known.
    fn fault(&self) -> Option<Arc<ConnectionFault>> {
        None
    }
}

/// Why no connection could be made. The text says, in the person's language, what failed and what to do now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// The server could not be reached, or did not speak SSH and SFTP in time.
    #[error("{0}")]
    Unreachable(String),
    /// The server's host key is not a pinned one. No login was tried.
    #[error("{0}")]
    HostKey(String),
    /// The server refused the login, or there is no key and no password to log in with.
    #[error("{0}")]
    Login(String),
}

/// How much is going to be uploaded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// The number of files.
    pub files: usize,
    /// Their size together, in bytes.
    pub bytes: u64,
    /// Whether a large one may be written in pieces, so that it alone gains from several connections.
    pub pieces: bool,
}

/// Makes connections.
pub trait Connect {
    /// Announces that a connection will be needed for this load, so that it can be made in the background.
    fn expect(&mut self, load: Load) {
        let _ = load;
    }

    /// Makes a new connection, checked and logged in, within the configured time-out.
    ///
    /// # Errors
    /// Why no connection could be made. Nothing was sent to the server but the handshake and the login.
    fn connect(&mut self) -> Result<Box<dyn Remote>, ConnectError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_shows_the_servers_words() {
        let refused = |text: &str| RemoteError::Refused { status: 3, text: text.to_owned() }.to_string();
        assert!(refused("nix\n").contains(r"nix\n") && refused("nix").contains('3'));
        assert!(!refused("").contains('“'));
    }
}
