//! Seat states: the `seats` and `ga` tables, their tally, and the bitsets that move with them.
//!
//! The only place that changes who owns a seat. The bitsets are a cache of the table inside the
//! running transaction and are thrown away with it. Never decides: `rules/hold.rs` does.

use crate::plan::Drawn;
use crate::source::{self, Source};
use crate::stored::{GaRow, SeatRow, Tally};
use crate::write::Write;
use crate::{Fault, tables};
use std::collections::HashMap;
use std::sync::Arc;
use usher_rules::cart::Place;
use usher_rules::id::{AreaNo, CartId, CategoryNo, PerformanceId, PlanId, SeatNo, TicketId};
use usher_rules::performance::{Performance, StaffHold};
use usher_rules::plan::{Admits, Plan};
use usher_rules::seat::SeatSet;

/// Performances whose bitsets are kept.
pub const INVENTORIES_MAX: usize = 256;

/// The free seats of one performance.
#[derive(Clone, Debug)]
pub struct Inventory {
    pub drawn: Arc<Drawn>,
    pub plan: PlanId,
    pub in_play: SeatSet,
}

/// Bitsets by performance.
#[derive(Debug, Default)]
pub struct Inventories {
    kept: HashMap<PerformanceId, Inventory>,
}

/// What a place becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Becomes {
    Free,
    Held(CartId),
    Sold(TicketId),
    /// Free again: the ticket that had it was given back.
    GivenBack(TicketId),
    Killed,
    StaffHold(StaffHold),
}

impl Inventories {
    /// Forgets everything: the transaction it followed was dropped.
    pub fn clear(&mut self) {
        self.kept.clear();
    }

    /// The free seats of a performance, rebuilt from the table on first use.
    pub fn get<S: Source>(
        &mut self,
        source: &S,
        plans: &crate::plan::Plans,
        id: PerformanceId,
        performance: &Performance,
    ) -> Result<&mut Inventory, Fault> {
        let stale = self.kept.get(&id).is_none_or(|kept| kept.plan != performance.plan);
        if stale {
            if self.kept.len() >= INVENTORIES_MAX {
                self.kept.clear();
            }
            let inventory = rebuild(source, plans, id, performance)?;
            self.kept.insert(id, inventory);
        }
        self.kept.get_mut(&id).ok_or(Fault::Changed("an inventory just kept is gone"))
    }
}

/// The free seats as the table has them.
pub fn rebuild<S: Source>(
    source: &S,
    plans: &crate::plan::Plans,
    id: PerformanceId,
    performance: &Performance,
) -> Result<Inventory, Fault> {
    let drawn = plans
        .get(source, performance.plan)?
        .ok_or_else(|| Fault::Row(format!("plan {} is missing", performance.plan)))?;
    let mut in_play = SeatSet::empty(drawn.plan.seats.len());
    for no in drawn.plan.seat_nos().filter(|no| drawn.plan.for_sale(*no)) {
        in_play.insert(no);
    }
    for seat in taken(source, id)? {
        in_play.remove(seat);
    }
    Ok(Inventory { drawn, plan: performance.plan, in_play })
}

/// Seats that are not free.
pub fn taken<S: Source>(source: &S, id: PerformanceId) -> Result<Vec<SeatNo>, Fault> {
    let keys = (id.0, 0)..=(id.0, u32::MAX);
    source::range(source, tables::SEATS, keys, usize::MAX, |(_, seat), _| Ok(SeatNo(seat)))
}

/// Tickets of the first sold seats of a performance, in plan order.
pub fn sold<S: Source>(source: &S, id: PerformanceId, max: usize) -> Result<Vec<TicketId>, Fault> {
    let keys = (id.0, 0)..=(id.0, u32::MAX);
    let rows = source::range(source, tables::SEATS, keys, usize::MAX, |_, bytes| {
        crate::stored::row::<SeatRow>(bytes)
    })?;
    let tickets = rows.into_iter().filter_map(|row| match row {
        SeatRow::Sold(ticket) => Some(ticket),
        SeatRow::Held(_) | SeatRow::Killed | SeatRow::StaffHold(_) => None,
    });
    Ok(tickets.take(max).collect())
}

/// The state of one seat; `None`: free.
pub fn seat<S: Source>(
    source: &S,
    id: PerformanceId,
    seat: SeatNo,
) -> Result<Option<SeatRow>, Fault> {
    source::get(source, tables::SEATS, (id.0, seat.0))
}

/// Places of an area that are held or sold.
pub fn area<S: Source>(source: &S, id: PerformanceId, area: AreaNo) -> Result<GaRow, Fault> {
    Ok(source::get(source, tables::GA, (id.0, area.0))?.unwrap_or_default())
}

/// What is taken of a performance.
pub fn tally<S: Source>(source: &S, id: PerformanceId) -> Result<Tally, Fault> {
    Ok(source::get(source, tables::TALLIES, id.0)?.unwrap_or_default())
}

/// Moves places of one performance from one state to another. Each must be in the state the rule
/// saw; anything else is [`Fault::Changed`].
pub fn move_places(
    write: &mut Write,
    id: PerformanceId,
    moves: &[(Place, Becomes)],
) -> Result<(), Fault> {
    let (txn, plans) = (write.txn, write.plans);
    let performance = write.memory.programme.performance(txn, id)?;
    let performance = performance.ok_or(Fault::Changed("a performance that is gone"))?;
    let inventory = write.memory.inventories.get(txn, plans, id, &performance)?;
    let mut tally = tally(txn, id)?;
    tally.seq = write.seq;
    for (place, becomes) in moves {
        match place {
            Place::Seat(seat) => move_seat(txn, inventory, &mut tally, id, *seat, becomes)?,
            Place::Area(area) => move_area(txn, &mut tally, id, *area, becomes)?,
        }
    }
    write.put(tables::TALLIES, id.0, &tally)
}

fn move_seat(
    txn: &redb::WriteTransaction,
    inventory: &mut Inventory,
    tally: &mut Tally,
    id: PerformanceId,
    no: SeatNo,
    becomes: &Becomes,
) -> Result<(), Fault> {
    let was = seat(txn, id, no)?;
    if !legal(was.as_ref(), becomes) {
        return Err(Fault::Changed("a seat was not in the state the rule saw"));
    }
    let now = row_of(becomes);
    count(tally, was.as_ref().map(state), -1);
    count(tally, now.as_ref().map(state), 1);
    let mut table = txn.open_table(tables::SEATS)?;
    match &now {
        Some(row) => {
            table.insert((id.0, no.0), crate::stored::bytes(row).as_slice())?;
            inventory.in_play.remove(no);
        }
        None => {
            table.remove((id.0, no.0))?;
            if inventory.drawn.plan.for_sale(no) {
                inventory.in_play.insert(no);
            }
        }
    }
    match (was, now) {
        (None, Some(_)) => count_public(tally, &inventory.drawn.plan, no, 1),
        (Some(_), None) => count_public(tally, &inventory.drawn.plan, no, -1),
        (None, None) | (Some(_), Some(_)) => {}
    }
    Ok(())
}

/// The steps of domain 5.1: what is out of sale only comes back, only a held seat is sold, and a
/// sold one is free again only when its own ticket is given back.
fn legal(was: Option<&SeatRow>, becomes: &Becomes) -> bool {
    match (was, becomes) {
        (None, Becomes::Held(_) | Becomes::Killed | Becomes::StaffHold(_))
        | (Some(SeatRow::Held(_) | SeatRow::Killed | SeatRow::StaffHold(_)), Becomes::Free)
        | (Some(SeatRow::Held(_)), Becomes::Sold(_)) => true,
        (Some(SeatRow::Sold(owner)), Becomes::GivenBack(ticket)) => owner == ticket,
        (None, Becomes::Free | Becomes::Sold(_) | Becomes::GivenBack(_))
        | (
            Some(SeatRow::Held(_)),
            Becomes::Held(_) | Becomes::GivenBack(_) | Becomes::Killed | Becomes::StaffHold(_),
        )
        | (
            Some(SeatRow::Killed | SeatRow::StaffHold(_)),
            Becomes::Held(_)
            | Becomes::Sold(_)
            | Becomes::GivenBack(_)
            | Becomes::Killed
            | Becomes::StaffHold(_),
        )
        | (
            Some(SeatRow::Sold(_)),
            Becomes::Free
            | Becomes::Held(_)
            | Becomes::Sold(_)
            | Becomes::Killed
            | Becomes::StaffHold(_),
        ) => false,
    }
}

fn row_of(becomes: &Becomes) -> Option<SeatRow> {
    match becomes {
        Becomes::Free | Becomes::GivenBack(_) => None,
        Becomes::Held(cart) => Some(SeatRow::Held(*cart)),
        Becomes::Sold(ticket) => Some(SeatRow::Sold(*ticket)),
        Becomes::Killed => Some(SeatRow::Killed),
        Becomes::StaffHold(hold) => Some(SeatRow::StaffHold(hold.clone())),
    }
}

#[derive(Clone, Copy)]
enum Counted {
    Held,
    Sold,
    OutOfSale,
}

fn state(row: &SeatRow) -> Counted {
    match row {
        SeatRow::Held(_) => Counted::Held,
        SeatRow::Sold(_) => Counted::Sold,
        SeatRow::Killed | SeatRow::StaffHold(_) => Counted::OutOfSale,
    }
}

fn count(tally: &mut Tally, state: Option<Counted>, by: i32) {
    let figure = match state {
        None => return,
        Some(Counted::Held) => &mut tally.held,
        Some(Counted::Sold) => &mut tally.sold,
        Some(Counted::OutOfSale) => &mut tally.killed,
    };
    *figure = figure.checked_add_signed(by).expect("a tally never falls below its rows");
}

/// Counts a seat as gone from what the public may ask for, or as there again.
pub(crate) fn count_public(tally: &mut Tally, plan: &Plan, no: SeatNo, by: i32) {
    match plan.admits(no) {
        Admits::Anybody => count_category(tally, plan.seat(no).category, by),
        Admits::Wheelchair => {
            let gone = tally.wheelchairs.checked_add_signed(by);
            tally.wheelchairs = gone.expect("a tally never falls below its rows");
        }
        Admits::Companion | Admits::Nobody => {}
    }
}

fn count_category(tally: &mut Tally, category: CategoryNo, by: i32) {
    let figures = &mut tally.by_category;
    let at = match figures.binary_search_by_key(&category, |(no, _)| *no) {
        Ok(at) => at,
        Err(at) => {
            figures.insert(at, (category, 0));
            at
        }
    };
    figures[at].1 =
        figures[at].1.checked_add_signed(by).expect("a tally never falls below its rows");
    if figures[at].1 == 0 {
        figures.remove(at);
    }
}

/// Areas count places, not who has them: free <- held <-> sold by one each.
fn move_area(
    txn: &redb::WriteTransaction,
    tally: &mut Tally,
    id: PerformanceId,
    no: AreaNo,
    becomes: &Becomes,
) -> Result<(), Fault> {
    let mut row = area(txn, id, no)?;
    let short = Fault::Changed("an area held fewer places than were given back or sold");
    match becomes {
        Becomes::Held(_) => {
            row.held += 1;
            count(tally, Some(Counted::Held), 1);
        }
        Becomes::Free => {
            row.held = row.held.checked_sub(1).ok_or(short)?;
            count(tally, Some(Counted::Held), -1);
        }
        Becomes::Sold(_) => {
            row.held = row.held.checked_sub(1).ok_or(short)?;
            row.sold += 1;
            count(tally, Some(Counted::Held), -1);
            count(tally, Some(Counted::Sold), 1);
        }
        Becomes::GivenBack(_) => {
            row.sold = row.sold.checked_sub(1).ok_or(short)?;
            count(tally, Some(Counted::Sold), -1);
        }
        Becomes::Killed | Becomes::StaffHold(_) => {
            return Err(Fault::Changed("areas have no places out of sale"));
        }
    }
    let mut table = txn.open_table(tables::GA)?;
    if row == GaRow::default() {
        table.remove((id.0, no.0))?;
    } else {
        table.insert((id.0, no.0), crate::stored::bytes(&row).as_slice())?;
    }
    Ok(())
}
