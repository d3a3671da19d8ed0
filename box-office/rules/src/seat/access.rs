//! Wheelchair places and companion seats (domain 4.4).
//!
//! They are no part of any general request; here they are given out: places of one bay, their
//! companions first, the rest of the party beside them or in the nearest rows. Nobody in a
//! wheelchair is left without company if there is any. Next: `split.rs` for the rest of a party.

use crate::id::{CategoryNo, SeatNo};
use crate::seat::inventory::SeatSet;
use crate::seat::layout::{Bay, Layout, Placement};
use crate::seat::sight::{Sight, filtered};
use crate::seat::single::stretches;
use crate::seat::split::{DISTANCE_WEIGHT, distance, open_placements, seat_in_parts, singles_of};
use crate::seat::spread::Weigh;
use crate::seat::take::{joined, parts};
use crate::seat::{COMPANIONS_PER_PLACE_MAX, Found, House, NoSeats, Request, Rung, SingleRule};

/// Which seats must all be gone before unsold accessible ones may go to everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    House,
    Zone,
    Category,
}

/// Accessible seats that may be released now: the others of the house, zone or category are all
/// gone. `unsold` is what could still be sold, held seats included.
pub fn releasable(layout: &Layout, unsold: &SeatSet, by: Release) -> Vec<SeatNo> {
    let mut general = unsold.clone();
    general.put_aside(&layout.access);
    general.put_aside(&layout.not_for_sale);
    let gone = |others: Option<&SeatSet>| {
        others.is_none_or(|others| {
            let mut left = general.clone();
            left.narrow_to(others);
            left.is_empty()
        })
    };
    let may = |seat: &SeatNo| match by {
        Release::House => gone(Some(&general)),
        Release::Zone => gone(layout.by_zone.iter().find(|zone| zone.has(*seat))),
        Release::Category => gone(
            layout
                .by_category
                .get(usize::from(layout.category(*seat).0)),
        ),
    };
    let unsold_access = unsold.iter().filter(|seat| layout.is_access(*seat));
    unsold_access.filter(may).collect()
}

/// Accessible seats in a take that nobody in a wheelchair asked for: a flagged sale.
pub fn flagged(layout: &Layout, seats: &[SeatNo], wheelchair: u8) -> Vec<SeatNo> {
    let access = seats
        .iter()
        .copied()
        .filter(|seat| wheelchair == 0 && layout.is_access(*seat));
    access.collect()
}

/// The best seats for a party with at least one wheelchair place.
pub(crate) fn best(house: &House, request: &Request, rule: &SingleRule) -> Result<Found, NoSeats> {
    let search = Search::new(house, request, rule);
    if let Some(seating) = search.seat(request.party) {
        return Ok(search.found(&seating));
    }
    let places = search.places.count();
    if places < u32::from(request.wheelchair) {
        return Err(NoSeats::SoldOut { left: places });
    }
    let smaller = (request.wheelchair..request.party).rev();
    let largest_together = smaller
        .into_iter()
        .find(|party| search.seat(*party).is_some());
    let freer = Request {
        allow_split: true,
        allow_alone: true,
        ..request.clone()
    };
    Err(NoSeats::NoSeatsTogether {
        largest_together: largest_together.unwrap_or(0),
        split_possible: Search::new(house, &freer, rule)
            .seat(request.party)
            .is_some(),
    })
}

struct Search<'a> {
    request: &'a Request,
    /// General seats, for the rest of the party.
    sight: Sight<'a>,
    /// Wheelchair places and companion seats that may be taken.
    places: SeatSet,
    companions: SeatSet,
}

/// Seats for everybody, and how far they are from what was wished.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Seating {
    singles: u32,
    reach: Reach,
    /// Rank of the bay by distance from the focal point.
    bay: usize,
    weight: u64,
    access: Vec<SeatNo>,
    rest: Vec<Placement>,
}

/// How far the rest of the party is from the bay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    /// Beside it, in its row, or in the rows next to it.
    Near,
    Anywhere,
}

impl<'a> Search<'a> {
    fn new(house: &House<'a>, request: &'a Request, rule: &SingleRule) -> Search<'a> {
        let layout = house.layout;
        let categories: Option<&[CategoryNo]> = request.categories.as_deref();
        let mut access = filtered(layout, house.takeable, categories, request.zone);
        access.narrow_to(&layout.access);
        access.put_aside(&layout.not_for_sale);
        let mut places = access.clone();
        places.narrow_to(&layout.places);
        let mut companions = access;
        companions.put_aside(&places);
        let sight = Sight::new(house, *rule, categories, request.zone);
        Search {
            request,
            sight,
            places,
            companions,
        }
    }

    fn found(&self, seating: &Seating) -> Found {
        let layout = self.sight.layout;
        let rest = seating.rest.iter().flat_map(|part| layout.positions(*part));
        let access = seating.access.iter().map(|seat| layout.position(*seat));
        let mut take: Vec<u32> = access.chain(rest).collect();
        take.sort_unstable();
        let mut parts = parts(layout, &take);
        // The part with the bay is told first.
        let holds_place = |part: &Placement| {
            layout
                .positions(*part)
                .any(|at| self.places.has(layout.seat_at[at as usize]))
        };
        parts.sort_by_key(|part| !holds_place(part));
        let rung = match (parts.len(), seating.singles) {
            (1, 0) => Rung::R1,
            (1, _) => Rung::R2,
            (_, 0) => Rung::R3,
            (_, _) => Rung::R4,
        };
        crate::seat::best::found(&self.sight, &parts, rung, seating.singles)
    }

    /// The best seating of a party of so many, or of its wheelchair places alone if that is all.
    fn seat(&self, party: u8) -> Option<Seating> {
        let layout = self.sight.layout;
        let wanted = usize::from(self.request.wheelchair);
        if usize::from(party) < wanted {
            return None;
        }
        let mut bays: Vec<(u64, Vec<SeatNo>)> = Vec::new();
        for bay in &layout.bays {
            let free: Vec<SeatNo> = self.free_places(bay);
            let cheapest = free
                .windows(wanted)
                .map(|places| self.cost_of(places))
                .min();
            bays.extend(cheapest.map(|cheapest| (cheapest, free)));
        }
        bays.sort();
        let tries = bays.iter().enumerate().flat_map(|(rank, (_, free))| {
            free.windows(wanted)
                .filter_map(move |places| self.seat_at(rank, places, party))
        });
        tries.min()
    }

    fn free_places(&self, bay: &Bay) -> Vec<SeatNo> {
        bay.places
            .iter()
            .copied()
            .filter(|place| self.places.has(*place))
            .collect()
    }

    fn cost_of(&self, seats: &[SeatNo]) -> u64 {
        let layout = self.sight.layout;
        let costs = seats.iter().map(|seat| layout.position(*seat));
        costs
            .map(|position| layout.sum(position, position + 1))
            .sum()
    }

    /// Seats a party with its wheelchairs at these places.
    fn seat_at(&self, bay: usize, places: &[SeatNo], party: u8) -> Option<Seating> {
        let layout = self.sight.layout;
        let others = usize::from(party) - places.len();
        let wish = match self.request.companions {
            0 => others,
            wished => usize::from(wished).min(others),
        };
        let mut access = places.to_vec();
        access.extend(self.companions_of(places, wish));
        let seated: Vec<Placement> = {
            let mut positions: Vec<u32> =
                access.iter().map(|seat| layout.position(*seat)).collect();
            positions.sort_unstable();
            parts(layout, &positions)
        };
        let rest = u32::from(party) - access.len() as u32;
        let company = others == 0 || places.len() > 1 || access.len() > places.len();
        let (reach, rest) = self.rest_of(&seated, rest, company)?;
        let singles = singles_of(&self.sight, &rest);
        let away: u64 = rest
            .iter()
            .map(|part| distance(layout, &seated, *part))
            .sum();
        let costs: u64 = rest.iter().map(|part| layout.cost(*part)).sum();
        let weight = self.cost_of(&access) + costs + DISTANCE_WEIGHT * away;
        Some(Seating {
            singles,
            reach,
            bay,
            weight,
            access,
            rest,
        })
    }

    /// Companion seats of these places, in turn for each place, up to three a place.
    fn companions_of(&self, places: &[SeatNo], wish: usize) -> Vec<SeatNo> {
        let layout = self.sight.layout;
        let mut seats: Vec<(usize, u32, SeatNo)> = Vec::new();
        for place in places {
            let at = layout.position(*place);
            let free = layout
                .companions(*place)
                .filter(|seat| self.companions.has(*seat));
            let mut free: Vec<(u32, SeatNo)> = free
                .map(|seat| (layout.position(seat).abs_diff(at), seat))
                .collect();
            free.sort_unstable();
            free.truncate(usize::from(COMPANIONS_PER_PLACE_MAX));
            seats.extend(
                free.into_iter()
                    .enumerate()
                    .map(|(turn, (away, seat))| (turn, away, seat)),
            );
        }
        seats.sort_unstable();
        seats
            .into_iter()
            .take(wish)
            .map(|(_, _, seat)| seat)
            .collect()
    }

    /// Places for the rest of the party. Without company in the bay somebody must sit right
    /// beside it.
    fn rest_of(
        &self,
        seated: &[Placement],
        rest: u32,
        company: bool,
    ) -> Option<(Reach, Vec<Placement>)> {
        if rest == 0 {
            return company.then(|| (Reach::Near, Vec::new()));
        }
        let mut near: Vec<u32> = seated
            .iter()
            .flat_map(|part| self.sight.layout.near(part.block))
            .collect();
        near.sort_unstable();
        near.dedup();
        let one = self.nearest(seated, near.iter().copied(), rest, &[], !company);
        if let Some(part) = one {
            return Some((Reach::Near, vec![part]));
        }
        if let Some(parts) = self.beside_and_near(seated, &near, rest) {
            return Some((Reach::Near, parts));
        }
        if !company {
            return None;
        }
        let all = 0..self.sight.layout.blocks.len() as u32;
        if let Some(part) = self.nearest(seated, all, rest, &[], false) {
            return Some((Reach::Anywhere, vec![part]));
        }
        self.split_rest(rest).map(|parts| (Reach::Anywhere, parts))
    }

    /// Some right beside the bay, the others near by: as many beside as there is room for.
    fn beside_and_near(
        &self,
        seated: &[Placement],
        near: &[u32],
        rest: u32,
    ) -> Option<Vec<Placement>> {
        (1..rest).rev().find_map(|beside| {
            if rest - beside == 1 && !self.request.allow_alone {
                return None;
            }
            let first = self.nearest(seated, near.iter().copied(), beside, &[], true)?;
            let blocks = near.iter().copied();
            let second = self.nearest(seated, blocks, rest - beside, &[first], false)?;
            Some(vec![first, second])
        })
    }

    fn split_rest(&self, rest: u32) -> Option<Vec<Placement>> {
        if !self.request.allow_split {
            return None;
        }
        let clean = seat_in_parts(&self.sight, rest, Weigh::Clean);
        clean.or_else(|| {
            let yields = self.sight.rule.last_resort;
            yields.then(|| seat_in_parts(&self.sight, rest, Weigh::FewestParts))?
        })
    }

    /// The placement with fewest singles nearest to the bay: beside it, in its row, elsewhere.
    fn nearest(
        &self,
        seated: &[Placement],
        blocks: impl Iterator<Item = u32>,
        size: u32,
        taken: &[Placement],
        must_touch: bool,
    ) -> Option<Placement> {
        let layout = self.sight.layout;
        let taken: Vec<u32> = {
            let mut positions: Vec<u32> = taken
                .iter()
                .flat_map(|part| layout.positions(*part))
                .collect();
            positions.sort_unstable();
            positions
        };
        let keys = open_placements(&self.sight, blocks, size).filter_map(|placement| {
            let step = self.step(seated, placement);
            if must_touch && step > 0 {
                return None;
            }
            let take = joined(layout, &taken, placement)?;
            let singles = stretches(&self.sight, &take).len();
            if singles > 0 && !self.sight.rule.last_resort {
                return None;
            }
            let weight =
                layout.cost(placement) + DISTANCE_WEIGHT * distance(layout, seated, placement);
            Some((singles, step, weight, placement))
        });
        keys.min().map(|(_, _, _, placement)| placement)
    }

    /// 0: touches the bay's part, 1: same row, 2: elsewhere.
    fn step(&self, seated: &[Placement], placement: Placement) -> u8 {
        let layout = self.sight.layout;
        let end = placement.start + placement.len;
        let touches = |part: &Placement| {
            part.block == placement.block
                && (part.start + part.len == placement.start || end == part.start)
        };
        let same_row = |part: &Placement| layout.same_row(part.block, placement.block);
        if seated.iter().any(touches) {
            0
        } else if seated.iter().any(same_row) {
            1
        } else {
            2
        }
    }
}
