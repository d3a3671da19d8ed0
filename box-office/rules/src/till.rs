//! The till: one cashier's time at a drawer, from its float to the count that closes it.
//!
//! Says what the drawer should hold; the money itself stands in the journal, and the drawer's
//! account is 0 after every close. Never shows what is expected before it was counted (domain
//! 6.3). Next: `posting.rs`, `checkout/counter.rs`.

use crate::BusinessDay;
use crate::at::At;
use crate::card_number;
use crate::checkout;
use crate::id::{PostingId, StaffNo, TillNo, TillSessionId};
use crate::money::Money;
use crate::posting::{Account, Cause, Posting, between};
use crate::{Actor, Ask, Event as AnyEvent, Refusal};
use minicbor::{Decode, Encode};

/// Largest float, pay-in and pay-out.
pub const AMOUNT_MAX: Money = Money(10_000_000);
/// Largest count: far above all that can come together in a drawer.
pub const COUNTED_MAX: Money = Money(100_000_000_000);
/// Longest reason of a pay-in or pay-out, in characters.
pub const REASON_CHARS_MAX: usize = 120;
/// Pay-ins and pay-outs of one session.
pub const MOVEMENTS_MAX: usize = 200;
/// Bank and safe are one account.
const BANK: (Account, u64) = (Account::Bank, 0);

/// Where a till session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum State {
    #[n(0)]
    Open,
    #[n(1)]
    Closed,
}

/// Into the drawer, or out of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Way {
    #[n(0)]
    In,
    #[n(1)]
    Out,
}

/// Cash that came or went beside the sales, and why.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Movement {
    #[n(0)]
    pub at: At,
    #[n(1)]
    pub way: Way,
    #[n(2)]
    pub amount: Money,
    #[n(3)]
    pub reason: String,
}

/// What somebody counted, and what should have been there at that moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Count {
    #[n(0)]
    pub at: At,
    #[n(1)]
    pub by: StaffNo,
    #[n(2)]
    pub counted: Money,
    #[n(3)]
    pub expected: Money,
}

impl Count {
    /// Too much above zero, too little below.
    pub fn difference(&self) -> Money {
        self.counted - self.expected
    }
}

/// Sales of one tender, or refunds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Takings {
    #[n(0)]
    pub count: u32,
    #[n(1)]
    pub sum: Money,
}

impl Takings {
    /// One sale more.
    pub fn with(self, amount: Money) -> Takings {
        Takings { count: self.count.saturating_add(1), sum: self.sum + amount }
    }

    /// Both together.
    pub fn and(self, other: Takings) -> Takings {
        let Takings { count, sum } = other;
        Takings { count: self.count.saturating_add(count), sum: self.sum + sum }
    }

    /// One of its payments was taken back.
    pub fn without(self, amount: Money) -> Takings {
        Takings { count: self.count.saturating_sub(1), sum: self.sum - amount }
    }
}

/// Stored. One cashier's time at a till.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct TillSession {
    #[n(0)]
    pub till: TillNo,
    #[n(1)]
    pub cashier: StaffNo,
    #[n(2)]
    pub opened_at: At,
    #[n(3)]
    pub day: BusinessDay,
    #[n(4)]
    pub state: State,
    /// Put into the drawer at the start.
    #[n(5)]
    pub float: Money,
    /// In the order they happened.
    #[n(6)]
    pub movements: Vec<Movement>,
    /// The newest count; the one it was closed with, once it is closed.
    #[n(7)]
    pub count: Option<Count>,
    #[n(8)]
    pub closed: Option<Closing>,
    /// Sales paid in cash: the cash payments that the journal has of this drawer.
    #[n(9)]
    pub cash: Takings,
    #[n(10)]
    pub cards: Takings,
    /// None while nothing was given back.
    #[n(11)]
    pub given_back: Option<GivenBack>,
}

/// Stored. What a session gave back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct GivenBack {
    /// The cash refunds that the journal has of its drawer.
    #[n(0)]
    pub cash: Takings,
    /// To cards, at a pad.
    #[n(1)]
    pub cards: Takings,
}

/// When a session ended, and by whom: its cashier, or somebody senior.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Closing {
    #[n(0)]
    pub at: At,
    #[n(1)]
    pub by: StaffNo,
}

impl TillSession {
    /// A session at its beginning.
    pub fn opened(till: TillNo, cashier: StaffNo, float: Money, ask: &Ask) -> TillSession {
        TillSession {
            till,
            cashier,
            opened_at: ask.at,
            day: ask.day,
            state: State::Open,
            float,
            movements: Vec::new(),
            count: None,
            closed: None,
            cash: Takings::default(),
            cards: Takings::default(),
            given_back: None,
        }
    }

    /// Paid in, or out, in all.
    pub fn moved(&self, way: Way) -> Money {
        let of = self.movements.iter().filter(|movement| movement.way == way);
        of.map(|movement| movement.amount).sum()
    }
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Command {
    #[n(0)]
    Open {
        #[n(0)]
        till: TillNo,
        #[n(1)]
        float: Money,
    },
    /// By the cashier of the session only.
    #[n(1)]
    PayIn {
        #[n(0)]
        session: TillSessionId,
        #[n(1)]
        amount: Money,
        #[n(2)]
        reason: String,
    },
    /// By the cashier of the session only.
    #[n(2)]
    PayOut {
        #[n(0)]
        session: TillSessionId,
        #[n(1)]
        amount: Money,
        #[n(2)]
        reason: String,
    },
    /// Again and again until it is closed; the last one counts.
    #[n(3)]
    Count {
        #[n(0)]
        session: TillSessionId,
        #[n(1)]
        counted: Money,
        /// Asked by somebody who may close other people's tills; the listener knows.
        #[n(2)]
        senior: bool,
    },
    #[n(4)]
    Close {
        #[n(0)]
        session: TillSessionId,
        #[n(1)]
        senior: bool,
    },
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Event {
    #[n(0)]
    Opened(#[n(0)] TillSessionId, #[n(1)] TillSession),
    #[n(1)]
    Moved(#[n(0)] TillSessionId, #[n(1)] Movement),
    #[n(2)]
    Counted(#[n(0)] TillSessionId, #[n(1)] Count),
    #[n(3)]
    Closed(#[n(0)] TillSessionId, #[n(1)] Closing),
    /// A card paid for a sale of this session.
    #[n(4)]
    CardTaken(#[n(0)] TillSessionId, #[n(1)] Money),
    /// Money went back to a card.
    #[n(5)]
    CardGivenBack(#[n(0)] TillSessionId, #[n(1)] Money),
}

/// What the ledger knows that these commands need.
pub struct Facts {
    /// The till of `Open` is one of the house.
    pub known: bool,
    /// Whoever has the till of `Open` open.
    pub on_till: Option<StaffNo>,
    /// Who asks has some till open.
    pub at_work: bool,
    /// The session that the command names.
    pub session: Option<TillSession>,
    /// What the account of the drawer of that session has.
    pub drawer: Money,
    /// Since when a card payment of that session runs on a pin pad.
    pub paying: Option<At>,
    pub next: TillSessionId,
    pub posting: PostingId,
}

pub fn decide(facts: &Facts, command: &Command, ask: &Ask) -> Result<Vec<AnyEvent>, Refusal> {
    let Actor::Account(by) = ask.by else { return Err(Refusal::NotAllowed) };
    match command {
        Command::Open { till, float } => open(facts, *till, by, *float, ask),
        Command::PayIn { session, amount, reason } => {
            let row = running(facts, by, false)?;
            let movement = movement(row, Way::In, *amount, reason, ask)?;
            let (to, cause) = (drawer(row.till), Cause::PayIn);
            let posting = between(None, cause, to, BANK, *amount, ask.at, ask.day);
            Ok(vec![happened(Event::Moved(*session, movement)), posted(facts.posting, posting)])
        }
        Command::PayOut { session, amount, reason } => {
            let row = running(facts, by, false)?;
            let movement = movement(row, Way::Out, *amount, reason, ask)?;
            // What the books do not have in the drawer cannot be taken out of it.
            if *amount > facts.drawer {
                return Err(Refusal::CashShort { due: *amount });
            }
            let (from, cause) = (drawer(row.till), Cause::PayOut);
            let posting = between(None, cause, BANK, from, *amount, ask.at, ask.day);
            Ok(vec![happened(Event::Moved(*session, movement)), posted(facts.posting, posting)])
        }
        Command::Count { session, counted, senior } => {
            running(facts, by, *senior)?;
            within("counted", *counted, Money::ZERO, COUNTED_MAX)?;
            let count = Count { at: ask.at, by, counted: *counted, expected: facts.drawer };
            Ok(vec![happened(Event::Counted(*session, count))])
        }
        Command::Close { session, senior } => {
            let row = running(facts, by, *senior)?;
            // It may sell into this session in a moment.
            if let Some(since) = facts.paying {
                return Err(Refusal::CheckoutRunning { since });
            }
            let count = row.count.ok_or(Refusal::Malformed { field: "counted" })?;
            // Something came or went since: what was counted is not what is there.
            if count.expected != facts.drawer {
                return Err(Refusal::Stale);
            }
            let closing = Closing { at: ask.at, by };
            let mut events = vec![happened(Event::Closed(*session, closing))];
            let emptied = emptied(row.till, &count, ask);
            events.extend(
                (facts.posting.0..)
                    .zip(emptied)
                    .map(|(no, posting)| posted(PostingId(no), posting)),
            );
            Ok(events)
        }
    }
}

/// One open session a till, and one a cashier.
fn open(
    facts: &Facts,
    till: TillNo,
    by: StaffNo,
    float: Money,
    ask: &Ask,
) -> Result<Vec<AnyEvent>, Refusal> {
    if !facts.known {
        return Err(Refusal::NotFound);
    }
    within("float", float, Money::ZERO, AMOUNT_MAX)?;
    if let Some(by) = facts.on_till.or(facts.at_work.then_some(by)) {
        return Err(Refusal::TillOpenElsewhere { by });
    }
    let session = TillSession::opened(till, by, float, ask);
    let mut events = vec![happened(Event::Opened(facts.next, session))];
    if float > Money::ZERO {
        let posting = between(None, Cause::Float, drawer(till), BANK, float, ask.at, ask.day);
        events.push(posted(facts.posting, posting));
    }
    Ok(events)
}

/// The session that the command names, if it is open and who asks may touch it.
fn running(facts: &Facts, by: StaffNo, senior: bool) -> Result<&TillSession, Refusal> {
    let row = facts.session.as_ref().ok_or(Refusal::NotFound)?;
    if row.cashier != by && !senior {
        return Err(Refusal::NotAllowed);
    }
    match row.state {
        State::Open => Ok(row),
        State::Closed => Err(Refusal::TillClosed),
    }
}

fn movement(
    row: &TillSession,
    way: Way,
    amount: Money,
    reason: &str,
    ask: &Ask,
) -> Result<Movement, Refusal> {
    within("amount", amount, Money(1), AMOUNT_MAX)?;
    let sound = reason.trim() == reason && !reason.contains(char::is_control);
    if !sound || !(1..=REASON_CHARS_MAX).contains(&reason.chars().count()) {
        return Err(Refusal::Malformed { field: "reason" });
    }
    if row.movements.len() >= MOVEMENTS_MAX {
        return Err(Refusal::Malformed { field: "movements" });
    }
    Ok(Movement { at: ask.at, way, amount, reason: card_number::masked(reason) })
}

fn within(field: &'static str, amount: Money, min: Money, max: Money) -> Result<(), Refusal> {
    if (min..=max).contains(&amount) { Ok(()) } else { Err(Refusal::Malformed { field }) }
}

/// First the drawer is made to hold what was counted, then all of that goes to the safe.
fn emptied(till: TillNo, count: &Count, ask: &Ask) -> Vec<Posting> {
    let post = |cause, to, from, amount| between(None, cause, to, from, amount, ask.at, ask.day);
    let (here, over_short) = (drawer(till), (Account::OverShort, u64::from(till.0)));
    let difference = count.difference();
    let mut postings = Vec::new();
    if difference > Money::ZERO {
        postings.push(post(Cause::OverShort, here, over_short, difference));
    }
    if difference < Money::ZERO {
        postings.push(post(Cause::OverShort, over_short, here, -difference));
    }
    if count.counted > Money::ZERO {
        postings.push(post(Cause::TillClosed, BANK, here, count.counted));
    }
    postings
}

fn drawer(till: TillNo) -> (Account, u64) {
    (Account::DrawerCash, u64::from(till.0))
}

/// To stand in the commit that posts the payment of a card at a till.
pub fn card_taken(session: TillSessionId, amount: Money) -> AnyEvent {
    happened(Event::CardTaken(session, amount))
}

/// To stand in the commit that posts a refund to a card.
pub fn card_given_back(session: TillSessionId, amount: Money) -> AnyEvent {
    happened(Event::CardGivenBack(session, amount))
}

fn happened(event: Event) -> AnyEvent {
    AnyEvent::Till(event)
}

fn posted(id: PostingId, posting: Posting) -> AnyEvent {
    AnyEvent::Checkout(checkout::Event::Posted(id, posting))
}
