//! Recovery: finding out how far a delivery came, at the start of a run and directly after a rename without a clear answer.

use std::collections::BTreeMap;

use super::finish::Finished;
use super::{End, Executor, needs_server, stepped};
use crate::config::Verify;
use crate::delivery::{self, ContentCheck, Observed};
use crate::digest::Digest;
use crate::exit::UserError;
use crate::failpoint::failpoint;
use crate::ledger::WITNESSED;
use crate::ledger::event::{Event, Started};
use crate::messages::run as say;
use crate::model::delivery::{State, Step};
use crate::model::ledger::Delivery;
use crate::remote::{RemoteError, RemoteStat};

/// How often to look and rename again over one connection before leaving a delivery to the next run.
const ROUNDS: usize = 3;

/// A delivery whose rename was asked for, without a clear answer.
pub(super) struct Published {
    delivery: i64,
    digest: Digest,
    size: u64,
    temporary: String,
    remote_path: String,
    /// Its line was written and its commit was lost, so that the rename may never have been asked for.
    only_witnessed: bool,
}

impl Published {
    pub(super) fn of(started: &Started) -> Published {
        Published {
            delivery: started.delivery,
            digest: started.digest,
            size: started.size,
            temporary: started.temporary.clone(),
            remote_path: started.remote_path.clone(),
            only_witnessed: false,
        }
    }
}

/// What recovery did to one delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// The delivery's number.
    pub delivery: i64,
    /// The file's path in the drop folder.
    pub path: String,
    /// Its state before.
    pub from: State,
    /// Its state now.
    pub to: State,
}

/// What recovery did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovery {
    /// The deliveries whose state changed.
    pub done: Vec<Recovered>,
    /// The deliveries that could not be settled now, as the file's path and why; the next run tries again.
    pub left: Vec<(String, String)>,
    /// The deliveries that a person says KP never got, and whose temporary file was found to be gone only after that: its
    /// rename may have come meanwhile, so she is asked again.
    pub asked_again: Vec<i64>,
}

/// How far the settling of some deliveries has come, each in the order in which they were asked about.
struct Settling {
    ends: Vec<Option<End>>,
    /// Why one is not settled yet.
    why: Vec<String>,
    /// What stood at its temporary name at the last look.
    temporary: Vec<Option<Observed>>,
}

impl Settling {
    fn of(count: usize) -> Settling {
        Settling { ends: vec![None; count], why: vec![String::new(); count], temporary: vec![None; count] }
    }

    /// What is to be written down of one delivery.
    fn events(&self, i: usize, Published { delivery, temporary, .. }: &Published) -> Vec<Event> {
        let delivery = *delivery;
        match &self.ends[i] {
            Some(End::Delivered) => {
                let left = self.temporary[i] == Some(Observed::RightSize);
                let why = if left { Delivery::TEMPORARY_LEFT } else { "settled" };
                let path = temporary.to_owned();
                let noted = left.then_some(Event::TemporaryLeft { delivery, path });
                [stepped(delivery, Step::Confirm, Some(why))].into_iter().chain(noted).collect()
            }
            Some(End::InDoubt(_)) => {
                let absent = self.temporary[i] == Some(Observed::Nothing);
                let gone = absent.then_some(Event::TemporaryGone { delivery });
                [stepped(delivery, Step::Doubt, Some("settled"))].into_iter().chain(gone).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl Executor<'_> {
    /// Settles every delivery that an earlier run left open, or that a person says KP never got, as far as that is possible,
    /// before anything new is planned.
    ///
    /// # Errors
    /// The ledger could not be written.
    pub fn recover(&mut self, open: &[Delivery]) -> Result<Recovery, UserError> {
        let mut recovery = Recovery::default();
        if open.iter().any(|delivery| needs_server(delivery) && !delivery.is_direct())
            && let Err(error) = self.server.connection()
        {
            let waiting = open.iter().filter(|delivery| needs_server(delivery));
            recovery.left.extend(waiting.map(|delivery| (delivery.path.clone(), error.to_string())));
        } else {
            self.recover_uploading(open, &mut recovery)?;
            self.recover_publishing(open, &mut recovery)?;
            self.free_not_delivered(open, &mut recovery)?;
        }
        let confirmed = |delivery: &&Delivery| {
            delivery.state == State::Delivered
                || recovery
                    .done
                    .iter()
                    .any(|done| done.delivery == delivery.id && done.to == State::Delivered)
        };
        let delivered: Vec<Finished> = open.iter().filter(confirmed).map(Finished::from).collect();
        for id in self.finish(&delivered)? {
            let Some(delivery) = open.iter().find(|d| d.id == id && d.state == State::Delivered) else {
                continue;
            };
            recovery.done.push(changed(delivery, State::Archived));
        }
        Ok(recovery)
    }

    fn recover_uploading(&mut self, open: &[Delivery], recovery: &mut Recovery) -> Result<(), UserError> {
        let rows: Vec<&Delivery> =
            open.iter().filter(|delivery| delivery.state == State::Uploading).collect();
        // A direct delivery writes nothing before it is `publishing`, so a file at its name is another's: do not remove it.
        let (direct, renamed): (Vec<&Delivery>, Vec<&Delivery>) =
            rows.into_iter().partition(|d| d.is_direct());
        let paths: Vec<&str> = renamed.iter().filter_map(|d| d.temporary.as_deref()).collect();
        let removed = self.remove_all(&paths);
        failpoint("temporary_removed");
        let mut abandoned: Vec<(&Delivery, &str)> =
            direct.into_iter().map(|delivery| (delivery, "interrupted")).collect();
        for (delivery, answer) in renamed.into_iter().zip(removed) {
            match answer {
                Ok(_) => abandoned.push((delivery, "interrupted")),
                // Nothing of it was ever to be renamed, so it holds up nothing: it is noted, and told once.
                Err(error @ RemoteError::Refused { .. }) => {
                    self.note_left(delivery.temporary.as_deref().unwrap_or_default(), &error);
                    abandoned.push((delivery, Delivery::TEMPORARY_LEFT));
                }
                Err(error) => recovery.left.push((delivery.path.clone(), say::temporary_not_removed(&error))),
            }
        }
        self.write_down(abandoned.iter().map(|(d, why)| stepped(d.id, Step::Abandon, Some(why))))?;
        failpoint("recovered_uploading");
        recovery.done.extend(abandoned.into_iter().map(|(d, _)| changed(d, State::Abandoned)));
        Ok(())
    }

    fn recover_publishing(&mut self, open: &[Delivery], recovery: &mut Recovery) -> Result<(), UserError> {
        let rows: Vec<&Delivery> =
            open.iter().filter(|delivery| delivery.state == State::Publishing).collect();
        let (direct, renamed): (Vec<&Delivery>, Vec<&Delivery>) =
            rows.into_iter().partition(|d| d.is_direct());
        self.write_down(direct.iter().map(|d| stepped(d.id, Step::Doubt, Some("interrupted"))))?;
        recovery.done.extend(direct.into_iter().map(|d| changed(d, State::InDoubt)));
        let asked: Vec<Published> = renamed
            .iter()
            .map(|d| Published {
                delivery: d.id,
                digest: d.key.digest,
                size: d.size,
                temporary: d.temporary.clone().unwrap_or_default(),
                remote_path: d.remote_path.clone().unwrap_or_default(),
                only_witnessed: d.why.as_deref() == Some(WITNESSED),
            })
            .collect();
        let ends = self.settle(&asked)?;
        for (delivery, end) in renamed.into_iter().zip(ends) {
            match end {
                End::Delivered => recovery.done.push(changed(delivery, State::Delivered)),
                End::InDoubt(_) => recovery.done.push(changed(delivery, State::InDoubt)),
                End::Failed(why) => recovery.left.push((delivery.path.clone(), why)),
                End::Held(_) => {}
            }
        }
        Ok(())
    }

    /// Asks what is at both names of each delivery and does what the recovery table says. A delivery that cannot be settled
    /// stays `publishing` for the next run.
    pub(super) fn settle(&mut self, asked: &[Published]) -> Result<Vec<End>, UserError> {
        let mut settling = Settling::of(asked.len());
        let connected = self.keep_on(asked.len(), |this, batch| {
            for _ in 0..ROUNDS {
                let open: Vec<usize> =
                    batch.iter().copied().filter(|&i| settling.ends[i].is_none()).collect();
                if open.is_empty() || this.server.is_closed() {
                    break;
                }
                this.settle_round(asked, &open, &mut settling);
            }
            batch.iter().map(|&i| settling.ends[i].is_some()).collect()
        });
        let why = connected.err().map_or_else(say::connection_was_lost, |error| error.to_string());
        for (told, end) in settling.why.iter_mut().zip(&settling.ends) {
            if end.is_none() && told.is_empty() {
                told.clone_from(&why);
            }
        }
        let events: Vec<Event> =
            asked.iter().enumerate().flat_map(|(i, asked)| settling.events(i, asked)).collect();
        self.write_down(events)?;
        failpoint("settled");
        Ok(settling
            .ends
            .into_iter()
            .zip(settling.why)
            .map(|(end, why)| end.unwrap_or_else(|| End::Failed(say::not_settled(&why))))
            .collect())
    }

    /// Looks at the deliveries that are still open, and does what the recovery table says of each.
    fn settle_round(&mut self, asked: &[Published], open: &[usize], settling: &mut Settling) {
        use delivery::RecoveryAction::{Confirm, Doubt, Gone, RemoveTemporaryAndConfirm, RenameAgain};
        let mut again = Vec::new();
        for (&i, choice) in open.iter().zip(self.choose(asked, open, &mut settling.temporary)) {
            match choice {
                Err(error) => settling.why[i] = error,
                Ok(RenameAgain) => again.push(i),
                Ok(Confirm) => settling.ends[i] = Some(End::Delivered),
                Ok(RemoveTemporaryAndConfirm) => {
                    let temporary = asked[i].temporary.as_str();
                    let removed = self.server.current().and_then(|line| line.remove(&[temporary]).pop());
                    // Where that fails it is confirmed all the same: KP takes no file with a temporary name.
                    match removed {
                        Some(Ok(_)) => settling.temporary[i] = Some(Observed::Nothing),
                        Some(Err(error @ RemoteError::Refused { .. })) => self.note_left(temporary, &error),
                        _ => {}
                    }
                    settling.ends[i] = Some(End::Delivered);
                }
                Ok(Gone) if self.settings.gone_is_delivered && !asked[i].only_witnessed => {
                    settling.ends[i] = Some(End::Delivered);
                }
                Ok(Gone) => settling.ends[i] = Some(End::InDoubt(say::gone_from_server())),
                Ok(Doubt) => settling.ends[i] = Some(End::InDoubt(say::something_else_there())),
            }
        }
        for (i, error) in self.rename_again(asked, again) {
            match error {
                None => {
                    settling.temporary[i] = Some(Observed::Nothing);
                    settling.ends[i] = Some(End::Delivered);
                }
                Some(error) => settling.why[i] = error,
            }
        }
    }

    /// Chooses what to do with each delivery, by what is at its two names, and notes what stood at its temporary name. A
    /// file of the right size at the final name may still be another file, so its content is read before the delivery is
    /// confirmed.
    fn choose(
        &mut self,
        asked: &[Published],
        open: &[usize],
        temporaries: &mut [Option<Observed>],
    ) -> Vec<Result<delivery::RecoveryAction, String>> {
        let mut choices = Vec::new();
        for (&i, seen) in open.iter().zip(self.stat_both(asked, open)) {
            choices.push(seen.map(|(temporary, published)| {
                temporaries[i] = Some(temporary);
                delivery::recover_publishing(temporary, published)
            }));
        }
        let (there, files): (Vec<usize>, Vec<(&str, u64)>) = open
            .iter()
            .zip(&choices)
            .enumerate()
            .filter(|(_, (_, choice))| choice.as_ref().is_ok_and(|choice| choice.takes_final_for_ours()))
            .map(|(n, (&i, _))| (n, (asked[i].remote_path.as_str(), asked[i].size)))
            .unzip();
        let digests: Vec<Digest> = there.iter().map(|&n| asked[open[n]].digest).collect();
        for (n, content) in there.into_iter().zip(self.read(&files, &digests)) {
            choices[n] = match (&choices[n], content) {
                (Ok(choice), Ok(content)) => Ok(delivery::confirm_content(*choice, content)),
                (_, Err(error)) => Err(say::not_looked(&error)),
                (Err(error), _) => Err(error.clone()),
            };
        }
        choices
    }

    /// Reads the files at these final names and holds each against the digest that ours has. One that cannot be read is
    /// looked at once more: the receiver may have taken it meanwhile.
    fn read(&mut self, files: &[(&str, u64)], ours: &[Digest]) -> Vec<Result<ContentCheck, RemoteError>> {
        let Some(connection) = self.server.current().filter(|_| !files.is_empty()) else { return Vec::new() };
        let mut contents: Vec<_> = connection
            .digest(files)
            .into_iter()
            .zip(ours)
            .map(|(read, ours)| match read {
                Ok(digest) if digest == Some(*ours) => Ok(ContentCheck::Ours),
                Ok(_) => Ok(ContentCheck::Other),
                Err(RemoteError::Refused { .. }) => Ok(ContentCheck::Unreadable),
                Err(error) => Err(error),
            })
            .collect();
        let (unread, paths): (Vec<usize>, Vec<&str>) = (0..contents.len())
            .filter(|&n| contents[n] == Ok(ContentCheck::Unreadable))
            .map(|n| (n, files[n].0))
            .unzip();
        let looks = if paths.is_empty() { Vec::new() } else { connection.stat(&paths) };
        for (n, look) in unread.into_iter().zip(looks) {
            match look {
                Ok(RemoteStat::Absent) => contents[n] = Ok(ContentCheck::Absent),
                Ok(RemoteStat::Present { .. }) => {}
                Err(error) => contents[n] = Err(error),
            }
        }
        contents
    }

    fn stat_both(
        &mut self,
        asked: &[Published],
        open: &[usize],
    ) -> Vec<Result<(Observed, Observed), String>> {
        let Some(connection) = self.server.current() else { return Vec::new() };
        let paths: Vec<&str> =
            open.iter().flat_map(|&i| [asked[i].temporary.as_str(), asked[i].remote_path.as_str()]).collect();
        let stats = connection.stat(&paths);
        // A file whose size the server does not tell is known by its content.
        let sizeless: Vec<usize> =
            (0..stats.len()).filter(|&n| is_sizeless(&stats[n], asked[open[n / 2]].size)).collect();
        let unread: Vec<(&str, u64)> =
            sizeless.iter().map(|&n| (paths[n], asked[open[n / 2]].size)).collect();
        let read = if unread.is_empty() { Vec::new() } else { connection.digest(&unread) };
        let contents: BTreeMap<usize, Result<Option<Digest>, RemoteError>> =
            sizeless.into_iter().zip(read).collect();
        let blind = self.settings.sftp.verify == Verify::None;
        let seen = |n: usize| {
            let Published { digest, size, .. } = &asked[open[n / 2]];
            match (&stats[n], contents.get(&n)) {
                (Err(error), _) => Err(say::not_looked(error)),
                (Ok(_), Some(Ok(Some(read)))) if read == digest => Ok(Observed::RightSize),
                // The temporary name is ours alone, and nobody can look closer.
                (Ok(_), Some(Err(RemoteError::Refused { .. }))) if blind && n.is_multiple_of(2) => {
                    Ok(Observed::RightSize)
                }
                (Ok(_), Some(Err(error))) if error.connection_fault().is_some() => {
                    Err(say::not_looked(error))
                }
                (Ok(stat), _) => Ok(observed(*stat, *size)),
            }
        };
        (0..stats.len() / 2).map(|pair| Ok((seen(pair * 2)?, seen(pair * 2 + 1)?))).collect()
    }

    /// Repeats the renames. An error does not prove that one was not done, so the next round looks again.
    fn rename_again(&mut self, asked: &[Published], again: Vec<usize>) -> Vec<(usize, Option<String>)> {
        let Some(connection) = self.server.current() else { return Vec::new() };
        if again.is_empty() {
            return Vec::new();
        }
        let moves: Vec<(&str, &str)> =
            again.iter().map(|&i| (asked[i].temporary.as_str(), asked[i].remote_path.as_str())).collect();
        let answers = connection.publish_and_look(&moves);
        failpoint("renamed_again");
        let why = |answer| match answer {
            (Ok(()), false) => None,
            (Ok(()), true) => Some(say::rename_not_done()),
            (Err(error), _) => Some(say::not_renamed(&error)),
        };
        again.into_iter().zip(answers).map(|(i, answer)| (i, why(answer))).collect()
    }
}

/// Whether there is a file of which the server tells no size, or 0 where it should have one.
fn is_sizeless(stat: &Result<RemoteStat, RemoteError>, size: u64) -> bool {
    match stat {
        Ok(RemoteStat::Present { size: seen }) => seen.is_none_or(|seen| seen == 0 && size > 0),
        _ => false,
    }
}

/// What stands at a name, against the size in bytes that the file should have.
fn observed(found: RemoteStat, size: u64) -> Observed {
    match found {
        RemoteStat::Absent => Observed::Nothing,
        RemoteStat::Present { size: Some(seen) } if seen == size => Observed::RightSize,
        RemoteStat::Present { .. } => Observed::Other,
    }
}

fn changed(delivery: &Delivery, to: State) -> Recovered {
    Recovered { delivery: delivery.id, path: delivery.path.clone(), from: delivery.state, to }
}
