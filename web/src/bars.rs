//! Bars by the hour as inline SVG: what was sold when, on the report of sales.
//!
//! Drawn from amounts; tells its story in words for those who cannot see it, and the table below
//! it has every figure. Next: `desk/report.rs`.

use crate::html::escape;
use crate::layout::Pen;
use std::fmt::Write;
use usher_rules::money::Money;
use usher_rules::view::desk::report::{Row, Sums};

const WIDTH: i64 = 1_140;
const HEIGHT: i64 = 300;
const LEFT: i64 = 110;
const BOTTOM: i64 = 36;
const TOP: i64 = 18;
/// Lines across, the floor not counted.
const MARKS: i64 = 4;
/// The widest bar: one hour alone is not a wall.
const BAR_MAX: i64 = 72;

/// Amounts by the hour of the day; nothing if nothing was sold.
pub(crate) fn svg(pen: &Pen<'_>, rows: &[Row<u8>]) -> Option<String> {
    let (first, last) = (rows.first()?.of, rows.last()?.of);
    let peak = rows.iter().map(|row| row.sums.gross).max().filter(|peak| *peak > Money::ZERO)?;
    let top = rounded_up(peak.0, MARKS);
    let label = label(pen, rows, peak);
    let mut out = format!(
        r#"<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{}">"#,
        escape(&label)
    );
    for mark in 0..=MARKS {
        let worth = top / MARKS * mark;
        let (y, money) = (height(worth, top), pen.money(Money(worth)));
        let right = WIDTH - 10;
        let words = format!(r#"<text x="{}" y="{}" text-anchor="end">"#, LEFT - 10, y + 5);
        put(
            &mut out,
            format_args!(
                r#"<path class="axis" d="M{LEFT} {y}H{right}"/>{words}{}</text>"#,
                escape(&money)
            ),
        );
    }
    let hours = i64::from(last - first) + 1;
    let step = (WIDTH - LEFT - 10) / hours;
    for hour in first..=last {
        let middle = LEFT + step * i64::from(hour - first) + step / 2;
        let sold = rows.iter().find(|row| row.of == hour).map_or(Sums::default(), |row| row.sums);
        bar(&mut out, middle, (step * 2 / 3).min(BAR_MAX), height(sold.gross.0, top));
        let y = HEIGHT - 10;
        put(
            &mut out,
            format_args!(r#"<text x="{middle}" y="{y}" text-anchor="middle">{hour:02}</text>"#),
        );
    }
    out.push_str("</svg>");
    Some(out)
}

fn bar(out: &mut String, middle: i64, width: i64, y: i64) {
    let (x, tall) = (middle - width / 2, HEIGHT - BOTTOM - y);
    if tall > 0 {
        put(out, format_args!(r#"<path class="hour" d="M{x} {y}h{width}v{tall}h-{width}z"/>"#));
    }
}

fn height(worth: i64, top: i64) -> i64 {
    let room = i128::from(HEIGHT - BOTTOM - TOP);
    let tall = i128::from(worth.max(0)) * room / i128::from(top);
    HEIGHT - BOTTOM - i64::try_from(tall).unwrap_or(0)
}

/// The next 1, 2 or 5 times a power of ten that `marks` of it reach the peak.
fn rounded_up(peak: i64, marks: i64) -> i64 {
    let mut power = 1_i64;
    loop {
        for step in [1, 2, 5] {
            let top = power.saturating_mul(step).saturating_mul(marks);
            if top >= peak {
                return top;
            }
        }
        power = power.saturating_mul(10);
    }
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("text can always grow");
}

fn label(pen: &Pen<'_>, rows: &[Row<u8>], peak: Money) -> String {
    let busiest = rows.iter().find(|row| row.sums.gross == peak).map_or(0, |row| row.of);
    let sum = rows.iter().fold(Sums::default(), |sum, row| sum.with(row.sums));
    let parts = [
        ("hour", hour(busiest).into()),
        ("peak", pen.money(peak).into()),
        ("sum", pen.money(sum.gross).into()),
    ];
    pen.words.tell("report-chart", &parts)
}

/// `19:00 to 20:00`, as short as it is clear: `19:00`.
pub(crate) fn hour(of: u8) -> String {
    format!("{of:02}:00")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_ends_at_a_round_figure_just_above_the_peak() {
        for (peak, top) in [(1, 4), (4, 4), (5, 8), (3_999, 4_000), (4_001, 8_000), (9_000, 20_000)]
        {
            assert_eq!(rounded_up(peak, 4), top, "{peak}");
        }
        assert!(rounded_up(i64::MAX, 4) == i64::MAX);
    }

    #[test]
    fn no_bar_is_taller_than_its_room() {
        assert_eq!(height(0, 4_000), HEIGHT - BOTTOM);
        assert_eq!(height(4_000, 4_000), TOP);
        assert_eq!(height(-5, 4_000), HEIGHT - BOTTOM);
    }
}
