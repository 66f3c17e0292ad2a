//! Names beside a file, and the folder it lies in.

use std::path::{Path, PathBuf};

use super::names;

/// The folder that holds `path`: its parent, or `.` for a name alone (whose parent is the empty path, which no system
/// call takes) and for a path without a parent.
#[must_use]
pub fn parent_or_dot(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// `path` with `suffix` behind its whole name, extension included: `ledger.db` and `.lock` make `ledger.db.lock`.
#[must_use]
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// A hidden name beside `path` for what is not finished: `.NAME.NUMBER.WHAT.tmp`, or `.NAME.NUMBER.tmp` where `what` is empty.
/// The number is drawn anew each time, so that nobody can put something in its place before. `scan.exclude` leaves such names
/// out by default. Of a long name only its first 160 bytes are kept, so that the whole fits into the 255 bytes that a file
/// system takes.
#[must_use]
pub fn temporary_sibling(path: &Path, what: &str) -> PathBuf {
    const KEPT: usize = 160;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = names::at_most(&name, KEPT);
    let dot = if what.is_empty() { "" } else { "." };
    path.with_file_name(format!(".{name}.{}{dot}{what}.tmp", drawn_number()))
}

/// A number that nobody can know before. Where the system draws none, that of the process, under which nothing that is
/// there is opened either.
#[must_use]
pub fn drawn_number() -> u64 {
    let mut bytes = [0; 8];
    match getrandom::getrandom(&mut bytes) {
        Ok(()) => u64::from_ne_bytes(bytes),
        Err(_) => u64::from(std::process::id()),
    }
}

/// The path of a file that need not exist, with its folder's real path before its name; none where there is no such
/// folder, or no name at the end of the path.
#[must_use]
pub fn canonical_in_folder(path: &Path) -> Option<PathBuf> {
    let folder = super::canonical(parent_or_dot(path)).ok().filter(|folder| folder.is_dir())?;
    Some(folder.join(path.file_name()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_alone_lies_in_the_working_folder() {
        for (path, folder) in [("a.txt", "."), ("in/a.txt", "in"), ("", "."), ("./a.txt", ".")] {
            assert_eq!(parent_or_dot(Path::new(path)), Path::new(folder), "{path}");
        }
    }

    #[test]
    fn names_beside_a_file() {
        let beside = with_suffix(Path::new("in/ledger.db"), "-wal");
        assert_eq!(beside, Path::new("in/ledger.db-wal"));
        let path = Path::new("in/mad.txt");
        let parts = |path: PathBuf, end: &str| {
            assert_eq!(path.parent(), Some(Path::new("in")));
            let name = path.file_name()?.to_string_lossy().into_owned();
            name.strip_prefix(".mad.txt.")?.strip_suffix(end)?.parse::<u64>().ok()
        };
        let drafts = [(); 2].map(|()| parts(temporary_sibling(path, ""), ".tmp"));
        assert!(drafts[0].is_some() && drafts[0] != drafts[1], "{drafts:?}");
        assert!(parts(temporary_sibling(path, "deleting"), ".deleting.tmp").is_some());
        for (letter, times) in [("æ", 120), ("a", 255), ("\u{1f600}", 63), ("€", 85)] {
            let long = temporary_sibling(Path::new(&letter.repeat(times)), "copying");
            assert!(long.as_os_str().len() <= 255, "{}", long.display());
        }
    }

    #[test]
    fn a_file_that_does_not_exist_has_a_real_folder() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let real = super::super::canonical(folder.path())?;
        assert_eq!(canonical_in_folder(&folder.path().join("new")), Some(real.join("new")));
        assert_eq!(canonical_in_folder(&folder.path().join("none/new")), None);
        Ok(())
    }
}
