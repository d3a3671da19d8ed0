//! Exchanges: which cart gives tickets of which order up, and what one leaves in both orders.
//!
//! Keeps `exchanges_open` true to the carts. Never decides: `rules/exchange.rs` does. Next:
//! `refund.rs`, whose facts these are; `proof/exchange.rs`.

use crate::source::Source;
use crate::write::Write;
use crate::{Fault, cart, refund, tables};
use usher_rules::cart::Cart;
use usher_rules::exchange::Made;
use usher_rules::id::{CartId, OrderId};
use usher_rules::ticket::State;

/// The order that a cart keeps for its exchange; none once it is over.
pub(crate) fn keeps(cart: &Cart) -> Option<OrderId> {
    let exchange = cart.exchange.as_ref().filter(|_| cart.state.runs());
    exchange.map(|exchange| exchange.order)
}

/// A cart changed: what it keeps for its exchange follows.
pub(crate) fn follow(
    write: &Write,
    id: CartId,
    old: Option<&Cart>,
    new: Option<&Cart>,
) -> Result<(), Fault> {
    let (was, is) = (old.and_then(keeps), new.and_then(keeps));
    if was == is {
        return Ok(());
    }
    let mut open = write.txn.open_table(tables::EXCHANGES_OPEN)?;
    if let Some(order) = was {
        open.remove(order.0)?;
    }
    if let Some(order) = is
        && open.insert(order.0, id.0)?.is_some()
    {
        return Err(Fault::Changed("an order that is exchanged elsewhere"));
    }
    Ok(())
}

/// The sale in which tickets of an order are being exchanged.
pub fn running<S: Source>(source: &S, order: OrderId) -> Result<Option<CartId>, Fault> {
    let open = source.open(tables::EXCHANGES_OPEN)?;
    Ok(redb::ReadableTable::get(&open, order.0)?.map(|cart| CartId(cart.value())))
}

/// The cashier goes on without it.
pub(crate) fn left(write: &mut Write, id: CartId) -> Result<(), Fault> {
    cart::change(write, id, |row| row.exchange = None)
}

/// Its tickets are replaced and their places free.
pub(crate) fn made(write: &mut Write, id: OrderId, made: &Made) -> Result<(), Fault> {
    refund::ended(write, &made.tickets, State::Exchanged { at: made.at, to: made.to })?;
    refund::change(write, id, |order| {
        order.exchanges.get_or_insert_default().made.push(made.clone());
    })
}
