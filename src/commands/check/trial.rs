//! Does in a folder on the server what a run does there: stores two small files side by side, asks for their size, looks at
//! a name that is free, renames, looks again, and removes. So what this passes, a run can do; and what a server lacks is
//! told with the line for the configuration that makes up for it.
//!
//! KP may take whatever has a final name. So the files are never given one: a rename leads from one temporary name to
//! another.

use std::io;

use super::{Checks, Found};
use crate::config::{Config, Publish, SyncRule, Verify};
use crate::digest::Digest;
use crate::exit::ExitCode;
use crate::failpoint::failpoint;
use crate::messages::{check as say, escape};
use crate::remote::trial::TrialNote;
use crate::remote::{Remote, RemoteError, RemoteStat, Source, Terms, Upload, UploadError, Uploaded};
use crate::template::{Placeholder, Template};

/// The content of the trial files.
const TRIAL: &[u8] = b"traekfil check\n";
/// What to try where the server refuses the configured temporary name: names that no receiver takes either.
const OTHER_NAMES: [&str; 2] = ["{name}.{id}.part", "{name}.{id}.tmp"];

/// Tries a folder on the server, a line for each thing that a run does there.
pub(super) fn try_folder(
    config: &Config,
    folder: &str,
    connection: &mut dyn Remote,
    note: &TrialNote,
    checks: &mut Checks,
) {
    let shown = if folder.is_empty() { "." } else { folder };
    let looked = match connection.stat(&[shown]).pop() {
        Some(Ok(RemoteStat::Present { .. })) => Ok(escape(shown)),
        Some(Ok(RemoteStat::Absent)) | None => failed(say::no_remote_folder(&escape(shown))),
        Some(Err(error)) => failed(say::remote_folder_refused(&escape(shown), &error)),
    };
    if !checks.note("remote_folder", say::remote_folder(), looked) {
        return;
    }
    connection.go_by(&Terms::of(&config.sftp));
    let mut trial = Trial { config, folder, connection, note, checks, made: Vec::new() };
    trial.make_look_rename();
    trial.remove();
}

struct Trial<'a> {
    config: &'a Config,
    folder: &'a str,
    connection: &'a mut dyn Remote,
    note: &'a TrialNote,
    checks: &'a mut Checks,
    /// The paths that may stand on the server because of this.
    made: Vec<String>,
}

impl Trial<'_> {
    /// Does all but the removal, up to the first step behind which nothing can be tried.
    fn make_look_rename(&mut self) {
        let template = &self.config.sftp.temporary_name;
        let [first, second, renamed, free] = ["a", "b", "c", "d"].map(|mark| self.path(template, mark));
        // Noted before they are made: whoever comes after a check that was cut off removes them.
        self.about_to_make(&[&first, &second, &renamed]);
        let Some((first, stored)) = self.store_two(&first, &second) else { return };
        if self.connection.learned().sync_refused.is_some() && self.config.sftp.sync == SyncRule::BestEffort {
            self.checks.note("remote_sync", say::remote_sync(), Ok(say::sync_left_out()));
        }
        self.see_whole(&first, &stored);
        let looks = self.look_at_free(&free);
        if self.config.sftp.publish == Publish::Rename {
            self.rename(&first, &renamed, looks);
        }
    }

    /// A path of the trial, told from others by its mark.
    fn path(&self, template: &Template, mark: &str) -> String {
        let name = template.render(|place| match place {
            Placeholder::Id => format!("check-{}-{mark}", std::process::id()),
            Placeholder::Name | Placeholder::Stem => "traekfil".to_owned(),
            _ => String::new(),
        });
        if self.folder.is_empty() { name } else { format!("{}/{name}", self.folder) }
    }

    fn about_to_make(&mut self, paths: &[&str]) {
        // Who may not write the note can still try the server; then only a check that is cut off leaves something.
        let _ = self.note.add(paths);
        self.made.extend(paths.iter().map(|path| (*path).to_owned()));
    }

    /// Stores two files in one session, both of them open at once. Answers where the first is and what is known of it; none
    /// where it could not be stored.
    fn store_two(&mut self, first: &str, second: &str) -> Option<(String, Uploaded)> {
        let mut answers = store(self.connection, &[first, second]).into_iter();
        let (found, stored) = match (answers.next()?, answers.next()?) {
            (Ok(stored), Ok(_)) if self.connection.learned().open_at_once == Some(1) => {
                (Ok(say::one_at_a_time()), Some(stored))
            }
            (Ok(stored), Ok(_)) => (Ok(say::two_stored()), Some(stored)),
            (Ok(stored), Err(UploadError::NotOpened(RemoteError::Refused { .. }))) => {
                match store(self.connection, &[second]).pop()? {
                    Ok(_) => (Ok(say::one_at_a_time()), Some(stored)),
                    Err(error) => (failed(say::trial_not_stored(&error)), Some(stored)),
                }
            }
            (Err(UploadError::NotOpened(error @ RemoteError::Refused { .. })), _) => {
                self.find_a_name(&error);
                return None;
            }
            (Err(UploadError::NotSynced(error)), _) | (_, Err(UploadError::NotSynced(error))) => {
                return self.go_on_unsynced(&error, first, second);
            }
            (Err(error), _) | (_, Err(error)) => (failed(say::trial_not_stored(&error)), None),
        };
        self.checks.note("remote_write", say::remote_write(), found);
        stored.map(|stored| (first.to_owned(), stored))
    }

    /// Says that the server does not sync, and stores the files anew without that, so that the rest can be tried too.
    fn go_on_unsynced(
        &mut self,
        error: &RemoteError,
        first: &str,
        second: &str,
    ) -> Option<(String, Uploaded)> {
        let found = failed(say::sync_refused(error));
        self.checks.advise("remote_sync", say::remote_sync(), found, &["sync = \"best_effort\""]);
        self.connection.go_by(&Terms { sync: SyncRule::BestEffort, ..Terms::of(&self.config.sftp) });
        if self.connection.remove(&[first, second]).iter().all(Result::is_ok) {
            return self.store_two(first, second);
        }
        // Where they may not be removed, their names are taken, and another refusal would tell something wrong.
        let template = &self.config.sftp.temporary_name;
        let [first, second] = ["f", "g"].map(|mark| self.path(template, mark));
        self.about_to_make(&[&first, &second]);
        self.store_two(&first, &second)
    }

    /// Finds out whether the server refuses only the temporary name, by names of other forms. Nothing more is tried then:
    /// a run would fail here.
    fn find_a_name(&mut self, error: &RemoteError) {
        for other in OTHER_NAMES {
            let Ok(template) = Template::parse(other) else { continue };
            if template == self.config.sftp.temporary_name {
                continue;
            }
            let path = self.path(&template, "e");
            self.about_to_make(&[&path]);
            if let Some(Ok(_)) = store(self.connection, &[&path]).pop() {
                let line = format!("temporary_name = \"{other}\"");
                let found = failed(say::temporary_name_refused(error));
                self.checks.advise("remote_write", say::remote_write(), found, &[&line]);
                return;
            }
        }
        let found = failed(say::trial_not_stored(error));
        self.checks.note("remote_write", say::remote_write(), found);
    }

    /// Asks whether the file is whole, in the way that the configuration names.
    fn see_whole(&mut self, path: &str, stored: &Uploaded) {
        let verify = self.config.sftp.verify;
        let sized = stored.size == Some(TRIAL.len() as u64);
        if verify == Verify::Size && sized {
            self.checks.note("remote_size", say::remote_size(), Ok(say::size_told(TRIAL.len())));
        } else if let Some(seen) = stored.size.filter(|_| !sized) {
            // A run never delivers against a size that is told, so no line makes up for this.
            self.checks.note(
                "remote_size",
                say::remote_size(),
                failed(say::other_size_told(TRIAL.len(), seen)),
            );
        } else if verify == Verify::Size {
            match self.read(path) {
                Ok(digest) if digest == Some(ours()) => {
                    self.checks.note("remote_size", say::remote_size(), Ok(say::known_by_reading()));
                }
                _ => {
                    let found = failed(say::no_size_told());
                    self.checks.advise("remote_size", say::remote_size(), found, &["verify = \"none\""]);
                }
            }
        } else if verify == Verify::ReadBack {
            let (found, line) = match self.read(path) {
                Ok(digest) if digest == Some(ours()) => (Ok(say::content_is_ours()), None),
                Ok(_) => (failed(say::content_differs()), None),
                Err(error) if sized => (failed(say::trial_not_read(&error)), Some("verify = \"size\"")),
                Err(error) => (failed(say::trial_not_read(&error)), Some("verify = \"none\"")),
            };
            self.checks.advise("remote_read", say::remote_read(), found, line.as_slice());
        }
    }

    /// The digest of what the server has there; none where that is longer than what was stored.
    fn read(&mut self, path: &str) -> Result<Option<Digest>, String> {
        match self.connection.digest(&[(path, TRIAL.len() as u64)]).pop() {
            Some(read) => read.map_err(|error| error.to_string()),
            None => Err(String::new()),
        }
    }

    /// Looks at a name that nothing has, as a run does before it renames. Answers whether the server tells.
    fn look_at_free(&mut self, free: &str) -> bool {
        let found = match self.connection.stat(&[free]).pop() {
            Some(Ok(RemoteStat::Absent)) => Ok(say::free_name_seen()),
            Some(Ok(RemoteStat::Present { .. })) | None => failed(say::free_name_taken(&escape(free))),
            Some(Err(error)) => failed(say::free_name_refused(&error)),
        };
        self.checks.note("remote_look", say::remote_look(), found)
    }

    /// Renames, and looks at the new name and, where the server tells of free ones, at the old.
    fn rename(&mut self, from: &str, to: &str, looks: bool) {
        if let Some(Err(error)) = self.connection.publish(&[(from, to)]).pop() {
            let refused = matches!(error, RemoteError::Refused { .. });
            let line = refused.then_some("publish = \"direct\"");
            let found = failed(say::trial_not_renamed(&error));
            self.checks.advise("remote_rename", say::remote_rename(), found, line.as_slice());
            return;
        }
        let mut seen = self.connection.stat(&[to, from]).into_iter();
        let found = match (seen.next(), seen.next()) {
            (Some(Ok(RemoteStat::Present { .. })), Some(Ok(RemoteStat::Absent))) => Ok(say::trial_done()),
            (Some(Ok(RemoteStat::Present { .. })), _) if !looks => Ok(say::trial_done()),
            (Some(Err(error)), _) | (_, Some(Err(error))) => failed(say::not_looked_after_rename(&error)),
            _ => failed(say::rename_not_seen()),
        };
        self.checks.note("remote_rename", say::remote_rename(), found);
    }

    /// Removes what was made. Where the connection is lost, another one removes what is noted.
    fn remove(self) {
        failpoint("tried");
        if self.connection.is_closed() {
            return;
        }
        let paths: Vec<&str> = self.made.iter().map(String::as_str).collect();
        let removed = self.connection.remove(&paths);
        let found = match removed.into_iter().find_map(Result::err) {
            None => {
                // Nothing is left there, so this takes nothing but the note away.
                let _ = self.note.clear(self.connection);
                Ok(say::trial_done())
            }
            Some(error @ RemoteError::Refused { .. }) => {
                Err((ExitCode::Attention, say::trial_not_removed(&error)))
            }
            Some(error) => failed(say::trial_not_removed(&error)),
        };
        self.checks.note("remote_remove", say::remote_remove(), found);
    }
}

fn ours() -> Digest {
    Digest::of(TRIAL)
}

/// A check that asks for another try later, or for the operator.
fn failed(what: String) -> Found {
    Err((ExitCode::Incomplete, what))
}

/// Stores a trial file at each path.
fn store(connection: &mut dyn Remote, paths: &[&str]) -> Vec<Result<Uploaded, UploadError>> {
    let mut sources: Vec<Bytes> = paths.iter().map(|_| Bytes(TRIAL)).collect();
    let mut files: Vec<Upload<'_>> = paths
        .iter()
        .zip(&mut sources)
        .map(|(path, source)| Upload { path, source, size: TRIAL.len() as u64 })
        .collect();
    connection.store(&mut files, &|_| ())
}

struct Bytes(&'static [u8]);

impl Source for Bytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        io::Read::read(&mut self.0, buffer)
    }
}
