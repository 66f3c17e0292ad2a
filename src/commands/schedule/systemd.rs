//! A service and its timer: systemd.service(5), systemd.timer(5), and systemd.exec(5) for what the service may do.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::exit::UserError;
use crate::messages::{config::shown_path, schedule as say};
use crate::platform::{self, Closed, Trust};

use super::job_name::PROGRAM;
use super::program::{must, run, words};
use super::{Job, Listed, Piece, When, text};

/// The first line of every unit that this program makes; a unit without it is not touched.
const MARK: &str = "# traekfil schedule systemd";
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
    Ok(vec![piece(&service_of(&job.name), service(job)?), piece(&timer_of(&job.name), timer(job))])
}

fn service_of(name: &str) -> String {
    format!("{name}.service")
}

fn timer_of(name: &str) -> String {
    format!("{name}.timer")
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
ExecStart={program}{RUN}{config}
{exit_codes}
TimeoutStartSec=4h
{stop}
KillMode=mixed
TimeoutStopSec=5min
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
        description = specifiers(&say::unit_description(&job.town())),
        user = user(job),
        program = quoted(&job.program),
        config = config_word(&job.config_file),
        exit_codes = commented(&say::unit_exit_codes(&job.name)),
        stop = commented(&say::unit_stop()),
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
        description = specifiers(&say::timer_description(&job.town(), &job.when.said())),
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

/// What stands between program and configuration in a service's command.
const RUN: &str = " run --config ";

/// The configuration as a service's command names it.
fn config_word(file: &str) -> String {
    quoted(file).replace('$', "$$")
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
    if let Some(other) = config_of(&job.name)?.filter(|word| *word != config_word(&job.config_file)) {
        return Err(UserError::usage(say::job_of_another(&job.name, &other)));
    }
    for (file, content) in files {
        write(file, content).map_err(|error| not_changed(file, &error))?;
    }
    let timer = timer_of(&job.name);
    // Restart, since a running timer keeps its old time otherwise.
    for call in [&["daemon-reload"][..], &["enable", &timer], &["restart", &timer]] {
        must("systemctl".as_ref(), &words(call), None)?;
    }
    // An earlier version called every job by the program's name alone.
    if job.name != PROGRAM && belongs_to(PROGRAM, job)? {
        take_away(PROGRAM)?;
    }
    Ok(say::systemd_installed(&job.name, &job.when.said(), user(job), &job.program, &job.config_file))
}

pub(super) fn remove(job: &Job) -> Result<String, UserError> {
    let mut removed = false;
    for name in [job.name.as_str(), PROGRAM] {
        if belongs_to(name, job)? {
            take_away(name)?;
            removed = true;
        }
    }
    Ok(if removed { say::systemd_removed(&job.name) } else { say::nothing_to_remove() } + "\n")
}

/// Whether the units of this name are the job of this configuration. A timer whose service is gone counts by its name.
fn belongs_to(name: &str, job: &Job) -> Result<bool, UserError> {
    Ok(match config_of(name)? {
        Some(word) => word == config_word(&job.config_file),
        None => name == job.name && is_ours(&folder().join(timer_of(name)))?,
    })
}

/// The configuration that the service of this name runs, as its command has it; none if there is no such service.
///
/// # Errors
/// Somebody else made the unit, or it cannot be read.
fn config_of(name: &str) -> Result<Option<String>, UserError> {
    let file = folder().join(service_of(name));
    if !is_ours(&file)? {
        return Ok(None);
    }
    let unit = fs::read_to_string(&file).map_err(|error| not_changed(&file, &error))?;
    Ok(Some(config_in(&unit)))
}

/// What a service's command has after `--config`; empty where it has no such command.
fn config_in(unit: &str) -> String {
    let command = unit.lines().find_map(|line| line.strip_prefix("ExecStart="));
    command.and_then(|command| command.split_once(RUN)).map(|(_, word)| word.to_owned()).unwrap_or_default()
}

/// Stops a job and removes its units.
fn take_away(name: &str) -> Result<(), UserError> {
    let (timer, service) = (timer_of(name), service_of(name));
    let files = [&timer, &service].map(|unit| folder().join(unit));
    let mut ours = Vec::new();
    for file in &files {
        if is_ours(file)? {
            ours.push(file);
        }
    }
    if ours.contains(&&files[0]) {
        must("systemctl".as_ref(), &words(&["disable", "--now", &timer]), None)?;
    }
    for file in ours {
        fs::remove_file(file).map_err(|error| not_changed(file, &error))?;
    }
    must("systemctl".as_ref(), &words(&["daemon-reload"]), None).map(drop)
}

/// The jobs whose units this program made.
pub(super) fn list() -> Result<Vec<Listed>, UserError> {
    let folder = folder();
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(not_changed(&folder, &error)),
    };
    let mut jobs = Vec::new();
    for entry in entries {
        let file = entry.map_err(|error| not_changed(&folder, &error))?.path();
        let name = file.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if file.extension().is_none_or(|kind| kind != "service") || !name.starts_with(PROGRAM) {
            continue;
        }
        let unit = fs::read_to_string(&file).map_err(|error| not_changed(&file, &error))?;
        if unit.starts_with(MARK) {
            jobs.push(listed(name, &unit, &folder)?);
        }
    }
    jobs.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(jobs)
}

fn listed(name: String, unit: &str, folder: &Path) -> Result<Listed, UserError> {
    let value = |text: &str, key: &str| {
        text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('=')).map(str::to_owned)
    };
    let file = folder.join(timer_of(&name));
    let timer = match fs::read_to_string(&file) {
        Ok(timer) => value(&timer, "OnCalendar"),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(not_changed(&file, &error)),
    };
    let when = timer.map_or_else(say::no_timer, |at| of_calendar(&at).map_or(at, When::said));
    let config = Some(unquoted(&config_in(unit))).filter(|config| !config.is_empty());
    Ok(Listed { scheduler: "systemd", name, config, when, user: value(unit, "User") })
}

/// The time of a timer, as this program writes it; none where somebody changed it.
fn of_calendar(at: &str) -> Option<When> {
    let time = at.strip_prefix("*-*-* ")?;
    if time == "*:00:00" {
        return Some(When::Every(60));
    }
    if let Some(minutes) = time.strip_prefix("*:00/") {
        return Some(When::Every(minutes.strip_suffix(":00")?.parse().ok()?));
    }
    if let Some(hours) = time.strip_prefix("00/") {
        return Some(When::Every(hours.strip_suffix(":00:00")?.parse::<u32>().ok()? * 60));
    }
    chrono::NaiveTime::parse_from_str(time, "%H:%M:%S").ok().map(When::At)
}

/// The path that [`config_word`] made the word of.
fn unquoted(word: &str) -> String {
    let inner = word.strip_prefix('"').and_then(|word| word.strip_suffix('"')).unwrap_or(word);
    let mut path = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        // Each of these stands before the character that is meant; a `%` and a `$` before themselves.
        path.extend(if matches!(c, '\\' | '%' | '$') { chars.next() } else { Some(c) });
    }
    path
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_is_read_back_as_it_was() {
        for path in ["/etc/traekfil/config.toml", "/srv/æ ø'å 100% $HOME \"x\" \\y/c.toml"] {
            let unit = format!("[Service]\nExecStart=\"/usr/bin/traekfil\"{RUN}{}\n", config_word(path));
            assert_eq!(unquoted(&config_in(&unit)), path);
        }
    }

    #[test]
    fn the_time_is_read_back_as_it_was() {
        for (text, when) in [
            ("*-*-* 06:05:00", Some(When::At(chrono::NaiveTime::from_hms_opt(6, 5, 0).unwrap_or_default()))),
            ("*-*-* *:00:00", Some(When::Every(60))),
            ("*-*-* *:00/15:00", Some(When::Every(15))),
            ("*-*-* 00/4:00:00", Some(When::Every(240))),
            ("Mon 06:00", None),
        ] {
            assert_eq!(of_calendar(text), when, "{text}");
        }
    }
}
