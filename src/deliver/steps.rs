//! The steps of one batch, in the order of the protocol.

use super::original::Original;
use super::{End, Executor, InFlight, Watch, settle, stepped};
use crate::config::Verify;
use crate::digest::Digest;
use crate::exit::UserError;
use crate::failpoint::failpoint;
use crate::ledger::event::{Event, Started};
use crate::messages::{run as say, witness as say_witness};
use crate::model::decision::Reason;
use crate::model::delivery::Step;
use crate::remote::{Remote, RemoteError, RemoteStat, RemoteStats, Upload, UploadError, Uploaded};

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
            match answer {
                Ok(()) => {}
                // The request may still be executed; recovery removes the file in the next run.
                Err(NotStored { why, traces: Traces::Unknown }) => {
                    row.end = Some(End::Failed(say::not_delivered_now(&why)));
                }
                Err(NotStored { why, traces }) => {
                    row.end = Some(End::Failed(say::not_delivered_now(&why)));
                    let traces = traces == Traces::There;
                    refused.push((row.started.delivery, row.started.temporary.clone(), traces));
                }
            }
        }
        self.abandon(&refused, "upload_failed")?;
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
        let read_back = self.settings.sftp.verify == Verify::ReadBack;
        // Reading back takes long, so then ask about the final names afterwards: directly before the rename.
        let early = if read_back { &[][..] } else { finals };
        let (stored, mut stats) = connection.store_and_stat(&mut files, early, &|more| watch.bytes(more));
        drop(files);
        let mut verdicts: Vec<_> = rows
            .iter()
            .zip(originals)
            .zip(stored)
            .map(|((row, original), stored)| compare(&row.started, original.digest(), stored))
            .collect();
        if read_back {
            compare_what_is_there(connection, rows, path, &mut verdicts);
            stats = connection.stat(finals);
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
            .filter(
                |(row, stat)| matches!(stat, Ok(RemoteStat::Present { size }) if *size == Some(row.started.size)),
            )
            .map(|(row, _)| (row.planned.remote_path.as_str(), row.started.size))
            .collect();
        let mut digests =
            if suspects.is_empty() { Vec::new() } else { connection.digest(&suspects) }.into_iter();
        let mut left = Vec::new();
        for (row, stat) in &mut under_way {
            row.end = match stat {
                Ok(RemoteStat::Absent) => continue,
                Ok(RemoteStat::Present { size }) => {
                    let same = *size == Some(row.started.size)
                        && digests.next().is_some_and(|digest| digest == Ok(Some(row.started.digest)));
                    Some(End::Held(if same { Reason::AlreadyOnServer } else { Reason::RemoteNameTaken }))
                }
                Err(error) => Some(End::Failed(say::not_looked(error))),
            };
            let direct = row.started.temporary == row.started.remote_path;
            left.push((row.started.delivery, row.started.temporary.clone(), !direct));
        }
        self.abandon(&left, "not_published")
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
        let answers = if moves.is_empty() { Vec::new() } else { connection.publish(&moves) };
        failpoint("renamed");
        let mut confirmed = Vec::new();
        let mut unclear = Vec::new();
        for (row, answer) in under_way.iter_mut().zip(answers) {
            match answer {
                Ok(()) => {
                    row.end = Some(End::Delivered);
                    confirmed.push(stepped(row.started.delivery, Step::Confirm, None));
                }
                Err(_) => unclear.push(row),
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
            .map(|&i| InFlight { planned: rows[i].planned, started: rows[i].started.clone(), end: None })
            .collect();
        self.write_down(going.iter().map(|row| stepped(row.started.delivery, Step::Publish, None)))?;
        failpoint("publishing");
        let (stored, _) = self.store(&going, |started| &started.remote_path, &[], watch);
        failpoint("renamed");
        let mut steps = Vec::new();
        for (row, answer) in going.iter_mut().zip(stored) {
            let (step, end) = match answer {
                Ok(()) => (Step::Confirm, End::Delivered),
                Err(NotStored { why, traces: Traces::Nothing }) => {
                    (Step::NotOpened, End::Failed(say::not_delivered_now(&why)))
                }
                Err(NotStored { why, traces: Traces::There | Traces::Unknown }) => {
                    (Step::Doubt, End::InDoubt(say::direct_in_doubt(&why)))
                }
            };
            steps.push(stepped(row.started.delivery, step, None));
            row.end = Some(end);
        }
        self.write_down(steps)?;
        failpoint("delivered");
        for (i, row) in under_way.into_iter().zip(going) {
            rows[i].end = row.end;
        }
        Ok(())
    }

    /// Ends deliveries that were never renamed: `(delivery, temporary path, whether a temporary file may exist)`. A delivery
    /// whose temporary file cannot be removed now stays open for recovery.
    fn abandon(&mut self, left: &[(i64, String, bool)], why: &str) -> Result<(), UserError> {
        let traces: Vec<&str> =
            left.iter().filter(|(.., traces)| *traces).map(|(_, path, _)| path.as_str()).collect();
        let mut removed = match self.server.current() {
            Some(connection) if !traces.is_empty() => connection.remove(&traces).into_iter(),
            _ => Vec::new().into_iter(),
        };
        failpoint("removed");
        let gone: Vec<Event> = left
            .iter()
            .filter(|(.., traces)| !traces || removed.next().is_some_and(|answer| answer.is_ok()))
            .map(|(delivery, ..)| stepped(*delivery, Step::Abandon, Some(why)))
            .collect();
        self.write_down(gone)
    }
}

/// Why a file is not on the server as planned.
struct NotStored {
    why: String,
    traces: Traces,
}

/// Whether the upload left a file, or a part of one, on the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Traces {
    Nothing,
    There,
    /// A request was not answered: the file may exist, or the server may still create it.
    Unknown,
}

/// Compares an upload with the plan.
fn compare(planned: &Started, read: Digest, stored: Result<Uploaded, UploadError>) -> Result<(), NotStored> {
    let not = |why: String| Err(NotStored { why, traces: Traces::There });
    match stored {
        Ok(Uploaded { sent, size }) => {
            if sent != planned.size || read != planned.digest {
                not(say::changed_since_planned())
            } else if size != Some(planned.size) {
                not(say::wrong_size_on_server(planned.size, size))
            } else {
                Ok(())
            }
        }
        Err(UploadError::Source(error)) => not(say::original_not_read(&error)),
        Err(
            UploadError::Broken(error @ RemoteError::NoAnswer(_))
            | UploadError::NotOpened(error @ RemoteError::NoAnswer(_)),
        ) => Err(NotStored { why: say::transfer_broke_off(&error), traces: Traces::Unknown }),
        Err(UploadError::Broken(error @ RemoteError::Refused { .. })) => not(say::transfer_refused(&error)),
        Err(UploadError::Broken(error)) => not(say::transfer_broke_off(&error)),
        Err(UploadError::NotOpened(error)) => {
            Err(NotStored { why: say::not_opened(&error), traces: Traces::Nothing })
        }
    }
}

/// `sftp.verify = "read_back"`: reads each uploaded file back and compares its digest with the plan's.
fn compare_what_is_there(
    connection: &mut dyn Remote,
    rows: &[InFlight<'_>],
    path: fn(&Started) -> &str,
    verdicts: &mut [Result<(), NotStored>],
) {
    let (right, files): (Vec<usize>, Vec<(&str, u64)>) = rows
        .iter()
        .enumerate()
        .filter(|(i, _)| verdicts[*i].is_ok())
        .map(|(i, row)| (i, (path(&row.started), row.started.size)))
        .unzip();
    for (i, answer) in right.into_iter().zip(connection.digest(&files)) {
        let why = match answer {
            Ok(digest) if digest == Some(rows[i].started.digest) => continue,
            Ok(_) => say::other_content_on_server(),
            Err(error) => say::not_read_back(&error),
        };
        verdicts[i] = Err(NotStored { why, traces: Traces::There });
    }
}
