//! The staff of the test house: accounts by role, with passwords, phones and open sessions.
//!
//! Made by commands, as the console and the pages make them; hashes and seals are the real ones.

use super::House;
use std::sync::Arc;
use usher_ledger::handle::Lane;
use usher_listener::password::{self, Typed};
use usher_listener::second_factor::{Code, Sealer, Seed};
use usher_listener::session;
use usher_rules::id::StaffNo;
use usher_rules::staff::{Command as Rule, Event as StaffEvent, PasswordHash, Role, step_at};
use usher_rules::{Actor, Command, Entry, Event, session as sessions};

pub const PASSWORD: &str = "ruddy plinth wax lamp";

/// Somebody who works here.
pub struct Person {
    pub no: StaffNo,
    pub login: String,
    pub seed: Option<Seed>,
    /// Recovery codes as they were shown.
    pub recovery: Vec<String>,
}

impl House {
    pub async fn rule(&self, rule: Rule) -> Arc<Entry> {
        self.handle.ask(Lane::Till, Actor::Console, None, Command::Staff(rule)).await.unwrap()
    }

    /// An account that was offered a code; the code.
    pub async fn invited(&self, login: &str, role: Role) -> (StaffNo, Code) {
        let code = Code::fresh(&self.handle.luck());
        let (login, name) = (login.to_owned(), format!("{login} by name"));
        let entry = self.rule(Rule::Add { login, name, role, code: code.hash() }).await;
        let staff = entry.events.iter().find_map(|event| match event {
            Event::Staff(StaffEvent::Put { staff, .. }) => Some(*staff),
            _ => None,
        });
        (staff.unwrap(), code)
    }

    /// An account with [`PASSWORD`] and, where its role needs one, a phone.
    pub async fn engaged(&self, login: &str, role: Role) -> Person {
        let (no, code) = self.invited(login, role).await;
        let hash = password::hash(&Typed::new(PASSWORD), &self.handle.luck()).unwrap();
        let password = PasswordHash(hash);
        self.rule(Rule::Take { staff: no, code: code.hash(), password }).await;
        let mut person = Person { no, login: login.to_owned(), seed: None, recovery: Vec::new() };
        if role.needs_second_factor() {
            let seed = Seed::fresh(&self.handle.luck());
            let codes = [Code::fresh(&self.handle.luck()), Code::fresh(&self.handle.luck())];
            let sealed = Sealer::new(&self.handle.sealing_key()).seal(no, &seed).unwrap();
            let recovery = codes.iter().map(Code::hash).collect();
            let step = step_at(self.handle.now()).unwrap() - 1;
            let keep = None;
            let set = Rule::SetSecondFactor { staff: no, seed: sealed, step, recovery, keep };
            self.rule(set).await;
            person.recovery = codes.iter().map(|code| code.expose().to_owned()).collect();
            person.seed = Some(seed);
        }
        person
    }

    /// Opens a session without the pages; the cookie.
    pub async fn session_of(&self, no: StaffNo) -> String {
        let fresh = session::fresh(&self.handle.luck(), false);
        let (session, about) = (fresh.key.0, "test".to_owned());
        let sign_in = sessions::Command::SignIn { session, account: no, about };
        let asked =
            self.handle.ask(Lane::Till, Actor::Account(no), None, Command::Session(sign_in));
        asked.await.unwrap();
        fresh.cookie.to_str().unwrap().split(';').next().unwrap().to_owned()
    }

    /// What the phone shows now.
    pub fn phone(&self, person: &Person) -> String {
        person.seed.as_ref().unwrap().code_at(self.handle.now()).unwrap()
    }
}
