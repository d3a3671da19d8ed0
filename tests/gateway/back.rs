//! Money of the shop on its way back through the gateway, with the bank's own file as referee.
//!
//! At most one refund of a key, whoever falls silent and wherever the worker is cut off; what our
//! books have of the gateway is what the bank captured less what it gave back. Next: `settle.rs`.

use super::moody::Moody;
use super::*;
use usher_cloud::gateway::demo::TOKEN_NO_REFUND;
use usher_ledger::batch;
use usher_ledger::view::desk::order::goes_back_first;
use usher_rules::Refusal;
use usher_rules::batch::Of;
use usher_rules::id::{OrderId, TicketId};
use usher_rules::refund::{self, Wanted};

impl Street {
    /// An order of two tickets that the bank has paid, and the key of its charge.
    pub fn sold(&mut self, token: &str) -> (OrderId, Key) {
        let (cart, key) = self.pay(token);
        self.until(key, State::Captured, Span(500));
        (self.cart(cart).order.unwrap(), key)
    }

    fn tickets(&self, order: OrderId) -> Vec<TicketId> {
        let snapshot = self.town.handle.snapshot().unwrap();
        checkout::order(&snapshot, order).unwrap().unwrap().tickets
    }

    pub fn good(&self, order: OrderId) -> usize {
        let snapshot = self.town.handle.snapshot().unwrap();
        let good = |id: &&TicketId| checkout::ticket(&snapshot, **id).unwrap().unwrap().is_good();
        self.tickets(order).iter().filter(good).count()
    }

    /// Begins a refund of these tickets and tells its key.
    pub fn give_back(&mut self, order: OrderId, tickets: &[TicketId]) -> Key {
        let snapshot = self.town.handle.snapshot().unwrap();
        let row = checkout::order(&snapshot, order).unwrap().unwrap();
        let first = goes_back_first(&snapshot, order, &row, tickets).unwrap();
        let wanted = Wanted {
            order,
            tickets: tickets.to_vec(),
            reason: "Fell ill".to_owned(),
            shown: first.map_or(Money::ZERO, |share| share.amount),
        };
        drop(snapshot);
        let command = saga::Command::Refund(refund::Command::Online(wanted));
        let begun = self.town.must(Command::Checkout(command));
        let key = begun.events.iter().find_map(|event| match event {
            Event::Checkout(saga::Event::Intent(key, _)) => Some(*key),
            _ => None,
        });
        key.unwrap()
    }

    pub fn all_back(&mut self, order: OrderId) -> Key {
        let tickets = self.tickets(order);
        self.give_back(order, &tickets)
    }

    /// Captured less given back, by the bank's own file; `kind` of `from` and after.
    pub fn truth(&self) -> Money {
        let mut sum = Money::ZERO;
        for line in std::fs::read_to_string(&self.truth).unwrap().lines() {
            let deed: Value = serde_json::from_str(line).unwrap();
            let minor = || Money(deed["minor"].as_i64().unwrap());
            sum = match (deed["kind"].as_str().unwrap(), deed["fate"].as_str()) {
                ("capture", _) => sum + minor(),
                ("refund", fate) if fate != Some("declined") => sum - minor(),
                ("settle", _) => Money::ZERO,
                _ => sum,
            };
        }
        sum
    }

    /// The books have of the gateway what the bank has.
    pub fn agrees(&self) {
        let snapshot = self.town.handle.snapshot().unwrap();
        assert_eq!(batch::balance(&snapshot, Of::Gateway).unwrap(), self.truth());
        self.proven();
    }
}

#[test]
fn a_part_and_then_the_rest_of_an_order_go_back_once_each() {
    let mut street = Street::new("back");
    street.work();
    let (order, charge) = street.sold(TOKEN_APPROVED);
    let tickets = street.tickets(order);
    let part = street.give_back(order, &tickets[..1]);
    street.until(part, State::Captured, Span::ZERO);
    assert_eq!(street.good(order), 1);
    street.agrees();
    let rest = street.give_back(order, &tickets[1..]);
    street.until(rest, State::Captured, Span::ZERO);
    assert_eq!((street.good(order), street.truth()), (0, Money::ZERO));
    for key in [part, rest] {
        assert_eq!((street.deed("refund", key), street.deed("charge", key)), (1, 0));
    }
    assert_eq!(street.deed("void", charge), 0, "what is captured is refunded, not voided");
    street.agrees();
}

#[test]
fn an_answer_that_was_lost_is_asked_for_and_nothing_goes_back_twice() {
    for token in [TOKEN_TIMEOUT, TOKEN_UNKNOWN] {
        let mut street = Street::new(token);
        street.work();
        let (order, _) = street.sold(token);
        let back = street.all_back(order);
        street.until(back, State::Unknown, Span::ZERO);
        assert_eq!(street.good(order), 2, "good until the money is known to be back");
        street.until(back, State::Captured, Span(500));
        assert_eq!((street.good(order), street.deed("refund", back)), (0, 1));
        street.agrees();
    }
}

#[test]
fn a_refund_that_the_bank_refuses_leaves_tickets_and_money_where_they_are() {
    let mut street = Street::new("refused");
    street.work();
    let (order, _) = street.sold(TOKEN_NO_REFUND);
    let back = street.all_back(order);
    street.until(back, State::Declined, Span::ZERO);
    let snapshot = street.town.handle.snapshot().unwrap();
    let row = checkout::intent(&snapshot, back).unwrap().unwrap();
    assert_eq!((row.why(), street.good(order)), ("Do not honour", 2));
    drop(snapshot);
    street.agrees();
    let again = street.all_back(order);
    assert_ne!(again, back, "another try is another refund");
    street.until(again, State::Declined, Span::ZERO);
    street.agrees();
}

#[test]
fn a_bank_that_stays_silent_leaves_it_to_a_person_and_is_believed_when_it_speaks() {
    for deaf in [true, false] {
        let mut street = Street::new(if deaf { "deaf" } else { "mute" });
        let moody = Moody::over(&street.gateway);
        street.work_with(Arc::new(moody.clone()));
        let (order, _) = street.sold(TOKEN_APPROVED);
        let mood = if deaf { &moody.deaf } else { &moody.mute };
        mood.store(true, Ordering::SeqCst);
        let back = street.all_back(order);
        street.until(back, State::NeedsOperator, Span::seconds(2));
        assert_eq!((street.good(order), street.deed("refund", back)), (2, u32::from(!deaf)));
        let tickets = street.tickets(order);
        let wanted = Wanted { order, tickets, reason: "Again".to_owned(), shown: street.truth() };
        let again = saga::Command::Refund(refund::Command::Online(wanted));
        let told = street.town.ask(Command::Checkout(again));
        let running = usher_ledger::Denied::Refused(Refusal::RefundRunning);
        assert_eq!(told.unwrap_err(), running, "it is not asked for a second time");
        mood.store(false, Ordering::SeqCst);
        street.until(back, State::Captured, Span::seconds(60));
        assert_eq!((street.good(order), street.deed("refund", back)), (0, 1));
        street.agrees();
    }
}

#[test]
fn nothing_goes_back_before_the_bank_has_paid() {
    let mut street = Street::new("pending");
    let failures = AtomicU32::new(u32::MAX);
    street.work_with(Arc::new(Clumsy { bank: street.gateway.clone(), failures }));
    let (cart, key) = street.pay(TOKEN_APPROVED);
    street.until(key, State::Approved, Span::ZERO);
    let order = street.cart(cart).order.unwrap();
    let wanted = Wanted {
        order,
        tickets: street.tickets(order),
        reason: "Ill".to_owned(),
        shown: Money::ZERO,
    };
    let command = saga::Command::Refund(refund::Command::Online(wanted));
    let told = street.town.ask(Command::Checkout(command)).unwrap_err();
    assert_eq!(told, usher_ledger::Denied::Refused(Refusal::CapturePending));
}

#[test]
fn a_worker_cut_off_anywhere_gives_back_everything_once() {
    let mut street = Street::new("back-cuts");
    let mut worker = street.work();
    let tokens = [TOKEN_APPROVED, TOKEN_APPROVED, TOKEN_TIMEOUT, TOKEN_NO_REFUND];
    let orders: Vec<_> = (0..12).map(|nth| street.sold(tokens[nth % tokens.len()]).0).collect();
    let mut backs = Vec::new();
    for order in &orders {
        let tickets = street.tickets(*order);
        let some = 1 + street.town.dice.below(2);
        backs.push(street.give_back(*order, &tickets[..some]));
        std::thread::sleep(Duration::from_micros(street.town.dice.below(4_000) as u64));
        worker.abort();
        street.town.clock.pass(Span(street.town.dice.below(1_500) as i64));
        worker = street.work();
    }
    for (nth, back) in backs.iter().enumerate() {
        let refused = tokens[nth % tokens.len()] == TOKEN_NO_REFUND;
        let end = if refused { State::Declined } else { State::Captured };
        street.until(*back, end, Span(500));
        assert_eq!(street.deed("refund", *back), 1);
    }
    street.agrees();
}
