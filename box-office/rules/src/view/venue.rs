//! The frame of every page: which house this is, what time it is, what the visitor carries.
//!
//! Never holds colours, logos or words: those are the skin's and the Fluent files'.
//! Next: `web/layout.rs`.

use crate::at::At;
use std::sync::Arc;

/// The house as it stands in the configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Venue {
    pub name: String,
    pub street: String,
    pub town: String,
    pub phone: String,
    /// Address that answers mail, shown to patrons.
    pub email: String,
    /// When the counter is open, as the venue writes it.
    pub counter_hours: String,
    /// IANA name, as in `Europe/London`.
    pub time_zone: String,
    /// Minutes after midnight at which a business day begins.
    pub day_rolls_min: u16,
    /// ISO 4217 letters, as in `GBP`.
    pub currency: String,
    /// Language of the pages, as in `en-GB`.
    pub language: String,
    /// Where the outside world reaches the shop, without a slash at the end.
    pub site: String,
    pub links: Vec<Link>,
}

/// One line the venue adds below every page: access, terms, privacy.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    pub name: String,
    pub href: String,
}

/// What each page carries beside its own view.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    pub venue: Arc<Venue>,
    pub now: At,
    /// Places in this visitor's cart; 0 shows no cart link.
    pub cart_places: u32,
    /// The invented venue of the demo: pages say so and name the test card.
    pub demo: bool,
}

/// Where a seat or place is, in the plan's own names. Empty parts are left out of the words.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    Seat {
        guid: String,
        zone: String,
        row: String,
        number: String,
    },
    /// General admission: the n-th place of this kind in its cart or order, from 1.
    Area {
        name: String,
        nth: u32,
    },
}
