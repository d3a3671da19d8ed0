//! The audit: one row for every change that staff or the console made, and for every order that
//! the box cancelled, each bound to the last.
//!
//! A row holds a digest of its entry and the hash of the row before it, so that neither can be
//! bent unseen. Scans are not in it: the log of the door is their record. Never changes anything.
//! Next: `ledger/audit.rs`, which writes the rows, and `ledger/proof.rs`, which walks them.

use crate::at::At;
use crate::staff::What;
use crate::{
    Actor, Entry, Event, admission, batch, checkout, house, journal, performance, session, staff,
    till,
};
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

/// Stored. One change, by the number of its entry.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Row {
    #[n(0)]
    pub at: At,
    #[n(1)]
    pub by: Actor,
    /// SHA-256 of the entry as it stands in the log.
    #[n(2)]
    pub entry: ByteArray<32>,
    /// SHA-256 of the row before; zeros in the first.
    #[n(3)]
    pub before: ByteArray<32>,
}

/// Does this entry belong into the audit?
pub fn audited(entry: &Entry) -> bool {
    let by_people = by_people(&entry.by) && entry.events.iter().any(|event| !is_scan(event));
    by_people || entry.events.iter().any(cancels_overdue)
}

/// Staff with an account or a token, and the console.
pub fn by_people(by: &Actor) -> bool {
    match by {
        Actor::Staff(_) | Actor::Account(_) | Actor::Console => true,
        Actor::House | Actor::Guest(_) | Actor::Device(_) => false,
    }
}

/// What the box takes away from a customer by itself is in it, too.
fn cancels_overdue(event: &Event) -> bool {
    let Event::Checkout(checkout::Event::Refunded { refund, .. }) = event else { return false };
    refund.overdue.is_some()
}

fn is_scan(event: &Event) -> bool {
    matches!(event, Event::Admission(admission::Event::Scanned(_)))
}

/// The row of an entry whose bytes are these, after a row whose bytes were those.
pub fn row(entry: &Entry, bytes: &[u8], before: Option<&[u8]>) -> Row {
    Row {
        at: entry.at,
        by: entry.by.clone(),
        entry: ByteArray::from(digest(bytes)),
        before: ByteArray::from(before.map(digest).unwrap_or_default()),
    }
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// What an event is called in the audit: a stable name, as it is worded on the page.
pub fn name(event: &Event) -> &'static str {
    match event {
        Event::House(house::Event::Set(_)) => "house-set",
        Event::House(house::Event::HoldsShifted { .. }) => "holds-shifted",
        Event::Production(_) => "production-put",
        Event::Performance(event) => match event {
            performance::Event::PlanImported { .. } => "plan-imported",
            performance::Event::Put(..) => "performance-put",
            performance::Event::PlanAdopted { .. } => "plan-adopted",
            performance::Event::Killed(..) => "seats-killed",
            performance::Event::Revived(..) => "seats-revived",
            performance::Event::StaffHeld { .. } => "seats-staff-held",
            performance::Event::StaffHoldEnded(..) => "staff-hold-ended",
            performance::Event::Cancelled(..) => "performance-cancelled",
        },
        Event::Cart(_) => "cart-changed",
        Event::Hold(_) => "hold-changed",
        Event::Checkout(checkout::Event::Posted(..)) => "money-posted",
        Event::Checkout(checkout::Event::RefundBegun(..)) => "refund-begun",
        Event::Checkout(checkout::Event::Refunded { refund, .. }) if refund.overdue.is_some() => {
            "overdue-cancelled"
        }
        Event::Checkout(checkout::Event::Refunded { .. }) => "refunded",
        Event::Checkout(checkout::Event::PaymentBegun(..)) => "payment-begun",
        Event::Checkout(checkout::Event::PaymentMade(..)) => "payment-made",
        Event::Checkout(checkout::Event::ExchangeLeft(_)) => "exchange-left",
        Event::Checkout(checkout::Event::Exchanged { .. }) => "exchanged",
        Event::Checkout(checkout::Event::OrphanSeen(..)) => "orphan-seen",
        Event::Checkout(_) => "sale-changed",
        Event::Admission(admission::Event::Scanned(_)) => "scanned",
        Event::Admission(admission::Event::Overridden { .. }) => "verdict-overridden",
        Event::Admission(admission::Event::Undone { .. }) => "scan-undone",
        Event::Letter(_) => "letter-changed",
        Event::Session(session::Event::Opened { .. }) => "session-opened",
        Event::Session(session::Event::Ended { .. }) => "session-ended",
        Event::Device(_) => "device-put",
        Event::Staff(staff::Event::Put { what, .. }) => staff_name(*what),
        Event::Till(event) => till_name(event),
        Event::Journal(journal::Event::Exported(..)) => "journal-exported",
        Event::Journal(journal::Event::ProofAsked(..)) => "journal-proof-asked",
        Event::Journal(journal::Event::Proved(..)) => "journal-proved",
        Event::Journal(journal::Event::Fetched(..)) => "journal-fetched",
        Event::Batch(event) => batch_name(event),
        Event::Patron(_) => "patron-put",
        Event::EndOfDay(_) => "day-ended",
    }
}

fn batch_name(event: &batch::Event) -> &'static str {
    match event {
        batch::Event::Closing(..) => "batch-closing",
        batch::Event::WentOn(..) => "batch-went-on",
        batch::Event::Ended(..) => "batch-ended",
        batch::Event::Forced(..) => "batch-no-match",
        batch::Event::Opened(..) => "batch-opened",
        batch::Event::Wanted(..) => "batch-wanted",
        batch::Event::KeptOpen(_) => "batch-kept-open",
    }
}

fn till_name(event: &till::Event) -> &'static str {
    match event {
        till::Event::Opened(..) => "till-opened",
        till::Event::Moved(_, till::Movement { way: till::Way::In, .. }) => "till-paid-in",
        till::Event::Moved(_, till::Movement { way: till::Way::Out, .. }) => "till-paid-out",
        till::Event::Counted(..) => "till-counted",
        till::Event::Closed(..) => "till-closed",
        till::Event::CardTaken(..) => "till-card-taken",
        till::Event::CardGivenBack(..) => "till-card-given-back",
    }
}

fn staff_name(what: What) -> &'static str {
    match what {
        What::Added => "staff-added",
        What::Offered => "staff-offered",
        What::Taken => "staff-taken",
        What::PasswordSet => "staff-password-set",
        What::SecondFactorSet => "staff-second-factor-set",
        What::StepUsed => "staff-step-used",
        What::RecoveryUsed => "staff-recovery-used",
        What::Failed => "staff-failed",
        What::Disabled => "staff-disabled",
        What::Enabled => "staff-enabled",
        What::RoleSet => "staff-role-set",
        What::Passed => "staff-passed",
    }
}
