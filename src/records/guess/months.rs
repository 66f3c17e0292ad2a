//! Where a sample names a month.

use crate::period::Period;
use crate::records::period_form::PeriodForm;

/// The forms that are tried, the longer first, so that a month within a date is not taken for itself.
const FORMS: [&str; 10] = [
    "YYYY-MM-DD",
    "DD-MM-YYYY",
    "DD.MM.YYYY",
    "YYYYMMDD",
    "DDMMYYYY",
    "YYYY-MM",
    "MM-YYYY",
    "MM/YYYY",
    "YYYYMM",
    "MMYYYY",
];

/// The forms and their patterns.
pub(super) fn forms() -> Vec<(&'static str, PeriodForm)> {
    FORMS.iter().filter_map(|pattern| Some((*pattern, PeriodForm::of(pattern)?))).collect()
}

/// Whether a file of today could be for this month.
pub(super) fn is_plausible(period: Period) -> bool {
    (2010..2050).contains(&period.year())
}

/// The pattern by which all of these texts name a month, and few different ones.
pub(super) fn pattern_of<'a>(texts: &(impl Iterator<Item = &'a str> + Clone)) -> Option<&'static str> {
    let read = |form: &PeriodForm| {
        let mut first = None;
        let mut others = 0_usize;
        let mut all = 0_usize;
        for text in texts.clone() {
            let period = form.read(text).filter(|period| is_plausible(*period))?;
            others += usize::from(*first.get_or_insert(period) != period);
            all += 1;
        }
        // a month is the same in most records; a date of birth is not
        (all > 0 && others * 2 <= all).then_some(())
    };
    forms().into_iter().find_map(|(pattern, form)| read(&form).map(|()| pattern))
}
