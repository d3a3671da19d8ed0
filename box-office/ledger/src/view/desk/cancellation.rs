//! Cancelled performances and what is still to be given back for one, from one snapshot.
//!
//! An order stands in the list as long as it has good tickets of the performance, or is owed
//! something after they were taken back. Never decides what may go back. Next:
//! `rules/view/desk/cancellation.rs`, `rules/performance/cancellation.rs`.

use super::order::ticket_rows;
use super::payment::{goes_back, how};
use super::till::name;
use crate::view::sums::Named;
use crate::view::whats_on::RUNNING_TIME_MAX;
use crate::{
    Fault, Snapshot, checkout, exchange, patron, performance, production, source, tables, write,
};
use std::collections::{BTreeMap, HashMap};
use usher_rules::at::{At, Span};
use usher_rules::house::House;
use usher_rules::id::{OrderId, PadNo, PerformanceId, TicketId};
use usher_rules::money::Money;
use usher_rules::order::{Order, Payment};
use usher_rules::payment::Means;
use usher_rules::performance::Performance;
use usher_rules::tender::State;
use usher_rules::view::desk::Around;
use usher_rules::view::desk::cancellation::{
    Cancellation, Cancellations, Glance, Line, Notice, Said, Stands, Sum,
};

/// Performances of each list.
pub const LISTED_MAX: usize = 200;
/// Performances of longer ago are not listed any more.
const LOOKED_BACK: Span = Span::hours(400 * 24);
/// Tickets of one performance that are looked at; the page says if there are more.
pub const TICKETS_MAX: usize = 20_000;

/// What can be cancelled from now on, and what was cancelled.
pub fn list(snapshot: &Snapshot, around: Around, now: At) -> Result<Cancellations, Fault> {
    let mut titles = HashMap::new();
    let (mut ahead, mut cancelled, mut more) = (Vec::new(), Vec::new(), false);
    for (id, row) in performance::starting(snapshot, now - LOOKED_BACK, At(i64::MAX))? {
        let over = row.starts_at < now - RUNNING_TIME_MAX;
        let list = match &row.cancelled {
            Some(_) => &mut cancelled,
            None if over => continue,
            None => &mut ahead,
        };
        if row.cancelled.is_none() && list.len() == LISTED_MAX {
            more = true;
            continue;
        }
        let title = match titles.get(&row.production) {
            Some(known) => String::clone(known),
            None => {
                let Some(read) = production::get(snapshot, row.production)? else { continue };
                titles.insert(row.production, read.title.clone());
                read.title
            }
        };
        list.push(glance(snapshot, id, &row, title)?);
    }
    cancelled.sort_by_key(|one| std::cmp::Reverse(one.cancelled));
    more |= cancelled.len() > LISTED_MAX;
    cancelled.truncate(LISTED_MAX);
    Ok(Cancellations { around, ahead, cancelled, more })
}

fn glance(
    snapshot: &Snapshot,
    id: PerformanceId,
    row: &Performance,
    title: String,
) -> Result<Glance, Fault> {
    let tally: Option<crate::stored::Tally> = source::get(snapshot, tables::TALLIES, id.0)?;
    Ok(Glance {
        performance: id,
        title,
        hall: row.hall.clone(),
        starts: row.starts_at,
        sold: tally.map_or(0, |tally| tally.sold),
        cancelled: row.cancelled.as_ref().map(|cancelled| cancelled.at),
    })
}

/// What the page of one performance knows beside the store.
pub struct Asking {
    pub may_cancel: bool,
    pub may_refund: bool,
    pub form_key: String,
    pub reason: String,
    pub notice: Option<Notice>,
}

pub fn page(
    snapshot: &Snapshot,
    around: Around,
    id: PerformanceId,
    without_card: impl Fn(PadNo) -> bool,
    asking: Asking,
) -> Result<Option<Cancellation>, Fault> {
    if performance::get(snapshot, id)?.is_none() {
        return Ok(None);
    }
    let Named { performance: row, production, .. } = Named::read(snapshot, id)?;
    let said = match &row.cancelled {
        Some(one) => {
            Some(Said { at: one.at, by: name(snapshot, one.by)?, reason: one.reason.clone() })
        }
        None => None,
    };
    let (lines, more) = lines(snapshot, id, &row, without_card)?;
    Ok(Some(Cancellation {
        around,
        glance: glance(snapshot, id, &row, production.title)?,
        open: sum(lines.iter()),
        at_once: sum(lines.iter().filter(|one| one.at_once())),
        said,
        lines,
        more,
        may_cancel: asking.may_cancel,
        may_refund: asking.may_refund,
        form_key: asking.form_key,
        reason: asking.reason,
        notice: asking.notice,
    }))
}

fn sum<'a>(lines: impl Iterator<Item = &'a Line>) -> Sum {
    lines.fold(Sum::default(), |sum, one| Sum {
        orders: sum.orders + 1,
        tickets: sum.tickets + one.tickets.len() as u32,
        amount: sum.amount + one.amount,
    })
}

/// The orders that something is still to be done for, and whether there are more than were looked
/// at.
pub fn lines(
    snapshot: &Snapshot,
    id: PerformanceId,
    row: &Performance,
    without_card: impl Fn(PadNo) -> bool,
) -> Result<(Vec<Line>, bool), Fault> {
    let house = write::house(snapshot)?;
    let sold = performance::tickets(snapshot, row, TICKETS_MAX + 1)?;
    let more = sold.len() > TICKETS_MAX;
    let mut orders: BTreeMap<OrderId, Vec<TicketId>> = BTreeMap::new();
    for ticket in sold.into_iter().take(TICKETS_MAX) {
        let found = checkout::ticket(snapshot, ticket)?;
        let Some(found) = found.filter(|found| found.performance == id) else { continue };
        let good = orders.entry(found.order).or_default();
        good.extend(found.is_good().then_some(ticket));
    }
    let running: HashMap<OrderId, State> = checkout::order_intents(snapshot)?
        .into_iter()
        .filter_map(|(_, intent)| Some((intent.of_order()?, intent.state)))
        .collect();
    let mut lines = Vec::new();
    for (order, mut good) in orders {
        good.sort_unstable();
        let Some(row) = checkout::order(snapshot, order)? else { continue };
        if good.is_empty() && checkout::balance(snapshot, order)? >= Money::ZERO {
            continue;
        }
        let stands = stands(snapshot, order, &row, running.get(&order).copied())?;
        lines.push(line(snapshot, &house, (order, &row), good, stands, &without_card)?);
    }
    // What needs a person comes first.
    lines.sort_by_key(Line::at_once);
    Ok((lines, more))
}

fn stands(
    snapshot: &Snapshot,
    id: OrderId,
    row: &Order,
    running: Option<State>,
) -> Result<Stands, Fault> {
    Ok(match running {
        Some(State::NeedsOperator) => Stands::NeedsOperator,
        Some(_) => Stands::Running,
        None if exchange::running(snapshot, id)?.is_some() => Stands::Exchanging,
        None if row.payment == Payment::CapturePending => Stands::CapturePending,
        None => Stands::Free,
    })
}

fn line(
    snapshot: &Snapshot,
    house: &House,
    (order, row): (OrderId, &Order),
    tickets: Vec<TicketId>,
    stands: Stands,
    without_card: &impl Fn(PadNo) -> bool,
) -> Result<Line, Fault> {
    let all = ticket_rows(snapshot, row)?;
    let first = goes_back(snapshot, order, row, &all, &tickets)?.into_iter().next();
    let amount = first.as_ref().map_or(Money::ZERO, |share| share.amount);
    let means = first.map(|share| share.means);
    let without_card = matches!(&means, Some(Means::Pad { pad, .. }) if without_card(*pad));
    let how = means.map(|means| how(house, means, None));
    let phone = match row.buyer.patron {
        Some(no) => patron::get(snapshot, no)?.map(|patron| patron.phone).unwrap_or_default(),
        None => String::new(),
    };
    let (buyer, email) = (row.buyer.name.clone(), row.buyer.email.clone());
    Ok(Line { order, buyer, email, phone, tickets, amount, how, without_card, stands })
}
