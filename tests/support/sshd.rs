//! OpenSSH's own server, one `sshd -i` for each connection.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use russh::keys::PublicKey;

use super::inetd::Inetd;
use super::third_party_servers::{Other, home};

const PROGRAM: &str = "/usr/sbin/sshd";

/// Starts the server for one key; none where the machine has no sshd.
pub fn start(allowed: &PublicKey) -> Option<Other> {
    // Run by root, sshd needs an empty folder as the root of its unprivileged process.
    let as_root = rustix::process::geteuid().is_root();
    if !Path::new(PROGRAM).exists() || as_root && fs::create_dir_all("/run/sshd").is_err() {
        eprintln!("skipped: no sshd");
        return None;
    }
    let (home, host_key) = home("traekfil-sshd-");
    let config = write_config(home.path(), allowed);
    let log = home.path().join("log");
    let listener = Inetd::start(move || {
        let log = fs::OpenOptions::new().create(true).append(true).open(&log).unwrap();
        let mut sshd = Command::new(PROGRAM);
        sshd.args(["-i", "-e", "-f"]).arg(&config).stderr(log);
        sshd
    });
    // OpenSSH only accepts users that exist on the machine.
    let user = whoami::username().unwrap();
    Some(Other::by_inetd(listener, home, host_key, user))
}

fn write_config(home: &Path, allowed: &PublicKey) -> PathBuf {
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
