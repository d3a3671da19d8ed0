//! What every page carries: the venue, the cart link, and how money and time are written.
//!
//! Turns the frame of a view into what `layout.html` and the other frames see; decides nothing.
//! Next: one page, say `cart.rs`.

use crate::html::{Html, Templates};
use crate::money::Purse;
use crate::time::Times;
use crate::words::Words;
use minijinja::{Value, context};
use usher_rules::at::At;
use usher_rules::money::Money;
use usher_rules::view::venue::{Frame, Venue};
use usher_rules::view::whats_on::{Availability, Sale};

/// Everything a page needs to write its view in the venue's way.
pub(crate) struct Pen<'a> {
    pub templates: &'a Templates,
    pub words: &'a Words,
    pub frame: &'a Frame,
    pub times: Times,
    purse: Purse,
}

impl<'a> Pen<'a> {
    pub fn new(templates: &'a Templates, frame: &'a Frame, words: &'a Words) -> Pen<'a> {
        let times = Times::new(&frame.venue.time_zone, words);
        let purse = Purse::new(&frame.venue.currency);
        Pen { templates, words, frame, times, purse }
    }

    pub fn say(&self, id: &str) -> String {
        self.words.say(id)
    }

    pub fn money(&self, amount: Money) -> String {
        self.purse.write(amount)
    }

    /// Notes and coins of the venue's currency, the largest first.
    pub fn pieces(&self) -> Vec<Money> {
        self.purse.pieces().collect()
    }

    /// `from £18.00`, or nothing.
    pub fn price_from(&self, price: Option<Money>) -> String {
        let text = price.map(|price| self.money(price));
        text.map_or_else(String::new, |price| {
            self.words.tell("from-price", &[("price", price.into())])
        })
    }

    /// Renders the page in its frame. `here` names the entry of the navigation that is open.
    pub fn page(&self, template: &str, title: &str, here: &str, page: Value) -> Html {
        let venue = &self.frame.venue;
        let full_title = self
            .words
            .tell("page-title", &[("page", title.into()), ("venue", venue.name.as_str().into())]);
        let page = context! {
            full_title,
            title,
            here,
            lang => &venue.language,
            venue => venue_value(venue),
            cart_places => self.frame.cart_places,
            demo => self.frame.demo,
            now_ms => self.frame.now.0,
            ..page
        };
        self.templates.render(template, self.words, page)
    }

    /// A poster as `{ url, alt }`; an empty address when the venue has none of that name.
    pub fn poster(&self, name: &str) -> String {
        self.templates.assets().poster(name).unwrap_or_default()
    }
}

fn venue_value(venue: &Venue) -> Value {
    let links: Vec<Value> = venue
        .links
        .iter()
        .map(|link| context! { name => &link.name, href => &link.href })
        .collect();
    let parts = [&venue.name, &venue.street, &venue.town].map(String::as_str);
    context! {
        address => parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "),
        name => &venue.name,
        street => &venue.street,
        town => &venue.town,
        phone => &venue.phone,
        email => &venue.email,
        counter_hours => &venue.counter_hours,
        currency => &venue.currency,
        site => &venue.site,
        links,
    }
}

/// The word for places left with its sign: `{ kind, word }` as `parts.html` draws it.
pub(crate) fn availability(availability: Availability, words: &Words) -> Value {
    let (kind, id) = match availability {
        Availability::Good => ("good", "avail-good"),
        Availability::Limited => ("limited", "avail-limited"),
        Availability::LastFew => ("few", "avail-few"),
        Availability::SoldOut => ("out", "avail-out"),
    };
    context! { kind, word => words.say(id) }
}

/// Availability, or why it is not on sale, and whether there is anything to open.
pub(crate) fn on_sale(pen: &Pen<'_>, sale: Sale, left: Availability) -> (Value, bool) {
    let until = |id: &str, at: At| {
        let when = [("when", pen.times.moment(at).into())];
        context! { kind => "off", word => pen.words.tell(id, &when) }
    };
    match sale {
        Sale::Open => (availability(left, pen.words), left != Availability::SoldOut),
        Sale::NotYet { opens } => (until("sale-not-yet", opens), true),
        Sale::PresaleOnly { opens } => (until("sale-presale", opens), true),
        Sale::Ended => (context! { kind => "off", word => pen.say("sale-ended") }, false),
        Sale::Cancelled => (context! { kind => "off", word => pen.say("sale-cancelled") }, false),
        Sale::Off => (context! { kind => "off", word => pen.say("sale-off") }, false),
    }
}
