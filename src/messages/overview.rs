//! How things stand: the words of `status`, the report and the notices.

use chrono::{Datelike, NaiveDate};

use crate::overview::Standing;
use crate::period::Period;

crate::messages::catalogue! {
    /// How a series stands in a month.
    overdue() { da "overskredet", en "overdue" }
    in_doubt() { da "uafklaret", en "in doubt" }
    held() { da "tilbageholdt", en "held" }
    waiting() { da "venter", en "waiting" }
    missing() { da "mangler", en "missing" }
    delivered() { da "leveret", en "delivered" }
    adopted() { da "leveret før", en "adopted" }
    duplicate_refused() { da "dublet afvist", en "duplicate refused" }

    /// What needs a person.
    late(series: &str, period: &str, due: &str) {
        da "{series} for {period} skulle være leveret senest {due}, og KP har ikke fået den.",
        en "{series} for {period} was due on {due} at the latest, and KP has not got it.",
    }
    late_ask() {
        da "Spørg leverandøren efter filen. Er den leveret uden om traekfil, så indskriv den: traekfil adopt FIL --reason \"…\".",
        en "Ask the supplier for the file. If it was delivered past traekfil, record it: traekfil adopt FILE --reason \"…\".",
    }
    late_held(file: &str) { da "{file} ligger i mappen og er tilbageholdt.", en "{file} lies in the folder and is held." }
    late_waiting(path: &str) {
        da "{path} ligger i mappen og venter på næste kørsel.",
        en "{path} lies in the folder and waits for the next run.",
    }
    late_in_doubt(delivery: i64) { da "Levering {delivery} er uafklaret.", en "Delivery {delivery} is in doubt." }
    quiet(at: &str) {
        da "Der har ikke været nogen kørsel siden {at}. Se efter, om det planlagte job stadig kører, og kør selv imens.",
        en "There has been no run since {at}. See whether the scheduled job still runs, and run it yourself meanwhile.",
    }
    never_ran(at: &str) {
        da "Der har endnu ikke været nogen kørsel, og regnskabet blev oprettet {at}. Se efter, om jobbet er planlagt, og kør selv imens.",
        en "There has been no run yet, and the ledger was made {at}. See whether the job is scheduled, and run it yourself meanwhile.",
    }

    /// Days and months.
    months() {
        da "januar februar marts april maj juni juli august september oktober november december",
        en "January February March April May June July August September October November December",
    }
    long_day(day: u32, month: &str, year: i32) { da "{day}. {month} {year}", en "{day} {month} {year}" }
}

/// How a series stands, in a word or two.
pub(crate) fn standing(standing: Standing) -> String {
    match standing {
        Standing::Overdue => overdue(),
        Standing::InDoubt => in_doubt(),
        Standing::Held => held(),
        Standing::Waiting => waiting(),
        Standing::Missing => missing(),
        Standing::Delivered => delivered(),
        Standing::Adopted => adopted(),
        Standing::DuplicateRefused => duplicate_refused(),
    }
}

/// A day in full: 20. april 2023.
pub(crate) fn day(day: NaiveDate) -> String {
    long_day(day.day(), &month(day.month()), day.year())
}

/// A month's name, 1 to 12.
pub(crate) fn month(month: u32) -> String {
    let index = usize::try_from(month.saturating_sub(1)).unwrap_or_default();
    months().split(' ').nth(index).unwrap_or_default().to_owned()
}

/// A period in full: april 2023.
pub(crate) fn period(period: Period) -> String {
    format!("{} {}", month(period.month().into()), period.year())
}
