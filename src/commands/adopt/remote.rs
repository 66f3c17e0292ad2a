//! `adopt --remote`: compares the files here with what lies in KP's folder now. Nothing is changed there.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use regex::Regex;

use super::places::{Claim, Found};
use crate::config::{Config, Sftp};
use crate::digest::Digest;
use crate::drop_folder;
use crate::exit::{ExitCode, UserError};
use crate::ledger::LedgerReader;
use crate::ledger::query::Filter;
use crate::messages::{adopt as say, check as say_check, escape, report as say_report};
use crate::model::delivery::{Key, Slot};
use crate::names;
use crate::remote::ssh::SshConnector;
use crate::remote::{Connect, Remote, RemoteError};
use crate::secrets::Secrets;
use crate::series::{self, PerPeriod};
use crate::template::Placeholder;
use crate::wording;

/// How many files are read back in one round of requests.
const BATCH: usize = 64;

/// A file in KP's folder.
struct Lying {
    path: String,
    name: String,
    size: Option<u64>,
    digest: Option<Digest>,
}

/// What the ledger knows KP got, by its path there and its size.
pub(super) type Sent = HashMap<(String, u64), Vec<Key>>;

/// What the ledger knows KP got. With it, files are recognised that the server does not let us read, and files whose names
/// on the server point to another slot than the one they were sent for.
///
/// # Errors
/// The ledger could not be read.
pub(super) fn delivered_names(ledger: &LedgerReader) -> Result<Sent, UserError> {
    let mut sent = Sent::new();
    for delivery in ledger.history(&Filter::default())?.into_iter().filter(|d| d.state.is_delivered()) {
        let Some(path) = delivery.remote_path else { continue };
        sent.entry((names::nfc(&path), delivery.size)).or_default().push(delivery.key);
    }
    Ok(sent)
}

/// Finds out which of the files lie at KP, and adds the files that lie there and are not among them.
///
/// # Errors
/// Exit code 4: the server could not be asked, so nothing may be recorded.
pub(super) fn compare(config: &Config, mut local: Vec<Found>, sent: &Sent) -> Result<Vec<Found>, UserError> {
    config.check_sftp()?;
    config.check_host_key()?;
    let mut connect = SshConnector::new(&config.sftp, Secrets::gather(&config.sftp)?);
    let mut connection = connect.connect().map_err(|error| incomplete(error.to_string()))?;
    let lying = list(config, connection.as_mut())?;
    let lying = read(connection.as_mut(), lying, config.scan.largest)?;
    let matched = match_with(&lying, &mut local);
    // A file that cannot be read back is taken for ours if the ledger has a delivery with that name and size.
    let ours = |there: &Lying| there.size.and_then(|size| sent.get(&(there.path.clone(), size)));
    let rest = lying
        .iter()
        .enumerate()
        .filter(|(i, there)| !matched.contains(i) && (there.digest.is_some() || ours(there).is_none()));
    local.extend(rest.map(|(_, there)| {
        let mut found = only_there(config, there);
        // Prefer the slot in the ledger: the name on the server need not show it.
        let as_sent = ours(there).and_then(|keys| keys.iter().find(|key| Some(key.digest) == there.digest));
        found.key = as_sent.cloned().or(found.key);
        found
    }));
    Ok(local)
}

/// Looks for each local file among those at KP, and notes in it what was found: the same name and content; the same name and
/// size, if the content cannot be read; the same content under another name; another file under its name; or nothing.
///
/// Answers the indices in `lying` of the files that were found.
fn match_with(lying: &[Lying], local: &mut [Found]) -> HashSet<usize> {
    // A server may keep another normal form of a name than it was given.
    let by_path: HashMap<String, usize> =
        lying.iter().enumerate().map(|(i, there)| (names::nfc(&there.path), i)).collect();
    let by_digest: HashMap<Digest, usize> =
        lying.iter().enumerate().rev().filter_map(|(i, there)| Some((there.digest?, i))).collect();
    let mut matched = HashSet::new();
    for file in local.iter_mut().filter(|file| matches!(file.claim, Claim::Delivered)) {
        let Some(key) = &file.key else { continue };
        let same_name = file.remote_path.as_deref().and_then(|path| by_path.get(&names::nfc(path))).copied();
        let same_bytes = by_digest.get(&key.digest).copied();
        match (same_name.map(|i| (i, &lying[i])), same_bytes) {
            (Some((i, there)), _) if there.digest == Some(key.digest) => {
                matched.insert(i);
                file.certain = true;
            }
            (Some((i, there)), _) if there.digest.is_none() && there.size == Some(file.size) => {
                matched.insert(i);
                file.note = Some(say::name_and_size_alone());
            }
            (_, Some(i)) => {
                matched.insert(i);
                file.note = Some(say::under_another_name(&escape(&lying[i].path)));
                file.remote_path = Some(lying[i].path.clone());
                file.certain = true;
            }
            (Some((_, there)), None) => file.claim = Claim::Refused(say::other_at_kp(&escape(&there.path))),
            (None, None) => (file.claim, file.remote_path) = (Claim::NotAtKp, None),
        }
    }
    matched
}

/// Lists the folders that files are delivered to, without temporary names and what the scan rules exclude.
fn list(config: &Config, connection: &mut dyn Remote) -> Result<Vec<Lying>, UserError> {
    let temporary = temporary_names(&config.sftp);
    let mut lying = Vec::new();
    for folder in config.remote_folders() {
        let shown = if folder.is_empty() { "." } else { folder };
        let entries = connection
            .list(shown)
            .map_err(|error| incomplete(say_check::remote_folder_refused(&escape(shown), &error)))?;
        let files = entries.into_iter().filter(|entry| {
            let ours = temporary.as_ref().is_some_and(|names| names.is_match(&entry.name));
            !entry.folder && !ours && !config.scan.exclude.is_match(names::nfc(&entry.name))
        });
        lying.extend(files.map(|entry| Lying {
            path: match folder.trim_end_matches('/') {
                "" if folder.is_empty() => entry.name.clone(),
                folder => format!("{folder}/{}", entry.name),
            },
            name: entry.name,
            size: entry.size,
            digest: None,
        }));
    }
    lying.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(lying)
}

/// The pattern of temporary names, which files have while they are uploaded.
fn temporary_names(sftp: &Sftp) -> Option<Regex> {
    let rendered = sftp.temporary_name.render(|place| match place {
        Placeholder::Id => "\u{1}".to_owned(),
        _ => "\u{2}".to_owned(),
    });
    let expression = regex::escape(&rendered).replace('\u{1}', "[0-9]+-[0-9a-f]{16}").replace('\u{2}', ".*");
    Regex::new(&format!("^{expression}$")).ok()
}

/// Digests each file that the server lets us read, as far as it said that it goes, and at most `largest` bytes.
fn read(connection: &mut dyn Remote, mut lying: Vec<Lying>, largest: u64) -> Result<Vec<Lying>, UserError> {
    for batch in lying.chunks_mut(BATCH) {
        let size = |there: &Lying| there.size.unwrap_or(largest).min(largest);
        let files: Vec<(&str, u64)> = batch.iter().map(|there| (there.path.as_str(), size(there))).collect();
        let digests = connection.digest(&files);
        for (there, digest) in batch.iter_mut().zip(digests) {
            there.digest = match digest {
                Ok(digest) => digest,
                Err(RemoteError::Refused { .. }) => None,
                Err(error) => return Err(incomplete(say::server_went_away(&error))),
            };
        }
    }
    Ok(lying)
}

/// A file that lies only at KP: its slot comes from its name, its digest from its bytes if they can be read.
fn only_there(config: &Config, there: &Lying) -> Found {
    let identified = series::identify(&config.series, &there.name, &[]);
    let one_per_period = series::per_period(&config.series, identified.rule) == PerPeriod::One;
    let claim = match (there.digest, drop_folder::unsafe_name(Path::new(&there.name))) {
        (_, Some(why)) => Claim::Refused(wording::unsafe_file(&why)),
        (None, None) => Claim::Refused(say::cannot_be_read()),
        (Some(_), None) if there.size == Some(0) => Claim::Refused(say_report::empty()),
        (Some(_), None) => Claim::Delivered,
    };
    Found {
        path: there.path.clone(),
        size: there.size.unwrap_or_default(),
        key: there.digest.filter(|_| matches!(claim, Claim::Delivered)).map(|digest| Key {
            slot: Slot { series: identified.series, period: identified.period },
            digest,
        }),
        one_per_period,
        in_drop: false,
        certain: true,
        remote_path: Some(there.path.clone()),
        claim,
        content: None,
        keyed: None,
        note: Some(say::lies_at_kp_alone()),
    }
}

fn incomplete(message: String) -> UserError {
    UserError { exit: ExitCode::Incomplete, message }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn our_own_temporary_names_are_known_and_nobody_elses() {
        let text =
            "[sftp]\nhost = 'sftp.example.dk'\nuser = 'korsbaek'\ntemporary_name = '{name}.{id}.undervejs'\n";
        let config = Config::of(Path::new("config.toml"), text.as_bytes().to_vec()).unwrap();
        let names = temporary_names(&config.sftp).unwrap();
        assert!(names.is_match("mad_202304.txt.12-0123456789abcdef.undervejs"));
        assert!(!names.is_match("mad_202304.txt.undervejs"));
        assert!(!names.is_match("mad_202304xtxt"));
    }
}
