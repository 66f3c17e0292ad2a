//! `schedule`: the job that runs this program by itself, printed or installed.

use std::path::{Path, PathBuf};

use chrono::{NaiveTime, Timelike};
use serde::Serialize;

use super::context::load_as_root;
use crate::cli::{self, Every, Global, Scheduler};
use crate::config::{self, Config};
use crate::exit::{ExitCode, UserError};
use crate::messages::{
    config::{shown, shown_path},
    schedule as say, trust as say_trust,
};
use crate::output::{self, answer, one_line};
use crate::platform::{Account, Closed, Trust, Wrong};
use crate::report::paragraph;
use crate::report::text::line_width;

mod cron;
mod job_name;
mod program;
mod systemd;
mod windows;

/// When the job runs, in local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    /// Every so many minutes, counted from midnight.
    Every(u32),
    /// Once a day.
    At(NaiveTime),
}

/// What is to be run, when and by whom. Paths are absolute.
#[derive(Debug)]
struct Job<'a> {
    program: String,
    config_file: String,
    config: &'a Config,
    when: When,
    user: Option<String>,
    /// What the scheduler calls it.
    name: String,
}

/// A job that is set up on this machine.
#[derive(Debug, Serialize)]
struct Listed {
    scheduler: &'static str,
    name: String,
    /// The configuration that it runs; none where its command cannot be read.
    config: Option<String>,
    /// For a person.
    when: String,
    /// Whom it runs as; none for whoever asks, on Windows for SYSTEM.
    user: Option<String>,
}

#[derive(Serialize)]
struct Jobs {
    jobs: Vec<Listed>,
    exit_code: u8,
}

/// A file, or a part of one, that the scheduler reads.
#[derive(Debug, Serialize)]
struct Piece {
    /// Its path, or its name if it has none.
    path: String,
    content: String,
}

#[derive(Serialize)]
struct Answer {
    name: String,
    files: Vec<Piece>,
    installed: bool,
    removed: bool,
    /// What a person reads of what was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// What else a person is told.
    notes: Vec<String>,
    exit_code: u8,
}

/// `schedule list`: the jobs of this program on this machine, with their configurations.
///
/// # Errors
/// A scheduler that is here could not be asked.
fn list(options: &cli::Schedule, global: &Global) -> anyhow::Result<ExitCode> {
    let mut jobs = Vec::new();
    if cfg!(unix) {
        match cron::list(options.user.as_deref()) {
            Ok(listed) => jobs.extend(listed),
            // A machine with systemd alone has no cron.
            Err(_) if !program::is_installed("crontab") => {}
            Err(error) => return Err(error.into()),
        }
    }
    if cfg!(target_os = "linux") {
        jobs.extend(systemd::list()?);
    }
    if cfg!(windows) {
        jobs.extend(windows::list(&windows::schtasks())?);
    }
    let text = listed(&jobs);
    answer(global, &Jobs { jobs, exit_code: ExitCode::Ok.code() }, || text)?;
    Ok(ExitCode::Ok)
}

/// A job a line, with its configuration beneath.
fn listed(jobs: &[Listed]) -> String {
    if jobs.is_empty() {
        return say::no_jobs() + "\n";
    }
    let one = |job: &Listed| {
        let config = job.config.as_deref().map_or_else(say::job_config_unknown, shown);
        let said = format!("{} ({}): {}", job.name, job.scheduler, job.when);
        // The path stays whole, so that it can be copied.
        paragraph::fill(&said, "", "    ", line_width()) + &format!("  {config}\n")
    };
    jobs.iter().map(one).collect()
}

pub(super) fn schedule(options: &cli::Schedule, global: &Global) -> anyhow::Result<ExitCode> {
    if options.scheduler == Scheduler::List {
        return list(options, global);
    }
    let (config, owner) = load_as_root(global, options.user.as_deref())?;
    let job = Job::new(&config, options)?;
    let kind = options.scheduler;
    let mut notes = Vec::new();
    if !options.remove {
        // A job for another platform is printed here and judged there.
        let believed = if is_here(kind) { believed(&job, kind, owner.as_ref()) } else { Ok(()) };
        match believed {
            Err(refused) if options.install => return Err(refused.into()),
            Err(doubtful) => notes.push(say_trust::job_doubtful(&doubtful.message)),
            Ok(()) => {}
        }
        // A printed job may be for another machine, so this is no error.
        let stranger =
            job.user.as_ref().filter(|user| cfg!(unix) && is_here(kind) && Account::named(user).is_none());
        notes.extend(stranger.map(|user| say::user_not_here(&crate::messages::escape(user))));
        for note in &notes {
            output::warn(note);
        }
    }
    let files = match kind {
        Scheduler::Cron | Scheduler::List => {
            vec![Piece { path: "crontab".to_owned(), content: cron::block(&job) }]
        }
        Scheduler::Systemd => systemd::units(&job)?,
        Scheduler::Windows => {
            let content = windows::printed(&windows::task(&job)?);
            vec![Piece { path: format!("{}.xml", job.name), content }]
        }
    };
    if (options.install || options.remove) && !is_here(kind) {
        return Err(UserError::usage(say::not_here(kind.own_name())).into());
    }
    if options.install {
        config.check_folders()?;
    }
    let done = match (kind, options.install, options.remove) {
        (_, false, false) => printed(&files),
        (Scheduler::Cron, true, _) => cron::install(&job)?,
        (Scheduler::Cron | Scheduler::List, ..) => cron::remove(&job)?,
        (Scheduler::Systemd, true, _) => systemd::install(&job, &files)?,
        (Scheduler::Systemd, ..) => systemd::remove(&job)?,
        (Scheduler::Windows, true, _) => windows::install(&job, &windows::schtasks())?,
        (Scheduler::Windows, ..) => windows::remove(&job, &windows::schtasks())?,
    };
    let text = (options.install || options.remove).then(|| one_line(&done));
    let notes = notes.iter().map(|note| one_line(note)).collect();
    let json = Answer {
        name: job.name,
        files,
        installed: options.install,
        removed: options.remove,
        text,
        notes,
        exit_code: ExitCode::Ok.code(),
    };
    answer(global, &json, || done)?;
    Ok(ExitCode::Ok)
}

/// Whether the user whom the job runs as, and root, are all who could change the program and the configuration.
///
/// # Errors
/// Exit code 2, with the command that mends it.
fn believed(job: &Job, kind: Scheduler, owner: Option<&Account>) -> Result<(), UserError> {
    let account = match (&job.user, kind) {
        (Some(user), _) => Account::named(user),
        (None, Scheduler::Systemd) => Account::named(systemd::USER),
        (None, Scheduler::Cron | Scheduler::List) => Some(Account::own()),
        (None, Scheduler::Windows) => None,
    };
    // An account that is not there yet owns nothing; SYSTEM and root trust themselves alone.
    let name = account.as_ref().map_or_else(|| "SYSTEM".to_owned(), Account::name);
    let trust = account.map_or_else(Trust::root, Trust::of);
    let config = Path::new(&job.config_file);
    trust.check(config, Closed::ToWriters).map_err(|breach| match owner {
        Some(owner) if matches!(breach.wrong, Wrong::Owner(_)) => {
            UserError::usage(say_trust::job_as_another(&name, &owner.name(), kind.name()))
        }
        _ => config::refused(&say_trust::configuration(), config, &breach),
    })?;
    let program = Path::new(&job.program);
    trust
        .check(program, Closed::ToWriters)
        .map(drop)
        .map_err(|breach| config::refused(&say_trust::program(), program, &breach))
}

impl Job<'_> {
    fn new<'a>(config: &'a Config, options: &cli::Schedule) -> Result<Job<'a>, UserError> {
        let program =
            std::env::current_exe().map_err(|error| UserError::unexpected(say::no_own_path(&error)))?;
        let when = match (options.at, options.every) {
            (Some(at), _) => When::At(at),
            (None, every) => When::Every(every.map_or(60, |Every(minutes)| minutes)),
        };
        let user = options.user.clone();
        if let Some(user) = &user {
            // The name goes unescaped into units, XML and the arguments of crontab, so only plain characters are allowed.
            let sound = |c: char| c.is_alphanumeric() || "._-\\@$ ".contains(c);
            if user.is_empty() || user.trim() != user || user.starts_with('-') || !user.chars().all(sound) {
                return Err(UserError::usage(say::not_a_user(&crate::messages::escape(user))));
            }
        }
        let config_file = text(&config.file)?;
        let name = job_name::of(Path::new(&config_file));
        Ok(Job { program: text(&program)?, config_file, config, when, user, name })
    }

    /// What the job is for, for a person: the town, or the job's name where the configuration has none.
    fn town(&self) -> String {
        self.config.name.clone().unwrap_or_else(|| self.name.clone())
    }
}

/// The absolute path as text. Refused if it is not Unicode or has control characters: it goes into a line of its own.
fn text(path: &Path) -> Result<String, UserError> {
    let refused = || UserError::usage(say::path_not_plain(&shown_path(path)));
    let path: PathBuf = std::path::absolute(path).map_err(|_| refused())?;
    match path.to_str() {
        Some(text) if !text.contains(char::is_control) => Ok(text.to_owned()),
        _ => Err(refused()),
    }
}

/// Whether this scheduler exists on this machine.
fn is_here(scheduler: Scheduler) -> bool {
    match scheduler {
        Scheduler::List => true,
        Scheduler::Cron => cfg!(unix),
        Scheduler::Systemd => cfg!(target_os = "linux"),
        Scheduler::Windows => cfg!(windows),
    }
}

/// The files as text; if there are several, each under its name.
fn printed(files: &[Piece]) -> String {
    if let [only] = files {
        return only.content.clone();
    }
    let titled: Vec<String> = files.iter().map(|file| format!("# {}\n{}", file.path, file.content)).collect();
    titled.join("\n")
}

impl When {
    /// For a person.
    fn said(self) -> String {
        match self {
            When::At(at) => say::daily_at(&at.format("%H:%M")),
            When::Every(minutes) if minutes < 60 => say::every_minutes(minutes),
            When::Every(minutes) => say::every_hours(minutes / 60),
        }
    }

    /// The time of a crontab's line, as this program writes it; none where somebody changed it.
    fn of_cron(line: &str) -> Option<When> {
        let mut fields = line.split_whitespace();
        let (minute, hour) = (fields.next()?, fields.next()?);
        if fields.by_ref().take(3).collect::<Vec<_>>() != ["*"; 3] {
            return None;
        }
        let every = |text: &str| text.strip_prefix("*/")?.parse::<u32>().ok();
        match (minute, hour) {
            ("0", "*") => Some(When::Every(60)),
            ("0", hours) if hours.starts_with("*/") => Some(When::Every(every(hours)? * 60)),
            (minutes, "*") => every(minutes).map(When::Every),
            (minute, hour) => {
                NaiveTime::from_hms_opt(hour.parse().ok()?, minute.parse().ok()?, 0).map(When::At)
            }
        }
    }

    fn hour_and_minute(at: NaiveTime) -> (u32, u32) {
        (at.hour(), at.minute())
    }
}
