//! Which files other programs of this machine hold open for writing.
//!
//! Linux would tell that of one file by a lease (`F_SETLEASE`), for which there is no call without unsafe code, and which
//! is given only for one's own files. So the open files of all programs are gone through in `/proc` instead. That shows
//! what the program may look at: all programs as root, else those of its own user.
//!
//! `ProtectProc=invisible`, as our own systemd unit has it, takes nothing away from that: it hides other users'
//! programs, whose open files could not be looked at without it either.

use std::collections::HashSet;
use std::path::Path;

/// Whose writing can be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriterSight {
    /// That of every program of this machine.
    All,
    /// That of this user's programs alone.
    SameUser,
    /// None: the folder is a share of another machine, whose programs do not show here.
    Share,
    /// None: the system does not tell.
    Nobody,
}

/// Those of these files, as device and number, that another program holds open for writing, as far as that can be seen.
/// Nothing is opened, so nobody is disturbed.
#[must_use]
#[allow(clippy::implicit_hasher, reason = "called in one place")]
pub fn written_by_others(files: &HashSet<(u64, u64)>) -> HashSet<(u64, u64)> {
    #[cfg(target_os = "linux")]
    return linux::written_by_others(files);
    // Windows refuses to open a file that somebody writes.
    #[cfg(not(target_os = "linux"))]
    {
        let _ = files;
        HashSet::new()
    }
}

/// Whose writing to files in this folder can be seen.
#[must_use]
pub fn writer_sight(folder: &Path) -> WriterSight {
    #[cfg(target_os = "linux")]
    return linux::sight(folder);
    #[cfg(not(target_os = "linux"))]
    {
        let _ = folder;
        if cfg!(windows) { WriterSight::All } else { WriterSight::Nobody }
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::HashSet;
    use std::fs;
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;

    use super::WriterSight;

    /// `O_WRONLY` and `O_RDWR`, in the flags that fdinfo shows.
    const WRITING: u64 = 0o3;
    /// How `statfs` calls file systems whose files other machines may write: NFS, the three of SMB, 9P, FUSE, AFS, Ceph.
    const SHARES: [u64; 8] =
        [0x6969, 0xFF53_4D42, 0xFE53_4D42, 0x517B, 0x0102_1997, 0x6573_5546, 0x5346_414F, 0x00C3_6400];

    pub(super) fn written_by_others(files: &HashSet<(u64, u64)>) -> HashSet<(u64, u64)> {
        let own = std::process::id();
        let programs = fs::read_dir("/proc").into_iter().flatten().flatten();
        let numbers = programs.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        let mut found = HashSet::new();
        for number in numbers.filter(|number| *number != own) {
            // Another user's program, or one that has ended meanwhile.
            let Ok(open) = fs::read_dir(format!("/proc/{number}/fd")) else { continue };
            for entry in open.flatten() {
                let Ok(about) = fs::metadata(entry.path()) else { continue };
                let file = (about.dev(), about.ino());
                if files.contains(&file) && !found.contains(&file) {
                    let name = entry.file_name();
                    let info = Path::new("/proc").join(number.to_string()).join("fdinfo").join(name);
                    if fs::read_to_string(info).is_ok_and(|info| is_writing(&info)) {
                        found.insert(file);
                    }
                }
            }
        }
        found
    }

    /// Whether a text of `/proc/*/fdinfo` is about a file that is open for writing.
    fn is_writing(info: &str) -> bool {
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
        flags.and_then(|flags| u64::from_str_radix(flags.trim(), 8).ok()).is_some_and(|f| f & WRITING != 0)
    }

    pub(super) fn sight(folder: &Path) -> WriterSight {
        #[allow(
            clippy::cast_sign_loss,
            clippy::unnecessary_cast,
            reason = "some systems number them with a sign"
        )]
        let kind = rustix::fs::statfs(folder).map(|about| about.f_type as u64 & 0xFFFF_FFFF);
        if kind.is_ok_and(|kind| SHARES.contains(&kind)) {
            WriterSight::Share
        } else if fs::read_dir("/proc/1/fd").is_ok() {
            WriterSight::All
        } else if fs::read_dir("/proc/self/fdinfo").is_ok() {
            WriterSight::SameUser
        } else {
            WriterSight::Nobody
        }
    }

    #[cfg(test)]
    mod tests {
        use super::is_writing;

        #[test]
        fn how_a_file_is_open() {
            for flags in ["0100001", "02", "0102002", "03"] {
                assert!(is_writing(&format!("pos:\t0\nflags:\t{flags}\nmnt_id:\t29\n")), "{flags}");
            }
            // reading alone, and a handle that can neither read nor write (`O_PATH`)
            for flags in ["0100000", "010000000", "x", ""] {
                assert!(!is_writing(&format!("pos:\t0\nflags:\t{flags}\n")), "{flags}");
            }
        }
    }
}
