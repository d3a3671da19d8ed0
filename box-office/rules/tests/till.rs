//! Guards the drawer: who opens it, what goes in and out, and that it is empty after every close.
//!
//! Given a till session and what its drawer has, then the events after a command, or the refusal.
//! The property drives random evenings through a ledger of one account. Next: `rules/till.rs`.

#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;
use usher_rules::at::{At, Span};
use usher_rules::id::{OrderId, PostingId, StaffNo, TillNo, TillSessionId};
use usher_rules::money::Money;
use usher_rules::posting::{Account, Cause, Posting, cash_payment};
use usher_rules::till::{
    AMOUNT_MAX, COUNTED_MAX, Closing, Command, Count, Event, Facts, MOVEMENTS_MAX, Movement,
    REASON_CHARS_MAX, State, Takings, TillSession, Way, card_taken, decide,
};
use usher_rules::{Actor, Ask, BusinessDay, Event as AnyEvent, Refusal, checkout};

const NOW: At = At(1_796_403_600_000);
const DAY: BusinessDay = BusinessDay(20_000);
const LEFT: TillNo = TillNo(2);
const ANNA: StaffNo = StaffNo(3);
const BRAM: StaffNo = StaffNo(4);
const HERS: TillSessionId = TillSessionId(70);
const FLOAT: Money = Money(10_000);

fn asked_by(by: Actor) -> Ask {
    Ask { by, at: NOW, day: DAY, random: [0; 32] }
}

fn session() -> TillSession {
    let opened = Ask { at: NOW - Span::hours(3), ..asked_by(Actor::Account(ANNA)) };
    TillSession::opened(LEFT, ANNA, FLOAT, &opened)
}

fn movement(way: Way, amount: i64) -> Movement {
    Movement { at: NOW, way, amount: Money(amount), reason: "Change".to_owned() }
}

fn counted(counted: i64, expected: i64) -> TillSession {
    let (counted, expected) = (Money(counted), Money(expected));
    TillSession { count: Some(Count { at: NOW, by: ANNA, counted, expected }), ..session() }
}

fn closed() -> TillSession {
    let closed = Some(Closing { at: NOW, by: ANNA });
    TillSession { state: State::Closed, closed, ..counted(10_000, 10_000) }
}

/// Nobody has that till.
fn nobody() -> Facts {
    Facts {
        known: true,
        on_till: None,
        at_work: false,
        session: None,
        drawer: Money::ZERO,
        paying: None,
        next: HERS,
        posting: PostingId(90),
    }
}

fn given(session: TillSession, drawer: i64) -> Facts {
    Facts { session: Some(session), drawer: Money(drawer), ..nobody() }
}

/// One posting as `cause: account sub amount, ...`.
fn written(posting: &Posting) -> String {
    assert!(posting.balanced() && posting.order.is_none() && posting.day == DAY);
    let lines = posting.lines.iter();
    let lines = lines.map(|line| format!("{:?} {} {}", line.account, line.sub, line.amount.0));
    format!("{:?}: {}", posting.cause, lines.collect::<Vec<_>>().join(", "))
}

/// What happened at the till, and what was posted for it.
type Done = (Event, Vec<String>);

fn check(facts: &Facts, by: Actor, command: &Command) -> Result<Done, Refusal> {
    let mut events = decide(facts, command, &asked_by(by))?.into_iter();
    let Some(AnyEvent::Till(event)) = events.next() else { panic!("nothing happened") };
    let mut next = facts.posting.0;
    let posted = events.map(|event| match event {
        AnyEvent::Checkout(checkout::Event::Posted(id, posting)) => {
            assert_eq!(id, PostingId(next), "numbers follow each other");
            next += 1;
            written(&posting)
        }
        other => panic!("{other:?}"),
    });
    let posted = posted.collect();
    Ok((event, posted))
}

fn by_anna(facts: &Facts, command: &Command) -> Result<Done, Refusal> {
    check(facts, Actor::Account(ANNA), command)
}

fn open(float: Money) -> Command {
    Command::Open { till: LEFT, float }
}

fn pay_in(amount: i64, reason: &str) -> Command {
    Command::PayIn { session: HERS, amount: Money(amount), reason: reason.to_owned() }
}

fn pay_out(amount: i64, reason: &str) -> Command {
    Command::PayOut { session: HERS, amount: Money(amount), reason: reason.to_owned() }
}

fn count(amount: i64, senior: bool) -> Command {
    Command::Count { session: HERS, counted: Money(amount), senior }
}

fn close(senior: bool) -> Command {
    Command::Close { session: HERS, senior }
}

fn malformed<T>(field: &'static str) -> Result<T, Refusal> {
    Err(Refusal::Malformed { field })
}

#[test]
fn a_till_opens_with_its_float_taken_from_the_safe() {
    let begun = TillSession::opened(LEFT, ANNA, FLOAT, &asked_by(Actor::Account(ANNA)));
    assert_eq!(
        by_anna(&nobody(), &open(FLOAT)),
        Ok((
            Event::Opened(HERS, begun),
            vec!["Float: DrawerCash 2 10000, Bank 0 -10000".to_owned()],
        ))
    );
    let (_, posted) = by_anna(&nobody(), &open(Money::ZERO)).unwrap();
    assert_eq!(posted, Vec::<String>::new(), "without a float nothing moves");
}

#[test]
fn a_till_is_open_once_and_a_cashier_has_one() {
    let elsewhere = |by| Err(Refusal::TillOpenElsewhere { by });
    let hers = Facts { on_till: Some(ANNA), at_work: true, ..nobody() };
    assert_eq!(by_anna(&hers, &open(FLOAT)), elsewhere(ANNA));
    let his = Facts { on_till: Some(BRAM), ..nobody() };
    assert_eq!(by_anna(&his, &open(FLOAT)), elsewhere(BRAM));
    let both = Facts { on_till: Some(BRAM), at_work: true, ..nobody() };
    assert_eq!(by_anna(&both, &open(FLOAT)), elsewhere(BRAM));
    let other = Facts { at_work: true, ..nobody() };
    assert_eq!(by_anna(&other, &open(FLOAT)), elsewhere(ANNA));
}

#[test]
fn a_till_that_the_house_does_not_have_is_not_found() {
    let unknown = Facts { known: false, ..nobody() };
    assert_eq!(by_anna(&unknown, &open(FLOAT)), Err(Refusal::NotFound));
}

#[test]
fn only_an_account_stands_at_a_till() {
    let commands =
        [open(FLOAT), pay_in(5, "Change"), pay_out(5, "Change"), count(5, true), close(true)];
    for by in [Actor::House, Actor::Console, Actor::Guest(None), Actor::Staff("till".into())] {
        for command in &commands {
            let facts = given(counted(10_000, 10_000), 10_000);
            assert_eq!(check(&facts, by.clone(), command), Err(Refusal::NotAllowed), "{by:?}");
        }
    }
}

#[test]
fn a_float_is_from_nothing_to_its_limit() {
    for (float, fits) in [(-1, false), (0, true), (AMOUNT_MAX.0, true), (AMOUNT_MAX.0 + 1, false)] {
        let told = by_anna(&nobody(), &open(Money(float)));
        assert_eq!(told.is_ok(), fits, "{float}");
        assert!(fits || told == malformed("float"));
    }
}

#[test]
fn what_is_paid_in_comes_from_the_safe_and_what_is_paid_out_goes_there() {
    let drawer = given(session(), 10_000);
    assert_eq!(
        by_anna(&drawer, &pay_in(2_500, "Change")),
        Ok((
            Event::Moved(HERS, movement(Way::In, 2_500)),
            vec!["PayIn: DrawerCash 2 2500, Bank 0 -2500".to_owned()],
        ))
    );
    assert_eq!(
        by_anna(&drawer, &pay_out(2_500, "Change")),
        Ok((
            Event::Moved(HERS, movement(Way::Out, 2_500)),
            vec!["PayOut: Bank 0 2500, DrawerCash 2 -2500".to_owned()],
        ))
    );
}

#[test]
fn an_amount_is_above_zero_and_within_its_limit() {
    let drawer = given(session(), COUNTED_MAX.0);
    for (amount, fits) in
        [(-5, false), (0, false), (1, true), (AMOUNT_MAX.0, true), (AMOUNT_MAX.0 + 1, false)]
    {
        for command in [pay_in(amount, "Change"), pay_out(amount, "Change")] {
            let told = by_anna(&drawer, &command);
            assert_eq!(told.is_ok(), fits, "{command:?}");
            assert!(fits || told == malformed("amount"));
        }
    }
}

#[test]
fn no_more_is_paid_out_than_the_drawer_has_and_the_refusal_does_not_say_how_much_that_is() {
    let drawer = given(session(), 10_000);
    assert!(by_anna(&drawer, &pay_out(10_000, "Change")).is_ok());
    let short = Err(Refusal::CashShort { due: Money(10_001) });
    assert_eq!(by_anna(&drawer, &pay_out(10_001, "Change")), short);
}

#[test]
fn a_reason_is_given_short_plain_and_without_card_numbers() {
    let drawer = given(session(), 10_000);
    let long = "r".repeat(REASON_CHARS_MAX);
    assert!(by_anna(&drawer, &pay_in(5, &long)).is_ok());
    for reason in ["", " ", " Change", "Ch\nange", &"r".repeat(REASON_CHARS_MAX + 1)] {
        assert_eq!(by_anna(&drawer, &pay_in(5, reason)), malformed("reason"), "{reason:?}");
        assert_eq!(by_anna(&drawer, &pay_out(5, reason)), malformed("reason"), "{reason:?}");
    }
    let (event, _) = by_anna(&drawer, &pay_in(5, "for 4242 4242 4242 4242")).unwrap();
    let Event::Moved(_, movement) = event else { panic!("{event:?}") };
    assert_eq!(movement.reason, "for **** **** **** ****");
}

#[test]
fn a_session_has_so_many_movements_and_no_more() {
    let with = |count| TillSession { movements: vec![movement(Way::In, 5); count], ..session() };
    assert!(by_anna(&given(with(MOVEMENTS_MAX - 1), 5), &pay_in(5, "Change")).is_ok());
    let full = given(with(MOVEMENTS_MAX), 5);
    assert_eq!(by_anna(&full, &pay_in(5, "Change")), malformed("movements"));
}

#[test]
fn a_count_may_be_made_again_and_keeps_what_should_have_been_there() {
    for before in [session(), counted(9_000, 10_000)] {
        let (event, posted) = by_anna(&given(before, 10_000), &count(9_900, false)).unwrap();
        let Event::Counted(HERS, count) = event else { panic!("{event:?}") };
        assert_eq!(count.difference(), Money(-100));
        assert_eq!((count.by, count.counted, count.expected), (ANNA, Money(9_900), FLOAT));
        assert_eq!(posted, Vec::<String>::new(), "a count moves nothing");
    }
}

#[test]
fn a_count_is_from_nothing_to_its_limit() {
    for (amount, fits) in
        [(-1, false), (0, true), (COUNTED_MAX.0, true), (COUNTED_MAX.0 + 1, false)]
    {
        let told = by_anna(&given(session(), 10_000), &count(amount, false));
        assert_eq!(told.is_ok(), fits, "{amount}");
        assert!(fits || told == malformed("counted"));
    }
}

#[test]
fn a_close_posts_over_or_short_and_sends_all_that_was_counted_to_the_safe() {
    let all = |amount: i64| format!("TillClosed: Bank 0 {amount}, DrawerCash 2 -{amount}");
    let over = "OverShort: DrawerCash 2 150, OverShort 2 -150".to_owned();
    let short = "OverShort: OverShort 2 250, DrawerCash 2 -250".to_owned();
    let gone = "OverShort: OverShort 2 10000, DrawerCash 2 -10000".to_owned();
    for (amount, drawer, posted) in [
        (10_000, 10_000, vec![all(10_000)]),
        (10_150, 10_000, vec![over, all(10_150)]),
        (9_750, 10_000, vec![short, all(9_750)]),
        (0, 10_000, vec![gone]),
        (0, 0, vec![]),
    ] {
        let told = by_anna(&given(counted(amount, drawer), drawer), &close(false));
        let closing = Event::Closed(HERS, Closing { at: NOW, by: ANNA });
        assert_eq!(told, Ok((closing, posted)), "{amount} counted of {drawer}");
    }
}

#[test]
fn a_till_is_not_closed_uncounted_nor_by_a_count_from_before_cash_moved() {
    assert_eq!(by_anna(&given(session(), 10_000), &close(false)), malformed("counted"));
    let moved = given(counted(10_000, 10_000), 10_001);
    assert_eq!(by_anna(&moved, &close(false)), Err(Refusal::Stale));
}

#[test]
fn a_till_is_not_closed_while_a_card_payment_of_it_runs() {
    let counted = |paying| Facts { paying, ..given(self::counted(12_000, 12_000), 12_000) };
    assert!(by_anna(&counted(None), &close(false)).is_ok());
    let since = At(77);
    let running = counted(Some(since));
    let refused = Err(Refusal::CheckoutRunning { since });
    assert_eq!(by_anna(&running, &close(false)), refused);
    assert_eq!(check(&running, Actor::Account(BRAM), &close(true)), refused);
    assert!(by_anna(&running, &count(12_000, false)).is_ok(), "counting is no closing");
}

#[test]
fn nobody_touches_anothers_till_but_somebody_senior_who_counts_and_closes_it() {
    let bram = |command: &Command| {
        check(&given(counted(10_000, 10_000), 10_000), Actor::Account(BRAM), command)
    };
    for command in [pay_in(5, "Change"), pay_out(5, "Change"), count(10_000, false), close(false)] {
        assert_eq!(bram(&command), Err(Refusal::NotAllowed), "{command:?}");
    }
    let (event, _) = bram(&count(10_000, true)).unwrap();
    assert!(matches!(event, Event::Counted(HERS, Count { by: BRAM, .. })));
    let (event, _) = bram(&close(true)).unwrap();
    assert_eq!(event, Event::Closed(HERS, Closing { at: NOW, by: BRAM }));
}

#[test]
fn a_closed_till_stays_as_it_is() {
    let over = given(closed(), 0);
    for command in
        [pay_in(5, "Change"), pay_out(5, "Change"), count(5, false), close(false), close(true)]
    {
        assert_eq!(by_anna(&over, &command), Err(Refusal::TillClosed), "{command:?}");
    }
    for command in [pay_in(5, "Change"), count(5, true), close(true)] {
        assert_eq!(by_anna(&nobody(), &command), Err(Refusal::NotFound), "{command:?}");
    }
}

#[test]
fn card_sales_are_told_to_the_session_and_move_no_cash() {
    let told = card_taken(HERS, Money(3_500));
    assert_eq!(told, AnyEvent::Till(Event::CardTaken(HERS, Money(3_500))));
    let takings = Takings::default().with(Money(3_500)).with(Money(500));
    assert_eq!(takings, Takings { count: 2, sum: Money(4_000) });
}

/// One step of an evening, by dice.
#[derive(Clone, Copy, Debug)]
enum Step {
    Open(i64),
    PayIn(i64),
    PayOut(i64),
    Sale(i64),
    Count(i64),
    Close,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (-1i64..20_000).prop_map(Step::Open),
        (-1i64..9_000).prop_map(Step::PayIn),
        (-1i64..9_000).prop_map(Step::PayOut),
        (1i64..9_000).prop_map(Step::Sale),
        (-1i64..40_000).prop_map(Step::Count),
        Just(Step::Close),
    ];
    prop::collection::vec(step, 1..60)
}

/// A ledger of one till: its session, its journal, and what was lost and found.
#[derive(Default)]
struct Evening {
    session: Option<TillSession>,
    journal: Vec<Posting>,
    over_short: i64,
    closes: usize,
}

impl Evening {
    fn of(&self, account: Account) -> Money {
        let lines = self.journal.iter().flat_map(|posting| &posting.lines);
        lines.filter(|line| line.account == account).map(|line| line.amount).sum()
    }

    fn take(&mut self, events: Vec<AnyEvent>) {
        for event in events {
            match event {
                AnyEvent::Checkout(checkout::Event::Posted(_, posting)) => self.post(posting),
                AnyEvent::Till(Event::Opened(_, row)) => self.session = Some(row),
                AnyEvent::Till(Event::Moved(_, movement)) => {
                    self.session.as_mut().unwrap().movements.push(movement);
                }
                AnyEvent::Till(Event::Counted(_, count)) => {
                    self.session.as_mut().unwrap().count = Some(count);
                }
                AnyEvent::Till(Event::Closed(..)) => {
                    let row = self.session.take().unwrap();
                    let count = row.count.unwrap();
                    let moved = row.moved(Way::In) - row.moved(Way::Out);
                    assert_eq!(count.expected, row.float + moved + row.cash.sum);
                    self.over_short += count.difference().0;
                    self.closes += 1;
                }
                other => panic!("{other:?}"),
            }
        }
    }

    fn post(&mut self, posting: Posting) {
        assert!(posting.balanced() && posting.lines[0].amount > Money::ZERO, "{posting:?}");
        self.journal.push(posting);
    }

    fn step(&mut self, step: Step) {
        let (session, reason) = (HERS, "Change".to_owned());
        let command = match step {
            Step::Open(float) => open(Money(float)),
            Step::PayIn(amount) => Command::PayIn { session, amount: Money(amount), reason },
            Step::PayOut(amount) => Command::PayOut { session, amount: Money(amount), reason },
            Step::Count(amount) => count(amount, false),
            Step::Close => close(false),
            Step::Sale(amount) => {
                if let Some(row) = &mut self.session {
                    row.cash = row.cash.with(Money(amount));
                    self.post(cash_payment(OrderId(1), LEFT, Money(amount), NOW, DAY));
                }
                return;
            }
        };
        let facts = Facts {
            on_till: self.session.as_ref().map(|row| row.cashier),
            at_work: self.session.is_some(),
            session: self.session.clone(),
            drawer: self.of(Account::DrawerCash),
            ..nobody()
        };
        if let Ok(events) = decide(&facts, &command, &asked_by(Actor::Account(ANNA))) {
            self.take(events);
        }
    }
}

proptest! {
    #[test]
    fn whatever_an_evening_brings_a_closed_drawer_is_empty_and_nothing_is_lost(steps in steps()) {
        let mut evening = Evening::default();
        for step in steps {
            let before = evening.closes;
            evening.step(step);
            prop_assert!(evening.of(Account::DrawerCash) >= Money::ZERO);
            if evening.closes > before {
                prop_assert_eq!(evening.of(Account::DrawerCash), Money::ZERO);
            }
            if evening.session.is_none() {
                prop_assert_eq!(evening.of(Account::DrawerCash), Money::ZERO);
            }
        }
        prop_assert_eq!(evening.of(Account::OverShort), Money(-evening.over_short));
        for posting in &evening.journal {
            let drawn = posting.lines.iter().any(|line| line.account == Account::DrawerCash);
            prop_assert!(drawn && posting.cause != Cause::Sale);
        }
    }
}
