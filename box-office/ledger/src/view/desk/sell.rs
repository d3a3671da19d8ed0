//! Sales at the counter, from one snapshot: what can be sold, one sale, its pin pad, its order.
//!
//! What a pad shows its customer comes from outside: the store knows of it what is durable. Never
//! says who may look: the listener does. Next: `rules/view/desk/sell.rs`.

use super::till::till_name;
use crate::view::cart::deadline;
use crate::view::showing::Offer;
use crate::view::sums::{Named, Nth, sums};
use crate::{Fault, Snapshot, admission, cart, checkout, payment, performance, production, write};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::rc::Rc;
use usher_rules::at::At;
use usher_rules::cart::{Cart, Note, State as CartState};
use usher_rules::checkout::pad::keeps_pad;
use usher_rules::exchange::credit;
use usher_rules::hold::COUNTER_SELLS_INTO;
use usher_rules::house::House;
use usher_rules::id::{CartId, OrderId, PadNo, TillNo};
use usher_rules::money::Money;
use usher_rules::order::Order;
use usher_rules::payment::Part;
use usher_rules::refund::quote;
use usher_rules::tender::pad::{AtPad, Receipt};
use usher_rules::tender::{Intent, State};
use usher_rules::view::desk::pad::{Face, Link, Stage};
use usher_rules::view::desk::payment::Payment;
use usher_rules::view::desk::sell::{
    CameFrom, Counter, Exchanging, Last, Line, PadHere, Paid, Paying, Show, Slip, Sold, Standing,
    Undecided, Waiting,
};
use usher_rules::{BusinessDay, Key, view::cart::Sums};

/// Performances that a counter sells now and until some moment, by their start.
pub fn shows(snapshot: &Snapshot, now: At, until: At) -> Result<Vec<Show>, Fault> {
    let mut productions = HashMap::new();
    let mut found = Vec::new();
    for (id, row) in performance::starting(snapshot, now - COUNTER_SELLS_INTO, until)? {
        if row.cancelled.is_some() {
            continue;
        }
        let production = match productions.get(&row.production) {
            Some(known) => Rc::clone(known),
            None => {
                let Some(read) = production::get(snapshot, row.production)? else { continue };
                let read = Rc::new(read);
                productions.insert(row.production, Rc::clone(&read));
                read
            }
        };
        let offer = Offer::of(snapshot, id, row, production)?;
        found.push(Show {
            performance: id,
            title: offer.production.title.clone(),
            code: offer.production.code.clone(),
            hall: offer.performance.hall.clone(),
            starts: offer.performance.starts_at,
            places_left: offer.left.all().0,
        });
    }
    Ok(found)
}

/// The sale in hand, in short; none while it is being paid, and once it is over.
pub fn slip(snapshot: &Snapshot, id: CartId, row: &Cart) -> Result<Option<Slip>, Fault> {
    if row.active().is_err() {
        return Ok(None);
    }
    Ok(Some(Slip { cart: id, sums: sums_of(snapshot, row)? }))
}

/// What a sale gives up for what it sells.
pub fn exchange(id: CartId, row: &Cart, form_key: String) -> Option<Exchanging> {
    let exchange = row.exchange.as_ref()?;
    Some(Exchanging {
        cart: id,
        form_key,
        order: exchange.order,
        tickets: u32::try_from(exchange.tickets.len()).unwrap_or(u32::MAX),
        worth: exchange.worth,
        due: row.due(),
        credit: exchange.credit,
        over: (exchange.credit - row.total()).max(Money::ZERO),
        open: row.active().is_ok(),
    })
}

/// Lines and sums of a sale.
pub fn sums_of(snapshot: &Snapshot, row: &Cart) -> Result<Sums, Fault> {
    sums(snapshot, &write::house(snapshot)?, &row.lines, &row.fee_lines(), &row.taxes)
}

/// Payments without an outcome: of one till, or of all that wait for a person.
pub fn waiting(snapshot: &Snapshot, of: Option<TillNo>, all: bool) -> Result<Vec<Waiting>, Fault> {
    let house = write::house(snapshot)?;
    let mut found = Vec::new();
    let open = checkout::open_intents(snapshot)?.into_iter();
    for (_, intent) in open.filter(|(_, one)| one.pad.is_some() || one.back.is_some()) {
        let person = intent.state == State::NeedsOperator;
        let till = intent.pad.as_ref().map(|pad| pad.at.till);
        let own = till.is_some() && till == of;
        let shown = own || (all && person);
        if !shown {
            continue;
        }
        found.push(Waiting {
            cart: intent.cart,
            refund_of: intent.refunding().map(|one| one.order),
            towards: intent.of_order().filter(|_| intent.refunding().is_none()),
            till: till.map(|till| till_name(&house, till)),
            amount: intent.amount,
            since: intent.created_at,
            person,
        });
    }
    Ok(found)
}

/// Lines of a sale with their numbers, in the order they were taken.
pub fn lines(snapshot: &Snapshot, row: &Cart) -> Result<Vec<Line>, Fault> {
    let house = write::house(snapshot)?;
    let mut known: HashMap<_, Named> = HashMap::new();
    let mut nth = Nth::default();
    let mut found = Vec::with_capacity(row.lines.len());
    for line in &row.lines {
        let named = match known.entry(line.performance) {
            Entry::Occupied(named) => named.into_mut(),
            Entry::Vacant(room) => room.insert(Named::read(snapshot, line.performance)?),
        };
        found.push(Line {
            no: line.no,
            title: named.production.title.clone(),
            starts: named.performance.starts_at,
            place: named.place(line.place, nth.of(line.performance, line.place)),
            level_name: crate::view::level_name(&house, line.level),
            price: line.listed,
        });
    }
    Ok(found)
}

/// When the first performance of a sale is played.
pub fn plays_on(snapshot: &Snapshot, row: &Cart) -> Result<Option<BusinessDay>, Fault> {
    let mut first = None;
    for line in &row.lines {
        let day = performance::get(snapshot, line.performance)?.map(|row| row.day);
        first = first.into_iter().chain(day).min();
    }
    Ok(first)
}

/// What the newest payment of a sale left to be paid in cash.
pub fn cash_beside(snapshot: &Snapshot, row: &Cart) -> Result<Money, Fault> {
    let newest = match row.intent {
        Some(key) => checkout::intent(snapshot, key)?,
        None => None,
    };
    Ok(newest.and_then(|intent| intent.pad).map_or(Money::ZERO, |pad| pad.cash))
}

/// How far a sale is; `seen` is when its cashier last looked, `face` what its pad shows.
pub fn standing(
    snapshot: &Snapshot,
    row: &Cart,
    seen: Option<At>,
    face: Option<&Face>,
) -> Result<Standing, Fault> {
    let newest = match row.intent {
        Some(key) => checkout::intent(snapshot, key)?.map(|intent| (key, intent)),
        None => None,
    };
    let busy_with = face.and_then(|face| face.running.as_ref()).map(|running| running.intent);
    match row.state {
        CartState::Active => {
            // The outcome is known, but the terminal is not ready for another card yet.
            if let Some((key, intent)) = newest.as_ref().filter(|(key, _)| busy_with == Some(*key))
            {
                return Ok(at_pad(*key, intent, face));
            }
            let until = deadline(&write::house(snapshot)?, row, seen);
            Ok(Standing::Open { until, last: newest.and_then(|(_, intent)| last(&intent)) })
        }
        CartState::CheckingOut | CartState::CheckoutError => {
            Ok(newest.map_or(Standing::Closed, |(key, intent)| at_pad(key, &intent, face)))
        }
        CartState::Completed
        | CartState::ClosedByPatron
        | CartState::ClosedBySystem
        | CartState::ClosedByOperator => Ok(Standing::Closed),
    }
}

/// A payment or refund at a pad, as far as it is.
pub(super) fn at_pad(key: Key, intent: &Intent, face: Option<&Face>) -> Standing {
    let running = face.and_then(|face| face.running.as_ref());
    let shown = running.filter(|running| running.intent == key).map(|running| running.stage);
    let paying = |stage| Standing::Paying(Paying { intent: key, amount: intent.amount, stage });
    match intent.state {
        State::Created => paying(shown.unwrap_or(Stage::MakingReady)),
        State::Unknown => {
            Standing::Unknown { since: intent.changed_at, why: intent.why().to_owned() }
        }
        State::NeedsOperator => Standing::Undecided,
        State::Sent
        | State::Approved
        | State::Captured
        | State::Declined
        | State::Cancelled
        | State::NotCharged
        | State::Reversing
        | State::Reversed => paying(shown.unwrap_or(Stage::Wait)),
    }
}

/// What the newest payment of an open sale came to.
fn last(intent: &Intent) -> Option<Last> {
    let why = || intent.pad.as_ref().map(|pad| pad.why.clone()).unwrap_or_default();
    match intent.state {
        State::Declined => Some(Last::Declined { text: why() }),
        State::Cancelled => Some(Last::Cancelled),
        State::NotCharged => Some(Last::NotCharged { why: why() }),
        State::Created
        | State::Sent
        | State::Approved
        | State::Captured
        | State::Unknown
        | State::NeedsOperator
        | State::Reversing
        | State::Reversed => None,
    }
}

/// A payment of this sale that waits for a person, also one that came in late.
pub fn undecided(snapshot: &Snapshot, id: CartId, row: &Cart) -> Result<Option<Undecided>, Fault> {
    let house = write::house(snapshot)?;
    let open = checkout::all_pad_intents(snapshot)?.into_iter();
    let open = open.filter(|(_, one)| one.cart == id && one.of_order().is_none());
    let mut waiting = open.filter(|(_, one)| one.state == State::NeedsOperator);
    let Some((key, intent)) = waiting.next() else { return Ok(None) };
    let Some(pad) = intent.pad else { return Ok(None) };
    let whole = cart::holding(snapshot, id, row)?.len() == row.lines.len();
    let whole_sale = match pad.part {
        Some(Part::Deposit { total, .. }) => total,
        Some(Part::Towards(_)) | None => intent.amount + pad.cash,
    };
    let same = row.intent == Some(key) && row.due() == whole_sale;
    let whole = whole && exchange_stands(snapshot, row)?;
    Ok(Some(Undecided {
        intent: key,
        amount: intent.amount,
        since: intent.created_at,
        no: pad.no,
        pad: pad_name(&house, pad.pad),
        why: pad.why,
        booking: pad.booking,
        can_be_sold: row.state.runs() && row.order.is_none() && same && whole,
    }))
}

/// Can what a sale gives up still be given up?
fn exchange_stands(snapshot: &Snapshot, row: &Cart) -> Result<bool, Fault> {
    let Some(exchange) = &row.exchange else { return Ok(true) };
    let Some(order) = checkout::order(snapshot, exchange.order)? else { return Ok(false) };
    let tickets = super::order::ticket_rows(snapshot, &order)?;
    for (id, ticket) in &tickets {
        let admission = admission::get(snapshot, ticket.performance, *id)?;
        let used = admission.is_some_and(|admission| admission.ins > 0);
        if exchange.tickets.contains(id) && (used || !ticket.is_good()) {
            return Ok(false);
        }
    }
    let worth = quote(&order, &tickets, &exchange.tickets).amount;
    let pays = credit(worth, checkout::balance(snapshot, exchange.order)?);
    Ok((worth, pays) == (exchange.worth, exchange.credit))
}

/// The pin pad of a till, as a sale finds it.
pub fn pad_here(
    snapshot: &Snapshot,
    till: TillNo,
    face: impl FnOnce(PadNo) -> Option<Face>,
) -> Result<PadHere, Fault> {
    let house = write::house(snapshot)?;
    let known = house.tills.iter().find(|known| known.no == till);
    let Some(no) = known.and_then(|known| known.pad) else { return Ok(PadHere::None) };
    let name = pad_name(&house, no);
    let busy = |name, at| Ok(PadHere::Busy { name, till: till_name(&house, at) });
    let kept = checkout::pad_intents(snapshot, no)?.into_iter().map(|(_, intent)| intent);
    let kept = kept.filter(|intent| keeps_pad(intent.state)).find_map(|intent| intent.pad);
    if let Some(pad) = kept {
        return busy(name, pad.at.till);
    }
    let Some(face) = face(no) else { return Ok(PadHere::Starting { name }) };
    match (face.link, face.running) {
        (Link::Starting, _) => Ok(PadHere::Starting { name }),
        (Link::Down { why }, _) => Ok(PadHere::Down { name, why }),
        (Link::Exchanged(what), _) => Ok(PadHere::Exchanged { name, what }),
        (Link::Up { .. }, Some(running)) => busy(name, running.till),
        (Link::Up { .. }, None) => Ok(PadHere::Ready { name, keyed: face.keyed }),
    }
}

/// The name of a till.
pub fn till(snapshot: &Snapshot, no: TillNo) -> Result<String, Fault> {
    Ok(till_name(&write::house(snapshot)?, no))
}

/// The number of the pad that a till pays at.
pub fn pad_of(house: &House, till: TillNo) -> Option<PadNo> {
    house.tills.iter().find(|known| known.no == till)?.pad
}

pub(super) fn pad_name(house: &House, no: PadNo) -> String {
    let known = house.pads.iter().find(|pad| pad.no == no);
    known.map_or_else(|| no.0.to_string(), |pad| pad.name.clone())
}

/// A sale that was finished at a counter; none for an order of the shop.
pub fn sold(snapshot: &Snapshot, counter: Counter, id: OrderId) -> Result<Option<Sold>, Fault> {
    let Some(order) = checkout::order(snapshot, id)? else { return Ok(None) };
    let Some(at) = order.counter else { return Ok(None) };
    let house = write::house(snapshot)?;
    let taxes = cart::get(snapshot, order.cart)?.map(|cart| cart.taxes).unwrap_or_default();
    let intent = match order.intent {
        Some(key) => checkout::intent(snapshot, key)?,
        None => None,
    };
    let pad = intent.and_then(|intent| intent.pad);
    Ok(Some(Sold {
        counter,
        order: id,
        when: order.created_at,
        till: till_name(&house, at.till),
        cashier: super::till::name(snapshot, at.cashier)?,
        sums: sums(snapshot, &house, &order.lines, &order.fees, &taxes)?,
        came_from: came_from(snapshot, &order)?,
        paid: paid(snapshot, &order, pad.as_deref())?,
        payments: parts(snapshot, &house, &order)?,
        pay: None,
        running: None,
        at_pad: super::order::newest_at_pad(snapshot, &order)?,
        form_key: String::new(),
        told: None,
        receipts: receipts(snapshot, &order)?,
        buyer: order.buyer,
    }))
}

/// The payments of an order that has more than one.
fn parts(snapshot: &Snapshot, house: &House, order: &Order) -> Result<Vec<Payment>, Fault> {
    let mut all = super::payment::payments(snapshot, house, order)?;
    let booked = order.payments.as_ref().is_some_and(|payments| payments.deposit.is_some());
    if all.len() < 2 && !booked {
        all.clear();
    }
    Ok(all)
}

/// What the terminals printed of every card that paid.
fn receipts(snapshot: &Snapshot, order: &Order) -> Result<Vec<Receipt>, Fault> {
    let known = payment::known(snapshot, order)?.into_iter();
    Ok(known.filter_map(|(_, intent)| intent.pad).flat_map(|pad| pad.receipts).collect())
}

fn came_from(snapshot: &Snapshot, order: &Order) -> Result<Option<CameFrom>, Fault> {
    let Some(from) = order.origin() else { return Ok(None) };
    let owed = (-checkout::balance(snapshot, from.order)?).max(Money::ZERO);
    Ok(Some(CameFrom { order: from.order, amount: from.amount, owed }))
}

fn paid(snapshot: &Snapshot, order: &Order, pad: Option<&AtPad>) -> Result<Paid, Fault> {
    if order.intent.is_some() {
        let booking = pad.and_then(|pad| pad.booking.clone()).unwrap_or_default();
        let cash = pad.map_or(Money::ZERO, |pad| pad.cash);
        return Ok(Paid::Card { booking, card: order.at_sale() - cash, cash });
    }
    let log = cart::log_of(snapshot, order.cart)?.into_iter().rev();
    let mut taken = log.filter_map(|(_, line)| match line.note {
        Note::CashTaken { given, change } => Some(Paid::Cash { given, change }),
        _ => None,
    });
    let nothing = order.at_sale() == Money::ZERO;
    Ok(if nothing { Paid::Nothing } else { taken.next().unwrap_or(Paid::Nothing) })
}
