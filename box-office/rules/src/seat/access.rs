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
use crate::seat::split::{DISTANCE_WEIGHT, distance, open_placements, seat_in_parts};
use crate::seat::spread::Weigh;
use crate::seat::take::{joined, parts};
use crate::seat::{COMPANIONS_PER_PLACE_MAX, Found, House, NoSeats, Request, Rung, SingleRule};

/// Ways to choose the places of one bay that are tried.
const CHOICES_MAX: usize = 200;

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
        Release::Category => gone(layout.by_category.get(usize::from(layout.category(*seat).0))),
    };
    let unsold_access = unsold.iter().filter(|seat| layout.is_access(*seat));
    unsold_access.filter(may).collect()
}

/// Accessible seats in a take that nobody in a wheelchair asked for: a flagged sale.
pub fn flagged(layout: &Layout, seats: &[SeatNo], wheelchair: u8) -> Vec<SeatNo> {
    let access = seats.iter().copied().filter(|seat| wheelchair == 0 && layout.is_access(*seat));
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
    let largest_together = smaller.into_iter().find(|party| search.seat(*party).is_some());
    let freer = Request { allow_split: true, allow_alone: true, ..request.clone() };
    Err(NoSeats::NoSeatsTogether {
        largest_together: largest_together.unwrap_or(0),
        split_possible: Search::new(house, &freer, rule).seat(request.party).is_some(),
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

/// Seats for everybody; the smallest is the best.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Seating {
    singles: u32,
    /// Parts in the bay, and people outside of it.
    scattered: (usize, usize),
    weight: u64,
    access: Vec<SeatNo>,
    rest: Vec<Placement>,
}

/// Seats in one bay, with the rest of the party still standing.
struct Begun {
    access: Vec<SeatNo>,
    /// Positions of `access`, in order; a released seat is in play and could be taken twice.
    take: Vec<u32>,
    seated: Vec<Placement>,
    rest: u32,
}

impl Begun {
    /// Is nobody in a wheelchair alone, wherever the rest goes?
    fn has_company(&self) -> bool {
        self.access.len() > 1 || self.rest == 0
    }
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
        Search { request, sight, places, companions }
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
            layout.positions(*part).any(|at| self.places.has(layout.seat_at[at as usize]))
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

    /// The best seating of a party of so many, wheelchair users included: of the nearest bay with
    /// room near it, and only then with the rest of the party anywhere.
    fn seat(&self, party: u8) -> Option<Seating> {
        let wanted = usize::from(self.request.wheelchair);
        if usize::from(party) < wanted {
            return None;
        }
        let mut bays: Vec<(u64, Vec<SeatNo>)> = Vec::new();
        for bay in &self.sight.layout.bays {
            let free: Vec<SeatNo> = self.free_places(bay);
            let cheapest = free.windows(wanted).map(|places| self.cost_of(places)).min();
            bays.extend(cheapest.map(|cheapest| (cheapest, free)));
        }
        bays.sort();
        let mut best: Option<Seating> = None;
        for (_, free) in &bays {
            let near = choices(free, wanted).into_iter().filter_map(|places| {
                let begun = self.begun(&places, party).into_iter();
                begun.rev().find_map(|begun| self.finished(&begun, self.near(&begun)?))
            });
            let here = near.min();
            // Of two bays that leave as many singles the nearer one wins.
            if here
                .as_ref()
                .is_some_and(|one| best.as_ref().is_none_or(|b| one.singles < b.singles))
            {
                best = here;
            }
            if best.as_ref().is_some_and(|best| best.singles == 0) {
                return best;
            }
        }
        best.or_else(|| self.seat_far(&bays, party))
    }

    /// The nearest bay with company for everybody in it; the rest as near as there is room.
    fn seat_far(&self, bays: &[(u64, Vec<SeatNo>)], party: u8) -> Option<Seating> {
        // Whether there is room far away does not depend on the bay.
        let mut room: Vec<Option<bool>> = vec![None; usize::from(party) + 1];
        let wanted = usize::from(self.request.wheelchair);
        for (_, free) in bays {
            for places in choices(free, wanted) {
                for begun in self.begun(&places, party).into_iter().rev() {
                    let fits = || self.far(&begun).is_some();
                    let has_room =
                        begun.has_company() && *room[begun.rest as usize].get_or_insert_with(fits);
                    let rest = if has_room { self.far(&begun) } else { None };
                    if let Some(seating) = rest.and_then(|rest| self.finished(&begun, rest)) {
                        return Some(seating);
                    }
                }
            }
        }
        None
    }

    fn free_places(&self, bay: &Bay) -> Vec<SeatNo> {
        bay.places.iter().copied().filter(|place| self.places.has(*place)).collect()
    }

    fn cost_of(&self, seats: &[SeatNo]) -> u64 {
        let layout = self.sight.layout;
        let costs = seats.iter().map(|seat| layout.position(*seat));
        costs.map(|position| layout.sum(position, position + 1)).sum()
    }

    /// Ways to begin with wheelchairs at these places: with no companion seat, with one, up to as
    /// many as the party wishes. Fewer are for where the rest would find no room.
    fn begun(&self, places: &[SeatNo], party: u8) -> Vec<Begun> {
        let layout = self.sight.layout;
        let others = usize::from(party) - places.len();
        let wish = match self.request.companions {
            0 => others,
            wished => usize::from(wished).min(others),
        };
        let companions = self.companions_of(places, wish);
        let with = |count: usize| {
            let access: Vec<SeatNo> = [places, &companions[..count]].concat();
            let mut take: Vec<u32> = access.iter().map(|seat| layout.position(*seat)).collect();
            take.sort_unstable();
            let rest = u32::from(party) - access.len() as u32;
            Begun { access, seated: parts(layout, &take), take, rest }
        };
        (0..=companions.len()).map(with).collect()
    }

    fn finished(&self, begun: &Begun, rest: Vec<Placement>) -> Option<Seating> {
        let layout = self.sight.layout;
        let begin = begun.take.clone();
        let take = rest.iter().try_fold(begin, |take, part| joined(layout, &take, *part))?;
        let singles = stretches(&self.sight, &take).len() as u32;
        let away: u64 = rest.iter().map(|part| distance(layout, &begun.seated, *part)).sum();
        let costs: u64 = rest.iter().map(|part| layout.cost(*part)).sum();
        let weight = self.cost_of(&begun.access) + costs + DISTANCE_WEIGHT * away;
        let scattered = (begun.seated.len(), begun.rest as usize);
        let allowed = singles == 0 || self.sight.rule.last_resort;
        let access = begun.access.clone();
        allowed.then_some(Seating { singles, scattered, weight, access, rest })
    }

    /// Companion seats of these places, in turn for each place, up to three a place.
    fn companions_of(&self, places: &[SeatNo], wish: usize) -> Vec<SeatNo> {
        let layout = self.sight.layout;
        let mut seats: Vec<(usize, u32, SeatNo)> = Vec::new();
        for place in places {
            let at = layout.position(*place);
            let free = layout.companions(*place).filter(|seat| self.companions.has(*seat));
            let mut free: Vec<(u32, SeatNo)> =
                free.map(|seat| (layout.position(seat).abs_diff(at), seat)).collect();
            free.sort_unstable();
            free.truncate(usize::from(COMPANIONS_PER_PLACE_MAX));
            seats.extend(
                free.into_iter().enumerate().map(|(turn, (away, seat))| (turn, away, seat)),
            );
        }
        seats.sort_unstable();
        seats.into_iter().take(wish).map(|(_, _, seat)| seat).collect()
    }

    /// Places for the rest beside the bay, in its row or in the rows next to it. Without company
    /// in the bay somebody must sit right beside it.
    fn near(&self, begun: &Begun) -> Option<Vec<Placement>> {
        if begun.rest == 0 {
            return Some(Vec::new());
        }
        let layout = self.sight.layout;
        let mut blocks: Vec<u32> =
            begun.seated.iter().flat_map(|part| layout.near(part.block)).collect();
        blocks.sort_unstable();
        blocks.dedup();
        let one = if begun.has_company() {
            self.nearest(begun, &blocks, begun.rest, &begun.take)
        } else {
            self.beside(begun, begun.rest)
        };
        one.map(|part| vec![part]).or_else(|| self.beside_and_near(begun, &blocks))
    }

    /// Some right beside the bay, the others near by: as many beside as there is room for.
    fn beside_and_near(&self, begun: &Begun, blocks: &[u32]) -> Option<Vec<Placement>> {
        (1..begun.rest).rev().find_map(|size| {
            let others = begun.rest - size;
            if others == 1 && !self.request.allow_alone {
                return None;
            }
            let first = self.beside(begun, size)?;
            let take = joined(self.sight.layout, &begun.take, first)?;
            let second = self.nearest(begun, blocks, others, &take)?;
            Some(vec![first, second])
        })
    }

    /// Places for the rest anywhere in the house, together if it can be. Without a rest there is
    /// nothing that being far away would mend.
    fn far(&self, begun: &Begun) -> Option<Vec<Placement>> {
        if begun.rest == 0 {
            return None;
        }
        let all: Vec<u32> = (0..self.sight.layout.blocks.len() as u32).collect();
        let one = self.nearest(begun, &all, begun.rest, &begun.take);
        one.map(|part| vec![part]).or_else(|| self.split_rest(begun.rest))
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

    /// The placement with fewest singles that touches a part in the bay.
    fn beside(&self, begun: &Begun, size: u32) -> Option<Placement> {
        let mut blocks: Vec<u32> = begun.seated.iter().map(|part| part.block).collect();
        blocks.dedup();
        let all = open_placements(&self.sight, blocks.into_iter(), size);
        let touching = all.filter(|placement| touches(&begun.seated, *placement));
        let ranked = touching.filter_map(|placement| self.ranked(begun, placement, &begun.take));
        ranked.min().map(|(_, _, _, placement)| placement)
    }

    /// The placement with fewest singles nearest to the bay: beside it, in its row, elsewhere.
    fn nearest(
        &self,
        begun: &Begun,
        blocks: &[u32],
        size: u32,
        taken: &[u32],
    ) -> Option<Placement> {
        let all = open_placements(&self.sight, blocks.iter().copied(), size);
        let ranked = all.filter_map(|placement| self.ranked(begun, placement, taken));
        ranked.min().map(|(_, _, _, placement)| placement)
    }

    fn ranked(
        &self,
        begun: &Begun,
        placement: Placement,
        taken: &[u32],
    ) -> Option<(usize, u8, u64, Placement)> {
        let layout = self.sight.layout;
        let take = joined(layout, taken, placement)?;
        let singles = stretches(&self.sight, &take).len();
        if singles > 0 && !self.sight.rule.last_resort {
            return None;
        }
        let seated = &begun.seated;
        let same_row = seated.iter().any(|part| layout.same_row(part.block, placement.block));
        let step = match (touches(seated, placement), same_row) {
            (true, _) => 0,
            (false, true) => 1,
            (false, false) => 2,
        };
        let weight = layout.cost(placement) + DISTANCE_WEIGHT * distance(layout, seated, placement);
        Some((singles, step, weight, placement))
    }
}

/// Does a placement begin or end right beside one of these parts?
fn touches(seated: &[Placement], placement: Placement) -> bool {
    seated.iter().any(|part| {
        part.block == placement.block
            && (part.start + part.len == placement.start
                || placement.start + placement.len == part.start)
    })
}

/// Ways to choose so many free places of a bay: neighbours first, then, up to a limit, any.
fn choices(free: &[SeatNo], wanted: usize) -> Vec<Vec<SeatNo>> {
    let mut choices: Vec<Vec<SeatNo>> = free.windows(wanted).map(<[SeatNo]>::to_vec).collect();
    let mut begun: Vec<(usize, Vec<SeatNo>)> = vec![(0, Vec::new())];
    while let Some((from, chosen)) = begun.pop() {
        if choices.len() == CHOICES_MAX {
            break;
        }
        if chosen.len() == wanted {
            if !choices.contains(&chosen) {
                choices.push(chosen);
            }
            continue;
        }
        for at in (from..free.len()).rev() {
            let mut chosen = chosen.clone();
            chosen.push(free[at]);
            begun.push((at + 1, chosen));
        }
    }
    choices
}
