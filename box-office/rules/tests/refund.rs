//! Refunds of chosen tickets: what goes back, what is refused, and a refund at a pad state by
//! state (domain 6.1, pin-pads 2).
//!
//! Given an order of three tickets with a fee on each and one on the order, then these amounts and
//! no others. Facts are built by hand and grow by what was decided.

#![allow(clippy::unwrap_used, clippy::panic)]

mod facts;

use facts::{
    ANNA, NOW, ORDER, PAD, PLAY, SESSION, TILL, about, ask, at_pad, counter, line, standing, taken,
    taxes, ticket,
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use usher_rules::at::At;
use usher_rules::cart::Line;
use usher_rules::checkout::pad::Command as Pad;
use usher_rules::checkout::{Answer, Command, Event, Facts as SaleFacts, decide};
use usher_rules::fee::{self, Fee, Per};
use usher_rules::id::{CartId, TicketId};
use usher_rules::money::Money;
use usher_rules::order::{Order, Payment};
use usher_rules::payment::{Command as Pay, Payments};
use usher_rules::posting::{self, Account, GATEWAY_BATCH, Posting};
use usher_rules::refund::{self, Facts, REASON_CHARS_MAX, Wanted};
use usher_rules::tax::assess;
use usher_rules::tender::pad::{Booking, Finding, Outcome};
use usher_rules::tender::{Intent, State};
use usher_rules::ticket::{self};
use usher_rules::till::TillSession;
use usher_rules::{Actor, Ask, BusinessDay, Event as AnyEvent, Key, Refusal, letter, till};

const PAYMENT: Key = Key([1; 16]);
/// Three tickets at 33.33, 1.00 a ticket and 0.50 on the order.
const TOTAL: Money = Money(3 * 3_333 + 3 * 100 + 50);
const EACH: Money = Money(3_433);

fn order(by_card: bool) -> Order {
    let fee = |no, per, minor| Fee {
        no,
        name: "Fee".to_owned(),
        per,
        amount: Money(minor),
        taxed: per == Per::Ticket,
    };
    let fees = [fee(1, Per::Ticket, 100), fee(2, Per::Order, 50)];
    Order {
        fees: fee::lines(&fees, &taxes(), 3),
        total: TOTAL,
        tickets: vec![TicketId(31), TicketId(32), TicketId(33)],
        intent: by_card.then_some(PAYMENT),
        ..facts::order((1..=3).map(|no| line(no, u32::from(no), 3_333)).collect())
    }
}

fn payment() -> Intent {
    let booked = Booking { amount: Some(TOTAL), trace: Some(8), ..Booking::default() };
    taken(TOTAL, at_pad(booked))
}

/// An order at a counter at which things happen one after the other.
struct Counterside {
    sale: SaleFacts,
    last: Option<Key>,
    balances: BTreeMap<(u16, u64), Money>,
    cards_back: Money,
    /// The newest booking of the terminal.
    newest: Option<Booking>,
}

impl Counterside {
    /// Paid through the gateway, with no till anywhere near.
    fn in_shop() -> Counterside {
        let mut side = Counterside::paid(true);
        side.about().paid = Some(Intent { pad: None, ..payment() });
        side.about().order.payment = Payment::Captured;
        side.about().order.counter = None;
        side.sale.till = None;
        side.balances.clear();
        let sold = side.about().order.clone();
        let tickets: Vec<_> = sold.lines.iter().map(|line| (PLAY, &line.price)).collect();
        side.post(&posting::sale(ORDER, &tickets, &sold.fees, At(1), BusinessDay(3)));
        let (at, day) = (At(1), BusinessDay(3));
        side.post(&posting::card_payment(ORDER, GATEWAY_BATCH, TOTAL, at, day));
        side.sync();
        side
    }

    fn begin_online(&mut self, tickets: &[u64]) -> Result<(), Refusal> {
        let wanted = self.wanted(tickets, self.quoted(tickets));
        self.ask(&Command::Refund(refund::Command::Online(wanted)))
    }

    fn answer(&mut self, answer: Answer) -> Result<(), Refusal> {
        let key = self.last.ok_or(Refusal::NotFound)?;
        self.ask(&Command::Answered(key, answer))
    }

    fn paid(by_card: bool) -> Counterside {
        let order = order(by_card);
        let good = |line: &Line| standing(TicketId(30 + u64::from(line.no)), ticket(ORDER, line));
        let facts = Facts {
            tickets: order.lines.iter().map(good).collect(),
            paid: by_card.then(payment),
            ..about(ORDER, order)
        };
        let sale = SaleFacts { refund: Some(Box::new(facts)), ..counter(&[PAD], Money(100)) };
        let balances = BTreeMap::new();
        let cards_back = Money::ZERO;
        let mut side = Counterside { sale, last: None, balances, cards_back, newest: None };
        let sold = side.about().order.clone();
        let tickets: Vec<_> = sold.lines.iter().map(|line| (PLAY, &line.price)).collect();
        side.post(&posting::sale(ORDER, &tickets, &sold.fees, At(1), BusinessDay(3)));
        let (at, day) = (At(1), BusinessDay(3));
        side.post(&match by_card {
            true => posting::card_payment(ORDER, u64::from(PAD.0), TOTAL, at, day),
            false => posting::cash_payment(ORDER, TILL, TOTAL, at, day),
        });
        side.sync();
        side
    }

    fn about(&mut self) -> &mut Facts {
        self.sale.refund.as_mut().unwrap()
    }

    fn post(&mut self, posting: &Posting) {
        assert!(posting.balanced());
        for line in &posting.lines {
            let sum = self.balances.entry((line.account.no(), line.sub)).or_default();
            *sum = *sum + line.amount;
        }
    }

    fn balance(&self, account: Account, sub: u64) -> Money {
        self.balances.get(&(account.no(), sub)).copied().unwrap_or_default()
    }

    fn sync(&mut self) {
        let drawer = self.balance(Account::DrawerCash, u64::from(TILL.0));
        self.about().drawer = drawer;
        let balance = self.balance(Account::Receivable, ORDER.0);
        self.about().balance = balance;
    }

    fn wanted(&self, tickets: &[u64], shown: Money) -> Wanted {
        let tickets = tickets.iter().map(|no| TicketId(*no)).collect();
        Wanted { order: ORDER, tickets, reason: "Fell ill".to_owned(), shown }
    }

    fn quoted(&self, tickets: &[u64]) -> Money {
        let about = self.sale.refund.as_ref().unwrap();
        let all: Vec<_> = about.tickets.iter().map(|one| (one.id, one.ticket.clone())).collect();
        let wanted: Vec<_> = tickets.iter().map(|no| TicketId(*no)).collect();
        refund::quote(&about.order, &all, &wanted).amount
    }

    fn cash(&mut self, tickets: &[u64]) -> Result<(), Refusal> {
        let wanted = self.wanted(tickets, self.quoted(tickets));
        self.ask(&Command::Refund(refund::Command::Cash(wanted)))
    }

    fn begin(&mut self, tickets: &[u64]) -> Result<(), Refusal> {
        let wanted = self.wanted(tickets, self.quoted(tickets));
        self.begin_with(wanted, true)
    }

    fn begin_with(&mut self, wanted: Wanted, voids: bool) -> Result<(), Refusal> {
        let baseline = self.newest.clone().map(Box::new);
        let refund = refund::Command::AtPad { wanted, baseline, voids };
        self.ask(&Command::Refund(refund))
    }

    fn step(&mut self, step: impl FnOnce(Key) -> Pad) -> Result<(), Refusal> {
        let key = self.last.ok_or(Refusal::NotFound)?;
        self.ask(&Command::Pad(step(key)))
    }

    fn ask(&mut self, command: &Command) -> Result<(), Refusal> {
        for event in decide(&self.sale, command, &ask())? {
            self.happened(event);
        }
        self.sync();
        Ok(())
    }

    fn happened(&mut self, event: AnyEvent) {
        match event {
            AnyEvent::Checkout(Event::Intent(key, intent)) => {
                self.last = Some(key);
                let no = match (&intent.back, &intent.pad) {
                    (Some(back), _) => back.no,
                    (None, at) => at.as_ref().unwrap().no,
                };
                self.sale.fresh.intent_no = u64::from(no) + 1;
                self.sale.intent = Some(intent.clone());
                self.about().newest = Some(intent.clone());
                self.about().running = Some(intent).filter(|intent| intent.state.open());
            }
            AnyEvent::Checkout(Event::RefundBegun(id, key)) => {
                assert_eq!(id, ORDER);
                let refunds = self.about().order.refunds.get_or_insert_default();
                refunds.newest = Some(key);
            }
            AnyEvent::Checkout(Event::Refunded { order, refund, freed }) => {
                assert_eq!((order, freed.len()), (ORDER, refund.tickets.len()));
                for one in &mut self.about().tickets {
                    if refund.tickets.contains(&one.id) {
                        assert_eq!(one.ticket.state, ticket::State::Valid, "given back twice");
                        one.ticket.state = ticket::State::Cancelled { at: NOW };
                    }
                }
                self.about().order.refunds.get_or_insert_default().made.push(refund);
            }
            AnyEvent::Checkout(Event::Posted(id, posting)) => {
                assert!(id.0 >= self.sale.fresh.posting.0);
                self.post(&posting);
            }
            AnyEvent::Till(till::Event::CardGivenBack(_, amount)) => {
                self.cards_back = self.cards_back + amount;
            }
            other => panic!("{other:?} is no part of a refund"),
        }
    }

    fn state(&self) -> State {
        self.sale.intent.as_ref().unwrap().state
    }

    fn refunded(&self) -> Money {
        self.sale.refund.as_ref().unwrap().order.refunded()
    }

    fn good(&self) -> usize {
        let all = &self.sale.refund.as_ref().unwrap().tickets;
        all.iter().filter(|one| one.ticket.state == ticket::State::Valid).count()
    }

    /// Nothing is owed either way, and the books have what went back.
    fn settled(&self) {
        assert_eq!(self.balance(Account::Receivable, ORDER.0), Money::ZERO);
        let kept = TOTAL - self.refunded();
        let drawer = self.balance(Account::DrawerCash, u64::from(TILL.0));
        let cards = self.balance(Account::CardClearing, u64::from(PAD.0))
            + self.balance(Account::CardClearing, GATEWAY_BATCH);
        assert_eq!(drawer + cards, kept);
        assert!(kept >= Money::ZERO && drawer >= Money::ZERO && cards >= Money::ZERO);
        let sum: Money = self.balances.values().copied().sum();
        assert_eq!(sum, Money::ZERO);
    }
}

fn approved(amount: Money, key: Key) -> Pad {
    let booking = Booking { amount: Some(amount), trace: Some(9), ..Booking::default() };
    Pad::Ended { intent: key, outcome: Outcome::Approved(booking) }
}

#[test]
fn a_ticket_goes_back_with_its_fee_and_the_fee_on_the_order_with_the_last() {
    let mut side = Counterside::paid(false);
    assert_eq!(side.quoted(&[32]), EACH);
    side.cash(&[32]).unwrap();
    assert_eq!((side.refunded(), side.good()), (EACH, 2));
    side.settled();
    assert_eq!(side.quoted(&[31, 33]), TOTAL - EACH);
    side.cash(&[31, 33]).unwrap();
    assert_eq!((side.refunded(), side.good()), (TOTAL, 0));
    side.settled();
    assert!(side.balances.values().all(|sum| *sum == Money::ZERO), "{:?}", side.balances);
}

#[test]
fn parts_of_a_fee_make_the_whole_in_any_order() {
    for minor in 0..200 {
        let whole = assess(Money(minor), &taxes());
        for of in 1..7u16 {
            let parts: Vec<_> = (0..of).map(|nth| whole.parts(nth, nth + 1, of)).collect();
            assert_eq!(parts.iter().map(|one| one.gross).sum::<Money>(), whole.gross);
            assert_eq!(parts.iter().map(|one| one.net).sum::<Money>(), whole.net);
            assert!(parts.iter().all(|one| one.gross >= Money::ZERO));
        }
    }
}

#[test]
fn who_came_in_before_the_evening_was_cancelled_is_paid_back_even_after_its_end() {
    let mut side = Counterside::paid(false);
    for ticket in &mut side.about().tickets {
        (ticket.used, ticket.over, ticket.cancelled) = (true, true, true);
    }
    side.cash(&[31]).unwrap();
    assert_eq!(side.good(), 2);
}

#[test]
fn what_cannot_go_back_is_refused_by_name() {
    let refused = |how: &dyn Fn(&mut Counterside), tickets: &[u64]| {
        let mut side = Counterside::paid(false);
        how(&mut side);
        let before = side.balances.clone();
        let refusal = side.cash(tickets).unwrap_err();
        assert_eq!(side.balances, before);
        refusal
    };
    let fields = |name| Refusal::MissingData { fields: vec![name] };
    assert_eq!(refused(&|_| {}, &[]), fields("tickets"));
    assert_eq!(refused(&|_| {}, &[31, 99]), Refusal::NotFound);
    assert_eq!(refused(&|_| {}, &[31, 31]), Refusal::Malformed { field: "tickets" });
    let used = Refusal::TicketUsed { tickets: vec![TicketId(31)] };
    assert_eq!(refused(&|side| side.about().tickets[0].used = true, &[31, 32]), used);
    let over = |side: &mut Counterside| side.about().tickets[1].over = true;
    assert_eq!(refused(&over, &[31, 32]), Refusal::PerformanceOver);
    let again = |side: &mut Counterside| side.cash(&[31]).unwrap();
    assert_eq!(refused(&again, &[31]), Refusal::OverRefund { left: TOTAL - EACH });
    assert_eq!(refused(&|side| side.sale.till = None, &[31]), Refusal::TillClosed);
    let poor = |side: &mut Counterside| side.about().drawer = EACH - Money(1);
    assert_eq!(refused(&poor, &[31]), Refusal::CashShort { due: EACH });
    let pending = |side: &mut Counterside| side.about().order.payment = Payment::CapturePending;
    assert_eq!(refused(&pending, &[31]), Refusal::CapturePending);
    let mut card = Counterside::paid(true);
    assert_eq!(card.cash(&[31]), Err(Refusal::PaidByCard));
    let mut exact = Counterside::paid(false);
    exact.about().drawer = EACH;
    assert_eq!(exact.cash(&[31]), Ok(()));
}

#[test]
fn a_refund_has_a_reason_and_the_amount_that_was_shown() {
    let side = Counterside::paid(false);
    let told = |reason: &str, shown: Money| {
        let wanted = Wanted { reason: reason.to_owned(), ..side.wanted(&[31], shown) };
        let command = Command::Refund(refund::Command::Cash(wanted));
        decide(&side.sale, &command, &ask()).map(|_| ())
    };
    assert_eq!(told(" ", EACH), Err(Refusal::MissingData { fields: vec!["reason"] }));
    let long = "x".repeat(REASON_CHARS_MAX + 1);
    assert_eq!(told(&long, EACH), Err(Refusal::Malformed { field: "reason" }));
    assert_eq!(told(&long[1..], EACH), Ok(()));
    let off = Money(EACH.0 + 1);
    assert_eq!(told("Ill", off), Err(Refusal::PriceChanged { old: off, new: EACH }));
}

#[test]
fn nothing_is_cancelled_before_the_terminal_booked_the_refund() {
    let mut side = Counterside::paid(true);
    side.begin(&[31]).unwrap();
    assert_eq!(side.begin(&[32]), Err(Refusal::RefundRunning));
    let key = side.last.unwrap();
    side.step(Pad::Send).unwrap();
    assert_eq!((side.state(), side.good()), (State::Sent, 3));
    side.step(|key| approved(EACH, key)).unwrap();
    assert_eq!((side.state(), side.good(), side.refunded()), (State::Approved, 3, Money::ZERO));
    assert_eq!(side.begin(&[32]), Err(Refusal::RefundRunning));
    side.step(Pad::Done).unwrap();
    assert_eq!((side.state(), side.good(), side.refunded()), (State::Captured, 2, EACH));
    assert_eq!(side.cards_back, EACH);
    side.settled();
    assert_eq!(side.step(Pad::Done), Err(Refusal::Stale), "twice");
    assert_eq!(side.step(|key| approved(EACH, key)), Err(Refusal::Stale), "twice");
    side.begin(&[32]).unwrap();
    assert_ne!(side.last, Some(key), "every refund has a key of its own");
}

#[test]
fn a_refund_that_did_not_happen_leaves_everything_as_it_was() {
    let steps: [fn(Key) -> Pad; 3] = [
        |intent| Pad::Ended { intent, outcome: Outcome::Cancelled },
        |intent| Pad::Ended {
            intent,
            outcome: Outcome::Declined { code: "05".to_owned(), text: "No".to_owned() },
        },
        |intent| Pad::NotStarted { intent, why: "busy".to_owned() },
    ];
    for step in steps {
        let mut side = Counterside::paid(true);
        let before = side.balances.clone();
        side.begin(&[31, 32]).unwrap();
        side.step(Pad::Send).unwrap();
        side.step(step).unwrap();
        assert!(!side.state().open());
        assert_eq!((side.good(), &side.balances), (3, &before));
        assert_eq!(side.begin(&[31]), Ok(()), "it may be tried again");
    }
}

#[test]
fn an_unknown_outcome_blocks_the_next_try_until_it_is_found() {
    for booked in [true, false] {
        let mut side = Counterside::paid(true);
        side.begin(&[31]).unwrap();
        side.step(Pad::Send).unwrap();
        side.step(|intent| Pad::Lost { intent, why: "silence".to_owned() }).unwrap();
        assert_eq!((side.state(), side.good()), (State::Unknown, 3));
        assert_eq!(side.begin(&[31]), Err(Refusal::RefundRunning));
        let evidence = "asked".to_owned();
        let booking = Booking { amount: Some(EACH), ..Booking::default() };
        let finding = match booked {
            true => Finding::Booked(booking),
            false => Finding::NotBooked { evidence },
        };
        side.step(|intent| Pad::Found { intent, finding }).unwrap();
        assert_eq!(side.good(), if booked { 2 } else { 3 });
        side.settled();
    }
}

/// A terminal that did not hear that it was heard may take its booking back.
#[test]
fn silence_after_the_approval_is_unknown_and_what_the_terminal_says_then_counts() {
    for stands in [true, false] {
        let mut side = Counterside::paid(true);
        side.begin(&[31]).unwrap();
        side.step(Pad::Send).unwrap();
        side.step(|key| approved(EACH, key)).unwrap();
        side.step(|intent| Pad::Lost { intent, why: "the line was cut".to_owned() }).unwrap();
        assert_eq!((side.state(), side.good()), (State::Unknown, 3));
        assert_eq!(side.step(Pad::Done), Err(Refusal::Stale));
        let amount = Some(EACH);
        let finding = match stands {
            true => Finding::Booked(Booking { amount, trace: Some(9), ..Booking::default() }),
            false => Finding::NotBooked { evidence: "taken back".to_owned() },
        };
        side.step(|intent| Pad::Found { intent, finding }).unwrap();
        let state = if stands { State::Captured } else { State::NotCharged };
        assert_eq!((side.state(), side.refunded() == EACH), (state, stands));
        side.settled();
    }
}

/// Money that went back is recorded even if somebody came in with the ticket meanwhile.
#[test]
fn a_ticket_used_while_its_money_goes_back_is_given_back_all_the_same() {
    let mut side = Counterside::paid(true);
    side.begin(&[31]).unwrap();
    side.step(Pad::Send).unwrap();
    side.step(|key| approved(EACH, key)).unwrap();
    side.about().tickets[0].used = true;
    side.step(Pad::Done).unwrap();
    assert_eq!((side.state(), side.good()), (State::Captured, 2));
    side.settled();
}

#[test]
fn a_booking_of_another_amount_waits_for_a_person() {
    let mut side = Counterside::paid(true);
    side.begin(&[31]).unwrap();
    side.step(Pad::Send).unwrap();
    side.step(|key| approved(Money(1), key)).unwrap();
    assert_eq!((side.state(), side.good()), (State::NeedsOperator, 3));
    assert_eq!(side.begin(&[32]), Err(Refusal::RefundRunning));
    side.step(|intent| Pad::Decide {
        intent,
        charged: false,
        evidence: String::new(),
        name: "Anna".to_owned(),
        reason: "Taken back at the terminal".to_owned(),
    })
    .unwrap();
    assert_eq!((side.state(), side.good()), (State::NotCharged, 3));
    side.settled();
}

#[test]
fn money_goes_back_to_a_card_only_at_the_pad_that_took_it() {
    let mut side = Counterside::paid(false);
    assert_eq!(side.begin(&[31]), Err(Refusal::NotFound));
    let mut gone = Counterside::paid(true);
    gone.sale.house.pads.clear();
    assert_eq!(gone.begin(&[31]), Err(Refusal::NotFound));
    let mut busy = Counterside::paid(true);
    busy.sale.on_pad = Some(payment());
    assert_eq!(busy.begin(&[31]), Err(Refusal::PadBusy { till: TILL }));
    let mut closed = Counterside::paid(true);
    closed.sale.till = None;
    assert_eq!(closed.begin(&[31]), Err(Refusal::TillClosed));
}

fn given_back() -> Answer {
    Answer::Approved { approval: String::new(), reference: "r-9".to_owned() }
}

fn decides(charged: bool) -> impl FnOnce(Key) -> Pad {
    move |intent| Pad::Decide {
        intent,
        charged,
        evidence: "statement 4".to_owned(),
        name: "Anna".to_owned(),
        reason: "Looked at the gateway".to_owned(),
    }
}

#[test]
fn an_order_of_the_shop_goes_back_through_the_gateway_once_it_says_so() {
    let mut side = Counterside::in_shop();
    side.begin_online(&[31]).unwrap();
    let intent = side.sale.intent.clone().unwrap();
    assert_eq!((intent.state, intent.amount, side.good()), (State::Sent, EACH, 3));
    assert_eq!(intent.refunding().and_then(|one| one.to), Some(PAYMENT));
    assert_eq!(side.begin_online(&[32]), Err(Refusal::RefundRunning));
    assert_eq!(side.cash(&[32]), Err(Refusal::RefundRunning));
    side.settled();
    side.answer(given_back()).unwrap();
    assert_eq!((side.state(), side.good(), side.refunded()), (State::Captured, 2, EACH));
    assert_eq!(side.balance(Account::CardClearing, GATEWAY_BATCH), TOTAL - EACH);
    side.settled();
    assert_eq!(side.answer(given_back()), Err(Refusal::Stale), "it is given back once");
    side.begin_online(&[32, 33]).unwrap();
    side.answer(given_back()).unwrap();
    assert_eq!((side.good(), side.refunded()), (0, TOTAL));
    assert!(side.balances.values().all(|sum| *sum == Money::ZERO), "{:?}", side.balances);
    let left = Refusal::OverRefund { left: Money::ZERO };
    assert_eq!(side.begin_online(&[31]), Err(left));
}

#[test]
fn silence_of_the_gateway_is_unknown_and_after_four_questions_a_person_may_look() {
    for went_back in [true, false] {
        let mut side = Counterside::in_shop();
        side.begin_online(&[31]).unwrap();
        for state in [State::Unknown, State::Unknown, State::Unknown, State::NeedsOperator] {
            assert_eq!(side.step(decides(true)), Err(Refusal::Stale), "not a person's yet");
            side.answer(Answer::NoAnswer).unwrap();
            assert_eq!((side.state(), side.good()), (state, 3));
        }
        side.answer(Answer::NoAnswer).unwrap();
        assert_eq!(side.state(), State::NeedsOperator, "it stays with the person");
        assert_eq!(side.begin_online(&[32]), Err(Refusal::RefundRunning));
        side.settled();
        side.step(decides(went_back)).unwrap();
        let state = if went_back { State::Captured } else { State::NotCharged };
        assert_eq!((side.state(), side.refunded() == EACH), (state, went_back));
        side.settled();
        assert_eq!(side.answer(given_back()), Err(Refusal::Stale), "decided is decided");
    }
}

#[test]
fn what_the_gateway_finds_before_a_person_decides_counts() {
    let mut side = Counterside::in_shop();
    side.begin_online(&[31]).unwrap();
    for _ in 0..4 {
        side.answer(Answer::NoAnswer).unwrap();
    }
    side.answer(given_back()).unwrap();
    assert_eq!((side.state(), side.good()), (State::Captured, 2));
    side.settled();
}

#[test]
fn a_refund_that_the_gateway_refuses_leaves_the_tickets_good() {
    let mut side = Counterside::in_shop();
    side.begin_online(&[31]).unwrap();
    side.answer(Answer::Declined { bank_text: "Do not honour".to_owned() }).unwrap();
    let intent = side.sale.intent.clone().unwrap();
    assert_eq!((intent.state, intent.why()), (State::Declined, "Do not honour"));
    assert_eq!(side.good(), 3);
    side.settled();
    side.begin_online(&[31]).unwrap();
    assert_ne!(side.last, None);
    side.answer(Answer::NeverBooked).unwrap();
    assert_eq!((side.state(), side.good()), (State::NotCharged, 3));
    side.settled();
}

#[test]
fn money_of_the_shop_goes_back_nowhere_else() {
    let mut side = Counterside::in_shop();
    assert_eq!(side.cash(&[31]), Err(Refusal::PaidByCard));
    let mut till = Counterside::paid(true);
    assert_eq!(till.begin_online(&[31]), Err(Refusal::NotFound));
    let mut drawer = Counterside::paid(false);
    assert_eq!(drawer.begin_online(&[31]), Err(Refusal::NotFound));
    let mut closing = Counterside::in_shop();
    closing.sale.batch_closing = true;
    assert_eq!(closing.begin_online(&[31]), Err(Refusal::BatchClosing));
    let mut pending = Counterside::in_shop();
    pending.about().order.payment = Payment::CapturePending;
    assert_eq!(pending.begin_online(&[31]), Err(Refusal::CapturePending));
    side.begin_online(&[31]).unwrap();
    assert_eq!(side.step(Pad::Send), Err(Refusal::NotFound), "no pad has it");
}

/// One of the things that can happen to an order.
fn happen(side: &mut Counterside, what: u8, tickets: &[u64]) -> Result<(), Refusal> {
    let amount = side.sale.intent.as_ref().map_or(EACH, |intent| intent.amount);
    let booking = Booking { amount: Some(amount), ..Booking::default() };
    match what {
        0 => side.cash(tickets),
        1 | 2 => side.begin(tickets),
        3 | 4 => side.step(Pad::Send),
        5 | 6 => side.step(|key| approved(amount, key)),
        7 => side.step(|intent| Pad::Ended { intent, outcome: Outcome::Cancelled }),
        8 => side.step(|intent| Pad::Lost { intent, why: "silence".to_owned() }),
        9 => side.step(|intent| Pad::Found { intent, finding: Finding::Booked(booking) }),
        10 => side.step(|intent| Pad::Found {
            intent,
            finding: Finding::Undecided { evidence: "no".to_owned() },
        }),
        11 => side.step(|key| approved(amount + Money(1), key)),
        14 | 15 => side.step(Pad::Done),
        16 | 17 => side.begin_online(tickets),
        18 => side.answer(given_back()),
        19 | 20 => side.answer(Answer::NoAnswer),
        21 => side.answer(Answer::Declined { bank_text: "no".to_owned() }),
        _ => side.step(|intent| Pad::Decide {
            intent,
            charged: what == 12,
            evidence: "slip 4".to_owned(),
            name: "Anna".to_owned(),
            reason: "Looked".to_owned(),
        }),
    }
}

proptest! {
    #[test]
    fn the_books_balance_and_never_more_goes_back_than_was_paid(
        paid in 0u8..3,
        steps in prop::collection::vec(
            (0u8..22, prop::sample::subsequence(vec![31u64, 32, 33], 0..=3)), 1..40,
        ),
    ) {
        let mut side = match paid {
            0 => Counterside::paid(false),
            1 => Counterside::paid(true),
            _ => Counterside::in_shop(),
        };
        for (what, tickets) in steps {
            let before = (side.balances.clone(), side.good());
            if happen(&mut side, what, &tickets).is_err() {
                prop_assert_eq!(&before, &(side.balances.clone(), side.good()));
            }
            side.settled();
            prop_assert!(side.refunded() <= TOTAL);
            prop_assert_eq!(side.good() == 0, side.refunded() == TOTAL);
        }
    }
}

/// A card sale that nothing followed at its terminal, in a batch that is open.
fn just_paid() -> Counterside {
    let mut side = Counterside::paid(true);
    side.newest = payment().pad.unwrap().booking;
    side.about().batch_since = Some(At(1));
    side
}

fn is_void(side: &Counterside) -> bool {
    side.sale.intent.as_ref().unwrap().refunding().unwrap().voids
}

#[test]
fn the_newest_payment_of_an_open_batch_is_taken_back_whole_and_any_other_is_refunded() {
    type Change = fn(&mut Counterside);
    let elsewhere: [(&str, Change); 6] = [
        ("it is not the newest", |side| side.newest.as_mut().unwrap().trace = Some(9)),
        ("nobody knows which is", |side| side.newest = None),
        ("they have no number in common", |side| {
            side.newest = Some(Booking { receipt: Some(8), ..Booking::default() });
        }),
        ("its batch was closed", |side| side.about().batch_since = Some(At(2))),
        ("no batch is open", |side| side.about().batch_since = None),
        ("a part went back before", |side| {
            let newest = side.newest.clone();
            side.begin(&[31]).unwrap();
            side.step(Pad::Send).unwrap();
            side.step(|key| approved(EACH, key)).unwrap();
            side.step(Pad::Done).unwrap();
            side.newest = newest;
        }),
    ];
    for (why, change) in elsewhere {
        let mut side = just_paid();
        change(&mut side);
        let good: Vec<u64> = [31, 32, 33].into_iter().skip(3 - side.good()).collect();
        side.begin(&good).unwrap();
        assert!(!is_void(&side), "{why}");
    }
    let mut side = just_paid();
    side.begin(&[31, 32]).unwrap();
    assert!(!is_void(&side), "a part is refunded");
    let mut side = just_paid();
    let wanted = side.wanted(&[31, 32, 33], TOTAL);
    side.begin_with(wanted, false).unwrap();
    assert!(!is_void(&side), "the terminal has no word for it");
    let mut side = just_paid();
    side.begin(&[31, 32, 33]).unwrap();
    assert!(is_void(&side));
    side.step(Pad::Send).unwrap();
    side.step(|key| approved(TOTAL, key)).unwrap();
    side.step(Pad::Done).unwrap();
    assert_eq!((side.state(), side.good(), side.refunded()), (State::Captured, 0, TOTAL));
    assert_eq!(side.cards_back, TOTAL);
    side.settled();
}

#[test]
fn what_could_not_be_taken_back_is_refunded_at_the_next_try() {
    let ends: [fn(Key) -> Pad; 3] = [
        |intent| Pad::Ended {
            intent,
            outcome: Outcome::Declined { code: "B5".to_owned(), text: "No".to_owned() },
        },
        |intent| Pad::NotStarted { intent, why: "another is the newest".to_owned() },
        |intent| Pad::Ended { intent, outcome: Outcome::Cancelled },
    ];
    for end in ends {
        let mut side = just_paid();
        side.begin(&[31, 32, 33]).unwrap();
        assert!(is_void(&side));
        side.step(Pad::Send).unwrap();
        side.step(end).unwrap();
        side.begin(&[31, 32, 33]).unwrap();
        assert!(!is_void(&side));
    }
}

/// An order of which 40.00 were paid in cash, the rest by day 10; cancelled two days after that.
fn booked() -> Counterside {
    let mut side = Counterside::paid(false);
    let rest = TOTAL - Money(4_000);
    side.post(&posting::cash_payment(ORDER, TILL, -rest, At(1), BusinessDay(3)));
    let (deposit, due) = (Some(Money(4_000)), Some(BusinessDay(10)));
    let payments = Payments { deposit, due, ..Payments::default() };
    side.about().order.payments = Some(Box::new(payments));
    side.sale.house.cancel_overdue_after = Some(2);
    side.sale.till = None;
    side.sync();
    side
}

fn cancels(side: &mut Counterside, by: Actor, day: u32) -> Result<Vec<AnyEvent>, Refusal> {
    let ask = Ask { by, day: BusinessDay(day), ..ask() };
    decide(&side.sale, &Command::Payment(Pay::CancelOverdue(ORDER)), &ask)
}

#[test]
fn what_is_overdue_is_cancelled_and_what_was_paid_is_owed_to_the_customer() {
    let mut side = booked();
    assert_eq!(cancels(&mut side, Actor::House, 11), Err(Refusal::Stale));
    for event in cancels(&mut side, Actor::House, 12).unwrap() {
        side.happened(event);
    }
    side.sync();
    assert_eq!((side.good(), side.refunded()), (0, Money::ZERO));
    assert_eq!(side.about().balance, Money(-4_000));
    let made = side.about().order.refunds.clone().unwrap().made.remove(0);
    assert_eq!((made.overdue, made.amount), (Some(BusinessDay(10)), Money::ZERO));
    assert_eq!(cancels(&mut side, Actor::House, 13), Err(Refusal::Stale), "once");
    let session = TillSession::opened(TILL, ANNA, Money(100), &ask());
    side.sale.till = Some((SESSION, session));
    let wanted = side.wanted(&[], Money(4_000));
    side.ask(&Command::Refund(refund::Command::Cash(wanted))).unwrap();
    assert_eq!((side.about().balance, side.refunded()), (Money::ZERO, Money(4_000)));
}

#[test]
fn who_left_an_address_is_told_that_the_order_is_cancelled() {
    let mut side = booked();
    let letters = |events: Vec<AnyEvent>| {
        let kinds = events.into_iter().filter_map(|event| match event {
            AnyEvent::Letter(letter::Event::Put(_, letter)) => Some((letter.kind, letter.to)),
            _ => None,
        });
        kinds.collect::<Vec<_>>()
    };
    assert_eq!(letters(cancels(&mut side, Actor::House, 12).unwrap()), []);
    side.about().order.buyer.email = "ada@harbourmail.example".to_owned();
    let told = letters(cancels(&mut side, Actor::House, 12).unwrap());
    assert_eq!(told, [(letter::Kind::Cancelled(ORDER), "ada@harbourmail.example".to_owned())]);
}

#[test]
fn what_may_not_be_cancelled_stays_as_it_is() {
    type How = fn(&mut Counterside);
    let used = || Refusal::TicketUsed { tickets: vec![TicketId(31)] };
    let table: [(How, Refusal); 11] = [
        (|side| side.sale.house.cancel_overdue_after = None, Refusal::Stale),
        (|side| side.sale.house.cancel_overdue_after = Some(3), Refusal::Stale),
        (|side| side.about().order.payments.as_mut().unwrap().due = None, Refusal::Stale),
        (|side| side.about().order.payments = None, Refusal::Stale),
        (|side| side.about().balance = Money::ZERO, Refusal::Stale),
        (|side| side.about().balance = Money(-1), Refusal::Stale),
        (|side| side.about().order.payment = Payment::CapturePending, Refusal::CapturePending),
        (|side| side.about().tickets[2].began = true, Refusal::PerformanceOver),
        (|side| side.about().tickets[0].used = true, used()),
        (|side| side.about().running = Some(payment()), Refusal::RefundRunning),
        (
            |side| side.about().exchanging = Some(CartId(11)),
            Refusal::ExchangeRunning { cart: CartId(11) },
        ),
    ];
    for (how, refusal) in table {
        let mut side = booked();
        how(&mut side);
        assert_eq!(cancels(&mut side, Actor::House, 12), Err(refusal));
    }
    for by in [Actor::Account(ANNA), Actor::Staff("token".into()), Actor::Console] {
        assert_eq!(cancels(&mut booked(), by, 12), Err(Refusal::NotAllowed));
    }
    // Tickets that went back before do not keep the others.
    let mut side = booked();
    side.about().tickets[2].ticket.state = ticket::State::Cancelled { at: At(2) };
    side.about().tickets[2].began = true;
    assert!(cancels(&mut side, Actor::House, 12).is_ok());
}
