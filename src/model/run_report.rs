//! What a run, or its preview, tells: the same facts for JSON, text and notices.

use serde::Serialize;

use super::attention::{AttentionItem, Overview};
use super::decision::{Choice, Earlier, Reason};
use super::delivery::{Slot, State};
use super::ledger::{AlteredOriginal, ContentTotals, Delivery};
use crate::digest::Digest;
use crate::exit::ExitCode;
use crate::names;
use crate::period::Period;

/// How one file fared. In a dry run there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileOutcome {
    /// KP has it.
    Delivered,
    /// KP does not have it; the next run tries again.
    Failed,
    /// Nobody can tell.
    InDoubt,
    /// It waits for a person.
    Held,
    /// It waits for the next run.
    Waiting,
    /// KP had it already.
    Duplicate,
    /// The configuration leaves it.
    Skipped,
}

/// What speaks against a file's content, in numbers, or which two months its name speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ContentNote {
    /// The reason that it is.
    pub reason: Reason,
    /// The same in the person's language; never a citizen.
    pub text: String,
    /// The lines that it is about, the first ten.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<u64>,
    /// The deliveries that it names as those that had the file's records before.
    #[serde(skip)]
    pub deliveries: Vec<i64>,
}

/// How a file differs from what KP has, record by record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComparedReport {
    /// The delivery that it was compared with.
    pub delivery_id: i64,
    /// Its own records.
    pub records: u64,
    /// Those that the delivery has with the same amount.
    pub same: u64,
    /// Those that the delivery has not.
    pub new: u64,
    /// Those of the delivery that it has not.
    pub gone: u64,
    /// Those that the delivery has with another amount.
    pub changed: u64,
    /// How much more it comes to, in øre; none where that is past all bounds.
    pub more_ore: Option<i64>,
    /// The same in the person's language.
    pub text: String,
}

/// A file that went although its content would have held it, had the policy not said `observe`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ObservedReport {
    /// Its path in the drop folder, with `/`.
    pub path: String,
    /// Its series.
    pub series: Option<String>,
    /// Its period.
    pub period: Option<Period>,
    /// The delivery it came to.
    pub delivery_id: Option<i64>,
    /// What would have held it.
    pub reason: Reason,
    /// The same in numbers, in the person's language.
    pub text: String,
}

/// One file of a run.
#[derive(Debug, Clone, Serialize)]
pub struct FileReport {
    /// Its path in the drop folder, with `/`.
    pub path: String,
    /// In bytes.
    pub size: u64,
    /// None where it could not be read.
    pub sha256: Option<Digest>,
    /// None where it could not be read.
    pub series: Option<String>,
    /// None where there is none, or more than one.
    pub period: Option<Period>,
    /// What happens to it.
    pub decision: Choice,
    /// Why.
    pub reason: Reason,
    /// Every reason of a hold, the deciding one first; otherwise that one alone.
    pub reasons: Vec<Reason>,
    /// How it fared.
    pub outcome: Option<FileOutcome>,
    /// The delivery it came to.
    pub delivery_id: Option<i64>,
    /// The path on the server that it gets or got.
    pub remote_path: Option<String>,
    /// The hold to name when it is settled.
    pub hold_id: Option<i64>,
    /// The earlier delivery that decided it.
    pub earlier: Option<Earlier>,
    /// What failed, in the person's language.
    pub error: Option<String>,
    /// What its records come to, where its series has a format.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<ContentTotals>,
    /// What speaks against its content, in numbers, and which two months its name speaks of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<ContentNote>,
    /// How many of its records KP has got, by those notes.
    #[serde(skip)]
    pub delivered_records: u64,
    /// The deliveries that those notes are about.
    #[serde(skip)]
    pub delivered_with: Vec<i64>,
    /// What would have held it and is only observed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub observed: Vec<Reason>,
    /// How it differs from what KP has for its slot, where that holds it and both could be read by a format.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compared: Option<ComparedReport>,
    /// The delivery whose file has a name like this one's but for the marks of a copy or a correction.
    #[serde(skip)]
    pub look_alike: Option<Box<Earlier>>,
    /// Whether a person approved it before the reasons came up that hold it now.
    #[serde(skip)]
    pub approved_before: bool,
    /// What is the matter with a file that cannot be looked into, or that a plan takes out of the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked: Option<String>,
    /// What to do about it, where that is not what usually helps against the reason.
    #[serde(skip)]
    pub advice: Option<String>,
    /// Whether it is a folder that cannot be looked into.
    #[serde(skip)]
    pub is_folder: bool,
    /// Since when it has been waiting to settle, RFC 3339, where that is longer than `alert.unsettled_after`.
    #[serde(skip)]
    pub waiting_since: Option<String>,
    /// Who approved it first, where it waits for a second person to do so.
    #[serde(skip)]
    pub approved_by: Option<String>,
}

impl FileReport {
    /// Its slot; none where its series is not known.
    #[must_use]
    pub fn slot(&self) -> Option<Slot> {
        Some(Slot { series: self.series.clone()?, period: self.period })
    }

    /// What is observed of it, where it goes.
    fn observations(&self) -> impl Iterator<Item = ObservedReport> {
        let of = |reason: &Reason| {
            let texts: Vec<&str> = self
                .notes
                .iter()
                .filter(|note| note.reason == *reason)
                .map(|note| note.text.as_str())
                .collect();
            ObservedReport {
                path: self.path.clone(),
                series: self.series.clone(),
                period: self.period,
                delivery_id: self.delivery_id,
                reason: *reason,
                text: texts.join("; "),
            }
        };
        self.observed.iter().filter(|_| self.decision == Choice::Send).map(of)
    }
}

/// What recovery did to a delivery of an earlier run.
#[derive(Debug, Clone, Serialize)]
pub struct RecoveredReport {
    /// The delivery.
    pub delivery_id: i64,
    /// Where it stood.
    pub from: State,
    /// Where it stands now.
    pub to: State,
    /// Its file.
    #[serde(skip)]
    pub path: String,
}

/// A month in which a series' file was due and was not delivered.
#[derive(Debug, Clone, Serialize)]
pub struct OverdueReport {
    /// The series.
    pub series: String,
    /// The month.
    pub period: Period,
    /// When it was due, `YYYY-MM-DD`.
    pub due: String,
    /// What is the matter and what to do, in the person's language.
    #[serde(skip)]
    pub message: String,
    /// The command that asks the supplier, where he can help.
    #[serde(skip)]
    pub commands: Vec<String>,
}

impl OverdueReport {
    /// Whether it is over once KP has this file.
    #[must_use]
    pub fn is_settled_by(&self, file: &FileReport) -> bool {
        file.series.as_deref().is_some_and(|series| names::same(series, &self.series))
            && file.period == Some(self.period)
    }
}

/// A run in numbers.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Summary {
    /// Files decided so.
    pub send: usize,
    /// Files decided so.
    pub duplicate: usize,
    /// Files decided so.
    pub hold: usize,
    /// Files decided so.
    pub wait: usize,
    /// Files decided so.
    pub skip: usize,
    /// Files that KP got in this run.
    pub delivered: usize,
    /// Files that were to be delivered and were not.
    pub failed: usize,
    /// Deliveries in doubt, this run's and earlier ones.
    pub in_doubt: usize,
    /// Bytes delivered; in a dry run, bytes to deliver.
    pub bytes: u64,
}

/// A plan that was saved, or that a run goes by.
#[derive(Debug, Clone, Serialize)]
pub struct PlanReport {
    /// Its file.
    pub file: String,
    /// When it was made, RFC 3339.
    pub made_at: String,
    /// Whether it was saved just now.
    pub saved: bool,
    /// Where it does not fit any more.
    pub differences: Vec<Difference>,
}

impl PlanReport {
    /// The differences that a person has to know of.
    pub fn needs(&self) -> impl Iterator<Item = &Difference> {
        self.differences.iter().filter(|difference| difference.kind != DifferenceKind::Delivered)
    }
}

/// A file about which a plan and the folder do not agree.
#[derive(Debug, Clone, Serialize)]
pub struct Difference {
    /// Its path in the drop folder, with `/`.
    pub path: String,
    /// How.
    pub kind: DifferenceKind,
    /// The same in the person's language, with what to do.
    pub message: String,
}

/// How a plan can differ from what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    /// Not in the plan.
    New,
    /// Another content, slot, name or decision.
    Changed,
    /// Not in the folder any more, and not delivered.
    Gone,
    /// Delivered meanwhile.
    Delivered,
}

/// What `run` prints.
#[derive(Debug, Clone, Default, Serialize)]
pub struct RunReport {
    /// None in a dry run.
    pub run_id: Option<i64>,
    /// Whether nothing was done.
    pub dry_run: bool,
    /// RFC 3339.
    pub started_at: String,
    /// RFC 3339.
    pub finished_at: String,
    /// The files, by path.
    pub files: Vec<FileReport>,
    /// What was left over from earlier runs.
    pub recovered: Vec<RecoveredReport>,
    /// In numbers.
    pub summary: Summary,
    /// The exit code.
    pub exit_code: u8,
    /// Months in which a file was due and has not come; in a dry run without those that it would deliver.
    pub overdue: Vec<OverdueReport>,
    /// Files that go although a policy of `observe` saw something that would have held them.
    pub observed: Vec<ObservedReport>,
    /// The plan that was saved, or that the run went by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanReport>,
    /// Deliveries that wait for `resolve`.
    #[serde(skip)]
    pub in_doubt: Vec<Delivery>,
    /// Deliveries that KP should have taken out of its folder by now.
    #[serde(skip)]
    pub not_picked_up: Vec<Delivery>,
    /// Deliveries of the last days whose original was changed after it had been put away.
    #[serde(skip)]
    pub altered: Vec<AlteredOriginal>,
    /// All that needs a person: the text, the JSON, the exit code and the notices tell of these.
    #[serde(rename = "matters")]
    pub attention: Vec<AttentionItem>,
    /// The overview after the run, where a file is due on some day.
    #[serde(skip)]
    pub overview: Option<Overview>,
    /// How many files were deleted from the archive, since they had been kept long enough.
    pub cleared: usize,
    /// What went wrong beside the files above: what recovery could not settle, and failures on this machine.
    #[serde(skip)]
    pub warnings: Vec<Warning>,
    /// What a person should know and need not do anything about now, told once.
    pub notes: Vec<Warning>,
    /// Files that the scan rules leave out.
    #[serde(rename = "excluded_files")]
    pub excluded: usize,
    /// Folders that were not looked into.
    #[serde(rename = "excluded_folders")]
    pub folders: usize,
}

impl RunReport {
    /// Counts, keeps what needs a person, and works out the exit code. `others` is the code of what is no such item.
    pub fn conclude(&mut self, attention: Vec<AttentionItem>, others: ExitCode) -> ExitCode {
        let decided = |choice| self.files.iter().filter(|file| file.decision == choice).count();
        let fared = |outcome| self.files.iter().filter(|file| file.outcome == Some(outcome)).count();
        let counts = |file: &&FileReport| {
            file.outcome == Some(FileOutcome::Delivered) || (self.dry_run && file.decision == Choice::Send)
        };
        self.summary = Summary {
            send: decided(Choice::Send),
            duplicate: decided(Choice::Duplicate),
            hold: decided(Choice::Hold),
            wait: decided(Choice::Wait),
            skip: decided(Choice::Skip),
            delivered: fared(FileOutcome::Delivered),
            failed: fared(FileOutcome::Failed),
            in_doubt: self.in_doubt.len(),
            bytes: self.files.iter().filter(counts).map(|file| file.size).sum(),
        };
        self.observed = self.files.iter().flat_map(FileReport::observations).collect();
        let exit = attention.iter().map(|item| item.kind.exit()).fold(others, ExitCode::or);
        self.attention = attention;
        self.exit_code = exit.code();
        exit
    }

    /// Adds something that needs a person to a run that is over; answers the exit code as it is now.
    pub fn add(&mut self, item: AttentionItem, exit: ExitCode) -> ExitCode {
        let exit = exit.or(item.kind.exit());
        self.attention.push(item);
        self.exit_code = exit.code();
        exit
    }
}

/// Something that went wrong beside what is said of each file, such as an original that could not be put away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// The file's path in the drop folder.
    pub path: String,
    /// What went wrong, and what to do now.
    pub message: String,
}
