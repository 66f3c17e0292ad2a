//! A ledger that an earlier version of the program wrote: its chain stays as it is, its tables are made again from it.

use rusqlite::Connection;

use super::schema;
use super::verify::replay_into;
use super::{CHAIN, LedgerReader, SCHEMA_VERSION, TABLES, trouble};
use crate::exit::UserError;
use crate::messages::ledger as say;

impl LedgerReader {
    /// Makes the tables anew, all or nothing.
    ///
    /// # Errors
    /// [`crate::exit::ExitCode::Ledger`] where the chain is broken; or it could not be written.
    pub(super) fn migrate(&mut self) -> Result<(), UserError> {
        self.verify_chain(1)?;
        let path = self.path.clone();
        let made = (|| {
            self.db.pragma_update(None, "synchronous", "EXTRA")?;
            let transaction = self.db.transaction()?;
            let keys = keys(&transaction)?;
            for table in tables(&transaction)? {
                transaction.execute_batch(&format!("DROP TABLE \"{table}\""))?;
            }
            transaction.execute_batch(&schema::plain(TABLES))?;
            let broken = replay_into(&transaction, &transaction)?;
            put_back(&transaction, &keys)?;
            transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
            if broken.is_none() {
                transaction.commit()?;
            }
            Ok(broken)
        })();
        settled(&path, made)
    }

    /// The same in memory, for reading: the file stays as it is.
    ///
    /// # Errors
    /// As [`LedgerReader::migrate`].
    pub(super) fn migrated(self) -> Result<LedgerReader, UserError> {
        self.verify_chain(1)?;
        let made = (|| {
            let memory = Connection::open_in_memory()?;
            memory.execute_batch(CHAIN)?;
            memory.execute_batch(TABLES)?;
            let mut insert =
                memory.prepare("INSERT INTO events (seq, at, body, hash) VALUES (?1, ?2, ?3, ?4)")?;
            let mut events = self.db.prepare("SELECT seq, at, body, hash FROM events ORDER BY seq")?;
            let mut rows = events.query([])?;
            while let Some(row) = rows.next()? {
                let (seq, at, body, hash): (i64, String, String, [u8; 32]) =
                    (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
                insert.execute((seq, at, body, hash))?;
            }
            drop(insert);
            let broken = replay_into(&memory, &memory)?;
            put_back(&memory, &keys(&self.db)?)?;
            Ok((memory, broken))
        })();
        let (db, broken) = made.map_err(|error: rusqlite::Error| trouble(&self.path, &error))?;
        settled(&self.path, Ok(broken))?;
        Ok(LedgerReader { db, ..self })
    }
}

/// A block of keys: its delivery and month, the keys, the sealed amounts.
type Block = (i64, String, Vec<u8>, Vec<u8>);

/// The keys of records, which the chain cannot make again; none where the ledger is of a version before them.
fn keys(db: &Connection) -> rusqlite::Result<Vec<Block>> {
    if !db.table_exists(None, "record_keys")? {
        return Ok(Vec::new());
    }
    db.prepare("SELECT delivery, period, keys, amounts FROM record_keys ORDER BY id")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
        .collect()
}

fn put_back(db: &Connection, blocks: &[Block]) -> rusqlite::Result<()> {
    let mut insert =
        db.prepare("INSERT INTO record_keys (delivery, period, keys, amounts) VALUES (?1, ?2, ?3, ?4)")?;
    blocks.iter().try_for_each(|(delivery, period, keys, amounts)| {
        insert.execute((delivery, period, keys, amounts)).map(drop)
    })
}

fn settled(path: &std::path::Path, made: rusqlite::Result<Option<i64>>) -> Result<(), UserError> {
    match made.map_err(|error| trouble(path, &error))? {
        None => Ok(()),
        Some(seq) => Err(UserError::ledger(say::chain_broken(path, seq))),
    }
}

/// Everything but the chain.
fn tables(db: &Connection) -> rusqlite::Result<Vec<String>> {
    db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('events') AND name NOT LIKE 'sqlite_%'")?
        .query_map([], |row| row.get(0))?
        .collect()
}
