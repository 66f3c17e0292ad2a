//! The transport against OpenSSH's `sshd`: keys, host keys, many small files, a large one, several connections.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod connections;
mod files;
mod login;
mod server;
mod stalls;
