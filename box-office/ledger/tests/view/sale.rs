//! Views of a sale: the cart, checkout, the order with its codes, and the letter about it.
//!
//! Next: `night.rs` for doors and monitor.

use crate::house::{FOUNDED, House, id};
use usher_ledger::view::cart::{Owner, cart, places};
use usher_ledger::view::checkout::{Typed, checkout};
use usher_ledger::view::letter::letter;
use usher_ledger::view::order::{Led, Outcome, address, address_of_cart, led, order, pending};
use usher_rules::Command;
use usher_rules::admission::Direction;
use usher_rules::at::Span;
use usher_rules::cart::Command as CartCommand;
use usher_rules::checkout::Answer;
use usher_rules::id::{CartId, LetterId, OrderId};
use usher_rules::money::Money;
use usher_rules::view::cart::{Cart, Notice, State};
use usher_rules::view::checkout::{Checkout, State as Paying};
use usher_rules::view::letter::Body;
use usher_rules::view::order::{State as Stands, TicketState};
use usher_rules::view::venue::Place;

fn view(house: &House, id: CartId) -> Cart {
    let owner = Owner { cart: Some(id), seen: house.handle.seen(id) };
    cart(&house.snapshot(), house.frame(), owner, "K".to_owned(), Notice::Nothing).unwrap()
}

fn paying(house: &House, id: CartId) -> Option<Checkout> {
    let owner = Owner { cart: Some(id), seen: None };
    checkout(&house.snapshot(), house.frame(), owner, Typed::default()).unwrap()
}

#[test]
fn sums_of_a_cart_are_the_rules_and_its_lines_stand_by_performance() {
    let house = House::new();
    let tonight = house.tonight();
    let lawn = house.plan("lawn");
    let carols = house.performance(2, lawn, 2, 5);
    let cart = house.cart();
    house.hold(cart, tonight, &["C-B-1", "C-B-2"]);
    house.hold_area(cart, carols, 2);
    let sums = view(&house, cart).sums;
    let titles: Vec<(&str, usize)> =
        sums.groups.iter().map(|group| (group.title.as_str(), group.lines.len())).collect();
    assert_eq!(titles, [("Salt", 2), ("Carols on the Lawn", 2)]);
    let lawn = |nth| Place::Area { name: "Lawn".to_owned(), nth };
    let carols = &sums.groups[1].lines;
    assert_eq!([&carols[0].place, &carols[1].place], [&lawn(1), &lawn(2)]);
    assert_eq!((sums.tickets, sums.tickets_total), (4, Money(14_000)));
    let fees: Vec<(&str, u32, i64)> =
        sums.fees.iter().map(|fee| (fee.name.as_str(), fee.count, fee.amount.0)).collect();
    assert_eq!(fees, [("Web fee", 4, 500), ("Order fee", 1, 50)]);
    assert_eq!(sums.total, Money(14_550));
    // A sixth of what is taxed: four tickets line by line, and the fee of the tickets.
    assert_eq!((sums.taxes[0].amount, sums.taxes[0].included), (Money(4 * 583 + 83), true));
    assert_eq!(places(&house.snapshot(), Some(cart)).unwrap(), 4);
    assert_eq!(places(&house.snapshot(), None).unwrap(), 0);
}

#[test]
fn time_left_is_what_the_last_visit_makes_of_it() {
    let house = House::new();
    let tonight = house.tonight();
    let cart = house.cart();
    house.hold(cart, tonight, &["C-B-1", "C-B-2"]);
    let until = |minutes| State::Active { until: FOUNDED + Span::minutes(minutes) };
    assert_eq!(view(&house, cart).state, until(15));
    house.pass(Span::minutes(4));
    assert_eq!(view(&house, cart).state, until(15), "time passes, nobody came");
    house.handle.touch(cart);
    assert_eq!(view(&house, cart).state, until(19), "not yet written down, and yet true");
}

#[test]
fn a_cart_is_empty_then_active_then_expired() {
    let house = House::new();
    let tonight = house.tonight();
    let cart = house.cart();
    assert_eq!(view(&house, cart).state, State::Empty);
    assert!(paying(&house, cart).is_none(), "nothing to check out");
    house.hold(cart, tonight, &["C-B-1", "C-B-2"]);
    house.pass(Span::minutes(15));
    house.must(Command::Cart(CartCommand::Expire { cart, seen: None }));
    let expired = view(&house, cart);
    assert_eq!(expired.state, State::Expired);
    assert!(expired.sums.groups.is_empty(), "what is gone is not listed");
    assert_eq!(places(&house.snapshot(), Some(cart)).unwrap(), 0);
}

#[test]
fn a_declined_card_is_said_to_whoever_comes_back_and_an_unanswered_one_is_confirmed() {
    let house = House::new();
    let tonight = house.tonight();
    let cart = house.cart();
    house.hold(cart, tonight, &["C-B-1", "C-B-2"]);
    let state = |house: &House| paying(house, cart).expect("a cart to pay").state;
    assert_eq!(state(&house), Paying::Form);
    let first = house.begin(cart);
    assert_eq!(state(&house), Paying::Confirming);
    assert_eq!(view(&house, cart).state, State::Confirming);
    house.answer(first, Answer::Declined { bank_text: "no".to_owned() });
    let declined = paying(&house, cart).expect("still to pay");
    assert_eq!(declined.state, Paying::Declined);
    assert_eq!(declined.buyer.name, "Edda Crane", "what was typed is remembered");
    let second = house.begin(cart);
    house.answer(second, Answer::NoAnswer);
    assert_eq!(state(&house), Paying::Confirming);
}

#[test]
fn after_the_last_attempt_no_card_is_asked_for() {
    let house = House::new();
    let tonight = house.tonight();
    let cart = house.cart();
    house.hold(cart, tonight, &["C-B-1", "C-B-2"]);
    for attempt in 1..=5 {
        let intent = house.begin(cart);
        house.answer(intent, Answer::Declined { bank_text: "no".to_owned() });
        let expected = if attempt < 5 { Paying::Declined } else { Paying::TooManyAttempts };
        assert_eq!(paying(&house, cart).expect("a cart").state, expected, "{attempt}");
    }
}

#[test]
fn an_order_shows_each_ticket_with_its_code_its_door_and_whether_it_is_in() {
    let house = House::new();
    let tonight = house.tonight();
    let cart = house.cart();
    house.hold(cart, tonight, &["C-B-1", "C-B-2"]);
    let sold = house.sell(cart);
    let read = |house: &House| {
        order(&house.handle, &house.snapshot(), house.frame(), sold).unwrap().expect("an order")
    };
    let view = read(&house);
    assert_eq!((view.state, view.buyer_name.as_str()), (Stands::Paid, "Edda Crane"));
    assert_eq!(view.sums.total, Money(7_300));
    let visit = &view.visits[0];
    assert_eq!(visit.ends, FOUNDED + Span::hours(3) + Span::minutes(90));
    let codes: Vec<&str> = visit.tickets.iter().map(|ticket| ticket.code.as_str()).collect();
    assert_eq!(codes, house.codes(sold));
    assert!(visit.tickets.iter().all(|ticket| ticket.door == "Studio"));
    house.pass(Span::hours(2));
    house.scan(1, codes[0], Direction::In);
    let states: Vec<TicketState> =
        read(&house).visits[0].tickets.iter().map(|ticket| ticket.state).collect();
    let at = FOUNDED + Span::hours(2);
    assert_eq!(states, [TicketState::In { at }, TicketState::Valid]);
}

#[test]
fn only_the_address_that_was_given_out_leads_to_an_order() {
    let house = House::new();
    let sold = OrderId(id(1));
    let given = address(&house.handle, sold);
    assert_eq!(led(&house.handle, &given), Some(Led::Order(sold)));
    let cart = CartId(id(1));
    assert_eq!(led(&house.handle, &address_of_cart(&house.handle, cart)), Some(Led::Cart(cart)));
    let other = given.replacen("1-1", "1-2", 1);
    let proof = given.trim_start_matches("1-1-");
    for wrong in [other.as_str(), "1-1", "1-1-", proof, "", "-", &given[..given.len() - 1]] {
        assert_eq!(led(&house.handle, wrong), None, "{wrong}");
    }
}

#[test]
fn a_checkout_without_an_order_is_followed_by_its_cart() {
    let house = House::new();
    let tonight = house.tonight();
    let cart = house.cart();
    house.hold(cart, tonight, &["C-B-1", "C-B-2"]);
    let intent = house.begin(cart);
    let state = |house: &House| {
        let found = pending(&house.handle, &house.snapshot(), house.frame(), cart).unwrap();
        match found.expect("a cart") {
            Outcome::Unsold(view) => (Some(view.state), view.visits.len()),
            Outcome::Sold(_) => (None, 0),
        }
    };
    assert_eq!(state(&house), (Some(Stands::Confirming), 0), "no tickets before the answer");
    house.answer(intent, Answer::NeverBooked);
    assert_eq!(state(&house), (Some(Stands::NotCompleted), 0));
    house.sell(cart);
    assert_eq!(state(&house), (None, 0));
}

#[test]
fn a_letter_carries_the_order_it_is_about() {
    let house = House::new();
    let tonight = house.tonight();
    let cart = house.cart();
    house.hold(cart, tonight, &["C-B-1", "C-B-2"]);
    let sold = house.sell(cart);
    let read = |no| letter(&house.handle, &house.snapshot(), house.frame(), LetterId(id(no)));
    let written = read(1).unwrap().expect("a receipt");
    assert_eq!(written.to_email, "edda@tidewell.example");
    let Body::Confirmation { order, receipts } = written.body else { panic!("no confirmation") };
    assert!(receipts.is_empty(), "no terminal printed anything");
    assert_eq!((order.order, order.visits[0].tickets.len()), (sold, 2));
    assert!(read(2).unwrap().is_none());
}
