//! Which content the archive holds, as far as the ledger knows, and since when.

use std::collections::HashSet;
use std::time::Duration;

use chrono::{DateTime, FixedOffset};

use super::LedgerReader;
use super::query::is_older;
use crate::digest::Digest;
use crate::exit::UserError;
use crate::period::Period;

/// What put a file into the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The delivery of that number.
    Delivery(i64),
    /// The duplicate of that number.
    Duplicate(i64),
    /// The decision of that number, a rejection.
    Rejection(i64),
}

/// A file that was put into the archive, and whose content has not been deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedContent {
    /// What put it there.
    pub by: Origin,
    /// Its digest.
    pub digest: Digest,
    /// Its period.
    pub period: Option<Period>,
    /// Its path in the drop folder, with `/`.
    pub path: String,
    /// When it was put there, RFC 3339.
    pub since: String,
    /// False where a person said that KP never got it.
    pub settled: bool,
}

impl ArchivedContent {
    /// Whether it has been kept for longer than that.
    #[must_use]
    pub fn is_older(&self, limit: Duration, now: DateTime<FixedOffset>) -> bool {
        is_older(&self.since, limit, now)
    }
}

impl LedgerReader {
    /// What lies in the archive, in the order in which it was put there.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn kept(&self) -> Result<Vec<ArchivedContent>, UserError> {
        self.query(|db| {
            db.prepare_cached(
                "SELECT 'delivery' AS by, id, digest, period, path, changed_at AS since, state = 'archived' AS settled
                   FROM deliveries WHERE state IN ('archived', 'not_delivered') AND content_deleted_at IS NULL
                 UNION ALL
                 SELECT 'duplicate', twin.id, digest, period, twin.path, twin.at, state IN ('archived', 'adopted')
                   FROM duplicates AS twin JOIN deliveries ON deliveries.id = twin.delivery
                  WHERE twin.content_deleted_at IS NULL
                 UNION ALL
                 SELECT 'rejection', id, digest, period, path, at, true
                   FROM decisions WHERE verdict = 'rejected' AND content_deleted_at IS NULL
                 ORDER BY by, id",
            )?
            .query_map([], |row| {
                let id = row.get("id")?;
                let by: String = row.get("by")?;
                let period: Option<String> = row.get("period")?;
                Ok(ArchivedContent {
                    by: match by.as_str() {
                        "delivery" => Origin::Delivery(id),
                        "duplicate" => Origin::Duplicate(id),
                        _ => Origin::Rejection(id),
                    },
                    digest: Digest::from_bytes(row.get("digest")?),
                    period: period.and_then(|text| text.parse().ok()),
                    path: row.get("path")?,
                    since: row.get("since")?,
                    settled: row.get("settled")?,
                })
            })?
            .collect()
        })
    }

    /// The contents that somebody may still need: on their way, in doubt, or held.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn needed(&self) -> Result<HashSet<Digest>, UserError> {
        let open = self.open_deliveries()?.into_iter().map(|delivery| delivery.key.digest);
        Ok(open.chain(self.open_holds()?.into_iter().filter_map(|hold| hold.digest)).collect())
    }
}
