//! The tools, each with its fastest sensible options.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::bed::{Bed, shown};
use crate::workload::Workload;

/// A program that transfers or reads the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tool {
    /// This program.
    Ours,
    /// This program with an empty ledger, to compare with a large one.
    Fresh,
    /// OpenSSH's `sftp`, put and rename.
    Sftp,
    /// `lftp`.
    Lftp,
    /// `rclone`.
    Rclone,
    /// PuTTY's `psftp`.
    Psftp,
    /// `rsync`, which must be installed on the server too.
    Rsync,
    /// `tar`, which needs a shell on the server.
    Tar,
    /// `sha256sum`, which transfers nothing.
    Sha256sum,
}

/// The tools that transfer files, in the order of a round.
pub const CARRIERS: [Tool; 7] =
    [Tool::Ours, Tool::Sftp, Tool::Lftp, Tool::Rclone, Tool::Psftp, Tool::Rsync, Tool::Tar];

/// A transfer.
pub struct Errand<'a> {
    /// The server.
    pub bed: &'a Bed,
    /// What to carry.
    pub workload: Workload,
    /// Where it lies.
    pub source: &'a Path,
    /// Where it is to lie on the server.
    pub target: &'a Path,
}

impl Tool {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Tool::Ours => "traekfil",
            Tool::Fresh => "traekfil, W4",
            Tool::Sftp => "sftp -b",
            Tool::Lftp => "lftp",
            Tool::Rclone => "rclone",
            Tool::Psftp => "psftp -b",
            Tool::Rsync => "rsync -W",
            Tool::Tar => "tar | ssh",
            Tool::Sha256sum => "sha256sum",
        }
    }

    /// The programs it needs, besides `ssh`.
    pub fn needs(self) -> &'static [&'static str] {
        match self {
            Tool::Ours | Tool::Fresh => &[],
            Tool::Sftp => &["sftp"],
            Tool::Lftp => &["lftp"],
            Tool::Rclone => &["rclone"],
            Tool::Psftp => &["psftp", "puttygen"],
            Tool::Rsync => &["rsync"],
            Tool::Tar => &["tar"],
            Tool::Sha256sum => &["sha256sum"],
        }
    }

    /// How it tells its version.
    pub fn version(self) -> Option<(&'static str, &'static str)> {
        match self {
            Tool::Sftp => Some(("ssh", "-V")),
            Tool::Lftp => Some(("lftp", "--version")),
            Tool::Rclone => Some(("rclone", "version")),
            Tool::Psftp => Some(("psftp", "-V")),
            Tool::Rsync => Some(("rsync", "--version")),
            Tool::Tar => Some(("tar", "--version")),
            Tool::Sha256sum => Some(("sha256sum", "--version")),
            Tool::Ours | Tool::Fresh => None,
        }
    }

    /// Whether it uses only SFTP, as KP's server requires.
    pub fn is_peer(self) -> bool {
        matches!(self, Tool::Sftp | Tool::Lftp | Tool::Rclone | Tool::Psftp)
    }

    /// The most rounds of a workload in which it takes part. `sftp` and `psftp` wait for every answer, and `psftp` stalls now
    /// and then in a large file, so they skip most rounds that would take minutes.
    pub fn rounds(self, workload: Workload) -> usize {
        let far = workload.delayed && workload.files > 100;
        match self {
            Tool::Sftp if far => 2,
            Tool::Psftp if far => 1,
            Tool::Psftp if workload.size > 1 << 20 => 0,
            _ => usize::MAX,
        }
    }

    /// The command that transfers the files, with a branch for each tool, which makes the function long. Not for this program,
    /// which works in a home of its own.
    pub fn command(self, errand: &Errand<'_>) -> anyhow::Result<Command> {
        let Errand { bed, workload, source, target } = errand;
        let port = if workload.delayed { bed.far } else { bed.near }.to_string();
        let (user, target) = (&bed.user, shown(target));
        let (near, place) = (shown(source), format!("{user}@127.0.0.1"));
        let ssh = format!("ssh {} -p {port}", bed.ssh_options().join(" "));
        let mut command = match self {
            Tool::Sftp => {
                let batch = batch(errand, |name, file| {
                    format!("put {near}/{name} {target}/{file}\nrename {target}/{file} {target}/{name}\n")
                })?;
                let mut command = Command::new("sftp");
                command.args(bed.ssh_options()).args(["-q", "-P", &port, "-b", &batch, &place]);
                command
            }
            Tool::Psftp => {
                let batch = batch(errand, |name, _| format!("put {near}/{name} {target}/{name}\n"))?;
                let mut command = Command::new("psftp");
                command.args(["-batch", "-P", &port, "-i", &shown(&bed.path("key.ppk"))]);
                command.args(["-hostkey", &bed.fingerprint, "-b", &batch, &place]);
                command
            }
            Tool::Lftp => {
                let script = format!(
                    "set sftp:connect-program \"{ssh} -a -x\"; open -u {user},x sftp://127.0.0.1:{port}; \
                     mirror -R --parallel=8 {near} {target}"
                );
                let mut command = Command::new("lftp");
                command.args(["--norc", "-c", &script]);
                command
            }
            Tool::Rclone => {
                let known = shown(&bed.path("known_hosts"));
                let remote = format!(
                    ":sftp,host=127.0.0.1,port={port},user={user},key_file=\"{}\",known_hosts_file=\"{known}\",\
                     shell_type=none:{target}",
                    shown(&bed.path("key"))
                );
                let mut command = Command::new("rclone");
                command.args([
                    "copy",
                    "--config",
                    "/dev/null",
                    "--sftp-disable-hashcheck",
                    "--transfers",
                    "16",
                ]);
                command.args([&near, &remote]);
                command
            }
            Tool::Rsync => {
                let mut command = Command::new("rsync");
                command.args(["-W", "-r", "-e", &ssh, &format!("{near}/"), &format!("{place}:{target}/")]);
                command
            }
            Tool::Tar => {
                let mut command = Command::new("sh");
                let line = format!("tar -C {near} -cf - . | {ssh} {place} 'tar -C {target} -xf -'");
                command.args(["-c", &line]);
                command
            }
            Tool::Sha256sum => {
                let mut command = Command::new("sha256sum");
                command.current_dir(source).args(workload.names());
                command
            }
            Tool::Ours | Tool::Fresh => anyhow::bail!("this program works from its own folders"),
        };
        // Use a home of the benchmark's own, so that nobody's settings and known hosts are read or written.
        command.env("HOME", bed.path("home")).env_remove("SSH_AUTH_SOCK");
        Ok(command)
    }
}

/// Writes the commands for all files, and answers where.
fn batch(errand: &Errand<'_>, line: impl Fn(&str, &str) -> String) -> anyhow::Result<String> {
    let path = errand.bed.path("batch");
    let lines: String = errand.workload.names().map(|name| line(&name, &format!(".{name}.part"))).collect();
    fs::write(&path, lines)?;
    Ok(shown(&path))
}
