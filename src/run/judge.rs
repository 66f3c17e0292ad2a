//! Decides about every file of the drop folder: what the file itself and the ledger say, first of each file alone
//! (`judge_each`), then of the files of one run together (`resolve_conflicts`).
//!
//! `run`, `run --dry-run` and the commands about held files all use this, so that they never judge differently. The
//! rules themselves are in [`crate::decide`] and [`crate::plan`]; here they get their facts.

use chrono::{DateTime, FixedOffset};

use super::scan::{self, Scanned, ScannedFile};
use crate::config::Config;
use crate::decide::{self, Facts, Past};
use crate::deliver;
use crate::exit::UserError;
use crate::ledger::LedgerReader;
use crate::model::decision::{Choice, Judgement, Reason};
use crate::model::delivery::Key;
use crate::model::ledger::Verdict;
use crate::period::Period;
use crate::plan::{self, Candidate};
use crate::series::PerPeriod;

/// A file with its decision.
#[derive(Debug, Clone)]
pub struct PlannedFile {
    /// The file.
    pub scanned: ScannedFile,
    /// What happens to it.
    pub judgement: Judgement,
    /// The path it would get on the server; none where KP has it already.
    pub remote_path: Option<String>,
    /// The person's decision about it that stands, as its number in the ledger.
    pub decision: Option<i64>,
    /// Who has approved it since it was last rejected or delivered, each person once.
    pub approvers: Vec<String>,
    /// Whether it takes two persons to approve it.
    pub takes_two: bool,
}

/// Reads the drop folder and decides about every file, in the order of the run.
///
/// The threads that read files also ask the ledger about them, each through a reader of its own where there are enough
/// files to be worth opening one.
///
/// # Errors
/// The folder cannot be listed, or the ledger could not be read.
pub fn scan_and_judge(
    config: &Config,
    ledger: &LedgerReader,
    now: DateTime<FixedOffset>,
) -> Result<Scanned<PlannedFile>, UserError> {
    let readers = ledger.beside();
    let work = |batch: Vec<ScannedFile>| match readers.take(batch.len()) {
        Some(reader) => Ok(judge_each(config, &reader, batch, now)),
        None => Err(batch),
    };
    let mut files = Vec::new();
    let take = |judged: Result<Result<Vec<PlannedFile>, UserError>, Vec<ScannedFile>>| {
        files.extend(judged.unwrap_or_else(|unjudged| judge_each(config, ledger, unjudged, now))?);
        Ok(())
    };
    let excluded = scan::scan_in_batches(&config.drop, &config.scan, &config.series, now, work, take)?;
    let files = resolve_conflicts(config, ledger, files)?;
    Ok(Scanned { files, excluded })
}

/// Searches the whole witness for the files that are to be sent: nothing goes of which a line forbids it.
///
/// # Errors
/// Exit code 6 where one does, or where the witness cannot be read any more.
pub fn look_up(ledger: &LedgerReader, planned: &[PlannedFile]) -> Result<(), UserError> {
    let sends = planned.iter().filter(|file| file.judgement.choice == Choice::Send);
    ledger.look_up(&sends.filter_map(|file| file.scanned.key.as_ref()).collect())
}

/// Decides about files that have been read, in the order of the run.
///
/// # Errors
/// The ledger could not be read.
pub fn judge(
    config: &Config,
    ledger: &LedgerReader,
    files: Vec<ScannedFile>,
    now: DateTime<FixedOffset>,
) -> Result<Vec<PlannedFile>, UserError> {
    resolve_conflicts(config, ledger, judge_each(config, ledger, files, now)?)
}

/// Decides about each file by its own facts, all as of one state of the ledger.
fn judge_each(
    config: &Config,
    ledger: &LedgerReader,
    files: Vec<ScannedFile>,
    now: DateTime<FixedOffset>,
) -> Result<Vec<PlannedFile>, UserError> {
    ledger.in_snapshot(|| files.into_iter().map(|file| judge_one(config, ledger, file, now)).collect())
}

/// Decides again about the files that would be sent, where they stand in each other's way: the same bytes, the same
/// slot, or the same name on the server. Answers all files in the order of the run.
fn resolve_conflicts(
    config: &Config,
    ledger: &LedgerReader,
    mut files: Vec<PlannedFile>,
) -> Result<Vec<PlannedFile>, UserError> {
    let sends = files.iter().enumerate().filter(|(_, file)| file.judgement.choice == Choice::Send);
    let candidates = sends.map(|(index, file)| candidate(config, index, file)).collect();
    let unclear = ledger.open_deliveries()?.into_iter().filter(|delivery| delivery.state.is_unclear());
    // A rename to the name of one that is not free may still be done.
    let claiming = unclear.chain(ledger.not_free()?);
    let claimed: Vec<String> = claiming.filter_map(|delivery| delivery.remote_path).collect();
    for decided in plan::plan(candidates, config.policy, &claimed) {
        files[decided.index].judgement = decided.judgement;
    }
    for file in &mut files {
        file.takes_two |= config.policy.two_persons && file.judgement.reason.can_take_two();
    }
    Ok(in_order(files))
}

fn candidate(config: &Config, index: usize, file: &PlannedFile) -> Candidate {
    Candidate {
        index,
        path: file.scanned.file.path.clone(),
        key: file.scanned.key.clone(),
        one_per_period: per_period(config, &file.scanned) == PerPeriod::One,
        remote_path: file.remote_path.clone(),
        judgement: file.judgement.clone(),
        one_approval: config.policy.two_persons
            && file.judgement.reason == Reason::Approved
            && file.approvers.len() < 2,
    }
}

/// The files in the order of the run: earlier periods first.
fn in_order(files: Vec<PlannedFile>) -> Vec<PlannedFile> {
    // Sort indices: `PlannedFile` is large.
    let mut sorted: Vec<usize> = (0..files.len()).collect();
    sorted.sort_by(|&a, &b| order(&files[a]).cmp(&order(&files[b])));
    let mut files: Vec<Option<PlannedFile>> = files.into_iter().map(Some).collect();
    sorted.into_iter().filter_map(|index| files[index].take()).collect()
}

fn order(file: &PlannedFile) -> (Option<Period>, &str) {
    plan::order(file.scanned.key.as_ref(), &file.scanned.file.path)
}

fn judge_one(
    config: &Config,
    ledger: &LedgerReader,
    scanned: ScannedFile,
    now: DateTime<FixedOffset>,
) -> Result<PlannedFile, UserError> {
    let one_per_period = per_period(config, &scanned) == PerPeriod::One;
    let Known { past, decision, approvers } = match &scanned.key {
        Some(key) => what_is_known(ledger, key, one_per_period)?,
        None => Known::default(),
    };
    let today = Period::of(now.date_naive());
    let period = scanned.key.as_ref().and_then(|key| key.slot.period);
    let facts = Facts {
        blocked: scanned.reading.as_ref().err().cloned(),
        size: scanned.size(),
        one_per_period,
        months_ahead: period.zip(today).map(|(period, today)| period.months_after(today)),
        past,
    };
    let judgement = decide::decide(&facts, config.policy, config.period);
    // A duplicate gets no path: KP has it under the path of the earlier delivery.
    let remote_path =
        if judgement.choice == Choice::Duplicate { None } else { remote_path(config, &scanned) };
    let takes_two = decide::takes_two(&facts, config.policy);
    Ok(PlannedFile { scanned, judgement, remote_path, decision, approvers, takes_two })
}

/// What the ledger knows of a key.
#[derive(Default)]
struct Known {
    past: Past,
    /// The number of the person's newest decision about the key.
    decision: Option<i64>,
    /// Who has approved the key since it was last rejected or delivered, each person once.
    approvers: Vec<String>,
}

/// Asks the ledger about a key. A key that was delivered, is in doubt or is not free yet is decided by that alone, so
/// nothing more is asked about it.
fn what_is_known(ledger: &LedgerReader, key: &Key, one_per_period: bool) -> Result<Known, UserError> {
    let same_bytes = ledger.deliveries_of(&key.digest)?;
    let past = Past::of(key, &same_bytes, &[], None);
    if past.unclear.is_some() || past.delivered.is_some() || past.not_free.is_some() {
        return Ok(Known { past, ..Known::default() });
    }
    let same_slot = if one_per_period { ledger.deliveries_into(&key.slot)? } else { Vec::new() };
    let decisions = ledger.decisions_about(key)?;
    let newest = decisions.first().map(|decision| (decision.id, decision.verdict));
    let mut approvers: Vec<String> = decisions
        .into_iter()
        .take_while(|decision| decision.verdict == Verdict::Approved)
        .map(|decision| decision.who)
        .collect();
    approvers.sort_unstable();
    approvers.dedup();
    let mut past = Past::of(key, &same_bytes, &same_slot, newest);
    past.approvers = approvers.len();
    Ok(Known { past, decision: newest.map(|(id, _)| id), approvers })
}

/// The path a file would get on the server; none where it could not be read.
#[must_use]
pub fn remote_path(config: &Config, file: &ScannedFile) -> Option<String> {
    let folder = file.rule.and_then(|rule| config.series.get(rule)?.remote_folder.as_deref());
    file.key.as_ref().map(|key| deliver::remote_path(&config.sftp, folder, file.name(), key))
}

/// How many files the slot of a file takes.
#[must_use]
pub fn per_period(config: &Config, file: &ScannedFile) -> PerPeriod {
    file.rule.and_then(|rule| config.series.get(rule)).map_or(PerPeriod::One, |rule| rule.per_period)
}
