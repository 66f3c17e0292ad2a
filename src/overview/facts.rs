//! What the picture is made of, asked of the ledger.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Days, FixedOffset, NaiveDate};

use crate::archive::Archive;
use crate::archive::altered::{self, Closely};
use crate::calendar::due_soon::MONTHS_AHEAD as DUE_SOON_AHEAD;
use crate::config::{Calendar, Config};
use crate::exit::UserError;
use crate::ledger::LedgerReader;
use crate::model::attention::LeftOnServer;
use crate::model::decision::{Choice, Reason};
use crate::model::delivery::State;
use crate::model::ledger::{AlteredOriginal, Asked, ChainPosition, Delivery, DuplicateRecord, Hold, PastRun};
use crate::model::run_report::FileReport;
use crate::names;
use crate::period::Period;
use crate::series::SeriesRule;

/// The grid's months before the current one.
pub(super) const MONTHS_BACK: i32 = 5;
/// The grid's months after it.
pub(super) const MONTHS_AHEAD: i32 = 1;
/// For how many months before the grid's first one an overdue file is still told of: a year, so that it is told of until
/// the municipality's accounts for the year are closed.
pub(super) const LOOK_BACK: i32 = 12;

/// For so many days after its delivery an original in the archive is looked at in every run; a program seldom has a file
/// open for longer.
const LOOKED_AT_DAYS: u64 = 7;

/// Everything that the picture is made of.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    pub now: DateTime<FixedOffset>,
    /// The configured series.
    pub series: &'a [SeriesRule],
    /// `[calendar]`.
    pub calendar: &'a Calendar,
    /// What suppliers were asked, oldest first.
    pub asked: Vec<Asked>,
    /// Temporary files that KP's server refused to remove.
    pub left_on_server: Vec<LeftOnServer>,
    /// `alert.quiet_for`.
    pub quiet_for: Option<Duration>,
    /// The files in the drop folder.
    pub files: Vec<FileReport>,
    /// The deliveries for the months looked at, oldest first.
    pub deliveries: Vec<Delivery>,
    /// Their duplicates that were put away, oldest first.
    pub refused: Vec<DuplicateRecord>,
    /// The deliveries in doubt, whatever the month, oldest first.
    pub in_doubt: Vec<Delivery>,
    /// The deliveries that KP should have taken by now, as of the last run, oldest first.
    pub not_picked_up: Vec<Delivery>,
    /// The deliveries of the last days whose original was changed after it had been put away.
    pub altered: Vec<AlteredOriginal>,
    /// Since when a file is held, RFC 3339, by the hold's number.
    pub held_since: HashMap<i64, String>,
    /// The first period that each series was delivered for.
    pub first: HashMap<String, Period>,
    /// The newest run.
    pub last_run: Option<PastRun>,
    /// Whether it still goes on.
    pub run_under_way: bool,
    /// When the ledger was made, RFC 3339.
    pub made_at: Option<String>,
    /// Where the chain ends.
    pub chain_head: ChainPosition,
}

impl Facts<'_> {
    /// The local day.
    pub fn today(&self) -> NaiveDate {
        self.now.date_naive()
    }

    /// The months of the grid, oldest first.
    pub fn months(&self) -> Vec<Period> {
        let current = Period::nearest(self.today());
        (-MONTHS_BACK..=MONTHS_AHEAD).filter_map(|months| current.plus(months)).collect()
    }
}

pub(super) fn gather<'a>(
    config: &'a Config,
    ledger: &LedgerReader,
    (files, altered): (&[FileReport], &[AlteredOriginal]),
    now: DateTime<FixedOffset>,
) -> Result<Facts<'a>, UserError> {
    let holds = ledger.open_holds()?;
    let mut facts = Facts {
        now,
        series: &config.series,
        calendar: &config.calendar,
        asked: ledger.asked()?,
        left_on_server: ledger.temporary_left()?.iter().filter_map(left_on_server).collect(),
        quiet_for: config.alert.quiet_for,
        files: files.iter().map(|file| as_held(file, &holds, ledger)).collect::<Result<_, _>>()?,
        deliveries: Vec::new(),
        refused: Vec::new(),
        in_doubt: ledger.open_deliveries()?.into_iter().filter(|d| d.state == State::InDoubt).collect(),
        not_picked_up: match config.alert.not_picked_up_after {
            Some(limit) => ledger.not_picked_up(limit, now)?,
            None => Vec::new(),
        },
        altered: altered.to_vec(),
        held_since: holds.into_iter().map(|hold| (hold.id, hold.opened_at)).collect(),
        first: first_periods(config, ledger)?,
        last_run: ledger.last_run()?,
        run_under_way: ledger.run_under_way(),
        made_at: ledger.made_at()?,
        chain_head: ledger.chain_head()?,
    };
    let months = facts.months();
    if let (Some(first), Some(&last)) = (months.first(), months.last()) {
        let first = first.plus(-LOOK_BACK).unwrap_or(*first);
        // A file may be due soon that is for a month after the grid's last one.
        let last = last.plus(DUE_SOON_AHEAD - MONTHS_AHEAD).unwrap_or(last);
        facts.deliveries = ledger.deliveries_between(first, last)?;
        for delivery in &mut facts.deliveries {
            spell_as_today(&config.series, &mut delivery.key.slot.series);
        }
        for asked in &mut facts.asked {
            spell_as_today(&config.series, &mut asked.series);
        }
        facts.refused = ledger.duplicates_between(first, last)?;
    }
    Ok(facts)
}

/// Spells a series of the ledger as the configuration does, where it differs by case or normal form alone, and otherwise
/// in NFC, as a series is derived today.
fn spell_as_today(rules: &[SeriesRule], series: &mut String) {
    if rules.iter().any(|rule| rule.name == *series) {
        return;
    }
    *series = match rules.iter().find(|rule| names::same(&rule.name, series)) {
        Some(rule) => rule.name.clone(),
        None => names::nfc(series),
    };
}

/// The deliveries of the last days whose original was changed after it had been put away, as its size and times show.
///
/// # Errors
/// The ledger or the archive could not be read.
pub fn altered_lately(
    config: &Config,
    ledger: &LedgerReader,
    now: DateTime<FixedOffset>,
) -> Result<Vec<AlteredOriginal>, UserError> {
    let since = now - Days::new(LOOKED_AT_DAYS);
    let archive = Archive::new(&config.archive);
    altered::altered(&archive, ledger, &ledger.archived(Some(since))?, Closely::AtTimes)
}

/// The first period of each configured series.
fn first_periods(config: &Config, ledger: &LedgerReader) -> Result<HashMap<String, Period>, UserError> {
    let mut first = HashMap::new();
    for rule in &config.series {
        if let Some(period) = ledger.first_period(&rule.name)? {
            first.insert(rule.name.clone(), period);
        }
    }
    Ok(first)
}

/// Shows a file as held where a run held it for a reason that only the server shows; a preview, which does not ask the
/// server, takes such a file for new.
///
/// # Errors
/// The ledger could not be read.
pub fn as_held(file: &FileReport, holds: &[Hold], ledger: &LedgerReader) -> Result<FileReport, UserError> {
    let mut file = file.clone();
    let hold = holds.iter().find(|hold| hold.path == file.path && hold.digest == file.sha256);
    let reason = hold.and_then(|hold| Reason::named(&hold.reason));
    if let (Some(hold), Some(reason), Some(digest)) = (hold, reason, file.sha256)
        && matches!(reason, Reason::RemoteNameTaken | Reason::AlreadyOnServer)
        && file.decision == Choice::Send
        && file.outcome.is_none()
    {
        (file.decision, file.reason, file.hold_id) = (Choice::Hold, reason, Some(hold.id));
        file.reasons = vec![reason];
        file.delivery_id = ledger.deliveries_of(&digest)?.last().map(|delivery| delivery.id);
    }
    Ok(file)
}

/// Whether a file is held because of this delivery, which is not settled.
pub(super) fn is_of(file: &FileReport, delivery: &Delivery) -> bool {
    file.reason == Reason::InDoubt
        && file.earlier.as_ref().is_some_and(|earlier| earlier.delivery_id == delivery.id)
}

/// Whether a file is held for its own sake: neither because of a delivery in doubt, which is an item of its own, nor because
/// a run that is still going on is delivering it.
pub(super) fn waits_for_a_person(facts: &Facts, file: &FileReport) -> bool {
    let in_hand = facts.run_under_way
        && file.reason == Reason::InDoubt
        && file.earlier.as_ref().is_some_and(|earlier| earlier.state == State::Publishing);
    let doubted = facts.in_doubt.iter().any(|delivery| is_of(file, delivery));
    file.decision == Choice::Hold && !in_hand && !doubted
}

fn left_on_server(delivery: &Delivery) -> Option<LeftOnServer> {
    Some(LeftOnServer { delivery_id: delivery.id, path: delivery.left_on_server()?.to_owned() })
}
