//! A picture: for each scenario how long requests took, second by second, and how many were answered.

use std::fmt::Write as _;
use std::time::Duration;

use crate::measure::{Measured, Sample, percentile};

const WIDTH: f64 = 640.0;
const PANEL: f64 = 150.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 34.0;
/// Between the panel's lines and its end.
const FOOT: f64 = 26.0;

const STYLE: &str = "text{font:12px system-ui,sans-serif;fill:#334155}.h{font-weight:600;fill:#0f172a}\
.r{fill:#e2e8f0}.p50,.p99{fill:none;stroke-width:2}.p50{stroke:#2563eb}.p99{stroke:#dc2626}\
.t50{fill:#2563eb}.t99{fill:#dc2626}.a{stroke:#94a3b8}";

/// One second of a scenario.
struct Second {
    answered: usize,
    p50: Duration,
    p99: Duration,
}

/// All scenarios, one below the other, as SVG.
pub fn draw(all: &[Measured]) -> String {
    let panels = u32::try_from(all.len()).unwrap_or(u32::MAX);
    let height = PANEL * f64::from(panels);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" \
         role=\"img\" aria-label=\"Latency and rate by second\"><style>{STYLE}</style>\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    for (number, measured) in (0_u32..).zip(all) {
        panel(&mut svg, PANEL * f64::from(number), measured);
    }
    svg.push_str("</svg>\n");
    svg
}

fn seconds(measured: &Measured) -> Vec<Second> {
    (0..measured.time.as_secs())
        .map(|second| {
            // Samples are in the order of what they took, and so are those of one second.
            let within = |sample: &&Sample| sample.at.as_secs() == second;
            let sorted: Vec<Sample> = measured.samples.iter().filter(within).copied().collect();
            Second {
                answered: sorted.len(),
                p50: percentile(&sorted, 50),
                p99: percentile(&sorted, 99),
            }
        })
        .collect()
}

fn panel(svg: &mut String, top: f64, measured: &Measured) {
    let seconds = seconds(measured);
    let slowest = seconds.iter().map(|second| second.p99).max().unwrap_or_default();
    let most = seconds.iter().map(|second| second.answered).max().unwrap_or_default();
    let step = (WIDTH - LEFT - RIGHT) / f64::from(u32::try_from(seconds.len().max(1)).unwrap_or(u32::MAX));
    let (ground, height) = (top + PANEL - FOOT, PANEL - TOP - FOOT);
    let part = |of: f64, whole: f64| if whole > 0.0 { height * of / whole } else { 0.0 };
    let (mut bars, mut p50, mut p99) = (String::new(), String::new(), String::new());
    for (number, second) in (0_u32..).zip(&seconds) {
        let x = LEFT + step * f64::from(number);
        let tall = part(count(second.answered), count(most));
        // Writing to a text does not fail.
        let _ = write!(
            bars,
            "<rect class=\"r\" x=\"{x:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{tall:.1}\"/>",
            ground - tall,
            step * 0.8
        );
        let y = |took: Duration| ground - part(took.as_secs_f64(), slowest.as_secs_f64());
        let _ = write!(p50, "{:.1},{:.1} ", x + step * 0.4, y(second.p50));
        let _ = write!(p99, "{:.1},{:.1} ", x + step * 0.4, y(second.p99));
    }
    let name = measured.scenario.name();
    let (rate, millis) = (measured.rate(), |time: Duration| time.as_secs_f64() * 1000.0);
    let _ = writeln!(
        svg,
        "<text class=\"h\" x=\"{LEFT}\" y=\"{:.1}\">{name}: {rate:.0}/s</text>\
         <text class=\"t50\" x=\"{:.1}\" y=\"{:.1}\">p50 {:.1} ms</text>\
         <text class=\"t99\" x=\"{:.1}\" y=\"{:.1}\">p99 {:.1} ms</text>\
         <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{:.0} ms</text>\
         <text x=\"{:.1}\" y=\"{ground:.1}\" text-anchor=\"end\">0</text>\
         {bars}<polyline class=\"p50\" points=\"{}\"/><polyline class=\"p99\" points=\"{}\"/>\
         <line class=\"a\" x1=\"{LEFT}\" y1=\"{ground:.1}\" x2=\"{:.1}\" y2=\"{ground:.1}\"/>",
        top + 20.0,
        WIDTH - RIGHT - 180.0,
        top + 20.0,
        millis(measured.percentile(50)),
        WIDTH - RIGHT - 90.0,
        top + 20.0,
        millis(measured.percentile(99)),
        LEFT - 6.0,
        top + TOP + 8.0,
        millis(slowest),
        LEFT - 6.0,
        p50.trim_end(),
        p99.trim_end(),
        WIDTH - RIGHT,
    );
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}
