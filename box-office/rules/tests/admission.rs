//! The verdict table of domain 9.1, row by row: given a ticket and a door, when it is scanned,
//! then this verdict. Rows are tried in their order, so each also holds against the next ones.
//! Never touches a store: facts are built by hand.

#![allow(clippy::unwrap_used, clippy::panic)]

mod door;

use door::{NOW, TODAY, ask, facts, found, performance, record};
use std::sync::Arc;
use usher_rules::admission::{
    Admission, Attention, Command, Direction, Event, Facts, Found, Go, Presence, Read, Scan, Stop,
    Verdict, decide,
};
use usher_rules::at::{At, Span};
use usher_rules::code::{CodeFault, Form};
use usher_rules::device::BAD_CODES_MAX;
use usher_rules::house::ReEntry;
use usher_rules::id::{DeviceNo, PerformanceId, StaffNo};
use usher_rules::money::Money;
use usher_rules::performance::{Cancellation, Performance};
use usher_rules::ticket;
use usher_rules::{Actor, BusinessDay, Event as AnyEvent, Refusal};

struct Given {
    facts: Facts,
    direction: Direction,
}

fn given(change: impl FnOnce(&mut Found)) -> Given {
    let mut found = found();
    change(&mut found);
    Given { facts: facts(Some(found)), direction: Direction::In }
}

impl Given {
    fn facts(mut self, change: impl FnOnce(&mut Facts)) -> Given {
        change(&mut self.facts);
        self
    }

    fn out(mut self) -> Given {
        self.direction = Direction::Out;
        self
    }

    fn checked(mut self) -> Given {
        self.direction = Direction::Check;
        self
    }
}

fn scan(given: &Given) -> Scan {
    let command = Command::Scan {
        device: DeviceNo(1),
        payload: String::new(),
        typed: false,
        direction: given.direction,
        performance: None,
    };
    let events = decide(&given.facts, &command, &ask(Actor::Device(DeviceNo(1)))).unwrap();
    match &events[0] {
        AnyEvent::Admission(Event::Scanned(scan)) => scan.clone(),
        other => panic!("{other:?} is no scan"),
    }
}

fn check(given: Given, then: Verdict) {
    let scan = scan(&given);
    assert_eq!(scan.verdict, then);
    let moves = matches!(then, Verdict::Go(_)) && given.direction != Direction::Check;
    assert_eq!(scan.admission.is_some(), moves, "only a GO changes an admission");
}

fn stop(stop: Stop) -> Verdict {
    Verdict::Stop(stop)
}

fn go(go: Go) -> Verdict {
    Verdict::Go(go)
}

#[test]
fn row_1_what_cannot_be_read_is_unreadable_even_at_an_unknown_device() {
    let unreadable = given(|_| {}).facts(|facts| {
        facts.read = Read::Unreadable;
        facts.device = None;
    });
    check(unreadable, stop(Stop::Unreadable));
}

#[test]
fn row_2_unknown_disabled_and_locked_devices_are_stopped() {
    check(given(|_| {}).facts(|facts| facts.device = None), stop(Stop::Device));
    let disabled = given(|_| {}).facts(|facts| {
        Arc::make_mut(facts.device.as_mut().unwrap()).device.enabled = false;
    });
    check(disabled, stop(Stop::Device));
    let locked_until = |until| {
        given(|_| {}).facts(move |facts| {
            Arc::make_mut(facts.device.as_mut().unwrap()).locked_until = Some(until);
        })
    };
    check(locked_until(NOW + Span(1)), stop(Stop::Device));
    check(locked_until(NOW), go(Go::Admitted));
}

#[test]
fn rows_4_and_5_a_bad_signature_is_forged_and_an_unsigned_stranger_unknown() {
    let fault = |signed, fault| {
        given(|_| {}).facts(move |facts| facts.read = Read::Fault { fault, signed })
    };
    check(fault(true, CodeFault::BadTag), stop(Stop::BadSignature));
    check(fault(false, CodeFault::BadTag), stop(Stop::Unknown));
    check(fault(false, CodeFault::NotOurs), stop(Stop::Unknown));
}

#[test]
fn row_6_a_well_signed_stranger_is_amber_only_while_the_box_may_lack_sales() {
    let stranger = |form, lacks| {
        given(|_| {}).facts(move |facts| {
            facts.read = Read::Code { form, found: None };
            facts.may_lack_sales = lacks;
        })
    };
    check(stranger(Form::Signed, false), stop(Stop::Unknown));
    check(stranger(Form::Signed, true), Verdict::Provisional);
    check(stranger(Form::Keyed, true), stop(Stop::Unknown));
}

#[test]
fn row_7_an_older_issue_is_replaced_before_anything_else_is_said_of_it() {
    let at = NOW - Span::hours(2);
    let older = given(|found| {
        found.newest = false;
        found.ticket.replaced_at = Some(at);
        found.ticket.state = ticket::State::Cancelled { at: NOW };
    });
    check(older, stop(Stop::Replaced { at }));
}

#[test]
fn row_8_a_cancelled_ticket_says_when() {
    let cancelled = given(|found| {
        found.ticket.state = ticket::State::Cancelled { at: NOW };
        Arc::make_mut(&mut found.performance).day = BusinessDay(12);
    });
    check(cancelled, stop(Stop::Cancelled { at: NOW }));
}

#[test]
fn row_8_a_good_ticket_of_a_cancelled_performance_says_when_and_an_old_one_that_it_was_replaced() {
    let cancellation = Cancellation { at: NOW, by: StaffNo(3), reason: "Fire".to_owned() };
    let off = |found: &mut Found| {
        Arc::make_mut(&mut found.performance).cancelled = Some(cancellation.clone());
    };
    check(given(off), stop(Stop::Cancelled { at: NOW }));
    let older = given(|found| {
        off(found);
        found.newest = false;
    });
    check(older, stop(Stop::Replaced { at: NOW }));
}

#[test]
fn row_9_another_day_is_the_wrong_performance_and_an_open_window_of_yesterday_is_not() {
    let on = |day, doors_open, last_admission| {
        given(move |found| {
            Arc::make_mut(&mut found.performance).day = day;
            Arc::make_mut(&mut found.performance).doors_open = doors_open;
            Arc::make_mut(&mut found.performance).last_admission = last_admission;
        })
    };
    let wrong = Stop::WrongPerformance {
        performance: PerformanceId(7),
        starts_at: NOW + Span::minutes(30),
    };
    let tomorrow = BusinessDay(12);
    check(on(tomorrow, NOW + Span(1), NOW + Span::hours(1)), stop(wrong.clone()));
    check(on(tomorrow, NOW, NOW + Span::hours(1)), go(Go::Admitted));
    let yesterday = BusinessDay(10);
    check(on(yesterday, NOW - Span::hours(5), NOW), stop(wrong));
    check(on(yesterday, NOW - Span::hours(5), NOW + Span(1)), go(Go::Admitted));
}

#[test]
fn row_9_a_set_performance_refuses_every_other_one_of_today() {
    let set = |id| {
        given(|_| {}).facts(move |facts| {
            facts.performance_id = Some(PerformanceId(id));
            facts.performance = Some(Arc::new(performance()));
        })
    };
    check(set(7), go(Go::Admitted));
    let starts_at = NOW + Span::minutes(30);
    let wrong = Stop::WrongPerformance { performance: PerformanceId(7), starts_at };
    check(set(8), stop(wrong));
}

#[test]
fn row_10_a_blocked_ticket_waits_even_if_it_was_used() {
    let blocked = given(|found| {
        found.ticket.blocked = true;
        found.admission = Some(record(Presence::In, 1, 0));
    });
    check(blocked, stop(Stop::Blocked));
}

#[test]
fn row_11_used_outranks_the_time_window_so_a_copy_after_closing_says_used() {
    let used = given(|found| {
        found.admission = Some(record(Presence::In, 1, 0));
        Arc::make_mut(&mut found.performance).last_admission = NOW - Span::minutes(1);
    });
    let already =
        Stop::AlreadyUsed { at: NOW - Span::minutes(9), door: "B".into(), device: DeviceNo(2) };
    check(used, stop(already));
}

#[test]
fn row_12_re_entry_follows_its_policy() {
    let was = |presence, outs, policy| {
        given(move |found| {
            found.admission = Some(record(presence, 1, outs));
            Arc::make_mut(&mut found.performance).re_entry = Some(policy);
        })
    };
    let out = NOW - Span::minutes(4);
    check(was(Presence::Out, 1, ReEntry::Never), stop(Stop::NoReEntry { out }));
    check(was(Presence::Out, 1, ReEntry::AfterOut), go(Go::ReEntry));
    check(was(Presence::Out, 1, ReEntry::Unlimited), go(Go::ReEntry));
    check(was(Presence::In, 0, ReEntry::Unlimited), go(Go::Admitted));
}

#[test]
fn row_13_a_door_that_does_not_serve_the_zone_sends_on() {
    let served_by = |doors: &[&str]| {
        let doors: Vec<String> = doors.iter().map(|door| (*door).to_owned()).collect();
        given(move |found| found.doors = doors)
    };
    check(served_by(&["B", "C"]), stop(Stop::WrongDoor { go_to: vec!["B".into(), "C".into()] }));
    check(served_by(&["B", "A"]), go(Go::Admitted));
    check(served_by(&[]), go(Go::Admitted));
}

#[test]
fn row_14_the_window_opens_with_its_first_instant_and_closes_with_its_last() {
    let window = |doors_open, last_admission| {
        given(move |found| {
            Arc::make_mut(&mut found.performance).doors_open = doors_open;
            Arc::make_mut(&mut found.performance).last_admission = last_admission;
        })
    };
    let late = NOW + Span::hours(1);
    check(window(NOW + Span(1), late), stop(Stop::TooEarly { opens: NOW + Span(1) }));
    check(window(NOW, late), go(Go::Admitted));
    check(window(At(0), NOW), stop(Stop::TooLate { closed: NOW }));
    check(window(At(0), NOW + Span(1)), go(Go::Admitted));
}

#[test]
fn row_14_is_not_judged_at_a_device_set_to_an_earlier_day() {
    let yesterday = |set_day| {
        given(|found| {
            Arc::make_mut(&mut found.performance).day = BusinessDay(10);
            Arc::make_mut(&mut found.performance).last_admission = NOW - Span::hours(9);
        })
        .facts(move |facts| {
            facts.performance_id = Some(PerformanceId(7));
            facts.performance = Some(Arc::new(Performance { day: set_day, ..performance() }));
        })
    };
    check(yesterday(BusinessDay(10)), go(Go::Admitted));
    check(yesterday(TODAY), stop(Stop::TooLate { closed: NOW - Span::hours(9) }));
}

#[test]
fn row_15_money_owed_stops_unless_the_venue_or_a_late_capture_says_otherwise() {
    let owing = |problem, enters| {
        given(move |found| {
            found.balance = Money(1);
            found.payment_problem = problem;
        })
        .facts(move |facts| Arc::make_mut(&mut facts.house).unpaid_enters = enters)
    };
    check(owing(false, false), stop(Stop::Unpaid { amount: Money(1) }));
    assert_eq!(scan(&owing(false, true)).attention, [Attention::BalanceDue]);
    assert_eq!(scan(&owing(true, false)).attention, [Attention::PaymentProblem]);
    check(owing(true, false), go(Go::Admitted));
}

#[test]
fn row_16_a_full_house_lets_nobody_more_in() {
    let full = |inside| {
        given(move |found| {
            Arc::make_mut(&mut found.performance).fire_limit = Some(300);
            found.inside = inside;
        })
    };
    check(full(299), go(Go::Admitted));
    check(full(300), stop(Stop::Full));
}

#[test]
fn row_18_everything_in_order_goes_with_what_staff_should_notice() {
    check(given(|_| {}), go(Go::Admitted));
    let child = given(|found| {
        found.wheelchair = true;
        found.concession = true;
    });
    assert_eq!(scan(&child).attention, [Attention::Wheelchair, Attention::Concession]);
}

#[test]
fn out_needs_somebody_inside_and_asks_no_window() {
    let was = |presence: Option<Presence>| {
        given(move |found| {
            found.admission = presence.map(|presence| record(presence, 1, 0));
            Arc::make_mut(&mut found.performance).last_admission = NOW - Span::minutes(1);
        })
        .out()
    };
    check(was(None), stop(Stop::NotIn));
    check(was(Some(Presence::Out)), stop(Stop::NotIn));
    check(was(Some(Presence::In)), go(Go::Out));
}

#[test]
fn a_check_says_the_verdict_and_changes_nothing() {
    check(given(|_| {}).checked(), go(Go::Admitted));
    let used = given(|found| found.admission = Some(record(Presence::In, 1, 0))).checked();
    assert!(matches!(scan(&used).verdict, Verdict::Stop(Stop::AlreadyUsed { .. })));
}

#[test]
fn in_out_in_counts_every_way() {
    let first = scan(&given(|_| {})).admission.unwrap();
    assert_eq!((first.presence, first.ins, first.outs), (Presence::In, 1, 0));
    assert_eq!((first.door.as_str(), first.device, first.scan), ("A", DeviceNo(1), 41));
    let left = scan(&given(|found| found.admission = Some(first)).out()).admission.unwrap();
    assert_eq!((left.presence, left.ins, left.outs), (Presence::Out, 1, 1));
    let back = scan(&given(|found| found.admission = Some(left.clone()))).admission.unwrap();
    assert_eq!((back.presence, back.ins, back.outs), (Presence::In, 2, 1));
    assert_eq!(back.first_in, left.first_in);
}

#[test]
fn twenty_forged_codes_a_minute_lock_the_device_and_nineteen_do_not() {
    let after = |bad: usize, apart: Span| {
        let forged = given(|_| {}).facts(|facts| {
            let row = Arc::make_mut(facts.device.as_mut().unwrap());
            row.bad = (1..=bad as i64).map(|n| NOW - Span(apart.0 * n)).rev().collect();
            facts.read = Read::Fault { fault: CodeFault::BadTag, signed: false };
        });
        let command = Command::Scan {
            device: DeviceNo(1),
            payload: String::new(),
            typed: false,
            direction: Direction::In,
            performance: None,
        };
        let events = decide(&forged.facts, &command, &ask(Actor::Device(DeviceNo(1)))).unwrap();
        let AnyEvent::Device(usher_rules::device::Event::Put(_, row)) = &events[1] else {
            panic!("a forged code is remembered");
        };
        row.locked_until
    };
    assert_eq!(after(BAD_CODES_MAX - 2, Span::seconds(1)), None);
    assert_eq!(after(BAD_CODES_MAX - 1, Span::seconds(1)), Some(NOW + Span::minutes(1)));
    assert_eq!(after(BAD_CODES_MAX - 1, Span::seconds(4)), None, "older than a minute");
}

#[test]
fn foreign_codes_lock_nobody_out() {
    let foreign = given(|_| {}).facts(|facts| {
        facts.read = Read::Fault { fault: CodeFault::NotOurs, signed: false };
    });
    let command = Command::Scan {
        device: DeviceNo(1),
        payload: String::new(),
        typed: false,
        direction: Direction::In,
        performance: None,
    };
    let events = decide(&foreign.facts, &command, &ask(Actor::Device(DeviceNo(1)))).unwrap();
    assert_eq!(events.len(), 1, "a vaccine pass is no attack");
}

fn undoing(at: At, standing: Option<Admission>) -> Facts {
    let mut given = given(|_| {});
    let admission = Some(record(Presence::In, 1, 0));
    let earlier = Scan { admission, ..scan(&given) };
    given.facts.earlier = Some((at, earlier));
    given.facts.standing = standing;
    given.facts
}

fn undone(facts: &Facts, command: Command, by: Actor) -> Result<Admission, Refusal> {
    decide(facts, &command, &ask(by)).map(|events| match &events[0] {
        AnyEvent::Admission(Event::Undone { admission, .. }) => admission.clone(),
        other => panic!("{other:?} undoes nothing"),
    })
}

#[test]
fn staff_undo_the_newest_scan_within_ten_minutes() {
    let staff = || Actor::Staff("manager".into());
    let in_now = || Some(record(Presence::In, 1, 0));
    let undo = |facts: &Facts, scan, by| undone(facts, Command::Undo { scan }, by);
    let row = undo(&undoing(NOW - Span::minutes(10), in_now()), 40, staff()).unwrap();
    assert_eq!((row.presence, row.ins, row.outs), (Presence::NotUsed, 0, 0));
    let late = undoing(NOW - Span::minutes(10) - Span(1), in_now());
    assert_eq!(undo(&late, 40, staff()), Err(Refusal::UndoTooLate));
    let older = undoing(NOW, in_now());
    assert_eq!(undo(&older, 39, staff()), Err(Refusal::UndoTooLate), "not the newest scan");
    assert_eq!(undo(&older, 40, Actor::Guest(None)), Err(Refusal::NotAllowed));
    let re_entered = undoing(NOW, Some(record(Presence::In, 2, 1)));
    assert_eq!(undo(&re_entered, 40, staff()).unwrap().presence, Presence::Out);
    let left = undoing(NOW, Some(record(Presence::Out, 1, 1)));
    assert_eq!(undo(&left, 40, staff()).unwrap().presence, Presence::In);
}

#[test]
fn taking_back_a_second_way_in_leaves_who_was_inside_inside() {
    let mut again = given(|found| {
        Arc::make_mut(&mut found.performance).re_entry = Some(ReEntry::Unlimited);
        found.admission = Some(record(Presence::In, 1, 0));
    });
    let row = scan(&again).admission.unwrap();
    assert_eq!((row.presence, row.ins, row.again), (Presence::In, 1, true));
    again.facts = undoing(NOW, Some(Admission { scan: 40, ..row }));
    let command = Command::Undo { scan: 40 };
    let row = undone(&again.facts, command, Actor::Staff("manager".into())).unwrap();
    assert_eq!((row.presence, row.ins, row.outs, row.again), (Presence::In, 1, 0, false));
}

#[test]
fn nobody_through_the_gate_undoes_the_admission_if_the_venue_wants_that() {
    let command = || Command::PassageTimedOut { scan: 40 };
    let gate = || Actor::Device(DeviceNo(3));
    let mut facts = undoing(NOW, Some(record(Presence::In, 1, 0)));
    assert_eq!(undone(&facts, command(), gate()).unwrap().presence, Presence::NotUsed);
    Arc::make_mut(&mut facts.house).undo_unpassed = false;
    assert_eq!(undone(&facts, command(), gate()), Err(Refusal::NotAllowed));
}

#[test]
fn an_override_needs_staff_a_reason_and_a_stop_that_allows_it() {
    let over = |stopped: Stop, by: Actor, reason: &str| {
        let mut given = given(|_| {});
        let earlier = Scan { verdict: stop(stopped), admission: None, ..scan(&given) };
        given.facts.earlier = Some((NOW, earlier));
        given.facts.read = Read::Typed { found: Some(Box::new(found())) };
        let command = Command::Override { scan: 40, reason: reason.to_owned() };
        decide(&given.facts, &command, &ask(by)).map(|events| match &events[0] {
            AnyEvent::Admission(Event::Overridden { admitted, .. }) => admitted.verdict.clone(),
            other => panic!("{other:?} overrides nothing"),
        })
    };
    let staff = || Actor::Staff("manager".into());
    assert_eq!(over(Stop::Full, staff(), "House manager"), Ok(go(Go::Overridden)));
    let missing = Refusal::MissingData { fields: vec!["reason"] };
    assert_eq!(over(Stop::Full, staff(), "  "), Err(missing));
    assert_eq!(over(Stop::Full, Actor::House, "why"), Err(Refusal::NotAllowed));
    for never in [Stop::BadSignature, Stop::Unknown, Stop::Blocked] {
        assert_eq!(over(never, staff(), "why"), Err(Refusal::NotAllowed));
    }
}
