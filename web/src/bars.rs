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

/// Hours of a day.
const HOURS: u8 = 24;

/// From the highest line to the lowest one, in minor units; nothing at all is between them.
struct Scale {
    top: i64,
    floor: i64,
    step: i64,
}

impl Scale {
    /// For amounts of which these are the largest and the smallest; hours that gave back more than
    /// they sold hang below nothing.
    fn of(most: i64, least: i64) -> Scale {
        let reach = most.max(least.saturating_neg()).max(1);
        let step = rounded_up(reach, MARKS) / MARKS;
        let far = |amount: i64| step.saturating_mul(amount / step + i64::from(amount % step > 0));
        let (above, below) = (most.max(0), least.min(0).saturating_neg());
        Scale { top: far(above), floor: -far(below), step }
    }

    /// Where an amount stands.
    fn y(&self, worth: i64) -> i64 {
        let room = i128::from(HEIGHT - BOTTOM - TOP);
        let span = i128::from(self.top) - i128::from(self.floor);
        let above = i128::from(worth) - i128::from(self.floor);
        HEIGHT - BOTTOM - i64::try_from(above * room / span.max(1)).unwrap_or(0)
    }

    /// The amounts that have a line.
    fn lines(&self) -> impl Iterator<Item = i64> {
        (self.floor / self.step..=self.top / self.step).map(|line| line * self.step)
    }
}

/// Amounts by the hour, from the first of these to the last; nothing if nothing was sold and
/// nothing given back.
pub(crate) fn svg(pen: &Pen<'_>, rows: &[Row<u8>]) -> Option<String> {
    let (first, last) = (rows.first()?.of, rows.last()?.of);
    let (most, least) = (rows.iter().map(gross).max()?, rows.iter().map(gross).min()?);
    if most <= 0 && least >= 0 {
        return None;
    }
    let scale = Scale::of(most, least);
    let label = label(pen, rows, Money(most));
    let mut out = format!(
        r#"<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{}">"#,
        escape(&label)
    );
    scale.lines().for_each(|worth| line(&mut out, pen, &scale, worth));
    // A business day goes on after midnight.
    let hours = (last + HOURS - first) % HOURS + 1;
    let step = (WIDTH - LEFT - 10) / i64::from(hours);
    for nth in 0..hours {
        let hour = (first + nth) % HOURS;
        let middle = LEFT + step * i64::from(nth) + step / 2;
        let sold = rows.iter().find(|row| row.of == hour).map_or(0, gross);
        bar(&mut out, middle, (step * 2 / 3).min(BAR_MAX), (scale.y(0), scale.y(sold)));
        let y = HEIGHT - 10;
        put(
            &mut out,
            format_args!(r#"<text x="{middle}" y="{y}" text-anchor="middle">{hour:02}</text>"#),
        );
    }
    out.push_str("</svg>");
    Some(out)
}

fn gross(row: &Row<u8>) -> i64 {
    row.sums.gross.0
}

fn line(out: &mut String, pen: &Pen<'_>, scale: &Scale, worth: i64) {
    let (y, right) = (scale.y(worth), WIDTH - 10);
    put(out, format_args!(r#"<path class="axis" d="M{LEFT} {y}H{right}"/>"#));
    let (x, y, money) = (LEFT - 10, y + 5, escape(&pen.money(Money(worth))).into_owned());
    put(out, format_args!(r#"<text x="{x}" y="{y}" text-anchor="end">{money}</text>"#));
}

/// A bar from nothing to its amount, up or down.
fn bar(out: &mut String, middle: i64, width: i64, (nothing, end): (i64, i64)) {
    let (x, y, tall) = (middle - width / 2, nothing.min(end), (nothing - end).abs());
    if tall > 0 {
        put(out, format_args!(r#"<path class="hour" d="M{x} {y}h{width}v{tall}h-{width}z"/>"#));
    }
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
    fn no_bar_is_taller_than_its_room_and_one_below_nothing_hangs_from_it() {
        let floor = HEIGHT - BOTTOM;
        let sold = Scale::of(4_000, 0);
        assert_eq!((sold.y(0), sold.y(4_000)), (floor, TOP));
        let both = Scale::of(4_000, -1_001);
        assert_eq!((both.top, both.floor, both.step), (4_000, -2_000, 1_000));
        assert_eq!((both.y(4_000), both.y(-2_000)), (TOP, floor));
        assert!(both.y(-1_001) > both.y(0) && both.y(0) > both.y(4_000));
        assert_eq!(
            both.lines().collect::<Vec<_>>(),
            [-2_000, -1_000, 0, 1_000, 2_000, 3_000, 4_000]
        );
        let back = Scale::of(-5, -4_000);
        assert_eq!((back.y(0), back.y(-4_000)), (TOP, floor));
        assert_eq!(Scale::of(216_481, 0).top, 300_000, "no more room than a line");
        let far = Scale::of(i64::MAX, 0);
        assert_eq!((far.y(0), far.y(i64::MAX)), (floor, TOP));
    }
}
