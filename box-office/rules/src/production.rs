//! The production: play title, play code, words and poster, shared by its performances.
//!
//! Never knows when it plays or what it costs: that is `performance.rs`.

use crate::id::ProductionId;
use crate::{Event as AnyEvent, Refusal};
use minicbor::{Decode, Encode};

/// Longest text of a production, in characters.
pub const TEXT_CHARS_MAX: usize = 4_000;
/// Longest title, slug or code, in characters.
pub const NAME_CHARS_MAX: usize = 120;

/// A production ("event" on the pages).
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Production {
    /// Its place in the address: `/events/{slug}`.
    #[n(0)]
    pub slug: String,
    #[n(1)]
    pub title: String,
    /// Play code, short, as printed on the scan monitor.
    #[n(2)]
    pub code: String,
    /// One line under the title.
    #[n(3)]
    pub lede: String,
    /// Paragraphs, separated by blank lines.
    #[n(4)]
    pub description: String,
    /// Theatre, Music, Dance, Family: a word patrons filter by.
    #[n(5)]
    pub genre: String,
    /// Name of the poster file without its ending; empty: none.
    #[n(6)]
    pub poster: String,
    #[n(7)]
    pub running_time_min: Option<u16>,
    /// Access facilities, one a line.
    #[n(8)]
    pub access: Vec<String>,
    /// Overrides the venue's ticket maximum for every performance of it (A9).
    #[n(9)]
    pub tickets_per_cart_max: Option<u8>,
    /// Shown and sold on the web at all (A1).
    #[n(10)]
    pub on_web: bool,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Command {
    /// Adds a production, or replaces the one of that id.
    #[n(0)]
    Put(#[n(0)] Option<ProductionId>, #[n(1)] Production),
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Event {
    #[n(0)]
    Put(#[n(0)] ProductionId, #[n(1)] Production),
}

pub struct Facts {
    /// Next id of a new production.
    pub next: ProductionId,
    /// The production that has this slug now.
    pub slug_of: Option<ProductionId>,
    /// Does the production to be replaced exist?
    pub exists: bool,
}

pub fn decide(facts: &Facts, command: &Command) -> Result<Vec<AnyEvent>, Refusal> {
    let Command::Put(id, production) = command;
    check(production)?;
    if id.is_some() && !facts.exists {
        return Err(Refusal::NotFound);
    }
    let id = id.unwrap_or(facts.next);
    if facts.slug_of.is_some_and(|owner| owner != id) {
        return Err(Refusal::SlugTaken { slug: production.slug.clone() });
    }
    Ok(vec![AnyEvent::Production(Event::Put(id, production.clone()))])
}

fn check(production: &Production) -> Result<(), Refusal> {
    let malformed = |field| Err(Refusal::Malformed { field });
    let slug = &production.slug;
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    if slug.is_empty()
        || slug.len() > NAME_CHARS_MAX
        || !slug.chars().all(|letter| plain(letter) || letter == '-')
    {
        return malformed("slug");
    }
    if production.title.is_empty() || production.title.chars().count() > NAME_CHARS_MAX {
        return malformed("title");
    }
    if production.description.chars().count() > TEXT_CHARS_MAX {
        return malformed("description");
    }
    Ok(())
}
