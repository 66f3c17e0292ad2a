//! The rows of the ledger, as they are read.

use rusqlite::{Row, RowIndex, types::Type};

use crate::digest::Digest;
use crate::model::delivery::{Key, Slot, State};
use crate::model::ledger::{
    Asked, AskedAbout, ContentTotals, Decision, Delivery, Hold, PastRun, Verdict, Withdrawal,
};
use crate::period::Period;

/// Reads the columns by their places in `deliveries!`: looking each up by name takes longer than finding the row.
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
        temporary_gone_at: row.get(17)?,
        left_as: row.get(23)?,
        content: content(row)?,
        observed: names(&row.get::<_, Option<String>>(22)?.unwrap_or_default()),
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
        reasons: reasons(row)?,
        opened_at: row.get("opened_at")?,
        ended_at: row.get("ended_at")?,
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
        reasons: reasons(row)?,
        records: row.get::<_, Option<i64>>("records")?.map(i64::cast_unsigned),
        used_by: row.get("used_by")?,
        withdrawn: withdrawal(row)?,
    })
}

fn content(row: &Row<'_>) -> rusqlite::Result<Option<ContentTotals>> {
    let (Some(records), Some(sum_ore)) = (row.get::<_, Option<i64>>(18)?, row.get::<_, Option<i64>>(19)?)
    else {
        return Ok(None);
    };
    Ok(Some(ContentTotals {
        records: records.cast_unsigned(),
        sum_ore,
        first_period: period(row, 20)?,
        last_period: period(row, 21)?,
    }))
}

pub(super) fn asked(row: &Row<'_>) -> rusqlite::Result<Asked> {
    Ok(Asked {
        id: row.get("id")?,
        series: row.get("series")?,
        period: period(row, "period")?,
        about: word(row, "about", AskedAbout::named)?,
        sent_to: row.get("sent_to")?,
        subject: row.get("subject")?,
        at: row.get("at")?,
        who: row.get("who")?,
    })
}

pub(super) fn run(row: &Row<'_>) -> rusqlite::Result<PastRun> {
    Ok(PastRun {
        id: row.get("id")?,
        started_at: row.get("started_at")?,
        finished_at: row.get("finished_at")?,
        exit_code: row.get("exit_code")?,
        warnings: warnings(row.get("warnings")?)?,
    })
}

/// The warnings of a run, as its row holds them.
fn warnings(stored: Option<String>) -> rusqlite::Result<Vec<String>> {
    let read = stored.map_or(Ok(Vec::new()), |list| serde_json::from_str(&list));
    read.map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
    })
}

fn withdrawal(row: &Row<'_>) -> rusqlite::Result<Option<Withdrawal>> {
    let Some(at) = row.get("withdrawn_at")? else { return Ok(None) };
    Ok(Some(Withdrawal { at, who: row.get("withdrawn_by")?, why: row.get("withdrawn_why")? }))
}

/// Names with a comma between them.
fn reasons(row: &Row<'_>) -> rusqlite::Result<Vec<String>> {
    Ok(names(&row.get::<_, String>("reasons")?))
}

/// Names with a comma between them.
fn names(text: &str) -> Vec<String> {
    text.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect()
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
