//! The program in a terminal of a given width: what it shows there, and what is typed.
// Each test program uses another part of this module.
#![allow(dead_code)]

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// The longest that is waited for a text; a program that hangs is killed.
const PATIENCE: Duration = Duration::from_secs(120);

/// A program that runs in a terminal. It is killed when this is dropped.
pub struct Terminal {
    child: Child,
    keys: File,
    screen: mpsc::Receiver<Vec<u8>>,
    seen: Vec<u8>,
}

impl Terminal {
    /// Starts a command in a terminal of so many columns.
    pub fn start(command: &mut Command, columns: u16) -> Terminal {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let path = std::path::Path::new(std::ffi::OsStr::from_bytes(name.as_bytes()));
        let slave = OpenOptions::new().read(true).write(true).open(path).unwrap();
        let size = Winsize { ws_row: 40, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&slave, size).unwrap();
        let end = || Stdio::from(slave.try_clone().unwrap());
        let child = command.env("TERM", "xterm").stdin(end()).stdout(end()).stderr(end()).spawn().unwrap();
        // The command keeps its copies of the terminal's other end, which would keep the screen open.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        drop(slave);
        let keys = File::from(master);
        let mut screen = keys.try_clone().unwrap();
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let mut part = [0; 4096];
            // Linux answers with an error once nobody has the other end open.
            while let Ok(length @ 1..) = retried(|| screen.read(&mut part)) {
                if sender.send(part[..length].to_vec()).is_err() {
                    break;
                }
            }
        });
        Terminal { child, keys, screen: receiver, seen: Vec::new() }
    }

    /// Types this.
    pub fn types(&mut self, text: &str) {
        self.keys.write_all(text.as_bytes()).unwrap();
    }

    /// Waits until the screen has shown this.
    #[track_caller]
    pub fn shows(&mut self, text: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.screen().contains(text) {
            let part = self.screen.recv_timeout(until.saturating_duration_since(Instant::now()));
            let Ok(part) = part else { panic!("`{text}` was not shown:\n{}", self.screen()) };
            self.seen.extend(part);
        }
    }

    /// Waits for the end; answers the exit code and all that was shown, without colours.
    #[track_caller]
    pub fn finish(mut self) -> (Option<i32>, String) {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.screen.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(part) => self.seen.extend(part),
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
                Err(mpsc::RecvTimeoutError::Timeout) => panic!("it did not end:\n{}", self.screen()),
            }
        }
        (self.child.wait().unwrap().code(), self.screen())
    }

    fn screen(&self) -> String {
        anstream::adapter::strip_str(&String::from_utf8_lossy(&self.seen)).to_string().replace('\r', "")
    }
}

fn retried(mut read: impl FnMut() -> std::io::Result<usize>) -> std::io::Result<usize> {
    loop {
        match read() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Fails only if the program has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
