//! What an order was paid with, payment by payment, and payments that come after its sale.
//!
//! Each is known by its tender, its amount and what of it went back; what came over from another
//! order by an exchange is one of them. Never says what an order owes: the balance of its
//! receivable account does. Next: `payment/towards.rs`, which takes
//! one; `refund.rs`, which gives back.

mod towards;

use crate::at::At;
use crate::id::{OrderId, PadNo};
use crate::money::Money;
use crate::order::{Order, Payment};
use crate::refund::Refund;
use crate::tender::Intent;
use crate::tender::pad::{Booking, Counter};
use crate::{BusinessDay, Key};
use minicbor::{Decode, Encode};

/// Smallest payment.
pub const AMOUNT_MIN: Money = Money(1);

/// Stored. Only of an order that was not paid whole at its sale.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Payments {
    /// Paid at the sale of an order that is booked; none: all that it paid then.
    #[n(0)]
    pub deposit: Option<Money>,
    /// The last day for the rest; none: it was to be paid at once.
    #[n(1)]
    pub due: Option<BusinessDay>,
    /// After the sale, in the order they happened.
    #[n(2)]
    pub made: Vec<Made>,
    /// The newest intent of one at a pad, however it ended.
    #[n(3)]
    pub newest: Option<Key>,
}

/// Stored. One payment after the sale.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Made {
    #[n(0)]
    pub at: At,
    #[n(1)]
    pub day: BusinessDay,
    #[n(2)]
    pub counter: Counter,
    #[n(3)]
    pub amount: Money,
    /// What the customer handed over; of a card, the amount.
    #[n(4)]
    pub given: Money,
    /// The payment at a pad; none was in cash.
    #[n(5)]
    pub intent: Option<Key>,
}

/// Stored. A first part at the sale, and until when the rest is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Deposit {
    #[n(0)]
    pub amount: Money,
    /// None: the rest comes at once, with another tender.
    #[n(1)]
    pub due: Option<BusinessDay>,
}

/// Stored. Of what a payment at a pad is a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Part {
    /// Of what an order still owes.
    #[n(0)]
    Towards(#[n(0)] OrderId),
    /// Of a sale that is booked by it.
    #[n(1)]
    Deposit {
        #[n(0)]
        deposit: Deposit,
        /// Due for the whole sale.
        #[n(1)]
        total: Money,
    },
}

/// A payment towards an order, as the cashier typed it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Wanted {
    #[n(0)]
    pub order: OrderId,
    #[n(1)]
    pub amount: Money,
    /// The balance the cashier saw.
    #[n(2)]
    pub shown: Money,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Command {
    /// Into the drawer of the cashier's own till.
    #[n(0)]
    Cash {
        #[n(0)]
        wanted: Wanted,
        #[n(1)]
        given: Money,
    },
    /// The intent is written, nothing is sent yet.
    #[n(1)]
    AtPad {
        #[n(0)]
        wanted: Wanted,
        #[n(1)]
        pad: PadNo,
        #[n(2)]
        baseline: Option<Booking>,
    },
    /// By the box itself: the order is overdue, and the house cancels what is.
    #[n(2)]
    CancelOverdue(#[n(0)] OrderId),
}

impl Command {
    /// The order it is about.
    pub fn order(&self) -> OrderId {
        match self {
            Command::Cash { wanted, .. } | Command::AtPad { wanted, .. } => wanted.order,
            Command::CancelOverdue(order) => *order,
        }
    }
}

/// What a payment was made with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Means {
    Cash,
    Pad {
        intent: Key,
        pad: PadNo,
        booking: Box<Booking>,
    },
    /// Through the gateway of the shop.
    Online {
        intent: Key,
    },
    /// Came over from another order, for tickets that were given up.
    Order {
        order: OrderId,
    },
}

impl Means {
    pub fn intent(&self) -> Option<Key> {
        match self {
            Means::Pad { intent, .. } | Means::Online { intent } => Some(*intent),
            Means::Cash | Means::Order { .. } => None,
        }
    }

    /// The pad that took it.
    pub fn pad(&self) -> Option<PadNo> {
        match self {
            Means::Pad { pad, .. } => Some(*pad),
            Means::Cash | Means::Online { .. } | Means::Order { .. } => None,
        }
    }

    /// Is this what a refund of the order went back to?
    fn got(&self, refund: &Refund, order: &Order) -> bool {
        match self {
            Means::Order { order } => refund.onward == Some(*order),
            Means::Cash => refund.onward.is_none() && refund.intent.is_none(),
            Means::Pad { intent, .. } | Means::Online { intent } => {
                refund.intent.and(refund.to.or(order.intent)) == Some(*intent)
            }
        }
    }

    /// Cards get theirs first, then the drawer gives; last is what has to go from order to order.
    fn turn(&self) -> u8 {
        match self {
            Means::Pad { .. } | Means::Online { .. } => 0,
            Means::Cash => 1,
            Means::Order { .. } => 2,
        }
    }
}

/// One payment of an order, and what of it went back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tender {
    pub means: Means,
    pub at: At,
    /// Where it was taken; none is the shop.
    pub counter: Option<Counter>,
    pub amount: Money,
    pub back: Money,
}

impl Tender {
    /// What of it can still go back.
    pub fn left(&self) -> Money {
        self.amount - self.back
    }
}

/// A part of what goes back, to one tender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    pub means: Means,
    pub amount: Money,
}

/// The intents that paid for an order.
pub fn intents(order: &Order) -> impl Iterator<Item = Key> {
    let later = order.payments.iter().flat_map(|payments| &payments.made);
    order.intent.into_iter().chain(later.filter_map(|made| made.intent))
}

/// Every payment of an order, the oldest first; `known` has the rows of its intents.
pub fn tenders(order: &Order, known: &[(Key, Intent)]) -> Vec<Tender> {
    let mut all = at_sale(order, known);
    for made in order.payments.iter().flat_map(|payments| &payments.made) {
        let means = made.intent.map_or(Means::Cash, |key| by_card(key, row(known, key)));
        all.push(taken(means, made.at, Some(made.counter), made.amount));
    }
    for one in order.refunds.iter().flat_map(|refunds| &refunds.made) {
        let mut rest = one.amount;
        // Cash has no name: the newest of it went back first.
        for tender in all.iter_mut().rev().filter(|tender| tender.means.got(one, order)) {
            let part = rest.min(tender.left());
            (tender.back, rest) = (tender.back + part, rest - part);
        }
    }
    all
}

fn at_sale(order: &Order, known: &[(Key, Intent)]) -> Vec<Tender> {
    let (at, counter) = (order.created_at, order.counter);
    match order.payment {
        Payment::NothingToPay | Payment::CapturePending => return Vec::new(),
        Payment::Captured | Payment::Paid => {}
    }
    let found = order.intent.map(|key| (key, row(known, key)));
    let beside = found.and_then(|(_, intent)| Some(intent?.pad.as_ref()?.cash));
    let card = match found {
        Some((_, Some(intent))) => intent.amount,
        Some((_, None)) => order.at_sale(),
        None => Money::ZERO,
    };
    let cash = match found {
        Some(_) => beside.unwrap_or(Money::ZERO),
        None => order.at_sale(),
    };
    let mut all = Vec::new();
    if let Some((key, intent)) = found {
        all.push(taken(by_card(key, intent), at, counter, card));
    }
    all.push(taken(Means::Cash, at, counter, cash));
    if let Some(from) = order.origin() {
        let means = Means::Order { order: from.order };
        all.push(taken(means, at, counter, from.amount));
    }
    all.retain(|tender| tender.amount > Money::ZERO);
    all
}

fn row(known: &[(Key, Intent)], key: Key) -> Option<&Intent> {
    known.iter().find(|(other, _)| *other == key).map(|(_, intent)| intent)
}

fn by_card(intent: Key, row: Option<&Intent>) -> Means {
    match row.and_then(|row| row.pad.as_ref()) {
        Some(at) => {
            let booking = Box::new(at.booking.clone().unwrap_or_default());
            Means::Pad { intent, pad: at.pad, booking }
        }
        None => Means::Online { intent },
    }
}

fn taken(means: Means, at: At, counter: Option<Counter>, amount: Money) -> Tender {
    Tender { means, at, counter, amount, back: Money::ZERO }
}

/// How an amount goes back: to the newest card first, each up to what it paid, then in cash, and
/// last to the order that the rest came from.
pub fn shares(tenders: &[Tender], amount: Money) -> Vec<Share> {
    let mut rest = amount;
    let mut all: Vec<Share> = Vec::new();
    let mut newest: Vec<&Tender> = tenders.iter().rev().collect();
    newest.sort_by_key(|tender| tender.means.turn());
    for tender in newest {
        let part = rest.min(tender.left());
        if part <= Money::ZERO {
            continue;
        }
        rest = rest - part;
        match all.last_mut().filter(|last| last.means == tender.means) {
            Some(same) => same.amount = same.amount + part,
            None => all.push(Share { means: tender.means.clone(), amount: part }),
        }
    }
    all
}
