//! Whom a file belongs to and who may change it, on Unix: owner, mode, groups, access lists, and the folders above.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};

use rustix::fs::OFlags;
use rustix::io::Errno;

use super::accounts::{Account, Bits, ROOT, list_opens, only};
use super::trust::{Breach, Closed, Wrong};

/// The most links that are followed on the way to a file, as Linux counts them.
const MOST_LINKS: usize = 40;
/// A folder in which only an entry's owner may rename or remove it.
const STICKY: u32 = 0o1000;

/// Whom files may belong to: root, and one user.
#[derive(Debug, Clone)]
pub struct Trust {
    user: Account,
}

/// What the way to a file meets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Met {
    Folder,
    Link,
    End,
}

impl Trust {
    /// Root, and the user that this process works as.
    #[must_use]
    pub fn own() -> Trust {
        Trust::of(Account::own())
    }

    /// Root, and this user.
    #[must_use]
    pub fn of(user: Account) -> Trust {
        Trust { user }
    }

    /// Root alone.
    #[must_use]
    pub fn root() -> Trust {
        Trust::of(Account::of(ROOT))
    }

    /// Checks a file or folder and the folders above it, and answers its real path.
    ///
    /// # Errors
    /// The first that others could change; or, for [`Closed::ToReaders`], that others can read.
    pub fn check(&self, path: &Path, closed: Closed) -> Result<PathBuf, Breach> {
        let real = self.above(path)?;
        let about = fs::symlink_metadata(&real).map_err(|error| Breach::unseen(real.clone(), error))?;
        self.closed(&real, &about, closed)?;
        Ok(real)
    }

    /// Checks a folder that the program keeps its own files in, and the folders above it.
    ///
    /// # Errors
    /// As [`Trust::check`].
    pub fn check_folder(&self, folder: &Path) -> Result<(), Breach> {
        self.check(folder, Closed::ToWriters).map(drop)
    }

    /// Opens a regular file for reading after the checks of [`Trust::check`]; what is read is the file that was checked.
    ///
    /// # Errors
    /// As [`Trust::check`]; or it is no regular file, or cannot be opened.
    pub fn open(&self, path: &Path, closed: Closed) -> Result<File, Breach> {
        let real = self.above(path)?;
        let before = fs::symlink_metadata(&real).map_err(|error| Breach::unseen(real.clone(), error))?;
        if !before.is_file() {
            return Err(Breach { path: path.to_owned(), wrong: Wrong::NotAFile, mend: String::new() });
        }
        self.closed(&real, &before, closed)?;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let opened = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(&real);
        let file = opened.map_err(|error| self.not_opened(&real, &before, error))?;
        let about = file.metadata().map_err(|error| Breach::unseen(real.clone(), error))?;
        if !about.is_file() {
            return Err(Breach { path: real, wrong: Wrong::NotAFile, mend: String::new() });
        }
        self.closed(&real, &about, closed)?;
        Ok(file)
    }

    /// Checks the folders above a file and the links on the way, and answers its real path; it need not exist.
    ///
    /// # Errors
    /// As [`Trust::check`].
    pub fn above(&self, path: &Path) -> Result<PathBuf, Breach> {
        walk(path, &mut |met, path, about| match met {
            Met::Folder => self.closed_above(path, about),
            // In a sticky folder, whoever owns a link may exchange it.
            Met::Link => self.owned(path, about),
            Met::End => Ok(()),
        })
    }

    /// Checks the folders above a file that exist, where the file or some of them may be missing.
    ///
    /// # Errors
    /// As [`Trust::check`], for those that exist.
    pub fn existing_above(&self, path: &Path) -> Result<(), Breach> {
        match self.above(path) {
            Err(breach) if breach.is_missing() => Ok(()),
            other => other.map(drop),
        }
    }

    fn trusts(&self, uid: u32) -> bool {
        [ROOT, self.user.uid].contains(&uid)
    }

    fn owned(&self, path: &Path, about: &Metadata) -> Result<(), Breach> {
        if self.trusts(about.uid()) {
            return Ok(());
        }
        let wrong = Wrong::Owner(Account::of(about.uid()).name());
        Err(Breach { path: path.to_owned(), wrong, mend: self.chown(path) })
    }

    fn closed_above(&self, path: &Path, about: &Metadata) -> Result<(), Breach> {
        self.owned(path, about)?;
        if about.mode() & STICKY != 0 {
            return Ok(());
        }
        self.closed(path, about, Closed::ToWriters)
    }

    fn closed(&self, path: &Path, about: &Metadata, closed: Closed) -> Result<(), Breach> {
        let opens = self.opens(path, about, closed);
        let mode = format!("{:o}", about.mode() & 0o7777);
        let (wrong, close) = match opens {
            None => return self.owned(path, about),
            Some(Opens::Mode(Bits::READ)) => (Wrong::Readable(mode), format!("chmod 600 {}", quoted(path))),
            Some(Opens::Mode(_)) if closed == Closed::ToReaders => {
                (Wrong::Writable(mode), format!("chmod 600 {}", quoted(path)))
            }
            Some(Opens::Mode(_)) => (Wrong::Writable(mode), format!("chmod go-w {}", quoted(path))),
            Some(Opens::List) => (Wrong::Writable(mode), format!("setfacl -b {}", quoted(path))),
        };
        let sudo = Trust::sudo(self.user.uid != about.uid());
        match self.owned(path, about) {
            Ok(()) => Err(Breach { path: path.to_owned(), wrong, mend: format!("{sudo}{close}") }),
            Err(breach) => {
                let mend = format!("{} && {sudo}{close}", breach.mend);
                Err(Breach { mend, ..breach })
            }
        }
    }

    /// What lets others in, if anything does.
    fn opens(&self, path: &Path, about: &Metadata, closed: Closed) -> Option<Opens> {
        let kinds: &[Bits] = match closed {
            Closed::ToWriters => &[Bits::WRITE],
            Closed::ToReaders => &[Bits::READ, Bits::WRITE],
        };
        let users = [ROOT, self.user.uid];
        kinds.iter().find_map(|bits| {
            if about.mode() & bits.0 != 0 {
                return Some(Opens::Mode(*bits));
            }
            if about.mode() >> 3 & bits.0 == 0 {
                return None;
            }
            match access_list(path) {
                // Beside a list, the group's bits in the mode are the list's mask.
                Some(list) => list_opens(&list, *bits, &users, about.gid()).then_some(Opens::List),
                None => (!only(&users, about.gid())).then_some(Opens::Mode(*bits)),
            }
        })
    }

    fn chown(&self, path: &Path) -> String {
        format!("{}chown {} {}", Trust::sudo(true), self.user.name(), quoted(path))
    }

    /// `sudo` where only root may do it, and this process does not work as root.
    fn sudo(takes_root: bool) -> &'static str {
        if takes_root && !Account::own().is_root() { "sudo " } else { "" }
    }

    /// A file of root's that the user must read is best given to the user.
    fn not_opened(&self, path: &Path, about: &Metadata, error: io::Error) -> Breach {
        let mend = if error.kind() == io::ErrorKind::PermissionDenied && about.uid() != self.user.uid {
            self.chown(path)
        } else {
            String::new()
        };
        Breach { path: path.to_owned(), wrong: Wrong::Unseen(error), mend }
    }
}

/// What lets others in: the mode, or an access list beside it.
enum Opens {
    Mode(Bits),
    List,
}

/// The user who could change a file besides root: the owner of the file, else of the nearest folder above it that is not
/// root's; none where all is root's.
///
/// # Errors
/// What the file system says.
pub fn whose(path: &Path) -> io::Result<Option<Account>> {
    let mut nearest = None;
    let walked = walk(path, &mut |_, _, about| {
        if about.uid() != ROOT {
            nearest = Some(Account::of(about.uid()));
        }
        Ok(())
    });
    match walked {
        Ok(_) => Ok(nearest),
        Err(Breach { wrong: Wrong::Unseen(error), .. }) => Err(error),
        Err(breach) => Err(io::Error::other(breach)),
    }
}

/// Whether a file, or the link in its place, and its folder are this process's user's own.
///
/// # Errors
/// What the file system says.
pub fn is_own(path: &Path) -> io::Result<bool> {
    let own = Account::own().uid;
    let folder = fs::metadata(super::parent_or_dot(path))?;
    Ok(folder.uid() == own && fs::symlink_metadata(path)?.uid() == own)
}

/// Whether this is a folder that others use too and need as it is: a sticky one, as `/tmp`, or one of the system's own.
#[must_use]
pub fn is_common_folder(path: &Path) -> bool {
    /// Folders whose own folders are the system's too.
    const OF_THE_SYSTEM: [&str; 8] = ["/usr", "/var", "/bin", "/sbin", "/lib", "/boot", "/dev", "/proc"];
    let is_sticky = |about: Metadata| about.is_dir() && about.mode() & STICKY != 0;
    let is_near_the_root = path.parent().is_none_or(|above| {
        above == Path::new("/") || OF_THE_SYSTEM.iter().any(|known| above == Path::new(known))
    });
    let is_folder = fs::symlink_metadata(path).is_ok_and(|about| about.is_dir());
    is_folder && is_near_the_root || fs::symlink_metadata(path).is_ok_and(is_sticky)
}

/// Goes the way to a file from the root, link by link, and shows all that it meets. Answers the real path.
fn walk(
    path: &Path,
    show: &mut dyn FnMut(Met, &Path, &Metadata) -> Result<(), Breach>,
) -> Result<PathBuf, Breach> {
    let whole = std::path::absolute(path).map_err(|error| Breach::unseen(path.to_owned(), error))?;
    let mut todo = Vec::new();
    ahead(&mut todo, &whole);
    let mut real = PathBuf::from("/");
    let mut links = 0;
    loop {
        let met = if todo.is_empty() { Met::End } else { Met::Folder };
        let about = fs::symlink_metadata(&real).map_err(|error| Breach::unseen(real.clone(), error))?;
        if about.is_symlink() {
            show(Met::Link, &real, &about)?;
            links += 1;
            if links > MOST_LINKS {
                return Err(Breach::unseen(real, Errno::LOOP.into()));
            }
            let target = fs::read_link(&real).map_err(|error| Breach::unseen(real.clone(), error))?;
            if target.is_absolute() {
                real = PathBuf::from("/");
            } else {
                real.pop();
            }
            ahead(&mut todo, &target);
            if let Some(part) = todo.pop() {
                step(&mut real, &part);
            }
            continue;
        }
        show(met, &real, &about)?;
        let Some(part) = todo.pop() else { return Ok(real) };
        step(&mut real, &part);
    }
}

fn step(real: &mut PathBuf, part: &OsString) {
    if part == ".." {
        real.pop();
    } else {
        real.push(part);
    }
}

/// Puts the parts of a path on the pile of those to come, the first on top.
fn ahead(todo: &mut Vec<OsString>, path: &Path) {
    let parts = path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        _ => None,
    });
    let parts: Vec<OsString> = parts.collect();
    todo.extend(parts.into_iter().rev());
}

/// The access list of a file; none where it has none. An empty one, which opens, where it cannot be read.
#[cfg(target_os = "linux")]
fn access_list(path: &Path) -> Option<Vec<u8>> {
    let mut list = vec![0; 64 * 1024];
    match rustix::fs::lgetxattr(path, "system.posix_acl_access", &mut list[..]) {
        Ok(length) => {
            list.truncate(length);
            Some(list)
        }
        Err(Errno::NODATA | Errno::OPNOTSUPP) => None,
        Err(_) => Some(Vec::new()),
    }
}

#[cfg(not(target_os = "linux"))]
fn access_list(_path: &Path) -> Option<Vec<u8>> {
    None
}

/// A path as a shell reads it.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}
