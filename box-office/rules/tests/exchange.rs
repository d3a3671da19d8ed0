//! Exchanges: dearer, equal and cheaper tickets, what is refused, cards, and what goes back of a
//! new order (domain 6.1).
//!
//! Given an order of two tickets at 21.00 each with their fee, then these amounts and no others.
//! Every step is checked against the books by the counter itself (`exchange/mod.rs`).

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "exchange/mod.rs"]
mod counter;
mod facts;

use counter::{By, Counter, EACH, FLOAT};
use facts::{ORDER, PAD, TILL};
use proptest::prelude::*;
use usher_rules::Refusal;
use usher_rules::cart::State as CartState;
use usher_rules::checkout::Command;
use usher_rules::checkout::pad::Command as Pad;
use usher_rules::exchange::Command as Exchange;
use usher_rules::id::{CartId, OrderId, TicketId, TillNo};
use usher_rules::money::Money;
use usher_rules::order::Payment;
use usher_rules::posting::Account;
use usher_rules::tender::State;
use usher_rules::tender::pad::{Finding, Outcome};
use usher_rules::ticket;

fn leave(counter: &mut Counter, cart: CartId) -> Result<(), Refusal> {
    counter.ask(&Command::Exchange(Exchange::Leave(cart)))
}

#[test]
fn a_dearer_ticket_costs_the_difference_and_both_orders_name_each_other() {
    let mut counter = Counter::with(By::Cash);
    let drawer = counter.drawer();
    let cart = counter.exchange(ORDER, &[31], &[3_500]).unwrap();
    assert_eq!(counter.due(cart), Money(3_500) - EACH);
    let new = counter.cash(cart).unwrap();
    assert_eq!(counter.drawer(), drawer + Money(3_500) - EACH);
    assert_eq!((counter.owed(ORDER), counter.owed(new)), (Money::ZERO, Money::ZERO));
    let old = counter.orders[&ORDER].exchanges.as_ref().unwrap();
    assert_eq!((old.made[0].to, old.made[0].worth, old.made[0].moved), (new, EACH, EACH));
    let from = counter.orders[&new].origin().unwrap();
    assert_eq!((from.order, from.amount), (ORDER, EACH));
    let gone = counter.tickets[&TicketId(31)].ticket.state;
    assert!(matches!(gone, ticket::State::Exchanged { to, .. } if to == new));
    assert_eq!((counter.good(ORDER), counter.good(new)), (1, 1));
    assert_eq!(counter.letters, 1, "the new order is mailed to whom the old one was");
    assert_eq!(counter.carts[&cart].state, CartState::Completed);
    assert_eq!(counter.orders[&new].payment, Payment::Paid);
}

#[test]
fn an_equal_one_costs_nothing_and_a_dearer_one_not_less_than_the_difference() {
    let mut counter = Counter::with(By::Card);
    let cart = counter.exchange(ORDER, &[31, 32], &[2_100, 2_100]).unwrap();
    assert_eq!(counter.due(cart), Money::ZERO);
    let (drawer, cards) = (counter.drawer(), counter.cards());
    let new = counter.cash(cart).unwrap();
    assert_eq!((counter.drawer(), counter.cards()), (drawer, cards));
    assert_eq!(counter.orders[&new].at_sale(), Money::ZERO);
    assert_eq!(counter.owed(ORDER), Money::ZERO);
    let cart = counter.exchange(new, &counter.tickets_of(new), &[4_201]).unwrap();
    let (due, short) = (Money(1), Money::ZERO);
    assert_eq!(counter.cash_given(cart, short, due), Err(Refusal::CashShort { due }));
    let other = Refusal::PriceChanged { old: Money(2), new: due };
    assert_eq!(counter.cash_given(cart, Money(2), Money(2)), Err(other));
    counter.cash(cart).unwrap();
}

#[test]
fn a_cheaper_one_leaves_the_rest_owed_until_it_is_paid_back_once() {
    let mut counter = Counter::with(By::Cash);
    let cart = counter.exchange(ORDER, &[31, 32], &[1_500]).unwrap();
    assert_eq!(counter.due(cart), Money::ZERO);
    let new = counter.cash(cart).unwrap();
    let over = EACH + EACH - Money(1_500);
    assert_eq!((counter.owed(ORDER), counter.owed(new)), (-over, Money::ZERO));
    let drawer = counter.drawer();
    counter.refund(ORDER, &[]).unwrap();
    assert_eq!((counter.owed(ORDER), counter.drawer()), (Money::ZERO, drawer - over));
    let none = Refusal::MissingData { fields: vec!["tickets"] };
    assert_eq!(counter.refund(ORDER, &[]), Err(none), "nothing is owed any more");
}

#[test]
fn what_a_card_paid_goes_back_to_the_card_and_no_more_than_that() {
    let mut counter = Counter::with(By::Card);
    let cart = counter.exchange(ORDER, &[31, 32], &[1_500]).unwrap();
    let new = counter.cash(cart).unwrap();
    assert_eq!(counter.refund(ORDER, &[]), Err(Refusal::PaidByCard));
    let cards = counter.cards();
    let key = counter.refund_card(ORDER, &[]).unwrap();
    assert_eq!(counter.cards(), cards, "not before the dialogue is over");
    assert_eq!(counter.refund(ORDER, &[]), Err(Refusal::RefundRunning));
    counter.done(key).unwrap();
    assert_eq!(counter.cards(), cards - (EACH + EACH - Money(1_500)));
    counter.refund(new, &counter.tickets_of(new)).unwrap();
    let rest = counter.refund_card(ORDER, &[]).unwrap();
    counter.done(rest).unwrap();
    assert_eq!((counter.cards(), counter.owed(ORDER)), (Money::ZERO, Money::ZERO));
}

#[test]
fn tickets_that_may_not_go_back_may_not_be_exchanged_either() {
    let begin = |counter: &mut Counter, tickets: &[u64]| counter.exchange(ORDER, tickets, &[]);
    let mut counter = Counter::with(By::Cash);
    let none = Refusal::MissingData { fields: vec!["tickets"] };
    assert_eq!(begin(&mut counter, &[]), Err(none));
    assert_eq!(begin(&mut counter, &[34]), Err(Refusal::NotFound), "no ticket of this order");
    let twice = Refusal::Malformed { field: "tickets" };
    assert_eq!(begin(&mut counter, &[31, 31]), Err(twice));
    counter.tickets.get_mut(&TicketId(31)).unwrap().used = true;
    let used = Refusal::TicketUsed { tickets: vec![TicketId(31)] };
    assert_eq!(begin(&mut counter, &[31, 32]), Err(used));
    counter.tickets.get_mut(&TicketId(32)).unwrap().over = true;
    assert_eq!(begin(&mut counter, &[32]), Err(Refusal::PerformanceOver));
    counter.tickets.get_mut(&TicketId(32)).unwrap().over = false;
    counter.refund(ORDER, &[32]).unwrap();
    assert!(matches!(begin(&mut counter, &[32]), Err(Refusal::OverRefund { .. })));
}

#[test]
fn one_exchange_of_an_order_runs_at_a_time_and_keeps_refunds_back() {
    let mut counter = Counter::with(By::Card);
    let cart = counter.exchange(ORDER, &[31], &[3_500]).unwrap();
    let running = Err(Refusal::ExchangeRunning { cart });
    assert_eq!(counter.exchange(ORDER, &[31], &[]).map(|_| ()), running);
    assert_eq!(counter.exchange(ORDER, &[32], &[]).map(|_| ()), running);
    assert_eq!(counter.refund(ORDER, &[32]), running);
    assert_eq!(counter.refund_card(ORDER, &[31]).map(|_| ()), running);
    leave(&mut counter, cart).unwrap();
    assert_eq!(leave(&mut counter, cart), Err(Refusal::Stale));
    assert_eq!(counter.due(cart), Money(3_500), "it goes on as any sale");
    let key = counter.refund_card(ORDER, &[32]).unwrap();
    let refunding = Err(Refusal::RefundRunning);
    assert_eq!(counter.exchange(ORDER, &[31], &[]).map(|_| ()), refunding);
    counter.done(key).unwrap();
    counter.exchange(ORDER, &[31], &[]).unwrap();
}

#[test]
fn a_cart_that_runs_out_or_is_closed_frees_its_exchange() {
    for state in [CartState::ClosedBySystem, CartState::ClosedByPatron, CartState::ClosedByOperator]
    {
        let mut counter = Counter::with(By::Cash);
        let cart = counter.exchange(ORDER, &[31], &[3_500]).unwrap();
        counter.carts.get_mut(&cart).unwrap().state = state;
        counter.exchange(ORDER, &[31], &[3_500]).unwrap();
        assert_eq!(counter.good(ORDER), 2);
    }
}

#[test]
fn an_exchange_is_made_and_left_at_its_own_till_by_whoever_has_it_open() {
    let mut counter = Counter::with(By::Cash);
    let cart = counter.exchange(ORDER, &[31], &[3_500]).unwrap();
    counter.till = TillNo(5);
    assert_eq!(counter.cash(cart), Err(Refusal::TillClosed));
    assert_eq!(leave(&mut counter, cart), Err(Refusal::TillClosed));
    counter.till = TILL;
    counter.cash(cart).unwrap();
}

#[test]
fn a_ticket_used_before_the_cash_is_taken_stops_the_sale() {
    let mut counter = Counter::with(By::Cash);
    let cart = counter.exchange(ORDER, &[31], &[3_500]).unwrap();
    counter.tickets.get_mut(&TicketId(31)).unwrap().used = true;
    let used = Refusal::TicketUsed { tickets: vec![TicketId(31)] };
    assert_eq!(counter.cash(cart), Err(used));
    leave(&mut counter, cart).unwrap();
    counter.cash(cart).unwrap();
    assert_eq!(counter.good(ORDER), 2);
}

#[test]
fn a_card_pays_the_difference_and_nothing_happens_before_the_dialogue_is_over() {
    let mut counter = Counter::with(By::Card);
    let cart = counter.exchange(ORDER, &[31], &[3_500]).unwrap();
    let key = counter.card(cart, 400).unwrap();
    let (drawer, cards) = (counter.drawer(), counter.cards());
    assert_eq!(counter.intents[&key].amount, Money(1_000));
    assert_eq!(counter.refund(ORDER, &[32]), Err(Refusal::ExchangeRunning { cart }));
    assert!(matches!(leave(&mut counter, cart), Err(Refusal::CartNotActive { .. })));
    counter.approve(key).unwrap();
    assert_eq!(counter.good(ORDER), 2, "the terminal may still take it back");
    counter.done(key).unwrap();
    assert_eq!((counter.state(key), counter.good(ORDER)), (State::Captured, 1));
    assert_eq!(counter.drawer(), drawer + Money(400));
    assert_eq!(counter.cards(), cards + Money(1_000));
}

#[test]
fn a_card_that_is_declined_leaves_the_exchange_as_it_was() {
    let mut counter = Counter::with(By::Cash);
    let cart = counter.exchange(ORDER, &[31], &[3_500]).unwrap();
    let intent = counter.card(cart, 0).unwrap();
    let outcome = Outcome::Declined { code: "05".into(), text: "no".into() };
    counter.ask(&Command::Pad(Pad::Ended { intent, outcome })).unwrap();
    assert_eq!(counter.carts[&cart].state, CartState::Active);
    assert_eq!((counter.good(ORDER), counter.due(cart)), (2, Money(3_500) - EACH));
    counter.cash(cart).unwrap();
    assert_eq!(counter.good(ORDER), 1);
}

#[test]
fn silence_keeps_the_exchange_and_a_booking_that_is_found_makes_it() {
    let mut counter = Counter::with(By::Card);
    let cart = counter.exchange(ORDER, &[31], &[3_500]).unwrap();
    let intent = counter.card(cart, 0).unwrap();
    counter.approve(intent).unwrap();
    counter.ask(&Command::Pad(Pad::Lost { intent, why: "the line went".into() })).unwrap();
    assert_eq!(counter.good(ORDER), 2);
    assert_eq!(counter.refund(ORDER, &[31]), Err(Refusal::ExchangeRunning { cart }));
    let finding = Finding::Booked(counter.booking(intent));
    counter.ask(&Command::Pad(Pad::Found { intent, finding })).unwrap();
    assert_eq!((counter.state(intent), counter.good(ORDER)), (State::Captured, 1));
}

#[test]
fn an_approval_whose_ticket_was_used_meanwhile_waits_for_a_person() {
    let mut counter = Counter::with(By::Card);
    let cart = counter.exchange(ORDER, &[31], &[3_500]).unwrap();
    let intent = counter.card(cart, 0).unwrap();
    counter.approve(intent).unwrap();
    counter.tickets.get_mut(&TicketId(31)).unwrap().used = true;
    counter.done(intent).unwrap();
    assert_eq!(counter.state(intent), State::NeedsOperator);
    assert_eq!(counter.good(ORDER), 2);
    let words = || ("R7".to_owned(), "Kit".to_owned(), "looked".to_owned());
    let mut decide = |charged| {
        let (evidence, name, reason) = words();
        counter.ask(&Command::Pad(Pad::Decide { intent, charged, evidence, name, reason }))
    };
    assert_eq!(decide(true), Err(Refusal::Stale), "it cannot be sold any more");
    decide(false).unwrap();
    assert_eq!(counter.carts[&cart].state, CartState::Active);
}

#[test]
fn that_the_show_ended_while_the_card_paid_is_no_reason_to_keep_its_money() {
    let mut counter = Counter::with(By::Card);
    let cart = counter.exchange(ORDER, &[31], &[3_500]).unwrap();
    let intent = counter.card(cart, 0).unwrap();
    counter.tickets.get_mut(&TicketId(31)).unwrap().over = true;
    counter.approve(intent).unwrap();
    counter.done(intent).unwrap();
    assert_eq!(counter.state(intent), State::Captured);
}

#[test]
fn a_new_order_gives_its_own_money_back_first_and_the_rest_where_it_came_from() {
    let mut counter = Counter::with(By::Card);
    let cart = counter.exchange(ORDER, &[31], &[2_000, 2_000]).unwrap();
    let new = counter.cash(cart).unwrap();
    let own = Money(4_000) - EACH;
    assert_eq!(counter.orders[&new].at_sale(), own);
    let tickets = counter.tickets_of(new);
    let drawer = counter.drawer();
    counter.refund(new, &tickets[..1]).unwrap();
    assert_eq!(counter.drawer(), drawer - own, "1.00 of the first ticket was not its own");
    assert_eq!(counter.owed(ORDER), -(Money(2_000) - own));
    counter.refund(new, &tickets[1..]).unwrap();
    assert_eq!((counter.drawer(), counter.owed(ORDER)), (drawer - own, -EACH));
    let key = counter.refund_card(ORDER, &[]).unwrap();
    counter.done(key).unwrap();
    assert_eq!((counter.cards(), counter.owed(ORDER)), (EACH, Money::ZERO));
}

#[test]
fn an_exchange_of_an_exchange_pays_back_along_the_way_it_came() {
    let mut counter = Counter::with(By::Card);
    let cart = counter.exchange(ORDER, &[31, 32], &[5_000]).unwrap();
    let second = counter.cash(cart).unwrap();
    let cart = counter.exchange(second, &counter.tickets_of(second), &[1_000]).unwrap();
    counter.cash(cart).unwrap();
    assert_eq!(counter.owed(second), Money(-4_000));
    let drawer = counter.drawer();
    counter.refund(second, &[]).unwrap();
    assert_eq!(counter.drawer(), drawer - Money(800), "what it took in cash");
    assert_eq!((counter.owed(second), counter.owed(ORDER)), (Money::ZERO, Money(-3_200)));
    let key = counter.refund_card(ORDER, &[]).unwrap();
    counter.done(key).unwrap();
    assert_eq!(counter.cards(), Money(1_000));
}

#[test]
fn what_an_exchange_of_the_shop_leaves_over_goes_back_through_the_gateway() {
    let mut counter = Counter::with(By::Shop);
    let cart = counter.exchange(ORDER, &[31], &[2_000]).unwrap();
    let new = counter.cash(cart).unwrap();
    assert_eq!((counter.owed(ORDER), counter.owed(new)), (Money(-100), Money::ZERO));
    let key = counter.refund_online(ORDER, &[]).unwrap();
    counter.gave_back(key).unwrap();
    assert_eq!(
        (counter.web(), counter.owed(ORDER)),
        (counter.total(ORDER) - Money(100), Money::ZERO)
    );
    // What came over goes back to the order it came from, and from there through the gateway.
    let tickets = counter.tickets_of(new);
    let drawer = counter.drawer();
    counter.refund(new, &tickets).unwrap();
    assert_eq!((counter.owed(new), counter.owed(ORDER)), (Money::ZERO, Money(-2_000)));
    let key = counter.refund_online(ORDER, &[]).unwrap();
    counter.gave_back(key).unwrap();
    assert_eq!((counter.owed(ORDER), counter.drawer()), (Money::ZERO, drawer));
    assert_eq!(counter.web(), counter.total(ORDER) - Money(2_100));
}

#[test]
fn nothing_of_the_shop_is_exchanged_before_the_bank_has_paid() {
    let mut counter = Counter::with(By::Shop);
    counter.orders.get_mut(&ORDER).unwrap().payment = Payment::CapturePending;
    assert_eq!(counter.exchange(ORDER, &[32], &[]), Err(Refusal::CapturePending));
}

#[test]
fn tickets_of_a_booked_order_are_worth_what_was_paid_of_them() {
    let mut counter = Counter::with(By::Card);
    let cart = counter.exchange(ORDER, &[31, 32], &[5_000]).unwrap();
    let booked = counter.part(cart, 300).unwrap();
    assert_eq!((counter.owed(ORDER), counter.owed(booked)), (Money::ZERO, Money(500)));
    let cart = counter.exchange(booked, &counter.tickets_of(booked), &[6_000]).unwrap();
    let given_up = counter.carts[&cart].exchange.clone().unwrap();
    assert_eq!((given_up.worth, given_up.credit), (Money(5_000), Money(4_500)));
    assert_eq!(counter.due(cart), Money(1_500));
    let running = Err(Refusal::ExchangeRunning { cart });
    assert_eq!(counter.pay(booked, 500), running, "one thing at a time of an order");
    assert_eq!(counter.pay_card(booked, 500).map(|_| ()), running);
    let last = counter.cash(cart).unwrap();
    assert_eq!((counter.owed(booked), counter.owed(last)), (Money::ZERO, Money::ZERO));
    assert_eq!(counter.orders[&last].origin().unwrap().amount, Money(4_500));
}

#[test]
fn an_order_that_pays_for_none_of_its_tickets_gives_nothing_to_others() {
    let mut counter = Counter::with(By::Cash);
    let cart = counter.exchange(ORDER, &[31, 32], &[5_000, 3_000]).unwrap();
    let booked = counter.part(cart, 1).unwrap();
    let due = Money(8_000) - EACH - EACH - Money(1);
    assert_eq!(counter.owed(booked), due);
    let cheap = counter.tickets_of(booked)[1];
    let cart = counter.exchange(booked, &[cheap], &[1_000]).unwrap();
    assert_eq!(counter.due(cart), Money(1_000), "what it cost was not paid yet");
    counter.cash(cart).unwrap();
    assert_eq!(counter.owed(booked), due - Money(3_000));
}

#[test]
fn an_exchange_paid_in_parts_goes_back_to_its_card_then_in_cash_and_last_where_it_came_from() {
    let mut counter = Counter::with(By::Cash);
    let cart = counter.exchange(ORDER, &[31, 32], &[6_000]).unwrap();
    let first = counter.card_part(cart, 1_000).unwrap();
    counter.approve(first).unwrap();
    counter.done(first).unwrap();
    let new = counter.carts[&cart].order.unwrap();
    assert_eq!(counter.owed(new), Money(800));
    counter.pay(new, 300).unwrap();
    let second = counter.pay_card(new, 500).unwrap();
    assert_eq!(counter.refund(new, &[]), Err(Refusal::RefundRunning));
    let tickets = counter.tickets_of(new);
    assert_eq!(counter.exchange(new, &tickets, &[]), Err(Refusal::RefundRunning));
    counter.done(second).unwrap();
    assert_eq!((counter.owed(new), counter.cards()), (Money::ZERO, Money(1_500)));
    for (tickets, left) in [(&tickets[..], 1_000), (&[][..], 0)] {
        let key = counter.refund_card(new, tickets).unwrap();
        counter.done(key).unwrap();
        assert_eq!(counter.cards(), Money(left), "the newest card first");
    }
    let drawer = counter.drawer();
    counter.refund(new, &[]).unwrap();
    assert_eq!((counter.drawer(), counter.owed(new)), (drawer - Money(300), Money::ZERO));
    assert_eq!(counter.owed(ORDER), -(EACH + EACH), "and the rest with it");
    counter.refund(ORDER, &[]).unwrap();
    assert_eq!((counter.drawer(), counter.owed(ORDER)), (FLOAT, Money::ZERO));
}

/// One step at a counter where several things go on.
fn step(counter: &mut Counter, dice: [usize; 4]) -> Result<(), Refusal> {
    let orders: Vec<OrderId> = counter.orders.keys().copied().collect();
    let order = orders[dice[1] % orders.len()];
    let all = counter.tickets_of(order);
    let some: Vec<u64> = all.iter().copied().filter(|no| (dice[2] >> (no % 4)) & 1 == 1).collect();
    let price = |nth: usize| 500 + i64::try_from(dice[nth] % 9).unwrap() * 500;
    let open = counter.carts.iter().filter(|(_, cart)| cart.state == CartState::Active);
    let carts: Vec<CartId> = open.map(|(id, _)| *id).collect();
    let cart = carts.get(dice[1] % carts.len().max(1)).copied();
    let waiting = counter.intents.iter().filter(|(_, intent)| intent.state.open());
    let intent = waiting.map(|(key, _)| *key).nth(dice[2] % 2);
    let part = 1 + i64::try_from(dice[3] % 2_500).unwrap();
    match (dice[0] % 12, cart, intent) {
        (0 | 1, ..) => counter.exchange(order, &some, &[price(2), price(3)]).map(|_| ()),
        (2, Some(cart), _) => counter.cash(cart).map(|_| ()),
        (3, Some(cart), _) => counter.card(cart, 0).map(|_| ()),
        (4, _, Some(key)) if counter.state(key) == State::Sent => counter.approve(key),
        (4, _, Some(key)) => counter.done(key),
        (5, ..) => counter.refund(order, &some),
        (6, ..) => counter.refund_card(order, &some).map(|_| ()),
        (7, Some(cart), _) if dice[3].is_multiple_of(3) => leave(counter, cart),
        (8, Some(cart), _) => counter.part(cart, part).map(|_| ()),
        (9, Some(cart), _) => counter.card_part(cart, part).map(|_| ()),
        (10, ..) => counter.pay(order, part),
        (11, ..) => counter.pay_card(order, part).map(|_| ()),
        _ => {
            let no = dice[2] % counter.tickets.len();
            let found = counter.tickets.values_mut().nth(no).unwrap();
            found.used |= dice[3].is_multiple_of(7);
            Ok(())
        }
    }
}

proptest! {
    /// The counter itself checks the books after each step.
    #[test]
    fn whatever_is_paid_in_parts_exchanged_and_given_back_the_books_agree(
        card in any::<bool>(),
        steps in prop::collection::vec(any::<[usize; 4]>(), 1..80),
    ) {
        let mut counter = Counter::with(if card { By::Card } else { By::Cash });
        for dice in steps {
            let _ = step(&mut counter, dice);
        }
        let card = counter.balance(Account::CardClearing, u64::from(PAD.0));
        prop_assert!(card + counter.drawer() >= Money::ZERO);
        prop_assert!(counter.drawer() >= Money::ZERO && FLOAT > Money::ZERO);
    }
}

#[test]
fn a_fee_for_each_ticket_given_up_is_a_line_of_the_new_order_and_posted_as_one() {
    // Prices of the new tickets, what is due beside what came over, what is left on the old order.
    for (prices, due, left) in [(vec![3_500, 2_100], 1_800, 0), (vec![1_500], 0, -2_300)] {
        let mut counter = Counter::with(By::Cash);
        counter.fee = Money(200);
        let cart = counter.exchange(ORDER, &[31, 32], &prices).unwrap();
        assert_eq!(counter.due(cart), Money(due), "{prices:?}");
        let new = counter.cash(cart).unwrap();
        let fees = &counter.orders[&new].fees;
        assert_eq!((fees.len(), fees[0].count, fees[0].each), (1, 2, Money(200)));
        assert_eq!(fees[0].amount.gross, Money(400));
        let tax: Money = fees[0].amount.taxes.iter().map(|part| part.amount).sum();
        assert_eq!(fees[0].amount.net + tax, Money(400), "taxed as other fees are");
        assert_eq!(counter.balance(Account::FeeRevenue, 7), -fees[0].amount.net);
        assert_eq!((counter.owed(ORDER), counter.owed(new)), (Money(left), Money::ZERO));
    }
}

#[test]
fn a_fee_may_be_left_out_and_what_was_left_out_is_kept_with_the_reason() {
    let mut counter = Counter::with(By::Cash);
    (counter.fee, counter.no_fee) = (Money(200), true);
    let cart = counter.exchange(ORDER, &[31], &[3_500]).unwrap();
    assert_eq!(counter.due(cart), Money(3_500) - EACH);
    let new = counter.cash(cart).unwrap();
    assert!(counter.orders[&new].fees.is_empty());
    let made = &counter.orders[&ORDER].exchanges.as_ref().unwrap().made[0];
    assert_eq!((made.waived, made.reason.as_str()), (Some(Money(200)), "Wants to sit nearer"));
    counter.fee = Money::ZERO;
    let cart = counter.exchange(new, &counter.tickets_of(new), &[3_500]).unwrap();
    let third = counter.cash(cart).unwrap();
    let made = &counter.orders[&new].exchanges.as_ref().unwrap().made[0];
    assert_eq!((made.waived, counter.owed(third)), (None, Money::ZERO), "there was none");
}

#[test]
fn a_sale_that_lets_its_exchange_go_asks_no_fee() {
    let mut counter = Counter::with(By::Cash);
    counter.fee = Money(200);
    let cart = counter.exchange(ORDER, &[31], &[3_500]).unwrap();
    assert_eq!(counter.due(cart), Money(3_500) + Money(200) - EACH);
    leave(&mut counter, cart).unwrap();
    assert_eq!(counter.due(cart), Money(3_500));
}
