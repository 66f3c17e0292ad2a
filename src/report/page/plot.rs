//! The small plots: files and bytes a month.

use maud::{Markup, html};

use crate::messages::{overview as said, page as say};
use crate::model::ledger::Volume;
use crate::period::Period;
use crate::wording;

/// The plot's measures, in units of its view box.
const BAR: u64 = 34;
const GAP: u64 = 8;
const TALLEST: u64 = 90;
const ABOVE: u64 = 18;
const BELOW: u64 = 22;

/// Both plots, and their figures as a table.
pub(super) fn volumes(volumes: &[Volume]) -> Markup {
    if volumes.iter().all(|volume| volume.files == 0) {
        return html! {};
    }
    let most = volumes.iter().map(|volume| volume.bytes).max().unwrap_or_default();
    let (unit, size) = unit(most);
    let files = |volume: &Volume| (volume.files, volume.files.to_string());
    let bytes = |volume: &Volume| (volume.bytes, in_unit(volume.bytes, size));
    html! {
        section.plots {
            h2 { (say::volume()) }
            div.pair {
                (plot(&say::files(), volumes, files))
                (plot(&say::amount(unit), volumes, bytes))
            }
            p.note { (say::when_delivered()) }
            details {
                summary { (say::as_table()) }
                table.figures {
                    thead { tr {
                        th scope="col" { (say::month()) }
                        th scope="col" { (say::files()) }
                        th scope="col" { (say::amount(unit)) }
                    } }
                    tbody {
                        @for volume in volumes {
                            tr {
                                th scope="row" { (wording::period_in_full(volume.month)) }
                                td { (volume.files) }
                                td { (in_unit(volume.bytes, size)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Bars with their figures above and the months below.
fn plot(title: &str, volumes: &[Volume], figure: impl Fn(&Volume) -> (u64, String)) -> Markup {
    let most = volumes.iter().map(|volume| figure(volume).0).max().unwrap_or_default().max(1);
    let width = volumes.len() as u64 * (BAR + GAP) + GAP;
    let height = ABOVE + TALLEST + BELOW;
    let told: Vec<String> = volumes
        .iter()
        .map(|volume| format!("{} {}", wording::period_in_full(volume.month), figure(volume).1))
        .collect();
    html! {
        figure {
            figcaption { (title) }
            svg viewBox=(format!("0 0 {width} {height}")) role="img" aria-label=(format!("{title}: {}", told.join(", "))) {
                line.axis x1="0" x2=(width) y1=(ABOVE + TALLEST) y2=(ABOVE + TALLEST) {}
                @for (at, volume) in volumes.iter().enumerate() {
                    @let (value, shown) = figure(volume);
                    @let tall = if value == 0 { 0 } else { (scaled(value, most)).max(2) };
                    @let left = GAP + at as u64 * (BAR + GAP);
                    @let middle = left + BAR / 2;
                    @if value > 0 {
                        rect.bar x=(left) y=(ABOVE + TALLEST - tall) width=(BAR) height=(tall) rx="2" {}
                        text.figure x=(middle) y=(ABOVE + TALLEST - tall - 5) { (shown) }
                    }
                    text.month x=(middle) y=(ABOVE + TALLEST + 15) { (short(volume.month, at)) }
                }
            }
        }
    }
}

/// How tall a bar is.
fn scaled(value: u64, most: u64) -> u64 {
    u64::try_from(u128::from(value) * u128::from(TALLEST) / u128::from(most)).unwrap_or(TALLEST)
}

/// A month below its bar; with its year where that begins.
fn short(month: Period, at: usize) -> String {
    let name: String = said::month(month.month().into()).chars().take(3).collect();
    let year = month.year() % 100;
    if at == 0 || month.month() == 1 { format!("{name} {year:02}") } else { name }
}

/// The unit in which the largest figure is easily read, and its bytes.
fn unit(most: u64) -> (&'static str, u64) {
    let units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    units.into_iter().find(|(_, size)| most >= *size).unwrap_or(("B", 1))
}

/// A figure in that unit, with one decimal where it is small.
fn in_unit(bytes: u64, size: u64) -> String {
    let tenths = u128::from(bytes) * 10 / u128::from(size);
    let point = say::decimal_point();
    match tenths {
        0 if bytes > 0 => format!("<0{point}1"),
        tenths if size > 1 && tenths < 100 => format!("{}{point}{}", tenths / 10, tenths % 10),
        tenths => (tenths / 10).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{in_unit, scaled, unit};

    #[test]
    fn figures_fit_above_their_bars() {
        for (most, bytes, shown) in [
            (700, 700, "700"),
            (2_048, 1_536, "1.5"),
            (2_048, 1, "<0.1"),
            (2_048, 0, "0.0"),
            (50 << 30, 42 << 30, "42"),
        ] {
            let (_, size) = unit(most);
            assert_eq!(in_unit(bytes, size), shown, "{bytes} of {most}");
        }
        assert_eq!((scaled(1, 3), scaled(3, 3), scaled(u64::MAX, u64::MAX)), (30, 90, 90));
    }
}
