//! Deliveries as CSV, for a spreadsheet.

use crate::messages::{Language, language};
use crate::model::ledger::Delivery;

/// By which Excel knows UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A line for each delivery, oldest first; `rows` are newest first. In Danish with semicolons and a byte order mark, since
/// Danish Excel takes a comma for a decimal point and reads UTF-8 only behind such a mark.
///
/// # Errors
/// Only what memory fails at.
pub(crate) fn deliveries(rows: &[Delivery]) -> anyhow::Result<String> {
    let danish = language() == Language::Da;
    let separator = if danish { b';' } else { b',' };
    let mut out = csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
    out.write_record([
        "delivery_id",
        "run_id",
        "state",
        "series",
        "period",
        "path",
        "size",
        "sha256",
        "remote_path",
        "reason",
        "started_at",
        "changed_at",
        "delivered_at",
        "picked_up_at",
        "who",
        "why",
        "records",
        "sum_ore",
    ])?;
    for row in rows.iter().rev() {
        let optional = |text: &Option<String>| text.as_deref().map(plain).unwrap_or_default();
        out.write_record([
            row.id.to_string(),
            row.run.map(|run| run.to_string()).unwrap_or_default(),
            row.state.name().to_owned(),
            plain(&row.key.slot.series),
            row.key.slot.period.map(|period| period.to_string()).unwrap_or_default(),
            plain(&row.path),
            row.size.to_string(),
            row.key.digest.to_string(),
            optional(&row.remote_path),
            row.reason.clone(),
            row.started_at.clone(),
            row.changed_at.clone(),
            row.delivered_at.clone().unwrap_or_default(),
            row.picked_up_at.clone().unwrap_or_default(),
            optional(&row.who),
            optional(&row.why),
            row.content.as_ref().map(|content| content.records.to_string()).unwrap_or_default(),
            row.content.as_ref().map(|content| content.sum_ore.to_string()).unwrap_or_default(),
        ])?;
    }
    let mark = if danish { BYTE_ORDER_MARK } else { "" };
    Ok(mark.to_owned() + &String::from_utf8(out.into_inner()?)?)
}

/// Puts an apostrophe before text that a spreadsheet would run as a formula.
fn plain(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}
