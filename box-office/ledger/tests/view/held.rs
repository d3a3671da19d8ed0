//! Seats that staff hold, and the list of what carts hold, against the store itself.
//!
//! Next: `house.rs`, the venue.

use crate::house::{FOUNDED, House};
use std::collections::BTreeSet;
use usher_ledger::stored::SeatRow;
use usher_ledger::view::desk::cart::{CARTS_MAX, held_tickets};
use usher_ledger::view::desk::letter::{LETTERS_MAX, letters, opened};
use usher_ledger::view::desk::mail;
use usher_ledger::{Denied, inventory, proof, source, stored, tables};
use usher_rules::at::Span;
use usher_rules::cart::State;
use usher_rules::checkout::Answer;
use usher_rules::id::{CartId, LetterId, PerformanceId, SeatNo};
use usher_rules::letter::{self, Part, TOKEN_SIGN, Words};
use usher_rules::performance::{Command as Staged, StaffHold};
use usher_rules::view::desk::cart::{Held, HeldTickets};
use usher_rules::view::desk::{Around, Books, ClockState, Disk, Rights, Store, Strip};
use usher_rules::view::venue::Place;
use usher_rules::{Command, Refusal};

fn around(house: &House) -> Around {
    let strip = Strip {
        store: Store::Ready,
        clock: ClockState::Trusted,
        disk_free_bytes: 0,
        disk: Disk::Enough,
        scanners_ready: 0,
        scanners_total: 0,
        gates_ready: 0,
        gates_total: 0,
        mail_waiting: 0,
        mail_errors: 0,
        books: Books::Unproved,
        without_tls: false,
    };
    let rights = Rights::default();
    Around { frame: house.frame(), who: "test".to_owned(), rights, strip }
}

fn keep(house: &House, id: PerformanceId, guids: &[&str]) -> Command {
    let seats = guids.iter().map(|guid| house.seat(id, guid)).collect();
    let hold = StaffHold { code: 'H', note: "House manager".to_owned() };
    Command::Performance(Staged::HoldForStaff { performance: id, seats, hold })
}

fn let_go(house: &House, id: PerformanceId, guids: &[&str]) -> Command {
    let seats = guids.iter().map(|guid| house.seat(id, guid)).collect();
    Command::Performance(Staged::EndStaffHold { performance: id, seats })
}

fn refusal(house: &House, command: Command) -> Refusal {
    match house.ask(command) {
        Err(Denied::Refused(refusal)) => refusal,
        other => panic!("{other:?} is no refusal"),
    }
}

fn proven(house: &House) {
    let snapshot = house.snapshot();
    assert_eq!(proof::of(&snapshot, snapshot.plans()).unwrap(), Vec::<String>::new());
}

/// A house with a seat of every state: held, sold, killed, held by staff.
fn every_state() -> (House, PerformanceId) {
    let house = House::new();
    let tonight = house.tonight();
    let cart = house.cart();
    house.hold(cart, tonight, &["C-B-3", "C-B-4"]);
    house.sell(cart);
    let cart = house.cart();
    house.hold(cart, tonight, &["C-B-1", "C-B-2"]);
    house.kill(tonight, &["C-B-5"]);
    house.must(keep(&house, tonight, &["C-B-6"]));
    (house, tonight)
}

#[test]
fn only_free_seats_are_held_for_staff_and_the_others_are_named() {
    let (house, tonight) = every_state();
    for taken in ["C-B-1", "C-B-3", "C-B-5", "C-B-6"] {
        let seats = vec![house.seat(tonight, taken)];
        let refused = refusal(&house, keep(&house, tonight, &["C-C-1", taken]));
        assert_eq!(refused, Refusal::SeatTaken { seats }, "{taken}");
    }
    house.must(keep(&house, tonight, &["C-C-1"]));
    proven(&house);
}

#[test]
fn only_what_staff_hold_is_given_back_and_then_it_is_free() {
    let (house, tonight) = every_state();
    for other in ["C-B-1", "C-B-3", "C-B-5", "C-C-1"] {
        let seats = vec![house.seat(tonight, other)];
        let refused = refusal(&house, let_go(&house, tonight, &["C-B-6", other]));
        assert_eq!(refused, Refusal::NotStaffHeld { seats }, "{other}");
    }
    let seats = vec![house.seat(tonight, "C-B-6")];
    let revive = Staged::Kill { performance: tonight, seats: seats.clone(), back: true };
    let refused = refusal(&house, Command::Performance(revive));
    assert_eq!(refused, Refusal::SeatTaken { seats }, "a staff hold is no kill");
    house.must(let_go(&house, tonight, &["C-B-6"]));
    let free = inventory::seat(&house.snapshot(), tonight, house.seat(tonight, "C-B-6"));
    assert_eq!(free.unwrap(), None);
    proven(&house);
}

#[test]
fn a_staff_hold_counts_like_a_kill_and_is_sold_to_nobody() {
    let (house, tonight) = every_state();
    let snapshot = house.snapshot();
    let tally = inventory::tally(&snapshot, tonight).unwrap();
    assert_eq!((tally.held, tally.sold, tally.killed), (2, 2, 2));
    let row = inventory::seat(&snapshot, tonight, house.seat(tonight, "C-B-6")).unwrap();
    let hold = StaffHold { code: 'H', note: "House manager".to_owned() };
    assert_eq!(row, Some(SeatRow::StaffHold(hold)));
    let cart = house.cart();
    let seats = vec![house.seat(tonight, "C-B-6")];
    let take = usher_rules::hold::Command::Seats {
        cart,
        performance: tonight,
        seats: seats.clone(),
        places: vec![usher_rules::price::Places { level: usher_rules::id::LevelNo(1), count: 1 }],
    };
    assert_eq!(refusal(&house, Command::Hold(take)), Refusal::SeatTaken { seats });
    let beyond = Staged::EndStaffHold { performance: tonight, seats: vec![SeatNo(9_999)] };
    assert_eq!(refusal(&house, Command::Performance(beyond)), Refusal::NotFound);
}

fn list(house: &House) -> Vec<Held> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page: HeldTickets =
            held_tickets(&house.handle, &house.snapshot(), around(house), after).unwrap();
        let carts: BTreeSet<CartId> = page.holds.iter().map(|held| held.cart).collect();
        assert!(carts.len() <= CARTS_MAX);
        found.extend(page.holds);
        match page.next {
            Some(next) => after = Some(next),
            None => return found,
        }
    }
}

/// What the store says is held, and by which cart.
fn held_in_store(house: &House) -> BTreeSet<(CartId, String)> {
    let snapshot = house.snapshot();
    let rows = source::range(&snapshot, tables::SEATS, .., usize::MAX, |key, bytes| {
        Ok((PerformanceId(key.0), SeatNo(key.1), stored::row::<SeatRow>(bytes)?))
    });
    let mut found = BTreeSet::new();
    for (id, seat, row) in rows.unwrap() {
        if let SeatRow::Held(cart) = row {
            let (_, drawn) = snapshot.staged(id).unwrap().unwrap();
            found.insert((cart, format!("{id} {}", drawn.plan.seat(seat).guid)));
        }
    }
    found
}

fn held_in_list(house: &House, id: PerformanceId) -> BTreeSet<(CartId, String)> {
    let mut found = BTreeSet::new();
    for held in list(house) {
        for place in held.places {
            if let Place::Seat { guid, .. } = place {
                let fresh = found.insert((held.cart, format!("{id} {guid}")));
                assert!(fresh, "{guid} stands twice on the list");
            }
        }
    }
    found
}

#[test]
fn the_list_of_held_tickets_is_the_set_of_held_seats_in_the_store() {
    let (house, tonight) = every_state();
    house.cart();
    let closed = house.cart();
    house.hold(closed, tonight, &["C-D-1", "C-D-2"]);
    house.must(Command::Cart(usher_rules::cart::Command::Close(closed)));
    let paying = house.cart();
    house.hold(paying, tonight, &["C-E-1", "C-E-2"]);
    let intent = house.begin(paying);
    assert_eq!(held_in_store(&house).len(), 4);
    assert_eq!(held_in_store(&house), held_in_list(&house, tonight));
    let state = |cart| list(&house).into_iter().find(|held| held.cart == cart).unwrap().state;
    assert_eq!(state(paying), State::CheckingOut);
    house.answer(intent, Answer::NoAnswer);
    assert_eq!(state(paying), State::CheckoutError);
    assert_eq!(held_in_store(&house), held_in_list(&house, tonight));
    assert!(list(&house).iter().all(|held| held.code == 'W'));
}

#[test]
fn a_long_list_comes_in_pages_and_misses_nobody() {
    let house = House::new();
    let lawn = house.performance(2, house.plan("lawn"), 2, 5);
    for nth in 0..CARTS_MAX + 3 {
        let cart = house.cart();
        house.pass(Span::seconds(1));
        if nth % 7 != 0 {
            house.hold_area(cart, lawn, 1);
        }
    }
    for _ in 0..10 {
        let cart = house.cart();
        house.hold_area(cart, lawn, 2);
    }
    let found = list(&house);
    let ends: Vec<_> = found.iter().map(|held| held.until).collect();
    assert!(ends.is_sorted(), "the soonest end stands on top");
    let places: usize = found.iter().map(|held| held.places.len()).sum();
    let tally = inventory::tally(&house.snapshot(), lawn).unwrap();
    assert_eq!(places, tally.held as usize);
    let carts: BTreeSet<CartId> = found.iter().map(|held| held.cart).collect();
    assert!(carts.len() == found.len() && carts.len() > CARTS_MAX, "{}", carts.len());
}

#[test]
fn a_letter_is_shown_as_it_left_without_its_token() {
    let house = House::new();
    let tonight = house.tonight();
    let cart = house.cart();
    house.hold(cart, tonight, &["C-B-1"]);
    let order = house.sell(cart);
    let page = letters(&house.snapshot(), around(&house), None).unwrap();
    let [glance] = page.letters.as_slice() else { panic!("one sale, one letter") };
    assert_eq!((glance.order, glance.state, glance.attempts), (order, letter::State::NotDone, 0));
    assert_eq!((&glance.subject, page.next), (&None, None));
    let id = glance.letter;
    let failed = letter::Command::Failed {
        letter: id,
        transcript: "S: 450 busy\n".to_owned(),
        again: Some(FOUNDED + Span::hours(1)),
    };
    house.must(Command::Letter(failed));
    let view = opened(&house.snapshot(), around(&house), id).unwrap().unwrap();
    assert_eq!((view.text, view.glance.fault.as_str()), (None, "450 busy"));
    let words = Words {
        subject: "Your tickets".to_owned(),
        text: format!("/orders/{TOKEN_SIGN}0{TOKEN_SIGN}"),
        html: String::new(),
        parts: vec![Part { name: "tickets.pdf".to_owned(), bytes: 7, sha256: [0; 32] }],
    };
    let transcript = "S: 250 taken\n".to_owned();
    house.must(Command::Letter(letter::Command::Sent {
        letter: id,
        transcript,
        words: Some(words),
    }));
    let view = opened(&house.snapshot(), around(&house), id).unwrap().unwrap();
    assert_eq!(view.text.as_deref(), Some("/orders/***"));
    assert_eq!((view.glance.attempts, view.attachments.len()), (2, 1));
    assert_eq!(view.glance.fault, "");
    assert_eq!(mail(&house.snapshot()).unwrap(), (0, 0));
    assert!(opened(&house.snapshot(), around(&house), LetterId(99)).unwrap().is_none());
}

#[test]
fn letters_come_newest_first_a_page_at_a_time() {
    let house = House::new();
    let lawn = house.performance(2, house.plan("lawn"), 2, 5);
    for _ in 0..=LETTERS_MAX {
        let cart = house.cart();
        house.hold_area(cart, lawn, 1);
        house.sell(cart);
    }
    let first = letters(&house.snapshot(), around(&house), None).unwrap();
    assert_eq!(first.letters.len(), LETTERS_MAX);
    let rest = letters(&house.snapshot(), around(&house), first.next).unwrap();
    assert_eq!((rest.letters.len(), rest.next), (1, None));
    let all: Vec<LetterId> =
        first.letters.iter().chain(&rest.letters).map(|glance| glance.letter).collect();
    assert!(all.is_sorted_by(|one, other| one > other), "{all:?}");
}
