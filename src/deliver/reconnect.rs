//! Going on over new connections: what is asked of the server for many deliveries outside their upload, fewer at once after
//! each loss. See `pace`.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Executor;
use super::pace::{AfterLoss, Pace};
use crate::remote::{ConnectError, ConnectionFault, RemoteError, Removal};

impl Executor<'_> {
    /// Does `act` for the deliveries at the places up to `count`, many at once. It gets the places of some, and answers of
    /// each whether nothing more is to be done about it. Where the connection is lost meanwhile, the others come again over
    /// a new one; one at which it is lost although it is alone is left as it is.
    ///
    /// # Errors
    /// The server cannot be reached any more.
    pub(super) fn keep_on(
        &mut self,
        count: usize,
        mut act: impl FnMut(&mut Self, &[usize]) -> Vec<bool>,
    ) -> Result<(), ConnectError> {
        let mut pace = Pace::of(count);
        let mut queue: VecDeque<usize> = (0..count).collect();
        while !queue.is_empty() && !pace.is_over() {
            self.server.connection()?;
            let session = self.server.session();
            let batch: Vec<usize> = queue.drain(..pace.at_once().min(queue.len())).collect();
            let is_through = act(self, &batch);
            if !self.server.is_closed() {
                pace.went_well(session);
                continue;
            }
            let left: Vec<usize> =
                batch.iter().zip(is_through).filter(|(_, is_through)| !is_through).map(|(i, _)| *i).collect();
            let through = batch.len() - left.len();
            match pace.lost(batch.len(), through, session, self.server.silences()) {
                AfterLoss::Next => left.into_iter().rev().for_each(|i| queue.push_front(i)),
                AfterLoss::Later => queue.extend(left),
                AfterLoss::Fails => {}
            }
        }
        Ok(())
    }

    /// Removes files from the server, over new connections where they are lost. Answers for each as a removal does.
    pub(super) fn remove_all(&mut self, paths: &[&str]) -> Vec<Result<Removal, RemoteError>> {
        let unsent = || Err(RemoteError::NotSent(Arc::new(ConnectionFault::Closed(String::new()))));
        let mut answers: Vec<_> = paths.iter().map(|_| unsent()).collect();
        // Without a connection what is left keeps its answer.
        let _ = self.keep_on(paths.len(), |this, batch| {
            let some: Vec<&str> = batch.iter().map(|&i| paths[i]).collect();
            let removed = this.server.current().map(|connection| connection.remove(&some));
            for (&i, answer) in batch.iter().zip(removed.unwrap_or_default()) {
                answers[i] = answer;
            }
            let is_lost = |answer: &Result<_, RemoteError>| {
                answer.as_ref().is_err_and(|error| error.connection_fault().is_some())
            };
            batch.iter().map(|&i| !is_lost(&answers[i])).collect()
        });
        answers
    }
}
