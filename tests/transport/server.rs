//! An `sshd` of a test's own, and what is sent to it.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use traekfil::config::{Publish, Sftp, SyncRule, Verify};
use traekfil::remote::ssh::SshConnector;
use traekfil::remote::{ConnectError, Remote, Source, Upload, UploadError, Uploaded};
use traekfil::secrets::Secrets;
use traekfil::template::Template;

pub const SSHD: &str = "/usr/sbin/sshd";

/// OpenSSH's server on a free port: a process for each connection, all ended with this.
pub struct Server {
    home: tempfile::TempDir,
    pub port: u16,
    over: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
    pub children: Arc<Mutex<Vec<Child>>>,
}

impl Server {
    /// With host keys of these types; `None`, and a printed line, where there is no `sshd`.
    pub fn start(host_keys: &[&str], more: &str) -> Option<Server> {
        if !Path::new(SSHD).exists() {
            println!("skipped: no {SSHD}");
            return None;
        }
        fs::create_dir_all("/run/sshd").ok();
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name).display().to_string();
        let mut config = format!(
            "PidFile none\nUsePAM no\nStrictModes no\nPermitRootLogin yes\nPasswordAuthentication no\n\
             KbdInteractiveAuthentication no\nAuthorizedKeysFile {}\nSubsystem sftp internal-sftp\n\
             LogLevel DEBUG1\n{more}\n",
            at("authorized_keys")
        );
        for kind in host_keys {
            keygen(&home.path().join(format!("host_{kind}")), kind, &[], "");
            config.push_str(&["HostKey ", &at(&format!("host_{kind}")), "\n"].concat());
        }
        fs::write(home.path().join("sshd_config"), config).unwrap();
        fs::write(home.path().join("authorized_keys"), "").unwrap();

        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let over = Arc::new(AtomicBool::new(false));
        let children = Arc::new(Mutex::new(Vec::new()));
        let (stop, started, folder) = (over.clone(), children.clone(), home.path().to_owned());
        let accepting = thread::spawn(move || {
            for socket in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    break;
                }
                started.lock().unwrap().push(sshd(&folder, socket.unwrap()));
            }
        });
        Some(Server { home, port, over, accepting: Some(accepting), children })
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub fn remote(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    pub fn fingerprint(&self, kind: &str) -> String {
        let out = Command::new("ssh-keygen").arg("-lf").arg(self.path(&format!("host_{kind}.pub"))).output();
        let out = String::from_utf8(out.unwrap().stdout).unwrap();
        out.split(' ').find(|word| word.starts_with("SHA256:")).unwrap().to_owned()
    }

    /// `type base64` of a host key.
    pub fn public(&self, kind: &str) -> String {
        let line = fs::read_to_string(self.path(&format!("host_{kind}.pub"))).unwrap();
        line.split(' ').take(2).collect::<Vec<_>>().join(" ")
    }

    /// A key that the server knows.
    pub fn user_key(&self, name: &str, kind: &str, how: &[&str], passphrase: &str) -> PathBuf {
        let path = self.path(name);
        keygen(&path, kind, how, passphrase);
        let public = fs::read_to_string(self.path(&format!("{name}.pub"))).unwrap();
        let known = fs::read_to_string(self.path("authorized_keys")).unwrap();
        fs::write(self.path("authorized_keys"), known + &public).unwrap();
        path
    }

    pub fn settings(&self, identity: Option<PathBuf>) -> Sftp {
        let user = Command::new("id").arg("-un").output().unwrap().stdout;
        Sftp {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            user: String::from_utf8(user).unwrap().trim().to_owned(),
            identity,
            password_file: None,
            passphrase_file: None,
            host_key: vec![self.fingerprint("ed25519")],
            known_hosts: None,
            folder: self.remote("ind"),
            remote_name: Template::parse("{name}").unwrap(),
            temporary_name: Template::parse(".{name}.{id}.part").unwrap(),
            verify: Verify::Size,
            sync: SyncRule::Required,
            pieces: false,
            publish: Publish::Rename,
            timeout: Duration::from_secs(20),
            connections: 1,
        }
    }

    /// Ends every process that serves a connection.
    pub fn kill(&self) {
        for child in self.children.lock().unwrap().iter_mut() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        let _ = self.accepting.take().unwrap().join();
        self.kill();
    }
}

pub fn sshd(home: &Path, socket: TcpStream) -> Child {
    let input = OwnedFd::from(socket.try_clone().unwrap());
    Command::new(SSHD)
        .args(["-i", "-f"])
        .arg(home.join("sshd_config"))
        .arg("-E")
        .arg(home.join("log"))
        .stdin(Stdio::from(input))
        .stdout(Stdio::from(OwnedFd::from(socket)))
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

pub fn keygen(path: &Path, kind: &str, how: &[&str], passphrase: &str) {
    let done = Command::new("ssh-keygen")
        .args(["-q", "-t", kind, "-N", passphrase, "-C", "korsbaek"])
        .args(how)
        .arg("-f")
        .arg(path)
        .status();
    assert!(done.unwrap().success());
}

pub fn passphrase(text: &str) -> Secrets {
    Secrets { passphrase: Some(text.to_owned().into()), ..Secrets::default() }
}

pub fn connect(sftp: &Sftp, secrets: Secrets) -> Result<Box<dyn Remote + Send>, ConnectError> {
    SshConnector::new(sftp, secrets).connect_reporting(|_| ())
}

/// A file in memory.
pub struct Memory(io::Cursor<Vec<u8>>);

impl Source for Memory {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        io::Read::read(&mut self.0, buffer)
    }
}

pub fn content(seed: usize, length: usize) -> Vec<u8> {
    (0..length).map(|i| u8::try_from((i * 31 + i / 251 + seed * 7) % 256).unwrap()).collect()
}

pub fn store(remote: &mut dyn Remote, files: &[(String, Vec<u8>)]) -> Vec<Result<Uploaded, UploadError>> {
    let acknowledged = AtomicU64::new(0);
    let mut sources: Vec<Memory> =
        files.iter().map(|(_, bytes)| Memory(io::Cursor::new(bytes.clone()))).collect();
    let mut stores: Vec<Upload<'_>> = files
        .iter()
        .zip(&mut sources)
        .map(|((path, bytes), source)| Upload { path, source, size: bytes.len() as u64 })
        .collect();
    let results = remote.store(&mut stores, &|bytes| {
        acknowledged.fetch_add(bytes, Ordering::SeqCst);
    });
    let sent: u64 = results.iter().flatten().map(|stored| stored.sent).sum();
    let acknowledged = acknowledged.into_inner();
    assert!(acknowledged == sent || acknowledged > sent && results.iter().any(Result::is_err));
    results
}
