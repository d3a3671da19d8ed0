//! A large house as its parts: each the outline of its seats, pressed as one, named and priced.
//!
//! Names the plan wrote beside its parts are left out: each part bears its own. Never draws a
//! seat. Next: `seat_map.rs`, which draws a part once it is open.

use crate::html::escape;
use crate::layout::Pen;
use crate::seat_map::{Scale, Tenths, put};
use usher_rules::view::seat_map::{Drawing, PartGlance, Point, Shape};

/// From the middle of a part to the lines of its name, price and places left, in tenths.
const LINES_TENTHS: [i64; 3] = [-120, 80, 270];

/// Says this drawing only what a part says of itself: `101` beside `Section 101`?
pub(crate) fn repeats(drawing: &Drawing, parts: &[PartGlance]) -> bool {
    let words = drawing.text.as_ref().map(|text| text.words.trim()).unwrap_or_default();
    let named = |part: &PartGlance| part.name.split(' ').any(|word| word == words);
    matches!(drawing.shape, Shape::Text)
        && parts.iter().any(|part| part.name == words || named(part))
}

/// The word that all parts begin with, `Section`: said once, not forty times on the drawing.
pub(crate) fn common_word(parts: &[PartGlance]) -> &str {
    let split = |part: &PartGlance| part.name.split_once(' ').map(|pair| pair.0.len());
    let Some((first, length)) = parts.first().and_then(|part| Some((part, split(part)?))) else {
        return "";
    };
    let (word, _) = first.name.split_at(length);
    let begins = |part: &PartGlance| part.name.split_once(' ').is_some_and(|pair| pair.0 == word);
    if parts.len() > 1 && parts.iter().all(begins) { word } else { "" }
}

pub(crate) fn draw_part(
    out: &mut String,
    scale: &Scale,
    part: &PartGlance,
    (common, pen): (&str, &Pen<'_>),
) {
    let class = if part.places_left == 0 { "part out" } else { "part" };
    let label = label(pen, part);
    let (no, label) = (part.part.0, escape(&label));
    put(
        out,
        format_args!(
            r#"<a class="{class}" href="?part={no}#map" data-part="{no}" aria-label="{label}">"#
        ),
    );
    out.push_str(r#"<polygon points=""#);
    for Point { x, y } in &part.outline {
        put(out, format_args!("{},{} ", Tenths(scale.x(*x)), Tenths(scale.y(*y))));
    }
    out.push_str("\"/>");
    let (x, y) = (scale.x(part.label_at.x), scale.y(part.label_at.y));
    let name = part.name.strip_prefix(common).unwrap_or(&part.name).trim().to_owned();
    let lines = [
        ("part-name", name),
        ("part-from", pen.price_from(part.price_from)),
        ("part-left", left(pen, part)),
    ];
    for ((class, words), below) in lines.into_iter().zip(LINES_TENTHS) {
        if !words.is_empty() {
            let (x, y, words) = (Tenths(x), Tenths(y + below), escape(&words));
            put(out, format_args!(r#"<text class="{class}" x="{x}" y="{y}">{words}</text>"#));
        }
    }
    out.push_str("</a>");
}

fn left(pen: &Pen<'_>, part: &PartGlance) -> String {
    match part.places_left {
        0 => pen.say("avail-out"),
        count => pen.words.tell("part-left", &[("count", count.into())]),
    }
}

/// `Section 101, from £25.00, 400 left`: what is written on it, in that order.
pub(crate) fn label(pen: &Pen<'_>, part: &PartGlance) -> String {
    let lines = [part.name.clone(), pen.price_from(part.price_from), left(pen, part)];
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ")
}
