//! What the tests share: a town with its folders and the program, and the servers that it delivers to.

#[cfg(unix)]
pub mod aiosmtpd;
mod inetd;
pub mod output;
pub mod server;
pub mod servers;
pub mod sha256;
pub mod smtp;
pub mod snapshot;
#[cfg_attr(windows, path = "sshd_outside.rs")]
mod sshd;
#[cfg(unix)]
pub mod terminal;
pub mod third_party_servers;
pub mod town;
pub mod users;
