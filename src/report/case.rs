//! What a person reads of a held file before she decides about it.

use serde::Serialize;

use super::text::sentence;
use crate::messages::{case as say, escape, report as said};
use crate::model::delivery::State;
use crate::model::ledger::Delivery;
use crate::model::run_report::{ContentNote, FileReport};
use crate::period::Period;
use crate::wording;

/// The most deliveries that are named.
const MOST: usize = 5;

/// One delivery that KP has, or may have, as `--json` names it.
#[derive(Debug, Serialize)]
pub struct AtKp {
    /// Its number.
    pub delivery_id: i64,
    /// Where it stands.
    pub state: State,
    /// The file's path in the drop folder, with `/`.
    pub path: String,
    /// In bytes.
    pub size: u64,
    /// Series.
    pub series: String,
    /// Period.
    pub period: Option<Period>,
    /// When KP got it, RFC 3339.
    pub delivered_at: Option<String>,
}

impl From<&Delivery> for AtKp {
    fn from(row: &Delivery) -> AtKp {
        AtKp {
            delivery_id: row.id,
            state: row.state,
            path: row.path.clone(),
            size: row.size,
            series: row.key.slot.series.clone(),
            period: row.key.slot.period,
            delivered_at: row.delivered_at.clone(),
        }
    }
}

/// Size, series and period of a file, and what KP has already, a line each. `at_kp` are the deliveries that bear on it,
/// newest first.
#[must_use]
pub fn facts(file: &FileReport, at_kp: &[AtKp]) -> String {
    let name = escape(&file.path);
    let name = file.hold_id.map_or_else(|| name.clone(), |hold| said::with_hold(&name, hold));
    let series = file.series.as_deref().map_or_else(|| "–".to_owned(), escape);
    let period = wording::period(file.period);
    let mut out = sentence(&name);
    out += &sentence(&format!("  {}", say::facts(&wording::size(file.size), &series, &period)));
    if at_kp.is_empty() {
        out += &sentence(&format!("  {}", say::nothing_at_kp(&series, &period)));
        return out;
    }
    for earlier in at_kp.iter().take(MOST) {
        out += &sentence(&format!("  {}", at_kp_line(earlier)));
    }
    if at_kp.len() > MOST {
        out += &sentence(&format!("  {}", say::and_more(at_kp.len() - MOST)));
    }
    out
}

/// What speaks against a file's content, a line each.
#[must_use]
pub fn notes(notes: &[ContentNote]) -> String {
    notes.iter().map(|note| sentence(&format!("  {}.", note.text.trim_end_matches('.')))).collect()
}

fn at_kp_line(earlier: &AtKp) -> String {
    let slot = format!("{} {}", escape(&earlier.series), wording::period(earlier.period));
    let (path, size) = (escape(&earlier.path), wording::size(earlier.size));
    match (&earlier.delivered_at, earlier.state.is_delivered()) {
        (Some(at), true) => say::at_kp(&path, &size, &slot, &wording::moment(at), earlier.delivery_id),
        _ => say::perhaps_at_kp(&path, &size, &slot, earlier.delivery_id),
    }
}
