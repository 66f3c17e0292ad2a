//! What is asked of the ledger about persons: what they decided, what waits for them, what suppliers were asked, and what was told.

use rusqlite::{OptionalExtension, params};

use crate::exit::UserError;
use crate::ledger::LedgerReader;
use crate::ledger::rows::{asked, decision, hold};
use crate::model::delivery::Key;
use crate::model::ledger::{Asked, Decision, Hold, UnreadRejection};
use crate::names;
use crate::period::Period;

impl LedgerReader {
    /// The decisions about a key that still count, newest first: those after its last approval that was used up, without
    /// approvals that were taken back.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn decisions_about(&self, key: &Key) -> Result<Vec<Decision>, UserError> {
        let mut all: Vec<Decision> = self.query(|db| {
            db.prepare_cached(
                "SELECT * FROM decisions WHERE digest = ?1 AND series_key = ?2 AND period IS ?3 AND withdrawn_at IS NULL
                 ORDER BY id DESC",
            )?
            .query_map(
                params![
                    key.digest.as_bytes(),
                    names::comparable(&key.slot.series),
                    key.slot.period.map(|p| p.to_string())
                ],
                decision,
            )?
            .collect()
        })?;
        let used = all.iter().position(|decision| decision.used_by.is_some());
        all.truncate(used.unwrap_or(all.len()));
        Ok(all)
    }

    /// The decision of that number.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn decision(&self, id: i64) -> Result<Option<Decision>, UserError> {
        self.query(|db| {
            db.prepare_cached("SELECT * FROM decisions WHERE id = ?1")?.query_row([id], decision).optional()
        })
    }

    /// Every decision, oldest first.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn decisions(&self) -> Result<Vec<Decision>, UserError> {
        self.query(|db| {
            db.prepare_cached("SELECT * FROM decisions ORDER BY id")?.query_map([], decision)?.collect()
        })
    }

    /// Every file that was taken out unread, oldest first.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn taken_out(&self) -> Result<Vec<UnreadRejection>, UserError> {
        self.query(|db| {
            db.prepare_cached(
                "SELECT holds.id, holds.path, at, body ->> 'who' AS who, body ->> 'why' AS why
                 FROM events JOIN holds ON holds.id = body ->> 'hold'
                 WHERE body ->> 'event' = 'hold_ended' AND digest IS NULL AND who IS NOT NULL ORDER BY seq",
            )?
            .query_map([], |row| {
                Ok(UnreadRejection {
                    hold: row.get(0)?,
                    path: row.get(1)?,
                    at: row.get(2)?,
                    who: row.get(3)?,
                    why: row.get::<_, Option<String>>(4)?.unwrap_or_default(),
                })
            })?
            .collect()
        })
    }

    /// The holds that are not over.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn open_holds(&self) -> Result<Vec<Hold>, UserError> {
        self.query(|db| {
            db.prepare_cached("SELECT * FROM holds WHERE ended_at IS NULL ORDER BY id")?
                .query_map([], hold)?
                .collect()
        })
    }

    /// Every hold, over or not, of files for this period, and of files without one that was opened in that month of the
    /// calendar; oldest first.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn holds_of(&self, month: Period) -> Result<Vec<Hold>, UserError> {
        self.query(|db| {
            db.prepare_cached(
                "SELECT * FROM holds WHERE period = ?1 OR (period IS NULL AND substr(opened_at, 1, 7) = ?1) ORDER BY id",
            )?
            .query_map([month.to_string()], hold)?
            .collect()
        })
    }

    /// What suppliers were asked, oldest first.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn asked(&self) -> Result<Vec<Asked>, UserError> {
        self.query(|db| db.prepare_cached("SELECT * FROM asked ORDER BY id")?.query_map([], asked)?.collect())
    }

    /// When a person was last told of a matter, RFC 3339.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn told_of(&self, matter: &str) -> Result<Option<String>, UserError> {
        self.query(|db| {
            db.prepare_cached("SELECT at FROM told WHERE matter = ?1")?
                .query_row([matter], |row| row.get(0))
                .optional()
        })
    }
}
