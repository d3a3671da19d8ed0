//! Seats out of sale (domain 5.1): killed, or held by staff, and back again.
//!
//! Never touches a store: what a seat is like comes in as facts, built by hand. Next: `cart.rs`.

#![allow(clippy::unwrap_used, clippy::panic)]

use usher_rules::at::At;
use usher_rules::house::House;
use usher_rules::id::{PerformanceId, PlanId, ProductionId, SeatNo};
use usher_rules::performance::{
    Command, Event, Facts, NOTE_CHARS_MAX, OUT_OF_SALE_MAX, Performance, StaffHold, decide,
};
use usher_rules::{BusinessDay, Event as AnyEvent, Refusal};

const ID: PerformanceId = PerformanceId(7);

fn performance() -> Performance {
    Performance {
        no: 1,
        production: ProductionId(1),
        plan: PlanId(1),
        starts_at: At(9_000_000),
        day: BusinessDay(0),
        hall: "Studio".to_owned(),
        prices: Vec::new(),
        web_sale_opens: None,
        web_sale_ends: None,
        tickets_per_cart_max: None,
        doors_open: At(0),
        last_admission: At(9_900_000),
        re_entry: None,
        min_leftover: None,
        relax: None,
        fire_limit: None,
        cancelled: None,
    }
}

fn facts(unfit: &[u32]) -> Facts {
    Facts {
        house: House::default(),
        next_plan: PlanId(2),
        next_performance: PerformanceId(8),
        next_no: 2,
        performance: Some(performance()),
        plan_known: true,
        production_known: true,
        plan_errors: Vec::new(),
        moved: Vec::new(),
        vanishing: Vec::new(),
        unfit: unfit.iter().map(|seat| SeatNo(*seat)).collect(),
        seats_known: true,
    }
}

fn seats(numbers: &[u32]) -> Vec<SeatNo> {
    numbers.iter().map(|number| SeatNo(*number)).collect()
}

fn keep(numbers: &[u32], code: char, note: &str) -> Command {
    let hold = StaffHold { code, note: note.to_owned() };
    Command::HoldForStaff { performance: ID, seats: seats(numbers), hold }
}

fn run(facts: &Facts, command: &Command) -> Result<Event, Refusal> {
    let events = decide(facts, command)?;
    assert_eq!(events.len(), 1);
    match events.into_iter().next() {
        Some(AnyEvent::Performance(event)) => Ok(event),
        other => panic!("{other:?} is nothing of a performance"),
    }
}

#[test]
fn free_seats_are_held_for_staff_under_letter_and_note() {
    let held = run(&facts(&[]), &keep(&[3, 4], 'H', " House\u{7} manager ")).unwrap();
    let hold = StaffHold { code: 'H', note: "House manager".to_owned() };
    assert_eq!(held, Event::StaffHeld { performance: ID, seats: seats(&[3, 4]), hold });
    let back = Command::EndStaffHold { performance: ID, seats: seats(&[3, 4]) };
    assert_eq!(run(&facts(&[]), &back).unwrap(), Event::StaffHoldEnded(ID, seats(&[3, 4])));
}

#[test]
fn one_seat_that_is_not_fit_refuses_all_and_is_named() {
    let taken = Err(Refusal::SeatTaken { seats: seats(&[4]) });
    assert_eq!(run(&facts(&[4]), &keep(&[3, 4], 'H', "")), taken);
    let kill = |back| Command::Kill { performance: ID, seats: seats(&[3, 4]), back };
    assert_eq!(run(&facts(&[4]), &kill(false)), taken);
    assert_eq!(run(&facts(&[4]), &kill(true)), taken);
    let back = Command::EndStaffHold { performance: ID, seats: seats(&[3, 4]) };
    let not_ours = Err(Refusal::NotStaffHeld { seats: seats(&[4]) });
    assert_eq!(run(&facts(&[4]), &back), not_ours);
}

#[test]
fn the_letter_is_one_of_a_to_z_and_never_the_webs() {
    for code in ['A', 'V', 'X', 'Z'] {
        assert!(run(&facts(&[]), &keep(&[1], code, "")).is_ok(), "{code}");
    }
    for code in ['W', 'a', 'z', '1', ' ', 'É', '@', '['] {
        let refused = run(&facts(&[]), &keep(&[1], code, ""));
        assert_eq!(refused, Err(Refusal::Malformed { field: "code" }), "{code}");
    }
}

#[test]
fn a_note_has_its_limit_in_letters_not_bytes() {
    let note = "é".repeat(NOTE_CHARS_MAX);
    assert!(run(&facts(&[]), &keep(&[1], 'H', &note)).is_ok());
    let refused = run(&facts(&[]), &keep(&[1], 'H', &format!("{note}é")));
    assert_eq!(refused, Err(Refusal::Malformed { field: "note" }));
}

#[test]
fn seats_are_named_once_each_and_not_too_many_at_a_time() {
    let many: Vec<u32> = (0..OUT_OF_SALE_MAX as u32).collect();
    assert!(run(&facts(&[]), &keep(&many, 'H', "")).is_ok());
    let more: Vec<u32> = (0..=OUT_OF_SALE_MAX as u32).collect();
    for wrong in [&[][..], &[1, 2, 1], &more] {
        let malformed = Err(Refusal::Malformed { field: "seats" });
        assert_eq!(run(&facts(&[]), &keep(wrong, 'H', "")), malformed);
        let back = Command::EndStaffHold { performance: ID, seats: seats(wrong) };
        assert_eq!(run(&facts(&[]), &back), malformed);
        let kill = Command::Kill { performance: ID, seats: seats(wrong), back: false };
        assert_eq!(run(&facts(&[]), &kill), malformed);
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    let nowhere = Facts { performance: None, ..facts(&[]) };
    let no_such_seat = Facts { seats_known: false, ..facts(&[]) };
    for facts in [nowhere, no_such_seat] {
        let back = Command::EndStaffHold { performance: ID, seats: seats(&[1]) };
        assert_eq!(run(&facts, &keep(&[1], 'H', "")), Err(Refusal::NotFound));
        assert_eq!(run(&facts, &back), Err(Refusal::NotFound));
    }
}
