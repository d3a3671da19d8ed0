//! What an answer of a nexo terminal means for an intent.
//! Holds the table of pin-pads 4.2: which word is declined, cancelled, never started, unknown.
//! Never takes an unknown word for a decline. Next: `sequence.rs`, which acts on it.

use super::answer::{Condition, PaymentAnswer, Response, ReversalAnswer, Success};
use super::receipt::PaymentReceipt;
use crate::pin_pad::{Alarm, Booking, Entry, Receipt, Tender};

/// How an intent stands by one answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Approved {
        booking: Booking,
        alarms: Vec<Alarm>,
    },
    Declined {
        code: String,
        text: String,
    },
    Cancelled,
    /// Never started.
    NotCharged {
        why: String,
    },
    /// Still being worked on.
    InProgress,
    Unknown {
        why: String,
    },
}

/// Judges the answer to a payment or to a refund with a card.
pub fn of_payment(answer: &PaymentAnswer, tender: &Tender, poi_id: &str) -> Verdict {
    match answer.response.result {
        Success::Failure => of_failure(&answer.response),
        Success::Success | Success::Partial => approved(answer, tender, poi_id),
    }
}

/// Judges the answer to a reversal. Success means that it was accepted.
pub fn of_reversal(answer: &ReversalAnswer, tender: &Tender, poi_id: &str) -> Verdict {
    let digits = tender.currency.minor_digits;
    match answer.response.result {
        Success::Failure => match answer.response.condition {
            // The booking to take back is not known there; the reversal itself is decided.
            Some(Condition::NotFound) => declined(&answer.response),
            Some(_) | None => of_failure(&answer.response),
        },
        Success::Success | Success::Partial => {
            let Ok(amount_minor) = minor(answer.amount.as_ref(), digits) else {
                return Verdict::Unknown { why: "the reversed amount is no amount".to_owned() };
            };
            let booking = Booking {
                amount_minor,
                currency: Some(tender.currency.number),
                when: answer.poi.transaction.when.clone(),
                terminal_id: poi_id.to_owned(),
                reference: answer.poi.transaction.id.clone(),
                ..Booking::default()
            };
            let alarms = mismatch(amount_minor, tender).into_iter().collect();
            Verdict::Approved { booking, alarms }
        }
    }
}

fn of_failure(response: &Response) -> Verdict {
    let Some(condition) = &response.condition else {
        return Verdict::Unknown { why: "it failed without a condition".to_owned() };
    };
    match condition {
        Condition::Refusal
        | Condition::InvalidCard
        | Condition::WrongPin
        | Condition::PaymentRestriction => declined(response),
        Condition::Cancel | Condition::Aborted => Verdict::Cancelled,
        Condition::Busy
        | Condition::MessageFormat
        | Condition::NotAllowed
        | Condition::LoggedOut
        | Condition::DeviceOut => Verdict::NotCharged { why: said(response) },
        Condition::InProgress => Verdict::InProgress,
        Condition::UnreachableHost
        | Condition::UnavailableService
        | Condition::UnavailableDevice
        | Condition::InsertedCard
        | Condition::NotFound
        | Condition::Other(_) => Verdict::Unknown { why: said(response) },
    }
}

fn declined(response: &Response) -> Verdict {
    let code = response.condition.as_ref().map_or_else(String::new, word);
    Verdict::Declined { code, text: response.text.clone() }
}

/// The condition and the terminal's reason in one line.
pub fn said(response: &Response) -> String {
    let condition = response.condition.as_ref().map_or_else(|| "nothing".to_owned(), word);
    if response.text.is_empty() {
        format!("the terminal says {condition}")
    } else {
        format!("the terminal says {condition}: {}", response.text)
    }
}

fn word(condition: &Condition) -> String {
    match condition {
        Condition::Other(word) => word.clone(),
        Condition::WrongPin => "WrongPIN".to_owned(),
        named => format!("{named:?}"),
    }
}

fn approved(answer: &PaymentAnswer, tender: &Tender, poi_id: &str) -> Verdict {
    let result = &answer.result;
    let letters: String = tender.currency.letters.iter().map(|byte| char::from(*byte)).collect();
    if !result.amounts.currency.is_empty() && result.amounts.currency != letters {
        let why = format!("it was booked in {}, not in {letters}", result.amounts.currency);
        return Verdict::Unknown { why };
    }
    let Ok(amount_minor) = minor(result.amounts.authorized.as_ref(), tender.currency.minor_digits)
    else {
        return Verdict::Unknown { why: "the booked amount is no amount".to_owned() };
    };
    let card = &result.instrument.card;
    let booking = Booking {
        amount_minor,
        currency: Some(tender.currency.number),
        when: answer.poi.transaction.when.clone(),
        approval: result.acquirer.approval.clone(),
        terminal_id: poi_id.to_owned(),
        brand: card.brand.clone(),
        last_four: card.pan.digits.clone(),
        entry: card.entries.iter().find_map(|mode| entry(mode)),
        reference: answer.poi.transaction.id.clone(),
        ..Booking::default()
    };
    let mut alarms: Vec<Alarm> = mismatch(amount_minor, tender).into_iter().collect();
    if card.pan.clear {
        alarms.push(Alarm::TerminalSendsClearPan);
    }
    if answer.response.result == Success::Partial && amount_minor.is_none() {
        return Verdict::Unknown { why: "a part was booked, and not said how much".to_owned() };
    }
    Verdict::Approved { booking, alarms }
}

/// `Err` for what is no amount in this currency.
fn minor(amount: Option<&super::amount::Major>, digits: u8) -> Result<Option<u64>, ()> {
    amount.map(|major| major.minor(digits).ok_or(())).transpose()
}

fn mismatch(booked_minor: Option<u64>, tender: &Tender) -> Option<Alarm> {
    let asked_minor = tender.amount_minor;
    booked_minor.filter(|booked_minor| *booked_minor != asked_minor).map(|booked_minor| {
        Alarm::AmountMismatch { intent: tender.intent, asked_minor, booked_minor }
    })
}

fn entry(mode: &str) -> Option<Entry> {
    match mode {
        "ICC" | "SynchronousICC" => Some(Entry::Chip),
        "Contactless" | "Tapped" => Some(Entry::Contactless),
        "MagStripe" => Some(Entry::Stripe),
        "Keyed" | "Manual" => Some(Entry::Keyed),
        _unknown => None,
    }
}

/// The copies in the order in which the log of the box names them.
pub fn receipts(receipts: &[PaymentReceipt]) -> Vec<Receipt> {
    receipts.iter().cloned().filter_map(PaymentReceipt::receipt).collect()
}
