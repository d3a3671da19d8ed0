//! What's on: every production that can be seen now, with its showings.
//!
//! The day grid, `tonight` and the filters are worked out by the page, because only the page
//! knows the venue's time zone; the view is the whole season in order of first showing.
//! Next: `view/production.rs`.

use super::venue::Frame;
use crate::at::At;
use crate::id::{PerformanceId, ProductionId};
use crate::money::Money;

#[derive(Debug, Clone, PartialEq)]
pub struct WhatsOn {
    pub frame: Frame,
    pub chosen: Chosen,
    /// In order of the first showing that is not over.
    pub productions: Vec<Listing>,
}

/// What the visitor asked to see; comes from the query of the page.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chosen {
    pub layout: Layout,
    pub when: When,
    /// Exact name of a genre; `None` shows all.
    pub genre: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Layout {
    #[default]
    Posters,
    /// A calendar month; `None` is the month of now.
    Month(Option<Month>),
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum When {
    #[default]
    AnyDay,
    /// The next Saturday and Sunday, or what is left of this one; Friday evening counts.
    Weekend,
    /// From today, seven days.
    SevenDays,
    Day(Day),
}

/// A day of the venue's calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    pub year: i16,
    pub month: i8,
    pub day: i8,
}

/// A month of the venue's calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    pub year: i16,
    pub month: i8,
}

/// One production with all its showings that are not over.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    pub production: ProductionId,
    /// Last part of `/events/{slug}`.
    pub slug: String,
    pub title: String,
    /// Theatre, Music, Dance: a word patrons filter by.
    pub genre: String,
    /// File name of the poster without its ending, below `/assets/posters/`.
    pub poster: String,
    pub showings: Vec<Showing>,
}

/// One dated showing as a line, a chip or a calendar entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Showing {
    pub performance: PerformanceId,
    pub starts: At,
    /// Start plus running time; 3 h if unknown.
    pub ends: At,
    pub hall: String,
    pub availability: Availability,
    pub places_left: u32,
    /// Cheapest public price with a place left; `None` when nothing is for sale.
    pub price_from: Option<Money>,
    pub sale: Sale,
}

/// Places left in words (domain 5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Availability {
    Good,
    Limited,
    LastFew,
    SoldOut,
}

/// Whether the web may sell this showing now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sale {
    Open,
    /// Nobody can buy before this moment.
    NotYet {
        opens: At,
    },
    /// Those with a right can buy; everybody from this moment.
    PresaleOnly {
        opens: At,
    },
    /// The web sale is over; the counter may still sell.
    Ended,
    /// It does not take place.
    Cancelled,
    /// Not sold on the web at all.
    Off,
}
