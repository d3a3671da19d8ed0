//! One production with its dates, its prices over all of them, and what is good to know.
//!
//! Next: `performance.rs` for one of its showings.

use super::showing::Offer;
use super::whats_on::{RUNNING_TIME_MAX, listing};
use crate::{Fault, Snapshot, performance, production};
use std::rc::Rc;
use usher_rules::at::{At, Span};
use usher_rules::fee::{self, Fee, Per};
use usher_rules::house::House;
use usher_rules::id::LevelNo;
use usher_rules::money::Money;
use usher_rules::view::production::{PriceRow, Production};
use usher_rules::view::venue::Frame;

/// By the last part of its address. `None`: there is none, or it is not on the web.
pub fn production(
    snapshot: &Snapshot,
    frame: Frame,
    slug: &str,
) -> Result<Option<Production>, Fault> {
    let Some(id) = production::by_slug(snapshot, slug)? else {
        return Ok(None);
    };
    let Some(row) = production::get(snapshot, id)?.filter(|row| row.on_web) else {
        return Ok(None);
    };
    let house = crate::write::house(snapshot)?;
    let row = Rc::new(row);
    let mut offers = Vec::new();
    for (performance, other) in
        performance::starting(snapshot, frame.now - RUNNING_TIME_MAX, At(i64::MAX))?
    {
        if other.production == id && super::showing::ends(&other, &row) > frame.now {
            offers.push(Offer::of(snapshot, performance, other, Rc::clone(&row))?);
        }
    }
    let mut listing = listing(id, &row);
    listing.showings = offers.iter().map(|offer| offer.showing(&house, frame.now)).collect();
    let levels = levels_sold(&house, &offers);
    Ok(Some(Production {
        listing,
        lede: row.lede.clone(),
        blurb: paragraphs(&row.description),
        running_time: row.running_time_min.map(|minutes| Span::minutes(i64::from(minutes))),
        doors_before: offers.first().map_or(house.doors_open_before, |offer| {
            offer.performance.starts_at - offer.performance.doors_open
        }),
        facilities: row.access.clone(),
        levels: levels.iter().map(|no| super::level_name(&house, *no)).collect(),
        prices: prices(&house, &offers, &levels),
        fee_each: fee_each(&house),
        frame,
    }))
}

/// Parts of a text between blank lines, each on one line.
fn paragraphs(text: &str) -> Vec<String> {
    let mut found: Vec<Vec<&str>> = vec![Vec::new()];
    for line in text.lines().map(str::trim) {
        match (line.is_empty(), found.last_mut()) {
            (true, _) | (false, None) => found.push(Vec::new()),
            (false, Some(paragraph)) => paragraph.push(line),
        }
    }
    let filled = found.iter().filter(|paragraph| !paragraph.is_empty());
    filled.map(|paragraph| paragraph.join(" ")).collect()
}

fn levels_sold(house: &House, offers: &[Offer]) -> Vec<LevelNo> {
    let sold = |no: LevelNo| {
        let mut prices = offers.iter().flat_map(|offer| &offer.performance.prices);
        prices.any(|price| price.level == no)
    };
    house.levels.iter().map(|level| level.no).filter(|no| sold(*no)).collect()
}

/// One row a category name over all showings, each with its lowest prices; dearest row first.
fn prices(house: &House, offers: &[Offer], levels: &[LevelNo]) -> Vec<PriceRow> {
    let mut rows: Vec<(Money, PriceRow)> = Vec::new();
    for offer in offers {
        for (category, no) in offer.capacity.categories.iter().zip(offer.capacity.category_nos()) {
            let Some(first) = offer.price_of(house, no) else {
                continue;
            };
            let here = levels.iter().map(|level| offer.price_at(no, *level));
            match rows.iter_mut().find(|(_, row)| row.category == category.name) {
                Some((_, row)) => {
                    for (known, other) in row.prices.iter_mut().zip(here) {
                        *known = known.iter().copied().chain(other).min();
                    }
                }
                None => {
                    let row = PriceRow { category: category.name.clone(), prices: here.collect() };
                    rows.push((first, row));
                }
            }
        }
    }
    rows.sort_by_key(|(first, _)| std::cmp::Reverse(*first));
    rows.into_iter().map(|(_, row)| row).collect()
}

/// What the web adds to each ticket, taxes on top of it included.
fn fee_each(house: &House) -> Money {
    let per_ticket: Vec<Fee> =
        house.fees.iter().filter(|fee| fee.per == Per::Ticket).cloned().collect();
    fee::lines(&per_ticket, &house.taxes, 1).iter().map(|line| line.amount.gross).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_part_paragraphs_and_others_do_not() {
        assert_eq!(paragraphs("One\ntwo.\n\n \nThree."), ["One two.", "Three."]);
        assert!(paragraphs(" \n\n").is_empty());
    }
}
