//! Doors that lost the box (domain 9.3): given a ticket and what a door did with it alone, then
//! this record. Nothing is refused, inside is ins less outs, and a ticket is admitted once.
//! Never touches a store: facts are built by hand.

#![allow(clippy::unwrap_used, clippy::panic)]

mod door;

use door::{NOW, TODAY, ask, facts, found, performance, record};
use proptest::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;
use usher_rules::admission::{
    Admission, Command, Direction, Event, Facts, Found, Go, Presence, Read, Scan, Stop, Verdict,
    Went, decide, standing,
};
use usher_rules::at::{At, Span};
use usher_rules::code::{CodeFault, Form};
use usher_rules::house::{House, ReEntry};
use usher_rules::id::{DeviceNo, TicketId};
use usher_rules::money::Money;
use usher_rules::performance::Performance;
use usher_rules::{Actor, BusinessDay, Event as AnyEvent, Key, ticket};

/// When it was scanned, in most cases: before NOW, when the door tells.
const THEN: At = At(NOW.0 - 20 * 60_000);

struct Told {
    direction: Direction,
    went: Went,
    at: At,
}

const GO_IN: Told = Told { direction: Direction::In, went: Went::Go, at: THEN };
const GO_OUT: Told = Told { direction: Direction::Out, went: Went::Go, at: THEN };
const STOP_IN: Told = Told { direction: Direction::In, went: Went::Stop, at: THEN };

fn offline(facts: &Facts, told: &Told) -> Scan {
    let command = Command::Offline {
        device: DeviceNo(1),
        payload: String::new(),
        direction: told.direction,
        went: told.went,
        at: told.at,
        attempt: None,
    };
    the_scan(facts, &command)
}

fn online(facts: &Facts, direction: Direction) -> Scan {
    let command = Command::Scan {
        device: DeviceNo(1),
        payload: String::new(),
        typed: false,
        direction,
        performance: None,
    };
    the_scan(facts, &command)
}

fn the_scan(facts: &Facts, command: &Command) -> Scan {
    let events = decide(facts, command, &ask(Actor::Device(DeviceNo(1)))).unwrap();
    match events.as_slice() {
        [AnyEvent::Admission(Event::Scanned(scan))] => scan.clone(),
        other => panic!("{other:?} is not one scan"),
    }
}

fn with(change: impl FnOnce(&mut Found)) -> Facts {
    let mut found = found();
    change(&mut found);
    facts(Some(found))
}

fn was(presence: Presence, ins: u16, outs: u16) -> Facts {
    with(|found| found.admission = Some(record(presence, ins, outs)))
}

fn dispute(scan: &Scan) -> Option<&Stop> {
    scan.offline.as_ref().expect("marked as judged without the box").dispute.as_ref()
}

#[track_caller]
fn check(facts: &Facts, told: &Told, verdict: &Verdict, disputed: Option<&Stop>, ways: (u16, u16)) {
    let scan = offline(facts, told);
    assert_eq!(&scan.verdict, verdict);
    assert_eq!(dispute(&scan), disputed);
    let before = match &facts.read {
        Read::Code { found: Some(found), .. } => found.admission.clone(),
        _ => None,
    };
    let row = scan.admission.or(before);
    assert_eq!(row.map_or((0, 0), |row| (row.ins, row.outs)), ways);
}

fn already() -> Stop {
    Stop::AlreadyUsed { at: NOW - Span::minutes(9), door: "B".into(), device: DeviceNo(2) }
}

#[test]
fn a_go_of_a_ticket_in_order_admits_it_at_the_time_it_happened() {
    let scan = offline(&with(|_| {}), &GO_IN);
    assert_eq!((&scan.verdict, dispute(&scan)), (&Verdict::Go(Go::Admitted), None));
    assert_eq!((scan.happened(NOW), scan.door.as_str()), (THEN, "A"));
    let row = scan.admission.unwrap();
    assert_eq!((row.presence, row.ins, row.outs, row.scan), (Presence::In, 1, 0, 41));
    assert_eq!((row.first_in, row.last_in), (Some(THEN), Some(THEN)));
}

#[test]
fn a_go_of_a_ticket_already_in_is_kept_and_admits_nobody_twice() {
    let facts = was(Presence::In, 1, 0);
    check(&facts, &GO_IN, &Verdict::Go(Go::Admitted), Some(&already()), (1, 0));
    let row = offline(&facts, &GO_IN).admission.unwrap();
    assert_eq!((row.presence, row.again), (Presence::In, true));
    assert_eq!(row.first_in, Some(THEN), "it came first, though it was told later");
    assert_eq!(row.last_in, Some(NOW - Span::minutes(9)));
}

#[test]
fn of_two_doors_the_one_that_tells_later_has_the_duplicate_in_either_order() {
    for (first, second) in [(THEN, THEN + Span::minutes(1)), (THEN + Span::minutes(1), THEN)] {
        let one = offline(&with(|_| {}), &Told { at: first, ..GO_IN });
        assert_eq!(dispute(&one), None);
        let told = with(|found| found.admission = one.admission.clone());
        let other = offline(&told, &Told { at: second, ..GO_IN });
        assert!(other.offline.as_ref().unwrap().is_duplicate());
        let row = other.admission.unwrap();
        assert_eq!((row.ins, row.outs, row.presence), (1, 0, Presence::In));
        assert_eq!((row.first_in, row.last_in), (Some(THEN), Some(THEN + Span::minutes(1))));
    }
}

#[test]
fn where_tickets_may_come_in_any_number_of_times_a_second_way_in_is_no_dispute() {
    let mut facts = was(Presence::In, 1, 0);
    Arc::make_mut(&mut facts.house).re_entry = ReEntry::Unlimited;
    check(&facts, &GO_IN, &Verdict::Go(Go::Admitted), None, (1, 0));
}

#[test]
fn whoever_was_out_is_in_again_and_in_dispute_only_where_that_is_not_allowed() {
    let mut facts = was(Presence::Out, 1, 1);
    check(&facts, &GO_IN, &Verdict::Go(Go::ReEntry), None, (2, 1));
    Arc::make_mut(&mut facts.house).re_entry = ReEntry::Never;
    let no = Stop::NoReEntry { out: NOW - Span::minutes(4) };
    check(&facts, &GO_IN, &Verdict::Go(Go::ReEntry), Some(&no), (2, 1));
}

#[test]
fn whoever_was_let_in_against_the_table_is_in_and_the_row_that_won_is_kept() {
    let cancelled = with(|found| found.ticket.state = ticket::State::Cancelled { at: NOW });
    let at = Stop::Cancelled { at: NOW };
    check(&cancelled, &GO_IN, &Verdict::Go(Go::Admitted), Some(&at), (1, 0));
    let blocked = with(|found| found.ticket.blocked = true);
    check(&blocked, &GO_IN, &Verdict::Go(Go::Admitted), Some(&Stop::Blocked), (1, 0));
    let full = with(|found| {
        Arc::make_mut(&mut found.performance).fire_limit = Some(300);
        found.inside = 300;
    });
    check(&full, &GO_IN, &Verdict::Go(Go::Admitted), Some(&Stop::Full), (1, 0));
}

#[test]
fn a_code_that_leads_nowhere_is_recorded_and_moves_nobody() {
    let unknown = facts(None);
    check(&unknown, &GO_IN, &Verdict::Go(Go::Admitted), Some(&Stop::Unknown), (0, 0));
    check(&unknown, &STOP_IN, &Verdict::Stop(Stop::Unknown), None, (0, 0));
    let mut forged = facts(None);
    forged.read = Read::Fault { fault: CodeFault::BadTag, signed: true };
    check(&forged, &STOP_IN, &Verdict::Stop(Stop::BadSignature), None, (0, 0));
    let mut amber = facts(None);
    amber.read = Read::Code { form: Form::Signed, found: None };
    amber.may_lack_sales = true;
    check(&amber, &GO_IN, &Verdict::Go(Go::Admitted), Some(&Stop::Unknown), (0, 0));
}

#[test]
fn a_stop_is_the_table_s_own_or_unknown_and_moves_nobody() {
    check(&was(Presence::In, 1, 0), &STOP_IN, &Verdict::Stop(already()), None, (1, 0));
    check(&with(|_| {}), &STOP_IN, &Verdict::Stop(Stop::Unknown), None, (0, 0));
    assert_eq!(offline(&with(|_| {}), &STOP_IN).admission, None);
}

#[test]
fn a_way_out_takes_out_who_was_in_and_nobody_else() {
    check(&was(Presence::In, 1, 0), &GO_OUT, &Verdict::Go(Go::Out), None, (1, 1));
    let not_in = Some(&Stop::NotIn);
    check(&was(Presence::Out, 1, 1), &GO_OUT, &Verdict::Go(Go::Out), not_in, (1, 1));
    check(&with(|_| {}), &GO_OUT, &Verdict::Go(Go::Out), not_in, (0, 0));
    assert_eq!(offline(&with(|_| {}), &GO_OUT).admission, None);
    let cancelled = with(|found| {
        found.admission = Some(record(Presence::In, 1, 0));
        found.ticket.state = ticket::State::Cancelled { at: NOW };
    });
    let at = Stop::Cancelled { at: NOW };
    check(&cancelled, &GO_OUT, &Verdict::Go(Go::Out), Some(&at), (1, 1));
}

#[test]
fn an_ask_that_got_through_unheard_is_the_same_passage() {
    let gone_in = online(&with(|_| {}), Direction::In);
    let told = |attempt: Option<(u64, Scan)>, admission: Option<Admission>| {
        let mut facts = with(|found| found.admission = admission);
        facts.next_seq = 50;
        facts.attempt = attempt;
        facts
    };
    let same = told(Some((41, gone_in.clone())), gone_in.admission.clone());
    check(&same, &GO_IN, &Verdict::Go(Go::Admitted), None, (1, 0));
    assert_eq!(offline(&same, &GO_IN).admission, None, "it is recorded already");

    let unheard = told(None, gone_in.admission.clone());
    assert!(dispute(&offline(&unheard, &GO_IN)).is_some(), "somebody else's scan");
    let other_way = told(Some((41, gone_in.clone())), gone_in.admission.clone());
    check(&other_way, &GO_OUT, &Verdict::Go(Go::Out), None, (1, 1));
    let later = gone_in.admission.clone().map(|row| Admission { scan: 44, ..row });
    let scanned_since = told(Some((41, gone_in.clone())), later);
    assert!(offline(&scanned_since, &GO_IN).offline.unwrap().is_duplicate());
    let another = Scan { ticket: Some(TicketId(6)), ..gone_in.clone() };
    let other_ticket = told(Some((41, another)), gone_in.admission.clone());
    assert!(dispute(&offline(&other_ticket, &GO_IN)).is_some());
    let refused = Scan { verdict: Verdict::Stop(Stop::Full), ..gone_in.clone() };
    let stopped = told(Some((41, refused)), gone_in.admission.clone());
    assert!(dispute(&offline(&stopped, &GO_IN)).is_some(), "the box did not let it in");

    let gone_out = online(&told(None, gone_in.admission.clone()), Direction::Out);
    let out = told(Some((50, gone_out.clone())), gone_out.admission.clone());
    check(&out, &GO_OUT, &Verdict::Go(Go::Out), None, (1, 1));
}

#[test]
fn a_clock_that_runs_ahead_is_taken_back_to_now_and_the_table_asked_for_then() {
    let at = |at| offline(&with(|_| {}), &Told { at, ..GO_IN }).happened(NOW);
    assert_eq!(at(NOW), NOW);
    assert_eq!(at(NOW + Span(1)), NOW);
    assert_eq!(at(NOW - Span(1)), NOW - Span(1));
    assert_eq!(at(At(-1)), At(0));
    let opens = |opens| with(move |found| Arc::make_mut(&mut found.performance).doors_open = opens);
    assert_eq!(dispute(&offline(&opens(THEN), &GO_IN)), None);
    let early = offline(&opens(THEN + Span(1)), &GO_IN);
    assert_eq!(dispute(&early), Some(&Stop::TooEarly { opens: THEN + Span(1) }));
}

#[test]
fn what_is_told_the_next_day_is_judged_on_its_own_day() {
    let over = || {
        with(|found| {
            Arc::make_mut(&mut found.performance).last_admission = THEN - Span::minutes(1);
            found.admission = Some(record(Presence::In, 1, 0));
            Arc::make_mut(&mut found.performance).day = BusinessDay(10);
        })
    };
    let mut facts = over();
    facts.day = BusinessDay(10);
    check(&facts, &GO_OUT, &Verdict::Go(Go::Out), None, (1, 1));
    facts = over();
    facts.day = TODAY;
    assert!(matches!(dispute(&offline(&facts, &GO_OUT)), Some(Stop::WrongPerformance { .. })));
}

#[test]
fn a_lock_is_for_asking_the_box_and_a_device_struck_off_is_in_dispute() {
    let mut facts = with(|_| {});
    Arc::make_mut(facts.device.as_mut().unwrap()).locked_until = Some(NOW + Span::minutes(1));
    check(&facts, &GO_IN, &Verdict::Go(Go::Admitted), None, (1, 0));
    Arc::make_mut(facts.device.as_mut().unwrap()).device.enabled = false;
    check(&facts, &GO_IN, &Verdict::Go(Go::Admitted), Some(&Stop::Device), (1, 0));
}

#[test]
fn what_a_door_is_told_beforehand_are_the_rows_that_ask_neither_time_nor_presence() {
    let told = |change: &dyn Fn(&mut Found)| {
        let mut found = found();
        change(&mut found);
        standing(&found, &House::default(), "A", NOW)
    };
    assert_eq!(told(&|_| {}), None);
    assert_eq!(told(&|found| found.admission = Some(record(Presence::In, 1, 0))), None);
    let closed = |found: &mut Found| {
        let shut = Performance { last_admission: NOW, ..performance() };
        found.performance = Arc::new(shut);
    };
    assert_eq!(told(&closed), None);
    let replaced = told(&|found| {
        found.newest = false;
        found.ticket.state = ticket::State::Cancelled { at: NOW };
    });
    assert_eq!(replaced, Some(Stop::Replaced { at: NOW }));
    let elsewhere = |found: &mut Found| found.doors = vec!["B".to_owned()];
    assert_eq!(told(&elsewhere), Some(Stop::WrongDoor { go_to: vec!["B".to_owned()] }));
    let blocked = |found: &mut Found| {
        elsewhere(found);
        found.ticket.blocked = true;
    };
    assert_eq!(told(&blocked), Some(Stop::Blocked));
    let owing = |found: &mut Found| found.balance = Money(1);
    assert_eq!(told(&owing), Some(Stop::Unpaid { amount: Money(1) }));
    let mut found = found();
    owing(&mut found);
    let lenient = House { unpaid_enters: true, ..House::default() };
    assert_eq!(standing(&found, &lenient, "A", NOW), None);
}

/// One scan of some ticket in a random evening.
#[derive(Clone, Debug)]
struct Step {
    ticket: u64,
    out: bool,
    /// `None`: asked of the box.
    alone: Option<(bool, i64)>,
    /// Names the newest scan of the ticket as its unanswered ask.
    attempt: bool,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let alone = proptest::option::weighted(0.6, (any::<bool>(), 0..90_i64));
    let step = (0..4_u64, any::<bool>(), alone, any::<bool>());
    let step = step.prop_map(|(ticket, out, alone, attempt)| Step { ticket, out, alone, attempt });
    proptest::collection::vec(step, 1..60)
}

fn take(
    step: &Step,
    rows: &HashMap<u64, Admission>,
    newest: Option<(u64, Scan)>,
    seq: u64,
) -> Scan {
    let mut facts = with(|found| {
        found.id = TicketId(step.ticket);
        found.admission = rows.get(&step.ticket).cloned();
    });
    facts.next_seq = seq;
    let direction = if step.out { Direction::Out } else { Direction::In };
    let Some((go, minutes)) = step.alone else { return online(&facts, direction) };
    facts.attempt = newest.filter(|_| step.attempt);
    let went = if go { Went::Go } else { Went::Stop };
    offline(&facts, &Told { direction, went, at: NOW - Span::minutes(minutes) })
}

proptest! {
    #[test]
    fn in_any_interleaving_inside_is_ins_less_outs_and_a_ticket_is_admitted_once(steps in steps()) {
        let (mut rows, mut newest) = (HashMap::new(), HashMap::new());
        // Told apart from the rows: who is in, by the ways that were let through.
        let (mut inside, mut came) = (HashMap::new(), HashMap::new());
        for (nth, step) in steps.iter().enumerate() {
            let seq = 100 + nth as u64;
            let scan = take(step, &rows, newest.get(&step.ticket).cloned(), seq);
            let went = matches!(scan.verdict, Verdict::Go(_));
            prop_assert!(went || scan.admission.is_none(), "a STOP moved somebody");
            let is_in = inside.entry(step.ticket).or_insert(false);
            if went && !step.out {
                came.insert(step.ticket, ());
            }
            let passage = scan.offline.is_some() && scan.admission.is_none();
            if went && !passage {
                *is_in = !step.out;
            }
            if let Some(row) = scan.admission.clone() {
                rows.insert(step.ticket, row);
            }
            newest.insert(step.ticket, (seq, scan));
            let ins: u32 = rows.values().map(|row: &Admission| u32::from(row.ins)).sum();
            let outs: u32 = rows.values().map(|row| u32::from(row.outs)).sum();
            let present = rows.values().filter(|row| row.presence == Presence::In).count();
            prop_assert_eq!(ins - outs, present as u32);
            prop_assert_eq!(present, inside.values().filter(|is_in| **is_in).count());
            prop_assert_eq!(rows.values().filter(|row| row.ins > 0).count(), came.len());
        }
    }
}

#[test]
fn a_scan_from_before_there_were_such_doors_is_read_as_one_of_the_box() {
    let scan = online(&with(|_| {}), Direction::In);
    let bytes = minicbor::to_vec(&scan).unwrap();
    assert_eq!(bytes[0], 0x88, "eight fields: the ninth is left out where there is none");
    assert_eq!(minicbor::decode::<Scan>(&bytes).unwrap(), scan);
    let attempt = Some(Key([7; 16]));
    let command = Command::Offline {
        device: DeviceNo(1),
        payload: "U1".into(),
        direction: Direction::In,
        went: Went::Go,
        at: THEN,
        attempt,
    };
    let bytes = minicbor::to_vec(&command).unwrap();
    assert_eq!(minicbor::decode::<Command>(&bytes).unwrap(), command);
}
