//! Intents, orders, tickets and postings: what the checkout saga loads and leaves.
//!
//! Draws ticket tags from the ask's luck and keeps balances true to the journal. Never asks a
//! gateway: `cloud/gateway` does. Next: `rules/checkout.rs`.

use crate::inventory::{self, Becomes};
use crate::source::{self, Source};
use crate::stored::SeatRow;
use crate::write::Write;
use crate::{
    Fault, batch, cart, end_of_day, exchange, orphan, payment, performance, refund, tables, till,
};
use redb::ReadableTable;
use sha2::{Digest, Sha256};
use usher_rules::batch::Of;
use usher_rules::cart::{Cart, Place};
use usher_rules::checkout::{Command, Event, Facts, Fresh, pad};
use usher_rules::exchange::Command as Exchanging;
use usher_rules::id::{
    BoxNo, CartId, LetterId, OrderId, PadNo, PerformanceId, PostingId, SeatNo, TicketId, compose,
};
use usher_rules::money::Money;
use usher_rules::order::{Order, Payment};
use usher_rules::posting::{Account, Posting};
use usher_rules::tender::Intent;
use usher_rules::tender::orphan::Standing;
use usher_rules::ticket::Ticket;
use usher_rules::{Actor, Ask, Key};

/// Ticket tags are 40 bits.
const TAG_MASK: u64 = (1 << 40) - 1;
/// Intents read in one round of a worker.
pub const OPEN_MAX: usize = 1_000;

/// Box, epoch and code key: what numbers a sale carries beside the counters.
#[derive(Clone, Copy, Debug)]
pub struct Numbering {
    pub box_no: BoxNo,
    pub epoch: u16,
    pub key: u8,
}

pub fn load(
    write: &mut Write,
    numbering: Numbering,
    command: &Command,
    ask: &Ask,
) -> Result<Facts, Fault> {
    let txn = write.txn;
    let found_intent = match intent_of(command) {
        Some(key) => intent(txn, key)?,
        None => None,
    };
    let cart_id = match (command, &found_intent) {
        (
            Command::Begin { cart, .. }
            | Command::Cash { cart, .. }
            | Command::Deposit { cart, .. }
            | Command::Exchange(Exchanging::Leave(cart)),
            _,
        )
        | (Command::Pad(pad::Command::Begin { cart, .. }), _) => *cart,
        (_, found) => found.as_ref().map_or(CartId(0), |intent| intent.cart),
    };
    let about = refund::about(command, found_intent.as_ref());
    // A refund is about its order: the cart that became it stays as it is.
    let cart = if about.is_some() { None } else { cart::get(txn, cart_id)? };
    let mut facts = Facts {
        house: (*write.house).clone(),
        cart_id,
        cart: None,
        intent: found_intent,
        lost: Vec::new(),
        performance_nos: Vec::new(),
        cancelled: false,
        order: None,
        till: match ask.by {
            Actor::Account(cashier) => till::open_of(txn, cashier)?,
            _ => None,
        },
        on_pad: match command {
            Command::Pad(pad::Command::Begin { pad, .. }) => on_pad(txn, *pad)?,
            _ => None,
        },
        refund: None,
        exchange: None,
        batch_closing: match command {
            Command::Pad(pad::Command::Begin { pad, .. }) => batch::closing(txn, Of::Pad(*pad))?,
            _ => false,
        },
        plays_on: None,
        orphan: orphan_of(txn, command)?,
        fresh: fresh(write, numbering),
    };
    if let Some(cart) = &cart {
        look_at_places(txn, cart_id, cart, &mut facts)?;
        facts.fresh.tags = tags(txn, cart, &facts.performance_nos, ask)?;
        if let Some(id) = cart.order {
            facts.order = order(txn, id)?;
        }
    }
    if let Some(giving) = cart.as_ref().and_then(exchange::keeps) {
        facts.exchange = refund::facts(write, giving, ask, &facts)?.map(Box::new);
    }
    facts.cart = cart;
    if let Some(id) = about {
        refund::load(write, id, command, ask, &mut facts)?;
    }
    Ok(facts)
}

/// Where the booking stands that a command is about.
fn orphan_of<S: Source>(source: &S, command: &Command) -> Result<Standing, Fault> {
    match command {
        Command::OrphanSeen(id, _) => orphan::standing(source, *id),
        _ => Ok(Standing::default()),
    }
}

/// The intent that a command names.
fn intent_of(command: &Command) -> Option<Key> {
    match command {
        Command::Begin { .. }
        | Command::Cash { .. }
        | Command::Deposit { .. }
        | Command::Refund(_)
        | Command::Payment(_)
        | Command::Exchange(_)
        | Command::OrphanSeen(..) => None,
        Command::Answered(key, _)
        | Command::Captured(key)
        | Command::CaptureFailed { intent: key, .. }
        | Command::Voided(key) => Some(*key),
        Command::Pad(command) => command.intent(),
    }
}

/// The payment that keeps a pad busy.
pub(crate) fn on_pad<S: Source>(source: &S, pad: PadNo) -> Result<Option<Intent>, Fault> {
    let open = pad_intents(source, pad)?.into_iter().map(|(_, intent)| intent);
    Ok(open.into_iter().find(|intent| pad::keeps_pad(intent.state)))
}

fn fresh(write: &Write, numbering: Numbering) -> Fresh {
    let id = |counter: u64| compose(numbering.box_no, counter.max(1));
    Fresh {
        box_no: numbering.box_no,
        epoch: numbering.epoch,
        cart: CartId(id(write.counters.cart)),
        order: OrderId(id(write.counters.order)),
        first_ticket: id(write.counters.ticket),
        posting: PostingId(id(write.counters.posting)),
        letter: LetterId(id(write.counters.letter)),
        key: numbering.key,
        tags: Vec::new(),
        intent_no: write.counters.intent.max(1),
    }
}

fn look_at_places<S: Source>(
    source: &S,
    id: CartId,
    cart: &Cart,
    facts: &mut Facts,
) -> Result<(), Fault> {
    for line in &cart.lines {
        if let Place::Seat(seat) = line.place {
            let row = inventory::seat(source, line.performance, seat)?;
            if row != Some(SeatRow::Held(id)) {
                facts.lost.push((line.performance, seat));
            }
        }
        if facts.performance_nos.iter().any(|(known, _)| *known == line.performance) {
            continue;
        }
        let performance = performance::get(source, line.performance)?
            .ok_or_else(|| Fault::Row(format!("performance {} is missing", line.performance)))?;
        facts.cancelled |= performance.cancelled.is_some();
        let first = facts.plays_on.map_or(performance.day, |day| day.min(performance.day));
        facts.plays_on = Some(first);
        facts.performance_nos.push((line.performance, performance.no));
    }
    Ok(())
}

/// Random tags, unique in their performance, drawn from the ask's luck.
fn tags<S: Source>(
    source: &S,
    cart: &Cart,
    numbers: &[(PerformanceId, u32)],
    ask: &Ask,
) -> Result<Vec<u64>, Fault> {
    let codes = source.open(tables::TICKET_CODES)?;
    let mut drawn: Vec<u64> = Vec::with_capacity(cart.lines.len());
    let mut round = 0u32;
    for line in &cart.lines {
        let no = numbers.iter().find(|(id, _)| *id == line.performance).map_or(0, |(_, no)| *no);
        loop {
            let mut hash = Sha256::new();
            hash.update(ask.random);
            hash.update(round.to_be_bytes());
            round += 1;
            let bytes: [u8; 32] = hash.finalize().into();
            let mut eight = [0; 8];
            eight.copy_from_slice(&bytes[..8]);
            let tag = u64::from_be_bytes(eight) & TAG_MASK;
            if !drawn.contains(&tag) && codes.get((no, tag))?.is_none() {
                drawn.push(tag);
                break;
            }
        }
    }
    Ok(drawn)
}

pub fn apply(write: &mut Write, event: &Event) -> Result<(), Fault> {
    match event {
        Event::Intent(key, intent) => {
            if let Some(pad) = &intent.pad {
                write.used(|counters| &mut counters.intent, u64::from(pad.no))?;
            }
            if let Some(back) = &intent.back {
                write.used(|counters| &mut counters.intent, u64::from(back.no))?;
            }
            put_intent(write, *key, intent)
        }
        Event::Orphaned(pad, booking) => write.put(tables::ORPHANS, (pad.0, write.seq), booking),
        Event::OrphanSeen(id, seen) => orphan::seen(write, *id, seen),
        Event::CartMoved { cart, state, at, until, attempts, since, intent } => {
            cart::change(write, *cart, |row| {
                row.state = *state;
                row.changed_at = *at;
                row.until = *until;
                row.attempts = *attempts;
                row.checkout_since = *since;
                row.intent = *intent;
            })
        }
        Event::BuyerNamed(cart, buyer, note) => cart::change(write, *cart, |row| {
            row.buyer = buyer.clone();
            row.note = note.clone();
        }),
        Event::Sold { id, order, tickets } => sold(write, *id, order, tickets),
        Event::Posted(id, posting) => posted(write, *id, posting),
        Event::RefundBegun(id, key) => refund::begun(write, *id, *key),
        Event::Refunded { order, refund, .. } => refund::given(write, *order, refund),
        Event::PaymentBegun(id, key) => payment::begun(write, *id, *key),
        Event::PaymentMade(id, made) => payment::made(write, *id, made),
        Event::ExchangeLeft(cart) => exchange::left(write, *cart),
        Event::Exchanged { order, made, .. } => exchange::made(write, *order, made),
        Event::LinesLost(cart, lines) => cart::change(write, *cart, |row| {
            row.lines.retain(|line| !lines.iter().any(|gone| gone.no == line.no));
        }),
        Event::PaymentMoved(id, payment) => {
            let mut row = order(write.txn, *id)?.ok_or(Fault::Changed("an order that is gone"))?;
            row.payment = *payment;
            write.put(tables::ORDERS, id.0, &row)
        }
    }
}

fn put_intent(write: &Write, key: Key, intent: &Intent) -> Result<(), Fault> {
    let bare = u128::from_be_bytes(key.0);
    if let Some(old) = self::intent(write.txn, key)?
        && old.state.open()
    {
        write.unmark(tables::INTENTS_OPEN, (old.state as u8, bare))?;
    }
    if intent.state.open() {
        write.mark(tables::INTENTS_OPEN, (intent.state as u8, bare))?;
    }
    write.put(tables::INTENTS, bare, intent)
}

fn sold(
    write: &mut Write,
    id: OrderId,
    order: &Order,
    tickets: &[(TicketId, Ticket)],
) -> Result<(), Fault> {
    let mut performances: Vec<PerformanceId> =
        tickets.iter().map(|(_, ticket)| ticket.performance).collect();
    performances.sort_unstable();
    performances.dedup();
    for performance in performances {
        let here = tickets.iter().filter(|(_, ticket)| ticket.performance == performance);
        let moves: Vec<(Place, Becomes)> =
            here.map(|(no, ticket)| (ticket.place, Becomes::Sold(*no))).collect();
        inventory::move_places(write, performance, &moves)?;
    }
    for (no, ticket) in tickets {
        write.put(tables::TICKETS, no.0, ticket)?;
        let mut codes = write.txn.open_table(tables::TICKET_CODES)?;
        codes.insert((ticket.code.performance, ticket.code.tag), no.0)?;
        drop(codes);
        write.used(|counters| &mut counters.ticket, no.0)?;
    }
    write.put(tables::ORDERS, id.0, order)?;
    if let Some(patron) = order.buyer.patron {
        write.mark(tables::ORDERS_BY_PATRON, (patron.0, order.created_at.0, id.0))?;
    }
    write.used(|counters| &mut counters.order, id.0)?;
    cart::change(write, order.cart, |row| row.order = Some(id))
}

fn posted(write: &mut Write, id: PostingId, posting: &Posting) -> Result<(), Fault> {
    write.put(tables::JOURNAL, (posting.day.0, id.0), posting)?;
    let mut balances = write.txn.open_table(tables::BALANCES)?;
    for line in &posting.lines {
        let key = (line.account.no(), line.sub);
        let old = balances.get(key)?.map_or(0, |amount| amount.value());
        let new = Money(old) + line.amount;
        if new == Money::ZERO {
            balances.remove(key)?;
        } else {
            balances.insert(key, new.0)?;
        }
    }
    drop(balances);
    till::follow(write, posting)?;
    batch::follow(write, id, posting)?;
    end_of_day::follow(write, id, posting)?;
    write.used(|counters| &mut counters.posting, id.0)
}

pub fn intent<S: Source>(source: &S, key: Key) -> Result<Option<Intent>, Fault> {
    source::get(source, tables::INTENTS, u128::from_be_bytes(key.0))
}

/// Intents of the gateway on which something is still to be done or asked, by state.
pub fn web_intents<S: Source>(source: &S) -> Result<Vec<(Key, Intent)>, Fault> {
    let mut open = open_intents(source)?;
    open.retain(|(_, intent)| intent.pad.is_none());
    Ok(open)
}

/// Intents of a pin pad whose outcome is not known, or waits for a person.
pub fn pad_intents<S: Source>(source: &S, pad: PadNo) -> Result<Vec<(Key, Intent)>, Fault> {
    let mut open = open_intents(source)?;
    open.retain(|(_, intent)| intent.pad.as_ref().is_some_and(|at| at.pad == pad));
    Ok(open)
}

/// Payments towards orders and refunds, at pads and through the gateway, as [`pad_intents`].
pub fn order_intents<S: Source>(source: &S) -> Result<Vec<(Key, Intent)>, Fault> {
    let mut open = open_intents(source)?;
    open.retain(|(_, intent)| intent.of_order().is_some());
    Ok(open)
}

/// Intents of every pin pad, as [`pad_intents`].
pub fn all_pad_intents<S: Source>(source: &S) -> Result<Vec<(Key, Intent)>, Fault> {
    let mut open = open_intents(source)?;
    open.retain(|(_, intent)| intent.pad.is_some());
    Ok(open)
}

/// Every intent on which something is still to be done, to be asked or to be said.
pub fn open_intents<S: Source>(source: &S) -> Result<Vec<(Key, Intent)>, Fault> {
    let keys = source::range(source, tables::INTENTS_OPEN, .., OPEN_MAX, |key, ()| {
        Ok(Key(key.1.to_be_bytes()))
    })?;
    let mut found = Vec::with_capacity(keys.len());
    for key in keys {
        let row = intent(source, key)?;
        found.push((key, row.ok_or_else(|| Fault::Row("an open intent has no row".to_owned()))?));
    }
    Ok(found)
}

pub fn order<S: Source>(source: &S, id: OrderId) -> Result<Option<Order>, Fault> {
    source::get(source, tables::ORDERS, id.0)
}

pub fn ticket<S: Source>(source: &S, id: TicketId) -> Result<Option<Ticket>, Fault> {
    source::get(source, tables::TICKETS, id.0)
}

/// What an order still owes; below zero: what is owed to the customer (domain 6.1).
pub fn balance<S: Source>(source: &S, id: OrderId) -> Result<Money, Fault> {
    let balances = source.open(tables::BALANCES)?;
    let found = balances.get((Account::Receivable.no(), id.0))?;
    Ok(Money(found.map_or(0, |amount| amount.value())))
}

/// Is what an order owes money that the bank approved and has not paid yet?
pub fn payment_problem<S: Source>(source: &S, id: OrderId, owed: Money) -> Result<bool, Fault> {
    let pending = |order: Order| order.payment == Payment::CapturePending;
    Ok(owed > Money::ZERO && order(source, id)?.is_some_and(pending))
}

/// The tickets sold last, newest first.
pub fn newest_tickets<S: Source>(source: &S, max: usize) -> Result<Vec<(TicketId, Ticket)>, Fault> {
    let table = source.open(tables::TICKETS)?;
    let mut found = Vec::new();
    for row in table.range::<u64>(..)?.rev().take(max) {
        let (id, bytes) = row?;
        found.push((TicketId(id.value()), crate::stored::row(bytes.value())?));
    }
    Ok(found)
}

/// The ticket that holds a seat, if it is sold.
pub fn holder<S: Source>(
    source: &S,
    performance: PerformanceId,
    seat: SeatNo,
) -> Result<Option<TicketId>, Fault> {
    Ok(match inventory::seat(source, performance, seat)? {
        Some(SeatRow::Sold(ticket)) => Some(ticket),
        Some(SeatRow::Held(_) | SeatRow::Killed | SeatRow::StaffHold(_)) | None => None,
    })
}
