//! What an answer means for the intent it should be about.
//! Holds the comparison of answer and tender; anything that does not fit is unclear, never
//! declined. Never talks to the terminal. Source: pin-pads 5.2. Next: `sequence.rs`.

use super::codec::{Answer, Private, Status};
use crate::pin_pad::{Alarm, Booking, Finding, Outcome, Tender};

/// What one answer says about one tender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Clear(Outcome),
    /// About this intent, and nobody can tell how it ended.
    Unclear {
        why: String,
        alarm: Option<Alarm>,
    },
    /// About another intent, or about none.
    Foreign {
        why: String,
    },
}

/// Judges `answer`. `tender.amount_minor` has been within the field's limit since it was sent.
pub fn judge(tender: &Tender, answer: &Answer) -> Verdict {
    if answer.private != Private::of(tender.intent) {
        let why = match answer.private.intent() {
            Some(other) => format!("the terminal answered for payment {}", other.0),
            None => "the terminal answered without our number".to_owned(),
        };
        return Verdict::Foreign { why };
    }
    if answer.currency != tender.currency.number {
        let found = answer.currency;
        let why = format!("the terminal answered in currency {found:03}");
        return Verdict::Unclear { why, alarm: Some(Alarm::CurrencyMismatch { found }) };
    }
    let booked_minor = u64::from(answer.amount_minor);
    if booked_minor != tender.amount_minor {
        let (intent, asked_minor) = (tender.intent, tender.amount_minor);
        let why = format!("asked for {asked_minor}, the terminal answered {booked_minor}");
        let alarm = Alarm::AmountMismatch { intent, asked_minor, booked_minor };
        return Verdict::Unclear { why, alarm: Some(alarm) };
    }
    by_status(answer)
}

fn by_status(answer: &Answer) -> Verdict {
    let unclear = |why: String| Verdict::Unclear { why, alarm: None };
    match answer.status {
        Status::Done => Verdict::Clear(Outcome::Approved(booking(answer))),
        Status::NotDone => Verdict::Clear(Outcome::Declined {
            code: "7".to_owned(),
            text: "not done: declined, cancelled or timed out; the terminal's slip says which"
                .to_owned(),
        }),
        Status::NotVerified => unclear("the terminal answered 9: not verified or forced".into()),
        Status::Other(digit) => {
            unclear(format!("the terminal answered status {:?}", char::from(digit)))
        }
    }
}

/// All that this protocol tells of a booking. Slips are printed by the terminal.
pub fn booking(answer: &Answer) -> Booking {
    Booking {
        amount_minor: Some(u64::from(answer.amount_minor)),
        currency: Some(answer.currency),
        reference: String::from_utf8_lossy(&answer.private.0).trim_end().to_owned(),
        ..Booking::default()
    }
}

/// What a clear outcome is when it was asked for afterwards.
pub fn finding(outcome: Outcome) -> Finding {
    match outcome {
        Outcome::Approved(booking) => Finding::Booked(booking),
        Outcome::Declined { code, text } => {
            Finding::NotBooked { evidence: format!("the terminal answered late: {code}, {text}") }
        }
        Outcome::Cancelled => {
            Finding::NotBooked { evidence: "the terminal answered late: cancelled".to_owned() }
        }
    }
}
