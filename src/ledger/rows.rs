//! The rows of the ledger, as they are read.

use rusqlite::{Row, RowIndex, types::Type};

use super::event::Verdict;
use crate::delivery::{Key, Slot, State};
use crate::digest::Digest;
use crate::period::Period;

/// One delivery, as its row stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its number.
    pub id: i64,
    /// The run that began it; none where a person adopted it.
    pub run: Option<i64>,
    /// Where it stands.
    pub state: State,
    /// What it is and what it is for.
    pub key: Key,
    /// The file's path in the drop folder, with `/`.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its temporary path on the server.
    pub temporary: Option<String>,
    /// Its final path on the server.
    pub remote_path: Option<String>,
    /// Why it was sent.
    pub reason: String,
    /// When it began, RFC 3339.
    pub started_at: String,
    /// When its state last changed.
    pub changed_at: String,
    /// When it was delivered.
    pub delivered_at: Option<String>,
    /// When KP was first seen to have taken it out of its folder.
    pub picked_up_at: Option<String>,
    /// Why it stands where it stands.
    pub why: Option<String>,
    /// The person who decided that, where one did.
    pub who: Option<String>,
}

impl Delivery {
    /// Whether it is written under its final name at once (`publish = "direct"`).
    #[must_use]
    pub fn is_direct(&self) -> bool {
        self.temporary == self.remote_path
    }
}

/// A hold that is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Its number.
    pub id: i64,
    /// The file's path in the drop folder, with `/`.
    pub path: String,
    /// Its digest, where it could be read.
    pub digest: Option<Digest>,
    /// Its series and period, where they were asked for.
    pub slot: Option<Slot>,
    /// Why, as the reason's name.
    pub reason: String,
    /// Since when, RFC 3339.
    pub opened_at: String,
}

/// A person's decision about a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Its number.
    pub id: i64,
    /// What she decided.
    pub verdict: Verdict,
    /// About what.
    pub key: Key,
    /// The file she saw.
    pub path: String,
    /// When, RFC 3339.
    pub at: String,
    /// Who.
    pub who: String,
    /// Why.
    pub why: String,
    /// The delivery that used an approval up.
    pub used_by: Option<i64>,
}

/// A file that a person took out of the drop folder and that nobody could read, so that no decision is about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadRejection {
    /// The hold that ended with it.
    pub hold: i64,
    /// The file she saw.
    pub path: String,
    /// When, RFC 3339.
    pub at: String,
    /// Who.
    pub who: String,
    /// Why.
    pub why: String,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PastRun {
    /// Its number.
    pub id: i64,
    /// When it began, RFC 3339.
    pub started_at: String,
    /// When it ended; none where it was broken off, or is under way.
    pub finished_at: Option<String>,
    /// Its exit code, where it ended.
    pub exit_code: Option<u8>,
}

/// A file that had been delivered already and was put away, unsent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuplicateRecord {
    /// The delivery it repeats.
    pub delivery: i64,
    /// The file's path in the drop folder, with `/`.
    pub path: String,
    /// When, RFC 3339.
    pub at: String,
}

/// What was delivered in a month of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Volume {
    /// The month.
    pub month: Period,
    /// How many files.
    pub files: u64,
    /// How many bytes, all files together.
    pub bytes: u64,
}

/// By their places in `deliveries!`: to look each up by its name takes longer than to find the row.
pub(super) fn delivery(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    Ok(Delivery {
        id: row.get(0)?,
        run: row.get(1)?,
        state: word(row, 2, State::named)?,
        key: Key {
            digest: Digest::from_bytes(row.get(3)?),
            slot: Slot { series: row.get(4)?, period: period(row, 5)? },
        },
        path: row.get(6)?,
        size: row.get::<_, i64>(7)?.cast_unsigned(),
        temporary: row.get(8)?,
        remote_path: row.get(9)?,
        reason: row.get(10)?,
        started_at: row.get(11)?,
        changed_at: row.get(12)?,
        delivered_at: row.get(13)?,
        picked_up_at: row.get(14)?,
        why: row.get(15)?,
        who: row.get(16)?,
    })
}

pub(super) fn hold(row: &Row<'_>) -> rusqlite::Result<Hold> {
    let series: Option<String> = row.get("series")?;
    Ok(Hold {
        id: row.get("id")?,
        path: row.get("path")?,
        digest: row.get::<_, Option<[u8; 32]>>("digest")?.map(Digest::from_bytes),
        slot: series
            .map(|series| Ok::<_, rusqlite::Error>(Slot { series, period: period(row, "period")? }))
            .transpose()?,
        reason: row.get("reason")?,
        opened_at: row.get("opened_at")?,
    })
}

pub(super) fn decision(row: &Row<'_>) -> rusqlite::Result<Decision> {
    let verdict = |name: &str| [Verdict::Approved, Verdict::Rejected].into_iter().find(|v| v.name() == name);
    Ok(Decision {
        id: row.get("id")?,
        verdict: word(row, "verdict", verdict)?,
        key: Key { slot: slot(row)?, digest: Digest::from_bytes(row.get("digest")?) },
        path: row.get("path")?,
        at: row.get("at")?,
        who: row.get("who")?,
        why: row.get("why")?,
        used_by: row.get("used_by")?,
    })
}

fn slot(row: &Row<'_>) -> rusqlite::Result<Slot> {
    Ok(Slot { series: row.get("series")?, period: period(row, "period")? })
}

fn period(row: &Row<'_>, column: impl RowIndex) -> rusqlite::Result<Option<Period>> {
    match row.get_ref(column)? {
        rusqlite::types::ValueRef::Null => Ok(None),
        _ => word(row, column, |text| text.parse().ok()).map(Some),
    }
}

/// A text column whose words this program knows; anything else is damage.
pub(super) fn word<T>(
    row: &Row<'_>,
    column: impl RowIndex,
    read: impl Fn(&str) -> Option<T>,
) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    read(&text).ok_or_else(|| {
        let index = column.idx(row.as_ref()).unwrap_or_default();
        let name = row.as_ref().column_name(index).unwrap_or_default();
        rusqlite::Error::FromSqlConversionFailure(index, Type::Text, format!("{name} is {text:?}").into())
    })
}
