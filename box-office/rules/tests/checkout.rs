//! The checkout saga of domain 5.8: every row of the failure table, the six numbered messages,
//! and what money may never do. Given a cart and what the gateway said, then these events.
//! Never touches a store or a gateway: facts are built by hand.

#![allow(clippy::unwrap_used, clippy::panic)]

use usher_rules::at::{At, Span};
use usher_rules::card_number::masked;
use usher_rules::cart::{Buyer, Cart, Line, Note, PROBLEM_HOLD, Place, State};
use usher_rules::checkout::{Answer, Command, Event, Facts, Fresh, decide, mailable};
use usher_rules::fee::{Fee, Per};
use usher_rules::house::House;
use usher_rules::id::{
    BoxNo, CartId, CategoryNo, LetterId, LevelNo, OrderId, PerformanceId, PostingId, SeatNo,
};
use usher_rules::letter;
use usher_rules::money::Money;
use usher_rules::order::Payment;
use usher_rules::posting::Account;
use usher_rules::tax::{Tax, assess};
use usher_rules::tender::{self, Intent};
use usher_rules::{Actor, Ask, BusinessDay, Event as AnyEvent, Key, Refusal, cart};

const NOW: At = At(5_000_000);
const CART: CartId = CartId(9);
const TOTAL: Money = Money(2 * 3_500 + 2 * 125);

fn vat() -> Vec<Tax> {
    let (name, rate_ppm) = ("VAT".to_owned(), 200_000);
    vec![Tax { no: 1, name, rate_ppm, inclusive: true, compound: false }]
}

fn line(no: u16, listed: Money) -> Line {
    Line {
        no,
        performance: PerformanceId(7),
        place: Place::Seat(SeatNo(u32::from(no))),
        level: LevelNo(1),
        category: CategoryNo(0),
        listed,
        price: assess(listed, &vat()),
    }
}

fn cart_of(state: State) -> Cart {
    let fee =
        Fee { no: 1, name: "Web fee".into(), per: Per::Ticket, amount: Money(125), taxed: true };
    Cart {
        state,
        opened_at: At(0),
        changed_at: At(0),
        until: NOW + Span::minutes(4),
        source: "poster".into(),
        user_agent: String::new(),
        session: None,
        lines: vec![line(1, Money(3_500)), line(2, Money(3_500))],
        next_line: 3,
        fees: vec![fee],
        taxes: vat(),
        attempts: 0,
        intent: None,
        order: None,
        checkout_since: None,
        note: String::new(),
        buyer: buyer(),
        next_log: 1,
        forced: false,
        till: None,
        exchange: None,
    }
}

fn buyer() -> Buyer {
    Buyer { name: "Ada Merrow".into(), email: "ada@harbourmail.example".into(), patron: None }
}

fn facts(cart: Cart) -> Facts {
    Facts {
        house: House::default(),
        cart_id: CART,
        cart: Some(cart),
        intent: None,
        lost: Vec::new(),
        performance_nos: vec![(PerformanceId(7), 77)],
        cancelled: false,
        order: None,
        till: None,
        on_pad: None,
        refund: None,
        exchange: None,
        batch_closing: false,
        plays_on: None,
        orphan: Default::default(),
        fresh: Fresh {
            box_no: BoxNo(1),
            epoch: 1,
            cart: CartId(10),
            order: OrderId(20),
            first_ticket: 30,
            posting: PostingId(40),
            letter: LetterId(50),
            key: 1,
            tags: vec![0xaa, 0xbb],
            intent_no: 1,
        },
    }
}

fn intent(state: tender::State) -> Intent {
    Intent {
        cart: CART,
        amount: TOTAL,
        state,
        created_at: NOW,
        changed_at: NOW,
        token: "tok_4242".into(),
        approval: String::new(),
        reference: String::new(),
        queries: 0,
        pad: None,
        back: None,
    }
}

fn ask() -> Ask {
    Ask { by: Actor::House, at: NOW, day: BusinessDay(3), random: [0; 32] }
}

fn begin(facts: &Facts, change: impl FnOnce(&mut Command)) -> Result<Vec<AnyEvent>, Refusal> {
    let mut command = Command::Begin {
        cart: CART,
        buyer: buyer(),
        token: "tok_4242".into(),
        note: String::new(),
        shown: Some(facts.cart.as_ref().unwrap().total()),
    };
    change(&mut command);
    decide(facts, &command, &ask())
}

fn answered(state: tender::State, answer: Answer, lost: Vec<SeatNo>) -> Vec<AnyEvent> {
    let mut facts = facts(cart_of(State::CheckingOut));
    facts.intent = Some(intent(state));
    let performance = facts.cart.as_ref().unwrap().lines[0].performance;
    facts.lost = lost.into_iter().map(|seat| (performance, seat)).collect();
    decide(&facts, &Command::Answered(Key([2; 16]), answer), &ask()).unwrap()
}

fn approved() -> Answer {
    Answer::Approved { approval: "A17".into(), reference: "r-9".into() }
}

fn notes(events: &[AnyEvent]) -> Vec<Note> {
    let logged = events.iter().filter_map(|event| match event {
        AnyEvent::Cart(cart::Event::Logged { notes, .. }) => Some(notes.clone()),
        _ => None,
    });
    logged.flatten().collect()
}

fn moved(events: &[AnyEvent]) -> Option<(State, At)> {
    events.iter().find_map(|event| match event {
        AnyEvent::Checkout(Event::CartMoved { state, until, .. }) => Some((*state, *until)),
        _ => None,
    })
}

fn intent_after(events: &[AnyEvent]) -> Intent {
    let found = events.iter().find_map(|event| match event {
        AnyEvent::Checkout(Event::Intent(_, intent)) => Some(intent.clone()),
        _ => None,
    });
    found.expect("an answer always moves its intent")
}

fn sold(events: &[AnyEvent]) -> bool {
    events.iter().any(|event| matches!(event, AnyEvent::Checkout(Event::Sold { .. })))
}

#[test]
fn steps_1_and_2_write_the_intent_before_any_money_can_move() {
    let events = begin(&facts(cart_of(State::Active)), |_| {}).unwrap();
    let intent = intent_after(&events);
    assert_eq!((intent.state, intent.amount), (tender::State::Sent, TOTAL));
    let started = Note::Started { tickets: 2, total: TOTAL };
    assert_eq!(notes(&events), [started, Note::Requested { card: true }]);
    // A checkout outlives its hold: gateway deadline and two minutes more (domain 5.3).
    let until = NOW + Span::minutes(4);
    assert_eq!(moved(&events), Some((State::CheckingOut, until)));
    let mut short = cart_of(State::Active);
    short.until = NOW + Span::seconds(1);
    let until = NOW + Span::seconds(20) + Span::minutes(2);
    assert_eq!(moved(&begin(&facts(short), |_| {}).unwrap()), Some((State::CheckingOut, until)));
}

#[test]
fn what_fails_before_step_1_charges_nothing_and_says_what_changed() {
    let refused = |facts: &Facts, change: fn(&mut Command)| begin(facts, change).unwrap_err();
    let good = || facts(cart_of(State::Active));
    let price = refused(&good(), |command| {
        if let Command::Begin { shown, .. } = command {
            *shown = Some(Money(1));
        }
    });
    assert_eq!(price, Refusal::PriceChanged { old: Money(1), new: TOTAL });
    let nameless = refused(&good(), |command| {
        if let Command::Begin { buyer, token, .. } = command {
            *buyer = Buyer { name: "  ".into(), email: "ada@harbourmail".into(), patron: None };
            *token = String::new();
        }
    });
    assert_eq!(nameless, Refusal::MissingData { fields: vec!["name", "email", "card"] });
    let mut empty = good();
    empty.cart.as_mut().unwrap().lines.clear();
    assert_eq!(refused(&empty, |_| {}), Refusal::CartEmpty);
    let mut cancelled = good();
    cancelled.cancelled = true;
    assert_eq!(refused(&cancelled, |_| {}), Refusal::NotOnSale { opens: None });
    for state in [State::CheckingOut, State::Completed, State::CheckoutError] {
        let running = facts(cart_of(state));
        assert_eq!(refused(&running, |_| {}), Refusal::CartNotActive { state });
    }
    let gone = Facts { cart: None, ..good() };
    let command = Command::Voided(Key([0; 16]));
    assert_eq!(decide(&gone, &command, &ask()), Err(Refusal::NotFound));
}

#[test]
fn five_cards_may_be_declined_and_the_sixth_is_not_asked() {
    let tried = |attempts| {
        let mut facts = facts(cart_of(State::Active));
        facts.cart.as_mut().unwrap().attempts = attempts;
        begin(&facts, |_| {})
    };
    assert!(tried(4).is_ok());
    assert_eq!(tried(5), Err(Refusal::TooManyAttempts { max: 5 }));
}

#[test]
fn each_attempt_has_a_key_of_its_own() {
    let key = |attempts| {
        let mut facts = facts(cart_of(State::Active));
        facts.cart.as_mut().unwrap().attempts = attempts;
        let events = begin(&facts, |_| {}).unwrap();
        let found = events.iter().find_map(|event| match event {
            AnyEvent::Checkout(Event::Intent(key, _)) => Some(*key),
            _ => None,
        });
        found.unwrap()
    };
    assert_ne!(key(0), key(1));
    assert_eq!(key(0), key(0));
}

#[test]
fn steps_3_and_4_sell_every_seat_and_post_the_sale() {
    let events = answered(tender::State::Sent, approved(), Vec::new());
    let after = intent_after(&events);
    assert_eq!(after.state, tender::State::Approved);
    assert_eq!((after.approval.as_str(), after.reference.as_str()), ("A17", "r-9"));
    assert_eq!(after.token, "", "a token is gone once it was used");
    let created = Note::OrderCreated { order: OrderId(20), tickets: 2 };
    assert_eq!(notes(&events), [Note::Authorized(Some("A17".into())), created]);
    for event in &events {
        match event {
            AnyEvent::Checkout(Event::Sold { order, tickets, .. }) => {
                assert_eq!((order.total, order.payment), (TOTAL, Payment::CapturePending));
                let tags: Vec<u64> = tickets.iter().map(|(_, row)| row.code.tag).collect();
                assert_eq!(tags, [0xaa, 0xbb]);
                assert!(tickets.iter().all(|(_, row)| row.code.performance == 77));
            }
            AnyEvent::Checkout(Event::Posted(_, posting)) => {
                assert!(posting.balanced());
                let receivable =
                    posting.lines.iter().find(|line| line.account == Account::Receivable);
                assert_eq!(receivable.unwrap().amount, TOTAL);
            }
            _ => {}
        }
    }
    assert!(sold(&events));
}

#[test]
fn steps_5_and_6_post_the_payment_queue_the_receipt_and_complete_the_cart() {
    let mut facts = facts(Cart { order: Some(OrderId(20)), ..cart_of(State::CheckingOut) });
    facts.intent = Some(intent(tender::State::Approved));
    let events = decide(&facts, &Command::Captured(Key([2; 16])), &ask()).unwrap();
    assert_eq!(intent_after(&events).state, tender::State::Captured);
    assert_eq!(notes(&events), [Note::Captured { card: true }, Note::Finished]);
    assert_eq!(moved(&events).unwrap().0, State::Completed);
    let mailed = events.iter().find_map(|event| match event {
        AnyEvent::Letter(letter::Event::Put(_, letter)) => Some(letter),
        _ => None,
    });
    assert_eq!(mailed.unwrap().kind, letter::Kind::Confirmation(OrderId(20)));
    assert_eq!(mailed.unwrap().to, "ada@harbourmail.example");
}

#[test]
fn nothing_to_pay_runs_all_six_steps_in_one_commit_without_a_card() {
    let mut free = cart_of(State::Active);
    free.fees.clear();
    free.lines = vec![line(1, Money::ZERO)];
    let mut facts = facts(free);
    facts.fresh.tags = vec![1];
    let events = begin(&facts, |command| {
        if let Command::Begin { token, .. } = command {
            *token = String::new();
        }
    })
    .unwrap();
    assert_eq!(
        notes(&events),
        [
            Note::Started { tickets: 1, total: Money::ZERO },
            Note::Requested { card: false },
            Note::Authorized(None),
            Note::OrderCreated { order: OrderId(20), tickets: 1 },
            Note::Captured { card: false },
            Note::Finished,
        ]
    );
    assert_eq!(moved(&events).unwrap().0, State::Completed);
    let no_intent = |event: &AnyEvent| !matches!(event, AnyEvent::Checkout(Event::Intent(..)));
    assert!(events.iter().all(no_intent));
}

#[test]
fn a_decline_keeps_the_seats_restarts_the_hold_and_tells_only_staff_why() {
    let bank_text = "Do not honour".to_owned();
    let declined = Answer::Declined { bank_text: bank_text.clone() };
    let events = answered(tender::State::Sent, declined, Vec::new());
    assert_eq!(intent_after(&events).state, tender::State::Declined);
    let until = NOW + House::default().hold_time;
    assert_eq!(moved(&events), Some((State::Active, until)));
    assert_eq!(notes(&events), [Note::Declined { bank_text }]);
    assert!(!sold(&events));
}

#[test]
fn no_answer_is_never_a_decline_and_holds_the_seats_for_four_days() {
    let events = answered(tender::State::Sent, Answer::NoAnswer, Vec::new());
    assert_eq!(intent_after(&events).state, tender::State::Unknown);
    assert_eq!(moved(&events), Some((State::CheckoutError, NOW + PROBLEM_HOLD)));
    assert_eq!(notes(&events), [Note::Unanswered]);
    let again = answered(tender::State::Unknown, Answer::NoAnswer, Vec::new());
    assert_eq!(intent_after(&again).queries, 1);
    assert_eq!(moved(&again), None, "asking again changes nothing for the cart");
}

#[test]
fn a_late_approval_sells_and_a_late_no_gives_the_cart_back() {
    assert!(sold(&answered(tender::State::Unknown, approved(), Vec::new())));
    let events = answered(tender::State::Unknown, Answer::NeverBooked, Vec::new());
    assert_eq!(intent_after(&events).state, tender::State::NotCharged);
    assert_eq!(moved(&events).unwrap().0, State::Active);
}

#[test]
fn seats_lost_after_the_approval_give_the_money_back_and_sell_nothing() {
    let events = answered(tender::State::Sent, approved(), vec![SeatNo(1)]);
    assert_eq!(intent_after(&events).state, tender::State::Reversing);
    assert!(!sold(&events));
    assert_eq!(moved(&events).unwrap().0, State::CheckoutError);
    let gone = vec![cart_of(State::CheckingOut).lines[0].clone()];
    let lost = Note::SeatsLost { lines: gone.clone() };
    assert_eq!(notes(&events), [Note::Authorized(Some("A17".into())), lost]);
    let dropped = AnyEvent::Checkout(Event::LinesLost(CART, gone));
    assert!(events.contains(&dropped), "what is not its own leaves the cart");
    let mut facts = facts(cart_of(State::CheckoutError));
    facts.intent = Some(intent(tender::State::Reversing));
    let events = decide(&facts, &Command::Voided(Key([2; 16])), &ask()).unwrap();
    assert_eq!(intent_after(&events).state, tender::State::Reversed);
    assert_eq!(moved(&events).unwrap().0, State::Active);
}

#[test]
fn an_approval_for_a_performance_that_was_cancelled_meanwhile_gives_the_money_back() {
    let mut facts = facts(cart_of(State::CheckingOut));
    facts.intent = Some(intent(tender::State::Sent));
    facts.cancelled = true;
    let approved = Command::Answered(Key([2; 16]), approved());
    let events = decide(&facts, &approved, &ask()).unwrap();
    assert_eq!(intent_after(&events).state, tender::State::Reversing);
    assert!(!sold(&events));
    let dropped = |event: &AnyEvent| matches!(event, AnyEvent::Checkout(Event::LinesLost(..)));
    assert!(!events.iter().any(dropped), "its seats are its own, and freed with it");
    let lines = cart_of(State::CheckingOut).lines;
    let told = [Note::Authorized(Some("A17".into())), Note::SeatsLost { lines }];
    assert_eq!(notes(&events), told);
}

#[test]
fn a_failed_capture_leaves_the_order_sold_and_the_patron_with_a_receipt() {
    let sold = |state| Cart { order: Some(OrderId(20)), ..cart_of(state) };
    let mut facts = facts(sold(State::CheckingOut));
    facts.intent = Some(intent(tender::State::Approved));
    let failed = Command::CaptureFailed { intent: Key([2; 16]), reason: "slow".into() };
    let events = decide(&facts, &failed, &ask()).unwrap();
    assert_eq!(intent_after(&events).state, tender::State::Approved, "it is tried again");
    let reason = Note::CaptureFailed { reason: "slow".into() };
    assert_eq!(notes(&events), [reason, Note::Finished]);
    assert_eq!(moved(&events).unwrap().0, State::Completed);
    assert!(events.iter().any(|event| matches!(event, AnyEvent::Letter(_))));
    facts.cart = Some(sold(State::Completed));
    assert_eq!(notes(&decide(&facts, &failed, &ask()).unwrap()), [], "it is logged once");
    let late = decide(&facts, &Command::Captured(Key([2; 16])), &ask()).unwrap();
    assert_eq!(notes(&late), [Note::Captured { card: true }]);
    assert!(!late.iter().any(|event| matches!(event, AnyEvent::Letter(_))), "one receipt");
    assert_eq!(moved(&late), None);
}

#[test]
fn an_answer_comes_once() {
    use tender::State as Stage;
    let answer = |state, command: Command| {
        let mut facts = facts(Cart { order: Some(OrderId(20)), ..cart_of(State::CheckingOut) });
        facts.intent = Some(intent(state));
        decide(&facts, &command, &ask())
    };
    let key = Key([2; 16]);
    for state in [Stage::Approved, Stage::Captured, Stage::Declined, Stage::NotCharged] {
        let again = Command::Answered(key, approved());
        assert_eq!(answer(state, again), Err(Refusal::Stale), "{state:?}");
    }
    for state in [Stage::Sent, Stage::Captured, Stage::Reversing, Stage::Unknown] {
        assert_eq!(answer(state, Command::Captured(key)), Err(Refusal::Stale), "{state:?}");
    }
    for state in [Stage::Sent, Stage::Approved, Stage::Reversed] {
        assert_eq!(answer(state, Command::Voided(key)), Err(Refusal::Stale), "{state:?}");
    }
}

#[test]
fn mail_can_only_be_sent_where_mail_can_be_sent() {
    for good in ["ada@harbourmail.example", "a.b+c@x.y", "ü@straße.example"] {
        assert!(mailable(good), "{good}");
    }
    for bad in [
        "",
        "ada",
        "@x.y",
        "ada@",
        "ada@x",
        "ada@.x",
        "ada@x.",
        "a@x..y",
        "a b@x.y",
        "a@b@x.y",
        "a@x.y,b@x.y",
        "<a@x.y>",
        "a@x.y\r\nBcc: b@x.y",
        "\"a\"@x.y",
    ] {
        assert!(!mailable(bad), "{bad:?}");
    }
    assert!(mailable(&format!("{}@x.yz", "a".repeat(249))));
    assert!(!mailable(&format!("{}@x.yz", "a".repeat(250))));
}

#[test]
fn a_card_number_in_a_note_is_masked_and_other_digits_are_kept() {
    for (typed, stored) in [
        ("4242 4242 4242 4242 thanks", "**** **** **** **** thanks"),
        ("card 4242-4242-4242-4242.", "card ****-****-****-****."),
        ("call 01632 960 144", "call 01632 960 144"),
        ("seats 12 to 15", "seats 12 to 15"),
        ("1111111111111111", "1111111111111111"),
        ("0000000000000000", "0000000000000000"),
        ("", ""),
    ] {
        assert_eq!(masked(typed), stored);
    }
}

#[test]
fn nothing_is_charged_for_a_seat_that_is_not_held_any_more() {
    let mut facts = facts(cart_of(State::Active));
    let performance = facts.cart.as_ref().unwrap().lines[0].performance;
    facts.lost = vec![(performance, SeatNo(1))];
    let refused = begin(&facts, |_| {});
    assert_eq!(refused, Err(Refusal::HoldLost { seats: vec![SeatNo(1)] }));
    facts.lost.clear();
    assert!(begin(&facts, |_| {}).is_ok());
}
