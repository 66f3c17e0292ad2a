//! Who gives the command, on Unix: by what the kernel keeps, not by what the environment says.
//!
//! A process carries the user who logged in (`loginuid`, kept by PAM), its own user, and a line of parents with theirs. Who
//! called `sudo` is what `SUDO_UID` says, if the parent is `sudo` at work as root. Where two of these name two persons, nobody
//! can tell which of them it is.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::unistd::{Uid, User};

/// The lowest number that systems give to a person, where `/etc/login.defs` says nothing.
const FIRST_PERSON: u32 = 1000;
/// Numbers of services and of nobody: systemd's dynamic users, and what stands for a user from elsewhere.
const NO_PERSONS: [std::ops::RangeInclusive<u32>; 2] = [61_184..=65_519, 65_534..=65_535];
/// What the kernel writes where nobody has logged in.
const UNSET: u32 = u32::MAX;
/// The shells of accounts that nobody logs in to.
const NO_SHELLS: [&str; 3] = ["nologin", "false", "true"];
/// More parents than this are not looked at.
const MOST_PARENTS: usize = 100;

/// What tells who gives the command, as users' numbers.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tellers {
    /// Who logged in.
    login: Option<u32>,
    /// The user of this process.
    own: u32,
    /// What `SUDO_UID` says, whoever wrote it.
    claimed: Option<u32>,
    /// Whether the parent is `sudo`, working as root.
    behind_sudo: bool,
    /// The users of the parents, the nearest first; root's `sudo` is left out.
    parents: Vec<u32>,
}

/// The name of the person who gives the command: never root or a service's account. None where nothing tells, or two
/// things tell of two persons.
#[must_use]
pub fn person() -> Option<String> {
    let claimed = std::env::var("SUDO_UID").ok();
    let mut tellers = Tellers {
        login: fs::read_to_string("/proc/self/loginuid").ok().and_then(|text| text.trim().parse().ok()),
        own: nix::unistd::getuid().as_raw(),
        // One that is no number tells of nobody.
        claimed: claimed.map(|text| text.trim().parse().unwrap_or(UNSET)),
        ..Tellers::default()
    };
    look_at_parents(&mut tellers);
    let uid = told(&tellers, &is_person)?;
    User::from_uid(Uid::from_raw(uid)).ok().flatten().map(|user| user.name)
}

/// The one person that all of them tell of.
fn told(by: &Tellers, is_person: &dyn Fn(u32) -> bool) -> Option<u32> {
    let login = by.login.filter(|uid| *uid != UNSET);
    // Root's own login tells of nobody, and neither may anything else then tell of somebody.
    if login.is_some_and(|uid| !is_person(uid)) {
        return None;
    }
    let persons =
        |uids: &[u32]| uids.iter().copied().filter(|uid| is_person(*uid)).collect::<BTreeSet<u32>>();
    // `SUDO_UID` can be set by anybody: alone it tells nothing, and against the others it makes them doubtful.
    let caller = by.parents.first().copied();
    let sudo = by.claimed.filter(|uid| by.behind_sudo && caller == Some(*uid) && is_person(*uid));
    let tells = login.or(sudo).or(Some(by.own).filter(|uid| is_person(*uid)))?;
    let mut all = persons(&by.parents);
    all.extend(persons(&[by.own]));
    all.extend(by.claimed);
    all.iter().all(|uid| *uid == tells).then_some(tells)
}

/// Whether somebody logs in to this account: not root, not a service's.
fn is_person(uid: u32) -> bool {
    if uid < first_person() || uid == UNSET || NO_PERSONS.iter().any(|range| range.contains(&uid)) {
        return false;
    }
    let Ok(Some(user)) = User::from_uid(Uid::from_raw(uid)) else { return false };
    let shell = user.shell.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    !NO_SHELLS.contains(&shell)
}

fn first_person() -> u32 {
    let defined = fs::read_to_string("/etc/login.defs").ok();
    let mut lines = defined.iter().flat_map(|text| text.lines());
    let found = lines.find_map(|line| line.trim().strip_prefix("UID_MIN")?.trim().parse().ok());
    found.unwrap_or(FIRST_PERSON)
}

/// Notes the users of the parents up to the first process of the system, as far as they can be seen.
fn look_at_parents(tellers: &mut Tellers) {
    let mut next = std::os::unix::process::parent_id();
    let mut nearest = true;
    for _ in 0..MOST_PARENTS {
        let Some(process) = Process::read(next) else { break };
        let is_sudo = process.is_sudo();
        tellers.behind_sudo |= is_sudo && nearest;
        // The real user of `sudo` is who called it, which the kernel keeps; versions that give it up tell nothing.
        if !is_sudo || process.users[0] != 0 {
            tellers.parents.push(process.users[0]);
        }
        nearest &= is_sudo;
        next = process.parent;
        if next == 0 {
            break;
        }
    }
}

/// What everybody may see of a process.
struct Process {
    number: u32,
    name: String,
    parent: u32,
    /// The users that it works as: real, effective, saved, and for files.
    users: [u32; 4],
}

impl Process {
    fn read(number: u32) -> Option<Process> {
        let status = fs::read(format!("/proc/{number}/status")).ok()?;
        Process::of(number, &String::from_utf8_lossy(&status))
    }

    fn of(number: u32, status: &str) -> Option<Process> {
        let field = |name: &str| {
            let mut lines = status.lines();
            lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':').map(str::trim))
        };
        let users: Vec<u32> = field("Uid")?.split_whitespace().filter_map(|id| id.parse().ok()).collect();
        Some(Process {
            number,
            name: field("Name")?.to_owned(),
            parent: field("PPid")?.parse().ok()?,
            users: users.try_into().ok()?,
        })
    }

    /// Whether it is `sudo`, working as root. Another user may not see which program it runs, but then its name does, since
    /// only root's own programs work as root.
    fn is_sudo(&self) -> bool {
        if self.users[1..3] != [0; 2] || !["sudo", "sudo-rs"].contains(&self.name.as_str()) {
            return false;
        }
        match fs::read_link(format!("/proc/{}/exe", self.number)) {
            Ok(program) => is_roots_sudo(&program),
            Err(error) => error.kind() == std::io::ErrorKind::PermissionDenied,
        }
    }
}

fn is_roots_sudo(program: &Path) -> bool {
    let named = program.file_name().is_some_and(|name| name == "sudo" || name == "sudo-rs");
    named && fs::metadata(program).is_ok_and(|about| about.uid() == 0 && about.mode() & 0o4000 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANNA: u32 = 1001;
    const BO: u32 = 1002;
    const SERVICE: u32 = 999;

    #[test]
    fn one_person_is_never_two() {
        let who = |by: Tellers| told(&by, &|uid| [ANNA, BO].contains(&uid));
        let by = |login, own, claimed, behind_sudo, parents: &[u32]| Tellers {
            login,
            own,
            claimed,
            behind_sudo,
            parents: parents.to_vec(),
        };
        let table = [
            // herself, with and without a login that the kernel knows
            (by(Some(ANNA), ANNA, None, false, &[ANNA, 0]), Some(ANNA)),
            (by(Some(UNSET), ANNA, None, false, &[ANNA, 0]), Some(ANNA)),
            (by(None, ANNA, None, false, &[]), Some(ANNA)),
            // sudo, to root and to the service
            (by(Some(ANNA), 0, Some(ANNA), true, &[ANNA, 0]), Some(ANNA)),
            (by(Some(UNSET), SERVICE, Some(ANNA), true, &[ANNA, 0]), Some(ANNA)),
            // sudo with its variables taken away
            (by(Some(ANNA), SERVICE, None, true, &[ANNA, 0]), Some(ANNA)),
            (by(Some(UNSET), SERVICE, None, true, &[ANNA, 0]), None),
            // sudo with somebody else's number
            (by(Some(ANNA), 0, Some(BO), true, &[ANNA, 0]), None),
            (by(Some(UNSET), 0, Some(BO), true, &[ANNA, 0]), None),
            (by(Some(ANNA), ANNA, Some(BO), false, &[ANNA, 0]), None),
            (by(Some(ANNA), 0, Some(UNSET), true, &[ANNA, 0]), None),
            // a variable without sudo
            (by(Some(UNSET), 0, Some(ANNA), false, &[0, 0]), None),
            (by(Some(UNSET), 0, Some(ANNA), false, &[ANNA, 0]), None),
            // su to another person, to root, and from there to another person
            (by(Some(ANNA), BO, None, false, &[0, ANNA]), None),
            (by(Some(UNSET), BO, None, false, &[BO, 0, ANNA]), None),
            (by(Some(ANNA), 0, None, false, &[0, ANNA]), Some(ANNA)),
            (by(Some(UNSET), SERVICE, Some(BO), true, &[BO, 0, ANNA]), None),
            // root, and the service by itself
            (by(Some(0), 0, None, false, &[0]), None),
            (by(Some(0), ANNA, None, false, &[0]), None),
            (by(Some(UNSET), SERVICE, None, false, &[0]), None),
        ];
        for (tellers, person) in table {
            let said = format!("{tellers:?}");
            assert_eq!(who(tellers), person, "{said}");
        }
    }

    #[test]
    fn a_process_is_read_as_the_kernel_writes_it() {
        let status = "Name:\tsudo\nUmask:\t0022\nPid:\t7\nPPid:\t5\nUid:\t4001\t0\t0\t0\nGid:\t0\t0\t0\t0\n";
        let process = Process::of(7, status);
        assert!(process.is_some_and(|it| (it.parent, it.users) == (5, [4001, 0, 0, 0]) && it.name == "sudo"));
        assert!(Process::of(7, "Name:\tx\nPPid:\t5\nUid:\t0\t0\n").is_none());
    }
}
