//! The files that were delivered before, as the judging of one run needs them: made when a file first asks, and then
//! shared by the threads that judge.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::decide::history::{History, NamesOfPeriod};
use crate::exit::UserError;
use crate::ledger::LedgerReader;
use crate::period::Period;
use crate::series::SeriesRule;

/// What was made so far.
#[derive(Default)]
pub(super) struct EarlierFiles {
    history: Mutex<Option<Arc<History>>>,
    names: Mutex<HashMap<Period, Arc<NamesOfPeriod>>>,
}

impl EarlierFiles {
    /// The history of the deliveries in the ledger, by today's `[[series]]`.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub(super) fn history(
        &self,
        ledger: &LedgerReader,
        rules: &[SeriesRule],
    ) -> Result<Arc<History>, UserError> {
        let mut made = lock(&self.history);
        if let Some(history) = &*made {
            return Ok(Arc::clone(history));
        }
        let history = Arc::new(History::of(ledger.all_deliveries()?, rules, ledger.last_whole_run()?));
        *made = Some(Arc::clone(&history));
        Ok(history)
    }

    /// The history where a file asked for it, and an empty one otherwise.
    pub(super) fn made(&self) -> Arc<History> {
        lock(&self.history).clone().unwrap_or_default()
    }

    /// The file names that were delivered for a period.
    pub(super) fn names_of(&self, history: &History, period: Period) -> Arc<NamesOfPeriod> {
        let mut made = lock(&self.names);
        Arc::clone(made.entry(period).or_insert_with(|| Arc::new(history.names_of(period))))
    }
}

fn lock<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}
