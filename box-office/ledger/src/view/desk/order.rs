//! Orders as the desk finds and shows them, from one snapshot.
//!
//! A number or a code leads straight to its order; names and addresses are looked for in the
//! newest orders, so many a page. Postings are found by their moment: the journal of a day stands
//! in the order of time. Never shows a code. Next: `rules/view/desk/order.rs`.

use super::payment::{goes_back, pay, payments, told};
use super::till::name;
use crate::handle::Handle;
use crate::view::level_name;
use crate::view::order::state;
use crate::view::sums::{Named, Nth};
use crate::{
    Fault, Snapshot, admission, checkout, exchange, payment, source, stored, tables, write,
};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use usher_rules::BusinessDay;
use usher_rules::at::At;
use usher_rules::exchange::{credit, quoted};
use usher_rules::house::House;
use usher_rules::id::{OrderId, PerformanceId, TicketId};
use usher_rules::money::Money;
use usher_rules::order::{Order, Payment};
use usher_rules::payment::Share;
use usher_rules::posting::{Account, Posting as Posted};
use usher_rules::refund::quote;
use usher_rules::tender::{Intent, State};
use usher_rules::ticket::Ticket as TicketRow;
use usher_rules::view::desk::Around;
use usher_rules::view::desk::order::{
    AtPad, Chosen, Exchange, Glance, Notice, Opened, Orders, Paid, Posting, Refund, Running, Sum,
    Ticket, Which,
};
use usher_rules::view::desk::payment::Pay;
use usher_rules::view::desk::sell::{Decider, PadHere, Typed};
use usher_rules::view::order::TicketState;

/// Orders on one page of the list.
pub const FOUND_MAX: usize = 50;
/// Orders looked through for a name or an address before one is asked to look on.
pub const SEARCHED_MAX: usize = 2_000;
/// Longest text looked for, in characters.
pub const FIND_CHARS_MAX: usize = 320;
/// Postings of one moment that are looked at: those of a whole batch of commands and more.
const MOMENT_MAX: usize = 4_096;

/// Orders that answer to `find`, before one of them, the newest first.
pub fn orders(
    handle: &Handle,
    snapshot: &Snapshot,
    around: Around,
    find: &str,
    before: Option<OrderId>,
    which: Which,
) -> Result<Orders, Fault> {
    let today = handle.day_of(around.frame.now);
    let back = match which {
        Which::All => None,
        Which::Due => Some(false),
        Which::OwedBack => Some(true),
    };
    if let Some(back) = back {
        let (found, sum, next) = owed(snapshot, today, back, before)?;
        return Ok(Orders { around, which, sum: Some(sum), find: String::new(), found, next });
    }
    let find: String = find.trim().chars().take(FIND_CHARS_MAX).collect();
    let mut found = Vec::new();
    for id in numbered(handle, snapshot, &find)? {
        if let Some(row) = checkout::order(snapshot, id)? {
            found.push(glance(snapshot, id, &row, today)?);
        }
    }
    let mut next = None;
    if found.is_empty() {
        (found, next) = walked(snapshot, &find.to_lowercase(), before, today)?;
    }
    Ok(Orders { around, which, sum: None, find, found, next })
}

/// The orders that a number of an order or a ticket, or the code of a ticket, leads to.
fn numbered(handle: &Handle, snapshot: &Snapshot, find: &str) -> Result<Vec<OrderId>, Fault> {
    let mut ids = Vec::new();
    if let Some(number) = usher_rules::id::read(find) {
        if checkout::order(snapshot, OrderId(number))?.is_some() {
            ids.push(OrderId(number));
        }
        ids.extend(checkout::ticket(snapshot, TicketId(number))?.map(|ticket| ticket.order));
    }
    if let Some(body) = handle.code_read(find)
        && let Some(id) = admission::by_code(snapshot, &body)?
    {
        ids.extend(checkout::ticket(snapshot, id)?.map(|ticket| ticket.order));
    }
    ids.dedup();
    Ok(ids)
}

type Walked = (Vec<Glance>, Option<OrderId>);

/// The newest orders whose buyer answers to it, and from where to look on.
fn walked(
    snapshot: &Snapshot,
    find: &str,
    before: Option<OrderId>,
    today: BusinessDay,
) -> Result<Walked, Fault> {
    let table = source::Source::open(snapshot, tables::ORDERS)?;
    let keys = ..before.map_or(u64::MAX, |id| id.0);
    let (mut found, mut last, mut looked) = (Vec::new(), None, 0);
    for row in redb::ReadableTable::range::<u64>(&table, keys)?.rev() {
        if found.len() == FOUND_MAX || looked == SEARCHED_MAX {
            return Ok((found, last));
        }
        let (id, bytes) = row?;
        let id = OrderId(id.value());
        let row: Order = stored::row(bytes.value())?;
        let buyer = &row.buyer;
        let names = [&buyer.name, &buyer.email];
        if find.is_empty() || names.iter().any(|name| name.to_lowercase().contains(find)) {
            found.push(glance(snapshot, id, &row, today)?);
        }
        (last, looked) = (Some(id), looked + 1);
    }
    Ok((found, None))
}

/// One page of a list of balances, what all of it comes to, and from where to look on.
type Owed = (Vec<Glance>, Sum, Option<OrderId>);

/// Orders that something is due of, or owed to their customers: the first to be overdue first, then
/// those without a day, after one of them.
fn owed(
    snapshot: &Snapshot,
    today: BusinessDay,
    back: bool,
    after: Option<OrderId>,
) -> Result<Owed, Fault> {
    let place = |id: OrderId, row: &Order| (back || row.due().is_none(), row.due(), id);
    let owing = payment::owing(snapshot, back)?;
    let (mut all, mut amount) = (Vec::with_capacity(owing.orders.len()), Money::ZERO);
    for (id, balance) in owing.orders {
        let Some(row) = checkout::order(snapshot, id)? else { continue };
        if row.payment != Payment::CapturePending {
            all.push(place(id, &row));
            amount = amount + if back { -balance } else { balance };
        }
    }
    all.sort_unstable();
    let sum = Sum { orders: all.len() as u64, amount, more: owing.more };
    // The one that was shown last may be paid by now: its place is known all the same.
    let last = after.map(|id| Ok::<_, Fault>(checkout::order(snapshot, id)?.map(|row| (id, row))));
    if let Some((id, row)) = last.transpose()?.flatten() {
        let shown = place(id, &row);
        all.retain(|one| *one > shown);
    }
    let next = all.get(FOUND_MAX).map(|_| all[FOUND_MAX - 1].2);
    let mut found = Vec::with_capacity(all.len().min(FOUND_MAX));
    for (.., id) in all.into_iter().take(FOUND_MAX) {
        if let Some(row) = checkout::order(snapshot, id)? {
            found.push(glance(snapshot, id, &row, today)?);
        }
    }
    Ok((found, sum, next))
}

fn glance(
    snapshot: &Snapshot,
    order: OrderId,
    row: &Order,
    today: BusinessDay,
) -> Result<Glance, Fault> {
    let (due, until) = (payment::due(snapshot, order, row)?, row.due());
    let back = -checkout::balance(snapshot, order)?.min(Money::ZERO);
    Ok(Glance {
        back,
        due,
        until,
        overdue: due > Money::ZERO && until.is_some_and(|until| until < today),
        order,
        placed: row.created_at,
        buyer: row.buyer.name.clone(),
        email: row.buyer.email.clone(),
        tickets: u32::try_from(row.tickets.len()).unwrap_or(u32::MAX),
        total: row.total,
        refunded: row.refunded(),
    })
}

/// What the page of one order is asked for.
#[derive(Debug, Default)]
pub struct Asked {
    pub tickets: Vec<TicketId>,
    pub reason: String,
    /// The pad beside who looks, if they have a till open and nothing runs.
    pub pad: Option<PadHere>,
    pub amount: String,
    pub given: String,
    pub may_refund: bool,
    pub form_key: String,
    pub notice: Option<Notice>,
    pub running: Option<Running>,
    pub decider: Option<Decider>,
    pub typed: Typed,
}

/// One order with everything that belongs to it.
pub fn opened(
    handle: &Handle,
    snapshot: &Snapshot,
    around: Around,
    id: OrderId,
    asked: Asked,
) -> Result<Option<Opened>, Fault> {
    let Some(row) = checkout::order(snapshot, id)? else { return Ok(None) };
    let house = write::house(snapshot)?;
    let today = handle.day_of(around.frame.now);
    let rows = ticket_rows(snapshot, &row)?;
    let mut tickets = tickets(snapshot, &house, &rows)?;
    let exchanging = exchange::running(snapshot, id)?;
    for one in &mut tickets {
        one.refundable &= asked.running.is_none() && exchanging.is_none();
        one.chosen = one.refundable && asked.tickets.contains(&one.ticket);
    }
    let picked: Vec<TicketId> =
        tickets.iter().filter(|one| one.chosen).map(|one| one.ticket).collect();
    let balance = checkout::balance(snapshot, id)?;
    let back = |wanted: &[TicketId]| {
        Ok::<_, Fault>(told(&house, goes_back(snapshot, id, &row, &rows, wanted)?))
    };
    let chosen = match !picked.is_empty() && !asked.reason.trim().is_empty() {
        true => {
            let (shares, worth) = (back(&picked)?, quote(&row, &rows, &picked).amount);
            let (credit, fees) = (credit(worth, balance), quoted(&house, picked.len()));
            Some(Chosen { tickets: picked, reason: asked.reason, shares, worth, credit, fees })
        }
        false => None,
    };
    let pay = pay(snapshot, id, &row, today, asked.pad.filter(|_| exchanging.is_none()))?;
    let (amount, given) = (asked.amount, asked.given);
    Ok(Some(Opened {
        around,
        glance: glance(snapshot, id, &row, today)?,
        tickets,
        fees: row.fees.clone(),
        paid: paid(snapshot, &house, &row)?,
        payments: payments(snapshot, &house, &row)?,
        pay: pay.map(|pay| Pay { amount, given, ..pay }),
        owed_back: back(&[])?,
        at_pad: newest_at_pad(snapshot, &row)?,
        running: asked.running,
        decider: asked.decider.unwrap_or(Decider::No),
        typed: asked.typed,
        refunds: refunds(snapshot, &row)?,
        postings: postings(handle, snapshot, id, &row)?,
        balance,
        may_refund: asked.may_refund,
        chosen,
        origin: row.origin().map(|from| (from.order, from.amount)),
        exchanges: exchanges(snapshot, &row)?,
        exchanging,
        form_key: asked.form_key,
        notice: asked.notice,
    }))
}

/// To which tender something goes first when these tickets are given back.
pub fn goes_back_first(
    snapshot: &Snapshot,
    id: OrderId,
    row: &Order,
    wanted: &[TicketId],
) -> Result<Option<Share>, Fault> {
    let rows = ticket_rows(snapshot, row)?;
    Ok(goes_back(snapshot, id, row, &rows, wanted)?.into_iter().next())
}

pub(super) fn ticket_rows(
    snapshot: &Snapshot,
    row: &Order,
) -> Result<Vec<(TicketId, TicketRow)>, Fault> {
    let missing = |id: &TicketId| Fault::Row(format!("ticket {id} is missing"));
    let read = |id: &TicketId| {
        let found = checkout::ticket(snapshot, *id)?;
        Ok((*id, found.ok_or_else(|| missing(id))?))
    };
    row.tickets.iter().map(read).collect()
}

fn tickets(
    snapshot: &Snapshot,
    house: &House,
    rows: &[(TicketId, TicketRow)],
) -> Result<Vec<Ticket>, Fault> {
    let mut named: HashMap<PerformanceId, Named> = HashMap::new();
    let mut nth = Nth::default();
    let mut found = Vec::with_capacity(rows.len());
    for (id, row) in rows {
        let here = match named.entry(row.performance) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(Named::read(snapshot, row.performance)?),
        };
        let performance = &here.performance;
        let state = state(snapshot, *id, row, performance)?;
        found.push(Ticket {
            ticket: *id,
            title: here.production.title.clone(),
            starts: here.performance.starts_at,
            place: here.place(row.place, nth.of(row.performance, row.place)),
            level_name: level_name(house, row.level),
            price: row.price,
            refundable: row.is_good()
                && (state == TicketState::Valid || performance.cancelled.is_some()),
            cancelled: performance.cancelled.as_ref().map(|_| row.performance),
            state,
            chosen: false,
        });
    }
    Ok(found)
}

fn paid(snapshot: &Snapshot, house: &House, row: &Order) -> Result<Paid, Fault> {
    let intent = row.intent.map(|key| checkout::intent(snapshot, key)).transpose()?.flatten();
    Ok(match (row.payment, intent.and_then(|intent| intent.pad)) {
        (Payment::NothingToPay, _) => Paid::Nothing,
        (Payment::Paid, _) if row.at_sale() == Money::ZERO => Paid::Exchanged,
        (Payment::CapturePending, _) => Paid::Online { captured: false },
        (Payment::Captured, _) => Paid::Online { captured: true },
        (Payment::Paid, Some(at)) => {
            let pad = house.pads.iter().find(|pad| pad.no == at.pad);
            let booking = at.booking.unwrap_or_default();
            Paid::AtPad {
                pad: pad.map_or_else(|| at.pad.0.to_string(), |pad| pad.name.clone()),
                brand: booking.brand,
                last_four: booking.last_four,
                approval: booking.approval,
            }
        }
        (Payment::Paid, None) => {
            let no = row.counter.map(|counter| counter.till);
            let till = no.and_then(|no| house.tills.iter().find(|till| till.no == no));
            Paid::Cash { till: till.map(|till| till.name.clone()).unwrap_or_default() }
        }
    })
}

fn at_pad(intent: Intent) -> AtPad {
    let towards = intent.refunding().is_none();
    let (state, amount, changed) = (intent.state, intent.amount, intent.changed_at);
    let why = intent.why().to_owned();
    AtPad { towards, state, amount, changed, why }
}

/// How the newest refund to a card or payment of an order at a pad ended; none while one runs.
pub(super) fn newest_at_pad(snapshot: &Snapshot, row: &Order) -> Result<Option<AtPad>, Fault> {
    let refund = row.refunds.as_ref().and_then(|refunds| refunds.newest);
    let payment = row.payments.as_ref().and_then(|payments| payments.newest);
    let mut newest: Option<Intent> = None;
    for key in refund.into_iter().chain(payment) {
        let found = checkout::intent(snapshot, key)?;
        newest = newest.into_iter().chain(found).max_by_key(|intent| intent.created_at);
    }
    Ok(newest.filter(|intent| !intent.state.open()).map(at_pad))
}

fn refunds(snapshot: &Snapshot, row: &Order) -> Result<Vec<Refund>, Fault> {
    let made = row.refunds.iter().flat_map(|refunds| &refunds.made);
    made.map(|one| {
        Ok(Refund {
            at: one.at,
            by: name(snapshot, one.by)?,
            tickets: u32::try_from(one.tickets.len()).unwrap_or(u32::MAX),
            amount: one.amount,
            reason: one.reason.clone(),
            to_card: one.intent.is_some(),
            onward: one.onward,
            overdue: one.overdue,
        })
    })
    .collect()
}

/// Everything posted for an order: at its sale, its capture, each payment and each refund.
fn exchanges(snapshot: &Snapshot, row: &Order) -> Result<Vec<Exchange>, Fault> {
    let made = row.exchanges.iter().flat_map(|exchanges| &exchanges.made);
    made.map(|one| {
        Ok(Exchange {
            at: one.at,
            by: name(snapshot, one.by)?,
            reason: one.reason.clone(),
            tickets: u32::try_from(one.tickets.len()).unwrap_or(u32::MAX),
            worth: one.worth,
            to: one.to,
            waived: one.waived,
        })
    })
    .collect()
}

/// Everything posted for an order: at its sale, its capture, each payment and each refund, and when
/// tickets of it or of those it was exchanged for went.
fn postings(
    handle: &Handle,
    snapshot: &Snapshot,
    id: OrderId,
    row: &Order,
) -> Result<Vec<Posting>, Fault> {
    let mut moments = vec![(row.day, row.created_at)];
    let intent = row.intent.map(|key| checkout::intent(snapshot, key)).transpose()?.flatten();
    if let Some(intent) = intent.filter(|intent| intent.state == State::Captured) {
        moments.push((handle.day_of(intent.changed_at), intent.changed_at));
    }
    moments
        .extend(row.refunds.iter().flat_map(|refunds| &refunds.made).map(|one| (one.day, one.at)));
    let later = row.payments.iter().flat_map(|payments| &payments.made);
    moments.extend(later.map(|one| (one.day, one.at)));
    if let Some(all) = &row.exchanges {
        moments.extend(all.made.iter().map(|one| (one.day, one.at)));
        for one in &all.made {
            let other = checkout::order(snapshot, one.to)?;
            let refunds = other.and_then(|other| other.refunds).into_iter();
            let back = refunds.flat_map(|all| all.made).filter(|back| back.onward == Some(id));
            moments.extend(back.map(|back| (back.day, back.at)));
        }
    }
    moments.sort_unstable();
    moments.dedup();
    let mut found = Vec::new();
    for (day, at) in moments {
        let here = posted_at(snapshot, day, at)?.into_iter();
        found.extend(here.filter(|one| one.order == Some(id)).map(|one| posting(id, one)));
    }
    Ok(found)
}

fn posting(id: OrderId, one: Posted) -> Posting {
    let owed =
        one.lines.iter().filter(|line| line.account == Account::Receivable && line.sub == id.0);
    Posting {
        at: one.at,
        cause: one.cause,
        owed: owed.map(|line| line.amount).sum(),
        lines: one.lines.iter().map(|line| (line.account, line.amount)).collect(),
    }
}

/// The postings of one moment: numbers of a day go with its time, so they are found by halving.
fn posted_at(snapshot: &Snapshot, day: BusinessDay, at: At) -> Result<Vec<Posted>, Fault> {
    let table = source::Source::open(snapshot, tables::JOURNAL)?;
    let of_day = |from: u64| (day.0, from)..=(day.0, u64::MAX);
    let mut ends = redb::ReadableTable::range(&table, of_day(0))?;
    let Some(first) = ends.next().transpose()?.map(|(key, _)| key.value().1) else {
        return Ok(Vec::new());
    };
    let last = ends.next_back().transpose()?.map_or(first, |(key, _)| key.value().1);
    let (mut low, mut high) = (first, last);
    while low < high {
        let middle = low + (high - low) / 2;
        let next = redb::ReadableTable::range(&table, of_day(middle))?.next().transpose()?;
        let early = match &next {
            Some((_, bytes)) => stored::row::<Posted>(bytes.value())?.at < at,
            None => false,
        };
        if early {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    let mut found = Vec::new();
    for row in redb::ReadableTable::range(&table, of_day(low))?.take(MOMENT_MAX) {
        let one: Posted = stored::row(row?.1.value())?;
        if one.at > at {
            break;
        }
        if one.at == at {
            found.push(one);
        }
    }
    Ok(found)
}
