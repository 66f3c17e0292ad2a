//! Noting which delivered files KP has taken out of its folder on the server.

use std::collections::HashSet;

use super::{BATCH, Executor};
use crate::exit::UserError;
use crate::ledger::event::Event;
use crate::model::ledger::Delivery;
use crate::remote::RemoteStat;

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
        let lost = self.server.current().is_some_and(|connection| connection.is_closed());
        for batch in asked.chunks(BATCH) {
            let Some(connection) = (!lost).then(|| self.server.connection().ok()).flatten() else { break };
            let paths: Vec<&str> =
                batch.iter().map(|delivery| delivery.remote_path.as_deref().unwrap_or_default()).collect();
            let stats = connection.stat(&paths);
            gone.extend(
                batch.iter().zip(stats).filter(|(_, stat)| *stat == Ok(RemoteStat::Absent)).map(|(d, _)| *d),
            );
        }
        gone.sort_by_key(|delivery| delivery.id);
        self.write_down(gone.into_iter().map(|delivery| Event::PickedUp { delivery: delivery.id }))
    }
}
