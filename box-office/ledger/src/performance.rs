//! Performances and plan versions: load, apply, read.
//!
//! A plan is stored as it came and compiled when used. Never changes a plan version. Next:
//! `plan.rs` for the compiled form, `inventory.rs` for seats.

use crate::capacity::Capacity;
use crate::inventory::{self, Becomes};
use crate::plan::{Plans, draw};
use crate::source::{self, Source};
use crate::stored::{Counters, PlanRow, SeatRow};
use crate::write::Write;
use crate::{Fault, checkout, production, tables};
use redb::ReadableTable;
use std::collections::BTreeSet;
use usher_rules::at::At;
use usher_rules::cart::Place;
use usher_rules::id::{BoxNo, LetterId, PerformanceId, PlanId, SeatNo, TicketId, compose};
use usher_rules::performance::{
    Cancellation, Command, Event, Facts, OUT_OF_SALE_MAX, Performance, Reached,
};
use usher_rules::plan::vanish;

/// Performances read at once.
pub const PERFORMANCES_MAX: usize = 5_000;

pub fn load<S: Source>(
    source: &S,
    plans: &Plans,
    counters: &Counters,
    box_no: BoxNo,
    command: &Command,
) -> Result<Facts, Fault> {
    let mut facts = Facts {
        house: crate::write::house(source)?,
        next_plan: PlanId(compose(box_no, counters.plan.max(1))),
        next_performance: PerformanceId(compose(box_no, counters.performance.max(1))),
        next_no: counters.performance_no.max(1),
        performance: None,
        plan_known: false,
        production_known: false,
        plan_errors: Vec::new(),
        moved: Vec::new(),
        vanishing: Vec::new(),
        unfit: Vec::new(),
        seats_known: true,
        ends: None,
        reached: Vec::new(),
        next_letter: LetterId(compose(box_no, counters.letter.max(1))),
    };
    match command {
        Command::ImportPlan { original, overlay, rekey_duplicates } => {
            let row = PlanRow {
                original: original.clone(),
                overlay: overlay.clone(),
                rekey_duplicates: *rekey_duplicates,
            };
            if let Err(report) = draw(&row) {
                facts.plan_errors = report.errors.iter().map(ToString::to_string).collect();
            }
        }
        Command::Add(planned) => {
            facts.plan_known = plans.get(source, planned.plan)?.is_some();
            facts.production_known = production::get(source, planned.production)?.is_some();
        }
        Command::SetPrices(id, _) | Command::SetSale { performance: id, .. } => {
            facts.performance = get(source, *id)?;
        }
        Command::AdoptPlan(id, plan) => {
            facts.performance = get(source, *id)?;
            load_adoption(source, plans, &mut facts, *id, *plan)?;
        }
        Command::Kill { performance, seats, back } => {
            let fit = |row: &Option<SeatRow>| match row {
                None => !*back,
                Some(SeatRow::Killed) => *back,
                Some(SeatRow::Held(_) | SeatRow::Sold(_) | SeatRow::StaffHold(_)) => false,
            };
            load_seats(source, plans, &mut facts, (*performance, seats), fit)?;
        }
        Command::HoldForStaff { performance, seats, .. } => {
            load_seats(source, plans, &mut facts, (*performance, seats), Option::is_none)?;
        }
        Command::EndStaffHold { performance, seats } => {
            let fit = |row: &Option<SeatRow>| matches!(row, Some(SeatRow::StaffHold(_)));
            load_seats(source, plans, &mut facts, (*performance, seats), fit)?;
        }
        Command::Cancel { performance: id, .. } => {
            load_cancellation(source, &mut facts, *id)?;
        }
    }
    Ok(facts)
}

/// When it ends, and who has tickets of it.
fn load_cancellation<S: Source>(
    source: &S,
    facts: &mut Facts,
    id: PerformanceId,
) -> Result<(), Fault> {
    facts.performance = get(source, id)?;
    if let Some(performance) = &facts.performance {
        let production = production::get(source, performance.production)?;
        facts.ends = production.map(|production| performance.ends(&production));
        facts.reached = reached(source, id, performance)?;
    }
    Ok(())
}

/// Orders with good tickets of a performance whose buyers gave an address.
fn reached<S: Source>(
    source: &S,
    id: PerformanceId,
    performance: &Performance,
) -> Result<Vec<Reached>, Fault> {
    let mut orders = BTreeSet::new();
    for ticket in tickets(source, performance, usize::MAX)? {
        let row = checkout::ticket(source, ticket)?;
        let good = row.filter(|row| row.performance == id && row.is_good());
        orders.extend(good.map(|row| row.order));
    }
    let mut found = Vec::new();
    for order in orders {
        let Some(row) = checkout::order(source, order)? else { continue };
        if !row.buyer.email.is_empty() {
            found.push(Reached { order, email: row.buyer.email });
        }
    }
    Ok(found)
}

/// Every ticket that was ever sold for a performance: each has its code in the index.
pub fn tickets<S: Source>(
    source: &S,
    performance: &Performance,
    max: usize,
) -> Result<Vec<TicketId>, Fault> {
    let codes = (performance.no, 0)..=(performance.no, u64::MAX);
    source::range(source, tables::TICKET_CODES, codes, max, |_, id| Ok(TicketId(id)))
}

/// Which of the seats named the plan has, and which are not as they must be.
fn load_seats<S: Source>(
    source: &S,
    plans: &Plans,
    facts: &mut Facts,
    (id, seats): (PerformanceId, &[SeatNo]),
    fit: impl Fn(&Option<SeatRow>) -> bool,
) -> Result<(), Fault> {
    facts.performance = get(source, id)?;
    let Some(performance) = &facts.performance else {
        return Ok(());
    };
    let Some(drawn) = plans.get(source, performance.plan)? else {
        facts.seats_known = false;
        return Ok(());
    };
    facts.seats_known = seats.iter().all(|seat| drawn.plan.seat_at(*seat).is_some());
    for seat in seats.iter().take(OUT_OF_SALE_MAX).filter(|_| facts.seats_known) {
        let row = inventory::seat(source, id, *seat)?;
        // A seat that the plan never sells is not free, though it has no row.
        let never_sold = row.is_none() && !drawn.plan.for_sale(*seat);
        if never_sold || !fit(&row) {
            facts.unfit.push(*seat);
        }
    }
    Ok(())
}

fn load_adoption<S: Source>(
    source: &S,
    plans: &Plans,
    facts: &mut Facts,
    id: PerformanceId,
    to: PlanId,
) -> Result<(), Fault> {
    let Some(performance) = &facts.performance else {
        return Ok(());
    };
    let from = plans.get(source, performance.plan)?;
    let to = plans.get(source, to)?;
    facts.plan_known = to.is_some();
    let (Some(from), Some(to)) = (from, to) else {
        return Ok(());
    };
    let taken = inventory::taken(source, id)?;
    facts.vanishing = vanish(&from.plan, &to.plan, &taken);
    facts.moved = taken
        .iter()
        .filter_map(|old| Some((*old, to.plan.seat_no(&from.plan.seat(*old).guid)?)))
        .collect();
    Ok(())
}

pub fn apply(write: &mut Write, event: &Event) -> Result<(), Fault> {
    match event {
        Event::PlanImported { plan, original, overlay, rekey_duplicates } => {
            let row = PlanRow {
                original: original.clone(),
                overlay: overlay.clone(),
                rekey_duplicates: *rekey_duplicates,
            };
            write.put(tables::PLANS, plan.0, &row)?;
            let drawn = draw(&row).map_err(|_| Fault::Changed("a plan that does not import"))?;
            write.put(tables::CAPACITIES, plan.0, &Capacity::of(&drawn.plan))?;
            write.used(|counters| &mut counters.plan, plan.0)
        }
        Event::Put(id, performance) => put(write, *id, performance),
        Event::PlanAdopted { performance, plan, moved } => adopt(write, *performance, *plan, moved),
        Event::Killed(id, seats) => change_seats(write, *id, seats, &Becomes::Killed),
        Event::Revived(id, seats) => change_seats(write, *id, seats, &Becomes::Free),
        Event::StaffHeld { performance, seats, hold } => {
            change_seats(write, *performance, seats, &Becomes::StaffHold(hold.clone()))
        }
        Event::StaffHoldEnded(id, seats) => change_seats(write, *id, seats, &Becomes::Free),
        Event::Cancelled(id, cancellation) => cancelled(write, *id, cancellation),
    }
}

fn put(write: &mut Write, id: PerformanceId, performance: &Performance) -> Result<(), Fault> {
    if let Some(old) = get(write.txn, id)? {
        write.unmark(tables::PERFORMANCES_BY_START, (old.starts_at.0, id.0))?;
    }
    write.put(tables::PERFORMANCES, id.0, performance)?;
    write.mark(tables::PERFORMANCES_BY_START, (performance.starts_at.0, id.0))?;
    write.txn.open_table(tables::PERFORMANCES_BY_NO)?.insert(performance.no, id.0)?;
    write.used(|counters| &mut counters.performance, id.0)?;
    write.used_no(performance.no)
}

fn cancelled(
    write: &mut Write,
    id: PerformanceId,
    cancellation: &Cancellation,
) -> Result<(), Fault> {
    let mut row = get(write.txn, id)?.ok_or(Fault::Changed("a performance that is gone"))?;
    row.cancelled = Some(cancellation.clone());
    write.put(tables::PERFORMANCES, id.0, &row)
}

fn change_seats(
    write: &mut Write,
    id: PerformanceId,
    seats: &[SeatNo],
    becomes: &Becomes,
) -> Result<(), Fault> {
    let moves: Vec<_> = seats.iter().map(|seat| (Place::Seat(*seat), becomes.clone())).collect();
    inventory::move_places(write, id, &moves)
}

fn adopt(
    write: &mut Write,
    id: PerformanceId,
    plan: PlanId,
    moved: &[(SeatNo, SeatNo)],
) -> Result<(), Fault> {
    let mut rows = Vec::with_capacity(moved.len());
    for (old, new) in moved {
        let row = inventory::seat(write.txn, id, *old)?;
        rows.push((*new, row.ok_or(Fault::Changed("a taken seat is free"))?));
        write.remove(tables::SEATS, (id.0, old.0))?;
    }
    for (new, row) in rows {
        write.put(tables::SEATS, (id.0, new.0), &row)?;
    }
    let mut performance =
        get(write.txn, id)?.ok_or(Fault::Changed("a performance that is gone"))?;
    performance.plan = plan;
    write.put(tables::PERFORMANCES, id.0, &performance)?;
    let drawn = write.plans.get(write.txn, plan)?.ok_or(Fault::Changed("a plan that is gone"))?;
    let tally = recount(write.txn, &drawn.plan, id, write.seq)?;
    write.put(tables::TALLIES, id.0, &tally)
}

/// The tally of a performance as its rows have it.
pub fn recount<S: Source>(
    source: &S,
    plan: &usher_rules::plan::Plan,
    id: PerformanceId,
    seq: u64,
) -> Result<crate::stored::Tally, Fault> {
    let mut tally = crate::stored::Tally { seq, ..Default::default() };
    let seats = (id.0, 0)..=(id.0, u32::MAX);
    for (seat, row) in source::range(source, tables::SEATS, seats, usize::MAX, |key, bytes| {
        Ok((SeatNo(key.1), crate::stored::row::<SeatRow>(bytes)?))
    })? {
        match row {
            SeatRow::Held(_) => tally.held += 1,
            SeatRow::Sold(_) => tally.sold += 1,
            SeatRow::Killed | SeatRow::StaffHold(_) => tally.killed += 1,
        }
        inventory::count_public(&mut tally, plan, seat, 1);
    }
    let areas = (id.0, 0)..=(id.0, u16::MAX);
    for row in source::range(source, tables::GA, areas, usize::MAX, |_, bytes| {
        crate::stored::row::<crate::stored::GaRow>(bytes)
    })? {
        tally.held += row.held;
        tally.sold += row.sold;
    }
    Ok(tally)
}

pub fn get<S: Source>(source: &S, id: PerformanceId) -> Result<Option<Performance>, Fault> {
    source::get(source, tables::PERFORMANCES, id.0)
}

/// The performance that has this number in its ticket codes.
pub fn by_no<S: Source>(source: &S, no: u32) -> Result<Option<PerformanceId>, Fault> {
    let table = source.open(tables::PERFORMANCES_BY_NO)?;
    Ok(table.get(no)?.map(|id| PerformanceId(id.value())))
}

/// Performances that start in `from..to`, in order of their start.
pub fn starting<S: Source>(
    source: &S,
    from: At,
    to: At,
) -> Result<Vec<(PerformanceId, Performance)>, Fault> {
    let keys = (from.0, 0)..(to.0, 0);
    let ids =
        source::range(source, tables::PERFORMANCES_BY_START, keys, PERFORMANCES_MAX, |key, ()| {
            Ok(PerformanceId(key.1))
        })?;
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let row = get(source, id)?;
        found.push((id, row.ok_or(Fault::Row(format!("performance {id} has no row")))?));
    }
    Ok(found)
}
