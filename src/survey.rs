//! Everything a run is decided on: the files of the drop folder, read, and what the ledger knows of them.
//!
//! `run`, `run --dry-run` and the commands about held files share it, so that they never judge differently.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, FixedOffset};
use rayon::prelude::*;

use crate::config::Config;
use crate::decide::{self, Blocked, Facts, Judgement, Past, Reason};
use crate::deliver;
use crate::delivery::{Key, Slot};
use crate::drop_folder::{self, Listed, Listing, Reading};
use crate::exit::Trouble;
use crate::ledger::View;
use crate::ledger::event::Verdict;
use crate::period::Period;
use crate::plan::{self, Candidate};
use crate::series::{self, PerPeriod};

/// A file as the folder shows it.
#[derive(Debug, Clone)]
pub struct Looked {
    /// Where and what it is.
    pub file: Listed,
    /// What was read, or why nothing was.
    pub reading: Result<Reading, Blocked>,
    /// What it is and is for, where it was read.
    pub key: Option<Key>,
    /// The rule it falls under.
    rule: Option<usize>,
}

/// The folder, read.
#[derive(Debug)]
pub struct Survey {
    /// The files, by path.
    pub files: Vec<Looked>,
    /// How many files the scan rules leave out.
    pub excluded: usize,
    /// How many folders were not looked into.
    pub folders: usize,
}

/// A file with its decision.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The file.
    pub looked: Looked,
    /// What happens to it.
    pub judgement: Judgement,
    /// The path it would get on the server.
    pub remote_path: Option<String>,
    /// The approval it goes by.
    pub decision: Option<i64>,
    /// Who has approved it since it was last rejected or delivered, each person once.
    pub approvers: Vec<String>,
    /// Whether it takes two persons to approve it.
    pub takes_two: bool,
}

impl Looked {
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
pub fn look(config: &Config, now: DateTime<FixedOffset>) -> Result<Survey, Trouble> {
    let Listing { files, excluded, folders } = drop_folder::list(&config.drop, &config.scan)?;
    Ok(Survey { files: look_among(config, files, now), excluded, folders })
}

/// Reads these files, wherever they lie, as the scan would.
#[must_use]
pub fn look_among(config: &Config, files: Vec<Listed>, now: DateTime<FixedOffset>) -> Vec<Looked> {
    let heads = |file: &Listed| series::needs_head(&config.series, name(file));
    let readings = drop_folder::read(&files, config.scan.settle, system_time(now), heads);
    files.into_par_iter().zip(readings).map(|(file, reading)| identify(config, file, reading)).collect()
}

/// Reads one file, wherever it lies, as the scan would.
#[must_use]
pub fn look_at(config: &Config, file: Listed) -> Looked {
    let now = SystemTime::now();
    let heads = |file: &Listed| series::needs_head(&config.series, name(file));
    let reading = drop_folder::read(std::slice::from_ref(&file), Duration::ZERO, now, heads)
        .pop()
        .unwrap_or_else(|| Err(Blocked::Unsettled(String::new())));
    identify(config, file, reading)
}

fn identify(config: &Config, file: Listed, reading: Result<Reading, Blocked>) -> Looked {
    let Ok(mut read) = reading else { return Looked { file, reading, key: None, rule: None } };
    let found = series::identify(&config.series, name(&file), &read.head);
    read.head = Vec::new();
    let key = Key { slot: Slot { series: found.series, period: found.period }, digest: read.digest };
    Looked { file, reading: Ok(read), key: Some(key), rule: found.rule }
}

/// Decides about every file, in the order of the run.
///
/// # Errors
/// The ledger could not be read.
pub fn judge(
    config: &Config,
    view: &View,
    survey: Vec<Looked>,
    now: DateTime<FixedOffset>,
) -> Result<Vec<Planned>, Trouble> {
    let alone = survey
        .into_iter()
        .map(|looked| judge_alone(config, view, looked, now))
        .collect::<Result<Vec<Planned>, Trouble>>()?;
    let candidates = alone
        .iter()
        .enumerate()
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
    let mut alone: Vec<Option<Planned>> = alone.into_iter().map(Some).collect();
    let unsettled = view.open_deliveries()?.into_iter().filter(|delivery| delivery.state.is_unclear());
    let claimed: Vec<String> = unsettled.filter_map(|delivery| delivery.remote_path).collect();
    let ordered = plan::plan(candidates, config.policy, &claimed);
    Ok(ordered
        .into_iter()
        .filter_map(|decided| {
            let alone = alone[decided.index].take()?;
            let takes_two =
                alone.takes_two || config.policy.two_persons && decided.judgement.reason.can_take_two();
            Some(Planned { judgement: decided.judgement, takes_two, ..alone })
        })
        .collect())
}

fn judge_alone(
    config: &Config,
    view: &View,
    looked: Looked,
    now: DateTime<FixedOffset>,
) -> Result<Planned, Trouble> {
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
    let remote_path = remote_path(config, &looked);
    let takes_two = decide::takes_two(&facts, config.policy);
    Ok(Planned { looked, judgement, remote_path, decision, approvers, takes_two })
}

/// What the ledger knows of a key, asking no more than the decision needs.
fn past(view: &View, key: &Key, one_per_period: bool) -> Result<(Past, Option<i64>, Vec<String>), Trouble> {
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
pub fn remote_path(config: &Config, looked: &Looked) -> Option<String> {
    let folder = looked.rule.and_then(|rule| config.series.get(rule)?.remote_folder.as_deref());
    looked.key.as_ref().map(|key| deliver::remote_path(&config.sftp, folder, name(&looked.file), key))
}

/// How many files its slot takes.
#[must_use]
pub fn per_period(config: &Config, looked: &Looked) -> PerPeriod {
    looked.rule.and_then(|rule| config.series.get(rule)).map_or(PerPeriod::One, |rule| rule.per_period)
}

/// The file's own name, without the folders it lies in.
fn name(file: &Listed) -> &str {
    file.path.rsplit('/').next().unwrap_or(&file.path)
}

fn system_time(now: DateTime<FixedOffset>) -> SystemTime {
    now.with_timezone(&chrono::Utc).into()
}
