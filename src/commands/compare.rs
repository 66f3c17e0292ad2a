//! `compare`: a held file beside what KP has, in numbers. Nothing is written, and no citizen is shown.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::cli::{self, Global};
use crate::config::Config;
use crate::exit::{ExitCode, UserError};
use crate::ledger::LedgerReader;
use crate::messages::{compare as say, content as say_content, escape, report as say_report};
use crate::model::decision::{Choice, Reason};
use crate::model::delivery::State;
use crate::model::ledger::Delivery;
use crate::output::answer;
use crate::records::amount::Ore;
use crate::records::compare::{Comparison, Difference, LineComparison, Part};
use crate::records::reader::Lines;
use crate::report::case::AtKp;
use crate::report::listing::{Column, Listing};
use crate::report::text;
use crate::run::compared::{self, Compared, NotCompared};
use crate::run::judge::PlannedFile;
use crate::wording::{self, content};

use super::context::open_reader;
use super::decisions::named;

#[derive(Serialize)]
struct Answer {
    path: String,
    hold_id: Option<i64>,
    delivery_id: i64,
    /// Where that delivery stands.
    state: State,
    /// The delivery that it lies beside.
    earlier: AtKp,
    /// `records` or `lines`.
    by: &'static str,
    #[serde(flatten)]
    all: Differs,
    by_deduction: BTreeMap<String, Differs>,
    /// Records or lines that were not looked at, because there are too many.
    unchecked: u64,
    exit_code: u8,
    /// The same in sentences.
    #[serde(rename = "text")]
    sentences: String,
    /// The same with the table, for a screen.
    #[serde(skip)]
    said: String,
}

#[derive(Serialize)]
struct Differs {
    same: Counted,
    new: Counted,
    gone: Counted,
    changed: Counted,
    /// How much more the file comes to, in øre; none where it was compared by lines.
    more_ore: Option<i64>,
}

/// So many records or lines, what they come to, and the first ten of their lines.
#[derive(Serialize, Default)]
struct Counted {
    count: u64,
    sum_ore: Option<i64>,
    lines: Vec<u64>,
}

impl From<&Part> for Counted {
    fn from(part: &Part) -> Counted {
        let sum_ore = part.sum.and_then(Ore::to_i64);
        Counted { count: part.count(), sum_ore, lines: part.lines.first.clone() }
    }
}

impl From<&Lines> for Counted {
    fn from(lines: &Lines) -> Counted {
        Counted { count: lines.count, sum_ore: None, lines: lines.first.clone() }
    }
}

impl From<&Difference> for Differs {
    fn from(difference: &Difference) -> Differs {
        let Difference { same, new, gone, changed } = difference;
        Differs {
            same: same.into(),
            new: new.into(),
            gone: gone.into(),
            changed: changed.into(),
            more_ore: difference.more().and_then(Ore::to_i64),
        }
    }
}

impl From<&LineComparison> for Differs {
    fn from(lines: &LineComparison) -> Differs {
        let changed = Counted::default();
        Differs {
            same: (&lines.same).into(),
            new: (&lines.new).into(),
            gone: (&lines.gone).into(),
            changed,
            more_ore: None,
        }
    }
}

pub(super) fn compare(config: &Config, options: &cli::Compare, global: &Global) -> anyhow::Result<ExitCode> {
    config.check_folders()?;
    let ledger = open_reader(config, true)?;
    let mut files = named(config, &ledger, std::slice::from_ref(&options.file))?;
    let Some((hold, file)) = files.pop() else {
        return Err(UserError::usage(say::nothing_to_compare(&escape(&options.file))).into());
    };
    let delivery = earlier(&ledger, &file, options.with)?;
    let compared = compared::with((config, &ledger), config.content_of(file.scanned.rule), &file, &delivery)
        .map_err(|why| not_compared(why, &file, &delivery))?;
    let verbose = global.verbose > 0;
    let mut json = match &compared {
        Compared::Records(comparison, records) => {
            by_records(comparison, *records, (&file, &delivery), verbose)
        }
        Compared::Lines(lines) => by_lines(lines, (&file, &delivery), verbose),
    };
    json.hold_id = hold.map(|hold| hold.id);
    if json.unchecked > 0 {
        json.add(&say_content::not_compared(&content::grouped(json.unchecked.into())));
    }
    if file.judgement.choice == Choice::Hold && file.judgement.reasons.contains(&Reason::SlotTaken) {
        json.add(&format!("{}.", say_content::on_top_or_in_place()));
    }
    answer(global, &json, || json.text(&delivery))?;
    Ok(ExitCode::Ok)
}

fn by_records(
    comparison: &Comparison,
    records: u64,
    (file, delivery): (&PlannedFile, &Delivery),
    verbose: bool,
) -> Answer {
    let all = &comparison.all;
    let said = content::compared(delivery.id, records, all).text;
    let sentences = format!("{}.", said.trim_end_matches('.'));
    let mut text = text::sentence(&sentences);
    text += &table(all, &comparison.by_deduction);
    if verbose {
        text += &line_list(&say::same(), &all.same.lines);
        text += &line_list(&say::new(), &all.new.lines);
        text += &line_list(&say::gone(), &all.gone.lines);
        text += &line_list(&say::changed(), &all.changed.lines);
    }
    Answer {
        path: file.scanned.file.path.clone(),
        hold_id: None,
        delivery_id: delivery.id,
        state: delivery.state,
        earlier: AtKp::from(delivery),
        by: "records",
        all: all.into(),
        by_deduction: comparison.by_deduction.iter().map(|(name, of)| (escape(name), of.into())).collect(),
        unchecked: comparison.unchecked,
        exit_code: ExitCode::Ok.code(),
        sentences,
        said: text,
    }
}

fn by_lines(lines: &LineComparison, (file, delivery): (&PlannedFile, &Delivery), verbose: bool) -> Answer {
    let n = |lines: &Lines| content::grouped(lines.count.into());
    let sentences = say::by_lines(&n(&lines.same), delivery.id, &n(&lines.new), &n(&lines.gone));
    let mut text = text::sentence(&sentences);
    if verbose {
        text += &line_list(&say::same(), &lines.same);
        text += &line_list(&say::new(), &lines.new);
        text += &line_list(&say::gone(), &lines.gone);
    }
    Answer {
        path: file.scanned.file.path.clone(),
        hold_id: None,
        delivery_id: delivery.id,
        state: delivery.state,
        earlier: AtKp::from(delivery),
        by: "lines",
        all: lines.into(),
        by_deduction: BTreeMap::new(),
        unchecked: lines.unchecked,
        exit_code: ExitCode::Ok.code(),
        sentences,
        said: text,
    }
}

/// The delivery that was asked for, or the one that the hold is about.
fn earlier(ledger: &LedgerReader, file: &PlannedFile, with: Option<i64>) -> Result<Delivery, UserError> {
    if let Some(id) = with {
        return ledger.delivery(id)?.ok_or_else(|| UserError::usage(say_report::no_such_delivery(id)));
    }
    let named = file.judgement.earlier.as_ref().or(file.judgement.look_alike.as_deref());
    let found = match (compared::holding(ledger, file)?, named) {
        (Some(found), _) => Some(found),
        (None, Some(earlier)) => ledger.delivery(earlier.delivery_id)?,
        (None, None) => None,
    };
    found.ok_or_else(|| UserError::usage(say::nothing_to_compare(&escape(&file.scanned.file.path))))
}

fn not_compared(why: NotCompared, file: &PlannedFile, delivery: &Delivery) -> UserError {
    match why {
        NotCompared::Gone => UserError::usage(say::content_gone(delivery.id, &escape(&delivery.path))),
        NotCompared::Unread(why) => {
            UserError::unexpected(say::not_read(&escape(&file.scanned.file.path), &wording::blocked(&why)))
        }
        NotCompared::ArchiveUnread(why) => UserError::unexpected(say::archive_not_read(delivery.id, &why)),
        NotCompared::Ledger(error) => error,
    }
}

impl Answer {
    /// Adds a sentence.
    fn add(&mut self, said: &str) {
        self.said += &text::sentence(said);
        self.sentences.extend([" ", said]);
    }

    fn text(&self, delivery: &Delivery) -> String {
        // Where KP has not got it for certain, that is what matters.
        let at = delivery.delivered_at.as_deref().filter(|_| delivery.state.is_delivered());
        let at = at.map_or_else(|| wording::state(delivery.state), wording::moment);
        let head = say::beside(&escape(&self.path), delivery.id, &escape(&delivery.path), &at);
        text::sentence(&head) + &self.said
    }
}

/// The numbers of all records, and of each kind of deduction where there are several.
fn table(all: &Difference, kinds: &BTreeMap<String, Difference>) -> String {
    let heads = [String::new(), say::same(), say::new(), say::gone(), say::changed(), say::more()];
    let columns = heads.map(Column::fact);
    let mut table = Listing::new(columns);
    let cell = |part: &Part| {
        let sum = part.sum.map_or_else(|| "–".to_owned(), |sum| content::kroner(sum.get()));
        format!("{} ({sum})", content::grouped(part.count().into()))
    };
    let row = |name: &str, of: &Difference| {
        let more = of.more().map_or_else(|| "–".to_owned(), |more| content::more_kroner(more.get()));
        [name.to_owned(), cell(&of.same), cell(&of.new), cell(&of.gone), cell(&of.changed), more]
    };
    if kinds.len() > 1 {
        for (name, of) in kinds {
            table.add(row(&escape(name), of), []);
        }
    }
    table.add(row(&say::all(), all), []);
    format!("\n{}\n", table.text(text::list_width()))
}

fn line_list(what: &str, lines: &Lines) -> String {
    if lines.count == 0 {
        String::new()
    } else {
        text::sentence(&format!("{what}: {}", content::lines(lines)))
    }
}
