//! The amount among the digits of the records: proven by the trailer's sum, else the likeliest.

use super::{Cells, Span, WIDEST, field, place};
use crate::records::format::table::{FieldTable, SignTable, Words};
use crate::records::guess::numbers::{are_kroner, find, is_counter, number};
use crate::records::guess::{Draft, NoGuess, Sureness};

/// The longest amount, in digits.
const LONGEST_AMOUNT: usize = 15;
/// How many records are added up to prove an amount.
const MOST_ADDED: usize = 20_000;

/// How a column tells the sign.
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
    sign: Option<Sign>,
    sum: i128,
    /// Whether its digits count kroner rather than øre.
    kroner: bool,
    /// How likely it is, where nothing proves it: it has a size that a citizen pays, does not only count
    /// up, and is followed by no digit.
    likely: [bool; 3],
}

pub(super) fn draft(
    draft: &mut Draft,
    records: &[&Cells],
    trailer: Option<&Cells>,
    taken: &[Span],
) -> Result<(), NoGuess> {
    let count = u128::try_from(records.len()).unwrap_or_default();
    let mut trailer_taken = Vec::new();
    let count_at = trailer.and_then(|line| find(line, count, &trailer_taken));
    trailer_taken.extend(count_at.clone());
    let candidates = candidates(records, taken);
    let proof = |candidate: &Candidate| {
        let line = trailer.filter(|_| candidate.sum.unsigned_abs() >= 1000 && records.len() <= MOST_ADDED)?;
        find(line, candidate.sum.unsigned_abs(), &trailer_taken)
    };
    let proven = candidates.iter().filter_map(|candidate| Some((candidate, proof(candidate)?)));
    // of several that come out right, the one with the most digits of the sum, and then with room to grow
    let best = proven.max_by_key(|(candidate, _)| {
        (candidate.sum.unsigned_abs().to_string().len(), candidate.sign.is_some(), candidate.span.len())
    });
    let sureness = if best.is_some() { Sureness::Proven } else { Sureness::Guessed };
    let chosen = match &best {
        Some((candidate, _)) => *candidate,
        None => candidates
            .iter()
            .max_by_key(|candidate| (candidate.likely, candidate.sign.is_some(), candidate.span.len()))
            .ok_or(NoGuess::NoAmounts)?,
    };
    let unit = if chosen.kroner { "kroner" } else { "øre" };
    let amount = FieldTable {
        unit: Some(unit.to_owned()),
        sign: chosen.sign.as_ref().map(sign_table),
        ..field(&chosen.span)
    };
    draft.table.record.amount = Some(amount);
    draft.part("record.amount", sureness);
    if let Some(span) = &count_at {
        draft.table.trailer.records = Some(field(span));
        draft.part("trailer.records", if best.is_some() { Sureness::Proven } else { Sureness::Likely });
    }
    if let (Some((candidate, span)), Some(line)) = (&best, trailer) {
        let sign = trailer_sign(line, span, &trailer_taken, candidate.sum);
        draft.table.trailer.sum = Some(FieldTable { unit: Some(unit.to_owned()), sign, ..field(span) });
        draft.part("trailer.sum", Sureness::Proven);
    }
    Ok(())
}

/// Every stretch of digits that could be the amount, with each way of telling its sign.
fn candidates(records: &[&Cells], taken: &[Span]) -> Vec<Candidate> {
    let shortest = records.iter().map(|line| line.len()).min().unwrap_or_default().min(WIDEST);
    let free = |at: usize| !taken.iter().any(|span| span.contains(&at));
    let numeric = |at: usize| {
        free(at)
            && records.iter().all(|line| line[at].is_ascii_digit() || line[at] == b' ')
            && records.iter().any(|line| line[at].is_ascii_digit())
    };
    let columns: Vec<bool> = (0..shortest).map(numeric).collect();
    let mut found = Vec::new();
    for end in 1..=shortest {
        if !columns[end - 1] {
            continue;
        }
        for start in end.saturating_sub(LONGEST_AMOUNT)..end - 1 {
            if !columns[start..end].iter().all(|is_numeric| *is_numeric) {
                continue;
            }
            let span = widened(records, start, end, &free);
            let Some(numbers) =
                records.iter().map(|line| number(&line[span.clone()])).collect::<Option<Vec<u128>>>()
            else {
                continue;
            };
            let varies = numbers.windows(2).any(|pair| pair[0] != pair[1]);
            if !varies && numbers.len() > 1 {
                continue;
            }
            let kroner = are_kroner(numbers.clone());
            let ends = !columns.get(end).copied().unwrap_or_default();
            let likely = [has_a_plausible_size(&numbers), !is_counter(&numbers), ends];
            for sign in signs(records, &span, shortest, &free) {
                let sum = added(records, &numbers, sign.as_ref());
                found.push(Candidate { span: span.clone(), sign, sum, kroner, likely });
            }
        }
    }
    found
}

/// With the blanks before it, which larger amounts fill.
fn widened(records: &[&Cells], mut start: usize, end: usize, free: &impl Fn(usize) -> bool) -> Span {
    let blank = |at: usize| free(at) && records.iter().all(|line| line[at] == b' ');
    let padded = records.iter().all(|line| matches!(line[start], b' ' | b'1'..=b'9'))
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

fn added(records: &[&Cells], numbers: &[u128], sign: Option<&Sign>) -> i128 {
    records.iter().zip(numbers).fold(0_i128, |sum, (line, number)| {
        let number = i128::try_from(*number).unwrap_or(i128::MAX);
        match sign {
            Some(sign) if line[sign.at] == sign.minus => sum.saturating_sub(number),
            _ => sum.saturating_add(number),
        }
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

/// The sign before or after the trailer's sum, where one stands there.
fn trailer_sign(line: &[u8], span: &Span, taken: &[Span], sum: i128) -> Option<SignTable> {
    let free = |at: &usize| !taken.iter().any(|span| span.contains(at));
    let beside = [span.start.checked_sub(1), Some(span.end)];
    let is_sign = |at: &usize| line.get(*at) == Some(if sum < 0 { &b'-' } else { &b'+' });
    let at = beside.into_iter().flatten().filter(free).find(is_sign)?;
    Some(SignTable { at: Some(place(&(at..at + 1))), ..SignTable::default() })
}

/// Whether the amounts are of a size that a citizen pays in a month, in kroner or øre.
fn has_a_plausible_size(numbers: &[u128]) -> bool {
    let mut sizes = numbers.to_vec();
    sizes.sort_unstable();
    let median = sizes.get(sizes.len() / 2).copied().unwrap_or_default();
    let largest = sizes.last().copied().unwrap_or_default();
    (50..1_000_000).contains(&median) && largest < 10_000_000
}
