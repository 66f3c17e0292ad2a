//! The questions, in their order, and the way back through them.
//!
//! The files: this one has the order, and the questions about the configuration itself; `typed` says what counts as a path
//! or a name; then a file for each group of questions.

use std::path::{Path, PathBuf};

use crate::cli::{self, Global};
use crate::commands::context::become_owner;
use crate::config::{self, Config, values};
use crate::exit::UserError;
use crate::messages::config::shown_path;
use crate::messages::{self, Language, init as say};
use crate::platform::Acting;

use super::answers::{Answers, Before, Key, RunDates};
use super::key;
use super::prompter::{Asked, Kind, Prompter, Question, Stop, paragraph};
use super::{cut_off, others, runs, summary, worker};

mod keys;
mod places;
mod series;
mod server;
mod typed;

/// What the questions need: the flags, who asks, and the answers so far.
pub(super) struct Interview<'a> {
    options: &'a cli::Init,
    global: &'a Global,
    prompter: &'a Prompter,
    answers: Answers,
    /// The host key that the server showed, if it was reached.
    seen: Option<crate::remote::ssh::SeenKey>,
    /// Behind root, the rights of the user that the program works as, from the question on that settles who that is.
    acting: Option<Acting>,
}

type Step = fn(&mut Interview) -> Asked<()>;

const STEPS: [Step; 18] = [
    language,
    welcome,
    config_place,
    name,
    places::drop_folder,
    places::archive,
    places::ledger,
    worker_found,
    server::server,
    user,
    keys::key,
    keys::passphrase_file,
    remote_folder,
    server::host_key,
    series::drafted,
    series::others,
    runs,
    summary_accepted,
];

/// Asks every question that no flag answers. `<` goes back to the question before.
///
/// # Errors
/// Exit code 2: a flag is wrong; it is missing and nobody is asked; the input ended; or the person said no at the end.
pub(super) fn gather(
    options: &cli::Init,
    global: &Global,
    prompter: &Prompter,
) -> Result<Answers, UserError> {
    let answers = Answers::unasked(messages::language());
    let mut interview = Interview { options, global, prompter, answers, seen: None, acting: None };
    // The steps that asked something, and so can be gone back to.
    let mut trail = Vec::new();
    let mut at = 0;
    while let Some(step) = STEPS.get(at) {
        let before = prompter.asked();
        match step(&mut interview) {
            Ok(()) => {
                if prompter.asked() > before {
                    trail.push(at);
                }
                at += 1;
            }
            Err(Stop::Failed(error)) => return Err(error),
            // From a step's second question, back is its first one.
            Err(Stop::Back) if prompter.asked() > before + 1 => {}
            Err(Stop::Back) => match trail.pop() {
                Some(earlier) => at = earlier,
                None => prompter.say(&paragraph("  ! ", &say::nothing_before()))?,
            },
        }
    }
    interview.work_as_before()?;
    Ok(interview.answers)
}

impl<'a> Interview<'a> {
    /// Whether somebody sits there to be asked.
    fn is_asking(&self) -> bool {
        !self.prompter.is_silent()
    }

    fn warn(&self, what: &str) -> Result<(), UserError> {
        self.prompter.say(&paragraph("  ! ", what))
    }

    fn work_as_before(&mut self) -> Result<(), UserError> {
        let ended = self.acting.take().map_or(Ok(()), Acting::end);
        ended.map_err(|error| UserError::unexpected(error.to_string()))
    }

    /// Asks for a text; `earlier` is the answer that stands already.
    fn text<T>(
        &self,
        (text, help): (String, String),
        (flag, given): (&'static str, Option<&'a str>),
        default: Option<String>,
        read: impl FnMut(&str) -> Result<T, String>,
    ) -> Asked<T> {
        self.prompter.ask(Question { text, help, flag, given, default, kind: Kind::Text }, read)
    }
}

fn language(interview: &mut Interview) -> Asked<()> {
    if let Some(language) = interview.global.language {
        interview.answers.language = language;
        return Ok(());
    }
    let default = Some(if messages::language() == Language::Da { "da" } else { "en" }.to_owned());
    let question = Question {
        text: say::ask_language(),
        help: say::language_wrong(),
        flag: "--language",
        given: None,
        default,
        kind: Kind::Choice,
    };
    interview.answers.language =
        interview.prompter.ask(question, |text| match text.to_lowercase().as_str() {
            "da" | "dansk" | "danish" => Ok(Language::Da),
            "en" | "engelsk" | "english" => Ok(Language::En),
            _ => Err(say::language_wrong()),
        })?;
    messages::speak(interview.answers.language);
    Ok(())
}

fn welcome(interview: &mut Interview) -> Asked<()> {
    Ok(interview.prompter.say(&paragraph("", &say::welcome()))?)
}

fn config_place(interview: &mut Interview) -> Asked<()> {
    let variable = std::env::var_os(config::VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from);
    let named = interview.global.config.clone().or(variable);
    let named = match named.as_ref().map(|path| path.to_str()) {
        Some(None) => {
            return Err(UserError::usage(say::flag_wrong("--config", &say::not_text())).into());
        }
        Some(Some(text)) => Some(text),
        None => None,
    };
    let earlier = &interview.answers.config;
    let default = if earlier.as_os_str().is_empty() { "config.toml".to_owned() } else { shown_path(earlier) };
    let question = Question {
        text: say::ask_config(),
        help: say::help_config(),
        flag: "--config",
        given: named,
        default: Some(default),
        kind: Kind::Text,
    };
    let (file, before) = interview.prompter.ask(question, |text| {
        let mut file = typed::path(text)?;
        if file.is_dir() {
            file.push("config.toml");
        }
        // Not `exists`: it is false for a dangling link.
        let there = file.symlink_metadata().is_ok();
        let before = if there { Some(read_before(&file)?) } else { None };
        Ok((file, before))
    })?;
    if file == interview.answers.config {
        return Ok(());
    }
    for other in others::unread(&file) {
        crate::output::warn(&say::other_unread(&shown_path(&other)));
    }
    interview.answers = Answers { config: file, ..Answers::unasked(interview.answers.language) };
    if let Some(before) = before {
        take_over(interview, before)?;
    }
    Ok(())
}

fn read_before(file: &Path) -> Result<Before, String> {
    become_owner(file).map_err(|error| error.message)?;
    let config = Config::load(file).map_err(|error| error.message)?;
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    Ok(Before { text, config })
}

/// Settles whom the program works as. A key, a passphrase and a server are looked at as the user who works with them.
fn worker_found(interview: &mut Interview) -> Asked<()> {
    interview.work_as_before()?;
    let Answers { config, ledger, .. } = &interview.answers;
    let found = worker::worker(interview.options, config, ledger)?;
    match &found {
        Some(worker) => interview.acting = Some(worker::acting(worker)?),
        // It starts a thread, and no user may change after that.
        None => cut_off::watch(),
    }
    interview.answers.worker = found;
    Ok(())
}

fn runs(interview: &mut Interview) -> Asked<()> {
    interview.answers.calendar = runs::runs(interview.options, interview.prompter, &interview.answers)?;
    Ok(())
}

/// Begins with the answers that the configuration gives already.
fn take_over(interview: &mut Interview, before: Before) -> Result<(), UserError> {
    interview.warn(&say::config_edited(&shown_path(&interview.answers.config)))?;
    let config = &before.config;
    let sftp = &config.sftp;
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let answers = &mut interview.answers;
    if interview.global.language.is_none() && interview.prompter.is_silent() {
        answers.language = config.language.unwrap_or(answers.language);
    }
    answers.name.clone_from(&config.name);
    answers.drop = absolute(&config.drop);
    answers.archive = absolute(&config.archive);
    answers.ledger = absolute(&config.ledger);
    answers.host.clone_from(&sftp.host);
    answers.port = sftp.port;
    answers.user.clone_from(&sftp.user);
    answers.key = match &sftp.identity {
        None => Key::None,
        Some(file) => match key::look_at(file) {
            Ok(known) => Key::Existing(absolute(file), known),
            Err(_) => Key::New(absolute(file)),
        },
    };
    answers.passphrase_file = sftp.passphrase_file.as_deref().map(absolute);
    answers.remote_folder.clone_from(&sftp.folder);
    answers.calendar =
        RunDates { runs: config.calendar.runs.clone(), warn_before: config.calendar.warn_before };
    answers.before = Some(before);
    Ok(())
}

fn name(interview: &mut Interview) -> Asked<()> {
    let given = interview.options.name.as_deref();
    let default = interview.answers.name.clone().unwrap_or_else(|| "-".to_owned());
    let asked = (say::ask_name(), say::help_name());
    interview.answers.name = interview.text(asked, ("--name", given), Some(default), |text| match text {
        "-" => Ok(None),
        text => typed::name(text).map(Some),
    })?;
    Ok(())
}

fn user(interview: &mut Interview) -> Asked<()> {
    let earlier = Some(interview.answers.user.clone()).filter(|user| !user.is_empty());
    // With --login, --user is the user of this machine that the program works as.
    let given = interview.options.login.as_deref().or(interview.options.user.as_deref());
    interview.answers.user =
        interview.text((say::ask_user(), say::help_user()), ("--user", given), earlier, |text| {
            typed::filled(text, values::user)
        })?;
    Ok(())
}

fn remote_folder(interview: &mut Interview) -> Asked<()> {
    let earlier = Some(interview.answers.remote_folder.clone()).filter(|folder| !folder.is_empty());
    let default = Some(earlier.unwrap_or_else(|| ".".to_owned()));
    let given = interview.options.remote_folder.as_deref();
    let asked = (say::ask_remote_folder(), say::help_remote_folder());
    interview.answers.remote_folder =
        interview.text(asked, ("--remote-folder", given), default, typed::remote_folder)?;
    Ok(())
}

/// Shows everything before anything is written.
fn summary_accepted(interview: &mut Interview) -> Asked<()> {
    if !interview.is_asking() {
        return Ok(());
    }
    let Some(text) = summary::text(&interview.answers)? else { return Ok(()) };
    interview.prompter.say(&text)?;
    if interview.prompter.ask_whether(say::ask_make(), say::help_make(), true)? {
        return Ok(());
    }
    Err(UserError::usage(say::nothing_made()).into())
}

/// What stands in the way of a folder or ledger: another configuration's.
fn free(interview: &Interview, path: &Path, what: others::What) -> Result<(), String> {
    match others::user_of(&interview.answers.config, path, what) {
        Some(used) => Err(used.message(path)),
        None => Ok(()),
    }
}
