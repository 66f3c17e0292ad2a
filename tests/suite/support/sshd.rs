//! OpenSSH's own server: a listener of ours, and one `sshd -i` child for each connection.
//!
//! The child gets the accepted socket, so no port is ever free for somebody else to take.
#![cfg(unix)]

use std::fs;
use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use russh::keys::ssh_key::LineEnding;
use russh::keys::{HashAlg, PrivateKey, PublicKey};
use tempfile::TempDir;

use super::server::{Received, new_key};

const PROGRAM: &str = "/usr/sbin/sshd";

/// The running server. Everything it started ends when it is dropped.
pub struct Sshd {
    home: TempDir,
    port: u16,
    host_key: PrivateKey,
    stopping: Arc<AtomicBool>,
    connections: Arc<AtomicU64>,
    listener: Option<JoinHandle<()>>,
    children: Arc<Mutex<Vec<(Child, TcpStream)>>>,
}

impl Sshd {
    /// Starts the server for one key; none where the machine has no sshd.
    pub fn start(allowed: &PublicKey) -> Option<Sshd> {
        // As root, sshd wants an empty folder to lock its unprivileged part into.
        let as_root = rustix::process::geteuid().is_root();
        if !Path::new(PROGRAM).exists() || as_root && fs::create_dir_all("/run/sshd").is_err() {
            eprintln!("skipped: no sshd");
            return None;
        }
        let home = tempfile::Builder::new().prefix("traekfil-sshd-").tempdir().unwrap();
        let host_key = new_key();
        let config = write_config(home.path(), &host_key, allowed);
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        let stopping = Arc::new(AtomicBool::new(false));
        let connections = Arc::new(AtomicU64::new(0));
        let children = Arc::new(Mutex::new(Vec::new()));
        let log = home.path().join("sshd.log");
        let listener = thread::spawn({
            let (stopping, connections, children) =
                (Arc::clone(&stopping), Arc::clone(&connections), Arc::clone(&children));
            move || {
                for connection in socket.incoming().flatten() {
                    if stopping.load(Ordering::SeqCst) {
                        return;
                    }
                    connections.fetch_add(1, Ordering::SeqCst);
                    children.lock().unwrap().push(serve(connection, &config, &log).expect("sshd starts"));
                }
            }
        });
        Some(Sshd { home, port, host_key, stopping, connections, listener: Some(listener), children })
    }

    /// Where it listens, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whom to log in as: OpenSSH lets in only users the machine has.
    #[allow(clippy::unused_self)]
    pub fn user(&self) -> String {
        whoami::username().unwrap()
    }

    /// Its host key.
    pub fn public_key(&self) -> PublicKey {
        self.host_key.public_key().clone()
    }

    /// Its host key, `SHA256:…`.
    pub fn fingerprint(&self) -> String {
        self.public_key().fingerprint(HashAlg::Sha256).to_string()
    }

    /// Connections accepted so far.
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::SeqCst)
    }

    /// Every file on the server now: path and content.
    pub fn files(&self) -> Vec<Received> {
        let files = self.files_folder();
        let mut found = Vec::new();
        for entry in walkdir::WalkDir::new(&files).sort_by_file_name() {
            let entry = entry.unwrap();
            if entry.file_type().is_file() {
                let path = entry.path().strip_prefix(&files).unwrap().to_str().unwrap().to_owned();
                found.push(Received { path, bytes: fs::read(entry.path()).unwrap() });
            }
        }
        found
    }

    /// The folder a client lands in.
    pub fn files_folder(&self) -> PathBuf {
        self.home.path().join("files")
    }

    /// What sshd said so far, for a test that failed.
    pub fn log(&self) -> String {
        fs::read_to_string(self.home.path().join("sshd.log")).unwrap_or_default()
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        // Wakes the listener, which then sees that it is over.
        let woken = TcpStream::connect(("127.0.0.1", self.port)).is_ok();
        if let Some(listener) = self.listener.take().filter(|_| woken) {
            let _ = listener.join();
        }
        for (child, socket) in &mut *self.children.lock().unwrap() {
            let _ = socket.shutdown(Shutdown::Both);
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn serve(connection: TcpStream, config: &Path, log: &Path) -> io::Result<(Child, TcpStream)> {
    let held = connection.try_clone()?;
    let log = fs::OpenOptions::new().create(true).append(true).open(log)?;
    let child = Command::new(PROGRAM)
        .args(["-i", "-e", "-f"])
        .arg(config)
        .stdin(Stdio::from(OwnedFd::from(connection.try_clone()?)))
        .stdout(Stdio::from(OwnedFd::from(connection)))
        .stderr(log)
        .spawn()?;
    Ok((child, held))
}

fn write_config(home: &Path, host_key: &PrivateKey, allowed: &PublicKey) -> PathBuf {
    fs::create_dir_all(home.join("files/ind")).unwrap();
    let key = home.join("host_key");
    fs::write(&key, host_key.to_openssh(LineEnding::LF).unwrap().as_bytes()).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(home.join("authorized_keys"), allowed.to_openssh().unwrap() + "\n").unwrap();
    let config = home.join("sshd_config");
    let home = home.display();
    fs::write(
        &config,
        format!(
            "HostKey {home}/host_key\n\
             AuthorizedKeysFile {home}/authorized_keys\n\
             StrictModes no\n\
             UsePAM no\n\
             PasswordAuthentication no\n\
             KbdInteractiveAuthentication no\n\
             PermitRootLogin prohibit-password\n\
             PidFile none\n\
             LogLevel VERBOSE\n\
             Subsystem sftp internal-sftp\n\
             ForceCommand internal-sftp -d {home}/files\n"
        ),
    )
    .unwrap();
    config
}
