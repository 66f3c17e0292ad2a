//! The names that files get on the server.

use crate::config::Sftp;
use crate::model::delivery::Key;
use crate::template::Placeholder;

/// The longest name of a temporary file, in bytes.
const LONGEST_NAME: usize = 255;

/// The final path on the server of a file, from `sftp.remote_name` and the folder. Where that makes no name
/// of it, as `{ext}` of a file without one, or a name of a folder, the file keeps its own.
#[must_use]
pub fn remote_path(sftp: &Sftp, folder: Option<&str>, name: &str, key: &Key) -> String {
    let made = sftp.remote_name.render(|place| part(place, name, key, ""));
    let name = if matches!(made.as_str(), "" | "." | "..") { name } else { &made };
    match folder.unwrap_or(&sftp.folder) {
        "" => name.to_owned(),
        folder => format!("{}/{name}", folder.trim_end_matches('/')),
    }
}

/// The path on the server until a file is complete, beside its final path, from `sftp.temporary_name`.
///
/// `id` is what tells one delivery from all others, and stands in it in full; all else is cut where the name
/// would be longer than a server can hold.
#[must_use]
pub fn temporary_path(sftp: &Sftp, remote_path: &str, key: &Key, id: &str) -> String {
    let (folder, name) = remote_path.split_at(remote_path.rfind('/').map_or(0, |slash| slash + 1));
    let cut = |longest: usize| {
        sftp.temporary_name.render(|place| match (place, part(place, name, key, id)) {
            (Placeholder::Id, id) => id,
            (_, text) => text.chars().take(longest).collect(),
        })
    };
    let fitting = (1..=LONGEST_NAME).rev().map(cut).find(|name| name.len() <= LONGEST_NAME);
    format!("{folder}{}", fitting.unwrap_or_else(|| cut(0)))
}

fn part(place: Placeholder, name: &str, key: &Key, id: &str) -> String {
    let (stem, ext) = name.rsplit_once('.').unwrap_or((name, ""));
    match place {
        Placeholder::Name => name.to_owned(),
        Placeholder::Stem => stem.to_owned(),
        Placeholder::Ext => ext.to_owned(),
        // A series made from a name holds a `*`, which no file name on Windows may.
        Placeholder::Series => key.slot.series.replace('*', "x"),
        Placeholder::Period => key.slot.period.map(|period| period.to_string()).unwrap_or_default(),
        Placeholder::Digest8 => key.digest.short(),
        Placeholder::Id => id.to_owned(),
    }
}
