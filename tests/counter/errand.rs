//! A pad's errand with its task played by the test: events in, asks out, orders as the desk gives.
//!
//! The ledger is the real one. Never knows a protocol. Next: `tests/counter.rs`.

use tokio::sync::{mpsc, oneshot, watch};
use usher::errand::pad::{ASKS_MAX, EVENTS_MAX, PadErrand};
use usher_drivers::pin_pad::{Ask, Currency, Identity, PinPadEvent};
use usher_ledger::{Denied, Handle};
use usher_listener::pad::{ORDERS_MAX, Order, Wanted};
use usher_rules::cart::Buyer;
use usher_rules::id::{CartId, PadNo, StaffNo};
use usher_rules::money::Money;
use usher_rules::view::desk::pad::Face;
use usher_rules::{Actor, Key};

const EURO: Currency = Currency { number: 978, letters: *b"EUR", minor_digits: 2 };

pub struct Played {
    events: mpsc::Sender<PinPadEvent>,
    orders: mpsc::Sender<Order>,
    asks: mpsc::Receiver<Ask>,
}

/// A terminal with this serial number is there.
pub fn up(serial: &str) -> PinPadEvent {
    let identity = Identity { serial: serial.to_owned(), ..Identity::default() };
    PinPadEvent::Up { identity, newest: None }
}

impl Played {
    /// `listed` is its serial number in the list of pads.
    pub fn start(handle: Handle, pad: PadNo, listed: &str) -> Played {
        let (events, heard) = mpsc::channel(EVENTS_MAX);
        let (asks, asked) = mpsc::channel(ASKS_MAX);
        let (orders, ordered) = mpsc::channel(ORDERS_MAX);
        let (face, _) = watch::channel(Face::default());
        let serial_number = Some(listed.to_owned());
        let errand = PadErrand {
            handle,
            pad,
            currency: EURO,
            closes_batches: false,
            voids: false,
            serial_number,
            asks,
            face,
        };
        tokio::spawn(errand.run(heard, ordered));
        Played { events, orders, asks: asked }
    }

    pub async fn tell(&self, event: PinPadEvent) {
        self.events.send(event).await.unwrap();
    }

    /// Presses Pay; answered once everything told before was heard.
    pub async fn pay(&self, by: StaffNo, cart: CartId) -> Result<Key, Denied> {
        let (reply, answer) = oneshot::channel();
        let (shown, cash) = (Money::ZERO, Money::ZERO);
        let wanted =
            Wanted { cart, buyer: Buyer::default(), shown, cash, deposit: None, keyed: false };
        let order = Order::Pay { by: Actor::Account(by), wanted, reply };
        self.orders.send(order).await.unwrap();
        answer.await.unwrap()
    }

    /// What the terminal was asked for until now.
    pub fn asked(&mut self) -> Vec<Ask> {
        std::iter::from_fn(|| self.asks.try_recv().ok()).collect()
    }
}
