//! `init`: asks what a delivery needs, and makes config, folders, key and ledger of the answers; or edits a configuration that
//! is there.
//!
//! Nothing is made before the last answer, and the config last of all, so that there is a whole one or none.
//!
//! The files, in reading order: `prompter` asks one question; `questions` has all of them, and the way back; `worker` settles
//! whom the program works as behind root, `runs` reads the dates of KP's runs; `others` knows what other configurations use,
//! `lying` what lies in the drop folder; `summary` shows the answers before anything is
//! written; `config_template` is a new configuration, `edit` a changed one; `make` and `key` make the rest; `cut_off` answers
//! Ctrl-C.

use serde::Serialize;

use crate::cli::{self, Global};
use crate::config::Config;
use crate::exit::{ExitCode, UserError};
use crate::messages::{self, config::shown_path, init as say};
use crate::platform::Account;

use self::answers::{Answers, Key};
use self::make::Created;
pub(super) use self::prompter::Prompter;
use self::prompter::paragraph;
use super::{check, run};
use crate::output::{self, answer, answer_or_failure, print_text};

mod answers;
mod config_template;
mod cut_off;
mod edit;
mod key;
mod lying;
mod make;
mod others;
mod prompter;
mod questions;
mod runs;
mod summary;
mod worker;

#[derive(Serialize)]
struct Answer {
    config: String,
    outcome: What,
    /// The keys that were changed, each with its new value.
    changes: Vec<String>,
    identity: Option<String>,
    public_key: Option<String>,
    host_key: Option<String>,
    checks: Vec<check::Checked>,
    exit_code: u8,
}

/// What became of the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum What {
    Made,
    Changed,
    Unchanged,
}

/// `init`. Ends with the exit code of `check`; if that fails, for instance because the server does not know the key yet, what
/// was made is kept. Where a configuration with the same answers is there, nothing is done, and the code is 0.
pub(super) fn init(options: &cli::Init, global: &Global) -> anyhow::Result<ExitCode> {
    if global.json && !options.yes {
        return Err(UserError::usage(say::json_asks_nothing()).into());
    }
    // Root may yet become another user, and what watches is a thread: there it begins once that is settled.
    if !Account::own().is_root() {
        cut_off::watch();
    }
    let prompter = Prompter::new(options.yes);
    let answers = questions::gather(options, global, &prompter)?;
    let (what, changes, made) = match &answers.before {
        None => (What::Made, Vec::new(), make::make(&answers)?),
        Some(before) => {
            let edited = edit::edited(&answers, before)?;
            if edited.changes.is_empty() {
                return unchanged(&answers, global);
            }
            let made = make::change(&answers, before, &edited.text)?;
            (What::Changed, edited.changes, made)
        }
    };
    let global = &Global { config: Some(answers.config.clone()), ..global.clone() };
    if global.json {
        let (check, exit) = check::tried(&cli::Check::default(), global);
        let json = Answer {
            changes,
            public_key: made.public,
            checks: check.checks,
            ..Answer::of(&answers, what, exit)
        };
        answer_or_failure(global, &json, check.failure.as_ref(), String::new)?;
        return Ok(exit);
    }
    let done = if what == What::Made { what_was_made(&answers, &made) } else { what_was_changed(&changes) };
    tell(format!("\n{done}\n"))?;
    tell(format!("{}\n", say::now_checked()))?;
    let exit = check::check(&cli::Check::default(), global)?;
    tell(format!("\n{}\n", say::now_previewed()))?;
    // If the preview fails, what was made is kept all the same.
    if let Err(error) = run::preview(&expecting_nothing(&made.config), &cli::Run::default(), global) {
        output::warn(&format!("{error:#}"));
    }
    if let Some(passed) = lying::due_already(&answers.series) {
        tell(format!("\n{}\n", paragraph("  ! ", &passed)))?;
    }
    tell(format!("\n{}", next_steps(&answers, &made, exit)))?;
    Ok(exit)
}

/// Prints text. A reader that has gone is no reason to stop: the work is done.
fn tell(text: String) -> anyhow::Result<()> {
    output::unless_closed(print_text(text))
}

/// The configuration as the first preview takes it: a month whose due day has passed is not overdue before anybody could say
/// what KP has.
fn expecting_nothing(config: &Config) -> Config {
    let mut config = config.clone();
    for series in &mut config.series {
        (series.due_day, series.due_before_run) = (None, false);
    }
    config
}

fn unchanged(answers: &Answers, global: &Global) -> anyhow::Result<ExitCode> {
    let json = Answer::of(answers, What::Unchanged, ExitCode::Ok);
    answer(global, &json, || format!("{}\n", say::unchanged(&shown_path(&answers.config))))?;
    Ok(ExitCode::Ok)
}

impl Answer {
    fn of(answers: &Answers, outcome: What, exit: ExitCode) -> Answer {
        let before = answers.before.as_ref().and_then(|before| before.config.sftp.host_key.first());
        Answer {
            config: answers.config.display().to_string(),
            outcome,
            changes: Vec::new(),
            identity: answers.key.path().map(|path| path.display().to_string()),
            public_key: match &answers.key {
                Key::Existing(_, known) => known.public.clone(),
                Key::Unasked | Key::None | Key::New(_) => None,
            },
            host_key: answers.host_key.as_ref().or(before).cloned(),
            checks: Vec::new(),
            exit_code: exit.code(),
        }
    }
}

fn what_was_changed(changes: &[String]) -> String {
    let lines = changes.iter().map(|change| format!("  {change}\n"));
    format!("{}\n{}", say::changed(), lines.collect::<String>())
}

fn what_was_made(answers: &Answers, made: &Created) -> String {
    let mut lines = vec![say::made()];
    for (what, path) in [
        (say::made_config(), &answers.config),
        (say::made_drop(), &answers.drop),
        (say::made_archive(), &answers.archive),
        (say::made_ledger(), &answers.ledger),
    ] {
        lines.push(format!("  {what}: {}", shown_path(path)));
    }
    if let Key::New(path) = &answers.key {
        lines.push(format!("  {}: {}", say::made_key(), shown_path(path)));
    }
    if made.config.check_host_key().is_err() {
        lines.push(paragraph("  ! ", &say::not_pinned(&command("check", &made.config))));
    }
    lines.join("\n") + "\n"
}

/// The steps that are left for a person.
fn next_steps(answers: &Answers, made: &Created, exit: ExitCode) -> String {
    let call = |command_: &str| command(command_, &made.config);
    let mut steps = Vec::new();
    if let Some(public) = &made.public {
        // An unbroken line, so that it can be copied.
        steps.push((say::next_send_key(), vec![public.clone()]));
    } else if answers.key == Key::None {
        steps.push((say::next_no_key(), Vec::new()));
    }
    if exit != ExitCode::Ok {
        steps.push((say::next_check(), vec![call("check")]));
    }
    steps.push((say::next_adopt(), vec![call(&say::adopt_command())]));
    steps.push((say::next_run(), vec![call("run --dry-run"), call("run")]));
    let scheduler = if cfg!(windows) { "windows" } else { "systemd" };
    steps.push((say::next_schedule(), vec![call(&format!("schedule {scheduler}"))]));
    let mut text = say::next() + "\n";
    for (number, (step, commands)) in (1..).zip(steps) {
        text.push_str(&paragraph(&format!("  {number}. "), &step));
        text.push('\n');
        for command in commands {
            text.extend(["       ", &command, "\n"]);
        }
    }
    text
}

/// A command to type next; with `--config` if this configuration would not be found without it.
fn command(command: &str, config: &Config) -> String {
    let found = Config::find(None).ok().and_then(|file| file.canonicalize().ok());
    let is_found = found.is_some() && found == config.file.canonicalize().ok();
    messages::command_with(command, (!is_found).then_some(config.file.as_path()))
}
