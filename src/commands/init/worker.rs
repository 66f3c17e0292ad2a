//! Whom the program works as where root sets it up.

use std::path::Path;

use crate::cli;
use crate::config;
use crate::exit::UserError;
use crate::messages::{self, trust as say_trust};
use crate::platform::{self, Account, Acting, Breach};

/// Works as this user for a while.
///
/// # Errors
/// The system does not let it.
pub(super) fn acting(user: &Account) -> Result<Acting, UserError> {
    user.act().map_err(|error| UserError::unexpected(say_trust::not_become(&user.name(), &error)))
}

/// Whom the program works as behind root: the user of `--user`, whom the configuration's folder belongs to, or whom the
/// ledger's belongs to. Whoever owns the configuration's folder does all of it, for good; else root writes the configuration,
/// and the user is answered who does the rest.
pub(super) fn worker(options: &cli::Init, file: &Path, ledger: &Path) -> Result<Option<Account>, UserError> {
    let named = match options.user.as_ref().filter(|_| options.login.is_some()) {
        None => None,
        Some(user) => {
            let account = Account::named(user)
                .ok_or_else(|| UserError::usage(say_trust::no_such_user(&messages::escape(user))))?;
            if !Account::own().is_root() && account != Account::own() {
                return Err(UserError::usage(say_trust::only_root_may(&account.name())));
            }
            Some(account)
        }
    };
    if !Account::own().is_root() {
        return Ok(None);
    }
    let owner = |file: &Path| {
        let there = file.ancestors().skip(1).find(|folder| folder.exists()).unwrap_or(Path::new("/"));
        platform::whose(there).map_err(|error| {
            config::refused(&say_trust::ledger_folder(), file, &Breach::unseen(there.to_owned(), error))
        })
    };
    if let Some(owner) = owner(file)? {
        owner
            .become_it()
            .map_err(|error| UserError::unexpected(say_trust::not_become(&owner.name(), &error)))?;
        return Ok(None);
    }
    let found = if named.is_some() { named } else { owner(ledger)? };
    Ok(found.filter(|user| !user.is_root()))
}
