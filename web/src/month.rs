//! The month: one table, Monday first, with every showing on its day.
//!
//! A page of `whats_on.rs` in another order; holds no state of its own.
//! Next: `whats_on.rs`.

use crate::html::Html;
use crate::layout::Pen;
use crate::time::write_month;
use crate::whats_on::{genre_fits, genres, showing_line, showings};
use jiff::ToSpan;
use jiff::civil::Date;
use minijinja::{Value, context};
use usher_rules::view::whats_on::{Listing, Month, Showing, WhatsOn};

/// Weeks a month can touch.
const WEEKS_MAX: usize = 6;

type Line<'a> = (Date, &'a Listing, &'a Showing);

pub(crate) fn page(pen: &Pen<'_>, view: &WhatsOn, asked: Option<Month>) -> Html {
    let today = pen.times.date(pen.frame.now);
    let month = asked.unwrap_or(Month { year: today.year(), month: today.month() });
    let mut lines: Vec<Line<'_>> = showings(view)
        .filter(|(listing, _)| genre_fits(view, listing))
        .map(|(listing, showing)| (pen.times.date(showing.starts), listing, showing))
        .collect();
    lines.sort_by_key(|(date, _, showing)| (*date, showing.starts, showing.performance));
    let first = Date::new(month.year, month.month, 1).unwrap_or(today.first_of_month());
    let title = pen.times.month_title(month);
    let any = lines.iter().any(|(date, _, _)| date.first_of_month() == first);
    let weekdays = (0..7).map(|day| pen.times.weekday(monday(first, day).weekday()));
    let later = lines.last().is_some_and(|line| line.0 > first.last_of_month());
    let about_month = |id: &str| pen.words.tell(id, &[("month", title.as_str().into())]);
    let page = context! {
        before => link(pen, view, first, -1, first > today.first_of_month()),
        after => link(pen, view, first, 1, later),
        genres => genres(pen, view, &write_month(month)),
        empty => if any { String::new() } else { about_month("month-empty") },
        caption => about_month("month-caption"),
        weekdays => weekdays.collect::<Vec<String>>(),
        weeks => weeks(pen, first, today, &lines),
    };
    pen.page("month.html", &title, "month", page)
}

/// The day `offset` days after the Monday of the month's first week.
fn monday(first: Date, offset: i64) -> Date {
    let back = i64::from(first.weekday().to_monday_zero_offset());
    first.checked_add((offset - back).days()).unwrap_or(first)
}

/// Weeks of the month; those that are over are left out as long as others are to come.
fn weeks(pen: &Pen<'_>, first: Date, today: Date, lines: &[Line<'_>]) -> Vec<Vec<Value>> {
    let from = if first.last_of_month() < today { first } else { today };
    (0..WEEKS_MAX)
        .map(|week| (0..7).map(|day| monday(first, (week * 7 + day) as i64)).collect())
        .filter(|days: &Vec<Date>| {
            days.iter().any(|day| day.first_of_month() == first && *day >= from)
        })
        .map(|days| days.into_iter().map(|day| cell(pen, day, first, today, lines)).collect())
        .collect()
}

fn cell(pen: &Pen<'_>, day: Date, first: Date, today: Date, lines: &[Line<'_>]) -> Value {
    let ours = day.first_of_month() == first;
    let on_day: Vec<Value> = lines
        .iter()
        .filter(|(date, _, _)| ours && *date == day)
        .map(|(_, listing, showing)| showing_line(pen, listing, showing))
        .collect();
    let past = ours && day < today;
    let class = match (ours, day == today, past, on_day.is_empty()) {
        (false, ..) => "off none",
        (true, true, ..) => "today",
        (true, false, true, _) => "off",
        (true, false, false, true) => "none",
        (true, false, false, false) => "",
    };
    context! {
        class,
        number => day.day(),
        weekday => pen.times.weekday(day.weekday()),
        past => past && on_day.is_empty(),
        lines => on_day,
    }
}

fn link(pen: &Pen<'_>, view: &WhatsOn, first: Date, step: i64, wanted: bool) -> Option<Value> {
    let date = first.checked_add(step.months()).ok().filter(|_| wanted)?;
    let month = Month { year: date.year(), month: date.month() };
    let genre = view.chosen.genre.as_deref().map(crate::html::url_part);
    let genre = genre.map_or_else(String::new, |genre| format!("&genre={genre}"));
    Some(context! {
        href => format!("/?view=month&month={}{genre}", write_month(month)),
        words => pen.times.month_name(month),
    })
}
