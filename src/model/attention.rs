//! How each series stands in each month, and what needs a person.

use chrono::NaiveDate;
use serde::Serialize;

use super::decision::Reason;
use super::ledger::{Asked, ChainPosition, PastRun};
use crate::calendar::deadline::Deadline;
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
    /// KP's next run; none where the town enters none, or all are over.
    pub next_run: Option<NextRun>,
    /// The end of KP's runs as far as they are known; none where it is more than thirty days away.
    pub calendar_end: Option<CalendarEnd>,
    /// What suppliers were asked about the files that KP still lacks, oldest first.
    pub asked: Vec<Asked>,
    /// Temporary files that may lie on KP's server and that it refused to remove, by delivery. Nothing depends on them.
    pub left_on_server: Vec<LeftOnServer>,
    /// What needs a person, the most pressing first.
    pub matters: Vec<AttentionItem>,
    /// The newest run; none where there was none.
    pub last_run: Option<PastRun>,
    /// Whether that run is still going on. One that neither goes on nor ended was broken off.
    pub run_under_way: bool,
    /// Where the ledger's chain ended.
    pub chain_head: ChainPosition,
}

impl Overview {
    /// The exit code of a command that shows it: whether something waits for a person.
    #[must_use]
    pub fn exit(&self) -> ExitCode {
        self.matters.iter().map(|item| item.kind.exit()).fold(ExitCode::Ok, ExitCode::or)
    }
}

/// KP's next run, and the files that it still waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NextRun {
    /// Its day.
    pub on: NaiveDate,
    /// The first moment that is too late for it, RFC 3339.
    pub before: String,
    /// The same, as the town entered it.
    #[serde(skip)]
    pub deadline: Deadline,
    /// Banking days after today, up to and with its day.
    pub banking_days_left: u32,
    /// Days from today to its day.
    pub days_left: i64,
    /// Whether a file of any series is expected before it.
    #[serde(skip)]
    pub is_awaited: bool,
    /// Whether its month has not begun yet, so that nothing is late.
    #[serde(skip)]
    pub is_early: bool,
    /// The files that are expected before it and that KP has not got, by series.
    pub missing: Vec<MissingFile>,
}

/// A temporary file that KP's server refused to remove.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOnServer {
    /// The delivery that it is of.
    pub delivery_id: i64,
    /// Its path on the server.
    pub path: String,
}

/// A file that KP has not got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingFile {
    /// The series.
    pub series: String,
    /// The period.
    pub period: Period,
    /// How it stands: missing, waiting, held or in doubt.
    pub standing: SlotStatus,
    /// The file, as a path in the drop folder with `/`, where one came.
    pub path: Option<String>,
    /// The hold, where it is held and a run has seen it.
    pub hold_id: Option<i64>,
    /// The delivery, where one is in doubt.
    pub delivery_id: Option<i64>,
    /// Whom to ask.
    pub contact: Option<String>,
}

/// The end of KP's runs as far as they are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CalendarEnd {
    /// The last run.
    pub last_run: NaiveDate,
    /// Whether it is over.
    pub has_ended: bool,
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
    /// When a file is due: the last banking day on or before `due_day`, or the day of KP's run. None where nothing is expected.
    pub due: Option<NaiveDate>,
    /// The same with its time of day, where it has one.
    #[serde(skip)]
    pub deadline: Option<Deadline>,
    /// How it stands, the most pressing first; empty where there is nothing and nothing is expected.
    pub marks: Vec<Mark>,
    /// What KP got, where the series has a format.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub totals: Option<MonthTotals>,
}

/// What the records of a series come to in a month, and how much more than the month before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MonthTotals {
    /// How many records.
    pub records: u64,
    /// Their sum in øre.
    pub sum_ore: i64,
    /// How many more than the month before; none where nothing is known of that.
    pub more_records: Option<i64>,
    /// How much more, in øre.
    pub more_ore: Option<i64>,
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
#[derive(Debug, Clone)]
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
    /// What is the matter, in the person's language, in full sentences.
    pub message: String,
    /// The cause alone, where files with one cause are told of together.
    pub cause: Option<String>,
    /// The commands that settle it, any one of them, ready to be pasted; empty where only the supplier can.
    pub commands: Vec<String>,
    /// A finished mail to whoever must be asked, for the notices; none where nobody outside is asked.
    pub mail: Option<String>,
}

impl Serialize for AttentionItem {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Matter<'a> {
            key: &'a str,
            kind: AttentionKind,
            series: Option<&'a str>,
            period: Option<Period>,
            path: Option<&'a str>,
            hold_id: Option<i64>,
            delivery_id: Option<i64>,
            reason: Option<Reason>,
            reasons: &'a [Reason],
            since: Option<&'a str>,
            text: &'a str,
            /// The text by its first name, which scripts may read.
            message: &'a str,
            commands: &'a [String],
            #[serde(skip_serializing_if = "Option::is_none")]
            mail: Option<&'a str>,
        }
        let matter = Matter {
            key: &self.key,
            kind: self.kind,
            series: self.series.as_deref(),
            period: self.period,
            path: self.path.as_deref(),
            hold_id: self.hold_id,
            delivery_id: self.delivery_id,
            reason: self.reason,
            reasons: &self.reasons,
            since: self.since.as_deref(),
            text: &self.message,
            message: &self.message,
            commands: &self.commands,
            mail: self.mail.as_deref(),
        };
        matter.serialize(serializer)
    }
}

/// The kinds of matters, the most pressing first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AttentionKind {
    /// A delivery that nobody knows the end of.
    InDoubt,
    /// A file that was due and has not been delivered.
    Overdue,
    /// A file that KP lacks shortly before it is due.
    DueSoon,
    /// A file that waits for a person.
    Held,
    /// A file that has been waiting to settle for longer than `alert.unsettled_after`; in a preview also one that waits for the end
    /// of an earlier delivery.
    Unsettled,
    /// A delivered file that was changed after it had been put away.
    OriginalChanged,
    /// A delivered file that KP has not taken out of its folder.
    NotPickedUp,
    /// The last of KP's runs that the town has entered is over.
    CalendarEnded,
    /// No run for longer than `alert.quiet_for`.
    Quiet,
    /// A file that was to be delivered and was not. This kind and the next ones are about one run alone.
    Failed,
    /// Something else that went wrong in a run, such as an original that could not be put away.
    Warning,
    /// A file about which the plan that a run goes by and the folder do not agree.
    PlanOutdated,
    /// A notice that could not be sent.
    NoticeNotSent,
}

impl AttentionKind {
    /// The exit code that one item of this kind asks for. The run that a warning comes from may ask for a more pressing one.
    #[must_use]
    pub fn exit(self) -> ExitCode {
        match self {
            AttentionKind::InDoubt
            | AttentionKind::Overdue
            | AttentionKind::DueSoon
            | AttentionKind::CalendarEnded
            | AttentionKind::Held
            | AttentionKind::Unsettled
            | AttentionKind::OriginalChanged
            | AttentionKind::NotPickedUp
            | AttentionKind::Quiet
            | AttentionKind::Warning
            | AttentionKind::PlanOutdated => ExitCode::Attention,
            AttentionKind::Failed => ExitCode::Incomplete,
            AttentionKind::NoticeNotSent => ExitCode::Unexpected,
        }
    }
}
