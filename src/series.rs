//! Which series and period a file belongs to, from its name or its content.

use globset::GlobMatcher;
use regex::Regex;

use crate::period::Period;

/// How many of a file's first bytes are read for a period in its content.
pub const HEAD_BYTES: usize = 64 * 1024;

/// Where a series' files tell their period.
#[derive(Debug, Clone)]
pub enum PeriodSource {
    /// The built-in recogniser, on the file name.
    BuiltIn,
    /// This expression with the groups `year` and `month`, on the file name.
    Name(Regex),
    /// The same, on the first [`HEAD_BYTES`] of the content.
    Content(Regex),
}

/// How many different files KP should get for one slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PerPeriod {
    /// One; another one is held.
    One,
    /// As many as come.
    Many,
}

/// One `[[series]]` of the configuration.
#[derive(Debug, Clone)]
pub struct SeriesRule {
    /// The name that stands in the ledger.
    pub name: String,
    /// Which files belong to it: patterns on the file name, whatever the case.
    pub files: Vec<GlobMatcher>,
    /// Where the period stands.
    pub period: PeriodSource,
    /// How many files a slot takes.
    pub per_period: PerPeriod,
    /// The day of the period's month (1–31) by which a file is expected, where it is.
    pub due_day: Option<u8>,
    /// The folder on the server, where it is not `sftp.folder`.
    pub remote_folder: Option<String>,
}

/// What a file's name or content says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identified {
    /// The series' name.
    pub series: String,
    /// The period; none where none was found, or more than one.
    pub period: Option<Period>,
    /// Which of the rules it fell under; none where the series was derived from the name.
    pub rule: Option<usize>,
}
