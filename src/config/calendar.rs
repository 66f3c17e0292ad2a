//! `[calendar]`: the days of KP's runs, as the town enters them.

use crate::calendar::dates::DateFault;
use crate::calendar::runs::{RunFault, RunFaultKind, Runs, WARN_BEFORE_MOST, WarnBefore, WarnBeforeFault};
use crate::messages::{calendar as say, config as say_config};

use super::reader::Section;

/// `[calendar]`.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    /// KP's runs, earliest first; none where the town enters none.
    pub runs: Runs,
    /// How long before a deadline what is missing is told of; none never tells.
    pub warn_before: Option<WarnBefore>,
}

/// Reads the section, and answers whether it names any run. Every entry of the list that is refused is a problem of its own.
pub(super) fn calendar(mut of: Section) -> (Calendar, bool) {
    let entries = of.texts_and_dates("runs").unwrap_or_default();
    let runs = Runs::read(&entries).unwrap_or_else(|faults| {
        for RunFault { index, kind } in faults {
            let text = |at: usize| say_config::shown(entries.get(at).map_or("", String::as_str));
            of.problem("runs", say::run_refused(index + 1, &text(index), &refused(kind, text)));
        }
        Runs::default()
    });
    let warn_before = of.parsed("warn_before", |text| {
        text.parse().map_err(|fault| match fault {
            WarnBeforeFault::Form => say::not_a_warning(&say_config::shown(text)),
            WarnBeforeFault::TooLong => say::warning_too_long(&say_config::shown(text), WARN_BEFORE_MOST),
        })
    });
    of.close();
    (Calendar { runs, warn_before }, !entries.is_empty())
}

/// Why an entry is refused, in a sentence with what to do. `text` tells what stands in an entry, counted from 0.
pub(crate) fn refused(kind: RunFaultKind, text: impl Fn(usize) -> String) -> String {
    match kind {
        RunFaultKind::NotADate(fault) => date_refused(fault),
        RunFaultKind::EitherOrder => say::either_order(),
        RunFaultKind::Twice { first } => say::run_twice(&text(first)),
        RunFaultKind::OutOfOrder { after } => say::out_of_order(&text(after)),
    }
}

/// Why a text is no date, in a sentence with what to do.
pub(crate) fn date_refused(fault: DateFault) -> String {
    match fault {
        DateFault::NoSuchDay => say::no_such_day(),
        DateFault::MonthFirst => say::month_first(),
        DateFault::NoYear => say::no_year(),
        DateFault::ShortYear => say::short_year(),
        DateFault::YearOutOfRange => say::year_out_of_range(),
        DateFault::NotATime => say::not_a_time(),
        DateFault::OtherWeekday { own, .. } => say::other_weekday(&say::weekday(own.num_days_from_monday())),
        DateFault::LooseNumber | DateFault::NotOneDate => say::not_a_date(),
    }
}
