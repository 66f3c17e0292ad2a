//! A run of the program, and what can be asked of it when it is over.
// Each test program uses another part of this module.
#![allow(dead_code)]

use std::io::Read;
use std::process::{Child, Command};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// The longest a program may take in a test; one that hangs is killed and its test fails. Windows gets more time, since
/// everything takes several times as long under wine on a busy machine.
const PATIENCE: Duration = Duration::from_secs(if cfg!(windows) { 600 } else { 120 });

/// What the program said and how it ended.
pub struct Output {
    command: String,
    code: Option<i32>,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
}

/// A running program. It is killed when this is dropped.
pub struct Running {
    command: String,
    child: Child,
    stdout: mpsc::Receiver<Vec<u8>>,
    stderr: mpsc::Receiver<Vec<u8>>,
}

impl Running {
    /// Starts a command whose output is piped.
    pub fn start(command: &mut Command) -> Running {
        let said = format!("{command:?}");
        let mut child = spawn(command);
        let stdout = read_aside(child.stdout.take().unwrap());
        let stderr = read_aside(child.stderr.take().unwrap());
        Running { command: said, child, stdout, stderr }
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has ended by itself.
    pub fn is_over(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Ends it as a power cut would: SIGKILL, or TerminateProcess.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// When it does not end in time; it is killed then.
    #[track_caller]
    pub fn finish(self) -> Output {
        self.finish_within(PATIENCE)
    }

    /// Waits for its end, at most this long.
    ///
    /// # Panics
    /// When it does not end in time; it is killed then.
    #[track_caller]
    pub fn finish_within(mut self, patience: Duration) -> Output {
        let until = Instant::now() + patience;
        // The pipes close when the program ends, so wait for them first.
        let stdout = self.stdout.recv_timeout(until.saturating_duration_since(Instant::now()));
        let stderr = self.stderr.recv_timeout(until.saturating_duration_since(Instant::now()));
        let (Ok(stdout), Ok(stderr)) = (stdout, stderr) else {
            panic!("{} did not end within {patience:?}", self.command);
        };
        Output { command: self.command.clone(), code: self.child.wait().unwrap().code(), stdout, stderr }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Fails only if the program has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts the program. When wine starts many at once, one of them fails now and then with ERROR_INTERNAL_ERROR; that is
/// tried again.
fn spawn(command: &mut Command) -> Child {
    const INTERNAL_ERROR: i32 = 1359;
    for _ in 0..4 {
        match command.spawn() {
            Err(error) if cfg!(windows) && error.raw_os_error() == Some(INTERNAL_ERROR) => {}
            started => return started.unwrap(),
        }
    }
    command.spawn().unwrap()
}

/// Whether the output has this text, wherever its lines are broken.
fn has(said: &str, text: &str) -> bool {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    said.contains(text) || words(said).contains(&words(text))
}

fn read_aside(mut pipe: impl Read + Send + 'static) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut all = Vec::new();
        pipe.read_to_end(&mut all).unwrap();
        // The receiver is gone if the test has failed already.
        let _ = sender.send(all);
    });
    receiver
}

impl Output {
    /// The code it ended with; none where a signal ended it.
    pub fn code(&self) -> Option<i32> {
        self.code
    }

    /// Checks that it ended with this code.
    #[track_caller]
    pub fn exit(self, code: i32) -> Output {
        assert_eq!(self.code, Some(code), "exit code of {}", self.told());
        self
    }

    /// Checks that it ended with one of these codes, and answers which.
    #[track_caller]
    pub fn exit_in(&self, codes: &[i32]) -> i32 {
        match self.code {
            Some(code) if codes.contains(&code) => code,
            _ => panic!("exit code in {codes:?} of {}", self.told()),
        }
    }

    /// Whether it was killed by a signal; there are none on Windows.
    pub fn was_killed(&self) -> bool {
        self.code.is_none()
    }

    /// Checks that standard output has this text.
    #[track_caller]
    pub fn stdout_has(self, text: &str) -> Output {
        assert!(has(&self.out(), text), "`{text}` on standard output of {}", self.told());
        self
    }

    /// Checks that standard output does not have this text.
    #[track_caller]
    pub fn stdout_lacks(self, text: &str) -> Output {
        assert!(!has(&self.out(), text), "no `{text}` on standard output of {}", self.told());
        self
    }

    /// Checks that standard output or standard error has this text.
    #[track_caller]
    pub fn says(self, text: &str) -> Output {
        assert!(has(&self.out(), text) || has(&self.err(), text), "`{text}` from {}", self.told());
        self
    }

    /// Checks that neither output has this text.
    #[track_caller]
    pub fn never_says(self, text: &str) -> Output {
        assert!(!has(&self.out(), text) && !has(&self.err(), text), "no `{text}` from {}", self.told());
        self
    }

    /// Checks that both outputs have no control characters but line ends.
    #[track_caller]
    pub fn plain(self) -> Output {
        let control = |byte: &&u8| **byte < 0x20 && **byte != b'\n' && **byte != b'\r' || **byte == 0x7f;
        let found = self.stdout.iter().chain(&self.stderr).find(control);
        assert_eq!(found, None, "control characters from {}", self.told());
        self
    }

    /// Standard output as text.
    pub fn out(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error as text.
    pub fn err(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Parses standard output, which must be one JSON object and nothing else.
    #[track_caller]
    pub fn json(&self) -> Value {
        match serde_json::from_slice(&self.stdout) {
            Ok(Value::Object(object)) => Value::Object(object),
            other => panic!("{other:?} in place of a JSON object from {}", self.told()),
        }
    }

    fn told(&self) -> String {
        let Output { command, code, .. } = self;
        format!(
            "{command}, which ended with {code:?}\n--- standard output\n{}\n--- standard error\n{}",
            self.out(),
            self.err()
        )
    }
}

/// The one entry of a run's `files` with this path.
#[track_caller]
pub fn entry<'a>(run: &'a Value, path: &str) -> &'a Value {
    let found: Vec<_> = run["files"].as_array().unwrap().iter().filter(|file| file["path"] == path).collect();
    assert_eq!(found.len(), 1, "one entry for {path} in {run:#}");
    found[0]
}

/// Each file of a run as `(path, decision, reason, outcome)`, sorted by path; an absent outcome is "".
pub fn decisions(run: &Value) -> Vec<(String, String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut all: Vec<_> = run["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| {
            (text(&file["path"]), text(&file["decision"]), text(&file["reason"]), text(&file["outcome"]))
        })
        .collect();
    all.sort();
    all
}

/// The file `path` got this decision, reason and outcome.
#[track_caller]
pub fn assert_decided(run: &Value, path: &str, decision: &str, reason: &str, outcome: &str) {
    let file = entry(run, path);
    let got = [&file["decision"], &file["reason"], &file["outcome"]].map(|value| value.as_str());
    assert_eq!(got, [Some(decision), Some(reason), Some(outcome)], "{path} in {run:#}");
}
