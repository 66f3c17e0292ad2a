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

/// Forms so short that much else looks like them: tried only where the file's name tells its month.
const SHORT_FORMS: [&str; 7] = ["DD-MM-YY", "DD.MM.YY", "DDMMYY", "YYMMDD", "MM-YY", "YYMM", "MMYY"];

/// The forms and their patterns; the short ones too where the file's month is known.
pub(super) fn forms(month: Option<Period>) -> impl Iterator<Item = (&'static str, PeriodForm)> {
    let short = SHORT_FORMS.iter().filter(move |_| month.is_some());
    FORMS.iter().chain(short).filter_map(|pattern| Some((*pattern, PeriodForm::of(pattern)?)))
}

/// Whether a field may tell the month of a file: that of its name, where that has one, else any of our time.
pub(super) fn is_plausible(period: Period, month: Option<Period>) -> bool {
    month.map_or((2010..2050).contains(&period.year()), |month| month == period)
}

/// The pattern by which all of these texts name a month, and few different ones; most of them `month`,
/// where that is known.
pub(super) fn pattern_of<'a>(
    texts: &(impl Iterator<Item = &'a str> + Clone),
    month: Option<Period>,
) -> Option<&'static str> {
    let read = |form: &PeriodForm| {
        let mut first = month;
        let mut others = 0_usize;
        let mut all = 0_usize;
        for text in texts.clone() {
            let period = form.read(text).filter(|period| is_plausible(*period, None))?;
            others += usize::from(*first.get_or_insert(period) != period);
            all += 1;
        }
        // a month is the same in most records; a date of birth is not
        (all > 0 && others * 2 <= all).then_some(())
    };
    forms(month).find_map(|(pattern, form)| read(&form).map(|()| pattern))
}
