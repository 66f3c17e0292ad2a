//! The overview and the history as one page, which needs no network and no script, and can be printed.
//!
//! The one script only adds the search field and the buttons that copy a command. The page's content security policy allows this style sheet and this script,
//! by their digests, and nothing else.

use std::collections::HashMap;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::history::More;
use super::status;
use crate::messages::{Language, escape, language};
use crate::messages::{
    ask as say_ask, calendar as say_calendar, content as say_content, overview as said, page as say,
    report as report_say,
};
use crate::model::attention::{AttentionItem, Cell, Mark, Overview, Row, SlotStatus};
use crate::model::delivery::State;
use crate::model::ledger::{Asked, Decision, Delivery, UnreadRejection, Verdict, Volume};
use crate::period::Period;
use crate::wording;

pub mod month;
mod plot;
mod year;

const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/search.js");
/// The mark by which a report is recognised.
const GENERATOR: &str = "<meta name=\"generator\" content=\"traekfil report ";

/// What the page shows.
#[derive(Debug)]
pub struct Page<'a> {
    /// The town's name; none where the configuration gives none.
    pub town: Option<&'a str>,
    /// Whom to ask about a file, by series.
    pub contacts: HashMap<&'a str, &'a str>,
    /// How things stand.
    pub overview: &'a Overview,
    /// The drop folder.
    pub drop: &'a Path,
    /// KP's server, `user@host:port`.
    pub server: String,
    /// Which months KP has files for.
    pub year: Year,
    /// What was delivered in each of the last months, oldest first.
    pub volumes: Vec<Volume>,
    /// The newest deliveries, newest first.
    pub deliveries: &'a [Delivery],
    /// How many more records and øre each of them has than the month before.
    pub more: More,
    /// How many older ones are not among them.
    pub older: usize,
    /// Every decision, oldest first.
    pub decisions: &'a [Decision],
    /// Every file that was rejected unread, oldest first.
    pub taken_out: &'a [UnreadRejection],
    /// Everything that suppliers were asked, oldest first.
    pub asked: &'a [Asked],
}

/// A year of files at KP.
#[derive(Debug, Default)]
pub struct Year {
    /// Its months, oldest first.
    pub months: Vec<Period>,
    /// For each series, whether KP has a file for each of these months.
    pub series: Vec<(String, Vec<bool>)>,
}

/// Whether these bytes are a report of this program's, of whatever version.
#[must_use]
pub fn is_report(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(2_000)];
    String::from_utf8_lossy(head).contains(GENERATOR)
}

/// The page, in the language that is spoken.
#[must_use]
pub fn html(page: &Page) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        allowed(STYLE),
        allowed(SCRIPT)
    );
    let lang = if language() == Language::Da { "da" } else { "en" };
    html! {
        (DOCTYPE)
        html lang=(lang) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                (PreEscaped(format!("{GENERATOR}{version}\">")))
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { @if let Some(town) = page.town { (escape(town)) ": " } (say::title()) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (head(page))
                main {
                    (needs(&page.overview.matters))
                    (grid(page.overview, &page.contacts))
                    (year::glance(&page.year))
                    (plot::volumes(&page.volumes))
                    (plot::contents(page.overview))
                    (history(page))
                }
                footer {
                    p { (say::made_by(version)) }
                    p { (said::chain_ends_at(&page.overview.chain_head.to_string())) }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
    .into_string()
}

/// The digest by which the policy allows a part of the page.
fn allowed(part: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(part.as_bytes())))
}

fn head(page: &Page) -> Markup {
    html! {
        header {
            @if let Some(town) = page.town { p.town { (escape(town)) } }
            h1 { (say::title()) }
            p.facts {
                span { (say::made(&wording::moment(&page.overview.made_at))) }
                span { (say::from_folder(page.drop)) }
                span { (say::to_server(&escape(&page.server))) }
            }
            @for line in status::calendar_lines(page.overview) { p.next { (line) } }
            p { (status::last_run(page.overview)) }
        }
    }
}

/// What needs a person, each with the commands that settle it.
fn needs(items: &[AttentionItem]) -> Markup {
    if items.is_empty() {
        return html! { section.fine { h2 { span.sign aria-hidden="true" { "✓" } (said::nothing_needs_you()) } } };
    }
    html! {
        section.open {
            h2 { (report_say::needs_you(items.len())) }
            // Without numbers of its own: a case has one number, the one that the commands take.
            ul.cases data-copy=(say::copy()) data-copied=(say::copied()) {
                @for item in items {
                    li {
                        p { (item.message) }
                        @if !item.commands.is_empty() {
                            p.how { (say::what_to_do()) }
                            @for command in &item.commands { pre { code { (command) } } }
                        }
                    }
                }
            }
        }
    }
}

fn grid(overview: &Overview, contacts: &HashMap<&str, &str>) -> Markup {
    if overview.series.is_empty() {
        return html! { section { h2 { (say::month_by_month()) } p { (say::no_series()) } } };
    }
    let months = &overview.months;
    let this_month = months.len().saturating_sub(2);
    html! {
        section {
            h2 { (say::month_by_month()) }
            div.wide tabindex="0" role="region" aria-label=(say::series_wide()) {
                table.grid {
                    thead { tr {
                        th scope="col" { (report_say::head_series()) }
                        @for (at, month) in months.iter().enumerate() {
                            th.now[at == this_month] scope="col" { (wording::period_in_full(*month)) }
                        }
                    } }
                    tbody { @for row in &overview.series { (series(row, contacts.get(row.series.as_str()).copied())) } }
                }
            }
            (legend(overview))
        }
    }
}

/// A series' row; whom to ask stands where a file is missing.
fn series(row: &Row, contact: Option<&str>) -> Markup {
    let whom =
        |mark: &Mark| contact.filter(|_| matches!(mark.standing, SlotStatus::Missing | SlotStatus::Overdue));
    html! {
        tr {
            th scope="row" { (escape(&row.series)) }
            @for cell in &row.cells {
                td data-head=(wording::period_in_full(cell.period)) class=[cell.marks.first().map(|mark| class(mark.standing))] {
                    @for mark in &cell.marks {
                        p class=(class(mark.standing)) title=[mark.path.as_deref().map(escape)] {
                            span.sign aria-hidden="true" { (status::sign(mark.standing)) }
                            " " (words(cell, mark))
                            @if let Some(whom) = whom(mark) { br; small { (escape(whom)) } }
                        }
                    }
                }
            }
        }
    }
}

/// A mark in words, with its day.
fn words(cell: &Cell, mark: &Mark) -> String {
    let what = wording::slot_status(mark.standing);
    match (mark.standing, cell.due, mark.on) {
        (SlotStatus::Missing | SlotStatus::Overdue, Some(due), _) => {
            format!("{what}, {}", say::by(&status::day_in(cell.period, due)))
        }
        (_, _, Some(on)) => format!("{what} {}", status::day_in(cell.period, on)),
        _ => what,
    }
}

/// The signs that the grid shows, each with its word.
fn legend(overview: &Overview) -> Markup {
    let marks = overview.series.iter().flat_map(|row| &row.cells).flat_map(|cell| &cell.marks);
    let mut shown: Vec<SlotStatus> = marks.map(|mark| mark.standing).collect();
    shown.sort_unstable();
    shown.dedup();
    html! {
        @if !shown.is_empty() {
            p.legend {
                (say::legend())
                @for standing in shown {
                    " "
                    span class=(class(standing)) {
                        span.sign { (status::sign(standing)) } " " (wording::slot_status(standing))
                    }
                }
            }
        }
    }
}

/// The style of a standing.
fn class(standing: SlotStatus) -> &'static str {
    match standing {
        SlotStatus::Overdue => "overdue",
        SlotStatus::InDoubt => "doubt",
        SlotStatus::Held => "held",
        SlotStatus::Waiting => "waiting",
        SlotStatus::Missing => "missing",
        SlotStatus::Delivered | SlotStatus::Adopted => "delivered",
        SlotStatus::DuplicateRefused => "refused",
    }
}

fn history(page: &Page) -> Markup {
    html! {
        section {
            h2 { (say::history()) }
            // The script makes the search field, so that without a script there is no dead field.
            p #search data-label=(say::search()) data-one=(say::one_hit()) data-many=(say::hits()) {}
            @if page.deliveries.is_empty() {
                p { (report_say::no_history()) }
            } @else {
                (deliveries(page.deliveries, &page.more))
            }
            @if page.older > 0 { p { (say::older(page.older)) } }
            h3 { (report_say::decisions()) }
            @if page.decisions.is_empty() && page.taken_out.is_empty() {
                p { (say::no_decisions()) }
            } @else {
                (decisions(page.decisions, page.taken_out))
            }
            @if !page.asked.is_empty() {
                h3 { (say_calendar::asked_head()) }
                (asked(page.asked))
            }
        }
    }
}

fn deliveries(rows: &[Delivery], more: &More) -> Markup {
    let heads = [
        report_say::head_number(),
        report_say::head_file(),
        report_say::head_series(),
        report_say::head_period(),
        report_say::head_size(),
        report_say::head_state(),
        report_say::head_since(),
        say::head_digest(),
    ];
    let cells = |row: &Delivery| {
        let size = wording::size(row.size);
        let since = wording::moment(row.delivered_at.as_deref().unwrap_or(&row.changed_at));
        [
            html! { (row.id) },
            html! { (escape(&row.path)) },
            html! { (escape(&row.key.slot.series)) },
            html! { (month(row.key.slot.period)) },
            html! { (size) },
            state(row, more.get(&row.id).copied()),
            html! { (since) },
            html! { code title=(row.key.digest) { (row.key.digest.to_string().chars().take(8).collect::<String>()) } },
        ]
    };
    table(&heads, rows.iter().map(|row| cells(row).to_vec()))
}

/// A delivery's state, who decided it and why, and when it was seen that KP had taken the file.
fn state(row: &Delivery, more: Option<(i64, i64)>) -> Markup {
    let class = match row.state {
        State::Delivered | State::Archived | State::Adopted => "delivered",
        State::InDoubt => "doubt",
        State::Uploading | State::Publishing => "waiting",
        State::Abandoned | State::NotDelivered => "refused",
    };
    html! {
        span class=(class) { (wording::state(row.state)) }
        @if let Some(of) = row.content {
            br; small { (wording::content::month(of.records, of.sum_ore, more)) }
        }
        @if !row.observed.is_empty() { br; small { (say_content::observed_reasons(&row.observed.join(", "))) } }
        @if let (Some(who), Some(why)) = (&row.who, &row.why) { br; small { (escape(who)) ": " (escape(why)) } }
        @if let Some(at) = &row.picked_up_at { br; small { (report_say::picked_up(&wording::moment(at))) } }
    }
}

/// What people decided, newest first. A file that could not be read has neither series nor period.
fn decisions(rows: &[Decision], unread: &[UnreadRejection]) -> Markup {
    let heads = [
        say::head_when(),
        report_say::head_file(),
        report_say::head_series(),
        report_say::head_period(),
        say::head_verdict(),
        say::head_who(),
        say::head_why(),
    ];
    let cells = |at: &str, path: &str, slot: [String; 2], verdict: Verdict, used: String, by: [&str; 2]| {
        let class = if verdict == Verdict::Approved { "delivered" } else { "refused" };
        let [series, period] = slot;
        let [who, why] = by.map(escape);
        vec![
            html! { (wording::moment(at)) },
            html! { (escape(path)) },
            html! { (series) },
            html! { (period) },
            html! { span class=(class) { (wording::verdict(verdict)) } (used) },
            html! { (who) },
            html! { (why) },
        ]
    };
    let decided = rows.iter().map(|row| {
        let slot = [escape(&row.key.slot.series), month(row.key.slot.period)];
        (&row.at, cells(&row.at, &row.path, slot, row.verdict, came_of(row), [&row.who, &row.why]))
    });
    let unread = unread.iter().map(|row| {
        let slot = ["–".to_owned(), "–".to_owned()];
        (&row.at, cells(&row.at, &row.path, slot, Verdict::Rejected, String::new(), [&row.who, &row.why]))
    });
    let mut all: Vec<(&String, Vec<Markup>)> = decided.chain(unread).collect();
    // The sort is stable: decisions of the same moment keep the ledger's order.
    all.sort_by_key(|(at, _)| chrono::DateTime::parse_from_rfc3339(at).ok());
    table(&heads, all.into_iter().rev().map(|(_, cells)| cells))
}

/// What suppliers were asked, newest first.
fn asked(rows: &[Asked]) -> Markup {
    let heads = [
        say::head_when(),
        report_say::head_series(),
        report_say::head_period(),
        say_ask::head_about(),
        say_ask::head_way(),
        say::head_who(),
    ];
    let cells = |row: &Asked| {
        vec![
            html! { (wording::moment(&row.at)) },
            html! { (escape(&row.series)) },
            html! { (month(row.period)) },
            html! { (wording::calendar::about(row.about)) br; small { (escape(&row.subject)) } },
            html! { (wording::calendar::way(row)) },
            html! { (escape(&row.who)) },
        ]
    };
    table(&heads, rows.iter().rev().map(cells))
}

/// What came of a decision: the delivery that used an approval up, or who took it back.
fn came_of(row: &Decision) -> String {
    let taken = row.withdrawn.as_ref().map(|taken| {
        report_say::taken_back(&wording::moment(&taken.at), &escape(&taken.who), &escape(&taken.why))
    });
    taken.or(row.used_by.map(report_say::used_by)).unwrap_or_default()
}

/// A table whose rows become cards on a narrow screen, each cell with its heading before it.
fn table(heads: &[String], rows: impl Iterator<Item = Vec<Markup>>) -> Markup {
    html! {
        table.history {
            thead { tr { @for head in heads { th scope="col" { (head) } } } }
            tbody {
                @for row in rows {
                    tr { @for (head, cell) in heads.iter().zip(row) { td data-head=(head) { div { (cell) } } } }
                }
            }
        }
    }
}

fn month(period: Option<Period>) -> String {
    wording::period(period)
}
