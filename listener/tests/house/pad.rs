//! Pin pads of the test house: each a task that takes the desk's orders as the box's errand does.
//!
//! The ledger is asked the real commands; only what a terminal would say comes from the test.
//! Next: `house/mod.rs`.

use super::House;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::{mpsc, watch};
use usher_ledger::handle::{Handle, Lane};
use usher_ledger::{Denied, proof};
use usher_listener::pad::{Desk, ORDERS_MAX, Order, Wanted};
use usher_rules::batch::{BrandTotal, Command as AtBatch};
use usher_rules::checkout::pad::Command as AtPad;
use usher_rules::checkout::{Command as Checkout, Event as Happened};
use usher_rules::house::{self, Pad as Configured, Till};
use usher_rules::id::{BatchId, PadNo, TillNo};
use usher_rules::money::Money;
use usher_rules::tender::exchanged::Exchanged;
use usher_rules::tender::pad::{Booking, Copy, Finding, Outcome, Receipt};
use usher_rules::view::desk::pad::{Face, Link, Running, Stage};
use usher_rules::{Actor, Command, Event, Key, batch, cart, payment, refund};

/// A pad, from the side of whoever plays its terminal.
#[derive(Clone)]
pub struct Pad {
    no: PadNo,
    handle: Handle,
    face: Arc<watch::Sender<Face>>,
    watched: Arc<AtomicU32>,
}

/// Three tills: Left and Right share a pad in the middle, Booth has none.
pub async fn with_tills(house: &House) -> Pad {
    let till = |no, name: &str, pad| Till {
        no: TillNo(no),
        name: name.to_owned(),
        pad: Option::map(pad, PadNo),
    };
    let pad = Configured { no: PadNo(1), name: "Middle pad".into(), place: "Counter".into() };
    let settings = usher_ledger::write::house(&house.handle.snapshot().unwrap()).unwrap();
    let settings = house::House {
        tills: vec![till(1, "Left", Some(1)), till(2, "Right", Some(1)), till(3, "Booth", None)],
        pads: vec![pad],
        ..settings
    };
    house.staff(Command::House(house::Command::Set(settings))).await;
    let (orders, asked) = mpsc::channel(ORDERS_MAX);
    let (face, shown) = watch::channel(Face { link: up(), ..Face::default() });
    house.shop.set_pads(HashMap::from([(PadNo(1), Desk { orders, face: shown })]));
    let pad = Pad {
        no: PadNo(1),
        handle: house.handle.clone(),
        face: Arc::new(face),
        watched: Arc::default(),
    };
    tokio::spawn(pad.clone().serve(asked));
    pad
}

fn up() -> Link {
    Link::Up { terminal: "Test terminal".to_owned() }
}

pub fn booking() -> Booking {
    Booking {
        receipt: Some(77),
        trace: Some(4_711),
        approval: "APP123".to_owned(),
        terminal_id: "T-1".to_owned(),
        brand: "Mastercard".to_owned(),
        last_four: "4242".to_owned(),
        ..Booking::default()
    }
}

impl Pad {
    async fn serve(self, mut asked: mpsc::Receiver<Order>) {
        while let Some(order) = asked.recv().await {
            match order {
                Order::Pay { by, wanted, reply } => {
                    let begun = self.begin(by, wanted).await;
                    // Whoever asked may be gone.
                    let _ = reply.send(begun);
                }
                Order::Refund { by, wanted, reply } => {
                    let _ = reply.send(self.give_back(by, wanted).await);
                }
                Order::Towards { by, wanted, reply } => {
                    let (pad, baseline) = (self.no, None);
                    let command = payment::Command::AtPad { wanted, pad, baseline };
                    let _ = reply.send(self.of_order(by, Checkout::Payment(command)).await);
                }
                Order::Abort(intent) => {
                    self.ask(AtPad::Ended { intent, outcome: Outcome::Cancelled }).await;
                    self.rest();
                }
                Order::CloseBatch { by, reply } => {
                    // Whoever asked may be gone.
                    let _ = reply.send(self.begin_close(by).await);
                }
                Order::Watched(_) => {
                    self.watched.fetch_add(1, Ordering::SeqCst);
                }
            }
        }
    }

    async fn begin(&self, by: Actor, wanted: Wanted) -> Result<Key, Denied> {
        if let Link::Exchanged(what) = self.face.borrow().link.clone() {
            return Err(Denied::Refused(what.into()));
        }
        let Wanted { cart, buyer, shown, cash, deposit, keyed } = wanted;
        let (pad, baseline) = (self.no, None);
        let begin = AtPad::Begin { cart, pad, buyer, shown, baseline, cash, deposit };
        let command = Command::Checkout(Checkout::Pad(begin));
        self.handle.ask(Lane::Till, by, None, command).await?;
        let row = usher_ledger::cart::get(&self.handle.snapshot().unwrap(), cart);
        let row: cart::Cart = row.unwrap().unwrap();
        let intent = row.intent.unwrap();
        self.ask(AtPad::Send(intent)).await;
        let till = row.till.unwrap();
        let stage = if keyed { Stage::TypeCard } else { Stage::InsertCard };
        let running = Some(Running { intent, till, stage });
        self.face.send_replace(Face { link: up(), running, ..Face::default() });
        Ok(intent)
    }

    async fn give_back(&self, by: Actor, wanted: refund::Wanted) -> Result<Key, Denied> {
        let refund = refund::Command::AtPad { wanted, baseline: None, voids: false };
        self.of_order(by, Checkout::Refund(refund)).await
    }

    /// A refund, or a payment of an order.
    async fn of_order(&self, by: Actor, command: Checkout) -> Result<Key, Denied> {
        let entry = self.handle.ask(Lane::Till, by, None, Command::Checkout(command)).await?;
        let begun = entry.events.iter().find_map(|event| match event {
            Event::Checkout(Happened::Intent(key, row)) => Some((*key, row.pad.clone().unwrap())),
            _ => None,
        });
        let (intent, pad) = begun.unwrap();
        self.ask(AtPad::Send(intent)).await;
        let running = Some(Running { intent, till: pad.at.till, stage: Stage::InsertCard });
        self.face.send_replace(Face { link: up(), running, ..Face::default() });
        Ok(intent)
    }

    async fn begin_close(&self, by: Actor) -> Result<BatchId, Denied> {
        if matches!(self.face.borrow().link, Link::Down { .. }) {
            return Err(Denied::Busy);
        }
        let close = AtBatch::Close { pad: self.no, before: None };
        let entry = self.handle.ask(Lane::Till, by, None, Command::Batch(close)).await?;
        let closing = entry.events.iter().find_map(|event| match event {
            Event::Batch(batch::Event::Closing(id, _)) => Some(*id),
            _ => None,
        });
        closing.ok_or(Denied::Bug)
    }

    /// The terminal closed its batch with this of one brand.
    pub async fn closed(&self, batch: BatchId, brand: &str, count: u32, minor: i64) {
        let totals = vec![BrandTotal { brand: brand.to_owned(), count, sum: Money(minor) }];
        let (receipt, why) = (vec!["END OF DAY".to_owned()], String::new());
        let closed = AtBatch::Closed { batch, totals, receipt, why };
        self.handle.ask(Lane::Till, Actor::House, None, Command::Batch(closed)).await.unwrap();
    }

    /// The terminal books what nobody asked for.
    pub async fn book_unasked(&self) {
        let booking = Booking { amount: Some(Money(4_321)), ..booking() };
        self.ask(AtPad::Orphan(self.no, booking)).await;
    }

    async fn ask(&self, command: AtPad) {
        let command = Command::Checkout(Checkout::Pad(command));
        self.handle.ask(Lane::Till, Actor::House, None, command).await.unwrap();
    }

    fn rest(&self) {
        self.face.send_replace(Face { link: up(), ..Face::default() });
    }

    /// The payment that runs now.
    pub fn running(&self) -> Key {
        self.face.borrow().running.as_ref().expect("a payment runs").intent
    }

    /// What the customer sees.
    pub fn show(&self, stage: Stage) {
        self.face.send_modify(|face| {
            face.running.as_mut().expect("a payment runs").stage = stage;
        });
    }

    /// The line is there.
    pub fn up(&self) {
        self.face.send_replace(Face { link: up(), ..Face::default() });
    }

    pub fn down(&self, why: &str) {
        let link = Link::Down { why: why.to_owned() };
        self.face.send_replace(Face { link, ..Face::default() });
    }

    /// Another terminal than the listed one answers.
    pub fn exchange(&self) {
        let (listed, told) = ("80101207".to_owned(), "666".to_owned());
        let link = Link::Exchanged(Exchanged { listed, told });
        self.face.send_replace(Face { link, ..Face::default() });
    }

    /// The terminal tells of a booking that nobody asked for.
    pub async fn orphan(&self) {
        self.ask(AtPad::Orphan(self.no, booking())).await;
    }

    /// The number of a card may be typed at it.
    pub fn take_keyed_cards(&self) {
        self.face.send_modify(|face| face.keyed = true);
    }

    /// It gives payments back by their number.
    pub fn refund_without_card(&self) {
        self.face.send_modify(|face| face.refunds_without_card = true);
    }

    /// How often the desk said that somebody looks.
    pub fn watched(&self) -> u32 {
        self.watched.load(Ordering::SeqCst)
    }

    pub async fn approve(&self) {
        let intent = self.running();
        self.ask(AtPad::Ended { intent, outcome: Outcome::Approved(booking()) }).await;
        self.receipts(intent).await;
    }

    async fn receipts(&self, intent: Key) {
        for (copy, of) in [(Copy::Customer, "CUSTOMER"), (Copy::Merchant, "MERCHANT")] {
            let lines = vec![format!("{of} COPY"), "  CARD  ############4242".to_owned()];
            let receipt = Receipt { copy, lines, signature_wanted: false };
            self.ask(AtPad::Receipt { intent, receipt }).await;
        }
        self.ask(AtPad::Done(intent)).await;
        self.rest();
    }

    pub async fn decline(&self, code: &str, text: &str) {
        let (code, text) = (code.to_owned(), text.to_owned());
        let outcome = Outcome::Declined { code, text };
        self.ask(AtPad::Ended { intent: self.running(), outcome }).await;
        self.rest();
    }

    /// The line goes while the card is paying.
    pub async fn lose(&self) -> Key {
        let intent = self.running();
        self.ask(AtPad::Lost { intent, why: "the line went".to_owned() }).await;
        self.show(Stage::Asking);
        intent
    }

    pub async fn find(&self, intent: Key, finding: Finding) {
        let booked = matches!(finding, Finding::Booked(_));
        self.ask(AtPad::Found { intent, finding }).await;
        if booked { self.receipts(intent).await } else { self.rest() }
    }
}

/// Every index and sum of the store is what its rows say.
pub fn is_proven(house: &House) {
    let snapshot = house.handle.snapshot().unwrap();
    assert_eq!(proof::of(&snapshot, snapshot.plans()).unwrap(), Vec::<String>::new());
}
