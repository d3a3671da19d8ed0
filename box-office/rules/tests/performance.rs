//! Seats out of sale (domain 5.1): killed, or held by staff, and back again; and performances that
//! do not take place.
//!
//! Never touches a store: what a seat is like comes in as facts, built by hand. Next: `cart.rs`.

#![allow(clippy::unwrap_used, clippy::panic)]

use usher_rules::at::At;
use usher_rules::house::House;
use usher_rules::id::{LetterId, OrderId, PerformanceId, PlanId, ProductionId, SeatNo, StaffNo};
use usher_rules::letter::{Event as Mailed, Letter};
use usher_rules::performance::{
    Cancellation, Command, Event, Facts, LETTERS_MAX, NOTE_CHARS_MAX, OUT_OF_SALE_MAX, Performance,
    Reached, StaffHold, decide,
};
use usher_rules::refund::REASON_CHARS_MAX;
use usher_rules::{Actor, Ask, BusinessDay, Event as AnyEvent, Refusal};

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
        ends: Some(At(9_900_000)),
        reached: Vec::new(),
        next_letter: LetterId(40),
    }
}

fn ask(by: Actor, at: At) -> Ask {
    Ask { by, at, day: BusinessDay(0), random: [0; 32] }
}

fn seats(numbers: &[u32]) -> Vec<SeatNo> {
    numbers.iter().map(|number| SeatNo(*number)).collect()
}

fn keep(numbers: &[u32], code: char, note: &str) -> Command {
    let hold = StaffHold { code, note: note.to_owned() };
    Command::HoldForStaff { performance: ID, seats: seats(numbers), hold }
}

fn run(facts: &Facts, command: &Command) -> Result<Event, Refusal> {
    let events = decide(facts, command, &ask(Actor::Console, At(0)))?;
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

/// What somebody with an account makes of it at this moment.
fn cancelled(facts: &Facts, reason: &str, at: At) -> Result<Vec<AnyEvent>, Refusal> {
    let command = Command::Cancel { performance: ID, reason: reason.to_owned() };
    decide(facts, &command, &ask(Actor::Account(StaffNo(3)), at))
}

#[test]
fn whoever_has_a_ticket_and_an_address_is_written_to_in_the_same_commit() {
    let reach = |no: u64| Reached { order: OrderId(no), email: format!("{no}@x.example") };
    let mut facts = facts(&[]);
    facts.reached = vec![reach(20), reach(21)];
    let events = cancelled(&facts, " The lead is ill. 4111 1111 1111 1111 ", At(5)).unwrap();
    let reason = "The lead is ill. **** **** **** ****".to_owned();
    let cancellation = Cancellation { at: At(5), by: StaffNo(3), reason };
    let letter = |no, order: u64| {
        let to = format!("{order}@x.example");
        let letter = Letter::performance_cancelled(OrderId(order), ID, &to, At(5));
        AnyEvent::Letter(Mailed::Put(LetterId(no), letter))
    };
    let first = AnyEvent::Performance(Event::Cancelled(ID, cancellation));
    assert_eq!(events, [first, letter(40, 20), letter(41, 21)]);
    facts.reached = (0..LETTERS_MAX as u64 + 1).map(reach).collect();
    assert_eq!(cancelled(&facts, "Fire", At(5)).unwrap().len(), 1 + LETTERS_MAX);
}

#[test]
fn a_performance_is_cancelled_once_by_somebody_with_a_reason_and_not_after_its_end() {
    let known = facts(&[]);
    assert!(cancelled(&known, "Fire", At(9_899_999)).is_ok(), "while it plays");
    assert_eq!(cancelled(&known, "Fire", At(9_900_000)), Err(Refusal::PerformanceOver));
    let unsaid = Err(Refusal::MissingData { fields: vec!["reason"] });
    assert_eq!(cancelled(&known, "  ", At(5)), unsaid);
    let longest = "é".repeat(REASON_CHARS_MAX);
    assert!(cancelled(&known, &longest, At(5)).is_ok());
    let malformed = Err(Refusal::Malformed { field: "reason" });
    assert_eq!(cancelled(&known, &format!("{longest}é"), At(5)), malformed);
    assert_eq!(cancelled(&known, "a\u{7}b", At(5)), malformed);
    let command = Command::Cancel { performance: ID, reason: "Fire".to_owned() };
    for nobody in [Actor::House, Actor::Console, Actor::Staff("token".to_owned())] {
        let refused = decide(&known, &command, &ask(nobody.clone(), At(5)));
        assert_eq!(refused, Err(Refusal::NotAllowed), "{nobody:?}");
    }
    let mut twice = facts(&[]);
    let reason = "Fire".to_owned();
    twice.performance.as_mut().unwrap().cancelled =
        Some(Cancellation { at: At(4), by: StaffNo(3), reason });
    assert_eq!(cancelled(&twice, "Fire", At(5)), Err(Refusal::Stale));
    let gone = Facts { performance: None, ..facts(&[]) };
    assert_eq!(cancelled(&gone, "Fire", At(5)), Err(Refusal::NotFound));
}

#[test]
fn a_row_of_a_performance_that_takes_place_is_what_it_was_before_any_could_be_cancelled() {
    let row = performance();
    let bytes = minicbor::to_vec(&row).unwrap();
    assert_eq!(bytes.last(), Some(&0xf4), "false, the last of its fields");
    assert_eq!(minicbor::decode::<Performance>(&bytes).unwrap(), row);
    let reason = "Fire".to_owned();
    let cancelled = Some(Cancellation { at: At(4), by: StaffNo(3), reason });
    let row = Performance { cancelled, ..row };
    let bytes = minicbor::to_vec(&row).unwrap();
    assert_eq!(minicbor::decode::<Performance>(&bytes).unwrap(), row);
}
