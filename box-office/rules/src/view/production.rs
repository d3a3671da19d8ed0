//! One production ("event" on the pages): what it is, when, for how much, and access.
//!
//! Texts are the venue's own and plain; they are escaped by the page, never trusted.
//! Next: `view/performance.rs`.

use super::venue::Frame;
use super::whats_on::Listing;
use crate::at::Span;
use crate::money::Money;

#[derive(Debug, Clone, PartialEq)]
pub struct Production {
    pub frame: Frame,
    pub listing: Listing,
    /// One sentence below the title; may be empty.
    pub lede: String,
    /// Paragraphs of the description.
    pub blurb: Vec<String>,
    pub running_time: Option<Span>,
    pub doors_before: Span,
    pub facilities: Vec<String>,
    /// Names of the price levels, in the order of each row's prices.
    pub levels: Vec<String>,
    pub prices: Vec<PriceRow>,
    /// Added to each web ticket in the cart; zero is not shown.
    pub fee_each: Money,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PriceRow {
    pub category: String,
    /// One per level; `None` where the level is not sold in this category.
    pub prices: Vec<Option<Money>>,
}
