//! What is in a file, in words: amounts, findings, and what is suspicious about it. Never a citizen.

use crate::messages::{Language, content as say, escape, language, records as say_records};
use crate::model::run_report::ComparedReport;
use crate::records::amount::{AmountError, Ore};
use crate::records::compare::{Difference, Part};
use crate::records::delivered::{Overlap, OverlapWith};
use crate::records::format::{Field, Place};
use crate::records::reader::{Claim, Finding, Lines, Mismatch, Problem};
use crate::records::totals::{Delivered, NamedBy, NotComparable, Over, Repeats, Suspicion};

use super::{day, period_in_full};

/// An amount of øre as kroner, `123.456,00 kr.` in Danish.
#[must_use]
pub fn kroner(ore: i128) -> String {
    let (kroner, rest) = (ore.unsigned_abs() / 100, ore.unsigned_abs() % 100);
    let sign = if ore < 0 { "-" } else { "" };
    let mark = if language() == Language::Da { ',' } else { '.' };
    format!("{sign}{}{mark}{rest:02} kr.", grouped(kroner))
}

/// The same with its sign in any case: how much more, or less.
#[must_use]
pub fn more_kroner(ore: i128) -> String {
    if ore < 0 { kroner(ore) } else { format!("+{}", kroner(ore)) }
}

/// A number with a mark between its thousands.
#[must_use]
pub fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let mark = if language() == Language::Da { '.' } else { ',' };
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(mark);
        }
        out.push(digit);
    }
    out
}

/// Records and kroner of a file or a month, and how many more than the month before, where that is known.
#[must_use]
pub fn month(records: u64, sum_ore: i64, more: Option<(i64, i64)>) -> String {
    let said = say::totals(records, &count(records), &kroner(sum_ore.into()));
    match more {
        Some((records, ore)) => {
            format!("{said} ({})", say::than_before(&self::more(records.into()), &more_kroner(ore.into())))
        }
        None => said,
    }
}

/// A count of records with its sign in any case.
fn more(number: i128) -> String {
    let sign = if number < 0 { '-' } else { '+' };
    format!("{sign}{}", grouped(number.unsigned_abs()))
}

fn count(number: u64) -> String {
    grouped(number.into())
}

/// Line numbers: the first ones, and how many more there are.
#[must_use]
pub fn lines(lines: &Lines) -> String {
    let first: Vec<String> = lines.first.iter().map(u64::to_string).collect();
    let shown = u64::try_from(lines.first.len()).unwrap_or(u64::MAX);
    let more = lines.count.saturating_sub(shown);
    let rest = if more > 0 { say::and_more(&count(more)) } else { String::new() };
    if lines.count == 1 { say::line(&first.join("")) } else { say::lines(&(first.join(", ") + &rest)) }
}

/// Something suspicious about a file, in a few words with its numbers.
#[must_use]
pub fn suspicion(suspicion: &Suspicion) -> String {
    match suspicion {
        Suspicion::Incomplete { .. } => say::incomplete(),
        Suspicion::UnreadableRecord(finding) => self::finding(finding),
        Suspicion::TotalsDiffer(mismatch) => self::mismatch(mismatch),
        Suspicion::OtherPeriod { expected, named, by, lines: at } => {
            let (expected, named, at) = (period_in_full(*expected), period_in_full(*named), lines(at));
            match by {
                NamedBy::Header => say::header_of_other_period(&expected, &named, &at),
                NamedBy::Records => say::records_of_other_period(&expected, &named, &at),
            }
        }
        Suspicion::RecordsDelivered(overlap) => self::overlap(overlap),
        Suspicion::NotComparable(NotComparable { delivery_id, period }) => {
            let period = period.map_or_else(|| "–".to_owned(), period_in_full);
            say_records::not_comparable(*delivery_id, &period)
        }
        Suspicion::RecordsInRun { path, records, lines: at } => {
            say_records::in_run(at.count, &count(at.count), &count(*records), &escape(path))
        }
        Suspicion::RecordsRepeat(repeats) => self::repeats(repeats),
        Suspicion::TotalsRepeat(Delivered { delivery_id, period, records, sum }) => {
            let period = period.map_or_else(|| "–".to_owned(), period_in_full);
            say::totals_repeat(&count(*records), &kroner(sum.get()), *delivery_id, &period)
        }
        Suspicion::UnusualRecords { records, median } => {
            say::unusual_records(&count(*records), &count(*median))
        }
        Suspicion::UnusualSum { sum, median } => say::unusual_sum(&kroner(sum.get()), &kroner(median.get())),
        Suspicion::AmountOver { limit, over: Over { largest, lines: at } } => say::amount_over(
            at.count,
            &count(at.count),
            &kroner(limit.get()),
            &lines(at),
            &kroner(largest.get()),
        ),
    }
}

/// Which records KP has got, when, and how many it has not.
fn overlap(overlap: &Overlap) -> String {
    let sum = |sum: Option<Ore>| sum.map_or_else(|| "–".to_owned(), |sum| kroner(sum.get()));
    let mut parts = Vec::new();
    for with in &overlap.with {
        let OverlapWith { delivery_id, delivered_at, in_doubt, same, .. } = with;
        let at = delivered_at.as_deref().and_then(|at| chrono::DateTime::parse_from_rfc3339(at).ok());
        let at = at.map_or_else(say_records::before, |at| say_records::on(&day(at.date_naive())));
        let (n, records) = (same.count(), count(overlap.records));
        let (n_shown, sum) = (count(n), sum(same.sum));
        parts.push(if *in_doubt {
            say_records::with_one_in_doubt(n, &n_shown, &records, *delivery_id, &sum)
        } else {
            say_records::with(n, &n_shown, &records, &at, *delivery_id, &sum)
        });
    }
    if overlap.count() > 0 {
        parts.push(say_records::new(overlap.not_delivered(), &count(overlap.not_delivered())));
    }
    let changed = overlap.with.iter().map(|with| &with.changed);
    let changed = changed.fold((0, Some(Ore::ZERO)), |(n, more), part| {
        (n + part.count(), more.and_then(|more| more.plus(part.sum?)))
    });
    if let (n @ 1.., more) = changed {
        let more = more.map_or_else(|| "–".to_owned(), |more| more_kroner(more.get()));
        parts.push(say_records::changed(n, &count(n), &more));
    }
    if overlap.unchecked > 0 {
        parts.push(say::not_compared(&count(overlap.unchecked)));
    }
    parts.join("; ")
}

fn repeats(repeats: &Repeats) -> String {
    let pairs: Vec<String> =
        repeats.lines.iter().map(|(first, again)| say::line_repeats(*again, *first)).collect();
    let shown = u64::try_from(pairs.len()).unwrap_or(u64::MAX);
    let more = repeats.count.saturating_sub(shown);
    let rest = if more > 0 { say::and_more(&count(more)) } else { String::new() };
    let sum = repeats.sum.map_or_else(|| "–".to_owned(), |sum| kroner(sum.get()));
    if repeats.count == 0 {
        return say::not_compared(&count(repeats.unchecked));
    }
    say::records_repeat(repeats.count, &count(repeats.count), &sum, &(pairs.join(", ") + &rest))
}

/// A trailer that does not say what the records say.
#[must_use]
pub fn mismatch(mismatch: &Mismatch) -> String {
    let Mismatch { line, claim, claimed, found } = *mismatch;
    let line = say::line(&line.to_string());
    match claim {
        Claim::Records => {
            say::count_differs(&line, &grouped(claimed.unsigned_abs()), &grouped(found.unsigned_abs()))
        }
        Claim::Sum => say::sum_differs(&line, &kroner(claimed), &kroner(found)),
        Claim::Debit => say::debit_differs(&line, &kroner(claimed), &kroner(found)),
        Claim::Credit => say::credit_differs(&line, &kroner(claimed), &kroner(found)),
    }
}

/// What could not be read, where, and why.
#[must_use]
pub fn finding(finding: &Finding) -> String {
    let why = problem(finding.problem);
    let what = match (finding.field, &finding.place) {
        (Some(field), Some(place)) => format!("{} ({}): {why}", self::field(field), self::place(place)),
        (Some(field), None) => format!("{}: {why}", self::field(field)),
        (None, _) => why,
    };
    if finding.lines.count == 0 { what } else { format!("{}: {what}", lines(&finding.lines)) }
}

/// A field, by its key in the configuration.
#[must_use]
pub fn field(field: Field) -> &'static str {
    match field {
        Field::Citizen => "record.citizen",
        Field::Amount => "record.amount",
        Field::Deduction => "record.deduction",
        Field::Reference => "record.reference",
        Field::Period => "record.period",
        Field::HeaderPeriod => "header.period",
        Field::Municipality => "header.municipality",
        Field::TrailerRecords => "trailer.records",
        Field::TrailerSum => "trailer.sum",
        Field::TrailerDebit => "trailer.debit",
        Field::TrailerCredit => "trailer.credit",
    }
}

/// Where a field stands.
#[must_use]
pub fn place(place: &Place) -> String {
    let shown = escape(&place.to_string());
    match place {
        Place::Span { .. } => say::at_positions(&shown),
        Place::Column(_) => say::at_column(&shown),
        Place::Heading(_) | Place::Path { .. } => shown,
    }
}

/// Why something could not be read.
#[must_use]
pub fn problem(problem: Problem) -> String {
    match problem {
        Problem::NoKind => say::no_kind(),
        Problem::TooLong => say::too_long(),
        Problem::LineLength => say::line_length(),
        Problem::Missing => say::missing(),
        Problem::Blank | Problem::NotAnAmount(AmountError::Blank) => say::blank(),
        Problem::NotACitizen => say::not_a_citizen(),
        Problem::NotAnAmount(AmountError::Digits) => say::not_an_amount(),
        Problem::NotAnAmount(AmountError::Sign) => say::unknown_sign(),
        Problem::NotAnAmount(AmountError::TooLarge) => say::amount_too_large(),
        Problem::NotAPeriod => say::not_a_period(),
        Problem::NotADeduction => say::not_a_deduction(),
        Problem::NotANumber => say::not_a_number(),
        Problem::Undecodable => say::undecodable(),
        Problem::Repeated => say::repeated(),
        Problem::NoHeading => say::no_heading(),
        Problem::UnclosedQuote => say::unclosed_quote(),
        Problem::SumTooLarge => say::sum_too_large(),
        Problem::Malformed => say::malformed(),
        Problem::DocumentType => say::document_type(),
        Problem::Entity => say::entity(),
        Problem::TooDeep => say::too_deep(),
    }
}

/// How a file differs from a delivery, in numbers.
#[must_use]
pub fn compared(delivery: i64, records: u64, difference: &Difference) -> ComparedReport {
    let [same, new, gone, changed] =
        [&difference.same, &difference.new, &difference.gone, &difference.changed].map(Part::count);
    let more = difference.more().map(Ore::get);
    let mut parts = vec![say::same_as(&count(same), &count(records), delivery)];
    let others = [
        (new, say::n_new(new, &count(new))),
        (gone, say::n_gone(gone, &count(gone))),
        (changed, say::n_changed(changed, &count(changed))),
    ];
    parts.extend(others.into_iter().filter(|(n, _)| *n > 0).map(|(_, part)| part));
    parts.extend(more.map(more_kroner));
    ComparedReport {
        delivery_id: delivery,
        records,
        same,
        new,
        gone,
        changed,
        more_ore: more.and_then(|more| i64::try_from(more).ok()),
        text: parts.join("; "),
    }
}
