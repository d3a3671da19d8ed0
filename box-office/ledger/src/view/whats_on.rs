//! The whole season: every production on the web with its showings that are not over.
//!
//! Which day, `tonight` and the filters are the page's. Next: `production.rs`.

use super::showing::Offer;
use crate::{Fault, Snapshot, performance, production};
use std::collections::HashMap;
use std::rc::Rc;
use usher_rules::at::{At, Span};
use usher_rules::house::House;
use usher_rules::id::ProductionId;
use usher_rules::production::Production;
use usher_rules::view::venue::Frame;
use usher_rules::view::whats_on::{Chosen, Listing, Showing, WhatsOn};

/// A showing that began longer ago than this is over, whatever its running time says.
pub(super) const RUNNING_TIME_MAX: Span = Span::hours(24);

pub fn whats_on(snapshot: &Snapshot, frame: Frame, chosen: Chosen) -> Result<WhatsOn, Fault> {
    let house = crate::write::house(snapshot)?;
    let all = production::all(snapshot)?.into_iter().filter(|(_, row)| row.on_web);
    let known: HashMap<ProductionId, Rc<Production>> =
        all.map(|(id, row)| (id, Rc::new(row))).collect();
    let mut productions: Vec<Listing> = Vec::new();
    let mut places: HashMap<ProductionId, usize> = HashMap::new();
    for (id, showing) in showings(snapshot, &house, frame.now, &known)? {
        let place = *places.entry(id).or_insert_with(|| {
            productions.push(listing(id, &known[&id]));
            productions.len() - 1
        });
        productions[place].showings.push(showing);
    }
    Ok(WhatsOn { frame, chosen, productions })
}

/// Showings of these productions that are not over, by their start.
pub(super) fn showings(
    snapshot: &Snapshot,
    house: &House,
    now: At,
    productions: &HashMap<ProductionId, Rc<Production>>,
) -> Result<Vec<(ProductionId, Showing)>, Fault> {
    let mut found = Vec::new();
    for (id, row) in performance::starting(snapshot, now - RUNNING_TIME_MAX, At(i64::MAX))? {
        let Some(production) = productions.get(&row.production) else {
            continue;
        };
        if super::showing::ends(&row, production) <= now {
            continue;
        }
        let offer = Offer::of(snapshot, id, row, Rc::clone(production))?;
        found.push((offer.performance.production, offer.showing(house, now)));
    }
    Ok(found)
}

/// A production without its showings.
pub(super) fn listing(id: ProductionId, production: &Production) -> Listing {
    Listing {
        production: id,
        slug: production.slug.clone(),
        title: production.title.clone(),
        genre: production.genre.clone(),
        poster: production.poster.clone(),
        showings: Vec::new(),
    }
}
