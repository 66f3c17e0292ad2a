//! Whom a file belongs to and who may change it, on Windows: owner and access list, and those of the folders above.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use windows_permissions::wrappers::LookupAccountName;

use super::access::{Access, is_trusted, others, owner};
use super::system::{name, security, security_of, security_of_link, spelled, starred, user};
use super::trust::{Breach, Closed, Wrong};

/// An account of the machine, as a SID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    sid: String,
}

/// The most links that are followed one after the other, as many as Windows follows.
const MOST_LINKS: usize = 63;
const ERROR_CANT_RESOLVE_FILENAME: i32 = 1921;
/// The machine's own account.
const SYSTEM: &str = "S-1-5-18";
/// Administrators, as `icacls` takes them.
const ADMINISTRATORS: &str = "*S-1-5-32-544";

impl Account {
    /// The account of this name; none where there is none.
    #[must_use]
    pub fn named(name: &str) -> Option<Account> {
        let (sid, ..) = LookupAccountName(None::<&str>, name).ok()?;
        Some(Account { sid: sid.to_string() })
    }

    /// The account that this process works as.
    #[must_use]
    pub fn own() -> Account {
        // Nothing belongs to an account that cannot be told.
        Account { sid: user().map_or_else(|_| String::new(), |sid| sid.to_string()) }
    }

    /// No: SYSTEM and administrators do not become others here.
    #[must_use]
    pub fn is_root(&self) -> bool {
        false
    }

    /// `DOMAIN\name`, or the SID where the machine does not know it.
    #[must_use]
    pub fn name(&self) -> String {
        name(&self.sid)
    }

    /// Changes nothing.
    ///
    /// # Errors
    /// None.
    pub fn become_it(&self) -> io::Result<()> {
        Ok(())
    }

    /// Changes nothing.
    ///
    /// # Errors
    /// None.
    pub fn act(&self) -> io::Result<Acting> {
        Ok(Acting)
    }

    /// Makes nothing: the caller makes the folder.
    ///
    /// # Errors
    /// None.
    pub fn make_folder(&self, _folder: &Path) -> io::Result<()> {
        Ok(())
    }

    /// Changes nothing.
    ///
    /// # Errors
    /// None.
    pub fn let_read(&self, _path: &Path) -> io::Result<()> {
        Ok(())
    }
}

/// Nothing is held here.
#[must_use]
#[derive(Debug)]
pub struct Acting;

impl Acting {
    /// Changes nothing.
    ///
    /// # Errors
    /// None.
    pub fn end(self) -> io::Result<()> {
        Ok(())
    }
}

/// Whom files may belong to: SYSTEM, the administrators, Windows' own installer, and one account.
#[derive(Debug, Clone)]
pub struct Trust {
    user: Account,
}

impl Trust {
    /// The machine, and the account that this process works as.
    #[must_use]
    pub fn own() -> Trust {
        Trust::of(Account::own())
    }

    /// The machine, and this account.
    #[must_use]
    pub fn of(user: Account) -> Trust {
        Trust { user }
    }

    /// The machine alone.
    #[must_use]
    pub fn root() -> Trust {
        Trust::of(Account { sid: SYSTEM.to_owned() })
    }

    /// Checks a file or folder and the folders above it, and answers its real path.
    ///
    /// # Errors
    /// The first that others could change; or, for [`Closed::ToReaders`], that others can read.
    pub fn check(&self, path: &Path, closed: Closed) -> Result<PathBuf, Breach> {
        let real = self.above(path)?;
        self.closed(&real, &list_of(&real)?, closed)?;
        Ok(real)
    }

    /// Checks a folder that the program keeps its own files in, and the folders above it. Whoever may only add to it could
    /// put a journal beside the ledger, which SQLite would take for its own.
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
        let not_a_file = || Breach { path: path.to_owned(), wrong: Wrong::NotAFile, mend: String::new() };
        let unseen = |error| Breach::unseen(path.to_owned(), error);
        if real.is_dir() {
            return Err(not_a_file());
        }
        let file = File::open(&real).map_err(unseen)?;
        if !file.metadata().map_err(unseen)?.is_file() {
            return Err(not_a_file());
        }
        self.closed(&real, &security_of(&file).map_err(unseen)?, closed)?;
        Ok(file)
    }

    /// Checks the links on the way to a file and the folders above it, as it is named and where it really lies, up to the
    /// root of the disk or share, and answers its real path; it need not exist.
    ///
    /// # Errors
    /// As [`Trust::check`].
    pub fn above(&self, path: &Path) -> Result<PathBuf, Breach> {
        let unseen = |error| Breach::unseen(path.to_owned(), error);
        let named = std::path::absolute(path).map_err(unseen)?;
        let real = match super::canonical(&named) {
            Ok(real) => real,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                super::canonical_in_folder(&named).ok_or_else(|| unseen(error))?
            }
            Err(error) => return Err(unseen(error)),
        };
        self.links(&named, 0)?;
        self.folders(&named)?;
        self.folders(&real)?;
        Ok(real)
    }

    fn folders(&self, file: &Path) -> Result<(), Breach> {
        for folder in file.ancestors().skip(1) {
            let list = list_of(folder)?;
            self.owned(folder, &list)?;
            let may = if folder.parent().is_none() { Access::Root } else { Access::Above };
            self.no_others(folder, &list, may)?;
        }
        Ok(())
    }

    /// Checks the links on the way to a file: whoever may delete one may put another in its place.
    fn links(&self, file: &Path, followed: usize) -> Result<(), Breach> {
        let is_link = |path: &&Path| fs::symlink_metadata(path).is_ok_and(|about| about.is_symlink());
        for link in file.ancestors().filter(is_link) {
            let unseen = |error| Breach::unseen(link.to_owned(), error);
            if followed == MOST_LINKS {
                return Err(unseen(io::Error::from_raw_os_error(ERROR_CANT_RESOLVE_FILENAME)));
            }
            let list = security_of_link(link).map_err(unseen)?;
            self.owned(link, &list)?;
            self.no_others(link, &list, Access::Above)?;
            let target = super::parent_or_dot(link).join(fs::read_link(link).map_err(unseen)?);
            self.links(&target, followed + 1)?;
            self.folders(&target)?;
        }
        Ok(())
    }

    /// Checks the folders above a file that exist, where the file or some of them may be missing.
    ///
    /// # Errors
    /// As [`Trust::check`], for those that exist.
    pub fn existing_above(&self, path: &Path) -> Result<(), Breach> {
        let unseen = |error| Breach::unseen(path.to_owned(), error);
        let named = std::path::absolute(path).map_err(unseen)?;
        let there = named.ancestors().skip(1).find(|folder| folder.is_dir());
        there.map_or(Ok(()), |folder| self.above(&folder.join("file")).map(drop))
    }

    fn closed(&self, path: &Path, list: &str, closed: Closed) -> Result<(), Breach> {
        self.owned(path, list)?;
        self.no_others(path, list, Access::Write)?;
        if closed == Closed::ToReaders { self.no_others(path, list, Access::Read) } else { Ok(()) }
    }

    fn owned(&self, path: &Path, list: &str) -> Result<(), Breach> {
        let found = owner(list);
        if is_trusted(found) || !found.is_empty() && found == spelled(&self.user.sid) {
            return Ok(());
        }
        let mend = format!("icacls \"{}\" /setowner \"{ADMINISTRATORS}\"", plain(path));
        Err(Breach { path: path.to_owned(), wrong: Wrong::Owner(name(found)), mend })
    }

    fn no_others(&self, path: &Path, list: &str, may: Access) -> Result<(), Breach> {
        let found = others(list, &spelled(&self.user.sid), may);
        if found.is_empty() {
            return Ok(());
        }
        let names = found.iter().map(|who| name(who)).collect::<Vec<_>>().join(", ");
        let wrong = if may == Access::Read { Wrong::Readable(names) } else { Wrong::Writable(names) };
        let remove: Vec<String> = found.iter().map(|who| format!("\"{}\"", starred(who))).collect();
        // The rest of the list stays, so that the job's account is not locked out.
        let mend = format!("icacls \"{}\" /inheritance:d /remove:g {}", plain(path), remove.join(" "));
        Err(Breach { path: path.to_owned(), wrong, mend })
    }
}

fn list_of(path: &Path) -> Result<String, Breach> {
    security(path).map_err(|error| Breach::unseen(path.to_owned(), error))
}

/// A path as `icacls` and a person read it.
fn plain(path: &Path) -> String {
    let path = path.display().to_string();
    path.strip_prefix(r"\\?\UNC")
        .map_or_else(|| path.strip_prefix(r"\\?\").unwrap_or(&path).to_owned(), |share| format!("\\{share}"))
}

/// Whether this is a folder that others use too and need as it is: a drive, a share, or one of the system's own.
#[must_use]
pub fn is_common_folder(path: &Path) -> bool {
    const OF_THE_SYSTEM: [&str; 6] =
        ["SystemRoot", "ProgramData", "ProgramFiles", "ProgramFiles(x86)", "PUBLIC", "TEMP"];
    let path = PathBuf::from(plain(path));
    let same = |one: &Path, other: &Path| one.as_os_str().eq_ignore_ascii_case(other.as_os_str());
    let is_known = |name: &str| {
        std::env::var_os(name).filter(|value| !value.is_empty()).is_some_and(|known| {
            let known = PathBuf::from(known);
            // Below the folder of Windows all is the system's; `C:\Users` lies above `C:\Users\Public`.
            let above = if name == "PUBLIC" { known.parent() } else { None };
            same(&path, &known)
                || above.is_some_and(|above| same(&path, above))
                || name == "SystemRoot" && path.ancestors().any(|folder| same(folder, &known))
        })
    };
    path.is_dir() && (path.parent().is_none() || OF_THE_SYSTEM.iter().any(|name| is_known(name)))
}

/// None: no account becomes another here.
///
/// # Errors
/// None.
pub fn whose(_path: &Path) -> io::Result<Option<Account>> {
    Ok(None)
}

/// Whether a file and its folder are those of this process's account, or of the machine.
///
/// # Errors
/// What the file system says.
pub fn is_own(path: &Path) -> io::Result<bool> {
    let trust = Trust::own();
    let own = |path: &Path| match list_of(path).and_then(|list| trust.owned(path, &list)) {
        Ok(()) => Ok(true),
        Err(Breach { wrong: Wrong::Unseen(error), .. }) => Err(error),
        Err(_) => Ok(false),
    };
    Ok(own(super::parent_or_dot(path))? && own(path)?)
}
