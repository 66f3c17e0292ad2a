//! The overview on one screen: a grid of series and months, what needs a person, and the last run.

use anstyle::{AnsiColor, Style};
use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use textwrap::core::display_width;

use super::paragraph;
use super::text::{self, width};
use crate::exit::ExitCode;
use crate::messages::{
    calendar as say_calendar, content as say_content, escape, overview as say, report as said,
};
use crate::model::attention::{AttentionItem, Cell, Mark, Overview, Row, SlotStatus};
use crate::period::Period;
use crate::wording::{self, calendar, content, moment};

/// The longest name of a series that is shown whole.
const LONGEST_NAME: usize = 22;
/// The shortest that a name is cut to on a narrow screen.
const SHORTEST_NAME: usize = 8;
/// The gap between two columns.
const GAP: usize = 2;
/// The fewest months shown, however wide they are.
const FEWEST_MONTHS: usize = 2;
/// How many marks that the grid only counts are named below it.
const MOST_BEHIND: usize = 5;

/// What `status --json` prints.
#[derive(Debug, Serialize)]
pub struct Status<'a> {
    #[serde(flatten)]
    overview: &'a Overview,
    exit_code: u8,
}

impl Status<'_> {
    /// From the overview, and how the command ends.
    #[must_use]
    pub fn new(overview: &Overview, exit: ExitCode) -> Status<'_> {
        Status { overview, exit_code: exit.code() }
    }
}

/// The overview as text. With `quiet` it is only what needs a person, and empty if nothing does; `verbose` adds where the
/// ledger's chain ended.
#[must_use]
pub fn text(overview: &Overview, quiet: bool, verbose: bool) -> String {
    let width = usize::from(width().min(100));
    let attention = attention(&overview.matters, width);
    if quiet {
        return attention;
    }
    let begun = overview.last_run.is_some() || delivered(overview);
    let parts = [
        opening(overview, width),
        if overview.series.is_empty() { String::new() } else { grid(overview, width) },
        totals(overview, width),
        if begun || !overview.matters.is_empty() { String::new() } else { say::how_to_begin() + "\n" },
        if overview.matters.is_empty() && begun { say::nothing_needs_you() + "\n" } else { attention },
        asked(overview, width),
        left_on_server(overview, width),
        paragraph::fill(&last_run(overview), "", "  ", width),
    ];
    // The chain's end is not broken into lines, so that it can be copied.
    let head = verbose.then(|| say::chain_ends_at(&overview.chain_head.to_string()) + "\n");
    parts.into_iter().chain(head).filter(|part| !part.is_empty()).collect::<Vec<String>>().join("\n")
}

/// KP's next run, what it waits for, and that the calendar ends soon. Of one that has ended the matters tell.
fn opening(overview: &Overview, width: usize) -> String {
    calendar_lines(overview).iter().map(|line| paragraph::fill(line, "", "  ", width)).collect()
}

/// The same as sentences.
pub(super) fn calendar_lines(overview: &Overview) -> Vec<String> {
    let next = overview.next_run.as_ref().map(calendar::next_run);
    let end = overview.calendar_end.filter(|end| !end.has_ended).map(calendar::end);
    next.into_iter().chain(end).collect()
}

/// What suppliers were asked about the files that KP still lacks.
fn asked(overview: &Overview, width: usize) -> String {
    if overview.asked.is_empty() {
        return String::new();
    }
    let lines = overview.asked.iter().map(calendar::asked);
    let lines = lines.map(|line| paragraph::fill(&line, "  ", "    ", width));
    say_calendar::asked_head() + "\n" + &lines.collect::<String>()
}

/// Temporary files that KP's server refused to remove.
fn left_on_server(overview: &Overview, width: usize) -> String {
    if overview.left_on_server.is_empty() {
        return String::new();
    }
    let lines = overview.left_on_server.iter();
    let lines = lines.map(|left| say::left_on_server_line(&escape(&left.path), left.delivery_id));
    let lines = lines.map(|line| paragraph::fill(&line, "  ", "    ", width));
    paragraph::fill(&say::left_on_server(), "", "  ", width) + &lines.collect::<String>()
}

/// The records and kroner of each series' newest month that has any; empty where no series has a format.
fn totals(overview: &Overview, width: usize) -> String {
    let line = |row: &Row| {
        let cell = row.cells.iter().rev().find(|cell| cell.totals.is_some())?;
        let of = cell.totals?;
        let said = content::month(of.records, of.sum_ore, of.more_records.zip(of.more_ore));
        let period = wording::period_in_full(cell.period);
        Some(paragraph::fill(
            &say_content::of_series(&escape(&row.series), &period, &said),
            "  ",
            "    ",
            width,
        ))
    };
    let lines: String = overview.series.iter().filter_map(line).collect();
    if lines.is_empty() { lines } else { format!("{}\n{lines}", say_content::records_and_kroner()) }
}

fn delivered(overview: &Overview) -> bool {
    let mut marks = overview.series.iter().flat_map(|row| &row.cells).flat_map(|cell| &cell.marks);
    marks.any(|mark| matches!(mark.standing, SlotStatus::Delivered | SlotStatus::Adopted))
}

/// The grid, from the first month with something in it; if not all months fit, the newest ones that do.
fn grid(overview: &Overview, width: usize) -> String {
    let columns = |from: usize| -> Vec<usize> {
        (from..overview.months.len())
            .map(|at| {
                let cells = overview.series.iter().map(|row| display_width(&shown(&row.cells[at])));
                cells.chain([display_width(&heading(&overview.months, from, at))]).max().unwrap_or_default()
            })
            .collect()
    };
    let months_wide = |from: usize| columns(from).iter().map(|column| column + GAP).sum::<usize>();
    let last = overview.months.len().saturating_sub(FEWEST_MONTHS);
    // On a narrow screen names make room for the months that are always shown.
    let longest = width.saturating_sub(months_wide(last)).clamp(SHORTEST_NAME, LONGEST_NAME);
    let names: Vec<String> =
        overview.series.iter().map(|row| shortened(&escape(&row.series), longest)).collect();
    let name_width = names.iter().map(|name| display_width(name)).max().unwrap_or_default();
    let fits = |from: &usize| months_wide(*from) + name_width <= width;
    let bare = |at: &usize| overview.series.iter().all(|row| row.cells[*at].marks.is_empty());
    let first = (0..last).find(|at| !bare(at)).unwrap_or(last);
    let from = (first..last).find(fits).unwrap_or(last);
    let columns = columns(from);

    let bold = Style::new().bold();
    let heads = (from..overview.months.len()).map(|at| (heading(&overview.months, from, at), bold));
    let mut out = line((String::new(), name_width), heads.zip(&columns));
    for (row, name) in overview.series.iter().zip(names) {
        let cells = row.cells[from..].iter().map(|cell| (shown(cell), colour(cell)));
        out.push_str(&line((name, name_width), cells.zip(&columns)));
    }
    if from > first {
        out.push_str(&paragraph::fill(&say::older_months(from - first), "", "", width));
    }
    out.push_str(&behind(overview, width));
    out.push_str(&expected(overview, width));
    out
}

/// One line: a name and its cells, each in its column, without trailing blanks.
fn line<'a>(
    (name, name_width): (String, usize),
    cells: impl Iterator<Item = ((String, Style), &'a usize)>,
) -> String {
    let mut out = name.clone();
    let mut missing = name_width.saturating_sub(display_width(&name));
    for ((text, style), column) in cells {
        if text.is_empty() {
            missing += GAP + column;
            continue;
        }
        out.push_str(&" ".repeat(missing + GAP));
        out.extend([style.render().to_string(), text.clone(), style.render_reset().to_string()]);
        missing = column.saturating_sub(display_width(&text));
    }
    out.push('\n');
    out
}

/// A month as a heading; with its year in the first column and in January.
fn heading(months: &[Period], from: usize, at: usize) -> String {
    let month: String = say::month(months[at].month().into()).to_lowercase().chars().take(3).collect();
    if at == from || months[at].month() == 1 { format!("{month} {}", months[at].year()) } else { month }
}

/// A name that is too long loses its middle: both ends tell series apart.
fn shortened(name: &str, longest: usize) -> String {
    if display_width(name) <= longest {
        return name.to_owned();
    }
    let chars: Vec<char> = name.chars().collect();
    // Some letters are two columns wide, so fewer may fit than there are columns.
    for keep in (1..longest.min(chars.len())).rev() {
        let (start, end) = (keep.div_ceil(2), keep / 2);
        let short: String = chars[..start].iter().chain(&['…']).chain(&chars[chars.len() - end..]).collect();
        if display_width(&short) <= longest {
            return short;
        }
    }
    "…".to_owned()
}

/// A cell: its most pressing mark, and how many more there are.
fn shown(cell: &Cell) -> String {
    let Some(first) = cell.marks.first() else { return String::new() };
    let more = cell.marks.len() - 1;
    let what = match (first.standing, first.on) {
        (SlotStatus::Delivered, Some(on)) => day_in(cell.period, on),
        (standing, _) => wording::slot_status(standing),
    };
    let more = if more > 0 { format!(" +{more}") } else { String::new() };
    format!("{} {what}{more}", sign(first.standing))
}

/// A day; with its month if that is not the cell's.
pub(super) fn day_in(period: Period, on: NaiveDate) -> String {
    if Period::of(on) == Some(period) {
        say::day_of_this_month(on.day())
    } else {
        let short: String = say::month(on.month()).chars().take(3).collect();
        say::day_of_other_month(on.day(), on.month(), &short)
    }
}

pub(super) fn sign(standing: SlotStatus) -> &'static str {
    match standing {
        SlotStatus::Overdue => "✗",
        SlotStatus::InDoubt => "?",
        SlotStatus::Held => "!",
        SlotStatus::Waiting => "…",
        SlotStatus::Missing => "–",
        SlotStatus::Delivered | SlotStatus::Adopted => "✓",
        SlotStatus::DuplicateRefused => "=",
    }
}

fn colour(cell: &Cell) -> Style {
    let colour = match cell.marks.first().map(|mark| mark.standing) {
        Some(SlotStatus::Overdue | SlotStatus::InDoubt) => AnsiColor::Red,
        Some(SlotStatus::Held) => AnsiColor::Yellow,
        Some(SlotStatus::Waiting) => AnsiColor::Cyan,
        Some(SlotStatus::Delivered | SlotStatus::Adopted) => AnsiColor::Green,
        Some(SlotStatus::Missing | SlotStatus::DuplicateRefused) | None => return Style::new(),
    };
    Style::new().fg_color(Some(colour.into()))
}

/// The marks that the grid only counts, without those that the list of what needs a person names.
fn behind(overview: &Overview, width: usize) -> String {
    let told = |cell: &Cell, mark: &Mark| match mark.standing {
        SlotStatus::InDoubt | SlotStatus::Held | SlotStatus::Overdue => true,
        SlotStatus::Waiting => cell.marks[0].standing == SlotStatus::Overdue,
        _ => false,
    };
    let lines: Vec<String> = overview
        .series
        .iter()
        .flat_map(|row| row.cells.iter().map(move |cell| (row, cell)))
        .flat_map(|(row, cell)| {
            let marks = cell.marks.iter().skip(1).filter(move |mark| !told(cell, mark));
            marks.map(move |mark| also(row, cell.period, mark))
        })
        .collect();
    let more = lines.len().saturating_sub(MOST_BEHIND);
    let rest = (more > 0).then(|| said::and_others(more).trim().to_owned());
    let shown = lines.into_iter().take(MOST_BEHIND).chain(rest);
    shown.map(|line| paragraph::fill(&line, "  ", "    ", width)).collect()
}

fn also(row: &Row, period: Period, mark: &Mark) -> String {
    let mut what = wording::slot_status(mark.standing);
    if let Some(on) = mark.on {
        what.extend([" ", &wording::day(on)]);
    }
    if let Some(path) = &mark.path {
        what.extend([" (", &escape(path), ")"]);
    }
    say::also(&escape(&row.series), &wording::period_in_full(period), &what)
}

/// For each series with a missing file, the day until which it may come.
fn expected(overview: &Overview, width: usize) -> String {
    // The line about the next run names these.
    let named = |row: &Row, cell: &Cell| {
        let missing = overview.next_run.iter().flat_map(|run| &run.missing);
        missing.into_iter().any(|file| file.series == row.series && file.period == cell.period)
    };
    let missing: Vec<String> = overview
        .series
        .iter()
        .flat_map(|row| row.cells.iter().map(move |cell| (row, cell)))
        .filter(|(_, cell)| cell.marks.iter().any(|mark| mark.standing == SlotStatus::Missing))
        .filter(|(row, cell)| !named(row, cell))
        .filter_map(|(row, cell)| {
            Some(say::expected(&escape(&row.series), &calendar::deadline(cell.deadline?)))
        })
        .collect();
    if missing.is_empty() {
        String::new()
    } else {
        paragraph::fill(&say::not_there_yet(&missing.join(", ")), "", "  ", width)
    }
}

/// What needs a person, each with its commands on lines of their own. Nothing is counted off: a held file is named by its
/// hold's number alone.
fn attention(items: &[AttentionItem], width: usize) -> String {
    if items.is_empty() {
        return String::new();
    }
    let style = Style::new().bold().fg_color(Some(AnsiColor::Yellow.into()));
    let mut out = format!("{style}{}{style:#}\n", said::needs_you(items.len()));
    for item in items {
        out.push_str(&text::item("  • ", &item.message, &item.commands, width));
    }
    out
}

pub(super) fn last_run(overview: &Overview) -> String {
    match &overview.last_run {
        None => say::no_run_yet(),
        Some(run) => say::last_run(
            run.id,
            &moment(&run.started_at),
            &wording::how_it_ended(run, overview.run_under_way),
        ),
    }
}
