//! The batch: what one pin pad, or the gateway, captured since its last close.
//!
//! Closed by the terminal's own count and sum, compared with ours; a difference waits for somebody
//! senior. A close that nobody answered is unknown until the terminal was asked, and ends once.
//! Never talks to a pad or the gateway: the box's pad errand and `cloud/gateway` do. Next:
//! `batch/compared.rs`, `batch/wish.rs` for closing all of them, `ledger/batch.rs`, `posting.rs`.

mod compared;
mod wish;

pub use compared::{Compared, unmatched};
pub use wish::Wish;

use crate::at::At;
use crate::card_number::masked;
use crate::checkout;
use crate::id::{BatchId, PadNo, PostingId, StaffNo, TillNo};
use crate::money::Money;
use crate::posting::{Account, Cause, GATEWAY_BATCH, PAD_OVER_SHORT, Posting, between};
use crate::tender::pad::{RECEIPT_LINES_MAX, kept};
use crate::till::Takings;
use crate::{Actor, Ask, Event as AnyEvent, Refusal};
use minicbor::{Decode, Encode};

/// Longest reason of a `No match`, in characters.
pub const REASON_CHARS_MAX: usize = 120;
/// Brands kept of a terminal's sums; ZVT has seven.
pub const BRANDS_MAX: usize = 32;
/// Bank and safe are one account.
const BANK: (Account, u64) = (Account::Bank, 0);

/// Whose batch it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum Of {
    #[n(0)]
    Gateway,
    #[n(1)]
    Pad(#[n(0)] PadNo),
}

impl Of {
    /// Its part of the account of card clearing.
    pub fn sub(self) -> u64 {
        match self {
            Of::Gateway => GATEWAY_BATCH,
            Of::Pad(pad) => u64::from(pad.0),
        }
    }

    /// Whose part of card clearing it is; none of a number that no pad can have.
    pub fn at(sub: u64) -> Option<Of> {
        match sub {
            GATEWAY_BATCH => Some(Of::Gateway),
            pad => u16::try_from(pad).ok().map(|pad| Of::Pad(PadNo(pad))),
        }
    }

    fn over_short(self) -> (Account, u64) {
        (Account::OverShort, PAD_OVER_SHORT + self.sub())
    }
}

/// Where a batch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum State {
    /// Takes payments.
    #[n(0)]
    Open,
    /// The terminal is asked to close, or what became of that.
    #[n(1)]
    Closing,
    /// Closed, and the terminal's sums are not ours, or nobody knows them.
    #[n(2)]
    Mismatched,
    /// At the bank.
    #[n(3)]
    Settled,
}

/// Count and sum of one brand, as a terminal tells it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct BrandTotal {
    #[n(0)]
    pub brand: String,
    #[n(1)]
    pub count: u32,
    #[n(2)]
    pub sum: Money,
}

/// All brands together.
pub fn sum_of(totals: &[BrandTotal]) -> Takings {
    let count = totals.iter().fold(0u32, |count, one| count.saturating_add(one.count));
    Takings { count, sum: totals.iter().map(|one| one.sum).sum() }
}

/// Stored. That somebody had it closed, and what the terminal had in it right before.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Closing {
    #[n(0)]
    pub at: At,
    #[n(1)]
    pub by: StaffNo,
    /// None of a terminal that does not tell sums of an open batch; of the gateway's, as long as
    /// it has not told them.
    #[n(2)]
    pub before: Option<Vec<BrandTotal>>,
}

/// Stored. How the close ended.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct End {
    #[n(0)]
    pub at: At,
    #[n(1)]
    pub matched: bool,
    /// The terminal's sums; none if it does not tell them, or nobody knows.
    #[n(2)]
    pub told: Option<Vec<BrandTotal>>,
    /// As the terminal printed it.
    #[n(3)]
    pub receipt: Vec<String>,
    /// What was out of the ordinary.
    #[n(4)]
    pub why: String,
}

/// Stored. Somebody senior closed a batch that does not match.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct NoMatch {
    #[n(0)]
    pub at: At,
    #[n(1)]
    pub by: StaffNo,
    #[n(2)]
    pub reason: String,
}

/// Stored. Its payments are those of the index `batch_payments`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Batch {
    #[n(0)]
    pub of: Of,
    #[n(1)]
    pub opened_at: At,
    #[n(2)]
    pub state: State,
    /// Its payments, by our own books.
    #[n(3)]
    pub taken: Takings,
    /// Money that lay on the account before batches were kept.
    #[n(4)]
    pub carried: Money,
    #[n(5)]
    pub closing: Option<Closing>,
    /// Why the last try to close it did not.
    #[n(6)]
    pub why: String,
    #[n(7)]
    pub end: Option<End>,
    #[n(8)]
    pub no_match: Option<NoMatch>,
    /// How many of its payments were taken back; `taken` does not count those.
    #[n(9)]
    #[cbor(default)]
    pub voids: u32,
    /// It is to be closed as soon as its pad can.
    #[n(10)]
    pub wish: Option<Wish>,
}

impl Batch {
    /// A batch at its beginning.
    pub fn opened(of: Of, at: At, carried: Money) -> Batch {
        Batch {
            of,
            opened_at: at,
            state: State::Open,
            taken: Takings::default(),
            carried,
            closing: None,
            why: String::new(),
            end: None,
            no_match: None,
            voids: 0,
            wish: None,
        }
    }

    /// One payment more, or money given back.
    pub fn counts(&mut self, cause: Cause, amount: Money) {
        match cause {
            Cause::CardVoid => {
                self.taken = self.taken.without(-amount);
                self.voids = self.voids.saturating_add(1);
            }
            _ => self.taken = self.taken.with(amount),
        }
    }

    /// Does what comes to card clearing belong to it? Nobody can keep money of the shop from
    /// coming in while the gateway is asked for its sums.
    pub fn takes(&self) -> bool {
        match (self.state, self.of) {
            (State::Open, _) | (State::Closing, Of::Gateway) => true,
            (State::Closing, Of::Pad(_)) | (State::Mismatched | State::Settled, _) => false,
        }
    }

    /// What card clearing has of it as long as it is not settled.
    pub fn sum(&self) -> Money {
        self.carried + self.taken.sum
    }

    /// Is what the terminal tells what we have? A payment that was taken back is counted not at all
    /// by some terminals, by others as two bookings.
    pub fn matches(&self, totals: &[BrandTotal]) -> bool {
        let told = sum_of(totals);
        let twice = self.taken.count.saturating_add(self.voids.saturating_mul(2));
        let counts = [self.taken.count, twice].contains(&told.count);
        told.sum == self.sum() && (counts || self.carried != Money::ZERO)
    }
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Command {
    /// By a member of staff; on disk before the terminal is asked to close.
    #[n(0)]
    Close {
        #[n(0)]
        pad: PadNo,
        #[n(1)]
        before: Option<Vec<BrandTotal>>,
    },
    /// The terminal closed, with these sums.
    #[n(1)]
    Closed {
        #[n(0)]
        batch: BatchId,
        #[n(1)]
        totals: Vec<BrandTotal>,
        #[n(2)]
        receipt: Vec<String>,
        /// Empty if all went as it should.
        #[n(3)]
        why: String,
    },
    /// The terminal did not close; its batch goes on.
    #[n(2)]
    NotClosed {
        #[n(0)]
        batch: BatchId,
        #[n(1)]
        why: String,
    },
    /// The terminal has no word for it: settled by our own books, and said so.
    #[n(3)]
    Unreconciled {
        #[n(0)]
        batch: BatchId,
        #[n(1)]
        why: String,
    },
    /// Nobody can find out what the terminal closed.
    #[n(4)]
    Undecided {
        #[n(0)]
        batch: BatchId,
        #[n(1)]
        why: String,
    },
    /// Settles a batch that does not match. The listener knows that who asks may.
    #[n(5)]
    NoMatch {
        #[n(0)]
        batch: BatchId,
        #[n(1)]
        reason: String,
    },
    /// The gateway's batch, by a member of staff: it is asked for its sums, and to settle.
    #[n(6)]
    CloseGateway,
    /// The gateway told what it has; on disk before it is asked to settle that.
    #[n(7)]
    Settling {
        #[n(0)]
        batch: BatchId,
        #[n(1)]
        before: Vec<BrandTotal>,
    },
    /// Every open batch: the gateway is asked at once, each pad as soon as it can. The listener
    /// knows that who asks may.
    #[n(8)]
    CloseAll,
    /// Takes the wish back as long as the terminal is not asked.
    #[n(9)]
    KeepOpen {
        #[n(0)]
        batch: BatchId,
    },
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Event {
    #[n(0)]
    Closing(#[n(0)] BatchId, #[n(1)] Closing),
    #[n(1)]
    WentOn(#[n(0)] BatchId, #[n(1)] String),
    #[n(2)]
    Ended(#[n(0)] BatchId, #[n(1)] End),
    #[n(3)]
    Forced(#[n(0)] BatchId, #[n(1)] NoMatch),
    /// With the first payment after a close, and right before it.
    #[n(4)]
    Opened(#[n(0)] BatchId, #[n(1)] Batch),
    /// It is to be closed.
    #[n(5)]
    Wanted(#[n(0)] BatchId, #[n(1)] Wish),
    #[n(6)]
    KeptOpen(#[n(0)] BatchId),
}

/// What the ledger knows that these commands need.
pub struct Facts {
    /// The batch that the command names, or the one that takes payments.
    pub batch: Option<(BatchId, Batch)>,
    /// The till whose payment at the pad is not settled.
    pub busy: Option<TillNo>,
    /// Every batch that is not settled, for those who close them all.
    pub unsettled: Vec<(BatchId, Batch)>,
    pub posting: PostingId,
}

pub fn decide(facts: &Facts, command: &Command, ask: &Ask) -> Result<Vec<AnyEvent>, Refusal> {
    let known = || {
        let known = facts.batch.as_ref().map(|(id, row)| Known { facts, id: *id, row, ask });
        known.ok_or(Refusal::NotFound)
    };
    match command {
        Command::Close { before, .. } => known()?.close(before.as_deref()),
        Command::Closed { totals, receipt, why, .. } => known()?.closed(totals, receipt, why),
        Command::NotClosed { why, .. } => known()?.went_on(why),
        Command::Unreconciled { why, .. } => {
            let known = known()?;
            known.wants(State::Closing)?;
            Ok(known.settled(None, Vec::new(), kept(why)))
        }
        Command::Undecided { why, .. } => {
            let known = known()?;
            known.wants(State::Closing)?;
            Ok(vec![known.ended(false, None, Vec::new(), kept(why))])
        }
        Command::NoMatch { reason, .. } => known()?.forced(reason),
        Command::CloseGateway => known()?.close(None),
        Command::Settling { before, .. } => known()?.settling(before),
        Command::CloseAll => wish::close_all(facts, ask),
        Command::KeepOpen { .. } => known()?.keep_open(),
    }
}

struct Known<'a> {
    facts: &'a Facts,
    id: BatchId,
    row: &'a Batch,
    ask: &'a Ask,
}

impl Known<'_> {
    fn wants(&self, state: State) -> Result<(), Refusal> {
        if self.row.state == state { Ok(()) } else { Err(Refusal::Stale) }
    }

    fn close(&self, before: Option<&[BrandTotal]>) -> Result<Vec<AnyEvent>, Refusal> {
        let by = self.closer()?;
        if self.row.state == State::Closing {
            return Err(Refusal::BatchClosing);
        }
        self.wants(State::Open)?;
        if let Some(till) = self.facts.busy {
            return Err(Refusal::PadBusy { till });
        }
        let closing = Closing { at: self.ask.at, by, before: before.map(totals_kept) };
        Ok(vec![happened(Event::Closing(self.id, closing))])
    }

    /// From here on the gateway may have settled, and nothing comes into this batch any more.
    fn settling(&self, before: &[BrandTotal]) -> Result<Vec<AnyEvent>, Refusal> {
        self.wants(State::Closing)?;
        let asked = self.row.closing.as_ref().filter(|closing| closing.before.is_none());
        let asked = asked.filter(|_| self.row.of == Of::Gateway).ok_or(Refusal::Stale)?;
        let closing = Closing { before: Some(totals_kept(before)), ..asked.clone() };
        Ok(vec![happened(Event::Closing(self.id, closing))])
    }

    fn closed(
        &self,
        totals: &[BrandTotal],
        receipt: &[String],
        why: &str,
    ) -> Result<Vec<AnyEvent>, Refusal> {
        self.wants(State::Closing)?;
        let totals = totals_kept(totals);
        let lines = receipt.iter().take(RECEIPT_LINES_MAX);
        let receipt = lines.map(|line| kept(line)).collect();
        match self.row.matches(&totals) {
            true => Ok(self.settled(Some(totals), receipt, kept(why))),
            false => Ok(vec![self.ended(false, Some(totals), receipt, kept(why))]),
        }
    }

    fn went_on(&self, why: &str) -> Result<Vec<AnyEvent>, Refusal> {
        self.wants(State::Closing)?;
        Ok(vec![happened(Event::WentOn(self.id, kept(why)))])
    }

    fn forced(&self, reason: &str) -> Result<Vec<AnyEvent>, Refusal> {
        let Actor::Account(by) = self.ask.by else { return Err(Refusal::NotAllowed) };
        self.wants(State::Mismatched)?;
        let sound = reason.trim() == reason && !reason.contains(char::is_control);
        if !sound || !(1..=REASON_CHARS_MAX).contains(&reason.chars().count()) {
            return Err(Refusal::Malformed { field: "reason" });
        }
        let no_match = NoMatch { at: self.ask.at, by, reason: masked(reason) };
        let told = self.row.end.as_ref().and_then(|end| end.told.as_deref());
        let paid = told.map_or(self.row.sum(), |told| sum_of(told).sum);
        let mut events = vec![happened(Event::Forced(self.id, no_match))];
        events.extend(self.deposited(paid));
        Ok(events)
    }

    fn settled(
        &self,
        told: Option<Vec<BrandTotal>>,
        receipt: Vec<String>,
        why: String,
    ) -> Vec<AnyEvent> {
        let mut events = vec![self.ended(true, told, receipt, why)];
        events.extend(self.deposited(self.row.sum()));
        events
    }

    fn ended(
        &self,
        matched: bool,
        told: Option<Vec<BrandTotal>>,
        receipt: Vec<String>,
        why: String,
    ) -> AnyEvent {
        happened(Event::Ended(self.id, End { at: self.ask.at, matched, told, receipt, why }))
    }

    /// What the bank pays leaves card clearing for the bank, and what it does not pay is short: of
    /// a settled batch nothing stays on the account.
    fn deposited(&self, paid: Money) -> Vec<AnyEvent> {
        let (at, day) = (self.ask.at, self.ask.day);
        let clearing = (Account::CardClearing, self.row.of.sub());
        let moved = |cause, to: (Account, u64), amount: Money| -> Option<Posting> {
            match amount {
                Money::ZERO => None,
                more if more > Money::ZERO => {
                    Some(between(None, cause, to, clearing, more, at, day))
                }
                less => Some(between(None, cause, clearing, to, -less, at, day)),
            }
        };
        let missing = self.row.sum() - paid;
        let postings = [
            moved(Cause::Deposit, BANK, paid),
            moved(Cause::BatchDifference, self.row.of.over_short(), missing),
        ];
        let numbered = (self.facts.posting.0..).zip(postings.into_iter().flatten());
        numbered.map(|(no, posting)| posted(PostingId(no), posting)).collect()
    }
}

fn totals_kept(totals: &[BrandTotal]) -> Vec<BrandTotal> {
    let named = |one: &BrandTotal| BrandTotal { brand: kept(&one.brand), ..one.clone() };
    totals.iter().take(BRANDS_MAX).map(named).collect()
}

fn happened(event: Event) -> AnyEvent {
    AnyEvent::Batch(event)
}

fn posted(id: PostingId, posting: Posting) -> AnyEvent {
    AnyEvent::Checkout(checkout::Event::Posted(id, posting))
}
