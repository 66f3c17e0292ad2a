//! What is asked of the ledger about its runs, and when it was made.

use rusqlite::OptionalExtension;

use crate::exit::UserError;
use crate::ledger::LedgerReader;
use crate::ledger::rows::run;
use crate::model::ledger::PastRun;

impl LedgerReader {
    /// The newest run that came to the end of all its files: exit code 0 or 3.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn last_whole_run(&self) -> Result<Option<i64>, UserError> {
        self.query(|db| {
            db.query_row("SELECT max(id) FROM runs WHERE exit_code IN (0, 3)", [], |row| row.get(0))
        })
    }

    /// The run of that number.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn run(&self, id: i64) -> Result<Option<PastRun>, UserError> {
        self.query(|db| {
            db.prepare_cached("SELECT * FROM runs WHERE id = ?1")?.query_row([id], run).optional()
        })
    }

    /// The newest run.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn last_run(&self) -> Result<Option<PastRun>, UserError> {
        self.query(|db| db.query_row("SELECT * FROM runs ORDER BY id DESC LIMIT 1", [], run).optional())
    }

    /// When the ledger was made, RFC 3339; none where there is none yet.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn made_at(&self) -> Result<Option<String>, UserError> {
        self.query(|db| db.query_row("SELECT made_at FROM ledger", [], |row| row.get(0)).optional())
    }
}
