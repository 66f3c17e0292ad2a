//! The servers that a test can run against, behind one type.

use russh::keys::{PrivateKey, PublicKey};

use super::server::{Embedded, Login, Received, new_key};
#[cfg(windows)]
use super::sshd::{Sshd as Other, start};
#[cfg(unix)]
use super::{sshd::start, third_party_servers::Other};

/// The password that the embedded server accepts besides the key. It must never appear in any output.
pub const PASSWORD: &str = "kanariefugl-i-kulminen-4711";

/// The passphrase of the town's key, if it has one. It must never appear in any output.
pub const PASSPHRASE: &str = "solsorte-i-syrenen-1147";

/// A receiver, and the key that it accepts.
pub struct Server {
    /// The municipality's private key.
    pub key: PrivateKey,
    kind: Kind,
}

enum Kind {
    Embedded(Embedded),
    Other(Box<Other>),
}

impl Server {
    /// Our own server, that can be made to misbehave.
    pub fn embedded() -> Server {
        let key = new_key();
        let login = Login {
            user: "korsbaek".into(),
            key: Some(key.public_key().clone()),
            password: Some(PASSWORD.into()),
            wants_both: false,
        };
        Server { key, kind: Kind::Embedded(Embedded::start(login)) }
    }

    /// OpenSSH's sshd; none, with a printed line, if it is not installed.
    pub fn openssh() -> Option<Server> {
        Server::of_others(start)
    }

    /// ProFTPD's mod_sftp; none, with a printed line, if it is not installed.
    #[cfg(unix)]
    pub fn proftpd() -> Option<Server> {
        Server::of_others(Other::proftpd)
    }

    /// Python's asyncssh; none, with a printed line, if it is not installed.
    #[cfg(unix)]
    pub fn asyncssh() -> Option<Server> {
        Server::of_others(Other::asyncssh)
    }

    /// The same where every password is to be changed.
    #[cfg(unix)]
    pub fn asyncssh_with_expired_password() -> Option<Server> {
        Server::of_others(Other::asyncssh_with_expired_password)
    }

    /// paramiko's server; none, with a printed line, if it is not installed.
    #[cfg(unix)]
    pub fn paramiko() -> Option<Server> {
        Server::of_others(Other::paramiko)
    }

    /// `rclone serve sftp` with this cache mode; none, with a printed line, if it is not installed.
    #[cfg(unix)]
    pub fn rclone(cache: &str) -> Option<Server> {
        Server::of_others(|key| Other::rclone(key, cache))
    }

    fn of_others(start: impl FnOnce(&PublicKey) -> Option<Other>) -> Option<Server> {
        let key = new_key();
        let other = start(key.public_key())?;
        Some(Server { key, kind: Kind::Other(Box::new(other)) })
    }

    /// The embedded server.
    #[track_caller]
    pub fn as_embedded(&self) -> &Embedded {
        match &self.kind {
            Kind::Embedded(server) => server,
            Kind::Other(_) => panic!("only the embedded server can do that"),
        }
    }

    /// Where it listens, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        match &self.kind {
            Kind::Embedded(server) => server.port(),
            Kind::Other(server) => server.port(),
        }
    }

    /// Whom to log in as.
    pub fn user(&self) -> String {
        match &self.kind {
            Kind::Embedded(_) => "korsbaek".into(),
            Kind::Other(server) => server.user(),
        }
    }

    /// Its host key, `SHA256:…`.
    pub fn fingerprint(&self) -> String {
        match &self.kind {
            Kind::Embedded(server) => server.fingerprint(),
            Kind::Other(server) => server.fingerprint(),
        }
    }

    /// Its host key in one line, `ssh-ed25519 AAAA…`.
    pub fn public_key(&self) -> String {
        let key = match &self.kind {
            Kind::Embedded(server) => server.public_key(),
            Kind::Other(server) => server.public_key(),
        };
        key.to_openssh().unwrap()
    }

    /// Each path and content that KP ever received, sorted. For servers other than the embedded one: the files there now.
    pub fn received(&self) -> Vec<(String, String)> {
        let inbox: Vec<Received> = match &self.kind {
            Kind::Embedded(server) => server.inbox(),
            Kind::Other(server) => server.files(),
        };
        let mut received: Vec<_> = inbox
            .into_iter()
            .map(|file| (file.path, String::from_utf8_lossy(&file.bytes).into_owned()))
            .collect();
        received.sort();
        received
    }

    /// The folder that a client of a server of others lands in.
    #[cfg(unix)]
    #[track_caller]
    pub fn files_folder(&self) -> std::path::PathBuf {
        match &self.kind {
            Kind::Embedded(_) => panic!("its files are in memory"),
            Kind::Other(server) => server.files_folder(),
        }
    }

    /// Connections accepted so far.
    pub fn connections(&self) -> u64 {
        match &self.kind {
            Kind::Embedded(server) => server.counts().connections,
            Kind::Other(server) => server.connections(),
        }
    }

    /// What the server itself wrote, for a test that failed.
    pub fn log(&self) -> String {
        match &self.kind {
            Kind::Embedded(server) => format!("{:?}", server.counts()),
            Kind::Other(server) => server.log(),
        }
    }
}

/// Makes `embedded` and `openssh` tests out of each story, a function that takes a `Town`.
macro_rules! on_both_servers {
    ($($story:ident)*) => {$(
        mod $story {
            use $crate::support::{servers::Server, town::Town};

            #[test]
            fn embedded() {
                super::$story(&Town::on(Server::embedded()));
            }

            #[test]
            fn openssh() {
                if let Some(server) = Server::openssh() {
                    super::$story(&Town::on(server));
                }
            }
        }
    )*};
}
pub(crate) use on_both_servers;
