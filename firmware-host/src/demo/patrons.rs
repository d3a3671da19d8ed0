//! A dozen invented patrons, so that a visitor of the demo finds somebody at the desk.
//!
//! Registered by the command of real life; their addresses lead nowhere. Two share a name and two
//! an address, as in life. Next: `seed.rs`.

use super::seed::SeedFault;
use usher_ledger::{Handle, Lane};
use usher_rules::patron::{Command as Rule, Details};
use usher_rules::{Actor, Command};

/// Name, address, phone number.
const PATRONS: [(&str, &str, &str); 12] = [
    ("Ada Merrow", "ada.merrow@example.org", "+44 1632 960101"),
    ("Bram Castell", "bram@castell.example.org", "01632 960102"),
    ("Cleo Duning", "cleo.duning@example.org", ""),
    ("Dov Harrowgate", "harrowgates@example.org", "01632 960104"),
    ("Edie Harrowgate", "harrowgates@example.org", "01632 960104"),
    ("Hollis Pargeter", "hollis@example.org", "01632 960105"),
    ("Inés Rushmere", "ines.rushmere@example.org", "+34 600 555 006"),
    ("Joss Vasey", "", "01632 960107"),
    ("Mabel Quill", "mabel.quill@example.org", "01632 960108"),
    ("Mabel Quill", "m.quill@example.org", ""),
    ("Nkem Abara", "nkem.abara@example.org", "01632 960109"),
    ("Zoë Joyce-Lund", "zoe.joyce-lund@example.org", "01632 960110"),
];

/// Puts them into the register.
pub async fn register(handle: &Handle) -> Result<(), SeedFault> {
    for (name, email, phone) in PATRONS {
        let (name, email, phone) = (name.to_owned(), email.to_owned(), phone.to_owned());
        let rule = Command::Patron(Rule::Register(Details { name, email, phone }));
        let asked = handle.ask(Lane::Till, Actor::House, None, rule).await;
        asked.map_err(|denied| SeedFault::Denied { what: "a patron", denied })?;
    }
    Ok(())
}
