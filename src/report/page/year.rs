//! The year at a glance: for each series and month, whether KP has a file.

use maud::{Markup, html};

use super::{Year, escape, report_say, say};
use crate::wording;

/// The table; nothing where there is no series.
pub(super) fn glance(year: &Year) -> Markup {
    if year.series.is_empty() {
        return html! {};
    }
    let cell = |has: bool| {
        let (class, sign, word) =
            if has { ("delivered", "✓", say::kp_has_it()) } else { ("missing", "·", say::kp_has_none()) };
        html! { td class=(class) title=(word) { span aria-hidden="true" { (sign) } } }
    };
    html! {
        section {
            h2 { (say::year()) }
            div.scrolls tabindex="0" role="region" aria-label=(say::year()) {
                table.year {
                    thead { tr {
                        th scope="col" { (report_say::head_series()) }
                        @for month in &year.months { th scope="col" { (wording::period(Some(*month))) } }
                    } }
                    tbody {
                        @for (series, months) in &year.series {
                            tr { th scope="row" { (escape(series)) } @for has in months { (cell(*has)) } }
                        }
                    }
                }
            }
            p.legend { span.delivered { "✓ " (say::kp_has_it()) } " " span.missing { "· " (say::kp_has_none()) } }
        }
    }
}
