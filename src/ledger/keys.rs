//! The keys of records: which of them count, whether they are what the chain says, and whose records have none.

use rusqlite::{OptionalExtension, params};

use super::LedgerReader;
use super::append::month;
use crate::delivery::{RecordsStand, records_stand};
use crate::digest::Digest;
use crate::exit::UserError;
use crate::messages::records as say;
use crate::model::delivery::State;
use crate::model::keys::KeyBlock;
use crate::period::Period;

/// The deliveries whose keys count: KP has their records, may have them, or may still get them. [`records_stand`] in SQL; where
/// a later delivery of the same key was begun, an earlier one can bring nothing any more.
const COUNT: &str = "(deliveries.state IN ('publishing', 'in_doubt', 'delivered', 'archived', 'adopted')
    OR deliveries.state = 'not_delivered' AND deliveries.temporary_gone_at IS NULL AND deliveries.temporary IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM deliveries later
                        WHERE later.digest = deliveries.digest AND later.series = deliveries.series
                          AND later.period IS deliveries.period AND later.id > deliveries.id))";

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
    /// Whether that failed for all or some of them.
    pub gone: bool,
}

/// The keys of one delivery's records for one month, that count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountingKeys {
    /// The delivery.
    pub delivery: i64,
    /// Whether KP has the records.
    pub stand: RecordsStand,
    /// The keys, sorted, 16 bytes each.
    pub keys: Vec<u8>,
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
    pub fn keys_of_month(&self, period: Option<Period>) -> Result<Vec<CountingKeys>, UserError> {
        let sql = format!(
            "SELECT mark.delivery, mark.records, mark.digest, block.keys, deliveries.state
               FROM key_marks mark JOIN deliveries ON deliveries.id = mark.delivery
               LEFT JOIN record_keys block ON block.delivery = mark.delivery AND block.period = mark.period
              WHERE mark.period = ?1 AND {COUNT}"
        );
        let rows: Vec<(Row, String)> = self.query(|db| {
            db.prepare_cached(&sql)?
                .query_map([month(period)], |row| {
                    Ok(((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?), row.get(4)?))
                })?
                .collect()
        })?;
        let counting = |(row, state): (Row, String)| {
            let (delivery, keys) = self.intact(row)?;
            // A state that this version does not know could be any.
            let stand =
                State::named(&state).map_or(RecordsStand::Unclear, |state| records_stand(state, false));
            Ok(CountingKeys { delivery, stand, keys })
        };
        rows.into_iter().map(counting).collect()
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

    /// Every block of keys, as its delivery and month.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn key_blocks(&self) -> Result<Vec<(i64, Option<Period>)>, UserError> {
        self.query(|db| {
            db.prepare("SELECT delivery, period FROM record_keys ORDER BY delivery, period")?
                .query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?.parse().ok())))?
                .collect()
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

    /// Every delivery that counts for a month from `first` on, or for none, or with records of such a month, as far as its
    /// records have keys; oldest first.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn keyed_since(&self, first: Period) -> Result<Vec<Keying>, UserError> {
        self.query(|db| {
            db.prepare_cached(&keyed_since_sql())?
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

/// What [`LedgerReader::keyed_since`] asks.
fn keyed_since_sql() -> String {
    // `+id`: sorting few is quicker than going through all in their order
    format!(
        "SELECT id, series, path, keyed.by, coalesce(keyed.gone, 0)
           FROM deliveries LEFT JOIN keyed ON keyed.delivery = id
          WHERE {COUNT} AND max(coalesce(period, substr(started_at, 1, 7)), coalesce(last_period, '')) >= ?1
          ORDER BY +id"
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::ledger::event::{Event, Started};
    use crate::model::delivery::Step::{
        Abandon, Confirm, Doubt, Publish, PutAway, ResolveDelivered, ResolveNotDelivered,
    };
    use crate::model::keys::{KeyMark, KeyedRecords};

    const NOW: &str = "2023-04-14T06:00:00+02:00";

    fn started(delivery: i64) -> Event {
        let (keys, period) = (vec![7; 16], "2023-04".parse().ok());
        let marks = vec![KeyMark { period, records: 1, digest: Digest::of(&keys) }];
        let blocks = Arc::new(vec![KeyBlock { period, keys, amounts: Vec::new() }]);
        Event::Started(Started {
            delivery,
            run: 1,
            series: "mad".to_owned(),
            period,
            digest: Digest::of(b"april"),
            size: 5,
            path: "mad_202304.txt".to_owned(),
            temporary: format!("ind/.mad_202304.txt.{delivery}.part"),
            remote_path: "ind/mad_202304.txt".to_owned(),
            reason: "new".to_owned(),
            decision: None,
            content: None,
            observed: Vec::new(),
            keyed: Some(KeyedRecords { by: "x".to_owned(), marks, blocks, partial: false }),
        })
    }

    /// How the keys of the first delivery count after these events, and whether they are there at all.
    fn after(events: &[Event]) -> (RecordsStand, bool) {
        let all: Vec<Event> = [started(1)].iter().chain(events).cloned().collect();
        let ledger = LedgerReader::in_memory(NOW, &all).unwrap();
        let counting = ledger.keys_of_month("2023-04".parse().ok()).unwrap();
        let first = counting.iter().find(|keys| keys.delivery == 1);
        let since = ledger.keyed_since("2023-04".parse().unwrap()).unwrap();
        assert_eq!(first.is_some(), since.iter().any(|keying| keying.delivery == 1));
        let kept = ledger.key_block(1, "2023-04".parse().ok()).unwrap().is_some();
        let stand = first.map_or(RecordsStand::Nowhere, |keys| keys.stand);
        let delivery = ledger.delivery(1).unwrap().unwrap();
        if !all[1..].iter().any(|event| matches!(event, Event::Started(_))) {
            assert_eq!(stand, records_stand(delivery.state, delivery.temporary_is_gone()));
        }
        (stand, kept)
    }

    #[test]
    fn keys_count_from_publishing_until_nothing_of_them_can_come() {
        use RecordsStand::{Delivered, MayCome, Nowhere, Unclear};
        let step = |step| Event::Stepped { delivery: 1, step, why: None, who: None };
        let steps = |steps: &[_]| steps.iter().copied().map(step).collect::<Vec<Event>>();
        let gone = Event::TemporaryGone { delivery: 1 };
        assert_eq!(after(&[]), (Nowhere, true));
        assert_eq!(after(&steps(&[Abandon])), (Nowhere, false));
        assert_eq!(after(&steps(&[Publish])), (Unclear, true));
        assert_eq!(after(&steps(&[Publish, Doubt])), (Unclear, true));
        assert_eq!(after(&steps(&[Publish, Confirm])), (Delivered, true));
        assert_eq!(after(&steps(&[Publish, Confirm, PutAway])), (Delivered, true));
        assert_eq!(after(&steps(&[Publish, Confirm, ResolveNotDelivered])), (Nowhere, false));
        assert_eq!(after(&steps(&[Publish, Doubt, ResolveDelivered])), (Delivered, true));
        let word = steps(&[Publish, Doubt, ResolveNotDelivered]);
        assert_eq!(after(&word), (MayCome, true));
        assert_eq!(after(&[&word[..], std::slice::from_ref(&gone)].concat()), (Nowhere, false));
        assert_eq!(after(&[&word[..2], &[gone], &word[2..]].concat()), (Nowhere, false));
        assert_eq!(after(&[&word[..], &[started(2)]].concat()).0, Nowhere, "the key went again");
    }

    /// Every run asks this: a ledger of many years must not be read through for it.
    #[test]
    fn the_deliveries_of_the_newest_months_are_found_by_an_index() {
        let ledger = LedgerReader::in_memory(NOW, &[started(1)]).unwrap();
        let plan: Vec<String> = ledger
            .query(|db| {
                db.prepare(&format!("EXPLAIN QUERY PLAN {}", keyed_since_sql()))?
                    .query_map(["2023-04"], |row| row.get(3))?
                    .collect()
            })
            .unwrap();
        assert!(plan.iter().any(|step| step.contains("deliveries_by_month")), "{plan:?}");
    }
}
