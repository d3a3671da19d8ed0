//! The close of the gateway's batch by the gateway's own sums.
//!
//! Both sides count the same at every close, whatever is lost on the way; what does not match is
//! seen and blocks the end of the day. Next: `cloud/src/gateway/settle.rs`.

use super::moody::Moody;
use super::*;
use usher_cloud::gateway::Totals;
use usher_ledger::batch;
use usher_rules::batch::{Batch, Command as Rule, Of, State as Stands, sum_of};
use usher_rules::id::BatchId;
use usher_rules::{Refusal, end_of_day};

impl Street {
    fn batch(&self) -> (BatchId, Batch) {
        let snapshot = self.town.handle.snapshot().unwrap();
        batch::running(&snapshot, Of::Gateway).unwrap().unwrap()
    }

    fn row(&self, id: BatchId) -> Batch {
        batch::get(&self.town.handle.snapshot().unwrap(), id).unwrap().unwrap()
    }

    /// A member of staff closes it.
    fn press_close(&mut self) -> BatchId {
        let (id, _) = self.batch();
        self.town.must(Command::Batch(Rule::CloseGateway));
        id
    }

    /// Waits until it is not being closed any more.
    fn closed(&self, id: BatchId, tick: Span) -> Batch {
        let deadline = Instant::now() + WAIT_MAX;
        loop {
            let row = self.row(id);
            if row.state != Stands::Closing {
                return row;
            }
            assert!(Instant::now() < deadline, "{row:?} is never closed");
            self.town.clock.pass(tick);
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn settlements(&self) -> u32 {
        let of = |(kind, _): &(String, String)| kind == "settle";
        self.deeds().iter().filter(|(key, _)| of(key)).map(|(_, count)| count).sum()
    }
}

#[test]
fn captures_and_refunds_of_the_shop_match_what_the_gateway_tells() {
    let mut street = Street::new("match");
    street.work();
    let (order, _) = street.sold(TOKEN_APPROVED);
    street.sold(TOKEN_APPROVED);
    let back = street.all_back(order);
    street.until(back, State::Captured, Span::ZERO);
    let (sum, id) = (street.truth(), street.press_close());
    let row = street.closed(id, Span(500));
    let end = row.end.clone().unwrap();
    assert_eq!((row.state, end.matched), (Stands::Settled, true));
    let told = sum_of(&end.told.unwrap());
    assert_eq!((told.count, told.sum), (3, sum), "two captures and a refund");
    street.agrees();
    // What comes after is of the next batch, also a refund of what was settled before.
    street.sold(TOKEN_APPROVED);
    let id = street.press_close();
    assert_eq!(street.closed(id, Span(500)).state, Stands::Settled);
    assert_eq!(street.settlements(), 2);
    street.agrees();
}

#[test]
fn a_settlement_whose_answer_is_lost_is_asked_for_and_settles_once() {
    let mut street = Street::new("settle-lost");
    let moody = Moody::over(&street.gateway);
    moody.settlements_lost.store(2, Ordering::SeqCst);
    let worker = street.work_with(Arc::new(moody.clone()));
    street.sold(TOKEN_APPROVED);
    let id = street.press_close();
    let deadline = Instant::now() + WAIT_MAX;
    while street.settlements() == 0 {
        assert!(Instant::now() < deadline, "never asked to settle");
        std::thread::sleep(Duration::from_millis(5));
    }
    // The power goes right after; what is sold then is captured only when the outcome is known.
    worker.abort();
    street.work_with(Arc::new(moody));
    let (_, key) = street.pay(TOKEN_APPROVED);
    let row = street.closed(id, Span(500));
    assert_eq!((row.state, row.taken.count), (Stands::Settled, 1));
    street.until(key, State::Captured, Span(500));
    assert_ne!(street.batch().0, id, "the next batch has it");
    assert_eq!(street.settlements(), 1);
    street.agrees();
}

#[test]
fn what_nobody_here_asked_for_is_a_mismatch_and_blocks_the_end_of_the_day() {
    let mut street = Street::new("mismatch");
    street.work();
    street.sold(TOKEN_APPROVED);
    let (key, amount) = ([0xee; 16], Money(900));
    let (currency, token) = ("GBP".to_owned(), TOKEN_APPROVED.to_owned());
    let charge = Charge { key, amount, currency, token };
    street.runtime.block_on(street.gateway.authorize(charge));
    assert_eq!(street.runtime.block_on(street.gateway.capture(key)), Moved::Done);
    let id = street.press_close();
    let row = street.closed(id, Span(500));
    let told = sum_of(&row.end.clone().unwrap().told.unwrap());
    assert_eq!((row.state, told.sum), (Stands::Mismatched, row.sum() + amount));
    let run = Command::EndOfDay(end_of_day::Command::Run { cut_off: None });
    let blocked = street.town.ask(run).unwrap_err();
    let diff = Refusal::BatchMismatch { batch: id, diff: amount };
    assert_eq!(blocked, usher_ledger::Denied::Refused(diff));
    let reason = "Asked the gateway".to_owned();
    street.town.must(Command::Batch(Rule::NoMatch { batch: id, reason }));
    assert_eq!(street.row(id).state, Stands::Settled);
    street.proven();
}

#[test]
fn a_gateway_that_cannot_be_reached_leaves_the_batch_open_and_it_is_told() {
    let mut street = Street::new("away");
    let moody = Moody::over(&street.gateway);
    street.work_with(Arc::new(moody.clone()));
    street.sold(TOKEN_APPROVED);
    moody.away.store(true, Ordering::SeqCst);
    let id = street.press_close();
    let row = street.closed(id, Span::ZERO);
    assert_eq!(row.state, Stands::Open);
    assert!(row.why.contains("did not answer"), "{}", row.why);
    assert_eq!(street.settlements(), 0);
    moody.away.store(false, Ordering::SeqCst);
    assert_eq!(street.press_close(), id);
    assert_eq!(street.closed(id, Span(500)).state, Stands::Settled);
    street.agrees();
}

#[test]
fn a_refund_nobody_knows_the_outcome_of_keeps_the_batch_open() {
    let mut street = Street::new("doubt");
    let moody = Moody::over(&street.gateway);
    street.work_with(Arc::new(moody.clone()));
    let (order, _) = street.sold(TOKEN_APPROVED);
    moody.mute.store(true, Ordering::SeqCst);
    let back = street.all_back(order);
    street.until(back, State::Unknown, Span::ZERO);
    let id = street.press_close();
    let row = street.closed(id, Span(500));
    assert_eq!((row.state, street.settlements()), (Stands::Open, 0));
    assert!(row.why.contains("not settled"), "{}", row.why);
    moody.mute.store(false, Ordering::SeqCst);
    street.until(back, State::Captured, Span::seconds(30));
    street.press_close();
    assert_eq!(street.closed(id, Span(500)).state, Stands::Settled);
    street.agrees();
}

#[test]
fn a_gateway_without_sums_is_settled_by_our_books_and_the_batch_says_so() {
    let mut street = Street::new("wordless");
    let wordless = Moody { wordless: true, ..Moody::over(&street.gateway) };
    street.work_with(Arc::new(wordless));
    street.sold(TOKEN_APPROVED);
    let id = street.press_close();
    let row = street.closed(id, Span::ZERO);
    let end = row.end.unwrap();
    assert_eq!((row.state, end.told, street.settlements()), (Stands::Settled, None, 0));
    assert!(end.why.contains("tells no sums"), "{}", end.why);
    street.proven();
}

#[test]
fn the_shop_sells_on_while_its_batch_is_closed_and_every_close_matches() {
    let mut street = Street::new("settle-busy");
    let mut worker = street.work();
    street.sold(TOKEN_APPROVED);
    let mut closed = Vec::new();
    for _ in 0..10 {
        let keys: Vec<Key> = (0..2).map(|_| street.pay(TOKEN_APPROVED).1).collect();
        std::thread::sleep(Duration::from_micros(street.town.dice.below(3_000) as u64));
        let open = batch::running(&street.town.handle.snapshot().unwrap(), Of::Gateway).unwrap();
        if open.is_some() {
            closed.push(street.press_close());
        }
        std::thread::sleep(Duration::from_micros(street.town.dice.below(3_000) as u64));
        worker.abort();
        worker = street.work();
        closed
            .iter()
            .for_each(|id| assert_ne!(street.closed(*id, Span(500)).state, Stands::Mismatched));
        keys.into_iter().for_each(|key| street.until(key, State::Captured, Span(500)));
    }
    let settled = closed.iter().filter(|id| street.row(**id).state == Stands::Settled).count();
    assert!(settled > 3, "only {settled} of {} were settled", closed.len());
    street.agrees();
    let open = street.runtime.block_on(street.gateway.settles().unwrap().totals()).unwrap();
    assert_eq!(open.sum, street.truth(), "{:?}", Totals::default());
}
