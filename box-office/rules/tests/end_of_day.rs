//! Guards the end of day: its cut-off, its figures, its proof, what it posts and what it locks.
//!
//! Given what was posted and what ended since the last run, then the run, or the refusal. Nothing
//! here has a store. Next: `rules/end_of_day.rs`, `tests/end_of_day.rs` for whole days.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use usher_rules::at::{At, Span};
use usher_rules::batch::State;
use usher_rules::end_of_day::{
    Batch, Command, EARNED_MAX, Earned, Event, Facts, OpenTill, Run, Sums, Tender, Till, Window,
    dated, decide, minute_of,
};
use usher_rules::fee::FeeLine;
use usher_rules::id::{
    BatchId, OrderId, PadNo, PerformanceId, PostingId, RunNo, StaffNo, TillNo, TillSessionId,
};
use usher_rules::money::Money;
use usher_rules::posting::{self, Account, Cause, Posting, between, card_payment, cash_payment};
use usher_rules::tax::{Tax, assess};
use usher_rules::till::Takings;
use usher_rules::{Actor, Ask, BusinessDay, Event as AnyEvent, Refusal, checkout};

const NOON: At = At(1_796_385_600_000);
const TODAY: BusinessDay = BusinessDay(20_791);
const YESTERDAY: BusinessDay = BusinessDay(20_790);
const ANNA: StaffNo = StaffNo(3);
const LEFT: TillNo = TillNo(2);
const SHOW: PerformanceId = PerformanceId(7);

fn vat() -> Tax {
    Tax { no: 1, name: "VAT".into(), rate_ppm: 200_000, inclusive: true, compound: false }
}

/// A ticket of 36.00 with 6.00 of tax in it, and a fee of 1.50: 37.50.
fn sale(order: u64, at: At, day: BusinessDay) -> Posting {
    let (price, fee) = (assess(Money(3_600), &[vat()]), assess(Money(150), &[]));
    let fee = FeeLine { fee: 2, name: "Web fee".into(), count: 1, each: Money(150), amount: fee };
    posting::sale(OrderId(order), &[(SHOW, &price)], &[fee], at, day)
}

/// Everything given back of it.
fn refund(order: u64, at: At) -> Posting {
    let (price, fee) = (assess(Money(3_600), &[vat()]), assess(Money(150), &[]));
    posting::refund(OrderId(order), &[(SHOW, &price)], &[(2, fee)], at, TODAY)
}

fn drawer() -> (Account, u64) {
    (Account::DrawerCash, u64::from(LEFT.0))
}

fn to_bank(cause: Cause, from: (Account, u64), minor: i64) -> Posting {
    between(None, cause, (Account::Bank, 0), from, Money(minor), NOON, TODAY)
}

/// A house where these things were posted since the last run, before and after noon's minute.
fn given(before: &[Posting], after: &[Posting]) -> Facts {
    let mut window = Window::default();
    let mut balances: BTreeMap<u16, Money> = BTreeMap::new();
    let all = before.iter().map(|one| (one, 0)).chain(after.iter().map(|one| (one, 1)));
    for (id, (posting, minute)) in (1..).zip(all) {
        let mut sums = Sums::default();
        sums.post(PostingId(id), posting);
        window.take(minute, posting.day, &sums, 1);
        for line in &posting.lines {
            let sum = balances.entry(line.account.no()).or_default();
            *sum = *sum + line.amount;
        }
    }
    Facts {
        last: None,
        locked: None,
        by_name: "Anna".into(),
        day: TODAY,
        window,
        tills: Vec::new(),
        open: Vec::new(),
        settled: Vec::new(),
        unsettled: Vec::new(),
        pads: vec![(PadNo(1), "Middle".into())],
        over: Vec::new(),
        balances,
        posting: PostingId(90),
    }
}

fn ask(by: Actor) -> Ask {
    Ask { by, at: NOON, day: TODAY, random: [0; 32] }
}

/// The run with this cut-off, and what was posted for it.
fn run_to(facts: &Facts, cut_off: Option<At>) -> Result<(RunNo, Run, Vec<Posting>), Refusal> {
    let mut events = decide(facts, &Command::Run { cut_off }, &ask(Actor::Account(ANNA)))?;
    let Some(AnyEvent::EndOfDay(Event::Ran(no, run))) = events.pop() else { panic!("no run") };
    let posted = (90..).zip(events).map(|(no, event)| match event {
        AnyEvent::Checkout(checkout::Event::Posted(id, posting)) => {
            assert_eq!(id, PostingId(no), "numbers follow each other");
            assert!(posting.balanced());
            posting
        }
        other => panic!("{other:?}"),
    });
    Ok((no, *run, posted.collect()))
}

fn check(facts: &Facts) -> Result<Run, Refusal> {
    run_to(facts, None).map(|(_, run, _)| run)
}

fn till(counted: i64, expected: i64) -> Till {
    Till {
        session: TillSessionId(5),
        till: "Left".into(),
        cashier: "Anna".into(),
        closed_at: NOON,
        float: Money(10_000),
        paid_in: Money::ZERO,
        paid_out: Money::ZERO,
        cash: Takings { count: 1, sum: Money(3_750) },
        cash_back: Takings::default(),
        cards: Takings::default(),
        cards_back: Takings::default(),
        expected: Money(expected),
        counted: Money(counted),
    }
}

fn batch(state: State, ours: i64, told: Option<i64>) -> Batch {
    Batch {
        batch: BatchId(40),
        pad: Some("Middle".into()),
        state,
        opened_at: NOON,
        ours: Takings { count: 1, sum: Money(ours) },
        told: told.map(|sum| Takings { count: 1, sum: Money(sum) }),
        ended_at: (state != State::Open).then_some(NOON),
        no_match: None,
    }
}

/// An evening: a float, a sale in cash, one by card at the pad, one in the shop; the till is
/// closed two short and the pad's batch settled.
fn evening() -> Facts {
    let float =
        between(None, Cause::Float, drawer(), (Account::Bank, 0), Money(10_000), NOON, TODAY);
    let short = (Account::OverShort, u64::from(LEFT.0));
    let facts = given(
        &[
            float,
            sale(1, NOON, YESTERDAY),
            cash_payment(OrderId(1), LEFT, Money(3_750), NOON, YESTERDAY),
            sale(2, NOON, TODAY),
            card_payment(OrderId(2), 1, Money(3_750), NOON, TODAY),
            sale(3, NOON, TODAY),
            card_payment(OrderId(3), 0, Money(3_750), NOON, TODAY),
            between(None, Cause::OverShort, short, drawer(), Money(2), NOON, TODAY),
            to_bank(Cause::TillClosed, drawer(), 13_748),
            to_bank(Cause::Deposit, (Account::CardClearing, 1), 3_750),
        ],
        &[sale(4, NOON, TODAY)],
    );
    Facts {
        tills: vec![till(13_748, 13_750)],
        settled: vec![batch(State::Settled, 3_750, Some(3_750))],
        ..facts
    }
}

#[test]
fn an_evening_comes_to_its_figures() {
    let run = check(&evening()).unwrap();
    assert_eq!((run.postings, run.upto, run.empty()), (10, Some(PostingId(10)), false));
    assert_eq!(run.banked(), Money(13_748 + 3_750));
    assert_eq!(run.to_drawers, Money(10_000));
    assert_eq!(run.web.taken, Takings { count: 1, sum: Money(3_750) });
    let days: Vec<(BusinessDay, u32, Money)> =
        run.days.iter().map(|day| (day.day, day.sold.count, day.sold.gross)).collect();
    assert_eq!(days, [(YESTERDAY, 1, Money(3_750)), (TODAY, 2, Money(7_500))]);
    let sold = run.days[0].sold;
    assert_eq!((sold.tickets, sold.taxes, sold.fees), (Money(3_000), Money(600), Money(150)));
    let tenders: Vec<&Tender> = run.days[1].paid.iter().map(|paid| &paid.tender).collect();
    assert_eq!(tenders, [&Tender::Pad("Middle".into()), &Tender::Web]);
    let owed = run.receivable;
    assert_eq!((owed.sales, owed.payments, owed.closing), (Money(11_250), Money(11_250), Money(0)));
    let over_short = run.accounts.iter().find(|kept| kept.account == Account::OverShort).unwrap();
    assert_eq!((over_short.debit, over_short.closing), (Money(2), Money(2)));
}

#[test]
fn what_is_taken_back_and_paid_out_is_in_what_orders_owe() {
    let out = between(
        Some(OrderId(1)),
        Cause::CashRefund,
        (Account::Receivable, 1),
        drawer(),
        Money(3_750),
        NOON,
        TODAY,
    );
    let paid = cash_payment(OrderId(1), LEFT, Money(3_750), NOON, TODAY);
    let facts =
        given(&[sale(1, NOON, TODAY), paid, refund(1, NOON), out, sale(2, NOON, TODAY)], &[]);
    let run = check(&facts).unwrap();
    let owed = run.receivable;
    assert_eq!((owed.refunds, owed.paid_out), (Money(3_750), Money(3_750)));
    assert_eq!(owed.closing, Money(3_750), "the second order is not paid");
    assert_eq!(run.days[0].refunds.gross, Money(3_750));
    assert_eq!(run.days[0].paid[0].back, Takings { count: 1, sum: Money(3_750) });
}

#[test]
fn the_cut_off_is_a_whole_minute_between_the_last_one_and_now() {
    let facts = given(&[], &[]);
    let wrong = Err(Refusal::Malformed { field: "cut_off" });
    let to = |facts: &Facts, at: At| run_to(facts, Some(at)).map(|_| ());
    assert_eq!(to(&facts, NOON), Ok(()));
    assert_eq!(to(&facts, NOON + Span::minutes(1)), wrong);
    assert_eq!(to(&facts, At(NOON.0 - 1)), wrong, "no whole minute");
    let (no, run, _) = run_to(&facts, Some(NOON - Span::minutes(5))).unwrap();
    assert_eq!((no, run.before), (RunNo(1), minute_of(NOON) - 5));
    let after = Facts { last: Some((no, run)), ..facts };
    assert_eq!(to(&after, NOON - Span::minutes(5)), Ok(()));
    assert_eq!(to(&after, NOON - Span::minutes(6)), wrong);
    assert_eq!(run_to(&after, None).unwrap().0, RunNo(2));
}

#[test]
fn the_next_run_begins_where_the_last_one_ended_and_may_be_empty() {
    let first = check(&evening()).unwrap();
    let all = evening();
    let balances = all.balances.clone();
    let mut rest = given(&[sale(4, NOON, TODAY)], &[]);
    (rest.last, rest.balances) = (Some((RunNo(1), first.clone())), balances.clone());
    let (no, second, _) = run_to(&rest, None).unwrap();
    assert_eq!((no, second.postings, second.receivable.opening), (RunNo(2), 1, Money::ZERO));
    assert_eq!((second.since, second.receivable.closing), (Some(first.cut_off), Money(3_750)));
    let mut none = given(&[], &[]);
    (none.last, none.balances) = (Some((no, second.clone())), balances);
    let (no, third, posted) = run_to(&none, None).unwrap();
    assert!(third.empty() && posted.is_empty());
    assert_eq!((no, third.upto), (RunNo(3), second.upto.max(first.upto)));
    assert_eq!(third.receivable.closing, Money(3_750));
}

#[test]
fn a_bent_balance_is_refused_whichever_account_it_is_of() {
    for account in Account::ALL {
        let mut facts = evening();
        let sum = facts.balances.entry(account.no()).or_default();
        *sum = *sum + Money(1);
        assert_eq!(check(&facts), Err(Refusal::OutOfBalance { diff: Money(1) }), "{account:?}");
    }
    for unknown in [9, 900] {
        let mut facts = evening();
        facts.balances.insert(unknown, Money(5));
        assert_eq!(check(&facts), Err(Refusal::OutOfBalance { diff: Money(5) }), "{unknown}");
    }
    let mut facts = evening();
    facts.tills[0].counted = Money(13_750);
    assert_eq!(check(&facts), Err(Refusal::OutOfBalance { diff: Money(2) }), "not banked");
}

#[test]
fn a_batch_that_does_not_match_blocks_and_open_ones_do_not() {
    let with = |batch: Batch| Facts { unsettled: vec![batch], ..given(&[], &[]) };
    let mismatch = |diff| Err(Refusal::BatchMismatch { batch: BatchId(40), diff: Money(diff) });
    let run = |batch| check(&with(batch)).map(|_| ());
    assert_eq!(run(batch(State::Open, 3_750, None)), Ok(()));
    assert_eq!(run(batch(State::Closing, 3_750, None)), Ok(()));
    assert_eq!(run(batch(State::Mismatched, 3_750, Some(3_700))), mismatch(-50));
    assert_eq!(run(batch(State::Mismatched, 3_750, None)), mismatch(3_750));
    let later = with(batch(State::Mismatched, 3_750, Some(3_700)));
    let before = run_to(&later, Some(NOON - Span::minutes(1)));
    assert!(before.is_ok(), "it ended after the cut-off");
}

#[test]
fn a_batch_settled_without_a_match_is_banked_as_the_terminal_told() {
    let forced =
        |told| Batch { no_match: Some("Lost slip".into()), ..batch(State::Settled, 3_750, told) };
    assert_eq!(forced(Some(3_700)).paid(), Money(3_700));
    assert_eq!(forced(None).paid(), Money(3_750));
    assert_eq!(batch(State::Settled, 3_750, Some(3_750)).paid(), Money(3_750));
}

fn earned(no: u64, minor: i64) -> Earned {
    let title = "The Lighthouse".to_owned();
    Earned { performance: PerformanceId(no), title, starts: NOON, amount: Money(minor) }
}

fn written(posting: &Posting) -> String {
    assert_eq!((posting.cause, posting.day), (Cause::RevenueRecognised, TODAY));
    let lines = posting.lines.iter();
    let lines = lines.map(|line| format!("{:?} {} {}", line.account, line.sub, line.amount.0));
    lines.collect::<Vec<_>>().join(", ")
}

#[test]
fn what_was_sold_for_a_performance_that_is_over_is_earned_and_a_correction_by_the_difference() {
    let facts = Facts { over: vec![earned(7, 3_000)], ..given(&[sale(1, NOON, TODAY)], &[]) };
    let (no, first, posted) = run_to(&facts, None).unwrap();
    let lines: Vec<String> = posted.iter().map(written).collect();
    assert_eq!(lines, ["DeferredTickets 7 3000, TicketRevenue 7 -3000"]);
    let closing = |run: &Run, account| {
        run.accounts.iter().find(|kept| kept.account == account).map(|kept| kept.closing)
    };
    assert_eq!(closing(&first, Account::DeferredTickets), Some(Money::ZERO));
    assert_eq!(closing(&first, Account::TicketRevenue), Some(Money(-3_000)));
    let mut next = given(&[refund(1, NOON)], &[]);
    next.over = vec![earned(7, -3_000)];
    next.last = Some((no, first));
    // The refund took back all that the sale brought; the revenue is still there.
    next.balances = BTreeMap::from([(3, Money(3_000)), (10, Money(-3_000))]);
    let (_, second, posted) = run_to(&next, None).unwrap();
    let lines: Vec<String> = posted.iter().map(written).collect();
    assert_eq!(lines, ["TicketRevenue 7 3000, DeferredTickets 7 -3000"]);
    assert_eq!(closing(&second, Account::TicketRevenue), Some(Money::ZERO));
}

#[test]
fn one_run_earns_no_more_performances_than_its_limit() {
    let many = |count: usize| {
        let over = (0..count as u64).map(|no| earned(no + 1, 0)).collect();
        run_to(&Facts { over, ..given(&[], &[]) }, None).unwrap().1.earned.len()
    };
    assert_eq!((many(EARNED_MAX), many(EARNED_MAX + 1)), (EARNED_MAX, EARNED_MAX));
}

fn open(day: BusinessDay) -> OpenTill {
    let (till, cashier) = ("Left".to_owned(), "Anna".to_owned());
    OpenTill { session: TillSessionId(6), till, cashier, since: NOON, day }
}

#[test]
fn dates_are_locked_up_to_the_day_before_the_cut_off_and_before_the_first_open_till() {
    let locked = |open: Vec<OpenTill>, was: Option<BusinessDay>| {
        let run = check(&Facts { open, locked: was, ..given(&[], &[]) }).unwrap();
        (run.locked, run.locks)
    };
    assert_eq!(locked(vec![], None), (Some(YESTERDAY), true));
    assert_eq!(locked(vec![open(TODAY)], None), (Some(YESTERDAY), true));
    let before = BusinessDay(YESTERDAY.0 - 1);
    assert_eq!(locked(vec![open(TODAY), open(YESTERDAY)], None), (Some(before), true));
    assert_eq!(locked(vec![open(YESTERDAY)], Some(YESTERDAY)), (Some(YESTERDAY), false));
    assert_eq!(locked(vec![], Some(YESTERDAY)), (Some(YESTERDAY), false));
}

#[test]
fn nothing_is_posted_into_a_locked_date_and_the_day_after_it_is_free() {
    let event = |day| AnyEvent::Checkout(checkout::Event::Posted(PostingId(1), sale(1, NOON, day)));
    let events = [event(TODAY), event(YESTERDAY)];
    assert_eq!(dated(&events, None), Ok(()));
    assert_eq!(dated(&events, Some(BusinessDay(YESTERDAY.0 - 1))), Ok(()));
    let refused = Err(Refusal::DateLocked { day: YESTERDAY });
    assert_eq!(dated(&events, Some(YESTERDAY)), refused);
    assert_eq!(dated(&events[..1], Some(YESTERDAY)), Ok(()));
}

#[test]
fn only_somebody_with_an_account_ends_the_day() {
    let facts = given(&[], &[]);
    for by in [Actor::House, Actor::Staff("token".into()), Actor::Console] {
        let told = decide(&facts, &Command::Run { cut_off: None }, &ask(by));
        assert_eq!(told, Err(Refusal::NotAllowed));
    }
}
