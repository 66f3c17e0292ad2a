//! The steps of one batch, in the order of the protocol.

use super::original::Original;
use super::{End, Executor, InFlight, Left, Watch, settle, stepped};
use crate::config::Verify;
use crate::digest::Digest;
use crate::exit::UserError;
use crate::failpoint::failpoint;
use crate::ledger::event::Started;
use crate::messages::{run as say, witness as say_witness};
use crate::model::decision::Reason;
use crate::model::delivery::Step;
use crate::model::ledger::Delivery;
use crate::model::run_report::Warning;
use crate::remote::{
    PIECES_FROM, Remote, RemoteError, RemoteStat, RemoteStats, Removal, Upload, UploadError, Uploaded,
};

impl Executor<'_> {
    /// Step 2: uploads each file under its temporary name and compares it with the plan.
    ///
    /// Returns what is at their final names, for step 3.
    pub(super) fn upload(
        &mut self,
        rows: &mut [InFlight<'_>],
        watch: &dyn Watch,
    ) -> Result<RemoteStats, UserError> {
        let finals: Vec<&str> = rows.iter().map(|row| row.planned.remote_path.as_str()).collect();
        let (stored, stats) = self.store(rows, |started| &started.temporary, &finals, watch);
        failpoint("stored");
        let mut refused = Vec::new();
        for (row, answer) in rows.iter_mut().zip(stored) {
            let Err(NotStored { why, traces, lost }) = answer else { continue };
            (row.end, row.lost) = (Some(End::Failed(say::not_delivered_now(&why))), lost);
            // Where that is unknown, the request may still be executed: the file is removed over another connection.
            if traces != Traces::Unknown {
                refused.push(Left::of(row, traces == Traces::There));
            }
        }
        let gone = self.abandon(&refused, "upload_failed")?;
        for row in rows.iter_mut() {
            row.abandoned = gone.contains(&row.started.delivery);
        }
        Ok(stats)
    }

    /// Uploads the files, verifies them as configured, and then asks what is at `finals`.
    fn store(
        &mut self,
        rows: &[InFlight<'_>],
        path: fn(&Started) -> &str,
        finals: &[&str],
        watch: &dyn Watch,
    ) -> (Vec<Result<(), NotStored>>, RemoteStats) {
        let Some(connection) = self.server.current() else { return (Vec::new(), Vec::new()) };
        let mut originals: Vec<Original> = rows
            .iter()
            .map(|row| {
                Original::new(
                    row.planned.file.place.clone(),
                    row.planned.reading.identity,
                    row.planned.reading.size,
                )
            })
            .collect();
        let mut files: Vec<Upload<'_>> = rows
            .iter()
            .zip(&mut originals)
            .map(|(row, original)| Upload {
                path: path(&row.started),
                source: original,
                size: row.started.size,
            })
            .collect();
        let sftp = &self.settings.sftp;
        let read_back = sftp.verify == Verify::ReadBack;
        // Reading back takes long, so then ask about the final names afterwards: directly before the rename.
        let early = if read_back { &[][..] } else { finals };
        let (stored, mut stats) = connection.store_and_stat(&mut files, early, &|more| watch.bytes(more));
        drop(files);
        let mut verdicts = Vec::new();
        let mut unsure = Vec::new();
        for (i, ((row, original), stored)) in rows.iter().zip(originals).zip(stored).enumerate() {
            let in_pieces = sftp.pieces && row.started.size >= PIECES_FROM;
            let without_size = matches!(&stored, Ok(Uploaded { size: None, .. }));
            if read_back || in_pieces || without_size && sftp.verify != Verify::None {
                let why = match (read_back, without_size) {
                    (true, _) => ReadBack::Always,
                    (false, true) => ReadBack::WithoutSize,
                    (false, false) => ReadBack::InPieces,
                };
                unsure.push((i, why));
            }
            verdicts.push(compare(&row.started, original.digest(), stored));
        }
        unsure.retain(|(i, _)| verdicts[*i].is_ok());
        if !unsure.is_empty() || read_back {
            let unreadable = compare_what_is_there(connection, rows, path, &unsure, &mut verdicts);
            stats = connection.stat(finals);
            if unreadable {
                self.server.is_unreadable();
            }
        }
        (verdicts, stats)
    }

    /// Step 3: ends every delivery whose final name is taken, since a file on the server is never overwritten.
    pub(super) fn hold_taken_names(
        &mut self,
        rows: &mut [InFlight<'_>],
        stats: RemoteStats,
    ) -> Result<(), UserError> {
        let Some(connection) = self.server.current() else { return Ok(()) };
        let mut under_way: Vec<(&mut InFlight<'_>, Result<RemoteStat, RemoteError>)> =
            rows.iter_mut().zip(stats).filter(|(row, _)| row.end.is_none()).collect();
        let suspects: Vec<(&str, u64)> = under_way
            .iter()
            .filter(|(row, stat)| may_be_ours(stat, row.started.size))
            .map(|(row, _)| (row.planned.remote_path.as_str(), row.started.size))
            .collect();
        let mut digests =
            if suspects.is_empty() { Vec::new() } else { connection.digest(&suspects) }.into_iter();
        let mut left = Vec::new();
        for (row, stat) in &mut under_way {
            row.end = match stat {
                Ok(RemoteStat::Absent) => continue,
                Ok(RemoteStat::Present { .. }) => {
                    let same = may_be_ours(stat, row.started.size)
                        && digests.next().is_some_and(|digest| digest == Ok(Some(row.started.digest)));
                    Some(End::Held(if same { Reason::AlreadyOnServer } else { Reason::RemoteNameTaken }))
                }
                Err(error) => {
                    row.lost = error.connection_fault().is_some();
                    Some(End::Failed(say::not_looked(error)))
                }
            };
            left.push(Left::of(row, true));
        }
        let gone = self.abandon(&left, "not_published")?;
        for row in rows.iter_mut().filter(|row| gone.contains(&row.started.delivery)) {
            row.abandoned = true;
        }
        Ok(())
    }

    /// Step 3b: writes a line to the witness for each file, so that a ledger which forgets this delivery is noticed.
    ///
    /// Where that fails, the line may stand there all the same, so nothing is touched: the temporary files and
    /// `uploading` stay, nothing more is sent by this run, and the next run goes by whether it finds the line.
    pub(super) fn announce(&mut self, rows: &mut [InFlight<'_>]) {
        let under_way: Vec<&mut InFlight<'_>> = rows.iter_mut().filter(|row| row.end.is_none()).collect();
        if under_way.is_empty() {
            return;
        }
        let started: Vec<&Started> = under_way.iter().map(|row| &row.started).collect();
        let announced = self.journal.announce((self.now)(), &started);
        failpoint("announced");
        let Err(error) = announced else { return };
        let why = say_witness::not_witnessed(self.archive.root(), &error);
        for row in under_way {
            row.end = Some(End::Failed(why.clone()));
        }
        self.unwitnessed = Some(why);
    }

    /// Steps 4 to 6: records the intent, renames, records the outcome. From here on a file is never uploaded again without a
    /// person's decision.
    pub(super) fn publish(&mut self, rows: &mut [InFlight<'_>]) -> Result<(), UserError> {
        let mut under_way: Vec<&mut InFlight<'_>> = rows.iter_mut().filter(|row| row.end.is_none()).collect();
        self.write_down(under_way.iter().map(|row| stepped(row.started.delivery, Step::Publish, None)))?;
        failpoint("publishing");
        let moves: Vec<(&str, &str)> = under_way
            .iter()
            .map(|row| (row.started.temporary.as_str(), row.started.remote_path.as_str()))
            .collect();
        let Some(connection) = self.server.current() else { return Ok(()) };
        let answers = if moves.is_empty() { Vec::new() } else { connection.publish_and_look(&moves) };
        failpoint("renamed");
        let mut confirmed = Vec::new();
        let mut unclear = Vec::new();
        for (row, answer) in under_way.iter_mut().zip(answers) {
            match answer {
                // Still there under its old name, it was not renamed, or by half, whatever the server answered.
                (Ok(()), false) => {
                    row.end = Some(End::Delivered);
                    confirmed.push(stepped(row.started.delivery, Step::Confirm, None));
                }
                (Ok(()), true) | (Err(_), _) => unclear.push(row),
            }
        }
        self.write_down(confirmed)?;
        failpoint("delivered");
        let asked: Vec<_> = unclear.iter().map(|row| settle::Published::of(&row.started)).collect();
        for (row, end) in unclear.into_iter().zip(self.settle(&asked)?) {
            row.end = Some(end);
        }
        Ok(())
    }

    /// `publish = "direct"`: uploads under the final name at once. A delivery that breaks after the file was created is in
    /// doubt, since KP may take even an incomplete file.
    pub(super) fn write_directly(
        &mut self,
        rows: &mut [InFlight<'_>],
        watch: &dyn Watch,
    ) -> Result<(), UserError> {
        let (under_way, _): (Vec<usize>, Vec<usize>) = (0..rows.len()).partition(|&i| rows[i].end.is_none());
        let mut going: Vec<InFlight<'_>> = under_way
            .iter()
            .map(|&i| InFlight {
                planned: rows[i].planned,
                started: rows[i].started.clone(),
                end: None,
                lost: false,
                abandoned: false,
            })
            .collect();
        self.write_down(going.iter().map(|row| stepped(row.started.delivery, Step::Publish, None)))?;
        failpoint("publishing");
        let (stored, _) = self.store(&going, |started| &started.remote_path, &[], watch);
        failpoint("renamed");
        let mut steps = Vec::new();
        for (row, answer) in going.iter_mut().zip(stored) {
            let (step, end) = match answer {
                Ok(()) => (Step::Confirm, End::Delivered),
                Err(NotStored { why, traces: Traces::Nothing, lost }) => {
                    (row.lost, row.abandoned) = (lost, true);
                    (Step::NotOpened, End::Failed(say::not_delivered_now(&why)))
                }
                Err(NotStored { why, traces: Traces::There | Traces::Unknown, .. }) => {
                    (Step::Doubt, End::InDoubt(say::direct_in_doubt(&why)))
                }
            };
            steps.push(stepped(row.started.delivery, step, None));
            row.end = Some(end);
        }
        self.write_down(steps)?;
        failpoint("delivered");
        for (i, row) in under_way.into_iter().zip(going) {
            (rows[i].end, rows[i].lost, rows[i].abandoned) = (row.end, row.lost, row.abandoned);
        }
        Ok(())
    }

    /// Ends deliveries that were never renamed, and answers which. One whose temporary file the server refuses to remove is
    /// ended as well, and the file is noted; where the connection is lost, the delivery stays open for recovery.
    pub(super) fn abandon(&mut self, left: &[Left], why: &str) -> Result<Vec<i64>, UserError> {
        let traces: Vec<&str> =
            left.iter().filter(|left| left.traces).map(|left| left.temporary.as_str()).collect();
        let removed = match self.server.current() {
            Some(connection) if !traces.is_empty() => connection.remove(&traces),
            _ => Vec::new(),
        };
        self.note_abandoned(left, removed, (why, why))
    }

    /// The same over new connections where they are lost. Requests of the lost one may still be executed, so a later run looks
    /// once more for a file that is not there yet.
    pub(super) fn abandon_over_connections(
        &mut self,
        left: &[Left],
        why: &str,
    ) -> Result<Vec<i64>, UserError> {
        let traces: Vec<&str> =
            left.iter().filter(|left| left.traces).map(|left| left.temporary.as_str()).collect();
        let removed = self.remove_all(&traces);
        self.note_abandoned(left, removed, (why, Delivery::TEMPORARY_LEFT))
    }

    /// Writes down what became of the deliveries, with an answer for the temporary file of each that may have one. `missing` is
    /// why one ends of which nothing was there to be removed.
    fn note_abandoned(
        &mut self,
        left: &[Left],
        removed: Vec<Result<Removal, RemoteError>>,
        (why, missing): (&str, &str),
    ) -> Result<Vec<i64>, UserError> {
        failpoint("removed");
        let mut removed = removed.into_iter();
        let mut gone = Vec::new();
        for left in left {
            let answer = if left.traces { removed.next() } else { Some(Ok(Removal::NothingThere)) };
            match answer {
                Some(Ok(Removal::NothingThere)) if left.traces => gone.push((left.delivery, missing)),
                Some(Ok(_)) => gone.push((left.delivery, why)),
                Some(Err(error @ RemoteError::Refused { .. })) => {
                    self.note_left(&left.temporary, &error);
                    gone.push((left.delivery, Delivery::TEMPORARY_LEFT));
                }
                Some(Err(_)) | None => {}
            }
        }
        self.write_down(gone.iter().map(|(delivery, why)| stepped(*delivery, Step::Abandon, Some(why))))?;
        Ok(gone.into_iter().map(|(delivery, _)| delivery).collect())
    }

    /// Tells, once, of a temporary file that the server refuses to remove.
    pub(super) fn note_left(&mut self, temporary: &str, error: &RemoteError) {
        let message = say::temporary_left(temporary, error);
        self.notes.push(Warning { path: temporary.to_owned(), message });
    }
}

/// Whether a file at the final name may be ours: it has the size, or the server does not tell it.
fn may_be_ours(stat: &Result<RemoteStat, RemoteError>, size: u64) -> bool {
    match stat {
        Ok(RemoteStat::Present { size: seen }) => seen.is_none_or(|seen| seen == size || seen == 0),
        _ => false,
    }
}

/// Why a file is not on the server as planned.
struct NotStored {
    why: String,
    traces: Traces,
    /// Whether the connection was lost, so that the file may be uploaded anew.
    lost: bool,
}

/// Whether the upload left a file, or a part of one, on the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Traces {
    Nothing,
    There,
    /// A request was not answered: the file may exist, or the server may still create it.
    Unknown,
}

/// Compares an upload with the plan. A size that the server does not tell is not held against it here.
fn compare(planned: &Started, read: Digest, stored: Result<Uploaded, UploadError>) -> Result<(), NotStored> {
    let error = match stored {
        Ok(Uploaded { sent, .. }) if sent != planned.size || read != planned.digest => {
            return Err(NotStored::there(say::changed_since_planned()));
        }
        Ok(Uploaded { size: Some(size), .. }) if size != planned.size => {
            return Err(NotStored::there(say::wrong_size_on_server(planned.size, size)));
        }
        Ok(_) => return Ok(()),
        Err(error) => error,
    };
    Err(match error {
        UploadError::Source(error) => NotStored::there(say::original_not_read(&error)),
        UploadError::NotSynced(error) => NotStored::there(say::not_synced(&error)),
        UploadError::Broken(error @ RemoteError::NoAnswer(_))
        | UploadError::NotOpened(error @ RemoteError::NoAnswer(_)) => {
            NotStored { why: say::transfer_broke_off(&error), traces: Traces::Unknown, lost: true }
        }
        UploadError::Broken(error) => {
            let lost = error.connection_fault().is_some();
            let why = match &error {
                RemoteError::Refused { .. } => say::transfer_refused(&error),
                _ => say::transfer_broke_off(&error),
            };
            NotStored { why, traces: Traces::There, lost }
        }
        UploadError::NotOpened(error) => {
            let direct = planned.temporary == planned.remote_path;
            let why = match &error {
                RemoteError::Refused { .. } if !direct => say::not_opened(&error, &planned.temporary),
                _ => say::not_opened_directly(&error),
            };
            NotStored { why, traces: Traces::Nothing, lost: error.connection_fault().is_some() }
        }
    })
}

impl NotStored {
    fn there(why: String) -> NotStored {
        NotStored { why, traces: Traces::There, lost: false }
    }
}

/// Why a file is read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ReadBack {
    /// The configuration says so of every file.
    Always,
    /// The server does not tell its size.
    WithoutSize,
    /// It was written in pieces.
    InPieces,
}

/// Reads these uploaded files back, each with why, and compares their digests with the plan's. Answers whether the server refused to let one be read.
fn compare_what_is_there(
    connection: &mut dyn Remote,
    rows: &[InFlight<'_>],
    path: fn(&Started) -> &str,
    unsure: &[(usize, ReadBack)],
    verdicts: &mut [Result<(), NotStored>],
) -> bool {
    let files: Vec<(&str, u64)> =
        unsure.iter().map(|(i, _)| (path(&rows[*i].started), rows[*i].started.size)).collect();
    let mut unreadable = false;
    for (&(i, reason), answer) in unsure.iter().zip(connection.digest(&files)) {
        let why = match &answer {
            Ok(digest) if *digest == Some(rows[i].started.digest) => continue,
            Ok(_) => say::other_content_on_server(),
            Err(error @ RemoteError::Refused { .. }) => match reason {
                ReadBack::Always => say::not_read_back(error),
                ReadBack::WithoutSize => say::size_unknown(error),
                ReadBack::InPieces => say::pieces_not_read_back(error),
            },
            Err(error) => say::not_read_back(error),
        };
        unreadable |= matches!(answer, Err(RemoteError::Refused { .. }));
        let lost = answer.is_err_and(|error| error.connection_fault().is_some());
        verdicts[i] = Err(NotStored { lost, ..NotStored::there(why) });
    }
    unreadable
}
