//! A service and its timer: systemd.service(5), systemd.timer(5), and systemd.exec(5) for what the service may do.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::exit::UserError;
use crate::messages::{config::shown_path, schedule as say};
use crate::platform::{self, Closed, Trust};

use super::program::{must, run, words};
use super::{Job, Piece, When, text};

/// The first line of every unit that this program makes; a unit without it is not touched.
const MARK: &str = "# traekfil schedule systemd";
const SERVICE: &str = "traekfil.service";
const TIMER: &str = "traekfil.timer";
pub(super) const USER: &str = "traekfil";

/// The folder for the administrator's units.
///
/// A program built with debug assertions, as tests are, takes the folder from `TRAEKFIL_SYSTEMD_DIR`.
fn folder() -> PathBuf {
    #[cfg(debug_assertions)]
    if let Some(folder) = std::env::var_os("TRAEKFIL_SYSTEMD_DIR") {
        return folder.into();
    }
    PathBuf::from("/etc/systemd/system")
}

pub(super) fn units(job: &Job) -> Result<Vec<Piece>, UserError> {
    let piece =
        |name: &str, content| Piece { path: folder().join(name).to_string_lossy().into_owned(), content };
    Ok(vec![piece(SERVICE, service(job)?), piece(TIMER, timer(job))])
}

fn user<'a>(job: &'a Job) -> &'a str {
    job.user.as_deref().unwrap_or(USER)
}

/// The folders that a run writes into.
fn writable(job: &Job) -> Result<Vec<String>, UserError> {
    let ledger = PathBuf::from(text(&job.config.ledger)?);
    let ledger_folder = ledger.parent().unwrap_or(&ledger);
    let mut folders = [&job.config.drop, &job.config.archive, ledger_folder]
        .map(|folder: &Path| Ok(there(Path::new(&text(folder)?)).to_string_lossy().into_owned()))
        .into_iter()
        .collect::<Result<Vec<String>, UserError>>()?;
    folders.sort_unstable();
    folders.dedup();
    Ok(folders)
}

/// `LoadCredential` lines: systemd reads the files with secrets as root and passes them to the service.
fn credentials(job: &Job) -> Result<String, UserError> {
    let sftp = &job.config.sftp;
    let mail = job.config.notify.mail.as_ref();
    let named = [
        ("TRAEKFIL_PASSWORD", sftp.password_file.as_ref()),
        ("TRAEKFIL_PASSPHRASE", sftp.passphrase_file.as_ref()),
        ("TRAEKFIL_SMTP_PASSWORD", mail.and_then(|mail| mail.password_file.as_ref())),
    ];
    let named = named.into_iter().filter_map(|(name, file)| Some((name, file?)));
    // Root reads these files for the job, so only root may say which: not whoever can change the configuration, the file, or a
    // link on the way to it. The job's own user reads the others itself.
    let root = Trust::root();
    let roots_own = root.check(Path::new(&job.config_file), Closed::ToWriters).is_ok();
    let handed = |file: &Path| match root.check(file, Closed::ToReaders) {
        Err(breach) if breach.is_missing() => root.existing_above(file).is_ok(),
        checked => checked.is_ok(),
    };
    named
        .filter(|(_, file)| roots_own && handed(file))
        .map(|(name, file)| Ok(format!("LoadCredential={name}:{}\n", specifiers(&text(file)?))))
        .collect()
}

/// The service unit. It is long because it is the unit's text: the settings are easier to check in one piece.
fn service(job: &Job) -> Result<String, UserError> {
    let writable = writable(job)?;
    let mut used: Vec<PathBuf> =
        writable.iter().chain([&job.program, &job.config_file]).map(PathBuf::from).collect();
    let mail = job.config.notify.mail.as_ref();
    let read = [
        job.config.sftp.identity.as_ref(),
        job.config.sftp.known_hosts.as_ref(),
        mail.and_then(|mail| mail.ca.as_ref()),
    ];
    for file in read.into_iter().flatten() {
        used.push(text(file)?.into());
    }
    let lies_in = |tops: &[&str]| used.iter().any(|path| tops.iter().any(|top| path.starts_with(top)));
    let paths = writable.iter().map(|path| quoted(path)).collect::<Vec<_>>().join(" ");
    // ProtectProc hides no more than the empty set of capabilities does: which files other users' programs have open can be
    // seen with CAP_SYS_PTRACE alone, and that would let a flaw here read their memory. `check` says what is seen.
    Ok(format!(
        "{MARK}: {made}
[Unit]
Description={description}
Wants=network-online.target
After=network-online.target
RequiresMountsFor={paths}

[Service]
Type=oneshot
User={user}
ExecStart={program} run --config {config}
{exit_codes}
TimeoutStartSec=4h
UMask=0077
{credentials}
{hardening}
ProtectSystem=strict
ReadWritePaths={paths}
ProtectHome={home}
PrivateTmp={tmp}
NoNewPrivileges=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
CapabilityBoundingSet=
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
",
        made = say::unit_made(),
        description = say::unit_description(),
        user = user(job),
        program = quoted(&job.program),
        config = quoted(&job.config_file).replace('$', "$$"),
        exit_codes = commented(&say::unit_exit_codes()),
        hardening = commented(&say::unit_hardening()),
        credentials = credentials(job)?,
        home = if lies_in(&["/home", "/root", "/run/user"]) { "read-only" } else { "yes" },
        tmp = if lies_in(&["/tmp", "/var/tmp"]) { "no" } else { "yes" },
    ))
}

fn timer(job: &Job) -> String {
    let at = match job.when {
        When::At(at) => {
            let (hour, minute) = When::hour_and_minute(at);
            format!("*-*-* {hour:02}:{minute:02}:00")
        }
        When::Every(60) => "*-*-* *:00:00".to_owned(),
        When::Every(minutes) if minutes < 60 => format!("*-*-* *:00/{minutes}:00"),
        When::Every(minutes) => format!("*-*-* 00/{}:00:00", minutes / 60),
    };
    format!(
        "{MARK}: {made}
[Unit]
Description={description}

[Timer]
OnCalendar={at}
{persistent}
Persistent=yes

[Install]
WantedBy=timers.target
",
        made = say::unit_made(),
        description = say::timer_description(&job.when.said()),
        persistent = commented(&say::unit_persistent()),
    )
}

fn commented(text: &str) -> String {
    textwrap::wrap(text, textwrap::Options::new(78))
        .iter()
        .map(|line| format!("# {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The folder, or its parent if it does not exist yet: the first run makes it, and needs write access to the parent.
fn there(folder: &Path) -> &Path {
    folder.ancestors().take(2).find(|folder| folder.is_dir()).unwrap_or(folder)
}

/// Escapes `%`, which begins a specifier in a unit.
fn specifiers(text: &str) -> String {
    text.replace('%', "%%")
}

/// A word, quoted for a unit.
fn quoted(word: &str) -> String {
    format!("\"{}\"", specifiers(word).replace('\\', r"\\").replace('"', "\\\""))
}

pub(super) fn install(job: &Job, units: &[Piece]) -> Result<String, UserError> {
    must("systemctl".as_ref(), &words(&["--version"]), None)?;
    if !run("id".as_ref(), &words(&["-u", user(job)]), None)?.status.success() {
        return Err(UserError::usage(say::no_such_user(user(job))));
    }
    let files: Vec<(&Path, &str)> =
        units.iter().map(|unit| (Path::new(&unit.path), unit.content.as_str())).collect();
    files.iter().try_for_each(|(file, _)| is_ours(file).map(drop))?;
    for (file, content) in files {
        write(file, content).map_err(|error| not_changed(file, &error))?;
    }
    // Restart, since a running timer keeps its old time otherwise.
    for call in [&["daemon-reload"][..], &["enable", TIMER], &["restart", TIMER]] {
        must("systemctl".as_ref(), &words(call), None)?;
    }
    Ok(say::systemd_installed(&job.when.said(), user(job), &job.program, &job.config_file))
}

pub(super) fn remove() -> Result<String, UserError> {
    let files = [TIMER, SERVICE].map(|name| folder().join(name));
    let mut ours = Vec::new();
    for file in &files {
        if is_ours(file)? {
            ours.push(file);
        }
    }
    if ours.is_empty() {
        return Ok(say::nothing_to_remove() + "\n");
    }
    if ours.contains(&&files[0]) {
        must("systemctl".as_ref(), &words(&["disable", "--now", TIMER]), None)?;
    }
    for file in ours {
        fs::remove_file(file).map_err(|error| not_changed(file, &error))?;
    }
    must("systemctl".as_ref(), &words(&["daemon-reload"]), None)?;
    Ok(say::systemd_removed() + "\n")
}

/// Whether the file exists and was made by this program.
///
/// # Errors
/// Somebody else made the unit, or it cannot be read.
fn is_ours(file: &Path) -> Result<bool, UserError> {
    match fs::read(file) {
        Ok(content) if content.starts_with(MARK.as_bytes()) => Ok(true),
        Ok(_) => Err(UserError::usage(say::unit_not_ours(&shown_path(file)))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(not_changed(file, &error)),
    }
}

/// Writes the file in one step, so that systemd never reads half a unit.
fn write(file: &Path, content: &str) -> io::Result<()> {
    platform::replace_shared(file, content.as_bytes())
}

fn not_changed(file: &Path, error: &io::Error) -> UserError {
    UserError::unexpected(match error.kind() {
        io::ErrorKind::PermissionDenied => say::needs_root(&shown_path(file)),
        _ => say::unit_not_changed(&shown_path(file), error),
    })
}
