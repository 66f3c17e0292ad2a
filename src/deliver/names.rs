//! The names that files get on the server.

use super::{Parcel, Settings};
use crate::config::{Publish, Sftp};
use crate::delivery::Key;
use crate::template::Placeholder;

/// The longest name of a temporary file, in bytes.
const LONGEST_NAME: usize = 255;

/// The final path on the server of a file, from `sftp.remote_name` and the folder.
#[must_use]
pub fn remote_path(sftp: &Sftp, folder: Option<&str>, name: &str, key: &Key) -> String {
    let name = sftp.remote_name.render(|place| part(place, name, key, ""));
    in_folder(folder.unwrap_or(&sftp.folder), &name)
}

pub(super) fn temporary_path(settings: &Settings, parcel: &Parcel, delivery: i64) -> String {
    if settings.sftp.publish == Publish::Direct {
        return parcel.remote_path.clone();
    }
    let (folder, name) = parcel.remote_path.rsplit_once('/').unwrap_or(("", &parcel.remote_path));
    // The ledger's own name in it keeps two ledgers from ever meant the same file.
    let id = format!("{delivery}-{}", settings.ledger);
    let render =
        |name: &str| settings.sftp.temporary_name.render(|place| part(place, name, &parcel.key, &id));
    let mut temporary = render(name);
    let mut short = name.to_owned();
    while temporary.len() > LONGEST_NAME && short.pop().is_some() {
        temporary = render(&short);
    }
    in_folder(folder, &temporary)
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

fn in_folder(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{}/{name}", folder.trim_end_matches('/')) }
}
