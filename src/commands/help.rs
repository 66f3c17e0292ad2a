//! `help`, `completions` and `man`: what the command line says of itself.

use std::io::Write;

use clap_complete::Shell;

use crate::cli::{man, words};
use crate::exit::{ExitCode, UserError};
use crate::messages::{escape, language, usage as say};
use crate::output::{unless_closed, write_document};

/// The help of one command, or of them all.
pub(super) fn help(path: &[String]) -> anyhow::Result<ExitCode> {
    let mut command = words::command(language());
    command.build();
    let mut inner = &mut command;
    for word in path {
        inner = inner
            .find_subcommand_mut(word)
            .ok_or_else(|| UserError::usage(say::no_such_help(&escape(&path.join(" ")))))?;
    }
    let help = inner.render_help();
    unless_closed(write!(anstream::stdout(), "{}", help.ansi()))?;
    Ok(ExitCode::Ok)
}

/// A script for a shell.
pub(super) fn completions(shell: Shell) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut words::described(language()), "traekfil", &mut script);
    write_document(&script)?;
    Ok(ExitCode::Ok)
}

/// The manual page, as roff.
pub(super) fn man() -> anyhow::Result<ExitCode> {
    write_document(man::page(language()).as_bytes())?;
    Ok(ExitCode::Ok)
}
