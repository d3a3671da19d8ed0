//! The staff of the invented venue: one account a role, each with a password and a phone.
//!
//! Made by the commands of real life; what proves who they are is drawn anew for each demo and
//! stands in `demo.json` alone. No other box has an account that nobody asked for. Next:
//! `seed.rs`.

use super::StaffLogin;
use super::seed::SeedFault;
use std::sync::Arc;
use usher_ledger::{Handle, Lane};
use usher_listener::password::{self, Typed};
use usher_listener::second_factor::{Code, Sealer, Seed};
use usher_rules::id::StaffNo;
use usher_rules::staff::{Command as Rule, Event as StaffEvent, PasswordHash, Role, step_at};
use usher_rules::{Actor, Command, Entry, Event};

const NAMES: [(Role, &str, &str); 5] = [
    (Role::Manager, "manager", "Greta Whitlow"),
    (Role::Supervisor, "supervisor", "Oren Quill"),
    (Role::Cashier, "cashier", "Mabel Oakes"),
    (Role::Door, "door", "Fenn Sallow"),
    (Role::Technician, "technician", "Kit Rushmere"),
];

/// Engages everybody and answers how they sign in.
pub async fn engage(handle: &Handle) -> Result<Vec<StaffLogin>, SeedFault> {
    let sealer = Sealer::new(&handle.sealing_key());
    let mut logins = Vec::with_capacity(NAMES.len());
    for (role, login, name) in NAMES {
        let offered = Code::fresh(&handle.luck());
        let (login, name) = (login.to_owned(), name.to_owned());
        let add = Rule::Add { login: login.clone(), name, role, code: offered.hash() };
        let entry = ask(handle, add).await?;
        let staff = number(&entry).ok_or(SeedFault::Missing("an account"))?;
        let secret = Code::fresh(&handle.luck());
        let hash = password::hash(&Typed::new(secret.expose()), &handle.luck());
        let hash = PasswordHash(hash.ok_or(SeedFault::Missing("a password"))?);
        ask(handle, Rule::Take { staff, code: offered.hash(), password: hash }).await?;
        let totp_secret = match role.needs_second_factor() {
            true => Some(enrol(handle, &sealer, staff).await?),
            false => None,
        };
        let (role, password) = (role.name().to_owned(), secret.expose().to_owned());
        logins.push(StaffLogin { role, login, password, totp_secret });
    }
    Ok(logins)
}

/// Enrols a phone; the code that it shows now is still good.
async fn enrol(handle: &Handle, sealer: &Sealer, staff: StaffNo) -> Result<String, SeedFault> {
    let seed = Seed::fresh(&handle.luck());
    let sealed = sealer.seal(staff, &seed).ok_or(SeedFault::Missing("a seed"))?;
    let step = step_at(handle.now()).unwrap_or_default().saturating_sub(1);
    let (recovery, keep) = (Vec::new(), None);
    ask(handle, Rule::SetSecondFactor { staff, seed: sealed, step, recovery, keep }).await?;
    Ok(seed.written())
}

async fn ask(handle: &Handle, rule: Rule) -> Result<Arc<Entry>, SeedFault> {
    let asked = handle.ask(Lane::Till, Actor::House, None, Command::Staff(rule)).await;
    asked.map_err(|denied| SeedFault::Denied { what: "an account", denied })
}

fn number(entry: &Entry) -> Option<StaffNo> {
    entry.events.iter().find_map(|event| match event {
        Event::Staff(StaffEvent::Put { staff, .. }) => Some(*staff),
        _ => None,
    })
}
