//! Decides about every file of the drop folder: what the file itself and the ledger say, first of each file alone
//! (`Judge::each`), then of the files of one run together (`Judge::resolve_conflicts`).
//!
//! `run`, `run --dry-run` and the commands about held files all use this, so that they never judge differently. The
//! rules themselves are in [`crate::decide`] and [`crate::plan`]; here they get their facts.

use chrono::{DateTime, FixedOffset};

use super::content;
use super::earlier::EarlierFiles;
use super::known::KnownRecords;
use super::scan::{self, Scanned, ScannedFile};
use super::secret;
use crate::config::Config;
use crate::decide::history::History;
use crate::decide::{self, Approval, Facts, Past, Stranger};
use crate::deliver;
use crate::exit::UserError;
use crate::ledger::LedgerReader;
use crate::model::decision::{Choice, Earlier, Judgement, Reason};
use crate::model::delivery::Key;
use crate::model::ledger::{Decision, Verdict};
use crate::names::{self, Core};
use crate::period::Period;
use crate::plan::{self, Candidate};
use crate::records::content::ContentRule;
use crate::records::totals::Suspicion;
use crate::series::{self, PerPeriod, Route};

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
    /// Who has approved it since it was last rejected or delivered, each person once; where it takes two persons, those
    /// who saw what it takes two for.
    pub approvers: Vec<String>,
    /// Whether it takes two persons to approve it.
    pub takes_two: bool,
    /// The reasons that approvals cover, which stand and are not used up.
    pub covered: Vec<Reason>,
    /// The approvals that stand and are not used up.
    pub approvals: Vec<Approval>,
    /// What speaks against its content, in the order of the rows; nothing where its series has no format.
    pub suspicions: Vec<Suspicion>,
    /// The two parts of its name that speak of different months, where it has no period for that reason.
    pub two_months: Option<(String, String)>,
    /// What is left of its name without its period and the marks of copies; none where that was not asked for.
    pub core: Option<Box<Core>>,
}

impl PlannedFile {
    /// Of how many of its records KP has got, or may have, or gets them with another file of the same run.
    #[must_use]
    pub fn delivered_records(&self) -> u64 {
        content::delivered_records(&self.suspicions)
    }
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
    secret::look(config, ledger)?;
    let judge = Judge { config, now, earlier: EarlierFiles::default(), known: KnownRecords::default() };
    let work = |batch: Vec<ScannedFile>| match readers.take(batch.len()) {
        Some(reader) => Ok(judge.each(&reader, batch)),
        None => Err(batch),
    };
    let mut files = Vec::new();
    let take = |judged: Result<Result<Vec<PlannedFile>, UserError>, Vec<ScannedFile>>| {
        files.extend(judged.unwrap_or_else(|unjudged| judge.each(ledger, unjudged))?);
        Ok(())
    };
    let excluded = scan::scan_in_batches(&config.drop, &config.scan, config.into(), now, work, take)?;
    let files = judge.resolve_conflicts(ledger, files)?;
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
    let judge = Judge { config, now, earlier: EarlierFiles::default(), known: KnownRecords::default() };
    judge.resolve_conflicts(ledger, judge.each(ledger, files)?)
}

/// What judging takes beside the ledger.
struct Judge<'a> {
    config: &'a Config,
    now: DateTime<FixedOffset>,
    earlier: EarlierFiles,
    known: KnownRecords,
}

impl Judge<'_> {
    /// Decides about each file by its own facts, all as of one state of the ledger.
    fn each(&self, ledger: &LedgerReader, files: Vec<ScannedFile>) -> Result<Vec<PlannedFile>, UserError> {
        ledger.in_snapshot(|| files.into_iter().map(|file| self.one(ledger, file)).collect())
    }

    /// Decides again about the files that would be sent or may be approved, where they stand in each other's way: the
    /// same bytes, the same slot or a look-alike's, or the same name on the server. Answers all files in the order of the
    /// run.
    fn resolve_conflicts(
        &self,
        ledger: &LedgerReader,
        mut files: Vec<PlannedFile>,
    ) -> Result<Vec<PlannedFile>, UserError> {
        let policy = self.config.policy;
        let counts = |file: &PlannedFile| {
            file.judgement.choice == Choice::Send || file.judgement.is_held_to_be_approved()
        };
        let counting = files.iter().enumerate().filter(|(_, file)| counts(file));
        let candidates: Vec<Candidate> =
            counting.map(|(index, file)| candidate(self.config, index, file)).collect();
        let unclear = ledger.open_deliveries()?.into_iter().filter(|delivery| delivery.state.is_unclear());
        // A rename to the name of one that is not free may still be done.
        let claiming = unclear.chain(ledger.not_free()?);
        let claimed: Vec<String> = claiming.filter_map(|delivery| delivery.remote_path).collect();
        // Each candidate had its facts from the history, so it has been made unless there are none.
        let history = self.earlier.made();
        let mut to_send = Vec::new();
        for decided in plan::plan(candidates, policy, &history, &claimed) {
            files[decided.index].judgement = decided.judgement;
            to_send.push(decided.index);
        }
        same_run::hold_same_records(self.config, &mut files, &to_send);
        for file in &mut files {
            file.takes_two |= policy.two_persons && file.judgement.reason.can_take_two();
        }
        Ok(in_order(files))
    }

    fn one(&self, ledger: &LedgerReader, scanned: ScannedFile) -> Result<PlannedFile, UserError> {
        let config = self.config;
        let mut facts = Facts {
            blocked: scanned.reading.as_ref().err().cloned(),
            size: scanned.size(),
            one_per_period: per_period(config, &scanned) == PerPeriod::One,
            months_ahead: self.months_ahead(&scanned),
            stranger: None,
            other_route: other_route(config, &scanned),
            past: Past::default(),
            content: Vec::new(),
            delivered_records: 0,
            may_repeat: config.content_of(scanned.rule).is_some_and(ContentRule::may_repeat),
        };
        let core = match &scanned.key {
            Some(key) => self.look_up(ledger, key, &scanned, &mut facts)?,
            None => None,
        };
        let content::Found { suspicions, may_come } = match facts.past.delivered {
            // KP has it, whatever is in it.
            Some(_) => content::Found::default(),
            None => content::suspicions((config, ledger, self.now), &self.known, &scanned)?,
        };
        facts.content = content::reasons(&suspicions);
        facts.delivered_records = content::delivered_records(&suspicions);
        if let Some(delivery) = may_come {
            facts.past.records_not_free = ledger.delivery(delivery)?.as_ref().map(Earlier::from);
        }
        let judgement = decide::decide(&facts, config.policy, config.period);
        // A duplicate gets no path: KP has it under the path of the earlier delivery.
        let remote_path =
            if judgement.choice == Choice::Duplicate { None } else { remote_path(config, &scanned) };
        Ok(PlannedFile {
            judgement,
            remote_path,
            decision: facts.past.verdict.map(|(id, _)| id),
            approvers: decide::approvers(&facts, config.policy),
            takes_two: decide::takes_two(&facts, config.policy),
            covered: facts.covered(),
            approvals: facts.past.approvals,
            suspicions,
            two_months: two_months(config, &scanned),
            core: core.map(Box::new),
            scanned,
        })
    }

    fn months_ahead(&self, scanned: &ScannedFile) -> Option<i32> {
        Some(scanned.key.as_ref()?.slot.period?.months_after_month_of(self.now.date_naive()))
    }

    /// Asks the ledger about a key, adds to `facts` what it answers, and answers the core of the file's name. A key that
    /// was delivered is decided by that alone, so nothing more is asked about it.
    fn look_up(
        &self,
        ledger: &LedgerReader,
        key: &Key,
        scanned: &ScannedFile,
        facts: &mut Facts,
    ) -> Result<Option<Core>, UserError> {
        let same_bytes = ledger.deliveries_of(&key.digest)?;
        facts.past = Past::of(key, &same_bytes, &[], None);
        if facts.past.delivered.is_some() && facts.past.unclear.is_none() {
            return Ok(None);
        }
        let history = self.earlier.history(ledger, &self.config.series)?;
        let same_slot = if facts.one_per_period {
            let renamed = history.renamed_into(&key.slot).cloned();
            renamed.chain(ledger.deliveries_into(&key.slot)?).collect()
        } else {
            Vec::new()
        };
        let decisions = ledger.decisions_about(key)?;
        let newest = decisions.first().map(|decision| (decision.id, decision.verdict));
        facts.past = Past::of(key, &same_bytes, &same_slot, newest);
        facts.past.approvals = approvals(decisions);
        facts.stranger = stranger(self.config, &history, scanned, key);
        let Some(period) = key.slot.period else { return Ok(None) };
        let core = names::core_of(scanned.name());
        let names = self.earlier.names_of(&history, period);
        let look_alike = history.look_alike(&names, (key, scanned.name(), &core), facts.one_per_period);
        facts.past.look_alike_is_one = look_alike.is_some_and(|(_, is_one)| is_one);
        facts.past.look_alike = look_alike.map(|(delivery, _)| Earlier::from(delivery));
        facts.past.copy = history.copy(&names, key, &core).map(Earlier::from);
        Ok(Some(core))
    }
}

/// Whether nothing is known of a file's series, where that matters.
fn stranger(config: &Config, history: &History, scanned: &ScannedFile, key: &Key) -> Option<Stranger> {
    if scanned.rule.is_some() || history.knows(&key.slot.series) {
        None
    } else if !config.series.is_empty() {
        Some(Stranger::FitsNoSeries)
    } else {
        history.has_begun().then_some(Stranger::New)
    }
}

/// The two parts of a file's name that speak of different months, where it has no period for that reason.
fn two_months(config: &Config, scanned: &ScannedFile) -> Option<(String, String)> {
    let key = scanned.key.as_ref().filter(|key| key.slot.period.is_none());
    key.and_then(|_| series::two_months_in(&config.series, scanned.name()))
}

/// Whether the supplier of a file's series sends its files to KP himself.
fn other_route(config: &Config, scanned: &ScannedFile) -> bool {
    let rule = scanned.rule.and_then(|rule| config.series.get(rule));
    rule.is_some_and(|rule| rule.route == Route::Supplier)
}

/// The approvals that stand, of decisions with the newest first: those after the last rejection.
fn approvals(decisions: Vec<Decision>) -> Vec<Approval> {
    let standing = decisions.into_iter().take_while(|decision| decision.verdict == Verdict::Approved);
    let covers =
        |decision: &Decision| decision.reasons.iter().filter_map(|name| Reason::named(name)).collect();
    standing
        .map(|decision| Approval { covers: covers(&decision), records: decision.records, who: decision.who })
        .collect()
}

fn candidate(config: &Config, index: usize, file: &PlannedFile) -> Candidate {
    Candidate {
        index,
        path: file.scanned.file.path.clone(),
        key: file.scanned.key.clone(),
        core: file.core.as_deref().cloned(),
        one_per_period: per_period(config, &file.scanned) == PerPeriod::One,
        remote_path: file.remote_path.clone(),
        judgement: file.judgement.clone(),
        covered: file.covered.clone(),
        one_approval: config.policy.two_persons
            && file.judgement.reason == Reason::Approved
            && file.approvers.len() < 2,
    }
}

/// The files in the order of the run, see [`plan::order`].
fn in_order(files: Vec<PlannedFile>) -> Vec<PlannedFile> {
    // Sort indices: `PlannedFile` is large.
    let mut sorted: Vec<usize> = (0..files.len()).collect();
    sorted.sort_by(|&a, &b| order(&files[a]).cmp(&order(&files[b])));
    let mut files: Vec<Option<PlannedFile>> = files.into_iter().map(Some).collect();
    sorted.into_iter().filter_map(|index| files[index].take()).collect()
}

fn order(file: &PlannedFile) -> (Option<Period>, bool, &str) {
    plan::order(file.scanned.key.as_ref(), file.core.as_deref(), &file.scanned.file.path)
}

/// The path a file would get on the server; none where it could not be read.
#[must_use]
pub fn remote_path(config: &Config, file: &ScannedFile) -> Option<String> {
    let folder = file.rule.and_then(|rule| config.series.get(rule)?.remote_folder.as_deref());
    // Servers differ in which normal form they keep, so the name is sent in the one that most programs write.
    let name = names::nfc(file.name());
    file.key.as_ref().map(|key| deliver::remote_path(&config.sftp, folder, &name, key))
}

/// How many files the slot of a file takes.
#[must_use]
pub fn per_period(config: &Config, file: &ScannedFile) -> PerPeriod {
    file.rule.and_then(|rule| config.series.get(rule)).map_or(PerPeriod::One, |rule| rule.per_period)
}

mod same_run;

#[cfg(test)]
mod tests;
