//! The receiver's server during one run: its connection, and what was learned about it.

use crate::config::SyncRule;
use crate::model::server::ServerTraits;
use crate::remote::trial::TrialNote;
use crate::remote::{Connect, ConnectError, ConnectionFault, Load, Remote, RemoteError, Terms};

/// The receiver's server: its connection is made when it is first needed, and kept for the whole run.
pub struct Server {
    connect: Box<dyn Connect>,
    connection: Option<Box<dyn Remote>>,
    unreachable: Option<ConnectError>,
    terms: Terms,
    /// How many connections were made so far.
    sessions: usize,
    /// How many of them were lost because the server fell silent, without the present one.
    silences: usize,
}

impl Server {
    /// A server without a connection yet.
    #[must_use]
    pub fn new(connect: Box<dyn Connect>) -> Server {
        Server {
            connect,
            connection: None,
            unreachable: None,
            terms: Terms::default(),
            sessions: 0,
            silences: 0,
        }
    }

    /// Announces that a connection will be needed for this load, so that it can be made in the background.
    pub fn expect(&mut self, load: Load) {
        if self.connection.is_none() && self.unreachable.is_none() {
            self.connect.expect(load);
        }
    }

    /// Sets what the configuration says of storing files; what was learned stays known.
    pub(super) fn go_by(&mut self, mut terms: Terms) {
        terms.known = self.learned();
        if terms != self.terms {
            self.terms = terms;
            if let Some(connection) = &mut self.connection {
                connection.go_by(&self.terms);
            }
        }
    }

    /// What was learned about the server over all connections so far.
    pub(super) fn learned(&self) -> ServerTraits {
        let mut known = self.terms.known.clone();
        if let Some(connection) = &self.connection {
            known.merge(&connection.learned());
        }
        known
    }

    /// Notes that a file which was just stored may not be read.
    pub(super) fn is_unreadable(&mut self) {
        self.terms.known.unreadable = true;
    }

    /// The refusal to sync a file that was delivered all the same.
    pub(super) fn sync_skipped(&self) -> Option<RemoteError> {
        let (status, text) =
            self.learned().sync_refused.filter(|_| self.terms.sync == SyncRule::BestEffort)?;
        Some(RemoteError::Refused { status, text })
    }

    /// The connection, or a new one where it is lost. After a failure to connect, this run does not try again: each try may
    /// take the whole time-out.
    pub(super) fn connection(&mut self) -> Result<&mut dyn Remote, ConnectError> {
        if let Some(error) = &self.unreachable {
            return Err(error.clone());
        }
        if self.is_closed() {
            self.terms.known = self.learned();
            self.silences = self.silences();
            if self.sessions > 0 {
                // What is left goes in small batches, for which one connection does.
                self.connect.expect(Load::default());
            }
        }
        let kept = self.connection.take().filter(|connection| !connection.is_closed());
        let connection = if let Some(connection) = kept {
            connection
        } else {
            let mut made =
                self.connect.connect().inspect_err(|error| self.unreachable = Some(error.clone()))?;
            made.go_by(&self.terms);
            self.sessions += 1;
            made
        };
        Ok(self.connection.insert(connection).as_mut())
    }

    /// Removes what a check that was cut off left on the server. Nobody misses it, so what fails is left to the next run.
    pub(crate) fn clear_trial(&mut self, note: &TrialNote) {
        if note.is_there()
            && let Ok(connection) = self.connection()
        {
            let _ = note.clear(connection);
        }
    }

    /// The connection as it is, even where it is lost; none before the first one is made.
    pub(super) fn current(&mut self) -> Option<&mut dyn Remote> {
        self.connection.as_deref_mut().map(|connection| connection as &mut dyn Remote)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.connection.as_ref().is_none_or(|connection| connection.is_closed())
    }

    /// How many connections were made so far: the number of the present one.
    pub(super) fn session(&self) -> usize {
        self.sessions
    }

    /// How many connections were lost because the server did not answer in time.
    pub(super) fn silences(&self) -> usize {
        let fault = self.connection.as_ref().and_then(|connection| connection.fault());
        self.silences + usize::from(fault.is_some_and(|fault| *fault == ConnectionFault::TimedOut))
    }
}
