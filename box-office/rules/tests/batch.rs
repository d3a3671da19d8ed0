//! Guards the batch: closed once, by the terminal's word or by a person's, and its account is 0
//! afterwards.
//!
//! Given a batch and what the terminal tells, then the events after a command, or the refusal.
//! The property drives random closes through a ledger of one account. Next: `rules/batch.rs`.

#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;
use usher_rules::at::At;
use usher_rules::batch::{
    Batch, BrandTotal, Closing, Command, Compared, End, Event, Facts, NoMatch, Of,
    REASON_CHARS_MAX, State, Wish, decide, unmatched,
};
use usher_rules::id::{BatchId, PadNo, PostingId, StaffNo, TillNo};
use usher_rules::money::Money;
use usher_rules::posting::{Account, Cause, PAD_OVER_SHORT, Posting};
use usher_rules::till::Takings;
use usher_rules::{Actor, Ask, BusinessDay, Event as AnyEvent, Refusal, checkout};

const NOW: At = At(1_796_403_600_000);
const DAY: BusinessDay = BusinessDay(20_000);
const PAD: PadNo = PadNo(7);
const ID: BatchId = BatchId(40);
const ANNA: StaffNo = StaffNo(3);
const BY_ANNA: Actor = Actor::Account(ANNA);

fn total(brand: &str, count: u32, minor: i64) -> BrandTotal {
    BrandTotal { brand: brand.to_owned(), count, sum: Money(minor) }
}

/// Three payments of 60.00 in all.
fn batch(state: State) -> Batch {
    let closing = Closing { at: NOW, by: ANNA, before: None };
    Batch {
        state,
        taken: Takings { count: 3, sum: Money(6_000) },
        closing: (state != State::Open).then_some(closing),
        ..Batch::opened(Of::Pad(PAD), NOW, Money::ZERO)
    }
}

fn mismatched(told: Option<Vec<BrandTotal>>) -> Batch {
    let why = "it said so".to_owned();
    let end = End { at: NOW, matched: false, told, receipt: Vec::new(), why };
    Batch { end: Some(end), ..batch(State::Mismatched) }
}

fn given(row: Batch) -> Facts {
    Facts { batch: Some((ID, row)), busy: None, unsettled: Vec::new(), posting: PostingId(90) }
}

/// What happened to the batch, and the lines posted for it as `cause: account sub amount, ...`.
type Done = (Event, Vec<String>);

fn written(posting: &Posting) -> String {
    assert!(posting.balanced() && posting.order.is_none() && posting.day == DAY);
    let lines = posting.lines.iter();
    let lines = lines.map(|line| format!("{:?} {} {}", line.account, line.sub, line.amount.0));
    format!("{:?}: {}", posting.cause, lines.collect::<Vec<_>>().join(", "))
}

fn postings(events: impl Iterator<Item = AnyEvent>, first: u64) -> Vec<Posting> {
    let numbered = events.zip(first..).map(|(event, no)| match event {
        AnyEvent::Checkout(checkout::Event::Posted(id, posting)) => {
            assert_eq!(id, PostingId(no), "numbers follow each other");
            posting
        }
        other => panic!("{other:?}"),
    });
    numbered.collect()
}

fn check(facts: &Facts, by: Actor, command: &Command) -> Result<Done, Refusal> {
    let ask = Ask { by, at: NOW, day: DAY, random: [0; 32] };
    let mut events = decide(facts, command, &ask)?.into_iter();
    let Some(AnyEvent::Batch(event)) = events.next() else { panic!("nothing happened") };
    Ok((event, postings(events, facts.posting.0).iter().map(written).collect()))
}

fn close() -> Command {
    Command::Close { pad: PAD, before: Some(vec![total("Visa", 3, 6_000)]) }
}

fn closed(totals: &[BrandTotal]) -> Command {
    let (receipt, why) = (vec!["SUM".to_owned()], String::new());
    Command::Closed { batch: ID, totals: totals.to_vec(), receipt, why }
}

fn ended(matched: bool, told: Option<Vec<BrandTotal>>, receipt: &[&str], why: &str) -> Event {
    let receipt = receipt.iter().map(|line| (*line).to_owned()).collect();
    Event::Ended(ID, End { at: NOW, matched, told, receipt, why: why.to_owned() })
}

fn no_match(reason: &str) -> Command {
    Command::NoMatch { batch: ID, reason: reason.to_owned() }
}

fn house(facts: &Facts, command: &Command) -> Result<Done, Refusal> {
    check(facts, Actor::House, command)
}

#[test]
fn a_close_is_written_before_the_terminal_is_asked_and_only_by_somebody() {
    let open = given(batch(State::Open));
    let before = Some(vec![total("Visa", 3, 6_000)]);
    let closing = Event::Closing(ID, Closing { at: NOW, by: ANNA, before });
    assert_eq!(check(&open, BY_ANNA, &close()), Ok((closing, Vec::new())));
    for by in [Actor::House, Actor::Staff("token".into()), Actor::Console] {
        assert_eq!(check(&open, by, &close()), Err(Refusal::NotAllowed));
    }
    let none = Facts { batch: None, ..given(batch(State::Open)) };
    assert_eq!(check(&none, BY_ANNA, &close()), Err(Refusal::NotFound));
}

/// Wanted closed by somebody else than who asks.
fn wanted(state: State) -> Batch {
    Batch { wish: Some(Wish { at: NOW, by: StaffNo(8) }), ..batch(state) }
}

#[test]
fn what_is_wanted_closed_the_box_closes_in_the_name_of_whoever_wants_it() {
    let before = Some(vec![total("Visa", 3, 6_000)]);
    let closing = Event::Closing(ID, Closing { at: NOW, by: StaffNo(8), before });
    let open = given(wanted(State::Open));
    assert_eq!(house(&open, &close()), Ok((closing, Vec::new())));
    let busy = Facts { busy: Some(TillNo(2)), ..given(wanted(State::Open)) };
    assert_eq!(house(&busy, &close()), Err(Refusal::PadBusy { till: TillNo(2) }));
    assert_eq!(house(&given(wanted(State::Closing)), &close()), Err(Refusal::BatchClosing));
    assert_eq!(check(&open, Actor::Console, &close()), Err(Refusal::NotAllowed));
}

#[test]
fn a_wish_is_taken_back_as_long_as_the_terminal_is_not_asked() {
    let keep = Command::KeepOpen { batch: ID };
    let told = |row, by| check(&given(row), by, &keep);
    assert_eq!(told(wanted(State::Open), BY_ANNA), Ok((Event::KeptOpen(ID), Vec::new())));
    assert_eq!(told(wanted(State::Open), Actor::House), Err(Refusal::NotAllowed));
    assert_eq!(told(batch(State::Open), BY_ANNA), Err(Refusal::Stale));
    assert_eq!(told(wanted(State::Closing), BY_ANNA), Err(Refusal::BatchClosing));
    assert_eq!(told(mismatched(None), BY_ANNA), Err(Refusal::Stale));
}

#[test]
fn all_are_closed_at_once_the_gateway_is_asked_now_and_each_pad_as_soon_as_it_can() {
    let of = |no, of, row: Batch| (BatchId(no), Batch { of, ..row });
    let pad = |no| Of::Pad(PadNo(no));
    let facts = |unsettled| Facts { batch: None, unsettled, ..given(batch(State::Open)) };
    let all = facts(vec![
        of(40, Of::Gateway, batch(State::Open)),
        of(41, pad(1), batch(State::Open)),
        of(42, pad(2), batch(State::Closing)),
        of(43, pad(3), wanted(State::Open)),
        of(44, pad(4), mismatched(None)),
    ]);
    let ask = Ask { by: BY_ANNA, at: NOW, day: DAY, random: [0; 32] };
    let mut wishes = Vec::new();
    let mut asked = Vec::new();
    for event in decide(&all, &Command::CloseAll, &ask).unwrap() {
        match event {
            AnyEvent::Batch(Event::Wanted(id, wish)) => {
                assert_eq!(wish, Wish { at: NOW, by: ANNA });
                wishes.push(id);
            }
            AnyEvent::Batch(Event::Closing(id, closing)) => asked.push((id, closing.by)),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((wishes, asked), (vec![BatchId(41), BatchId(42)], vec![(BatchId(40), ANNA)]));
    for rest in [Vec::new(), all.unsettled[3..].to_vec()] {
        assert_eq!(decide(&facts(rest), &Command::CloseAll, &ask), Err(Refusal::Stale));
    }
    let by_house = Ask { by: Actor::House, ..ask };
    assert_eq!(decide(&all, &Command::CloseAll, &by_house), Err(Refusal::NotAllowed));
}

#[test]
fn a_payment_that_is_not_settled_keeps_the_batch_open() {
    let busy = Facts { busy: Some(TillNo(2)), ..given(batch(State::Open)) };
    assert_eq!(check(&busy, BY_ANNA, &close()), Err(Refusal::PadBusy { till: TillNo(2) }));
}

#[test]
fn a_batch_is_closed_once() {
    let again = [
        (State::Closing, Refusal::BatchClosing),
        (State::Mismatched, Refusal::Stale),
        (State::Settled, Refusal::Stale),
    ];
    for (state, refusal) in again {
        assert_eq!(check(&given(batch(state)), BY_ANNA, &close()), Err(refusal), "{state:?}");
    }
    let why = String::new;
    let outcomes = [
        closed(&[total("Visa", 3, 6_000)]),
        Command::NotClosed { batch: ID, why: why() },
        Command::Unreconciled { batch: ID, why: why() },
        Command::Undecided { batch: ID, why: why() },
    ];
    for command in outcomes {
        for state in [State::Open, State::Mismatched, State::Settled] {
            let told = house(&given(batch(state)), &command);
            assert_eq!(told, Err(Refusal::Stale), "{state:?} {command:?}");
        }
    }
}

#[test]
fn sums_that_match_send_the_batch_to_the_bank() {
    let totals = vec![total("Visa", 2, 4_000), total("Mastercard", 1, 2_000)];
    let told = house(&given(batch(State::Closing)), &closed(&totals));
    let posted = vec!["Deposit: Bank 0 6000, CardClearing 7 -6000".to_owned()];
    assert_eq!(told, Ok((ended(true, Some(totals), &["SUM"], ""), posted)));
}

#[test]
fn another_sum_or_another_count_does_not_match_and_posts_nothing() {
    let others = [
        vec![total("Visa", 3, 5_999)],
        vec![total("Visa", 3, 6_001)],
        vec![total("Visa", 2, 6_000)],
        vec![total("Visa", 4, 6_000)],
        Vec::new(),
    ];
    for totals in others {
        let told = house(&given(batch(State::Closing)), &closed(&totals));
        assert_eq!(told, Ok((ended(false, Some(totals), &["SUM"], ""), Vec::new())));
    }
}

#[test]
fn a_payment_that_was_taken_back_counts_as_none_or_as_two() {
    for (count, fits) in [(2, true), (4, true), (3, false), (1, false)] {
        let mut row = batch(State::Closing);
        row.counts(Cause::CardVoid, Money(-2_000));
        let (event, _) = house(&given(row), &closed(&[total("Visa", count, 4_000)])).unwrap();
        assert!(
            matches!(event, Event::Ended(_, End { matched, .. }) if matched == fits),
            "{count}"
        );
    }
}

#[test]
fn money_from_before_batches_were_kept_is_compared_by_its_sum_alone() {
    let older = Batch { carried: Money(1_000), ..batch(State::Closing) };
    let (event, _) = house(&given(older.clone()), &closed(&[total("Visa", 9, 7_000)])).unwrap();
    assert!(matches!(event, Event::Ended(_, End { matched: true, .. })));
    let (event, _) = house(&given(older), &closed(&[total("Visa", 9, 6_000)])).unwrap();
    assert!(matches!(event, Event::Ended(_, End { matched: false, .. })));
}

#[test]
fn a_terminal_that_did_not_close_goes_on() {
    let command = Command::NotClosed { batch: ID, why: "the\nline went".to_owned() };
    let told = house(&given(batch(State::Closing)), &command);
    assert_eq!(told, Ok((Event::WentOn(ID, "the line went".to_owned()), Vec::new())));
}

#[test]
fn a_terminal_without_a_word_for_it_is_settled_by_our_own_books() {
    let command = Command::Unreconciled { batch: ID, why: "no word".to_owned() };
    let posted = vec!["Deposit: Bank 0 6000, CardClearing 7 -6000".to_owned()];
    let told = house(&given(batch(State::Closing)), &command);
    assert_eq!(told, Ok((ended(true, None, &[], "no word"), posted)));
}

fn of_gateway(state: State) -> Batch {
    Batch { of: Of::Gateway, ..batch(state) }
}

fn settling(count: u32, minor: i64) -> Command {
    Command::Settling { batch: ID, before: vec![total("", count, minor)] }
}

#[test]
fn the_gateway_is_asked_for_its_sums_and_to_settle_before_anything_is_at_the_bank() {
    let closing = Closing { at: NOW, by: ANNA, before: None };
    let told = check(&given(of_gateway(State::Open)), BY_ANNA, &Command::CloseGateway);
    assert_eq!(told, Ok((Event::Closing(ID, closing.clone()), Vec::new())));
    let house_asks = check(&given(of_gateway(State::Open)), Actor::House, &Command::CloseGateway);
    assert_eq!(house_asks, Err(Refusal::NotAllowed), "a person closes");
    for (state, refusal) in [
        (State::Closing, Refusal::BatchClosing),
        (State::Mismatched, Refusal::Stale),
        (State::Settled, Refusal::Stale),
    ] {
        let again = check(&given(of_gateway(state)), BY_ANNA, &Command::CloseGateway);
        assert_eq!(again, Err(refusal));
    }
    let before = Some(vec![total("", 3, 6_000)]);
    let known = Closing { before, ..closing };
    let told = house(&given(of_gateway(State::Closing)), &settling(3, 6_000));
    assert_eq!(told, Ok((Event::Closing(ID, known.clone()), Vec::new())));
    let asked = Batch { closing: Some(known), ..of_gateway(State::Closing) };
    assert_eq!(house(&given(asked), &settling(3, 6_000)), Err(Refusal::Stale), "once");
    let pads = house(&given(batch(State::Closing)), &settling(3, 6_000));
    assert_eq!(pads, Err(Refusal::Stale), "a pad is asked at its own");
}

#[test]
fn the_gateways_own_sums_match_ours_or_wait_for_a_person() {
    let posted = vec!["Deposit: Bank 0 6000, CardClearing 0 -6000".to_owned()];
    let told = house(&given(of_gateway(State::Closing)), &closed(&[total("", 3, 6_000)]));
    assert_eq!(
        told,
        Ok((ended(true, Some(vec![total("", 3, 6_000)]), &["SUM"], ""), posted.clone()))
    );
    for (count, minor) in [(3, 5_999), (4, 6_000), (2, 6_000), (0, 0)] {
        let sums = [total("", count, minor)];
        let told = house(&given(of_gateway(State::Closing)), &closed(&sums));
        assert_eq!(told, Ok((ended(false, Some(sums.to_vec()), &["SUM"], ""), Vec::new())));
    }
    let command = Command::Unreconciled { batch: ID, why: "no word".to_owned() };
    let told = house(&given(of_gateway(State::Closing)), &command);
    assert_eq!(told, Ok((ended(true, None, &[], "no word"), posted)));
}

#[test]
fn money_of_the_shop_goes_on_into_its_batch_while_that_is_being_closed() {
    for (row, takes) in [
        (of_gateway(State::Open), true),
        (of_gateway(State::Closing), true),
        (of_gateway(State::Mismatched), false),
        (of_gateway(State::Settled), false),
        (batch(State::Open), true),
        (batch(State::Closing), false),
    ] {
        assert_eq!(row.takes(), takes, "{:?} {:?}", row.of, row.state);
    }
}

#[test]
fn more_refunds_than_payments_come_back_from_the_bank() {
    let less = Batch { taken: Takings { count: 2, sum: Money(-500) }, ..batch(State::Closing) };
    let (_, posted) = house(&given(less), &closed(&[total("Visa", 2, -500)])).unwrap();
    assert_eq!(posted, ["Deposit: CardClearing 7 500, Bank 0 -500"]);
}

#[test]
fn what_nobody_can_find_out_waits_for_a_person() {
    let command = Command::Undecided { batch: ID, why: "silence".to_owned() };
    let told = house(&given(batch(State::Closing)), &command);
    assert_eq!(told, Ok((ended(false, None, &[], "silence"), Vec::new())));
}

#[test]
fn no_match_posts_what_the_bank_pays_and_the_rest_as_over_or_short() {
    let over_short = PAD_OVER_SHORT + u64::from(PAD.0);
    let forced = Event::Forced(ID, NoMatch { at: NOW, by: ANNA, reason: "Lost slip".to_owned() });
    let cases = [
        (
            Some(vec![total("Visa", 2, 4_000)]),
            vec![
                "Deposit: Bank 0 4000, CardClearing 7 -4000".to_owned(),
                format!("BatchDifference: OverShort {over_short} 2000, CardClearing 7 -2000"),
            ],
        ),
        (
            Some(vec![total("Visa", 4, 8_500)]),
            vec![
                "Deposit: Bank 0 8500, CardClearing 7 -8500".to_owned(),
                format!("BatchDifference: CardClearing 7 2500, OverShort {over_short} -2500"),
            ],
        ),
        (
            Some(Vec::new()),
            vec![format!("BatchDifference: OverShort {over_short} 6000, CardClearing 7 -6000")],
        ),
        (
            Some(vec![total("Visa", 2, 6_000)]),
            vec!["Deposit: Bank 0 6000, CardClearing 7 -6000".to_owned()],
        ),
        (None, vec!["Deposit: Bank 0 6000, CardClearing 7 -6000".to_owned()]),
    ];
    for (told, posted) in cases {
        let done = check(&given(mismatched(told)), BY_ANNA, &no_match("Lost slip"));
        assert_eq!(done, Ok((forced.clone(), posted)));
    }
}

#[test]
fn no_match_needs_a_mismatch_a_person_and_a_reason() {
    let facts = given(mismatched(None));
    assert_eq!(house(&facts, &no_match("Lost slip")), Err(Refusal::NotAllowed));
    for state in [State::Open, State::Closing, State::Settled] {
        let told = check(&given(batch(state)), BY_ANNA, &no_match("Lost slip"));
        assert_eq!(told, Err(Refusal::Stale), "{state:?}");
    }
    let longest = "x".repeat(REASON_CHARS_MAX);
    assert!(check(&facts, BY_ANNA, &no_match(&longest)).is_ok());
    for reason in ["", " ", "two\nlines", " led", &format!("{longest}x")] {
        let told = check(&facts, BY_ANNA, &no_match(reason));
        assert_eq!(told, Err(Refusal::Malformed { field: "reason" }), "{reason:?}");
    }
    let digits = check(&facts, BY_ANNA, &no_match("card 4242424242424242")).unwrap();
    let Event::Forced(_, NoMatch { reason, .. }) = digits.0 else { panic!("not forced") };
    assert!(!reason.contains("424242424242"), "{reason}");
}

#[test]
fn payments_of_a_brand_that_differs_are_the_ones_to_look_at() {
    let payment = |brand: &str, minor| Compared {
        brand: brand.to_owned(),
        amount: Money(minor),
        voids: false,
    };
    let ours = [payment("VISA", 2_000), payment("Mastercard", 1_500), payment("Visa ", 500)];
    let told = [total("Visa", 2, 2_500), total("Mastercard", 2, 3_000)];
    assert_eq!(unmatched(&ours, Some(&told)), [false, true, false]);
    assert_eq!(unmatched(&ours, None), [true, true, true]);
    assert_eq!(unmatched(&ours, Some(&[])), [true, true, true]);
    let void = Compared { voids: true, ..payment("Visa", -500) };
    for (count, matches) in [(1, true), (3, true), (2, false)] {
        let told = [total("Visa", count, 2_000)];
        let ours = [payment("Visa", 2_000), payment("Visa", 500), void.clone()];
        assert_eq!(unmatched(&ours, Some(&told)), [!matches; 3], "{count}");
    }
}

proptest! {
    #[test]
    fn of_a_settled_batch_nothing_stays_on_its_account(
        sum in -50_000i64..50_000,
        carried in 0i64..2,
        told in proptest::option::of(proptest::collection::vec((0u32..9, -9_000i64..20_000), 0..4)),
        as_told in any::<bool>(),
    ) {
        let carried = Money(carried * 700);
        let taken = Takings { count: 3, sum: Money(sum) };
        let row = Batch { taken, carried, ..batch(State::Closing) };
        let totals = told.map(|told| {
            let brands = told.into_iter().map(|(count, sum)| total("Visa", count, sum));
            if as_told { brands.collect() } else { vec![total("Visa", 3, sum + carried.0)] }
        });
        let command = match totals.clone() {
            Some(totals) => closed(&totals),
            None => Command::Undecided { batch: ID, why: String::new() },
        };
        let ask = |by| Ask { by, at: NOW, day: DAY, random: [0; 32] };
        let mut events = decide(&given(row.clone()), &command, &ask(Actor::House)).unwrap();
        let AnyEvent::Batch(Event::Ended(_, end)) = events.remove(0) else { panic!("not ended") };
        if !end.matched {
            prop_assert!(events.is_empty());
            let row = Batch { state: State::Mismatched, end: Some(end), ..row.clone() };
            events = decide(&given(row), &no_match("Lost slip"), &ask(BY_ANNA)).unwrap();
            events.remove(0);
        }
        let posted = postings(events.into_iter(), 90);
        prop_assert!(posted.iter().all(Posting::balanced));
        let lines = posted.iter().flat_map(|posting| &posting.lines);
        let cleared = lines.filter(|line| line.account == Account::CardClearing);
        let cleared: Money = cleared.map(|line| line.amount).sum();
        prop_assert_eq!(cleared, -row.sum());
    }
}
