//! Parse, call, print one error, exit.

use std::process::ExitCode;

use traekfil::{cli, commands};

fn main() -> ExitCode {
    let exit = match cli::read(std::env::args_os()) {
        Ok(cli) => commands::dispatch(&cli).unwrap_or_else(|error| commands::explain(&error)),
        Err(exit) => exit,
    };
    ExitCode::from(exit.code())
}
