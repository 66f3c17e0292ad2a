//! The hidden names that a file has while it is deleted or copied.

use std::ffi::{OsStr, OsString};

use crate::platform;

/// How the name ends of a file that is being deleted.
pub const DELETING: &str = "deleting";
/// How the name ends of a file that is being copied.
pub const COPYING: &str = "copying";
/// No more bytes of the file's own name stand in a hidden one: with the rest it must fit into 255.
const LONGEST: usize = 200;
/// A longer ending is not kept whole.
const LONGEST_ENDING: usize = 20;

/// The hidden name of a file called `name`, which the scan leaves out.
pub(super) fn aside(name: &OsStr, what: &str) -> OsString {
    let name = shortened(&name.to_string_lossy());
    format!(".{name}.{}.{what}.tmp", platform::drawn_number()).into()
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
pub(super) fn name_before(hidden: &str, what: &str) -> Option<String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hidden_name_tells_the_one_before() {
        for name in ["mad_202304.txt", "a", "uden.", ".skjult", "æ 4.7.txt"] {
            let hidden = aside(OsStr::new(name), DELETING);
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
        let hidden = aside(OsStr::new(&long), DELETING).to_string_lossy().into_owned();
        assert!(hidden.len() <= 255, "{}", hidden.len());
        let before = name_before(&hidden, DELETING).unwrap_or_default();
        assert!(before.ends_with("æ.txt") && long.starts_with(before.trim_end_matches(".txt")), "{before}");
    }
}
