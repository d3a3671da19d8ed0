//! What's on: tonight's board, the poster wall with its filters, and the month.
//!
//! Works out days, `tonight` and filters, because only here the venue's time zone is known.
//! Never asks for anything: the view is the whole season. Next: `month.rs`, `production.rs`.

use crate::html::{Html, Templates, url_part};
use crate::layout::{Pen, on_sale};
use crate::month;
use crate::time::{date_of, read_day, read_month, write_day};
use crate::words::Words;
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use minijinja::{Value, context};
use usher_rules::view::whats_on::{
    Availability, Chosen, Layout, Listing, Sale, Showing, WhatsOn, When,
};

/// Days offered one by one in the date filter.
const DAYS_OFFERED_MAX: usize = 62;

/// Reads `view`, `month`, `when` and `genre` of the query; nonsense reads as not given.
pub fn chosen<'a>(query: impl Fn(&str) -> Option<&'a str>) -> Chosen {
    let month = query("month").and_then(read_month);
    let layout = match query("view") {
        Some("month") => Layout::Month(month),
        Some(_) | None => Layout::Posters,
    };
    let when = match query("when") {
        Some("weekend") => When::Weekend,
        Some("week") => When::SevenDays,
        Some(text) => read_day(text).map_or(When::AnyDay, When::Day),
        None => When::AnyDay,
    };
    let genre = query("genre").filter(|genre| !genre.is_empty()).map(str::to_owned);
    Chosen { layout, when, genre }
}

pub fn page(templates: &Templates, view: &WhatsOn, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.frame, words);
    match view.chosen.layout {
        Layout::Posters => posters(&pen, view),
        Layout::Month(asked) => month::page(&pen, view, asked),
    }
}

fn posters(pen: &Pen<'_>, view: &WhatsOn) -> Html {
    let today = pen.times.date(pen.frame.now);
    let fits = |listing: &&Listing| genre_fits(view, listing);
    let listings: Vec<Value> = view
        .productions
        .iter()
        .filter(fits)
        .filter_map(|listing| poster(pen, listing, view.chosen.when, today))
        .collect();
    let any = !view.productions.is_empty();
    let page = context! {
        tonight => tonight(pen, view),
        options => options(pen, view.chosen.when),
        days => days(pen, view),
        genre => &view.chosen.genre,
        genres => genres(pen, view, &query_of(view.chosen.when)),
        listings,
        nothing => pen.say(if any { "nothing-on" } else { "nothing-yet" }),
        nothing_more => if any { pen.say("nothing-on-more") } else { String::new() },
    };
    pen.page("whats-on.html", &pen.say("whats-on"), "on", page)
}

/// What still plays on this business day, like departures; nothing when nothing does. An evening
/// that goes on after midnight is one evening.
fn tonight(pen: &Pen<'_>, view: &WhatsOn) -> Option<Value> {
    let of = |at| pen.times.business_date(at, pen.frame.venue.day_rolls_min);
    let today = of(pen.frame.now);
    let mut lines: Vec<(&Listing, &Showing)> = showings(view)
        .filter(|(_, showing)| of(showing.starts) == today)
        .filter(|(_, showing)| showing.ends > pen.frame.now)
        .collect();
    lines.sort_by_key(|(_, showing)| (showing.starts, showing.performance));
    let lines: Vec<Value> =
        lines.into_iter().map(|(listing, showing)| showing_line(pen, listing, showing)).collect();
    let label = pen.words.tell("tonight", &[("day", pen.times.day(today).into())]);
    (!lines.is_empty()).then(|| context! { label, lines })
}

/// One showing as a line of the board or the month.
pub(crate) fn showing_line(pen: &Pen<'_>, listing: &Listing, showing: &Showing) -> Value {
    let (avail, opens) = on_sale(pen, showing.sale, showing.availability);
    let href = if opens { performance_href(showing) } else { event_href(listing) };
    let from = if opens { pen.price_from(showing.price_from) } else { String::new() };
    context! {
        time => pen.times.clock(showing.starts),
        title => &listing.title,
        hall => &showing.hall,
        href,
        avail,
        from,
    }
}

pub(crate) fn performance_href(showing: &Showing) -> String {
    format!("/performances/{}", showing.performance)
}

pub(crate) fn event_href(listing: &Listing) -> String {
    format!("/events/{}", url_part(&listing.slug))
}

pub(crate) fn showings(view: &WhatsOn) -> impl Iterator<Item = (&Listing, &Showing)> {
    view.productions
        .iter()
        .flat_map(|listing| listing.showings.iter().map(move |showing| (listing, showing)))
}

pub(crate) fn genre_fits(view: &WhatsOn, listing: &Listing) -> bool {
    view.chosen.genre.as_ref().is_none_or(|genre| *genre == listing.genre)
}

fn poster(pen: &Pen<'_>, listing: &Listing, when: When, today: Date) -> Option<Value> {
    let dates: Vec<Date> =
        listing.showings.iter().map(|showing| pen.times.date(showing.starts)).collect();
    if !dates.iter().any(|date| day_fits(when, *date, today)) {
        return None;
    }
    let (sale, left) = overall(&listing.showings);
    // A presale is told by its badge; the word beside the price stays the one for places left.
    let shown = if let Sale::PresaleOnly { .. } = sale { Sale::Open } else { sale };
    let (avail, opens) = on_sale(pen, shown, left);
    let price = listing.showings.iter().filter_map(|showing| showing.price_from).min();
    let run = pen.times.run(&dates);
    let badge = match sale {
        Sale::PresaleOnly { opens } => {
            pen.words.tell("members-first", &[("when", pen.times.moment(opens).into())])
        }
        Sale::Open | Sale::NotYet { .. } | Sale::Ended | Sale::Cancelled | Sale::Off => {
            String::new()
        }
    };
    Some(context! {
        href => event_href(listing),
        title => &listing.title,
        poster => pen.poster(&listing.poster),
        when => pen.words.tell("listing-when", &[
            ("genre", listing.genre.as_str().into()), ("when", run.into()),
        ]),
        avail,
        from => if opens { pen.price_from(price) } else { String::new() },
        badge,
    })
}

/// How a whole run stands: the best of its showings that can be bought, else the nearest hope.
pub(crate) fn overall(showings: &[Showing]) -> (Sale, Availability) {
    let open = showings.iter().filter(|showing| showing.sale == Sale::Open);
    if let Some(left) = open.map(|showing| showing.availability).min() {
        return (Sale::Open, left);
    }
    let hope = |sale: &Sale| match sale {
        Sale::PresaleOnly { opens } => (0, opens.0),
        Sale::NotYet { opens } => (1, opens.0),
        Sale::Ended => (2, 0),
        Sale::Cancelled => (3, 0),
        Sale::Off | Sale::Open => (4, 0),
    };
    let nearest = showings.iter().min_by_key(|showing| hope(&showing.sale));
    nearest.map_or((Sale::Off, Availability::SoldOut), |one| (one.sale, one.availability))
}

fn day_fits(when: When, date: Date, today: Date) -> bool {
    match when {
        When::AnyDay => true,
        When::Day(day) => date_of(day) == Some(date),
        When::SevenDays => date >= today && date < add_days(today, 7),
        When::Weekend => {
            let weekday = i64::from(today.weekday().to_monday_zero_offset());
            let sunday = add_days(today, 6 - weekday);
            let first =
                if today.weekday() == Weekday::Sunday { today } else { add_days(sunday, -2) };
            date >= first.max(today) && date <= sunday
        }
    }
}

fn add_days(date: Date, days: i64) -> Date {
    date.checked_add(days.days()).unwrap_or(date)
}

fn query_of(when: When) -> String {
    match when {
        When::AnyDay => String::new(),
        When::Weekend => "weekend".to_owned(),
        When::SevenDays => "week".to_owned(),
        When::Day(day) => date_of(day).map(write_day).unwrap_or_default(),
    }
}

fn options(pen: &Pen<'_>, when: When) -> Vec<Value> {
    [("", "filter-any"), ("weekend", "filter-weekend"), ("week", "filter-week")]
        .into_iter()
        .map(|(value, id)| {
            context! { value, words => pen.say(id), chosen => query_of(when) == value }
        })
        .collect()
}

/// The days on which something plays, to choose from without a calendar widget.
fn days(pen: &Pen<'_>, view: &WhatsOn) -> Vec<Value> {
    let mut days: Vec<Date> = showings(view)
        .filter(|(listing, _)| genre_fits(view, listing))
        .map(|(_, showing)| pen.times.date(showing.starts))
        .collect();
    days.sort_unstable();
    days.dedup();
    let chosen = query_of(view.chosen.when);
    days.into_iter()
        .take(DAYS_OFFERED_MAX)
        .map(|day| {
            let value = write_day(day);
            context! { chosen => value == chosen, value, words => pen.times.day(day) }
        })
        .collect()
}

/// `All` and each genre as links that keep the rest of the query.
pub(crate) fn genres(pen: &Pen<'_>, view: &WhatsOn, when: &str) -> Vec<Value> {
    let mut names: Vec<&str> = Vec::new();
    for listing in &view.productions {
        if !names.contains(&listing.genre.as_str()) {
            names.push(&listing.genre);
        }
    }
    let keep = match view.chosen.layout {
        Layout::Posters => String::new(),
        Layout::Month(_) => "view=month&".to_owned(),
    };
    let keep = if when.is_empty() { keep } else { format!("{keep}{}={when}&", when_name(view)) };
    let all = context! {
        href => format!("/?{}", keep.trim_end_matches('&')),
        words => pen.say("filter-all"),
        chosen => view.chosen.genre.is_none(),
    };
    let each = names.into_iter().map(|name| {
        context! {
            href => format!("/?{keep}genre={}", url_part(name)),
            words => name,
            chosen => view.chosen.genre.as_deref() == Some(name),
        }
    });
    std::iter::once(all).chain(each).collect()
}

fn when_name(view: &WhatsOn) -> &'static str {
    match view.chosen.layout {
        Layout::Posters => "when",
        Layout::Month(_) => "month",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_rules::view::whats_on::{Day, Month};

    fn date(text: &str) -> Date {
        text.parse().expect("a date")
    }

    #[test]
    fn the_weekend_is_friday_to_sunday_and_what_is_left_of_it() {
        // 4 December 2026 is a Friday.
        let fits = |today: &str, day: &str| day_fits(When::Weekend, date(day), date(today));
        for (today, day, expected) in [
            ("2026-12-01", "2026-12-03", false),
            ("2026-12-01", "2026-12-04", true),
            ("2026-12-01", "2026-12-06", true),
            ("2026-12-01", "2026-12-07", false),
            ("2026-12-05", "2026-12-04", false),
            ("2026-12-06", "2026-12-06", true),
            ("2026-12-06", "2026-12-12", false),
        ] {
            assert_eq!(fits(today, day), expected, "{today} {day}");
        }
    }

    #[test]
    fn seven_days_count_today() {
        let fits = |day: &str| day_fits(When::SevenDays, date(day), date("2026-12-04"));
        assert_eq!(
            ["2026-12-03", "2026-12-04", "2026-12-10", "2026-12-11"].map(fits),
            [false, true, true, false]
        );
    }

    #[test]
    fn a_query_that_makes_no_sense_reads_as_not_given() {
        let read = |pairs: &[(&str, &'static str)]| {
            let pairs: Vec<(String, &'static str)> =
                pairs.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
            chosen(move |name| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1))
        };
        assert_eq!(read(&[]), Chosen::default());
        assert_eq!(read(&[("when", "someday"), ("genre", "")]), Chosen::default());
        let month = Layout::Month(Some(Month { year: 2026, month: 12 }));
        assert_eq!(read(&[("view", "month"), ("month", "2026-12")]).layout, month);
        assert_eq!(read(&[("view", "month"), ("month", "12")]).layout, Layout::Month(None));
        let day = When::Day(Day { year: 2026, month: 12, day: 5 });
        assert_eq!(read(&[("when", "2026-12-05")]).when, day);
    }
}
