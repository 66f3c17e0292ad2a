//! Servers that others wrote, if they are installed: OpenSSH, ProFTPD's `mod_sftp`, Python's asyncssh and paramiko, and
//! `rclone serve sftp`.
#![cfg(unix)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use russh::keys::ssh_key::LineEnding;
use russh::keys::{HashAlg, PrivateKey, PublicKey};
use tempfile::TempDir;

use super::inetd::Inetd;
use super::server::{Received, new_key};

/// A server of paramiko's own classes, over the files below `files`.
const PARAMIKO: &str = r#"
import os, socket, sys, threading, paramiko
home = sys.argv[1]
root = home + "/files"
allowed = open(home + "/allowed").read().split()[1]

class Door(paramiko.ServerInterface):
    def get_allowed_auths(self, user):
        return "publickey"
    def check_auth_publickey(self, user, key):
        return paramiko.AUTH_SUCCESSFUL if key.get_base64() == allowed else paramiko.AUTH_FAILED
    def check_channel_request(self, kind, number):
        return paramiko.OPEN_SUCCEEDED

def error(wrong):
    return paramiko.SFTPServer.convert_errno(wrong.errno)

class Handle(paramiko.SFTPHandle):
    def stat(self):
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))

class Files(paramiko.SFTPServerInterface):
    def at(self, path):
        return root + self.canonicalize(path)
    def list_folder(self, path):
        try:
            found = []
            for name in os.listdir(self.at(path)):
                attributes = paramiko.SFTPAttributes.from_stat(os.lstat(self.at(path) + "/" + name))
                attributes.filename = name
                found.append(attributes)
            return found
        except OSError as wrong:
            return error(wrong)
    def lstat(self, path):
        try:
            return paramiko.SFTPAttributes.from_stat(os.lstat(self.at(path)))
        except OSError as wrong:
            return error(wrong)
    stat = lstat
    def open(self, path, flags, attributes):
        try:
            number = os.open(self.at(path), flags, 0o644)
        except OSError as wrong:
            return error(wrong)
        file = os.fdopen(number, "wb" if flags & os.O_WRONLY else "rb")
        handle = Handle(flags)
        handle.readfile = handle.writefile = file
        return handle
    def remove(self, path):
        try:
            os.remove(self.at(path))
        except OSError as wrong:
            return error(wrong)
        return paramiko.SFTP_OK
    def rename(self, old, new):
        if os.path.lexists(self.at(new)):
            return paramiko.SFTP_FAILURE
        try:
            os.rename(self.at(old), self.at(new))
        except OSError as wrong:
            return error(wrong)
        return paramiko.SFTP_OK

key = paramiko.Ed25519Key(filename=home + "/host_key")
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(20)
print(listener.getsockname()[1], flush=True)

def serve(line):
    transport = paramiko.Transport(line)
    transport.add_server_key(key)
    transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Files)
    transport.start_server(server=Door())
    transport.join()

while True:
    line, _ = listener.accept()
    threading.Thread(target=serve, args=(line,), daemon=True).start()
"#;

/// A running server, with its files below `home`. It ends when it is dropped.
pub struct Other {
    home: TempDir,
    runs: Runs,
    host_key: PrivateKey,
    user: String,
}

enum Runs {
    /// A process for each connection.
    ByInetd(Inetd),
    /// One process that listens itself.
    Itself { child: Child, port: u16 },
}

impl Other {
    /// A server that `listener` starts for each connection.
    pub fn by_inetd(listener: Inetd, home: TempDir, host_key: PrivateKey, user: String) -> Other {
        Other { home, runs: Runs::ByInetd(listener), host_key, user }
    }

    /// ProFTPD for one key; none where the machine has none.
    pub fn proftpd(allowed: &PublicKey) -> Option<Other> {
        const PROGRAM: &str = "/usr/sbin/proftpd";
        let as_root = rustix::process::geteuid().is_root();
        if !as_root || !Path::new(PROGRAM).exists() || !Path::new("/usr/lib/proftpd/mod_sftp.so").exists() {
            eprintln!("skipped: no proftpd with mod_sftp, or not root");
            return None;
        }
        let (home, host_key) = home("traekfil-proftpd-");
        let folder = home.path().display();
        let key = ssh_key::PublicKey::from_openssh(&allowed.to_openssh().unwrap()).unwrap();
        let lines = openssl::base64::encode_block(&key.to_bytes().unwrap());
        let rfc4716 = format!("---- BEGIN SSH2 PUBLIC KEY ----\n{lines}\n---- END SSH2 PUBLIC KEY ----\n");
        fs::write(home.path().join("korsbaek.pub"), rfc4716).unwrap();
        private(&home.path().join("passwd"), &format!("korsbaek:x:0:0::{folder}/files:/bin/sh\n"));
        let config = home.path().join("proftpd.conf");
        fs::write(
            &config,
            format!(
                "ServerName traek\nServerType inetd\nDefaultServer on\nPort 0\n\
                 ModulePath /usr/lib/proftpd\nLoadModule mod_sftp.c\n\
                 User root\nGroup root\nRootLogin on\nUseReverseDNS off\nRequireValidShell off\n\
                 WtmpLog off\nTransferLog none\nScoreboardFile none\nSystemLog {folder}/system.log\n\
                 AuthUserFile {folder}/passwd\nAuthOrder mod_auth_file.c\n\
                 SFTPEngine on\nSFTPLog {folder}/log\nSFTPHostKey {folder}/host_key\n\
                 SFTPAuthorizedUserKeys file:{folder}/korsbaek.pub\nSFTPAuthMethods publickey\n\
                 <Limit LOGIN>\nAllowAll\n</Limit>\n"
            ),
        )
        .unwrap();
        let listener = Inetd::start(move || {
            let mut proftpd = Command::new(PROGRAM);
            proftpd.arg("-n").arg("-c").arg(&config).stderr(Stdio::null());
            proftpd
        });
        Some(Other::by_inetd(listener, home, host_key, "korsbaek".into()))
    }

    /// asyncssh for one key; none where the machine has none.
    pub fn asyncssh(allowed: &PublicKey) -> Option<Other> {
        Other::in_python(allowed, "authorized_client_keys=home + '/authorized_keys'")
    }

    /// asyncssh that takes any password, and wants a new one at once; none where the machine has none.
    pub fn asyncssh_with_expired_password(allowed: &PublicKey) -> Option<Other> {
        Other::in_python(allowed, "server_factory=Expired")
    }

    fn in_python(allowed: &PublicKey, login: &str) -> Option<Other> {
        const SERVER: &str = r#"
import asyncio, asyncssh, sys
home = sys.argv[1]

def files(channel):
    return asyncssh.SFTPServer(channel, chroot=home + "/files")

class Expired(asyncssh.SSHServer):
    def begin_auth(self, username):
        return True

    def password_auth_supported(self):
        return True

    def validate_password(self, username, password):
        raise asyncssh.PasswordChangeRequired("skift den")

async def main():
    server = await asyncssh.listen(
        "127.0.0.1", 0, server_host_keys=[home + "/host_key"], sftp_factory=files, LOGIN)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"#;
        let python = python_with("asyncssh")?;
        let (home, host_key) = home("traekfil-asyncssh-");
        fs::write(home.path().join("authorized_keys"), allowed.to_openssh().unwrap() + "\n").unwrap();
        let log = fs::File::create(home.path().join("log")).unwrap();
        let mut command = Command::new(python);
        let server = SERVER.replace("LOGIN", login);
        command.args(["-W", "ignore", "-c", &server]).arg(home.path()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().unwrap();
        let mut port = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
        let runs = Runs::Itself { child, port: port.trim().parse().expect("the port of asyncssh") };
        Some(Other { home, runs, host_key, user: "korsbaek".into() })
    }

    /// `rclone serve sftp` for one key, with this `--vfs-cache-mode`; none where the machine has none.
    pub fn rclone(allowed: &PublicKey, cache: &str) -> Option<Other> {
        let there =
            Command::new("rclone").arg("version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        if !there.is_ok_and(|status| status.success()) {
            eprintln!("skipped: no rclone");
            return None;
        }
        let (home, host_key) = home("traekfil-rclone-");
        let at = |name: &str| home.path().join(name);
        fs::write(at("authorized_keys"), allowed.to_openssh().unwrap() + "\n").unwrap();
        let mut command = Command::new("rclone");
        command.args([
            "serve",
            "sftp",
            "--addr",
            "127.0.0.1:0",
            "--vfs-cache-mode",
            cache,
            "--vfs-write-back",
            "0",
        ]);
        command.arg("--config").arg(at("rclone.conf")).arg("--cache-dir").arg(at("cache"));
        command.arg("--authorized-keys").arg(at("authorized_keys")).arg("--key").arg(at("host_key"));
        command.args(["--dir-cache-time", "0", "-v"]).arg(at("files"));
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let listening = lines.by_ref().map(Result::unwrap).find_map(|line| {
            let (_, address) = line.split_once("listening on 127.0.0.1:")?;
            address.trim().parse().ok()
        });
        // Read on, so that the server never waits for somebody to read what it says.
        std::thread::spawn(move || lines.for_each(drop));
        let runs = Runs::Itself { child, port: listening.expect("the port of rclone") };
        Some(Other { home, runs, host_key, user: "korsbaek".into() })
    }

    /// paramiko's server for one key; none where the machine has none.
    pub fn paramiko(allowed: &PublicKey) -> Option<Other> {
        let python = python_with("paramiko")?;
        let (home, host_key) = home("traekfil-paramiko-");
        fs::write(home.path().join("allowed"), allowed.to_openssh().unwrap()).unwrap();
        let log = fs::File::create(home.path().join("log")).unwrap();
        let mut command = Command::new(python);
        command.args(["-W", "ignore", "-c", PARAMIKO]).arg(home.path()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().unwrap();
        let mut port = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
        let runs = Runs::Itself { child, port: port.trim().parse().expect("the port of paramiko") };
        Some(Other { home, runs, host_key, user: "korsbaek".into() })
    }

    /// Where it listens, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        match &self.runs {
            Runs::ByInetd(listener) => listener.port(),
            Runs::Itself { port, .. } => *port,
        }
    }

    /// Whom to log in as.
    pub fn user(&self) -> String {
        self.user.clone()
    }

    /// Its host key.
    pub fn public_key(&self) -> PublicKey {
        self.host_key.public_key().clone()
    }

    /// Its host key, `SHA256:…`.
    pub fn fingerprint(&self) -> String {
        self.public_key().fingerprint(HashAlg::Sha256).to_string()
    }

    /// Connections accepted so far, where they are counted.
    pub fn connections(&self) -> u64 {
        match &self.runs {
            Runs::ByInetd(listener) => listener.connections(),
            Runs::Itself { .. } => panic!("its connections are not counted"),
        }
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

    /// What it said so far, for a test that failed.
    pub fn log(&self) -> String {
        fs::read_to_string(self.home.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        if let Runs::Itself { child, .. } = &mut self.runs {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The Python that has this package, if one does.
pub fn python_with(package: &str) -> Option<&'static str> {
    let python = ["/usr/bin/python3", "python3"].into_iter().find(|python| {
        let mut command = Command::new(python);
        command.args(["-W", "ignore", "-c", &format!("import {package}")]).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    });
    if python.is_none() {
        eprintln!("skipped: no {package}");
    }
    python
}

/// A folder with the receiver's folder and a host key in it.
pub fn home(prefix: &str) -> (TempDir, PrivateKey) {
    let home = tempfile::Builder::new().prefix(prefix).tempdir().unwrap();
    fs::create_dir_all(home.path().join("files/ind")).unwrap();
    let key = new_key();
    private(&home.path().join("host_key"), &key.to_openssh(LineEnding::LF).unwrap());
    (home, key)
}

fn private(path: &Path, content: &str) {
    fs::write(path, content).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}
