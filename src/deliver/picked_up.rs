//! Whether KP has taken what it was given: a delivered file that is no longer in its folder.

use std::collections::HashSet;

use super::{BATCH, Executor};
use crate::exit::UserError;
use crate::ledger::event::Event;
use crate::ledger::query::Delivery;
use crate::remote::RemoteStat;

impl Executor<'_> {
    /// Looks for these deliveries, oldest first, in KP's folder and writes down which of them are gone. Where the server
    /// cannot be asked, the next run does it.
    ///
    /// # Errors
    /// The ledger could not be written.
    pub fn note_picked_up(&mut self, waiting: &[Delivery]) -> Result<(), UserError> {
        // A name can be given again only once it is free: whoever had it before is gone.
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
                batch.iter().zip(stats).filter(|(_, look)| *look == Ok(RemoteStat::Absent)).map(|(d, _)| *d),
            );
        }
        gone.sort_by_key(|delivery| delivery.id);
        self.write_down(gone.into_iter().map(|delivery| Event::PickedUp { delivery: delivery.id }))
    }
}
