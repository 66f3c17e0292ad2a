//! A large ledger: rows of other series and years, written through the program's own journal.

use std::path::Path;

use chrono::{DateTime, Duration, FixedOffset, Local};
use traekfil::clock::moment;
use traekfil::digest::Digest;
use traekfil::ledger::event::Event;
use traekfil::ledger::query::Sequence;
use traekfil::ledger::{Journal as _, Ledger};
use traekfil::model::delivery::State;
use traekfil::model::ledger::Attested;
use traekfil::period::Period;

/// Rows in one commit.
const AT_ONCE: u32 = 10_000;
/// Files of one month.
const A_MONTH: u32 = 5_000;

/// Adds so many archived deliveries to a ledger and to its witness; begins both where there is none.
pub fn grow(path: &Path, archive: &Path, rows: u32) -> anyhow::Result<()> {
    let now = Local::now().fixed_offset();
    let months = rows.div_ceil(A_MONTH);
    if !path.exists() {
        Ledger::begin(path, archive, now).map_err(|error| anyhow::anyhow!(error.message))?;
    }
    let mut ledger = Ledger::open(path, archive, now).map_err(|error| anyhow::anyhow!(error.message))?;
    let first = ledger.next(Sequence::Delivery).map_err(|error| anyhow::anyhow!(error.message))?;
    for batch in 0..rows.div_ceil(AT_ONCE) {
        let numbers = batch * AT_ONCE..rows.min((batch + 1) * AT_ONCE);
        let events: Vec<Event> = numbers.map(|n| delivered(first, n, now, months)).collect();
        ledger.record(now, &events).map_err(|error| anyhow::anyhow!(error.message))?;
        ledger.attest()?;
    }
    Ok(())
}

/// The last of so many months is the one before this.
fn delivered(first: i64, n: u32, now: DateTime<FixedOffset>, months: u32) -> Event {
    let at = now - Duration::days(i64::from(months - n / A_MONTH) * 30);
    let path = format!("leverandoer_{:05}_{}.txt", n % A_MONTH, at.format("%Y%m"));
    let delivery = Attested {
        delivery: first + i64::from(n),
        series: format!("leverandoer_{:05}_*.txt", n % A_MONTH),
        period: Period::of(at.date_naive()),
        digest: Digest::of(&n.to_be_bytes()),
        size: 4000,
        remote_path: Some(format!("ind/{path}")),
        path,
        content: None,
    };
    Event::Restored {
        state: State::Archived,
        delivered_at: moment(at),
        delivery,
        temporary: None,
        decision: None,
        why: None,
        who: None,
    }
}
