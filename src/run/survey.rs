//! Everything a run is decided on: the files of the drop folder, read, and what the ledger knows of them.
//!
//! `run`, `run --dry-run` and the commands about held files share it, so that they never judge differently.

use std::convert::Infallible;
use std::sync::mpsc;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, FixedOffset};
use rayon::prelude::*;

use crate::config::Config;
use crate::decide::{self, Blocked, Choice, Facts, Judgement, Past, Reason};
use crate::deliver;
use crate::delivery::{Key, Slot};
use crate::drop_folder::{self, Excluded, FileSnapshot, FolderEntry, Stability};
use crate::exit::UserError;
use crate::ledger::LedgerReader;
use crate::ledger::event::Verdict;
use crate::model::decision::Unsettled;
use crate::period::Period;
use crate::plan::{self, Candidate};
use crate::series::{self, PerPeriod};

/// No more files are handed from thread to thread at a time.
const AT_A_TIME: usize = 32;

/// A file as the folder shows it.
#[derive(Debug, Clone)]
pub struct ScannedFile {
    /// Where and what it is.
    pub file: FolderEntry,
    /// What was read, or why nothing was.
    pub reading: Result<FileSnapshot, Blocked>,
    /// What it is and is for, where it was read.
    pub key: Option<Key>,
    /// The rule it falls under.
    rule: Option<usize>,
}

/// The folder, read, and with [`PlannedFile`] judged as well.
#[derive(Debug)]
pub struct Survey<T = ScannedFile> {
    /// The files: by path, or in the order of the run.
    pub files: Vec<T>,
    /// What else lies there.
    pub left_out: Excluded,
}

/// A file with its decision.
#[derive(Debug, Clone)]
pub struct PlannedFile {
    /// The file.
    pub looked: ScannedFile,
    /// What happens to it.
    pub judgement: Judgement,
    /// The path it would get on the server; none where KP has it already.
    pub remote_path: Option<String>,
    /// The approval it goes by.
    pub decision: Option<i64>,
    /// Who has approved it since it was last rejected or delivered, each person once.
    pub approvers: Vec<String>,
    /// Whether it takes two persons to approve it.
    pub takes_two: bool,
}

impl ScannedFile {
    /// Its size in bytes, as far as known.
    #[must_use]
    pub fn size(&self) -> u64 {
        match &self.reading {
            Ok(reading) => reading.size,
            Err(_) => std::fs::symlink_metadata(&self.file.place).map_or(0, |about| about.len()),
        }
    }
}

/// Lists and reads the drop folder.
///
/// # Errors
/// The folder cannot be listed.
pub fn scan(config: &Config, now: DateTime<FixedOffset>) -> Result<Survey, UserError> {
    let mut files: Vec<ScannedFile> = Vec::new();
    let left_out = look_into_folder(
        config,
        now,
        |some| some,
        |some| {
            files.extend(some);
            Ok(())
        },
    )?;
    files.sort_unstable_by(|a, b| a.file.path.cmp(&b.file.path));
    Ok(Survey { files, left_out })
}

/// Reads these files, wherever they lie, as the scan would; in their order.
#[must_use]
pub fn look_among(config: &Config, files: Vec<FolderEntry>, now: DateTime<FixedOffset>) -> Vec<ScannedFile> {
    let mut looked = Vec::with_capacity(files.len());
    let all = |each: &mut dyn FnMut(FolderEntry)| {
        files.into_iter().for_each(each);
        Ok::<_, Infallible>(())
    };
    let Ok(()) = look_each(
        config,
        system_time(now),
        all,
        |some| some,
        |some| {
            looked.extend(some);
            Ok(())
        },
    );
    looked.sort_by_key(|(i, _)| *i);
    looked.into_iter().map(|(_, found)| found).collect()
}

/// Reads one file, wherever it lies, as the scan would.
#[must_use]
pub fn look_at(config: &Config, file: FolderEntry) -> ScannedFile {
    read(config, file, Duration::ZERO, SystemTime::now())
}

/// Reads the drop folder while it is listed; see [`look_each`].
fn look_into_folder<R: Send>(
    config: &Config,
    now: DateTime<FixedOffset>,
    make: impl Fn(Vec<ScannedFile>) -> R + Sync,
    take: impl FnMut(R) -> Result<(), UserError>,
) -> Result<Excluded, UserError> {
    let list = |each: &mut dyn FnMut(FolderEntry)| Ok(drop_folder::list(&config.drop, &config.scan, each)?);
    let make = |some: Vec<(usize, ScannedFile)>| make(some.into_iter().map(|(_, found)| found).collect());
    look_each(config, system_time(now), list, make, take)
}

/// Reads files on other threads while `list` names them, has those threads `make` something of them, some at a time and
/// with their places in the list, and takes that on this one. Each file comes once.
///
/// A file whose time of change lies in the future, as after a clock was set back or on a share with another clock,
/// cannot be told to have settled by its age: all such files are watched for `scan.settle` instead, at once, when
/// the others have been read.
fn look_each<T, R: Send, E>(
    config: &Config,
    now: SystemTime,
    list: impl FnOnce(&mut dyn FnMut(FolderEntry)) -> Result<T, E>,
    make: impl Fn(Vec<(usize, ScannedFile)>) -> R + Sync,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<T, E> {
    let (settle, make) = (config.scan.settle, &make);
    let is_settled = |(_, found): &(usize, ScannedFile)| !matches!(found.reading, Err(Blocked::Unsettled(_)));
    let mut unsettled = Vec::new();
    let listed = rayon::in_place_scope(|others| {
        let (sender, coming) = mpsc::channel();
        let read = |some: Vec<(usize, FolderEntry)>| {
            let sender = sender.clone();
            others.spawn(move |_| {
                let read = some.into_iter().map(|(i, file)| (i, read(config, file, settle, now)));
                let (settled, unsettled) = read.partition(is_settled);
                // Nobody takes them any more where it has failed.
                let _ = sender.send((make(settled), unsettled));
            });
        };
        let (mut some, mut count) = (Vec::new(), 0);
        let listed = list(&mut |file| {
            some.push((count, file));
            count += 1;
            // The first ones alone, so that no core is without work where there are few; but to hand over each of
            // many alone would take as long as to read it.
            if some.len() >= (count / 32).clamp(1, AT_A_TIME) {
                read(std::mem::take(&mut some));
            }
        })?;
        read(some);
        drop(sender);
        for (made, not_yet) in coming {
            take(made)?;
            unsettled.extend::<Vec<_>>(not_yet);
        }
        Ok(listed)
    })?;
    let watched = drop_folder::watch(unsettled.iter().map(|(_, found)| &found.file), settle, now);
    let again: Vec<_> = unsettled
        .into_par_iter()
        .zip(watched)
        .map(|((i, found), watched)| match watched {
            Stability::Still => (i, read(config, found.file, Duration::ZERO, now)),
            Stability::Moved => {
                (i, ScannedFile { reading: Err(Blocked::Unsettled(Unsettled::StillChanging)), ..found })
            }
            Stability::Not => (i, found),
        })
        .collect();
    take(make(again))?;
    Ok(listed)
}

fn read(config: &Config, file: FolderEntry, settle: Duration, now: SystemTime) -> ScannedFile {
    let keep_head = series::needs_head(&config.series, name(&file));
    let reading = drop_folder::read(&file, settle, now, keep_head);
    identify(config, file, reading)
}

fn identify(config: &Config, file: FolderEntry, reading: Result<FileSnapshot, Blocked>) -> ScannedFile {
    let Ok(mut read) = reading else { return ScannedFile { file, reading, key: None, rule: None } };
    let found = series::identify(&config.series, name(&file), &read.head);
    read.head = Vec::new();
    let key = Key { slot: Slot { series: found.series, period: found.period }, digest: read.digest };
    ScannedFile { file, reading: Ok(read), key: Some(key), rule: found.rule }
}

/// Lists and reads the drop folder and decides about every file, in the order of the run. Whoever has read some files asks
/// the ledger about them, over a view of its own where they are many.
///
/// # Errors
/// The folder cannot be listed, or the ledger could not be read.
pub fn look_and_judge(
    config: &Config,
    view: &LedgerReader,
    now: DateTime<FixedOffset>,
) -> Result<Survey<PlannedFile>, UserError> {
    let beside = view.beside();
    let make = |some: Vec<ScannedFile>| match beside.take(some.len()) {
        Some(own) => Ok(judge_each(config, &own, some, now)),
        None => Err(some),
    };
    let mut files = Vec::new();
    let left_out = look_into_folder(config, now, make, |made| {
        files.extend(made.unwrap_or_else(|unasked| judge_each(config, view, unasked, now))?);
        Ok(())
    })?;
    let files = resolve_conflicts(config, view, files)?;
    Ok(Survey { files, left_out })
}

/// What each file's own facts make of it.
fn judge_each(
    config: &Config,
    view: &LedgerReader,
    files: Vec<ScannedFile>,
    now: DateTime<FixedOffset>,
) -> Result<Vec<PlannedFile>, UserError> {
    view.in_snapshot(|| files.into_iter().map(|looked| judge_alone(config, view, looked, now)).collect())
}

/// Decides about files that have been read, in the order of the run.
///
/// # Errors
/// The ledger could not be read.
pub fn judge(
    config: &Config,
    view: &LedgerReader,
    files: Vec<ScannedFile>,
    now: DateTime<FixedOffset>,
) -> Result<Vec<PlannedFile>, UserError> {
    resolve_conflicts(config, view, judge_each(config, view, files, now)?)
}

/// What the files that are to be sent decide about each other; all in the order of the run.
fn resolve_conflicts(
    config: &Config,
    view: &LedgerReader,
    mut files: Vec<PlannedFile>,
) -> Result<Vec<PlannedFile>, UserError> {
    let sends = files.iter().enumerate().filter(|(_, file)| file.judgement.choice == Choice::Send);
    let candidates = sends
        .map(|(index, file)| Candidate {
            index,
            path: file.looked.file.path.clone(),
            key: file.looked.key.clone(),
            one_per_period: per_period(config, &file.looked) == PerPeriod::One,
            remote_path: file.remote_path.clone(),
            judgement: file.judgement.clone(),
            one_approval: config.policy.two_persons
                && file.judgement.reason == Reason::Approved
                && file.approvers.len() < 2,
        })
        .collect();
    let unsettled = view.open_deliveries()?.into_iter().filter(|delivery| delivery.state.is_unclear());
    let claimed: Vec<String> = unsettled.filter_map(|delivery| delivery.remote_path).collect();
    for decided in plan::plan(candidates, config.policy, &claimed) {
        files[decided.index].judgement = decided.judgement;
    }
    for file in &mut files {
        file.takes_two |= config.policy.two_persons && file.judgement.reason.can_take_two();
    }
    // Their numbers are sorted, since what is known of a file is large.
    let mut sorted: Vec<usize> = (0..files.len()).collect();
    sorted.sort_by(|&a, &b| order(&files[a]).cmp(&order(&files[b])));
    let mut files: Vec<Option<PlannedFile>> = files.into_iter().map(Some).collect();
    Ok(sorted.into_iter().filter_map(|i| files[i].take()).collect())
}

/// Earlier periods first, as [`plan`] has it.
fn order(file: &PlannedFile) -> (Option<Period>, &str) {
    plan::order(file.looked.key.as_ref(), &file.looked.file.path)
}

fn judge_alone(
    config: &Config,
    view: &LedgerReader,
    looked: ScannedFile,
    now: DateTime<FixedOffset>,
) -> Result<PlannedFile, UserError> {
    let one_per_period = per_period(config, &looked) == PerPeriod::One;
    let (past, decision, approvers) = match &looked.key {
        Some(key) => past(view, key, one_per_period)?,
        None => (Past::default(), None, Vec::new()),
    };
    let today = Period::of(now.date_naive());
    let period = looked.key.as_ref().and_then(|key| key.slot.period);
    let facts = Facts {
        blocked: looked.reading.as_ref().err().cloned(),
        size: looked.size(),
        one_per_period,
        months_ahead: period.zip(today).map(|(period, today)| period.months_after(today)),
        past,
    };
    let judgement = decide::decide(&facts, config.policy, config.period);
    // KP has it under a name already.
    let remote_path = if judgement.choice == Choice::Duplicate { None } else { remote_path(config, &looked) };
    let takes_two = decide::takes_two(&facts, config.policy);
    Ok(PlannedFile { looked, judgement, remote_path, decision, approvers, takes_two })
}

/// What the ledger knows of a key, asking no more than the decision needs.
fn past(
    view: &LedgerReader,
    key: &Key,
    one_per_period: bool,
) -> Result<(Past, Option<i64>, Vec<String>), UserError> {
    let same_bytes = view.deliveries_of(&key.digest)?;
    let known = Past::of(key, &same_bytes, &[], None);
    if known.unclear.is_some() || known.delivered.is_some() {
        return Ok((known, None, Vec::new()));
    }
    let same_slot = if one_per_period { view.deliveries_into(&key.slot)? } else { Vec::new() };
    let standing = view.decisions_about(key)?;
    let decision = standing.first().map(|decision| (decision.id, decision.verdict));
    let mut approvers: Vec<String> = standing
        .into_iter()
        .take_while(|decision| decision.verdict == Verdict::Approved)
        .map(|decision| decision.who)
        .collect();
    approvers.sort_unstable();
    approvers.dedup();
    let mut past = Past::of(key, &same_bytes, &same_slot, decision);
    past.approvers = approvers.len();
    Ok((past, decision.map(|(id, _)| id), approvers))
}

/// The path a file would get on the server; none where it could not be read.
#[must_use]
pub fn remote_path(config: &Config, looked: &ScannedFile) -> Option<String> {
    let folder = looked.rule.and_then(|rule| config.series.get(rule)?.remote_folder.as_deref());
    looked.key.as_ref().map(|key| deliver::remote_path(&config.sftp, folder, name(&looked.file), key))
}

/// How many files its slot takes.
#[must_use]
pub fn per_period(config: &Config, looked: &ScannedFile) -> PerPeriod {
    series::per_period(&config.series, looked.rule)
}

/// The file's own name, without the folders it lies in.
fn name(file: &FolderEntry) -> &str {
    file.path.rsplit('/').next().unwrap_or(&file.path)
}

fn system_time(now: DateTime<FixedOffset>) -> SystemTime {
    now.with_timezone(&chrono::Utc).into()
}
