//! The hidden names that a file has while it is deleted or copied, and the files that still have one because the program
//! was cut off.

use std::io;
use std::path::{Path, PathBuf};

use super::Archive;
use super::originals::at_free_name;
use crate::platform;

/// How the name ends of a file that is being deleted.
pub const DELETING: &str = "deleting";
/// How the name ends of a file that is being copied.
pub const COPYING: &str = "copying";
/// No more bytes of the file's own name stand in a hidden one: with the rest it must fit into 255.
const LONGEST: usize = 200;
/// A longer ending is not kept whole.
const LONGEST_ENDING: usize = 20;

/// A hidden name beside `place`, which the scan leaves out.
pub(super) fn aside(place: &Path, what: &str) -> PathBuf {
    let name = shortened(&place.file_name().unwrap_or_default().to_string_lossy());
    place.with_file_name(format!(".{name}.{}.{what}.tmp", std::process::id()))
}

/// The name as far as it fits, with its ending, by which the scan rules know the file.
fn shortened(name: &str) -> String {
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let ending = name.rfind('.').map_or("", |dot| &name[dot..]);
    let ending = if ending.len() > LONGEST_ENDING { "" } else { ending };
    let mut end = LONGEST - ending.len();
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{ending}", &name[..end])
}

/// The name that a file had before it got this hidden one; none where the program never gave it.
fn name_before(hidden: &str, what: &str) -> Option<String> {
    let mut name = hidden;
    // A leftover that was being deleted again has the marks twice.
    while let Some(inner) = unmarked(name, what) {
        name = inner;
    }
    (name != hidden).then(|| name.to_owned())
}

fn unmarked<'n>(hidden: &'n str, what: &str) -> Option<&'n str> {
    let marked = hidden.strip_prefix('.')?.strip_suffix(".tmp")?.strip_suffix(what)?.strip_suffix('.')?;
    let (name, process) = marked.rsplit_once('.')?;
    let is_number = !process.is_empty() && process.bytes().all(|digit| digit.is_ascii_digit());
    (is_number && !name.is_empty()).then_some(name)
}

/// The plain files in a folder, and below it down to `depth`, that still have such a name, each with the place it had
/// before; none where there is no such folder.
///
/// # Errors
/// What the file system says; then nobody knows.
pub fn below(folder: &Path, depth: usize, what: &str) -> io::Result<Vec<(PathBuf, PathBuf)>> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(platform::verbatim(folder)).max_depth(depth).follow_links(false) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) if error.io_error().is_some_and(|e| e.kind() == io::ErrorKind::NotFound) => continue,
            Err(error) => return Err(error.into()),
        };
        let before = entry.file_name().to_str().and_then(|hidden| name_before(hidden, what));
        if let Some(name) = before.filter(|_| entry.file_type().is_file()) {
            let place = entry.into_path();
            let before = place.with_file_name(name);
            found.push((place, before));
        }
    }
    Ok(found)
}

impl Archive {
    /// Gives a leftover the name it had before. Durable after [`Archive::sync`].
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] where another file has that name now; else what the file system says. Then it is
    /// where it was.
    pub fn give_back(&mut self, leftover: &Path, before: &Path) -> io::Result<()> {
        platform::rename_noreplace(leftover, before)?;
        self.lost.extend(before.parent().map(Path::to_owned));
        Ok(())
    }

    /// Gives a copy in the archive the name it was made for, or the first numbered form of it that is free. Durable after
    /// [`Archive::sync`].
    ///
    /// # Errors
    /// What the file system says; then it is where it was.
    pub fn keep_copy(&mut self, leftover: &Path, before: &Path) -> io::Result<()> {
        let folder = before.parent().unwrap_or(before);
        at_free_name(before, folder, |target| platform::rename_noreplace(leftover, target))?;
        self.lost.insert(folder.to_owned());
        Ok(())
    }

    /// Deletes a copy that was cut off. Durable after [`Archive::sync`].
    ///
    /// # Errors
    /// What the file system says.
    pub fn drop_copy(&mut self, leftover: &Path) -> io::Result<()> {
        std::fs::remove_file(leftover)?;
        self.lost.extend(leftover.parent().map(Path::to_owned));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hidden_name_tells_the_one_before() {
        for name in ["mad_202304.txt", "a", "uden.", ".skjult", "æ 4.7.txt"] {
            let hidden = aside(Path::new(name), DELETING);
            assert_eq!(name_before(&hidden.to_string_lossy(), DELETING).as_deref(), Some(name));
            let twice = aside(&hidden, DELETING);
            assert_eq!(name_before(&twice.to_string_lossy(), DELETING).as_deref(), Some(name));
            assert_eq!(name_before(&hidden.to_string_lossy(), COPYING), None);
        }
        for other in
            ["mad.txt", ".mad.txt.tmp", ".mad.txt.x1.deleting.tmp", ".4711.deleting.tmp", "a.1.deleting.tmp"]
        {
            assert_eq!(name_before(other, DELETING), None, "{other}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let long = format!("{}.txt", "æ".repeat(125));
        let hidden = aside(Path::new(&long), DELETING).to_string_lossy().into_owned();
        assert!(hidden.len() <= 255, "{}", hidden.len());
        let before = name_before(&hidden, DELETING).unwrap_or_default();
        assert!(before.ends_with("æ.txt") && long.starts_with(before.trim_end_matches(".txt")), "{before}");
    }
}
