//! The amount among the characters of the records: proven by the trailer's sum, else the likeliest.

use std::collections::HashSet;

use super::{Cells, Span, WIDEST, field, place};
use crate::records::amount::{AmountForm, Decimal, Ore, SignForm, Unit};
use crate::records::format::table::{FieldTable, SignTable, Words};
use crate::records::guess::column::{MOST_OTHERS, units, written};
use crate::records::guess::numbers::{are_kroner, find_text, has_a_plausible_size, is_counter};
use crate::records::guess::{Draft, NoGuess, Part, Sureness};

/// The longest amount, in characters.
const LONGEST_AMOUNT: usize = 15;
/// So few records do not show what all have in common.
const FEW: usize = 4;
/// A smaller sum stands in a line by chance as well.
const SMALLEST_PROOF: u128 = 1000;
/// How many digits and letters a last character must differ in to be taken for one that tells a sign too.
const FEWEST_OVERPUNCHED: usize = 5;

/// How a column of its own tells the sign.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sign {
    at: usize,
    minus: u8,
    /// What stands there else.
    others: Vec<u8>,
}

/// A place that may be the amount's.
struct Candidate {
    span: Span,
    form: AmountForm,
    sign: Option<Sign>,
    /// In øre.
    sum: i128,
    rank: Rank,
    /// Whether its sign is told by digits, which could be anything else as long as no sum comes out right.
    needs_proof: bool,
}

/// How likely it is where nothing proves it, the most telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(clippy::struct_excessive_bools)] // what is compared, in this order
struct Rank {
    /// It has a size that a citizen pays.
    plausible: bool,
    /// It has decimals, as hardly anything else has.
    decimals: bool,
    /// A sign stands in or beside it.
    signed: bool,
    /// Many of its values differ.
    differs_much: bool,
    /// No number goes on after it.
    ends: bool,
    /// It stands after the CPR number, as numbers of the job or the supplier rarely do.
    after_citizen: bool,
    /// It differs at all, and does not only count up.
    differs: bool,
    length: usize,
}

/// Drafts the amount and the trailer, and answers what the amount takes.
pub(super) fn draft(
    draft: &mut Draft,
    records: &[&Cells],
    trailer: Option<&Cells>,
    taken: &[Span],
) -> Result<Vec<Span>, NoGuess> {
    let mut trailer_taken = Vec::new();
    let count = records.len().to_string();
    let count_at = trailer.and_then(|line| find_text(line, &count, &trailer_taken));
    trailer_taken.extend(count_at.clone());
    let candidates = candidates(records, taken);
    let proof = |candidate: &Candidate| {
        let line = trailer.filter(|_| candidate.written_sum() >= SMALLEST_PROOF)?;
        let found = sum_in(line, candidate, &trailer_taken)?;
        // the beginning of a longer number is no sum
        let ends = !matches!(line.get(found.0.end), Some(b'1'..=b'9'));
        ends.then_some(found)
    };
    let proven = candidates.iter().filter_map(|candidate| Some((candidate, proof(candidate)?)));
    // of several that come out right, the one with the most digits of the sum, and then with room to grow
    let best = proven.max_by_key(|(candidate, _)| {
        let digits = candidate.written_sum().to_string().len();
        (digits, candidate.rank.decimals, candidate.sign.is_some(), candidate.span.len())
    });
    let chosen = match &best {
        Some((candidate, _)) => *candidate,
        None => candidates
            .iter()
            .filter(|candidate| !candidate.needs_proof)
            .max_by_key(|candidate| candidate.rank)
            .ok_or(NoGuess::NoAmounts)?,
    };
    draft.table.record.amount = Some(chosen.field());
    draft.unit_is_shown = chosen.rank.decimals;
    let others = if best.is_some() { Vec::new() } else { others(&candidates, chosen) };
    let sureness = match (&best, others.is_empty() && chosen.rank.decimals && records.len() > 4) {
        (Some(_), _) => Sureness::Proven,
        (None, true) => Sureness::Likely,
        (None, false) => Sureness::Guessed,
    };
    draft.parts.push(Part { others, ..Part::new("record.amount", sureness) });
    if let Some(span) = &count_at {
        draft.table.trailer.records = Some(field(span));
        let sureness = if best.is_some() { Sureness::Proven } else { Sureness::of_all(records.len()) };
        draft.part("trailer.records", sureness);
    }
    if let (Some((candidate, (span, unit))), Some(line)) = (&best, trailer) {
        let sign = trailer_sign(line, span, &trailer_taken, candidate.sum);
        let form = AmountForm { unit: *unit, sign: SignForm::None };
        draft.table.trailer.sum = Some(FieldTable { sign, ..written(&form, place(span)) });
        draft.part("trailer.sum", Sureness::Proven);
    }
    let sign = chosen.sign.as_ref().map(|sign| sign.at..sign.at + 1);
    Ok(std::iter::once(chosen.span.clone()).chain(sign).collect())
}

impl Candidate {
    /// The sum's digits as a number: kroner where the digits count kroner, without decimals.
    fn written_sum(&self) -> u128 {
        let in_kroner = self.form.unit != Unit::Ore && !self.rank.decimals;
        self.sum.unsigned_abs() / if in_kroner { 100 } else { 1 }
    }

    fn field(&self) -> FieldTable {
        let mut field = written(&self.form, place(&self.span));
        if let Some(sign) = &self.sign {
            field.sign = Some(sign_table(sign));
        }
        if !self.rank.decimals {
            // without a mark there are no decimals to tell of
            field.decimal = None;
        }
        field
    }
}

/// Places apart from the chosen one that are as likely.
fn others(candidates: &[Candidate], chosen: &Candidate) -> Vec<String> {
    let likeness = |rank: &Rank| {
        let differs = rank.differs || !chosen.rank.differs_much;
        (rank.plausible, rank.decimals, rank.ends, differs)
    };
    let mut regions: Vec<&Candidate> = Vec::new();
    let mut ranked: Vec<&Candidate> =
        candidates.iter().filter(|other| likeness(&other.rank) == likeness(&chosen.rank)).collect();
    ranked.sort_by_key(|candidate| std::cmp::Reverse(candidate.rank));
    for other in ranked {
        let apart = |one: &Span| other.span.end <= one.start || one.end <= other.span.start;
        if apart(&chosen.span) && regions.iter().all(|region| apart(&region.span)) {
            regions.push(other);
        }
    }
    regions.iter().take(MOST_OTHERS).map(|other| place(&other.span)).collect()
}

/// Every stretch that could be the amount, with each way of telling its sign.
fn candidates(records: &[&Cells], taken: &[Span]) -> Vec<Candidate> {
    let shortest = records.iter().map(|line| line.len()).min().unwrap_or_default().min(WIDEST);
    let free = |at: usize| !taken.iter().any(|span| span.contains(&at));
    let of = |at: usize, wanted: &[u8]| {
        free(at) && records.iter().all(|line| line[at].is_ascii_digit() || wanted.contains(&line[at]))
    };
    let any_digit = |at: usize| records.iter().any(|line| line[at].is_ascii_digit());
    let numeric: Vec<bool> = (0..shortest).map(|at| of(at, b" ") && any_digit(at)).collect();
    // where a sign, a mark or a number's beginning may stand
    let wide: Vec<bool> = (0..shortest).map(|at| of(at, b" +-.,")).collect();
    let mut found = Vec::new();
    for end in 1..=shortest {
        let last = end - 1;
        let has_mark = |at: usize| records.iter().all(|line| matches!(line[at], b',' | b'.'));
        let decimals = end > 3 && numeric[last] && numeric[last - 1] && has_mark(last - 2) && free(last - 2);
        let trailing = free(last)
            && records.iter().all(|line| matches!(line[last], b' ' | b'+' | b'-'))
            && records.iter().any(|line| line[last] == b'-');
        let trailing_decimals = trailing && end > 4 && has_mark(last - 3) && free(last - 3);
        let overpunched = is_overpunched(records, last) && free(last);
        if !(numeric[last] || trailing_decimals || overpunched) {
            continue;
        }
        for start in end.saturating_sub(LONGEST_AMOUNT)..last {
            let plain = (start..last).all(|at| numeric[at]);
            let is_wide = (start..last).all(|at| wide[at]);
            let forms: &[SignForm] = match () {
                () if overpunched && plain => &[SignForm::Overpunch],
                () if trailing_decimals && is_wide => &[SignForm::Trailing],
                () if decimals && is_wide => &[SignForm::None, SignForm::Leading],
                () if numeric[last] && plain => &[SignForm::None],
                () if numeric[last] && is_wide => &[SignForm::Leading],
                () => continue,
            };
            let marked = decimals || trailing_decimals;
            let span = widened(records, start, end, &free);
            // digits that all records have in common, beside ones that differ, are another field's
            let parts = |one: usize, other: usize| {
                records.len() > FEW && !is_constant(records, one) && is_constant(records, other)
            };
            let goes_on = (numeric.get(end).copied().unwrap_or_default() && !parts(last, end))
                || ((start..last).any(|at| parts(at, last)) && records[0][last] != b'0')
                || (end + 1 < shortest && !marked && has_mark(end) && numeric[end + 1]);
            for form in forms {
                let Some((form, values)) = read(records, &span, form, marked) else { continue };
                let after = taken.first().map_or(0, |citizen| citizen.end);
                let found_here =
                    of_values(records, &span, &form, &values, (!goes_on, marked), after, (shortest, &free));
                found.extend(found_here);
                break;
            }
        }
    }
    found
}

/// Whether all records have the same there.
fn is_constant(records: &[&Cells], at: usize) -> bool {
    records.windows(2).all(|pair| pair[0].get(at) == pair[1].get(at))
}

/// The records' amounts in this place, in øre, and the form in which all of them can be read.
fn read(records: &[&Cells], span: &Span, sign: &SignForm, marked: bool) -> Option<(AmountForm, Vec<Ore>)> {
    let texts: Vec<&str> =
        records.iter().map(|line| std::str::from_utf8(&line[span.clone()]).ok()).collect::<Option<_>>()?;
    let values = |form: &AmountForm| -> Option<Vec<Ore>> {
        texts.iter().map(|text| form.read(text, None).ok()).collect()
    };
    let kinds = if marked { units(&texts) } else { vec![Unit::Ore] };
    let (mut form, mut amounts) =
        kinds.into_iter().filter(|unit| !marked || *unit != Unit::Ore).find_map(|unit| {
            let form = AmountForm { unit, sign: sign.clone() };
            let values = values(&form)?;
            Some((form, values))
        })?;
    if !marked && are_kroner(amounts.iter().map(|amount| amount.size()).collect()) {
        form.unit = Unit::Kroner(Decimal::Comma);
        amounts = values(&form)?;
    }
    Some((form, amounts))
}

/// What these amounts may be: as they are, and with each column beside them that may tell a sign.
fn of_values(
    records: &[&Cells],
    span: &Span,
    form: &AmountForm,
    values: &[Ore],
    (ends, decimals): (bool, bool),
    after: usize,
    (shortest, free): (usize, &impl Fn(usize) -> bool),
) -> Vec<Candidate> {
    let sizes: Vec<u128> = values.iter().map(|amount| amount.size()).collect();
    let raw: Vec<u128> = if form.unit == Unit::Ore || decimals {
        sizes
    } else {
        sizes.iter().map(|size| size / 100).collect()
    };
    let different = values.iter().collect::<HashSet<_>>().len();
    let differs = (different > 1 || values.len() == 1) && !is_counter(&raw);
    let own = form.sign != SignForm::None;
    let beside = if own { vec![None] } else { signs(records, span, shortest, free) };
    // where the digit for no amount stands beside amounts of nothing and no others, it is one
    let tells_zero = |sign: &Sign| {
        sign.others.contains(&b'0')
            && records.iter().zip(values).all(|(line, ore)| (line[sign.at] == b'0') == (*ore == Ore::ZERO))
    };
    let candidate = |sign: Option<Sign>| Candidate {
        needs_proof: sign.as_ref().is_some_and(|sign| sign.minus == b'2' && !tells_zero(sign)),
        span: span.clone(),
        sum: added(records, values, sign.as_ref()),
        rank: Rank {
            plausible: has_a_plausible_size(&raw),
            decimals,
            differs_much: differs && different * 4 >= values.len(),
            ends,
            after_citizen: span.start >= after,
            differs,
            signed: own || sign.is_some(),
            length: span.len(),
        },
        form: form.clone(),
        sign,
    };
    beside.into_iter().map(candidate).collect()
}

/// Whether the last character of a number may be a letter that tells digit and sign.
fn is_overpunched(records: &[&Cells], at: usize) -> bool {
    let is_one = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'A'..=b'R' | b'{' | b'}');
    if !records.iter().all(|line| line.get(at).copied().is_some_and(is_one)) {
        return false;
    }
    let mut seen: Vec<u8> = records.iter().filter_map(|line| line.get(at).copied()).collect();
    seen.sort_unstable();
    seen.dedup();
    seen.len() >= FEWEST_OVERPUNCHED && seen.iter().any(|byte| !byte.is_ascii_digit())
}

/// With the blanks before it, which larger amounts fill.
fn widened(records: &[&Cells], mut start: usize, end: usize, free: &impl Fn(usize) -> bool) -> Span {
    let blank = |at: usize| free(at) && records.iter().all(|line| line[at] == b' ');
    let padded = records.iter().all(|line| matches!(line[start], b' ' | b'-' | b'1'..=b'9'))
        && records.iter().any(|line| line[start] == b' ');
    // one blank stays, as it may be a sign's
    while padded && end - start < LONGEST_AMOUNT && start > 1 && blank(start - 1) && blank(start - 2) {
        start -= 1;
    }
    start..end
}

/// No sign, and each column beside the digits that may tell one.
fn signs(
    records: &[&Cells],
    span: &Span,
    shortest: usize,
    free: &impl Fn(usize) -> bool,
) -> Vec<Option<Sign>> {
    let beside = [span.start.checked_sub(1), Some(span.end).filter(|at| *at < shortest)];
    let sign = |at: usize| {
        let mut seen: Vec<u8> = records.iter().map(|line| line[at]).collect();
        seen.sort_unstable();
        seen.dedup();
        let minus = match &seen[..] {
            _ if !free(at) => return None,
            [b'+' | b'-'] | [b'+' | b' ', b'-'] | [b' ', b'+', b'-'] | [b' ', b'+'] => b'-',
            [b'1', b'2'] | [b'0', b'1', b'2'] => b'2',
            // debit and credit, in either language's letters
            [b'C', b'D'] => b'C',
            [b'D', b'K'] => b'K',
            _ => return None,
        };
        Some(Sign { at, minus, others: seen.into_iter().filter(|byte| *byte != minus).collect() })
    };
    std::iter::once(None).chain(beside.into_iter().flatten().filter_map(|at| sign(at).map(Some))).collect()
}

fn added(records: &[&Cells], values: &[Ore], sign: Option<&Sign>) -> i128 {
    records.iter().zip(values).fold(0_i128, |sum, (line, value)| match sign {
        Some(sign) if line[sign.at] == sign.minus => sum.saturating_sub(value.get()),
        _ => sum.saturating_add(value.get()),
    })
}

fn sign_table(sign: &Sign) -> SignTable {
    let at = Some(place(&(sign.at..sign.at + 1)));
    let word = |byte: u8| Words::One(char::from(byte).to_string());
    if sign.minus == b'-' {
        return SignTable { at, ..SignTable::default() };
    }
    let zero = (sign.minus == b'2').then(|| word(b'0'));
    let plus = sign.others.iter().find(|other| **other != b'0').map(|other| word(*other));
    SignTable { at, plus, minus: Some(word(sign.minus)), zero, ..SignTable::default() }
}

/// Where a line has the sum of a candidate, and in which unit.
fn sum_in(line: &Cells, candidate: &Candidate, taken: &[Span]) -> Option<(Span, Unit)> {
    let size = candidate.sum.unsigned_abs();
    let (kroner, ore) = (size / 100, size % 100);
    let unit = candidate.form.unit;
    let written = |text: String, unit: Unit| find_text(line, &text, taken).map(|span| (span, unit));
    if !candidate.rank.decimals {
        let number = if unit == Unit::Ore { size } else { kroner };
        return written(number.to_string(), unit).filter(|_| unit == Unit::Ore || ore == 0);
    }
    let (mark, apart) = match unit {
        Unit::Kroner(Decimal::Point) | Unit::Grouped(Decimal::Point, _) => ('.', ','),
        _ => (',', '.'),
    };
    let digits = kroner.to_string();
    let grouped: String = digits
        .char_indices()
        .flat_map(|(at, digit)| {
            let before = (at > 0 && (digits.len() - at).is_multiple_of(3)).then_some(apart);
            before.into_iter().chain([digit])
        })
        .collect();
    written(format!("{grouped}{mark}{ore:02}"), unit)
        .or_else(|| written(format!("{digits}{mark}{ore:02}"), unit))
        .or_else(|| written(size.to_string(), Unit::Ore))
}

/// The sign before or after the trailer's sum, where one stands there.
fn trailer_sign(line: &[u8], span: &Span, taken: &[Span], sum: i128) -> Option<SignTable> {
    let free = |at: &usize| !taken.iter().any(|span| span.contains(at));
    let beside = [span.start.checked_sub(1), Some(span.end)];
    let is_sign = |at: &usize| line.get(*at) == Some(if sum < 0 { &b'-' } else { &b'+' });
    let at = beside.into_iter().flatten().filter(free).find(is_sign)?;
    Some(SignTable { at: Some(place(&(at..at + 1))), ..SignTable::default() })
}
