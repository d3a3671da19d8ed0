//! Payments of orders: what those after the sale leave, what an order was paid with, what is due.
//!
//! What is due is asked of the balances, which are their own index. Never decides:
//! `rules/payment/towards.rs` does. Next: `refund.rs`, `checkout.rs`.

use crate::source::Source;
use crate::write::Write;
use crate::{Fault, checkout, refund, tables};
use redb::ReadableTable;
use usher_rules::id::OrderId;
use usher_rules::money::Money;
use usher_rules::order::{Order, Payment};
use usher_rules::payment::{Made, Tender, intents, tenders};
use usher_rules::posting::Account;
use usher_rules::refund::cancels_on;
use usher_rules::tender::Intent;
use usher_rules::{BusinessDay, Key};

/// Orders with a balance of one sign that are looked at; a list says if there are more.
pub const OWING_MAX: usize = 10_000;

/// Orders with a balance, and whether there are more than were looked at.
#[derive(Clone, Debug, Default)]
pub struct Owing {
    pub orders: Vec<(OrderId, Money)>,
    pub more: bool,
}

/// A payment towards an order at a pad is on its way.
pub(crate) fn begun(write: &Write, id: OrderId, key: Key) -> Result<(), Fault> {
    refund::change(write, id, |order| order.payments.get_or_insert_default().newest = Some(key))
}

pub(crate) fn made(write: &Write, id: OrderId, made: &Made) -> Result<(), Fault> {
    let made = made.clone();
    refund::change(write, id, |order| order.payments.get_or_insert_default().made.push(made))
}

/// The intents that paid for an order, with their rows.
pub fn known<S: Source>(source: &S, order: &Order) -> Result<Vec<(Key, Intent)>, Fault> {
    let row = |key| checkout::intent(source, key).map(|found| found.map(|intent| (key, intent)));
    intents(order).filter_map(|key| row(key).transpose()).collect()
}

/// Every payment of an order, the oldest first.
pub fn of<S: Source>(source: &S, order: &Order) -> Result<Vec<Tender>, Fault> {
    Ok(tenders(order, &known(source, order)?))
}

/// The payment or refund of an order that nobody has settled yet.
pub fn running<S: Source>(source: &S, id: OrderId) -> Result<Option<(Key, Intent)>, Fault> {
    let open = checkout::order_intents(source)?;
    Ok(open.into_iter().find(|(_, intent)| intent.of_order() == Some(id)))
}

/// What the customer still has to pay: nothing while the bank's money is on its way.
pub fn due<S: Source>(source: &S, id: OrderId, order: &Order) -> Result<Money, Fault> {
    if order.payment == Payment::CapturePending {
        return Ok(Money::ZERO);
    }
    Ok(checkout::balance(source, id)?.max(Money::ZERO))
}

/// Orders that customers owe something of, or (`back`) that owe something to theirs, and how much,
/// by their number.
pub fn owing<S: Source>(source: &S, back: bool) -> Result<Owing, Fault> {
    let account = Account::Receivable.no();
    let balances = source.open(tables::BALANCES)?;
    let mut found = Owing::default();
    for row in balances.range((account, 0)..=(account, u64::MAX))? {
        let (key, amount) = row?;
        let (order, amount) = (OrderId(key.value().1), Money(amount.value()));
        if (amount < Money::ZERO) != back {
            continue;
        }
        if found.orders.len() == OWING_MAX {
            found.more = true;
            break;
        }
        found.orders.push((order, amount));
    }
    Ok(found)
}

/// Orders that are to be cancelled, as the house has it: their rule decides.
pub fn overdue<S: Source>(
    source: &S,
    after: u16,
    today: BusinessDay,
) -> Result<Vec<OrderId>, Fault> {
    let mut found = Vec::new();
    for (id, _) in owing(source, false)?.orders {
        let order = checkout::order(source, id)?;
        let day = order.as_ref().and_then(|order| cancels_on(order, after));
        if day.is_some_and(|day| day <= today) {
            found.push(id);
        }
    }
    Ok(found)
}
