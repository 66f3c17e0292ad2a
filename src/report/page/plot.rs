//! The small plots: files and bytes a month.

use maud::{Markup, html};

use crate::messages::{content as say_content, escape, overview as said, page as say};
use crate::model::attention::{Cell, Overview, Row};
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
    let bars = |figure: &dyn Fn(&Volume) -> (u64, String)| -> Vec<Bar> {
        let bar = |volume: &Volume| {
            let (value, shown) = figure(volume);
            Bar { month: volume.month, value, shown }
        };
        volumes.iter().map(bar).collect()
    };
    let files = bars(&|volume| (volume.files, volume.files.to_string()));
    let bytes = bars(&|volume| (volume.bytes, in_unit(volume.bytes, size)));
    html! {
        section.plots {
            h2 { (say::volume()) }
            div.pair {
                (plot(&say::files(), &files))
                (plot(&say::amount(unit), &bytes))
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

/// Records and kroner a month of each series that has a format, by the month that its files are for.
pub(super) fn contents(overview: &Overview) -> Markup {
    let has_any = |row: &&Row| row.cells.iter().any(|cell| cell.totals.is_some());
    let rows: Vec<&Row> = overview.series.iter().filter(has_any).collect();
    html! {
        @if !rows.is_empty() {
            section.plots {
                h2 { (say_content::records_and_kroner().trim_end_matches(':')) }
                div.pair {
                    @for row in rows {
                        (plot(&say_content::records_of(&escape(&row.series)), &records(row)))
                        (kroner(row))
                    }
                }
                p.note { (say_content::by_period()) }
            }
        }
    }
}

fn records(row: &Row) -> Vec<Bar> {
    let bar = |cell: &Cell| {
        let value = cell.totals.map_or(0, |totals| totals.records);
        Bar { month: cell.period, value, shown: wording::content::grouped(value.into()) }
    };
    row.cells.iter().map(bar).collect()
}

/// The sums; a month in which more was taken back than deducted has no bar.
fn kroner(row: &Row) -> Markup {
    let of =
        |cell: &Cell| cell.totals.and_then(|totals| u64::try_from(totals.sum_ore).ok()).unwrap_or_default();
    let most = row.cells.iter().map(of).max().unwrap_or_default();
    let (unit, size) = match most {
        100_000_000.. => (say_content::millions(), 100_000_000),
        1_000_000.. => (say_content::thousands(), 100_000),
        _ => (say_content::kr(), 100),
    };
    let bar = |cell: &Cell| Bar { month: cell.period, value: of(cell), shown: in_unit(of(cell), size) };
    let bars: Vec<Bar> = row.cells.iter().map(bar).collect();
    plot(&say_content::kroner_of(&escape(&row.series), &unit), &bars)
}

/// One bar of a plot.
struct Bar {
    month: Period,
    value: u64,
    shown: String,
}

/// Bars with their figures above and the months below.
fn plot(title: &str, bars: &[Bar]) -> Markup {
    let most = bars.iter().map(|bar| bar.value).max().unwrap_or_default().max(1);
    let width = bars.len() as u64 * (BAR + GAP) + GAP;
    let height = ABOVE + TALLEST + BELOW;
    let told: Vec<String> =
        bars.iter().map(|bar| format!("{} {}", wording::period_in_full(bar.month), bar.shown)).collect();
    html! {
        figure {
            figcaption { (title) }
            svg viewBox=(format!("0 0 {width} {height}")) role="img" aria-label=(format!("{title}: {}", told.join(", "))) {
                line.axis x1="0" x2=(width) y1=(ABOVE + TALLEST) y2=(ABOVE + TALLEST) {}
                @for (at, Bar { month, value, shown }) in bars.iter().enumerate() {
                    @let value = *value;
                    @let tall = if value == 0 { 0 } else { (scaled(value, most)).max(2) };
                    @let left = GAP + at as u64 * (BAR + GAP);
                    @let middle = left + BAR / 2;
                    @if value > 0 {
                        rect.bar x=(left) y=(ABOVE + TALLEST - tall) width=(BAR) height=(tall) rx="2" {}
                        text.figure x=(middle) y=(ABOVE + TALLEST - tall - 5) { (shown) }
                    }
                    text.month x=(middle) y=(ABOVE + TALLEST + 15) { (short(*month, at)) }
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
