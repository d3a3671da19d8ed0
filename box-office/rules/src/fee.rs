//! Fees of the web sale and of exchanges: charges beside the ticket, always shown as lines of
//! their own (A12).
//!
//! A cart keeps the fees that stood when it was opened. Never part of a ticket's price and never
//! discounted. Next: `cart.rs`, where they are added up.

use crate::money::Money;
use crate::tax::{Assessed, Tax, assess};
use minicbor::{Decode, Encode};

/// Fees a venue can have at once.
pub const FEES_MAX: usize = 8;

/// What a fee is charged on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Per {
    #[n(0)]
    Ticket,
    #[n(1)]
    Order,
    /// Each ticket that is given up for others at the counter.
    #[n(2)]
    Exchange,
}

/// One fee of the venue.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Fee {
    /// Kept for good: order lines name it.
    #[n(0)]
    pub no: u16,
    #[n(1)]
    pub name: String,
    #[n(2)]
    pub per: Per,
    #[n(3)]
    pub amount: Money,
    #[n(4)]
    pub taxed: bool,
}

/// One fee as a line of a cart or order.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct FeeLine {
    #[n(0)]
    pub fee: u16,
    #[n(1)]
    pub name: String,
    #[n(2)]
    pub count: u16,
    /// One fee, as listed.
    #[n(3)]
    pub each: Money,
    /// All of them, taken apart.
    #[n(4)]
    pub amount: Assessed,
}

/// The fee lines for a number of tickets; none for an empty cart.
pub fn lines(fees: &[Fee], taxes: &[Tax], tickets: u16) -> Vec<FeeLine> {
    exchanged(fees, taxes, tickets, 0)
}

/// The fees of the house for an exchange; a web sale knows none of them.
pub fn of_exchange(fees: &[Fee]) -> Vec<Fee> {
    fees.iter().filter(|fee| fee.per == Per::Exchange).cloned().collect()
}

/// The same for tickets that others are given up for.
pub fn exchanged(fees: &[Fee], taxes: &[Tax], tickets: u16, given_up: u16) -> Vec<FeeLine> {
    if tickets == 0 {
        return Vec::new();
    }
    fees.iter()
        .filter(|fee| fee.amount != Money::ZERO)
        .map(|fee| {
            let count = match fee.per {
                Per::Ticket => tickets,
                Per::Order => 1,
                Per::Exchange => given_up,
            };
            let applied = if fee.taxed { taxes } else { &[] };
            FeeLine {
                fee: fee.no,
                name: fee.name.clone(),
                count,
                each: fee.amount,
                amount: assess(fee.amount.times(i64::from(count)), applied),
            }
        })
        .filter(|line| line.count > 0)
        .collect()
}
