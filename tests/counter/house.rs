//! The box under test: the real start of a box from a configuration, with a till to each terminal.
//!
//! Asks by commands and by the orders of the desk, as the pages do; takes up a store that an
//! earlier run left. Never knows what stands at the other end of a line. Next: `cuts.rs`.

use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use usher::config::{Config, Purpose};
use usher::start::{self, Circumstances, Running};
use usher_ledger::source::{self, Source};
use usher_ledger::view::desk::batch::to_close;
use usher_ledger::{
    Denied, Handle, Lane, Snapshot, batch, cart as carts, checkout, performance as showings,
    tables, till as tills,
};
use usher_listener::pad::{Order, Wanted};
use usher_listener::state::Shop;
use usher_rules::at::{At, Span};
use usher_rules::batch::{self as batch_rules, Batch};
use usher_rules::cart::{self, Buyer};
use usher_rules::checkout::pad::Command as Pad;
use usher_rules::checkout::{Command as Sale, Event as Sold};
use usher_rules::id::{
    AreaNo, BatchId, CartId, CategoryNo, LevelNo, OrderId, PadNo, PerformanceId, PlanId,
    ProductionId, StaffNo, TillNo,
};
use usher_rules::money::Money;
use usher_rules::order::Order as OrderRow;
use usher_rules::payment::{self, Deposit};
use usher_rules::performance::{self, Planned};
use usher_rules::posting::Account;
use usher_rules::price::{Places, Price};
use usher_rules::production::{self, Production};
use usher_rules::tender::exchanged::Exchanged;
use usher_rules::tender::{Intent, State};
use usher_rules::view::desk::batch::Stands;
use usher_rules::view::desk::pad::Link;
use usher_rules::{Actor, Command, Event, Key, Refusal, exchange, hold, refund, till};

const LAWN: &[u8] = include_bytes!("../../config/demo/plans/lawn.json");
const LAWN_OVERLAY: &str = include_str!("../../config/demo/plans/lawn.overlay.json");
/// A payment that is not settled by then hangs.
const SETTLED_MAX: Duration = Duration::from_secs(400);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A cashier at a till with a pin pad beside it; one number for all three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stand {
    pub pad: PadNo,
    pub till: TillNo,
    pub cashier: StaffNo,
}

impl Stand {
    pub fn numbered(no: u16) -> Stand {
        Stand { pad: PadNo(no), till: TillNo(no), cashier: StaffNo(u32::from(no)) }
    }
}

pub struct House {
    running: Running,
    performance: PerformanceId,
}

impl House {
    /// Starts a box, opens the till of each stand and waits for its pad.
    pub async fn open(config: &str, stands: &[Stand]) -> House {
        let config = Config::parse(config, Purpose::Serve);
        let config = config.unwrap_or_else(|findings| panic!("{findings:?}"));
        let circumstances = Circumstances { credentials: None, demo: false };
        let running = start::start(&config, &circumstances).await.unwrap();
        let mut house = House { running, performance: PerformanceId(0) };
        let known = showings::starting(&house.snapshot(), At(0), At(i64::MAX)).unwrap();
        house.performance = match known.first() {
            Some((id, _)) => *id,
            None => house.stage().await,
        };
        for stand in stands {
            house.open_till(stand.till, stand.cashier).await;
        }
        for stand in stands {
            house.pad_is_up(stand.pad).await;
        }
        house
    }

    pub fn snapshot(&self) -> Snapshot {
        self.handle().snapshot().unwrap()
    }

    pub fn handle(&self) -> &Handle {
        &self.running.handle
    }

    pub fn shop(&self) -> &Shop {
        &self.running.shop
    }

    async fn ask(&self, by: Actor, command: Command) -> Result<Vec<Event>, Refusal> {
        match self.handle().ask(Lane::Till, by, None, command).await {
            Ok(entry) => Ok(entry.events.clone()),
            Err(Denied::Refused(refusal)) => Err(refusal),
            Err(denied) => panic!("{denied:?}"),
        }
    }

    async fn must(&self, command: Command) -> Vec<Event> {
        self.ask(Actor::House, command).await.unwrap()
    }

    /// A meadow with room for everybody, tomorrow.
    async fn stage(&self) -> PerformanceId {
        let play = Production {
            slug: "salt".into(),
            title: "Salt".into(),
            code: "SALT".into(),
            on_web: true,
            ..Production::default()
        };
        let production = self.must(Command::Production(production::Command::Put(None, play))).await;
        let production = production.iter().find_map(|event| match event {
            Event::Production(production::Event::Put(id, _)) => Some(*id),
            _ => None,
        });
        let overlay = LAWN_OVERLAY.replace("\"capacity\":240", "\"capacity\":20000");
        let plan = self
            .must(Command::Performance(performance::Command::ImportPlan {
                original: LAWN.to_vec(),
                overlay: overlay.into_bytes(),
                rekey_duplicates: false,
            }))
            .await;
        let plan = plan.iter().find_map(|event| match event {
            Event::Performance(performance::Event::PlanImported { plan, .. }) => Some(*plan),
            _ => None,
        });
        self.play(production.unwrap(), plan.unwrap()).await
    }

    async fn play(&self, production: ProductionId, plan: PlanId) -> PerformanceId {
        let starts_at = self.handle().now() + Span::hours(24);
        let price = |category| Price {
            category: CategoryNo(category),
            level: LevelNo(1),
            amount: Money(3_500),
        };
        let planned = Planned {
            production,
            plan,
            starts_at,
            day: self.handle().day_of(starts_at),
            hall: "Meadow".into(),
            prices: vec![price(0), price(1)],
            web_sale_opens: None,
            web_sale_ends: None,
            tickets_per_cart_max: None,
            doors_open: None,
            last_admission: None,
            running_time: None,
            relax: None,
        };
        let added = self.must(Command::Performance(performance::Command::Add(planned))).await;
        let id = added.iter().find_map(|event| match event {
            Event::Performance(performance::Event::Put(id, _)) => Some(*id),
            _ => None,
        });
        id.unwrap()
    }

    /// Opens a till, unless it stands open already.
    pub async fn open_till(&self, till: TillNo, cashier: StaffNo) {
        if tills::open_of(&self.snapshot(), cashier).unwrap().is_none() {
            let command = Command::Till(till::Command::Open { till, float: Money(10_000) });
            self.ask(Actor::Account(cashier), command).await.unwrap();
        }
    }

    /// Waits until the line to the pad is there.
    pub async fn pad_is_up(&self, pad: PadNo) {
        let mut face = self.running.shop.pad(pad).unwrap().face.clone();
        let up = face.wait_for(|face| matches!(face.link, Link::Up { .. }));
        tokio::time::timeout(SETTLED_MAX, up).await.unwrap().unwrap();
    }

    /// Waits until nobody has the pad.
    pub async fn pad_is_free(&self, pad: PadNo) {
        let mut face = self.running.shop.pad(pad).unwrap().face.clone();
        let free = face.wait_for(|face| face.running.is_none());
        tokio::time::timeout(SETTLED_MAX, free).await.unwrap().unwrap();
    }

    /// Waits until another terminal than the listed one answers, and tells which.
    pub async fn pad_is_exchanged(&self, pad: PadNo) -> Exchanged {
        let mut face = self.running.shop.pad(pad).unwrap().face.clone();
        let other = face.wait_for(|face| matches!(face.link, Link::Exchanged(_)));
        let link = tokio::time::timeout(SETTLED_MAX, other).await.unwrap().unwrap().link.clone();
        match link {
            Link::Exchanged(exchanged) => exchanged,
            other => panic!("{other:?}"),
        }
    }

    /// Is the line to the pad away?
    pub fn is_down(&self, pad: PadNo) -> bool {
        let face = &self.running.shop.pad(pad).unwrap().face;
        matches!(face.borrow().link, Link::Down { .. })
    }

    /// A cart of this till with one place in it.
    pub async fn cart(&self, till: TillNo) -> CartId {
        self.cart_of(till, 1).await
    }

    /// A cart with so many places.
    pub async fn cart_of(&self, till: TillNo, places: u8) -> CartId {
        let cashier = StaffNo(u32::from(till.0));
        let opened =
            self.ask(Actor::Account(cashier), Command::Cart(cart::Command::OpenAtTill(till)));
        let cart = opened.await.unwrap().into_iter().find_map(|event| match event {
            Event::Cart(cart::Event::Opened(id, _)) => Some(id),
            _ => None,
        });
        let cart = cart.unwrap();
        self.take(cashier, cart, places).await;
        cart
    }

    /// So many places more in a cart.
    async fn take(&self, cashier: StaffNo, cart: CartId, count: u8) {
        let places = vec![Places { level: LevelNo(1), count }];
        let (performance, area) = (self.performance, AreaNo(0));
        let take = hold::Command::Area { cart, performance, area, places };
        self.ask(Actor::Account(cashier), Command::Hold(take)).await.unwrap();
    }

    /// A cart that gives all tickets of an order up for so many places.
    pub async fn exchange(&self, cashier: StaffNo, order: OrderId, count: u8) -> CartId {
        let row = checkout::order(&self.snapshot(), order).unwrap().unwrap();
        let (tickets, shown) = (row.tickets.clone(), row.total);
        let reason = "Another evening".to_owned();
        let wanted = refund::Wanted { order, tickets, reason, shown };
        let begin = Command::Checkout(Sale::Exchange(exchange::Command::Begin(wanted)));
        let begun = self.ask(Actor::Account(cashier), begin).await.unwrap();
        let cart = begun.into_iter().find_map(|event| match event {
            Event::Cart(cart::Event::Opened(id, _)) => Some(id),
            _ => None,
        });
        self.take(cashier, cart.unwrap(), count).await;
        cart.unwrap()
    }

    /// The cashier gives up on a cart, if it is still theirs.
    pub async fn close(&self, cart: CartId) {
        let _ = self.ask(Actor::House, Command::Cart(cart::Command::Close(cart))).await;
    }

    /// Presses Pay.
    pub async fn pay(&self, pad: PadNo, by: StaffNo, cart: CartId) -> Result<Key, Refusal> {
        let row = carts::get(&self.snapshot(), cart).unwrap().unwrap();
        let (reply, answer) = oneshot::channel();
        let (buyer, shown, cash) = (Buyer::default(), row.due(), Money::ZERO);
        let wanted = Wanted { cart, buyer, shown, cash, deposit: None, keyed: false };
        let order = Order::Pay { by: Actor::Account(by), wanted, reply };
        self.running.shop.pad(pad).unwrap().orders.send(order).await.unwrap();
        match answer.await.unwrap() {
            Ok(key) => Ok(key),
            Err(Denied::Refused(refusal)) => Err(refusal),
            Err(denied) => panic!("{denied:?}"),
        }
    }

    /// The order that a cart became.
    pub fn order(&self, cart: CartId) -> (OrderId, OrderRow) {
        let snapshot = self.snapshot();
        let id = carts::get(&snapshot, cart).unwrap().unwrap().order.unwrap();
        (id, checkout::order(&snapshot, id).unwrap().unwrap())
    }

    /// An order of a cart of this till, of which this much was paid in cash.
    pub async fn booked(&self, till: TillNo, amount: Money) -> OrderId {
        let cart = self.cart(till).await;
        let shown = carts::get(&self.snapshot(), cart).unwrap().unwrap().total();
        let (buyer, given) = (Buyer::default(), amount);
        let deposit = Deposit { amount, due: None };
        let by = Actor::Account(StaffNo(u32::from(till.0)));
        let sale = Sale::Deposit { cart, buyer, given, shown, deposit };
        self.ask(by, Command::Checkout(sale)).await.unwrap();
        self.order(cart).0
    }

    /// Presses Card for all that an order still owes.
    pub async fn pay_towards(
        &self,
        pad: PadNo,
        by: StaffNo,
        order: OrderId,
    ) -> Result<Key, Refusal> {
        let amount = checkout::balance(&self.snapshot(), order).unwrap();
        let wanted = payment::Wanted { order, amount, shown: amount };
        let (reply, answer) = oneshot::channel();
        let asked = Order::Towards { by: Actor::Account(by), wanted, reply };
        self.running.shop.pad(pad).unwrap().orders.send(asked).await.unwrap();
        match answer.await.unwrap() {
            Ok(key) => Ok(key),
            Err(Denied::Refused(refusal)) => Err(refusal),
            Err(denied) => panic!("{denied:?}"),
        }
    }

    /// Gives the first ticket of an order back to its card.
    pub async fn give_back(&self, pad: PadNo, by: StaffNo, order: OrderId) -> Result<Key, Refusal> {
        let snapshot = self.snapshot();
        let row = checkout::order(&snapshot, order).unwrap().unwrap();
        let (tickets, shown) = (row.tickets[..1].to_vec(), row.lines[0].price.gross);
        let reason = "Fell ill".to_owned();
        let wanted = refund::Wanted { order, tickets, reason, shown };
        let (reply, answer) = oneshot::channel();
        let asked = Order::Refund { by: Actor::Account(by), wanted, reply };
        self.running.shop.pad(pad).unwrap().orders.send(asked).await.unwrap();
        match answer.await.unwrap() {
            Ok(key) => Ok(key),
            Err(Denied::Refused(refusal)) => Err(refusal),
            Err(denied) => panic!("{denied:?}"),
        }
    }

    /// Has a pad close its batch; none if there is nothing to close or the pad does not answer.
    pub async fn close_batch(&self, pad: PadNo, by: StaffNo) -> Option<BatchId> {
        let (reply, answer) = oneshot::channel();
        let order = Order::CloseBatch { by: Actor::Account(by), reply };
        self.running.shop.pad(pad).unwrap().orders.send(order).await.unwrap();
        match answer.await.unwrap() {
            Ok(id) => Some(id),
            Err(Denied::Refused(Refusal::NotFound) | Denied::Busy) => None,
            Err(denied) => panic!("{denied:?}"),
        }
    }

    /// The same again and again, as long as the pad does not answer.
    pub async fn close_batch_at_last(&self, pad: PadNo, by: StaffNo) -> BatchId {
        let begun = Instant::now();
        loop {
            if let Some(id) = self.close_batch(pad, by).await {
                return id;
            }
            assert!(begun.elapsed() < SETTLED_MAX, "the pad never answers");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Has every open batch closed, as the button of the end of day does.
    pub async fn close_all(&self, by: StaffNo) {
        let command = Command::Batch(batch_rules::Command::CloseAll);
        self.ask(Actor::Account(by), command).await.unwrap();
    }

    /// Takes the wish to close a batch back.
    pub async fn keep_open(&self, by: StaffNo, batch: BatchId) -> Result<(), Refusal> {
        let command = Command::Batch(batch_rules::Command::KeepOpen { batch });
        self.ask(Actor::Account(by), command).await.map(drop)
    }

    /// The batch that takes payments at a pad.
    pub fn batch(&self, pad: PadNo) -> Option<(BatchId, Batch)> {
        batch::running(&self.snapshot(), batch_rules::Of::Pad(pad)).unwrap()
    }

    /// A batch once it is settled.
    pub async fn batch_settles(&self, id: BatchId) -> Batch {
        let begun = Instant::now();
        loop {
            let row = batch::get(&self.snapshot(), id).unwrap().unwrap();
            if row.state == batch_rules::State::Settled {
                return row;
            }
            assert!(begun.elapsed() < SETTLED_MAX, "{row:?} is never settled");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// How the page of the day says that a batch stands.
    pub fn stands(&self, id: BatchId) -> Option<Stands> {
        let shop = &self.running.shop;
        let face = |no| shop.pad(no).map(|desk| desk.face.borrow().clone());
        let all = to_close(&self.snapshot(), face).unwrap();
        all.into_iter().find(|one| one.glance.batch == id).map(|one| one.stands)
    }

    /// Waits until the page says that it stands like this.
    pub async fn stands_as(&self, id: BatchId, wanted: &Stands) {
        let begun = Instant::now();
        while self.stands(id).as_ref() != Some(wanted) {
            assert!(begun.elapsed() < SETTLED_MAX, "{:?} and never {wanted:?}", self.stands(id));
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Ends the box as a technician does.
    pub async fn stop(self) {
        self.running.stop().await;
    }

    /// The batch once its close is over, one way or the other.
    pub async fn closed(&self, id: BatchId) -> Batch {
        let begun = Instant::now();
        loop {
            let row = batch::get(&self.snapshot(), id).unwrap().unwrap();
            if row.state != batch_rules::State::Closing {
                return row;
            }
            assert!(begun.elapsed() < SETTLED_MAX, "{row:?} is never closed");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// What the books have at the bank: less than nothing where floats came from it.
    pub fn bank(&self) -> i64 {
        let snapshot = self.snapshot();
        let balances = snapshot.open(tables::BALANCES).unwrap();
        balances.get((Account::Bank.no(), 0)).unwrap().map_or(0, |amount| amount.value())
    }

    /// A payment that was sent and never answered.
    pub async fn lost_payment(&self, stand: Stand, cart: CartId) -> Key {
        let shown = carts::get(&self.snapshot(), cart).unwrap().unwrap().total();
        let (pad, buyer, baseline) = (stand.pad, Buyer::default(), None);
        let cash = Money::ZERO;
        let begin = Pad::Begin { cart, pad, buyer, shown, baseline, cash, deposit: None };
        let by = Actor::Account(stand.cashier);
        self.ask(by, Command::Checkout(Sale::Pad(begin))).await.unwrap();
        let key = carts::get(&self.snapshot(), cart).unwrap().unwrap().intent.unwrap();
        self.must(Command::Checkout(Sale::Pad(Pad::Send(key)))).await;
        let why = "the line went".to_owned();
        self.must(Command::Checkout(Sale::Pad(Pad::Lost { intent: key, why }))).await;
        key
    }

    pub fn intent(&self, key: Key) -> Intent {
        checkout::intent(&self.snapshot(), key).unwrap().unwrap()
    }

    /// The intent once it is decided, or waits for a person.
    pub async fn settled(&self, key: Key) -> Intent {
        self.settled_seeing(key, || {}).await
    }

    /// As [`House::settled`], looking at something else as well while it waits.
    pub async fn settled_seeing(&self, key: Key, mut look: impl FnMut()) -> Intent {
        let begun = Instant::now();
        loop {
            let intent = self.intent(key);
            if !intent.state.open() || intent.state == State::NeedsOperator {
                return intent;
            }
            assert!(begun.elapsed() < SETTLED_MAX, "{intent:?} is never settled");
            look();
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// The person at the till looked at the terminal.
    pub async fn decide(&self, by: StaffNo, key: Key, charged: bool) {
        let text = |text: &str| text.to_owned();
        let evidence = if charged { text("read off the terminal") } else { String::new() };
        let (name, reason) = (text("A cashier"), text("looked at the terminal"));
        let decision = Pad::Decide { intent: key, charged, evidence, name, reason };
        let command = Command::Checkout(Sale::Pad(decision));
        let events = self.ask(Actor::Account(by), command).await.unwrap();
        let moved = |event: &Event| {
            matches!(
                event,
                Event::Checkout(Sold::Sold { .. } | Sold::Refunded { .. } | Sold::PaymentMade(..))
            )
        };
        assert_eq!(events.iter().any(moved), charged);
    }

    /// Payments of a pad that are not settled.
    pub fn open_payments(&self, pad: PadNo) -> Vec<(Key, Intent)> {
        checkout::pad_intents(&self.snapshot(), pad).unwrap()
    }

    /// How many payments of a pad are paid, and how many wait for a person.
    pub fn payments(&self, pad: PadNo) -> (usize, usize) {
        let snapshot = self.snapshot();
        let of = |(_, intent): &(u128, Intent)| intent.pad.as_ref().is_some_and(|at| at.pad == pad);
        let every = |key: u128, bytes: &[u8]| Ok((key, usher_ledger::stored::row(bytes)?));
        let all: Vec<(u128, Intent)> =
            source::range(&snapshot, tables::INTENTS, .., usize::MAX, every).unwrap();
        let all = all.iter().filter(|row| of(row));
        let paid = all.clone().filter(|(_, intent)| intent.state == State::Captured).count();
        (paid, all.filter(|(_, intent)| intent.state == State::NeedsOperator).count())
    }

    /// What the books have in card clearing of all pads.
    pub fn card_clearing(&self) -> i64 {
        let snapshot = self.snapshot();
        let balances = snapshot.open(tables::BALANCES).unwrap();
        let clearing = Account::CardClearing.no();
        let rows = balances.range((clearing, 1)..(clearing, u64::MAX)).unwrap();
        rows.map(|row| row.unwrap().1.value()).sum()
    }
}
