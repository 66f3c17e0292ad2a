//! Expressions for lines: compiled, and refused where they fit no line or every one.

use regex::Regex;
use regex_syntax::hir::{Hir, HirKind, Look};

use super::FaultKind;

/// An expression for lines.
#[derive(Debug, Clone)]
pub(in crate::records) enum Expression {
    /// One of these stands at the line's beginning: what most expressions say, and quicker told without one.
    Begins(Vec<String>),
    /// Anything else.
    Fits(Regex),
}

impl Expression {
    pub(in crate::records) fn fits(&self, line: &str) -> bool {
        match self {
            Expression::Begins(words) => words.iter().any(|word| begins(line, word)),
            Expression::Fits(expression) => expression.is_match(line),
        }
    }
}

/// Such words are short, and most differ in their first letter: quicker told byte by byte.
fn begins(line: &str, word: &str) -> bool {
    line.len() >= word.len() && line.bytes().zip(word.bytes()).all(|(one, other)| one == other)
}

/// Compiles an expression for lines; `last` where no other expression is tried after it, so that it may
/// fit every line.
pub(super) fn compile(text: &str, last: bool) -> Result<Expression, FaultKind> {
    let refused = |error: String| FaultKind::Expression(error);
    let expression = Regex::new(text).map_err(|error| refused(error.to_string()))?;
    let hir = regex_syntax::parse(text).map_err(|error| refused(error.to_string()))?;
    if !can_fit(&hir) {
        return Err(FaultKind::NeverFits);
    }
    if !last && fits_every(&hir) {
        return Err(FaultKind::FitsEvery);
    }
    Ok(beginnings(&hir).map_or(Expression::Fits(expression), Expression::Begins))
}

/// The words of an expression that says nothing but how a line begins.
fn beginnings(hir: &Hir) -> Option<Vec<String>> {
    let HirKind::Concat(parts) = hir.kind() else { return None };
    match &parts[..] {
        [start, words] if matches!(start.kind(), HirKind::Look(Look::Start)) => literals(words),
        _ => None,
    }
}

fn literals(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Literal(literal) => Some(vec![String::from_utf8(literal.0.to_vec()).ok()?]),
        HirKind::Capture(capture) => literals(&capture.sub),
        HirKind::Alternation(ways) => {
            ways.iter().map(literals).collect::<Option<Vec<_>>>().map(|all| all.concat())
        }
        _ => None,
    }
}

/// Whether some text fits. It finds empty classes, and text demanded before `^` or after `$`.
fn can_fit(hir: &Hir) -> bool {
    if hir.properties().minimum_len().is_none() {
        return false;
    }
    match hir.kind() {
        HirKind::Capture(capture) => can_fit(&capture.sub),
        HirKind::Repetition(repeated) => repeated.min == 0 || can_fit(&repeated.sub),
        HirKind::Alternation(ways) => ways.iter().any(can_fit),
        HirKind::Concat(parts) => {
            let demands = |part: &Hir| part.properties().minimum_len().is_some_and(|length| length > 0);
            let starts = |part: &Hir| part.properties().look_set_prefix().contains(Look::Start);
            let ends = |part: &Hir| part.properties().look_set_suffix().contains(Look::End);
            let after_text = parts.iter().skip_while(|part| !demands(part)).skip(1).any(starts);
            let before_text = parts.iter().rev().skip_while(|part| !demands(part)).skip(1).any(ends);
            !after_text && !before_text && parts.iter().all(can_fit)
        }
        _ => true,
    }
}

/// Whether every text fits: what it demands is nothing, at any place.
fn fits_every(hir: &Hir) -> bool {
    let properties = hir.properties();
    if properties.minimum_len() == Some(0) && properties.look_set().is_empty() {
        return true;
    }
    match hir.kind() {
        HirKind::Look(Look::Start | Look::End | Look::StartLF | Look::EndLF) => true,
        HirKind::Capture(capture) => fits_every(&capture.sub),
        HirKind::Alternation(ways) => ways.iter().any(fits_every),
        HirKind::Concat(parts) => {
            // `^.*` fits every line, `^ *$` does not
            let ends = parts.iter().any(|part| part.properties().look_set().contains(Look::End));
            let starts = parts.iter().any(|part| part.properties().look_set().contains(Look::Start));
            let all = |part: &Hir| is_anything(part);
            (!(starts && ends) && parts.iter().all(fits_every)) || parts.iter().all(all)
        }
        _ => false,
    }
}

/// Whether it is an anchor or `.*`.
fn is_anything(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Look(Look::Start | Look::End) => true,
        HirKind::Capture(capture) => is_anything(&capture.sub),
        HirKind::Repetition(repeated) => {
            repeated.min == 0
                && repeated.max.is_none()
                && matches!(repeated.sub.kind(), HirKind::Class(_))
                && repeated.sub.properties().minimum_len() == Some(1)
                && *repeated.sub == Hir::dot(regex_syntax::hir::Dot::AnyCharExceptLF)
        }
        _ => false,
    }
}
