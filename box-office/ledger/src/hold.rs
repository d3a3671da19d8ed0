//! Holds: the scene a hold is decided on, and what it does to cart and seats.
//!
//! Lends the writer's bitsets to the rule, so that two asks of one batch never take one seat.
//! Never picks a seat: `rules/seat` does. Next: `inventory.rs`.

use crate::inventory::{self, Becomes, Inventory};
use crate::source::Source;
use crate::write::Write;
use crate::{Fault, cart, performance, production};
use std::sync::Arc;
use usher_rules::at::At;
use usher_rules::cart::{Cart, Line, Place};
use usher_rules::hold::{self, AreaFacts, Command, Event, Facts, Scene};
use usher_rules::house::House;
use usher_rules::id::{AreaNo, CartId, PerformanceId};
use usher_rules::performance::Performance;
use usher_rules::production::Production;
use usher_rules::{Ask, Refusal};

/// What is loaded for one hold; [`Loaded::facts`] lends it to the rule.
pub struct Loaded {
    house: Arc<House>,
    cart: Option<Cart>,
    stage: Option<Stage>,
}

struct Stage {
    id: PerformanceId,
    performance: Arc<Performance>,
    production: Arc<Production>,
    inventory: Inventory,
    taken: u32,
    sellable: u32,
    area: Option<AreaFacts>,
}

impl Loaded {
    /// Borrows everything the rule looks at.
    pub fn facts(&self) -> Facts<'_> {
        Facts {
            house: &self.house,
            cart: self.cart.as_ref(),
            scene: self.stage.as_ref().map(|stage| Scene {
                id: stage.id,
                performance: &stage.performance,
                production: &stage.production,
                plan: &stage.inventory.drawn.plan,
                layout: &stage.inventory.drawn.layout,
                in_play: &stage.inventory.in_play,
                takeable: &stage.inventory.in_play,
                taken: stage.taken,
                sellable: stage.sellable,
                area: stage.area,
            }),
        }
    }
}

/// Decides a hold inside a write transaction, on the bitsets that move with it.
pub fn decide(
    write: &mut Write,
    command: &Command,
    ask: &Ask,
) -> Result<Result<Vec<usher_rules::Event>, Refusal>, Fault> {
    let area = match command {
        Command::Area { area, .. } => Some(*area),
        _ => None,
    };
    let cart = cart::get(write.txn, command.cart())?;
    let released = || match command {
        Command::Release { lines, .. } => cart.as_ref().and_then(|cart| {
            let line = cart.lines.iter().find(|line| lines.first() == Some(&line.no));
            line.map(|line| line.performance)
        }),
        _ => None,
    };
    let stage = match command.performance().or_else(released) {
        Some(id) => {
            let (txn, plans) = (write.txn, write.plans);
            let Some(performance) = write.memory.programme.performance(txn, id)? else {
                return Ok(Err(Refusal::NotFound));
            };
            let production = write.memory.programme.production(txn, performance.production)?;
            let inventory = write.memory.inventories.get(txn, plans, id, &performance)?.clone();
            Some(stage(txn, id, (performance, production), inventory, area)?)
        }
        None => None,
    };
    let loaded = Loaded { house: Arc::clone(&write.house), cart, stage };
    Ok(hold::decide(&loaded.facts(), command, ask))
}

/// Loads the scene from a snapshot, for a check that takes nothing.
pub fn look<S: Source>(
    source: &S,
    plans: &crate::plan::Plans,
    cart: CartId,
    id: PerformanceId,
) -> Result<Loaded, Fault> {
    let house = Arc::new(crate::write::house(source)?);
    let cart = cart::get(source, cart)?;
    let stage = match performance::get(source, id)? {
        Some(performance) => {
            let inventory = inventory::rebuild(source, plans, id, &performance)?;
            let production = production::get(source, performance.production)?.map(Arc::new);
            Some(stage(source, id, (Arc::new(performance), production), inventory, None)?)
        }
        None => None,
    };
    Ok(Loaded { house, cart, stage })
}

fn stage<S: Source>(
    source: &S,
    id: PerformanceId,
    (performance, production): (Arc<Performance>, Option<Arc<Production>>),
    inventory: Inventory,
    area: Option<AreaNo>,
) -> Result<Stage, Fault> {
    let production = production
        .ok_or_else(|| Fault::Row(format!("production {} is missing", performance.production)))?;
    let tally = inventory::tally(source, id)?;
    let plan = &inventory.drawn.plan;
    let sellable = plan.seats.len() as u32 - tally.killed;
    let area = match area.and_then(|no| Some((no, plan.areas.get(usize::from(no.0))?))) {
        Some((no, area)) => {
            let row = inventory::area(source, id, no)?;
            let taken = row.held + row.sold;
            Some(AreaFacts { capacity: area.capacity, category: area.category, taken })
        }
        None => None,
    };
    let taken = tally.held + tally.sold;
    Ok(Stage { id, performance, production, inventory, taken, sellable, area })
}

pub fn apply(write: &mut Write, event: &Event) -> Result<(), Fault> {
    match event {
        Event::Held { cart, until, lines, .. } => {
            move_lines(write, lines, &Becomes::Held(*cart))?;
            renew(write, *cart, *until, |row| {
                row.next_line = lines.iter().map(|line| line.no + 1).max().unwrap_or(row.next_line);
                row.lines.extend(lines.iter().cloned());
            })
        }
        Event::Released { cart, until, lines } => {
            move_lines(write, lines, &Becomes::Free)?;
            renew(write, *cart, *until, |row| {
                row.lines.retain(|line| !lines.iter().any(|gone| gone.no == line.no));
            })
        }
    }
}

fn renew(
    write: &mut Write,
    id: CartId,
    until: At,
    how: impl FnOnce(&mut Cart),
) -> Result<(), Fault> {
    cart::change(write, id, |row| {
        row.until = until;
        how(row);
    })
}

/// Moves the places of lines, performance by performance.
pub(crate) fn move_lines(
    write: &mut Write,
    lines: &[Line],
    becomes: &Becomes,
) -> Result<(), Fault> {
    let mut performances: Vec<PerformanceId> = lines.iter().map(|line| line.performance).collect();
    performances.sort_unstable();
    performances.dedup();
    for id in performances {
        let here = lines.iter().filter(|line| line.performance == id);
        let moves: Vec<(Place, Becomes)> = here.map(|line| (line.place, becomes.clone())).collect();
        inventory::move_places(write, id, &moves)?;
    }
    Ok(())
}
