//! Parse, call, print one error, exit.

use std::ffi::OsString;
use std::process::ExitCode;

use traekfil::{cli, commands};

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    let exit = match cli::read(&args) {
        Ok(cli) => commands::carry_out(&cli, &cli::asked(&args)),
        Err(refusal) => commands::refuse(&refusal, &cli::asked(&args)),
    };
    ExitCode::from(exit.code())
}
