//! The arrival curve of the monitor as inline SVG: tonight against the usual evening.
//!
//! Drawn from counts a minute; tells its story in words for those who cannot see it.
//! Next: `monitor.rs`.

use crate::html::escape;
use crate::layout::Pen;
use std::fmt::Write;
use usher_rules::at::Span;
use usher_rules::view::monitor::Curve;

const WIDTH: i64 = 1_140;
const HEIGHT: i64 = 348;
const LEFT: i64 = 44;
const BOTTOM: i64 = 40;
const MINUTES: i64 = 60;

pub(crate) fn svg(pen: &Pen<'_>, curve: &Curve) -> String {
    let peak_tonight = curve.tonight.iter().copied().max().unwrap_or(0) * 10;
    let peak_usual = curve.usual_tenths.iter().copied().max().unwrap_or(0);
    let (step, top) = axis(i64::from(peak_tonight.max(peak_usual)));
    let graph = Graph { top };
    let label = label(pen, curve);
    let label = escape(&label);
    let mut out =
        format!(r#"<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">"#);
    for mark in (0..=top / 10).step_by(usize::try_from(step).unwrap_or(1)) {
        let y = graph.y(mark * 10);
        put(
            &mut out,
            format_args!(
                r#"<path class="axis" d="M{LEFT} {y}H{}"/>
<text x="{}" y="{}" text-anchor="end">{mark}</text>"#,
                WIDTH - 10,
                LEFT - 10,
                y + 5
            ),
        );
    }
    hours(&mut out, &graph, pen, curve);
    lines(&mut out, &graph, pen, curve);
    out.push_str("</svg>");
    out
}

/// Distance of the marks and the top of the scale in tenths: four marks or so.
fn axis(peak_tenths: i64) -> (i64, i64) {
    let peak = (peak_tenths + 9) / 10;
    let step = [1, 2, 5, 10, 20, 50, 100, 200, 500].into_iter().find(|step| step * 4 >= peak);
    let step = step.unwrap_or(1_000);
    (step, (peak.max(3) * 10 * 6 / 5).max(step * 30))
}

struct Graph {
    /// Value at the top edge, in tenths a minute.
    top: i64,
}

impl Graph {
    fn x(&self, minute: i64) -> i64 {
        LEFT + minute * (WIDTH - LEFT - 10) / (MINUTES - 1)
    }

    fn y(&self, tenths: i64) -> i64 {
        HEIGHT - BOTTOM - tenths * (HEIGHT - BOTTOM - 24) / self.top
    }

    fn path(&self, tenths: impl Iterator<Item = i64>) -> String {
        let mut path = String::new();
        for (minute, tenths) in (0..).zip(tenths) {
            let letter = if minute == 0 { 'M' } else { 'L' };
            put(&mut path, format_args!("{letter}{} {} ", self.x(minute), self.y(tenths)));
        }
        path
    }
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("text can always grow");
}

fn hours(out: &mut String, graph: &Graph, pen: &Pen<'_>, curve: &Curve) {
    for (minute, anchor) in
        [(0, "start"), (15, "middle"), (30, "middle"), (45, "middle"), (59, "end")]
    {
        let shown = if minute == 59 { MINUTES } else { minute };
        let time = pen.times.clock(curve.from + Span::minutes(shown));
        let (x, y) = (graph.x(minute), HEIGHT - 10);
        put(out, format_args!(r#"<text x="{x}" y="{y}" text-anchor="{anchor}">{time}</text>"#));
    }
}

fn lines(out: &mut String, graph: &Graph, pen: &Pen<'_>, curve: &Curve) {
    let usual =
        || curve.usual_tenths.iter().take(MINUTES as usize).map(|tenths| i64::from(*tenths));
    let tonight =
        || curve.tonight.iter().take(MINUTES as usize).map(|count| i64::from(*count) * 10);
    let last = tonight().count() as i64 - 1;
    if last > 0 {
        let (right, floor, left) = (graph.x(last), graph.y(0), graph.x(0));
        let path = graph.path(tonight());
        put(
            out,
            format_args!(r#"<path class="area" d="{path}L{right} {floor}L{left} {floor}Z"/>"#),
        );
    }
    if usual().count() > 1 {
        put(out, format_args!(r#"<path class="past" d="{}"/>"#, graph.path(usual())));
        let words = pen.say("monitor-curve-past");
        let words = escape(&words);
        let peak = graph.y(usual().max().unwrap_or(0));
        let near = usual().nth(50).unwrap_or(0);
        let y = (graph.y(near) - 14).max(peak);
        put(out, format_args!(r#"<text class="mut" x="{}" y="{y}">{words}</text>"#, graph.x(49)));
    }
    if last < 0 {
        return;
    }
    if last > 0 {
        put(out, format_args!(r#"<path class="tonight" d="{}"/>"#, graph.path(tonight())));
    }
    let now = tonight().next_back().unwrap_or(0);
    let (x, y) = (graph.x(last), graph.y(now));
    let tip = pen.words.tell("monitor-curve-tip", &[("rate", (now / 10).into())]);
    let (text_x, anchor) = if last > 44 { (x - 14, "end") } else { (x + 14, "start") };
    let text_y = (y - 12).max(16);
    put(
        out,
        format_args!(
            r#"<circle class="tip" cx="{x}" cy="{y}" r="8"/>
<text class="strong" x="{text_x}" y="{text_y}" text-anchor="{anchor}">{}</text>"#,
            escape(&tip)
        ),
    );
}

fn label(pen: &Pen<'_>, curve: &Curve) -> String {
    let last = curve.tonight.len().saturating_sub(1);
    let now = curve.from + Span::minutes(last as i64);
    let rate = curve.tonight.last().copied().unwrap_or(0);
    let mut args = vec![
        ("from", pen.times.clock(curve.from).into()),
        ("rate", rate.into()),
        ("now", pen.times.clock(now).into()),
    ];
    match curve.usual_tenths.get(last) {
        Some(usual) => {
            args.push(("usual", (usual / 10).into()));
            pen.words.tell("monitor-curve-usual", &args)
        }
        None => pen.words.tell("monitor-curve-label", &args),
    }
}
