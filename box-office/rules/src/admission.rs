//! The door: one scan in, one verdict out; the whole verdict table of domain 9.1.
//!
//! A refused scan is recorded like an admitted one, so it is an event and not a refusal. Never
//! reads a code (that is `code.rs`) and never moves a lamp. Next: `ledger/admission.rs`.

mod offline;
mod record;
mod verdict;

pub use offline::{Offline, Went, happened};
pub use verdict::standing;

use crate::at::{At, Span};
use crate::code::{CodeFault, Form};
use crate::device::{self, DeviceRow};
use crate::house::House;
use crate::id::{DeviceNo, PerformanceId, TicketId};
use crate::money::Money;
use crate::performance::Performance;
use crate::ticket::Ticket;
use crate::{Ask, BusinessDay, Event as AnyEvent, Key, Refusal};
use minicbor::{Decode, Encode};
use offline::{Told, offline};
use record::{attention, moved, over, undo};
use std::sync::Arc;
use verdict::judge;

/// How long after a scan it may be undone (domain 9.1).
pub const UNDO_WITHIN: Span = Span::minutes(10);
/// Longest reason of an override.
pub const REASON_CHARS_MAX: usize = 200;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Direction {
    #[n(0)]
    In,
    #[n(1)]
    Out,
    /// Verdict only, no change.
    #[n(2)]
    Check,
}

/// Why a scan was stopped; names as in domain 9.1.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Stop {
    #[n(1)]
    Unreadable,
    #[n(2)]
    Device,
    #[n(4)]
    BadSignature,
    #[n(5)]
    Unknown,
    #[n(7)]
    Replaced {
        #[n(0)]
        at: At,
    },
    #[n(8)]
    Cancelled {
        #[n(0)]
        at: At,
    },
    #[n(9)]
    WrongPerformance {
        #[n(0)]
        performance: PerformanceId,
        #[n(1)]
        starts_at: At,
    },
    #[n(10)]
    Blocked,
    #[n(11)]
    AlreadyUsed {
        #[n(0)]
        at: At,
        #[n(1)]
        door: String,
        #[n(2)]
        device: DeviceNo,
    },
    #[n(12)]
    NoReEntry {
        #[n(0)]
        out: At,
    },
    #[n(13)]
    WrongDoor {
        #[n(0)]
        go_to: Vec<String>,
    },
    #[n(14)]
    TooEarly {
        #[n(0)]
        opens: At,
    },
    #[n(20)]
    TooLate {
        #[n(0)]
        closed: At,
    },
    #[n(15)]
    Unpaid {
        #[n(0)]
        amount: Money,
    },
    #[n(16)]
    Full,
    #[n(19)]
    NotIn,
}

/// Why a scan went through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Go {
    #[n(0)]
    Admitted,
    #[n(1)]
    ReEntry,
    #[n(2)]
    Out,
    /// Staff let it in against the verdict.
    #[n(3)]
    Overridden,
}

/// What the door shows.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Verdict {
    #[n(0)]
    Go(#[n(0)] Go),
    #[n(1)]
    Stop(#[n(0)] Stop),
    /// Well signed, unknown, and the box may lack sales: amber, ask for ID.
    #[n(2)]
    Provisional,
}

/// What door staff should notice on a ticket that may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Attention {
    #[n(0)]
    Wheelchair,
    #[n(1)]
    BalanceDue,
    #[n(2)]
    PaymentProblem,
    /// Another price level than the venue's first one: look at the concession.
    #[n(3)]
    Concession,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Presence {
    #[n(0)]
    NotUsed,
    #[n(1)]
    In,
    #[n(2)]
    Out,
}

/// The admission record of one ticket (domain 9.2).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Admission {
    #[n(0)]
    pub presence: Presence,
    #[n(1)]
    pub first_in: Option<At>,
    #[n(2)]
    pub last_in: Option<At>,
    #[n(3)]
    pub last_out: Option<At>,
    #[n(4)]
    pub ins: u16,
    #[n(5)]
    pub outs: u16,
    #[n(6)]
    pub door: String,
    #[n(7)]
    pub device: DeviceNo,
    /// The scan that last changed it.
    #[n(8)]
    pub scan: u64,
    /// That scan let in who was inside already: it moved nobody, nor does taking it back.
    #[n(9)]
    pub again: bool,
}

/// One scan as it happened.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Scan {
    #[n(0)]
    pub ticket: Option<TicketId>,
    #[n(1)]
    pub performance: Option<PerformanceId>,
    #[n(2)]
    pub direction: Direction,
    #[n(3)]
    pub verdict: Verdict,
    #[n(4)]
    pub device: DeviceNo,
    #[n(5)]
    pub door: String,
    #[n(6)]
    pub attention: Vec<Attention>,
    /// The admission as this scan leaves it, when it changed one.
    #[n(7)]
    pub admission: Option<Admission>,
    /// A door judged it without the box, which heard of it afterwards.
    #[n(8)]
    pub offline: Option<Offline>,
}

impl Scan {
    /// When it happened, if its entry was written at `recorded`.
    pub fn happened(&self, recorded: At) -> At {
        self.offline.as_ref().map_or(recorded, |offline| offline.at)
    }
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Command {
    #[n(0)]
    Scan {
        #[n(0)]
        device: DeviceNo,
        /// What the reader read, or what was typed.
        #[n(1)]
        payload: String,
        /// Keyed in by a person: a ticket number will do.
        #[n(2)]
        typed: bool,
        #[n(3)]
        direction: Direction,
        /// Only this performance; `None`: the device's, or any of today.
        #[n(4)]
        performance: Option<PerformanceId>,
    },
    /// A supervisor takes a ticket's newest scan back.
    #[n(1)]
    Undo {
        #[n(0)]
        scan: u64,
    },
    /// Nobody went through the gate that this scan opened.
    #[n(2)]
    PassageTimedOut {
        #[n(0)]
        scan: u64,
    },
    /// A supervisor lets a stopped ticket in.
    #[n(3)]
    Override {
        #[n(0)]
        scan: u64,
        #[n(1)]
        reason: String,
    },
    /// A door judged it without the box (domain 9.3): recorded as it happened, never refused.
    #[n(4)]
    Offline {
        #[n(0)]
        device: DeviceNo,
        #[n(1)]
        payload: String,
        #[n(2)]
        direction: Direction,
        #[n(3)]
        went: Went,
        /// By the device's clock.
        #[n(4)]
        at: At,
        /// Request key of the ask that went unanswered before the door judged alone.
        #[n(5)]
        attempt: Option<Key>,
    },
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Event {
    #[n(0)]
    Scanned(#[n(0)] Scan),
    #[n(1)]
    Undone {
        #[n(0)]
        scan: u64,
        #[n(1)]
        ticket: TicketId,
        #[n(2)]
        performance: PerformanceId,
        #[n(3)]
        admission: Admission,
        /// The gate, not a person, took it back.
        #[n(4)]
        unpassed: bool,
    },
    #[n(2)]
    Overridden {
        #[n(0)]
        scan: u64,
        #[n(1)]
        reason: String,
        #[n(2)]
        admitted: Scan,
    },
}

/// The ticket a code or number led to, with everything the table asks about it.
pub struct Found {
    pub id: TicketId,
    pub ticket: Ticket,
    /// Generation in the code is the ticket's newest one.
    pub newest: bool,
    pub performance: Arc<Performance>,
    /// Doors that serve its seat; none named: every door does.
    pub doors: Vec<String>,
    pub wheelchair: bool,
    /// Level other than the venue's first.
    pub concession: bool,
    pub balance: Money,
    pub payment_problem: bool,
    pub admission: Option<Admission>,
    pub inside: u32,
}

/// What the payload was.
pub enum Read {
    /// Empty, too long, or not text.
    Unreadable,
    Code {
        form: Form,
        found: Option<Box<Found>>,
    },
    Fault {
        fault: CodeFault,
        signed: bool,
    },
    /// A number keyed in.
    Typed {
        found: Option<Box<Found>>,
    },
}

pub struct Facts {
    pub house: Arc<House>,
    pub device: Option<Arc<DeviceRow>>,
    pub read: Read,
    /// Set on the scan or the device.
    pub performance: Option<Arc<Performance>>,
    pub performance_id: Option<PerformanceId>,
    /// The box may lack sales of tonight: an offline peer, a restore gap.
    pub may_lack_sales: bool,
    /// Number the entry will have.
    pub next_seq: u64,
    /// For undo, passage and override: the scan named, and when it was.
    pub earlier: Option<(At, Scan)>,
    /// The admission of that scan's ticket as it stands.
    pub standing: Option<Admission>,
    /// Business day of the moment that is judged.
    pub day: BusinessDay,
    /// For a scan without the box: what the unanswered ask was recorded as, if it got through.
    pub attempt: Option<(u64, Scan)>,
}

pub fn decide(facts: &Facts, command: &Command, ask: &Ask) -> Result<Vec<AnyEvent>, Refusal> {
    match command {
        Command::Scan { device, direction, .. } => Ok(scan(facts, *device, *direction, ask)),
        Command::Undo { scan } => {
            if !ask.by.is_staff() {
                return Err(Refusal::NotAllowed);
            }
            undo(facts, *scan, ask, false)
        }
        Command::PassageTimedOut { scan } => {
            if !facts.house.undo_unpassed {
                return Err(Refusal::NotAllowed);
            }
            undo(facts, *scan, ask, true)
        }
        Command::Override { scan, reason } => over(facts, *scan, reason, ask),
        Command::Offline { device, direction, went, at, .. } => {
            let told = Told { device: *device, direction: *direction, went: *went, at: *at };
            Ok(offline(facts, &told, ask))
        }
    }
}

fn scan(facts: &Facts, device: DeviceNo, direction: Direction, ask: &Ask) -> Vec<AnyEvent> {
    let door = facts.device.as_ref().map(|row| row.device.door.clone()).unwrap_or_default();
    let found = match &facts.read {
        Read::Code { found, .. } | Read::Typed { found } => found.as_deref(),
        Read::Unreadable | Read::Fault { .. } => None,
    };
    let verdict = judge(facts, found, direction, ask);
    let admission = found
        .and_then(|found| moved(&verdict, direction, found, device, &door, facts.next_seq, ask.at));
    let scan = Scan {
        ticket: found.map(|found| found.id),
        performance: found.map(|found| found.ticket.performance),
        direction,
        attention: found.map_or(Vec::new(), |found| attention(facts, found, &verdict)),
        verdict,
        device,
        door,
        admission,
        offline: None,
    };
    let mut events = vec![AnyEvent::Admission(Event::Scanned(scan))];
    let forged = matches!(facts.read, Read::Fault { fault: CodeFault::BadTag, .. });
    if let (true, Some(row)) = (forged, &facts.device)
        && row.may_scan(ask.at)
    {
        let row = row.after_bad_code(ask.at);
        events.push(AnyEvent::Device(device::Event::Put(device, row)));
    }
    events
}
