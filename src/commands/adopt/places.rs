//! Finds the files that a person names, and reads them as a run would.

use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};

use chrono::{DateTime, FixedOffset};

use crate::archive::REJECTED;
use crate::config::glob::glob;
use crate::config::{Config, Scan};
use crate::drop_folder::{self, FolderEntry};
use crate::exit::UserError;
use crate::ledger::witness;
use crate::messages::{adopt as say, escape, report as say_report};
use crate::model::decision::{Blocked, Unsafe};
use crate::model::delivery::Key;
use crate::model::keys::KeyedRecords;
use crate::model::ledger::ContentTotals;
use crate::names;
use crate::platform;
use crate::run::judge;
use crate::run::scan::{self, ScannedFile};
use crate::run::secret;
use crate::series::PerPeriod;
use crate::wording;

/// A file that may be adopted.
pub(super) struct Found {
    /// As the person named it; a file on the server by its path there.
    pub(super) path: String,
    /// In bytes.
    pub(super) size: u64,
    /// Its slot and its digest; none where it could not be read.
    pub(super) key: Option<Key>,
    /// Whether its slot takes one file alone.
    pub(super) one_per_period: bool,
    /// Whether it lies in the drop folder, where the next run finds it.
    pub(super) in_drop: bool,
    /// Whether the person named the file itself, or it was seen at KP; false if it was found in a named folder.
    pub(super) certain: bool,
    /// The path on the server that it has, or that it would get.
    pub(super) remote_path: Option<String>,
    /// Whether KP has it.
    pub(super) claim: Claim,
    /// What its records come to, where its series has a format.
    pub(super) content: Option<ContentTotals>,
    /// The keys of its records, where its series has a format.
    pub(super) keyed: Option<KeyedRecords>,
    /// What the person should know about it.
    pub(super) note: Option<String>,
}

pub(super) enum Claim {
    /// KP has it: the person says so, or it was seen there.
    Delivered,
    /// It does not lie at KP.
    NotAtKp,
    /// It cannot be judged. The text says why.
    Refused(String),
}

/// Replaces each pattern, such as `mappe X/vask*`, by the paths that fit it: not every shell does that itself. A path that
/// exists is taken as it is, whatever signs it has. A pattern without a folder that fits nothing here is tried in the drop
/// folder. As in a shell, names that begin with a full stop are not meant by `*`, and case does not matter.
///
/// # Errors
/// Exit code 2, naming the first pattern that nothing fits, or that is none.
pub(super) fn expanded(config: &Config, paths: &[PathBuf]) -> Result<Vec<PathBuf>, UserError> {
    let mut all = Vec::new();
    for path in paths {
        let is_there = |path: &Path| path.symlink_metadata().is_ok();
        if !is_pattern(path) || is_there(path) || is_there(&config.drop.join(path)) {
            all.push(path.clone());
            continue;
        }
        let mut fitting = fitting(path)?;
        if fitting.is_empty() && path.is_relative() {
            fitting = self::fitting(&config.drop.join(path))?;
        }
        if fitting.is_empty() {
            return Err(UserError::usage(say::nothing_fits(&escape(&path.display().to_string()))));
        }
        all.extend(fitting);
    }
    Ok(all)
}

fn is_pattern(part: impl AsRef<Path>) -> bool {
    part.as_ref().to_string_lossy().contains(['*', '?', '[', '{'])
}

/// The paths that fit a pattern, in alphabetical order.
fn fitting(pattern: &Path) -> Result<Vec<PathBuf>, UserError> {
    let mut found = vec![PathBuf::new()];
    for part in pattern.components() {
        let part = Path::new(part.as_os_str());
        if !matches!(part.components().next(), Some(Component::Normal(_))) || !is_pattern(part) {
            for path in &mut found {
                path.push(part);
            }
            continue;
        }
        let text = names::nfc(&part.to_string_lossy());
        let fits = glob(&text).map_err(UserError::usage)?.compile_matcher();
        let mut inside = Vec::new();
        for folder in found {
            let folder = if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder };
            // A part before this one may be a file, or a folder that is not there.
            let Ok(entries) = std::fs::read_dir(&folder) else { continue };
            for entry in entries {
                let name = entry.map_err(|error| unread(&folder, &error))?.file_name();
                let plain = names::nfc(&name.to_string_lossy());
                if fits.is_match(&plain) && (text.starts_with('.') || !plain.starts_with('.')) {
                    inside.push(if folder == Path::new(".") { name.into() } else { folder.join(name) });
                }
            }
        }
        inside.sort();
        found = inside;
    }
    found.retain(|path| path.symlink_metadata().is_ok());
    Ok(found)
}

fn unread(folder: &Path, error: &std::io::Error) -> UserError {
    UserError::usage(say::no_such_path(&escape(&folder.display().to_string()), error))
}

/// Resolves the paths: one that does not exist, but exists in the drop folder, is taken from there, since `run` and `status`
/// print paths in that form.
pub(super) fn found_in_drop(config: &Config, paths: &[PathBuf]) -> Vec<PathBuf> {
    let there = |path: &Path| path.symlink_metadata().is_ok();
    let dropped = |path: &PathBuf| Some(config.drop.join(path)).filter(|file| !there(path) && there(file));
    paths.iter().map(|path| dropped(path).unwrap_or_else(|| path.clone())).collect()
}

/// Checks that every path exists before anything is done.
///
/// # Errors
/// Exit code 2, naming the first path that does not exist.
pub(super) fn all_there(paths: &[PathBuf]) -> Result<(), UserError> {
    paths.iter().try_for_each(|path| match path.symlink_metadata() {
        Ok(_) => Ok(()),
        Err(error) => Err(UserError::usage(say::no_such_path(&escape(&path.display().to_string()), &error))),
    })
}

/// The files at these paths, with everything in the folders among them; and how many the scan rules leave out.
///
/// # Errors
/// A folder cannot be listed.
pub(super) fn look(
    config: &Config,
    paths: &[PathBuf],
    now: DateTime<FixedOffset>,
) -> Result<(Vec<Found>, usize), UserError> {
    let mut files = Vec::new();
    let mut excluded = 0;
    let mut named = HashSet::new();
    for path in paths {
        if path.is_dir() {
            let (inside, excluded_here) = folder(config, path)?;
            files.extend(inside);
            excluded += excluded_here;
        } else {
            match one(&config.scan, path) {
                Some(file) => {
                    named.insert(file.path.clone());
                    files.push(file);
                }
                None => excluded += 1,
            }
        }
    }
    let drop = platform::canonical(&config.drop).ok();
    let in_drop = |file: &FolderEntry| {
        drop.as_ref().is_some_and(|drop| {
            platform::canonical(platform::parent_or_dot(&file.place.path()))
                .is_ok_and(|folder| folder.starts_with(drop))
        })
    };
    let in_drop: Vec<bool> = files.iter().map(in_drop).collect();
    let scanned = scan::scan_files(files, &config.scan, config.into(), now);
    let found = scanned.into_iter().zip(in_drop).map(|(file, in_drop)| {
        let certain = named.contains(&file.file.path);
        found(config, file, in_drop, certain)
    });
    Ok((found.collect::<Result<_, _>>()?, excluded))
}

/// The files of the drop folder as a run sees them, and how many the scan rules leave out.
///
/// # Errors
/// The folder cannot be listed.
pub(super) fn look_into_drop(
    config: &Config,
    now: DateTime<FixedOffset>,
) -> Result<(Vec<Found>, usize), UserError> {
    let scanned = scan::scan(&config.drop, &config.scan, config.into(), now)?;
    let found = scanned.files.into_iter().map(|file| found(config, file, true, false));
    Ok((found.collect::<Result<_, _>>()?, scanned.excluded.files))
}

fn found(config: &Config, scanned: ScannedFile, in_drop: bool, certain: bool) -> Result<Found, UserError> {
    let keyed = secret::sealed(config, &scanned)?;
    let size = scanned.size();
    let claim = match &scanned.reading {
        Err(Blocked::Unsafe(why)) => Claim::Refused(wording::unsafe_file(why)),
        Err(Blocked::Unsettled(why)) => Claim::Refused(say::try_again(&wording::unsettled(*why))),
        Ok(_) if size == 0 => Claim::Refused(say_report::empty()),
        Ok(_) => Claim::Delivered,
    };
    Ok(Found {
        size,
        one_per_period: judge::per_period(config, &scanned) == PerPeriod::One,
        remote_path: judge::remote_path(config, &scanned),
        content: scanned.totals(),
        keyed,
        path: scanned.file.path,
        key: scanned.key,
        in_drop,
        certain,
        claim,
        note: None,
    })
}

/// Every file that the scan rules include, in a folder and the folders in it, without what the archive keeps for itself:
/// receipts and rejected files.
fn folder(config: &Config, path: &Path) -> Result<(Vec<FolderEntry>, usize), UserError> {
    let scan = Scan { subfolders: true, ..config.scan.clone() };
    let mut files = Vec::new();
    let listed = drop_folder::list(path, &scan, |file| files.push(file));
    let excluded_here = listed.map_err(|failed| unread(&failed.folder, &failed.error))?;
    let before = files.len();
    let (root, archive) = (platform::canonical(path).ok(), platform::canonical(&config.archive).ok());
    let listed = platform::verbatim(path);
    files.retain(|file| {
        let place = file.place.path();
        let inside = place.strip_prefix(&listed).unwrap_or(&place);
        let whole = root.as_ref().map(|root| root.join(inside));
        let archived = whole.as_ref().zip(archive.as_ref()).and_then(|(whole, a)| whole.strip_prefix(a).ok());
        !archived.is_some_and(is_the_archives_own)
    });
    let excluded = excluded_here.files + before - files.len();
    let named = shown(path);
    files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    for file in &mut files {
        file.path = format!("{}/{}", named.trim_end_matches('/'), file.path);
    }
    Ok((files, excluded))
}

/// Whether a path in the archive is a receipt, which is no trækfil, or a rejected file, which KP never got.
fn is_the_archives_own(inside: &Path) -> bool {
    inside.components().next().is_some_and(|first| {
        let first = first.as_os_str().to_string_lossy();
        first == REJECTED || first == witness::NAME || first.starts_with(witness::FOLDER)
    })
}

/// A file that the person named; none if the scan rules leave it out.
fn one(scan: &Scan, path: &Path) -> Option<FolderEntry> {
    let name = path.file_name()?;
    let plain = name.to_string_lossy();
    if !scan.include.is_match(plain.as_ref()) || scan.exclude.is_match(plain.as_ref()) {
        return None;
    }
    let unsafe_because =
        drop_folder::unsafe_name(Path::new(name)).or_else(|| path.is_symlink().then_some(Unsafe::Symlink));
    Some(FolderEntry { path: shown(path), place: path.into(), unsafe_because })
}

/// A path with `/` between its parts, as the ledger has it.
fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}
