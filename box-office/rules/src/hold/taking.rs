//! One taking: what a cart may get of one performance, and at which prices.
//!
//! Knows the windows, maxima and prices; which seats are best or leave a single is `seat`'s. Takes
//! nothing by itself. Next: `seat.rs`.

use super::{Command, Event, Scene};
use crate::at::{At, Span};
use crate::cart::{Cart, Line, Place};
use crate::house::{House, TICKETS_PER_CART_MAX};
use crate::id::{AreaNo, CartId, CategoryNo, LevelNo, SeatNo};
use crate::money::Money;
use crate::performance::Sale;
use crate::price::{self, Places};
use crate::seat::{self, Mode, NoSeats, Request, SingleRule, Verdict};
use crate::tax;
use crate::{Event as AnyEvent, Refusal};

/// How long after the curtain the counter still sells to latecomers.
pub const COUNTER_SELLS_INTO: Span = Span::hours(2);

/// A cart before a performance, at a moment.
pub(super) struct Taking<'a> {
    pub house: &'a House,
    pub cart: &'a Cart,
    pub scene: &'a Scene<'a>,
    pub now: At,
}

impl Taking<'_> {
    pub fn room_for(&self, places: &[Places]) -> Result<(), Refusal> {
        let scene = self.scene;
        match scene.performance.sale(scene.production, self.house, self.now) {
            _ if self.cart.till.is_some() => self.sells_at_counter()?,
            Sale::Open => {}
            Sale::NotYet { opens } => return Err(Refusal::NotOnSale { opens: Some(opens) }),
            Sale::Ended | Sale::Cancelled | Sale::Off => {
                return Err(Refusal::NotOnSale { opens: None });
            }
        }
        let wanted: usize = places.iter().map(|place| usize::from(place.count)).sum();
        if wanted == 0 {
            return Err(Refusal::Malformed { field: "places" });
        }
        let max = match self.cart.till {
            Some(_) => TICKETS_PER_CART_MAX,
            None => scene.performance.tickets_max(scene.production, self.house),
        };
        if self.cart.lines.len() + wanted > usize::from(max) {
            return Err(Refusal::MaxTickets { max });
        }
        let known = |place: &Places| self.house.levels.iter().any(|level| level.no == place.level);
        if places.iter().all(known) { Ok(()) } else { Err(Refusal::PriceMissing) }
    }

    /// The windows of the web are not the counter's: it sells until some time into the show.
    fn sells_at_counter(&self) -> Result<(), Refusal> {
        let performance = self.scene.performance;
        let over = self.now >= performance.starts_at + COUNTER_SELLS_INTO;
        if performance.cancelled.is_some() || over {
            return Err(Refusal::NotOnSale { opens: None });
        }
        Ok(())
    }

    fn rule(&self) -> SingleRule {
        let scene = self.scene;
        let relax = scene.performance.relax.unwrap_or(self.house.relax);
        SingleRule {
            min_leftover: scene.performance.min_leftover.unwrap_or(self.house.min_leftover),
            last_resort: seat::last_resort(
                relax,
                scene.taken,
                scene.sellable,
                self.now,
                scene.performance.starts_at,
            ),
            pack_slack_percent: self.house.pack_slack_percent,
            aisle_single_ok: self.house.aisle_single_ok,
        }
    }

    pub fn best(&self, command: &Command) -> Result<seat::Found, Refusal> {
        let Command::Best {
            places,
            category,
            zone,
            wheelchair,
            companions,
            allow_split,
            allow_alone,
            ..
        } = command
        else {
            return Err(Refusal::Malformed { field: "places" });
        };
        let party: u8 = places.iter().map(|place| place.count).sum();
        let request = Request {
            party,
            categories: self.priced(places, *category)?,
            zone: *zone,
            wheelchair: *wheelchair,
            companions: *companions,
            allow_split: *allow_split,
            allow_alone: *allow_alone,
        };
        let own = self.cart.seats_in(self.scene.id);
        seat::best(&self.seats(&own), &request, &self.rule()).map_err(refused)
    }

    fn seats<'b>(&'b self, own: &'b [SeatNo]) -> seat::House<'b> {
        seat::House {
            layout: self.scene.layout,
            in_play: self.scene.in_play,
            takeable: self.scene.takeable,
            own,
        }
    }

    /// Categories that sell at every level asked for.
    fn priced(
        &self,
        places: &[Places],
        only: Option<CategoryNo>,
    ) -> Result<Option<Vec<CategoryNo>>, Refusal> {
        let prices = &self.scene.performance.prices;
        let sells = |category: &CategoryNo| {
            places.iter().all(|place| price::of(prices, *category, place.level).is_some())
        };
        let mut categories: Vec<CategoryNo> = prices.iter().map(|price| price.category).collect();
        categories.sort_unstable();
        categories.dedup();
        categories.retain(|category| only.is_none_or(|wanted| wanted == *category));
        categories.retain(sells);
        if categories.is_empty() { Err(Refusal::PriceMissing) } else { Ok(Some(categories)) }
    }

    /// Lines for seats found, price levels handed along in request order (domain 4.3).
    pub fn lines(&self, seats: &[SeatNo], places: &[Places]) -> Result<Vec<Line>, Refusal> {
        let levels = price::along(places);
        let mut lines = Vec::with_capacity(seats.len());
        for (seat, level) in seats.iter().zip(&levels) {
            let category = self.scene.plan.seat(*seat).category;
            lines.push(self.line(Place::Seat(*seat), *level, category, lines.len())?);
        }
        let mixed = places.iter().filter(|place| place.count > 0).count() > 1;
        if mixed && self.spans_prices(&lines, &levels) {
            let total: Money = lines.iter().map(|line| line.price.gross).sum();
            return Err(Refusal::PriceDiffers { total });
        }
        Ok(lines)
    }

    fn spans_prices(&self, lines: &[Line], levels: &[LevelNo]) -> bool {
        let prices = &self.scene.performance.prices;
        let first = lines.first().map(|line| line.category);
        lines.iter().any(|line| {
            levels.iter().any(|level| {
                first.is_some_and(|first| {
                    price::of(prices, first, *level) != price::of(prices, line.category, *level)
                })
            })
        })
    }

    fn line(
        &self,
        place: Place,
        level: LevelNo,
        category: CategoryNo,
        offset: usize,
    ) -> Result<Line, Refusal> {
        let listed = price::of(&self.scene.performance.prices, category, level)
            .ok_or(Refusal::PriceMissing)?;
        let offset = u16::try_from(offset).expect("a cart holds few lines");
        Ok(Line {
            no: self.cart.next_line + offset,
            performance: self.scene.id,
            place,
            level,
            category,
            listed,
            price: tax::assess(listed, &self.cart.taxes),
        })
    }

    pub fn takeable(&self, seats: &[SeatNo]) -> Result<(), Refusal> {
        let plan_seats = self.scene.plan.seats.len();
        let mut distinct = seats.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() != seats.len() || seats.is_empty() {
            return Err(Refusal::Malformed { field: "seats" });
        }
        if seats.iter().any(|seat| seat.0 as usize >= plan_seats) {
            return Err(Refusal::NotFound);
        }
        let taken: Vec<SeatNo> =
            seats.iter().copied().filter(|seat| !self.scene.takeable.has(*seat)).collect();
        if taken.is_empty() { Ok(()) } else { Err(Refusal::SeatTaken { seats: taken }) }
    }

    pub fn judged(&self, seats: &[SeatNo]) -> Verdict {
        let own = self.cart.seats_in(self.scene.id);
        seat::check(&self.seats(&own), seats, &self.rule(), Mode::Lenient)
    }

    pub fn chosen(&self, seats: &[SeatNo], places: &[Places]) -> Result<Vec<Line>, Refusal> {
        if price::along(places).len() != seats.len() {
            return Err(Refusal::Malformed { field: "places" });
        }
        self.takeable(seats)?;
        match self.judged(seats) {
            Verdict::Ok | Verdict::OkUnavoidable => {}
            Verdict::LeavesSingle { seats, suggestions } => {
                return Err(Refusal::LeavesSingle { seats, suggestions });
            }
        }
        let levels = price::along(places);
        let with_levels = seats.iter().zip(&levels).enumerate();
        with_levels
            .map(|(offset, (seat, level))| {
                let category = self.scene.plan.seat(*seat).category;
                self.line(Place::Seat(*seat), *level, category, offset)
            })
            .collect()
    }

    pub fn area_lines(&self, area: AreaNo, places: &[Places]) -> Result<Vec<Line>, Refusal> {
        let facts = self.scene.area.ok_or(Refusal::NotFound)?;
        let levels = price::along(places);
        let left = facts.capacity.saturating_sub(facts.taken);
        if levels.len() > left as usize {
            return Err(Refusal::SoldOut { left });
        }
        let numbered = levels.iter().enumerate();
        numbered
            .map(|(offset, level)| self.line(Place::Area(area), *level, facts.category, offset))
            .collect()
    }

    pub fn one_fewer(&self) -> Result<u16, Refusal> {
        let held = self.cart.seats_in(self.scene.id);
        let here = |line: &&Line| line.performance == self.scene.id;
        if held.is_empty() {
            let last = self.cart.lines.iter().rfind(here);
            return last.map(|line| line.no).ok_or(Refusal::NotFound);
        }
        let seat =
            seat::one_fewer(&self.seats(&held), &held, &self.rule()).ok_or(Refusal::NotFound)?;
        let line = self
            .cart
            .lines
            .iter()
            .find(|line| line.performance == self.scene.id && line.place == Place::Seat(seat));
        line.map(|line| line.no).ok_or(Refusal::NotFound)
    }

    /// One named seat may go when what stays is as clean; else the one that should go instead is
    /// named (domain 4.4). Several at once are the patron's own choice.
    pub fn may_release(&self, lines: &[u16]) -> Result<(), Refusal> {
        let [only] = lines else { return Ok(()) };
        let line = self.cart.lines.iter().find(|line| line.no == *only);
        let Some(Line { place: Place::Seat(seat), performance, .. }) = line else { return Ok(()) };
        let held = self.cart.seats_in(self.scene.id);
        if *performance != self.scene.id || held.len() < 2 {
            return Ok(());
        }
        let judged = seat::may_give_up(&self.seats(&held), &held, *seat, &self.rule());
        judged.map_err(|instead| Refusal::GiveUpInstead { seat: instead })
    }

    /// The same party, looked for again with its present seats left out.
    pub fn try_other(&self, id: CartId, until: At) -> Result<Vec<AnyEvent>, Refusal> {
        let given_back: Vec<Line> = self
            .cart
            .lines
            .iter()
            .filter(|line| line.performance == self.scene.id)
            .filter(|line| matches!(line.place, Place::Seat(_)))
            .cloned()
            .collect();
        let first = given_back.first().ok_or(Refusal::CartEmpty)?;
        let places: Vec<Places> =
            given_back.iter().map(|line| Places { level: line.level, count: 1 }).collect();
        let request = Request {
            party: u8::try_from(given_back.len()).expect("a cart holds few lines"),
            categories: self.priced(&places, Some(first.category))?,
            zone: None,
            wheelchair: self.places_of(&given_back, |seat| seat.wheelchair),
            companions: self.places_of(&given_back, |seat| seat.companion_of.is_some()),
            allow_split: false,
            allow_alone: false,
        };
        let found = seat::best(&self.seats(&[]), &request, &self.rule()).map_err(refused)?;
        let lines = self.lines(&found.seats(), &places)?;
        let rung = Some(found.rung);
        Ok(vec![
            AnyEvent::Hold(Event::Released { cart: id, until, lines: given_back }),
            AnyEvent::Hold(Event::Held { cart: id, until, lines, rung }),
        ])
    }

    /// How many of these lines are on seats of a kind.
    fn places_of(&self, lines: &[Line], kind: impl Fn(&crate::plan::Seat) -> bool) -> u8 {
        let seats = lines.iter().filter(|line| match line.place {
            Place::Seat(no) => kind(self.scene.plan.seat(no)),
            Place::Area(_) => false,
        });
        u8::try_from(seats.count()).expect("a cart holds few lines")
    }
}

fn refused(none: NoSeats) -> Refusal {
    match none {
        NoSeats::NoSeatsTogether { largest_together, split_possible } => {
            Refusal::NoSeatsTogether { largest_together, split_possible }
        }
        NoSeats::SoldOut { left } => Refusal::SoldOut { left },
    }
}
