//! Guards how long a session lives: both sides of each limit, and never shorter than its cart.
//!
//! Given a row and the time, then over or not; and what the sweeper's command ends. Next:
//! `rules/session.rs`.

#![allow(clippy::unwrap_used, clippy::panic)]

use minicbor::bytes::ByteArray;
use usher_rules::at::{At, Span};
use usher_rules::id::{CartId, StaffNo};
use usher_rules::session::{
    ABOUT_CHARS_MAX, AGED_MAX, CONFIRMED_FOR, Command, Event, Facts, SESSION_KEPT,
    STAFF_SESSION_KEPT, Session, decide,
};
use usher_rules::{Actor, Ask, BusinessDay, Event as AnyEvent, Refusal};

const NOW: At = At(1_796_403_600_000);

fn opened(ago: Span, staff: Option<&str>) -> Session {
    let staff = staff.map(str::to_owned);
    Session { cart: Some(CartId(7)), staff, ..Session::guest(NOW - ago) }
}

fn check(session: &Session, cart_runs: bool, over: bool) {
    assert_eq!(session.over(cart_runs, NOW), over, "{session:?}, cart runs: {cart_runs}");
}

#[test]
fn a_session_is_over_at_its_age_and_not_a_moment_before() {
    for (kept, staff) in [(SESSION_KEPT, None), (STAFF_SESSION_KEPT, Some("manager"))] {
        check(&opened(Span(kept.0 - 1), staff), false, false);
        check(&opened(kept, staff), false, true);
    }
}

#[test]
fn a_session_outlives_its_age_while_its_cart_runs() {
    check(&opened(SESSION_KEPT, None), true, false);
    check(&opened(STAFF_SESSION_KEPT, Some("manager")), true, false);
}

fn end(named: Vec<([u8; 32], Session, bool)>) -> Result<Vec<AnyEvent>, Refusal> {
    let sessions = named.iter().map(|(key, ..)| ByteArray::from(*key)).collect();
    let command = Command::EndAged { sessions };
    let ask = Ask { by: Actor::House, at: NOW, day: BusinessDay(20_000), random: [0; 32] };
    decide(&Facts { row: None, named }, &command, &ask)
}

#[test]
fn of_the_named_sessions_only_the_old_ones_end() {
    let old = opened(SESSION_KEPT, None);
    let young = opened(Span::ZERO, None);
    let named = vec![([1; 32], old.clone(), false), ([2; 32], young, false), ([3; 32], old, true)];
    let events = end(named).unwrap();
    assert_eq!(events, [AnyEvent::Session(Event::Ended { session: [1; 32] })]);
}

#[test]
fn with_nothing_to_end_nothing_is_written() {
    assert_eq!(end(Vec::new()), Err(Refusal::NotFound));
    let young = opened(Span::ZERO, None);
    assert_eq!(end(vec![([2; 32], young, false)]), Err(Refusal::NotFound));
}

#[test]
fn one_command_ends_no_more_than_its_limit() {
    let many = |count: usize| {
        let key = |nth: usize| {
            let mut key = [0; 32];
            key[..8].copy_from_slice(&nth.to_be_bytes());
            key
        };
        (0..count).map(|nth| (key(nth), opened(SESSION_KEPT, None), false)).collect()
    };
    assert_eq!(end(many(AGED_MAX)).unwrap().len(), AGED_MAX);
    assert_eq!(end(many(AGED_MAX + 1)).unwrap().len(), AGED_MAX);
}

fn one(row: Option<Session>, command: &Command) -> Result<Vec<AnyEvent>, Refusal> {
    let ask = Ask { by: Actor::House, at: NOW, day: BusinessDay(20_000), random: [0; 32] };
    decide(&Facts { row, named: Vec::new() }, command, &ask)
}

fn opened_row(events: &[AnyEvent]) -> Session {
    match events {
        [AnyEvent::Session(Event::Opened { session, row })] if *session == [7; 32] => row.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn signing_in_proves_who_it_is_for_five_minutes_and_not_a_moment_longer() {
    let about = "x".repeat(ABOUT_CHARS_MAX + 1);
    let sign_in = Command::SignIn { session: [7; 32], account: StaffNo(3), about };
    let row = opened_row(&one(None, &sign_in).unwrap());
    assert_eq!((row.account, row.staff.as_deref()), (Some(StaffNo(3)), None));
    assert_eq!(row.about.as_ref().map(String::len), Some(ABOUT_CHARS_MAX));
    assert!(row.confirmed(NOW) && row.confirmed(NOW + Span(CONFIRMED_FOR.0 - 1)));
    assert!(!row.confirmed(NOW + CONFIRMED_FOR));
    let late = Session { confirmed_at: None, ..row };
    assert!(!late.confirmed(NOW));
    let again = opened_row(&one(Some(late), &Command::Confirm { session: [7; 32] }).unwrap());
    assert!(again.confirmed(NOW));
}

#[test]
fn only_the_session_of_an_account_can_be_proven_again() {
    let confirm = Command::Confirm { session: [7; 32] };
    for row in [None, Some(opened(Span::ZERO, None)), Some(opened(Span::ZERO, Some("token")))] {
        assert_eq!(one(row, &confirm), Err(Refusal::NotFound));
    }
}
