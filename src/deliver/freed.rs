//! Freeing the keys of deliveries that a person says KP never got, and removing what had to be left on the server.

use super::settle::Recovery;
use super::{Executor, needs_server, temporary_path};
use crate::exit::UserError;
use crate::failpoint::failpoint;
use crate::ledger::event::Event;
use crate::messages::run as say;
use crate::model::delivery::State;
use crate::model::ledger::Delivery;
use crate::remote::{RemoteError, RemoteStat, Removal};

/// What came of freeing the key of a delivery that a person says KP never got.
enum Freed {
    /// It was not its turn before the connection was lost.
    Untried,
    /// The connection was lost over it.
    Lost(String),
    /// The server refused what was needed.
    Refused(String),
    /// Its temporary file was gone already.
    AskAgain,
    /// Its temporary file was removed, or has this other name now, and so nothing of it can still come.
    Gone { left_as: Option<String> },
}

impl Freed {
    /// That it failed, by what the error is.
    fn not(error: &RemoteError, why: String) -> Freed {
        if error.connection_fault().is_some() { Freed::Lost(why) } else { Freed::Refused(why) }
    }

    /// Whether another connection would change nothing about it.
    fn is_through(&self) -> bool {
        !matches!(self, Freed::Untried | Freed::Lost(_))
    }
}

impl Executor<'_> {
    /// Removes the temporary file of each delivery that a person says KP never got, so that no rename that was asked for
    /// can come late; over new connections where they are lost. Only a file that was there and was removed frees its key:
    /// where it is gone already, the rename may have come after her word.
    pub(super) fn free_not_delivered(
        &mut self,
        open: &[Delivery],
        recovery: &mut Recovery,
    ) -> Result<(), UserError> {
        let waiting =
            |d: &&Delivery| d.state == State::NotDelivered && needs_server(d) && d.temporary.is_some();
        let rows: Vec<&Delivery> = open.iter().filter(waiting).collect();
        let mut freed: Vec<Freed> = rows.iter().map(|_| Freed::Untried).collect();
        let mut failure = None;
        let connected = self.keep_on(rows.len(), |this, batch| {
            if failure.is_none() {
                failure = this.free_some(&rows, batch, &mut freed).err();
            }
            batch.iter().map(|&i| failure.is_some() || freed[i].is_through()).collect()
        });
        if let Some(error) = failure {
            return Err(error);
        }
        let why = connected.err().map_or_else(say::connection_was_lost, |error| error.to_string());
        let mut events = Vec::new();
        for (delivery, freed) in rows.into_iter().zip(freed) {
            let id = delivery.id;
            match freed {
                Freed::Gone { left_as } => {
                    events.push(Event::TemporaryGone { delivery: id });
                    events.extend(left_as.map(|path| Event::TemporaryLeft { delivery: id, path }));
                }
                Freed::AskAgain => recovery.asked_again.push(id),
                Freed::Refused(why) | Freed::Lost(why) => recovery.left.push((delivery.path.clone(), why)),
                Freed::Untried => recovery.left.push((delivery.path.clone(), why.clone())),
            }
        }
        self.write_down(events)
    }

    /// The same for the deliveries at these places, over the present connection.
    fn free_some(
        &mut self,
        rows: &[&Delivery],
        batch: &[usize],
        freed: &mut [Freed],
    ) -> Result<(), UserError> {
        let Some(connection) = self.server.current() else { return Ok(()) };
        let path = |i: usize| rows[i].temporary.as_deref().unwrap_or_default();
        let paths: Vec<&str> = batch.iter().map(|&i| path(i)).collect();
        let mut there = Vec::new();
        for (&i, look) in batch.iter().zip(connection.stat(&paths)) {
            match look {
                Ok(RemoteStat::Present { .. }) => there.push(i),
                Ok(RemoteStat::Absent) => freed[i] = Freed::AskAgain,
                Err(error) => freed[i] = Freed::not(&error, say::not_looked(&error)),
            }
        }
        let paths: Vec<&str> = there.iter().map(|&i| path(i)).collect();
        let removed = if paths.is_empty() { Vec::new() } else { connection.remove(&paths) };
        failpoint("late_rename_ruled_out");
        for (i, answer) in there.into_iter().zip(removed) {
            freed[i] = match answer {
                Ok(Removal::Removed) => Freed::Gone { left_as: None },
                Ok(Removal::NothingThere) => Freed::AskAgain,
                Err(error @ RemoteError::Refused { .. }) => self.move_aside(rows[i], &error)?,
                Err(error) => Freed::not(&error, say::temporary_not_removed(&error)),
            };
        }
        Ok(())
    }

    /// Gives a temporary file that the server refuses to remove another temporary name, so that a rename that was asked for
    /// finds nothing. `refused` is the refusal to remove it.
    fn move_aside(&mut self, delivery: &Delivery, refused: &RemoteError) -> Result<Freed, UserError> {
        let not_removed = Freed::Refused(say::temporary_not_removed(refused));
        let (Some(temporary), Some(remote_path)) = (&delivery.temporary, &delivery.remote_path) else {
            return Ok(not_removed);
        };
        let id = format!("{}-{}", delivery.id, self.journal.random_id()?);
        let aside = temporary_path(&self.settings.sftp, remote_path, &delivery.key, &id);
        let Some(connection) = self.server.current() else { return Ok(not_removed) };
        Ok(match connection.publish_and_look(&[(temporary.as_str(), aside.as_str())]).pop() {
            Some((Ok(()), false)) => {
                self.note_left(&aside, refused);
                Freed::Gone { left_as: Some(aside) }
            }
            Some((Err(error), _)) if error.connection_fault().is_some() => {
                Freed::Lost(say::temporary_not_removed(&error))
            }
            _ => not_removed,
        })
    }

    /// Removes what earlier runs had to leave on the server under temporary names, where it may be removed now. Nothing
    /// depends on it, so what fails is tried again by the next run that is connected.
    ///
    /// # Errors
    /// The ledger could not be read or written.
    pub fn remove_left(&mut self) -> Result<(), UserError> {
        let left = self.journal.temporary_left()?;
        let left: Vec<(i64, &str)> =
            left.iter().filter_map(|delivery| Some((delivery.id, delivery.left_on_server()?))).collect();
        let paths: Vec<&str> = left.iter().map(|(_, path)| *path).collect();
        let Some(connection) = self.server.current().filter(|line| !paths.is_empty() && !line.is_closed())
        else {
            return Ok(());
        };
        let removed = connection.remove(&paths);
        let gone = left.iter().zip(removed).filter(|(_, answer)| answer.is_ok());
        let gone: Vec<Event> =
            gone.map(|((delivery, _), _)| Event::TemporaryGone { delivery: *delivery }).collect();
        self.write_down(gone)
    }
}
