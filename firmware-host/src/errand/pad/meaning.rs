//! The words of a driver in those of the house, and back.
//!
//! Only what may be kept of a card exists on either side (trust 2). Never decides anything.

use usher_drivers::pin_pad as pad;
use usher_rules::money::Money;
use usher_rules::tender::{self as house, Intent};
use usher_rules::view::desk::pad::Stage;

/// An intent as it goes to the terminal; none if it is not a pad's or not above zero.
pub fn tender(intent: &Intent, currency: pad::Currency) -> Option<pad::Tender> {
    let at = intent.pad.as_ref()?;
    let amount_minor = u64::try_from(intent.amount.0).ok().filter(|amount| *amount > 0)?;
    let (kind, original) = match &at.refund {
        None => (pad::Kind::Purchase, None),
        Some(refunding) => {
            let kind = if refunding.voids { pad::Kind::Reversal } else { pad::Kind::Refund };
            (kind, refunding.original.as_ref().map(told))
        }
    };
    Some(pad::Tender {
        intent: pad::IntentNo(at.no),
        kind,
        amount_minor,
        currency,
        original,
        baseline: at.baseline.as_ref().map(told),
    })
}

/// A booking as it is kept.
pub fn kept(booking: &pad::Booking) -> house::pad::Booking {
    let text = |text: &str| house::pad::field(text);
    house::pad::Booking {
        amount: booking.amount_minor.and_then(|amount| i64::try_from(amount).ok()).map(Money),
        currency: booking.currency,
        trace: booking.trace,
        receipt: booking.receipt,
        turnover: booking.turnover,
        when: text(&booking.when),
        approval: text(&booking.approval),
        terminal_id: text(&booking.terminal_id),
        brand: text(&booking.brand),
        last_four: text(&booking.last_four),
        entry: booking.entry.map(|entry| match entry {
            pad::Entry::Chip => house::pad::Entry::Chip,
            pad::Entry::Contactless => house::pad::Entry::Contactless,
            pad::Entry::Stripe => house::pad::Entry::Stripe,
            pad::Entry::Keyed => house::pad::Entry::Keyed,
        }),
        original_trace: booking.original_trace,
        reference: text(&booking.reference),
    }
}

/// A booking as the terminal told it once.
fn told(booking: &house::pad::Booking) -> pad::Booking {
    pad::Booking {
        amount_minor: booking.amount.and_then(|amount| u64::try_from(amount.0).ok()),
        currency: booking.currency,
        trace: booking.trace,
        receipt: booking.receipt,
        turnover: booking.turnover,
        when: booking.when.clone(),
        approval: booking.approval.clone(),
        terminal_id: booking.terminal_id.clone(),
        brand: booking.brand.clone(),
        last_four: booking.last_four.clone(),
        entry: booking.entry.map(|entry| match entry {
            house::pad::Entry::Chip => pad::Entry::Chip,
            house::pad::Entry::Contactless => pad::Entry::Contactless,
            house::pad::Entry::Stripe => pad::Entry::Stripe,
            house::pad::Entry::Keyed => pad::Entry::Keyed,
        }),
        original_trace: booking.original_trace,
        reference: booking.reference.clone(),
    }
}

pub fn outcome(outcome: &pad::Outcome) -> house::pad::Outcome {
    match outcome {
        pad::Outcome::Approved(booking) => house::pad::Outcome::Approved(kept(booking)),
        pad::Outcome::Declined { code, text } => {
            house::pad::Outcome::Declined { code: code.clone(), text: text.clone() }
        }
        pad::Outcome::Cancelled => house::pad::Outcome::Cancelled,
    }
}

/// None when the terminal could not be asked.
pub fn finding(finding: &pad::Finding) -> Option<house::pad::Finding> {
    Some(match finding {
        pad::Finding::Booked(booking) => house::pad::Finding::Booked(kept(booking)),
        pad::Finding::NotBooked { evidence } => {
            house::pad::Finding::NotBooked { evidence: evidence.clone() }
        }
        pad::Finding::Undecided { evidence } => {
            house::pad::Finding::Undecided { evidence: evidence.clone() }
        }
        pad::Finding::NotNow { .. } => return None,
    })
}

pub fn receipt(receipt: pad::Receipt) -> house::pad::Receipt {
    house::pad::Receipt {
        copy: match receipt.copy {
            pad::Copy::Merchant => house::pad::Copy::Merchant,
            pad::Copy::Customer => house::pad::Copy::Customer,
        },
        lines: receipt.lines,
        signature_wanted: receipt.signature_wanted,
    }
}

pub fn stage(display: pad::Display) -> Stage {
    match display {
        pad::Display::ConfirmAmount => Stage::ConfirmAmount,
        pad::Display::InsertCard => Stage::InsertCard,
        pad::Display::TypeCard => Stage::TypeCard,
        pad::Display::RemoveCard => Stage::RemoveCard,
        pad::Display::EnterPin => Stage::EnterPin,
        pad::Display::WrongPin => Stage::WrongPin,
        pad::Display::WaitingForHost => Stage::WaitingForHost,
        pad::Display::Wait => Stage::Wait,
        pad::Display::Reversing => Stage::Reversing,
        pad::Display::Approved => Stage::Approved,
        pad::Display::Declined => Stage::Declined,
    }
}

/// A terminal as it names itself.
pub fn named(identity: &pad::Identity) -> String {
    let parts = [&identity.model, &identity.serial, &identity.terminal_id, &identity.software];
    let told = parts.into_iter().filter(|part| !part.is_empty());
    told.map(String::as_str).collect::<Vec<_>>().join(" ")
}
