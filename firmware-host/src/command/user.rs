//! `usher user`: staff accounts from the console, on the store of a stopped daemon.
//!
//! Whoever can read the store can make a manager: that is the way in for the first one and for
//! a house whose managers are all gone. Prints a one-time code, never a password, and knows
//! none (decision 0014). Next: `rules/staff.rs`.

use super::Exit;
use crate::config::{Config, ConfigFault, Purpose};
use crate::start::{self, StartFault};
use serde_json::json;
use std::io::{self, Write};
use std::path::Path;
use usher_ledger::open::STORE;
use usher_ledger::{Denied, Fault, Handle, Lane, staff as accounts};
use usher_listener::second_factor::Code;
use usher_rules::staff::{Command as Rule, Role};
use usher_rules::{Actor, Command, Refusal};

/// What is wanted.
#[derive(Clone, Debug)]
pub enum Wish {
    Add { login: String, name: String, role: Role },
    List { json: bool },
    ResetPassword { login: String, lost_phone: bool },
}

#[derive(Debug, thiserror::Error)]
pub enum UserFault {
    #[error(transparent)]
    Config(#[from] ConfigFault),
    #[error(transparent)]
    Start(#[from] StartFault),
    #[error(transparent)]
    Store(#[from] Fault),
    #[error("{0}: there is no store yet. Start the daemon once, then stop it")]
    NoStore(String),
    #[error("somebody has the login {0} already")]
    Taken(String),
    #[error("nobody has the login {0}; `usher user list` shows who there is")]
    Nobody(String),
    #[error("{0}: not allowed. A login has small letters, digits and .@_-, a name one line")]
    Malformed(&'static str),
    #[error("the house did not do it: {0:?}")]
    Denied(Denied),
    #[error("output: {0}")]
    Output(#[from] io::Error),
}

/// Does it and lets the store go again.
pub async fn run(
    path: &Path,
    credentials: Option<&Path>,
    wish: Wish,
    out: &mut impl Write,
) -> Result<Exit, UserFault> {
    let config = Config::read(path, Purpose::Serve)?;
    let folder = &config.store.folder;
    if !folder.join(STORE).exists() {
        return Err(UserFault::NoStore(folder.display().to_string()));
    }
    let ledger = start::ledger(&config, credentials)?;
    let done = grant(&ledger.handle, wish, out).await;
    ledger.stop().await;
    done.map(|()| Exit::Done)
}

async fn grant(handle: &Handle, wish: Wish, out: &mut impl Write) -> Result<(), UserFault> {
    match wish {
        Wish::List { json } => list(handle, json, out),
        Wish::Add { login, name, role } => {
            let code = Code::fresh(&handle.luck());
            let add = Rule::Add { login: login.clone(), name, role, code: code.hash() };
            ask(handle, add, &login).await?;
            told(&login, &code, out)
        }
        Wish::ResetPassword { login, lost_phone } => {
            let found = accounts::by_login(&handle.snapshot()?, &login)?;
            let staff = found.ok_or_else(|| UserFault::Nobody(login.clone()))?;
            let code = Code::fresh(&handle.luck());
            let (hash, forget_second_factor) = (code.hash(), lost_phone);
            ask(handle, Rule::Offer { staff, code: hash, forget_second_factor }, &login).await?;
            told(&login, &code, out)
        }
    }
}

async fn ask(handle: &Handle, rule: Rule, login: &str) -> Result<(), UserFault> {
    let asked = handle.ask(Lane::Till, Actor::Console, None, Command::Staff(rule)).await;
    asked.map(|_| ()).map_err(|denied| match denied {
        Denied::Refused(Refusal::LoginTaken) => UserFault::Taken(login.to_owned()),
        Denied::Refused(Refusal::Malformed { field }) => UserFault::Malformed(field),
        other => UserFault::Denied(other),
    })
}

fn told(login: &str, code: &Code, out: &mut impl Write) -> Result<(), UserFault> {
    writeln!(out, "{}", code.expose())?;
    writeln!(out, "The one-time code of {login}, good for 24 hours: sign in with it at")?;
    writeln!(out, "/desk/sign-in/new and choose a password. It is not shown again.")?;
    Ok(())
}

fn list(handle: &Handle, json: bool, out: &mut impl Write) -> Result<(), UserFault> {
    let all = accounts::all(&handle.snapshot()?)?;
    if json {
        let one = |(no, account): &(usher_rules::id::StaffNo, usher_rules::staff::Account)| {
            json!({
                "number": no.0,
                "login": account.login,
                "name": account.name,
                "role": account.role.name(),
                "disabled": account.disabled,
                "password": account.password.is_some(),
                "second_factor": account.second_factor.is_some(),
            })
        };
        let document = json!({ "staff": all.iter().map(one).collect::<Vec<_>>() });
        writeln!(out, "{document}")?;
        return Ok(());
    }
    for (_, account) in all {
        let state = match (account.disabled, account.password.is_some()) {
            (true, _) => "put out",
            (false, true) => "active",
            (false, false) => "invited",
        };
        let (login, role, name) = (account.login, account.role.name(), account.name);
        writeln!(out, "{login:<24} {role:<11} {state:<8} {name}")?;
    }
    Ok(())
}
