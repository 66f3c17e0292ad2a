//! A run as a person reads it: a table, what needs attention, one line of summary.

use anstyle::{AnsiColor, Style};
use comfy_table::{Column, ColumnConstraint, ContentArrangement, Row, Table, Width, presets};
use indicatif::HumanBytes;

use super::paragraph;
use crate::messages::{command, content as say_content, escape, plan as say_plan, report as say};
use crate::model::attention::{AttentionItem, AttentionKind};
use crate::model::run_report::{DifferenceKind, ObservedReport, PlanReport, RunReport};
use crate::wording::advice::all_reasons;
use crate::wording::cause::by_cause;
use crate::wording::{self, period};

/// The most files that are named for one cause, below a table that has all of them.
const MOST_NAMED: usize = 3;
/// The least width of the last column: its longest word or moment, and two blanks.
const LAST_COLUMN: u16 = 18;

/// The text of a run. With `quiet` it is only what needs a person, and empty if nothing does; `verbose` adds digests and what
/// the scan left out.
#[must_use]
pub fn run(report: &RunReport, quiet: bool, verbose: bool) -> String {
    let mut out = String::new();
    if !quiet && !report.files.is_empty() {
        out.push_str(&files(report, verbose));
        out.push('\n');
    }
    if !quiet {
        for done in &report.recovered {
            push(&mut out, &say::recovered(&escape(&done.path), done.delivery_id, &wording::state(done.to)));
        }
    }
    if let Some(plan) = report.plan.as_ref().filter(|_| !quiet) {
        out.push_str(&about_plan(plan));
    }
    let needs = needs(report, quiet);
    if !needs.is_empty() {
        out.push_str(&attention(&needs));
        out.push('\n');
    }
    if !quiet && !report.observed.is_empty() {
        out.push_str(&observed(report));
        out.push('\n');
    }
    if !quiet && report.cleared > 0 {
        push(&mut out, &say::cleared(report.cleared));
    }
    if !quiet && verbose {
        push(&mut out, &say::left_out(report.excluded, report.folders));
    }
    if !quiet || report.exit_code != 0 {
        push(&mut out, &summary(report));
    }
    out
}

/// What would have held files that go, a paragraph for each.
fn observed(report: &RunReport) -> String {
    let n = report.observed.len();
    let head =
        if report.dry_run { say_content::would_observe_head(n) } else { say_content::observed_head(n) };
    let width = usize::from(width().min(100));
    let line = |of: &ObservedReport| {
        let said = say_content::observed_line(&escape(&of.path), of.reason.name(), &of.text);
        paragraph::fill(&said, "  • ", "    ", width)
    };
    std::iter::once(sentence(&head)).chain(report.observed.iter().map(line)).collect()
}

/// What needs a person, a paragraph for each, under a line that says how many there are.
#[must_use]
pub fn attention(needs: &[(String, Vec<String>)]) -> String {
    let style = Style::new().bold().fg_color(Some(AnsiColor::Yellow.into()));
    let head = sentence(&format!("{style}{}{style:#}", say::needs_you(needs.len())));
    let width = usize::from(width().min(100));
    let each = needs.iter().map(|(message, commands)| item("  • ", message, commands, width));
    std::iter::once(head).chain(each).collect()
}

fn push(out: &mut String, line: &str) {
    out.push_str(&sentence(line));
}

/// A sentence in lines that fit the screen.
#[must_use]
pub fn sentence(text: &str) -> String {
    paragraph::fill(text, "", "", usize::from(width().min(100)))
}

fn files(report: &RunReport, verbose: bool) -> String {
    let mut table = table(
        &[
            say::head_file(),
            say::head_series(),
            say::head_period(),
            say::head_size(),
            if report.dry_run { say::head_would() } else { say::head_what() },
        ],
        0,
    );
    for file in &report.files {
        let mut what = format!("{}: {}", wording::outcome(file.decision, file.outcome), all_reasons(file));
        if verbose && let Some(digest) = &file.sha256 {
            what.extend(["\nSHA-256 ", &digest.to_string()]);
        }
        table.add_row([
            escape(&file.path),
            escape(file.series.as_deref().unwrap_or("–")),
            period(file.period),
            HumanBytes(file.size).to_string(),
            what,
        ]);
    }
    lines(&table)
}

/// Everything that needs a person, each with the commands that settle it.
fn needs(report: &RunReport, quiet: bool) -> Vec<(String, Vec<String>)> {
    let mut items: Vec<&AttentionItem> = report.attention.iter().collect();
    items.sort_by_key(|item| place(item.kind));
    // The table above names every file already; `quiet` has no table.
    let most = if quiet { usize::MAX } else { MOST_NAMED };
    let told = |of_kind: &[&AttentionItem]| -> Vec<(String, Vec<String>)> {
        match of_kind.first() {
            Some(AttentionItem { kind: AttentionKind::Failed, .. }) => {
                let causes = by_cause(of_kind.iter().copied());
                causes.iter().map(|cause| (cause.text(most), Vec::new())).collect()
            }
            _ => of_kind.iter().map(|item| (item.message.clone(), item.commands.clone())).collect(),
        }
    };
    items.chunk_by(|a, b| a.kind == b.kind).flat_map(told).collect()
}

/// The order in which the text of a run names the kinds.
fn place(kind: AttentionKind) -> u8 {
    match kind {
        AttentionKind::Held => 0,
        AttentionKind::Unsettled => 1,
        AttentionKind::Failed => 2,
        AttentionKind::InDoubt => 3,
        AttentionKind::OriginalChanged => 4,
        AttentionKind::NotPickedUp => 5,
        AttentionKind::Warning => 6,
        AttentionKind::Overdue => 8,
        AttentionKind::DueSoon => 9,
        AttentionKind::PlanOutdated => 10,
        AttentionKind::CalendarEnded => 11,
        AttentionKind::Quiet => 12,
        AttentionKind::NoticeNotSent => 13,
    }
}

/// Where the plan was saved, and which of its files were delivered meanwhile.
fn about_plan(plan: &PlanReport) -> String {
    let mut out = String::new();
    if plan.saved {
        let file = escape(&plan.file);
        push(&mut out, &say_plan::saved(&file));
        // On a line of its own and whole, so that it can be copied.
        out.extend(["  ", &command(&format!("run --plan \"{file}\"")), "\n\n"]);
    }
    for known in plan.differences.iter().filter(|difference| difference.kind == DifferenceKind::Delivered) {
        push(&mut out, &format!("{}: {}.", escape(&known.path), known.message));
    }
    out
}

fn summary(report: &RunReport) -> String {
    let n = &report.summary;
    let bytes = HumanBytes(n.bytes).to_string();
    let mut parts = vec![if report.dry_run {
        say::count_would_send(n.send, &bytes)
    } else {
        say::count_delivered(n.delivered, &bytes)
    }];
    let others = [
        (n.failed, say::count_failed(n.failed)),
        (n.duplicate, say::count_duplicates(n.duplicate)),
        (n.hold, say::count_held(n.hold)),
        (n.in_doubt, say::count_in_doubt(n.in_doubt)),
        (report.overdue.len(), say::count_overdue(report.overdue.len())),
        (n.wait, say::count_waiting(n.wait)),
        (n.skip, say::count_skipped(n.skip)),
    ];
    parts.extend(others.into_iter().filter(|(n, _)| *n > 0).map(|(_, part)| part));
    let mut line = parts.join(", ");
    line.push('.');
    if report.dry_run {
        line.push(' ');
        line.push_str(&say::nothing_was_done());
    }
    line
}

/// A table without frames: as wide as the screen on a terminal, a line a row elsewhere, so that a log can be
/// searched by file. The column at `whole` is never broken: it holds names to be copied.
#[must_use]
pub fn table(head: &[String], whole: usize) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(head);
    if console::Term::stdout().is_term() {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width());
        table.discover_columns();
        if let Some(column) = table.column_mut(whole) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    table
}

/// Keeps titles, and the words in the last column, unbroken if the names leave enough room.
fn keep_words_whole(table: &mut Table) {
    let titles = table.header().into_iter().flat_map(Row::cell_iter);
    let mut least: Vec<u16> =
        titles.map(|title| u16::try_from(title.content().chars().count()).unwrap_or(0) + 2).collect();
    if let Some(last) = least.last_mut() {
        *last = LAST_COLUMN;
    }
    let whole = |column: &Column| matches!(column.constraint(), Some(ColumnConstraint::ContentWidth));
    let names = table
        .column_iter()
        .filter(|column| whole(column))
        .map(|column| table.column_max_content_widths().get(column.index).map_or(0, |width| width + 2));
    let others =
        table.column_iter().filter(|column| !whole(column)).filter_map(|column| least.get(column.index));
    let needed: u16 = names.chain(others.copied()).sum();
    if table.width().is_some_and(|width| needed <= width) {
        for column in table.column_iter_mut().filter(|column| !whole(column)) {
            let least = least.get(column.index).copied().unwrap_or_default();
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least)));
        }
    }
}

/// A table's lines, without trailing blanks.
#[must_use]
pub fn lines(table: &Table) -> String {
    let mut table = table.clone();
    keep_words_whole(&mut table);
    table.lines().flat_map(|line| [line.trim_end().to_owned(), "\n".to_owned()]).collect()
}

/// How many columns the screen has; 80 where that is not known.
pub(super) fn width() -> u16 {
    match console::Term::stdout().size_checked() {
        Some((_, columns)) if columns >= 40 => columns,
        _ => 80,
    }
}

/// A matter as a paragraph with a mark before it, and its commands on lines of their own, never broken.
pub(super) fn item(mark: &str, message: &str, commands: &[String], width: usize) -> String {
    let mut out = paragraph::fill(message, mark, "    ", width);
    for command in commands {
        out.extend(["      ", command, "\n"]);
    }
    out
}
