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
