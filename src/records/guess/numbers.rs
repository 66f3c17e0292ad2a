//! Numbers among the digits of a line.

use std::ops::Range;

/// The widest field of a number, in characters.
const WIDEST: usize = 15;

/// Where a line has exactly this number, marks among its digits included, outside what is taken: with as
/// many zeros before it as there are, and of several places the one that most of a field's end follows.
pub(super) fn find_text(line: &[u8], written: &str, taken: &[Range<usize>]) -> Option<Range<usize>> {
    let free = |at: usize| !taken.iter().any(|range| range.contains(&at));
    let digit = |at: usize| line.get(at).is_some_and(u8::is_ascii_digit) && free(at);
    let mut best: Option<([usize; 3], Range<usize>)> = None;
    for start in 0..line.len().saturating_sub(written.len() - 1) {
        let end = start + written.len();
        if &line[start..end] != written.as_bytes() || !(start..end).all(free) {
            continue;
        }
        let mut first = start;
        while first > 0 && line[first - 1] == b'0' && free(first - 1) {
            first -= 1;
        }
        let inside = first > 0 && digit(first - 1);
        let zeros = start - first;
        while zeros == 0 && first > 0 && line[first - 1] == b' ' && free(first - 1) && end - first < WIDEST {
            // blanks before a number are there for larger ones
            first -= 1;
        }
        // a number with a digit before it and hardly a zero between is the end of a longer one
        // zeros after it may begin the next field, another digit hardly does
        let after = match line.get(end) {
            Some(b'1'..=b'9') => 0,
            Some(b'0') => 1,
            _ => 2,
        };
        let score = [usize::from(!inside || zeros > 2), after, zeros];
        if !(inside && zeros == 0) && best.as_ref().is_none_or(|(most, _)| score > *most) {
            best = Some((score, first..end));
        }
    }
    best.map(|(_, range)| range)
}

/// So many different amounts that all end with two zeros are øre of whole kroner rather than kroner.
const MANY_DIFFERENT: usize = 4;

/// Whether amounts of this size in the middle are kroner rather than øre: what a citizen pays in a month
/// for food or laundry is between 50 and 5,000 kroner.
pub(super) fn are_kroner(mut amounts: Vec<u128>) -> bool {
    amounts.sort_unstable();
    let median = amounts.get(amounts.len() / 2).copied();
    let whole = amounts.iter().all(|amount| amount % 100 == 0);
    amounts.dedup();
    median.is_some_and(|median| median < 5000) && !(whole && amounts.len() >= MANY_DIFFERENT)
}

/// Whether the amounts are of a size that a citizen pays in a month, in kroner or øre.
pub(super) fn has_a_plausible_size(numbers: &[u128]) -> bool {
    let mut sizes = numbers.to_vec();
    sizes.sort_unstable();
    let median = sizes.get(sizes.len() / 2).copied().unwrap_or_default();
    let largest = sizes.last().copied().unwrap_or_default();
    (50..1_000_000).contains(&median) && largest < 10_000_000
}

/// Whether the numbers only count up, by the same small step; amounts may do so by a larger one.
pub(super) fn is_counter(numbers: &[u128]) -> bool {
    let step = |pair: &[u128]| pair[1].checked_sub(pair[0]).filter(|step| (1..=10).contains(step));
    let mut steps = numbers.windows(2).map(step);
    let first = steps.next().flatten();
    numbers.len() > 2 && first.is_some() && steps.all(|step| step == first)
}
