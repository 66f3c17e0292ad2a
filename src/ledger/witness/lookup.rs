//! Searching the whole witness for what is about to be sent.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use memchr::memmem::Finder;
use rayon::prelude::*;

use super::FOLDER;
use super::files::{self, Damage, Placed, Unread};
use super::line::{self, Line};
use crate::digest::Digest;
use crate::model::delivery::Key;

/// The lines about deliveries of these keys.
///
/// # Errors
/// The witness cannot be read, or a line that names one of the digests cannot.
pub(crate) fn lines_about(archive: &Path, keys: &HashSet<&Key>) -> Result<Vec<Placed>, Unread> {
    let listing = files::list(archive)?.unwrap_or_default();
    let mut digests: HashSet<String> = HashSet::with_capacity(keys.len());
    digests.extend(keys.iter().map(|key| key.digest.to_string()));
    let found: Vec<Result<Vec<Placed>, Unread>> =
        listing.par_iter().map(|(name, _)| in_file(archive, name, &digests)).collect();
    let mut about = Vec::new();
    for lines in found {
        about.extend(lines?.into_iter().filter(|placed| {
            placed.line.attests.word().is_some() && placed.line.key().is_some_and(|key| keys.contains(&key))
        }));
    }
    Ok(about)
}

/// The lines of a file that name one of the digests. Only those are parsed.
fn in_file(archive: &Path, name: &str, digests: &HashSet<String>) -> Result<Vec<Placed>, Unread> {
    let path = archive.join(FOLDER).join(name);
    let bytes = fs::read(&path)?;
    let mut lines = Vec::new();
    let mut from = 0;
    for at in Finder::new("sha256").find_iter(&bytes) {
        if at < from || !names_one(&bytes[at..], digests) {
            continue;
        }
        let begin = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |newline| newline + 1);
        let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |newline| at + newline);
        from = end;
        let written = line::without_zeros(&bytes[begin..end]);
        match Line::read(written) {
            Some(line) => lines.push(Placed { line, file: name.to_owned() }),
            None if line::is_torn(written) => {}
            None => {
                let number = memchr::memchr_iter(b'\n', &bytes[..begin]).count() + 1;
                return Err(Unread::Damaged(Damage::Line(path, number)));
            }
        }
    }
    Ok(lines)
}

/// Whether the value after `sha256` is one of the digests.
fn names_one(bytes: &[u8], digests: &HashSet<String>) -> bool {
    const LENGTH: usize = 2 * size_of::<Digest>();
    let is_between = |byte: &u8| matches!(byte, b'"' | b':' | b' ');
    let after = &bytes["sha256".len()..];
    let start = after.iter().take_while(|byte| is_between(byte)).count();
    let value = after.get(start..start + LENGTH).and_then(|value| std::str::from_utf8(value).ok());
    value.is_some_and(|value| digests.contains(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::witness::line::{Kind, Stamp};
    use crate::model::delivery::Slot;
    use crate::model::ledger::{Attested, ChainPosition};

    fn line(content: &[u8]) -> Line {
        let head = ChainPosition { seq: 1, hash: Digest::of(b"") };
        let stamp = Stamp { ledger: "0123456789abcdef", head, at: "2023-04-14T06:00:00+02:00" };
        let about = Attested {
            delivery: 1,
            series: "mad sha256".to_owned(),
            period: None,
            digest: Digest::of(content),
            size: 1,
            path: "mad.txt".to_owned(),
            remote_path: None,
            content: None,
        };
        Line::of_delivery(Kind::Delivered, stamp, about, None)
    }

    fn key(content: &[u8]) -> Key {
        Key { slot: Slot { series: "mad sha256".to_owned(), period: None }, digest: Digest::of(content) }
    }

    #[test]
    fn a_key_is_found_wherever_it_stands_and_damage_about_it_is_no_absence() -> Result<(), Unread> {
        let archive = tempfile::tempdir()?;
        files::append(archive.path(), &[line(b"april"), line(b"may"), line(b"june")])?;
        let found = |content: &[u8]| lines_about(archive.path(), &HashSet::from([&key(content)]));
        for content in [&b"april"[..], b"may", b"june"] {
            assert_eq!(found(content)?.len(), 1);
        }
        assert!(found(b"july")?.is_empty());

        let file = archive.path().join(FOLDER).join("2023-04.jsonl");
        let text = fs::read_to_string(&file)?.replacen("\"size\":1", "\"size\":\"?\"", 1);
        fs::write(&file, text)?;
        assert!(matches!(found(b"april"), Err(Unread::Damaged(Damage::Line(_, 1)))));
        assert_eq!(found(b"may")?.len(), 1);
        Ok(())
    }
}
