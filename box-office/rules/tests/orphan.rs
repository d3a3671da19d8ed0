//! Guards bookings that nobody asked for: ticked off once, by a person, with a reason.
//!
//! Given where a booking stands and what is typed, then the event or the refusal. Next:
//! `rules/tender/orphan.rs`.

#![allow(clippy::panic)] // a test says what it wants and stops

use usher_rules::at::At;
use usher_rules::checkout::Event;
use usher_rules::id::{PadNo, StaffNo};
use usher_rules::tender::orphan::{OrphanId, REASON_CHARS_MAX, Seen, Standing, seen};
use usher_rules::{Actor, Ask, BusinessDay, Event as AnyEvent, Refusal};

const NOW: At = At(1_796_403_600_000);
const ID: OrphanId = OrphanId { pad: PadNo(7), entry: 40 };
const ANNA: StaffNo = StaffNo(3);

fn check(standing: Standing, by: Actor, reason: &str) -> Result<Seen, Refusal> {
    let ask = Ask { by, at: NOW, day: BusinessDay(20_000), random: [0; 32] };
    match seen(standing, ID, reason, &ask)?.pop() {
        Some(AnyEvent::Checkout(Event::OrphanSeen(ID, seen))) => Ok(seen),
        other => panic!("{other:?}"),
    }
}

fn by_anna(standing: Standing, reason: &str) -> Result<Seen, Refusal> {
    check(standing, Actor::Account(ANNA), reason)
}

#[test]
fn a_booking_that_is_listed_is_seen_with_who_when_and_why() {
    let seen = Seen { at: NOW, by: ANNA, reason: "Taken back, receipt 77".to_owned() };
    assert_eq!(by_anna(Standing::Listed, "Taken back, receipt 77"), Ok(seen));
}

#[test]
fn only_what_is_listed_can_be_seen_and_only_by_an_account() {
    assert_eq!(by_anna(Standing::Unknown, "Why"), Err(Refusal::NotFound));
    assert_eq!(by_anna(Standing::Seen, "Why"), Err(Refusal::Stale));
    for by in [Actor::House, Actor::Console, Actor::Staff("token".to_owned())] {
        assert_eq!(check(Standing::Listed, by, "Why"), Err(Refusal::NotAllowed));
    }
}

#[test]
fn a_reason_says_something_in_so_many_characters() {
    let malformed = Err(Refusal::Malformed { field: "reason" });
    let long = "ü".repeat(REASON_CHARS_MAX);
    assert!(by_anna(Standing::Listed, &long).is_ok());
    for reason in ["", " ", " padded", "two\nlines", &format!("{long}x")] {
        assert_eq!(by_anna(Standing::Listed, reason), malformed, "{reason:?}");
    }
}

#[test]
fn no_card_number_stands_in_a_reason() {
    let number = ["4242"; 4].concat();
    let seen = by_anna(Standing::Listed, &format!("card {number}"));
    assert_eq!(seen.map(|seen| seen.reason), Ok(format!("card {}", "*".repeat(16))));
}

#[test]
fn its_address_has_one_way_to_be_written() {
    assert_eq!(ID.to_string(), "7-40");
    assert_eq!("7-40".parse(), Ok(ID));
    for odd in ["", "7", "7-", "-40", "07-40", "7-040", "7-40-1", "65536-1", "+7-40", "7-x"] {
        assert_eq!(odd.parse::<OrphanId>(), Err(()), "{odd:?}");
    }
}
