//! `init` that is ended by Ctrl-C.

use super::town;
use crate::support::town::Town;

/// Starts `init`, gives these lines, waits for this question, and presses Ctrl-C: it says that nothing was made.
#[track_caller]
fn cut_off(town: &Town, mut command: std::process::Command, lines: &[u8], question: &str) {
    use std::io::{BufReader, Read, Write};
    let mut child = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut input = child.stdin.take().unwrap();
    input.write_all(lines).unwrap();
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains(question) {
        let mut byte = [0];
        assert_ne!(out.read(&mut byte).unwrap(), 0, "it ended early");
        seen.extend(byte);
    }
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(said.contains("ikke lavet noget"), "{said}");
    assert!(!town.path("config.toml").exists());
}

#[test]
fn ctrl_c_says_that_nothing_was_made() {
    let town = town();
    // As far as the server: before that, root may yet become another user, and only then is Ctrl-C answered.
    let command = town.command(["init", "--language", "da"]);
    cut_off(&town, command, b"\n\n\n\n\n", "KP's server (navn eller adresse):");
}

/// Who is not root is answered from the first question on.
#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_at_the_first_question_says_so_too() {
    use crate::support::users::{self, ANNA};
    let town = town();
    let args = ["init", "--config", "config.toml"];
    let command = if rustix::process::geteuid().is_root() {
        if !users::can_be_had() {
            return;
        }
        let program = users::program(&town).display().to_string();
        let words: Vec<&str> = [program.as_str()].into_iter().chain(args).collect();
        users::command(&town, 0, None, &[]);
        users::give(&town.path(""), ANNA);
        users::command(&town, ANNA, None, &words)
    } else {
        town.command(args)
    };
    let mut command = command;
    command.env("LC_ALL", "da_DK.UTF-8");
    cut_off(&town, command, b"", "da");
}
