//! `help`, `completions`, `man` and `config schema`: what the program says of its command line and its configuration.

use clap_complete::Shell;
use serde::Serialize;

use crate::cli::{Global, man, words};
use crate::config::schema;
use crate::exit::{ExitCode, UserError};
use crate::messages::{escape, language, usage as say};
use crate::output::{self, print_aside, write_document};

/// What these answer with `--json`.
#[derive(Serialize)]
pub(super) struct Document {
    text: String,
    exit_code: u8,
}

impl Document {
    /// Of a command that ended well.
    pub(super) fn new(text: String) -> Document {
        Document { text, exit_code: ExitCode::Ok.code() }
    }
}

/// The help of one command, or of them all.
pub(super) fn help(path: &[String], global: &Global) -> anyhow::Result<ExitCode> {
    let mut command = words::command(language());
    command.build();
    let mut inner = &mut command;
    for word in path {
        inner = inner
            .find_subcommand_mut(word)
            .ok_or_else(|| UserError::usage(say::no_such_help(&escape(&path.join(" ")))))?;
    }
    let help = inner.render_help();
    if global.json {
        return show(help.to_string(), global);
    }
    print_aside(&help.ansi().to_string())?;
    Ok(ExitCode::Ok)
}

/// A script for a shell.
pub(super) fn completions(shell: Shell, global: &Global) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut words::described(language()), "traekfil", &mut script);
    show(String::from_utf8(script)?, global)
}

/// The manual page, as roff.
pub(super) fn man(global: &Global) -> anyhow::Result<ExitCode> {
    show(man::page(language()), global)
}

/// The JSON Schema of the configuration.
pub(super) fn schema(global: &Global) -> anyhow::Result<ExitCode> {
    #[derive(Serialize)]
    struct Answer {
        json_schema: serde_json::Value,
        exit_code: u8,
    }
    let json_schema = schema::schema();
    if global.json {
        output::answer(global, &Answer { json_schema, exit_code: ExitCode::Ok.code() }, String::new)?;
    } else {
        write_document(format!("{json_schema:#}\n").as_bytes())?;
    }
    Ok(ExitCode::Ok)
}

fn show(text: String, global: &Global) -> anyhow::Result<ExitCode> {
    if global.json {
        output::answer(global, &Document::new(text), String::new)?;
    } else {
        write_document(text.as_bytes())?;
    }
    Ok(ExitCode::Ok)
}
