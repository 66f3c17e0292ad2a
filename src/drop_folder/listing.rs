//! Listing the drop folder through its descriptor.
//!
//! A folder in it that cannot be listed is an entry of its own, so that one bad folder stops nobody.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use globset::GlobSet;

use super::{Excluded, FolderEntry, NotListed, shown, unsafe_name};
use crate::config::Scan;
use crate::config::glob::glob;
use crate::model::decision::Unsafe;
use crate::names::{self, never_entered};
use crate::platform::{self, EntryKind, Folder};

/// How many folders inside one another are looked into. Nobody sorts files so deep, and each one keeps a descriptor open.
const DEEPEST: usize = 100;

/// Lists the drop folder and calls `each` for every file that the scan rules include, and for every folder that cannot be
/// looked into, as it is found.
///
/// # Errors
/// [`NotListed`]: the drop folder itself cannot be listed. Then nothing is known, and nothing is sent.
pub fn list(drop: &Path, scan: &Scan, each: impl FnMut(FolderEntry)) -> Result<Excluded, NotListed> {
    // The patterns are in NFC, so a name is matched in that form too.
    let is_wanted = |name: &str| {
        let name = names::nfc(name);
        scan.include.is_match(&name) && !scan.exclude.is_match(&name)
    };
    list_named(drop, scan, &is_wanted, each)
}

/// The same for every file whose name is wanted, in the folders into which the scan rules look.
///
/// # Errors
/// See [`list`].
pub fn list_named(
    drop: &Path,
    scan: &Scan,
    is_wanted: &dyn Fn(&str) -> bool,
    each: impl FnMut(FolderEntry),
) -> Result<Excluded, NotListed> {
    list_where(drop, scan.subfolders, Some(&scan.exclude), is_wanted, each)
}

/// The same for every file whose name is wanted, in all folders but those that are never looked into.
///
/// # Errors
/// See [`list`].
pub fn list_all(
    drop: &Path,
    is_wanted: &dyn Fn(&str) -> bool,
    each: impl FnMut(FolderEntry),
) -> Result<Excluded, NotListed> {
    list_where(drop, true, None, is_wanted, each)
}

fn list_where(
    drop: &Path,
    subfolders: bool,
    exclude: Option<&GlobSet>,
    is_wanted: &dyn Fn(&str) -> bool,
    each: impl FnMut(FolderEntry),
) -> Result<Excluded, NotListed> {
    let listed = Folder::open(&platform::verbatim(drop)).and_then(|root| {
        let left_out = Excluded::default();
        let mut listing = Listing { root: &root, subfolders, exclude, is_wanted, left_out, each };
        listing.folder(&root, Path::new(""), &mut Vec::new())?;
        Ok(listing.left_out)
    });
    listed.map_err(|error| NotListed { folder: drop.to_owned(), error })
}

struct Listing<'a, F> {
    root: &'a Folder,
    subfolders: bool,
    /// The names of folders that are not looked into.
    exclude: Option<&'a GlobSet>,
    /// Which files are told of, by their names.
    is_wanted: &'a dyn Fn(&str) -> bool,
    left_out: Excluded,
    each: F,
}

impl<F: FnMut(FolderEntry)> Listing<'_, F> {
    /// Lists one folder and those in it. `above` are the folders that it lies in.
    fn folder(&mut self, folder: &Folder, inside: &Path, above: &mut Vec<(u64, u64)>) -> io::Result<()> {
        let mut folders = Vec::new();
        folder.each_entry(|name, kind| {
            if kind == EntryKind::Folder {
                folders.push(name.to_owned());
            } else {
                self.file(inside, name, kind);
            }
        })?;
        if !self.subfolders {
            self.left_out.folders += folders.len();
            return Ok(());
        }
        if folders.is_empty() {
            return Ok(());
        }
        above.push(folder.number()?);
        for name in folders {
            if self.is_left_out(&name) {
                self.left_out.folders += 1;
                continue;
            }
            let path = inside.join(&name);
            if let Err(because) = self.enter(folder, &name, &path, above) {
                (self.each)(FolderEntry {
                    path: shown(&path),
                    place: self.root.place(&path),
                    unsafe_because: Some(because),
                });
            }
        }
        above.pop();
        Ok(())
    }

    fn file(&mut self, inside: &Path, name: &OsStr, kind: EntryKind) {
        if !(self.is_wanted)(&name.to_string_lossy()) {
            self.left_out.files += 1;
            return;
        }
        let path: PathBuf = inside.join(name);
        let unsafe_because = unsafe_name(&path).or(match kind {
            EntryKind::Link => Some(Unsafe::Symlink),
            EntryKind::File => None,
            EntryKind::Folder | EntryKind::Other => Some(Unsafe::NotAFile),
        });
        (self.each)(FolderEntry { path: shown(&path), place: self.root.place(&path), unsafe_because });
    }

    fn is_left_out(&self, folder: &OsStr) -> bool {
        let name = names::nfc(&folder.to_string_lossy());
        self.exclude.is_some_and(|exclude| exclude.is_match(&name)) || never().is_match(&name)
    }

    /// Lists a folder in `folder`.
    ///
    /// # Errors
    /// Why it cannot be looked into.
    fn enter(
        &mut self,
        folder: &Folder,
        name: &OsStr,
        inside: &Path,
        above: &mut Vec<(u64, u64)>,
    ) -> Result<(), Unsafe> {
        if above.len() >= DEEPEST {
            return Err(Unsafe::FolderTooDeep);
        }
        let entered = match folder.enter(name) {
            Ok(entered) => entered,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(unreadable(&error)),
        };
        // A folder that is mounted inside itself, which no link shows.
        if above.contains(&entered.number().map_err(|error| unreadable(&error))?) {
            return Err(Unsafe::FolderInItself);
        }
        self.folder(&entered, inside, above).map_err(|error| unreadable(&error))
    }
}

fn unreadable(error: &io::Error) -> Unsafe {
    Unsafe::FolderUnreadable(error.to_string())
}

/// The names of folders that are never looked into.
fn never() -> &'static GlobSet {
    static NEVER: OnceLock<GlobSet> = OnceLock::new();
    NEVER.get_or_init(|| {
        let globs = never_entered().iter().filter_map(|pattern| glob(pattern).ok()).collect::<Vec<_>>();
        GlobSet::new(globs).unwrap_or_default()
    })
}
