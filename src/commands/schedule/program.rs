//! Calling the scheduler's own programs, and telling what they say when they fail.

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::process::{Command, Output, Stdio};

use crate::exit::UserError;
use crate::messages::{config::shown, schedule as say};
use crate::platform;
use crate::secrets;

/// Runs a program to its end with `input` on its standard input, and answers its output and exit code, whether it succeeded or
/// not. It runs with `LC_ALL=C`, so that its messages can be recognised.
///
/// # Errors
/// The program is not installed, or could not be started.
pub(super) fn run(program: &OsStr, args: &[OsString], input: Option<&str>) -> Result<Output, UserError> {
    let failed = |error: io::Error| not_run(program, &error);
    let mut child = secrets::withheld_from(Command::new(program))
        .args(args)
        .env("LC_ALL", "C")
        .stdin(if input.is_some() { Stdio::piped() } else { Stdio::inherit() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    if let (Some(input), Some(mut pipe)) = (input, child.stdin.take()) {
        // A program that ends before it has read everything says why with its exit code.
        match pipe.write_all(input.as_bytes()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(failed(error)),
            _ => {}
        }
    }
    child.wait_with_output().map_err(failed)
}

/// Like [`run`] for a program that must succeed. Answers its standard output.
///
/// # Errors
/// As [`run`]; or the program failed, with its message.
pub(super) fn must(program: &OsStr, args: &[OsString], input: Option<&str>) -> Result<String, UserError> {
    let output = run(program, args, input)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(refused(program, args, &output))
}

/// Like [`must`] for a program that asks the person something on the terminal.
///
/// # Errors
/// As [`must`], without its message, which the person has seen.
pub(super) fn must_at_terminal(program: &OsStr, args: &[OsString]) -> Result<(), UserError> {
    let status = secrets::withheld_from(Command::new(program)).args(args).status();
    let status = status.map_err(|error| not_run(program, &error))?;
    let output = Output { status, stdout: Vec::new(), stderr: Vec::new() };
    if status.success() { Ok(()) } else { Err(refused(program, args, &output)) }
}

/// Whether a program of this name is in `PATH`.
pub(super) fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

fn not_run(program: &OsStr, error: &io::Error) -> UserError {
    let name = shown(&program.to_string_lossy());
    UserError::unexpected(match error.kind() {
        io::ErrorKind::NotFound => say::program_missing(&name),
        _ => say::program_failed(&name, error),
    })
}

/// The error that says how a program failed.
pub(super) fn refused(program: &OsStr, args: &[OsString], output: &Output) -> UserError {
    let words: Vec<_> = [program].into_iter().chain(args.iter().map(OsString::as_os_str)).collect();
    let command: Vec<String> = words.iter().map(|word| shown(&word.to_string_lossy())).collect();
    let said = [&output.stderr[..], &output.stdout[..]].concat();
    let lines = platform::said_by_program(said);
    let said: Vec<String> = lines
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| format!("    {}", shown(line)))
        .collect();
    let end = output.status.to_string();
    let said = if said.is_empty() { format!("    {end}") } else { said.join("\n") };
    UserError::unexpected(say::program_refused(&command.join(" "), &said))
}

/// Words as a program's arguments.
pub(super) fn words(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}
