//! The hash chain over the events.

use rusqlite::OptionalExtension;

use super::{ChainPosition, LedgerReader};
use crate::digest::{Digest, Hasher};
use crate::exit::UserError;
use crate::messages::ledger as say;
use crate::model::ledger::ChainMark;

/// What the first event's hash covers in place of an earlier one.
pub(super) const BEFORE_THE_FIRST: ChainPosition =
    ChainPosition { seq: 0, hash: Digest::from_bytes([0; 32]) };

/// The hash of an event: over the hash before it, its number, its moment and its JSON.
pub(super) fn hash(before: ChainPosition, at: &str, body: &str) -> Digest {
    let mut hasher = Hasher::new();
    hasher.update(before.hash.as_bytes());
    hasher.update(&(before.seq + 1).to_be_bytes());
    hasher.update(at.as_bytes());
    hasher.update(&[0]);
    hasher.update(body.as_bytes());
    hasher.finish()
}

impl LedgerReader {
    /// The end of the chain.
    pub(super) fn head(&self) -> Result<ChainPosition, UserError> {
        let head = self.query(|db| {
            db.query_row("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1", [], |row| {
                Ok(ChainPosition { seq: row.get(0)?, hash: Digest::from_bytes(row.get(1)?) })
            })
            .optional()
        })?;
        Ok(head.unwrap_or(BEFORE_THE_FIRST))
    }

    /// The end of the chain, to be shown and kept: whoever holds it can later tell whether the chain still has it.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn chain_head(&self) -> Result<ChainPosition, UserError> {
        self.head()
    }

    /// Whether the chain has the event that somebody kept a mark of, with the same hash.
    ///
    /// # Errors
    /// [`crate::exit::ExitCode::Ledger`]: it does not reach that far, or has another event there.
    pub fn verify_mark(&self, mark: &ChainMark) -> Result<(), UserError> {
        match self.hash_of(mark.seq)? {
            Some(hash) if mark.is_of(&hash) => Ok(()),
            Some(hash) => {
                let has = ChainPosition { seq: mark.seq, hash };
                Err(UserError::ledger(say::other_event(self.path(), &mark.to_string(), &has.to_string())))
            }
            None => {
                let end = self.head()?.seq;
                Err(UserError::ledger(say::chain_too_short(self.path(), &mark.to_string(), end)))
            }
        }
    }

    /// The hash of one event; none where the chain does not reach that far.
    pub(super) fn hash_of(&self, seq: i64) -> Result<Option<Digest>, UserError> {
        self.query(|db| {
            db.query_row("SELECT hash FROM events WHERE seq = ?1", [seq], |row| {
                row.get(0).map(Digest::from_bytes)
            })
            .optional()
        })
    }

    /// Checks every event from number `from` on against its hash and the one before.
    ///
    /// # Errors
    /// [`crate::exit::ExitCode::Ledger`], naming the first event that does not fit.
    pub fn verify_chain(&self, from: i64) -> Result<i64, UserError> {
        let from = from.max(1);
        let mut before = BEFORE_THE_FIRST;
        if from > 1 {
            before.seq = from - 1;
            before.hash = self.hash_of(from - 1)?.ok_or_else(|| self.broken(from - 1))?;
        }
        let broken = self.query(|db| {
            let mut events =
                db.prepare("SELECT seq, at, body, hash FROM events WHERE seq >= ?1 ORDER BY seq")?;
            let mut rows = events.query([from])?;
            while let Some(row) = rows.next()? {
                let (seq, at, body): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
                let position = ChainPosition { seq, hash: Digest::from_bytes(row.get(3)?) };
                if seq != before.seq + 1 || position.hash != hash(before, &at, &body) {
                    return Ok(Some(before.seq + 1));
                }
                before = position;
            }
            Ok(None)
        })?;
        match broken {
            Some(seq) => Err(self.broken(seq)),
            None => Ok(before.seq),
        }
    }

    fn broken(&self, seq: i64) -> UserError {
        UserError::ledger(say::chain_broken(self.path(), seq))
    }
}
