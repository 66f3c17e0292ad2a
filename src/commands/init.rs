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
use self::talk::{Prompter, paragraph};
use super::{answer, check, explain, run};

mod answers;
mod draft;
mod key;
mod make;
mod talk;

#[derive(Serialize)]
struct Answer {
    schema: u32,
    config: String,
    identity: Option<String>,
    public_key: Option<String>,
    host_key: Option<String>,
    checks: Vec<check::Checked>,
    exit_code: u8,
}

/// Answers as `check` does: what was made stands, even where the server does not know the key yet.
pub(super) fn init(options: &cli::Init, global: &Global) -> anyhow::Result<ExitCode> {
    if global.json && !options.yes {
        return Err(UserError::usage(say::json_asks_nothing()).into());
    }
    let talk = Prompter::new(options.yes);
    let answers = answers::gather(options, global, &talk)?;
    let made = make::make(&answers)?;
    let global = &Global { config: Some(answers.config.clone()), ..global.clone() };
    if global.json {
        let (check, exit) = check::tried(&cli::Check::default(), global);
        let json = Answer {
            schema: crate::report::SCHEMA,
            config: answers.config.display().to_string(),
            identity: answers.key.path().map(|path| path.display().to_string()),
            public_key: made.public,
            host_key: answers.host_key,
            checks: check.checks,
            exit_code: exit.code(),
        };
        answer(global, &json, String::new)?;
        return Ok(exit);
    }
    tell(&format!("\n{}\n", told_made(&answers, &made)))?;
    tell(&format!("{}\n", say::now_checked()))?;
    let exit = check::check(&cli::Check::default(), global)?;
    if made.config.check_host_key().is_ok() {
        tell(&format!("\n{}\n", say::now_previewed()))?;
        // A preview that fails takes back nothing of what was made.
        if let Err(error) = run::preview(&made.config, &cli::Run::default(), global) {
            let _ = explain(&error);
        }
    }
    tell(&format!("\n{}", next_steps(&answers, &made, exit)))?;
    Ok(exit)
}

fn tell(text: &str) -> anyhow::Result<()> {
    use std::io::Write;
    let mut out = anstream::stdout().lock();
    out.write_all(crate::report::marks::fitting(text.to_owned()).as_bytes())?;
    out.flush()?;
    Ok(())
}

fn told_made(answers: &Answers, made: &Created) -> String {
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

/// What only people can do.
fn next_steps(answers: &Answers, made: &Created, exit: ExitCode) -> String {
    let call = |command_: &str| command(command_, &made.config);
    let mut steps = Vec::new();
    if let Some(public) = &made.public {
        // On a line of its own and whole, so that it can be copied.
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

/// A command as it is to be typed here: it names the config where it would not be found without.
fn command(command: &str, config: &Config) -> String {
    let found = Config::find(None).ok().and_then(|file| file.canonicalize().ok());
    let is_found = found.is_some() && found == config.file.canonicalize().ok();
    messages::command_with(command, (!is_found).then_some(config.file.as_path()))
}
