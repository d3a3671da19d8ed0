//! The tickets page of one performance: what can be asked for, what was found, and the map.
//!
//! Found seats are what the visitor's cart holds here; picked ones are only in the address and
//! are judged without taking them. Never holds a seat. Next: `outcome.rs`, `seat_map.rs`.

use super::outcome::{self, Dry};
use super::seat_map::seat_map;
use super::showing::{Stage, availability};
use super::{level_name, seat_place};
use crate::{Fault, Snapshot, cart, inventory};
use std::sync::Arc;
use usher_rules::Refusal;
use usher_rules::at::At;
use usher_rules::cart::Cart;
use usher_rules::house::{House, TICKETS_PER_CART_MAX};
use usher_rules::id::{AreaNo, CartId, CategoryNo, LevelNo, PerformanceId, SeatNo, TillNo};
use usher_rules::money::Money;
use usher_rules::price::Places;
use usher_rules::view::performance::{
    AreaChoice, CategoryChoice, LevelChoice, Outcome, Picked, Tickets, Where,
};
use usher_rules::view::seat_map::PartNo;
use usher_rules::view::venue::Frame;

/// What the address or the form of the page said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    pub cart: Option<CartId>,
    /// When its patron was last here.
    pub seen: Option<At>,
    pub form_key: String,
    pub places: Vec<Places>,
    pub chosen: Where,
    /// Guids picked on the map.
    pub picks: Vec<String>,
    pub part: Option<PartNo>,
    /// What the house said to the last thing asked here, if it would not.
    pub refused: Option<Refusal>,
    /// Other seats than those held were asked for, and there are none.
    pub nothing_else: bool,
    /// Asked for at this till: staff look, and the windows of the web do not count.
    pub till: Option<TillNo>,
}

/// `None`: there is no such performance, or it is not shown on the web and nobody of a till asks.
pub fn tickets(
    snapshot: &Snapshot,
    frame: Frame,
    id: PerformanceId,
    asked: &Asked,
) -> Result<Option<Tickets>, Fault> {
    let shown = |stage: &Stage| stage.offer.production.on_web || asked.till.is_some();
    let Some(stage) = Stage::read(snapshot, id)?.filter(shown) else {
        return Ok(None);
    };
    let house = crate::write::house(snapshot)?;
    let own = match asked.cart {
        Some(id) => cart::get(snapshot, id)?.filter(|cart| cart.state.runs()),
        None => None,
    };
    let scene = Scene { snapshot, house: &house, stage: &stage, own: own.as_ref(), asked };
    let map = seat_map(snapshot, &house, &stage, asked)?;
    let (picked, outcome) = scene.picked_and_outcome(&frame)?;
    let levels = scene.levels();
    Ok(Some(Tickets {
        form_key: asked.form_key.clone(),
        slug: stage.offer.production.slug.clone(),
        title: stage.offer.production.title.clone(),
        showing: stage.offer.showing(&house, frame.now),
        doors_open: stage.offer.performance.doors_open,
        categories: scene.categories(&levels),
        areas: scene.areas(&levels),
        chosen: scene.chosen(),
        tickets_max: u32::from(match asked.till {
            Some(_) => TICKETS_PER_CART_MAX,
            None => stage.offer.performance.tickets_max(&stage.offer.production, &house),
        }),
        wheelchair_places_left: stage.offer.left.wheelchair,
        outcome,
        picked,
        map,
        levels,
        frame,
    }))
}

/// Can the tickets page itself say this refusal?
pub fn says(refusal: &Refusal) -> bool {
    outcome::says(refusal)
}

struct Scene<'a> {
    snapshot: &'a Snapshot,
    house: &'a House,
    stage: &'a Stage,
    own: Option<&'a Cart>,
    asked: &'a Asked,
}

impl Scene<'_> {
    fn picked_and_outcome(&self, frame: &Frame) -> Result<(Vec<Picked>, Outcome), Fault> {
        let must_search = !self.asked.picks.is_empty() || self.asked.refused.is_some();
        if !must_search {
            return Ok((Vec::new(), self.found()));
        }
        let inventory = inventory::rebuild(
            self.snapshot,
            self.snapshot.plans(),
            self.stage.offer.id,
            &self.stage.offer.performance,
        )?;
        let tally = inventory::tally(self.snapshot, self.stage.offer.id)?;
        let dry = Dry {
            house: self.house,
            stage: self.stage,
            own: self.own,
            inventory: &inventory,
            tally: &tally,
            till: self.asked.till,
            now: frame.now,
        };
        let picks: Vec<SeatNo> = self.picks(&inventory.in_play);
        let picked = picks.iter().map(|no| self.picked(*no)).collect();
        let outcome = match &self.asked.refused {
            Some(refusal) => dry.outcome(refusal, &self.asked.places, self.asked.chosen),
            None if picks.is_empty() => self.found(),
            None => dry.judged(&picks),
        };
        Ok((picked, outcome))
    }

    /// Picked seats that are still free and for sale, each once.
    fn picks(&self, in_play: &usher_rules::seat::SeatSet) -> Vec<SeatNo> {
        let plan = &self.stage.drawn.plan;
        let max = usize::from(TICKETS_PER_CART_MAX);
        let mut found: Vec<SeatNo> = Vec::new();
        for no in self.asked.picks.iter().filter_map(|guid| plan.seat_no(guid)) {
            if in_play.has(no) && !found.contains(&no) && found.len() < max {
                found.push(no);
            }
        }
        found
    }

    fn picked(&self, no: SeatNo) -> Picked {
        let plan = Arc::clone(&self.stage.drawn);
        let category = plan.plan.seat(no).category;
        let levels = self.levels();
        let prices = levels.iter().map(|level| self.stage.offer.price_at(category, level.level));
        Picked { place: seat_place(&plan.plan, no), category, prices: prices.collect() }
    }

    fn found(&self) -> Outcome {
        // At a till what is held stands on the slip beside.
        let Some(cart) = self.own.filter(|_| self.asked.till.is_none()) else {
            return Outcome::Nothing;
        };
        let mut outcome = outcome::found(self.house, self.stage, cart, self.asked.seen);
        if let Outcome::Found(found) = &mut outcome {
            found.nothing_else = self.asked.nothing_else;
        }
        outcome
    }

    /// Tickets of this level that the visitor holds here.
    fn held(&self, level: LevelNo) -> u32 {
        let lines = self.own.iter().flat_map(|cart| &cart.lines);
        let here =
            lines.filter(|line| line.performance == self.stage.offer.id && line.level == level);
        u32::try_from(here.count()).unwrap_or(u32::MAX)
    }

    /// Levels that sell here, with what was asked for so far; who asks for nothing sees the party
    /// they hold.
    fn levels(&self) -> Vec<LevelChoice> {
        let prices = &self.stage.offer.performance.prices;
        let choice = |no: LevelNo| {
            let here = || prices.iter().filter(|price| price.level == no).map(|price| price.amount);
            let asked = self.asked.places.iter().filter(|place| place.level == no);
            let count = match self.asked.places.as_slice() {
                [] if self.asked.till.is_some() => 0,
                [] => self.held(no),
                [..] => asked.map(|place| u32::from(place.count)).sum(),
            };
            Some(LevelChoice {
                level: no,
                name: level_name(self.house, no),
                price_low: here().min()?,
                price_high: here().max()?,
                count,
            })
        };
        self.house.levels.iter().filter_map(|level| choice(level.no)).collect()
    }

    fn prices(&self, category: CategoryNo, levels: &[LevelChoice]) -> Vec<Option<Money>> {
        levels.iter().map(|level| self.stage.offer.price_at(category, level.level)).collect()
    }

    /// Categories with seats and a price, dearest first.
    fn categories(&self, levels: &[LevelChoice]) -> Vec<CategoryChoice> {
        let plan = &self.stage.drawn.plan;
        let bands = self.stage.offer.bands(self.house);
        let mut found: Vec<(Option<Money>, CategoryChoice)> = Vec::new();
        for ((no, category), (left, of)) in
            plan.category_nos().zip(&plan.categories).zip(&self.stage.offer.left.by_category)
        {
            let first = self.stage.offer.price_of(self.house, no);
            if *of == 0 || first.is_none() {
                continue;
            }
            let choice = CategoryChoice {
                category: no,
                name: category.name.clone(),
                band: bands.get(usize::from(no.0)).copied().unwrap_or(3),
                prices: self.prices(no, levels),
                places_left: *left,
                availability: availability(*left, *of),
            };
            found.push((first, choice));
        }
        found.sort_by_key(|(first, _)| std::cmp::Reverse(*first));
        found.into_iter().map(|(_, choice)| choice).collect()
    }

    fn areas(&self, levels: &[LevelChoice]) -> Vec<AreaChoice> {
        let areas = self.stage.drawn.plan.areas.iter().zip(0..).map(|(area, no)| {
            let (left, of) = self.stage.offer.left.in_area(AreaNo(no));
            AreaChoice {
                area: AreaNo(no),
                name: area.name.clone(),
                prices: self.prices(area.category, levels),
                places_left: left,
                availability: availability(left, of),
            }
        });
        areas.filter(|area| area.prices.iter().any(Option::is_some)).collect()
    }

    /// Where nothing is numbered and nothing was chosen, the first area with room is meant.
    fn chosen(&self) -> Where {
        let plan = &self.stage.drawn.plan;
        match self.asked.chosen {
            Where::Category(_) | Where::Area(_) => self.asked.chosen,
            Where::Anywhere if !plan.seats.is_empty() => Where::Anywhere,
            Where::Anywhere => {
                let first = plan.area_nos().find(|no| self.stage.offer.left.in_area(*no).0 > 0);
                first.or(plan.area_nos().next()).map_or(Where::Anywhere, Where::Area)
            }
        }
    }
}
