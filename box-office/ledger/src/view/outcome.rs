//! What came of asking for seats, in places instead of numbers, and what else could be had.
//!
//! Splits and other categories are found by deciding the same command dry, on a snapshot: the
//! rule itself answers, and nothing is taken. Next: `performance.rs`, `rules/hold.rs`.

use super::showing::Stage;
use super::{level_name, seat_place};
use crate::inventory::Inventory;
use crate::stored::Tally;
use usher_rules::at::At;
use usher_rules::cart::{Cart, Line, Place as Taken};
use usher_rules::hold::{self, Command, Event, Facts};
use usher_rules::house::House;
use usher_rules::id::{CartId, CategoryNo, SeatNo, TillNo};
use usher_rules::money::Money;
use usher_rules::price::Places;
use usher_rules::seat::Verdict;
use usher_rules::view::performance::{Apart, Found, Outcome, Where};
use usher_rules::view::venue::Place;
use usher_rules::{Actor, Ask, BusinessDay, Refusal};

/// Everything a hold is decided on, without a store to write to.
pub(super) struct Dry<'a> {
    pub house: &'a House,
    pub stage: &'a Stage,
    pub own: Option<&'a Cart>,
    pub inventory: &'a Inventory,
    pub tally: &'a Tally,
    /// Asked for at a till.
    pub till: Option<TillNo>,
    pub now: At,
}

/// A refusal that the tickets page itself can say.
enum Said<'a> {
    /// The page says it of the showing already.
    NotOnSale,
    TooMany(u8),
    Apart {
        largest_together: u8,
        split_possible: bool,
    },
    SoldOut(u32),
    LeavesSingle {
        seats: &'a [SeatNo],
        suggestions: &'a [Vec<SeatNo>],
    },
    Taken(&'a [SeatNo]),
    MixedPrices,
    NotPriced,
    NoneAsked,
}

fn said(refusal: &Refusal) -> Option<Said<'_>> {
    Some(match refusal {
        Refusal::NotOnSale { .. } => Said::NotOnSale,
        Refusal::MaxTickets { max } => Said::TooMany(*max),
        Refusal::NoSeatsTogether { largest_together, split_possible } => {
            Said::Apart { largest_together: *largest_together, split_possible: *split_possible }
        }
        Refusal::SoldOut { left } => Said::SoldOut(*left),
        Refusal::LeavesSingle { seats, suggestions } => Said::LeavesSingle { seats, suggestions },
        Refusal::SeatTaken { seats } => Said::Taken(seats),
        Refusal::PriceDiffers { .. } => Said::MixedPrices,
        Refusal::PriceMissing => Said::NotPriced,
        Refusal::Malformed { field } if *field == "places" => Said::NoneAsked,
        Refusal::Malformed { .. }
        | Refusal::NotFound
        | Refusal::NotAllowed
        | Refusal::KeyReused
        | Refusal::Plan { .. }
        | Refusal::SlugTaken { .. }
        | Refusal::WindowEmpty
        | Refusal::SeatsWouldVanish { .. }
        | Refusal::NeedsRight
        | Refusal::HoldLost { .. }
        | Refusal::NotStaffHeld { .. }
        | Refusal::GiveUpInstead { .. }
        | Refusal::CartNotActive { .. }
        | Refusal::CartsOpen { .. }
        | Refusal::NotExpired
        | Refusal::CheckoutRunning { .. }
        | Refusal::CartNotEmpty
        | Refusal::CartEmpty
        | Refusal::PriceChanged { .. }
        | Refusal::MissingData { .. }
        | Refusal::BelowMinimum { .. }
        | Refusal::TooManyAttempts { .. }
        | Refusal::Stale
        | Refusal::DeviceUnknown
        | Refusal::UndoTooLate
        | Refusal::NotAdmitted
        | Refusal::NothingToExport
        | Refusal::LoginTaken
        | Refusal::CodeRefused
        | Refusal::LastManager
        | Refusal::TillClosed
        | Refusal::TillOpenElsewhere { .. }
        | Refusal::PadBusy { .. }
        | Refusal::PadExchanged { .. }
        | Refusal::BatchClosing
        | Refusal::CashShort { .. }
        | Refusal::OverRefund { .. }
        | Refusal::PerformanceOver
        | Refusal::TicketUsed { .. }
        | Refusal::CapturePending
        | Refusal::PaidByCard
        | Refusal::RefundRunning
        | Refusal::BatchMismatch { .. }
        | Refusal::OutOfBalance { .. }
        | Refusal::DateLocked { .. }
        | Refusal::ExchangeRunning { .. } => return None,
    })
}

/// Can the tickets page say this refusal? All others are pages of their own.
pub(super) fn says(refusal: &Refusal) -> bool {
    said(refusal).is_some()
}

/// What a cart holds at this performance; `Nothing` when it holds none of it.
pub(super) fn found(house: &House, stage: &Stage, cart: &Cart, seen: Option<At>) -> Outcome {
    let lines: Vec<&Line> =
        cart.lines.iter().filter(|line| line.performance == stage.offer.id).collect();
    if lines.is_empty() {
        return Outcome::Nothing;
    }
    let mut nth = super::sums::Nth::default();
    let places = lines.iter().map(|line| place(stage, line.place, &mut nth)).collect();
    let levels = house.levels.iter().filter_map(|level| {
        let count = lines.iter().filter(|line| line.level == level.no).count();
        (count > 0).then(|| (u32::try_from(count).unwrap_or(u32::MAX), level_name(house, level.no)))
    });
    Outcome::Found(Found {
        places,
        together: together(stage, &lines),
        levels: levels.collect(),
        total: lines.iter().map(|line| line.listed).sum(),
        until: super::cart::deadline(house, cart, seen),
        nothing_else: false,
    })
}

fn place(stage: &Stage, taken: Taken, nth: &mut super::sums::Nth) -> Place {
    match taken {
        Taken::Seat(no) => seat_place(&stage.drawn.plan, no),
        Taken::Area(no) => {
            let area = stage.drawn.plan.areas.get(usize::from(no.0));
            let name = area.map(|area| area.name.clone()).unwrap_or_default();
            Place::Area { name, nth: nth.of(stage.offer.id, taken) }
        }
    }
}

/// Side by side in one block, without a gap; round a table the last is next to the first.
fn together(stage: &Stage, lines: &[&Line]) -> bool {
    let plan = &stage.drawn.plan;
    let mut at: Vec<(u32, u32)> = Vec::new();
    for line in lines {
        match line.place {
            Taken::Seat(no) => {
                let seat = plan.seat(no);
                at.push((seat.block, seat.index_in_block));
            }
            Taken::Area(_) => return true,
        }
    }
    at.sort_unstable();
    let Some((block, _)) = at.first().copied() else {
        return true;
    };
    let gaps = at.windows(2).filter(|pair| pair[1] != (block, pair[0].1 + 1)).count();
    let one_block = at.iter().all(|(other, _)| *other == block);
    let seats = plan.blocks.get(block as usize);
    let ring = seats.filter(|block| block.table.is_some()).map(|block| block.seats.len());
    let closes = ring.is_some_and(|len| {
        at.first().is_some_and(|first| first.1 == 0)
            && at.last().is_some_and(|last| last.1 as usize + 1 == len)
    });
    one_block && (gaps == 0 || (gaps == 1 && closes))
}

impl Dry<'_> {
    pub fn outcome(&self, refusal: &Refusal, places: &[Places], chosen: Where) -> Outcome {
        match said(refusal) {
            None | Some(Said::NotOnSale) => Outcome::Nothing,
            Some(Said::TooMany(max)) => Outcome::TooMany { max: u32::from(max) },
            Some(Said::Apart { largest_together, split_possible }) => {
                let largest = u32::from(largest_together);
                Outcome::Apart(self.apart(places, chosen, largest, split_possible))
            }
            Some(Said::SoldOut(left)) => Outcome::SoldOut { places_left: left },
            Some(Said::LeavesSingle { seats, suggestions }) => self.single(seats, suggestions),
            Some(Said::Taken(seats)) => Outcome::SeatTaken { seats: self.places(seats) },
            Some(Said::MixedPrices) => Outcome::MixedPrices,
            Some(Said::NotPriced) => Outcome::NotPriced,
            Some(Said::NoneAsked) => Outcome::NoneAsked,
        }
    }

    /// A selection on the map, judged without taking it.
    pub fn judged(&self, picks: &[SeatNo]) -> Outcome {
        let nobody = Cart { till: self.till, ..Cart::bare(self.now) };
        let facts = self.facts(self.own.unwrap_or(&nobody));
        match hold::check(&facts, picks, self.now) {
            Ok(Verdict::Ok | Verdict::OkUnavoidable) => Outcome::Nothing,
            Ok(Verdict::LeavesSingle { seats, suggestions }) => self.single(&seats, &suggestions),
            Err(refusal) => self.outcome(&refusal, &[], Where::Anywhere),
        }
    }

    fn single(&self, seats: &[SeatNo], suggestions: &[Vec<SeatNo>]) -> Outcome {
        Outcome::LeavesSingle {
            seats: self.places(seats),
            suggestions: suggestions.iter().map(|seats| self.places(seats)).collect(),
        }
    }

    fn places(&self, seats: &[SeatNo]) -> Vec<Place> {
        seats.iter().map(|no| seat_place(&self.stage.drawn.plan, *no)).collect()
    }

    fn apart(&self, places: &[Places], chosen: Where, largest: u32, possible: bool) -> Apart {
        let category = match chosen {
            Where::Category(no) => Some(no),
            Where::Anywhere | Where::Area(_) => None,
        };
        let categories = &self.stage.drawn.plan.categories;
        let name = |no: CategoryNo| categories.get(usize::from(no.0)).map(|one| one.name.clone());
        let split = if possible { self.best(places, category, true) } else { None };
        let together_in = category.and_then(|asked| {
            let others = self.stage.drawn.plan.category_nos().filter(|other| *other != asked);
            let mut fits = others.filter(|other| self.best(places, Some(*other), false).is_some());
            fits.next().and_then(|no| Some((no, name(no)?)))
        });
        Apart {
            party: places.iter().map(|place| u32::from(place.count)).sum(),
            largest_together: largest,
            split_possible: possible,
            asked: category.and_then(name),
            split_total: split
                .as_ref()
                .map(|lines| lines.iter().map(|line| line.listed).sum::<Money>()),
            split: split.map(|lines| self.parts(&lines)).unwrap_or_default(),
            together_in,
        }
    }

    /// The parts of a split: seats of one block stay together.
    fn parts(&self, lines: &[Line]) -> Vec<Vec<Place>> {
        let plan = &self.stage.drawn.plan;
        let seats: Vec<SeatNo> = lines
            .iter()
            .filter_map(|line| match line.place {
                Taken::Seat(no) => Some(no),
                Taken::Area(_) => None,
            })
            .collect();
        let joined = |one: &SeatNo, other: &SeatNo| {
            let (one, other) = (plan.seat(*one), plan.seat(*other));
            one.block == other.block && one.index_in_block.abs_diff(other.index_in_block) == 1
        };
        seats.chunk_by(joined).map(|part| self.places(part)).collect()
    }

    /// The lines that asking for best seats would give now.
    fn best(
        &self,
        places: &[Places],
        category: Option<CategoryNo>,
        allow_split: bool,
    ) -> Option<Vec<Line>> {
        let nobody = Cart { till: self.till, ..Cart::bare(self.now) };
        let command = Command::Best {
            cart: CartId(0),
            performance: self.stage.offer.id,
            places: places.to_vec(),
            category,
            zone: None,
            wheelchair: 0,
            companions: 0,
            allow_split,
            allow_alone: false,
        };
        let ask = Ask {
            by: Actor::Guest(None),
            at: self.now,
            day: BusinessDay::default(),
            random: [0; 32],
        };
        let decided =
            hold::decide(&self.facts(self.own.unwrap_or(&nobody)), &command, &ask).ok()?;
        decided.into_iter().find_map(|event| match event {
            usher_rules::Event::Hold(Event::Held { lines, .. }) => Some(lines),
            _ => None,
        })
    }

    fn facts<'b>(&'b self, cart: &'b Cart) -> Facts<'b> {
        let drawn = &self.inventory.drawn;
        Facts {
            house: self.house,
            cart: Some(cart),
            scene: Some(hold::Scene {
                id: self.stage.offer.id,
                performance: &self.stage.offer.performance,
                production: &self.stage.offer.production,
                plan: &drawn.plan,
                layout: &drawn.layout,
                in_play: &self.inventory.in_play,
                takeable: &self.inventory.in_play,
                taken: self.tally.held + self.tally.sold,
                sellable: (drawn.plan.seats.len() as u32).saturating_sub(self.tally.killed),
                area: None,
            }),
        }
    }
}
