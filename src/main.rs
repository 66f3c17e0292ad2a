//! Parse, call, print one error, exit.

use std::process::ExitCode;

use traekfil::{cli, commands, output};

fn main() -> ExitCode {
    let exit = match cli::read(std::env::args_os()) {
        Ok(cli) => commands::dispatch(&cli).unwrap_or_else(|error| output::error(&error)),
        Err(refusal) => output::refusal(&refusal),
    };
    ExitCode::from(exit.code())
}
