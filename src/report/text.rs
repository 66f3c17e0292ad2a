//! A run as a person reads it: a list of its files, what needs attention, one line of summary.

use anstyle::{AnsiColor, Style};

use super::listing::{Column, Listing};
use super::paragraph::{self, WIDTH};
use crate::messages::{command, content as say_content, escape, plan as say_plan, report as say};
use crate::model::attention::{AttentionItem, AttentionKind};
use crate::model::decision::{Choice, Reason};
use crate::model::run_report::{
    ContentNote, DifferenceKind, FileReport, ObservedReport, PlanReport, RunReport,
};
use crate::records::reader::Lines;
use crate::wording::advice::{about_file, all_reasons};
use crate::wording::cause::by_cause;
use crate::wording::{self, period};

/// The most files that are named for one cause, below a table that has all of them.
const MOST_NAMED: usize = 3;

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
    // Even where only what needs a person is printed, since it is told this once.
    for note in &report.notes {
        push(&mut out, &about_file(&note.path, &note.message));
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
    let mut listing = Listing::new([
        Column::name(say::head_file()),
        Column::spare(say::head_series()),
        Column::fact(say::head_period()),
        Column::spare(say::head_size()),
        Column::fact(if report.dry_run { say::head_would() } else { say::head_what() }),
    ]);
    for file in &report.files {
        // That it is new says no more than that it goes, and would cost its name the room.
        let why = (file.reason != Reason::New).then(|| all_reasons(file));
        let digest = file.sha256.filter(|_| verbose).map(|digest| format!("SHA-256 {digest}"));
        let lines = delivered_lines(file).filter(|_| verbose);
        listing.add(
            [
                escape(&file.path),
                escape(file.series.as_deref().unwrap_or("–")),
                period(file.period),
                wording::size(file.size),
                wording::outcome(file.decision, file.outcome),
            ],
            why.into_iter().chain(lines).chain(digest),
        );
    }
    listing.text(list_width())
}

/// The lines of the records that KP has got.
fn delivered_lines(file: &FileReport) -> Option<String> {
    let of_them = |note: &&ContentNote| note.reason == Reason::RecordsDelivered && !note.lines.is_empty();
    let first = file.notes.iter().find(of_them)?.lines.clone();
    let told = u64::try_from(first.len()).unwrap_or(u64::MAX);
    Some(wording::content::lines(&Lines { first, count: told.max(file.delivered_records) }))
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
    let bytes = wording::size(n.bytes);
    let moved = if report.dry_run { n.send } else { n.delivered };
    let is_new = |file: &FileReport| !matches!(file.decision, Choice::Duplicate | Choice::Skip);
    let mut parts = vec![match (moved, report.dry_run) {
        (0, _) if !report.files.iter().any(is_new) => say::no_new_files(),
        (0, true) => say::none_would_go(),
        (0, false) => say::none_delivered(),
        (n, true) => say::count_would_send(n, &bytes),
        (n, false) => say::count_delivered(n, &bytes),
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

/// How wide a list may be: the screen's width on a terminal; none elsewhere, where a log is searched line by line.
#[must_use]
pub fn list_width() -> Option<usize> {
    console::Term::stdout().is_term().then(|| usize::from(width()))
}

/// How many columns the screen has; 80 where that is not known.
pub(crate) fn width() -> u16 {
    u16::try_from(columns(&console::Term::stdout())).unwrap_or(u16::MAX)
}

/// How many columns this screen has; 80 where that is not known.
pub(crate) fn columns(screen: &console::Term) -> usize {
    match screen.size_checked() {
        Some((_, columns)) if columns >= 40 => columns.into(),
        _ => WIDTH,
    }
}

/// How wide a line of prose may be: as usual, or less where the screen is narrow.
pub(crate) fn line_width() -> usize {
    usize::from(width()).min(WIDTH)
}

/// A matter as a paragraph with a mark before it, and its commands on lines of their own, never broken.
pub(crate) fn item(mark: &str, message: &str, commands: &[String], width: usize) -> String {
    let mut out = paragraph::fill(message, mark, "    ", width);
    for command in commands {
        out.extend(["      ", command, "\n"]);
    }
    out
}
