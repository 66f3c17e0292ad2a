//! Noting which delivered files KP has taken out of its folder on the server.

use std::collections::HashSet;

use super::Executor;
use crate::exit::UserError;
use crate::ledger::event::Event;
use crate::model::ledger::Delivery;
use crate::remote::{RemoteError, RemoteStat};

impl Executor<'_> {
    /// Asks the server for the files of these deliveries (oldest first) and records those that are gone. Where the server
    /// cannot be asked, the next run asks again.
    ///
    /// # Errors
    /// The ledger could not be written.
    pub fn note_picked_up(&mut self, waiting: &[Delivery]) -> Result<(), UserError> {
        // Ask only about the newest delivery to each path: it could only be published once the earlier file was gone.
        let mut taken = HashSet::new();
        let (asked, mut gone): (Vec<&Delivery>, Vec<&Delivery>) =
            waiting.iter().rev().partition(|delivery| taken.insert(delivery.remote_path.as_deref()));
        let mut absent = vec![false; asked.len()];
        // Where the server cannot be asked any more, the next run asks about the rest.
        let _ = self.keep_on(asked.len(), |this, batch| {
            let paths: Vec<&str> =
                batch.iter().map(|&i| asked[i].remote_path.as_deref().unwrap_or_default()).collect();
            let stats = this.server.current().map(|connection| connection.stat(&paths)).unwrap_or_default();
            let is_answered = |stat: &Result<RemoteStat, RemoteError>| {
                stat.as_ref().err().is_none_or(|error| error.connection_fault().is_none())
            };
            for (&i, stat) in batch.iter().zip(&stats) {
                absent[i] = *stat == Ok(RemoteStat::Absent);
            }
            (0..batch.len()).map(|n| stats.get(n).is_some_and(is_answered)).collect()
        });
        gone.extend(asked.iter().zip(absent).filter(|(_, absent)| *absent).map(|(delivery, _)| *delivery));
        gone.sort_by_key(|delivery| delivery.id);
        self.write_down(gone.into_iter().map(|delivery| Event::PickedUp { delivery: delivery.id }))
    }
}
