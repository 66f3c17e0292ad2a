//! Parse, call, print one error, exit.

use std::process::ExitCode;

use clap::Parser;
use traekfil::cli::Cli;
use traekfil::commands;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let exit = commands::dispatch(&cli).unwrap_or_else(|error| commands::explain(&error));
    ExitCode::from(exit.code())
}
