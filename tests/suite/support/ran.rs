//! A run of the program that is over, and what can be asked of it.

use std::io::Read;
use std::process::Child;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Longer than any story needs, and still an end: a program that hangs is killed and fails its test.
const PATIENCE: Duration = Duration::from_secs(120);

/// What the program said and how it ended.
pub struct Ran {
    command: String,
    code: Option<i32>,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
}

/// Waits for a child's end; kills it when that does not come.
///
/// # Panics
/// When the child had to be killed.
#[track_caller]
pub fn finish(mut child: Child, command: String) -> Ran {
    let until = Instant::now() + PATIENCE;
    let stdout = read_aside(child.stdout.take().unwrap());
    let stderr = read_aside(child.stderr.take().unwrap());
    // A pipe ends when the program does: its own end is then but a moment away.
    let stdout = stdout.recv_timeout(until.saturating_duration_since(Instant::now()));
    let stderr = stderr.recv_timeout(until.saturating_duration_since(Instant::now()));
    let (Ok(stdout), Ok(stderr)) = (stdout, stderr) else {
        child.kill().unwrap();
        child.wait().unwrap();
        panic!("{command} did not end within {PATIENCE:?}");
    };
    Ran { command, code: child.wait().unwrap().code(), stdout, stderr }
}

fn read_aside(mut pipe: impl Read + Send + 'static) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut all = Vec::new();
        pipe.read_to_end(&mut all).unwrap();
        // The receiver is gone when the story has failed already.
        let _ = sender.send(all);
    });
    receiver
}

impl Ran {
    /// The code it ended with; none where a signal ended it.
    pub fn code(&self) -> Option<i32> {
        self.code
    }

    /// It ended with this code.
    #[track_caller]
    pub fn exit(self, code: i32) -> Ran {
        assert_eq!(self.code, Some(code), "exit code of {}", self.told());
        self
    }

    /// Standard output has this text.
    #[track_caller]
    pub fn stdout_has(self, text: &str) -> Ran {
        assert!(self.out().contains(text), "`{text}` on standard output of {}", self.told());
        self
    }

    /// Standard output does not have this text.
    #[track_caller]
    pub fn stdout_lacks(self, text: &str) -> Ran {
        assert!(!self.out().contains(text), "no `{text}` on standard output of {}", self.told());
        self
    }

    /// It said this text, on one of the two.
    #[track_caller]
    pub fn says(self, text: &str) -> Ran {
        assert!(self.out().contains(text) || self.err().contains(text), "`{text}` from {}", self.told());
        self
    }

    /// It said this text nowhere.
    #[track_caller]
    pub fn never_says(self, text: &str) -> Ran {
        assert!(!self.out().contains(text) && !self.err().contains(text), "no `{text}` from {}", self.told());
        self
    }

    /// There is no ESC and no other control character but line ends in what it said.
    #[track_caller]
    pub fn plain(self) -> Ran {
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

    /// Standard output is one JSON object and nothing else.
    #[track_caller]
    pub fn json(&self) -> Value {
        match serde_json::from_slice(&self.stdout) {
            Ok(Value::Object(object)) => Value::Object(object),
            other => panic!("{other:?} in place of a JSON object from {}", self.told()),
        }
    }

    fn told(&self) -> String {
        let Ran { command, code, .. } = self;
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
