//! One month's account as a page to be printed: what was delivered, when and by which run, who decided what and why, and
//! what suppliers were asked. It holds no CPR number: what could be one is masked.

use std::collections::BTreeMap;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{GENERATOR, SCRIPT, STYLE, allowed, asked, decisions, state, table};
use crate::calendar::deadline::Deadline;
use crate::messages::{Language, escape, language, month as say, page as say_page, report as report_say};
use crate::model::decision::Reason;
use crate::model::delivery::State;
use crate::model::ledger::{
    Asked, ChainPosition, Decision, Delivery, DuplicateRecord, Hold, PastRun, UnreadRejection,
};
use crate::names::without_cpr_numbers;
use crate::period::Period;
use crate::wording::{self, advice::reason_alone, calendar::long_deadline, period_in_full};

/// Everything that the page shows.
#[derive(Debug)]
pub struct Month {
    /// The town's name; none where the configuration gives none.
    pub town: Option<String>,
    /// The month.
    pub period: Period,
    /// When the page is made, RFC 3339.
    pub made_at: String,
    /// KP's server, `user@host:port`.
    pub server: String,
    /// The ledger's newest event.
    pub head: Option<ChainPosition>,
    /// KP's runs in that month.
    pub runs_of_kp: Vec<Deadline>,
    /// The series of which a file was expected, each with its deadline, and whether that is over.
    pub expected: Vec<(String, Deadline, bool)>,
    /// The deliveries for that month, oldest first.
    pub deliveries: Vec<Delivery>,
    /// Their runs, by number.
    pub runs: BTreeMap<i64, PastRun>,
    /// The holds, oldest first.
    pub holds: Vec<Hold>,
    /// The decisions, oldest first.
    pub decisions: Vec<Decision>,
    /// Files that were rejected unread, oldest first.
    pub taken_out: Vec<UnreadRejection>,
    /// Duplicates that were put away, oldest first.
    pub duplicates: Vec<DuplicateRecord>,
    /// What suppliers were asked, oldest first.
    pub asked: Vec<Asked>,
}

impl Month {
    /// Masks everything that a name or a person's words could hold of a CPR number.
    fn mask(&mut self) {
        let hide = |text: &mut String| *text = without_cpr_numbers(text);
        for row in &mut self.deliveries {
            hide(&mut row.path);
            hide(&mut row.key.slot.series);
            for text in [&mut row.remote_path, &mut row.why, &mut row.who] {
                text.iter_mut().for_each(hide);
            }
        }
        for row in &mut self.holds {
            hide(&mut row.path);
            row.slot.iter_mut().for_each(|slot| hide(&mut slot.series));
        }
        for row in &mut self.decisions {
            for text in [&mut row.path, &mut row.key.slot.series, &mut row.who, &mut row.why] {
                hide(text);
            }
        }
        for row in &mut self.taken_out {
            for text in [&mut row.path, &mut row.who, &mut row.why] {
                hide(text);
            }
        }
        self.duplicates.iter_mut().for_each(|row| hide(&mut row.path));
        for row in &mut self.asked {
            for text in [&mut row.series, &mut row.subject, &mut row.who] {
                hide(text);
            }
        }
        self.expected.iter_mut().for_each(|(series, ..)| hide(series));
        self.town.iter_mut().for_each(hide);
    }
}

/// The page, in the language that is spoken.
#[must_use]
pub fn html(mut month: Month) -> String {
    month.mask();
    let month = &month;
    let version = env!("CARGO_PKG_VERSION");
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        allowed(STYLE),
        allowed(SCRIPT)
    );
    let title = say::title(&period_in_full(month.period));
    html! {
        (DOCTYPE)
        html lang=(if language() == Language::Da { "da" } else { "en" }) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                (PreEscaped(format!("{GENERATOR}{version}\">")))
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { @if let Some(town) = &month.town { (escape(town)) ": " } (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (head(month, &title))
                main {
                    (expected(month))
                    (deliveries(month))
                    (holds(month))
                    (decided(month))
                    (duplicates(month))
                    section {
                        h2 { (say::asked()) }
                        @if month.asked.is_empty() { p { (say::nothing_asked()) } } @else { (asked(&month.asked)) }
                    }
                    div.signed { span { (say::signed()) } span { (say::signed_on()) } }
                }
                footer { p { (say::made_by(version)) } }
            }
        }
    }
    .into_string()
}

fn head(month: &Month, title: &str) -> Markup {
    let runs: Vec<String> = month.runs_of_kp.iter().map(|run| long_deadline(*run)).collect();
    html! {
        header {
            @if let Some(town) = &month.town { p.town { (escape(town)) } }
            h1 { (title) }
            p.facts {
                span { (say_page::made(&wording::moment(&month.made_at))) }
                span { (say_page::to_server(&escape(&month.server))) }
                @if let Some(head) = &month.head {
                    span { (say::ledger_at(head.seq, &short(&head.hash.to_string()))) }
                }
            }
            @if !runs.is_empty() { p { (say::runs_of_month(&runs.join(", "))) } }
            p.note { (say::what_it_is(&period_in_full(month.period))) }
        }
    }
}

/// The first digits of a digest, which are enough to compare by eye.
fn short(digest: &str) -> String {
    digest.chars().take(12).collect()
}

fn expected(month: &Month) -> Markup {
    let rows = month.expected.iter().map(|(series, deadline, is_over)| {
        let had = |delivery: &&Delivery| {
            crate::names::same(&delivery.key.slot.series, series)
                && delivery.key.slot.period == Some(month.period)
                && delivery.state.is_delivered()
        };
        let found = month.deliveries.iter().find(had);
        let (class, how) = match found {
            Some(delivery) if delivery.state == State::Adopted => ("delivered", say::before_ledger()),
            Some(delivery) => {
                let at = delivery.delivered_at.as_deref().unwrap_or(&delivery.changed_at);
                let moment = chrono::DateTime::parse_from_rfc3339(at).ok();
                let late = moment.is_some_and(|at| deadline.is_missed_by(&at));
                let at = wording::moment(at);
                if late { ("overdue", say::too_late(&at)) } else { ("delivered", say::in_time(&at)) }
            }
            None if *is_over => ("overdue", say::not_yet()),
            None => ("missing", say::not_yet()),
        };
        let due = wording::calendar::deadline(*deadline);
        vec![html! { (escape(series)) }, html! { (due) }, html! { span class=(class) { (how) } }]
    });
    let heads = [report_say::head_series(), say::head_deadline(), say::head_standing()];
    html! {
        section {
            h2 { (say::expected()) }
            @if month.expected.is_empty() { p { (say::nothing_expected()) } } @else { (table(&heads, rows)) }
        }
    }
}

fn deliveries(month: &Month) -> Markup {
    let heads = [
        report_say::head_number(),
        report_say::head_file(),
        report_say::head_series(),
        report_say::head_size(),
        report_say::head_state(),
        report_say::head_since(),
        say::head_run(),
        say_page::head_digest(),
    ];
    let run = |delivery: &Delivery| match delivery.run {
        None => "–".to_owned(),
        Some(id) => {
            let began = month.runs.get(&id).map(|run| wording::moment(&run.started_at));
            say::run_at(id, began.as_deref().unwrap_or("–"))
        }
    };
    let rows = month.deliveries.iter().map(|row| {
        let remote = row.remote_path.as_deref().map(escape).unwrap_or_default();
        let since = wording::moment(row.delivered_at.as_deref().unwrap_or(&row.changed_at));
        vec![
            html! { (row.id) },
            html! { (escape(&row.path)) @if !remote.is_empty() { br; small { (say::head_sent_as()) ": " (remote) } } },
            html! { (escape(&row.key.slot.series)) },
            html! { (indicatif::HumanBytes(row.size).to_string()) },
            state(row, None),
            html! { (since) },
            html! { (run(row)) },
            html! { code { (short(&row.key.digest.to_string())) } },
        ]
    });
    html! {
        section {
            h2 { (say::deliveries()) }
            @if month.deliveries.is_empty() { p { (say::no_deliveries()) } } @else { (table(&heads, rows)) }
        }
    }
}

fn holds(month: &Month) -> Markup {
    let heads = [
        say::head_case(),
        report_say::head_file(),
        say_page::head_why(),
        report_say::head_since(),
        say::head_until(),
    ];
    let rows = month.holds.iter().map(|row| {
        let named = |name: &String| Reason::named(name).map_or_else(|| escape(name), reason_alone);
        let reasons: Vec<String> = row.reasons.iter().map(named).collect();
        let until = row.ended_at.as_deref().map_or_else(say::still_open, wording::moment);
        vec![
            html! { (row.id) },
            html! { (escape(&row.path)) },
            html! { (reasons.join(", ")) },
            html! { (wording::moment(&row.opened_at)) },
            html! { (until) },
        ]
    });
    html! {
        section {
            h2 { (say::holds()) }
            @if month.holds.is_empty() { p { (say::no_holds()) } } @else { (table(&heads, rows)) }
        }
    }
}

fn decided(month: &Month) -> Markup {
    html! {
        section {
            h2 { (say::decisions()) }
            @if month.decisions.is_empty() && month.taken_out.is_empty() {
                p { (say_page::no_decisions()) }
            } @else {
                (decisions(&month.decisions, &month.taken_out))
            }
        }
    }
}

fn duplicates(month: &Month) -> Markup {
    let heads = [say_page::head_when(), report_say::head_file(), say::head_repeats()];
    let rows = month.duplicates.iter().map(|row| {
        vec![html! { (wording::moment(&row.at)) }, html! { (escape(&row.path)) }, html! { (row.delivery) }]
    });
    html! {
        @if !month.duplicates.is_empty() {
            section { h2 { (say::refused()) } (table(&heads, rows)) }
        }
    }
}
