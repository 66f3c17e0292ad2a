//! Users of the tests' own: the program runs in a mount namespace with a private list of users and groups, as one of them.
//! That takes root; without it these tests say so and pass.
#![cfg(target_os = "linux")]
#![allow(dead_code)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::output::{Output, Running};
use super::town::Town;

/// The service's account.
pub const SERVICE: u32 = 990;
/// Persons.
pub const ANNA: u32 = 4001;
pub const BO: u32 = 4002;

const PASSWD: &str = "root:*:0:0::/root:/bin/sh
traekfil:*:990:990::/var/lib/traekfil:/usr/sbin/nologin
anna:*:4001:4001::/:/bin/sh
bo:*:4002:4002::/:/bin/sh
bente:*:4003:4003::/:/bin/sh
anders:*:4004:4004::/:/bin/sh
dorte:*:4005:4005::/:/bin/sh
kirsten:*:4006:4006::/:/bin/sh
";
const GROUP: &str =
    "root:x:0:\ntraekfil:x:990:bo\nanna:x:4001:\nbo:x:4002:\nhold:x:4100:anna,bo\nalene:x:4200:anna\n";
const SUDOERS: &str = "ALL ALL=(ALL) NOPASSWD:SETENV: ALL\n";
/// Before `--` stand what the namespace needs; after it the command.
const ENTER: &str =
    "mount --bind \"$1/passwd\" /etc/passwd && mount --bind \"$1/group\" /etc/group || exit 99
[ ! -e /etc/sudoers ] || mount --bind \"$1/sudoers\" /etc/sudoers || exit 99
[ -z \"$2\" ] || echo \"$2\" > /proc/self/loginuid || exit 98
user=$3; shift 3
[ \"$user\" = 0 ] || exec setpriv --reuid \"$user\" --regid \"$user\" --init-groups \"$@\"
exec \"$@\"";

/// Whether such users can be had here; prints why not.
pub fn can_be_had() -> bool {
    let tried = rustix::process::geteuid().is_root()
        && Command::new("unshare").args(["-m", "true"]).status().is_ok_and(|status| status.success());
    if !tried {
        eprintln!("skipped: only root can have users of its own, in a mount namespace");
    }
    tried
}

/// The number of a user.
pub fn number(name: &str) -> u32 {
    let line = PASSWD.lines().find(|line| line.starts_with(&format!("{name}:"))).unwrap();
    line.split(':').nth(2).unwrap().parse().unwrap()
}

/// A command in the town's folder and environment, as this user, who has logged in as `login`.
pub fn command(town: &Town, user: u32, login: Option<u32>, words: &[&str]) -> Command {
    let users = town.path("users");
    if !users.exists() {
        fs::create_dir(&users).unwrap();
        fs::write(users.join("passwd"), PASSWD).unwrap();
        fs::write(users.join("group"), GROUP).unwrap();
        fs::write(users.join("sudoers"), SUDOERS).unwrap();
        fs::set_permissions(users.join("sudoers"), fs::Permissions::from_mode(0o440)).unwrap();
    }
    let ours = town.command([""; 0]);
    let mut command = Command::new("unshare");
    command.args(["-m", "--propagation", "private", "sh", "-c", ENTER, "sh"]).arg(users);
    command.arg(login.map(|uid| uid.to_string()).unwrap_or_default()).arg(user.to_string()).args(words);
    command.current_dir(ours.get_current_dir().unwrap());
    command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    command.envs(ours.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The program, where every user may run it.
pub fn program(town: &Town) -> PathBuf {
    let program = town.path("bin/traekfil");
    if !program.exists() {
        fs::create_dir_all(town.path("bin")).unwrap();
        fs::copy(env!("CARGO_BIN_EXE_traekfil"), &program).unwrap();
    }
    fs::set_permissions(town.path(""), fs::Permissions::from_mode(0o755)).unwrap();
    program
}

/// Runs the program as this user, who has logged in as `login`.
pub fn run(town: &Town, user: u32, login: Option<u32>, args: &[&str]) -> Output {
    let program = program(town);
    let words: Vec<&str> = [program.to_str().unwrap()].into_iter().chain(args.iter().copied()).collect();
    Running::start(&mut command(town, user, login, &words)).finish()
}

/// Runs the program as root, for a person who came there from their own login.
pub fn as_person(town: &Town, who: &str, args: &[&str]) -> Output {
    run(town, 0, Some(number(who)), args)
}

/// Gives a file, or a folder with all that is in it, to a user.
pub fn give(path: &Path, user: u32) {
    for entry in walkdir::WalkDir::new(path).follow_links(false) {
        std::os::unix::fs::lchown(entry.unwrap().path(), Some(user), Some(user)).unwrap();
    }
}

/// Gives one file or folder to a user and a group, with this mode.
pub fn set(path: &Path, user: u32, group: u32, mode: u32) {
    chown(path, Some(user), Some(group)).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}
