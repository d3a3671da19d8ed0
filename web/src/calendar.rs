//! Calendar files (.ics): the visits of an order, or all showings of a production.
//!
//! Moments are written in UTC, identities come from ids, and `now` from the frame, so the same
//! view makes the same file. Next: `order.rs`, `production.rs`.

use crate::order;
use crate::place;
use crate::time::Times;
use crate::words::Words;
use icalendar::{Calendar, Component, Event, EventLike, EventStatus};
use jiff::Timestamp;
use usher_rules::at::At;
use usher_rules::view::order::{Order, Visit};
use usher_rules::view::production::Production;
use usher_rules::view::venue::{Place, Venue};

/// The visits of one order, with seats and doors.
pub fn order(view: &Order, words: &Words) -> String {
    let venue = &view.frame.venue;
    let url = format!("{}{}", venue.site, order::address(view));
    let times = Times::new(&venue.time_zone, words);
    let mut calendar = Calendar::new();
    for visit in &view.visits {
        let uid = format!("order-{}-{}", view.order, visit.performance);
        let mut event = event(venue, &uid, view.frame.now, (visit.starts, visit.ends));
        event.summary(&visit.title);
        event.location(&location(venue, &visit.hall));
        match &visit.cancelled {
            Some(why) => event.description(&order::sentence(why)).status(EventStatus::Cancelled),
            None => event.description(&description(visit, &times, words, &url)),
        };
        event.add_property("URL", &url);
        calendar.push(event.done());
    }
    calendar.done().to_string()
}

/// All showings of a production that are not over.
pub fn production(view: &Production) -> String {
    let venue = &view.frame.venue;
    let mut calendar = Calendar::new();
    for showing in &view.listing.showings {
        let uid = format!("performance-{}", showing.performance);
        let mut event = event(venue, &uid, view.frame.now, (showing.starts, showing.ends));
        event.summary(&view.listing.title);
        event.location(&location(venue, &showing.hall));
        event.add_property("URL", format!("{}/performances/{}", venue.site, showing.performance));
        calendar.push(event.done());
    }
    calendar.done().to_string()
}

fn event(venue: &Venue, uid: &str, now: At, (starts, ends): (At, At)) -> Event {
    let host = venue.site.split("//").last().unwrap_or(&venue.site);
    let mut event = Event::with_uid(&format!("{uid}@{host}"));
    event.add_property("DTSTAMP", utc(now));
    event.add_property("DTSTART", utc(starts));
    event.add_property("DTEND", utc(ends));
    event
}

fn location(venue: &Venue, hall: &str) -> String {
    [hall, &venue.name, &venue.street, &venue.town]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

fn description(visit: &Visit, times: &Times, words: &Words, url: &str) -> String {
    let places: Vec<Place> = visit.tickets.iter().map(|ticket| ticket.place.clone()).collect();
    let tickets = words.tell("tickets", &[("count", places.len().into())]);
    words.tell(
        "ics-description",
        &[
            ("tickets", tickets.into()),
            ("seats", place::phrase(&places, words).into()),
            ("doors", times.clock(visit.doors_open).into()),
            ("url", url.into()),
        ],
    )
}

/// `20261204T193000Z`
fn utc(at: At) -> String {
    let moment = Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::MIN);
    moment.strftime("%Y%m%dT%H%M%SZ").to_string()
}
