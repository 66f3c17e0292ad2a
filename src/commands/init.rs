//! `init`: asks what a delivery needs, and makes config, folders, key and ledger of the answers.
//!
//! Nothing is made before the last answer, and the config last of all, so that there is a whole one or none.

use serde::Serialize;

use crate::cli::{self, Global};
use crate::config::Config;
use crate::exit::{ExitCode, UserError};
use crate::messages::{self, config::shown_path, init as say};

use self::answers::{Answers, Key};
use self::make::Created;
pub(super) use self::prompter::Prompter;
use self::prompter::paragraph;
use super::{check, run};
use crate::output::{self, answer_or_failure, print_text};

mod answers;
mod config_template;
mod key;
mod make;
mod prompter;
mod questions;
mod runs;
mod worker;

#[derive(Serialize)]
struct Answer {
    config: String,
    identity: Option<String>,
    public_key: Option<String>,
    host_key: Option<String>,
    checks: Vec<check::Checked>,
    exit_code: u8,
}

/// `init`. Ends with the exit code of `check`; if that fails, for instance because the server does not know the key yet, what
/// was made is kept.
pub(super) fn init(options: &cli::Init, global: &Global) -> anyhow::Result<ExitCode> {
    if global.json && !options.yes {
        return Err(UserError::usage(say::json_asks_nothing()).into());
    }
    let prompter = Prompter::new(options.yes);
    let answers = questions::gather(options, global, &prompter)?;
    let made = make::make(&answers)?;
    let global = &Global { config: Some(answers.config.clone()), ..global.clone() };
    if global.json {
        let (check, exit) = check::tried(&cli::Check::default(), global);
        let json = Answer {
            config: answers.config.display().to_string(),
            identity: answers.key.path().map(|path| path.display().to_string()),
            public_key: made.public,
            host_key: answers.host_key,
            checks: check.checks,
            exit_code: exit.code(),
        };
        answer_or_failure(global, &json, check.failure.as_ref(), String::new)?;
        return Ok(exit);
    }
    print_text(format!("\n{}\n", what_was_made(&answers, &made)))?;
    print_text(format!("{}\n", say::now_checked()))?;
    let exit = check::check(&cli::Check::default(), global)?;
    if made.config.check_host_key().is_ok() {
        print_text(format!("\n{}\n", say::now_previewed()))?;
        // If the preview fails, what was made is kept all the same.
        if let Err(error) = run::preview(&made.config, &cli::Run::default(), global) {
            output::warn(&format!("{error:#}"));
        }
    }
    print_text(format!("\n{}", next_steps(&answers, &made, exit)))?;
    Ok(exit)
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
    if answers.host_key.is_none() {
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
