//! The secret of the keys of records: made when a series first has a format, and held against the ledger from then on.

use std::path::PathBuf;

use chrono::{DateTime, FixedOffset};

use super::scan::ScannedFile;
use crate::config::Config;
use crate::exit::UserError;
use crate::failpoint::failpoint;
use crate::ledger::event::Event;
use crate::ledger::{Journal, LedgerReader};
use crate::messages::records as say;
use crate::model::decision::Reason;
use crate::model::keys::KeyedRecords;
use crate::model::policy::ContentRule;
use crate::records::content::{Content, SharedSecret};
use crate::records::key::Secret;
use crate::records::keyed::unseal;
use crate::secrets::records_key;

/// Where the rules of a configuration share the secret; none where no series has a format: then no secret is made or read.
fn shared(config: &Config) -> Option<&SharedSecret> {
    config.contents.iter().flatten().map(|rule| &rule.secret).next()
}

/// The secret, once it was read; none where no series has a format.
#[must_use]
pub(crate) fn of(config: &Config) -> Option<&Secret> {
    shared(config)?.get()
}

/// Reads the secret, or makes it where the ledger has none yet, and has the ledger know it.
///
/// # Errors
/// Exit code 6 where the ledger's keys were made under another, or it is gone; the ledger could not be written; or it could
/// not be made.
pub(crate) fn ready(
    config: &Config,
    ledger: &mut dyn Journal,
    now: DateTime<FixedOffset>,
) -> Result<(), UserError> {
    let Some(shared) = shared(config) else { return Ok(()) };
    if shared.get().is_some() {
        return Ok(());
    }
    let known = ledger.records_key()?;
    let secret = match (held_against(config, known.as_deref())?, known) {
        (Some(secret), Some(_)) => secret,
        (found, _) => {
            // What a process left that died before the ledger knew it is as good as a new one.
            let secret = found.map_or_else(|| records_key::make(&config.ledger), Ok)?;
            failpoint("records_key_made");
            let fingerprint = secret.fingerprint();
            ledger.record(now, &[Event::RecordsKeyMade { fingerprint, who: None }])?;
            secret
        }
    };
    let _ = shared.set(secret);
    Ok(())
}

/// Reads the secret for a look at what a run would do. Where a run would make it, one of the process's own serves as well,
/// since the ledger has no keys yet.
///
/// # Errors
/// As [`ready`].
pub(crate) fn look(config: &Config, ledger: &LedgerReader) -> Result<(), UserError> {
    let Some(shared) = shared(config).filter(|shared| shared.get().is_none()) else { return Ok(()) };
    let secret = match held_against(config, ledger.records_key()?.as_deref())? {
        Some(secret) => secret,
        None => Secret::random().map_err(|error| UserError::unexpected(say::not_sealed(&error)))?,
    };
    let _ = shared.set(secret);
    Ok(())
}

/// The secret that the ledger's keys were made under; none where none were made.
///
/// # Errors
/// As [`ready`].
pub(crate) fn of_ledger(config: &Config, ledger: &LedgerReader) -> Result<Option<Secret>, UserError> {
    match ledger.records_key()? {
        Some(known) => held_against(config, Some(&known)),
        None => Ok(None),
    }
}

/// Where the secret lies.
pub(crate) enum Lies {
    /// In this file.
    At(PathBuf),
    /// Nowhere yet: the next run makes it here.
    Nowhere(PathBuf),
}

/// Where the secret lies, if it is one, and the one that the ledger knows where that could be read; none where none is needed, as
/// no series has a format and the ledger has no keys, or where nothing can be told.
///
/// # Errors
/// As [`ready`].
pub(crate) fn lies(config: &Config, ledger: Option<&LedgerReader>) -> Result<Option<Lies>, UserError> {
    let known = ledger.map_or(Ok(None), LedgerReader::records_key)?;
    if shared(config).is_none() && known.is_none() {
        return Ok(None);
    }
    let path = records_key::place(&config.ledger);
    Ok(match (held_against(config, known.as_deref())?, ledger) {
        (Some(_), _) => Some(Lies::At(path)),
        (None, Some(_)) => Some(Lies::Nowhere(path)),
        (None, None) => None,
    })
}

/// Looks at every amount that is sealed beside a key. Answers why that could not be done, where the secret is not there.
///
/// # Errors
/// Exit code 6 where one was changed; or the ledger could not be read.
pub(crate) fn verify_amounts(config: &Config, ledger: &LedgerReader) -> Result<Option<String>, UserError> {
    let secret = match of_ledger(config, ledger) {
        Ok(Some(secret)) => secret,
        Ok(None) => return Ok(None),
        Err(error) => return Ok(Some(error.message)),
    };
    for (delivery, period) in ledger.key_blocks()? {
        let block = ledger.key_block(delivery, period)?;
        if block.and_then(|block| unseal(&secret, &block)).is_none() {
            return Err(UserError::ledger(say::keys_differ(ledger.path(), delivery)));
        }
    }
    Ok(None)
}

/// The secret, where it is the one that the ledger knows, or the ledger knows none; none where neither has one.
fn held_against(config: &Config, known: Option<&str>) -> Result<Option<Secret>, UserError> {
    let path = || records_key::place(&config.ledger);
    match (records_key::read(&config.ledger)?, known) {
        (None, Some(_)) => Err(UserError::ledger(say::secret_gone(&path()))),
        (Some(secret), Some(known)) if secret.fingerprint() != known => {
            Err(UserError::ledger(say::secret_other(&path())))
        }
        (secret, _) => Ok(secret),
    }
}

/// The keys of a file's records as the ledger keeps them; none where none were made.
///
/// # Errors
/// Their amounts could not be sealed.
pub(crate) fn sealed(config: &Config, file: &ScannedFile) -> Result<Option<KeyedRecords>, UserError> {
    let keys = file.content.as_ref().and_then(|content| content.keys.as_ref());
    let (Some(keys), Some(rule), Some(secret)) = (keys, config.content_of(file.rule), of(config)) else {
        return Ok(None);
    };
    let sealed =
        keys.sealed(secret, &rule.by).map_err(|error| UserError::unexpected(say::not_sealed(&error)))?;
    let partial =
        sealed.partial || file.content.as_deref().is_some_and(|content| is_partial(config, content));
    Ok(Some(KeyedRecords { partial, ..sealed }))
}

/// Whether records of a file may have no keys, and the configuration does not say that this is no matter.
pub(super) fn is_partial(config: &Config, content: &Content) -> bool {
    let rule = config.policy.content.rule(Reason::UnreadableRecord, false);
    rule != ContentRule::Send && content.is_partial()
}

/// Puts the secret that lies there, or a new one, in the place of the one that the ledger knows, where that is lost, or where
/// amounts that were sealed under it were changed: all keys are gone then. Answers whether it did.
///
/// # Errors
/// The ledger could not be written, or the secret not be read or made.
pub(crate) fn renew(
    config: &Config,
    ledger: &mut dyn Journal,
    now: DateTime<FixedOffset>,
    who: String,
) -> Result<bool, UserError> {
    let Some(known) = ledger.records_key()? else { return Ok(false) };
    let found = records_key::read(&config.ledger)?;
    let is_right = found.as_ref().is_some_and(|secret| secret.fingerprint() == known);
    if is_right && verify_amounts(config, ledger).is_ok() {
        return Ok(false);
    }
    let secret = found.map_or_else(|| records_key::make(&config.ledger), Ok)?;
    let fingerprint = secret.fingerprint();
    ledger.record(now, &[Event::RecordsKeyMade { fingerprint, who: Some(who) }])?;
    Ok(true)
}
