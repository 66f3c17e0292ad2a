//! Telling by a program of the municipality's own.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::text::Message;
use crate::messages::{config::shown_path, escape, notify as say};
use crate::secrets;

/// The longest a program may take.
pub(super) const LIMIT: Duration = Duration::from_secs(60);
/// The pause between two checks whether the program has ended.
const LOOK: Duration = Duration::from_millis(20);
/// Runs the program, writes the message to its standard input, and waits for its end. Its standard error is passed through.
///
/// # Errors
/// The program could not be started, did not end in time, or ended with another code than 0; in a sentence with what to do.
pub(super) fn send(command: &[String], message: &Message, limit: Duration) -> Result<(), String> {
    let Some((program, arguments)) = command.split_first() else { return Ok(()) };
    let failed = |why: String| say::command_failed(&escape(program), &why);
    let mut child = secrets::withheld_from(Command::new(program))
        .args(arguments)
        .env("TRAEKFIL_MATTERS", message.items.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    let text = format!("{}\n\n{}", message.subject, message.text());
    let input = child.stdin.take();
    // Write from another thread: a program that reads only a part of the message, or nothing, must not block the run.
    thread::spawn(move || match input.map(|mut input| input.write_all(text.as_bytes())) {
        Some(Err(error)) if error.kind() != ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    });
    let until = Instant::now() + limit;
    loop {
        match child.try_wait().map_err(|error| failed(error.to_string()))? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(failed(status.to_string())),
            None if Instant::now() < until => thread::sleep(LOOK),
            None => {
                // Killing fails where the program has ended in the meantime.
                let _ = child.kill();
                let _ = child.wait();
                return Err(failed(say::command_too_slow(limit.as_secs())));
            }
        }
    }
}

/// The program's path; none if it is not found.
pub(super) fn find(program: &str) -> Option<PathBuf> {
    let given = Path::new(program);
    if program.contains(std::path::is_separator) {
        return given.is_file().then(|| given.to_owned());
    }
    let endings = if cfg!(windows) { &["", ".exe"][..] } else { &[""] };
    std::env::split_paths(&std::env::var_os("PATH")?)
        .flat_map(|folder| endings.iter().map(move |ending| folder.join(format!("{program}{ending}"))))
        .find(|place| place.is_file())
}

/// What `check` says of the program: its path.
///
/// # Errors
/// The program is not found.
pub fn check(command: &[String]) -> Result<String, String> {
    let program = command.first().map(String::as_str).unwrap_or_default();
    find(program).map(|place| shown_path(&place)).ok_or_else(|| say::no_such_command(&escape(program)))
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn message() -> Message {
        Message { subject: "emne".to_owned(), body: "x".repeat(200_000), seal: String::new(), items: 2 }
    }

    fn sh(script: &str) -> [String; 3] {
        ["sh", "-c", script].map(str::to_owned)
    }

    #[test]
    fn one_that_does_not_end_is_stopped() {
        let began = Instant::now();
        let refused = send(&sh("sleep 30"), &message(), Duration::from_millis(200)).unwrap_err();
        assert!(refused.contains("sh"), "{refused}");
        assert!(began.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn one_that_reads_nothing_is_none_the_worse() {
        send(&sh("exit 0"), &message(), LIMIT).unwrap();
        let refused = send(&sh("exit 7"), &message(), LIMIT).unwrap_err();
        assert!(refused.contains('7'), "{refused}");
        assert!(send(&["findes-ikke".to_owned()], &message(), LIMIT).is_err());
    }
}
