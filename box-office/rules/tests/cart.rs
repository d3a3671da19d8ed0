//! Carts and their timers (domain 5.2, 5.3): given a cart at a moment, then what may happen to it,
//! and whose it may be.
//! Never touches a store: facts are built by hand. Next: `checkout.rs`.

#![allow(clippy::unwrap_used, clippy::panic)]

use usher_rules::at::{At, Span};
use usher_rules::cart::{
    Buyer, Cart, Command, Event, FORCE_CLOSE_AFTER, Facts, Line, Place, SOURCE_CHARS_MAX, State,
    decide,
};
use usher_rules::fee::{Fee, Per};
use usher_rules::house::{House, Till};
use usher_rules::id::{CartId, CategoryNo, LevelNo, PerformanceId, SeatNo, StaffNo, TillNo};
use usher_rules::money::Money;
use usher_rules::tax::assess;
use usher_rules::{Actor, Ask, BusinessDay, Event as AnyEvent, Refusal};

const NOW: At = At(9_000_000);
const CART: CartId = CartId(4);

fn house() -> House {
    let amount = Money(125);
    let fee = Fee { no: 1, name: "Web fee".into(), per: Per::Ticket, amount, taxed: false };
    let till = Till { no: TillNo(2), name: "Left".into(), pad: None };
    let (hold_time, fees, tills) = (Span::minutes(10), vec![fee], vec![till]);
    House { hold_time, fees, tills, ..House::default() }
}

fn ask(by: Actor) -> Ask {
    Ask { by, at: NOW, day: BusinessDay(1), random: [0; 32] }
}

fn open(source: &str) -> Cart {
    let command = Command::Open {
        source: source.into(),
        user_agent: "Browser\u{1b}[31m".into(),
        session: None,
    };
    match &run(None, command, Actor::Guest(None)).unwrap() {
        AnyEvent::Cart(Event::Opened(_, cart)) => cart.clone(),
        other => panic!("{other:?} opens nothing"),
    }
}

#[test]
fn a_cart_of_a_till_is_a_cashiers_and_bears_none_of_the_webs_fees() {
    let at = |no, by| run(None, Command::OpenAtTill(TillNo(no)), by);
    let cashier = Actor::Account(StaffNo(3));
    match at(2, cashier.clone()).unwrap() {
        AnyEvent::Cart(Event::Opened(_, cart)) => {
            assert_eq!((cart.till, cart.session), (Some(TillNo(2)), None));
            assert!(cart.fees.is_empty() && !house().fees.is_empty());
            assert_eq!(cart.until, NOW + Span::minutes(10));
        }
        other => panic!("{other:?} opens nothing"),
    }
    assert_eq!(at(3, cashier), Err(Refusal::NotFound), "no such till");
    for by in [Actor::House, Actor::Guest(None), Actor::Staff("manager".into())] {
        assert_eq!(at(2, by), Err(Refusal::NotAllowed));
    }
}

fn with_a_seat() -> Cart {
    let mut cart = open("");
    cart.lines.push(Line {
        no: 1,
        performance: PerformanceId(7),
        place: Place::Seat(SeatNo(3)),
        level: LevelNo(1),
        category: CategoryNo(0),
        listed: Money(3_500),
        price: assess(Money(3_500), &[]),
    });
    cart.buyer = Buyer::default();
    cart
}

fn run(cart: Option<Cart>, command: Command, by: Actor) -> Result<AnyEvent, Refusal> {
    facts_run(cart, command, by, 0, false)
}

fn facts_run(
    cart: Option<Cart>,
    command: Command,
    by: Actor,
    open_carts: u32,
    intent_open: bool,
) -> Result<AnyEvent, Refusal> {
    let facts = Facts { house: house(), next: CART, cart, open_carts, intent_open, patron: None };
    decide(&facts, &command, &ask(by)).map(|events| events[0].clone())
}

fn expire(cart: &Cart, seen: Option<At>, intent_open: bool) -> Result<Event, Refusal> {
    let command = Command::Expire { cart: CART, seen };
    facts_run(Some(cart.clone()), command, Actor::House, 0, intent_open).map(|event| match event {
        AnyEvent::Cart(event) => event,
        other => panic!("{other:?} is no cart's"),
    })
}

#[test]
fn a_new_cart_is_active_holds_for_the_set_time_and_keeps_its_fees() {
    let cart = open("poster");
    assert_eq!((cart.state, cart.until), (State::Active, NOW + Span::minutes(10)));
    assert_eq!(cart.fees, house().fees);
    assert_eq!(cart.user_agent, "Browser[31m", "control characters are no part of a browser");
    assert_eq!(cart.total(), Money::ZERO, "no ticket, no fee");
    assert_eq!(with_a_seat().total(), Money(3_625));
}

#[test]
fn a_source_tag_has_a_hundred_characters() {
    assert_eq!(open(&"x".repeat(SOURCE_CHARS_MAX)).source.len(), SOURCE_CHARS_MAX);
    assert_eq!(open(&"x".repeat(SOURCE_CHARS_MAX + 1)).source.len(), SOURCE_CHARS_MAX);
}

#[test]
fn so_many_carts_may_be_open_and_no_more() {
    let command =
        || Command::Open { source: String::new(), user_agent: String::new(), session: None };
    let max = house().open_carts_max;
    assert!(facts_run(None, command(), Actor::Guest(None), max - 1, false).is_ok());
    let refused = facts_run(None, command(), Actor::Guest(None), max, false);
    assert_eq!(refused, Err(Refusal::CartsOpen { max }));
}

#[test]
fn a_hold_ends_with_its_last_instant_and_not_before() {
    let until = |until| Cart { until, ..with_a_seat() };
    assert_eq!(expire(&until(NOW + Span(1)), None, false), Err(Refusal::NotExpired));
    let Ok(Event::Closed { state, freed, .. }) = expire(&until(NOW), None, false) else {
        panic!("its time is up");
    };
    assert_eq!(state, State::ClosedBySystem);
    assert_eq!(freed, [(PerformanceId(7), Place::Seat(SeatNo(3)))]);
}

#[test]
fn a_page_view_nine_minutes_ago_keeps_a_ten_minute_hold() {
    let cart = Cart { until: NOW - Span::minutes(5), ..with_a_seat() };
    let seen = |ago| Some(NOW - ago);
    assert_eq!(expire(&cart, seen(Span::minutes(9)), false), Err(Refusal::NotExpired));
    assert!(expire(&cart, seen(Span::minutes(10)), false).is_ok());
}

#[test]
fn an_empty_cart_whose_time_is_up_leaves_no_row() {
    let cart = Cart { until: NOW, ..open("") };
    assert_eq!(expire(&cart, None, false), Ok(Event::Deleted(CART)));
}

#[test]
fn a_running_checkout_never_expires() {
    let cart = Cart { until: NOW, state: State::CheckingOut, ..with_a_seat() };
    assert!(matches!(expire(&cart, None, false), Err(Refusal::CheckoutRunning { .. })));
}

#[test]
fn seats_of_an_unknown_payment_stay_held_after_their_time() {
    let cart = Cart { until: NOW, state: State::CheckoutError, ..with_a_seat() };
    assert_eq!(expire(&cart, None, true), Err(Refusal::NotExpired));
    assert!(matches!(expire(&cart, None, false), Ok(Event::Closed { .. })));
}

#[test]
fn a_touch_is_written_only_when_the_row_lags_more_than_a_minute() {
    let touch = |until| {
        let cart = Cart { until, ..with_a_seat() };
        run(Some(cart), Command::Touch { cart: CART, seen: NOW }, Actor::House)
    };
    let fresh = NOW + Span::minutes(10);
    assert_eq!(touch(fresh - Span::seconds(60)), Err(Refusal::Stale));
    let touched = touch(fresh - Span::seconds(60) - Span(1));
    assert_eq!(touched, Ok(AnyEvent::Cart(Event::Touched { cart: CART, until: fresh })));
}

#[test]
fn force_close_shortens_the_hold_and_frees_nothing_at_once() {
    let staff = || Actor::Staff("manager".into());
    let force = |cart: Cart, by| run(Some(cart), Command::ForceClose(CART), by);
    let until = NOW + FORCE_CLOSE_AFTER;
    let forced = AnyEvent::Cart(Event::Forced { cart: CART, until });
    assert_eq!(force(with_a_seat(), staff()), Ok(forced));
    assert_eq!(force(with_a_seat(), Actor::Guest(None)), Err(Refusal::NotAllowed));
    let running = Cart { state: State::CheckingOut, ..with_a_seat() };
    assert!(matches!(force(running, staff()), Err(Refusal::CheckoutRunning { .. })));
    let over = Cart { until: NOW, forced: true, ..with_a_seat() };
    let Ok(Event::Closed { state, .. }) = expire(&over, Some(NOW), false) else {
        panic!("a page view does not save a cart that was forced closed");
    };
    assert_eq!(state, State::ClosedByOperator);
}

#[test]
fn a_patron_closes_only_an_active_cart() {
    let close =
        |state| run(Some(Cart { state, ..with_a_seat() }), Command::Close(CART), Actor::House);
    assert!(close(State::Active).is_ok());
    for state in [State::CheckingOut, State::Completed, State::CheckoutError, State::ClosedBySystem]
    {
        assert_eq!(close(state), Err(Refusal::CartNotActive { state }));
    }
}
