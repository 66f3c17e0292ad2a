//! How each series stands in each month, and what needs a person.

use chrono::NaiveDate;
use serde::Serialize;

use super::decision::Reason;
use super::ledger::PastRun;
use crate::exit::ExitCode;
use crate::period::Period;

/// The picture at one moment.
#[derive(Debug, Clone, Serialize)]
pub struct Overview {
    /// When it was made, RFC 3339.
    pub made_at: String,
    /// The months of the grid, oldest first: the current one with the five before it, and the next.
    pub months: Vec<Period>,
    /// One row a series, by name.
    pub series: Vec<Row>,
    /// What needs a person, the most pressing first.
    pub matters: Vec<AttentionItem>,
    /// The newest run; none where there was none.
    pub last_run: Option<PastRun>,
    /// Whether that run is still going on. One that neither goes on nor ended was broken off.
    pub run_under_way: bool,
}

impl Overview {
    /// The exit code of a command that shows it: whether something waits for a person.
    #[must_use]
    pub fn exit(&self) -> ExitCode {
        self.matters.iter().map(|item| item.kind.exit()).fold(ExitCode::Ok, ExitCode::or)
    }
}

/// A series in the months of the grid.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// The series' name.
    pub series: String,
    /// Its months, one for each of [`Overview::months`].
    pub cells: Vec<Cell>,
}

/// A series in one month.
#[derive(Debug, Clone, Serialize)]
pub struct Cell {
    /// The month.
    pub period: Period,
    /// When a file is due: the last banking day on or before `due_day`. None where nothing is expected.
    pub due: Option<NaiveDate>,
    /// How it stands, the most pressing first; empty where there is nothing and nothing is expected.
    pub marks: Vec<Mark>,
}

/// One thing that is true of a series in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// What.
    pub standing: SlotStatus,
    /// The day it came about, where that is known: delivered, adopted, refused, held, in doubt since; or due.
    pub on: Option<NaiveDate>,
    /// The delivery it is about.
    pub delivery_id: Option<i64>,
    /// The hold it is about.
    pub hold_id: Option<i64>,
    /// The file, as a path in the drop folder with `/`.
    pub path: Option<String>,
}

/// How a series can stand in a month, the most pressing first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SlotStatus {
    /// Expected, the due date is past, and nothing was delivered.
    Overdue,
    /// Nobody knows whether KP got it.
    InDoubt,
    /// A file waits for a person.
    Held,
    /// A file waits for the next run.
    Waiting,
    /// Expected, not there yet, and not due yet.
    Missing,
    /// KP has it.
    Delivered,
    /// A person says that KP has it.
    Adopted,
    /// It came again after it had been delivered, and was not sent.
    DuplicateRefused,
}

/// Something that needs a person.
#[derive(Debug, Clone, Serialize)]
pub struct AttentionItem {
    /// Names the matter for as long as it is open, e.g. `held:3`, `in_doubt:12`, `overdue:mad:2023-04`.
    pub key: String,
    /// What kind of matter it is.
    pub kind: AttentionKind,
    /// The series, where it is about one.
    pub series: Option<String>,
    /// The period, where it is about one.
    pub period: Option<Period>,
    /// The file, as a path in the drop folder with `/`, where it is about one.
    pub path: Option<String>,
    /// The hold, where it is one. A file that no run has seen yet has none.
    pub hold_id: Option<i64>,
    /// The delivery, where it is about one.
    pub delivery_id: Option<i64>,
    /// Why a file is held.
    pub reason: Option<Reason>,
    /// Every reason that it is held for, that one first.
    pub reasons: Vec<Reason>,
    /// Since when, RFC 3339; or the due date.
    pub since: Option<String>,
    /// What is the matter, in the person's language, one sentence; the cause alone where `kind` is about one run.
    pub message: String,
    /// The commands that settle it, any one of them, ready to be pasted; empty where only the supplier can.
    pub commands: Vec<String>,
    /// A finished mail to whoever must be asked, for the notices; none where nobody outside is asked.
    #[serde(skip)]
    pub mail: Option<String>,
}

/// The kinds of matters, the most pressing first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AttentionKind {
    /// A delivery that nobody knows the end of.
    InDoubt,
    /// A file that was due and has not been delivered.
    Overdue,
    /// A file that waits for a person.
    Held,
    /// A file that has been waiting to settle for longer than `alert.unsettled_after`.
    Unsettled,
    /// A delivered file that was changed after it had been put away.
    OriginalChanged,
    /// A delivered file that KP has not taken out of its folder.
    NotPickedUp,
    /// No run for longer than `alert.quiet_for`.
    Quiet,
    /// A file that was to be delivered and was not. This kind and the next ones are about one run alone.
    Failed,
    /// Something else that went wrong in a run, such as an original that could not be put away.
    Warning,
    /// Why a delivery of this run is in doubt; the delivery is an item of its own.
    WhyInDoubt,
    /// A file about which the plan that a run goes by and the folder do not agree.
    PlanOutdated,
}

impl AttentionKind {
    /// The exit code that one item of this kind asks for. A warning asks for none: whoever warns says how the run ends.
    #[must_use]
    pub fn exit(self) -> ExitCode {
        match self {
            AttentionKind::InDoubt
            | AttentionKind::Overdue
            | AttentionKind::Held
            | AttentionKind::Unsettled
            | AttentionKind::OriginalChanged
            | AttentionKind::NotPickedUp
            | AttentionKind::Quiet
            | AttentionKind::PlanOutdated => ExitCode::Attention,
            AttentionKind::Failed => ExitCode::Incomplete,
            AttentionKind::Warning | AttentionKind::WhyInDoubt => ExitCode::Ok,
        }
    }
}
