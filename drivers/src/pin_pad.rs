//! What a pin pad is to the rest of the box: asks in, events out, and the one trait of a dialogue.
//! Holds plain types only, and nothing of a card beyond what may be kept (trust 2).
//! Never decides about an order, never opens a device, never commits anything: it asks for the
//! commit and waits (`Ask::Go`, `Ask::Kept`). Source: pin-pads 1 and 2.
//! Next: `pin_pad/start.rs` (a pad begins), then one folder a protocol, with its bytes and its
//! dialogue (`sequence.rs`).

pub mod concert;
pub mod nexo;
pub mod settings;
mod start;
pub mod task;
pub mod zvt;

use crate::Fault;

pub use settings::{PinPadSettings, Reach};
pub use start::run;

/// Largest number of an intent that every protocol can carry (Concert has nine digits for it).
pub const INTENT_NO_MAX: u32 = 999_999_999;

/// The box's own number of a payment intent; 1 to [`INTENT_NO_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IntentNo(pub u32);

/// Stands for the intent that an orphan approval does not have: `Ask::Kept(ORPHAN)` says that
/// the orphan is on disk and may be acknowledged.
pub const ORPHAN: IntentNo = IntentNo(0);

/// ISO 4217, in both spellings, with the number of minor digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Currency {
    pub number: u16,
    pub letters: [u8; 3],
    pub minor_digits: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Purchase,
    /// A purchase whose card number is typed at the terminal: the customer is on the phone (K6).
    KeyedPurchase,
    /// Money back to a card that is presented.
    Refund,
    /// Takes back a booking of the same batch.
    Reversal,
}

/// One intent, as it goes to the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tender {
    pub intent: IntentNo,
    pub kind: Kind,
    /// Minor units, above 0.
    pub amount_minor: u64,
    pub currency: Currency,
    /// The booking to take back; a reversal has one.
    pub original: Option<Booking>,
    /// The terminal's newest booking when the intent was made, as far as it was known.
    pub baseline: Option<Booking>,
}

/// What a terminal tells of one booking; all that may be kept of a card, and no more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Booking {
    pub amount_minor: Option<u64>,
    /// ISO 4217 numeric.
    pub currency: Option<u16>,
    pub trace: Option<u32>,
    pub receipt: Option<u32>,
    pub turnover: Option<u32>,
    /// As the terminal writes it: `MMDD HHMMSS` or RFC 3339.
    pub when: String,
    pub approval: String,
    pub terminal_id: String,
    pub brand: String,
    /// Last four digits of the card.
    pub last_four: String,
    pub entry: Option<Entry>,
    /// Number of the booking that this one took back.
    pub original_trace: Option<u32>,
    /// What the terminal wants to hear again for a refund, if it is not one of the numbers.
    pub reference: String,
}

/// How the card came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    Chip,
    Contactless,
    Stripe,
    Keyed,
}

/// What the box asks of a pad. One intent at a time; all but `Abort` wait for their turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Make ready for this intent. Answered by `Ready`, or by `NotStarted`.
    Begin(Box<Tender>),
    /// `Sent` is on disk: the first byte of the payment may leave.
    Go(IntentNo),
    /// The outcome is on disk: the terminal may be told that it was heard.
    Kept(IntentNo),
    /// The cashier wants to stop. The approval wins if it is on its way.
    Abort(IntentNo),
    /// What became of an intent whose outcome is unknown? Answered by `Recovered`.
    Recover(Box<Tender>),
    /// The receipts of the newest booking once more.
    Receipts(IntentNo),
    /// Sums of the open batch, which stays open.
    Totals,
    /// Ends the batch.
    CloseBatch,
    Diagnosis,
}

/// How an intent ended at the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Approved(Booking),
    /// `text` is for staff only.
    Declined {
        code: String,
        text: String,
    },
    /// By the cardholder, by the terminal's own clock, or because the box asked.
    Cancelled,
}

/// What asking the terminal afterwards found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    Booked(Booking),
    /// Proved: never booked, or booked and taken back.
    NotBooked {
        evidence: String,
    },
    /// A person must look at the terminal. `evidence` says what was asked and answered.
    Undecided {
        evidence: String,
    },
    /// The terminal cannot be asked now; ask again later.
    NotNow {
        why: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copy {
    Merchant,
    Customer,
}

/// One receipt, lines as printed, card numbers masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub copy: Copy,
    pub lines: Vec<String>,
    pub signature_wanted: bool,
}

/// Which terminal answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    pub terminal_id: String,
    pub model: String,
    pub serial: String,
    pub software: String,
}

/// Count and sum of one brand in a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrandTotal {
    pub brand: String,
    pub count: u32,
    pub sum_minor: i64,
}

/// What the cashier should see while the terminal works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Display {
    ConfirmAmount,
    InsertCard,
    /// The number of the card is to be typed.
    TypeCard,
    RemoveCard,
    EnterPin,
    WrongPin,
    WaitingForHost,
    Wait,
    Reversing,
    Approved,
    Declined,
}

/// Something a technician or manager must see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alarm {
    /// A card number without a mask was in a field; only the last four were kept.
    TerminalSendsClearPan,
    AmountMismatch {
        intent: IntentNo,
        asked_minor: u64,
        booked_minor: u64,
    },
    /// An approval that no intent asked for. Kept before it was acknowledged.
    Orphan(Booking),
    /// Another terminal than the configured one.
    OtherTerminal {
        expected: String,
        found: String,
    },
    CurrencyMismatch {
        found: u16,
    },
}

/// What a pad's owner task tells the till errand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PinPadEvent {
    /// Connected and registered. `newest` is the terminal's newest booking if it tells.
    Up {
        identity: Identity,
        newest: Option<Booking>,
    },
    /// Sent once per reason, not per attempt.
    Down {
        why: Fault,
    },
    /// The link is up and the terminal idle: write `Sent`, then `Ask::Go`.
    Ready(IntentNo),
    /// Nothing was booked: the terminal said so before it began.
    NotStarted {
        intent: IntentNo,
        why: String,
    },
    Display {
        intent: IntentNo,
        display: Display,
    },
    /// Write it, then `Ask::Kept`; the terminal is told only then.
    Ended {
        intent: IntentNo,
        outcome: Outcome,
    },
    /// Silence, a lost link, garbage: nobody knows. Never "declined".
    Unknown {
        intent: IntentNo,
        why: String,
    },
    /// `Done` follows, unless it is `NotNow`; for a booking perhaps only after `Ask::Kept`.
    Recovered {
        intent: IntentNo,
        finding: Finding,
    },
    Receipt {
        intent: IntentNo,
        receipt: Receipt,
    },
    /// The dialogue is over and the pad free.
    Done {
        intent: IntentNo,
    },
    Totals(Vec<BrandTotal>),
    BatchClosed {
        totals: Vec<BrandTotal>,
        receipt: Vec<String>,
    },
    /// Totals, closing a batch or a diagnosis did not work.
    Failed {
        what: &'static str,
        why: String,
    },
    Healthy {
        text: String,
    },
    Alarm(Alarm),
}

/// What happens to a dialogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stir<'a> {
    LinkUp,
    LinkLost,
    /// From the terminal. `exchange` is 0 on a line that stays open.
    Bytes {
        exchange: u32,
        bytes: &'a [u8],
    },
    /// An exchange ended without an answer.
    ExchangeLost {
        exchange: u32,
    },
    Ask(Ask),
    /// The moment of `due_ms` has come.
    Due,
}

/// What a dialogue wants done, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Write {
        exchange: u32,
        bytes: Vec<u8>,
    },
    Tell(Box<PinPadEvent>),
    /// Drop the link; it is opened again with back-off.
    HangUp,
}

/// The dialogue with one terminal: a state machine without a clock, a line or a disk.
pub trait PinPad: Send {
    /// Takes what happened at `now_ms` (monotonic) and adds what is to be done.
    fn stir(&mut self, stir: Stir<'_>, now_ms: u64, steps: &mut Vec<Step>);

    /// When it wants `Stir::Due`, by the same clock.
    fn due_ms(&self) -> Option<u64>;
}
