//! A list of files: a line of facts each, and the reason beside it or beneath it.
//!
//! On a terminal every line fits: names lose their middle, and facts that have no room move beneath. Elsewhere each file
//! has one line with its whole name, so that a log can be searched.

use textwrap::core::display_width;

use super::paragraph;
use crate::period::recognise;

/// The blanks between two columns.
const GAP: usize = 2;
/// The least room for a name before other facts move beneath it, in columns.
const LEAST_NAME: usize = 16;
/// The least room for a name at all.
const NARROWEST: usize = 12;
/// What is no wider than this has its room beside the facts, where names do not need it more.
const SHORT: usize = 24;
/// How far what stands beneath a line is indented.
const BENEATH: &str = "    ";

/// A column of facts.
#[derive(Debug, Clone)]
pub struct Column {
    head: String,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Always on the line, and whole.
    Fact,
    /// Always on the line, and cut in the middle where it is too long.
    Name,
    /// Moves beneath the line where there is no room.
    Spare,
}

impl Column {
    /// A fact that always stands on the line, whole.
    #[must_use]
    pub fn fact(head: String) -> Column {
        Column { head, kind: Kind::Fact }
    }

    /// The name, which loses its middle where it is too long.
    #[must_use]
    pub fn name(head: String) -> Column {
        Column { head, kind: Kind::Name }
    }

    /// A fact that moves beneath the line where there is no room.
    #[must_use]
    pub fn spare(head: String) -> Column {
        Column { head, kind: Kind::Spare }
    }
}

/// The list.
#[derive(Debug)]
pub struct Listing {
    columns: Vec<Column>,
    rows: Vec<(Vec<String>, Vec<String>)>,
}

impl Listing {
    /// An empty one.
    #[must_use]
    pub fn new(columns: impl Into<Vec<Column>>) -> Listing {
        Listing { columns: columns.into(), rows: Vec::new() }
    }

    /// Adds a file: a fact for each column, and what is said about it, each thing beside the line or beneath it.
    pub fn add(&mut self, facts: impl Into<Vec<String>>, more: impl IntoIterator<Item = String>) {
        let more = more.into_iter().filter(|text| !text.is_empty()).collect();
        self.rows.push((facts.into(), more));
    }

    /// Whether nothing was added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// As lines of at most `width` columns; without a width, a line for each file with everything on it.
    #[must_use]
    pub fn text(&self, width: Option<usize>) -> String {
        let widths = self.widths(width);
        let heads: Vec<String> = self.columns.iter().map(|column| column.head.clone()).collect();
        let mut out = format!("{}\n", line(&heads, &widths).trim_end());
        for (facts, more) in &self.rows {
            out.push_str(&row(facts, more, &widths, width));
        }
        out
    }

    /// How wide each column is; none for one that moves beneath.
    fn widths(&self, width: Option<usize>) -> Vec<Option<usize>> {
        let longest = |at: usize| {
            let cells = self.rows.iter().filter_map(|(facts, _)| facts.get(at));
            let cells = cells.map(|cell| display_width(cell)).chain([display_width(&self.columns[at].head)]);
            cells.max().unwrap_or_default()
        };
        let mut widths: Vec<Option<usize>> = (0..self.columns.len()).map(|at| Some(longest(at))).collect();
        let Some(width) = width else { return widths };
        let is_name = |at: &usize| self.columns[*at].kind == Kind::Name;
        let Some(name) = (0..widths.len()).find(is_name) else { return widths };
        let others = |widths: &[Option<usize>]| -> usize {
            let beside = widths.iter().enumerate().filter(|(at, _)| *at != name);
            beside.filter_map(|(_, width)| *width).map(|width| width + GAP).sum()
        };
        let wanted = widths[name].unwrap_or_default().min(LEAST_NAME);
        // What stands last can be missed best.
        for at in (0..widths.len()).rev() {
            if others(&widths) + wanted > width && self.columns[at].kind == Kind::Spare {
                widths[at] = None;
            }
        }
        let short = self.rows.iter().map(|(_, more)| display_width(&more.join("; ")));
        let short = short.filter(|width| (1..=SHORT).contains(width)).max().map_or(0, |width| width + GAP);
        let room = width.saturating_sub(others(&widths)).max(NARROWEST);
        let room = if room >= LEAST_NAME + short { room - short } else { room };
        widths[name] = widths[name].map(|longest| longest.min(room));
        widths
    }
}

/// A file's line, and what stands beneath it.
fn row(facts: &[String], more: &[String], widths: &[Option<usize>], width: Option<usize>) -> String {
    let cells: Vec<String> = facts
        .iter()
        .zip(widths)
        .map(|(fact, width)| width.map_or_else(|| fact.clone(), |width| shortened(fact, width)))
        .collect();
    let moved = facts.iter().zip(widths).filter(|(fact, width)| width.is_none() && *fact != "–");
    let moved: Vec<&str> = moved.map(|(fact, _)| fact.as_str()).collect();
    let moved = (!moved.is_empty()).then(|| moved.join(", "));
    let facts = line(&cells, widths);
    let whole = more.join("; ");
    let beside = display_width(&facts) + GAP + display_width(&whole);
    match width {
        None if whole.is_empty() => format!("{}\n", facts.trim_end()),
        None => format!("{facts}{:GAP$}{whole}\n", ""),
        Some(width) if moved.is_none() && (whole.is_empty() || beside <= width) => {
            format!("{facts}{:GAP$}{whole}", "").trim_end().to_owned() + "\n"
        }
        Some(width) => {
            let mut beneath: Vec<String> = moved.into_iter().chain(more.iter().cloned()).collect();
            let one_line = beneath.join("; ");
            if BENEATH.len() + display_width(&one_line) <= width {
                beneath = vec![one_line];
            }
            let beneath = beneath.iter().map(|text| paragraph::fill(text, BENEATH, BENEATH, width));
            format!("{}\n", facts.trim_end()) + &beneath.collect::<String>()
        }
    }
}

/// The cells of a line, each in its column.
fn line(cells: &[String], widths: &[Option<usize>]) -> String {
    let mut out = String::new();
    for (cell, width) in cells.iter().zip(widths).filter_map(|(cell, width)| Some((cell, (*width)?))) {
        if !out.is_empty() {
            out.push_str(&" ".repeat(GAP));
        }
        out.push_str(cell);
        out.push_str(&" ".repeat(width.saturating_sub(display_width(cell))));
    }
    out
}

/// A name of at most `width` columns: one that is too long loses its middle, and keeps its end and the period in it.
#[must_use]
pub fn shortened(name: &str, width: usize) -> String {
    if display_width(name) <= width {
        return name.to_owned();
    }
    let room = width.saturating_sub(1);
    let tail = room * 3 / 5;
    let period = recognise(name).spans.into_iter().next_back();
    let Some(span) = period else { return around(name, room - tail, tail) };
    let before = display_width(&name[..span.end]);
    let after = display_width(&name[span.start..]);
    match room {
        _ if after <= tail || before <= room - tail => around(name, room - tail, tail),
        // The period and all that follows it, or all up to the period.
        room if after + 4 <= room => around(name, room - after, after),
        room if before + 8 <= room => around(name, before, room - before),
        room => {
            let shown = &name[span];
            let rest = room.saturating_sub(display_width(shown) + 1);
            let (head, end) = (first(name, rest / 2), last(name, rest - rest / 2));
            format!("{head}…{shown}…{end}")
        }
    }
}

fn around(name: &str, head: usize, tail: usize) -> String {
    format!("{}…{}", first(name, head), last(name, tail))
}

/// As much of the beginning as fits.
fn first(name: &str, width: usize) -> &str {
    let fits = |end: &usize| display_width(&name[..*end]) <= width;
    let ends = name.char_indices().map(|(at, _)| at).chain([name.len()]);
    &name[..ends.take_while(fits).last().unwrap_or_default()]
}

/// As much of the end as fits.
fn last(name: &str, width: usize) -> &str {
    let fits = |start: &usize| display_width(&name[*start..]) <= width;
    let start = name.char_indices().map(|(at, _)| at).find(fits).unwrap_or(name.len());
    &name[start..]
}

#[cfg(test)]
mod tests;
