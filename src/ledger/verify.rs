//! Whether a ledger is what it says: the chain unbroken, the tables what the chain makes of them, and every
//! receipt known.

use rusqlite::Connection;

use super::event::Event;
use super::{ChainPosition, LedgerReader, append, trouble, witness};
use crate::exit::UserError;
use crate::messages::ledger as say;

/// What the chain makes.
const TABLES: [&str; 11] = [
    "ledger",
    "runs",
    "deliveries",
    "holds",
    "decisions",
    "duplicates",
    "asked",
    "left_on_server",
    "told",
    "keyed",
    "key_marks",
];

/// What was found in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Verified {
    /// Events in the chain.
    pub events: i64,
    /// Rows in the tables, all as the chain makes them.
    pub rows: usize,
    /// Receipts, all known to the ledger, as every other line of the witness is.
    pub receipts: usize,
    /// Where the chain ends.
    pub head: ChainPosition,
}

impl LedgerReader {
    /// Checks everything there is to check, every line of the witness among it.
    ///
    /// # Errors
    /// [`crate::exit::ExitCode::Ledger`], naming the first thing that does not fit.
    pub fn verify(&self) -> Result<Verified, UserError> {
        self.integrity_check()?;
        let before = if self.run_under_way() { Some(witness::check::listing(&self.archive)?) } else { None };
        let events = self.verify_chain(1)?;
        let rows = self.verify_tables()?;
        self.verify_keys()?;
        let receipts = self.hold_against_witness(&self.archive, before.as_ref(), true)?.receipts;
        Ok(Verified { events, rows, receipts, head: self.head()? })
    }

    /// Whether SQLite finds the file sound, its indexes included.
    pub(super) fn integrity_check(&self) -> Result<(), UserError> {
        let verdict: String =
            self.query(|db| db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)))?;
        if verdict == "ok" { Ok(()) } else { Err(UserError::ledger(say::damaged(self.path(), &verdict))) }
    }

    /// Whether the tables are what the chain makes of them; answers how many rows they have.
    pub(super) fn verify_tables(&self) -> Result<usize, UserError> {
        let replayed = self.replay()?;
        let mut rows = 0;
        for table in TABLES {
            match self.query(|db| same_rows(db, &replayed, table))? {
                Some(count) => rows += count,
                None => return Err(UserError::ledger(say::tables_differ(self.path(), table))),
            }
        }
        Ok(rows)
    }

    /// The tables as the chain alone makes them, in memory.
    fn replay(&self) -> Result<Connection, UserError> {
        let damaged = |seq: i64| UserError::ledger(say::chain_broken(self.path(), seq));
        let memory = Connection::open_in_memory().map_err(|error| trouble(self.path(), &error))?;
        memory
            .execute_batch(super::TABLES)
            // One transaction, since thousands of small ones take far longer.
            .and_then(|()| memory.execute_batch("BEGIN"))
            .map_err(|error| trouble(self.path(), &error))?;
        let broken = self.query(|db| replay_into(&memory, db))?;
        broken.map_or(Ok(memory), |seq| Err(damaged(seq)))
    }
}

/// Makes in `to` what the chain in `from` says; answers the first event that cannot be, where one cannot.
pub(super) fn replay_into(to: &Connection, from: &Connection) -> rusqlite::Result<Option<i64>> {
    let mut events = from.prepare("SELECT seq, at, body FROM events ORDER BY seq")?;
    let mut rows = events.query([])?;
    while let Some(row) = rows.next()? {
        let (seq, at, body): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let applied = serde_json::from_str::<Event>(&body).map(|event| append::apply(to, &at, &event));
        if !matches!(applied, Ok(Ok(()))) {
            return Ok(Some(seq));
        }
    }
    Ok(None)
}

/// How many rows a table has in both, where they are the same; none where they differ. The first column tells the rows of
/// every table apart, so that each can be read in order without sorting it.
fn same_rows(one: &Connection, other: &Connection, table: &str) -> rusqlite::Result<Option<usize>> {
    let sql = format!("SELECT * FROM {table} ORDER BY 1");
    let (mut one, mut other) = (one.prepare(&sql)?, other.prepare(&sql)?);
    let columns = one.column_count();
    if other.column_count() != columns {
        return Ok(None);
    }
    let (mut one, mut other) = (one.query([])?, other.query([])?);
    let mut count = 0;
    loop {
        match (one.next()?, other.next()?) {
            (None, None) => return Ok(Some(count)),
            (Some(mine), Some(again)) => {
                for column in 0..columns {
                    if mine.get_ref(column)? != again.get_ref(column)? {
                        return Ok(None);
                    }
                }
            }
            _ => return Ok(None),
        }
        count += 1;
    }
}
