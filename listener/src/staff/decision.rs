//! What somebody senior saw on a terminal, as the forms of a sale and of a refund send it.
//!
//! Reads alone; whose payment it is, each page knows, and the rule judges the words. Next:
//! `sell/tender.rs`, `refund.rs`.

use crate::shop::form::Fields;
use crate::wording::Trouble;
use usher_ledger::{Snapshot, checkout};
use usher_rules::Key;
use usher_rules::checkout::pad::Command as AtPad;
use usher_rules::code::from_base32;
use usher_rules::tender::State;
use usher_rules::view::desk::sell::Typed;

/// The payment or refund that a form names.
pub fn named(fields: &Fields) -> Result<Key, Trouble> {
    let bytes = from_base32(fields.text("intent")).and_then(|bytes| bytes.try_into().ok());
    bytes.map(Key).ok_or_else(Trouble::not_found)
}

/// The decision about it, and what was typed, to be shown again.
pub fn read(fields: &Fields, intent: Key) -> Result<(AtPad, Typed), Trouble> {
    let charged = match fields.text("charged") {
        "yes" => true,
        "no" => false,
        _ => return Err(Trouble::malformed("charged", "not as this page sends it")),
    };
    let text = |name: &str| fields.text(name).trim().to_owned();
    let (evidence, name, reason) = (text("evidence"), text("name"), text("reason"));
    let typed = Typed {
        evidence: evidence.clone(),
        name: name.clone(),
        reason: reason.clone(),
        ..Typed::default()
    };
    Ok((AtPad::Decide { intent, charged, evidence, name, reason }, typed))
}

/// Does it still wait for a person?
pub fn waits(snapshot: &Snapshot, intent: Key) -> Result<bool, Trouble> {
    let row = checkout::intent(snapshot, intent)?;
    Ok(row.is_some_and(|row| row.state == State::NeedsOperator))
}
