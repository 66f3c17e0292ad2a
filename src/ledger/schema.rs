//! The form of the ledger's file: which tables, indexes and triggers it has, and how SQLite is to meet what else it finds.

use std::collections::BTreeSet;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::{CHAIN, LedgerReader, TABLES, trouble};
use crate::exit::UserError;
use crate::messages::ledger as say;

/// The kind of a schema object, its name, and the SQL that makes it.
type Object = (String, String, String);

impl LedgerReader {
    /// Has SQLite distrust the file: no SQL in the schema may call functions with side effects, nothing may write to
    /// SQLite's own tables, and damaged pages are noticed when they are read.
    pub(super) fn harden(&self) -> Result<(), UserError> {
        self.query(|db| {
            db.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
            db.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
            db.pragma_update(None, "cell_size_check", true)
        })
    }

    /// Whether the file has the tables, indexes and triggers of this program and nothing else: a trigger, view or column
    /// that was added could change what is read and written.
    ///
    /// # Errors
    /// [`crate::exit::ExitCode::Ledger`], naming what does not belong there or is missing.
    pub(super) fn verify_schema(&self) -> Result<(), UserError> {
        let there = self.query(objects)?;
        let ours = ours().map_err(|error| trouble(self.path(), &error))?;
        match there.symmetric_difference(&ours).next() {
            None => Ok(()),
            Some((_, name, _)) => Err(UserError::ledger(say::schema_differs(self.path(), name))),
        }
    }
}

/// What a ledger of this version consists of.
fn ours() -> rusqlite::Result<BTreeSet<Object>> {
    let memory = Connection::open_in_memory()?;
    memory.execute_batch(CHAIN)?;
    memory.execute_batch(TABLES)?;
    objects(&memory)
}

fn objects(db: &Connection) -> rusqlite::Result<BTreeSet<Object>> {
    db.prepare("SELECT type, name, coalesce(sql, '') FROM sqlite_schema")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, plain(&row.get::<_, String>(2)?))))?
        .collect()
}

/// SQL without comments and line breaks: a later version may word a comment anew without changing a table.
pub(super) fn plain(sql: &str) -> String {
    let lines = sql.lines().map(|line| line.split_once("--").map_or(line, |(code, _)| code));
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_line_breaks_do_not_count_and_all_else_does() {
        let table = "CREATE TABLE a (\n    id INTEGER, -- a number\n    b TEXT\n)";
        assert_eq!(plain(table), "CREATE TABLE a ( id INTEGER, b TEXT )");
        assert_ne!(plain(table), plain("CREATE TABLE a (\n    id INTEGER,\n    c TEXT\n)"));
    }
}
