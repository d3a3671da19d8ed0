//! What an order was paid with: tenders, how an amount is shared among them when it goes back, and
//! payments towards it (domain 6.1).
//!
//! Given an order of 100.00 with its payments, then these amounts and no others. Next: `refund.rs`,
//! whose steps a payment at a pad takes too.

#![allow(clippy::unwrap_used, clippy::panic)]

mod facts;

use facts::{ANNA, AT, NOW, ORDER, PAD, TILL, about, ask, at_pad, counter, taken};
use proptest::prelude::*;
use usher_rules::at::At;
use usher_rules::cart::Buyer;
use usher_rules::checkout::pad::Command as Pad;
use usher_rules::checkout::{CASH_MINOR_MAX, Command, Event, Facts as SaleFacts, decide};
use usher_rules::id::{BoxNo, CartId, PadNo};
use usher_rules::money::Money;
use usher_rules::order::{Order, Payment};
use usher_rules::payment::{
    self, Command as Pay, Made, Part, Payments, Tender, Wanted, shares, tenders,
};
use usher_rules::posting::Account;
use usher_rules::refund::{Facts, Refund, Refunds};
use usher_rules::tender::pad::{AtPad, Booking, Finding, Outcome};
use usher_rules::tender::{Intent, State};
use usher_rules::{BusinessDay, Event as AnyEvent, Key, Refusal, till};

const OTHER_PAD: PadNo = PadNo(5);
const FIRST: Key = Key([1; 16]);
const SECOND: Key = Key([2; 16]);
const TOTAL: Money = Money(10_000);

fn order(intent: Option<Key>, deposit: Option<i64>, made: Vec<Made>) -> Order {
    let payments = Payments { deposit: deposit.map(Money), due: None, made, newest: None };
    Order {
        buyer: Buyer { email: "ada@harbourmail.example".to_owned(), ..Buyer::default() },
        total: TOTAL,
        intent,
        payments: (payments != Payments::default()).then(|| Box::new(payments)),
        ..facts::order(Vec::new())
    }
}

fn made(intent: Option<Key>, minor: i64) -> Made {
    let (amount, given) = (Money(minor), Money(minor));
    Made { at: At(2), day: BusinessDay(4), counter: AT, amount, given, intent }
}

fn back(intent: Option<Key>, to: Option<Key>, minor: i64) -> Refund {
    let (at, day, by, reason) = (At(3), BusinessDay(4), ANNA, "Fell ill".to_owned());
    let (tickets, amount, onward) = (Vec::new(), Money(minor), None);
    Refund { at, day, by, tickets, amount, reason, intent, to, onward, overdue: None }
}

fn intent(minor: i64, cash: i64, part: Option<Part>) -> Intent {
    let booking = Booking { last_four: "4242".to_owned(), ..Booking::default() };
    taken(Money(minor), AtPad { cash: Money(cash), part, ..at_pad(booking) })
}

fn told(tenders: &[Tender]) -> Vec<(Option<Key>, i64, i64)> {
    tenders.iter().map(|one| (one.means.intent(), one.amount.0, one.back.0)).collect()
}

#[test]
fn every_payment_of_an_order_is_known_with_what_went_back_of_it() {
    let towards = || Some(Part::Towards(ORDER));
    let known = vec![(FIRST, intent(6_000, 1_500, None)), (SECOND, intent(2_500, 0, towards()))];
    let whole = vec![(FIRST, intent(10_000, 0, None))];
    assert_eq!(told(&tenders(&order(None, None, vec![]), &[])), [(None, 10_000, 0)]);
    assert_eq!(
        told(&tenders(&order(Some(FIRST), None, vec![]), &whole)),
        [(Some(FIRST), 10_000, 0)]
    );
    let deposit = order(None, Some(3_000), vec![made(Some(SECOND), 2_500), made(None, 500)]);
    assert_eq!(
        told(&tenders(&deposit, &known)),
        [(None, 3_000, 0), (Some(SECOND), 2_500, 0), (None, 500, 0)]
    );
    let mut split = order(Some(FIRST), Some(7_500), vec![made(Some(SECOND), 2_500)]);
    split.refunds = Some(Box::new(Refunds {
        made: vec![
            back(Some(Key([3; 16])), Some(SECOND), 2_500),
            back(Some(Key([4; 16])), None, 1_000),
            back(None, None, 400),
        ],
        newest: None,
    }));
    assert_eq!(
        told(&tenders(&split, &known)),
        [(Some(FIRST), 6_000, 1_000), (None, 1_500, 400), (Some(SECOND), 2_500, 2_500)]
    );
    let mut free = order(None, None, vec![]);
    for payment in [Payment::NothingToPay, Payment::CapturePending] {
        free.payment = payment;
        assert_eq!(tenders(&free, &[]), []);
    }
}

#[test]
fn an_amount_goes_back_to_the_newest_card_first_up_to_what_it_paid_and_then_in_cash() {
    let known = [(FIRST, intent(6_000, 1_500, None)), (SECOND, intent(2_000, 0, None))];
    let paid = order(Some(FIRST), Some(7_500), vec![made(Some(SECOND), 2_000), made(None, 500)]);
    let all = tenders(&paid, &known);
    let (one, two, cash) = (Some(FIRST), Some(SECOND), None);
    for (amount, wanted) in [
        (0, vec![]),
        (1, vec![(two, 1)]),
        (2_000, vec![(two, 2_000)]),
        (2_001, vec![(two, 2_000), (one, 1)]),
        (8_000, vec![(two, 2_000), (one, 6_000)]),
        (8_001, vec![(two, 2_000), (one, 6_000), (cash, 1)]),
        (10_000, vec![(two, 2_000), (one, 6_000), (cash, 2_000)]),
        (10_001, vec![(two, 2_000), (one, 6_000), (cash, 2_000)]),
    ] {
        let found = shares(&all, Money(amount));
        let found: Vec<_> =
            found.iter().map(|share| (share.means.intent(), share.amount.0)).collect();
        assert_eq!(found, wanted, "{amount}");
    }
}

/// A cashier before an order that still owes something.
struct Side {
    sale: SaleFacts,
    last: Option<Key>,
    cards: i64,
    drawer: i64,
    letters: usize,
}

impl Side {
    fn owing(minor: i64) -> Side {
        let owing = order(None, Some(TOTAL.0 - minor), Vec::new());
        let facts = Facts { balance: Money(minor), ..about(ORDER, owing) };
        let sale =
            SaleFacts { refund: Some(Box::new(facts)), ..counter(&[PAD, OTHER_PAD], Money::ZERO) };
        Side { sale, last: None, cards: 0, drawer: 0, letters: 0 }
    }

    fn about(&mut self) -> &mut Facts {
        self.sale.refund.as_mut().unwrap()
    }

    fn balance(&self) -> i64 {
        self.sale.refund.as_ref().unwrap().balance.0
    }

    fn wanted(&self, minor: i64) -> Wanted {
        Wanted { order: ORDER, amount: Money(minor), shown: Money(self.balance()) }
    }

    fn cash(&mut self, minor: i64, given: i64) -> Result<(), Refusal> {
        let (wanted, given) = (self.wanted(minor), Money(given));
        self.ask(&Command::Payment(Pay::Cash { wanted, given }))
    }

    fn begin(&mut self, minor: i64) -> Result<(), Refusal> {
        let (wanted, pad, baseline) = (self.wanted(minor), PAD, None);
        self.ask(&Command::Payment(Pay::AtPad { wanted, pad, baseline }))
    }

    fn step(&mut self, step: impl FnOnce(Key) -> Pad) -> Result<(), Refusal> {
        let key = self.last.ok_or(Refusal::NotFound)?;
        self.ask(&Command::Pad(step(key)))
    }

    fn ask(&mut self, command: &Command) -> Result<(), Refusal> {
        for event in decide(&self.sale, command, &ask())? {
            self.happened(event);
        }
        Ok(())
    }

    fn happened(&mut self, event: AnyEvent) {
        match event {
            AnyEvent::Checkout(Event::Intent(key, intent)) => {
                self.last = Some(key);
                self.sale.fresh.intent_no = u64::from(intent.pad.as_ref().unwrap().no) + 1;
                self.sale.intent = Some(intent.clone());
                self.about().running = Some(intent).filter(|intent| intent.state.open());
            }
            AnyEvent::Checkout(Event::PaymentBegun(id, _)) => assert_eq!(id, ORDER),
            AnyEvent::Checkout(Event::PaymentMade(id, made)) => {
                assert_eq!((id, made.at), (ORDER, NOW));
                self.about().order.payments.get_or_insert_default().made.push(made);
            }
            AnyEvent::Checkout(Event::Posted(_, posting)) => {
                assert!(posting.balanced());
                for line in &posting.lines {
                    match line.account {
                        Account::Receivable => {
                            let balance = &mut self.about().balance;
                            *balance = *balance + line.amount;
                        }
                        Account::CardClearing => self.cards += line.amount.0,
                        Account::DrawerCash => self.drawer += line.amount.0,
                        other => panic!("{other:?} is not touched by a payment"),
                    }
                }
            }
            AnyEvent::Letter(_) => self.letters += 1,
            AnyEvent::Till(till::Event::CardTaken(..)) => {}
            other => panic!("{other:?} is no part of a payment"),
        }
    }

    fn state(&self) -> State {
        self.sale.intent.as_ref().unwrap().state
    }

    fn made(&self) -> usize {
        let order = &self.sale.refund.as_ref().unwrap().order;
        order.payments.as_ref().map_or(0, |payments| payments.made.len())
    }
}

fn approved(minor: i64) -> impl FnOnce(Key) -> Pad {
    move |intent| {
        let booking = Booking { amount: Some(Money(minor)), ..Booking::default() };
        Pad::Ended { intent, outcome: Outcome::Approved(booking) }
    }
}

#[test]
fn cash_pays_all_or_a_part_of_what_is_due_and_never_more() {
    for (amount, given, ends) in [
        (0, 0, Err(Refusal::Malformed { field: "amount" })),
        (-1, 5_000, Err(Refusal::Malformed { field: "amount" })),
        (1, 1, Ok(3_999)),
        (3_999, 5_000, Ok(1)),
        (4_000, 4_000, Ok(0)),
        (4_000, 3_999, Err(Refusal::CashShort { due: Money(4_000) })),
        (4_001, 5_000, Err(Refusal::Malformed { field: "amount" })),
        (4_000, CASH_MINOR_MAX, Ok(0)),
        (4_000, CASH_MINOR_MAX + 1, Err(Refusal::Malformed { field: "given" })),
    ] {
        let mut side = Side::owing(4_000);
        let answer = side.cash(amount, given);
        assert_eq!(answer.map(|()| side.balance()), ends, "{amount} of {given}");
        let paid = 4_000 - side.balance();
        assert_eq!((side.drawer, side.made()), (paid, usize::from(paid > 0)));
        assert_eq!(side.letters, usize::from(side.balance() == 0), "the tickets follow once paid");
    }
}

#[test]
fn nobody_pays_what_they_did_not_see_or_without_a_till_or_while_something_runs() {
    let refused = |how: fn(&mut Side)| {
        let mut side = Side::owing(4_000);
        how(&mut side);
        let (wanted, given) =
            (Wanted { order: ORDER, amount: Money(4_000), shown: Money(4_000) }, Money(4_000));
        let cash = side.ask(&Command::Payment(Pay::Cash { wanted: wanted.clone(), given }));
        let (pad, baseline) = (PAD, None);
        let card = side.ask(&Command::Payment(Pay::AtPad { wanted, pad, baseline }));
        assert_eq!((side.made(), side.last), (0, None));
        (cash.unwrap_err(), card.unwrap_err())
    };
    let both = |refusal: Refusal| (refusal.clone(), refusal);
    let changed = Refusal::PriceChanged { old: Money(4_000), new: Money(3_999) };
    assert_eq!(refused(|side| side.about().balance = Money(3_999)), both(changed));
    assert_eq!(refused(|side| side.sale.till = None), both(Refusal::TillClosed));
    assert_eq!(
        refused(|side| side.about().running = Some(intent(1, 0, None))),
        both(Refusal::RefundRunning)
    );
    let cart = CartId(7);
    assert_eq!(
        refused(|side| side.about().exchanging = Some(CartId(7))),
        both(Refusal::ExchangeRunning { cart })
    );
    assert_eq!(
        refused(|side| side.about().order.payment = Payment::CapturePending),
        both(Refusal::CapturePending)
    );
}

#[test]
fn a_pad_that_is_busy_closing_or_not_of_the_house_takes_nothing() {
    let refused = |how: fn(&mut Side)| {
        let mut side = Side::owing(4_000);
        how(&mut side);
        side.begin(4_000).unwrap_err()
    };
    assert_eq!(refused(|side| side.sale.house.pads.clear()), Refusal::NotFound);
    assert_eq!(refused(|side| side.sale.batch_closing = true), Refusal::BatchClosing);
    let busy = Refusal::PadBusy { till: TILL };
    assert_eq!(refused(|side| side.sale.on_pad = Some(intent(1, 0, None))), busy);
}

#[test]
fn a_card_pays_when_its_dialogue_is_over_and_once() {
    let mut side = Side::owing(4_000);
    side.begin(1_500).unwrap();
    assert_eq!(side.cash(1, 1), Err(Refusal::RefundRunning));
    side.step(Pad::Send).unwrap();
    side.step(approved(1_500)).unwrap();
    assert_eq!((side.state(), side.balance(), side.made()), (State::Approved, 4_000, 0));
    side.step(Pad::Done).unwrap();
    assert_eq!((side.state(), side.balance(), side.cards), (State::Captured, 2_500, 1_500));
    assert_eq!(side.step(Pad::Done), Err(Refusal::Stale));
    assert_eq!(side.step(approved(1_500)), Err(Refusal::Stale));
    assert_eq!((side.balance(), side.made(), side.letters), (2_500, 1, 0));
    side.cash(2_500, 2_500).unwrap();
    assert_eq!((side.balance(), side.made(), side.letters), (0, 2, 1));
}

#[test]
fn a_card_that_does_not_pay_leaves_everything_due() {
    let declined = || Outcome::Declined { code: "05".to_owned(), text: String::new() };
    for outcome in [declined(), Outcome::Cancelled] {
        let mut side = Side::owing(4_000);
        side.begin(4_000).unwrap();
        side.step(Pad::Send).unwrap();
        side.step(|intent| Pad::Ended { intent, outcome }).unwrap();
        assert_eq!((side.balance(), side.made(), side.cards), (4_000, 0, 0));
        side.cash(4_000, 4_000).unwrap();
    }
}

#[test]
fn silence_keeps_the_balance_due_until_it_is_found_out() {
    for booked in [true, false] {
        let mut side = Side::owing(4_000);
        side.begin(4_000).unwrap();
        side.step(Pad::Send).unwrap();
        side.step(|intent| Pad::Lost { intent, why: "cut".to_owned() }).unwrap();
        assert_eq!((side.state(), side.balance()), (State::Unknown, 4_000));
        assert_eq!(side.cash(4_000, 4_000), Err(Refusal::RefundRunning));
        let amount = Some(Money(4_000));
        let finding = match booked {
            true => Finding::Booked(Booking { amount, ..Booking::default() }),
            false => Finding::NotBooked { evidence: "asked".to_owned() },
        };
        side.step(|intent| Pad::Found { intent, finding }).unwrap();
        let left = if booked { 0 } else { 4_000 };
        assert_eq!((side.balance(), side.cards), (left, 4_000 - left));
    }
}

#[test]
fn an_approval_that_is_not_due_any_more_waits_for_a_person() {
    let mut side = Side::owing(4_000);
    side.begin(4_000).unwrap();
    side.step(Pad::Send).unwrap();
    side.step(|intent| Pad::Ended { intent, outcome: Outcome::Cancelled }).unwrap();
    side.cash(1, 1).unwrap();
    side.step(approved(4_000)).unwrap();
    assert_eq!((side.state(), side.balance(), side.cards), (State::NeedsOperator, 3_999, 0));
    let decide = |charged| {
        move |intent| Pad::Decide {
            intent,
            charged,
            evidence: "APP".to_owned(),
            name: "Anna".to_owned(),
            reason: "Looked".to_owned(),
        }
    };
    assert_eq!(side.step(decide(true)), Err(Refusal::Stale));
    side.step(decide(false)).unwrap();
    assert_eq!((side.state(), side.balance(), side.cards), (State::NotCharged, 3_999, 0));
}

#[test]
fn a_booking_of_another_amount_is_never_posted_by_itself() {
    for amount in [3_999, 4_001] {
        let mut side = Side::owing(4_000);
        side.begin(4_000).unwrap();
        side.step(Pad::Send).unwrap();
        side.step(approved(amount)).unwrap();
        assert_eq!((side.state(), side.made()), (State::NeedsOperator, 0));
    }
}

#[test]
fn the_key_of_a_payment_is_none_of_its_carts_or_of_a_refund() {
    use usher_rules::tender::{key, payment_key, refund_key};
    let of = |no| payment_key(BoxNo(1), 1, CartId(9), no);
    for no in [1, 999_999_999] {
        assert_ne!(of(no), refund_key(BoxNo(1), 1, CartId(9), no));
        assert_ne!(of(no), key(BoxNo(1), 1, CartId(9), u32::from(u8::MAX)));
    }
    assert_eq!(payment::AMOUNT_MIN, Money(1));
}

proptest! {
    /// Whatever is tried in whatever order: the order never becomes owed to the customer, and what
    /// came in is what it owes less.
    #[test]
    fn money_in_is_what_the_balance_lost(
        tries in prop::collection::vec((0..8_u8, 1..6_000_i64), 1..30),
    ) {
        let mut side = Side::owing(4_000);
        for (what, minor) in tries {
            let _ = match what {
                0 => side.cash(minor, minor),
                1 => side.begin(minor),
                2 => side.step(Pad::Send),
                3 => side.step(approved(minor)),
                4 => {
                    let amount = side.sale.intent.as_ref().map_or(minor, |row| row.amount.0);
                    side.step(approved(amount))
                }
                5 => side.step(Pad::Done),
                6 => side.step(|intent| Pad::Lost { intent, why: "cut".to_owned() }),
                _ => {
                    let finding = Finding::NotBooked { evidence: "asked".to_owned() };
                    side.step(|intent| Pad::Found { intent, finding })
                }
            };
            prop_assert!(side.balance() >= 0);
            prop_assert_eq!(side.drawer + side.cards, 4_000 - side.balance());
        }
        let order = side.sale.refund.as_ref().unwrap().order.clone();
        let later = order.payments.iter().flat_map(|payments| &payments.made);
        let sum: Money = later.map(|made| made.amount).sum();
        prop_assert_eq!(sum.0, 4_000 - side.balance());
    }
}
