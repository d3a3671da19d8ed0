//! `usher user` on the store of a stopped box: accounts made, listed and let in again.
//!
//! Runs the command itself, in-process, on a folder of its own. Next: `command/user.rs`.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::PathBuf;
use usher::command::Exit;
use usher::command::user::{UserFault, Wish, run};
use usher::config::{Config, Purpose};
use usher::start;
use usher_ledger::{audit, staff};
use usher_listener::second_factor::code_hash;
use usher_rules::Actor;
use usher_rules::staff::Role;

/// A folder with a configuration, gone afterwards.
struct Box(PathBuf);

impl Box {
    fn new(name: &str) -> Box {
        let folder = std::env::temp_dir().join(format!("usher-user-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let text = format!(
            "[venue]\nname = \"The Tidewell\"\ntime_zone = \"Europe/London\"\ncurrency = \"GBP\"\n\
             [store]\nfolder = {:?}\n[[level]]\nnumber = 1\nname = \"Adult\"\n",
            folder.join("store").display().to_string()
        );
        fs::write(folder.join("usher.toml"), text).unwrap();
        Box(folder)
    }

    fn file(&self) -> PathBuf {
        self.0.join("usher.toml")
    }

    fn config(&self) -> Config {
        Config::read(&self.file(), Purpose::Serve).unwrap()
    }

    /// Makes the store, as the daemon does at its first start.
    async fn started_once(self) -> Box {
        start::ledger(&self.config(), None).unwrap().stop().await;
        self
    }

    async fn asked(&self, wish: Wish) -> Result<String, UserFault> {
        let mut out = Vec::new();
        let exit = run(&self.file(), None, wish, &mut out).await?;
        assert_eq!(exit, Exit::Done);
        Ok(String::from_utf8(out).unwrap())
    }
}

impl Drop for Box {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn add(login: &str) -> Wish {
    Wish::Add { login: login.to_owned(), name: "Greta".to_owned(), role: Role::Manager }
}

fn reset(login: &str) -> Wish {
    Wish::ResetPassword { login: login.to_owned(), lost_phone: true }
}

#[tokio::test]
async fn the_code_that_is_printed_is_the_one_that_the_house_takes() {
    let usher = Box::new("code").started_once().await;
    let told = usher.asked(add("greta")).await.unwrap();
    let code = told.lines().next().unwrap().to_owned();
    let ledger = start::ledger(&usher.config(), None).unwrap();
    let snapshot = ledger.handle.snapshot().unwrap();
    let (_, account) = staff::all(&snapshot).unwrap().remove(0);
    assert_eq!((account.login.as_str(), account.role), ("greta", Role::Manager));
    assert!(account.password.is_none(), "nobody has a password that they did not choose");
    assert_eq!(account.offer.unwrap().code, code_hash(&code));
    let rows = audit::newest(&snapshot, None, 9).unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].1.by, Actor::Console);
    drop(snapshot);
    ledger.stop().await;
}

#[tokio::test]
async fn a_reset_prints_another_code_and_a_list_shows_no_secret() {
    let usher = Box::new("list").started_once().await;
    let first = usher.asked(add("greta")).await.unwrap();
    let second = usher.asked(reset("greta")).await.unwrap();
    assert_ne!(first.lines().next(), second.lines().next());
    let list = usher.asked(Wish::List { json: true }).await.unwrap();
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    assert_eq!(list["staff"][0]["login"], "greta");
    assert_eq!(list["staff"][0]["password"], false);
    let plain = usher.asked(Wish::List { json: false }).await.unwrap();
    assert!(plain.contains("greta") && plain.contains("manager"), "{plain}");
}

#[tokio::test]
async fn what_cannot_be_done_says_why() {
    let usher = Box::new("refused");
    assert!(matches!(usher.asked(add("greta")).await, Err(UserFault::NoStore(_))));
    let usher = usher.started_once().await;
    usher.asked(add("greta")).await.unwrap();
    assert!(matches!(usher.asked(add("greta")).await, Err(UserFault::Taken(_))));
    assert!(matches!(usher.asked(add("Greta W")).await, Err(UserFault::Malformed("login"))));
    assert!(matches!(usher.asked(reset("anna")).await, Err(UserFault::Nobody(_))));
    let running = start::ledger(&usher.config(), None).unwrap();
    let fault = usher.asked(add("anna")).await.unwrap_err().to_string();
    assert!(fault.contains("in use by process"), "{fault}");
    running.stop().await;
}
