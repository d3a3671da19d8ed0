//! Sales at the counter: cash, and a card at a pin pad, state by state (domain 6.3, pin-pads 2).
//! Given a cart of a till and what happens at the terminal, then these events and no others.
//! Never touches a store or a pad: facts are built by hand, and grow by what was decided.

#![allow(clippy::unwrap_used, clippy::panic)]

mod facts;

use facts::{ANNA, CART, NOW, PAD, TILL};
use proptest::prelude::*;
use usher_rules::at::{At, Span};
use usher_rules::cart::{self, Buyer, Cart, Line, Note, Place, State as CartState};
use usher_rules::checkout::pad::Command as Pad;
use usher_rules::checkout::{Command, Event, Facts, Fresh, decide};
use usher_rules::id::{
    CategoryNo, LevelNo, OrderId, PerformanceId, PostingId, SeatNo, TillNo, TillSessionId,
};
use usher_rules::money::Money;
use usher_rules::order::{Order, Payment};
use usher_rules::posting::{Account, Posting};
use usher_rules::tax::assess;
use usher_rules::tender::pad::{Booking, Copy, Finding, Outcome, Receipt};
use usher_rules::tender::{Intent, State};
use usher_rules::{Actor, Ask, BusinessDay, Event as AnyEvent, Key, Refusal, till};

const TOTAL: Money = Money(7_000);

fn line(no: u16) -> Line {
    Line {
        no,
        performance: PerformanceId(7),
        place: Place::Seat(SeatNo(u32::from(no))),
        level: LevelNo(1),
        category: CategoryNo(0),
        listed: Money(3_500),
        price: assess(Money(3_500), &[]),
    }
}

fn cart() -> Cart {
    let lines = vec![line(1), line(2)];
    Cart {
        until: NOW + Span::minutes(4),
        lines,
        next_line: 3,
        till: Some(TILL),
        ..Cart::bare(At(0))
    }
}

fn facts() -> Facts {
    let (order, first_ticket, posting) = (OrderId(20), 30, PostingId(40));
    let fresh = Fresh { order, first_ticket, posting, tags: vec![0xaa, 0xbb], ..facts::fresh() };
    Facts {
        cart: Some(cart()),
        performance_nos: vec![(PerformanceId(7), 77)],
        fresh,
        ..facts::counter(&[PAD], Money(10_000))
    }
}

fn ask(by: Actor) -> Ask {
    Ask { by, at: NOW, day: BusinessDay(3), random: [0; 32] }
}

fn cash(facts: &Facts, given: i64) -> Result<Vec<AnyEvent>, Refusal> {
    let command =
        Command::Cash { cart: CART, buyer: Buyer::default(), given: Money(given), shown: TOTAL };
    decide(facts, &command, &ask(Actor::Account(ANNA)))
}

/// A counter at which things happen one after the other.
struct Counter {
    facts: Facts,
    notes: Vec<Note>,
    orders: Vec<Order>,
    postings: Vec<Posting>,
    letters: usize,
}

impl Counter {
    fn new() -> Counter {
        Counter {
            facts: facts(),
            notes: Vec::new(),
            orders: Vec::new(),
            postings: Vec::new(),
            letters: 0,
        }
    }

    /// A payment that has come as far as this.
    fn at(state: State) -> Counter {
        let mut counter = Counter::new();
        counter.begin().unwrap();
        if state != State::Created {
            counter.step(Pad::Send(counter.key())).unwrap();
        }
        match state {
            State::Created | State::Sent => {}
            State::Unknown => counter.lost("silence").unwrap(),
            State::NeedsOperator => {
                counter.lost("silence").unwrap();
                counter.undecided().unwrap();
            }
            State::Approved => counter.ended(approved()).unwrap(),
            State::Captured => {
                counter.ended(approved()).unwrap();
                counter.step(Pad::Done(counter.key())).unwrap();
            }
            State::Declined => counter.ended(declined()).unwrap(),
            State::Cancelled => counter.ended(Outcome::Cancelled).unwrap(),
            State::NotCharged => counter.not_started().unwrap(),
            State::Reversing | State::Reversed => panic!("no state of a pad"),
        }
        assert_eq!(counter.state(), state);
        counter
    }

    fn key(&self) -> Key {
        self.cart().intent.unwrap()
    }

    fn cart(&self) -> &Cart {
        self.facts.cart.as_ref().unwrap()
    }

    fn intent(&self) -> &Intent {
        self.facts.intent.as_ref().unwrap()
    }

    fn state(&self) -> State {
        self.intent().state
    }

    fn begin(&mut self) -> Result<(), Refusal> {
        self.split(0)
    }

    /// A payment of which this much is cash.
    fn split(&mut self, minor: i64) -> Result<(), Refusal> {
        let email = "ada@harbourmail.example".into();
        let buyer = Buyer { name: String::new(), email, patron: None };
        let (shown, cash) = (TOTAL, Money(minor));
        self.step(Pad::Begin {
            cart: CART,
            pad: PAD,
            buyer,
            shown,
            baseline: None,
            cash,
            deposit: None,
        })
    }

    fn lost(&mut self, why: &str) -> Result<(), Refusal> {
        self.step(Pad::Lost { intent: self.key(), why: why.into() })
    }

    fn ended(&mut self, outcome: Outcome) -> Result<(), Refusal> {
        self.step(Pad::Ended { intent: self.key(), outcome })
    }

    fn found(&mut self, finding: Finding) -> Result<(), Refusal> {
        self.step(Pad::Found { intent: self.key(), finding })
    }

    fn undecided(&mut self) -> Result<(), Refusal> {
        self.found(Finding::Undecided { evidence: "look at the terminal".into() })
    }

    fn not_started(&mut self) -> Result<(), Refusal> {
        self.step(Pad::NotStarted { intent: self.key(), why: "busy".into() })
    }

    fn decide(&mut self, charged: bool, words: [&str; 3]) -> Result<(), Refusal> {
        let [evidence, name, reason] = words.map(str::to_owned);
        let intent = self.key();
        self.step(Pad::Decide { intent, charged, evidence, name, reason })
    }

    fn step(&mut self, step: Pad) -> Result<(), Refusal> {
        let by = match step {
            Pad::Begin { .. } | Pad::Decide { .. } => Actor::Account(ANNA),
            _ => Actor::House,
        };
        let events = decide(&self.facts, &Command::Pad(step), &ask(by))?;
        events.iter().for_each(|event| self.happened(event));
        Ok(())
    }

    fn happened(&mut self, event: &AnyEvent) {
        let cart = self.facts.cart.as_mut().unwrap();
        match event {
            AnyEvent::Checkout(Event::Intent(_, intent)) => {
                self.facts.intent = Some(intent.clone());
            }
            AnyEvent::Checkout(Event::CartMoved { state, until, attempts, intent, .. }) => {
                cart.state = *state;
                cart.until = *until;
                cart.attempts = *attempts;
                cart.intent = *intent;
            }
            AnyEvent::Checkout(Event::BuyerNamed(_, buyer, _)) => cart.buyer = buyer.clone(),
            AnyEvent::Checkout(Event::Sold { id, order, .. }) => {
                cart.order = Some(*id);
                self.orders.push(order.clone());
            }
            AnyEvent::Checkout(Event::Posted(_, posting)) => self.postings.push(posting.clone()),
            AnyEvent::Cart(cart::Event::Logged { notes, .. }) => {
                self.notes.extend(notes.iter().cloned());
            }
            AnyEvent::Letter(_) => self.letters += 1,
            AnyEvent::Till(till::Event::CardTaken(session, amount)) => {
                let asked = self.intent().amount;
                assert_eq!((*session, *amount), (TillSessionId(60), asked));
            }
            other => panic!("a pad does not do this: {other:?}"),
        }
    }

    /// What the books say was paid by card at the pad.
    fn charged(&self) -> Money {
        self.posted(Account::CardClearing, u64::from(PAD.0))
    }

    /// What the books say is in the drawer of the till.
    fn in_cash(&self) -> Money {
        self.posted(Account::DrawerCash, u64::from(TILL.0))
    }

    fn posted(&self, account: Account, sub: u64) -> Money {
        let lines = self.postings.iter().flat_map(|posting| &posting.lines);
        let here = lines.filter(|line| (line.account, line.sub) == (account, sub));
        here.map(|line| line.amount).sum()
    }

    /// Do the seats wait for the money, without an end?
    fn holds_on(&self) -> bool {
        matches!(self.cart().state, CartState::CheckingOut | CartState::CheckoutError)
    }
}

fn booking() -> Booking {
    Booking {
        amount: Some(TOTAL),
        trace: Some(12),
        receipt: Some(7),
        approval: "A17".into(),
        last_four: "4242".into(),
        ..Booking::default()
    }
}

fn approved() -> Outcome {
    Outcome::Approved(booking())
}

fn declined() -> Outcome {
    Outcome::Declined { code: "05".into(), text: "do not honour".into() }
}

#[test]
fn cash_sells_all_at_once_and_the_change_is_told() {
    let events = cash(&facts(), 10_000).unwrap();
    let mut counter = Counter::new();
    events.iter().for_each(|event| counter.happened(event));
    let order = &counter.orders[0];
    assert_eq!((order.payment, order.total, order.tickets.len()), (Payment::Paid, TOTAL, 2));
    let at = order.counter.unwrap();
    assert_eq!((at.till, at.session, at.cashier), (TILL, TillSessionId(60), ANNA));
    assert!(
        counter.notes.contains(&Note::CashTaken { given: Money(10_000), change: Money(3_000) })
    );
    assert_eq!(counter.cart().state, CartState::Completed);
    let drawer: Money = counter
        .postings
        .iter()
        .flat_map(|posting| &posting.lines)
        .filter(|line| (line.account, line.sub) == (Account::DrawerCash, 2))
        .map(|line| line.amount)
        .sum();
    assert_eq!(drawer, TOTAL);
    assert!(counter.postings.iter().all(Posting::balanced));
    assert_eq!(counter.letters, 0, "nobody left an address");
}

#[test]
fn cash_is_taken_only_if_it_is_enough_and_only_at_ones_own_open_till() {
    assert_eq!(cash(&facts(), 6_999), Err(Refusal::CashShort { due: TOTAL }));
    assert!(cash(&facts(), 7_000).is_ok());
    assert_eq!(cash(&facts(), 10_000_001), Err(Refusal::Malformed { field: "given" }));
    let closed = Facts { till: None, ..facts() };
    assert_eq!(cash(&closed, 7_000), Err(Refusal::TillClosed));
    let mut other = facts();
    other.cart.as_mut().unwrap().till = Some(TillNo(1));
    assert_eq!(cash(&other, 7_000), Err(Refusal::TillClosed));
    let mut web = facts();
    web.cart.as_mut().unwrap().till = None;
    assert_eq!(cash(&web, 7_000), Err(Refusal::NotAllowed));
    let mut dearer = facts();
    dearer.cart.as_mut().unwrap().lines.push(line(3));
    let changed = Refusal::PriceChanged { old: TOTAL, new: Money(10_500) };
    assert_eq!(cash(&dearer, 20_000), Err(changed));
}

#[test]
fn a_payment_is_written_before_it_is_sent_and_sent_before_it_leaves() {
    let counter = Counter::at(State::Created);
    let at = counter.intent().pad.clone().unwrap();
    assert_eq!((at.no, at.pad, at.at.till), (17, PAD, TILL));
    assert_eq!(counter.intent().amount, TOTAL);
    assert_eq!(counter.cart().state, CartState::CheckingOut);
    assert_eq!(Counter::at(State::Sent).charged(), Money::ZERO);
}

#[test]
fn what_is_paid_in_cash_the_card_does_not_pay_and_the_drawer_gets_it_with_the_sale() {
    let mut counter = Counter::new();
    counter.split(2_500).unwrap();
    assert_eq!(counter.intent().amount, Money(4_500));
    counter.step(Pad::Send(counter.key())).unwrap();
    let asked = Booking { amount: Some(Money(4_500)), ..booking() };
    counter.ended(Outcome::Approved(asked)).unwrap();
    assert_eq!(counter.in_cash(), Money::ZERO, "the card may still be taken back");
    counter.step(Pad::Done(counter.key())).unwrap();
    assert_eq!((counter.charged(), counter.in_cash()), (Money(4_500), Money(2_500)));
    assert!(counter.postings.iter().all(Posting::balanced));
    assert_eq!((counter.orders.len(), counter.orders[0].total), (1, TOTAL));
    assert!(
        counter.notes.contains(&Note::CashTaken { given: Money(2_500), change: Money::ZERO }),
        "{:?}",
        counter.notes
    );
}

#[test]
fn cash_beside_a_card_that_does_not_pay_is_never_posted() {
    for outcome in [declined(), Outcome::Cancelled] {
        let mut counter = Counter::new();
        counter.split(2_500).unwrap();
        counter.step(Pad::Send(counter.key())).unwrap();
        counter.ended(outcome).unwrap();
        assert_eq!((counter.in_cash(), counter.orders.len()), (Money::ZERO, 0));
        assert_eq!(counter.cart().state, CartState::Active);
    }
}

#[test]
fn cash_beside_a_card_leaves_the_card_something_to_pay() {
    let refused = Err(Refusal::Malformed { field: "given" });
    for (minor, answer) in [(-1, &refused), (0, &Ok(())), (6_999, &Ok(())), (7_000, &refused)] {
        assert_eq!(&Counter::new().split(minor), answer, "{minor}");
    }
}

#[test]
fn one_pad_has_one_payment_and_the_second_cashier_is_told_who_has_it() {
    let mut second = Counter::new();
    second.facts.on_pad = Counter::at(State::Sent).facts.intent;
    assert_eq!(second.begin(), Err(Refusal::PadBusy { till: TILL }));
}

#[test]
fn an_approval_sells_the_cart_when_its_dialogue_is_over_with_its_six_lines_in_order() {
    let mut counter = Counter::at(State::Approved);
    assert!(counter.orders.is_empty() && counter.holds_on(), "it may still be taken back");
    for copy in [Copy::Merchant, Copy::Customer] {
        let lines = vec!["CARD SALE".to_owned()];
        let receipt = Receipt { copy, lines, signature_wanted: false };
        let intent = counter.key();
        counter.step(Pad::Receipt { intent, receipt }).unwrap();
    }
    counter.step(Pad::Done(counter.key())).unwrap();
    assert_eq!((counter.state(), counter.charged()), (State::Captured, TOTAL));
    assert_eq!(counter.orders[0].payment, Payment::Paid);
    assert_eq!(counter.cart().state, CartState::Completed);
    assert_eq!(counter.letters, 1);
    let six = |note: &&Note| {
        matches!(
            note,
            Note::PadActivated { .. }
                | Note::ReceiptRequested { .. }
                | Note::ReceiptRetrieved { .. }
                | Note::Housekept { .. }
        )
    };
    let lines: Vec<&Note> = counter.notes.iter().filter(six).collect();
    let wanted = [
        Note::PadActivated { id: 17 },
        Note::ReceiptRequested { id: 17, copy: Copy::Customer },
        Note::ReceiptRequested { id: 17, copy: Copy::Merchant },
        Note::ReceiptRetrieved { id: 17, copy: Copy::Customer },
        Note::ReceiptRetrieved { id: 17, copy: Copy::Merchant },
        Note::Housekept { processed: 1, in_error: 0 },
    ];
    assert_eq!(lines, wanted.iter().collect::<Vec<_>>());
    assert_eq!(counter.step(Pad::Done(counter.key())), Err(Refusal::Stale));
}

#[test]
fn a_decline_or_a_cancel_gives_the_cart_back_and_counts_as_one_in_error() {
    for state in [State::Declined, State::Cancelled, State::NotCharged] {
        let mut counter = Counter::at(state);
        assert_eq!(counter.cart().state, CartState::Active, "{state:?}");
        assert!(counter.cart().until >= NOW + Span::minutes(15));
        assert_eq!((counter.charged(), counter.orders.len()), (Money::ZERO, 0));
        counter.step(Pad::Done(counter.key())).unwrap();
        assert_eq!(counter.notes.last(), Some(&Note::Housekept { processed: 1, in_error: 1 }));
        assert!(counter.begin().is_ok(), "another card may be tried");
    }
}

#[test]
fn silence_is_unknown_and_keeps_the_seats_and_what_was_never_sent_is_not_charged() {
    let mut never_sent = Counter::at(State::Created);
    never_sent.lost("restart").unwrap();
    assert_eq!(never_sent.state(), State::NotCharged);
    for state in [State::Sent, State::Approved] {
        let mut sent = Counter::at(state);
        sent.lost("restart").unwrap();
        assert_eq!((sent.state(), sent.cart().state), (State::Unknown, CartState::CheckoutError));
        assert!(sent.holds_on());
    }
}

#[test]
fn an_approval_that_the_terminal_took_back_sells_nothing() {
    let mut counter = Counter::at(State::Approved);
    counter.lost("the line was cut before it heard us").unwrap();
    counter.found(Finding::NotBooked { evidence: "booked and taken back".into() }).unwrap();
    assert_eq!((counter.state(), counter.charged()), (State::NotCharged, Money::ZERO));
    assert_eq!((counter.cart().state, counter.orders.len()), (CartState::Active, 0));
}

#[test]
fn asking_afterwards_settles_what_nobody_knew() {
    for state in [State::Sent, State::Approved, State::Unknown, State::NeedsOperator] {
        let mut booked = Counter::at(state);
        booked.found(Finding::Booked(booking())).unwrap();
        assert_eq!((booked.state(), booked.charged()), (State::Captured, TOTAL), "{state:?}");
        assert!(booked.intent().pad.as_ref().unwrap().recovered);
        let mut free = Counter::at(state);
        free.found(Finding::NotBooked { evidence: "the one from before".into() }).unwrap();
        assert_eq!((free.state(), free.cart().state), (State::NotCharged, CartState::Active));
    }
}

#[test]
fn a_person_decides_with_name_reason_and_evidence_and_nobody_else() {
    let mut counter = Counter::at(State::NeedsOperator);
    assert!(counter.holds_on());
    let missing = |fields| Err(Refusal::MissingData { fields });
    assert_eq!(counter.decide(true, ["", "Anna", "seen"]), missing(vec!["evidence"]));
    assert_eq!(counter.decide(false, ["", " ", ""]), missing(vec!["name", "reason"]));
    let intent = counter.key();
    let words = || ("A1".to_owned(), "Anna".to_owned(), "seen".to_owned());
    let (evidence, name, reason) = words();
    let step = Command::Pad(Pad::Decide { intent, charged: true, evidence, name, reason });
    assert_eq!(decide(&counter.facts, &step, &ask(Actor::House)), Err(Refusal::NotAllowed));
    counter.decide(true, ["A1", "Anna", "receipt in hand"]).unwrap();
    assert_eq!((counter.state(), counter.charged()), (State::Captured, TOTAL));
    let decision = counter.intent().pad.clone().unwrap().decision.unwrap();
    assert_eq!((decision.name.as_str(), decision.by, decision.charged), ("Anna", ANNA, true));
    let mut free = Counter::at(State::NeedsOperator);
    free.decide(false, ["", "Anna", "terminal says no"]).unwrap();
    assert_eq!((free.state(), free.cart().state), (State::NotCharged, CartState::Active));
    assert_eq!(
        Counter::at(State::Unknown).decide(false, ["", "Anna", "no"]),
        Err(Refusal::Stale),
        "the box is still asking"
    );
}

#[test]
fn a_late_approval_is_never_dropped() {
    for state in [State::Declined, State::Cancelled, State::NotCharged] {
        let mut waiting = Counter::at(state);
        waiting.ended(approved()).unwrap();
        assert!(waiting.holds_on(), "nobody may be paid twice for it meanwhile");
        waiting.step(Pad::Done(waiting.key())).unwrap();
        assert_eq!((waiting.state(), waiting.charged()), (State::Captured, TOTAL), "{state:?}");
        let mut paid_otherwise = Counter::at(state);
        paid_otherwise.facts.cart.as_mut().unwrap().state = CartState::Completed;
        paid_otherwise.facts.cart.as_mut().unwrap().order = Some(OrderId(1));
        paid_otherwise.ended(approved()).unwrap();
        assert_eq!(paid_otherwise.state(), State::NeedsOperator);
        assert_eq!(paid_otherwise.intent().pad.as_ref().unwrap().booking, Some(booking()));
        assert!(paid_otherwise.orders.is_empty());
    }
}

#[test]
fn another_amount_than_asked_waits_for_a_person_and_sells_nothing() {
    let mut counter = Counter::at(State::Sent);
    let part = Booking { amount: Some(Money(3_500)), ..booking() };
    counter.ended(Outcome::Approved(part)).unwrap();
    assert_eq!((counter.state(), counter.orders.len()), (State::NeedsOperator, 0));
    assert!(counter.holds_on());
}

#[test]
fn the_same_outcome_told_twice_changes_nothing() {
    for state in [State::Approved, State::Captured, State::Declined, State::Cancelled] {
        let mut counter = Counter::at(state);
        let outcome = match state {
            State::Approved | State::Captured => approved(),
            State::Declined => declined(),
            _ => Outcome::Cancelled,
        };
        assert_eq!(counter.ended(outcome), Err(Refusal::Stale), "{state:?}");
    }
}

#[test]
fn seats_that_were_lost_are_never_sold_by_an_approval() {
    let mut counter = Counter::at(State::Sent);
    counter.facts.lost = vec![(PerformanceId(7), SeatNo(1))];
    counter.ended(approved()).unwrap();
    assert_eq!((counter.state(), counter.orders.len()), (State::NeedsOperator, 0));
}

#[test]
fn a_booking_nobody_asked_for_is_kept() {
    let orphan = Command::Pad(Pad::Orphan(PAD, booking()));
    let facts = Facts { cart: None, ..facts() };
    let events = decide(&facts, &orphan, &ask(Actor::House)).unwrap();
    assert_eq!(events, vec![AnyEvent::Checkout(Event::Orphaned(PAD, booking()))]);
}

#[derive(Clone, Debug)]
enum Happening {
    Sent,
    NotStarted,
    Approved,
    Declined,
    Cancelled,
    Lost,
    Booked,
    NotBooked,
    Undecided,
    Done,
    Charged,
    NotCharged,
    Again,
}

fn happening() -> impl Strategy<Value = Happening> {
    use Happening::*;
    prop_oneof![
        Just(Sent),
        Just(NotStarted),
        Just(Approved),
        Just(Declined),
        Just(Cancelled),
        Just(Lost),
        Just(Booked),
        Just(NotBooked),
        Just(Undecided),
        Just(Done),
        Just(Charged),
        Just(NotCharged),
        Just(Again),
    ]
}

proptest! {
    /// Whatever a terminal tells and in whatever order: one order and one charge at most, never an
    /// order without its charge, and seats let go only when the money is settled.
    #[test]
    fn no_order_of_events_charges_twice_or_sells_unpaid(
        happenings in proptest::collection::vec(happening(), 1..24),
    ) {
        let mut counter = Counter::at(State::Created);
        for happening in happenings {
            let key = counter.key();
            let _ = match happening {
                Happening::Sent => counter.step(Pad::Send(key)),
                Happening::NotStarted => counter.not_started(),
                Happening::Approved => counter.ended(approved()),
                Happening::Declined => counter.ended(declined()),
                Happening::Cancelled => counter.ended(Outcome::Cancelled),
                Happening::Lost => counter.lost("silence"),
                Happening::Booked => counter.found(Finding::Booked(booking())),
                Happening::NotBooked => {
                    counter.found(Finding::NotBooked { evidence: String::new() })
                }
                Happening::Undecided => counter.undecided(),
                Happening::Done => counter.step(Pad::Done(key)),
                Happening::Charged => counter.decide(true, ["A1", "Anna", "seen"]),
                Happening::NotCharged => counter.decide(false, ["", "Anna", "seen"]),
                Happening::Again => counter.begin(),
            };
            prop_assert!(counter.orders.len() <= 1);
            prop_assert_eq!(counter.charged(), TOTAL.times(counter.orders.len() as i64));
            let open = counter.state().open();
            prop_assert!(!open || counter.holds_on() || !counter.orders.is_empty());
            prop_assert!(counter.postings.iter().all(Posting::balanced));
        }
    }
}
