//! The files that a person names, read as a run would read them.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset};

use crate::archive::REJECTED;
use crate::config::{Config, Scan};
use crate::decide::Blocked;
use crate::delivery::Key;
use crate::drop_folder::{self, FolderEntry};
use crate::exit::UserError;
use crate::ledger::receipts;
use crate::messages::{adopt as say, escape, report as say_report, run as say_run};
use crate::platform;
use crate::run::survey::{self, ScannedFile};
use crate::series::PerPeriod;

/// A file that may be adopted.
pub(super) struct Found {
    /// As the person named it; a file on the server by its path there.
    pub(super) path: String,
    /// In bytes.
    pub(super) size: u64,
    /// What it is and is for; none where it could not be read.
    pub(super) key: Option<Key>,
    /// Whether its slot takes one file alone.
    pub(super) one_per_period: bool,
    /// Whether it lies in the drop folder, where the next run finds it.
    pub(super) in_drop: bool,
    /// Whether the word is about this very file: it was named by itself, or seen at KP.
    pub(super) certain: bool,
    /// The path on the server that it has, or that it would get.
    pub(super) remote_path: Option<String>,
    /// Whether KP has it.
    pub(super) claim: Claim,
    /// What the person should know about it.
    pub(super) note: Option<String>,
}

pub(super) enum Claim {
    /// So the person says, or so it was seen.
    Delivered,
    /// It does not lie at KP.
    NotAtKp,
    /// It cannot be judged. The text says why.
    Refused(String),
}

/// The paths, where one that is not there but in the drop folder is meant so: `run` and `status` name files by that.
pub(super) fn found_in_drop(config: &Config, paths: &[PathBuf]) -> Vec<PathBuf> {
    let there = |path: &Path| path.symlink_metadata().is_ok();
    let dropped = |path: &PathBuf| Some(config.drop.join(path)).filter(|file| !there(path) && there(file));
    paths.iter().map(|path| dropped(path).unwrap_or_else(|| path.clone())).collect()
}

/// Whether every path is there, so that a mistyped one touches nothing.
///
/// # Errors
/// Exit code 2, naming the first that is not.
pub(super) fn all_there(paths: &[PathBuf]) -> Result<(), UserError> {
    paths.iter().try_for_each(|path| match path.symlink_metadata() {
        Ok(_) => Ok(()),
        Err(error) => Err(UserError::usage(say::no_such_path(&escape(&path.display().to_string()), &error))),
    })
}

/// The files at these paths, folders with everything in them, and how many were left out.
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
            let (inside, left_out) = folder(config, path)?;
            files.extend(inside);
            excluded += left_out;
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
            platform::canonical(platform::parent_or_dot(&file.place))
                .is_ok_and(|folder| folder.starts_with(drop))
        })
    };
    let in_drop: Vec<bool> = files.iter().map(in_drop).collect();
    let looked = survey::look_among(config, files, now);
    Ok((
        looked
            .into_iter()
            .zip(in_drop)
            .map(|(file, in_drop)| {
                let certain = named.contains(&file.file.path);
                found(config, file, in_drop, certain)
            })
            .collect(),
        excluded,
    ))
}

/// The files of the drop folder, as a run sees them, and how many were left out.
///
/// # Errors
/// The folder cannot be listed.
pub(super) fn look_into_drop(
    config: &Config,
    now: DateTime<FixedOffset>,
) -> Result<(Vec<Found>, usize), UserError> {
    let survey = survey::scan(config, now)?;
    Ok((
        survey.files.into_iter().map(|file| found(config, file, true, false)).collect(),
        survey.left_out.files,
    ))
}

fn found(config: &Config, looked: ScannedFile, in_drop: bool, certain: bool) -> Found {
    let size = looked.size();
    let claim = match &looked.reading {
        Err(Blocked::Unsafe(because)) => Claim::Refused(because.clone()),
        Err(Blocked::Unsettled(because)) => Claim::Refused(say::try_again(because)),
        Ok(_) if size == 0 => Claim::Refused(say_report::empty()),
        Ok(_) => Claim::Delivered,
    };
    Found {
        size,
        one_per_period: survey::per_period(config, &looked) == PerPeriod::One,
        remote_path: survey::remote_path(config, &looked),
        path: looked.file.path,
        key: looked.key,
        in_drop,
        certain,
        claim,
        note: None,
    }
}

/// Every file in a folder and the folders in it that the scan rules include, but for what the archive keeps for itself.
fn folder(config: &Config, path: &Path) -> Result<(Vec<FolderEntry>, usize), UserError> {
    let scan = Scan { subfolders: true, ..config.scan.clone() };
    let mut files = Vec::new();
    let left_out = drop_folder::list(path, &scan, |file| files.push(file))?;
    let before = files.len();
    let (root, archive) = (platform::canonical(path).ok(), platform::canonical(&config.archive).ok());
    let listed = platform::verbatim(path);
    files.retain(|file| {
        let inside = file.place.strip_prefix(&listed).unwrap_or(&file.place);
        let whole = root.as_ref().map(|root| root.join(inside));
        let archived = whole.as_ref().zip(archive.as_ref()).and_then(|(whole, a)| whole.strip_prefix(a).ok());
        !archived.is_some_and(is_the_archives_own)
    });
    let excluded = left_out.files + before - files.len();
    let named = shown(path);
    files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    for file in &mut files {
        file.path = format!("{}/{}", named.trim_end_matches('/'), file.path);
    }
    Ok((files, excluded))
}

/// Receipts are no trækfiler, and what was rejected KP never got.
fn is_the_archives_own(inside: &Path) -> bool {
    inside.components().next().is_some_and(|first| {
        let first = first.as_os_str().to_string_lossy();
        first == REJECTED || first.starts_with(receipts::FOLDER)
    })
}

/// A file that was named by itself; none where the scan rules leave it out.
fn one(scan: &Scan, path: &Path) -> Option<FolderEntry> {
    let name = path.file_name()?;
    let plain = name.to_string_lossy();
    if !scan.include.is_match(plain.as_ref()) || scan.exclude.is_match(plain.as_ref()) {
        return None;
    }
    let unsafe_because =
        drop_folder::unsafe_name(Path::new(name)).or_else(|| path.is_symlink().then(say_run::is_symlink));
    Some(FolderEntry { path: shown(path), place: path.to_owned(), unsafe_because })
}

/// A path with `/` between its parts, as the ledger has it.
fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}
