//! What is asked of the ledger: here about deliveries, in `persons` about decisions, holds and questions, in `runs` about runs.

use std::time::Duration;

use chrono::{DateTime, FixedOffset};
use rusqlite::{OptionalExtension, named_params, params};

use super::LedgerReader;
use super::rows::{delivery, word};
use crate::digest::Digest;
use crate::exit::UserError;
use crate::model::delivery::{Slot, State};
use crate::model::ledger::{ChainPosition, ContentTotals, Delivery, DuplicateRecord, Volume};
use crate::names;
use crate::period::Period;

mod persons;
mod runs;

/// Which deliveries `history` shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only this series.
    pub series: Option<String>,
    /// Only this period.
    pub period: Option<Period>,
    /// Only this state; [`State::Delivered`] is all that KP has of this ledger's, put away or not.
    pub state: Option<State>,
    /// At most so many, the newest first.
    pub limit: Option<u32>,
}

/// So many days after its delivery a file is looked for in KP's folder, and no longer.
pub const LOOKED_FOR_DAYS: u64 = 60;

/// A query for deliveries, put together at compile time, since it is run for each file.
macro_rules! deliveries {
    ($which:literal) => {
        concat!(
            "SELECT id, run, state, digest, series, period, path, size, temporary, remote_path, reason,
                    started_at, changed_at, delivered_at, picked_up_at, why, who, temporary_gone_at,
                    records, sum_ore, first_period, last_period, observed,
                    (SELECT path FROM left_on_server WHERE delivery = deliveries.id)
             FROM deliveries ",
            $which
        )
    };
}

impl LedgerReader {
    /// All deliveries of these bytes, whatever the slot, oldest first.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn deliveries_of(&self, digest: &Digest) -> Result<Vec<Delivery>, UserError> {
        let sql = deliveries!("WHERE digest = ?1 ORDER BY id");
        self.deliveries(sql, params![digest.as_bytes()])
    }

    /// All deliveries into this slot, oldest first.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn deliveries_into(&self, slot: &Slot) -> Result<Vec<Delivery>, UserError> {
        let sql = deliveries!("WHERE series_key = ?1 AND period IS ?2 ORDER BY id");
        self.deliveries(sql, params![names::comparable(&slot.series), slot.period.map(|p| p.to_string())])
    }

    /// All deliveries, whatever their state, oldest first.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn all_deliveries(&self) -> Result<Vec<Delivery>, UserError> {
        self.deliveries(deliveries!("ORDER BY id"), [])
    }

    /// The deliveries that are not at an end: recovery and people have something to do with them.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn open_deliveries(&self) -> Result<Vec<Delivery>, UserError> {
        let sql =
            deliveries!("WHERE state IN ('uploading', 'publishing', 'delivered', 'in_doubt') ORDER BY id");
        self.deliveries(sql, [])
    }

    /// The deliveries that a person says KP never got and that may still come, oldest first. Where a later delivery of the
    /// same key was begun, the key was free by then.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn not_free(&self) -> Result<Vec<Delivery>, UserError> {
        let sql = deliveries!(
            "WHERE state = 'not_delivered' AND temporary_gone_at IS NULL AND temporary IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM deliveries later
                                WHERE later.digest = deliveries.digest AND later.series = deliveries.series
                                  AND later.period IS deliveries.period AND later.id > deliveries.id)
             ORDER BY id"
        );
        self.deliveries(sql, [])
    }

    /// The deliveries of which a temporary file may lie on the server that it refused to remove, oldest first: those that
    /// ended without being published, and those whose file is known to lie there; at most 512 of either.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn temporary_left(&self) -> Result<Vec<Delivery>, UserError> {
        let sql = deliveries!(
            "WHERE state = 'abandoned' AND why = 'temporary_left' AND temporary_gone_at IS NULL ORDER BY id LIMIT 512"
        );
        let mut left = self.deliveries(sql, [])?;
        left.extend(self.deliveries(
            deliveries!("WHERE id IN (SELECT delivery FROM left_on_server) ORDER BY id LIMIT 512"),
            [],
        )?);
        left.sort_by_key(|delivery| delivery.id);
        left.dedup_by_key(|delivery| delivery.id);
        Ok(left)
    }

    /// The delivery of that number.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn delivery(&self, id: i64) -> Result<Option<Delivery>, UserError> {
        let sql = deliveries!("WHERE id = ?1");
        Ok(self.deliveries(sql, [id])?.pop())
    }

    /// The deliveries that fit a filter, newest first.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn history(&self, filter: &Filter) -> Result<Vec<Delivery>, UserError> {
        let sql = deliveries!(
            "WHERE (:series IS NULL OR series_key = :series) AND (:period IS NULL OR period = :period)
               AND (:state IS NULL OR state = :state OR (:state = 'delivered' AND state = 'archived'))
             ORDER BY id DESC LIMIT :limit"
        );
        self.deliveries(
            sql,
            named_params! {
                ":series": filter.series.as_deref().map(names::comparable),
                ":period": filter.period.map(|p| p.to_string()),
                ":state": filter.state.map(State::name),
                ":limit": filter.limit.map_or(-1, i64::from),
            },
        )
    }

    /// What was delivered in each month of the calendar from this one on, oldest first; months without any are not in
    /// it. What was adopted does not count.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn volumes(&self, first: Period) -> Result<Vec<Volume>, UserError> {
        self.query(|db| {
            db.prepare_cached(
                "SELECT substr(delivered_at, 1, 7) AS period, count(*) AS files, sum(size) AS bytes FROM deliveries
                 WHERE state IN ('delivered', 'archived') AND delivered_at >= ?1 GROUP BY 1 ORDER BY 1",
            )?
            .query_map([first.to_string()], |row| {
                Ok(Volume {
                    month: word(row, "period", |text| text.parse().ok())?,
                    files: row.get::<_, i64>("files")?.cast_unsigned(),
                    bytes: row.get::<_, i64>("bytes")?.cast_unsigned(),
                })
            })?
            .collect()
        })
    }

    /// The newest delivery of a series, of whatever period and other than of these bytes, whose records are so many and
    /// come to so much.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn same_totals(
        &self,
        series: &str,
        digest: &Digest,
        (records, sum_ore): (u64, i64),
    ) -> Result<Option<Delivery>, UserError> {
        let sql = deliveries!(
            "WHERE series_key = ?1 AND digest <> ?2 AND records = ?3 AND sum_ore = ?4
               AND state IN ('delivered', 'archived', 'adopted', 'publishing', 'in_doubt')
             ORDER BY id DESC LIMIT 1"
        );
        let values = params![names::comparable(series), digest.as_bytes(), records.cast_signed(), sum_ore];
        Ok(self.deliveries(sql, values)?.pop())
    }

    /// What a series' records came to in each of the last `most` periods that it was delivered for, the newest first; only
    /// those before `before`, where that is given.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn period_totals(
        &self,
        series: &str,
        before: Option<Period>,
        most: u32,
    ) -> Result<Vec<(Period, ContentTotals)>, UserError> {
        self.query(|db| {
            db.prepare_cached(
                "SELECT period, sum(records) AS records, sum(sum_ore) AS sum_ore FROM deliveries
                 WHERE series_key = ?1 AND period IS NOT NULL AND (?2 IS NULL OR period < ?2) AND records IS NOT NULL
                   AND state IN ('delivered', 'archived', 'adopted')
                 GROUP BY period ORDER BY period DESC LIMIT ?3",
            )?
            .query_map(params![names::comparable(series), before.map(|p| p.to_string()), most], |row| {
                let period = word(row, "period", |text| text.parse().ok())?;
                let records = row.get::<_, i64>("records")?.cast_unsigned();
                let sum_ore = row.get("sum_ore")?;
                Ok((period, ContentTotals { records, sum_ore, first_period: None, last_period: None }))
            })?
            .collect()
        })
    }

    /// How many deliveries there are, of whatever state.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn count(&self) -> Result<usize, UserError> {
        let count: i64 =
            self.query(|db| db.query_row("SELECT count(*) FROM deliveries", [], |row| row.get(0)))?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// The deliveries for this period, and those without one that were begun in that month of the calendar; oldest first.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn deliveries_of_month(&self, month: Period) -> Result<Vec<Delivery>, UserError> {
        let sql = deliveries!(
            "WHERE period = ?1 OR (period IS NULL AND substr(started_at, 1, 7) = ?1) ORDER BY id"
        );
        self.deliveries(sql, [month.to_string()])
    }

    /// The deliveries for these periods, both included, oldest first.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn deliveries_between(&self, first: Period, last: Period) -> Result<Vec<Delivery>, UserError> {
        let sql = deliveries!("WHERE period BETWEEN ?1 AND ?2 ORDER BY id");
        self.deliveries(sql, params![first.to_string(), last.to_string()])
    }

    /// The first period that a series was delivered for; what was adopted does not count.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn first_period(&self, series: &str) -> Result<Option<Period>, UserError> {
        self.query(|db| {
            db.prepare_cached(
                "SELECT period FROM deliveries
                 WHERE series_key = ?1 AND period IS NOT NULL AND state IN ('delivered', 'archived')
                 ORDER BY period LIMIT 1",
            )?
            .query_row([names::comparable(series)], |row| word(row, "period", |text| text.parse().ok()))
            .optional()
        })
    }

    /// The duplicates of deliveries for these periods, both included, oldest first.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn duplicates_between(&self, first: Period, last: Period) -> Result<Vec<DuplicateRecord>, UserError> {
        self.query(|db| {
            db.prepare_cached(
                "SELECT delivery, path, at FROM duplicates
                 WHERE delivery IN (SELECT id FROM deliveries WHERE period BETWEEN ?1 AND ?2) ORDER BY rowid",
            )?
            .query_map(params![first.to_string(), last.to_string()], |row| {
                Ok(DuplicateRecord { delivery: row.get(0)?, path: row.get(1)?, at: row.get(2)? })
            })?
            .collect()
        })
    }

    /// The deliveries whose original was put into the archive, the newest first; with `since` only those of runs that
    /// began at that moment or later.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn archived(&self, since: Option<DateTime<FixedOffset>>) -> Result<Vec<Delivery>, UserError> {
        let sql = deliveries!("WHERE run IS NOT NULL ORDER BY id DESC");
        self.query(|db| {
            let mut statement = db.prepare_cached(sql)?;
            let mut found = Vec::new();
            for row in statement.query_map([], delivery)? {
                let row = row?;
                // The numbers follow the time, so that no more of a large ledger is read than is asked for.
                let began = DateTime::parse_from_rfc3339(&row.started_at).ok();
                if since.is_some_and(|since| began.is_some_and(|began| began < since)) {
                    break;
                }
                if row.state == State::Archived && row.why.as_deref() == Some("archived") {
                    found.push(row);
                }
            }
            Ok(found)
        })
    }

    /// The deliveries of the last [`LOOKED_FOR_DAYS`] days that KP has not been seen to have taken, oldest first.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn awaiting_pick_up(&self, now: DateTime<FixedOffset>) -> Result<Vec<Delivery>, UserError> {
        let sql = deliveries!(
            "WHERE state IN ('delivered', 'archived') AND picked_up_at IS NULL AND remote_path IS NOT NULL
               AND delivered_at >= ?1 ORDER BY id"
        );
        let since = now.date_naive() - chrono::Days::new(LOOKED_FOR_DAYS);
        self.deliveries(sql, [since.to_string()])
    }

    /// Those of them that were delivered longer ago than `limit`.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn not_picked_up(
        &self,
        limit: Duration,
        now: DateTime<FixedOffset>,
    ) -> Result<Vec<Delivery>, UserError> {
        let mut waiting = self.awaiting_pick_up(now)?;
        waiting
            .retain(|delivery| delivery.delivered_at.as_deref().is_some_and(|at| is_older(at, limit, now)));
        Ok(waiting)
    }

    /// The ledger's random name and the end of its chain; none where there is no ledger yet.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn mark(&self) -> Result<Option<(String, ChainPosition)>, UserError> {
        let id = self.query(|db| db.query_row("SELECT id FROM ledger", [], |row| row.get(0)).optional())?;
        id.map(|id| Ok((id, self.head()?))).transpose()
    }

    /// Whether the chain holds this event.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn has(&self, position: ChainPosition) -> Result<bool, UserError> {
        Ok(self.hash_of(position.seq)? == Some(position.hash))
    }

    /// Sixteen hex digits that no other delivery has, for its temporary name.
    ///
    /// # Errors
    /// Only what the machine fails at.
    pub fn random_id(&self) -> Result<String, UserError> {
        self.query(|db| {
            db.prepare_cached("SELECT lower(hex(randomblob(8)))")?.query_row([], |row| row.get(0))
        })
    }

    /// The number the next row of a table gets.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn next(&self, of: Sequence) -> Result<i64, UserError> {
        let sql = match of {
            Sequence::Run => "SELECT coalesce(max(id), 0) + 1 FROM runs",
            Sequence::Delivery => "SELECT coalesce(max(id), 0) + 1 FROM deliveries",
            Sequence::Hold => "SELECT coalesce(max(id), 0) + 1 FROM holds",
            Sequence::Decision => "SELECT coalesce(max(id), 0) + 1 FROM decisions",
            Sequence::Asked => "SELECT coalesce(max(id), 0) + 1 FROM asked",
        };
        self.query(|db| db.query_row(sql, [], |row| row.get(0)))
    }

    fn deliveries(&self, sql: &str, values: impl rusqlite::Params) -> Result<Vec<Delivery>, UserError> {
        let mut rows: Vec<Delivery> =
            self.query(|db| db.prepare_cached(sql)?.query_map(values, delivery)?.collect())?;
        // Their lines were written and the commit after them was lost, so KP may have them.
        for row in rows.iter_mut().filter(|row| self.unclear.contains(&row.id)) {
            row.state = State::Publishing;
        }
        Ok(rows)
    }
}

/// Whether a moment of the ledger lies further back than that. One that cannot be read does not.
pub(crate) fn is_older(at: &str, limit: Duration, now: DateTime<FixedOffset>) -> bool {
    let age = DateTime::parse_from_rfc3339(at).ok().and_then(|at| (now - at).to_std().ok());
    age.is_some_and(|age| age > limit)
}

/// What the ledger numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sequence {
    /// Runs.
    Run,
    /// Deliveries.
    Delivery,
    /// Holds.
    Hold,
    /// Decisions.
    Decision,
    /// What suppliers were asked.
    Asked,
}
