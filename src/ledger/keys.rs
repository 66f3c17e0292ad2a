//! The keys of records: which of them count, whether they are what the chain says, and whose records have none.

use rusqlite::{OptionalExtension, params};

use super::LedgerReader;
use super::append::month;
use crate::digest::Digest;
use crate::exit::UserError;
use crate::messages::records as say;
use crate::model::keys::KeyBlock;
use crate::period::Period;

/// The states in which a delivery's keys count: KP has its records, or may have them.
const COUNT: &str = "('publishing', 'in_doubt', 'delivered', 'archived', 'adopted')";

/// A delivery that counts, as far as its records have keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keying {
    /// Its number.
    pub delivery: i64,
    /// Its series.
    pub series: String,
    /// The file, as a path with `/`.
    pub path: String,
    /// What tells the description of their layout from every other by which keys were made or tried; none where that was
    /// never done.
    pub by: Option<String>,
    /// Whether that failed.
    pub gone: bool,
}

/// The columns of a mark and of its block, where it has one.
type Row = (i64, i64, Vec<u8>, Option<Vec<u8>>);

impl LedgerReader {
    /// The fingerprint of the secret that the keys are made under; none where none was made yet.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn records_key(&self) -> Result<Option<String>, UserError> {
        self.query(|db| db.query_row("SELECT records_key FROM ledger", [], |row| row.get(0)))
    }

    /// The keys that count of one month, each block with its delivery, in no order: SQLite would carry the blocks along to sort them.
    ///
    /// # Errors
    /// The ledger could not be read; exit code 6 where a block is not what the chain says.
    pub fn keys_of_month(&self, period: Option<Period>) -> Result<Vec<(i64, Vec<u8>)>, UserError> {
        let sql = format!(
            "SELECT mark.delivery, mark.records, mark.digest, block.keys
               FROM key_marks mark JOIN deliveries ON deliveries.id = mark.delivery
               LEFT JOIN record_keys block ON block.delivery = mark.delivery AND block.period = mark.period
              WHERE mark.period = ?1 AND deliveries.state IN {COUNT}"
        );
        let rows: Vec<Row> = self.query(|db| {
            db.prepare_cached(&sql)?
                .query_map([month(period)], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
                .collect()
        })?;
        rows.into_iter().map(|row| self.intact(row)).collect()
    }

    /// The keys of a mark, where they are what it says.
    fn intact(&self, (delivery, records, digest, keys): Row) -> Result<(i64, Vec<u8>), UserError> {
        let fits = |keys: &Vec<u8>| {
            i64::try_from(keys.len() / 16) == Ok(records) && Digest::of(keys).as_bytes()[..] == digest
        };
        let intact = keys.filter(fits);
        let keys = intact.ok_or_else(|| UserError::ledger(say::keys_differ(self.path(), delivery)))?;
        Ok((delivery, keys))
    }

    /// The block of a delivery's records for one month; none where it has none.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn key_block(&self, delivery: i64, period: Option<Period>) -> Result<Option<KeyBlock>, UserError> {
        self.query(|db| {
            db.prepare_cached("SELECT keys, amounts FROM record_keys WHERE delivery = ?1 AND period = ?2")?
                .query_row(params![delivery, month(period)], |row| {
                    Ok(KeyBlock { period, keys: row.get(0)?, amounts: row.get(1)? })
                })
                .optional()
        })
    }

    /// The months of which a delivery's records have keys still, and how many records it had keys of when they were made.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn keyed_months(&self, delivery: i64) -> Result<Vec<(Option<Period>, u64)>, UserError> {
        self.query(|db| {
            db.prepare_cached("SELECT period, records FROM key_marks WHERE delivery = ?1 ORDER BY period")?
                .query_map([delivery], |row| {
                    let period: String = row.get(0)?;
                    Ok((period.parse().ok(), row.get::<_, i64>(1)?.cast_unsigned()))
                })?
                .collect()
        })
    }

    /// Every delivery that counts for a month from `first` on, or for none, as far as its records have keys; oldest first.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn keyed_since(&self, first: Period) -> Result<Vec<Keying>, UserError> {
        // `+id`: sorting few is quicker than going through all in their order
        let sql = format!(
            "SELECT id, series, path, keyed.by, coalesce(keyed.gone, 0)
               FROM deliveries LEFT JOIN keyed ON keyed.delivery = id
              WHERE state IN {COUNT} AND coalesce(period, substr(started_at, 1, 7)) >= ?1 ORDER BY +id"
        );
        self.query(|db| {
            db.prepare_cached(&sql)?
                .query_map([first.to_string()], |row| {
                    let (delivery, series, path) = (row.get(0)?, row.get(1)?, row.get(2)?);
                    Ok(Keying { delivery, series, path, by: row.get(3)?, gone: row.get(4)? })
                })?
                .collect()
        })
    }

    /// Whether there are keys of months before this one, or of no month that were delivered before it.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn has_keys_before(&self, before: Period) -> Result<bool, UserError> {
        self.query(|db| {
            db.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM key_marks WHERE period < ?1 AND (period <> '' OR EXISTS
                    (SELECT 1 FROM deliveries WHERE id = delivery AND substr(started_at, 1, 7) < ?1)))",
            )?
            .query_row([before.to_string()], |row| row.get(0))
        })
    }

    /// Whether the keys are what the chain says, each block, and no others.
    ///
    /// # Errors
    /// [`crate::exit::ExitCode::Ledger`], naming the delivery.
    pub(super) fn verify_keys(&self) -> Result<(), UserError> {
        let strange: Option<i64> = self.query(|db| {
            db.query_row(
                "SELECT delivery FROM record_keys block WHERE NOT EXISTS
                    (SELECT 1 FROM key_marks mark WHERE mark.delivery = block.delivery AND mark.period = block.period)",
                [],
                |row| row.get(0),
            )
            .optional()
        })?;
        if let Some(delivery) = strange {
            return Err(UserError::ledger(say::keys_differ(self.path(), delivery)));
        }
        let wrong = self.query(|db| {
            let mut marks = db.prepare(
                "SELECT mark.delivery, mark.records, mark.digest, block.keys FROM key_marks mark
                   LEFT JOIN record_keys block ON block.delivery = mark.delivery AND block.period = mark.period",
            )?;
            let mut rows = marks.query([])?;
            while let Some(row) = rows.next()? {
                let row: Row = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
                if let Err(error) = self.intact(row) {
                    return Ok(Some(error));
                }
            }
            Ok(None)
        })?;
        wrong.map_or(Ok(()), Err)
    }
}
