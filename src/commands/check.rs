//! `check`: tries everything that a delivery needs, a line for each.

use std::fs;
use std::io;
use std::path::Path;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::cli::{self, Global};
use crate::config::{self, Config, Publish};
use crate::exit::{ExitCode, UserError};
use crate::failpoint::failpoint;
use crate::ledger::query::Filter;
use crate::messages::{check as say, escape};
use crate::notify;
use crate::platform::{self, Access, WriterSight};
use crate::remote::ssh::{self, SshConnector, Stage};
use crate::remote::trial::TrialNote;
use crate::remote::{Remote, RemoteStat, Source, Upload};
use crate::report::paragraph::{self, WIDTH};
use crate::secrets::Secrets;
use crate::template::Placeholder;
use crate::wording;

use super::context::{load, now, open_reader};
use crate::output::answer;

/// With less free space than this, in bytes, the check fails.
const LITTLE_SPACE: u64 = 100 << 20;
/// The content of the trial file on the server.
const TRIAL: &[u8] = b"traekfil check\n";

#[derive(Serialize)]
pub(super) struct Answer {
    pub(super) checks: Vec<Checked>,
    exit_code: u8,
}

#[derive(Serialize)]
pub(super) struct Checked {
    name: &'static str,
    ok: bool,
    detail: String,
    #[serde(skip)]
    title: String,
}

struct Checks {
    done: Vec<Checked>,
    exit: ExitCode,
}

impl Checks {
    fn note(
        &mut self,
        name: &'static str,
        title: String,
        result: Result<String, (ExitCode, String)>,
    ) -> bool {
        let ok = result.is_ok();
        let detail = match result {
            Ok(detail) => detail,
            Err((exit, detail)) => {
                self.exit = self.exit.or(exit);
                detail
            }
        };
        self.done.push(Checked { name, ok, detail, title });
        ok
    }
}

pub(super) fn check(options: &cli::Check, global: &Global) -> anyhow::Result<ExitCode> {
    let (json, exit) = tried(options, global);
    answer(global, &json, || text(&json.checks))?;
    Ok(exit)
}

/// Makes every check, and answers them with the exit code.
pub(super) fn tried(options: &cli::Check, global: &Global) -> (Answer, ExitCode) {
    let mut checks = Checks { done: Vec::new(), exit: ExitCode::Ok };
    let config = match load(global) {
        Ok(config) => {
            checks.note("config", say::config(), Ok(config.file.display().to_string()));
            Some(config)
        }
        Err(error) => {
            checks.note("config", say::config(), Err((error.exit, error.message)));
            None
        }
    };
    if let Some(config) = &config {
        here(config, &mut checks);
        there(config, &mut checks);
        ways_to_a_person(config, options.send_test_mail, &mut checks);
    }
    let exit = checks.exit;
    (Answer { checks: checks.done, exit_code: exit.code() }, exit)
}

/// Checks what lies on this machine.
fn here(config: &Config, checks: &mut Checks) {
    let folders = config.check_folders().map_err(plain);
    let sound = folders.is_ok();
    checks.note("folders", say::folders(), folders.map(|()| config.drop.display().to_string()));
    if sound {
        for (name, title, folder) in
            [("drop", say::drop(), &config.drop), ("archive", say::archive(), &config.archive)]
        {
            checks.note(name, title, writable(folder));
        }
        checks.note("space", say::space(), space(&config.archive));
        checks.note("open_files", say::open_files(), Ok(open_files(&config.drop)));
    }
    let ledger = open_reader(config, true).and_then(|ledger| {
        let last = ledger.verify_chain(1)?;
        let newest = ledger.history(&Filter { limit: Some(1), ..Filter::default() })?.pop();
        let newest = newest.and_then(|delivery| delivery.delivered_at);
        let newest = newest.as_deref().map_or_else(|| "–".to_owned(), wording::moment);
        Ok(say::ledger_sound(&config.ledger, last, &newest))
    });
    checks.note("ledger", say::ledger(), ledger.map_err(plain));
    access(config, checks);
}

/// A line for each file or folder that others may use: who may change the ledger, who may read the private key.
fn access(config: &Config, checks: &mut Checks) {
    let ledger = Some((&config.ledger, Access::Write));
    let key = config.sftp.identity.as_ref().map(|key| (key, Access::Read));
    for (file, may) in ledger.into_iter().chain(key).filter(|(file, _)| file.exists()) {
        // If the access cannot be read, the check that opens the file says why.
        let others = platform::others_who_may(may, file).unwrap_or_default();
        if !others.is_empty() {
            let close = escape(&platform::command_to_restrict(file));
            let advice = say::open_to_others(
                &escape(&file.display().to_string()),
                &escape(&others.join(", ")),
                &close,
            );
            checks.note("access", say::access(), Err((ExitCode::Attention, advice)));
        }
    }
}

/// Checks the connection to the server and the folders there, up to the first step that fails.
fn there(config: &Config, checks: &mut Checks) {
    if let Err(error) = config.check_sftp() {
        checks.note("identity", say::identity(), Err(plain(error)));
        return;
    }
    if config.check_host_key().is_err() {
        let seen = ssh::seen_host_key(&config.sftp);
        let reached =
            seen.as_ref().map(|_| address(config)).map_err(|error| (ExitCode::Incomplete, error.to_string()));
        checks.note("server", say::server(), reached);
        if let Ok(seen) = seen {
            let advice = say::pin_host_key(&seen.key_type, &seen.fingerprint);
            checks.note("host_key", say::host_key(), Err((ExitCode::Usage, advice)));
        }
        return;
    }
    let secrets = match Secrets::gather(&config.sftp) {
        Ok(secrets) => secrets,
        Err(error) => {
            checks.note("secrets", say::secrets(), Err(plain(error)));
            return;
        }
    };
    let mut passed = Vec::new();
    let connector = SshConnector::new(&config.sftp, secrets);
    let connected = connector.connect_reporting(|stage| passed.push(stage));
    let stages = [
        (Stage::Reached, "server", say::server(), address(config)),
        (Stage::HostKey, "host_key", say::host_key(), say::host_key_pinned()),
        (Stage::Login, "login", say::login(), escape(&config.sftp.user)),
        (Stage::Sftp, "sftp", say::sftp(), "SFTP 3".to_owned()),
    ];
    for (stage, name, title, detail) in stages {
        let result = match &connected {
            Err(error) if !passed.contains(&stage) => Err((ExitCode::Incomplete, error.to_string())),
            _ => Ok(detail),
        };
        if !checks.note(name, title, result) {
            return;
        }
    }
    if let Ok(mut connection) = connected {
        let note = TrialNote::beside(&config.ledger);
        // Of a check that was cut off; what fails here fails the trial too, or is tried again by the next run.
        let _ = note.clear(connection.as_mut());
        remote_folders(config, connection.as_mut(), &note, checks);
        if note.is_there()
            && let Ok(mut connection) = connector.connect_reporting(|_| ())
        {
            let _ = note.clear(connection.as_mut());
        }
    }
}

/// Mail and the program of `[notify]`, with a test message where that is asked for.
fn ways_to_a_person(config: &Config, send: bool, checks: &mut Checks) {
    let failed = |why: String| (ExitCode::Unexpected, why);
    let config::Notify { mail, command, event_log, .. } = &config.notify;
    if let Some(mail) = mail {
        let reached = checks.note("mail", say::mail(), notify::mail::check(mail).map_err(failed));
        if reached && send {
            let to: Vec<String> = mail.to.iter().map(|to| escape(to.email.as_ref())).collect();
            let tried = notify::try_mail(mail, now()).map(|()| say::test_mail_sent(&to.join(", ")));
            checks.note("test_mail", say::test_mail(), tried.map_err(failed));
        }
    }
    if let Some(command) = command {
        let found = notify::command::check(command).map_err(failed);
        if checks.note("command", say::command(), found) && send {
            let given = notify::try_command(command).map(|()| say::test_command_done());
            checks.note("test_command", say::test_command(), given.map_err(failed));
        }
    }
    if *event_log && send {
        let written = notify::try_event_log().map(|()| say::test_event_done());
        checks.note("test_event", say::test_event(), written.map_err(failed));
    }
    if send && mail.is_none() && command.is_none() && !event_log {
        checks.note("test_mail", say::test_mail(), Err((ExitCode::Usage, say::nobody_to_tell())));
    }
}

/// Checks each folder that files are delivered to: it exists, and a file can be made, renamed and removed in it.
fn remote_folders(config: &Config, connection: &mut dyn Remote, note: &TrialNote, checks: &mut Checks) {
    for folder in config.remote_folders() {
        let shown = if folder.is_empty() { "." } else { folder };
        let there = match connection.stat(&[shown]).pop() {
            Some(Ok(RemoteStat::Present { .. })) => Ok(escape(shown)),
            Some(Ok(RemoteStat::Absent)) | None => {
                Err((ExitCode::Incomplete, say::no_remote_folder(&escape(shown))))
            }
            Some(Err(error)) => {
                Err((ExitCode::Incomplete, say::remote_folder_refused(&escape(shown), &error)))
            }
        };
        if checks.note("remote_folder", say::remote_folder(), there) {
            checks.note("remote_write", say::remote_write(), trial(config, connection, note, folder));
        }
    }
}

/// Makes a small file under a temporary name, renames it to another temporary name, and removes it: KP leaves files with
/// such names alone.
fn trial(
    config: &Config,
    connection: &mut dyn Remote,
    note: &TrialNote,
    folder: &str,
) -> Result<String, (ExitCode, String)> {
    let path = |name: &str| {
        let name = config.sftp.temporary_name.render(|place| match place {
            Placeholder::Id => format!("check-{}-{name}", std::process::id()),
            Placeholder::Name | Placeholder::Stem => "traekfil".to_owned(),
            _ => String::new(),
        });
        if folder.is_empty() { name } else { format!("{folder}/{name}") }
    };
    let (made, renamed) = (path("a"), path("b"));
    let refused = |what: String| (ExitCode::Incomplete, what);
    // Who may not write there can still try the server; then only a check that is cut off leaves something.
    let _ = note.add(&[&made, &renamed]);
    let mut bytes = TRIAL;
    let mut source = Bytes(&mut bytes);
    let mut files = [Upload { path: &made, source: &mut source, size: TRIAL.len() as u64 }];
    match connection.store(&mut files, &|_| ()).pop() {
        Some(Ok(_)) => {}
        Some(Err(error)) => {
            let _ = note.clear(connection);
            connection.remove(&[&made]);
            return Err(refused(say::trial_not_stored(&error)));
        }
        None => return Err(refused(say::trial_not_stored(&""))),
    }
    let rename = config.sftp.publish == Publish::Rename;
    let moved = if rename { connection.publish(&[(&made, &renamed)]).pop() } else { None };
    failpoint("tried");
    let removed = connection.remove(&[&made, &renamed]);
    if removed.iter().all(Result::is_ok) {
        // Nothing is left there, so this takes nothing but the note away.
        let _ = note.clear(connection);
    }
    match (moved, removed.into_iter().find_map(Result::err)) {
        (Some(Err(error)), _) => Err(refused(say::trial_not_renamed(&error))),
        (_, Some(error)) => Err(refused(say::trial_not_removed(&error))),
        _ => Ok(say::trial_done()),
    }
}

struct Bytes<'a>(&'a mut &'static [u8]);

impl Source for Bytes<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        io::Read::read(self.0, buffer)
    }
}

/// Tries to make a file in a folder, or in its parent if the folder does not exist yet.
fn writable(folder: &Path) -> Result<String, (ExitCode, String)> {
    let there = existing(folder);
    let trial = there.join(format!(".traekfil-check-{}.tmp", std::process::id()));
    let tried = platform::create_private(&trial).and_then(|file| {
        drop(file);
        fs::remove_file(&trial)
    });
    match tried {
        Ok(()) => Ok(folder.display().to_string()),
        Err(error) => Err((ExitCode::Usage, say::not_writable(folder, &error))),
    }
}

fn space(folder: &Path) -> Result<String, (ExitCode, String)> {
    match fs4::available_space(existing(folder)) {
        Ok(free) if free >= LITTLE_SPACE => Ok(wording::size(free)),
        Ok(free) => Err((ExitCode::Unexpected, say::little_space(folder, &wording::size(free)))),
        Err(error) => Err((ExitCode::Unexpected, say::space_unknown(folder, &error))),
    }
}

/// What tells, of this machine and this folder, that a file is still being written.
fn open_files(drop: &Path) -> String {
    match platform::writer_sight(drop) {
        WriterSight::All if cfg!(windows) => say::open_files_refused(),
        WriterSight::All => say::open_files_all(),
        WriterSight::SameUser => say::open_files_same_user(),
        WriterSight::Share => say::open_files_share(),
        WriterSight::Nobody => say::open_files_nobody(),
    }
}

/// The folder, or its parent if the folder does not exist yet.
fn existing(folder: &Path) -> &Path {
    match folder.parent() {
        _ if folder.exists() => folder,
        None => folder,
        Some(_) => platform::parent_or_dot(folder),
    }
}

fn address(config: &Config) -> String {
    format!("{}:{}", escape(&config.sftp.host), config.sftp.port)
}

fn plain(error: UserError) -> (ExitCode, String) {
    (error.exit, error.message)
}

fn text(checks: &[Checked]) -> String {
    let good = Style::new().fg_color(Some(AnsiColor::Green.into()));
    let bad = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
    let line = |check: &Checked| {
        let (style, mark) = if check.ok { (good, '✓') } else { (bad, '✗') };
        let says = format!("{}: {}", check.title, check.detail);
        paragraph::fill(&says, &format!("{style}{mark}{style:#} "), "  ", WIDTH)
    };
    checks.iter().map(line).collect::<Vec<_>>().concat()
}
