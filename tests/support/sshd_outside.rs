//! OpenSSH's own server for tests under wine, which has none: `ci/windows` starts it outside, and sets environment variables
//! that say where it is.
//!
//! All tests share that server. Each town has a key of its own there, and the key leads into a folder of its own.
#![cfg(windows)]

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use russh::keys::{HashAlg, PublicKey};
use tempfile::TempDir;

use super::server::Received;

/// A town's part of the server.
pub struct Sshd {
    /// The server's folder, as Windows sees it.
    home: PathBuf,
    /// The town's folder, within the server's.
    town: TempDir,
    port: u16,
    user: String,
    host_key: PublicKey,
    /// How the server writes the town's key in its log.
    fingerprint: String,
}

/// Makes the server accept one key; none if the environment names no server.
pub fn start(allowed: &PublicKey) -> Option<Sshd> {
    Sshd::start(allowed)
}

impl Sshd {
    fn start(allowed: &PublicKey) -> Option<Sshd> {
        let told = |name: &str| std::env::var(format!("TRAEKFIL_SSHD_{name}")).ok();
        let Some(outside) = told("HOME") else {
            eprintln!("skipped: no sshd");
            return None;
        };
        let home = Path::new("Z:\\").join(outside.trim_start_matches('/'));
        let town = tempfile::Builder::new().prefix("town-").tempdir_in(&home).unwrap();
        fs::create_dir(town.path().join("ind")).unwrap();
        let name = town.path().file_name().unwrap().to_str().unwrap();
        let line = format!(
            "command=\"internal-sftp -d {outside}/{name}\",restrict {}\n",
            allowed.to_openssh().unwrap()
        );
        let mut keys = File::options().append(true).open(home.join("authorized_keys")).unwrap();
        keys.lock().unwrap();
        keys.write_all(line.as_bytes()).unwrap();
        let host_key = fs::read_to_string(home.join("host_key.pub")).unwrap();
        Some(Sshd {
            town,
            port: told("PORT").unwrap().parse().unwrap(),
            user: told("USER").unwrap(),
            host_key: PublicKey::from_openssh(&host_key).unwrap(),
            fingerprint: allowed.fingerprint(HashAlg::Sha256).to_string(),
            home,
        })
    }

    /// Where it listens, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whom to log in as: OpenSSH lets in only users the machine has.
    pub fn user(&self) -> String {
        self.user.clone()
    }

    /// Its host key.
    pub fn public_key(&self) -> PublicKey {
        self.host_key.clone()
    }

    /// Its host key, `SHA256:…`.
    pub fn fingerprint(&self) -> String {
        self.host_key.fingerprint(HashAlg::Sha256).to_string()
    }

    /// Logins with the town's key so far.
    pub fn connections(&self) -> u64 {
        let ours = |line: &&str| line.contains("Accepted publickey") && line.contains(&self.fingerprint);
        self.log().lines().filter(ours).count() as u64
    }

    /// Every file of the town's on the server now: path and content.
    pub fn files(&self) -> Vec<Received> {
        let files = self.town.path();
        let mut found = Vec::new();
        for entry in walkdir::WalkDir::new(files).sort_by_file_name() {
            let entry = entry.unwrap();
            if entry.file_type().is_file() {
                let path = entry.path().strip_prefix(files).unwrap().to_str().unwrap().replace('\\', "/");
                found.push(Received { path, bytes: fs::read(entry.path()).unwrap() });
            }
        }
        found
    }

    /// What sshd said so far, to anybody.
    pub fn log(&self) -> String {
        fs::read_to_string(self.home.join("sshd.log")).unwrap_or_default()
    }
}
