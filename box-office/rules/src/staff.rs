//! Staff: accounts made, invited, proven, changed and put out; what each command does.
//!
//! Nobody ever learns another's password: a new account and a reset are one-time codes whose
//! holder chooses one. Never sees a secret in clear and never asks who may: the listener does.
//! Next: `staff/account.rs` for the row, `staff/right.rs` for roles and rights.

pub mod account;
pub mod right;

pub use account::{
    Account, CodeHash, DRIFT_STEPS_MAX, FAILURES_MAX, LOGIN_CHARS_MAX, NAME_CHARS_MAX, OFFER_KEPT,
    Offer, PasswordHash, RECOVERY_MAX, STEP_S, Sealed, SecondFactor, is_login, is_name, step_at,
};
pub use right::{Right, Role, may};

use crate::id::StaffNo;
use crate::{Ask, Event as AnyEvent, Refusal, session};
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Command {
    /// Makes an account that nobody can use until its one-time code is taken.
    #[n(0)]
    Add {
        #[n(0)]
        login: String,
        #[n(1)]
        name: String,
        #[n(2)]
        role: Role,
        #[n(3)]
        code: CodeHash,
    },
    /// A new one-time code in place of any before: the password is forgotten, or the phone, too.
    #[n(1)]
    Offer {
        #[n(0)]
        staff: StaffNo,
        #[n(1)]
        code: CodeHash,
        #[n(2)]
        forget_second_factor: bool,
    },
    /// The one-time code is used up, the password is chosen, all sessions are over.
    #[n(2)]
    Take {
        #[n(0)]
        staff: StaffNo,
        #[n(1)]
        code: CodeHash,
        #[n(2)]
        password: PasswordHash,
    },
    /// Another password; all sessions but the one it was changed in are over.
    #[n(3)]
    SetPassword {
        #[n(0)]
        staff: StaffNo,
        #[n(1)]
        password: PasswordHash,
        #[n(2)]
        keep: Option<ByteArray<32>>,
    },
    /// A second factor whose first code was shown in `step`.
    #[n(4)]
    SetSecondFactor {
        #[n(0)]
        staff: StaffNo,
        #[n(1)]
        seed: Sealed,
        #[n(2)]
        step: u64,
        #[n(3)]
        recovery: Vec<CodeHash>,
        #[n(4)]
        keep: Option<ByteArray<32>>,
    },
    /// The code of a step was shown.
    #[n(5)]
    UseStep {
        #[n(0)]
        staff: StaffNo,
        #[n(1)]
        step: u64,
    },
    #[n(6)]
    UseRecovery {
        #[n(0)]
        staff: StaffNo,
        #[n(1)]
        code: CodeHash,
    },
    /// A sign-in failed.
    #[n(7)]
    Fail(#[n(0)] StaffNo),
    #[n(8)]
    SetDisabled {
        #[n(0)]
        staff: StaffNo,
        #[n(1)]
        disabled: bool,
    },
    #[n(9)]
    SetRole {
        #[n(0)]
        staff: StaffNo,
        #[n(1)]
        role: Role,
    },
    /// A password was right where no second factor is asked for.
    #[n(10)]
    Pass(#[n(0)] StaffNo),
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Event {
    #[n(0)]
    Put {
        #[n(0)]
        staff: StaffNo,
        #[n(1)]
        account: Account,
        #[n(2)]
        what: What,
    },
}

/// What was done to an account, for the audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum What {
    #[n(0)]
    Added,
    #[n(1)]
    Offered,
    #[n(2)]
    Taken,
    #[n(3)]
    PasswordSet,
    #[n(4)]
    SecondFactorSet,
    #[n(5)]
    StepUsed,
    #[n(6)]
    RecoveryUsed,
    #[n(7)]
    Failed,
    #[n(8)]
    Disabled,
    #[n(9)]
    Enabled,
    #[n(10)]
    RoleSet,
    #[n(11)]
    Passed,
}

pub struct Facts {
    /// Number of the next account.
    pub next: StaffNo,
    /// Somebody has the login of `Add`.
    pub login_taken: bool,
    /// The account that the command names.
    pub account: Option<Account>,
    /// A manager other than that one can sign in.
    pub other_manager: bool,
    /// Sessions of that account.
    pub sessions: Vec<[u8; 32]>,
}

pub fn decide(facts: &Facts, command: &Command, ask: &Ask) -> Result<Vec<AnyEvent>, Refusal> {
    let known = || facts.account.clone().ok_or(Refusal::NotFound);
    match command {
        Command::Add { login, name, role, code } => add(facts, login, name, *role, *code, ask),
        Command::Offer { staff, code, forget_second_factor } => {
            let mut account = known()?;
            account.offer = Some(offer(*code, *forget_second_factor, ask));
            Ok(vec![put(*staff, account, What::Offered)])
        }
        Command::Take { staff, code, password } => {
            let account = taken(known()?, *code, password, ask)?;
            Ok(ended(facts, put(*staff, account, What::Taken), None))
        }
        Command::SetPassword { staff, password, keep } => {
            let account = Account { password: Some(password.clone()), offer: None, ..known()? };
            let account = since(account, keep.is_none(), ask);
            Ok(ended(facts, put(*staff, account, What::PasswordSet), keep.as_ref()))
        }
        Command::SetSecondFactor { staff, seed, step, recovery, keep } => {
            let account = enrolled(known()?, seed, *step, recovery, ask)?;
            let account = since(account, keep.is_none(), ask);
            Ok(ended(facts, put(*staff, account, What::SecondFactorSet), keep.as_ref()))
        }
        Command::UseStep { staff, step } => {
            Ok(vec![put(*staff, shown(known()?, *step, ask)?, What::StepUsed)])
        }
        Command::UseRecovery { staff, code } => {
            Ok(vec![put(*staff, recovered(known()?, *code)?, What::RecoveryUsed)])
        }
        Command::Fail(staff) => {
            let mut account = known()?;
            account.failures = account.failures.saturating_add(1).min(FAILURES_MAX);
            Ok(vec![put(*staff, account, What::Failed)])
        }
        Command::Pass(staff) => {
            let account = known()?;
            usable(&account)?;
            let passed = Account { failures: 0, ..account };
            Ok(vec![put(*staff, passed, What::Passed)])
        }
        Command::SetDisabled { staff, disabled } => {
            let account = known()?;
            if *disabled {
                keeps_a_manager(facts, &account)?;
            }
            let what = if *disabled { What::Disabled } else { What::Enabled };
            let account = since(Account { disabled: *disabled, ..account }, true, ask);
            Ok(ended(facts, put(*staff, account, what), None))
        }
        Command::SetRole { staff, role } => {
            let account = known()?;
            if *role != Role::Manager {
                keeps_a_manager(facts, &account)?;
            }
            let account = since(Account { role: *role, ..account }, true, ask);
            Ok(ended(facts, put(*staff, account, What::RoleSet), None))
        }
    }
}

fn add(
    facts: &Facts,
    login: &str,
    name: &str,
    role: Role,
    code: CodeHash,
    ask: &Ask,
) -> Result<Vec<AnyEvent>, Refusal> {
    if !is_login(login) {
        return Err(Refusal::Malformed { field: "login" });
    }
    if !is_name(name) {
        return Err(Refusal::Malformed { field: "name" });
    }
    if facts.login_taken {
        return Err(Refusal::LoginTaken);
    }
    let account = Account {
        login: login.to_owned(),
        name: name.to_owned(),
        role,
        password: None,
        second_factor: None,
        offer: Some(offer(code, false, ask)),
        disabled: false,
        sessions_since: ask.at,
        failures: 0,
    };
    Ok(vec![put(facts.next, account, What::Added)])
}

fn offer(code: CodeHash, forget_second_factor: bool, ask: &Ask) -> Offer {
    Offer { code, until: ask.at + OFFER_KEPT, forget_second_factor }
}

/// One refusal for a wrong code, one too old, and one of an account that is put out.
fn taken(
    account: Account,
    code: CodeHash,
    password: &PasswordHash,
    ask: &Ask,
) -> Result<Account, Refusal> {
    let offer = account.offer.as_ref().filter(|offer| offer.code == code && ask.at < offer.until);
    let forget = offer.ok_or(Refusal::CodeRefused)?.forget_second_factor;
    if account.disabled {
        return Err(Refusal::CodeRefused);
    }
    let second_factor = if forget { None } else { account.second_factor.clone() };
    let password = Some(password.clone());
    let account = Account { password, second_factor, offer: None, failures: 0, ..account };
    Ok(since(account, true, ask))
}

fn enrolled(
    account: Account,
    seed: &Sealed,
    step: u64,
    recovery: &[CodeHash],
    ask: &Ask,
) -> Result<Account, Refusal> {
    if recovery.len() > RECOVERY_MAX {
        return Err(Refusal::Malformed { field: "recovery" });
    }
    near(step, ask)?;
    let (seed, recovery) = (seed.clone(), recovery.to_vec());
    let second_factor = Some(SecondFactor { seed, last_step: step, recovery });
    Ok(Account { second_factor, ..account })
}

/// A step is good once, and near the time of the house.
fn shown(mut account: Account, step: u64, ask: &Ask) -> Result<Account, Refusal> {
    usable(&account)?;
    near(step, ask)?;
    let second_factor = account.second_factor.as_mut().ok_or(Refusal::CodeRefused)?;
    if step <= second_factor.last_step {
        return Err(Refusal::CodeRefused);
    }
    second_factor.last_step = step;
    account.failures = 0;
    Ok(account)
}

fn recovered(mut account: Account, code: CodeHash) -> Result<Account, Refusal> {
    usable(&account)?;
    let second_factor = account.second_factor.as_mut().ok_or(Refusal::CodeRefused)?;
    let before = second_factor.recovery.len();
    second_factor.recovery.retain(|kept| *kept != code);
    if second_factor.recovery.len() == before {
        return Err(Refusal::CodeRefused);
    }
    account.failures = 0;
    Ok(account)
}

fn usable(account: &Account) -> Result<(), Refusal> {
    if account.able() && !account.locked() { Ok(()) } else { Err(Refusal::CodeRefused) }
}

fn near(step: u64, ask: &Ask) -> Result<(), Refusal> {
    let now = step_at(ask.at).ok_or(Refusal::CodeRefused)?;
    if step.abs_diff(now) <= DRIFT_STEPS_MAX { Ok(()) } else { Err(Refusal::CodeRefused) }
}

/// Without a manager nobody could make one but at the console.
fn keeps_a_manager(facts: &Facts, account: &Account) -> Result<(), Refusal> {
    let manages = account.role == Role::Manager && account.able();
    if manages && !facts.other_manager { Err(Refusal::LastManager) } else { Ok(()) }
}

fn since(account: Account, all: bool, ask: &Ask) -> Account {
    if all { Account { sessions_since: ask.at, ..account } } else { account }
}

fn put(staff: StaffNo, account: Account, what: What) -> AnyEvent {
    AnyEvent::Staff(Event::Put { staff, account, what })
}

/// The change, and the end of every session but the one to keep.
fn ended(facts: &Facts, change: AnyEvent, keep: Option<&ByteArray<32>>) -> Vec<AnyEvent> {
    let over = facts.sessions.iter().filter(|session| keep.is_none_or(|keep| **keep != **session));
    let over = over.map(|session| AnyEvent::Session(session::Event::Ended { session: *session }));
    std::iter::once(change).chain(over).collect()
}
