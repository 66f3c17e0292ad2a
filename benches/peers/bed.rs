//! What all tools share: an sshd of OpenSSH on loopback with keys of its own, and the delay before it.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use tempfile::TempDir;

use crate::relay;

/// The delay in one direction; a round trip takes 20 ms.
const DELAY: Duration = Duration::from_millis(10);
const SSHD: &str = "/usr/sbin/sshd";
/// The server and the keys to it. It ends when this is dropped.
pub struct Bed {
    /// Holds everything that the benchmark writes.
    pub root: TempDir,
    /// Where the server puts what it gets.
    pub target: PathBuf,
    /// Who logs in: whoever runs the benchmark.
    pub user: String,
    /// The host key, `SHA256:…`.
    pub fingerprint: String,
    /// sshd's port.
    pub near: u16,
    /// The same through the delay.
    pub far: u16,
    sshd: Child,
}

impl Bed {
    /// Starts the server.
    ///
    /// What it gets goes into a new folder in `received`, or else beside everything else.
    pub fn start(received: Option<&Path>) -> anyhow::Result<Bed> {
        ensure!(Path::new(SSHD).exists(), "{SSHD} is not there: install openssh-server");
        let root = tempfile::Builder::new().prefix("traekfil-peers-").tempdir()?;
        let path = root.path();
        for key in ["host_key", "key"] {
            run(Command::new("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-f"])
                .arg(path.join(key)))?;
        }
        // PuTTY has a form of its own for keys.
        let puttygen =
            Command::new("puttygen").arg(path.join("key")).arg("-o").arg(path.join("key.ppk")).status();
        drop(puttygen);
        let host_key = fs::read_to_string(path.join("host_key.pub"))?;
        let fingerprint =
            ssh_key::PublicKey::from_openssh(&host_key)?.fingerprint(ssh_key::HashAlg::Sha256).to_string();
        let user = whoami::username()?;
        fs::copy(path.join("key.pub"), path.join("authorized_keys"))?;
        fs::create_dir(path.join("home"))?;
        let near = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let sshd = serve(path, near)?;
        let far = relay::start(near, DELAY)?;
        let known = [near, far].map(|port| format!("[127.0.0.1]:{port} {}\n", host_key.trim())).concat();
        fs::write(path.join("known_hosts"), known)?;
        let folder = received.map_or_else(|| path.to_owned(), Path::to_owned);
        let target = folder.join(format!("traekfil-received-{}", std::process::id()));
        Ok(Bed { root, target, user, fingerprint, near, far, sshd })
    }

    /// A path in the benchmark's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// The options with which OpenSSH's clients log in without reading anybody's own settings.
    pub fn ssh_options(&self) -> Vec<String> {
        let mut options: Vec<String> =
            vec!["-F".into(), "none".into(), "-i".into(), shown(&self.path("key"))];
        let known = format!("UserKnownHostsFile={}", shown(&self.path("known_hosts")));
        for option in [
            "BatchMode=yes",
            "IdentitiesOnly=yes",
            "IdentityAgent=none",
            "StrictHostKeyChecking=yes",
            "GlobalKnownHostsFile=/dev/null",
            &known,
        ] {
            options.extend(["-o".to_owned(), option.to_owned()]);
        }
        options
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        drop(self.sshd.kill());
        drop(self.sshd.wait());
        drop(fs::remove_dir_all(&self.target));
    }
}

/// A path of the benchmark, all of which are Unicode.
pub fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Runs a command that must succeed.
pub fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command
        .stdout(Stdio::null())
        .status()
        .with_context(|| command.get_program().display().to_string())?;
    ensure!(status.success(), "{command:?}: {status}");
    Ok(())
}

fn serve(path: &Path, port: u16) -> anyhow::Result<Child> {
    if rustix::process::geteuid().is_root() {
        // Run by root, sshd needs an empty folder as the root of its unprivileged process.
        fs::create_dir_all("/run/sshd")?;
    }
    let at = shown(path);
    // `internal-sftp`, as on a server without shell access. For the tools that need a shell, SHLVL is set: bash then takes
    // itself for an inner shell, and does not read the settings of whoever runs the benchmark.
    let config = format!(
        "ListenAddress 127.0.0.1\nPort {port}\nHostKey {at}/host_key\nAuthorizedKeysFile {at}/authorized_keys\n\
         PidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin yes\n\
         Subsystem sftp internal-sftp\nSetEnv SHLVL=2\n"
    );
    fs::write(path.join("sshd_config"), config)?;
    let log = fs::File::create(path.join("sshd.log"))?;
    let mut sshd =
        Command::new(SSHD).arg("-D").arg("-e").arg("-f").arg(path.join("sshd_config")).stderr(log).spawn()?;
    let give_up = Instant::now() + Duration::from_secs(10);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if let Some(status) = sshd.try_wait()? {
            bail!("sshd: {status}; {}", fs::read_to_string(path.join("sshd.log"))?);
        }
        ensure!(Instant::now() < give_up, "sshd does not listen");
        thread::sleep(Duration::from_millis(10));
    }
    Ok(sshd)
}
