//! The plot: for each workload a bar for each tool, as long as its time.

use std::fmt::Write as _;

use crate::measure::{Measured, short};
use crate::tools::Tool;

const WIDTH: f64 = 760.0;
/// Where the bars begin, and how long the longest is.
const LEFT: f64 = 110.0;
const LONGEST: f64 = 520.0;
const ROW: f64 = 18.0;
const GAP: f64 = 34.0;

/// Draws it as SVG, fit for light and dark.
pub fn draw(all: &[Measured]) -> String {
    let mut body = String::new();
    let mut y = 8.0;
    for measured in all {
        y += 16.0;
        let _ = writeln!(
            body,
            "<text class=\"title\" x=\"0\" y=\"{y}\">{}: {}</text>",
            measured.workload.name, measured.workload.what
        );
        y += 8.0;
        let longest = measured.samples.keys().filter_map(|tool| measured.seconds(*tool)).fold(0.0, f64::max);
        for &tool in measured.samples.keys() {
            let seconds = measured.seconds(tool).unwrap_or_default();
            bar(&mut body, y, tool, seconds, LONGEST * seconds / longest);
            y += ROW;
        }
        y += GAP - ROW;
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {y}\" width=\"{WIDTH}\" role=\"img\">\n\
         <title>Seconds that traekfil and other tools take for the same work; shorter is faster</title>\n\
         <style>text{{font:12px sans-serif;fill:#333}}.title{{font-weight:bold}}.name{{text-anchor:end}}\
         .ours{{fill:#0b6e4f}}.other{{fill:#9aa5b1}}\
         @media (prefers-color-scheme:dark){{text{{fill:#ddd}}.ours{{fill:#3ddc97}}.other{{fill:#5b6673}}}}</style>\n\
         {body}</svg>\n"
    )
}

fn bar(body: &mut String, y: f64, tool: Tool, seconds: f64, length: f64) {
    let class = if tool == Tool::Ours { "ours" } else { "other" };
    let base = y + 12.0;
    let _ = writeln!(
        body,
        "<text class=\"name\" x=\"{}\" y=\"{base}\">{}</text>\
         <rect class=\"{class}\" x=\"{LEFT}\" y=\"{y}\" width=\"{:.1}\" height=\"14\"/>\
         <text x=\"{:.1}\" y=\"{base}\">{} s</text>",
        LEFT - 8.0,
        tool.name(),
        length.max(1.0),
        LEFT + length.max(1.0) + 6.0,
        short(seconds)
    );
}
