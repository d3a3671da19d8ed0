//! Proofs of who somebody is: a code of the phone, a recovery code, a password once more.
//!
//! Asks the house whether a step or code is still good; that it is used up is on disk before
//! anything opens. Never says which of the two it was. Next: `staff/sign_in.rs`.

use crate::password::Weak;
use crate::request::Permit;
use crate::second_factor::{DIGITS, code_hash};
use crate::wording::Trouble;
use usher_ledger::{Denied, Lane};
use usher_rules::id::StaffNo;
use usher_rules::staff::{Account, Command as Rule};
use usher_rules::view::desk::account::Notice;
use usher_rules::{Actor, Command, Refusal};

/// What a code was worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    Good,
    Refused,
}

/// Does this look like what a phone shows?
pub fn is_of_phone(code: &str) -> bool {
    code.len() == DIGITS && code.bytes().all(|byte| byte.is_ascii_digit())
}

/// A code of the phone or a recovery code; a good one is used up.
pub async fn second_factor(
    permit: &Permit,
    no: StaffNo,
    account: &Account,
    typed: &str,
) -> Result<Shown, Trouble> {
    let code: String = typed.chars().filter(|sign| !sign.is_whitespace()).collect();
    let rule = if is_of_phone(&code) {
        // A clock that is behind would take codes of long ago for those of now (trust 1.10).
        let trusted = !permit.handle().clock_behind();
        let sealed = account.second_factor.as_ref().filter(|_| trusted);
        let seed = sealed.and_then(|second| permit.shop().sealer().open(no, &second.seed));
        let step = seed.and_then(|seed| seed.step_of(&code, permit.now()));
        let Some(step) = step else { return Ok(Shown::Refused) };
        Rule::UseStep { staff: no, step }
    } else {
        Rule::UseRecovery { staff: no, code: code_hash(&code) }
    };
    let asked = Command::Staff(rule);
    match permit.handle().ask(Lane::Till, Actor::Account(no), None, asked).await {
        Ok(_) => Ok(Shown::Good),
        Err(Denied::Refused(Refusal::CodeRefused)) => Ok(Shown::Refused),
        Err(denied) => Err(denied.into()),
    }
}

/// Counts a failure. Nobody waits for it: a login that nobody has would answer sooner.
pub fn failed(permit: &Permit, no: StaffNo) {
    let handle = permit.handle().clone();
    tokio::spawn(async move {
        let command = Command::Staff(Rule::Fail(no));
        if let Err(denied) = handle.ask(Lane::Shop, Actor::House, None, command).await {
            tracing::warn!(?denied, staff = no.0, "a failed sign-in was not counted");
        }
    });
}

/// What is said of a password that is not taken.
pub fn weak(weak: Weak) -> Notice {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    match weak {
        Weak::Short { min } => Notice::PasswordShort { min: count(min) },
        Weak::Long { max } => Notice::PasswordLong { max: count(max) },
        Weak::Common => Notice::PasswordCommon,
    }
}
