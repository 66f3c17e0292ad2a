//! The secret that the keys of records are made under.

use super::{Checks, plain};
use crate::config::Config;
use crate::ledger::LedgerReader;
use crate::messages::check as say;
use crate::run::secret::{self, Lies};

/// Checks that the secret lies there and is the one that the ledger knows, if that can be read. No line where no series has a
/// format and the ledger has no keys: then none is needed.
pub(super) fn records_key(config: &Config, ledger: Option<&LedgerReader>, checks: &mut Checks) {
    let found = match secret::lies(config, ledger) {
        Ok(None) => return,
        Ok(Some(Lies::At(path))) => Ok(path.display().to_string()),
        Ok(Some(Lies::Nowhere(path))) => Ok(say::records_key_comes(&path)),
        Err(error) => Err(plain(error)),
    };
    checks.note("records_key", say::records_key(), found);
}
