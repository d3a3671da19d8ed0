//! What a payment at a pin pad adds to its intent: which pad and till, what was booked, receipts.
//!
//! Holds all that may be kept of a card and no more: four digits, brand, codes (trust 2). Never
//! talks to a pad: the box's pad errand does. Next: `checkout/pad.rs`, which decides.

use crate::Key;
use crate::at::At;
use crate::card_number;
use crate::id::{OrderId, PadNo, StaffNo, TicketId, TillNo, TillSessionId};
use crate::money::Money;
use crate::payment::Part;
use minicbor::{Decode, Encode};

/// Longest text kept of what a terminal or a person says, in characters.
pub const TEXT_CHARS_MAX: usize = 400;
/// Lines kept of one receipt.
pub const RECEIPT_LINES_MAX: usize = 200;
/// Receipts kept of one payment: the merchant's copy and the customer's.
pub const RECEIPTS_MAX: usize = 2;
/// Largest number that every protocol can carry (pin-pads 5: nine digits).
pub const INTENT_NO_MAX: u64 = 999_999_999;

/// Stored. The part of an intent that only a pin pad has.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct AtPad {
    #[n(0)]
    pub pad: PadNo,
    /// Number of the intent at the terminal, 1 to [`INTENT_NO_MAX`]; the request id of the log.
    #[n(1)]
    pub no: u32,
    #[n(2)]
    pub at: Counter,
    /// The terminal's newest booking when the intent was made, if it tells.
    #[n(3)]
    pub baseline: Option<Booking>,
    #[n(4)]
    pub booking: Option<Booking>,
    #[n(5)]
    pub receipts: Vec<Receipt>,
    /// Why nobody knows the outcome, or why it waits for a person, with the evidence.
    #[n(6)]
    pub why: String,
    #[n(7)]
    pub decision: Option<Decision>,
    /// The outcome was found by asking afterwards.
    #[n(8)]
    pub recovered: bool,
    /// The last line of the six was written.
    #[n(9)]
    pub housekept: bool,
    /// The money goes back to the card, of an order that was paid at this pad; none is a purchase.
    #[n(10)]
    pub refund: Option<Refunding>,
    /// Taken in cash beside it, once the card has paid the rest; none of most payments.
    #[cbor(n(11), default)]
    pub cash: Money,
    /// A part of what there is to pay; none pays all of a sale.
    #[n(12)]
    pub part: Option<Part>,
}

/// Stored. What is given back once the terminal has booked it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Refunding {
    #[n(0)]
    pub order: OrderId,
    #[n(1)]
    pub tickets: Vec<TicketId>,
    #[n(2)]
    pub reason: String,
    /// The booking that is given back, if the terminal told of it.
    #[n(3)]
    pub original: Option<Booking>,
    /// The payment that it goes back to; none: the one that paid at the sale.
    #[n(4)]
    pub to: Option<Key>,
    /// The booking itself is taken back, without the card, instead of a new one the other way.
    #[n(5)]
    #[cbor(default)]
    pub voids: bool,
}

/// Stored. Who sold, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Counter {
    #[n(0)]
    pub till: TillNo,
    #[n(1)]
    pub session: TillSessionId,
    #[n(2)]
    pub cashier: StaffNo,
}

/// Stored. What a terminal told of one booking.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Booking {
    #[n(0)]
    pub amount: Option<Money>,
    /// ISO 4217 numeric.
    #[n(1)]
    pub currency: Option<u16>,
    #[n(2)]
    pub trace: Option<u32>,
    #[n(3)]
    pub receipt: Option<u32>,
    #[n(4)]
    pub turnover: Option<u32>,
    /// As the terminal writes it.
    #[n(5)]
    pub when: String,
    #[n(6)]
    pub approval: String,
    #[n(7)]
    pub terminal_id: String,
    #[n(8)]
    pub brand: String,
    /// Last four digits of the card.
    #[n(9)]
    pub last_four: String,
    #[n(10)]
    pub entry: Option<Entry>,
    /// Number of the booking that this one took back.
    #[n(11)]
    pub original_trace: Option<u32>,
    /// What the terminal wants to hear again for a refund.
    #[n(12)]
    pub reference: String,
}

impl Booking {
    /// The same booking, by the numbers that both have.
    pub fn is_same(&self, other: &Booking) -> bool {
        let pairs = [(self.trace, other.trace), (self.receipt, other.receipt)];
        let mut known = pairs.into_iter().filter_map(|(left, right)| left.zip(right)).peekable();
        known.peek().is_some() && known.all(|(left, right)| left == right)
    }
}

/// How the card came (K1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Entry {
    #[n(0)]
    Chip,
    #[n(1)]
    Contactless,
    #[n(2)]
    Stripe,
    #[n(3)]
    Keyed,
}

/// Whose copy a receipt is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Copy {
    #[n(0)]
    Merchant,
    #[n(1)]
    Customer,
}

/// Stored. One receipt as the terminal worded it, card numbers masked (K10).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Receipt {
    #[n(0)]
    pub copy: Copy,
    #[n(1)]
    pub lines: Vec<String>,
    #[n(2)]
    pub signature_wanted: bool,
}

/// Stored. What a person decided about an outcome that nobody could find out.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Decision {
    #[n(0)]
    pub charged: bool,
    /// Approval code or receipt number, as read off the terminal or its receipt.
    #[n(1)]
    pub evidence: String,
    #[n(2)]
    pub name: String,
    #[n(3)]
    pub reason: String,
    #[n(4)]
    pub by: StaffNo,
    #[n(5)]
    pub at: At,
}

/// How a payment ended at the terminal.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Outcome {
    #[n(0)]
    Approved(#[n(0)] Booking),
    /// The words are for staff only.
    #[n(1)]
    Declined {
        #[n(0)]
        code: String,
        #[n(1)]
        text: String,
    },
    #[n(2)]
    Cancelled,
}

/// What asking the terminal afterwards found.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Finding {
    #[n(0)]
    Booked(#[n(0)] Booking),
    #[n(1)]
    NotBooked {
        #[n(0)]
        evidence: String,
    },
    /// A person must look at the terminal.
    #[n(2)]
    Undecided {
        #[n(0)]
        evidence: String,
    },
}

/// Words of a terminal or of a person as they are kept: no card number in them.
pub fn kept(text: &str) -> String {
    card_number::masked(&field(text))
}

/// A field of a booking as it is kept, one line, no longer than [`TEXT_CHARS_MAX`]. The terminal
/// wants its references back as it told them, so digits stay; its codec has taken out the card.
pub fn field(text: &str) -> String {
    let plain = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    plain.take(TEXT_CHARS_MAX).collect::<String>().trim().to_owned()
}
