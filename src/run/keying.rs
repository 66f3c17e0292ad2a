//! Keys for the records of what KP has got already: after a ledger was made again, and when a format comes or changes, they are
//! made from the archive.

use chrono::{DateTime, FixedOffset};

use super::{kept_content, secret};
use crate::config::Config;
use crate::exit::{ExitCode, UserError};
use crate::failpoint::failpoint;
use crate::ledger::event::Event;
use crate::ledger::{Journal, LedgerReader};
use crate::messages::records as say;
use crate::model::keys::KeyedRecords;
use crate::model::ledger::Delivery;
use crate::names;
use crate::period::Period;
use crate::records::content::ContentRule;
use crate::records::keyed::{FileKeys, NotSealed};
use crate::series;

/// A delivery whose records have no keys by today's description of their layout.
#[derive(Debug)]
pub(super) struct Lacking {
    /// The delivery.
    pub(super) delivery: Delivery,
    /// What tells the description from every other.
    pub(super) by: String,
    /// The keys, from its content; none where that is gone or is not read by it.
    pub(super) keys: Option<FileKeys>,
    /// Whether there are records that have none all the same, since they could not be read.
    partial: bool,
    /// Whether the ledger knows already that they cannot be made.
    known: bool,
}

impl Lacking {
    /// Whether nobody knows all that KP got with it.
    pub(super) fn is_incomparable(&self) -> bool {
        self.partial || self.keys.is_none()
    }

    /// Whether its records may be of one of these months.
    pub(super) fn may_have(&self, month: Option<Period>) -> bool {
        let content = self.delivery.content.unwrap_or_default();
        let own = self.delivery.key.slot.period;
        let (first, last) = (content.first_period.or(own), content.last_period.or(own));
        match (month, first, last) {
            (Some(month), Some(first), Some(last)) => {
                month == own.unwrap_or(first) || (first..=last).contains(&month)
            }
            _ => true,
        }
    }
}

/// The first month that may still be sent without asking.
pub(super) fn first_month(config: &Config, now: DateTime<FixedOffset>) -> Period {
    let back = i32::try_from(config.period.months_back).unwrap_or(i32::MAX);
    let current = Period::nearest(now.date_naive());
    current.plus(-back).unwrap_or(current)
}

/// The deliveries of the months since `first` whose records have no keys, with those keys.
///
/// # Errors
/// The ledger could not be read; or, exit code 4, the archive could not.
pub(super) fn lacking(
    config: &Config,
    ledger: &LedgerReader,
    first: Period,
) -> Result<Vec<Lacking>, UserError> {
    if secret::of(config).is_none() {
        return Ok(Vec::new());
    }
    let mut lacking = Vec::new();
    for keyed in ledger.keyed_since(first)? {
        let Some(rule) = rule_of(config, &keyed.path, &keyed.series) else { continue };
        let is_known = keyed.by.as_deref() == Some(&rule.by);
        if is_known && !keyed.gone {
            continue;
        }
        let Some(delivery) = ledger.delivery(keyed.delivery)? else { continue };
        let made = if is_known { None } else { made(config, rule, &delivery)? };
        let (keys, partial) = made.map_or((None, false), |(keys, partial)| (Some(keys), partial));
        lacking.push(Lacking { delivery, by: rule.by.clone(), keys, partial, known: is_known });
    }
    Ok(lacking)
}

/// How the content of a delivery's file is looked into: by the series that its name falls under today, else by its own.
pub(super) fn rule_of<'a>(config: &'a Config, path: &str, series: &str) -> Option<&'a ContentRule> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let own = || config.series.iter().position(|rule| names::same(&rule.name, series));
    config.content_of(series::rule_of(&config.series, name).or_else(own))
}

/// The keys of a delivery's records from its content, and whether some could not be read; none where the content is gone or
/// nothing of it is read.
fn made(
    config: &Config,
    rule: &ContentRule,
    delivery: &Delivery,
) -> Result<Option<(FileKeys, bool)>, UserError> {
    let content = kept_content::look(config, rule, delivery).map_err(|why| UserError {
        exit: ExitCode::Incomplete,
        message: say::not_keyed(delivery.id, &why),
    })?;
    let Some(content) = content else { return Ok(None) };
    let nothing_read = content.reading.totals.records == 0 && !content.reading.findings.is_empty();
    let partial = secret::is_partial(config, &content);
    Ok(content.keys.filter(|_| !nothing_read).map(|keys| (keys, partial)))
}

/// Writes down the keys of records that have none, as far as the months go that may still be sent without asking.
///
/// # Errors
/// As [`lacking`]; or the ledger could not be written.
pub(super) fn make(
    config: &Config,
    ledger: &mut dyn Journal,
    now: DateTime<FixedOffset>,
) -> Result<(), UserError> {
    let Some(secret) = secret::of(config) else { return Ok(()) };
    let lacking = lacking(config, ledger, first_month(config, now))?;
    let event = |lacking: Lacking| {
        let delivery = lacking.delivery.id;
        Ok::<_, NotSealed>(match lacking.keys {
            Some(keys) => {
                let sealed = keys.sealed(secret, &lacking.by)?;
                let partial = sealed.partial || lacking.partial;
                Event::Keyed { delivery, keyed: KeyedRecords { partial, ..sealed } }
            }
            None => Event::NotKeyed { delivery, by: lacking.by },
        })
    };
    let events = lacking.into_iter().filter(|lacking| !lacking.known).map(event);
    let events: Result<Vec<Event>, NotSealed> = events.collect();
    let events = events.map_err(|error| UserError::unexpected(say::not_sealed(&error)))?;
    if !events.is_empty() {
        ledger.record(now, &events)?;
        failpoint("keyed");
    }
    Ok(())
}

/// Deletes the keys that were kept for longer than `records.keep`.
///
/// # Errors
/// The ledger could not be read or written.
pub(super) fn forget_old(
    config: &Config,
    ledger: &mut dyn Journal,
    now: DateTime<FixedOffset>,
) -> Result<(), UserError> {
    let kept = i32::try_from(config.records.keep_months).unwrap_or(i32::MAX);
    let Some(before) = Period::of(now.date_naive()).and_then(|today| today.plus(-kept)) else {
        return Ok(());
    };
    if ledger.has_keys_before(before)? {
        ledger.record(now, &[Event::KeysDeleted { before }])?;
    }
    Ok(())
}
