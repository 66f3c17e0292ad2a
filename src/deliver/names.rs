//! The names that files get on the server.

use crate::config::Sftp;
use crate::model::delivery::Key;
use crate::template::Placeholder;

/// The longest name of a temporary file, in bytes.
const LONGEST_NAME: usize = 255;

/// The final path of a file on the server, made from `sftp.remote_name` and the folder (`sftp.folder` where it is none).
/// Where the template makes an empty name (as `{ext}` does for a file without an extension), `.` or `..`, the file keeps
/// its own name.
#[must_use]
pub fn remote_path(sftp: &Sftp, folder: Option<&str>, name: &str, key: &Key) -> String {
    let made = sftp.remote_name.render(|place| part(place, name, key, ""));
    let name = if matches!(made.as_str(), "" | "." | "..") { name } else { &made };
    match folder.unwrap_or(&sftp.folder) {
        "" => name.to_owned(),
        folder => format!("{}/{name}", folder.trim_end_matches('/')),
    }
}

/// The path of a file on the server until it is complete: in the folder of its final path, with a name made from
/// `sftp.temporary_name`.
///
/// `id` tells one delivery from all others, so it is never shortened; the other parts are, where the name would exceed 255
/// bytes.
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
        // A series derived from a file name holds a `*`, which Windows allows in no file name.
        Placeholder::Series => key.slot.series.replace('*', "x"),
        Placeholder::Period => key.slot.period.map(|period| period.to_string()).unwrap_or_default(),
        Placeholder::Digest8 => key.digest.short(),
        Placeholder::Id => id.to_owned(),
    }
}
