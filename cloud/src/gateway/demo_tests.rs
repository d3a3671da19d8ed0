//! What the demo gateway promises: each token's behaviour, and that a key is charged once.
//!
//! The clock is a number; nothing sleeps but the one deadline that is asked for. Next: `demo.rs`.

use super::*;
use crate::gateway::by_deadline;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use usher_rules::at::At;

struct Hand(AtomicI64);

impl Clock for Hand {
    fn wall(&self) -> At {
        At(self.0.load(Ordering::SeqCst))
    }
    fn monotonic_ms(&self) -> u64 {
        0
    }
}

struct Bank {
    gateway: DemoGateway,
    clock: Arc<Hand>,
    path: PathBuf,
}

impl Bank {
    fn new(name: &str) -> Bank {
        let path = std::env::temp_dir().join(format!("usher-demo-{name}-{}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        let clock = Arc::new(Hand(AtomicI64::new(1_000_000)));
        let gateway = DemoGateway::open(&path, clock.clone()).unwrap();
        Bank { gateway, clock, path }
    }

    fn reopen(&mut self) {
        self.gateway = DemoGateway::open(&self.path, self.clock.clone()).unwrap();
    }

    fn pass(&self, span: Span) {
        self.clock.0.fetch_add(span.0, Ordering::SeqCst);
    }

    /// Asks with the answer due at once: the demo's silence does not end by itself.
    async fn authorize(&self, key: u8, minor: i64, token: &str) -> Authorized {
        tokio::time::pause();
        let (currency, token) = ("GBP".to_owned(), token.to_owned());
        let charge = Charge { key: [key; 16], amount: Money(minor), currency, token };
        let answer = self.gateway.authorize(charge);
        let outcome = by_deadline(&self.gateway, answer, Authorized::Unknown).await;
        tokio::time::resume();
        outcome
    }

    async fn query(&self, key: u8) -> Standing {
        self.gateway.query([key; 16]).await
    }

    fn lines(&self) -> Vec<String> {
        std::fs::read_to_string(&self.path).unwrap().lines().map(str::to_owned).collect()
    }
}

impl Drop for Bank {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

fn is_approved(standing: &Standing) -> bool {
    matches!(standing, Standing::Approved { .. })
}

#[tokio::test]
async fn the_good_token_is_approved_and_captured_once() {
    let bank = Bank::new("good");
    let first = bank.authorize(1, 4_200, TOKEN_APPROVED).await;
    assert!(matches!(first, Authorized::Approved { .. }), "{first:?}");
    assert_eq!(bank.authorize(1, 4_200, TOKEN_APPROVED).await, first, "a repeat says the same");
    assert!(is_approved(&bank.query(1).await));
    assert_eq!(bank.gateway.capture([1; 16]).await, Moved::Done);
    assert_eq!(bank.gateway.capture([1; 16]).await, Moved::Done);
    assert!(matches!(bank.gateway.void([1; 16]).await, Moved::Refused { .. }));
    let lines = bank.lines();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].contains("\"charge\"") && lines[1].contains("\"capture\""));
}

#[tokio::test]
async fn a_key_with_another_amount_is_no_second_charge() {
    let bank = Bank::new("reused");
    bank.authorize(1, 4_200, TOKEN_APPROVED).await;
    let other = bank.authorize(1, 4_300, TOKEN_APPROVED).await;
    assert!(matches!(other, Authorized::Declined { .. }), "{other:?}");
    assert_eq!(bank.lines().len(), 1);
}

#[tokio::test]
async fn declined_and_foreign_tokens_and_nothing_to_pay_are_declined() {
    let bank = Bank::new("declined");
    for (key, minor, token) in
        [(1, 4_200, TOKEN_DECLINED), (2, 4_200, "tok_x"), (3, 0, TOKEN_APPROVED)]
    {
        let said = bank.authorize(key, minor, token).await;
        assert!(matches!(said, Authorized::Declined { .. }), "{token}: {said:?}");
        assert!(matches!(bank.query(key).await, Standing::Declined { .. }));
        assert!(matches!(bank.gateway.capture([key; 16]).await, Moved::Refused { .. }));
    }
}

#[tokio::test]
async fn a_lost_answer_is_approved_at_the_first_query() {
    let bank = Bank::new("timeout");
    assert_eq!(bank.authorize(1, 4_200, TOKEN_TIMEOUT).await, Authorized::Unknown);
    assert!(is_approved(&bank.query(1).await));
    assert_eq!(bank.gateway.capture([1; 16]).await, Moved::Done);
}

#[tokio::test]
async fn an_undecided_charge_is_decided_after_its_time() {
    let bank = Bank::new("unknown");
    assert_eq!(bank.authorize(1, 4_200, TOKEN_UNKNOWN).await, Authorized::Unknown);
    assert_eq!(bank.authorize(2, 4_213, TOKEN_UNKNOWN).await, Authorized::Unknown);
    bank.pass(Span(UNDECIDED.0 - 1));
    assert_eq!(bank.query(1).await, Standing::Unknown);
    assert_eq!(bank.query(2).await, Standing::Unknown);
    assert_eq!(bank.gateway.capture([1; 16]).await, Moved::Unknown);
    assert_eq!(bank.gateway.void([1; 16]).await, Moved::Unknown);
    bank.pass(Span(1));
    assert!(is_approved(&bank.query(1).await));
    assert_eq!(bank.query(2).await, Standing::NeverBooked);
}

#[tokio::test]
async fn a_void_gives_back_and_stays_given_back() {
    let mut bank = Bank::new("void");
    bank.authorize(1, 4_200, TOKEN_APPROVED).await;
    assert_eq!(bank.gateway.void([1; 16]).await, Moved::Done);
    assert_eq!(bank.gateway.void([1; 16]).await, Moved::Done);
    assert_eq!(bank.gateway.void([9; 16]).await, Moved::Done, "nothing to give back");
    bank.reopen();
    assert_eq!(bank.query(1).await, Standing::Voided);
    assert!(matches!(bank.gateway.capture([1; 16]).await, Moved::Refused { .. }));
    assert!(matches!(bank.authorize(1, 4_200, TOKEN_APPROVED).await, Authorized::Declined { .. }));
    assert_eq!(bank.lines().len(), 2);
}

#[tokio::test]
async fn a_restart_changes_no_answer() {
    let mut bank = Bank::new("restart");
    let said = bank.authorize(1, 4_200, TOKEN_APPROVED).await;
    bank.authorize(2, 4_200, TOKEN_UNKNOWN).await;
    bank.reopen();
    assert_eq!(bank.authorize(1, 4_200, TOKEN_APPROVED).await, said);
    assert_eq!(bank.query(2).await, Standing::Unknown);
    assert_eq!(bank.query(3).await, Standing::NeverBooked);
    bank.pass(UNDECIDED);
    assert!(is_approved(&bank.query(2).await));
}

const TODAY: Month = Month { year: 2026, month: 11 };
const DECEMBER: Month = Month { year: 2026, month: 12 };

#[test]
fn the_demo_card_is_good_from_december_on() {
    let token = |expiry| token_for_card("4242 4242 4242 4242", expiry, "123", TODAY);
    assert_eq!(token(DECEMBER), Ok(TOKEN_APPROVED));
    assert_eq!(token(Month { year: 2031, month: 1 }), Ok(TOKEN_APPROVED));
    assert_eq!(token(Month { year: 2026, month: 11 }), Err(CardFault::Expiry));
    assert_eq!(token(Month { year: 2027, month: 13 }), Err(CardFault::Expiry));
    assert_eq!(token(Month { year: 2027, month: 0 }), Err(CardFault::Expiry));
}

#[test]
fn another_card_or_code_is_for_the_bank_to_decline() {
    let token = |number, cvv| token_for_card(number, DECEMBER, cvv, TODAY);
    assert_eq!(token("4242-4242-4242-4242", "123"), Ok(TOKEN_APPROVED));
    assert_eq!(token("4242424242424242", "124"), Ok(TOKEN_DECLINED));
    assert_eq!(token("4242424242424242424", "123"), Err(CardFault::Number), "fails the check sum");
    assert_eq!(token("4242424242424", "123"), Err(CardFault::Number));
    assert_eq!(token("0000 0000 0000 0000", "123"), Err(CardFault::Number));
    assert_eq!(token("4242", "123"), Err(CardFault::Number));
    assert_eq!(token("", "123"), Err(CardFault::Number));
    assert_eq!(token("４２４２４２４２４２４２４２４２", "123"), Err(CardFault::Number));
    assert_eq!(token("4242424242424242", "12"), Err(CardFault::Cvv));
    assert_eq!(token("4242424242424242", "12345"), Err(CardFault::Cvv));
    assert_eq!(token("4242424242424242", "abc"), Err(CardFault::Cvv));
}

#[test]
fn a_well_formed_strange_card_is_declined_and_its_number_stays_here() {
    // Made up: sixteen digits that pass the check sum.
    let said = token_for_card("1000000000000008", DECEMBER, "123", TODAY);
    assert_eq!(said, Ok(TOKEN_DECLINED));
}

impl Bank {
    /// A charge that was captured.
    async fn paid(&self, key: u8, minor: i64, token: &str) {
        self.authorize(key, minor, token).await;
        self.pass(UNDECIDED);
        assert_eq!(self.gateway.capture([key; 16]).await, Moved::Done);
    }

    /// As [`Bank::authorize`].
    async fn refund(&self, key: u8, charge: u8, minor: i64) -> Returned {
        tokio::time::pause();
        let refund = Refund { key: [key; 16], charge: [charge; 16], amount: Money(minor) };
        let answer = self.gateway.refund(refund);
        let told = by_deadline(&self.gateway, answer, Returned::Unknown).await;
        tokio::time::resume();
        told
    }

    async fn found(&self, key: u8) -> Returned {
        self.gateway.query_refund([key; 16]).await
    }

    async fn totals(&self) -> (u32, i64) {
        let totals = Settles::totals(&self.gateway).await.unwrap();
        (totals.count, totals.sum.0)
    }
}

fn is_back(told: &Returned) -> bool {
    matches!(told, Returned::Done { .. })
}

fn is_refused(told: &Returned) -> bool {
    matches!(told, Returned::Refused { .. })
}

#[tokio::test]
async fn a_refund_goes_back_once_a_key_and_never_more_than_was_captured() {
    let mut bank = Bank::new("refund");
    bank.authorize(1, 4_200, TOKEN_APPROVED).await;
    assert!(is_refused(&bank.refund(8, 1, 100).await), "not captured: nothing to give back");
    assert_eq!(bank.found(8).await, Returned::NeverAsked, "and nothing was written");
    assert_eq!(bank.gateway.capture([1; 16]).await, Moved::Done);
    let first = bank.refund(9, 1, 1_200).await;
    assert!(is_back(&first), "{first:?}");
    bank.reopen();
    assert_eq!(bank.refund(9, 1, 1_200).await, first, "a repeat says the same");
    assert_eq!(bank.found(9).await, first);
    assert!(is_refused(&bank.refund(9, 1, 1_300).await), "another amount under the key");
    assert!(is_refused(&bank.refund(10, 1, 3_001).await), "more than is left");
    assert!(is_refused(&bank.refund(11, 2, 1).await), "no such charge");
    assert!(is_refused(&bank.refund(12, 1, 0).await));
    assert!(is_back(&bank.refund(13, 1, 3_000).await));
    assert!(is_refused(&bank.refund(14, 1, 1).await));
    let refunds = bank.lines().iter().filter(|line| line.contains("\"refund\"")).count();
    assert_eq!((refunds, bank.totals().await), (2, (3, 0)));
}

#[tokio::test]
async fn refunds_misbehave_as_their_charge_did() {
    let bank = Bank::new("refund-moods");
    for (key, token) in [(1, TOKEN_TIMEOUT), (2, TOKEN_UNKNOWN), (3, TOKEN_NO_REFUND)] {
        bank.paid(key, 4_200, token).await;
    }
    assert_eq!(bank.refund(11, 1, 100).await, Returned::Unknown, "done, and its answer lost");
    assert!(is_back(&bank.found(11).await) && is_back(&bank.refund(11, 1, 100).await));
    assert_eq!(bank.refund(12, 2, 100).await, Returned::Unknown, "not decided");
    bank.pass(Span(UNDECIDED.0 - 1));
    assert_eq!(bank.found(12).await, Returned::Unknown);
    bank.pass(Span(1));
    assert!(is_back(&bank.found(12).await));
    assert!(is_refused(&bank.refund(13, 3, 100).await) && is_refused(&bank.found(13).await));
    assert_eq!(bank.totals().await, (5, 3 * 4_200 - 200));
}

#[tokio::test]
async fn a_settlement_takes_what_there_is_once_and_tells_the_same_again() {
    let mut bank = Bank::new("settle");
    assert_eq!(bank.totals().await, (0, 0));
    bank.paid(1, 4_200, TOKEN_APPROVED).await;
    bank.authorize(2, 900, TOKEN_APPROVED).await;
    bank.refund(9, 1, 200).await;
    let had = Totals { count: 2, sum: Money(4_000) };
    assert_eq!(bank.totals().await, (2, 4_000), "what is not captured is not in it");
    assert_eq!(bank.gateway.settle([7; 16]).await, Settled::Done(had));
    bank.reopen();
    bank.refund(10, 1, 300).await;
    assert_eq!(bank.gateway.settle([7; 16]).await, Settled::Done(had), "the same key");
    assert_eq!(bank.totals().await, (1, -300), "a refund of what was settled before");
    let less = Totals { count: 1, sum: Money(-300) };
    assert_eq!(bank.gateway.settle([8; 16]).await, Settled::Done(less));
}
