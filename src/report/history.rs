//! What `history` tells.

use std::collections::HashMap;

use serde::Serialize;

use crate::digest::Digest;
use crate::exit::ExitCode;
use crate::messages::{calendar as say_calendar, content as say_content, escape, report as say};
use crate::model::decision::Reason;
use crate::model::delivery::State;
use crate::model::ledger::{Asked, ContentTotals, Decision, Delivery, Hold, UnreadRejection, Verdict};
use crate::period::Period;
use crate::wording::{self, advice};

use super::listing::{Column, Listing};
use super::text;

/// One line of the history: a delivery, or a person's decision about a file.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Entry<'a> {
    Hold {
        hold_id: i64,
        state: &'static str,
        path: &'a str,
        sha256: Option<Digest>,
        series: Option<&'a str>,
        period: Option<Period>,
        reasons: &'a [String],
        held_since: &'a str,
    },
    Delivery {
        delivery_id: i64,
        run_id: Option<i64>,
        state: State,
        path: &'a str,
        size: u64,
        sha256: Digest,
        series: &'a str,
        period: Option<Period>,
        remote_path: Option<&'a str>,
        reason: &'a str,
        started_at: &'a str,
        changed_at: &'a str,
        delivered_at: Option<&'a str>,
        picked_up_at: Option<&'a str>,
        why: Option<&'a str>,
        who: Option<&'a str>,
        /// Where on the server a temporary file of it may lie that may not be removed.
        #[serde(skip_serializing_if = "Option::is_none")]
        left_on_server: Option<&'a str>,
        /// What its records come to, where its series had a format.
        #[serde(skip_serializing_if = "Option::is_none")]
        content: Option<ContentTotals>,
        /// How many more records and øre than the month before.
        #[serde(skip_serializing_if = "Option::is_none")]
        more_records: Option<i64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        more_ore: Option<i64>,
        /// What would have held it and was only observed.
        #[serde(skip_serializing_if = "no_names")]
        observed: &'a [String],
    },
    Decision {
        /// None if the file could not be read; then the hold that ended is named instead.
        decision_id: Option<i64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        hold_id: Option<i64>,
        state: Verdict,
        path: &'a str,
        sha256: Option<Digest>,
        series: Option<&'a str>,
        period: Option<Period>,
        at: &'a str,
        who: &'a str,
        why: &'a str,
        used_by: Option<i64>,
        /// When a person took an approval back, who and why.
        #[serde(skip_serializing_if = "Option::is_none")]
        withdrawn_at: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        withdrawn_by: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        withdrawn_why: Option<&'a str>,
    },
    Asked(&'a Asked),
}

fn no_names(names: &[String]) -> bool {
    names.is_empty()
}

/// How many more records and øre a delivery has than the month before it, by its number.
pub type More = HashMap<i64, (i64, i64)>;

/// The whole answer: open holds where they were asked for, then deliveries, newest first, then decisions, then files that were
/// rejected unread, then what suppliers were asked.
#[derive(Debug, Serialize)]
pub struct History<'a> {
    entries: Vec<Entry<'a>>,
    /// Looking things up ends well in any case.
    exit_code: u8,
}

impl<'a> History<'a> {
    /// From rows of the ledger.
    #[must_use]
    pub fn new(
        deliveries: &'a [Delivery],
        decisions: &'a [Decision],
        taken_out: &'a [UnreadRejection],
        more: &More,
    ) -> History<'a> {
        let words = decisions.iter().rev().map(judged).chain(taken_out.iter().rev().map(unread));
        let entries =
            deliveries.iter().map(|row| entry(row, more.get(&row.id).copied())).chain(words).collect();
        History { entries, exit_code: ExitCode::Ok.code() }
    }

    /// With these holds before all else, the newest first.
    #[must_use]
    pub fn with_holds(mut self, holds: &'a [Hold]) -> History<'a> {
        self.entries.splice(0..0, holds.iter().rev().map(held));
        self
    }

    /// With these questions to suppliers behind all else, the newest first.
    #[must_use]
    pub fn with_asked(mut self, asked: &'a [Asked]) -> History<'a> {
        self.entries.extend(asked.iter().rev().map(Entry::Asked));
        self
    }

    /// As a list, and under it the decisions and what suppliers were asked; `verbose` says when KP was seen to have taken a file.
    #[must_use]
    pub fn text(&self, verbose: bool) -> String {
        if self.entries.is_empty() {
            return format!("{}\n", say::no_history());
        }
        let mut listing = Listing::new([
            Column::fact(say::head_number()),
            Column::name(say::head_file()),
            Column::spare(say::head_series()),
            Column::fact(say::head_period()),
            Column::fact(say::head_state()),
            Column::spare(say::head_since()),
        ]);
        for entry in &self.entries {
            if let Some((facts, more)) = entry.row(verbose) {
                listing.add(facts, more);
            }
        }
        let decisions: String = self.entries.iter().filter_map(Entry::sentence).collect();
        let mut out = if listing.is_empty() { String::new() } else { listing.text(text::list_width()) };
        if !decisions.is_empty() {
            out.extend([format!("\n{}\n", say::decisions()), decisions]);
        }
        let asked: String = self.entries.iter().filter_map(Entry::question).collect();
        if !asked.is_empty() {
            out.extend([format!("\n{}\n", say_calendar::asked_head()), asked]);
        }
        out
    }
}

impl Entry<'_> {
    /// A hold's or a delivery's facts, and what is said about it; none for a decision.
    fn row(&self, verbose: bool) -> Option<([String; 6], Vec<String>)> {
        if let Entry::Hold { hold_id, path, series, period, reasons, held_since, .. } = self {
            let reasons = reasons.iter().filter_map(|name| Reason::named(name)).map(advice::reason_alone);
            let facts = [
                hold_id.to_string(),
                escape(path),
                escape(series.unwrap_or("–")),
                wording::period(*period),
                say::held(),
                wording::moment(held_since),
            ];
            return Some((facts, vec![reasons.collect::<Vec<_>>().join(", ")]));
        }
        let Entry::Delivery {
            delivery_id,
            path,
            series,
            period,
            state,
            who,
            why,
            delivered_at,
            changed_at,
            picked_up_at,
            content,
            more_records,
            more_ore,
            observed,
            left_on_server,
            ..
        } = self
        else {
            return None;
        };
        let by = who.zip(*why).map(|(who, why)| format!("({}: {})", escape(who), escape(why)));
        let taken = picked_up_at.filter(|_| verbose).map(|at| say::picked_up(&wording::moment(at)));
        let of_content =
            content.map(|of| wording::content::month(of.records, of.sum_ore, more_records.zip(*more_ore)));
        let seen = (!observed.is_empty()).then(|| say_content::observed_reasons(&observed.join(", ")));
        let left = left_on_server.map(|path| say::left_on_server(&escape(path)));
        let more: Vec<String> =
            by.into_iter().chain(of_content).chain(seen).chain(taken).chain(left).collect();
        let facts = [
            delivery_id.to_string(),
            escape(path),
            escape(series),
            wording::period(*period),
            wording::state(*state),
            wording::moment(delivered_at.unwrap_or(changed_at)),
        ];
        Some((facts, more))
    }

    /// A decision's line under the table; none for a delivery.
    fn sentence(&self) -> Option<String> {
        let Entry::Decision {
            path,
            state,
            at,
            who,
            why,
            used_by,
            withdrawn_at,
            withdrawn_by,
            withdrawn_why,
            ..
        } = self
        else {
            return None;
        };
        let used = used_by.map(say::used_by).unwrap_or_default();
        let taken = match (withdrawn_at, withdrawn_by, withdrawn_why) {
            (Some(at), Some(who), Some(why)) => {
                say::taken_back(&wording::moment(at), &escape(who), &escape(why))
            }
            _ => String::new(),
        };
        let line = say::decision_line(
            &wording::moment(at),
            &escape(path),
            &wording::verdict(*state),
            &escape(who),
            &escape(why),
        );
        Some(text::sentence(&format!("  {line}{used}{taken}")))
    }
}

impl Entry<'_> {
    /// The line about a question to a supplier; none for anything else.
    fn question(&self) -> Option<String> {
        let Entry::Asked(asked) = self else { return None };
        Some(text::sentence(&format!("  {}", wording::calendar::asked(asked))))
    }
}

fn held(row: &Hold) -> Entry<'_> {
    Entry::Hold {
        hold_id: row.id,
        state: "held",
        path: &row.path,
        sha256: row.digest,
        series: row.slot.as_ref().map(|slot| slot.series.as_str()),
        period: row.slot.as_ref().and_then(|slot| slot.period),
        reasons: &row.reasons,
        held_since: &row.opened_at,
    }
}

fn entry(row: &Delivery, more: Option<(i64, i64)>) -> Entry<'_> {
    Entry::Delivery {
        delivery_id: row.id,
        run_id: row.run,
        state: row.state,
        path: &row.path,
        size: row.size,
        sha256: row.key.digest,
        series: &row.key.slot.series,
        period: row.key.slot.period,
        remote_path: row.remote_path.as_deref(),
        reason: &row.reason,
        started_at: &row.started_at,
        changed_at: &row.changed_at,
        delivered_at: row.delivered_at.as_deref(),
        picked_up_at: row.picked_up_at.as_deref(),
        why: row.why.as_deref(),
        who: row.who.as_deref(),
        left_on_server: row.left_on_server(),
        content: row.content,
        more_records: more.map(|(records, _)| records),
        more_ore: more.map(|(_, ore)| ore),
        observed: &row.observed,
    }
}

fn judged(row: &Decision) -> Entry<'_> {
    Entry::Decision {
        decision_id: Some(row.id),
        hold_id: None,
        state: row.verdict,
        path: &row.path,
        sha256: Some(row.key.digest),
        series: Some(&row.key.slot.series),
        period: row.key.slot.period,
        at: &row.at,
        who: &row.who,
        why: &row.why,
        used_by: row.used_by,
        withdrawn_at: row.withdrawn.as_ref().map(|taken| taken.at.as_str()),
        withdrawn_by: row.withdrawn.as_ref().map(|taken| taken.who.as_str()),
        withdrawn_why: row.withdrawn.as_ref().map(|taken| taken.why.as_str()),
    }
}

fn unread(row: &UnreadRejection) -> Entry<'_> {
    Entry::Decision {
        decision_id: None,
        hold_id: Some(row.hold),
        state: Verdict::Rejected,
        path: &row.path,
        sha256: None,
        series: None,
        period: None,
        at: &row.at,
        who: &row.who,
        why: &row.why,
        used_by: None,
        withdrawn_at: None,
        withdrawn_by: None,
        withdrawn_why: None,
    }
}
