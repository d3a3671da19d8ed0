//! When the worker asks what: each state, each side of each wait, without gateway or ledger.
//!
//! The whole saga against the demo gateway is in the whole-box tests. Next: `worker.rs`.

use super::*;
use usher_rules::id::{BatchId, CartId, OrderId, StaffNo};
use usher_rules::money::Money;
use usher_rules::tender::Back;
use usher_rules::tender::pad::Refunding;

const NOW: At = At(1_000_000);
const DEADLINE: Span = Span::seconds(20);

fn intent(state: State, queries: u16, ago: Span) -> Intent {
    Intent {
        cart: CartId(1),
        amount: Money(4_200),
        state,
        created_at: NOW - ago,
        changed_at: NOW - ago,
        token: "tok_4242".to_owned(),
        approval: String::new(),
        reference: String::new(),
        queries,
        pad: None,
        back: None,
    }
}

fn asked() -> Memory {
    Memory { asked: true, ..Memory::NEW }
}

fn check(intent: &Intent, memory: Memory, step: Option<Step>) {
    let said = next_step(intent, &memory, DEADLINE, NOW);
    assert_eq!(said, step, "{:?} after {:?}", intent.state, NOW - intent.changed_at);
}

#[test]
fn a_fresh_intent_is_authorised_once() {
    check(&intent(State::Sent, 0, Span::ZERO), Memory::NEW, Some(Step::Authorize));
    check(&intent(State::Sent, 0, Span::ZERO), asked(), None);
}

#[test]
fn an_intent_that_may_have_been_sent_is_asked_about_after_the_deadline() {
    check(&intent(State::Sent, 0, Span(DEADLINE.0 - 1)), asked(), None);
    check(&intent(State::Sent, 0, DEADLINE), asked(), Some(Step::Query));
}

#[test]
fn three_questions_fall_into_the_first_minute_then_one_every_five() {
    for (queries, wait) in [
        (1, Span::seconds(2)),
        (2, Span::seconds(18)),
        (3, Span::seconds(40)),
        (4, Span::minutes(5)),
        (900, Span::minutes(5)),
    ] {
        check(&intent(State::Unknown, queries, Span(wait.0 - 1)), asked(), None);
        check(&intent(State::Unknown, queries, wait), asked(), Some(Step::Query));
    }
    let first_three: i64 = QUERY_WAITS.iter().map(|wait| wait.0).sum();
    assert_eq!(first_three, 60_000);
}

#[test]
fn an_unknown_one_found_at_the_start_is_asked_about_at_once() {
    let found = Memory { at_once: true, ..asked() };
    check(&intent(State::Unknown, 9, Span::ZERO), found, Some(Step::Query));
}

#[test]
fn approved_is_captured_and_reversing_is_voided() {
    check(&intent(State::Approved, 0, Span::ZERO), asked(), Some(Step::Capture));
    check(&intent(State::Reversing, 0, Span::ZERO), asked(), Some(Step::Void));
}

#[test]
fn what_failed_waits_twice_as_long_each_time() {
    let key = Key([1; 16]);
    let mut rounds = Rounds {
        memory: HashMap::from([(key, asked())]),
        flying: JoinSet::new(),
        keys: HashMap::new(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut waits = Vec::new();
    for _ in 0..10 {
        let id = runtime.block_on(async { tokio::spawn(async { tokio::task::id() }).await });
        let id = id.unwrap();
        rounds.keys.insert(id, (key, Step::Capture));
        rounds.land(Ok((id, Landed::Not)), NOW);
        waits.push((rounds.memory[&key].not_before - NOW).0 / 1_000);
    }
    assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]);
    let failed = rounds.memory[&key];
    check(&intent(State::Approved, 0, Span::ZERO), failed, None);
    let id = runtime.block_on(async { tokio::spawn(async { tokio::task::id() }).await }).unwrap();
    rounds.keys.insert(id, (key, Step::Capture));
    rounds.land(Ok((id, Landed::Done)), NOW);
    check(&intent(State::Approved, 0, Span::ZERO), rounds.memory[&key], Some(Step::Capture));
}

#[test]
fn what_is_over_or_with_the_operator_is_left_alone() {
    for state in [
        State::Created,
        State::NeedsOperator,
        State::Captured,
        State::Declined,
        State::Cancelled,
        State::NotCharged,
        State::Reversed,
    ] {
        check(&intent(state, 1, Span::hours(9)), asked(), None);
    }
}

#[test]
fn answers_mean_what_the_saga_takes_them_for() {
    let approved = Answer::Approved { approval: "a".into(), reference: "r".into() };
    let (approval, reference) = ("a".to_owned(), "r".to_owned());
    assert_eq!(standing(Standing::Approved { approval, reference }), approved);
    assert_eq!(standing(Standing::Voided), Answer::NeverBooked);
    assert_eq!(standing(Standing::NeverBooked), Answer::NeverBooked);
    assert_eq!(standing(Standing::Unknown), Answer::NoAnswer, "silence is never declined");
    assert_eq!(authorized(Authorized::Unknown), Answer::NoAnswer, "silence is never declined");
}

fn giving_back(state: State, queries: u16, ago: Span) -> Intent {
    let refunding = Refunding {
        order: OrderId(7),
        tickets: Vec::new(),
        reason: "Fell ill".to_owned(),
        original: None,
        to: Some(Key([1; 16])),
        voids: false,
    };
    let (no, by, why) = (9, StaffNo(3), String::new());
    let back = Some(Box::new(Back { no, refunding, by, why, decision: None }));
    Intent { back, ..intent(state, queries, ago) }
}

#[test]
fn a_fresh_refund_is_asked_for_and_one_that_may_have_been_is_looked_for() {
    check(&giving_back(State::Sent, 0, Span::ZERO), Memory::NEW, Some(Step::Refund));
    check(&giving_back(State::Sent, 0, Span(DEADLINE.0 - 1)), asked(), None);
    check(&giving_back(State::Sent, 0, DEADLINE), asked(), Some(Step::FindRefund));
    let found = Memory { at_once: true, ..asked() };
    check(&giving_back(State::Sent, 0, Span::ZERO), found, Some(Step::FindRefund));
    check(&giving_back(State::Unknown, 1, Span::seconds(2)), asked(), Some(Step::FindRefund));
    check(&giving_back(State::Unknown, 1, Span(1_999)), asked(), None);
}

#[test]
fn a_refund_is_asked_about_while_a_person_may_decide_unless_the_gateway_said_so() {
    let waits = giving_back(State::NeedsOperator, 4, Span::minutes(5));
    check(&waits, asked(), Some(Step::FindRefund));
    let told = Intent { reference: "r-9".to_owned(), ..waits };
    check(&told, asked(), None);
    for state in [State::Captured, State::Declined, State::NotCharged] {
        check(&giving_back(state, 4, Span::hours(9)), asked(), None);
    }
}

#[test]
fn sums_are_asked_only_when_nothing_is_in_doubt_and_doubt_does_not_last() {
    let wanted = |settling| Wanted { batch: BatchId(4), asked_at: NOW, settling };
    assert_eq!(wanted(false).step(false, NOW), Some(Step::Totals));
    assert_eq!(wanted(false).step(true, NOW), None);
    let late = NOW + settle::DOUBT_MAX;
    assert_eq!(wanted(false).step(true, late - Span(1)), None);
    assert_eq!(wanted(false).step(true, late), Some(Step::LeaveOpen));
    for doubt in [true, false] {
        assert_eq!(wanted(true).step(doubt, late), Some(Step::Settle), "it may have settled");
    }
}

#[test]
fn a_refund_means_what_the_rule_takes_it_for() {
    let (approval, reference) = (String::new(), "r".to_owned());
    let done = Answer::Approved { approval, reference: reference.clone() };
    assert_eq!(returned(Returned::Done { reference }), done);
    assert_eq!(returned(Returned::Unknown), Answer::NoAnswer, "silence is never refused");
    assert_eq!(returned(Returned::NeverAsked), Answer::NeverBooked);
}
