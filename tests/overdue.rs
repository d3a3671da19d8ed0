//! What is overdue is cancelled by the box: looked for as the daemon does, on a ledger whose clock
//! is in our hands.
//!
//! Given orders booked with a last day for the rest, then those that are not paid up are cancelled
//! once so many days have passed, and no other; the books agree after each. Next:
//! `firmware-host/errand/sweep.rs`, `rules/refund/overdue.rs`.

#![allow(clippy::unwrap_used, clippy::panic)]

use redb::Builder;
use redb::backends::InMemoryBackend;
use tokio::runtime::Runtime;
use usher::errand::sweep;
use usher_ledger::plan::Plans;
use usher_ledger::{
    audit, checkout, copy, events, letter, open, payment, performance, proof, source,
};
use usher_rules::at::Span;
use usher_rules::cart::{self, Buyer};
use usher_rules::checkout::{Command as Sale, Event as Sold};
use usher_rules::house::{self, House};
use usher_rules::id::{AreaNo, BoxNo, CartId, LevelNo, OrderId, PerformanceId, TillNo};
use usher_rules::letter::Kind;
use usher_rules::money::Money;
use usher_rules::payment::{Command as Pay, Deposit, Wanted};
use usher_rules::performance::{self as showing, Planned};
use usher_rules::price::Places;
use usher_rules::{Actor, BusinessDay, Command, Event, hold, till};
use usher_tests::town::{Town, settings};

const ADULT: Money = Money(3_500);
const PART: Money = Money(1_000);

struct Office {
    town: Town,
    runtime: Runtime,
    meadow: PerformanceId,
}

impl Office {
    /// A house that cancels after so many days, with a performance in ten days.
    fn new(after: Option<u16>) -> Office {
        let store = Builder::new().create_with_backend(InMemoryBackend::new()).unwrap();
        open::prepare(&store, BoxNo(1)).unwrap();
        let mut town = Town::found(store, 1);
        let kept = House { cancel_overdue_after: after, ..settings() };
        town.must(Command::House(house::Command::Set(kept)));
        town.must(Command::Till(till::Command::Open { till: TillNo(1), float: Money(5_000) }));
        let known = performance::get(&town.handle.snapshot().unwrap(), town.performances[2]);
        let known = known.unwrap().unwrap();
        let starts_at = town.handle.now() + Span::hours(240);
        let added = town.must(Command::Performance(showing::Command::Add(Planned {
            production: known.production,
            plan: known.plan,
            starts_at,
            day: town.handle.day_of(starts_at),
            hall: "Meadow".into(),
            prices: known.prices.clone(),
            web_sale_opens: None,
            web_sale_ends: None,
            tickets_per_cart_max: None,
            doors_open: None,
            last_admission: None,
            running_time: None,
            relax: None,
        })));
        let meadow = added.events.iter().find_map(|event| match event {
            Event::Performance(showing::Event::Put(id, _)) => Some(*id),
            _ => None,
        });
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        Office { meadow: meadow.unwrap(), town, runtime }
    }

    fn today(&self) -> BusinessDay {
        self.town.handle.day_of(self.town.handle.now())
    }

    /// Two tickets, of which 10.00 are paid; the rest is due in so many days.
    fn booked(&mut self, email: &str, days: u32) -> OrderId {
        let opened = self.town.must(Command::Cart(cart::Command::OpenAtTill(TillNo(1))));
        let cart: CartId = match opened.events.first() {
            Some(Event::Cart(cart::Event::Opened(id, _))) => *id,
            other => panic!("{other:?}"),
        };
        let places = vec![Places { level: LevelNo(1), count: 2 }];
        let (performance, area) = (self.meadow, AreaNo(0));
        let held = hold::Command::Area { cart, performance, area, places };
        self.town.must(Command::Hold(held));
        let (name, email) = ("Ada Finch".to_owned(), email.to_owned());
        let buyer = Buyer { name, email, ..Buyer::default() };
        let due = Some(BusinessDay(self.today().0 + days));
        let (shown, given) = (ADULT.times(2), PART);
        let deposit = Deposit { amount: PART, due };
        let sale = Sale::Deposit { cart, buyer, given, shown, deposit };
        let sold = self.town.must(Command::Checkout(sale));
        let id = sold.events.iter().find_map(|event| match event {
            Event::Checkout(Sold::Sold { id, .. }) => Some(*id),
            _ => None,
        });
        id.unwrap()
    }

    /// What the box does by itself, and the proof of what it left.
    fn looks(&self) {
        self.runtime.block_on(sweep::overdue(&self.town.handle)).unwrap();
        let wrong = proof::of(&self.town.handle.snapshot().unwrap(), &Plans::default()).unwrap();
        assert_eq!(wrong, Vec::<String>::new());
    }

    fn balance(&self, id: OrderId) -> Money {
        checkout::balance(&self.town.handle.snapshot().unwrap(), id).unwrap()
    }

    fn is_cancelled(&self, id: OrderId) -> bool {
        let row = checkout::order(&self.town.handle.snapshot().unwrap(), id).unwrap().unwrap();
        row.refunds.is_some_and(|all| all.made.iter().any(|one| one.overdue.is_some()))
    }

    fn pays(&mut self, order: OrderId, amount: Money) {
        let wanted = Wanted { order, amount, shown: self.balance(order) };
        let pay = Pay::Cash { wanted, given: amount };
        self.town.must(Command::Checkout(Sale::Payment(pay)));
    }
}

#[test]
fn what_is_not_paid_up_is_cancelled_so_many_days_after_its_last_day_and_nothing_else() {
    let mut office = Office::new(Some(2));
    let late = office.booked("ada@harbourmail.example", 1);
    let unknown = office.booked("", 1);
    let later = office.booked("", 5);
    let paid = office.booked("", 1);
    office.pays(paid, office.balance(paid));
    let part = office.booked("", 1);
    office.pays(part, Money(500));
    for day in 0..3 {
        office.looks();
        let any = [late, unknown, later, paid, part].iter().any(|id| office.is_cancelled(*id));
        assert!(!any, "on day {day} it is not time yet");
        office.town.clock.pass(Span::hours(24));
    }
    office.looks();
    assert_eq!([late, unknown, part].map(|id| office.is_cancelled(id)), [true; 3]);
    assert_eq!([later, paid].map(|id| office.is_cancelled(id)), [false; 2]);
    assert_eq!([late, unknown, part].map(|id| office.balance(id).0), [-1_000, -1_000, -1_500]);
    assert_eq!([later, paid].map(|id| office.balance(id).0), [6_000, 0]);
    let snapshot = office.town.handle.snapshot().unwrap();
    let letters = letter::newest(&snapshot, None, 1_000).unwrap();
    let told: Vec<OrderId> = letters
        .iter()
        .filter(|(_, row)| matches!(row.kind, Kind::Cancelled(_)))
        .map(|(_, row)| row.kind.order())
        .collect();
    assert_eq!(told, [late], "who left an address is told");
    let rows = audit::newest(&snapshot, None, 100).unwrap();
    let by_house = rows.iter().filter(|(_, row)| row.by == Actor::House).count();
    assert_eq!(by_house, 3, "each is in the audit");
    let before = events::newest(&snapshot).unwrap();
    office.looks();
    let after = events::newest(&office.town.handle.snapshot().unwrap()).unwrap();
    assert_eq!(before, after, "a second look writes nothing");
    let twin = Builder::new().create_with_backend(InMemoryBackend::new()).unwrap();
    open::prepare(&twin, BoxNo(1)).unwrap();
    copy::replay(&twin, &events::after(&snapshot, 0, usize::MAX).unwrap()).unwrap();
    let twin = source::snapshot(&twin).unwrap();
    assert!(copy::rows(&snapshot).unwrap() == copy::rows(&twin).unwrap());
}

#[test]
fn a_house_that_does_not_say_so_cancels_nothing() {
    let mut office = Office::new(None);
    let id = office.booked("", 0);
    office.town.clock.pass(Span::hours(24 * 8));
    office.looks();
    assert!(!office.is_cancelled(id));
    assert_eq!(office.balance(id), Money(6_000));
}

#[test]
fn nothing_is_cancelled_once_the_evening_began() {
    let mut office = Office::new(Some(9));
    let id = office.booked("", 1);
    office.town.clock.pass(Span::hours(240));
    assert_eq!(
        payment::overdue(&office.town.handle.snapshot().unwrap(), 9, office.today()).unwrap(),
        [id]
    );
    office.looks();
    assert!(!office.is_cancelled(id));
}

#[test]
fn places_that_are_cancelled_can_be_sold_again() {
    let mut office = Office::new(Some(1));
    let free = |office: &Office| {
        let snapshot = office.town.handle.snapshot().unwrap();
        usher_ledger::inventory::area(&snapshot, office.meadow, AreaNo(0)).unwrap()
    };
    let before = free(&office);
    office.booked("", 0);
    assert!(free(&office) != before);
    office.town.clock.pass(Span::hours(24));
    office.looks();
    assert!(free(&office) == before);
}
